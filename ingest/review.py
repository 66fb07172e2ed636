"""Review of what was replaced: the detections of a page, and accept, reject and add, applied to the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.documents import PageSpan, RedactedDocument
from assistant.errors import NotFound, RefusedInput
from assistant.store.pseudonyms import PATTERN, WORDS
from ingest.identify import Span
from ingest.linking import Linker
from ingest.propagate import fold_words
from ingest.revise import Change, hold_matter, mask_spans, restore_piece, revise_filing, spread_findings

if TYPE_CHECKING:
    from assistant.documents import Page
    from assistant.store.database import Database
    from assistant.store.decisions import Decision

MOST_WORDS = 30  # of what a person adds: no name or number is longer, and a page is neither
_TYPES = {word: type for type, word in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Detection:
    """One place of a page that was replaced by a pseudonym.

    Attributes:
        pseudonym: What the model sees.
        type: Entity type.
        confidence: Of the detection, 0..1, or None where it was not kept.
        place: The original characters, on the page asked for.
        decision: "accepted", "added", or "" where nobody decided.
    """

    pseudonym: str
    type: str
    confidence: float | None
    place: PageSpan
    decision: str = ""


def list_detections(document: RedactedDocument, page: int | None, decisions: Sequence[Decision]) -> list[Detection]:
    """List what was replaced on a page, or on all pages where it is None, with what people decided about it.

    They come in the order of the pages, and on a page in that of its characters.
    """
    known = len(document.confidences) == len(PATTERN.findall(document.text))
    decided = {(d.page, d.start, d.end): d.decision for d in decisions}
    found = []
    for index, match in enumerate(PATTERN.finditer(document.text)):
        for place in document.offsets.to_original(*match.span()):
            if page is None or place.page == page:
                confidence = document.confidences[index] if known else None
                decision = decided.get((place.page, place.start, place.end), "")
                found.append(Detection(match.group(), _TYPES[match["word"]], confidence, place, decision))
    return sorted(found, key=lambda d: (d.place.page, d.place.start))


def accept_detection(db: Database, document_id: str, place: PageSpan, actor: str, *, everywhere: bool) -> int:
    """Record that a detection is right, at its place or wherever the same pseudonym stands in the matter.

    Returns:
        How many places were accepted.

    Raises:
        NotFound: Nothing was replaced at this place.
    """
    from assistant.store import audit
    from assistant.store.filings import load_document
    from assistant.store.vault import open_vault
    from assistant.store.words import find_filings, list_unindexed

    document = load_document(db, document_id)
    found = _detection_at(document, place)
    documents = {document_id}
    if everywhere:
        vault = open_vault(db, document.matter_id)
        documents |= find_filings(db, vault, [found.pseudonym]).get(found.pseudonym, set())
        documents |= list_unindexed(db, document.matter_id)
    count = 0
    with db.session():
        for one in sorted(documents):
            held = document if one == document_id else load_document(db, one)
            places = _places_of(held, found.pseudonym) if everywhere else [found.place]
            _record(db, one, places, "accepted", found.type, found.pseudonym, actor)
            count += len(places)
        counts = {"pseudonym": found.pseudonym, "places": count, "page": place.page}
        audit.record(db, actor, "names.accept", document_id, counts)
    return count


def reject_detection(db: Database, document_id: str, place: PageSpan, actor: str, *, everywhere: bool) -> list[str]:
    """Give the original back to the model's text, since it identifies nobody: law, or an ordinary word.

    The pseudonym keeps its meaning: what was written with it is restored as before.

    Args:
        db: The store.
        document_id: The filing.
        place: The detection's own characters on its page.
        actor: User name.
        everywhere: Keep the word in the whole matter, in filings that come later too, where it stands alone.

    Returns:
        The filings that have a new revision.

    Raises:
        NotFound: Nothing was replaced at this place.
    """
    from assistant.store import audit
    from assistant.store.filings import load_document, load_pages
    from assistant.store.vault import Term, open_vault

    matter_id = load_document(db, document_id).matter_id
    with hold_matter(matter_id):
        vault = open_vault(db, matter_id)
        pages = load_pages(db, document_id)
        found = _detection_at(load_document(db, document_id), place)

        def restore(document: RedactedDocument) -> list[Change]:
            start, end = _running(document, found)
            return [Change(restore_piece(document, pages, start, end), None)]

        with db.session():
            surface = restore(load_document(db, document_id))[0].piece.text
            _record(db, document_id, [found.place], "rejected", found.type, found.pseudonym, actor)
            if everywhere and fold_words(surface):
                vault.decide(Term(surface, "keep", found.type), actor)
            counts = {"pseudonym": found.pseudonym, "page": place.page, "everywhere": everywhere}
            audit.record(db, actor, "names.reject", document_id, counts)
            revise_filing(db, vault, document_id, actor, restore)
        revised = spread_findings(db, matter_id, actor) if everywhere else ()
    return sorted({document_id, *revised})


def add_detection(db: Database, document_id: str, place: PageSpan, type: str, actor: str) -> tuple[str, list[str]]:
    """Mask characters that were missed, here and, as a name of the matter, in all its filings.

    A range that cuts a word takes the whole word; one that covers pseudonyms replaces them by the new one. A term that
    is written small everywhere is masked in this filing and in those that come later; others are not searched for it.

    Returns:
        The pseudonym, and the filings that have a new revision.

    Raises:
        RefusedInput: The type does not exist, or no text that a model sees stands in the range.
    """
    from assistant.store import audit
    from assistant.store.filings import load_document, load_pages
    from assistant.store.vault import Term, open_vault

    if type not in WORDS:
        raise RefusedInput("There is no such type of identifier.", expected=f"one of {', '.join(WORDS)}")
    matter_id = load_document(db, document_id).matter_id
    with hold_matter(matter_id):
        vault = open_vault(db, matter_id)
        document = load_document(db, document_id)
        span = _span_at(document, place, type)
        surface = _read_original(document, load_pages(db, document_id), span)
        if len(surface.split()) > MOST_WORDS:
            raise RefusedInput(
                f"The range has {len(surface.split())} words.", expected=f"a name or number of at most {MOST_WORDS}"
            )
        with db.session():
            pseudonym = Linker(vault).link(surface, [Span(0, len(surface), type, 1.0)])[0]
            vault.decide(Term(surface, "mask", type), actor)
            places = document.offsets.to_original(span.start, span.end)
            _record(db, document_id, places, "added", type, pseudonym, actor)
            counts = {"pseudonym": pseudonym, "type": type, "page": place.page}
            audit.record(db, actor, "names.add", document_id, counts)
            revise_filing(db, vault, document_id, actor, lambda at: mask_spans(at, [span], [pseudonym]))
        revised = spread_findings(db, matter_id, actor)
    return pseudonym, sorted({document_id, *revised})


def _detection_at(document: RedactedDocument, place: PageSpan) -> Detection:
    """Give the detection at a place.

    Raises:
        NotFound: Nothing was replaced there.
    """
    for found in list_detections(document, place.page, ()):
        if (found.place.start, found.place.end) == (place.start, place.end):
            return found
    raise NotFound("Nothing is replaced at this place of the page.", do="Reload the page's detections.")


def _running(document: RedactedDocument, found: Detection) -> tuple[int, int]:
    """Give where the pseudonym of a detection stands in the running text."""
    for match in PATTERN.finditer(document.text):
        if match.group() == found.pseudonym and found.place in document.offsets.to_original(*match.span()):
            return match.span()
    raise NotFound("Nothing is replaced at this place of the page.", do="Reload the page's detections.")


def _places_of(document: RedactedDocument, pseudonym: str) -> list[PageSpan]:
    return [
        place
        for match in PATTERN.finditer(document.text)
        if match.group() == pseudonym
        for place in document.offsets.to_original(*match.span())
    ]


def _span_at(document: RedactedDocument, place: PageSpan, type: str) -> Span:
    """Give the range of the running text for characters of a page, widened to whole words and pseudonyms."""
    running = document.offsets.to_running(place.page, place.start, place.end)
    start, end = running or (0, 0)
    text = document.text
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start >= end:
        raise RefusedInput(
            "No text that a model sees stands in this range.", do="Select words of the page's running text."
        )
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_") and _is_word(text[start]):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_") and _is_word(text[end - 1]):
        end += 1
    return Span(start, end, type, 1.0, kind="added")


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _read_original(document: RedactedDocument, pages: Sequence[Page], span: Span) -> str:
    """Give the original characters that a range of the running text stands for, on one line."""
    return restore_piece(document, pages, span.start, span.end).text


def _record(
    db: Database, document_id: str, places: Sequence[PageSpan], decision: str, type: str, pseudonym: str, actor: str
) -> None:
    from assistant.store.decisions import Decision, record_decisions

    made = [Decision(p.page, p.start, p.end, decision, type, pseudonym, actor) for p in places]
    record_decisions(db, document_id, made)
