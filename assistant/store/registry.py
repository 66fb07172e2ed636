"""Rows of the adapter registry; the files and their checks are `assistant.engine.adapters`' part."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assistant.errors import Conflict, NotFound, WrongUsage
from assistant.store.database import Database, next_number, timestamp
from assistant.store.tables import AdapterRow

STATUSES = ("candidate", "active", "retired")


@dataclass(frozen=True, slots=True)
class AdapterRecord:
    """What the registry knows of an adapter.

    Attributes:
        adapter_id: "house-3", "starter-1".
        status: "candidate", "active" (at most one) or "retired".
        parent: The adapter that was active when it was made, or "".
        folder: Where its files lie.
        hash: Hash of its manifest.
        scores: Results of its evaluation.
        matters: Ids of the matters it learned from.
        note: For people, without content.
        created_at: ISO 8601 UTC.
        promoted_by: User name, or "".
        promoted_at: ISO 8601 UTC, or "".
    """

    adapter_id: str
    status: str
    parent: str
    folder: str
    hash: str
    scores: dict[str, Any]
    matters: tuple[str, ...]
    note: str
    created_at: str
    promoted_by: str
    promoted_at: str


def insert_adapter(
    db: Database,
    adapter_id: str,
    *,
    folder: str,
    hash: str,
    status: str = "candidate",
    parent: str = "",
    scores: dict[str, Any] | None = None,
    matters: Collection[str] = (),
    note: str = "",
    created_at: str = "",
) -> AdapterRecord:
    """Add an adapter; the same id with the same hash again gives the one that is there.

    Raises:
        Conflict: The id is taken by other files.
        WrongUsage: There is no such status, or it is "active", which only `set_status` gives.
    """
    if status not in ("candidate", "retired"):
        raise WrongUsage(f"A new adapter cannot be {status!r}.", expected="candidate or retired; then set_status")
    with db.session() as session:
        had = session.get(AdapterRow, adapter_id)
        if had is not None:
            if had.hash != hash:
                raise Conflict(f"There is an adapter {adapter_id} with other files.", do="Choose another id.")
            return _record(had)
        row = AdapterRow(
            adapter_id=adapter_id,
            status=status,
            parent=parent,
            folder=folder,
            hash=hash,
            scores=dict(scores or {}),
            matters=sorted(matters),
            note=note,
            created_at=created_at or timestamp(),
            promoted_by="",
            promoted_at="",
        )
        session.add(row)
        return _record(row)


def get_adapter(db: Database, adapter_id: str) -> AdapterRecord:
    """Give an adapter.

    Raises:
        NotFound: There is no such adapter.
    """
    with db.reading() as session:
        return _record(_row(session, adapter_id))


def list_adapters(db: Database) -> tuple[AdapterRecord, ...]:
    """List all adapters, newest first."""
    with db.reading() as session:
        rows = session.scalars(select(AdapterRow).order_by(AdapterRow.created_at.desc(), AdapterRow.adapter_id))
        return tuple(_record(row) for row in rows)


def active_adapter(db: Database) -> AdapterRecord | None:
    """Give the adapter that serves, or None."""
    with db.reading() as session:
        row = session.scalar(select(AdapterRow).where(AdapterRow.status == "active"))
        return _record(row) if row else None


def set_status(db: Database, adapter_id: str, status: str, actor: str = "") -> AdapterRecord:
    """Change an adapter's status; making one active retires the one before in the same transaction.

    Raises:
        NotFound: There is no such adapter.
        WrongUsage: There is no such status.
    """
    if status not in STATUSES:
        raise WrongUsage(f"There is no status {status!r} of an adapter.", expected="one of " + ", ".join(STATUSES))
    with db.session() as session:
        row = _row(session, adapter_id)
        if status == "active" and row.status != "active":
            session.execute(update(AdapterRow).where(AdapterRow.status == "active").values(status="retired"))
            row.promoted_by, row.promoted_at = actor, timestamp()
        row.status = status
        return _record(row)


def previous_adapter(db: Database) -> AdapterRecord | None:
    """Give the adapter that served before the active one, or None."""
    served = select(AdapterRow).where(AdapterRow.status == "retired", AdapterRow.promoted_at != "")
    with db.reading() as session:
        row = session.scalar(served.order_by(AdapterRow.promoted_at.desc()).limit(1))
        return _record(row) if row else None


def set_scores(db: Database, adapter_id: str, scores: dict[str, Any], note: str | None = None) -> AdapterRecord:
    """Replace an adapter's scores, and its note where one is given.

    Raises:
        NotFound: There is no such adapter.
    """
    with db.session() as session:
        row = _row(session, adapter_id)
        row.scores = dict(scores)
        row.note = row.note if note is None else note
        return _record(row)


def next_adapter_number(db: Database) -> int:
    """Reserve the next number of a house adapter, from 1; a number is never given twice."""
    with db.session() as session:
        return next_number(session, "adapter.house")


def _row(session: Session, adapter_id: str) -> AdapterRow:
    row = session.get(AdapterRow, adapter_id)
    if row is None:
        raise NotFound(f"There is no adapter {adapter_id}.", do="List them with: casebrief adapters list.")
    return row


def _record(row: AdapterRow) -> AdapterRecord:
    return AdapterRecord(
        adapter_id=row.adapter_id,
        status=row.status,
        parent=row.parent,
        folder=row.folder,
        hash=row.hash,
        scores=dict(row.scores),
        matters=tuple(row.matters),
        note=row.note,
        created_at=row.created_at,
        promoted_by=row.promoted_by,
        promoted_at=row.promoted_at,
    )
