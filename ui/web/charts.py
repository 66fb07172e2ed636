"""Small charts as SVG, drawn on the server: no script, no eval, the same in both themes.

Every figure that a chart shows stands in a table beside it and in its description; words are escaped here. Nothing is
told by colour alone: bars differ by their hatching and order too.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from finetune.plot import draw_words

WIDTH, HEIGHT = 520, 200
LONGEST = 24
_LEFT, _BOTTOM, _TOP = 48, 26, 12
_LINES = {1: "M0 6L6 0", 2: "M0 0L6 6M0 6L6 0", 3: "M0 3H6"}
_HATCHES = "<defs>{}</defs>".format(
    "".join(
        f'<pattern id="cb-hatch-{kind}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<path class="cb-hatch" d="{d}"/></pattern>'
        for kind, d in _LINES.items()
    )
)


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
    drawn = _scale(low, high) + _ends(min(xs), max(xs)) + f'<polyline points="{path}"/>' + middle
    return _frame(HEIGHT, f"{y_title} by {x_title}", says, drawn)


def draw_bars(rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], title: str = "Shares") -> str:
    """Draw one stacked bar a row, in shares of its sum; `names` tells what the pieces are, in order."""
    step, left = 30, 170
    pieces: list[str] = []
    for number, (label, values) in enumerate(rows):
        total, at, top = sum(values) or 1.0, float(left), number * step + 6
        pieces.append(draw_words(0, top + 14, _shorten(label)))
        for kind, value in enumerate(values):
            width = value / total * (WIDTH - left - 8)
            if value:
                pieces.append(_box(kind, at, top, width, 18))
            if width > 12 + 8 * len(f"{value:g}"):
                pieces.append(f'<text class="cb-in-{kind}" x="{at + 6:.1f}" y="{top + 14}">{value:g}</text>')
            at += width
    keys = "".join(_key(_box(kind, 0, 0, 14, 14), name) for kind, name in enumerate(names))
    told = (
        f"{label}: " + ", ".join(f"{v:g} {n}" for v, n in zip(values, names, strict=True)) for label, values in rows
    )
    return f'<p class="cb-keys">{keys}</p>' + _frame(
        len(rows) * step + 8, title, "; ".join(told), _HATCHES + "".join(pieces)
    )


def draw_intervals(
    rows: Sequence[tuple[str, float, float, float]],
    title: str = "Values with their 95% intervals",
    top: float = 1.0,
    digits: int = 3,
    unit: str = "",
) -> str:
    """Draw a point with its interval a row, on a scale from 0 to `top`: (name, value, low, high), told with `unit`."""
    step, left = 28, 170
    room = WIDTH - left - 60
    foot = len(rows) * step
    pieces = [_grid(left, room, top, foot)]
    for number, (name, value, low, high) in enumerate(rows):
        y = number * step + step / 2
        begin, end = left + room * low / top, left + room * high / top
        pieces.append(draw_words(0, y + 5, _shorten(name)))
        pieces.append(f'<line class="cb-span" x1="{begin:.1f}" x2="{end:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        pieces.append(f'<circle class="cb-dot" cx="{left + room * value / top:.1f}" cy="{y:.1f}" r="4"/>')
        pieces.append(draw_words(WIDTH - 44, y + 5, f"{value:.{digits}f}{unit}"))
    says = "; ".join(f"{name} " + ", ".join(f"{v:.{digits}f}{unit}" for v in values) for name, *values in rows)
    return _frame(foot + 24, title, says, "".join(pieces))


def draw_pairs(rows: Sequence[tuple[str, float, float]], names: tuple[str, str], title: str) -> str:
    """Draw two bars a row, the first hollow and the second filled, for (name, share, share)."""
    step, left = 34, 170
    room = WIDTH - left - 60
    top = max([share for _, *shares in rows for share in shares] or [1.0]) or 1.0
    pieces: list[str] = []
    for number, (name, *shares) in enumerate(rows):
        y = number * step + 4
        pieces.append(draw_words(0, y + 18, _shorten(name)))
        for kind, share in enumerate(shares):
            place = f'x="{left}" y="{y + kind * 13}" width="{room * share / top:.1f}" height="11"'
            pieces.append(f'<rect class="cb-{("hollow", "full")[kind]}" {place}/>')
            pieces.append(draw_words(left + room * share / top + 6, y + kind * 13 + 10, f"{share:.0%}"))
    keys = "".join(
        _key(f'<rect class="cb-{kind}" x="1" y="1" width="12" height="12"/>', name)
        for kind, name in zip(("hollow", "full"), names, strict=True)
    )
    says = "; ".join(f"{name}: {one:.0%} {names[0]}, {two:.0%} {names[1]}" for name, one, two in rows)
    return f'<p class="cb-keys">{keys}</p>' + _frame(len(rows) * step + 4, title, says, "".join(pieces))


def _key(drawn: str, name: str) -> str:
    """Draw an entry of a legend."""
    return f'<span class="cb-key"><svg viewBox="0 0 14 14" aria-hidden="true">{drawn}</svg>{escape(name)}</span>'


def _box(kind: int, x: float, y: float, width: float, height: float) -> str:
    """Draw a piece of a bar: its colour, and over it its hatching."""
    place = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}"'
    return f'<rect class="cb-bar-{kind}" {place}/>' + (f'<rect fill="url(#cb-hatch-{kind})" {place}/>' if kind else "")


def _grid(left: float, room: float, top: float, foot: float) -> str:
    """Draw five vertical lines from 0 to `top` with their values."""
    lines = []
    for tick in range(5):
        x = left + room * tick / 4
        lines.append(f'<line class="cb-grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{foot}"/>')
        lines.append(draw_words(x, foot + 16, f"{top * tick / 4:g}", "middle"))
    return "".join(lines)


def _shorten(label: str) -> str:
    """Keep a label within its room; the description and the table have all of it."""
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"


def _frame(height: int, title: str, says: str, body: str) -> str:
    told = f"<title>{escape(title)}</title><desc>{escape(says)}</desc>"
    return f'<svg class="cb-chart" viewBox="0 0 {WIDTH} {height}" role="img">{told}{body}</svg>'


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
