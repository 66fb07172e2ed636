"""A small store for tests: a database in a temporary folder, a matter, a filing with two pages, a summary."""

from pathlib import Path

from assistant.documents import (
    Answer,
    Coverage,
    Evidence,
    OffsetMap,
    Page,
    Passage,
    RedactedDocument,
    Segment,
    Sentence,
    Summary,
    pack_box,
)
from assistant.settings import Settings, load_settings
from assistant.store import filings, matters, work
from assistant.store.database import Database, open_database

CLIENT = "Zebulon Quackenbush"
FILE_NAME = "Quackenbush complaint.pdf"
ORIGINAL = f"%PDF-1.7 the secret file of {CLIENT}".encode()


def open_store(home: Path) -> Database:
    return open_database(settings_of(home))


def settings_of(home: Path) -> Settings:
    return load_settings(home=home)


def add_matter(db: Database, name: str = "Quackenbush v. Acme") -> str:
    return matters.create_matter(db, name, "ada", "24-1138").matter_id


def add_read_filing(db: Database, matter_id: str, data: bytes = ORIGINAL) -> RedactedDocument:
    filing = filings.add_filing(db, matter_id, FILE_NAME, data, "pat")
    document = make_document(filing.document_id, matter_id)
    filings.save_revision(db, document, make_pages(), {"PERSON": 1}, ["Page 2 has no text."], 1.5)
    filings.set_status(db, filing.document_id, "ready")
    return document


def make_document(
    document_id: str, matter_id: str, revision: int = 1, text: str = "Person 1 sues."
) -> RedactedDocument:
    return RedactedDocument(
        document_id=document_id,
        matter_id=matter_id,
        revision=revision,
        document_type="complaint",
        text=text,
        offsets=OffsetMap((Segment(0, 8, 1, 0, 19, verbatim=False), Segment(8, len(text), 1, 19, 11 + len(text)))),
        passages=(Passage(0, 0, len(text), 1, "Parties", "3"),),
        pages_total=2,
        pages_ocr=(1,),
        pages_unreadable=(2,),
        facts={"docket_number": "Number 1"},
        scheme="plain-1",
    )


def make_pages() -> tuple[Page, ...]:
    text = f"{CLIENT} sues."
    boxes = b"".join(pack_box(i / 100, 0.1, (i + 1) / 100, 0.2) for i in range(len(text)))
    return (Page(1, text, boxes, 612.0, 792.0, "ocr", 0.93), Page(2, "", source="unreadable"))


def make_summary(document: RedactedDocument, text: str = "Person 1 sues.", adapter: str = "house-1") -> Summary:
    evidence = Evidence(document.document_id, document.revision, 0, len(document.text), 1, "p. 1, ¶ 3")
    return Summary(
        document_id=document.document_id,
        revision=document.revision,
        detail="brief",
        sentences=(Sentence(text, "supported", "", (evidence,), "Parties"),),
        missing_parts=("Relief",),
        coverage=Coverage(2, 1, (1,), (2,)),
        adapter=adapter,
        provenance={"model": "abc"},
        seconds=2.5,
    )


def make_answer(document: RedactedDocument) -> Answer:
    evidence = Evidence(document.document_id, 1, 0, 8, 1, "p. 1")
    return Answer(
        "Who sues?", (Sentence("Person 1.", "supported", "", (evidence,)),), False, (evidence,), 0.8, "base", {}
    )


def approve(db: Database, document: RedactedDocument, edited: str = "Person 1 sued.") -> str:
    """Store, edit, submit and sign off a summary; give its id."""
    summary = make_summary(document)
    summary_id = work.save_summary(db, summary, "pat")
    work.save_edit(db, summary_id, "pat", edited, summary.sentences, 1)
    work.submit(db, summary_id, "pat", -1, ["style"], "tense")
    work.sign_off(db, summary_id, "ann")
    return summary_id


def find_bytes(home: Path, needle: bytes) -> list[str]:
    """Name the files under a data root that hold some bytes."""
    return [str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and needle in p.read_bytes()]
