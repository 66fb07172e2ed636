"""A paralegal's desk in a real Chromium over a real store: files in, a summary written, checked, corrected, submitted.

A stub writes, which copies sentences of what its prompt quotes; the embedder and the recognizers have stand-ins too.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from authorization_office import stand_ins
from browser_office import browser, confirm, enter, house, matter, office, shows
from pdf_samples import make_pdf

from assistant.documents import OffsetMap, Page, Passage, RedactedDocument, Segment, pack_box
from assistant.store import corrections, filings, work
from ui.services import House

__all__ = ["browser", "house", "matter", "office"]

pytestmark = [pytest.mark.browser]
FIRST = (
    "IN THE SUPERIOR COURT OF CHATHAM COUNTY",
    "COMPLAINT FOR UNPAID WAGES",
    "1. Plaintiff is a dock worker who lives in Savannah and works at the port.",
    "2. Defendant operates a container terminal at the port of Savannah, Georgia.",
    "3. Defendant did not pay Plaintiff for 412 hours of overtime in 2023.",
)
SECOND = (
    "4. Plaintiff was dismissed on September 18, 2023, four days after he complained.",
    "5. Plaintiff alleges that the failure to pay overtime violated federal law.",
    "6. Plaintiff began to work for Defendant in February 2015 at the sixth berth.",
    "7. Defendant kept time cards for each of its crews and showed them to nobody.",
    "8. Plaintiff complained to the manager of Defendant in writing on September 14, 2023.",
    "9. Defendant told the crews on May 4, 2023 that it would pay no overtime at all.",
    "10. Plaintiff has looked for other work at the port since then and has found none.",
    "PRAYER FOR RELIEF",
    "11. Plaintiff demands damages of $62,920, reinstatement and the costs of this action.",
)


class Copier:
    """An engine that writes sentences of the text that a prompt quotes, each word `word_s` seconds after the one before."""

    model_hash = "0" * 64

    def __init__(self) -> None:
        self.word_s = 0.0

    def stream(self, prompt: Any, *, stop: threading.Event | None = None, **_more: Any) -> Iterator[str]:
        quoted = re.search(r"<text>\n(.*)\n</text>", prompt.messages[-1]["content"], re.DOTALL)
        said = re.findall(r"(?:Plaintiff|Defendant) [^.]{20,}\.", " ".join(quoted[1].split())) if quoted else []
        for word in " ".join(said[:2]).split():
            if (stop or threading.Event()).wait(self.word_s):
                return
            yield word + " "

    def count_tokens(self, text: str) -> int:
        return len(text) // 4 + 1


@pytest.fixture(scope="module", autouse=True)
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put stand-ins in the place of the models that read names and compare passages."""
    from ingest import redact

    with stand_ins(tmp_path_factory.mktemp("light")), pytest.MonkeyPatch.context() as patch:
        patch.setattr(redact, "redact_fact", lambda _name, value, *_rest: value)
        yield


@pytest.fixture(scope="module")
def engine(house: House) -> Copier:
    made = Copier()
    house.__dict__.update(_engine=made, choose_adapter=lambda choice, user="": choice or "base")
    return made


def add_complaint(house: House, matter: str, name: str) -> str:
    """Store a complaint of two pages as read, a passage a line, each line where it stands on its page; give its id."""
    pages = [FIRST, (*SECOND, f"Filed as {name}.")]
    made = filings.add_filing(house.db, matter, name, make_pdf([list(page) for page in pages]), "paula")
    stored, segments, running = [], [], ""
    for number, lines in enumerate(pages, start=1):
        text = "\n".join(lines) + "\n"
        boxes = b"".join(
            pack_box(0.1 + 0.008 * at, 0.1 + 0.05 * row, 0.108 + 0.008 * at, 0.13 + 0.05 * row)
            for row, line in enumerate(lines)
            for at in range(len(line) + 1)
        )
        stored.append(Page(number, text, boxes, 612.0, 792.0))
        segments.append(Segment(len(running), len(running) + len(text), number, 0, len(text)))
        running += text
    lines = list(re.finditer(r".+", running))
    passages = tuple(Passage(n, line.start(), line.end(), 1 if n < len(FIRST) else 2) for n, line in enumerate(lines))
    document = RedactedDocument(
        document_id=made.document_id, matter_id=matter, revision=1, document_type="complaint", text=running,
        offsets=OffsetMap(tuple(segments)), passages=passages, pages_total=2, scheme="plain-1",
    )  # fmt: skip
    filings.save_revision(house.db, document, stored, {}, [], 0.1)
    filings.set_status(house.db, made.document_id, "ready")
    return made.document_id


def write(page: Any) -> None:
    """Have the summary written and wait until it is whole."""
    page.click("[data-write]")
    page.locator("[data-submit]").wait_for()


def stored_texts(house: House, document: str) -> list[str]:
    """Give the sentences of a filing's newest summary, as stored."""
    newest = work.list_summaries(house.db, document_id=document)[0]
    return [one.text for one in work.get_summary(house.db, newest.summary_id).sentences]


def test_a_summary_is_written_as_long_as_the_dial_says_and_stopped_on_the_way(
    browser: Any, office: dict[str, Any], house: House, matter: str, engine: Copier
) -> None:
    document = add_complaint(house, matter, "dial.pdf")
    asked: list[tuple[str, int | None]] = []
    real = house.summarize

    def watch(*given: Any, **more: Any) -> Any:
        asked.append((more["detail"], more["words"]))
        return real(*given, **more)

    house.__dict__["summarize"] = watch
    page = enter(browser, office, "paula", f"/f/{document}")
    shows(page, "[data-body]", "No summary yet")
    page.locator(".dial label", has_text="Comprehensive").click()
    page.fill("[name=words]", "90")
    engine.word_s = 0.05
    page.click("[data-write]")
    page.locator(".sentence").first.wait_for()
    assert page.locator("[data-write]").is_hidden() and page.locator("[data-export]").is_hidden()
    shows(page, "[data-foot]", "Writing")
    page.click("[data-stop]")
    shows(page, ".coverage", "Stopped before its end.")
    engine.word_s = 0.0
    (stopped,) = work.list_summaries(house.db, document_id=document)
    assert stopped.summary.stopped and stopped.sentences, "what was written so far is kept"
    shows(page, ".sentence >> nth=0", stopped.sentences[0].text)

    page.locator(".dial label", has_text="Brief").click()
    page.fill("[name=words]", "")
    write(page)
    assert asked == [("comprehensive", 90), ("brief", None)]
    whole = work.list_summaries(house.db, document_id=document)
    assert {(one.summary.detail, one.summary.stopped) for one in whole} == {("comprehensive", True), ("brief", False)}
    page.click("[data-view=versions]")
    page.click(f'[data-open-summary="{stopped.summary_id}"]')
    shows(page, "[data-foot]", "opened to be read only")
    assert page.locator(".sentence [data-flag], [data-submit], .again").count() == 0
    page.click("[data-leave]")
    page.locator("[data-submit]").wait_for()
    page.fill("[name=words]", "5")  # less than anybody can use: the field says so, and nothing is asked
    page.click("[data-write]")
    assert page.locator("[name=words]:invalid").count() == 1 and len(asked) == 2
    assert page.faults == []


def test_a_sentence_under_the_pointer_or_in_focus_has_its_evidence_marked_on_the_page(
    browser: Any, office: dict[str, Any], house: House, matter: str, engine: Copier
) -> None:
    document = add_complaint(house, matter, "marks.pdf")
    page = enter(browser, office, "paula", f"/f/{document}")
    write(page)
    page.locator(".paper img").wait_for()
    sentences, strong, quote = page.locator(".sentence"), page.locator(".mark.strong"), page.locator("[data-quote] q")
    first = next(n for n in range(sentences.count()) if "dock worker" in sentences.nth(n).inner_text())
    last = next(n for n in range(sentences.count()) if "damages" in sentences.nth(n).inner_text())
    sentences.nth(first).hover()
    shows(page, "[data-quote]", "dock worker")
    high = strong.first.bounding_box()
    other = next(n for n in range(sentences.count()) if "overtime in 2023" in sentences.nth(n).inner_text())
    sentences.nth(other).hover()
    shows(page, "[data-quote]", "412 hours")
    low = strong.first.bounding_box()
    assert high and low and low["y"] > high["y"] + high["height"], "the mark follows the sentence"

    sentences.nth(last).hover()
    shows(page, "[data-hint]", "Evidence on page 2")
    assert page.locator("[data-page]").input_value() == "1" and strong.count() == 0, "pointing turns no page"
    sentences.nth(last).click()
    strong.first.wait_for()
    assert page.locator("[data-page]").input_value() == "2" and "$62,920" in quote.first.inner_text()
    page.mouse.move(5, 5)
    page.keyboard.press("[")
    page.locator("[data-page]").focus()
    sentences.nth(first).focus()  # by the keyboard alone
    shows(page, "[data-quote]", "dock worker")
    strong.first.wait_for()
    assert page.faults == []


def test_one_sentence_and_one_part_are_written_again_and_the_rest_stays(
    browser: Any, office: dict[str, Any], house: House, matter: str, engine: Copier
) -> None:
    document = add_complaint(house, matter, "again.pdf")
    page = enter(browser, office, "paula", f"/f/{document}")
    write(page)
    before = stored_texts(house, document)
    page.locator(".sentence").first.click()
    page.keyboard.press("o")
    shows(page, "#announce", "1 sentence written again")
    after = stored_texts(house, document)
    assert after[1:] == before[1:] and after[0] not in before, "another one, in the place of one"

    part = page.locator(".part").first
    count = part.locator(".sentence").count()
    part.locator(".again > summary").click()
    part.get_by_role("button", name="In the filing’s own words").click()
    shows(page, "#announce", "written again; the earlier text stays under Versions")
    shows(page, ".sentence .origin.source", "the source’s own words")
    assert stored_texts(house, document)[-(len(before) - count) :] == before[count:]
    page.locator("[data-edit-all]").click()  # the whole text by hand
    words = page.locator(".whole-edit textarea")
    words.fill(words.input_value().rstrip() + " Plaintiff was dismissed on September 18, 2023.")
    page.click(".whole-edit button.main")
    shows(page, ".sentence >> nth=-1", "Plaintiff was dismissed on September 18, 2023.")
    newest = work.list_summaries(house.db, document_id=document)[0]
    assert newest.version == 4 and newest.sentences[-1].origin == "person"
    page.click("[data-view=versions]")
    page.wait_for_selector("[data-version] >> nth=3")
    assert page.locator("[data-version]").count() == 4 and page.faults == []


def test_a_wrong_figure_stands_out_is_named_in_legal_words_and_once_more_before_the_sign_off(
    browser: Any, office: dict[str, Any], house: House, matter: str, engine: Copier
) -> None:
    document = add_complaint(house, matter, "figure.pdf")
    page = enter(browser, office, "paula", f"/f/{document}")
    write(page)
    sentences = page.locator(".sentence")
    at = next(n for n in range(sentences.count()) if "$62,920" in sentences.nth(n).inner_text())
    sentences.nth(at).click()
    page.keyboard.press("e")
    page.fill(".editing textarea", "Plaintiff demands damages of $162,920.")
    page.keyboard.press("Enter")
    wrong = f'.sentence[data-index="{at}"]'
    shows(page, f"{wrong} .state.bad", "Not supported")  # by an icon and by words
    assert page.locator(f"{wrong} .state.bad svg").count() == 1
    shows(page, "[data-foot]", "1 sentence not fully supported")
    page.click("[data-submit]")
    told = page.locator("[data-dialog=submit] .reasons label").all_inner_texts()
    assert {"Wrong party or role", "A date or deadline is missing", "An allegation told as a fact"} <= set(told)
    page.check("[data-dialog=submit] [value=wrong_figure]")
    page.check("[data-dialog=submit] [value=told_as_fact]")
    page.locator("[data-dialog=submit] label", has_text="Misleading").click()
    page.fill("[data-dialog=submit] [name=note]", "Look at the sum.")
    page.click("[data-dialog=submit] button[value=ok]")
    shows(page, "[data-foot]", "Submitted")
    assert page.get_by_role("button", name="Edit").count() == 0
    key = work.list_summaries(house.db, document_id=document)[0].summary_id
    said = corrections.read_verdict(house.db, key)
    assert said and (said.rating, set(said.reasons), said.note) == (
        -1, {"wrong_figure", "told_as_fact"}, "Look at the sum.",
    )  # fmt: skip

    alex = enter(browser, office, "alex", f"/review/{key}")
    alex.click("[data-return]")
    confirm(alex, "Name the court.")
    shows(alex, "[data-foot]", "Returned: Name the court.")
    page.reload()
    shows(page, "[data-foot]", "Returned: Name the court.")
    page.click("[data-submit]")
    page.check("[data-dialog=submit] [value=wrong_figure]")
    page.locator("[data-dialog=submit] label", has_text="Misleading").click()
    page.fill("[data-dialog=submit] [name=note]", "The sum is still wrong.")
    page.click("[data-dialog=submit] button[value=ok]")
    shows(page, "[data-foot]", "Submitted")
    alex.goto(f"{office['address']}/review/{key}")
    shows(alex, "[data-verdict]", "misleading (")
    shows(alex, "[data-verdict]", "wrong figure, amount or date")
    shows(alex, "[data-verdict] q", "The sum is still wrong.")
    alex.click("[data-sign]")
    shows(alex, "dialog[open]", "1 sentence is not fully supported")
    shows(alex, "dialog[open] q", "$162,920")
    alex.click("dialog[open] .ends button >> nth=0")
    assert work.get_summary(house.db, key).status == "submitted"
    alex.keyboard.press("a")
    alex.click("dialog[open] button.danger")
    shows(alex, "[data-foot]", "Signed off by alex · locked")
    assert alex.locator(".sentence [data-flag], .again, [data-return]").count() == 0
    assert work.get_summary(house.db, key).status == "signed_off" and page.faults == alex.faults == []


def test_the_type_of_document_chooses_the_template_of_the_next_summary(
    browser: Any, office: dict[str, Any], house: House, matter: str, engine: Copier
) -> None:
    document = add_complaint(house, matter, "type.pdf")
    page = enter(browser, office, "paula", f"/f/{document}")
    write(page)
    parts = set(page.locator(".part").evaluate_all("all => all.map(one => one.dataset.part)"))
    page.click("[data-view=about]")
    page.click("[data-correct]")
    page.fill("dialog[open] [name=docket_number]", "24-CV-118")
    page.select_option("dialog[open] [name=document_type]", "order")
    page.click("dialog[open] button.main")
    shows(page, ".facts", "24-CV-118 · corrected by hand")
    shows(page, "[data-facts]", "Order · 24-CV-118")
    page.click("[data-view=summary]")
    write(page)
    newest = work.list_summaries(house.db, document_id=document)[0]
    told = {part.name for part in house.template("order").parts}
    found = {one.part for one in newest.sentences} | set(newest.summary.missing_parts)
    assert found & told and not parts <= found, (parts, found)
    assert filings.load_document(house.db, document).document_type == "order" and page.faults == []


def test_many_files_come_in_at_once_and_a_bad_one_keeps_none_of_them_back(
    browser: Any, office: dict[str, Any], house: House, matter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(document_id: str, password: str | None = None, **_more: Any) -> None:
        name = filings.get_filing(house.db, document_id).file_name
        if name == "locked.pdf" and password != "open sesame":
            filings.set_status(house.db, document_id, "refused", "The file is encrypted.", "Give its password.")
        elif name == "cut off.pdf":
            filings.set_status(house.db, document_id, "refused", "The PDF ends too early.", "Ask for it again.")
        elif name == "long.pdf":
            house._readings[document_id] = {"done": 37, "total": 118, "label": "reading scans", "seconds_left": 130}
            filings.set_status(house.db, document_id, "reading")
        else:
            filings.set_status(house.db, document_id, "ready")

    monkeypatch.setitem(house.__dict__, "start_ingest", read)
    page = enter(browser, office, "paula", f"/m/{matter}")
    names = ("one.pdf", "cut off.pdf", "empty.pdf", "two.pdf", "long.pdf", "three.txt", "locked.pdf")
    data = [
        {"name": n, "mimeType": "application/pdf", "buffer": b"" if n == "empty.pdf" else n.encode()} for n in names
    ]
    page.set_input_files("[data-files]", data)
    for name in ("one.pdf", "two.pdf", "three.txt"):
        shows(page, f"table.filings tr:has-text('{name}')", "Ready")
    refused = "table.filings tr:has-text('cut off.pdf')"
    shows(page, refused, "Needs attention")
    shows(page, refused, "The PDF ends too early. Ask for it again.")
    assert page.locator(f"{refused} a").count() == 0
    empty = "table.filings tr:has-text('empty.pdf')"
    shows(page, empty, "The file is empty. Check where it came from and add it again.")
    page.click(f"{empty} button")
    page.locator(empty).wait_for(state="detached")
    locked = "table.filings tr:has-text('locked.pdf')"
    page.click(f"{locked} button:has-text('Give the password')")
    page.set_input_files(
        "dialog[open] [name=file]", {"name": "locked.pdf", "mimeType": "application/pdf", "buffer": b"locked.pdf"}
    )
    page.fill("dialog[open] [name=password]", "open sesame")
    page.click("dialog[open] button.main")
    shows(page, locked, "Ready")
    long = "table.filings tr:has-text('long.pdf')"
    shows(page, long, "Reading scans")
    shows(page, long, "37 of 118")
    shows(page, long, "about 2 min left")
    stored = {one.file_name: one.status for one in filings.list_filings(house.db, matter) if one.file_name in names}
    assert stored == {
        "one.pdf": "ready", "cut off.pdf": "refused", "two.pdf": "ready", "long.pdf": "reading", "three.txt": "ready",
        "locked.pdf": "ready",
    }  # fmt: skip

    page.goto(office["address"] + "/review")  # what is left goes on, and is told on every screen
    shows(page, "[data-jobs]", "Reading scans long.pdf · 37 of 118")
    page.click("[data-jobs]")
    shows(page, "dialog[open]", "about 2 min left")
    page.click("dialog[open] button.main")
    page.goto(f"{office['address']}/m/{matter}")
    again = [{"name": "one again.pdf", "mimeType": "application/pdf", "buffer": b"one.pdf"}]
    page.set_input_files("[data-files]", again)
    shows(page, ".toasts", "one again.pdf is already in this matter.")
    assert page.faults == []
