"""Frozen values that the stages hand to each other: pages, passages, evidence, summaries, answers.

Three coordinate systems occur, and each offset says which it is in:

* *original*: characters of one page's text as it was read (`PageSpan`);
* *running*: characters of a document's pseudonymized running text (`RedactedDocument.text`);
* *page box*: fractions 0..1 of the page's width and height, origin at the top left (`Box`).
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

from assistant.pinpoints import PagePinpoint

Support = Literal["supported", "partial", "unsupported"]
Detail = Literal["brief", "detailed", "comprehensive"]
PageSource = Literal["text", "ocr", "unreadable"]

_BOX = struct.Struct("<4H")
_BOX_SCALE = 65535


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, as fractions 0..1 of its width and height from the top left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Characters [start, end) of the text of page `page` (counted from 1), as it was read."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Text that a page carries and does not show: a bad redaction, or an attempt to speak to the model.

    Attributes:
        reason: Why it is not seen, as `ingest.hidden` names it.
        text: Its characters. Only an attorney reveals them.
        box: x0, y0, x1, y1 as fractions 0..1 of the page; all 0 where it has no place on it.
    """

    reason: str
    text: str
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read.

    Attributes:
        number: Counted from 1.
        text: The characters as read; the only text that quotes are cut from.
        boxes: Four little-endian uint16 (x0, y0, x1, y1 in 1/65535 of the page) for each
            character of `text`, or empty where the format has no geometry. A character without a
            place, such as a line break, has four zeros.
        width_pt: Page width in points, 0 where unknown.
        height_pt: Page height in points, 0 where unknown.
        source: How the text was had.
        confidence: Mean OCR confidence 0..1, or None where the text was not had by OCR.
        hidden: What the page carries but does not show; it is no part of `text`.
    """

    number: int
    text: str
    boxes: bytes = b""
    width_pt: float = 0.0
    height_pt: float = 0.0
    source: PageSource = "text"
    confidence: float | None = None
    hidden: tuple[HiddenText, ...] = ()

    def line_boxes(self, start: int, end: int) -> tuple[Box, ...]:
        """Give one box a line for the characters [start, end) of this page.

        A character goes on with a line where it overlaps half of its height and is not left of it. It is asked of each
        character of each quote and word that is shown, so it is one plain loop.
        """
        lines: list[tuple[int, int, int, int]] = []
        left = top = right = bottom = 0  # of the line at hand; there is none while `right` is 0
        first, last = max(start, 0), max(min(end, len(self.boxes) // _BOX.size), 0)
        for x0, y0, x1, y1 in _BOX.iter_unpack(self.boxes[first * _BOX.size : last * _BOX.size]):
            if x1 <= x0 or y1 <= y0:
                continue
            if right:
                overlap = (y1 if y1 < bottom else bottom) - (y0 if y0 > top else top)
                height = y1 - y0 if y1 - y0 < bottom - top else bottom - top
                if overlap > 0.5 * height and x0 >= left:
                    top = y0 if y0 < top else top
                    right = x1 if x1 > right else right
                    bottom = y1 if y1 > bottom else bottom
                    continue
                lines.append((left, top, right, bottom))
            left, top, right, bottom = x0, y0, x1, y1
        if right:
            lines.append((left, top, right, bottom))
        return tuple(Box(self.number, *(value / _BOX_SCALE for value in line)) for line in lines)


def pack_box(x0: float, y0: float, x1: float, y1: float) -> bytes:
    """Pack one character's box (fractions 0..1) into the eight bytes of `Page.boxes`."""
    return _BOX.pack(*(round(min(max(v, 0.0), 1.0) * _BOX_SCALE) for v in (x0, y0, x1, y1)))


@dataclass(frozen=True, slots=True)
class Segment:
    """Running characters [start, end) stand for original characters [page_start, page_end) of `page`.

    Where `verbatim`, both have the same length and the same characters, one for one; otherwise the
    whole segment is a replacement (a pseudonym, a mended hyphen, a joining space) and maps whole.
    """

    start: int
    end: int
    page: int
    page_start: int
    page_end: int
    verbatim: bool = True


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Maps running text to original characters and back; segments ascend and do not overlap."""

    segments: tuple[Segment, ...]

    def to_original(self, start: int, end: int) -> tuple[PageSpan, ...]:
        """Give the original span a page, in page order, that running [start, end) stands for."""
        spans: dict[int, tuple[int, int]] = {}
        first = bisect_right(self.segments, start, key=lambda s: s.end)
        for segment in self.segments[first:]:
            if segment.start >= end:
                break
            low, high = segment.page_start, segment.page_end
            if segment.verbatim:
                low += max(start - segment.start, 0)
                high -= max(segment.end - end, 0)
            if low >= high:
                continue
            had = spans.get(segment.page, (low, high))
            spans[segment.page] = (min(had[0], low), max(had[1], high))
        return tuple(PageSpan(page, *spans[page]) for page in sorted(spans))

    def to_running(self, page: int, start: int, end: int) -> tuple[int, int] | None:
        """Give the running range that covers original [start, end) of `page`, or None if none does."""
        low: int | None = None
        high = 0
        for segment in self.segments:
            if segment.page != page or segment.page_end <= start or segment.page_start >= end:
                continue
            shift_low = max(start - segment.page_start, 0) if segment.verbatim else 0
            shift_high = max(segment.page_end - end, 0) if segment.verbatim else 0
            low = segment.start + shift_low if low is None else min(low, segment.start + shift_low)
            high = max(high, segment.end - shift_high)
        return None if low is None else (low, high)


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieval unit: running characters [start, end), whole sentences of one section.

    Attributes:
        index: Position in the document, from 0.
        start: Running offset of the first character.
        end: Running offset after the last character.
        page: Page on which the passage begins, from 1.
        section: Heading it stands under, pseudonymized, or "".
        paragraph: Number of the numbered paragraph it belongs to ("31"), or "".
    """

    index: int
    start: int
    end: int
    page: int
    section: str = ""
    paragraph: str = ""


@dataclass(frozen=True, slots=True)
class RedactedDocument:
    """A document as models may see it: running text with pseudonyms, and how to find the way back.

    Attributes:
        document_id: Identity within the store; "" for a document that is not stored.
        matter_id: The matter whose vault holds the pseudonyms; "" where not stored.
        revision: Counts from 1; a later finding makes a new revision.
        document_type: Key of a house template ("complaint", "motion", "order", "brief", "contract",
            "patent", "deposition", "plain").
        text: The pseudonymized running text, headers, footers and line numbers removed.
        offsets: Running text to original pages.
        passages: In reading order, covering all of `text` but white space.
        pages_total: Number of pages of the file.
        pages_ocr: Pages whose text was had by OCR.
        pages_unreadable: Pages that gave no usable text.
        facts: Caption facts, pseudonymized: court, docket_number, parties, judge, date, title.
        scheme: Hash of the pseudonym scheme and recognizers that made this text.
        confidences: Confidence 0..1 of each pseudonym in `text`, in reading order; empty where unknown.
        pinpoints: What pages say of their own place, in their order; a page that says nothing has none.
        corrected: Names of the facts that a person corrected: they need not stand in the text.
    """

    document_id: str
    matter_id: str
    revision: int
    document_type: str
    text: str
    offsets: OffsetMap
    passages: tuple[Passage, ...]
    pages_total: int
    pages_ocr: tuple[int, ...] = ()
    pages_unreadable: tuple[int, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    scheme: str = ""
    confidences: tuple[float, ...] = ()
    pinpoints: tuple[PagePinpoint, ...] = ()
    corrected: tuple[str, ...] = ()

    def passage_text(self, passage: Passage) -> str:
        """Give the pseudonymized text of one passage."""
        return self.text[passage.start : passage.end]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Running characters [start, end) of a revision of a document that bear a sentence."""

    document_id: str
    revision: int
    start: int
    end: int
    page: int
    pinpoint: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a summary or an answer, pseudonymized, with what the code found for it.

    Attributes:
        text: The sentence with pseudonyms.
        support: Verdict of the verification by code.
        reason: The verdict in words ("the source says $1.2 million"), pseudonymized.
        evidence: Where it stands; empty only where `support` is "unsupported".
        part: Name of the house template's part it belongs to, or "".
        origin: "model", or "source" where the source's own words replaced or make the sentence, or
            "person" after an edit.
    """

    text: str
    support: Support
    reason: str
    evidence: tuple[Evidence, ...]
    part: str = ""
    origin: Literal["model", "source", "person"] = "model"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a summary rests on, in page numbers counted from 1.

    Attributes:
        pages_total: Pages of the filing.
        pages_read: Pages that gave text.
        pages_drawn_from: Pages that its sentences rest on.
        pages_unreadable: Pages that gave none.
        pages_instructing: Pages with text that speaks to software; that text was left out.
    """

    pages_total: int
    pages_read: int
    pages_drawn_from: tuple[int, ...]
    pages_unreadable: tuple[int, ...]
    pages_instructing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished (or stopped) summary, pseudonymized.

    Attributes:
        document_id: What it summarizes.
        revision: The revision its evidence points into.
        detail: The dial.
        sentences: In reading order, grouped by part.
        missing_parts: Parts of the house template about which the filing says nothing that was found.
        coverage: Pages read and drawn from.
        adapter: Adapter id, "base", or "none" (the ranker without a model).
        provenance: Hashes of what made it: base model, adapter, prompt, template, scheme.
        stopped: True where a person stopped it before its end.
        seconds: Wall time.
    """

    document_id: str
    revision: int
    detail: Detail
    sentences: tuple[Sentence, ...]
    missing_parts: tuple[str, ...]
    coverage: Coverage
    adapter: str
    provenance: dict[str, str]
    stopped: bool = False
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The summary as text: one line a part ("Parties: …"), or plain sentences without parts."""
        return join_parts([(s.part, s.text) for s in self.sentences])


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over one or more filings, pseudonymized.

    Attributes:
        question: As asked, pseudonymized.
        sentences: Each with evidence; empty where `abstained`.
        abstained: True where no passage bears an answer.
        nearest: The closest passages, as evidence, best first; shown when the answer abstains.
        confidence: 0..1, how well the best passage fits; a notice is shown above thin answers.
        adapter: Adapter id, "base" or "none".
        provenance: Hashes of what made it.
        seconds: Wall time.
    """

    question: str
    sentences: tuple[Sentence, ...]
    abstained: bool
    nearest: tuple[Evidence, ...]
    confidence: float
    adapter: str
    provenance: dict[str, str]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Correction:
    """An edited or rated output: the raw material of training, pseudonymized.

    Attributes:
        correction_id: Identity within the store.
        matter_id: Whose consent decides whether it may train.
        document_id: The filing.
        summary_id: The stored summary it corrects.
        author: User name of who submitted it.
        signed_off_by: User name of the attorney, or "" while not signed off.
        model_output: What the model wrote.
        edited: What the person made of it; equal to `model_output` where approved untouched.
        rating: -1, 0 or 1.
        reasons: Keys of the legal reasons chosen ("wrong_party", "missing_deadline", …).
        adapter: Which adapter wrote `model_output`.
        created_at: ISO 8601, UTC.
    """

    correction_id: str
    matter_id: str
    document_id: str
    summary_id: str
    author: str
    signed_off_by: str
    model_output: str
    edited: str
    rating: int
    reasons: tuple[str, ...]
    adapter: str
    created_at: str


def join_parts(lines: list[tuple[str, str]]) -> str:
    """Join (part, sentence) pairs into the text form that is shown, edited, trained on and scored."""
    blocks: list[tuple[str, list[str]]] = []
    for part, text in lines:
        if not blocks or blocks[-1][0] != part:
            blocks.append((part, []))
        blocks[-1][1].append(text)
    return "\n".join((f"{part}: " if part else "") + " ".join(texts) for part, texts in blocks)


def split_parts(text: str, parts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Undo `join_parts`: give (part, block) pairs; a line without a known part goes under ""."""
    blocks: list[tuple[str, str]] = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        name, colon, rest = line.partition(":")
        if colon and name.strip() in parts:
            blocks.append((name.strip(), rest.strip()))
        elif blocks:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]} {line}".strip())
        else:
            blocks.append(("", line))
    return blocks
