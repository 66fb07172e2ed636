"""The law that a text cites: cases by eyecite, statutes and rules by form. It is kept in both profiles."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.vocabulary import AGENCY_HEADS

_MAYBE_CITED = regex.compile(
    r"\d\s+(?:\p{Lu}[\p{L}.]*\s?){1,4}(?:\d[a-z]{1,2}\s?)?\s*(?:\d|-{2,}|_{2,})|\bWL\s\d|\b[Ii]d\.|\bsupra\b"
)
_STATUTE = regex.compile(
    r"\b\d+\s+(?:U\.\s?S\.\s?C\.?(?:\s?A\.)?|C\.\s?F\.\s?R\.?|Fed\.\s?Reg\.|Stat\.)\s*(?:§{1,2}"
    r"|[Pp]arts?)?\s*\d[\w.()-]*(?:(?:,\s|\sand\s|–|-)\d[\w.()-]*)*"
    r"|(?:\b\p{Lu}[\p{L}.’']{0,64}\s(?:\p{Lu}[\p{L}.’']{0,64}\s|&\s|of\s|and\s){0,5})?§{1,2}\s?\d[\w.:()-]*(?:(?:,\s"
    r"|\sand\s|–)§?\s?\d[\w.:()-]*)*"
    r"|\b(?:Fed\.|Federal|FED\.)\s(?:R\.|Rules?)\s(?:of\s)?(?:(?:Civ|Crim|App|Evid|Bankr)\w*\.?\s?(?:P\."
    r"|Procedure)?|Evidence)\s*\d+[\w()]*"
    r"|\b(?:Article|Articles|Art\.|Arts\.|Section|Sections|Rule|Rules|Chapter|Title|Canon|Protocol\sNo\."
    r"|Amendment)\s\d+[\w.]*(?:\([\w]+\))*"
    r"(?:\s§{1,2}\s?\d+(?:\s?\([\w]+\))*)?(?:(?:,\s|\sand\s|\sto\s|\sor\s)\d+[\w.]*(?:\([\w]+\))*(?:\s§\s?\d+)?)*"
    r"|\bU\.\s?S\.\sConst\.[^.;]{0,40}"
    r"|\bRules?\sof\s(?:the\s)?Court\b|\bReports\sof\sJudgments\sand\sDecisions(?:\s(?:19|20)\d\d-[IVX]+)?"
)
_ACT = regex.compile(
    r"\b(?:\p{Lu}[\p{L}'’-]*\s)(?:(?:\p{Lu}[\p{L}'’-]*|of|and|for|the|on|to)\s){0,7}?(?:Act|Code|Convention"
    rf"|Constitution|Treaty|Compact|Regulations?|Statute)\b(?!\s(?:{AGENCY_HEADS}|Courts?)\b)"  # "Rent Regulation Board"
    r"(?:\sof\s(?:1[6-9]|20)\d\d|\s(?:1[6-9]|20)\d\d)?"
)

_NAME_WORD = (
    r"(?:\p{Lu}[\p{L}\p{N}'’.&/-]*|&|of|the|and|for|in|on|de|del|de la|van|von|ex|rel\.|et|al\.|d/b/a"
    r"|\d{1,3}(?=\s\p{Lu}))"
)
_COMMA = r"(?:,(?=\s(?:Inc|INC|LLC|L\.|Ltd|LTD|LLP|LP|Co\b|Corp|N\.A|P\.|S\.A|Jr|et\sal)))?"
_SPACE = r"(?:[ \u00a0]|\n(?!\n))"
VERSUS = regex.compile(r"\s(?:v|vs|V|VS)\.\s(?=\S)")
_SIDE_BEFORE = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])\p{{Lu}}[\p{{L}}\p{{N}}'’.&/-]*(?:{_COMMA}{_SPACE}{_NAME_WORD}){{0,14}},?$"
)
_SIDE_AFTER = regex.compile(rf"(?:{_NAME_WORD}(?:{_COMMA}{_SPACE}{_NAME_WORD}){{0,14}})")
_SIDE_CHARACTERS = 140
_SIGNAL = regex.compile(
    r"(?:(?:See|see|But|but|Cf|cf|Compare|Accord|accord|In|Under|Contra|E\.g|e\.g|Citing|Quoting|Also|also|The|Court)[.,]?"
    r"\s(?:also\s)?)+"
)
_CITED_BEHIND = regex.compile(
    r"(?:,\s[Nn]os?\.\s[\w:–-]+)?[,;]?\s{0,2}(?:(?:\d{1,4}|_{2,}|-{2,})\s?(?:\p{Lu}[\p{L}.]*|F\.)\s?[\p{L}\d.]*|supra\b"
    r"|(?:19|20)\d\d\s(?:WL|U\.\s?S\.)"
    r"|(?:[Nn]o|NO)s?\.[^()\n]{3,50}(?:\n[^()\n]{0,40})?\([^()]{0,40}(?:19|20)\d\d\)|\([^()]{0,40}(?:1[89]|20)\d\d\))"
)
_AUTHOR = r"(?:\p{Lu}[\p{L}'’-]+|\p{Lu}\.)(?:\s(?:\p{Lu}[\p{L}'’-]+|\p{Lu}\.|de|van|von)){1,4}"
_WRITINGS = (
    regex.compile(
        rf"{_AUTHOR}(?:,\s{_AUTHOR}){{0,3}}(?:,?\s(?:&|and)\s{_AUTHOR})?,\s(?:[^;\n]|\n(?!\n)){{5,160}}?,\s\d{{1,3}}\s"
        r"\p{Lu}[\p{L}.’'& ]{1,40}\s?(?:REV|Rev|J|Q)\.[^;\n]{0,20}?\d+(?:\s\(\d{4}\))?"
    ),  # an article in a law review
    regex.compile(
        r"\((?:[^()\n]|\n(?!\n)){3,60}\beds?\.,?\s(?:[^()\n]{0,12}\s)?(?:1[6-9]|20)\d\d\)"
    ),  # the editors of a book
    regex.compile(
        r"(?:\b\d{1,2}\s)?\p{Lu}[\p{Lu}.’'& -]{4,60},\s(?:[\p{Lu}\p{N} ’'&:,§-]|\n(?!\n)){8,120}"
        r"\((?:\d\w+\sed\.\s)?(?:1[6-9]|20)\d\d\)"
    ),  # a book in capitals with its year
    regex.compile(r"\b(?:FEDERALIST|Federalist)\s(?:NO|No)s?\.\s\d+[^()]{0,12}\([^()]{3,60}\)"),
    regex.compile(
        r"\b\p{Lu}[\p{L}’']*(?:\s(?:\p{Lu}[\p{L}’']*|of|the)){0,7}\s(?:Dictionary|DICTIONARY)\b"
        r"(?:[^().;\n]{0,40}\(\d{4}\)\s\([^()]{3,50}\))?"
    ),
)


class Citations(LegalRecognizer):
    """Case citations and statutes, with the names of the cases cited."""

    types = ("LAW",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give the ranges that are law."""
        for pattern, score in ((_STATUTE, 0.9), (_ACT, 0.7)):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "LAW", score)
        for pattern in _WRITINGS:
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "LAW", 0.8)
        yield from _find_case_names(text)
        if _MAYBE_CITED.search(text):
            yield from _find_cases(text)


def find_side_before(text: str, end: int) -> tuple[int, int] | None:
    """Give the range of the name that ends before a "v."; words of a citation signal are left out."""
    start = max(0, end - _SIDE_CHARACTERS)
    blank = text.rfind("\n\n", start, end)
    match = _SIDE_BEFORE.search(text, blank + 2 if blank >= 0 else start, end)
    if match is None:
        return None
    signal = _SIGNAL.match(text, match.start(), end)
    begin = signal.end() if signal else match.start()
    return (begin, end) if begin < end else None


def find_side_after(text: str, start: int) -> tuple[int, int] | None:
    """Give the range of the name that begins behind a "v."."""
    match = _SIDE_AFTER.match(text, start, start + _SIDE_CHARACTERS)
    return match.span() if match else None


def _find_case_names(text: str) -> Iterable[Found]:
    """Give "Smith v. Jones" where a reporter, a year or "supra" follows: the name of a case that is cited."""
    for match in VERSUS.finditer(text):
        case = find_cited_case(text, match.start(), match.end())
        if case is not None:
            yield Found(*case, "LAW", 0.9)


def find_cited_case(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the range of the case name around a "v." at [start, end), or None where no citation follows it."""
    before, after = find_side_before(text, start), find_side_after(text, end)
    if before is None or after is None:
        return None
    stop = after[1]
    cited = _CITED_BEHIND.match(text, stop)
    while cited is None and (space := text.rfind(" ", end, stop)) > 0 and stop - space < 12:
        stop = space  # the reporter's own letters were taken into the name
        cited = _CITED_BEHIND.match(text, stop)
    return (before[0], cited.end()) if cited else None


def _find_cases(text: str) -> Iterable[Found]:
    """Give what eyecite finds, with the case name where it stands before the citation."""
    from eyecite import get_citations, helpers
    from eyecite.models import CaseCitation, FullCaseCitation, SupraCitation

    helpers.get_court_by_paren = _find_court  # theirs strips the names of all courts anew for each citation
    for citation in get_citations(text):
        start, end = citation.span()
        if isinstance(citation, FullCaseCitation):
            full_start, full_end = citation.full_span()
            name = text[full_start:start]
            if len(name) < 220 and "\n\n" not in name.strip():
                start = full_start
            yield Found(start, max(end, full_end), "LAW", 0.95)
        elif isinstance(citation, CaseCitation | SupraCitation):
            full_start, full_end = citation.full_span()
            yield Found(max(full_start, start - 80), max(end, full_end), "LAW", 0.9)


@lru_cache(maxsize=1)
def _list_courts() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Give the courts' ids by the letters by which they are cited, the first that is so cited, and all in order."""
    from eyecite.helpers import courts

    listed = tuple((_letters(court["citation_string"]), str(court["id"])) for court in courts)
    return dict(reversed(listed)), listed


@lru_cache(maxsize=512)
def _find_court(cited: str) -> str | None:
    """Give the id of the court that is cited so, or of the last whose citation begins so, as eyecite finds it."""
    wanted = _letters(cited)
    exact, listed = _list_courts()
    if not wanted or wanted in exact:
        return exact.get(wanted) if wanted else None
    return next((court for letters, court in reversed(listed) if letters.startswith(wanted)), None)


def _letters(cited: str) -> str:
    return regex.sub(r"[^\w]", "", cited).lower()
