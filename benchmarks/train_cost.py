"""What training costs: LoRA as rounds ship it (activated), full fine-tuning of the same model, and plain PEFT on Trainer.

All learn from the same pairs: lines 1 to 206 of `contracts/pairs.jsonl` and the pairs of synthetic filings, as
`casebrief synthesize` writes them. `full` has the same data path (logits of the completion only, batches by token
budget) and the best of three learning rates, tried on a slice and told. `plain` is PEFT's LoraConfig and transformers'
Trainer with their defaults, float32 on a processor; its first pass is run, for a rate needs no more. Further arms:
`lora-read` (plain LoRA, which takes part in the reading of prompts; with --layers over a trunk that is run once), `lora-all`
(the same in every layer, with the gradient through the prompts) and `lora-slow` (`lora`, with what is frozen run anew at every step).

Each arm trains, and is then scored, in a process of its own. Told are wall seconds, processor seconds (of all threads, of
loading, training and writing; other work on the machine disturbs them less), peak resident memory, size on disk, the
loss on held-out pairs, and ROUGE F1 of what the model writes for them by `finetune.evaluate`, with the paired 95%
interval of the difference to `full`. Held out are contracts of the lines after 206, then synthetic filings of the test
split, the first part of each scored.

    python benchmarks/train_cost.py [--corpora DIR] [--epochs 3] [--synthetic 8] [--test 60] [--state DIR] --json

`--test 300` is what the bar asks for. With `--state DIR` what is done stays in DIR and is not done again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.engine.manifest import write_manifest
from assistant.engine.weights import load_tokenizer, model_folder, model_hash, model_name
from assistant.settings import Settings, load_settings
from finetune.dataset import Lesson, build_all_examples, load_pairs, read_dataset, redact_pair, write_dataset
from finetune.encode import Example, Row, collate, encode_examples, plan_batches
from finetune.evaluate import evaluate_lessons, open_adapter, read_evaluation, write_evaluation
from finetune.harvest import draw_synthetic
from finetune.options import RoundOptions
from finetune.scores import VARIANTS, compare_means
from finetune.train import train_adapter

SPLIT = 206
SEEDS = {"train": 7_000, "test": 9_000}
RATES = (5e-5, 1e-4, 2e-4)
SLICE = 32
"""Pairs that the rates of `full` are tried on; as many others tell which was best."""
LOSS_EXAMPLES = 240
SHIPPED = RoundOptions().train_options()
ARMS: dict[str, dict[str, Any]] = {
    "base": {},
    "full": {"method": "full", "layers": 0, "gradient": "all"},
    "lora": {},
    "lora-all": {"method": "lora", "rank": 16, "layers": 0, "gradient": "all"},
    "lora-read": {"method": "lora", "rank": 16},
    "lora-slow": {"keep_trunk": False},
    "plain": {},
}


def main() -> None:
    arguments = read_arguments()
    if arguments.worker:
        WORKERS[arguments.worker](arguments, load_settings())
        return
    with tempfile.TemporaryDirectory() as scratch:
        report = run(arguments, arguments.state or Path(scratch))
    if arguments.json:
        print(json.dumps(report))
        return
    for name, figures in report["arms"].items():
        print(f"{name}: {json.dumps(figures)}")
    print(f"ratios: {json.dumps(report['ratios'], indent=1)}")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"))
    parser.add_argument("--arms", default="base,lora,full,plain", help=f"of {', '.join(ARMS)}, with commas")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--train", type=int, default=SPLIT, help="contracts learnt from, the first ones")
    parser.add_argument("--synthetic", type=int, default=8, help="synthetic filings learnt from")
    parser.add_argument("--test", type=int, default=60, help="held-out documents")
    parser.add_argument("--test-contracts", type=int, default=120, help="contracts among them at most")
    parser.add_argument("--layers", type=int, help="uppermost layers that learn; default as shipped")
    parser.add_argument("--gradient", choices=("all", "answer"), help="of LoRA; default as shipped")
    parser.add_argument("--rate", type=float, default=0.0, help="peak rate of LoRA; default as shipped")
    parser.add_argument("--full-rate", type=float, default=0.0, help="peak rate of full; default: tried on a slice")
    parser.add_argument("--no-scores", action="store_true", help="costs and losses only, no summaries written")
    parser.add_argument("--state", type=Path, help="folder that keeps what is done")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worker", choices=WORKERS, help=argparse.SUPPRESS)
    parser.add_argument("--arm", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.corpora is None:
        parser.error("--corpora or CASEBRIEF_CORPORA must name the folder that holds contracts/pairs.jsonl")
    return arguments


def run(arguments: argparse.Namespace, state: Path) -> dict[str, Any]:
    """Run what is not done yet, arm after arm, and compare."""
    state.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    if not (state / "data").exists():
        train, held_out = gather_lessons(arguments, settings)
        write_dataset(state / "data", train, held_out, {})
    rates = {}
    if "full" in arguments.arms.split(",") and not arguments.full_rate:
        rates = try_rates(state)
        arguments.full_rate = float(min(rates, key=rates.__getitem__))
    arms: dict[str, Any] = {}
    for name in arguments.arms.split(","):
        options = tell_options(name, arguments)
        cost = do(state, "train", name, state / name, options) if name != "base" else {}
        scores = {} if arguments.no_scores else do(state, "score", name, state / f"{name}.scores", {})
        arms[name] = cost | scores | do(state, "loss", name, state / f"{name}.loss", {})
        print(f"{name}: {json.dumps(arms[name])}", file=sys.stderr)
    lessons, held_out, manifest = read_dataset(state / "data")
    return {
        "benchmark": "train_cost", "cores": os.cpu_count(), "shipped": asdict(SHIPPED), "dataset": manifest["hash"],
        "train_pairs": len(lessons), "test_documents": len(held_out),
        "rates_tried": {f"{rate:g}": round(loss, 4) for rate, loss in rates.items()},
        "full_rate": arguments.full_rate, "arms": arms, "ratios": compare(arms, state),
    }  # fmt: skip


def gather_lessons(arguments: argparse.Namespace, settings: Settings) -> tuple[list[Lesson], list[Lesson]]:
    """Take contracts, make synthetic filings, and pseudonymize all of them."""
    pairs = load_pairs(arguments.corpora / "contracts" / "pairs.jsonl")
    held_out = pairs[SPLIT:][: min(arguments.test, arguments.test_contracts)]
    sets = []
    for split, some, count in (
        ("train", pairs[: min(arguments.train, SPLIT)], arguments.synthetic),
        ("test", held_out, arguments.test - len(held_out)),
    ):
        made = draw_synthetic(count, SEEDS[split], split, RoundOptions(), settings, lambda *_: None)  # type: ignore[arg-type]
        sets.append([redact_pair(pair, settings)[0] for pair in some] + made)
    return sets[0], sets[1]


def tell_options(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Give what an arm changes of the options that rounds ship."""
    options: dict[str, Any] = {"epochs": arguments.epochs, "checkpoint_s": 1e9, "learning_rate": arguments.rate}
    given = {"layers": arguments.layers, "gradient": arguments.gradient}
    options |= {key: value for key, value in given.items() if value is not None} | ARMS[name]
    return options | {"learning_rate": arguments.full_rate} if name == "full" else options


def try_rates(state: Path) -> dict[float, float]:
    """Train all weights at each rate on a slice; give the loss on as many other pairs by rate."""
    losses = {}
    for rate in RATES:
        options = ARMS["full"] | {"learning_rate": rate, "epochs": 2, "checkpoint_s": 1e9}
        told = do(state, "try", "full", state / f"rate-{rate:g}", options)
        losses[rate] = float(told["other_loss"])
    return losses


def do(state: Path, worker: str, arm: str, out: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Run a worker in a process of its own, unless it was run before; give what it told and what it used."""
    told = state / f"{out.name}.{worker}.json"
    if not told.exists():
        command = [sys.executable, __file__, "--worker", worker, "--arm", arm, "--out", str(out)]
        began = time.monotonic()
        environment = os.environ | {"TRAIN_COST_OPTIONS": json.dumps(options)}
        process = subprocess.Popen([*command, "--corpora", "."], env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"The worker {worker} of {arm} ended with {process.returncode}.")
        record = json.loads(said.splitlines()[-1]) if said.strip() else {}
        record |= {f"{worker}_wall_s": round(time.monotonic() - began, 1)}
        record |= {
            f"{worker}_cpu_s": round(used.ru_utime + used.ru_stime, 1),
            f"{worker}_rss_mb": used.ru_maxrss // 1024,
        }
        told.write_text(json.dumps(record), encoding="utf-8")
    return dict(json.loads(told.read_text(encoding="utf-8")))


def train_one(arguments: argparse.Namespace, settings: Settings) -> None:
    """Train an arm and print its figures."""
    examples = build_all_examples(read_dataset(arguments.out.parent / "data")[0], settings)
    given = json.loads(os.environ["TRAIN_COST_OPTIONS"])
    if arguments.arm == "plain":
        print(json.dumps(train_plainly(examples, arguments.out, settings)))
        return
    began = time.process_time()
    result = train_adapter(examples, arguments.out, settings, replace(SHIPPED, **given))
    cpu_s = time.process_time() - began
    first_pass = result.losses[: len(result.losses) // given["epochs"]]
    told = {key: value for key, value in asdict(result).items() if key not in ("losses", "adapter_id")}
    rates = {"cpu_s": round(cpu_s, 1), "tokens_per_cpu_s": round(result.tokens / cpu_s, 1)}
    print(json.dumps(told | rates | {"first_pass_loss": end_of(first_pass), "options": given}))


def try_one(arguments: argparse.Namespace, settings: Settings) -> None:
    """Train on a slice and print the loss on another slice of the training pairs."""
    examples = build_all_examples(read_dataset(arguments.out.parent / "data")[0], settings)
    random.Random(0).shuffle(examples)
    given = json.loads(os.environ["TRAIN_COST_OPTIONS"])
    train_adapter(examples[:SLICE], arguments.out, settings, replace(SHIPPED, **given))
    print(json.dumps({"other_loss": measure_loss(examples[SLICE : 2 * SLICE], arguments.out, settings)}))


def train_plainly(examples: Sequence[Example], out: Path, settings: Settings) -> dict[str, Any]:
    """Do as the manuals of PEFT and Trainer do, with every default, for one pass."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, DataCollatorForSeq2Seq, Trainer, TrainingArguments

    torch.set_num_threads(settings.threads or os.cpu_count() or 1)
    base = model_folder(settings)
    tokenizer = load_tokenizer(base)
    rows, _ = encode_examples(tokenizer, examples, SHIPPED.max_tokens)
    model = get_peft_model(
        AutoModelForCausalLM.from_pretrained(base, dtype="float32"), LoraConfig(task_type="CAUSAL_LM")
    )
    data = [
        {"input_ids": list(r.ids), "labels": [-100] * r.completion_start + list(r.ids[r.completion_start :])}
        for r in rows
    ]
    keeping = {"num_train_epochs": 1, "save_strategy": "no", "report_to": [], "disable_tqdm": True, "logging_steps": 1}
    arguments = TrainingArguments(output_dir=str(out), use_cpu=True, **keeping)
    trainer = Trainer(model, arguments, DataCollatorForSeq2Seq(tokenizer), train_dataset=data)  # type: ignore[arg-type]
    began, cpu_began = time.monotonic(), time.process_time()
    trainer.train()
    seconds, cpu_s = time.monotonic() - began, time.process_time() - cpu_began
    model.save_pretrained(str(out))
    write_manifest(out, base_model=model_name(settings), base_model_hash=model_hash(base))
    tokens, size = sum(len(row.ids) for row in rows), (out / "adapter_model.safetensors").stat().st_size
    told = {"tokens": tokens, "seconds": seconds, "tokens_per_s": tokens / seconds, "artefact_mb": size / 1e6}
    told |= {"cpu_s": round(cpu_s, 1), "tokens_per_cpu_s": round(tokens / cpu_s, 1)}
    losses = [float(line["loss"]) for line in trainer.state.log_history if "loss" in line]
    return told | {"steps": len(losses), "first_pass_loss": end_of(losses)}


def lose_one(arguments: argparse.Namespace, settings: Settings) -> None:
    """Print an arm's loss on a drawn part of the held-out examples."""
    folder = arguments.out.with_suffix("")
    examples = build_all_examples(read_dataset(folder.parent / "data")[1], settings)
    drawn = random.Random(0).sample(examples, min(LOSS_EXAMPLES, len(examples)))
    loss = measure_loss(drawn, None if arguments.arm == "base" else folder, settings)
    print(json.dumps({"held_out_loss": loss, "held_out_examples": len(drawn)}))


def score_one(arguments: argparse.Namespace, settings: Settings) -> None:
    """Score an arm on the held-out pairs and print the figures."""
    folder = arguments.out.with_suffix("")
    _, held_out, _ = read_dataset(folder.parent / "data")
    engine, adapter = open_adapter("base" if arguments.arm == "base" else str(folder), settings, None)
    made = evaluate_lessons(held_out, engine, settings, adapter=adapter, most_parts=1)
    write_evaluation(arguments.out, made)
    told = made.tell()
    print(json.dumps({key: told[key] for key in (*VARIANTS, "supported_rate", "words", "n")}))


def measure_loss(examples: Sequence[Example], trained: Path | None, settings: Settings) -> float:
    """Give the mean loss of the completions in nats a token, in float32."""
    import torch
    from peft import PeftModel
    from torch.nn.functional import cross_entropy
    from transformers import AutoModelForCausalLM

    base = model_folder(settings)
    rows, _ = encode_examples(load_tokenizer(base), examples, SHIPPED.max_tokens)
    whole = trained is not None and not (trained / "adapter_config.json").exists()
    model: Any = AutoModelForCausalLM.from_pretrained(trained if whole else base, dtype=torch.float32)
    if trained is not None and not whole:
        model = PeftModel.from_pretrained(model, str(trained))
    model.eval()
    total, count = 0.0, 0
    for batch in batch_rows(rows):
        inputs = collate(batch, 0)
        with torch.no_grad():
            logits = model(input_ids=inputs["input_ids"], use_cache=False, logits_to_keep=inputs["positions"]).logits
        labels = inputs["labels"].flatten()
        total += float(cross_entropy(logits.flatten(0, 1), labels, reduction="sum"))
        count += int((labels >= 0).sum())
    return round(total / count, 4)


def batch_rows(rows: Sequence[Row]) -> list[list[Row]]:
    lengths = [len(row.ids) for row in rows]
    return [[rows[i] for i in b] for b in plan_batches(lengths, batch_tokens=2048, max_rows=8, epochs=1, seed=0)]


def end_of(losses: Sequence[float]) -> float:
    """Give the mean over the last tenth of the steps, as `TrainResult.loss` does."""
    last = losses[-max(len(losses) // 10, 1) :]
    return round(sum(last) / len(last), 4)


def compare(arms: dict[str, Any], state: Path) -> dict[str, Any]:
    """Give each arm over `full`: cost as ratios, scores as paired differences; and LoRA beside plain PEFT."""
    ratios: dict[str, Any] = {}
    for name in [n for n in arms if "full" in arms and n not in ("base", "full", "plain")]:
        mine, full = arms[name], arms["full"]
        keys = ("seconds", "cpu_s", "train_rss_mb", "artefact_mb", "flops")
        ratios[f"{name} / full"] = {key: round(mine[key] / full[key], 3) for key in keys} | gaps(name, "full", state)
    if {"lora", "lora-all"} <= arms.keys():
        ratios["lora - lora-all"] = gaps("lora", "lora-all", state)
    if {"lora", "plain"} <= arms.keys():
        lora, plain = arms["lora"], arms["plain"]
        ratios["lora / plain"] = {
            **{key: round(lora[key] / plain[key], 2) for key in ("tokens_per_s", "tokens_per_cpu_s")},
            "first_pass_losses": [lora["first_pass_loss"], plain["first_pass_loss"]],
        }
    return ratios


def gaps(name: str, rival: str, state: Path) -> dict[str, Any]:
    if not all((state / f"{n}.scores").exists() for n in (name, rival)):
        return {}
    ours, theirs = (read_evaluation(state / f"{n}.scores").predictions for n in (name, rival))
    told = {}
    for variant in VARIANTS:
        gap = compare_means([p.rouge[variant] for p in ours], [p.rouge[variant] for p in theirs])
        told[f"{variant}_difference"] = {"mean": round(gap.mean, 4), "ci95": [round(gap.low, 4), round(gap.high, 4)]}
    return told


WORKERS = {"train": train_one, "score": score_one, "loss": lose_one, "try": try_one}

if __name__ == "__main__":
    main()
