"""What an administrator watches over: the machine, the work in the queue, the audit log. No client's words in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from assistant.errors import WrongUsage
from assistant.store import audit
from assistant.store.people import User
from ui.permits import check

if TYPE_CHECKING:
    from ui.services import House

MOST_ENTRIES = 500


def read_health(house: House, user: User) -> dict[str, Any]:
    """Give the checks of the machine and the data root, and how many jobs wait, run and failed of the newest 200."""
    from assistant import jobs
    from ui.doctor import check_running

    check(house.db, user, "health.read")
    counts = Counter(job.status for job in jobs.list_jobs()) if house.serving else Counter[str]()
    work = {status: counts[status] for status in ("queued", "running", "failed", "cancelled", "done")}
    return {"checks": check_running(house.settings), "work": work}


def list_audit(
    house: House, user: User, *, actor: str = "", action: str = "", subject: str = "", before: int = 0, limit: int = 100
) -> list[dict[str, Any]]:
    """Give entries of the audit log, newest first; see `audit.find_entries`. Looking is recorded too.

    Raises:
        WrongUsage: More entries than `MOST_ENTRIES` are asked for.
    """
    check(house.db, user, "audit.read")
    if not 1 <= limit <= MOST_ENTRIES:
        raise WrongUsage(f"{limit} entries cannot be asked for.", expected=f"1 to {MOST_ENTRIES}")
    found = audit.find_entries(house.db, actor=actor, action=action, subject=subject, before=before, limit=limit)
    if not before:
        audit.record(house.db, user.name, "audit.read", "", {"entries": len(found)})
    return list(found)


def verify_audit(house: House, user: User) -> dict[str, Any]:
    """Check the hash chain of the audit log from its first entry to its last."""
    check(house.db, user, "audit.verify")
    report = audit.verify_chain(house.db)
    return {"ok": report.ok, "entries": report.entries, "first_bad": report.first_bad}


def export_audit(house: House, user: User) -> list[dict[str, Any]]:
    """Give the whole audit log; it holds ids and counts only."""
    check(house.db, user, "audit.export")
    audit.record(house.db, user.name, "audit.export", "", {})
    return list(audit.export(house.db))
