"""The gate: nobody without a login, no foreign request, headers on everything, sessions that end."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_actions import FakeActions
from fake_web import PASSWORD, FakeHouse, list_paths, log_in, open_fake_house
from fastapi.testclient import TestClient

from ui.web.access import Presence, is_public
from ui.web.answers import answer_json
from ui.web.app import build_app

HEADERS = ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy", "cache-control")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> FakeHouse:
    return open_fake_house(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def client(house: FakeHouse) -> Iterator[TestClient]:
    with TestClient(build_app(house, FakeActions()), base_url="http://localhost") as client:
        yield client


def test_nothing_but_the_public_paths_answers_without_a_login(client: TestClient) -> None:
    client.cookies.clear()
    filled = [(method, re.sub(r"\{[a-z_]+\}", "x", path)) for method, path in list_paths(client.app)]
    asked = [(method, path) for method, path in filled if not is_public(path)]
    assert len(asked) > 35
    for method, path in [*asked, ("GET", "/rounds/"), ("GET", "/insights/config"), ("GET", "/not/there")]:
        answer = client.request(method, path, follow_redirects=False)
        assert answer.status_code == 401, (method, path, answer.status_code)


def test_a_browser_without_a_login_is_sent_to_the_login_page(client: TestClient) -> None:
    client.cookies.clear()
    answer = client.get("/m/m-1", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_every_kind_of_response_carries_the_security_headers(client: TestClient) -> None:
    client.cookies.clear()
    kinds = [client.get(path) for path in ("/login", "/health", "/static/css/base.css", "/not/there", "/m/m-1")]
    kinds.append(client.post("/login", headers={"Origin": "https://elsewhere.example"}))
    log_in(client, "max")
    kinds += [client.get(path) for path in ("/people", "/rounds/", "/rounds/config", "/api/jobs")]
    for answer in kinds:
        missing = [name for name in HEADERS if name not in answer.headers]
        assert not missing, (answer.url, missing)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        scripts = re.search(r"script-src ([^;]*)", policy)
        assert scripts and "unsafe" not in scripts[1] and "http" not in scripts[1]
    assert all(a.headers["cache-control"] == "no-store" for a in kinds if "/static/" not in str(a.url))


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    client.cookies.clear()
    answer = log_in(client, "pia")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("casebrief_session="))
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),  # no token
        ({"X-CSRF-Token": "0" * 64}, 403),  # a wrong one
        ({"X-CSRF-Token": "own", "Origin": "https://elsewhere.example"}, 403),  # another site's page
        ({"X-CSRF-Token": "own", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-CSRF-Token": "own", "Sec-Fetch-Site": "same-site"}, 403),  # a neighbour host
        ({"X-CSRF-Token": "own", "Origin": "null"}, 403),  # a sandboxed frame
        ({"X-CSRF-Token": "own", "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
def test_a_changing_request_needs_the_token_and_our_own_page(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    client.cookies.clear()
    log_in(client, "ada")
    given = {name: client.csrf if value == "own" else value for name, value in headers.items()}  # type: ignore[attr-defined]
    answer = client.post("/api/turns/t-0/rating", json={"rating": 1, "reason": ""}, headers=given)
    assert answer.status_code == status, answer.text


def test_another_persons_token_does_not_serve(client: TestClient) -> None:
    client.cookies.clear()
    log_in(client, "pia")
    foreign = client.csrf  # type: ignore[attr-defined]
    client.cookies.clear()
    log_in(client, "ada")
    answer = client.post("/api/turns/t-0/rating", json={"rating": 1, "reason": ""}, headers={"X-CSRF-Token": foreign})
    assert answer.status_code == 403


def test_methods_that_no_screen_uses_are_refused(client: TestClient) -> None:
    log_in(client, "ada")
    for method in ("PUT", "PATCH", "OPTIONS", "TRACE"):
        assert client.request(method, "/api/filings/d-1").status_code == 405


def test_the_login_form_needs_its_own_token(client: TestClient) -> None:
    client.cookies.clear()
    answer = client.post("/login", data={"name": "pia", "password": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 403
    assert "casebrief_session" not in client.cookies


def test_wrong_passwords_say_the_same_for_known_and_unknown_names_and_lock(
    house: FakeHouse, client: TestClient
) -> None:
    from assistant.store import people

    people.add_user(house.db, "lou", "paralegal", PASSWORD, "Lou")
    client.cookies.clear()
    said = {
        name: re.findall(r"<strong>(.*?)</strong>", log_in(client, name, "wrong password").text)[0]
        for name in ("lou", "nobody")
    }
    assert said["lou"] == said["nobody"]
    for _ in range(4):
        log_in(client, "lou", "wrong password")
    answer = log_in(client, "lou", PASSWORD)
    assert answer.status_code == 403 and "15 minutes" in answer.text
    assert "casebrief_session" not in client.cookies


def test_a_name_in_the_login_form_is_escaped(client: TestClient) -> None:
    client.cookies.clear()
    answer = log_in(client, '"><script>alert(1)</script>', "x" * 12)
    assert "<script>alert" not in answer.text


def test_logout_ends_the_session_on_every_browser(house: FakeHouse) -> None:
    app = build_app(house, FakeActions())
    with TestClient(app, base_url="http://localhost") as here, TestClient(app, base_url="http://localhost") as there:
        log_in(here, "pia")
        log_in(there, "pia")
        assert there.get("/api/matters/m-1/filings").status_code == 200
        assert here.post("/logout", headers={"X-CSRF-Token": here.csrf}).status_code == 200  # type: ignore[attr-defined]
        assert there.get("/api/matters/m-1/filings").status_code == 401


def test_a_closed_account_is_out_at_once(house: FakeHouse, client: TestClient) -> None:
    from assistant.store import people

    client.cookies.clear()
    people.add_user(house.db, "kim", "paralegal", PASSWORD, "Kim")
    log_in(client, "kim")
    assert client.get("/api/me").status_code == 200
    people.disable_user(house.db, "kim")
    assert client.get("/api/me").status_code == 401


def test_an_idle_session_ends_and_polling_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("ui.web.access.time.monotonic", lambda: now[0])
    presence = Presence(idle_s=60)
    assert presence.touch("token", background=False)
    now[0] += 50
    assert presence.touch("token", background=True)
    now[0] += 20  # 70 s since the person did something
    assert not presence.touch("token", background=True)
    assert not presence.touch("token", background=False)


def test_an_idle_session_is_ended_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = open_fake_house(tmp_path, idle_minutes=1)
    now = [100.0]
    monkeypatch.setattr("ui.web.access.time.monotonic", lambda: now[0])
    with TestClient(build_app(house, FakeActions()), base_url="http://localhost") as client:
        log_in(client, "pia")
        assert client.get("/api/me").status_code == 200
        now[0] += 61
        assert client.get("/api/me").status_code == 401
        now[0] += 1
        assert client.get("/api/me").status_code == 401


def test_an_empty_house_says_how_the_first_account_is_made(tmp_path: Path) -> None:
    house = open_fake_house(tmp_path, people={})
    with TestClient(build_app(house, FakeActions()), base_url="http://localhost") as client:
        assert "casebrief users add" in client.get("/login").text
        from assistant.store import people

        people.add_user(house.db, "max", "admin", PASSWORD)
        assert "casebrief users add" not in client.get("/login").text


def test_data_leaves_a_route_as_json_already_and_a_response_as_it_is() -> None:
    async def later(number: int) -> dict[str, int]:
        return {"n": number}

    made = answer_json(lambda text: {"said": (text, "é")})(text="a")
    assert json.loads(made.body) == {"said": ["a", "é"]}
    assert json.loads(asyncio.run(answer_json(later)(number=2)).body) == {"n": 2}
    assert answer_json(lambda: made)() is made
