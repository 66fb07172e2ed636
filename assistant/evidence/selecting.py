"""Which passages a part of a summary is written from, and which sentences make a summary without a model.

Chosen from the ranked sentences so that none repeats another, each with its list or with its question and answer, and
with the caption they need, and handed over in reading order.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.documents import RedactedDocument
from assistant.evidence.expected_words import count_units, weigh_cover
from assistant.evidence.ranker import read_document, score_units
from assistant.evidence.reading import Reading
from assistant.evidence.wording import trim_source
from assistant.templates import Part

if TYPE_CHECKING:
    from assistant.evidence.learned_ranker import LearnedRanker

REDUNDANCY_WEIGHT = 0.7
LEARNED_WEIGHT = 1.0
"""Of what approved summaries say of a sentence, against what its part's cues, section and place say."""
MOST_ITEMS = 14
MOST_ANSWER = 8  # sentences of one answer
CAPTION_UNITS = 30
FLOOR_SHARE = 0.45  # a passage must reach this share of the best score to be read at all
POOL = 240  # sentences among which redundancy is weighed; bounds the time
SHORTEST = 4  # words; where fewer are left of a budget, no sentence is looked for that fits
UNTELLING = ("heading", "contents", "signature", "certificate")  # roles that a summary never takes a sentence from
_ITEM = re.compile(r"\(?(?:\d{1,2}|[A-Za-z]|[ivxIVX]{1,5})[.)]\s|[•●▪·*\-–]\s")
_GOES_ON = re.compile(r";(?: and| or)?$")
_ASKS = re.compile(r"(?:Q(?:UESTION)?|Question)[.:]?\s")
_ANSWERS = re.compile(r"(?:A(?:NSWER)?|Answer|THE WITNESS)[.:]")
_COUNTS = re.compile(
    r"(?:And )?(?:(?:In the |The )?(?:first|second|third|fourth|fifth)(?:ly)?\b|finally,|last(?:ly)?,)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Neighbouring sentences, running [start, end), chosen as material for a part; score of the best one."""

    start: int
    end: int
    page: int
    score: float


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text from its characters, the same in training and in serving.

    English legal text has about 4.2 characters a token in the vocabularies of small models; 3.8 leaves a margin.
    """
    return int(len(text) / 3.8) + 1


def select_passages(
    document: RedactedDocument | Reading,
    part: Part | None,
    token_budget: int,
    count_tokens: Callable[[str], int] = estimate_tokens,
    *,
    query: str = "",
    taken: Sequence[tuple[int, int]] = (),
    within: tuple[int, int] | None = None,
    ranker: LearnedRanker | None = None,
) -> tuple[Selection, ...]:
    """Choose what the model reads for one part, in reading order, from the whole document.

    Args:
        document: The document or its reading.
        part: The part of the template, or None.
        token_budget: Most tokens of all selections together.
        count_tokens: Counts the tokens of a text.
        query: Question whose terms count besides.
        taken: Running ranges that other parts already told; chosen only where nothing else fits.
        within: Running range to choose from (a section), or None for all.
        ranker: What was learned from approved summaries; None for the made score alone.

    Returns:
        Empty where no sentence fits the part (its cue or date is not in the document).
    """
    reading = read_document(document)
    scores = score_part(reading, part, query, ranker)
    if within is not None:
        inside = np.zeros(len(scores), dtype=bool)
        inside[list(reading.units_within(*within))] = True
        scores = np.where(inside, scores, 0.0)
    for start, end in taken:
        scores[list(reading.units_within(start, end))] *= 0.5
    chosen: list[int] = []
    if part is not None and part.position == "start" and within is None:
        chosen = _take_caption(reading, token_budget // 3, count_tokens)
    spent = sum(count_tokens(reading.unit_text(i)) for i in chosen)
    best = float(scores.max(initial=0.0))
    for index in _diversify(reading, scores):
        if index in chosen:
            continue
        if scores[index] < FLOOR_SHARE * best:
            continue
        cost = count_tokens(reading.unit_text(index))
        if spent + cost <= token_budget:
            chosen.append(index)
            spent += cost
            for other in _find_company(reading, index):
                if other in chosen:
                    continue
                cost = count_tokens(reading.unit_text(other))
                if spent + cost > token_budget:
                    break
                chosen.append(other)
                spent += cost
        elif not chosen:
            chosen.append(index)
            break
    return _join_neighbours(reading, sorted(set(chosen)), scores)


def score_part(
    reading: Reading, part: Part | None, query: str = "", ranker: LearnedRanker | None = None
) -> NDArray[np.float64]:
    """Give the made score of each unit for a part and, with a ranker, what approved summaries say of it besides.

    Both count as shares of their best unit. What the made score rules out for the part stays out: 0.
    """
    made = score_units(reading, part, query)
    if ranker is None or not made.any():
        return made
    key = (ranker,)
    if key not in reading.scores:
        reading.scores[key] = ranker.score(reading)
    learned = reading.scores[key]
    shares = made / made.max() + LEARNED_WEIGHT * learned / (float(learned.max()) or 1.0)
    return np.where(made > 0, shares, 0.0)


def extract_summary(
    document: RedactedDocument | Reading, words: int, ranker: LearnedRanker | None = None
) -> list[tuple[int, int]]:
    """Choose whole sentences as a summary without a model.

    Args:
        document: The document or its reading.
        words: Length aimed at; the last sentence may go over it by less than half of itself. With a ranker no
            sentence goes over it, its words are counted as they will be shown, and where approved summaries of such a
            document are shorter, so is this one.
        ranker: What was learned from approved summaries; None for the made score.

    Returns:
        Running offsets in reading order.
    """
    reading = read_document(document)
    if ranker is not None:
        words = min(words, ranker.expected.expect_length(reading))
        expected = ranker.expected.expect_words(reading, words)
        chosen = choose_units(reading, ranker.score(reading), words, expected, ranker.cover)
        return [(reading.units[i].start, reading.units[i].end) for i in chosen]
    scores = score_units(reading, None)
    chosen = []
    spent = 0
    for index in _diversify(reading, scores, max(POOL, words // 3)):
        length = reading.units[index].words
        if spent + length / 2 <= words or not chosen:
            chosen.append(index)
            spent += length
        if spent >= words:
            break
    return [(reading.units[i].start, reading.units[i].end) for i in sorted(chosen)]


def choose_units(
    reading: Reading,
    scores: NDArray[np.float64],
    words: int,
    expected: Mapping[str, float] | None = None,
    weight: float = 0.0,
    counts: Sequence[Counter[str]] | None = None,
) -> list[int]:
    """Choose units by given scores within a budget, in reading order; the first may go over it, no other.

    Taken one by one, each time the one that leads by its score and by what it has of the words still expected. That
    only falls while others are taken, so a unit whose last known value leads need not be held against all others.

    Args:
        reading: The reading.
        scores: One a unit, not below 0.
        words: Most words as they will be shown.
        expected: How often each word is expected in the summary.
        weight: Of the share of a unit's words that are still expected, beside its score as a share of the best.
        counts: The words of each unit where they were counted before; None counts them.
    """
    left = dict(expected or {})
    if counts is None:
        counts = count_units(reading) if weight else [Counter()] * len(reading.units)
    best = float(scores.max(initial=0.0)) or 1.0

    def value(index: int) -> float:
        return float(scores[index]) / best + (weight * weigh_cover(counts[index], left) if weight else 0.0)

    telling = [i for i, unit in enumerate(reading.units) if unit.role not in UNTELLING]
    # where all score 0, as in a document of one sentence, none is worse than another
    heap = [(-value(index), index) for index in [i for i in telling if scores[i] > 0] or telling]
    heapq.heapify(heap)
    chosen: list[int] = []
    spent = 0
    while heap and (words - spent >= SHORTEST or not chosen):
        _, index = heapq.heappop(heap)
        now = value(index)
        if heap and now < -heap[0][0] - 1e-12:
            heapq.heappush(heap, (-now, index))
            continue
        length = count_shown_words(reading.unit_text(index))
        if spent + length <= words or not chosen:
            chosen.append(index)
            spent += length
            for word, number in counts[index].items():
                left[word] = left.get(word, 0.0) - number
    return sorted(chosen)


def count_shown_words(text: str) -> int:
    """Count the words of a source sentence as a summary shows it."""
    return len(trim_source(text).split())


def _diversify(
    reading: Reading, scores: NDArray[np.float64], pool: int = POOL, redundancy: float = REDUNDANCY_WEIGHT
) -> Iterator[int]:
    """Order the best units so that one that repeats an earlier one comes later (maximal marginal relevance)."""
    order = [int(i) for i in np.argsort(-scores, kind="stable")[:pool] if scores[i] > 0]
    if not order:
        return
    values = scores[order].astype(float)
    scale = float(values.max())
    likeness = np.zeros(len(order))
    dense = (
        np.stack([reading.matrix.densify(i) for i in order])
        if len(reading.matrix.ids) * len(order) < 4_000_000
        else None
    )
    left = np.ones(len(order), dtype=bool)
    for _ in range(len(order)):
        gains = np.where(left, values / scale - redundancy * likeness, -np.inf)
        pick = int(np.argmax(gains))
        left[pick] = False
        yield order[pick]
        if dense is not None:
            likeness = np.maximum(likeness, dense @ dense[pick])
        else:
            likeness = np.maximum(likeness, reading.matrix.compare(reading.matrix.densify(order[pick]))[order])


def _find_company(reading: Reading, index: int) -> list[int]:
    """Give what a sentence is not told without: the rest of its question and answer, or of its list, in order."""
    return _find_exchange(reading, index) or _find_list(reading, index)


def _find_exchange(reading: Reading, index: int) -> list[int]:
    """Give the question that a sentence of a testimony belongs to, with its whole answer; a long answer is cut."""
    start = index
    while start > 0 and index - start < MOST_ANSWER and not _ASKS.match(reading.unit_text(start)):
        start -= 1
    if not _ASKS.match(reading.unit_text(start)):
        return []
    end = start + 1
    while end < min(start + 1 + MOST_ANSWER, len(reading.units)) and not _ASKS.match(reading.unit_text(end)):
        if reading.units[end].role not in ("body", "fragment"):
            break
        end += 1
    answered = any(_ANSWERS.match(reading.unit_text(i)) for i in range(start + 1, end))
    return list(range(start, end)) if answered and index < end else []


def _find_list(reading: Reading, index: int) -> list[int]:
    """Give the list that a sentence opens ("as follows:") or is an item of, with what opens it; or fellow reasons."""
    lead = index
    while lead > 0 and index - lead < MOST_ITEMS and _is_item(reading, lead):
        lead -= 1
    if reading.unit_text(lead).endswith(":"):
        items = [lead]
    elif re.search(r"[;,](?: and| or)?$", reading.unit_text(index)) and _is_item(reading, index):
        lead, items = index, []
    else:
        return _find_fellows(reading, index)
    for following in range(lead + 1, min(lead + 1 + MOST_ITEMS, len(reading.units))):
        if reading.units[following].role not in ("body", "fragment") or not _is_item(reading, following):
            break
        items.append(following)
        if reading.unit_text(following).endswith(".") and not _ITEM.match(reading.unit_text(following)):
            break
    return items


def _is_item(reading: Reading, index: int) -> bool:
    """Tell whether a unit is an item of a list: it has an item's mark, or stands between semicolons."""
    before = reading.unit_text(index - 1) if index else ""
    text = reading.unit_text(index)
    return bool(_ITEM.match(text) or _GOES_ON.search(before) or (_GOES_ON.search(text) and before.endswith(":")))


def _find_fellows(reading: Reading, index: int) -> list[int]:
    """Give the other reasons under the same heading where a sentence counts one ("Second, …"), in order."""
    if not _COUNTS.match(reading.unit_text(index)):
        return []
    major = reading.units[index].major
    near = range(max(index - MOST_ITEMS, 0), min(index + MOST_ITEMS + 1, len(reading.units)))
    return [i for i in near if reading.units[i].major == major and _COUNTS.match(reading.unit_text(i))]


def _take_caption(reading: Reading, token_budget: int, count_tokens: Callable[[str], int]) -> list[int]:
    """Take the caption's first units, which name the parties, within the budget."""
    chosen: list[int] = []
    spent = 0
    for index, unit in enumerate(reading.units[:CAPTION_UNITS]):
        if unit.role == "body":
            break
        if unit.role == "contents" or unit.role == "signature":
            continue
        spent += count_tokens(reading.unit_text(index))
        if spent > token_budget:
            break
        chosen.append(index)
    return chosen


def _join_neighbours(reading: Reading, chosen: list[int], scores: NDArray[np.float64]) -> tuple[Selection, ...]:
    """Make one selection of units that follow each other."""
    selections: list[Selection] = []
    for index in chosen:
        unit = reading.units[index]
        score = float(scores[index])
        if selections and reading.text[selections[-1].end : unit.start].isspace():
            last = selections[-1]
            selections[-1] = Selection(last.start, unit.end, last.page, max(last.score, score))
        else:
            selections.append(Selection(unit.start, unit.end, unit.page, score))
    return tuple(selections)
