"""What an administrator watches and decides, in a real Chromium over a real store: the audit log, health, rounds.

No round is computed: its job is left out, and what it would have written is put into the store.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser_office import browser, enter, house, matter, office, shows
from store_samples import add_read_filing, approve
from test_assistant_engine_adapters import BASE, write_adapter

from assistant import jobs
from assistant.engine import adapters
from assistant.store import audit, matters, registry, rounds
from ui.services import House

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]


@contextmanager
def broken(house: House, entry: int) -> Iterator[None]:
    """Change an entry of the log as somebody with the file would, past the store's triggers; put it back afterwards."""
    trigger = "audit_refuses_update"
    with closing(sqlite3.connect(house.db.settings.home / "casebrief.db")) as raw:
        (made,) = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()
        (was,) = raw.execute("SELECT actor FROM audit WHERE entry = ?", (entry,)).fetchone()
        change = "UPDATE audit SET actor = ? WHERE entry = ?"
        raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute(change, ("eve", entry))
        raw.commit()
        yield
        raw.execute(change, (was, entry))
        raw.execute(made)
        raw.commit()


def test_an_admin_narrows_the_audit_log_checks_its_chain_and_takes_it_away(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    with house.db.session():  # one commit, which is quicker
        for number in range(120):
            audit.record(house.db, "paula" if number % 2 else "alex", "summary.edit", f"s-{number}", {"version": 2})
    page = enter(browser, office, "ada", "/oversight")
    rows = page.locator("[data-entries] tr")
    rows.nth(99).wait_for()
    page.click("[data-older]")
    rows.nth(119).wait_for()
    page.fill("[name=actor]", "paula")
    page.select_option("[name=action]", "summary.")
    page.click("[data-narrow] button.main")
    rows.nth(60).wait_for(state="detached")
    told = [row.split("\t") for row in rows.all_inner_texts()]
    assert len(told) == 60 and {(row[2], row[3]) for row in told} == {("paula", "summary.edit")}
    page.fill("[name=subject]", "s-119")
    page.click("[data-narrow] button.main")
    rows.nth(1).wait_for(state="detached")
    assert "s-119" in rows.first.inner_text() and "version 2" in rows.first.inner_text()
    page.fill("[name=actor]", "alex")
    page.click("[data-narrow] button.main")
    shows(page, "[data-none]", "Nothing in the log fits.")

    page.click("[data-verify]")
    shows(page, "[data-chain]", f"Unbroken, {audit.verify_chain(house.db).entries} entries")
    with broken(house, 7):
        page.click("[data-verify]")
        shows(page, "[data-chain] .bad", "Broken at entry 7")
    page.click("[data-verify]")
    shows(page, "[data-chain] .good", "Unbroken")
    with page.expect_download() as waiting:
        page.click("a[href='/api/audit/export']")
    assert waiting.value.suggested_filename == "audit.jsonl"
    lines = [json.loads(line) for line in Path(waiting.value.path()).read_text(encoding="utf-8").splitlines()]
    assert lines == list(audit.export(house.db))[: len(lines)] and lines[-1]["action"] == "audit.export"
    assert page.faults == []
    for name in ("alex", "paula"):
        other = enter(browser, office, name, "/health")
        for path in ("/oversight", "/api/audit", "/api/audit/export", "/api/audit/verify"):
            assert other.request.get(office["address"] + path).status == 403, (name, path)


def test_an_admin_sees_whether_the_machine_is_in_order(
    browser: Any, office: dict[str, Any], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import doctor

    page = enter(browser, office, "ada")
    page.click("nav >> text=Health")
    shows(page, "[data-checks]", "Language model")
    assert page.locator("[data-checks] tr").count() == len(doctor.check_running(house.settings))
    shows(page, "[data-work]", "Work: 0 running, 0 waiting")
    monkeypatch.setattr(doctor, "_FREE_GB", 10**9)
    page.click("[data-again]")
    shows(page, "[data-checks] tr:has-text('Disk')", "Needs attention")
    shows(page, "#announce", "1 check needs attention")
    assert page.faults == []


@pytest.fixture
def begun(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let rounds be started without a job behind them; gives what was begun and cancelled. Adapters need no weights."""
    told: list[str] = []
    monkeypatch.setattr(house, "serving", True)
    monkeypatch.setitem(house.__dict__, "continue_rounds", lambda: told.append("begun"))
    monkeypatch.setattr(jobs, "cancel", told.append)
    monkeypatch.setattr(jobs, "list_jobs", lambda *_given: [])
    monkeypatch.setattr(adapters, "model_hash", lambda _folder: BASE)
    monkeypatch.setattr(adapters, "model_folder", lambda _settings: Path())
    return told


def open_rounds(browser: Any, office: dict[str, Any]) -> Any:
    """Open the Rounds screen as the admin, and wait until it has its figures."""
    page = enter(browser, office, "ada", "/rounds/")
    shows(page, ".gradio-container", "Each is checked once more when a round starts")
    return page


def end_round(house: House, candidate: str, outcome: str) -> str:
    """Put a round into the store that ended with a candidate; give its id."""
    score = lambda f1: {"n": 24, "supported_rate": 0.9, "rouge1": {"f1": f1, "ci95": [f1 - 0.03, f1 + 0.03]}}  # noqa: E731
    made = rounds.create_round(house.db, "ada", {"preset": "normal"})
    reasons = (
        ["Better by 3.1 points of ROUGE-1."] if outcome == "passed" else ["9 held-out filings are too few to say."]
    )
    gate = {"outcome": outcome, "passed": outcome == "passed", "reasons": reasons, "rival": "starter-1"}
    results = {"base": score(0.31), "starter-1": score(0.61), "candidate": score(0.64)}
    rounds.update_round(
        house.db, made, status=outcome, step="register", candidate=candidate, gate=gate, results=results
    )
    return made


def register(house: House, folder: Path, *names: str) -> None:
    """Register adapters of a few bytes as candidates."""
    for name in names:
        adapters.register(house.db, write_adapter(folder / name, name.encode()), adapter_id=name)


def test_a_round_is_previewed_started_watched_and_stopped(
    browser: Any, office: dict[str, Any], house: House, matter: str, begun: list[str]
) -> None:
    matters.record_consent(house.db, matter, "alex", True, "In writing.")
    approve(house.db, add_read_filing(house.db, matter))
    page = open_rounds(browser, office)
    shows(page, ".gradio-container", "No round has been started yet. Start one above; it goes on when you leave.")
    shows(page, ".gradio-container", "1 signed-off summary from 1 matter would train now.")
    page.get_by_text("Quick: a look", exact=False).click()
    page.get_by_text("Advanced").click()
    shows(page, ".gradio-container", "casebrief round start --option preset=quick")
    page.click("#start-round")
    page.locator("#stop-round").wait_for()
    (found,) = rounds.list_rounds(house.db)
    assert (found.status, found.started_by, found.options) == ("running", "ada", {"preset": "quick"}) and begun == [
        "begun"
    ]
    assert page.locator("#start-round").is_disabled()
    progress = {"done": 12, "total": 40, "label": "step 12 of 40", "tokens_per_s": 812.0, "seconds_left": 260}
    losses = [[step, 2.0 / step] for step in range(1, 13)]
    rounds.update_round(house.db, found.round_id, step="train", progress=progress | {"losses": losses})
    shows(page, ".gradio-container", "step 12 of 40 · 812 tokens a second · 4 min left")  # by itself
    assert page.locator(".gradio-container svg.cb-chart").count() == 1
    page.click("#stop-round")
    shows(page, ".gradio-container", "Cancelled")
    page.locator("#stop-round").wait_for(state="hidden")
    assert rounds.get_round(house.db, found.round_id).status == "cancelled"
    assert begun == ["begun", f"round-{found.round_id}"] and page.faults == []
    for name in ("alex", "paula"):
        assert enter(browser, office, name, "/health").request.get(office["address"] + "/rounds/").status == 403


def test_a_candidate_is_compared_promoted_and_rolled_back(
    browser: Any, office: dict[str, Any], house: House, matter: str, begun: list[str], tmp_path: Path
) -> None:
    register(house, tmp_path, "starter-1", "house-2")
    registry.set_status(house.db, "starter-1", "active", "casebrief")
    made = end_round(house, "house-2", "passed")
    page = open_rounds(browser, office)
    shows(page, ".gradio-container", "The gate lets the candidate pass.")
    shows(page, ".gradio-container", "Better by 3.1 points of ROUGE-1.")
    rows = page.locator(".cb-table tr").all_inner_texts()
    for system, figure in (("base", "0.310"), ("starter-1", "0.610"), ("candidate", "0.640 (0.610 to 0.670)")):
        assert any(system in row.lower() and figure in row.replace("\xa0", " ") for row in rows), (system, rows)
    page.click("#promote")
    shows(page, ".gradio-container", "The candidate was promoted")
    page.locator("#promote").wait_for(state="hidden")
    now = registry.active_adapter(house.db)
    assert now and (now.adapter_id, now.promoted_by) == ("house-2", "ada")
    assert rounds.get_round(house.db, made).status == "promoted"
    page.click("#roll-back")
    shows(page, ".cb-table tr:has-text('house-2'):has-text('Learned'), .cb-table tr:has-text('house-2')", "Candidate")
    now = registry.active_adapter(house.db)
    assert now and now.adapter_id == "starter-1"
    page.get_by_text("Earlier rounds").click()
    shows(page, f".cb-table tr:has-text('{made}')", "The candidate was promoted")
    told = [one["action"] for one in audit.export(house.db) if one["actor"] == "ada"]
    assert {"adapter.promote", "adapter.rollback"} <= set(told) and page.faults == []


def test_what_the_gate_left_unproven_serves_only_with_a_reason_or_is_discarded(
    browser: Any, office: dict[str, Any], house: House, matter: str, begun: list[str], tmp_path: Path
) -> None:
    register(house, tmp_path, "house-3", "house-4")
    made = end_round(house, "house-3", "unproven")
    page = open_rounds(browser, office)
    shows(page, "#promote", "Promote it all the same")
    page.click("#promote")
    shows(page, "body", "The gate could not say that house-3 is as good as starter-1.")
    assert registry.get_adapter(house.db, "house-3").status == "candidate"
    page.fill("#reason textarea, #reason input", "To look at its summaries.")
    page.click("#promote")
    shows(page, ".gradio-container", "Promoted all the same by ada")
    shows(page, ".gradio-container", "To look at its summaries.")
    assert registry.get_adapter(house.db, "house-3").status == "active"
    (kept,) = rounds.get_round(house.db, made).gate["overrides"]
    assert (kept["by"], kept["reason"]) == ("ada", "To look at its summaries.")

    made = end_round(house, "house-4", "unproven")
    shows(page, "#discard", "Discard it")
    page.click("#discard")
    shows(page, ".gradio-container", "The candidate was discarded")
    assert registry.get_adapter(house.db, "house-4").status == "retired"
    assert rounds.get_round(house.db, made).status == "discarded" and page.faults == []


def test_corrections_that_came_in_a_burst_wait_until_an_admin_releases_them(
    browser: Any, office: dict[str, Any], house: House, matter: str, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"burst_corrections": 1, "burst_factor": 1.0}
    monkeypatch.setattr(house, "settings", house.settings.model_copy(update=few))
    matters.record_consent(house.db, matter, "alex", True, "In writing.")
    for number in range(3):
        approve(house.db, add_read_filing(house.db, matter, f"%PDF-1.7 {number}".encode()))
    page = open_rounds(browser, office)
    shows(page, ".gradio-container", "corrections of pat came in a burst")
    shows(page, "#release", "corrections of pat")
    page.click("#release")
    page.locator("#release").wait_for(state="hidden")
    (told,) = [one for one in audit.export(house.db) if one["action"] == "round.release"]
    assert (told["actor"], told["subject"]) == ("ada", "pat") and told["detail"]["corrections"] >= 3
    assert page.faults == []
