"""The first account by the link that the server prints: once, only while there is none, only for who has the link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_actions import FakeActions
from fake_web import PASSWORD, open_fake_house
from fastapi.testclient import TestClient

from assistant.store import people
from ui.web.app import build_app
from ui.web.first_run import offer_first_link


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    house = open_fake_house(tmp_path, people={})
    with TestClient(build_app(house, FakeActions()), base_url="http://localhost") as client:
        yield client


def fill_in(client: TestClient, path: str, **given: str) -> Any:
    token = re.search(r'name="form_token" value="([^"]+)"', client.get(path).text)
    form = {"name": "max", "display_name": "Max Adler", "password": PASSWORD, "again": PASSWORD} | given
    return client.post(path, data={"form_token": token[1] if token else "", **form}, follow_redirects=False)


def accounts(client: TestClient) -> list[str]:
    return [user.name for user in people.list_users(client.app.state.house.db)]


def test_the_link_makes_an_administrator_once_and_logs_them_in(client: TestClient) -> None:
    path = offer_first_link(client.app)
    answer = fill_in(client, path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/api/me").json()["role"] == "admin"
    assert offer_first_link(client.app) == ""
    client.cookies.clear()
    assert client.get(path).status_code == 404 and fill_in(client, path, name="eve").status_code == 404
    assert accounts(client) == ["max"]


@pytest.mark.parametrize("path", ["/first/", "/first/x", "/first/" + "A" * 43])
def test_a_guessed_link_makes_nothing(client: TestClient, path: str) -> None:
    offer_first_link(client.app)
    assert client.get(path).status_code == 404
    assert client.post(path, data={"name": "eve", "password": PASSWORD, "again": PASSWORD}).status_code == 404
    assert accounts(client) == []


def test_a_new_start_voids_the_link_before(client: TestClient) -> None:
    old, new = offer_first_link(client.app), offer_first_link(client.app)
    assert client.get(old).status_code == 404 and client.get(new).status_code == 200


def test_the_link_is_void_once_there_is_an_account(client: TestClient) -> None:
    path = offer_first_link(client.app)
    people.add_user(client.app.state.house.db, "ada", "attorney", PASSWORD)
    assert client.get(path).status_code == 404 and fill_in(client, path).status_code == 404


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"again": "another password"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "too short"),
        ({"name": "a b/c"}, "malformed"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_the_link(
    client: TestClient, given: dict[str, str], says: str
) -> None:
    path = offer_first_link(client.app)
    answer = fill_in(client, path, **given)
    assert answer.status_code == 400 and says in answer.text and PASSWORD not in answer.text
    assert accounts(client) == [] and fill_in(client, path).status_code == 303


def test_somebody_elses_page_cannot_use_the_link(client: TestClient) -> None:
    path = offer_first_link(client.app)
    client.get(path)
    form = {"name": "eve", "display_name": "Eve", "password": PASSWORD, "again": PASSWORD, "form_token": "guess"}
    assert client.post(path, data=form).status_code == 403
    headers = {"Origin": "https://elsewhere.example"}
    assert client.post(path, data=form, headers=headers).status_code == 403
    assert accounts(client) == []
