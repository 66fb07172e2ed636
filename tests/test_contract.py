"""The command line's contract: every command of it, through the real shell command, gives the JSON that it promises.

The language model is a tiny one of random weights: this is about the forms, not about what it writes. What a filing
goes through from the shell (ingest, search, ask, summarize, verify, anonymize) stands in test_ui_cli.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shell_door import open_door
from tiny_llama import write_tiny_model

pytestmark = pytest.mark.slow

ROUGE = {"rouge1", "rouge2", "rougeL", "rougeLsum"}
TRAINED = {
    "adapter_id", "trainable_parameters", "tokens", "steps", "seconds", "peak_rss_mb", "flops", "artefact_mb", "loss",
}  # fmt: skip


class Shell:
    """Runs `casebrief` on one data root and reads its JSON."""

    def __init__(self, folder: Path) -> None:
        model = folder / "model"
        write_tiny_model(model, context=2048)
        self.folder = folder
        self.environment = os.environ | {
            "CASEBRIEF_HOME": str(folder / "home"), "CASEBRIEF_MODEL": str(model), "HF_HUB_OFFLINE": "1",
        }  # fmt: skip

    def run(self, *words: str, code: int = 0, typed: str | None = None) -> Any:
        command = [sys.executable, "-c", "from ui.cli import main; main()", *words, "--json"]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=300, input=typed or ""
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines[0] if len(lines) == 1 else lines


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(tmp_path_factory.mktemp("contract"))
    with open_door(shell.folder / "home", serve=True, model=str(shell.folder / "model")):
        yield shell


def test_people_and_the_audit_log(shell: Shell) -> None:
    assert shell.run("users", "add", "nina", "--role", "paralegal")["role"] == "paralegal"
    assert shell.run("users", "role", "nina", "attorney")["role"] == "attorney"
    assert shell.run("users", "disable", "nina")["disabled"] is True
    assert {"nina"} <= {user["name"] for user in shell.run("users", "list")}
    assert shell.run("audit", "verify")["ok"] is True
    entries = shell.run("audit", "export")
    assert {"action", "actor", "at"} <= set(entries[0]) and any("user" in entry["action"] for entry in entries)
    assert shell.run("doctor")


def test_a_corpus_is_indexed_and_searched(shell: Shell) -> None:
    corpus = shell.folder / "corpus"
    corpus.mkdir()
    (corpus / "one.txt").write_text("The lessee pays the rent on the first day of each month.\n")
    (corpus / "two.txt").write_text("The carrier delivers the goods within nine days.\n")
    shell.run("index", "--corpus", str(corpus), "--matter", "Corpus")
    (hit, *_) = shell.run("search", "--matter", "Corpus", "when is rent paid", "--k", "1")
    assert hit["file"] == "one.txt" and {"document_id", "page", "start", "end", "score", "text"} <= set(hit)


def test_pairs_train_an_adapter_which_is_evaluated(shell: Shell) -> None:
    made = shell.run("synthesize", "--count", "2", "--seed", "3", "--out", str(shell.folder / "set"))
    assert made["filings"] == 2 if "filings" in made else made
    pairs = shell.folder / "set" / "pairs.jsonl"
    trained = shell.run("train", "--pairs", str(pairs), "--epochs", "1", "--out", str(shell.folder / "adapter"))
    assert set(trained) >= TRAINED and trained["trainable_parameters"] > 0
    for adapter in (str(shell.folder / "adapter"), "base", "none"):
        scored = shell.run("evaluate", "--pairs", str(pairs), "--adapter", adapter)
        assert scored["n"] == 2 and {"supported_rate", "seconds"} | ROUGE <= set(scored)
        for variant in ROUGE:
            assert 0 <= scored[variant]["ci95"][0] <= scored[variant]["f1"] <= scored[variant]["ci95"][1] <= 1
    out = shell.folder / "predictions.jsonl"
    shell.run("evaluate", "--pairs", str(pairs), "--adapter", "base", "--shots", "1", "--predictions", str(out))
    assert len(out.read_text().splitlines()) == 2


def test_a_round_and_what_becomes_of_its_adapter(shell: Shell) -> None:
    small = [f"--option={o}" for o in ("preset=quick", "synthetic=2", "held_out=2", "examples=2", "layers=2")]
    ended = shell.run("round", "start", "--wait", *small)
    last = ended[-1] if isinstance(ended, list) else ended
    assert last["status"] in ("unproven", "refused"), last  # two documents let nothing pass; the rest is chance
    assert last["gate"] and set(last["results"]) >= {"base", "candidate"}
    assert bool(last["candidate"]) == (last["status"] == "unproven")
    assert last["gate"]["outcome"] == last["status"]
    if last["candidate"]:
        shell.run("adapters", "promote", last["candidate"], code=3)  # a reason is missing
        assert shell.run("adapters", "promote", last["candidate"], "--reason", "a look")["status"] == "active"
    assert shell.run("round", "status")["round_id"] == last["round_id"]
    shell.run("round", "cancel", code=3)  # none is running


def test_the_starter_adapter_is_listed_shown_reported_and_promoted(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    del shell.environment["CASEBRIEF_MODEL"]
    with open_door(tmp_path / "home"):
        (starter,) = shell.run("adapters", "list")
        assert starter["status"] == "active" and starter["matters"] == []
        assert {"adapter_id", "scores", "hash", "parent"} <= set(shell.run("adapters", "show", starter["adapter_id"]))
        shell.run("report", starter["adapter_id"], "--out", str(tmp_path / "report"))
        assert any(file.suffix == ".md" for file in (tmp_path / "report").iterdir())
        assert shell.run("adapters", "promote", starter["adapter_id"])["status"] == "active"
        shell.run("adapters", "rollback", code=3)  # nothing served before it


def test_a_matter_is_erased_by_two_people(shell: Shell) -> None:
    matters = [matter for matter in shell.run("matters", "list") if matter.get("name") == "Corpus"]
    assert len(matters) == 1
    shell.run("erase", "--matter", "Corpus", code=4)  # a second person is missing
