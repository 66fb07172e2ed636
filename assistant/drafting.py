"""Parts of a summary while they are written: the model's pieces cut to sentences, repeats told apart, source words chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assistant.documents import Evidence, Sentence
from assistant.evidence.ranker import score_units
from assistant.evidence.reading import Reading
from assistant.evidence.sentences import split_sentences
from assistant.evidence.terms import find_terms
from assistant.outline import Task

REPEATED = 0.7  # share of a sentence's terms that one told before has: it says nothing new
SHORTEST_WORDS = 3
_MARKS = re.compile(r"^(?:[-*•]\s+|\d{1,2}[.)]\s+(?=[A-Z])|#+\s*)")
_CHAT = re.compile(r"<\|[^|]*\|>|</?text>|^\s*(?:here is|here's|sure)[^.:]*:\s*", re.IGNORECASE)


class Draft:
    """What a summary has told so far."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._told: list[frozenset[str]] = []
        self._used: set[int] = set()
        self._pages: set[int] = set()

    def tell(self, sentence: Sentence) -> None:
        """Remember a sentence and the source units it rests on."""
        self._told.append(frozenset(find_terms(sentence.text)))
        for evidence in sentence.evidence[:1]:
            self._used.update(self.reading.units_within(evidence.start, evidence.end))

    def is_told(self, text: str) -> bool:
        """Tell whether a sentence repeats one that was told."""
        terms = frozenset(find_terms(text))
        if not terms:
            return True
        return any(len(terms & told) >= REPEATED * min(len(terms), max(len(told), 1)) and len(terms & told) >= 0.5 * len(terms) for told in self._told)

    def is_used(self, unit: int) -> bool:
        """Tell whether a told sentence already rests on a source unit."""
        return unit in self._used


def cut_sentences(pieces: Iterator[str], part: str) -> Iterator[str]:
    """Cut the model's stream into clean sentences, each as soon as the next one begins.

    Args:
        pieces: Pieces of text as the engine gives them.
        part: Name of the part; an echo of it before the text is dropped.

    Yields:
        Sentences with a closing mark; an unfinished last one only where it is the only one.
    """
    buffer = ""
    given = 0
    for piece in pieces:
        buffer += piece
        spans = split_sentences(buffer)
        for start, end in spans[:-1]:
            text = _clean(buffer[start:end], part)
            if len(text.split()) >= SHORTEST_WORDS:
                given += 1
                yield text
        if len(spans) > 1:
            buffer = buffer[spans[-1][0] :]
    text = _clean(buffer, part)
    finished = bool(re.search(r"[.?!][\"”’)\]]*$", text))
    if len(text.split()) >= SHORTEST_WORDS and (finished or not given):
        yield text if finished else text.rstrip(" ,;:") + "."


def _clean(text: str, part: str) -> str:
    """Drop marks of lists and chat, an echo of the part's name, and line breaks."""
    line = _MARKS.sub("", _CHAT.sub("", " ".join(text.split()))).strip()
    if part and line.casefold().startswith(part.casefold() + ":"):
        line = line[len(part) + 1 :].strip()
    return line


def choose_source(
    draft: Draft, task: Task, ranges: list[tuple[int, int]], words: int, at_least_one: bool
) -> list[tuple[int, int]]:
    """Choose source sentences for a part, best first until the words are spent, in reading order.

    Args:
        draft: What is told already; it is not told again.
        task: The part.
        ranges: Running ranges to choose from.
        words: Words to fill.
        at_least_one: True where one sentence must come even if it is longer than that.

    Returns:
        Running offsets of whole sentences.
    """
    reading = draft.reading
    scores = score_units(reading, task.part)
    inside = sorted({i for start, end in ranges for i in reading.units_within(start, end)}, key=lambda i: -scores[i])
    chosen: list[int] = []
    told: list[frozenset[str]] = []
    spent = 0
    best = float(np.max(scores[inside])) if inside else 0.0
    for index in inside:
        unit = reading.units[index]
        text = reading.unit_text(index)
        if scores[index] <= 0 or scores[index] < 0.5 * best or draft.is_used(index) or draft.is_told(text):
            continue
        terms = frozenset(find_terms(text))
        if any(len(terms & other) > 0.6 * min(len(terms), len(other)) for other in told):
            continue
        length = min(unit.words, 45)
        if spent + 0.6 * length <= words or (at_least_one and not chosen):
            chosen.append(index)
            told.append(terms)
            spent += length
    return [(reading.units[i].start, reading.units[i].end) for i in sorted(chosen)]


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """A sentence made from the caption by code: who against whom, where, under which number."""

    text: str
    reason: str
    evidence: tuple[Evidence, ...]


def tell_caption(reading: Reading, title: str) -> CaptionLine | None:
    """Make a sentence from the facts that were read from the caption; each fact must stand in the text.

    Returns:
        None where the caption names no parties.
    """
    facts = {key: " ".join(value.split()) for key, value in reading.document.facts.items() if value}
    parties = facts.get("parties", "")
    if not parties:
        return None
    head = facts.get("title") or title
    bits = [f"{head[:1].upper()}{head[1:]} in {parties}" if head.upper() != head else f"{head.capitalize()} in {parties}"]
    bits += [facts["court"]] if facts.get("court") else []
    bits += [facts["docket_number"]] if facts.get("docket_number") else []
    if facts.get("date"):
        bits.append(facts["date"])
    evidence = _find_caption(reading)
    return CaptionLine(", ".join(bits).rstrip(".") + ".", "read from the caption", (evidence,)) if evidence else None


def _find_caption(reading: Reading) -> Evidence | None:
    """Give the caption as evidence: the first units up to the first prose."""
    caption = [unit for unit in reading.units[:60] if unit.role == "caption"]
    if not caption:
        caption = list(reading.units[:1])
    return reading.give_evidence(caption[0].start, caption[-1].end) if caption else None
