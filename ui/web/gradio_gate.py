"""What of Gradio may be reached at all: a short list of its routes, for admins, each session bound to its person.

Gradio serves uploads, proxied addresses, cached files and cancellation without asking whose they are. The
screens here need none of these, so everything that is not on the list is refused before Gradio sees it.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

GRADIO_PATHS = ("/rounds", "/insights")
MAX_BODY = 256 * 1024
MAX_BINDINGS = 4096

_READ = re.compile(
    r"^(/?|/config/?|/theme\.css|/manifest\.json|/(assets|static|svelte)/.+"
    r"|/gradio_api/(info/?|app_id/?|startup-events|theme\.css|queue/data|heartbeat/[A-Za-z0-9_-]+))$"
)
_WRITE = re.compile(r"^/gradio_api/(queue/join|cancel|reset/?)$")


class SessionBindings:
    """Which person a Gradio session belongs to: the first who uses it, and nobody after."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()

    def claim(self, session: str, user: str) -> bool:
        """Bind `session` to `user`; False where it is somebody else's."""
        owner = self._owners.setdefault(session, user)
        self._owners.move_to_end(session)
        while len(self._owners) > MAX_BINDINGS:
            self._owners.popitem(last=False)
        return owner == user


def is_gradio(path: str) -> bool:
    """Tell whether a path belongs to one of the Gradio screens."""
    return any(path == base or path.startswith(base + "/") for base in GRADIO_PATHS)


def is_listed(method: str, path: str) -> bool:
    """Tell whether this Gradio route is one that the screens use."""
    inner = path[len(next(base for base in GRADIO_PATHS if path.startswith(base))) :]
    if ".." in inner or "//" in inner:
        return False
    return bool((_READ if method in ("GET", "HEAD") else _WRITE).match(inner))


async def admit_gradio(scope: Scope, receive: Receive, bindings: SessionBindings) -> tuple[Receive, Response | None]:
    """Admit an admin to a listed route with a session of their own; otherwise give the refusal.

    Returns:
        The `receive` to go on with (a body that was read is replayed), and the refusal or None.
    """
    user = scope["state"]["login"].user
    if user.role != "admin":
        return receive, _refuse(403, "Only administrators may open this screen.")
    if not is_listed(scope["method"], scope["path"]):
        return receive, _refuse(404, "There is nothing at this address.")
    sessions = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash", [])
    sessions += re.findall(r"/heartbeat/([A-Za-z0-9_-]+)$", scope["path"])
    if scope["method"] == "POST":
        body = await _read_body(receive)
        if body is None:
            return receive, _refuse(413, "The request is too large.")
        sessions += _session_in(body)
        receive = _replay(body, receive)
    if not all(bindings.claim(session, user.name) for session in sessions):
        return receive, _refuse(403, "This session belongs to somebody else.")
    return receive, None


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message, "do": ""}, status_code=status)


async def _read_body(receive: Receive) -> bytes | None:
    """Read a whole body, or None where it is longer than `MAX_BODY` bytes."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return body


def _session_in(body: bytes) -> list[str]:
    """Find the session that a JSON body names."""
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return []
    session = data.get("session_hash") if isinstance(data, dict) else None
    return [session] if isinstance(session, str) else []


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand a body that was read on to the application, then wait for the disconnect."""
    sent = False

    async def replayed() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
