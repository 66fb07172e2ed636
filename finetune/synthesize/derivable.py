"""Measures how much of the gold stands in what a model is shown: the bound of what any writer could reach.

A part's gold is derivable where its words (but those of the house style) stand in the passages that
`summary_prompts` selects from the pseudonymized filing. What is missing is lost in pseudonymizing or in
selecting, and no training brings it back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.documents import split_parts
from assistant.outline import summary_prompts
from assistant.settings import Settings
from assistant.templates import load_template
from finetune.dataset import Pair, redact_pair
from finetune.synthesize.rules import SyntheticFiling
from finetune.synthesize.values import spell_number

HOUSE_WORDS = frozenset(
    """a alleged and applied argued asks at by charge claim claimed claims conferred damages dated days decision
    defendant demanded disclosed disputes ecf entered ends ex examined failing filed for found from governed harm
    has held in independent inventors invoice is judge jury late law marked month months no not notice of on opposed
    opposing ordered owed payable plaintiff pleaded problem relates renews result s seeks set testified that the
    through to unopposed whether with adds did""".split()  # noqa: SIM905
)
_ENUMERATOR = re.compile(r"\(\d\)")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class PartBound:
    """What of a part's gold the model is shown.

    Attributes:
        pair_id: The filing.
        part: "complaint/Facts".
        asked: False where no passage was selected for it, so that it is never written.
        words: Words of the gold besides the house's own.
        missing: Those that stand nowhere in the prompt.
        gold: The pseudonymized gold text.
        shown: The prompt, "" where not asked.
    """

    pair_id: str
    part: str
    asked: bool
    words: int
    missing: tuple[str, ...]
    gold: str
    shown: str


def bound_filing(filing: SyntheticFiling, settings: Settings) -> tuple[list[PartBound], list[str]]:
    """Give the bound of each gold part of a filing, and the parts that are asked though the gold has none."""
    pair = Pair(pair_id=filing.id, document_type=filing.document_type, document=filing.text, summary=filing.summary)
    lesson, _ = redact_pair(pair, settings)
    template = load_template(filing.document_type, settings.home)
    gold = dict(split_parts(lesson.summary, template.part_names))
    shown = {
        asked.part.name: asked.prompt.messages[-1]["content"]
        for asked in summary_prompts(lesson.document, template, passage_tokens=settings.passage_tokens)
    }
    bounds = [_bound_part(filing, name, text, shown.get(name)) for name, text in gold.items()]
    return bounds, [f"{filing.document_type}/{name}" for name in shown if name not in gold]


def _bound_part(filing: SyntheticFiling, name: str, text: str, prompt: str | None) -> PartBound:
    words = [word for word in _WORD.findall(_ENUMERATOR.sub("", text.lower())) if word not in HOUSE_WORDS]
    known = set(_WORD.findall((prompt or "").lower()))
    missing = tuple(word for word in words if word not in known and not _stands_in_words(word, known))
    part = f"{filing.document_type}/{name}"
    return PartBound(filing.id, part, prompt is not None, len(words), missing, text, prompt or "")


def _stands_in_words(word: str, known: set[str]) -> bool:
    """Tell whether a number below 100 stands in the prompt as English words."""
    return word.isdigit() and int(word) < 100 and set(spell_number(int(word)).split("-")) <= known


def measure_derivable(
    filings: Sequence[SyntheticFiling], settings: Settings, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Measure many filings.

    Returns:
        `shown`: share of gold words that stand in the prompts, over all; `parts`: by part how often it has gold, how
        often it is asked, the share shown; `spurious`: how often a part without gold is asked.
    """
    rows: dict[str, list[PartBound]] = defaultdict(list)
    spurious: dict[str, int] = defaultdict(int)
    for number, filing in enumerate(filings, 1):
        bounds, extra = bound_filing(filing, settings)
        for bound in bounds:
            rows[bound.part].append(bound)
        for part in extra:
            spurious[part] += 1
        if progress is not None:
            progress(number, len(filings))
    every = [bound for bounds in rows.values() for bound in bounds]
    return {
        "filings": len(filings),
        "shown": _share(every),
        "parts": {
            part: {"gold": len(bounds), "asked": sum(b.asked for b in bounds), "shown": _share(bounds)}
            for part, bounds in sorted(rows.items())
        },
        "spurious": dict(sorted(spurious.items())),
    }


def _share(bounds: Sequence[PartBound]) -> float:
    words = sum(bound.words for bound in bounds)
    return round(1 - sum(len(bound.missing) for bound in bounds) / words, 4) if words else 1.0
