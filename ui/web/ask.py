"""The Ask screen: questions over a matter or chosen filings, answered with quotes that open the page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assistant.errors import WrongUsage
from ui.web.access import require_role
from ui.web.answers import pick_names, pick_number, pick_text
from ui.web.filing import FORMS, download, read_json, stream
from ui.web.render import current_user, pick_matter, render

router = APIRouter()

MAX_QUESTION = 2000


@router.get("/m/{matter_id}/ask")
@router.get("/m/{matter_id}/ask/{conversation_id}")
def show_ask(request: Request, matter_id: str, conversation_id: str = "") -> Response:
    """Show the conversations of a matter and one of them."""
    user = current_user(request)
    require_role(user, "paralegal", "attorney")
    matter = pick_matter(request, matter_id)
    actions, house = request.app.state.actions, request.app.state.house
    filings = [f for f in actions.filings.list_filings(house, user, matter_id) if f["status"] == "ready"]
    return render(
        request,
        "ask.html",
        screen="ask",
        matter=matter,
        filings=filings,
        conversations=actions.questions.list_conversations(house, user, matter_id),
        conversation_id=conversation_id,
    )


@router.get("/api/matters/{matter_id}/conversations")
def list_conversations(request: Request, matter_id: str) -> dict[str, Any]:
    """Give the person's conversations in a matter, newest first."""
    actions, house = request.app.state.actions, request.app.state.house
    return {"conversations": actions.questions.list_conversations(house, current_user(request), matter_id)}


@router.get("/api/conversations/{conversation_id}")
def get_conversation(request: Request, conversation_id: str) -> dict[str, Any]:
    """Give one of the person's conversations with its turns."""
    actions, house = request.app.state.actions, request.app.state.house
    return actions.questions.get_conversation(house, current_user(request), conversation_id)


@router.post("/api/matters/{matter_id}/conversations/search")
async def find_conversations(request: Request, matter_id: str) -> dict[str, Any]:
    """Find the person's conversations that say some words; they come in the body, so that no address holds them."""
    words = pick_text(await read_json(request), "words", MAX_QUESTION)
    return {"conversations": await act(request, "find_conversations", matter_id, words)}


@router.post("/api/conversations/{conversation_id}/title")
async def rename_conversation(request: Request, conversation_id: str) -> Any:
    """Give one of the person's conversations another title."""
    title = pick_text(await read_json(request), "title", MAX_QUESTION)
    return await act(request, "rename_conversation", conversation_id, title)


@router.get("/api/conversations/{conversation_id}/export")
async def export_conversation(request: Request, conversation_id: str, form: str = "docx") -> Response:
    """Give one of the person's conversations as a Word or Markdown file."""
    if form not in FORMS:
        raise WrongUsage(f'"{form}" is no form of an export.', expected=" or ".join(FORMS))
    return download(*await act(request, "export_conversation", conversation_id, form))


@router.post("/api/matters/{matter_id}/ask")
async def ask_question(request: Request, matter_id: str) -> Response:
    """Answer a question; sentences stream with their quotes."""
    data = await read_json(request)
    question = pick_text(data, "question", MAX_QUESTION).strip()
    if not question:
        raise WrongUsage("The question is empty.", do="Write a question.")
    chosen = pick_names(data, "document_ids") or None
    conversation = pick_text(data, "conversation_id", 64) if data.get("conversation_id") else None
    actions, house, user = request.app.state.actions, request.app.state.house, current_user(request)
    return stream(
        request,
        data,
        lambda stop: actions.questions.stream_answer(
            house, user, matter_id, question, document_ids=chosen, conversation_id=conversation, stop=stop
        ),
    )


@router.post("/api/turns/{turn_id}/rating")
async def rate_answer(request: Request, turn_id: str) -> dict[str, Any]:
    """Rate an answer, with a reason."""
    data = await read_json(request)
    rating, reason = pick_number(data, "rating"), pick_text(data, "reason", 2000)
    if rating not in (-1, 0, 1):
        raise WrongUsage(f"{rating} is no rating.", expected="-1, 0 or 1")
    actions, house, user = request.app.state.actions, request.app.state.house, current_user(request)
    await run_in_threadpool(actions.questions.rate_answer, house, user, turn_id, rating, reason)
    return {"rating": rating}


async def act(request: Request, action: str, *values: Any) -> Any:
    """Run one of the question actions in a thread and give what it gives."""
    call = getattr(request.app.state.actions.questions, action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)
