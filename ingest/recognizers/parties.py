"""Parties by the caption: the names on both sides of "v.", and behind "In re"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.caption import find_sides, list_names
from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.organizations import GOVERNMENT, looks_like_organization

_IN_RE = regex.compile(r"\b(?:In re|IN RE|In the Matter of|IN THE MATTER OF|Ex parte|EX PARTE|RE|Re):?\s")
_PUBLIC_BODY = regex.compile(
    r"\b(?:district|authority|board|commission|council|league|committee"
    r"|agency)\b",
    regex.IGNORECASE,
)
_HEAD_CHARACTERS = 5000
_IN_RE_CHARACTERS = 90


class Parties(LegalRecognizer):
    """Names of the caption. They stay identifiers wherever they stand, in a case citation too."""

    types = ("PARTY", "PARTY_ORG", "AGENCY")

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give the parties of a text that begins with a caption."""
        for before, after in find_sides(text):
            for start, end in [*list_names(text, *before), *list_names(text, *after)]:
                yield from _tell_kind(text, start, end)
        head = text[:_HEAD_CHARACTERS]
        for match in _IN_RE.finditer(head):
            blank = head.find("\n\n", match.end())
            end = min(blank if blank > 0 else len(head), match.end() + _IN_RE_CHARACTERS)
            for start, stop in list_names(head, match.end(), end)[:2]:
                if " " in head[start:stop]:
                    yield from _tell_kind(head, start, stop)


def _tell_kind(text: str, start: int, end: int) -> Iterable[Found]:
    """Tell people, organizations and governments apart."""
    name = text[start:end]
    words = name.split()
    if len(words) > 12:
        return
    if GOVERNMENT.search(text, max(0, start - 10), end):
        yield Found(start, end, "AGENCY", 0.8)
    elif looks_like_organization(name) or _PUBLIC_BODY.search(name) or len(words) > 5:
        yield Found(start, end, "PARTY_ORG", 0.9)
    elif len(words) >= 2 and all(w[0].isupper() or len(w) < 4 for w in words):
        yield Found(start, end, "PARTY", 0.85)
    elif len(words) == 1 and len(name) > 3:
        yield Found(start, end, "PARTY", 0.65)
