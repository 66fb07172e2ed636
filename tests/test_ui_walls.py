"""Ethical walls: who sets them, what they shut, and that nobody is lost by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from firm_samples import open_case, open_firm

from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput
from assistant.store import audit, people
from assistant.store.people import User
from ui.actions import people as people_actions
from ui.permits import check
from ui.services import House


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    opened = open_firm(tmp_path, monkeypatch)
    yield opened
    opened.close()


@pytest.fixture
def matter_id(house: House) -> str:
    return open_case(house)


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


@pytest.mark.parametrize("by", ["alex", "ada"])
def test_a_wall_shuts_the_matter_and_its_people_see_who_set_it(house: House, matter_id: str, by: str) -> None:
    people_actions.set_wall(house, user(house, by), matter_id, "paula", "She worked for the other side.")
    with pytest.raises((NotAllowed, NotFound)):
        check(house.db, user(house, "paula"), "matter.read", matter_id)
    with pytest.raises(Conflict):
        people_actions.add_member(house, user(house, "alex"), matter_id, "paula")
    told = people_actions.list_notices(house, user(house, "alex"), matter_id)
    assert [(n["kind"], n["actor"], n["subject"]) for n in told] == [("wall.set", by, "paula")]
    shown = people_actions.list_members(house, user(house, "alex"), matter_id)
    assert [w["name"] for w in shown["walled"]] == ["paula"] and "paula" not in [m["name"] for m in shown["members"]]


def test_the_reason_lies_open_nowhere(house: House, matter_id: str) -> None:
    people_actions.set_wall(house, user(house, "alex"), matter_id, "nina", "Quincunx conflict")
    assert "Quincunx" not in str(people_actions.list_notices(house, user(house, "alex"), matter_id))
    files = [p for p in house.settings.home.rglob("*") if p.is_file()]
    assert files and not [p for p in files if b"Quincunx" in p.read_bytes()]


def test_a_lifted_wall_lets_nobody_in_by_itself(house: House, matter_id: str) -> None:
    people_actions.set_wall(house, user(house, "alex"), matter_id, "paula", "r")
    people_actions.lift_wall(house, user(house, "ada"), matter_id, "paula")
    assert not people.is_member(house.db, "paula", matter_id)
    people_actions.add_member(house, user(house, "alex"), matter_id, "paula")
    assert people.is_member(house.db, "paula", matter_id)
    actions = [row["action"] for row in audit.export(house.db)]
    assert actions.count("wall.set") == actions.count("wall.lift") == 1


def test_who_may_not_and_what_may_not(house: House, matter_id: str) -> None:
    for name in ("paula", "nina"):  # a paralegal of the matter; an attorney who is not on it
        with pytest.raises((NotAllowed, NotFound)):
            people_actions.set_wall(house, user(house, name), matter_id, "paula", "r")
    with pytest.raises(Conflict, match="no attorney"):
        people_actions.set_wall(house, user(house, "ada"), matter_id, "alex", "r")
    with pytest.raises(RefusedInput, match="no reason"):
        people_actions.set_wall(house, user(house, "alex"), matter_id, "paula", "  ")
    with pytest.raises(NotFound):
        people_actions.set_wall(house, user(house, "alex"), matter_id, "nobody", "r")
    with pytest.raises(NotFound):
        people_actions.lift_wall(house, user(house, "alex"), matter_id, "paula")
    people_actions.set_wall(house, user(house, "alex"), matter_id, "nina", "r")
    with pytest.raises(Conflict, match="already"):
        people_actions.set_wall(house, user(house, "alex"), matter_id, "nina", "r")


def test_an_admin_lifts_no_wall_of_their_own(house: House, matter_id: str) -> None:
    people_actions.set_wall(house, user(house, "alex"), matter_id, "ada", "r")
    with pytest.raises(NotAllowed):
        people_actions.lift_wall(house, user(house, "ada"), matter_id, "ada")


def test_a_wall_is_no_way_round_the_last_attorney_whose_account_is_closed(house: House, matter_id: str) -> None:
    people_actions.disable_user(house, user(house, "ada"), "alex")
    with pytest.raises(Conflict, match="no attorney"):
        people_actions.set_wall(house, user(house, "ada"), matter_id, "alex", "to make room for another")
