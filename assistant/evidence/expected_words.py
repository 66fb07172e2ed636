"""How long the approved summary of a document would be, which of its words it would have, and how often.

A summary has the words of its document in other shares: some say what summaries say (most have them), some stand often
in the document, some once. How much more often than in the document a word comes in the summary is learned for each
such class, not for each word: the words of one case say nothing about the next. Sentences are then chosen so that
together they have the words that are expected, as often as expected (a submodular coverage, as in Lin and Bilmes 2011).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.evidence.reading import Reading
from assistant.evidence.terms import stem_term

LEVELS = 7  # classes of how often a word stands in the document: once, twice, from 4, 8, 16, 32, 64 times on
SHARES = 5  # classes of how many of the approved summaries have it: under a fifth, two fifths, ...
COMMON, LEAST_SUMMARIES = 1 / SHARES, 4  # share and number of summaries from which on a word is kept by name
MARGIN = 1.2  # sentences taken whole need more words than a summary that is written freely
LEAST_WORDS = 60
_TOKEN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ExpectedWords:
    """What was learned.

    Attributes:
        length: Logarithm of a summary's words where the document has one word, and how it grows with that of the
            document's words.
        common: Words that many summaries have, with the share of them, by name: a word of one case is not kept.
        ratios: How many times as often as in the document a word comes in the summary, by its class: `LEVELS` rows of
            `SHARES`.
    """

    length: tuple[float, float]
    common: tuple[tuple[str, float], ...]
    ratios: tuple[float, ...]

    def expect_length(self, reading: Reading) -> int:
        """Give the words that a summary of the document's own sentences should have."""
        words = max(sum(unit.words for unit in reading.units), 1)
        return max(int(math.exp(self.length[0] + self.length[1] * math.log(words)) * MARGIN), LEAST_WORDS)

    def expect_words(self, reading: Reading, length: int) -> dict[str, float]:
        """Give how often each word of the document is expected in a summary of so many words."""
        counts = count_all_words(reading)
        scale = length / max(counts.total(), 1)
        shares = dict(self.common)
        return {
            word: count * scale * self.ratios[_classify(count, shares.get(word, 0.0))] for word, count in counts.items()
        }


def learn_words(readings: Sequence[Reading], summaries: Sequence[str]) -> ExpectedWords:
    """Learn from documents and their approved summaries; at least two of them."""
    counted = [count_words(summary) for summary in summaries]
    spread = Counter(word for counts in counted for word in counts)
    others = max(len(summaries) - 1, 1)
    told, found = [1.0] * (LEVELS * SHARES), [1.0] * (LEVELS * SHARES)
    for reading, counts in zip(readings, counted, strict=True):
        document = count_all_words(reading)
        scale = counts.total() / max(document.total(), 1)
        for word, number in document.items():
            kind = _classify(number, (spread[word] - (word in counts)) / others)  # by the other summaries only
            told[kind] += counts[word]
            found[kind] += number * scale
    least = max(COMMON * len(summaries), LEAST_SUMMARIES)
    kept = sorted(word for word, number in spread.items() if number >= least)
    return ExpectedWords(
        _fit_length([count_all_words(reading).total() for reading in readings], [c.total() for c in counted]),
        tuple((word, round(spread[word] / len(summaries), 4)) for word in kept),
        tuple(round(a / b, 6) for a, b in zip(told, found, strict=True)),
    )


def count_words(text: str) -> Counter[str]:
    """Count the words of a text by their stems."""
    return Counter(list_stems(text))


def list_stems(text: str) -> list[str]:
    """Give the stems of a text's words, in order."""
    return [stem_term(word) for word in _TOKEN.findall(text.casefold())]


def count_all_words(reading: Reading) -> Counter[str]:
    """Count the words of a document's sentences by their stems."""
    return sum((count_words(reading.unit_text(index)) for index in range(len(reading.units))), Counter())


def weigh_cover(counts: Mapping[str, int], left: Mapping[str, float]) -> float:
    """Give the share of a sentence's words that is still expected; a short sentence is held back a little."""
    return sum(min(number, max(left.get(word, 0.0), 0.0)) for word, number in counts.items()) / (
        sum(counts.values()) + 3
    )


def _classify(count: int, share: float) -> int:
    level = min(int(math.log2(max(count, 1))), LEVELS - 1)
    return level * SHARES + min(int(share * SHARES), SHARES - 1)


def _fit_length(documents: Sequence[int], summaries: Sequence[int]) -> tuple[float, float]:
    """Fit the logarithm of the summaries' lengths to that of the documents'; the mean where these do not differ."""
    xs, ys = ([math.log(max(number, 1)) for number in numbers] for numbers in (documents, summaries))
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread if spread > 1e-9 else 0.0
    return round(mean_y - slope * mean_x, 6), round(slope, 6)
