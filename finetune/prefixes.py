"""What the base model makes of each prompt, computed once: an activated adapter takes no part in it.

Keys and values are kept in 16 bits, and read back at every epoch in place of running the prompt through the model.
They are as confidential as the text they come from: see `finetune.trunk` for the file without a name that holds them.
"""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import torch
from transformers import AttentionInterface, DynamicCache
from transformers.cache_utils import DynamicLayer
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from assistant.engine.activated import without_adapters
from finetune.encode import Row, collate_packed, plan_batches
from finetune.trainer import end_unread
from finetune.trunk import SPARE_BYTES

logger = logging.getLogger(__name__)

PACKED = "casebrief_packed"
"""What `attend_packed` is called in a model's configuration."""


class Prefixes:
    """Keys and values of prompts, by the tokens that were read.

    Attributes:
        operations: Floating-point operations that they cost, counted from the shapes.
    """

    def __init__(self, file: BinaryIO, shape: tuple[int, int, int], dtype: torch.dtype) -> None:
        """Begin a file for prompts of `shape` (layers, key heads, width of a head)."""
        self.operations = 0.0
        self._file, self._shape, self._dtype = file, shape, dtype
        self._places: dict[tuple[int, ...], int] = {}

    def write(self, ids: tuple[int, ...], states: torch.Tensor) -> None:
        """Keep the states of a prompt, (layers, 2, heads, tokens, width)."""
        self._places[ids] = self._file.tell()
        self._file.write(states.to(self._dtype).contiguous().view(torch.uint8).numpy().tobytes())

    def read(self, ids: tuple[int, ...]) -> torch.Tensor:
        """Give the states of a prompt, (layers, 2, heads, tokens, width)."""
        layers, heads, width = self._shape
        if not ids:
            return torch.zeros((layers, 2, heads, 0, width), dtype=self._dtype)
        kept = bytearray(2 * layers * heads * len(ids) * width * self._dtype.itemsize)
        self._file.seek(self._places[ids])
        if self._file.readinto(kept) != len(kept):  # type: ignore[attr-defined]
            raise OSError("The kept states end too early.")
        return torch.frombuffer(kept, dtype=self._dtype).view(layers, 2, heads, len(ids), width)

    def pack(self, rows: Sequence[Row], leaves: int) -> dict[str, Any]:
        """Build one batch as `collate_packed` does, with `prefixes` (layers, 2, heads, prompt's tokens, width)."""
        return collate_packed(rows, leaves) | {"prefixes": [self.read(row.read_part(leaves)) for row in rows]}

    def close(self) -> None:
        """Let go of the kept states; the system frees them."""
        with suppress(OSError):  # what a full disk did not take is not needed any more
            self._file.close()

    def flush(self) -> None:
        """Write what is still in memory.

        Raises:
            OSError: The disk is full.
        """
        self._file.flush()


def keep_prefixes(
    model: Any,
    rows: Sequence[Row],
    folder: Path,
    *,
    leaves: int,
    batch_tokens: int,
    bf16: bool,
    tell: Callable[[int, int], None],
) -> Prefixes | None:
    """Run the base model once over the prompts of all rows, and keep its keys and values.

    Args:
        model: A PEFT model.
        rows: What will be learnt from; prompts that are the same are read once.
        folder: On whose disk the states are kept, under no name.
        leaves: Tokens at a prompt's end that the adapter reads.
        batch_tokens: Tokens of a batch at most, padding included.
        bf16: Whether the training runs in bfloat16.
        tell: Told after each batch (tokens done, of all); what it raises ends the computation, and nothing is kept.

    Returns:
        None where the model keeps something else than keys and values of every token, or answers cannot be run over
        them, where they outgrow 16 bits, or the disk has no room: prompts are read at every step then.
    """
    inner: Any = model.get_base_model()
    body: Any = inner.get_decoder()
    if not inner.is_backend_compatible() or not isinstance(getattr(body, "layers", None), torch.nn.ModuleList):
        logger.warning("This model takes no other attention: prompts are read at every step.")
        return None
    prompts = list(dict.fromkeys(row.read_part(leaves) for row in rows if row.completion_start > leaves))
    if not prompts:
        return None
    model.eval()
    mixed = torch.autocast(body.device.type, torch.bfloat16, enabled=bf16)
    with torch.no_grad(), mixed, without_adapters(model), end_unread(inner):
        first = _read(body, prompts[:1])
        if first is None:
            logger.warning("This model keeps more than keys and values: prompts are read at every step.")
            return None
        layers, _, _, heads, _, width = first.shape
        dtype = torch.bfloat16 if first.dtype == torch.bfloat16 else torch.float16
        if not _has_room(first, sum(map(len, prompts)), folder):
            return None
        file: Any = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        prefixes = Prefixes(file, (layers, heads, width), dtype)
        try:
            trouble = _read_all(body, prompts, prefixes, batch_tokens, tell)
            prefixes.flush()
        except BaseException as error:
            prefixes.close()
            if not isinstance(error, OSError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            trouble = "The disk is full"
    with torch.no_grad(), mixed, without_adapters(model):
        if not trouble and not _can_pack(inner, body, rows, prefixes, leaves):
            trouble = "The answers of this model cannot be run apart from their prompts"
    if trouble:
        prefixes.close()
        logger.warning("%s: prompts are read at every step.", trouble)
    return None if trouble else prefixes


def _can_pack(inner: Any, body: Any, rows: Sequence[Row], prefixes: Prefixes, leaves: int) -> bool:
    """Let the model run answers over kept prompts, and try on two rows whether it ends where a whole run does."""
    before = inner.config._attn_implementation
    tried = sorted(rows, key=lambda row: len(row.ids))[:2]
    batch = prefixes.pack(tried, leaves)
    device = body.device
    whole = [
        body(input_ids=torch.tensor([row.ids[:-1]], device=device), use_cache=False).last_hidden_state[0]
        for row in tried
    ]
    answers = torch.cat([states[len(row.read_part(leaves)) :] for states, row in zip(whole, tried, strict=True)])
    AttentionInterface.register(PACKED, attend_packed)
    inner.set_attn_implementation(PACKED)
    try:
        given = {name: [value.to(device) for value in batch[name]] for name in ("prefixes", "seen")}
        ids, places = (batch[name].to(device) for name in ("answer_ids", "places"))
        packed = body(input_ids=ids, position_ids=places, use_cache=False, **given).last_hidden_state[0]
        apart = 1e-2 if answers.dtype == torch.float32 and not torch.is_autocast_enabled(device.type) else 3e-2
        agrees = bool((answers - packed).norm() <= apart * answers.norm())
    except (AttributeError, IndexError, RuntimeError, TypeError, ValueError):
        agrees = False  # another build of model, whose attention is not told of either
    if not agrees:
        inner.set_attn_implementation(before)
    return agrees


def attend_packed(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: None,
    *,
    prefixes: Sequence[torch.Tensor],
    seen: Sequence[torch.Tensor],
    **given: Any,
) -> tuple[torch.Tensor, None]:
    """Let answers that lie one behind the other each attend to its own prompt and itself.

    In one product over all of them, seven eighths of the numbers would be masked.

    Args:
        module: The attention layer.
        query: (1, heads, answers' tokens, width).
        key: (1, key heads, answers' tokens, width).
        value: As `key`.
        attention_mask: Nothing.
        prefixes: What was kept of each prompt, (layers, 2, key heads, prompt's tokens, width).
        seen: What the tokens of each answer attend to, (answer's tokens, prompt's and answer's tokens).
        given: As transformers' attention functions take it.

    Returns:
        (1, answers' tokens, heads, width), and None.
    """
    sizes, made = [mask.shape[0] for mask in seen], []
    split = (states.split(sizes, dim=2) for states in (query, key, value))
    for kept, mask, asks, *own in zip(prefixes, seen, *split, strict=True):
        before = kept[module.layer_idx].to(key.dtype).unsqueeze(1)
        keys, values = (torch.cat(both, dim=2) for both in zip(before, own, strict=True))
        made.append(sdpa_attention_forward(module, asks, keys, values, mask[None, None], **given)[0])
    return torch.cat(made, dim=1), None


def _read_all(
    body: Any,
    prompts: Sequence[tuple[int, ...]],
    prefixes: Prefixes,
    batch_tokens: int,
    tell: Callable[[int, int], None],
) -> str:
    """Read the prompts batch by batch; say why they cannot be kept, or ""."""
    lengths = [len(ids) for ids in prompts]
    weights = sum(value.numel() for layer in body.layers for value in layer.parameters() if value.ndim > 1)
    done = 0
    for batch in plan_batches(lengths, batch_tokens=batch_tokens, max_rows=len(prompts), epochs=1, seed=0):
        states = _read(body, [prompts[index] for index in batch])
        if states is None or not bool(states.to(prefixes._dtype).isfinite().all()):
            return "What this model keeps of a prompt outgrows 16 bits"
        for number, index in enumerate(batch):
            prefixes.write(prompts[index], states[:, :, number, :, : lengths[index]])
        done += sum(lengths[index] for index in batch)
        prefixes.operations += 2.0 * weights * len(batch) * max(lengths[index] for index in batch)
        tell(done, sum(lengths))
    return ""


def _read(body: Any, prompts: Sequence[tuple[int, ...]]) -> torch.Tensor | None:
    """Give keys and values (layers, 2, rows, heads, tokens, width), padded on the right; None for other caches."""
    ids = torch.zeros((len(prompts), max(map(len, prompts))), dtype=torch.long)
    for number, prompt in enumerate(prompts):
        ids[number, : len(prompt)] = torch.tensor(prompt)
    cache: Any = DynamicCache(config=body.config)
    body(input_ids=ids.to(body.device), past_key_values=cache, use_cache=True)
    if any(type(layer) is not DynamicLayer for layer in cache.layers):
        return None
    kept = [states for layer in cache.layers for states in (layer.keys, layer.values)]
    if len({states.shape for states in kept}) > 1 or kept[0].shape[2] != ids.shape[1]:
        return None
    return torch.stack(kept).unflatten(0, (-1, 2)).cpu()


def _has_room(sample: torch.Tensor, tokens: int, folder: Path) -> bool:
    """Tell whether the states of all prompts fit on the disk, and say so where they do not."""
    needed = sample.numel() // sample.shape[4] * tokens * 2
    free = shutil.disk_usage(folder).free - SPARE_BYTES
    if needed > free:
        logger.warning("The disk has no room for %.1f GB of states: prompts are read at every step.", needed / 1e9)
    return needed <= free
