"""What a permit rests on, asked at every action: a person's role as it is stored now, and membership of a matter.

Beside it, what every open screen asks again and again: in which of a person's matters work is under way.
"""

from __future__ import annotations

from sqlalchemy import bindparam, or_, select

from assistant.store.database import Database
from assistant.store.tables import DocumentRow, GridRow, MembershipRow, UserRow, WallRow

_WALL = select(WallRow.user).where(WallRow.user == bindparam("name"), WallRow.matter_id == bindparam("matter_id"))
_MEMBERSHIP = select(MembershipRow.user).where(
    MembershipRow.user == bindparam("name"),
    MembershipRow.matter_id == bindparam("matter_id"),
    MembershipRow.suspended_by == "",
    ~_WALL.exists(),
)
_STANDING = select(UserRow.role, UserRow.disabled, _MEMBERSHIP.exists().label("member")).where(
    UserRow.name == bindparam("name")
)
_WALLED = select(WallRow.user).where(WallRow.user == MembershipRow.user, WallRow.matter_id == MembershipRow.matter_id)
_UNREAD = select(DocumentRow.document_id).where(
    DocumentRow.matter_id == MembershipRow.matter_id, DocumentRow.status.in_(("waiting", "reading"))
)
_RUNNING = select(GridRow.grid_id).where(GridRow.matter_id == MembershipRow.matter_id, GridRow.status == "running")
_BUSY = select(MembershipRow.matter_id).where(
    MembershipRow.user == bindparam("name"),
    MembershipRow.suspended_by == "",
    ~_WALLED.exists(),
    or_(_UNREAD.exists(), _RUNNING.exists()),
)


def find_standing(db: Database, name: str, matter_id: str = "") -> tuple[str, bool]:
    """Give a person's role as it is stored now, and whether the person works on a matter.

    Returns:
        The role, "" where the account is gone or disabled; True for a member who is not walled off from the matter and
        whose membership does not rest.
    """
    row = db.look_up(_STANDING, name=name, matter_id=matter_id)
    return ("", False) if row is None else ("" if row.disabled else row.role, bool(row.member))


def list_busy(db: Database, name: str) -> tuple[str, ...]:
    """Give the ids of the matters that a person works on in which a filing is being read or a grid runs."""
    return tuple(row.matter_id for row in db.look_up_all(_BUSY, name=name))
