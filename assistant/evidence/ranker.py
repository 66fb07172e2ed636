"""Which sentences of a document matter, for one part of a summary or for a question: the whole document is read.

A sentence's score adds up what it has: the part's cue words (rare ones count more), the heading it stands under, its
place, and how central its terms are to the document. Time is linear in the length of the document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.documents import RedactedDocument
from assistant.evidence.claims import Value, read_dates
from assistant.evidence.reading import Reading
from assistant.templates import Part

CUE_WEIGHT = 1.7
SECTION_WEIGHT = 0.9
POSITION_WEIGHT = 0.9
FIGURE_WEIGHT = 0.3
CENTRAL_WEIGHT = 0.9
QUERY_WEIGHT = 3.0
POINT_WEIGHT = 3.0
DANGLING_WEIGHT = 0.5
PHRASE_WEIGHT = 1.5  # of a cue of several words, which says more than one word
AVOIDED_WEIGHT = 1.2
ROADMAP_WEIGHT = 0.8
SEPARATE_WEIGHT = 1.0  # taken off what stands in a dissent or a concurrence
OPENING_WEIGHT = 0.35
LONG_CAPTION_WORDS = 12  # a line of the caption this long says who does what

# Headings under which a document says what it is about, and those under which it seldom does.
_TELLING = re.compile(
    r"question.? presented|issues? presented|introduction|summary|syllabus|held|nature of (?:the )?(?:action|case)|"
    r"conclusion|decision|order|findings|prayer|relief|overview|abstract|reasons for",
    re.IGNORECASE,
)
_IDLE = re.compile(
    r"related proceedings|opinions? below|jurisdiction|venue|provisions? involved|parties to|corporate disclosure|"
    r"appendix|"
    r"certificate|authorities|definitions|appearances|notice to|exhibits?$",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"(?:(?:But|And|Or|So|Yet|Nor)\b,?\s+)?(?:It|This|That|These|Those|They|He|She|His|Her|Their|Its|Such|Both|"
    r"Neither|One|In doing so|For example|"
    r"For instance|Again|Rather|Instead|On the other hand|In other words|By contrast|Similarly|Likewise|Id|See|"
    r"The (?:former|latter|same))\b"
)
_ROADMAP = re.compile(
    r"\bin turn\b|\bwe (?:first|next|now|then)?,? ?(?:address|turn to|consider|begin)\b|\b(?:as )?(?:discussed|"
    r"explained|set forth|noted) "
    r"(?:above|below)|\bneed not (?:address|decide|reach)|^NOTE:|\bheadnote\b|\bsyllabus\b|\bfor convenience only\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"[.?!:;][\"'”’)\]]*(?:\d{1,3})?$")
_DATE = re.compile(
    r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|"
    r"Dec(?:ember)?)\.?\s+\d{1,2}(?:st|nd|rd|th)?\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\bDATE_\d+\b|"
    r"\b(?:\w+teen|\w+ty|\d{1,3}|two|three|four|five|six|seven|eight|nine|ten)(?:\s*\(\d+\))?\s+(?:calendar |"
    r"business )?days\b"
)
_PERIOD = re.compile(r"\bdays\b", re.IGNORECASE)
_FIGURE = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|"
    r"Nov|Dec)\b\.?,?\s+(?:\d{1,2}\b|\d{4})|\bday of [A-Z]|\d{1,2}/\d{1,2}/\d{2,4}|[$€£]\s?\d|\bRs\.?\s?\d|\bDATE_\d"
)
_DEADLINE = re.compile(
    r"\b(?:deadline|due|no later than|not later than|on or before|within|until|up to and including|scheduled|set "
    r"for|hearing|"
    r"shall (?:be )?(?:file|serve|submit|respond|answer|appear|confer)\w*|must (?:be )?(?:file|serve|submit|"
    r"respond|answer|appear)\w*|"
    r"conference|trial|extend\w*|returnable|noticed for|will hear|will conduct|(?:is|are|be|was|been) set\b|"
    r"calendared|appear|oral argument|"
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
    """Give the score of each unit of the reading; 0 for what must not be chosen.

    Parts that ask for the same (the sections of a long summary) are scored once a reading; the array is a copy.
    """
    key = (
        (query,)
        if part is None
        else (query, part.cues, part.sections, part.avoid, part.position, part.needs, part.voice)
    )
    if key not in reading.scores:
        reading.scores[key] = _score_units(reading, part, query)
    return reading.scores[key].copy()


def _score_units(reading: Reading, part: Part | None, query: str) -> NDArray[np.float64]:
    """Add up the scores of all units."""
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
    scores -= ROADMAP_WEIGHT * _mark_units(reading, _ROADMAP)
    cues = matched = np.zeros(count)
    if part is not None and part.avoid:
        scores -= AVOIDED_WEIGHT * _mark_units(reading, compile_cues(part.avoid))
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
    scores += FIGURE_WEIGHT * _mark_units(reading, _FIGURE)
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


def _mark_units(reading: Reading, pattern: re.Pattern[str]) -> NDArray[np.float64]:
    """Give 1 for each unit in which the pattern is found."""
    values = np.zeros(len(reading.units))
    for match in pattern.finditer(reading.text):
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
    """Give 1 for a sentence that leans on the one before it, 1.6 for one that breaks off, 0 for any other."""
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
    for cue, places in found.items():
        weight = PHRASE_WEIGHT if " " in cue or cue.endswith(":") else 1.0
        values[list(places)] += weight * np.log(1.0 + total / len(places)) / np.log(1.0 + total)
    return 1.0 - np.exp(-1.2 * values)


def _find_dates(reading: Reading) -> NDArray[np.float64]:
    """Give 1.5 for a sentence with a deadline: a word of duty or hearing with a period or a date that is not past.

    A date is past where it lies before the caption's date; without one, or with pseudonyms for dates, none is.
    """
    values = np.zeros(len(reading.units))
    today = max((_order_date(value) for value in read_dates(reading.document.facts.get("date", ""))), default=0)
    for index, unit in enumerate(reading.units):
        text = reading.text[unit.start : unit.end]
        if unit.role != "body" or not _DATE.search(text) or not _DEADLINE.search(text):
            continue
        dates = [_order_date(value) for value in read_dates(text)]
        ahead = not today or not dates or max(dates) >= today or bool(_PERIOD.search(text))
        values[index] = 1.5 if ahead else 0.0
    return values


def _order_date(value: Value) -> int:
    """Give a date as a number that orders it; one without a year is taken for one to come."""
    if not isinstance(value, tuple) or value[0] is None:
        return 99991231
    year, month, day = (int(field) if isinstance(field, int | float) else 0 for field in (*value, None)[:3])
    return year * 10000 + (month or 12) * 100 + (day or 31)


def _find_named_headings(reading: Reading, wanted: Sequence[str]) -> NDArray[np.bool_]:
    """Mark headings that say something themselves about the part ("COUNT II: BREACH OF CONTRACT")."""
    pattern = compile_cues(tuple(wanted))
    return np.array(
        [
            unit.role in ("heading", "point") and unit.words >= 4 and bool(pattern.search(reading.unit_text(i)))
            for i, unit in enumerate(reading.units)
        ]
    )


@lru_cache(maxsize=256)
def compile_cues(cues: tuple[str, ...]) -> re.Pattern[str]:
    """Compile cue phrases of a template: whole words, any case, `*` at a word's end for any ending."""
    patterns = []
    for cue in sorted(cues, key=len, reverse=True):
        body = r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in cue.split())
        patterns.append((r"\b" if cue[0].isalnum() else "") + body + (r"\b" if cue[-1].isalnum() else ""))
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)
