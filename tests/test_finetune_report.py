"""The model card says what made the adapter, and only what is known."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.engine.adapters import Adapter
from assistant.engine.manifest import write_manifest
from assistant.errors import DamagedState
from finetune.report import write_report

SCORE = {"n": 12, "supported_rate": 0.9, "parts_covered": 1.0, "words": 88.0} | {
    name: {"f1": value, "ci95": [value - 0.02, value + 0.02]}
    for name, value in (("rouge1", 0.61), ("rouge2", 0.4), ("rougeL", 0.5), ("rougeLsum", 0.55))
}


def make_adapter(folder: Path, scores: dict | None = None, training: bool = True) -> Adapter:
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "adapter_config.json").write_text("{}")
    if training:
        figures = {"examples": 9, "trainable_parameters": 4884480, "tokens": 1000, "flops": 1e12, "seconds": 12.3}
        figures |= {"peak_rss_mb": 900.0, "artefact_mb": 9.8, "loss": 0.7, "losses": [1.0, 0.7]}
        (folder / "training.jsonl").write_text(json.dumps({"result": figures}))
    manifest = write_manifest(
        folder, base_model="smollm2-135m", base_model_hash="b" * 64, round="r-1", options={"method": "lora", "rank": 16}
    )
    return Adapter("house-3", "candidate", "house-2", folder, manifest.hash, scores or {}, ("m-1",), "2026-11-24", "")


def test_card_is_in_hugging_faces_form_and_has_the_figures(tmp_path):
    files = write_report(make_adapter(tmp_path / "a"), tmp_path / "out", {"base": SCORE, "candidate": SCORE})
    card = (tmp_path / "out" / "README.md").read_text()
    assert card.startswith("---\nbase_model: smollm2-135m\nlibrary_name: peft\n") and card.count("\n---\n") == 1
    assert "| Candidate | 12 | 0.610 (0.590 to 0.630) |" in card
    assert "4,884,480" in card and "r-1" in card and "1 matter" in card
    assert [f.name for f in files] == ["README.md", "scores.csv", "scores.svg", "report.json"]


def test_card_takes_all_systems_that_the_round_compared(tmp_path):
    write_report(
        make_adapter(tmp_path / "a", SCORE | {"systems": {"base": SCORE, "candidate": SCORE}}), tmp_path / "out"
    )
    assert (tmp_path / "out" / "README.md").read_text().count("| 12 | 0.610") == 2


def test_table_and_json_say_the_same(tmp_path):
    write_report(make_adapter(tmp_path / "a", SCORE), tmp_path / "out")
    rows = list(csv.DictReader((tmp_path / "out" / "scores.csv").open()))
    assert rows[0]["system"] == "house-3" and rows[0]["rouge1"] == "0.610 (0.590 to 0.630)"
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["scores"]["house-3"]["rouge1"]["f1"] == 0.61 and "losses" not in told["training"]


def test_card_of_an_adapter_without_scores_or_training_says_so(tmp_path):
    write_report(make_adapter(tmp_path / "a", training=False), tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "Not evaluated yet." in card and "Tokens read" not in card


def test_changed_weights_are_not_reported_on(tmp_path):
    adapter = make_adapter(tmp_path / "a")
    (adapter.folder / "adapter_model.safetensors").write_bytes(b"other")
    with pytest.raises(DamagedState):
        write_report(adapter, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_plot_has_a_dot_and_an_interval_for_each_system_in_words(tmp_path):
    told = {"supported_ci95": [0.85, 0.95], "adapter": "house-3", "hash": "ab" * 32}
    systems = {"base": SCORE, "base few-shot": SCORE | {"shots": 2, "adapter": "base"}, "candidate": SCORE | told}
    write_report(make_adapter(tmp_path / "a"), tmp_path / "out", systems, [{"says": "house-3 in 8 of 11."}])
    drawn = ElementTree.parse(tmp_path / "out" / "scores.svg").getroot()
    words = [node.text for node in drawn.iter("{http://www.w3.org/2000/svg}text")]
    for name in ("Base model, no examples", "Base model, 2 examples shown", "Candidate (house-3)"):
        assert name in words
    dots = [node for node in drawn.iter() if node.get("class") == "cb-dot"]
    assert len(dots) == 4, "three of likeness, one of support: the others have no interval of it"
    assert "0.610, 0.590 to 0.630" in drawn.get("aria-label")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "(scores.svg)" in card and "- house-3 in 8 of 11." in card and "| house-3 | abababababab |" in card
    assert "0.900 (0.850 to 0.950)" in card
