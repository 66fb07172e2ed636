"""Streams of events as JSON lines: an action runs in a thread, its events go out as they come.

The stream ends by itself, by the stop button (the action finishes what it has and says so), or because the
reader went away (the stop event is set and the action's generator is closed).
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from starlette.responses import Response

from assistant.errors import Busy, CasebriefError, WrongUsage
from ui.messages import log_fault
from ui.web.answers import answer_error

Event = dict[str, Any]
Produce = Callable[[threading.Event], Iterator[Event]]

_END = object()


class RunningStreams:
    """The streams that run now, so that their owner can stop them.

    Args:
        limit: Most streams at a time.
        each: Most of one person, so that nobody takes all.
    """

    def __init__(self, limit: int = 32, each: int = 6) -> None:
        self.limit, self.each = limit, each
        self._running: dict[tuple[str, str], threading.Event] = {}
        self._lock = threading.Lock()

    def open(self, user: str, stream_id: str) -> threading.Event:
        """Register a stream and give its stop event.

        Raises:
            Busy: As many run as may.
            WrongUsage: The person has a stream of this id.
        """
        with self._lock:
            if (user, stream_id) in self._running:
                raise WrongUsage("A stream of this id runs already.", do="Reload the page.")
            if sum(owner == user for owner, _ in self._running) >= self.each:
                raise Busy(
                    f"{self.each} summaries or answers are being written for you already.",
                    do="Wait until one is finished, or stop one.",
                )
            if len(self._running) >= self.limit:
                raise Busy(
                    "Casebrief is writing for as many people as it can at once.",
                    do="Nothing is lost; try again in a minute.",
                )
            return self._running.setdefault((user, stream_id), threading.Event())

    def close(self, user: str, stream_id: str) -> None:
        """Forget a stream that has ended."""
        with self._lock:
            self._running.pop((user, stream_id), None)

    def stop(self, user: str, stream_id: str) -> bool:
        """Set the stop event of one's own stream; False where there is none."""
        with self._lock:
            event = self._running.get((user, stream_id))
        if event is not None:
            event.set()
        return event is not None


class EventStream(Response):
    """A response whose body is the events of `produce`, one JSON document a line.

    An error before the first event becomes an ordinary error response with its status; a later one becomes a
    last line `{"kind": "error", "message": …}`.

    Args:
        produce: Gives the generator of events; called and iterated in a thread.
        stop: Set when the reader leaves; the action looks at it.
        on_end: Called once when the thread has ended.
    """

    media_type = "application/x-ndjson"

    def __init__(self, produce: Produce, stop: threading.Event, on_end: Callable[[], None]) -> None:
        super().__init__()
        self.produce = produce
        self.stop = stop
        self.on_end = on_end
        self.left = threading.Event()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Run the action and send what it yields until it ends or the reader leaves."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, args=(loop, queue), daemon=True, name="event-stream").start()
        leaving = asyncio.create_task(_wait_for_leave(receive))
        try:
            await self._send_all(scope, receive, send, queue, leaving)
        finally:
            leaving.cancel()
            self.left.set()
            self.stop.set()

    async def _send_all(self, scope: Any, receive: Any, send: Any, queue: asyncio.Queue[Any], leaving: Any) -> None:
        started = False
        while (event := await _next_event(queue, leaving)) is not _END:
            if isinstance(event, Exception) and not started:
                await answer_error(event)(scope, receive, send)
                return
            if not started:
                headers = [(b"content-type", b"application/x-ndjson; charset=utf-8"), (b"x-accel-buffering", b"no")]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                started = True
            line = json.dumps(_as_event(event), ensure_ascii=False) + "\n"
            await send({"type": "http.response.body", "body": line.encode(), "more_body": True})
        if not started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _work(self, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[Any]) -> None:
        """Iterate the action; runs in its own thread."""

        def put(item: Any) -> None:
            if not self.left.is_set() and not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, item)

        events: Iterator[Event] = iter(())
        try:
            events = self.produce(self.stop)
            for event in events:
                if self.left.is_set():
                    break
                put(event)
        except CasebriefError as error:
            put(error)
        except Exception as error:  # the reader must hear of it; the text may hold a client's words, so only the type
            log_fault(error, "web stream")
            put(RuntimeError("unexpected"))
        finally:
            close = getattr(events, "close", None)
            if close is not None:
                close()
            self.on_end()
            put(_END)


def _as_event(event: Any) -> Event:
    """Turn an error that came after the first event into a last line."""
    if isinstance(event, CasebriefError):
        return {"kind": "error", "message": " ".join(filter(None, (event.what, event.do)))}
    if isinstance(event, Exception):
        return {"kind": "error", "message": "This failed on our side. What was written so far is kept. Try again."}
    return event


async def _wait_for_leave(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _next_event(queue: asyncio.Queue[Any], leaving: asyncio.Task[None]) -> Any:
    """Wait for the next event or for the reader to leave, whichever comes first."""
    getting = asyncio.create_task(queue.get())
    await asyncio.wait({getting, leaving}, return_when=asyncio.FIRST_COMPLETED)
    if getting.done():
        return getting.result()
    getting.cancel()
    return _END
