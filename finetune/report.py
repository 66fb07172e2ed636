"""The model card of an adapter, in Hugging Face's form, and its scores as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.counting import say_count
from assistant.engine.adapters import Adapter
from assistant.engine.manifest import RANKER, Manifest, verify_folder
from assistant.evidence.expected_words import LEAST_MATTERS
from finetune.plot import HOW_TO_READ, name_system, write_svg
from finetune.ranker import say_rankers
from finetune.scores import VARIANTS
from finetune.train import RESULT_FILE

CARD = "README.md"
TABLE = "scores.csv"
PLOT = "scores.svg"
DETAILS = "report.json"

_TITLES = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L", "rougeLsum": "ROUGE-Lsum"}


def write_report(
    adapter: Adapter, out: Path, results: Mapping[str, Any] | None = None, picks: Sequence[Mapping[str, Any]] = ()
) -> list[Path]:
    """Write model card, table and plot of scores, and all of it as JSON.

    Args:
        adapter: From the registry; its files are checked against their hashes first.
        out: Folder, made where missing.
        results: Scores by system; None takes those that its round kept, or its own only.
        picks: How the blind picks on it stand, as `finetune.picks` tells them.

    Returns:
        The files.

    Raises:
        DamagedState: A file does not match the manifest.
    """
    manifest = verify_folder(adapter.folder)
    systems = dict(results or adapter.scores.get("systems") or {})
    if not systems and adapter.scores:
        systems = {adapter.adapter_id: dict(adapter.scores)}
    training = read_training(adapter.folder)
    out.mkdir(parents=True, exist_ok=True)
    details = {
        "adapter_id": adapter.adapter_id,
        "hash": manifest.hash,
        "base_model": manifest.base_model,
        "base_model_hash": manifest.base_model_hash,
        "parent": adapter.parent,
        "matters": list(adapter.matters),
        "status": adapter.status,
        "note": adapter.note,
        "created_at": adapter.created_at,
        "manifest": manifest.facts,
        "training": training,
        "scores": systems,
        "picks": [dict(one) for one in picks],
    }
    texts = {
        CARD: write_card(adapter, manifest, training, systems, picks),
        TABLE: "\n".join(",".join(row) for row in list_scores(systems)) + "\n",
        PLOT: write_svg(systems),
        DETAILS: json.dumps(details, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    return [out / name for name in texts]


def read_training(folder: Path) -> dict[str, Any]:
    """Read the figures of the training, without the curve; empty where the folder has none."""
    path = folder / RESULT_FILE
    if not path.exists():
        return {}
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["result"]
    return {key: value for key, value in result.items() if key != "losses"}


def list_scores(systems: Mapping[str, Any]) -> list[list[str]]:
    """Lay the scores out as rows: a head, then one a system, each F1 with its 95% interval."""
    head = ["system", "documents", *VARIANTS, "supported_rate", "parts_covered", "words", "adapter", "hash"]
    rows = [head]
    for name, score in systems.items():
        figures = [_figure(score.get(variant)) for variant in VARIANTS]
        rest = [_share(score), _plain(score.get("parts_covered")), _plain(score.get("words"))]
        rest += [str(score.get("adapter") or ""), str(score.get("hash") or "")[:12]]
        rows.append([name.replace(",", ""), _plain(score.get("n")), *figures, *rest])
    return rows


def write_card(
    adapter: Adapter,
    manifest: Manifest,
    training: Mapping[str, Any],
    systems: Mapping[str, Any],
    picks: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Write the model card."""
    options = manifest.facts.get("options") or {}
    method = str(options.get("method", "lora"))
    lines = [
        "---",
        f"base_model: {manifest.base_model}",
        "library_name: peft",
        "pipeline_tag: summarization",
        "tags: [casebrief, legal, summarization, " + method + "]",
        "language: en",
        "---",
        "",
        f"# {adapter.adapter_id}",
        "",
        "An adapter of Casebrief: it makes the base model write summaries of filings in a firm's house style. It",
        "reads and writes pseudonymized text and is of no use without the base model named above.",
        "",
        "| | |",
        "|---|---|",
        *_facts(adapter, manifest, training, options),
        "",
        "## Scores",
        "",
        "Held-out documents, chosen by hash or written from phrase banks that training never sees. F1 of the package",
        "`rouge-score` with stemming, with the 95% interval by bootstrap over documents; *supported* is the share of",
        "the model's own sentences that Casebrief's verification found borne by the source.",
        "",
        *_table(systems),
        "",
        *_plot(systems),
        "## Picked blindly",
        "",
        "People read two summaries of one filing without being told whose they are, and say which is better. This is",
        "evidence beside the gate, not part of it; the interval (Wilson) leaves out picks of neither.",
        "",
        *([f"- {one['says']}" for one in picks] or ["Nobody has picked yet."]),
        "",
        "## Use and limits",
        "",
        "- For drafts that a person checks: every sentence is shown with its evidence, and what is not supported is",
        "  marked or replaced by the source's own words.",
        "- Not for text with real names, for legal advice, for computing deadlines, or without human review.",
        "- Synthetic filings are simpler than real ones: scores on them say how well the form was learnt, not how",
        "  well unseen real filings are understood.",
        f"- It learned from {say_count(len(adapter.matters), 'matter')} of this installation. An adapter can keep",
        "  traces of its training texts; whoever is walled off from one of these matters is not served by it.",
        f"- A ranker in `{RANKER}` keeps words by name that {LEAST_MATTERS} matters or more have, none with a figure,",
        "  and none that is, or is a word of, a name that was found in their texts when it was fitted. A name that",
        "  was found nowhere and stands in as many matters would be kept. It was fitted on pseudonymized text.",
        "",
        "## How it was made",
        "",
        f"Prompt wording `{manifest.facts.get('prompt_hash', '')}`; files and hashes in `manifest.json`; all options:",
        "",
        "```json",
        json.dumps(options, indent=1, sort_keys=True),
        "```",
        "",
    ]
    return "\n".join(lines)


def _facts(adapter: Adapter, manifest: Manifest, training: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    """List what made the adapter."""
    rows: dict[str, Any] = {
        "Base model": f"{manifest.base_model} (`{manifest.base_model_hash[:16]}`)",
        "Hash of the weights": f"`{manifest.hash[:16]}`",
        "Started from": adapter.parent if manifest.facts.get("warm_start") else "the base model alone",
        "Round": manifest.facts.get("round", "none: trained by `casebrief train`"),
        "Dataset": f"`{str(manifest.facts.get('dataset_hash') or manifest.facts.get('rows_hash', ''))[:16]}`",
        "Matters learned from": len(adapter.matters),
        "Method": f"{options.get('method')}, rank {options.get('rank')}, {options.get('epochs')} epochs",
        "Choice of passages": say_rankers(manifest.facts),
        "Canaries planted": manifest.facts.get("canaries", 0),
        "Created": adapter.created_at,
        "Note": adapter.note.replace("|", "/").replace("\n", " ") or "none",
    }
    if training:
        energy, price = training.get("energy_j"), training.get("price")
        rows |= {
            "Examples": training["examples"],
            "Trained parameters": f"{training['trainable_parameters']:,}",
            "Tokens read": f"{training['tokens']:,}",
            "Operations": f"{training['flops']:.2e}",
            "Seconds": f"{training['seconds']:.0f}",
            "Energy": "unknown: the machine does not tell it" if energy is None else f"{energy / 3600:.1f} Wh",
            "Price": "none set" if price is None else f"{price:.2f} at the price an hour that is set",
            "Peak memory of the process": f"{training['peak_rss_mb']:.0f} MB",
            "Weights file": f"{training['artefact_mb']:.1f} MB, bfloat16",
            "Loss at the end": f"{training['loss']:.3f} nats a token of the completion",
        }
    return [f"| {name} | {value} |" for name, value in rows.items()]


def _table(systems: Mapping[str, Any]) -> list[str]:
    """Lay the scores out for the card, systems in words."""
    rows = list_scores(systems)
    head = [_TITLES.get(cell, cell.replace("_", " ")) for cell in rows[0]]
    if len(rows) == 1:
        return ["Not evaluated yet."]
    named = [[name_system(key, score), *row[1:]] for (key, score), row in zip(systems.items(), rows[1:], strict=True)]
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *named)]


def _plot(systems: Mapping[str, Any]) -> list[str]:
    return [f"![The scores of each system with their intervals]({PLOT})", "", HOW_TO_READ, ""] if systems else []


def _figure(score: Any) -> str:
    if not isinstance(score, Mapping) or "f1" not in score:
        return ""
    low, high = score["ci95"]
    return f"{score['f1']:.3f} ({low:.3f} to {high:.3f})"


def _share(score: Mapping[str, Any]) -> str:
    """Give the supported rate, with its interval where it has one."""
    span = score.get("supported_ci95")
    rate = _plain(score.get("supported_rate"))
    return f"{rate} ({span[0]:.3f} to {span[1]:.3f})" if span else rate


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
