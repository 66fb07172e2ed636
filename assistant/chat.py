"""Answers over the filings of a matter, quote first: sentences are chosen, the model condenses, code verifies.

Where no passage bears the question the answer abstains and shows the nearest passages instead.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.captions import tell_fact
from assistant.documents import Answer, Evidence, RedactedDocument, Sentence
from assistant.drafting import cut_sentences, word_source
from assistant.engine.base import Engine
from assistant.engine.prompts import PROMPT_HASH, answer_prompt
from assistant.evidence.attitudes import find_negators
from assistant.evidence.bearing import Bearing, weigh_bearing
from assistant.evidence.grounding import Grounder, Verdict
from assistant.evidence.kept_readings import share_reading
from assistant.evidence.questions import strip_frame
from assistant.evidence.reading import Reading
from assistant.evidence.retrieval import Hit
from assistant.evidence.terms import find_terms
from assistant.settings import Settings
from assistant.store.pseudonyms import find_pseudonyms

_TEMPLATE_LINE = re.compile(r"[A-Z][a-z]+(?: [a-z]+){0,2}:\s")
NO_MODEL = "none"
BASE = "base"
MOST_SENTENCES = 3
ANSWER_TOKENS = 90
_OF_ONE_FILING = 3  # best passages that must be of the filing whose caption answers
_FOLLOW_UP = re.compile(
    r"^(?:and|but|so|then|also|what about|how about|why|when|where|who|how much|how many)\b.{0,40}$|"
    r"\b(?:it|he|she|they|them|him|her|his|their|its|this|that|these|those|there|the same|the other|the former|"
    r"the latter)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Quote:
    """One sentence of a passage that bears the question: where it stands, and how well it bears it, 0..1."""

    document_id: str
    start: int
    end: int
    bearing: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was found for a question, read and weighed, before a sentence is written.

    Attributes:
        hits: The passages whose documents are there, best first.
        readings: Their documents, by id.
        bearing: How well the passages bear the question.
    """

    hits: tuple[Hit, ...]
    readings: Mapping[str, Reading]
    bearing: Bearing

    @property
    def confidence(self) -> float:
        """How well the best passages bear the question, 0..1; the `Answer` has the same."""
        return self.bearing.confidence


def weigh(
    question: str,
    hits: Sequence[Hit],
    documents: Mapping[str, RedactedDocument],
    history: Sequence[tuple[str, str]] = (),
) -> Weighed:
    """Weigh the passages found for a question; arguments as in `answer`, which is given the outcome."""
    readings = {d: share_reading(documents[d]) for d in dict.fromkeys(h.document_id for h in hits) if d in documents}
    there = tuple(hit for hit in hits if hit.document_id in readings)
    return Weighed(there, readings, weigh_bearing(rewrite_question(question, history), there, readings))


def rewrite_question(question: str, history: Sequence[tuple[str, str]]) -> str:
    """Make a follow-up question stand alone for the search: what the last turns were about is put behind it.

    Args:
        question: As asked, pseudonymized.
        history: Earlier (question, answer) pairs, oldest first.

    Returns:
        The question itself where it names what it is about, else with the terms of the last question and its answer's
        names.
    """
    if not history:
        return question
    own = find_terms(question)
    if find_pseudonyms(question) and len(own) > 3 or not (_FOLLOW_UP.search(question) or len(own) <= 2):
        return question
    asked, answered = history[-1]
    if len(find_terms(asked)) <= 3 and len(history) > 1:
        asked = f"{history[-2][0]} {asked}"
    names = [name for name in dict.fromkeys(find_pseudonyms(answered)) if name not in question]
    return " ".join([question, asked, *names[:3]])


def answer(
    question: str,
    hits: Sequence[Hit],
    documents: Mapping[str, RedactedDocument],
    engine: Engine | None,
    *,
    history: Sequence[tuple[str, str]] = (),
    adapter: str = BASE,
    settings: Settings,
    stop: threading.Event | None = None,
    weighed: Weighed | None = None,
) -> Iterator[Sentence | Answer]:
    """Answer a question from the passages found for it.

    Args:
        question: Pseudonymized.
        hits: From `Index.search`, best first.
        documents: The hits' documents, by id; a hit whose document is not here is passed over.
        engine: The language model; may be None where `adapter` is "none".
        history: Earlier (question, answer) pairs of the conversation, oldest first.
        adapter: Adapter id, "base", or "none" for the source's own sentences.
        settings: `on_unsupported` and `on_own_words` count.
        stop: Ends the answer within half a second; what is done stays.
        weighed: Of the same question and hits, where the caller has weighed them to tell the confidence first.

    Yields:
        Each verified `Sentence` as soon as it is done, and the `Answer` last, always.
    """
    started = time.perf_counter()
    stop = stop or threading.Event()
    weighed = weighed or weigh(question, hits, documents, history)
    hits, readings, bearing = weighed.hits, weighed.readings, weighed.bearing
    quotes = _choose_quotes(bearing, readings)
    sentences: list[Sentence] = []
    fact = _tell_fact(strip_frame(question), hits, readings)
    if fact is not None:
        sentences.append(fact)
        yield fact
    elif bearing.bears and quotes:
        for sentence in _write(question, quotes, readings, engine, history, adapter, settings, stop):
            sentences.append(sentence)
            yield sentence
    yield Answer(
        question=question,
        sentences=tuple(sentences),
        abstained=fact is None and (not bearing.bears or not quotes),
        nearest=tuple(_cite(hit, readings) for hit in hits[:3]),
        confidence=bearing.confidence,
        adapter=adapter,
        provenance={
            "model": engine.model_hash if engine is not None and adapter != NO_MODEL else "",
            "adapter": adapter,
            "prompt": PROMPT_HASH,
            "scheme": next((reading.document.scheme for reading in readings.values()), ""),
        },
        seconds=time.perf_counter() - started,
    )


def pick_sentence(answer: Answer) -> int | None:
    """Give the index of the sentence that a cell of a grid shows: the shortest verified one that says what was asked.

    Of the sentences that are supported best, those that share the most terms with the question are compared by length,
    so that a short aside is not told in the place of the answer. None where there is no sentence.
    """
    asked = set(find_terms(answer.question))

    def rank(index: int) -> tuple[int, int, int]:
        sentence = answer.sentences[index]
        return -_ORDER[sentence.support], -len(asked & set(find_terms(sentence.text))), len(sentence.text)

    return min(range(len(answer.sentences)), key=rank, default=None)


def _tell_fact(question: str, hits: Sequence[Hit], readings: Mapping[str, Reading]) -> Sentence | None:
    """Answer from the caption where it is asked for one of its facts and the best passages are all of one filing."""
    best = list(dict.fromkeys(hit.document_id for hit in hits[:_OF_ONE_FILING]))
    line = tell_fact(readings[best[0]], question) if len(best) == 1 else None
    return Sentence(line.text, "supported", line.reason, line.evidence, "", line.origin) if line else None


def _choose_quotes(bearing: Bearing, readings: Mapping[str, Reading]) -> list[_Quote]:
    """Take the sentences that bear the question best, those that say the same only once."""
    quotes: list[_Quote] = []
    told: list[frozenset[str]] = []
    best = bearing.sentences[0].weight if bearing.sentences else 0.0
    for one in bearing.sentences:
        terms = frozenset(find_terms(readings[one.document_id].text[one.start : one.end]))
        if one.weight < 0.55 * best or any(len(terms & other) > 0.7 * min(len(terms), len(other)) for other in told):
            continue
        told.append(terms)
        quotes.append(_Quote(one.document_id, one.start, one.end, one.weight))
        if len(quotes) == MOST_SENTENCES:
            break
    return quotes


def _write(
    question: str,
    quotes: Sequence[_Quote],
    readings: Mapping[str, Reading],
    engine: Engine | None,
    history: Sequence[tuple[str, str]],
    adapter: str,
    settings: Settings,
    stop: threading.Event,
) -> Iterator[Sentence]:
    """Let the model condense the quotes; what the source does not bear is replaced by the quotes themselves."""
    told: list[Sentence] = []
    if engine is not None and adapter != NO_MODEL:
        grounders = {d: Grounder(readings[d]) for d in dict.fromkeys(q.document_id for q in quotes)}
        passages = [" ".join(readings[q.document_id].text[slice(*_widen(q, readings))].split()) for q in quotes]
        pieces = engine.stream(
            answer_prompt(question, passages, history),
            adapter=None if adapter == BASE else adapter,
            max_new_tokens=ANSWER_TOKENS,
            stop=stop,
        )
        for text in cut_sentences(pieces, ""):
            sentence = _verify(text, question, quotes, readings, grounders, settings)
            if sentence is None or stop.is_set():
                break
            if not any(_repeats(text, other.text) for other in told):
                told.append(sentence)
                yield sentence
            if len(told) == MOST_SENTENCES:
                break
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    if not told and not stop.is_set():
        for quote in quotes:
            reading = readings[quote.document_id]
            evidence = (reading.give_evidence(quote.start, quote.end),)
            yield Sentence(
                word_source(reading, quote.start, quote.end),
                "supported",
                "the source's own words",
                evidence,
                "",
                "source",
            )


def _verify(
    text: str,
    question: str,
    quotes: Sequence[_Quote],
    readings: Mapping[str, Reading],
    grounders: Mapping[str, Grounder],
    settings: Settings,
) -> Sentence | None:
    """Verify a sentence of the model against the quotes' documents; None where it is to be replaced.

    A line of a summary's template ("From: …, No. …, entered …") is no answer: its parts stand in the source, but
    nothing says that they belong together.
    """
    if _TEMPLATE_LINE.match(text):
        return None
    best: Verdict | None = None
    for document_id, grounder in grounders.items():
        ranges = [_widen(q, readings) for q in quotes if q.document_id == document_id]
        verdict = grounder.verify_written(text, ranges)
        if best is None or _ORDER[verdict.support] > _ORDER[best.support]:
            best = verdict
    if best is None:
        return None
    says = set(find_terms(text)) - set(find_terms(question))
    if best.support == "unsupported" or not says and not find_negators(text):
        if settings.on_unsupported == "source" or not says:
            return None
        return Sentence(text, "unsupported", best.reason, best.evidence, "", "model")
    if best.own_words and settings.on_own_words == "source":
        return None
    return Sentence(text, best.support, best.reason, best.evidence, "", "model")


_ORDER = {"unsupported": 0, "partial": 1, "supported": 2}


def _repeats(text: str, other: str) -> bool:
    """Tell whether two sentences have most of their terms in common."""
    one, two = set(find_terms(text)), set(find_terms(other))
    return bool(one and two) and len(one & two) > 0.7 * min(len(one), len(two))


def _widen(quote: _Quote, readings: Mapping[str, Reading]) -> tuple[int, int]:
    """Give the quote with the sentence before and behind it, as far as they are prose of the same section."""
    reading = readings[quote.document_id]
    units = reading.units
    inside = reading.units_within(quote.start, quote.end)
    first, last = inside.start, inside.stop - 1
    if first > 0 and units[first - 1].role == "body" and units[first - 1].section == units[first].section:
        first -= 1
    if last + 1 < len(units) and units[last + 1].role == "body" and units[last + 1].section == units[last].section:
        last += 1
    return units[first].start, units[last].end


def _cite(hit: Hit, readings: Mapping[str, Reading]) -> Evidence:
    """Give a hit's passage as evidence."""
    evidence = readings[hit.document_id].give_evidence(hit.passage.start, hit.passage.end)
    return replace(evidence, revision=hit.revision)
