"""The gate before every route: who comes, from which page, and which headers go back.

Nothing is reachable without a login but the names in `PUBLIC`. A changing request carries the login's CSRF
token in a header and comes from our own pages. The Gradio screens are refused to everybody but admins here,
before Gradio sees the request, because several of its routes ask for no login of their own.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response

from assistant.errors import CasebriefError, NotAllowed
from ui.web.gradio_gate import SessionBindings, admit_gradio, allow_own_scripts, is_gradio, names_gradio_asset
from ui.web.render import static_folder

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AnswerFault = Callable[[Request, Exception], Response]

SESSION_COOKIE = "casebrief_session"
PUBLIC = ("/login", "/sign-on", "/sign-on/back", "/health", "/favicon.ico")
PUBLIC_FOLDERS = ("/static/", "/local/", "/first/")
SAFE_METHODS = ("GET", "HEAD")
MAX_SEEN = 4096
ALLOWED_METHODS = (*SAFE_METHODS, "POST", "DELETE")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


@dataclass
class SentState:
    """Whether a response has begun, so that a late fault does not begin a second one."""

    started: bool = False

    def watch(self, send: Send) -> Send:
        """Wrap `send` to note the beginning."""

        async def watched(message: MutableMapping[str, Any]) -> None:
            self.started = True
            await send(message)

        return watched


@dataclass
class Presence:
    """When each login last did something itself; polling does not count.

    Attributes:
        idle_s: Seconds without an action after which a login ends.
        seen: Hash of the login's token to seconds of the monotonic clock.
    """

    idle_s: float
    seen: dict[str, float] = field(default_factory=dict)

    def touch(self, token: str, *, background: bool) -> bool:
        """Note a request; False where the login had been idle too long.

        Args:
            token: The login's token; only its hash is kept.
            background: True for polling, which must not keep an abandoned screen open.

        Returns:
            True where the login goes on.
        """
        key = hashlib.sha256(token.encode()).hexdigest()
        now = time.monotonic()
        if now - self.seen.get(key, now) > self.idle_s:
            return False
        if len(self.seen) > MAX_SEEN:
            self.seen = {k: at for k, at in self.seen.items() if now - at <= self.idle_s}
        if not background or key not in self.seen:
            self.seen[key] = now
        return True

    def forget(self, token: str) -> None:
        """Drop what is known of a login that has ended."""
        self.seen.pop(hashlib.sha256(token.encode()).hexdigest(), None)


class Gate:
    """ASGI middleware: login, origin, CSRF, security headers, and the admins' door before Gradio."""

    def __init__(self, app: Any, house: Any, idle_s: float, answer_fault: AnswerFault) -> None:
        self.app = app
        self.house = house
        self.answer_fault = answer_fault
        self.presence = Presence(idle_s)
        self.bindings = SessionBindings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit or refuse one connection; web sockets are refused, no screen uses them."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, guard_send(scope["path"], send))
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        refusal = refuse_method(scope["method"], headers, scope["path"])
        if refusal is None and not is_public(scope["path"]):
            refusal = await self._identify(scope, headers)
        if refusal is None and is_gradio(scope["path"]):
            receive, refusal = await admit_gradio(scope, receive, self.bindings)
        if refusal is None and is_gradio(scope["path"]):
            send = allow_own_scripts(scope, send)
        sent = SentState()
        try:
            await (refusal or self.app)(scope, receive, sent.watch(send))
        except Exception as error:
            # Nothing may pass on to the server: it would log the message, which may hold a client's words.
            answer = self.answer_fault(Request(scope), error)
            if not sent.started:
                await answer(scope, receive, send)

    async def _identify(self, scope: Scope, headers: Headers) -> Response | None:
        """Put the login into the request's state, or give the refusal."""
        token = cookie_parser(headers.get("cookie", "")).get(SESSION_COOKIE, "")
        # Not in a thread: it is one statement, and two changes of threads cost a busy server more.
        login = find_login(self.house.db, token) if token else None
        # The Gradio screens poll by themselves, and a poll looks like a click: only opening one counts as an action.
        background = "x-background" in headers or (is_gradio(scope["path"]) and "/gradio_api/" in scope["path"])
        if login is None or not self.presence.touch(token, background=background):
            if login is not None:
                self.presence.forget(token)
                await to_thread.run_sync(end_login, self.house.db, login, token)
            return ask_for_login(scope, headers)
        scope.setdefault("state", {}).update(login=login, token=token)
        unsafe = scope["method"] not in SAFE_METHODS
        if unsafe and not is_gradio(scope["path"]) and not same_token(headers.get("x-csrf-token", ""), login.csrf):
            return refuse(403, "This request does not carry your session's token.", "Reload the page and try again.")
        return None


def guard_send(path: str, send: Send) -> Send:
    """Wrap `send` so that every response carries the security headers and says how long it may be kept."""

    async def guarded(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
            headers["Cache-Control"] = choose_keeping(path, message["status"])
        await send(message)

    return guarded


def choose_keeping(path: str, status: int) -> str:
    """Say how long a browser may keep an answer: what holds content nowhere, files named by their content for good."""
    if status == 200 and (path.startswith(static_folder() + "/") or names_gradio_asset(path)):
        return "private, max-age=31536000, immutable"
    return "no-cache" if path.startswith("/static/") else "no-store"


def is_public(path: str) -> bool:
    """Tell whether a path may be asked for without a login."""
    return path in PUBLIC or path.startswith(PUBLIC_FOLDERS)


def refuse_method(method: str, headers: Headers, path: str) -> Response | None:
    """Refuse methods we do not use, and changing requests that come from somebody else's page."""
    if method not in ALLOWED_METHODS:
        return refuse(405, f"{method} is not used here.")
    if method in SAFE_METHODS or path.startswith("/local/"):
        return None
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    foreign = site not in (None, "same-origin") or (
        origin is not None and urlsplit(origin).netloc != headers.get("host")
    )
    return refuse(403, "This request came from another site.") if foreign else None


def refuse(status: int, message: str, do: str = "") -> JSONResponse:
    """Build a refusal in the form that all routes use."""
    return JSONResponse({"error": message, "do": do}, status_code=status)


def ask_for_login(scope: Scope, headers: Headers) -> Response:
    """Send a person to the login page, and a script an answer it can read."""
    wants_page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
    if wants_page:
        target = RedirectResponse("/login", status_code=303)
        target.delete_cookie(SESSION_COOKIE)
        return target
    return refuse(401, "You are not logged in, or your session has ended.", "Log in again.")


def same_token(given: str, expected: str) -> bool:
    """Compare two tokens in constant time; an empty one never matches."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def find_login(db: Any, token: str) -> Any:
    """Look a login up by its token; None where there is none, it ended or its user is disabled."""
    from assistant.store import people

    try:
        return people.find_login(db, token)
    except CasebriefError:
        return None


def end_login(db: Any, login: Any, token: str) -> None:
    """End this one session."""
    from assistant.store import people

    people.end_logins(db, login.user, token)


def require_role(user: Any, *roles: str) -> None:
    """Refuse a screen (NotAllowed) to whoever has none of `roles`; the actions check again, per matter."""
    if user.role not in roles:
        raise NotAllowed("This screen is not part of your role.", do="Ask an administrator if you need it.")
