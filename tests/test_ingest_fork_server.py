"""The fork server: its end costs no page, one thread's trouble costs no other's, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace, TracebackType

import pytest
from pdf_samples import BODY, make_pdf

from assistant.errors import CasebriefError
from assistant.settings import Settings, load_settings
from ingest import fork_server, ocr, read
from ingest.fork_server import ForkServer, running_server
from ingest.limits import Frame, LimitedProcess, Limits, ServerDied, _child_environment

REQUEST: dict[str, object] = {"file_kind": "pdf", "password": None, "first": 1, "last": 9, "structure": True}
LIMITS = Limits(1024, 30, 60, 120)
LINE = b"The roof leaked from the first winter on, and nothing was repaired."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path).model_copy(update={"ocr_processes": 1})


class FakeChild:
    """A child that reads five pages; its fork server ends at some of them, as often as they say."""

    deaths: dict[int, int]
    alone: list[bool]

    def __init__(self, task: str, request: dict[str, object], data: bytes, limits: Limits, alone: bool = False) -> None:
        self.pages = request.get("pages") or range(int(str(request.get("first", 1))), 6)
        self.alone.append(alone)

    def __enter__(self) -> FakeChild:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing to end."""

    def frames(self) -> Iterator[Frame]:
        yield Frame("opened", {"pages_total": 5})
        for number in list(self.pages):  # type: ignore[call-overload]
            if self.deaths.get(number, 0) > 0:
                self.deaths[number] -= 1
                raise ServerDied("the fork server ended")
            header = {"number": number, "text_bytes": len(LINE), "image_share": 0.0, "paths": 0}
            yield Frame("page", header | {"source": "ocr", "confidence": 0.9}, LINE + bytes(8 * len(LINE)))


@pytest.mark.parametrize(
    ("deaths", "unreadable"),
    [
        ({3: 1}, []),  # the page of another document did it
        ({2: 1, 3: 1, 5: 1}, []),
        ({1: 2}, [1]),  # it was alone with its server the second time: it is the page
        ({3: 2, 5: 2}, [3, 5]),
    ],
)
def test_the_end_of_the_fork_server_costs_no_page_unless_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, deaths: dict[int, int], unreadable: list[int]
) -> None:
    for module in (read, ocr):
        monkeypatch.setattr(module, "LimitedProcess", FakeChild)
    FakeChild.deaths, FakeChild.alone = dict(deaths), []
    result = read.read_document(b"%PDF-1.4 ", "x.pdf", settings)
    assert [page.number for page in result.pages if page.source == "unreadable"] == unreadable
    assert [page.number for page in result.pages if page.text] == [n for n in range(1, 6) if n not in unreadable]
    assert any("could not be read" in warning for warning in result.warnings) == bool(unreadable)
    assert FakeChild.alone == [False] + [True] * (len(FakeChild.alone) - 1)
    FakeChild.deaths, FakeChild.alone = dict(deaths), []
    found = ocr.read_scans(b"%PDF-1.4 ", [1, 2, 3, 4, 5], settings)
    assert sorted(found) == [n for n in range(1, 6) if n not in unreadable]


def test_a_file_that_ends_its_server_at_opening_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class NeverOpened(FakeChild):
        def frames(self) -> Iterator[Frame]:
            raise ServerDied("the fork server ended")

    monkeypatch.setattr(read, "LimitedProcess", NeverOpened)
    FakeChild.alone = []
    with pytest.raises(CasebriefError, match="crashes its reader"):
        read.read_document(b"%PDF-1.4 ", "x.pdf", settings)
    assert FakeChild.alone == [False, True]


def stop_at_work(pid: int) -> None:
    """Stop a fork in the middle of its work, but not before it leads a session: its end is tied to its server's then."""
    while os.getsid(pid) != pid:
        pass
    os.kill(pid, signal.SIGSTOP)


def test_a_child_says_that_it_ended_with_its_server() -> None:
    with LimitedProcess("read", REQUEST, make_pdf([list(BODY)] * 60), LIMITS) as child:
        stop_at_work(child._process.pid)
        server = running_server()
        assert server is not None
        server._process.kill()
        with pytest.raises(ServerDied):
            list(child.frames())
    with LimitedProcess("read", REQUEST, make_pdf([list(BODY)]), LIMITS, alone=True) as child:
        assert [frame.kind for frame in child.frames()][-1] == "structure"
        own = child._process._server
    assert not own.alive, "a server of one process ends with it"


def test_one_threads_lack_of_pipes_ends_no_other_threads_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with LimitedProcess("read", REQUEST, make_pdf([list(BODY)]), LIMITS) as child:
        monkeypatch.setattr(fork_server, "_WAITS_S", ())
        with monkeypatch.context() as patch:
            patch.setattr(os, "pipe", lambda: (_ for _ in ()).throw(OSError(errno.EMFILE, "Too many open files")))
            with pytest.raises(CasebriefError, match="Too many open files"):
                LimitedProcess("read", REQUEST, b"", LIMITS)
        assert [frame.kind for frame in child.frames()][-1] == "structure"


def test_an_answer_that_comes_late_is_not_taken_for_the_next_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_server, "_ANSWER_SECONDS", 60.0)
    server = ForkServer(_child_environment())
    try:
        first = server.start("read", 1024, 60)
        monkeypatch.setattr(fork_server, "_ANSWER_SECONDS", 0.2)
        server._socket.settimeout(0.2)
        server._process.send_signal(signal.SIGSTOP)
        first.wait()
        monkeypatch.setattr(fork_server, "_ANSWER_SECONDS", 60.0)
        server._socket.settimeout(60.0)
        server._process.send_signal(signal.SIGCONT)
        second = server.start("read", 1024, 60)
        assert second.pid != first.pid
        os.kill(second.pid, 0)
        second.wait()
        with pytest.raises(ProcessLookupError):
            os.kill(second.pid, 0)
    finally:
        server.close()


def test_a_fork_for_which_there_is_no_room_is_said_and_the_server_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_server, "_PRELOADED", ())
    monkeypatch.setattr(fork_server.gc, "freeze", lambda: None)
    ours, theirs = socket.socketpair()
    server = object.__new__(ForkServer)
    server.owner, server._lock, server._socket = os.getpid(), threading.Lock(), ours
    server._process = SimpleNamespace(poll=lambda: None, wait=lambda *_: None, kill=lambda: None)  # type: ignore[assignment]
    monkeypatch.setattr(fork_server, "_find_server", lambda environment: server)
    monkeypatch.setattr(fork_server, "_WAITS_S", (0.0,))
    tried: list[int] = []

    def fork() -> int:
        tried.append(1)
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", fork)
        thread = threading.Thread(target=fork_server.serve, args=(theirs,))
        thread.start()
        with pytest.raises(CasebriefError, match=os.strerror(errno.EAGAIN)) as said:
            fork_server.start_process("read", 64, 5, {})
        ours.close()
        thread.join(10)
    assert len(tried) == 2 and said.value.do and not thread.is_alive()


SCRIPT = """
import ctypes, os, signal, sys
from ingest import fork_server
from ingest.limits import LimitedProcess, Limits, ServerDied
ctypes.CDLL(None).prctl(36, 1)  # orphans fall to this process, as to the first one of a container
request = {"file_kind": "pdf", "first": 1, "last": 60}
with LimitedProcess("read", request, sys.stdin.buffer.read(), Limits(1024, 30, 60, 120)) as child:
    while os.getsid(child._process.pid) != child._process.pid:
        pass  # before, its end is not tied to the server's
    os.kill(child._process.pid, signal.SIGSTOP)
    fork_server.running_server()._process.kill()
    try:
        list(child.frames())
    except Exception as error:
        print(type(error).__name__)
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("none left")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="orphans fall to a process by choice on Linux only")
def test_a_fork_that_outlives_its_server_leaves_no_zombie() -> None:
    file = make_pdf([list(BODY)] * 60)  # long enough to be stopped in its middle
    done = subprocess.run([sys.executable, "-c", SCRIPT], input=file, capture_output=True, timeout=120)
    assert done.stdout.split() == [b"ServerDied", b"none", b"left"], done.stderr
