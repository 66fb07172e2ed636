"""Processor milliseconds of what the screens ask for: the app called in this process, without a network and without jobs.

One person of each role does each thing again and again, one after another; the caller's share is included, and pictures of
pages, which processes of their own draw, are left out. Made for a comparison of before and after on the same machine and
firm; what people wait for under load is measured by `load.py`.

    python benchmarks/request_cost.py [--home DIR] [--repeats 12] --json

--home is a firm that `load.py --home DIR` made (a copy: summaries are edited in it); without it a small one is made, which
takes minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402
import load_users  # noqa: E402
from load_firm import StubEngine, make_firm, name_people  # noqa: E402
from load_users import Browser, Person, Record  # noqa: E402

USERS = 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="data root of a firm; edited")
    parser.add_argument("--repeats", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch) / "home"
        if not home.exists():
            make_firm(home, USERS)
        costs = asyncio.run(measure(home, given.repeats))
    if given.json:
        print(json.dumps({"benchmark": "request_cost", "repeats": given.repeats, "processor_ms": costs}))
        return
    for name, cost in sorted(costs.items(), key=lambda item: -item[1]["median"]):
        print(f"{name:<28}{cost['requests']:>3} requests{cost['median']:>9.1f}{cost['least']:>9.1f} ms")


async def measure(home: Path, repeats: int) -> dict[str, dict[str, float]]:
    """Give the median and the least processor milliseconds of each thing that a screen asks for, and its requests."""
    from assistant.settings import load_settings
    from ui.services import open_house
    from ui.web.app import build_app

    house = open_house(load_settings(home=home))
    house.__dict__["_engine"] = StubEngine(house.settings)
    load_users.Browser = make_browser(build_app(house))  # type: ignore[misc]
    taken: dict[str, list[tuple[float, int]]] = defaultdict(list)
    browsers: list[Any] = []

    async def act(name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        began, sent = time.process_time(), sum(one.sent for one in browsers)
        found = await work()
        taken[name].append(((time.process_time() - began) * 1000, sum(one.sent for one in browsers) - sent))
        return found

    people = {}
    for role in ("paralegal", "attorney", "admin"):
        name = next(n for n, r in name_people(USERS).items() if r == role)
        people[role] = person = Person("http://127.0.0.1", name, role, Record(), 0.0, float("inf"))
        browsers.append(person.browser)
        await person.log_in()
        if person.record.errors:
            raise SystemExit(f"{name} could not log in: {json.dumps(person.record.errors)}")
    for turn in range(repeats + 1):
        if turn == 1:
            taken.clear()  # the first time loads models and code
        newcomer = Person("http://127.0.0.1", people["paralegal"].name, "paralegal", Record(), 0.0, float("inf"))
        browsers.append(newcomer.browser)
        await act("log in, nothing kept yet", newcomer.log_in)
        await look(act, people["paralegal"], turn)
        await judge(act, people["attorney"], turn)
        await oversee(act, people["admin"])
    house.close()
    return {
        name: {
            "median": round(statistics.median(ms for ms, _ in found), 1),
            "least": round(min(ms for ms, _ in found), 1),
            "requests": statistics.median(sent for _, sent in found),
        }
        for name, found in taken.items()
    }


def make_browser(app: Any) -> type[Browser]:
    """Make the simulated people's browser one that calls the app itself and counts."""

    class CallingBrowser(Browser):
        sent = 0

        def __init__(self, address: str, connections: int = 6) -> None:
            super().__init__(address, connections)
            transport = httpx.ASGITransport(app=app)
            self.client = httpx.AsyncClient(transport=transport, base_url=address, timeout=120)

        async def send(self, method: str, path: str, **given: Any) -> httpx.Response:
            self.sent += 1
            return await super().send(method, path, **given)

    return CallingBrowser


async def look(act: Any, person: Person, turn: int) -> None:
    """Do what a paralegal does with a filing, pictures left out."""
    get, screen = person.browser.get, person.open_screen
    ready = await act("open matter", person.open_matter)
    filing = ready[turn % len(ready)]
    document, matter = filing["document_id"], filing["matter_id"]
    at = f"/api/filings/{document}"
    await act("open filing", lambda: screen(f"/f/{document}", f"{at}/summary", f"{at}/summaries"))
    await act("page text", lambda: get(f"{at}/pages/1/text"))
    await act("dates and amounts", lambda: get(f"{at}/stated"))
    names = (f"{at}/names", f"{at}/pages/1/text", f"{at}/pages/1/names")
    await act("names of a filing", lambda: screen(f"/f/{document}/names", *names))
    await act("search passages", lambda: screen(f"/m/{matter}/search?q=unpaid+overtime"))
    await act("search with a name", lambda: screen(f"/m/{matter}/search?q=What+did+Rivera+pay%3F"))
    await act("review queue", lambda: screen("/review"))
    await act("background: work in progress", lambda: get("/api/jobs", background=True))
    await act("background: count of reviews", lambda: get("/api/review", background=True))


async def judge(act: Any, person: Person, turn: int) -> None:
    """Do what an attorney does: a summary beside its filing, earlier answers, the matter's settings."""
    get, screen = person.browser.get, person.open_screen
    ready = await person.open_matter()
    filing = ready[turn % len(ready)]
    at, matter = f"/api/filings/{filing['document_id']}", filing["matter_id"]
    summary = (await act("newest summary", lambda: get(f"{at}/summary")))["summary"]
    if summary:
        mine = f"/api/summaries/{summary['summary_id']}"
        for name, path in (
            ("read summary", mine),
            ("difference", f"{mine}/difference"),
            ("versions", f"{mine}/versions"),
        ):
            await act(name, lambda path=path: get(path))
    await act("list summaries", lambda: get(f"{at}/summaries"))
    await act("export table", lambda: person.browser.send("GET", f"{at}/stated.csv"))
    await act("ask screen", lambda: screen(f"/m/{matter}/ask"))
    await act("earlier answers", lambda: person.browse_history(matter))
    await act("matter settings", lambda: screen(f"/m/{matter}/settings"))


async def oversee(act: Any, person: Person) -> None:
    """Do what an admin does, the Gradio screen left out: its stream of events needs a network."""
    await act("people", lambda: person.open_screen("/people"))
    await act("insights", lambda: person.open_screen("/insights"))
    await act("verify audit log", lambda: person.browser.get("/api/audit/verify"))
    await act("health check", lambda: person.browser.send("GET", "/health"))


if __name__ == "__main__":
    main()
