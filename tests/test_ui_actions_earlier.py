"""The summaries of a filing beside each other: which one is shown first, what a list says of the others, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from store_samples import CLIENT, add_matter, add_read_filing, make_summary, settings_of

from assistant.documents import RedactedDocument
from assistant.errors import NotAllowed, NotFound
from assistant.store import filings, people, work
from assistant.store.people import User
from ui.actions import summaries
from ui.services import House, open_house

PASSWORD = "correct horse battery"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    opened = open_house(settings_of(tmp_path))
    for name, role in (
        ("alex", "attorney"), ("paula", "paralegal"), ("pete", "paralegal"), ("nina", "attorney"), ("ada", "admin"),
    ):  # fmt: skip
        people.add_user(opened.db, name, role, PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def document(house: House) -> RedactedDocument:
    matter_id = add_matter(house.db)
    for name in ("alex", "paula", "pete"):
        people.add_member(house.db, name, matter_id)
    return add_read_filing(house.db, matter_id)


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def make(house: House, document: RedactedDocument, state: str, author: str = "paula") -> str:
    """Store a summary in a state: "draft", "stopped" (a draft), "submitted", "signed_off" or "discarded"."""
    key = work.save_summary(house.db, replace(make_summary(document), stopped=state.startswith("stopped")), author)
    if state in ("submitted", "signed_off", "stopped and signed_off"):
        work.submit(house.db, key, author, 0, (), "")
    if state.endswith("signed_off"):
        work.sign_off(house.db, key, "alex")
    if state == "discarded":
        work.discard_summary(house.db, key)
    return key


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["signed_off", "stopped"], 0),  # a stopped draft does not hide what is signed off
        (["submitted", "stopped"], 0),  # nor what waits for it
        (["draft", "stopped", "stopped"], 0),  # nor a whole draft
        (["signed_off", "draft"], 1),  # a whole draft is the work in hand
        (["draft", "stopped and signed_off"], 1),  # signed off as it was: no draft any more
        (["stopped", "stopped"], 1),  # nothing else is there
        (["draft", "discarded"], 0),  # put aside
    ],
)
def test_the_summary_that_a_filing_opens_with(
    house: House, document: RedactedDocument, states: list[str], shown: int
) -> None:
    keys = [make(house, document, state) for state in states]
    latest = summaries.latest_summary(house, user(house, "paula"), document.document_id)
    assert latest is not None and latest["summary_id"] == keys[shown]


def test_the_list_says_when_by_whom_and_how_far_and_no_word_of_the_filing(
    house: House, document: RedactedDocument
) -> None:
    signed, gone, stopped = (make(house, document, state) for state in ("signed_off", "discarded", "stopped"))
    told = summaries.list_summaries(house, user(house, "pete"), document.document_id)
    assert [one["summary_id"] for one in told] == [stopped, signed]  # newest first
    assert [(one["status"], one["signed_off_by"], one["stopped"]) for one in told] == [
        ("draft", "", True),
        ("signed_off", "alex", False),
    ]
    assert {one["author"] for one in told} == {"paula"} and {one["adapter"] for one in told} == {"house-1"}
    assert all(one["created_at"] for one in told)
    assert CLIENT not in str(told) and "sues" not in str(told)
    assert summaries.get_summary(house, user(house, "pete"), signed)["signed_off_by"] == "alex"  # opened to be read


@pytest.mark.parametrize("name", ["nina", "ada"])
def test_neither_a_stranger_nor_an_admin_hears_of_them(house: House, document: RedactedDocument, name: str) -> None:
    make(house, document, "draft")
    with pytest.raises(NotAllowed):
        summaries.list_summaries(house, user(house, name), document.document_id)


def test_they_are_hidden_with_a_sequestered_filing(house: House, document: RedactedDocument) -> None:
    make(house, document, "draft")
    filings.set_sequestered(house.db, document.document_id, True)
    with pytest.raises(NotFound):
        summaries.list_summaries(house, user(house, "alex"), document.document_id)


def test_a_draft_waits_on_the_review_list_of_its_author_only(house: House, document: RedactedDocument) -> None:
    keys = {make(house, document, state) for state in ("draft", "stopped")}
    mine = summaries.review_list(house, user(house, "paula"))
    assert {row["summary_id"] for row in mine} == keys
    assert sorted(row["stopped"] for row in mine) == [False, True]
    assert summaries.review_list(house, user(house, "pete")) == []
    assert summaries.review_list(house, user(house, "alex")) == []
