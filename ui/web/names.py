"""What the review of replaced names needs of the server: the detections of a page, accept, reject, add."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from ui.web.answers import pick_number, pick_text
from ui.web.filing import read_json
from ui.web.render import current_user

router = APIRouter()


@router.get("/api/filings/{document_id}/pages/{page}/names")
async def list_detections(request: Request, document_id: str, page: int) -> Any:
    """Give what was replaced on a page, with type, confidence and place."""
    return await _act(request, "list_detections", document_id, page)


@router.post("/api/filings/{document_id}/names/accept")
async def accept_detection(request: Request, document_id: str) -> Any:
    """Say that a detection is right: {page, start, end, everywhere}."""
    data = await read_json(request)
    return await _act(request, "accept_detection", document_id, *_place(data), data.get("everywhere") is True)


@router.post("/api/filings/{document_id}/names/reject")
async def reject_detection(request: Request, document_id: str) -> Any:
    """Say that a detection is law or an ordinary word: {page, start, end, everywhere}."""
    data = await read_json(request)
    return await _act(request, "reject_detection", document_id, *_place(data), data.get("everywhere") is True)


@router.post("/api/filings/{document_id}/names/add")
async def add_detection(request: Request, document_id: str) -> Any:
    """Mask selected characters of a page: {page, start, end, type}."""
    data = await read_json(request)
    return await _act(request, "add_detection", document_id, *_place(data), pick_text(data, "type", 20))


def _place(data: dict[str, Any]) -> tuple[int, int, int]:
    return pick_number(data, "page"), pick_number(data, "start"), pick_number(data, "end")


async def _act(request: Request, action: str, *values: Any) -> Any:
    """Run an action on names in a thread and give what it gives."""
    call = getattr(request.app.state.actions.names, action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)
