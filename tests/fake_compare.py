"""The fake actions on comparisons, blind picks and lineage."""

from __future__ import annotations

from typing import Any

from fake_grid import GridActions
from fake_world import evidence, sentence

from assistant.errors import NotAllowed

PICKS = {
    "candidate": "house-2", "rival": "starter-1", "better": 8, "worse": 3, "same": 1, "people": 3, "filings": 9,
    "share": 0.7273, "ci95": [0.4344, 0.9025], "says": "house-2 was found better in 8 of the 11 picks.",
}  # fmt: skip
ADAPTER = {
    "adapter_id": "house-2", "hash": "b" * 64, "status": "candidate", "created_at": "2026-11-24T08:00:00+00:00",
    "round_id": "r-1", "started_from": "starter-1", "pairs": 21, "matters": 2, "synthetic": 60, "due": True,
}  # fmt: skip


class CompareActions(GridActions):
    """What `FakeActions` inherits beside what it does itself."""

    def _compares(self, user: Any) -> None:
        if user.role != "admin":
            self._member(user, "m-1")

    def _comparison(self) -> dict[str, Any]:
        return {
            "comparison_id": "v-1", "document_id": "d-1", "status": "done", "error": "", "done": 3, "total": 3,
            "label": "", "seconds_left": None, "run_by": "ada", "created_at": "2026-11-24T08:00:00+00:00",
        }  # fmt: skip

    def _list(self, user: Any) -> dict[str, Any]:
        filing = {
            "document_id": "d-1", "matter_id": "m-1", "file": "" if user.role == "admin" else "complaint.pdf",
            "document_type": "complaint", "pages": 7, "words": 2140, "lent_by": "ada", "sample": False,
            "comparison": self._comparison(), "ballot": "open",
        }  # fmt: skip
        known = [{"adapter_id": "house-2", "hash": "b" * 64, "status": "candidate"}]
        return {"filings": [filing], "candidate": "house-2", "active": None, "candidates": known, "picks": [PICKS]}

    def compare_list_lent(self, house: Any, user: Any, candidate: str = "") -> dict[str, Any]:
        self._admin(user)
        return self._list(user)

    def compare_list_own(self, house: Any, user: Any, matter_id: str, candidate: str = "") -> dict[str, Any]:
        self._member(user, matter_id)
        return self._list(user)

    def compare_start_comparison(self, house: Any, user: Any, document_id: str, candidate: str = "") -> dict[str, Any]:
        self._compares(user)
        self.calls.append(("compare", document_id, candidate))
        return self._comparison()

    def compare_get_comparison(self, house: Any, user: Any, comparison_id: str) -> dict[str, Any]:
        self._compares(user)
        told = sentence("PERSON_1 sues.", "", "supported", [evidence(3, 3)]) | {"only": True}
        pane = {
            "system": "base", "adapter": "base", "hash": "a" * 64, "sentences": [told], "words": 2, "seconds": 1.5,
            "counts": {"supported": 1}, "mark": "ai-generated",
        }  # fmt: skip
        return self._comparison() | {"panes": [pane], "names": user.role != "admin", "candidate": "house-2"}

    def compare_stop_comparison(self, house: Any, user: Any, comparison_id: str) -> dict[str, Any]:
        self._compares(user)
        return self._comparison() | {"status": "stopped"}

    def compare_lend_filing(self, house: Any, user: Any, document_id: str, lent: bool) -> dict[str, Any]:
        self._attorney(user, "m-1")
        self.calls.append(("lend", document_id, lent))
        return {"document_id": document_id, "lent": {"by": user.name, "at": "2026-11-24", "sample": False}}

    def blind_draw_ballot(self, house: Any, user: Any, comparison_id: str) -> dict[str, Any]:
        self._compares(user)
        shown = {"sentences": [sentence("PERSON_1 sues.", "", "supported", [evidence(3, 3)])]}
        return {"comparison_id": "v-1", "document_id": "d-1", "same": False, "names": True} | {
            "left": shown,
            "right": shown,
        }

    def blind_cast_vote(self, house: Any, user: Any, comparison_id: str, pick: str) -> dict[str, Any]:
        self._compares(user)
        self.calls.append(("pick", comparison_id, pick))
        return {"left": "house-2", "right": "starter-1", "pick": pick, "picks": [PICKS]}

    def lineage_list_lineage(self, house: Any, user: Any) -> dict[str, Any]:
        if user.role != "admin":
            raise NotAllowed("The role may not do this.")
        due = [{"adapter_id": "house-2", "status": "candidate"}]
        erased = [{"subject": "m-9", "kind": "matter", "at": "2026-11-24T08:00:00+00:00", "due": due}]
        return {"adapters": [ADAPTER | {"by_matter": {"m-1": 21}}], "erased": erased}

    def lineage_trace_filing(self, house: Any, user: Any, document_id: str) -> dict[str, Any]:
        self._member(user, "m-1")
        return {"learners": [ADAPTER | {"pairs_here": 1, "through": ""}], "writer": None}

    def lineage_trace_matter(self, house: Any, user: Any, matter_id: str) -> list[dict[str, Any]]:
        self._member(user, matter_id)
        return [ADAPTER | {"pairs_here": 21, "through": ""}]
