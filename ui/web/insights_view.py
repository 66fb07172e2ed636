"""What the Insights screen says and draws: sentences that say what a figure means, a plot, and the tables behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assistant.counting import say_count
from assistant.drift import LARGE, LEAST_ITEMS, SOME
from assistant.monitor import BEFORE_DAYS, NOW_DAYS
from ui.actions.insights import Table
from ui.web.charts import draw_bars, draw_intervals, draw_pairs

ROWS_DRAWN = 12
"""So many of the newest weeks and adapters are drawn; the tables and files have all."""
_LONE = "A point without a line rests on one summary, or on equal ones."
_KINDS = ("Untouched", "Edited", "Returned", "Discarded")
_SPANS = (f"the {BEFORE_DAYS} days before", f"last {NOW_DAYS} days")
_SUBJECTS = {
    "length": "The length of filings",
    "type": "The mix of types",
    "vocabulary": "The vocabulary of filings",
    "support": "The supported share of summaries",
    "distance": "The edit distance of what is signed off",
}
_ADVICE = {
    "length": "What the gate tested may say less of them: watch the supported share.",
    "type": "Look whether every type that comes in now has a house template and pairs to learn from.",
    "vocabulary": "The next round should learn from the new filings: sign some of them off before it is started.",
    "support": "If the filings are as before, look at the adapter, and roll back if it is a new one.",
    "distance": "If the supported share is as before, look whether the house style has changed.",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the screen.

    Attributes:
        name: Of the part, for its address on the page.
        title: Its heading.
        says: Sentences, the first the one that matters.
        chart: The plot as SVG, or "" where there is nothing to draw.
        tables: Name and title of each table behind it.
    """

    name: str
    title: str
    says: list[str]
    chart: Markup
    tables: list[tuple[str, str]]


def make_panels(found: dict[str, Any]) -> list[Panel]:
    """Put all figures into panels, in the order of the screen."""
    return [
        _show_edits(found["edits"]),
        _show_distance(found["distance"]),
        _show_support(found["support"]),
        _show_reviews(found["reviews"], found["share"]),
        *_show_drift(found["drift"]),
    ]


def show_cell(value: Any) -> str:
    """Write a cell of a table for the screen."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}"


def is_number(table: Table, column: int) -> bool:
    """Tell whether a column holds numbers, which stand to the right."""
    return any(isinstance(row[column], int | float) for row in table[1])


def _show_edits(rows: list[dict[str, Any]]) -> Panel:
    counts = [sum(row[kind.lower()] for row in rows) for kind in _KINDS]
    says = ["No summary has been reviewed yet. Figures appear with the first sign-off."]
    if total := sum(counts):
        untouched, edited, returned, discarded = counts
        says = [
            f"{untouched} signed off untouched, {edited} after edits; "
            f"{returned} returned by an attorney, {discarded} discarded.",
            f"Rests on {say_count(total, 'decision')}. What was written without a summary in sight is left out.",
        ]
    bars = [(f"{row['week']} {row['adapter']}", [row[kind.lower()] for kind in _KINDS]) for row in rows[-ROWS_DRAWN:]]
    title = "Decisions on summaries by week and adapter, in shares"
    return _panel("edits", "How much people had to correct", says, draw_bars(bars, _KINDS, title) if bars else "")


def _show_distance(rows: list[dict[str, Any]]) -> Panel:
    count = sum(row["count"] for row in rows)
    says = ["Nothing has been signed off yet."]
    if count:
        mean = sum(row["mean"] * row["count"] for row in rows) / count
        says = [
            f"{mean:.1%} of the words were changed on average before an attorney signed.",
            f"Words put in, taken out or replaced, over those of the longer text. {_LONE} "
            f"Rests on {say_count(count, 'summary', 'summaries')} signed off.",
        ]
    return _panel("distance", "Edit distance", says, _draw_weeks(rows, "Percent of words changed, by week and adapter"))


def _show_support(rows: list[dict[str, Any]]) -> Panel:
    count = sum(row["count"] for row in rows)
    says = ["No summary has been written yet."]
    if count:
        last = rows[-1]
        says = [
            f"{last['mean']:.0%} of the sentences that {last['adapter']} wrote in {last['week']} are supported "
            f"({say_count(last['count'], 'summary', 'summaries')}).",
            f"As written, before anybody corrected them; intervals of 95% by bootstrap over summaries. {_LONE} "
            f"Rests on {say_count(count, 'summary', 'summaries')}.",
        ]
    chart = _draw_weeks(rows, "Percent of sentences supported, by week and adapter")
    return _panel("support", "Supported sentences", says, chart)


def _show_reviews(reviews: dict[str, Any], share: float) -> Panel:
    by_side = {side["side"]: side for side in reviews["sides"]}
    drawn = [(f"{side['side']} a summary", side["mean"], *side["ci95"]) for side in reviews["sides"] if side["count"]]
    top = _round_up(max((row[3] for row in drawn), default=1.0))
    chart = draw_intervals(drawn, "Active seconds per 1,000 words of the filing", top, 0, " s") if drawn else ""
    says = [say_difference(reviews), *_say_draws(reviews["draws"], share)]
    if by_side["with"]["count"] or by_side["without"]["count"]:
        says.append(_say_errors(by_side["with"], by_side["without"]))
    tables = [("reviews", "With and without a summary"), ("review-weeks", "All reviews with a summary, by week")]
    return Panel("reviews", "Review time", says, Markup(chart), tables)  # noqa: S704  words are escaped in charts.py


def say_difference(reviews: dict[str, Any]) -> str:
    """Say in one sentence how reviews with a summary compare with those without."""
    one, other = reviews["sides"]
    gap = reviews["difference"]
    if gap is None:
        least = reviews["least"]
        return (
            f"Not enough reviews yet: {one['count']} with a summary and {other['count']} without, of filings drawn "
            f"by lot; {least} of each are needed."
        )
    low, high = gap["low"], gap["high"]
    people = say_count(gap["people"], "person", "people") + " compared with themselves"
    how = people if gap["people"] else "people taken together"
    rests = f"{how}; {say_count(gap['counts'][0], 'review')} with, {gap['counts'][1]} without"
    if low <= 0 <= high:
        return (
            f"No difference can be told: from {-low:,.0f} s fewer to {high:,.0f} s more per 1,000 words of the filing "
            f"with a summary, at 95% ({rests})."
        )
    word = "fewer" if high < 0 else "more"
    ends = sorted((abs(low), abs(high)))
    return (
        f"With a summary a review takes {abs(gap['mean']):,.0f} s {word} per 1,000 words of the filing "
        f"(95% interval {ends[0]:,.0f} to {ends[1]:,.0f}; {rests})."
    )


def _say_draws(draws: dict[str, int], share: float) -> list[str]:
    if not share:
        off = (
            "The comparison is off. With CASEBRIEF_UNAIDED_SHARE=0.5 half of the filings, drawn by lot, are reviewed "
            "from their pages: the model's summary is made and withheld until the reviewer has submitted one."
        )
        return [off] if not sum(draws.values()) else [off, _say_drawn(draws)]
    return [f"For {share:.0%} of new filings, drawn by lot, the summary is withheld. {_say_drawn(draws)}"]


def _say_drawn(draws: dict[str, int]) -> str:
    return (
        f"Drawn so far: {draws['with']} with a summary, {draws['without']} without. Of these {draws['waiting']} have "
        f"no submission yet, and {draws['given_up']}, whose summary was shown on request, are not compared."
    )


def _say_errors(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Say what errors were caught; reasons against a model's text can be given only where it was in sight."""
    return (
        f"Errors caught: with a summary {say_count(one['reasons'], 'reason')} given and {one['returns']} returned by "
        f"an attorney in {say_count(one['count'], 'review')}; without one {other['returns']} returned in "
        f"{say_count(other['count'], 'review')}."
    )


def _show_drift(drift: dict[str, dict[str, Any]]) -> list[Panel]:
    filings, scores = ("length", "type", "vocabulary"), ("support", "distance")
    charts = {
        "length": _draw_classes(drift["length"], "Length of filings"),
        "type": _draw_classes(drift["type"], "Types of filings"),
        "support": _draw_classes(drift["support"], "Supported share of a summary's sentences"),
        "distance": _draw_classes(drift["distance"], "Share of words changed"),
    }
    return [
        Panel(
            name, title, [say_shift(key, drift[key]) for key in keys],
            Markup("".join(charts.get(key, "") for key in keys)),  # noqa: S704  words are escaped in charts.py
            [("drift", "Distances"), ("classes", "Counts by class")],
        )
        for name, title, keys in (("filings", "Incoming filings", filings), ("scores", "Scores", scores))
    ]  # fmt: skip


def say_shift(key: str, shift: dict[str, Any]) -> str:
    """Say in plain words whether something shifted, by which bound, and what to do."""
    subject = _SUBJECTS[key]
    if shift["verdict"] == "few":
        found = f"{shift['now']} in the last {NOW_DAYS} days and {shift['before']} before"
        return f"{subject}: too few to say, {found}; {LEAST_ITEMS} of each are needed."
    measure = "divergence" if key == "vocabulary" else "stability index"
    figure = f"{measure} {shift['distance']:.3f}, where chance stays below {shift['chance']:.3f}"
    if shift["verdict"] == "none":
        bound = "" if key == "vocabulary" else f"; a shift begins at {SOME}"
        return f"{subject} is as before ({figure}{bound})."
    grown = _find_grown(shift)
    if key == "vocabulary":
        return f"{subject} has shifted ({figure}). {_ADVICE[key]}"
    size = "has shifted far" if shift["verdict"] == "large" else "has shifted somewhat"
    bound = f"by the custom of credit scoring {SOME} is some shift and {LARGE} a large one"
    return f"{subject} {size}{grown} ({figure}; {bound}). {_ADVICE[key]}"


def _find_grown(shift: dict[str, Any]) -> str:
    """Name the class that grew most."""
    rows = shift.get("classes", ())
    shares = [(row["now"] / shift["now"] - row["before"] / shift["before"], row) for row in rows]
    if not shares:
        return ""
    _, row = max(shares, key=lambda pair: pair[0])
    return f": “{row['name']}” went from {row['before'] / shift['before']:.0%} to {row['now'] / shift['now']:.0%}"


def _draw_classes(shift: dict[str, Any], title: str) -> str:
    if shift["verdict"] == "few":
        return ""
    rows = [(row["name"], row["before"] / shift["before"], row["now"] / shift["now"]) for row in shift["classes"]]
    return f"<h3>{title}</h3>{draw_pairs(rows, _SPANS, title)}"


def _draw_weeks(rows: list[dict[str, Any]], title: str) -> str:
    shown = [
        (f"{row['week']} {row['adapter']}", *(100 * value for value in (row["mean"], *row["ci95"])))
        for row in rows[-ROWS_DRAWN:]
    ]
    top = max((high for *_, high in shown), default=0.0)
    return draw_intervals(shown, title, next(end for end in (20, 40, 100) if top <= end), 0, "%") if shown else ""


def _panel(name: str, title: str, says: list[str], chart: str) -> Panel:
    return Panel(name, title, says, Markup(chart), [(name, title)])  # noqa: S704  words are escaped in charts.py


def _round_up(value: float) -> float:
    """Round a scale's end up to 1, 2, 4 or 8 times a power of ten, which four steps divide evenly."""
    step = 10.0 ** (len(str(int(value))) - 1)
    return next((step * factor for factor in (1, 2, 4, 8) if value <= step * factor), step * 10)
