"""Pages as read -> one running text: furniture dropped, lines joined, hyphens mended, every character traced.

The running text is still the original's (no pseudonyms); each verbatim segment of its offset map has
the same characters in the running text as on the page.
"""

from __future__ import annotations

import re
import statistics
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.documents import OffsetMap, Page, Segment
from assistant.pinpoints import PagePinpoint
from ingest.caption import find_facts
from ingest.furniture import sort_lines
from ingest.lines import Line
from ingest.pinpoints import find_pinpoints
from ingest.recognizers.vocabulary import make_words

_NUMBERED = re.compile(r"(?:¶+\s*)?\[?(\d{1,4})(?:\.(?!\d)|\)|\])\s+(?=[\"“‘'(\[A-Z])|¶+\s*(\d{1,4})\s+")
_HEADING_NUMBER = re.compile(r"(?:[IVXL]{1,6}|[A-Z]|\d{1,2})[.)]\s+")
_ENDS_SENTENCE = re.compile(r"[.?!:;][\"”’')\]]*\d{0,2}$")
_NO_HEADING = re.compile(
    r"[,;:&]$|^v[s.]*\.?$|\b(?:plaintiffs?|defendants?|petitioners?|respondents?|appell\w+|movants?)\b[,.]*$"
    r"|\d{5}|@", re.IGNORECASE
)  # fmt: skip
_WORD_END = re.compile(r"([^\W\d_]{1,64})-$")
_BLANK_LINES = re.compile(r"\n\s*\n|\n(?=¶)")
_WORD_START = re.compile(r"[^\W\d_]+")
_PREFIXES = frozenset(
    [
        "non",
        "self",
        "ex",
        "well",
        "cross",
        "co",
        "anti",
        "post",
        "pre",
        "quasi",
        "semi",
        "all",
        "half",
        "long",
        "short",
        "so",
        "two",
        "three",
        "one",
    ]
)
_CONNECTING = make_words("of the a an and or in on at to for by with from as & his her its their that which")
_HEADING_CHARACTERS = 120
_FREE_NUMBERS = 500  # below it a number may begin a part of a document that was cut off before
_NUMBERS_MISSED = 20
_LATELY = 4  # numbers of a quotation or a list may stand between two paragraphs that follow each other
_YEARS = range(1700, 2100)
_WORDS_OF_SENTENCE = 6
_PITCH_OF_BREAK = 1.3
_INDENT = 0.015
_SHORT_LINE = 0.12


@dataclass(frozen=True, slots=True)
class Heading:
    """Running characters [start, end) that head a section."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NumberedParagraph:
    """Running characters [start, end) of the numbered paragraph `number` ("31")."""

    start: int
    end: int
    number: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """A document's running text, still with its real names.

    Attributes:
        text: Paragraphs, a blank line between two.
        offsets: To the pages' characters.
        headings: In order.
        paragraphs: The numbered ones, in order.
        facts: From the caption: court, docket_number, parties, judge, date, title, document_type.
        stamps: Docket stamps by page.
        pinpoints: What the pages say of their own place, and where the numbered paragraphs begin on them.
    """

    text: str
    offsets: OffsetMap
    headings: tuple[Heading, ...] = ()
    paragraphs: tuple[NumberedParagraph, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    stamps: dict[int, tuple[str, ...]] = field(default_factory=dict)
    pinpoints: tuple[PagePinpoint, ...] = ()


def clean_pages(pages: Sequence[Page]) -> CleanText:
    """Make the running text of a document.

    Pages without geometry (plain text, Word) are taken character by character, a blank line between two.
    """
    builder = _Builder()
    sorted_pages = sort_lines(pages) if any(page.boxes for page in pages) else []
    stamps = {p.page: p.stamps for p in sorted_pages if p.stamps}
    if sorted_pages:
        for paragraph in _join_paragraphs(sorted_pages):
            builder.add_paragraph(paragraph)
    else:
        for page in pages:
            builder.add_page(page)
    text, offsets = builder.text, OffsetMap(tuple(builder.segments))
    headings, numbered = _find_structure(text)
    pinpoints = find_pinpoints(sorted_pages, numbered, offsets)
    return CleanText(text, offsets, headings, numbered, find_facts(text, stamps), stamps, pinpoints)


class _Builder:
    """Collects running text and its segments."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._words: set[str] | None = None
        self.segments: list[Segment] = []

    @property
    def text(self) -> str:
        """The running text up to now."""
        return "".join(self._parts)

    def add_page(self, page: Page) -> None:
        """Add a page's characters as they are."""
        if self._length:
            self._add("\n\n")
        self._add(page.text, page.number, 0, len(page.text))

    def add_paragraph(self, lines: Sequence[Line]) -> None:
        """Add a paragraph: lines joined by a space, a word cut at a line's end mended."""
        if self._length:
            self._add("\n\n")
        before: Line | None = None
        for line in lines:
            end = line.end
            if before is not None:
                self._join(before, line)
            self._add(line.text, line.page, line.start, end)
            before = line

    def _join(self, before: Line, line: Line) -> None:
        """Put what stands between two lines of a paragraph."""
        same_page = before.page == line.page and before.end <= line.start
        if not before.text.endswith("-") or before.text.endswith(" -") or len(before.text) < 2:
            mark = "\n" if before.short and not _goes_on(before.text, line.text) else " "
            self._add(mark, before.page, before.end, line.start if same_page else before.end, verbatim=False)
            return
        end, start = _WORD_END.search(before.text), _WORD_START.match(line.text)
        if end and start and start.group().islower() and end.group(1).casefold() not in _PREFIXES:
            self._take_back_hyphen()

    def _take_back_hyphen(self) -> None:
        """Drop the hyphen that the last line ended with."""
        last = self.segments.pop()
        self._parts[-1] = self._parts[-1][:-1]
        self._length -= 1
        if last.end - 1 > last.start:
            self.segments.append(Segment(last.start, last.end - 1, last.page, last.page_start, last.page_end - 1))

    def _add(self, text: str, page: int = 0, start: int = 0, end: int = 0, verbatim: bool = True) -> None:
        """Add characters; `page` 0 means that they stand nowhere in the original."""
        if not text:
            return
        if page and end > start:
            at = self._length
            last = self.segments[-1] if self.segments else None
            exact = verbatim and len(text) == end - start
            if last and exact and last.verbatim and (last.end, last.page, last.page_end) == (at, page, start):
                self.segments[-1] = Segment(last.start, at + len(text), page, last.page_start, end)
            else:
                self.segments.append(Segment(at, at + len(text), page, start, end, exact))
        self._parts.append(text)
        self._length += len(text)


def _join_paragraphs(pages: Sequence) -> list[list[Line]]:
    """Join lines into paragraphs over page breaks; a page's footnotes come after the paragraph it ends in."""
    done: list[list[Line]] = []
    open_lines: list[Line] = []
    waiting: list[list[Line]] = []
    for page in pages:
        layout = _measure_layout(page.body)
        for line in page.body:
            if open_lines and _begins_paragraph(open_lines, line, layout):
                done.append(open_lines)
                done += waiting
                open_lines, waiting = [], []
            short = line.short or (line.placed and line.x1 < layout.right - _SHORT_LINE)
            open_lines.append(replace(line, short=short))
        notes: list[Line] = []
        for line in page.notes:
            if notes and re.match(r"(?:\d{1,3}\s|[*†‡])", line.text):
                waiting.append(notes)
                notes = []
            notes.append(line)
        if notes:
            waiting.append(notes)
    return done + ([open_lines] if open_lines else []) + waiting


@dataclass(frozen=True, slots=True)
class _Layout:
    """A page's usual left and right margin and distance of lines, as fractions of the page."""

    left: float
    right: float
    pitch: float


def _measure_layout(lines: Sequence[Line]) -> _Layout:
    """Measure where most lines begin and end and how far apart they are."""
    placed = [line for line in lines if line.placed]
    if len(placed) < 2:
        return _Layout(0.0, 1.0, 0.0)
    pitches = [b.y0 - a.y0 for a, b in zip(placed, placed[1:], strict=False) if 0 < b.y0 - a.y0 < 0.2]
    long = [line for line in placed if len(line.text) > 40] or placed
    left = statistics.mode(round(line.x0, 2) for line in long)
    return _Layout(left, statistics.quantiles([line.x1 for line in long + long], n=10)[8],
                   statistics.median(pitches) if pitches else 0.0)  # fmt: skip


def _begins_paragraph(open_lines: list[Line], line: Line, layout: _Layout) -> bool:
    """Tell whether a line begins a paragraph, behind the lines of the open one."""
    last = open_lines[-1]
    if _NUMBERED.match(line.text) and (_ENDS_SENTENCE.search(last.text) or last.text.isupper()):
        return True
    if last.text.isupper() != line.text.isupper() and min(len(last.text), len(line.text)) > 3:
        if last.page != line.page or not last.placed:
            return True
        if not last.text.endswith("-") and (len(open_lines) == 1 or all(x.text.isupper() for x in open_lines)):
            return (
                _is_centred(last, layout) or _is_centred(line, layout) or _ENDS_SENTENCE.search(last.text) is not None
            )
    if last.page != line.page:
        short = last.x1 < layout.right - _SHORT_LINE
        indented = line.x0 > layout.left + _INDENT
        return bool(_ENDS_SENTENCE.search(last.text)) and (short or indented)
    if not (last.placed and line.placed):
        return False
    pitch = line.y0 - last.y0
    if pitch < -0.005:
        return True
    own = open_lines[-1].y0 - open_lines[-2].y0 if len(open_lines) > 1 and open_lines[-2].page == last.page else 0.0
    if _is_title(last, layout) and line.x0 < layout.left + 0.12 and not _goes_on(last.text, line.text):
        return True
    usual = own if own > 0.004 else layout.pitch
    if usual and pitch > _PITCH_OF_BREAK * usual:
        return True
    if _HEADING_NUMBER.match(line.text) and _ENDS_SENTENCE.search(last.text) and line.x0 > layout.left + _INDENT:
        return True
    ends = _ENDS_SENTENCE.search(last.text) is not None
    return ends and (line.x0 > last.x0 + _INDENT or last.x1 < layout.right - _SHORT_LINE)


def _goes_on(before: str, line: str) -> bool:
    """Tell whether a line's sentence goes on in the next one, although it ended early."""
    return line[:1].islower() or before.endswith(",") or before.split(" ")[-1].casefold() in _CONNECTING


def _is_centred(line: Line, layout: _Layout) -> bool:
    """Tell whether a line stands in the middle of the text's width, away from both margins."""
    width = layout.right - layout.left
    middle = (line.x0 + line.x1) / 2 - (layout.left + layout.right) / 2
    return line.placed and abs(middle) < 0.1 * width and line.x0 > layout.left + 0.1 * width


def _is_title(line: Line, layout: _Layout) -> bool:
    """Tell a short centred line in Title Case, without an end of a sentence: the heading of what follows."""
    words = [word for word in line.text.split() if len(word) > 3]
    titled = bool(words) and all(word[0].isupper() or not word[0].isalpha() for word in words)
    return titled and len(line.text) < 70 and _is_centred(line, layout) and line.text[-1] not in ".,;:"


def _find_structure(text: str) -> tuple[tuple[Heading, ...], tuple[NumberedParagraph, ...]]:
    """Find headings and numbered paragraphs among the paragraphs of the running text."""
    headings: list[Heading] = []
    found: list[tuple[int, int, re.Match[str]]] = []
    for start, end in _cut_blocks(text):
        block = text[start:end]
        if _is_heading(block):
            headings.append(Heading(start, end))
        elif number := _NUMBERED.match(block):
            found.append((start, end, number))
    starts = _choose_numbered(text, found)
    ends = sorted([heading.start for heading in headings] + [start for start, _name in starts])
    ends.append(len(text))
    paragraphs = []
    position = 0
    for start, name in starts:
        while ends[position] <= start:
            position += 1
        paragraphs.append(NumberedParagraph(start, len(text[: ends[position]].rstrip()), name))
    return tuple(headings), tuple(paragraphs)


def _choose_numbered(text: str, found: Sequence[tuple[int, int, re.Match[str]]]) -> list[tuple[int, str]]:
    """Choose from the blocks that begin with a number the numbered paragraphs: (start, number), in order.

    A large number, which may be a year, a sum or a section of a statute, must follow its like, or be followed by its
    like as paragraphs are, in sentences; an excerpt may begin anywhere.
    """
    chosen: list[tuple[int, str]] = []
    lately: deque[int] = deque(maxlen=_LATELY)
    for at, (start, _end, match) in enumerate(found):
        number = int(match.group(1) or match.group(2))
        follows = any(0 < number - before <= _NUMBERS_MISSED for before in lately)
        marked = match.group().startswith("¶")
        if number < _FREE_NUMBERS or marked or follows or _begins_run(text, found[at : at + 1 + _LATELY]):
            chosen.append((start, match.group(1) or match.group(2)))
            lately.append(number)
    return chosen


def _begins_run(text: str, found: Sequence[tuple[int, int, re.Match[str]]]) -> bool:
    """Tell whether numbered paragraphs begin with a block: the next number comes soon, and both are sentences."""
    number = int(found[0][2].group(1) or found[0][2].group(2))
    if number in _YEARS:
        return False
    after = [block for block in found[1:] if int(block[2].group(1) or block[2].group(2)) == number + 1]
    return bool(after) and all(_is_sentence(text[start + m.end() : end]) for start, end, m in (found[0], after[0]))


def _is_sentence(block: str) -> bool:
    """Tell whether a block begins with a sentence, and not with a section's title: "Definitions. In this chapter"."""
    words = re.split(r"[.—:]\s|[.—:]$", block, maxsplit=1)[0].split()
    return len(words) >= _WORDS_OF_SENTENCE and sum(word.islower() for word in words) >= 0.4 * len(words)


def _cut_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Give the range of each block between blank lines, white space at both ends left out."""
    at = 0
    for gap in [*_BLANK_LINES.finditer(text), None]:
        block = text[at : gap.start() if gap else len(text)]
        kept = block.strip()
        if kept:
            start = at + len(block) - len(block.lstrip())
            yield start, start + len(kept)
        at = gap.end() if gap else len(text)


def _is_heading(block: str) -> bool:
    """Tell a heading by its shape: short, no sentence, capitals or a section number or Title Case."""
    if len(block) > _HEADING_CHARACTERS:
        return False
    letters = [c for c in block if c.isalpha()]
    if not len(letters) >= 3 or _NO_HEADING.search(block):
        return False
    numbered = _HEADING_NUMBER.match(block)
    rest = block[numbered.end() :] if numbered else block
    if sum(c.isupper() for c in letters) > 0.8 * len(letters):
        return not rest.endswith(",")
    if rest.endswith((".", "?", "!")) and not (numbered and len(rest) < 70):
        return False
    words = [w for w in re.findall(r"[^\W\d_]+", rest) if len(w) > 3]
    titled = bool(words) and all(w[0].isupper() for w in words)
    return titled and len(rest.split()) <= 12 and (numbered is not None or "." not in rest)
