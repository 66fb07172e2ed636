"""Cuts a range of text down to what can be a name."""

from __future__ import annotations

import regex

from ingest.recognizers.vocabulary import LEGAL_WORDS, NAME_SUFFIXES

_TOKEN = regex.compile(r"[\p{L}\p{N}&][\p{L}\p{N}&'’.-]*")
_POSSESSIVE = regex.compile(r"['’]s?$")
_LONG_WORD = regex.compile(r"[\p{L}\p{M}\p{N}'’&-]{65,}+")
_SHORT_LINE_END = regex.compile(r"\n\n|(?<![^\n]{55})\n")


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


def blunt_long_words(text: str) -> str:
    """Put U+FFFD, one for one, in the place of words of more than 64 letters and digits.

    No name is that long; but a pattern that tries each of its letters as a beginning would take the square
    of the time, and a file made for that would hold up the whole server.
    """
    return _LONG_WORD.sub(lambda match: "\ufffd" * len(match.group()), text)
