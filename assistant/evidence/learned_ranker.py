"""A ranker that learns from approved summaries which sentences of a document its readers want told.

Of each document the sentences are marked that together tell most of the approved summary's words; ridge regression
learns to foresee the marks from what a sentence shows (`features.py`). Beside it stands which words a summary is
expected to have, and how many (`expected_words.py`). Words are kept by name only where several matters have them. How
strongly the weights are held back, and how much the expected words weigh, is found on the same documents by
cross-validation.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.documents import RedactedDocument
from assistant.errors import RefusedInput
from assistant.evidence.expected_words import (
    LARGEST,
    ExpectedWords,
    count_all_words,
    count_units,
    count_words,
    group_by_matter,
    learn_words,
    list_hidden,
    list_stems,
    may_keep,
    read_figures,
    read_names,
)
from assistant.evidence.features import describe_units, list_marks, name_features
from assistant.evidence.ranker import read_document
from assistant.evidence.reading import Reading
from assistant.evidence.selecting import choose_units

LEAST_PAIRS = 8
"""Fewer approved summaries say too little: the made score is used instead."""
FOLDS = 4
LEAST_DOCUMENTS = 4  # a word that fewer documents have is not learned: it would name a case, not a kind of sentence
LEAST_UNITS = 6
MOST_MARKS = 1500
LEAST_SCALE = 1e-9  # a feature that deviates less says nothing
FARTHEST = 4.0  # a value this many deviations off says no more than one that lies farther
PENALTIES = ((100.0, 100.0), (300.0, 150.0), (300.0, 300.0))  # of features, of words
COVERS = (0.5, 1.0, 2.0)
PAIR_WEIGHT = 2.0  # of a pair of words against a single word, when sentences are marked

T = TypeVar("T")
Approved = tuple[RedactedDocument | Reading, str]
"""A document and its approved summary, both with the same pseudonyms."""


@dataclass(frozen=True, slots=True)
class LearnedRanker:
    """What was learned.

    Attributes:
        features: Names of the features, as `describe_units` gives them.
        means: Mean of each feature over the sentences learned from.
        scales: Standard deviation of each, 1 where it has none.
        marks: Words that count, as `list_marks` gives them.
        weights: One for each feature, then one for each word.
        expected: Which words a summary is expected to have.
        cover: What the share of a sentence's words that is still expected weighs, beside its score.
        pairs: Number of approved summaries learned from.
        matters: Number of matters that they are of.
    """

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    marks: tuple[str, ...]
    weights: tuple[float, ...]
    expected: ExpectedWords
    cover: float
    pairs: int
    matters: int

    @property
    def hash(self) -> str:
        """SHA-256 of all that was learned."""
        return hashlib.sha256(json.dumps(self.tell(), sort_keys=True).encode()).hexdigest()

    def score(self, reading: Reading) -> NDArray[np.float64]:
        """Score each unit of a reading; higher is better, and no score is below 0."""
        if not reading.units:
            return np.zeros(0)
        rows = _Scaling(self.features, np.array(self.means), np.array(self.scales), self.marks).apply(reading)
        scores = rows @ np.array(self.weights)
        return scores - scores.min()

    def tell(self) -> dict[str, Any]:
        """Give it as JSON-ready values."""
        return asdict(self)

    @staticmethod
    def from_told(told: Mapping[str, Any]) -> LearnedRanker:
        """Undo `tell`; what it gives scores any document by finite numbers.

        Raises:
            KeyError, TypeError, ValueError: A part is missing, or is what no ranker was fitted to.
        """
        features, marks = read_names(told["features"]), read_names(told["marks"])
        if features != name_features():
            raise ValueError("other features than this version reads")
        if not all(type(told[name]) is int and 0 <= told[name] <= LARGEST for name in ("pairs", "matters")):
            raise ValueError("what is no count")
        return LearnedRanker(
            features,
            read_figures(told["means"], len(features)),
            read_figures(told["scales"], len(features), LEAST_SCALE),
            marks,
            read_figures(told["weights"], len(features) + len(marks)),
            ExpectedWords.from_told(told["expected"]),
            read_figures([told["cover"]], 1, 0.0)[0],
            told["pairs"],
            told["matters"],
        )


def fit_ranker(
    pairs: Sequence[Approved],
    most_marks: int = MOST_MARKS,
    *,
    matters: Sequence[str] = (),
    originals: Collection[str] = (),
    stop: Callable[[], object] | None = None,
) -> LearnedRanker:
    """Learn from approved summaries.

    Args:
        pairs: Documents with their approved summaries; time and memory grow linearly with them.
        most_marks: Most words that are learned; 0 for the features alone.
        matters: Id of the matter of each pair; where none are given, each counts as of a matter of its own.
        originals: What the vaults of these matters hold: no word of it is learned, wherever a detector missed it.
        stop: Called before each document is looked at; what it raises ends the fit.

    Raises:
        RefusedInput: There are fewer than `LEAST_PAIRS` pairs, or none of their sentences tells their summary.
    """
    if len(pairs) < LEAST_PAIRS:
        raise RefusedInput(f"There are {len(pairs)} approved summaries.", expected=f"at least {LEAST_PAIRS}")
    readings = [read_document(document) for document, _ in _ask_between(pairs, stop)]
    summaries = [summary for _, summary in pairs]
    hidden = list_hidden(originals)
    scaling = _learn_scaling(readings, most_marks, matters, hidden, stop)
    grams: list[_Gram] = [_Gram.empty(scaling.width) for _ in range(FOLDS)]
    told = list(zip(readings, summaries, strict=True))
    for number, (reading, summary) in enumerate(_ask_between(told, stop)):
        marks = mark_sentences(reading, summary)
        words = np.array([unit.words for unit in reading.units], dtype=float)
        grams[number % FOLDS].add(scaling.apply(reading), marks, np.sqrt(words))
    if not any(gram.products[-1].any() for gram in grams):
        raise RefusedInput("No sentence of the documents tells their approved summaries.", do="Check the pairs.")
    counted = [count_all_words(reading) for reading in readings], [count_words(summary) for summary in summaries]
    penalty, cover = _choose_settings(told, scaling, grams, counted, stop)
    weights = _Gram.join(grams).solve(scaling.penalize(*penalty))
    return LearnedRanker(
        scaling.features,
        tuple(scaling.means.tolist()),
        tuple(scaling.scales.tolist()),
        scaling.marks,
        tuple(weights.tolist()),
        learn_words(*counted, matters, hidden),
        cover,
        len(pairs),
        len(set(matters)) if matters else len(pairs),
    )


def _ask_between(items: Iterable[T], stop: Callable[[], object] | None) -> Iterator[T]:
    """Give items one after another, and let `stop` end the fit before each."""
    for item in items:
        if stop is not None:
            stop()
        yield item


def mark_sentences(reading: Reading, summary: str) -> NDArray[np.float64]:
    """Mark with 1 the sentences that together tell most of a summary's words and pairs of words at its length.

    Taken one by one, each time the one that adds most for its length. What a sentence adds only falls while others are
    taken, so a sentence whose last known gain still leads need not be looked at before those below it.
    """
    wanted = _count_pairs(summary)
    left = Counter(wanted)
    units = [_count_pairs(reading.unit_text(index)) for index in range(len(reading.units))]

    def gain(index: int) -> float:
        shared = sum(
            min(number, left[key]) * (PAIR_WEIGHT if isinstance(key, tuple) else 1.0)
            for key, number in units[index].items()
            if key in left
        )
        return shared / (reading.units[index].words + 3)

    heap = [(-value, index) for index in range(len(units)) if (value := gain(index)) > 0]
    heapq.heapify(heap)
    marks = np.zeros(len(units))
    spent, length = 0, len(summary.split())
    while heap and spent < length:
        _, index = heapq.heappop(heap)
        value = gain(index)
        if value <= 0:
            continue
        if heap and value < -heap[0][0]:
            heapq.heappush(heap, (-value, index))
            continue
        marks[index] = 1.0
        spent += reading.units[index].words
        left.subtract({key: min(number, left[key]) for key, number in units[index].items() if key in left})
    return marks


def _count_pairs(text: str) -> Counter[str | tuple[str, str]]:
    """Count the words of a text, by their stems, and its pairs of neighbouring words."""
    words = list_stems(text)
    counts: Counter[str | tuple[str, str]] = Counter(words)
    counts.update(zip(words, words[1:], strict=False))
    return counts


@dataclass(frozen=True, slots=True)
class _Scaling:
    """How a reading becomes rows of numbers: features in deviations from their mean, then 1 for each known word."""

    features: tuple[str, ...]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    marks: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.features) + len(self.marks)

    def penalize(self, features: float, marks: float) -> NDArray[np.float64]:
        """Give the penalty of each weight."""
        return np.repeat([features, marks], [len(self.features), len(self.marks)])

    def apply(self, reading: Reading) -> NDArray[np.float64]:
        names, values = describe_units(reading)
        if names != self.features:
            raise RefusedInput(
                "The ranker was fitted on other features than this version reads.", do="Fit the ranker again."
            )
        known = {mark: place for place, mark in enumerate(self.marks, start=len(self.features))}
        rows = np.zeros((len(values), self.width))
        rows[:, : len(names)] = np.clip((values - self.means) / self.scales, -FARTHEST, FARTHEST)
        for index, marks in enumerate(list_marks(reading)):
            rows[index, [known[mark] for mark in marks if mark in known]] = 1.0
        return rows


def _learn_scaling(
    readings: Sequence[Reading],
    most_marks: int,
    matters: Sequence[str],
    hidden: Collection[str],
    stop: Callable[[], object] | None,
) -> _Scaling:
    """Find the means and deviations of the features, and the words that enough documents and sentences have."""
    documents, units, told_in = Counter[str](), Counter[str](), Counter[str]()
    for group in group_by_matter(readings, matters):
        in_matter: set[str] = set()
        for reading in _ask_between(group, stop):
            found = Counter(mark for marks in list_marks(reading) for mark in marks)
            units.update(found)
            documents.update(found.keys())
            in_matter |= found.keys()
        told_in.update(in_matter)
    described = [describe_units(reading) for reading in _ask_between(readings, stop) if reading.units]
    if not described:
        raise RefusedInput("No document has a sentence.", do="Check the pairs.")
    values = np.concatenate([rows for _, rows in described])
    scales = values.std(axis=0)
    kept = [
        mark
        for mark, number in documents.items()
        if number >= LEAST_DOCUMENTS and units[mark] >= LEAST_UNITS and may_keep(mark, told_in[mark], hidden)
    ]
    kept.sort(key=lambda mark: (-documents[mark], -units[mark], mark))
    scales = np.where(scales > LEAST_SCALE, scales, 1.0)
    return _Scaling(described[0][0], values.mean(axis=0), scales, tuple(kept[:most_marks]))


@dataclass(slots=True)
class _Gram:
    """Weighted sums of products of all columns, with a column of ones and the target behind them, and the sentences.

    Sums over documents add up, so no document's rows need to stay in memory, and folds are had by leaving sums out.
    """

    products: NDArray[np.float64]
    sentences: int = 0

    @staticmethod
    def empty(width: int) -> _Gram:
        return _Gram(np.zeros((width + 2, width + 2)))

    @staticmethod
    def join(parts: Sequence[_Gram]) -> _Gram:
        return _Gram(np.sum([part.products for part in parts], axis=0), sum(part.sentences for part in parts))

    def add(self, rows: NDArray[np.float64], target: NDArray[np.float64], weights: NDArray[np.float64]) -> None:
        full = np.concatenate([rows, np.ones((len(rows), 1)), target[:, None]], axis=1)
        self.products += full.T @ (full * weights[:, None])
        self.sentences += len(rows)

    def solve(self, penalties: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the ridge weights of the columns; means are taken out, and sentences made to weigh 1 on average."""
        ones = len(penalties)
        total = float(self.products[ones, ones])
        sums = self.products[:, ones]
        centred = (self.products - np.outer(sums, sums) / max(total, 1.0)) * (self.sentences / max(total, 1.0))
        solved = np.linalg.solve(centred[:ones, :ones] + np.diag(penalties), centred[:ones, ones + 1])
        return np.asarray(solved, dtype=np.float64)


def _choose_settings(
    pairs: Sequence[tuple[Reading, str]],
    scaling: _Scaling,
    grams: Sequence[_Gram],
    counted: tuple[Sequence[Counter[str]], Sequence[Counter[str]]],
    stop: Callable[[], object] | None,
) -> tuple[tuple[float, float], float]:
    """Choose penalties and the weight of expected words that serve documents best that nothing was learned from.

    Each is chosen by its mean over the other: with few documents, the best single pair would be the luckiest.
    """
    totals = np.zeros((len(PENALTIES), len(COVERS)))
    for fold in range(FOLDS):
        rest = _Gram.join([gram for number, gram in enumerate(grams) if number != fold])
        documents, told = ([c for number, c in enumerate(side) if number % FOLDS != fold] for side in counted)
        words = learn_words(documents, told)
        solved = np.stack([rest.solve(scaling.penalize(*penalty)) for penalty in PENALTIES], axis=1)
        for reading, summary in _ask_between(pairs[fold::FOLDS], stop):
            if not reading.units:
                continue
            scores = scaling.apply(reading) @ solved
            length = words.expect_length(reading)
            expected = words.expect_words(reading, length)
            units = count_units(reading)
            for column, cover in np.ndindex(totals.shape):
                values = scores[:, column] - scores[:, column].min()
                chosen = choose_units(reading, values, length, expected, COVERS[cover], units)
                totals[column, cover] += _score_overlap(reading, chosen, summary)
    return PENALTIES[int(totals.sum(axis=1).argmax())], COVERS[int(totals.sum(axis=0).argmax())]


def _score_overlap(reading: Reading, chosen: Sequence[int], summary: str) -> float:
    """Give the F1 of words and pairs of words that an extract and an approved summary share."""
    told = _count_pairs(" ".join(reading.unit_text(index) for index in chosen))
    wanted = _count_pairs(summary)
    return 2 * (told & wanted).total() / max(told.total() + wanted.total(), 1)
