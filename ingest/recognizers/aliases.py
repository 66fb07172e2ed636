"""Second names: at birth, on the stage, in the street, for the strict profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.trim import trim_name
from ingest.recognizers.vocabulary import GENERIC_ALIASES

_LINK = r"(?:(?:d[aeiou]s?|del|van|von|der|den|la|le|bin|ibn|bint|al|el|y|ter|ten|zu|af|av|oglu|qizi)[ \n]){1,2}"
_NAME = rf"\p{{Lu}}[\p{{L}}’'-]*+(?:[ \n](?:{_LINK})?\p{{Lu}}[\p{{L}}’'-]*+){{0,3}}"
_CALLED = regex.compile(
    r"\b(?:(?P<own>née?|nee|alias|vulgo|dite?|detto|detta|genannt|zwany|zwana|a\.?k\.?a\.?)|also\sknown\sas|(?:better|otherwise|commonly)\sknown\sas|known\sas"
    r"|nicknam(?:ed|e)|dubbed|calls?\s(?:himself|herself|him|her)|(?:called|calling)(?:\shimself|\sherself)?|pseudonym(?:\sof)?|maiden\sname(?:\sof)?|stage\sname"
    r"|code\sname|under\sthe\s(?:name|alias)(?:\sof)?|by\sthe\sname(?:\sof)?|(?:surname|patronymic|forename|first\sname|family\sname|given\sname)s?(?:\sof|\sis|\swas)?"
    rf"|went\sby|baptised|renamed|formerly|son\sof|daughter\sof)[ \n][“\"‘«']?(?P<name>{_NAME})"
)
_QUOTED = regex.compile(
    rf"(?:[“\"«]|(?<!\()[“\"«](?=the[ ]))(?P<name>(?:the[ ])?{_NAME})[”\"»](?![ \n]?\p{{Lu}}?\p{{Ll}}*[ \n]?Act\b)"
)
_TITLED = regex.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Messrs|Dr|Mme|Mlle|Frau|Herr|Señora?|Signora?|Don|Doña|Maître|Judge|Lord|Lady|Sir|Dame)\b\.?[ ]"
    rf"(?P<name>(?:and[ ](?:Mrs|Ms)[ ])?{_NAME})"
)
_WORD = regex.compile(r"\p{L}+")


_WEAK = 0.65


class Aliases(LegalRecognizer):
    """Maiden names, nicknames and pseudonyms."""

    types = ("PERSON", "BODY")

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give names behind "née" or "known as" or a courtesy title, and words with a capital in quotation marks that no text defines as a role."""
        for match in _CALLED.finditer(text):
            trimmed = trim_name(text, *match.span("name"))
            if trimmed is not None:
                yield Found(match.start("own") if match["own"] else trimmed[0], trimmed[1], "PERSON", 0.75)
        for match in _TITLED.finditer(text):  # "Miss Ann Day", all words of law
            yield Found(match.start("name"), match.end("name"), "PERSON", _WEAK)
        for match in _QUOTED.finditer(text):
            if not all(word.casefold() in GENERIC_ALIASES for word in _WORD.findall(match["name"])):
                yield Found(match.start("name"), match.end("name"), "BODY", 0.5)
