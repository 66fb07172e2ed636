"""A preference step after the supervised one: what a person made of a text is made likelier than what the model wrote.

Direct preference optimization (Rafailov et al. 2023), by `finetune.trainer.PreferenceTrainer`.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.engine.weights import load_tokenizer, model_folder
from assistant.settings import Settings
from finetune.encode import Example, encode_preferences
from finetune.train import RESULT_FILE, TrainResult, train_adapter
from finetune.train_options import TrainOptions


def list_preferences(examples: Sequence[Example]) -> list[Example]:
    """Give each example once whose approved text is other than what the model wrote."""
    told = {
        (example.pair_id, example.part): example
        for example in examples
        if example.rejected.strip() and example.rejected.split() != example.completion.split()
    }
    return list(told.values())


def train_in_turn(
    examples: Sequence[Example],
    out: Path,
    settings: Settings,
    options: TrainOptions,
    *,
    facts: dict[str, Any],
    prefer: bool = False,
    **given: Any,
) -> TrainResult:
    """Train on examples and then, where that is asked for and a person changed a text, on preferences.

    Args:
        examples: What to learn.
        out: Folder of the adapter.
        settings: Names the base model.
        options: How the supervised step is trained; the second takes its own rate and one pass.
        facts: What else the manifest should say; how many preferences were learnt from is added.
        prefer: Whether the second step is asked for.
        given: As in `train_adapter`.

    Returns:
        Figures of both steps together; the loss is the supervised one's.
    """
    first = out.with_name(f".{out.name}.supervised")
    preferences = _keep_fitting(list_preferences(examples), settings, options) if prefer else []
    if not preferences or (out / RESULT_FILE).exists():
        shutil.rmtree(first, ignore_errors=True)
        return train_adapter(examples, out, settings, options, facts=facts, **given)
    before = train_adapter(examples, first, settings, options, facts=facts, **given)
    second = replace(options, objective="dpo", epochs=1, learning_rate=0.0)
    given = given | {"parent": first, "facts": facts | {"preferences": len(preferences)}, "before": before}
    result = train_adapter(preferences, out, settings, second, **given)
    shutil.rmtree(first, ignore_errors=True)
    return result


def _keep_fitting(preferences: Sequence[Example], settings: Settings, options: TrainOptions) -> list[Example]:
    """Leave out the pairs that are too long to be trained on, so that the second step has something to learn."""
    tokenizer = load_tokenizer(model_folder(settings))
    return [one for one in preferences if encode_preferences(tokenizer, [one], options.max_tokens)[0]]
