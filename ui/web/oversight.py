"""The Health screen (admin): the machine, the queue, and the audit log with a filter."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ui.web.access import require_role
from ui.web.filing import download
from ui.web.render import current_user, render

router = APIRouter()


@router.get("/oversight")
def show_oversight(request: Request) -> Response:
    """Show the screen; its parts are fetched by its script."""
    require_role(current_user(request), "admin")
    return render(request, "oversight.html", screen="oversight")


@router.get("/api/oversight/health")
def get_health(request: Request) -> dict[str, Any]:
    """Give the checks and the work in the queue."""
    return request.app.state.actions.oversight.read_health(request.app.state.house, current_user(request))


@router.get("/api/audit")
def list_audit(
    request: Request, actor: str = "", action: str = "", subject: str = "", before: int = 0, limit: int = 100
) -> dict[str, Any]:
    """Give entries of the audit log, newest first: by whom, what (a dot at the end: any of its kind), to which."""
    found = request.app.state.actions.oversight.list_audit(
        request.app.state.house,
        current_user(request),
        actor=actor[:64],
        action=action[:64],
        subject=subject[:64],
        before=max(before, 0),
        limit=limit,
    )
    return {"entries": found}


@router.get("/api/audit/verify")
def verify_audit(request: Request) -> dict[str, Any]:
    """Check the chain of the audit log."""
    return request.app.state.actions.oversight.verify_audit(request.app.state.house, current_user(request))


@router.get("/api/audit/export")
def export_audit(request: Request) -> Response:
    """Give the audit log as JSON lines."""
    entries = request.app.state.actions.oversight.export_audit(request.app.state.house, current_user(request))
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    return download("audit.jsonl", "application/x-ndjson", lines.encode())
