"""The firm of the load benchmark: people, matters, synthetic filings that were read, summaries, answers, and its server.

The server is the product's own; only the writing is a stub: it copies the sentences that the prompt quotes, at the pace of
a model. Loading, hashes, adapters and the batches of a round's evaluation are the real engine's.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.engine.base import Prompt
from assistant.engine.transformers_engine import TransformersEngine
from assistant.settings import Settings, load_settings
from assistant.store import people
from ui.actions import filings, questions, summaries
from ui.actions import people as people_actions
from ui.services import House, open_house

PASSWORD = "a firm of twenty-five"
MATTERS = 4
FILINGS = 4
KINDS = ("complaint", "motion", "order", "contract")
WORD_S = 0.03
FIRST_S = 0.5
QUESTIONS = ("What relief does the plaintiff demand?", "When did the events happen?", "Who are the parties?")
_TEXT = re.compile(r"<text>\n(.*)\n</text>", re.DOTALL)


class StubEngine(TransformersEngine):
    """The engine with a stub for its writing: a pause of `FIRST_S`, then quoted words, `WORD_S` apart."""

    def stream(
        self,
        prompt: Prompt,
        *,
        adapter: str | None = None,
        max_new_tokens: int = 120,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Write the first sentences of the text that the prompt quotes."""
        stop = stop or threading.Event()
        quoted = _TEXT.search(prompt.messages[-1]["content"])
        words = quoted[1].split() if quoted else []
        stop.wait(FIRST_S)
        for word in words[: max_new_tokens // 2]:
            if stop.wait(WORD_S):
                return
            yield word + " "


def name_people(users: int) -> dict[str, str]:
    """Give user names and roles: of every eight, five paralegals and three attorneys, and an admin in twelve."""
    admins = max(users // 12, 1)
    roles = [*["admin"] * admins, *(("attorney" if n % 8 in (1, 4, 7) else "paralegal") for n in range(users - admins))]
    return {f"{role[:2]}{number:02}": role for number, role in enumerate(roles, 1)}


def make_firm(home: Path, users: int) -> dict[str, int]:
    """Make the firm in an empty data root; give how much is in it."""
    settings = load_settings(home=home)
    house = open_house(settings)
    try:
        staff = name_people(users)
        for name, role in staff.items():
            people.add_user(house.db, name, role, PASSWORD)
        working = {role: [n for n, r in staff.items() if r == role] for role in ("attorney", "paralegal")}
        documents = 0
        for number in range(MATTERS):
            documents += _make_matter(house, number, working)
        return {"users": users, "matters": MATTERS, "filings": documents}
    finally:
        house.close()


def _make_matter(house: House, number: int, working: dict[str, list[str]]) -> int:
    """Open a matter with its people and read its filings; some have summaries in every state, and each person asked."""
    attorneys = [n for i, n in enumerate(working["attorney"]) if i % MATTERS in (number, (number + 3) % MATTERS)]
    attorneys = attorneys or working["attorney"][:1]
    paralegals = [n for i, n in enumerate(working["paralegal"]) if i % MATTERS in (number, (number + 2) % MATTERS)]
    first = people.get_user(house.db, attorneys[0])
    matter = people_actions.create_matter(house, first, f"Matter {number + 1} v. Everybody", f"26-{number:04}")[
        "matter_id"
    ]
    for name in (*attorneys[1:], *paralegals):
        people_actions.add_member(house, first, matter, name)
    people_actions.set_consent(house, first, matter, True, "Agreed in writing.")
    author = people.get_user(house.db, (paralegals or attorneys)[0])
    made = [add_filing(house, author, matter, 100 * number + seed) for seed in range(FILINGS)]
    for index, document_id in enumerate(made):
        _summarize(house, author, first, document_id, ("signed_off", "submitted", "draft")[index % 3])
    for name in (*attorneys, *paralegals):
        for question in QUESTIONS[:1]:
            asker = people.get_user(house.db, name)
            for _ in questions.stream_answer(house, asker, matter, question, adapter="none", stop=threading.Event()):
                pass
    return len(made)


def make_pdf_of(seed: int) -> bytes:
    """Make a synthetic filing of two to six pages as a PDF."""
    from finetune.synthesize.pdf import make_pdf
    from finetune.synthesize.rules import make_filing

    return make_pdf(make_filing(seed, KINDS[seed % len(KINDS)], split="test", pages=2 + seed % 5))


def add_filing(house: House, user: people.User, matter: str, seed: int) -> str:
    """Add a synthetic filing and wait until it has been read."""
    shown = filings.upload(house, user, matter, f"filing-{seed}.pdf", make_pdf_of(seed))
    while shown["status"] in ("waiting", "reading"):
        time.sleep(0.05)
        shown = filings.show_filing(house, user, shown["document_id"])
    if shown["status"] != "ready":
        raise SystemExit(f"A synthetic filing was not read: {shown['error']}")
    return str(shown["document_id"])


def _summarize(house: House, author: people.User, attorney: people.User, document_id: str, status: str) -> None:
    stop = threading.Event()
    *_, last = summaries.stream_summary(house, author, document_id, detail="brief", adapter="none", stop=stop)
    made: dict[str, Any] = last["summary"]
    if status == "draft":
        return
    summaries.submit(house, author, made["summary_id"], 0, ["style"], "")
    if status == "signed_off":
        summaries.sign_off(house, attorney, made["summary_id"])


def find_port() -> int:
    """Find a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve(home: Path, port: int) -> None:
    """Serve the firm as `casebrief serve` does, with the stub in the engine's place."""
    from ui.owner import OwnerLock
    from ui.serving import listen, serve_house, take_root

    settings: Settings = load_settings(home=home, port=port)
    with OwnerLock(settings.home) as lock:
        take_root(lock, "serve", settings)
        listening = listen(settings)
        house = open_house(settings)
        house.__dict__["_engine"] = StubEngine(settings)  # where the house keeps its engine once it is built
        serve_house(house, listening)
