"""The part of the sweep that is Gradio's: its routes, its events, and what belongs to somebody else's session."""

from __future__ import annotations

import json
import re
import secrets
from contextlib import suppress
from importlib.resources import files
from typing import Any

import httpx
from authorization_judge import Judge, Reply
from authorization_office import BY_KEY, FILE, IDENTITIES, Identity
from authorization_table import ADMINS, GRADIO_CLOSED, GRADIO_OPEN, GRADIO_SCREENS, NOBODY, read_routes

STREAM_LINES = 40
WAIT_S = 20.0


def list_events(app: Any) -> list[tuple[str, int, str, str]]:
    """Give every event of the Gradio screens: screen, number, handler, and the name it would have as an API."""
    found = []
    for route in app.routes:
        blocks = getattr(getattr(route, "app", None), "blocks", None)
        if blocks is not None:
            found += [
                (route.path, number, getattr(made.fn, "__qualname__", ""), str(made.api_name or "predict"))
                for number, made in blocks.fns.items()
            ]
    return found


class GradioSweep(Judge):
    """Asks every route and event of Gradio as everyone."""

    def sweep_gradio(self) -> None:
        """Ask every route of Gradio on both screens as everyone."""
        opened = read_routes(GRADIO_OPEN)
        for screen in GRADIO_SCREENS:
            for method, path in sorted(opened | read_routes(GRADIO_CLOSED)):
                who = ADMINS if (method, path) in opened else NOBODY
                for identity in IDENTITIES:
                    reply = self.ask(identity, method, screen + self.fill_gradio(path), **self.make_gradio_body(method))
                    self.judge(identity, f"{method} {screen}{path}", reply, who)
                    self.weigh(identity, f"{method} {screen}{path}", reply, refused=identity.key not in who)

    def fill_gradio(self, path: str) -> str:
        """Give an address for a route of Gradio: a file it ships, the matter's file as if it had been uploaded."""
        shipped = files("gradio") / "templates"
        own = {
            "/assets/{path:path}": next(f.name for f in (shipped / "frontend" / "assets").iterdir()),
            "/static/{path:path}": "img/logo.svg",
        }
        parameters = {
            "path_or_url": str(self.office.uploaded),
            "session_hash": secrets.token_hex(6),
            "url_path": "http:",
        }
        value = own.get(path, str(self.office.uploaded))
        filled = re.sub(r"\{([a-z_]+)(:path)?\}", lambda found: parameters.get(found[1], value), path)
        return filled + (f"?session_hash={secrets.token_hex(6)}" if path.endswith("queue/data") else "")

    def make_gradio_body(self, method: str) -> dict[str, Any]:
        """Give the body of an event for any route of Gradio that takes one."""
        session = secrets.token_hex(6)
        body = {"data": [], "fn_index": 0, "session_hash": session, "event_id": "x", "fn_name": "x", "component_id": 1}
        return {"json": body} if method == "POST" else {}

    def sweep_events(self) -> None:
        """Call every event by every door of Gradio as everyone; by the queue an admin's is followed to its end."""
        for screen, number, handler, name in list_events(self.office.app):
            for identity in IDENTITIES:
                what = f"event {screen} {handler} ({number})"
                for door in (f"call/{name}", f"call/v2/{name}", f"run/{name}", f"api/{name}"):
                    body = {"data": self.event_data(screen, number), "fn_index": number}
                    reply = self.ask(identity, "POST", f"{screen}/gradio_api/{door}", json=body)
                    self.judge(identity, f"{what} by {door}", reply, NOBODY)
                reply = self.join(identity, screen, number, secrets.token_hex(6))
                self.judge(identity, what, reply, ADMINS)
                self.weigh(identity, what, reply, refused=identity.key not in ADMINS)

    def event_data(self, screen: str, number: int) -> list[Any]:
        """Give the fields of an event: the values that they begin with."""
        blocks = next(r.app.blocks for r in self.office.app.routes if getattr(r, "path", "") == screen)
        return [getattr(block, "value", None) for block in blocks.fns[number].inputs]

    def join(self, identity: Identity, screen: str, number: int, session: str) -> Reply:
        """Put an event into the queue and give what comes of it, or the refusal."""
        body = {"data": self.event_data(screen, number), "fn_index": number, "session_hash": session}
        reply = self.ask(identity, "POST", f"{screen}/gradio_api/queue/join", json=body)
        return self.follow(identity, screen, session) if reply.ok else reply

    def follow(self, identity: Identity, screen: str, session: str) -> Reply:
        """Read a session's messages up to the end of its event; only a handler that ran counts as a success."""
        self.report.calls += 1
        lines: list[str] = []
        address, given = f"{screen}/gradio_api/queue/data", {"session_hash": session}
        with (
            suppress(httpx.ReadTimeout),
            self.office.clients[identity.key].stream("GET", address, params=given, timeout=WAIT_S) as answer,
        ):
            for line, _ in zip(answer.iter_lines(), range(STREAM_LINES), strict=False):
                lines.append(line)
                message = json.loads(line[6:]) if line.startswith("data: ") else {}
                if message.get("msg") == "process_completed":
                    told = str(message["output"].get("error") or "")
                    ran = message["success"] or (bool(told) and "Only administrators" not in told)
                    return Reply(200 if ran else 403, "", line.encode())
        return Reply(500, "", "\n".join(lines).encode())

    # --- what belongs to somebody else

    def sweep_replays(self) -> None:
        """Have everyone use an admin's session and event, an attorney's stream and an uploaded file of theirs."""
        self.replay_session(secrets.token_hex(6))
        self.replay_stream()
        self.replay_file()

    def replay_session(self, session: str) -> None:
        """Let an admin begin an event, everyone else try to get at it, and the admin fetch it in the end."""
        owner, screen = BY_KEY["admin"], "/rounds"
        first = next(number for where, number, *_ in list_events(self.office.app) if where == screen)
        body = {"data": [], "fn_index": first, "session_hash": session}
        joined = self.ask(owner, "POST", f"{screen}/gradio_api/queue/join", json=body)
        event = json.loads(joined.body)["event_id"]
        for identity in IDENTITIES:
            if identity is not owner:
                for method, path, more in list_thefts(session, event, first):
                    self.try_theft(identity, method, f"{screen}/gradio_api/{path}", more, f"(owner {owner.key})")
        if not self.follow(owner, screen, session).ok:
            self.report.changes.append(f"the event of session {session!r} did not reach its owner")

    def try_theft(self, identity: Identity, method: str, address: str, body: Any, note: str) -> None:
        """Use something of somebody else's: any answer but a refusal counts, with all its bytes."""
        self.report.replays += 1
        reply = self.ask(identity, method, address, **({"json": body} if body is not None else {}))
        self.judge(identity, f"{method} {address} {note}", reply, NOBODY, also=(422,))
        if reply.ok:
            self.report.bytes_leaked += max(len(reply.body), 1)
        self.weigh(identity, address, reply, refused=True)

    def replay_stream(self) -> None:
        """Have everyone stop a stream of the attorney's; the answer is always that there is none of theirs."""
        streams, name = self.office.app.state.streams, f"stream-{secrets.token_hex(6)}"
        stop = streams.open("ada", name)
        for identity in IDENTITIES:
            if identity.key != "attorney":
                self.report.replays += 1
                reply = self.ask(identity, "POST", f"/api/streams/{name}/stop", json={})
                if stop.is_set() or b"true" in reply.body:
                    self.report.unexpected_successes.append(f"{identity.key} stopped a stream of the attorney")
                stop.clear()
        streams.close("ada", name)

    def replay_file(self) -> None:
        """Have everyone fetch a file of the matter where Gradio keeps uploads, and the store's own files."""
        home = self.office.house.settings.home
        for place in (self.office.uploaded, home / "casebrief.db", *sorted((home / "originals").iterdir())[:1]):
            up = "..%2f" * 12 + str(place).lstrip("/").replace("/", "%2f")
            for address in (
                f"/rounds/gradio_api/file={place}", f"/rounds/gradio_api/file{place}", f"/rounds/static/{up}",
                f"/rounds/assets/{up}", f"/static/{up}",
            ):  # fmt: skip
                for identity in IDENTITIES:
                    self.try_theft(identity, "GET", address, None, f"({FILE})")


def list_thefts(session: str, event: str, number: int) -> list[tuple[str, str, Any]]:
    """Give the requests that would read, join, stop or end an event by its session's name or its own."""
    mine = secrets.token_hex(6)
    return [
        ("GET", f"queue/data?session_hash={session}", None),
        ("GET", f"queue/data?session_hash={mine}&session_hash={session}", None),
        ("GET", "queue/data?session_hash=", None),
        ("POST", "queue/join", {"data": [], "fn_index": number, "session_hash": ""}),
        ("POST", "queue/join", {"data": [], "fn_index": number, "session_hash": session}),
        ("POST", "queue/join", {"data": [], "fn_index": number, "session_hash": session, "event_id": event}),
        ("POST", "cancel", {"session_hash": session, "fn_index": number, "event_id": event}),
        ("POST", "cancel", {"session_hash": mine, "fn_index": number, "event_id": event}),
        ("POST", "reset", {"session_hash": mine, "event_id": event}),
        ("GET", f"call/refresh/{event}", None),
        ("GET", f"call/v2/refresh/{event}", None),
        ("POST", f"stream/{event}", {"data": [], "session_hash": mine}),
        ("POST", f"stream/{event}/close", {}),
        ("GET", f"upload_progress?upload_id={event}", None),
        ("GET", f"stream/{session}/0/1/playlist.m3u8", None),
        ("GET", f"heartbeat/{session}", None),
        ("POST", "component_server", {"session_hash": session, "component_id": 1, "fn_name": "x", "data": None}),
    ]
