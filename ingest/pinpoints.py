"""Each page's pinpoint, from what its edges say: docket entry, Bates number, page and lines of a transcript."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.pinpoints import PagePinpoint
from ingest.stamps import choose_marks, read_stamps

if TYPE_CHECKING:
    from assistant.documents import OffsetMap
    from ingest.clean import NumberedParagraph
    from ingest.furniture import PageLines
    from ingest.lines import Line

_ALONE = re.compile(r"[-–—\[(\s]*(?:page|pg\.?)?\s*(\d{1,4})(?:\s+of\s+\d{1,4})?[-–—\])\s.]*", re.IGNORECASE)
_AT_END = re.compile(r"(?:^|[\s,])(\d{1,4})$")
_AT_START = re.compile(r"^(\d{1,4})(?=[\s,])")
_OF = re.compile(r"(\d{1,4}) of \d{1,4}")
_QUESTION, _ANSWER = re.compile(r"Q\b[.:]?\s+\S"), re.compile(r"A\b[.:]?\s+\S")
_LEFT_MARGIN = 0.25
_IN_ORDER = 0.8


def find_pinpoints(
    pages: Sequence[PageLines], paragraphs: Sequence[NumberedParagraph] = (), offsets: OffsetMap | None = None
) -> tuple[PagePinpoint, ...]:
    """Make the pinpoints of a document's pages; a page that says nothing of its place has none.

    Args:
        pages: Lines sorted out; none where the file has no geometry.
        paragraphs: The numbered paragraphs, in characters of the running text.
        offsets: Running text to the pages' characters.
    """
    dockets = choose_marks({page.page: read_stamps(page.stamps) for page in pages})
    transcript = _number_transcript(pages)
    begun = mark_paragraphs(paragraphs, offsets) if offsets is not None else {}
    by_number = {page.page: page for page in pages}
    made = []
    for number in sorted({*by_number, *begun}):
        page, docket = by_number.get(number), dockets.get(number)
        found = PagePinpoint(
            number,
            docket.entry if docket else "",
            (docket.page or _read_page_of(page)) if docket and page else 0,
            docket.page_id if docket else "",
            page.bates if page else None,
            transcript.get(number, 0),
            tuple(_order_numbers(page.numbers)) if page and number in transcript else (),
            begun.get(number, ()),
        )
        if found != PagePinpoint(number):
            made.append(found)
    return tuple(made)


def mark_paragraphs(
    paragraphs: Sequence[NumberedParagraph], offsets: OffsetMap
) -> dict[int, tuple[tuple[str, int], ...]]:
    """Give by page where its numbered paragraphs begin, and where one ends that no other follows at once."""
    marks: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for paragraph, after in zip(paragraphs, [*paragraphs[1:], None], strict=False):
        for span in offsets.to_original(paragraph.start, paragraph.start + 1):
            marks[span.page].append((paragraph.number, span.start))
        if after is None or after.start > paragraph.end + _GAP:
            for span in offsets.to_original(paragraph.end - 1, paragraph.end):
                marks[span.page].append(("", span.end))
    return {page: tuple(sorted(found, key=lambda mark: mark[1])) for page, found in marks.items()}


_GAP = 4  # characters between two paragraphs that follow each other: a blank line


def _read_page_of(page: PageLines) -> int:
    """Read "3 of 20" at a page's edge, where the stamp itself gives no page."""
    found = [match for line in page.edges if (match := _OF.fullmatch(line.text))]
    return int(found[0].group(1)) if found else 0


def _number_transcript(pages: Sequence[PageLines]) -> dict[int, int]:
    """Give by page the transcript's own page number: of pages of questions and answers, and of those that join them.

    A page whose line numbers begin anew, as where four pages are printed on one, is left out.
    """
    numbered = {page.page: page for page in pages if page.numbers and _order_numbers(page.numbers)}
    found = _choose_numbers({number: _read_numbers(page) for number, page in numbered.items()})
    kept = {number for number, page in numbered.items() if number in found and _has_testimony(page)}
    for step in (1, -1):
        for number in sorted(found, reverse=step < 0):
            if number - step in kept and found[number] - step == found[number - step]:
                kept.add(number)
    return {number: found[number] for number in kept}


def _has_testimony(page: PageLines) -> bool:
    """Tell whether a page has a question and an answer."""
    texts = [line.text for line in page.body]
    return any(_QUESTION.match(text) for text in texts) and any(_ANSWER.match(text) for text in texts)


def _read_numbers(page: PageLines) -> list[tuple[int, bool]]:
    """Give what may be the transcript's page number, from the top of the page: (number, whether it stands alone)."""
    found = []
    for line in sorted(page.edges, key=lambda line: line.y0):
        if any(line.start <= start < line.end for _number, start in page.numbers) or _is_line_number(line):
            continue
        alone = _ALONE.fullmatch(line.text)
        if alone:
            found.append((int(alone.group(1)), True))
        else:
            found += [(int(m.group(1)), False) for m in (_AT_END.search(line.text), _AT_START.match(line.text)) if m]
    return [(number, alone) for number, alone in found if number]


def _is_line_number(line: Line) -> bool:
    """Tell the number of an empty line of the margin."""
    return line.x0 < _LEFT_MARGIN and line.text.isdigit() and len(line.text) <= 2


def _choose_numbers(candidates: Mapping[int, Sequence[tuple[int, bool]]]) -> dict[int, int]:
    """Choose each page's number: that which most other pages go on from; one that none confirms must stand alone."""
    steps: dict[int, set[int]] = defaultdict(set)
    for page, numbers in candidates.items():
        for number, _alone in numbers:
            steps[number - page].add(page)
    chosen = {}
    for page, numbers in candidates.items():
        best = max(numbers, key=lambda n: (len(steps[n[0] - page]), n[1]), default=None)
        if best is None:
            continue
        lonely = len(steps[best[0] - page]) == 1
        if not lonely or (best[1] and len({n for n, alone in numbers if alone}) == 1):
            chosen[page] = best[0]
    return chosen


def _order_numbers(numbers: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Keep the line numbers that rise through the text; none where they begin anew or lie about."""
    order = sorted(numbers, key=lambda mark: mark[1])
    tails: list[int] = []
    chains: list[list[tuple[int, int]]] = []
    for mark in order:
        at = bisect_left(tails, mark[0])
        chain = [*(chains[at - 1] if at else []), mark]
        tails[at:], chains[at:] = [mark[0], *tails[at + 1 :]], [chain, *chains[at + 1 :]]
    longest = chains[-1] if chains else []
    return longest if len(longest) >= _IN_ORDER * len(order) else []
