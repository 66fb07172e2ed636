"""The fake actions on a person's conversations and on grids."""

from __future__ import annotations

from typing import Any

from fake_care import CareActions
from fake_world import evidence, sentence


class GridActions(CareActions):
    """What `FakeActions` inherits beside what it does itself."""

    def questions_find_conversations(self, house: Any, user: Any, matter_id: str, words: str) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        self.calls.append(("find", words))
        found = {
            "conversation_id": "c-1",
            "title": "How much overtime is claimed?",
            "created_at": "2026-11-23T08:00:00",
        }
        return [found | {"excerpt": "The complaint alleges unpaid overtime of $48,250."}]

    def questions_rename_conversation(self, house: Any, user: Any, conversation_id: str, title: str) -> dict[str, Any]:
        self._member(user, "m-1")
        self.calls.append(("rename", conversation_id, title))
        return {"conversation_id": conversation_id, "title": title}

    def questions_export_conversation(
        self, house: Any, user: Any, conversation_id: str, form: str
    ) -> tuple[str, str, bytes]:
        self._member(user, "m-1")
        return f"answers.{form}", "text/markdown", b"unverified"

    def _grid(self) -> dict[str, Any]:
        told = sentence("Unpaid overtime of $48,250 is alleged.", "", "supported", [evidence(3, 3)])
        cell = {"document_id": "d-1", "question": 0, "state": "supported", "sentence": told, "others": 1, "nearest": []}
        empty = {"document_id": "d-2", "question": 0, "state": "nothing", "sentence": None, "others": 0}
        return {
            "grid_id": "g-1", "matter_id": "m-1", "title": "Overtime of Elena Marsh", "author": "pia", "status": "done",
            "created_at": "2026-11-24T08:00:00+00:00", "error": "", "done": 2, "total": 2, "left": 0,
            "seconds_left": None, "questions": ["How much overtime is claimed?"], "position": 2,
            "rows": [{"document_id": d, "file": f, "gone": False} for d, f in (("d-1", "complaint.pdf"), ("d-2", "l.docx"))],
            "cells": [cell, empty | {"nearest": [evidence(2, 2)]}],
        }  # fmt: skip

    def grid_start_grid(
        self, house: Any, user: Any, matter_id: str, questions: Any, document_ids: Any, *, title: str = ""
    ) -> dict[str, Any]:
        self._member(user, matter_id)
        self.calls.append(("start_grid", list(questions), list(document_ids), title))
        return self._grid()

    def grid_list_grids(
        self, house: Any, user: Any, matter_id: str, *, unfinished: bool = False
    ) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        return [] if unfinished else [self._grid()]

    def grid_get_grid(self, house: Any, user: Any, grid_id: str, after: int = 0) -> dict[str, Any]:
        self._member(user, "m-1")
        return self._grid()

    def grid_stop_grid(self, house: Any, user: Any, grid_id: str) -> dict[str, Any]:
        self._member(user, "m-1")
        return self._grid()

    def grid_continue_grid(self, house: Any, user: Any, grid_id: str) -> dict[str, Any]:
        self._member(user, "m-1")
        return self._grid()

    def grid_delete_grid(self, house: Any, user: Any, grid_id: str) -> dict[str, Any]:
        self._attorney(user, "m-1")
        return {"deleted": grid_id}

    def grid_export_grid(self, house: Any, user: Any, grid_id: str) -> tuple[str, str, bytes]:
        self._member(user, "m-1")
        return "grid.csv", "text/csv; charset=utf-8", b"filing"
