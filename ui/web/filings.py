"""The Filings screen: a matter's filings with their progress, files dropped in, and search over the passages."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from assistant.errors import LimitExceeded, RefusedInput
from ui.web.access import require_role
from ui.web.answers import pick_text
from ui.web.filing import read_json
from ui.web.render import current_user, is_secure, pick_matter, render

router = APIRouter()


@router.get("/m/{matter_id}")
def show_filings(request: Request, matter_id: str) -> Response:
    """Show the filings of a matter."""
    require_role(current_user(request), "paralegal", "attorney")
    matter = pick_matter(request, matter_id)
    page = render(
        request,
        "filings.html",
        screen="filings",
        matter=matter,
        filings=_list(request, matter_id),
        max_file_mb=request.app.state.house.settings.max_file_mb,
    )
    page.set_cookie(
        "casebrief_matter", matter_id, httponly=True, samesite="strict", secure=is_secure(request), path="/"
    )
    return page


@router.get("/m/{matter_id}/search")
def show_search(request: Request, matter_id: str, q: str = "") -> Response:
    """Show the passages nearest to a query, each a link to its page."""
    user = current_user(request)
    require_role(user, "paralegal", "attorney")
    matter = pick_matter(request, matter_id)
    query = q.strip()[:400]
    actions, house = request.app.state.actions, request.app.state.house
    hits = actions.filings.search(house, user, matter_id, query, 20) if query else []
    return render(request, "search.html", screen="filings", matter=matter, query=query, hits=hits)


@router.get("/api/matters/{matter_id}/filings")
def list_filings(request: Request, matter_id: str) -> dict[str, Any]:
    """Give the filings of a matter with their progress."""
    return {"filings": _list(request, matter_id)}


@router.post("/api/matters/{matter_id}/filings")
async def upload_filing(request: Request, matter_id: str) -> Response:
    """Take one file as the raw body; `X-File-Name` has its name, `X-File-Password` its password, percent-encoded.

    A raw body stays in memory until it is sealed; a multipart form would be spooled to the disk in the clear.
    """
    name = unquote(request.headers.get("x-file-name", "")).replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name:
        raise RefusedInput("The file has no name.", do="Give it a name and add it again.")
    data = await _read_file(request, request.app.state.house.settings.max_file_mb)
    actions, house = request.app.state.actions, request.app.state.house
    password = unquote(request.headers.get("x-file-password", "")) or None
    user = current_user(request)
    upload = partial(actions.filings.upload, house, user, matter_id, name[:255], data, password=password)
    made = await run_in_threadpool(upload)
    return JSONResponse(made, status_code=201)


@router.delete("/api/filings/{document_id}")
async def delete_filing(request: Request, document_id: str) -> Any:
    """Remove a filing and all that was made from it; names the adapters that learned from it."""
    return await _act(request, "delete_filing", document_id)


@router.post("/api/filings/{document_id}/reveal-hidden")
async def reveal_hidden(request: Request, document_id: str) -> dict[str, Any]:
    """Give the text that a filing carries and does not show; a change, because each time is recorded."""
    return {"hidden": await _act(request, "reveal_hidden", document_id)}


@router.post("/api/filings/{document_id}/sequester")
async def sequester_filing(request: Request, document_id: str) -> Any:
    """Claw a filing back: hidden from everything at once, and kept."""
    return await _act(request, "sequester_filing", document_id, pick_text(await read_json(request), "reason", 2000))


@router.post("/api/filings/{document_id}/lift-sequester")
async def lift_sequester(request: Request, document_id: str) -> Any:
    """Release a filing that was clawed back."""
    return await _act(request, "lift_sequester", document_id, pick_text(await read_json(request), "reason", 2000))


@router.get("/api/matters/{matter_id}/sequestered")
async def list_sequestered(request: Request, matter_id: str) -> dict[str, Any]:
    """Give the filings that are clawed back, for who may lift it."""
    return {"filings": await _act(request, "list_sequestered", matter_id)}


async def _act(request: Request, action: str, *values: Any) -> Any:
    """Run an action on filings in a thread and give what it gives."""
    call = getattr(request.app.state.actions.filings, action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)


@router.get("/api/jobs")
def list_jobs(request: Request) -> dict[str, Any]:
    """Give the work in progress that concerns the person, for the foot of the screen."""
    user = current_user(request)
    if user.role == "admin":
        return {"jobs": _round_jobs(request)}
    house, actions = request.app.state.house, request.app.state.actions
    busy = actions.people.list_busy_matters(house, user)
    jobs = [
        {"label": filing["file"], "matter": matter["name"], **_progress(filing)}
        for matter in busy
        for filing in actions.filings.list_unread(house, user, matter["matter_id"])
    ]
    for matter in busy:
        jobs += _grid_jobs(request, matter)
    return {"jobs": jobs}


def _grid_jobs(request: Request, matter: dict[str, Any]) -> list[dict[str, Any]]:
    list_grids = request.app.state.actions.grid.list_grids
    found = list_grids(request.app.state.house, current_user(request), matter["matter_id"], unfinished=True)
    steps = {"running": "asking", "waiting": "waiting"}
    return [
        {"label": grid["title"], "matter": matter["name"], "step": steps[grid["status"]], **_counts(grid)}
        for grid in found
        if grid["status"] in steps
    ]


def _round_jobs(request: Request) -> list[dict[str, Any]]:
    state = request.app.state.actions.learning.round_status(request.app.state.house, current_user(request))
    if state["status"] != "running":
        return []
    progress = state.get("progress") or {}
    return [{"label": "Training round", "matter": "", "step": state.get("step", ""), **_counts(progress)}]


def _progress(filing: dict[str, Any]) -> dict[str, Any]:
    progress = filing.get("progress") or {}
    return {"step": progress.get("label") or filing["status"], **_counts(progress)}


def _counts(progress: dict[str, Any]) -> dict[str, int]:
    """Give how far a job is; `seconds_left` only where it is known."""
    left = progress.get("seconds_left")
    counts = {"done": int(progress.get("done") or 0), "total": int(progress.get("total") or 0)}
    return counts if left is None else counts | {"seconds_left": round(left)}


def _list(request: Request, matter_id: str) -> list[dict[str, Any]]:
    return list(
        request.app.state.actions.filings.list_filings(request.app.state.house, current_user(request), matter_id)
    )


async def _read_file(request: Request, max_file_mb: int) -> bytes:
    """Read a body that is neither empty (RefusedInput) nor larger than `max_file_mb` MiB (LimitExceeded)."""
    limit = max_file_mb * 1024 * 1024
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise LimitExceeded(f"The file is larger than {max_file_mb} MB.", do="Split it, or ask for a higher limit.")
        pieces.append(piece)
    if not size:
        raise RefusedInput("The file is empty.", do="Check where it came from and add it again.")
    return b"".join(pieces)
