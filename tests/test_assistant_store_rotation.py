"""Rotation of the master key: everything opens afterwards, and after a crash at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from store_samples import CLIENT, ORIGINAL, add_matter, add_read_filing, find_bytes, open_store, settings_of

from assistant.errors import CasebriefError, DamagedState, NotFound
from assistant.store import audit, filings, matters, rotation
from assistant.store.database import Database
from assistant.store.seals import next_key_file
from assistant.store.vault import open_vault


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_store(tmp_path)


def fill(db: Database) -> tuple[str, str]:
    matter_id = add_matter(db)
    open_vault(db, matter_id).assign("PERSON", CLIENT)
    return matter_id, add_read_filing(db, matter_id).document_id


def check_all_opens(db: Database, matter_id: str, document_id: str) -> None:
    """Everything that was sealed opens, by id and by name, and what is sealed from now on does too."""
    assert filings.read_original(db, document_id) == ORIGINAL
    assert [e.original for e in open_vault(db, matter_id).entries()] == [CLIENT]
    assert matters.find_matter(db, "quackenbush  V. ACME").matter_id == matter_id
    assert matters.find_matter(db, add_matter(db, f"New {os.urandom(4).hex()}")).number == "24-1138"


def test_after_a_rotation_everything_opens_by_the_new_key_alone(db):
    matter_id, document_id = fill(db)
    twin = matters.create_matter(db, "Quackenbush v. Acme", "zoe", visible=()).matter_id
    old = db.settings.key_file.read_bytes()
    done = rotation.rotate_master_key(db, "max")
    assert done.matters == 2 and done.old_key.read_bytes() == old
    assert db.settings.key_file.read_bytes() != old and not next_key_file(db.settings).exists()
    assert oct(db.settings.key_file.stat().st_mode & 0o777) == "0o600"
    done.old_key.unlink()
    check_all_opens(db, matter_id, document_id)
    assert matters.find_matter(db, twin).name == "Quackenbush v. Acme"
    (entry,) = [e for e in audit.export(db) if e["action"] == "keys.rotate"]
    assert entry["actor"] == "max" and entry["detail"] == {"matters": 2}
    db.settings.key_file.write_bytes(old)
    with pytest.raises(DamagedState):
        open_vault(db, matter_id)
    assert find_bytes(db.settings.home, CLIENT.encode()) == []


def test_the_old_key_opens_a_backup_made_before(db, tmp_path):
    matter_id, _ = fill(db)
    db.compact()
    backup = (tmp_path / "casebrief.db").read_bytes()
    done = rotation.rotate_master_key(db, "max")
    db.close()
    other = tmp_path / "restored"
    (other / "keys").mkdir(parents=True)
    (other / "casebrief.db").write_bytes(backup)
    (other / "keys" / "master.key").write_bytes(done.old_key.read_bytes())
    assert [e.original for e in open_vault(open_store(other), matter_id).entries()] == [CLIENT]


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from store_samples import open_store
from assistant.store import rotation
die = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
where = sys.argv[3]
if where == "wrapping":
    rotation._wrap_anew = die
else:
    rotation._put_in_place = die
rotation.rotate_master_key(open_store(Path(sys.argv[1])), "max")
"""


@pytest.mark.parametrize(("where", "rotated"), [("wrapping", False), ("behind the commit", True)])
def test_a_kill_at_any_moment_leaves_one_key_that_opens(db, tmp_path, where, rotated):
    matter_id, document_id = fill(db)
    old = db.settings.key_file.read_bytes()
    db.close()
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(Path(__file__).parent), where]
    assert subprocess.run(command, env=os.environ, check=False).returncode == -signal.SIGKILL
    assert next_key_file(db.settings).exists()
    assert filings.read_original(db, document_id) == ORIGINAL  # both keys are tried meanwhile
    assert rotation.finish_rotation(db) and not rotation.finish_rotation(db)
    assert (db.settings.key_file.read_bytes() != old) is rotated and not next_key_file(db.settings).exists()
    check_all_opens(db, matter_id, document_id)


def test_a_rotation_that_fails_changes_nothing(db, monkeypatch):
    matter_id, document_id = fill(db)
    old = db.settings.key_file.read_bytes()

    def fail(*_given):
        raise CasebriefError("The disk is full.")

    monkeypatch.setattr(audit, "record_in", fail)
    with pytest.raises(CasebriefError):
        rotation.rotate_master_key(db, "max")
    monkeypatch.undo()
    assert rotation.finish_rotation(db)  # as the next start does
    assert db.settings.key_file.read_bytes() == old and not next_key_file(db.settings).exists()
    check_all_opens(db, matter_id, document_id)


def test_an_interrupt_behind_the_commit_does_not_lose_the_new_key(db):
    # the commit is on disk, and the error comes out of the same block: only the files can tell
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    matter_id, document_id = fill(db)
    old = db.settings.key_file.read_bytes()

    def interrupt(_session):
        raise KeyboardInterrupt

    event.listen(Session, "after_commit", interrupt, once=True)
    try:
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate_master_key(db, "max")
    finally:
        if event.contains(Session, "after_commit", interrupt):
            event.remove(Session, "after_commit", interrupt)
    assert next_key_file(db.settings).exists()
    assert rotation.finish_rotation(db)
    assert db.settings.key_file.read_bytes() != old
    check_all_opens(db, matter_id, document_id)


def test_a_key_file_that_cannot_be_replaced_is_written(db, monkeypatch):
    # a key file that is mounted by itself into a container
    matter_id, document_id = fill(db)
    old, replace = db.settings.key_file.read_bytes(), os.replace

    def refuse(source, target):
        if target == db.settings.key_file:
            raise OSError(16, "Device or resource busy")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    done = rotation.rotate_master_key(db, "max")
    assert db.settings.key_file.read_bytes() != old == done.old_key.read_bytes()
    assert not next_key_file(db.settings).exists()
    check_all_opens(db, matter_id, document_id)


def test_two_keys_that_both_do_not_open_are_left_for_a_person(db):
    fill(db)
    db.settings.key_file.write_bytes(b"x" * 32)
    next_key_file(db.settings).write_bytes(b"y" * 32)
    with pytest.raises(DamagedState, match="Neither"):
        rotation.finish_rotation(db)
    assert next_key_file(db.settings).exists()


def test_a_store_without_matters_rotates_too(tmp_path):
    db = open_store(tmp_path)
    assert rotation.rotate_master_key(db, "max").matters == 0
    assert settings_of(tmp_path).key_file.exists()
    with pytest.raises(NotFound):
        matters.find_matter(db, "none")
