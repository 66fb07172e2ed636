"""People, their logins, and which matters they work on or are walled off from."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Row, bindparam, delete, func, select
from sqlalchemy.orm import Session

from assistant.errors import Conflict, NotAllowed, NotFound, WrongUsage
from assistant.store.database import Database, timestamp
from assistant.store.standing import find_standing
from assistant.store.tables import LoginRow, MatterRow, MembershipRow, UserRow, WallRow
from assistant.store.vault import open_vault

Role = Literal["paralegal", "attorney", "admin"]
ROLES: tuple[Role, ...] = ("paralegal", "attorney", "admin")
MAX_ATTEMPTS = 5
"""Wrong passwords in a row after which an account is locked."""
LOCK_HOURS = 0.25
"""How long an account stays locked."""
MIN_PASSWORD = 10
"""Least characters of a password."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_USER = (UserRow.name, UserRow.display_name, UserRow.role, UserRow.disabled, UserRow.password_by)
_LOGIN = (
    select(LoginRow.expires_at, LoginRow.created_at, *_USER)
    .join(UserRow, UserRow.name == LoginRow.user)
    .where(LoginRow.token_hash == bindparam("token_hash"))
)
_MATTERS = (
    select(MembershipRow.matter_id)
    .where(MembershipRow.user == bindparam("name"), MembershipRow.suspended_by == "")
    .where(MembershipRow.matter_id.not_in(select(WallRow.matter_id).where(WallRow.user == bindparam("name"))))
    .order_by(MembershipRow.created_at, MembershipRow.matter_id)
)
_HASHER = PasswordHasher()
_HASHING = threading.BoundedSemaphore(os.cpu_count() or 1)  # each check takes 64 MiB: a morning's logins wait in line


@dataclass(frozen=True, slots=True)
class User:
    """A person: `name` identifies, `display_name` is shown; `password_by` is who else chose the password, or ""."""

    name: str
    display_name: str
    role: Role
    disabled: bool
    password_by: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person on a matter since a time (ISO 8601 UTC); `suspended_by` is who set the password since, or ""."""

    user: User
    since: str
    suspended_by: str


@dataclass(frozen=True, slots=True)
class Login:
    """A live session of the web app; `since` and `expires_at` are ISO 8601 UTC."""

    user: User
    csrf: str
    expires_at: str
    since: str


def add_user(db: Database, name: str, role: str, password: str, display_name: str = "", by: str = "") -> User:
    """Add a person; `by` is the user name of who chose the password, where it is somebody else.

    Raises:
        WrongUsage: Name, role or password are not of the expected form.
        Conflict: The name is taken.
    """
    if not _NAME.fullmatch(name):
        raise WrongUsage(
            "The user name is malformed.", expected="1 to 64 letters, digits, dots, hyphens, underscores or @"
        )
    hashed = _hash_password(password)
    with db.session() as session:
        if session.get(UserRow, name):
            raise Conflict(f"There is a user {name} already.", do="Choose another name.")
        row = UserRow(
            name=name,
            display_name=display_name or name,
            role=_check_role(role),
            password_hash=hashed,
            disabled=False,
            password_by=by if by != name else "",
            created_at=timestamp(),
        )
        session.add(row)
        return _user(row)


def authenticate(db: Database, name: str, password: str) -> User:
    """Check a password; every way to fail takes the same time and says the same.

    An attempt is counted before the password is looked at, so that attempts side by side count too.

    Raises:
        NotAllowed: Unknown or disabled user, wrong password, or locked for 15 minutes after 5 failures.
    """
    with db.session() as session:
        row = session.get(UserRow, name)
        stored = row.password_hash if row else _decoy_hash()
        open_now = row is not None and not row.disabled and row.locked_until <= timestamp()
        if row is not None and open_now:
            row.attempts += 1
            if row.attempts >= MAX_ATTEMPTS:
                row.locked_until = timestamp(LOCK_HOURS)
                row.attempts = 0
    try:
        with _HASHING:
            right: bool = _HASHER.verify(stored, password)
            renewed = _HASHER.hash(password) if open_now and _HASHER.check_needs_rehash(stored) else stored
    except VerificationError:
        right = False
    if not (right and open_now):
        raise NotAllowed(
            "The name or the password is wrong, or the account is locked for a while.",
            do="Check both; after five failures wait 15 minutes or ask an admin.",
        )
    with db.session() as session:
        row = session.get_one(UserRow, name)
        row.attempts, row.locked_until = 0, ""
        row.password_hash = renewed if row.password_hash == stored else row.password_hash  # another, chosen meanwhile
        return _user(row)


def set_password(db: Database, name: str, password: str, by: str = "") -> tuple[str, ...]:
    """Give a person a new password, end the logins and lift a lock.

    Where somebody else (`by`, a user name) chose it, the person's memberships rest until they are confirmed by
    `add_member`: whoever knows the password must not open the matters by it.

    Returns:
        The ids of the matters whose membership rests because of it.

    Raises:
        NotFound: There is no such user.
        WrongUsage: The password is too short.
    """
    hashed = _hash_password(password)
    with db.session() as session:
        row = _user_row(session, name)
        row.password_hash, row.attempts, row.locked_until = hashed, 0, ""
        row.password_by = by if by != name else ""
        session.execute(delete(LoginRow).where(LoginRow.user == name))
        mine = session.scalars(select(MembershipRow).where(MembershipRow.user == name)).all()
        for membership in mine if row.password_by else ():
            membership.suspended_by = by
        return tuple(sorted(membership.matter_id for membership in mine)) if row.password_by else ()


def list_users(db: Database) -> tuple[User, ...]:
    """List all people by name, disabled ones too."""
    with db.reading() as session:
        return tuple(_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.name)))


def get_user(db: Database, name: str) -> User:
    """Give a person by name.

    Raises:
        NotFound: There is no such user.
    """
    with db.reading() as session:
        return _user(_user_row(session, name))


def set_role(db: Database, name: str, role: str) -> User:
    """Change a person's role; it holds from the next request on.

    Raises:
        NotFound: There is no such user.
        WrongUsage: There is no such role.
        Conflict: It would leave no admin.
    """
    with db.session() as session:
        row = _user_row(session, name)
        if role != "admin":
            _keep_an_admin(session, row)
        row.role = _check_role(role)
        return _user(row)


def disable_user(db: Database, name: str, disabled: bool = True) -> User:
    """Shut a person out and end the logins, or let back in.

    Raises:
        NotFound: There is no such user.
        Conflict: It would leave no admin.
    """
    with db.session() as session:
        row = _user_row(session, name)
        if disabled:
            _keep_an_admin(session, row)
            session.execute(delete(LoginRow).where(LoginRow.user == name))
        row.disabled = disabled
        return _user(row)


def create_login(db: Database, user: User | str, hours: float) -> tuple[str, str]:
    """Begin a session of `hours`; give its secret token (for the cookie) and its CSRF token."""
    token = secrets.token_urlsafe(32)
    now = timestamp()
    with db.session() as session:
        session.execute(delete(LoginRow).where(LoginRow.expires_at <= now))
        session.add(
            LoginRow(token_hash=_hash_token(token), user=_name_of(user), created_at=now, expires_at=timestamp(hours))
        )
    return token, _csrf_of(token)


def find_login(db: Database, token: str) -> Login | None:
    """Give the session that a token belongs to, or None where it ended or its user is disabled."""
    row = db.look_up(_LOGIN, token_hash=_hash_token(token))
    if row is None or row.disabled or row.expires_at <= timestamp():
        return None
    return Login(_user(row), _csrf_of(token), row.expires_at, row.created_at)


def end_logins(db: Database, user: User | str, token: str | None = None) -> int:
    """End all sessions of a person, or only the one of `token`; give how many."""
    ending = delete(LoginRow).where(LoginRow.user == _name_of(user))
    if token is not None:
        ending = ending.where(LoginRow.token_hash == _hash_token(token))
    with db.session() as session:
        return len(session.scalars(ending.returning(LoginRow.token_hash)).all())


def add_member(db: Database, user: User | str, matter_id: str) -> None:
    """Let a person work on a matter, or confirm a membership that rests.

    Raises:
        NotFound: There is no such user or matter.
        Conflict: The person is walled off from it, or has not chosen a password since somebody else did.
    """
    with db.session() as session:
        _check_both(session, _name_of(user), matter_id)
        if session.get(WallRow, (_name_of(user), matter_id)):
            raise Conflict(
                f"{_name_of(user)} is walled off from {matter_id}.", do="Lift the wall first, if it may be lifted."
            )
        row = session.get(MembershipRow, (_name_of(user), matter_id))
        if row is None:
            session.add(MembershipRow(user=_name_of(user), matter_id=matter_id, created_at=timestamp()))
        elif row.suspended_by:
            if session.get_one(UserRow, row.user).password_by:
                raise Conflict(
                    f"{row.user} has not chosen a password since {row.suspended_by} set one.",
                    do="Have the person log in and change it, and confirm again when they tell you so themselves.",
                )
            row.suspended_by = ""


def remove_member(db: Database, user: User | str, matter_id: str) -> None:
    """Take a person off a matter; nothing happens where the person was not on it."""
    with db.session() as session:
        row = session.get(MembershipRow, (_name_of(user), matter_id))
        if row:
            session.delete(row)


def is_member(db: Database, user: User | str, matter_id: str) -> bool:
    """Tell whether a person works on a matter, is not walled off from it, and the membership does not rest."""
    return find_standing(db, _name_of(user), matter_id)[1]


def matters_of(db: Database, user: User | str) -> tuple[str, ...]:
    """Give the ids of the matters that a person works on, as `is_member` tells."""
    return tuple(row.matter_id for row in db.look_up_all(_MATTERS, name=_name_of(user)))


def members_of(db: Database, matter_id: str) -> tuple[Member, ...]:
    """List the people of a matter by name, also those whose membership rests."""
    mine = select(UserRow, MembershipRow).join(MembershipRow, MembershipRow.user == UserRow.name)
    with db.reading() as session:
        rows = session.execute(mine.where(MembershipRow.matter_id == matter_id).order_by(UserRow.name))
        return tuple(Member(_user(user), row.created_at, row.suspended_by) for user, row in rows)


def walled_from(db: Database, matter_id: str) -> tuple[tuple[User, str], ...]:
    """List who is walled off from a matter, and since when (ISO 8601 UTC)."""
    mine = select(UserRow, WallRow.created_at).join(WallRow, WallRow.user == UserRow.name)
    with db.reading() as session:
        rows = session.execute(mine.where(WallRow.matter_id == matter_id).order_by(UserRow.name))
        return tuple((_user(user), since) for user, since in rows)


def attorneys_of(db: Database, matter_id: str) -> tuple[User, ...]:
    """List the attorneys who work on a matter: not disabled, not walled off, the membership not at rest."""
    walled = select(WallRow.user).where(WallRow.matter_id == matter_id)
    mine = (
        select(UserRow)
        .join(MembershipRow, MembershipRow.user == UserRow.name)
        .where(
            MembershipRow.matter_id == matter_id,
            MembershipRow.suspended_by == "",
            UserRow.role == "attorney",
            UserRow.disabled.is_(False),
            UserRow.name.not_in(walled),
        )
    )
    with db.reading() as session:
        return tuple(_user(row) for row in session.scalars(mine.order_by(UserRow.name)))


def add_wall(db: Database, user: User | str, matter_id: str, actor: str, reason: str) -> None:
    """Wall a person off from a matter and take them off it; the reason is sealed with the matter.

    Raises:
        NotFound: There is no such user or matter.
    """
    sealed = open_vault(db, matter_id).seal(reason.encode(), f"wall|{_name_of(user)}")
    with db.session() as session:
        _check_both(session, _name_of(user), matter_id)
        session.merge(
            WallRow(
                user=_name_of(user),
                matter_id=matter_id,
                sealed_reason=sealed,
                created_by=actor,
                created_at=timestamp(),
            )
        )
    remove_member(db, user, matter_id)


def remove_wall(db: Database, user: User | str, matter_id: str) -> None:
    """Lift a wall; membership does not come back by itself."""
    with db.session() as session:
        row = session.get(WallRow, (_name_of(user), matter_id))
        if row:
            session.delete(row)


def walls_of(db: Database, user: User | str) -> tuple[str, ...]:
    """Give the ids of the matters that a person is walled off from."""
    with db.reading() as session:
        return tuple(session.scalars(select(WallRow.matter_id).where(WallRow.user == _name_of(user))))


def _user(row: UserRow | Row[Any]) -> User:
    return User(row.name, row.display_name, cast(Role, row.role), row.disabled, row.password_by)


def _name_of(user: User | str) -> str:
    return user if isinstance(user, str) else user.name


def _user_row(session: Session, name: str) -> UserRow:
    row = session.get(UserRow, name)
    if row is None:
        raise NotFound(f"There is no user {name}.", do="List the users with: casebrief users list.")
    return row


def _check_both(session: Session, name: str, matter_id: str) -> None:
    _user_row(session, name)
    if session.get(MatterRow, matter_id) is None:
        raise NotFound(f"There is no matter {matter_id}.", do="List the matters and use one of their ids.")


def _check_role(role: str) -> Role:
    if role not in ROLES:
        raise WrongUsage(f"There is no role {role!r}.", expected="one of " + ", ".join(ROLES))
    return cast(Role, role)


def _keep_an_admin(session: Session, row: UserRow) -> None:
    others = select(func.count()).where(UserRow.role == "admin", UserRow.disabled.is_(False), UserRow.name != row.name)
    if row.role == "admin" and not row.disabled and not session.scalar(others):
        raise Conflict(f"{row.name} is the last admin.", do="Make someone else an admin first.")


def _hash_password(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise WrongUsage("The password is too short.", expected=f"at least {MIN_PASSWORD} characters")
    return _HASHER.hash(password)


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    """Give a hash that no password opens, so that an unknown user costs as much time as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _csrf_of(token: str) -> str:
    """Derive the CSRF token, which pages may show, from the session's secret, which they may not."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()
