"""A page's text as lines with their place on the page."""

from __future__ import annotations

import statistics
import sys
from array import array
from dataclasses import dataclass, replace

from assistant.documents import Page

_BLANKS_AT_END = 8
_COLUMN_GAP = 0.02  # of the page's width
_JUMP_BACK = 0.25
CAPTION_PAGES = 2
"""Pages on which captions stand: wide gaps inside a line are looked for there only."""


@dataclass(frozen=True, slots=True)
class Line:
    """Characters [start, end) of page `page`, white space at both ends left out.

    x0, y0, x1, y1 are fractions 0..1 of the page from the top left, all 0 where there is no geometry;
    `height` is the median height of its characters; `short` tells that it ends well before the right margin;
    `gap` is the widest white space inside it, as (place in `text` of what stands behind it, its x0, its x1), looked for
    on the pages where captions stand only.
    """

    page: int
    start: int
    end: int
    text: str
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0
    height: float = 0.0
    short: bool = False
    gap: tuple[int, float, float] | None = None

    @property
    def placed(self) -> bool:
        """Tell whether it has geometry."""
        return self.y1 > self.y0


def cut_lines(page: Page) -> list[Line]:
    """Cut a page's text at its line breaks."""
    boxes = array("H")
    boxes.frombytes(page.boxes)
    if sys.byteorder == "big":
        boxes.byteswap()
    lines: list[Line] = []
    at = 0
    for raw in page.text.split("\n"):
        text = _cut_blanks(raw).strip()
        if text:
            start = at + raw.index(text[0])
            jumps = _find_jumps(boxes, start, start + len(text)) if page.number <= CAPTION_PAGES else []
            for first, last in zip([start, *jumps], [*jumps, start + len(text)], strict=True):
                part = page.text[first:last].rstrip()
                lines.append(_place_line(Line(page.number, first, first + len(part), part), boxes))
        at += len(raw) + 1
    return lines


def _find_jumps(boxes: array[int], start: int, end: int) -> list[int]:
    """Give where a line goes back to its beginning: neighbours that lie half a line apart were read as one."""
    placed = [i for i in range(start, end) if boxes[4 * i + 2]]
    back = _JUMP_BACK * 65535
    return [b for a, b in zip(placed, placed[1:], strict=False) if boxes[4 * a] - boxes[4 * b] > back]


def _cut_blanks(raw: str) -> str:
    """Cut a long run of white space and underscores, a blank to be filled in, off the end of a line."""
    end = len(raw)
    while end and (raw[end - 1] == "_" or raw[end - 1].isspace()):
        end -= 1
    return raw[:end] if len(raw) - end >= _BLANKS_AT_END else raw


def _place_line(line: Line, boxes: array[int]) -> Line:
    """Add the box around a line's characters."""
    part = boxes[line.start * 4 : line.end * 4]
    x1s, y1s = part[2::4], part[3::4]
    placed = [i for i, x1 in enumerate(x1s) if x1]
    if not placed:
        return line
    y0s, scale = part[1::4], 65535
    tops, bottoms = [y0s[i] for i in placed], [y1s[i] for i in placed]
    x0 = min(part[4 * i] for i in placed)
    height = statistics.median_low([b - a for a, b in zip(tops, bottoms, strict=True)])
    middle = statistics.median_low(tops), statistics.median_low(bottoms)
    gap = _find_gap(part, placed, scale) if line.page <= CAPTION_PAGES else None
    return replace(
        line,
        gap=gap,
        x0=x0 / scale,
        y0=middle[0] / scale,
        x1=max(x1s) / scale,
        y1=middle[1] / scale,
        height=height / scale,
    )


def _find_gap(part: array[int], placed: list[int], scale: int) -> tuple[int, float, float] | None:
    """Give the widest white space between neighbouring characters, where it is far wider than between words."""
    spaces = [(part[4 * b] - part[4 * a + 2], b) for a, b in zip(placed, placed[1:], strict=False)]
    width, behind = max(spaces, default=(0, 0))
    if width < _COLUMN_GAP * scale:
        return None
    return behind, (part[4 * behind] - width) / scale, part[4 * behind] / scale
