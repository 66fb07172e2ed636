"""What a permit rests on, asked at every action: a person's role as it is stored now, and membership of a matter."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from assistant.store.database import Database
from assistant.store.tables import MembershipRow, UserRow, WallRow

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


def find_standing(db: Database, name: str, matter_id: str = "") -> tuple[str, bool]:
    """Give a person's role as it is stored now, and whether the person works on a matter.

    Returns:
        The role, "" where the account is gone or disabled; True for a member who is not walled off from the matter and
        whose membership does not rest.
    """
    row = db.look_up(_STANDING, name=name, matter_id=matter_id)
    return ("", False) if row is None else ("" if row.disabled else row.role, bool(row.member))
