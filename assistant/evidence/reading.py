"""A document as the ranker and the verifier read it: each sentence with page, section and role."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.documents import Evidence, RedactedDocument
from assistant.evidence.instructions import blank_ranges, mark_instructions
from assistant.evidence.sentences import split_sentences
from assistant.evidence.terms import TermMatrix
from assistant.pinpoints import cite_place
from assistant.store.pseudonyms import PATTERN

Role = Literal[
    "body", "point", "heading", "caption", "contents", "signature", "certificate", "citation", "fragment", "instruction"
]

_LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}|_{12,}")
_SENTENCE_END = re.compile(r"[.?!;:][\"'”’)\]]*(?:\d{1,3})?$")
_ENUMERATOR = re.compile(r"^(?:[IVXLC]{1,6}|[A-Z]|\d{1,3})[.)]\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_CITE = re.compile(
    r"\b\d{1,4}\s+(?:[A-Z][\w.]*\.?\s?){1,4}(?:\d[a-z]{1,2}\s)?\d{1,5}\b|§|\bU\.\s?S\.\s?C\.|\bApp\.|\bat \d+"
)
_CITE_OPENS = re.compile(
    r"^(?:\(?(?:See|Id\.|Ibid|Cf\.|Accord|But see|Compare|E\.g\.|Pet\. App|App\.|Ex\.|Dkt\.|Doc\.|ECF)\b)"
)
_SIGNED = re.compile(
    r"respectfully submitted|^/s/|^s/\s|counsel of record|^attorneys? for\b|^counsel for\b", re.IGNORECASE
)
_CERTIFICATE = re.compile(r"certificate of (?:service|compliance|interest)|certification of", re.IGNORECASE)
_ADDRESS = re.compile(
    r"@|\b\d{5}(?:-\d{4})?$|\(\d{3}\)\s?\d{3}|\b(?:Suite|Avenue|Street|Floor|Tel|Fax|Telephone)\b|https?:|\bCONTACT_\d"
)
_SEPARATE = re.compile(
    r"(?:^|[—–] ?)(?:(?:Chief |Associate |Circuit |District |Senior )*(?:JUSTICE|Justice|JUDGE|"
    r"Judge)\s+)?[A-Z][\w.’' -]{1,40},\s+"
    r"(?:(?:Chief|Associate|Circuit|District|Senior)\s+)*(?:Judge|Justice|J\.|C\.J\.|JJ\.)[^.]{0,60}?,\s*(?:dissenting|concurring)"
    r"|(?:^|[—–] ?)(?:Chief |Associate |Circuit )*(?:JUSTICE|Justice|JUDGE|"
    r"Judge)\s+[A-Z][\w.’'-]+(?:\s+[A-Z0-9][\w.’'-]*){0,2}"
    r"(?:,\s+(?:with whom|joined by)[^.]{0,80},)?,?\s+(?:dissenting|concurring)"
)
_HOLDING = re.compile(r"(?:held|holding|disposition)\s*:$", re.IGNORECASE)
_DATED = re.compile(r"(?:dated|entered|filed|date)\b", re.IGNORECASE)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|may|shall|will|must|does|did|do|would|should|hereby|respectfully|moves?|appeals?|appealed|brings?|"
    r"files?|filed|seeks?|comes?|alleges?|whether|held|agree\w*|entitled|arises?|claims?|relates?|provides?|describes?|concerns?|lists?|"
    r"pertains?|presents?|involves?|took|came|requires?|states?|makes?|made|gives?|gave)\b"
)
_CAPTION_END = re.compile(
    r"\b(?:et al|v|plaintiffs?|defendants?|petitioners?|respondents?|appell\w+)\b[.,\s]*$", re.IGNORECASE
)
_BEGINS = re.compile(r"Q\. |(?:ARTICLE|Article|SECTION|Section) (?:1|I|One|ONE)\b|1\.\s+[A-Z]|1\.1\b")
_CONTENTS = re.compile(r"^(?:table of \w+|index(?: (?:of|to)\b.*)?|contents)\b\W*(?:page)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence or heading.

    Attributes:
        start: Running offset of the first character.
        end: Running offset after the last character.
        page: Page on which it begins, from 1.
        section: Heading it stands under, or "".
        major: Heading in capitals it stands under, or ""; a section may be one of its subsections.
        role: What kind of text it is. "body" goes into a summary, "caption" for the parties, and "point" (a heading
        that
            is a sentence, as the points of an argument are) for what is argued. "instruction" speaks to software.
        words: Number of words.
        nth: Which sentence of prose it is under its heading, from 0.
        opinion: "dissent" or "concurrence" where it stands in a separate opinion, else "".
    """

    start: int
    end: int
    page: int
    section: str
    major: str
    role: Role
    words: int
    nth: int = 0
    opinion: Literal["", "dissent", "concurrence"] = ""


class Reading:
    """All sentences of a document with their terms; built once a document, about 0.2 s for 50 pages.

    Sentences that speak to software and not to a reader stand in `instructions`, not in `units`; in `text` spaces are
    in their place. Whoever ranks, writes, answers or verifies by a reading has never seen them.
    """

    def __init__(self, document: RedactedDocument) -> None:
        self.document = document
        self.scores: dict[tuple[object, ...], NDArray[np.float64]] = {}
        self.stated: tuple[Any, ...] | None = None  # what `assistant.chronology` found, once it was asked
        self._page_ends = [segment.end for segment in document.offsets.segments]
        self._starts: list[int] = []
        split = split_sentences(document.text)
        marks = mark_instructions(document.text, split)
        aside = [span for span, mark in zip(split, marks, strict=True) if mark]
        self.text = blank_ranges(document.text, aside)
        self.instructions = tuple(
            Unit(a, b, self.page_at(a), "", "", "instruction", len(document.text[a:b].split())) for a, b in aside
        )
        spans = [span for span, mark in zip(split, marks, strict=True) if not mark]
        self.units = self._name_units(spans)
        self._starts = [unit.start for unit in self.units]
        self.matrix = TermMatrix([self.text[unit.start : unit.end] for unit in self.units])

    @cached_property
    def prose(self) -> str:
        """All running prose, headings and tables left out."""
        return " ".join(self.unit_text(i) for i, unit in enumerate(self.units) if unit.role == "body")

    @cached_property
    def instructing_pages(self) -> tuple[int, ...]:
        """Pages, from 1, with text that speaks to software."""
        return tuple(sorted({page for unit in self.instructions for page in self.pages_within(unit.start, unit.end)}))

    def unit_text(self, index: int) -> str:
        """Give the pseudonymized text of one unit as it stands."""
        unit = self.units[index]
        return self.text[unit.start : unit.end]

    def count_units(self, term: str) -> int:
        """Give the number of units that have a term, as `find_terms` gives it."""
        key = self.matrix.ids.get(term)
        return 0 if key is None else int(self.matrix.frequency[key])

    def page_at(self, offset: int) -> int:
        """Give the page, from 1, on which the running offset stands."""
        segments = self.document.offsets.segments
        if not segments:
            return 1
        return segments[min(bisect_right(self._page_ends, offset), len(segments) - 1)].page

    def pages_within(self, start: int, end: int) -> range:
        """Give the pages that running [start, end) stands on."""
        return range(self.page_at(start), self.page_at(max(end - 1, start)) + 1)

    def units_within(self, start: int, end: int) -> range:
        """Give the indexes of the units that overlap running [start, end)."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        if first < len(self.units) and self.units[first].end <= start:
            first += 1
        last = first
        while last < len(self.units) and self.units[last].start < end:
            last += 1
        return range(first, last)

    def give_evidence(self, start: int, end: int) -> Evidence:
        """Make the evidence for running [start, end): page and pinpoint as a lawyer cites them."""
        page = self.page_at(start)
        last = self.page_at(max(end - 1, start))
        pinpoint = f"p. {page}" if last == page else f"pp. {page}–{last}"
        pinpoints = self.document.pinpoints
        if pinpoints:
            record = "Dep." if self.document.document_type == "deposition" else "Tr."
            pinpoint += cite_place(pinpoints, self.document.offsets.to_original(start, end), record)
        elif paragraph := self._paragraph_at(start):
            pinpoint += f", ¶ {paragraph}"
        return Evidence(self.document.document_id, self.document.revision, start, end, page, pinpoint)

    def _paragraph_at(self, offset: int) -> str:
        """Give the number of the numbered paragraph in which the passage at the offset begins, or ""."""
        passages = self.document.passages
        index = bisect_right(passages, offset, key=lambda passage: passage.start) - 1
        return passages[index].paragraph if index >= 0 and offset < passages[index].end else ""

    def _name_units(self, spans: list[tuple[int, int]]) -> tuple[Unit, ...]:
        """Give each span its page, section and role, in one walk over the document."""
        texts = [" ".join(self.text[start:end].split()) for start, end in spans]
        contents = _find_contents(texts)
        first_body = _find_first_body(texts)
        passages = self.document.passages
        spoken = {" ".join(self.document.text[unit.start : unit.end].split()) for unit in self.instructions}
        units: list[Unit] = []
        section = major = ""
        region: Role = "body"
        opinion: Literal["", "dissent", "concurrence"] = ""
        at = nth = 0
        forced = ""
        for index, ((start, end), text) in enumerate(zip(spans, texts, strict=True)):
            while at + 1 < len(passages) and passages[at].end <= start:
                at += 1
            given = passages[at].section if passages and passages[at].start <= start else ""
            given = "" if given and given in spoken else given
            heading = _is_heading(text)
            if heading and not contents[index] and index >= first_body:
                section = text
                major = text if text.upper() == text else major
                region = "certificate" if _CERTIFICATE.search(text) else "body"
                nth = 0
                forced = ""
            elif _HOLDING.match(text):
                forced, nth = "Held", 0
            role = _find_role(text, heading, contents[index], index < first_body, region)
            if role == "signature":
                region = "signature"
            elif role == "body" and region == "signature":
                region = "body"
            opens = _SEPARATE.search(text) if len(text) < 400 else None
            if opens and role != "contents":
                region = "body"
                opinion = "dissent" if "dissent" in opens.group().casefold() else "concurrence"
            page = self.page_at(start)
            units.append(
                Unit(start, end, page, forced or given or section, major, role, len(text.split()), nth, opinion)
            )
            nth += role == "body"
        return tuple(units)


def _find_role(text: str, heading: bool, contents: bool, caption: bool, region: Role) -> Role:
    """Tell the role of one sentence from its form and the region it stands in."""
    if contents:
        return "contents"
    if caption:
        return "caption"
    if heading:
        return "point" if _is_point(text) and region == "body" else "heading"
    if region == "certificate":
        return "certificate"
    if _SIGNED.search(text) and len(text.split()) < 25:
        return "signature"
    if region == "signature" and (len(text.split()) < 9 or _ADDRESS.search(text)):
        return "signature"
    if _is_citation(text):
        return "citation"
    words = _WORD.findall(text)
    if len(words) < 3 or not any(word.islower() for word in words) or _ADDRESS.search(text) and len(words) < 14:
        return "fragment"
    if _is_table(text):
        return "fragment"
    if len(words) < 4 and not text.endswith("."):
        return "fragment"
    return "body" if _SENTENCE_END.search(text) or len(words) >= 8 else "fragment"


def _is_table(text: str) -> bool:
    """Tell whether a unit is a row or a list: few of its words are lower-case words of running prose."""
    tokens = [token for token in text.split() if any(char.isalnum() for char in token)]
    lower = sum(token[0].islower() for token in tokens)
    return len(tokens) >= 10 and lower < 0.3 * len(tokens)


def _is_heading(text: str) -> bool:
    """Tell whether a unit is a heading: in capitals, or short or numbered with most words capitalised."""
    if len(text) > 300 or _DATED.match(text) or _LEADERS.search(text) or not (text[0].isalnum() or text[0] in "“\"'§"):
        return False
    body = PATTERN.sub("Name", _ENUMERATOR.sub("", text))
    text = PATTERN.sub("Name", text)
    words = [word for word in _WORD.findall(body) if len(word) > 3]
    if not words or re.search(r"^\d|\bv\. ", body) or (body == text and re.search(r"\d{2}", body)):
        return False
    if body.replace("Name", "").upper() == body.replace("Name", "") and len(body) <= 160:
        return True
    capitals = sum(word[0].isupper() for word in words) / len(words)
    if body != text and capitals >= 0.75 and len(words) >= 2:
        return True
    return capitals >= 0.8 and len(words) <= 10 and not _SENTENCE_END.search(text)


def _is_point(text: str) -> bool:
    """Tell whether a heading is a sentence: numbered, and long enough to say something."""
    closed = text.upper() == text or text[-1] in ".?!"
    return closed and len(_WORD.findall(text)) >= 6 and bool(_ENUMERATOR.match(text))


def _is_citation(text: str) -> bool:
    """Tell whether a unit is little more than a citation."""
    plain = re.sub(r"\([^()]*\)", " ", text)
    lower = sum(word.islower() and len(word) > 2 for word in _WORD.findall(plain))
    if _CITE_OPENS.match(text):
        return lower < 9
    return bool(_CITE.search(text)) and lower < 4


def _find_contents(texts: list[str]) -> list[bool]:
    """Mark tables of contents and authorities: dot leaders, and what stands close between them."""
    marked = [bool(_LEADERS.search(text)) and not text.startswith("“") for text in texts]
    marked = [
        mark and bool(re.search(r"\.{4,}|(?:\. ){4,}|…{2,}", text)) for mark, text in zip(marked, texts, strict=True)
    ]
    last = None
    for index, mark in enumerate(list(marked)):
        if _CONTENTS.match(texts[index]) and len(texts[index]) < 60:
            marked[index] = True
            last = index
        elif mark:
            if last is not None and index - last <= 8:
                marked[last:index] = [True] * (index - last)
            last = index
    return marked


def _find_first_body(texts: list[str]) -> int:
    """Give the index of the first unit that is running prose; what stands before it is the caption."""
    for index, text in enumerate(texts[:80]):
        if index and _BEGINS.match(text):
            return index
        words = _WORD.findall(text)
        lower = sum(word.islower() for word in words)
        if (
            _is_heading(text)
            and index
            and len(words) >= 1
            and re.search(
                r"question|introduction|statement|background|parties|issue|opinion|facts|memorandum|summary|field|recitals|abstract|examination",
                text,
                re.IGNORECASE,
            )
        ):
            return index
        if len(words) < 9 or lower < 0.5 * len(words) or not _SENTENCE_END.search(text) or _LEADERS.search(text):
            continue
        if _FINITE.search(text) and not _CAPTION_END.search(text):
            return index
    return 0
