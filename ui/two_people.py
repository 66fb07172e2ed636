"""When two accounts may stand for two people, and when an account may be given a matter that has no attorney.

Casebrief knows accounts, not people. What it can ask is whether somebody else has had a hand in an account lately, and
whether its password is known to nobody but its holder; see docs/decisions/0013-two-accounts-two-people.md.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from typing import TYPE_CHECKING

from assistant.errors import NotAllowed
from assistant.store import audit, people
from assistant.store.database import timestamp
from ui.permits import OWNER

if TYPE_CHECKING:
    from assistant.store.database import Database
    from assistant.store.people import User

QUIET_HOURS = 7 * 24.0
"""How long nobody else may have had a hand in an account before it counts for a person of its own."""

FRESH_S = 300.0
"""Seconds since a person signed on within which they can make a code: whoever finds a screen open cannot."""

CODE_S = 600.0
"""Seconds that a code holds."""

_ACCOUNT_ACTS = ("user.add", "user.password", "user.role", "user.disable")
_NAME_ANOTHER = "Name another attorney of the matter as the second, or wait until the seven days are over."


class SecondCodes:
    """Codes by which a second person agrees, who may have no password: from a session of their own, signed on just now.

    Each is for one matter and one person and holds once, for `CODE_S`; only its hash is kept, in memory.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], tuple[str, float]] = {}

    def make(self, matter_id: str, name: str, signed_on: str) -> str:
        """Make a person's code for a matter, in the place of an earlier one.

        Args:
            matter_id: The matter.
            name: User name of who agrees.
            signed_on: When their session began, ISO 8601 UTC.

        Raises:
            NotAllowed: The session is older than `FRESH_S`.
        """
        if signed_on < timestamp(-FRESH_S / 3600):
            raise NotAllowed(
                "You signed on more than five minutes ago.", do="Log out, sign on again and come back to this page."
            )
        code = secrets.token_hex(6)
        with self._lock:
            self._waiting[matter_id, name] = (_hash(code), time.monotonic() + CODE_S)
        return code

    def take(self, matter_id: str, name: str, code: str) -> bool:
        """Tell whether it is the person's code for the matter; it is used up then."""
        with self._lock:
            expected, until = self._waiting.get((matter_id, name), ("", 0.0))
            held = time.monotonic() <= until and secrets.compare_digest(_hash(code.strip()), expected)
            if held:
                del self._waiting[matter_id, name]
            return held


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def check_two_people(db: Database, first: User, second: User, matter_id: str) -> None:
    """Let two accounts pass for two people who agree on a matter.

    Raises:
        NotAllowed: It is one account, the second is no attorney of the matter, or one of the two is not settled: within
            seven days somebody else made it, set its password, gave it its role, or broke the glass for it, or its
            password was never chosen by its holder.
    """
    if second.name == first.name:
        raise NotAllowed("It takes two people.", do="Name another attorney of the matter as the second.")
    if second.role != "attorney" or not people.is_member(db, second.name, matter_id):
        raise NotAllowed(
            f"{second.name} is no attorney of this matter.", do="Name another attorney of the matter as the second."
        )
    for account in (first, second) if first.role != OWNER else (second,):
        check_settled(db, account.name, _NAME_ANOTHER)
        broken = _acts(db, ("member.break_glass",), matter_id, account.name)
        if any(act.detail.get("member") == account.name for act in broken):
            raise NotAllowed(
                f"An admin let {account.name} into this matter within the last seven days.", do=_NAME_ANOTHER
            )


def check_settled(db: Database, name: str, do: str) -> None:
    """Let an account pass whose password only its holder knows and that nobody else had a hand in lately.

    Raises:
        NotAllowed: Its password is not its own, or somebody else acted on it within seven days. `do` says what then.
    """
    if people.get_user(db, name).password_by:
        raise NotAllowed(
            f"The password of {name} was chosen by somebody else.",
            expected="an account whose holder has chosen the password",
            do="Have its holder log in and change it.",
        )
    check_quiet(db, name, do)


def check_quiet(db: Database, name: str, do: str) -> None:
    """Let an account pass that nobody else had a hand in within seven days.

    Raises:
        NotAllowed: Somebody else made it, closed it or gave it its password, or its role changed.
    """
    if _acts(db, _ACCOUNT_ACTS, name, name):
        raise NotAllowed(
            f"The account of {name} was made or closed, or given its role or password, within the last seven days.",
            do=do,
        )


def _acts(db: Database, actions: tuple[str, ...], subject: str, name: str) -> list[audit.Act]:
    """Give what others than the holder did of late; a new role counts also where an admin took it on themselves."""
    found = audit.list_acts(db, actions, subject, timestamp(-QUIET_HOURS))
    return [act for act in found if act.actor != name or act.action == "user.role"]
