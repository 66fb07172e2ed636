"""Places by form and by the names of countries and states, for the strict profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.vocabulary import COUNTRIES, US_STATES

_WORD = r"\p{Lu}[\p{L}'’-]+"
_JOIN = r"(?:[\s-](?:(?:d[aeiou]s?|del|della|dei|la|le|les|upon|on|am|an\sder|sur|sous|nad|pri|van|den|el|al)[\s-])?)"
_COUNTRY = regex.compile(
    rf"\b(?:(?:northern|southern|eastern|western|central|north|south|east|west)\s(?:part\sof\s)?)?"
    rf"(?:{COUNTRIES}|{US_STATES})\b"
)
_KIND = regex.compile(
    rf"\b(?:City|County|Town|Village|Province|District|Region|Municipality|Canton|Republic|Kingdom|Island|Port"
    rf"|Parish|Borough|Gulf|County|archipelago|island|peninsula|United\sKingdom)\sof\s(?:the\s)?{_WORD}"
    rf"(?:{_JOIN}{_WORD}){{0,3}}"
    rf"|\b{_WORD}(?:\s{_WORD}){{0,2}}\s(?:County|Province|Region|Island|Islands|River|Lake|Valley|Mountains?"
    rf"|Square|Street|Road|Avenue|Airport|Harbou?r|Bay|Village|Prison|Hospital|Cemetery|Forest|Park|Bridge"
    rf"|Station|Barracks|Camp)\b"
)
_LIVES = regex.compile(
    rf"\b(?:lives?|lived|living|resid(?:es?|ed|ing)|born|practi[sc]ing|detained|imprisoned|arrested|located"
    rf"|domiciled|based|village\sof|town\sof|city\sof|near|hospital\sin|prison\sin)\s(?:in\s|at\s"
    rf"|near\s)?(?P<place>{_WORD}(?:{_JOIN}{_WORD}){{0,3}})"
)
_LIVES_IN = regex.compile(
    rf"\b(?:born|lives?|resid\w+|practi[sc]ing|arrested|detained)\b[^.;]{{0,40}}?\sin\s(?P<place>{_WORD}"
    rf"(?:{_JOIN}{_WORD}){{0,3}})"
)


class Places(LegalRecognizer):
    """Towns, counties, countries, rivers."""

    types = ("LOC",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give places by name, by kind, and where someone lives."""
        for pattern in (_COUNTRY, _KIND):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "LOC", 0.7)
        for pattern in (_LIVES, _LIVES_IN):
            for match in pattern.finditer(text):
                yield Found(match.start("place"), match.end("place"), "LOC", 0.6)
