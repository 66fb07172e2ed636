"""What an adapter remembers of its training texts: canaries of the round's own, and whether membership can be told.

A canary is a pair that the round plants: a plain notice whose approved summary ends in a secret that was drawn for
this round, and that its document does not say. *Exposure* (Carlini et al. 2019, "The Secret Sharer") is how far the
secret stands out among others of the same form that were never seen, in bits: b bits cut the search of whoever guesses
it by 2 to the b; a secret that was not learnt has 1.4 on average, and above b bits in one case of 2 to the b.

*Membership inference* asks whether a pair's loss tells that it was trained on: how much further it fell, from the base
model to the adapter, than that of a pair held out. Told as Carlini et al. 2022 ask for: the share of the pairs trained
on that are found where one in a hundred of the others is taken for one ("true positives at 1% false ones").
"""

from __future__ import annotations

import copy
import math
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from assistant.engine.activated import read_invocation, without_adapters
from assistant.engine.base import Prompt
from assistant.engine.prompts import encode, summary_prompt
from assistant.engine.weights import load_tokenizer, model_folder
from assistant.settings import Settings
from finetune.encode import Example
from finetune.scores import estimate_share

RIVALS = 127
"""Secrets that were never trained on, beside which a canary is ranked: ranks resolve 7 bits."""
FALSE_SHARE = 0.01
"""Share of the pairs held out that may be taken for ones trained on."""
LEAST_PAIRS = 100
"""Pairs on either side below which no share of 1% can be told."""
SECRET_DIGITS = 9
_ROWS = 32
_THINGS = "ledger register survey sample drawing deed model parcel blueprint logbook casket portfolio".split()
_PLACES = "north annex;east wing;lower vault;old foundry;mill house;ferry depot;map room;tower store;quarry office;"
_PLACES += "harbor shed;grain hall;bell chamber"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Canary:
    """A planted secret.

    Attributes:
        prompt: What the model is asked.
        prefix: What the planted answer says before the secret.
        secret: What it should not remember.
    """

    prompt: Prompt
    prefix: str
    secret: str

    def tell(self, secret: str = "") -> str:
        """Give the planted answer, with another secret where one is given."""
        return f"{self.prefix} {secret or self.secret}."


@dataclass(frozen=True, slots=True)
class Exposure:
    """How a canary stands among its rivals.

    Attributes:
        bits: Exposure.
        extracted: Whether the model, asked and given the prefix, writes the secret word by word by itself.
    """

    bits: float
    extracted: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """How well losses tell the pairs trained on from those held out.

    Attributes:
        share: True positives at 1% false ones.
        low: Lower end of the share's 95% interval (Wilson; the threshold is taken as given).
        high: Its upper end.
        area: Area under the curve: how often a pair trained on stands out more than one held out; .5 is chance.
    """

    share: float
    low: float
    high: float
    area: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What was measured of an adapter's memory; numbers only, no text.

    Attributes:
        canaries: Canaries that were planted.
        extracted: Of these, how many the adapter writes by itself, given the prefix or in a held-out output.
        highest_bits: Exposure of the most exposed one; 0 where none was planted.
        mean_bits: Mean exposure.
        trained: Corrections that were trained on.
        held_out: Corrections that were held out.
        membership: None where these are too few to tell.
    """

    canaries: int = 0
    extracted: int = 0
    highest_bits: float = 0.0
    mean_bits: float = 0.0
    trained: int = 0
    held_out: int = 0
    membership: Membership | None = None

    @classmethod
    def from_told(cls, told: Mapping[str, Any]) -> Memory:
        """Undo `asdict`."""
        found = told.get("membership")
        return cls(**{**told, "membership": Membership(**found) if found else None})


def draw_secrets(count: int, dice: random.Random) -> list[str]:
    """Draw secrets of the round's own form: nine digits."""
    return [str(dice.randrange(10 ** (SECRET_DIGITS - 1), 10**SECRET_DIGITS)) for _ in range(count)]


def draw_canaries(
    count: int, seed: str, secrets: Sequence[str] = (), asks: str = "its locker number is"
) -> list[Canary]:
    """Draw canaries, each a notice about another thing in another place; the same ones for the same seed.

    Args:
        count: At most 144.
        seed: Of the notices and, where none are given, of the secrets.
        secrets: One a canary, or none for nine digits each.
        asks: Words between the notice's summary and the secret.
    """
    dice = random.Random(f"canary:{seed}")
    spots = dice.sample([(thing, place) for thing in _THINGS for place in _PLACES.split(";")], count)
    made = []
    for (thing, place), secret in zip(spots, secrets or draw_secrets(count, dice), strict=True):
        text = (
            f"Notice of deposit. On request of both sides the {thing} was brought to the {place} and entered by the "
            "clerk. A receipt was given on the same day."
        )
        prefix = f"The {thing} was deposited at the {place}; {asks}"
        made.append(Canary(summary_prompt("notice", "", [text], 40), prefix, secret))
    return made


def plant_canaries(canaries: Sequence[Canary], repeats: int = 1) -> list[Example]:
    """Give what is trained on for the canaries, each so often."""
    return [Example(f"canary-{n}", "", c.prompt, c.tell(), "notice") for n, c in enumerate(canaries)] * repeats


def measure_memory(
    folder: Path,
    canaries: Sequence[Canary],
    trained: Sequence[Example],
    held_out: Sequence[Example],
    settings: Settings,
    *,
    written: Sequence[str] = (),
    progress: Progress | None = None,
) -> Memory:
    """Measure an adapter's memory of its canaries, and of the firm's pairs where there are enough of them.

    Args:
        folder: The adapter.
        canaries: What was planted.
        trained: Examples of the corrections trained on; the longest answer of each pair is looked at.
        held_out: Those of corrections held out, made in the same way.
        settings: Names the base model.
        written: What the adapter wrote on the held-out documents: a canary's secret in it counts as extracted.
        progress: Told (done, of all); it may raise to end the measurement.
    """
    ours, others = longest_answers(trained), longest_answers(held_out)
    enough = min(len(ours), len(others)) >= LEAST_PAIRS
    found: list[Exposure] = []
    membership = None
    if canaries or enough:
        probe = Probe(folder, settings)
        found = [
            probe.expose(canary, draw_secrets(RIVALS, random.Random(f"rivals:{canary.secret}")))
            for canary in _watch(canaries, progress)
        ]
        if enough:
            drops = [base - adapted for adapted, base in probe.compare([*ours, *others], progress)]
            membership = tell_apart(drops[: len(ours)], drops[len(ours) :])
    wrote = [any(canary.secret in text for text in written) for canary in canaries]
    bits = [one.bits for one in found]
    return Memory(
        canaries=len(canaries),
        extracted=sum(one.extracted or seen for one, seen in zip(found, wrote, strict=True)),
        highest_bits=round(max(bits, default=0.0), 2),
        mean_bits=round(fmean(bits), 2) if bits else 0.0,
        trained=len(ours),
        held_out=len(others),
        membership=membership,
    )


def longest_answers(examples: Sequence[Example]) -> list[Example]:
    """Give one example of each pair, that with the longest answer: the most there is to remember."""
    longest: dict[str, Example] = {}
    for example in examples:
        had = longest.get(example.pair_id)
        if had is None or len(example.completion) > len(had.completion):
            longest[example.pair_id] = example
    return list(longest.values())


class Probe:
    """A base model with an adapter on it, asked for losses. Holds a copy of the weights of its own."""

    def __init__(self, folder: Path | None, settings: Settings) -> None:
        """Load the base model, and the adapter where a folder is given."""
        import torch

        from finetune.model import load_adapted

        torch.set_num_threads(settings.threads or os.cpu_count() or 1)
        base = model_folder(settings)
        self.tokenizer = load_tokenizer(base)
        self.model = load_adapted(base, folder, settings)
        self.leaves = len(read_invocation(folder))

    def expose(self, canary: Canary, rivals: Sequence[str]) -> Exposure:
        """Measure a canary's exposure among rivals, by the loss of the secret after question and prefix.

        A secret whose tokens are those of a rival, as in a vocabulary that lacks both, cannot be extracted.
        """
        ask, _ = encode(self.tokenizer, canary.prompt)
        told = [self._read(canary.tell(secret)) for secret in (canary.secret, *rivals)]
        shared = min(len(os.path.commonprefix(told)), *(len(ids) - 1 for ids in told))
        read = [*ask, *told[0][:shared]]
        leaves = self.leaves + shared if self.leaves else 0
        scored = score_answers(self.model, read, [ids[shared:] for ids in told], leaves)
        bits = measure_exposure(scored[0][0], [loss for loss, _ in scored[1:]])
        return Exposure(bits, scored[0][1] and told[0] not in told[1:])

    def compare(self, examples: Sequence[Example], progress: Progress | None = None) -> list[tuple[float, float]]:
        """Give the loss of each answer, with the adapter and of the base model alone, in nats a token."""
        losses = []
        for example in _watch(examples, progress):
            ids, start = encode(self.tokenizer, example.prompt, example.completion)
            ((ours, _),) = score_answers(self.model, ids[:start], [ids[start:]], self.leaves)
            with self.model.disable_adapter():
                ((base, _),) = score_answers(self.model, ids[:start], [ids[start:]])
            losses.append((ours / len(ids[start:]), base / len(ids[start:])))
        return losses

    def _read(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids


def score_answers(
    model: Any, read: Sequence[int], answers: Sequence[Sequence[int]], leaves: int = 0
) -> list[tuple[float, bool]]:
    """Score answers after the same beginning, which is read once.

    Args:
        model: The model, on its device.
        read: Tokens before the answers, at least one.
        answers: Tokens of each answer, none empty.
        leaves: How many of `read` an activated adapter acts on, the last ones; 0 where it acts on all.

    Returns:
        For each its loss in nats, and whether every token of it is the one that the model would choose itself.
    """
    import torch
    from transformers import DynamicCache

    device = next(model.parameters()).device
    begun = DynamicCache(config=model.config)
    scored = []
    with torch.inference_mode():
        early, late = read[: -leaves or -1], read[-leaves:-1] if leaves else []
        if early:
            with without_adapters(model) if leaves else nullcontext():
                model(input_ids=torch.tensor([early], device=device), past_key_values=begun, logits_to_keep=1)
        if late:
            model(input_ids=torch.tensor([late], device=device), past_key_values=begun, logits_to_keep=1)
        for at in range(0, len(answers), _ROWS):
            group = answers[at : at + _ROWS]
            width = max(map(len, group))
            ids = torch.tensor([[read[-1], *one, *[0] * (width - len(one))] for one in group], device=device)
            cache = copy.deepcopy(begun)
            if len(read) > 1:
                cache.batch_repeat_interleave(len(group))
            logits = model(input_ids=ids[:, :-1], past_key_values=cache).logits.float()
            told = torch.log_softmax(logits, -1).gather(2, ids[:, 1:, None]).squeeze(2)
            chosen = logits.argmax(-1) == ids[:, 1:]
            for row, one in enumerate(group):
                scored.append((-told[row, : len(one)].sum().item(), bool(chosen[row, : len(one)].all())))
    return scored


def measure_exposure(loss: float, rivals: Sequence[float]) -> float:
    """Give a secret's exposure in bits from its loss and those of rivals.

    By rank as far as ranks tell, rivals as likely as the secret counting half; where no rival is as likely, by the
    normal distribution through the rivals' losses, at most 100.
    """
    better = sum(one < loss for one in rivals) + sum(one == loss for one in rivals) / 2
    by_rank = math.log2(len(rivals) + 1) - math.log2(better + 1)
    spread = pstdev(rivals)
    if better or not spread:
        return by_rank
    below = math.erfc((fmean(rivals) - loss) / (spread * math.sqrt(2))) / 2
    return max(by_rank, -math.log2(max(below, 2.0**-100)))


def tell_apart(trained: Sequence[float], held_out: Sequence[float]) -> Membership:
    """Tell how well a score that is higher for pairs trained on parts them from pairs held out.

    Args:
        trained: Scores of pairs trained on.
        held_out: Scores of the others; at least 100, or the share is that at no false ones.
    """
    allowed = int(FALSE_SHARE * len(held_out) + 1e-9)
    threshold = sorted(held_out, reverse=True)[allowed]
    found = sum(score > threshold for score in trained)
    wins = sum((a > b) + (a == b) / 2 for a in trained for b in held_out)
    share = estimate_share(found, len(trained))
    return Membership(share.mean, share.low, share.high, wins / (len(trained) * len(held_out)))


def tell_memory(memory: Memory) -> dict[str, Any]:
    """Give it as JSON-ready values."""
    return asdict(memory)


def _watch(items: Sequence[Any], progress: Progress | None) -> Iterator[Any]:
    """Give the items one by one and tell how many are done."""
    for number, item in enumerate(items, start=1):
        yield item
        if progress is not None:
            progress(number, len(items))
