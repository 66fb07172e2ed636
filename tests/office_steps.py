"""What people do, step by step, through the actions: a matter made, a filing added, a summary, a question."""

from __future__ import annotations

import threading
import time
from typing import Any

from assistant.store import people
from assistant.store.people import User
from ui.actions import filings, questions, summaries
from ui.actions import people as people_actions
from ui.services import House

PASSWORD = "correct horse battery"
PLAINTIFF, DEFENDANT = "Marisol Okafor", "Palmetto Terminals, Inc."
TEXT = f"""IN THE UNITED STATES DISTRICT COURT
FOR THE SOUTHERN DISTRICT OF GEORGIA

{PLAINTIFF}, Plaintiff, v. {DEFENDANT}, Defendant.

COMPLAINT FOR DAMAGES

1. Plaintiff {PLAINTIFF} is a dock worker who lives in Savannah, Georgia.

2. Defendant {DEFENDANT} operates a container terminal at the port.

3. Ms. Okafor alleges that the terminal did not pay her for 412 hours of overtime in 2023.

4. She alleges that she was dismissed on September 18, 2023, four days after she complained.

COUNT I: UNPAID OVERTIME

5. Plaintiff alleges that the failure to pay overtime violated 29 U.S.C. section 207.

PRAYER FOR RELIEF

Plaintiff demands damages of $62,920, reinstatement and attorney's fees.
"""


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def make_matter(house: House, name: str) -> str:
    matter_id = str(people_actions.create_matter(house, user(house, "alex"), name)["matter_id"])
    people_actions.add_member(house, user(house, "alex"), matter_id, "paula")
    return matter_id


def add(house: House, matter_id: str, name: str, text: str) -> dict[str, Any]:
    shown = filings.upload(house, user(house, "paula"), matter_id, name, text.encode())
    deadline = time.monotonic() + 300
    while shown["status"] in ("waiting", "reading") and time.monotonic() < deadline:
        time.sleep(0.05)
        shown = filings.show_filing(house, user(house, "paula"), shown["document_id"])
    return shown


def summarize(house: House, document_id: str, name: str = "paula", **more: Any) -> dict[str, Any]:
    given = {"detail": "brief", "adapter": "none", "stop": threading.Event()} | more
    *events, last = summaries.stream_summary(house, user(house, name), document_id, **given)
    assert last["kind"] == "done"
    shown = [e["sentence"] for e in events if e["kind"] == "sentence"]
    assert [s["text"] for s in shown] == [s["text"] for s in last["summary"]["sentences"]]
    return dict(last["summary"])


def ask(house: House, matter_id: str, question: str, **more: Any) -> dict[str, Any]:
    given = {"adapter": "none", "stop": threading.Event()} | more
    *_, last = questions.stream_answer(house, user(house, "alex"), matter_id, question, **given)
    assert last["kind"] == "done"
    return dict(last["answer"])
