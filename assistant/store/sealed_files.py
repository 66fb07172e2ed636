"""Files that survive a power cut: written beside, flushed to disk, renamed into place."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from assistant.errors import CasebriefError


def write_file(path: Path, data: bytes, *, replace: bool = True) -> bool:
    """Write a whole file, readable by its owner only, or leave what was there; after a return it is on disk.

    Args:
        path: Its folder must exist.
        data: The whole content.
        replace: Where False, a file that is there already stays.

    Returns:
        False where a file was there and stayed.

    Raises:
        CasebriefError: The disk is full or not writable; no part of the file is left.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(beside, path)
        else:
            os.link(beside, path)
            os.unlink(beside)
        flush_path(path.parent)
        return True
    except FileExistsError:
        _drop(beside)
        return False
    except OSError as error:
        _drop(beside)
        raise CasebriefError(
            f"A file of {len(data)} bytes could not be written to the data root: {os.strerror(error.errno or 0)}.",
            do="Free space on its disk and check its permissions, then try again; nothing was changed.",
        ) from None


def remove_file(path: Path) -> bool:
    """Remove a file and flush its folder; tell whether it was there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    flush_path(path.parent)
    return True


def flush_path(path: Path) -> None:
    """Flush a file, or a folder's list of names, without which a rename may be lost in a power cut, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop(beside: Path) -> None:
    """Remove what was written beside, where any was."""
    with suppress(FileNotFoundError):
        beside.unlink()
