"""Three people's tasks in a real Chromium, step by step: clicks, keystrokes typed as words, and seconds.

    casebrief demo                                             # in another shell: it prints three logins
    python benchmarks/task_test.py --address http://127.0.0.1:7860 --logins LOG --json

--logins names a file that holds what `casebrief demo` printed. The paralegal logs in for the first time and gets from a filing not
seen before to a summary submitted; the attorney signs it off and the paralegal exports it; the attorney asks the matter and opens a
quote on its page; the admin starts a quick round, reads the gate's reasons and promotes. What a step needs of thought is not in the
seconds: a script reads nothing. A click is a click or a key that does something; filling a field counts as one.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
WAIT_MS = 900_000


@dataclass(frozen=True)
class Step:
    """One step of a task.

    Attributes:
        task: Whose, and what for.
        what: In words.
        clicks: Clicks, keys and fields filled.
        seconds: Until the page shows the outcome.
    """

    task: str
    what: str
    clicks: int
    seconds: float


class Walk:
    """One person at one browser window; counts what is done."""

    def __init__(self, browser: Any, address: str, shots: Path | None) -> None:
        self.page = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True).new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.address, self.shots, self.steps, self.clicks, self.task = address, shots, list[Step](), 0, ""

    def step(self, what: str, *work: Callable[[], Any]) -> None:
        """Do one step: each piece of work but a wait counts as one click."""
        began, self.clicks = time.perf_counter(), 0
        for piece in work:
            piece()
        self.steps.append(Step(self.task, what, self.clicks, round(time.perf_counter() - began, 1)))
        if self.shots:
            name = re.sub(r"\W+", "-", f"{len(self.steps):02} {self.task} {what}".lower())[:60]
            self.page.screenshot(path=self.shots / f"{name}.png")

    def click(self, place: str) -> Callable[[], None]:
        """Click the first of a place."""
        return self._count(lambda: self.page.locator(place).first.click())

    def fill(self, place: str, words: str) -> Callable[[], None]:
        """Fill a field."""
        return self._count(lambda: self.page.locator(place).first.fill(words))

    def press(self, key: str) -> Callable[[], None]:
        """Press a key."""
        return self._count(lambda: self.page.keyboard.press(key))

    def see(self, place: str, state: str = "visible") -> Callable[[], None]:
        """Wait until a place is there."""
        return lambda: self.page.locator(place).first.wait_for(state=state)

    def log_in(self, name: str, password: str) -> None:
        """Log in, and leave the tour."""
        self.page.goto(self.address)
        self.step(
            "log in", self.fill("[name=name]", name), self.fill("[name=password]", password), self.press("Enter"),
            lambda: self.page.wait_for_url(lambda url: "/login" not in url), self.see("main"),
        )  # fmt: skip

    def _count(self, work: Callable[[], Any]) -> Callable[[], None]:
        def counted() -> None:
            self.clicks += 1
            work()

        return counted


def summarize(walk: Walk, filing: str) -> None:
    """Do the paralegal's task up to submission."""
    walk.step("open the filing", walk.click(f"table.filings a:has-text('{filing}')"), walk.see("[data-write]"))
    walk.step("write the summary: first sentence", walk.click("[data-write]"), walk.see(".sentence"))
    walk.step("the whole summary", walk.see("[data-submit]"))
    walk.step("see a sentence's passage on its page", walk.click(".sentence .pin"), walk.see(".mark.strong"))
    walk.step(
        "edit a sentence", lambda: walk.page.locator(".sentence").first.focus(), walk.press("e"), lambda: edit(walk)
    )
    walk.step(
        "submit with a reason", walk.click("[data-submit]"),
        walk.click("[data-dialog=submit] [name=reasons][value=style]"),
        walk.click("[data-dialog=submit] button[value=ok]"), walk.see("[data-foot]:has-text('Submitted')"),
    )  # fmt: skip


def edit(walk: Walk) -> None:
    """Add a word to the sentence in hand and keep it."""
    words = walk.page.locator(".editing textarea")
    walk.fill(".editing textarea", words.input_value().rstrip(".") + ", according to this filing.")()
    walk.press("Enter")()
    walk.see(".sentence .words:has-text('according to this filing')")()


def sign_off(walk: Walk) -> None:
    """Do the attorney's part of it."""
    walk.step("open the review queue", walk.click("nav a:has-text('Review')"), walk.see("[data-sign]"))

    def sign() -> None:
        walk.click("[data-sign]")()
        walk.page.wait_for_timeout(400)
        if walk.page.locator("dialog[open] button.danger").count():
            walk.click("dialog[open] button.danger")()

    walk.step("sign off", sign, walk.see("[data-foot]:has-text('Signed off')"))


def export(walk: Walk, filing: str) -> None:
    """Export the signed summary to Word."""
    walk.page.goto(walk.address)
    walk.step("open the filing again", walk.click(f"table.filings a:has-text('{filing}')"), walk.see("[data-export]"))

    def save() -> None:
        walk.click("[data-export]")()
        with walk.page.expect_download() as waiting:
            walk.click("a:has-text('Word'):visible, button:has-text('Word'):visible")()
        assert Path(waiting.value.path()).read_bytes()[:2] == b"PK", "not a Word file"

    walk.step("export to Word", save)


def ask(walk: Walk, question: str) -> None:
    """Do the attorney's task: from the question to the quote on its page."""
    walk.step("open Ask", walk.click("nav a:has-text('Ask')"), walk.see("[name=question]"))
    walk.step(
        "ask: first quoted sentence", walk.fill("[name=question]", question), walk.press("Enter"),
        walk.see(".turns .pin"),
    )  # fmt: skip
    walk.step("the quote on its page", walk.click(".turns .pin"), walk.see(".mark.strong"))


def run_round(walk: Walk) -> None:
    """Do the admin's task: a quick round from click to a promoted adapter."""
    walk.step("open Rounds", walk.click("nav a:has-text('Rounds')"), walk.see("#start-round"))
    walk.step(
        "start a quick round: the gate's reasons",
        lambda: walk._count(lambda: walk.page.get_by_text("Quick", exact=False).first.click())(),
        walk.click("#start-round"), walk.see("#promote"),
    )  # fmt: skip
    walk.step(
        "promote with a reason", walk.fill("#reason textarea, #reason input", "Read on five summaries; better."),
        walk.click("#promote"), walk.see("#promote", "hidden"),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="http://127.0.0.1:7860")
    parser.add_argument("--logins", type=Path, required=True, help="what `casebrief demo` printed")
    parser.add_argument("--filing", default="08-order-on-motion-to-compel.pdf")
    parser.add_argument("--question", default="What damages does the plaintiff demand?")
    parser.add_argument("--shots", type=Path, help="folder for a picture after each step")
    parser.add_argument("--without-round", action="store_true", help="leave out the admin's task")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    passwords = dict(re.findall(r"^\s+(\w+)\s+(?:paralegal|attorney|admin)\s+(\S+)$", given.logins.read_text(), re.M))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    steps: list[Step] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        people = {name: Walk(browser, given.address, given.shots) for name in ("paula", "alex", "ada")}
        tasks: list[tuple[str, str, Callable[[Walk], None]]] = [
            ("paula", "paralegal: summary", lambda walk: summarize(walk, given.filing)),
            ("alex", "attorney: sign-off", sign_off),
            ("paula", "paralegal: export", lambda walk: export(walk, given.filing)),
            ("alex", "attorney: quoted answer", lambda walk: ask(walk, given.question)),
            ("ada", "admin: promoted adapter", run_round),
        ]
        for name, task, work in tasks[: -1 if given.without_round else None]:
            walk = people[name]
            walk.task, known, walk.steps = task, bool(walk.steps), []
            if not known:
                walk.log_in(name, passwords[name])
            work(walk)
            steps += walk.steps
        browser.close()
    report = {
        "steps": [asdict(step) for step in steps],
        "tasks": {
            task: {
                "clicks": sum(s.clicks for s in steps if s.task == task),
                "seconds": round(sum(s.seconds for s in steps if s.task == task), 1),
            }
            for task in dict.fromkeys(s.task for s in steps)
        },
    }
    print(json.dumps(report, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
