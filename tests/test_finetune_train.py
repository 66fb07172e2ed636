"""Training on a tiny model made here: what is learnt, what is saved, and what a kill leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_llama import WORDS, write_tiny_model

from assistant.engine.base import Prompt
from assistant.engine.manifest import read_manifest, verify_folder
from assistant.errors import RefusedInput, WrongUsage
from assistant.settings import Settings
from finetune import checkpoint
from finetune.encode import IGNORED, Example, Row, collate, collate_apart, encode_examples, plan_batches
from finetune.options import RoundOptions
from finetune.train import TrainingStopped, train_adapter
from finetune.train_options import TrainOptions


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    root = tmp_path_factory.mktemp("tiny")
    return Settings(home=root / "home", model=str(write_tiny_model(root / "tiny-llama")), threads=1, dtype="float32")


def make_examples(count: int = 12) -> list[Example]:
    made = []
    for n in range(count):
        text = " ".join(WORDS[(n + k) % len(WORDS)] for k in range(4 + n % 7))
        prompt = Prompt(({"role": "user", "content": f"say : {text}"},))
        made.append(Example(f"p{n}", "", prompt, f"{WORDS[n % len(WORDS)]} {WORDS[(n + 1) % len(WORDS)]} ."))
    return made


OPTIONS = TrainOptions(method="lora", epochs=6, rank=4, alpha=8, batch_tokens=96, max_rows=4, learning_rate=1e-2)


def test_rows_end_with_the_end_of_turn_and_only_the_completion_is_learnt(settings):
    from assistant.engine.weights import load_tokenizer

    tokenizer = load_tokenizer(Path(settings.model))
    rows, too_long = encode_examples(tokenizer, make_examples(3), max_tokens=200)
    assert too_long == 0
    for row in rows:
        assert row.ids[-1] == tokenizer.convert_tokens_to_ids("<|im_end|>")
        assert len(row.ids) - row.completion_start == 4  # two words, a period, the end
    assert encode_examples(tokenizer, make_examples(3), max_tokens=5) == ([], 3)


def test_collate_computes_logits_for_completions_only():
    batch = collate([Row((5, 6, 7, 8), 2), Row((5, 6, 7, 8, 9, 1), 4)], pad_id=0)
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8, 0, 0], [5, 6, 7, 8, 9, 1]]
    assert batch["positions"].tolist() == [1, 2, 3, 4]  # nothing before the first completion, nothing after the last
    assert batch["labels"].tolist() == [[7, 8, IGNORED, IGNORED], [IGNORED, IGNORED, 9, 1]]


def test_prompts_and_answers_apart_meet_at_the_answers_first_token():
    batch = collate_apart([Row((5, 6, 7, 8), 2), Row((5, 6, 7, 8, 9, 1), 4)], pad_id=0)
    assert batch["prompt_ids"].tolist() == [[0, 0, 5], [5, 6, 7]] and batch["prompt_mask"].tolist() == [
        [0, 0, 1],
        [1, 1, 1],
    ]
    assert batch["answer_ids"].tolist() == [[6, 7], [8, 9]] and batch["labels"].tolist() == [[7, 8], [9, 1]]
    uneven = collate_apart([Row((5, 6, 7), 2), Row((5, 6, 7, 8), 2)], pad_id=0)
    assert uneven["labels"].tolist() == [[7, IGNORED], [7, 8]] and uneven["answer_mask"].tolist() == [[1, 0], [1, 1]]


def test_learning_from_the_answer_alone_starts_from_the_same_loss_and_learns_for_fewer_operations(settings, tmp_path):
    apart = TrainOptions(**{**vars_of(OPTIONS), "gradient": "answer"})
    whole = train_adapter(make_examples(), tmp_path / "whole", settings, OPTIONS)
    fewer = train_adapter(make_examples(), tmp_path / "apart", settings, apart)
    assert fewer.losses[0] == pytest.approx(whole.losses[0], abs=1e-4)  # the same numbers, another gradient
    assert fewer.losses[-1] < 0.6 * fewer.losses[0] and fewer.losses[1:] != whole.losses[1:]
    assert fewer.flops < whole.flops and fewer.tokens == whole.tokens


def test_what_nobody_reads_of_a_prompt_is_not_computed_and_changes_no_number(settings, tmp_path, monkeypatch):
    from finetune import trainer

    apart = TrainOptions(**{**vars_of(OPTIONS), "gradient": "answer"})
    short = train_adapter(make_examples(), tmp_path / "short", settings, apart)
    left_out = []
    given = trainer._Nothing.forward
    monkeypatch.setattr(trainer._Nothing, "forward", lambda self, x: left_out.append(x.shape) or given(self, x))
    train_adapter(make_examples(), tmp_path / "watched", settings, apart)
    assert len(left_out) == short.steps
    monkeypatch.setattr(trainer, "end_unread", lambda model: contextlib.nullcontext())
    long = train_adapter(make_examples(), tmp_path / "long", settings, apart)
    assert short.losses == long.losses
    name = "adapter_model.safetensors"
    assert (tmp_path / "short" / name).read_bytes() == (tmp_path / "long" / name).read_bytes()


def test_new_adapters_learn_faster_than_those_of_a_parent_and_a_given_rate_stands(settings, tmp_path, monkeypatch):
    from finetune import trainer

    peaks = []
    build = trainer.build_arguments
    monkeypatch.setattr(
        trainer, "build_arguments", lambda *a, **given: peaks.append(given["learning_rate"]) or build(*a, **given)
    )
    once = TrainOptions(**{**vars_of(OPTIONS), "epochs": 1, "learning_rate": 0.0})
    train_adapter(make_examples(4), tmp_path / "new", settings, once)
    train_adapter(make_examples(4), tmp_path / "further", settings, once, parent=tmp_path / "new")
    train_adapter(
        make_examples(4), tmp_path / "given", settings, TrainOptions(**{**vars_of(once), "learning_rate": 7e-4})
    )
    assert peaks[0] > peaks[1] and peaks[2] == 7e-4


def test_plan_sees_each_row_once_an_epoch_within_the_budget_and_again_the_same():
    lengths = [3, 50, 4, 48, 5, 47, 6, 46, 200]
    plan = plan_batches(lengths, batch_tokens=100, max_rows=3, epochs=2, seed=7)
    assert sorted(index for batch in plan for index in batch) == sorted([*range(9)] * 2)
    for batch in plan:
        longest = max(lengths[index] for index in batch)
        assert len(batch) <= 3 and (longest * len(batch) <= 100 or len(batch) == 1)
    short = next(batch for batch in plan if 0 in batch)
    assert all(lengths[index] < 10 for index in short)  # rows of like length stand together
    assert plan == plan_batches(lengths, batch_tokens=100, max_rows=3, epochs=2, seed=7)
    assert plan != plan_batches(lengths, batch_tokens=100, max_rows=3, epochs=2, seed=8)


def test_loss_of_completion_logits_is_the_loss_over_all_logits(settings):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(settings.model).eval()
    rows = [Row((4, 5, 6, 7, 8), 3), Row((9, 4, 5, 6, 7, 8, 10), 4)]
    batch = collate(rows, pad_id=1)
    logits = model(input_ids=batch["input_ids"], logits_to_keep=batch["positions"]).logits
    ours = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), ignore_index=IGNORED)
    total, count = 0.0, 0
    for row in rows:  # each row alone, unpadded, by transformers' own loss
        labels = [IGNORED] * row.completion_start + list(row.ids[row.completion_start :])
        loss = model(input_ids=torch.tensor([row.ids]), labels=torch.tensor([labels])).loss
        learnt = len(row.ids) - row.completion_start
        total, count = total + loss.item() * learnt, count + learnt
    assert ours.item() == pytest.approx(total / count, abs=1e-5)


@pytest.mark.parametrize("method", ["lora", "rslora", "dora"])
def test_adapter_learns_and_is_small_whole_and_named_by_the_base(settings, tmp_path, method):
    seen = []
    out = tmp_path / "house-1"
    options = TrainOptions(**{**vars_of(OPTIONS), "method": method})
    result = train_adapter(make_examples(), out, settings, options, facts={"matters": ["m-1"]}, progress=seen.append)
    steps = [p.step for p in seen]
    assert steps == list(range(1, result.steps + 1)) and seen[-1].seconds_left == 0
    assert result.losses[-1] < 0.5 * result.losses[0]
    manifest = verify_folder(out)
    assert manifest.facts["matters"] == ["m-1"] and manifest.facts["adapter_id"] == "house-1"
    config = json.loads((out / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tiny-llama" and config["use_dora"] == (method == "dora")
    weights = load_file(out / "adapter_model.safetensors")
    assert {value.dtype for value in weights.values()} == {torch.bfloat16}
    assert not any("embed" in name or "lm_head" in name for name in weights)
    assert result.tokens == 6 * sum(len(r.ids) for r in encoded(settings)) and result.flops > 0
    assert not list(tmp_path.glob(".house-1*"))  # nothing half-written stays


def vars_of(options: TrainOptions) -> dict:
    return {name: getattr(options, name) for name in TrainOptions.__dataclass_fields__}


def encoded(settings):
    from assistant.engine.weights import load_tokenizer

    return encode_examples(load_tokenizer(Path(settings.model)), make_examples(), 256)[0]


def test_only_upper_layers_get_adapters_when_asked(settings, tmp_path):
    options = TrainOptions(**{**vars_of(OPTIONS), "layers": 2, "epochs": 1})
    few = train_adapter(make_examples(), tmp_path / "a", settings, options)
    every = train_adapter(make_examples(), tmp_path / "b", settings, TrainOptions(**{**vars_of(OPTIONS), "epochs": 1}))
    numbers = {
        name.split("layers.")[1].split(".")[0] for name in load_file(tmp_path / "a" / "adapter_model.safetensors")
    }
    assert numbers == {"2", "3"}
    assert few.trainable_parameters * 2 == every.trainable_parameters and few.flops < every.flops


def test_full_training_writes_a_model_that_loads_as_a_base(settings, tmp_path):
    options = TrainOptions(method="full", epochs=2, batch_tokens=96, learning_rate=1e-2)
    result = train_adapter(make_examples(), tmp_path / "whole", settings, options)
    again = Settings(home=tmp_path / "home", model=str(tmp_path / "whole"))
    assert result.losses[-1] < result.losses[0]
    other = train_adapter(make_examples(), tmp_path / "on-top", again, OPTIONS)
    assert other.losses[0] < result.losses[0]  # it starts from what the whole model has learnt
    with pytest.raises(RefusedInput, match="All weights"):
        train_adapter(make_examples(), tmp_path / "x", settings, options, parent=tmp_path / "on-top")


def test_warm_start_goes_on_from_the_parent(settings, tmp_path):
    first = train_adapter(make_examples(), tmp_path / "one", settings, OPTIONS)
    second = train_adapter(make_examples(), tmp_path / "two", settings, OPTIONS, parent=tmp_path / "one")
    assert second.losses[0] < 0.6 * first.losses[0]
    unsaid = TrainOptions(**{**vars_of(OPTIONS), "method": ""})
    third = train_adapter(make_examples(), tmp_path / "three", settings, unsaid, parent=tmp_path / "one")
    assert (third.method, third.losses) == ("lora", second.losses)  # where no method is said, the parent's
    assert train_adapter(make_examples(), tmp_path / "four", settings, unsaid).method == "alora"
    dora = TrainOptions(**{**vars_of(OPTIONS), "method": "dora"})
    with pytest.raises(RefusedInput, match="trained by lora"):
        train_adapter(make_examples(), tmp_path / "five", settings, dora, parent=tmp_path / "one")
    with pytest.raises(RefusedInput, match="holds no adapter"):
        train_adapter(make_examples(), tmp_path / "six", settings, unsaid, parent=tmp_path / "nowhere")
    asked = [RoundOptions(method=method).fits_parent(tmp_path / "one") for method in ("", "lora", "alora")]
    assert asked == [True, True, False] and not RoundOptions().fits_parent(tmp_path / "nowhere")


def test_stopped_training_resumes_and_ends_as_if_undisturbed(settings, tmp_path):
    whole = train_adapter(make_examples(), tmp_path / "whole", settings, OPTIONS)
    calls = []

    def stop() -> bool:
        calls.append(1)
        return len(calls) == 7

    with pytest.raises(TrainingStopped, match="7 of"):
        train_adapter(make_examples(), tmp_path / "cut", settings, OPTIONS, stop=stop)
    assert not (tmp_path / "cut").exists()
    rest = []
    resumed = train_adapter(
        make_examples(), tmp_path / "cut", settings, OPTIONS, progress=lambda p: rest.append(p.step)
    )
    assert rest[0] == 8  # not from the start
    assert resumed.losses == pytest.approx(whole.losses, abs=1e-4)
    a, b = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("whole", "cut"))
    assert all(torch.equal(a[name], b[name]) for name in a)


def stop_after(steps: int):
    left = iter(range(steps - 1))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("harm", ["truncate", "flip", "no_manifest", "empty_manifest"])
def test_damaged_newest_checkpoint_is_skipped(settings, tmp_path, harm, caplog):
    out = tmp_path / "cut"
    for steps in (3, 3):  # two stops leave two checkpoints: 3 and 6
        with pytest.raises(TrainingStopped):
            train_adapter(make_examples(), out, settings, OPTIONS, stop=stop_after(steps))
    work = tmp_path / ".cut.work"
    newest = work / "checkpoint-6"
    weights = newest / checkpoint.WEIGHTS
    content = weights.read_bytes()
    if harm == "truncate":
        weights.write_bytes(content[:-10])
    elif harm == "flip":
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif harm == "no_manifest":
        (newest / checkpoint.MANIFEST).unlink()
    else:
        (newest / checkpoint.MANIFEST).write_text("")
    rest = []
    train_adapter(make_examples(), out, settings, OPTIONS, progress=lambda p: rest.append(p.step))
    assert rest[0] == 4 and "checkpoint-6" in caplog.text


def test_checkpoint_of_other_data_is_not_taken_up(settings, tmp_path):
    with pytest.raises(TrainingStopped):
        train_adapter(make_examples(), tmp_path / "a", settings, OPTIONS, stop=stop_after(4))
    rest = []
    train_adapter(make_examples(11), tmp_path / "a", settings, OPTIONS, progress=lambda p: rest.append(p.step))
    assert rest[0] == 1


def test_checkpoints_hold_no_pickle(settings, tmp_path):
    with pytest.raises(TrainingStopped):
        train_adapter(make_examples(), tmp_path / "a", settings, OPTIONS, stop=stop_after(4))
    names = {path.name for path in (tmp_path / ".a.work").rglob("*") if path.is_file()}
    assert names and all(name.endswith((".safetensors", ".json")) for name in names)


CHILD = """
import sys, json
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_finetune_train import make_examples, OPTIONS, vars_of
from assistant.settings import Settings
from finetune.train import train_adapter
from finetune.train_options import TrainOptions
options = TrainOptions(**{**vars_of(OPTIONS), "checkpoint_s": 0.0})
settings = Settings(home=Path(sys.argv[2]) / "home", model=sys.argv[1], threads=1, dtype="float32")
def tell(p):
    print(p.step, flush=True)
result = train_adapter(make_examples(), Path(sys.argv[2]) / "out", settings, options, progress=tell)
print("done", result.losses[-1], flush=True)
"""


@pytest.mark.slow
def test_killed_training_ends_within_a_thousandth_of_the_undisturbed_loss(settings, tmp_path):
    whole = train_adapter(make_examples(), tmp_path / "whole", settings, OPTIONS)
    command = [sys.executable, "-c", CHILD, settings.model, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        for line in child.stdout:
            if line.strip() == "5":
                time.sleep(0.02)
                os.kill(child.pid, signal.SIGKILL)
                break
    assert not (tmp_path / "out").exists()
    last = subprocess.run(command, capture_output=True, text=True, check=True)
    steps = [int(line) for line in last.stdout.splitlines() if line.isdigit()]
    assert 5 <= steps[0] <= 7  # from the newest whole checkpoint, not from the start
    assert float(last.stdout.split("done")[1]) == pytest.approx(whole.losses[-1], abs=1e-3)
    verify_folder(tmp_path / "out")


def test_finished_folder_is_not_trained_again_and_records_its_options(settings, tmp_path):
    first = train_adapter(make_examples(), tmp_path / "a", settings, OPTIONS)
    before = read_manifest(tmp_path / "a")
    assert before.facts["options"]["rank"] == 4
    assert train_adapter(make_examples(), tmp_path / "a", settings, OPTIONS) == first
    assert read_manifest(tmp_path / "a") == before


def test_nothing_to_learn_from_is_refused(settings, tmp_path):
    with pytest.raises(RefusedInput, match="nothing to learn"):
        train_adapter([], tmp_path / "a", settings, OPTIONS)
    longer = [Example("p", "", Prompt(({"role": "user", "content": " ".join(WORDS * 3)},)), "relief denied .")]
    with pytest.raises(RefusedInput, match="1 of them too long"):
        train_adapter(longer, tmp_path / "a", settings, TrainOptions(max_tokens=32))


@pytest.mark.parametrize(
    ("wrong", "flag"),
    [
        ({"method": "qlora"}, "--method"),  # needs a GPU, not offered here
        ({"rank": 0}, "--rank"),
        ({"learning_rate": 2.0}, "--learning-rate"),
        ({"epochs": 0}, "--epochs"),
        ({"batch_tokens": 1}, "--batch-tokens"),
    ],
)
def test_wrong_options_quote_their_flag(wrong, flag):
    with pytest.raises(WrongUsage, match=flag):
        TrainOptions(**wrong)


def test_random_state_comes_back():
    import random

    import numpy

    state = json.loads(json.dumps(checkpoint.random_state()))
    expected = (random.random(), numpy.random.rand(), torch.rand(3).tolist())
    checkpoint.restore_random_state(state)
    assert (random.random(), numpy.random.rand(), torch.rand(3).tolist()) == expected


def test_kill_while_writing_a_checkpoint_leaves_the_one_before(tmp_path):
    values = {
        "weights": {"a": torch.ones(2)},
        "optimizer": {"state": {}, "param_groups": []},
        "state": {},
        "trainer_state": {},
    }
    checkpoint.save_checkpoint(tmp_path / "checkpoint-1", fingerprint="f", **values)
    shutil.copytree(
        tmp_path / "checkpoint-1", tmp_path / ".checkpoint-2.draft"
    )  # as a kill before the rename leaves it
    assert checkpoint.newest_checkpoint(tmp_path, "f") == tmp_path / "checkpoint-1"
    checkpoint.drop_old_checkpoints(tmp_path, keep=2)
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint-1"]
