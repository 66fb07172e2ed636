"""The whole way in: bytes to a ready filing, again and again, through a crash, and over the real files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pdf_samples import BODY, STAMP, make_pdf

from assistant.errors import RefusedInput
from assistant.settings import Settings, load_settings
from assistant.store import filings, matters
from assistant.store.database import Database, open_database
from assistant.store.vault import open_vault
from ingest.pipeline import ingest_filing, read_path

CAPTION = [
    "UNITED STATES DISTRICT COURT", "DISTRICT OF OREGON", "MARLENE OKAFOR, Plaintiff,", "v.",
    "HARBOR HOLDINGS, LLC, Defendant.", "COMPLAINT",
]  # fmt: skip


class NotingIndex:
    """Notes what is indexed, as the real index is told it."""

    def __init__(self) -> None:
        self.documents: list[tuple[str, int, str]] = []

    def add(self, document, report=None) -> None:  # type: ignore[no-untyped-def]
        self.documents.append((document.document_id, document.revision, document.text))

    def add_all(self, matter_id, documents, report=None) -> None:  # type: ignore[no-untyped-def]
        for document in documents:
            self.add(document)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(load_settings(home=tmp_path))


@pytest.fixture
def matter(db: Database) -> str:
    return matters.create_matter(db, "Okafor v. Harbor", "ada").matter_id


def complaint(pages: int = 2) -> bytes:
    return make_pdf([CAPTION + list(BODY)] + [list(BODY)] * (pages - 1), header=STAMP)


def test_a_filing_becomes_ready_and_stays_so(db: Database, matter: str) -> None:
    filing = filings.add_filing(db, matter, "complaint.pdf", complaint(), "pat")
    index, told = NotingIndex(), []
    done = ingest_filing(db, index, db.settings, filing.document_id, progress=lambda d, t, what: told.append(what))
    assert (done.status, done.pages_total, done.document_type, done.revision) == ("ready", 2, "complaint", 1)
    assert done.entities["PERSON"] == 1 and done.entities["ORG"] == 1 and done.words > 20
    assert "Reading" in told and "Replacing names" in told
    document = filings.load_document(db, filing.document_id)
    assert "Okafor" not in document.text and "Harbor" not in document.text
    assert index.documents == [(filing.document_id, 1, document.text)]
    pages = {page.number: page.text for page in filings.load_pages(db, filing.document_id)}
    for segment in document.offsets.segments:
        if segment.verbatim:
            original = pages[segment.page][segment.page_start : segment.page_end]
            assert document.text[segment.start : segment.end] == original
    assert ingest_filing(db, index, db.settings, filing.document_id).revision == 1
    assert len(index.documents) == 1


def test_a_crash_between_store_and_index_costs_no_second_reading(db: Database, matter: str) -> None:
    class Broken(NotingIndex):
        def add(self, document, report=None) -> None:  # type: ignore[no-untyped-def]
            raise KeyboardInterrupt

    filing = filings.add_filing(db, matter, "complaint.pdf", complaint(), "pat")
    with pytest.raises(KeyboardInterrupt):
        ingest_filing(db, Broken(), db.settings, filing.document_id)
    index, told = NotingIndex(), []
    done = ingest_filing(db, index, db.settings, filing.document_id, progress=lambda d, t, what: told.append(what))
    assert done.status == "ready" and done.revision == 1 and len(index.documents) == 1
    assert "Reading" not in told


def test_a_refused_file_says_why_and_what_to_do(db: Database, matter: str) -> None:
    filing = filings.add_filing(db, matter, "x.pdf", b"%PDF-1.4 nothing", "pat")
    with pytest.raises(RefusedInput):
        ingest_filing(db, NotingIndex(), db.settings, filing.document_id)
    refused = filings.get_filing(db, filing.document_id)
    assert refused.status == "refused" and "cannot be read" in refused.error and refused.do


def test_two_filings_of_a_matter_share_their_names(db: Database, matter: str) -> None:
    index = NotingIndex()
    for number in (1, 2):
        filing = filings.add_filing(db, matter, f"{number}.pdf", complaint(number), "pat")
        ingest_filing(db, index, db.settings, filing.document_id)
    people = [e for e in open_vault(db, matter).entries() if e.type == "PERSON"]
    assert [entry.original for entry in people] == ["Marlene Okafor"]
    assert all(people[0].pseudonym in text for _id, _revision, text in index.documents)


def test_read_path_of_a_plain_text_has_the_files_own_offsets(tmp_path: Path) -> None:
    text = "Mr. Okafor rented it.\n\nThe roof  leaked. Mr. Okafor left."
    (tmp_path / "note.txt").write_text(text)
    document, pages, vault = read_path(tmp_path / "note.txt", load_settings(home=tmp_path / "home"))
    assert pages[0].text == text and "Okafor" not in document.text
    start = document.text.index("The roof")
    (span,) = document.offsets.to_original(start, start + 8)
    assert (span.start, span.end) == (text.index("The roof"), text.index("The roof") + 8)
    assert vault.restore(document.text) == text
    with pytest.raises(RefusedInput, match="cannot be opened"):
        read_path(tmp_path / "missing.pdf", load_settings(home=tmp_path / "home"))


_WORKER = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from assistant import jobs
from assistant.settings import load_settings
from assistant.store import filings
from assistant.store.database import open_database
from ingest import pipeline

home, document_id, hang = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
db = open_database(load_settings(home=home))

class Index:
    def add(self, document, report=None):
        with open(home / "indexed.txt", "a") as file:
            print(document.document_id, document.revision, file=file)
        if hang == "index":
            print("hanging", flush=True)
            time.sleep(600)

taken = pipeline.make_document
def make_document(*args, **kwargs):
    with open(home / "read.txt", "a") as file:
        print("read", file=file)
    made = taken(*args, **kwargs)
    if hang == "read":
        print("hanging", flush=True)
        time.sleep(600)
    return made
pipeline.make_document = make_document

pipeline.register_jobs(SimpleNamespace(db=db, index=Index(), settings=db.settings))
jobs.launch(db.settings)
job_id = f"ingest-{document_id}"
if hang != "none":
    jobs.enqueue("ingest", "ingest", document_id, workflow_id=job_id)
print(jobs.wait(job_id, 120).status, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("cut", "readings", "indexings"), [("read", 2, 1), ("index", 1, 2)])
def test_kill_9_resumes_at_the_step_that_was_cut(
    db: Database, matter: str, tmp_path: Path, cut: str, readings: int, indexings: int
) -> None:
    filing = filings.add_filing(db, matter, "complaint.pdf", complaint(), "pat")
    command = [sys.executable, "-c", _WORKER, str(tmp_path), filing.document_id]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    with subprocess.Popen([*command, cut], stdout=subprocess.PIPE, text=True, env=environment) as worker:
        assert worker.stdout is not None and worker.stdout.readline() == "hanging\n"
        worker.send_signal(signal.SIGKILL)
    assert filings.get_filing(db, filing.document_id).status == "reading"
    again = subprocess.run([*command, "none"], capture_output=True, text=True, timeout=150, env=environment)
    assert again.stdout.strip() == "done", again.stderr[-800:]
    assert filings.get_filing(db, filing.document_id).status == "ready"
    assert (tmp_path / "read.txt").read_text().count("read") == readings
    assert (tmp_path / "indexed.txt").read_text().splitlines() == [f"{filing.document_id} 1"] * indexings
    originals = [entry.original for entry in open_vault(db, matter).entries()]
    assert len(originals) == len(set(originals))


CORPORA = os.environ.get("CASEBRIEF_CORPORA", "")


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA, reason="CASEBRIEF_CORPORA is not set: the real files are not at hand")
def test_the_petition_gives_clean_running_text_with_right_pages(tmp_path: Path) -> None:
    settings: Settings = load_settings(home=tmp_path)
    began = time.monotonic()
    document, pages, vault = read_path(Path(CORPORA) / "pdfs" / "cert_petition.pdf", settings)
    assert time.monotonic() - began < 90
    assert (document.pages_total, document.document_type, len(pages)) == (54, "brief", 54)
    assert vault.entries() and "Company" not in document.facts.get("court", "")
    for passage in document.passages:
        page, start, end = next(
            (s.page, s.start, s.end) for s in document.offsets.to_original(passage.start, passage.end)
        )
        assert page == passage.page and pages[page - 1].text[start:end].strip()
    lines = [line for line in document.text.split("\n") if line.strip()]
    assert not any(line.strip().isdigit() for line in lines)
    assert sum(line.rstrip().endswith("-") for line in lines) < 3
