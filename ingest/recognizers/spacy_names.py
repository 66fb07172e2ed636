"""What spaCy's entity recognizer finds, cut down to what can be a name in a legal text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.common_words import tell_parts
from ingest.recognizers.trim import GIVEN_NAMES, POSSESSIVE, TOKEN, is_legal, trim_name
from ingest.recognizers.vocabulary import (
    FEMALE_NAMES,
    LEGAL_WORDS,
    MALE_NAMES,
    MONTHS,
    NUMBER_WORDS,
    ORG_HEADS,
    PARTICLES,
    PROPER_ADJECTIVES,
)

_DATE_SIGN = regex.compile(
    rf"\d|\b(?:{MONTHS}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b|\b(?:{NUMBER_WORDS})\b.*\b(?:day|week"
    rf"|month|year|hour|minute|decade)"
)
_LAW_WORD = regex.compile(
    r"\b(?:Act|Acts|Code|Constitution|Convention|Rules?|Amendment|Statutes?|Clause|Exhibit|Article|Section)\b"
)
_KIND = regex.compile(rf"(?:[ \n](?:{ORG_HEADS})\b)+")
_FIGURE = regex.compile(rf"\p{{N}}|\b(?:{NUMBER_WORDS})\b", regex.IGNORECASE)
_WORD = regex.compile(r"\w+")
_COMMA = regex.compile(r",\s")
_PEOPLE_WORDS_MIN, _PEOPLE_WORDS_MAX = 2, 4
_ROMAN = regex.compile(r"[IVX]{1,5}\.\s")
_PUBLIC_BEFORE = regex.compile(r"\b(?:U\.\s?S\.|United\sStates)\s$")


def may_hold_names(text: str) -> bool:
    """Tell whether `SpacyNames` could find anything in a text, whatever the model says of it.

    It takes no name that begins small, and cuts words of law and of questions off the front of what it is given. So
    a text whose words in capitals are all of these, without a figure, a day or a particle, need not be shown to the
    model at all: "What relief does the plaintiff demand?"
    """
    if _FIGURE.search(text) or _DATE_SIGN.search(text) or not PARTICLES.isdisjoint(_WORD.findall(text.casefold())):
        return True
    tokens = (match.group() for match in TOKEN.finditer(text))
    return not all(token == token.casefold() or _is_cut_off(token) for token in tokens)


def _is_cut_off(token: str) -> bool:
    """Tell whether a word in capitals is cut off the front of any name: never a name, an adjective of one, an initial."""
    word = POSSESSIVE.sub("", token.strip("."))
    folded = word.casefold()
    whole = word.isalpha() and word[1:].islower()  # with a mark inside, a part of it might be left
    return whole and is_legal(folded) and folded not in GIVEN_NAMES and folded not in PROPER_ADJECTIVES


class SpacyNames(LegalRecognizer):
    """People, organizations, places, dates and groups by the language model."""

    types = ("PERSON", "ORG", "LOC", "DATETIME", "DEM", "AGENCY")

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give the model's entities, trimmed of legal words at both ends."""
        for entity in artifacts.entities if artifacts else ():
            start, end, type = entity.start_char, entity.end_char, entity.label_
            if type == "TITLE":
                yield from _read_title(text, start, end)
                continue
            if type == "DATETIME":
                if _DATE_SIGN.search(text, start, end):
                    yield Found(start, end, type, 0.6)
                continue
            if type in ("ORG", "PERSON") and _LAW_WORD.search(text, start, end):
                continue
            numeral = _ROMAN.match(text, start, end)
            if numeral and (start == 0 or text[start - 2 : start] == "\n\n"):
                start = numeral.end()  # "I. Wren’s plea": the numeral of a heading
            trimmed = trim_name(text, start, end, frozenset() if type == "PERSON" else PROPER_ADJECTIVES)
            if trimmed is not None and type == "ORG":
                trimmed = trimmed[0], _with_kind(text, trimmed[1], end)
            if trimmed is not None and _is_possible(text, *trimmed, type):
                public = type == "ORG" and _PUBLIC_BEFORE.search(text, max(0, trimmed[0] - 16), trimmed[0])
                yield Found(*trimmed, "AGENCY" if public else type, 0.6)


def _read_title(text: str, start: int, end: int) -> Iterable[Found]:
    """Give the people in what the model takes for the title of a work, a product or a law: "Salem, Tavita Sato"."""
    if _LAW_WORD.search(text, start, end) or "," not in text[start:end]:
        return
    at = start
    for part in [*_COMMA.finditer(text, start, end), None]:
        stop = part.start() if part else end
        words = text[at:stop].split()
        if _PEOPLE_WORDS_MIN <= len(words) <= _PEOPLE_WORDS_MAX and all(_is_own(word) for word in words):
            yield Found(at, stop, "PERSON", 0.6)
        at = part.end() if part else end


def _is_own(word: str) -> bool:
    """Tell whether a word with a capital is no English one: a given name or a surname."""
    folded = word.casefold().strip(".")
    return (
        word[0].isupper()
        and (folded in MALE_NAMES or folded in FEMALE_NAMES or not tell_parts(folded))
        and folded not in LEGAL_WORDS
    )


def _with_kind(text: str, start: int, end: int) -> int:
    """Give the end of an organization's name with the words of its kind, which are words of law elsewhere: "… Lines"."""
    kind = _KIND.match(text, start, end)
    return kind.end() if kind else start


def _is_possible(text: str, start: int, end: int, type: str) -> bool:
    """Tell whether a range can be a name at all: it begins with a capital and has letters enough."""
    name = text[start:end]
    if not (name[0].isupper() or name.split()[0].casefold() in PARTICLES):
        return False
    if type == "PERSON" and (any(c.isdigit() for c in name) or len(name.split()) > 6):
        return False
    return sum(c.isalpha() for c in name) >= (2 if type in ("LOC", "DEM") else 3)
