"""A picture of every screen and dialog of every role, at two sizes, by daylight and in the dark, and axe-core over each.

    python benchmarks/screenshots.py --out DIR --json                # --home DIR keeps the firm for the next time
    python benchmarks/screenshots.py --out DIR --only desk,rounds  # only these walks of screens_walk.py

An invented firm (`screens_firm.py`) is served by the product's own app; a stub writes. Four pictures a screen, named
SCREEN-WIDTH-THEME.png, and a tall one where it scrolls. The report, which grows in DIR/report.json on the way, counts of each
rule of axe-core that is serious or critical the screens and dialogs that break it, and names what spills over sideways, is
covered or is cut off without an ellipsis.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

import screens_walk  # noqa: E402
from screens_firm import PASSWORD, open_firm  # noqa: E402

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
SIZES = ((1440, 900), (1024, 768))
THEMES = ("light", "dark")
WAIT_MS = 120_000
TALLEST_PX = 2600
SERIOUS = ("serious", "critical")
SPILLS = """() => {
  const out = [];
  const name = (e) => `${e.tagName.toLowerCase()}${e.className && typeof e.className === 'string' ? '.' + e.className.trim().split(/\\s+/).join('.') : ''} "${(e.textContent || '').trim().slice(0, 40)}"`;
  const covered = (e, box) => {
    const [x, y] = [box.right - 3, box.top + box.height / 2];
    if (x > innerWidth || y < 0 || y > innerHeight || getComputedStyle(e).opacity === '0') return x > innerWidth;
    for (let up = e.parentElement; up; up = up.parentElement) {
      const frame = up.getBoundingClientRect();
      if (getComputedStyle(up).overflowY !== 'visible' && (y < frame.top || y > frame.bottom)) return false;
      if (/auto|scroll/.test(getComputedStyle(up).overflowX) && (x < frame.left || x > frame.right)) return false;
    }
    const top = document.elementFromPoint(x, y);
    for (let up = top; up; up = up.parentElement) if (getComputedStyle(up).position === 'sticky') return false;
    return top && !e.contains(top) && !top.contains(e) && !top.closest('.toasts');
  };
  if (document.documentElement.scrollWidth > innerWidth) out.push(`the page is ${document.documentElement.scrollWidth - innerWidth} px too wide`);
  for (const e of document.querySelectorAll('main *, header *, nav *, dialog[open] *, footer *')) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || e.closest('.unseen, svg') || (e.closest('details:not([open])') && !e.closest('summary'))) continue;
    const style = getComputedStyle(e);
    const scrolls = /auto|scroll/.test(style.overflowX);
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth && style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis' && !e.matches('.viewer-scroll, .grid-scroll, .scroll, .talks ol, input, textarea, select'))
      out.push(`${scrolls ? 'scrolls sideways' : 'cuts'}: ${name(e)}`);
    if (/^(BUTTON|A|INPUT|SELECT|TEXTAREA|SUMMARY)$/.test(e.tagName) && !document.querySelector('dialog[open], .menu[open]') && covered(e, box)) out.push(`covered: ${name(e)}`);
    if (/^(BUTTON|A|LABEL|TH|TD|H1|H2|SUMMARY)$/.test(e.tagName) && e.scrollWidth > e.clientWidth + 2 && style.overflowX === 'visible' && e.clientWidth > 0 && style.display !== 'inline')
      out.push(`spills: ${name(e)}`);
  }
  return [...new Set(out)].slice(0, 12);
}"""


@dataclass
class Camera:
    """Takes the pictures of a screen and looks for barriers in it.

    Attributes:
        out: Folder of the pictures.
        only: Names of the walks that are made; all where there are none.
        barriers: Serious findings of axe-core: (screen, theme, rule, how many, where first).
        spills: What spills or is cut: (screen, width, what).
        taken: Names of the screens and dialogs that were taken.
    """

    out: Path
    only: tuple[str, ...] = ()
    barriers: list[tuple[str, str, str, int, str]] = field(default_factory=list)
    spills: list[tuple[str, int, str]] = field(default_factory=list)
    taken: dict[str, bool] = field(default_factory=dict)

    def wants(self, walk: str) -> bool:
        """Tell whether a walk is asked for."""
        return not self.only or walk in self.only

    def take(self, page: Any, name: str, again: Callable[[], None] | None = None) -> None:
        """Take a screen as it stands; `again` brings it back where a theme is only taken on when it loads."""
        self.taken[name] = bool(page.locator("dialog[open]").count())
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            if again:
                again()
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(350)
                page.screenshot(path=self.out / f"{name}-{width}-{theme}.png", animations="disabled")
                if theme == "light":
                    self.spills += [(name, width, what) for what in page.evaluate(SPILLS)]
            self.barriers += [(name, theme, *found) for found in find_barriers(page)]
            if theme == "light":
                self._take_tall(page, name)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        (self.out / "report.json").write_text(json.dumps(self.report(), indent=1, ensure_ascii=False))

    def _take_tall(self, page: Any, name: str) -> None:
        width, height = SIZES[1]
        more = page.evaluate("() => { const m = document.querySelector('main.content:not(.fixed)') || document.documentElement; return m.scrollHeight - m.clientHeight; }")  # fmt: skip
        if more < 40 or page.locator("dialog[open]").count():
            return
        page.set_viewport_size({"width": width, "height": min(height + more, TALLEST_PX)})
        page.wait_for_timeout(350)
        page.screenshot(path=self.out / f"{name}-{width}-tall.png", animations="disabled")

    def report(self) -> dict[str, Any]:
        """Give what was taken and found."""
        rules = Counter((theme, rule) for _, theme, rule, _, _ in self.barriers)
        return {
            "screens": sum(not dialog for dialog in self.taken.values()),
            "dialogs": sum(self.taken.values()),
            "pictures": len(list(self.out.glob("*.png"))),
            "serious": len(self.barriers),
            "serious_places": sum(count for *_, count, _ in self.barriers),
            "rules": {f"{rule}, {theme}": count for (theme, rule), count in sorted(rules.items())},
            "barriers": self.barriers,
            "spills": sorted(set(self.spills)),
            "taken": list(self.taken),
        }


def find_barriers(page: Any) -> list[tuple[str, int, str]]:
    """Give each serious rule of axe-core that a page breaks, how often, and where first."""
    found = Axe().run(page).response
    if len(found["passes"]) <= 5:
        raise SystemExit("axe-core did not look at the page.")
    return [
        (fault["id"], len(fault["nodes"]), fault["nodes"][0]["html"][:200])
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]


@dataclass
class Visit:
    """What a walk needs: the browser, the app's address, the house behind it, the camera."""

    browser: Any
    address: str
    app: Any
    house: Any
    ids: dict[str, str]
    camera: Camera

    def log_in(self, name: str, *, tour: bool = False) -> Any:
        """Give a fresh window of a person; with `tour` as at the first time."""
        page = self.open_window()
        page.goto(self.address + "/login")
        if not tour:
            page.evaluate("() => ['Paralegal', 'Attorney', 'Administrator'].forEach((r) => localStorage.setItem(`casebrief-tour-${r}`, 'seen'))")  # fmt: skip
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    def open_window(self) -> Any:
        """Give a fresh window; the page's policy on scripts is off, because axe-core looks from inside."""
        size = {"width": SIZES[0][0], "height": SIZES[0][1]}
        page = self.browser.new_context(viewport=size, bypass_csp=True, timezone_id="America/New_York").new_page()
        page.set_default_timeout(WAIT_MS)
        return page

    def go(self, page: Any, path: str, wait: str = "main") -> None:
        """Open an address and wait until it is drawn."""
        page.goto(self.address + path)
        page.locator(wait).first.wait_for()
        if not path.startswith("/rounds"):
            page.wait_for_load_state("networkidle")

    def take(self, page: Any, name: str, again: Callable[[], None] | None = None) -> None:
        """Take a picture of what is open."""
        self.camera.take(page, name, again)


@contextmanager
def serve(house: Any) -> Iterator[tuple[str, Any]]:
    """Serve a house at a free port of this machine; give the address and the app."""
    from ui.web.app import build_app

    app = build_app(house)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app
    finally:
        server.should_exit = True
        thread.join(10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--home", type=Path, help="data root of the firm, kept; a temporary one where not given")
    parser.add_argument("--only", default="", help="names of walks, comma-separated: only these")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    camera = Camera(given.out, tuple(filter(None, given.only.split(","))))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch) / "home"
        house, ids = open_firm(
            home, home.with_name(f"{home.name}-watched")
        )  # before the browser, whose loop the jobs refuse
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
                with serve(house) as (address, app):
                    screens_walk.walk_firm(Visit(browser, address, app, house, ids, camera))
                with screens_walk.open_new_house(Path(scratch) / "new") as new, serve(new) as (address, app):
                    screens_walk.walk_new_house(Visit(browser, address, app, new, {}, camera))
                browser.close()
        finally:
            house.close()
    print(json.dumps(camera.report(), indent=None if given.json else 1, ensure_ascii=False))


if __name__ == "__main__":
    main()
