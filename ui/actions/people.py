"""People, matters, consent, holds, audit, keys, erasure."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from assistant.errors import NotAllowed, NotFound, RefusedInput
from assistant.store import audit, matters, notices, people
from assistant.store.database import timestamp
from assistant.store.matters import Matter
from assistant.store.people import User
from assistant.store.vault import hold_master_key
from ui.permits import OWNER, check, may
from ui.upkeep import forget

if TYPE_CHECKING:
    from ui.services import House


def present_matter(matter: Matter, *, content: bool) -> dict[str, Any]:
    """Give a matter as JSON; its name belongs to its content and is left out for those who have none."""
    return {
        "matter_id": matter.matter_id,
        "name": matter.name if content else "",
        "number": matter.number if content else "",
        "consent": matter.consent,
        "consent_by": matter.consent_by,
        "consent_at": matter.consent_at,
        "protective_order": matter.protective_order,
        "legal_hold": matter.legal_hold,
        "created_at": matter.created_at,
    }


def present_user(user: User) -> dict[str, Any]:
    """Give a user as JSON."""
    return {"name": user.name, "display_name": user.display_name, "role": user.role, "disabled": user.disabled}


def list_matters(house: House, user: User) -> list[dict[str, Any]]:
    """List the user's matters; an admin sees all of them, by id and without names."""
    check(house.db, user, "matter.list")
    mine = set(people.matters_of(house.db, user.name))
    content = may(user.role, "matter.read")
    sees_all = may(user.role, "user.list")
    return [
        present_matter(m, content=content and m.matter_id in mine)
        for m in matters.list_matters(house.db)
        if sees_all or m.matter_id in mine
    ]


def find_matter(house: House, user: User, name_or_id: str, action: str = "matter.read") -> Matter:
    """Give a matter by name or id if the user may take the action in it.

    Raises:
        NotAllowed: The user is not a member; a matter that does not exist reads the same to those who may
            not create one.
        NotFound: There is none of this id, or none of this name that the user works on.
    """
    known = people.matters_of(house.db, user.name)
    matter = matters.find_named(house.db, name_or_id, known) or _find_any(house, user, name_or_id, known)
    if matter is None:
        if may(user.role, "matter.create"):
            raise NotFound("There is no matter of this name or id.", do="Create it, or list the matters.")
        check(house.db, user, action, "")
        raise NotFound("There is no matter of this name or id.")
    check(house.db, user, action, matter.matter_id)
    return matter


def _find_any(house: House, user: User, name_or_id: str, known: Collection[str]) -> Matter | None:
    """Give a matter by id or, to the owner of the data root, by name; by name others find only their own.

    So the name of a client tells nobody whether the firm has a matter of that name.
    """
    try:
        matter = matters.find_matter(house.db, name_or_id)
    except NotFound:
        return None
    named = matter.matter_id != name_or_id
    return None if named and user.role != OWNER and matter.matter_id not in known else matter


def create_matter(house: House, user: User, name: str, number: str = "") -> dict[str, Any]:
    """Create a matter, without consent to training; whoever creates it is its first member, an admin is not.

    Raises:
        Conflict: The user works on a matter of this name. Of other people's matters nothing is told.
    """
    check(house.db, user, "matter.create")
    visible = people.matters_of(house.db, user.name)
    with hold_master_key(), house.db.session():
        matter = matters.create_matter(house.db, name.strip(), user.name, number, visible)
        audit.record(house.db, user.name, "matter.create", matter.matter_id, {})
        if may(user.role, "matter.read"):
            people.add_member(house.db, user.name, matter.matter_id)
    return present_matter(matter, content=may(user.role, "matter.read"))


def set_consent(house: House, user: User, matter_id: str, given: bool, note: str = "") -> dict[str, Any]:
    """Record that the client has agreed to training on this matter's approved work, or has withdrawn it."""
    check(house.db, user, "consent.record", matter_id)
    with house.db.session():
        matters.record_consent(house.db, matter_id, user.name, given, note)
        audit.record(house.db, user.name, "consent.record", matter_id, {"given": given})
    return present_matter(matters.find_matter(house.db, matter_id), content=True)


def add_user(house: House, user: User, name: str, role: str, password: str, display_name: str = "") -> dict[str, Any]:
    """Add a user with a role and a first password (at least ten characters)."""
    check(house.db, user, "user.add")
    with house.db.session():
        people.add_user(house.db, name, role, password, display_name)
        audit.record(house.db, user.name, "user.add", name, {"role": role})
    return present_user(people.get_user(house.db, name))


def reset_password(house: House, user: User, name: str, password: str) -> dict[str, Any]:
    """Give a user a new password; open logins end and a lock is lifted."""
    check(house.db, user, "user.password")
    with house.db.session():
        people.set_password(house.db, name, password)
        audit.record(house.db, user.name, "user.password", name, {})
    return present_user(people.get_user(house.db, name))


def list_users(house: House, user: User) -> list[dict[str, Any]]:
    """List all users."""
    check(house.db, user, "user.list")
    return [present_user(u) for u in people.list_users(house.db)]


def set_role(house: House, user: User, name: str, role: str) -> dict[str, Any]:
    """Give a user another role; open logins end."""
    check(house.db, user, "user.role")
    with house.db.session():
        people.set_role(house.db, name, role)
        people.end_logins(house.db, name)
        audit.record(house.db, user.name, "user.role", name, {"role": role})
    return present_user(people.get_user(house.db, name))


def disable_user(house: House, user: User, name: str) -> dict[str, Any]:
    """Disable a user; open logins end, what the user did stays."""
    check(house.db, user, "user.disable")
    with house.db.session():
        people.disable_user(house.db, name)
        people.end_logins(house.db, name)
        audit.record(house.db, user.name, "user.disable", name, {})
    return present_user(people.get_user(house.db, name))


def add_member(house: House, user: User, matter_id: str, name: str, reason: str = "") -> dict[str, Any]:
    """Make a user a member of a matter: an attorney of the matter may.

    An admin may only where the matter has no attorney, and only make an attorney its first: with a reason, which is
    sealed and shown to the matter's people, and an entry in the audit log.

    Raises:
        NotAllowed: The user is no attorney of the matter, or it has one and the user is an admin, or the first
            attorney's account, role or password was made by the same admin within seven days.
        RefusedInput: An admin gave no reason, or named somebody who is no attorney.
    """
    own = may(user.role, "member.add") and people.is_member(house.db, user.name, matter_id)
    broken = may(user.role, "member.break_glass") and not own
    check(house.db, user, "member.break_glass" if broken else "member.add", matter_id)
    member = people.get_user(house.db, name)
    if broken:
        _check_glass(house, user, member, matter_id, reason)
    with house.db.session():
        people.add_member(house.db, member.name, matter_id)
        if broken:
            notices.add_notice(house.db, matter_id, "member.break_glass", member.name, user.name, reason)
        audit.record(house.db, user.name, "member.break_glass" if broken else "member.add", matter_id, {"member": name})
    return {"matter_id": matter_id, "member": name}


def _check_glass(house: House, admin: User, member: User, matter_id: str, reason: str) -> None:
    """Let an admin give a matter its first attorney; see `add_member`."""
    if people.attorneys_of(house.db, matter_id):
        raise NotAllowed("This matter has an attorney.", do="Ask an attorney of the matter to add the person.")
    if not reason.strip():
        raise RefusedInput("No reason was given.", do="Say why; the people of the matter will see it.")
    if member.role != "attorney" or member.disabled:
        raise RefusedInput(f"{member.name} is no attorney.", expected="the attorney who takes the matter")
    if admin.role == "admin" and audit.has_acted(
        house.db, admin.name, _ACCOUNT_ACTIONS, member.name, timestamp(-_ACCOUNT_HOURS)
    ):
        raise NotAllowed(
            f"You made the account of {member.name}, its role or its password within the last seven days.",
            do="Have another admin add the person, or wait until the seven days are over.",
        )


def list_notices(house: House, user: User, matter_id: str) -> list[dict[str, Any]]:
    """List what was done to a matter that its people should see, newest first: who, what, when and why."""
    check(house.db, user, "matter.read", matter_id)
    return [
        {"kind": n.kind, "subject": n.subject, "actor": n.actor, "reason": n.reason, "created_at": n.created_at}
        for n in notices.list_notices(house.db, matter_id)
    ]


def set_legal_hold(house: House, user: User, matter_id: str, holds: bool) -> dict[str, Any]:
    """Lay a legal hold on a matter, or lift it: while it lies, nothing of the matter can be erased."""
    check(house.db, user, "hold.set", matter_id)
    with house.db.session():
        matter = matters.set_legal_hold(house.db, matter_id, holds)
        audit.record(house.db, user.name, "hold.set", matter_id, {"holds": holds})
    return present_matter(matter, content=True)


def rotate_keys(house: House, user: User) -> dict[str, Any]:
    """Make a new master key and wrap every matter's key by it; the old one is kept for backups made before."""
    from assistant.store.rotation import rotate_master_key

    check(house.db, user, "keys.rotate")
    done = rotate_master_key(house.db, user.name)
    return {
        "matters": done.matters,
        "old_key": str(done.old_key),
        "do": "Move the old key to where the backups' keys are kept, or delete it once no backup needs it.",
    }


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


_NAME_A_SECOND = "Name another attorney of the matter as the second."
_ACCOUNT_ACTIONS = ("user.add", "user.password", "user.role")
_ACCOUNT_HOURS = 7 * 24.0


def _check_second(house: House, first: User, second: User, matter_id: str) -> None:
    """Let only an attorney of the matter confirm an erasure, whose account is not one that the first person holds.

    Raises:
        NotAllowed: The second is no attorney of the matter, or the first made the account or its password of late.
    """
    if second.role != "attorney" or not people.is_member(house.db, second.name, matter_id):
        raise NotAllowed(f"{second.name} is no attorney of this matter.", do=_NAME_A_SECOND)
    since = timestamp(-_ACCOUNT_HOURS)
    if audit.has_acted(house.db, first.name, _ACCOUNT_ACTIONS, second.name, since):
        raise NotAllowed(
            f"You made the account of {second.name}, its role or its password within the last seven days.",
            expected="a second whose password you do not know",
            do="Name another attorney of the matter, or wait until the seven days are over.",
        )


def erase_matter(house: House, user: User, matter_id: str, second: str, *, password: str = "") -> dict[str, Any]:
    """Erase a matter: its key, its filings, its index; a tombstone stays. It takes two people.

    Args:
        house: The open house.
        user: Who asks.
        matter_id: What to erase.
        second: An attorney who is a member of the matter, who confirms.
        password: The second person's password.

    Raises:
        NotAllowed: The second person is the first, is no attorney of the matter, did not confirm, or has an
            account or a password that the first person made within seven days; or the matter is under a legal hold.
    """
    check(house.db, user, "matter.erase", matter_id)
    if not second:
        raise NotAllowed("Erasure takes two people.", do=_NAME_A_SECOND)
    confirming = people.authenticate(house.db, second, password)
    if confirming.name == user.name:
        raise NotAllowed("Erasure takes two people.", do=_NAME_A_SECOND)
    check(house.db, confirming, "matter.erase", matter_id)
    _check_second(house, user, confirming, matter_id)
    with house.db.session():
        report = matters.erase_matter(house.db, matter_id, user.name, confirming.name)
        counts = {"documents": report.documents, "second": confirming.name}
        audit.record(house.db, user.name, "matter.erase", matter_id, counts)
    house.index.remove_matter(matter_id)
    datasets = forget(house, matters=[matter_id])
    return {
        "matter_id": matter_id,
        "documents": report.documents,
        "datasets": datasets,
        "adapters_due": list(report.adapters_due),
    }
