"""One limited process for one document: memory, time and size are bounded, and the parent survives anything.

The parent has a child forked (`ingest.fork_server`), writes the request and the file to its standard input and
reads frames from its standard output. Nothing touches the disk: a temporary file would keep a
client's text. The child bounds itself before it sees a byte of the file.
"""

from __future__ import annotations

import json
import os
import select
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from assistant.errors import LimitExceeded
from ingest.fork_server import start_process

_SIZES = struct.Struct(">II")
_READ_BYTES = 1 << 16
_FRAME_BYTES_MAX, _HEADER_BYTES_MAX = 64 << 20, 8 << 20
_PR_SET_PDEATHSIG = 1
_PATIENCE = 6.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document's process may use.

    Attributes:
        memory_mb: Address space, in MiB.
        step_s: Processor seconds between two frames; the longest one page may take. By the clock, six times that.
        open_s: The same until the first frame: start of the process and opening of the file.
        total_s: Seconds for the whole document.
    """

    memory_mb: int
    step_s: float
    open_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of the child: a kind, a few JSON facts and bytes."""

    kind: str
    header: dict[str, object]
    body: bytes = b""


class ChildDied(Exception):
    """The child ended before it said that it was done: killed by a limit or by a bad file."""


class ServerDied(ChildDied):
    """The child ended with its fork server, which another document's page may have brought down."""


class LimitedProcess:
    """Runs one task over one file in a child process and gives its frames.

    Args:
        task: "read", "picture" or "ocr".
        request: JSON-able arguments of the task.
        data: The file.
        limits: What the child may use.
        alone: Give it a fork server of its own; see `start_process`.
    """

    def __init__(self, task: str, request: dict[str, object], data: bytes, limits: Limits, alone: bool = False) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._started = False
        self._process = start_process(task, limits.memory_mb, int(limits.total_s) + 1, _child_environment(), alone)
        self._deadline = time.monotonic() + limits.total_s
        self._feeder = threading.Thread(target=self._feed, args=(json.dumps(request).encode(), data), daemon=True)
        self._feeder.start()

    def _feed(self, request: bytes, data: bytes) -> None:
        """Write the request and the file; a child that died early closes the pipe, which is told elsewhere."""
        pipe = self._process.stdin
        try:
            pipe.write(_SIZES.pack(len(request), len(data)))
            pipe.write(request)
            pipe.write(data)
            pipe.close()
        except (BrokenPipeError, OSError, ValueError):
            return

    def frames(self) -> Iterator[Frame]:
        """Give frames until the child says "done".

        Raises:
            LimitExceeded: A page or the document took too long; the child was killed.
            ChildDied: The child ended early, through its memory limit or a crash.
            ServerDied: It ended with its fork server; what it was doing may be tried once more, `alone`.
        """
        while True:
            frame = self._next_frame()
            if frame.kind == "done":
                return
            yield frame

    def _next_frame(self) -> Frame:
        """Read one whole frame within the time that is left."""
        step = _Step(self._process.pid, self._limits.step_s if self._started else self._limits.open_s, self._deadline)
        header_size, body_size = _SIZES.unpack(self._read(_SIZES.size, step))
        if header_size > _HEADER_BYTES_MAX or body_size > _FRAME_BYTES_MAX:
            self.kill()
            raise ChildDied("frame too large")
        message = json.loads(self._read(header_size, step))
        body = self._read(body_size, step)
        self._started = True
        return Frame(str(message.pop("kind")), message, body)

    def _read(self, size: int, step: _Step) -> bytes:
        """Read exactly `size` bytes before the step's time is over."""
        descriptor = self._process.stdout.fileno()
        while len(self._buffer) < size:
            left = step.time_left()
            if left <= 0:
                self.kill()
                raise LimitExceeded("Reading took longer than its limit.", do="Raise the time limit or split the file.")
            if not select.select([descriptor], [], [], left)[0]:
                continue
            piece = os.read(descriptor, _READ_BYTES)
            if not piece:
                if self._process.wait():
                    raise ChildDied("the reading process ended early")
                raise ServerDied("the fork server ended")
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def kill(self) -> None:
        """End the child at once."""
        self._process.kill()

    def __enter__(self) -> LimitedProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self._process.wait()
        self._feeder.join(timeout=5)
        for pipe in (self._process.stdout, self._process.stdin):
            if not pipe.closed:
                close_quietly(pipe)


class _Step:
    """The time of one step.

    Where the system tells it, the child's processor time counts, so that a busy machine costs no page; a child
    that does nothing is given some times as long by the clock.
    """

    def __init__(self, pid: int, limit_s: float, deadline: float) -> None:
        self._pid, self._limit_s, self._deadline = pid, limit_s, deadline
        self._began = time.monotonic()
        self._spent = _read_processor_seconds(pid)

    def time_left(self) -> float:
        """Give the seconds to wait before looking again, 0 or less where the step's time is over."""
        now = time.monotonic()
        left = self._limit_s - (now - self._began)
        if left <= 0:
            spent = _read_processor_seconds(self._pid)
            if spent is not None and self._spent is not None:
                patience = self._began + _PATIENCE * self._limit_s - now
                left = min(max(self._limit_s - (spent - self._spent), 0.0), patience)
        return min(left, self._deadline - now)


def _read_processor_seconds(pid: int) -> float | None:
    """Give the processor seconds that a process has used, or None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return None


def close_quietly(pipe: object) -> None:
    """Close a pipe whose other end may be gone already; nothing is lost by that."""
    try:
        pipe.close()  # type: ignore[attr-defined]
    except (BrokenPipeError, OSError):
        return


def _child_environment() -> dict[str, str]:
    """Pass on only what Python needs to start: no keys, no settings of the firm."""
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT", "TESSDATA_PREFIX")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def write_frame(frame: Frame, out: BinaryIO) -> None:
    """Write one frame, in the child."""
    header = json.dumps({"kind": frame.kind, **frame.header}).encode()
    out.write(_SIZES.pack(len(header), len(frame.body)) + header)
    out.write(frame.body)
    out.flush()


def _bound_this_process(memory_mb: int, total_s: int) -> None:
    """Set this process's limits; they cannot be raised again."""
    import resource

    for name, value in (
        ("RLIMIT_AS", memory_mb << 20),
        ("RLIMIT_CPU", total_s),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 128),
    ):
        resource.setrlimit(getattr(resource, name), (value, value))
    end_with_parent()


def end_with_parent() -> None:
    """Have the system end this process when the one that made it ends."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def run_task(task: str, memory_mb: int, total_s: int) -> None:
    """Run one task as the child: bound, read standard input, write frames to standard output."""
    _bound_this_process(memory_mb, total_s)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not break the frames
    source = os.fdopen(0, "rb", closefd=False)
    request_size, data_size = _SIZES.unpack(source.read(_SIZES.size))
    request = json.loads(source.read(request_size))
    data = source.read(data_size)
    if task == "ocr":
        from ingest.ocr import recognize_pages as run
    elif task == "picture":
        from ingest.extract import draw_page as run
    else:
        from ingest.extract import extract_pages as run
    for frame in run(data, request):
        write_frame(frame, out)
    write_frame(Frame("done", {}), out)
