"""From pseudonymized values to what a reader of the matter sees: the one place that restores real names.

A pseudonym is restored only where it stands in a passage that the sentence cites; everything else stays as it
is, so that a name which a model made up or carried over is never dressed as a real one. Quotes are cut from the
original characters by offset.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.documents import (
    Answer,
    Coverage,
    Evidence,
    Page,
    PageSpan,
    RedactedDocument,
    Sentence,
    Summary,
    join_parts,
)
from assistant.errors import DamagedState, NotFound
from assistant.pinpoints import add_mark, find_marks

if TYPE_CHECKING:
    from assistant.store.vault import Vault

DELETED = "The filing was deleted or is sequestered."
"""What a stored answer says in the place of a sentence that rested on a filing which is gone."""
AI_MARK = "ai-generated"
"""Machine-readable mark on everything that a model wrote (EU AI Act, Article 50)."""


@dataclass(frozen=True)
class Source:
    """A document with what is needed to show sentences about it: original pages, vault, file name."""

    document: RedactedDocument
    pages: tuple[Page, ...]
    vault: Vault
    file: str

    def cut_quote(self, span: PageSpan) -> str:
        """Give the original characters of a span, verbatim."""
        page = self._page(span.page)
        return page.text[span.start : span.end] if page else ""

    def cut_boxes(self, span: PageSpan) -> list[list[float]]:
        """Give one box a line, [x0, y0, x1, y1] in fractions of the page, for a span."""
        page = self._page(span.page)
        boxes = page.line_boxes(span.start, span.end) if page else ()
        return [[round(v, 5) for v in (b.x0, b.y0, b.x1, b.y1)] for b in boxes]

    def cut_mark(self, spans: Sequence[PageSpan]) -> str:
        """Give the Bates number of the pages that spans stand on: "ABC000123", "ABC000123–ABC000124", or ""."""
        marks = find_marks(self.document.pinpoints, [span.page for span in spans])
        return "–".join(" ".join(self.cut_quote(PageSpan(*mark)).split()) for mark in marks)

    def _page(self, number: int) -> Page | None:
        if 0 < number <= len(self.pages) and self.pages[number - 1].number == number:
            return self.pages[number - 1]
        return next((p for p in self.pages if p.number == number), None)


class Sources:
    """The documents that sentences cite, each in the revision that the evidence points into.

    Args:
        *given: Sources at hand.
        fetch: Gives the source of a document id and a revision that is not at hand; it is asked once.
    """

    def __init__(self, *given: Source, fetch: Callable[[str, int], Source] | None = None) -> None:
        self._had = {(s.document.document_id, s.document.revision): s for s in given}
        self._fetch = fetch

    def of(self, item: Evidence) -> Source:
        """Give the source that a piece of evidence stands in.

        Raises:
            DamagedState: It is of a document or a revision that is not there.
        """
        key = (item.document_id, item.revision)
        if key not in self._had:
            if self._fetch is None:
                raise DamagedState(f"The evidence cites revision {item.revision} of a document that is not at hand.")
            self._had[key] = self._fetch(*key)
        return self._had[key]

    def hold(self, items: Sequence[Evidence]) -> bool:
        """Tell whether all that the evidence cites is still there: a filing may have been deleted since."""
        try:
            for item in items:
                self.of(item)
        except NotFound:
            return False
        return True

    @property
    def first(self) -> Source | None:
        """The first source at hand; all of them share one vault."""
        return next(iter(self._had.values()), None)


def find_cited_pseudonyms(evidence: Sequence[Evidence], sources: Sources) -> set[str]:
    """Give the pseudonyms that stand in the passages which the evidence lies in."""
    from assistant.store.pseudonyms import find_pseudonyms

    found: set[str] = set()
    for item in evidence:
        document = sources.of(item).document
        start, end = item.start, item.end
        first = bisect_right(document.passages, item.start, key=lambda passage: passage.end)
        for passage in document.passages[first:]:
            if passage.start >= item.end:
                break
            start, end = min(start, passage.start), max(end, passage.end)
        found.update(find_pseudonyms(document.text[start:end]))
    return found


def restore_sentence(text: str, sentence: Sentence, sources: Sources) -> str:
    """Restore real names in `text`, which belongs to `sentence`.

    What a person wrote (origin "person") is restored whole: the names in it are those the person typed.
    """
    from assistant.store.pseudonyms import PATTERN

    if PATTERN.search(text) is None:  # as in most reasons: what its passages hold need not be looked for
        return text
    first = sources.of(sentence.evidence[0]) if sentence.evidence else sources.first
    if first is None:
        return text
    if sentence.origin == "person":
        return first.vault.restore(text)
    return first.vault.restore(text, allowed=find_cited_pseudonyms(sentence.evidence, sources))


def present_evidence(item: Evidence, sources: Sources) -> list[dict[str, Any]]:
    """Give one record a page that the evidence stands on, with the verbatim quote and its boxes."""
    from assistant.store.pseudonyms import PATTERN

    source = sources.of(item)
    spans = source.document.offsets.to_original(item.start, item.end)
    pinpoint = item.pinpoint
    if PATTERN.search(pinpoint) is not None:
        pinpoint = source.vault.restore(pinpoint, allowed=find_cited_pseudonyms([item], sources))
    pinpoint = add_mark(pinpoint, source.cut_mark(spans))
    return [
        {
            "document_id": item.document_id,
            "file": source.file,
            "page": span.page,
            "pinpoint": pinpoint,
            "start": span.start,
            "end": span.end,
            "quote": source.cut_quote(span),
            "boxes": source.cut_boxes(span),
        }
        for span in spans
    ]


def present_sentence(sentence: Sentence, sources: Sources) -> dict[str, Any]:
    """Give a sentence as its reader sees it, with evidence."""
    return {
        "text": restore_sentence(sentence.text, sentence, sources),
        "part": sentence.part,
        "support": sentence.support,
        "reason": restore_sentence(sentence.reason, sentence, sources),
        "origin": sentence.origin,
        "evidence": [record for item in sentence.evidence for record in present_evidence(item, sources)],
    }


def _present_deleted(sentence: Sentence) -> dict[str, Any]:
    """Give what stands in the place of a sentence whose filing was deleted."""
    return {
        "text": DELETED,
        "part": sentence.part,
        "support": "unsupported",
        "reason": "",
        "origin": sentence.origin,
        "evidence": [],
    }


def join_presented(sentences: Sequence[Mapping[str, Any]]) -> str:
    """Join presented sentences into the text form that is shown, edited and scored."""
    return join_parts([(s["part"], s["text"]) for s in sentences])


def present_coverage(coverage: Coverage) -> dict[str, Any]:
    """Give coverage as JSON; page numbers count from 1."""
    return {
        "pages_total": coverage.pages_total,
        "pages_read": coverage.pages_read,
        "pages_drawn_from": list(coverage.pages_drawn_from),
        "pages_unreadable": list(coverage.pages_unreadable),
        "pages_instructing": list(coverage.pages_instructing),
    }


def present_summary(summary: Summary, sources: Sources, sentences: Sequence[Sentence] | None = None) -> dict[str, Any]:
    """Give a summary in the form of the command line's contract.

    Args:
        summary: As the model left it.
        sources: What it cites.
        sentences: The current sentences where a person has edited it.
    """
    shown = [present_sentence(s, sources) for s in (summary.sentences if sentences is None else sentences)]
    return {
        "summary": join_presented(shown),
        "sentences": shown,
        "detail": summary.detail,
        "missing_parts": list(summary.missing_parts),
        "coverage": present_coverage(summary.coverage),
        "adapter": summary.adapter,
        "provenance": dict(summary.provenance),
        "stopped": summary.stopped,
        "seconds": round(summary.seconds, 3),
        "mark": AI_MARK,
    }


def withhold(shown: dict[str, Any]) -> dict[str, Any]:
    """Take out what the model wrote and found; `own` is what a person has written in its place so far, or ""."""
    own = shown["summary"] if shown["version"] > 1 else ""
    coverage = shown["coverage"] | {"pages_drawn_from": []}
    return shown | {"summary": "", "own": own, "sentences": [], "missing_parts": [], "flags": [], "coverage": coverage}


def present_answer(answer: Answer, sources: Sources) -> dict[str, Any]:
    """Give an answer in the form of the command line's contract; the nearest passages where it abstains.

    A sentence that rests on a filing deleted since keeps its place and loses its text; so does one without evidence
    beside it, which may repeat that filing.
    """
    nearest = [item for item in answer.nearest if sources.hold([item])]
    whole = len(nearest) == len(answer.nearest) and all(sources.hold(s.evidence) for s in answer.sentences)
    shown = [
        present_sentence(s, sources) if whole or (s.evidence and sources.hold(s.evidence)) else _present_deleted(s)
        for s in answer.sentences
    ]
    return {
        "answer": join_presented(shown),
        "sentences": shown,
        "abstained": answer.abstained,
        "nearest": [record for item in nearest for record in present_evidence(item, sources)],
        "confidence": round(answer.confidence, 3),
        "adapter": answer.adapter,
        "provenance": dict(answer.provenance),
        "seconds": round(answer.seconds, 3),
        "mark": AI_MARK,
    }


def present_facts(source: Source) -> dict[str, str]:
    """Restore the caption facts: their passage is the filing itself."""
    from assistant.store.pseudonyms import find_pseudonyms

    allowed = set(find_pseudonyms(source.document.text))
    allowed.update(p for value in source.document.facts.values() for p in find_pseudonyms(value))
    return {key: source.vault.restore(value, allowed=allowed) for key, value in source.document.facts.items()}
