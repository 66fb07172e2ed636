"""Evaluation with a fake engine whose answers are known, and the command's whole way with a tiny real one."""

from __future__ import annotations

import json

import pytest
from test_assistant_engine_adapters import make_rankers
from test_finetune_dataset import COMPLAINT, OTHER, PERSON, make_lesson
from tiny_llama import WORDS, write_tiny_model

from assistant.engine.manifest import write_manifest
from assistant.errors import NotFound, WrongUsage
from assistant.settings import Settings
from assistant.store.erasure import Tombstone, append_tombstone
from finetune.answers import FewShotEngine, RememberingEngine, tell_prompt
from finetune.dataset import Pair, build_examples
from finetune.evaluate import evaluate_lessons, evaluate_pairs, open_rankers, read_evaluation, write_evaluation


class ScriptedEngine:
    """Answers each prompt by the first key that stands in it."""

    model_hash = "0" * 64

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.calls = 0

    def batch(self, prompts, *, adapter=None, max_new_tokens=120):
        self.calls += 1
        self.asked += [tell_prompt(p) for p in prompts]
        return [next((a for key, a in self.answers.items() if key in p.messages[-1]["content"]), "") for p in prompts]


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path)


GOOD = {
    "part: Parties": f"{PERSON}, a dock worker, sues {OTHER}, a carrier.",
    "part: Claims": f"{OTHER} failed to pay {PERSON} the sum of $4,100.",
    "part: Facts": "On March 3, 2021, the sum was due in Toledo.",
    "part: Relief": "Judgment for damages of $4,100 and attorney's fees.",
}
LESSON = make_lesson(summary="\n".join(f"{key.removeprefix('part: ')}: {text}" for key, text in GOOD.items()))
WRONG = {
    "part: Parties": "A bank brought this against a railway over drones.",
    "part: Claims": "It rests on the patent for a flying machine.",
    "part: Facts": "In 1987 some shares were sold in Paris by an uncle.",
    "part: Relief": "An injunction against further flights and $9,999,999.",
}


def test_good_answers_score_high_and_are_supported_and_wrong_ones_are_neither(settings):
    good = evaluate_lessons([LESSON], ScriptedEngine(GOOD), settings)
    bad = evaluate_lessons([LESSON], ScriptedEngine(WRONG), settings)
    assert good.score("rouge1").mean > 0.7 > 0.4 > bad.score("rouge1").mean
    assert good.tell()["supported_rate"] > bad.tell()["supported_rate"]
    assert bad.predictions[0].supported < bad.predictions[0].sentences  # marked, not replaced by the source's words
    assert "9,999,999" in bad.predictions[0].text


def test_told_form_is_the_commands_contract(settings):
    told = evaluate_lessons([LESSON, make_lesson(pair_id="p2")], ScriptedEngine(GOOD), settings).tell()
    assert told["n"] == 2 and {"rouge1", "rouge2", "rougeL", "rougeLsum", "supported_rate", "seconds"} <= set(told)
    assert set(told["rouge1"]) == {"f1", "ci95"} and len(told["rouge1"]["ci95"]) == 2
    json.dumps(told)


def test_only_the_first_parts_are_asked_and_scored_in_a_quick_look(settings):
    engine = ScriptedEngine(GOOD)
    quick = evaluate_lessons([LESSON], engine, settings, most_parts=1).predictions[0]
    assert all("part: Parties" in prompt for prompt in engine.asked)
    assert quick.reference == f"Parties: {GOOD['part: Parties']}" and quick.parts_due == 1


def test_worked_examples_are_of_the_same_part_and_never_the_pairs_own(settings):
    other = make_lesson(
        COMPLAINT.replace("$4,100", "$777"), "Parties: The other pair.\nRelief: It wants $777.", pair_id="p2"
    )
    shots = [*build_examples(LESSON, settings), *build_examples(other, settings)]
    engine = ScriptedEngine(GOOD)
    evaluate_lessons([LESSON], engine, settings, shots=shots, shot_count=1)
    relief = next(json.loads(p) for p in engine.asked if "part: Relief" in json.loads(p)[-1]["content"])
    assert [m["role"] for m in relief] == ["system", "user", "assistant", "user"]
    assert relief[2]["content"] == "It wants $777."
    assert GOOD["part: Relief"] not in json.dumps(relief[:3])


def test_stop_ends_between_groups(settings):
    lessons = [make_lesson(pair_id=str(n)) for n in range(20)]
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 1

    seen = []
    made = evaluate_lessons(
        lessons, ScriptedEngine(GOOD), settings, stop=stop, progress=lambda d, t: seen.append((d, t))
    )
    assert len(made.predictions) == 8 and seen == [(8, 20)]


def test_remembering_engine_asks_the_same_weights_once(tmp_path, settings):
    engine = ScriptedEngine(GOOD)
    for _ in range(2):  # a new object, as after a restart
        remembering = RememberingEngine(engine, tmp_path / "answers", {"house-1": "a" * 64})
        made = evaluate_lessons([LESSON], remembering, settings)
    calls = engine.calls
    assert calls == 1
    assert evaluate_lessons([LESSON], engine, settings).predictions == made.predictions
    evaluate_lessons(
        [LESSON], RememberingEngine(engine, tmp_path / "answers", {"house-1": "a" * 64}), settings, adapter="house-1"
    )
    evaluate_lessons(
        [LESSON], RememberingEngine(engine, tmp_path / "answers", {"house-1": "b" * 64}), settings, adapter="house-1"
    )
    assert engine.calls == calls + 3  # the plain engine, and two different weights under one id
    next((tmp_path / "answers").iterdir()).write_text("{damaged")
    evaluate_lessons([LESSON], RememberingEngine(engine, tmp_path / "answers", {}), settings)  # counts as empty


def test_evaluation_comes_back_from_disk(tmp_path, settings):
    made = evaluate_lessons([LESSON], ScriptedEngine(GOOD), settings)
    write_evaluation(tmp_path / "e" / "base.json", made)
    assert read_evaluation(tmp_path / "e" / "base.json") == made


def test_few_shot_engine_leaves_prompts_without_examples_alone():
    from assistant.engine.base import Prompt

    engine = ScriptedEngine({})
    prompt = Prompt(({"role": "user", "content": "x"},))
    FewShotEngine(engine, {}).batch([prompt])
    assert engine.asked == [tell_prompt(prompt)]


PAIRS = [
    Pair("a", "plain", "Gregory Whitfield lent Helga Brandtson $500 in March. The loan was never repaid in full. " * 3,
         "Gregory Whitfield lent Helga Brandtson $500."),
    Pair("a", "plain", "The lease with Oskar Lindqvist ends on May 1, 2022. Rent is $900 a month under the lease. " * 3,
         "The lease with Oskar Lindqvist ends on May 1, 2022."),
]  # fmt: skip


def test_pairs_are_scored_with_names_restored_and_ids_may_repeat(tmp_path, settings):
    out = tmp_path / "predictions.jsonl"
    told = evaluate_pairs(PAIRS, settings, adapter="none", predictions=out)
    assert told["n"] == 2 and told["adapter"] == "none" and told["rouge1"]["f1"] > 0.2
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["id"] for row in rows] == ["a", "a"]
    assert "Whitfield" in rows[0]["summary"] and rows[1]["reference"] == PAIRS[1].summary


@pytest.mark.slow
def test_an_adapter_folder_is_evaluated_as_it_was_trained(tmp_path):
    from finetune.dataset import build_all_examples, redact_pair
    from finetune.train import train_adapter
    from finetune.train_options import TrainOptions

    base = write_tiny_model(tmp_path / "tiny", [*WORDS, "lease", "ends", "loan", "text", "document"], context=4096)
    settings = Settings(home=tmp_path / "home", model=str(base), threads=1, dtype="float32")
    lessons = [redact_pair(pair, settings)[0] for pair in PAIRS]
    train_adapter(build_all_examples(lessons, settings), tmp_path / "out", settings, TrainOptions(rank=2, epochs=1))
    told = evaluate_pairs(PAIRS[:1], settings, adapter=str(tmp_path / "out"))
    assert told["n"] == 1 and told["adapter"] == str(tmp_path / "out")
    train_adapter(
        build_all_examples(lessons, settings), tmp_path / "full", settings, TrainOptions(method="full", epochs=1)
    )
    assert evaluate_pairs(PAIRS[:1], settings, adapter=str(tmp_path / "full"), shots=1)["shots"] == 1


def test_sentences_are_chosen_by_the_ranker_of_a_folder_that_is_named(tmp_path, settings, monkeypatch):
    folder = settings.home / "adapters" / "house-2"
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "ranker.json").write_text(make_rankers(12).write())
    write_manifest(folder, base_model="x", base_model_hash="0" * 64, matters=["m-1"])
    asked = []
    monkeypatch.setattr("finetune.evaluate.evaluate_lessons", lambda *_given, rankers, **_named: asked.append(rankers))
    with pytest.raises(TypeError):  # the stand-in scores nothing
        evaluate_pairs(PAIRS[:1], settings, adapter="none", ranker="house-2")
    assert [list(one.by_type) for one in asked] == [["order"]]
    assert [list(open_rankers(a, settings).by_type) for a in (str(folder), "none", "base")] == [["order"], [], []]
    with pytest.raises(NotFound, match="no adapter house-9"):
        open_rankers("house-9", settings)
    append_tombstone(settings, Tombstone("m-1", "matter", "alex", "nina"))
    assert open_rankers("house-2", settings).by_type == {}  # as in serving, once what it learned from is erased


def test_wrong_adapters_and_shots_are_refused(tmp_path, settings):
    with pytest.raises(WrongUsage, match="--shots"):
        evaluate_pairs(PAIRS, settings, adapter="none", shots=2)
    with pytest.raises(NotFound, match="no adapter folder"):
        evaluate_pairs(PAIRS, settings, adapter=str(tmp_path / "nothing"))
