"""People of whom a text gives initials only: for the strict profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.vocabulary import ABBREVIATIONS, ORG_SUFFIXES

_LETTER = r"\p{Lu}\p{Ll}?\."
_SEVERAL = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}.’'&])(?P<name>{_LETTER}(?:[ -]?{_LETTER}){{1,3}}+)(?![\p{{L}}\p{{N}}]|[ ](?:[Nn]os?\.|\p{{N}}))"
)
_PEOPLE = (
    r"witness(?:es)?|officers?|investigator|prosecutor|captain|sergeant|lieutenant|colonel|major|private|corporal|doctor|expert"
    r"|psychologist|psychiatrist|brothers?|sisters?|wife|husband|mother|father|sons?|daughters?|cousin|uncle|aunt|nephew|niece|friend"
    r"|neighbour|partner|lawyer|colleague|minor|child|accused|co-accused|victim|guard|prisoner|detainee|cellmate|employer|teacher"
    r"|company|certain|named"
)
_ONE = regex.compile(
    rf"(?<=\b(?i:{_PEOPLE}),?[ \n])(?P<name>{_LETTER}|\p{{Lu}}(?![\p{{L}}\p{{N}}.’'&-]))(?=[\s,;:)’'.]|$)"
)
_SINGLE = regex.compile(
    r"(?<=[\p{Ll}\p{N},;(’][ \n(])(?P<name>(?!I(?!\.[,;)’]))\p{Lu})(?=[.]?[,;)”\"’ \n]|\.$|['’]s\b|$)(?![ ](?:\p{Lu}\.|§))"
)
_NOT_A_PERSON = regex.compile(
    r"(?:\b(?i:articles?|arts?\.?|sections?|annex(?:es)?|appendi(?:x|ces)|chapters?|parts?|schedules?|series|class|category|categories|lists?"
    r"|types?|vitamins?|hepatitis|plan|levels?|grades?|models?|protocols?|titles?|rules?|headings?|points?|paragraphs?|items?|forms?|tables?"
    r"|figures?|exhibits?|party|parties|volumes?|options?|courts?|nos?\.)|§)[ \n](?:[\p{Lu}\p{N}]{1,3}(?:,|,?[ ](?:and|or|to))[ \n]){0,3}[(“\"‘]?$"
)
_KIND_BEFORE = regex.compile(rf"\b(?i:{_PEOPLE}),?[ \n]$")  # found already
_BEFORE_CHARACTERS, _LETTER_SCORE = 32, 0.65
_TITLE = regex.compile(r"\b(?:Mrs?|Ms|Miss|Mx|Dr)\.?[ \n]$")
_TITLE_CHARACTERS = 8
_COMPANY = regex.compile(rf"(?:{ORG_SUFFIXES})\.?")


class Initials(LegalRecognizer):
    """Initials that no surname follows."""

    types = ("PERSON",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give two to four initials in a row, and one letter behind a word for a person or alone inside a sentence."""
        for match in _SEVERAL.finditer(text):
            letters = "".join(match["name"].split())
            titled = _TITLE.search(text, max(0, match.start() - _TITLE_CHARACTERS), match.start())
            if titled or (letters.rstrip(".") not in ABBREVIATIONS and not _COMPANY.fullmatch(letters)):
                yield Found(match.start("name"), match.end("name"), "PERSON", 0.75)
        for match in _ONE.finditer(text):
            if match["name"] != "I":
                yield Found(match.start("name"), match.end("name"), "PERSON", 0.75)
        for match in _SINGLE.finditer(text):
            before = (max(0, match.start() - _BEFORE_CHARACTERS), match.start())
            if not _NOT_A_PERSON.search(text, *before) and not _KIND_BEFORE.search(text, *before):
                yield Found(match.start("name"), match.end("name"), "PERSON", _LETTER_SCORE)
