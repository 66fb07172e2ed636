"""The Grid screen: the same questions over many filings, a row a filing, each cell with its quote."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ui.actions.grid import MAX_FILINGS, MAX_QUESTIONS
from ui.permits import may
from ui.web.access import require_role
from ui.web.answers import pick_names, pick_text
from ui.web.filing import download, read_json
from ui.web.render import current_user, pick_matter, render

router = APIRouter()


@router.get("/m/{matter_id}/grid")
@router.get("/m/{matter_id}/grid/{grid_id}")
def show_grid(request: Request, matter_id: str, grid_id: str = "") -> Response:
    """Show the grids of a matter, and one of them or the form for a new one."""
    user = current_user(request)
    require_role(user, "paralegal", "attorney")
    matter = pick_matter(request, matter_id)
    actions, house = request.app.state.actions, request.app.state.house
    filings = actions.filings.list_filings(house, user, matter_id)
    ready = [{"document_id": f["document_id"], "file": f["file"]} for f in filings if f["status"] == "ready"]
    return render(
        request,
        "grid.html",
        screen="ask",
        matter=matter,
        filings=ready,
        grids=actions.grid.list_grids(house, user, matter_id),
        grid_id=grid_id,
        max_questions=MAX_QUESTIONS,
        max_filings=MAX_FILINGS,
        may_delete=may(user.role, "grid.delete"),
    )


@router.get("/api/matters/{matter_id}/grids")
async def list_grids(request: Request, matter_id: str) -> dict[str, Any]:
    """Give the grids of a matter, newest first."""
    return {"grids": await _act(request, "list_grids", matter_id)}


@router.post("/api/matters/{matter_id}/grids")
async def start_grid(request: Request, matter_id: str) -> Any:
    """Begin a grid."""
    data = await read_json(request)
    questions, chosen = pick_names(data, "questions"), pick_names(data, "document_ids")
    title = pick_text(data, "title", 500) if data.get("title") else ""
    actions, house, user = request.app.state.actions, request.app.state.house, current_user(request)
    return await run_in_threadpool(
        lambda: actions.grid.start_grid(house, user, matter_id, questions, chosen, title=title)
    )


@router.get("/api/grids/{grid_id}")
async def get_grid(request: Request, grid_id: str, after: int = 0) -> Any:
    """Give a grid with the cells that were written behind a position."""
    return await _act(request, "get_grid", grid_id, max(after, 0))


@router.post("/api/grids/{grid_id}/stop")
async def stop_grid(request: Request, grid_id: str) -> Any:
    """Stop a grid; its cells stay."""
    return await _act(request, "stop_grid", grid_id)


@router.post("/api/grids/{grid_id}/continue")
async def continue_grid(request: Request, grid_id: str) -> Any:
    """Let a grid go on with the cells that are open."""
    return await _act(request, "continue_grid", grid_id)


@router.delete("/api/grids/{grid_id}")
async def delete_grid(request: Request, grid_id: str) -> Any:
    """Delete a grid with its cells."""
    return await _act(request, "delete_grid", grid_id)


@router.get("/api/grids/{grid_id}/export")
async def export_grid(request: Request, grid_id: str) -> Response:
    """Give a grid as a spreadsheet."""
    return download(*await _act(request, "export_grid", grid_id))


async def _act(request: Request, action: str, *values: Any) -> Any:
    """Run one of the grid actions in a thread and give what it gives."""
    call = getattr(request.app.state.actions.grid, action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)
