"""The login screen: a name, a password, and what to do when it does not work."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from assistant.errors import CasebriefError, NotAllowed, NotFound, WrongUsage
from ui.messages import http_status
from ui.sign_on import may_use_password
from ui.web.access import SESSION_COOKIE, same_token
from ui.web.render import is_secure, render

router = APIRouter()

FORM_COOKIE = "casebrief_form"
MAX_FORM = 8 * 1024
_THREADS = CapacityLimiter(8)
"""For logins alone: they wait in line for the check of their password, and must not take all others' threads."""


@router.get("/login")
def show_login(request: Request) -> Response:
    """Show the form, with a token that ties it to this browser."""
    return show_form(request)


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Check name and password; on success open a session and go to the first screen."""
    form = await read_form(request)
    if not same_token(form.get("form_token", ""), request.cookies.get(FORM_COOKIE, "")):
        return show_form(request, status=403, error="This page was open too long.", do="Log in again.")
    return await to_thread.run_sync(_open_session, request, form, limiter=_THREADS)


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End the person's sessions everywhere."""
    from assistant.store import audit, people

    db, user = request.app.state.house.db, request.state.login.user
    people.end_logins(db, user)
    audit.record(db, user.name, "login.end", user.name)
    answer = JSONResponse({"next": "/login"})
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def _open_session(request: Request, form: dict[str, str]) -> Response:
    from assistant.store import people

    house = request.app.state.house
    name = form.get("name", "").strip()
    try:
        user = people.authenticate(house.db, name, form.get("password", ""))
        if not may_use_password(house.settings, user.role):
            raise NotAllowed("Your role does not log in by password here.", do="Sign in with your firm's account.")
        return begin_session(request, user)
    except CasebriefError as error:
        if isinstance(error, NotAllowed):  # a busy store is no wrong password
            _record_failure(house.db, name)
        return show_form(request, status=http_status(error), name=name, error=error.what, do=error.do or "")


def begin_session(request: Request, user: Any) -> Response:
    """Open a session for a person who has shown who they are, and send them to their first screen."""
    answer = RedirectResponse("/", status_code=303)
    open_session(request, user, answer, "password")
    answer.delete_cookie(FORM_COOKIE, path="/login")
    return answer


def open_session(request: Request, user: Any, answer: Response, how: str) -> None:
    """Open a session for a person and put its cookie on an answer; `how` they showed who they are is recorded."""
    from assistant.store import audit, people

    house = request.app.state.house
    with house.db.session():
        token, _ = people.create_login(house.db, user, house.settings.session_hours)
        audit.record(house.db, user.name, "login.begin", user.name, {"by": how})
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(house.settings.session_hours * 3600),
        httponly=True,
        samesite="strict",
        secure=is_secure(request),
        path="/",
    )


def _record_failure(db: Any, name: str) -> None:
    """Record a failed login of an account that exists; another name may be a password in the wrong field."""
    from assistant.store import audit, people

    with suppress(NotFound):
        audit.record(db, "", "login.refused", people.get_user(db, name).name)


def show_form(request: Request, status: int = 200, name: str = "", error: str = "", do: str = "") -> Response:
    """Show the form, with a sentence on what went wrong and what to do."""
    token = secrets.token_urlsafe(24)
    settings = request.app.state.house.settings
    page = render(
        request,
        "login.html",
        status=status,
        name=name,
        error=error,
        do=do,
        form_token=token,
        nobody=_has_nobody(request),
        sign_on=request.app.state.sign_on is not None,
        passwords=settings.local_login if settings.oidc_issuer else "everybody",
    )
    secure = is_secure(request)
    page.set_cookie(FORM_COOKIE, token, max_age=3600, httponly=True, samesite="strict", secure=secure, path="/login")
    return page


def _has_nobody(request: Request) -> bool:
    """Tell whether no account exists yet, so that the page can say how the first one is made."""
    from assistant.store import people

    return not people.list_users(request.app.state.house.db)


async def read_form(request: Request) -> dict[str, str]:
    """Read the small form by hand (WrongUsage where it is large): no file can come in, nothing is spooled to a disk."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise WrongUsage("The form is too large.")
    fields: dict[str, Any] = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {key: values[0] for key, values in fields.items()}


@router.get("/api/me")
def get_me(request: Request) -> dict[str, str]:
    """Give the person's name and role, and the token for the changes that a Gradio screen makes beside Gradio."""
    login = request.state.login
    user = login.user
    return {"name": user.name, "display_name": user.display_name, "role": user.role, "csrf": login.csrf}
