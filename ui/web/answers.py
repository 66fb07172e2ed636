"""How answers leave the house, errors among them: one sentence and the next action, with the status that fits."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from starlette.responses import JSONResponse, Response

from assistant.errors import CasebriefError, WrongUsage
from ui.messages import OUR_FAULT, http_status


def answer_json(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a route's function so that data leaves it as JSON already.

    Otherwise FastAPI would copy the data piece by piece, or check it in another thread, and encode it in the one thread
    that all requests pass.
    """

    @wraps(endpoint)
    def give(**given: Any) -> Response:
        return _encode(endpoint(**given))

    @wraps(endpoint)
    async def give_later(**given: Any) -> Response:
        return _encode(await endpoint(**given))

    return give_later if inspect.iscoroutinefunction(endpoint) else give


def _encode(data: Any) -> Response:
    return data if isinstance(data, Response) else JSONResponse(data)


def describe(error: Exception) -> dict[str, str]:
    """Give an error as the JSON that the screens show: what happened, and what to do."""
    if isinstance(error, CasebriefError):
        what = error.what + (f" Expected: {error.expected}." if error.expected else "")
        return {"error": what, "do": error.do or ""}
    return {"error": OUR_FAULT, "do": "Try again; if it stays, tell your administrator."}


def answer_error(error: Exception) -> Response:
    """Answer with an error as JSON."""
    return JSONResponse(describe(error), status_code=http_status(error))


def pick_text(data: dict[str, Any], name: str, limit: int = 20_000) -> str:
    """Take a text field from a request's JSON; WrongUsage where it is no text or longer than `limit` characters."""
    value = data.get(name)
    if not isinstance(value, str) or len(value) > limit:
        raise WrongUsage(f'The field "{name}" is missing or too long.', expected=f"text of up to {limit} characters")
    return value


def pick_number(data: dict[str, Any], name: str) -> int:
    """Take a whole number from a request's JSON; WrongUsage where it is none."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongUsage(f'The field "{name}" is missing or not a whole number.')
    return value


def pick_names(data: dict[str, Any], name: str, limit: int = 200) -> list[str]:
    """Take a list of at most `limit` texts from a request's JSON, empty where absent; WrongUsage where it is none."""
    value = data.get(name) or []
    if not isinstance(value, list) or len(value) > limit or not all(isinstance(v, str) for v in value):
        raise WrongUsage(f'The field "{name}" is not a list of texts.')
    return value
