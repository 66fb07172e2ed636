"""ROUGE and its uncertainty: the package `rouge-score` with stemming, F1, and bootstrap over documents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from assistant.evidence.sentences import split_sentences

VARIANTS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
RESAMPLES = 2000
_NORMAL_95 = 1.959964  # standard deviations that hold 95% of a normal distribution


@dataclass(frozen=True, slots=True)
class Score:
    """A mean over documents and its 95% confidence interval by bootstrap over them."""

    mean: float
    low: float
    high: float

    def tell(self) -> dict[str, Any]:
        """Give it in the form of the command line's contract."""
        return {"f1": round(self.mean, 4), "ci95": [round(self.low, 4), round(self.high, 4)]}


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean difference of two systems on the same documents, and its 95% interval by paired bootstrap."""

    mean: float
    low: float
    high: float


def score_rouge(reference: str, prediction: str) -> dict[str, float]:
    """Give the F1 of each variant; for ROUGE-Lsum both texts are cut to sentences."""
    scorer = _make_scorer()
    whole = scorer.score(reference, prediction)
    summed = scorer.score(_cut_lines(reference), _cut_lines(prediction))
    return {name: float((summed if name == "rougeLsum" else whole)[name].fmeasure) for name in VARIANTS}


def estimate_mean(values: Sequence[float], weights: Sequence[float] | None = None, seed: int = 0) -> Score:
    """Estimate a mean over documents, or sum of values over sum of weights (a rate of sentences)."""
    if not values:
        return Score(0.0, 0.0, 0.0)
    top, bottom = np.asarray(values, float), np.asarray(weights if weights is not None else [1.0] * len(values), float)
    picks = _pick(len(values), seed)
    sums = bottom[picks].sum(axis=1)
    means = np.divide(top[picks].sum(axis=1), sums, out=np.zeros_like(sums), where=sums > 0)
    low, high = np.quantile(means, [0.025, 0.975])
    return Score(float(top.sum() / bottom.sum()) if bottom.sum() else 0.0, float(low), float(high))


def estimate_share(count: float, of: int) -> Score:
    """Estimate a share of independent trials, with Wilson's 95% interval; without trials anything may be (0 to 1)."""
    if not of:
        return Score(0.0, 0.0, 1.0)
    share, square = count / of, _NORMAL_95**2 / of
    middle = (share + square / 2) / (1 + square)
    half = _NORMAL_95 / (1 + square) * math.sqrt(share * (1 - share) / of + square / (4 * of))
    return Score(share, max(middle - half, 0.0), min(middle + half, 1.0))


def compare_means(ours: Sequence[float], theirs: Sequence[float], seed: int = 0) -> Difference:
    """Compare two systems on the same documents: mean of ours minus theirs, paired bootstrap."""
    gaps = np.asarray(ours, float) - np.asarray(theirs, float)
    if not len(gaps):
        return Difference(0.0, 0.0, 0.0)
    low, high = np.quantile(gaps[_pick(len(gaps), seed)].mean(axis=1), [0.025, 0.975])
    return Difference(float(gaps.mean()), float(low), float(high))


def compare_rates(
    ours: Sequence[tuple[float, float]], theirs: Sequence[tuple[float, float]], seed: int = 0
) -> Difference:
    """Compare two rates, each a (count, of) a document: rate of ours minus theirs, paired bootstrap."""
    if not ours:
        return Difference(0.0, 0.0, 0.0)
    one, other = np.asarray(ours, float), np.asarray(theirs, float)
    picks = _pick(len(one), seed)
    gaps = _rate(one[picks].sum(axis=1)) - _rate(other[picks].sum(axis=1))
    low, high = np.quantile(gaps, [0.025, 0.975])
    return Difference(
        float((_rate(one.sum(axis=0)[None]) - _rate(other.sum(axis=0)[None]))[0]), float(low), float(high)
    )


def _rate(sums: np.ndarray) -> np.ndarray:
    return np.divide(sums[:, 0], sums[:, 1], out=np.zeros(len(sums)), where=sums[:, 1] > 0)


def _pick(count: int, seed: int) -> np.ndarray:
    """Draw the documents of every resample."""
    return np.random.default_rng(seed).integers(0, count, size=(RESAMPLES, count))


@lru_cache(maxsize=1)
def _make_scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(VARIANTS), use_stemmer=True)


def _cut_lines(text: str) -> str:
    return "\n".join(text[start:end].replace("\n", " ") for start, end in split_sentences(text))
