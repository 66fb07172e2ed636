"""What went wrong, as a person reads it and as the log keeps it; errors are worded here and on the command line."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.errors import Busy, CasebriefError, Conflict, NotAllowed, NotFound, RefusedInput, WrongUsage
from assistant.settings import Settings

_log = logging.getLogger("casebrief.faults")
_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

OUR_FAULT = "Something in Casebrief itself failed. What was stored before is as it was."


def word_error(error: BaseException) -> str:
    """Give one or two sentences: what happened and what to do. Never shows the text of a foreign exception."""
    if isinstance(error, CasebriefError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    return f"{OUR_FAULT} ({type(error).__name__}; see logs/casebrief.log under the data root.)"


def exit_code(error: BaseException) -> int:
    """Give the exit code of the command-line contract: 2 usage, 3 refused, 4 not allowed, 1 our fault."""
    if isinstance(error, CasebriefError):
        return error.exit_code
    return 3 if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError) else 1


def http_status(error: BaseException) -> int:
    """Give the HTTP status of an error."""
    table = (
        (NotAllowed, 403),
        (NotFound, 404),
        (Conflict, 409),
        (Busy, 503),
        (RefusedInput, 422),
        (WrongUsage, 400),
    )
    return next((status for kind, status in table if isinstance(error, kind)), 500)


def log_fault(error: BaseException, where: str) -> None:
    """Log an error of ours by type and place only: its message and its values may hold a client's text."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " > ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}:{f.name}" for f in frames)
    _log.error("%s: %s at %s", where, type(error).__name__, places)


def open_log(settings: Settings) -> None:
    """Send the log of our packages to home/logs/casebrief.log; it holds ids, counts and seconds, no client text."""
    path = settings.folder("logs") / "casebrief.log"
    for handler in logging.getLogger("casebrief").handlers:
        if getattr(handler, "baseFilename", "") == str(path.absolute()):
            return
    new = logging.FileHandler(path, encoding="utf-8")
    new.setFormatter(logging.Formatter(_LOG_FORMAT))
    path.chmod(0o600)
    for name in ("casebrief", "assistant", "ingest", "finetune", "ui"):
        logger = logging.getLogger(name)
        logger.handlers = [new]
        logger.setLevel(logging.INFO)
        logger.propagate = False


@contextmanager
def settle_failure(what: str, settle: Callable[[str], object]) -> Iterator[None]:
    """Store how long work failed, in words, and raise on; what is our own fault goes to the log too.

    Args:
        what: Names the work in the log.
        settle: Stores the words.
    """
    try:
        yield
    except Exception as error:
        if exit_code(error) == 1:
            log_fault(error, what)
        settle(word_error(error))
        raise
