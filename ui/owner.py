"""One process owns a data root: a lock file says which, and the others send their commands to it where it serves."""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.errors import CasebriefError, NotAllowed, RefusedInput

_POLL_S = 0.25
DEFAULT_WAIT_S = 600.0


@dataclass(frozen=True)
class Holder:
    """Who holds a data root."""

    pid: int
    command: str
    since: str

    def __str__(self) -> str:
        return f"`casebrief {self.command}` (process {self.pid}, since {self.since})"


@dataclass(frozen=True)
class ServerAddress:
    """Where the running server takes commands: TCP port on 127.0.0.1, and the token that proves the same user."""

    pid: int
    port: int
    token: str


class OwnerLock:
    """The lock on a data root, held until closed or until the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(home / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self, command: str) -> bool:
        """Take the lock if it is free, and write down who has it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        holder = Holder(os.getpid(), command, time.strftime("%H:%M:%S"))
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(asdict(holder)).encode(), 0)
        return True

    def read_holder(self) -> Holder | None:
        """Tell who holds the lock, or None while that is being written."""
        try:
            return Holder(**json.loads(os.pread(self._descriptor, 1000, 0)))
        except (ValueError, TypeError):
            return None

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)

    def __enter__(self) -> OwnerLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@contextmanager
def own_or_reach(
    home: Path, command: str, say: Callable[[str], None], wait_s: float = DEFAULT_WAIT_S
) -> Iterator[ServerAddress | None]:
    """Own the data root (gives None), or give the address of the server that owns it.

    Args:
        home: The data root.
        command: What will be done, for others to read.
        say: Told once who is waited for, where another command holds the root.
        wait_s: Seconds to wait for another command.

    Raises:
        RefusedInput: Another command still holds the data root after `wait_s`.
        NotAllowed: The data root belongs to another user of the machine.
    """
    check_owner(home)
    with OwnerLock(home) as lock:
        deadline, told = time.monotonic() + wait_s, False
        while not lock.try_take(command):
            holder = lock.read_holder()
            address = read_address(home)
            if holder and address and address.pid == holder.pid:
                yield address
                return
            if time.monotonic() > deadline:
                raise RefusedInput(f"The data root is held by {holder}.", do="Try again when it has ended.")
            if not told and holder:
                say(f"waiting for {holder}")
                told = True
            time.sleep(_POLL_S)
        yield None


def shell_login() -> str:
    """Give the login of the operating-system user of this process, whatever the environment claims."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user-{os.getuid()}"


def check_owner(home: Path) -> None:
    """Refuse a data root that belongs to another user of the operating system.

    Raises:
        NotAllowed: It does; its files would be unreadable or, for root, silently change hands.
    """
    if home.exists() and home.stat().st_uid != os.getuid():
        raise NotAllowed(
            f"The data root {home} belongs to another user of this machine.",
            do="Work as that user, or set CASEBRIEF_HOME to a folder of your own.",
        )


def publish_address(home: Path, port: int) -> ServerAddress:
    """Write server.json (0600, whole or not at all) with a fresh token; call while holding the lock."""
    address = ServerAddress(os.getpid(), port, secrets.token_urlsafe(32))
    beside = home / "server.json.new"
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(address), file)
    beside.replace(home / "server.json")
    return address


def read_address(home: Path) -> ServerAddress | None:
    """Give what server.json says, or None where there is none; whether it is true the lock decides."""
    try:
        return ServerAddress(**json.loads((home / "server.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def retract_address(home: Path) -> None:
    """Remove server.json."""
    (home / "server.json").unlink(missing_ok=True)


def stream_remote(address: ServerAddress, name: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Have the running server do a command and give its events.

    Raises:
        CasebriefError: The server could not be reached or broke off.
    """
    import httpx

    url = f"http://127.0.0.1:{address.port}/local/commands/{name}"
    headers = {"Authorization": f"Bearer {address.token}"}
    try:
        # The environment's proxies are left out: the token and the text must not pass through one.
        with (
            httpx.Client(trust_env=False, timeout=httpx.Timeout(10.0, read=None)) as client,
            client.stream("POST", url, json=body, headers=headers) as response,
        ):
            if response.status_code != 200:
                raise CasebriefError(f"The running server answered {response.status_code}.", do="See its log.")
            for line in response.iter_lines():
                if line:
                    yield json.loads(line)
    except httpx.HTTPError as error:
        raise CasebriefError(
            f"The running server (process {address.pid}) broke off: {type(error).__name__}.",
            do="Look at logs/casebrief.log under the data root, and start it again.",
        ) from None
