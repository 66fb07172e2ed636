"""How a round ends: its status is stored once, and a candidate that is not to be promoted is taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistant.settings import Settings
from assistant.store import audit, registry, rounds

if TYPE_CHECKING:
    from assistant.store.database import Database


def withdraw_candidate(db: Database, settings: Settings, round_id: str) -> str:
    """Take back the candidate of a round that did not pass: it is not to be promoted. Safe to call at any time.

    Returns:
        The adapter withdrawn, or "" where the round had registered none.
    """
    path = settings.home / "rounds" / round_id / "candidate.json"
    if not path.exists():
        return ""
    candidate = str(json.loads(path.read_text(encoding="utf-8"))["adapter_id"])
    with db.session():
        known = {a.adapter_id: a.status for a in registry.list_adapters(db)}
        found = rounds.get_round(db, round_id)
        if found.candidate:
            rounds.update_round(db, round_id, candidate="")
        if known.get(candidate) != "candidate":
            return ""
        registry.set_status(db, candidate, "retired")
        audit.record(db, found.started_by, "adapter.withdraw", candidate, {"round": round_id, "status": found.status})
    return candidate


def end_round(db: Database, round_id: str, status: str, error: str = "") -> str:
    """Store how a running round ended, and give its status; one that has ended stays as it is."""
    with db.session():
        if rounds.settle_round(db, round_id, status, error):
            audit.record(db, rounds.get_round(db, round_id).started_by, f"round.{status}", round_id, {})
    return rounds.get_round(db, round_id).status
