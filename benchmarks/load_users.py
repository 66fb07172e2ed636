"""Simulated people of the load benchmark: a browser over HTTP, and what a paralegal, an attorney and an admin do with it.

An action is timed from the click to the last of the answers that its screen waits for: the page, its styles and scripts (asked for
again or taken from the cache as a browser does), the data, the pictures.
"""

from __future__ import annotations

import asyncio
import html
import json
import random
import re
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from load_firm import PASSWORD, QUESTIONS, make_pdf_of

JOBS_POLL_S = 10.0
ROUNDS_POLL_S = 2.0
PICTURE_WIDTH = 1000
CONNECTIONS = 6  # as many as a browser opens to one address
_LINKED = re.compile(r'<(?:script|link)[^>]*?(?:src|href)="(/(?:static|rounds)/[^"]+)"')
_IMPORTED = re.compile(r"""(?:from|import)\s*\(?["'](\./[\w./-]+\.js)["']|url\(["']?([^"')]+\.woff2)""")
_REVIEWED = re.compile(r'data-summary-id="([^"]+)" data-document="([^"]+)"')


class Refused(Exception):
    """An answer with a status of 400 or more: the status and what it says."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(f"{status}: {told}")
        self.status = status


@dataclass
class Record:
    """Seconds of every action, and what went wrong; conflicts are answers of 409, as when a colleague was first."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    conflicts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @asynccontextmanager
    async def timing(self, action: str) -> AsyncIterator[None]:
        """Time what is done inside; a refusal is noted and does not end the day."""
        began = time.perf_counter()
        try:
            yield
        except Refused as error:
            if error.status == 409:
                self.conflicts[action] += 1
            else:
                self.errors[action].append(str(error)[:200])
        except (httpx.HTTPError, ValueError, KeyError, IndexError) as error:
            self.errors[action].append(f"{type(error).__name__}: {error}"[:200])
        else:
            self.seconds[action].append(time.perf_counter() - began)


class Browser:
    """One person's browser: cookies, the cache of styles and scripts, the page's token."""

    def __init__(self, address: str, connections: int = CONNECTIONS) -> None:
        limits = httpx.Limits(max_connections=connections)
        # No certificates: there is no TLS here, and to load them takes the processor from all the others.
        self.client = httpx.AsyncClient(
            base_url=address, timeout=120, limits=limits, headers={"Accept": "*/*"}, verify=False
        )
        self.csrf = ""
        self.cached: dict[str, tuple[str, bool, list[str]]] = {}  # address: tag, for good, what it asks for itself

    async def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send one request and give its answer; Refused where its status is 400 or more."""
        answer = await self.client.request(method, path, **given)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.text)
        return answer

    async def get(self, path: str, *, background: bool = False) -> Any:
        """Get data."""
        headers = {"X-CSRF-Token": self.csrf} | ({"X-Background": "1"} if background else {})
        return (await self.send("GET", path, headers=headers)).json()

    async def post(self, path: str, data: dict[str, Any] | None = None) -> Any:
        """Change something."""
        return (await self.send("POST", path, json=data or {}, headers={"X-CSRF-Token": self.csrf})).json()

    async def stream(self, path: str, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Have something written; give the events."""
        given = data | {"stream_id": secrets.token_hex(8)}
        answer = await self.send("POST", path, json=given, headers={"X-CSRF-Token": self.csrf})
        events = [json.loads(line) for line in answer.text.splitlines()]
        if not events or events[-1]["kind"] != "done":
            raise ValueError(f"the stream ended with {events[-1:]}")
        return events

    async def open(self, path: str) -> str:
        """Open a page with its styles and scripts; give its HTML."""
        page = await self.send("GET", path, headers={"Accept": "text/html"}, follow_redirects=True)
        token = re.search(r'<meta name="csrf" content="([^"]+)"', page.text)
        self.csrf = token[1] if token else self.csrf
        await self.load(sorted(set(_LINKED.findall(page.text))))
        return page.text

    async def load(self, addresses: list[str]) -> None:
        """Fetch files as a browser does: what is kept for good not at all, the rest with the tag it had."""
        seen = set(addresses)
        while addresses:
            asked = await asyncio.gather(*map(self._load_file, addresses))
            addresses = [a for a in dict.fromkeys(a for found in asked for a in found) if a not in seen]
            seen.update(addresses)

    async def _load_file(self, address: str) -> list[str]:
        tag, kept, wanted = self.cached.get(address, ("", False, []))
        if kept:
            return wanted
        answer = await self.send("GET", address, headers={"If-None-Match": tag} if tag else {})
        if answer.status_code == 304:
            return wanted
        text = answer.text if address.split("?")[0].endswith((".js", ".css")) and "/static/" in address else ""
        base = httpx.URL(address)
        found = [str(base.join(a or b)) for a, b in _IMPORTED.findall(text)]
        kept = "immutable" in answer.headers.get("cache-control", "")
        self.cached[address] = (answer.headers.get("etag", ""), kept, found)
        return found


class Person:
    """One user at work: logs in, then goes through the day until the deadline, pausing before each action."""

    def __init__(self, address: str, name: str, role: str, record: Record, think_s: float, deadline: float) -> None:
        self.browser = Browser(address)
        self.name, self.role, self.record = name, role, record
        self.think_s, self.deadline = think_s, deadline
        self.random = random.Random(name)
        self.matters: list[str] = []

    async def work(self) -> None:
        """Log in and act until the deadline."""
        await self.log_in()
        polling = asyncio.create_task(self.poll())
        day = {"paralegal": self.be_paralegal, "attorney": self.be_attorney, "admin": self.be_admin}[self.role]
        try:
            while time.perf_counter() < self.deadline:
                await day()
        finally:
            polling.cancel()
            await self.browser.client.aclose()

    async def act(self, action: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Pause, then do one timed action; give what it gives, None where it failed or the day is over."""
        await asyncio.sleep(self.random.uniform(0.5, 1.5) * self.think_s)
        if time.perf_counter() >= self.deadline:
            return None
        async with self.record.timing(action):
            return await work()
        return None

    async def log_in(self) -> None:
        """Open the form, send it and see the first screen."""
        async with self.record.timing("login form"):
            form = await self.browser.open("/login")
        token = re.search(r'name="form_token" value="([^"]+)"', form)
        async with self.record.timing("log in"):
            data = {"form_token": token[1] if token else "", "name": self.name, "password": PASSWORD}
            await self.browser.send("POST", "/login", data=data)
            first = await self.browser.open("/")
            self.matters = sorted(set(re.findall(r'href="/m/(m-[0-9a-f]+)"', first)))

    async def poll(self) -> None:
        """Ask for the work in progress, as the foot of every screen does."""
        while True:
            await asyncio.sleep(JOBS_POLL_S)
            async with self.record.timing("background: work in progress"):
                await self.browser.get("/api/jobs", background=True)

    async def open_screen(self, path: str, *data: str) -> tuple[str, list[Any]]:
        """Open a page of the shell, then its data beside what every page asks for; give the page and the data."""
        page = await self.browser.open(path)
        common = ["/api/jobs"] if self.role == "admin" else ["/api/jobs", "/api/review"]
        asked = [self.browser.get(address, background=True) for address in common]
        _, found = await asyncio.gather(asyncio.gather(*asked), asyncio.gather(*map(self.browser.get, data)))
        return page, list(found)

    async def see_page(self, document_id: str, page: int, pages: int) -> None:
        """Get the picture of a page; its neighbours are fetched beside it, and not waited for by the reader."""
        near = [n for n in (page, page + 1) if n <= pages]
        address = f"/api/filings/{document_id}/pages/%d.png?w={PICTURE_WIDTH}"
        await asyncio.gather(*(self.browser.send("GET", address % n) for n in near))

    async def open_matter(self) -> list[dict[str, Any]]:
        """Open one of the person's matters; give its filings."""
        page, _ = await self.open_screen(f"/m/{self.random.choice(self.matters)}")
        listed = re.search(r"data-filings='([^']*)'", page)
        return [f for f in json.loads(html.unescape(listed[1] if listed else "[]")) if f["status"] == "ready"]

    async def open_filing(self, filing: dict[str, Any]) -> dict[str, Any]:
        """Open a filing with its summary and first page; give the summary."""
        at = f"/api/filings/{filing['document_id']}"
        _, (latest, _) = await self.open_screen(f"/f/{filing['document_id']}", f"{at}/summary", f"{at}/summaries")
        await self.see_page(filing["document_id"], 1, filing["pages"])
        return latest["summary"] or {}

    async def be_paralegal(self) -> None:
        """Open a filing, read, have a summary written, edit, submit, export, look around."""
        ready = await self.act("open matter", self.open_matter)
        if not ready:
            return
        filing = self.random.choice(ready)
        document, pages = filing["document_id"], filing["pages"]
        at, get, post = f"/api/filings/{document}", self.browser.get, self.browser.post
        await self.act("open filing", lambda: self.open_filing(filing))
        await self.act("page picture", lambda: self.see_page(document, self.random.randint(1, pages), pages))
        await self.act("page text", lambda: get(f"{at}/pages/1/text"))
        await self.act("dates and amounts", lambda: get(f"{at}/stated"))
        written = await self.act(
            "model: write summary", lambda: self.browser.stream(f"{at}/summary", {"detail": "brief", "words": 60})
        )
        if written:
            summary = written[-1]["summary"]
            mine = f"/api/summaries/{summary['summary_id']}"
            text = summary["sentences"][0]["text"].rstrip(".") + ", as the filing says."
            await self.act("edit sentence", lambda: post(f"{mine}/sentences/0", {"text": text, "version": 1}))
            await self.act("difference", lambda: get(f"{mine}/difference"))
            await self.act("versions", lambda: get(f"{mine}/versions"))
            given = {"rating": 0, "reasons": ["style"], "note": "", "version": 2}
            await self.act("submit", lambda: post(f"{mine}/submit", given))
            form = self.random.choice(("docx", "md"))
            await self.act("export summary", lambda: self.browser.send("GET", f"{mine}/export?form={form}"))
        await self.act(
            "names of a filing",
            lambda: self.open_screen(
                f"/f/{document}/names", f"{at}/names", f"{at}/pages/1/text", f"{at}/pages/1/names"
            ),
        )
        await self.act(
            "search passages", lambda: self.open_screen(f"/m/{filing['matter_id']}/search?q=unpaid+overtime")
        )
        await self.act("review queue", lambda: self.open_screen("/review"))
        if self.random.random() < 0.2:
            await self.act("upload", lambda: self.upload(filing["matter_id"]))

    async def upload(self, matter: str) -> None:
        """Add a filing that the firm does not have; it is read in the background."""
        seed = self.random.randint(10_000, 1_000_000)
        headers = {"X-CSRF-Token": self.browser.csrf, "X-File-Name": f"more-{seed}.pdf"}
        data = await asyncio.to_thread(make_pdf_of, seed)
        await self.browser.send("POST", f"/api/matters/{matter}/filings", content=data, headers=headers)

    async def be_attorney(self) -> None:
        """Take what was submitted, check it, sign it off or return it; ask, look at earlier answers, export."""
        page, _ = await self.act("review queue", lambda: self.open_screen("/review")) or ("", [])
        listed = re.search(r"Waiting for sign-off.*?</section>", page, re.DOTALL)
        waiting = _REVIEWED.findall(listed[0]) if listed else []
        if waiting:
            await self.decide(*self.random.choice(waiting))
        ready = await self.act("open matter", self.open_matter)
        if not ready:
            return
        filing = self.random.choice(ready)
        matter, document = filing["matter_id"], filing["document_id"]
        summary = await self.act("open filing", lambda: self.open_filing(filing))
        await self.act("page picture", lambda: self.see_page(document, filing["pages"], filing["pages"]))
        if summary:
            await self.act("read summary", lambda: self.browser.get(f"/api/summaries/{summary['summary_id']}"))
        await self.act("ask screen", lambda: self.open_screen(f"/m/{matter}/ask"))
        asked = {"question": self.random.choice(QUESTIONS), "document_ids": [], "conversation_id": ""}
        answered = await self.act("model: ask", lambda: self.browser.stream(f"/api/matters/{matter}/ask", asked))
        if answered:
            answer = answered[-1]["answer"]
            rating = {"rating": 1, "reason": ""}
            await self.act("rate answer", lambda: self.browser.post(f"/api/turns/{answer['turn_id']}/rating", rating))
            await self.act("earlier answers", lambda: self.browse_history(matter))
        await self.act("export table", lambda: self.browser.send("GET", f"/api/filings/{document}/stated.csv"))
        await self.act("matter settings", lambda: self.open_screen(f"/m/{matter}/settings"))

    async def decide(self, summary_id: str, document_id: str) -> None:
        """Open a submitted summary beside its filing, and sign it off or return it."""
        filing, summary = f"/api/filings/{document_id}", f"/api/summaries/{summary_id}"
        get, post = self.browser.get, self.browser.post

        async def open_item() -> Any:
            shown, found, _, _ = await asyncio.gather(
                *map(get, (filing, summary, f"{filing}/summaries", f"{summary}/difference"))
            )
            await self.see_page(document_id, 1, shown["pages"])
            return found

        found = await self.act("open for review", open_item)
        if not found:
            return
        if self.random.random() < 0.8:
            await self.act("sign off", lambda: post(f"{summary}/sign-off", {"version": found["version"]}))
        else:
            await self.act("return", lambda: post(f"{summary}/return", {"reason": "The date is missing."}))

    async def browse_history(self, matter: str) -> None:
        """List the earlier conversations and open one."""
        talks = (await self.browser.get(f"/api/matters/{matter}/conversations"))["conversations"]
        talk = self.random.choice(talks)["conversation_id"]
        await self.open_screen(f"/m/{matter}/ask/{talk}", f"/api/conversations/{talk}")

    async def be_admin(self) -> None:
        """Look at people, the audit log, rounds and insights; make an account now and then."""
        await self.act("people", lambda: self.open_screen("/people"))
        await self.act("verify audit log", lambda: self.browser.get("/api/audit/verify"))
        await self.act("export audit log", lambda: self.browser.send("GET", "/api/audit/export"))
        if self.random.random() < 0.3:
            data = {
                "name": f"new{secrets.token_hex(4)}",
                "role": "paralegal",
                "password": PASSWORD,
                "display_name": "New",
            }
            await self.act("make an account", lambda: self.browser.post("/api/users", data))
        await self.act("insights: open", lambda: self.open_screen("/insights"))
        config = await self.act("rounds: open", lambda: self.open_gradio("rounds"))
        for _ in range(3 if config else 0):
            await asyncio.sleep(ROUNDS_POLL_S)
            async with self.record.timing("rounds: refresh"):
                await self.press("rounds", config, "tick")

    async def open_gradio(self, screen: str) -> dict[str, Any]:
        """Open a Gradio screen until its panels are filled; give its configuration."""
        await self.browser.open(f"/{screen}/")
        config = dict(await self.browser.get(f"/{screen}/config"))
        config["session"] = secrets.token_hex(6)
        await self.press(screen, config, "load")
        return config

    async def press(
        self,
        screen: str,
        config: dict[str, Any],
        event: str,
        component: int | None = None,
        data: list[Any] | None = None,
    ) -> list[Any]:
        """Fire an event (of a component) through Gradio's queue, as its page does; give what the handler gave."""
        fits = lambda target: target[1] == event and component in (None, target[0])  # noqa: E731
        function = next(d["id"] for d in config["dependencies"] if any(map(fits, d["targets"])))
        given = {"data": data or [], "fn_index": function, "session_hash": config["session"]}
        await self.browser.post(f"/{screen}/gradio_api/queue/join", given)
        address = f"/{screen}/gradio_api/queue/data?session_hash={config['session']}"
        async with self.browser.client.stream("GET", address) as events:
            async for line in events.aiter_lines():
                told = json.loads(line[6:]) if line.startswith("data: ") else {}
                if told.get("msg") == "process_completed":
                    if not told["success"]:
                        raise ValueError("the handler failed")
                    return list(told["output"]["data"])
        raise ValueError("the handler gave nothing")
