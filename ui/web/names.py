"""The Names screen of a filing: what was replaced, marked on its pages; accept, reject, add."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from ui.permits import may
from ui.web.access import require_role
from ui.web.answers import pick_number, pick_text
from ui.web.filing import read_json
from ui.web.render import current_user, pick_matter, render

router = APIRouter()

TYPE_WORDS = {
    "PERSON": "Person",
    "ORG": "Organization",
    "LOC": "Place",
    "DATETIME": "Date",
    "CODE": "Number",
    "CONTACT": "Contact",
    "DEM": "Personal fact",
    "QUANTITY": "Amount",
    "MISC": "Other",
}
"""Entity types as people read them, in the order in which they are offered."""


@router.get("/f/{document_id}/names")
def show_names(request: Request, document_id: str) -> Response:
    """Show what was replaced in a filing; one that is not read yet opens on its own screen, which says why."""
    user = current_user(request)
    require_role(user, "paralegal", "attorney")
    filing = request.app.state.actions.filings.get_filing(request.app.state.house, user, document_id)
    if filing["status"] != "ready":
        return RedirectResponse(f"/f/{filing['document_id']}", status_code=303)
    matter = pick_matter(request, filing["matter_id"])
    return render(
        request,
        "names.html",
        screen="filings",
        matter=matter,
        filing=filing,
        types=TYPE_WORDS,
        may_review=may(user.role, "names.review"),
        may_keep=may(user.role, "names.keep"),
    )


@router.get("/api/filings/{document_id}/names")
async def list_all_detections(request: Request, document_id: str) -> Any:
    """Give what was replaced in the whole filing, for the list beside the page."""
    return await _act(request, "list_all_detections", document_id)


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
