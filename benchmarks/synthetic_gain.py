"""What synthetic pairs add where real ones are few: real only, synthetic only and both, at 25, 50, 100 and all real pairs.

Real are the first lines of `contracts/pairs.jsonl` (clauses that people put into plain words; of 206), held out the 120
lines after the 206th. Synthetic are, with `--synthetic filings`, the filings by rules that the starter adapter learnt from,
or, with `--synthetic clauses`, --pairs clauses by rules (`finetune.synthesize.clauses`), on which an adapter is trained from
none. "Both" trains on the real pairs from those weights, "real" trains on the same pairs from none, as long and at the same
rate, and "synthetic" is the first adapter alone. Scored as `casebrief evaluate` does; told are ROUGE F1, the difference
"both" minus "real" on the same documents, and the relative gain, each with its 95% interval (paired bootstrap over
documents). How many held-out summaries a synthetic clause has word for word is told too, with the gain on the others.

    python benchmarks/synthetic_gain.py [--counts 25,50,100,206] [--epochs 4] [--test 120] --state DIR --json
    python benchmarks/synthetic_gain.py --synthetic clauses [--pairs 600] [--passes 1] --state DIR --json

Each arm is written to --state when it is done, so that a run can be stopped and goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.settings import Settings, load_settings
from finetune.dataset import Lesson, Pair, build_all_examples, load_pairs, redact_pair
from finetune.evaluate import Evaluation, evaluate_lessons, open_adapter, read_evaluation, write_evaluation
from finetune.scores import VARIANTS, compare_means
from finetune.synthesize.clauses import ClausePair, hash_clause_banks, make_clause_pairs
from finetune.train import train_adapter
from finetune.train_options import TrainOptions

SPLIT = 206
STARTER = Path(__file__).resolve().parents[1] / "assistant" / "starter"
AIM = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"))
    parser.add_argument("--counts", default="25,50,100,206", help="real pairs, with commas")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--method", choices=("alora", "lora"), default="alora", help="for filings that of the starter")
    parser.add_argument("--rank", type=int, default=TrainOptions().rank)
    parser.add_argument("--gradient", choices=("all", "answer"), default="all")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak rate of every arm, whatever it begins with")
    parser.add_argument("--test", type=int, default=120, help="held-out clauses")
    parser.add_argument("--synthetic", choices=("filings", "clauses"), default="filings")
    parser.add_argument("--pairs", type=int, default=600, help="synthetic clauses")
    parser.add_argument("--passes", type=int, default=1, help="how often each synthetic clause is seen")
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
    options = tell_options(arguments.epochs, arguments)
    clauses = make_clause_pairs(arguments.pairs, seed=0) if arguments.synthetic == "clauses" else []
    first, start = learn_clauses(clauses, arguments, settings) if clauses else ("synthetic", STARTER)
    arms = {first: score(first, str(start), held_out, arguments.state, settings)}
    tail = f"-{first}" if clauses else ""
    counts = arguments.counts.split(",")
    for count in counts:
        lessons = [redact_pair(pair, settings)[0] for pair in pairs[:SPLIT][: int(count)]]
        for name, parent in ((f"real-{count}", None), (f"both-{count}{tail}", start)):
            folder = arguments.state / name
            train_adapter(build_all_examples(lessons, settings), folder, settings, options, parent=parent)
            arms[name] = score(name, str(folder), held_out, arguments.state, settings)
            print(name, json.dumps(tell(arms[name])), file=sys.stderr, flush=True)
    said = {clause.summary for clause in clauses}
    new = [place for place, pair in enumerate(pairs[SPLIT:][: arguments.test]) if pair.summary not in said]
    both = [(count, arms[f"both-{count}{tail}"], arms[f"real-{count}"]) for count in counts]
    return {
        "benchmark": "synthetic_gain", "test_documents": len(held_out), "epochs": arguments.epochs,
        "method": arguments.method, "gradient": arguments.gradient, "rate": arguments.rate, "aim": AIM, "synthetic": arguments.synthetic,
        "synthetic_pairs": len(clauses), "passes": arguments.passes,
        "arms": {name: tell(made) for name, made in arms.items()},
        "both_over_real": {count: compare(ours, real, range(len(held_out))) for count, ours, real in both},
        "summaries_met_in_training": len(held_out) - len(new),
        "both_over_real_on_the_others": {count: compare(ours, real, new) for count, ours, real in both},
    }  # fmt: skip


def tell_options(epochs: int, arguments: argparse.Namespace) -> TrainOptions:
    """Give what every arm trains with, so that only its pairs and its beginning tell them apart."""
    chosen = {name: getattr(arguments, name) for name in ("method", "rank", "gradient")}
    return TrainOptions(**chosen, epochs=epochs, learning_rate=arguments.rate, checkpoint_s=300)


def learn_clauses(clauses: list[ClausePair], arguments: argparse.Namespace, settings: Settings) -> tuple[str, Path]:
    """Train an adapter on synthetic clauses from none; give the arm's name, which tells what it learnt, and its folder."""
    name = f"clauses-{len(clauses)}x{arguments.passes}-{hash_clause_banks()[:8]}"
    options = tell_options(arguments.passes, arguments)
    folder = arguments.state / name
    if not (folder / "manifest.json").exists():
        lessons = [redact_pair(Pair(c.id, "plain", c.document, c.summary), settings, "synthetic")[0] for c in clauses]
        train_adapter(build_all_examples(lessons, settings), folder, settings, options)
    return name, folder


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


def compare(both: Evaluation, real: Evaluation, places: Sequence[int], draws: int = 4000) -> dict[str, Any]:
    """Give the paired difference of each variant on some documents, and the relative gain of ROUGE-1."""
    told: dict[str, Any] = {}
    pairs = [(both.predictions[place].rouge, real.predictions[place].rouge) for place in places]
    for variant in VARIANTS:
        gap = compare_means([ours[variant] for ours, _ in pairs], [theirs[variant] for _, theirs in pairs])
        told[variant] = {"mean": round(gap.mean, 4), "ci95": [round(gap.low, 4), round(gap.high, 4)]}
    ours, theirs = (np.array([rouge["rouge1"] for rouge in side]) for side in zip(*pairs, strict=True))
    picks = np.random.default_rng(0).integers(0, len(ours), (draws, len(ours)))
    low, high = np.quantile(ours[picks].mean(axis=1) / theirs[picks].mean(axis=1) - 1, [0.025, 0.975])
    gain = ours.mean() / theirs.mean() - 1
    return told | {"relative_gain": round(gain, 3), "ci95": [round(low, 3), round(high, 3)], "met": bool(gain >= AIM)}


if __name__ == "__main__":
    main()
