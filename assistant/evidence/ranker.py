"""Which sentences of a document matter, for one part of a summary or for a question: the whole document is read.

A sentence's score adds up what it has: the part's cue words (rare ones count more), the heading it stands under, its
place, and how central its terms are to the document. Time is linear in the length of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.documents import RedactedDocument
from assistant.evidence.reading import Reading
from assistant.templates import Part

CUE_WEIGHT = 1.7
SECTION_WEIGHT = 0.9
POSITION_WEIGHT = 0.9
FIGURE_WEIGHT = 0.3
CENTRAL_WEIGHT = 0.9
QUERY_WEIGHT = 3.0
REDUNDANCY_WEIGHT = 0.7
POINT_WEIGHT = 3.0
DANGLING_WEIGHT = 0.5
SEPARATE_WEIGHT = 1.0  # taken off what stands in a dissent or a concurrence
OPENING_WEIGHT = 0.35
MOST_ITEMS = 14
CAPTION_UNITS = 30
LONG_CAPTION_WORDS = 12  # a line of the caption this long says who does what
FLOOR_SHARE = 0.45  # a passage must reach this share of the best score to be read at all
POOL = 240  # sentences among which redundancy is weighed; bounds the time

# Headings under which a document says what it is about, and those under which it seldom does.
_TELLING = re.compile(
    r"question.? presented|issues? presented|introduction|summary|syllabus|held|nature of (?:the )?(?:action|case)|"
    r"conclusion|decision|order|findings|prayer|relief|overview|abstract|reasons for",
    re.IGNORECASE,
)
_IDLE = re.compile(
    r"related proceedings|opinions? below|jurisdiction|venue|provisions? involved|parties to|corporate disclosure|appendix|"
    r"certificate|authorities|definitions|appearances|notice to|exhibits?$",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\(?(?:\d{1,2}|[A-Za-z]|[ivxIVX]{1,5})[.)]\s|[•●▪·*\-–]\s")
_LEANING = re.compile(
    r"(?:(?:But|And|Or|So|Yet|Nor)\b,?\s+)?(?:It|This|That|These|Those|They|He|She|His|Her|Their|Its|Such|Both|Neither|One|In doing so|For example|"
    r"For instance|Again|Rather|Instead|On the other hand|In other words|By contrast|Similarly|Likewise|Id|See|The (?:former|latter|same))\b"
)
_CLOSED = re.compile(r"[.?!:;][\"'”’)\]]*(?:\d{1,3})?$")
_DATE = re.compile(
    r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|"
    r"Dec(?:ember)?)\.?\s+\d{1,2}(?:st|nd|rd|th)?\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\bDATE_\d+\b|"
    r"\b(?:\w+teen|\w+ty|\d{1,3}|two|three|four|five|six|seven|eight|nine|ten)(?:\s*\(\d+\))?\s+(?:calendar |business )?days\b"
)
_FIGURE = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|"
    r"Nov|Dec)\b\.?,?\s+(?:\d{1,2}\b|\d{4})|\bday of [A-Z]|\d{1,2}/\d{1,2}/\d{2,4}|[$€£]\s?\d|\bRs\.?\s?\d|\bDATE_\d"
)
_DEADLINE = re.compile(
    r"\b(?:deadline|due|no later than|not later than|on or before|within|until|up to and including|scheduled|set for|hearing|"
    r"shall (?:be )?(?:file|serve|submit|respond|answer|appear|confer)\w*|must (?:be )?(?:file|serve|submit|respond|answer|appear)\w*|"
    r"conference|trial|extend\w*|returnable|noticed for|will hear|will conduct|(?:is|are|be|was|been) set\b|calendared|appear|oral argument|"
    r"mediation|status|set down|return date|expire\w*|deadline)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """Running characters [start, end) of one sentence, its page from 1, and its score (higher is better)."""

    start: int
    end: int
    page: int
    score: float


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


def read_document(document: RedactedDocument | Reading) -> Reading:
    """Give the reading of a document; one that is already read is handed back."""
    return document if isinstance(document, Reading) else Reading(document)


def rank_sentences(
    document: RedactedDocument | Reading, template_part: Part | None, query: str = ""
) -> list[ScoredSentence]:
    """Score every sentence of running prose for a part, a question, or (with neither) for the document at large.

    Args:
        document: The document; hand over a `Reading` where several parts are ranked.
        template_part: The part whose cues, sections, position and needs count; None for none.
        query: Pseudonymized question; its terms count.

    Returns:
        Best first. Contents, authorities, signatures, certificates and bare citations are left out.
    """
    reading = read_document(document)
    scores = score_units(reading, template_part, query)
    order = np.argsort(-scores, kind="stable")
    units = reading.units
    return [
        ScoredSentence(units[i].start, units[i].end, units[i].page, float(scores[i])) for i in order if scores[i] > 0
    ]


def score_units(reading: Reading, part: Part | None, query: str = "") -> NDArray[np.float64]:
    """Give the score of each unit of the reading; 0 for what must not be chosen."""
    count = len(reading.units)
    if not count:
        return np.zeros(0)
    argued = part is not None and part.voice.startswith("argue")
    body = np.array([unit.role == "body" or (argued and unit.role == "point") for unit in reading.units])
    if part is not None and part.position == "start":
        body |= np.array([unit.role == "caption" and unit.words >= LONG_CAPTION_WORDS for unit in reading.units])
    if part is not None and part.sections:
        body |= _find_named_headings(reading, part.sections)
    if not body.any():
        body = np.array([unit.role in ("fragment", "heading", "caption") for unit in reading.units])
    scores = CENTRAL_WEIGHT * _score_centrality(reading, body) + 0.3 * _score_sections(reading)
    scores += 0.25 * _score_lengths(reading) - DANGLING_WEIGHT * _score_dangling(reading)
    scores -= SEPARATE_WEIGHT * np.array([bool(unit.opinion) for unit in reading.units])
    cues = matched = np.zeros(count)
    if part is not None and part.cues:
        cues = _score_cues(reading, part.cues, body)
        scores += CUE_WEIGHT * cues
    if part is not None and part.sections:
        matched = _match_sections(reading, part.sections)
        scores += SECTION_WEIGHT * matched + OPENING_WEIGHT * matched * _score_openings(reading)
        if argued:
            scores += POINT_WEIGHT * _score_points(reading) * matched
    scores += OPENING_WEIGHT * _score_openings(reading)
    place = _score_position(reading, body, part.position if part else "")
    scores += POSITION_WEIGHT * place * (1.0 if part is None or part.position or not part.cues else 0.4)
    scores += FIGURE_WEIGHT * _score_figures(reading)
    if query:
        scores += QUERY_WEIGHT * reading.matrix.compare(reading.matrix.vector(query))
    if part is not None and part.needs:
        needed = (cues > 0) | (matched >= 1.0)
        if part.needs == "date":
            dated = _find_dates(reading)
            needed = dated > 0
            scores += dated
        body = body & needed
    return np.where(body, np.maximum(scores, 1e-6), 0.0)


def select_passages(
    document: RedactedDocument | Reading,
    part: Part | None,
    token_budget: int,
    count_tokens: Callable[[str], int] = estimate_tokens,
    *,
    query: str = "",
    taken: Sequence[tuple[int, int]] = (),
    within: tuple[int, int] | None = None,
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

    Returns:
        Empty where no sentence fits the part (its cue or date is not in the document).
    """
    reading = read_document(document)
    scores = score_units(reading, part, query)
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
            for item in _find_items(reading, index):
                cost = count_tokens(reading.unit_text(item))
                if spent + cost > token_budget:
                    break
                if item not in chosen:
                    chosen.append(item)
                    spent += cost
        elif not chosen:
            chosen.append(index)
            break
    return _join_neighbours(reading, sorted(set(chosen)), scores)


def extract_summary(document: RedactedDocument | Reading, words: int) -> list[tuple[int, int]]:
    """Choose whole sentences as a summary without a model.

    Args:
        document: The document or its reading.
        words: Length aimed at; the last sentence may go over it by less than half of itself.

    Returns:
        Running offsets in reading order.
    """
    reading = read_document(document)
    scores = score_units(reading, None)
    chosen: list[int] = []
    spent = 0
    pool = max(POOL, words // 3)
    for index in _diversify(reading, scores, pool):
        length = reading.units[index].words
        if spent + length / 2 <= words or not chosen:
            chosen.append(index)
            spent += length
        if spent >= words:
            break
    return [(reading.units[i].start, reading.units[i].end) for i in sorted(chosen)]


def _diversify(reading: Reading, scores: NDArray[np.float64], pool: int = POOL) -> list[int]:
    """Order the best units so that one that repeats an earlier one comes later (maximal marginal relevance)."""
    order = [int(i) for i in np.argsort(-scores, kind="stable")[:pool] if scores[i] > 0]
    if not order:
        return []
    values = scores[order].astype(float)
    scale = float(values.max())
    likeness = np.zeros(len(order))
    dense = np.stack([reading.matrix.densify(i) for i in order]) if len(reading.matrix.ids) * len(order) < 4_000_000 else None
    left = np.ones(len(order), dtype=bool)
    result = []
    for _ in range(len(order)):
        gains = np.where(left, values / scale - REDUNDANCY_WEIGHT * likeness, -np.inf)
        pick = int(np.argmax(gains))
        left[pick] = False
        result.append(order[pick])
        if dense is not None:
            likeness = np.maximum(likeness, dense @ dense[pick])
        else:
            likeness = np.maximum(likeness, reading.matrix.compare(reading.matrix.densify(order[pick]))[order])
    return result


def _score_centrality(reading: Reading, body: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give 0..1: how close a sentence is to the mean of all prose."""
    values = reading.matrix.compare(reading.matrix.centroid(body))
    top = float(values[body].max(initial=0.0))
    return values / top if top else values


def _score_lengths(reading: Reading) -> NDArray[np.float64]:
    """Give 1 for a sentence that says something at readable length, less for stubs and for sentences that run on."""
    words = np.array([unit.words for unit in reading.units], dtype=float)
    terms = np.diff(reading.matrix.pointers).astype(float)
    return np.clip((terms - 2) / 6, 0.0, 1.0) * np.where(words > 60, 60 / np.maximum(words, 1.0), 1.0)


def _score_figures(reading: Reading) -> NDArray[np.float64]:
    """Give 1 for a sentence of prose with a date or an amount of money."""
    values = np.zeros(len(reading.units))
    for match in _FIGURE.finditer(reading.text):
        values[list(reading.units_within(match.start(), match.end()))] = 1.0
    return values


def _score_sections(reading: Reading) -> NDArray[np.float64]:
    """Give 1 under a telling heading, -2 under an idle one, 0 elsewhere."""
    cache: dict[str, float] = {}

    def weigh(heading: str) -> float:
        if heading not in cache:
            cache[heading] = -2.0 if _IDLE.search(heading) else 1.0 if _TELLING.search(heading) else 0.0
        return cache[heading]

    return np.array([weigh(unit.section) or weigh(unit.major) for unit in reading.units])


def _score_dangling(reading: Reading) -> NDArray[np.float64]:
    """Give 1 for a sentence that leans on the one before it, 1.6 for one that breaks off, 0 for one that stands alone."""
    values = []
    for index, unit in enumerate(reading.units):
        text = reading.unit_text(index) if unit.role == "body" else "."
        values.append(1.6 if not _CLOSED.search(text) else 1.0 if _LEANING.match(text) else 0.0)
    return np.array(values)


def _score_openings(reading: Reading) -> NDArray[np.float64]:
    """Give 1 for the first sentence of prose under a heading, falling off over the next ones."""
    return np.array([np.exp(-unit.nth / 2.0) if unit.role == "body" else 0.0 for unit in reading.units])


def _score_points(reading: Reading) -> NDArray[np.float64]:
    """Give 1 for a heading that states a main point of an argument, 0.6 for a point under it, 0 for prose."""
    texts = [reading.unit_text(i) if unit.role == "point" else "" for i, unit in enumerate(reading.units)]
    return np.array([1.0 if re.match(r"[IVXL]+[.)]", text) else 0.6 if text else 0.0 for text in texts])


def _match_sections(reading: Reading, wanted: Sequence[str]) -> NDArray[np.float64]:
    """Give 1 where the heading has one of the wanted words, 0.7 where only the major heading has."""
    pattern = compile_cues(tuple(wanted))
    cache: dict[str, bool] = {}

    def has(heading: str) -> bool:
        if heading not in cache:
            cache[heading] = bool(heading) and bool(pattern.search(heading))
        return cache[heading]

    return np.array([1.0 if has(unit.section) else 0.7 if has(unit.major) else 0.0 for unit in reading.units])


def _score_position(reading: Reading, body: NDArray[np.bool_], wanted: str) -> NDArray[np.float64]:
    """Give 0..1 for the place in the document: the start by default and a little the end; or the wanted end."""
    rank = np.cumsum(body) - 1
    last = max(int(body.sum()) - 1, 1)
    from_start, from_end = rank.astype(float), (last - rank).astype(float)
    if wanted == "end":
        return np.exp(-from_end / max(4.0, 0.04 * last))
    if wanted == "start":
        return np.exp(-from_start / max(5.0, 0.03 * last))
    return 0.6 * np.exp(-from_start / max(6.0, 0.08 * last)) + 0.3 * np.exp(-from_end / max(3.0, 0.04 * last))


def _score_cues(reading: Reading, cues: tuple[str, ...], body: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give 0..1 by the cues a sentence has; a cue that stands everywhere counts little."""
    found: dict[str, set[int]] = {}
    at = 0
    units = reading.units
    for match in compile_cues(cues).finditer(reading.text):
        while at + 1 < len(units) and units[at].end <= match.start():
            at += 1
        if units[at].start <= match.start() < units[at].end:
            found.setdefault(" ".join(match.group().casefold().split()), set()).add(at)
    values = np.zeros(len(units))
    total = max(int(body.sum()), 1)
    for places in found.values():
        values[list(places)] += np.log(1.0 + total / len(places)) / np.log(1.0 + total)
    return 1.0 - np.exp(-1.2 * values)


def _find_dates(reading: Reading) -> NDArray[np.float64]:
    """Give 1.5 for a sentence with a date or a period and a word of duty or hearing, 0 otherwise."""
    values = np.zeros(len(reading.units))
    for index, unit in enumerate(reading.units):
        text = reading.text[unit.start : unit.end]
        if unit.role == "body" and _DATE.search(text) and _DEADLINE.search(text):
            values[index] = 1.5
    return values


def _find_items(reading: Reading, index: int) -> list[int]:
    """Give the items of the list that a sentence opens ("as follows:") or is an item of, up to the next heading."""
    units = reading.units
    text = reading.unit_text(index)
    if text.startswith("A.") and index and reading.unit_text(index - 1).startswith("Q."):
        return [index - 1]
    if not text.endswith(":") and not (_ITEM.match(text) and re.search(r"[;,](?: and| or)?$", text)):
        return []
    items = []
    for following in range(index + 1, min(index + 1 + MOST_ITEMS, len(units))):
        if units[following].role not in ("body", "fragment"):
            break
        line = reading.unit_text(following)
        if not _ITEM.match(line):
            break
        items.append(following)
        if line.endswith("."):
            break
    return items


def _find_named_headings(reading: Reading, wanted: Sequence[str]) -> NDArray[np.bool_]:
    """Mark headings that say something themselves about the part ("COUNT II: BREACH OF CONTRACT")."""
    pattern = compile_cues(tuple(wanted))
    return np.array(
        [
            unit.role in ("heading", "point") and unit.words >= 4 and bool(pattern.search(reading.unit_text(i)))
            for i, unit in enumerate(reading.units)
        ]
    )


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


@lru_cache(maxsize=256)
def compile_cues(cues: tuple[str, ...]) -> re.Pattern[str]:
    """Compile cue phrases of a template: whole words, any case, `*` at a word's end for any ending."""
    patterns = []
    for cue in sorted(cues, key=len, reverse=True):
        body = r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in cue.split())
        patterns.append((r"\b" if cue[0].isalnum() else "") + body + (r"\b" if cue[-1].isalnum() else ""))
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)
