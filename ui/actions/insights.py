"""Insights: how the work goes over the whole firm, in counts. No client's word, no matter's name, no single person."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant.errors import RefusedInput
from assistant.store import audit, measures, trials
from assistant.store.people import User
from ui.actions.chronology import keep_from_counting
from ui.permits import check

if TYPE_CHECKING:
    from ui.services import House

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Titles of the columns, and the rows."""

_KINDS = {
    "length": "Length",
    "type": "Type",
    "vocabulary": "Words used",
    "support": "Supported share",
    "distance": "Edit distance",
}


def read_insights(house: House, user: User) -> dict[str, Any]:
    """Give all figures of the screen.

    Reviews of a matter are counted whoever may see it; only counts, weeks and adapters come out.

    Returns:
        `edits`, `distance`, `support` by week and adapter, of a year; `reviews` and `drift`, see `assistant.monitor`;
        `share` of filings whose summary is withheld; `uncounted` summaries and filings, which the next look counts.
    """
    from assistant import monitor

    check(house.db, user, "insights.read")
    uncounted = measures.catch_up(house.db)
    now = datetime.now(UTC)
    figures = measures.list_summary_figures(house.db, (now - timedelta(weeks=monitor.WEEKS)).isoformat())
    compared = timedelta(days=monitor.NOW_DAYS + monitor.BEFORE_DAYS)
    filings = measures.list_filing_figures(house.db, (now - compared).isoformat())
    return {
        "edits": monitor.measure_edits(house.db, figures),
        "distance": monitor.measure_distance(figures),
        "support": monitor.measure_support(figures),
        "reviews": monitor.measure_reviews(trials.list_reviews(house.db), trials.count_draws(house.db), figures),
        "drift": monitor.measure_drift(filings, figures, now),
        "share": house.settings.unaided_share,
        "uncounted": uncounted,
    }


def export_table(house: House, user: User, table: str) -> tuple[str, str, bytes]:
    """Give one table as comma-separated values; no cell begins a formula.

    Returns:
        File name, media type, bytes.

    Raises:
        RefusedInput: There is no such table.
    """
    tables = make_tables(read_insights(house, user))
    if table not in tables:
        raise RefusedInput(f"There is no table {table[:40]!r}.", expected=", ".join(tables))
    audit.record(house.db, user.name, "insights.export", "", {"table": table})
    out = io.StringIO()
    columns, rows = tables[table]
    csv.writer(out).writerows([keep_from_counting(str(cell)) for cell in row] for row in (columns, *rows))
    return f"insights-{table}.csv", "text/csv; charset=utf-8", out.getvalue().encode("utf-8-sig")


def make_tables(found: dict[str, Any]) -> dict[str, Table]:
    """Give the table behind each plot, by name; an interval is two columns."""
    span = ("From (95%)", "To (95%)")
    decisions = ("Week", "Adapter", "Untouched", "Edited", "Returned", "Discarded")
    paces = ("Reviews", "Seconds per 1,000 words", *span)
    errors = ("Reasons given", "Returned", "Share supported")
    return {
        "edits": (decisions, [tuple(row.values()) for row in found["edits"]]),
        "distance": (("Week", "Adapter", "Signed off", "Words changed", *span), _list_weeks(found["distance"])),
        "support": (("Week", "Adapter", "Summaries", "Supported", *span), _list_weeks(found["support"])),
        "reviews": (("Summary", *paces, "People", *errors), [_list_side(side) for side in found["reviews"]["sides"]]),
        "review-weeks": (("Week", *paces), [row[:1] + row[2:] for row in _list_weeks(found["reviews"]["weeks"])]),
        "drift": (
            ("What", "Before", "Now", "Distance", "Chance gives (99%)", "Verdict"),
            [_list_shift(name, found["drift"][key]) for key, name in _KINDS.items()],
        ),
        "classes": (
            ("What", "Class", "Before", "Now"),
            [
                (name, row["name"], row["before"], row["now"])
                for key, name in _KINDS.items()
                for row in found["drift"][key].get("classes", ())
            ],
        ),
    }


def _list_weeks(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["week"], row["adapter"], row["count"], row["mean"], *row["ci95"]) for row in rows]


def _list_side(side: dict[str, Any]) -> tuple[Any, ...]:
    supported = "" if side["supported"] is None else side["supported"]
    return (
        side["side"], side["count"], side["mean"], *side["ci95"], side["people"], side["reasons"], side["returns"],
        supported,
    )  # fmt: skip


def _list_shift(name: str, shift: dict[str, Any]) -> tuple[Any, ...]:
    few = shift["verdict"] == "few"
    measured = ("", "") if few else (round(shift["distance"], 3), round(shift["chance"], 3))
    return (name, shift["before"], shift["now"], *measured, "too few" if few else shift["verdict"])
