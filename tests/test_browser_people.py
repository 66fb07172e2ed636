"""Who comes in and who opens which matter, in a real Chromium over a real store: accounts, access, walls, locks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_office import (
    PASSWORD,
    add_filing,
    browser,
    confirm,
    enter,
    house,
    log_in,
    make_member,
    matter,
    office,
    serve,
    shows,
)
from store_samples import settings_of

from assistant.store import audit, matters, people
from ui.services import House, open_house
from ui.web.app import build_app
from ui.web.first_run import offer_first_link

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]
OWN = "another horse battery"
EMPTY_TO_ADMINS = {
    "/people": "No matter yet. Add an attorney, then open the first matter and choose its first attorney.",
    "/compare": "An attorney lends one on the filing, under About",
}
EMPTY_TO_THE_OTHERS = {
    "": "Drop the first filings here",
    "/ask": "Add filings to this matter; questions can be asked as soon as one has been read.",
    "/grid": "Add filings to this matter; it can begin as soon as one has been read.",
    "/compare": "Add filings to this matter; they can be compared on as soon as they have been read.",
    "/search": "A few words are enough.",
}
"""What an empty screen says to do, by its address."""


def choose_own_password(page: Any) -> None:
    """Change the first password that somebody else set, from the notice that asks for it."""
    page.click("main [data-password]")
    confirm(page, old=PASSWORD, new=OWN)
    page.wait_for_url("**/login")


def is_shut_out(page: Any, office: dict[str, Any], matter: str, document: str) -> None:
    """Assert that a person sees nothing of a matter: not its name, no page of it, no byte of a filing."""
    page.goto(office["address"] + "/")
    shows(page, "main h1", "You are not a member of a matter yet")
    assert "Rivera" not in page.content()
    for path in (f"/m/{matter}", f"/m/{matter}/settings", f"/f/{document}", f"/api/filings/{document}/pages/1.png"):
        answer = page.request.get(office["address"] + path)
        assert answer.status in (403, 404) and "Rivera" not in answer.text(), path


def test_the_first_account_is_made_by_the_printed_link_which_works_once(
    browser: Any, house: House, tmp_path: Path
) -> None:
    new = open_house(settings_of(tmp_path))
    try:
        with serve(build_app(new)) as office:
            page = browser.new_context().new_page()
            page.goto(office["address"] + "/login")
            shows(page, "main", "There is no account yet")
            link = office["address"] + offer_first_link(office["app"])
            page.goto(link)
            for name, value in (("display_name", "Ada Lind"), ("name", "ada"), ("password", OWN), ("again", PASSWORD)):
                page.fill(f"[name={name}]", value)
            page.click("main button.main")
            shows(page, "[role=alert]", "The two passwords differ.")
            page.fill("[name=password]", OWN)
            page.fill("[name=again]", OWN)
            page.click("main button.main")
            page.wait_for_url("**/people")  # logged in, on the screen that an admin begins with
            shows(page, '[data-user="ada"]', "Ada Lind")
            for path, words in EMPTY_TO_ADMINS.items():
                page.goto(office["address"] + path)
                shows(page, "main", words)
            other = browser.new_context().new_page()
            assert other.goto(link).status == 404
            shows(other, "[role=alert]", "This link was used or is out of date.")
        assert [(one.name, one.role, one.password_by) for one in people.list_users(new.db)] == [("ada", "admin", "")]
    finally:
        new.close()


def test_a_person_is_added_chooses_a_password_works_gets_another_role_and_leaves(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "first.pdf")
    ada, alex = enter(browser, office, "ada"), enter(browser, office, "alex", f"/m/{matter}/settings")
    ada.click("[data-add-user]")
    ada.select_option("dialog[open] [name=role]", "paralegal")
    confirm(ada, display_name="Pia Novak", name="pia", password=PASSWORD)
    shows(ada, '[data-user="pia"]', "Open")

    alex.fill("[data-member] [name=name]", "pia")
    alex.click("[data-member] button >> nth=0")
    shows(alex, ".toasts", "pia has not chosen a password yet: ada set it.")
    assert not people.is_member(house.db, "pia", matter)

    pia = log_in(browser, office, "pia")
    shows(pia, "main .notice", "Your password was chosen by ada.")
    choose_own_password(pia)
    pia = log_in(browser, office, "pia", password=OWN)
    assert pia.locator("main .notice").count() == 0
    is_shut_out(pia, office, matter, document)
    alex.click("[data-member] button >> nth=0")
    shows(alex, '[data-person="pia"]', "Pia Novak")
    pia.goto(office["address"] + "/")
    pia.wait_for_url(f"**/m/{matter}")
    shows(pia, "table.filings", "first.pdf")
    assert pia.locator("[data-sequester]").count() == 0, "a paralegal hides no filing"

    ada.select_option('[data-user="pia"] [data-role]', "attorney")
    shows(ada, ".toasts", "pia has a new role and must log in again.")
    pia.reload()
    pia.wait_for_url("**/login")
    pia = enter(browser, office, "pia")
    pia.locator("[data-sequester]").first.wait_for()
    assert people.get_user(house.db, "pia").role == "attorney"

    alex.click('[data-person="pia"] [data-remove]')
    alex.click("dialog[open] button.danger")
    alex.locator('[data-person="pia"]').wait_for(state="detached")
    shows(alex, "main", "alex took pia off the matter.")
    is_shut_out(pia, office, matter, document)
    ada.click('[data-user="pia"] [data-disable]')
    ada.click("dialog[open] button.danger")
    shows(ada, '[data-user="pia"]', "Closed")
    pia.reload()
    pia.wait_for_url("**/login")
    refuse(pia, office, "pia", OWN)
    assert people.get_user(house.db, "pia").disabled
    assert ada.faults == alex.faults == pia.faults == []


def refuse(page: Any, office: dict[str, Any], name: str, *passwords: str) -> None:
    """Try to log in, and assert that it is refused in words that tell nothing more."""
    page.goto(office["address"] + "/login")
    for password in passwords:
        page.fill("[name=name]", name)
        page.fill("[name=password]", password)
        with page.expect_response("**/login"):
            page.press("[name=password]", "Enter")
        shows(page, "[role=alert]", "The name or the password is wrong, or the account is locked for a while.")
        assert "/login" in page.url


def test_a_password_set_by_an_admin_opens_no_matter_until_an_attorney_confirms(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "second.pdf")
    make_member(house, "rob", "paralegal", matter)
    ada, alex = enter(browser, office, "ada"), enter(browser, office, "alex", f"/m/{matter}/settings")
    ada.click('[data-user="rob"] [data-reset]')
    confirm(ada, password=PASSWORD)
    shows(ada, ".toasts", "rob has a new first password.")
    alex.reload()
    shows(alex, '[data-person="rob"]', "Opens nothing here: ada set the password, and no new one is chosen yet")
    assert alex.locator('[data-person="rob"] [data-confirm]').count() == 0

    rob = log_in(browser, office, "rob")
    is_shut_out(rob, office, matter, document)
    choose_own_password(rob)
    rob = enter(browser, office, "rob")
    is_shut_out(rob, office, matter, document)
    alex.reload()
    alex.click('[data-person="rob"] [data-confirm]')
    shows(alex, "dialog[open]", "Ask rob in person or by telephone")
    alex.click("dialog[open] button.danger")
    alex.locator('[data-person="rob"] [data-confirm]').wait_for(state="detached")
    rob.goto(office["address"] + "/")
    shows(rob, "table.filings", "second.pdf")
    assert people.is_member(house.db, "rob", matter) and ada.faults == alex.faults == rob.faults == []


def test_whoever_is_walled_off_sees_nothing_and_is_not_added_until_the_wall_is_lifted(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "third.pdf")
    make_member(house, "wes", "attorney", matter)
    ada, alex, wes = (enter(browser, office, name) for name in ("ada", "alex", "wes"))
    shows(wes, "table.filings", "third.pdf")
    ada.click(f'[data-matter="{matter}"] [data-wall]')
    ada.select_option("dialog[open] [name=name]", "wes")
    confirm(ada, "Once of the other side")
    shows(ada, ".toasts", f"wes is walled off from {matter}.")
    is_shut_out(wes, office, matter, document)
    assert people.walls_of(house.db, "wes") == (matter,)

    alex.goto(f"{office['address']}/m/{matter}/settings")
    shows(alex, '[data-walled="wes"]', "Walled off")
    shows(alex, "main", "ada walled wes off.")
    alex.fill("[data-member] [name=name]", "wes")
    alex.click("[data-member] button >> nth=0")
    shows(alex, ".toasts", "wall")
    alex.click('[data-walled="wes"] [data-lift]')
    alex.click("dialog[open] button.danger")
    alex.locator('[data-walled="wes"]').wait_for(state="detached")
    is_shut_out(wes, office, matter, document)  # lifted is not added
    alex.fill("[data-member] [name=name]", "wes")
    alex.click("[data-member] button >> nth=0")
    alex.locator('[data-person="wes"]').wait_for()
    wes.goto(office["address"] + "/")
    shows(wes, "table.filings", "third.pdf")

    alex.click("[data-wall]")  # an attorney of the matter may put one up too
    confirm(alex, "Married to the plaintiff", name="wes")
    alex.locator('[data-walled="wes"]').wait_for()
    is_shut_out(wes, office, matter, document)
    paula = enter(browser, office, "paula", f"/m/{matter}/settings")
    paula.locator('[data-walled="wes"]').wait_for()
    assert paula.locator("[data-lift], [data-wall], [data-member], [data-remove]").count() == 0
    assert ada.faults == alex.faults == wes.faults == paula.faults == []


def test_an_admin_opens_a_matter_with_its_number_and_names_the_first_attorney_who_sees_why(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    ada = enter(browser, office, "ada")
    ada.click("main [data-new-matter]")
    confirm(ada, name="Quay v. Lindgren", number="24-0131")
    ada.locator("[data-first]").wait_for()
    made = next(one for one in matters.list_matters(house.db) if one.number == "24-0131")
    row = f'[data-matter="{made.matter_id}"]'
    assert "Lindgren" not in ada.content() and "24-0131" not in ada.content(), "a matter's name is its content"
    ada.click(f"{row} [data-first]")
    ada.select_option("dialog[open] [name=name]", "nina")
    confirm(ada, "She takes it over")
    shows(ada, row, "1 attorney")
    assert ada.locator(f"{row} [data-first]").count() == 0, "an admin lets in no second one"

    nina = enter(browser, office, "nina")
    nina.wait_for_url(f"**/m/{made.matter_id}")
    shows(nina, "header .matter summary", "Quay v. Lindgren (24-0131)")
    nina.goto(f"{office['address']}/m/{made.matter_id}/settings")
    shows(nina, "main", "an administrator, ada, made nina its first attorney. She takes it over")
    nina.click("main [data-new-matter]")
    confirm(nina, name="In re Brightwater", number="24-0140")
    shows(nina, "main h1", "In re Brightwater")
    shows(nina, "main header", "24-0140")
    empty = nina.url
    for path, words in EMPTY_TO_THE_OTHERS.items():
        nina.goto(empty + path)
        shows(nina, "main", words)
    nina.goto(office["address"] + "/review")
    shows(nina, "main", "Summaries that are submitted for sign-off or returned to their author, and your own drafts")
    assert [a.name for a in people.attorneys_of(house.db, made.matter_id)] == ["nina"]
    assert ada.faults == nina.faults == []


def test_an_account_is_locked_after_five_failures_until_an_admin_opens_it(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    make_member(house, "lou", "paralegal", matter)
    page = browser.new_context().new_page()
    refuse(page, office, "lou", *["a wrong password"] * people.MAX_ATTEMPTS, PASSWORD)  # the right one, too late
    told = [one for one in audit.export(house.db) if one["action"] == "login.refused" and one["subject"] == "lou"]
    assert len(told) == people.MAX_ATTEMPTS + 1
    ada = enter(browser, office, "ada")
    ada.click('[data-user="lou"] [data-reset]')
    confirm(ada, password=OWN)
    shows(ada, ".toasts", "lou has a new first password.")
    lou = log_in(browser, office, "lou", password=OWN)
    shows(lou, "main .notice", "Your password was chosen by ada.")


def test_logging_out_ends_the_sessions_everywhere(browser: Any, office: dict[str, Any], house: House) -> None:
    here, there = enter(browser, office, "paula"), enter(browser, office, "paula")
    here.click("header .menu:not(.matter) > summary")
    here.click("[data-logout]")
    here.wait_for_url("**/login")
    there.click("[data-jobs]")  # the page is still open, and what it asks for is refused
    assert there.request.get(office["address"] + "/api/me").status == 401
    there.reload()
    there.wait_for_url("**/login")
    here.go_back()
    here.wait_for_url("**/login")
    assert here.faults == there.faults == []
