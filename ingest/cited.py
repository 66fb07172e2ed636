"""Names beside "v.": of cases that are cited, which are law and no one's, and of cases that are listed, which are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable

import regex

from ingest.identify import Candidate
from ingest.linking import find_title
from ingest.propagate import fold_words
from ingest.recognizers.citations import VERSUS, find_side_after, find_side_before
from ingest.recognizers.organizations import GOVERNMENT, looks_like_organization
from ingest.recognizers.trim import trim_name
from ingest.recognizers.vocabulary import LEGAL_WORDS

_MODEL_SCORE = 0.6
_SURE_SCORE = 0.9
_LISTED_SCORE, _LISTED_PERSON_RANK, _LISTED_ORG_RANK = 0.7, 57, 55
_PERSON_WORDS_MAX = 4
_GUESSED = ("PERSON", "ORG")
_PLAIN_NAME = regex.compile(r"\p{Lu}[\p{L}.'’ -]+")


def spare_own_cases(text: str, candidates: Collection[Candidate]) -> list[Candidate]:
    """Take back that a case is law where both its sides are this matter's own names: it is the matter's own case."""
    own = _collect_own_words(text, candidates)
    return [c for c in candidates if c.type != "LAW" or not own or not _is_own_case(text, c, own)]


def _is_own_case(text: str, law: Candidate, own: set[str]) -> bool:
    match = VERSUS.search(text, law.start, law.end)
    sides = (find_side_before(text, match.start()), find_side_after(text, match.end())) if match else ()
    return bool(sides) and all(side and own & (set(fold_words(text[slice(*side)])) - LEGAL_WORDS) for side in sides)


def drop_cited_names(text: str, candidates: Collection[Candidate]) -> list[Candidate]:
    """Drop what only a guess calls a name and lies in cited law, or is a cited case's short name ("In Miranda, …")."""
    law = sorted((c.start, c.end) for c in candidates if c.type == "LAW")
    cited = collect_cited_words(text, law)
    people = _collect_own_words(text, candidates)
    kept = []
    for candidate in candidates:
        guess = candidate.type in _GUESSED and candidate.score <= _MODEL_SCORE
        words = set(fold_words(text[candidate.start : candidate.end])) - LEGAL_WORDS if guess and law else set()
        named = words <= cited or _is_inside(law, candidate.start)
        if words and named and not words <= people and not find_title(text, candidate.start)[1]:
            continue
        kept.append(candidate)
    return kept


def collect_cited_words(text: str, law: list[tuple[int, int]]) -> set[str]:
    """Give the words of the case names that stand in cited law."""
    words: set[str] = set()
    for start, end in law:
        match = VERSUS.search(text, start, end)
        if match:
            for side in (find_side_before(text, match.start()), find_side_after(text, match.end())):
                words.update(fold_words(text[slice(*side)]) if side else ())
    return {word for word in words - LEGAL_WORDS if len(word) > 1}


def _collect_own_words(text: str, candidates: Collection[Candidate]) -> set[str]:
    """Give the words of names that are surely this matter's: parties, and people behind a title or in a signature."""
    own = [c for c in candidates if c.type in ("PARTY", "PARTY_ORG") or (c.type == "PERSON" and c.score >= _SURE_SCORE)]
    law = sorted((c.start, c.end) for c in candidates if c.type == "LAW")
    own = [c for c in own if c.type != "PERSON" or not _is_inside(law, c.start)]
    return {word for c in own for word in fold_words(text[c.start : c.end])}


def find_listed_names(text: str, candidates: Collection[Candidate]) -> Iterable[Candidate]:
    """Give the names on both sides of a "v." that no citation follows: a caption, a schedule of cases, a letter."""
    law = sorted((c.start, c.end) for c in candidates if c.type == "LAW")
    cited = collect_cited_words(text, law) - _collect_own_words(text, candidates)
    for match in VERSUS.finditer(text):
        if _is_inside(law, match.start()):
            continue
        for side in (find_side_before(text, match.start()), find_side_after(text, match.end())):
            trimmed = trim_name(text, *side) if side else None
            words = set(fold_words(text[slice(*trimmed)])) - LEGAL_WORDS if trimmed else set()
            if trimmed is not None and not words <= cited:
                yield from _tell_kind(text, *trimmed)


def _tell_kind(text: str, start: int, end: int) -> Iterable[Candidate]:
    """Tell a listed person from a company; governments are left."""
    name = text[start:end]
    if GOVERNMENT.search(name):
        return
    if looks_like_organization(name):
        yield Candidate(start, end, "ORG", _LISTED_SCORE, _LISTED_ORG_RANK)
    elif 2 <= len(name.split()) <= _PERSON_WORDS_MAX and _PLAIN_NAME.fullmatch(name):
        yield Candidate(start, end, "PERSON", _LISTED_SCORE, _LISTED_PERSON_RANK)


def _is_inside(law: list[tuple[int, int]], at: int) -> bool:
    """Tell whether a place lies in cited law."""
    index = bisect_right(law, (at, 1 << 60)) - 1
    return any(start <= at < end for start, end in law[max(index - 2, 0) : index + 1])
