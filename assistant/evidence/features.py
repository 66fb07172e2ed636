"""What a sentence shows of itself to a ranker that learns: place, section, length, likeness to the rest, and its words.

Every figure is had in one walk over the document, so that time stays linear in its length. Pseudonyms count by what
they stand for ("PERSON"), never by their number: nothing here can tell one party from another.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.ranker import score_units
from assistant.evidence.reading import Reading
from assistant.store.pseudonyms import PATTERN

Columns = dict[str, NDArray[np.float64]]

ROLES = ("body", "point", "heading", "caption", "contents", "signature", "certificate", "citation", "fragment")
EIGHTHS = 8
OPENING_UNITS, CLOSING_UNITS = 8, 6  # sentences of prose that say what a document is about, and how it came out
HEADING_WORDS = 4  # the first words of a heading, which name a section from document to document
_CITED = re.compile(
    r"\bv\.|\bvs\b|§|\ufffd|\bU\.?S\.?C\b|C\.F\.R|\bF\.[23]d|\bApp\.|A\.?I\.?R\b|S\.C\.R|\b(?:19|20)\d\d\b.{0,12}\d{2}"
)
_COUNTED: dict[str, tuple[re.Pattern[str], float]] = {
    "citations": (_CITED, 4.0),
    "quotation marks": (re.compile(r'[“"”]'), 4.0),
    "brackets": (re.compile(r"\("), 4.0),
    "pseudonyms": (PATTERN, 5.0),
}
_SHARES: dict[str, re.Pattern[str]] = {
    "share of figures": re.compile(r"\d+"),
    "share of pseudonyms": PATTERN,
    "share of names": re.compile(r"\b[A-Z][a-z]+"),
    "share of capitals": re.compile(r"\b[A-Z]{3,}\b"),
}
_FORMS: dict[str, re.Pattern[str]] = {
    "closed": re.compile(r"[.?!][\"”)\]]*\Z"),
    "opens a list": re.compile(r":\Z"),
    "question": re.compile(r"\?\Z"),
}
_BEGINNINGS: dict[str, re.Pattern[str]] = {
    "begins small": re.compile(r"[a-z]"),
    "item": re.compile(r"\(?\d|\(?[a-z]\)"),
}
_WORD = re.compile(r"[a-z]+|\d+")


def describe_units(reading: Reading) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Give the names of the features, and their values, one row a unit of the reading."""
    columns: Columns = {}
    if reading.units:
        for add in (_add_place, _add_length_and_role, _add_likeness, _add_terms, _add_form, _add_section):
            add(reading, columns)
    names = tuple(columns)
    return names, np.stack([columns[name] for name in names], axis=1) if names else np.zeros((0, 0))


@lru_cache(maxsize=1)
def name_features() -> tuple[str, ...]:
    """Give the names of the features, which are the same for every document that has a sentence."""
    offsets = OffsetMap((Segment(0, 4, 1, 0, 4),))
    return describe_units(Reading(RedactedDocument("", "", 1, "plain", "One.", offsets, (), 1)))[0]


def list_marks(reading: Reading) -> list[set[str]]:
    """Give the words that each unit may be known by.

    Its words and pairs of words, how it begins ("^") and ends ("$"), the words of its heading ("h:"), and the heading
    itself ("H:"). A pseudonym is the word for its kind.
    """
    headings: dict[str, set[str]] = {}
    rows = []
    for index, unit in enumerate(reading.units):
        words = _plain_words(reading.unit_text(index))
        marks = set(words) | {f"{a} {b}" for a, b in zip(words, words[1:], strict=False)}
        if words:
            marks |= {f"^{words[0]}", f"^{' '.join(words[:2])}", f"${words[-1]}"}
        if unit.section not in headings:
            told = _plain_words(unit.section)
            headings[unit.section] = {f"h:{word}" for word in told} | {f"H:{' '.join(told[:HEADING_WORDS])}"}
        rows.append(marks | headings[unit.section])
    return rows


def _plain_words(text: str) -> list[str]:
    """Give the words of a text in small letters, pseudonyms by their kind."""
    return _WORD.findall(PATTERN.sub(lambda match: f" {match['word']} ", text).casefold())


def _add_place(reading: Reading, columns: Columns) -> None:
    """Add where in the document a unit stands, in words and in sentences from both ends."""
    count = len(reading.units)
    words = np.array([unit.words for unit in reading.units], dtype=float)
    total = max(float(words.sum()), 1.0)
    place = (np.cumsum(words) - words) / total
    from_start, from_end = np.arange(count, dtype=float), np.arange(count, dtype=float)[::-1]
    columns["place"], columns["place squared"] = place, place**2
    for reach in (3, 10, 30):
        columns[f"start {reach}"] = np.exp(-from_start / reach)
    for reach in (2, 5, 15):
        columns[f"end {reach}"] = np.exp(-from_end / reach)
    for eighth in range(EIGHTHS):
        columns[f"eighth {eighth}"] = (np.floor(place * EIGHTHS) == eighth).astype(float)
    columns["words of the document"] = np.full(count, np.log(total) / 10)


def _add_length_and_role(reading: Reading, columns: Columns) -> None:
    """Add how long a unit is, what kind of text, and whether it stands in a separate opinion."""
    words = np.array([unit.words for unit in reading.units], dtype=float)
    columns["log words"], columns["words"] = np.log1p(words), np.minimum(words, 80.0) / 40
    columns["short"], columns["long"] = (words < 8).astype(float), (words > 60).astype(float)
    columns["middling"] = ((words >= 15) & (words < 45)).astype(float)
    for role in ROLES:
        columns[f"role {role}"] = np.array([unit.role == role for unit in reading.units], dtype=float)
    columns["separate opinion"] = np.array([bool(unit.opinion) for unit in reading.units], dtype=float)


def _add_likeness(reading: Reading, columns: Columns) -> None:
    """Add how close a unit is to all prose, to its opening and end, to the caption, the headings and its neighbours."""
    units, matrix = reading.units, reading.matrix
    body = np.array([unit.role == "body" for unit in units])
    prose = np.flatnonzero(body)
    opening, closing = np.zeros(len(units), dtype=bool), np.zeros(len(units), dtype=bool)
    opening[prose[:OPENING_UNITS]], closing[prose[-CLOSING_UNITS:]] = True, True
    chosen = {
        "like the whole": body if body.any() else np.ones(len(units), dtype=bool),
        "like the opening": opening,
        "like the end": closing,
        "like the caption": np.array([unit.role == "caption" for unit in units]),
        "like the headings": np.array([unit.role in ("heading", "point") for unit in units]),
    }
    for name, rows in chosen.items():
        columns[name] = matrix.compare(matrix.centroid(rows)) if rows.any() else np.zeros(len(units))
    top = float(columns["like the whole"].max(initial=0.0))
    columns["like the whole"] = columns["like the whole"] / (top or 1.0)
    before = _compare_neighbours(reading)
    columns["like the one before"], columns["like the next"] = before, np.append(before[1:], 0.0)
    hand = score_units(reading, None)
    columns["made score"] = hand / (float(hand.max(initial=0.0)) or 1.0)
    columns["made rank"] = np.argsort(np.argsort(hand, kind="stable")) / max(len(units) - 1, 1)
    columns["left out"] = (hand == 0).astype(float)


def _compare_neighbours(reading: Reading) -> NDArray[np.float64]:
    """Give the cosine of each unit with the one before it; one array serves for all, or memory would not be bounded."""
    held = np.zeros(len(reading.matrix.ids))
    values = [0.0]
    for index in range(len(reading.units) - 1):
        keys, weights = reading.matrix.row(index)
        held[keys] = weights
        others, theirs = reading.matrix.row(index + 1)
        values.append(float(theirs @ held[others]))
        held[keys] = 0.0
    return np.array(values)


def _add_terms(reading: Reading, columns: Columns) -> None:
    """Add how frequent in the document, and how rare, a unit's terms are."""
    matrix = reading.matrix
    often = np.log1p(matrix.frequency.astype(float))
    rows = [matrix.row(index)[0] for index in range(len(reading.units))]

    def average(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([float(values[keys].mean()) if len(keys) else 0.0 for keys in rows])

    columns["frequent terms"] = average(often)
    columns["terms found once"] = average((matrix.frequency <= 1).astype(float))
    columns["rare terms"] = average(matrix.idf)
    words = np.maximum([unit.words for unit in reading.units], 1)
    columns["share of terms"] = np.array([len(keys) for keys in rows]) / words


def _add_form(reading: Reading, columns: Columns) -> None:
    """Add what is counted in a unit's text, and how it begins and ends."""
    texts = [reading.unit_text(index) for index in range(len(reading.units))]
    words = np.maximum([unit.words for unit in reading.units], 1)

    def count(pattern: re.Pattern[str]) -> NDArray[np.float64]:
        return np.array([sum(1 for _ in pattern.finditer(text)) for text in texts], dtype=float)

    def mark(test: Callable[[str], object]) -> NDArray[np.float64]:
        return np.array([bool(test(text)) for text in texts], dtype=float)

    for name, (pattern, most) in _COUNTED.items():
        columns[name] = np.minimum(count(pattern), most) / 2
    for name, pattern in _SHARES.items():
        columns[name] = count(pattern) / words
    for name, pattern in _FORMS.items():
        columns[name] = mark(pattern.search)
    for name, pattern in _BEGINNINGS.items():
        columns[name] = mark(pattern.match)


def _add_section(reading: Reading, columns: Columns) -> None:
    """Add the place of a unit in its section and paragraph, and of the section in the document."""
    units = reading.units
    count = len(units)
    nth = np.array([unit.nth for unit in units], dtype=float)
    columns["first"], columns["opening"] = (nth == 0).astype(float), np.exp(-nth / 2)
    columns["early"] = np.exp(-nth / 10)
    starts = np.array([i == 0 or units[i].section != units[i - 1].section for i in range(count)])
    section = np.cumsum(starts) - 1
    sizes = np.bincount(section)
    inside = np.arange(count) - np.flatnonzero(starts)[section]
    size, last = sizes[section], max(int(section.max()), 1)
    columns["place in section"], columns["end of section"] = inside / size, np.exp(-(size - 1 - inside) / 2)
    columns["size of section"] = np.log1p(size) / 5
    columns["place of section"], columns["last sections"] = section / last, np.exp(section - float(last))
    columns["no section"] = np.array([not unit.section for unit in units], dtype=float)
    columns["opens a paragraph"] = np.array(
        [i == 0 or "\n\n" in reading.text[units[i - 1].end : unit.start] for i, unit in enumerate(units)], dtype=float
    )
