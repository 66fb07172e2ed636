"""A number with what it counts, as people say it."""

from __future__ import annotations


def say_count(number: int, one: str, many: str = "") -> str:
    """Give a number and its noun: `one` where there is one, else `many`, or `one` with an s behind it."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
