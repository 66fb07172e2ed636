"""The engine on a tiny random model: decoding, adapters, stop, limits; and once on the shipped model."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from assistant.engine.base import Prompt
from assistant.engine.decoding import Pace, decode_stream
from assistant.engine.manifest import write_manifest
from assistant.engine.prompts import encode, summary_prompt
from assistant.engine.transformers_engine import TransformersEngine, choose_dtype
from assistant.engine.weights import model_folder, model_hash
from assistant.errors import DamagedState, EngineFailure
from assistant.settings import Settings, load_settings

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXT = "Person 12 sues Company 7 for $48,200. Company 7 denies the claim. Person 12 asks for a jury."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama of two layers, random weights and a byte-level tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(marks + letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|im_end|>", bos_token="<|im_start|>",
        chat_template=TEMPLATE,
    )  # fmt: skip
    fast.save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(marks + letters), hidden_size=48, intermediate_size=96, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=2048, initializer_range=0.3,
        bos_token_id=1, eos_token_id=2, pad_token_id=2,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def settings(tiny: Path, tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path, model=str(tiny), threads=1)


def make_adapter(base: Path, folder: Path, seed: int, *, base_hash: str | None = None, dora: bool = False) -> Path:
    """Write a LoRA with random, far from zero, weights."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base)
    config = LoraConfig(r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False, use_dora=dora)
    get_peft_model(model, config).save_pretrained(folder)
    write_manifest(folder, base_model="tiny", base_model_hash=base_hash or model_hash(base))
    return folder


def plain_greedy(engine: TransformersEngine, prompt: Prompt, length: int) -> list[int]:
    """The reference: transformers' own `generate`."""
    import torch

    loaded = engine._load()
    ids = torch.tensor([encode(loaded.tokenizer, prompt)[0]])
    out = loaded.model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=length, do_sample=False,
        eos_token_id=sorted(loaded.ends), pad_token_id=loaded.pad,
    )  # fmt: skip
    return [t for t in out[0, ids.shape[1] :].tolist() if t not in loaded.ends]


def decode(engine: TransformersEngine, prompt: Prompt, length: int, piece: int) -> tuple[list[int], list[int]]:
    """The engine's own decoding: the tokens, and how many tokens each forward pass took."""
    loaded = engine._load()
    step, widths = loaded.step(None), []

    def counted(ids, cache, **options):  # type: ignore[no-untyped-def]
        widths.append(ids.shape[1])
        return step(ids, cache, **options)

    tokens = decode_stream(
        counted, loaded.new_cache(), encode(loaded.tokenizer, prompt)[0], ends=loaded.ends, max_new_tokens=length,
        pace=Pace(piece), stopped=lambda: False,
    )  # fmt: skip
    return list(tokens), widths


def write(engine: TransformersEngine, prompt: Prompt, **options: object) -> str:
    return "".join(engine.stream(prompt, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("piece", [16, 256])
def test_decoding_is_plain_greedy_decoding_whatever_the_piece(settings: Settings, piece: int) -> None:
    engine = TransformersEngine(settings)
    for part in ("Parties", "Relief"):
        prompt = summary_prompt("complaint", part, [TEXT], 30)
        tokens, widths = decode(engine, prompt, 60, piece)
        assert len(tokens) > 20 and max(widths) <= piece
        assert tokens == plain_greedy(engine, prompt, 60)


def test_guessed_tokens_are_those_of_greedy_decoding(settings: Settings) -> None:
    # each character is followed by the next of the alphabet, which comes round again: guesses pay after one round
    import torch

    engine = TransformersEngine(settings.model_copy(update={"decode_weights": "full"}))
    model = engine._load().model
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        model.lm_head.weight.copy_(model.model.embed_tokens.weight.roll(1, 0))
        model.lm_head.weight[3] = model.model.embed_tokens.weight[90] * 3  # from 90 back to 3
        model.lm_head.weight[:3] = 0
    prompt = summary_prompt("order", "", [TEXT], 30)
    tokens, widths = decode(engine, prompt, 300, 256)
    assert tokens == plain_greedy(engine, prompt, 300) and len(tokens) == 300
    assert len(widths) < 200, "guesses were not accepted"


def test_batch_gives_what_streams_give_in_the_order_asked(settings: Settings) -> None:
    engine = TransformersEngine(settings)
    prompts = [summary_prompt("motion", "", [TEXT * n], 20) for n in (3, 1, 5, 2)]
    answers = engine.batch(prompts, max_new_tokens=24)
    assert len(set(answers)) > 1
    for prompt, answer in zip(prompts, answers, strict=True):
        assert answer.startswith(write(engine, prompt, max_new_tokens=24).strip())


def test_batch_ends_each_answer_at_its_own_limit(settings: Settings) -> None:
    engine = TransformersEngine(settings)
    prompts = [summary_prompt("motion", "", [TEXT * n], 20) for n in (3, 1, 2)]
    whole = engine.batch(prompts, max_new_tokens=30)
    cut = engine.batch(prompts, max_new_tokens=[30, 5, 12])
    assert cut[0] == whole[0]
    for answer, full, limit in ((cut[1], whole[1], 5), (cut[2], whole[2], 12)):
        short = engine.batch(prompts, max_new_tokens=limit)
        assert answer in short and full.startswith(answer.rstrip("\ufffd")) and len(answer) < len(full)


def test_batch_reports_progress_and_takes_nothing(settings: Settings) -> None:
    engine = TransformersEngine(settings)
    told: list[tuple[int, int]] = []
    engine.batch([summary_prompt("plain", "", [TEXT], 9)] * 20, max_new_tokens=2, progress=lambda *a: told.append(a))
    assert told[-1] == (20, 20)
    assert engine.batch([]) == []


def test_a_sum_that_outgrows_16_bits_is_made_again_with_the_full_weights_and_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from assistant.engine import half

    passes = []
    multiply = half.HalfDecoder._multiply

    def outgrow(decoder, states, weights):  # type: ignore[no-untyped-def]
        passes.append(1)
        made = multiply(decoder, states, weights)
        return made * float("inf") if len(passes) == 30 else made

    monkeypatch.setattr(half.HalfDecoder, "_multiply", outgrow)
    engine = TransformersEngine(settings)
    prompt = summary_prompt("complaint", "Parties", [TEXT], 30)
    tokens, _ = decode(engine, prompt, 60, 256)
    assert len(passes) >= 30 and engine._load().decoders is None
    assert "16 bits" in caplog.text
    assert tokens == plain_greedy(engine, prompt, 60)


@pytest.mark.parametrize("kind", ["base", "lora", "dora", "whole"])
def test_half_weights_give_the_logits_of_the_full_ones(
    settings: Settings, tiny: Path, tmp_path: Path, kind: str
) -> None:
    import torch

    engine = TransformersEngine(settings)
    loaded = engine._load()
    if kind == "whole":
        loaded.whole[kind] = loaded.model
    elif kind != "base":
        loaded.add_adapter(kind, make_adapter(tiny, tmp_path / kind, 5, dora=kind == "dora"))
    name = None if kind == "base" else kind
    ids = torch.arange(40, 60).repeat(2, 1)
    mask = torch.ones(2, 23)
    mask[0, :4] = 0  # a shorter prompt, padded on the left
    positions = (mask.cumsum(1) - 1).clamp(min=0).long()
    given = []
    for decoder in (loaded.decoder(name), None):
        cache = loaded.new_cache()
        with torch.inference_mode():
            loaded.use(name)(
                input_ids=ids, attention_mask=mask[:, :20], position_ids=positions[:, :20], past_key_values=cache
            )
            new = {"mask": mask, "positions": positions[:, 20:]}
            if decoder is not None:
                given.append(decoder(ids[:, :3], cache, keep=3, **new))
            else:
                given.append(
                    loaded.use(name)(
                        input_ids=ids[:, :3], attention_mask=mask, position_ids=new["positions"], past_key_values=cache
                    ).logits
                )
    assert given[0].shape == given[1].shape and float(given[1].std()) > 0.1
    assert float((given[0] - given[1]).abs().max()) < 0.02 * float(given[1].std())


def test_adapter_changes_the_output_and_base_stays(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    engine = TransformersEngine(settings)
    prompt = summary_prompt("complaint", "Parties", [TEXT], 30)
    base = write(engine, prompt, max_new_tokens=30)
    engine.load_adapter("house-1", make_adapter(tiny, tmp_path / "one", 1))
    engine.load_adapter("house-2", make_adapter(tiny, tmp_path / "two", 2, dora=True))
    outputs = {a: write(engine, prompt, adapter=a, max_new_tokens=30) for a in ("house-1", "house-2", "base")}
    assert outputs["base"] == base
    assert len(set(outputs.values())) == 3
    assert engine.batch([prompt], adapter="house-1", max_new_tokens=30)[0].startswith(outputs["house-1"].strip())


def test_streams_keep_their_adapter_while_others_run_and_load(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    engine = TransformersEngine(settings)
    prompt = summary_prompt("complaint", "Parties", [TEXT], 30)
    one, two = make_adapter(tiny, tmp_path / "one", 1), make_adapter(tiny, tmp_path / "two", 2)
    engine.load_adapter("house-1", one)
    alone = {a: write(engine, prompt, adapter=a, max_new_tokens=40) for a in ("house-1", "base")}
    running = {a: engine.stream(prompt, adapter=a, max_new_tokens=40) for a in ("house-1", "base")}
    mixed = {a: next(s) for a, s in running.items()}
    # promoted in the middle: the same id now stands for other weights
    engine.load_adapter("house-1", two)
    for _ in range(60):
        for name, stream in running.items():
            mixed[name] += next(stream, "")
    assert mixed == alone
    assert write(engine, prompt, adapter="house-1", max_new_tokens=40) != alone["house-1"]


def test_an_adapter_under_the_data_root_is_found_without_restart(settings: Settings, tiny: Path) -> None:
    engine = TransformersEngine(settings)
    prompt = summary_prompt("plain", "", [TEXT], 10)
    base = write(engine, prompt, max_new_tokens=20)
    make_adapter(tiny, settings.folder("adapters") / "house-9", 4)
    assert write(engine, prompt, adapter="house-9", max_new_tokens=20) != base


@pytest.mark.parametrize("name", ["house-404", "../secret", "..", ".", ""])
def test_an_unknown_adapter_is_refused_before_the_first_token(settings: Settings, name: str) -> None:
    settings.folder("adapters")
    with pytest.raises(EngineFailure, match="no adapter"):
        TransformersEngine(settings).stream(summary_prompt("plain", "", [TEXT], 10), adapter=name)


def test_an_adapter_of_another_base_is_refused(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    engine = TransformersEngine(settings)
    with pytest.raises(EngineFailure, match="another base model"):
        engine.load_adapter("house-1", make_adapter(tiny, tmp_path / "other", 1, base_hash="0" * 64))


def test_a_changed_adapter_is_refused(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    folder = make_adapter(tiny, tmp_path / "one", 1)
    weights = folder / "adapter_model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    with pytest.raises(DamagedState, match="does not match"):
        TransformersEngine(settings).load_adapter("house-1", folder)


def test_a_whole_model_serves_as_an_adapter(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny)
    with torch.no_grad():
        model.model.layers[0].mlp.down_proj.weight.mul_(-1)
    model.save_pretrained(tmp_path / "full")
    write_manifest(tmp_path / "full", base_model="tiny", base_model_hash=model_hash(tiny))
    engine = TransformersEngine(settings)
    engine.load_adapter("house-1", tmp_path / "full")
    prompt = summary_prompt("plain", "", [TEXT], 10)
    assert write(engine, prompt, adapter="house-1", max_new_tokens=20) != write(engine, prompt, max_new_tokens=20)


def test_stop_ends_the_stream_without_error(settings: Settings) -> None:
    engine = TransformersEngine(settings)
    stop = threading.Event()
    pieces = []
    for piece in engine.stream(summary_prompt("plain", "", [TEXT], 10), max_new_tokens=1500, stop=stop):
        pieces.append(piece)
        if len(pieces) == 3:
            stop.set()
    assert len(pieces) == 3
    assert list(engine.stream(summary_prompt("plain", "", [TEXT], 10), stop=stop)) == []


def test_an_abandoned_stream_holds_no_lock(settings: Settings) -> None:
    engine = TransformersEngine(settings)
    prompt = summary_prompt("plain", "", [TEXT], 10)
    left = engine.stream(prompt, max_new_tokens=50)
    next(left)
    done: list[str] = []
    thread = threading.Thread(target=lambda: done.append(write(engine, prompt, max_new_tokens=5)))
    thread.start()
    thread.join(20)
    assert done and not thread.is_alive()


def test_a_prompt_longer_than_the_context_is_refused_with_figures(settings: Settings) -> None:
    with pytest.raises(EngineFailure, match="at most 2048 tokens"):
        TransformersEngine(settings).stream(summary_prompt("plain", "", [TEXT * 40], 10))


def test_a_character_of_several_tokens_comes_whole(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.engine import transformers_engine as module

    engine = TransformersEngine(settings)
    tokens = engine.tokenizer("§ 12 “é”", add_special_tokens=False)["input_ids"]
    monkeypatch.setattr(module, "decode_stream", lambda *a, **k: iter(tokens))
    pieces = list(engine.stream(summary_prompt("plain", "", [TEXT], 10)))
    assert "".join(pieces) == "§ 12 “é”" and not any("\ufffd" in p for p in pieces)


def test_bfloat16_only_where_the_processor_multiplies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for has, wanted in ((False, torch.float32), (True, torch.bfloat16)):
        for flag in ("amx_tile", "avx512_bf16"):
            monkeypatch.setattr(torch.cpu, f"_is_{flag}_supported", lambda has=has: has, raising=False)
        assert choose_dtype(load_settings()) is wanted
    assert choose_dtype(load_settings(dtype="float32")) is torch.float32


@pytest.fixture(scope="module")
def shipped() -> TransformersEngine:
    """The shipped model, converted once for all tests (see conftest.py)."""
    return TransformersEngine(load_settings())


def test_the_shipped_model_writes_from_the_passage(shipped: TransformersEngine) -> None:
    passage = "Person 12 slipped on a wet floor in the warehouse of Company 7 on March 3, 2021 and broke a hip."
    text = write(shipped, summary_prompt("complaint", "Facts", [passage], 30), max_new_tokens=24)
    assert "March 3, 2021" in text or "hip" in text


def test_the_shipped_model_stops_within_half_a_second(shipped: TransformersEngine) -> None:
    passage = "Person 12 alleges that Company 7 delivered the goods late on several occasions. " * 40
    stop, heard, loaded = threading.Event(), [], shipped._load()
    step, after = loaded.step(None), []

    def watched(ids, cache, **options):  # type: ignore[no-untyped-def]
        after.append(stop.is_set())
        return step(ids, cache, **options)

    threading.Timer(0.5, lambda: (heard.append(time.monotonic()), stop.set())).start()
    ids = encode(shipped.tokenizer, summary_prompt("complaint", "Facts", [passage], 60))[0]
    list(decode_stream(
        watched, loaded.new_cache(), ids, ends=frozenset(), max_new_tokens=400, pace=loaded.pace, stopped=stop.is_set
    ))  # fmt: skip
    late_s = time.monotonic() - heard[0]
    assert sum(after) <= 1, "a pass was begun after stop"
    if os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1):
        pytest.skip(f"the machine is busy with other work; stopped after {late_s:.2f} s")
    assert late_s < 0.5


def test_the_shipped_model_is_converted_once_and_named_by_its_file(shipped: TransformersEngine) -> None:
    settings = shipped._settings
    folder = model_folder(settings)
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert model_folder(settings) == folder and (folder / "model.safetensors").stat().st_mtime_ns == before
    assert shipped.model_hash == json.loads((folder / "casebrief.json").read_text())["model_hash"]
    assert not list(folder.parent.glob(".smollm2-135m-*"))


def test_a_cut_conversion_is_reported(shipped: TransformersEngine, tmp_path: Path) -> None:
    # links, so that half a gigabyte isn't copied; the tokenizer file is cut
    source = model_folder(shipped._settings)
    copy = tmp_path / "smollm2-135m"
    copy.mkdir()
    for path in source.iterdir():
        os.link(path, copy / path.name) if path.suffix == ".safetensors" else shutil.copy(path, copy)
    (copy / "tokenizer.json").write_text("{")
    with pytest.raises(DamagedState, match="tokenizer.json"):
        model_folder(load_settings(models_folder=tmp_path))
