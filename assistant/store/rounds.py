"""Training rounds: who started them, how far they are, what they measured. Ids, counts and scores only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assistant.errors import NotFound, WrongUsage
from assistant.store.database import Database, new_id, timestamp
from assistant.store.tables import RoundRow

STATUSES = ("running", "cancelled", "failed", "passed", "unproven", "refused", "promoted", "discarded")
Outcome = Literal["passed", "unproven", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "unproven", "refused")
"""What the gate says of a candidate, the best first: shown to be as good, not shown either way, shown to be worse."""
_CHANGEABLE = ("status", "step", "progress", "options", "dataset", "results", "gate", "candidate", "error")


@dataclass(frozen=True, slots=True)
class Round:
    """A training round.

    Attributes:
        round_id: Identity within the store.
        started_by: User name.
        status: "running", "cancelled", "failed", "passed", "unproven" or "refused" (by the gate), "promoted",
            "discarded".
        step: The step it is in, such as "train".
        progress: done, total and label of the step.
        options: What it was started with.
        dataset: Hash, folder and counts of what it trained on.
        results: Scores by system.
        gate: Verdict and its reasons.
        candidate: Adapter id, or "".
        error: Why it failed, without content, or "".
        created_at: ISO 8601 UTC.
        finished_at: ISO 8601 UTC, or "" while it runs.
    """

    round_id: str
    started_by: str
    status: str
    step: str
    progress: dict[str, Any]
    options: dict[str, Any]
    dataset: dict[str, Any]
    results: dict[str, Any]
    gate: dict[str, Any]
    candidate: str
    error: str
    created_at: str
    finished_at: str


def read_outcome(gate: Mapping[str, Any]) -> Outcome:
    """Give the outcome of a stored verdict; one of an earlier version says only whether it passed."""
    stored: Outcome = gate.get("outcome") or ("passed" if gate.get("passed") else "refused")
    return stored


def create_round(db: Database, actor: str, options: dict[str, Any], round_id: str | None = None) -> str:
    """Store a new round as running and give its id; a given id that is there already stays as it is."""
    identity = round_id or new_id("r")
    with db.session() as session:
        if session.get(RoundRow, identity) is None:
            session.add(
                RoundRow(
                    round_id=identity,
                    started_by=actor,
                    status="running",
                    options=dict(options),
                    created_at=timestamp(),
                )
            )
    return identity


def update_round(db: Database, round_id: str, **fields: Any) -> Round:
    """Change fields of a round; a status other than "running" also sets its end, "running" clears it.

    Raises:
        NotFound: There is no such round.
        WrongUsage: A field or status does not exist.
    """
    for name in fields:
        if name not in _CHANGEABLE:
            raise WrongUsage(f"A round has no field {name!r} to change.", expected="one of " + ", ".join(_CHANGEABLE))
    if fields.get("status", "running") not in STATUSES:
        raise WrongUsage(f"There is no status {fields['status']!r} of a round.", expected=", ".join(STATUSES))
    with db.session() as session:
        row = _row(session, round_id)
        for name, value in fields.items():
            setattr(row, name, dict(value) if isinstance(value, dict) else value)
        if "status" in fields:
            row.finished_at = "" if row.status == "running" else row.finished_at or timestamp()
        return _round(row)


def settle_round(db: Database, round_id: str, status: str, error: str = "") -> bool:
    """End a round that is running, in one statement; give False, and change nothing, where it had ended already.

    Raises:
        NotFound: There is no such round.
        WrongUsage: The status does not exist, or does not end a round.
    """
    if status not in STATUSES or status == "running":
        raise WrongUsage(f"A round cannot end as {status!r}.", expected=", ".join(STATUSES[1:]))
    ending = (
        update(RoundRow)
        .where(RoundRow.round_id == round_id, RoundRow.status == "running")
        .values(status=status, error=error, finished_at=timestamp())
        .returning(RoundRow.round_id)
    )
    with db.session() as session:
        _row(session, round_id)
        return session.scalar(ending) is not None


def get_round(db: Database, round_id: str) -> Round:
    """Give a round.

    Raises:
        NotFound: There is no such round.
    """
    with db.reading() as session:
        return _round(_row(session, round_id))


def list_rounds(db: Database) -> tuple[Round, ...]:
    """List all rounds, newest first."""
    with db.reading() as session:
        rows = session.scalars(select(RoundRow).order_by(RoundRow.created_at.desc(), RoundRow.round_id))
        return tuple(_round(row) for row in rows)


def _row(session: Session, round_id: str) -> RoundRow:
    row = session.get(RoundRow, round_id)
    if row is None:
        raise NotFound(f"There is no round {round_id}.", do="List the rounds with: casebrief round status.")
    return row


def _round(row: RoundRow) -> Round:
    return Round(
        round_id=row.round_id,
        started_by=row.started_by,
        status=row.status,
        step=row.step,
        progress=dict(row.progress),
        options=dict(row.options),
        dataset=dict(row.dataset),
        results=dict(row.results),
        gate=dict(row.gate),
        candidate=row.candidate,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
