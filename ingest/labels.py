"""Labels at the beginning of a line ("Topics: "): the name on the line before ends there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import replace

import regex

from ingest.identify import Candidate
from ingest.recognizers.proper_words import is_common_word
from ingest.recognizers.vocabulary import ORG_SUFFIXES

_NAMES = frozenset(("PERSON", "ORG", "PARTY", "PARTY_ORG", "AGENCY", "COURT", "JUDGE", "LOC", "BODY"))
_LABEL = regex.compile(r"\n[ \t]*+(?P<label>\p{Lu}[\p{L}’'-]*+(?:[ ][\p{L}’'-]++){0,3}+):(?=\s|\Z)")
_WHOLE_COMPANY = regex.compile(rf"(?:^|[\s,])(?:{ORG_SUFFIXES})\.?\Z")
_FULL_LINE = 55  # characters from which on a line may be broken inside a name, as in `recognizers.base.GAP`
_WORDS_MIN = 2  # of a name that may end where its line does


def part_at_labels(text: str, candidates: Collection[Candidate]) -> list[Candidate]:
    """Let no name run over the end of its line into a label, whoever drew it so.

    What lies behind the label stays a candidate of its own, and so does a label that may be a name ("Harlow: I do").
    A name that is broken at the end of a full line stays whole, unless what stands there is a whole name already.
    """
    labels = list(_LABEL.finditer(text))
    starts = [label.start() for label in labels]
    crossed = [_find_crossed(candidate, starts) for candidate in candidates]
    ends = {
        index
        for candidate, found in zip(candidates, crossed, strict=True)
        for index in found
        if _ends_before(text, candidate, labels[index])
    }  # where one name ends, none goes on
    return [
        part
        for candidate, found in zip(candidates, crossed, strict=True)
        for part in _part(text, candidate, [labels[index] for index in found if index in ends])
    ]


def _find_crossed(candidate: Candidate, starts: list[int]) -> range:
    """Give the labels whose line break lies inside a name, by their numbers."""
    if candidate.type not in _NAMES:
        return range(0)
    return range(bisect_right(starts, candidate.start), bisect_right(starts, candidate.end - 1))


def _part(text: str, candidate: Candidate, labels: list[regex.Match]) -> list[Candidate]:
    """Give what labels leave of a name, and what stands behind them."""
    parts, start = [], candidate.start
    for label in labels:
        parts.append((start, label.start()))
        start = label.end() if _is_ordinary(label["label"]) else label.start("label")
    parts.append((start, candidate.end))
    return [
        replace(candidate, start=end - len(text[start:end].lstrip()), end=start + len(text[start:end].rstrip()))
        for start, end in parts
        if text[start:end].strip()
    ]


def _ends_before(text: str, candidate: Candidate, label: regex.Match) -> bool:
    """Tell whether a name ends with its line: a company's form stands there, or the label is none of its words."""
    name = text[candidate.start : label.start()].rstrip()
    if _WHOLE_COMPANY.search(name):
        return True
    short = label.start() - (text.rfind("\n", 0, label.start()) + 1) < _FULL_LINE
    whole = short or len(name.split()) >= _WORDS_MIN or label.end() < candidate.end
    return whole and _is_ordinary(label["label"])


def _is_ordinary(label: str) -> bool:
    """Tell whether a label is of words that the dictionary or the law has."""
    return all(is_common_word(word) for word in label.split())
