"""The Gradio screens: for admins only on every route, sessions bound to their person, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fake_actions import FakeActions
from fake_web import PASSWORD, list_paths, log_in, open_fake_house
from fake_world import make_round
from fastapi.testclient import TestClient

from assistant.counting import say_count
from assistant.errors import NotAllowed
from finetune.plot import draw_panels
from ui.web import rounds, rounds_view
from ui.web.app import build_app
from ui.web.charts import draw_bars, draw_intervals, draw_line, draw_pairs
from ui.web.gradio_frame import gr, tell_errors
from ui.web.gradio_gate import MAX_BINDINGS, SessionBindings, is_listed


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = build_app(open_fake_house(tmp_path_factory.mktemp("home")), FakeActions())
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def gradio_routes(client: TestClient) -> list[tuple[str, str]]:
    """Give every route that Gradio itself serves under /rounds, parameters filled in."""
    mounted = next(route.app for route in client.app.routes if getattr(route, "path", "") == "/rounds")  # type: ignore[attr-defined]
    filled = {(method, "/rounds" + re.sub(r"\{[^}]+\}", "x", path)) for method, path in list_paths(mounted)}
    return sorted(filled)


@pytest.mark.parametrize("name", ["pia", "ada", "sol"])
def test_every_route_of_gradio_is_refused_to_others(client: TestClient, name: str) -> None:
    log_in(client, name)
    routes = gradio_routes(client)
    assert len(routes) > 60
    headers = {"X-CSRF-Token": client.csrf}  # type: ignore[attr-defined]
    for method, path in routes:
        answer = client.request(method, path, headers=headers, json={} if method == "POST" else None)
        assert answer.status_code in (403, 405), (method, path, answer.status_code)


# What the screens do not use: uploads, files, proxied addresses, streams, direct calls, monitoring, deep links.
CLOSED = [
    ("POST", "/gradio_api/upload"), ("GET", "/gradio_api/file=/etc/passwd"), ("GET", "/gradio_api/proxy=http://x"),
    ("POST", "/gradio_api/run/predict"), ("POST", "/gradio_api/api/predict"), ("POST", "/gradio_api/call/refresh"),
    ("POST", "/gradio_api/stream/x"), ("GET", "/monitoring"), ("GET", "/gradio_api/deep_link"),
    ("POST", "/gradio_api/vibe-edit"), ("POST", "/login"), ("GET", "/logout"), ("GET", "/gradio_api/openapi.json"),
    ("POST", "/gradio_api/component_server"), ("GET", "/assets/../../app.py"), ("GET", "/gradio_api/token"),
    ("GET", "/gradio_api/runs"), ("GET", "/gradio_api/dev/reload"), ("POST", "/gradio_api/process_recording"),
    ("POST", "/gradio_api/cancel"), ("POST", "/gradio_api/reset"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_what_the_screens_do_not_use_is_closed_to_admins_too(client: TestClient, method: str, path: str) -> None:
    assert not is_listed(method, "/rounds" + path)
    log_in(client, "max")
    answer = client.request(method, "/rounds" + path, json={} if method == "POST" else None)
    assert answer.status_code == 404, answer.text


def test_another_sites_page_cannot_press_a_button(client: TestClient) -> None:
    log_in(client, "max")
    answer = client.post("/rounds/gradio_api/queue/join", json={}, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_a_session_serves_only_the_person_who_opened_it(client: TestClient) -> None:
    from assistant.store import people

    people.add_user(client.app.state.house.db, "eva", "admin", PASSWORD)  # type: ignore[attr-defined]
    log_in(client, "max")
    event = {"session_hash": "shared1", "fn_index": 0, "data": []}
    assert client.post("/rounds/gradio_api/queue/join", json=event).status_code == 200
    log_in(client, "eva")
    for method, path, body in (
        ("GET", "/rounds/gradio_api/queue/data?session_hash=shared1", None),
        ("GET", "/rounds/gradio_api/heartbeat/shared1", None),
        ("POST", "/rounds/gradio_api/queue/join", event),
    ):
        assert client.request(method, path, json=body).status_code == 403, path


def test_bindings_forget_a_persons_own_oldest_and_never_rebind() -> None:
    bindings = SessionBindings()
    assert bindings.claim("one", "max") and not bindings.claim("one", "eva") and bindings.claim("one", "max")
    assert not bindings.claim("", "max")
    assert all(bindings.claim(f"eva {number}", "eva") for number in range(MAX_BINDINGS + 1))
    assert not bindings.claim("one", "eva") and bindings.claim("eva 0", "max") and not bindings.claim("eva 1", "max")


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    log_in(client, "max")
    assert client.post("/rounds/gradio_api/queue/join", content=b"x" * 300_000).status_code == 413


def test_a_page_names_its_inline_scripts_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    log_in(client, "max")
    answer = client.get("/rounds/", headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    assert inline
    for script in inline:
        assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](https?:)?//", answer.text)
    assert not loaded
    assert '"analytics_enabled":false' in answer.text.replace(" ", "")


def test_gradios_hashed_files_are_kept_and_the_rest_is_not(client: TestClient) -> None:
    log_in(client, "max")
    page = client.get("/rounds/")
    assets = set(re.findall(r"assets/[\w.-]+\.(?:js|css)", page.text))
    assert assets and page.headers["cache-control"] == "no-store"
    for asset in assets:
        assert client.get(f"/rounds/{asset}").headers["cache-control"].endswith("immutable"), asset
    for path in ("/rounds/config", "/rounds/assets/none-01234567.js", "/rounds/theme.css"):
        assert client.get(path).headers["cache-control"] == "no-store", path


def press(client: TestClient, function: int, data: list[Any]) -> list[Any]:
    """Call a handler through Gradio's queue as its page does, and give what the handler gave."""
    session = f"session{function}"
    joined = client.post(
        "/rounds/gradio_api/queue/join", json={"data": data, "fn_index": function, "session_hash": session}
    )
    assert joined.status_code == 200, joined.text
    with client.stream("GET", f"/rounds/gradio_api/queue/data?session_hash={session}") as events:
        for line in events.iter_lines():
            event = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            if event.get("msg") == "process_completed":
                assert event["success"], event
                return event["output"]["data"]
    raise AssertionError("The handler gave nothing.")


def test_an_admin_starts_a_round_through_the_queue(client: TestClient) -> None:
    actions = client.app.state.actions  # type: ignore[attr-defined]
    log_in(client, "max")
    config = client.get("/rounds/config").json()
    targets = {c["props"].get("elem_id"): c["id"] for c in config["components"]}
    start = next(d for d in config["dependencies"] if [targets["start-round"], "click"] in d["targets"])
    shown = press(client, start["id"], ["quick", 0, 0, "dora", 0, 0, False])
    assert actions.calls[-1] == ("start_round", {"preset": "quick", "method": "dora"})
    assert "Round r-1" in shown[1]


def test_every_handler_asks_who_calls(client: TestClient) -> None:
    house, actions = client.app.state.house, client.app.state.actions  # type: ignore[attr-defined]
    screen = rounds.RoundsScreen(house, actions)
    for name in ("pia", "ada", None):
        request: Any = SimpleNamespace(username=name)
        for handler in (screen.refresh, screen.tick, screen.stop, screen.promote, screen.discard, screen.roll_back):
            with pytest.raises(NotAllowed):
                handler(request)
        with pytest.raises(NotAllowed):
            screen.start(request, "quick", 0, 0, "", 0, 0)


def test_a_fault_in_a_handler_is_a_sentence_without_a_clients_word(client: TestClient, caplog: Any, capfd: Any) -> None:
    def failing() -> None:
        raise ValueError("Quillfeather")

    with pytest.raises(gr.Error, match="Something in Casebrief itself failed"):
        tell_errors(failing)()
    told = capfd.readouterr()
    assert "Quillfeather" not in caplog.text + told.out + told.err and "ValueError" in caplog.text


def test_no_handler_is_offered_as_an_api(client: TestClient) -> None:
    log_in(client, "max")
    shown = client.get("/rounds/gradio_api/info").json()
    assert shown["named_endpoints"] == {} and shown["unnamed_endpoints"] == {}


COMMANDS = [
    (("normal", 0, 0, "", 0, 0), "preset=normal"),
    (("quick", 2, 0, "dora", 0, 0), "preset=quick epochs=2 method=dora"),
    (("unknown", 0, 5, "", 0, 0.01), "preset=normal synthetic=5 learning_rate=0.01"),
    (("normal", 0, 0, "", 0, 0, True), "preset=normal preference=dpo"),
]


@pytest.mark.parametrize(("given", "options"), COMMANDS)
def test_the_command_says_what_the_button_does(given: tuple[Any, ...], options: str) -> None:
    told = "".join(f" --option {option}" for option in options.split())
    assert rounds.word_command(*given) == f"casebrief round start{told}"


def test_the_curve_grows_while_it_is_watched() -> None:
    curves = rounds.LossCurves()
    for step, loss in ((1, 2.0), (1, 2.0), (2, 1.5)):
        found = curves.add({"round_id": "r-1", "progress": {"done": step, "loss": loss}})
    assert found["progress"]["losses"] == [(1.0, 2.0), (2.0, 1.5)]


def test_views_escape_what_comes_from_the_store() -> None:
    bad = "<img src=x onerror=alert(1)>"
    found = make_round({}, "passed")
    found.update(round_id=bad, started_by=bad, error=bad, gate={"passed": False, "reasons": [bad]})
    found["results"] = {bad: found["results"]["base"]}
    adapter = {
        "adapter_id": bad,
        "status": bad,
        "parent": bad,
        "hash": bad,
        "scores": {},
        "matters": [],
        "created_at": bad,
    }
    shown = [
        rounds_view.show_progress(found), rounds_view.show_results(found), rounds_view.show_adapters([adapter]),
        rounds_view.show_history([found]), rounds_view.show_error(bad),
        rounds_view.show_preview({"corrections": 1, "by_matter": {bad: 1}, "left_out": {bad: 1}}),
        draw_line([(1, 2), (2, 1)], x_title=bad, y_title=bad), draw_bars([(bad, [1])], [bad], bad),
        draw_intervals([(bad, 0.5, 0.4, 0.6)], bad), draw_pairs([(bad, 0.5, 0.4)], (bad, bad), bad),
        draw_panels([(bad, [(bad, 0.5, 0.4, 0.6)])]),
    ]  # fmt: skip
    for html in shown:
        assert "<img" not in html and "\n\n" not in html


def test_results_show_every_figure_with_its_interval() -> None:
    html = rounds_view.show_results(make_round({}, "passed"))
    assert "0.640 (0.610\u00a0to\u00a00.670)" in html and "certain at 95%" in html and "90%" in html


def test_results_say_what_the_round_cost_and_what_of_it_is_not_known() -> None:
    found = make_round({}, "passed")
    assert "What it cost" not in rounds_view.show_results(found)  # a round of an earlier version
    bill = {"tokens": 297_165, "flops": 1.2e14, "energy_j": None, "train_seconds": 300.0, "test_seconds": 80.0}
    found["results"]["house-2"]["bill"] = bill | {"price": None}
    html = rounds_view.show_results(found)
    assert "5 min of training, 80 s of tests, 297,165 tokens" in html and "1.2e+14 operations" in html
    assert "energy unknown" in html and "no price an hour is set" in html
    found["results"]["house-2"]["bill"] = bill | {"energy_j": 36_000.0, "price": 0.42}
    html = rounds_view.show_results(found)
    assert "10.0 Wh, 0.42 at the price an hour" in html and "unknown" not in html


def test_results_say_that_the_gate_could_not_and_who_promoted_all_the_same() -> None:
    found = make_round({}, "unproven")
    found["gate"] = {"passed": False, "outcome": "unproven", "reasons": ["Tested on 3 documents, too few to say."]}
    html = rounds_view.show_results(found)
    assert "The gate cannot say" in html and "too few to say" in html and "lets the candidate pass" not in html
    found["gate"]["overrides"] = [{"by": "ada", "at": "2026-11-24T07:00:00+00:00", "reason": "<b>for a look</b>"}]
    assert "by ada on 2026-11-24: &lt;b&gt;for a look" in rounds_view.show_results(found)


def test_the_reason_is_asked_where_the_gate_could_not_say(client: TestClient) -> None:
    actions, request = FakeActions(), SimpleNamespace(username="max")
    screen: Any = rounds.RoundsScreen(client.app.state.house, actions)  # type: ignore[attr-defined]
    for status, words, asked in (("unproven", "Promote it all the same", True), ("passed", "Promote the cand", False)):
        actions.round = make_round({}, status)
        promote, _, reason = screen.refresh(request)[7:10]
        assert promote["visible"] and promote["value"].startswith(words) and reason["visible"] is asked
    screen.promote(request, "for a look")
    assert actions.calls[-1] == ("promote", "house-2", "for a look")
    screen.promote(request, None)  # as a browser sends it while the field is hidden
    assert actions.calls[-1] == ("promote", "house-2")


def test_what_is_left_out_is_said_in_words_before_and_with_a_round() -> None:
    html = rounds_view.show_preview(FakeActions().learning_preview_round(None, SimpleNamespace(role="admin")))
    assert "The client has not agreed to training</td><td>4" in html and "It came in a burst</td><td>31" in html
    assert "rotective order" not in html  # none was left out for it
    assert "31 corrections of eve came in a burst" in html and "one person" not in html
    assert "submitted by one person" in rounds_view.show_preview({"corrections": 12, "authors": 1})
    one = rounds_view.show_preview({"corrections": 1, "authors": 1, "by_matter": {"m-1": 1}})
    assert (
        "</strong> signed-off summary from 1 matter would train" in one and say_count(1200, "filing") == "1,200 filings"
    )
    found = make_round({}, "passed") | {"why": {"near_duplicate": "nearly another pair"}}
    found["dataset"] = {"train": 37, "left_out": {"near_duplicate": 5, "author_share": 2}}
    shown = rounds_view.show_progress(found)
    assert "Nearly another pair</td><td>5" in shown and "Author share</td><td>2" in shown and "37 train" in shown


def test_the_admin_releases_the_burst_that_was_shown(client: TestClient) -> None:
    actions, request = FakeActions(), SimpleNamespace(username="max")
    screen: Any = rounds.RoundsScreen(client.app.state.house, actions)  # type: ignore[attr-defined]
    *_, button, seen = screen.refresh(request)
    assert screen.tick(request)[-2:] == (button, seen)  # what a round would learn is not looked for at each tick
    assert button["visible"] and button["value"] == "Release the 31 corrections of eve"
    *_, button, _ = screen.release(request, seen)
    assert actions.calls[-1] == ("release_burst", "eve", "2026-11-24T07:00:00+00:00") and not button["visible"]
    with pytest.raises(NotAllowed):
        screen.release(SimpleNamespace(username="pia"), seen)
