"""Rounds through the real parts with a tiny model: what they leave behind, cancel, failure, and kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import current_thread, main_thread
from types import SimpleNamespace

import pytest
from store_samples import CLIENT, add_matter, approve, find_bytes, make_document, make_pages
from test_finetune_dataset import COMPLAINT
from tiny_llama import WORDS, write_tiny_model

from assistant import jobs
from assistant.engine import adapters
from assistant.errors import WrongUsage
from assistant.settings import Settings
from assistant.store import audit, filings, matters, registry, rounds
from assistant.store.database import open_database
from assistant.store.vault import open_vault
from finetune.dataset import read_dataset
from finetune.ending import end_round
from finetune.evaluate import Evaluation, evaluate_lessons
from finetune.harvest import RELEASE, build_dataset, list_trainable
from finetune.options import PRESETS, RoundOptions
from finetune.ranker import fit_rankers
from finetune.rounds import RoundRun, register_jobs, run_round

OPTIONS = {"preset": "quick", "synthetic": 3, "held_out": 3, "examples": 8, "parts": 1, "layers": 0, "rank": 2}
OPTIONS |= {"canaries": 2}
OPEN_GATE = {"gate_margin": 0.9, "gate_support_margin": 1.0, "gate_documents": 3}
EDITED = "Parties: Person 1 sues Person 2.\nRelief: Damages of $4,100 and attorney's fees."


def open_tiny_house(root: Path) -> SimpleNamespace:
    """An open data root on the tiny model, as `ui.services` would hand it to a round."""
    from assistant.engine.transformers_engine import TransformersEngine

    base = root / "tiny"
    if not base.exists():
        write_tiny_model(base, [*WORDS, "text", "Person", "1", "2", "Parties", "Relief"], context=8192)
    settings = Settings(home=root / "home", model=str(base), threads=1, dtype="float32", **OPEN_GATE)
    return SimpleNamespace(settings=settings, db=open_database(settings), engine=TransformersEngine(settings))


def add_correction(house: SimpleNamespace, matter_id: str, number: int = 0) -> str:
    """Store a filing and an approved summary of it; give the filing's id."""
    filing = filings.add_filing(house.db, matter_id, f"{number}.pdf", f"%PDF {number}".encode(), "pat")
    topic = ("ledger", "wharf", "crane", "tariff")[number % 4]
    lines = [f"The {topic} of {1900 + number * 10 + k} was kept by clerk {k} at the {topic} house." for k in range(12)]
    text = f"{COMPLAINT}\n\n{' '.join(lines)}"
    document = make_document(filing.document_id, matter_id, text=text)
    filings.save_revision(house.db, document, make_pages(), {}, [], 1.0)
    filings.set_status(house.db, filing.document_id, "ready")
    approve(house.db, document, EDITED)
    return filing.document_id


def add_consenting_matter(house: SimpleNamespace) -> str:
    matter_id = add_matter(house.db)
    matters.record_consent(house.db, matter_id, "ann", True, "by letter")
    return matter_id


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> SimpleNamespace:
    """A house in which one round has run to its end, without the job queue."""
    house = open_tiny_house(tmp_path_factory.mktemp("house"))
    matter_id = add_consenting_matter(house)
    for number in range(3):
        add_correction(house, matter_id, number)
    add_correction(house, add_matter(house.db, "No consent"), 9)
    house.matter_id = matter_id
    house.round_id = rounds.create_round(house.db, "admin", OPTIONS)
    open_vault(house.db, matter_id).assign("PERSON", CLIENT)
    house.fitted_on, house.asked = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finetune.ranker.LEAST_PAIRS", 2)  # documents that are enough here
        patch.setattr("assistant.evidence.learned_ranker.LEAST_PAIRS", 2)
        patch.setattr(
            "finetune.rounds.fit_rankers",
            lambda *given, stop: house.fitted_on.append((*given, stop, current_thread())) or fit_rankers(*given),
        )
        patch.setattr("finetune.rounds.evaluate_lessons", lambda *given, **named: note_ranker(house, given, named))
        house.status = run_round(house, house.round_id)
    return house


def note_ranker(house: SimpleNamespace, given: tuple, named: dict) -> Evaluation:
    """Evaluate, and note for which adapter and with the rankers of which document types."""
    house.asked.append((named["adapter"], tuple(named["rankers"].by_type)))
    return evaluate_lessons(*given, **named)


def test_round_ends_with_one_candidate_and_says_why(finished):
    found = rounds.get_round(finished.db, finished.round_id)
    assert finished.status == found.status == "passed", found.gate
    assert [a.adapter_id for a in adapters.list_adapters(finished.db)] == [found.candidate] == ["house-1"]
    adapter = adapters.get_adapter(finished.db, "house-1")
    assert adapter.status == "candidate" and adapter.matters == (finished.matter_id,)
    assert adapter.scores["rouge1"] == found.results["candidate"]["rouge1"]
    assert found.gate["passed"] and len(found.gate["reasons"]) == 7
    assert found.finished_at


def test_all_systems_are_scored_on_the_same_documents(finished):
    found = rounds.get_round(finished.db, finished.round_id)
    assert set(found.results) == {"base", "base few-shot", "candidate"}  # no adapter served before
    assert {score["n"] for score in found.results.values()} == {3}
    assert found.results["base few-shot"]["shots"] == 1
    assert found.results["candidate"]["hash"] != found.results["base"]["hash"]
    bill = found.results["candidate"]["bill"]
    assert bill["tokens"] > 0 and bill["flops"] > 0 and bill["train_seconds"] > 0 and bill["test_seconds"] > 0
    assert bill["price"] is None  # none is set


def test_dataset_names_its_sources_and_what_was_left_out(finished):
    train, held_out, manifest = read_dataset(finished.settings.home / "rounds" / finished.round_id / "dataset")
    counts = rounds.get_round(finished.db, finished.round_id).dataset
    assert counts["corrections"] == 3 and counts["left_out"]["no_consent"] == 1
    assert counts["train"] == len(train) and counts["held_out"] == len(held_out) == 3
    assert manifest["matters"] == [finished.matter_id]
    assert not {x.document_hash for x in train} & {x.document_hash for x in held_out}
    assert {x.source for x in held_out} <= {"correction", "synthetic"}
    assert all("-test-" in x.pair_id for x in held_out if x.source == "synthetic")
    assert all("-train-" in x.pair_id for x in train if x.source == "synthetic")


def test_manifest_of_the_adapter_leads_back_to_the_round(finished):
    manifest = adapters.verify_folder(adapters.get_adapter(finished.db, "house-1").folder)
    found = rounds.get_round(finished.db, finished.round_id)
    assert manifest.facts["round"] == finished.round_id
    assert manifest.facts["dataset_hash"] == found.dataset["hash"]
    assert manifest.facts["matters"] == [finished.matter_id]


def test_canaries_are_planted_named_and_measured(finished):
    manifest = adapters.verify_folder(adapters.get_adapter(finished.db, "house-1").folder)
    gate = rounds.get_round(finished.db, finished.round_id).gate
    assert manifest.facts["canaries"] == gate["figures"]["memory"]["canaries"] == 2
    assert gate["figures"]["memory"]["trained"] + gate["figures"]["memory"]["held_out"] == 3  # the firm's own alone
    assert any("2 planted secrets" in reason for reason in gate["reasons"])
    train = read_dataset(finished.settings.home / "rounds" / finished.round_id / "dataset")[0]
    assert "locker" not in " ".join(lesson.document.text + lesson.summary for lesson in train)


def test_a_ranker_is_fitted_on_what_trains_alone_and_lies_in_the_folder_hashed(finished):
    manifest = adapters.verify_folder(adapters.get_adapter(finished.db, "house-1").folder)
    train, held_out, _ = read_dataset(finished.settings.home / "rounds" / finished.round_id / "dataset")
    (lessons, _, originals, stop, thread), *_ = finished.fitted_on
    assert stop() is False and thread is not main_thread()  # nobody has cancelled; and requests go first
    assert [x.pair_id for x in lessons] == [x.pair_id for x in train] and CLIENT in originals
    assert not {x.document_hash for x in lessons} & {x.document_hash for x in held_out}
    approved = sum(x.source == "correction" for x in train)
    assert manifest.facts["ranker"] == {"complaint": {"documents": approved, "matters": 1, "fitted": 1}}
    assert "ranker.json" in manifest.facts["files"]
    ranker = adapters.find_rankers(finished.db, "house-1").find("complaint")
    assert ranker.pairs == approved and ranker.marks == () == ranker.expected.common  # one matter gives no word


def test_the_test_compares_each_adapters_rankers_with_its_weights_and_alone(finished):
    learned = ("complaint",)
    assert finished.asked == [("base", ()), ("base", ()), ("house-1", learned), ("none", learned), ("none", ())]
    says = rounds.get_round(finished.db, finished.round_id).gate["reasons"]
    assert any(s.startswith("A ranker helps to choose passages, learned for: complaint (") for s in says), says


def test_a_round_that_an_earlier_version_evaluated_is_judged_all_the_same(finished):
    folder = finished.settings.home / "rounds" / finished.round_id
    before = json.loads((folder / "gate.json").read_text())
    for path in (folder / "gate.json", *(folder / "evaluations").glob("choices-*.json")):
        path.unlink()
    assert RoundRun(finished, finished.round_id).judge() == "passed"
    assert json.loads((folder / "gate.json").read_text()) == before


def test_a_rival_that_learned_from_what_was_erased_is_compared_as_it_serves(finished, monkeypatch):
    run = RoundRun(finished, finished.round_id)
    assert list(run.rankers_of("house-1").by_type) == ["complaint"]
    monkeypatch.setattr(adapters, "_find_due", lambda db: {"house-1"})
    assert run.rankers_of("house-1").by_type == {} == run.rankers_of("base").by_type


def test_nothing_a_round_writes_holds_the_clients_name(finished):
    assert find_bytes(finished.settings.home / "rounds", CLIENT.encode()) == []
    assert find_bytes(finished.settings.home / "adapters", CLIENT.encode()) == []


def test_a_second_round_goes_on_from_the_promoted_adapter_and_compares_with_it(finished):
    adapters.promote(finished.db, "house-1", "admin")
    round_id = rounds.create_round(finished.db, "admin", OPTIONS)
    assert run_round(finished, round_id) in ("passed", "refused")
    found = rounds.get_round(finished.db, round_id)
    assert set(found.results) == {"base", "base few-shot", "active", "candidate"}
    assert found.results["active"]["adapter"] == "house-1" and found.gate["rival"] == "house-1"
    # the base model was not asked again: its answers to the same documents were kept
    first = rounds.get_round(finished.db, finished.round_id).results["base"]
    assert found.results["base"]["rouge1"] == first["rouge1"]
    assert list((finished.settings.home / "rounds" / "answers").glob("*-base.json"))


def test_running_a_finished_round_again_changes_nothing(finished):
    before = [(a.adapter_id, a.hash) for a in adapters.list_adapters(finished.db)]
    assert run_round(finished, finished.round_id) == "passed"
    assert [(a.adapter_id, a.hash) for a in adapters.list_adapters(finished.db)] == before


def test_a_burst_is_kept_out_of_the_dataset_counted_and_released_by_the_log(tmp_path):
    settings = Settings(home=tmp_path / "home", burst_corrections=2)
    house = SimpleNamespace(settings=settings, db=open_database(settings))
    matter_id = add_consenting_matter(house)
    for number in range(3):
        add_correction(house, matter_id, number)
    options = RoundOptions.from_given(OPTIONS)
    counts = build_dataset(house.db, settings, options, "r-1", tmp_path / "one", lambda *a: None)
    assert counts["corrections"] == 0 and counts["left_out"]["burst"] == 3
    seen = list_trainable(house.db, settings)[1][-1].created_at
    add_correction(house, matter_id, 3)  # after the admin looked
    audit.record(house.db, "ada", RELEASE, "pat", {"until": seen, "corrections": 3})
    ready, waiting = list_trainable(house.db, settings)
    assert len(ready) == 4 and waiting == []  # one more, alone, is no burst
    counts = build_dataset(house.db, settings, options, "r-2", tmp_path / "two", lambda *a: None)
    assert counts["corrections"] == 4 and "burst" not in counts["left_out"]


def test_round_without_anything_to_learn_fails_with_the_reason(tmp_path):
    house = open_tiny_house(tmp_path)
    round_id = rounds.create_round(house.db, "admin", OPTIONS | {"synthetic": 0})
    assert run_round(house, round_id) == "failed"
    assert "nothing to learn from" in rounds.get_round(house.db, round_id).error


def test_round_with_an_option_of_another_version_fails_and_does_not_hang(tmp_path):
    house = open_tiny_house(tmp_path)
    round_id = rounds.create_round(house.db, "admin", {"temperature": 1})
    assert run_round(house, round_id) == "failed"
    assert "no option 'temperature'" in rounds.get_round(house.db, round_id).error


def test_ended_round_stays_as_it_ended(tmp_path):
    house = open_tiny_house(tmp_path)
    round_id = rounds.create_round(house.db, "admin", OPTIONS)
    rounds.update_round(house.db, round_id, status="cancelled")
    assert run_round(house, round_id) == "cancelled"
    assert end_round(house.db, round_id, "failed", "late") == "cancelled"
    assert rounds.get_round(house.db, round_id).error == ""


def test_unexpected_error_is_stored_without_its_text(tmp_path, monkeypatch):
    house = open_tiny_house(tmp_path)
    round_id = rounds.create_round(house.db, "admin", OPTIONS)
    monkeypatch.setattr("finetune.rounds.build_dataset", lambda *a: {"x": 1}[CLIENT])
    with pytest.raises(KeyError):
        run_round(house, round_id)
    found = rounds.get_round(house.db, round_id)
    assert found.status == "failed" and found.error == "KeyError in step dataset."


def test_refused_candidate_is_not_registered(tmp_path, monkeypatch):
    house = open_tiny_house(tmp_path)
    monkeypatch.setattr("finetune.rounds.find_leaks", lambda *a: [("p1", "vault")])
    round_id = rounds.create_round(house.db, "admin", OPTIONS)
    assert run_round(house, round_id) == "refused"
    found = rounds.get_round(house.db, round_id)
    assert found.candidate == "" and adapters.list_adapters(house.db) == ()
    assert any("1 identifiers" in reason for reason in found.gate["reasons"])


def test_a_candidate_of_too_few_documents_is_registered_and_not_let_pass(tmp_path):
    house = open_tiny_house(tmp_path)
    house.settings = house.settings.model_copy(update={"gate_documents": 20})
    round_id = rounds.create_round(house.db, "admin", OPTIONS)
    assert run_round(house, round_id) == "unproven"
    found = rounds.get_round(house.db, round_id)
    assert found.candidate == "house-1" and not found.gate["passed"]
    assert "3 documents, too few to say" in found.gate["reasons"][0]
    assert registry.get_adapter(house.db, "house-1").status == "candidate"
    assert "by the gate unproven" in registry.get_adapter(house.db, "house-1").note


def test_round_cancelled_while_it_registers_stays_cancelled_and_offers_nothing(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path)
    house = SimpleNamespace(settings=settings, db=open_database(settings), engine=None)
    round_id = rounds.create_round(house.db, "admin", OPTIONS)

    def register_and_be_cancelled():
        folder = house.settings.home / "rounds" / round_id
        (folder / "gate.json").write_text('{"passed": true}')
        (folder / "candidate.json").write_text('{"adapter_id": "house-1", "parent": ""}')
        registry.insert_adapter(house.db, "house-1", folder="adapters/house-1", hash="abc")
        assert rounds.settle_round(house.db, round_id, "cancelled")
        return "house-1"

    monkeypatch.setattr("finetune.rounds.RoundRun.steps", lambda run: [("register", register_and_be_cancelled)])
    assert run_round(house, round_id) == rounds.get_round(house.db, round_id).status == "cancelled"
    assert registry.get_adapter(house.db, "house-1").status == "retired"
    assert not rounds.settle_round(house.db, round_id, "passed")
    with pytest.raises(WrongUsage):
        rounds.settle_round(house.db, round_id, "running")


def test_cancelled_round_stops_and_leaves_no_adapter(tmp_path):
    house = open_tiny_house(tmp_path)
    register_jobs(house)
    jobs.launch(house.settings)
    try:
        round_id = rounds.create_round(house.db, "admin", OPTIONS | {"epochs": 60, "synthetic": 4})
        job_id = jobs.enqueue("rounds", "round", round_id, workflow_id=f"round-{round_id}")
        wait_until(lambda: rounds.get_round(house.db, round_id).progress.get("label") == "training")
        jobs.cancel(job_id)
        rounds.update_round(house.db, round_id, status="cancelled")
        time.sleep(0.1)
        wait_until(lambda: jobs.job(job_id).ended)
        wait_until(lambda: not list((house.settings.home / "rounds" / round_id).glob(".*.draft")))
        assert rounds.get_round(house.db, round_id).status == "cancelled"
        assert adapters.list_adapters(house.db) == ()
    finally:
        jobs.shutdown()


def wait_until(holds, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_finetune_rounds import OPTIONS, open_tiny_house, wait_until
from assistant import jobs
from assistant.store import rounds
from finetune.rounds import register_jobs
house = open_tiny_house(Path(sys.argv[1]))
register_jobs(house)
jobs.launch(house.settings)
if not rounds.list_rounds(house.db):
    rounds.create_round(house.db, "admin", OPTIONS | {"epochs": 3}, round_id="r-1")
    jobs.enqueue("rounds", "round", "r-1", workflow_id="round-r-1")
wait_until(lambda: rounds.get_round(house.db, "r-1").status != "running", 300)
jobs.wait("round-r-1", 60)
print(rounds.get_round(house.db, "r-1").status, flush=True)
jobs.shutdown()
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["train", "evaluate"])
def test_killed_round_goes_on_and_ends_with_exactly_one_adapter(tmp_path, step):
    house = open_tiny_house(tmp_path)
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(Path(__file__).parent)]

    def is_in_step() -> bool:
        found = rounds.list_rounds(house.db)
        return bool(found) and found[0].step == step and found[0].progress.get("done", 0) >= 1

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        wait_until(is_in_step, 240)
        os.kill(child.pid, signal.SIGKILL)
    dataset = (house.settings.home / "rounds" / "r-1" / "dataset" / "manifest.json").read_text()
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=True)
    assert done.stdout.split() == ["passed"]
    made = [a.adapter_id for a in adapters.list_adapters(house.db)]
    assert len(made) == 1 and made[0] in (
        "house-1",
        "house-2",
    )  # a number taken just before the kill is not given again
    folders = [p.name for p in (house.settings.home / "adapters").iterdir()]
    assert folders == made
    adapters.verify_folder(house.settings.home / "adapters" / made[0])
    assert (house.settings.home / "rounds" / "r-1" / "dataset" / "manifest.json").read_text() == dataset


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"preset": "huge"}, "preset"),
        ({"epoch": 3}, "no option 'epoch'"),
        ({"epochs": "many"}, "epochs is 'many'"),
        ({"warm_start": "perhaps"}, "warm_start"),
        ({"held_out": 0}, "held_out"),
        ({"method": "full"}, "full"),
        ({"rank": 0}, "--rank"),
    ],
)
def test_wrong_options_are_refused(given, words):
    with pytest.raises(WrongUsage, match=words):
        RoundOptions.from_given(given)


def test_options_come_as_text_from_the_command_line_and_over_the_preset():
    made = RoundOptions.from_given({"preset": "quick", "epochs": "3", "warm_start": "false", "learning_rate": "0.002"})
    assert (made.epochs, made.warm_start, made.learning_rate) == (3, False, 0.002)
    assert made.held_out == PRESETS["quick"]["held_out"]


def test_the_firms_examples_come_first_and_weigh_more():
    example = SimpleNamespace
    examples = [example(pair_id=f"s{n}") for n in range(10)] + [example(pair_id="c1"), example(pair_id="c2")]
    authors = {"c1": "ann", "c2": "ann"}
    chosen = RoundOptions(examples=5, weight=2).weigh_examples(examples, authors)
    assert [e.pair_id for e in chosen] == ["c1", "c2", "c1", "c2", "s0", "s3", "s6"]
    everything = RoundOptions(examples=0, weight=1).weigh_examples(examples, authors)
    assert len(everything) == 12
    assert json.dumps([e.pair_id for e in everything])
