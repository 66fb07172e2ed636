"""People, matters, consent, keys, erasure."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput, WrongUsage
from assistant.store import audit, matters, notices, people
from assistant.store.matters import Matter
from assistant.store.people import User
from assistant.store.standing import list_busy
from assistant.store.vault import hold_master_key
from ui.permits import OWNER, check, may
from ui.two_people import check_quiet, check_settled, check_two_people
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
    """Give a user as JSON; `own_password` is False where somebody else chose the password."""
    return {
        "name": user.name,
        "display_name": user.display_name,
        "role": user.role,
        "disabled": user.disabled,
        "own_password": not user.password_by,
    }


def list_matters(house: House, user: User) -> list[dict[str, Any]]:
    """List the user's matters; an admin sees all of them, by id, without names and with the number of attorneys."""
    check(house.db, user, "matter.list")
    mine = people.matters_of(house.db, user.name)
    content = may(user.role, "matter.read")
    if may(user.role, "user.list"):
        every = matters.list_matters(house.db, None)
        attorneys = {m.matter_id: len(people.attorneys_of(house.db, m.matter_id)) for m in every}
        shown = [present_matter(m, content=content and m.matter_id in mine) for m in every]
        return [m | {"attorneys": attorneys[m["matter_id"]]} for m in shown]
    # Every page asks for it: only the person's matters are unsealed, however many the firm has.
    return [present_matter(m, content=content) for m in matters.list_matters(house.db, mine)]


def list_busy_matters(house: House, user: User) -> list[dict[str, Any]]:
    """List those of the user's matters in which a filing is being read or a grid runs; nearly always none."""
    check(house.db, user, "matter.list")
    busy = list_busy(house.db, user.name) if may(user.role, "matter.read") else ()
    return [m for m in list_matters(house, user) if m["matter_id"] in busy] if busy else []


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
    """Add a user with a role and a first password (at least ten characters).

    Without one, where the firm's own sign-on is set, nobody knows the account's password: its holder signs on.
    """
    check(house.db, user, "user.add")
    unknown = not password and bool(house.settings.oidc_issuer)
    with house.db.session():
        first, by = (secrets.token_urlsafe(32), name) if unknown else (password, user.name)
        people.add_user(house.db, name, role, first, display_name, by=by)
        audit.record(house.db, user.name, "user.add", name, {"role": role})
    return present_user(people.get_user(house.db, name))


def reset_password(house: House, user: User, name: str, password: str) -> dict[str, Any]:
    """Give a user a new password; open logins end and a lock is lifted.

    Whoever knows another's password must not open the other's matters by it: the user's memberships rest until the
    user has chosen a password and, matter by matter, an attorney of the matter has confirmed by `add_member`. The
    people of each matter are told.
    """
    check(house.db, user, "user.password")
    with house.db.session():
        resting = people.set_password(house.db, name, password, by=user.name)
        for matter_id in resting:
            notices.add_notice(house.db, matter_id, "user.password", name, user.name, "")
        audit.record(house.db, user.name, "user.password", name, {"resting": len(resting)})
    return present_user(people.get_user(house.db, name)) | {"resting": list(resting)}


def change_password(house: House, user: User, old: str, new: str) -> dict[str, Any]:
    """Choose an own password; open logins end.

    Raises:
        NotAllowed: The old one is wrong, or the account is locked after five wrong ones.
        WrongUsage: The new one is too short, or is the old one.
    """
    check(house.db, user, "password.change")
    people.authenticate(house.db, user.name, old)
    if new == old:
        raise WrongUsage("The new password is the old one.", do="Choose one that nobody else knows.")
    with house.db.session():
        people.set_password(house.db, user.name, new, by=user.name)
        audit.record(house.db, user.name, "user.password", user.name, {})
    return present_user(people.get_user(house.db, user.name))


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
    """Make a user a member of a matter, or confirm a membership that rests: an attorney of the matter may.

    An admin may only where the matter has no attorney, and only make an attorney its first: with a reason, which is
    sealed and shown to the matter's people, and an entry in the audit log.

    Raises:
        NotAllowed: The user is no attorney of the matter, or it has one and the user is an admin, or somebody had a
            hand in the first attorney's account or in one of the matter's people within seven days.
        RefusedInput: An admin gave no reason, or named somebody who is no attorney.
        Conflict: The member has not chosen a password since somebody else did, who could sign in by it. The owner of
            the data root may let in a new account all the same, but confirms no membership that rests.
    """
    own = may(user.role, "member.add") and people.is_member(house.db, user.name, matter_id)
    broken = may(user.role, "member.break_glass") and not own
    check(house.db, user, "member.break_glass" if broken else "member.add", matter_id)
    member = people.get_user(house.db, name)
    if broken:
        _check_glass(house, user, member, matter_id, reason)
    elif member.password_by and user.role != OWNER:
        raise Conflict(
            f"{name} has not chosen a password yet: {member.password_by} set it.",
            do="Have the person log in and change it; add them when they tell you so themselves.",
        )
    resting = any(m.user == member and m.suspended_by for m in people.members_of(house.db, matter_id))
    action = "member.break_glass" if broken else "member.confirm" if resting else "member.add"
    with house.db.session():
        people.add_member(house.db, member.name, matter_id)
        if broken:
            notices.add_notice(house.db, matter_id, "member.break_glass", member.name, user.name, reason)
        audit.record(house.db, user.name, action, matter_id, {"member": name})
    return {"matter_id": matter_id, "member": name}


def _check_glass(house: House, admin: User, member: User, matter_id: str, reason: str) -> None:
    """Let an admin give a matter its first attorney; see `add_member`.

    An admin could else clear a matter of its attorneys, by closing their accounts or setting their passwords, and give
    it to an account of their own. The owner of the data root, who holds its keys, need not wait.
    """
    if people.attorneys_of(house.db, matter_id):
        raise NotAllowed("This matter has an attorney.", do="Ask an attorney of the matter to add the person.")
    if not reason.strip():
        raise RefusedInput("No reason was given.", do="Say why; the people of the matter will see it.")
    if member.role != "attorney" or member.disabled:
        raise RefusedInput(f"{member.name} is no attorney.", expected="the attorney who takes the matter")
    if admin.role != OWNER:
        wait = "Wait until the seven days are over, or have the owner of the data root do it from the shell."
        check_settled(house.db, member.name, wait)
        for other in people.members_of(house.db, matter_id):
            check_quiet(house.db, other.user.name, wait)


def list_members(house: House, user: User, matter_id: str) -> dict[str, Any]:
    """List the people of a matter, and who is walled off from it; both with the day since when."""
    check(house.db, user, "matter.read", matter_id)
    members = [
        present_user(m.user) | {"since": m.since, "suspended_by": m.suspended_by}
        for m in people.members_of(house.db, matter_id)
    ]
    walled = [present_user(w) | {"since": since} for w, since in people.walled_from(house.db, matter_id)]
    return {"members": members, "walled": walled, "may_change": may(user.role, "member.remove")}


def remove_member(house: House, user: User, matter_id: str, name: str) -> dict[str, Any]:
    """Take a person off a matter: an attorney of the matter may; its people are told.

    Raises:
        NotFound: The person is not on the matter.
        Conflict: It would leave the matter without an attorney.
    """
    check(house.db, user, "member.remove", matter_id)
    with house.db.session():
        if all(m.user.name != name for m in people.members_of(house.db, matter_id)):
            raise NotFound(f"{name} is not on this matter.", do="Reload the list of its people.")
        if {a.name for a in people.attorneys_of(house.db, matter_id)} == {name}:
            raise Conflict(f"{name} is the last attorney of this matter.", do="Add another attorney first.")
        people.remove_member(house.db, name, matter_id)
        notices.add_notice(house.db, matter_id, "member.remove", name, user.name, "")
        audit.record(house.db, user.name, "member.remove", matter_id, {"member": name})
    return {"matter_id": matter_id, "removed": name}


def set_wall(house: House, user: User, matter_id: str, name: str, reason: str) -> dict[str, Any]:
    """Wall a person off from a matter: no access, nobody can add them, and no adapter that learned from it serves them.

    An attorney of the matter may, or an admin. The reason is sealed with the matter; its people are told who did it.

    Raises:
        RefusedInput: There is no reason.
        NotFound: There is no such person.
        Conflict: It would leave the matter without an attorney, or the person is walled off already.
    """
    check(house.db, user, "wall.set", matter_id)
    if not reason.strip():
        raise RefusedInput("There is no reason for the wall.", expected="a line that says why", do="Say why.")
    with house.db.session():
        if name in {walled.name for walled, _ in people.walled_from(house.db, matter_id)}:
            raise Conflict(f"{name} is walled off from this matter already.")
        if not {a.name for a in people.attorneys_of(house.db, matter_id)} - {name}:  # nobody would be left to see it
            raise Conflict("It would leave no attorney on this matter.", do="Add another attorney first.")
        people.add_wall(house.db, name, matter_id, user.name, reason.strip())
        notices.add_notice(house.db, matter_id, "wall.set", name, user.name, "")
        audit.record(house.db, user.name, "wall.set", matter_id, {"person": name})
    return {"matter_id": matter_id, "walled": name}


def lift_wall(house: House, user: User, matter_id: str, name: str) -> dict[str, Any]:
    """Lift a wall: the person may be added to the matter again, and is not by this.

    Raises:
        NotFound: There is no such wall.
        NotAllowed: It is the person's own wall.
    """
    check(house.db, user, "wall.set", matter_id)
    if name == user.name:
        raise NotAllowed("Nobody lifts a wall of their own.")
    with house.db.session():
        if name not in {walled.name for walled, _ in people.walled_from(house.db, matter_id)}:
            raise NotFound(f"{name} is not walled off from this matter.", do="Reload the list of its people.")
        people.remove_wall(house.db, name, matter_id)
        notices.add_notice(house.db, matter_id, "wall.lift", name, user.name, "")
        audit.record(house.db, user.name, "wall.lift", matter_id, {"person": name})
    return {"matter_id": matter_id, "lifted": name}


def list_notices(house: House, user: User, matter_id: str) -> list[dict[str, Any]]:
    """List what was done to a matter that its people should see, newest first: who, what, when and why."""
    check(house.db, user, "matter.read", matter_id)
    return [
        {"kind": n.kind, "subject": n.subject, "actor": n.actor, "reason": n.reason, "created_at": n.created_at}
        for n in notices.list_notices(house.db, matter_id)
    ]


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


_NAME_A_SECOND = "Name another attorney of the matter as the second."


def erase_matter(house: House, user: User, matter_id: str, second: str, *, password: str = "") -> dict[str, Any]:
    """Erase a matter: its key, its filings, its index; a tombstone stays. It takes two people.

    Args:
        house: The open house.
        user: Who asks.
        matter_id: What to erase.
        second: An attorney who is a member of the matter, who confirms.
        password: The second person's password, or a code that they have made (`ui.actions.retention.make_code`).

    Raises:
        NotAllowed: The two accounts do not count as two people (see `ui.two_people`), the second person did not
            confirm, or the matter is under a legal hold.
    """
    check(house.db, user, "matter.erase", matter_id)
    if not second:
        raise NotAllowed("Erasure takes two people.", do=_NAME_A_SECOND)
    coded = house.second_codes.take(matter_id, second, password)
    confirming = people.get_user(house.db, second) if coded else people.authenticate(house.db, second, password)
    check_two_people(house.db, user, confirming, matter_id)
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
