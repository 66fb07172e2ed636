"""Renders the pages: the shell around every screen, by the role of the person, everything escaped."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

WEB = Path(__file__).parent
THEMES = ("light", "dark")
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
    return environment


@cache
def static_address(name: str) -> str:
    """Give the address of a file under static/, with a hash of its content so that browsers may keep it."""
    digest = hashlib.sha256((WEB / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


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
