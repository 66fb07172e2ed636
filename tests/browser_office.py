"""The office of the browser tests: a real store and the real app on a free port, one for a module; nothing heavy runs.

No model, no index and no job: what is looked at was stored beforehand, so that each step takes a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import uvicorn
from argon2 import PasswordHasher
from store_samples import add_matter, make_document, make_pages, make_summary, settings_of
from test_browser import PASSWORD, SLOW_MS, browser, log_in, shows

from assistant.documents import HiddenText
from assistant.store import filings, people, work
from ui.services import House, open_house
from ui.web.access import SESSION_COOKIE
from ui.web.app import build_app

__all__ = ["PASSWORD", "browser", "house", "log_in", "matter", "office", "shows"]

SECRET = "A settlement of $90,000 was offered."


class Shelf:
    """An index that holds nothing."""

    def indexed(self, matter_id: str) -> dict[str, int]:
        return {}

    def remove_matter(self, matter_id: str) -> None:
        """Nothing to remove."""

    def remove(self, document_id: str, matter_id: str) -> None:
        """Nothing to remove."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A real store with four people and one matter, whose attorney is alex and whose paralegal is paula."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
        opened = open_house(settings_of(tmp_path_factory.mktemp("home")))
        opened.__dict__.update(index=Shelf(), ready_adapters=lambda: None)
        for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin"), ("nina", "attorney")):
            people.add_user(opened.db, name, role, PASSWORD)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def matter(house: House) -> str:
    made = add_matter(house.db, "Rivera v. Harbor")
    for name in ("alex", "paula"):
        people.add_member(house.db, name, made)
    return made


@pytest.fixture(scope="module")
def office(house: House) -> Iterator[dict[str, Any]]:
    with serve(build_app(house)) as served:
        yield served


@contextmanager
def serve(app: Any) -> Iterator[dict[str, Any]]:
    """Serve an app on a free port of this machine: {address, app}."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield {"address": f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", "app": app}
    server.should_exit = True
    thread.join(10)


def add_filing(house: House, matter: str, name: str, text: str = "Person 1 sues.") -> str:
    """Store a filing as read, its first page carrying a hidden sentence; give its id."""
    from finetune.synthesize.pdf import make_pdf
    from finetune.synthesize.rules import make_filing

    data = make_pdf(make_filing(len(name), "complaint", split="test", pages=2))
    key = filings.add_filing(house.db, matter, name, data + name.encode(), "paula").document_id
    first, second = make_pages()
    hidden = HiddenText("white on white", SECRET, (0.1, 0.3, 0.6, 0.34))
    pages = (replace(first, hidden=(hidden,)), second)
    filings.save_revision(house.db, make_document(key, matter, text=text), pages, {"PERSON": 1}, [], 1.5)
    filings.set_status(house.db, key, "ready")
    return key


def add_summary(house: House, document_id: str, author: str, state: str = "draft") -> str:
    """Store a summary of three sentences and, as version 2, one whose last sentence a person has changed."""
    document = filings.load_document(house.db, document_id)
    made = make_summary(document)
    one = made.sentences[0]
    sentences = tuple(replace(one, text=f"Person 1 sues in {n}.") for n in ("May", "June", "July"))
    key = work.save_summary(house.db, replace(made, sentences=sentences), author)
    changed = (*sentences[:2], replace(sentences[2], text="Person 1 sues in August.", origin="person"))
    work.save_edit(house.db, key, author, "Person 1 sues.", changed, 1)
    if state == "submitted":
        work.submit(house.db, key, author, 0, (), "")
    return key


def confirm(page: Any, reason: str = "", **fields: str) -> None:
    """Fill in what a dialog asks for, its reason and other fields by name, and go on."""
    for name, value in (({"reason": reason} if reason else {}) | fields).items():
        page.fill(f"dialog[open] [name={name}]", value)
    page.click("dialog[open] .ends button[value=ok]")


def make_member(house: House, name: str, role: str, matter: str) -> None:
    """Add a person who has chosen their own password, and let them into a matter."""
    people.add_user(house.db, name, role, PASSWORD)
    people.add_member(house.db, name, matter)


def enter(browser: Any, office: dict[str, Any], name: str, path: str = "/") -> Any:
    """Open a screen as a person who has a session already: one page is loaded, where logging in by the form takes two more.

    Errors on the page's console are kept in `faults`, as `log_in` does.
    """
    token, _ = people.create_login(office["app"].state.house.db, name, 1.0)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": office["address"]}])
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(office["address"] + path)
    return page
