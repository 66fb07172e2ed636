"""Joins what a search found by meaning and by words, and puts the documents first that the question names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.evidence.questions import find_question_terms

WORD_WEIGHT = 0.35  # of 1, the rest for the meaning; see docs/benchmarks.md, "Retrieval"
NAMED_WEIGHT = 2.0  # above 1: the passages of a document that is named without doubt stand before all others


def fuse_scores(
    dense: Sequence[tuple[int, float]], words: Sequence[tuple[int, float]], leanings: Mapping[int, float]
) -> dict[int, float]:
    """Fuse two lists of (row, score), best first, into one score a row, 0..1.

    Args:
        dense: By meaning, as cosines; a row that is only in `words` counts as the least of these.
        words: By words, as BM25 scores; they count as shares of the best.
        leanings: How strongly the question names the document of a row, 0..1.
    """
    least = max(dense[-1][1], 0.0) if dense else 0.0
    most = words[0][1] if words else 1.0
    meanings = {row: min(max(cosine, 0.0), 1.0) for row, cosine in dense}
    shares = {row: score / most for row, score in words}
    joined = {}
    for row in dict.fromkeys([*meanings, *shares]):
        base = (1 - WORD_WEIGHT) * meanings.get(row, least) + WORD_WEIGHT * shares.get(row, 0.0)
        joined[row] = (base + NAMED_WEIGHT * leanings.get(row, 0.0)) / (1 + NAMED_WEIGHT)
    return joined


def merge_found(one: Sequence[tuple[int, float]], other: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Join two lists of (row, score), best first; a row that is in both has the same score in both."""
    return sorted(dict([*one, *other]).items(), key=lambda found: -found[1])


def search_words(words: Any, query: str, allowed: NDArray[np.bool_], depth: int) -> list[tuple[int, float]]:
    """Find passages by their words in a BM25 index: (row, score), best first."""
    terms = [term for term in find_question_terms(query) if term in words.vocab_dict]
    if not terms:
        return []
    scores = np.where(allowed, words.get_scores(terms), 0.0)
    order = np.argsort(-scores, kind="stable")[:depth]
    return [(int(i), float(scores[i])) for i in order if scores[i] > 0]
