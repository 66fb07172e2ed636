"""What the actions refuse or leave out: stale sign-offs, held deletions, deleted sources, over a small real store."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from store_samples import ORIGINAL, add_matter, add_read_filing, make_answer, make_summary, settings_of

from assistant.errors import Conflict, NotAllowed
from assistant.store import conversations, filings, matters, people, registry, rounds, work
from assistant.store.people import User
from ui.actions import filings as filing_actions
from ui.actions import learning, questions, summaries
from ui.actions import people as people_actions
from ui.export import export_file
from ui.present import DELETED
from ui.services import House, open_house
from ui.unstored import stream_file_summary, summarize_texts

PASSWORD = "correct horse battery"


class Found:
    """An index that finds what it is told to, and notes what was removed from it."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.hits: list[Any] = []

    def remove(self, document_id: str, matter_id: str) -> None:
        self.removed.append(document_id)

    def search(self, matter_id: str, query: str, k: int, document_ids: Any = None, named: Any = None) -> list[Any]:
        return self.hits


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    monkeypatch.setattr("ingest.redact.redact_input", lambda text, *_given, **_named: text)
    opened = open_house(settings_of(tmp_path))
    opened.__dict__["index"] = Found()
    for name, role in (("alex", "attorney"), ("nina", "attorney"), ("ada", "admin"), ("paula", "paralegal")):
        people.add_user(opened.db, name, role, PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def matter_id(house: House) -> str:
    made = add_matter(house.db)
    people.add_member(house.db, "alex", made)
    return made


def alex(house: House) -> User:
    return people.get_user(house.db, "alex")


def test_a_version_that_the_attorney_has_not_read_is_not_signed_off(house: House, matter_id: str) -> None:
    made = make_summary(add_read_filing(house.db, matter_id))
    key = work.save_summary(house.db, made, "paula")
    work.save_edit(house.db, key, "paula", "Person 1 sued.", made.sentences, 1)
    for act in (
        lambda seen: summaries.submit(house, alex(house), key, 0, [], "", seen),
        lambda seen: summaries.sign_off(house, alex(house), key, seen),
    ):
        with pytest.raises(Conflict, match="version 2"):
            act(1)
    assert summaries.get_summary(house, alex(house), key)["status"] == "draft"  # the refusal left nothing half done
    assert summaries.submit(house, alex(house), key, 0, [], "", 2)["status"] == "submitted"
    with pytest.raises(Conflict):
        summaries.sign_off(house, alex(house), key, 1)
    assert summaries.sign_off(house, alex(house), key, 2)["status"] == "signed_off"


def test_a_deletion_that_is_refused_leaves_the_filing_in_the_index(house: House, matter_id: str) -> None:
    document = add_read_filing(house.db, matter_id)
    matters.set_legal_hold(house.db, matter_id, True)
    with pytest.raises(NotAllowed, match="legal hold"):
        filing_actions.delete_filing(house, alex(house), document.document_id)
    assert house.index.removed == []
    matters.set_legal_hold(house.db, matter_id, False)
    filing_actions.delete_filing(house, alex(house), document.document_id)
    assert house.index.removed == [document.document_id]


def test_a_conversation_outlives_a_filing_that_it_cites_and_tells_nothing_of_it(house: House, matter_id: str) -> None:
    kept, gone = add_read_filing(house.db, matter_id), add_read_filing(house.db, matter_id, ORIGINAL + b"2")
    key = conversations.start_conversation(house.db, matter_id, "alex", "Who sues?")
    for document in (kept, gone):
        conversations.add_turn(house.db, key, "Who sues?", make_answer(document))
    filings.delete_filing(house.db, gone.document_id, "alex")
    first, second = questions.get_conversation(house, alex(house), key)["turns"]
    assert first["sentences"][0]["evidence"] and first["nearest"]
    assert [s["text"] for s in second["sentences"]] == [DELETED] and second["nearest"] == []
    assert "Person 1" not in json.dumps(second) and second["answer"] == DELETED
    history = questions._read_history(house, alex(house), matter_id, key)
    assert [answer for _, answer in history] == ["Person 1.", ""]


def test_a_hit_in_a_deleted_filing_is_left_out(house: House, matter_id: str) -> None:
    kept, gone = add_read_filing(house.db, matter_id), add_read_filing(house.db, matter_id, ORIGINAL + b"2")
    hits = [SimpleNamespace(document_id=d.document_id, passage=d.passages[0], score=0.5) for d in (gone, kept)]
    house.index.hits = hits
    filings.delete_filing(house.db, gone.document_id, "alex")
    found = filing_actions.search(house, alex(house), matter_id, "sues", 5)
    assert [hit["document_id"] for hit in found] == [kept.document_id]
    assert list(questions.open_sources(house, [h.document_id for h in hits])) == [kept.document_id]


def test_how_far_an_answer_can_be_trusted_is_told_before_its_first_sentence(house: House, matter_id: str) -> None:
    document = add_read_filing(house.db, matter_id)
    house.index.hits = [
        SimpleNamespace(document_id=document.document_id, passage=document.passages[0], score=0.5, revision=1)
    ]
    given: Any = {"adapter": "none", "stop": threading.Event()}
    events = list(questions.stream_answer(house, alex(house), matter_id, "Who sues?", **given))
    kinds = [e["kind"] for e in events]
    assert kinds[:3] == ["progress", "progress", "weighed"] and kinds[-1] == "done"
    assert events[2]["confidence"] == events[-1]["answer"]["confidence"]


def test_an_erasure_is_confirmed_by_an_attorney_of_the_matter_whose_password_the_first_does_not_know(
    house: House, matter_id: str
) -> None:
    ada = people.get_user(house.db, "ada")

    def erase(first: User, second: str, password: str = PASSWORD) -> dict[str, Any]:
        return people_actions.erase_matter(house, first, matter_id, second, password=password)

    people.add_user(house.db, "max", "admin", PASSWORD)
    for second in ("max", "nina"):  # an admin, and an attorney who is not of the matter
        with pytest.raises(NotAllowed):
            erase(ada, second)
    people.add_member(house.db, "nina", matter_id)
    with pytest.raises(NotAllowed):  # a wrong password
        erase(ada, "nina", PASSWORD + "2")
    assert matters.find_matter(house.db, matter_id)
    house.index.remove_matter = house.index.removed.append  # type: ignore[attr-defined,method-assign]
    assert erase(ada, "nina")["matter_id"] == matter_id


def test_an_adapter_is_not_promoted_once_a_client_has_withdrawn_consent(house: House, matter_id: str) -> None:
    ada = people.get_user(house.db, "ada")
    house.__dict__["ready_adapters"] = lambda: None
    registry.insert_adapter(house.db, "house-1", folder="adapters/house-1", hash="abc", matters=[matter_id])
    matters.record_consent(house.db, matter_id, "alex", True, "by letter")
    matters.check_training(house.db, [matter_id])
    matters.record_consent(house.db, matter_id, "alex", False, "withdrawn")
    for _ in ("withdrawn", "under a protective order"):
        with pytest.raises(NotAllowed, match=matter_id):
            learning.promote(house, ada, "house-1")
        matters.record_consent(house.db, matter_id, "alex", True, "by letter")
        matters.set_protective_order(house.db, matter_id, True)
    assert registry.get_adapter(house.db, "house-1").status == "candidate"


def test_a_round_neither_trains_on_nor_registers_what_lost_its_consent(
    house: House, matter_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finetune import rounds as finetune_rounds

    round_id = rounds.create_round(house.db, "ada", {})
    run = finetune_rounds.RoundRun(SimpleNamespace(settings=house.settings, db=house.db, engine=None), round_id)
    monkeypatch.setattr(finetune_rounds, "read_dataset", lambda _folder: ([], [], {"matters": [matter_id]}))
    (run.folder / "gate.json").write_text('{"passed": true}')
    (run.folder / "candidate.json").write_text('{"adapter_id": "house-1", "parent": ""}')
    for step in (run.train, run.register):
        with pytest.raises(NotAllowed, match=matter_id):
            step()


def test_a_file_that_is_not_stored_is_summarized_behind_the_readers_walls(tmp_path: Path) -> None:
    served: list[str] = []

    def summarize(document: Any, *, user: str, **_given: Any) -> Iterator[Any]:
        served.append(user)
        raise NotAllowed("The adapter learned from a matter that you are walled off from.")

    def choose_adapter(choice: str | None, user: str = "") -> str:
        served.append(user)
        raise NotAllowed("The adapter learned from a matter that you are walled off from.")

    house: Any = SimpleNamespace(settings=settings_of(tmp_path), summarize=summarize, choose_adapter=choose_adapter)
    path, lines = tmp_path / "a.txt", tmp_path / "a.jsonl"
    path.write_text("1. The tenant pays rent on the first of each month.")
    lines.write_text(json.dumps({"id": "1", "document": "The tenant pays rent."}))
    given: dict[str, Any] = {"words": None, "adapter": "house-1", "document_type": None, "password": None}
    stop = threading.Event()
    for events in (
        stream_file_summary(house, path, detail="brief", **given, stop=stop, user="alex"),
        summarize_texts(house, "alex", {"input": lines, "detail": "brief"}, stop),
        summarize_texts(house, "alex", {"input": lines, "detail": "detailed"}, stop),
    ):
        with pytest.raises(NotAllowed):
            list(events)
    assert served == ["alex"] * 3


def test_an_export_shows_a_filings_markup_as_text_and_leaves_out_what_word_cannot_hold() -> None:
    from docx import Document

    text = "1. Pay <img src=x> to *PERSON_1*\x0c & [sue](http://x)"
    cited = {"pinpoint": "", "page": 1, "quote": "# a\x00b\n\n<script>"}
    sentence = {"text": text, "part": "Relief", "support": "supported", "reason": "", "evidence": [cited]}
    summary: dict[str, Any] = {"file": "<b>_a_</b>.pdf", "version": 1, "sentences": [sentence], "missing_parts": []}
    summary |= dict.fromkeys(("signed_off_by", "summary_id", "adapter", "created_at"), "") | {"provenance": {}}
    made = export_file(summary, "md", True)[2].decode()
    assert "<" not in made.split("---", 2)[2] and "\\*PERSON\\_1\\*" in made and "\\[sue\\]" in made
    assert "# Summary of &lt;b&gt;\\_a\\_&lt;/b&gt;.pdf" in made and "\\# a b &lt;script&gt;" in made
    document = Document(io.BytesIO(export_file(summary, "docx", True)[2]))
    assert any("Pay <img src=x> to *PERSON_1*" in p.text for p in document.paragraphs)
