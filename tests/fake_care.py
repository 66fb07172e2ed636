"""The fake actions of those who care for a matter's names, holds and keys: review, sequester, notices, rotation."""

from __future__ import annotations

from typing import Any

from fake_office import OfficeActions

from assistant.errors import NotAllowed, NotFound


class CareActions(OfficeActions):
    """What `FakeActions` inherits beside the office's; the summary is made there."""

    summary: dict[str, Any] | None

    def _attorney(self, user: Any, matter_id: str) -> None:
        self._member(user, matter_id)
        if user.role != "attorney":
            raise NotAllowed("The role may not do this.")

    def filings_sequester_filing(self, house: Any, user: Any, document_id: str, reason: str) -> dict[str, Any]:
        self._attorney(user, "m-1")
        self.calls.append(("sequester", document_id, reason))
        return {"document_id": document_id, "sequestered": True}

    def filings_lift_sequester(self, house: Any, user: Any, document_id: str, reason: str) -> dict[str, Any]:
        self._attorney(user, "m-1")
        return {"document_id": document_id, "sequestered": False}

    def filings_list_sequestered(self, house: Any, user: Any, matter_id: str) -> list[dict[str, Any]]:
        self._attorney(user, matter_id)
        return [{"document_id": "d-9", "file": "letter.pdf", "added_at": "2026-11-02T09:00:00+00:00"}]

    def names_list_detections(self, house: Any, user: Any, document_id: str, page: int) -> dict[str, Any]:
        self._member(user, "m-1")
        found = {"pseudonym": "PERSON_1", "type": "PERSON", "confidence": 0.85, "decision": "", "start": 0, "end": 5}
        found |= {"page": page}
        return {
            "document_id": document_id,
            "page": page,
            "revision": 1,
            "detections": [found | {"text": "Marsh", "boxes": []}],
            "rejected": [],
        }

    def names_list_all_detections(self, house: Any, user: Any, document_id: str) -> dict[str, Any]:
        found = self.names_list_detections(house, user, document_id, 1)
        bare = [{k: v for k, v in one.items() if k != "boxes"} for one in found["detections"]]
        return {"document_id": document_id, "revision": 1, "detections": bare, "rejected": []}

    def names_accept_detection(
        self, house: Any, user: Any, document_id: str, page: int, start: int, end: int, everywhere: bool = False
    ) -> dict[str, Any]:
        self._member(user, "m-1")
        self.calls.append(("accept", page, start, end, everywhere))
        return {"document_id": document_id, "accepted": 1}

    def names_reject_detection(
        self, house: Any, user: Any, document_id: str, page: int, start: int, end: int, everywhere: bool = False
    ) -> dict[str, Any]:
        self._member(user, "m-1")
        self.calls.append(("reject", page, start, end, everywhere))
        return {"document_id": document_id, "revised": [document_id]}

    def names_add_detection(
        self, house: Any, user: Any, document_id: str, page: int, start: int, end: int, type: str
    ) -> dict[str, Any]:
        self._member(user, "m-1")
        self.calls.append(("add", page, start, end, type))
        return {"document_id": document_id, "pseudonym": "PERSON_2", "revised": [document_id]}

    def people_list_notices(self, house: Any, user: Any, matter_id: str) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        told = {"actor": "max", "subject": "ada", "reason": "Her <b>first</b> day", "created_at": "2026-11-02T09:00"}
        return [{"kind": "member.break_glass", **told}]

    def people_list_members(self, house: Any, user: Any, matter_id: str) -> dict[str, Any]:
        self._member(user, matter_id)
        pia = {"name": "pia", "display_name": "Pia <b>Vogel</b>", "role": "paralegal", "disabled": False}
        ada = {"name": "ada", "display_name": "Ada Lindqvist", "role": "attorney", "disabled": False}
        since = {"since": "2026-10-01T09:00:00+00:00"}
        return {
            "members": [
                ada | since | {"own_password": True, "suspended_by": ""},
                pia | since | {"own_password": True, "suspended_by": "max"},
            ],
            "walled": [{"name": "sol", "display_name": "Sol Reyes", "role": "attorney", "disabled": False} | since],
            "may_change": user.role == "attorney",
        }

    def people_set_wall(self, house: Any, user: Any, matter_id: str, name: str, reason: str) -> dict[str, Any]:
        if user.role != "admin":
            self._attorney(user, matter_id)
        self.calls.append(("set_wall", matter_id, name, reason))
        return {"matter_id": matter_id, "walled": name}

    def people_lift_wall(self, house: Any, user: Any, matter_id: str, name: str) -> dict[str, Any]:
        if user.role != "admin":
            self._attorney(user, matter_id)
        return {"matter_id": matter_id, "lifted": name}

    def people_remove_member(self, house: Any, user: Any, matter_id: str, name: str) -> dict[str, Any]:
        self._attorney(user, matter_id)
        self.calls.append(("remove_member", matter_id, name))
        return {"matter_id": matter_id, "removed": name}

    def people_change_password(self, house: Any, user: Any, old: str, new: str) -> dict[str, Any]:
        self.calls.append(("change_password", user.name))
        return {"name": user.name, "own_password": True}

    def _find_summary(self, user: Any, summary_id: str) -> dict[str, Any]:
        self._member(user, "m-1")
        if self.summary is None or self.summary["summary_id"] != summary_id:
            raise NotFound("There is no such summary.")
        return self.summary

    def verdicts_flag_sentence(
        self,
        house: Any,
        user: Any,
        summary_id: str,
        index: int,
        reason: str,
        note: str = "",
        expected_version: int | None = None,
    ) -> dict[str, Any]:
        found = self._find_summary(user, summary_id)
        self.calls.append(("flag", index, reason, note, expected_version))
        return found | {"flags": [{"index": index, "by": user.name, "reason": reason}]}

    def verdicts_withdraw_flag(
        self, house: Any, user: Any, summary_id: str, index: int, expected_version: int | None = None
    ) -> dict[str, Any]:
        found = self._find_summary(user, summary_id)
        self.calls.append(("unflag", index, expected_version))
        return found | {"flags": []}

    def verdicts_discard_summary(self, house: Any, user: Any, summary_id: str) -> dict[str, Any]:
        self._find_summary(user, summary_id).update(status="discarded")
        return self._find_summary(user, summary_id)

    def verdicts_restore_summary(self, house: Any, user: Any, summary_id: str) -> dict[str, Any]:
        self._find_summary(user, summary_id).update(status="draft")
        return self._find_summary(user, summary_id)

    def orders_set_legal_hold(
        self, house: Any, user: Any, matter_id: str, holds: bool, reason: str = ""
    ) -> dict[str, Any]:
        self._attorney(user, matter_id)
        self.calls.append(("hold", matter_id, holds, reason))
        return {"matter_id": matter_id, "legal_hold": holds}

    def orders_set_protective_order(
        self, house: Any, user: Any, matter_id: str, holds: bool, reason: str = ""
    ) -> dict[str, Any]:
        self._attorney(user, matter_id)
        self.calls.append(("order", matter_id, holds, reason))
        return {"matter_id": matter_id, "protective_order": holds}

    def filings_reveal_hidden(self, house: Any, user: Any, document_id: str) -> list[dict[str, Any]]:
        self._attorney(user, "m-1")
        self.calls.append(("reveal", document_id))
        return [{"page": 2, "reason": "white on white", "text": "A settlement of $90,000 Marsh", "box": None}]

    def people_rotate_keys(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {"matters": 2, "old_key": "master.key.old", "do": "Move the old key to where the backups' keys are."}

    def _folder(self, matter_id: str) -> dict[str, Any]:
        state = {"at": "2026-11-24T08:00:00+00:00", "waiting": 1, "left": 0, "taken": 2, "refused": 1, "exported": 0}
        told = {"matter_id": matter_id, "folder": "marsh", "responsible": "pia", "export_by": "", "set_by": "max"}
        return told | {"created_at": "2026-11-02T09:00:00+00:00", "state": state | {"problem": ""}}

    def folders_list_folders(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {"root": "/srv/watched", "problem": "", "folders": [self._folder("m-2")]}

    def folders_show_folder(self, house: Any, user: Any, matter_id: str) -> dict[str, Any] | None:
        self._member(user, matter_id)
        return self._folder(matter_id)

    def folders_set_folder(
        self, house: Any, user: Any, matter_id: str, folder: str, responsible: str
    ) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("set_folder", matter_id, folder, responsible))
        return self._folder(matter_id)

    def folders_remove_folder(self, house: Any, user: Any, matter_id: str) -> dict[str, Any]:
        self._admin(user)
        return {"matter_id": matter_id, "removed": True}

    def folders_allow_export(self, house: Any, user: Any, matter_id: str, allowed: bool) -> dict[str, Any]:
        self._attorney(user, matter_id)
        self.calls.append(("allow_export", matter_id, allowed))
        return self._folder(matter_id)

    def retention_list_closed(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {"months": 84, "closed": {"m-2": self._closing("m-2") | {"due": True}}}

    def _closing(self, matter_id: str) -> dict[str, Any]:
        told = {"matter_id": matter_id, "closed_on": "2019-01-31", "months": None, "due_on": "2026-01-31"}
        return told | {"due": False, "held": False}

    def retention_show_closing(self, house: Any, user: Any, matter_id: str) -> dict[str, Any]:
        self._member(user, matter_id)
        return self._closing(matter_id) | {"firm_months": 84, "closed_on": ""}

    def retention_make_code(self, house: Any, user: Any, matter_id: str, signed_on: str) -> dict[str, str]:
        self._attorney(user, matter_id)
        return {"code": "a1b2c3d4e5f6"}

    def retention_set_closing(
        self, house: Any, user: Any, matter_id: str, closed_on: str, months: int | None = None
    ) -> dict[str, Any]:
        if user.role != "admin":
            self._attorney(user, matter_id)
        self.calls.append(("set_closing", matter_id, closed_on, months))
        return self._closing(matter_id)
