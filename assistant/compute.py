"""One thread for all work with tensors.

OpenMP keeps a pool of workers for each thread that ever ran a tensor operation. Once the pools together have more
threads than the machine has processors, every worker sleeps at every barrier where it spun before, and each layer
of a model has dozens: a server that answers from a dozen threads writes at half its speed, though it does one thing
at a time. So the models run in one thread, and what runs for minutes runs in a thread that ends with it.
"""

from __future__ import annotations

import contextvars
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_GIVES_WAY = 10  # steps of priority ("nice")
_IDLE_S = 2.0  # after which the thread ends and gives its pool back, so that training has the processors alone


class ComputeThread:
    """Runs pieces of work one after another, in the order asked, those that somebody waits for before all others.

    It starts with the first and ends when idle.
    """

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._urgent: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._thread: threading.Thread | None = None

    def run(self, work: Callable[[], T], *, urgent: bool = False) -> T:
        """Run `work` in the thread, in the caller's context, and give what it gives, or raise what it raises.

        Work that is asked for from within the thread runs at once; urgent work (of milliseconds, or the rest starves)
        as soon as the piece at hand is done.
        """
        if threading.current_thread() is self._thread:
            return work()
        future: Future[T] = Future()
        context = contextvars.copy_context()
        queue = self._urgent if urgent else self._waiting
        with self._wake:
            queue.append((future, lambda: context.run(work)))
            if self._thread is None:
                thread = threading.Thread(target=self._serve, name="compute", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the system gives no more threads: say so, and let the next one try again
                    queue.pop()
                    raise
                self._thread = thread
            else:
                self._wake.notify()
        return future.result()

    def _serve(self) -> None:
        while True:
            with self._wake:
                if not self._wake.wait_for(lambda: self._urgent or self._waiting, _IDLE_S):
                    self._thread = None
                    return
                future, work = (self._urgent or self._waiting).popleft()
            try:
                future.set_result(work())
            except BaseException as error:  # the one who asked is to have it, whatever it is
                future.set_exception(error)
            del future, work  # nothing of the last work is kept alive while idle


_compute = ComputeThread()
_claim_lock = threading.Lock()
_claimed = 0


def run(work: Callable[[], T], *, urgent: bool = False) -> T:
    """Run a short piece of work (a pass of a model, its loading) in the process' one compute thread."""
    return _compute.run(work, urgent=urgent)


def run_apart(work: Callable[[], T]) -> T:
    """Run long work (training) in a thread of its own, which gives its pool of workers back when it ends.

    It gives way: whoever waits for a page has the processors first, and training what is left.
    """

    def give_way() -> T:
        if sys.platform == "linux":  # where a thread has a priority of its own, which those that it starts inherit
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, min(os.getpriority(os.PRIO_PROCESS, thread) + _GIVES_WAY, 19))
        return work()

    return ComputeThread().run(give_way)


@contextmanager
def claim_processor() -> Iterator[None]:
    """Tell work with tensors that a processor is busy with something else, such as reading a filing."""
    global _claimed
    with _claim_lock:
        _claimed += 1
    try:
        yield
    finally:
        with _claim_lock:
            _claimed -= 1


def count_free_processors() -> int:
    """Give how many processors nothing has claimed; at least one."""
    return max((os.cpu_count() or 1) - _claimed, 1)


def _forget_thread() -> None:
    """A forked child has none of its parent's threads."""
    global _compute, _claim_lock, _claimed
    _compute, _claim_lock, _claimed = ComputeThread(), threading.Lock(), 0


os.register_at_fork(after_in_child=_forget_thread)
