"""A page's text as lines with their place, and which lines are the page's furniture, not its text."""

from __future__ import annotations

import re
import statistics
import sys
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.documents import Page

_TOP, _BOTTOM = 0.12, 0.87
_EDGE_LINES = 4
_NUMBERED_LINES_MIN = 8
_LEFT_MARGIN = 0.25
_HEIGHT_OF_FOOTNOTE = 0.93

STAMP = re.compile(
    r"(?:\b(?:usca\w*\s+)?(?:appellate\s+)?(?:case|appeal|nyscef)\b\W{0,3}\s*(?:no\.?)?.{0,45}"
    r"\b(?:doc(?:ument|ket)?\b|filed\b|page\b|pg\b|entry\b)"
    r"|\bpage\s*id\b|\bdate\s+filed\b|\bdktentry\b|^document\s+\d+.*\bfiled\b|\bdoc(?:ket)?\.?\s*#\s*\d+.*\bpage\b)",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"[-–—\[(\s]*(?:(?:page|pg\.?)\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,4})?[-–—\])\s.]*", re.IGNORECASE
)
_BATES = re.compile(r"[A-Z][A-Z_-]{1,14}[ _-]?\d{4,9}")
_RULE = re.compile(r"[\s_=*)(\]\[|:~—–§-]+")
_BLANKS_AT_END = 8
_DIVIDER = re.compile(r"(?:(?<=\s)|^)[)\]](?=\s|$)")
_COLUMN_LINES_MIN = 3
_COLUMN_GAP = 0.02  # of the page's width
_COLUMN_PLAY = 0.01
_RIGHT_HALF = 0.45
_JUMP_BACK = 0.25
_CAPTION_PAGES = 2
_CAPTION_LINES = 16  # looked at above and below the "v."
_VERSUS_LINE = re.compile(r"(?:v|vs|versus|-?\s*against\s*-?)\.?,?", re.IGNORECASE)
_ROLE_LINE = re.compile(
    r"(?:plaintiff|defendant|petitioner|respondent|appell|debtor|claimant|intervenor)", re.IGNORECASE
)
_ROLE_ALONE = re.compile(
    rf"\W*{_ROLE_LINE.pattern}\w*(?:[\s,/&-]+(?:and\b\W*)?{_ROLE_LINE.pattern}\w*)*\W*", re.IGNORECASE
)
_LINE_NUMBER = re.compile(r"\d{1,2}")
_LEADING_NUMBER = re.compile(r"(\d{1,2})\s+(?=\S)")
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")


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
            jumps = _find_jumps(boxes, start, start + len(text)) if page.number <= _CAPTION_PAGES else []
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
    gap = _find_gap(part, placed, scale) if line.page <= _CAPTION_PAGES else None
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


@dataclass(frozen=True, slots=True)
class PageLines:
    """One page's lines, sorted out.

    Attributes:
        page: Number of the page.
        body: The running text.
        notes: Footnotes, in order.
        stamps: Texts of docket stamps and Bates numbers: facts of the page.
    """

    page: int
    body: tuple[Line, ...]
    notes: tuple[Line, ...]
    stamps: tuple[str, ...]


def sort_lines(pages: Sequence[Page]) -> list[PageLines]:
    """Sort every page's lines into running text, footnotes and furniture (headers, stamps, numbers)."""
    cut = [cut_lines(page) for page in pages]
    edges = [_find_edges(lines) for lines in cut]
    repeated = _find_repeated(cut, [margin | ends for margin, ends in edges])
    heights = [line.height for lines in cut for line in lines if line.height and len(line.text) > 30]
    usual = statistics.median(heights) if heights else 0.0
    sorted_pages = []
    for page, lines, edge in zip(pages, cut, edges, strict=True):
        lines_kept, stamps = _drop_furniture(lines, *edge, repeated)
        body, notes = _part_footnotes(_part_caption(_part_columns(_drop_line_numbers(lines_kept))), usual)
        sorted_pages.append(PageLines(page.number, tuple(body), tuple(notes), tuple(stamps)))
    return sorted_pages


def _find_edges(lines: list[Line]) -> tuple[set[int], set[int]]:
    """Give the positions of the lines in a page's margins, and of its first and last few lines."""
    if any(line.placed for line in lines):
        numbers = _number_column(lines)
        order = sorted((i for i in range(len(lines)) if i not in numbers), key=lambda i: lines[i].y0)
        margin = [i for i in order[:_EDGE_LINES] if lines[i].y1 < _TOP]
        margin += [i for i in order[-_EDGE_LINES:] if lines[i].y0 > _BOTTOM]
        return set(margin + order[:1] + order[-1:]), set(order[:3] + order[-3:])
    ends = {0, len(lines) - 1} if lines else set()
    return ends, ends


def _normal_form(text: str) -> str:
    return " ".join(_DIGITS.sub("#", text.casefold()).split())


def _find_repeated(cut: list[list[Line]], edges: list[set[int]]) -> set[str]:
    """Find running heads: texts that stand at the edge of several pages, whatever their numbers."""
    where: dict[str, set[int]] = defaultdict(set)
    for number, (lines, edge) in enumerate(zip(cut, edges, strict=True)):
        for index in edge:
            where[_normal_form(lines[index].text)].add(number)
    needed = 2 if len(cut) <= 3 else 3
    return {form for form, found in where.items() if len(found) >= needed and sum(c.isalpha() for c in form) > 2}


def _drop_furniture(
    lines: list[Line], margin: set[int], ends: set[int], repeated: set[str]
) -> tuple[list[Line], list[str]]:
    """Drop headers, footers, page numbers, stamps and rules; keep what a stamp says."""
    kept, stamps = [], []
    for index, line in enumerate(lines):
        text = line.text
        at_edge = index in margin
        stamped = len(text) < 160 and STAMP.search(text) and (at_edge or not line.placed or _in_margin(line))
        if stamped or (at_edge and _BATES.fullmatch(text)):
            stamps.append(text)
        elif not (
            (at_edge and len(text) < 60 and _PAGE_NUMBER.fullmatch(text))
            or ((at_edge or index in ends) and _normal_form(text) in repeated)
            or _RULE.fullmatch(text)
        ):
            kept.append(line)
    return kept, stamps


def _in_margin(line: Line) -> bool:
    return line.y1 < _TOP or line.y0 > _BOTTOM


def _number_column(lines: list[Line]) -> set[int]:
    """Give the positions of lines that are only the running numbers of pleading paper."""
    found = [i for i, line in enumerate(lines) if _LINE_NUMBER.fullmatch(line.text) and line.x0 < _LEFT_MARGIN]
    values = [int(lines[i].text) for i in found]
    rising = sum(b == a + 1 for a, b in zip(values, values[1:], strict=False))
    return set(found) if len(found) >= _NUMBERED_LINES_MIN and rising >= 0.7 * (len(found) - 1) else set()


def _drop_line_numbers(lines: list[Line]) -> list[Line]:
    """Drop pleading paper's line numbers, whether they stand alone or before the text of their line."""
    numbers = _number_column(lines)
    lines = [line for i, line in enumerate(lines) if i not in numbers]
    matches = [_LEADING_NUMBER.match(line.text) for line in lines]
    values = [int(m.group(1)) for m in matches if m]
    rising = sum(1 <= b - a <= 2 for a, b in zip(values, values[1:], strict=False))
    if len(values) < _NUMBERED_LINES_MIN or len(values) < 0.6 * len(lines) or rising < 0.7 * (len(values) - 1):
        return lines
    return [
        replace(line, start=line.start + m.end(), text=line.text[m.end() :], gap=_shift_gap(line, m.end()))
        if m
        else line
        for line, m in zip(lines, matches, strict=True)
    ]


def _shift_gap(line: Line, cut: int) -> tuple[int, float, float] | None:
    """Give a line's gap after characters were cut off its front; None where it stood behind those."""
    return (line.gap[0] - cut, *line.gap[1:]) if line.gap and line.gap[0] > cut else None


def _part_footnotes(lines: list[Line], usual_height: float) -> tuple[list[Line], list[Line]]:
    """Part the small print at the foot of a page from its text; it must begin with a note's mark."""
    small = _HEIGHT_OF_FOOTNOTE * usual_height
    first = len(lines)
    while first and 0 < lines[first - 1].height < small and lines[first - 1].y0 > 0.3:
        first -= 1
    while first < len(lines) and not re.match(r"(?:\d{1,3}\b|[*†‡§])", lines[first].text):
        first += 1
    if first == 0:
        return lines, []
    return lines[:first], lines[first:]


def _part_columns(lines: list[Line]) -> list[Line]:
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


def _part_caption(lines: list[Line]) -> list[Line]:
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
    while end > versus and _side_of(lines[end], column) == "left" and not _ROLE_LINE.search(lines[end].text):
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
    if any(_ROLE_ALONE.fullmatch(line.text) for line in right):  # "Petitioner," set at the right of its party's name
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
