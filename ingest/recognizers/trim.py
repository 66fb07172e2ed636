"""Cuts a range of text down to what can be a name."""

from __future__ import annotations

from functools import lru_cache

import regex

from ingest.recognizers.vocabulary import FEMALE_NAMES, LEGAL_WORDS, MALE_NAMES, NAME_SUFFIXES

TOKEN = regex.compile(r"[\p{L}\p{N}&][\p{L}\p{N}&'’.-]*")
GIVEN_NAMES = MALE_NAMES | FEMALE_NAMES | {"jan", "may", "june", "april", "august"}
# "Accepting Tarrant's theory": the model of names takes the first word of a sentence for a given name.
_PARTICIPLES = frozenset(
    "accepting adopting affirming applying arguing assuming citing considering denying dismissing examining finding "
    "following granting holding noting overruling quoting rejecting relying reversing reviewing vacating viewing".split()
)
POSSESSIVE = regex.compile(r"['’]s?$")
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
    tokens = [(m.start(), m.end(), m.group()) for m in TOKEN.finditer(text, start, end)]
    if len(tokens) > 1 and tokens[0][2].casefold() in _PARTICIPLES:
        tokens.pop(0)
    while tokens and (_is_legal(tokens[0][2], keep) or tokens[0][2].casefold() in NAME_SUFFIXES):
        if len(tokens) > 1 and tokens[0][2].casefold() in GIVEN_NAMES and not _is_legal(tokens[1][2], keep):
            break  # "Mark Topping": a word of trademark law, but here a given name
        tokens.pop(0)
    while tokens and _is_legal(tokens[-1][2], keep) and tokens[-1][2].casefold().strip(".") not in NAME_SUFFIXES:
        tokens.pop()
    if not tokens:
        return None
    last_start, last_end, last = tokens[-1]
    possessive = POSSESSIVE.search(last)
    if possessive:
        last_end = last_start + possessive.start()
    elif last.endswith(".") and len(last) > 4:
        last_end -= 1
    return (tokens[0][0], last_end) if last_end > tokens[0][0] else None


def _is_legal(token: str, keep: frozenset[str]) -> bool:
    if len(token) == 2 and token[0].isupper() and token[1] == ".":
        return False  # an initial
    word = POSSESSIVE.sub("", token.casefold().strip("."))
    return (is_legal(word) and word not in keep) or not any(c.isalpha() for c in token)


def is_legal(word: str) -> bool:
    """Tell whether a word in small letters, or every part of a hyphened one, is never someone's name."""
    return word in LEGAL_WORDS or ("-" in word and all(part in LEGAL_WORDS for part in word.split("-")))


@lru_cache(maxsize=4)
def blunt_long_words(text: str) -> str:
    """Put U+FFFD, one for one, in the place of words of more than 64 letters and digits.

    No name is that long; but a pattern that tries each of its letters as a beginning would take the square
    of the time, and a file made for that would hold up the whole server. Every recognizer asks for the same block.
    """
    return _LONG_WORD.sub(lambda match: "\ufffd" * len(match.group()), text)
