"""The model that is trained: the base with adapters on it, or all of its weights; and how it is written.

Imports torch and PEFT at the top: import it inside functions.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, PreTrainedModel

from assistant.engine.activated import INVOCATION, load_lora, read_method
from assistant.engine.manifest import CONFIG, FULL_WEIGHTS, WEIGHTS
from assistant.engine.transformers_engine import choose_dtype
from assistant.engine.weights import quiet_transformers
from assistant.errors import RefusedInput
from assistant.settings import Settings
from finetune.checkpoint import write_json

if TYPE_CHECKING:
    from finetune.train_options import TrainOptions

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json")


def load_trainable(base: Path, options: TrainOptions, parent: Path | None, *, bf16: bool) -> Any:
    """Load the base model and put fresh adapters on it, or those of `parent`."""
    frozen_bf16 = bf16 and options.method != "full"
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16 if frozen_bf16 else torch.float32)
    model.config.use_cache = False
    if options.method == "full":
        if parent is not None:
            raise RefusedInput(
                f"All weights are to be trained, or {parent} holds no adapter to go on from.",
                do="Leave the parent out, or name an adapter's folder.",
            )
        return model
    if parent is not None:
        return _warm_start(model, parent, options)
    depth = model.config.get_text_config().num_hidden_layers
    config = LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha or 2 * options.rank,
        lora_dropout=options.dropout,
        use_rslora=options.method == "rslora",
        use_dora=options.method == "dora",
        target_modules=list_linear_suffixes(model),
        layers_to_transform=list(range(depth - options.layers, depth)) if 0 < options.layers < depth else None,
        bias="none",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def _warm_start(model: Any, parent: Path, options: TrainOptions) -> Any:
    """Go on from a parent adapter; its shape, not the options', decides rank and layers."""
    kind = read_method(parent)
    if kind != options.method:
        raise RefusedInput(
            f"The parent adapter was trained by {kind}, the round asks for {options.method}.",
            do=f"Take --method {kind}, or start without a parent.",
        )
    adapted = load_lora(model, parent, trainable=True)
    depth = model.config.get_text_config().num_hidden_layers
    if 0 < options.layers < depth:
        _freeze_lower_layers(adapted, depth - options.layers)
    return adapted


def _freeze_lower_layers(model: Any, first: int) -> None:
    """Leave adapters below layer `first` as they are: nothing flows back through them, nothing in them is dropped."""
    for name, module in model.named_modules():
        numbers = [part for part in name.split(".") if part.isdigit()]
        if not numbers or int(numbers[0]) >= first:
            continue
        module.requires_grad_(False)
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0


def load_adapted(base: Path, folder: Path | None, settings: Settings) -> Any:
    """Load the base model as it is served, with the adapter in `folder` on it where one is given; not to be trained."""
    with quiet_transformers():
        model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=choose_dtype(settings))
    model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    return (load_lora(model, folder) if folder else model).eval()


def save_adapter(
    model: Any, draft: Path, kept: Mapping[str, torch.Tensor], invocation: Sequence[int] | None = None
) -> Path:
    """Write the adapter in bfloat16; the manifest's writer names the base model in its configuration.

    Args:
        model: The trained model.
        draft: Folder to write to.
        kept: Weights of adapters in layers that were taken out of the model while it trained (`finetune.trunk`).
        invocation: The tokens from which an activated adapter acts.
    """
    state: dict[str, torch.Tensor] = {**kept, **get_peft_model_state_dict(model)}
    halved = {name: value.detach().to(torch.bfloat16).contiguous().cpu() for name, value in state.items()}
    save_file(halved, draft / WEIGHTS, metadata={"format": "pt"})
    model.peft_config["default"].save_pretrained(str(draft))
    config = draft / CONFIG
    told = json.loads(config.read_text(encoding="utf-8"))
    write_json(config, told | {"inference_mode": True, INVOCATION: list(invocation) if invocation else None})
    return draft / WEIGHTS


def save_full(model: Any, draft: Path, base: Path) -> Path:
    """Write the whole model in bfloat16, with the tokenizer's files, as a folder that `--base` takes."""
    model.to(torch.bfloat16).save_pretrained(str(draft))
    for name in TOKENIZER_FILES:
        if (base / name).exists():
            shutil.copyfile(base / name, draft / name)
    return draft / FULL_WEIGHTS


def use_bfloat16(precision: str, settings: Settings) -> bool:
    """Decide the precision: as asked, or as the engine would serve."""
    wanted = choose_dtype(settings) if precision == "auto" else getattr(torch, precision)
    return bool(wanted == torch.bfloat16)


def list_linear_suffixes(model: PreTrainedModel) -> list[str]:
    """Name the kinds of linear layers of the trunk ("q_proj", …), the output head left out."""
    head = model.get_output_embeddings()
    linear: Iterable[tuple[str, torch.nn.Module]] = (
        (name, module) for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)
    )
    return sorted({name.rpartition(".")[2] for name, module in linear if module is not head})
