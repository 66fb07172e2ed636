"""A watched folder on disk: what was put in, where it goes, what is written out. Nothing leads out of it.

Every folder is opened by the descriptor of the one above and no link is followed, so that neither `..` nor a link, also
one that is put there in between, reaches a file outside.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CasebriefError, LimitExceeded, RefusedInput, WrongUsage
from assistant.settings import Settings

PLACES = ("in", "done", "refused", "out")
"""The four folders of a matter's folder."""

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not hold us up
_MAX_NAME_BYTES = 200
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """Something that lies in `in`: its name, what tells that it changed, and "file", "link" or "other"."""

    name: str
    signature: tuple[int, int, int]
    kind: str


class WatchedFolder:
    """A matter's folder, open; `open_folder` gives it."""

    def __init__(self, places: dict[str, int]) -> None:
        self._places = places

    def list_found(self) -> list[Found]:
        """List what lies in `in`, by name; what is hidden or said to be unfinished is left out."""
        found = []
        with explain_disk():
            names = sorted(os.listdir(self._places["in"]))
        for name in names:
            if name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED):
                continue
            with explain_disk(), suppress(FileNotFoundError):  # somebody took it away again
                state = os.stat(name, dir_fd=self._places["in"], follow_symlinks=False)
                mode = state.st_mode
                kind = "file" if stat.S_ISREG(mode) else "link" if stat.S_ISLNK(mode) else "other"
                found.append(Found(name, (state.st_size, state.st_mtime_ns, state.st_ino), kind))
        return found

    def read(self, found: Found, max_bytes: int) -> bytes | None:
        """Give the bytes of a file of `in`, or None where it is not what was found any more.

        Raises:
            RefusedInput: It is empty, or others only may read it.
            LimitExceeded: It is larger than `max_bytes`.
        """
        try:
            handle = os.open(found.name, _FILE_FLAGS, dir_fd=self._places["in"])
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP):
                return None
            raise RefusedInput(
                f"The file cannot be read: {os.strerror(error.errno or 0)}.",
                do="Let Casebrief read it and put it in again.",
            ) from None
        with explain_disk(), os.fdopen(handle, "rb") as file:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode) or _sign(state) != found.signature:
                return None
            if state.st_size > max_bytes:
                raise LimitExceeded(
                    f"The file is larger than {max_bytes >> 20} MB.", do="Split it and put it in again."
                )
            if not state.st_size:
                raise RefusedInput("The file is empty.", do="Check where it came from and put it in again.")
            data = file.read(state.st_size + 1)
            return data if _sign(os.fstat(handle)) == found.signature and len(data) == state.st_size else None

    def settle(self, name: str, place: str, note: str = "") -> None:
        """Move a file from `in` to `done` or `refused`, with a text beside it that says why, where there is one.

        The text comes first: after a crash between the two it is written again.
        """
        with explain_disk():
            new = self._free_name(place, name)
            if note:
                self._write(place, f"{new}.txt", note.encode())
            os.rename(name, new, src_dir_fd=self._places["in"], dst_dir_fd=self._places[place])
            os.fsync(self._places[place])
            os.fsync(self._places["in"])

    def write_out(self, name: str, data: bytes) -> None:
        """Write a file to `out`, whole or not at all; one of the same name is replaced."""
        with explain_disk():
            self._write("out", name, data)

    def _write(self, place: str, name: str, data: bytes) -> None:
        where, beside = self._places[place], f".{secrets.token_hex(6)}.part"
        handle = os.open(
            beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660, dir_fd=where
        )
        try:
            with os.fdopen(handle, "wb") as file:
                for at in range(0, len(data), _PIECE):
                    file.write(data[at : at + _PIECE])
                file.flush()
                os.fsync(handle)
            os.rename(beside, name, src_dir_fd=where, dst_dir_fd=where)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(beside, dir_fd=where)
            raise
        os.fsync(where)

    def _free_name(self, place: str, name: str) -> str:
        """Give a name that is free in a place: the file's own, or with a number."""
        there = set(os.listdir(self._places[place]))
        stem, dot, end = name.rpartition(".")
        if not stem:
            stem, dot, end = name, "", ""
        while len(os.fsencode(stem)) > _MAX_NAME_BYTES:
            stem = stem[:-1]
        new, number = f"{stem}{dot}{end}", 2
        while new in there:
            new, number = f"{stem} ({number}){dot}{end}", number + 1
        return new


@contextmanager
def open_folder(settings: Settings, name: str, *, make: bool = False) -> Iterator[WatchedFolder]:
    """Open a matter's folder under the root of watched folders.

    Args:
        settings: Say where the root is.
        name: The folder under it, as `check_name` gives it.
        make: Make it, and the four folders in it, where they are missing.

    Raises:
        CasebriefError: It is not there, leads elsewhere, or cannot be read or written; or the disk is full.
    """
    root = find_root(settings)
    opened: list[int] = []
    try:
        with explain_disk():
            opened.append(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
            for part in name.split("/"):
                opened.append(_enter(opened[-1], part, make))
            base = opened[-1]
            for place in PLACES:
                opened.append(_enter(base, place, make))
        yield WatchedFolder(dict(zip(PLACES, opened[-len(PLACES) :], strict=True)))
    finally:
        for handle in opened:
            os.close(handle)


def find_root(settings: Settings) -> Path:
    """Give the root of watched folders.

    Raises:
        RefusedInput: None is set, or it is not there.
        WrongUsage: It holds the data root or lies in it.
    """
    if settings.watch_root is None:
        raise RefusedInput(
            "No place for watched folders is set on this machine.",
            do="Set CASEBRIEF_WATCH_ROOT to a folder and start Casebrief again.",
        )
    root, home = settings.watch_root.resolve(), settings.home.resolve()
    if root == home or root in home.parents or home in root.parents:
        raise WrongUsage(
            "CASEBRIEF_WATCH_ROOT and the data root lie in one another.",
            do="Choose a folder apart from CASEBRIEF_HOME.",
        )
    if not root.is_dir():
        raise RefusedInput("The place for watched folders is not there.", do="Make what CASEBRIEF_WATCH_ROOT names.")
    return root


def check_name(name: str) -> str:
    """Give the name of a folder under the root as it is kept: parts with slashes between.

    Raises:
        RefusedInput: It leads elsewhere, is one of the four places, or is too long.
    """
    parts = name.strip().replace("\\", "/").strip("/").split("/")
    wrong = [p for p in parts if not p.strip() or p.startswith(".") or p != p.strip() or not p.isprintable()]
    if wrong or len(name) > _MAX_NAME_BYTES or {part.casefold() for part in parts} & set(PLACES):
        raise RefusedInput(
            "This is no name of a folder under the root.",
            expected='a name such as "litigation/rivera", without .. and not "in", "done", "refused" or "out"',
        )
    return "/".join(parts)


@contextmanager
def explain_disk() -> Iterator[None]:
    """Turn what the system says of a watched folder into a sentence without a file's name."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CasebriefError(
                "The disk of the watched folder is full; what lies there is as it was.", do="Free space on it."
            ) from None
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.ENOENT):
            raise CasebriefError(
                "The watched folder is not there, or a part of it is a link that leads elsewhere.",
                do="Make the folder again, or set it anew on the People screen.",
            ) from None
        raise CasebriefError(
            f"The watched folder cannot be read or written: {os.strerror(error.errno or 0)}.",
            do="Check its permissions: Casebrief needs to read, write and rename in it.",
        ) from None


def _enter(above: int, name: str, make: bool) -> int:
    """Open a folder in an open one, never through a link."""
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, 0o770, dir_fd=above)
    return os.open(name, _FOLDER_FLAGS, dir_fd=above)


def _sign(state: os.stat_result) -> tuple[int, int, int]:
    return (state.st_size, state.st_mtime_ns, state.st_ino)
