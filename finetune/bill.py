"""What a training and its round cost: seconds, energy where the machine tells it, a price where the firm set one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from finetune.train import TrainResult

POWERCAP = Path("/sys/class/powercap")
"""Where Linux shows the energy counters (RAPL) of the processors' packages; often readable by root only."""


class Meter:
    """Counts the seconds and the energy of a training, of earlier runs that it goes on from too.

    Energy is that of the processors' packages, whatever else runs on them; graphics cards are not counted.
    """

    def __init__(self, powercap: Path = POWERCAP) -> None:
        self._began, self._seconds = time.monotonic(), 0.0
        self._zones = [zone for zone in sorted(powercap.glob("intel-rapl:*")) if _is_package(zone)]
        self._last = self._read_counters()
        self._microjoules: int | None = 0 if self._last else None

    def read(self) -> dict[str, float | None]:
        """Give what was spent so far: `seconds`, and `energy_j` in joules, None where the machine does not tell.

        A counter begins anew after some minutes at full power, so it is to be read about once a minute.
        """
        now = self._read_counters()
        if self._microjoules is not None and len(now) == len(self._last):
            for (before, _), (after, span) in zip(self._last, now, strict=True):
                self._microjoules += after - before + (span if after < before else 0)
            self._last = now
        energy = None if self._microjoules is None else self._microjoules / 1e6
        return {"seconds": self._seconds + time.monotonic() - self._began, "energy_j": energy}

    def go_on_from(self, spent: Mapping[str, float | None]) -> None:
        """Add what an earlier run had spent at its checkpoint, as `read` gave it."""
        self._seconds += spent.get("seconds") or 0.0
        energy = spent.get("energy_j")
        if self._microjoules is not None:
            self._microjoules = None if energy is None else self._microjoules + int(energy * 1e6)

    def _read_counters(self) -> list[tuple[int, int]]:
        """Give (microjoules, where the counter begins anew) of each package; none where one cannot be read."""
        try:
            return [(_read_number(z / "energy_uj"), _read_number(z / "max_energy_range_uj")) for z in self._zones]
        except (OSError, ValueError):
            return []


def price_of(seconds: float, price_per_hour: float) -> float | None:
    """Give the price of so many seconds in the firm's own currency; None where no price is set."""
    return round(seconds / 3600 * price_per_hour, 4) if price_per_hour else None


def bill_round(training: Mapping[str, Any], results: Mapping[str, Any], price_per_hour: float) -> dict[str, Any]:
    """Add up what a round cost: its training, and the tests of all systems.

    Args:
        training: Figures of the training (`finetune.report.read_training`).
        results: Scores by system, each with its `seconds`.
        price_per_hour: As in the settings.
    """
    test_s = sum(float(score.get("seconds") or 0.0) for score in results.values())
    train_s = float(training.get("seconds") or 0.0)
    figures = {key: training.get(key) for key in ("tokens", "flops", "energy_j")}
    return figures | {
        "train_seconds": round(train_s, 1),
        "test_seconds": round(test_s, 1),
        "price": price_of(train_s + test_s, price_per_hour),
    }


def _is_package(zone: Path) -> bool:
    """Tell a processor's package from its parts and from the platform around it, which would be counted twice."""
    try:
        return (zone / "name").read_text(encoding="utf-8").startswith("package")
    except OSError:
        return False


def _read_number(path: Path) -> int:
    return int(path.read_text(encoding="utf-8"))


def add_step(before: TrainResult, result: TrainResult) -> TrainResult:
    """Give the figures of two steps of one training: what both cost; loss and examples are those of the first."""
    energy = None if before.energy_j is None or result.energy_j is None else before.energy_j + result.energy_j
    return replace(
        before,
        adapter_id=result.adapter_id,
        tokens=before.tokens + result.tokens,
        steps=before.steps + result.steps,
        seconds=before.seconds + result.seconds,
        peak_rss_mb=max(before.peak_rss_mb, result.peak_rss_mb),
        flops=before.flops + result.flops,
        energy_j=energy,
        price=None if before.price is None or result.price is None else before.price + result.price,
    )


def count_operations(model: PreTrainedModel, inputs: Mapping[str, Any]) -> int:
    """Count the floating-point operations of one training step: two a weight used and position.

    Forward through every linear layer; back through all layers from the lowest trained one up; once
    more for each trained weight. The head counts only at the positions whose logits are computed, and
    what is read without a gradient goes forward only. Attention over the length is not counted (a few
    percent at these lengths).
    """
    import torch

    head = model.get_output_embeddings()
    forward = backward = trained = reached = 0
    for module in model.modules():
        own = list(module.parameters(recurse=False))
        if module is head or not own or isinstance(module, torch.nn.Embedding):
            continue
        weights = sum(value.numel() for value in own if value.ndim > 1)
        learns = sum(value.numel() for value in own if value.requires_grad)
        reached = reached or learns
        forward += weights
        backward += weights if reached else 0
        trained += learns
    learnt_from = inputs["answer_ids" if "answer_ids" in inputs else "input_ids"].numel()
    only_read = inputs["prompt_ids"].numel() if "prompt_ids" in inputs else 0
    passes = 3 if head.weight.requires_grad else 2
    top = inputs["labels"].numel() * head.weight.numel() * passes
    return int(2 * (only_read * forward + learnt_from * (forward + backward + trained) + top))
