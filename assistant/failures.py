"""How a job's failure is kept where no key seals it: our errors in words, all others as their class and place."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from assistant.errors import CasebriefError
from assistant.store.tokens import check_tokens

R = TypeVar("R")
_OURS = (__file__, str(Path(__file__).with_name("jobs.py")))


class JobFailed(CasebriefError):
    """A job or a step of it ended by an error that is not one of ours."""


class RecordedFailure(Exception):
    """An error in the form in which DBOS may keep it: `data` is what the error is rebuilt from."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data["what"])
        self.data = data


class ShortFailures(logging.Filter):
    """Log a failed job as one line: the frames between are DBOS's own, and our line says the place."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback off a record of a failure that is taken down already."""
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if isinstance(error, RecordedFailure):
            record.msg, record.args, record.exc_info = f"A job failed: {error}", (), None
        return True


def guard_call(name: str, call: Callable[[], R]) -> R:
    """Let only ids and counts out of `call`, and errors only in the form in which they may be kept.

    Raises:
        RecordedFailure: Whatever went wrong; `rebuild_error` makes the error again from its `data`.
    """
    try:
        result = call()
        check_tokens(result, f"the result of {name}")
        return result
    except CasebriefError as error:
        data = {"kind": type(error).__name__, "what": error.what, "expected": error.expected, "do": error.do}
    except Exception as error:
        data = {"kind": "JobFailed", "what": f"{type(error).__name__} in {name}, at {_place(error)}.", "do": None}
    raise RecordedFailure(data) from None


def _place(error: BaseException) -> str:
    """Say where an error was raised: the last files and lines, without any value."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename not in _OURS]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-3:])


def rebuild_error(data: Any) -> CasebriefError:
    """Make the error again that `guard_call` took down."""
    if not isinstance(data, dict) or "what" not in data:
        return JobFailed("A step failed and its error cannot be read.", do="Start the job again.")
    kinds = {kind.__name__: kind for kind in _all_kinds(CasebriefError)}
    kind = kinds.get(str(data.get("kind")), JobFailed)
    return kind(str(data["what"]), expected=data.get("expected"), do=data.get("do"))


def _all_kinds(base: type[CasebriefError]) -> list[type[CasebriefError]]:
    return [base, *(kind for child in base.__subclasses__() for kind in _all_kinds(child))]
