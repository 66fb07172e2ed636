"""Activated LoRA: an adapter that acts from the opening of the answer on; the prompt is read by the base model alone.

Greenewald et al. 2025 (arXiv 2504.12397). What the base makes of a prompt does not change while an adapter learns, so
it is computed once for all epochs, and every adapter may go on from it. The mark of such an adapter is that of PEFT:
its configuration names the tokens that open the answer (`alora_invocation_tokens`).

PEFT cannot merge these adapters, and it looks for the opening in what a pass is given, which a pass over a cache lacks.
So they are loaded here as plain ones, and who runs the model says which pass they take part in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

from assistant.engine.base import Prompt
from assistant.engine.manifest import CONFIG, WEIGHTS
from assistant.engine.prompts import encode

INVOCATION = "alora_invocation_tokens"
"""Key of PEFT's configuration: the tokens with which such an adapter begins to act."""


def find_invocation(tokenizer: Any) -> tuple[int, ...]:
    """Give the tokens that open every answer: those that all prompts end in, from the last mark of a turn on."""
    one, other = (encode(tokenizer, Prompt(messages=_turns(text)))[0][::-1] for text in ("A", "9 b"))
    same = list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    marks = [place for place, (token, _) in enumerate(same) if token in special]
    return tuple(token for token, _ in same[: marks[0] + 1 if marks else None])[::-1]


def read_invocation(folder: Path | None) -> tuple[int, ...]:
    """Give the tokens from which the adapter in `folder` acts; () where it acts on all, or is none."""
    return tuple(read_config(folder).get(INVOCATION) or ())


def read_method(folder: Path) -> str:
    """Give how what is in `folder` was trained: "alora", "dora", "rslora", "lora"; "full" where it is a whole model."""
    told = read_config(folder)
    if not told:
        return "full"
    marks = {"alora": INVOCATION, "dora": "use_dora", "rslora": "use_rslora"}
    return next((method for method, mark in marks.items() if told.get(mark)), "lora")


def load_lora(model: Any, folder: Path, *, name: str = "default", trainable: bool = False) -> Any:
    """Put the adapter in `folder` on `model` as a plain one, which acts on whatever it is given.

    Args:
        model: A transformers model, or a PEFT model that other adapters are on.
        folder: The adapter's files.
        name: Under which PEFT knows it.
        trainable: Whether it is to be trained further.

    Returns:
        The PEFT model.

    Raises:
        ValueError: The files lack weights of the adapter, or have others.
    """
    from peft import LoraConfig, PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
    from safetensors.torch import load_file

    config = LoraConfig.from_pretrained(str(folder))
    config.alora_invocation_tokens, config.inference_mode = None, not trainable
    weights = load_file(str(folder / WEIGHTS))
    beside = isinstance(model, PeftModel)
    if not beside:
        model = PeftModel.from_pretrained(model, str(folder), adapter_name=name, is_trainable=trainable, config=config)
    with ExitStack() as undo:
        if beside:
            model.add_adapter(name, config)
        undo.callback(model.delete_adapter, name)  # else the next try would find it there, as if it were whole
        if beside:
            set_peft_model_state_dict(model, weights, adapter_name=name)
            model.eval()
        if weights.keys() != get_peft_model_state_dict(model, adapter_name=name).keys():
            raise ValueError(f"The weights in {folder} are not those that its configuration asks for.")
        undo.pop_all()
    return model


def read_config(folder: Path | None) -> dict[str, Any]:
    """Read PEFT's configuration of the adapter in `folder`; {} where it holds a whole model, or there is none."""
    config = folder / CONFIG if folder else None
    told: dict[str, Any] = json.loads(config.read_text(encoding="utf-8")) if config and config.is_file() else {}
    return told


@contextmanager
def without_adapters(model: Any) -> Iterator[None]:
    """Let a PEFT model be its base for a while; which weights are trained stays as it is."""
    learns = [(value, value.requires_grad) for value in model.parameters()]
    try:
        with model.disable_adapter():
            yield
    finally:
        for value, before in learns:
            value.requires_grad_(before)


def _turns(text: str) -> tuple[dict[str, str], ...]:
    return ({"role": "system", "content": text}, {"role": "user", "content": text})
