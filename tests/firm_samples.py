"""A firm for tests of who may what: two attorneys, two admins, a paralegal, and a matter of alex and paula."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from store_samples import add_matter, settings_of

from assistant.store import people
from ui.services import House, open_house

PASSWORD = "correct horse battery"
PEOPLE = {"alex": "attorney", "nina": "attorney", "ada": "admin", "max": "admin", "paula": "paralegal"}


def open_firm(home: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    house = open_house(settings_of(home))
    house.__dict__["index"] = SimpleNamespace(
        add=lambda *_: None, indexed=lambda _: {}, remove_matter=lambda _: None
    )  # of no account here
    for name, role in PEOPLE.items():
        people.add_user(house.db, name, role, PASSWORD)  # long settled: the audit log knows nothing of them
    return house


def open_case(house: House) -> str:
    made = add_matter(house.db)
    for name in ("alex", "paula"):
        people.add_member(house.db, name, made)
    return made
