"""How large a round is: three presets, and every field of them changeable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.engine.activated import read_method
from assistant.errors import WrongUsage
from finetune.dataset import take_in_turns
from finetune.train_options import Method, TrainOptions

if TYPE_CHECKING:
    from finetune.encode import Example

PRESETS: dict[str, dict[str, Any]] = {
    "quick": {
        "synthetic": 9, "held_out": 3, "pages": 2, "examples": 12, "parts": 1, "epochs": 1, "gradient": "answer",
        "learning_rate": 3e-4, "canaries": 0,
    },
    "normal": {},
    "thorough": {"synthetic": 300, "held_out": 60, "epochs": 4, "shots": 2},
}  # fmt: skip
"""Preset -> what it changes of the defaults, which are those of "normal"."""


@dataclass(frozen=True, slots=True)
class RoundOptions:
    """What a round is started with.

    Attributes:
        preset: "quick" (a look, about a minute and a half on two cores; too few documents for the gate to let its
            candidate pass), "normal" or "thorough".
        synthetic: Synthetic filings that are learnt from besides the firm's corrections.
        held_out: Documents of the test at most; the firm's held-out ones first, then synthetic ones whose
            phrases, courts and facts no training has seen.
        pages: Pages of a synthetic filing; 0 draws them.
        examples: Examples learnt from at most, the firm's first, its authors in turn; 0 for all.
        weight: How often the firm's own examples are seen where a synthetic one is seen once.
        parts: Parts of each held-out document that are scored; 0 for all.
        shots: Worked examples in the few-shot prompt; 0 leaves that system out.
        canaries: Pairs with a made-up secret that are planted among the examples, as often as the firm's own,
            to measure what an adapter keeps of a single sentence (`finetune.memory`); 0 plants none.
        author_share: Share 0..1 of the corrections kept that one user may supply; 1 where one person is the firm.
        warm_start: Whether training goes on from the active adapter, where methods fit, or starts afresh.
        epochs: As in `TrainOptions`.
        preference: "dpo" lets a second, gentler step follow, in which what a person made of a text is made likelier
            than what the model had written (`finetune.prefer`); "none" leaves it out.
        layers: As in `TrainOptions`.
        gradient: As in `TrainOptions`.
        method: As in `TrainOptions`; "": as the active adapter was trained.
        rank: As in `TrainOptions`; a warm start keeps its parent's.
        learning_rate: As in `TrainOptions`; 0 takes the method's own.
        seed: Of the order of examples and of the first weights.
    """

    preset: str = "normal"
    synthetic: int = 60
    held_out: int = 20
    pages: int = 0
    examples: int = 0
    weight: int = 2
    parts: int = 0
    shots: int = 1
    canaries: int = 6
    author_share: float = 0.5
    warm_start: bool = True
    epochs: int = 2
    preference: Literal["none", "dpo"] = "none"
    layers: int = 0
    gradient: Literal["answer", "all"] = "all"
    method: Method = ""
    rank: int = 8
    learning_rate: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check what `TrainOptions` does not.

        Raises:
            WrongUsage: A value is out of its range.
        """
        limits = {"synthetic": (0, 20_000), "held_out": (1, 5_000), "pages": (0, 60), "examples": (0, 1_000_000)}
        limits |= {"weight": (1, 20), "parts": (0, 20), "shots": (0, 8), "canaries": (0, 100)}
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise WrongUsage(f"The round's {name} is {getattr(self, name)}.", expected=f"{low} to {high}")
        if not 0 < self.author_share <= 1:
            raise WrongUsage(f"The round's author_share is {self.author_share}.", expected="above 0, at most 1")
        if self.preference not in ("none", "dpo"):
            raise WrongUsage(f"The round's preference is {self.preference!r}.", expected="none or dpo")
        if self.method == "full":
            raise WrongUsage("A round cannot train by method full.", expected="alora, lora, rslora or dora")
        self.train_options()

    @classmethod
    def from_given(cls, given: Mapping[str, Any]) -> RoundOptions:
        """Take a preset and what is given besides, numbers also as text.

        Raises:
            WrongUsage: There is no such preset or option, or a value is of the wrong kind or out of range.
        """
        preset = str(given.get("preset") or "normal")
        if preset not in PRESETS:
            raise WrongUsage(f"There is no preset {preset!r}.", expected=", ".join(PRESETS))
        values = {**PRESETS[preset], **given, "preset": preset}
        defaults = {field.name: field.default for field in fields(cls)}
        for name in values:
            if name not in defaults:
                raise WrongUsage(f"A round has no option {name!r}.", expected=", ".join(defaults))
        return cls(**{name: _convert(name, value, defaults[name]) for name, value in values.items()})

    def train_options(self) -> TrainOptions:
        """Give the options of its training."""
        return TrainOptions(
            method=self.method,
            rank=self.rank,
            layers=self.layers,
            gradient=self.gradient,
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            seed=self.seed,
            checkpoint_s=20.0,
        )

    def fits_parent(self, folder: Path) -> bool:
        """Tell whether training may go on from what is in `folder`: an adapter, of the method asked for if one is."""
        method = read_method(folder)
        return method == self.method or (not self.method and method != "full")

    def weigh_examples(self, examples: Sequence[Example], authors: Mapping[str, str]) -> list[Example]:
        """Choose what is learnt from: the firm's own first and `weight` times, then synthetic up to the limit.

        Where the limit cuts the firm's own, its authors take turns; every one kept is seen equally often. So neither
        the limit nor the weight gives an author a larger share than the curation left.

        Args:
            examples: Of all pairs.
            authors: The author of each pair that a person wrote; a pair that is not in it is synthetic.
        """
        own = [e for e in examples if e.pair_id in authors]
        synthetic = [e for e in examples if e.pair_id not in authors]
        if self.examples:
            own = take_in_turns(own, [authors[e.pair_id] for e in own], self.examples)
            room = max(self.examples - len(own), 0)
            step = max(len(synthetic) / room, 1.0) if room else 1.0
            synthetic = [synthetic[int(n * step)] for n in range(min(room, len(synthetic)))]
        return own * self.weight + synthetic


def _convert(name: str, value: Any, default: Any) -> Any:
    """Bring a value to the kind of its default."""
    if isinstance(default, bool):
        if str(value).lower() in ("true", "1", "yes"):
            return True
        if str(value).lower() in ("false", "0", "no"):
            return False
        raise WrongUsage(f"The round's {name} is {value!r}.", expected="true or false")
    try:
        return type(default)(value)
    except (TypeError, ValueError):
        raise WrongUsage(f"The round's {name} is {value!r}.", expected=f"a {type(default).__name__}") from None
