"""Reviews that are timed and compared: seconds told by the browser, and a withheld summary shown all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.store import audit, trials
from assistant.store.people import User
from ui.actions.summaries import open_summary, present_stored

if TYPE_CHECKING:
    from ui.services import House


def count_seconds(house: House, user: User, summary_id: str, seconds: int) -> dict[str, Any]:
    """Count seconds that the user was active on a summary, no more than passed since they last told; see the store."""
    open_summary(house, user, summary_id, withheld_too=True)
    return {"counted": trials.count_seconds(house.db, summary_id, user.name, seconds)}


def show_summary(house: House, user: User, summary_id: str) -> dict[str, Any]:
    """Show a withheld summary; its filing no longer counts in the comparison. One in sight is given as it is."""
    stored = open_summary(house, user, summary_id, "summary.edit", withheld_too=True)
    if trials.is_withheld(house.db, stored.document_id):
        with house.db.session():
            trials.give_up(house.db, stored.document_id, user.name)
            audit.record(house.db, user.name, "summary.show", summary_id, {"version": stored.version})
    return present_stored(house, stored)
