"""Sign-on with the firm's account: who comes in, and every way in which a wrong answer of an issuer does not let in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from fake_actions import FakeActions
from fake_issuer import CLIENT, SECRET, FakeIssuer
from fake_web import PASSWORD, FakeHouse, log_in, open_fake_house
from fastapi.testclient import TestClient

from assistant.errors import NotAllowed, WrongUsage
from assistant.settings import Settings, load_settings
from assistant.store import audit, people
from ui.actions import people as people_actions
from ui.sign_on import SignOn, open_sign_on
from ui.web.app import build_app

PEOPLE = {
    "pia.novak@firm.example": ("paralegal", "Pia Novak"),
    "kim@firm.example": ("attorney", "Kim Oh"),
    "u-17": ("attorney", "Somebody by number"),
    "max": ("admin", "Max Imhof"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeIssuer]:
    made = FakeIssuer()
    yield made
    made.close()


@pytest.fixture
def issuer(server: FakeIssuer) -> FakeIssuer:
    server.claims, server.header, server.facts, server.asked = {}, {}, {}, []
    server.signer, server.published = "first", ["first"]
    return server


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, FakeHouse]]:
    """One app for all tests, since it takes a second to put together; a test gives it its settings by `open_client`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
        house = open_fake_house(tmp_path_factory.mktemp("home"), people=PEOPLE)
        people.disable_user(house.db, "kim@firm.example")
        yield build_app(house, FakeActions()), house


@pytest.fixture
def given(issuer: FakeIssuer, tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "secret").write_text(SECRET + "\n")
    secret = tmp_path / "secret"
    return {"oidc_issuer": issuer.address, "oidc_client_id": CLIENT, "oidc_client_secret_file": secret}


Opening = Callable[..., TestClient]


@pytest.fixture
def open_client(office: tuple[Any, FakeHouse]) -> Opening:
    app, house = office

    def opened(**settings: Any) -> TestClient:
        house.settings = Settings(home=house.settings.home, **settings)
        app.state.sign_on = open_sign_on(house.settings)
        return TestClient(app, base_url="http://localhost", follow_redirects=False)

    return opened


@pytest.fixture
def client(open_client: Opening, given: dict[str, Any]) -> TestClient:
    return open_client(**given)


@pytest.fixture
def log(office: tuple[Any, FakeHouse]) -> Callable[[], list[tuple[str, str, Any]]]:
    """Give what the audit log gained in this test."""
    db = office[1].db
    had = len(list(audit.export(db)))
    return lambda: [(e["actor"], e["action"], e["detail"]) for e in list(audit.export(db))[had:]]


def go_to_issuer(client: TestClient) -> str:
    """Begin, let the issuer answer, and give the address that it sends the browser back to."""
    page = client.get("/sign-on").headers["location"]
    return httpx.get(page).headers["location"]


def sign_on(client: TestClient) -> httpx.Response:
    return client.get(go_to_issuer(client))


def says(answer: httpx.Response) -> str:
    return " ".join(re.findall(r'role="alert">.*?<strong>(.*?)</strong>(.*?)</p>', answer.text, re.S)[0]).strip()


def is_in(client: TestClient) -> bool:
    return client.get("/api/me").status_code == 200


def test_a_person_with_an_account_comes_in_and_our_logout_ends_it(client: TestClient, log: Any) -> None:
    assert "Sign in with your firm" in client.get("/login").text
    answer = sign_on(client)
    assert answer.status_code == 200 and 'content="0;url=/"' in answer.text
    cookies = answer.headers.get_list("set-cookie")
    session = next(c for c in cookies if c.startswith("casebrief_session="))
    assert "HttpOnly" in session and "SameSite=strict" in session
    me = client.get("/api/me").json()
    assert (me["name"], me["role"]) == ("pia.novak@firm.example", "paralegal")
    assert client.post("/logout", headers={"X-CSRF-Token": me["csrf"]}).status_code == 200
    assert not is_in(client)
    assert log()[0] == ("pia.novak@firm.example", "login.begin", {"by": "sign-on"})


def test_what_goes_to_the_issuer_has_no_secret_and_is_new_each_time(client: TestClient) -> None:
    asked = [parse_qs(urlsplit(client.get("/sign-on").headers["location"]).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name] and len(asked[0][name][0]) >= 43
    assert asked[0]["redirect_uri"] == ["http://localhost/sign-on/back"] and asked[0]["client_id"] == [CLIENT]
    assert SECRET not in str(asked)
    cookie = client.get("/sign-on").headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/sign-on" in cookie


@pytest.mark.parametrize(
    ("claims", "header", "signer"),
    [
        ({"nonce": "another"}, {}, "first"),
        ({"nonce": None}, {}, "first"),
        ({"aud": "another client"}, {}, "first"),
        ({"aud": [CLIENT, "another client"]}, {}, "first"),  # and nobody named as the one it is for
        ({"aud": [CLIENT, "another client"], "azp": "another client"}, {}, "first"),
        ({"iss": "https://elsewhere.example"}, {}, "first"),
        ({"exp": 1_700_000_000}, {}, "first"),
        ({"exp": None}, {}, "first"),
        ({"iat": 4_000_000_000}, {}, "first"),
        ({"sub": None}, {}, "first"),
        ({}, {"alg": "none"}, "first"),
        ({}, {"alg": "HS256"}, "first"),  # signed with the public key
        ({}, {"kid": "first"}, "another"),  # another's signature under a known name
        ({}, {}, "another"),  # a key that the issuer does not publish
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {}, "first"),
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(
    client: TestClient, issuer: FakeIssuer, claims: dict[str, Any], header: dict[str, Any], signer: str
) -> None:
    issuer.claims, issuer.header, issuer.signer = claims, header, signer
    answer = sign_on(client)
    assert answer.status_code == 403 and "could not be verified" in says(answer)
    assert not is_in(client)


def test_a_new_key_of_the_issuer_is_looked_for_but_not_at_each_attempt(
    client: TestClient, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sign_on(client).status_code == 200
    issuer.published, issuer.signer = ["another"], "another"
    assert sign_on(client).status_code == 403 and issuer.asked.count("/keys") == 1
    monkeypatch.setattr("ui.sign_on._RENEW_S", 0.0)
    assert sign_on(client).status_code == 200 and issuer.asked.count("/keys") == 2


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email": "nobody@firm.example"}, "There is no account here"),
        ({"email": None}, "There is no account here"),
        ({"email": "kim@firm.example"}, "Your account here is closed."),
        ({"email_verified": False}, "does not say that your e-mail address is verified"),
        ({"email_verified": None}, "does not say that your e-mail address is verified"),
    ],
)
def test_who_has_no_open_account_is_told_so_in_a_sentence(
    client: TestClient, issuer: FakeIssuer, log: Any, claims: dict[str, Any], words: str
) -> None:
    db = client.app.state.house.db
    before = people.list_users(db)
    issuer.claims = claims
    answer = sign_on(client)
    assert answer.status_code == 403 and words in says(answer)
    assert not is_in(client) and people.list_users(db) == before
    assert [action for _, action, _ in log()] == ["login.refused"]


@pytest.mark.parametrize(
    ("claim", "name"), [("sub", "u-17"), ("preferred_username", None), ("email", "pia.novak@firm.example")]
)
def test_the_claim_that_is_set_names_the_account_and_no_other_does(
    open_client: Opening, given: dict[str, Any], claim: str, name: str | None
) -> None:
    client = open_client(**given, oidc_claim=claim)
    assert (sign_on(client).status_code, is_in(client)) == ((200, True) if name else (403, False))
    if name:
        assert client.get("/api/me").json()["name"] == name


def test_the_way_back_serves_once_and_only_the_browser_that_began(client: TestClient) -> None:
    back = go_to_issuer(client)
    thief = TestClient(client.app, base_url="http://localhost", follow_redirects=False)
    assert thief.get(back).status_code == 403 and not is_in(thief)
    assert client.get(back).status_code == 403  # used up by the attempt
    cookie = re.match(r"casebrief_sign_on=([^;]+)", client.get("/sign-on").headers["set-cookie"])
    back = go_to_issuer(client)
    kept = client.cookies.get("casebrief_sign_on", path="/sign-on")
    assert cookie and kept != cookie[1]
    assert client.get(back).status_code == 200
    client.cookies.clear()
    again = client.get(back, headers={"Cookie": f"casebrief_sign_on={kept}"})
    assert again.status_code == 403 and "used up" in says(again) and not is_in(client)


@pytest.mark.parametrize(
    "query", ["", "?state=x&code=y", "?code=y", "?state=x", "?error=access_denied&state=x", "?state=%00&code=%00"]
)
def test_a_way_back_that_nobody_began_leads_nowhere_and_fills_no_log(client: TestClient, log: Any, query: str) -> None:
    assert client.get("/sign-on/back" + query).status_code == 403 and log() == []


def test_a_person_who_declines_at_the_issuer_or_another_issuer_that_answers_lets_nobody_in(client: TestClient) -> None:
    for change in ("error=access_denied", "code=x&iss=https%3A%2F%2Felsewhere.example"):
        state = parse_qs(urlsplit(go_to_issuer(client)).query)["state"][0]
        answer = client.get(f"/sign-on/back?{change}&state={state}")
        assert answer.status_code == 403 and "did not let you in" in says(answer)


def test_an_old_way_back_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.sign_on.PENDING_S", -1.0)
    assert sign_on(client).status_code == 403 and not is_in(client)


def test_nothing_leads_to_another_site_afterwards(client: TestClient) -> None:
    page = client.get("/sign-on?next=https://elsewhere.example").headers["location"]
    back = httpx.get(page).headers["location"] + "&next=https://elsewhere.example"
    answer = client.get(back)
    assert answer.status_code == 200 and "elsewhere" not in page + back.split("&next")[0] + answer.text
    assert re.findall(r"url=([^\"]+)", answer.text) == ["/"]


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_no_host_is_spoken_to_that_nobody_named(
    open_client: Opening, given: dict[str, Any], issuer: FakeIssuer, name: str
) -> None:
    elsewhere = issuer.describe()[name].replace("127.0.0.1", "localhost")
    issuer.facts = {name: elsewhere}
    client = open_client(**given)
    page = client.get("/sign-on")
    answer = (
        page
        if name == "authorization_endpoint"
        else client.get(httpx.get(page.headers["location"]).headers["location"])
    )
    assert answer.status_code == 500 and "nobody has allowed" in says(answer) and not is_in(client)
    assert urlsplit(elsewhere).path not in [path for path in issuer.asked if path != "/authorize"]
    named = open_client(**given, oidc_hosts=f"x.example, {urlsplit(elsewhere).netloc}")
    assert sign_on(named).status_code == 200


def test_an_issuer_that_calls_itself_otherwise_or_is_away_is_told(
    open_client: Opening, given: dict[str, Any], issuer: FakeIssuer
) -> None:
    issuer.facts = {"issuer": issuer.address + "/"}
    answer = open_client(**given).get("/sign-on")
    assert answer.status_code == 500 and "calls itself otherwise" in says(answer)
    away = open_client(**{**given, "oidc_issuer": "http://127.0.0.1:9"}).get("/sign-on")
    assert away.status_code == 500 and "did not answer" in says(away)


def test_a_wrong_client_secret_lets_nobody_in(open_client: Opening, given: dict[str, Any]) -> None:
    given["oidc_client_secret_file"].write_text("another")
    client = open_client(**given)
    answer = sign_on(client)
    assert answer.status_code == 500 and not is_in(client)


@pytest.mark.parametrize(
    ("local", "who"), [("everybody", {"max", "pia.novak@firm.example"}), ("admins", {"max"}), ("nobody", set())]
)
def test_passwords_stay_for_whom_the_setting_says(
    open_client: Opening, given: dict[str, Any], local: str, who: set[str]
) -> None:
    client = open_client(**given, local_login=local)
    form = client.get("/login").text
    assert ('name="password"' in form) == (local != "nobody")
    if local == "nobody":
        return
    for name in ("max", "pia.novak@firm.example"):
        log_in(client, name, PASSWORD)
        assert is_in(client) == (name in who)


def test_nobody_by_password_means_also_by_a_form_kept_open(open_client: Opening, given: dict[str, Any]) -> None:
    client = open_client(**given, local_login="nobody")
    client.cookies.set("casebrief_form", "t" * 32, path="/login")
    form = {"form_token": "t" * 32, "name": "max", "password": PASSWORD}
    answer = client.post("/login", data=form)
    assert answer.status_code == 403 and "firm" in says(answer) and not is_in(client)


def test_without_an_issuer_there_is_no_sign_on(open_client: Opening) -> None:
    client = open_client()
    assert "Sign in with your firm" not in client.get("/login").text
    assert client.get("/sign-on").status_code == 404 and client.get("/sign-on/back?state=x&code=y").status_code == 404


@pytest.mark.parametrize("change", [{"oidc_client_id": ""}, {"oidc_client_secret_file": Path("/nowhere/secret")}])
def test_a_half_setting_is_told_at_the_start(given: dict[str, Any], tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(WrongUsage, match="CASEBRIEF_OIDC_CLIENT"):
        open_sign_on(Settings(home=tmp_path, **{**given, **change}))


@pytest.mark.parametrize("address", ["http://sso.firm.example", "ftp://x", "https://", "https://x.example/?a=1", "x"])
def test_an_issuer_that_others_could_stand_in_for_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(WrongUsage, match="CASEBRIEF_OIDC_ISSUER"):
        load_settings(home=tmp_path, oidc_issuer=address)


def test_what_was_begun_does_not_fill_the_memory(given: dict[str, Any], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("ui.sign_on._MOST_PENDING", 3)
    client = SignOn(Settings(home=tmp_path, **given))
    states = [parse_qs(urlsplit(client.begin("b", "http://localhost/x")).query)["state"][0] for _ in range(5)]
    for state in states[:2]:
        with pytest.raises(NotAllowed):
            client.take("b", state)
    assert [bool(client.take("b", state)) for state in states[2:]] == [True] * 3


def test_an_account_without_a_password_is_made_only_where_people_sign_on(
    office: tuple[Any, FakeHouse], open_client: Opening, given: dict[str, Any]
) -> None:
    house, admin = office[1], people.get_user(office[1].db, "max")
    open_client()
    with pytest.raises(WrongUsage):
        people_actions.add_user(house, admin, "new@firm.example", "attorney", "")
    open_client(**given)
    made = people_actions.add_user(house, admin, "new@firm.example", "attorney", "")
    assert made["own_password"]  # nobody knows one
