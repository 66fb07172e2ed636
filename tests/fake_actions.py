"""The actions of `ui.actions` answered from memory, each asking for membership or role as the real ones do."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from fake_compare import CompareActions
from fake_world import (
    DESCRIBED,
    LINES,
    MEMBERS,
    PEOPLE,
    draw_page,
    evidence,
    join,
    line_place,
    make_filing,
    make_sentences,
    make_summary,
    page_text,
    sentence,
)

from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput


def describe(summary: dict[str, Any]) -> dict[str, Any]:
    """Give what the real actions say of a summary in a list."""
    return {key: summary[key] for key in DESCRIBED} | {"lost": False}


@dataclass
class FakeActions(CompareActions):
    """The six modules of `ui.actions`, over one small world; every call asks for membership or role."""

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
        names = (
            "chronology", "filings", "summaries", "again", "questions", "learning", "people", "orders", "verdicts", "names",
            "oversight", "grid", "insights", "trials", "folders", "retention", "compare", "blind", "lineage",
        )  # fmt: skip
        for name in names:
            prefix = name + "_"
            found = {
                n[len(prefix) :]: getattr(self, n)
                for n in dir(self)
                if n.startswith(prefix) and callable(getattr(self, n))
            }
            setattr(self, name, SimpleNamespace(**found))

    def _filing(self, user: Any, document_id: str) -> dict[str, Any]:
        found = next((f for f in self.filing_rows if f["document_id"] == document_id), None)
        self._member(user, found["matter_id"] if found else "")
        assert found is not None
        return found

    def filings_list_filings(self, house: Any, user: Any, matter_id: str) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        return [f for f in self.filing_rows if f["matter_id"] == matter_id]

    def filings_list_unread(self, house: Any, user: Any, matter_id: str) -> list[dict[str, Any]]:
        return [f for f in self.filings_list_filings(house, user, matter_id) if f["status"] in ("waiting", "reading")]

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
        shown = {**found, "facts": facts, "page_list": pages if found["status"] == "ready" else []}
        return {**shown, "corrected": [], "document_types": ["complaint", "motion", "plain"]}

    def filings_correct_caption(
        self, house: Any, user: Any, document_id: str, facts: dict[str, str], document_type: str = ""
    ) -> dict[str, Any]:
        found = self.filings_get_filing(house, user, document_id)
        self.calls.append(("correct_caption", document_id, facts, document_type))
        return {**found, "facts": found["facts"] | facts, "corrected": sorted(facts)}

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

    def chronology_list_stated(self, house: Any, user: Any, document_id: str) -> dict[str, Any]:
        found = self._filing(user, document_id)
        place = {
            "document_id": document_id, "file": found["file"], "page": 2, "pinpoint": "p. 2, ¶ 4", "start": 0, "end": 9,
            "quote": "On May 3", "boxes": [],
        }  # fmt: skip
        row = {"stated": "May 3, 2024", "date": [2024, 5, 3], "text": "On May 3, 2024 the crane failed.",
               "said": "alleged", "evidence": [place]}  # fmt: skip
        return {"document_id": document_id, "file": found["file"], "facts": {}, "events": [row], "deadlines": [],
                "amounts": []}  # fmt: skip

    def chronology_export_stated(self, house: Any, user: Any, document_id: str) -> tuple[str, str, bytes]:
        return f"{self._filing(user, document_id)['file']}.csv", "text/csv; charset=utf-8", b"kind"

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

    def _stream(self, sentences: list[dict[str, Any]], end: Any, stop: threading.Event, *first: dict[str, Any]) -> Any:
        try:
            yield from first
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

    def again_rewrite(
        self,
        house: Any,
        user: Any,
        summary_id: str,
        first: int,
        last: int,
        *,
        how: str,
        expected_version: int,
        stop: threading.Event,
    ) -> Any:
        self._mine(user, summary_id)
        self.calls.append(("rewrite", first, last, how))
        new = sentence("Written again.", "Facts", "supported", [evidence(0, 1)])
        changed = self._edit(
            user, summary_id, expected_version, lambda all_: all_.__setitem__(slice(first, last), [new])
        )
        yield {"kind": "sentence", "sentence": new}
        yield {"kind": "done", "summary": changed, "first": first, "count": 1}

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

    def summaries_list_summaries(self, house: Any, user: Any, document_id: str) -> list[dict[str, Any]]:
        self._filing(user, document_id)
        return [describe(self.summary)] if self.summary and document_id == "d-1" else []

    def trials_count_seconds(self, house: Any, user: Any, summary_id: str, seconds: int) -> dict[str, Any]:
        self._mine(user, summary_id)
        return {"counted": seconds}

    def trials_show_summary(self, house: Any, user: Any, summary_id: str) -> dict[str, Any]:
        return self._mine(user, summary_id)

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

    def summaries_difference(
        self, house: Any, user: Any, summary_id: str, version: int | None = None
    ) -> list[list[str]]:
        self._mine(user, summary_id)
        if version is not None:
            return [["equal", "Relief: She demands "], ["delete", "money"], ["insert", f"damages ({version})"]]
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

    def _need_version(self, user: Any, summary_id: str, seen: int | None) -> None:
        if seen is not None and seen != self._mine(user, summary_id)["version"]:
            raise Conflict("Somebody else saved first.", do="Look at the new version.")

    def summaries_restore_version(
        self, house: Any, user: Any, summary_id: str, version: int, expected_version: int | None = None
    ) -> dict[str, Any]:
        self._need_version(user, summary_id, expected_version)
        return self._edit(user, summary_id, self._mine(user, summary_id)["version"], lambda all_: None)

    def summaries_submit(
        self,
        house: Any,
        user: Any,
        summary_id: str,
        rating: int,
        reasons: Any,
        note: str = "",
        expected_version: int | None = None,
    ) -> dict[str, Any]:
        self._need_version(user, summary_id, expected_version)
        self.calls.append(("submit", rating, list(reasons), note))
        self._mine(user, summary_id).update(status="submitted", submitted_by=user.name)
        return self._mine(user, summary_id)

    def summaries_sign_off(
        self, house: Any, user: Any, summary_id: str, expected_version: int | None = None
    ) -> dict[str, Any]:
        self._need_version(user, summary_id, expected_version)
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
        more = {key: self.summary[key] for key in ("matter_id", "file", "returned_reason")}
        return [{**describe(self.summary), **more, "sentences": 5, "not_supported": 2}]

    def summaries_count_waiting(self, house: Any, user: Any) -> int:
        return sum(item["status"] == "submitted" for item in self.summaries_review_list(house, user))

    def summaries_export_summary(
        self, house: Any, user: Any, summary_id: str, form: str, citations: bool, scrub: bool = False
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
        weighed = {"kind": "weighed", "confidence": answer["confidence"]}
        return self._stream(told, lambda: {"kind": "done", "answer": answer}, stop, weighed)

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
