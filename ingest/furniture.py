"""Which lines of a page are its running text and which its furniture: heads, stamps, numbers, footnotes."""

from __future__ import annotations

import re
import statistics
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.documents import Page
from ingest.columns import part_caption, part_columns
from ingest.lines import Line, cut_lines
from ingest.stamps import find_bates, is_stamp

_TOP, _BOTTOM = 0.12, 0.87
_EDGE_LINES = 4
_NUMBERED_LINES_MIN = 8
_LEFT_MARGIN = 0.25
_COLUMN_WIDTH = 0.02
_HEIGHT_OF_FOOTNOTE = 0.93

_PAGE_NUMBER = re.compile(
    r"[-–—\[(\s]*(?P<word>(?:page|pg\.?)\s*)?(?:(?P<digits>\d{1,4})|(?=\w)c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3}))"
    r"(?P<of>\s*(?:of\s*\d{1,4}|/\s*\d{1,3}))?[-–—\])\s]*(?P<stop>[-–—\])\s.]*)", re.IGNORECASE
)  # fmt: skip
_PAGE_NUMBER_CHARACTERS = 60
_YEARS_FROM = 1000  # a number so large that nothing else speaks for may be a year or a sum, which ends a page as well
_RULE = re.compile(r"[\s_=*)(\]\[|:~—–§-]+")
_LINE_NUMBER = re.compile(r"\d{1,2}")
_LEADING_NUMBER = re.compile(r"(\d{1,2})(?:\s+(?=\S)|$)")
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")


@dataclass(frozen=True, slots=True)
class PageLines:
    """One page's lines, sorted out.

    Attributes:
        page: Number of the page.
        body: The running text.
        notes: Footnotes, in order.
        stamps: Texts of docket stamps: facts of the page.
        bates: Characters [start, end) of the page's text that are its Bates number, or None.
        edges: Other lines at the page's edge, such as a running head or a page number, dropped or not.
        numbers: Line numbers of the margin, each with the first character of the line it stands beside.
    """

    page: int
    body: tuple[Line, ...]
    notes: tuple[Line, ...]
    stamps: tuple[str, ...]
    bates: tuple[int, int] | None = None
    edges: tuple[Line, ...] = ()
    numbers: tuple[tuple[int, int], ...] = ()


def sort_lines(pages: Sequence[Page]) -> list[PageLines]:
    """Sort every page's lines into running text, footnotes and furniture (headers, stamps, numbers)."""
    cut = [cut_lines(page) for page in pages]
    edges = [_find_edges(lines) for lines in cut]
    repeated = _find_repeated(cut, [margin | ends for margin, ends in edges])
    heights = [line.height for lines in cut for line in lines if line.height and len(line.text) > 30]
    usual = statistics.median(heights) if heights else 0.0
    numbered = _find_page_numbers(pages, cut, [margin for margin, _ends in edges])
    bates = find_bates({i: {at: lines[at].text for at in edges[i][0]} for i, lines in enumerate(cut)})
    sorted_pages = []
    for index, (page, lines, (margin, ends)) in enumerate(zip(pages, cut, edges, strict=True)):
        mark = bates.get(index)
        stamps = [i for i in range(len(lines)) if _is_stamped(lines[i], i in margin)]
        dropped = {*stamps, mark[0]} if mark else set(stamps)
        kept = _drop_furniture(lines, margin | ends, repeated, dropped | numbered[index])
        text, numbers = _drop_line_numbers(kept)
        body, notes = _part_footnotes(part_caption(part_columns(text)), usual)
        sorted_pages.append(
            PageLines(
                page.number,
                tuple(body),
                tuple(notes),
                tuple(lines[i].text for i in stamps),
                (lines[mark[0]].start + mark[1], lines[mark[0]].start + mark[2]) if mark else None,
                tuple(lines[i] for i in sorted(margin - dropped)),
                tuple(numbers),
            )
        )
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


def _is_stamped(line: Line, at_edge: bool) -> bool:
    """Tell a docket stamp: by its words, at the edge of the page or where there is no geometry."""
    return (at_edge or not line.placed or _in_margin(line)) and is_stamp(line.text)


def _drop_furniture(lines: list[Line], edge: set[int], repeated: set[str], dropped: set[int]) -> list[Line]:
    """Drop headers, footers and rules, beside the stamps, the Bates number and the page number in `dropped`."""
    kept = []
    for index, line in enumerate(lines):
        text = line.text
        if index not in dropped and not ((index in edge and _normal_form(text) in repeated) or _RULE.fullmatch(text)):
            kept.append(line)
    return kept


def _find_page_numbers(pages: Sequence[Page], cut: Sequence[list[Line]], margins: Sequence[set[int]]) -> list[set[int]]:
    """Give for each page the positions of the lines that are its number, among those in its margins.

    Page numbers rise with the pages. A number that stands in no such sequence is one only where the page has no other,
    and where it is small and ends no sentence: the last line of a page may be a year.
    """
    found = [
        {i: match for i in margin if (match := _read_page_number(lines[i].text))}
        for lines, margin in zip(cut, margins, strict=True)
    ]
    starts = Counter(
        start
        for page, marks in zip(pages, found, strict=True)
        for start in {int(match["digits"]) - page.number for match in marks.values() if match["digits"]}
    )
    numbers = []
    for page, marks in zip(pages, found, strict=True):
        sure, likely = set(), set()
        for index, match in marks.items():
            value = int(match["digits"] or 0)
            needed = 3 if value >= _YEARS_FROM and len(pages) > 3 else 2
            if match["word"] or match["of"] or (value and starts[value - page.number] >= needed):
                sure.add(index)
            elif value < _YEARS_FROM and not (value and match["stop"]):
                likely.add(index)
        numbers.append(sure or likely)
    return numbers


def _read_page_number(text: str) -> re.Match[str] | None:
    return _PAGE_NUMBER.fullmatch(text) if len(text) < _PAGE_NUMBER_CHARACTERS else None


def _in_margin(line: Line) -> bool:
    return line.y1 < _TOP or line.y0 > _BOTTOM


def _number_column(lines: list[Line]) -> set[int]:
    """Give the positions of lines that are only the running numbers of pleading paper."""
    found = [i for i, line in enumerate(lines) if _LINE_NUMBER.fullmatch(line.text) and line.x0 < _LEFT_MARGIN]
    values = [int(lines[i].text) for i in found]
    rising = sum(b == a + 1 for a, b in zip(values, values[1:], strict=False))
    return set(found) if len(found) >= _NUMBERED_LINES_MIN and rising >= 0.7 * (len(found) - 1) else set()


def _drop_line_numbers(lines: list[Line]) -> tuple[list[Line], list[tuple[int, int]]]:
    """Drop the line numbers of pleading paper and transcripts, alone in a column or before the text of their line.

    Returns:
        The lines without them, and each number with the first character of its line, where the page has them.
    """
    column = _number_column(lines)
    if column:
        alone = [lines[i] for i in sorted(column)]
        cut = [_cut_number(line, alone) for i, line in enumerate(lines) if i not in column]
        pairs = [(number, line.start) for line, number in cut if number]
        return [line for line, _number in cut], pairs + _pair_numbers(alone, [line for line, n in cut if not n])
    matches = [_LEADING_NUMBER.match(line.text) for line in lines]
    beside = [m for line, m in zip(lines, matches, strict=True) if m and m.end() < len(line.text)]
    if not (_are_line_numbers(beside, lines) or _are_line_numbers([m for m in matches if m], lines)):
        return lines, []
    kept: list[Line] = []
    numbers: list[tuple[int, int]] = []
    for line, m in zip(lines, matches, strict=True):
        if m is None:
            kept.append(line)
        elif m.end() < len(line.text):
            kept.append(_cut_front(line, m.end()))
            numbers.append((int(m.group(1)), kept[-1].start))
        elif line.x0 >= _LEFT_MARGIN:
            kept.append(line)
    return kept, numbers


def _cut_number(line: Line, column: list[Line]) -> tuple[Line, int]:
    """Cut a number off a line that stands where the column of line numbers lacks it; 0 where there is none."""
    match = _LEADING_NUMBER.match(line.text)
    if match is None or match.end() == len(line.text) or not _is_missing(int(match.group(1)), line, column):
        return line, 0
    return _cut_front(line, match.end()), int(match.group(1))


def _is_missing(number: int, line: Line, column: list[Line]) -> bool:
    """Tell whether a number at the beginning of a line is one that a column of numbers lacks, in its place."""
    values = {int(other.text) for other in column}
    aligned = any(abs(line.x0 - other.x0) < _COLUMN_WIDTH for other in column)
    return aligned and number not in values and (number - 1 in values or number + 1 in values)


def _cut_front(line: Line, cut: int) -> Line:
    """Cut characters off the front of a line."""
    return replace(line, start=line.start + cut, text=line.text[cut:], gap=_shift_gap(line, cut))


def _are_line_numbers(found: list[re.Match[str]], lines: list[Line]) -> bool:
    """Tell whether numbers at the beginning of lines count the lines: most lines have one, and they rise."""
    values = [int(match.group(1)) for match in found]
    rising = sum(1 <= b - a <= 2 for a, b in zip(values, values[1:], strict=False))
    enough = len(values) >= _NUMBERED_LINES_MIN and len(values) >= 0.6 * len(lines)
    return enough and rising >= 0.7 * (len(values) - 1)


def _pair_numbers(column: list[Line], lines: list[Line]) -> list[tuple[int, int]]:
    """Give each line the number of the margin that stands beside it: the nearest, less than half a line away."""
    order = sorted(((line.y0 + line.y1) / 2, int(line.text)) for line in column)
    steps = [b - a for (a, _n), (b, _m) in zip(order, order[1:], strict=False) if b > a]
    reach = 0.5 * statistics.median(steps) if steps else 0.0
    pairs = []
    for line in lines:
        middle = (line.y0 + line.y1) / 2
        at = bisect_left(order, (middle, 0))
        height, number = min(order[max(at - 1, 0) : at + 1], key=lambda mark: abs(mark[0] - middle))
        if line.placed and abs(height - middle) < reach:
            pairs.append((number, line.start))
    return pairs


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
