"""What spaCy's entity recognizer finds, cut down to what can be a name in a legal text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.vocabulary import LEGAL_WORDS, MONTHS, NAME_SUFFIXES, NUMBER_WORDS, PARTICLES, PROPER_ADJECTIVES

_TOKEN = regex.compile(r"[\p{L}\p{N}&][\p{L}\p{N}&'’.-]*")
_POSSESSIVE = regex.compile(r"['’]s?$")
_DATE_SIGN = regex.compile(
    rf"\d|\b(?:{MONTHS}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b|\b(?:{NUMBER_WORDS})\b.*\b(?:day|week|month|year|hour|minute|decade)"
)
_SHORT_LINE_END = regex.compile(r"\n\n|(?<![^\n]{55})\n")
_LAW_WORD = regex.compile(
    r"\b(?:Act|Acts|Code|Constitution|Convention|Rules?|Amendment|Statutes?|Clause|Exhibit|Article|Section)\b"
)


class SpacyNames(LegalRecognizer):
    """People, organizations, places, dates and groups by the language model."""

    types = ("PERSON", "ORG", "LOC", "DATETIME", "DEM")

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give the model's entities, trimmed of legal words at both ends."""
        for entity in artifacts.entities if artifacts else ():
            start, end, type = entity.start_char, entity.end_char, entity.label_
            if type == "DATETIME":
                if _DATE_SIGN.search(text, start, end):
                    yield Found(start, end, type, 0.6)
                continue
            if type in ("ORG", "PERSON") and _LAW_WORD.search(text, start, end):
                continue
            trimmed = trim_name(text, start, end, frozenset() if type == "PERSON" else PROPER_ADJECTIVES)
            if trimmed is not None and _is_possible(text, *trimmed, type):
                yield Found(*trimmed, type, 0.6)


def trim_name(text: str, start: int, end: int, keep: frozenset[str] = frozenset()) -> tuple[int, int] | None:
    """Cut legal words, articles and possessives off both ends; None where nothing is left.

    Args:
        text: The text.
        start: Where the range begins.
        end: Where it ends.
        keep: Words in small letters that stay at an end although they are legal words elsewhere.
    """
    line = _SHORT_LINE_END.search(text, start, end)
    if line is not None:
        end = line.start()
    tokens = [(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text, start, end)]
    while tokens and (_is_legal(tokens[0][2], keep) or tokens[0][2].casefold() in NAME_SUFFIXES):
        tokens.pop(0)
    while tokens and _is_legal(tokens[-1][2], keep) and tokens[-1][2].casefold().strip(".") not in NAME_SUFFIXES:
        tokens.pop()
    if not tokens:
        return None
    last_start, last_end, last = tokens[-1]
    possessive = _POSSESSIVE.search(last)
    if possessive:
        last_end = last_start + possessive.start()
    elif last.endswith(".") and len(last) > 4:
        last_end -= 1
    return (tokens[0][0], last_end) if last_end > tokens[0][0] else None


def _is_legal(token: str, keep: frozenset[str]) -> bool:
    if len(token) == 2 and token[0].isupper() and token[1] == ".":
        return False  # an initial
    word = token.casefold().strip(".")
    return (word in LEGAL_WORDS and word not in keep) or not any(c.isalpha() for c in token)


def _is_possible(text: str, start: int, end: int, type: str) -> bool:
    """Tell whether a range can be a name at all: it begins with a capital and has letters enough."""
    name = text[start:end]
    if not (name[0].isupper() or name.split()[0].casefold() in PARTICLES):
        return False
    if type == "PERSON" and (any(c.isdigit() for c in name) or len(name.split()) > 6):
        return False
    return sum(c.isalpha() for c in name) >= (2 if type in ("LOC", "DEM") else 3)
