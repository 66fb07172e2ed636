"""The door for the command line on the same machine: commands by HTTP to the process that owns the data root.

The caller proves to be the operating-system user that owns the data root by the token in server.json, which only
that user can read; a login of the web app does not open this door.
"""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from ui.owner import read_address, shell_login

if TYPE_CHECKING:
    from ui.services import House

router = APIRouter(prefix="/local", include_in_schema=False)

_LOOPBACK = ("127.0.0.1", "::1", "testclient")


@router.post("/commands/{name}")
async def run(name: str, request: Request) -> StreamingResponse:
    """Run a command of `ui.commands` and send its events as JSON lines.

    The body holds `user` (whom --as names, or null) and `arguments`. The login of the shell is not asked for: the
    token proves that it is this process's own.
    """
    house: House = request.app.state.house
    _check_caller(house, request)
    body = await request.json()
    return StreamingResponse(_stream(house, name, body), media_type="application/x-ndjson")


def _check_caller(house: House, request: Request) -> None:
    address = read_address(house.settings.home)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = address is not None and hmac.compare_digest(token.encode(), address.token.encode())
    near = request.client is not None and request.client.host in _LOOPBACK
    if scheme != "Bearer" or not known or not near:
        raise HTTPException(status_code=404)


async def _stream(house: House, name: str, body: dict[str, Any]) -> AsyncIterator[bytes]:
    """Run the command in a thread and send its events; where the caller goes away the command is told to stop."""
    from ui.commands import Call, run_command

    stop = threading.Event()
    call = Call(house, body.get("user"), shell_login(), dict(body.get("arguments") or {}), stop)
    try:
        async for event in iterate_in_threadpool(run_command(name, call)):
            yield (json.dumps(event, ensure_ascii=False) + "\n").encode()
    finally:
        stop.set()
