"""Durable jobs: order, errors, progress, cancelling, and going on after kill -9."""

import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from store_samples import CLIENT, find_bytes, settings_of

from assistant import jobs, queue_workers
from assistant.errors import CasebriefError, Conflict, NotFound, RefusedInput, WrongUsage
from assistant.pace import Pace

gate = threading.Event()
ran: list[str] = []


@jobs.step("count")
def count(document_id):
    for n in range(3):
        jobs.report_progress(n + 1, 3, "counting")
    ran.append(document_id)
    return {"n": 3, "ids": [document_id]}


@jobs.step("refuse")
def refuse(document_id):
    ran.append("refuse")
    raise RefusedInput("The file has no pages.", expected="at least one page", do="Send another.")


@jobs.step("crash")
def crash():
    return {"a": 1}[CLIENT]


@jobs.step("leak")
def leak():
    return CLIENT


@jobs.step("hold")
def hold():
    ran.append("hold")
    for _ in range(400):
        jobs.report_progress(1, 2, "holding")
        if jobs.cancelled():
            ran.append("saw it")
            return {"stopped": True}
        if gate.wait(0.02):
            return {"stopped": False}
    raise AssertionError("nobody opened the gate")


@jobs.workflow("t-count")
def count_job(document_id):
    return count(document_id)


@jobs.workflow("t-refuse")
def refuse_job(document_id):
    refuse(document_id)


@jobs.workflow("t-catch")
def catch_job(document_id):
    try:
        refuse(document_id)
    except RefusedInput as error:
        return {"caught": error.exit_code}


@jobs.workflow("t-crash")
def crash_job():
    crash()


@jobs.workflow("t-raise")
def raise_job():
    raise ValueError(CLIENT)


@jobs.workflow("t-leak")
def leak_job():
    leak()


@jobs.workflow("t-hold")
def hold_job(document_id):
    hold()
    count(document_id)


@pytest.fixture
def home(tmp_path):
    ran.clear()
    gate.clear()
    jobs.launch(settings_of(tmp_path))
    yield tmp_path
    gate.set()
    jobs.shutdown()


def wait_until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_job_runs_and_tells_its_result_and_progress(home):
    job_id = jobs.enqueue("ingest", "t-count", "d-1")
    found = jobs.wait(job_id, 20)
    assert (found.name, found.status, found.ids) == ("t-count", "done", ("d-1",))
    assert (found.done, found.total, found.label) == (3, 3, "counting")
    assert found.result == {"n": 3, "ids": ["d-1"]}
    assert jobs.run(count_job, "d-2", timeout=20) == {"n": 3, "ids": ["d-2"]}
    assert [job.name for job in jobs.list_jobs()] == ["t-count", "t-count"]
    assert jobs.list_jobs(unfinished=True) == ()


def test_the_same_identity_is_the_same_job(home):
    first = jobs.enqueue("ingest", count_job, "d-1", workflow_id="ingest-d-1")
    jobs.wait(first, 20)
    assert jobs.enqueue("ingest", count_job, "d-1", workflow_id="ingest-d-1") == "ingest-d-1" == first
    assert jobs.wait(first, 20).status == "done" and ran == ["d-1"]


def test_an_error_of_ours_comes_out_whole_and_may_be_caught_inside(home):
    with pytest.raises(RefusedInput) as caught:
        jobs.run("t-refuse", "d-1", timeout=20)
    assert (caught.value.what, caught.value.expected, caught.value.do) == (
        "The file has no pages.",
        "at least one page",
        "Send another.",
    )
    failed = jobs.list_jobs()[0]
    assert failed.status == "failed" and failed.error == str(caught.value)
    assert jobs.run("t-catch", "d-1", timeout=20) == {"caught": 3}


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("t-crash", jobs.JobFailed, "KeyError in crash, at test_assistant_jobs.py:"),
        ("t-raise", jobs.JobFailed, "ValueError in t-raise, at test_assistant_jobs.py:"),
        ("t-leak", WrongUsage, "the result of leak holds white space"),
    ],
)
def test_no_word_of_a_client_reaches_the_jobs_database_or_the_log(home, caplog, name, kind, words):
    with pytest.raises(kind, match=words) as caught:
        jobs.run(name, timeout=20)
    jobs.shutdown()
    shown = caplog.text
    assert "A job failed" in shown and "Traceback" not in shown
    for needle in (CLIENT, "Quackenbush"):
        assert needle not in str(caught.value) and needle not in shown
        assert find_bytes(home, needle.encode()) == []


def test_text_and_things_are_refused_as_arguments(home):
    for given in ((CLIENT,), (7,), ({"a": 1},)):
        with pytest.raises(WrongUsage):
            jobs.enqueue("ingest", count_job, *given)
    with pytest.raises(WrongUsage, match="queue"):
        jobs.enqueue("nowhere", count_job, "d-1")
    with pytest.raises(WrongUsage, match="workflow"):
        jobs.enqueue("ingest", "nothing", "d-1")
    with pytest.raises(NotFound):
        jobs.job("nothing")
    assert jobs.list_jobs() == ()


def test_a_running_job_that_is_cancelled_stops_and_goes_no_further(home):
    job_id = jobs.enqueue("rounds", hold_job, "d-1")
    wait_until(lambda: jobs.job(job_id).label == "holding")
    assert jobs.job(job_id).status == "running"
    jobs.cancel(job_id)
    wait_until(lambda: "saw it" in ran)
    assert jobs.wait(job_id, 20).status == "cancelled"
    time.sleep(0.3)
    assert ran == ["hold", "saw it"]  # the step after it never began
    jobs.cancel(job_id)


def test_a_queued_job_that_is_cancelled_never_begins(home):
    first, second = (jobs.enqueue("rounds", hold_job, document_id) for document_id in ("d-1", "d-2"))
    wait_until(lambda: jobs.job(first).label == "holding")
    assert jobs.job(second).status == "queued"  # one round at a time
    jobs.cancel(second)
    gate.set()
    assert jobs.wait(first, 20).status == "done" and jobs.job(second).status == "cancelled"
    assert ran == ["hold", "d-1"]


def test_a_job_starts_when_it_is_put_on_its_queue_and_the_next_when_one_ends(home, monkeypatch):
    monkeypatch.setattr(queue_workers, "IDLE_POLL_S", 300.0)
    jobs.shutdown()
    jobs.launch(settings_of(home))  # looks are long apart now
    wait_until(lambda: not any(bell._due for bell in jobs._state.workers._bells.values()))  # those after the start
    first, second = (jobs.enqueue("rounds", hold_job, document_id) for document_id in ("d-1", "d-2"))
    wait_until(lambda: jobs.job(first).label == "holding")
    gate.set()
    assert [jobs.wait(job_id, 20).status for job_id in (first, second)] == ["done", "done"]


def test_a_bell_rings_early_once_and_ends_the_waiting():
    bell = queue_workers.Bell()
    began = time.monotonic()
    bell.ring(0.0, 0.05)
    assert not bell.wait(60) and not bell.wait(60) and time.monotonic() - began < 30  # two looks, each due once
    assert not bell.wait(0.01) and not bell.is_set()
    bell.set()
    assert bell.wait(60) and bell.is_set() and time.monotonic() - began < 30


def test_waiting_ends_at_the_limit_and_tells_how_far_it_is(home):
    job_id = jobs.enqueue("rounds", hold_job, "d-1")
    assert not jobs.wait(job_id, 0.3).ended
    with pytest.raises(jobs.JobFailed, match="after waiting"):
        jobs.run("t-hold", "d-2", timeout=0.1)


def test_the_time_left_is_told_once_a_job_of_the_kind_was_measured(home, monkeypatch):
    monkeypatch.setattr(jobs._state, "pace", Pace())
    first = jobs.enqueue("rounds", hold_job, "d-1")
    wait_until(lambda: jobs.job(first).label == "holding")
    assert jobs.job(first).seconds_left is None
    time.sleep(2.0)
    gate.set()
    jobs.wait(first, 20)
    gate.clear()
    second = jobs.enqueue("rounds", hold_job, "d-2")
    wait_until(lambda: jobs.job(second).seconds_left is not None)
    assert 0 < jobs.job(second).seconds_left < 20
    gate.set()
    assert jobs.wait(second, 20).seconds_left is None


def test_a_step_that_runs_at_shutdown_is_cut_off_and_runs_again_at_the_next_launch(home):
    job_id = jobs.enqueue("rounds", hold_job, "d-1")
    wait_until(lambda: jobs.job(job_id).label == "holding")
    jobs.shutdown()
    time.sleep(0.5)
    assert ran == ["hold"]
    gate.set()
    jobs.launch(settings_of(home))
    assert jobs.wait(job_id, 20).status == "done"
    assert ran == ["hold", "hold", "d-1"]


def test_a_job_that_this_version_does_not_know_does_not_fill_its_queue(home):
    ghost = jobs.enqueue("rounds", hold_job, "d-1")
    wait_until(lambda: jobs.job(ghost).label == "holding")
    jobs.shutdown()
    gate.set()
    with sqlite3.connect(next(home.glob("**/jobs.db"))) as connection:
        connection.execute("UPDATE workflow_status SET name = 'ghost'")
    jobs.launch(settings_of(home))
    assert jobs.job(ghost).status == "cancelled"
    assert jobs.wait(jobs.enqueue("rounds", count_job, "d-2"), 20).status == "done"


def test_without_a_launch_steps_and_workflows_are_plain_functions(tmp_path):
    ran.clear()
    assert count_job("d-1") == {"n": 3, "ids": ["d-1"]}
    assert jobs.cancelled() is False
    with pytest.raises(RefusedInput):
        refuse_job("d-1")
    with pytest.raises(CasebriefError, match="not launched"):
        jobs.enqueue("ingest", count_job, "d-1")
    jobs.shutdown()
    assert list(tmp_path.iterdir()) == []


def test_a_second_process_may_not_work_on_the_same_jobs(home):
    code = (
        "from assistant import jobs; from assistant.settings import load_settings\n"
        f"try: jobs.launch(load_settings(home={str(home)!r}))\n"
        "except Exception as error: print(type(error).__name__)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert shown.stdout.strip() == Conflict.__name__
    jobs.launch(settings_of(home))  # in the owner, again is nothing


def test_jobs_open_no_network_connection(tmp_path):
    code = f"""
import sys
sys.addaudithook(lambda event, args: event.startswith("socket.connect") and print("connects to", args[1]))
sys.addaudithook(lambda event, args: event == "socket.getaddrinfo" and print("looks up", args[0]))
from assistant import jobs
from assistant.settings import load_settings

@jobs.workflow("w")
def w():
    return 7

jobs.launch(load_settings(home={str(tmp_path)!r}))
print(jobs.run("w", timeout=30))
jobs.shutdown()
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert shown.stdout.split("\n") == ["7", ""], shown.stderr


_WORKER = """
import sys, time
from pathlib import Path
from assistant import jobs
from assistant.settings import load_settings

home = Path({home!r})

def note(word):
    with open(home / "ran.txt", "a") as file:
        file.write(word + chr(10))

@jobs.step("first")
def first(document_id):
    note("first")
    return {{"n": 1}}

@jobs.step("second")
def second(document_id):
    note("second")
    if not (home / "go").exists():
        time.sleep(120)
    return {{"n": 2}}

@jobs.step("third")
def third(document_id):
    note("third")

@jobs.workflow("three")
def three(document_id):
    total = first(document_id)["n"] + second(document_id)["n"]
    third(document_id)
    return {{"total": total}}

jobs.launch(load_settings(home=home))
if sys.argv[1] == "start":
    jobs.enqueue("rounds", three, "d-1", workflow_id="job-1")
    jobs.enqueue("rounds", three, "d-2", workflow_id="job-2")
    print("acknowledged", flush=True)
    time.sleep(120)
print([jobs.wait(name, 60).status + str(jobs.job(name).result) for name in ("job-1", "job-2")])
jobs.shutdown()
"""


def test_after_kill_9_a_job_goes_on_with_its_unfinished_step_and_the_queue_is_kept(tmp_path):
    script = tmp_path / "worker.py"
    script.write_text(_WORKER.format(home=str(tmp_path)))
    ran_file = tmp_path / "ran.txt"
    for words in ("first\nsecond\n", "first\nsecond\nsecond\n"):  # killed twice in the same step
        mode = "start" if words.count("second") == 1 else "wait"
        worker = subprocess.Popen([sys.executable, str(script), mode], stdout=subprocess.PIPE, cwd=".")
        if mode == "start":
            assert worker.stdout.readline() == b"acknowledged\n"
        wait_until(lambda words=words: ran_file.exists() and ran_file.read_text() == words, 60)
        worker.kill()
        worker.wait()
    (tmp_path / "go").touch()
    shown = subprocess.run([sys.executable, str(script), "wait"], capture_output=True, text=True, timeout=120)
    assert shown.stdout.strip() == """["done{'total': 3}", "done{'total': 3}"]""", shown.stderr
    assert ran_file.read_text().split() == [
        *["first", "second", "second", "second", "third"],
        "first",
        "second",
        "third",
    ]
