"""What synthetic pairs add where real ones are few: real only, synthetic only and both, at 25, 50, 100 and all real pairs.

Real are the first lines of `contracts/pairs.jsonl` (clauses that people put into plain words; of 206), held out the 120
lines after the 206th. Synthetic are the filings by rules that the starter adapter learnt from, so "both" trains on the real
pairs from the starter's weights, "real" trains on the same pairs from none, as long and at the same rate, and "synthetic" is
the starter alone. Scored as `casebrief evaluate` does; told are ROUGE F1, the difference "both" minus "real" on the
same documents, and the relative gain, each with its 95% interval (paired bootstrap over documents).

    python benchmarks/synthetic_gain.py [--counts 25,50,100,206] [--epochs 4] [--test 120] --state DIR --json

Each arm is written to --state when it is done, so that a run can be stopped and goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.settings import Settings, load_settings
from finetune.dataset import Lesson, build_all_examples, load_pairs, redact_pair
from finetune.evaluate import Evaluation, evaluate_lessons, open_adapter, read_evaluation, write_evaluation
from finetune.scores import VARIANTS, compare_means
from finetune.train import TrainOptions, train_adapter

SPLIT = 206
STARTER = Path(__file__).resolve().parents[1] / "assistant" / "starter"
AIM = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"))
    parser.add_argument("--counts", default="25,50,100,206", help="real pairs, with commas")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--gradient", choices=("all", "answer"), default="all")
    parser.add_argument("--test", type=int, default=120, help="held-out clauses")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps what is done")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.corpora is None:
        parser.error("--corpora or CASEBRIEF_CORPORA must name the folder that holds contracts/pairs.jsonl")
    arguments.state.mkdir(parents=True, exist_ok=True)
    report = run(arguments, load_settings(home=arguments.state / "home"))
    print(json.dumps(report, indent=None if arguments.json else 1))


def run(arguments: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Train and score each arm that is not done yet, and compare."""
    pairs = load_pairs(arguments.corpora / "contracts" / "pairs.jsonl")
    held_out = [redact_pair(pair, settings)[0] for pair in pairs[SPLIT:][: arguments.test]]
    options = TrainOptions(epochs=arguments.epochs, gradient=arguments.gradient, checkpoint_s=300)
    arms = {"synthetic": score("synthetic", str(STARTER), held_out, arguments.state, settings)}
    for count in map(int, arguments.counts.split(",")):
        lessons = [redact_pair(pair, settings)[0] for pair in pairs[:SPLIT][:count]]
        for kind, parent in (("real", None), ("both", STARTER)):
            name = f"{kind}-{count}"
            folder = arguments.state / name
            train_adapter(build_all_examples(lessons, settings), folder, settings, options, parent=parent)
            arms[name] = score(name, str(folder), held_out, arguments.state, settings)
            print(name, json.dumps(tell(arms[name])), file=sys.stderr, flush=True)
    gains = {count: compare(arms[f"both-{count}"], arms[f"real-{count}"]) for count in arguments.counts.split(",")}
    return {
        "benchmark": "synthetic_gain", "test_documents": len(held_out), "epochs": arguments.epochs,
        "gradient": arguments.gradient, "aim": AIM, "arms": {name: tell(made) for name, made in arms.items()},
        "both_over_real": gains,
    }  # fmt: skip


def score(name: str, adapter: str, held_out: list[Lesson], state: Path, settings: Settings) -> Evaluation:
    """Give an arm's evaluation, made once."""
    path = state / f"{name}.scores"
    if not path.exists():
        engine, adapter_id = open_adapter(adapter, settings, None)
        write_evaluation(path, evaluate_lessons(held_out, engine, settings, adapter=adapter_id))
    return read_evaluation(path)


def tell(made: Evaluation) -> dict[str, Any]:
    told = made.tell()
    return {key: told[key] for key in (*VARIANTS, "supported_rate", "words", "n")}


def compare(both: Evaluation, real: Evaluation, draws: int = 4000) -> dict[str, Any]:
    """Give the paired difference of each variant, and the relative gain of ROUGE-1."""
    told: dict[str, Any] = {}
    for variant in VARIANTS:
        gap = compare_means([p.rouge[variant] for p in both.predictions], [p.rouge[variant] for p in real.predictions])
        told[variant] = {"mean": round(gap.mean, 4), "ci95": [round(gap.low, 4), round(gap.high, 4)]}
    ours, theirs = (np.array([p.rouge["rouge1"] for p in made.predictions]) for made in (both, real))
    picks = np.random.default_rng(0).integers(0, len(ours), (draws, len(ours)))
    low, high = np.quantile(ours[picks].mean(axis=1) / theirs[picks].mean(axis=1) - 1, [0.025, 0.975])
    gain = ours.mean() / theirs.mean() - 1
    return told | {"relative_gain": round(gain, 3), "ci95": [round(low, 3), round(high, 3)], "met": bool(gain >= AIM)}


if __name__ == "__main__":
    main()
