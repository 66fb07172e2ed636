"""What is deleted and erased, by whom, and what keeps it, in a real Chromium over a real store; closing and holds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from browser_office import (
    PASSWORD,
    add_filing,
    add_summary,
    browser,
    confirm,
    enter,
    house,
    matter,
    office,
    shows,
)
from store_samples import add_matter

from assistant.errors import NotFound
from assistant.store import erasure, filings, matters, people, work
from ui.actions import orders, retention
from ui.services import House

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]


def open_matter(house: House, name: str) -> tuple[str, str]:
    """Make a matter of alex and paula with one filing; give both ids."""
    made = add_matter(house.db, name)
    for person in ("alex", "paula"):
        people.add_member(house.db, person, made)
    return made, add_filing(house, made, f"{name[:4].lower()}.pdf")


def is_gone(house: House, matter: str, document: str) -> None:
    """Assert that the store holds neither a matter nor its filing, and a tombstone of it."""
    with pytest.raises(NotFound):
        matters.find_matter(house.db, matter)
    with pytest.raises(NotFound):
        filings.get_filing(house.db, document)
    assert (matter, "matter") in {(stone.subject, stone.kind) for stone in erasure.list_tombstones(house.db)}


def erase(page: Any, place: str, password: str) -> None:
    """Erase a matter by the button at a place, with alex as the second person."""
    page.click(f"{place} [data-erase]")
    shows(page, "dialog[open]", "It takes two people and cannot be undone.")
    confirm(page, second="alex", password=password)


def test_an_attorney_deletes_a_filing_unless_a_hold_keeps_it_and_a_paralegal_does_not(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "spent.pdf")
    key = add_summary(house, document, "paula")
    alex, paula = (enter(browser, office, name, f"/m/{matter}") for name in ("alex", "paula"))
    for page in (alex, paula):
        page.locator(f'[data-id="{document}"]').wait_for()
    assert paula.get_by_role("button", name=re.compile("Delete|Sequester")).count() == 0
    orders.set_legal_hold(house, people.get_user(house.db, "alex"), matter, True, "Letter")
    alex.get_by_role("button", name="Delete spent.pdf").click()
    alex.click("dialog[open] button.danger")
    shows(alex, ".toasts", "legal hold")
    assert filings.get_filing(house.db, document).status == "ready"
    orders.set_legal_hold(house, people.get_user(house.db, "alex"), matter, False, "Over")

    alex.get_by_role("button", name="Delete spent.pdf").click()
    shows(alex, "dialog[open]", "spent.pdf goes with its summaries")
    alex.click("dialog[open] .ends button >> nth=0")  # called off
    assert filings.get_filing(house.db, document).status == "ready"
    alex.get_by_role("button", name="Delete spent.pdf").click()
    alex.click("dialog[open] button.danger")
    alex.locator(f'[data-id="{document}"]').wait_for(state="detached")
    for gone in (lambda: filings.get_filing(house.db, document), lambda: work.get_summary(house.db, key)):
        with pytest.raises(NotFound):
            gone()
    paula.goto(f"{office['address']}/f/{document}")
    shows(paula, "[role=alert]", "There is no such thing in a matter of yours.")
    assert alex.faults == paula.faults == []


def test_a_matter_is_erased_by_an_admin_and_its_attorneys_password(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    made, document = open_matter(house, "Erased v. All")
    ada, paula = enter(browser, office, "ada"), enter(browser, office, "paula", "/health")
    row = f'[data-matter="{made}"]'
    erase(ada, row, "not the password")
    shows(ada, ".toasts", "The name or the password is wrong")
    ada.click(f"{row} [data-erase]")
    confirm(ada, second="paula", password=PASSWORD)
    shows(ada, ".toasts >> nth=0", "paula is no attorney of this matter.")
    assert filings.get_filing(house.db, document).status == "ready"
    erase(ada, row, PASSWORD)
    shows(ada, "dialog[open]", f"{made} is erased")
    shows(ada, "dialog[open]", "1 filing and all that was made from it are gone")
    ada.click("dialog[open] button.main")
    ada.locator(row).wait_for(state="detached")
    is_gone(house, made, document)
    for path in (f"/m/{made}", f"/api/filings/{document}", f"/api/filings/{document}/original"):
        answer = paula.request.get(office["address"] + path)
        assert answer.status in (403, 404) and "Erased" not in answer.text(), path
    assert ada.faults == []


def test_a_matter_is_erased_by_an_attorney_and_the_code_of_another_but_not_under_a_hold(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    made, document = open_matter(house, "Coded v. All")
    people.add_member(house.db, "nina", made)
    orders.set_legal_hold(house, people.get_user(house.db, "alex"), made, True, "Letter")
    alex, nina, paula = (enter(browser, office, name, f"/m/{made}/settings") for name in ("alex", "nina", "paula"))
    ada = enter(browser, office, "ada")
    for page in (alex, nina, paula):
        shows(page, "main", "nothing of this matter can be deleted or erased")
        assert page.locator("[data-agree], [data-erase]").count() == 0
    shows(ada, f'[data-matter="{made}"]', "Legal hold")
    assert ada.locator(f'[data-matter="{made}"] [data-erase]').count() == 0
    orders.set_legal_hold(house, people.get_user(house.db, "alex"), made, False, "Over")

    for page in (alex, nina, paula):
        page.reload()
    assert paula.locator("[data-agree], [data-erase]").count() == 0
    erase(alex, "main", PASSWORD)  # one person is not two
    shows(alex, ".toasts", "It takes two people.")
    alex.click("[data-agree]")
    alex.click("dialog[open] button.danger")
    code = alex.locator("dialog[open] [data-code]").inner_text()
    erase(nina, "main", f" {code} ")
    shows(nina, "dialog[open]", f"{made} is erased")
    shows(nina, "dialog[open]", "No adapter had learned from it.")
    nina.click("dialog[open] button.main")
    nina.wait_for_url(office["address"] + "/")
    is_gone(house, made, document)
    assert not house.second_codes.take(made, "alex", code), "a code holds once"
    assert alex.faults == nina.faults == ada.faults == []


def test_an_admin_closes_a_matter_is_told_when_it_is_due_and_opens_it_again(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    made, _ = open_matter(house, "Kept v. Long")
    ada, row = enter(browser, office, "ada"), f'[data-matter="{made}"]'
    ada.click(f"{row} [data-close]")
    confirm(ada, closed_on="2015-06-30", months="84")
    shows(ada, row, "Closed 2015-06-30, due for erasure since 2022-06-30")
    shows(ada, "[data-due]", "1 matter is due for erasure.")
    orders.set_legal_hold(house, people.get_user(house.db, "alex"), made, True, "Letter")
    ada.reload()
    shows(ada, row, "due since 2022-06-30, kept by the hold")
    assert ada.locator("[data-due]").count() == 0, "what is held is not asked for"
    ada.click(f"{row} [data-close]")
    confirm(ada, closed_on="", months="")
    shows(ada, f"{row} [data-close]", "Close…")
    assert retention.show_closing(house, people.get_user(house.db, "paula"), made)["closed_on"] == ""
    paula = enter(browser, office, "paula", f"/m/{made}/settings")
    shows(paula, "main", "ada opened it again")
    assert paula.locator("[data-close]").count() == 0
    assert ada.faults == paula.faults == []
