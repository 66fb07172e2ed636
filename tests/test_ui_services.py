"""The house with its jobs launched: filings read by durable jobs, rounds started once, leftovers taken up and swept."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import jobs
from assistant.errors import NotAllowed, WrongUsage
from assistant.settings import Settings
from assistant.store import filings as stored
from assistant.store import matters, people, rounds
from ui.actions import filings, learning
from ui.actions import people as people_actions
from ui.services import House, launch_jobs, open_house
from ui.serving import set_apart

PASSWORD = "correct horse battery"
TEXT = "COMPLAINT\n\n1. Plaintiff Marisol Okafor sues.\n\n2. Plaintiff demands damages of $62,920.\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(Settings(home=tmp_path / "home"))
    for name, role in (("alex", "attorney"), ("ada", "admin")):
        people.add_user(opened.db, name, role, PASSWORD)
    yield opened
    opened.close()


def wait_for(holds: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_a_filing_left_waiting_is_read_at_the_next_launch(house: House) -> None:
    alex = people.get_user(house.db, "alex")
    matter_id = str(people_actions.create_matter(house, alex, "Okafor")["matter_id"])
    left = stored.add_filing(house.db, matter_id, "left.txt", TEXT.encode(), "alex").document_id
    launch_jobs(house)
    new = filings.upload(house, alex, matter_id, "new.txt", (TEXT + "More.").encode())
    assert set(new["progress"]) == {"done", "total", "label"}
    wait_for(lambda: {f["status"] for f in filings.list_filings(house, alex, matter_id)} == {"ready"})
    wait_for(lambda: {j.status for j in jobs.list_jobs()} == {"done"})
    again = filings.upload(house, alex, matter_id, "new.txt", (TEXT + "More.").encode())
    assert again["document_id"] == new["document_id"] and len(jobs.list_jobs()) == 2
    assert stored.get_filing(house.db, left).revision == 1


def test_a_refused_file_uploaded_again_is_tried_again(house: House) -> None:
    launch_jobs(house)
    alex = people.get_user(house.db, "alex")
    matter_id = str(people_actions.create_matter(house, alex, "Refused")["matter_id"])
    for attempts in (1, 2):
        document_id = filings.upload(house, alex, matter_id, "bad.pdf", b"%PDF-1.7 broken")["document_id"]
        wait_for(lambda: len([j for j in jobs.list_jobs() if j.ended]) == attempts)  # noqa: B023
        shown = filings.show_filing(house, alex, document_id)
        assert shown["status"] == "refused" and shown["error"]


def test_an_adapter_that_learned_behind_a_wall_does_not_serve(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.engine import adapters
    from assistant.engine.adapters import Adapter

    matter_id = matters.create_matter(house.db, "Walled", "alex").matter_id
    people.add_user(house.db, "nina", "attorney", PASSWORD)
    people.add_wall(house.db, "nina", matter_id, "ada", "former client")
    learned = Adapter("house-1", "active", "", Path("x"), "h", {}, (matter_id,), "", "", "", "")
    monkeypatch.setattr(adapters, "get_adapter", lambda db, name: learned)
    monkeypatch.setattr(adapters, "serving_adapter", lambda db, base: learned)
    monkeypatch.setattr(adapters, "verify_folder", lambda folder: None)
    monkeypatch.setattr(adapters, "install_starter", lambda db: None)
    monkeypatch.setattr(House, "engine", FakeEngine())
    assert house.choose_adapter(None, "nina") == "base"
    with pytest.raises(NotAllowed):
        house.choose_adapter("house-1", "nina")
    assert house.choose_adapter(None, "alex") == "house-1"
    assert house.choose_adapter("none", "nina") == "none"


class FakeEngine:
    """An engine that only takes adapters."""

    model_hash = "m"

    def load_adapter(self, adapter_id: str, folder: Path) -> None:
        """Take it."""


def test_a_round_is_started_once_and_can_be_cancelled(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The round itself is another's test: here stands a body that waits until it is let go."""
    begun, let_go = threading.Event(), threading.Event()

    def register(opened: Any) -> None:
        @jobs.workflow("round")
        def run(round_id: str) -> str:
            begun.set()
            let_go.wait(60)
            return "cancelled" if jobs.cancelled() else "passed"

    monkeypatch.setattr("finetune.rounds.register_jobs", register)
    launch_jobs(house)
    ada = people.get_user(house.db, "ada")
    assert learning.round_status(house, ada) == {"status": "none"}
    with pytest.raises(WrongUsage):
        learning.start_round(house, ada, {"no_such_option": 1})
    first = learning.start_round(house, ada, {"preset": "quick"})
    assert first["status"] == "running" and begun.wait(30)
    again = learning.start_round(house, ada, {})
    assert again["round_id"] == first["round_id"] and again["already_running"]
    assert [r.started_by for r in rounds.list_rounds(house.db)] == ["ada"]
    assert learning.cancel_round(house, ada)["status"] == "cancelled"
    let_go.set()
    wait_for(lambda: jobs.job(f"round-{first['round_id']}").ended)


def test_what_is_loaded_is_set_apart_and_later_garbage_is_still_found() -> None:
    class Node:
        """May point to itself."""

    usual = gc.get_threshold()
    try:
        set_apart()
        assert gc.get_freeze_count() > 10_000 and gc.get_threshold()[0] > usual[0]
        assert len(gc.get_objects()) < gc.get_freeze_count()
        node = Node()
        node.__dict__["self"], seen = node, weakref.ref(node)
        del node
        gc.collect()
        assert seen() is None
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)
