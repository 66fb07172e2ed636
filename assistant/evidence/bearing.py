"""Whether passages bear a question, and which of their sentences do: the ground of an answer, and of abstaining.

A sentence bears a question by its terms (rare ones count more), by its meaning (cosine of sentence vectors), and by
having the kind of thing that is asked for: a date for "when", an amount for "how much". Of those that do, the ones on
the question's very subject come first, as far as the maps of subjects can tell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.evidence.claims import Kind, find_claims
from assistant.evidence.embedding import share_embedder, take_mean
from assistant.evidence.questions import find_question_terms, state_question, strip_frame
from assistant.evidence.reading import Reading, Unit
from assistant.evidence.retrieval import Hit
from assistant.evidence.subjects import WORTH, share_subjects
from assistant.evidence.terms import find_terms
from assistant.store.pseudonyms import PATTERN, find_pseudonyms

READ_PASSAGES = 6
MOST_SENTENCES = 48
BEARS = 0.376  # least weight of the best sentence, below it the answer abstains; see docs/benchmarks.md
NAMED_MISSING = 0.5  # share of the question's pseudonyms that must stand in the passages
# Words behind which a pseudonym is a name ("did PERSON_3 …"). Behind "the" or "to" it is most often an ordinary word
# that a recognizer took for one ("require the COMPANY_5 to COMPANY_9 the COMPANY_7"), and stands in no passage.
_BEFORE_NAMES = frozenset(
    "did does do is are was were has have had can could may must should will would of by with between about for "
    "against from whom who why when if that".split()
)
_ROLES = ("body", "point", "fragment", "caption")
# "Plaintiff repeats and realleges each of the foregoing allegations": a form that says nothing by itself.
_REFERS_BACK = re.compile(
    r"\b(?:repeats?|re-?alleges?|restates?|incorporates?)\b.{0,80}\b(?:foregoing|preceding|above|prior|previous|paragraphs?)\b",
    re.IGNORECASE | re.DOTALL,
)
_REFERRING_WORDS = 30

_KINDS: tuple[tuple[re.Pattern[str], frozenset[Kind]], ...] = (
    (
        re.compile(r"\bhow (?:much|high|large)\b|\bwhat (?:amount|sum|price|fee|salary|rent|damages)\b", re.IGNORECASE),
        frozenset({"money", "percent", "number"}),
    ),
    (
        re.compile(r"\bhow (?:long|soon|quickly)\b|\bwhat (?:period|term)\b|\bwithin what\b", re.IGNORECASE),
        frozenset({"period", "date"}),
    ),
    (
        re.compile(r"^\W*when\b|\b(?:what|which) (?:date|day|year|deadline)\b|\bby when\b|\bdeadline\b", re.IGNORECASE),
        frozenset({"date", "period"}),
    ),
    (re.compile(r"\bhow many\b|\bhow often\b", re.IGNORECASE), frozenset({"number", "period", "ordinal"})),
    (re.compile(r"\b(?:docket|case|application|index) number\b", re.IGNORECASE), frozenset({"docket"})),
)


@dataclass(frozen=True, slots=True)
class BearingSentence:
    """One sentence and how well it bears the question: weight 0..1."""

    document_id: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Bearing:
    """What was found for a question.

    Attributes:
        sentences: Best first: by weight, and by whether they are on the question's subject.
        confidence: Weight 0..1 of the sentence that has most.
        bears: False where the answer must abstain.
        why: In words, why it does not bear the question, or "".
    """

    sentences: tuple[BearingSentence, ...]
    confidence: float
    bears: bool
    why: str = ""


def weigh_bearing(question: str, hits: Sequence[Hit], readings: Mapping[str, Reading]) -> Bearing:
    """Weigh the sentences of the best passages against a question.

    Args:
        question: Standing alone, pseudonymized.
        hits: Best first.
        readings: Of the hits' documents, by id.
    """
    asked = strip_frame(question)
    places = _gather(hits[:READ_PASSAGES], readings)
    if not places:
        return Bearing((), 0.0, False, "no passage was found")
    texts = [" ".join(readings[d].text[start:end].split()) for d, start, end, _ in places]
    states = share_embedder().read_tokens([state_question(question), *texts])
    asked_vector, *vectors = map(take_mean, states)
    likeness = np.stack(vectors) @ asked_vector
    maps = share_subjects()
    matched = maps.match(states[0], states[1:]) if maps is not None else np.zeros(len(texts))
    terms = find_question_terms(question)
    weights = _weigh_terms(terms, readings)
    kinds = next((kinds for pattern, kinds in _KINDS if pattern.search(asked)), None)
    scored = []
    for (document_id, start, end, rank), text, close in zip(places, texts, likeness, strict=True):
        coverage = _cover(weights, text)
        weight = 0.55 * float(np.clip(close, 0.0, 1.0)) + 0.45 * coverage - 0.01 * rank
        if kinds is not None:
            weight += 0.12 if any(claim.kind in kinds for claim in find_claims(text)) else -0.12
        scored.append(BearingSentence(document_id, start, end, min(max(weight, 0.0), 1.0)))
    best = max(one.weight for one in scored)
    ranked = sorted(zip(scored, matched, strict=True), key=lambda pair: -pair[0].weight - WORTH * float(pair[1]))
    why = _name_lack(question, hits, readings, best)
    return Bearing(tuple(one for one, _ in ranked), best, not why, why)


def _name_lack(question: str, hits: Sequence[Hit], readings: Mapping[str, Reading], best: float) -> str:
    """Say what is lacking: a name that is asked about, or likeness."""
    names = _find_names(strip_frame(question))
    if names:
        held = set(find_pseudonyms(" ".join(hit.text for hit in hits[:READ_PASSAGES])))
        if sum(name in held for name in names) < NAMED_MISSING * len(names):
            return "the passages do not name whom the question is about"
    return "no passage bears the question" if best < BEARS else ""


def _find_names(question: str) -> list[str]:
    """Give the pseudonyms that stand in a question as names do, each once."""
    names = []
    for found in PATTERN.finditer(question):
        before = question[: found.start()].split()
        if not before or before[-1].lower() in _BEFORE_NAMES:
            names.append(found.group())
    return list(dict.fromkeys(names))


def _gather(hits: Sequence[Hit], readings: Mapping[str, Reading]) -> list[tuple[str, int, int, int]]:
    """Give the sentences of the hits' passages: document, start, end, rank of the passage."""
    places: list[tuple[str, int, int, int]] = []
    for rank, hit in enumerate(hits):
        reading = readings[hit.document_id]
        for index in reading.units_within(hit.passage.start, hit.passage.end):
            unit = reading.units[index]
            if unit.role in _ROLES and unit.words >= 3 and not _refers_back(reading, unit):
                places.append((hit.document_id, unit.start, unit.end, rank))
    return places[:MOST_SENTENCES]


def _refers_back(reading: Reading, unit: Unit) -> bool:
    """Tell whether a sentence only takes up what was alleged before."""
    return unit.words <= _REFERRING_WORDS and _REFERS_BACK.search(reading.text, unit.start, unit.end) is not None


def _weigh_terms(terms: Sequence[str], readings: Mapping[str, Reading]) -> dict[str, float]:
    """Weigh the question's terms by how rare they are in the documents; one that is in none counts most."""
    total = sum(len(reading.matrix) for reading in readings.values())
    weights = {}
    for term in terms:
        held = sum(reading.count_units(term) for reading in readings.values())
        weights[term] = math.log((1 + total) / (1 + held)) + 0.3
    return weights


def _cover(weights: Mapping[str, float], text: str) -> float:
    """Give the share of the question's term weight that a text has."""
    total = sum(weights.values())
    held = set(find_terms(text))
    return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0
