"""Whether a sentence that a model wrote keeps to the words of its passages, clause by clause.

A small model puts true pieces together into what nobody said: each word stands in the passages, and the comparison of
facts finds nothing that differs. What shows it is into how many pieces a clause falls when it is laid over one passage:
one that was shortened or turned round falls into a few long ones, one that was put together into many short ones. The
pieces are found by greedy string tiling (Wise 1993, "String similarity via greedy string tiling"). Other words for the
same thing may be right; code cannot tell, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evidence.claims import find_claims
from assistant.evidence.following import level_tokens
from assistant.evidence.terms import find_terms

LEAST_COVERED = 0.8  # share of a clause's words that stand in the pieces
FEW_PIECES = 2  # into so many pieces any clause may fall
MOST_PIECES = 0.25  # pieces beyond the first, a word that stands in them, into which a long one may
LEAST_TERMS = 0.85  # share of a clause's content terms that its passages must have


def find_free_clause(clauses: Sequence[str], passages: Sequence[str]) -> str:
    """Find the first clause of a sentence that does not keep to its passages' words.

    Args:
        clauses: Of the sentence, without its label ("Held:").
        passages: The texts of its evidence, in the order in which they stand in the document.

    Returns:
        The clause, or "" where all keep to them.
    """
    sources = [*passages, " ".join(passages)] if len(passages) > 1 else list(passages)
    return next((clause for clause in clauses if not _keeps_to(clause, sources)), "")


def _keeps_to(clause: str, sources: Sequence[str]) -> bool:
    """Tell whether one source has a clause's words in few pieces, and all of them most of its terms."""
    words = _split_words(clause)
    if not words:
        return True
    terms = set(find_terms(clause))
    there = {term for source in sources for term in find_terms(source)}
    if len(terms & there) < LEAST_TERMS * len(terms):
        return False
    for source in sources:
        pieces = cut_pieces(words, _split_words(source))
        covered = sum(pieces)
        if covered >= LEAST_COVERED * len(words) and len(pieces) <= max(FEW_PIECES, 1 + MOST_PIECES * covered):
            return True
    return False


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
