"""Numbers that a kind of thing carries and codes in groups: cells, plots, volumes, plates, telephones; for the strict profile.

A plain number of one to four figures is an amount, unless the word before it is a thing that is told apart by numbers
("cell 14", "volume 882") or "no."; letters and figures in turn ("KB 4471 AX") are a plate, a licence or a paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.vocabulary import make_words

_THINGS = make_words(
    "account album annuity apartment archive badge bag barrack barracks batch battalion bed bench berth block book booth "
    "box brigade bundle bungalow bus cabin cadastre camp canister card carriage cell certificate checkpoint coach colony "
    "compartment constituency container contract corridor counter coupon cubicle decision deed desk detainee district "
    "division dormitory dossier draft drawer engine entrance entry envelope estate excerpt extract file flat flight floor "
    "folder folio garage gate grave hall hangar house hut incident inmate insert installation invoice item junction "
    "landing lane ledger letter licence license locker locomotive lot map mine motorway office parcel park passenger "
    "pavilion permit pit plan platform platoon plot post precinct prison prisoner quarry quarter queue raion receipt "
    "record reel reference regiment register registry report room route row ruling sample school seal seat sector serial "
    "series sheet shelf shop site slip squad squadron staircase stairway stand station store string strip suite tape "
    "ticket tomb track train tram transaction transformer trolleybus troop unit vessel villa volume voucher wagon ward "
    "warehouse warrant wing witness workshop writ yard zone"
)
"""What is told apart from its like by a number."""
_FIGURES = r"\p{N}{1,5}(?:[./-]\p{N}{1,5}){0,3}+(?:[/-]?\p{L}(?!\p{L}))?"
_END = r"(?![\p{L}\p{N}%]|[.,:/-]\p{N}|\s(?:per|percent|%))"
_LIST = rf"(?P<code>{_FIGURES})(?:(?:,\s|\sand\s|\sto\s|,\sand\s|\sor\s)(?P<code>{_FIGURES})){{0,5}}{_END}"
_CARRIED = regex.compile(rf"\b(?P<thing>\p{{L}}{{3,13}}+)[ \n](?:[Nn]os?\.?[ \n])?{_LIST}")
_IS_AMOUNT = regex.compile(
    r"[ \n-](?!of|in|on|at|and|or|was|were|had|has|is|are|which|who|that|where|with|from|for|by|to|as|under|but|when|while|until|there|he|she"
    r"|they|it|into|near|above|below|also|then|belonging|containing|issued|dated|situated|located|registered|held|without|against|because)\p{Ll}{2,}"
)
_FEW = regex.compile(r"\p{N}{1,2}")
_COUNTED = regex.compile(r"(?i:item|report|letter|school|house|office|ticket|room)s?\s")
_LETTERED = regex.compile(
    r"\b(?P<thing>\p{L}{4,10}+)[ \n](?P<code>\p{Lu}(?:[/-]?\p{N}{1,4})?)(?![\p{L}\p{N}]|\.\p{L}|['’]\p{L})"
)
_WITH_LETTERS = make_words(
    "cell block wing ward flat apartment pavilion building gate hall room sector staircase entrance unit shaft hangar"
)
_SMALL_PAPER = regex.compile(
    r"\b(?P<thing>\p{Ll}{3,12}+)[ \n][Nn]os?\.[ \n]?(?P<code>[\p{L}./-]{0,5}\p{N}+(?:[./:–-][\p{L}\p{N}]+)*)(?![\p{L}\p{N}])"
)
_PAPERS = make_words(
    "act protocol resolution ordinance order record decree statement schedule judgment decision ruling instruction"
)
_LAWGIVER = regex.compile(
    r"\b(?:legislative|presidential|royal|government|governmental|emergency|parliamentary|cabinet)\s$", regex.IGNORECASE
)
_UNIT_BEHIND = r"[ ](?:per|percent|million|billion|thousand)"
_PLATE = regex.compile(
    r"(?<![\p{L}\p{N}/.,§$€£-])(?:(?:\p{Lu}{1,4}[ -]\p{N}{1,6}[ -]\p{Lu}{1,3}|\p{N}{1,4}[ -]\p{Lu}{1,4}[ -]\p{N}{1,5})"
    r"(?:[ -](?:\p{Lu}{1,3}|\p{N}{1,6})(?![\p{L}\p{N}])){0,4}|\p{Lu}{1,3}[ -]\p{Lu}{1,2}[ -]?\p{N}{2,6}"
    rf"|\p{{Lu}}{{1,3}}[ -]\p{{N}}{{2,4}}(?:[ -]\p{{N}}{{2,4}}){{0,4}})(?![\p{{L}}\p{{N}}:/%]|[.,-]\p{{N}}|-\p{{L}}|{_UNIT_BEHIND})"
)
_NO_PLATE = make_words(
    "EUR GBP USD DEM FRF CHF SEK PLN TRY TRL ITL ESP NLG ATS BEF CZK SKK HUF RON ROL BGN BGL RUB RUR UAH GEL AMD AZN MDL "
    "HRK RSD MKD ALL LTL LVL EEK DKK NOK ISK CYP MTL SIT FIM GRD PTE IEP LUF IR I A AT ON IN OF TO BY THE AND OR AM PM AD BC "
    "ECHR CEDH DR OJ ECR WLR QB AC ER ETS CETS UNTS SFS STB RS SR COM CM USC US CFR WL SW NE NW SE STAT ART ARTS NO NOS"
)
"""Currencies, reports of law and words in capitals: figures behind them are an amount or a citation."""
_GROUPS = regex.compile(
    r"(?<![\p{L}\p{N}.,/+$€£-])\+?\(?\p{N}{2,5}\)?(?:[ /-]\p{N}{2,5}){2,6}"
    rf"(?![\p{{L}}\p{{N}}%]|[.,]\p{{N}}|{_UNIT_BEHIND})"
)
_THOUSANDS = regex.compile(r"\p{N}{1,3}(?:[ ]\p{N}{3})+")
_DATE = regex.compile(r"\d{1,2}[ /-]\d{1,2}[ /-](?:19|20)?\d\d|(?:19|20)\d\d[ /-]\d\d[ /-]\d\d")
_SERIES = regex.compile(
    r"\b(?:[Ss]eries|[Ss]erial|[Ss]er\.|[Tt]ype|[Bb]atch|[Ii]ssue)[ \n](?P<code>\p{Lu}{2,4}|(?:[IVX]{1,4}-?)?\p{Lu}{0,3}\p{N}{2}(?:[ ]\p{N}{2})?)"
    r"(?=,?[ \n](?:[Nn]o|№|[Nn]umber|\p{N}))"
)
_CODED = regex.compile(
    r"\b(?:[Nn]umbers?|codes?|PIN|ID)(?:[ ](?:is|was))?[ ]?[(:]?[ ]?"
    r"(?P<code>(?=[\p{L}./-]{0,6}\p{N}{2})[\p{L}\p{N}][\p{L}\p{N}./-]*(?:[ ]\p{N}{2,}[\p{L}\p{N}./-]*)*)(?<=[\p{L}\p{N}])"
)
_ENTERED = regex.compile(
    r"\b(?:entered|recorded|registered|inscribed|noted|listed|described|copied)\s(?:(?:on|at|in|under|as|with)\s(?:the\s)?)?"
    rf"(?:pages?|p\.|line|entry|row|number)\s(?P<code>{_FIGURES}){_END}"
)
_SCORE, _LAWGIVER_CHARACTERS = 0.65, 16


class Numbers(LegalRecognizer):
    """Numbers of cells, plots, volumes and vehicles; codes in groups."""

    types = ("CODE",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give numbers by the thing that carries them, letters and figures in turn, and groups of figures."""
        for match in _find_carried(text):
            for start, end in match.spans("code"):
                yield Found(start, end, "CODE", _SCORE)
        for pattern in (_SERIES, _ENTERED, _CODED):
            for match in pattern.finditer(text):
                yield Found(match.start("code"), match.end("code"), "CODE", _SCORE)
        for match in _PLATE.finditer(text):
            if not _NO_PLATE.intersection(match.group().replace("-", " ").split()):
                yield Found(match.start(), match.end(), "CODE", _SCORE)
        for match in _GROUPS.finditer(text):
            if not _THOUSANDS.fullmatch(match.group()) and not _DATE.fullmatch(match.group()):
                yield Found(match.start(), match.end(), "CODE", _SCORE)


def _find_carried(text: str) -> Iterable[regex.Match]:
    """Give numbers and letters behind a thing that is told apart by them, or behind a paper about one person."""
    for match in _CARRIED.finditer(text):
        counted = _IS_AMOUNT.match(text, match.end()) and (
            _FEW.fullmatch(match["code"]) or _COUNTED.match(match.group())
        )  # "the court gave room 12 times", "the office 200 letters"
        if _is_among(match["thing"], _THINGS) and not counted:
            yield match
    for match in _LETTERED.finditer(text):
        if _is_among(match["thing"], _WITH_LETTERS):
            yield match
    for match in _SMALL_PAPER.finditer(text):
        lawgiver = _LAWGIVER.search(text, max(0, match.start() - _LAWGIVER_CHARACTERS), match.start())
        if _is_among(match["thing"], _PAPERS) and not lawgiver:
            yield match


def _is_among(word: str, kinds: frozenset[str]) -> bool:
    """Tell whether a word is one of some kinds, or several of it."""
    folded = word.casefold()
    return folded in kinds or (folded.endswith("s") and folded[:-1] in kinds)
