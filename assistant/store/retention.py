"""Retention: when a matter was closed and when it is due for erasure. Nothing is erased by it: people do that."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select

from assistant.errors import NotFound, RefusedInput
from assistant.store.database import Database, timestamp
from assistant.store.matter_tables import RetentionRow
from assistant.store.tables import MatterRow

MOST_MONTHS = 1200


@dataclass(frozen=True, slots=True)
class Retention:
    """A closed matter.

    Attributes:
        matter_id: The matter.
        closed_on: Day of its close, such as "2026-11-30".
        months: Months after it until the matter is due for erasure, or None where the firm's number counts.
        due_on: Day from which it is due, or "" where it never is.
        due: True where that day has come and no legal hold lies on the matter.
        held: True where that day has come and a legal hold keeps it.
    """

    matter_id: str
    closed_on: str
    months: int | None
    due_on: str
    due: bool
    held: bool


def close_matter(db: Database, matter_id: str, closed_on: str, months: int | None, actor: str) -> None:
    """Say that a matter was closed on a day, and after how many months it is due for erasure.

    Raises:
        NotFound: There is no such matter.
        RefusedInput: It is no day, or no number of months that makes sense.
    """
    try:
        date.fromisoformat(closed_on)
    except ValueError:
        raise RefusedInput("The day of the close is no date.", expected="a date such as 2026-11-30") from None
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise RefusedInput(f"{months} is no number of months to keep a matter.", expected=f"1 to {MOST_MONTHS}")
    with db.session() as session:
        if session.get(MatterRow, matter_id) is None:
            raise NotFound(f"There is no matter {matter_id}.", do="List the matters and use one of their ids.")
        row = RetentionRow(matter_id=matter_id, closed_on=closed_on, months=months, set_by=actor, set_at=timestamp())
        session.merge(row)


def reopen_matter(db: Database, matter_id: str) -> None:
    """Take a close back; nothing happens where the matter was not closed."""
    with db.session() as session:
        row = session.get(RetentionRow, matter_id)
        if row is not None:
            session.delete(row)


def list_closed(db: Database, today: date | None = None, matter_id: str | None = None) -> dict[str, Retention]:
    """Give the closed matters by their ids, or only one; `today` is that of UTC where None."""
    today = today or datetime.now(UTC).date()
    asked = select(RetentionRow, MatterRow.legal_hold).join(MatterRow, MatterRow.matter_id == RetentionRow.matter_id)
    if matter_id is not None:
        asked = asked.where(RetentionRow.matter_id == matter_id)
    with db.reading() as session:
        rows = session.execute(asked.order_by(RetentionRow.closed_on, RetentionRow.matter_id)).all()
    return {row.matter_id: _describe(row, held, db.settings.retention_months, today) for row, held in rows}


def _describe(row: RetentionRow, held: bool, usual: int, today: date) -> Retention:
    months = row.months if row.months is not None else usual
    due_on = add_months(date.fromisoformat(row.closed_on), months) if months else None
    come = due_on is not None and due_on <= today
    day = due_on.isoformat() if due_on else ""
    return Retention(row.matter_id, row.closed_on, row.months, day, come and not held, come and held)


def add_months(day: date, months: int) -> date:
    """Give the same day some months later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
