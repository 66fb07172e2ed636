"""Which of overlapping finds stand: the best of them, and what is left of the others where that can be a name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace

import regex

from ingest.identify import Candidate
from ingest.recognizers.trim import trim_name

_CAPITAL_WORD = regex.compile(r"\b\p{Lu}[\p{L}’'-]{2,}")


def resolve_overlaps(
    text: str, candidates: Iterable[Candidate], joined: frozenset[str] = frozenset()
) -> list[Candidate]:
    """Keep the best of overlapping candidates.

    What a loser has beside the winner is joined to it where both are of `joined` types, and else stays by
    itself if it can be a name.
    """
    starts: list[int] = []
    chosen: list[Candidate] = []
    order = sorted(candidates, key=lambda c: (-c.rank, c.start - c.end, c.start))
    for candidate in order:
        for piece in _free_pieces(candidate, starts, chosen):
            whole = (piece.start, piece.end) == (candidate.start, candidate.end)
            if not whole and piece.type in joined and _join_neighbour(text, piece, starts, chosen, joined):
                continue
            trimmed = piece if whole else _trim_piece(text, piece) or _trim_office(text, piece, joined)
            if trimmed is not None:
                at = bisect_left(starts, trimmed.start)
                starts.insert(at, trimmed.start)
                chosen.insert(at, trimmed)
    return chosen


def _join_neighbour(
    text: str, piece: Candidate, starts: list[int], chosen: list[Candidate], joined: frozenset[str]
) -> bool:
    """Give a leftover to the chosen range that touches it, where their types may be one name."""
    at = bisect_left(starts, piece.end)
    if at < len(chosen) and chosen[at].start == piece.end and chosen[at].type in joined:
        start = piece.start
        while start < piece.end and not text[start].isalnum():
            start += 1
        chosen[at] = replace(chosen[at], start=start)
        starts[at] = start
        return True
    at = bisect_left(starts, piece.start) - 1
    if at >= 0 and chosen[at].end == piece.start and chosen[at].type in joined:
        end = piece.end
        while end > piece.start and not text[end - 1].isalnum():
            end -= 1
        chosen[at] = replace(chosen[at], end=max(end, chosen[at].end))
        return True
    return False


def _free_pieces(candidate: Candidate, starts: list[int], chosen: list[Candidate]) -> list[Candidate]:
    """Give the parts of a candidate that no chosen one covers."""
    pieces = []
    at = candidate.start
    index = max(bisect_left(starts, candidate.start) - 1, 0)
    while index < len(chosen) and chosen[index].start < candidate.end:
        other = chosen[index]
        if other.end > at:
            if other.start > at:
                pieces.append(replace(candidate, start=at, end=other.start))
            at = max(at, other.end)
        index += 1
    if at < candidate.end:
        pieces.append(replace(candidate, start=at))
    return pieces


def _trim_office(text: str, piece: Candidate, joined: frozenset[str]) -> Candidate | None:
    """Give what is left of a court or an agency from its first capital to its last: "Ministry of Justice"."""
    if not joined or piece.type not in ("AGENCY", "COURT"):
        return None
    capitals = list(_CAPITAL_WORD.finditer(text, piece.start, piece.end))
    return replace(piece, start=capitals[0].start(), end=capitals[-1].end()) if capitals else None


def _trim_piece(text: str, piece: Candidate) -> Candidate | None:
    """Cut a leftover down to a name; None where it is none."""
    if piece.type in ("LAW", "DATETIME", "CODE", "CONTACT", "BIRTH"):
        start, end = piece.start, piece.end
        while start < end and not text[start].isalnum():
            start += 1
        while end > start and not (text[end - 1].isalnum() or text[end - 1] == "."):
            end -= 1
        return replace(piece, start=start, end=end) if end - start > 2 else None
    trimmed = trim_name(text, piece.start, piece.end)
    if trimmed is None or trimmed[1] - trimmed[0] < 3 or not text[trimmed[0]].isupper():
        return None
    return replace(piece, start=trimmed[0], end=trimmed[1])
