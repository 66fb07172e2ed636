"""Numbers of files, papers, people and plots in any country's form: for the strict profile, which would rather mask.

A court's register differs from state to state ("II K 234/99", "3 Ob 12/04x", "E.2004/123", "A-442-1180/2006"); what they
share is a group of figures mixed with letters, strokes, hyphens and dots. So every such group is a code unless its form
or the word before it says that it is law, a page, an amount, a measure, a date or a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.common_words import tell_parts
from ingest.recognizers.dockets import WORD_BEHIND
from ingest.recognizers.vocabulary import LEGAL_WORDS, make_words

_MARK = r"[./:()\[\]_–-]"
_TOKEN = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}_@./:+§$€£-])(?=[\p{{L}}./:(_–-]{{0,12}}\p{{N}})"
    rf"[\p{{L}}\p{{N}}]++(?:{_MARK}{{1,2}}[\p{{L}}\p{{N}}]++)*+\)?(?![@+])"
)
_LAW_BEFORE = regex.compile(
    r"(?:\b(?:articles?|arts?\.?|sections?|sect\.|ss?\.|paragraphs?|paras?\.?|rules?|laws?|acts?|regulations?|directives?|protocols?"
    r"|codes?|chapters?|ch\.|annex(?:es)?|appendi(?:x|ces)|schedules?|clauses?|pages?|pp?\.|volumes?|vol\.|statutes?|ordinances?"
    r"|recommendations?|resolutions?|decree-laws?|(?:legislative|presidential|royal|government|emergency)\sdecrees?|treaty"
    r"|ECHR|CEDH|reports|series\s[AB],?|conventions?|constitution|amendments?|footnotes?|points?|items?|gazette|journal|bulletin"
    r"|C?ETS|E[CU]|EEC|Euratom|exhibits?|figures?|tables?|levels?)|§)\s*(?:\(E[A-Z]{1,2}\)\s*)?(?:nos?\.?\s*)?"
    r"(?:[\w/().:§-]{1,16}(?:,|\sand|\sto|\sor|,\sand)\s){0,4}\(?$",
    regex.IGNORECASE,
)
_NOT_CODE = regex.compile(
    r"\d{1,2}[./-]\d{1,2}[./-](?:(?:1[5-9]|20)\d\d|\d{2})|(?:1[5-9]|20)\d\d-[01]\d-[0-3]\d"  # dates
    r"|\d{1,3}(?:\.\d{3})+|\d+[.:]\d{1,2}|(?:\d{1,2}\.){2,}\d{1,2}"  # amounts, decimals, times, paragraph numbers
    r"|(?:1[5-9]|20)\d\d[-–/](?:\d\d|(?:1[5-9]|20)\d\d)|\d{4}:\d{1,4}|(?:0?[1-9]|1[0-2])/(?:19|20)\d\d"  # years, a Swedish law, a month
    r"|(?:19|20)\d\d-[IVX]+"  # a volume of reports
    r"|\d+(?:st|nd|rd|th|s|[kcm]?m|km[²h]?|kg|g|ha|sq|am|pm|h|hrs?|m[lg]|l)|\d{1,3}(?:\p{L}{1,2}|bis|ter)"  # ordinals, measures
    r"|\d{1,4}\p{L}?(?:\(\p{L}{1,4}\)|\(\d{1,2}\p{L}?\))+(?:[-–]\(\w{1,3}\))?|\p{L}\d{1,2}|P\d+-\d+"  # paragraphs
    r"|\d{1,3}[-–]\d{1,3}|\d+(?:-\p{Ll}{3,})+(?:-\d+)?|\p{L}{5,}(?:-\p{L}+)*-?\d{1,3}"  # ranges, "43-year-old", "Covid-19"
    r"|(?:pp?|[Aa]rts?|paras?|sec|[Nn]os?)\.\d.*"
)
_FRACTION = regex.compile(r"(\d{1,2})/(\d{1,2})")
_PARTED = regex.compile(r"\d+[/-]\d+")
_LONG_FIGURES = 5
_AMOUNT_BEHIND = regex.compile(
    r"[\s-](?:euros?|dollars?|pounds?|francs?|marks?|zlotys?|roubles?|rubles?|lire|lira|kronor|kroner|levs?|lei|forints?|hryvnias?"
    r"|drachmas?|pesetas|escudos|schillings|guilders|denars?|dinars?|manats?|laris?|drams?|tolars?|kunas?|korunas?|litai|lati"
    r"|persons?|people|inhabitants|square|hectares|met(?:re|er)s|kilomet|tonnes?|copies|signatures|votes|times|[A-Z]{3}\b)"
)
_AMOUNT_BEFORE = regex.compile(r"(?:\b[A-Z]{3}|[$€£]|\b(?:approximately|about|than|some|over|nearly))\s$")
_NAMED = regex.compile(
    r"\b(?:[Nn]os?\.|№|[Nn]umber(?:ed|s)?|[Nn]r\.?|[Bb]r\.|[Rr]ef(?:erence)?\.?|[Ff]iles?|[Cc]ases?|[Rr]egistered\s(?:under|as|at|with)"
    r"|[Ff]olio|[Bb]lock|[Bb]ook|[Pp]arcels?|[Pp]lots?|[Ss]heets?|[Tt]itle\sdeed|[Dd]ossier|[Dd]etainee|[Pp]risoner|[Ii]nmate|[Pp]assport|[Vv]isa"
    r"|[Aa]ccount|[Cc]ertificate|[Ww]arrant|[Ww]rit|[Ll]og|[Bb]adge|[Pp]ermit|[Ii]nvoice|[Rr]eceipt|[Ff]light|[Dd]ecree|[Ii]ndictment)"
    r"[ \n]?(?:[Nn]os?\.|[Nn]umbers?|no:|is|was)?[ \n]?:?[ \n]?"
    r"(?P<code>(?:(?:[IVXLC]{1,6}|\p{Lu}\p{L}{0,4}|\d{1,3}(?=[ ]\p{Lu}))\.?[ ]){0,3}+[\p{L}./:_–-]{0,12}\p{N}+(?:[./:()_–-]{0,2}[\p{L}\p{N}]++)*+"
    r"(?:[ ]\p{N}{3,4}(?![\p{L}\p{N}/]|[.,-]\p{N}))*+)"
)
_FEW_FIGURES = regex.compile(r"\d{1,4}")
_TELLING = regex.compile(
    r"[Nn]os?\.|№|[Nn]umber|[Ff]olio|[Bb]lock|[Pp]arcel|[Pp]lot|[Ss]heet|[Ff]light|[Dd]etainee|[Pp]risoner|[Ii]nmate"
)
_NEUTRAL = regex.compile(
    r"[\[(](?:19|20)\d\d[\])]\s(?:\d\s)?\p{Lu}\p{L}{1,7}(?:\s\p{Lu}\p{L}{1,6})?\s\d+|\b(?:19|20)\d\d\sNo\.\s\d+(?:\s\p{Lu}{1,3}\b)?"
)
_REGISTER = regex.compile(
    r"(?:(?P<roman>[IVXLC]{1,6})|(?P<word>\p{Lu}\p{L}{0,4}(?:/\p{Lu}\p{L}{0,3})?|\p{Lu}(?:\.\p{Lu})+|\p{Ll}{2,4}(?=\.))|(?P<figures>\d{1,3}))\.?"
)
_BEHIND = regex.compile(r"[ ](?:\p{Lu}{2,5}|\p{Lu}(?:\.\p{Lu})*\.?)(?![\p{L}\p{N}-])")
_FIGURES_BEHIND = regex.compile(r"[ ]\d{1,5}(?![\p{L}\p{N}/-]|[.,]\d)")
_NO_LETTERS = make_words(
    "the of in on at to by an and for or as is eur gbp usd dem frf chf sek pln try itl esp nlg ats act law no nos echr ec eu"
)
_NO_REGISTER = LEGAL_WORDS | _NO_LETTERS | make_words("mr mrs ms dr st mln art para ss am")
_REGISTER_CHARACTERS, _REGISTER_WORDS = 24, 4
_CONTEXT_CHARACTERS = 90
_SCORE, _PARTED_SCORE = 0.65, 0.92


class Codes(LegalRecognizer):
    """Groups of figures that a court, an authority or a bank files something under."""

    types = ("CODE",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give codes by their form, with the register's letters before and behind, and by the word before them."""
        for match in _TOKEN.finditer(text):
            start, end = match.span()
            end -= match.group().endswith(")") and match.group().count("(") < match.group().count(")")
            word = WORD_BEHIND.search(text, start, end)
            end = word.start() if word else end
            if _is_code(text, start, end):
                score = _PARTED_SCORE if "/" in text[start:end] else _SCORE
                yield Found(_take_register(text, start), _take_behind(text, end), "CODE", score)
        for match in _NAMED.finditer(text):
            start, end = match.span("code")
            word = WORD_BEHIND.search(text, start, end)  # a party in capitals behind the number
            end = word.start() if word else end
            plain = _FEW_FIGURES.fullmatch(text, start, end) or _NOT_CODE.fullmatch(text, start, end)
            if plain and not _TELLING.search(match.group(), 0, start - match.start()):
                continue
            if not _LAW_BEFORE.search(text, max(0, start - _CONTEXT_CHARACTERS), start):
                score = _PARTED_SCORE if "/" in text[start:end] else _SCORE
                yield Found(start, _take_behind(text, end), "CODE", score)
        for match in _NEUTRAL.finditer(text):
            yield Found(match.start(), match.end(), "CODE", _SCORE)


def _is_code(text: str, start: int, end: int) -> bool:
    """Tell whether a group of figures is no law, page, amount, measure, date or time."""
    token = text[start:end]
    if token.isdigit():
        if len(token) < _LONG_FIGURES or _AMOUNT_BEHIND.match(text, end) or text[end : end + 1] in ",%":
            return False
        if _AMOUNT_BEFORE.search(text, max(0, start - 16), start):
            return False
    elif _NOT_CODE.fullmatch(token) or _is_fraction(token):
        if not _PARTED.fullmatch(token) or _take_register(text, start) == start:
            return False  # "12/2001" is a month; "C.A. 12/2001" is not
    elif not any(c.isdigit() for c in token) or (
        sum(c.isdigit() for c in token) < 2 and "-" not in token and "/" not in token
    ):
        return False
    return not _LAW_BEFORE.search(text, max(0, start - _CONTEXT_CHARACTERS), start)


def _is_fraction(token: str) -> bool:
    match = _FRACTION.fullmatch(token)
    return match is not None and int(match[1]) < int(match[2]) <= 12


def _take_register(text: str, start: int) -> int:
    """Give where a code begins with its register: "II K", "3 Ob", "VI ZR", "Az."."""
    words = text[max(0, start - _REGISTER_CHARACTERS) : start]
    taken, at, letters = 0, start, text[start].isalpha()
    while taken < _REGISTER_WORDS and words.endswith(" "):
        word = words[:-1].rpartition(" ")[2].rpartition("\n")[2].lstrip('([“"')
        match = _REGISTER.fullmatch(word)
        if match is None or (match["word"] and _is_plain(word)) or (match["figures"] and not letters):
            break
        letters = not match["figures"]
        words = words[: len(words) - len(word) - 1]
        at, taken = at - len(word) - 1, taken + 1
    return at


def _is_plain(word: str) -> bool:
    """Tell whether a short word before a code is no court's register: a word of law or of the sentence."""
    folded = word.casefold().strip(".")
    if len(folded) > 1 and folded.isalpha() and word.strip(".").isupper():
        return folded in _NO_LETTERS
    parts = tell_parts(folded) if len(folded) > 1 else frozenset()
    return folded in _NO_REGISTER or bool(parts - {"noun"}) or (len(folded) > 3 and bool(parts))


def _take_behind(text: str, end: int) -> int:
    """Give where a code ends with letters of the court or figures behind it: "12/98 R.G.", "51-3/K 22"."""
    match = _FIGURES_BEHIND.match(text, end) if text[end - 1].isalpha() else _BEHIND.match(text, end)
    if match is None or match.group().casefold().strip(" .") in _NO_LETTERS:
        return end
    return match.end()
