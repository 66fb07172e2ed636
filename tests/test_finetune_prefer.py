"""The preference step: what is a preference, that a pair stays together, that its margin grows, that both steps are billed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from test_finetune_dataset import COMPLAINT, PERSON, SUMMARY, make_lesson
from test_finetune_train import OPTIONS, make_examples
from tiny_llama import WORDS, write_tiny_model

from assistant.engine.manifest import verify_folder
from assistant.errors import WrongUsage
from assistant.settings import Settings
from finetune.curate import curate_lessons
from finetune.dataset import build_all_examples, build_examples
from finetune.encode import encode_preferences, plan_preferences
from finetune.options import RoundOptions
from finetune.prefer import list_preferences, train_in_turn
from finetune.train import RESULT_FILE, train_adapter
from finetune.train_options import TrainOptions


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    root = tmp_path_factory.mktemp("tiny")
    return Settings(home=root / "home", model=str(write_tiny_model(root / "tiny-llama")), threads=1, dtype="float32")


def make_preferences(count: int = 8) -> list:
    return [replace(e, rejected=f"{WORDS[(n + 5) % len(WORDS)]} .") for n, e in enumerate(make_examples(count))]


def test_what_a_person_changed_is_a_preference_and_what_was_approved_untouched_is_none(settings):
    changed = SUMMARY.splitlines()[0] + " It was signed."
    lesson = replace(make_lesson(), output="\n".join([changed, *SUMMARY.splitlines()[1:]]))
    made = build_examples(lesson, settings)
    assert len(made) > 1 and all(example.rejected for example in made)
    found = list_preferences([*made, *made])  # the firm's own are seen several times; a preference counts once
    assert [example.rejected.endswith("It was signed.") for example in found] == [True]
    assert list_preferences(build_examples(make_lesson(), settings)) == []  # nothing is known of what was written
    shuffled = build_all_examples([lesson], settings)
    for example in shuffled:  # both sides got the same new numbers
        assert (PERSON in example.rejected) == (PERSON in example.completion)


def test_an_output_with_an_identifier_that_a_person_took_out_teaches_nothing(settings):
    output = SUMMARY + " Reach her at marlene.okafor@example.org."
    (kept,) = curate_lessons([replace(make_lesson(COMPLAINT), output=output)], settings).kept
    assert kept.output == "" and kept.summary
    (kept,) = curate_lessons([replace(make_lesson(COMPLAINT), output=SUMMARY)], settings).kept
    assert kept.output == SUMMARY


def test_a_pair_is_never_parted_and_goes_whole_where_one_side_is_too_long(settings):
    from pathlib import Path

    from assistant.engine.weights import load_tokenizer

    pairs = make_preferences(5)
    pairs[2] = replace(pairs[2], rejected=" ".join(WORDS * 4))
    rows, left_out = encode_preferences(load_tokenizer(Path(settings.model)), pairs, max_tokens=40)
    assert (len(rows), left_out) == (8, 1)
    lengths = [len(row.ids) for row in rows]
    plan = plan_preferences(lengths, batch_tokens=80, max_rows=4, epochs=2, seed=0)
    for batch in plan:
        assert batch[1::2] == [index + 1 for index in batch[::2]] and all(index % 2 == 0 for index in batch[::2])
    assert sorted(index for batch in plan for index in batch) == sorted([*range(8)] * 2)


@pytest.mark.parametrize("gradient", ["answer", "all"])
def test_the_margin_of_approved_over_rejected_texts_grows_and_both_steps_are_billed(settings, tmp_path, gradient):
    options = replace(OPTIONS, epochs=2, gradient=gradient)
    alone = train_adapter(make_examples(8), tmp_path / "alone", settings, options)
    both = train_in_turn(
        make_preferences(), tmp_path / "both", settings, options, facts={"round": "r"}, prefer=True, adapter_id="x"
    )
    told = verify_folder(tmp_path / "both").facts
    assert (told["preferences"], told["round"], told["options"]["objective"]) == (8, "r", "dpo")
    assert both.steps > alone.steps and both.tokens > alone.tokens and both.loss == alone.loss
    assert json.loads((tmp_path / "both" / RESULT_FILE).read_text())["result"]["steps"] == both.steps
    assert not list(tmp_path.glob(".both*"))
    before, after = (_margins(settings, tmp_path / name, gradient) for name in ("alone", "both"))
    assert sum(after) > sum(before) and sum(b > a for a, b in zip(before, after, strict=True)) >= 7


def _margins(settings: Settings, folder, gradient: str) -> list[float]:
    """Give how many nats an adapter finds each approved text likelier than the rejected one."""
    from finetune.trainer import PreferenceTrainer

    seen = {}
    original = PreferenceTrainer.read_reference

    def note(self) -> None:
        original(self)
        seen.update({"rows": self.rows, "found": self.reference})
        raise KeyboardInterrupt  # nothing is trained: only how it begins is looked at

    patch = pytest.MonkeyPatch()
    patch.setattr(PreferenceTrainer, "read_reference", note)
    options = replace(OPTIONS, objective="dpo", gradient=gradient)
    try:
        train_adapter(make_preferences(), folder.with_name("look"), settings, options, parent=folder)
    except KeyboardInterrupt:
        pass
    finally:
        patch.undo()
    told = [seen["found"][row] for row in seen["rows"]]
    return [told[n] - told[n + 1] for n in range(0, len(told), 2)]


def test_where_nothing_was_changed_or_nothing_is_asked_for_there_is_one_step(settings, tmp_path):
    options = replace(OPTIONS, epochs=1, max_tokens=64)
    long = [replace(example, rejected=" ".join(WORDS * 40)) for example in make_preferences(2)]
    for name, examples, prefer in (
        ("a", make_examples(4), True),
        ("b", make_preferences(4), False),
        ("c", long, True),  # no pair fits: the supervised adapter is what there is
    ):
        train_in_turn(examples, tmp_path / name, settings, options, facts={}, prefer=prefer)
        assert "preferences" not in verify_folder(tmp_path / name).facts


def test_what_cannot_be_is_refused():
    with pytest.raises(WrongUsage, match="objective"):
        TrainOptions(method="full", objective="dpo")
    with pytest.raises(WrongUsage, match="preference"):
        RoundOptions(preference="kto")
