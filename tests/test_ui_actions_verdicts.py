"""Flags of sentences and summaries that are put aside, over a small real store: who may, what stands, what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from store_samples import CLIENT, add_matter, add_read_filing, find_bytes, make_summary, settings_of

from assistant.documents import RedactedDocument, Sentence
from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput
from assistant.store import audit, flags, people, work
from assistant.store.people import User
from ui.actions import summaries, verdicts
from ui.services import House, open_house


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    opened = open_house(settings_of(tmp_path))
    for name, role in (
        ("alex", "attorney"), ("paula", "paralegal"), ("pete", "paralegal"), ("nina", "attorney"), ("ada", "admin"),
    ):  # fmt: skip
        people.add_user(opened.db, name, role, "correct horse battery")
    yield opened
    opened.close()


@pytest.fixture
def document(house: House) -> RedactedDocument:
    matter_id = add_matter(house.db)
    for name in ("alex", "paula", "pete"):
        people.add_member(house.db, name, matter_id)
    return add_read_filing(house.db, matter_id)


@pytest.fixture
def key(house: House, document: RedactedDocument) -> str:
    """A draft of paula's with three sentences."""
    made = make_summary(document)
    sentences = tuple(replace(made.sentences[0], text=f"Person 1 sues in {n}.") for n in (1, 2, 3))
    return work.save_summary(house.db, replace(made, sentences=sentences), "paula")


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def edit(house: House, key: str, sentences: tuple[Sentence, ...]) -> None:
    version = work.get_summary(house.db, key).version
    work.save_edit(house.db, key, "paula", " ".join(s.text for s in sentences), sentences, version)


def test_a_flag_tells_who_and_why_and_is_taken_back_by_its_author(house: House, key: str) -> None:
    paula, alex = user(house, "paula"), user(house, "alex")
    shown = verdicts.flag_sentence(house, paula, key, 1, "wrong_figure", f" {CLIENT} says 2 ", 1)
    assert shown["flags"] == [{"index": 1, "by": "paula", "reason": f"Wrong figure, amount or date: {CLIENT} says 2"}]
    verdicts.flag_sentence(house, alex, key, 1, "style")
    assert [f["by"] for f in summaries.get_summary(house, alex, key)["flags"]] == ["paula", "alex"]
    verdicts.withdraw_flag(house, alex, key, 1, 1)
    assert [f["by"] for f in verdicts.withdraw_flag(house, alex, key, 1)["flags"]] == ["paula"]  # not another's
    told = [(e["actor"], e["action"]) for e in audit.export(house.db) if e["action"].startswith("sentence.")]
    assert told == [("paula", "sentence.flag"), ("alex", "sentence.flag"), ("alex", "sentence.unflag")]
    house.db.compact()
    assert find_bytes(house.settings.home, CLIENT.encode()) == []  # the note is sealed


def test_a_flag_follows_its_sentence_and_ends_with_its_words(house: House, key: str) -> None:
    paula = user(house, "paula")
    verdicts.flag_sentence(house, paula, key, 2, "style")
    one, two, three = work.get_summary(house.db, key).sentences
    edit(house, key, (two, three))
    assert [f.index for f in flags.list_flags(house.db, key)] == [1]  # the first sentence was taken out
    verdicts.flag_sentence(house, paula, key, 1, "bad_citation")  # again, where it stands now: still one flag
    (flag,) = flags.list_flags(house.db, key)
    assert (flag.index, flag.reason) == (1, "bad_citation")
    edit(house, key, (two, replace(three, text="Person 1 sues in 1999.")))
    assert flags.list_flags(house.db, key) == ()
    edit(house, key, (one, two, three))
    assert [f.index for f in flags.list_flags(house.db, key)] == [2]  # restored with its words


def test_a_flag_of_what_is_stale_unknown_or_locked_is_refused(house: House, key: str) -> None:
    paula = user(house, "paula")
    edit(house, key, work.get_summary(house.db, key).sentences)
    for attempt, error in (
        (lambda: verdicts.flag_sentence(house, paula, key, 0, "style", "", 1), Conflict),  # version 2 is there
        (lambda: verdicts.withdraw_flag(house, paula, key, 0, 1), Conflict),
        (lambda: verdicts.flag_sentence(house, paula, key, 3, "style"), NotFound),
        (lambda: verdicts.flag_sentence(house, paula, key, 0, "because"), RefusedInput),
    ):
        with pytest.raises(error):
            attempt()
    work.submit(house.db, key, "paula", 0, (), "")
    verdicts.flag_sentence(house, user(house, "alex"), key, 0, "told_as_fact")  # an attorney checks what is submitted
    work.sign_off(house.db, key, "alex")
    with pytest.raises(Conflict):
        verdicts.flag_sentence(house, paula, key, 0, "style")


@pytest.mark.parametrize("returned", [False, True])
def test_a_summary_put_aside_is_kept_and_comes_back_as_it_was(house: House, key: str, returned: bool) -> None:
    paula, alex = user(house, "paula"), user(house, "alex")
    document_id = work.get_summary(house.db, key).document_id
    before = "returned" if returned else "draft"
    if returned:
        work.submit(house.db, key, "paula", 0, (), "")
        work.return_summary(house.db, key, "alex", "name the judge")
    assert verdicts.discard_summary(house, paula, key)["status"] == "discarded"
    assert summaries.latest_summary(house, paula, document_id) is None
    for name, sees in (("paula", True), ("alex", True), ("pete", False)):
        listed = [(row["summary_id"], row["status"]) for row in summaries.review_list(house, user(house, name))]
        assert listed == ([(key, "discarded")] if sees else []), name
    with pytest.raises(Conflict):
        verdicts.discard_summary(house, paula, key)
    with pytest.raises(Conflict):
        summaries.edit_sentence(house, paula, key, 0, "", 1)
    back = verdicts.restore_summary(house, alex, key)  # an attorney may, too
    assert back["status"] == before and back["returned_reason"] == ("name the judge" if returned else "")
    with pytest.raises(Conflict):
        verdicts.restore_summary(house, paula, key)
    told = [e["action"] for e in audit.export(house.db) if e["action"] in ("summary.discard", "summary.restore")]
    assert told == ["summary.discard", "summary.restore"]


def test_each_version_tells_what_it_changed_in_the_one_before_and_an_old_one_comes_back(house: House, key: str) -> None:
    paula = user(house, "paula")
    one, two, three = work.get_summary(house.db, key).sentences
    edit(house, key, (one, two))
    edit(house, key, (one, replace(two, text="Person 1 sues in 1999.")))

    def changes(version: int | None) -> list[list[str]]:
        told = summaries.difference(house, paula, key, version)
        return [[op, " ".join(text.split())] for op, text in told if op != "equal"]

    assert changes(2) == [["delete", "Person 1 sues in 3."]]
    assert changes(3) == [["delete", "2."], ["insert", "1999."]]
    assert changes(None) == [["delete", "2. Person 1 sues in 3."], ["insert", "1999."]]  # against the first draft
    for version in (0, 1, 4):
        with pytest.raises(NotFound):
            summaries.difference(house, paula, key, version)
    with pytest.raises(NotAllowed):
        summaries.difference(house, user(house, "nina"), key, 2)
    restored = summaries.restore_version(house, paula, key, 1, 3)
    assert restored["version"] == 4 and len(restored["sentences"]) == 3
    with pytest.raises(Conflict):
        summaries.restore_version(house, paula, key, 1, 3)  # somebody else saved meanwhile


def test_what_waits_for_an_attorney_or_is_signed_off_is_not_put_aside(house: House, key: str) -> None:
    work.submit(house.db, key, "paula", 0, (), "")
    for name in ("paula", "alex"):
        with pytest.raises(Conflict):
            verdicts.discard_summary(house, user(house, name), key)
    work.sign_off(house.db, key, "alex")
    with pytest.raises(Conflict):
        verdicts.discard_summary(house, user(house, "alex"), key)


@pytest.mark.parametrize("name", ["pete", "nina", "ada"])
def test_only_its_author_or_an_attorney_of_the_matter_puts_it_aside(house: House, key: str, name: str) -> None:
    actor = user(house, name)
    with pytest.raises(NotAllowed):
        verdicts.discard_summary(house, actor, key)
    assert work.get_summary(house.db, key).status == "draft"
    verdicts.discard_summary(house, user(house, "paula"), key)
    with pytest.raises(NotAllowed):
        verdicts.restore_summary(house, actor, key)
    if name != "pete":  # a colleague of the matter may flag
        with pytest.raises(NotAllowed):
            verdicts.flag_sentence(house, actor, key, 0, "style")
