"""The login screen: a name, a password, and what to do when it does not work."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from assistant.errors import CasebriefError, WrongUsage
from ui.web.access import SESSION_COOKIE, same_token
from ui.web.render import render

router = APIRouter()

FORM_COOKIE = "casebrief_form"
MAX_FORM = 8 * 1024


@router.get("/login")
def show_login(request: Request) -> Response:
    """Show the form, with a token that ties it to this browser."""
    return _show_form(request)


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Check name and password; on success open a session and go to the first screen."""
    form = await _read_form(request)
    if not same_token(form.get("form_token", ""), request.cookies.get(FORM_COOKIE, "")):
        return _show_form(request, status=403, error="This page was open too long.", do="Log in again.")
    return await run_in_threadpool(_open_session, request, form)


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End the person's sessions everywhere."""
    from assistant.store import people

    people.end_logins(request.app.state.house.db, request.state.login.user)
    answer = JSONResponse({"next": "/login"})
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def _open_session(request: Request, form: dict[str, str]) -> Response:
    from assistant.store import people

    house = request.app.state.house
    name = form.get("name", "").strip()
    try:
        user = people.authenticate(house.db, name, form.get("password", ""))
        token, _ = people.create_login(house.db, user, house.settings.session_hours)
    except CasebriefError as error:
        return _show_form(request, status=403, name=name, error=error.what, do=error.do or "")
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(house.settings.session_hours * 3600),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    answer.delete_cookie(FORM_COOKIE, path="/login")
    return answer


def _show_form(request: Request, status: int = 200, name: str = "", error: str = "", do: str = "") -> Response:
    token = secrets.token_urlsafe(24)
    page = render(request, "login.html", status=status, name=name, error=error, do=do, form_token=token)
    secure = request.url.scheme == "https"
    page.set_cookie(FORM_COOKIE, token, max_age=3600, httponly=True, samesite="strict", secure=secure, path="/login")
    return page


async def _read_form(request: Request) -> dict[str, str]:
    """Read the small form by hand: no file can come in, and nothing is spooled to a disk.

    Raises:
        WrongUsage: The form is larger than a name and a password.
    """
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
    return {"name": login.user.name, "role": login.user.role, "csrf": login.csrf}
