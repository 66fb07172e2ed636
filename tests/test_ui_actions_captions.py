"""Caption facts that people correct: who may, what is stored, and what summaries and answers make of them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_actions import FakeActions
from fake_web import log_in, open_fake_house
from fastapi.testclient import TestClient
from firm_samples import PASSWORD, open_firm

from assistant.captions import tell_caption, tell_fact
from assistant.errors import NotAllowed, RefusedInput, WrongUsage
from assistant.evidence.reading import Reading
from assistant.store import audit, filings, people
from assistant.store.people import User
from assistant.store.pseudonyms import format_pseudonym
from ingest.pipeline import ingest_filing
from ui.actions import filings as actions
from ui.actions import people as people_actions
from ui.actions.summaries import stream_summary
from ui.services import House
from ui.upkeep import renew_index
from ui.web.app import build_app

os.environ.setdefault("HF_HUB_OFFLINE", "1")
COMPLAINT = """IN THE SUPERIOR COURT OF FULTON COUNTY

MARLENE OKAFOR,

Plaintiff,

v.

HARBOR HOLDINGS, LLC,

Defendant.

Case No. 24-CV-1182

COMPLAINT

1. Plaintiff Marlene Okafor rented a house at the edge of the harbor from the defendant for three years.

2. The roof leaked from the first winter on, and the defendant repaired nothing in all that time.

3. Tobias Wrenfield wrote to the defendant in May, and the defendant never answered his letter.
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        opened = open_firm(home, patch)
        people.add_user(opened.db, "wanda", "paralegal", PASSWORD)
        yield opened
        opened.close()


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


@pytest.fixture
def filing(house: House, request: pytest.FixtureRequest) -> str:
    """A complaint in a matter of alex and paula, from which wanda is walled off."""
    alex = user(house, "alex")
    matter_id = str(people_actions.create_matter(house, alex, f"Matter of {request.node.name}")["matter_id"])
    for name in ("paula", "wanda"):
        people_actions.add_member(house, alex, matter_id, name)
    people_actions.set_wall(house, alex, matter_id, "wanda", "Her brother works for the defendant.")
    key = filings.add_filing(house.db, matter_id, "complaint.txt", COMPLAINT.encode(), "paula").document_id
    ingest_filing(house.db, house.index, house.settings, key)
    return key


@pytest.mark.parametrize("name", ["nina", "ada", "wanda"])
def test_neither_a_stranger_nor_an_admin_nor_who_is_walled_off_corrects(house: House, filing: str, name: str) -> None:
    before = actions.get_filing(house, user(house, "paula"), filing)["facts"]
    with pytest.raises(NotAllowed):
        actions.correct_caption(house, user(house, name), filing, {"judge": "Somebody Else"}, "motion")
    shown = actions.get_filing(house, user(house, "paula"), filing)
    assert shown["facts"] == before and shown["document_type"] == "complaint" and shown["corrected"] == []


def test_what_is_corrected_is_shown_kept_over_revisions_and_logged_without_its_words(house: House, filing: str) -> None:
    paula = user(house, "paula")
    typed = {"parties": "Odalys Quintero v. Harbor Holdings, LLC", "docket_number": "26-CV-9977", "judge": ""}
    shown = actions.correct_caption(house, paula, filing, typed, "motion")
    assert shown["facts"]["parties"] == typed["parties"] and shown["facts"]["docket_number"] == "26-CV-9977"
    assert "judge" not in shown["facts"] and shown["document_type"] == "motion"
    assert shown["corrected"] == ["docket_number", "parties", "judge"]
    stored = filings.load_document(house.db, filing)
    assert "Odalys" not in repr(stored) and "9977" not in repr(stored) and stored.document_type == "motion"
    assert stored.facts["court"].casefold().endswith("fulton county"), "what was not named stays as it was read"
    # a later revision, here by a name that the next filing of the matter brings, keeps what was corrected
    matter_id = filings.get_filing(house.db, filing).matter_id
    letter = filings.add_filing(house.db, matter_id, "letter.txt", b"Mr. Roof of Maine, and Marlene.", "paula")
    ingest_filing(house.db, house.index, house.settings, letter.document_id)
    later = actions.correct_caption(house, user(house, "alex"), filing, {"judge": "Vera Lindqvist"})
    assert later["facts"]["parties"] == typed["parties"] and later["facts"]["judge"] == "Vera Lindqvist"
    assert later["document_type"] == "motion"
    entries = [e for e in audit.export(house.db) if e["action"] == "filing.correct"][-2:]
    assert [e["actor"] for e in entries] == ["paula", "alex"]
    assert "Quintero" not in json.dumps(entries) and "Lindqvist" not in json.dumps(entries)
    data = b"".join(path.read_bytes() for path in house.settings.home.glob("casebrief.db*"))
    assert data
    assert [word for word in (b"Odalys", b"Quintero", b"26-CV-9977", b"Lindqvist") if word in data] == []


def test_passages_are_embedded_anew_with_a_type_that_was_corrected(
    house: House, filing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(house.__dict__, "index")  # the real one
    matter_id = filings.get_filing(house.db, filing).matter_id
    house.index.add(filings.load_document(house.db, filing))
    assert house.index.indexed_types(matter_id) == {filing: "complaint"}
    actions.correct_caption(house, user(house, "paula"), filing, {}, "motion")
    assert house.index.indexed_types(matter_id) == {filing: "motion"}
    (told,) = {meta["type"] for meta in house.index._open_matter(matter_id).collection.get()["metadatas"]}
    assert told == "motion" and renew_index(house, matter_id) == 0


def test_a_summary_tells_the_caption_as_corrected_in_the_parts_of_the_new_type(house: House, filing: str) -> None:
    paula = user(house, "paula")
    typed = {"parties": "Odalys Quintero v. Harbor Holdings, LLC", "court": "Superior Court of Chatham County"}
    actions.correct_caption(house, paula, filing, typed, "motion")
    events = list(stream_summary(house, paula, filing, detail="brief", adapter="none", stop=threading.Event()))
    summary = events[-1]["summary"]
    first = summary["sentences"][0]
    assert "Odalys Quintero v. Harbor Holdings, LLC" in first["text"]
    assert "Superior Court of Chatham County" in first["text"]
    assert first["reason"] == "from the caption, as a person corrected it" and first["origin"] == "person"
    parts = {sentence["part"] for sentence in summary["sentences"]} | set(summary["missing_parts"])
    assert parts == set(house.template("motion").part_names)


def test_an_answer_after_the_judge_is_the_one_that_was_corrected(house: House, filing: str) -> None:
    question = "Who is the judge?"
    assert tell_fact(Reading(filings.load_document(house.db, filing)), question) is None
    actions.correct_caption(house, user(house, "paula"), filing, {"judge": "Vera Lindqvist"})
    line = tell_fact(Reading(filings.load_document(house.db, filing)), question)
    assert (
        line is not None and line.text == "The caption names Vera Lindqvist as the judge." and line.origin == "person"
    )


def test_a_fact_that_was_only_read_must_stand_in_the_caption(house: House, filing: str) -> None:
    from dataclasses import replace

    document = filings.load_document(house.db, filing)
    told = tell_caption(Reading(document), "complaint")
    assert told is not None and told.reason == "read from the caption" and told.origin == "source"
    wrong = replace(document, facts=document.facts | {"parties": "Ann Other v. Bob Else"})
    assert tell_caption(Reading(wrong), "complaint") is None


def test_a_name_that_is_typed_is_masked_in_the_matters_filings(house: House, filing: str) -> None:
    matter_id = filings.get_filing(house.db, filing).matter_id
    unseen = "the roof of quentin abelard has leaked since the winter, as Xylander said. Xylander was not heard."
    letter = filings.add_filing(house.db, matter_id, "letter.txt", unseen.encode(), "paula").document_id
    ingest_filing(house.db, house.index, house.settings, letter)
    actions.correct_caption(house, user(house, "paula"), filing, {"parties": "Bruno Xylander v. Harbor Holdings, LLC"})
    assert "Xylander" not in filings.load_document(house.db, letter).text


@pytest.mark.parametrize(
    ("facts", "document_type", "error"),
    [
        ({"judge": "x" * 501}, "", RefusedInput),  # longer than any judge's name
        ({"plaintiff": "A"}, "", WrongUsage),  # no fact of a caption
        ({"judge": format_pseudonym("PERSON", 4711)}, "", RefusedInput),  # would show whose name it stands for
        ({}, "../motion", WrongUsage),  # no type that a template stands for
    ],
)
def test_what_is_no_fact_is_refused(
    house: House, filing: str, facts: dict[str, str], document_type: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        actions.correct_caption(house, user(house, "paula"), filing, facts, document_type)
    assert filings.load_document(house.db, filing).corrected == ()


def test_the_route_takes_texts_by_name_and_nothing_else(tmp_path: Path) -> None:
    with TestClient(build_app(open_fake_house(tmp_path), FakeActions()), base_url="http://localhost") as client:
        client.app.state.actions = fake = FakeActions()  # type: ignore[attr-defined]
        log_in(client, "pia")
        headers = {"x-csrf-token": client.csrf}  # type: ignore[attr-defined]
        sent = {"facts": {"judge": "Vera Lindqvist"}, "document_type": "motion"}
        answer = client.post("/api/filings/d-1/caption", json=sent, headers=headers)
        assert answer.status_code == 200 and answer.json()["facts"]["judge"] == "Vera Lindqvist"
        assert fake.calls[-1] == ("correct_caption", "d-1", {"judge": "Vera Lindqvist"}, "motion")
        for wrong in ({"facts": ["judge"]}, {"facts": {"judge": 3}}, {"facts": {}, "document_type": 4}):
            assert client.post("/api/filings/d-1/caption", json=wrong, headers=headers).status_code == 400
        assert client.post("/api/filings/d-1/caption", json=sent).status_code == 403
