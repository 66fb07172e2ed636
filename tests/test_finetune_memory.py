"""What an adapter remembers: exposure and membership on numbers made by hand and on a tiny model that learnt by heart."""

from __future__ import annotations

import itertools
import math
import random
from pathlib import Path

import pytest
from tiny_llama import WORDS, write_tiny_model

from assistant.engine.base import Prompt
from assistant.settings import Settings
from finetune import memory
from finetune.answers import tell_prompt
from finetune.encode import Example
from finetune.memory import (
    Canary,
    Probe,
    draw_canaries,
    longest_answers,
    measure_exposure,
    measure_memory,
    plant_canaries,
    score_answers,
    tell_apart,
)
from finetune.train import train_adapter
from finetune.train_options import TrainOptions

SECRETS = [" ".join(three) for three in itertools.permutations(dict.fromkeys(WORDS), 3)]


def make_canary(number: int, secret: str) -> Canary:
    asked = " ".join(WORDS[(number + k) % len(WORDS)] for k in range(6))
    return Canary(Prompt(({"role": "user", "content": f"say : {asked}"},)), "the court", secret)


def make_examples(first: int, count: int) -> list[Example]:
    dice = random.Random(first)
    made = []
    for number in range(count):
        asked, told = " ".join(dice.choices(WORDS, k=8)), " ".join(dice.choices(WORDS, k=5))
        made.append(Example(f"p{first + number}", "", Prompt(({"role": "user", "content": asked},)), told))
    return made


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> tuple[Settings, Path]:
    """A tiny model, and an adapter that has learnt one canary and twelve pairs by heart."""
    root = tmp_path_factory.mktemp("tiny")
    settings = Settings(home=root / "home", model=str(write_tiny_model(root / "tiny")), threads=1, dtype="float32")
    options = TrainOptions(epochs=12, rank=8, batch_tokens=256, max_rows=8, learning_rate=1e-2)
    learnt = [*make_examples(0, 12), *plant_canaries([make_canary(0, SECRETS[7])], 4)]
    train_adapter(learnt, root / "adapter", settings, options)
    return settings, root / "adapter"


@pytest.mark.parametrize(
    ("loss", "rivals", "bits"),
    [
        (5.0, [4.0] * 63 + [6.0], math.log2(65) - math.log2(64)),  # nearly all are likelier
        (5.0, [4.0] + [6.0] * 62, 5.0),  # second of 64
        (5.0, [5.0] * 63, math.log2(64) - math.log2(32.5)),  # a model that cannot tell them: in the middle
        (5.0, [5.0] * 3 + [6.0] * 60, 6 - math.log2(2.5)),  # as likely counts half
        (0.0, [9.0, 11.0] * 32, 76.8),  # ten deviations below the mean: beyond what ranks tell
    ],
)
def test_exposure_by_rank_and_beyond_it_by_the_normal_distribution(loss, rivals, bits):
    assert measure_exposure(loss, rivals) == pytest.approx(bits, abs=0.15)


def test_exposure_of_what_was_not_learnt_is_that_of_chance():
    dice = random.Random(3)
    bits = [measure_exposure(dice.gauss(30, 3), [dice.gauss(30, 3) for _ in range(127)]) for _ in range(400)]
    assert sum(bits) / len(bits) == pytest.approx(1.44, abs=0.2)
    assert sum(one > 10 for one in bits) <= 3


def test_true_positives_at_one_percent_false_ones_and_area():
    others = [float(n) for n in range(100)]  # one in a hundred may lie above: the threshold is 98
    found = tell_apart([98.5] * 50 + [49.5] * 50, others)
    assert found.share == 0.5 and 0.40 < found.low < 0.5 < found.high < 0.60
    assert found.area == pytest.approx((0.99 + 0.5) / 2)
    assert tell_apart(others, others).share == 0.01 and tell_apart(others, others).area == 0.5
    assert tell_apart([98.5] * 50, others[:99] + [98.7, 99.0]).share == 0  # two above: one too many
    assert tell_apart([2.5], [1.0, 3.0]).share == 0  # too few for any false one


def test_scores_are_those_of_reading_each_whole(tiny):
    import torch

    probe = Probe(tiny[1], tiny[0])
    read, answers = [5, 9, 4, 7], [[6, 7, 8], [9], [4, 4, 4, 4]]
    for (loss, _), answer in zip(score_answers(probe.model, read, answers), answers, strict=True):
        labels = torch.tensor([[-100] * len(read) + answer])
        whole = probe.model(input_ids=torch.tensor([read + answer]), labels=labels).loss.item()
        assert loss == pytest.approx(whole * len(answer), abs=1e-4)
    assert score_answers(probe.model, [5], answers)[1][0] > 0  # nothing but one token before them


def test_what_was_learnt_by_heart_is_exposed_and_what_was_not_seen_is_not(tiny):
    probe = Probe(tiny[1], tiny[0])
    rivals = random.Random(0).sample(SECRETS[8:], 127)
    planted = probe.expose(make_canary(0, SECRETS[7]), rivals)
    assert planted.extracted and planted.bits > 10
    unseen = [probe.expose(make_canary(n, SECRETS[40 * n]), rivals) for n in range(5, 15)]
    assert not any(one.extracted for one in unseen)
    assert sum(one.bits for one in unseen) / len(unseen) < 3.5  # chance is 1.44
    base = Probe(None, tiny[0]).expose(make_canary(0, SECRETS[7]), rivals)
    assert not base.extracted and base.bits < 7


def test_a_secret_that_the_vocabulary_cannot_tell_from_others_is_no_secret(tiny):
    found = Probe(tiny[1], tiny[0]).expose(make_canary(0, "482917305"), ["731004926", "555120347", "908172634"])
    assert not found.extracted and found.bits == pytest.approx(math.log2(4 / 2.5))


def test_pairs_that_were_trained_on_are_told_by_their_loss(tiny, monkeypatch):
    settings, folder = tiny
    monkeypatch.setattr(memory, "LEAST_PAIRS", 12)
    told = []
    found = measure_memory(
        folder, [], make_examples(0, 12), make_examples(900, 12), settings, progress=lambda *at: told.append(at)
    )
    assert found.membership is not None and found.membership.share > 0.8 and found.membership.area > 0.9
    assert told[-1] == (24, 24)
    unseen = measure_memory(folder, [], make_examples(500, 12), make_examples(900, 12), settings)
    assert unseen.membership is not None and unseen.membership.share < 0.4 and 0.2 < unseen.membership.area < 0.8


def test_too_few_pairs_are_counted_and_not_measured(tiny):
    settings, folder = tiny
    found = measure_memory(folder, [make_canary(0, SECRETS[7])], make_examples(0, 12), make_examples(900, 3), settings)
    assert (found.trained, found.held_out, found.membership) == (12, 3, None)
    # the rivals are figures, which this vocabulary has no tokens for: all are alike, and ranks tell 7 bits at most
    assert found.canaries == found.extracted == 1 and found.highest_bits >= 7
    nothing = measure_memory(folder / "missing", [], make_examples(0, 12), [], settings)  # no model is read for it
    assert nothing.canaries == 0 and nothing.membership is None


def test_a_secret_in_a_held_out_output_is_extracted_whatever_its_loss(tiny):
    canary = make_canary(9, SECRETS[400])
    quiet = measure_memory(tiny[1], [canary], [], [], tiny[0])
    loud = measure_memory(tiny[1], [canary], [], [], tiny[0], written=["so", f"orders {canary.secret} by friday"])
    assert (quiet.extracted, loud.extracted) == (0, 1)


def test_canaries_are_a_rounds_own_and_their_documents_do_not_say_them():
    first, again, other = (draw_canaries(6, seed) for seed in ("r-1", "r-1", "r-2"))
    assert first == again and not {c.secret for c in first} & {c.secret for c in other}
    assert len({tell_prompt(c.prompt) for c in first}) == len({c.secret for c in first}) == 6
    for canary, example in zip(first, plant_canaries(first), strict=True):
        assert canary.secret.isdigit() and len(canary.secret) == 9
        assert not any(canary.secret in message["content"] for message in canary.prompt.messages)
        assert example.completion == f"{canary.prefix} {canary.secret}."
    assert len(plant_canaries(first, 4)) == 24
    assert len({tell_prompt(c.prompt) for c in draw_canaries(144, "all")}) == 144


def test_the_longest_answer_of_a_pair_is_looked_at():
    prompt = Prompt(({"role": "user", "content": "say"},))
    examples = [
        Example("a", "x", prompt, "short"),
        Example("b", "x", prompt, "one"),
        Example("a", "y", prompt, "longer"),
    ]
    assert [e.completion for e in longest_answers(examples)] == ["longer", "one"]
