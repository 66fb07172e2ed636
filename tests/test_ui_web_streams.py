"""Streams over a real server: events as they come, stop within half a second, errors with their status."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from fake_actions import FakeActions
from fake_web import log_in, open_fake_house, wait_until

from assistant.errors import Busy, NotAllowed, WrongUsage
from ui.web.app import build_app
from ui.web.streams import RunningStreams

STOP_LIMIT_S = 0.5
TRIES = 3  # a busy machine may lose a moment; one try within the limit shows that nothing of ours waits


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    app = build_app(open_fake_house(tmp_path_factory.mktemp("home")), FakeActions())
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", app
    running.should_exit = True
    thread.join(10)


@pytest.fixture
def client(server: tuple[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server[0], timeout=60) as client:
        log_in(client, "pia")
        client.headers["X-CSRF-Token"] = client.csrf  # type: ignore[attr-defined]
        yield client


def start(client: httpx.Client, stream_id: str) -> Any:
    return client.stream(
        "POST", "/api/filings/d-1/summary", json={"detail": "brief", "words": 120, "stream_id": stream_id}
    )


def test_sentences_come_one_by_one_and_the_whole_at_the_end(server: tuple[str, Any], client: httpx.Client) -> None:
    actions = server[1].state.actions = FakeActions(pause_s=0.1)
    times, events = [], []
    with start(client, "stream-whole") as answer:
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        for line in answer.iter_lines():
            times.append(time.monotonic())
            events.append(json.loads(line))
    assert [e["kind"] for e in events] == ["progress", *["sentence"] * 5, "done"]
    assert times[-1] - times[1] > 0.3  # not held back to the end
    assert actions.calls[-1] == ("stream_summary", "brief", 120)


def test_leaving_sets_the_stop_event_and_closes_the_generator(server: tuple[str, Any], client: httpx.Client) -> None:
    took = []
    for number in range(TRIES):
        actions = server[1].state.actions = FakeActions(pause_s=30)
        with start(client, f"stream-left-{number}") as answer:
            next(answer.iter_lines())
        took.append(wait_until(actions.closed, 5))
        assert actions.closed.is_set() and actions.stopped.is_set()
    assert min(took) < STOP_LIMIT_S


def test_leaving_before_the_first_event_stops_too(server: tuple[str, Any], client: httpx.Client) -> None:
    actions = server[1].state.actions = FakeActions()
    seen, set_at = threading.Event(), threading.Event()

    def slow(*given: Any, stop: threading.Event, **more: Any) -> Iterator[dict[str, Any]]:
        seen.set()
        if stop.wait(10):
            set_at.set()
        yield {"kind": "progress", "done": 0, "total": 0, "label": "late"}

    actions.summaries.stream_summary = slow
    with pytest.raises(httpx.ReadTimeout):
        client.post("/api/filings/d-1/summary", json={"detail": "brief", "stream_id": "stream-early"}, timeout=0.5)
    assert seen.is_set() and wait_until(set_at, 5) < 5


def test_the_stop_button_ends_with_what_there_is(server: tuple[str, Any], client: httpx.Client) -> None:
    took = []
    with httpx.Client(base_url=client.base_url, cookies=client.cookies, headers=client.headers, timeout=60) as button:
        for number in range(TRIES):
            server[1].state.actions = FakeActions(pause_s=2)
            kinds = []
            with start(client, f"stream-stop-{number}") as answer:
                for line in answer.iter_lines():
                    kinds.append(json.loads(line)["kind"])
                    if kinds.count("sentence") == 1 and "done" not in kinds:
                        began = time.monotonic()
                        assert button.post(f"/api/streams/stream-stop-{number}/stop").json() == {"stopped": True}
                took.append(time.monotonic() - began)
            assert kinds == ["progress", "sentence", "done"]
    assert min(took) < STOP_LIMIT_S


def test_other_requests_are_answered_while_a_stream_waits(server: tuple[str, Any], client: httpx.Client) -> None:
    server[1].state.actions = FakeActions(pause_s=30)
    with start(client, "stream-busy") as answer:
        next(answer.iter_lines())
        began = time.monotonic()
        assert httpx.get(f"{client.base_url}/health", timeout=60).json() == {"status": "ok"}
        assert time.monotonic() - began < 10  # the stream waits for 30 s


def test_an_error_before_the_first_event_has_its_status(server: tuple[str, Any], client: httpx.Client) -> None:
    server[1].state.actions = FakeActions()
    answer = client.post("/api/filings/unknown/summary", json={"detail": "brief", "stream_id": "stream-refused"})
    assert answer.status_code == 403
    assert answer.json()["error"] == "You are not a member of this matter."


def test_an_error_after_the_first_event_is_the_last_line(server: tuple[str, Any], client: httpx.Client) -> None:
    actions = server[1].state.actions = FakeActions()

    def failing(*given: Any, **more: Any) -> Iterator[dict[str, Any]]:
        yield {"kind": "progress", "done": 0, "total": 0, "label": "reading"}
        raise ValueError("Elena Marsh")  # a foreign error may quote a client: it must not get out

    actions.summaries.stream_summary = failing
    answer = client.post("/api/filings/d-1/summary", json={"detail": "brief", "stream_id": "stream-failing"})
    last = json.loads(answer.text.splitlines()[-1])
    assert last["kind"] == "error" and "Marsh" not in answer.text

    def forbidden(*given: Any, **more: Any) -> Iterator[dict[str, Any]]:
        yield {"kind": "progress", "done": 0, "total": 0, "label": "reading"}
        raise NotAllowed("You were taken off this matter.", do="Ask its attorney.")

    actions.summaries.stream_summary = forbidden
    answer = client.post("/api/filings/d-1/summary", json={"detail": "brief", "stream_id": "stream-forbidden"})
    assert json.loads(answer.text.splitlines()[-1])["message"] == "You were taken off this matter. Ask its attorney."


@pytest.mark.parametrize(
    "data",
    [
        {"detail": "brief"},  # no id
        {"detail": "brief", "stream_id": "../../etc"},
        {"detail": "endless", "stream_id": "stream-detail"},
        {"detail": "brief", "words": 9, "stream_id": "stream-words"},
        {"detail": "brief", "words": "many", "stream_id": "stream-words"},
        ["brief"],  # no object
    ],
)
def test_malformed_requests_are_refused(client: httpx.Client, data: Any) -> None:
    assert client.post("/api/filings/d-1/summary", json=data).status_code == 400


def test_a_full_house_says_so_and_ended_streams_make_room() -> None:
    streams = RunningStreams(limit=3, each=2)
    first = streams.open("pia", "stream-0001")
    streams.open("ada", "stream-0001")
    streams.open("ada", "stream-0002")
    with pytest.raises(Busy, match="being written for you already"):
        streams.open("ada", "stream-0003")
    with pytest.raises(Busy, match="as many people as it can at once.*try again"):
        streams.open("sol", "stream-0001")
    with pytest.raises(WrongUsage):
        streams.open("pia", "stream-0001")
    assert not streams.stop("sol", "stream-0001")
    assert streams.stop("pia", "stream-0001") and first.is_set()
    streams.close("pia", "stream-0001")
    assert streams.open("sol", "stream-0001")


def test_a_full_house_is_answered_politely_to_the_page(server: tuple[str, Any], client: httpx.Client) -> None:
    server[1].state.actions = FakeActions(pause_s=30)
    server[1].state.streams = RunningStreams(limit=1)
    try:
        with start(client, "stream-first") as answer:
            lines = answer.iter_lines()  # kept: without it the response would be closed, and there would be room
            next(lines)
            refused = client.post("/api/filings/d-1/summary", json={"detail": "brief", "stream_id": "stream-second"})
    finally:
        server[1].state.streams = RunningStreams()
    assert refused.status_code == 503
    assert refused.json()["do"] == "Nothing is lost; try again in a minute."
