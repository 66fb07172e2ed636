"""Judges: public officers, kept in the working profile, masked as people in the strict one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import INITIAL, NAME_WORD, Found, LegalRecognizer
from ingest.recognizers.spacy_names import trim_name
from ingest.recognizers.vocabulary import JUDGE_TITLES

_NAME = rf"(?:(?:{NAME_WORD}|{INITIAL})\s){{0,3}}{NAME_WORD}(?:,?\s(?:Jr|Sr|II|III)\b\.?)?"
_BEFORE = regex.compile(rf"\b(?:{'|'.join(JUDGE_TITLES)}|JUSTICE|JUDGE|HONORABLE|HON)\b\.?:?\s(?P<name>{_NAME})")
_OFFICE = r"(?:(?:Chief|Senior|Circuit|District|Magistrate|Bankruptcy|Presiding|Associate|United\s+States|U\.\s?S\.|Administrative\s+Law)\s+)*(?:District\s+|Circuit\s+)?(?:Judges?|Justices?)"
_AFTER = regex.compile(
    rf"(?P<name>{_NAME}(?:(?:,\s(?:and\s)?|\sand\s){_NAME}){{0,8}}),?\s(?:{_OFFICE}\b|C\.J\.|P\.J\.|JJ?\.(?=[,.;\s]))"
)
_PART = regex.compile(r",\s(?:and\s)?(?!(?:Jr|Sr|II|III)\b)|\sand\s")
_REPORTER = regex.compile(r"\d\s*$")


class Judges(LegalRecognizer):
    """Judges by their office before or after the name."""

    types = ("JUDGE",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give every judge's name by itself."""
        for match in _BEFORE.finditer(text):
            yield from _give(text, *match.span("name"))
        for match in _AFTER.finditer(text):
            at = match.start("name")
            for part in [*_PART.finditer(text, *match.span("name")), None]:
                end = part.start() if part else match.end("name")
                yield from _give(text, at, end)
                at = part.end() if part else end


def _give(text: str, start: int, end: int) -> Iterable[Found]:
    trimmed = trim_name(text, start, end)
    if trimmed and trimmed[1] - trimmed[0] > 2 and not _REPORTER.search(text[max(0, start - 3) : start]):
        yield Found(*trimmed, "JUDGE", 0.85)
