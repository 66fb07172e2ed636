"""The rankers of a round: fitted on the approved summaries that train, where there are enough to gain by it.

One a document type, since a contract's summary tells other sentences than an order's. Synthetic filings teach none:
they would teach the form of made-up text. What is held out is not among the lessons that are handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.counting import say_count
from assistant.engine.manifest import RANKER, RANKER_SCHEME
from assistant.errors import RefusedInput
from assistant.evidence.house_rankers import HouseRankers
from assistant.evidence.learned_ranker import LEAST_PAIRS, LearnedRanker, fit_ranker
from assistant.settings import Settings
from assistant.templates import load_template
from finetune.dataset import Lesson, cut_by_part


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted, and on what.

    Attributes:
        rankers: The rankers; none where no document type has enough approved summaries.
        counts: By document type: documents with an approved summary, their matters, and whether a ranker was fitted.
    """

    rankers: HouseRankers
    counts: dict[str, dict[str, int]]

    @property
    def files(self) -> dict[str, str]:
        """What is to lie in the adapter's folder: file name -> text."""
        return {RANKER: self.rankers.write()} if self.rankers.by_type else {}

    @property
    def facts(self) -> dict[str, Any]:
        """What the adapter's manifest is to say."""
        scheme = {"ranker_scheme": RANKER_SCHEME} if self.rankers.by_type else {}
        return scheme | {"ranker": self.counts, "ranker_least": LEAST_PAIRS}


def fit_rankers(
    lessons: Sequence[Lesson],
    settings: Settings,
    originals: Collection[str] = (),
    *,
    stop: Callable[[], object] | None = None,
) -> Fitted:
    """Fit a ranker for each document type with at least `LEAST_PAIRS` approved summaries.

    Args:
        lessons: What trains, pseudonymized; none that is held out. A pair of a file counts as of a matter of its own.
        settings: `home` counts, for the firm's own templates.
        originals: What the vaults of their matters hold: no ranker may keep such a word.
        stop: Called before each document type, and as in `fit_ranker`; what it raises ends the fit.
    """
    by_type: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        if lesson.source != "synthetic":
            by_type.setdefault(lesson.document.document_type, []).append(lesson)
    rankers: dict[str, LearnedRanker] = {}
    counts = {}
    for kind, approved in sorted(by_type.items()):
        if stop is not None:
            stop()
        made = _fit_type(approved, settings, originals, stop)
        if made is not None:
            rankers[kind] = made
        matters = len({_name_matter(lesson) for lesson in approved})
        counts[kind] = {"documents": len(approved), "matters": matters, "fitted": int(made is not None)}
    return Fitted(HouseRankers(rankers), counts)


def _fit_type(
    lessons: Sequence[Lesson], settings: Settings, originals: Collection[str], stop: Callable[[], object] | None
) -> LearnedRanker | None:
    """Fit the ranker of one document type; None where the summaries are too few or tell no sentence."""
    if len({lesson.document_hash for lesson in lessons}) < LEAST_PAIRS:
        return None
    pairs = [(lesson.document, _tell_parts(lesson, settings)) for lesson in lessons]
    matters = [_name_matter(lesson) for lesson in lessons]
    try:
        return fit_ranker(pairs, matters=matters, originals=originals, stop=stop)
    except RefusedInput:
        return None


def _tell_parts(lesson: Lesson, settings: Settings) -> str:
    """Give an approved summary without the names of its parts, which no sentence of a document tells."""
    template = load_template(lesson.document.document_type, settings.home)
    return " ".join(cut_by_part(lesson.summary, template).values())


def _name_matter(lesson: Lesson) -> str:
    return lesson.matter_id or f"pair {lesson.pair_id}"


def say_rankers(facts: Mapping[str, Any]) -> str:
    """Say in words what chooses an adapter's passages, from the facts of its manifest."""
    counts = facts.get("ranker") or {}
    fitted = [
        f"{kind} ({say_count(one['documents'], 'approved summary', 'approved summaries')} of "
        f"{say_count(one['matters'], 'matter')})"
        for kind, one in counts.items()
        if one["fitted"]
    ]
    few = [f"{kind} ({one['documents']})" for kind, one in counts.items() if not one["fitted"]]
    told = (
        f"A ranker helps to choose passages, learned for: {', '.join(fitted)}." if fitted else "No ranker was fitted."
    )
    if few:
        return f"{told} Too little to learn from ({facts.get('ranker_least')} are needed): {', '.join(few)}."
    return told if fitted else f"{told} No approved summary trains."
