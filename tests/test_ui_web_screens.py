"""What the screens send: everything escaped, nothing inline, nothing from elsewhere; files in and out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fake_actions import FakeActions
from fake_web import log_in, open_fake_house
from fake_world import make_filing
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from assistant.errors import DamagedState
from ui.web.app import build_app
from ui.web.filing import download
from ui.web.render import StaticFolder

STATIC = Path(__file__).parent.parent / "ui" / "web" / "static"
PAGES = {
    "pia": [
        "/m/m-1",
        "/f/d-1",
        "/f/d-1/names",
        "/m/m-1/ask",
        "/m/m-1/search?q=pay",
        "/m/m-1/settings",
        "/review",
        "/m/m-1/compare",
        "/not/there",
    ],
    "ada": ["/m/m-1/settings", "/review", "/f/d-1/names"],
    "max": ["/people", "/compare", "/lineage"],
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    house = open_fake_house(tmp_path_factory.mktemp("home"), max_file_mb=1)
    with TestClient(build_app(house, FakeActions()), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def actions(client: TestClient) -> FakeActions:
    client.app.state.actions = FakeActions()  # type: ignore[attr-defined]
    return client.app.state.actions  # type: ignore[attr-defined]


class Reader(HTMLParser):
    """Collects what a strict policy would refuse, and what is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.loaded += [given[name] or "" for name in ("src", "href", "action") if name in given]


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, paths in PAGES.items() for path in paths])
def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(
    client: TestClient, actions: FakeActions, name: str, path: str
) -> None:
    log_in(client, name)
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == (404 if "not" in path else 200)
    reader = Reader()
    reader.feed(answer.text)
    assert not reader.inline
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in reader.loaded)


def test_names_from_clients_are_escaped_everywhere(client: TestClient, actions: FakeActions) -> None:
    bad = "'\"><script>alert(1)</script>.pdf"
    actions.filing_rows.append(make_filing("d-9", bad))
    log_in(client, "pia")
    for path in ("/m/m-1", "/f/d-9", "/f/d-9/names", "/m/m-1/ask", f"/m/m-1/search?q={quote(bad)}"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        reader = Reader()
        reader.feed(answer.text)
        assert not reader.inline


def test_files_of_ours_name_no_address_outside() -> None:
    for path in [*STATIC.rglob("*.css"), *STATIC.rglob("*.js"), *STATIC.rglob("*.svg")]:
        found = [
            a for a in re.findall(r"https?://[^\s\"')]+", path.read_text()) if not a.startswith("http://www.w3.org/")
        ]
        assert not found, (path.name, found)
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        ), path.name


def test_every_font_has_its_licence_and_stays_small() -> None:
    fonts = list((STATIC / "fonts").glob("*.woff2"))
    assert fonts and sum(f.stat().st_size for f in fonts) < 400_000
    for family in ("source-serif-4", "source-sans-3"):
        assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / f"LICENSE-{family}.txt").read_text()


def upload(client: TestClient, name: str, data: bytes, **headers: str) -> Any:
    given = {"X-CSRF-Token": client.csrf, "X-File-Name": quote(name), **headers}  # type: ignore[attr-defined]
    return client.post("/api/matters/m-1/filings", content=data, headers=given)


def test_an_upload_reaches_the_action_with_its_name_and_password(client: TestClient, actions: FakeActions) -> None:
    log_in(client, "pia")
    answer = upload(client, "Klage § 12 (Müller).pdf", b"%PDF-1.7", **{"X-File-Password": quote("geheim ü")})
    assert answer.status_code == 201
    assert actions.calls == [("upload", "Klage § 12 (Müller).pdf", 8, "geheim ü")]


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\filings\\passwd", "/passwd"])
def test_a_file_name_is_only_ever_a_name(client: TestClient, actions: FakeActions, name: str) -> None:
    log_in(client, "pia")
    assert upload(client, name, b"x").status_code == 201
    assert actions.calls[0][1] == "passwd"


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [("", b"x", 422), ("empty.pdf", b"", 422), ("large.pdf", b"x" * (1024 * 1024 + 1), 422)],
)
def test_a_refused_upload_says_why_and_what_to_do(
    client: TestClient, actions: FakeActions, name: str, data: bytes, status: int
) -> None:
    log_in(client, "pia")
    answer = upload(client, name, data)
    assert answer.status_code == status and answer.json()["do"]
    assert not actions.calls


def test_downloads_are_attachments_whatever_their_name(client: TestClient, actions: FakeActions) -> None:
    log_in(client, "pia")
    for path in ("/api/filings/d-1/original", "/api/summaries/s-1/export?form=md&citations=false"):
        answer = client.get(path)
        assert answer.status_code == 200 and answer.headers["content-disposition"].startswith("attachment;")
    header = download('a"\r\nX: y.pdf', "text/plain", b"").headers["content-disposition"]
    assert "\r" not in header and header.count('"') == 2


def test_errors_are_one_sentence_and_the_next_action(client: TestClient, actions: FakeActions) -> None:
    log_in(client, "pia")
    answer = client.get("/api/filings/d-1/pages/99.png")
    assert answer.status_code == 404
    assert answer.json() == {"error": "This filing has no page 99. Expected: 1 to 7.", "do": ""}
    page = client.get("/f/unknown", headers={"Accept": "text/html"})
    assert page.status_code == 403 and "Open the first screen" in page.text


def test_a_foreign_error_shows_nothing_of_what_it_holds(
    client: TestClient, actions: FakeActions, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*given: Any) -> None:
        raise ValueError("Quillfeather")

    actions.filings.list_filings = failing
    log_in(client, "pia")
    for address, kind in (("/api/matters/m-1/filings", "application/json"), ("/m/m-1", "text/html")):
        answer = client.get(address, headers={"Accept": kind})
        assert answer.status_code == 500 and "Quillfeather" not in answer.text and "failed" in answer.text
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "no-store" and "content-security-policy" in answer.headers
    assert "ValueError" in caplog.text and "Quillfeather" not in caplog.text


def test_a_broken_store_still_gives_a_sentence(client: TestClient, actions: FakeActions) -> None:
    def failing(*given: Any) -> None:
        raise DamagedState("The store is damaged.", do="Restore it from a backup.")

    log_in(client, "pia")
    actions.people.list_matters = failing
    answer = client.get("/m/m-1", headers={"Accept": "text/html"})
    assert answer.status_code == 500 and answer.json()["do"] == "Restore it from a backup."


def test_our_own_files_are_kept_for_good_under_the_name_of_their_content(client: TestClient) -> None:
    client.cookies.clear()
    linked = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', client.get("/login").text))
    assert len(linked) >= 3
    for address in linked:
        answer = client.get(address)
        assert answer.status_code == 200 and answer.headers["cache-control"].endswith("immutable"), address
    for address in ("/static/js/dom.js", "/static/000000000000/js/dom.js"):  # without a name, or of an earlier version
        answer = client.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache"), address
        assert answer.text == (STATIC / "js" / "dom.js").read_text(encoding="utf-8")
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"another"'}).content == answer.content


def test_our_own_files_are_answered_without_the_disk_and_nothing_else_is(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "one.js").write_text("export const a = 1;")
    (tmp_path / "beside.txt").write_text("not ours")
    folder = StaticFolder(tmp_path / "js")
    (tmp_path / "js" / "one.js").unlink()
    asked = {"type": "http", "method": "GET", "headers": []}
    answer = asyncio.run(folder.get_response("one.js", asked))
    assert (answer.status_code, answer.body) == (200, b"export const a = 1;")
    kind = answer.headers["content-type"].split(";")[0]
    assert kind in ("text/javascript", "application/javascript")  # as the process' table of types has it; both are run
    for method, path, status in (("GET", "../beside.txt", 404), ("GET", "two.js", 404), ("POST", "one.js", 405)):
        with pytest.raises(HTTPException) as refused:
            asyncio.run(folder.get_response(path, asked | {"method": method}))
        assert refused.value.status_code == status, path


def test_a_missing_file_of_ours_needs_no_shell(client: TestClient) -> None:
    client.cookies.clear()
    assert client.get("/static/nothing.css", headers={"Accept": "text/html"}).status_code == 404


def test_stale_edits_are_conflicts(client: TestClient, actions: FakeActions) -> None:
    log_in(client, "pia")
    headers = {"X-CSRF-Token": client.csrf}  # type: ignore[attr-defined]
    edit = {"text": "She demands $48,250.", "version": 1}
    assert client.post("/api/summaries/s-1/sentences/3", json=edit, headers=headers).json()["version"] == 2
    assert client.post("/api/summaries/s-1/sentences/3", json=edit, headers=headers).status_code == 409


def test_the_first_screen_is_the_one_of_the_role(client: TestClient, actions: FakeActions) -> None:
    for name, target in (("pia", "/m/m-1"), ("sol", "/m/m-2"), ("max", "/people")):
        log_in(client, name)
        assert client.get("/", follow_redirects=False).headers["location"] == target
    log_in(client, "pia")
    client.get("/m/m-1")
    assert client.cookies["casebrief_matter"] == "m-1"


def test_navigation_shows_the_entries_of_the_role(client: TestClient, actions: FakeActions) -> None:
    log_in(client, "pia")
    reader = client.get("/m/m-1").text
    log_in(client, "max")
    admin = client.get("/people").text
    for entry in ("Rounds", "Insights", "People"):
        assert f"<span>{entry}</span>" in admin and f"<span>{entry}</span>" not in reader
    for entry in ("Filings", "Ask", "Review"):
        assert f"<span>{entry}</span>" in reader and f"<span>{entry}</span>" not in admin
    assert "Marsh v. Tidewater" not in admin  # a matter's name is content


def test_admins_hear_of_a_running_round_only(client: TestClient, actions: FakeActions) -> None:
    log_in(client, "max")
    assert client.get("/api/jobs").json() == {"jobs": []}
    actions.learning.start_round(None, client.app.state.house.settings and _admin(), {})  # type: ignore[attr-defined]
    jobs = client.get("/api/jobs").json()["jobs"]
    counts = {"done": 40, "total": 120, "seconds_left": 260}
    assert jobs == [{"label": "Training round", "matter": "", "step": "train", **counts}]


def test_the_names_screen_offers_what_the_role_may(client: TestClient, actions: FakeActions) -> None:
    from assistant.store.pseudonyms import WORDS
    from ui.web.names import TYPE_WORDS

    assert set(TYPE_WORDS) == set(WORDS)
    for name, keeps in (("pia", ""), ("ada", "yes")):
        log_in(client, name)
        page = client.get("/f/d-1/names").text
        assert f'data-may-keep="{keeps}"' in page and 'data-may-review="yes"' in page and "data-mask" in page
        assert all(f'<option value="{key}">{words}</option>' in page for key, words in TYPE_WORDS.items())


def test_the_names_of_a_filing_that_is_being_read_wait_on_its_own_screen(
    client: TestClient, actions: FakeActions
) -> None:
    actions.filing_rows.append(make_filing("d-9", "scan.pdf", "reading"))
    log_in(client, "pia")
    answer = client.get("/f/d-9/names", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/f/d-9")


def test_a_draft_that_was_stopped_is_named_so_on_the_review_screen(client: TestClient, actions: FakeActions) -> None:
    assert actions.summary is not None
    log_in(client, "pia")
    for stopped in (False, True):
        actions.summary["stopped"] = stopped
        page = client.get("/review").text
        assert "Drafts not submitted (1)" in page and ("Stopped before its end" in page) is stopped


def _admin() -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(name="max", role="admin")


def test_the_matters_people_are_listed_and_only_an_attorney_gets_the_buttons(
    client: TestClient, actions: FakeActions
) -> None:
    for name, buttons in (("pia", (0, 0)), ("ada", (1, 1))):  # nobody removes themselves here; one membership rests
        log_in(client, name)
        page = client.get("/m/m-1/settings").text
        assert "Pia &lt;b&gt;Vogel&lt;/b&gt;" in page and "<b>Vogel" not in page
        assert "Ada Lindqvist" in page and "2026-10-01" in page and "max set the password" in page
        assert re.search(r"Walled off</span> Sol Reyes <span[^>]*>sol</span> since 2026-10-01", page)
        assert (page.count("data-remove"), page.count("data-confirm")) == buttons
        assert (page.count("data-lift"), page.count("data-wall>")) == buttons  # one wall stands
    answer = client.delete("/api/matters/m-1/members/pia", headers={"X-CSRF-Token": client.csrf})  # type: ignore[attr-defined]
    assert answer.status_code == 200 and actions.calls == [("remove_member", "m-1", "pia")]
