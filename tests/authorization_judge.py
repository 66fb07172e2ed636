"""Asks as an identity, and judges the answer by who may: a success, a refusal, the bytes that it leaks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from authorization_office import SECRETS, Identity, Office
from authorization_table import Keys
from leaks import unpack

REFUSED = (401, 403, 404, 405)
BINARY = ("image/", "application/octet-stream", "application/vnd.")


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers and body as far as it was read."""

    status: int
    headers: str
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it is a success; to be sent to the login page is none."""
        return self.status < 400 and not (self.status == 303 and "location: /login" in self.headers)


@dataclass
class Report:
    """What the sweep found; every list is empty where all is well."""

    routes: int = 0
    events: int = 0
    calls: int = 0
    refusals: int = 0
    successes: int = 0
    replays: int = 0
    bytes_leaked: int = 0
    undeclared: list[str] = field(default_factory=list)
    unexpected_successes: list[str] = field(default_factory=list)
    unexpected_answers: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)
    told_apart: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Give all that is wrong in one list."""
        return [
            f"{kind}: {line}"
            for kind, lines in vars(self).items()
            if isinstance(lines, list)
            for line in lines
        ]  # fmt: skip


class Judge:
    """Asks and judges; the report grows with each part."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.report = Report()
        self.secret = re.compile("|".join(SECRETS).encode(), re.IGNORECASE)

    def ask(self, identity: Identity, method: str, address: str, **given: Any) -> Reply:
        """Send a request; of a stream that does not end by itself only the beginning is read."""
        self.report.calls += 1
        with self.office.clients[identity.key].stream(method, address, **given) as answer:
            headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
            body = b""
            if answer.status_code >= 400 or not answer.headers.get("content-type", "").startswith("text/event-stream"):
                body = answer.read()
        return Reply(answer.status_code, headers, body)

    def judge(self, identity: Identity, what: str, reply: Reply, who: Keys, also: Collection[int] = ()) -> None:
        """Compare a success or a refusal with the table."""
        line = f"{what} as {identity.key}: {reply.status} {reply.body[:90]!r}"
        if identity.key in who:
            self.report.successes += reply.ok
            if not reply.ok:
                self.report.unexpected_answers.append(line)
        elif reply.ok:
            self.report.unexpected_successes.append(line)
        elif reply.status not in (*REFUSED, 303, *also):
            self.report.unexpected_answers.append(line)
        else:
            self.report.refusals += 1

    def weigh(self, identity: Identity, what: str, reply: Reply, *, refused: bool, ids: Collection[str] = ()) -> None:
        """Count the bytes of an answer that someone outside the matter should not have.

        Args:
            identity: Who got it.
            what: The request.
            reply: The answer.
            refused: True where nothing should have come: then a file or a picture counts whole.
            ids: Ids of the matter that the request did not name; told to somebody who is no admin, they are a leak.
        """
        whole = refused and reply.ok and any(f"content-type: {kind}" in reply.headers for kind in BINARY)
        told = [] if identity.role == "admin" else [one for one in ids if one.encode() in reply.body]
        if whole or told or self.find_secrets(reply):
            self.report.bytes_leaked += len(reply.body)
            self.report.leaks.append(f"{what} as {identity.key}: {len(reply.body)} bytes {told or ''}")

    def find_secrets(self, reply: Reply) -> bool:
        """Tell whether a secret of the matter stands in an answer, however it is packed."""
        views = [reply.headers.encode(), *unpack(reply.body)]
        if reply.body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
                views += [archive.read(name) for name in archive.namelist()]
        return any(self.secret.search(view) for view in views)
