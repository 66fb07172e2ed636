"""What people say of a summary beside editing it: flag a sentence, put the whole aside, take it up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import Conflict, NotAllowed, RefusedInput
from assistant.store import audit, flags, work
from assistant.store.people import User
from assistant.store.work import StoredSummary
from ui.actions.summaries import open_summary, present_stored
from ui.permits import may

if TYPE_CHECKING:
    from ui.services import House


def flag_sentence(
    house: House,
    user: User,
    summary_id: str,
    index: int,
    reason: str,
    note: str = "",
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Say that a sentence is wrong, without changing it; a person's later flag of it replaces the earlier one.

    Args:
        house: The open house.
        user: A member of the matter.
        summary_id: The summary, not signed off.
        index: The sentence, from 0.
        reason: Key of the legal reasons (`assistant.feedback.REASONS`).
        note: In the person's own words, or ""; sealed with the matter.
        expected_version: The version that the person saw; None takes the current one.

    Returns:
        The summary, as `summaries.get_summary` gives it.

    Raises:
        Conflict: The summary changed since, or is locked.
        RefusedInput: The reason is unknown.
    """
    from assistant.feedback import REASONS

    stored = _open_unlocked(house, user, summary_id, expected_version)
    if reason not in REASONS:
        raise RefusedInput("The reason is unknown.", expected=f"one of {', '.join(REASONS)}")
    words = f"{reason}: {note.strip()}" if note.strip() else reason
    with house.db.session():
        flags.withdraw_flag(house.db, summary_id, index, user.name)
        flags.rate_sentence(house.db, summary_id, index, user.name, flags.BAD, words)
        audit.record(house.db, user.name, "sentence.flag", summary_id, {"sentence": index, "version": stored.version})
    return present_stored(house, stored)


def withdraw_flag(
    house: House, user: User, summary_id: str, index: int, expected_version: int | None = None
) -> dict[str, Any]:
    """Take back one's own flag of a sentence; nothing happens where there is none."""
    stored = _open_unlocked(house, user, summary_id, expected_version)
    with house.db.session():
        if flags.withdraw_flag(house.db, summary_id, index, user.name):
            audit.record(house.db, user.name, "sentence.unflag", summary_id, {"sentence": index})
    return present_stored(house, stored)


def _open_unlocked(house: House, user: User, summary_id: str, expected_version: int | None) -> StoredSummary:
    stored = open_summary(house, user, summary_id, "summary.edit")
    if stored.status in ("signed_off", "discarded"):
        raise Conflict(f"The summary is {stored.status.replace('_', ' ')}.", do="Reload it.")
    if expected_version is not None and stored.version != expected_version:
        raise Conflict("Somebody else saved first.", do="Look at the new version.")
    return stored


def discard_summary(house: House, user: User, summary_id: str) -> dict[str, Any]:
    """Put a draft or returned summary aside: it leaves the queue and the filing, trains nothing, and is kept.

    Raises:
        NotAllowed: It is another person's and the user is no attorney.
        Conflict: It is submitted or signed off.
    """
    return _set_aside(house, user, summary_id, True)


def restore_summary(house: House, user: User, summary_id: str) -> dict[str, Any]:
    """Take up a summary again that was put aside: it is a draft, or returned, as before.

    Raises:
        NotAllowed: It is another person's and the user is no attorney.
        Conflict: It was not discarded.
    """
    return _set_aside(house, user, summary_id, False)


def _set_aside(house: House, user: User, summary_id: str, aside: bool) -> dict[str, Any]:
    stored = open_summary(house, user, summary_id, "summary.edit", withheld_too=True)
    if stored.author != user.name and not may(user.role, "summary.sign_off"):
        raise NotAllowed("This is another person's summary.", do="Ask its author or an attorney of the matter.")
    with house.db.session():
        (work.discard_summary if aside else work.restore_summary)(house.db, summary_id)
        audit.record(house.db, user.name, "summary.discard" if aside else "summary.restore", summary_id, {})
    return present_stored(house, work.get_summary(house.db, summary_id))
