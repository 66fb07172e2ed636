"""The fake actions on a person's conversations and on grids."""

from __future__ import annotations

from typing import Any

from fake_care import CareActions


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
