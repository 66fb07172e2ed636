"""The Lineage screen (admin): which round, pairs and matters each adapter came from, and what an erasure made due."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ui.web.access import require_role
from ui.web.render import current_user, render

router = APIRouter()


@router.get("/lineage")
def show_lineage(request: Request) -> Response:
    """Show where each adapter comes from, in ids and counts."""
    user = current_user(request)
    require_role(user, "admin")
    return render(
        request,
        "lineage.html",
        screen="rounds",
        **request.app.state.actions.lineage.list_lineage(request.app.state.house, user),
    )


@router.get("/api/filings/{document_id}/lineage")
def trace_filing(request: Request, document_id: str) -> dict[str, Any]:
    """Give what learned from a filing, and where the adapter of its newest summary comes from."""
    actions, house = request.app.state.actions, request.app.state.house
    return actions.lineage.trace_filing(house, current_user(request), document_id)
