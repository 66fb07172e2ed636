"""The workers that take jobs from the queues: rung where a job is put on or ends, and slow clocks otherwise.

DBOS looks at each queue by the clock. Often enough to start a job at once, that takes a good part of what a busy server
computes; rarely enough to cost nothing, a job waits. So its worker's loop runs in threads of ours, each with a bell.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Mapping
from typing import Any

from dbos import DBOS
from dbos._queue import queue_worker_thread  # the loop itself: in public there is one with a clock only

_LOG = logging.getLogger(__name__)
IDLE_POLL_S = 5.0
"""Between two looks at a queue about which nothing was heard."""

_AFTER_START_S = (0.0, 0.5, 1.0, 2.0)  # what a crash left unfinished is queued again meanwhile
_AFTER_END_S = (0.1, 0.5, 2.0)  # a job leaves DBOS' count of running ones a moment after it has ended
_STOP_LIMIT_S = 10.0


class Bell:
    """What a worker waits on, in the place of the event that DBOS would stop it by."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stopped = False
        self._due: list[float] = []

    def ring(self, *after_s: float) -> None:
        """Have the worker look at its queue after these pauses, 0 for now."""
        with self._changed:
            now = time.monotonic()
            self._due = [*self._due, *(now + pause for pause in after_s)]
            self._changed.notify_all()

    def set(self) -> None:
        """Have the worker end."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        """Tell whether the worker is to end."""
        return self._stopped

    def wait(self, timeout: float) -> bool:
        """Wait until a look is due, at most `timeout` seconds; give whether the worker is to end."""
        limit = time.monotonic() + timeout
        with self._changed:
            while not self._stopped:
                now, due = time.monotonic(), min([limit, *self._due])
                if now >= due:
                    self._due = [at for at in self._due if at > now]
                    break
                self._changed.wait(due - now)
            return self._stopped


class QueueWorkers:
    """One worker a queue, in threads of this process.

    Args:
        dbos: Launched, and told to listen to no queue itself.
        queues: How many jobs of each queue run at the same time.
        known: Names of the workflows that this version has.
        version: Of the workflows.
    """

    def __init__(self, dbos: DBOS, queues: Mapping[str, int], known: Collection[str], version: str) -> None:
        _cancel_strangers(known, version)
        self._bells = {name: Bell() for name in queues}
        self._threads: list[threading.Thread] = []
        for name, concurrency in queues.items():
            queue = DBOS.register_queue(
                name,
                # By what is stored too: a job that was just taken is not among the worker's running ones at once.
                global_concurrency=concurrency,
                worker_concurrency=concurrency,
                polling_interval_sec=IDLE_POLL_S,
                on_conflict="always_update",
            )
            self._bells[name].ring(*_AFTER_START_S)
            given: tuple[Any, ...] = (self._bells[name], dbos, queue)
            self._threads.append(threading.Thread(target=queue_worker_thread, args=given, name=name, daemon=True))

    def start(self) -> None:
        """Begin to take jobs."""
        for thread in self._threads:
            thread.start()

    def tell_added(self, name: str) -> None:
        """Say that a job was put on a queue."""
        self._bells[name].ring(0.0)

    def tell_ended(self, name: str) -> None:
        """Say that a job of a queue ends, of any where the name is ""."""
        for bell in [self._bells[name]] if name else self._bells.values():
            bell.ring(*_AFTER_END_S)

    def stop(self) -> None:
        """End all workers and wait for the looks that are under way."""
        for bell in self._bells.values():
            bell.set()
        for thread in self._threads:
            thread.join(_STOP_LIMIT_S)


def _cancel_strangers(known: Collection[str], version: str) -> None:
    """Cancel jobs that nobody here can run: they would count as running for ever, and fill their queue."""
    for job in DBOS.list_workflows(status=["PENDING", "ENQUEUED"], load_input=False, load_output=False):
        begun_by_another = job.status == "PENDING" and job.app_version != version
        if job.queue_name and (job.name not in known or begun_by_another):
            _LOG.warning("A job of another version (%s) was left unfinished and is cancelled.", job.name)
            DBOS.cancel_workflow(job.workflow_id)
