"""Renders the pages: the shell around every screen, by the role of the person, everything escaped."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from assistant.counting import say_count

WEB = Path(__file__).parent
THEMES = ("light", "dark")
_VERSION = re.compile(r"^[0-9a-f]{12}/")
ROLE_WORDS = {"paralegal": "Paralegal", "attorney": "Attorney", "admin": "Administrator"}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_address
    environment.filters["counted"] = say_count
    return environment


@cache
def static_folder() -> str:
    """Give the path under which browsers may keep our own files for good: it names the content of all of them."""
    digest = hashlib.sha256()
    for path in sorted((WEB / "static").rglob("*")):
        digest.update(path.name.encode() + (path.read_bytes() if path.is_file() else b""))
    return f"/static/{digest.hexdigest()[:12]}"


def static_address(name: str) -> str:
    """Give the address of a file under static/; what it names in turn, relative to itself, lies in the same folder."""
    return f"{static_folder()}/{name}"


class StaticFolder(StaticFiles):
    """Serves static/ from memory, also under the folder that names its content, the present or an earlier one.

    From the disk each file would go through three other threads, and a first page asks for two dozen. What is kept is
    the package's own files, read once as the app is built.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        files = [path for path in directory.rglob("*") if path.is_file()]
        self._kept = {path.relative_to(directory).as_posix(): _read_static(path) for path in files}

    def get_path(self, scope: Scope) -> str:
        """Take the name of the content off a path."""
        return _VERSION.sub("", super().get_path(scope))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file or, where the browser has it, that it has not changed."""
        kept = self._kept.get(path)
        if kept is None or scope["method"] not in ("GET", "HEAD"):
            return await super().get_response(path, scope)  # which knows how each is refused
        data, headers = kept
        if self.is_not_modified(Headers(headers), Headers(scope=scope)):
            return NotModifiedResponse(Headers(headers))
        return Response(data, headers=headers)


def _read_static(path: Path) -> tuple[bytes, dict[str, str]]:
    """Read a file that belongs to the app; give it with the headers that it goes out with."""
    data = path.read_bytes()
    kind = guess_type(path.name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return data, {"content-type": kind + charset, "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"'}


def current_user(request: Request) -> Any:
    """Give the person that the gate has identified."""
    return request.state.login.user


def render(request: Request, template: str, *, screen: str = "", status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page within the shell.

    Args:
        request: The request; its state holds the login where there is one.
        template: Name of a file in pages/.
        screen: Key of the entry in the navigation that is current.
        status: HTTP status.
        **values: What the template shows.

    Returns:
        The page.
    """
    login = getattr(request.state, "login", None)
    user = login.user if login else None
    theme = request.cookies.get("casebrief_theme", "")
    page = _environment().get_template(template)
    shell = {
        "user": user,
        "role_words": ROLE_WORDS,
        "role": ROLE_WORDS.get(user.role, "") if user else "",
        "person": (user.display_name or user.name) if user else "",
        "csrf": login.csrf if login else "",
        "theme": theme if theme in THEMES else "",
        "screen": screen,
        "matters": matters_for(request) if user else [],
        "matter": None,
    }
    return HTMLResponse(page.render({**shell, **values}), status_code=status)


def is_secure(request: Request) -> bool:
    """Tell whether the browser speaks TLS to us, so that cookies may be kept from plain connections."""
    return request.url.scheme == "https"


def matters_for(request: Request) -> list[dict[str, Any]]:
    """Give the matters that the person may open, for the switcher, looked up once a request; admins open none."""
    user = current_user(request)
    if user.role not in ("paralegal", "attorney"):
        return []
    if not hasattr(request.state, "matters"):
        request.state.matters = request.app.state.actions.people.list_matters(request.app.state.house, user)
    return list(request.state.matters)


def pick_matter(request: Request, matter_id: str) -> dict[str, Any]:
    """Give one of the person's matters; NotFound where it is none of theirs, though it may exist for others."""
    from assistant.errors import NotFound

    for matter in matters_for(request):
        if matter["matter_id"] == matter_id:
            return matter
    raise NotFound("There is no such matter among yours.", do="Choose one of your matters at the top.")
