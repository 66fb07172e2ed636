"""How long the approved summary of a document would be, which of its words it would have, and how often.

A summary has the words of its document in other shares: some say what summaries say (most have them), some stand often
in the document, some once. How much more often than in the document a word comes in the summary is learned for each
such class, not for each word: the words of one case say nothing about the next. Sentences are then chosen so that
together they have the words that are expected, as often as expected (a submodular coverage, as in Lin and Bilmes 2011).

What is kept by name (`may_keep`) must not be able to name a client: the texts are pseudonymized, and a name that was
missed is a word of its own matter.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.evidence.reading import Reading
from assistant.evidence.terms import FUNCTION_WORDS, stem_term

LEVELS = 7  # classes of how often a word stands in the document: once, twice, from 4, 8, 16, 32, 64 times on
SHARES = 5  # classes of how many of the approved summaries have it: under a fifth, two fifths, ...
COMMON, LEAST_SUMMARIES = 1 / SHARES, 4  # share and number of summaries from which on a word is kept by name
LEAST_MATTERS = 3
"""Matters that a word must come from to be kept by name, however many texts of one matter have it."""
MARGIN = 1.2  # sentences taken whole need more words than a summary that is written freely
LEAST_WORDS = 60
HIGHEST_LOG = 20.0  # a summary of half a billion words: no budget is longer
LARGEST = 1e9
"""Most that a figure in a file may be: what is fitted lies far below, and what is reckoned with it stays finite."""
MOST_NAMES, LONGEST_NAME = 20_000, 200  # words in a list of a file, and characters of one
Item = TypeVar("Item")
_TOKEN = re.compile(r"[a-z0-9]+")
_FIGURE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class ExpectedWords:
    """What was learned.

    Attributes:
        length: Logarithm of a summary's words where the document has one word, and how it grows with that of the
            document's words.
        common: Words that many summaries have, with the share of them, by name: a word of few matters is not kept.
        ratios: How many times as often as in the document a word comes in the summary, by its class: `LEVELS` rows of
            `SHARES`.
    """

    length: tuple[float, float]
    common: tuple[tuple[str, float], ...]
    ratios: tuple[float, ...]

    def expect_length(self, reading: Reading) -> int:
        """Give the words that a summary of the document's own sentences should have."""
        words = max(sum(unit.words for unit in reading.units), 1)
        told = min(self.length[0] + self.length[1] * math.log(words), HIGHEST_LOG)
        return max(int(math.exp(told) * MARGIN), LEAST_WORDS)

    def expect_words(self, reading: Reading, length: int) -> dict[str, float]:
        """Give how often each word of the document is expected in a summary of so many words."""
        counts = count_all_words(reading)
        scale = length / max(counts.total(), 1)
        shares = dict(self.common)
        return {
            word: count * scale * self.ratios[_classify(count, shares.get(word, 0.0))] for word, count in counts.items()
        }

    @staticmethod
    def from_told(told: Mapping[str, Any]) -> ExpectedWords:
        """Take it out of what a file told.

        Raises:
            KeyError, TypeError, ValueError: A part is missing, or is what no ranker was fitted to.
        """
        words, shares = zip(*told["common"], strict=True) if told["common"] else ((), ())
        common = zip(read_names(words), read_figures(shares, len(words), 0.0), strict=True)
        ratios = read_figures(told["ratios"], LEVELS * SHARES, 0.0)
        start, slope = read_figures(told["length"], 2)
        return ExpectedWords((start, slope), tuple(common), ratios)


def read_figures(told: Any, count: int, least: float = -LARGEST) -> tuple[float, ...]:
    """Take so many figures, each at least `least` and at most `LARGEST`, out of what a file told.

    Raises:
        ValueError: They are not so many, or one is no such number; not a number is none, nor is true.
    """
    if not isinstance(told, list | tuple) or len(told) != count:
        raise ValueError("a list of another length")
    if not all(type(value) in (int, float) and least <= value <= LARGEST for value in told):
        raise ValueError("what is no number, or one out of bounds")
    return tuple(map(float, told))


def read_names(told: Any) -> tuple[str, ...]:
    """Take words or names out of what a file told.

    Raises:
        ValueError: One is none, or they are more or longer than any that are kept.
    """
    if not isinstance(told, list | tuple) or len(told) > MOST_NAMES:
        raise ValueError("no list of names")
    if not all(isinstance(name, str) and len(name) <= LONGEST_NAME for name in told):
        raise ValueError("what is no name")
    return tuple(told)


def learn_words(
    documents: Sequence[Counter[str]],
    summaries: Sequence[Counter[str]],
    matters: Sequence[str] = (),
    hidden: Collection[str] = (),
) -> ExpectedWords:
    """Learn from documents and their approved summaries; at least two of them.

    Args:
        documents: The words of each document, as `count_all_words` gives them.
        summaries: Those of their approved summaries, as `count_words` gives them, with the same pseudonyms.
        matters: The matter of each; where there are none, each document counts as one of its own.
        hidden: Words that are never kept, as `list_hidden` gives them.
    """
    spread = Counter(word for counts in summaries for word in counts)
    others = max(len(summaries) - 1, 1)
    told, found = [1.0] * (LEVELS * SHARES), [1.0] * (LEVELS * SHARES)
    for document, counts in zip(documents, summaries, strict=True):
        scale = counts.total() / max(document.total(), 1)
        for word, number in document.items():
            kind = _classify(number, (spread[word] - (word in counts)) / others)  # by the other summaries only
            told[kind] += counts[word]
            found[kind] += number * scale
    least = max(COMMON * len(summaries), LEAST_SUMMARIES)
    told_in = Counter(word for group in group_by_matter(summaries, matters) for word in set().union(*group))
    kept = sorted(word for word, number in spread.items() if number >= least and may_keep(word, told_in[word], hidden))
    return ExpectedWords(
        _fit_length([counts.total() for counts in documents], [counts.total() for counts in summaries]),
        tuple((word, round(spread[word] / len(summaries), 4)) for word in kept),
        tuple(round(a / b, 6) for a, b in zip(told, found, strict=True)),
    )


def group_by_matter(items: Sequence[Item], matters: Sequence[str] = ()) -> list[list[Item]]:
    """Give the items of each matter; where no matters are given, each item is alone."""
    groups: dict[str, list[Item]] = {}
    for item, matter in zip(items, matters or map(str, range(len(items))), strict=True):
        groups.setdefault(matter, []).append(item)
    return list(groups.values())


def may_keep(word: str, matters: int, hidden: Collection[str] = ()) -> bool:
    """Tell whether a word or phrase that so many matters have may be kept by name.

    It may not where it has a figure, which a number or a pseudonym would have, or holds a hidden word or phrase. What
    stands before a colon says where a word is from (`features.list_marks`), and is no word.
    """
    if matters < LEAST_MATTERS or len(word) > LONGEST_NAME or _FIGURE.search(word):
        return False
    if word in hidden:
        return False
    words = list_stems(word.rpartition(":")[2]) if hidden else []
    parts = (" ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1))
    return not any(part in hidden for part in parts)


def list_hidden(originals: Iterable[str]) -> frozenset[str]:
    """Give originals of vaults, and each word of them, in the form in which words are kept, so that none is.

    A detector that missed a name may have missed it whole or in part: of "Blue Heron Logistics LLC" any word tells.
    Function words ("of", "the") and single letters of a longer original stay: they stand in any text.
    """
    hidden = set()
    for original in originals:
        words = _TOKEN.findall(original.casefold())
        hidden.add(" ".join(map(stem_term, words)))
        hidden.update(stem_term(word) for word in words if len(word) > 1 and word not in FUNCTION_WORDS)
    return frozenset(hidden - {""})


def count_words(text: str) -> Counter[str]:
    """Count the words of a text by their stems."""
    return Counter(list_stems(text))


def list_stems(text: str) -> list[str]:
    """Give the stems of a text's words, in order."""
    return [stem_term(word) for word in _TOKEN.findall(text.casefold())]


def count_units(reading: Reading) -> list[Counter[str]]:
    """Count the words of each sentence of a document by their stems."""
    return [count_words(reading.unit_text(index)) for index in range(len(reading.units))]


def count_all_words(reading: Reading) -> Counter[str]:
    """Count the words of a document's sentences by their stems."""
    counts: Counter[str] = Counter()
    for index in range(len(reading.units)):
        counts.update(list_stems(reading.unit_text(index)))
    return counts


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
