"""The first account, by a link that the server prints while there is none: who can read its console may use it once.

The link's secret is kept in memory only and made anew at every start; it is void as soon as an account exists, also
one that was made from the shell meanwhile.
"""

from __future__ import annotations

import hashlib
import secrets
import threading

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assistant.errors import CasebriefError
from ui.web.access import same_token
from ui.web.login import FORM_COOKIE, begin_session, read_form, show_form
from ui.web.render import is_secure, render

router = APIRouter()


class FirstLink:
    """The secret of the link, as a hash; one request at a time may use it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._hash = ""

    def make(self) -> str:
        """Make a new secret, which voids the one before, and give it."""
        secret = secrets.token_urlsafe(32)
        self._hash = _hash(secret)
        return secret

    def fits(self, secret: str) -> bool:
        """Tell whether a secret is the present one."""
        return bool(self._hash) and secrets.compare_digest(self._hash, _hash(secret))

    def end(self) -> None:
        """Void it."""
        self._hash = ""


def offer_first_link(app: FastAPI) -> str:
    """Give the path of the link that makes the first account, or "" where there is an account."""
    return "" if _has_account(app) else f"/first/{app.state.first_link.make()}"


@router.get("/first/{secret}")
def show_first(request: Request, secret: str) -> Response:
    """Show the form for the first account."""
    if not _serves(request, secret):
        return _say_void(request)
    return _show_form(request, secret)


@router.post("/first/{secret}")
async def make_first(request: Request, secret: str) -> Response:
    """Make the first account, an administrator's, and log it in."""
    form = await read_form(request)
    if not _serves(request, secret):
        return _say_void(request)
    if not same_token(form.get("form_token", ""), request.cookies.get(FORM_COOKIE, "")):
        return _show_form(request, secret, status=403, error="This page was open too long.", do="Fill it in again.")
    return await run_in_threadpool(_make, request, secret, form)


def _make(request: Request, secret: str, form: dict[str, str]) -> Response:
    from assistant.store import audit, people

    db, link = request.app.state.house.db, request.app.state.first_link
    name, shown = form.get("name", "").strip(), form.get("display_name", "").strip()
    password, again = form.get("password", ""), form.get("again", "")
    if password != again:
        return _show_form(request, secret, 400, name, shown, "The two passwords differ.", "Type it twice again.")
    with link.lock:
        if not _serves(request, secret):
            return _say_void(request)
        try:
            with db.session():
                user = people.add_user(db, name, "admin", password, shown)
                audit.record(db, name, "user.first", name, {"role": "admin"})
        except CasebriefError as error:
            do = error.do or (f"Choose {error.expected}." if error.expected else "")
            return _show_form(request, secret, 400, name, shown, error.what, do)
        link.end()
    return begin_session(request, user)


def _serves(request: Request, secret: str) -> bool:
    """Tell whether a secret is the present one and there is no account yet."""
    return request.app.state.first_link.fits(secret) and not _has_account(request.app)


def _say_void(request: Request) -> Response:
    do = "Log in, or start Casebrief again for a new one."
    return show_form(request, status=404, error="This link was used or is out of date.", do=do)


def _has_account(app: FastAPI) -> bool:
    from assistant.store import people

    return bool(people.list_users(app.state.house.db))


def _show_form(
    request: Request, secret: str, status: int = 200, name: str = "", shown: str = "", error: str = "", do: str = ""
) -> Response:
    token = secrets.token_urlsafe(24)
    values = {"secret": secret, "name": name, "shown": shown, "error": error, "do": do, "form_token": token}
    page = render(request, "first.html", status=status, **values)
    secure = is_secure(request)
    page.set_cookie(FORM_COOKIE, token, max_age=3600, httponly=True, samesite="strict", secure=secure, path="/first")
    return page


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
