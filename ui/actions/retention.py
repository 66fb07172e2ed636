"""Closing a matter, and when it is due for erasure: told to the admin, done by two people, kept by a legal hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.store import audit, notices, retention
from assistant.store.people import User
from assistant.store.retention import Retention
from ui.permits import check

if TYPE_CHECKING:
    from ui.services import House


def list_closed(house: House, user: User) -> dict[str, Any]:
    """Give {months, closed}: the firm's months until a closed matter is due (0: never), and the closed ones by id."""
    check(house.db, user, "retention.list")
    closed = {key: asdict(found) for key, found in retention.list_closed(house.db).items()}
    return {"months": house.settings.retention_months, "closed": closed}


def show_closing(house: House, user: User, matter_id: str) -> dict[str, Any]:
    """Give a matter's close to its people, `closed_on` is "" where it is open, and `firm_months`."""
    check(house.db, user, "matter.read", matter_id)
    found = retention.list_closed(house.db, matter_id=matter_id).get(matter_id)
    return {"firm_months": house.settings.retention_months, **asdict(found or _open(matter_id))}


def set_closing(house: House, user: User, matter_id: str, closed_on: str, months: int | None = None) -> dict[str, Any]:
    """Close a matter on a day, or open it again; an attorney of the matter may, or an admin. Its people are told.

    Closing changes nothing about who may read it. Nothing is erased when it is due: `erase_matter` does that, by two
    people, and not under a legal hold.

    Args:
        house: The open house.
        user: Who acts.
        matter_id: The matter.
        closed_on: A day such as "2026-11-30", or "" to open it again.
        months: Months after the close until it is due for erasure; None for the firm's number.

    Raises:
        NotFound: There is no such matter.
        RefusedInput: It is no day, or the months make no sense.
    """
    check(house.db, user, "matter.close", matter_id)
    kind = "matter.close" if closed_on else "matter.reopen"
    with house.db.session():
        if closed_on:
            retention.close_matter(house.db, matter_id, closed_on, months, user.name)
        else:
            retention.reopen_matter(house.db, matter_id)
        notices.add_notice(house.db, matter_id, kind, matter_id, user.name, "")
        audit.record(house.db, user.name, kind, matter_id, {"closed_on": closed_on, "months": months})
    found = retention.list_closed(house.db, matter_id=matter_id).get(matter_id)
    return asdict(found or _open(matter_id))


def make_code(house: House, user: User, matter_id: str, signed_on: str) -> dict[str, str]:
    """Agree to the erasure of a matter as the second person: gives a code that the first enters like a password.

    Args:
        house: The open house.
        user: An attorney of the matter.
        matter_id: The matter.
        signed_on: When the user's session began, ISO 8601 UTC.

    Raises:
        NotAllowed: The user is no attorney of the matter, or signed on too long ago.
    """
    check(house.db, user, "matter.agree", matter_id)
    code = house.second_codes.make(matter_id, user.name, signed_on)
    audit.record(house.db, user.name, "matter.agree", matter_id, {})
    return {"code": code}


def _open(matter_id: str) -> Retention:
    """Give what is said of a matter that is not closed."""
    return Retention(matter_id, closed_on="", months=None, due_on="", due=False, held=False)
