"""What leaves by download, as the file that arrives in a real Chromium: summaries, tables, grids, conversations, originals."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from browser_office import add_filing, add_summary, browser, confirm, enter, house, matter, office, shows
from docx import Document
from sqlalchemy import select
from store_samples import make_answer

from assistant.store import audit, conversations, filings, grids, work
from assistant.store.tables import RatingRow
from ui import grid_work
from ui.actions import grid
from ui.services import House

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]
CLIENT = "Zebulon Quackenbush"
QUOTE = f"“{CLIENT} sues.”"
FACTS = "The hearing is on May 4, 2027. Damages of $62,920 are demanded."


def take(page: Any, place: str) -> tuple[str, bytes]:
    """Click a link and give the name and the bytes of the file that arrives."""
    with page.expect_download() as waiting:
        page.click(place)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def export(page: Any, place: str) -> tuple[str, bytes]:
    """Take a file by the menu of the desk."""
    page.click("[data-export] > summary")
    return take(page, f"[data-export] {place}")


def read_parts(data: bytes) -> dict[str, str]:
    """Give the parts of a Word file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def read_rows(data: bytes) -> list[list[str]]:
    """Give the lines of a spreadsheet."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_draft_is_exported_with_a_watermark_with_and_without_citations(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "draft.pdf")
    key = add_summary(house, document, "paula")
    page = enter(browser, office, "paula", f"/f/{document}")
    page.locator(".sentence", has_text="August").wait_for()
    page.click("[data-export] > summary")
    assert page.locator("[data-scrub]").is_hidden(), "nothing unverified is made ready for filing"
    page.keyboard.press("Escape")
    for cited in (True, False):
        choice = f"[data-citations={str(cited).lower()}]"
        name, data = export(page, f"[data-form=docx]{choice}:not([data-scrub])")
        parts = read_parts(data)
        text = parts["word/document.xml"]
        assert name == "draft-summary-v2.docx" and "sues in August." in text
        assert ("p. 1, ¶ 3" in text, CLIENT in text) == (cited, cited)
        header = "".join(part for one, part in parts.items() if "header" in one)
        assert 'string="UNVERIFIED"' in header and "not signed off by an attorney" in header
        assert "ai-generated" in parts["docProps/custom.xml"] and "unverified" in parts["docProps/custom.xml"]
        name, data = export(page, f"[data-form=md]{choice}")
        text = data.decode()
        assert name == "draft-summary-v2.md" and "sues in August." in text
        assert 'ai_mark: "ai-generated"' in text and 'status: "unverified"' in text and "**UNVERIFIED**" in text
        assert (QUOTE in text, "[^1]: p. 1, ¶ 3" in text) == (cited, cited)
    name, data = export(page, "[data-original]")
    assert name == "draft.pdf" and data == filings.read_original(house.db, document)
    exported = [one for one in audit.export(house.db) if one["action"] == "summary.export" and one["subject"] == key]
    told = [one["detail"] for one in exported]
    assert [(one["form"], one["scrubbed"]) for one in told] == [("docx", 0), ("md", 0)] * 2
    assert work.get_summary(house.db, key).status == "draft" and page.faults == []


def test_what_is_signed_off_loses_the_watermark_and_for_filing_also_its_metadata(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "signed.pdf")
    key = add_summary(house, document, "paula", "submitted")
    work.sign_off(house.db, key, "alex")
    page = enter(browser, office, "alex", f"/f/{document}")
    shows(page, "[data-foot]", "Signed off")
    name, data = export(page, "[data-form=docx][data-citations=true]")
    whole = read_parts(data)
    assert name == "signed-summary-v2.docx" and "UNVERIFIED" not in "".join(whole.values())
    marks = whole["docProps/custom.xml"]
    assert all(one in marks for one in ("ai-generated", "signed off", "alex", key, "house-1"))
    name, data = export(page, "[data-form=md][data-citations=false]")
    assert 'signed_off_by: "alex"' in data.decode() and "UNVERIFIED" not in data.decode()

    name, data = export(page, "[data-scrub]")
    bare = read_parts(data)
    assert name == "signed-summary.docx" and "sues in August." in bare["word/document.xml"]
    assert "ai-generated" in bare["docProps/custom.xml"], "that AI wrote it is said always"
    for inside in ("alex", "paula", key, document, "house-1", "p. 1, ¶ 3", "python-docx"):
        assert inside not in "".join(bare.values()), inside
    core = Document(io.BytesIO(data)).core_properties
    assert (core.author, core.last_modified_by, core.created.year) == ("", "", 1980)
    told = [one for one in audit.export(house.db) if one["action"] == "summary.export" and one["subject"] == key]
    assert [(one["actor"], one["detail"]["scrubbed"]) for one in told] == [("alex", 0), ("alex", 0), ("alex", 1)]
    assert page.faults == []


def test_dates_and_amounts_and_a_grid_come_as_spreadsheets_no_cell_of_which_counts(
    browser: Any, office: dict[str, Any], house: House, matter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, int]] = []
    monkeypatch.setattr(grid_work, "enqueue_run", lambda *run: begun.append(run))
    monkeypatch.setattr(grid, "_check_room", lambda _house: None)
    document = add_filing(house, matter, "=sum(1).pdf", FACTS)
    page = enter(browser, office, "paula", f"/f/{document}")
    shows(page, "[data-body]", "No summary yet")
    page.click("[data-view=stated]")
    shows(page, ".stated >> nth=0", "May 4, 2027")
    name, data = take(page, "[data-body] a[href$='stated.csv']")
    rows = read_rows(data)
    assert name == "_sum_1_-dates-and-amounts.csv" and rows[0] == ["kind", "stated", "date", "text", "said", "place"]
    assert {("event", "2027-05-04"), ("amount", "")} <= {(row[0], row[2]) for row in rows[1:]}

    asked = ("What is demanded?", "-1+1 of what?")
    key = grids.create_grid(house.db, matter, "alex", title="Sums", questions=asked, document_ids=[document])
    proof = {"page": 1, "pinpoint": "p. 1", "quote": "@ten", "document_id": document, "file": "=sum(1).pdf"}
    said = {"text": "=1+1", "support": "supported", "reason": "", "origin": "model", "part": ""}
    cell = {"sentence": said | {"evidence": [proof | {"start": 0, "end": 3, "boxes": []}]}, "others": 0, "nearest": []}
    grids.add_cell(house.db, key, 1, document, 0, cell, 1.0)
    page.goto(f"{office['address']}/m/{matter}/grid/{key}")
    shows(page, ".grid-table", "=1+1")
    shows(page, "[data-said]", "1 of 2 cells")
    name, data = take(page, "[data-export]")
    rows = read_rows(data)
    assert name == "Sums-grid.csv" and [len(row) for row in rows] == [8] * 3
    assert rows[1][:6] == ["'=sum(1).pdf", asked[0], "supported", "'=1+1", "'@ten", "1"]
    assert rows[1][7].startswith("ai-generated") and rows[2][1:3] == ["'-1+1 of what?", "not asked yet"]

    page.click("[data-stop]")  # any of the matter stops it; to delete it is an attorney's
    page.locator("[data-stop]").wait_for(state="hidden")
    assert grids.get_grid(house.db, key).status == "stopped" and page.locator("[data-delete]").count() == 0
    page.click("[data-continue]")
    page.locator("[data-stop]").wait_for()
    assert grids.get_grid(house.db, key).status == "running" and begun == [(key, 2)]
    alex = enter(browser, office, "alex", f"/m/{matter}/grid/{key}")
    alex.click("[data-delete]")
    alex.click("dialog[open] button.danger")
    alex.wait_for_url(f"**/m/{matter}/grid")
    assert grids.list_grids(house.db, matter) == () and page.faults == alex.faults == []


def test_an_answer_is_rated_with_a_reason_and_its_conversation_exported_to_word(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    document = add_filing(house, matter, "asked.pdf")
    talk = conversations.start_conversation(house.db, matter, "alex", "Who sues?")
    turn = conversations.add_turn(house.db, talk, "Who sues?", make_answer(filings.load_document(house.db, document)))
    page = enter(browser, office, "alex", f"/m/{matter}/ask/{talk}")
    wrong, useful = (page.locator(".rate button", has_text=words) for words in ("Not right", "Useful"))
    wrong.click()
    page.fill("dialog[open] [name=reason]", "It is the estate.")
    page.click("dialog[open] .ends button >> nth=0")  # called off
    assert wrong.get_attribute("aria-pressed") == "false"
    wrong.click()
    confirm(page, "It is the estate.")
    page.locator('.rate button[aria-pressed="true"]', has_text="Not right").wait_for()
    with house.db.reading() as session:
        row = session.scalar(select(RatingRow).where(RatingRow.target_id == turn))
    assert (row.user, row.rating) == ("alex", -1) and b"estate" not in row.sealed_reason
    assert house.vault(matter).unseal(row.sealed_reason, f"rating|{turn}").decode() == "It is the estate."
    page.reload()
    page.locator('.rate button[aria-pressed="true"]', has_text="Not right").wait_for()
    useful.click()
    page.locator('.rate button[aria-pressed="true"]', has_text="Useful").wait_for()
    assert conversations.turns(house.db, talk)[0].rating == 1

    page.click("[data-head] summary")
    name, data = take(page, "[data-head] [data-form=docx]")
    parts = read_parts(data)
    assert name == "Who_sues-answers.docx" and "Who sues?" in parts["word/document.xml"]
    assert "asked.pdf, p. 1" in parts["word/document.xml"] and "ai-generated" in parts["docProps/custom.xml"]
    assert "UNVERIFIED" in "".join(part for one, part in parts.items() if "header" in one)
    nina = enter(browser, office, "nina", "/health")
    for path in (f"/api/conversations/{talk}/export", f"/api/filings/{document}/stated.csv"):
        assert nina.request.get(office["address"] + path).status in (403, 404), path
    assert page.faults == []


def test_consent_to_training_is_recorded_by_an_attorney_with_how_and_withdrawn(
    browser: Any, office: dict[str, Any], house: House, matter: str
) -> None:
    from assistant.store import matters

    ada = enter(browser, office, "ada")
    alex, paula = (enter(browser, office, name, f"/m/{matter}/settings") for name in ("alex", "paula"))
    for page in (alex, paula):
        shows(page, "main", "No consent is recorded: nothing of this matter trains the model")
    assert paula.locator("[data-consent]").count() == 0
    alex.click("[data-consent=on]")
    shows(alex, "dialog[open]", "Signed-off summaries of this matter will be used in the next training round.")
    alex.click("dialog[open] button.main")  # without how: the field is required
    assert not matters.find_matter(house.db, matter).consent
    confirm(alex, note="Letter of March 3")
    shows(alex, "main", "The client has agreed, recorded by alex")
    assert matters.consent_note(house.db, matter) == "Letter of March 3"
    ada.reload()
    shows(ada, f'[data-matter="{matter}"]', "Consent")
    assert "Letter of March" not in ada.content()
    paula.reload()
    shows(paula, "main", "The client has agreed")

    alex.click("[data-consent=off]")
    shows(alex, "dialog[open]", "What an adapter has learned already stays until it is retrained.")
    confirm(alex, note="Letter of June 1")
    shows(alex, "main", "No consent is recorded")
    assert not matters.find_matter(house.db, matter).consent
    assert [one["detail"]["given"] for one in audit.export(house.db) if one["action"] == "consent.record"] == [
        True,
        False,
    ]
    assert alex.faults == paula.faults == ada.faults == []
