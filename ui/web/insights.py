"""The Insights screen (admin): corrections, edit distance, support, review time and drift, each with its table."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ui.actions.insights import make_tables
from ui.web.access import require_role
from ui.web.filing import download
from ui.web.insights_view import is_number, make_panels, show_cell
from ui.web.render import current_user, render

router = APIRouter()


@router.get("/insights")
def show_insights(request: Request) -> Response:
    """Show the screen, drawn whole on the server."""
    require_role(current_user(request), "admin")
    found = request.app.state.actions.insights.read_insights(request.app.state.house, current_user(request))
    return render(
        request,
        "insights.html",
        screen="insights",
        panels=make_panels(found),
        tables=make_tables(found),
        uncounted=found["uncounted"],
        show_cell=show_cell,
        is_number=is_number,
    )


@router.get("/api/insights/export")
def export_table(request: Request, table: str) -> Response:
    """Give one table as a spreadsheet's text."""
    actions, house = request.app.state.actions, request.app.state.house
    return download(*actions.insights.export_table(house, current_user(request), table))
