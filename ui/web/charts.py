"""Small charts as SVG, drawn on the server: no script, no eval, the same in both themes.

Every figure that a chart shows stands in a table beside it; words are escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from finetune.plot import WIDTH, draw_words, frame_chart

HEIGHT = 200
_LEFT, _BOTTOM, _TOP = 48, 26, 12


def draw_line(points: Sequence[tuple[float, float]], *, x_title: str, y_title: str) -> str:
    """Draw one line through points (x, y); a text says its ends for those who do not see it."""
    if len(points) < 2:
        return '<p class="cb-quiet">The curve appears after two steps.</p>'
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low, high = min(ys), max(ys)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    across = (max(xs) - min(xs)) or 1.0

    def place(x: float, y: float) -> str:
        left = _LEFT + (x - min(xs)) / across * (WIDTH - _LEFT - 8)
        top = _TOP + (high - y) / (high - low) * (HEIGHT - _TOP - _BOTTOM)
        return f"{left:.1f},{top:.1f}"

    path = " ".join(place(x, y) for x, y in points)
    middle = draw_words(WIDTH / 2, HEIGHT - 6, x_title, "middle")
    says = f"{y_title} from {ys[0]:.2f} at {x_title} {xs[0]:g} to {ys[-1]:.2f} at {x_title} {xs[-1]:g}"
    return frame_chart(
        HEIGHT, says, _scale(low, high) + _ends(min(xs), max(xs)) + f'<polyline points="{path}"/>' + middle
    )


def draw_bars(rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str]) -> str:
    """Draw one stacked bar a row, in shares of its sum; `names` tells what the pieces are, in order."""
    step, left = 30, 170
    pieces: list[str] = []
    for number, (label, values) in enumerate(rows):
        total, at, top = sum(values) or 1.0, float(left), number * step + 6
        pieces.append(draw_words(0, top + 14, label))
        for kind, value in enumerate(values):
            width = value / total * (WIDTH - left - 8)
            if value:
                pieces.append(f'<rect class="cb-bar-{kind}" x="{at:.1f}" y="{top}" width="{width:.1f}" height="18"/>')
                pieces.append(f'<text class="cb-in-{kind}" x="{at + 6:.1f}" y="{top + 14}">{value:g}</text>')
            at += width
    keys = "".join(
        f'<span class="cb-key"><i class="cb-bar-{k}"></i>{escape(name)}</span>' for k, name in enumerate(names)
    )
    told = (
        f"{label}: " + ", ".join(f"{v:g} {n}" for v, n in zip(values, names, strict=True)) for label, values in rows
    )
    return frame_chart(len(rows) * step + 8, "; ".join(told), "".join(pieces)) + f"<p>{keys}</p>"


def _scale(low: float, high: float) -> str:
    """Draw four horizontal lines with their values."""
    lines = []
    for step in range(4):
        value = low + (high - low) * step / 3
        y = _TOP + (high - value) / (high - low) * (HEIGHT - _TOP - _BOTTOM)
        lines.append(f'<line class="cb-grid" x1="{_LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(draw_words(_LEFT - 6, y + 4, f"{value:.2f}", "end"))
    return "".join(lines)


def _ends(first: float, last: float) -> str:
    """Write the first and the last value of the horizontal axis."""
    return draw_words(_LEFT, HEIGHT - 6, f"{first:g}") + draw_words(WIDTH - 8, HEIGHT - 6, f"{last:g}", "end")
