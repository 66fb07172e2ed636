"""The audit log: append-only, each entry chained to the one before by its hash. It holds ids and counts only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select
from sqlalchemy.orm import Session

from assistant.store.database import Database, next_number, timestamp
from assistant.store.tables import AuditRow, CounterRow
from assistant.store.tokens import check_tokens

_START = "0" * 64
_COUNTER = "audit"
_BATCH = 500
_COLUMNS = AuditRow.__table__.c
_ENTRIES = select(*_COLUMNS).order_by(_COLUMNS.entry)
_HASH_OF = select(_COLUMNS.hash).where(_COLUMNS.entry == bindparam("wanted"))
_NAMES = [column.name for column in _COLUMNS]
_APPEND = insert(AuditRow).values({name: bindparam(name) for name in _NAMES})
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What `verify_chain` found.

    Attributes:
        ok: True where every entry matches its hash, follows the one before, and none is missing.
        entries: Entries that are there.
        first_bad: Number of the first entry that is wrong or missing, or None.
        head: Hash of the last entry; written down elsewhere, it proves later that nothing was rewritten.
    """

    ok: bool
    entries: int
    first_bad: int | None
    head: str


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what, and when (ISO 8601 UTC)."""

    actor: str
    action: str
    at: str
    detail: dict[str, Any]


def record(db: Database, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None) -> int:
    """Append an entry and give its number; inside `with db.session():` it commits together with the action.

    Args:
        db: The database.
        actor: User name.
        action: Verb of the permission table, such as "summary.sign_off".
        subject: Id of what it was done to.
        detail: Ids, counts and keys; never names, text or reasons of a matter.

    Raises:
        WrongUsage: A value is not a token without white space, a number, or a list or dict of such.
    """
    if db.writing:
        with db.session() as session:
            return record_in(session, actor, action, subject, detail)
    with db.appending() as connection:
        return record_in(connection, actor, action, subject, detail)


def record_in(
    within: Session | Connection, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None
) -> int:
    """Append an entry in an open writing transaction; see `record`."""
    check_tokens([actor, action, subject, detail or {}], "the audit log")
    number = next_number(within, _COUNTER)
    connection = within if isinstance(within, Connection) else within.connection()
    previous = connection.execute(_HASH_OF, {"wanted": number - 1}).scalar() or _START
    entry = (number, timestamp(), actor, action, subject, _ENCODER.encode(detail or {}), previous)
    connection.execute(_APPEND, dict(zip(_NAMES, (*entry, _hash_entry(entry)), strict=True)))
    return number


def list_acts(db: Database, actions: Collection[str], subject: str, since: str) -> tuple[Act, ...]:
    """List who took one of the actions on a subject since a time (ISO 8601 UTC), oldest first."""
    found = select(AuditRow).where(AuditRow.action.in_(actions), AuditRow.subject == subject, AuditRow.at >= since)
    with db.reading() as session:
        rows = session.scalars(found.order_by(AuditRow.entry))
        return tuple(Act(row.actor, row.action, row.at, json.loads(row.detail)) for row in rows)


def find_entries(
    db: Database, *, actor: str = "", action: str = "", subject: str = "", before: int = 0, limit: int = 100
) -> tuple[dict[str, Any], ...]:
    """Find entries, newest first.

    Args:
        db: The database.
        actor: User name, or "" for anybody.
        action: An action, or the beginning of several that ends in a dot ("summary."), or "" for all.
        subject: Id of what it was done to, or "" for all.
        before: Number of an entry: only older ones; 0 from the newest on.
        limit: Most entries.
    """
    found = select(AuditRow)
    if actor:
        found = found.where(AuditRow.actor == actor)
    if action.endswith("."):
        found = found.where(AuditRow.action.startswith(action, autoescape=True))
    elif action:
        found = found.where(AuditRow.action == action)
    if subject:
        found = found.where(AuditRow.subject == subject)
    if before:
        found = found.where(AuditRow.entry < before)
    with db.reading() as session:
        rows = session.scalars(found.order_by(AuditRow.entry.desc()).limit(limit))
        return tuple(_describe(row) for row in rows)


def verify_chain(db: Database) -> ChainReport:
    """Recompute every hash from the first entry on, and compare the number of entries with the counter."""
    expected, previous, first_bad, count = 1, _START, None, 0
    with db.reading() as session:
        for row in _walk(session):
            count += 1
            sound = row.entry == expected and row.previous == previous and row.hash == _hash_entry(row[:-1])
            if not sound and first_bad is None:
                first_bad = min(row.entry, expected)
            expected, previous = row.entry + 1, row.hash
        counter = session.get(CounterRow, _COUNTER)
        last = counter.value if counter else 0
    if first_bad is None and last != expected - 1:
        first_bad = min(expected, last + 1)
    return ChainReport(first_bad is None, count, first_bad, previous)


def export(db: Database) -> Iterator[dict[str, Any]]:
    """Give every entry as a JSON object, oldest first, as of the moment of the call."""
    with db.reading() as session:
        last = session.scalar(select(func.max(AuditRow.entry))) or 0
    for start in range(1, last + 1, _BATCH):
        page = _ENTRIES.where(_COLUMNS.entry.between(start, min(start + _BATCH - 1, last)))
        with db.reading() as session:
            found = [_describe(row) for row in session.execute(page)]
        yield from found


def _walk(session: Session) -> Iterator[Row[Any]]:
    return iter(session.execute(_ENTRIES.execution_options(yield_per=_BATCH)))


def _describe(row: Any) -> dict[str, Any]:
    return {
        "entry": row.entry,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": json.loads(row.detail),
        "previous": row.previous,
        "hash": row.hash,
    }


def _hash_entry(entry: Sequence[Any]) -> str:
    """Hash an entry's columns but the last, which is the hash itself."""
    return hashlib.sha256(_ENCODER.encode(list(entry)).encode()).hexdigest()
