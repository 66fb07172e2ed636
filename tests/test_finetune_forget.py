"""What is erased leaves the datasets of rounds, damaged ones too, with what may quote them."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_finetune_dataset import make_lesson

from assistant.settings import Settings
from finetune.dataset import read_dataset, write_dataset
from finetune.forget import adapters_from, forget_texts, learned_documents

LEASE = "Another text about a lease. " * 5


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def write_round(settings: Settings, round_id: str = "r-1") -> Path:
    """Write a round with a lesson of each of two matters, an evaluation, an answer and a candidate."""
    folder = settings.home / "rounds" / round_id / "dataset"
    mine = make_lesson(matter_id="m-1", document_id="d-1")
    other = make_lesson(LEASE, "It is a lease.", pair_id="p2", matter_id="m-2", document_id="d-2")
    write_dataset(folder, [mine, other], [], {"round": round_id})
    for path in (folder.parent / "evaluations" / "base.json", settings.home / "rounds" / "answers" / "a.json"):
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"said": "a dock worker"}')
    (folder.parent / "candidate.json").write_text('{"adapter_id": "house-7", "parent": ""}')
    return folder


def texts_of(settings: Settings) -> str:
    return "".join(p.read_text(errors="replace") for p in (settings.home / "rounds").rglob("*") if p.is_file())


@pytest.mark.parametrize(("matters", "documents"), [(["m-1"], []), ([], ["d-1"])])
def test_a_forgotten_matter_or_filing_leaves_no_text(settings, matters, documents):
    folder = write_round(settings)
    assert adapters_from(settings, "d-1") == ("house-7",) and adapters_from(settings, "d-9") == ()
    assert learned_documents(settings, "r-1") == ("d-1", "d-2")
    assert forget_texts(settings, matters, documents) == 1
    train, _, manifest = read_dataset(folder)
    assert [lesson.pair_id for lesson in train] == ["p2"] and manifest["matters"] == ["m-2"]
    assert [row["pair_id"] for row in manifest["erased"]] == ["p1"] and manifest["round"] == "r-1"
    assert "dock worker" not in texts_of(settings) and "lease" in texts_of(settings)
    assert not (settings.home / "rounds" / "answers").exists()  # remembered answers may quote it
    assert forget_texts(settings, matters, documents) == 0


def test_what_may_quote_goes_before_the_dataset_so_that_a_kill_between_is_found_again(settings, monkeypatch):
    write_round(settings)

    def die(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr("finetune.forget.write_dataset", die)
    with pytest.raises(KeyboardInterrupt):
        forget_texts(settings, ["m-1"])
    monkeypatch.undo()
    assert forget_texts(settings, ["m-1"]) == 1
    assert "dock worker" not in texts_of(settings)


def test_a_checkpoint_saved_after_the_forgetting_goes_at_the_next(settings):
    folder = write_round(settings)
    assert forget_texts(settings, ["m-1"]) == 1
    late, other = folder.parent / "training" / "checkpoint-9", write_round(settings, "r-2").parent / "training"
    late.mkdir(parents=True)
    (late / "weights").write_text("learnt from a dock worker")
    forget_texts(settings, ["m-9"])  # another matter's erasure is none of this round's business
    assert late.is_dir()
    forget_texts(settings, ["m-1"])
    assert not late.exists() and not other.exists()


def cut_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"hash": "ab')


def cut_lessons(folder: Path) -> None:
    whole = (folder / "train.jsonl").read_bytes()
    (folder / "train.jsonl").write_bytes(whole[: len(whole) // 2])


def lose_lessons(folder: Path) -> None:
    (folder / "train.jsonl").rename(folder / ".train.jsonl.draft")


def unlikely_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")


@pytest.mark.parametrize("damage", [cut_manifest, cut_lessons, lose_lessons, unlikely_manifest])
def test_a_damaged_dataset_stops_nothing_and_is_removed_where_it_may_hold_erased_text(settings, damage):
    damage(write_round(settings))
    sound = write_round(settings, "r-2")
    assert forget_texts(settings, ["m-1"]) == 2
    assert "dock worker" not in texts_of(settings)
    assert [lesson.pair_id for lesson in read_dataset(sound)[0]] == ["p2"]


def test_a_damaged_dataset_that_plainly_holds_nothing_erased_stays(settings):
    folder = write_round(settings)
    cut_manifest(folder)
    assert forget_texts(settings, ["m-9"]) == 0 and "dock worker" in texts_of(settings)
    assert forget_texts(settings) == 0
