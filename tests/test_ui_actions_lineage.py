"""Lineage both ways: pairs by matter and filing, what was started from, who is told what, and what an erasure makes due."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from firm_samples import open_firm
from store_samples import add_matter, add_read_filing, make_document, make_summary

from assistant.engine.manifest import write_manifest
from assistant.errors import NotAllowed
from assistant.store import filings, matters, people, registry, work
from assistant.store.people import User
from finetune.dataset import Lesson, write_dataset
from finetune.forget import forget_texts
from ui.actions import lineage
from ui.services import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A firm with house-1, trained on three filings of two matters, and house-2, which started from it."""
    with pytest.MonkeyPatch.context() as patch:
        opened = open_firm(tmp_path_factory.mktemp("home"), patch)
        fill(opened)
        yield opened
        opened.close()


def fill(opened: House) -> None:
    for name in ("Zephrinax v. Palmetto", "Barlow v. Quay"):
        add_matter(opened.db, name)
    one, other = matters.list_matters(opened.db)
    for name in ("alex", "paula"):
        people.add_member(opened.db, name, one.matter_id)
    documents = [add_read_filing(opened.db, m, data) for m, data in ((one.matter_id, b"1"), (one.matter_id, b"2"))]
    documents.append(add_read_filing(opened.db, other.matter_id, b"3"))
    lessons = [Lesson(f"x-{n}", "correction", d.matter_id, "paula", d, "It says.") for n, d in enumerate(documents)]
    made_up = Lesson("y-1", "synthetic", "", "", make_document("s-1", ""), "It says.")
    folder = opened.settings.home / "rounds" / "r-1" / "dataset"
    write_dataset(folder, [*lessons, made_up], [], {"round": "r-1", "left_out": {}})
    add_adapter(opened, "house-1", round="r-1", matters=[one.matter_id, other.matter_id])
    add_adapter(
        opened, "house-2", round="r-2", parent="house-1", warm_start=True, matters=[one.matter_id, other.matter_id]
    )
    add_adapter(opened, "starter-1")
    registry.set_status(opened.db, "house-2", "active")


def add_adapter(house: House, name: str, matters: list[str] | None = None, **facts: object) -> None:
    folder = house.settings.folder("adapters") / name
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(name.encode())
    made = write_manifest(folder, base_model="tiny", base_model_hash="0" * 64, **facts)
    parent = str(facts.get("parent", ""))
    registry.insert_adapter(house.db, name, folder=name, hash=made.hash, parent=parent, matters=matters or ())


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def find(house: House) -> tuple[str, str, list[str]]:
    one, other = (m.matter_id for m in matters.list_matters(house.db))
    return one, other, [f.document_id for f in filings.list_filings(house.db, one)]


def test_an_adapter_is_traced_to_its_round_and_the_pairs_of_each_matter(house: House) -> None:
    one, other, _ = find(house)
    told = {a["adapter_id"]: a for a in lineage.list_lineage(house, user(house, "ada"))["adapters"]}
    assert told["house-1"]["by_matter"] == {one: 2, other: 1} and told["house-1"]["synthetic"] == 1
    assert (told["house-1"]["round_id"], told["house-1"]["started_from"]) == ("r-1", "")
    assert (told["house-2"]["started_from"], told["house-2"]["matters"]) == ("house-1", 2)
    assert (told["starter-1"]["round_id"], told["starter-1"]["matters"], told["starter-1"]["by_matter"]) == ("", 0, {})
    assert told["house-1"]["hash"] != told["house-2"]["hash"] and len(told["house-1"]["hash"]) == 64


def test_a_filing_and_a_matter_tell_which_adapters_learned_from_them(house: House) -> None:
    one, _, documents = find(house)
    paula = user(house, "paula")
    found = lineage.trace_filing(house, paula, documents[0])
    assert [(a["adapter_id"], a["pairs_here"], a["through"]) for a in found["learners"]] == [
        ("house-2", 0, "house-1"),
        ("house-1", 1, ""),
    ]
    assert [(a["adapter_id"], a["pairs_here"]) for a in lineage.trace_matter(house, paula, one)] == [
        ("house-2", 0),
        ("house-1", 2),
    ]
    assert found["writer"] is None


def test_a_summary_is_traced_to_its_adapter_and_names_only_the_readers_own_matters(house: House) -> None:
    _, _, documents = find(house)
    document = filings.load_document(house.db, documents[1])
    work.save_summary(house.db, make_summary(document, adapter="house-1"), "paula")
    writer = lineage.trace_filing(house, user(house, "paula"), documents[1])["writer"]
    assert (writer["adapter_id"], writer["round_id"], writer["pairs"], writer["matters"]) == ("house-1", "r-1", 3, 2)
    assert writer["own_matters"] == ["Zephrinax v. Palmetto"]
    assert "Barlow" not in json.dumps(writer)


def test_an_admin_gets_ids_only_and_a_stranger_nothing(house: House) -> None:
    one, _, documents = find(house)
    shown = json.dumps(lineage.list_lineage(house, user(house, "ada")))
    assert one in shown and "Zephrinax" not in shown and not any(d in shown for d in documents)
    for name in ("ada", "nina"):
        with pytest.raises(NotAllowed):
            lineage.trace_filing(house, user(house, name), documents[0])
        with pytest.raises(NotAllowed):
            lineage.trace_matter(house, user(house, name), one)
    with pytest.raises(NotAllowed):
        lineage.list_lineage(house, user(house, "alex"))


# last, because it takes a matter away
def test_an_erased_matter_shows_which_adapters_are_due_and_stays_counted(house: House) -> None:
    one, other, _ = find(house)
    matters.erase_matter(house.db, other, "alex", "nina")
    assert forget_texts(house.settings, [other]) == 1
    found = lineage.list_lineage(house, user(house, "ada"))
    due = [(a["adapter_id"], a["status"]) for a in found["erased"][0]["due"]]
    assert (found["erased"][0]["subject"], found["erased"][0]["kind"]) == (other, "matter")
    assert sorted(due) == [("house-1", "candidate"), ("house-2", "active")]
    told = {a["adapter_id"]: a for a in found["adapters"]}
    assert told["house-1"]["by_matter"] == {one: 2, other: 1} and told["house-1"]["due"] and told["house-2"]["due"]
    assert not told["starter-1"]["due"]
    assert all(a["due"] for a in lineage.trace_matter(house, user(house, "paula"), one))
