"""Judges: public officers, kept in the working profile, masked as people in the strict one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import GAP, INITIAL, NAME_WORD, Found, LegalRecognizer
from ingest.recognizers.trim import trim_name

_NAME = rf"(?:(?:{NAME_WORD}|{INITIAL}){GAP}){{0,3}}{NAME_WORD}(?:,?{GAP}(?:Jr|Sr|II|III)\b\.?)?"
_BEFORE = regex.compile(
    rf"\b(?:(?:Hon|HON)\.|Honorable|HONORABLE|(?:(?:Chief|Magistrate|Presiding|District|Circuit|Mr\.?|Madam){GAP})?"
    rf"(?:Judge|Justice|JUDGE|JUSTICE)|Magistrate(?={GAP}\p{{Lu}}))(?::|(?<=Judge|JUDGE)\s*:)?{GAP}"
    rf"(?:(?:(?i:the){GAP})?(?:Hon\.|HON\.|Honorable|HONORABLE){GAP})?(?P<name>{_NAME})"
)
_OFFICE = (
    r"(?i:(?:(?:chief|senior|circuit|district|court|superior|magistrate|bankruptcy|presiding|associate|united\s+states|u\.\s?s\."
    r"|administrative\s+law)\s+)*(?:judges?|justices?))\b"
)
_LIST = rf"(?P<name>{_NAME}(?:(?:,{GAP}(?:and{GAP})?|{GAP}(?:and|&){GAP}){_NAME}){{0,8}})"
_AFTER = regex.compile(
    rf"{_LIST}(?:,?\s{_OFFICE}|,{GAP}(?:C\.J|P\.J|JJ|J|S\.J)\.(?=[,;)\n]|\s*$|{GAP}(?:and|concur|dissent"
    rf"|deliver|join)))"
)
_MANY = regex.compile(rf"\b(?:Judges|Justices){GAP}{_LIST}")
_HOUSE = regex.compile(
    rf"(?P<name>{_NAME}){GAP}(?:(?:U\.\s?S\.|United{GAP}States|Federal){GAP})?(?:Courthouse|COURTHOUSE)\b"
)
_PEER = regex.compile(rf"(?P<name>{NAME_WORD}\s(?:LJJ?|CJ)\b)")
_PART = regex.compile(r",\s(?:and\s)?(?!(?:Jr|Sr|II|III)\b)|\s(?:and|&)\s")
_SIGN = regex.compile(r"(?i:judge|justice)|,\s(?:[CPS]\.J|JJ?)\.|Courthouse|COURTHOUSE")
"""What stands in every match of `_AFTER`, `_MANY` and `_HOUSE`: they begin at any name, and most names are no judge's."""
_REPORTER = regex.compile(r"\d[ ]*\Z")


class Judges(LegalRecognizer):
    """Judges by their office before or after the name."""

    types = ("JUDGE",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give every judge's name by itself."""
        for match in _BEFORE.finditer(text):
            yield from _give(text, *match.span("name"))
        for match in _PEER.finditer(text):  # "Selby LJ"
            yield from _give(text, *match.span("name"))
        for place in _find_paragraphs(text):
            for match in _HOUSE.finditer(text, *place):  # a courthouse bears a judge's name
                yield from _give(text, *match.span("name"))
            for match in [*_AFTER.finditer(text, *place), *_MANY.finditer(text, *place)]:
                at = match.start("name")
                for part in [*_PART.finditer(text, *match.span("name")), None]:
                    end = part.start() if part else match.end("name")
                    yield from _give(text, at, end)
                    at = part.end() if part else end


def _find_paragraphs(text: str) -> Iterable[tuple[int, int]]:
    """Give the ranges of the paragraphs that have a sign of a judge: a name does not go over an empty line."""
    end = 0
    for sign in _SIGN.finditer(text):
        if sign.start() < end:
            continue
        start = max(text.rfind("\n\n", end, sign.start()), end)
        blank = text.find("\n\n", sign.end())
        end = blank + 1 if blank >= 0 else len(text)
        yield start, end


def _give(text: str, start: int, end: int) -> Iterable[Found]:
    trimmed = trim_name(text, start, end)
    if trimmed and trimmed[1] - trimmed[0] > 2 and not _REPORTER.search(text[max(0, start - 3) : start]):
        yield Found(*trimmed, "JUDGE", 0.85)
