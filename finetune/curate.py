"""Which lessons may be learnt from: rules that a person can read, each with a reason that is counted."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assistant.documents import Correction
from assistant.evidence.grounding import Grounder
from assistant.evidence.sentences import split_sentences
from assistant.settings import Settings
from assistant.store.pseudonyms import PATTERN
from finetune.dataset import Lesson

SHORTEST_SUMMARY_WORDS = 5
SHORTEST_DOCUMENT_WORDS = 20
ENGLISH_SHARE = 0.12
NEAR_DUPLICATE = 0.8
AUTHOR_SHARE = 0.5
SAID_ALIKE = 3
"""Corrections of different documents that may not say the same sentence where their documents do not bear it whole."""
CAPPED_FROM = 10
"""Corrections from which on no author may supply more than the share; fewer are too few to tell a flood from a firm."""

REASONS = {
    "summary_too_short": f"the summary has fewer than {SHORTEST_SUMMARY_WORDS} words",
    "document_too_short": f"the document has fewer than {SHORTEST_DOCUMENT_WORDS} words",
    "summary_longer_than_document": "the summary is longer than its document",
    "not_english": "too few of the words are common English ones",
    "near_duplicate": "document and summary are nearly those of another pair",
    "not_borne_by_source": "too little is left of it without the parts that the document does not bear",
    "said_alike": f"too little is left without sentences that {SAID_ALIKE} or more corrections say alike, half borne",
    "identifier_left": "the detectors find an identifier in the summary that the document does not show either",
    "author_share": "its author would supply more than the allowed share of the corrections that are kept",
    "burst": "it came in a burst of its author and waits for an administrator",
}
"""Reason -> what it means, in words."""

_COMMON_WORDS = (
    "the of and to in a that is was for on by with as at it be or from this are not which an any shall has have were "
    "under may will their its he she they his her you your we our"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_SKETCH = 64
_HEADING = r"[A-Z][A-Za-z ]{1,30}: "
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Curated:
    """What was kept, for each pair left out its reason (a key of `REASONS`), and parts left out of pairs kept."""

    kept: tuple[Lesson, ...]
    left_out: dict[str, str]
    parts_left_out: int = 0

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
    doubtful: dict[str, frozenset[str]] = {}
    parts_left_out = 0
    for number, given in enumerate(lessons, start=1):
        reason = find_fault(given, settings)
        lesson, dropped, doubts = keep_borne(given) if reason is None else (given, 0, frozenset[str]())
        if reason is None and len(_words(lesson.summary)) < SHORTEST_SUMMARY_WORDS:
            reason = "not_borne_by_source"
        sketch = (_sketch(lesson.document.text), _sketch(lesson.summary))
        if reason is None and any(_alike(sketch, other) for other in sketches):
            reason = "near_duplicate"
        if reason is None:
            if lesson.output and find_residue(lesson.output, lesson.document.text, settings):
                lesson = replace(lesson, output="")  # what a person had to take out is not shown to a model either
            kept.append(lesson)
            sketches.append(sketch)
            doubtful[lesson.pair_id] = doubts
            parts_left_out += dropped
        else:
            left_out[lesson.pair_id] = reason
        if progress is not None:
            progress(number, len(lessons))
    kept, alike, dropped = drop_said_alike(kept, doubtful)
    left_out.update(dict.fromkeys(alike, "said_alike"))
    parts_left_out += dropped
    capped = cap_authors(kept, author_share)
    stayed = {lesson.pair_id for lesson in capped}
    left_out.update({lesson.pair_id: "author_share" for lesson in kept if lesson.pair_id not in stayed})
    return Curated(tuple(capped), left_out, parts_left_out)


def find_fault(lesson: Lesson, settings: Settings) -> str | None:
    """Give the first reason that speaks against one lesson by itself, or None; see `keep_borne` for its truth."""
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
    return None


def find_residue(text: str, source: str, settings: Settings) -> list[str]:
    """Find identifiers in a pseudonymized text that its pseudonymized source does not show either.

    What stands in the source was looked at with the whole document in view and left on purpose: a judge, a court.
    """
    from ingest.redact import find_identifiers

    found = [text[span.start : span.end] for span in find_identifiers(text, settings.profile)]
    return [one for one in found if not PATTERN.search(one) and one not in source]


def keep_borne(lesson: Lesson) -> tuple[Lesson, int, frozenset[str]]:
    """Leave out of a summary each part with a sentence that the document does not bear; give what is left.

    An attorney's signature says that a sentence is right, not that it can be drawn from the document; a model that
    learns to write what its prompt does not bear learns to invent. So it changes nothing here who signed. A part is
    the unit of training: the rest of it would teach to leave out. Its other parts stay, since about every third
    faithful retelling is not found borne either (docs/benchmarks.md, Verification) and whole pairs would go for one.

    Synthetic pairs are true by construction: their sentences are not verified again.

    Returns:
        The lesson, its summary "" where nothing is left or what is not borne stands outside any part; how many parts
        were left out; and the sentences left that the document bears only in part, as `_plain` writes them.
    """
    if lesson.source == "synthetic":
        return lesson, 0, frozenset()
    grounder = Grounder(lesson.document)
    parts = _cut_parts(lesson.summary)
    verdicts = [[(_plain(one), grounder.verify(one).support) for one in _sentences(part)] for part in parts]
    borne = [all(support != "unsupported" for _, support in found) for found in verdicts]
    doubts = frozenset(
        one
        for found, kept in zip(verdicts, borne, strict=True)
        if kept
        for one, support in found
        if support == "partial"
    )
    return _leave_out(lesson, parts, borne), borne.count(False), doubts


def drop_said_alike(
    lessons: Sequence[Lesson], doubtful: Mapping[str, frozenset[str]]
) -> tuple[list[Lesson], list[str], int]:
    """Leave out the parts with a sentence that many corrections say alike and their documents bear only in part.

    One such sentence is a retelling that the verification does not follow. The same words in several matters, borne
    whole by none, are a phrase that somebody wants learnt; users who keep to a usual pace are seen by no other rule.

    Args:
        lessons: Kept so far.
        doubtful: Of each, by id, the sentences that its document bears only in part, as `keep_borne` gives them.

    Returns:
        What is left, the ids of lessons of which too little is left, and how many parts were left out.
    """
    said = Counter(one for lesson in lessons for one in doubtful.get(lesson.pair_id, ()))
    alike = {one for one, count in said.items() if count >= SAID_ALIKE}
    kept: list[Lesson] = []
    gone: list[str] = []
    dropped = 0
    for lesson in lessons:
        if not alike & doubtful.get(lesson.pair_id, frozenset()):
            kept.append(lesson)
            continue
        parts = _cut_parts(lesson.summary)
        good = [alike.isdisjoint(map(_plain, _sentences(part))) for part in parts]
        less = _leave_out(lesson, parts, good)
        dropped += good.count(False)
        if len(_words(less.summary)) < SHORTEST_SUMMARY_WORDS:
            gone.append(lesson.pair_id)
        else:
            kept.append(less)
    return kept, gone, dropped


def _cut_parts(summary: str) -> list[str]:
    """Cut a summary before each heading."""
    parts = re.split(rf"^(?={_HEADING})", summary.strip(), flags=re.MULTILINE)
    return [part for part in parts if part.strip()]


def _leave_out(lesson: Lesson, parts: Sequence[str], good: Sequence[bool]) -> Lesson:
    """Give the lesson with its good parts; with none where what is not good stands outside any part."""
    if all(good):
        return lesson
    loose = any(not re.match(_HEADING, part) for part, kept in zip(parts, good, strict=True) if not kept)
    left = "".join(part for part, kept in zip(parts, good, strict=True) if kept)
    return replace(lesson, summary="" if loose else left.strip())


def _sentences(part: str) -> list[str]:
    """Give the sentences of a part, without its heading."""
    text = re.sub(rf"^{_HEADING}", "", part)
    return [text[start:end] for start, end in split_sentences(text)]


def _plain(sentence: str) -> str:
    """Write a sentence so that it is the same with another matter's pseudonyms and figures."""
    return re.sub(r"\d+", "0", " ".join(PATTERN.sub("#", sentence).lower().split()))


def find_bursts(
    corrections: Sequence[Correction], released: Mapping[str, str], most: int, factor: float
) -> tuple[str, ...]:
    """Find the corrections that came in a burst of their author and wait for an admin.

    A burst is a day (24 hours, beginning anywhere) with more than `most` corrections of one user, and more than
    `factor` times what that user makes on a usual day: the mean over the earlier days with any, what waits itself not
    counted. It does not end by waiting: the days are those of the corrections.

    Args:
        corrections: All that were ever submitted.
        released: Author -> the time (ISO 8601 UTC) up to which an admin has released that author's corrections.
        most: Corrections of one user within a day that never wait.
        factor: Times the user's usual day.

    Returns:
        Their ids, oldest first.
    """
    waiting: list[Correction] = []
    by_author: dict[str, list[Correction]] = {}
    for made in sorted(corrections, key=lambda one: one.created_at):
        by_author.setdefault(made.author, []).append(made)
    for author, own in by_author.items():
        until = released.get(author, "")
        usual = [made for made in own if made.created_at <= until]
        fresh = [made for made in own if made.created_at > until]
        waiting += _find_burst(fresh, usual, most, factor)
    return tuple(made.correction_id for made in sorted(waiting, key=lambda one: one.created_at))


def _find_burst(fresh: Sequence[Correction], usual: Sequence[Correction], most: int, factor: float) -> list[Correction]:
    """Find those of one author's corrections that lie in a day with too many, the oldest first."""
    times = [datetime.fromisoformat(made.created_at) for made in fresh]
    waits: set[int] = set()
    first = 0
    for last, at in enumerate(times):
        while at - times[first] >= _DAY:
            first += 1
        count = last - first + 1
        if count <= most:
            continue
        before = [made.created_at[:10] for made in usual]
        before += [fresh[n].created_at[:10] for n in range(first) if n not in waits]
        if not before or count > factor * len(before) / len(set(before)):
            waits.update(range(first, last + 1))
    return [fresh[n] for n in sorted(waits)]


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


def cap_authors(lessons: Sequence[Lesson], share: float) -> list[Lesson]:
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
