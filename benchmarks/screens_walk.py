"""The walk of the screenshots: each role's screens and dialogs in the order of a working day, each named as its picture."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screens_firm import PASSWORD, make_round

if TYPE_CHECKING:
    from screenshots import Visit

QUESTION = "What damages does the plaintiff demand?"


def walk_firm(visit: Visit) -> None:
    """Take all screens of a firm at work."""
    for walk in WALKS:
        if visit.camera.wants(walk.__name__.removeprefix("walk_")):
            walk(visit)


def dialog(visit: Visit, page: Any, name: str, place: str) -> None:
    """Open a dialog by a click, take it, and call it off."""
    page.locator(place).first.click()
    page.locator("dialog[open]").wait_for()
    visit.take(page, name)
    close(page)


def close(page: Any) -> None:
    """Close the dialog that is open."""
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached") if page.locator("dialog[open]").count() else None


def walk_doors(visit: Visit) -> None:
    """Login, a wrong password, what there is not, what is not allowed, a sheet of keys."""
    page = visit.open_window()
    page.goto(visit.address + "/login")
    visit.take(page, "login")
    page.fill("[name=name]", "paula")
    page.fill("[name=password]", "wrong")
    page.press("[name=password]", "Enter")
    page.locator(".notice.bad").wait_for()
    visit.take(page, "login-refused")
    page = visit.log_in("paula")
    visit.go(page, "/m/m-000000000000")
    visit.take(page, "error-404")
    visit.go(page, "/people")
    visit.take(page, "error-403")


def walk_paralegal(visit: Visit) -> None:
    """Filings in every state, the tour, the menus, the jobs, search, an empty matter."""
    from assistant.store import filings

    house, matter = visit.house, visit.ids["matter"]
    page = visit.log_in("paula", tour=True)
    visit.go(page, f"/m/{matter}", ".tour")
    visit.take(page, "tour")
    page = visit.log_in("paula")
    visit.go(page, f"/m/{matter}")
    visit.take(page, "filings")
    dialog(visit, page, "dialog-password-of-file", "text=Give the password")
    page.keyboard.press("?")
    visit.take(page, "dialog-shortcuts")
    close(page)
    page.locator("header .menu.matter summary").click()
    visit.take(page, "menu-matters")
    page.keyboard.press("Escape")
    page.locator("header .menu:not(.matter) > summary").last.click()
    visit.take(page, "menu-person")
    dialog(visit, page, "dialog-password", "[data-password]")
    dialog(visit, page, "dialog-no-jobs", "[data-jobs]")
    visit.go(page, f"/m/{matter}/search?q=overtime+pay")
    visit.take(page, "search")
    visit.go(page, f"/m/{matter}/search")
    visit.take(page, "search-empty")
    for path, name in (
        ("", "filings-empty"),
        ("/ask", "ask-empty-matter"),
        ("/grid", "grid-empty-matter"),
        ("/compare", "picks-empty"),
    ):
        visit.go(page, f"/m/{visit.ids['empty']}{path}")
        visit.take(page, name)
    made = [filings.add_filing(house.db, matter, f"1{n}-reply-brief-volume-{n}.pdf", b"%PDF-1.7 " + bytes([65 + n]), "paula").document_id for n in (2, 3)]  # fmt: skip
    house._readings[made[0]] = {"done": 37, "total": 118, "label": "reading scans", "seconds_left": 130}
    filings.set_status(house.db, made[0], "reading")
    visit.go(page, f"/m/{matter}")
    visit.take(page, "filings-reading")
    for key in made:
        filings.delete_filing(house.db, key)
    page = visit.log_in("lena")
    visit.go(page, "/review")
    visit.take(page, "review-empty")


def walk_desk(visit: Visit) -> None:
    """A filing: without a summary, while it is written, with one, edited, in every view, and its dialogs."""
    page = visit.log_in("paula")
    visit.go(page, f"/f/{visit.ids['f01']}", ".paper img")
    visit.take(page, "filing-without-summary")
    visit.house.engine.word_s = 0.3
    page.locator("[data-write]").click()
    page.locator(".sentence").first.wait_for()
    visit.take(page, "filing-writing")
    visit.house.engine.word_s = 0.0
    if page.locator("[data-stop]:visible").count():
        page.locator("[data-stop]").click()
    page.locator("[data-submit]").wait_for()
    visit.go(page, f"/f/{visit.ids['f08']}", ".sentence")
    page.locator(".paper img").wait_for()
    page.locator(".sentence .pin").first.click()
    page.locator(".mark.strong").first.wait_for()
    visit.take(page, "filing")
    page.locator("[data-export] > summary").click()
    visit.take(page, "filing-export")
    page.keyboard.press("Escape")
    page.locator(".sentence").first.focus()
    page.keyboard.press("e")
    visit.take(page, "filing-edit")
    page.keyboard.press("Escape")
    if page.locator(".part .again > summary").count():
        page.locator(".part .again > summary").first.click()
        visit.take(page, "filing-again")
        page.keyboard.press("Escape")
    page.locator("[data-edit-all]").click()
    visit.take(page, "filing-edit-all")
    page.get_by_role("button", name="Cancel").click()
    page.locator(".sentence").first.click()
    dialog(visit, page, "dialog-flag", ".sentence.active [data-flag]")
    dialog(visit, page, "dialog-submit", "[data-submit]")
    dialog(visit, page, "dialog-discard", "[data-discard]")
    for view in ("stated", "about"):
        page.locator(f"[data-view={view}]").click()
        page.wait_for_load_state("networkidle")
        visit.take(page, f"filing-{view}")
    dialog(visit, page, "dialog-caption", "[data-correct]")


def walk_corrected(visit: Visit) -> None:
    """A summary that was corrected and submitted, one sentence of it not supported; and one that is signed off."""
    page = visit.log_in("paula")
    visit.go(page, f"/f/{visit.ids['f02']}", ".sentence")
    page.locator("[data-next-unsure]").click()
    visit.take(page, "filing-not-supported")
    for view in ("difference", "versions"):
        page.locator(f"[data-view={view}]").click()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
        visit.take(page, f"filing-{view}")
    page.locator("[data-text]").click()
    page.locator("[data-view=summary]").click()
    visit.take(page, "filing-text")
    visit.go(page, f"/f/{visit.ids['f06']}", ".sentence")
    visit.take(page, "filing-signed-off")


def walk_names(visit: Visit) -> None:
    """What was replaced in a filing, and the dialog that masks what was missed."""
    page = visit.log_in("paula")
    visit.go(page, f"/f/{visit.ids['f02']}/names", "[data-list] [aria-current]")
    page.locator(".paper.text").wait_for()
    visit.take(page, "names")
    dialog(visit, page, "dialog-mask", "[data-mask]")


def walk_attorney(visit: Visit) -> None:
    """The review queue, what is returned, what is signed off with doubts, what an attorney may do to a filing."""
    page = visit.log_in("alex", tour=True)
    visit.go(page, f"/m/{visit.ids['matter']}", ".tour")
    visit.take(page, "tour-attorney")
    page = visit.log_in("alex")
    visit.go(page, "/review", "[data-sign]")
    page.locator(".paper img").wait_for()
    visit.take(page, "review")
    dialog(visit, page, "dialog-return", "[data-return]")
    dialog(visit, page, "dialog-sign-off", "[data-sign]")
    page.locator('.queue [data-status="discarded"]').first.click()
    page.locator("[data-restore]").wait_for()
    visit.take(page, "review-discarded")
    page.locator('.queue [data-status="returned"]').first.click()
    page.locator("[data-foot]:has-text('Returned')").wait_for()
    visit.take(page, "review-returned")
    visit.go(page, f"/m/{visit.ids['matter']}", "table.filings tbody tr")
    visit.take(page, "filings-attorney")
    dialog(visit, page, "dialog-sequester", "[data-sequester]")
    dialog(visit, page, "dialog-delete", "[aria-label^=Delete]")
    dialog(visit, page, "dialog-release", "[aria-label^=Release]")
    visit.go(page, f"/f/{visit.ids['f03']}", ".sentence, .empty")
    page.locator("[data-view=about]").click()
    page.locator("[data-lend]").wait_for()
    page.wait_for_load_state("networkidle")
    visit.take(page, "filing-about-attorney")
    dialog(visit, page, "dialog-lend", "[data-lend]")


def walk_matter(visit: Visit) -> None:
    """What is set for a matter, in three states, and each dialog of it."""
    page = visit.log_in("alex")
    visit.go(page, f"/m/{visit.ids['matter']}/settings")
    visit.take(page, "matter")
    for name, place in (("order", "[data-order=order-set]"), ("hold", "[data-order=hold-set]"), ("close", "[data-close]"),
                        ("agree", "[data-agree]"), ("export", "[data-export]"), ("wall", "[data-wall]"), ("lift", "[data-lift]"),
                        ("remove", "[data-remove]"), ("new-matter", "[data-new-matter]")):  # fmt: skip
        dialog(visit, page, f"dialog-{name}", place)
    dialog(visit, page, "dialog-consent", "[data-consent]")
    page.locator("[data-agree]").click()
    page.locator("dialog[open] button.danger").click()
    page.locator("dialog[open] [data-code]").wait_for()
    visit.take(page, "dialog-code")
    close(page)
    visit.go(page, f"/m/{visit.ids['ordered']}/settings")
    visit.take(page, "matter-ordered")
    page = visit.log_in("paula")
    visit.go(page, f"/m/{visit.ids['empty']}/settings")
    visit.take(page, "matter-paralegal")
    page = visit.log_in("nora")
    visit.go(page, f"/m/{visit.ids['past']}/settings")
    visit.take(page, "matter-closed")


def walk_asking(visit: Visit) -> None:
    """Questions with their quotes, one that is not answered, the history, grids."""
    from ui.actions import questions

    house, matter = visit.house, visit.ids["matter"]
    page = visit.log_in("alex")
    visit.go(page, f"/m/{matter}/ask")
    visit.take(page, "ask-start")
    visit.house.engine.word_s = 0.3
    page.fill("[name=question]", QUESTION)
    page.locator("[data-send]").click()
    page.locator(".turns .pin").first.wait_for()
    visit.take(page, "ask-answering")
    visit.house.engine.word_s = 0.0
    page.locator("[data-stop]").wait_for(state="hidden")
    talks = {
        t["title"]: t["conversation_id"] for t in questions.list_conversations(house, _user(visit, "alex"), matter)
    }
    first, none = (next(key for title, key in talks.items() if word in title) for word in ("damages", "Mars"))
    visit.go(page, f"/m/{matter}/ask/{first}", ".turns .pin")
    page.locator(".turns .pin").first.click()
    page.locator(".mark.strong").first.wait_for()
    visit.take(page, "ask")
    dialog(visit, page, "dialog-rename", "[data-rename]")
    page.locator("[data-scope] > summary").click()
    visit.take(page, "ask-scope")
    page.keyboard.press("Escape")
    page.locator("[data-head] summary").click()
    visit.take(page, "ask-export")
    page.keyboard.press("Escape")
    if page.locator(".rate button").count():
        page.locator(".rate button").nth(1).click()
        page.wait_for_timeout(300)
        visit.take(page, "ask-rated")
        close(page)
    page.fill("[data-find]", "dismissed")
    page.wait_for_timeout(600)
    visit.take(page, "ask-history")
    visit.go(page, f"/m/{matter}/ask/{none}", ".turns .turn")
    visit.take(page, "ask-abstained")
    visit.go(page, f"/m/{matter}/grid")
    visit.take(page, "grid-new")
    page.locator("[data-list] a").first.click()
    page.locator("[data-said]:has-text('Done')").wait_for()
    visit.take(page, "grid")
    page.locator(".grid-table td[data-open]").first.click()
    page.locator(".mark.strong").first.wait_for()
    visit.take(page, "grid-page")
    dialog(visit, page, "dialog-delete-grid", "[data-delete]")


def walk_office(visit: Visit) -> None:
    """The admin's people, matters, folders, keys, health, audit, insights, and their dialogs."""
    page = visit.log_in("ada", tour=True)
    visit.go(page, "/people", ".tour")
    visit.take(page, "tour-admin")
    page = visit.log_in("ada")
    visit.go(page, "/people")
    visit.take(page, "people")
    for name, place in (("add-user", "[data-add-user]"), ("reset", "[data-reset]"), ("disable", "[data-disable]"), ("open-matter", "[data-new-matter]"), ("first-attorney", "[data-first]"),
                        ("closing", "[data-close]"), ("wall-admin", "[data-wall]"), ("erase", "[data-erase]"), ("folder", "[data-new-folder]"),
                        ("folder-change", "[data-change]"), ("unwatch", "[data-unwatch]"), ("rotate", "[data-rotate]")):  # fmt: skip
        dialog(visit, page, f"dialog-{name}", place)
    erase(visit, page)
    visit.go(page, "/oversight", "[data-entries] tr")
    visit.take(page, "health")
    page.locator("[data-verify]").click()
    page.locator("[data-chain] .state").wait_for()
    page.locator("[data-narrow]").scroll_into_view_if_needed()
    visit.take(page, "audit")
    page.fill("[name=actor]", "nobody-of-the-firm")
    page.locator("[data-narrow] button[type=submit], [data-narrow] button").first.click()
    page.locator("[data-none]").wait_for()
    visit.take(page, "audit-none")
    visit.go(page, "/insights")
    visit.take(page, "insights")
    for one in page.locator("#insights details > summary").all():
        one.click()
    visit.take(page, "insights-tables")


def erase(visit: Visit, page: Any) -> None:
    """Erase a matter by two people, to take what the admin is told of it."""
    from ui.actions import people

    made = people.create_matter(visit.house, _user(visit, "alex"), "To be erased", "")["matter_id"]
    visit.go(page, "/people")
    page.locator(f'[data-matter="{made}"] [data-erase]').click()
    page.fill("dialog[open] [name=second]", "alex")
    page.fill("dialog[open] [name=password]", PASSWORD)
    page.locator("dialog[open] button.danger").click()
    page.locator("dialog[open]", has_text=re.compile("is erased")).wait_for()
    visit.take(page, "dialog-erased")
    page.locator("dialog[open] button.main").click()


def walk_rounds(visit: Visit) -> None:
    """The Rounds screen as a round comes and goes."""
    from assistant.store import rounds

    db = visit.house.db
    page = visit.log_in("ada")

    def show() -> None:
        visit.go(page, "/rounds/", "#start-round")
        page.wait_for_timeout(2600)

    show()
    visit.take(page, "rounds-none", show)
    for status in ("running", "failed", "unproven", "passed"):
        name = {"passed": "rounds"}.get(status, f"rounds-{status}")
        made = rounds.create_round(db, "ada", {"preset": "normal"})
        rounds.update_round(db, made, **make_round(status))
        show()
        visit.take(page, name, show)
        if status == "running":
            rounds.settle_round(db, made, "cancelled")
    page.get_by_text("Advanced").click()
    page.get_by_text("Earlier rounds").click()
    page.wait_for_timeout(800)

    def open_all() -> None:
        show()
        page.get_by_text("Advanced").click()
        page.get_by_text("Earlier rounds").click()
        page.wait_for_timeout(800)

    visit.take(page, "rounds-advanced", open_all)
    visit.go(page, "/lineage")
    visit.take(page, "lineage")


def walk_compare(visit: Visit) -> None:
    """Compare as an admin, pick blindly as a paralegal."""
    page = visit.log_in("ada")
    visit.go(page, "/compare", "[data-list] tbody tr")
    row = "table.filings tbody tr:has([data-see])"
    deadline = time.monotonic() + 600
    while not page.locator(row).count() and time.monotonic() < deadline:
        time.sleep(2)
        page.reload()
        page.locator("[data-list] tbody tr").first.wait_for()
        page.wait_for_load_state("networkidle")
    visit.take(page, "compare")
    page.locator(f"{row} [data-see]").first.click()
    page.locator(".pane").first.wait_for()
    visit.take(page, "compare-side-by-side")
    page = visit.log_in("paula")
    visit.go(page, f"/m/{visit.ids['matter']}/compare", "[data-list] tbody tr")
    visit.take(page, "picks")
    if page.locator("[data-pick]").count():
        page.locator("[data-pick]").first.click()
        page.locator(".pane[data-place=right]").wait_for()
        visit.take(page, "pick-blindly")


def _user(visit: Visit, name: str) -> Any:
    from assistant.store import people

    return people.get_user(visit.house.db, name)


@contextmanager
def open_new_house(home: Path) -> Iterator[Any]:
    """Open a house that nobody has an account of."""
    from assistant.settings import load_settings
    from ui.services import open_house

    house = open_house(load_settings(home=home))
    yield house
    house.close()


def walk_new_house(visit: Visit) -> None:
    """The first link, the first account, and every screen of the admin and of an attorney while nothing is there."""
    from assistant.store import people
    from ui.web.first_run import offer_first_link

    if not visit.camera.wants("new"):
        return
    page = visit.open_window()
    page.goto(visit.address + "/login")
    visit.take(page, "login-nobody")
    page.goto(visit.address + offer_first_link(visit.app))
    visit.take(page, "first-account")
    for name, role in (("ada", "admin"), ("alex", "attorney"), ("paula", "paralegal")):
        people.add_user(visit.house.db, name, role, PASSWORD)
    page = visit.log_in("ada")
    for path, name in (
        ("/people", "people-new"),
        ("/compare", "compare-empty"),
        ("/lineage", "lineage-empty"),
        ("/insights", "insights-empty"),
    ):
        visit.go(page, path)
        visit.take(page, name)
    visit.go(page, "/rounds/", "#start-round")
    page.wait_for_timeout(2600)
    visit.take(page, "rounds-empty")
    for person in ("alex", "paula"):
        page = visit.log_in(person)
        visit.go(page, "/")
        visit.take(page, f"no-matter-{person}")


WALKS = (
    walk_doors,
    walk_paralegal,
    walk_desk,
    walk_corrected,
    walk_names,
    walk_attorney,
    walk_matter,
    walk_asking,
    walk_office,
    walk_rounds,
    walk_compare,
)
