"""How much people have to correct: the figure that tells whether an adapter is worth its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select

from assistant.store.database import Database
from assistant.store.tables import CorrectionRow


@dataclass(frozen=True, slots=True)
class WeekOfEdits:
    """Reviews of one week and adapter.

    Attributes:
        week: ISO week of the submission, "2026-W48".
        adapter: Adapter id, "base" or "none".
        untouched: Signed off as the model wrote it.
        edited: Signed off after edits.
        returned: Sent back by the attorney; a summary that is submitted again counts again.
    """

    week: str
    adapter: str
    untouched: int
    edited: int
    returned: int


def measure_edits(db: Database) -> dict[str, list[dict[str, Any]]]:
    """Count reviewed summaries by week and adapter; no text is read.

    Returns:
        {"weeks": one row of `WeekOfEdits` each as a dict, oldest week first}.
    """
    changed = case((CorrectionRow.model_output == CorrectionRow.edited, 0), else_=1)
    asked = select(CorrectionRow.created_at, CorrectionRow.adapter, CorrectionRow.state, changed)
    counts: dict[tuple[str, str], Counter[str]] = {}
    with db.reading() as session:
        for created_at, adapter, state, edited in session.execute(asked):
            kind = (
                "returned"
                if state == "returned"
                else ""
                if state != "signed_off"
                else "edited"
                if edited
                else "untouched"
            )
            if kind:
                counts.setdefault((_name_week(created_at), adapter), Counter())[kind] += 1
    weeks = [
        WeekOfEdits(week, adapter, count["untouched"], count["edited"], count["returned"])
        for (week, adapter), count in sorted(counts.items())
    ]
    return {"weeks": [asdict(week) for week in weeks]}


def _name_week(created_at: str) -> str:
    """Name the ISO week of an ISO 8601 time."""
    year, week, _ = datetime.fromisoformat(created_at).isocalendar()
    return f"{year}-W{week:02d}"
