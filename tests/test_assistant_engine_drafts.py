"""Several drafts of a text: which is kept, how tokens are drawn, and that a text can be made again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tiny_llama import write_tiny_model

from assistant.engine.base import tell_writer
from assistant.engine.drafts import NUCLEUS, choose_agreed, make_sampler
from assistant.engine.prompts import summary_prompt
from assistant.engine.transformers_engine import TransformersEngine
from assistant.settings import Settings, load_settings

PROMPT = summary_prompt("order", "Relief", ["The court denies the motion to compel the ledgers of 2019."], 30)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("drafts")
    write_tiny_model(folder / "model", context=512)
    return load_settings(home=folder, model=str(folder / "model"), threads=1, drafts=5)


def test_the_draft_is_kept_that_the_others_agree_with_most() -> None:
    drafts = [
        "The claimant is a bakery.",
        "The court denies the motion to compel.",
        "It is denied as to some ledgers.",
        "The court denies the motion to compel the ledgers.",
    ]
    assert choose_agreed(drafts) == drafts[3]
    assert choose_agreed(["", "", "Denied."]) == "", "most drafts say nothing"
    assert choose_agreed(["Denied.", "DENIED"]) == "Denied." and choose_agreed([]) == ""


def test_tokens_are_drawn_from_the_likely_ones_as_often_as_they_are_likely() -> None:
    import torch

    logits = torch.full((400, 1, 6), -20.0)
    logits[..., 2], logits[..., 4], logits[..., 5] = 2.0, 1.0, -1.0  # at .8: .76, .22 and .02 of the probability
    drawn = make_sampler([1, 2])(logits).flatten().tolist()
    assert set(drawn) == {2, 4}, f"what lies beyond the first {NUCLEUS} is never drawn"
    assert 60 < drawn.count(4) < 130
    assert drawn == make_sampler([1, 2])(logits).flatten().tolist() != make_sampler([1, 3])(logits).flatten().tolist()


def test_a_text_can_be_made_again_by_stream_and_batch_and_is_not_the_greedy_one(settings: Settings) -> None:
    made = "".join(TransformersEngine(settings).stream(PROMPT, max_new_tokens=20))
    again = TransformersEngine(settings)
    assert again.batch([PROMPT, PROMPT], max_new_tokens=20) == [made.strip()] * 2
    greedy = TransformersEngine(settings.model_copy(update={"drafts": 1})).batch([PROMPT], max_new_tokens=20)
    assert made.strip() != greedy[0], "a model of random weights draws what is not the likeliest"


def test_the_prompt_is_read_once_for_all_drafts_and_each_keeps_its_own_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TransformersEngine(settings)
    loaded, rows = engine._load(), []
    step = loaded.step

    def watch(*bound):  # type: ignore[no-untyped-def]
        run = step(*bound)

        def counted(ids, cache, **given):  # type: ignore[no-untyped-def]
            rows.append(tuple(ids.shape))
            return run(ids, cache, **given)

        return counted

    monkeypatch.setattr(loaded, "step", watch)
    drafts: list[str] = []
    monkeypatch.setattr(
        "assistant.engine.transformers_engine.choose_agreed", lambda made: drafts.extend(made) or made[0]
    )
    engine.batch([PROMPT], max_new_tokens=12)
    assert sum(width for count, width in rows if count == 1 and width > 1) > 40, "the prompt, in one row"
    assert (5, 1) in rows and all(width == 1 for count, width in rows if count == 5)
    assert len(drafts) == 5 and len(set(drafts)) > 1


def test_stop_gives_no_half_draft(settings: Settings) -> None:
    stop = threading.Event()
    stop.set()
    assert "".join(TransformersEngine(settings).stream(PROMPT, max_new_tokens=20, stop=stop)) == ""


def test_the_number_of_drafts_has_bounds(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="drafts"):
        load_settings(home=tmp_path, drafts=0)


def test_provenance_tells_that_a_text_was_chosen_among_drafts(settings: Settings) -> None:
    engine = TransformersEngine(settings)
    assert tell_writer(engine, "house-1", 5) == {"model": engine.model_hash, "adapter": "house-1", "drafts": "5"}
    assert "drafts" not in tell_writer(engine, "house-1", 1) and tell_writer(engine, "none", 5)["model"] == ""
