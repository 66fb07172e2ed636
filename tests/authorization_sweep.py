"""The sweep: every route and every event that introspection finds, asked by every identity, judged by the table."""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

from authorization_gradio import GradioSweep, list_events
from authorization_judge import Reply, Report
from authorization_office import BY_KEY, HIDDEN, IDENTITIES, Identity, Office
from authorization_table import CASES, EVENTS, GRADIO_CLOSED, GRADIO_OPEN, GRADIO_SCREENS, NOBODY, Case, read_routes

from ui.commands import COMMANDS

METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS")
FORGETTABLE = ("audit", "counters", "logins")  # what a refusal may write: the log, and the end of a session


def list_routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give every method and path of an app, those of what is mounted in it included; static folders as one route."""
    for route in app.routes:
        if (router := getattr(route, "original_router", None)) is not None:
            yield from list_routes(router, prefix)
        elif getattr(route, "methods", None):
            yield from ((method, prefix + route.path) for method in sorted(route.methods))
        elif hasattr(getattr(route, "app", None), "routes"):
            yield from list_routes(route.app, prefix + route.path)
        else:
            yield "GET", prefix + route.path + "/{path}"


class Sweep(GradioSweep):
    """Asks every route of ours too; the report grows with each part."""

    def check_declared(self) -> None:
        """Compare what introspection finds with what is declared, both ways."""
        there = set(list_routes(self.office.app))
        gradio = read_routes(GRADIO_OPEN) | read_routes(GRADIO_CLOSED)
        declared = {(case.method, case.path) for case in CASES}
        declared |= {(method, screen + path) for screen in GRADIO_SCREENS for method, path in gradio}
        self.report.routes = len(there)
        self.report.undeclared += [f"{m} {p} is not in the table" for m, p in sorted(there - declared)]
        self.report.undeclared += [f"{m} {p} is in the table only" for m, p in sorted(declared - there)]
        events = list_events(self.office.app)
        self.report.events = len(events)
        found = {(screen, handler) for screen, _, handler, _ in events}
        self.report.undeclared += [f"event {one} is not in the table" for one in sorted(found - EVENTS)]
        self.report.undeclared += [f"event {one} is in the table only" for one in sorted(EVENTS - found)]

    def sweep_cases(self, cases: Collection[Case] = CASES) -> None:
        """Ask each case as everyone, those who may last, because they may spend what it is about."""
        for case in cases:
            for identity in sorted(IDENTITIES, key=lambda one: one.key in case.who):
                self.try_case(case, identity)

    def try_case(self, case: Case, identity: Identity) -> None:
        """Ask one case as one identity and judge the answer."""
        office, what = self.office, f"{case.method} {case.path}{case.query}"
        ids = self.fill_ids(case)
        given = self.make_body(case, identity)
        before = self.hash_store() if case.method != "GET" and identity.key not in case.who else ""
        address = self.fill(case, ids)
        reply = self.ask(identity, case.method, address, **given)
        self.judge(identity, what, reply, case.who, case.also)
        if before and before != self.hash_store():
            self.report.changes.append(f"{what} as {identity.key}")
        unnamed = set(office.ids.values()) - set(re.findall(r"[a-z]-[0-9a-f]{12}", address + str(given)))
        self.look_at(case, identity, what, reply, unnamed)
        known = identity.role == "admin" and "_id" not in case.path.replace("matter_id", "")  # admins list all matters
        if (
            identity.key not in case.who
            and identity.standing != "out"
            and "_id}" in case.path
            and not (case.own or known or identity.key in case.knows)
        ):
            self.compare_invented(case, identity, ids, given, reply)
        if case.ends_session and identity.key in case.who:
            office.renew(identity)

    def look_at(self, case: Case, identity: Identity, what: str, reply: Reply, unnamed: set[str]) -> None:
        """Look in an answer for what this identity should not have, and for what its own reader must find.

        Args:
            case: What was asked.
            identity: Who asked.
            what: The request.
            reply: The answer.
            unnamed: Ids of the guarded matter that the request did not name.
        """
        if identity.standing != "member" or identity.role == "admin":
            self.weigh(identity, what, reply, refused=identity.key not in case.who, ids=unnamed)
        elif identity.key != "attorney":  # a conversation is its asker's own, among colleagues too
            asked = unnamed & {self.office.ids["conversation_id"], self.office.ids["turn_id"]}
            if any(one.encode() in reply.body for one in asked):
                self.report.leaks.append(f"{what} as {identity.key}: a conversation of the attorney")
        shown = HIDDEN.encode() in reply.body
        if shown and identity.key not in case.reveals:
            self.report.leaks.append(f"{what} as {identity.key}: hidden text")
        if identity.key in case.tells and not self.find_secrets(reply):
            self.report.blind.append(f"{what} as {identity.key} shows no secret to its own reader")
        if identity.key in case.reveals and not shown:
            self.report.blind.append(f"{what} as {identity.key} shows no hidden text to its own reader")

    def compare_invented(
        self, case: Case, identity: Identity, ids: dict[str, str], given: dict[str, Any], reply: Reply
    ) -> None:
        """Ask the same with ids that nothing has: the answer must not tell them from those of a foreign matter."""
        invented = {key: f"{value[:2]}{secrets.token_hex(6)}" for key, value in ids.items() if key.endswith("_id")}
        other = self.ask(identity, case.method, self.fill(case, ids | invented), **given)
        if (other.status, other.body) != (reply.status, reply.body):
            self.report.told_apart.append(
                f"{case.method} {case.path} as {identity.key}: {reply.status} {reply.body[:80]!r}, "
                f"invented {other.status} {other.body[:80]!r}"
            )

    def fill_ids(self, case: Case) -> dict[str, str]:
        """Give what stands for the parameters of a case's path."""
        made = getattr(self.office, case.fresh)() if case.fresh else {}
        own = {"matter_id": self.office.other["matter_id"]} if case.own else {}
        return {"name": "pia", "page": "1", "index": "0", "version": "1"} | self.office.ids | own | made

    def fill(self, case: Case, ids: dict[str, str]) -> str:
        """Give the address of a case."""
        other = {"stream_id": f"stream-{secrets.token_hex(6)}", "path": "icon.svg", "secret": self.office.first_secret}
        return re.sub(r"\{([a-z_]+)\}", lambda found: (ids | other)[found[1]], case.path) + case.query

    def make_body(self, case: Case, identity: Identity) -> dict[str, Any]:
        """Give what httpx sends with a case."""
        if case.content:
            content = case.content if isinstance(case.content, bytes) else case.content(self.office)
            return {"content": content, "headers": {"X-File-Name": "new.pdf"}}
        if case.body is None:
            return {}
        return {"json": case.body(self.office, identity) if callable(case.body) else case.body}

    def hash_store(self) -> str:
        """Give a hash of all that the database keeps but the log, sessions and counted attempts."""
        digest = hashlib.sha256()
        with sqlite3.connect(self.office.house.settings.home / "casebrief.db") as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
                if table not in FORGETTABLE:
                    digest.update(repr(db.execute(f'SELECT * FROM "{table}"').fetchall()).encode())
        return digest.hexdigest()

    def sweep_methods(self) -> None:
        """Ask every path of ours by the methods that it does not have."""
        declared: dict[str, set[str]] = {}
        for case in CASES:
            declared.setdefault(case.path, set()).add(case.method)
        for path, methods in declared.items():
            case = Case("GET", path, NOBODY)
            address = self.fill(case, self.fill_ids(case))
            for method in sorted(set(METHODS) - methods - ({"HEAD"} if path.startswith("/static") else set())):
                for identity in (BY_KEY["anonymous"], BY_KEY["attorney"], BY_KEY["strange attorney"]):
                    self.judge(identity, f"{method} {path}", self.ask(identity, method, address), NOBODY)

    def sweep_shell_door(self) -> None:
        """Ask every command of the shell's door, which a login of the web app does not open."""
        for name in COMMANDS:
            for identity in IDENTITIES:
                for headers in ({}, {"Authorization": "Bearer " + "x" * 43}):
                    reply = self.ask(identity, "POST", f"/local/commands/{name}", json={"user": "ada"}, headers=headers)
                    self.judge(identity, f"shell command {name}", reply, NOBODY)


def sweep_all(office: Office) -> Report:
    """Run every part and give what was found."""
    sweep = Sweep(office)
    sweep.check_declared()
    sweep.sweep_cases()
    sweep.sweep_methods()
    sweep.sweep_shell_door()
    sweep.sweep_gradio()
    sweep.sweep_events()
    sweep.sweep_replays()
    return sweep.report


def count_figures(report: Report) -> dict[str, Any]:
    """Give a report as figures: what was asked, and how many of each fault."""
    return {
        "identities": len(IDENTITIES),
        **{name: len(value) if isinstance(value, list) else value for name, value in vars(report).items()},
    }
