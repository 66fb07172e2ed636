"""Insights and a review without a summary in a real Chromium, over a real store; no model runs behind it."""

from __future__ import annotations

from typing import Any

import pytest
from browser_office import add_filing, browser, house, log_in, matter, office, shows
from store_samples import make_summary
from test_assistant_store_trials import WITH, WITHOUT, review
from test_browser import find_barriers

from assistant.store import trials, work
from assistant.store.filings import load_document
from assistant.store.measured_tables import ReviewTimeRow
from ui.services import House

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_admin_reads_the_figures_of_the_firm_and_a_paralegal_does_not(
    browser: Any, office: dict[str, Any], house: House, matter: str, scheme: str
) -> None:
    with house.db.session():  # one commit, which is quicker
        for number in range(10):
            review(house.db, matter, f"{scheme} {number}", WITH, 200 + number, "paula")
            review(house.db, matter, f"{scheme} own {number}", WITHOUT, 500 + number, "paula")
    page = log_in(browser, office, "ada", bypass_csp=True, color_scheme=scheme)
    page.click("nav >> text=Insights")
    shows(page, "#insights", "With a summary a review takes 300 s fewer per 1,000 words")
    shows(page, "#insights", "signed off untouched")
    page.click("summary:has-text('With and without a summary')")
    shows(page, "section:has(#reviews) tbody", "without")
    assert page.locator("svg.cb-chart[role=img] title").count() >= 4
    assert find_barriers(page) == []
    with page.expect_download() as waiting:
        page.click("a[href$='table=reviews']")
    assert waiting.value.suggested_filename == "insights-reviews.csv"
    assert page.faults == []
    reader = log_in(browser, office, "paula")
    for path in ("/insights", "/api/insights/export?table=edits"):
        assert reader.request.get(office["address"] + path).status == 403


def test_a_drawn_filing_is_written_from_its_pages_and_the_time_is_counted(
    browser: Any, office: dict[str, Any], house: House, matter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.redact.redact_input", lambda text, *_: text)
    document_id = add_filing(house, matter, "drawn.pdf")
    assert trials.draw_filing(house.db, document_id, 0.5, WITHOUT)
    key = work.save_summary(
        house.db, make_summary(load_document(house.db, document_id), "The model wrote this."), "paula"
    )
    page = log_in(browser, office, "paula")
    page.goto(f"{office['address']}/f/{document_id}")
    shows(page, "[data-body]", "This one is yours to write")
    assert "The model wrote this" not in page.content()
    assert page.locator("[data-view=difference], [data-write], [data-export]").filter(visible=True).count() == 0
    page.click("[data-submit]")
    shows(page, ".toasts", "You have not written a summary")
    page.fill("[data-own]", "A worker sues.")
    page.wait_for_timeout(2500)
    page.click("[data-submit]")
    shows(page, "[data-foot]", "Submitted")
    shows(page, ".sentence .words", "A worker sues.")
    page.click("[data-view=difference]")
    shows(page, ".difference", "wrote")
    page.goto(office["address"] + "/review")  # leaving tells what was counted
    page.wait_for_load_state("networkidle")
    with house.db.reading() as session:
        assert 2 <= session.get_one(ReviewTimeRow, (key, "paula")).seconds <= 30
    assert page.faults == []

    drawn = add_filing(house, matter, "drawn too.pdf")
    trials.draw_filing(house.db, drawn, 0.5, WITHOUT)
    work.save_summary(house.db, make_summary(load_document(house.db, drawn), "The model wrote this."), "paula")
    page.goto(f"{office['address']}/f/{drawn}")
    page.click("[data-show-withheld]")
    page.click("dialog[open] button.main")
    shows(page, ".sentence .words", "The model wrote this.")
    assert page.locator("[data-view=difference]").is_visible()
