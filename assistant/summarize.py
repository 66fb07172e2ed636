"""Summaries: for each part, passages are selected, condensed by the model, and every sentence is verified by code.

A sentence that the source does not bear, or that the model put together in its own words, is replaced by the source's
own or shown as what it is, as the settings say.
Without a model (adapter "none") the source's own sentences make the summary.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.captions import find_caption, tell_caption
from assistant.documents import Coverage, Detail, RedactedDocument, Sentence, Summary
from assistant.drafting import Draft, account_pages, choose_source, cut_sentences, word_source
from assistant.engine.base import BASE, NO_MODEL, Engine
from assistant.engine.prompts import PROMPT_HASH
from assistant.errors import NotFound
from assistant.evidence.grounding import Grounder
from assistant.evidence.house_rankers import HouseRankers
from assistant.evidence.kept_readings import share_reading
from assistant.evidence.learned_ranker import LearnedRanker
from assistant.evidence.reading import Reading
from assistant.evidence.selecting import Selection, extract_summary
from assistant.evidence.sides import speaks_of_sides
from assistant.evidence.wording import introduce, is_introduced, says_who
from assistant.outline import PartPrompt, Task, ask_for, choose_passages, make_outline, summary_prompts
from assistant.settings import Settings
from assistant.templates import Template

__all__ = [
    "BASE",
    "NO_MODEL",
    "PartPrompt",
    "Progress",
    "rewrite_part",
    "summarize",
    "summarize_batch",
    "summary_prompts",
]

LEAST_WORDS = 12  # of a part that is written again
MOST_ELSEWHERE = 8  # sentences of the filing that it is written from where they are to be others


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a summary is: parts done of all, and the part that is being written."""

    done: int
    total: int
    label: str


def summarize(
    document: RedactedDocument,
    engine: Engine | None,
    *,
    settings: Settings,
    template: Template,
    detail: Detail = "brief",
    words: int | None = None,
    adapter: str = BASE,
    stop: threading.Event | None = None,
    rankers: HouseRankers | None = None,
) -> Iterator[Sentence | Progress | Summary]:
    """Summarize a document, sentence by sentence.

    Args:
        document: The pseudonymized document; all of it is read.
        engine: The language model; may be None where `adapter` is "none".
        settings: `passage_tokens`, `on_unsupported` and `on_own_words` count.
        template: The house template.
        detail: The dial.
        words: Budget for the whole summary; None for the lengths of the template.
        adapter: Adapter id, "base" for the model without one, "none" for the source's own sentences.
        stop: Ends the summary within half a second; what is done stays.
        rankers: Help to choose passages, where approved summaries of such documents taught them; None for none.

    Yields:
        A `Progress` before each part, each verified `Sentence` as soon as it is done, and the `Summary` last.
    """
    started = time.perf_counter()
    run = _Run(document, engine, settings, template, detail, adapter, stop or threading.Event(), rankers)
    tasks = make_outline(run.reading, template, detail, words, extract=adapter == NO_MODEL)
    for number, task in enumerate(tasks):
        if run.stop.is_set():
            break
        yield Progress(number, len(tasks), task.part.name or template.title)
        told = False
        for sentence in run.write_part(task):
            told = True
            yield sentence
        if not told and not run.stop.is_set():
            run.missing.append(task)
    if detail == "comprehensive" and not run.stop.is_set():
        yield from run.account_rest()
    yield run.finish(time.perf_counter() - started)


def summarize_batch(
    documents: Sequence[RedactedDocument],
    engine: Engine | None,
    *,
    settings: Settings,
    templates: Sequence[Template],
    words: Sequence[int | None] | None = None,
    adapter: str = BASE,
    rankers: HouseRankers | None = None,
    stop: threading.Event | None = None,
) -> list[Summary]:
    """Summarize many documents at once, for evaluation: the engine writes all parts of all documents in one batch.

    Args:
        documents: The pseudonymized documents.
        engine: The language model; may be None where `adapter` is "none".
        settings: As in `summarize`.
        templates: One for each document.
        words: Budget of each document, or None for the lengths of the templates.
        adapter: As in `summarize`.
        rankers: As in `summarize`.
        stop: Ends the batch within half a second; what the summaries are then is not whole.

    Returns:
        One brief summary a document, in their order; `seconds` is its share of the whole.
    """
    started = time.perf_counter()
    stopped = stop or threading.Event()
    budgets = words if words is not None else [None] * len(documents)
    runs = [
        _Run(document, engine, settings, template, "brief", adapter, stopped, rankers)
        for document, template in zip(documents, templates, strict=True)
    ]
    outlines = [
        make_outline(run.reading, run.template, "brief", w, adapter == NO_MODEL)
        for run, w in zip(runs, budgets, strict=True)
    ]
    jobs = [(run, task, run.select(task)) for run, tasks in zip(runs, outlines, strict=True) for task in tasks]
    outputs: list[str] = [""] * len(jobs)
    if engine is not None and adapter != NO_MODEL:
        asked = [index for index, (_, _, selections) in enumerate(jobs) if selections]
        prompts = [ask_for(jobs[i][0].reading, jobs[i][1], jobs[i][2]) for i in asked]
        longest = [_token_limit(jobs[i][1].words) for i in asked]
        more = {} if stop is None else {"stop": stop}
        chosen = None if adapter == BASE else adapter
        written = engine.batch(prompts, adapter=chosen, max_new_tokens=longest, **more)
        for index, text in zip(asked, written, strict=True):
            outputs[index] = text
    for (run, task, selections), text in zip(jobs, outputs, strict=True):
        if not list(run.check_part(task, selections, iter([text] if text else []))):
            run.missing.append(task)
    share = (time.perf_counter() - started) / max(len(runs), 1)
    return [run.finish(share) for run in runs]


def rewrite_part(
    document: RedactedDocument,
    engine: Engine | None,
    part: str,
    *,
    settings: Settings,
    template: Template,
    detail: Detail,
    words: int,
    told: Sequence[Sentence],
    elsewhere: bool = False,
    adapter: str = BASE,
    stop: threading.Event | None = None,
    rankers: HouseRankers | None = None,
) -> Iterator[Sentence]:
    """Write one part of a summary again.

    Args:
        document: The pseudonymized document.
        engine: The language model; may be None where `adapter` is "none".
        part: Its name, as the summary has it.
        settings: As in `summarize`.
        template: The house template.
        detail: Of the summary, which decides what parts it has.
        words: Length aimed at.
        told: Sentences that are not to be told again.
        elsewhere: True to write from passages that none of `told` rests on.
        adapter: As in `summarize`.
        stop: As in `summarize`.
        rankers: As in `summarize`.

    Yields:
        Each verified sentence as soon as it is done; none where the document has nothing else for the part.

    Raises:
        NotFound: No summary of this detail has such a part.
    """
    run = _Run(document, engine, settings, template, detail, adapter, stop or threading.Event(), rankers)
    outline = make_outline(run.reading, template, detail, extract=adapter == NO_MODEL)
    task = next((task for task in outline if task.part.name == part), None)
    if task is None:
        raise NotFound(f"No part of this summary can be written again under the name {part!r}.", do="Edit it instead.")
    for sentence in told:
        run.draft.tell(sentence)
    task = replace(task, words=max(words, LEAST_WORDS))
    yield from run.write_part(task, run.select_elsewhere(task, told) if elsewhere else None)


def _token_limit(words: int) -> int:
    """Give the most tokens that a part of that many words may take; pseudonyms and figures take several."""
    return int(words * 1.9) + 24


@dataclass
class _Run:
    """One summary while it is made."""

    document: RedactedDocument
    engine: Engine | None
    settings: Settings
    template: Template
    detail: Detail
    adapter: str
    stop: threading.Event
    rankers: HouseRankers | None = None
    sentences: list[Sentence] = field(default_factory=list)
    missing: list[Task] = field(default_factory=list)
    drawn: list[int] | None = None
    ranker: LearnedRanker | None = field(init=False)
    reading: Reading = field(init=False)
    grounder: Grounder = field(init=False)
    draft: Draft = field(init=False)

    def __post_init__(self) -> None:
        self.ranker = self.rankers.find(self.document.document_type) if self.rankers else None
        self.reading = share_reading(self.document)
        self.grounder, self.draft = Grounder(self.reading), Draft(self.reading)

    def select(self, task: Task) -> tuple[Selection, ...]:
        """Choose the passages of a part; without a model they are as long as the part needs, not as a prompt may be."""
        if self.adapter == NO_MODEL:
            if not task.part.name and task.within is None:
                spans = extract_summary(self.reading, task.words, self.ranker)
                return tuple(Selection(start, end, self.reading.page_at(start), 1.0) for start, end in spans)
            return self._choose(task, max(self.settings.passage_tokens, 4 * task.words))
        return self._choose(task, self.settings.passage_tokens)

    def _choose(self, task: Task, tokens: int) -> tuple[Selection, ...]:
        return choose_passages(self.reading, task, tokens, ranker=self.ranker)

    def select_elsewhere(self, task: Task, told: Sequence[Sentence]) -> tuple[Selection, ...]:
        """Choose the next best sentences for a part: none that a sentence told before rests on."""
        wide = replace(task, words=4 * task.words)
        used = {i for s in told for e in s.evidence for i in self.reading.units_within(e.start, e.end)}
        chosen = []
        for found in self._choose(wide, 4 * self.settings.passage_tokens):
            for index in self.reading.units_within(found.start, found.end):
                unit = self.reading.units[index]
                if index not in used and unit.role in ("body", "point"):
                    chosen.append(Selection(unit.start, unit.end, unit.page, found.score))
        return tuple(sorted(chosen, key=lambda s: -s.score)[:MOST_ELSEWHERE])

    def write_part(self, task: Task, selections: tuple[Selection, ...] | None = None) -> Iterator[Sentence]:
        """Write one part: ask the model, or take the source's sentences where there is none.

        The caption's facts come first, by code: the reader has a verified sentence before the model has read anything.
        """
        if selections is None:
            selections = self.select(task)
        if selections and self.adapter != NO_MODEL:
            yield from self._tell_caption(task)
        if not selections or self.adapter == NO_MODEL or self.engine is None:
            yield from self.check_part(task, selections, iter(()))
            return
        pieces = self.engine.stream(
            ask_for(self.reading, task, selections),
            adapter=None if self.adapter == BASE else self.adapter,
            max_new_tokens=_token_limit(task.words),
            stop=self.stop,
        )
        yield from self.check_part(task, selections, pieces)

    def check_part(self, task: Task, selections: Sequence[Selection], pieces: Iterator[str]) -> Iterator[Sentence]:
        """Verify the sentences of a part as they come; fill up with the source's own where they do not serve."""
        if not selections:
            return
        ranges = [(s.start, s.end) for s in selections]
        spent = 0
        refused = 0
        begun = len(self.sentences)
        for text in cut_sentences(pieces, task.part.name):
            if self.draft.is_told(text) or self.stop.is_set():
                continue
            sentence = self._verify(text, task, ranges + self._shown_facts(task))
            if sentence is None:
                refused += 1
            elif spent + len(sentence.text.split()) <= 1.6 * task.words or spent == 0:
                spent += len(sentence.text.split())
                yield self._keep(sentence)
            if refused >= 2 or spent >= task.words:
                break
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
        if refused or len(self.sentences) == begun:
            yield from self._fill(task, ranges, task.words - spent, begun)

    def _shown_facts(self, task: Task) -> list[tuple[int, int]]:
        """Give the place of the caption, whose facts the prompt of the first part shows."""
        caption = find_caption(self.reading) if task.part.position == "start" and task.within is None else None
        return [(caption.start, caption.end)] if caption else []

    def _verify(self, text: str, task: Task, ranges: list[tuple[int, int]]) -> Sentence | None:
        """Verify a sentence of the model; None where it is to be replaced."""
        verdict = self.grounder.verify_written(text, ranges, task.part.style)
        if verdict.support == "unsupported":
            if self.settings.on_unsupported == "source":
                return None
            return Sentence(text, "unsupported", verdict.reason, verdict.evidence, task.part.name, "model")
        if verdict.own_words and self.settings.on_own_words == "source":
            return None
        if not any(s.part == task.part.name and says_who(s.text) for s in self.sentences):
            text = introduce(text, self.template.title, task.part.voice, True)
        return Sentence(text, verdict.support, verdict.reason, verdict.evidence, task.part.name, "model")

    def _fill(self, task: Task, ranges: list[tuple[int, int]], words: int, begun: int) -> Iterator[Sentence]:
        """Tell the rest of a part in the source's own words; at least one sentence where the part has none yet.

        Behind what a first part tells already only what speaks of sides or court: all else is of another part.
        """
        if len(self.sentences) == begun:
            for sentence in self._tell_caption(task):
                words -= len(sentence.text.split())
                yield sentence
        begins = task.part.position == "start" and task.within is None
        told = begins and any(sentence.part == task.part.name for sentence in self.sentences)
        empty = len(self.sentences) == begun and not told
        for start, end in choose_source(self.draft, task, ranges, max(words, 0), empty, self.ranker):
            if self.stop.is_set():
                return
            if told and not speaks_of_sides(self.reading.text[start:end]):
                continue
            last = self.sentences[-1] if self.sentences else None
            first = last is None or last.part != task.part.name or not is_introduced(last.text)
            text = introduce(word_source(self.reading, start, end), self.template.title, task.part.voice, first)
            evidence = (self.reading.give_evidence(start, end),)
            yield self._keep(Sentence(text, "supported", "the source's own words", evidence, task.part.name, "source"))

    def _tell_caption(self, task: Task) -> Iterator[Sentence]:
        """Tell at the start of a summary who is against whom, where and under which number, as the caption says it."""
        if task.part.position != "start" or task.within is not None:
            return
        caption = tell_caption(self.reading, self.template.title)
        if caption is not None and not self.draft.is_told(caption.text):
            yield self._keep(
                Sentence(caption.text, "supported", caption.reason, caption.evidence, task.part.name, caption.origin)
            )

    def _tell_ranker(self) -> dict[str, str]:
        """Say what was learned helped to choose the passages, and of which adapter it is, or why it did not serve."""
        if self.ranker is None or self.rankers is None:
            return {"ranker": f"none: {self.rankers.missing}"} if self.rankers and self.rankers.missing else {}
        return {"ranker": self.ranker.hash, "ranker_of": self.rankers.adapter}

    def _keep(self, sentence: Sentence) -> Sentence:
        """Remember a sentence, so that no later part tells it again."""
        self.sentences.append(sentence)
        self.draft.tell(sentence)
        return sentence

    def account_rest(self) -> Iterator[Sentence]:
        """Say of the pages that nothing was drawn from what they hold, so that every page is accounted for."""
        self.drawn = self.pages_drawn()
        for line in account_pages(self.reading, self.drawn):
            sentence = Sentence(line.text, "supported", line.reason, line.evidence, "Other pages", "source")
            self.sentences.append(sentence)
            yield sentence

    def pages_drawn(self) -> list[int]:
        """Give the pages that the sentences so far rest on."""
        return sorted(
            {p for s in self.sentences for e in s.evidence for p in self.reading.pages_within(e.start, e.end)}
        )

    def finish(self, seconds: float) -> Summary:
        """Make the summary of what is done."""
        pages = self.pages_drawn() if self.drawn is None else self.drawn
        unreadable = self.document.pages_unreadable
        return Summary(
            document_id=self.document.document_id,
            revision=self.document.revision,
            detail=self.detail,
            sentences=tuple(self.sentences),
            missing_parts=tuple(task.part.name for task in self.missing if task.part.name and task.within is None),
            coverage=Coverage(
                self.document.pages_total,
                self.document.pages_total - len(unreadable),
                tuple(pages),
                unreadable,
                self.reading.instructing_pages,
            ),
            adapter=self.adapter,
            provenance={
                "model": self.engine.model_hash if self.engine is not None and self.adapter != NO_MODEL else "",
                "adapter": self.adapter,
                "prompt": PROMPT_HASH,
                "template": self.template.hash,
                "scheme": self.document.scheme,
                **self._tell_ranker(),
            },
            stopped=self.stop.is_set(),
            seconds=seconds,
        )
