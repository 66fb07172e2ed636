"""Numbers that belong to one person, account or thing: SSN, EIN, bar, account, policy, licence, passport, VIN."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer

_SSN = regex.compile(r"(?<![\d-])(?:\d{3}|[Xx*]{3})-(?:\d{2}|[Xx*]{2})-\d{4}(?![\d-])")
_EIN = regex.compile(
    r"\b(?:EIN|FEIN|[Tt]ax\s?(?:ID|[Ii]dentification)|TIN)\b[^\d\n]{0,25}(?P<code>\d{2}-?\d{7}"
    r"|\d{3}-?\d{2}-?\d{4})\b|(?<![\d-])(?P<code>\d{2}-\d{7})(?![\d-])"
)
_NAMED = regex.compile(
    r"\b(?:[Aa]ccount|[Aa]cct|ACCOUNT|[Pp]olicy|POLICY|[Ll]oan|[Cc]ard|[Ii]nvoice|[Cc]heck|[Pp]assport|PASSPORT"
    r"|[Ll]icen[sc]e|LICENSE|[Rr]outing|[Mm]edicare|[Mm]edicaid|[Mm]ember|[Pp]atient"
    r"|[Ss]erial|[Rr]egistration|[Rr]eference|[Rr]ef|[Bb]adge|[Ii]nmate|[Pp]risoner|[Bb]ooking|[Aa]lien"
    r"|[Vv]ehicle|[Pp]late|[Ss]tudent|[Ee]mployee|[Tt]rust|[Pp]arcel|[Tt]racking|[Ss]ocial\s[Ss]ecurity|SSN|DL"
    r"|VIN|IBAN|MRN|APN|SBN|NPI|A-?[Nn]umber)"
    r"\b\.?\s?(?:[Nn]umbers?|[Nn]os?\.?|NUMBER|NO\.?|ID|#|ending\sin|ending)?\s?(?:is|was"
    r"|of)?\s?[:#]?\s?(?P<code>(?=[\w*-]*\d{3})[A-Z]{0,4}[\dXx*][\w*]*(?:[- ]?[\dXx*][\w*]*){0,5})\b"
)
_BAR = regex.compile(
    r"\b(?:(?:[A-Z][\w.]{0,64}\s){0,2}(?:Bar|BAR|Attorney|Atty\.?|SBN|State\sBar)\s?(?:Registration|Reg\.|ID"
    r"|I\.D\.)?\s?(?:[Nn]o\.?|[Nn]umber|NO\.?|#|ID)?\s?[:#]?\s?)(?P<code>[A-Z]{0,2}\d{4,9})\b"
    r"|\bSBN\s?(?P<code>\d{4,9})\b"
)
_CARD = regex.compile(r"(?<![\d-])(?:\d{4}[ -]){3}\d{4}(?![\d-])")
_VIN = regex.compile(r"\b(?=[A-HJ-NPR-Z0-9]{17}\b)(?=\w*\d)(?=\w*[A-Z])[A-HJ-NPR-Z0-9]{17}\b")
_IBAN = regex.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b")
_LONG = regex.compile(r"(?<![\w.,$€£-])\d{7,17}(?![\w.,%-]*\d)")
_BATES = regex.compile(
    r"(?<![\w$-])(?!US\d|EP\d|WO\d|ISBN)(?:\p{Lu}{2,10}[-_]?\d{5,9}|\p{Lu}{1,4}\d{2,4}-\d{4,7})(?![\w-])"
)
_PATENT = regex.compile(r"\b(?:Patent|Pat\.)\s(?:[Nn]os?\.|No)\s?$")


class IdentityNumbers(LegalRecognizer):
    """Numbers of people, accounts and things."""

    types = ("CODE",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give numbers by their form or by the word before them."""
        for pattern, score in ((_SSN, 0.95), (_CARD, 0.9), (_VIN, 0.8), (_IBAN, 0.8), (_BATES, 0.6), (_LONG, 0.5)):
            for match in pattern.finditer(text):
                if pattern is not _LONG or not _PATENT.search(text, max(0, match.start() - 14), match.start()):
                    yield Found(match.start(), match.end(), "CODE", score)
        for pattern, score in ((_EIN, 0.9), (_NAMED, 0.85), (_BAR, 0.9)):
            for match in pattern.finditer(text):
                if any(c.isdigit() for c in match.group("code")):
                    yield Found(match.start("code"), match.end("code"), "CODE", score)
