"""The readings of the filings under work, kept in memory: a summary, its edits, a question and tables need the same.

They are of pseudonymized text. Whoever erases or hides a filing drops them (`forget_readings`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from assistant.documents import RedactedDocument
from assistant.evidence.reading import Reading

MOST_CHARACTERS = 2_000_000
"""Of all texts that are kept as readings: about 700 pages."""

_MOST_SCORES = 100  # rankings that a reading holds, one for each part or question; then it is read anew
_lock = threading.Lock()
_kept: OrderedDict[int, Reading] = OrderedDict()
_forgotten = 0  # times that all were dropped: what was begun before is not kept after


def share_reading(document: RedactedDocument) -> Reading:
    """Give the reading of a document, the one that is kept where this very object was read lately."""
    with _lock:
        begun, had = _forgotten, _kept.get(id(document))
        if had is not None and had.document is document and len(had.scores) < _MOST_SCORES:
            _kept.move_to_end(id(document))
            return had
    made = Reading(document)
    with _lock:
        if begun == _forgotten:
            _kept[id(document)] = made
            while _kept and sum(len(reading.text) for reading in _kept.values()) > MOST_CHARACTERS:
                _kept.popitem(last=False)
    return made


def forget_readings() -> None:
    """Drop all readings, as after an erasure."""
    global _forgotten
    with _lock:
        _forgotten += 1
        _kept.clear()
