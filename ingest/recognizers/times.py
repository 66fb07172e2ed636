"""Times that are told without a date: "the end of May", "at dawn", "half an hour", for the strict profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.vocabulary import MONTHS, NUMBER_WORDS

_YEAR = r"(?:1[6-9]\d\d|20\d\d)"
_UNITS = r"years?|months?|weeks?|fortnights?|days?|nights?|hours?|minutes?|decades?"
_PART = (
    r"mornings?|afternoons?|evenings?|nights?|noon|midday|midnight|dawn|dusk|nightfall|daybreak|sunrise|sunset|spring|summers?|autumn"
    r"|winters?|weekends?|beginning|start|middle|end|first\shalf|second\shalf|turn|course|eve|week|month|year|day|season"
)
_PART_OF = regex.compile(
    rf"\b(?:(?:at|in|on|by|until|towards?|around|about|during|since)\s)?(?:the\s)?(?:(?:very|early|late|following|same|next|previous)\s)?"
    rf"(?:{_PART})\s(?:(?:of|between|from)\s(?:the\s)?(?=\d|\b(?:{MONTHS})\b)|(?=\d{{1,2}}\s(?:{MONTHS})\b))"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s(?:to|and)\s\d{{1,2}})?\s)?(?:(?:{MONTHS})\b)?(?:\s?{_YEAR}(?:[-/–]\d{{2,4}})?)?"
)
_ALONE = regex.compile(
    r"\b(?:midnight|midday|noon|dawn|dusk|nightfall|daybreak|overnight|Easter|Christmas|New\sYear[’']s\s(?:Eve|Day)|Ramadan|Passover|Pentecost)\b"
    r"|\b(?:the|that|this|one|every|each)\s(?:same\s|next\s|following\s|previous\s)?(?:early\s|late\s)?"
    r"(?:morning|afternoon|evening|night|spring|summer|autumn|winter|weekend|fortnight)(?!\s(?:of|school|camp|shift|care|job))\b"
)
_LENGTH = regex.compile(
    rf"\b(?:(?:about|over|almost|nearly|under|only|some|within|more\sthan|less\sthan)\s)?(?:half\san?\s|(?:a\s)?quarter\sof\san\s|(?:(?<![\ds][ ])an?|one)\s)"
    rf"(?:hour|day|week|month|year|decade|fortnight|minute)(?:\sand\sa\shalf)?(?!-old|\sold)\b"
    rf"|\b(?:{NUMBER_WORDS}|\d{{1,3}})(?:[- ](?:{NUMBER_WORDS}))?\s(?:working|calendar|consecutive|full|whole|more|further|other|long)\s(?:{_UNITS})\b"
    rf"|\b(?:{NUMBER_WORDS})\s(?:nights?|weekends?|fortnights?|decades?)\b"
)


_CALENDAR = regex.compile(
    r"\b(?:on\s)?the\s(?:first|second|third|fourth|last)\s(?:working\s)?(?:day|night|week|weekend|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\sof\b"
    r"|\b(?:the\s)?(?:early\s|late\s|mid-)?(?:\p{Ll}+teenth|twentieth|twenty-first)\scentury\b|\b(?:Good|Holy|Palm|Ash|Whit)\s\p{Lu}\p{Ll}+day\b"
    rf"|\b(?:a\s)?quarter\s(?:to|past)\s(?:{NUMBER_WORDS})\b|\bhalf\spast\s(?:{NUMBER_WORDS})\b"
)


class Times(LegalRecognizer):
    """Parts of the day and the year, lengths of time in words, and the words that a date is told with."""

    types = ("DATETIME",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give times by form; the longer of two that overlap wins later."""
        for match in _PART_OF.finditer(text):
            yield Found(match.start(), match.start() + len(match.group().rstrip()), "DATETIME", 0.95)
        for pattern in (_ALONE, _LENGTH, _CALENDAR):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "DATETIME", 0.5)
