"""Pinpoints: what a page says of its own place, and how a lawyer cites characters that stand on it.

All places are characters of the pages as they were read, so that neither a pseudonym nor a later revision moves them.
A pinpoint holds numbers only: no case number, and of a Bates number, whose prefix may name a party, only where it
stands on the page, which is sealed. Whoever may read the page sees it (`add_mark`); the model and the index do not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.documents import PageSpan


@dataclass(frozen=True, slots=True)
class PagePinpoint:
    """What one page of a file says of its place; what it does not say is empty.

    Attributes:
        page: Number of the page in the file, from 1.
        docket_entry: Entry on the docket, as it is cited: "Dkt. 12-3", "NYSCEF Doc. No. 7".
        docket_page: The page's number within that entry, or 0.
        page_id: Running number over all entries of the case ("365"), or "".
        bates: Characters [start, end) of the page's text that are its Bates number, or None.
        transcript_page: Page number of a transcript, which is seldom that of the file, or 0.
        lines: A transcript's lines: (number in the margin, first character), in the order of the text.
        paragraphs: Numbered paragraphs that begin here: (number, first character), in the order of the text; a number
            "" says that from there on no numbered paragraph goes on.
    """

    page: int
    docket_entry: str = ""
    docket_page: int = 0
    page_id: str = ""
    bates: tuple[int, int] | None = None
    transcript_page: int = 0
    lines: tuple[tuple[int, int], ...] = ()
    paragraphs: tuple[tuple[str, int], ...] = ()


def cite_place(pinpoints: Sequence[PagePinpoint], spans: Sequence[PageSpan], record: str = "Tr.") -> str:
    """Write what the pages' own pinpoints add to a page number: ", ¶ 31 (Dkt. 12-3 at 4; Dep. 45:3-12)", or "".

    Args:
        pinpoints: Of a document, in the order of its pages.
        spans: Original characters that are cited, one span a page, in the order of the pages.
        record: How a transcript is called.
    """
    if not spans or not pinpoints:
        return ""
    first, last = spans[0], spans[-1]
    begins, ends = _find_page(pinpoints, first.page), _find_page(pinpoints, last.page)
    paragraphs = _cite_paragraphs(
        _paragraph_at(pinpoints, first.page, first.start), _paragraph_at(pinpoints, last.page, last.end - 1)
    )
    places = filter(None, (_cite_docket(begins, ends), _cite_transcript(begins, ends, first.start, last.end, record)))
    inside = "; ".join(places)
    return paragraphs + (f" ({inside})" if inside else "")


def add_mark(pinpoint: str, mark: str) -> str:
    """Add a page's Bates number to a pinpoint: "p. 7 (Dkt. 12-3 at 4)" becomes "p. 7 (Dkt. 12-3 at 4; ABC000123)"."""
    if not mark or not pinpoint:
        return pinpoint
    return f"{pinpoint[:-1]}; {mark})" if pinpoint.endswith(")") else f"{pinpoint} ({mark})"


def find_marks(pinpoints: Sequence[PagePinpoint], pages: Sequence[int]) -> list[tuple[int, int, int]]:
    """Give where the Bates numbers of pages stand: (page, start, end), first and last only."""
    found = [_find_page(pinpoints, page) for page in dict.fromkeys((pages[0], pages[-1]))] if pages else []
    return [(p.page, *p.bates) for p in found if p.bates is not None]


def _find_page(pinpoints: Sequence[PagePinpoint], page: int) -> PagePinpoint:
    """Give a page's pinpoint; an empty one where it says nothing."""
    at = bisect_right(pinpoints, page, key=lambda p: p.page) - 1
    return pinpoints[at] if at >= 0 and pinpoints[at].page == page else PagePinpoint(page)


def _paragraph_at(pinpoints: Sequence[PagePinpoint], page: int, offset: int) -> str:
    """Give the number of the paragraph that goes on at a character of a page, or ""."""
    at = bisect_right(pinpoints, page, key=lambda p: p.page) - 1
    while at >= 0:
        begun = pinpoints[at].paragraphs
        if pinpoints[at].page == page:
            begun = begun[: bisect_right(begun, offset, key=lambda mark: mark[1])]
        if begun:
            return begun[-1][0]
        at -= 1
    return ""


def _cite_paragraphs(first: str, last: str) -> str:
    """Write the numbers of the paragraphs in which a range begins and ends; a range that began in none has none."""
    if not first:
        return ""
    return f", ¶¶ {first}–{last}" if last and int(last) > int(first) else f", ¶ {first}"


def _cite_docket(first: PagePinpoint, last: PagePinpoint) -> str:
    """Write entry and page, or pages, where both ends stand in the same entry; else the entry of the first."""
    cited = first.docket_entry
    if first.docket_page and cited:
        cited += f" at {first.docket_page}"
        if last.docket_entry == first.docket_entry and last.docket_page > first.docket_page:
            cited += f"–{last.docket_page}"
    if first.page_id:
        cited += f"{', ' if cited else ''}PageID.{first.page_id}"
    return cited


def _cite_transcript(first: PagePinpoint, last: PagePinpoint, start: int, end: int, record: str) -> str:
    """Write a transcript's page and lines: "Dep. 45:3-12", "Dep. 45:20-46:3"."""
    if not (first.transcript_page and last.transcript_page):
        return ""
    begins, ends = _line_at(first, start), _line_at(last, end - 1)
    page, until = first.transcript_page, last.transcript_page
    if not (begins and ends):
        return f"{record} {page}" + (f"-{until}" if until > page else "")
    if page != until:
        return f"{record} {page}:{begins}-{until}:{ends}"
    return f"{record} {page}:{begins}" + (f"-{ends}" if ends > begins else "")


def _line_at(pinpoint: PagePinpoint, offset: int) -> int:
    """Give the number of the line on which a character stands, or 0."""
    at = bisect_right(pinpoint.lines, offset, key=lambda line: line[1]) - 1
    return pinpoint.lines[at][0] if at >= 0 else 0
