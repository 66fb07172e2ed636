"""The audit log: appended with its action, chained, free of text, and honest about tampering."""

import hashlib
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from store_samples import CLIENT, add_matter, open_store

from assistant.errors import WrongUsage
from assistant.store import audit, matters


@pytest.fixture
def db(tmp_path):
    db = open_store(tmp_path)
    for n in range(6):
        audit.record(db, "ann", "summary.read", f"s-{n}", {"version": n})
    return db


def tamper(db, *statements):
    """Change the log as someone with the file would: past the triggers, outside of our code."""
    with sqlite3.connect(db.settings.home / "casebrief.db") as raw:
        for change in ("update", "delete"):
            raw.execute(f"DROP TRIGGER audit_refuses_{change}")
        for statement in statements:
            raw.execute(statement)


def test_an_untouched_log_verifies_and_exports_in_order(db):
    report = audit.verify_chain(db)
    assert (report.ok, report.entries, report.first_bad) == (True, 6, None)
    entries = list(audit.export(db))
    assert [entry["entry"] for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[2] | {"at": "", "previous": "", "hash": ""} == {
        "entry": 3,
        "at": "",
        "actor": "ann",
        "action": "summary.read",
        "subject": "s-2",
        "detail": {"version": 2},
        "previous": "",
        "hash": "",
    }
    assert report.head == entries[-1]["hash"] and entries[-1]["previous"] == entries[-2]["hash"]


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit SET actor = 'bob' WHERE entry = 3", 3),
        ("UPDATE audit SET detail = '{}' WHERE entry = 1", 1),
        ("UPDATE audit SET at = '2020-01-01' WHERE entry = 6", 6),
        ("DELETE FROM audit WHERE entry = 4", 4),
        ("DELETE FROM audit WHERE entry = 1", 1),
        ("DELETE FROM audit WHERE entry = 6", 6),  # the tail
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET previous = hash WHERE entry = 5", 5),
        ("INSERT INTO audit SELECT 7, at, actor, action, subject, detail, hash, hash FROM audit WHERE entry = 6", 7),
    ],
)
def test_any_change_is_found_at_its_entry(db, statement, first_bad):
    tamper(db, statement)
    report = audit.verify_chain(db)
    assert (report.ok, report.first_bad) == (False, first_bad)


def test_an_entry_rewritten_with_a_hash_that_fits_is_found_at_the_next_one(db):
    entry = list(audit.export(db))[2]
    body = [entry[key] for key in ("entry", "at", "actor", "action", "subject")] + ['{"version":99}', entry["previous"]]
    forged = hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).hexdigest()
    tamper(db, f"UPDATE audit SET detail = '{{\"version\":99}}', hash = '{forged}' WHERE entry = 3")
    assert audit.verify_chain(db).first_bad == 4


def test_two_entries_exchanged_are_found(db):
    tamper(
        db,
        "UPDATE audit SET entry = 99 WHERE entry = 2",
        "UPDATE audit SET entry = 2 WHERE entry = 3",
        "UPDATE audit SET entry = 3 WHERE entry = 99",
    )
    assert audit.verify_chain(db).first_bad == 2


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'bob'", "DELETE FROM audit WHERE entry = 6"])
def test_the_database_itself_refuses_to_change_the_log(db, statement):
    with sqlite3.connect(db.settings.home / "casebrief.db") as raw, pytest.raises(sqlite3.Error, match="append-only"):
        raw.execute(statement)
    assert audit.verify_chain(db).ok


def test_an_action_and_its_entry_commit_together_or_not_at_all(db):
    with pytest.raises(KeyError), db.session():
        matters.create_matter(db, "Never", "ann")
        audit.record(db, "ann", "matter.create", "m-1")
        raise KeyError
    assert matters.list_matters(db) == () and audit.verify_chain(db).entries == 6
    with db.session() as session:
        matters.create_matter(db, "Now", "ann")
        audit.record_in(session, "ann", "matter.create", "m-1")
    assert len(matters.list_matters(db)) == 1 and audit.verify_chain(db).entries == 7


def test_threads_append_to_one_chain(db):
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: [audit.record(db, "ann", "x", f"{n}-{i}") for i in range(10)], range(6)))
    report = audit.verify_chain(db)
    assert (report.ok, report.entries) == (True, 66)


@pytest.mark.parametrize(
    "detail", [{"name": CLIENT}, {"ids": ["ok", "two words"]}, {"a b": 1}, {"long": "x" * 300}, {"o": object()}]
)
def test_text_is_refused_and_not_repeated_in_the_error(db, detail):
    with pytest.raises(WrongUsage) as caught:
        audit.record(db, "ann", "x", "s-1", detail)
    assert CLIENT not in str(caught.value)
    assert audit.verify_chain(db).entries == 6


def test_the_log_outlives_the_matter(db):
    matter_id = add_matter(db)
    audit.record(db, "ann", "matter.create", matter_id)
    matters.erase_matter(db, matter_id, "ann", "bob")
    assert [entry["subject"] for entry in audit.export(db)][-1] == matter_id
    assert audit.verify_chain(db).ok
