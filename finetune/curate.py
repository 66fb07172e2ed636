"""Which lessons may be learnt from: rules that a person can read, each with a reason that is counted."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from assistant.evidence.grounding import Grounder
from assistant.evidence.sentences import split_sentences
from assistant.settings import Settings
from assistant.store.pseudonyms import PATTERN
from finetune.dataset import Lesson

SHORTEST_SUMMARY_WORDS = 5
SHORTEST_DOCUMENT_WORDS = 20
ENGLISH_SHARE = 0.12
NEAR_DUPLICATE = 0.8
MOST_UNSUPPORTED = 0.5
AUTHOR_SHARE = 0.5
CAPPED_FROM = 10
"""Corrections from which on no author may supply more than the share; fewer are too few to tell a flood from a firm."""

REASONS = {
    "summary_too_short": f"the summary has fewer than {SHORTEST_SUMMARY_WORDS} words",
    "document_too_short": f"the document has fewer than {SHORTEST_DOCUMENT_WORDS} words",
    "summary_longer_than_document": "the summary is longer than its document",
    "not_english": "too few of the words are common English ones",
    "near_duplicate": "document and summary are nearly those of another pair",
    "not_borne_by_source": "most sentences of the summary are not borne by the document",
    "identifier_left": "the detectors find an identifier in the summary that the document does not show either",
    "author_share": "its author would supply more than the allowed share of the corrections that are kept",
}
"""Reason -> what it means, in words."""

_COMMON_WORDS = (
    "the of and to in a that is was for on by with as at it be or from this are not which an any shall has have were "
    "under may will their its he she they his her you your we our"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_SKETCH = 64


@dataclass(frozen=True, slots=True)
class Curated:
    """What was kept, and for each pair left out its reason (a key of `REASONS`)."""

    kept: tuple[Lesson, ...]
    left_out: dict[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """How many were left out, by reason."""
        return dict(sorted(Counter(self.left_out.values()).items()))


def curate_lessons(
    lessons: Sequence[Lesson],
    settings: Settings,
    *,
    author_share: float = AUTHOR_SHARE,
    progress: Callable[[int, int], None] | None = None,
) -> Curated:
    """Keep the lessons that no rule speaks against; each left out has the first reason that holds.

    Args:
        lessons: In order of preference: of two near duplicates the first is kept.
        settings: `profile` decides what the detectors look for.
        author_share: Share 0..1 of the corrections kept that one user may supply; see `allow_each`.
        progress: Told (done, of all).
    """
    kept: list[Lesson] = []
    left_out: dict[str, str] = {}
    sketches: list[tuple[frozenset[int], frozenset[int]]] = []
    for number, lesson in enumerate(lessons, start=1):
        sketch = (_sketch(lesson.document.text), _sketch(lesson.summary))
        reason = find_fault(lesson, settings)
        if reason is None and any(_alike(sketch, other) for other in sketches):
            reason = "near_duplicate"
        if reason is None:
            kept.append(lesson)
            sketches.append(sketch)
        else:
            left_out[lesson.pair_id] = reason
        if progress is not None:
            progress(number, len(lessons))
    capped = _cap_authors(kept, author_share)
    left_out.update({lesson.pair_id: "author_share" for lesson in kept if lesson not in capped})
    return Curated(tuple(capped), left_out)


def find_fault(lesson: Lesson, settings: Settings) -> str | None:
    """Give the first reason that speaks against one lesson by itself, or None.

    Synthetic pairs are true by construction: their sentences are not verified again.
    """
    words, source_words = _words(lesson.summary), _words(lesson.document.text)
    if len(words) < SHORTEST_SUMMARY_WORDS:
        return "summary_too_short"
    if len(source_words) < SHORTEST_DOCUMENT_WORDS:
        return "document_too_short"
    if len(words) > len(source_words):
        return "summary_longer_than_document"
    if sum(word in _COMMON for word in source_words) < ENGLISH_SHARE * len(source_words):
        return "not_english"
    if find_residue(lesson.summary, lesson.document.text, settings):
        return "identifier_left"
    if lesson.source != "synthetic" and _share_unsupported(lesson) > MOST_UNSUPPORTED:
        return "not_borne_by_source"
    return None


def find_residue(text: str, source: str, settings: Settings) -> list[str]:
    """Find identifiers in a pseudonymized text that its pseudonymized source does not show either.

    What stands in the source was looked at with the whole document in view and left on purpose: a judge, a court.
    """
    from ingest.redact import find_identifiers

    found = [text[span.start : span.end] for span in find_identifiers(text, settings.profile)]
    return [one for one in found if not PATTERN.search(one) and one not in source]


def _share_unsupported(lesson: Lesson) -> float:
    """Measure the share of the summary's sentences that its document does not bear."""
    grounder = Grounder(lesson.document)
    text = re.sub(r"^[A-Z][A-Za-z ]{1,30}: ", "", lesson.summary, flags=re.MULTILINE)
    sentences = [text[start:end] for start, end in split_sentences(text)]
    bad = sum(grounder.verify(sentence).support == "unsupported" for sentence in sentences)
    return bad / max(len(sentences), 1)


def allow_each(written: Collection[int], share: float) -> int:
    """Give how many corrections each author may supply so that none has more than the share of those kept.

    It is the most that there can be: what is cut from one author makes the whole smaller, and with it the share of
    the others, so the number is brought down until it holds. Where there are fewer authors than the share asks for,
    each may supply as many as the others: two authors at a share of .3 have half each, and a single author, whom no
    share can bind, has all.

    Args:
        written: How many each author wrote, all above 0.
        share: Share 0..1 of the corrections kept.
    """
    share = max(share, 1 / len(written))
    kept, total = sum(written), 0
    while kept != total:
        total, most = kept, math.floor(share * kept + 1e-9)
        kept = sum(min(count, most) for count in written)
    return most


def _cap_authors(lessons: Sequence[Lesson], share: float) -> list[Lesson]:
    """Let no author supply more than the share of the corrections that are kept; the newest of theirs stay."""
    written = Counter(lesson.author for lesson in lessons if lesson.source == "correction")
    if written.total() < CAPPED_FROM:
        return list(lessons)
    left = dict.fromkeys(written, allow_each(written.values(), share))
    kept: list[Lesson] = []
    for lesson in reversed(lessons):
        if lesson.source == "correction":
            if not left[lesson.author]:
                continue
            left[lesson.author] -= 1
        kept.append(lesson)
    return kept[::-1]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|[0-9]+", text.lower())


def _sketch(text: str) -> frozenset[int]:
    """Give the smallest hashes of the text's runs of five words: a MinHash by one permutation."""
    words = _words(PATTERN.sub("#", text))
    runs = {" ".join(words[n : n + 5]) for n in range(max(len(words) - 4, 1))}
    hashes = (int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest()) for run in runs)
    return frozenset(sorted(hashes)[:_SKETCH])


def _alike(one: tuple[frozenset[int], frozenset[int]], other: tuple[frozenset[int], frozenset[int]]) -> bool:
    return all(_jaccard(a, b) >= NEAR_DUPLICATE for a, b in zip(one, other, strict=True))


def _jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """Estimate the likeness of two texts from their sketches."""
    smallest = frozenset(sorted(one | other)[:_SKETCH])
    return len(smallest & one & other) / max(len(smallest), 1)
