"""Which lines of a page are its running text and which its furniture: heads, stamps, numbers, footnotes."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.documents import Page
from ingest.columns import part_caption, part_columns
from ingest.lines import Line, cut_lines

_TOP, _BOTTOM = 0.12, 0.87
_EDGE_LINES = 4
_NUMBERED_LINES_MIN = 8
_LEFT_MARGIN = 0.25
_HEIGHT_OF_FOOTNOTE = 0.93

_STAMP = re.compile(
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
_LINE_NUMBER = re.compile(r"\d{1,2}")
_LEADING_NUMBER = re.compile(r"(\d{1,2})\s+(?=\S)")
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")


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
        body, notes = _part_footnotes(part_caption(part_columns(_drop_line_numbers(lines_kept))), usual)
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
        stamped = len(text) < 160 and _STAMP.search(text) and (at_edge or not line.placed or _in_margin(line))
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
