"""The local door of a data root, opened in this process: shell commands come through it instead of loading everything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ui.owner import OwnerLock, publish_address


@contextmanager
def open_door(home: Path, *, serve: bool = False, **settings: Any) -> Iterator[tuple[int, str]]:
    """Own the data root and answer commands; give (port, token). With `serve`, jobs run too."""
    import uvicorn
    from fastapi import FastAPI

    from assistant.settings import Settings
    from ui.local import router
    from ui.services import open_house

    with OwnerLock(home) as lock, socket.socket() as listening:
        assert lock.try_take("serve")
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        house = open_house(Settings(home=home, **settings), serve=serve)
        app = FastAPI()
        app.state.house = house
        app.include_router(router)
        running = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        address = publish_address(home, port)
        yield port, address.token
        running.should_exit = True
        thread.join(10)
        house.close()
