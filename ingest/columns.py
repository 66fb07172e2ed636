"""Captions in two columns, read side by side: parted by a column of brackets, or by nothing but white space."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.caption import ROLE, ROLE_ONLY
from ingest.lines import Line

_DIVIDER = re.compile(r"(?:(?<=\s)|^)[)\]](?=\s|$)")
_COLUMN_LINES_MIN = 3
_COLUMN_PLAY = 0.01
_RIGHT_HALF = 0.45
_CAPTION_LINES = 16  # looked at above and below the "v."
_VERSUS_LINE = re.compile(r"(?:v|vs|versus|-?\s*against\s*-?)\.?,?", re.IGNORECASE)


def part_columns(lines: list[Line]) -> list[Line]:
    """Read a caption with a column of brackets side by side: its left half first, then its right half."""
    done: list[Line] = []
    group: list[Line] = []
    for line in [*lines, None]:
        if line is not None and _find_divider(line.text) is not None:
            group.append(line)
            continue
        done += _unfold(group)
        group = []
        if line is not None:
            done.append(line)
    return done


def _find_divider(text: str) -> int | None:
    """Give the place of a bracket that closes nothing, stands apart, and so divides a caption."""
    if len(text) > 160:
        return None
    match = _DIVIDER.search(text)
    return match.start() if match and "(" not in text[: match.start()] and "[" not in text[: match.start()] else None


def _unfold(group: list[Line]) -> list[Line]:
    """Put the left halves of some lines before their right halves."""
    if len(group) < _COLUMN_LINES_MIN:
        return group
    left: list[Line] = []
    right: list[Line] = []
    for line in group:
        at = _find_divider(line.text) or 0
        middle = line.x0 + (line.x1 - line.x0) * at / max(len(line.text), 1)
        halves = ((left, 0, line.text[:at], line.x0, middle), (right, at + 1, line.text[at + 1 :], middle, line.x1))
        for half, first, text, x0, x1 in halves:
            kept = text.strip()
            if kept:
                start = line.start + first + text.index(kept[0])
                half.append(
                    replace(line, start=start, end=start + len(kept), text=kept, x0=x0, x1=x1, short=True, gap=None)
                )
    return left + right


def part_caption(lines: list[Line]) -> list[Line]:
    """Read a caption in two columns, parties at the left and numbers at the right, column by column.

    It is known by a "v." that stands alone in its column; a table of figures is left as it is, row by row.
    """
    versus = next((i for i, line in enumerate(lines) if _VERSUS_LINE.fullmatch(_left_of_gap(line))), None)
    if versus is None:
        return lines
    near = lines[max(0, versus - _CAPTION_LINES) : versus + _CAPTION_LINES]
    column = _find_column(near)
    if column is None or lines[versus].x0 > column:
        return lines
    start = end = versus
    while start > 0 and versus - start < _CAPTION_LINES and _side_of(lines[start - 1], column):
        start -= 1
    while end + 1 < len(lines) and end - versus < _CAPTION_LINES and _side_of(lines[end + 1], column):
        end += 1
    while start < versus and _side_of(lines[start], column) == "right":
        start += 1  # what stands at the right above all parties is no part of the caption
    while end > versus and _side_of(lines[end], column) == "left" and not ROLE.search(lines[end].text):
        end -= 1  # a heading or a short line below it
    left: list[Line] = []
    right: list[Line] = []
    for line in lines[start : end + 1]:
        side = _side_of(line, column)
        if side == "both":
            before, behind = _cut_at_gap(line)
            left.append(before)
            right.append(behind)
        else:
            (left if side == "left" else right).append(replace(line, short=True))
    if any(
        ROLE.search(line.text) and ROLE_ONLY.fullmatch(line.text) for line in right
    ):  # "Petitioner," set at the right of its party's name
        return lines
    return [*lines[:start], *left, *right, *lines[end + 1 :]]


def _left_of_gap(line: Line) -> str:
    return (line.text[: line.gap[0]] if line.gap else line.text).strip()


def _find_column(lines: list[Line]) -> float | None:
    """Give where a right column begins: where at least two lines go on behind a wide space, or begin."""
    starts = [line.gap[2] if line.gap else line.x0 for line in lines if line.gap or line.x0 > _RIGHT_HALF]
    counts = [(sum(abs(other - x0) <= _COLUMN_PLAY for other in starts), -x0) for x0 in starts]
    most, place = max(counts, default=(0, 0.0))
    return -place if most >= 2 else None


def _side_of(line: Line, column: float) -> str:
    """Tell where a line stands: "left" or "right" of the column's edge, on "both" sides of a gap there, or ""."""
    if not line.placed:
        return ""
    if line.gap and line.gap[1] < column - _COLUMN_PLAY and abs(line.gap[2] - column) < 3 * _COLUMN_PLAY:
        return "both"
    if line.x1 < column - _COLUMN_PLAY / 2:
        return "left"
    return "right" if line.x0 > column - 2 * _COLUMN_PLAY else ""


def _cut_at_gap(line: Line) -> tuple[Line, Line]:
    """Cut a line in two at its gap."""
    assert line.gap is not None
    at, x1, x0 = line.gap
    before = line.text[:at].rstrip()
    return (
        replace(line, end=line.start + len(before), text=before, x1=x1, short=True, gap=None),
        replace(line, start=line.start + at, text=line.text[at:], x0=x0, short=True, gap=None),
    )
