"""The fake actions of administrators: rounds, adapters, people, matters, the audit log."""

from __future__ import annotations

from typing import Any

from fake_world import MEMBERS, make_insights, make_round

from assistant.errors import NotAllowed


class OfficeActions:
    """What `FakeActions` inherits; the attributes are made there."""

    calls: list[tuple[Any, ...]]
    users: list[dict[str, Any]]
    adapters: list[dict[str, Any]]
    round: dict[str, Any] | None

    def _member(self, user: Any, matter_id: str) -> None:
        if user.role == "admin" or user.name not in MEMBERS.get(matter_id, ()):
            raise NotAllowed("You are not a member of this matter.")

    def _admin(self, user: Any) -> None:
        if user.role != "admin":
            raise NotAllowed("The role may not do this.")

    def learning_preview_round(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {
            "corrections": 37,
            "by_matter": {"m-1": 21, "m-2": 16},
            "authors": 3,
            "left_out": {"no_consent": 4, "burst": 31, "protective_order": 0},
            "why": {"no_consent": "the client has not agreed to training", "burst": "it came in a burst"},
            "waiting": []
            if ("release_burst", "eve", "2026-11-24T07:00:00+00:00") in self.calls
            else [{"author": "eve", "corrections": 31, "until": "2026-11-24T07:00:00+00:00"}],
        }

    def learning_release_burst(self, house: Any, user: Any, author: str, until: str = "") -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("release_burst", author, until))
        return self.learning_preview_round(house, user)

    def learning_start_round(self, house: Any, user: Any, options: dict[str, Any] | None = None) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("start_round", dict(options or {})))
        self.round = make_round(dict(options or {}))
        return self.round

    def learning_round_status(self, house: Any, user: Any, round_id: str | None = None) -> dict[str, Any]:
        self._admin(user)
        return self.round or {"status": "none"}

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

    def learning_promote(self, house: Any, user: Any, adapter_id: str, reason: str = "") -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("promote", adapter_id, reason) if reason else ("promote", adapter_id))
        return self.adapters[0]

    def learning_discard(self, house: Any, user: Any, adapter_id: str) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("discard", adapter_id))
        return self.adapters[0]

    def learning_rollback(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("rollback",))
        return self.adapters[0]

    def insights_read_insights(self, house: Any, user: Any) -> Any:
        self._admin(user)
        return make_insights()

    def insights_export_table(self, house: Any, user: Any, table: str) -> tuple[str, str, bytes]:
        self._admin(user)
        return f"insights-{table}.csv", "text/csv; charset=utf-8", b"Week"

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

    def people_list_busy_matters(self, house: Any, user: Any) -> list[dict[str, Any]]:
        return self.people_list_matters(house, user)

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

    def people_reset_password(self, house: Any, user: Any, name: str, password: str) -> dict[str, Any]:
        self._admin(user)
        return {"name": name, "resting": []}

    def people_disable_user(self, house: Any, user: Any, name: str) -> dict[str, Any]:
        self._admin(user)
        return {"name": name, "disabled": True}

    def people_add_member(self, house: Any, user: Any, matter_id: str, name: str, reason: str = "") -> dict[str, Any]:
        self._admin(user)
        return {"matter_id": matter_id, "member": name}

    def people_erase_matter(
        self, house: Any, user: Any, matter_id: str, second: str, *, password: str = ""
    ) -> dict[str, Any]:
        self._admin(user)
        self.calls.append(("erase", matter_id, second))
        return {"matter_id": matter_id, "documents": 2, "datasets": 1, "adapters_due": ["house-1"]}

    def oversight_verify_audit(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {"ok": True, "entries": 214, "first_bad": None}

    def oversight_read_health(self, house: Any, user: Any) -> dict[str, Any]:
        self._admin(user)
        return {"checks": [{"name": "disk", "ok": True, "detail": "50 GiB"}], "work": {"queued": 0}}

    def oversight_list_audit(
        self, house: Any, user: Any, *, actor: str = "", action: str = "", subject: str = "", before: int = 0,
        limit: int = 100,
    ) -> list[dict[str, Any]]:  # fmt: skip
        self._admin(user)
        return [{"entry": 1, "action": "login.begin"}]

    def oversight_export_audit(self, house: Any, user: Any) -> list[dict[str, Any]]:
        self._admin(user)
        return [{"entry": 1, "action": "login"}]
