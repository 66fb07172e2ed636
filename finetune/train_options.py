"""How an adapter is trained: one frozen value, checked field by field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.engine.activated import read_config, read_method
from assistant.errors import WrongUsage

Method = Literal["", "alora", "lora", "dora", "rslora", "full"]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How an adapter is trained. Every field has its meaning, its unit and its limits here, and nowhere else.

    Attributes:
        method: "alora" (activated low-rank adapters: the base reads the prompt, the adapter acts from the answer's
            opening on, `assistant.engine.activated`; the cheapest), "lora" (they act on all), "rslora" (scaled by
            alpha / sqrt(rank), steadier at high ranks), "dora" (magnitude and direction apart: slower), "full" (every
            weight; gives a whole model, no adapter). "": as the parent was trained, "alora" where there is none.
        rank: Rank of the adapters, 1 to 256.
        alpha: Scale: the adapter's output is multiplied by alpha / rank. 0: twice the rank.
        dropout: Share 0..1 of an adapter's inputs that is dropped while training.
        layers: How many of the uppermost layers learn; 0 for all. What a parent has learnt below them stays as it is.
        keep_trunk: Whether what no step changes is computed once, without dropout, and kept until the training ends:
            the layers below (`finetune.trunk`) and, for "alora", the prompts as the base reads them
            (`finetune.prefixes`). False runs them at every step.
        gradient: "answer" reads each prompt without a gradient and learns from how the answer is written: about
            three times faster and far smaller in memory. "all" learns from reading the prompt as well. For "alora"
            both are the same, for it does not read the prompt.
        objective: "supervised" makes the completions likely; "dpo" makes them likelier than the rejected texts
            (`finetune.prefer`), from an adapter that the supervised step left.
        learning_rate: Peak of a cosine schedule; 0 takes 3e-3 for new adapters, 1e-3 for a parent's (more unlearns what
            it knows), 2e-4 for "full" and 1e-4 for "dpo". Measured: see docs/benchmarks.md, What training costs.
        warmup: Share 0..1 of the steps over which the rate climbs to its peak.
        weight_decay: AdamW's decay a step, relative to the rate.
        max_grad_norm: Gradients longer than this are shortened to it.
        epochs: How often each example is seen.
        batch_tokens: Tokens of a batch at most, padding included; bounds memory.
        max_rows: Examples of a batch at most; small rounds want small batches.
        max_tokens: Examples longer than this many tokens are left out (and counted).
        seed: Of the order of examples and of the adapters' first weights.
        checkpoint_s: Seconds between checkpoints.
        precision: "auto" takes bfloat16 only where the processor multiplies it in hardware.
    """

    method: Method = ""
    rank: int = 8
    alpha: int = 0
    dropout: float = 0.0
    layers: int = 0
    keep_trunk: bool = True
    gradient: Literal["answer", "all"] = "all"
    objective: Literal["supervised", "dpo"] = "supervised"
    learning_rate: float = 0.0
    warmup: float = 0.05
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    epochs: int = 3
    batch_tokens: int = 2048
    max_rows: int = 8
    max_tokens: int = 2048
    seed: int = 0
    checkpoint_s: float = 60.0
    precision: Literal["auto", "float32", "bfloat16"] = "auto"

    def __post_init__(self) -> None:
        """Check every value, quoting its flag.

        Raises:
            WrongUsage: A value is out of its range.
        """
        methods = get_args(Method)
        _check("method", self.method, self.method in methods, f"{', '.join(methods[1:-1])} or {methods[-1]}")
        _check("rank", self.rank, 1 <= self.rank <= 256, "1 to 256")
        _check("alpha", self.alpha, self.alpha >= 0, "0 or more")
        _check("dropout", self.dropout, 0 <= self.dropout < 1, "0 to below 1")
        _check("layers", self.layers, self.layers >= 0, "0 (all) or more")
        _check("gradient", self.gradient, self.gradient in ("answer", "all"), "answer or all")
        alone = self.objective == "supervised" or (self.objective == "dpo" and self.method != "full")
        _check("objective", self.objective, alone, "supervised, or dpo of an adapter")
        _check("learning_rate", self.learning_rate, 0 <= self.learning_rate < 1, "0 (by method) to below 1")
        _check("warmup", self.warmup, 0 <= self.warmup < 1, "0 to below 1")
        _check("epochs", self.epochs, 1 <= self.epochs <= 100, "1 to 100")
        _check("batch_tokens", self.batch_tokens, self.batch_tokens >= 64, "64 or more")
        _check("max_rows", self.max_rows, self.max_rows >= 1, "1 or more")
        _check("max_tokens", self.max_tokens, self.max_tokens >= 32, "32 or more")

    def settle(self, parent: Path | None) -> TrainOptions:
        """Give the options as they are meant, with what a parent adapter decides: its rank and scale, not theirs."""
        shape = read_config(parent)
        settled: Any = self.method or (read_method(parent) if parent else "alora")
        rank = int(shape.get("r", self.rank))
        return replace(self, method=settled, rank=rank, alpha=int(shape.get("lora_alpha", self.alpha or 2 * rank)))

    def choose_rate(self, *, warm: bool) -> float:
        """Give the peak learning rate that is meant; `warm` where a parent adapter is trained further."""
        if self.learning_rate:
            return self.learning_rate
        if self.objective == "dpo":
            return 1e-4
        return 2e-4 if self.method == "full" else 1e-3 if warm else 3e-3


def _check(name: str, given: object, good: bool, expected: str) -> None:
    """Refuse a value outside its range."""
    if not good:
        raise WrongUsage(f"--{name.replace('_', '-')} is {given!r}.", expected=expected, do="Give a value in range.")
