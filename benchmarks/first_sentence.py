"""How long until a person sees something: `casebrief --help`, and the first sentence of a summary after the click.

A real server, a real Chromium, a 30-page filing that is already ingested (`pdfs/vector-pdf.pdf`). "Cold" is the
first click after the server started (the model is loaded then), "warm" the median of those after it.

    python benchmarks/first_sentence.py --corpora DIR [--clicks 5] --json
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
CASEBRIEF = [sys.executable, "-c", "from ui.cli import main; main()"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
PASSWORD = "benchmark only 7"


def time_help(runs: int) -> list[float]:
    """Time `casebrief --help` as a whole process, in seconds."""
    command = Path(sys.executable).with_name("casebrief")
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([command, "--help"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - began)
    return seconds


def ingest(home: Path, pdf: Path) -> tuple[str, str]:
    """Read the filing into a fresh data root; give the matter's and the document's id."""
    from assistant.settings import Settings
    from assistant.store import people
    from ui.actions import filings
    from ui.actions import people as people_actions
    from ui.services import open_house

    house = open_house(Settings(home=home))
    user = people.add_user(house.db, "paula", "paralegal", PASSWORD)
    alex = people.add_user(house.db, "alex", "attorney", PASSWORD)
    matter = people_actions.create_matter(house, alex, "Benchmark")["matter_id"]
    people_actions.add_member(house, alex, matter, "paula")
    shown = filings.upload(house, user, matter, pdf.name, pdf.read_bytes())
    while shown["status"] in ("waiting", "reading"):
        time.sleep(0.2)
        shown = filings.show_filing(house, user, shown["document_id"])
    house.close()
    if shown["status"] != "ready":
        sys.exit(f"{pdf.name} was not read: {shown}")
    return matter, shown["document_id"]


def time_clicks(address: str, document_id: str, clicks: int) -> list[float]:
    """Click "Write summary" in Chromium and time until the first sentence stands on the page, in seconds."""
    from playwright.sync_api import sync_playwright

    seconds = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(180_000)
        page.goto(f"{address}/login")
        page.fill("[name=name]", "paula")
        page.fill("[name=password]", PASSWORD)
        page.click("form button.main")
        page.wait_for_url(lambda url: "/login" not in url)
        for _ in range(clicks):
            page.goto(f"{address}/f/{document_id}")
            page.wait_for_selector(".paper img")
            began = time.perf_counter()
            page.click("[data-write]")
            page.wait_for_selector(".sentence")
            seconds.append(time.perf_counter() - began)
            page.wait_for_selector("[data-submit]")
        browser.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"))
    parser.add_argument("--clicks", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.corpora is None:
        sys.exit("Name the folder of public documents: --corpora DIR, or CASEBRIEF_CORPORA.")
    helped = time_help(5)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["CASEBRIEF_HOME"] = str(home)
        _, document_id = ingest(home, Path(given.corpora) / "pdfs" / "vector-pdf.pdf")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([*CASEBRIEF, "serve", "--port", str(port)], stdout=sys.stderr, stderr=sys.stderr)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                try:
                    httpx.get(f"{address}/login").raise_for_status()
                    break
                except httpx.HTTPError:
                    time.sleep(0.2)
            clicks = time_clicks(address, document_id, given.clicks + 1)
        finally:
            server.terminate()
            server.wait(60)
    result = {
        "help_s": {"median": round(statistics.median(helped), 3), "all": [round(s, 3) for s in helped]},
        "first_sentence_s": {
            "cold": round(clicks[0], 2),
            "warm_median": round(statistics.median(clicks[1:]), 2),
            "warm_all": [round(s, 2) for s in clicks[1:]],
        },
    }
    print(json.dumps(result) if given.json else json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
