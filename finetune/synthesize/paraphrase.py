"""Model-made variants of pseudonymized passages and summaries, each validated by rules before it may train anything.

The model that writes is whatever engine is given. What it writes is only kept where every fact of the
source is still there and none is new, where it is no copy, names nobody, and differs from what was kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.engine.base import Engine, Prompt
from assistant.engine.prompts import neutralize
from assistant.evidence.attitudes import find_speech
from assistant.evidence.claims import find_claims
from assistant.settings import Settings

ASK = "Say the same in other words. Keep every name, number, date and citation.\n\n<text>\n{text}\n</text>"
COPIED_RUN_WORDS = 12
COPIED_SHARE = 0.9
SHORTEST_SHARE, LONGEST_SHARE = 0.5, 1.7
ALIKE_SHARE = 0.85

REASONS = {
    "empty": "the model wrote nothing",
    "length": f"shorter than {SHORTEST_SHARE} or longer than {LONGEST_SHARE} of the source's words",
    "copy": f"a run of {COPIED_RUN_WORDS} words, or {COPIED_SHARE:.0%} of all words in order, is the source's",
    "fact_lost": "a pseudonym, number, date, sum or citation of the source is missing",
    "fact_added": "a pseudonym, number, date, sum or citation stands nowhere in the source",
    "speaker_changed": "what was alleged, argued or held is told as something else",
    "identifier": "the detectors find an identifier that the source does not show",
    "duplicate": "nearly the same as a variant that was kept before",
}
"""Reason -> what it means, in words."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Variant:
    """A source and what the model made of it, both pseudonymized."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Paraphrased:
    """What was kept and what was not.

    Attributes:
        variants: The validated ones, in the order of their sources.
        asked: How many sources were given to the model.
        rejected: Reason (a key of `REASONS`) -> how many.
        diversity: Share 0..1 of the word trigrams of all variants that occur once only; 0 without variants.
    """

    variants: tuple[Variant, ...]
    asked: int
    rejected: dict[str, int]
    diversity: float

    @property
    def accept_rate(self) -> float:
        """Share 0..1 of the sources that gave a variant."""
        return len(self.variants) / self.asked if self.asked else 0.0


def paraphrase(
    sources: Sequence[str],
    engine: Engine,
    settings: Settings,
    *,
    adapter: str | None = None,
    max_new_tokens: int = 200,
    batch_size: int = 16,
    progress: Callable[[int, int], None] | None = None,
) -> Paraphrased:
    """Have the engine say each pseudonymized source in other words, and keep what passes every rule.

    Args:
        sources: Passages or summaries, pseudonymized.
        engine: Who writes.
        settings: `profile` decides what the detectors look for.
        adapter: Adapter id, or None for the base model.
        max_new_tokens: Longest variant, in tokens.
        batch_size: Sources handed to the engine at once.
        progress: Told (done, of all).
    """
    kept: list[Variant] = []
    rejected: Counter[str] = Counter()
    for begin in range(0, len(sources), batch_size):
        batch = sources[begin : begin + batch_size]
        prompts = [Prompt(({"role": "user", "content": ASK.format(text=neutralize(text))},)) for text in batch]
        written = engine.batch(prompts, adapter=adapter, max_new_tokens=max_new_tokens)
        for source, text in zip(batch, written, strict=True):
            fault = find_fault(source, text, settings, [variant.text for variant in kept])
            if fault is None:
                kept.append(Variant(source, text.strip()))
            else:
                rejected[fault] += 1
        if progress is not None:
            progress(min(begin + batch_size, len(sources)), len(sources))
    return Paraphrased(tuple(kept), len(sources), dict(sorted(rejected.items())), measure_diversity(kept))


def find_fault(source: str, text: str, settings: Settings, kept: Sequence[str] = ()) -> str | None:
    """Give the first reason (a key of `REASONS`) that speaks against a variant, or None."""
    words, source_words = _WORD.findall(text.lower()), _WORD.findall(source.lower())
    if not words:
        return "empty"
    if not SHORTEST_SHARE * len(source_words) <= len(words) <= LONGEST_SHARE * len(source_words):
        return "length"
    if _is_copy(source_words, words):
        return "copy"
    facts, told = _find_facts(source), _find_facts(text)
    if facts - told:
        return "fact_lost"
    if told - facts:
        return "fact_added"
    if set(find_speech(source)) != set(find_speech(text)):
        return "speaker_changed"
    if _find_residue(text, source, settings):
        return "identifier"
    if any(_alike(words, _WORD.findall(other.lower())) for other in kept):
        return "duplicate"
    return None


def measure_diversity(variants: Sequence[Variant]) -> float:
    """Give the share 0..1 of the word trigrams of all variants that occur only once."""
    counts: Counter[tuple[str, ...]] = Counter()
    for variant in variants:
        words = _WORD.findall(variant.text.lower())
        counts.update(zip(words, words[1:], words[2:], strict=False))
    return sum(n == 1 for n in counts.values()) / counts.total() if counts else 0.0


def _find_facts(text: str) -> set[tuple[str, str]]:
    """Give kind and normal form of each checkable fact; bare names are left to the detectors."""
    return {(claim.kind, str(claim.value)) for claim in find_claims(text) if claim.kind != "name"}


def _find_residue(text: str, source: str, settings: Settings) -> list[str]:
    from finetune.curate import find_residue

    return find_residue(text, source, settings)


def _is_copy(source: Sequence[str], words: Sequence[str]) -> bool:
    matcher = SequenceMatcher(None, source, words, autojunk=False)
    blocks = matcher.get_matching_blocks()
    longest = max(block.size for block in blocks)
    return longest >= min(COPIED_RUN_WORDS, len(source)) or sum(b.size for b in blocks) >= COPIED_SHARE * len(words)


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two variants share nearly all their words."""
    first, second = set(one), set(other)
    return len(first & second) >= ALIKE_SHARE * len(first | second)
