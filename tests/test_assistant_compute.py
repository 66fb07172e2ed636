"""The compute thread: order, errors, its end, and that a model's work is done in no other thread."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import time

import pytest

from assistant import compute


def test_work_runs_in_one_other_thread_and_in_its_callers_context() -> None:
    said = contextvars.ContextVar("said", default="nothing")
    said.set("hello")
    names = {compute.run(lambda: (threading.current_thread().name, said.get())) for _ in range(3)}
    assert names == {("compute", "hello")}
    assert compute.run(lambda: compute.run(lambda: threading.current_thread().name)) == "compute", "no deadlock within"


def test_an_error_reaches_the_one_who_asked_and_the_thread_goes_on() -> None:
    def fail() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        compute.run(fail)
    assert compute.run(lambda: 7) == 7


def test_work_of_many_threads_never_overlaps() -> None:
    inside, most, given = [0], [0], []

    def work(number: int) -> int:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.002)
        inside[0] -= 1
        return number

    def ask(number: int) -> None:
        given.append(compute.run(lambda: work(number)))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(20)) and most == [1]


def test_an_idle_thread_ends_and_the_next_work_finds_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "_IDLE_S", 0.05)
    mine = compute.ComputeThread()
    first = mine.run(threading.current_thread)
    first.join(5)
    assert not first.is_alive()
    assert mine.run(threading.current_thread) is not first


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_a_thread_of_its_own() -> None:
    compute.run(lambda: None)
    child = os.fork()
    if child == 0:
        os._exit(0 if compute.run(lambda: 5) == 5 else 1)
    deadline = time.monotonic() + 10
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    if ended[0] == 0:
        os.kill(child, 9)
    assert ended == (child, 0)


def test_long_work_does_not_hold_up_short_work() -> None:
    begun, free = threading.Event(), threading.Event()

    def train() -> str:
        begun.set()
        return "done" if free.wait(10) else "late"

    told: list[str] = []
    trainer = threading.Thread(target=lambda: told.append(compute.run_apart(train)))
    trainer.start()
    assert begun.wait(5) and compute.run(lambda: 1) == 1
    free.set()
    trainer.join(5)
    assert told == ["done"]


def test_what_keeps_a_processor_busy_leaves_tensors_the_others():
    from assistant.compute import claim_processor, count_free_processors

    free = count_free_processors()
    with claim_processor():
        assert count_free_processors() == max(free - 1, 1)
        with claim_processor():
            assert count_free_processors() == max(free - 2, 1)
    assert count_free_processors() == free


def test_urgent_work_goes_before_what_waits_and_not_before_what_runs() -> None:
    mine, running, free = compute.ComputeThread(), threading.Event(), threading.Event()
    order: list[str] = []

    def hold() -> None:
        running.set()
        assert free.wait(10)
        order.append("running")

    threads = [threading.Thread(target=lambda: mine.run(hold))]
    threads[0].start()
    assert running.wait(5)
    for name, urgent in (("passages", False), ("more passages", False), ("question", True)):
        threads.append(
            threading.Thread(target=lambda n=name, u=urgent: mine.run(lambda: order.append(n), urgent=u))  # type: ignore[misc]
        )
        threads[-1].start()
        while len(mine._waiting) + len(mine._urgent) < len(threads) - 1:
            time.sleep(0.001)
    free.set()
    for thread in threads:
        thread.join(5)
    assert order == ["running", "question", "passages", "more passages"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there has a thread a priority of its own")
def test_long_work_gives_way_and_nobody_else_does() -> None:
    def tell() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = tell()
    assert compute.run_apart(tell) == min(before + 10, 19)
    assert tell() == before == compute.run(tell)
