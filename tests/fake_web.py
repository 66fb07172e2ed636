"""A house for the tests of the web app: a real store with real logins, and actions that answer from memory."""

from __future__ import annotations

import io
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PIL import Image, ImageDraw

from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput
from assistant.settings import Settings

PASSWORD = "correct horse battery"
PEOPLE = {
    "pia": ("paralegal", "Pia Novak"),
    "ada": ("attorney", "Ada Okafor"),
    "sol": ("attorney", "Sol Strand"),
    "max": ("admin", "Max Imhof"),
}
MEMBERS = {"m-1": ("pia", "ada"), "m-2": ("sol",)}
LINES = (
    "1. Plaintiff Elena Marsh is a dock worker who resides in Savannah.",
    "2. Defendant Tidewater Freight, Inc. operates the terminal at Garden City.",
    "3. Since March 2021 Defendant has not paid Plaintiff for hours over forty.",
    "4. Plaintiff alleges unpaid overtime of $48,250 for the years 2021 to 2023.",
    "5. Plaintiff complained to the shift supervisor on May 4, 2022.",
    "6. Plaintiff demands judgment, liquidated damages and the costs of this action.",
)
REASON = "The filing says $48,250 for the years 2021 to 2023."


def page_text(page: int) -> str:
    """Give the text of a page of the fake filing."""
    return f"COMPLAINT - page {page}\n" + "\n".join(LINES)


def line_place(line: int, page: int) -> tuple[int, int, list[float]]:
    """Give start, end and box of a line on a fake page."""
    start = page_text(page).index(LINES[line])
    y = 0.16 + line * 0.06
    return start, start + len(LINES[line]), [0.1, y, 0.9, y + 0.026]


def draw_page(page: int, width: int) -> bytes:
    """Draw a fake page as PNG."""
    height = round(width * 11 / 8.5)
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    pen.text((width * 0.42, height * 0.08), f"COMPLAINT   {page}", fill="black", font_size=round(height * 0.02))
    for number, line in enumerate(LINES):
        place = (width * 0.1, height * (0.16 + number * 0.06))
        pen.text(place, line, fill="black", font_size=round(height * 0.0165))
    for row in range(22):
        pen.line(
            [(width * 0.1, height * (0.56 + row * 0.018)), (width * 0.9, height * (0.56 + row * 0.018))], "#bbbbbb", 2
        )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def evidence(line: int, page: int, document_id: str = "d-1", file: str = "complaint.pdf") -> dict[str, Any]:
    """Give evidence for a line of the fake filing."""
    start, end, box = line_place(line, page)
    return {
        "document_id": document_id,
        "file": file,
        "page": page,
        "pinpoint": f"¶ {line + 1}, p. {page}",
        "start": start,
        "end": end,
        "quote": LINES[line],
        "boxes": [box],
    }


def sentence(
    text: str, part: str, support: str, proof: list[dict[str, Any]], reason: str = "", origin: str = "model"
) -> dict[str, Any]:
    """Give a sentence as `ui.present` gives it."""
    return {"text": text, "part": part, "support": support, "reason": reason, "origin": origin, "evidence": proof}


def make_sentences() -> list[dict[str, Any]]:
    """Give the sentences of the fake summary: one of each kind at least."""
    return [
        sentence(
            "Elena Marsh, a dock worker in Savannah, sues Tidewater Freight, Inc., which runs a Garden City terminal.",
            "Parties",
            "supported",
            [evidence(0, 1), evidence(1, 1)],
        ),
        sentence("The complaint alleges unpaid overtime since March 2021.", "Claims", "supported", [evidence(2, 2)]),
        sentence(
            "Marsh complained to the shift supervisor in May 2022.",
            "Facts",
            "partial",
            [evidence(4, 2)],
            "The filing names the day: May 4, 2022.",
        ),
        sentence("She demands damages of $1.2 million.", "Relief", "unsupported", [evidence(3, 3)], REASON),
        sentence(
            "Plaintiff demands judgment, liquidated damages and the costs of this action.",
            "Relief",
            "supported",
            [evidence(5, 3)],
            "the source's own words",
            "source",
        ),
    ]


def make_summary(summary_id: str = "s-1", status: str = "draft") -> dict[str, Any]:
    """Give a whole fake summary."""
    sentences = make_sentences()
    return {
        "summary_id": summary_id,
        "document_id": "d-1",
        "matter_id": "m-1",
        "revision": 1,
        "file": "complaint.pdf",
        "version": 1,
        "status": status,
        "author": "pia",
        "submitted_by": "",
        "signed_off_by": "",
        "returned_reason": "",
        "created_at": "2026-11-24T08:00:00+00:00",
        "summary": join(sentences),
        "sentences": sentences,
        "detail": "brief",
        "missing_parts": ["Next date"],
        "adapter": "starter-1",
        "provenance": {},
        "stopped": False,
        "seconds": 3.2,
        "mark": "ai-generated",
        "coverage": {"pages_total": 7, "pages_read": 6, "pages_drawn_from": [1, 2, 3], "pages_unreadable": [6]},
    }


def join(sentences: list[dict[str, Any]]) -> str:
    """Join sentences into the text form."""
    parts: dict[str, list[str]] = {}
    for item in sentences:
        parts.setdefault(item["part"], []).append(item["text"])
    return "\n".join(f"{part}: {' '.join(texts)}" for part, texts in parts.items())


def make_filing(document_id: str, file: str, status: str = "ready", **more: Any) -> dict[str, Any]:
    """Give a filing as `ui.actions.filings` gives it."""
    ready = status == "ready"
    return {
        "document_id": document_id,
        "matter_id": "m-1",
        "file": file,
        "status": status,
        "error": "",
        "do": "",
        "document_type": "complaint",
        "pages": 7 if ready else 0,
        "pages_ocr": [4, 5] if ready else [],
        "pages_unreadable": [],
        "revision": 1,
        "words": 2140,
        "entities": {"PERSON": 14, "ORG": 6, "CODE": 2},
        "warnings": [],
        "added_by": "pia",
        "added_at": "2026-11-24T07:40:00+00:00",
        "seconds": 2.0,
        "progress": {"done": 0, "total": 0, "label": status},
        **more,
    }


@dataclass
class FakeActions:
    """The five modules of `ui.actions`, over one small world; every call asks for membership or role."""

    pause_s: float = 0.0
    stopped: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.filing_rows = [
            make_filing("d-1", "complaint.pdf"),
            make_filing("d-2", "lease, signed copy.docx", document_type="contract", pages_unreadable=[3]),
        ]
        self.summary: dict[str, Any] | None = make_summary()
        self.users = [{"name": n, "display_name": d, "role": r, "disabled": False} for n, (r, d) in PEOPLE.items()]
        self.round: dict[str, Any] | None = None
        self.adapters = [
            {
                "adapter_id": "starter-1",
                "status": "active",
                "parent": "",
                "hash": "a41f" * 16,
                "scores": {"rouge1": {"f1": 0.61, "ci95": [0.58, 0.64]}},
                "matters": [],
                "created_at": "2026-11-01T08:00:00+00:00",
                "note": "shipped",
            },
        ]
        names = ("filings", "summaries", "questions", "learning", "people")
        for name in names:
            prefix = name + "_"
            found = {
                n[len(prefix) :]: getattr(self, n)
                for n in dir(self)
                if n.startswith(prefix) and callable(getattr(self, n))
            }
            setattr(self, name, SimpleNamespace(**found))

    def _member(self, user: Any, matter_id: str) -> None:
        if user.role == "admin" or user.name not in MEMBERS.get(matter_id, ()):
            raise NotAllowed("You are not a member of this matter.")

    def _admin(self, user: Any) -> None:
        if user.role != "admin":
            raise NotAllowed("The role may not do this.")

    def _filing(self, user: Any, document_id: str) -> dict[str, Any]:
        found = next((f for f in self.filing_rows if f["document_id"] == document_id), None)
        self._member(user, found["matter_id"] if found else "")
        assert found is not None
        return found

    def filings_list_filings(self, house: Any, user: Any, matter_id: str) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        return [f for f in self.filing_rows if f["matter_id"] == matter_id]

    def filings_get_filing(self, house: Any, user: Any, document_id: str) -> dict[str, Any]:
        found = self._filing(user, document_id)
        pages = [
            {"page": n, "source": "text", "confidence": None, "width_pt": 612, "height_pt": 792, "characters": 400}
            for n in range(1, 8)
        ]
        facts = {
            "title": "Complaint for Damages",
            "court": "Superior Court of Chatham County",
            "docket_number": "24-CV-0113",
            "parties": "Elena Marsh v. Tidewater Freight, Inc.",
        }
        return {**found, "facts": facts, "page_list": pages if found["status"] == "ready" else []}

    def filings_page_picture(self, house: Any, user: Any, document_id: str, page: int, width_px: int) -> bytes:
        self._filing(user, document_id)
        if not 1 <= page <= 7:
            raise NotFound(f"This filing has no page {page}.", expected="1 to 7")
        return draw_page(page, width_px)

    def filings_page_text(self, house: Any, user: Any, document_id: str, page: int) -> dict[str, Any]:
        self._filing(user, document_id)
        return {"page": page, "text": page_text(page), "source": "text", "words": []}

    def filings_original(self, house: Any, user: Any, document_id: str) -> tuple[str, bytes]:
        return self._filing(user, document_id)["file"], b"%PDF-1.7 original"

    def filings_upload(
        self, house: Any, user: Any, matter_id: str, file_name: str, data: bytes, password: str | None = None
    ) -> dict[str, Any]:
        self._member(user, matter_id)
        self.calls.append(("upload", file_name, len(data), password))
        made = make_filing(
            f"d-{len(self.filing_rows) + 1}",
            file_name,
            "reading",
            progress={"done": 3, "total": 12, "label": "reading"},
        )
        self.filing_rows.append(made)
        return made

    def filings_delete_filing(self, house: Any, user: Any, document_id: str) -> dict[str, Any]:
        if user.role != "attorney":
            raise NotAllowed("The role may not do this.")
        self.filing_rows.remove(self._filing(user, document_id))
        return {"deleted": document_id}

    def filings_search(self, house: Any, user: Any, matter_id: str, query: str, k: int) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        start, end, _ = line_place(3, 3)
        return [
            {
                "document_id": "d-1",
                "file": "complaint.pdf",
                "page": 3,
                "start": start,
                "end": end,
                "score": 0.7,
                "text": LINES[3],
                "spans": [],
            }
        ]

    def summaries_stream_summary(
        self,
        house: Any,
        user: Any,
        document_id: str,
        *,
        detail: str,
        words: int | None = None,
        adapter: str | None = None,
        stop: threading.Event,
    ) -> Any:
        self._filing(user, document_id)
        self.calls.append(("stream_summary", detail, words))
        return self._stream(make_sentences(), lambda: {"kind": "done", "summary": self.summary or make_summary()}, stop)

    def _stream(self, sentences: list[dict[str, Any]], end: Any, stop: threading.Event) -> Any:
        try:
            yield {"kind": "progress", "done": 1, "total": 5, "label": "reading"}
            for index, item in enumerate(sentences):
                if stop.wait(self.pause_s):
                    self.stopped.set()
                    break
                yield {"kind": "sentence", "index": index, "sentence": item}
            if self.summary is None:
                self.summary = make_summary()
            yield end()
        finally:
            self.closed.set()

    def _mine(self, user: Any, summary_id: str) -> dict[str, Any]:
        self._member(user, "m-1")
        if self.summary is None or summary_id != self.summary["summary_id"]:
            raise NotFound("There is no such summary.")
        return self.summary

    def summaries_get_summary(self, house: Any, user: Any, summary_id: str) -> dict[str, Any]:
        return self._mine(user, summary_id)

    def summaries_latest_summary(self, house: Any, user: Any, document_id: str) -> dict[str, Any] | None:
        self._filing(user, document_id)
        return self.summary if document_id == "d-1" else None

    def _edit(self, user: Any, summary_id: str, expected_version: int, change: Any) -> dict[str, Any]:
        mine = self._mine(user, summary_id)
        if expected_version != mine["version"] or mine["status"] == "signed_off":
            raise Conflict("Somebody else saved first.", do="Look at the new version.")
        change(mine["sentences"])
        mine.update(version=mine["version"] + 1, summary=join(mine["sentences"]))
        return mine

    def summaries_edit_summary(
        self, house: Any, user: Any, summary_id: str, text: str, expected_version: int
    ) -> dict[str, Any]:
        if not text.strip():
            raise RefusedInput("The edited summary is empty.", expected="at least one sentence")
        new = sentence(text, "", "supported", [evidence(0, 1)], origin="person")
        return self._edit(user, summary_id, expected_version, lambda all_: all_.__setitem__(slice(None), [new]))

    def summaries_edit_sentence(
        self, house: Any, user: Any, summary_id: str, index: int, text: str, expected_version: int
    ) -> dict[str, Any]:
        return self._edit(
            user,
            summary_id,
            expected_version,
            lambda all_: all_[index].update(text=text, origin="person", support="supported", reason=""),
        )

    def summaries_use_source(
        self, house: Any, user: Any, summary_id: str, index: int, expected_version: int
    ) -> dict[str, Any]:
        return self._edit(
            user,
            summary_id,
            expected_version,
            lambda all_: all_[index].update(
                text=all_[index]["evidence"][0]["quote"], origin="source", support="supported", reason=""
            ),
        )

    def summaries_difference(self, house: Any, user: Any, summary_id: str) -> list[list[str]]:
        self._mine(user, summary_id)
        return [
            ["equal", "Relief: She demands damages of "],
            ["delete", "$1.2 million"],
            ["insert", "$48,250"],
            ["equal", " for the years 2021 to 2023."],
        ]

    def summaries_list_versions(self, house: Any, user: Any, summary_id: str) -> list[dict[str, Any]]:
        return [
            {"version": n, "author": "pia", "created_at": "2026-11-24T08:00:00+00:00"}
            for n in range(1, self._mine(user, summary_id)["version"] + 1)
        ]

    def summaries_restore_version(self, house: Any, user: Any, summary_id: str, version: int) -> dict[str, Any]:
        return self._edit(user, summary_id, self._mine(user, summary_id)["version"], lambda all_: None)

    def summaries_submit(
        self, house: Any, user: Any, summary_id: str, rating: int, reasons: Any, note: str = ""
    ) -> dict[str, Any]:
        self.calls.append(("submit", rating, list(reasons), note))
        self._mine(user, summary_id).update(status="submitted", submitted_by=user.name)
        return self._mine(user, summary_id)

    def summaries_sign_off(self, house: Any, user: Any, summary_id: str) -> dict[str, Any]:
        if user.role != "attorney":
            raise NotAllowed("The role may not do this.")
        self._mine(user, summary_id).update(status="signed_off", signed_off_by=user.name)
        return self._mine(user, summary_id)

    def summaries_send_back(self, house: Any, user: Any, summary_id: str, reason: str) -> dict[str, Any]:
        if user.role != "attorney":
            raise NotAllowed("The role may not do this.")
        self._mine(user, summary_id).update(status="returned", returned_reason=reason)
        return self._mine(user, summary_id)

    def summaries_review_list(self, house: Any, user: Any) -> list[dict[str, Any]]:
        if user.name not in MEMBERS["m-1"] or self.summary is None:
            return []
        row = {
            key: self.summary[key]
            for key in (
                "summary_id",
                "document_id",
                "matter_id",
                "file",
                "status",
                "author",
                "submitted_by",
                "version",
                "created_at",
                "returned_reason",
            )
        }
        return [{**row, "sentences": 5, "not_supported": 2}]

    def summaries_export_summary(
        self, house: Any, user: Any, summary_id: str, form: str, citations: bool
    ) -> tuple[str, str, bytes]:
        self._mine(user, summary_id)
        return f"complaint.{form}", "text/markdown", f"unverified {citations}".encode()

    def questions_stream_answer(
        self,
        house: Any,
        user: Any,
        matter_id: str,
        question: str,
        *,
        document_ids: Any = None,
        conversation_id: str | None = None,
        stop: threading.Event,
    ) -> Any:
        self._member(user, matter_id)
        self.calls.append(("ask", question, document_ids, conversation_id))
        abstains = "weather" in question
        told = (
            []
            if abstains
            else [
                sentence(
                    "The complaint alleges unpaid overtime of $48,250 for the years 2021 to 2023.",
                    "",
                    "supported",
                    [evidence(3, 3)],
                )
            ]
        )
        answer = {
            "answer": join(told),
            "sentences": told,
            "abstained": abstains,
            "nearest": [evidence(2, 2), evidence(4, 2)],
            "confidence": 0.1 if abstains else 0.3,
            "adapter": "starter-1",
            "provenance": {},
            "seconds": 2.0,
            "mark": "ai-generated",
            "question": question,
            "turn_id": "t-1",
            "conversation_id": "c-1",
        }
        return self._stream(told, lambda: {"kind": "done", "answer": answer}, stop)

    def questions_list_conversations(self, house: Any, user: Any, matter_id: str) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        return [
            {
                "conversation_id": "c-1",
                "title": "How much overtime is claimed?",
                "created_at": "2026-11-23T08:00:00+00:00",
            }
        ]

    def questions_get_conversation(self, house: Any, user: Any, conversation_id: str) -> dict[str, Any]:
        self._member(user, "m-1")
        told = [
            sentence(
                "The complaint alleges unpaid overtime of $48,250 for the years 2021 to 2023.",
                "",
                "supported",
                [evidence(3, 3)],
            )
        ]
        turn = {
            "answer": join(told),
            "sentences": told,
            "abstained": False,
            "nearest": [],
            "confidence": 0.8,
            "adapter": "starter-1",
            "seconds": 2.0,
            "question": "How much overtime is claimed?",
            "turn_id": "t-0",
            "rating": 1,
        }
        return {"conversation_id": conversation_id, "matter_id": "m-1", "title": turn["question"], "turns": [turn]}

    def questions_rate_answer(
        self, house: Any, user: Any, turn_id: str, rating: int, reason: str = ""
    ) -> dict[str, Any]:
        self._member(user, "m-1")
        self.calls.append(("rate", turn_id, rating, reason))
        return {"turn_id": turn_id, "rating": rating}

    def learning_preview_round(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {
            "corrections": 37,
            "by_matter": {"m-1": 21, "m-2": 16},
            "left_out": {"no consent": 4, "protective order": 2},
        }

    def learning_start_round(self, house: Any, user: Any, options: dict[str, Any] | None = None) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("start_round", dict(options or {})))
        self.round = make_round(dict(options or {}))
        return self.round

    def learning_round_status(self, house: Any, user: Any, round_id: str | None = None) -> dict[str, Any]:
        self._admin(user)
        if self.round is None:
            raise NotFound("No round has been started yet.", do="Start one.")
        return self.round

    def learning_list_rounds(self, house: Any, user: Any) -> list[dict[str, Any]]:
        self._admin(user)
        return [self.round] if self.round else []

    def learning_cancel_round(self, house: Any, user: Any, round_id: str | None = None) -> dict[str, Any]:
        self._admin(user)
        self.learning_round_status(house, user).update(status="cancelled")
        return self.learning_round_status(house, user)

    def learning_list_adapters(self, house: Any, user: Any) -> list[dict[str, Any]]:
        self._admin(user)
        return self.adapters

    def learning_promote(self, house: Any, user: Any, adapter_id: str) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("promote", adapter_id))
        return self.adapters[0]

    def learning_discard(self, house: Any, user: Any, adapter_id: str) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("discard", adapter_id))
        return self.adapters[0]

    def learning_rollback(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("rollback",))
        return self.adapters[0]

    def learning_insights(self, house: Any, user: Any) -> Any:
        self._admin(user)
        return [
            {"week": "2026-W46", "adapter": "starter-1", "untouched": 8, "edited": 11, "returned": 2},
            {"week": "2026-W47", "adapter": "starter-1", "untouched": 12, "edited": 9, "returned": 1},
        ]

    def people_list_matters(self, house: Any, user: Any) -> list[dict[str, Any]]:
        names = {"m-1": ("Marsh v. Tidewater Freight", "24-0113"), "m-2": ("Estate of Whitfield", "23-0877")}
        admin = user.role == "admin"
        return [
            {
                "matter_id": m,
                "name": "" if admin else names[m][0],
                "number": "" if admin else names[m][1],
                "consent": m == "m-1",
                "consent_by": "ada",
                "consent_at": "2026-11-02T09:00:00+00:00",
                "protective_order": False,
                "legal_hold": False,
                "created_at": "2026-10-01T09:00:00+00:00",
            }
            for m in names
            if admin or user.name in MEMBERS[m]
        ]

    def people_create_matter(self, house: Any, user: Any, name: str, number: str = "") -> dict[str, Any]:
        return {"matter_id": "m-1", "name": name, "number": number}

    def people_set_consent(self, house: Any, user: Any, matter_id: str, given: bool, note: str = "") -> dict[str, Any]:
        self._member(user, matter_id)
        if user.role != "attorney":
            raise NotAllowed("The role may not do this.")
        self.calls.append(("consent", matter_id, given, note))
        return {"matter_id": matter_id, "consent": given}

    def people_list_users(self, house: Any, user: Any) -> list[dict[str, Any]]:
        self._admin(user)
        return self.users

    def people_add_user(
        self, house: Any, user: Any, name: str, role: str, password: str, display_name: str = ""
    ) -> dict[str, Any]:
        self._admin(user)
        self.users.append({"name": name, "display_name": display_name, "role": role, "disabled": False})
        return self.users[-1]

    def people_set_role(self, house: Any, user: Any, name: str, role: str) -> dict[str, Any]:
        self._admin(user)
        return {"name": name, "role": role}

    def people_disable_user(self, house: Any, user: Any, name: str) -> dict[str, Any]:
        self._admin(user)
        return {"name": name, "disabled": True}

    def people_add_member(self, house: Any, user: Any, matter_id: str, name: str) -> dict[str, Any]:
        self._admin(user)
        return {"matter_id": matter_id, "member": name}

    def people_erase_matter(
        self, house: Any, user: Any, matter_id: str, second: str, *, password: str = ""
    ) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("erase", matter_id, second))
        return {"matter_id": matter_id, "documents": 2, "adapters_due": []}

    def people_verify_audit(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {"ok": True, "entries": 214, "first_bad": None}

    def people_export_audit(self, house: Any, user: Any) -> list[dict[str, Any]]:
        self._admin(user)
        return [{"entry": 1, "action": "login"}]


def make_round(options: dict[str, Any], status: str = "running") -> dict[str, Any]:
    """Give a round as `ui.actions.learning` gives it."""
    score = lambda f1: {"f1": f1, "ci95": [f1 - 0.03, f1 + 0.03]}  # noqa: E731
    results = {
        name: {
            "n": 40,
            "rouge1": score(f1),
            "rouge2": score(f1 - 0.2),
            "rougeL": score(f1 - 0.1),
            "rougeLsum": score(f1 - 0.05),
            "supported_rate": 0.9,
        }
        for name, f1 in (("base", 0.31), ("base, 2 shots", 0.35), ("starter-1", 0.61), ("house-2", 0.64))
    }
    done = status != "running"
    loss = [[step, 2.4 / (1 + step / 20)] for step in range(1, 41)]
    return {
        "round_id": "r-1",
        "status": status,
        "step": "done" if done else "train",
        "options": options,
        "candidate": "house-2" if done else "",
        "error": "",
        "progress": {
            "done": 40,
            "total": 120,
            "label": "step 40 of 120",
            "losses": loss,
            "tokens_per_s": 812.0,
            "seconds_left": 260,
        },
        "dataset": {"pairs": 37, "synthetic": 60, "held_out": 19},
        "results": results if done else {},
        "gate": {
            "passed": True,
            "reasons": [
                "Better than the active adapter by 3.1 points of ROUGE-1, certain at 95%.",
                "No identifier in 10,000 outputs.",
            ],
        }
        if done
        else {},
        "started_by": "max",
        "created_at": "2026-11-24T07:00:00+00:00",
        "finished_at": "",
    }


@dataclass
class FakeHouse:
    """What the web app needs of a house: settings and a real store."""

    settings: Settings
    db: Any


def open_fake_house(home: Path, **given: Any) -> FakeHouse:
    """Open a real store under `home` with the four people in it."""
    from assistant.store import people
    from assistant.store.database import open_database

    settings = Settings(home=home, **given)
    db = open_database(settings)
    for name, (role, display_name) in PEOPLE.items():
        people.add_user(db, name, role, PASSWORD, display_name)
    return FakeHouse(settings, db)


def log_in(client: Any, name: str, password: str = PASSWORD) -> Any:
    """Log in as a browser does; the client then carries the session and, as `csrf`, its token."""
    client.cookies.clear()
    form = client.get("/login").text
    token = re.search(r'name="form_token" value="([^"]+)"', form)
    assert token
    answer = client.post(
        "/login", data={"form_token": token[1], "name": name, "password": password}, follow_redirects=False
    )
    client.csrf = client.get("/api/me").json().get("csrf", "")
    return answer


def list_paths(app: Any) -> list[tuple[str, str]]:
    """Give every method and path of our own routers, parameters by their names in braces."""
    pairs, waiting = [], list(app.routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            waiting += inner.routes
        elif getattr(route, "methods", None):
            pairs += [(method, route.path) for method in sorted(route.methods)]
    return sorted(pairs)


def wait_until(done: threading.Event, limit_s: float) -> float:
    """Wait for an event and give the seconds it took, at most `limit_s`."""
    began = time.monotonic()
    done.wait(limit_s)
    return time.monotonic() - began
