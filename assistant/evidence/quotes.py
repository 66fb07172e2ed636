"""Finds a verbatim quote in a document's running text."""

from __future__ import annotations

import re

from assistant.documents import RedactedDocument


def find_quote(document: RedactedDocument, text: str) -> tuple[int, int] | None:
    """Find a verbatim quote in a document's running text.

    White space, the form of quotation marks and the form of dashes may differ; nothing else may.

    Returns:
        Running offsets [start, end) of the first occurrence, or None.
    """
    words = text.strip().strip('"“”').split()
    if not words:
        return None
    pattern = r"\s+".join("".join(_LOOSE.get(char, re.escape(char)) for char in word) for word in words)
    match = re.search(pattern, document.text)
    return match.span() if match else None


_LOOSE = {char: f"[{group}]" for group in ('"“”„', "'’‘", "‐‑–—-") for char in group}
