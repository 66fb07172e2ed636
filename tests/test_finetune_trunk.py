"""A frozen trunk that is run once learns what one that is run at every step learns, and leaves nothing behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from test_finetune_train import OPTIONS, make_examples, stop_after, vars_of
from tiny_llama import write_tiny_model

from assistant.settings import Settings
from finetune import trunk
from finetune.train import TrainingStopped, train_adapter
from finetune.train_options import TrainOptions

KEPT = TrainOptions(**{**vars_of(OPTIONS), "layers": 2, "epochs": 3})
AT_EVERY_STEP = TrainOptions(**{**vars_of(KEPT), "keep_trunk": False})


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    root = tmp_path_factory.mktemp("tiny")
    return Settings(home=root / "home", model=str(write_tiny_model(root / "tiny-llama")), threads=1, dtype="float32")


@pytest.fixture(scope="module")
def undisturbed(settings, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    train_adapter(make_examples(), out, settings, KEPT)
    return out


def read_weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "adapter_model.safetensors")


def open_files() -> list[str]:
    """The files that this process holds open, by where they lie."""
    return [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.exists() or link.is_symlink()]


@pytest.mark.parametrize("gradient", ["all", "answer"])
def test_a_kept_trunk_learns_what_one_run_at_every_step_learns(settings, tmp_path, gradient):
    kept, slow = (TrainOptions(**{**vars_of(o), "gradient": gradient}) for o in (KEPT, AT_EVERY_STEP))
    fast = train_adapter(make_examples(), tmp_path / "kept", settings, kept)
    whole = train_adapter(make_examples(), tmp_path / "whole", settings, slow)
    assert fast.losses == pytest.approx(whole.losses, abs=1e-4)
    assert fast.losses[-1] < 0.9 * fast.losses[0]
    assert fast.flops < whole.flops and fast.tokens == whole.tokens
    a, b = read_weights(tmp_path / "kept"), read_weights(tmp_path / "whole")
    assert a.keys() == b.keys() and all(torch.allclose(a[name], b[name], atol=2e-2) for name in a)


def test_each_row_is_run_through_the_trunk_once(settings, tmp_path, monkeypatch):
    seen = []
    below = trunk._run_below
    monkeypatch.setattr(trunk, "_run_below", lambda body, first, rows: seen.extend(rows) or below(body, first, rows))
    told = []
    twice = make_examples() * 2  # as a round weighs its own
    train_adapter(twice, tmp_path / "a", settings, KEPT, progress=told.append)
    assert len(seen) == len(set(seen)) + 1 == 12 + 1  # and one to try whether the model can be parted
    reading = [at for at in told if at.label == "reading"]
    assert reading and reading[-1].step == reading[-1].steps and told[len(reading)].step == 1


def test_a_warm_start_keeps_what_the_parent_has_below_and_drops_nothing_there(settings, tmp_path):
    train_adapter(make_examples(), tmp_path / "parent", settings, TrainOptions(**{**vars_of(OPTIONS), "epochs": 1}))
    losses = []
    for name, base in (("kept", KEPT), ("whole", AT_EVERY_STEP)):
        options = TrainOptions(**{**vars_of(base), "epochs": 1, "dropout": 0.5})
        parent = tmp_path / "parent"
        losses.append(train_adapter(make_examples(), tmp_path / name, settings, options, parent=parent).losses)
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
    before, after = read_weights(tmp_path / "parent"), read_weights(tmp_path / "kept")
    assert before.keys() == after.keys()  # all four layers
    changed = {name.split("layers.")[1][0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"2", "3"}


def test_resumed_training_ends_with_the_weights_of_the_undisturbed_one(settings, tmp_path, undisturbed):
    out = tmp_path / "cut"
    with pytest.raises(TrainingStopped):
        train_adapter(make_examples(), out, settings, KEPT, stop=stop_after(7))
    rest = []
    train_adapter(make_examples(), out, settings, KEPT, progress=lambda p: rest.append((p.label, p.step)))
    assert ("training", 1) not in rest  # from its checkpoint
    a, b = read_weights(out), read_weights(undisturbed)
    assert all(torch.equal(a[name], b[name]) for name in b)


def test_the_kept_states_never_have_a_name_and_go_with_the_training(settings, tmp_path):
    held, listed = [], []

    def look(at) -> None:
        held.append([name for name in open_files() if str(tmp_path) in name])
        files = [path for path in tmp_path.glob(".*.work/**/*") if path.is_file()]
        listed.append([path for path in files if "checkpoint" not in str(path)])

    train_adapter(make_examples(), tmp_path / "end", settings, KEPT, progress=look)
    assert all(len(names) == 1 and names[0].endswith("(deleted)") for names in held)
    assert not any(listed)
    assert not [name for name in open_files() if str(tmp_path) in name]
    for stop in (stop_after(1), stop_after(5)):  # while the trunk is run, and while the rest learns
        with pytest.raises(TrainingStopped):
            train_adapter(make_examples(), tmp_path / "stopped", settings, KEPT, progress=look, stop=stop)
        assert not [name for name in open_files() if str(tmp_path) in name]
    assert not any(listed)


def test_a_kill_leaves_no_states_behind(settings, tmp_path):
    def train_and_die() -> None:
        def die(at) -> None:
            if at.label == "training":
                os.kill(os.getpid(), signal.SIGKILL)

        train_adapter(make_examples(), tmp_path / "out", settings, KEPT, progress=die)

    child = multiprocessing.get_context("fork").Process(target=train_and_die)  # all is loaded in this process
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert (tmp_path / ".out.work").is_dir()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_model_that_cannot_be_parted_and_a_full_disk_are_trained_without(settings, tmp_path, monkeypatch, caplog):
    class Wider(trunk._StandIn):
        def forward(self, states, *args, **kwargs):
            return super().forward(states, *args, **kwargs) + 1.0

    slow = train_adapter(make_examples(), tmp_path / "slow", settings, AT_EVERY_STEP)
    with monkeypatch.context() as patch:
        patch.setattr(trunk, "SPARE_BYTES", 1 << 60)
        assert train_adapter(make_examples(), tmp_path / "full", settings, KEPT).losses == slow.losses
        assert "no room" in caplog.text
    monkeypatch.setattr(trunk, "_StandIn", Wider)
    assert train_adapter(make_examples(), tmp_path / "odd", settings, KEPT).losses == slow.losses
    assert "cannot be run apart" in caplog.text


def test_the_adapter_is_an_ordinary_one(undisturbed, settings):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    config = json.loads((undisturbed / "adapter_config.json").read_text())
    assert config["layers_to_transform"] == [2, 3]
    model = AutoModelForCausalLM.from_pretrained(settings.model)
    ids = torch.tensor([[4, 5, 6, 7]])
    before = model(input_ids=ids).logits
    after = PeftModel.from_pretrained(model, undisturbed)(input_ids=ids).logits
    assert not torch.allclose(before, after, atol=1e-2)
