"""What of Gradio may be reached at all: a short list of its routes, for admins, each session bound to its person.

Gradio serves uploads, proxied addresses, cached files and cancellation without asking whose they are. The
screens here need none of these, so everything that is not on the list is refused before Gradio sees it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

GRADIO_PATHS = ("/rounds",)
MAX_BODY = 256 * 1024
MAX_BINDINGS = 1024

# Gradio writes its configuration as inline scripts without a nonce, and styles at run time: its pages get a policy
# that names each inline script by its hash. Nothing from elsewhere, no eval, no frame.
_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
)
_INLINE = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_READ = re.compile(
    r"^(/?|/config/?|/theme\.css|/manifest\.json|/(assets|static)/.+"
    r"|/gradio_api/(info/?|app_id/?|startup-events|theme\.css|queue/data|heartbeat/[A-Za-z0-9_-]+))$"
)
_ASSET = re.compile(r"^/[a-z]+/assets/[\w.-]+-[\w-]{8,9}\.(js|css|woff2?|ttf|svg)$")
# Not "cancel" and "reset": they end an event by its own name, whoever's it is, and no screen cancels one.
_WRITE = re.compile(r"^/gradio_api/queue/join$")


class SessionBindings:
    """Which person a Gradio session belongs to: the first who uses it, and nobody after."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()

    def claim(self, session: str, user: str) -> bool:
        """Bind `session` to `user`; False where it is somebody else's, or has no name.

        Of more than `MAX_BINDINGS` the user's own oldest is forgotten, so that nobody can crowd out another's session.
        """
        if not session or self._owners.setdefault(session, user) != user:
            return False
        self._owners.move_to_end(session)
        mine = [held for held, holder in self._owners.items() if holder == user]
        if len(mine) > MAX_BINDINGS:
            del self._owners[mine[0]]
        return True


def is_gradio(path: str) -> bool:
    """Tell whether a path belongs to one of the Gradio screens."""
    return any(path == base or path.startswith(base + "/") for base in GRADIO_PATHS)


def names_gradio_asset(path: str) -> bool:
    """Tell whether a path is a script or style of Gradio's page that is named by a hash of its content."""
    return is_gradio(path) and bool(_ASSET.search(path))


def is_listed(method: str, path: str) -> bool:
    """Tell whether this Gradio route is one that the screens use."""
    inner = path[len(next(base for base in GRADIO_PATHS if path.startswith(base))) :]
    if ".." in inner or "//" in inner:
        return False
    return bool((_READ if method in ("GET", "HEAD") else _WRITE).match(inner))


async def admit_gradio(scope: Scope, receive: Receive, bindings: SessionBindings) -> tuple[Receive, Response | None]:
    """Admit an admin to a listed route with a session of their own; otherwise give the refusal.

    Args:
        scope: The connection; its state holds the login.
        receive: Where the body comes from.
        bindings: Whose session is whose.

    Returns:
        The `receive` to go on with (a body that was read is replayed), and the refusal or None.
    """
    user = scope["state"]["login"].user
    if user.role != "admin":
        return receive, _refuse(403, "Only administrators may open this screen.")
    if not is_listed(scope["method"], scope["path"]):
        return receive, _refuse(404, "There is nothing at this address.")
    # Blank ones too: Gradio would take the name of the event for that of the session, which nobody has claimed.
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    sessions = query.get("session_hash", [])
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


def allow_own_scripts(scope: Scope, send: Send) -> Send:
    """Wrap `send` so that a Gradio page carries a policy with the hashes of the scripts that stand in it.

    The page is held back until it is whole, and asked for uncompressed.
    """
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    held: list[MutableMapping[str, Any]] = []
    body = b""

    async def allowed(message: MutableMapping[str, Any]) -> None:
        nonlocal body
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = _POLICY.format(hashes="")
            if not headers.get("content-type", "").startswith("text/html"):
                await send(message)
                return
            held.append(message)
        elif not held:
            await send(message)
        else:
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            start = held.pop()
            MutableHeaders(scope=start)["Content-Security-Policy"] = _POLICY.format(hashes=_hashes(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

    return allowed


def _hashes(page: bytes) -> str:
    """Name the inline scripts of a page as a policy does."""
    digests = (hashlib.sha256(script).digest() for script in _INLINE.findall(page))
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
