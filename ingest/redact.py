"""Replaces what identifies someone by a matter's pseudonyms, and keeps the way back character by character."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.documents import OffsetMap, Page, RedactedDocument, Segment
from assistant.store.pseudonyms import PATTERN, SCHEME
from assistant.store.vault import Term, Vault
from ingest.clean import CleanText, Heading, NumberedParagraph
from ingest.identify import Profile, Span, build_analyzer, find_identifiers
from ingest.linking import Linker
from ingest.propagate import fold_words

if TYPE_CHECKING:
    from assistant.settings import Settings

__all__ = [
    "Moved", "Piece", "Profile", "Redacted", "RedactedClean", "Span", "build_analyzer", "find_identifiers",
    "kept_words", "redact_clean", "redact_fact", "redact_input", "redact_plain", "redact_text", "replace_pieces",
    "replace_surfaces", "scheme_of", "stand_for",
]  # fmt: skip

RECOGNIZERS_VERSION = "4"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with pseudonyms.

    Attributes:
        text: The pseudonymized text.
        spans: What was replaced, as ranges of the text given, in order, each with its pseudonym.
        offsets: Pseudonymized text to the text given, as page 1.
    """

    text: str
    spans: tuple[Span, ...]
    offsets: OffsetMap

    @property
    def entities(self) -> dict[str, int]:
        """Number of different entities by type."""
        return count_entities(self.spans)


@dataclass(frozen=True, slots=True)
class RedactedClean:
    """A document's running text with pseudonyms; offsets lead to the pages."""

    text: str
    offsets: OffsetMap
    headings: tuple[Heading, ...]
    paragraphs: tuple[NumberedParagraph, ...]
    facts: dict[str, str]
    entities: dict[str, int] = field(default_factory=dict)
    confidences: tuple[float, ...] = ()


def scheme_of(profile: Profile) -> str:
    """Name what makes pseudonymized text: the pseudonym's form, the recognizers and the profile."""
    return hashlib.sha256(f"{SCHEME}|{RECOGNIZERS_VERSION}|{profile}".encode()).hexdigest()[:16]


def count_entities(spans: Sequence[Span]) -> dict[str, int]:
    """Count different pseudonyms by type."""
    return dict(sorted(Counter(type for type, _name in {(s.type, s.pseudonym) for s in spans}).items()))


def redact_text(text: str, vault: Vault, profile: Profile) -> Redacted:
    """Replace identifiers of a text by pseudonyms of a vault, which learns the new ones."""
    spans = _pseudonymize(text, vault, profile)
    whole = OffsetMap((Segment(0, len(text), 1, 0, len(text)),)) if text else OffsetMap(())
    redacted, offsets, _moved = _replace(text, spans, whole)
    return Redacted(redacted, tuple(spans), offsets)


def redact_clean(clean: CleanText, vault: Vault, profile: Profile) -> RedactedClean:
    """Replace identifiers of a document's running text; headings, paragraphs and facts move with it."""
    spans = _pseudonymize(clean.text, vault, profile)
    text, offsets, moved = _replace(clean.text, spans, clean.offsets)
    facts = _redact_facts(clean, spans, vault, profile)
    return RedactedClean(
        text,
        offsets,
        tuple(Heading(moved.place(h.start), moved.place_end(h.end)) for h in clean.headings),
        tuple(NumberedParagraph(moved.place(p.start), moved.place_end(p.end), p.number) for p in clean.paragraphs),
        facts,
        count_entities(spans),
        tuple(span.score for span in spans),
    )


_FACT_TYPES = {"court": "ORG", "judge": "PERSON", "date": "DATETIME"}
"""Facts that only the strict profile masks, and what they are."""


def _redact_facts(clean: CleanText, spans: Sequence[Span], vault: Vault, profile: Profile) -> dict[str, str]:
    """Replace in the caption's facts what was replaced in the text, and the docket number, which a stamp may give."""
    given = {" ".join(clean.text[s.start : s.end].split()): s.pseudonym for s in spans}
    surfaces = sorted(given, key=len, reverse=True)
    facts = {}
    for name, value in clean.facts.items():
        if name == "docket_number" or (name in _FACT_TYPES and profile == "strict"):
            span = Span(0, len(value), _FACT_TYPES.get(name, "CODE"), 1.0)
            value = Linker(vault).link(value, [span])[0]
        elif name in ("parties", "title"):
            value = replace_surfaces(value, surfaces, given)
            value = redact_input(value, vault, profile, learn=True) if name == "parties" else value
        facts[name] = value
    return facts


def redact_fact(name: str, value: str, vault: Vault, profile: Profile) -> str:
    """Replace identifiers in a caption fact that a person typed; a pseudonym of this matter that they typed stays.

    Parties are names whatever they look like, and a docket number is a number. Court, judge and date stay in the
    working profile, but for names that the matter knows as someone's.
    """
    if not value:
        return ""
    if name == "docket_number" or (name in _FACT_TYPES and profile == "strict"):
        issued = PATTERN.fullmatch(value) is not None and vault.find(value) is not None
        span = Span(0, len(value), _FACT_TYPES.get(name, "CODE"), 1.0)
        return value if issued else Linker(vault).link(value, [span])[0]
    if name in _FACT_TYPES:
        from ingest.revise import mask_known

        return mask_known(value, vault, profile)
    if name == "parties":
        value = _mask_parties(value, vault)
    return redact_input(value, vault, profile)


def _mask_parties(value: str, vault: Vault) -> str:
    """Replace the names on both sides of a typed "A v. B"."""
    from ingest.caption import list_names
    from ingest.recognizers.organizations import GOVERNMENT, looks_like_organization

    breaks = [m.span() for m in re.finditer(r"\s+(?:v|vs|versus)\b\.?\s+", value, re.IGNORECASE)]
    sides = zip([0, *(end for _start, end in breaks)], [*(start for start, _end in breaks), len(value)], strict=True)
    places = [place for side in sides for place in list_names(value, *side)] if breaks else []
    spans = [
        Span(start, end, "ORG" if looks_like_organization(value[start:end]) else "PERSON", 1.0)
        for start, end in places
        if not PATTERN.search(value[start:end]) and not GOVERNMENT.search(value, start, end)
    ]
    with vault.batch():
        names = Linker(vault).link(value, spans)
    for span, pseudonym in reversed(list(zip(spans, names, strict=True))):
        value = value[: span.start] + pseudonym + value[span.end :]
    return value


def replace_surfaces(value: str, surfaces: Sequence[str], given: dict[str, str]) -> str:
    """Replace the surfaces of a text's identifiers in one of its facts, the longest first, each place once."""
    found = [s for s in surfaces if s in value]
    if not found:
        return value
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(s)}(?!\w)" for s in found))
    return pattern.sub(lambda m: given[m.group()], value)


def redact_input(text: str, vault: Vault, profile: Profile, *, learn: bool = False) -> str:
    """Replace identifiers in a person's question or edit; a pseudonym of this matter that they typed stays.

    Names are linked to the vault's entities and unknown ones get a pseudonym, but no entity that is there takes
    another form from what a person typed, unless `learn`: a guess in a question would rename someone everywhere.
    """
    originals = {entry.original for entry in vault.entries()}
    issued = {m.span() for m in PATTERN.finditer(text) if vault.find(m.group()) and m.group() not in originals}
    spans = _pseudonymize(text, vault, profile, keep=issued, any_case=True, learn=learn)
    whole = OffsetMap((Segment(0, len(text), 1, 0, len(text)),)) if text else OffsetMap(())
    return _replace(text, spans, whole)[0]


def redact_plain(text: str, settings: Settings, document_type: str = "plain") -> tuple[RedactedDocument, Vault]:
    """Pseudonymize a plain text, taken as one page, with a vault of its own; offsets are the text's characters."""
    from ingest.clean import clean_pages
    from ingest.split import split_text

    vault = Vault.ephemeral()
    clean = clean_pages([Page(1, text)])
    made = redact_clean(clean, vault, settings.profile)
    document = RedactedDocument(
        "", "", 1, document_type, made.text, made.offsets,
        split_text(made.text, made.offsets, made.headings, made.paragraphs), 1,
        facts={name: value for name, value in made.facts.items() if name != "document_type"},
        scheme=scheme_of(settings.profile), pinpoints=clean.pinpoints,
    )  # fmt: skip
    return document, vault


def kept_words(terms: Sequence[Term]) -> set[tuple[str, ...]]:
    """Give the words of each term that people decided to keep: law, or an ordinary word."""
    return {fold_words(term.text) for term in terms if term.rule == "keep"}


def _pseudonymize(
    text: str,
    vault: Vault,
    profile: Profile,
    keep: set[tuple[int, int]] | None = None,
    any_case: bool = False,
    learn: bool = True,
) -> list[Span]:
    """Find and link: give the spans with their pseudonyms."""
    terms = vault.terms()
    kept = kept_words(terms)
    known = [(e.type, name) for e in vault.entries() for name in (e.original, *e.variants)]
    if kept:
        known = [(type, name) for type, name in known if fold_words(name) not in kept]
    told = [(t.type, t.text) for t in terms if t.rule == "mask"]
    spans = find_identifiers(text, profile, known, any_case, told)
    spans = [s for s in spans if not kept or fold_words(text[s.start : s.end]) not in kept]
    if keep:
        spans = [s for s in spans if not any(s.start < end and start < s.end for start, end in keep)]
    if not spans:  # as in most questions: the whole vault need not be opened for nothing
        return []
    with vault.batch():
        names = Linker(vault, learn=learn).link(text, spans)
    return [replace(span, pseudonym=name) for span, name in zip(spans, names, strict=True)]


@dataclass(frozen=True, slots=True)
class Piece:
    """Other characters in the place of [start, end) of a text.

    Attributes:
        start: First character replaced.
        end: After the last one.
        text: What is written instead.
        segments: What of the original that stands for, counted from the piece's own first character.
    """

    start: int
    end: int
    text: str
    segments: tuple[Segment, ...]


class Moved:
    """Places of the text before, in the text after replacement."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.new_starts: list[int] = []
        self.new_ends: list[int] = []

    def place(self, offset: int) -> int:
        """Give where a character went; inside a replaced span, to the pseudonym's beginning."""
        return self._find(offset, inside_end=False)

    def place_end(self, offset: int) -> int:
        """Give where an end went; inside a replaced span, to the pseudonym's end."""
        return self._find(offset, inside_end=True)

    def _find(self, offset: int, inside_end: bool) -> int:
        at = bisect_right(self.starts, offset - (1 if inside_end else 0)) - 1
        if at < 0:
            return offset
        if offset < self.ends[at] or (inside_end and offset == self.ends[at]):
            return self.new_ends[at] if inside_end else self.new_starts[at]
        return self.new_ends[at] + offset - self.ends[at]


def _replace(text: str, spans: Sequence[Span], offsets: OffsetMap) -> tuple[str, OffsetMap, Moved]:
    """Replace spans by their pseudonyms and carry an offset map along."""
    return replace_pieces(text, [stand_for(text, span, offsets) for span in spans], offsets)


def stand_for(text: str, span: Span, offsets: OffsetMap) -> Piece:
    """Give the piece by which a pseudonym stands for a span, one segment a page."""
    written = _fit(text, span)
    pages = offsets.to_original(span.start, span.end)[: len(written)]
    last = len(pages) - 1
    segments = [
        Segment(i, len(written) if i == last else i + 1, p.page, p.start, p.end, False) for i, p in enumerate(pages)
    ]
    return Piece(span.start, span.end, written, tuple(segments))


def replace_pieces(text: str, pieces: Sequence[Piece], offsets: OffsetMap) -> tuple[str, OffsetMap, Moved]:
    """Put pieces, which ascend and do not overlap, into a text and carry an offset map along."""
    parts: list[str] = []
    segments: list[Segment] = []
    moved = Moved()
    cursor = _Cursor(offsets.segments)
    length = at = 0
    for piece in [*pieces, None]:
        stop = piece.start if piece else len(text)
        segments += cursor.copy(at, stop, length - at)
        parts.append(text[at:stop])
        length += stop - at
        if piece is None:
            break
        segments += [replace(s, start=s.start + length, end=s.end + length) for s in piece.segments]
        moved.starts.append(piece.start)
        moved.ends.append(piece.end)
        moved.new_starts.append(length)
        parts.append(piece.text)
        length += len(piece.text)
        moved.new_ends.append(length)
        at = piece.end
    return "".join(parts), OffsetMap(tuple(segments)), moved


def _fit(text: str, span: Span) -> str:
    """Keep a pseudonym apart from letters and digits that touch it, or its number would be read as another."""
    before = text[span.start - 1 : span.start]
    after = text[span.end : span.end + 1]
    left = " " if before.isalnum() or before == "_" else ""
    right = " " if after.isalnum() or after == "_" else ""
    return left + span.pseudonym + right


class _Cursor:
    """Copies parts of an offset map in one pass."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._at = 0

    def copy(self, start: int, end: int, shift: int) -> list[Segment]:
        """Give the segments of [start, end), moved by `shift`; calls go forward only."""
        out = []
        while self._at < len(self._segments) and self._segments[self._at].end <= start:
            self._at += 1
        index = self._at
        while index < len(self._segments) and self._segments[index].start < end:
            segment = self._segments[index]
            low, high = max(segment.start, start), min(segment.end, end)
            if segment.verbatim:
                first = segment.page_start + low - segment.start
                out.append(Segment(low + shift, high + shift, segment.page, first, first + high - low))
            elif low < high:
                out.append(
                    Segment(low + shift, high + shift, segment.page, segment.page_start, segment.page_end, False)
                )
            index += 1
        return out
