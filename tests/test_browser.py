"""The working day in a real Chromium, against a real server: paralegal, attorney, admin, and who may not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--disable-sync",
         "--disable-component-update", "--no-first-run"]  # fmt: skip
PASSWORD = "correct horse battery"
SLOW_MS = 120_000

if CHROMIUM is None and not os.environ.get("CASEBRIEF_REQUIRE_BROWSER"):
    pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)", allow_module_level=True)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve a fresh data root with three people and one matter; give its address and a PDF to upload."""
    from assistant.store import people
    from finetune.synthesize.pdf import make_pdf
    from finetune.synthesize.rules import make_filing
    from ui.actions import people as people_actions
    from ui.services import open_house

    root = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEBRIEF_HOME", str(root / "home"))
        house = open_house(Settings(home=root / "home"))
        for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin"), ("nina", "attorney")):
            people.add_user(house.db, name, role, PASSWORD)
        alex = people.get_user(house.db, "alex")
        matter = people_actions.create_matter(house, alex, "Rivera v. Harbor")["matter_id"]
        people_actions.add_member(house, alex, matter, "paula")
        people_actions.set_consent(house, alex, matter, True, "Agreed in writing.")
        named = people_actions.create_matter(house, alex, "Names under review")["matter_id"]
        people_actions.add_member(house, alex, named, "paula")
        house.close()
        pdf = root / "complaint.pdf"
        pdf.write_bytes(make_pdf(make_filing(11, "complaint", split="test", pages=2)))
        other = root / "answer.pdf"
        other.write_bytes(make_pdf(make_filing(12, "complaint", split="test", pages=2)))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--port", str(port)]
        with (root / "server.log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, server, root / "server.log")
            yield {"address": address, "matter": matter, "pdf": str(pdf), "named": named, "other": str(other)}
        finally:
            server.terminate()
            server.wait(120)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            if httpx.get(f"{address}/login").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise AssertionError("the server did not answer within two minutes")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def log_in(
    browser: object, office: dict[str, str], name: str, *, password: str = PASSWORD, **context: object
) -> object:
    """Open a fresh session and log in; errors on the page's console fail the test that caused them."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, **context).new_page()
    page.set_default_timeout(SLOW_MS)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(office["address"] + "/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.click("main button[type=submit], form button.main")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def shows(page: object, place: str, words: str) -> None:
    """Wait until a place of the page shows the words (no script is evaluated: the page's policy forbids it)."""
    from playwright.sync_api import expect

    expect(page.locator(place).first).to_contain_text(words, timeout=SLOW_MS)


@pytest.fixture(scope="module")
def submitted(browser: object, office: dict[str, str]) -> dict[str, str]:
    """The paralegal's part: upload, wait, summarize, follow a pin, edit, see the difference, submit."""
    page = log_in(browser, office, "paula")
    page.goto(f"{office['address']}/m/{office['matter']}")
    page.set_input_files("[data-files]", office["pdf"])
    link = page.locator("table.filings tbody a[href^='/f/']").first
    link.wait_for()
    shows(page, "table.filings tbody", "Ready")
    link.click()
    page.wait_for_url("**/f/**")
    page.click("[data-write]")
    page.locator(".sentence").first.wait_for()
    page.wait_for_selector("[data-submit]")
    states = page.locator(".sentence").evaluate_all("all => all.map(s => s.dataset.support)")
    assert states and set(states) <= {"supported", "partial", "unsupported"}
    page.locator(".sentence .pin").first.click()
    page.wait_for_selector(".paper img")
    page.wait_for_selector(".mark.strong")
    box = page.locator(".mark.strong").first.bounding_box()
    assert box and box["width"] > 5 and box["height"] > 3

    page.click("[data-view=stated]")
    page.locator(".stated tbody tr").first.get_by_role("button").click()
    page.wait_for_selector(".mark.strong")
    page.click("[data-view=summary]")

    sentence = page.locator(".sentence").first
    sentence.hover()
    sentence.get_by_role("button", name="Edit").click()
    words = page.locator(".editing textarea")
    words.fill(words.input_value().rstrip(".") + ", as the complaint says.")
    words.press("Enter")
    shows(page, ".sentence .words", "as the complaint says")
    page.click("[data-view=difference]")
    page.locator("[data-body] ins", has_text="complaint").first.wait_for()
    page.click("[data-submit]")
    page.check("[data-dialog=submit] [name=reasons][value=style]")
    page.click("[data-dialog=submit] button[value=ok]")
    shows(page, "[data-foot]", "Submitted")
    assert page.faults == []
    return {"document": page.url.rsplit("/f/", 1)[1].split("?")[0]}


def test_the_paralegal_gets_from_upload_to_submission(submitted: dict[str, str]) -> None:
    assert submitted["document"].startswith("d-")


def test_the_attorney_signs_off_and_asks(browser: object, office: dict[str, str], submitted: dict[str, str]) -> None:
    page = log_in(browser, office, "alex")
    page.goto(office["address"] + "/review")
    page.wait_for_selector("[data-sign]")
    page.click("[data-sign]")
    page.wait_for_timeout(300)
    if page.locator("dialog[open] button.danger").count():  # named once more: what the filing does not bear
        page.click("dialog[open] button.danger")
    shows(page, "[data-foot]", "Signed off")

    page.goto(f"{office['address']}/m/{office['matter']}/ask")
    page.fill("[name=question]", "What relief does the plaintiff ask for?")
    page.click("[data-send]")
    page.locator(".turns .pin").first.wait_for()
    page.wait_for_selector("[data-stop]", state="hidden")
    page.locator(".turns .pin").first.click()
    page.wait_for_selector(".paper img")
    page.wait_for_selector(".mark.strong")

    page.keyboard.press("/")
    page.keyboard.type("relief that the plaintiff asks for")
    page.keyboard.press("Enter")
    page.locator(".hits a").first.click()
    page.wait_for_url("**/f/**")
    page.wait_for_selector(".mark.strong")
    assert page.faults == []


def test_the_admin_starts_a_round_and_sees_no_content(
    browser: object, office: dict[str, str], submitted: dict[str, str]
) -> None:
    page = log_in(browser, office, "ada")
    page.goto(office["address"] + "/rounds/")
    page.wait_for_selector("#start-round")
    page.get_by_text("Quick", exact=False).first.click()
    page.click("#start-round")
    page.wait_for_selector("#stop-round", state="visible")
    page.click("#stop-round")
    page.wait_for_selector("#start-round:not([disabled])")
    filing = submitted["document"]
    for path in (f"/f/{filing}", f"/m/{office['matter']}", f"/api/filings/{filing}/pages/1.png"):
        assert page.request.get(office["address"] + path).status in (403, 404), path


@pytest.fixture(scope="module")
def named(browser: object, office: dict[str, str]) -> str:
    """A filing of the matter whose names are reviewed, read through the app; no model is asked. Its id."""
    page = log_in(browser, office, "paula")
    page.goto(f"{office['address']}/m/{office['named']}")
    page.set_input_files("[data-files]", office["other"])
    shows(page, "table.filings tbody", "Ready")
    page.locator("table.filings tbody a[href^='/f/']").first.click()
    page.wait_for_url("**/f/**")
    page.click("[data-names-link]")
    page.wait_for_url("**/names**")
    page.wait_for_selector("[data-list] [aria-current]")
    assert page.faults == []
    return page.url.split("/f/", 1)[1].split("/")[0]


def open_names(browser: object, office: dict[str, str], named: str, name: str) -> object:
    page = log_in(browser, office, name)
    page.goto(f"{office['address']}/f/{named}/names")
    page.wait_for_selector("[data-list] [aria-current]")
    page.wait_for_selector(".paper img")
    return page


def wait_until_applied(page: object) -> None:
    from playwright.sync_api import expect

    expect(page.locator("[data-tally]")).not_to_contain_text("being applied", timeout=SLOW_MS)


def test_a_paralegal_reviews_the_names_of_a_filing_by_keys(browser: object, office: dict[str, str], named: str) -> None:
    page = open_names(browser, office, named, "paula")
    assert page.locator("mark .tag").first.text_content().split("_")[0].isupper()  # the type is told in words
    assert page.locator(".viewer .mark").count() > 1
    page.select_option("[data-type]", "PERSON")
    rows = page.locator("[data-list] button")
    assert set(page.locator("[data-list] .tag").all_text_contents()) == {"Person"}
    page.select_option("[data-order]", "unsure")
    rows.first.click()
    first = rows.first.locator("strong").text_content()
    page.keyboard.press("a")
    shows(page, "[data-list] .state.good", "Accepted")
    wait_until_applied(page)
    second = page.locator("[data-list] [aria-current] strong").text_content()
    page.keyboard.press("x")  # the next one was in hand
    shows(page, "[data-list]", "Given back by paula")
    wait_until_applied(page)
    back = page.locator("[data-list] button", has_text="Given back")
    assert back.count() == 1 and back.locator("strong").text_content() == second
    back.click()
    page.wait_for_selector("mark.rejected.active")
    page.keyboard.press("a")
    shows(page, "[data-list] [aria-current] .state", "Added")
    wait_until_applied(page)
    page.keyboard.press("w")  # the whole matter: to give back in it is an attorney's
    page.locator("[data-list] button", has_text="sure").first.click()
    assert page.locator("[data-reject]").is_disabled()
    for words in (first, second):
        assert all(word not in page.url for word in (words or "").split())
    assert page.faults == []


def test_an_attorney_masks_selected_words_and_gives_one_back_in_the_whole_matter(
    browser: object, office: dict[str, str], named: str
) -> None:
    page = open_names(browser, office, named, "alex")
    words = page.locator("[data-words] span", has_text="Plaintiff,").first  # the line after a name's
    words.dblclick(position={"x": 30, "y": 45})
    shows(page, "[data-mask]", "Mask selection")
    page.keyboard.press("n")
    shows(page, "dialog[open] q", "Plaintiff")
    page.select_option("dialog[open] [name=type]", "MISC")
    page.click("dialog[open] button.main")
    shows(page, "mark.added .tag", "ITEM_")
    wait_until_applied(page)
    assert "Plaintiff" in page.locator("mark.added").first.text_content()
    page.click("mark.added >> nth=0")
    page.check("[data-whole]")
    page.click("[data-reject]")
    page.click("dialog[open] button.danger")
    shows(page, "[data-list]", "Given back by alex")
    wait_until_applied(page)
    assert page.faults == []


def test_a_stranger_gets_no_name_of_a_filing(browser: object, office: dict[str, str], named: str) -> None:
    for name in ("nina", "ada"):
        stranger = log_in(browser, office, name)
        for path in (f"/f/{named}/names", f"/api/filings/{named}/names", f"/api/filings/{named}/pages/1/names"):
            assert stranger.request.get(office["address"] + path).status in (403, 404), (name, path)


@pytest.fixture(scope="module")
def gridded(browser: object, office: dict[str, str], named: str) -> str:
    """A grid of two questions over the filings of a matter, asked through the app; its path."""
    page = log_in(browser, office, "alex")
    page.goto(f"{office['address']}/m/{office['named']}/grid")
    page.keyboard.type("What relief does the plaintiff ask for?")  # the first question has the focus
    page.keyboard.press("Enter")
    page.keyboard.type("Which patent claims recite a lithium battery?")
    shows(page, "main [data-count]", "2 questions to 1 filing: 2 cells")
    page.click("[data-start]")
    page.wait_for_url("**/grid/g-*")
    shows(page, "[data-said]", "Done")
    assert page.faults == []
    return page.url.removeprefix(office["address"])


def test_an_attorney_asks_filings_the_same_questions_and_checks_a_cell_by_keys(
    browser: object, office: dict[str, str], named: str, gridded: str
) -> None:
    page = log_in(browser, office, "paula")  # a colleague of the matter opens the shared address
    page.goto(office["address"] + gridded)
    shows(page, ".grid-table td >> nth=0", "upported")
    shows(page, ".grid-table td >> nth=1", "Nothing found")
    assert page.locator("[data-delete]").count() == 0, "a paralegal deletes no grid"
    page.locator(".grid-table tbody th a").focus()
    page.keyboard.press("Tab")
    assert page.locator("td:focus").get_attribute("data-cell").endswith("/0")
    page.keyboard.press("ArrowRight")
    assert page.locator("td:focus").get_attribute("data-cell").endswith("/1")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_selector(".paper img")
    page.wait_for_selector(".mark.strong")
    shows(page, "#announce", "is open at the quote")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-viewer]", state="hidden")
    assert page.locator("td:focus").count() == 1
    with page.expect_download() as waiting:
        page.click("[data-export]")
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("filing,question,state,answer,quote,page") and len(lines) == 3
    assert "answer.pdf" in lines[1] and "ai-generated" in lines[1] and "nothing found" in lines[2]
    assert page.faults == []
    stranger = log_in(browser, office, "nina")
    key = gridded.rsplit("/", 1)[1]
    for path in (gridded, f"/api/grids/{key}", f"/api/grids/{key}/export"):
        answer = stranger.request.get(office["address"] + path)
        assert answer.status in (403, 404) and "lithium" not in answer.text(), path


def test_a_conversation_is_found_by_what_was_said_renamed_and_exported(
    browser: object, office: dict[str, str], named: str
) -> None:
    page = log_in(browser, office, "alex")
    page.goto(f"{office['address']}/m/{office['named']}/ask")
    page.fill("[name=question]", "What relief does the plaintiff ask for?")
    page.click("[data-send]")
    page.wait_for_selector("[data-talks] a")
    page.click("[data-rename]")
    page.fill("dialog[open] [name=title]", "Remedies")
    page.click("dialog[open] button.main")
    shows(page, "[data-title]", "Remedies")
    page.fill("[data-find]", "RELIEF plaintiff")
    shows(page, "[data-talks] .excerpt mark", "relief")
    page.fill("[data-find]", "zeppelin")
    shows(page, "[data-talks]", "No question, answer or title")
    page.click("[data-head] summary")
    with page.expect_download() as waiting:
        page.click("[data-form=md]")
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert 'ai_mark: "ai-generated"' in text and "# Remedies" in text and "[^1]: answer.pdf, " in text
    assert page.faults == []


def test_forged_calls_are_refused(browser: object, office: dict[str, str], submitted: dict[str, str]) -> None:
    paralegal, stranger = log_in(browser, office, "paula"), log_in(browser, office, "nina")
    token = paralegal.locator("meta[name=csrf]").get_attribute("content")
    admin_calls = [
        ("/api/users", {"name": "eve", "role": "admin", "password": PASSWORD, "display_name": ""}),
        (
            "/rounds/gradio_api/queue/join",
            {"data": ["quick", 0, 0, "", 0, 0, False], "fn_index": 3, "session_hash": "x"},
        ),
        ("/rounds/gradio_api/run/predict", {"data": [], "fn_index": 0}),
    ]
    for path, data in admin_calls:
        answer = paralegal.request.post(office["address"] + path, data=data, headers={"X-CSRF-Token": token or ""})
        assert answer.status in (401, 403, 404), (path, answer.status)
    for path in (
        "/rounds/",
        "/rounds/config",
        "/rounds/gradio_api/info",
        "/insights",
        "/people",
        "/oversight",
        "/api/audit/export",
    ):
        assert paralegal.request.get(office["address"] + path).status in (401, 403, 404), path
    for path in ("", "/pages/1.png", "/pages/1/text", "/original", "/summary"):
        answer = stranger.request.get(f"{office['address']}/api/filings/{submitted['document']}{path}")
        assert answer.status in (403, 404) and "Rivera" not in answer.text(), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_has_a_serious_barrier(
    browser: object, office: dict[str, str], submitted: dict[str, str], named: str, gridded: str, scheme: str
) -> None:
    """axe-core over every screen; it looks from inside the page, so the page's policy on scripts is off for it."""
    matter, filing = f"/m/{office['matter']}", f"/f/{submitted['document']}"
    screens = {
        "paula": [matter, f"{matter}/search?q=crane", filing, f"/f/{named}/names", "/review"],
        "alex": [f"{matter}/ask", f"{matter}/grid", gridded, f"{matter}/settings", "/review"],
        "ada": ["/people", "/oversight", "/rounds/", "/insights"],
    }
    barriers = []
    for name, paths in screens.items():
        page = log_in(browser, office, name, bypass_csp=True, color_scheme=scheme)
        for path in paths:
            assert page.goto(office["address"] + path).status == 200 and path.split("?")[0] in page.url
            settle(page, path)
            barriers += [(name, path, *barrier) for barrier in find_barriers(page)]
    page = browser.new_context(bypass_csp=True, color_scheme=scheme).new_page()
    page.goto(office["address"] + "/login")
    barriers += find_barriers(page)
    assert not barriers, "\n".join(map(str, barriers))
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=/static/icon.svg>')")
    assert [rule for rule, *_ in find_barriers(page)] == ["image-alt"], "the search finds a barrier that is put there"


def settle(page: object, path: str) -> None:
    """Wait until a screen is drawn; Gradio's screen with a state of its own keeps one connection open for good."""
    if path == "/rounds/":
        page.locator(".gradio-container button:visible").first.wait_for()
        page.wait_for_timeout(2000)
    else:
        page.wait_for_load_state("networkidle")


def find_barriers(page: object) -> list[tuple[str, int, list[str]]]:
    """Give each serious rule of axe-core that a page breaks, how often, and where first."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response
    assert len(found["passes"]) > 10, "the page was looked at"
    return [
        (fault["id"], len(fault["nodes"]), [node["html"][:160] for node in fault["nodes"][:3]])
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def find_barriers_in_both(page: object) -> list[tuple[str, str, int, list[str]]]:
    """Give what `find_barriers` does, by daylight and in the dark; the page's policy on scripts must be off."""
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += [(scheme, *barrier) for barrier in find_barriers(page)]
    return found


@pytest.mark.parametrize(("name", "elsewhere"), [("ada", "/oversight"), ("alex", "/review"), ("paula", "/review")])
def test_a_first_look_has_four_steps_is_left_once_and_found_again(
    browser: object, office: dict[str, str], name: str, elsewhere: str
) -> None:
    page = log_in(browser, office, name)
    for step in ("1 of 4", "2 of 4", "3 of 4", "4 of 4"):
        shows(page, ".tour", step)
        page.click(".tour button.main")
    assert page.locator(".tour").count() == 0
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator(".tour").count() == 0
    page.goto(office["address"] + elsewhere)
    page.click("header .menu:not(.matter) > summary")
    page.click("[data-tour]")
    shows(page, ".tour", "1 of 4")
    assert page.faults == []
