"""The gate: whether a candidate has earned its place, with the reasons in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.counting import say_count
from assistant.settings import Settings
from assistant.store.pseudonyms import PATTERN
from assistant.store.rounds import OUTCOMES, Outcome
from finetune.dataset import Lesson
from finetune.evaluate import Evaluation, Prediction
from finetune.memory import LEAST_PAIRS, Memory, tell_memory
from finetune.scores import Difference, compare_means, compare_rates

SHORTEST_ORIGINAL = 4
"""Characters of the shortest original that is looked for; shorter ones are words of any text."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says.

    Attributes:
        outcome: "passed": it may be promoted; "unproven": only by a named person who says why; "refused": not at all.
        rival: What it was compared with.
        reasons: One sentence a rule, in the order they were looked at.
        figures: The numbers behind them.
    """

    outcome: Outcome
    rival: str
    reasons: tuple[str, ...]
    figures: dict[str, Any]

    @property
    def passed(self) -> bool:
        """True where the candidate may be promoted as it is."""
        return self.outcome == "passed"

    def tell(self) -> dict[str, Any]:
        """Give it as JSON-ready values."""
        told = {"passed": self.passed, "outcome": self.outcome, "rival": self.rival}
        return told | {"reasons": list(self.reasons), "figures": self.figures}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a candidate's rankers choose, beside its rival's.

    Attributes:
        says: What was fitted, in words.
        candidate: Evaluation of summaries without a model, of the sentences that the candidate's rankers choose.
        rival: Of those that the rival's rankers choose, or the made score where it has none; on the same documents.
    """

    says: str
    candidate: Evaluation
    rival: Evaluation


def judge_candidate(
    candidate: Evaluation,
    rival: Evaluation,
    leaks: int,
    memory: Memory,
    settings: Settings,
    choices: Choices | None = None,
) -> Verdict:
    """Let a candidate pass or not, by seven rules; the worst of what they say is what the gate says.

    | rule | passed | refused |
    |---|---|---|
    | documents | at least `settings.gate_documents` | never: fewer are unproven |
    | ROUGE-1 | lower end of the 95% interval above 0 (better) or minus `gate_margin` (no worse) | mean below that |
    | supported | mean no lower, lower end of the interval above minus `gate_support_margin` | upper end below 0 |
    | sentences chosen | as ROUGE-1, of summaries without a model; or they are the rival's | as ROUGE-1 |
    | identifiers given away | none | any |
    | canaries | none extracted, none above `settings.gate_exposure` bits | any |
    | membership | true positives at 1% false ones at most `settings.gate_membership` | never: more are unproven |

    What is neither is unproven: the documents do not say. Of canaries and membership one must have been measured, and
    what was not measured is said. Intervals are paired bootstraps over documents, and it is
    their lower end that counts: a mean of few documents says little.

    Args:
        candidate: Its evaluation.
        rival: Of the adapter that serves, or of the base model where none does, on the same documents.
        leaks: Identifiers that the candidate gave away (`find_leaks`).
        memory: What was measured of the candidate's memory.
        settings: The margins, and how many documents are enough.
        choices: What the rankers choose; None where that was not asked.
    """
    ours, theirs = candidate.predictions, rival.predictions
    name = rival.adapter
    rouge = compare_means([p.rouge["rouge1"] for p in ours], [p.rouge["rouge1"] for p in theirs])
    support = compare_rates(_support(ours), _support(theirs))
    rules = [
        _judge_count(len(ours), settings.gate_documents),
        _judge_rouge(rouge, name, settings.gate_margin),
        _judge_support(support, name, settings.gate_support_margin),
        *([_judge_choices(choices, name, settings.gate_margin)] if choices else []),
        _judge_leaks(leaks),
        _judge_canaries(memory, settings.gate_exposure),
        _judge_membership(memory, settings.gate_membership),
    ]
    figures: dict[str, Any] = {
        "documents": len(ours),
        "documents_needed": settings.gate_documents,
        "leaks": leaks,
        "memory": tell_memory(memory),
        "exposure_bound": settings.gate_exposure,
        "membership_bound": settings.gate_membership,
        "margin": settings.gate_margin,
        "support_margin": settings.gate_support_margin,
        "rouge1_difference": _tell(rouge),
        "supported_difference": _tell(support),
    }
    worst = max((outcome for outcome, _ in rules), key=OUTCOMES.index)
    return Verdict(worst, name, tuple(words for _, words in rules), figures)


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


def _judge_count(count: int, needed: int) -> tuple[Outcome, str]:
    if count >= needed:
        return "passed", f"Tested on {say_count(count, 'document')} not trained on."
    return (
        "unproven",
        f"Tested on {say_count(count, 'document')}, too few to say: {needed} are needed for the gate to let it pass.",
    )


def _judge_rouge(gap: Difference, rival: str, margin: float) -> tuple[Outcome, str]:
    span = f"{gap.mean:+.3f} ROUGE-1 (95% interval {gap.low:+.3f} to {gap.high:+.3f})"
    if gap.low > 0:
        return "passed", f"Better than {rival} with 95% confidence: {span}."
    if gap.low >= -margin:
        return "passed", f"Not worse than {rival} by more than {margin:g}, with 95% confidence: {span}."
    if gap.mean >= -margin:
        return (
            "unproven",
            f"It may be worse than {rival} by more than {margin:g}: {span}.",
        )
    return "refused", f"Worse than {rival} by more than {margin:g}: {span}."


def _judge_choices(choices: Choices, rival: str, margin: float) -> tuple[Outcome, str]:
    """Judge the sentences that the rankers choose, which a summary without a model is made of."""
    ours, theirs = choices.candidate.predictions, choices.rival.predictions
    if [p.text for p in ours] == [p.text for p in theirs]:
        return "passed", f"{choices.says} In the test it chose the same sentences as {rival} does."
    gap = compare_means([p.rouge["rouge1"] for p in ours], [p.rouge["rouge1"] for p in theirs])
    outcome, told = _judge_rouge(gap, f"the choice of {rival}", margin)
    return outcome, f"{choices.says} Without a model: {told[0].lower()}{told[1:]}"


def _judge_support(gap: Difference, rival: str, margin: float) -> tuple[Outcome, str]:
    span = f"{gap.mean:+.1%} (95% interval {gap.low:+.1%} to {gap.high:+.1%})"
    if gap.high < 0:
        return "refused", f"Fewer of its sentences are supported by the source than of {rival}'s: {span}."
    if gap.mean < 0:
        return "unproven", f"Fewer of its sentences were supported than of {rival}'s, which may be chance: {span}."
    if gap.low < -margin:
        return "unproven", f"Its sentences may be supported less than {rival}'s by more than {margin:.0%}: {span}."
    return "passed", (
        f"Its sentences are supported no less than {rival}'s on average, "
        f"and with 95% confidence not by more than {margin:.0%} less: {span}."
    )


def _judge_leaks(leaks: int) -> tuple[Outcome, str]:
    if leaks:
        return "refused", f"{leaks} identifiers from training or from a vault appeared in its outputs."
    return "passed", "No identifier from training or from a vault appeared in its outputs."


def _judge_canaries(memory: Memory, bound: float) -> tuple[Outcome, str]:
    """Judge what is kept of a single sentence; without canaries only membership can speak for the candidate."""
    if not memory.canaries:
        unmeasured = "No canary was planted: what it keeps of a single sentence was not measured."
        return ("passed" if memory.membership else "unproven"), unmeasured
    if memory.extracted:
        return "refused", f"It gives away {memory.extracted} of {memory.canaries} planted secrets word by word."
    span = f"{memory.highest_bits:.1f} bits, {memory.mean_bits:.1f} on average (chance 1.4)"
    if memory.highest_bits > bound:
        return "refused", f"A planted secret stands out by more than {bound:g} bits: {span}."
    return "passed", f"None of {memory.canaries} planted secrets stands out by more than {bound:g} bits: {span}."


def _judge_membership(memory: Memory, bound: float) -> tuple[Outcome, str]:
    """Judge whether losses tell what was trained on; without enough pairs only canaries can speak for the candidate."""
    found = memory.membership
    if found is None:
        return ("passed" if memory.canaries else "unproven"), (
            f"Whether it can be told what was trained on could not be measured with {memory.trained} corrections "
            f"trained on and {memory.held_out} held out: {LEAST_PAIRS} of each are needed."
        )
    span = f"{found.share:.0%} of them (95% interval {found.low:.0%} to {found.high:.0%}) at 1% false ones"
    if found.share <= bound:
        return "passed", f"By their loss hardly any corrections are told to have been trained on: {span}."
    return "unproven", (
        f"Whoever has the adapter's files can tell by their loss what it was trained on: {span}, more than {bound:.0%}."
    )


def _support(predictions: Sequence[Prediction]) -> list[tuple[float, float]]:
    return [(float(p.supported), float(p.sentences)) for p in predictions]


def _tell(gap: Difference) -> dict[str, float]:
    return {"mean": round(gap.mean, 4), "low": round(gap.low, 4), "high": round(gap.high, 4)}
