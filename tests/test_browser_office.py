"""An admin's and an attorney's part beside the work, in a real Chromium: the firm's sign-on, a watched folder, a close."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser_office import browser, house, log_in, matter, office, shows
from fake_issuer import CLIENT, SECRET, FakeIssuer
from sqlalchemy import delete
from store_samples import add_read_filing, approve, make_pages, make_summary
from test_browser import find_barriers_in_both

from assistant.settings import Settings
from assistant.store import filings, people, work
from assistant.store.tables import RevisionRow
from ui.folder_work import FolderWork
from ui.services import House
from ui.sign_on import SignOn

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    made = FakeIssuer("localhost")  # another site than the app's 127.0.0.1
    yield made
    made.close()


def test_a_person_signs_in_with_the_firms_account_and_lands_on_their_screen(
    browser: Any, office: dict[str, Any], house: House, matter: str, issuer: FakeIssuer, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET)
    given = {"oidc_issuer": issuer.address, "oidc_client_id": CLIENT, "oidc_client_secret_file": tmp_path / "secret"}
    people.add_user(house.db, "pia.novak@firm.example", "paralegal", "correct horse battery", "Pia Novak")
    people.add_member(house.db, "pia.novak@firm.example", matter)
    page = browser.new_context().new_page()
    office["app"].state.sign_on = SignOn(Settings(home=house.settings.home, **given))
    try:
        page.goto(office["address"] + "/login")
        page.click("text=Sign in with your firm’s account")
        page.wait_for_url(f"**/m/{matter}")  # by itself: the session's cookie came with the request
        assert "Pia Novak" in page.content()
    finally:
        office["app"].state.sign_on = None


def test_a_folder_is_watched_an_attorney_lets_summaries_out_and_closes_the_matter(
    browser: Any, office: dict[str, Any], house: House, matter: str, tmp_path: Path
) -> None:
    house.settings = house.settings.model_copy(update={"watch_root": tmp_path})
    house.__dict__["start_ingest"] = lambda document_id, **_more: filings.set_status(house.db, document_id, "ready")
    approve(house.db, add_read_filing(house.db, matter))
    page = log_in(browser, office, "ada", bypass_csp=True)
    page.goto(office["address"] + "/people")
    page.click("[data-new-folder]")
    page.select_option("dialog[open] [name=matter]", matter)
    page.fill("dialog[open] [name=folder]", "../rivera")
    page.select_option("dialog[open] [name=responsible]", "paula")
    page.click("dialog[open] button.main")
    shows(page, ".toasts", "no name of a folder")
    page.click("[data-new-folder]")
    page.select_option("dialog[open] [name=matter]", matter)
    page.fill("dialog[open] [name=folder]", "rivera")
    page.select_option("dialog[open] [name=responsible]", "paula")
    page.click("dialog[open] button.main")
    row = f'[data-folder-of="{matter}"]'
    shows(page, row, "Not looked at yet")

    (tmp_path / "rivera" / "in" / "order.pdf").write_bytes(b"%PDF-1.7 an order")
    house.folders = FolderWork(house, stable_s=0.0)
    house.folders.look()
    page.reload()
    shows(page, row, "1 taken in")

    attorney = log_in(browser, office, "alex", bypass_csp=True)
    attorney.goto(f"{office['address']}/m/{matter}/settings")
    attorney.click("[data-export]")
    shows(attorney, "dialog[open]", "Drafts never go there")
    attorney.click("dialog[open] button.danger")
    shows(attorney, "[data-folder]", "Signed-off summaries are written to rivera/out")
    house.folders.look()
    assert sorted(path.suffix for path in (tmp_path / "rivera" / "out").iterdir()) == [".docx", ".md"]

    attorney.click("[data-close]")
    attorney.fill("dialog[open] [name=closed_on]", "2015-06-30")
    attorney.fill("dialog[open] [name=months]", "84")
    attorney.click("dialog[open] button.main")
    attorney.get_by_text(re.compile("Due for erasure since 2022-06-30")).wait_for()
    assert find_barriers_in_both(attorney) == []
    page.reload()
    shows(page, "[data-due]", "1 matter is due for erasure.")
    assert find_barriers_in_both(page) == []

    attorney.click("[data-agree]")
    attorney.click("dialog[open] button.danger")
    code = attorney.locator("dialog[open] [data-code]").inner_text()
    assert house.second_codes.take(matter, "alex", code)

    page.click(f"{row} [data-change]")
    page.fill("dialog[open] [name=folder]", "rivera-2")
    page.click("dialog[open] button.main")
    shows(page, row, "rivera-2")
    shows(page, row, "No: an attorney of the matter allows it")  # of another folder it is asked anew
    page.click(f"{row} [data-unwatch]")
    page.click("dialog[open] button.danger")
    page.locator(row).wait_for(state="detached")
    assert page.faults == [] and attorney.faults == []


def test_a_filing_whose_summary_lost_its_reading_opens_and_says_what_to_do(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_read_filing(house.db, matter, b"%PDF-1.7 another")
    work.save_summary(house.db, make_summary(document), "paula")
    with house.db.session() as session:
        session.execute(delete(RevisionRow).where(RevisionRow.document_id == document.document_id))
    filings.save_revision(house.db, replace(document, revision=2), make_pages(), {"PERSON": 1}, [], 1.0)
    page = log_in(browser, office, "paula")
    page.goto(f"{office['address']}/f/{document.document_id}")
    shows(page, "[data-body]", "Its summary cannot be shown any more")
    assert page.locator("[data-body] button.main").inner_text() == "Write it again" and page.faults == []
