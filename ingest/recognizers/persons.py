"""People by what stands before their name: a title, a part in the case, initials, a signature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import GAP, INITIAL, NAME_WORD, Found, LegalRecognizer, match_groups
from ingest.recognizers.trim import trim_name
from ingest.recognizers.vocabulary import (
    ABBREVIATIONS,
    AGENCY_HEADS,
    LEGAL_WORDS,
    ORG_HEADS,
    ORG_SUFFIXES,
    PARTICLES,
    ROLES,
    TITLES,
)

_PARTICLE = "(?:" + "|".join(sorted(PARTICLES, key=len, reverse=True)) + ")"
_NAME = (
    rf"(?:{INITIAL}{GAP}?){{0,4}}(?:{_PARTICLE}{GAP}){{0,2}}{NAME_WORD}"
    rf"(?:{GAP}(?:{_PARTICLE}{GAP}){{0,2}}(?:{INITIAL}|{NAME_WORD})){{0,3}}"
)
_SUFFIX = rf"(?:,?{GAP}(?:Jr|Sr|II|III|IV)\b\.?)?"
_TITLED = regex.compile(
    rf"\b(?!Miss\.)(?:{'|'.join(TITLES)})\b\.?{GAP}(?P<name>(?:{_NAME}{_SUFFIX})|(?:{INITIAL}){{1,4}})"
)
_TITLED_TWO = regex.compile(rf"\b(?:Messrs|Drs|Mr|Mrs|Ms|Dr)\b\.?\s[^.;\n]{{2,60}}?\sand\s(?P<name>{_NAME})")
_ROLED = regex.compile(rf"\b(?:{'|'.join(ROLES)})\b,?{GAP}(?P<name>{_NAME}{_SUFFIX})")
_INITIALS = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}.’'])(?P<name>{INITIAL}(?:{GAP}?{INITIAL}){{0,3}}{GAP}?(?:{_PARTICLE}{GAP}){{0,2}}"
    r"\p{Lu}\p{Ll}+(?:['’]\p{Lu}\p{Ll}+)?(?:-\p{L}+)*)"
)
_SIGNED = regex.compile(rf"(?:/s/|\bs/)[ \n]*(?P<name>{_NAME}{_SUFFIX})")
_SWORN = regex.compile(rf"\bI,{GAP}(?P<name>{_NAME}{_SUFFIX}),")
_MIDDLE = regex.compile(
    rf"(?<![\p{{L}}.])(?P<name>\p{{Lu}}[\p{{L}}'’-]+{GAP}"
    rf"(?:{INITIAL}{GAP}){{1,2}}\p{{Lu}}[\p{{L}}'’-]*\p{{L}}{_SUFFIX})"
)
_BEFORE_CONTACT = regex.compile(
    rf"\b(?P<name>{NAME_WORD}(?:[ ](?:{INITIAL}|{NAME_WORD})){{1,3}}{_SUFFIX}),?\s{{1,2}}"
    r"(?:[\w.+-]{2,64}@|\(?(?:SBN|State\sBar|Bar\sNo)|Esq\b|ESQ\b|Clerk\b|CLERK\b)"
)
_ORG = regex.compile(rf"\b(?:(?:{ORG_SUFFIXES})\b\.?|(?:{ORG_HEADS}|{AGENCY_HEADS})\b)")
_LISTED = regex.compile(r"(?:\A|\n|[.;:?!]\s{1,4}|;\s+and\s+)[A-HQ]\.\s+\p{Lu}\p{Ll}+(?=\s+\p{Ll}|\s*[?;,-])")
_ROMAN = regex.compile(r"(?:\A|\n\n|^\n)[IVX]\.\s")
_SURE, _LETTERS_MIN = 0.9, 3
_DOTTED = regex.compile(r"(?:\p{Lu}\.\s?)+")
_GIVEN_TOO = ("grant", "will", "art")  # given names among the words of law, which no name begins with elsewhere


class Persons(LegalRecognizer):
    """People by context, where a language model of few megabytes fails."""

    types = ("PERSON",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give names behind titles, parts, initials and signatures."""
        strong = (
            (_TITLED, 0.95),
            (_SIGNED, 0.9),
            (_SWORN, 0.9),
            (_MIDDLE, 0.9),
            (_BEFORE_CONTACT, 0.9),
            (_TITLED_TWO, 0.7),
        )
        for pattern, score in strong:
            for found in match_groups(pattern, text, "PERSON", score, "name"):
                yield from _check(text, found)
        for found in match_groups(_ROLED, text, "PERSON", 0.75, "name"):
            reach = 40 if text[found.end : found.end + 1] == "," else 0
            if not _ORG.search(text, found.start, found.end + reach):
                yield from _check(text, found)
        for found in match_groups(_INITIALS, text, "PERSON", 0.8, "name"):
            dotted = _DOTTED.match(text, found.start)
            if _LISTED.search(text, max(found.start - 6, 0), min(found.end + 3, len(text))):
                continue  # "B. Special damages", "Q. How many": the letter numbers a line, it is no initial
            if _ROMAN.search(text, max(found.start - 2, 0), found.start + 3):
                continue  # "I. Wren’s plea": the numeral of a heading
            if dotted and "".join(dotted.group().split()).rstrip(".") not in ABBREVIATIONS:
                yield from _check(text, found)


def _check(text: str, found: Found) -> Iterable[Found]:
    """Trim a candidate; drop it where only legal words or an organization are left."""
    trimmed = trim_name(text, found.start, found.end)
    if trimmed is None:
        return
    if found.score >= _SURE and text[found.start : trimmed[0]].strip().casefold() in _GIVEN_TOO:
        trimmed = found.start, trimmed[1]  # "Mr. Grant Wren", "/s/ Will Wren"
    name = text[trimmed[0] : trimmed[1]]
    words = name.replace(".", " ").split()
    if found.score < _SURE and sum(c.isalpha() for c in name) < _LETTERS_MIN:
        return  # "B. Promissory Estoppel" is a heading
    if _ORG.search(name) or all(word.casefold() in LEGAL_WORDS for word in words) or name.rstrip(".") in ABBREVIATIONS:
        return
    yield Found(*trimmed, found.type, found.score)
