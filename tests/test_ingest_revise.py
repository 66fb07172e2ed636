"""A later finding makes a new revision: names found later, and what people accept, reject and add, through the store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from leaks import find_names
from store_samples import make_answer, make_summary

from assistant.documents import OffsetMap, PageSpan, RedactedDocument, Segment
from assistant.errors import NotFound, RefusedInput
from assistant.settings import load_settings
from assistant.store import audit, conversations, decisions, filings, matters, work
from assistant.store.database import Database, open_database
from assistant.store.vault import open_vault
from finetune.dataset import collect_corrections
from ingest import review, revise
from ingest.pipeline import ingest_filing

os.environ.setdefault("HF_HUB_OFFLINE", "1")

# "Brisk" at the beginning of a sentence is no name to a recognizer; the complaint tells that it is one.
NOTE = (
    "MEMORANDUM\n\n1. The keys were handed over at noon.\n\n2. Brisk left the yard before the crane was moved.\n\n"
    "3. The Brisk file was closed. See Brisk v. Ohio, 392 U.S. 1 (1968).\n\n4. The wind was brisk that day.\n"
)
COMPLAINT = (
    "COMPLAINT\n\n1. Plaintiff Marlene Brisk is a crane operator who lives in Toledo.\n\n"
    "2. Ms. Brisk alleges that she was not paid for 40 hours.\n"
)


class Index:
    """Notes the revisions that it is given."""

    def __init__(self) -> None:
        self.held: dict[str, RedactedDocument] = {}

    def add(self, document: RedactedDocument, report: Any = None) -> None:
        self.held[document.document_id] = document

    def add_all(self, matter_id: str, documents: Any, report: Any = None) -> None:
        for document in documents:
            self.add(document)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(load_settings(home=tmp_path))


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def matter(db: Database) -> str:
    return matters.create_matter(db, "Brisk v. Harbor", "ada").matter_id


def add(db: Database, index: Index, matter: str, text: str, name: str = "a.txt") -> RedactedDocument:
    filing = filings.add_filing(db, matter, name, text.encode(), "pat")
    ingest_filing(db, index, db.settings, filing.document_id)
    return filings.load_document(db, filing.document_id)


def original_of(db: Database, document: RedactedDocument, start: int, end: int) -> str:
    """Cut the original characters that a range of a document stands for."""
    pages = {p.number: p.text for p in filings.load_pages(db, document.document_id, document.revision)}
    return "".join(pages[s.page][s.start : s.end] for s in document.offsets.to_original(start, end))


def place_of(db: Database, document: RedactedDocument, pseudonym: str, nth: int = 0) -> PageSpan:
    found = [d for d in review.list_detections(document, 1, ()) if d.pseudonym == pseudonym]
    return found[nth].place


def test_a_name_found_in_a_later_filing_is_masked_in_the_earlier_one(db, index, matter):
    first = add(db, index, matter, NOTE)
    assert "Brisk left" in first.text  # missed: nothing told that it is a name
    second = add(db, index, matter, COMPLAINT, "b.txt")
    assert "Brisk" not in second.text and second.revision == 1
    revised = filings.load_document(db, first.document_id)
    assert revised.revision == 2 and "Brisk left" not in revised.text and "The Brisk file" not in revised.text
    (person,) = [e.pseudonym for e in open_vault(db, matter).entries() if e.type == "PERSON"]
    assert f"{person} left the yard" in revised.text and person in second.text
    assert "was brisk that day" in revised.text  # a word
    fresh = add(db, index, matter, NOTE.replace("noon", "dawn"), "c.txt")  # as if it had been read with that knowledge
    assert fresh.text.replace("dawn", "noon") == revised.text and fresh.facts == revised.facts
    assert index.held[first.document_id] == revised
    # the way back: every passage and every pseudonym stand for the same original characters as before
    assert [original_of(db, revised, p.start, p.end) for p in revised.passages] == [
        original_of(db, first, p.start, p.end) for p in first.passages
    ]
    at = revised.text.index(f"{person} left")
    assert original_of(db, revised, at, at + len(person)) == "Brisk"
    entries = [e for e in audit.export(db) if e["action"] == "filing.revise"]
    assert [(e["subject"], e["detail"]) for e in entries] == [
        (first.document_id, {"revision": 2, "masked": 3, "restored": 0})
    ]
    assert revise.spread_findings(db, matter, "pat") == ()  # once is enough


def test_only_filings_that_hold_the_name_are_opened(db, index, matter, monkeypatch):
    other = add(db, index, matter, "MEMORANDUM\n\n1. The crane was inspected by the port in May.\n", "c.txt")
    first = add(db, index, matter, NOTE)
    opened: list[str] = []
    taken = revise.find_changes
    monkeypatch.setattr(revise, "find_changes", lambda d, v, at, f: opened.append(at.document_id) or taken(d, v, at, f))
    add(db, index, matter, COMPLAINT, "b.txt")
    assert opened == [first.document_id]
    assert filings.load_document(db, other.document_id).revision == 1


def test_another_matter_is_not_touched(db, index, matter):
    elsewhere = matters.create_matter(db, "Other", "ada").matter_id
    kept = add(db, index, elsewhere, NOTE)
    add(db, index, matter, COMPLAINT, "b.txt")
    assert filings.load_document(db, kept.document_id) == kept


def test_a_crash_before_the_spread_is_made_up_for(db, index, matter, monkeypatch):
    first = add(db, index, matter, NOTE)

    def die(*_given, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.pipeline.spread_findings", die)
    with pytest.raises(KeyboardInterrupt):
        add(db, index, matter, COMPLAINT, "b.txt")
    monkeypatch.undo()
    assert filings.load_document(db, first.document_id).revision == 1
    assert decisions.list_behind(db) == (matter,)  # what a server's start goes through
    assert revise.spread_findings(db, matter, "pat") == (first.document_id,)
    assert decisions.list_behind(db) == ()
    assert "Brisk left" not in filings.load_document(db, first.document_id).text


def test_signed_off_evidence_keeps_its_revision_and_what_nothing_rests_on_goes(db, index, matter):
    first = add(db, index, matter, NOTE)
    bare = add(db, index, matter, NOTE.replace("noon", "dawn"), "c.txt")
    asked = add(db, index, matter, NOTE.replace("noon", "nine"), "d.txt")
    key = conversations.start_conversation(db, matter, "pat", "Who?")
    conversations.add_turn(db, key, "Who?", make_answer(asked))
    summary = make_summary(first, "Brisk left the yard.")
    key = work.save_summary(db, summary, "pat")
    work.submit(db, key, "pat", 0, [], "")
    work.sign_off(db, key, "ann")
    matters.record_consent(db, matter, "ann", True, "letter")
    add(db, index, matter, COMPLAINT, "b.txt")
    assert filings.load_document(db, first.document_id).revision == 2
    old = filings.load_document(db, first.document_id, work.get_summary(db, key).revision)
    assert old == first  # its quotes are cut from the text that was signed off
    assert filings.load_document(db, asked.document_id, 1) == asked
    with pytest.raises(NotFound):
        filings.load_document(db, bare.document_id, 1)  # what was missed is not kept without need
    assert filings.load_pages(db, bare.document_id)[0].text == NOTE.replace("noon", "dawn")
    (lesson,) = collect_corrections(db, work.approved_corrections(db))
    assert "Brisk" not in lesson.summary and "Brisk left" not in lesson.document.text


def test_a_detection_is_listed_with_type_confidence_and_place(db, index, matter):
    document = add(db, index, matter, COMPLAINT)
    found = review.list_detections(document, 1, decisions.list_decisions(db, document.document_id))
    assert [COMPLAINT[d.place.start : d.place.end] for d in found if d.type == "PERSON"] == ["Marlene Brisk", "Brisk"]
    assert all(d.confidence and 0 < d.confidence <= 1 and d.decision == "" for d in found)
    assert review.list_detections(document, 2, ()) == []
    place = found[0].place
    assert review.accept_detection(db, document.document_id, place, "ann", everywhere=False) == 1
    assert review.accept_detection(db, document.document_id, place, "ann", everywhere=True) == 2
    again = review.list_detections(document, 1, decisions.list_decisions(db, document.document_id))
    assert [d.decision for d in again if d.type == "PERSON"] == ["accepted", "accepted"]
    with pytest.raises(NotFound):
        review.accept_detection(db, document.document_id, PageSpan(1, 0, 3), "ann", everywhere=False)


def test_a_name_that_a_person_adds_is_masked_in_the_whole_matter_and_in_later_filings(db, index, matter):
    first = add(db, index, matter, NOTE)
    second = add(db, index, matter, "MEMORANDUM\n\n1. Brisk signed for the keys.\n", "c.txt")
    at = NOTE.index("Brisk left")
    place = PageSpan(1, at + 1, at + 4)  # a selection within the word takes the word
    pseudonym, revised = review.add_detection(db, first.document_id, place, "PERSON", "ann")
    assert revised == sorted([first.document_id, second.document_id])
    for document_id in revised:
        text = filings.load_document(db, document_id).text
        assert pseudonym in text and "Brisk signed" not in text and "Brisk left" not in text
    assert open_vault(db, matter).find(pseudonym).original == "Brisk"
    later = add(db, index, matter, "MEMORANDUM\n\n1. Brisk came back.\n", "d.txt")
    assert f"{pseudonym} came back" in later.text
    found = review.list_detections(filings.load_document(db, first.document_id), 1, [])
    assert found[0].confidence == 1.0 and NOTE[found[0].place.start : found[0].place.end] == "Brisk"
    added = [e for e in audit.export(db) if e["action"] == "names.add"]
    assert added[0]["actor"] == "ann" and added[0]["detail"] == {"page": 1, "pseudonym": pseudonym, "type": "PERSON"}


@pytest.mark.parametrize("type", ["LOC", "MISC", "CODE"])
def test_a_term_of_any_type_can_be_added(db, index, matter, type):
    text = "MEMORANDUM\n\n1. The crane stood in Operation Candle at noon.\n\n2. Operation Candle was closed.\n"
    first = add(db, index, matter, text)
    assert "Operation Candle" in first.text
    second = add(db, index, matter, text.replace("noon", "dawn"), "b.txt")
    at = text.index("Operation Candle")
    pseudonym, revised = review.add_detection(db, first.document_id, PageSpan(1, at, at + 16), type, "ann")
    assert revised == sorted([first.document_id, second.document_id])
    later = add(db, index, matter, text.replace("noon", "nine"), "c.txt")
    for document in (*(filings.load_document(db, d) for d in revised), later):
        assert document.text.count(pseudonym) == 2 and "Candle" not in document.text


def test_a_rejected_detection_gives_the_word_back_here_or_in_the_whole_matter(db, index, matter):
    first, second = add(db, index, matter, COMPLAINT), add(db, index, matter, COMPLAINT.replace("40", "41"), "b.txt")
    (pseudonym,) = {d.pseudonym for d in review.list_detections(first, 1, ()) if d.type == "PERSON"}
    place = place_of(db, first, pseudonym, 1)
    assert review.reject_detection(db, first.document_id, place, "ann", everywhere=False) == [first.document_id]
    now = filings.load_document(db, first.document_id)
    assert "Ms. Brisk alleges" in now.text and f"Plaintiff {pseudonym} is" in now.text
    at = now.text.index("Brisk alleges")
    assert original_of(db, now, at, at + 13) == "Brisk alleges"
    assert open_vault(db, matter).restore(pseudonym) == "Marlene Brisk"  # it keeps its meaning
    revised = review.reject_detection(
        db, second.document_id, place_of(db, second, pseudonym, 1), "ann", everywhere=True
    )
    assert revised == [second.document_id]  # nowhere else does the word stand alone and masked
    later = add(db, index, matter, COMPLAINT.replace("40", "42"), "c.txt")
    assert "Ms. Brisk alleges" in later.text and "Marlene" not in later.text
    assert "Ms. Brisk" in filings.load_document(db, first.document_id).text
    told = [e["detail"] for e in audit.export(db) if e["action"] == "names.reject"]
    assert [t["everywhere"] for t in told] == [False, True] and set(told[0]) == {"everywhere", "page", "pseudonym"}


def test_a_word_rejected_for_the_matter_is_given_back_in_the_other_filings(db, index, matter):
    first, second = add(db, index, matter, COMPLAINT), add(db, index, matter, COMPLAINT.replace("40", "41"), "b.txt")
    (pseudonym,) = {d.pseudonym for d in review.list_detections(first, 1, ()) if d.type == "PERSON"}
    place = place_of(db, first, pseudonym, 1)
    revised = review.reject_detection(db, first.document_id, place, "ann", everywhere=True)
    assert revised == sorted([first.document_id, second.document_id])
    for document_id in revised:
        text = filings.load_document(db, document_id).text
        assert "Ms. Brisk alleges" in text and f"Plaintiff {pseudonym} is" in text
    # whoever adds it again has the last word
    at = COMPLAINT.index("Brisk alleges")
    review.add_detection(db, first.document_id, PageSpan(1, at, at + 5), "PERSON", "ann")
    assert "Brisk" not in filings.load_document(db, second.document_id).text


def test_what_cannot_be_added_is_refused(db, index, matter):
    document = add(db, index, matter, NOTE)
    for place, type in ((PageSpan(1, 5, 9), "NAME"), (PageSpan(9, 0, 4), "PERSON"), (PageSpan(1, 12, 12), "PERSON")):
        with pytest.raises(RefusedInput):
            review.add_detection(db, document.document_id, place, type, "ann")
    assert filings.load_document(db, document.document_id) == document


def test_decisions_and_the_index_of_words_hold_no_name_in_the_clear(db, index, matter):
    document = add(db, index, matter, COMPLAINT)
    (pseudonym,) = {d.pseudonym for d in review.list_detections(document, 1, ()) if d.type == "PERSON"}
    at = COMPLAINT.index("crane operator")
    review.add_detection(db, document.document_id, PageSpan(1, at, at + 14), "DEM", "ann")
    review.accept_detection(db, document.document_id, place_of(db, document, pseudonym), "ann", everywhere=True)
    db.compact()
    db.close()
    assert find_names(db.settings.home, ["Brisk", "Marlene", "crane operator"]) == []


def test_a_place_over_a_line_break_and_a_mended_hyphen_is_given_back_as_running_text():
    from assistant.documents import Page

    page = Page(1, "Mr. Oka-\nfor and\nSon left.")
    document = RedactedDocument("d", "m", 1, "plain", "Mr. PERSON_1 left.", OffsetMap((
        Segment(0, 4, 1, 0, 4), Segment(4, 12, 1, 4, 20, False), Segment(12, 18, 1, 20, 26),
    )), (), 1)  # fmt: skip
    piece = revise.restore_piece(document, [page], 4, 12)
    assert (piece.text, piece.segments) == ("Okafor and Son", (Segment(0, 14, 1, 4, 20, False),))
