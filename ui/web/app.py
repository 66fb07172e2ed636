"""The web app: one factory that puts the gate, the screens and the Gradio screens together."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from assistant.errors import CasebriefError, NotFound
from ui.messages import http_status, log_fault
from ui.sign_on import open_sign_on
from ui.web import (
    ask,
    compare,
    filing,
    filings,
    first_run,
    grid,
    insights,
    lineage,
    login,
    names,
    oversight,
    people,
    review,
    sign_on,
)
from ui.web.access import Gate
from ui.web.answers import answer_error, answer_json, describe
from ui.web.render import WEB, StaticFolder, current_user, render
from ui.web.streams import RunningStreams

# FastAPI can trace and export what it handles; nothing leaves this house.
NO_TELEMETRY: Any = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def build_app(house: Any, actions: Any = None) -> FastAPI:
    """Build the web app over an open house.

    Args:
        house: The composition root (`ui.services.House`).
        actions: The package of actions; `ui.actions` where None. Tests pass others of the same names.

    Returns:
        The application, to be served by one process.
    """
    app = FastAPI(title="Casebrief", docs_url=None, redoc_url=None, openapi_url=None, telemetry=NO_TELEMETRY)
    app.state.house = house
    app.state.actions = actions or load_actions()
    app.state.streams = RunningStreams()
    app.state.first_link = first_run.FirstLink()
    app.state.sign_on = open_sign_on(house.settings)
    app.add_middleware(Gate, house=house, idle_s=house.settings.idle_minutes * 60, answer_fault=show_error)
    app.mount("/static", StaticFolder(directory=WEB / "static"), name="static")
    screens = (
        login, sign_on, first_run, filings, filing, names, ask, grid, review, people, compare, lineage, insights,
        oversight,
    )  # fmt: skip
    for screen in screens:
        take_routes(app, screen.router)
    app.get("/health")(answer_health)
    app.get("/favicon.ico")(answer_icon)
    app.get("/")(open_first_screen)
    app.add_exception_handler(CasebriefError, show_error)
    app.add_exception_handler(HTTPException, show_missing)
    app.add_exception_handler(RequestValidationError, show_malformed)
    if find_spec("ui.local"):
        take_routes(app, import_module("ui.local").router)
    mount_gradio_screens(app)
    return app


def take_routes(app: FastAPI, router: APIRouter) -> None:
    """Put a screen's routes among the app's own.

    An included router would be asked for each request whether one of its routes fits, and once more which: of fifteen
    routers that took longer than most answers.
    """
    for route in router.routes:
        if not isinstance(route, APIRoute):
            raise TypeError(f"a screen has a route of another kind: {route!r}")
        given: dict[str, Any] = {"methods": sorted(route.methods or ()), "response_model": None}
        app.add_api_route(route.path, answer_json(route.endpoint), **given)


def load_actions() -> Any:
    """Load the actions, one module an aggregate."""
    modules = (
        "chronology", "filings", "summaries", "again", "questions", "learning", "people", "orders", "verdicts", "names",
        "oversight", "grid", "insights", "trials", "folders", "retention", "compare", "blind", "lineage",
    )  # fmt: skip
    return SimpleNamespace(**{name: import_module(f"ui.actions.{name}") for name in modules})


def mount_gradio_screens(app: FastAPI) -> None:
    """Mount the admins' Gradio screen."""
    from ui.web import rounds

    rounds.mount(app)


def answer_health() -> dict[str, str]:
    """Say that the process answers; no login, no facts."""
    return {"status": "ok"}


def answer_icon() -> Response:
    """Send browsers that ask for the old address to the icon."""
    return RedirectResponse("/static/icon.svg", status_code=301)


def open_first_screen(request: Request) -> Response:
    """Send a person to the screen that their day begins with."""
    user = current_user(request)
    if user.role == "admin":
        return RedirectResponse("/people", status_code=303)
    matters = request.app.state.actions.people.list_matters(request.app.state.house, user)
    if not matters:
        return render(request, "no_matter.html", screen="filings")
    last = request.cookies.get("casebrief_matter", "")
    chosen = next((m["matter_id"] for m in matters if m["matter_id"] == last), matters[0]["matter_id"])
    return RedirectResponse(f"/m/{chosen}", status_code=303)


def wants_page(request: Request) -> bool:
    """Tell whether it is a person who asks for a page within the shell, rather than a script for data."""
    logged_in = getattr(request.state, "login", None) is not None
    return logged_in and not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def show_error(request: Request, error: Exception) -> Response:
    """Answer with an error: a page for people, JSON for scripts."""
    if not isinstance(error, CasebriefError):
        log_fault(error, "web")
    if not wants_page(request):
        return answer_error(error)
    try:
        return render(request, "error.html", status=http_status(error), **describe(error))
    except Exception as second:  # the shell needs the store; where that is what failed, the sentence must do
        log_fault(second, "web error page")
        return answer_error(error)


def show_missing(request: Request, error: Exception) -> Response:
    """Answer where no route fits."""
    status = getattr(error, "status_code", 404)
    if status == 404:
        return show_error(request, NotFound("There is nothing at this address.", do="Go back, or open a matter."))
    return JSONResponse({"error": str(getattr(error, "detail", "")), "do": ""}, status_code=status)


def show_malformed(request: Request, error: Exception) -> Response:
    """Answer a request whose fields do not fit, without repeating what was sent."""
    return JSONResponse({"error": "The request is malformed.", "do": "Reload the page."}, status_code=400)
