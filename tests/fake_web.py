"""A house for the tests of the web app: a real store with real logins, and what a browser does to log in."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fake_world import PEOPLE

from assistant.settings import Settings

PASSWORD = "correct horse battery"


@dataclass
class FakeHouse:
    """What the web app needs of a house: settings and a real store."""

    settings: Settings
    db: Any


def open_fake_house(home: Path, *, people: Mapping[str, tuple[str, str]] = PEOPLE, **given: Any) -> FakeHouse:
    """Open a real store under `home` with these people in it: login to role and name."""
    from assistant.store.database import open_database
    from assistant.store.people import add_user

    settings = Settings(home=home, **given)
    db = open_database(settings)
    for name, (role, display_name) in people.items():
        add_user(db, name, role, PASSWORD, display_name)
    return FakeHouse(settings, db)


def log_in(client: Any, name: str, password: str = PASSWORD) -> Any:
    """Log in as a browser does; the client then carries the session and, as `csrf`, its token."""
    client.cookies.clear()
    form = client.get("/login").text
    token = re.search(r'name="form_token" value="([^"]+)"', form)
    assert token
    answer = client.post(
        "/login", data={"form_token": token[1], "name": name, "password": password}, follow_redirects=False
    )
    client.csrf = client.get("/api/me").json().get("csrf", "")
    return answer


def list_paths(app: Any) -> list[tuple[str, str]]:
    """Give every method and path of our own routers, parameters by their names in braces."""
    pairs, waiting = [], list(app.routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            waiting += inner.routes
        elif getattr(route, "methods", None):
            pairs += [(method, route.path) for method in sorted(route.methods)]
    return sorted(pairs)


def wait_until(done: threading.Event, limit_s: float) -> float:
    """Wait for an event and give the seconds it took, at most `limit_s`."""
    began = time.monotonic()
    done.wait(limit_s)
    return time.monotonic() - began
