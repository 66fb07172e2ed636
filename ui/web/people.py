"""The People screen (admin): accounts and roles, who may open which matter, watched folders, retention, keys, erasure.

Attorneys find their matter's consent on the Matter screen, which shares these routes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assistant.errors import WrongUsage
from ui.web.access import require_role
from ui.web.answers import pick_number, pick_text
from ui.web.filing import read_json
from ui.web.render import current_user, pick_matter, render

router = APIRouter()


@router.get("/people")
def show_people(request: Request) -> Response:
    """Show accounts, roles and matters."""
    user = current_user(request)
    require_role(user, "admin")
    actions, house = request.app.state.actions, request.app.state.house
    people = actions.people.list_users(house, user)
    sign_on = request.app.state.sign_on is not None
    watched = actions.folders.list_folders(house, user)
    kept = actions.retention.list_closed(house, user)
    return render(
        request,
        "people.html",
        screen="people",
        people=people,
        all_matters=_matters(request),
        sign_on=sign_on,
        watched=watched,
        kept=kept,
    )


@router.get("/m/{matter_id}/settings")
def show_matter(request: Request, matter_id: str) -> Response:
    """Show what an attorney decides for a matter, who works on it, and what was done to it."""
    user = current_user(request)
    require_role(user, "attorney", "paralegal")
    matter = pick_matter(request, matter_id)
    actions, house = request.app.state.actions.people, request.app.state.house
    members = actions.list_members(house, user, matter_id)
    notices = actions.list_notices(house, user, matter_id)
    folder = request.app.state.actions.folders.show_folder(house, user, matter_id)
    closing = request.app.state.actions.retention.show_closing(house, user, matter_id)
    learners = request.app.state.actions.lineage.trace_matter(house, user, matter_id)
    filings = request.app.state.actions.filings.list_filings(house, user, matter_id) if notices else []
    files = {filing["document_id"]: filing["file"] for filing in filings}
    shown = {"matter": matter, "notices": notices, "folder": folder, "closing": closing, "learners": learners}
    return render(request, "matter.html", screen="matter", files=files, **shown, **members)


@router.post("/api/password")
async def change_password(request: Request) -> Any:
    """Choose an own password: {old, new}; the person's sessions end."""
    data = await read_json(request)
    return await act(request, "change_password", pick_text(data, "old", 500), pick_text(data, "new", 500))


@router.post("/api/users")
async def add_user(request: Request) -> Any:
    """Make an account."""
    data = await read_json(request)
    names = ("name", "role", "password", "display_name")
    name, role, password, display_name = (pick_text(data, key, 200) for key in names)
    return await act(request, "add_user", name, role, password, display_name)


@router.post("/api/users/{name}/role")
async def set_role(request: Request, name: str) -> Any:
    """Give an account another role."""
    return await act(request, "set_role", name, pick_text(await read_json(request), "role", 20))


@router.post("/api/users/{name}/password")
async def reset_password(request: Request, name: str) -> Any:
    """Give an account a new first password, which lifts a lock; its memberships rest until they are confirmed."""
    return await act(request, "reset_password", name, pick_text(await read_json(request), "password", 200))


@router.post("/api/users/{name}/disable")
async def disable_user(request: Request, name: str) -> Any:
    """Close an account; its sessions end."""
    return await act(request, "disable_user", name)


@router.post("/api/matters")
async def create_matter(request: Request) -> Any:
    """Open a matter."""
    data = await read_json(request)
    return await act(request, "create_matter", pick_text(data, "name", 200), pick_text(data, "number", 60))


@router.post("/api/matters/{matter_id}/members")
async def add_member(request: Request, matter_id: str) -> Any:
    """Give a person access to a matter; an admin gives a reason."""
    data = await read_json(request)
    reason = pick_text(data, "reason", 2000) if "reason" in data else ""
    return await act(request, "add_member", matter_id, pick_text(data, "name", 200), reason)


@router.get("/api/matters/{matter_id}/members")
async def list_members(request: Request, matter_id: str) -> Any:
    """Give who works on a matter, and who is walled off from it."""
    return await act(request, "list_members", matter_id)


@router.delete("/api/matters/{matter_id}/members/{name}")
async def remove_member(request: Request, matter_id: str, name: str) -> Any:
    """Take a person off a matter."""
    return await act(request, "remove_member", matter_id, name)


@router.post("/api/matters/{matter_id}/walls")
async def set_wall(request: Request, matter_id: str) -> Any:
    """Wall a person off from a matter: {name, reason}."""
    data = await read_json(request)
    return await act(request, "set_wall", matter_id, pick_text(data, "name", 200), pick_text(data, "reason", 2000))


@router.delete("/api/matters/{matter_id}/walls/{name}")
async def lift_wall(request: Request, matter_id: str, name: str) -> Any:
    """Lift a wall."""
    return await act(request, "lift_wall", matter_id, name)


@router.get("/api/matters/{matter_id}/notices")
async def list_notices(request: Request, matter_id: str) -> Any:
    """Give what was done to a matter that its people should see."""
    return {"notices": await act(request, "list_notices", matter_id)}


@router.post("/api/matters/{matter_id}/hold")
async def set_legal_hold(request: Request, matter_id: str) -> Any:
    """Lay a legal hold on a matter, or lift it: {holds, reason}."""
    return await _order(request, "set_legal_hold", matter_id)


@router.post("/api/matters/{matter_id}/order")
async def set_protective_order(request: Request, matter_id: str) -> Any:
    """Record a protective order over a matter, or lift it: {holds, reason}."""
    return await _order(request, "set_protective_order", matter_id)


async def _order(request: Request, action: str, matter_id: str) -> Any:
    """Run one of the orders on a matter in a thread."""
    data = await read_json(request)
    if not isinstance(data.get("holds"), bool):  # what is malformed must not lift anything
        raise WrongUsage('The field "holds" is missing or malformed.', expected="true or false")
    reason = pick_text(data, "reason", 2000) if "reason" in data else ""
    call = getattr(request.app.state.actions.orders, action)
    user = current_user(request)
    return await run_in_threadpool(call, request.app.state.house, user, matter_id, data["holds"], reason)


@router.post("/api/matters/{matter_id}/closing")
async def set_closing(request: Request, matter_id: str) -> Any:
    """Close a matter, or open it again: {closed_on, months}; "" opens it, null leaves the months to the firm."""
    data = await read_json(request)
    months = None if data.get("months") is None else pick_number(data, "months")
    call, user = request.app.state.actions.retention.set_closing, current_user(request)
    return await run_in_threadpool(
        call, request.app.state.house, user, matter_id, pick_text(data, "closed_on", 10), months
    )


@router.post("/api/matters/{matter_id}/folder")
async def set_folder(request: Request, matter_id: str) -> Any:
    """Give a matter its watched folder: {folder, responsible}."""
    data = await read_json(request)
    return await act_on_folder(
        request, "set_folder", matter_id, pick_text(data, "folder", 200), pick_text(data, "responsible", 64)
    )


@router.delete("/api/matters/{matter_id}/folder")
async def remove_folder(request: Request, matter_id: str) -> Any:
    """Watch a matter's folder no more."""
    return await act_on_folder(request, "remove_folder", matter_id)


@router.post("/api/matters/{matter_id}/folder/export")
async def allow_export(request: Request, matter_id: str) -> Any:
    """Let signed-off summaries be written to the matter's folder, or end it: {allowed}."""
    allowed = (await read_json(request)).get("allowed")
    if not isinstance(allowed, bool):
        raise WrongUsage('The field "allowed" is missing or malformed.', expected="true or false")
    return await act_on_folder(request, "allow_export", matter_id, allowed)


async def act_on_folder(request: Request, action: str, *values: Any) -> Any:
    """Run one of the actions on watched folders in a thread and give what it gives."""
    call = getattr(request.app.state.actions.folders, action)
    return await run_in_threadpool(call, request.app.state.house, current_user(request), *values)


@router.post("/api/keys/rotate")
async def rotate_keys(request: Request) -> Any:
    """Make a new master key."""
    return await act(request, "rotate_keys")


@router.post("/api/matters/{matter_id}/consent")
async def set_consent(request: Request, matter_id: str) -> Any:
    """Record whether the client agrees that corrections train the firm's model."""
    data = await read_json(request)
    return await act(request, "set_consent", matter_id, data.get("given") is True, pick_text(data, "note", 2000))


@router.post("/api/matters/{matter_id}/erase")
async def erase_matter(request: Request, matter_id: str) -> Any:
    """Erase a matter; takes a second person, who confirms by password or by a code of theirs."""
    data = await read_json(request)
    second, password = pick_text(data, "second", 200), pick_text(data, "password", 500)
    actions, house = request.app.state.actions, request.app.state.house
    erase = partial(actions.people.erase_matter, house, current_user(request), matter_id, second, password=password)
    return await run_in_threadpool(erase)


@router.post("/api/matters/{matter_id}/erase/code")
async def make_erasure_code(request: Request, matter_id: str) -> Any:
    """Agree to an erasure as the second person, who has just signed on: gives the code for the first."""
    actions, house, login = request.app.state.actions, request.app.state.house, request.state.login
    return await run_in_threadpool(actions.retention.make_code, house, login.user, matter_id, login.since)


async def act(request: Request, action: str, *values: Any) -> Any:
    """Run one of the people's actions in a thread and give what it gives."""
    call = getattr(request.app.state.actions.people, action)
    result = await run_in_threadpool(call, request.app.state.house, current_user(request), *values)
    return result if result is not None else {"done": True}


def _matters(request: Request) -> list[dict[str, Any]]:
    return list(request.app.state.actions.people.list_matters(request.app.state.house, current_user(request)))
