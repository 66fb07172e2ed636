"""What the gate lets through and what it refuses, with its words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_finetune_dataset import COMPLAINT, PERSON, make_lesson

from assistant.settings import Settings
from assistant.store.rounds import read_outcome
from finetune.evaluate import Evaluation, Prediction
from finetune.gate import Choices, find_leaks, judge_candidate
from finetune.memory import Membership, Memory


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


QUIET = Memory(canaries=6, highest_bits=4.2, mean_bits=1.5, trained=40, held_out=9)
"""A candidate that keeps nothing of its canaries, of a round with few corrections."""
WOBBLE = [0.1 * (n % 7) for n in range(30)]
FEW = [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("ours", "theirs", "outcome", "words"),
    [
        ([v + 0.05 for v in WOBBLE], WOBBLE, "passed", "Better than base with 95% confidence"),
        ([v - 0.005 for v in WOBBLE], WOBBLE, "passed", "Not worse than base by more than 0.01, with 95%"),
        ([v - 0.05 for v in WOBBLE], WOBBLE, "refused", "Worse than base by more than 0.01"),
        # a mean that is no worse, of documents that do not agree: the interval reaches below the margin
        ([v + (0.5 if n % 5 == 0 else -0.11) for n, v in enumerate(WOBBLE)], WOBBLE, "unproven", "It may be worse"),
        ([v + (0.3 if n % 2 else -0.3) for n, v in enumerate(WOBBLE)], WOBBLE, "unproven", "It may be worse"),
        # far better on every one of three documents: too few to say, and it says so
        ([v + 0.6 for v in FEW], FEW, "unproven", "3 documents, too few to say: 20 are needed"),
        ([v + 0.6 for v in WOBBLE[:19]], WOBBLE[:19], "unproven", "19 documents, too few to say"),
        ([v + 0.6 for v in WOBBLE[:20]], WOBBLE[:20], "passed", "Tested on 20 documents"),
        # few documents do not save what is worse
        ([v - 0.05 for v in FEW], FEW, "refused", "Worse than base"),
    ],
)
def test_rouge_rule(tmp_path, ours, theirs, outcome, words):
    verdict = judge_candidate(make_evaluation(ours), make_evaluation(theirs), 0, QUIET, Settings(home=tmp_path))
    assert verdict.outcome == outcome and verdict.passed is (outcome == "passed")
    assert any(words in reason for reason in verdict.reasons), verdict.reasons


@pytest.mark.parametrize(
    ("ours", "theirs", "outcome", "words"),
    [
        ([5] * 30, [9] * 30, "refused", "Fewer of its sentences are supported"),
        ([9] * 30, [9] * 30, "passed", "supported no less than base's on average"),
        ([9, 8, 9] * 10, [9, 8, 8] * 10, "passed", "not by more than 5% less"),
        # lower on average, if not surely: not shown to be no lower
        ([9, 8, 8] * 10, [8, 9, 9] * 10, "unproven", "which may be chance"),
        ([7, 10] * 15, [9, 8] * 15, "unproven", "may be supported less than base's by more than 5%"),
    ],
)
def test_supported_rule_however_good_the_rouge(tmp_path, ours, theirs, outcome, words):
    fine = make_evaluation([v + 0.3 for v in WOBBLE], ours)
    verdict = judge_candidate(fine, make_evaluation(WOBBLE, theirs), 0, QUIET, Settings(home=tmp_path))
    assert verdict.outcome == outcome
    assert any(words in reason for reason in verdict.reasons), verdict.reasons


@pytest.mark.parametrize(
    ("chosen", "rivals", "outcome", "words"),
    [
        ([v + 0.05 for v in WOBBLE], WOBBLE, "passed", "Fitted. Without a model: better than the choice of base"),
        # however well its weights write, what its ranker chooses is what a summary without a model is made of
        ([v - 0.05 for v in WOBBLE], WOBBLE, "refused", "Fitted. Without a model: worse than the choice of base"),
        ([v + (0.3 if n % 2 else -0.3) for n, v in enumerate(WOBBLE)], WOBBLE, "unproven", "it may be worse"),
    ],
)
def test_a_bad_ranker_is_not_let_pass_however_good_the_weights(tmp_path, chosen, rivals, outcome, words):
    fine, ours = make_evaluation([v + 0.3 for v in WOBBLE]), make_evaluation(chosen)
    ours = replace(ours, predictions=tuple(replace(p, text=f"other {p.pair_id}") for p in ours.predictions))
    choices = Choices("Fitted.", ours, make_evaluation(rivals))
    verdict = judge_candidate(fine, make_evaluation(WOBBLE), 0, QUIET, Settings(home=tmp_path), choices)
    assert verdict.outcome == outcome and any(words in reason for reason in verdict.reasons), verdict.reasons


def test_rankers_that_choose_the_same_sentences_decide_nothing(tmp_path):
    same = make_evaluation(FEW * 10)
    fine = make_evaluation([v + 0.3 for v in WOBBLE]), make_evaluation(WOBBLE)
    verdict = judge_candidate(*fine, 0, QUIET, Settings(home=tmp_path), Choices("None fitted.", same, same))
    assert verdict.passed and "None fitted. In the test it chose the same sentences as base does." in verdict.reasons


def test_a_verdict_of_an_earlier_version_is_read_as_it_was_meant():
    assert [read_outcome(g) for g in ({"passed": True}, {"passed": False}, {})] == ["passed", "refused", "refused"]
    assert read_outcome({"passed": False, "outcome": "unproven"}) == "unproven"


def test_one_leak_is_refused(tmp_path):
    verdict = judge_candidate(
        make_evaluation([v + 0.3 for v in WOBBLE]), make_evaluation(WOBBLE), 1, QUIET, Settings(home=tmp_path)
    )
    assert not verdict.passed and verdict.figures["leaks"] == 1
    assert any(reason.startswith("1 identifiers") for reason in verdict.tell()["reasons"])


@pytest.mark.parametrize(
    ("memory", "outcome", "words"),
    [
        (QUIET, "passed", "None of 6 planted secrets stands out by more than 10 bits: 4.2 bits, 1.5 on average"),
        # few corrections are said, not passed over; the canaries speak for the candidate
        (QUIET, "passed", "could not be measured with 40 corrections trained on and 9 held out: 100 of each"),
        (Memory(6, 0, 10.5, 3.0), "refused", "stands out by more than 10 bits: 10.5 bits"),
        (Memory(6, 1, 9.0, 3.0), "refused", "gives away 1 of 6 planted secrets"),
        # nothing was measured: no candidate passes unlooked at
        (Memory(trained=3, held_out=2), "unproven", "No canary was planted"),
        (Memory(trained=3, held_out=2), "unproven", "could not be measured with 3 corrections trained on and 2 held"),
        (Memory(0, 0, 0, 0, 400, 100, Membership(0.05, 0.03, 0.08, 0.6)), "passed", "hardly any corrections are told"),
        (
            Memory(0, 0, 0, 0, 400, 100, Membership(0.3, 0.26, 0.35, 0.8)),
            "unproven",
            "30% of them (95% interval 26% to",
        ),
        (Memory(6, 0, 11.0, 3.0, 400, 100, Membership(0.3, 0.26, 0.35, 0.8)), "refused", "more than 10%"),
    ],
)
def test_memory_rules_however_good_the_rest(tmp_path, memory, outcome, words):
    better = make_evaluation([v + 0.3 for v in WOBBLE])
    verdict = judge_candidate(better, make_evaluation(WOBBLE), 0, memory, Settings(home=tmp_path))
    assert verdict.outcome == outcome, verdict.reasons
    assert any(words in reason for reason in verdict.reasons), verdict.reasons
    assert Memory.from_told(verdict.figures["memory"]) == memory


def test_bounds_of_memory_are_settings(tmp_path):
    loose = Settings(home=tmp_path, gate_exposure=12, gate_membership=0.5)
    memory = Memory(6, 0, 10.5, 3.0, 400, 100, Membership(0.3, 0.26, 0.35, 0.8))
    better = make_evaluation([v + 0.3 for v in WOBBLE])
    assert judge_candidate(better, make_evaluation(WOBBLE), 0, memory, loose).passed


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
