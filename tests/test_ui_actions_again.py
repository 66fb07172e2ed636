"""Parts of a summary written again through the real store, without a model."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher
from office_steps import PASSWORD, TEXT, add, make_matter, summarize, user

from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput
from assistant.settings import Settings
from assistant.store import people
from ui.actions import again, summaries
from ui.services import House, open_house

MORE = """The manager kept the time cards of the night shift in a locked cabinet in the gate house.

On August 7, 2023, the crane at berth nine lifted containers through the night without a second crew.

She wrote on September 14, 2023 to the payroll office and asked for the records of her hours.

The payroll office answered on September 15, 2023 that the records had been thrown away.

Two other dock workers, who also asked for their records, were moved to the night shift in October 2023.

COUNT I"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
        opened = open_house(Settings(home=tmp_path_factory.mktemp("home")))
        for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin"), ("nina", "attorney")):
            people.add_user(opened.db, name, role, PASSWORD)
        patch.setattr(opened, "choose_adapter", lambda choice, name="": "none")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def filing(house: House) -> dict[str, Any]:
    return add(house, make_matter(house, "Okafor v. Palmetto"), "complaint.txt", TEXT.replace("COUNT I", MORE))


@pytest.fixture
def summary(house: House, filing: dict[str, Any]) -> dict[str, Any]:
    return summarize(house, filing["document_id"])


@pytest.mark.parametrize("how", again.WAYS)
def test_a_part_is_written_again_and_the_earlier_text_stays_a_version(
    house: House, filing: dict[str, Any], how: str
) -> None:
    paula = user(house, "paula")
    summary = summarize(house, filing["document_id"])  # adapter "none": written again by the filing's own words, too
    key, part = summary["summary_id"], "Facts"
    inside = [n for n, s in enumerate(summary["sentences"]) if s["part"] == part]
    first, last = inside[0], inside[-1] + 1
    *told, done = again.rewrite(house, paula, key, first, last, how=how, expected_version=1, stop=threading.Event())
    assert done["kind"] == "done" and done["summary"]["version"] == 2 and done["count"] == len(told) >= 1
    after = done["summary"]["sentences"]
    assert after[:first] == summary["sentences"][:first]
    assert after[first + done["count"] :] == summary["sentences"][last:]
    assert {s["part"] for s in after[first : first + done["count"]]} == {part}
    assert all(s["evidence"] and s["support"] == "supported" for s in after[first : first + done["count"]])
    assert [v["version"] for v in summaries.list_versions(house, paula, key)] == [1, 2]
    with pytest.raises(Conflict):
        again.rewrite(house, paula, key, 0, 1, how=how, expected_version=1, stop=threading.Event())


def test_another_sentence_says_something_else(house: House, summary: dict[str, Any]) -> None:
    paula, key = user(house, "paula"), summary["summary_id"]
    facts = [n for n, s in enumerate(summary["sentences"]) if s["part"] == "Facts"]
    call = again.rewrite(
        house, paula, key, facts[0], facts[0] + 1, how="other", expected_version=1, stop=threading.Event()
    )
    *_, done = call
    before = [s["text"] for s in summary["sentences"]]
    assert done["count"] == 1 and done["summary"]["sentences"][facts[0]]["text"] not in before


def test_writing_again_refuses_what_is_not_one_part_and_who_may_not(house: House, summary: dict[str, Any]) -> None:
    paula, key = user(house, "paula"), summary["summary_id"]
    for first, last, how in (
        (0, len(summary["sentences"]), "shorter"),
        (3, 3, "shorter"),
        (0, 99, "other"),
        (0, 1, "x"),
    ):
        with pytest.raises(RefusedInput):
            again.rewrite(house, paula, key, first, last, how=how, expected_version=1, stop=threading.Event())
    for name in ("nina", "ada"):
        with pytest.raises(NotAllowed):
            again.rewrite(house, user(house, name), key, 0, 1, how="other", expected_version=1, stop=threading.Event())
    facts = next(n for n, s in enumerate(summary["sentences"]) if s["part"] == "Facts")
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(NotFound):
        list(again.rewrite(house, paula, key, facts, facts + 1, how="longer", expected_version=1, stop=stopped))
    assert summaries.get_summary(house, paula, key)["version"] == 1
