"""Closing and retention: due when the months are over, told to the admin, never erased by itself, kept by a hold."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from argon2 import PasswordHasher
from store_samples import add_matter

from assistant.errors import NotAllowed, NotFound, RefusedInput
from assistant.settings import load_settings
from assistant.store import audit, matters, notices, people, retention
from ui.actions import retention as actions
from ui.commands import COMMANDS
from ui.services import House, open_house

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
        opened = open_house(load_settings(home=tmp_path_factory.mktemp("home"), retention_months=84))
        for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin"), ("nina", "attorney")):
            people.add_user(opened.db, name, role, PASSWORD)
        yield opened
        opened.close()


@pytest.fixture
def matter(house: House) -> str:
    made = add_matter(house.db, f"Quackenbush v. Acme {secrets.token_hex(3)}")
    for name in ("paula", "alex"):
        people.add_member(house.db, name, made)
    return made


def user(house: House, name: str) -> people.User:
    return people.get_user(house.db, name)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-11-30", 3, "2027-02-28"),  # no 30 February
        ("2027-11-30", 3, "2028-02-29"),  # a leap year
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-01-31", 120, "2036-01-31"),
        ("9950-01-01", 1200, "9999-12-31"),  # as far as a calendar goes
    ],
)
def test_months_are_added_as_a_calendar_does(day: str, months: int, then: str) -> None:
    assert retention.add_months(date.fromisoformat(day), months).isoformat() == then


def test_a_matter_is_due_on_the_day_and_not_before_and_a_hold_wins(house: House, matter: str) -> None:
    actions.set_closing(house, user(house, "alex"), matter, "2020-03-31", 6)

    def stands(day: str) -> tuple[str, bool, bool]:
        found = retention.list_closed(house.db, date.fromisoformat(day))[matter]
        return found.due_on, found.due, found.held

    assert stands("2020-09-29") == ("2020-09-30", False, False)
    assert stands("2020-09-30") == ("2020-09-30", True, False)
    matters.set_legal_hold(house.db, matter, True)
    assert stands("2020-09-29") == ("2020-09-30", False, False) and stands("2030-01-01") == ("2020-09-30", False, True)
    assert actions.list_closed(house, user(house, "ada"))["closed"][matter]["held"]
    assert matters.find_matter(house.db, matter).matter_id == matter  # nothing was erased


def test_the_firms_months_count_where_the_matter_has_none_and_none_means_never(
    house: House, matter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = actions.set_closing(house, user(house, "ada"), matter, "2010-01-15")
    assert (closed["months"], closed["due_on"], closed["due"]) == (None, "2017-01-15", True)
    monkeypatch.setattr(house.db, "settings", house.settings.model_copy(update={"retention_months": 0}))
    found = retention.list_closed(house.db)[matter]
    assert (found.due_on, found.due) == ("", False)


def test_a_matter_is_opened_again_and_its_people_see_both(house: House, matter: str) -> None:
    alex = user(house, "alex")
    actions.set_closing(house, alex, matter, "2026-01-01", 12)
    assert actions.show_closing(house, user(house, "paula"), matter)["due_on"] == "2027-01-01"
    assert actions.set_closing(house, user(house, "ada"), matter, "")["closed_on"] == ""
    shown = actions.show_closing(house, alex, matter)
    assert (shown["firm_months"], shown["closed_on"], shown["due"]) == (84, "", False)
    told = [(n.kind, n.actor) for n in notices.list_notices(house.db, matter)]
    assert told == [("matter.reopen", "ada"), ("matter.close", "alex")]
    acts = [e for e in audit.export(house.db) if e["subject"] == matter]
    assert [(e["actor"], e["action"], e["detail"]["months"]) for e in acts] == [
        ("alex", "matter.close", 12), ("ada", "matter.reopen", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "months"), [("31.12.2026", 6), ("2026-02-30", 6), ("2026-01-01", 0), ("2026-01-01", 1201)]
)
def test_what_is_no_day_or_no_months_is_refused(house: House, matter: str, day: str, months: int) -> None:
    with pytest.raises(RefusedInput):
        actions.set_closing(house, user(house, "alex"), matter, day, months)
    assert matter not in retention.list_closed(house.db)


def test_only_its_attorneys_and_admins_close_a_matter(house: House, matter: str) -> None:
    for name in ("paula", "nina"):
        with pytest.raises(NotAllowed):
            actions.set_closing(house, user(house, name), matter, "2026-01-01")
    for name in ("nina", "ada"):
        with pytest.raises(NotAllowed):
            actions.show_closing(house, user(house, name), matter)
    with pytest.raises(NotAllowed):
        actions.list_closed(house, user(house, "alex"))
    with pytest.raises(NotFound):
        actions.set_closing(house, user(house, "ada"), "m-nothing", "2026-01-01")


def test_an_erased_matter_is_due_no_more(house: House, matter: str) -> None:
    actions.set_closing(house, user(house, "alex"), matter, "2010-01-01")
    matters.erase_matter(house.db, matter, "ada", "alex")
    assert matter not in actions.list_closed(house, user(house, "ada"))["closed"]


def test_the_command_line_closes_a_matter_and_opens_it_again(house: House, matter: str) -> None:
    close = COMMANDS["matters-close"]
    given = {"matter": matter, "closed_on": "2026-11-30", "months": 2}
    with pytest.raises(NotAllowed):
        list(close(house, user(house, "paula"), given, threading.Event()))
    (event,) = close(house, user(house, "alex"), given, threading.Event())
    assert event["record"]["due_on"] == "2027-01-30"
    (event,) = close(house, user(house, "alex"), {"matter": matter, "closed_on": ""}, threading.Event())
    assert event["record"]["closed_on"] == "" and retention.list_closed(house.db, matter_id=matter) == {}
