"""Whether a sentence that a model wrote keeps to the words of its passages, clause by clause.

A small model puts true pieces together into what nobody said: each word stands in the passages, and the comparison of
facts finds nothing that differs. Three things show it. Into how many pieces a clause falls when it is laid over one
passage: one that was shortened or turned round falls into a few long ones, one that was put together into many short
ones (greedy string tiling: Wise 1993, "String similarity via greedy string tiling"). A content word that no passage
has. And a label that says who says it ("Held:") over a passage in which nobody does. Other words for the same thing may
be right; code cannot tell, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.evidence.claims import find_claims
from assistant.evidence.following import level_tokens
from assistant.evidence.terms import find_terms

LEAST_COVERED = 0.8  # share of a clause's words that stand in the pieces
FEW_PIECES = 2  # into so many pieces any clause may fall
MOST_PIECES = 0.25  # pieces beyond the first, a word that stands in them, into which a long one may

_RULED = (
    r"h[eo]ld|conclu|affirm|revers|vacat|remand|dismiss|den[yi]|grant|overrul|sustain|f[io]u?nd|rul[ei]|determin|decid"
)
_ARGUED = r"argu|conten[dt]|assert|submit|maintain|claim|urg|insist|posit|emphasi|object|respond|repl[yi]"
_LABELS = {
    "held": _RULED,
    "found": _RULED,
    "ordered": r"order|direct|shall|must|enjoin|" + _RULED,
    "argued": _ARGUED,
    "alleged": r"alleg|complain|aver|" + _ARGUED,
    "testified": r"testif|answer|sa(?:id|ys)|stat|^\W*[QA]\b",
    "asks": r"ask|seek|sought|request|pray|move[sd]?\b|moving|demand|petition|wherefore",
    "seeks": r"ask|seek|sought|request|pray|move[sd]?\b|moving|demand|petition|wherefore",
    "set": r"\bset|schedul|hearing|trial|due\b|deadline|must|shall|no later|on or before|appear",
}
# Headings under which a label needs no word in the passage; "Reversed and remanded" over the facts is none of them.
_HEADED = {
    "held": r"holding|ruling|conclusions? of law",
    "found": r"finding|conclusions? of law",
    "ordered": r"it is (?:hereby |so )?ordered|order of the court|disposition",
    "argued": r"argument|contention",
    "alleged": r"allegation|statement of claim|cause of action|count",
    "asks": r"prayer|relief",
    "seeks": r"prayer|relief",
    "set": r"schedul|hearing",
}
# Who speaks in a document of a kind: there the label needs no word of its own.
_OWN_VOICE = {
    "complaint": ("alleged", "pleaded", "asks", "seeks"),
    "motion": ("argued", "asks", "seeks"),
    "brief": ("argued", "asks", "seeks", "whether"),
    "deposition": ("testified", "examined", "examined on", "marked"),
    "contract": ("owed", "payable"),
    "patent": ("applied", "relates to", "disclosed", "claimed"),
}


class Passage(NamedTuple):
    """A passage that bears a sentence: its text, and the headings over it."""

    text: str
    headings: str = ""


def find_free_clause(label: str, clauses: Sequence[str], passages: Sequence[Passage], document_type: str = "") -> str:
    """Find the first clause of a sentence that does not keep to its passages' words.

    Args:
        label: Of the sentence ("Held"), or "".
        clauses: Of the sentence, without its label.
        passages: Its evidence, in the order in which it stands in the document.
        document_type: Kind of the document, which decides what labels are its own voice.

    Returns:
        The clause, or "" where all keep to them.
    """
    whole = Passage(" ".join(p.text for p in passages), " ".join(p.headings for p in passages))
    sources = [*passages, whole] if len(passages) > 1 else list(passages)
    return next((c for c in clauses if not any(_bears(label, c, source, document_type) for source in sources)), "")


def _bears(label: str, clause: str, source: Passage, document_type: str) -> bool:
    """Tell whether one source has a clause's words in few pieces, all its terms, and who says it."""
    words = _split_words(clause)
    if not words:
        return True
    if not set(find_terms(clause)) <= set(find_terms(f"{source.headings} {source.text}")):
        return False
    pieces = cut_pieces(words, _split_words(source.text))
    covered = sum(pieces)
    if covered < LEAST_COVERED * len(words) or len(pieces) > max(FEW_PIECES, 1 + MOST_PIECES * covered):
        return False
    return _says(label.casefold(), source, document_type)


def _says(label: str, source: Passage, document_type: str) -> bool:
    """Tell whether somebody says what a label says, in the passage, its headings, or by the kind of the document."""
    if not label or label in _OWN_VOICE.get(document_type, ()):
        return True
    if label not in _LABELS:
        return set(find_terms(label)) <= set(find_terms(f"{source.headings} {source.text}"))
    headed = label in _HEADED and re.search(rf"\b(?:{_HEADED[label]})", source.headings, re.IGNORECASE)
    return bool(headed or re.search(rf"(?<![a-z])(?:{_LABELS[label]})", source.text, re.IGNORECASE))


def _split_words(text: str) -> list[str]:
    """Give a text's words in one form, a date's always in the order of year, month, day."""
    for date in sorted((c for c in find_claims(text) if c.kind == "date"), key=lambda c: -c.start):
        if isinstance(date.value, tuple):
            parts = " ".join(str(part) for part in date.value if part is not None)
            text = f"{text[: date.start]} {parts} {text[date.end :]}"
    return level_tokens(text)


def cut_pieces(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """Cut words into the pieces that stand in others too, the longest first, no word used twice.

    Returns:
        The words of each piece.
    """
    free, left = [True] * len(words), [True] * len(others)
    pieces: list[int] = []
    while True:
        size, at, there = _find_longest(words, others, free, left)
        if not size:
            return pieces
        free[at : at + size] = [False] * size
        left[there : there + size] = [False] * size
        pieces.append(size)


def _find_longest(
    words: Sequence[str], others: Sequence[str], free: Sequence[bool], left: Sequence[bool]
) -> tuple[int, int, int]:
    """Find the longest run of words that neither side has used: its words, where it begins here and there."""
    best = (0, 0, 0)
    before = [0] * (len(others) + 1)
    for at, word in enumerate(words):
        row = [0] * (len(others) + 1)
        for there, other in enumerate(others):
            if word == other and free[at] and left[there]:
                size = row[there + 1] = before[there] + 1
                if size > best[0]:
                    best = (size, at - size + 1, there - size + 1)
        before = row
    return best
