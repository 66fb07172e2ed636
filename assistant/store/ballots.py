"""Ballots: which of two summaries a person finds better without being told whose they are; ids and picks only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.errors import Conflict, WrongUsage
from assistant.store.comparison_tables import BallotRow
from assistant.store.comparisons import Comparison
from assistant.store.database import Database, timestamp

SIDES = ("candidate", "rival")
PICKS = (*SIDES, "same")
SEEN = "seen"
"""Stands in the place of a pick where the person looked at the summaries by name first, and so cannot pick blindly."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one person was shown of one filing.

    Attributes:
        candidate: Adapter id.
        document_id: The filing.
        user: User name.
        comparison_id: Whose summaries were shown.
        rival: Adapter id of the other, or "base".
        on_left: Which of `SIDES` stood on the left.
        pick: One of `PICKS`, "" before it, or `SEEN`.
    """

    candidate: str
    document_id: str
    user: str
    comparison_id: str
    rival: str
    on_left: str
    pick: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The picks between a candidate and one rival.

    Attributes:
        candidate: Adapter id.
        rival: Adapter id, or "base".
        better: Picks of the candidate.
        worse: Picks of the rival.
        same: Picks of neither.
        people: How many persons picked.
        filings: On how many filings.
    """

    candidate: str
    rival: str
    better: int
    worse: int
    same: int
    people: int
    filings: int


def draw_ballot(db: Database, comparison: Comparison, user: str, on_left: str) -> Ballot:
    """Give a person's ballot on a filing; its sides stay as first drawn, also on a newer reading of the filing.

    Args:
        db: The database.
        comparison: With a candidate.
        user: User name.
        on_left: Which of `SIDES` stands on the left where it is made now.
    """
    if on_left not in SIDES or not comparison.candidate:
        raise WrongUsage(f"{on_left!r} is no side of this ballot.", expected=" or ".join(SIDES))
    with db.session() as session:
        row = _find(session, comparison, user)
        if row is None:
            row = _make(comparison, user, on_left)
            session.add(row)
        elif not row.pick:
            row.comparison_id, row.rival = comparison.comparison_id, comparison.rival
        return _ballot(row)


def cast_vote(db: Database, comparison: Comparison, user: str, pick: str) -> Ballot:
    """Keep what a person picked; there is one pick a person, filing and candidate, and it stays.

    Raises:
        Conflict: The ballot was not drawn, or there is a pick already.
    """
    if pick not in PICKS:
        raise WrongUsage(f"{pick!r} is no pick.", expected=", ".join(PICKS))
    with db.session() as session:
        row = _find(session, comparison, user)
        if row is None:
            raise Conflict("The two summaries were not shown to you yet.", do="Open them first.")
        if row.pick == SEEN:
            raise Conflict("You have seen whose these are.", do="Pick on another filing.")
        if row.pick:
            raise Conflict("You have picked on this filing already.", do="Pick on another filing.")
        row.pick, row.picked_at = pick, timestamp()
        return _ballot(row)


def mark_seen(db: Database, comparison: Comparison, user: str) -> None:
    """Note that a person has seen whose the summaries are; a pick that was made before stays."""
    if not comparison.candidate:
        return
    with db.session() as session:
        row = _find(session, comparison, user)
        if row is None:
            row = _make(comparison, user, SIDES[0])
            session.add(row)
        row.pick = row.pick or SEEN


def list_ballots(db: Database, user: str, document_ids: Collection[str]) -> tuple[Ballot, ...]:
    """List a person's ballots on some filings."""
    mine = select(BallotRow).where(BallotRow.user == user, BallotRow.document_id.in_(document_ids))
    with db.reading() as session:
        return tuple(_ballot(row) for row in session.scalars(mine))


def count_picks(db: Database, candidate: str) -> tuple[Tally, ...]:
    """Count the picks on a candidate, by rival; none where nobody picked."""
    picked = select(BallotRow).where(BallotRow.candidate == candidate, BallotRow.pick.in_(PICKS))
    with db.reading() as session:
        rows = session.scalars(picked).all()
    found = []
    for rival in sorted({row.rival for row in rows}):
        mine = [row for row in rows if row.rival == rival]
        better, worse, same = (sum(row.pick == pick for row in mine) for pick in PICKS)
        people, filings = len({row.user for row in mine}), len({row.document_id for row in mine})
        found.append(Tally(candidate, rival, better, worse, same, people, filings))
    return tuple(found)


def _find(session: Session, comparison: Comparison, user: str) -> BallotRow | None:
    return session.get(BallotRow, (comparison.candidate, comparison.document_id, user))


def _make(comparison: Comparison, user: str, on_left: str) -> BallotRow:
    return BallotRow(
        candidate=comparison.candidate,
        document_id=comparison.document_id,
        user=user,
        comparison_id=comparison.comparison_id,
        rival=comparison.rival,
        on_left=on_left,
        pick="",
        created_at=timestamp(),
        picked_at="",
    )


def _ballot(row: BallotRow) -> Ballot:
    return Ballot(row.candidate, row.document_id, row.user, row.comparison_id, row.rival, row.on_left, row.pick)
