"""Starts limited processes by forking one that has the readers loaded: a start takes milliseconds.

The fork server is a process of one thread, without keys in its environment, that never sees a file: it waits on a
socket for orders, forks, and says how the fork ended. It ends when the process that started it does, and its forks
with it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

TASKS = ("read", "picture", "ocr")

_PRELOADED = ("ctypes", "resource", "ingest.extract", "ingest.ocr", "PIL.Image", "pypdf", "pypdfium2", "docx", "numpy")
_START, _END = b"S", b"E"
_ORDER = struct.Struct(">cQQQ")
_ANSWER = struct.Struct(">Qd")
_ANSWER_SECONDS = 120.0
_TRIES = 2


class ForkedProcess:
    """One process that the fork server forked, and the pipes to it.

    Attributes:
        pid: Its process id, which stays its own until `wait`.
        stdin: Its standard input, to write to.
        stdout: Its standard output, to read from.
    """

    def __init__(self, server: ForkServer, pid: int, writing: int, reading: int) -> None:
        self.pid = pid
        self.stdin, self.stdout = os.fdopen(writing, "wb"), os.fdopen(reading, "rb", buffering=0)
        self._server = server
        self._waited = False

    def kill(self) -> None:
        """End it at once."""
        if not self._waited and self._server.alive:  # without the server the process is gone, and its id another's
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it has ended; it is killed where it runs."""
        if not self._waited:
            self._waited = True
            self._server.end(self.pid)


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
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_ANSWER_SECONDS)
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
        theirs.close()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def start(self, task: str, memory_mb: int, total_s: int) -> ForkedProcess:
        """Fork a process that bounds itself and runs `task`, one of `TASKS`.

        Raises:
            OSError: The server does not answer.
        """
        reading, writing = os.pipe(), os.pipe()
        try:
            order = _ORDER.pack(_START, TASKS.index(task), memory_mb, total_s)
            pid, _peak = self._exchange(order, (reading[0], writing[1]))
        except OSError:
            os.close(reading[1])
            os.close(writing[0])
            raise
        finally:
            os.close(reading[0])
            os.close(writing[1])
        return ForkedProcess(self, pid, reading[1], writing[0])

    def end(self, pid: int) -> None:
        """Have one of its processes killed and waited for; without the server it has ended already."""
        with suppress(OSError):
            self.largest_mb = max(self.largest_mb, self._exchange(_ORDER.pack(_END, pid, 0, 0))[1])

    def _exchange(self, order: bytes, descriptors: tuple[int, ...] = ()) -> tuple[int, float]:
        with self._lock:
            socket.send_fds(self._socket, [order], descriptors)
            answer = _receive(self._socket, _ANSWER.size)
        if len(answer) < _ANSWER.size:
            raise BrokenPipeError("The fork server has ended.")
        number, peak_mb = _ANSWER.unpack(answer)
        return int(number), float(peak_mb)

    def close(self) -> None:
        """End it, and its processes with it."""
        self._socket.close()
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()

    def read_processor_seconds(self) -> float:
        """Give the processor seconds of the server and of its processes that have ended (Linux)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(value) for value in fields[11:15]) / os.sysconf("SC_CLK_TCK")


_server: ForkServer | None = None
_server_lock = threading.Lock()


def start_process(task: str, memory_mb: int, total_s: int, environment: dict[str, str]) -> ForkedProcess:
    """Start a limited process, and the fork server before it where there is none.

    Raises:
        OSError: It cannot be started.
    """
    for left in reversed(range(_TRIES)):
        server = _find_server(environment)
        try:
            return server.start(task, memory_mb, total_s)
        except OSError:
            server.close()
            if not left:
                raise
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
        order, descriptors, _flags, _sender = socket.recv_fds(connection, _ORDER.size, 2)
        if len(order) < _ORDER.size:
            return
        what, number, memory_mb, total_s = _ORDER.unpack(order)
        if what == _END:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
            _pid, _status, usage = os.wait4(number, 0)
            connection.sendall(_ANSWER.pack(number, usage.ru_maxrss / 1024))
            continue
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            _run_forked(connection, descriptors, TASKS[number], memory_mb, total_s, server)
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(_ANSWER.pack(pid, 0.0))


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
        os.setsid()
        for standard, descriptor in enumerate(descriptors):
            os.dup2(descriptor, standard)
            os.close(descriptor)
        run_task(task, memory_mb, total_s)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
