"""What a summary is made of: which part is written from which passages, and the prompt for each.

Training and serving both take their prompts from `summary_prompts`, so that an adapter learns exactly what it will be
asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from assistant.captions import list_facts
from assistant.documents import Detail, RedactedDocument
from assistant.engine.base import Prompt
from assistant.engine.prompts import summary_prompt
from assistant.evidence.ranker import read_document
from assistant.evidence.reading import Reading
from assistant.evidence.selecting import Selection, estimate_tokens, select_passages
from assistant.evidence.wording import sink_capitals
from assistant.store.pseudonyms import PATTERN
from assistant.templates import Part, Template

if TYPE_CHECKING:
    from assistant.evidence.learned_ranker import LearnedRanker

PASSAGE_TOKENS = 420
SECTION_WORDS = {"detailed": 60, "comprehensive": 45}
MOST_SECTIONS = {"detailed": 14, "comprehensive": 400}
CHUNK_PAGES = 4
STRETCH = 1.6  # a budget this many times the template's own length is filled by walking through the sections


@dataclass(frozen=True, slots=True)
class Task:
    """One stretch of a summary.

    Attributes:
        part: What it must say; the name of a section's part is its heading and pages.
        words: Length aimed at.
        within: Running range it is written from, or None for the whole document.
    """

    part: Part
    words: int
    within: tuple[int, int] | None = None


class PartPrompt(NamedTuple):
    """One part, the passages it is written from, and the prompt that asks for it."""

    part: Part
    selections: tuple[Selection, ...]
    prompt: Prompt


def make_outline(
    document: RedactedDocument | Reading,
    template: Template,
    detail: Detail = "brief",
    words: int | None = None,
    extract: bool = False,
) -> tuple[Task, ...]:
    """Lay out a summary: the template's parts, and for more detail (or a large budget) the sections besides.

    Args:
        document: The document or its reading.
        template: The house template.
        detail: "brief" has the parts only; "detailed" adds the main sections; "comprehensive" every stretch of pages.
        words: Budget for the whole summary, or None for the lengths of the template.
        extract: True where no model writes: then a brief summary of any length needs no walk through the sections,
        since
            the source's sentences are not bound to the length of a prompt.

    Returns:
        The tasks in the order of the summary.
    """
    reading = read_document(document)
    own = sum(part.words for part in template.parts)
    walks = detail != "brief" or (words is not None and words > STRETCH * own and not extract)
    budget = own if words is None else min(words, own) if walks else words
    tasks = [Task(part, max(12, round(part.words * budget / own))) for part in template.parts]
    if not walks:
        return tuple(tasks)
    if template.parts[0].name == "" and words is not None:
        tasks, budget = [], 0
    level = "detailed" if detail == "brief" else detail
    return tuple(tasks + _walk_sections(reading, level, None if words is None else max(words - budget, 0)))


def summary_prompts(
    document: RedactedDocument | Reading,
    template: Template,
    *,
    passage_tokens: int = PASSAGE_TOKENS,
    count_tokens: Callable[[str], int] = estimate_tokens,
    detail: Detail = "brief",
    words: int | None = None,
    ranker: LearnedRanker | None = None,
) -> list[PartPrompt]:
    """Give the prompt of each part for which the document has passages; the rest is missing from it.

    Args:
        document: The document or its reading.
        template: The house template.
        passage_tokens: Most tokens of passages in one prompt (`Settings.passage_tokens`).
        count_tokens: Counts tokens; the default is the same for every model.
        detail: The dial.
        words: Budget for the whole summary, or None.
        ranker: What was learned from approved summaries of such documents; None for the made score alone.
    """
    reading = read_document(document)
    prompts = []
    for task in make_outline(reading, template, detail, words):
        selections = choose_passages(reading, task, passage_tokens, count_tokens, ranker)
        if selections:
            prompts.append(PartPrompt(task.part, selections, ask_for(reading, task, selections)))
    return prompts


def choose_passages(
    reading: Reading,
    task: Task,
    passage_tokens: int,
    count_tokens: Callable[[str], int] = estimate_tokens,
    ranker: LearnedRanker | None = None,
) -> tuple[Selection, ...]:
    """Choose the passages of one task: no more than a short part needs, so that a small model is not led astray."""
    budget = min(passage_tokens, 140 + 5 * task.part.words) if task.part.name else passage_tokens
    return select_passages(reading, task.part, budget, count_tokens, within=task.within, ranker=ranker)


def ask_for(reading: Reading, task: Task, selections: Sequence[Selection]) -> Prompt:
    """Make the prompt of one task.

    A part of the template is shown the sides with their roles, and the first part all facts of the caption.
    """
    passages = [" ".join(reading.text[s.start : s.end].split()) for s in selections]
    named = task.part.name if task.within is None else ""
    return summary_prompt(
        reading.document.document_type,
        named,
        passages,
        task.words,
        ask=task.part.ask if named else "",
        facts=list_facts(reading, whole=task.part.position == "start") if named else "",
    )


def _walk_sections(reading: Reading, level: str, words: int | None) -> list[Task]:
    """Cut the prose into stretches by section and length, each a task whose part is named by heading and pages."""
    most = MOST_SECTIONS[level]
    if words is not None:
        most = max(1, min(most * 4, math.ceil(words / SECTION_WORDS["detailed"])))
    stretches = _cut_stretches(reading, most, by_pages=level == "comprehensive")
    if not stretches:
        return []
    tasks = []
    for start, end, heading in stretches:
        length = SECTION_WORDS[level] if words is None else max(20, round(words / len(stretches)))
        part = Part(name=_name_stretch(reading, start, end, heading), ask="Summarize this section.", words=length)
        tasks.append(Task(part, length, (start, end)))
    return tasks


def _cut_stretches(reading: Reading, most: int, by_pages: bool) -> list[tuple[int, int, str]]:
    """Cut the prose into at most `most` stretches (start, end, heading), at headings where it can."""
    units = [unit for unit in reading.units if unit.role == "body"]
    if not units:
        return []
    total = sum(unit.words for unit in units)
    size = max(total / most, 120.0)
    stretches: list[tuple[int, int, str]] = []
    begin, heading, first_page, words = units[0].start, units[0].section, units[0].page, 0
    for before, unit in zip([units[0], *units], units, strict=False):
        full = words >= size or (by_pages and unit.page - first_page >= CHUNK_PAGES)
        turns = unit.section != before.section and words >= 0.5 * size
        if words and (full or turns):
            stretches.append((begin, before.end, heading))
            begin, heading, first_page, words = unit.start, unit.section, unit.page, 0
        words += unit.words
    stretches.append((begin, units[-1].end, heading))
    return stretches


def _name_stretch(reading: Reading, start: int, end: int, heading: str) -> str:
    """Name a stretch by its heading and pages: "Statement (pp. 6–9)"."""
    first, last = reading.page_at(start), reading.page_at(end - 1)
    pages = f"p. {first}" if first == last else f"pp. {first}–{last}"
    major = next((reading.units[i].major for i in reading.units_within(start, start + 1)), "")
    title = next((_plain_title(words) for words in (heading, major) if _plain_title(words)), "")
    return f"{title} ({pages})" if title else pages[0].upper() + pages[1:]


def _plain_title(heading: str) -> str:
    """Give a heading as it can name a part, or "" for one with a name or figures, which a stray citation has."""
    title = re.sub(r"\s+", " ", heading.replace(":", " –")).strip(" .–")
    if PATTERN.search(title) or re.search(r"\d{2}|[()]", title):
        return ""
    if title.upper() == title:
        title = sink_capitals(title)
    return title if len(title) <= 70 else title[:70].rsplit(" ", 1)[0] + " …"
