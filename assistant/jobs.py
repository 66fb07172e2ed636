"""Durable jobs, thin over DBOS: a workflow killed in the middle goes on with its unfinished step at the next launch.

DBOS keeps what goes into a workflow and what comes out of a step in its own database, which no matter's key seals:
only ids, keys and counts may pass, and this module refuses anything else. Errors are kept as their class and place;
the words of an error are kept only where it is one of ours, which hold no content.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from assistant.errors import CasebriefError, Conflict, NotFound, WrongUsage
from assistant.failures import JobFailed, RecordedFailure, ShortFailures, guard_call, rebuild_error
from assistant.pace import Pace
from assistant.settings import Settings
from assistant.store.tokens import check_tokens

QUEUES: dict[str, int] = {"ingest": 3, "rounds": 1, "summaries": 1, "grids": 1}
"""Name of each queue and how many of its jobs run at once: one filing is read, one gets its pseudonyms, one vectors."""

WORKFLOWS_VERSION = "casebrief-1"
"""Raised when a workflow's steps change: jobs begun by another version are not continued by this one."""

_MAX_RECOVERIES = 20
_STATUS = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Job:
    """Where a job stands.

    Attributes:
        job_id: Its identity.
        name: Name of its workflow.
        status: "queued", "running", "done", "failed" or "cancelled".
        done: Units of the current step that are done.
        total: Units of the current step, 0 where unknown.
        label: What it is doing, in words without content.
        error: Why it failed, without content, or "".
        ids: What it was started with.
        result: What it gave, ids and counts; None until it is done.
        seconds_left: How long it still takes, as measured; None where that is not known.
    """

    job_id: str
    name: str
    status: str
    done: int = 0
    total: int = 0
    label: str = ""
    error: str = ""
    ids: tuple[str, ...] = ()
    result: Any = None
    seconds_left: float | None = None

    @property
    def ended(self) -> bool:
        """True where it will not change any more."""
        return self.status in ("done", "failed", "cancelled")


class JobInterrupted(BaseException):
    """Raised inside a running step when the process shuts down; the step runs again at the next launch."""


class _State:
    """What one process knows of its jobs, beside what DBOS keeps."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.launched = False
        self.stopping = False
        self.bodies: dict[str, Callable[..., Any]] = {}
        self.durable: dict[str, Callable[..., Any]] = {}
        self.pace = Pace()
        self.cancelled: set[str] = set()
        self.owner: int | None = None
        self.workers: Any = None
        self.queue_of: dict[str, str] = {}


_state = _State()
_SHORT_FAILURES = ShortFailures()
_job_id: ContextVar[str] = ContextVar("job_id", default="")


def workflow(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function of ids a workflow of this name; called directly it runs at once and leaves no trace.

    Register before `launch`, or jobs of this name that a crash left cannot go on. Registering a name again
    replaces the function.
    """

    def register(body: Callable[P, R]) -> Callable[P, R]:
        with _state.lock:
            _state.bodies[name] = body
            if _state.launched:
                _make_durable(name)
        body.__dict__["job_name"] = name
        return body

    return register


def step(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a step: inside a job, its result is kept and it does not run again once it ended.

    It must be safe to run again after a crash in its middle, take what it likes and give ids and counts only.
    An error of ours comes out as it was raised, also when it is read back; any other as `JobFailed`.
    """

    def wrap(body: Callable[P, R]) -> Callable[P, R]:
        @wraps(body)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not _job_id.get():
                return body(*args, **kwargs)
            return _run_step(name, lambda: body(*args, **kwargs))

        return call

    return wrap


def launch(settings: Settings) -> None:
    """Start working on the queues, first on what an earlier process left unfinished; nothing where it is launched.

    Raises:
        Conflict: Another process works on the jobs of this data root.
    """
    from dbos import DBOS, DBOSPortableJSONSerializer

    from assistant.queue_workers import QueueWorkers

    with _state.lock:
        if _state.launched:
            return
        path = settings.folder(".") / "jobs.db"
        _state.owner = _take_ownership(path.with_name("jobs.lock"))
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        dbos = DBOS(
            config={
                "name": "casebrief",
                "system_database_url": f"sqlite:///{path}",
                "application_version": WORKFLOWS_VERSION,
                "executor_id": "casebrief",
                "serializer": DBOSPortableJSONSerializer(),
                "enable_otlp": False,
                "log_level": "WARNING",
            }
        )
        logging.getLogger("dbos").addFilter(_SHORT_FAILURES)
        for name in _state.bodies:
            _make_durable(name)
        DBOS.listen_queues([])  # our own workers do, which are rung
        DBOS.launch()
        _state.workers = QueueWorkers(dbos, QUEUES, _state.durable, WORKFLOWS_VERSION)
        _state.stopping = False
        _state.launched = True
        _state.workers.start()  # last: a job that was cut off is taken up at once, and asks for all of these


def shutdown() -> None:
    """Stop working: running steps are interrupted at their next sign of life and run again at the next launch."""
    from dbos import DBOS

    with _state.lock:
        if not _state.launched:
            return
        _state.stopping = True
        _state.launched = False
        _state.workers.stop()
        DBOS.destroy()
        _state.pace.clear()
        _state.cancelled.clear()
        if _state.owner is not None:
            os.close(_state.owner)
            _state.owner = None


def enqueue(queue: str, name_or_fn: str | Callable[..., Any], *ids: str, workflow_id: str | None = None) -> str:
    """Put a job on a queue and give its id; it is on disk when this returns.

    Args:
        queue: One of `QUEUES`.
        name_or_fn: A workflow or its name.
        *ids: What it is given: ids, no text.
        workflow_id: Identity; an id that is there already gives that job and starts none.

    Raises:
        WrongUsage: There is no such queue or workflow, or an argument is not an id.
        CasebriefError: The jobs are not launched.
    """
    from dbos import DBOS, SetWorkflowID

    if queue not in QUEUES:
        raise WrongUsage(f"There is no queue {queue!r}.", expected="one of " + ", ".join(QUEUES))
    name = name_or_fn if isinstance(name_or_fn, str) else str(getattr(name_or_fn, "job_name", ""))
    if name not in _state.bodies:
        raise WrongUsage(f"There is no workflow {name!r}.", expected="one of " + ", ".join(sorted(_state.bodies)))
    if not all(isinstance(item, str) for item in ids):
        raise WrongUsage("A job was given something else than ids.", expected="strings")
    check_tokens(list(ids), "a job")
    _need_launch()
    with SetWorkflowID(workflow_id) if workflow_id is not None else nullcontext():
        job_id = str(DBOS.enqueue_workflow(queue, _state.durable[name], *ids).workflow_id)
    _state.queue_of[name] = queue
    _state.workers.tell_added(queue)
    return job_id


def run(name_or_fn: str | Callable[..., Any], *ids: str, timeout: float | None = None) -> Any:
    """Put a job on its queue, wait for its end and give its result.

    Raises:
        CasebriefError: What the job failed by; `JobFailed` also where it was cancelled or outlived `timeout` (s).
    """
    name = name_or_fn if isinstance(name_or_fn, str) else str(getattr(name_or_fn, "job_name", ""))
    queue = next((known for known in QUEUES if known in (name, f"{name}s")), "summaries")
    job_id = enqueue(queue, name_or_fn, *ids)
    ended = wait(job_id, timeout)
    if ended.status == "failed":
        raise _failure_of(job_id)
    if ended.status != "done":
        raise JobFailed(
            f"The job {job_id} is {ended.status} after waiting.", do="Look at its state, or start it again."
        )
    return ended.result


def job(job_id: str) -> Job:
    """Tell where a job stands.

    Raises:
        NotFound: There is no such job.
    """
    from dbos import DBOS

    _need_launch()
    status = DBOS.get_workflow_status(job_id)
    if status is None:
        raise NotFound(f"There is no job {job_id}.", do="List the jobs.")
    return _describe(status)


def list_jobs(limit: int | None = 200, *, unfinished: bool = False) -> tuple[Job, ...]:
    """List jobs, newest first: at most `limit` (None for all), or only those queued or running."""
    from dbos import DBOS

    _need_launch()
    wanted = ["ENQUEUED", "DELAYED", "PENDING"] if unfinished else None
    found = DBOS.list_workflows(sort_desc=True, limit=limit, status=wanted)  # type: ignore[arg-type]
    return tuple(_describe(status) for status in found)


def cancel(job_id: str) -> None:
    """Cancel a job: not begun, it never begins; running, it ends after its step, or sooner if the step polls.

    Raises:
        NotFound: There is no such job.
    """
    from dbos import DBOS

    if job(job_id).ended:
        return
    DBOS.cancel_workflow(job_id)  # first: the step ends as soon as it sees the mark, and the next one must not begin
    _state.cancelled.add(job_id)


def wait(job_id: str, timeout: float | None = None) -> Job:
    """Wait for a job's end, at most `timeout` seconds, and tell where it stands then.

    Raises:
        NotFound: There is no such job.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    pause = 0.02
    while not (found := job(job_id)).ended and (deadline is None or time.monotonic() < deadline):
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    return found


def report_progress(done: int, total: int, label: str = "") -> None:
    """Say, from inside a step or a workflow, how far it is; outside a job nothing happens. Kept in memory only.

    Raises:
        JobInterrupted: The process shuts down; let it pass.
    """
    job_id = _job_id.get()
    if job_id:
        _stop_if_asked()
        _state.pace.note(job_id, done, total, label)


def cancelled() -> bool:
    """Tell, from inside a long step, whether its job was cancelled, so that it can end early.

    Raises:
        JobInterrupted: The process shuts down; let it pass.
    """
    job_id = _job_id.get()
    if not job_id:
        return False
    _stop_if_asked()
    return job_id in _state.cancelled


def _stop_if_asked() -> None:
    if _state.stopping:
        raise JobInterrupted("the process shuts down")


def _need_launch() -> None:
    if not _state.launched:
        raise CasebriefError("The jobs are not launched in this process.", do="Call jobs.launch(settings) first.")


def _take_ownership(path: Path) -> int:
    """Lock the jobs of a data root for this process: a second launch would run live steps again."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Conflict(
            "Another Casebrief process works on the jobs of this data root.",
            do="Use that one, or stop it first.",
        ) from None
    return handle


def _make_durable(name: str) -> None:
    """Register a workflow with DBOS once; it looks the function up when it runs."""
    from dbos import DBOS

    if name in _state.durable:
        return

    def run_workflow(*ids: str) -> Any:
        job_id = str(DBOS.workflow_id)
        token = _job_id.set(job_id)
        try:
            result = guard_call(name, lambda: _state.bodies[name](*ids))
            _state.pace.end(job_id, completed=True)
            return result
        finally:
            _state.pace.end(job_id, completed=False)
            _job_id.reset(token)
            _state.workers.tell_ended(_state.queue_of.get(name, ""))

    _state.durable[name] = DBOS.workflow(name=name, max_recovery_attempts=_MAX_RECOVERIES)(run_workflow)


def _run_step(name: str, call: Callable[[], R]) -> R:
    """Run a step under DBOS, and give its error back as the class it was, first time and when read back."""
    from dbos import DBOS, PortableWorkflowError

    _stop_if_asked()
    try:
        return DBOS.run_step({"name": name}, guard_call, name, call)
    except (RecordedFailure, PortableWorkflowError) as error:
        raise rebuild_error(error.data) from None


def _failure_of(job_id: str) -> CasebriefError:
    """Give the error that a failed job ended by."""
    from dbos import DBOS

    status = DBOS.get_workflow_status(job_id)
    return rebuild_error(getattr(status.error if status else None, "data", None))


def _describe(status: Any) -> Job:
    """Turn DBOS's record into ours."""
    done, total, label = _state.pace.latest(status.workflow_id)
    given = status.input["args"] if isinstance(status.input, dict) else ()
    return Job(
        job_id=status.workflow_id,
        name=status.name,
        status=_STATUS.get(status.status, "failed"),
        done=done,
        total=total,
        label=label,
        error=str(rebuild_error(getattr(status.error, "data", None))) if status.error else "",
        ids=tuple(str(item) for item in given),
        result=status.output,
        seconds_left=_state.pace.left(status.workflow_id),
    )
