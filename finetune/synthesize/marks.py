"""Identifier marks: characters in the text that say where an identifier begins and ends while it is composed.

A mark survives upper case, joining and cutting of sentences, so that the gold spans come out of the
finished text instead of being searched for in it.
"""

from __future__ import annotations

from dataclasses import dataclass

TYPES = ("PERSON", "ORG", "LOC", "DATETIME", "CODE", "CONTACT", "DEM", "QUANTITY", "MISC")

_WORKING = 0xE000
_STRICT = 0xE020
_END = chr(0xE0FF)


@dataclass(frozen=True, slots=True)
class Span:
    """A gold identifier: characters [start, end) of the filing's text.

    Attributes:
        start: Offset of the first character.
        end: Offset after the last character.
        type: One of `TYPES`.
        profile: "working" where both profiles have to replace it, "strict" where only the strict one has
            to (judges, courts, procedural dates, places, demographic facts).
    """

    start: int
    end: int
    type: str
    profile: str


def mark(kind: str, text: str, strict: bool = False) -> str:
    """Wrap `text` so that it becomes a gold span of type `kind` (strict: replaced by the strict profile only)."""
    return chr((_STRICT if strict else _WORKING) + TYPES.index(kind)) + text + _END


def strip_marks(text: str) -> str:
    """Give the text without marks."""
    return "".join(c for c in text if not "\ue000" <= c <= _END)


def read_marks(text: str) -> tuple[str, tuple[Span, ...]]:
    """Give the text without marks and the spans they stood for, in order of start; inner spans are dropped."""
    plain: list[str] = []
    spans: list[Span] = []
    opened: list[tuple[int, int]] = []
    length = 0
    for character in text:
        if character == _END:
            code, start = opened.pop()
            if not opened and length > start:
                base, profile = (_STRICT, "strict") if code >= _STRICT else (_WORKING, "working")
                spans.append(Span(start, length, TYPES[code - base], profile))
        elif "\ue000" <= character < _END:
            opened.append((ord(character), length))
        else:
            plain.append(character)
            length += 1
    return "".join(plain), tuple(spans)
