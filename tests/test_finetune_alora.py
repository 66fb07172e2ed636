"""An adapter that acts from the answer's opening on: PEFT reads it as we do, and no prompt is read twice."""

from __future__ import annotations

import errno
import math
import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from test_finetune_train import OPTIONS, encoded, make_examples, vars_of
from tiny_llama import write_tiny_model

from assistant.engine.activated import find_invocation, load_lora, read_invocation, read_method, without_adapters
from assistant.engine.manifest import verify_folder, write_manifest
from assistant.engine.weights import load_tokenizer
from assistant.errors import EngineFailure, RefusedInput
from assistant.settings import Settings
from finetune import prefixes
from finetune.train import TrainingStopped, train_adapter
from finetune.train_options import TrainOptions

ACTIVATED = TrainOptions(**{**vars_of(OPTIONS), "method": "alora"})
AT_EVERY_STEP = TrainOptions(**{**vars_of(ACTIVATED), "keep_trunk": False})


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    root = tmp_path_factory.mktemp("tiny")
    return Settings(home=root / "home", model=str(write_tiny_model(root / "tiny-llama")), threads=1, dtype="float32")


@pytest.fixture(scope="module")
def trained(settings, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "out"
    train_adapter(make_examples(), out, settings, ACTIVATED)
    return out


@pytest.fixture(scope="module")
def by_peft(settings, trained):
    """The model as whoever has the adapter's folder, and PEFT, loads it."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(settings.model), str(trained)).eval()


def write_by_peft(model, ids: list[int], most: int) -> list[int]:
    made = model.generate(input_ids=torch.tensor([ids]), max_new_tokens=most, do_sample=False, pad_token_id=1)
    return made[0][len(ids) :].tolist()


def test_the_opening_is_what_every_prompt_ends_in_from_its_mark_on(settings, trained):
    tokenizer = load_tokenizer(Path(settings.model))
    opening = find_invocation(tokenizer)
    assert tokenizer.convert_ids_to_tokens(opening) == ["<|im_start|>", "assistant"]
    assert all(row.ids[: row.completion_start][-2:] == opening for row in encoded(settings))
    assert read_invocation(trained) == opening and read_method(trained) == "alora"
    assert read_invocation(None) == () == read_invocation(trained.parent)


def test_prompts_read_once_teach_what_prompts_read_at_every_step_teach(settings, trained, tmp_path):
    fast = train_adapter(make_examples(), trained, settings, ACTIVATED)  # whole already: its figures
    slow = train_adapter(make_examples(), tmp_path / "slow", settings, AT_EVERY_STEP)
    assert fast.losses == pytest.approx(slow.losses, rel=0.02)  # what is kept has 16 bits
    assert fast.losses[-1] < 0.5 * fast.losses[0]
    assert fast.flops < slow.flops and fast.tokens == slow.tokens
    a, b = (load_file(folder / "adapter_model.safetensors") for folder in (trained, tmp_path / "slow"))
    assert a.keys() == b.keys() and all(torch.allclose(a[name], b[name], atol=0.1) for name in a)


def test_peft_finds_the_loss_that_the_training_found(settings, tmp_path):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    one = TrainOptions(**{**vars_of(AT_EVERY_STEP), "epochs": 1, "max_rows": 1})
    first = train_adapter(make_examples(3), tmp_path / "first", settings, one)
    model = AutoModelForCausalLM.from_pretrained(settings.model)
    again = train_adapter(make_examples(1), tmp_path / "again", settings, one, parent=tmp_path / "first")
    peft = PeftModel.from_pretrained(model, str(tmp_path / "first")).eval()
    row = encoded(settings)[0]
    with torch.no_grad():
        logits = peft(input_ids=torch.tensor([row.ids])).logits[0, row.completion_start - 1 : -1]
    answer = torch.tensor(row.ids[row.completion_start :])
    loss = torch.nn.functional.cross_entropy(logits, answer).item()
    assert again.losses[0] == pytest.approx(loss, abs=1e-3)  # a warm start begins where the parent ended
    assert first.losses[0] != pytest.approx(loss, abs=1e-2)


def test_streams_and_batches_write_what_peft_writes(settings, trained, by_peft):
    from assistant.engine.prompts import encode
    from assistant.engine.transformers_engine import TransformersEngine

    engine = TransformersEngine(settings.model_copy(update={"decode_weights": "full"}))
    engine.load_adapter("activated", trained)
    tokenizer = load_tokenizer(Path(settings.model))
    prompts = [example.prompt for example in make_examples(9)]
    wanted = []
    for prompt in prompts:
        ids = write_by_peft(by_peft, encode(tokenizer, prompt)[0], 12)
        wanted.append(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False).strip())
    streamed = ["".join(engine.stream(p, adapter="activated", max_new_tokens=12)).strip() for p in prompts]
    assert streamed == wanted == engine.batch(prompts, adapter="activated", max_new_tokens=12)
    plain = engine.batch(prompts, max_new_tokens=12)
    assert plain != wanted  # the adapter matters, and the base is itself beside it
    assert plain == ["".join(engine.stream(p, max_new_tokens=12)).strip() for p in prompts]
    half = TransformersEngine(settings)  # written with 16 bits after the base has read
    half.load_adapter("activated", trained)
    written = ["".join(half.stream(p, adapter="activated", max_new_tokens=12)).strip() for p in prompts]
    assert sum(a == b for a, b in zip(written, wanted, strict=True)) >= 7


def test_an_adapter_of_either_kind_serves_beside_the_other(settings, trained, tmp_path):
    from assistant.engine.transformers_engine import TransformersEngine

    plain = TrainOptions(**{**vars_of(OPTIONS), "method": "lora"})
    train_adapter(make_examples(), tmp_path / "plain", settings, plain)
    prompts = [example.prompt for example in make_examples(6)]
    alone = []
    for name, folder in (("plain", tmp_path / "plain"), ("activated", trained)):
        engine = TransformersEngine(settings)
        engine.load_adapter(name, folder)
        alone.append(engine.batch(prompts, adapter=name, max_new_tokens=8))
    both = TransformersEngine(settings)
    both.load_adapter("plain", tmp_path / "plain")
    both.load_adapter("activated", trained)
    names = ("plain", "activated")
    assert [both.batch(prompts, adapter=name, max_new_tokens=8) for name in names] == alone


def test_what_an_adapter_remembers_is_measured_as_it_reads(settings, trained, by_peft):
    from finetune.memory import Probe

    example, row = make_examples()[2], encoded(settings)[2]
    ((ours, base),) = Probe(trained, settings).compare([example])
    losses = []
    for model in (by_peft, by_peft.get_base_model()):
        with torch.no_grad(), without_adapters(by_peft) if model is not by_peft else torch.no_grad():
            logits = model(input_ids=torch.tensor([row.ids])).logits[0, row.completion_start - 1 : -1]
        answer = torch.tensor(row.ids[row.completion_start :])
        losses.append(torch.nn.functional.cross_entropy(logits, answer).item())
    assert (ours, base) == pytest.approx(tuple(losses), abs=1e-3)
    assert ours < base


def test_only_the_same_kind_goes_on_from_a_parent(settings, trained, tmp_path):
    plain = TrainOptions(**{**vars_of(OPTIONS), "method": "lora"})
    with pytest.raises(RefusedInput, match="trained by alora, the round asks for lora"):
        train_adapter(make_examples(), tmp_path / "x", settings, plain, parent=trained)
    further = train_adapter(make_examples(), tmp_path / "y", settings, ACTIVATED, parent=trained)
    assert further.losses[0] < 0.5 * train_adapter(make_examples(), trained, settings, ACTIVATED).losses[0]


def test_what_learns_is_the_same_after_a_pass_of_the_base(settings, trained):
    from transformers import AutoModelForCausalLM

    model = load_lora(AutoModelForCausalLM.from_pretrained(settings.model), trained, trainable=True)
    frozen = next(value for value in model.parameters() if value.requires_grad).requires_grad_(False)
    before = {name: value.requires_grad for name, value in model.named_parameters()}
    ids = torch.tensor([[3, 4, 5]])
    adapted = model(input_ids=ids).logits
    with without_adapters(model):
        assert not torch.allclose(model(input_ids=ids).logits, adapted)
    assert {name: value.requires_grad for name, value in model.named_parameters()} == before
    assert not frozen.requires_grad and torch.equal(model(input_ids=ids).logits, adapted)


def test_a_full_disk_and_numbers_that_outgrow_are_read_at_every_step(settings, tmp_path, monkeypatch, caplog):
    slow = train_adapter(make_examples(), tmp_path / "slow", settings, AT_EVERY_STEP)
    with monkeypatch.context() as patch:
        patch.setattr(prefixes, "SPARE_BYTES", 1 << 60)
        assert train_adapter(make_examples(), tmp_path / "full", settings, ACTIVATED).losses == slow.losses
        assert "no room" in caplog.text
    read = prefixes._read
    monkeypatch.setattr(prefixes, "_read", lambda *given: read(*given) + (math.inf if len(given[1]) > 1 else 0))
    assert train_adapter(make_examples(), tmp_path / "large", settings, ACTIVATED).losses == slow.losses
    assert "outgrows 16 bits" in caplog.text
    monkeypatch.setattr(prefixes, "_read", lambda *given: None)
    assert train_adapter(make_examples(), tmp_path / "odd", settings, ACTIVATED).losses == slow.losses
    assert "more than keys and values" in caplog.text


def test_a_disk_that_fills_while_prompts_are_read_and_an_attention_that_is_not_ours(
    settings, tmp_path, monkeypatch, caplog
):
    slow = train_adapter(make_examples(), tmp_path / "slow", settings, AT_EVERY_STEP)

    def fill(*_given) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(prefixes.Prefixes, "write", fill)
        assert train_adapter(make_examples(), tmp_path / "full", settings, ACTIVATED).losses == slow.losses
        assert "disk is full" in caplog.text
    attend = prefixes.attend_packed
    monkeypatch.setattr(prefixes, "attend_packed", lambda *given, **named: (attend(*given, **named)[0] + 1, None))
    assert train_adapter(make_examples(), tmp_path / "odd", settings, ACTIVATED).losses == slow.losses
    assert "cannot be run apart from their prompts" in caplog.text


def test_a_training_that_was_stopped_ends_as_if_undisturbed(settings, trained, tmp_path):
    calls: list[int] = []
    out = tmp_path / "cut"
    with pytest.raises(TrainingStopped, match="after [1-9]"):
        train_adapter(make_examples(), out, settings, ACTIVATED, stop=lambda: calls.append(1) or len(calls) == 9)
    rest: list[tuple[str, int]] = []
    train_adapter(make_examples(), out, settings, ACTIVATED, progress=lambda at: rest.append((at.label, at.step)))
    assert ("training", 1) not in rest and rest[0][0] == "reading"
    weights = [load_file(folder / "adapter_model.safetensors") for folder in (out, trained)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[1])


def test_an_opening_that_is_not_found_is_refused_before_anything_is_read(settings, trained, tmp_path, monkeypatch):
    monkeypatch.setattr("finetune.train.find_invocation", lambda tokenizer: (3, 4))
    with pytest.raises(RefusedInput, match="do not all end in the same tokens"):
        train_adapter(make_examples(), tmp_path / "a", settings, ACTIVATED)
    mark = find_invocation(load_tokenizer(Path(settings.model)))
    monkeypatch.setattr("finetune.train.find_invocation", lambda tokenizer: mark[1:])
    with pytest.raises(RefusedInput, match="begins to act at other tokens"):
        train_adapter(make_examples(), tmp_path / "b", settings, ACTIVATED, parent=trained)


def test_what_a_parent_decides_is_what_the_folder_says(settings, trained, tmp_path):
    larger = TrainOptions(**{**vars_of(ACTIVATED), "method": "", "rank": 64, "alpha": 0, "epochs": 1})
    train_adapter(make_examples(), tmp_path / "further", settings, larger, parent=trained)
    told = verify_folder(tmp_path / "further").facts["options"]
    assert (told["method"], told["rank"], told["alpha"]) == ("alora", ACTIVATED.rank, ACTIVATED.alpha)
    train_adapter(make_examples(), tmp_path / "afresh", settings, TrainOptions(epochs=1, max_rows=4))
    told = verify_folder(tmp_path / "afresh").facts["options"]
    assert (told["method"], told["rank"], told["alpha"]) == ("alora", 8, 16)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda weights: dict(list(weights.items())[:2]),  # most are missing
        lambda weights: {name: value[:1].contiguous() for name, value in weights.items()},  # of another shape
    ],
)
def test_weights_that_are_not_the_adapters_are_refused_each_time(settings, trained, tmp_path, spoil):
    from assistant.engine.transformers_engine import TransformersEngine

    broken = tmp_path / "broken"
    shutil.copytree(trained, broken)
    weights = load_file(broken / "adapter_model.safetensors")
    save_file(spoil(weights), broken / "adapter_model.safetensors")
    told = verify_folder(trained)
    write_manifest(broken, base_model=told.base_model, base_model_hash=told.base_model_hash, adapter_id="broken")
    prompts, written = [example.prompt for example in make_examples(3)], []
    for first in (False, True):
        engine = TransformersEngine(settings)
        if first:
            engine.load_adapter("whole", trained)
        for _ in range(2):
            with pytest.raises(EngineFailure, match="could not be loaded"):
                engine.load_adapter("broken", broken)
        engine.load_adapter("whole", trained)
        written.append([engine.batch(prompts, adapter=name, max_new_tokens=8) for name in ("whole", None)])
    assert written[0] == written[1] and written[0][0] != written[0][1]


def test_prompts_are_read_once_and_their_states_have_no_name_and_go(settings, tmp_path, monkeypatch):
    seen, held, read = [], [], prefixes._read
    monkeypatch.setattr(prefixes, "_read", lambda body, prompts: seen.extend(prompts) or read(body, prompts))

    def look(at) -> None:
        links = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        held.append([name for name in links if str(tmp_path) in name])

    train_adapter(make_examples(), tmp_path / "out", settings, ACTIVATED, progress=look)
    leaves = len(find_invocation(load_tokenizer(Path(settings.model))))
    once = [row.read_part(leaves) for row in encoded(settings)]
    assert sorted(seen[1:]) == sorted(once)  # the first is read before, to see what the model keeps
    assert all(len(names) == 1 and names[0].endswith("(deleted)") for names in held)
    with pytest.raises(TrainingStopped):
        train_adapter(make_examples(), tmp_path / "cut", settings, ACTIVATED, progress=look, stop=lambda: True)
    held.clear()
    look(None)
    assert held == [[]]
    seen.clear()
    single = TrainOptions(**{**vars_of(ACTIVATED), "epochs": 1})
    train_adapter(make_examples(), tmp_path / "single", settings, single)
    assert not seen  # nothing is read again, so nothing is kept
