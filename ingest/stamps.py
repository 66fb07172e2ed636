"""What the stamps at a page's edge say: docket entry and page, and Bates numbers. No case number is taken from them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

_STAMP = re.compile(
    r"(?:\b(?:usca\w*\s+)?(?:appellate\s+)?(?:case|appeal|nyscef)\b\W{0,3}\s*(?:no\.?)?.{0,45}"
    r"\b(?:doc(?:ument|ket)?\b|filed\b|page\b|pg\b|entry\b|ecf\b)"
    r"|\bpage\s*id\b|\bdate\s+filed\b|\bdktentry\b|^document\s+\d+.*\bfiled\b|\bdoc(?:ket)?\.?\s*#\s*\d+.*\bpage\b"
    r"|\b(?:doc(?:ument)?|ecf\s+no)\b\.?\s*#?\s*\d[\d-]*,?\s+filed\b|^filed:.{1,60}\bclerk\b"
    r"|^index\s+no\.?\s*\d+/\d{4}$)",
    re.IGNORECASE,
)
_PROSE = re.compile(r"(?<![\w-])(?!(?:of|on|in|at|by|filed|entered|page|desc|main|document|doc)\b)[a-z]{2,}(?![\w-])")
_CHARACTERS_OF_STAMP = 160
_PROSE_WORDS = 1

_NEXT = re.compile(r"(?=\b(?:USCA\w*\s+|Appellate\s+)?(?:Case|Appeal)\b\W{0,3}(?:No\.?\s*)?\d)", re.IGNORECASE)
_ENTRY = re.compile(
    r"\b(?:Dkt\.?\s?Entry|Docket\s+Entry|Entry\s+ID|ECF\s+No|Dkt|Doc(?:ument)?)\b\.?\s*(?:No\.?)?\s*[:#]*\s*"
    r"(\d{1,12}(?:-\d{1,4})?)(?![\w:/-])",
    re.IGNORECASE,
)
_NYSCEF = re.compile(r"\bNYSCEF\s+DOC\.?\s*NO\.?\s*(\d{1,5})(?![\w:/-])", re.IGNORECASE)
_PAGE = re.compile(r"\b(?:Page|Pg)\.?\s*:?\s*(\d{1,5})(?!\d)", re.IGNORECASE)
_PAGE_ID = re.compile(r"\b(?:Page|Pg)\s?ID\s*[.#:]*\s*(\d{1,7})(?!\d)", re.IGNORECASE)

_LEGEND = (
    r"(?:(?:highly\s+)?confidential(?:ity)?|attorneys?['’]?s?['’]?\s+eyes\s+only|outside\s+counsel\s+only|restricted"
    r"|subject\s+to\s+(?:a\s+|the\s+)?protective\s+order)"
)
_WORD, _MORE, _GAP = r"[A-Z][A-Z0-9&]{0,24}", r"[A-Z0-9&]{1,24}", r"[ _.-]{1,3}"
_BATES = re.compile(
    rf"(?:\d{{1,4}}\s+(?=[A-Z]))?(?:{_LEGEND}\W*)*"
    rf"(?P<bates>(?P<prefix>(?:{_WORD}(?:{_GAP}{_MORE}){{0,3}}(?:{_GAP})?)?)(?<!\d)(?P<digits>\d{{3,10}}))"
    rf"(?:\W*{_LEGEND})*",
    re.IGNORECASE,
)
_NO_PREFIX = re.compile(
    r"\b(?:page|pg|page\s?id|no|case|docket|doc|document|ecf|box|suite|room|floor|bar|sbn|tel|fax|form|filed|rev|since"
    r"|section|sec|chapter|ch|article|art|part|rule|title|exhibit|ex|tab|vol|item|line|footnote|note"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_FEWEST_DIGITS_ALONE = 5
_CHARACTERS_OF_BATES = 90
_ZIP = re.compile(r"[A-Z]{2} ?\d{5}")


@dataclass(frozen=True, slots=True)
class DocketMark:
    """What a docket stamp says: the entry as it is cited, its page or 0, the case's running page number or ""."""

    entry: str
    page: int = 0
    page_id: str = ""


def is_stamp(text: str) -> bool:
    """Tell a docket stamp from a line of prose that speaks of a case, a filing or a docket entry."""
    if len(text) >= _CHARACTERS_OF_STAMP or not _STAMP.search(text):
        return False
    return any(c.isdigit() for c in text) and len(_PROSE.findall(text)) <= _PROSE_WORDS


def read_stamps(texts: Sequence[str]) -> list[DocketMark]:
    """Read the stamps of one page; several stand on a page that was filed more than once."""
    joined = " ".join(texts)
    state = _NYSCEF.search(joined)
    marks = [DocketMark(f"NYSCEF Doc. No. {state.group(1)}")] if state else []
    for piece in _NEXT.split(_NYSCEF.sub(" ", joined)):
        entry, page, page_id = _ENTRY.search(piece), _PAGE.search(piece), _PAGE_ID.search(piece)
        if entry or page_id:
            marks.append(
                DocketMark(
                    f"Dkt. {entry.group(1)}" if entry else "",
                    int(page.group(1)) if page else 0,
                    page_id.group(1) if page_id else "",
                )
            )
    alone = [mark for mark in marks if not mark.entry]
    named = [mark for mark in marks if mark.entry]
    if len(alone) == 1 and len(named) == 1 and not named[0].page_id:
        return [replace(named[0], page_id=alone[0].page_id)]
    return marks


def choose_marks(found: Mapping[int, Sequence[DocketMark]]) -> dict[int, DocketMark]:
    """Choose each page's mark where several stamps stand on it: that of the entry which most pages of the file have."""
    pages = Counter(entry for marks in found.values() for entry in {mark.entry for mark in marks})
    return {page: max(marks, key=lambda mark: pages[mark.entry]) for page, marks in found.items() if marks}


@dataclass(frozen=True, slots=True)
class _Bates:
    """A text that may be a Bates number: its line, its place in it, its prefix as written, its digits."""

    page: int
    line: int
    start: int
    end: int
    prefix: str
    digits: str

    @property
    def run(self) -> tuple[str, int]:
        """What the marks of one production share: the prefix in one form; bare numbers share their length."""
        prefix = re.sub(r"[ _.-]+", "", self.prefix).casefold()
        return prefix, 0 if prefix else len(self.digits)


def find_bates(edges: Mapping[int, Mapping[int, str]]) -> dict[int, tuple[int, int, int]]:
    """Find the Bates number of each page: one prefix, and numbers that rise with the pages.

    Args:
        edges: The lines at the edge of each page, by page and by position of the line.

    Returns:
        By page, the position of the line and [start, end) of the Bates number in it.
    """
    runs: dict[tuple[str, int], list[_Bates]] = defaultdict(list)
    for page, lines in edges.items():
        for line, text in lines.items():
            if (mark := _read_bates(page, line, text)) is not None:
                runs[mark.run].append(mark)
    chosen: dict[int, tuple[int, int, int]] = {}
    for marks in sorted(runs.values(), key=len, reverse=True):
        if _is_run(marks) or (len(marks) == 1 and _stands_alone(marks[0])):
            for mark in marks:
                chosen.setdefault(mark.page, (mark.line, mark.start, mark.end))
    return chosen


def _read_bates(page: int, line: int, text: str) -> _Bates | None:
    """Read one line of a page's edge as a Bates number, with or without a legend of confidentiality beside it."""
    match = _BATES.fullmatch(text) if len(text) < _CHARACTERS_OF_BATES else None
    if match is None or _NO_PREFIX.search(match["prefix"].replace("_", " ")):
        return None
    if not match["prefix"] and not match["digits"].startswith("0"):
        return None
    return _Bates(page, line, match.start("bates"), match.end("bates"), match["prefix"], match["digits"])


def _is_run(marks: Sequence[_Bates]) -> bool:
    """Tell whether marks stand on several pages and rise with them; bare numbers must do so one by one."""
    numbers = {mark.page: int(mark.digits) for mark in marks}
    order = sorted(numbers)
    steps = [(b - a, numbers[b] - numbers[a]) for a, b in zip(order, order[1:], strict=False)]
    bare = not marks[0].prefix
    return bool(steps) and all(number == page if bare else number > 0 for page, number in steps)


def _stands_alone(mark: _Bates) -> bool:
    """Tell a Bates number that no other page confirms: capitals and many digits, and no ZIP code."""
    long = len(mark.digits) >= _FEWEST_DIGITS_ALONE and mark.prefix.isupper()
    return long and _ZIP.fullmatch(mark.prefix + mark.digits) is None
