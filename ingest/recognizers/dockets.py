"""Docket, application and case numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer

_FEDERAL = regex.compile(
    r"\b(?:\d{1,2}:)?\d{2,4}[-–](?:cv|cr|mc|md|mj|bk|ap|civ|crim|CV|CR|MC|MD|MJ|BK|AP|CIV|cv|ml"
    r"|misc)[-–]\d{2,6}(?:[-–][A-Z0-9]{1,5}){0,4}(?:(?:\s[A-Z]{2,4})?\s?\([A-Za-z]{2,5}\))?"
)
_NUMBERED = regex.compile(
    r"\b(?:[Cc]ase|CASE|[Dd]ocket|DOCKET|[Cc]ause|[Ii]ndex|[Aa]ction|ACTION|MDL|[Aa]ppeal|[Aa]pplications?"
    r"|[Cc]omplaint|[Ff]ile|[Mm]atter|[Cc]laim|[Cc]harge|[Pp]etition|USDC|DC)\s?(?:[Nn]os?\.|NOS?\.|[Nn]umbers?"
    r"|#)?\s?[:#]?\s?"
    r"(?P<code>(?=[\w:./–-]*\d{2})(?:[A-Z]{1,4}[\s-]?)?\d[\w:./–-]*[\w)](?:\s?\([A-Za-z]{2,6}\))?)"
)
_SPACED = r"\d{2,4}\s(?!WL|USC|CFR|US\b|SW|NE|NW|SE)[A-Z]{1,4}\s\d{3,7}\b"
_NUMBERS = regex.compile(
    rf"\b(?:[Nn]os?\.|NOS?\.)\s?:?\s?(?P<first>{_SPACED}|(?:[A-Z]{{1,4}}[\s-]?)?\d[\w:./–-]*[\dA-Za-z]"
    r"(?:\s?\([A-Za-z]{2,6}\))?)"
    rf"(?P<more>(?:(?:,\s|\sand\s|,\sand\s|\s&\s|;\s)(?:no\.\s)?(?:{_SPACED}|\d[\w:./–-]*\w))*)"
)
_CODE = regex.compile(rf"{_SPACED}|" r"(?:[A-Z]{1,4}[\s-]?)?\d(?:[\w:./–-]*\w)?(?:\s?\([A-Za-z]{2,6}\))?")
_SLASHED = regex.compile(
    r"(?<![\w/.-])(?:\d{3,6}/\d{2}|\d{1,6}/\d{4}(?:/\d+)*|[A-Z]{1,4}/\d{1,6}/\d{2,4}"
    r"|[A-Z]{1,3}\s\d{1,6}/\d{2,4})(?![\w/])"
)
WORD_BEHIND = regex.compile(r"[-–](?=\p{Lu}{6,}$)")
_LAW_BEFORE = regex.compile(
    r"(?:Protocol|Rule|Law|Act|Decree|Regulation|Article|Section|Chapter|Order|Ordinance|Directive|Exhibit|Ex"
    r"|Count|Claim|Interrogatory|Request|Question|Finding|Form|Resolution|Public|Statutory|Instrument|Docket\sEntry|Dkt|ECF|Doc"
    r"|Entry|Table|Figure|Appendix|Tab|Footnote|Federalist)s?\.?\s*$",
    regex.IGNORECASE,
)
_SHORT_DATE = regex.compile(r"(?:0?[1-9]|1[0-2]|[12]\d|3[01])/(?:19|20)\d\d")


class Dockets(LegalRecognizer):
    """Numbers under which a court, a party or an authority files a case."""

    types = ("CODE",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give docket and application numbers; numbers of laws, rules and exhibits are not."""
        for match in _FEDERAL.finditer(text):
            yield Found(match.start(), match.end(), "CODE", 0.95)
        for match in _NUMBERED.finditer(text):
            start, end = match.span("code")
            word = WORD_BEHIND.search(text, start, end)
            end = word.start() if word else end
            entry = match.group().casefold().startswith("docket") and text[start:end].isdigit() and end - start < 4
            if not entry:  # "Docket No. 27" is a paper of the case, not the case
                yield Found(start, end, "CODE", 0.85)
        for match in _NUMBERS.finditer(text):
            if _LAW_BEFORE.search(text, max(0, match.start() - 24), match.start()):
                continue
            for group in ("first", "more"):
                for code in _CODE.finditer(text, *match.span(group)):
                    word = WORD_BEHIND.search(text, *code.span())
                    end = word.start() if word else code.end()
                    long = len(code.group()) > 3 or not code.group().isdigit()
                    yield Found(code.start(), end, "CODE", 0.8 if long else 0.4)
        for match in _SLASHED.finditer(text):
            before = text[max(0, match.start() - 40) : match.start()]
            if not regex.search(
                r"(?:Law|Act|Decree|Regulation|Directive|Order|Resolution)s?\s(?:[Nn]os?\.\s)?$", before
            ) and not _SHORT_DATE.fullmatch(match.group()):
                yield Found(match.start(), match.end(), "CODE", 0.7)
