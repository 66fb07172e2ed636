"""Serves the web app: takes the data root, launches the jobs, opens the local door, and cleans up when told to end."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from assistant.errors import CasebriefError, RefusedInput
from assistant.settings import Settings, load_settings
from ui.messages import log_fault
from ui.owner import OwnerLock, check_owner, publish_address, read_address, retract_address

if TYPE_CHECKING:
    from ui.services import House

_log = logging.getLogger("casebrief.serving")
_GRACE_S = 5
_KEPT_OPEN_S = 75  # a browser's idle connection; a change sent as it is being closed would fail
_BACKLOG = 128
_SWITCH_S = 0.001  # a thread that computes lets others go on after so long; each answer needs many short turns
_YOUNG_OBJECTS = 5_000
"""So many objects more made than freed, and the young ones are looked through for garbage; Python's own 700 is few."""


def run_server(host: str | None = None, port: int | None = None) -> int:
    """Serve until a signal ends it; give the exit code.

    Raises:
        RefusedInput: The data root is held by another process, or the port is taken.
    """
    settings = load_settings(host=host, port=port)
    check_owner(settings.home)
    with OwnerLock(settings.home) as lock:
        take_root(lock, "serve", settings)
        listening = listen(settings)
        from ui.services import open_house

        serve_house(open_house(settings), listening)
    return 0


def take_root(lock: OwnerLock, command: str, settings: Settings) -> None:
    """Take the data root at once or say who holds it.

    Raises:
        RefusedInput: Another process holds it.
    """
    if lock.try_take(command):
        retract_address(settings.home)
        return
    holder, address = lock.read_holder(), read_address(settings.home)
    if holder and address and address.pid == holder.pid:
        raise RefusedInput(
            f"Casebrief already serves this data root at http://127.0.0.1:{address.port} (process {address.pid}).",
            do="Use it, or end that process first.",
        )
    raise RefusedInput(f"The data root is held by {holder}.", do="Try again when it has ended.")


def listen(settings: Settings) -> socket.socket:
    """Open the port before anything slow is done, so that a taken one is told at once.

    Raises:
        RefusedInput: The port is taken or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise RefusedInput(
            f"Cannot listen at {settings.host}:{settings.port}: {error.strerror}.",
            do="Choose another port with --port.",
        ) from None
    return listening


def serve_house(house: House, listening: socket.socket) -> None:
    """Launch the jobs and serve the app at an open socket until a signal comes."""
    import uvicorn

    from ui.services import launch_jobs
    from ui.web.app import build_app
    from ui.web.first_run import offer_first_link

    settings = house.settings
    sys.setswitchinterval(_SWITCH_S)
    try:
        launch_jobs(house)
        publish_address(settings.home, listening.getsockname()[1])
        app = build_app(house)
        times: Any = {"timeout_graceful_shutdown": _GRACE_S, "timeout_keep_alive": _KEPT_OPEN_S}
        config = uvicorn.Config(app, log_level="warning", access_log=False, **times)
        threading.Thread(target=warm_engine, args=(house,), daemon=True, name="warm-engine").start()
        # uvicorn gives a signal on once it has closed its connections; the default would end us before the clean-up.
        signal.signal(signal.SIGTERM, _leave)
        print(f"Casebrief is at http://{settings.host}:{settings.port}  (Ctrl-C ends it)", flush=True)
        first = offer_first_link(app)
        if first:
            print(f"Make the first account, once: http://{settings.host}:{settings.port}{first}", flush=True)
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        retract_address(settings.home)
        house.close()


def _leave(number: int, frame: object) -> None:
    raise SystemExit(0)


def warm_engine(house: House) -> None:
    """Load the models, the active adapter and the recognizers beforehand, so that the first click does not wait."""
    from assistant.evidence.claims import find_claims
    from assistant.evidence.subjects import share_subjects
    from ingest.redact import build_analyzer

    try:
        house.engine.count_tokens("ready")
        house.choose_adapter(None)
        build_analyzer(house.settings.profile)
        find_claims("See 1 U.S. 1.")  # loads the reporters of citations, which takes seconds
        house.index.embedder.embed(["ready"])
        share_subjects()
    except CasebriefError as error:
        _log.error("The engine could not be loaded beforehand: %s", type(error).__name__)
    except Exception as error:  # serving goes on: whoever summarizes gets the error itself
        log_fault(error, "warm-engine")
    set_apart()


def set_apart() -> None:
    """Take what is loaded out of the search for garbage, in which nobody else computes.

    The libraries and models are some 770,000 objects that stay to the end. Each time a quarter as many had been made
    since, all of them were looked through: a quarter of a second on a free machine, and everybody waited.
    """
    gc.collect()  # or the garbage would stay too
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])
