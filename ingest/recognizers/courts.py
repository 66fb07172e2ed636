"""Courts, agencies and governments: kept in the working profile, masked in the strict one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import GAP, Found, LegalRecognizer
from ingest.recognizers.vocabulary import AGENCY_HEADS

_WORD = r"(?:U\.\s?S\.|\p{Lu}[\p{L}'’-]*)"
_PLACE = rf"(?:(?:the\s)?{_WORD}(?:\s(?:of\s(?:the\s)?)?{_WORD}){{0,3}})"
_COURT = regex.compile(
    rf"(?:{_WORD}{GAP}(?:{_WORD}{GAP}|(?:of|and|for){GAP}(?=\p{{Lu}})){{0,5}})?(?:Courts?|COURTS?)\b"
    rf"(?:\s(?:of|for|OF|FOR)\s{_PLACE})?(?:{GAP}(?:in|at){GAP}\p{{Lu}}[\p{{L}}-]+)?"
)
_AGENCY = regex.compile(
    rf"(?:{_WORD}(?:['’]s)?(?:{GAP}|,{GAP}(?=\p{{Lu}}[\p{{L}}-]+{GAP}(?:and|&){GAP})|{GAP}(?:and|&){GAP})){{0,5}}"
    rf"\b(?:{AGENCY_HEADS})\b"
    rf"(?:{GAP}(?:of|for|on){GAP}(?:the{GAP})?{_WORD}(?:(?:,?{GAP}(?:and|of|for)(?:{GAP}the)?)?{GAP}{_WORD}){{0,6}})?"
)
_STATE = regex.compile(
    r"\b(?:State|Commonwealth|Republic|Kingdom|Government|People|STATE|COMMONWEALTH|PEOPLE|REPUBLIC|KINGDOM)"
    rf"\s(?:of|OF)\s(?:the\s|THE\s)?{_WORD}(?:{GAP}{_WORD}){{0,2}}"
    r"|\b(?:United\s+States(?:\s+of\s+America)?|UNITED\s+STATES(?:\s+OF\s+AMERICA)?|U\.\s?S\.)(?=[\s,.;’'])"
    rf"|\b(?:City|County|Town|Village|Borough|CITY|COUNTY|TOWN|VILLAGE)\s(?:of|OF)\s{_WORD}(?:{GAP}{_WORD}){{0,1}}"
)
_BODIES = regex.compile(
    r"\b(?:(?:United\sStates\s)?Judicial\sPanel\s(?:on|for)\sMultidistrict\sLitigation"
    rf"|(?:{_WORD}\s){{0,3}}House\sof\s(?:Representatives|Delegates|Commons|Lords)|(?:{_WORD}\s){{0,2}}General\sAssembly)\b"
)
_ACRONYM = regex.compile(
    r"\b(?:FBI|CIA|IRS|SEC|FTC|FCC|FDA|EPA|DOJ|DHS|DEA|ATF|USPTO|NLRB|EEOC|OSHA|SSA|VA|HUD|FEMA|ICE|CBP|USCIS"
    r"|DOD|DOE)\b"
)
_BARE = regex.compile(
    r"(?:(?:The|This|That|A|An|Its|In|Such|Any)\s)?"
    r"(?:(?:District|Circuit|Supreme|Appeals?|Trial|Superior|Appellate|High|Lower|Bankruptcy|Motion)\s)?"
    rf"(?:Courts?|COURTS?|{AGENCY_HEADS})"
)
_FRONT = regex.compile(
    r"(?:(?:The|This|That|A|An|In|On|By|At|For|From|To|And|Or|But|Both|Its|His|Her|Their|When|While|If|As"
    r"|Before|After"
    r"|Under|Since|Once|Each|Clerk|Clerks|Judge|Judges|Justice|Mr|Mrs|Ms|Dr)\s)+"
)


class Courts(LegalRecognizer):
    """Courts by name; "the Court" alone tells nothing and is left."""

    types = ("COURT", "AGENCY")

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give courts, agencies and governments that carry more than their kind."""
        for pattern, type in ((_COURT, "COURT"), (_AGENCY, "AGENCY")):
            for match in pattern.finditer(text):
                start, end = match.span()
                front = _FRONT.match(text, start, end)
                start = front.end() if front else start
                if not _BARE.fullmatch(text, start, end):
                    yield Found(start, end, type, 0.7)
        for pattern in (_STATE, _BODIES, _ACRONYM):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "AGENCY", 0.7)
