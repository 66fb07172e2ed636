"""The layers below the lowest trained one, run once: what comes out of them is kept and read back at every epoch.

Nothing there changes while an adapter learns, and nothing there is left to chance (dropout is off), so an example
enters the lowest trained layer with the same numbers in every epoch. They are computed without a gradient, in batches
of a fixed plan, so that a resumed training, which computes them anew, has the same ones bit by bit.

They are as confidential as the text they come from, so the file that holds them has no name: nobody else can open it,
and the system frees it when the training lets go of it, however it ends: finished, stopped, refused or killed.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import torch
from peft import get_peft_model_state_dict

from finetune.encode import Row, plan_batches

logger = logging.getLogger(__name__)

SPARE_BYTES = 1 << 30
"""What must stay free on the disk beside the kept states; with less, they are computed at every step instead."""


class Trunk:
    """The frozen lower layers of a model in training, and what they made of each row.

    Attributes:
        adapters: Weights of adapters in the frozen layers (those of a parent), which the saved adapter needs.
        operations: Floating-point operations that the states cost, counted from the shapes.
    """

    def __init__(self, file: BinaryIO, adapters: Mapping[str, torch.Tensor], stand_in: _StandIn) -> None:
        self.adapters, self.operations = adapters, 0.0
        self._file, self._stand_in = file, stand_in
        self._places: dict[Row, int] = {}
        self._dtype, self._width = torch.float32, 0

    def write(self, row: Row, states: torch.Tensor) -> None:
        """Keep the states of a row, (tokens, width)."""
        self._dtype, self._width = states.dtype, states.shape[1]
        self._places[row] = self._file.tell()
        self._file.write(states.contiguous().cpu().view(torch.uint8).numpy().tobytes())

    def read(self, row: Row) -> torch.Tensor:
        """Give the states of a row, (tokens, width)."""
        kept = bytearray(len(row.ids) * self._width * self._dtype.itemsize)
        self._file.seek(self._places[row])
        if self._file.readinto(kept) != len(kept):  # type: ignore[attr-defined]
            raise OSError("The kept states end too early.")
        return torch.frombuffer(kept, dtype=self._dtype).view(-1, self._width)

    def add_states(self, batch: dict[str, torch.Tensor], rows: Sequence[Row]) -> dict[str, torch.Tensor]:
        """Put states beside the token ids of a batch, padded as `collate` or `collate_apart` pad."""
        states = [self.read(row) for row in rows]
        if "input_ids" in batch:
            return batch | {"states": self._pad(states, batch["input_ids"].shape[1])}
        starts = [row.completion_start - 1 for row in rows]
        read = [kept[:start] for kept, start in zip(states, starts, strict=True)]
        written = [kept[start:-1] for kept, start in zip(states, starts, strict=True)]
        return batch | {
            "prompt_states": self._pad(read, batch["prompt_ids"].shape[1], left=True),
            "answer_states": self._pad(written, batch["answer_ids"].shape[1]),
        }

    def give_out(self, states: torch.Tensor) -> None:
        """Let the next pass of the model enter its lowest trained layer with these states."""
        self._stand_in.given = states

    def close(self) -> None:
        """Let go of the kept states; the system frees them."""
        self._file.close()
        self._stand_in.given = self._stand_in.seen = None

    def _pad(self, states: Sequence[torch.Tensor], length: int, left: bool = False) -> torch.Tensor:
        padded = torch.zeros((len(states), length, self._width), dtype=self._dtype)
        for number, kept in enumerate(states):
            if len(kept):
                padded[number, slice(-len(kept), None) if left else slice(len(kept))] = kept
        return padded


class _StandIn(torch.nn.Module):
    """Stands in a layer's place: passes on what comes in, or what it was given instead."""

    def __init__(self, layer: torch.nn.Module, index: int) -> None:
        super().__init__()
        self.index, self.attention_type = index, getattr(layer, "attention_type", None)
        self.given: torch.Tensor | None = None
        self.seen: torch.Tensor | None = None

    def forward(self, states: torch.Tensor, *args: Any, past_key_values: Any = None, **kwargs: Any) -> torch.Tensor:
        """Give the states; a cache is told their length, for models ask its lowest layer how much was read."""
        if past_key_values is not None:
            nothing = states.new_zeros(states.shape[0], 1, states.shape[1], 1)
            past_key_values.update(nothing, nothing, self.index)
        self.seen = states
        return states if self.given is None else self.given


def keep_trunk(
    model: Any,
    rows: Sequence[Row],
    folder: Path,
    *,
    batch_tokens: int,
    bf16: bool,
    tell: Callable[[int, int], None],
) -> Trunk | None:
    """Run the frozen lower layers over all rows, and take them out of the model, which then begins where they end.

    Args:
        model: A PEFT model, of which some upper layers are trained.
        rows: What will be learnt from; rows that are the same are computed once.
        folder: On whose disk the states are kept, under no name.
        batch_tokens: Tokens of a batch at most, padding included.
        bf16: Whether the training runs in bfloat16.
        tell: Told after each batch (tokens done, of all); what it raises ends the computation, and nothing is kept.

    Returns:
        None where the lowest layer is trained, the model is of an unknown build, or the disk has no room.
    """
    body = model.get_base_model().get_decoder()
    layers: Any = getattr(body, "layers", None)
    first = _find_lowest_trained(layers) if isinstance(layers, torch.nn.ModuleList) else 0
    once = list(dict.fromkeys(rows))
    if not first or not _has_room(body, once, folder):
        return None
    model.eval()
    with torch.no_grad(), torch.autocast(body.device.type, torch.bfloat16, enabled=bf16):
        if not _can_part(body, first, min(once, key=lambda row: len(row.ids))):
            logger.warning("The layers of this model cannot be run apart: each step runs all of them.")
            return None
        trunk = Trunk(
            tempfile.TemporaryFile(dir=folder),  # type: ignore[arg-type]  # noqa: SIM115
            get_peft_model_state_dict(model),
            _StandIn(layers[0], 0),
        )
        try:
            _run_lower(body, first, once, trunk, batch_tokens, tell)
        except BaseException:
            trunk.close()
            raise
    for index in range(first):
        layers[index] = trunk._stand_in if index == 0 else _StandIn(layers[index], index)
    return trunk


def _run_lower(
    body: Any, first: int, rows: Sequence[Row], trunk: Trunk, batch_tokens: int, tell: Callable[[int, int], None]
) -> None:
    """Run the layers below `first` over the rows, batch by batch, and keep what comes out."""
    lengths = [len(row.ids) for row in rows]
    weights = sum(value.numel() for layer in body.layers[:first] for value in layer.parameters() if value.ndim > 1)
    done = 0
    for batch in plan_batches(lengths, batch_tokens=batch_tokens, max_rows=len(rows), epochs=1, seed=0):
        group = [rows[index] for index in batch]
        states = _run_below(body, first, group)
        for row, kept in zip(group, states, strict=True):
            trunk.write(row, kept[: len(row.ids)])
        done += sum(lengths[index] for index in batch)
        trunk.operations += 2.0 * weights * states.shape[0] * states.shape[1]
        tell(done, sum(lengths))


def _run_below(body: Any, first: int, rows: Sequence[Row]) -> torch.Tensor:
    """Give the states (rows, tokens, width) with which rows enter layer `first`; padding stands on the right."""
    ids = torch.zeros((len(rows), max(len(row.ids) for row in rows)), dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = torch.tensor(row.ids)
    with _replaced(body.layers, first, len(body.layers)) as upper:
        body(input_ids=ids.to(body.device), use_cache=False)
    states = upper[0].seen
    assert states is not None
    return states


def _can_part(body: Any, first: int, row: Row) -> bool:
    """Try on one row whether the upper layers, given what leaves the lower ones, end where the whole model does."""
    ids = torch.tensor([row.ids], device=body.device)
    try:
        whole = body(input_ids=ids, use_cache=False).last_hidden_state
        states = _run_below(body, first, [row])
        with _replaced(body.layers, 0, first) as lower:
            lower[0].given = states
            parted = body(input_ids=ids, use_cache=False).last_hidden_state
    except (AttributeError, IndexError, RuntimeError, TypeError, ValueError):
        return False  # another build of model, whose layers take or give more than states
    return bool((whole - parted).norm() <= 1e-2 * whole.norm())


@contextmanager
def _replaced(layers: torch.nn.ModuleList, start: int, end: int) -> Iterator[list[_StandIn]]:
    """Put stand-ins in the places of the layers from `start` to before `end` for a while."""
    own = list(layers[start:end])
    stand_ins = [_StandIn(layer, index) for index, layer in enumerate(own, start)]
    try:
        for stand_in in stand_ins:
            layers[stand_in.index] = stand_in
        yield stand_ins
    finally:
        for index, layer in enumerate(own, start):
            layers[index] = layer


def _find_lowest_trained(layers: torch.nn.ModuleList) -> int:
    """Give the index of the lowest layer with a trained weight; 0 where none has."""
    trained = (any(value.requires_grad for value in layer.parameters()) for layer in layers)
    return next((index for index, learns in enumerate(trained) if learns), 0)


def _has_room(body: Any, rows: Sequence[Row], folder: Path) -> bool:
    """Tell whether the states of all rows fit on the disk, and say so where they do not."""
    needed = sum(len(row.ids) for row in rows) * body.config.hidden_size * body.dtype.itemsize
    free = shutil.disk_usage(folder).free - SPARE_BYTES
    if needed > free:
        logger.warning("The disk has no room for %.1f GB of states: each step runs all layers.", needed / 1e9)
    return needed <= free
