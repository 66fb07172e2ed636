"""Erasure survives a kill and a restored backup: every trace of the matter or filing is gone at the next start."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from store_samples import CLIENT, ORIGINAL, add_matter, add_read_filing, approve, find_bytes, make_answer

from assistant.engine import adapters
from assistant.errors import NotAllowed, NotFound, RefusedInput
from assistant.settings import Settings
from assistant.store import audit, conversations, erasure, filings, matters, people, registry, usable
from assistant.store.people import User
from finetune.dataset import collect_corrections, write_dataset
from ui.actions import filings as filing_actions
from ui.actions import people as people_actions
from ui.services import House, open_house
from ui.upkeep import finish_erasures, renew_index

PASSWORD = "correct horse battery"


class Shelf:
    """An index whose folders hold a matter's text, without the embedding model."""

    def __init__(self, home: Path) -> None:
        self.root = home / "index"

    def indexed(self, matter_id: str) -> dict[str, int]:
        return {path.name: int(path.read_text()[0]) for path in (self.root / matter_id).glob("d-*")}

    def indexed_types(self, matter_id: str) -> dict[str, str]:
        return {}

    def add_all(self, matter_id: str, documents: Any) -> None:
        for document in documents:
            self.add(document)

    def add(self, document: Any) -> None:
        folder = self.root / document.matter_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / document.document_id).write_text(f"{document.revision} {document.text} sued.")

    def remove(self, document_id: str, matter_id: str) -> None:
        (self.root / matter_id / document_id).unlink(missing_ok=True)

    def remove_matter(self, matter_id: str) -> None:
        shutil.rmtree(self.root / matter_id, ignore_errors=True)


def open_shelved(home: Path) -> House:
    """Open a data root whose index is a shelf from the first moment on."""
    House.index = property(lambda house: Shelf(house.settings.home))  # type: ignore[method-assign,assignment]
    return open_house(Settings(home=home))


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(House, "index", House.index)  # put back what `open_shelved` sets


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_shelved(tmp_path / "home")
    for name, role in (("alex", "attorney"), ("nina", "attorney"), ("paula", "paralegal")):
        people.add_user(opened.db, name, role, PASSWORD)
    yield opened
    opened.close()


def user(house: House, name: str = "alex") -> User:
    return people.get_user(house.db, name)


def fill(house: House) -> tuple[str, str]:
    """Make a matter with a filing, a signed-off summary, a chat, a page of the index and a round; give both ids."""
    matter_id = add_matter(house.db)
    for name in ("alex", "nina", "paula"):
        people.add_member(house.db, name, matter_id)
    matters.record_consent(house.db, matter_id, "alex", True, "letter")
    document = add_read_filing(house.db, matter_id)
    approve(house.db, document)
    key = conversations.start_conversation(house.db, matter_id, "alex", "Who sues?")
    conversations.add_turn(house.db, key, "Who sues?", make_answer(document))
    house.index.add(document)
    folder = house.settings.home / "rounds" / "r-1"
    from assistant.store.work import approved_corrections

    write_dataset(folder / "dataset", collect_corrections(house.db, approved_corrections(house.db)), [], {})
    (folder / "candidate.json").write_text('{"adapter_id": "house-1", "parent": ""}')
    (folder / "evaluations").mkdir()
    (folder / "evaluations" / "base.json").write_text("Person 1 sued.")
    ranker = house.settings.home / "adapters" / "house-1" / "ranker.json"
    ranker.parent.mkdir(parents=True)
    ranker.write_text("Person 1 sued.")
    registry.insert_adapter(house.db, "house-1", folder="house-1", hash="h", matters=[matter_id])
    registry.insert_adapter(house.db, "house-2", folder="house-2", hash="g", matters=[], parent="house-1")
    return matter_id, document.document_id


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import test_ui_upkeep as t
house = t.open_shelved(Path(sys.argv[1]))
die = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
t.Shelf.remove = t.Shelf.remove_matter = die
alex = t.user(house)
if sys.argv[3] == "matter":
    t.people_actions.erase_matter(house, alex, sys.argv[4], "nina", password=t.PASSWORD)
else:
    t.filing_actions.delete_filing(house, alex, sys.argv[4])
"""


@pytest.mark.parametrize("kind", ["matter", "filing"])
def test_a_kill_behind_the_commit_leaves_nothing_after_the_next_start(house: House, kind: str) -> None:
    matter_id, document_id = fill(house)
    subject = matter_id if kind == "matter" else document_id
    house.close()
    home = house.settings.home
    command = [sys.executable, "-c", CHILD, str(home), str(Path(__file__).parent), kind, subject]
    assert subprocess.run(command, env=os.environ, check=False).returncode == -signal.SIGKILL
    assert find_bytes(home / "rounds", b"Person 1 sued.") and find_bytes(home / "index", b"sues. sued.")
    again = open_shelved(home)
    assert [s.subject for s in erasure.list_tombstones(again.db)] == [subject]
    finish_erasures(again)
    again.close()
    for needle in (b"Person 1 sued.", b"sues. sued.", ORIGINAL):
        assert find_bytes(home, needle) == []
    assert not list((home / "originals").iterdir())


@pytest.mark.parametrize("kind", ["matter", "filing"])
def test_a_restored_backup_stays_erased(house: House, tmp_path: Path, kind: str) -> None:
    matter_id, document_id = fill(house)
    home, backup = house.settings.home, tmp_path / "backup"
    house.close()
    shutil.copytree(home, backup, ignore=shutil.ignore_patterns("keys"))
    if kind == "matter":
        report = people_actions.erase_matter(house, user(house), matter_id, "nina", password=PASSWORD)
        assert report["adapters_due"] == ["house-1"] and report["datasets"] == 1
    else:
        deleted = filing_actions.delete_filing(house, user(house), document_id)
        assert deleted["adapters_due"] == ["house-1"] and deleted["datasets"] == 1
    assert find_bytes(home, b"Person 1 sued.") == []
    house.close()
    keys = home / "keys"
    shutil.move(keys, tmp_path / "kept")
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    shutil.move(tmp_path / "kept", keys)
    assert find_bytes(home, b"Person 1 sued.")  # the backup brought it back
    restored = open_shelved(home)  # already the opening erases: no request can come before
    with pytest.raises(NotFound):
        filings.get_filing(restored.db, document_id)
    assert [s.subject for s in erasure.list_tombstones(restored.db)] == [matter_id if kind == "matter" else document_id]
    assert not list((home / "originals").iterdir()) and find_bytes(home / "index", b"sues.") == []
    again = [e["subject"] for e in audit.export(restored.db) if e["action"] == "erase.again"]
    assert again == [matter_id if kind == "matter" else document_id] and audit.verify_chain(restored.db).ok
    restored.close()
    for needle in (b"Person 1 sued.", ORIGINAL):
        assert find_bytes(home, needle) == []
    if kind == "matter":
        with pytest.raises(NotFound):
            matters.find_matter(restored.db, matter_id)


def test_the_tombstone_is_part_of_the_erasing_commit_and_its_file_holds_ids_only(house: House) -> None:
    matter_id, document_id = fill(house)
    with pytest.raises(KeyError), house.db.session():
        filings.delete_filing(house.db, document_id, "alex")
        raise KeyError
    assert erasure.list_tombstones(house.db) == () and not house.settings.tombstones.exists()
    filings.delete_filing(house.db, document_id, "alex", ["house-1"])
    (line,) = filter(None, house.settings.tombstones.read_text().splitlines())
    told = json.loads(line)
    assert told["subject"] == document_id and told["counts"] == {"adapters_due": ["house-1"], "matter": matter_id}
    assert set(told) == {"subject", "kind", "erased_by", "second", "counts", "erased_at"}
    assert oct(house.settings.tombstones.stat().st_mode & 0o777) == "0o600"


def test_a_torn_line_of_the_tombstone_file_hides_no_other(house: House) -> None:
    _, document_id = fill(house)
    house.settings.tombstones.write_text('{"subject": "d-torn", "ki')
    filings.delete_filing(house.db, document_id, "alex")
    assert [s.subject for s in erasure.read_tombstones(house.settings)] == [document_id]


def test_a_line_that_a_kill_kept_from_the_file_is_written_at_the_next_start(house: House) -> None:
    _, document_id = fill(house)
    filings.delete_filing(house.db, document_id, "alex")
    house.settings.tombstones.unlink()
    assert erasure.obey_tombstones(house.db) == ()
    assert [s.subject for s in erasure.read_tombstones(house.settings)] == [document_id]


def test_adapters_that_learned_from_what_was_erased_are_due_with_those_that_started_from_them(house: House) -> None:
    matter_id, _ = fill(house)
    registry.insert_adapter(house.db, "house-3", folder="house-3", hash="f", matters=["m-other"])
    manifest = house.settings.home / "adapters" / "house-2" / "manifest.json"
    manifest.parent.mkdir()
    told = {"base_model": "b", "base_model_hash": "c", "hash": "g", "warm_start": True}
    manifest.write_text(json.dumps(told))

    def due() -> list[str]:
        return sorted(a.adapter_id for a in adapters.list_adapters(house.db) if "erased" in a.stale)

    assert due() == []
    people_actions.erase_matter(house, user(house), matter_id, "nina", password=PASSWORD)
    assert due() == ["house-1", "house-2"] and "erased" in adapters.get_adapter(house.db, "house-2").stale
    manifest.write_text(json.dumps(told | {"warm_start": False}))
    assert due() == ["house-1"]


def test_a_legal_hold_refuses_both_with_a_clear_error(house: House) -> None:
    matter_id, document_id = fill(house)
    matters.set_legal_hold(house.db, matter_id, True)
    with pytest.raises(NotAllowed, match="legal hold lies on .* may be erased"):
        people_actions.erase_matter(house, user(house), matter_id, "nina", password=PASSWORD)
    with pytest.raises(NotAllowed, match="legal hold lies on .* may be erased"):
        filing_actions.delete_filing(house, user(house), document_id)
    assert find_bytes(house.settings.home / "rounds", b"Person 1 sued.") and not house.settings.tombstones.exists()


def test_a_deleted_filing_leaves_no_word_in_answers_but_the_gap(house: House) -> None:
    matter_id, document_id = fill(house)
    (key,) = [c.conversation_id for c in conversations.list_conversations(house.db, "alex", matter_id)]
    assert conversations.turns(house.db, key)[0].answer.sentences[0].text == "Person 1."
    filings.delete_filing(house.db, document_id, "alex")
    (turn,) = conversations.turns(house.db, key)
    assert turn.answer.sentences[0].text == "" and turn.answer.sentences[0].evidence[0].document_id == document_id


def test_a_filing_that_is_deleted_meanwhile_does_not_keep_the_others_from_the_index(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter_id = add_matter(house.db)
    first, second = (add_read_filing(house.db, matter_id, data).document_id for data in (ORIGINAL, b"Another."))
    for document_id in (first, second):
        house.index.add(filings.load_document(house.db, document_id))
        (house.settings.home / "index" / matter_id / document_id).write_text("0, a revision that is no more")
    listed = usable.list_usable

    def list_and_delete(db: Any, matter: str) -> dict[str, int]:
        found = listed(db, matter)
        filings.delete_filing(db, first, "alex")
        return found

    monkeypatch.setattr(usable, "list_usable", list_and_delete)
    renew_index(house, matter_id)
    assert house.index.indexed(matter_id)[second] == 1


def test_a_sequestered_filing_is_hidden_from_everything_and_kept(house: House) -> None:
    from assistant.store import work
    from ui.actions import questions, summaries

    matter_id, document_id = fill(house)
    (summary,) = work.list_summaries(house.db, document_id=document_id)
    alex, paula = user(house), user(house, "paula")
    with pytest.raises(NotAllowed):
        filing_actions.sequester_filing(house, paula, document_id, "privileged")
    with pytest.raises(RefusedInput, match="reason"):
        filing_actions.sequester_filing(house, alex, document_id, " ")
    assert filing_actions.sequester_filing(house, alex, document_id, f"letter to {CLIENT}")["sequestered"]
    assert filing_actions.list_filings(house, paula, matter_id) == []
    assert house.index.indexed(matter_id) == {}
    for read in (
        lambda: filing_actions.get_filing(house, alex, document_id),
        lambda: filing_actions.original(house, alex, document_id),
        lambda: filing_actions.page_text(house, alex, document_id, 1),
        lambda: filing_actions.delete_filing(house, alex, document_id),
        lambda: summaries.get_summary(house, alex, summary.summary_id),
        lambda: summaries.export_summary(house, alex, summary.summary_id, "md", True),
        lambda: house.source(document_id),
    ):
        with pytest.raises(NotFound, match="sequestered"):
            read()
    with pytest.raises(NotAllowed, match="kept"):
        filings.delete_filing(house.db, document_id, "alex")
    with pytest.raises(RefusedInput, match="sequestered"):
        filing_actions.upload(house, paula, matter_id, "again.pdf", ORIGINAL)
    assert summaries.review_list(house, alex) == [] and work.approved_corrections(house.db) == ()
    with pytest.raises(NotAllowed, match=document_id):
        usable.check_sources(house.db, [document_id])
    (key,) = [c.conversation_id for c in conversations.list_conversations(house.db, "alex", matter_id)]
    assert "Person 1" not in json.dumps(questions.get_conversation(house, alex, key)["turns"][0]["sentences"])
    assert find_bytes(house.settings.home, CLIENT.encode()) == []  # the reason is sealed
    (hidden,) = filing_actions.list_sequestered(house, alex, matter_id)
    assert hidden["document_id"] == document_id and filings.read_original(house.db, document_id) == ORIGINAL
    filing_actions.lift_sequester(house, alex, document_id, "waived")
    assert [f["document_id"] for f in filing_actions.list_filings(house, paula, matter_id)] == [document_id]
    assert len(work.approved_corrections(house.db)) == 1 and house.source(document_id)
    acts = [e["action"] for e in audit.export(house.db)]
    assert "filing.sequester" in acts and "filing.lift_sequester" in acts
