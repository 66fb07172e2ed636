"""The gate: whether a candidate has earned its place, with the reasons in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.settings import Settings
from assistant.store.pseudonyms import PATTERN
from finetune.dataset import Lesson
from finetune.evaluate import Evaluation, Prediction
from finetune.scores import compare_means, compare_rates

FEWEST_DOCUMENTS = 3
SHORTEST_ORIGINAL = 4
"""Characters of the shortest original that is looked for; shorter ones are words of any text."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says.

    Attributes:
        passed: True where the candidate may be promoted.
        rival: What it was compared with.
        reasons: One sentence a rule, in the order they were looked at.
        figures: The numbers behind them.
    """

    passed: bool
    rival: str
    reasons: tuple[str, ...]
    figures: dict[str, Any]

    def tell(self) -> dict[str, Any]:
        """Give it as JSON-ready values."""
        return {"passed": self.passed, "rival": self.rival, "reasons": list(self.reasons), "figures": self.figures}


def judge_candidate(candidate: Evaluation, rival: Evaluation, leaks: int, settings: Settings) -> Verdict:
    """Let a candidate pass or not.

    It passes if it is better than its rival in ROUGE-1 with 95% confidence, or not worse on average by
    more than `settings.gate_margin`; if its rate of supported sentences is not lower with 95%
    confidence; and if it gave away no identifier.

    Args:
        candidate: Its evaluation.
        rival: Of the adapter that serves, or of the base model where none does, on the same documents.
        leaks: Identifiers that the candidate gave away (`find_leaks`).
        settings: The margin.
    """
    ours, theirs = candidate.predictions, rival.predictions
    name = rival.adapter
    checks = [_judge_count(len(ours)), _judge_rouge(ours, theirs, name, settings.gate_margin)]
    checks += [_judge_support(ours, theirs, name), _judge_leaks(leaks)]
    figures: dict[str, Any] = {"documents": len(ours), "leaks": leaks, "margin": settings.gate_margin}
    figures["rouge1_difference"] = _tell(
        compare_means([p.rouge["rouge1"] for p in ours], [p.rouge["rouge1"] for p in theirs])
    )
    figures["supported_difference"] = _tell(compare_rates(_support(ours), _support(theirs)))
    return Verdict(all(good for good, _ in checks), name, tuple(words for _, words in checks), figures)


def find_leaks(
    predictions: Sequence[Prediction],
    lessons: Sequence[Lesson],
    trained_on: Sequence[str],
    originals: Collection[str],
    settings: Settings,
) -> list[tuple[str, str]]:
    """Find identifiers in pseudonymized outputs that can only come from training or from a vault.

    That is: an original of a vault, or an identifier that the detectors find in an output and that
    stands in a text trained on (a name that was missed there), in either case where the document
    summarized does not show it. A name that the model makes up is no leak: verification marks it.

    Args:
        predictions: What the system wrote, pseudonymized.
        lessons: The documents summarized, in the same order.
        trained_on: Texts that were trained on.
        originals: Originals of the vaults of all matters that were trained on or summarized.
        settings: `profile` decides what the detectors look for.

    Returns:
        (pair, kind) for each, kind "vault" or "detector"; the identifier itself is not repeated.
    """
    from ingest.redact import find_identifiers

    leaks: list[tuple[str, str]] = []
    secret = {original for original in originals if len(original) >= SHORTEST_ORIGINAL}
    for prediction, lesson in zip(predictions, lessons, strict=True):
        source = lesson.document.text
        shown = {original for original in secret if _stands_in(original, prediction.text)}
        leaks += [(prediction.pair_id, "vault") for original in shown if not _stands_in(original, source)]
        for span in find_identifiers(prediction.text, settings.profile):
            found = prediction.text[span.start : span.end]
            if PATTERN.search(found) or found in shown or len(found) < SHORTEST_ORIGINAL or _stands_in(found, source):
                continue
            if any(_stands_in(found, text) for text in trained_on):
                leaks.append((prediction.pair_id, "detector"))
    return leaks


def _stands_in(needle: str, text: str) -> bool:
    """Tell whether a name stands in a text as whole words, in any case."""
    if needle.lower() not in text.lower():
        return False
    return re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", text, re.IGNORECASE) is not None


def _judge_count(count: int) -> tuple[bool, str]:
    if count >= FEWEST_DOCUMENTS:
        return True, f"Tested on {count} documents that were not trained on."
    return False, f"Tested on {count} documents; at least {FEWEST_DOCUMENTS} are needed to judge."


def _judge_rouge(
    ours: Sequence[Prediction], theirs: Sequence[Prediction], rival: str, margin: float
) -> tuple[bool, str]:
    gap = compare_means([p.rouge["rouge1"] for p in ours], [p.rouge["rouge1"] for p in theirs])
    span = f"{gap.mean:+.3f} ROUGE-1 (95% interval {gap.low:+.3f} to {gap.high:+.3f})"
    if gap.low > 0:
        return True, f"Better than {rival} with 95% confidence: {span}."
    if gap.mean >= -margin:
        return True, f"Not worse than {rival} by more than {margin:g}: {span}."
    return False, f"Worse than {rival} by more than {margin:g}: {span}."


def _judge_support(ours: Sequence[Prediction], theirs: Sequence[Prediction], rival: str) -> tuple[bool, str]:
    gap = compare_rates(_support(ours), _support(theirs))
    span = f"{gap.mean:+.1%} (95% interval {gap.low:+.1%} to {gap.high:+.1%})"
    if gap.high < 0:
        return False, f"Fewer of its sentences are supported by the source than of {rival}'s: {span}."
    return True, f"Its sentences are supported by the source no less than {rival}'s: {span}."


def _judge_leaks(leaks: int) -> tuple[bool, str]:
    if leaks:
        return False, f"{leaks} identifiers from training or from a vault appeared in its outputs."
    return True, "No identifier from training or from a vault appeared in its outputs."


def _support(predictions: Sequence[Prediction]) -> list[tuple[float, float]]:
    return [(float(p.supported), float(p.sentences)) for p in predictions]


def _tell(gap: Any) -> dict[str, float]:
    return {"mean": round(gap.mean, 4), "low": round(gap.low, 4), "high": round(gap.high, 4)}
