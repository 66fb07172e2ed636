"""Rotation of the master key: every matter's key is wrapped anew, and a crash at any moment leaves one key that opens.

The new key is on disk before any matter is wrapped by it; all matters are wrapped in one transaction; only then does
the new file take the old one's place. Between the two, `open_vault` tries both.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from assistant.errors import DamagedState
from assistant.settings import Settings
from assistant.store import audit
from assistant.store.database import Database
from assistant.store.sealed_files import flush_path, remove_file, write_file
from assistant.store.seals import KEY_BYTES, next_key_file, seal_bytes, unseal_bytes
from assistant.store.tables import MatterRow
from assistant.store.vault import blind_name, current_master_key, hold_master_key, open_vault, purpose_of_key


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: matters wrapped anew, and where the old key lies, which opens backups made before."""

    matters: int
    old_key: Path


def rotate_master_key(db: Database, actor: str) -> Rotation:
    """Make a new master key and wrap every matter's key by it; nothing that the matters sealed is touched.

    The old key stays in a file beside the new one: backups of the database made before need it. After an error
    `finish_rotation`, which every start calls, brings the rotation to its end or takes it back.

    Raises:
        DamagedState: The old key does not open every matter; nothing was changed.
        CasebriefError: The disk is full; nothing was changed.
    """
    finish_rotation(db)
    with hold_master_key():
        settings = db.settings
        old, new = current_master_key(db), os.urandom(KEY_BYTES)
        aside = _keep_old_key(settings)
        # Both key files stay whatever happens in here: an error that comes behind the commit looks like one before it,
        # and only `finish_rotation` can tell by which key the matters open.
        write_file(next_key_file(settings), new)
        with db.session() as session:
            rows = session.scalars(select(MatterRow)).all()
            for row in rows:
                _wrap_anew(db, row, old, new)
            audit.record_in(session, actor, "keys.rotate", "", {"matters": len(rows)})
        _put_in_place(settings)
    return Rotation(len(rows), aside)


def finish_rotation(db: Database) -> bool:
    """End a rotation that a crash cut off: forward where the matters are wrapped by the new key, else back.

    Returns:
        True where there was one.

    Raises:
        DamagedState: Neither key opens the matters; both files stay.
    """
    pending = next_key_file(db.settings)
    with hold_master_key():
        if not pending.exists():
            return False
        with db.reading() as session:
            row = session.scalar(select(MatterRow).limit(1))
        if row is None or _opens(current_master_key(db), row):
            remove_file(pending)
        elif _opens(pending.read_bytes(), row):
            _keep_old_key(db.settings)
            _put_in_place(db.settings)
        else:
            raise DamagedState(
                "Neither the master key nor the one that a rotation was making opens the matters.",
                do="Put the master key back from its backup.",
            )
    return True


def _wrap_anew(db: Database, row: MatterRow, old: bytes, new: bytes) -> None:
    name = open_vault(db, row.matter_id).unseal(row.sealed_name, "matter name").decode()
    key = unseal_bytes(old, row.wrapped_key, purpose_of_key(row.matter_id), f"key of {row.matter_id}")
    found_by_name = row.name_blind == blind_name(db, name)
    row.name_blind = blind_name(db, name if found_by_name else f"{row.matter_id}|{name}", new)
    row.wrapped_key = seal_bytes(new, key, purpose_of_key(row.matter_id))


def _opens(key: bytes, row: MatterRow) -> bool:
    try:
        unseal_bytes(key, row.wrapped_key, purpose_of_key(row.matter_id), "key")
    except DamagedState:
        return False
    return True


def _keep_old_key(settings: Settings) -> Path:
    """Keep a copy of the key that is in its place under a name that is not taken; give where."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    aside = settings.key_file.with_name(f"{settings.key_file.name}.{stamp}.old")
    write_file(aside, settings.key_file.read_bytes())
    return aside


def _put_in_place(settings: Settings) -> None:
    """Give the new key its place, in one rename where the file system lets it."""
    pending = next_key_file(settings)
    try:
        os.replace(pending, settings.key_file)
    except OSError:  # a key file that is mounted by itself cannot be replaced, but written; until then both are there
        with settings.key_file.open("r+b") as file:
            file.write(pending.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        remove_file(pending)
    flush_path(settings.key_file.parent)
