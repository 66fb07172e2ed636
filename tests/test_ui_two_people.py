"""One person with several accounts tries to pass for two, or to read by another's account; nobody can, and nobody is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from firm_samples import PASSWORD, open_case, open_firm
from store_samples import add_matter

from assistant.errors import Conflict, NotAllowed, NotFound, WrongUsage
from assistant.store import audit, matters, people
from assistant.store.database import timestamp
from assistant.store.people import User
from ui.actions import people as people_actions
from ui.actions import retention
from ui.permits import OWNER
from ui.services import House

GIVEN, CHOSEN = "given by somebody", "chosen by themselves"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    opened = open_firm(tmp_path, monkeypatch)
    yield opened
    opened.close()


@pytest.fixture
def matter_id(house: House) -> str:
    return open_case(house)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let days go by for the rule of seven days."""

    def wait(days: float) -> None:
        monkeypatch.setattr("ui.two_people.timestamp", lambda ahead=0.0: timestamp(ahead + days * 24))

    return wait


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def erase(house: House, first: str, second: str, password: str, matter_id: str) -> dict[str, Any]:
    return people_actions.erase_matter(house, user(house, first), matter_id, second, password=password)


def make_sock(house: House, matter_id: str, maker: str = "ada", role: str = "attorney") -> None:
    """An account that one admin account made, and that the owner of the data root let in."""
    people_actions.add_user(house, user(house, maker), "sock", role, GIVEN)
    owner = replace(user(house, "alex"), role=cast(Any, OWNER))
    people_actions.add_member(house, owner, matter_id, "sock")


# what an attacker with the two admin accounts ada and max prepares, and whose password is then given as the second's
def made_by_the_first(house: House, matter_id: str) -> tuple[str, str]:
    make_sock(house, matter_id)
    return "sock", GIVEN


def made_by_the_other_account(house: House, matter_id: str) -> tuple[str, str]:
    make_sock(house, matter_id, "max")
    return "sock", GIVEN


def made_by_the_other_account_and_password_chosen(house: House, matter_id: str) -> tuple[str, str]:
    make_sock(house, matter_id, "max")
    people_actions.change_password(house, user(house, "sock"), GIVEN, CHOSEN)
    return "sock", CHOSEN


def reset_by_the_other_account(house: House, matter_id: str) -> tuple[str, str]:
    people_actions.reset_password(house, user(house, "max"), "alex", GIVEN)
    return "alex", GIVEN


def reset_by_the_other_account_and_password_chosen(house: House, matter_id: str) -> tuple[str, str]:
    people_actions.reset_password(house, user(house, "max"), "alex", GIVEN)
    people_actions.change_password(house, user(house, "alex"), GIVEN, CHOSEN)
    return "alex", CHOSEN


def reset_and_confirmed_by_an_attorney(house: House, matter_id: str) -> tuple[str, str]:
    people.add_member(house.db, "nina", matter_id)
    name, password = reset_by_the_other_account_and_password_chosen(house, matter_id)
    people_actions.add_member(house, user(house, "nina"), matter_id, name)
    return name, password


def promoted_by_the_other_account(house: House, matter_id: str) -> tuple[str, str]:
    people_actions.set_role(house, user(house, "max"), "paula", "attorney")
    return "paula", PASSWORD


def promoted_by_itself(house: House, matter_id: str) -> tuple[str, str]:
    people_actions.set_role(house, user(house, "max"), "max", "attorney")
    people_actions.add_member(house, user(house, "alex"), matter_id, "max")
    return "max", PASSWORD


def let_in_by_the_other_account(house: House, matter_id: str) -> tuple[str, str]:
    people.disable_user(house.db, "alex")  # long ago
    people_actions.add_member(house, user(house, "max"), matter_id, "nina", "alex left the firm")
    return "nina", PASSWORD


ATTACKS = [
    made_by_the_first,
    made_by_the_other_account,
    made_by_the_other_account_and_password_chosen,
    reset_by_the_other_account,
    reset_by_the_other_account_and_password_chosen,
    reset_and_confirmed_by_an_attorney,
    promoted_by_the_other_account,
    promoted_by_itself,
    let_in_by_the_other_account,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_one_person_with_two_admin_accounts_erases_nothing(house: House, matter_id: str, attack: Any) -> None:
    second, password = attack(house, matter_id)
    people.authenticate(house.db, second, password)  # the password is right: it is the rule that refuses
    with pytest.raises(NotAllowed):
        erase(house, "ada", second, password, matter_id)
    assert matters.find_matter(house.db, matter_id)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nor_does_an_account_prepared_as_the_first(house: House, matter_id: str, attack: Any) -> None:
    first, _ = attack(house, matter_id)
    people.add_member(house.db, "nina", matter_id)
    second = "nina" if first != "nina" else "alex"
    people.disable_user(house.db, second, disabled=False)
    with pytest.raises(NotAllowed):
        erase(house, first, second, PASSWORD, matter_id)
    assert matters.find_matter(house.db, matter_id)


def test_two_settled_accounts_pass_after_seven_days_where_each_chose_its_password(
    house: House, matter_id: str, later: Callable[[float], None]
) -> None:
    make_sock(house, matter_id, "max")
    for days in (6.9, 7.1):  # a password that somebody else knows never counts
        later(days)
        with pytest.raises(NotAllowed, match="chosen by somebody else"):
            erase(house, "ada", "sock", GIVEN, matter_id)
    people_actions.change_password(house, user(house, "sock"), GIVEN, CHOSEN)
    later(6.9)
    with pytest.raises(NotAllowed, match="seven days"):
        erase(house, "ada", "sock", CHOSEN, matter_id)
    later(7.1)
    assert erase(house, "ada", "sock", CHOSEN, matter_id)["matter_id"] == matter_id


def test_an_admin_who_resets_a_password_reads_nothing_by_it(house: House, matter_id: str) -> None:
    other = add_matter(house.db, "Another")
    for name in ("nina", "alex"):
        people.add_member(house.db, name, other)
    people.add_member(house.db, "nina", matter_id)
    done = people_actions.reset_password(house, user(house, "ada"), "alex", GIVEN)
    assert done["resting"] == sorted([matter_id, other]) and done["own_password"] is False
    alex, nina, ada = (user(house, n) for n in ("alex", "nina", "ada"))

    def is_shut_out(*ids: str) -> None:
        assert not {m["matter_id"] for m in people_actions.list_matters(house, alex)} & set(ids)
        for key in ids:
            with pytest.raises(NotAllowed):
                people_actions.list_notices(house, alex, key)

    is_shut_out(matter_id, other)
    with pytest.raises(Conflict, match="not chosen a password"):  # ada still knows it
        people_actions.add_member(house, nina, other, "alex")
    people_actions.change_password(house, alex, GIVEN, CHOSEN)  # ada may do this too: so it opens nothing by itself
    is_shut_out(matter_id, other)
    for actor in (alex, ada, user(house, "max"), user(house, "paula")):  # nobody but an attorney of the matter
        with pytest.raises(NotAllowed):
            people_actions.add_member(house, actor, other, "alex", "please")
    (notice,) = people_actions.list_notices(house, nina, other)
    assert (notice["kind"], notice["subject"], notice["actor"]) == ("user.password", "alex", "ada")
    resting = {m["name"]: m["suspended_by"] for m in people_actions.list_members(house, nina, other)["members"]}
    assert resting == {"alex": "ada", "nina": ""}
    people_actions.add_member(house, nina, other, "alex")
    assert people_actions.list_notices(house, alex, other)
    is_shut_out(matter_id)  # matter by matter: who confirms opens nothing that they cannot read themselves
    (entry,) = [e for e in audit.export(house.db) if e["action"] == "member.confirm"]
    assert (entry["actor"], entry["subject"], entry["detail"]) == ("nina", other, {"member": "alex"})


def test_a_new_account_is_let_in_once_its_holder_has_chosen_a_password(house: House, matter_id: str) -> None:
    people_actions.add_user(house, user(house, "ada"), "lena", "attorney", GIVEN)
    with pytest.raises(Conflict, match="ada set it"):  # ada could sign in as lena
        people_actions.add_member(house, user(house, "alex"), matter_id, "lena")
    people_actions.change_password(house, user(house, "lena"), GIVEN, CHOSEN)
    people_actions.add_member(house, user(house, "alex"), matter_id, "lena")
    assert people.is_member(house.db, "lena", matter_id)
    assert [e["action"] for e in audit.export(house.db)][-1] == "member.add"


@pytest.mark.parametrize("way", ["password", "disable", "role"])
def test_an_admin_does_not_clear_a_matter_of_its_attorney_to_let_an_own_account_in(
    house: House, matter_id: str, later: Callable[[float], None], way: str
) -> None:
    ada, act = user(house, "ada"), people_actions
    if way == "password":
        act.reset_password(house, ada, "alex", GIVEN)
    elif way == "disable":
        act.disable_user(house, ada, "alex")
    else:
        act.set_role(house, ada, "alex", "paralegal")
    for admin in ("ada", "max"):  # nina is the attacker's own old account, with a password of its own
        with pytest.raises(NotAllowed, match="alex .* within the last seven days"):
            act.add_member(house, user(house, admin), matter_id, "nina", "it is urgent")
    assert not people.is_member(house.db, "nina", matter_id)
    later(7.1)
    act.add_member(house, user(house, "max"), matter_id, "nina", "alex left the firm")
    assert act.list_notices(house, user(house, "paula"), matter_id)[0]["kind"] == "member.break_glass"


def test_a_firm_with_one_attorney_is_not_locked_out(
    house: House, matter_id: str, later: Callable[[float], None]
) -> None:
    people_actions.reset_password(house, user(house, "ada"), "alex", GIVEN)
    owner = replace(user(house, "ada"), role=cast(Any, OWNER))

    def let_back(actor: User) -> None:
        people_actions.add_member(house, actor, matter_id, "alex", "alex is our only attorney")

    for actor in (user(house, "ada"), owner):
        with pytest.raises((NotAllowed, Conflict), match="chosen"):
            let_back(actor)
    people_actions.change_password(house, user(house, "alex"), GIVEN, CHOSEN)
    with pytest.raises(NotAllowed, match="seven days"):
        let_back(user(house, "ada"))
    let_back(owner)  # from the shell at once, an admin after seven days; both are seen
    assert people_actions.list_notices(house, user(house, "alex"), matter_id)[0]["kind"] == "member.break_glass"
    people_actions.reset_password(house, user(house, "ada"), "alex", GIVEN)
    people_actions.change_password(house, user(house, "alex"), GIVEN, CHOSEN)
    later(7.1)
    let_back(user(house, "ada"))
    assert people.is_member(house.db, "alex", matter_id)


def test_a_password_is_changed_by_who_knows_the_old_one(house: House) -> None:
    people_actions.reset_password(house, user(house, "ada"), "nina", GIVEN)
    people.create_login(house.db, "nina", 1)
    nina = user(house, "nina")
    for old, new, error in (
        ("wrong one here", CHOSEN, NotAllowed),
        (GIVEN, "short", WrongUsage),
        (GIVEN, GIVEN, WrongUsage),  # or the one that knows it would go on knowing it
    ):
        with pytest.raises(error):
            people_actions.change_password(house, nina, old, new)
        assert user(house, "nina").password_by == "ada"
    assert people_actions.change_password(house, nina, GIVEN, CHOSEN)["own_password"] is True
    assert people.end_logins(house.db, "nina") == 0
    assert people.authenticate(house.db, "nina", CHOSEN).password_by == ""
    people_actions.reset_password(house, user(house, "ada"), "ada", CHOSEN)  # one's own is one's own
    assert user(house, "ada").password_by == ""


def test_people_of_a_matter_are_listed_for_its_people_and_removed_by_its_attorneys(
    house: House, matter_id: str
) -> None:
    alex, paula, nina, ada = (user(house, n) for n in ("alex", "paula", "nina", "ada"))
    people.add_wall(house.db, "nina", matter_id, "ada", "her sister is the plaintiff")
    told = people_actions.list_members(house, paula, matter_id)
    assert [(m["name"], m["role"]) for m in told["members"]] == [("alex", "attorney"), ("paula", "paralegal")]
    assert [w["name"] for w in told["walled"]] == ["nina"] and "sister" not in str(told)
    assert all(row["since"][:4].isdigit() for row in (*told["members"], *told["walled"]))
    assert told["may_change"] is False and people_actions.list_members(house, alex, matter_id)["may_change"] is True
    for actor in (nina, ada):
        with pytest.raises(NotAllowed):
            people_actions.list_members(house, actor, matter_id)
    for actor in (paula, nina, ada):
        with pytest.raises(NotAllowed):
            people_actions.remove_member(house, actor, matter_id, "paula")
    with pytest.raises(Conflict, match="last attorney"):
        people_actions.remove_member(house, alex, matter_id, "alex")
    with pytest.raises(NotFound):
        people_actions.remove_member(house, alex, matter_id, "max")
    assert people_actions.remove_member(house, alex, matter_id, "paula") == {"matter_id": matter_id, "removed": "paula"}
    with pytest.raises(NotAllowed):
        people_actions.list_members(house, paula, matter_id)
    assert [n["kind"] for n in people_actions.list_notices(house, alex, matter_id)] == ["member.remove"]
    people.remove_wall(house.db, "nina", matter_id)
    people_actions.add_member(house, alex, matter_id, "nina")
    people_actions.remove_member(house, nina, matter_id, "alex")  # not the last one any more
    assert [m["name"] for m in people_actions.list_members(house, nina, matter_id)["members"]] == ["nina"]


def test_after_a_reset_the_web_app_opens_nothing_and_says_what_to_do(house: House, matter_id: str) -> None:
    from fake_web import log_in
    from fastapi.testclient import TestClient

    from ui.web.app import build_app

    people_actions.reset_password(house, user(house, "ada"), "alex", GIVEN)
    client: Any = TestClient(build_app(house), base_url="http://localhost")
    log_in(client, "alex", GIVEN)
    page = client.get("/").text
    assert "Your password was chosen by ada" in page and "Quackenbush" not in page
    assert client.get(f"/m/{matter_id}/settings").status_code in (403, 404)
    given = {"X-CSRF-Token": client.csrf}
    assert client.post("/api/password", json={"old": "wrong one here", "new": CHOSEN}, headers=given).status_code == 403
    assert client.post("/api/password", json={"old": GIVEN, "new": CHOSEN}, headers=given).status_code == 200
    assert client.get("/api/me").status_code == 401  # the session that ada may hold has ended
    log_in(client, "alex", GIVEN)
    assert client.get("/api/me").status_code == 401
    log_in(client, "alex", CHOSEN)
    assert client.get(f"/m/{matter_id}/settings").status_code in (403, 404)
    people.add_member(house.db, "nina", matter_id)
    log_in(client, "nina", PASSWORD)
    page = client.get(f"/m/{matter_id}/settings").text
    assert "ada set the password" in page and page.count("data-confirm") == 1
    added = client.post(
        f"/api/matters/{matter_id}/members", json={"name": "alex"}, headers={"X-CSRF-Token": client.csrf}
    )
    assert added.status_code == 200
    log_in(client, "alex", CHOSEN)
    assert client.get(f"/m/{matter_id}/settings").status_code == 200


def test_the_login_of_the_shell_is_no_second_person_to_a_user_it_acts_as(
    house: House, matter_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.commands import erase as erase_command

    monkeypatch.setattr("ui.commands.shell_login", lambda: "alex")
    given = {"matter": matter_id, "second": "alex", "password": PASSWORD}
    with pytest.raises(NotAllowed, match="acts already"):
        list(erase_command(house, user(house, "ada"), given, threading.Event()))
    monkeypatch.setattr("ui.commands.shell_login", lambda: "root")
    assert list(erase_command(house, user(house, "ada"), given, threading.Event()))


def test_who_has_no_password_agrees_by_a_code_from_a_session_of_their_own(
    house: House, matter_id: str, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    people.add_member(house.db, "nina", matter_id)
    later(8)
    nina, now = user(house, "nina"), timestamp(8 * 24)
    with pytest.raises(NotAllowed, match="five minutes"):
        retention.make_code(house, nina, matter_id, timestamp(8 * 24 - 0.1))
    for stranger in ("ada", "paula"):
        with pytest.raises(NotAllowed):
            retention.make_code(house, user(house, stranger), matter_id, now)
    code = retention.make_code(house, nina, matter_id, now)["code"]
    other = add_matter(house.db, "Another")
    assert not house.second_codes.take(other, "nina", code) and not house.second_codes.take(matter_id, "alex", code)
    for name, wrong in (("nina", "000000000000"), ("alex", code), ("nina", "")):
        with pytest.raises(NotAllowed):
            erase(house, "ada", name, wrong, matter_id)
    assert erase(house, "ada", "nina", f" {code} ", matter_id)["matter_id"] == matter_id
    assert not house.second_codes.take(matter_id, "nina", code)  # it holds once
    code = house.second_codes.make(other, "nina", now)
    monkeypatch.setattr("ui.two_people.time.monotonic", lambda: time.monotonic_ns() / 1e9 + 601)
    assert not house.second_codes.take(other, "nina", code)  # and for ten minutes
