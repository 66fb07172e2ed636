"""Starts limited processes by forking one that has the readers loaded: a start takes milliseconds.

The fork server is a process of one thread, without keys in its environment, that never sees a file: it waits on a
socket for orders, forks, and says how the fork ended. Each order brings the socket for its answer, so that one which
nobody waits for any more is never taken for another's. It ends when the process that started it does, and its forks
with it.
"""

from __future__ import annotations

import atexit
import errno
import gc
import importlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from assistant.errors import CasebriefError

TASKS = ("read", "picture", "ocr")

_PRELOADED = ("ctypes", "resource", "ingest.extract", "ingest.ocr", "PIL.Image", "pypdf", "pypdfium2", "docx", "numpy")
_START, _END = b"S", b"E"
_ORDER = struct.Struct(">cQQQ")
_ANSWER = struct.Struct(">qd")  # a process id, or a number of an error below 0; MiB
_ANSWER_SECONDS, _END_SECONDS = 120.0, 2.0
_WAITS_S = (0.1, 0.5, 2.0)
"""Before a process that could not be started is tried again: another's end may make room."""


class ForkedProcess:
    """One process that the fork server forked, and the pipes to it.

    Attributes:
        pid: Its process id, which stays its own until `wait`.
        stdin: Its standard input, to write to.
        stdout: Its standard output, to read from.
    """

    def __init__(self, server: ForkServer, pid: int, writing: int, reading: int, alone: bool) -> None:
        self.pid = pid
        self.stdin, self.stdout = os.fdopen(writing, "wb"), os.fdopen(reading, "rb", buffering=0)
        self._server, self._alone = server, alone
        self._ended_first: bool | None = None

    def kill(self) -> None:
        """End it at once."""
        if self._ended_first is None and self._server.alive:  # else the process is gone, and its id another's
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> bool:
        """Wait until it has ended, killed where it runs; tell whether it ended first, and not with its server."""
        if self._ended_first is None:
            self._ended_first = self._server.end(self.pid)
            if self._alone:
                self._server.close()
        return self._ended_first


class ForkServer:
    """The fork server as the process that started it sees it.

    Args:
        environment: All that its processes see of the environment.

    Attributes:
        owner: The process that started it; a fork of that one must start its own.
        largest_mb: The most memory that one of its processes has used, in MiB.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.owner, self.largest_mb = os.getpid(), 0.0
        self._lock = threading.Lock()
        with ExitStack() as ours:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            ours.enter_context(self._socket)
            self._socket.settimeout(_ANSWER_SECONDS)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "ingest.fork_server", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,  # a library's complaint may quote the file
                    cwd=Path(__file__).resolve().parents[1],
                    env=environment,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            ours.pop_all()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def start(self, task: str, memory_mb: int, total_s: int, alone: bool = False) -> ForkedProcess:
        """Fork a process that bounds itself and runs `task`, one of `TASKS`; the server ends with it where `alone`.

        Raises:
            OSError: There is no room for a process or a pipe, or the server does not answer.
        """
        with ExitStack() as ours, ExitStack() as theirs:
            stdin, writing = os.pipe()
            theirs.callback(os.close, stdin)
            ours.callback(os.close, writing)
            reading, stdout = os.pipe()
            theirs.callback(os.close, stdout)
            ours.callback(os.close, reading)
            pid, _peak = self._exchange(_ORDER.pack(_START, TASKS.index(task), memory_mb, total_s), (stdin, stdout))
            ours.pop_all()
        return ForkedProcess(self, pid, writing, reading, alone)

    def end(self, pid: int) -> bool:
        """Have one of its processes killed and waited for; tell whether the server was there to do so.

        Without the server the process has ended already. It is waited for here where it fell to this process, as to the
        first one of a container.
        """
        try:
            self.largest_mb = max(self.largest_mb, self._exchange(_ORDER.pack(_END, pid, 0, 0))[1])
        except OSError:
            if not self.alive:
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)
                return False
        return True

    def _exchange(self, order: bytes, descriptors: tuple[int, ...] = ()) -> tuple[int, float]:
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with mine:
            with theirs, self._lock:
                socket.send_fds(self._socket, [order], (theirs.fileno(), *descriptors))
            mine.settimeout(_ANSWER_SECONDS)
            answer = _receive(mine, _ANSWER.size)
        if len(answer) < _ANSWER.size:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)  # its end is seen a moment later than its silence
            raise BrokenPipeError(errno.EPIPE, "The fork server has ended.")
        number, peak_mb = _ANSWER.unpack(answer)
        if number < 0:
            raise OSError(-number, os.strerror(-number))
        return int(number), float(peak_mb)

    def close(self) -> None:
        """End it, and its processes with it."""
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._socket.close()

    def read_processor_seconds(self) -> float:
        """Give the processor seconds of the server and of its processes that have ended (Linux)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(value) for value in fields[11:15]) / os.sysconf("SC_CLK_TCK")


_server: ForkServer | None = None
_server_lock = threading.Lock()


def start_process(
    task: str, memory_mb: int, total_s: int, environment: dict[str, str], alone: bool = False
) -> ForkedProcess:
    """Start a limited process, and the fork server before it where there is none.

    Args:
        task: One of `TASKS`.
        memory_mb: Its address space, in MiB.
        total_s: Its processor seconds.
        environment: All that it sees of the environment.
        alone: Give it a fork server of its own, so that only its own work can have ended that.

    Raises:
        CasebriefError: The system has no room for another process.
    """
    for wait_s in (*_WAITS_S, None):
        server = None
        try:
            server = ForkServer(environment) if alone else _find_server(environment)
            return server.start(task, memory_mb, total_s, alone)
        except OSError as error:
            # a server that is there and answers stays: others' documents are being read by its processes
            if server is not None and (alone or isinstance(error, TimeoutError) or not server.alive):
                server.close()
            if wait_s is None:
                raise CasebriefError(
                    f"The system starts no process to read the file ({error.strerror or type(error).__name__}).",
                    do="Wait until other work is done, or raise its limits on processes and memory; then try again.",
                ) from error
            time.sleep(wait_s)
    raise AssertionError("not reached")


def _find_server(environment: dict[str, str]) -> ForkServer:
    global _server
    with _server_lock:
        if _server is None or _server.owner != os.getpid() or not _server.alive:
            if _server is not None:
                _server.close()
            _server = ForkServer(environment)
        return _server


def running_server() -> ForkServer | None:
    """Give this process's fork server, None where it has started none."""
    return _server if _server is not None and _server.owner == os.getpid() else None


@atexit.register
def _close_server() -> None:
    if _server is not None:
        _server.close()


def _receive(connection: socket.socket, size: int) -> bytes:
    """Receive `size` bytes, fewer where the other end is closed."""
    received = b""
    while len(received) < size and (piece := connection.recv(size - len(received))):
        received += piece
    return received


def serve(connection: socket.socket) -> None:
    """Take orders until the other end is closed, as the fork server."""
    for name in _PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is loaded is shared with the forks; no collection in one of them writes to it
    while True:
        order, descriptors, _flags, _sender = socket.recv_fds(connection, _ORDER.size, 3)
        if len(order) < _ORDER.size:
            return
        what, number, memory_mb, total_s = _ORDER.unpack(order)
        with ExitStack() as received:
            for descriptor in descriptors:
                received.callback(os.close, descriptor)
            if what == _END:
                _answer(descriptors[0], number, _end_fork(number))
                continue
            server = os.getpid()
            try:
                pid = os.fork()
            except OSError as error:  # no room for another process; those that run go on
                _answer(descriptors[0], -(error.errno or errno.EAGAIN))
                continue
            if pid == 0:
                _run_forked(connection, descriptors, TASKS[number], memory_mb, total_s, server)
            if not _answer(descriptors[0], pid):
                _end_fork(pid)


def _answer(descriptor: int, number: int, peak_mb: float = 0.0) -> bool:
    """Answer an order; tell whether somebody may still wait for that."""
    try:
        return os.write(descriptor, _ANSWER.pack(number, peak_mb)) == _ANSWER.size
    except OSError:
        return False


def _end_fork(pid: int) -> float:
    """Kill a fork and wait for it; give the most memory that it used, in MiB."""
    try:
        os.kill(pid, signal.SIGKILL)
        return os.wait4(pid, 0)[2].ru_maxrss / 1024
    except (ProcessLookupError, ChildProcessError):
        return 0.0


def _run_forked(
    connection: socket.socket, descriptors: list[int], task: str, memory_mb: int, total_s: int, server: int
) -> None:
    """Run a task in the fork and end it, whatever comes."""
    from ingest.limits import end_with_parent, run_task

    status = 1
    try:
        end_with_parent()
        if os.getppid() != server:
            return  # the server died first: nobody would end this fork
        connection.close()
        os.close(descriptors[0])  # the answer is the server's to give
        os.setsid()
        for standard, descriptor in enumerate(descriptors[1:]):
            os.dup2(descriptor, standard)
            os.close(descriptor)
        run_task(task, memory_mb, total_s)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
