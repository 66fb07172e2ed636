"""Parties by the caption: the names on both sides of "v.", and behind "In re"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.organizations import GOVERNMENT, looks_like_organization
from ingest.recognizers.spacy_names import trim_name

_VERSUS = regex.compile(r"(?<=[\s,)\]])(?:v|vs|V|VS|versus|VERSUS|-against-)\.?(?=\s)")
_IN_RE = regex.compile(r"\b(?:In re|IN RE|In the Matter of|IN THE MATTER OF|Ex parte|EX PARTE|RE|Re):?\s")
_ROLE = regex.compile(
    r"\b(?:plaintiffs?|defendants?|petitioners?|respondents?|appellants?|appellees?|claimants?|debtors?|intervenors?)\b", regex.IGNORECASE
)  # fmt: skip
_CAPACITY = regex.compile(
    r",?\s*(?:\(?(?:individually|in (?:his|her|their|its) (?:official|individual|personal)[^;\n]*?capacit(?:y|ies)(?: as [^;,]{2,90})?"
    r"|as (?:next friend|administrator|executor|trustee|personal representative|guardian)[^;,]{0,60}"
    r"|an? [^,;]{3,60}?(?:corporation|company|partnership|association|resident|individual|minor|citizen)"
    r"|on behalf of[^;]{3,80}|et\s+al\b\.?|inclusive|dba|d/b/a|a/k/a|f/k/a|through \d+)\)?)", regex.IGNORECASE,
)  # fmt: skip
_SPLIT = regex.compile(r"\s*(?:;|,\s+(?=and\b)|,(?!\s*(?:Inc|LLC|L\.?L\.?[CP]|Ltd|Corp|Co|P\.?[CA]|N\.?A|S\.?A|Jr|Sr|II|III|INC|LTD|CORP|JR|SR)\b)"
                       r"|\band\b|\bAND\b|\b(?:dba|d/b/a|a/k/a|f/k/a|DBA|ex rel|EX REL)\b\.?|\s&\s(?=\n)|\n{2,})\s*")  # fmt: skip
_BLANK = regex.compile(r"\n\n")
_ROLE_ONLY = regex.compile(rf"(?:{_ROLE.pattern}|[\s,/&.()-]|and|cross|counter|third|party|et al)+", regex.IGNORECASE)
_COURT_LINE = regex.compile(r"(?:COURT|Court|Circuit|CIRCUIT|District of|DISTRICT OF)[^\n]*\n")
_CAPTION_CHARACTERS = 5000
_SIDE_CHARACTERS = 700
_NAME_END = regex.compile(r"[)\]|:§]|\bNo\.|\bCase\b|\bCivil\b|\b\d{2,}\b")


class Parties(LegalRecognizer):
    """Names of the caption. They stay identifiers wherever they stand, in a case citation too."""

    types = ("PARTY", "PARTY_ORG", "AGENCY")

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give the parties of a text that begins with a caption."""
        head = text[:_CAPTION_CHARACTERS]
        for match in _VERSUS.finditer(head):
            before = _cut_before(head, match.start())
            after = _cut_after(head, match.end())
            if _is_caption(head, before[0], after[1]):
                yield from _name_parties(head, *before)
                yield from _name_parties(head, *after)
        for match in _IN_RE.finditer(head):
            end = head.find("\n\n", match.end())
            yield from _name_parties(
                head, match.end(), min(end if end > 0 else len(head), match.end() + 90), strict=True
            )


def _is_caption(head: str, start: int, end: int) -> bool:
    """Tell a caption from a case cited in a sentence: capitals or roles around it, near the top."""
    around = head[start : end + 60]
    letters = [c for c in around if c.isalpha()]
    capitals = sum(c.isupper() for c in letters) > 0.45 * max(len(letters), 1)
    return (capitals or _ROLE.search(around) is not None) and regex.search(r"\d+ [A-Z][\w. ]{1,12} \d+", around) is None


def _cut_before(head: str, end: int) -> tuple[int, int]:
    """Give the range of the first party: back to the last block that is no part of it."""
    floor = max(0, end - _SIDE_CHARACTERS)
    start = floor
    for match in _BLANK.finditer(head, floor, end):
        block = head[match.end() : end].strip(" ,.\n")
        if len(block) > 8 and not _ROLE_ONLY.fullmatch(block):
            start = match.end()
    court = list(_COURT_LINE.finditer(head, start, end))
    return (court[-1].end() if court else start), end


def _cut_after(head: str, start: int) -> tuple[int, int]:
    """Give the range of the second party: up to its role, or the end of its block."""
    limit = min(len(head), start + _SIDE_CHARACTERS)
    role = _ROLE.search(head, start, limit)
    blank = head.find("\n\n", start + 3, limit)
    ends = [x for x in (role.start() if role else -1, blank) if x > 0]
    return start, (role.start() if role and blank > 0 and role.start() < blank + 60 else min(ends, default=limit))


def _name_parties(head: str, start: int, end: int, strict: bool = False) -> Iterable[Found]:
    """Cut one side of a caption into names and tell people from organizations."""
    blanked = _CAPACITY.sub(lambda m: ";" * len(m.group()), head[start:end])
    at = 0
    for gap in list(_SPLIT.finditer(blanked)) + [None]:
        piece_end = gap.start() if gap else len(blanked)
        yield from _name_party(head, start, blanked, at, piece_end, strict)
        if gap:
            at = gap.end()


def _name_party(head: str, base: int, blanked: str, start: int, end: int, strict: bool) -> Iterable[Found]:
    stop = _NAME_END.search(blanked, start, end)
    if stop:
        end = stop.start()
    role = _ROLE.search(blanked, start, end)
    if role:
        end = role.start()
    trimmed = trim_name(head, base + start, base + end)
    if trimmed is None:
        return
    name = head[trimmed[0] : trimmed[1]]
    words = name.split()
    if not (len(name) >= 2 and len(words) <= 12) or not name[0].isupper():
        return
    if GOVERNMENT.search(head[base + start : base + end]):
        yield Found(*trimmed, "AGENCY", 0.8)
    elif looks_like_organization(name) or len(words) > 5:
        yield Found(*trimmed, "PARTY_ORG", 0.9)
    elif len(words) >= 2 and all(w[0].isupper() or len(w) < 4 for w in words):
        yield Found(*trimmed, "PARTY", 0.85)
    elif not strict and len(words) == 1 and len(name) > 3:
        yield Found(*trimmed, "PARTY", 0.65)
