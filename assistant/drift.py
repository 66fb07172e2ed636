"""Whether what comes in now is like what came in before: two distances of distributions, and what chance gives them.

The stability index and its bounds of 0.1 and 0.25 are those of credit scoring (N. Siddiqi, Credit Risk Scorecards,
2006). It grows as samples get smaller (B. Yurdakul, Statistical Properties of Population Stability Index, 2018), and
the divergence of vocabularies has no customary bound at all: so both are also held against the same figures after the
items were shuffled between the two spans of time, and only what lies above 99% of the shuffles counts as a shift: five
things are looked at, so that one look in twenty cries for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

SOME, LARGE = 0.1, 0.25
"""Bounds of the stability index: below the first no shift, from the second a large one."""
LEAST_ITEMS = 20
"""Items of each span of time below which nothing is said."""
SHUFFLES = 1000

Verdict = Literal["few", "none", "some", "large"]


@dataclass(frozen=True, slots=True)
class Shift:
    """How far two spans of time are apart in one respect.

    Attributes:
        verdict: "few" (items, to say anything), "none", "some" or "large".
        distance: The stability index, or for vocabularies the Jensen-Shannon divergence (0 to 1).
        chance: What 99% of the shuffles stay below.
        before: Items of the earlier span.
        now: Items of the later span.
    """

    verdict: Verdict
    distance: float
    chance: float
    before: int
    now: int


def measure_stability(before: np.ndarray, now: np.ndarray) -> float:
    """Give the population stability index of two counts over the same classes; each class counts half an item more."""
    shares = [(counts + 0.5) / (counts + 0.5).sum(axis=-1, keepdims=True) for counts in (before, now)]
    return np.asarray(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum(axis=-1))  # type: ignore[return-value]


def measure_divergence(before: np.ndarray, now: np.ndarray) -> float:
    """Give the Jensen-Shannon divergence of two distributions, in bits: 0 where they are the same, 1 where disjoint."""
    middle = (before + now) / 2
    return (_measure_surprise(before, middle) + _measure_surprise(now, middle)) / 2


def find_shift(classes: Sequence[int], is_new: Sequence[bool], count: int) -> Shift:
    """Compare the earlier and the later items by the class (0 to `count` - 1) that each is in."""
    members = np.eye(count)[np.asarray(classes, int)] if len(classes) else np.zeros((0, count))
    return _judge(members, np.asarray(is_new, bool), measure_stability, bounded=True)


def find_vocabulary_shift(groups: Sequence[np.ndarray], is_new: Sequence[bool]) -> Shift:
    """Compare the earlier and the later filings by their words, counted into groups; each filing weighs the same."""
    counts = np.asarray(groups, float) if len(groups) else np.zeros((0, 1))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    new = np.asarray(is_new, bool)

    def diverge(before: np.ndarray, now: np.ndarray) -> float:
        return measure_divergence(before / max((~new).sum(), 1), now / max(new.sum(), 1))

    return _judge(shares, new, diverge, bounded=False)


def _judge(
    items: np.ndarray, new: np.ndarray, measure: Callable[[np.ndarray, np.ndarray], float], *, bounded: bool
) -> Shift:
    """Measure the distance of the sums over both spans, and over spans that the items were shuffled between."""
    before, now = int((~new).sum()), int(new.sum())
    if min(before, now) < LEAST_ITEMS:
        return Shift("few", 0.0, 0.0, before, now)
    distance = float(measure(items[~new].sum(axis=0), items[new].sum(axis=0)))
    masks = np.random.default_rng(0).permuted(np.tile(new, (SHUFFLES, 1)), axis=1)
    later = masks.astype(float) @ items
    chance = float(np.quantile(measure(items.sum(axis=0) - later, later), 0.99))
    beyond = distance > chance and (distance >= SOME or not bounded)
    verdict: Verdict = "none" if not beyond else "large" if bounded and distance >= LARGE else "some"
    return Shift(verdict, distance, chance, before, now)


def _measure_surprise(shares: np.ndarray, middle: np.ndarray) -> float:
    """Give the Kullback-Leibler divergence of shares from the middle of both, in bits."""
    ratio = np.divide(shares, middle, out=np.ones_like(shares), where=shares > 0)
    return (shares * np.log2(ratio)).sum(axis=-1)  # type: ignore[no-any-return]
