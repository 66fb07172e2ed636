"""Filings: sealed originals that survive a crash, revisions that keep evidence true."""

import errno
import json
import os
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import (
    CLIENT,
    FILE_NAME,
    ORIGINAL,
    add_matter,
    add_read_filing,
    approve,
    find_bytes,
    make_document,
    make_pages,
    make_summary,
    open_store,
)

from assistant.documents import OffsetMap, Page, Segment
from assistant.errors import CasebriefError, Conflict, DamagedState, NotAllowed, NotFound, WrongUsage
from assistant.pinpoints import PagePinpoint
from assistant.store import erasure, filings, forms, matters, usable, work
from assistant.store.sealed_files import write_file


@pytest.fixture
def db(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def matter_id(db):
    return add_matter(db)


def originals(db):
    return sorted(path.name for path in (db.settings.home / "originals").iterdir())


def test_a_filing_is_sealed_on_disk_and_opens_again(db, matter_id):
    filing = filings.add_filing(db, matter_id, f"C:\\cases\\{FILE_NAME}", ORIGINAL, "pat")
    assert (filing.file_name, filing.status, filing.revision, filing.added_by) == (FILE_NAME, "waiting", 0, "pat")
    assert filings.get_filing(db, filing.document_id) == filing
    assert filings.list_filings(db, matter_id) == (filing,)
    assert filings.read_original(db, filing.document_id) == ORIGINAL
    assert originals(db) == [f"{filing.document_id}.sealed"]
    db.close()
    for needle in (ORIGINAL, CLIENT.encode(), b"Quackenbush", b"complaint.pdf"):
        assert find_bytes(db.settings.home, needle) == []


def test_the_same_content_is_the_same_filing_within_a_matter_only(db, matter_id):
    first = filings.add_filing(db, matter_id, "a.pdf", ORIGINAL, "pat")
    assert filings.add_filing(db, matter_id, "b.pdf", ORIGINAL, "ann") == first
    elsewhere = filings.add_filing(db, add_matter(db, "Other"), "a.pdf", ORIGINAL, "pat")
    assert elsewhere.document_id != first.document_id and len(originals(db)) == 2


def test_the_same_file_from_many_threads_is_stored_once(db, matter_id):
    with ThreadPoolExecutor(8) as pool:
        found = set(
            pool.map(lambda _: filings.add_filing(db, matter_id, "a.pdf", ORIGINAL, "pat").document_id, range(8))
        )
    assert len(found) == 1 and originals(db) == [f"{found.pop()}.sealed"]


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
def test_a_full_disk_changes_nothing(db, matter_id, monkeypatch, fails):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    db.settings.folder("originals")
    with monkeypatch.context() as patched:
        if fails == "write":
            patched.setattr("builtins.open", full)
        else:
            patched.setattr(os, fails, full)
        with pytest.raises(CasebriefError, match="No space left"):
            filings.add_filing(db, matter_id, "a.pdf", ORIGINAL, "pat")
    assert originals(db) == [] and filings.list_filings(db, matter_id) == ()
    assert filings.add_filing(db, matter_id, "a.pdf", ORIGINAL, "pat").status == "waiting"


def test_a_file_whose_row_cannot_be_written_is_taken_back(db, matter_id, monkeypatch):
    def fail():
        raise CasebriefError("The disk is full.")

    monkeypatch.setattr(filings, "timestamp", fail)
    with pytest.raises(CasebriefError):
        filings.add_filing(db, matter_id, "a.pdf", ORIGINAL, "pat")
    assert originals(db) == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "f"
    write_file(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(CasebriefError):
        write_file(path, b"new")
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["f"]


_ADDER = """
import os
from assistant.settings import load_settings
from assistant.store import filings
from assistant.store.database import open_database
db = open_database(load_settings(home={home!r}))
for n in range(10_000):
    print(filings.add_filing(db, {matter!r}, f"{{n}}.pdf", os.urandom(300_000), "pat").document_id, flush=True)
"""


def test_every_acknowledged_filing_survives_kill_9_and_leftovers_are_swept(db, matter_id):
    code = _ADDER.format(home=str(db.settings.home), matter=matter_id)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    acknowledged = [process.stdout.readline().strip() for _ in range(15)]
    time.sleep(0.013)
    process.kill()
    acknowledged += process.communicate()[0].split()
    kept = {filing.document_id for filing in filings.list_filings(db, matter_id)}
    assert set(acknowledged) <= kept
    assert all(len(filings.read_original(db, document_id)) == 300_000 for document_id in kept)
    (db.settings.home / "originals" / "d-0.sealed").write_bytes(b"left by a crash")
    (db.settings.home / "originals" / ".d-1.sealed.ab.part").write_bytes(b"half")
    assert erasure.sweep_originals(db) == 0  # it may be a filing that is being added
    assert erasure.sweep_originals(db, age_s=0.0) >= 2
    assert originals(db) == sorted(f"{document_id}.sealed" for document_id in kept)


def test_a_tampered_exchanged_or_lost_original_is_seen(db, matter_id):
    one = filings.add_filing(db, matter_id, "a.pdf", b"one", "pat").document_id
    two = filings.add_filing(db, matter_id, "b.pdf", b"two", "pat").document_id
    folder = db.settings.home / "originals"
    (folder / f"{one}.sealed").write_bytes((folder / f"{two}.sealed").read_bytes())
    with pytest.raises(DamagedState):
        filings.read_original(db, one)
    (folder / f"{two}.sealed").unlink()
    with pytest.raises(DamagedState, match="missing"):
        filings.read_original(db, two)


def test_what_was_read_comes_back_as_it_was(db, matter_id):
    document = add_read_filing(db, matter_id)
    assert filings.load_document(db, document.document_id) == document
    assert filings.load_pages(db, document.document_id) == make_pages()
    assert filings.load_pages(db, document.document_id, numbers=[2]) == make_pages()[1:]
    filing = filings.get_filing(db, document.document_id)
    assert (filing.status, filing.pages_total, filing.pages_ocr, filing.pages_unreadable) == ("ready", 2, (1,), (2,))
    assert (filing.words, filing.entities, filing.warnings) == (3, {"PERSON": 1}, ("Page 2 has no text.",))
    assert (filing.revision, filing.document_type, filing.seconds) == (1, "complaint", 1.5)
    db.close()
    assert find_bytes(db.settings.home, b"Quackenbush") == []


def test_a_step_that_runs_again_stores_the_same_revision_again(db, matter_id):
    document = add_read_filing(db, matter_id)
    again = replace(document, text="Person 2 sues.", facts={})
    filings.save_revision(db, again, make_pages()[:1], {}, [], 1.0)
    assert filings.load_document(db, document.document_id) == again
    assert len(filings.load_pages(db, document.document_id)) == 1


def test_a_later_finding_makes_a_new_revision_and_evidence_keeps_its_own(db, matter_id):
    document = add_read_filing(db, matter_id)
    summary_id = work.save_summary(db, make_summary(document), "pat")
    filings.save_revision(db, document, make_pages(), {}, [], 1.0)  # the same text is no conflict
    changed = replace(document, text="Person 1 and Person 2 sue.")
    with pytest.raises(Conflict, match="revision 1"):
        filings.save_revision(db, changed, make_pages(), {}, [], 1.0)
    filings.save_revision(db, replace(changed, revision=2), make_pages(), {}, [], 1.0)
    assert filings.load_document(db, document.document_id).text == changed.text
    assert filings.load_document(db, document.document_id, work.get_summary(db, summary_id).revision) == document
    assert filings.load_pages(db, document.document_id, 1) == make_pages()
    assert filings.get_filing(db, document.document_id).revision == 2


def test_a_revision_that_fails_half_way_leaves_the_one_before(db, matter_id):
    document = add_read_filing(db, matter_id)
    twice = (make_pages()[0], make_pages()[0])  # the same page number twice
    with pytest.raises(Conflict) as caught:
        filings.save_revision(db, replace(document, text="Person 9."), twice, {}, [], 1.0)
    assert "Person 9" not in str(caught.value)
    assert filings.load_document(db, document.document_id) == document
    assert filings.load_pages(db, document.document_id) == make_pages()


def test_wrong_calls_are_refused(db, matter_id):
    document = add_read_filing(db, matter_id)
    for wrong in (replace(document, revision=0), replace(document, matter_id=add_matter(db, "Other"))):
        with pytest.raises(WrongUsage):
            filings.save_revision(db, wrong, (), {}, [], 1.0)
    with pytest.raises(WrongUsage):
        filings.set_status(db, document.document_id, "done")
    with pytest.raises(NotFound):
        filings.load_document(db, document.document_id, 7)
    unread = filings.add_filing(db, matter_id, "b.pdf", b"b", "pat").document_id
    with pytest.raises(NotFound):
        filings.load_document(db, unread)
    for missing in (filings.get_filing, filings.read_original, filings.load_pages, filings.delete_filing):
        with pytest.raises(NotFound):
            missing(db, "d-0")


def test_unread_filings_are_found_after_a_restart(db, matter_id):
    document = add_read_filing(db, matter_id)
    waiting = filings.add_filing(db, matter_id, "b.pdf", b"b", "pat").document_id
    assert usable.list_waiting(db) == (waiting,)
    filings.set_status(db, waiting, "refused", "The file is empty.", "Send another.")
    found = filings.get_filing(db, waiting)
    assert (found.status, found.error, found.do) == ("refused", "The file is empty.", "Send another.")
    assert usable.list_waiting(db) == () and document.document_id != waiting


def test_a_deleted_filing_is_gone_with_all_that_rests_on_it(db, matter_id):
    document = add_read_filing(db, matter_id)
    approve(db, document)
    matters.set_legal_hold(db, matter_id, True)
    with pytest.raises(NotAllowed, match="hold"):
        filings.delete_filing(db, document.document_id, "ann")
    matters.set_legal_hold(db, matter_id, False)
    filings.delete_filing(db, document.document_id, "ann")
    assert filings.list_filings(db, matter_id) == () and originals(db) == []
    assert work.list_summaries(db) == () and work.list_corrections(db) == ()
    (stone,) = erasure.list_tombstones(db)
    assert (stone.subject, stone.kind, stone.erased_by) == (document.document_id, "filing", "ann")


_text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=_text,
    rows=st.lists(st.tuples(*[st.integers(0, 2**40)] * 5, st.booleans()), max_size=20),
    boxes=st.binary(max_size=64),
    confidence=st.none() | st.floats(0, 1),
)
def test_values_come_back_from_their_forms(text, rows, boxes, confidence):
    offsets = OffsetMap(tuple(Segment(*row) for row in rows))
    page = Page(1, text, boxes, 612.0, 792.0, "ocr", confidence)
    pinpoints = tuple(
        PagePinpoint(row[0], text, row[1], text, row[2:4], row[4], ((3, row[0]),), ((text, row[1]),)) for row in rows
    )
    document = replace(
        make_document("d-1", "m-1"), text=text, offsets=offsets, facts={"title": text}, pinpoints=pinpoints
    )
    assert forms.unpack_places(forms.pack_places(offsets, pinpoints)) == (offsets, pinpoints)
    earlier = zlib.compress(json.dumps([list(row) for row in rows]).encode())  # as stored before there were pinpoints
    assert forms.unpack_places(earlier) == (offsets, ())
    assert forms.unpack_page(forms.pack_page(page)) == page
    assert forms.from_json(forms.to_json(document)) == document
    summary = replace(make_summary(document, text), provenance={"k": text})
    assert forms.summary_from_json(forms.summary_to_json(summary)) == summary
