"""The way through the firm's own sign-on: to the issuer's page and back. The session that begins is ours."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from assistant.errors import CasebriefError, NotAllowed, NotFound
from ui.messages import http_status
from ui.sign_on import PENDING_S, Pending, SignOn, find_person
from ui.web.login import open_session, show_form
from ui.web.render import is_secure, render

router = APIRouter()

BROWSER_COOKIE = "casebrief_sign_on"
BACK = "/sign-on/back"


@router.get("/sign-on")
def begin_sign_on(request: Request) -> Response:
    """Send a browser to the issuer's page, with a cookie that ties the way back to it."""
    sign_on = _pick(request)
    browser = secrets.token_urlsafe(32)
    base = request.app.state.house.settings.public_url or str(request.base_url)
    try:
        answer = RedirectResponse(sign_on.begin(browser, base.rstrip("/") + BACK), status_code=303)
    except CasebriefError as error:
        return show_form(request, status=http_status(error), error=error.what, do=error.do or "")
    # Lax: the issuer's page is another site's, and it is from there that the browser comes back.
    answer.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=int(PENDING_S),
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path="/sign-on",
    )
    return answer


@router.get(BACK)
def finish_sign_on(request: Request, state: str = "", code: str = "", iss: str = "") -> Response:
    """Take a browser back from the issuer: open a session for the person, or say in a sentence why not.

    The page goes on to the first screen by itself. It cannot be a redirect: browsers keep the session's cookie from a
    request that another site's page began.
    """
    sign_on = _pick(request)
    try:
        begun = sign_on.take(request.cookies.get(BROWSER_COOKIE, ""), state)
        user = _admit(request, sign_on, begun, code, iss)
        answer: Response = render(request, "signed_on.html")
        open_session(request, user, answer, "sign-on")
    except CasebriefError as error:
        answer = show_form(request, status=http_status(error), error=error.what, do=error.do or "")
    answer.delete_cookie(BROWSER_COOKIE, path="/sign-on")
    return answer


def _admit(request: Request, sign_on: SignOn, begun: Pending, code: str, issuer: str) -> Any:
    """Give the person whom the issuer vouches for; a refusal stands in the audit log."""
    from assistant.store import audit

    db = request.app.state.house.db
    try:
        return find_person(db, sign_on.redeem(begun, code, issuer), sign_on.claim)
    except NotAllowed:
        audit.record(db, "", "login.refused", "", {"by": "sign-on"})
        raise


def _pick(request: Request) -> SignOn:
    """Give the client of the issuer; where none is set there is nothing at this address (NotFound)."""
    sign_on: SignOn | None = request.app.state.sign_on
    if sign_on is None:
        raise NotFound("There is nothing at this address.", do="Log in by name and password.")
    return sign_on
