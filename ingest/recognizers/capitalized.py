"""Institutions by nothing but their capitals, acronyms and glosses: for the strict profile, which would rather mask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.vocabulary import COUNTRIES, make_words

_WORD = r"\p{Lu}[\p{L}’'-]*\p{L}"
_LINK = (
    r"(?:of|and|for|on|de|the|d[aeiou]s?|del|della|delle|dei|degli|la|le|les|van|von|der|den|ter|zu|bin|ibn|el|al|y|i|e|en|sur|sous"
    r"|aux|am|nad|pri|pod|ul)"
)
_RUN = regex.compile(
    rf"(?<=[\p{{Ll}}\d,;:(“\"][ \n(“\"]|[\p{{Ll}}\d,;:][ \n][“\"(]){_WORD}(?:\s(?:{_LINK}\s){{0,2}}{_WORD}){{1,7}}"
)
_HEAD = regex.compile(
    r"(?<=\b[Tt]he\s)(?:Council|Parliament|Office|Tribunal|Department|Board|Ministry|Inspectorate|Directorate|Bureau"
    r"|Agency|Authority|Administration|Municipality|Company|Bank|Foundation|Association|Party|Union|Institute"
    r"|University|Hospital)\b"
)
_ACRONYM = regex.compile(r"(?<![\p{L}\p{N}/.-])\p{Lu}{2,7}(?:/\p{Lu}{1,5})?(?![\p{L}\p{N}/]|\.\p{L}|-\p{Lu})")
_NO_ACRONYM = make_words(
    "EUR GBP USD PLN SEK CHF TRL TRY FRF DEM ITL CZK HUF NOK DKK AM PM QC KC SC LJ CJ J II III IV VI VII VIII IX XI "
    "XII XIII XIV XV XVI XX PROCEDURE THE OF AND IN ON TO FACTS LAW AS BY FOR ECHR ID NO OR AT IS IT DNA VAT CV PDF "
    "TV UN-"
)
_GOVERNED = regex.compile(
    rf"(?:(?:\p{{Lu}}\p{{Ll}}+(?:ish|ian|ese|an|ch|ic|i)|{COUNTRIES}))\s(?:(?:military|civil|judicial"
    rf"|administrative|prison|tax|security|local|national|immigration|armed)\s)?"
    r"(?:authorities|army|armed\sforces|forces|police|government|military|parliament|embassy|consulate|courts"
    r"|troops|navy|intelligence|secret\sservice|ministry)\b"
)
_GLOSS = regex.compile(
    rf"(?:{_WORD}\s){{1,6}}?(?:{_WORD})\s\((?P<gloss>[\p{{L}}’'-]{{4,}}"
    rf"(?:\s[\p{{L}}’'-]+){{0,4}})(?=[),])"
)
_ENGLISH = make_words(
    "the a an of and or in on at to for by with from see as not no who which that this is was were had has been "
    "below above hereinafter now then also former formerly collection"
)
_LAW_END = regex.compile(
    r"^(?:(?:Laws?|Acts?|Code|Convention|Rules?|Constitution|Treaty|Regulations?|Ordinance|Directive|Protocols?)\b|.*\b(?:Act|Acts|Code|Constitution|Convention|Rules?|Articles?|Protocol|Law"
    r"|Chapter|Annex|Appendix)$)|\b(?:Articles?|Sections?|Rules?|Protocol)\s(?:\d|No)"
    r"|\b(?:First|Second|Third|Fourth|Fifth|Former)\sSection\b"
)


class Capitalized(LegalRecognizer):
    """Whatever reads like the name of a body."""

    types = ("BODY",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give capitalized phrases inside a sentence, acronyms, named authorities."""
        for match in _RUN.finditer(text):
            if not _LAW_END.search(match.group()):
                yield Found(match.start(), match.end(), "BODY", 0.5)
        for match in _ACRONYM.finditer(text):
            if match.group() not in _NO_ACRONYM and not _in_capitals(text, match):
                yield Found(match.start(), match.end(), "BODY", 0.5)
        for match in _GLOSS.finditer(text):
            if not _ENGLISH.intersection(match.group("gloss").casefold().split()):
                yield Found(match.start("gloss"), match.end("gloss"), "BODY", 0.5)
        for pattern in (_HEAD, _GOVERNED):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "BODY", 0.5)


def _in_capitals(text: str, match: regex.Match) -> bool:
    """Tell whether an acronym stands in a line of capitals, where every word looks like one."""
    line = text[text.rfind("\n", 0, match.start()) + 1 : text.find("\n", match.end()) % (len(text) + 1)]
    letters = [c for c in line[:200] if c.isalpha()]
    return sum(c.isupper() for c in letters) > 0.7 * max(len(letters), 1)
