"""What an administrator watches over, through the real store: checks, and the audit log with its filter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from office_steps import PASSWORD, user

from assistant.errors import NotAllowed, WrongUsage
from assistant.settings import Settings
from assistant.store import audit, people
from ui.actions import oversight
from ui.services import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(Settings(home=tmp_path / "home"))
    for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin")):
        people.add_user(opened.db, name, role, PASSWORD)
    yield opened
    opened.close()


def test_the_log_is_narrowed_by_who_what_and_which_and_read_page_by_page(house: House) -> None:
    ada = user(house, "ada")
    for number in range(7):
        audit.record(house.db, "paula" if number % 2 else "alex", "summary.make", f"d-{number}")
    audit.record(house.db, "alex", "summary_like", "d-1")
    audit.record(house.db, "alex", "login.begin", "alex")

    def find(**given: object) -> list[tuple[str, str, str]]:
        return [(e["actor"], e["action"], e["subject"]) for e in oversight.list_audit(house, ada, **given)]

    assert find(actor="paula") == [("paula", "summary.make", f"d-{n}") for n in (5, 3, 1)]
    assert len(find(action="summary.")) == 7 and find(action="summary_") == []
    assert find(action="summary.make", subject="d-2") == [("alex", "summary.make", "d-2")]
    assert find(action="%") == [] and find(subject="_-2") == []
    first = oversight.list_audit(house, ada, action="summary.", limit=3)
    rest = oversight.list_audit(house, ada, action="summary.", limit=100, before=first[-1]["entry"])
    assert [e["subject"] for e in (*first, *rest)] == [f"d-{n}" for n in (6, 5, 4, 3, 2, 1, 0)]
    assert find(action="audit.")[0][:2] == ("ada", "audit.read")
    for limit in (0, 501):
        with pytest.raises(WrongUsage):
            oversight.list_audit(house, ada, limit=limit)


def test_health_names_what_needs_attention(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {c["name"]: c["ok"] for c in oversight.read_health(house, user(house, "ada"))["checks"]}
    assert set(found) == {"language model", "OCR data", "memory", "disk", "data root"} and found["data root"]
    monkeypatch.setattr("ui.doctor._FREE_GB", 10**9)
    found = {c["name"]: c["ok"] for c in oversight.read_health(house, user(house, "ada"))["checks"]}
    assert not found["disk"]


@pytest.mark.parametrize("name", ["paula", "alex"])
def test_only_an_administrator_watches(house: House, name: str) -> None:
    for act in (oversight.read_health, oversight.list_audit):
        with pytest.raises(NotAllowed):
            act(house, user(house, name))
