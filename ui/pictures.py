"""Pictures of pages: drawn by processes of their own, the newest kept in memory until something is erased or hidden."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.store.database import Database

_KEPT_BYTES = 64 << 20


class PagePictures:
    """Draws and keeps; safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._drawing = threading.BoundedSemaphore(os.cpu_count() or 1)

    def draw(self, db: Database, document_id: str, page: int, width_px: int, password: str | None) -> bytes:
        """Draw one page of an original as PNG.

        Raises:
            RefusedInput: The file is no PDF, needs a password, or could not be drawn.
        """
        from assistant.store.filings import read_original
        from ingest.read import render_page

        key = (document_id, page, width_px)
        if (had := self._find(key)) is not None:
            return had
        with self._drawing:  # each is drawn by a process of its own: more at once than cores only cost memory
            if (had := self._find(key)) is not None:  # a colleague asked for it first
                return had
            picture = render_page(read_original(db, document_id), page, width_px, db.settings, password)
        with self._lock:
            self._kept[key] = picture
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _KEPT_BYTES:
                self._kept.popitem(last=False)
        return picture

    def forget(self) -> None:
        """Drop all pictures."""
        with self._lock:
            self._kept.clear()

    def _find(self, key: tuple[str, int, int]) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)
