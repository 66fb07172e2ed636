"""What may stand in places that people without access to a matter can read: ids, keys, counts; never text."""

from __future__ import annotations

import re
from typing import Any

from assistant.errors import WrongUsage

MAX_TOKEN = 200
"""Most characters of a token."""

_TOKEN = re.compile(rf"[^\s\x00-\x1f]{{0,{MAX_TOKEN}}}")


def check_tokens(value: Any, where: str) -> None:
    """Refuse a value that could hold running text.

    Args:
        value: None, a number, a string without white space, or a list or dict of such.
        where: What it was meant for, for the error.

    Raises:
        WrongUsage: It is something else; the error does not repeat it.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            check_tokens(str(key), where)
            check_tokens(item, where)
    elif isinstance(value, list | tuple):
        for item in value:
            check_tokens(item, where)
    elif isinstance(value, str):
        if not _TOKEN.fullmatch(value):
            raise WrongUsage(
                f"A value for {where} holds white space or is longer than {MAX_TOKEN} characters.",
                expected="ids, keys and counts",
                do="Give the id of the thing instead of its text.",
            )
    elif value is not None and not isinstance(value, int | float):
        raise WrongUsage(f"A value for {where} is a {type(value).__name__}.", expected="ids, keys and counts")
