"""Checkpoints of a training: whole or absent, verified by hash, and without pickle.

A checkpoint is a folder `checkpoint-<step>` with the trained weights and the optimizer's state as
safetensors, everything else as JSON, and a `manifest.json` of SHA-256 hashes written last. It is made
in a hidden folder and renamed, so a kill leaves the one before it; one that is damaged is skipped.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.engine.weights import hash_file
from assistant.store.sealed_files import flush_path, write_file

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
WEIGHTS = "weights.safetensors"
OPTIMIZER = "optimizer.safetensors"
STATE = "state.json"
TRAINER_STATE = "trainer_state.json"
FILES = (WEIGHTS, OPTIMIZER, STATE, TRAINER_STATE)


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader sees the old file or the whole new one, also after a power cut."""
    write_file(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode())


def save_checkpoint(
    folder: Path,
    *,
    fingerprint: str,
    weights: Mapping[str, torch.Tensor],
    optimizer: dict[str, Any],
    state: dict[str, Any],
    trainer_state: dict[str, Any],
) -> None:
    """Write one checkpoint; it exists whole under its final name, or not at all.

    Args:
        folder: Final folder, `…/checkpoint-<step>`.
        fingerprint: What the training depends on (data, options, base model); checked on resume.
        weights: The trained parameters by name.
        optimizer: `state_dict()` of a torch optimizer whose state is tensors and numbers.
        state: JSON-ready rest: scheduler, random number generators, losses so far.
        trainer_state: The fields of transformers' `TrainerState`.
    """
    from safetensors.torch import save_file

    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    save_file({name: tensor.detach().contiguous() for name, tensor in weights.items()}, draft / WEIGHTS)
    tensors, plain = _flatten_optimizer(optimizer)
    save_file(tensors, draft / OPTIMIZER)
    write_json(draft / STATE, {**state, "optimizer": plain})
    write_json(draft / TRAINER_STATE, trainer_state)
    for name in (WEIGHTS, OPTIMIZER):
        flush_path(draft / name)
    hashes = {name: hash_file(draft / name) for name in FILES}
    write_json(draft / MANIFEST, {"fingerprint": fingerprint, "files": hashes})
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    flush_path(folder.parent)


def newest_checkpoint(folder: Path, fingerprint: str) -> Path | None:
    """Give the newest whole checkpoint of this very training, or None; damaged ones are skipped."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)
    for checkpoint in found:
        reason = _find_damage(checkpoint, fingerprint)
        if reason is None:
            return checkpoint
        logger.warning("Checkpoint %s is not used: %s.", checkpoint.name, reason)
    return None


def drop_old_checkpoints(folder: Path, keep: int) -> None:
    """Remove all but the `keep` newest checkpoints, and drafts that a kill left behind."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    for checkpoint in [*found[: max(len(found) - keep, 0)], *folder.glob(".checkpoint-*.draft")]:
        shutil.rmtree(checkpoint, ignore_errors=True)


def load_weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    """Read the trained parameters of a checkpoint."""
    from safetensors.torch import load_file

    return load_file(checkpoint / WEIGHTS)


def load_state(checkpoint: Path) -> dict[str, Any]:
    """Read the JSON part of a checkpoint."""
    state: dict[str, Any] = json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    return state


def load_optimizer(checkpoint: Path) -> dict[str, Any]:
    """Rebuild the optimizer's `state_dict()` from a checkpoint."""
    from safetensors.torch import load_file

    plain = load_state(checkpoint)["optimizer"]
    state: dict[int, dict[str, Any]] = {int(index): dict(values) for index, values in plain["state"].items()}
    for name, tensor in load_file(checkpoint / OPTIMIZER).items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = tensor
    return {"state": state, "param_groups": plain["param_groups"]}


def random_state() -> dict[str, Any]:
    """Give the state of all random number generators as JSON-ready values."""
    import numpy
    import torch

    version, words, gauss = random.getstate()
    kind, keys, position, has_gauss, cached = numpy.random.get_state()
    return {
        "python": [version, list(words), gauss],
        "numpy": [kind, [int(key) for key in keys], int(position), int(has_gauss), float(cached)],
        "torch": torch.random.get_rng_state().numpy().tobytes().hex(),
        "cuda": [bytes(state.numpy().tobytes()).hex() for state in torch.cuda.get_rng_state_all()]
        if torch.cuda.is_available()
        else [],
    }


def restore_random_state(state: dict[str, Any]) -> None:
    """Undo `random_state`."""
    import numpy
    import torch

    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
    kind, keys, position, has_gauss, cached = state["numpy"]
    numpy.random.set_state((kind, numpy.array(keys, dtype=numpy.uint32), position, has_gauss, cached))
    torch.random.set_rng_state(_bytes_tensor(state["torch"]))
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all([_bytes_tensor(one) for one in state["cuda"]])


def _bytes_tensor(text: str) -> torch.Tensor:
    import torch

    return torch.frombuffer(bytearray.fromhex(text), dtype=torch.uint8)


def _flatten_optimizer(optimizer: dict[str, Any]) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Part an optimizer's state into tensors by "index.key" and the JSON-ready rest."""
    import torch

    tensors: dict[str, torch.Tensor] = {}
    plain: dict[str, dict[str, Any]] = {}
    for index, values in optimizer["state"].items():
        for key, value in values.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{index}.{key}"] = value.detach().contiguous()
            else:
                plain.setdefault(str(index), {})[key] = value
    return tensors, {"state": plain, "param_groups": optimizer["param_groups"]}


def _find_damage(checkpoint: Path, fingerprint: str) -> str | None:
    """Say why a checkpoint cannot be used, or None."""
    try:
        manifest = json.loads((checkpoint / MANIFEST).read_text(encoding="utf-8"))
        if manifest["fingerprint"] != fingerprint:
            return "it belongs to a training with other data or options"
        for name in FILES:
            if hash_file(checkpoint / name) != manifest["files"][name]:
                return f"{name} does not match its hash"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"it cannot be read ({type(error).__name__})"
    return None
