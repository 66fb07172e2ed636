"""What a round's rankers are fitted on, from when on, and how it is told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from test_finetune_dataset import make_lesson

from assistant.errors import RefusedInput
from assistant.settings import Settings
from assistant.store.vault import Vault
from finetune import ranker
from finetune.ranker import LEAST_PAIRS, fit_rankers, say_rankers

SUMMARY = "Parties: One sues the other.\nRelief: Damages."
STUB = SimpleNamespace(tell=lambda: {"pairs": 1})


def make_lessons(count: int, kind: str = "complaint", matters: int = 4, **more: str) -> list:
    """Give lessons of different documents, of some matters in turn."""
    return [
        make_lesson(f"The {kind} tells {'x' * n}.", SUMMARY, kind, pair_id=f"{kind}-{n}", **{
            "matter_id": f"m-{n % matters}", **more
        })
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list:
    """What the fit is asked, in place of a fit."""
    made: list = []
    monkeypatch.setattr(ranker, "fit_ranker", lambda pairs, **named: made.append((pairs, named)) or STUB)
    return made


def test_each_document_type_with_enough_approved_summaries_gets_its_own(calls, tmp_path):
    lessons = [
        *make_lessons(LEAST_PAIRS),
        *make_lessons(LEAST_PAIRS - 1, "order"),
        *make_lessons(40, source="synthetic"),
    ]
    fitted = fit_rankers(lessons, Settings(home=tmp_path), {"Zephyr"})
    assert list(fitted.rankers.by_type) == ["complaint"] and list(fitted.files) == ["ranker.json"]
    ((pairs, named),) = calls
    assert len(pairs) == LEAST_PAIRS and {text for _, text in pairs} == {"One sues the other. Damages."}
    assert len(set(named["matters"])) == 4 and named["originals"] == {"Zephyr"}
    assert say_rankers(fitted.facts) == (
        f"A ranker helps to choose passages, learned for: complaint ({LEAST_PAIRS} approved summaries of 4 matters). "
        f"Too little to learn from ({LEAST_PAIRS} are needed): order ({LEAST_PAIRS - 1})."
    )


def test_a_fit_ends_where_it_is_told_to_before_any_document_or_type(tmp_path):
    left = [0]

    def stop() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise InterruptedError

    told = [f"One sues the other for damages. The harbor was shut by {'x' * n}." for n in range(LEAST_PAIRS)]
    lessons = [make_lesson(text, SUMMARY, "complaint", pair_id=text) for text in told]
    left[0] = 10_000
    assert fit_rankers(lessons, Settings(home=tmp_path), stop=stop).files
    asked = 10_000 - left[0]
    assert asked == 1 + 5 * LEAST_PAIRS  # a type; read, counted, described, marked and tried
    for most in (0, 1, LEAST_PAIRS, asked - 1):
        left[0] = most
        with pytest.raises(InterruptedError):
            fit_rankers(lessons, Settings(home=tmp_path), stop=stop)
    left[0] = 1
    with pytest.raises(InterruptedError):  # the second type is too small to be fitted, and is asked for all the same
        fit_rankers([*make_lessons(1), *make_lessons(1, "order")], Settings(home=tmp_path), stop=stop)


def test_a_pair_of_a_file_counts_as_of_a_matter_of_its_own(calls, tmp_path):
    fit_rankers(make_lessons(LEAST_PAIRS, matter_id="", source="file"), Settings(home=tmp_path))
    assert len(set(calls[0][1]["matters"])) == LEAST_PAIRS


def test_pairs_of_a_file_teach_no_word_of_a_name_that_was_found_in_one_of_them(calls, tmp_path, monkeypatch):
    from ui import workbench

    names = iter([f"Heron {n}" for n in range(LEAST_PAIRS)])

    def redact(pair, _settings):
        vault = Vault.ephemeral()
        vault.assign("PERSON", next(names))
        return pair, vault

    lessons = make_lessons(LEAST_PAIRS, source="file", matter_id="")
    monkeypatch.setattr("finetune.dataset.load_pairs", lambda *_given: lessons)
    monkeypatch.setattr("finetune.dataset.redact_pair", redact)
    monkeypatch.setattr("finetune.dataset.build_all_examples", lambda *_given, **_named: [])
    monkeypatch.setattr("finetune.ranker.Fitted.files", {})
    monkeypatch.setattr("finetune.train.train_adapter", lambda *_given, **_named: STUB)
    given = {"pairs": "x", "options": {}, "out": str(tmp_path)}
    with pytest.raises(TypeError):  # the stand-in trains nothing
        list(workbench.train(given))
    assert calls[0][1]["originals"] == {f"Heron {n}" for n in range(LEAST_PAIRS)}


def test_the_same_document_many_times_is_one(calls, tmp_path):
    lessons = [make_lesson(pair_id=f"p{n}") for n in range(LEAST_PAIRS)]
    assert fit_rankers(lessons, Settings(home=tmp_path)).files == {} and calls == []


def test_without_a_ranker_no_file_is_written_and_it_is_said_why(tmp_path, monkeypatch):
    nothing = fit_rankers(make_lessons(40, source="synthetic"), Settings(home=tmp_path))
    assert nothing.files == {} and say_rankers(nothing.facts) == "No ranker was fitted. No approved summary trains."
    assert say_rankers({}) == "No ranker was fitted. No approved summary trains."  # an adapter of an earlier version

    def refuse(*_given, **_named):
        raise RefusedInput("No sentence tells them.")

    monkeypatch.setattr(ranker, "fit_ranker", refuse)
    useless = fit_rankers(make_lessons(LEAST_PAIRS), Settings(home=tmp_path))
    assert useless.files == {} and "Too little to learn from" in say_rankers(useless.facts)
