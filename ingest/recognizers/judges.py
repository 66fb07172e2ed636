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
_RANKS = (
    r"(?:chief|senior|circuit|district|court|superior|magistrate|bankruptcy|presiding|associate|united\s+states|u\.\s?s\."
    r"|administrative\s+law)\s+"
)
_OFFICE = rf"(?i:(?:{_RANKS})*(?:judges?|justices?))\b"
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
_RANKS_BEFORE = regex.compile(rf"(?i:{_RANKS})+\Z")
_RANKS_CHARACTERS = 120
_BEYOND = 200  # characters behind a paragraph that are looked at, so that it does not pass for the end of the text
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
        for match in _match_near_signs(_HOUSE, text):  # a courthouse bears a judge's name
            yield from _give(text, *match.span("name"))
        for match in [*_match_near_signs(_AFTER, text), *_match_near_signs(_MANY, text)]:
            at = match.start("name")
            for part in [*_PART.finditer(text, *match.span("name")), None]:
                end = part.start() if part else match.end("name")
                yield from _give(text, at, end)
                at = part.end() if part else end


def _match_near_signs(pattern: regex.Pattern, text: str) -> Iterable[regex.Match]:
    """Match a pattern in the paragraphs that have a sign of a judge: a name does not go over an empty line."""
    for start, end in _find_paragraphs(text):
        beyond = min(end + _BEYOND, len(text))
        while beyond < len(text) and text[beyond - 1].isspace():
            beyond += 1
        for match in pattern.finditer(text, start, beyond):
            if match.start() >= end:
                break
            if match.end() < beyond or beyond == len(text):
                yield match


def _find_paragraphs(text: str) -> Iterable[tuple[int, int]]:
    """Give the ranges of the paragraphs in which a sign begins; an office may go on over an empty line."""
    end = 0
    for sign in _SIGN.finditer(text):
        if sign.end() <= end:
            continue
        ranks = _RANKS_BEFORE.search(text, max(sign.start() - _RANKS_CHARACTERS, 0), sign.start())
        start = max(text.rfind("\n\n", end, ranks.start() if ranks else sign.start()), end)
        blank = text.find("\n\n", sign.end())
        end = blank + 1 if blank >= 0 else len(text)
        yield start, end


def _give(text: str, start: int, end: int) -> Iterable[Found]:
    trimmed = trim_name(text, start, end)
    if trimmed and trimmed[1] - trimmed[0] > 2 and not _REPORTER.search(text[max(0, start - 3) : start]):
        yield Found(*trimmed, "JUDGE", 0.85)
