"""Dates: of birth in both profiles, every date, year and span of time in the strict one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer, match_groups
from ingest.recognizers.vocabulary import MONTHS, NUMBER_WORDS

_DAY = r"(?:the\s)?\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:1[6-9]\d\d|20\d\d)"
_DATE = (
    rf"(?:\b\d{{1,2}}\s(?:{MONTHS})\s(?:and|to|or|-|–)\s\d{{1,2}}\s(?:{MONTHS})\s{_YEAR}|{_DAY}(?:\s?(?:,|and|to|or|-|–)\s?{_DAY}){{0,3}}\s(?:of\s)?(?:{MONTHS})\b\.?,?(?:\s{_YEAR})?"
    rf"|\b(?:{MONTHS})\b\.?\s\d{{1,2}}(?:st|nd|rd|th)?(?:\s?[-–]\s?\d{{1,2}})?(?!\d)(?:,?\s{_YEAR})?"
    rf"|\b(?:{MONTHS})\b\.?,?\s(?:of\s)?{_YEAR}|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:{_YEAR}|\d\d)\b"
    rf"|\b{_YEAR}-\d\d-\d\d\b)"
)
BIRTH = regex.compile(
    rf"(?:\b(?:[Bb]orn|[Dd]ate\s+of\s+[Bb]irth|[Bb]irth\s?date|DOB|D\.O\.B\.|DATE\s+OF\s+BIRTH"
    rf"|[Bb]irthday)\b[^.;\n\d]{{0,40}}?)(?P<date>{_DATE}|{_YEAR}\b)"
)
_FULL = regex.compile(_DATE)
_YEARS = regex.compile(
    rf"(?<![\d/.,:§$€£-]){_YEAR}(?:[-/–]\d{{2,4}})?s?(?:\s(?:and|to|or)\s{_YEAR})?(?![\d/]"
    rf"|[.,]\d)"
)
_MONTH = regex.compile(
    r"\b(?:(?:early|mid|late|in|of|since|until|by|during|from|and|to|last|next|this|each|every|between)["
    r" -])(?P<month>(?:January|February|March|April|June|July|August|September|October|November|December)"
    r"(?:\sand\s(?:January|February|March|April|May|June|July|August|September|October|November|December))?)\b"
)
_SPAN = regex.compile(
    rf"\b(?:(?:approximately|about|nearly|almost|over|more\sthan|less\sthan|at\sleast|some)\s)?"
    rf"(?:{NUMBER_WORDS}|\d{{1,3}})(?:[- ](?:{NUMBER_WORDS}))?(?:\sand\sa\shalf)?[- ]"
    rf"(?:years?|months?|weeks?|days?|hours?|minutes?)(?:[’'](?=\s))?(?:,?\s(?:and\s)?(?:{NUMBER_WORDS}"
    rf"|\d{{1,3}})\s(?:months?|weeks?|days?|hours?|minutes?))*\b(?!-old|\sold)"
)
_TIME = regex.compile(
    r"\b\d{1,2}[.:]\d\d\s?(?:[ap]\.?m\.?|hours|o[’']clock)?(?!\d)|\b\d{1,2}\s?(?:[ap]\.m\."
    r"|[ap]m)\b"
)
_RELATIVE = regex.compile(
    r"\b(?:(?:following|next|previous|preceding)\s(?:day|morning|afternoon|evening|night|week|month|year)"
    r"|last\s(?:week|month|year|night))\b"
)
_DECADE = regex.compile(
    r"\b(?:nineteen|twenty)-?(?:hundreds|twenties|thirties|forties|fifties|sixties|seventies|eighties"
    r"|nineties)\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
)


class BirthDates(LegalRecognizer):
    """Dates of birth, in both profiles."""

    types = ("BIRTH",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give the date behind "born" or "date of birth"."""
        yield from match_groups(BIRTH, text, "BIRTH", 0.9, "date")


class Dates(LegalRecognizer):
    """Every date, year, time of day and span of time, for the strict profile."""

    types = ("DATETIME",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give dates by form."""
        for pattern, score in (
            (_FULL, 0.9),
            (_YEARS, 0.7),
            (_SPAN, 0.6),
            (_TIME, 0.5),
            (_DECADE, 0.5),
            (_RELATIVE, 0.5),
        ):
            yield from match_groups(pattern, text, "DATETIME", score)
        yield from match_groups(_MONTH, text, "DATETIME", 0.6, "month")
