"""Examples -> adapter folder: supervised fine-tuning of the base model, by activated LoRA unless told otherwise."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import resource
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.engine.activated import find_invocation
from assistant.engine.manifest import write_manifest
from assistant.engine.prompts import PROMPT_HASH
from assistant.engine.weights import load_tokenizer, model_folder, model_hash, model_name, quiet_transformers
from assistant.errors import CasebriefError, RefusedInput
from assistant.settings import Settings
from assistant.store.sealed_files import flush_path
from finetune.bill import Meter, add_step, price_of
from finetune.checkpoint import newest_checkpoint, write_json
from finetune.encode import (
    Example,
    Row,
    check_opening,
    encode_examples,
    encode_preferences,
    fingerprint_rows,
    plan_batches,
    plan_preferences,
)
from finetune.train_options import TrainOptions

if TYPE_CHECKING:
    from finetune.trainer import PlannedTrainer, TrainProgress

logger = logging.getLogger(__name__)

RESULT_FILE = "training.jsonl"
"""Figures of a training, in its folder; not ".json", for seconds must not change the hash of the weights."""


class TrainingStopped(CasebriefError):
    """A person stopped the training; its last checkpoint is kept."""


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training gave, as `casebrief train` prints it.

    Attributes:
        adapter_id: Name of the adapter.
        method: As in `TrainOptions`.
        trainable_parameters: Weights that were learnt.
        examples: Examples learnt from.
        left_out: Examples left out because they are too long.
        tokens: Tokens of the examples in all epochs, padding not counted; what is computed once for all of them
            counts in each.
        steps: Optimizer steps.
        seconds: Wall time of the training steps and of writing, model loading included; where the training was
            resumed, with that of the runs before up to their checkpoint.
        tokens_per_s: These a second over the training steps, what is computed before them included.
        peak_rss_mb: Highest resident memory of this process so far, MiB.
        flops: Floating-point operations of all steps, counted from the shapes.
        artefact_mb: Size of the weights file, MB.
        loss: Mean over the last tenth of the steps, nats a completion token.
        losses: Loss of each step.
        energy_j: Joules that the machine's processors used meanwhile, for other work too; None where it does not tell.
        price: Those seconds at `price_per_hour` of the settings; None where no price is set.
    """

    adapter_id: str
    method: str
    trainable_parameters: int
    examples: int
    left_out: int
    tokens: int
    steps: int
    seconds: float
    tokens_per_s: float
    peak_rss_mb: float
    flops: float
    artefact_mb: float
    loss: float
    losses: tuple[float, ...] = ()
    energy_j: float | None = None
    price: float | None = None


def train_adapter(
    examples: Sequence[Example],
    out: Path,
    settings: Settings,
    options: TrainOptions | None = None,
    *,
    adapter_id: str = "",
    parent: Path | None = None,
    facts: Mapping[str, Any] | None = None,
    progress: Callable[[TrainProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    before: TrainResult | None = None,
    beside: Mapping[str, str] | None = None,
) -> TrainResult:
    """Train on examples and leave one whole folder at `out`; begun before, it goes on from its last checkpoint.

    Args:
        examples: What to learn, pseudonymized.
        out: Folder of the adapter; made under another name and renamed when whole.
        settings: Names the base model.
        options: How to train.
        adapter_id: Name of the adapter; the folder's name where "".
        parent: Adapter folder whose weights are the start, for a warm start.
        facts: What else the manifest should say (round, dataset, matters).
        progress: Told after each step.
        stop: Asked after each step; True ends the training with a checkpoint.
        before: Figures of a step before this one, which are added to what this one costs.
        beside: Texts that are to lie in the folder besides, by file name (`finetune.ranker`).

    Returns:
        Figures of the training. A folder that is whole already is not trained again.

    Raises:
        RefusedInput: There is nothing to learn from, or `parent` does not fit the options.
        TrainingStopped: `stop` said so.
    """
    options = (options or TrainOptions()).settle(parent)
    result_file = out / RESULT_FILE
    if result_file.exists():
        return _read_result(result_file)
    meter = Meter()
    base = model_folder(settings)
    tokenizer = load_tokenizer(base)
    encode = encode_preferences if options.objective == "dpo" else encode_examples
    rows, left_out = encode(tokenizer, examples, options.max_tokens)
    if not rows:
        raise RefusedInput(
            f"There is nothing to learn from: {len(examples)} examples, {left_out} of them too long.",
            do="Approve more summaries, or raise --max-tokens.",
        )
    work = out.with_name(f".{out.name}.work")
    work.mkdir(parents=True, exist_ok=True)
    with quiet_transformers():
        trainer = _build_trainer(base, rows, work, settings, options, parent, tokenizer, meter)
        trainer.progress, trainer.stop = progress, stop
        _run_trainer(trainer, work, options)
    result = _summarize_training(trainer, rows, left_out, options, adapter_id or out.name, settings.price_per_hour)
    result = add_step(before, result) if before else result
    _write_folder(trainer, out, work, result, base, settings, options, facts or {}, beside or {})
    return _read_result(result_file)


def _build_trainer(
    base: Path,
    rows: Sequence[Row],
    work: Path,
    settings: Settings,
    options: TrainOptions,
    parent: Path | None,
    tokenizer: Any,
    meter: Meter,
) -> PlannedTrainer:
    """Load the model, put adapters on it, and lay out the batches."""
    import torch
    from transformers import set_seed

    from finetune.model import load_trainable, use_bfloat16
    from finetune.trainer import PlannedTrainer, PreferenceTrainer, build_arguments

    opening = find_invocation(tokenizer) if options.method == "alora" else ()
    if options.method == "alora":
        check_opening(rows, opening, parent)
    torch.set_num_threads(settings.threads or os.cpu_count() or 1)
    set_seed(options.seed)
    bf16 = use_bfloat16(options.precision, settings)
    lay_out = plan_preferences if options.objective == "dpo" else plan_batches
    plan = lay_out(
        [len(row.ids) for row in rows],
        batch_tokens=options.batch_tokens,
        max_rows=options.max_rows,
        epochs=options.epochs,
        seed=options.seed,
    )
    arguments = build_arguments(
        work, options, steps=len(plan), learning_rate=options.choose_rate(warm=parent is not None), bf16=bf16
    )
    return (PreferenceTrainer if options.objective == "dpo" else PlannedTrainer)(
        load_trainable(base, options, parent, bf16=bf16),
        arguments,
        rows=rows,
        plan=plan,
        pad_id=tokenizer.pad_token_id or 0,
        apart=options.gradient == "answer",
        invocation=opening,
        fingerprint=_fingerprint(base, rows, options, parent),
        checkpoint_s=options.checkpoint_s,
        meter=meter,
    )


def _run_trainer(trainer: PlannedTrainer, work: Path, options: TrainOptions) -> None:
    """Train from the newest whole checkpoint, or from the start."""

    def tell_reading(done: int, total: int) -> None:
        if trainer.after_reading(done, total):
            raise TrainingStopped("The training was stopped before its first step.", do="Start it again.")

    resumed = newest_checkpoint(work, trainer.fingerprint)
    if options.keep_trunk and options.method != "full":
        trainer.keep_unchanged(work, options.batch_tokens, tell_reading)
    try:
        trainer.read_reference()
        trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
    finally:
        if trainer.kept:
            trainer.kept.close()
    if trainer.was_stopped:
        raise TrainingStopped(
            f"The training was stopped after {len(trainer.step_losses)} of {len(trainer.plan)} steps.",
            do="Start it again to go on from its last checkpoint.",
        )


def _summarize_training(
    trainer: PlannedTrainer,
    rows: Sequence[Row],
    left_out: int,
    options: TrainOptions,
    adapter_id: str,
    price_per_hour: float,
) -> TrainResult:
    """Collect the figures of a finished training; the artefact's size comes when it is written."""
    losses, spent = trainer.step_losses, trainer.meter.read()
    seconds = spent["seconds"] or 0.0
    last = losses[-max(len(losses) // 10, 1) :]
    return TrainResult(
        adapter_id=adapter_id,
        method=options.method,
        trainable_parameters=sum(int(v.numel()) for v in trainer.model.parameters() if v.requires_grad),
        examples=len(rows),
        left_out=left_out,
        tokens=sum(trainer.batch_tokens),
        steps=len(losses),
        seconds=seconds,
        tokens_per_s=trainer.tokens_per_s,
        peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        flops=float(trainer.state.total_flos) + (trainer.kept.operations if trainer.kept else 0.0),
        artefact_mb=0.0,
        loss=sum(last) / len(last),
        losses=tuple(round(loss, 5) for loss in losses),
        energy_j=spent["energy_j"],
        price=price_of(seconds, price_per_hour),
    )


def _write_folder(
    trainer: PlannedTrainer,
    out: Path,
    work: Path,
    result: TrainResult,
    base: Path,
    settings: Settings,
    options: TrainOptions,
    facts: Mapping[str, Any],
    beside: Mapping[str, str],
) -> None:
    """Write the folder under a hidden name, manifest last, and rename it to `out`."""
    from finetune.model import save_adapter, save_full

    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    kept = trainer.trunk.adapters if trainer.trunk else {}
    full = options.method == "full"
    model, opening = trainer.model, trainer.invocation
    weights = save_full(model, draft, base) if full else save_adapter(model, draft, kept, opening)
    values = asdict(result) | {"artefact_mb": weights.stat().st_size / 1e6}
    for name, text in beside.items():
        (draft / name).write_text(text, encoding="utf-8")
    write_json(draft / RESULT_FILE, {"result": values, "options": asdict(options)})
    write_manifest(
        draft,
        base_model=model_name(settings),
        base_model_hash=model_hash(base),
        **{
            "adapter_id": result.adapter_id,
            "prompt_hash": PROMPT_HASH,
            "rows_hash": fingerprint_rows(trainer.rows),
            "options": asdict(options),
            **facts,
        },
    )
    shutil.rmtree(out, ignore_errors=True)
    draft.rename(out)
    flush_path(out.parent)
    shutil.rmtree(work, ignore_errors=True)


def _fingerprint(base: Path, rows: Sequence[Row], options: TrainOptions, parent: Path | None) -> str:
    """Hash what decides the weights, so that a checkpoint of another training is never taken up."""
    deciding = asdict(options) | {"checkpoint_s": 0}
    parent_file = parent / "adapter_model.safetensors" if parent else None
    parts = [
        model_hash(base),
        fingerprint_rows(rows),
        json.dumps(deciding, sort_keys=True),
        hashlib.sha256(parent_file.read_bytes()).hexdigest() if parent_file else "",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _read_result(path: Path) -> TrainResult:
    """Read the figures of a finished training."""
    values = json.loads(path.read_text(encoding="utf-8"))["result"]
    return TrainResult(**{**values, "losses": tuple(values["losses"])})
