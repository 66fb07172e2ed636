"""What is erased while a round runs does not come back from the round's memory, also with kill -9 between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from store_samples import add_matter, approve, find_bytes, make_document, make_pages, settings_of
from test_finetune_dataset import make_lesson

from assistant.store import erasure, filings, matters, rounds
from assistant.store.database import open_database
from finetune import rounds as finetune_rounds
from finetune.answers import RememberingEngine
from finetune.dataset import Lesson, read_dataset, write_dataset
from finetune.evaluate import evaluate_lessons
from finetune.forget import SourceErased, forget_texts, hold_texts
from finetune.rounds import RoundRun, run_round

SECRET = "the lighthouse keeper of Gannet Rock"
TEXT = f"COMPLAINT\n\n1. Person 1 is {SECRET}.\n\n2. Person 2 owes Person 1 wages of $4,100 since May 3, 2021."
OPTIONS = {"preset": "quick", "synthetic": 0, "held_out": 2, "examples": 8, "parts": 1, "shots": 0, "rank": 2}
OTHER = make_lesson(pair_id="other", source="synthetic")


class EchoingEngine:
    """Answers with what it was shown, and lets something happen in the middle of the first batch."""

    model_hash = "0" * 64

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.meanwhile = meanwhile

    def batch(self, prompts: Any, *, adapter: str | None = None, max_new_tokens: Any = 120) -> list[str]:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return [f"Parties: {prompt.messages[-1]['content']}" for prompt in prompts]


def open_small_house(home: Path) -> SimpleNamespace:
    settings = settings_of(home)
    return SimpleNamespace(settings=settings, db=open_database(settings), engine=EchoingEngine())


def add_secret(house: SimpleNamespace) -> Lesson:
    """Store a matter with a filing that holds the secret and its approved summary; give it as a lesson."""
    matter_id = add_matter(house.db)
    matters.record_consent(house.db, matter_id, "ann", True, "by letter")
    filing = filings.add_filing(house.db, matter_id, "a.pdf", b"%PDF a", "pat")
    document = make_document(filing.document_id, matter_id, text=TEXT)
    filings.save_revision(house.db, document, make_pages(), {}, [], 1.0)
    filings.set_status(house.db, filing.document_id, "ready")
    approve(house.db, document, f"Parties: Person 1, {SECRET}, sues Person 2.")
    return make_lesson(TEXT, f"Parties: Person 1, {SECRET}.", matter_id=matter_id, document_id=filing.document_id)


def add_round(house: SimpleNamespace, train: list[Lesson], held_out: list[Lesson], name: str = "r-1") -> str:
    """Store a round whose dataset is made, and whose candidate is named."""
    round_id = rounds.create_round(house.db, "max", OPTIONS, round_id=name)
    folder = house.settings.folder("rounds") / round_id
    write_dataset(folder / "dataset", train, held_out, {"round": round_id, "left_out": {}})
    (folder / "candidate.json").write_text('{"adapter_id": "house-1", "parent": ""}')
    return round_id


def erase(house: SimpleNamespace, lesson: Lesson, kind: str) -> None:
    """Do what the actions do: the commit with its tombstone, then the datasets of rounds."""
    if kind == "matter":
        matters.erase_matter(house.db, lesson.matter_id, "alex", "nina")
        forget_texts(house.settings, [lesson.matter_id])
    else:
        filings.delete_filing(house.db, lesson.document.document_id, "alex")
        forget_texts(house.settings, [], [lesson.document.document_id])


def run_only(monkeypatch: pytest.MonkeyPatch, *steps: str) -> None:
    """Let rounds run some of their steps, on the base model alone."""
    bodies = {"dataset": "make_dataset"}
    monkeypatch.setattr(RoundRun, "steps", lambda run: [(n, getattr(run, bodies.get(n, n))) for n in steps])
    monkeypatch.setattr(RoundRun, "systems", lambda run: [("base", "base", 0)])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SimpleNamespace]:
    opened = open_small_house(tmp_path)
    yield opened
    opened.db.close()


def assert_gone(house: SimpleNamespace, round_id: str) -> None:
    found = rounds.get_round(house.db, round_id)
    assert found.status == "failed" and "erased while it ran" in found.error, found
    assert find_bytes(house.settings.home, SECRET.encode()) == []


@pytest.mark.parametrize("kind", ["matter", "filing"])
@pytest.mark.parametrize("side", ["train", "held_out"])
def test_what_is_erased_while_an_answer_is_made_does_not_come_back(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, kind: str, side: str
) -> None:
    secret = add_secret(house)
    add_round(house, [OTHER], [secret], "r-0")  # an earlier round left answers that quote it
    answers = house.settings.home / "rounds" / "answers"
    evaluate_lessons([secret], RememberingEngine(house.engine, answers, {}), house.settings)
    assert find_bytes(answers, SECRET.encode())
    held_out = make_lesson(TEXT.replace(SECRET, "a baker") * 2, pair_id="baker", source="synthetic")
    sides = ([OTHER, secret], [held_out]) if side == "train" else ([OTHER], [held_out, secret])
    round_id = add_round(house, *sides)
    house.engine = EchoingEngine(lambda: erase(house, secret, kind))
    run_only(monkeypatch, "evaluate")
    assert run_round(house, round_id) == "failed"
    assert_gone(house, round_id)


def test_what_is_erased_behind_the_last_answer_is_in_no_evaluation(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = add_secret(house)
    round_id = add_round(house, [OTHER], [secret])

    def evaluate_and_erase(*given: Any, **named: Any) -> Any:
        made = evaluate_lessons(*given, **named)
        assert find_bytes(house.settings.home / "rounds" / "answers", SECRET.encode())
        erase(house, secret, "matter")
        return made

    monkeypatch.setattr(finetune_rounds, "evaluate_lessons", evaluate_and_erase)
    run_only(monkeypatch, "evaluate")
    assert run_round(house, round_id) == "failed"
    assert_gone(house, round_id)


@pytest.mark.parametrize("kind", ["matter", "filing"])
def test_what_is_erased_while_the_dataset_is_gathered_is_not_in_it(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    secret = add_secret(house)
    round_id = rounds.create_round(house.db, "max", OPTIONS)

    def draw_and_erase(count: int, first: int, split: str, *_given: Any) -> list[Lesson]:
        if split == "test":
            erase(house, secret, kind)
        return [make_lesson(TEXT.replace(SECRET, "a baker"), pair_id=f"s-{split}", source="synthetic")]

    monkeypatch.setattr("finetune.harvest.draw_synthetic", draw_and_erase)
    run_only(monkeypatch, "dataset")
    monkeypatch.setattr(RoundRun, "conclude", lambda run: "passed")
    assert run_round(house, round_id) == "passed"  # nothing had been learnt yet: it goes on without
    train, held_out, manifest = read_dataset(house.settings.home / "rounds" / round_id / "dataset")
    assert [x.pair_id for x in (*train, *held_out)] == ["s-train", "s-test"] and manifest["matters"] == []
    assert find_bytes(house.settings.home, SECRET.encode()) == []


def test_weights_that_learned_from_what_was_erased_meanwhile_are_dropped(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = add_secret(house)
    round_id = add_round(house, [secret], [OTHER])

    def train_and_erase(_examples: Any, out: Path, *_given: Any, **_named: Any) -> None:
        erase(house, secret, "matter")
        for folder in (out, out.with_name(f".{out.name}.work") / "checkpoint-1"):
            folder.mkdir(parents=True)
            (folder / "weights").write_bytes(b"weights")

    monkeypatch.setattr(finetune_rounds, "train_in_turn", train_and_erase)
    run_only(monkeypatch, "train", "evaluate")
    assert run_round(house, round_id) == "failed"
    assert_gone(house, round_id)
    assert find_bytes(house.settings.home, b"weights") == []


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_finetune_erasure as t
house = t.open_small_house(Path(sys.argv[1]))
secret = t.read_dataset(house.settings.home / "rounds" / "r-1" / "dataset")[1][0]
die = lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL)
patch = t.pytest.MonkeyPatch()
t.run_only(patch, "evaluate")
def erase():
    if sys.argv[3] == "before the datasets":
        t.matters.erase_matter(house.db, secret.matter_id, "alex", "nina")
        die()
    if sys.argv[3] == "within the datasets":
        patch.setattr("finetune.forget.write_dataset", die)
    t.erase(house, secret, "matter")
    if sys.argv[3] == "after the datasets":
        die()
house.engine = t.EchoingEngine(erase)
if sys.argv[3] == "before the erasure":
    house.engine = t.EchoingEngine()
    patch.setattr("finetune.rounds.write_evaluation", die)
t.run_round(house, "r-1")
"""


@pytest.mark.parametrize(
    "moment", ["before the erasure", "before the datasets", "within the datasets", "after the datasets"]
)
def test_a_kill_at_any_moment_leaves_nothing_after_the_next_start(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    secret = add_secret(house)
    round_id = add_round(house, [OTHER], [secret])
    house.db.close()
    command = [sys.executable, "-c", CHILD, str(house.settings.home), str(Path(__file__).parent), moment]
    assert subprocess.run(command, env=os.environ, check=False).returncode == -signal.SIGKILL
    again = open_small_house(house.settings.home)
    erasure.obey_tombstones(again.db)
    if moment == "before the erasure":
        assert find_bytes(again.settings.home / "rounds" / "answers", SECRET.encode())
        erase(again, secret, "matter")
    forget_texts(again.settings, [s.subject for s in erasure.list_tombstones(again.db)])  # as at the next start
    erasure.sweep_originals(again.db, age_s=0.0)
    run_only(monkeypatch, "evaluate")
    assert run_round(again, round_id) == "failed"  # it goes on with the step that it was in
    assert_gone(again, round_id)


def test_a_real_round_ends_clearly_when_a_matter_is_erased_while_it_evaluates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_finetune_rounds import OPTIONS as REAL
    from test_finetune_rounds import add_consenting_matter, add_correction, open_tiny_house

    house = open_tiny_house(tmp_path)
    matter_id = add_consenting_matter(house)
    for number in range(3):
        add_correction(house, matter_id, number)
    needles = (b"kept by clerk", b"Damages of $4,100 and attorney")
    round_id = rounds.create_round(house.db, "admin", REAL)
    asked = house.engine.batch

    def erase_and_ask(*given: Any, **named: Any) -> list[str]:
        if rounds.get_round(house.db, round_id).step == "evaluate":
            monkeypatch.setattr(house.engine, "batch", asked)
            assert all(find_bytes(house.settings.home, needle) for needle in needles)
            matters.erase_matter(house.db, matter_id, "alex", "nina")
            forget_texts(house.settings, [matter_id])
        return asked(*given, **named)

    monkeypatch.setattr(house.engine, "batch", erase_and_ask)
    assert run_round(house, round_id) == "failed"
    assert "erased while it ran" in rounds.get_round(house.db, round_id).error
    for needle in needles:
        assert find_bytes(house.settings.home, needle) == []
    assert not list((house.settings.home / "rounds" / round_id).glob("*house-1*"))


def test_the_datasets_are_not_taken_apart_while_a_round_writes(house: SimpleNamespace) -> None:
    secret = add_secret(house)
    add_round(house, [secret], [OTHER])
    quote = house.settings.home / "rounds" / "answers" / "a.json"
    clearing = threading.Thread(target=erase, args=(house, secret, "matter"))
    with hold_texts(house.db, [secret]):  # the erasure comes behind the question and before the writing
        clearing.start()
        clearing.join(0.5)
        assert clearing.is_alive() and erasure.list_tombstones(house.db)
        quote.parent.mkdir()
        quote.write_text(SECRET)
    clearing.join(10)
    assert find_bytes(house.settings.home, SECRET.encode()) == []
    with pytest.raises(SourceErased), hold_texts(house.db, [secret]):
        raise AssertionError("nothing may be written by now")
