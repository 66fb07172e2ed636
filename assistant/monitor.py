"""How the work goes: what people had to correct, what filings bear, how long reviews take, what comes in; in counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from assistant.drift import find_shift, find_vocabulary_shift
from assistant.figures import LEAST_REVIEWS, Estimate, compare_reviews, estimate_mean
from assistant.store.database import Database
from assistant.store.measures import FilingFigure, SummaryFigure
from assistant.store.tables import CorrectionRow
from assistant.store.trials import Review

WEEKS = 52
"""Weeks that the screen looks back."""
NOW_DAYS, BEFORE_DAYS = 28, 84
"""Days that are looked at for drift, and days before them that they are held against."""
SIDES = ("with", "without")
LENGTHS = {
    0: "under 1,000 words", 1000: "1,000 to 2,499", 2500: "2,500 to 4,999", 5000: "5,000 to 9,999",
    10000: "10,000 to 19,999", 20000: "20,000 and more",
}  # fmt: skip
"""Classes of the length of filings: the least words of each and its name."""
SHARES = {0: "under 50 %", 50: "50 to 69 %", 70: "70 to 79 %", 80: "80 to 89 %", 90: "90 to 99 %", 100: "all"}
"""Classes of the share of a summary's sentences that are supported."""
EDITS = {0: "under 1 %", 1: "1 to 4 %", 5: "5 to 9 %", 10: "10 to 19 %", 20: "20 to 39 %", 40: "40 % and more"}
"""Classes of the share of a summary's words that were changed before it was signed off."""


@dataclass(frozen=True, slots=True)
class WeekOfEdits:
    """Reviews of one week and adapter.

    Attributes:
        week: ISO week, "2026-W48": of the sign-off, of the submission that was returned, of what was discarded when
            it was made.
        adapter: Adapter id, "base" or "none".
        untouched: Signed off as the model wrote it.
        edited: Signed off after edits.
        returned: Sent back by the attorney; a summary that is submitted again counts again.
        discarded: Put aside by its author or an attorney.
    """

    week: str
    adapter: str
    untouched: int
    edited: int
    returned: int
    discarded: int


def measure_edits(db: Database, figures: Sequence[SummaryFigure]) -> list[dict[str, Any]]:
    """Count reviewed summaries by week and adapter, oldest week first, each a `WeekOfEdits` as a dict.

    What was written without the model's text in sight is no edit of it, and is left out.
    """
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for figure in figures:
        if figure.status == "signed_off" and figure.edits >= 0 and not figure.unaided:
            counts[name_week(figure.signed_at), figure.adapter]["edited" if figure.edits else "untouched"] += 1
        elif figure.status == "discarded":
            counts[name_week(figure.created_at), figure.adapter]["discarded"] += 1
    known = {figure.summary_id for figure in figures if not figure.unaided}
    returned = select(CorrectionRow.summary_id, CorrectionRow.created_at, CorrectionRow.adapter)
    with db.reading() as session:
        for summary_id, created_at, adapter in session.execute(returned.where(CorrectionRow.state == "returned")):
            if summary_id in known:
                counts[name_week(created_at), adapter]["returned"] += 1
    kinds = ("untouched", "edited", "returned", "discarded")
    return [
        asdict(WeekOfEdits(week, adapter, *(count[kind] for kind in kinds)))
        for (week, adapter), count in sorted(counts.items())
    ]


def measure_distance(figures: Sequence[SummaryFigure]) -> list[dict[str, Any]]:
    """Measure the edit distance of what was signed off, by week and adapter: the share of words changed (0 to 1)."""
    signed = [f for f in figures if f.edits >= 0 and not f.unaided]
    return _by_week((name_week(f.signed_at), f.adapter, f.edits / max(f.longest, 1), 1.0) for f in signed)


def measure_support(figures: Sequence[SummaryFigure]) -> list[dict[str, Any]]:
    """Measure the share of sentences that the filing bears, as the model wrote them, by week and adapter (0 to 1)."""
    return _by_week((name_week(f.created_at), f.adapter, f.supported, f.sentences) for f in figures if f.sentences)


def measure_reviews(
    reviews: Sequence[Review], draws: Mapping[str, int], figures: Sequence[SummaryFigure]
) -> dict[str, Any]:
    """Measure active seconds from opening to approval per 1,000 words of the filing, with a summary and without.

    Only filings that were drawn by lot are compared; `weeks` has all reviews in which the summary was in sight.

    Returns:
        `sides` ("with", "without"): each with `count`, `mean` and `ci95` of the seconds, the `people`, and the errors
        caught: `reasons` given in corrections, `returns` by an attorney, and the share `supported` of what was signed
        off. `difference` (with minus without): `mean`, `ci95`, `people` compared with themselves and `counts`, or None
        where there are too few reviews. `draws`, `least` and `weeks`.
    """
    signed = {f.summary_id: (f.signed_supported, f.signed_sentences) for f in figures if f.signed_sentences > 0}
    by_side: dict[str, list[Review]] = {side: [r for r in reviews if r.drawn == side] for side in SIDES}
    gap = compare_reviews(_by_person(by_side["with"]), _by_person(by_side["without"]))
    return {
        "sides": [_tell_side(side, found, signed) for side, found in by_side.items()],
        "difference": gap and asdict(gap),
        "draws": dict(draws),
        "least": LEAST_REVIEWS,
        "weeks": _by_week((name_week(r.signed_at), "", _find_pace(r), 1.0) for r in reviews if r.drawn != "without"),
    }


def measure_drift(
    filings: Sequence[FilingFigure], figures: Sequence[SummaryFigure], now: datetime
) -> dict[str, dict[str, Any]]:
    """Compare the last `NOW_DAYS` with the `BEFORE_DAYS` before them: length, type and words of filings, and scores.

    Returns:
        For each of "length", "type", "vocabulary", "support" and "distance" the `Shift` as a dict; with `classes`,
        where it rests on such: each with its `name` and how many items were in it `before` and `now`.
    """
    border, start = ((now - timedelta(days=days)).isoformat() for days in (NOW_DAYS, NOW_DAYS + BEFORE_DAYS))
    came = [f for f in filings if f.added_at >= start]
    types = dict(enumerate(sorted({f.document_type or "plain" for f in came})))
    places = {name: place for place, name in types.items()}
    words = [(f.groups, f.added_at >= border) for f in came if f.groups is not None]
    made = [f for f in figures if f.sentences and f.created_at >= start]
    signed = [f for f in figures if f.edits >= 0 and not f.unaided and f.signed_at >= start]
    return {
        "length": _compare(LENGTHS, [(f.words, f.added_at >= border) for f in came]),
        "type": _compare(types, [(places[f.document_type or "plain"], f.added_at >= border) for f in came]),
        "vocabulary": asdict(find_vocabulary_shift([groups for groups, _ in words], [late for _, late in words])),
        "support": _compare(SHARES, [(100 * f.supported / f.sentences, f.created_at >= border) for f in made]),
        "distance": _compare(EDITS, [(100 * f.edits / max(f.longest, 1), f.signed_at >= border) for f in signed]),
    }


def name_week(at: str) -> str:
    """Name the ISO week of an ISO 8601 time, such as "2026-W48"."""
    year, week, _ = datetime.fromisoformat(at).isocalendar()
    return f"{year}-W{week:02d}"


def tell(estimate: Estimate, digits: int = 4) -> dict[str, Any]:
    """Give an estimate as plain values."""
    ends = [round(estimate.low, digits), round(estimate.high, digits)]
    return {"count": estimate.count, "mean": round(estimate.mean, digits), "ci95": ends}


def _compare(classes: Mapping[int, str], items: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Compare items of (value, whether of the later span) by the class of each, which begins at a least value."""
    placed = [(sum(value >= least for least in classes) - 1, late) for value, late in items]
    shift = find_shift([place for place, _ in placed], [late for _, late in placed], len(classes))
    counts = Counter(placed)
    named = [
        {"name": name, "before": counts[place, False], "now": counts[place, True]}
        for place, name in enumerate(classes.values())
    ]
    return asdict(shift) | {"classes": named}


def _tell_side(side: str, found: Sequence[Review], signed: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """Give what is known of one side of the comparison."""
    supported, sentences = (sum(signed[r.summary_id][n] for r in found if r.summary_id in signed) for n in (0, 1))
    return tell(estimate_mean([_find_pace(r) for r in found]), 1) | {
        "side": side,
        "people": len({r.person for r in found}),
        "reasons": sum(r.reasons for r in found),
        "returns": sum(r.returns for r in found),
        "supported": round(supported / sentences, 4) if sentences else None,
    }


def _find_pace(review: Review) -> float:
    """Give the active seconds for 1,000 words of the filing."""
    return 1000 * review.seconds / review.words


def _by_person(reviews: Sequence[Review]) -> dict[str, list[float]]:
    """Group the paces of reviews by who submitted them."""
    groups: dict[str, list[float]] = defaultdict(list)
    for review in reviews:
        groups[review.person].append(_find_pace(review))
    return groups


def _by_week(items: Iterable[tuple[str, str, float, float]]) -> list[dict[str, Any]]:
    """Estimate a mean for each week and adapter of (week, adapter, value, weight), oldest week first."""
    groups: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for week, adapter, value, weight in items:
        groups[week, adapter].append((value, weight))
    return [
        {"week": week, "adapter": adapter}
        | tell(estimate_mean([value for value, _ in group], [weight for _, weight in group]))
        for (week, adapter), group in sorted(groups.items())
    ]
