"""Who may what: one matrix of roles and actions, asked at the start of every action; the rest is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.errors import NotAllowed

if TYPE_CHECKING:
    from assistant.store.database import Database
    from assistant.store.people import User

_ID = re.compile(r"[a-z]-[0-9a-z]{1,32}")
OWNER = "owner"
"""Role of whoever works from the shell of the operating-system user that owns the data root. It is never
stored and never given to a login: only the command line makes such a user, for its own process."""

_READ = frozenset({"matter.list", "matter.read", "password.change"})
_PARALEGAL = _READ | {
    "file.summarize",
    "filing.upload",
    "filing.correct",
    "filing.compare",
    "summary.make",
    "summary.edit",
    "summary.submit",
    "question.ask",
    "grid.run",
    "grid.stop",
    "grid.read",
    "grid.export",
    "names.review",
}
_ATTORNEY = _PARALEGAL | {
    "filing.delete",
    "filing.lend",
    "filing.sequester",
    "folder.export",
    "grid.delete",
    "names.keep",
    "summary.sign_off",
    "consent.record",
    "hidden.reveal",
    "hold.set",
    "matter.close",
    "order.set",
    "matter.create",
    "matter.agree",
    "matter.erase",
    "member.add",
    "member.remove",
    "wall.set",
}
_ADMIN = frozenset(
    {
        "matter.list",
        "matter.create",
        "matter.close",
        "matter.erase",
        "retention.list",
        "member.break_glass",
        "wall.set",
        "folder.list",
        "folder.set",
        "keys.rotate",
        "lent.compare",
        "lineage.read",
        "round.preview",
        "round.release",
        "round.start",
        "round.status",
        "round.cancel",
        "adapter.list",
        "adapter.show",
        "adapter.promote",
        "adapter.rollback",
        "adapter.report",
        "insights.read",
        "user.list",
        "user.add",
        "user.role",
        "user.disable",
        "user.password",
        "password.change",
        "audit.verify",
        "audit.export",
        "audit.read",
        "health.read",
    }
)

RIGHTS: dict[str, frozenset[str]] = {
    "paralegal": _PARALEGAL,
    "attorney": _ATTORNEY,
    "admin": _ADMIN,
    OWNER: _ATTORNEY | _ADMIN,
}
"""Actions a role may take; actions on a matter's content also need membership of the matter."""

IN_MATTER = frozenset(
    {
        "matter.read",
        "filing.upload",
        "filing.correct",
        "filing.compare",
        "filing.delete",
        "filing.lend",
        "filing.sequester",
        "folder.set",
        "folder.export",
        "names.review",
        "names.keep",
        "hold.set",
        "order.set",
        "summary.make",
        "summary.edit",
        "summary.submit",
        "summary.sign_off",
        "question.ask",
        "grid.run",
        "grid.stop",
        "grid.read",
        "grid.export",
        "grid.delete",
        "consent.record",
        "hidden.reveal",
        "matter.agree",
        "matter.close",
        "matter.erase",
        "member.add",
        "member.remove",
        "member.break_glass",
        "wall.set",
    }
)
"""Actions that are bound to one matter. Those of them that an admin may take need no membership of admins."""


def may(role: str, action: str) -> bool:
    """Tell whether a role may take an action at all, membership aside (for showing or hiding a control)."""
    return action in RIGHTS.get(role, frozenset())


def check(db: Database, user: User, action: str, matter_id: str | None = None) -> None:
    """Let the action pass, or record the refusal in the audit log and raise.

    The role is read again from the store, so that a login opened before a demotion loses its rights at once.

    Args:
        db: The open store.
        user: Who acts.
        action: A name of the matrix, such as "summary.make".
        matter_id: The matter it touches; required for the actions in `IN_MATTER`.

    Raises:
        NotAllowed: The role, the membership or a disabled account forbids it. A matter that does not exist
            reads the same as one that the user is not a member of.
    """
    from assistant.store.standing import find_standing

    role, member = find_standing(db, user.name, matter_id or "")
    role = OWNER if user.role == OWNER else role
    if not may(role, action):
        _refuse(db, user, action, matter_id, f"The role {role or 'none'} may not do this ({action}).")
    if action not in IN_MATTER or (action in _ADMIN and role in ("admin", OWNER)):
        return
    if not member:
        _refuse(db, user, action, matter_id, "There is no such thing in a matter of yours.")


def _refuse(db: Database, user: User, action: str, matter_id: str | None, what: str) -> None:
    from assistant.store.audit import record

    subject = matter_id if matter_id and _ID.fullmatch(matter_id) else ""
    record(db, user.name, "refused", subject, {"action": action})
    raise NotAllowed(what, do="Ask an attorney of the matter or an admin.")
