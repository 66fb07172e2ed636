"""What the screens offer beside reading: orders, hidden text, flags, putting aside, keys; to whom, and as what calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_actions import FakeActions
from fake_web import log_in, open_fake_house
from fastapi.testclient import TestClient

from ui.web import rounds_view
from ui.web.app import build_app


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    house = open_fake_house(tmp_path_factory.mktemp("home"))
    with TestClient(build_app(house, FakeActions()), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def actions(client: TestClient) -> FakeActions:
    client.app.state.actions = FakeActions()  # type: ignore[attr-defined]
    return client.app.state.actions  # type: ignore[attr-defined]


def as_person(client: TestClient, name: str) -> dict[str, str]:
    """Log in and give the headers that a change needs."""
    log_in(client, name)
    return {"X-CSRF-Token": client.csrf}  # type: ignore[attr-defined]


def set_state(actions: FakeActions, **state: bool) -> None:
    """Let the matters be listed in another state, such as under a legal hold."""
    listed = actions.people.list_matters
    actions.people.list_matters = lambda house, user: [m | state for m in listed(house, user)]


@pytest.mark.parametrize(
    ("state", "offered", "not_offered"),
    [
        ({}, ("order-set", "hold-set"), ("order-lift", "hold-lift")),
        ({"protective_order": True, "legal_hold": True}, ("order-lift", "hold-lift"), ("order-set", "hold-set")),
    ],
)
def test_an_attorney_is_offered_the_orders_that_change_something(
    client: TestClient,
    actions: FakeActions,
    state: dict[str, bool],
    offered: tuple[str, ...],
    not_offered: tuple[str, ...],
) -> None:
    set_state(actions, **state)
    as_person(client, "ada")
    page = client.get("/m/m-1/settings").text
    assert all(f'data-order="{key}"' in page for key in offered)
    assert not any(f'data-order="{key}"' in page for key in not_offered)
    as_person(client, "pia")
    assert "data-order" not in client.get("/m/m-1/settings").text  # a paralegal sees the state only


@pytest.mark.parametrize("order", ["order", "hold"])
def test_an_order_reaches_the_action_with_its_reason_and_a_malformed_one_lifts_nothing(
    client: TestClient, actions: FakeActions, order: str
) -> None:
    headers = as_person(client, "ada")
    path = f"/api/matters/m-1/{order}"
    for wrong in ({}, {"holds": "no"}, {"holds": None, "reason": "r"}, {"holds": True, "reason": 5}):
        assert client.post(path, json=wrong, headers=headers).status_code == 400, wrong
    assert not actions.calls
    assert client.post(path, json={"holds": True, "reason": "ECF 41"}, headers=headers).status_code == 200
    assert client.post(path, json={"holds": False}, headers=headers).status_code == 200
    assert actions.calls == [(order, "m-1", True, "ECF 41"), (order, "m-1", False, "")]


def test_what_was_ordered_is_told_in_words_and_escaped(client: TestClient, actions: FakeActions) -> None:
    told = {"actor": "ada", "subject": "m-1", "reason": "ECF <b>41</b>", "created_at": "2026-11-02T09:00"}
    kinds = ("order.set", "order.lift", "hold.set", "hold.lift")
    actions.people.list_notices = lambda *_given: [{"kind": kind, **told} for kind in kinds]
    as_person(client, "pia")
    page = client.get("/m/m-1/settings").text
    for words in (
        "recorded a protective order",
        "lifted the protective order",
        "laid a legal hold",
        "lifted the legal",
    ):
        assert f"ada {words}" in page
    assert "ECF &lt;b&gt;41" in page and "order.set" not in page


def test_hidden_text_comes_to_an_attorney_only_and_by_no_get(client: TestClient, actions: FakeActions) -> None:
    headers, path = as_person(client, "ada"), "/api/filings/d-1/reveal-hidden"
    (found,) = client.post(path, json={}, headers=headers).json()["hidden"]
    assert found["page"] == 2 and "$90,000" in found["text"] and actions.calls == [("reveal", "d-1")]
    assert client.get(path).status_code == 405 and client.post(path, json={}).status_code == 403  # no token
    for name in ("pia", "sol", "max"):
        headers = as_person(client, name)
        answer = client.post(path, json={}, headers=headers)
        assert answer.status_code == 403 and "90,000" not in answer.text
    assert actions.calls == [("reveal", "d-1")]


def test_a_deletion_names_the_adapters_that_learned_from_the_filing(client: TestClient, actions: FakeActions) -> None:
    headers = as_person(client, "ada")
    actions.filings.delete_filing = lambda house, user, document_id: {
        "deleted": document_id,
        "adapters_due": ["house-1"],
    }
    assert client.delete("/api/filings/d-2", headers=headers).json()["adapters_due"] == ["house-1"]


def test_only_an_attorney_gets_the_buttons_that_hide_or_delete_a_filing(
    client: TestClient, actions: FakeActions
) -> None:
    for name, offered in (("pia", ""), ("ada", "yes")):
        as_person(client, name)
        assert f'data-may-delete="{offered}"' in client.get("/m/m-1").text


def test_a_flag_and_its_withdrawal_reach_the_action_with_the_version_that_was_seen(
    client: TestClient, actions: FakeActions
) -> None:
    headers, path = as_person(client, "pia"), "/api/summaries/s-1/sentences/3/flag"
    flag = {"reason": "wrong_figure", "note": "page 3", "version": 1}
    assert client.post(path, json=flag, headers=headers).json()["flags"] == [
        {"index": 3, "by": "pia", "reason": "wrong_figure"}
    ]
    assert client.delete(f"{path}?version=1", headers=headers).json()["flags"] == []
    assert actions.calls == [("flag", 3, "wrong_figure", "page 3", 1), ("unflag", 3, 1)]
    for wrong in ({**flag, "version": "1"}, {**flag, "reason": 5}, {"reason": "style", "version": 1}):
        assert client.post(path, json=wrong, headers=headers).status_code == 400
    assert client.delete(path, headers=headers).status_code == 400 and len(actions.calls) == 2


def test_what_is_put_aside_has_a_group_of_its_own_on_the_review_screen(
    client: TestClient, actions: FakeActions
) -> None:
    headers = as_person(client, "pia")
    assert client.post("/api/summaries/s-1/discard", json={}, headers=headers).json()["status"] == "discarded"
    page = client.get("/review").text
    assert "Discarded (1)" in page and "Drafts not submitted" not in page
    client.post("/api/summaries/s-1/restore", json={}, headers=headers)
    assert "Drafts not submitted (1)" in client.get("/review").text


def test_a_version_is_compared_with_the_one_before_and_restored_with_what_was_seen(
    client: TestClient, actions: FakeActions
) -> None:
    headers = as_person(client, "pia")
    whole = client.get("/api/summaries/s-1/difference").json()["difference"]
    one = client.get("/api/summaries/s-1/difference?version=2").json()["difference"]
    assert ["insert", "damages (2)"] in one and whole != one
    assert client.get("/api/summaries/s-1/difference?version=two").status_code == 400
    path = "/api/summaries/s-1/versions/1/restore"
    assert client.post(path, json={"version": 1}, headers=headers).json()["version"] == 2
    assert client.post(path, json={"version": 1}, headers=headers).status_code == 409  # seen before the restore


def test_the_time_left_is_told_in_the_foot_where_it_is_known_and_not_guessed_elsewhere(
    client: TestClient, actions: FakeActions
) -> None:
    for given, told in ((130.4, 130), (None, None), (0, 0)):
        reading = {"done": 3, "total": 12, "label": "Reading"} | ({} if given is None else {"seconds_left": given})
        actions.filing_rows[1].update(status="reading", progress=reading)
        as_person(client, "pia")
        (job,) = client.get("/api/jobs").json()["jobs"]
        assert job["done"] == 3 and job.get("seconds_left") == told


def test_an_admin_is_told_which_adapters_learned_from_what_is_erased(client: TestClient, actions: FakeActions) -> None:
    headers = as_person(client, "max")
    answer = client.post("/api/matters/m-1/erase", json={"second": "ada", "password": "x"}, headers=headers).json()
    assert answer["adapters_due"] == ["house-1"] and answer["datasets"] == 1


def test_an_admin_makes_a_new_master_key_and_hears_where_the_old_one_is(
    client: TestClient, actions: FakeActions
) -> None:
    headers = as_person(client, "max")
    assert client.get("/people").text.count("data-rotate") == 1
    answer = client.post("/api/keys/rotate", json={}, headers=headers).json()
    assert answer["matters"] == 2 and answer["old_key"] and answer["do"]


def test_the_comparison_tells_parts_and_words_beside_rouge_and_a_dash_where_they_were_not_measured() -> None:
    rouge = {"f1": 0.5, "ci95": [0.4, 0.6]}
    results = {
        "base": {"rouge1": rouge, "supported_rate": 0.9, "parts_covered": 0.254, "words": 61.4, "n": 40},
        "starter-1": {"rouge1": rouge},
    }
    shown = rounds_view.show_results({"results": results})
    assert '<th scope="col">Parts covered</th><th scope="col">Words</th>' in shown
    assert "<td>90%</td><td>25%</td><td>61</td></tr>" in shown and "<td>-</td><td>-</td><td>-</td></tr>" in shown


def test_an_adapter_tells_its_hash_who_promoted_it_and_why_it_is_due() -> None:
    given = {"status": "active", "hash": "a41f" * 16, "matters": ["m-1"], "created_at": "2026-11-01T08:00"}
    due = given | {
        "adapter_id": "house-2",
        "promoted_by": "<b>max</b>",
        "promoted_at": "2026-11-03T08:00",
        "due": ["erased"],
    }
    shown = rounds_view.show_adapters([due, given | {"adapter_id": "starter-1", "due": []}])
    assert "<td>a41fa41fa41f</td>" in shown and "<td>&lt;b&gt;max&lt;/b&gt;, 2026-11-03</td>" in shown
    assert "<td>Active, due</td>" in shown and "<li>house-2 learned from what was erased since" in shown
    assert "<td>-</td></tr>" in shown and "starter-1 learned" not in shown  # never promoted, and not due
