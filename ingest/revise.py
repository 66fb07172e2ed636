"""A later finding makes a new revision: what a matter learns of names is applied to the filings it has already.

Which filings hold a name is told by the index of words, so that none is read again for nothing. A revision changes
the pseudonymized text only: pages, offsets into them and evidence that people signed off stay as they were.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.documents import Page, RedactedDocument, Segment
from assistant.store.pseudonyms import PATTERN, WORDS
from ingest.identify import Profile, Span, find_known
from ingest.linking import Linker
from ingest.propagate import fold_words, list_forms, list_words
from ingest.redact import Piece, kept_words, replace_pieces, replace_surfaces, stand_for

if TYPE_CHECKING:
    from assistant.store.database import Database
    from assistant.store.vault import Vault

_HYPHEN = re.compile(r"(?<=\w)-[ \t]*\n\s*(?=[a-zß-ÿ])")
_TYPES = {word: type for type, word in WORDS.items()}
_locks: dict[str, threading.RLock] = defaultdict(threading.RLock)


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a pseudonymized text that changes: a pseudonym is put in, or the original is put back.

    Attributes:
        piece: Where, and what is written.
        confidence: Of the pseudonym that is put in; None where the original is put back.
    """

    piece: Piece
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What a matter has learnt: names sought in all forms, terms sought word for word, terms that are kept."""

    names: frozenset[tuple[str, str]] = frozenset()
    told: frozenset[tuple[str, str]] = frozenset()
    kept: frozenset[tuple[str, ...]] = frozenset()


@contextmanager
def hold_matter(matter_id: str) -> Iterator[None]:
    """Let one thread at a time read into a matter or revise it: what the one finds the other must know."""
    with _locks[matter_id]:
        yield


def spread_findings(db: Database, matter_id: str, actor: str, read: str = "", read_at: int = -1) -> tuple[str, ...]:
    """Apply to all filings of a matter what its vault learnt since this was last done; give those revised.

    It is safe to call at any time, and again after a crash: a filing that is in order makes no revision.

    Args:
        db: The store.
        matter_id: The matter.
        actor: Who caused it, for the audit log.
        read: A filing that was read lately.
        read_at: The vault's version when it had been read: where that is still the newest, it needs no second look.
    """
    from assistant.store.decisions import mark_spread, vault_versions
    from assistant.store.vault import open_vault

    with hold_matter(matter_id):
        since, newest = vault_versions(db, matter_id)
        if since >= newest:
            return ()
        vault = open_vault(db, matter_id)
        findings = _collect_findings(vault, since)
        revised = []
        known = {read} if read_at == newest else set()
        for document_id in sorted(_find_filings(db, vault, findings) - known):
            if revise_filing(db, vault, document_id, actor, lambda at: find_changes(db, vault, at, findings)):
                revised.append(document_id)
        mark_spread(db, matter_id, newest)
    return tuple(revised)


def revise_filing(
    db: Database,
    vault: Vault,
    document_id: str,
    actor: str,
    choose: Callable[[RedactedDocument], Sequence[Change]],
) -> int:
    """Store the next revision of a filing with the changes that `choose` gives for its newest one; give how many.

    Earlier revisions that nothing rests on go with it: they hold what was missed. Nothing is stored without a change.
    """
    from assistant.store import audit
    from assistant.store.decisions import drop_unused_revisions
    from assistant.store.filings import get_filing, load_document, save_revision

    document = load_document(db, document_id)
    changes = sorted(choose(document), key=lambda c: c.piece.start)
    if not changes:
        return 0
    made = apply_changes(document, changes, vault, db.settings.profile)
    filing = get_filing(db, document_id)
    with db.session():
        words = list_words(made.text)
        save_revision(db, made, (), count_types(made.text), filing.warnings, filing.seconds, words)
        drop_unused_revisions(db, document_id)
        masked = sum(change.confidence is not None for change in changes)
        counts = {"revision": made.revision, "masked": masked, "restored": len(changes) - masked}
        audit.record(db, actor, "filing.revise", document_id, counts)
    return len(changes)


def apply_changes(
    document: RedactedDocument, changes: Sequence[Change], vault: Vault, profile: Profile
) -> RedactedDocument:
    """Give the next revision of a document; passages, their sections and the facts move with the text."""
    pieces = [change.piece for change in changes]
    text, offsets, moved = replace_pieces(document.text, pieces, document.offsets)
    gone = {
        " ".join(document.text[p.start : p.end].split()): " ".join(p.text.split())
        for p in pieces
        if not _stands_in(document.text[p.start : p.end], text)
    }
    longest = sorted(gone, key=len, reverse=True)
    passages = tuple(
        replace(
            passage,
            start=moved.place(passage.start),
            end=moved.place_end(passage.end),
            section=replace_surfaces(passage.section, longest, gone),
        )
        for passage in document.passages
    )
    return replace(
        document,
        revision=document.revision + 1,
        text=text,
        offsets=offsets,
        passages=passages,
        facts={name: replace_surfaces(value, longest, gone) for name, value in document.facts.items()},
        confidences=_carry_confidences(document, changes, text),
    )


def _stands_in(surface: str, text: str) -> bool:
    """Tell whether a surface stands in a text as whole words: "Ann" does not stand in "Annual"."""
    return re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", text) is not None


def find_changes(db: Database, vault: Vault, document: RedactedDocument, findings: Findings) -> list[Change]:
    """Find what the findings change in a document; places where a person rejected a detection stay as they are."""
    from assistant.store.decisions import list_decisions
    from assistant.store.filings import load_pages

    decided = list_decisions(db, document.document_id)
    rejected = [(d.page, d.start, d.end) for d in decided if d.decision == "rejected"]
    spans = [
        span
        for span in find_known(document.text, findings.names, findings.told, db.settings.profile)
        if not any(_overlaps(document, span, place) for place in rejected)
    ]
    changes = mask_spans(document, spans, Linker(vault, learn=False).link(document.text, spans))
    if findings.kept and not findings.kept.isdisjoint(_kept_forms(vault)):
        added = [(d.page, d.start, d.end) for d in decided if d.decision == "added"]
        pages = load_pages(db, document.document_id, document.revision)
        changes += [
            Change(piece, None)
            for match in PATTERN.finditer(document.text)
            if fold_words((piece := restore_piece(document, pages, *match.span())).text) in findings.kept
            and not any(_overlaps(document, Span(*match.span(), "", 0.0), place) for place in added)
        ]
    return changes


def mask_spans(document: RedactedDocument, spans: Sequence[Span], pseudonyms: Sequence[str]) -> list[Change]:
    """Give the changes that put pseudonyms in the place of spans of a document's text."""
    named = [replace(span, pseudonym=name) for span, name in zip(spans, pseudonyms, strict=True)]
    return [Change(stand_for(document.text, span, document.offsets), span.score) for span in named]


def restore_piece(document: RedactedDocument, pages: Sequence[Page], start: int, end: int) -> Piece:
    """Give the piece that puts the original back in the place of a pseudonym, as the running text would have it."""
    parts: list[str] = []
    segments: list[Segment] = []
    at = 0
    for place in document.offsets.to_original(start, end):
        raw = next((page.text[place.start : place.end] for page in pages if page.number == place.page), "")
        flat = " ".join(_HYPHEN.sub("", raw).split())
        if not flat:
            continue
        at += 1 if parts else 0
        segments.append(Segment(at, at + len(flat), place.page, place.start, place.end, flat == raw))
        parts.append(flat)
        at += len(flat)
    return Piece(start, end, " ".join(parts), tuple(segments))


def mask_known(text: str, vault: Vault, profile: Profile) -> str:
    """Mask in a text that is pseudonymized already, such as an old summary, what its matter has learnt since."""
    kept = kept_words(vault.terms())
    names = {(e.type, form) for e in vault.entries() for form in (e.original, *e.variants)}
    told = {(t.type, t.text) for t in vault.terms() if t.rule == "mask"}
    spans = find_known(text, {(type, name) for type, name in names if fold_words(name) not in kept}, told, profile)
    names_of = Linker(vault, learn=False).link(text, spans)
    for span, pseudonym in reversed(list(zip(spans, names_of, strict=True))):
        text = text[: span.start] + pseudonym + text[span.end :]
    return text


def count_types(text: str) -> dict[str, int]:
    """Count the different pseudonyms of a text by entity type."""
    found = {match.group(): _TYPES[match["word"]] for match in PATTERN.finditer(text)}
    return dict(sorted(Counter(found.values()).items()))


def _collect_findings(vault: Vault, since: int) -> Findings:
    """Gather what a vault learnt since a version: names and their forms, terms that people decided about."""
    all_kept = kept_words(vault.terms())
    fresh = vault.terms_since(since)
    names = {(e.type, form) for e in vault.entries_since(since) for form in (e.original, *e.variants)}
    return Findings(
        frozenset((type, name) for type, name in names if fold_words(name) not in all_kept),
        frozenset((term.type, term.text) for term in fresh if term.rule == "mask"),
        frozenset(kept_words(fresh)),
    )


def _find_filings(db: Database, vault: Vault, findings: Findings) -> set[str]:
    """Give the filings in which findings may change something, by the index of words."""
    from assistant.store.words import find_filings, list_unindexed

    forms = {form for type, name in findings.names for form in list_forms(type, name)}
    forms |= {tuple(w for w in fold_words(term) if len(w) > 2) for _type, term in findings.told} - {()}
    forms |= {(pseudonym,) for words, pseudonym in _kept_forms(vault).items() if words in findings.kept}
    found = find_filings(db, vault, {word for form in forms for word in form})
    hits = (set.intersection(*(found.get(word, set()) for word in form)) for form in forms)
    return set().union(*hits) | list_unindexed(db, vault.matter_id)


def _kept_forms(vault: Vault) -> dict[tuple[str, ...], str]:
    """Give the pseudonym of each form of each entity, by the form's words."""
    return {fold_words(form): e.pseudonym for e in vault.entries() for form in (e.original, *e.variants)}


def _overlaps(document: RedactedDocument, span: Span, place: tuple[int, int, int]) -> bool:
    page, start, end = place
    places = document.offsets.to_original(span.start, span.end)
    return any(p.page == page and p.start < end and start < p.end for p in places)


def _carry_confidences(document: RedactedDocument, changes: Sequence[Change], text: str) -> tuple[float, ...]:
    """Give the confidence of each pseudonym of the new text; none where those of the old text are not known."""
    old = [match.start() for match in PATTERN.finditer(document.text)]
    if len(old) != len(document.confidences):
        return ()
    ranges = [(change.piece.start, change.piece.end) for change in changes]
    carried = [
        (at, confidence)
        for at, confidence in zip(old, document.confidences, strict=True)
        if not any(start <= at < end for start, end in ranges)
    ]
    carried += [(c.piece.start, c.confidence) for c in changes if c.confidence is not None]
    confidences = tuple(confidence for _at, confidence in sorted(carried))
    return confidences if len(confidences) == len(PATTERN.findall(text)) else ()
