"""The names of a whole filing for review: every page in order, for the people of the matter, and in no log."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from firm_samples import open_firm

from assistant.errors import NotAllowed, NotFound, RefusedInput
from assistant.store import audit, filings, people
from assistant.store.people import User
from finetune.synthesize.pdf import make_pdf
from finetune.synthesize.rules import make_filing
from ingest.pipeline import ingest_filing
from ui.actions import names
from ui.actions import people as people_actions
from ui.services import House

os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        opened = open_firm(home, patch)
        yield opened
        opened.close()


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


@pytest.fixture(scope="module")
def filing(house: House) -> str:
    """A synthetic complaint of several pages, read into a matter of alex and paula."""
    alex = user(house, "alex")
    matter_id = str(people_actions.create_matter(house, alex, "A matter")["matter_id"])
    people_actions.add_member(house, alex, matter_id, "paula")
    pdf = make_pdf(make_filing(11, "complaint", split="test", pages=2))
    key = filings.add_filing(house.db, matter_id, "complaint.pdf", pdf, "paula").document_id
    ingest_filing(house.db, house.index, house.settings, key)
    return key


def test_the_filings_names_are_those_of_its_pages_in_order(house: House, filing: str) -> None:
    paula = user(house, "paula")
    whole = names.list_all_detections(house, paula, filing)
    pages = filings.get_filing(house.db, filing).pages_total
    assert pages > 1 and {one["page"] for one in whole["detections"]} > {1}
    by_page = [
        {key: value for key, value in one.items() if key != "boxes"}
        for page in range(1, pages + 1)
        for one in names.list_detections(house, paula, filing, page)["detections"]
    ]
    assert whole["detections"] == by_page
    places = [(one["page"], one["start"]) for one in whole["detections"]]
    assert places == sorted(places)
    original = {p.number: p.text for p in filings.load_pages(house.db, filing)}
    assert all(one["text"] == original[one["page"]][one["start"] : one["end"]] for one in whole["detections"])


@pytest.mark.parametrize("name", ["nina", "ada"])
def test_neither_a_stranger_nor_an_admin_reads_or_decides(house: House, filing: str, name: str) -> None:
    first = names.list_all_detections(house, user(house, "paula"), filing)["detections"][0]
    place = (first["page"], first["start"], first["end"])
    for call in (
        lambda who: names.list_all_detections(house, who, filing),
        lambda who: names.list_detections(house, who, filing, 1),
        lambda who: names.accept_detection(house, who, filing, *place),
        lambda who: names.reject_detection(house, who, filing, *place),
        lambda who: names.add_detection(house, who, filing, *place, "PERSON"),
    ):
        with pytest.raises(NotAllowed):
            call(user(house, name))
    assert names.list_all_detections(house, user(house, "paula"), filing)["detections"][0] == first


def test_every_decision_is_in_the_audit_log_and_no_name_is(house: House, filing: str) -> None:
    paula = user(house, "paula")
    people_found = [d for d in names.list_all_detections(house, paula, filing)["detections"] if d["type"] == "PERSON"]
    one = people_found[0]
    place = (one["page"], one["start"], one["end"])
    began = len(list(audit.export(house.db)))
    names.accept_detection(house, paula, filing, *place)
    with pytest.raises(NotAllowed):  # for the whole matter an attorney gives back
        names.reject_detection(house, paula, filing, *place, everywhere=True)
    names.reject_detection(house, paula, filing, *place)
    assert names.list_all_detections(house, paula, filing)["rejected"] == [
        {key: one[key] for key in ("pseudonym", "type", "page", "start", "end", "text")} | {"by": "paula"}
    ]
    with pytest.raises(NotFound):  # somebody else was faster
        names.accept_detection(house, paula, filing, *place)
    assert names.add_detection(house, paula, filing, *place, "PERSON")["pseudonym"] == one["pseudonym"]
    entries = list(audit.export(house.db))[began:]
    done = [e["action"] for e in entries if e["action"] != "names.read"]
    assert [a for a in done if a.startswith("names.")] == ["names.accept", "names.reject", "names.add"]
    assert "refused" in done
    assert all(e["actor"] == "paula" for e in entries)
    words = {word for d in people_found for word in d["text"].split() if len(word) > 3}
    assert words and not [word for word in words if word in json.dumps(entries)]


def test_a_filing_that_is_not_read_has_no_names_to_review(house: House, filing: str) -> None:
    matter_id = filings.get_filing(house.db, filing).matter_id
    key = filings.add_filing(house.db, matter_id, "next.txt", b"1. A tenant pays rent.", "paula").document_id
    with pytest.raises(RefusedInput):
        names.list_all_detections(house, user(house, "paula"), key)
