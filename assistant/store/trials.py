"""Reviews with and without a summary: which filings are drawn, what is withheld, and how long people were active.

The draw is by filing and holds, so that nobody gets another one by asking again. Seconds are counted by the browser
and bounded here by the time that passed; nobody enters any.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from assistant.errors import Conflict
from assistant.store.database import Database, timestamp
from assistant.store.measured_tables import DrawRow, ReviewTimeRow
from assistant.store.tables import CorrectionRow, DocumentRow, SummaryRow

_OPEN = ("draft", "returned", "submitted")
_DRAW = select(DrawRow.__table__).where(DrawRow.document_id == bindparam("document_id"))


@dataclass(frozen=True, slots=True)
class Review:
    """One approved filing: its first summary that was signed off, with all the work up to there.

    Attributes:
        signed_at: When it was signed off, ISO 8601 UTC.
        person: Who submitted it.
        seconds: Seconds that all who worked on summaries of the filing were active until then.
        words: Words of the filing.
        drawn: "with" or "without" (a summary), or "" where the filing was not drawn, or its draw was given up.
        reasons: Reasons given in its corrections.
        returns: Times that an attorney sent it back.
        summary_id: The summary.
    """

    signed_at: str
    person: str
    seconds: int
    words: int
    drawn: str
    reasons: int
    returns: int
    summary_id: str


def draw_filing(db: Database, document_id: str, share: float, chance: random.Random | None = None) -> bool:
    """Draw, for a filing that has no summary yet, whether its first one is withheld; tell whether one is withheld now.

    Args:
        db: The database.
        document_id: The filing.
        share: Share of filings (0 to 1) whose summary is withheld; 0 draws none.
        chance: Where the lot comes from; the system's own where None.
    """
    if share > 0:
        with db.session() as session:
            seen = session.scalar(select(exists().where(SummaryRow.document_id == document_id)))
            if not seen and session.get(DrawRow, document_id) is None:
                unaided = (chance or random.SystemRandom()).random() < share
                session.add(
                    DrawRow(document_id=document_id, unaided=unaided, summary_id="", shown_by="", drawn_at=timestamp())
                )
    return is_withheld(db, document_id)


def is_withheld(db: Database, document_id: str) -> bool:
    """Tell whether the model's summaries of a filing are withheld: until one is submitted, or they are asked for."""
    row = db.look_up(_DRAW, document_id=document_id)
    return row is not None and row.unaided and not row.summary_id and not row.shown_by


def need_shown(db: Database, document_id: str) -> None:
    """Refuse (Conflict) what would show or change a withheld summary."""
    if is_withheld(db, document_id):
        raise Conflict(
            "This filing is reviewed without the model's summary until one of your own is submitted.",
            do="Write it from the pages, or have the model's summary shown on the Filing screen.",
        )


def need_own(db: Database, document_id: str, version: int) -> None:
    """Refuse (Conflict) to hand on a withheld summary that nobody has written anything in the place of."""
    if version == 1 and is_withheld(db, document_id):
        raise Conflict("You have not written a summary of this filing yet.", do="Write it from the pages and save it.")


def describe_draw(db: Database, document_id: str, summary_id: str) -> dict[str, bool]:
    """Tell whether a summary is `withheld`, and whether it was submitted `unaided`, the model's text not in sight."""
    row = db.look_up(_DRAW, document_id=document_id)
    unaided = row is not None and row.unaided and row.summary_id == summary_id
    return {"withheld": is_withheld(db, document_id), "unaided": unaided}


def give_up(db: Database, document_id: str, actor: str) -> None:
    """Show a filing's withheld summaries all the same; it no longer counts in the comparison."""
    with db.session() as session:
        row = session.get(DrawRow, document_id)
        if row is not None and row.unaided and not row.summary_id and not row.shown_by:
            row.shown_by = actor


def settle_draw(session: Session, document_id: str, summary_id: str) -> None:
    """Note the first summary of a drawn filing that is submitted, in the open transaction."""
    row = session.get(DrawRow, document_id)
    if row is not None and not row.summary_id and not row.shown_by:
        row.summary_id = summary_id


def start_clock(db: Database, summary_id: str, user: str, seconds_ago: float = 0.0) -> None:
    """Begin to count a person's seconds on a summary; they may have begun some seconds ago, while it was written."""
    since = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    with db.session() as session:
        if session.get(ReviewTimeRow, (summary_id, user)) is None:
            session.add(ReviewTimeRow(summary_id=summary_id, user=user, seconds=0, beat_at=since.isoformat()))


def count_seconds(db: Database, summary_id: str, user: str, seconds: int, now: datetime | None = None) -> int:
    """Add seconds that a person was active on an open summary, no more than passed since they last told.

    The first call begins to count, and so does one of 0 seconds, when the summary is opened again.

    Returns:
        The seconds that were counted; none where the summary is signed off or discarded.
    """
    now = now or datetime.now(UTC)
    with db.session() as session:
        summary = session.get(SummaryRow, summary_id)
        if summary is None or summary.status not in _OPEN:
            return 0
        row = session.get(ReviewTimeRow, (summary_id, user))
        if row is None or seconds <= 0:
            session.merge(
                ReviewTimeRow(
                    summary_id=summary_id, user=user, seconds=row.seconds if row else 0, beat_at=now.isoformat()
                )
            )
            return 0
        told = datetime.fromisoformat(row.beat_at)
        counted = max(min(seconds, round((now - told).total_seconds())), 0)
        row.seconds += counted
        row.beat_at = max(now, told + timedelta(seconds=counted)).isoformat()  # rounding up is paid back the next time
        return counted


def list_reviews(db: Database) -> tuple[Review, ...]:
    """List the approved filings whose seconds are known, oldest first."""
    asked = (
        select(
            DocumentRow.document_id, DocumentRow.words, CorrectionRow.summary_id, CorrectionRow.author,
            CorrectionRow.signed_off_at, DrawRow,
        )
        .join(DocumentRow, DocumentRow.document_id == CorrectionRow.document_id)
        .outerjoin(DrawRow, DrawRow.document_id == CorrectionRow.document_id)
        .where(CorrectionRow.state == "signed_off", DocumentRow.words > 0)
        .order_by(CorrectionRow.signed_off_at, CorrectionRow.correction_id)
    )  # fmt: skip
    with db.reading() as session:
        first: dict[str, Any] = {}
        for row in session.execute(asked):
            first.setdefault(row.document_id, row)
        seconds = _add_seconds(session, {key: row.signed_off_at for key, row in first.items()})
        told = _list_told(session)
        return tuple(
            Review(
                row.signed_off_at, row.author, seconds[key], row.words, _name_side(row.DrawRow, row.summary_id),
                sum(len(reasons) for reasons, _ in told[row.summary_id]),
                sum(returned for _, returned in told[row.summary_id]), row.summary_id,
            )
            for key, row in first.items()
            if seconds.get(key)
        )  # fmt: skip


def count_draws(db: Database) -> dict[str, int]:
    """Count the drawn filings: of both kinds, those still waiting for a submission, and those given up."""
    with db.reading() as session:
        rows = session.scalars(select(DrawRow)).all()
    return {
        "with": sum(not row.unaided for row in rows),
        "without": sum(row.unaided for row in rows),
        "waiting": sum(not row.summary_id and not row.shown_by for row in rows),
        "given_up": sum(bool(row.shown_by) for row in rows),
    }


def _add_seconds(session: Session, signed_at: dict[str, str]) -> dict[str, int]:
    """Add up the seconds on all summaries of each filing that were made before its approval."""
    spent = select(SummaryRow.document_id, SummaryRow.created_at, ReviewTimeRow.seconds).join(
        SummaryRow, SummaryRow.summary_id == ReviewTimeRow.summary_id
    )
    sums: dict[str, int] = {}
    for document_id, created_at, seconds in session.execute(spent):
        if created_at <= signed_at.get(document_id, ""):
            sums[document_id] = sums.get(document_id, 0) + seconds
    return sums


def _list_told(session: Session) -> dict[str, list[tuple[list[str], bool]]]:
    """List, by summary, the reasons of each of its submissions and whether it was returned."""
    found: dict[str, list[tuple[list[str], bool]]] = {}
    asked = select(CorrectionRow.summary_id, CorrectionRow.reasons, CorrectionRow.state)
    for summary_id, reasons, state in session.execute(asked):
        found.setdefault(summary_id, []).append((reasons, state == "returned"))
    return found


def _name_side(draw: DrawRow | None, summary_id: str) -> str:
    """Name the side that a review counts on; one of another summary than the first submitted counts on none."""
    if draw is None or draw.shown_by or draw.summary_id != summary_id:
        return ""
    return "without" if draw.unaided else "with"
