"""What the screens offer beside writing and reading, by hand and by keys, in a real Chromium over a real store.

No model, no index and no job runs behind it: what is reviewed was stored beforehand, so that each step takes a second.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from browser_office import SECRET, add_filing, add_summary, browser, confirm, house, log_in, matter, office, shows
from test_browser import find_barriers_in_both

from assistant.evidence.house_rankers import HouseRankers
from assistant.store import audit, matters, people, work
from ui.services import House

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]


def is_current(page: Any, key: str) -> None:
    """Wait until a summary of the queue is the one in hand, opened on the desk."""
    page.locator(f'.queue [data-summary-id="{key}"][aria-current]').wait_for()
    page.wait_for_url(f"**/review/{key}")


def test_the_queue_is_worked_off_by_keys_and_one_switch_turns_them_off(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    first, second = (
        add_summary(house, add_filing(house, matter, name), "paula", "submitted") for name in ("one.pdf", "two.pdf")
    )
    page = log_in(browser, office, "alex")
    page.goto(office["address"] + "/review")
    is_current(page, first)
    shows(page, "[data-foot]", "Submitted")
    page.keyboard.press("j")
    is_current(page, second)
    page.keyboard.press("k")
    is_current(page, first)
    page.keyboard.press("v")  # it opened with the difference on
    page.locator('[data-view=summary][aria-selected="true"]').wait_for()

    page.keyboard.press("?")
    shows(page, "dialog[open]", "Shortcuts")
    shows(page, "dialog[open]", "Return with a reason")
    page.uncheck("dialog[open] input[type=checkbox]")
    page.click("dialog[open] button")
    for key in ("j", "a", "d", "x"):
        page.keyboard.press(key)
    page.wait_for_timeout(400)
    is_current(page, first)
    assert page.locator("dialog[open]").count() == 0 and work.get_summary(house.db, first).status == "submitted"
    page.keyboard.press("?")  # the sheet itself opens all the same, or nobody could turn them on again
    page.check("dialog[open] input[type=checkbox]")
    page.click("dialog[open] button")

    page.keyboard.press("d")
    page.fill("dialog[open] [name=reason]", "Name the judge.")
    page.click("dialog[open] button.main")
    shows(page, "[data-foot]", "Returned")
    shows(page, f'.queue [data-summary-id="{first}"] .state', "Returned")
    page.keyboard.press("j")
    is_current(page, second)
    shows(page, "[data-foot]", "Submitted")
    page.keyboard.press("a")
    shows(page, "[data-foot]", "Signed off")
    assert work.get_summary(house.db, first).returned_reason == "Name the judge."
    assert work.get_summary(house.db, second).signed_off_by == "alex"
    assert page.faults == []


def test_a_sentence_is_flagged_by_x_and_a_summary_put_aside_and_taken_up_again(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "three.pdf")
    key = add_summary(house, document, "paula")
    page = log_in(browser, office, "paula")
    page.goto(f"{office['address']}/f/{document}")
    page.locator(".sentence").nth(1).click()
    page.keyboard.press("x")
    page.select_option("dialog[open] [name=reason]", "wrong_figure")
    page.fill("dialog[open] [name=note]", "It was in May.")
    page.click("dialog[open] button.main")
    shows(page, '.sentence[data-index="1"] .flagged', "Flagged by paula: Wrong figure, amount or date: It was in May.")
    page.keyboard.press("x")
    page.locator(".flagged").wait_for(state="detached")

    page.keyboard.press("Delete")
    page.click("dialog[open] button.danger")
    shows(page, "[data-foot]", "Discarded")
    assert page.locator(".sentence [data-flag]").count() == 0  # put aside: nothing is done to it
    page.goto(office["address"] + "/review")
    shows(page, ".queue", "Discarded (1)")
    page.click(f'.queue [data-summary-id="{key}"]')
    page.click("[data-restore]")
    shows(page, "[data-foot]", "Draft")
    assert work.get_summary(house.db, key).status == "draft"
    assert page.faults == []


def test_a_version_tells_what_it_changed_and_an_earlier_one_comes_back(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "four.pdf")
    key = add_summary(house, document, "paula")
    page = log_in(browser, office, "paula")
    page.goto(f"{office['address']}/f/{document}")
    page.locator(".sentence", has_text="August").wait_for()
    page.click("[data-view=versions]")
    page.locator('[data-version="2"]').get_by_role("button", name="What it changed").click()
    shows(page, '[data-version="2"] del', "July.")
    shows(page, '[data-version="2"] ins', "August.")
    assert page.locator('[data-version="1"]').get_by_role("button", name="What it changed").count() == 0
    page.locator('[data-version="1"]').get_by_role("button", name="Restore").click()
    page.locator(".sentence", has_text="July").wait_for()
    assert page.locator(".sentence", has_text="August").count() == 0
    page.click("[data-view=versions]")
    shows(page, '[data-version="3"]', "shown")
    assert work.get_summary(house.db, key).version == 3
    assert page.faults == []


def test_an_attorney_orders_holds_and_lifts_and_the_people_of_the_matter_see_it(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    page = log_in(browser, office, "alex")
    page.goto(f"{office['address']}/m/{matter}/settings")
    page.click("[data-order=order-set]")
    shows(page, "dialog[open]", "Nothing of this matter trains the model while the order stands")
    page.click("dialog[open] .ends button >> nth=0")  # called off: nothing happens
    assert page.locator("[data-order=order-set]").count() == 1
    page.click("[data-order=order-set]")
    confirm(page, "ECF 41")
    shows(page, ".panel .state", "a protective order covers this matter")
    page.click("[data-order=hold-set]")
    confirm(page, "Letter of May 3")
    shows(page, "main", "nothing of this matter can be deleted or erased")
    for key in ("order-lift", "hold-lift"):
        page.click(f"[data-order={key}]")
        confirm(page, "It ended")
        page.wait_for_selector(f"[data-order={key.replace('lift', 'set')}]")
    told = page.locator("main li").all_text_contents()
    assert [re.sub(r"\s+", " ", t).split(": ", 1)[1].strip() for t in told[:4]] == [
        "alex lifted the legal hold. It ended",
        "alex lifted the protective order. It ended",
        "alex laid a legal hold on it. Letter of May 3",
        "alex recorded a protective order. ECF 41",
    ]
    assert page.faults == []


def test_a_filing_is_clawed_back_and_released_and_its_hidden_text_revealed_by_an_attorney_only(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    add_filing(house, matter, "kept.pdf")
    document = add_filing(house, matter, "five.pdf")
    reader, page = log_in(browser, office, "paula"), log_in(browser, office, "alex")
    reader.goto(f"{office['address']}/f/{document}")
    shows(reader, "[data-body]", "No summary yet")
    reader.click("[data-view=about]")
    shows(reader, "[data-hidden]", "1 place on page 1 carries text that the page does not show")
    assert reader.locator("[data-reveal]").count() == 0
    page.goto(f"{office['address']}/f/{document}")
    shows(page, "[data-body]", "No summary yet")
    page.click("[data-view=about]")
    page.click("[data-reveal]")
    shows(page, "dialog[open]", "recorded under your name")
    page.click("dialog[open] button.danger")
    shows(page, "[data-hidden] q", SECRET)
    assert [e["actor"] for e in audit.export(house.db) if e["action"] == "hidden.reveal"] == ["alex"]

    page.goto(f"{office['address']}/m/{matter}")
    page.get_by_role("button", name="Sequester five.pdf").click()
    confirm(page, "Sent to us by mistake")
    shows(page, "[data-clawed]", "five.pdf")
    assert page.locator("table.filings", has_text="five.pdf").count() == 0
    assert reader.request.get(f"{office['address']}/api/filings/{document}").status == 404
    reader.goto(f"{office['address']}/m/{matter}")
    reader.locator("table.filings", has_text="kept.pdf").wait_for()
    assert "five.pdf" not in reader.content()
    page.get_by_role("button", name="Release five.pdf").click()
    confirm(page, "The other side agreed")
    page.locator("table.filings", has_text="five.pdf").wait_for()
    assert page.locator("[data-sequestered]").is_hidden()
    assert page.faults == [] and reader.faults == []


def test_the_notice_of_thin_evidence_stands_above_the_answer_before_its_first_sentence(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    from ui.actions import questions

    document = add_filing(house, matter, "six.pdf")
    asked, chosen = threading.Event(), []

    def stream(*_given: Any, stop: threading.Event, **named: Any) -> Iterator[dict[str, Any]]:
        chosen.append(named["document_ids"])
        yield {"kind": "weighed", "confidence": 0.2}
        asked.wait(30)
        sentence = {
            "text": "He sues.",
            "part": "",
            "support": "supported",
            "reason": "",
            "origin": "model",
            "evidence": [],
        }
        yield {"kind": "sentence", "index": 0, "sentence": sentence}
        stop.wait(30)

    real = office["app"].state.actions.questions
    office["app"].state.actions.questions = SimpleNamespace(
        stream_answer=stream, list_conversations=questions.list_conversations
    )
    try:
        page = log_in(browser, office, "alex")
        page.goto(f"{office['address']}/m/{matter}/ask")
        page.click("[data-scope] summary")
        page.check(f'[data-scope] [value="{document}"]')
        shows(page, "[data-scope-words]", "six.pdf")  # of this filing alone
        page.fill("[name=question]", "Who sues?")
        page.click("[data-send]")
        shows(page, ".turn .notice", "The evidence is thin.")
        assert chosen == [[document]]
        assert page.locator(".turn .sentence").count() == 0
        asked.set()
        page.locator(".turn .sentence").wait_for()
        above, below = (page.locator(place).bounding_box() for place in (".turn .notice", ".turn .sentence"))
        assert above["y"] + above["height"] <= below["y"]
        page.click("[data-stop]")
        assert page.faults == []
    finally:
        office["app"].state.actions.questions = real


def test_an_admin_makes_a_new_master_key(browser: Any, office: dict[str, Any], house: House, matter: str) -> None:
    page = log_in(browser, office, "ada")
    page.goto(office["address"] + "/people")
    page.click("[data-rotate]")
    shows(page, "dialog[open]", "backups made before need it")
    page.click("dialog[open] button.danger")
    shows(page, "dialog[open]", "A new master key is in use")
    old = page.locator("dialog[open] code").text_content()
    assert Path(old or "").is_file()
    page.click("dialog[open] button.main")
    assert people.is_member(house.db, "alex", matter) and any(
        m.matter_id == matter and m.name for m in matters.list_matters(house.db)
    )  # it still opens
    assert page.faults == []


SAID = {
    None: "Person 1 sues the terminal for damages.",
    "starter-1": "Person 1 asks for $5,000 in unpaid wages.",
    "house-2": "Person 1 settled with the harbor master for $9,000.",  # which the filing does not say
}


class Writer:
    """An engine that writes one sentence, another one for each adapter."""

    model_hash = "0" * 64

    def batch(self, prompts: Any, *, adapter: str | None = None, max_new_tokens: Any = 120, stop: Any = None) -> Any:
        return [SAID[adapter] for _ in prompts]


def test_a_lent_filing_is_compared_by_name_by_an_admin_and_blindly_by_its_people_until_the_loan_ends(
    browser: Any, office: dict[str, Any], house: House, matter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.store import registry
    from ui import compare_work
    from ui.actions import compare

    begun: list[tuple[str, int]] = []
    monkeypatch.setattr(compare, "_check_room", lambda _house: None)
    monkeypatch.setattr(compare_work, "enqueue_run", lambda *run: begun.append(run))
    monkeypatch.setitem(house.__dict__, "_engine", Writer())
    monkeypatch.setitem(house.__dict__, "choose_adapter", lambda choice, user="": choice or "base")
    monkeypatch.setitem(house.__dict__, "choose_rankers", lambda *_: HouseRankers())  # these have no folder
    for name, status in (("starter-1", "active"), ("house-2", "candidate")):
        registry.insert_adapter(house.db, name, folder=name, hash=name[-1] * 64)
        registry.set_status(house.db, name, status)
    document = add_filing(house, matter, "lent.pdf", f"{SAID[None]} {SAID['starter-1']}")

    alex = log_in(browser, office, "alex", bypass_csp=True)
    alex.goto(f"{office['address']}/f/{document}")
    shows(alex, "[data-body]", "No summary yet")
    alex.click("[data-view=about]")
    shows(alex, "[data-learned]", "No adapter has learned from this filing")
    alex.click("[data-lend=lend]")
    shows(alex, "dialog[open]", "it ends at once")
    alex.click("dialog[open] button[value=ok]")
    shows(alex, "[data-loan]", "Lent for comparison by alex")
    assert find_barriers_in_both(alex) == []

    ada = log_in(browser, office, "ada", bypass_csp=True)
    ada.goto(office["address"] + "/compare")
    row = f'tr[data-id="{document}"]'
    ada.click(f"{row} [data-begin]")
    shows(ada, row, "0 of 3")
    compare_work.run_comparison(house, *begun[0])
    ada.click(f"{row} [data-see]")
    shows(ada, ".pane[data-system=candidate]", "house-2 222222222222")
    assert ada.locator(".pane").count() == 3 and "Quackenbush" not in ada.content()
    shows(ada, ".only", "Only in candidate (1)")
    assert find_barriers_in_both(ada) == []

    paula = log_in(browser, office, "paula", bypass_csp=True)
    paula.goto(f"{office['address']}/m/{matter}/compare")
    paula.click(f"{row} [data-pick]")
    shows(paula, ".pane[data-place=right]", "Right")
    assert not re.search("house-2|starter-1|2{12}", paula.locator("#compare [data-side]").inner_text())
    assert find_barriers_in_both(paula) == []
    paula.click("[data-choose=left]")
    shows(paula, "[data-told]", "Blind picks: ")
    shows(paula, ".pane[data-place=left] h2", "your pick")
    paula.goto(f"{office['address']}/m/{matter}/compare")
    shows(paula, row, "Picked")

    alex.click("[data-lend=end]")
    alex.click("dialog[open] button[value=ok]")
    shows(alex, "[data-loan]", "Not lent for comparison")
    ada.goto(office["address"] + "/compare")
    shows(ada, "[data-empty]", "No filing is lent")
    ada.goto(office["address"] + "/lineage")
    shows(ada, "[data-adapters]", "house-2")
    assert find_barriers_in_both(ada) == []
    assert alex.faults == ada.faults == paula.faults == []
