"""How far jobs are and, from what was measured, how long they still take; kept in memory only."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_KEPT = 16
_LEAST_UNITS = 3
_LEAST_S = 2.0


@dataclass(slots=True)
class _Step:
    """A step of one job: when it began (seconds of the clock), with how many units done, and how far it is."""

    label: str
    began: float
    done_at_first: int
    done: int
    total: int


class Pace:
    """The progress of jobs of one kind, and the time they have left.

    The time left is what the step at hand still takes, by its own pace, and what the steps after it took, for each
    unit, in jobs that ended in this process. Where either was not measured yet nothing is told: reading the pages of a
    filing takes seconds and replacing its names minutes, so the pace of one says nothing of the other.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._steps: dict[str, list[_Step]] = {}
        self._latest: dict[str, tuple[int, int, str]] = {}
        # By label: seconds for each unit that the step itself took, and that came between its end and the job's.
        self._own: dict[str, deque[float]] = {}
        self._after: dict[str, deque[float]] = {}

    def note(self, job_id: str, done: int, total: int, label: str) -> None:
        """Note how far a job is: units done of all in the step that `label` names."""
        with self._lock:
            self._latest[job_id] = (done, total, label)
            steps = self._steps.setdefault(job_id, [])
            if not steps or steps[-1].label != label:
                steps.append(_Step(label, self._clock(), done, done, total))
            steps[-1].done, steps[-1].total = done, total

    def latest(self, job_id: str) -> tuple[int, int, str]:
        """Give what was noted last: units done, units in all (0 where unknown), label."""
        with self._lock:
            return self._latest.get(job_id, (0, 0, ""))

    def end(self, job_id: str, *, completed: bool) -> None:
        """Say that a job has ended; what one that was completed took is learnt from. Said again, it does nothing."""
        with self._lock:
            steps, now = self._steps.pop(job_id, []), self._clock()
            if not completed:
                return
            ends = [*(step.began for step in steps[1:]), now]
            for step, end in zip(steps, ends, strict=False):
                if step.total > 0:
                    self._own.setdefault(step.label, deque(maxlen=_KEPT)).append((end - step.began) / step.total)
                    self._after.setdefault(step.label, deque(maxlen=_KEPT)).append((now - end) / step.total)

    def left(self, job_id: str) -> float | None:
        """Give the seconds that a job still takes, or None where that was not measured."""
        with self._lock:
            steps = self._steps.get(job_id)
            if not steps or steps[-1].total <= 0:
                return None
            step = steps[-1]
            rest, after = self._rest_of(step), self._after.get(step.label)
            return None if rest is None or not after else rest + statistics.median(after) * step.total

    def _rest_of(self, step: _Step) -> float | None:
        """Give the seconds that the step at hand still takes: by its own pace, else by that of earlier jobs."""
        spent, made = self._clock() - step.began, step.done - step.done_at_first
        if made >= _LEAST_UNITS and spent >= _LEAST_S:
            return spent / made * (step.total - step.done)
        known = self._own.get(step.label)
        rest = statistics.median(known) * step.total - spent if known else -1.0
        return rest if rest > 0 else None  # it takes longer than any that was measured: nobody knows how long

    def clear(self) -> None:
        """Forget all jobs; what was learnt from them stays."""
        with self._lock:
            self._steps.clear()
            self._latest.clear()
