"""Records of hidden text: kept within bounds, and counted for the reader without a word of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from assistant.documents import HiddenText, Page

ROOM_OF_PAGE = 200_000
"""Characters of hidden text that one page may hand over, its records counted in; a page of print has some thousands."""
_RECORD_COST, _CUT = 60, " [cut]"


def bound_records(records: Sequence[dict[str, Any]], room: int) -> tuple[list[dict[str, Any]], int]:
    """Keep the records {reason, text, box} of hidden text for which there is room; what does not fit is cut off.

    Args:
        records: In the order of the page.
        room: Characters that may be kept; each record counts as some more than its text has.

    Returns:
        The records that are kept, and the room left, -1 where something was cut off.
    """
    kept: list[dict[str, Any]] = []
    for record in records:
        text, left = record["text"], room - _RECORD_COST
        if left <= len(_CUT):
            return kept, -1
        if len(text) > left:
            return [*kept, record | {"text": text[: left - len(_CUT)] + _CUT}], -1
        kept.append(record)
        room = left - len(text)
    return kept, room


def make_record(reason: str, text: str) -> dict[str, Any]:
    """Make a record of hidden text that has no place on its page."""
    return {"reason": reason, "text": text, "box": [0.0] * 4}


def take_records(records: Sequence[dict[str, Any]]) -> tuple[HiddenText, ...]:
    """Turn records as the child sends them into values."""
    return tuple(HiddenText(record["reason"], record["text"], tuple(record["box"])) for record in records)


def describe_hidden(pages: Sequence[Page], cut: Sequence[int] = ()) -> list[str]:
    """Say how many hidden words were taken out, why and where, without a word of them.

    Args:
        pages: As read.
        cut: Numbers of pages of whose hidden text a part was not kept.
    """
    words: Counter[str] = Counter()
    where: dict[str, set[int]] = {}
    for page in pages:
        for hidden in page.hidden:
            words[hidden.reason] += len(hidden.text.split())
            where.setdefault(hidden.reason, set()).add(page.number)
    said = [
        f"Hidden text was taken out ({reason}): {count} {'word' if count == 1 else 'words'} on "
        f"{'page' if len(where[reason]) == 1 else 'pages'} {name_pages(sorted(where[reason]))}. "
        "An attorney can reveal it."
        for reason, count in sorted(words.items())
    ]
    if cut:
        said.append(f"Pages with too much hidden text, of which a part was not kept: {name_pages(list(cut))}.")
    return said


def name_pages(numbers: list[int]) -> str:
    """Write page numbers as ranges: [1, 2, 3, 7] -> "1-3, 7"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
