"""House style on filings by another hand: the starter adapter, the base model, and a filler without a model (synthetic).

The filings are those of `house_filings.py`: seven types in turn, their courts, parties, quarrels and sentences written
without sight of what the adapter learned from. Systems: `starter` (assistant/starter, its own sentences), `served` (what a
reader gets of it: the source's words in the place of what the source does not bear), `base` (zero-shot), `shots` (base with
one worked example: the same part of another filing of the type, from 14 further filings), `none` (the ranker's own choice of
source sentences, no model). Scored as `casebrief evaluate` does: pseudonymized, summarized, restored, ROUGE F1 with stemming
against the gold summary, 95% by bootstrap over documents; and the share of sentences that the verification calls supported.

Each group of documents is written to --state when it is done, so that a run can be stopped and goes on where it was. The
order is drawn, so that the first N are a fair sample of all. "shared" tells the systems on the documents that all of them have done.

    python benchmarks/house_unseen.py [--count 300] [--systems starter,served,base,shots,none] [--minutes 60] [--show 12] --json
    python benchmarks/house_unseen.py --overlap --json        # how much of the filings' words the training filings have: counts only
    python benchmarks/house_unseen.py --shown --count 40 --json      # how much of each part's gold stands in what a model is shown for it
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from house_filings import Filing, find_missing, load_bank, make_filings, measure_stems

from assistant.documents import split_parts
from assistant.settings import Settings, load_settings
from assistant.summarize import BASE, NO_MODEL, summary_prompts
from assistant.templates import load_template
from finetune.dataset import Pair, build_examples, redact_pair
from finetune.evaluate import Evaluation, Prediction, evaluate_lessons, open_adapter
from finetune.scores import VARIANTS, estimate_mean, score_rouge

SYSTEMS = ("starter", "served", "base", "shots", "none")
STARTER = Path(__file__).resolve().parents[1] / "assistant" / "starter"
BARS = {"rouge1": 0.85, "rougeL": 0.80}
GROUP = 4  # filings that are summarized at once and written down
WORKED = 14  # further filings that worked examples are taken from, two of each type
Done = dict[str, dict[str, Prediction]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="filings")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--systems", default=",".join(SYSTEMS), help="one after the other, comma-separated; empty only reports"
    )
    parser.add_argument(
        "--minutes", type=float, default=0, help="stop after so many, between two groups; 0 for no limit"
    )
    parser.add_argument("--state", type=Path, default=Path("var/house_unseen.jsonl"), help="what is done")
    parser.add_argument("--show", type=int, default=0, help="print so many filings with their gold, run nothing")
    parser.add_argument("--overlap", action="store_true", help="compare with training filings, run nothing")
    parser.add_argument("--shown", action="store_true", help="measure what a model is shown, run nothing")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    filings = make_filings(arguments.count, arguments.seed)
    if arguments.show:
        for filing in filings[: arguments.show]:
            print(f"===== {filing.filing_id}\n\n{filing.document}\n--- gold\n{filing.summary}\n")
        return
    if arguments.overlap:
        print(json.dumps(measure_overlap(filings)))
        return
    faulty = [filing.filing_id for filing in filings if find_missing(filing)]
    if faulty:
        raise SystemExit(f"The gold of {faulty[:5]} says what its document does not. Mend cases/house.")
    systems = [name for name in arguments.systems.split(",") if name]
    if unknown := set(systems) - set(SYSTEMS):
        raise SystemExit(f"There is no system {sorted(unknown)[0]}. Name some of {', '.join(SYSTEMS)}.")
    if arguments.shown:
        print(json.dumps(measure_shown(filings)))
        return
    done = read_state(arguments.state, filings)
    until = time.monotonic() + 60 * arguments.minutes if arguments.minutes else float("inf")
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(home=Path(scratch))
        for system in systems:
            # What more systems have done comes first, so that they are soon compared on the same filings.
            ordered = sorted(filings, key=lambda f: -sum(f.filing_id in rows for rows in done.values()))
            run_system(system, ordered, done[system], settings, arguments.state, arguments.seed, until)
    report = tell(filings, done)
    print(json.dumps(report) if arguments.json else json.dumps(report, indent=1))


def read_state(path: Path, filings: list[Filing]) -> Done:
    """Give what earlier runs have done on these very filings, by system and filing."""
    wanted = {fingerprint(filing) for filing in filings}
    done: Done = {name: {} for name in SYSTEMS}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        if row["filing"] in wanted:
            done[row["system"]][row["prediction"]["pair_id"]] = Prediction(**row["prediction"])
    return done


def fingerprint(filing: Filing) -> str:
    """Name a filing by its words, so that a changed one is done anew."""
    return hashlib.sha256(f"{filing.filing_id}\n{filing.document}\n{filing.summary}".encode()).hexdigest()[:16]


def run_system(
    system: str,
    filings: list[Filing],
    done: dict[str, Prediction],
    settings: Settings,
    state: Path,
    seed: int,
    until: float,
) -> None:
    """Summarize what a system has not yet, in groups, each written down when it is done."""
    due = [filing for filing in filings if filing.filing_id not in done]
    if not due:
        return
    adapter = {"starter": str(STARTER), "served": str(STARTER), "none": NO_MODEL}.get(system, BASE)
    engine, name = open_adapter(adapter, settings, None)
    worked = []
    if system == "shots":
        others = make_filings(WORKED, seed + 1000)
        lessons = [redact_pair(make_pair(f, f"worked-{f.filing_id}"), settings)[0] for f in others]
        worked = [example for lesson in lessons for example in build_examples(lesson, settings)]
    state.parent.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(due), GROUP):
        if time.monotonic() > until:
            return
        group = due[start : start + GROUP]
        redacted = {f.filing_id: redact_pair(make_pair(f, f.filing_id), settings) for f in group}
        made = evaluate_lessons(
            [lesson for lesson, _ in redacted.values()],
            engine,
            settings,
            adapter=name,
            shots=worked,
            shot_count=1 if worked else 0,
            served=system == "served",
            restore=lambda key, text, redacted=redacted: redacted[key][1].restore(text),
            approved={f.filing_id: f.summary for f in group},
        )
        with state.open("a", encoding="utf-8") as file:
            for filing, prediction in zip(group, made.predictions, strict=True):
                done[filing.filing_id] = prediction
                row = {"system": system, "filing": fingerprint(filing), "prediction": asdict(prediction)}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(
            f"{system}: {len(done)} of {len(filings)}, {made.seconds:.0f} s for {len(group)}",
            file=sys.stderr,
            flush=True,
        )


def measure_overlap(filings: list[Filing], count: int = 280) -> dict[str, Any]:
    """Count what training filings share with these: runs of words, and names of the banks. No training text is told."""
    from finetune.synthesize.rules import make_filing as make_training_filing

    kinds = sorted({filing.document_type for filing in filings})
    theirs = [make_training_filing(2026 + n, kinds[n % len(kinds)], "train", 2).text.casefold() for n in range(count)]
    words = [re.findall(r"\w+", text) for text in theirs]
    ours = [re.findall(r"\w+", filing.document.casefold()) for filing in filings]
    report: dict[str, Any] = {"training_filings": count, "shared_runs": {}, "shared_names": {}}
    for length in (4, 6, 8):
        known = {run for text in words for run in cut_runs(text, length)}
        runs = [run for text in ours for run in cut_runs(text, length)]
        report["shared_runs"][str(length)] = round(sum(run in known for run in runs) / max(len(runs), 1), 4)
    held = " ".join(" ".join(text) for text in words)
    for bank in ("federal", "company", "first", "last"):
        names = load_bank("names")[bank]
        report["shared_names"][bank] = f"{sum(f' {name.casefold()} ' in held for name in names)} of {len(names)}"
    return report


def measure_shown(filings: list[Filing]) -> dict[str, Any]:
    """Give by part the share of its gold's words, figures and pseudonyms that stand in the prompt that asks for it.

    A part for which nothing is asked has 0. What is not shown can only be guessed: this bounds any writer. "anywhere" takes
    all prompts of the document together; intervals are over documents.
    """
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(home=Path(scratch))
        by_part, right, every = defaultdict(list), [], []
        for filing in filings:
            lesson, _ = redact_pair(make_pair(filing, filing.filing_id), settings)
            template = load_template(filing.document_type)
            asked = summary_prompts(lesson.document, template, passage_tokens=settings.passage_tokens)
            shown = {
                part.name: " ".join(message["content"] for message in prompt.messages) for part, _, prompt in asked
            }
            shares = []
            for part, gold in split_parts(lesson.summary, template.part_names):
                shares.append(measure_stems(gold, shown.get(part, "")))
                by_part[f"{filing.document_type}/{part}"].append(shares[-1])
            right.append(sum(shares) / len(shares))
            every.append(measure_stems(lesson.summary, " ".join(shown.values())))
    means = {part: round(sum(shares) / len(shares), 3) for part, shares in sorted(by_part.items())}
    return {
        "filings": len(filings),
        "shown": estimate_mean(right).tell(),
        "anywhere": estimate_mean(every).tell(),
        "by_part": means,
    }


def cut_runs(words: list[str], length: int) -> list[tuple[str, ...]]:
    """Give every run of so many words."""
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]


def make_pair(filing: Filing, pair_id: str) -> Pair:
    """Give a filing as `casebrief evaluate` reads it."""
    return Pair(pair_id, filing.document_type, filing.document, filing.summary)


def tell(filings: list[Filing], done: Done) -> dict[str, Any]:
    """Give each system's scores on what it has done, and on what all have done."""
    begun = {name: rows for name, rows in done.items() if rows}
    shared = [f.filing_id for f in filings if all(f.filing_id in rows for rows in begun.values())]
    report: dict[str, Any] = {
        "synthetic": True,
        "filings": len(filings),
        "bars": BARS,
        "systems": {},
        "shared": {"n": len(shared)},
    }
    for name, rows in begun.items():
        report["systems"][name] = tell_system(list(rows.values()), name) | {
            "by_type": tell_types(filings, rows),
            "by_part": tell_parts(filings, rows),
        }
        if shared:
            report["shared"][name] = {v: estimate_mean([rows[key].rouge[v] for key in shared]).tell() for v in VARIANTS}
    if (starter := report["systems"].get("starter")) is not None:
        report["met"] = len(begun["starter"]) == len(filings) and all(
            starter[v]["f1"] >= bar for v, bar in BARS.items()
        )
    return report


def tell_system(predictions: list[Prediction], name: str) -> dict[str, Any]:
    told = Evaluation(name, int(name == "shots"), tuple(predictions), 0.0).tell()
    return {key: value for key, value in told.items() if key not in ("adapter", "seconds")}


def tell_types(filings: list[Filing], rows: dict[str, Prediction]) -> dict[str, float]:
    """Give the mean ROUGE-1 of each document type."""
    by_type = defaultdict(list)
    for filing in filings:
        if filing.filing_id in rows:
            by_type[filing.document_type].append(rows[filing.filing_id].rouge["rouge1"])
    return {kind: round(sum(values) / len(values), 3) for kind, values in sorted(by_type.items())}


def tell_parts(filings: list[Filing], rows: dict[str, Prediction]) -> dict[str, float]:
    """Give the mean ROUGE-1 of each part that the gold has; a part that was not written scores 0."""
    by_part = defaultdict(list)
    for filing in filings:
        if filing.filing_id not in rows:
            continue
        names = load_template(filing.document_type).part_names
        written = dict(split_parts(rows[filing.filing_id].text, names))
        for part, gold in split_parts(filing.summary, names):
            by_part[f"{filing.document_type}/{part}"].append(score_rouge(gold, written.get(part, ""))["rouge1"])
    return {part: round(sum(values) / len(values), 3) for part, values in sorted(by_part.items())}


if __name__ == "__main__":
    main()
