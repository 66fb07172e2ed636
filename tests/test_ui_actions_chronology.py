"""The dates, deadlines and amounts of a filing as its readers see them, on the screen and in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from firm_samples import open_firm
from store_samples import add_matter

from assistant.errors import NotAllowed
from assistant.store import filings, people
from assistant.store.people import User
from ingest.pipeline import store_reading
from ui.actions import chronology
from ui.services import House

TEXT = (
    "COMPLAINT\n\n1. On July 9, 2020 Mr. Anselm Quackenbush signed the lease of the warehouse.\n\n"
    "2. On May 3, 2019 Mr. Quackenbush paid $4,500 to the owner of the warehouse.\n\n"
    "3. The rest is due on or before June 1, 2021 at the office of the owner.\n"
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    opened = open_firm(tmp_path, monkeypatch)
    yield opened
    opened.close()


@pytest.fixture
def document_id(house: House) -> str:
    matter_id = add_matter(house.db)
    people.add_member(house.db, "alex", matter_id)
    made = filings.add_filing(house.db, matter_id, "=complaint.txt", TEXT.encode(), "alex")
    store_reading(house.db, house.settings, made.document_id, document_type="complaint")
    filings.set_status(house.db, made.document_id, "ready")
    return made.document_id


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def test_the_oldest_comes_first_with_real_names_and_a_place(house: House, document_id: str) -> None:
    found = chronology.list_stated(house, user(house, "alex"), document_id)
    assert [row["stated"] for row in found["events"]] == ["May 3, 2019", "July 9, 2020"]
    assert [row["stated"] for row in found["deadlines"]] == ["June 1, 2021"]
    assert [row["stated"] for row in found["amounts"]] == ["$4,500"]
    first = found["events"][0]
    assert (
        "On May 3, 2019 Mr. Quackenbush paid" in first["text"]
        and first["said"] == "alleged"
        and first["date"] == [2019, 5, 3]
    )
    assert first["evidence"][0]["pinpoint"].startswith("p. 1")
    quote = first["evidence"][0]
    assert TEXT[quote["start"] : quote["end"]] == quote["quote"]


def test_the_spreadsheet_says_the_same_and_counts_nothing(house: House, document_id: str) -> None:
    name, kind, data = chronology.export_stated(house, user(house, "alex"), document_id)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert name.endswith(".csv") and not name.startswith("=") and kind.startswith("text/csv")
    assert [(row["kind"], row["date"]) for row in rows] == [
        ("event", "2019-05-03"), ("event", "2020-07-09"), ("deadline", "2021-06-01"), ("amount", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_cell_begins_a_formula(value: str) -> None:
    assert chronology.keep_from_counting(value) == f"'{value}"


@pytest.mark.parametrize("name", ["nina", "ada"])
def test_a_stranger_sees_nothing(house: House, document_id: str, name: str) -> None:
    for act in (chronology.list_stated, chronology.export_stated):
        with pytest.raises(NotAllowed):
            act(house, user(house, name), document_id)
