"""What LoRA costs beside full fine-tuning of the same model on the same pairs, and what each has learnt.

Both get the same data path (completion-only logits, batches by token budget), float32 or bfloat16 as the
machine takes it, and a learning rate of their own; each trains in a process of its own, one after the
other, so that time and peak memory are comparable. Scores are ROUGE F1 of what they write on pairs
that they did not see, with the paired 95% interval of the difference.

    python benchmarks/train_cost.py --corpora DIR [--full-run] [--epochs 3] --json

DIR holds `contracts/pairs.jsonl`: lines 1 to 206 are trained on, 207 to 326 tested. Without
`--full-run` it is a quick look: 24 pairs, one epoch, 8 tested.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.settings import Settings, load_settings
from finetune.dataset import Lesson, build_all_examples, load_pairs, read_dataset, redact_pair, write_dataset
from finetune.evaluate import Evaluation, evaluate_lessons, open_adapter
from finetune.scores import VARIANTS, compare_means
from finetune.train import TrainOptions, train_adapter

SPLIT = 206
METHODS: dict[str, dict[str, Any]] = {
    "lora": {"method": "lora", "learning_rate": 1e-3},
    "full": {"method": "full", "learning_rate": 1e-4},
}


def main() -> None:
    arguments = read_arguments()
    if arguments.worker:
        train_one(arguments)
        return
    settings = load_settings()
    with tempfile.TemporaryDirectory() as scratch:
        report = run(arguments, settings, Path(scratch))
    if arguments.json:
        print(json.dumps(report))
        return
    for name, figures in report["systems"].items():
        print(f"{name}: {json.dumps(figures)}")
    print(f"ratios: {json.dumps(report.get('ratios', {}))}")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"))
    parser.add_argument("--full-run", action="store_true", help="all pairs; the quick look is the default")
    parser.add_argument("--epochs", type=int, default=0, help="0: 3 for the full run, 1 for the quick look")
    parser.add_argument("--systems", default="lora,full", help="comma-separated: lora, full")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.corpora is None:
        parser.error("--corpora or CASEBRIEF_CORPORA must name the folder that holds contracts/pairs.jsonl")
    arguments.epochs = arguments.epochs or (3 if arguments.full_run else 1)
    return arguments


def run(arguments: argparse.Namespace, settings: Settings, scratch: Path) -> dict[str, Any]:
    train, held_out = read_lessons(arguments, settings)
    write_dataset(scratch / "data", train, held_out, {})
    report: dict[str, Any] = {
        "benchmark": "train_cost", "quick": not arguments.full_run, "train_pairs": len(train),
        "test_pairs": len(held_out), "epochs": arguments.epochs, "cores": os.cpu_count(), "systems": {},
    }  # fmt: skip
    evaluations: dict[str, Evaluation] = {}
    for name in ["base", *arguments.systems.split(",")]:
        cost = {} if name == "base" else train_apart(name, arguments, scratch)
        evaluations[name] = score(name, held_out, settings, scratch)
        told = evaluations[name].tell()
        report["systems"][name] = cost | {key: told[key] for key in (*VARIANTS, "supported_rate", "words")}
    if {"lora", "full"} <= set(evaluations):
        report["ratios"] = compare(report["systems"], evaluations)
    return report


def read_lessons(arguments: argparse.Namespace, settings: Settings) -> tuple[list[Lesson], list[Lesson]]:
    pairs = load_pairs(arguments.corpora / "contracts" / "pairs.jsonl")
    train, test = pairs[:SPLIT], pairs[SPLIT:]
    if not arguments.full_run:
        train, test = train[:24], test[:8]
    return [redact_pair(p, settings)[0] for p in train], [redact_pair(p, settings)[0] for p in test]


def train_apart(name: str, arguments: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Train in a process of its own, whose peak memory is that of this training alone."""
    command = [
        sys.executable,
        __file__,
        "--worker",
        name,
        "--data",
        str(scratch / "data"),
        "--out",
        str(scratch / name),
    ]
    command += ["--epochs", str(arguments.epochs), "--corpora", str(arguments.corpora)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    result = json.loads((scratch / name / "training.jsonl").read_text())["result"]
    keys = ("trainable_parameters", "examples", "tokens", "steps", "seconds", "tokens_per_s", "peak_rss_mb", "flops",
            "artefact_mb", "loss")  # fmt: skip
    return {key: round(result[key], 4) for key in keys}


def train_one(arguments: argparse.Namespace) -> None:
    settings = load_settings()
    lessons, _, _ = read_dataset(arguments.data)
    options = TrainOptions(**METHODS[arguments.worker], epochs=arguments.epochs, checkpoint_s=1e9)
    train_adapter(build_all_examples(lessons, settings), arguments.out, settings, options)


def score(name: str, held_out: list[Lesson], settings: Settings, scratch: Path) -> Evaluation:
    engine, adapter = open_adapter("base" if name == "base" else str(scratch / name), settings, None)
    return evaluate_lessons(held_out, engine, settings, adapter=adapter)


def compare(systems: dict[str, Any], evaluations: dict[str, Evaluation]) -> dict[str, Any]:
    """Give LoRA over full fine-tuning: cost as ratios, scores as paired differences."""
    lora, full = systems["lora"], systems["full"]
    keys = ("seconds", "peak_rss_mb", "artefact_mb", "flops")
    ratios: dict[str, Any] = {key: round(lora[key] / full[key], 3) for key in keys}
    for variant in VARIANTS:
        ours, theirs = ([p.rouge[variant] for p in evaluations[n].predictions] for n in ("lora", "full"))
        gap = compare_means(ours, theirs)
        ratios[f"{variant}_difference"] = {"mean": round(gap.mean, 4), "ci95": [round(gap.low, 4), round(gap.high, 4)]}
    return ratios


if __name__ == "__main__":
    main()
