"""The scores of the systems that a round compares, as one plot: a dot with its 95% interval a system, in words.

Drawn as SVG without script; the same drawing stands on the Rounds screen and in a report's folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import escape

WIDTH = 640
_LEFT, _RIGHT, _STEP, _HEAD, _FOOT = 236, 60, 28, 26, 24
_NAMES = {"base": "Base model, no examples", "active": "Active", "candidate": "Candidate"}
Row = tuple[str, float, float, float]

HOW_TO_READ = (
    "A dot is the average over the documents; its line is where the average lies with 95% confidence. Where two lines "
    "overlap much, these documents do not tell the two systems apart."
)
PANELS = (
    ("rouge1", "Likeness to the approved summary (ROUGE-1; 1 is word for word the same)"),
    ("supported", "Share of the sentences that the filing bears out (1 is all of them)"),
)
_STYLE = (
    "text{font:13px sans-serif;fill:#555b64}text.cb-panel{font-weight:600;fill:#1b1e23}.cb-grid{stroke:#dcd9d1}"
    ".cb-span{stroke:#1d4585;stroke-width:2}.cb-dot{fill:#1d4585}svg{background:#fff}"
)


def name_system(key: str, score: Mapping[str, Any]) -> str:
    """Name a system in words: what it is, and the adapter that wrote."""
    if score.get("shots"):
        return f"Base model, {score['shots']} examples shown"
    adapter = score.get("adapter")
    name = _NAMES.get(key, key)
    return f"{name} ({adapter})" if adapter and adapter not in ("base", key) else name


def draw_systems(systems: Mapping[str, Any]) -> str:
    """Draw the likeness to the approved summaries and the share of supported sentences of each system."""
    panels = []
    for key, title in PANELS:
        rows = [row for name, score in systems.items() if (row := _read(name_system(name, score), score, key))]
        panels += [(title, rows)] if rows else []
    return draw_panels(panels) if panels else ""


def write_svg(systems: Mapping[str, Any]) -> str:
    """Give the same drawing as a file of its own; without scores an empty one that says so."""
    drawn = draw_systems(systems) or draw_panels([("Not evaluated yet.", [])])
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
        ">", f"><style>{_STYLE}</style>", 1
    )


def draw_panels(panels: Sequence[tuple[str, Sequence[Row]]]) -> str:
    """Draw panels below each other, each a title and rows (name, value, low, high) on a scale from 0 to 1."""
    room = WIDTH - _LEFT - _RIGHT
    pieces: list[str] = []
    told: list[str] = []
    top = 0.0
    for title, rows in panels:
        if title:
            pieces.append(draw_words(0, top + 16, title, kind="cb-panel"))
            top += _HEAD
        foot = top + len(rows) * _STEP
        for tick in range(5) if rows else ():
            x = _LEFT + room * tick / 4
            pieces.append(f'<line class="cb-grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{foot:.1f}"/>')
            pieces.append(draw_words(x, foot + 16, f"{tick / 4:g}", "middle"))
        for number, (name, value, low, high) in enumerate(rows):
            y = top + number * _STEP + _STEP / 2
            begin, end, at = (_LEFT + room * share for share in (low, high, value))
            pieces.append(draw_words(0, y + 5, name))
            pieces.append(f'<line class="cb-span" x1="{begin:.1f}" x2="{end:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
            pieces.append(f'<circle class="cb-dot" cx="{at:.1f}" cy="{y:.1f}" r="4"/>')
            pieces.append(draw_words(WIDTH - 44, y + 5, f"{value:.3f}"))
        lines = "; ".join(f"{name} {value:.3f}, {low:.3f} to {high:.3f}" for name, value, low, high in rows)
        told.append(f"{title}: {lines}" if title else lines)
        top = foot + _FOOT
    return frame_chart(round(top), ". ".join(told), "".join(pieces))


def frame_chart(height: int, says: str, body: str) -> str:
    """Frame a drawing `WIDTH` wide; `says` tells it to those who do not see it."""
    label = escape(says)
    return f'<svg class="cb-chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{body}</svg>'


def draw_words(x: float, y: float, words: str, anchor: str = "start", kind: str = "cb-axis") -> str:
    """Write words at a place, escaped."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _read(name: str, score: Mapping[str, Any], key: str) -> Row | None:
    """Read a figure with its interval from a system's scores, where it has both."""
    figure = score.get(key)
    value = figure.get("f1") if isinstance(figure, Mapping) else score.get(f"{key}_rate")
    span = figure.get("ci95") if isinstance(figure, Mapping) else score.get(f"{key}_ci95")
    if not isinstance(value, int | float) or not isinstance(span, Sequence) or len(span) != 2:
        return None
    return name, float(value), float(span[0]), float(span[1])
