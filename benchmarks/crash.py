"""Whether a training that is killed ends as one that is not: SIGKILL at random moments, resumed each time.

One training runs undisturbed. Then each of `--kills` trainings of the same data and options is killed with
SIGKILL at a moment drawn evenly over the time that the undisturbed one took, from its first step to its last, and
begun again to its end. Compared are the loss at the end (mean over the last tenth of the steps), the loss of every
step, and the weights, byte by byte. A training that ended before its kill is drawn anew, and counted.

    python benchmarks/crash.py [--kills 20] [--steps 60] [--base tiny] [--method lora] [--layers 2] --json

As rounds ship it, the answers learn over what the base made of the prompts once (`finetune.prefixes`). With `--method lora
--layers 2` only so many of the uppermost layers learn, over what the layers below gave once (`finetune.trunk`). Then the
moments are drawn from when that begins.

`--base tiny` is a Llama of four layers and random weights, made on the spot: the trainer, the optimizer, dropout and
the checkpoints are those of every training, only the matrices are small. Any model id or folder may stand in its
place. Each training is a process of its own, forked from one that has loaded the libraries and trained nothing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tiny_llama import WORDS, write_tiny_model  # noqa: E402

import finetune.trainer  # noqa: E402, F401  (loaded once, before the processes part)
from assistant.engine.base import Prompt  # noqa: E402
from assistant.engine.weights import hash_file  # noqa: E402
from assistant.settings import Settings, load_settings  # noqa: E402
from finetune.encode import Example  # noqa: E402
from finetune.train import train_adapter  # noqa: E402
from finetune.train_options import TrainOptions  # noqa: E402

BAR = 1e-3
"""Nats a token by which the loss at the end may differ from the undisturbed one."""
ROWS = 4
EPOCHS = 2
CHECKPOINTS = 12
"""Checkpoints that an undisturbed training of the time measured writes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--base", default="tiny", help="tiny, a model id or a folder")
    parser.add_argument("--method", choices=("alora", "lora"), default="alora")
    parser.add_argument("--layers", type=int, default=0, help="uppermost layers that learn; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report = run(arguments, Path(scratch))
    print(json.dumps(report if arguments.json else {k: v for k, v in report.items() if k != "trials"}))
    if not report["passed"]:
        sys.exit(1)


def run(arguments: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Train undisturbed, then kill and resume, and compare."""
    if arguments.base == "tiny":
        base = str(write_tiny_model(scratch / "tiny", context=512))
        settings = Settings(home=scratch / "home", model=base, threads=1, dtype="float32")
    else:
        settings = load_settings(model=arguments.base)
    examples = make_examples(arguments.steps * ROWS // EPOCHS, arguments.seed)
    options = TrainOptions(
        method=arguments.method,
        rank=4,
        alpha=8,
        dropout=0.1,
        epochs=EPOCHS,
        max_rows=ROWS,
        layers=arguments.layers,
        precision="float32",
    )
    began, ended = train(scratch / "rehearsal", settings, examples, replace(options, checkpoint_s=3600.0))
    options = replace(options, checkpoint_s=(ended - began) / CHECKPOINTS)
    began, ended = train(scratch / "undisturbed", settings, examples, options)
    whole = read_losses(scratch / "undisturbed")
    dice, trials, too_late = random.Random(arguments.seed), [], 0
    while len(trials) < arguments.kills:
        out = scratch / f"trial-{len(trials)}-{too_late}"
        at = dice.uniform(0, ended - began)
        if not kill(out, settings, examples, options, at):
            too_late += 1
            continue
        kept = [int(path.name.rpartition("-")[2]) for path in out.with_name(f".{out.name}.work").glob("checkpoint-*")]
        train(out, settings, examples, options)
        trials.append(
            compare(out, scratch / "undisturbed")
            | {"killed_after_s": round(at, 3), "resumed_from": max(kept, default=0)}
        )
    gaps = [trial["loss_difference"] for trial in trials]
    return {
        "base": arguments.base,
        "steps": arguments.steps,
        "method": arguments.method,
        "layers": arguments.layers,
        "kills": len(trials),
        "ended_before_the_kill": too_late,
        "seconds_undisturbed": round(ended - began, 2),
        "checkpoint_s": round(options.checkpoint_s, 3),
        "loss_undisturbed": round(whole[0], 6),
        "largest_loss_difference": max(gaps),
        "largest_step_difference": max(trial["step_difference"] for trial in trials),
        "same_weights": sum(trial["same_weights"] for trial in trials),
        "resumed_from_a_checkpoint": sum(trial["resumed_from"] > 0 for trial in trials),
        "bar": BAR,
        "passed": max(gaps) <= BAR,
        "trials": trials,
    }


def make_examples(count: int, seed: int) -> list[Example]:
    """Make examples of words that the tiny model knows."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        asked, told = " ".join(dice.choices(WORDS, k=24)), " ".join(dice.choices(WORDS, k=12))
        made.append(Example(f"p{number}", "", Prompt(({"role": "user", "content": asked},)), told))
    return made


def train_quietly(out: Path, settings: Settings, examples: list[Example], options: TrainOptions, told: Any) -> None:
    """Train in this process; tell the time of each step."""
    train_adapter(examples, out, settings, options, progress=lambda at: told.send((at.step, time.monotonic())))


def train(out: Path, settings: Settings, examples: list[Example], options: TrainOptions) -> tuple[float, float]:
    """Train in a process of its own to the end, or on to it; give the times of its first and last step."""
    process, hears = start(out, settings, examples, options)
    times = []
    while process.is_alive() or hears.poll():
        if hears.poll(0.02):
            try:
                times.append(hears.recv()[1])
            except EOFError:
                break
    process.join()
    if process.exitcode:
        raise RuntimeError(f"The training ended with {process.exitcode}.")
    return (times[0], times[-1]) if times else (0.0, 0.0)


def kill(out: Path, settings: Settings, examples: list[Example], options: TrainOptions, after_s: float) -> bool:
    """Begin a training and kill it some time after its first step; False where it had ended by then."""
    process, hears = start(out, settings, examples, options)
    hears.recv()
    time.sleep(after_s)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL and not out.exists()


def start(out: Path, settings: Settings, examples: list[Example], options: TrainOptions) -> tuple[Any, Any]:
    """Start a training in a forked process; give it, and the end of a pipe that hears of its steps."""
    context = multiprocessing.get_context("fork")
    hears, tells = context.Pipe(duplex=False)
    process = context.Process(target=train_quietly, args=(out, settings, examples, options, tells))
    process.start()
    tells.close()
    return process, hears


def read_losses(folder: Path) -> tuple[float, list[float]]:
    """Give the loss at the end and the loss of every step of a finished training."""
    told = json.loads((folder / "training.jsonl").read_text(encoding="utf-8"))["result"]
    return float(told["loss"]), [float(loss) for loss in told["losses"]]


def compare(folder: Path, other: Path) -> dict[str, Any]:
    """Compare two finished trainings."""
    (loss, losses), (loss_other, losses_other) = read_losses(folder), read_losses(other)
    weights = [hash_file(path / "adapter_model.safetensors") for path in (folder, other)]
    return {
        "loss_difference": abs(loss - loss_other),
        "step_difference": max(abs(a - b) for a, b in zip(losses, losses_other, strict=True)),
        "same_weights": weights[0] == weights[1],
    }


if __name__ == "__main__":
    main()
