"""Twenty-five people at once on the real web app: seconds of every action, a full queue, and the first page in Chromium.

The server runs in its own process as `casebrief serve` does, over a data root with synthetic filings; only the writing is a stub
(`load_firm.py`). The people are simulated on the same machine by this process (`load_users.py`); what they cost its processors, and how late they
go on after a pause of 20 ms, stands beside what the server did. Each pauses --think seconds on average (uniform, half to one and
a half times) before each action. They log in within ten seconds. With --with-round a quick round of training runs all
the while, one after another, started through the admin's screen.

    python benchmarks/load.py [--users 25] [--seconds 180] [--think 2] [--with-round] [--home DIR] --json

--home keeps the firm between runs (it grows); without it a temporary one is made. Chromium is left out where there is none.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402
from load_firm import PASSWORD, find_port, make_firm, name_people, serve  # noqa: E402
from load_users import Browser, Person, Record, Refused  # noqa: E402

LIMIT_S = 1.0
FIRST_PAGE_S = 2.0
LOGINS_WITHIN_S = 10.0
START_LIMIT_S = 900.0
PAGES = 7
TICK_S = 0.02
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_TOLD_LAST = ("all_without_model", "slower_than_limit")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


def main() -> None:
    arguments = read_arguments()
    if arguments.serve:
        serve(arguments.serve, arguments.port)
        return
    with tempfile.TemporaryDirectory() as scratch:
        report = run(arguments, arguments.home or Path(scratch) / "home", Path(scratch))
    print(json.dumps(report) if arguments.json else word_report(report))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--think", type=float, default=2.0, help="mean seconds between two actions of a person")
    parser.add_argument("--with-round", action="store_true", help="train all the while")
    parser.add_argument("--home", type=Path, help="data root to keep; made where missing")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(arguments: argparse.Namespace, home: Path, scratch: Path) -> dict[str, Any]:
    """Make the firm, serve it and measure; give the figures."""
    if not home.exists():
        make_firm(home, arguments.users)
    port = find_port()
    command = [sys.executable, __file__, "--serve", str(home), "--port", str(port)]
    with (scratch / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    report: dict[str, Any] = {
        "benchmark": "load", "users": arguments.users, "seconds": arguments.seconds, "think_s": arguments.think,
        "with_round": arguments.with_round, "cores": os.cpu_count(), "load_before": os.getloadavg()[0],
    }  # fmt: skip
    try:
        report["start_s"] = wait_for(address, server, scratch / "server.log")
        staff = name_people(arguments.users)
        asyncio.run(warm_up(address, staff))
        report["first_page"] = measure_first_page(address, staff) if CHROMIUM else "no Chromium on this machine"
        before, own = read_cpu_s(server.pid), time.process_time()
        report.update(asyncio.run(put_to_work(arguments, address, staff)))
        report["server_cpu_s"] = round(read_cpu_s(server.pid) - before, 1)
        report["people_cpu_s"] = round(time.process_time() - own, 1)
        report["full_queue"] = asyncio.run(fill_queue(address, staff))
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:  # a round in the middle of a step
            server.kill()
    return report


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> float:
    """Wait until the login form is served; give the seconds since now."""
    began = time.perf_counter()
    while time.perf_counter() - began < START_LIMIT_S:
        if server.poll() is not None:
            raise SystemExit(log.read_text(errors="replace")[-3000:])
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/login").status_code == 200:
                return round(time.perf_counter() - began, 2)
        time.sleep(0.1)
    raise SystemExit("the server did not answer in time")


async def warm_up(address: str, staff: dict[str, str]) -> None:
    """Let one person of each role do each thing once, unmeasured: models are loaded, modules imported.

    Raises:
        SystemExit: Something did not work; nothing is measured then.
    """
    record = Record()
    for role in ("paralegal", "attorney", "admin"):
        name = next(n for n, r in staff.items() if r == role)
        person = Person(address, name, role, record, 0.0, time.perf_counter() + START_LIMIT_S)
        await person.log_in()
        await {"paralegal": person.be_paralegal, "attorney": person.be_attorney, "admin": person.be_admin}[role]()
        await person.browser.client.aclose()
    if record.errors:
        raise SystemExit(f"The first round of actions failed: {json.dumps(record.errors)}")


async def put_to_work(arguments: argparse.Namespace, address: str, staff: dict[str, str]) -> dict[str, Any]:
    """Let everybody work until the time is over; give what was measured."""
    record, steps = Record(), Counter[str]()
    admin = next(n for n, r in staff.items() if r == "admin")
    training = asyncio.create_task(keep_training(address, admin, steps)) if arguments.with_round else None
    while training and not steps["train"]:
        await asyncio.sleep(0.5)
        if training.done():
            training.result()
    steps.clear()
    began = time.perf_counter()
    deadline = began + arguments.seconds

    async def come(number: int, name: str, role: str) -> None:
        await asyncio.sleep(LOGINS_WITHIN_S * number / len(staff))
        await Person(address, name, role, record, arguments.think, deadline).work()

    late: list[float] = []
    watching = asyncio.create_task(watch_lateness(late))
    await asyncio.gather(*(come(number, name, role) for number, (name, role) in enumerate(staff.items())))
    watching.cancel()
    if training:
        training.cancel()
    return {
        "wall_s": round(time.perf_counter() - began, 1),
        "round_steps_seen": dict(steps),
        "people_late_s": {"p50": find_quantile(sorted(late), 0.5), "p95": find_quantile(sorted(late), 0.95)},
        "actions": {name: tell_action(name, record) for name in sorted({*record.seconds, *record.errors})},
        **judge(record),
    }


async def watch_lateness(late: list[float]) -> None:
    """Note how much later than asked this process goes on: what it measures may be as much too long."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_S)
        late.append(time.perf_counter() - began - TICK_S)


async def keep_training(address: str, admin: str, steps: Counter[str]) -> None:
    """Start quick rounds through the admin's screen, one when the last has ended, and count the steps seen each second."""
    person = Person(address, admin, "admin", Record(), 0.0, 0.0)
    await person.log_in()
    config = await person.open_gradio("rounds")
    start = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "start-round")
    fields = next(d["inputs"] for d in config["dependencies"] if [start, "click"] in map(list, d["targets"]))
    shown = {c["id"]: c["props"].get("value") for c in config["components"]}
    quick = ["quick", *(shown[field] for field in fields[1:])]  # the choice, and what stands under Advanced
    while True:
        jobs = (await person.browser.get("/api/jobs", background=True))["jobs"]
        if jobs:
            steps[jobs[0]["step"]] += 1
        else:
            steps["between rounds"] += 1
            await person.press("rounds", config, "click", start, quick)
        await asyncio.sleep(1)


def tell_action(name: str, record: Record) -> dict[str, Any]:
    """Give count, errors and seconds of an action."""
    seconds = sorted(record.seconds[name])
    told: dict[str, Any] = {"n": len(seconds), "errors": len(record.errors[name]), "conflicts": record.conflicts[name]}
    if seconds:
        told |= {"p50": find_quantile(seconds, 0.5), "p95": find_quantile(seconds, 0.95), "max": round(seconds[-1], 3)}
    if record.errors[name]:
        told["first_errors"] = record.errors[name][:3]
    return told


def judge(record: Record) -> dict[str, Any]:
    """Say which actions that need no model took longer than `LIMIT_S` at p95, and how many errors there were."""
    plain = {n: sorted(s) for n, s in record.seconds.items() if s and not n.startswith("model: ")}
    every = sorted(second for seconds in plain.values() for second in seconds)
    slow = {n: find_quantile(s, 0.95) for n, s in plain.items() if find_quantile(s, 0.95) > LIMIT_S}
    return {
        "errors": sum(map(len, record.errors.values())),
        "all_without_model": {"n": len(every), "p50": find_quantile(every, 0.5), "p95": find_quantile(every, 0.95)},
        "slower_than_limit": slow,
    }


def find_quantile(ordered: list[float], share: float) -> float:
    """Give the value that `share` of the ordered values do not exceed, rounded to milliseconds."""
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 3)


async def fill_queue(address: str, staff: dict[str, str]) -> dict[str, Any]:
    """Ask for more to be written at once than is allowed; give how each request was answered and in which words."""
    names = [n for n, r in staff.items() if r == "attorney"]
    crew = [Person(address, name, "attorney", Record(), 0.0, time.perf_counter() + 600) for name in names]
    for person in crew:
        person.browser = Browser(address, connections=100)  # a page opens six; scripts may open more
        await person.log_in()

    async def ask(person: Person) -> tuple[int, str]:
        asked = {"question": "What relief does the plaintiff demand?", "document_ids": [], "conversation_id": ""}
        try:
            await person.browser.stream(f"/api/matters/{person.matters[0]}/ask", asked)
        except Refused as error:
            return error.status, str(error)
        return 200, ""

    answers = await asyncio.gather(*(ask(person) for person in crew for _ in range(8)))
    for person in crew:
        await person.browser.client.aclose()
    words = {re.sub(r"^\d+: ", "", told) for status, told in answers if status != 200}
    return {"asked": len(answers), "statuses": dict(Counter(str(s) for s, _ in answers)), "words": sorted(words)}


def measure_first_page(address: str, staff: dict[str, str]) -> dict[str, Any]:
    """Measure in Chromium, from the navigation until the screen can be used: the login form and the list of filings."""
    from playwright.sync_api import sync_playwright

    name = next(n for n, r in staff.items() if r == "paralegal")
    took: dict[str, list[float]] = {}

    def clock(key: str, began: float) -> None:
        took.setdefault(key, []).append(time.perf_counter() - began)

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _ in range(PAGES):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            for kind in ("cold", "warm"):
                began = time.perf_counter()
                page.goto(f"{address}/login", wait_until="commit")
                page.locator("[name=password]").fill(PASSWORD)  # waits until it can be typed into
                clock(f"login form, {kind}", began)
            page.locator("[name=name]").fill(name)
            for kind in ("cold", "warm"):
                began = time.perf_counter()
                if kind == "cold":
                    page.locator("form button[type=submit]").click(no_wait_after=True)
                else:
                    page.goto(f"{address}/", wait_until="commit")
                page.locator("table.filings tbody a[href^='/f/']").first.click(
                    trial=True
                )  # waits until it can be clicked
                clock(f"list of filings, {kind}", began)
            context.close()
        browser.close()
    return {
        key: {"n": len(s), "p50": round(statistics.median(s), 3), "max": round(max(s), 3)} for key, s in took.items()
    }


def read_cpu_s(pid: int) -> float:
    """Give the processor seconds that a process and its ended children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def word_report(report: dict[str, Any]) -> str:
    """Write the figures as lines for people."""
    lines = [f"{'action':<30}{'n':>6}{'errors':>8}{'p50':>8}{'p95':>8}{'max':>8}"]
    for name, told in report["actions"].items():
        figures = "".join(f"{told.get(key, ''):>8}" for key in ("p50", "p95", "max"))
        lines.append(f"{name:<30}{told['n']:>6}{told['errors']:>8}{figures}")
        lines += [f"    {error}" for error in told.get("first_errors", ())]
    lines += [f"{key}: {json.dumps(value)}" for key, value in report.items() if key not in ("actions", *_TOLD_LAST)]
    every, slow = report["all_without_model"], report["slower_than_limit"]
    lines.append(f"all actions without a model: p50 {every['p50']} s, p95 {every['p95']} s of {every['n']}")
    told = ", ".join(f"{name} {report['actions'][name]['p50']} / {p95}" for name, p95 in sorted(slow.items()))
    lines.append(f"over {LIMIT_S} s at p95 (p50 / p95): {told or 'none'}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
