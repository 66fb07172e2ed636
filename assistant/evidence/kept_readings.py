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

_MOST_SCORES = 100  # rankings of one reading's sentences, one for each part or question
_lock = threading.Lock()
_kept: OrderedDict[int, Reading] = OrderedDict()


def share_reading(document: RedactedDocument) -> Reading:
    """Give the reading of a document, the one that is kept where this very object was read lately."""
    with _lock:
        had = _kept.get(id(document))
        if had is not None and had.document is document:
            _kept.move_to_end(id(document))
            if len(had.scores) > _MOST_SCORES:
                had.scores.clear()
            return had
    made = Reading(document)
    with _lock:
        _kept[id(document)] = made
        while _kept and sum(len(reading.text) for reading in _kept.values()) > MOST_CHARACTERS:
            _kept.popitem(last=False)
    return made


def forget_readings() -> None:
    """Drop all readings, as after an erasure."""
    with _lock:
        _kept.clear()
