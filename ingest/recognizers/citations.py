"""The law that a text cites: cases by eyecite, statutes and rules by form. It is kept in both profiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer

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
)
_ACT = regex.compile(
    r"\b(?:\p{Lu}[\p{L}'’-]*\s)(?:(?:\p{Lu}[\p{L}'’-]*|of|and|for|the|on|to)\s){0,7}?(?:Act|Code|Convention"
    r"|Constitution|Treaty|Compact|Regulations?|Statute)\b(?:\sof\s(?:1[6-9]|20)\d\d|\s(?:1[6-9]|20)\d\d)?"
)


class Citations(LegalRecognizer):
    """Case citations and statutes, with the names of the cases cited."""

    types = ("LAW",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give the ranges that are law."""
        for pattern, score in ((_STATUTE, 0.9), (_ACT, 0.7)):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), "LAW", score)
        if _MAYBE_CITED.search(text):
            yield from _find_cases(text)


def _find_cases(text: str) -> Iterable[Found]:
    """Give what eyecite finds, with the case name where it stands before the citation."""
    from eyecite import get_citations
    from eyecite.models import CaseCitation, FullCaseCitation, SupraCitation

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
