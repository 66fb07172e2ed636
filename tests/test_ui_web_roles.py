"""Who may reach what: every route of ours under each role and a stranger to the matter, deny by default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fake_actions import FakeActions
from fake_web import list_paths, log_in, open_fake_house
from fastapi.testclient import TestClient

from ui.web.access import is_public
from ui.web.app import build_app

ASK = {"question": "How much?", "stream_id": "stream-0001"}
WRITE = {"detail": "brief", "stream_id": "stream-0002"}
AGAIN = {"first": 0, "last": 1, "how": "other", "version": 1, "stream_id": "stream-0003"}
TEXT = {"text": "A sentence.", "version": 1}
PLACE = {"page": 1, "start": 0, "end": 5}

# Each route with a request that would succeed for those named; everyone else must be refused. "all" are all who are
# logged in, because the route tells only about themselves; "content" the members of m-1.
CONTENT, ATTORNEY, ADMIN, ALL = {"pia", "ada"}, {"ada"}, {"max"}, {"pia", "ada", "sol", "max"}
READERS = {"pia", "ada", "sol"}
ROUTES: dict[tuple[str, str], tuple[str, Any, set[str]]] = {
    ("GET", "/"): ("/", None, ALL),
    ("GET", "/api/me"): ("/api/me", None, ALL),
    ("GET", "/api/jobs"): ("/api/jobs", None, ALL),
    ("GET", "/api/review"): ("/api/review", None, ALL),
    ("POST", "/logout"): ("/logout", {}, ALL),
    ("POST", "/api/streams/{stream_id}/stop"): ("/api/streams/unknown-stream/stop", {}, ALL),
    ("GET", "/review"): ("/review", None, READERS),
    ("GET", "/review/{summary_id}"): ("/review/s-1", None, READERS),
    ("GET", "/m/{matter_id}"): ("/m/m-1", None, CONTENT),
    ("GET", "/m/{matter_id}/search"): ("/m/m-1/search?q=pay", None, CONTENT),
    ("GET", "/m/{matter_id}/settings"): ("/m/m-1/settings", None, CONTENT),
    ("GET", "/m/{matter_id}/ask"): ("/m/m-1/ask", None, CONTENT),
    ("GET", "/m/{matter_id}/ask/{conversation_id}"): ("/m/m-1/ask/c-1", None, CONTENT),
    ("GET", "/f/{document_id}"): ("/f/d-1", None, CONTENT),
    ("GET", "/api/matters/{matter_id}/filings"): ("/api/matters/m-1/filings", None, CONTENT),
    ("POST", "/api/matters/{matter_id}/filings"): ("/api/matters/m-1/filings", b"%PDF-1.7", CONTENT),
    ("GET", "/api/matters/{matter_id}/conversations"): ("/api/matters/m-1/conversations", None, CONTENT),
    ("POST", "/api/matters/{matter_id}/conversations/search"): (
        "/api/matters/m-1/conversations/search", {"words": "overtime"}, CONTENT,
    ),
    ("POST", "/api/conversations/{conversation_id}/title"): ("/api/conversations/c-1/title", {"title": "T"}, CONTENT),
    ("GET", "/api/conversations/{conversation_id}/export"): ("/api/conversations/c-1/export?form=md", None, CONTENT),
    ("POST", "/api/matters/{matter_id}/ask"): ("/api/matters/m-1/ask", ASK, CONTENT),
    ("GET", "/api/conversations/{conversation_id}"): ("/api/conversations/c-1", None, CONTENT),
    ("GET", "/m/{matter_id}/grid"): ("/m/m-1/grid", None, CONTENT),
    ("GET", "/m/{matter_id}/grid/{grid_id}"): ("/m/m-1/grid/g-1", None, CONTENT),
    ("GET", "/api/matters/{matter_id}/grids"): ("/api/matters/m-1/grids", None, CONTENT),
    ("POST", "/api/matters/{matter_id}/grids"): (
        "/api/matters/m-1/grids", {"questions": ["How much?"], "document_ids": ["d-1"]}, CONTENT,
    ),
    ("GET", "/api/grids/{grid_id}"): ("/api/grids/g-1", None, CONTENT),
    ("POST", "/api/grids/{grid_id}/stop"): ("/api/grids/g-1/stop", {}, CONTENT),
    ("POST", "/api/grids/{grid_id}/continue"): ("/api/grids/g-1/continue", {}, CONTENT),
    ("DELETE", "/api/grids/{grid_id}"): ("/api/grids/g-1", None, ATTORNEY),
    ("GET", "/api/grids/{grid_id}/export"): ("/api/grids/g-1/export", None, CONTENT),
    ("POST", "/api/turns/{turn_id}/rating"): ("/api/turns/t-0/rating", {"rating": 1, "reason": ""}, CONTENT),
    ("GET", "/api/filings/{document_id}"): ("/api/filings/d-1", None, CONTENT),
    ("POST", "/api/filings/{document_id}/caption"): ("/api/filings/d-1/caption", {"facts": {"judge": "V. L."}}, CONTENT),
    ("GET", "/api/filings/{document_id}/pages/{page}.png"): ("/api/filings/d-1/pages/1.png", None, CONTENT),
    ("GET", "/api/filings/{document_id}/pages/{page}/text"): ("/api/filings/d-1/pages/1/text", None, CONTENT),
    ("GET", "/api/filings/{document_id}/original"): ("/api/filings/d-1/original", None, CONTENT),
    ("GET", "/api/filings/{document_id}/stated"): ("/api/filings/d-1/stated", None, CONTENT),
    ("GET", "/api/filings/{document_id}/stated.csv"): ("/api/filings/d-1/stated.csv", None, CONTENT),
    ("GET", "/api/filings/{document_id}/summaries"): ("/api/filings/d-1/summaries", None, CONTENT),
    ("GET", "/api/filings/{document_id}/summary"): ("/api/filings/d-1/summary", None, CONTENT),
    ("POST", "/api/filings/{document_id}/summary"): ("/api/filings/d-1/summary", WRITE, CONTENT),
    ("DELETE", "/api/filings/{document_id}"): ("/api/filings/d-2", None, ATTORNEY),
    ("GET", "/api/summaries/{summary_id}"): ("/api/summaries/s-1", None, CONTENT),
    ("POST", "/api/summaries/{summary_id}/text"): ("/api/summaries/s-1/text", TEXT, CONTENT),
    ("POST", "/api/summaries/{summary_id}/sentences/{index}"): ("/api/summaries/s-1/sentences/0", TEXT, CONTENT),
    ("POST", "/api/summaries/{summary_id}/sentences/{index}/source"): (
        "/api/summaries/s-1/sentences/0/source", {"version": 1}, CONTENT,
    ),
    ("POST", "/api/summaries/{summary_id}/again"): ("/api/summaries/s-1/again", AGAIN, CONTENT),
    ("POST", "/api/summaries/{summary_id}/sentences/{index}/flag"): (
        "/api/summaries/s-1/sentences/0/flag", {"reason": "style", "note": "", "version": 1}, CONTENT,
    ),
    ("DELETE", "/api/summaries/{summary_id}/sentences/{index}/flag"): (
        "/api/summaries/s-1/sentences/0/flag?version=1", None, CONTENT,
    ),
    ("POST", "/api/summaries/{summary_id}/discard"): ("/api/summaries/s-1/discard", {}, CONTENT),
    ("POST", "/api/summaries/{summary_id}/restore"): ("/api/summaries/s-1/restore", {}, CONTENT),
    ("GET", "/api/summaries/{summary_id}/difference"): ("/api/summaries/s-1/difference", None, CONTENT),
    ("GET", "/api/summaries/{summary_id}/versions"): ("/api/summaries/s-1/versions", None, CONTENT),
    ("POST", "/api/summaries/{summary_id}/versions/{version}/restore"): (
        "/api/summaries/s-1/versions/1/restore", {"version": 1}, CONTENT,
    ),
    ("POST", "/api/summaries/{summary_id}/submit"): (
        "/api/summaries/s-1/submit", {"rating": 0, "reasons": [], "note": "", "version": 1}, CONTENT,
    ),
    ("POST", "/api/summaries/{summary_id}/sign-off"): ("/api/summaries/s-1/sign-off", {"version": 1}, ATTORNEY),
    ("POST", "/api/summaries/{summary_id}/return"): ("/api/summaries/s-1/return", {"reason": "Wrong"}, ATTORNEY),
    ("GET", "/api/summaries/{summary_id}/export"): ("/api/summaries/s-1/export?form=md", None, CONTENT),
    ("POST", "/api/summaries/{summary_id}/active"): ("/api/summaries/s-1/active", {"seconds": 5}, CONTENT),
    ("POST", "/api/summaries/{summary_id}/show"): ("/api/summaries/s-1/show", {}, CONTENT),
    ("POST", "/api/matters/{matter_id}/consent"): (
        "/api/matters/m-1/consent", {"given": True, "note": "letter"}, ATTORNEY,
    ),
    ("POST", "/api/matters"): ("/api/matters", {"name": "New", "number": ""}, ALL),
    ("POST", "/api/matters/{matter_id}/members"): ("/api/matters/m-1/members", {"name": "sol"}, ADMIN),
    ("POST", "/api/matters/{matter_id}/erase"): ("/api/matters/m-1/erase", {"second": "ada", "password": "x"}, ADMIN),
    ("POST", "/api/matters/{matter_id}/erase/code"): ("/api/matters/m-1/erase/code", {}, ATTORNEY),
    ("POST", "/api/filings/{document_id}/sequester"): ("/api/filings/d-1/sequester", {"reason": "r"}, ATTORNEY),
    ("POST", "/api/filings/{document_id}/lift-sequester"): (
        "/api/filings/d-1/lift-sequester", {"reason": "r"}, ATTORNEY,
    ),
    ("GET", "/api/matters/{matter_id}/sequestered"): ("/api/matters/m-1/sequestered", None, ATTORNEY),
    ("GET", "/f/{document_id}/names"): ("/f/d-1/names", None, CONTENT),
    ("GET", "/api/filings/{document_id}/names"): ("/api/filings/d-1/names", None, CONTENT),
    ("GET", "/api/filings/{document_id}/pages/{page}/names"): ("/api/filings/d-1/pages/1/names", None, CONTENT),
    ("POST", "/api/filings/{document_id}/names/accept"): ("/api/filings/d-1/names/accept", PLACE, CONTENT),
    ("POST", "/api/filings/{document_id}/names/reject"): ("/api/filings/d-1/names/reject", PLACE, CONTENT),
    ("POST", "/api/filings/{document_id}/names/add"): (
        "/api/filings/d-1/names/add", {**PLACE, "type": "PERSON"}, CONTENT,
    ),
    ("GET", "/api/matters/{matter_id}/members"): ("/api/matters/m-1/members", None, CONTENT),
    ("DELETE", "/api/matters/{matter_id}/members/{name}"): ("/api/matters/m-1/members/pia", None, ATTORNEY),
    ("POST", "/api/matters/{matter_id}/walls"): (
        "/api/matters/m-1/walls", {"name": "pia", "reason": "r"}, ATTORNEY | ADMIN,
    ),
    ("DELETE", "/api/matters/{matter_id}/walls/{name}"): ("/api/matters/m-1/walls/pia", None, ATTORNEY | ADMIN),
    ("POST", "/api/password"): ("/api/password", {"old": "correct horse battery", "new": "another one"}, ALL),
    ("GET", "/api/matters/{matter_id}/notices"): ("/api/matters/m-1/notices", None, CONTENT),
    ("POST", "/api/matters/{matter_id}/hold"): ("/api/matters/m-1/hold", {"holds": True}, ATTORNEY),
    ("POST", "/api/matters/{matter_id}/order"): ("/api/matters/m-1/order", {"holds": True, "reason": "ECF 41"}, ATTORNEY),
    ("POST", "/api/filings/{document_id}/reveal-hidden"): ("/api/filings/d-1/reveal-hidden", {}, ATTORNEY),
    ("POST", "/api/matters/{matter_id}/closing"): (
        "/api/matters/m-1/closing", {"closed_on": "2026-11-30", "months": None}, ATTORNEY | ADMIN,
    ),
    ("POST", "/api/matters/{matter_id}/folder"): (
        "/api/matters/m-1/folder", {"folder": "marsh", "responsible": "pia"}, ADMIN,
    ),
    ("DELETE", "/api/matters/{matter_id}/folder"): ("/api/matters/m-1/folder", None, ADMIN),
    ("POST", "/api/matters/{matter_id}/folder/export"): (
        "/api/matters/m-1/folder/export", {"allowed": True}, ATTORNEY,
    ),
    ("POST", "/api/keys/rotate"): ("/api/keys/rotate", {}, ADMIN),
    ("GET", "/people"): ("/people", None, ADMIN),
    ("POST", "/api/users"): (
        "/api/users", {"name": "n", "role": "paralegal", "password": "long enough", "display_name": "N"}, ADMIN,
    ),
    ("POST", "/api/users/{name}/role"): ("/api/users/pia/role", {"role": "attorney"}, ADMIN),
    ("POST", "/api/users/{name}/password"): ("/api/users/pia/password", {"password": "another password"}, ADMIN),
    ("POST", "/api/users/{name}/disable"): ("/api/users/pia/disable", {}, ADMIN),
    ("GET", "/insights"): ("/insights", None, ADMIN),
    ("GET", "/api/insights/export"): ("/api/insights/export?table=edits", None, ADMIN),
    ("GET", "/compare"): ("/compare", None, ADMIN),
    ("GET", "/m/{matter_id}/compare"): ("/m/m-1/compare", None, CONTENT),
    ("GET", "/api/comparisons"): ("/api/comparisons?candidate=house-2", None, ADMIN),
    ("GET", "/api/matters/{matter_id}/comparisons"): ("/api/matters/m-1/comparisons", None, CONTENT),
    ("POST", "/api/filings/{document_id}/compare"): ("/api/filings/d-1/compare", {"candidate": ""}, CONTENT | ADMIN),
    ("POST", "/api/filings/{document_id}/lend"): ("/api/filings/d-1/lend", {"lent": True}, ATTORNEY),
    ("GET", "/api/comparisons/{comparison_id}"): ("/api/comparisons/v-1", None, CONTENT | ADMIN),
    ("POST", "/api/comparisons/{comparison_id}/stop"): ("/api/comparisons/v-1/stop", {}, CONTENT | ADMIN),
    ("POST", "/api/comparisons/{comparison_id}/ballot"): ("/api/comparisons/v-1/ballot", {}, CONTENT | ADMIN),
    ("POST", "/api/comparisons/{comparison_id}/vote"): (
        "/api/comparisons/v-1/vote", {"pick": "left"}, CONTENT | ADMIN,
    ),
    ("GET", "/lineage"): ("/lineage", None, ADMIN),
    ("GET", "/api/filings/{document_id}/lineage"): ("/api/filings/d-1/lineage", None, CONTENT),
    ("GET", "/oversight"): ("/oversight", None, ADMIN),
    ("GET", "/api/oversight/health"): ("/api/oversight/health", None, ADMIN),
    ("GET", "/api/audit"): ("/api/audit?action=login.", None, ADMIN),
    ("GET", "/api/audit/verify"): ("/api/audit/verify", None, ADMIN),
    ("GET", "/api/audit/export"): ("/api/audit/export", None, ADMIN),
}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = build_app(open_fake_house(tmp_path_factory.mktemp("home")), FakeActions())
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


def test_the_table_names_every_route(client: TestClient) -> None:
    there = {(method, path) for method, path in list_paths(client.app) if not is_public(path)}
    assert there == set(ROUTES)


@pytest.mark.parametrize("name", ["pia", "ada", "sol", "max"])
def test_no_role_reaches_more_than_its_own(client: TestClient, name: str) -> None:
    """Routes are asked in an order that keeps the session: logout comes last."""
    log_in(client, name)
    wrong = []
    for (method, path), (address, body, allowed) in sorted(ROUTES.items(), key=lambda item: item[0][1] == "/logout"):
        client.app.state.actions = FakeActions()  # type: ignore[attr-defined]
        given: dict[str, Any] = (
            {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        )
        headers = {"X-CSRF-Token": client.csrf, "X-File-Name": "new.pdf", "Accept": "application/json"}  # type: ignore[attr-defined]
        answer = client.request(method, address, headers=headers, follow_redirects=False, **given)
        expected = answer.status_code < 400 if name in allowed else answer.status_code in (403, 404)
        if not expected:
            wrong.append((method, path, answer.status_code, answer.text[:80]))
        if name not in allowed and "Marsh" in answer.text:
            wrong.append((method, path, "shows content to who may not read it", ""))
    assert not wrong


@pytest.mark.parametrize("name", ["sol", "max"])
def test_strangers_get_no_byte_of_a_filing(client: TestClient, name: str) -> None:
    """A page, a text, the original, a summary and an export, asked for by their exact addresses."""
    client.app.state.actions = FakeActions()  # type: ignore[attr-defined]
    log_in(client, name)
    for address in (
        "/api/filings/d-1/pages/1.png",
        "/api/filings/d-1/original",
        "/api/summaries/s-1/export?form=docx",
        "/f/d-1",
    ):
        answer = client.get(address)
        assert answer.status_code == 403
        assert b"PNG" not in answer.content and b"%PDF" not in answer.content and b"complaint" not in answer.content


def test_a_stranger_cannot_stop_anothers_stream(client: TestClient) -> None:
    stop = client.app.state.streams.open("ada", "stream-of-ada")  # type: ignore[attr-defined]
    log_in(client, "sol")
    answer = client.post("/api/streams/stream-of-ada/stop", headers={"X-CSRF-Token": client.csrf})  # type: ignore[attr-defined]
    assert answer.json() == {"stopped": False} and not stop.is_set()


def test_a_role_that_changes_counts_at_once(client: TestClient) -> None:
    from assistant.store import people

    house = client.app.state.house  # type: ignore[attr-defined]
    log_in(client, "max")
    assert client.get("/people").status_code == 200
    people.add_user(house.db, "eve", "admin", "correct horse battery")
    people.set_role(house.db, "max", "paralegal")
    assert client.get("/people").status_code == 403
    assert client.get("/rounds/").status_code == 403
    people.set_role(house.db, "max", "admin")
