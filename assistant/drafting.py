"""Parts of a summary while they are written: pieces cut to sentences, repeats told apart, source words chosen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from assistant.captions import CodedLine
from assistant.documents import Sentence
from assistant.evidence.reading import Reading
from assistant.evidence.selecting import count_shown_words, score_part
from assistant.evidence.sentences import split_sentences
from assistant.evidence.terms import find_terms
from assistant.evidence.wording import (
    LONGEST_WORDS,
    introduce,
    lower_title,
    says_who,
    trim_source,
)
from assistant.outline import Task

if TYPE_CHECKING:
    from assistant.evidence.learned_ranker import LearnedRanker

REPEATED = 0.7  # share of a sentence's terms that one told before has: it says nothing new
SHORTEST_WORDS = 3
_MARKS = re.compile(r"^(?:[-*•]\s+|\d{1,2}[.)]\s+(?=[A-Z])|#+\s*)")
_ITEM = re.compile(r"(?<!\S)\(\d{1,2}\)\s+")  # not the "(2)" of "section 12(2)"
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
        return any(
            len(terms & told) >= REPEATED * min(len(terms), max(len(told), 1)) and len(terms & told) >= 0.5 * len(terms)
            for told in self._told
        )

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
    return _drop_repeats(line)


def _drop_repeats(line: str) -> str:
    """Take the items out of an enumeration "(1) …; (2) …" that repeat one before, as a small model writes them."""
    lead, *items = _ITEM.split(line)
    kept: dict[tuple[str, ...], str] = {}
    for item in items:
        text = item.strip(" ;,.")
        text = re.sub(r"[;,]? and$", "", text)
        kept.setdefault(tuple(re.findall(r"\w+|[$£€%]", text.casefold())), text)
    if len(kept) == len(items):
        return line
    told = list(kept.values())
    numbered = "; ".join(f"({n}) {item}" for n, item in enumerate(told, 1)) if len(told) > 1 else told[0]
    return f"{lead}{numbered}."


def choose_source(
    draft: Draft,
    task: Task,
    ranges: list[tuple[int, int]],
    words: int,
    at_least_one: bool,
    ranker: LearnedRanker | None = None,
) -> list[tuple[int, int]]:
    """Choose source sentences for a part, best first until the words are spent, in reading order.

    Args:
        draft: What is told already; it is not told again.
        task: The part.
        ranges: Running ranges to choose from.
        words: Words to fill.
        at_least_one: True where one sentence must come even if it is longer than that.
        ranker: What was learned from approved summaries; None for the made score alone.

    Returns:
        Running offsets of whole sentences.
    """
    reading = draft.reading
    inner = sorted({i for start, end in ranges for i in reading.units_within(start, end)})
    held = sum(count_shown_words(reading.unit_text(i)) for i in inner)
    if at_least_one and not task.part.name and task.within is None and held <= 1.2 * words:
        return sorted(ranges)  # the whole document's extract: chosen without repeats, to the length asked for
    scores = score_part(reading, task.part, ranker=ranker)
    inside = sorted(inner, key=lambda i: -scores[i])
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
        length = min(unit.words, LONGEST_WORDS)
        if spent + 0.6 * length <= words or (at_least_one and not chosen):
            chosen.append(index)
            told.append(terms)
            spent += length
    return [(reading.units[i].start, reading.units[i].end) for i in sorted(chosen)]


def word_source(reading: Reading, start: int, end: int) -> str:
    """Give a source sentence as it can stand in a summary; a heading loses the capitals of its title case."""
    text = trim_source(reading.text[start:end])
    units = reading.units_within(start, end)
    if units and reading.units[units.start].role == "point":
        text = lower_title(text, reading.prose)
    if units and reading.units[units.start].opinion and not says_who(text):
        text = introduce(text, f"separate {reading.units[units.start].opinion}", "says", True)
    return text


def account_pages(reading: Reading, drawn: list[int]) -> Iterator[CodedLine]:
    """Say for each run of pages that a summary draws nothing from what stands on it, by the form of its sentences.

    Args:
        reading: The document.
        drawn: Pages, from 1, that the summary rests on.
    """
    by_page: dict[int, list[int]] = {}
    for index, unit in enumerate(reading.units):
        by_page.setdefault(unit.page, []).append(index)
    runs: list[tuple[str, list[int]]] = []
    for page in sorted(set(by_page) - set(drawn)):
        roles = Counter(reading.units[i].role for i in by_page[page])
        holds = _HOLDS.get(roles.most_common(1)[0][0], _HOLDS["body"])
        if runs and runs[-1][0] == holds and runs[-1][1][-1] == page - 1:
            runs[-1][1].append(page)
        else:
            runs.append((holds, [page]))
    for holds, pages in runs:
        first, last = reading.units[by_page[pages[0]][0]], reading.units[by_page[pages[-1]][-1]]
        name = f"Page {pages[0]} holds" if len(pages) == 1 else f"Pages {pages[0]} to {pages[-1]} hold"
        evidence = (reading.give_evidence(first.start, last.end),)
        yield CodedLine(f"{name} {holds}.", "told by the form of the pages", evidence)


_HOLDS = {
    "contents": "tables of contents and authorities",
    "caption": "the caption and counsel",
    "signature": "signatures",
    "certificate": "certificates",
    "citation": "citations",
    "body": "text from which nothing further was drawn",
}
