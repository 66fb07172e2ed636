"""What an attorney orders for a matter: a protective order bars training, a legal hold bars deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.store import audit, matters, notices
from assistant.store.people import User
from ui.actions.people import present_matter
from ui.permits import check

if TYPE_CHECKING:
    from ui.services import House


def set_protective_order(house: House, user: User, matter_id: str, holds: bool, reason: str = "") -> dict[str, Any]:
    """Record that a protective order covers a matter, or that it does no more.

    While it stands nothing of the matter trains, whatever the client has agreed to, and no candidate that learned from
    the matter can be promoted.

    Args:
        house: The open house.
        user: An attorney of the matter.
        matter_id: The matter.
        holds: True to record the order, False to lift it.
        reason: Which order, sealed with the matter and shown to its people; may be empty.
    """
    check(house.db, user, "order.set", matter_id)
    with house.db.session():
        matter = matters.set_protective_order(house.db, matter_id, holds)
        notices.add_notice(house.db, matter_id, "order.set" if holds else "order.lift", matter_id, user.name, reason)
        audit.record(house.db, user.name, "order.set", matter_id, {"holds": holds})
    return present_matter(matter, content=True)


def set_legal_hold(house: House, user: User, matter_id: str, holds: bool, reason: str = "") -> dict[str, Any]:
    """Lay a legal hold on a matter, or lift it: while it lies, nothing of the matter can be deleted or erased.

    Args:
        house: The open house.
        user: An attorney of the matter.
        matter_id: The matter.
        holds: True to lay the hold, False to lift it.
        reason: Why, sealed with the matter and shown to its people; may be empty.
    """
    check(house.db, user, "hold.set", matter_id)
    with house.db.session():
        matter = matters.set_legal_hold(house.db, matter_id, holds)
        notices.add_notice(house.db, matter_id, "hold.set" if holds else "hold.lift", matter_id, user.name, reason)
        audit.record(house.db, user.name, "hold.set", matter_id, {"holds": holds})
    return present_matter(matter, content=True)
