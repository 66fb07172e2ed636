"""The Review screen: what waits for an attorney, beside the filing's desk with the difference on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ui.web.access import require_role
from ui.web.filing import legal_reasons
from ui.web.render import current_user, render

router = APIRouter()

# In the order of the list: what needs a decision first.
GROUPS = (
    ("submitted", "Waiting for sign-off"),
    ("returned", "Returned"),
    ("draft", "Drafts not submitted"),
    ("signed_off", "Signed off"),
    ("discarded", "Discarded"),
)


@router.get("/review")
@router.get("/review/{summary_id}")
def show_review(request: Request, summary_id: str = "") -> Response:
    """Show the queue over all matters of the person."""
    require_role(current_user(request), "paralegal", "attorney")
    items = request.app.state.actions.summaries.review_list(request.app.state.house, current_user(request))
    groups = [(key, title, [item for item in items if item["status"] == key]) for key, title in GROUPS]
    return render(
        request,
        "review.html",
        screen="review",
        groups=groups,
        total=len(items),
        summary_id=summary_id,
        reasons=legal_reasons(),
    )


@router.get("/api/review")
def count_review(request: Request) -> dict[str, int]:
    """Give how many summaries wait for sign-off, for the count in the navigation of every screen."""
    return {
        "waiting": request.app.state.actions.summaries.count_waiting(request.app.state.house, current_user(request))
    }
