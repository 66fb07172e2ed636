"""The Compare screens: base, active and candidate side by side on one filing, and two of them picked from blindly.

Administrators have it for filings that are lent, the people of a matter for their own.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assistant.errors import WrongUsage
from ui.web.access import require_role
from ui.web.answers import pick_text
from ui.web.filing import read_json
from ui.web.render import current_user, pick_matter, render

router = APIRouter()


@router.get("/compare")
def show_lent(request: Request) -> Response:
    """Show the screen of administrators; its parts are fetched by its script."""
    require_role(current_user(request), "admin")
    return render(request, "compare.html", screen="compare")


@router.get("/m/{matter_id}/compare")
def show_own(request: Request, matter_id: str) -> Response:
    """Show the screen for the filings of a matter."""
    require_role(current_user(request), "paralegal", "attorney")
    matter = pick_matter(request, matter_id)
    return render(request, "compare.html", screen="filings", matter=matter)


@router.get("/api/comparisons")
async def list_lent(request: Request, candidate: str = "") -> Any:
    """Give the filings that are lent, each with where its comparison stands."""
    return await _act(request, "list_lent", candidate[:80])


@router.get("/api/matters/{matter_id}/comparisons")
async def list_own(request: Request, matter_id: str, candidate: str = "") -> Any:
    """Give the filings of a matter, each with where its comparison stands."""
    return await _act(request, "list_own", matter_id, candidate[:80])


@router.post("/api/filings/{document_id}/compare")
async def start_comparison(request: Request, document_id: str) -> Any:
    """Begin a comparison on a filing: {candidate}, "" for the newest."""
    return await _act(request, "start_comparison", document_id, pick_text(await read_json(request), "candidate", 80))


@router.post("/api/filings/{document_id}/lend")
async def lend_filing(request: Request, document_id: str) -> Any:
    """Lend a filing for comparison, or end the loan: {lent}."""
    lent = (await read_json(request)).get("lent")
    if not isinstance(lent, bool):
        raise WrongUsage('The field "lent" is missing.', expected="true or false")
    return await _act(request, "lend_filing", document_id, lent)


@router.get("/api/comparisons/{comparison_id}")
async def get_comparison(request: Request, comparison_id: str) -> Any:
    """Give what each system wrote, by name."""
    return await _act(request, "get_comparison", comparison_id)


@router.post("/api/comparisons/{comparison_id}/stop")
async def stop_comparison(request: Request, comparison_id: str) -> Any:
    """Stop a comparison; what is written stays."""
    return await _act(request, "stop_comparison", comparison_id)


@router.post("/api/comparisons/{comparison_id}/ballot")
async def draw_ballot(request: Request, comparison_id: str) -> Any:
    """Give two summaries without saying whose they are; the sides are drawn at the first time."""
    return await _act(request, "draw_ballot", comparison_id, module="blind")


@router.post("/api/comparisons/{comparison_id}/vote")
async def cast_vote(request: Request, comparison_id: str) -> Any:
    """Keep a pick: {pick: left, right or same}; tells whose they were."""
    pick = pick_text(await read_json(request), "pick", 10)
    return await _act(request, "cast_vote", comparison_id, pick, module="blind")


async def _act(request: Request, action: str, *values: Any, module: str = "compare") -> Any:
    """Run one of the actions in a thread and give what it gives."""
    call = getattr(getattr(request.app.state.actions, module), action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)
