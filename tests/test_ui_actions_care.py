"""Nobody comes in by the back door: members, broken glass, names of matters, names under review, keys, rounds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from store_samples import CLIENT, add_matter, add_read_filing, approve, find_bytes, settings_of

from assistant.engine import adapters
from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput
from assistant.store import audit, filings, matters, people, registry, rounds
from assistant.store.people import User
from finetune.ending import withdraw_candidate
from finetune.rounds import run_round
from ui.actions import filings as filing_actions
from ui.actions import learning, names, orders
from ui.actions import people as people_actions
from ui.services import House, open_house

PASSWORD = "correct horse battery"


class Shelf:
    """An index that holds nothing."""

    def indexed(self, matter_id: str) -> dict[str, int]:
        return {}

    def remove_matter(self, matter_id: str) -> None:
        """Nothing to remove."""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    opened = open_house(settings_of(tmp_path))
    opened.__dict__["index"] = Shelf()
    opened.__dict__["ready_adapters"] = lambda: None
    for name, role in (
        ("alex", "attorney"), ("nina", "attorney"), ("ada", "admin"), ("max", "admin"), ("paula", "paralegal"),
    ):  # fmt: skip
        people.add_user(opened.db, name, role, PASSWORD)
    yield opened
    opened.close()


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def actions_of(house: House) -> list[str]:
    return [e["action"] for e in audit.export(house.db)]


def test_an_admin_adds_nobody_to_a_matter_that_has_an_attorney(house: House) -> None:
    matter_id = str(people_actions.create_matter(house, user(house, "alex"), "Doe v. Roe")["matter_id"])
    people_actions.add_user(house, user(house, "ada"), "sock", "attorney", PASSWORD)
    for name in ("sock", "nina", "ada"):
        with pytest.raises(NotAllowed, match="has an attorney"):
            people_actions.add_member(house, user(house, "ada"), matter_id, name, "I want to")
    with pytest.raises(NotAllowed):  # an attorney of another matter
        people_actions.add_member(house, user(house, "nina"), matter_id, "nina", "I want to")
    people_actions.add_member(house, user(house, "alex"), matter_id, "paula")
    with pytest.raises(NotAllowed):
        people_actions.add_member(house, user(house, "paula"), matter_id, "nina")
    assert {m.user.name for m in people.members_of(house.db, matter_id)} == {"alex", "paula"}
    assert people_actions.list_notices(house, user(house, "paula"), matter_id) == []


def test_the_glass_of_a_matter_without_an_attorney_is_broken_with_a_reason_that_its_people_see(house: House) -> None:
    ada = user(house, "ada")
    matter_id = str(people_actions.create_matter(house, ada, "Doe v. Roe")["matter_id"])
    people_actions.add_user(house, ada, "sock", "attorney", PASSWORD)
    for name, reason, error in (
        ("nina", " ", RefusedInput),  # no reason
        ("paula", "she asked", RefusedInput),  # no attorney
        ("ada", "myself", RefusedInput),
        ("sock", "a new colleague", NotAllowed),  # an account that this admin made, whose password she knows
    ):
        with pytest.raises(error):
            people_actions.add_member(house, ada, matter_id, name, reason)
    people_actions.add_member(house, ada, matter_id, "nina", f"{CLIENT} came to us")
    (notice,) = people_actions.list_notices(house, user(house, "nina"), matter_id)
    assert (notice["kind"], notice["actor"], notice["subject"]) == ("member.break_glass", "ada", "nina")
    assert notice["reason"] == f"{CLIENT} came to us" and "member.break_glass" in actions_of(house)
    with pytest.raises(NotAllowed, match="has an attorney"):
        people_actions.add_member(house, ada, matter_id, "alex", "one more")
    with pytest.raises(NotAllowed):
        people_actions.list_notices(house, ada, matter_id)
    house.db.compact()
    assert find_bytes(house.settings.home, CLIENT.encode()) == []  # the reason is sealed
    people.disable_user(house.db, "nina")  # a matter whose attorneys are all gone can be rescued
    people_actions.add_member(house, user(house, "max"), matter_id, "alex", "nina left the firm")


def test_a_name_tells_nobody_whether_the_firm_has_such_a_matter(house: House) -> None:
    alex, nina, ada = (user(house, n) for n in ("alex", "nina", "ada"))
    first = people_actions.create_matter(house, alex, "Doe v. Roe")["matter_id"]
    with pytest.raises(Conflict):
        people_actions.create_matter(house, alex, " doe V. ROE")
    said = []
    for name in ("Doe v. Roe", "Poe v. Moe"):
        with pytest.raises(NotFound) as missing:
            people_actions.find_matter(house, nina, name)
        with pytest.raises(NotFound) as hidden:
            people_actions.find_matter(house, ada, name, "matter.erase")
        said.append((str(missing.value), str(hidden.value)))
    assert said[0] == said[1]
    second = people_actions.create_matter(house, nina, "Doe v. Roe")["matter_id"]
    third = people_actions.create_matter(house, ada, "Doe v. Roe")["matter_id"]
    assert len({first, second, third}) == 3
    assert people_actions.find_matter(house, alex, "Doe v. Roe").matter_id == first
    assert people_actions.find_matter(house, nina, "DOE v. roe").matter_id == second
    with pytest.raises(Conflict):  # her own second one is told of
        people_actions.create_matter(house, nina, "Doe v. Roe")
    assert people_actions.find_matter(house, ada, first, "matter.erase").matter_id == first  # by id she may


def test_a_legal_hold_is_an_attorneys_and_forbids_deletion(house: House) -> None:
    alex = user(house, "alex")
    matter_id = str(people_actions.create_matter(house, alex, "Doe v. Roe")["matter_id"])
    document_id = add_read_filing(house.db, matter_id).document_id
    with pytest.raises(NotAllowed):
        orders.set_legal_hold(house, user(house, "ada"), matter_id, True)
    assert orders.set_legal_hold(house, alex, matter_id, True)["legal_hold"]
    with pytest.raises(NotAllowed, match="legal hold"):
        filing_actions.delete_filing(house, alex, document_id)
    assert not orders.set_legal_hold(house, alex, matter_id, False)["legal_hold"]
    assert actions_of(house).count("hold.set") == 2


def test_a_protective_order_is_an_attorneys_bars_training_and_its_people_see_why(house: House) -> None:
    alex = user(house, "alex")
    matter_id = str(people_actions.create_matter(house, alex, "Doe v. Roe")["matter_id"])
    people_actions.add_member(house, alex, matter_id, "paula")
    matters.record_consent(house.db, matter_id, "alex", True, "letter")
    for name in ("paula", "nina", "ada"):
        with pytest.raises(NotAllowed):
            orders.set_protective_order(house, user(house, name), matter_id, True, "I say so")
    matters.check_training(house.db, [matter_id])  # the refusals changed nothing
    set_ = orders.set_protective_order(house, alex, matter_id, True, f"ECF 41, {CLIENT}")
    assert set_["protective_order"] and set_["consent"]
    with pytest.raises(NotAllowed):
        matters.check_training(house.db, [matter_id])
    assert not orders.set_protective_order(house, alex, matter_id, False, "ECF 60")["protective_order"]
    matters.check_training(house.db, [matter_id])
    orders.set_legal_hold(house, alex, matter_id, True, "preservation letter")
    told = people_actions.list_notices(house, user(house, "paula"), matter_id)
    assert [(n["kind"], n["reason"]) for n in told] == [
        ("hold.set", "preservation letter"), ("order.lift", "ECF 60"), ("order.set", f"ECF 41, {CLIENT}"),
    ]  # fmt: skip
    assert [e["detail"] for e in audit.export(house.db) if e["action"] == "order.set"] == [
        {"holds": True}, {"holds": False},
    ]  # fmt: skip
    house.db.compact()
    assert find_bytes(house.settings.home, CLIENT.encode()) == []  # the reason is sealed


def test_an_admin_rotates_the_master_key_and_the_house_goes_on(house: House) -> None:
    matter_id = str(people_actions.create_matter(house, user(house, "alex"), "Doe v. Roe")["matter_id"])
    with pytest.raises(NotAllowed):
        people_actions.rotate_keys(house, user(house, "alex"))
    done = people_actions.rotate_keys(house, user(house, "ada"))
    assert done["matters"] == 1 and Path(done["old_key"]).is_file()
    assert people_actions.list_matters(house, user(house, "alex"))[0]["name"] == "Doe v. Roe"
    again = open_house(house.settings)
    assert matters.find_matter(again.db, matter_id).name == "Doe v. Roe"
    again.close()


def test_names_are_reviewed_by_people_of_the_matter_and_given_back_everywhere_by_an_attorney(house: House) -> None:
    from ingest.pipeline import ingest_filing

    alex, paula = user(house, "alex"), user(house, "paula")
    matter_id = str(people_actions.create_matter(house, alex, "Doe v. Roe")["matter_id"])
    people_actions.add_member(house, alex, matter_id, "paula")
    text = "COMPLAINT\n\n1. Plaintiff Marlene Brisk is a crane operator.\n\n2. Ms. Brisk was not paid.\n"
    key = filings.add_filing(house.db, matter_id, "a.txt", text.encode(), "paula").document_id
    house.__dict__["index"] = SimpleNamespace(add=lambda *_: None, indexed=lambda _: {}, remove_matter=lambda _: None)
    ingest_filing(house.db, house.index, house.settings, key)
    shown = names.list_detections(house, paula, key, 1)
    found = [d for d in shown["detections"] if d["type"] == "PERSON"]
    assert [d["text"] for d in found] == ["Marlene Brisk", "Brisk"] and found[0]["confidence"] > 0
    assert found[0]["decision"] == "" and shown["rejected"] == [] and shown["revision"] == 1
    with pytest.raises(NotAllowed):
        names.list_detections(house, user(house, "nina"), key, 1)
    place = (found[1]["start"], found[1]["end"])
    with pytest.raises(NotAllowed):
        names.reject_detection(house, paula, key, 1, *place, everywhere=True)
    assert names.accept_detection(house, paula, key, 1, found[0]["start"], found[0]["end"])["accepted"] == 1
    assert names.reject_detection(house, paula, key, 1, *place)["revised"] == [key]
    shown = names.list_detections(house, paula, key, 1)
    assert shown["revision"] == 2 and [d["decision"] for d in shown["detections"] if d["type"] == "PERSON"] == [
        "accepted"
    ]
    assert [(r["text"], r["by"]) for r in shown["rejected"]] == [("Brisk", "paula")]
    added = names.add_detection(house, paula, key, 1, *place, "PERSON")
    shown = names.list_detections(house, paula, key, 1)
    assert shown["revision"] == 3 and shown["rejected"] == [] and shown["detections"][-1]["decision"] == "added"
    assert added["pseudonym"] == found[0]["pseudonym"]  # the same person as before
    entries = [e for e in audit.export(house.db) if e["action"].startswith("names.")]
    assert {e["action"] for e in entries} == {"names.read", "names.accept", "names.reject", "names.add"}
    assert "Brisk" not in json.dumps(entries)


@pytest.fixture
def offered(house: House) -> str:
    """A round that was cancelled after its candidate had been registered."""
    round_id = rounds.create_round(house.db, "ada", {})
    folder = house.settings.home / "rounds" / round_id
    folder.mkdir(parents=True)
    (folder / "candidate.json").write_text('{"adapter_id": "house-1", "parent": ""}')
    registry.insert_adapter(house.db, "house-1", folder="house-1", hash="abc")
    return round_id


def bear(house: House) -> Any:
    return SimpleNamespace(settings=house.settings, db=house.db, engine=None)


def test_a_cancelled_round_withdraws_its_candidate_however_it_ends(
    house: House, offered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.errors import CasebriefError
    from finetune.rounds import RoundCancelled
    from finetune.train import TrainingStopped

    def ends_by(error: Exception) -> Any:
        def step() -> str:
            rounds.settle_round(house.db, offered, "cancelled")
            raise error

        return lambda _run: [("register", step)]

    for error in (RoundCancelled("x"), TrainingStopped("x"), CasebriefError("x")):
        registry.set_status(house.db, "house-1", "candidate")
        rounds.update_round(house.db, offered, status="running", candidate="house-1")
        monkeypatch.setattr("finetune.rounds.RoundRun.steps", ends_by(error))
        assert run_round(bear(house), offered) == "cancelled"
        assert registry.get_adapter(house.db, "house-1").status == "retired", error
        assert rounds.get_round(house.db, offered).candidate == ""
    # cancelled before its job began again after a crash: no step runs at all
    registry.set_status(house.db, "house-1", "candidate")
    monkeypatch.setattr("finetune.rounds.RoundRun.steps", lambda _run: [("dataset", lambda: "")])
    assert run_round(bear(house), offered) == "cancelled"
    assert registry.get_adapter(house.db, "house-1").status == "retired"
    entries = [e for e in audit.export(house.db) if e["action"] == "adapter.withdraw"]
    assert len(entries) == 4
    assert entries[0]["subject"] == "house-1" and entries[0]["detail"] == {"round": offered, "status": "cancelled"}


def test_cancelling_a_round_whose_process_died_withdraws_its_candidate(house: House, offered: str) -> None:
    assert learning.cancel_round(house, user(house, "ada"), offered)["status"] == "cancelled"
    assert registry.get_adapter(house.db, "house-1").status == "retired"
    assert withdraw_candidate(house.db, house.settings, offered) == ""  # once


def test_a_promoted_adapter_is_not_withdrawn(house: House, offered: str) -> None:
    registry.set_status(house.db, "house-1", "active", "ada")
    assert withdraw_candidate(house.db, house.settings, offered) == ""
    assert registry.get_adapter(house.db, "house-1").status == "active"


def test_a_rollback_asks_again_whether_the_matters_still_consent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    matter_id = add_matter(house.db)
    matters.record_consent(house.db, matter_id, "alex", True, "letter")
    for key, learned in (("house-1", [matter_id]), ("house-2", [])):
        registry.insert_adapter(house.db, key, folder=key, hash=key, matters=learned)
        registry.set_status(house.db, key, "active", "ada")
    matters.record_consent(house.db, matter_id, "alex", False, "withdrawn")
    with pytest.raises(NotAllowed, match=matter_id):
        learning.rollback(house, user(house, "ada"))
    assert registry.active_adapter(house.db).adapter_id == "house-2"  # type: ignore[union-attr]
    matters.record_consent(house.db, matter_id, "alex", True, "again")
    monkeypatch.setattr(adapters, "promote", lambda db, key, actor: _set_active(db, key, actor))
    assert learning.rollback(house, user(house, "ada"))["adapter_id"] == "house-1"


def _set_active(db: Any, key: str, actor: str) -> Any:
    registry.set_status(db, key, "active", actor)
    return adapters.get_adapter(db, key)


def test_an_adapter_that_learned_from_a_sequestered_filing_is_not_promoted(house: House) -> None:
    from test_finetune_dataset import make_lesson

    from finetune.dataset import write_dataset

    matter_id = add_matter(house.db)
    matters.record_consent(house.db, matter_id, "alex", True, "letter")
    document_id = add_read_filing(house.db, matter_id).document_id
    round_id = rounds.create_round(house.db, "ada", {})
    rounds.update_round(house.db, round_id, candidate="house-1")
    lesson = make_lesson(matter_id=matter_id, document_id=document_id)
    write_dataset(house.settings.home / "rounds" / round_id / "dataset", [lesson], [], {})
    registry.insert_adapter(house.db, "house-1", folder="house-1", hash="abc", matters=[matter_id])
    filings.set_sequestered(house.db, document_id, True)
    with pytest.raises(NotAllowed, match=document_id):
        learning.promote(house, user(house, "ada"), "house-1")
    filings.set_sequestered(house.db, document_id, False)
    with pytest.raises(NotFound):  # now only its files are missing
        learning.promote(house, user(house, "ada"), "house-1")


def test_what_the_gate_left_unproven_is_promoted_only_with_a_reason_that_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = user(house, "ada")
    registry.insert_adapter(house.db, "house-1", folder="house-1", hash="abc", scores={"n": 3})
    round_id = rounds.create_round(house.db, "ada", {})
    gate = {"passed": False, "outcome": "unproven", "rival": "base", "reasons": ["Too few."]}
    rounds.update_round(house.db, round_id, candidate="house-1", status="unproven", gate=gate)
    monkeypatch.setattr(adapters, "promote", lambda db, key, actor: _set_active(db, key, actor))
    for nothing in ("", "  ", "x" * 501):
        with pytest.raises(RefusedInput, match="could not say that house-1 is as good as base"):
            learning.promote(house, ada, "house-1", nothing)
    assert registry.get_adapter(house.db, "house-1").status == "candidate"
    assert learning.promote(house, ada, "house-1", " For the demo only. ")["status"] == "active"
    found = rounds.get_round(house.db, round_id)
    assert found.status == "promoted" and found.gate["reasons"] == ["Too few."]
    assert [(o["by"], o["reason"]) for o in found.gate["overrides"]] == [("ada", "For the demo only.")]
    adapter = registry.get_adapter(house.db, "house-1")
    assert adapter.note.endswith("promoted by ada all the same: For the demo only.") and adapter.scores == {"n": 3}
    (entry,) = [e for e in audit.export(house.db) if e["action"] == "adapter.promote"]
    assert entry["detail"] == {"override": 1, "round": round_id}  # the log holds no words
    registry.set_status(house.db, "house-1", "candidate")  # rolled back: a second promotion is a second decision
    with pytest.raises(RefusedInput, match="could not say"):
        learning.promote(house, ada, "house-1")


def test_a_burst_is_counted_and_released_by_an_admin_for_what_was_seen(house: House) -> None:
    house.settings = house.settings.model_copy(update={"burst_corrections": 2})
    ada, matter_id = user(house, "ada"), add_matter(house.db)
    matters.record_consent(house.db, matter_id, "alex", True, "letter")
    for number in range(3):
        approve(house.db, add_read_filing(house.db, matter_id, b"%d" % number))
    shown = learning.preview_round(house, ada)
    assert shown["corrections"] == 0 and shown["left_out"] == {"burst": 3} and "burst" in shown["why"]["burst"]
    (row,) = shown["waiting"]
    assert (row["author"], row["corrections"]) == ("pat", 3)
    with pytest.raises(NotFound):
        learning.release_burst(house, ada, "alex")
    with pytest.raises(NotFound):
        learning.release_burst(house, ada, "pat", "2020-01-01")
    after = learning.release_burst(house, ada, "pat", row["until"])
    assert after["corrections"] == 3 and after["waiting"] == [] and after["authors"] == 1
    (entry,) = [e for e in audit.export(house.db) if e["action"] == "round.release"]
    assert (entry["actor"], entry["subject"], entry["detail"]["corrections"]) == ("ada", "pat", 3)


def test_a_round_neither_starts_from_nor_hides_what_its_parent_learned(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finetune.options import RoundOptions
    from finetune.rounds import RoundRun

    matter_id = add_matter(house.db)
    matters.record_consent(house.db, matter_id, "alex", True, "letter")
    registry.insert_adapter(house.db, "house-1", folder="house-1", hash="abc", matters=[matter_id])
    monkeypatch.setattr(RoundOptions, "fits_parent", lambda *_: True)
    run = RoundRun(bear(house), rounds.create_round(house.db, "ada", {"warm_start": True}))
    assert run.parent_folder("house-1") == house.settings.home / "adapters" / "house-1"
    matters.record_consent(house.db, matter_id, "alex", False, "withdrawn")
    assert run.parent_folder("house-1") is None
    # what a candidate that starts from another says that it learned from
    matters.record_consent(house.db, matter_id, "alex", True, "again")
    told: dict[str, Any] = {}
    manifest = {"hash": "h", "matters": ["m-own"]}
    monkeypatch.setattr(run, "check_consent", lambda: manifest)
    monkeypatch.setattr(run, "reserve_candidate", lambda: ("house-2", "house-1"))
    monkeypatch.setattr("finetune.rounds.read_dataset", lambda _folder: ([], [], manifest))
    monkeypatch.setattr("finetune.rounds.train_in_turn", lambda *_given, facts, **_named: told.update(facts))
    run.train()
    assert told["matters"] == sorted(["m-own", matter_id]) and told["warm_start"] is True
