"""The arithmetic of the Insights screen: edits between texts, means with intervals, and reviews against reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
LEAST_REVIEWS = 10
"""Reviews with and without a summary below which nothing is said of their difference."""
_LEAST_OF_A_PERSON = 2
"""Reviews of one person on each side below which the person is not compared with themselves."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its 95% interval by bootstrap; `count` is what it rests on."""

    count: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of one kind of review minus mean of the other, with its 95% interval by bootstrap over reviews.

    Attributes:
        mean: In the unit of the values.
        low: Lower end.
        high: Upper end.
        people: People who were compared with themselves; 0 where the two kinds were compared as a whole.
        counts: Reviews it rests on, of the one kind and of the other.
    """

    mean: float
    low: float
    high: float
    people: int
    counts: tuple[int, int]


def count_word_edits(a: str, b: str) -> tuple[int, int]:
    """Count the words that must be put in, taken out or replaced to get from one text to the other (Levenshtein).

    Returns:
        That number, and the words of the longer text; the first divided by the second is the normalized distance.
    """
    one, two = a.split(), b.split()
    longest = max(len(one), len(two))
    start, end = _count_same(one, two), 0
    one, two = one[start:], two[start:]
    if end := _count_same(one[::-1], two[::-1]):
        one, two = one[:-end], two[:-end]
    codes: dict[str, int] = {}
    first, second = (np.array([codes.setdefault(word, len(codes)) for word in words], int) for words in (one, two))
    steps = np.arange(len(second) + 1)
    row = steps
    for number, code in enumerate(first, 1):
        best = np.concatenate(([number], np.minimum(row[1:] + 1, row[:-1] + (second != code))))
        row = np.minimum.accumulate(best - steps) + steps  # a word put in costs one more than the place before it
    return int(row[-1]), longest


def estimate_mean(values: Sequence[float], weights: Sequence[float] | None = None, seed: int = 0) -> Estimate:
    """Estimate a mean, or with `weights` the sum of the values over theirs, such as a share of sentences."""
    if not values:
        return Estimate(0, 0.0, 0.0, 0.0)
    top, bottom = np.asarray(values, float), np.ones(len(values)) if weights is None else np.asarray(weights, float)
    picks = np.random.default_rng(seed).integers(0, len(top), size=(RESAMPLES, len(top)))
    sums = bottom[picks].sum(axis=1)
    means = np.divide(top[picks].sum(axis=1), sums, out=np.zeros_like(sums), where=sums > 0)
    whole = bottom.sum()
    return Estimate(len(top), float(top.sum() / whole) if whole else 0.0, *_find_ends(means))


def compare_reviews(
    one: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]], seed: int = 0
) -> Difference | None:
    """Compare two kinds of review by a value of each, person by person where that is possible.

    People with two or more reviews of both kinds are compared with themselves, each weighted by their reviews, if
    these are `LEAST_REVIEWS` of both kinds; else all reviews of the one kind are compared with all of the other. The
    reviews are drawn anew within each person and kind; the people stay.

    Args:
        one: The values of the one kind, by person.
        other: Those of the other.
        seed: Of the draws.

    Returns:
        The difference, or None where there are fewer than `LEAST_REVIEWS` of a kind.
    """
    both = [
        name for name in one if min(len(one[name]), len(other.get(name, ()))) >= _LEAST_OF_A_PERSON
    ]  # fmt: skip
    pairs = [(one[name], other[name]) for name in both]
    if min(sum(len(pair[side]) for pair in pairs) for side in (0, 1)) < LEAST_REVIEWS:
        both, pairs = [], [([v for vs in one.values() for v in vs], [v for vs in other.values() for v in vs])]
    counts = sum(len(a) for a, _ in pairs), sum(len(b) for _, b in pairs)
    if min(counts) < LEAST_REVIEWS:
        return None
    weights = np.array([len(a) + len(b) for a, b in pairs], float)
    weights /= weights.sum()
    draw = np.random.default_rng(seed)
    gaps = sum(
        weight * (_draw_means(draw, a) - _draw_means(draw, b)) for weight, (a, b) in zip(weights, pairs, strict=True)
    )
    mean = sum(weight * (np.mean(a) - np.mean(b)) for weight, (a, b) in zip(weights, pairs, strict=True))
    return Difference(float(mean), *_find_ends(np.asarray(gaps)), len(both), counts)


def _count_same(one: Sequence[str], two: Sequence[str]) -> int:
    """Count the words that both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _draw_means(draw: np.random.Generator, values: Sequence[float]) -> np.ndarray:
    """Give the means of as many values drawn with replacement, `RESAMPLES` times."""
    known = np.asarray(values, float)
    return np.asarray(known[draw.integers(0, len(known), size=(RESAMPLES, len(known)))].mean(axis=1))


def _find_ends(means: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
