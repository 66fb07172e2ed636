"""Street addresses, post boxes and the town behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer

_KIND = (
    r"Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Plaza|Square|Sq|Terrace"
    r"|Ter|Way|Circle|Cir"
    r"|Parkway|Pkwy|Highway|Hwy|Trail|Loop|Row|Alley|Pike|Turnpike|Broadway|Mall\sRoad|Courthouse"
)
_UNIT = (
    r"(?:,?\s*(?:Suite|Ste|SUITE|Apt|Apartment|Unit|Room|ROOM|Floor|Fl|Bldg|Building|#)\.?\s?[\w.-]+"
    r"|,?\s*\d{1,3}(?:st|nd|rd|th)\s(?:Floor|FLOOR))"
)
_TOWN = (
    r"(?:,?\s+(?:[A-Z][A-Za-z.]+\s?){1,3},\s+(?:[A-Z]{2}|[A-Z]\.[A-Z]\.|[A-Z][a-z]+"
    r"(?:\s[A-Z][a-z]+)?)\.?\s+\d{5}(?:-\d{4})?)"
)
_STREET = regex.compile(
    rf"(?<![\w./:-])(?:\d{{1,6}}(?:-\d{{1,3}})?|One|Two|Three)\s(?:[NSEW]\.?\s|North\s|South\s|East\s|West\s)?(?:(?:\d{{1,3}}"
    rf"(?:st|nd|rd|th|ST|ND|RD|TH)|[A-Z][\w.'’]*)\s){{1,4}}?(?i:{_KIND})\b\.?"
    rf"(?:,?\s(?:N\.?W|N\.?E|S\.?W|S\.?E|N|S|E|W)\b\.?)?{_UNIT}?{_UNIT}?{_TOWN}?"
)
_BOX = regex.compile(rf"\b(?:P\.?\s?O\.?\s?Box|PO\sBOX|Post\sOffice\sBox|P\.O\.\sBOX)\s\d+{_TOWN}?")
_ZIP = regex.compile(
    r"\b(?:[A-Z][A-Za-z.]+[ ]){0,2}[A-Z][A-Za-z.]+,\s+(?:[A-Z]{2}|[A-Z]\.[A-Z]\.|[A-Z][a-z]+"
    r"(?:\s[A-Z][a-z]+)?)\.?\s+\d{5}(?:-\d{4})?\b"
)
_NOT_STREET = regex.compile(
    r"\b(?:District|Supreme|Circuit|Superior|Appeals|Act|States|U\.?S\.?)\b|\n\n", regex.IGNORECASE
)


class Addresses(LegalRecognizer):
    """Where someone lives or works."""

    types = ("CONTACT",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give street addresses with room and town, post boxes, and a town with its postal code."""
        for match in _STREET.finditer(text):
            if not regex.search(r"\p{L}{3}|\dth|\dst|\dnd|\drd", match.group().split(" ", 1)[-1].rpartition(" ")[0]):
                continue  # "140 S. Ct." is a reporter
            if not _NOT_STREET.search(match.group()) or regex.search(r"\s\d{5}(?:-\d{4})?$", match.group()):
                yield Found(match.start(), match.end(), "CONTACT", 0.85)
        for pattern in (_BOX, _ZIP):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "CONTACT", 0.8)
