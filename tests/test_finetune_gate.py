"""What the gate lets through and what it refuses, with its words."""

from __future__ import annotations

import pytest
from test_finetune_dataset import COMPLAINT, PERSON, make_lesson

from assistant.settings import Settings
from finetune.evaluate import Evaluation, Prediction
from finetune.gate import find_leaks, judge_candidate


def make_evaluation(
    rouge: list[float], supported: list[int] | None = None, of: int = 10, name: str = "base"
) -> Evaluation:
    rows = [
        Prediction(
            str(n), "text", "text", dict.fromkeys(("rouge1", "rouge2", "rougeL", "rougeLsum"), value), s, of, 1, 1
        )
        for n, (value, s) in enumerate(zip(rouge, supported or [9] * len(rouge), strict=True))
    ]
    return Evaluation(name, 0, tuple(rows), 1.0)


WOBBLE = [0.1 * (n % 7) for n in range(30)]


@pytest.mark.parametrize(
    ("ours", "theirs", "passes", "words"),
    [
        ([v + 0.05 for v in WOBBLE], WOBBLE, True, "Better than base with 95% confidence"),
        ([v - 0.005 for v in WOBBLE], WOBBLE, True, "Not worse than base by more than 0.01"),
        ([v - 0.05 for v in WOBBLE], WOBBLE, False, "Worse than base by more than 0.01"),
        # a gain on average that documents do not agree on is not called better
        ([v + (0.5 if n % 5 == 0 else -0.11) for n, v in enumerate(WOBBLE)], WOBBLE, True, "Not worse"),
        ([0.9, 0.9], [0.1, 0.1], False, "at least 3 are needed"),
    ],
)
def test_rouge_rule(tmp_path, ours, theirs, passes, words):
    verdict = judge_candidate(make_evaluation(ours), make_evaluation(theirs), 0, Settings(home=tmp_path))
    assert verdict.passed is passes
    assert any(words in reason for reason in verdict.reasons)


def test_fewer_supported_sentences_are_refused_however_good_the_rouge(tmp_path):
    fine = make_evaluation([v + 0.3 for v in WOBBLE], [5] * 30)
    verdict = judge_candidate(fine, make_evaluation(WOBBLE, [9] * 30), 0, Settings(home=tmp_path))
    assert not verdict.passed and any("Fewer of its sentences" in r for r in verdict.reasons)
    wobbly = make_evaluation([v + 0.3 for v in WOBBLE], [9, 8] * 15)
    rival = make_evaluation(WOBBLE, [8, 9] * 15)
    assert judge_candidate(wobbly, rival, 0, Settings(home=tmp_path)).passed


def test_one_leak_is_refused(tmp_path):
    verdict = judge_candidate(
        make_evaluation([v + 0.3 for v in WOBBLE]), make_evaluation(WOBBLE), 1, Settings(home=tmp_path)
    )
    assert not verdict.passed and verdict.figures["leaks"] == 1
    assert verdict.tell()["reasons"][-1].startswith("1 identifiers")


def predict(text: str) -> Prediction:
    return Prediction("p1", text, "", {}, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"{PERSON} sues for damages.", []),
        ("Gregory Whitfield sues for damages.", ["vault"]),  # an original, restored by nobody
        ("GREGORY WHITFIELD sues.", ["vault"]),  # in any case
        ("Whitfieldian doctrine applies.", []),  # part of a word is no name
        ("Write to helga.brandt@example.org for terms.", ["detector"]),  # missed in a text trained on
        ("Write to someone.else@example.org for terms.", []),  # made up: verification marks it, it gives nobody away
        ("Damages of $4,100 in Toledo.", []),  # the document itself shows it
    ],
)
def test_leaks(tmp_path, text, kinds):
    trained_on = ["The notice went to helga.brandt@example.org by mail."]
    originals = {"Gregory Whitfield", "Whitfield", "Ohio", "Co"}
    found = find_leaks([predict(text)], [make_lesson(COMPLAINT)], trained_on, originals, Settings(home=tmp_path))
    assert sorted({kind for _, kind in found}) == kinds
