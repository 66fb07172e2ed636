"""Where a sentence follows its passages word by word, and where it departs from them.

A summary's sentence is often put together from stretches of several passages. Each stretch is compared with the passage
it was taken from: a word that was exchanged, put in or left out stands between words that agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from assistant.evidence.claims import spell_figures
from assistant.evidence.terms import find_terms, stem_term
from assistant.store.pseudonyms import PATTERN

BOUNDARY = 2  # agreeing words that the common beginning or end of sentence and passage counts as
REACH = 4  # words on either side that are looked at to tell how closely a passage is followed at a place
FAR = 10
WIDEST = 4  # words that may differ between two agreeing runs of one stretch
LONGEST = 12  # words that may be put in between two agreeing runs of one stretch
LEAST_RUN = 4  # agreeing words that a stretch must have
_TOKEN = re.compile(rf"{PATTERN.pattern}|[A-Za-z][A-Za-z’'-]*|\d[\d,.]*\d|\d|\$|%")
_SHORT_FORMS = {"ex": "exhibit", "exh": "exhibit", "ecf": "docket", "dkt": "docket", "sec": "section", "art": "article"}


@dataclass(frozen=True, slots=True)
class Departure:
    """A place where a sentence departs from a passage that it follows.

    Attributes:
        new: The sentence's words, or "".
        old: The passage's words in their place, or "".
        context: Words that agree within `REACH` on both sides, 0 to 2 * `REACH`.
        share: Share 0..1 of the sentence's words that the stretch has.
        inside: True where agreeing words stand on both sides.
        passage: Which passage.
        at: Where it is in the sentence, characters from its start.
        there: Where it is in the passage, likewise.
    """

    new: str
    old: str
    context: int
    share: float
    inside: bool
    passage: int
    at: int
    there: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A chain of agreeing runs (start in the sentence, start in the passage, words) in one passage.

    Attributes:
        passage: Which passage.
        runs: The runs, in order.
        words: Words of the sentence.
        begins: True where sentence and passage begin at the first run, or close before it.
        ends: True where both end at the last run, or close behind it.
    """

    passage: int
    runs: tuple[tuple[int, int, int], ...]
    words: int
    begins: bool
    ends: bool

    def agreeing(self, low: int, high: int) -> int:
        """Count the sentence's words in [low, high) that agree; a common beginning or end is `BOUNDARY` words more."""
        beyond = min(max(-low, 0), BOUNDARY) * self.begins + min(max(high - self.words, 0), BOUNDARY) * self.ends
        return beyond + sum(max(0, min(at + size, high) - max(at, low)) for at, _, size in self.runs)

    def about(self, a: int, b: int, reach: int = REACH) -> int:
        """Count the agreeing words within reach of the sentence's words [a, b)."""
        return self.agreeing(a - reach, a) + self.agreeing(b, b + reach)

    def holds(self, low: int, high: int) -> bool:
        """Tell whether one run has all the sentence's words in [low, high)."""
        return any(at <= low and high <= at + size for at, _, size in self.runs)


def split_tokens(text: str) -> list[re.Match[str]]:
    """Give the words, figures and pseudonyms of a text."""
    return list(_TOKEN.finditer(text))


def level_token(token: str) -> str:
    """Give a word in one form: lower case, a figure without separators and closing zeros, a number word as a figure."""
    low = token.casefold()
    if low[0].isdigit():
        return low.replace(",", "").removesuffix(".00").removesuffix(".0")
    return _SHORT_FORMS.get(low) or spell_figures(low)


def level_tokens(text: str) -> list[str]:
    """Give the words, figures and pseudonyms of a text, each without its ending and in one form."""
    return [_stem(match.group()) for match in split_tokens(text)]


def find_departures(text: str, passages: Sequence[str]) -> list[Departure]:
    """Find where a sentence departs from the passages that its stretches follow, the closest followed first.

    A departure is left out where another passage has the sentence's own words at that place, as closely followed.

    Args:
        text: The sentence.
        passages: Those that it may have been made from.
    """
    words = split_tokens(text)
    sought = level_tokens(text)
    tokens = [split_tokens(passage) for passage in passages]
    stretches: list[_Stretch] = []
    for number, found in enumerate(tokens):
        stems = [_stem(match.group()) for match in found]
        matches = (_match_runs(sought, stems), _match_backwards(sought, stems))
        chained = [_chain_runs(number, runs, len(words), len(found)) for runs in matches]
        stretches += max(chained, key=lambda chains: max((s.agreeing(0, len(words)) for s in chains), default=0))
    places = [(s, *place) for s in stretches for place in _find_gaps(s, len(tokens[s.passage]))]
    places.sort(key=lambda place: (-place[0].about(place[1], place[2]), -place[0].about(place[1], place[2], FAR)))
    taken: list[tuple[int, int]] = []
    departures = []
    for stretch, a, b, c, d, inside in places:
        low, high = max(a - 1, 0), min(b + 1, len(words))
        if any(low < end and start < high for start, end in taken) or _is_borne(stretches, stretch, a, b):
            continue
        taken.append((a, b) if b > a else (low, high))
        found, passage = tokens[stretch.passage], passages[stretch.passage]
        departures.append(
            Departure(
                _cut(text, words, a, b),
                _cut(passage, found, c, d),
                stretch.about(a, b),
                stretch.agreeing(0, len(words)) / len(words),
                inside,
                stretch.passage,
                words[a].start() if a < len(words) else len(text),
                found[c].start() if c < len(found) else len(passage),
            )
        )
    return departures


def _match_runs(sought: Sequence[str], stems: Sequence[str]) -> tuple[tuple[int, int, int], ...]:
    """Give the agreeing runs in order, each as its start in the sentence, its start in the passage, its words."""
    matcher = SequenceMatcher(None, stems, sought, autojunk=False)
    return tuple((block.b, block.a, block.size) for block in matcher.get_matching_blocks() if block.size)


def _match_backwards(sought: Sequence[str], stems: Sequence[str]) -> tuple[tuple[int, int, int], ...]:
    """Give the agreeing runs as they are found from the end: of two that are as long, the later one is taken."""
    runs = _match_runs(sought[::-1], stems[::-1])
    return tuple((len(sought) - a - size, len(stems) - c - size, size) for a, c, size in reversed(runs))


def _is_borne(stretches: Sequence[_Stretch], stretch: _Stretch, a: int, b: int) -> bool:
    """Tell whether another stretch, as closely followed near and far, has the sentence's own words at a place."""
    low, high = max(a - 1, 0), min(b + 1, stretch.words)
    plain = [replace(s, begins=False, ends=False) for s in stretches if s.holds(low, high)]
    own = replace(stretch, begins=False, ends=False)
    return any(all(s.about(a, b, reach) >= own.about(a, b, reach) - 1 for reach in (REACH, FAR)) for s in plain)


@lru_cache(maxsize=8192)
def _stem(token: str) -> str:
    """Give a word without its ending, in one form."""
    return stem_term(level_token(token)) if token[0].isalpha() and not PATTERN.fullmatch(token) else level_token(token)


def _cut(text: str, tokens: Sequence[re.Match[str]], low: int, high: int) -> str:
    return text[tokens[low].start() : tokens[high - 1].end()] if high > low else ""


def _chain_runs(passage: int, blocks: Sequence[tuple[int, int, int]], words: int, there: int) -> list[_Stretch]:
    """Chain agreeing runs that stand close together in the sentence and in the passage."""
    chains: list[list[tuple[int, int, int]]] = []
    for block in blocks:
        if chains:
            at, place, size = chains[-1][-1]
            wide, wide_there = block[0] - at - size, block[1] - place - size
            if max(wide, wide_there) <= WIDEST or (wide_there == 0 and wide <= LONGEST):
                chains[-1].append(block)
                continue
        chains.append([block])
    stretches = []
    for chain in chains:
        (a, c, _), (b, d, size) = chain[0], chain[-1]
        begins, ends = max(a, c) <= WIDEST, max(words - b, there - d) - size <= WIDEST
        if sum(length for *_, length in chain) >= LEAST_RUN:
            stretches.append(_Stretch(passage, tuple(chain), words, begins, ends))
    return stretches


def _find_gaps(stretch: _Stretch, there: int) -> list[tuple[int, int, int, int, bool]]:
    """Give the places between the runs of a stretch, and what stands before and behind it.

    Where sentence and passage both begin (or end) close by, all that stands there is held against each other; elsewhere
    only the word next to the stretch is.
    """
    runs, words = stretch.runs, stretch.words
    gaps = [
        (at + size, later_at, place + size, later_place, True)
        for (at, place, size), (later_at, later_place, _) in zip(runs, runs[1:], strict=False)
    ]
    a, c = runs[0][0], runs[0][1]
    if stretch.begins and a + c:
        gaps.append((0, a, 0, c, True))
    elif a and c:
        gaps.append((a - 1, a, c - 1, c, False))
    b, d = runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]
    if stretch.ends and (b < words or d < there):
        gaps.append((b, words, d, there, True))
    elif b < words and d < there:
        gaps.append((b, b + 1, d, d + 1, False))
    return gaps


def measure_copy(text: str, source: str) -> float:
    """Give the share 0..1 of a sentence's words that stand in a passage in the same order."""
    one, other = ([level_token(match.group()) for match in split_tokens(words)] for words in (text, source))
    if not one:
        return 0.0
    return sum(block.size for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()) / len(
        one
    )


def measure_following(text: str, passage: str) -> float:
    """Give the share 0..1 of a sentence's words that agree with one passage within its longest stretch there."""
    words, found = split_tokens(text), split_tokens(passage)
    if not words:
        return 0.0
    sought, stems = level_tokens(text), level_tokens(passage)
    blocks = _match_runs(sought, stems)
    stretches = _chain_runs(0, blocks, len(words), len(found))
    return max((stretch.agreeing(0, len(words)) for stretch in stretches), default=0) / len(words)


def find_phrase(fact: str, text: str, document: str) -> tuple[int, int] | None:
    """Find where a document has a fact of a sentence together with the words about it.

    Args:
        fact: A name, date or citation, as it stands in the sentence.
        text: The sentence.
        document: The whole running text.

    Returns:
        Running offsets [start, end) of a phrase that has the fact and two content words or more of those
        right before and behind it, or None.
    """
    at = text.find(fact)
    if at < 0:
        return None
    tokens = split_tokens(text)
    inside = [n for n, token in enumerate(tokens) if token.start() < at + len(fact) and at < token.end()]
    if not inside:
        return None
    for low in range(max(inside[0] - 4, 0), inside[0] + 1):
        for high in range(inside[-1] + 1, min(inside[-1] + 5, low + len(inside) + 6, len(tokens) + 1)):
            phrase = [token.group() for token in tokens[low:high]]
            around = " ".join(phrase[: inside[0] - low] + phrase[inside[-1] + 1 - low :])
            if len(find_terms(around)) < 2:
                continue
            words = r"[^\w;]{1,3}".join(map(re.escape, phrase))
            match = re.search(rf"(?<!\w)(?:{words})(?!\w)", document)
            if match:
                return match.span()
    return None
