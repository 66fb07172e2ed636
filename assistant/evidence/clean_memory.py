"""The C library's memory: filled before it is handed out to the vector files, and given back when it is free.

The vector index writes its whole block of memory to disk, the part that holds no vector yet included. What stood there
before, a text or a name, would lie in the file.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_M_PERTURB = -6  # glibc: fill memory when it is handed out and when it is given back
_FILLING = 0x5A

_lock = threading.Lock()
_users = 0


@contextmanager
def hand_out_clean_memory() -> Iterator[None]:
    """Fill all memory that the C library hands out meanwhile, in all threads; nothing where it is not glibc."""
    global _users
    with _lock:
        _users += 1
        _set(_FILLING)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                _set(0)


def _set(filling: int) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_PERTURB, filling)


def give_back_memory() -> None:
    """Give the system what is free in the process: batches of all sizes leave holes that glibc would keep for good."""
    if _trim is not None:
        _trim(0)


_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
