"""The Filing screen: the summary beside the page it was drawn from; write, check, edit, submit, sign off."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assistant.errors import WrongUsage
from ui.web.access import require_role
from ui.web.answers import pick_names, pick_number, pick_text
from ui.web.render import current_user, pick_matter, render
from ui.web.streams import EventStream

router = APIRouter()

DETAILS = ("brief", "detailed", "comprehensive")
FORMS = ("docx", "md")
PAGE_WIDTHS = (700, 1000, 1400, 2000)
_STREAM_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


@router.get("/f/{document_id}")
def show_filing(request: Request, document_id: str) -> Response:
    """Show the desk of one filing."""
    user = current_user(request)
    require_role(user, "paralegal", "attorney")
    filing = request.app.state.actions.filings.get_filing(request.app.state.house, user, document_id)
    matter = pick_matter(request, filing["matter_id"])
    return render(request, "filing.html", screen="filings", matter=matter, filing=filing, reasons=legal_reasons())


def legal_reasons() -> dict[str, str]:
    """Give the reasons of a correction in legal words, by key."""
    from assistant.feedback import REASONS

    return dict(REASONS)


@router.get("/api/filings/{document_id}")
def get_filing(request: Request, document_id: str) -> dict[str, Any]:
    """Give the facts of a filing and its progress."""
    return request.app.state.actions.filings.get_filing(request.app.state.house, current_user(request), document_id)


@router.post("/api/filings/{document_id}/caption")
async def correct_caption(request: Request, document_id: str) -> Any:
    """Correct what was read from the caption: {facts: {name: text}, document_type}; a fact not named stays."""
    data = await read_json(request)
    facts = data.get("facts", {})
    if not isinstance(facts, dict) or not all(isinstance(value, str) for value in facts.values()):
        raise WrongUsage('The field "facts" is missing or malformed.', expected="texts by name")
    document_type = pick_text(data, "document_type", 20) if "document_type" in data else ""
    actions, house, user = request.app.state.actions, request.app.state.house, current_user(request)
    return await run_in_threadpool(actions.filings.correct_caption, house, user, document_id, facts, document_type)


@router.get("/api/filings/{document_id}/pages/{page}.png")
def get_page_picture(request: Request, document_id: str, page: int, w: int = 1000) -> Response:
    """Give the picture of a page; widths are rounded up to a few steps."""
    width = next((step for step in PAGE_WIDTHS if step >= w), PAGE_WIDTHS[-1])
    actions, house = request.app.state.actions, request.app.state.house
    picture = actions.filings.page_picture(house, current_user(request), document_id, page, width)
    return Response(picture, media_type="image/png")


@router.get("/api/filings/{document_id}/pages/{page}/text")
def get_page_text(request: Request, document_id: str, page: int) -> dict[str, Any]:
    """Give the text of a page as it was read."""
    actions, house = request.app.state.actions, request.app.state.house
    return actions.filings.page_text(house, current_user(request), document_id, page)


@router.get("/api/filings/{document_id}/original")
def get_original(request: Request, document_id: str) -> Response:
    """Give the file as it was added, as a download."""
    actions, house = request.app.state.actions, request.app.state.house
    name, data = actions.filings.original(house, current_user(request), document_id)
    return download(name, "application/octet-stream", data)


@router.get("/api/filings/{document_id}/stated")
def list_stated(request: Request, document_id: str) -> dict[str, Any]:
    """Give the dates, deadlines and amounts that a filing states, each with its place."""
    actions, house = request.app.state.actions, request.app.state.house
    return actions.chronology.list_stated(house, current_user(request), document_id)


@router.get("/api/filings/{document_id}/stated.csv")
def export_stated(request: Request, document_id: str) -> Response:
    """Give the same as a spreadsheet."""
    actions, house = request.app.state.actions, request.app.state.house
    return download(*actions.chronology.export_stated(house, current_user(request), document_id))


@router.get("/api/filings/{document_id}/summary")
def get_latest_summary(request: Request, document_id: str) -> dict[str, Any]:
    """Give the newest summary of a filing, or null."""
    actions, house = request.app.state.actions, request.app.state.house
    return {"summary": actions.summaries.latest_summary(house, current_user(request), document_id)}


@router.get("/api/filings/{document_id}/summaries")
def list_summaries(request: Request, document_id: str) -> dict[str, Any]:
    """Give what is known of all summaries of a filing, newest first, without their text."""
    actions, house = request.app.state.actions, request.app.state.house
    return {"summaries": actions.summaries.list_summaries(house, current_user(request), document_id)}


@router.post("/api/filings/{document_id}/summary")
async def write_summary(request: Request, document_id: str) -> Response:
    """Write a summary; sentences stream as they are checked."""
    data = await read_json(request)
    detail = pick_text(data, "detail", 20)
    if detail not in DETAILS:
        raise WrongUsage(f'"{detail}" is no length of a summary.', expected=", ".join(DETAILS))
    words = pick_number(data, "words") if data.get("words") is not None else None
    if words is not None and not 20 <= words <= 5000:
        raise WrongUsage(f"{words} words cannot be asked for.", expected="20 to 5,000 words")
    actions, house, user = request.app.state.actions, request.app.state.house, current_user(request)
    return stream(
        request,
        data,
        lambda stop: actions.summaries.stream_summary(
            house, user, document_id, detail=detail, words=words, adapter=None, stop=stop
        ),
    )


def stream(request: Request, data: dict[str, Any], produce: Any) -> Response:
    """Start a stream under the id that the page chose, for its stop button; Busy where too many run."""
    stream_id = pick_text(data, "stream_id", 64)
    if not _STREAM_ID.match(stream_id):
        raise WrongUsage("The stream's id is malformed.", expected="8 to 64 letters, digits or hyphens")
    streams, name = request.app.state.streams, current_user(request).name
    stop = streams.open(name, stream_id)
    return EventStream(produce, stop, lambda: streams.close(name, stream_id))


@router.post("/api/streams/{stream_id}/stop")
def stop_stream(request: Request, stream_id: str) -> dict[str, bool]:
    """Stop one's own stream; what was written so far stays."""
    return {"stopped": request.app.state.streams.stop(current_user(request).name, stream_id)}


@router.get("/api/summaries/{summary_id}")
def get_summary(request: Request, summary_id: str) -> dict[str, Any]:
    """Give one summary."""
    return request.app.state.actions.summaries.get_summary(request.app.state.house, current_user(request), summary_id)


@router.post("/api/summaries/{summary_id}/text")
async def edit_text(request: Request, summary_id: str) -> Any:
    """Replace the whole text."""
    data = await read_json(request)
    return await act(
        request, "edit_summary", summary_id, pick_text(data, "text", 200_000), pick_number(data, "version")
    )


@router.post("/api/summaries/{summary_id}/sentences/{index}")
async def edit_sentence(request: Request, summary_id: str, index: int) -> Any:
    """Replace one sentence; an empty text removes it."""
    data = await read_json(request)
    return await act(request, "edit_sentence", summary_id, index, pick_text(data, "text"), pick_number(data, "version"))


@router.post("/api/summaries/{summary_id}/sentences/{index}/source")
async def use_source(request: Request, summary_id: str, index: int) -> Any:
    """Replace one sentence by the words of its source."""
    data = await read_json(request)
    return await act(request, "use_source", summary_id, index, pick_number(data, "version"))


@router.post("/api/summaries/{summary_id}/again")
async def rewrite(request: Request, summary_id: str) -> Response:
    """Write sentences [first, last) of one part again: shorter, longer, from other passages, in the source's words."""
    data = await read_json(request)
    first, last, seen = (pick_number(data, name) for name in ("first", "last", "version"))
    how = pick_text(data, "how", 20)
    actions, house, user = request.app.state.actions, request.app.state.house, current_user(request)
    return stream(
        request,
        data,
        lambda stop: actions.again.rewrite(
            house, user, summary_id, first, last, how=how, expected_version=seen, stop=stop
        ),
    )


@router.post("/api/summaries/{summary_id}/sentences/{index}/flag")
async def flag_sentence(request: Request, summary_id: str, index: int) -> Any:
    """Say that a sentence is wrong: {reason, note, version}."""
    data = await read_json(request)
    reason, note = pick_text(data, "reason", 40), pick_text(data, "note", 2000)
    return await judge(request, "flag_sentence", summary_id, index, reason, note, pick_number(data, "version"))


@router.delete("/api/summaries/{summary_id}/sentences/{index}/flag")
async def withdraw_flag(request: Request, summary_id: str, index: int, version: int) -> Any:
    """Take back one's own flag of a sentence."""
    return await judge(request, "withdraw_flag", summary_id, index, version)


@router.post("/api/summaries/{summary_id}/discard")
async def discard_summary(request: Request, summary_id: str) -> Any:
    """Put a summary aside; it is kept."""
    return await judge(request, "discard_summary", summary_id)


@router.post("/api/summaries/{summary_id}/restore")
async def restore_summary(request: Request, summary_id: str) -> Any:
    """Take up a summary again that was put aside."""
    return await judge(request, "restore_summary", summary_id)


@router.get("/api/summaries/{summary_id}/difference")
async def get_difference(request: Request, summary_id: str, version: int | None = None) -> dict[str, Any]:
    """Give what people changed in the model's text, or in one version, word by word."""
    return {"difference": await act(request, "difference", summary_id, version)}


@router.get("/api/summaries/{summary_id}/versions")
async def list_versions(request: Request, summary_id: str) -> dict[str, Any]:
    """Give the versions of a summary, newest first."""
    return {"versions": await act(request, "list_versions", summary_id)}


@router.post("/api/summaries/{summary_id}/versions/{version}/restore")
async def restore_version(request: Request, summary_id: str, version: int) -> Any:
    """Make an earlier version the present one."""
    data = await read_json(request)
    return await act(request, "restore_version", summary_id, version, pick_number(data, "version"))


@router.post("/api/summaries/{summary_id}/submit")
async def submit_summary(request: Request, summary_id: str) -> Any:
    """Submit for sign-off, with a rating and reasons in legal words."""
    data = await read_json(request)
    rating, reasons = pick_number(data, "rating"), pick_names(data, "reasons", 20)
    if rating not in (-1, 0, 1):
        raise WrongUsage(f"{rating} is no rating.", expected="-1, 0 or 1")
    note, seen = pick_text(data, "note", 2000), pick_number(data, "version")
    return await act(request, "submit", summary_id, rating, tuple(reasons), note, seen)


@router.post("/api/summaries/{summary_id}/sign-off")
async def sign_off(request: Request, summary_id: str) -> Any:
    """Sign a summary off: an attorney answers for the version that was read, and it is locked."""
    data = await read_json(request)
    return await act(request, "sign_off", summary_id, pick_number(data, "version"))


@router.post("/api/summaries/{summary_id}/return")
async def send_back(request: Request, summary_id: str) -> Any:
    """Return a summary to its author with a reason."""
    data = await read_json(request)
    return await act(request, "send_back", summary_id, pick_text(data, "reason", 2000))


@router.post("/api/summaries/{summary_id}/active")
async def count_seconds(request: Request, summary_id: str) -> Any:
    """Count whole seconds that the person was active on a summary: {seconds}."""
    seconds = pick_number(await read_json(request), "seconds")
    actions, house = request.app.state.actions, request.app.state.house
    return await run_in_threadpool(actions.trials.count_seconds, house, current_user(request), summary_id, seconds)


@router.post("/api/summaries/{summary_id}/show")
async def show_withheld(request: Request, summary_id: str) -> Any:
    """Show a summary that was withheld from its reviewer."""
    actions, house = request.app.state.actions, request.app.state.house
    return await run_in_threadpool(actions.trials.show_summary, house, current_user(request), summary_id)


@router.get("/api/summaries/{summary_id}/export")
def export_summary(
    request: Request, summary_id: str, form: str = "docx", citations: bool = True, scrub: bool = False
) -> Response:
    """Give a summary as a Word or Markdown file; with `scrub` as one for filing, without internal data."""
    if form not in FORMS:
        raise WrongUsage(f'"{form}" is no form of an export.', expected=" or ".join(FORMS))
    actions, house = request.app.state.actions, request.app.state.house
    name, mime, data = actions.summaries.export_summary(
        house, current_user(request), summary_id, form, citations, scrub
    )
    return download(name, mime, data)


async def act(request: Request, action: str, *values: Any) -> Any:
    """Run one of the summary actions in a thread and give what it gives."""
    call = getattr(request.app.state.actions.summaries, action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)


async def judge(request: Request, action: str, *values: Any) -> Any:
    """Run one of the verdicts on a summary in a thread and give what it gives."""
    call = getattr(request.app.state.actions.verdicts, action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)


async def read_json(request: Request, limit: int = 512 * 1024) -> dict[str, Any]:
    """Read a JSON object from the body; WrongUsage where it is none or larger than `limit` bytes."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise WrongUsage("The request is too large.")
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise WrongUsage("The request is malformed.", expected="a JSON object")
    return data


def download(name: str, mime: str, data: bytes) -> Response:
    """Give bytes as a download under a name of any script; never shown in place, whatever the type says."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name) or "file"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=mime, headers={"Content-Disposition": disposition})
