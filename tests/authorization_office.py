"""A firm for the sweep of who may what: real actions, store and index behind a real server, and everyone who may ask.

The secrets of one matter stand in its name, number, files, texts, questions and reasons, so that an answer which holds
one of them tells whose it is. The engine is left out: sentences are the ranker's.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from pdf_samples import make_pdf

from assistant.documents import HiddenText, OffsetMap, Page, Passage, RedactedDocument, Segment, pack_box
from assistant.evidence.embedding import DIMENSIONS, Embedder
from assistant.settings import Settings
from assistant.store import comparisons, flags, grids, matters, people, registry, watches, work
from assistant.store import filings as stored
from assistant.store.vault import Vault
from ingest import redact
from ingest.revise import mask_known
from ui import compare_work, grid_work, two_people
from ui.actions import compare, grid, names, questions, summaries
from ui.actions import people as people_actions
from ui.owner import publish_address
from ui.services import House, open_house
from ui.web.app import build_app

PASSWORD = "correct horse battery"
SECRETS = ("zephrinax", "zpx77021", "brindlewort")
FILE = "Zephrinax complaint.pdf"
LINES = (
    "COMPLAINT", "Orla Zephrinax, Plaintiff, v. Palmetto Terminals, Inc., Defendant.",
    "1. Plaintiff Orla Zephrinax is a dock worker who lives in Savannah.",
    "2. Ms. Zephrinax alleges that 412 crates of brindlewort were lost on May 4, 2022.",
    "3. Plaintiff demands damages of $62,920 under account number ZPX77021-4.",
)  # fmt: skip
LENT_LINES = (
    "COMPLAINT", "1. Plaintiff Orla Zephrinax lives in Savannah.",
    "2. Plaintiff Orla Zephrinax demands damages of $62,920 under account number ZPX77021-4.",
)  # fmt: skip
OTHER_LINES = ("COMPLAINT", "1. Plaintiff Tom Barlow demands the overtime of 41 crates, $1,200.")
HIDDEN = "quincunxium"  # in text that a page carries and does not show
QUESTION = "What damages does Zephrinax demand for the brindlewort?"
OTHER_QUESTION = "What does Barlow demand?"
START_S = 60.0


@dataclass(frozen=True)
class Identity:
    """Who asks.

    Attributes:
        key: How the table names it.
        user: Login name; "" for nobody.
        role: Its role.
        standing: What it is to the matter: "member", "stranger", "walled", "resting"; or "out" where its session has
            ended, its account is closed or it never logged in.
    """

    key: str
    user: str
    role: str
    standing: str


IDENTITIES = (
    Identity("anonymous", "", "", "out"),
    Identity("ended session", "end", "attorney", "out"),
    Identity("closed account", "kim", "attorney", "out"),
    Identity("paralegal", "pia", "paralegal", "member"),
    Identity("attorney", "ada", "attorney", "member"),
    Identity("admin", "max", "admin", "member"),
    Identity("strange paralegal", "pat", "paralegal", "stranger"),
    Identity("strange attorney", "sol", "attorney", "stranger"),
    Identity("strange admin", "eva", "admin", "stranger"),
    Identity("walled attorney", "wes", "attorney", "walled"),
    Identity("resting attorney", "rob", "attorney", "resting"),
)
BY_KEY = {identity.key: identity for identity in IDENTITIES}


class Office:
    """The firm, its two matters, and a logged-in client for each identity."""

    def __init__(self, house: House, app: FastAPI, address: str) -> None:
        self.house = house
        self.app = app
        self.address = address
        self.clients: dict[str, httpx.Client] = {}
        self.ids: dict[str, str] = {}
        self.other: dict[str, str] = {}
        self._fill()
        self.uploaded = self._plant_upload()
        self.first_secret = app.state.first_link.make()
        for identity in IDENTITIES:
            self.clients[identity.key] = self.log_in(identity)
        self._shut_out()

    def user(self, name: str) -> Any:
        """Give a person as stored."""
        return people.get_user(self.house.db, name)

    def _fill(self) -> None:
        """Make people, both matters and what is in them."""
        for identity in IDENTITIES[1:]:
            people.add_user(self.house.db, identity.user, identity.role, PASSWORD)
        people.add_user(self.house.db, "bea", "attorney", PASSWORD)
        ours = ("ada", "pia", "max", "bea")
        self.ids = self._open_matter("Zephrinax v. Palmetto", "ZPX77021", ours, FILE, LINES, QUESTION)
        self.other = self._open_matter(
            "Barlow v. Quay", "B-1", ("sol", "pat"), "barlow.pdf", OTHER_LINES, OTHER_QUESTION
        )
        people.add_member(self.house.db, "wes", self.ids["matter_id"])
        people_actions.set_wall(self.house, self.user("ada"), self.ids["matter_id"], "wes", "Zephrinax was a client")
        self.ids["spare_id"] = self._add_filing("ada", self.ids["matter_id"], "spare " + FILE, (*LINES, "4. More."))
        self.ids |= self.make_grid()
        grid_work.run_grid(self.house, self.ids["grid_id"], 1)
        self.make_grid()  # one that goes on running
        for name, status in (("starter-1", "active"), ("house-9", "candidate")):
            registry.insert_adapter(self.house.db, name, folder=name, hash=name)
            registry.set_status(self.house.db, name, status)
        self.ids |= self._compare(self.ids["document_id"])
        self.ids["lent_id"] = self._add_filing("ada", self.ids["matter_id"], "lent " + FILE, LENT_LINES)
        comparisons.lend_filing(self.house.db, self.ids["lent_id"], "ada")
        people_actions.set_consent(self.house, self.user("ada"), self.ids["matter_id"], True, "letter of Zephrinax")

    def _open_matter(
        self, name: str, number: str, members: tuple[str, ...], file: str, lines: tuple[str, ...], question: str
    ) -> dict[str, str]:
        """Make a matter of an attorney (the first of `members`) with a filing, a summary and a conversation."""
        db, attorney = self.house.db, self.user(members[0])
        matter_id = str(people_actions.create_matter(self.house, attorney, name, number)["matter_id"])
        for member in members[1:]:
            people.add_member(db, member, matter_id)
        document_id = self._add_filing(members[0], matter_id, file, lines)
        stop = threading.Event
        *_, last = summaries.stream_summary(self.house, attorney, document_id, detail="brief", stop=stop())
        *_, told = questions.stream_answer(self.house, attorney, matter_id, question, stop=stop())
        return {
            "matter_id": matter_id,
            "document_id": document_id,
            "summary_id": str(last["summary"]["summary_id"]),
            "conversation_id": str(told["answer"]["conversation_id"]),
            "turn_id": str(told["answer"]["turn_id"]),
        }

    def _add_filing(self, name: str, matter_id: str, file: str, lines: tuple[str, ...]) -> str:
        """Store a filing as the reader would, its plaintiff and her account number replaced."""
        db = self.house.db
        made = stored.add_filing(db, matter_id, file, make_pdf([list(lines)]), name)
        text = "\n".join(lines)
        boxes = b"".join(pack_box(0.1, 0.1, 0.9, 0.2) for _ in text)
        page = Page(1, text, boxes, 612.0, 792.0, hidden=(HiddenText("covered", f"the {HIDDEN} account"),))
        document = replace_names(made.document_id, matter_id, text, self.house.vault(matter_id))
        stored.save_revision(db, document, [page], {"PERSON": 2}, [], 0.1)
        stored.set_status(db, made.document_id, "ready")
        self.house.index.add(stored.load_document(db, made.document_id))
        return made.document_id

    def _plant_upload(self) -> Path:
        """Put the filing where Gradio keeps uploads, as if the attorney had sent it there."""
        place = Path(os.environ["GRADIO_TEMP_DIR"]) / "f0f0f0" / FILE
        place.parent.mkdir(parents=True)
        place.write_text("\n".join(LINES))
        return place

    def read_original(self) -> bytes:
        """Give the file of the guarded matter as it was added."""
        return stored.read_original(self.house.db, self.ids["document_id"])

    def log_in(self, identity: Identity) -> httpx.Client:
        """Give a browser of this identity; its headers carry the session's token."""
        client = httpx.Client(base_url=self.address, timeout=60.0, follow_redirects=False)
        if not identity.user:
            return client
        token = re.search(r'name="form_token" value="([^"]+)"', client.get("/login").text)
        form = {"form_token": token[1] if token else "", "name": identity.user, "password": PASSWORD}
        client.post("/login", data=form)
        client.headers["X-CSRF-Token"] = client.get("/api/me").json()["csrf"]
        return client

    def renew(self, identity: Identity) -> None:
        """Log an identity in again, with its first password."""
        people.set_password(self.house.db, identity.user, PASSWORD, by=identity.user)
        self.clients[identity.key].close()
        self.clients[identity.key] = self.log_in(identity)

    def _shut_out(self) -> None:
        """End, close or suspend those who shall be out; their browsers keep what they had."""
        db = self.house.db
        for name in ("end", "kim", "rob"):
            people.add_member(db, name, self.ids["matter_id"])
        kept = dict(self.clients["ended session"].cookies)
        self.clients["ended session"].post("/logout")
        self.clients["ended session"].cookies.update(kept)
        people.disable_user(db, "kim")
        people.set_password(db, "rob", "another horse battery", by="eva")  # rob's membership rests from here on
        people.set_password(db, "rob", PASSWORD, by="rob")
        self.clients["resting attorney"] = self.log_in(BY_KEY["resting attorney"])

    def find_place(self) -> dict[str, Any]:
        """Give the place of something that is replaced in the spare filing now."""
        found = names.list_all_detections(self.house, self.user("ada"), self.ids["spare_id"])["detections"][0]
        return {key: found[key] for key in ("page", "start", "end")}

    def find_word(self, word: str) -> dict[str, Any]:
        """Give the place of a word of the spare filing."""
        start = "\n".join(LINES).index(word)
        return {"page": 1, "start": start, "end": start + len(word)}

    def make_summary(self) -> dict[str, str]:
        """Give a draft to be spent: a copy of the first summary."""
        return self._copy_summary("pia")

    def make_attorneys(self) -> dict[str, str]:
        """Give a draft of the attorney's to be spent."""
        return self._copy_summary("ada")

    def _copy_summary(self, author: str) -> dict[str, str]:
        made = work.get_summary(self.house.db, self.ids["summary_id"]).summary
        return {"summary_id": work.save_summary(self.house.db, made, author)}

    def make_flagged(self) -> dict[str, str]:
        """Give a draft whose first sentence both of its matter's people flagged."""
        made = self.make_summary()
        for name in ("pia", "ada"):
            flags.rate_sentence(self.house.db, made["summary_id"], 0, name, flags.BAD, "style: Zephrinax")
        return made

    def make_discarded(self) -> dict[str, str]:
        """Give a draft that was put aside."""
        return self._discard(self.make_summary())

    def make_attorneys_discarded(self) -> dict[str, str]:
        """Give a draft of the attorney's that was put aside."""
        return self._discard(self.make_attorneys())

    def _discard(self, made: dict[str, str]) -> dict[str, str]:
        work.discard_summary(self.house.db, made["summary_id"])
        return made

    def make_grid(self) -> dict[str, str]:
        """Give a grid of the guarded matter that runs."""
        chosen = [self.ids["document_id"]]
        made = grid.start_grid(self.house, self.user("ada"), self.ids["matter_id"], [QUESTION], chosen)
        return {"grid_id": str(made["grid_id"])}

    def make_stopped_grid(self) -> dict[str, str]:
        """Give one that was stopped before its first cell."""
        made = self.make_grid()
        grids.settle_grid(self.house.db, made["grid_id"], 1, "stopped")
        return made

    def _compare(self, document_id: str) -> dict[str, str]:
        """Give the comparison of a filing, written."""
        made = compare.start_comparison(self.house, self.user("ada"), document_id)["comparison_id"]
        compare_work.run_comparison(self.house, made, 1)
        return {"comparison_id": str(made)}

    def make_running_comparison(self) -> dict[str, str]:
        """Give one that runs, to be stopped."""
        systems = {"candidate": f"house-{secrets.token_hex(4)}", "rival": "starter-1"}
        made = comparisons.create_comparison(self.house.db, self.ids["document_id"], 1, "ada", **systems)
        return {"comparison_id": made}

    def make_lent(self) -> dict[str, str]:
        """Give a filing that is lent, whose every secret is replaced, with its comparison."""
        return {"document_id": self.ids["lent_id"]} | self._compare(self.ids["lent_id"])

    def make_submitted(self) -> dict[str, str]:
        """Give a submitted summary to be spent."""
        made = self.make_summary()
        work.submit(self.house.db, made["summary_id"], "pia", 0, (), "")
        return made

    def make_matter(self) -> dict[str, str]:
        """Give a matter to be spent, with two attorneys and a paralegal, who is the name in the path."""
        matter_id = self._make_matter("ada", "bea", "pia")
        return {"matter_id": matter_id, "name": "pia"}

    def make_walled(self) -> dict[str, str]:
        """Give a matter to be spent that somebody, who is the name in the path, is walled off from."""
        matter_id = self._make_matter("ada", "bea", "pia")
        people.add_wall(self.house.db, "pat", matter_id, "ada", "once of the other side")
        return {"matter_id": matter_id, "name": "pat"}

    def make_watched(self) -> dict[str, str]:
        """Give a matter to be spent that has a watched folder."""
        made = self.make_matter()
        watches.set_watch(self.house.db, made["matter_id"], f"w{secrets.token_hex(4)}", "pia", "max")
        return made

    def make_orphan(self) -> dict[str, str]:
        """Give a matter that nobody works on."""
        return {"matter_id": self._make_matter()}

    def _make_matter(self, *members: str) -> str:
        made = matters.create_matter(self.house.db, f"Spent {secrets.token_hex(4)}", "ada")
        for name in members:
            people.add_member(self.house.db, name, made.matter_id)
        return made.matter_id

    def make_user(self) -> dict[str, str]:
        """Give an account to be spent."""
        name = f"n{secrets.token_hex(4)}"
        people.add_user(self.house.db, name, "paralegal", PASSWORD)
        return {"name": name}

    def make_spare(self) -> dict[str, str]:
        """Give the filing that may be changed, clawed back and deleted."""
        return {"document_id": self.ids["spare_id"]}

    def make_sequestered(self) -> dict[str, str]:
        """Give it clawed back."""
        stored.set_sequestered(self.house.db, self.ids["spare_id"], True)
        return self.make_spare()


def replace_names(document_id: str, matter_id: str, text: str, vault: Vault) -> RedactedDocument:
    """Give the document of one page whose names and numbers are replaced, a passage a line."""
    running, segments, passages, at = "", [], [], 0
    for match in re.finditer(r"Orla Zephrinax|ZPX77021-4|Tom Barlow", text):
        kind = "CODE" if match[0][-1].isdigit() else "PERSON"
        for piece, page_end, verbatim in (
            (text[at : match.start()], match.start(), True),
            (vault.assign(kind, match[0]), match.end(), False),
        ):
            segments.append(Segment(len(running), len(running) + len(piece), 1, at, page_end, verbatim=verbatim))
            running, at = running + piece, page_end
    segments.append(Segment(len(running), len(running) + len(text) - at, 1, at, len(text)))
    running += text[at:]
    for index, line in enumerate(re.finditer(r".+", running)):
        passages.append(Passage(index, line.start(), line.end(), 1))
    return RedactedDocument(
        document_id, matter_id, 1, "complaint", running, OffsetMap(tuple(segments)), tuple(passages), 1,
        facts={"title": "Complaint of Zephrinax"}, scheme="office-1",
    )  # fmt: skip


def embed_words(_embedder: object, texts: Sequence[str], _report: object = None) -> Any:
    """Stand for the embedding model: a vector of the words of each text, so that like texts are near each other."""
    rows = np.full((len(texts), DIMENSIONS), 1e-3, dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in text.lower().split():
            row[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@contextmanager
def stand_ins(home: Path) -> Iterator[None]:
    """Put light parts in the place of the heavy ones that decide nothing here.

    They are the password hash, the recognizers and the embedder; and no job is begun, so that what a request writes
    is written when it is answered: a grid that is begun goes on running until it is stopped.
    """
    light: list[tuple[Any, str, Any]] = [
        (people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        (redact, "redact_input", lambda text, vault, profile, **_more: mask_known(text, vault, profile)),
        (Embedder, "embed", embed_words),
        (Embedder, "read_tokens", lambda one, texts: [row[None] for row in embed_words(one, texts)]),
        (two_people, "FRESH_S", 86_400.0),  # the sweep's sessions are older than a person's would be
        (grid, "_check_room", lambda _house: None),
        (compare, "_check_room", lambda _house: None),
        (compare_work, "enqueue_run", lambda comparison_id, run: f"comparison-{comparison_id}-{run}"),
        (grid_work, "enqueue_run", lambda grid_id, run: f"grid-{grid_id}-{run}"),
    ]
    before = [(place, name, getattr(place, name)) for place, name, _ in light]
    uploads = os.environ.get("GRADIO_TEMP_DIR")
    os.environ["GRADIO_TEMP_DIR"] = str(home / "uploads")
    try:
        for place, name, part in light:
            setattr(place, name, part)
        yield
    finally:
        for place, name, part in before:
            setattr(place, name, part)
        os.environ.pop("GRADIO_TEMP_DIR")
        if uploads is not None:
            os.environ["GRADIO_TEMP_DIR"] = uploads


@contextmanager
def open_office(home: Path) -> Iterator[Office]:
    """Open the firm under `home` and serve it on a free port of this machine."""
    with stand_ins(home):
        root, watched = home / "root", home / "watched"
        watched.mkdir()
        house = open_house(Settings(home=root, watch_root=watched))
        house.__dict__["start_ingest"] = lambda *_given, **_more: None
        house.__dict__["ready_adapters"] = lambda: None
        house.__dict__["choose_adapter"] = lambda choice, user="": "none"
        app = build_app(house)
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1, timeout_keep_alive=600)
        )
        thread = threading.Thread(target=server.run, daemon=True, name="office")
        thread.start()
        try:
            yield Office(house, app, _wait_for(server, root))
        finally:
            server.should_exit = True
            thread.join(10)
            house.close()


def _wait_for(server: uvicorn.Server, home: Path) -> str:
    """Wait until the server listens, open the door of the shell, and give the address."""
    deadline = time.monotonic() + START_S
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    publish_address(home, port)
    return f"http://127.0.0.1:{port}"
