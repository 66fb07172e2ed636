"""The demo: idempotent, with new passwords each time, and kept out of a firm's own data root."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from assistant.errors import NotAllowed, RefusedInput
from assistant.settings import Settings
from assistant.store import matters, people
from assistant.store.filings import list_filings
from ui.demo import LOGINS, MATTER, prepare_demo, reset_logins
from ui.owner import shell_login
from ui.services import House, open_house


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    opened = open_house(Settings(home=tmp_path / "home"))
    yield opened
    opened.close()


def test_the_demo_can_be_made_twice(house: House) -> None:
    matter_id = prepare_demo(house, 2)
    first = {name: password for name, _, password in reset_logins(house)}
    assert prepare_demo(house, 2) == matter_id
    again = {name: password for name, _, password in reset_logins(house)}
    assert [f.status for f in list_filings(house.db, matter_id)] == ["ready", "ready"]
    assert {u.name for u in people.list_users(house.db)} >= {name for name, _, _ in LOGINS}
    for name, role, _ in LOGINS:
        assert people.authenticate(house.db, name, again[name]).role == role
        with pytest.raises(NotAllowed):
            people.authenticate(house.db, name, first[name])
    matter = matters.find_matter(house.db, MATTER)
    assert matter.consent and matter.consent_by == "alex"
    members = {m.user.name for m in people.members_of(house.db, matter_id)}
    assert members == {"alex", "paula", shell_login()}


def test_the_demo_takes_nobodys_login(house: House) -> None:
    people.add_user(house.db, "alex", "attorney", "correct horse battery", "Alex Ames")
    with pytest.raises(RefusedInput):
        prepare_demo(house, 1)
    assert people.authenticate(house.db, "alex", "correct horse battery")
    assert {u.name for u in people.list_users(house.db)} == {"alex"}
