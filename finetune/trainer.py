"""The Trainer that `finetune.train` runs: our batches, completion-only logits, our checkpoints.

Kept apart from `train.py` because importing transformers' Trainer takes seconds.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import cross_entropy, log_softmax, logsigmoid
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader
from transformers import DynamicCache, PreTrainedModel, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback

from assistant.engine.activated import without_adapters
from finetune import checkpoint
from finetune.bill import Meter, count_operations
from finetune.encode import IGNORED, Row, collate, collate_apart

if TYPE_CHECKING:
    from finetune.prefixes import Prefixes
    from finetune.train_options import TrainOptions
    from finetune.trunk import Trunk


@dataclass(frozen=True, slots=True)
class TrainProgress:
    """Where a training stands.

    Attributes:
        step: Optimizer steps done.
        steps: Optimizer steps in all.
        loss: Mean loss of the last ten steps, in nats a completion token.
        tokens_per_s: Tokens read (without padding) a second since this process began.
        seconds_left: Estimate from the tokens still to come.
        label: "training", or "reading" while what no step changes is computed once: `step` and `steps` are
            tokens then, and there is no loss yet.
    """

    step: int
    steps: int
    loss: float
    tokens_per_s: float
    seconds_left: float
    label: str = "training"


class PlannedTrainer(Trainer):
    """Runs a plan of batches once, from its first to its last, or on from a checkpoint."""

    model: Any
    optimizer: Any
    lr_scheduler: Any

    def __init__(
        self,
        model: torch.nn.Module,
        arguments: TrainingArguments,
        *,
        rows: Sequence[Row],
        plan: Sequence[Sequence[int]],
        pad_id: int,
        apart: bool,
        invocation: Sequence[int],
        fingerprint: str,
        checkpoint_s: float,
        meter: Meter,
    ) -> None:
        super().__init__(model=model, args=arguments, train_dataset=list(plan))  # type: ignore[arg-type]
        self.remove_callback(PrinterCallback)
        self.add_callback(_StepWatch(self))
        self.rows, self.plan, self.pad_id = rows, plan, pad_id
        self.invocation, self.leaves = invocation, len(invocation)
        self.apart = apart or bool(invocation)
        self.fingerprint, self.checkpoint_s = fingerprint, checkpoint_s
        self.meter = meter
        self.trunk: Trunk | None = None
        self.prefixes: Prefixes | None = None
        self.progress: Callable[[TrainProgress], None] | None = None
        self.stop: Callable[[], bool] | None = None
        self.step_losses: list[float] = []
        self.was_stopped = False
        self.batch_tokens = [sum(len(rows[index].ids) for index in batch) for batch in plan]
        self.keeps_positions = "logits_to_keep" in inspect.signature(_inner_model(model).forward).parameters
        self._began = self._saved = time.monotonic()
        self._began_step = 0

    @property
    def kept(self) -> Trunk | Prefixes | None:
        """What no step changes, if it was computed once for all of them."""
        return self.trunk or self.prefixes

    def keep_unchanged(self, folder: Path, batch_tokens: int, tell: Callable[[int, int], None]) -> None:
        """Compute once what no step changes: the layers below the lowest trained one, or what the base reads."""
        from finetune.prefixes import keep_prefixes
        from finetune.trunk import keep_trunk

        rows, bf16 = self.rows, self.args.bf16
        if not self.invocation:
            self.trunk = keep_trunk(self.model, rows, folder, batch_tokens=batch_tokens, bf16=bf16, tell=tell)
        elif sum(map(len, self.plan)) > len({row.read_part(self.leaves) for row in rows}):  # some are read again
            self.prefixes = keep_prefixes(
                self.model, rows, folder, leaves=self.leaves, batch_tokens=batch_tokens, bf16=bf16, tell=tell
            )

    @property
    def tokens_per_s(self) -> float:
        """Tokens read a second, padding not counted, since this process began to train."""
        done = sum(self.batch_tokens[self._began_step : len(self.step_losses)])
        return done / max(time.monotonic() - self._began, 1e-9)

    def read_reference(self) -> None:
        """Nothing is held against where the training began; see `finetune.prefer`."""

    def get_train_dataloader(self) -> DataLoader:
        """Serve the plan in order, one of its batches a step."""
        return DataLoader(
            self.plan,  # type: ignore[arg-type]
            batch_size=1,
            shuffle=False,
            collate_fn=lambda batches: self._collate([self.rows[index] for index in batches[0]]),
        )

    def _collate(self, rows: Sequence[Row]) -> dict[str, torch.Tensor]:
        if self.prefixes:
            return self.prefixes.pack(rows, self.leaves)
        batch = collate_apart(rows, self.pad_id, self.leaves or 1) if self.apart else collate(rows, self.pad_id)
        return self.trunk.add_states(batch, rows) if self.trunk else batch

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Give the loss of one batch, and note it."""
        outputs, logits = self._read(model, inputs)
        loss = self._lose(logits, inputs)
        self.step_losses.append(loss.item())
        return (loss, outputs) if return_outputs else loss

    def _lose(self, logits: torch.Tensor, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Mean loss a completion token."""
        return cross_entropy(logits.flatten(0, 1).float(), inputs["labels"].flatten(), ignore_index=IGNORED)

    def _read(self, model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> tuple[Any, torch.Tensor]:
        """Run a batch; logits are computed where some row has a completion, nowhere else."""
        if self.prefixes:
            return self._read_packed(model, inputs)
        return self._read_apart(model, inputs) if self.apart else self._read_whole(model, inputs)

    def _read_whole(self, model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> tuple[Any, torch.Tensor]:
        """Run prompts and answers in one pass, to be learnt from both."""
        positions = inputs["positions"]
        if self.trunk:
            self.trunk.give_out(inputs["states"])
        kept = {"logits_to_keep": positions} if self.keeps_positions else {}
        outputs = model(input_ids=inputs["input_ids"], use_cache=False, **kept)
        return outputs, outputs.logits if kept else outputs.logits[:, positions]

    def _read_apart(self, model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> tuple[Any, torch.Tensor]:
        """Read the prompts without a gradient, then run the answers over what was read.

        The numbers are those of one pass. An activated adapter takes no part in the reading; of another one the
        gradient leaves out how it reads.
        """
        read, written = inputs["prompt_mask"], inputs["answer_mask"]
        cache = self._read_prompts(model, inputs) if read.shape[1] else self._new_cache()
        if self.trunk:
            self.trunk.give_out(inputs["answer_states"])
        outputs = model(
            input_ids=inputs["answer_ids"],
            attention_mask=torch.cat([read, written], dim=1),
            position_ids=read.sum(1, keepdim=True) + torch.arange(written.shape[1], device=written.device),
            past_key_values=cache,
            use_cache=True,
        )
        return outputs, outputs.logits

    def _read_prompts(self, model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> DynamicCache:
        """Read the prompts of a batch."""
        read, cache, inner = inputs["prompt_mask"], self._new_cache(), _inner_model(self.model)
        if self.trunk:
            self.trunk.give_out(inputs["prompt_states"])
        reads = without_adapters(self.model) if self.invocation else nullcontext()
        with torch.no_grad(), end_unread(inner), reads:
            model(
                input_ids=inputs["prompt_ids"],
                attention_mask=read,
                position_ids=(read.cumsum(1) - 1).clamp(min=0),
                past_key_values=cache,
                use_cache=True,
                **({"logits_to_keep": 1} if self.keeps_positions else {}),
            )
        return cache

    def _read_packed(self, model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> tuple[Any, torch.Tensor]:
        """Run the answers, one behind the other, over what the base made of their prompts (`finetune.prefixes`)."""
        positions, labels = inputs["positions"], inputs["labels"]
        kept = {"logits_to_keep": positions} if self.keeps_positions else {}
        outputs = model(
            input_ids=inputs["answer_ids"],
            position_ids=inputs["places"],
            prefixes=inputs["prefixes"],  # this and the next for `finetune.prefixes.attend_packed`
            seen=inputs["seen"],
            use_cache=False,
            **kept,
        )
        logits = outputs.logits[0] if kept else outputs.logits[0, positions]
        parted = logits.split((labels != IGNORED).sum(1).tolist())
        return outputs, pad_sequence(parted, batch_first=True)

    def _new_cache(self) -> DynamicCache:
        return DynamicCache(config=_inner_model(self.model).config)

    def floating_point_ops(self, inputs: dict[str, torch.Tensor]) -> int:
        """Count two operations a weight and token: forward, back to the lowest trained layer, and trained weights."""
        return count_operations(_inner_model(self.model), inputs)

    def after_step(self, step: int) -> tuple[bool, bool]:
        """Report progress after a step; say whether to save a checkpoint now and whether to stop."""
        now = time.monotonic()
        self.meter.read()
        rate = self.tokens_per_s
        if self.progress is not None:
            recent = self.step_losses[-10:]
            left = sum(self.batch_tokens[step:]) / max(rate, 1e-9)
            self.progress(TrainProgress(step, len(self.plan), sum(recent) / len(recent), rate, left))
        self.was_stopped = self.stop is not None and self.stop() and step < len(self.plan)
        return self.was_stopped or now - self._saved >= self.checkpoint_s, self.was_stopped

    def after_reading(self, done: int, total: int) -> bool:
        """Report how many tokens were read before the first step; say whether to stop."""
        if self.progress is not None:
            rate = done / max(time.monotonic() - self._began, 1e-9)
            self.progress(TrainProgress(done, total, 0.0, rate, (total - done) / rate, "reading"))
        return self.stop is not None and self.stop()

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        """Write our own checkpoint in place of Trainer's, which is neither atomic nor free of pickle."""
        self.store_flos()
        folder = Path(str(self.args.output_dir))
        checkpoint.save_checkpoint(
            folder / f"checkpoint-{self.state.global_step}",
            fingerprint=self.fingerprint,
            weights={name: value for name, value in self.model.named_parameters() if value.requires_grad},
            optimizer=self.optimizer.state_dict(),
            state={
                "scheduler": self.lr_scheduler.state_dict(),
                "random": checkpoint.random_state(),
                "losses": self.step_losses,
                "spent": self.meter.read(),
            },
            trainer_state=asdict(self.state) | {"stateful_callbacks": {}},
        )
        checkpoint.drop_old_checkpoints(folder, keep=2)
        self._saved = time.monotonic()

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: torch.nn.Module | None = None) -> None:
        weights = checkpoint.load_weights(Path(resume_from_checkpoint))
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                if value.requires_grad:
                    value.copy_(weights[name])
        state = checkpoint.load_state(Path(resume_from_checkpoint))
        self.step_losses = list(state["losses"])
        self.meter.go_on_from(state.get("spent") or {})
        self._began_step = len(self.step_losses)

    def _load_optimizer_and_scheduler(self, checkpoint_folder: str | None) -> None:
        if checkpoint_folder is None:
            return
        folder = Path(checkpoint_folder)
        self.optimizer.load_state_dict(checkpoint.load_optimizer(folder))
        self.lr_scheduler.load_state_dict(checkpoint.load_state(folder)["scheduler"])

    def _load_rng_state(self, checkpoint_folder: str | None) -> None:
        if checkpoint_folder is not None:
            checkpoint.restore_random_state(checkpoint.load_state(Path(checkpoint_folder))["random"])


class PreferenceTrainer(PlannedTrainer):
    """Runs a plan whose batches hold, one behind the other, the approved and the rejected text of each pair.

    Direct preference optimization (Rafailov et al. 2023): it looks at how much likelier, in nats, the adapter finds the
    approved text than the rejected one, beside the adapter that the supervised step left, and widens that margin. The
    mean loss a token of the approved text stands beside it (Pang et al. 2024): without it both grow less likely.
    """

    beta = 0.1
    """Of the margin in nats: the smaller, the farther the adapter may go from where it began."""
    anchor = 1.0
    """Weight of the approved text's own loss."""
    reference: dict[Row, float] | None = None

    def read_reference(self) -> None:
        """Note how likely the adapter finds each text before its first step."""
        self.model.eval()
        found: dict[Row, float] = {}
        for index in sorted({index for batch in self.plan for index in batch}):
            row = self.rows[index]
            if row not in found:
                with torch.no_grad(), self.compute_loss_context_manager():  # in the precision of the steps
                    inputs = self._prepare_inputs(self._collate([row]))
                    found[row] = _sum_chances(self._read(self.model, inputs)[1], inputs["labels"]).item()
        self.reference = found

    def _collate(self, rows: Sequence[Row]) -> dict[str, torch.Tensor]:
        batch = super()._collate(rows)
        if self.reference is not None:
            batch["reference"] = torch.tensor([self.reference[row] for row in rows])
        return batch

    def _lose(self, logits: torch.Tensor, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Mean loss a pair: of its margin over the reference's, and of the approved text by itself."""
        gained = (_sum_chances(logits, inputs["labels"]) - inputs["reference"]).view(-1, 2)
        approved = super()._lose(logits[::2], {"labels": inputs["labels"][::2]})
        return -logsigmoid(self.beta * (gained[:, 0] - gained[:, 1])).mean() + self.anchor * approved


def _sum_chances(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Give the log-probability of each row's text."""
    chances = log_softmax(logits.float(), -1).gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return (chances * (labels != IGNORED)).sum(1)


class _StepWatch(TrainerCallback):
    """Lets the trainer report, save and stop after each step."""

    def __init__(self, trainer: PlannedTrainer) -> None:
        self.trainer = trainer

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Called by Trainer after each optimizer step."""
        save, stop = self.trainer.after_step(state.global_step)
        control.should_save = control.should_save or save
        control.should_training_stop = control.should_training_stop or stop


class _Nothing(torch.nn.Module):
    """Gives zeros, in the place of a block whose outcome nobody reads."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(states)


@contextmanager
def end_unread(model: PreTrainedModel) -> Iterator[None]:
    """Leave out the last layer's feed-forward block for a while.

    Of a prompt only keys and values are wanted, and no layer above reads what comes out of that block. Models whose
    block is not a plain one run it.
    """
    layers: Any = getattr(model.get_decoder(), "layers", None)
    block = getattr(layers[-1], "mlp", None) if isinstance(layers, torch.nn.ModuleList) else None
    if not hasattr(block, "down_proj"):
        yield
        return
    layers[-1].mlp = _Nothing()
    try:
        yield
    finally:
        layers[-1].mlp = block


def build_arguments(
    folder: Path, options: TrainOptions, *, steps: int, learning_rate: float, bf16: bool
) -> TrainingArguments:
    """Build Trainer's arguments: one pass over the plan, no reports, no logs of its own."""
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=1,
        learning_rate=learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=max(round(options.warmup * steps), 1),
        weight_decay=options.weight_decay,
        max_grad_norm=options.max_grad_norm,
        optim="adamw_torch_fused",
        bf16=bf16,
        use_cpu=not torch.cuda.is_available(),
        seed=options.seed,
        save_strategy="no",
        logging_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )


def _inner_model(model: torch.nn.Module) -> Any:
    """Give the transformers model inside a PEFT wrapper, or the model itself."""
    inner: Any = model
    return inner.get_base_model() if hasattr(inner, "get_base_model") else inner
