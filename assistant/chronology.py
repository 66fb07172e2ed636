"""What a filing states of dates, deadlines and amounts, each at its place and in its own words; nothing is computed.

An entry is one of the filing's own sentences with the date, the time limit or the sum that stands in it. Who says it is
told by the sentence, or by the kind of filing: what a complaint tells of is alleged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.documents import Evidence
from assistant.evidence.attitudes import SPEECH, find_speech
from assistant.evidence.claims import Claim, find_claims
from assistant.evidence.reading import Reading, Unit
from assistant.store.pseudonyms import PATTERN

Kind = Literal["event", "deadline", "amount"]

_ROLES = ("body", "point")
_SENTENCE_WORDS = 8  # so long, and closed by a period, a line before the first heading is a sentence and no caption
_MASKED_DATE = re.compile(r"\bDATE_\d+\b")
_LIMIT = re.compile(
    r"\b(?:no|not) later than\b|\bon or before\b|\bat (?:the )?latest\b|\bdeadlines?\b|\bdue (?:on|by|date|within)\b"
    r"|\b(?:is|are|was|were|be|becomes?|falls?) due\b|\bexpires?\b|\bexpired\b"
    r"|\b(?:must|shall|should|ordered to|required to|directed to|has|have|had)\b"
    r"[^.;]{0,60}?\b(?:by|within|before|until)\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\bwithin\s+(?=\d|a\b|one\b)|\b(?:day|week|month|year)s?\s+(?:after|from|before|of)\b", re.IGNORECASE
)
_CITED = re.compile(r"\([^()]*\b(?:Ct|Cir|App|Div|Super|[NSEWMCD]\.\s?[A-Z][a-z]*)\.[^()]*$")
_NEAR = 60  # characters that may lie between the words of a limit and its date or period
_SAID_BY = {"complaint": "alleged", "motion": "argued", "brief": "argued", "deposition": "testified"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a filing states.

    Attributes:
        kind: An event with a date, a deadline (a date or a period by which something is due), or an amount of money.
        stated: The date, period or sum as it stands, pseudonymized (under the strict profile a date is one).
        said: "alleged", "argued", "testified", "found", "held" or "dissented", as the sentence says or the kind of
            filing lets one expect; "" where the filing itself says so.
        evidence: Where the sentence stands that it is in.
    """

    kind: Kind
    stated: str
    said: str
    evidence: Evidence


def list_entries(reading: Reading) -> tuple[Entry, ...]:
    """List what a document states of dates, deadlines and amounts, in reading order.

    A year alone is no date of an event, and what stands in a citation, a caption, a table or a signature is left out.
    """
    if reading.stated is None:
        reading.stated = _read_entries(reading)
    return reading.stated


def _read_entries(reading: Reading) -> tuple[Entry, ...]:
    return tuple(
        Entry(kind, stated, said, reading.give_evidence(unit.start, unit.end))
        for index, unit in enumerate(reading.units)
        if unit.role in _ROLES or _is_sentence(reading.unit_text(index), unit)
        for said in [_tell_speaker(reading, index, unit)]
        for kind, stated in _find_stated(reading.unit_text(index))
    )


def _is_sentence(text: str, unit: Unit) -> bool:
    return unit.role == "caption" and unit.words >= _SENTENCE_WORDS and text.rstrip().endswith(".")


def _find_stated(text: str) -> Iterator[tuple[Kind, str]]:
    """Give kind and wording of each date, limit and sum of a sentence, each once."""
    flat = " ".join(text.split())
    claims = [claim for claim in find_claims(flat) if claim.kind in ("date", "period", "money")]
    claims += [Claim("date", m[0], m[0], m.start(), m.end()) for m in _MASKED_DATE.finditer(flat)]
    limits = [m.span() for m in _LIMIT.finditer(flat)]
    seen = set()
    for claim in sorted(claims, key=lambda c: c.start):
        kind = _tell_kind(claim, flat, limits)
        if kind and (kind, claim.value) not in seen:
            seen.add((kind, claim.value))
            yield kind, claim.text.rstrip(" ,")


def _tell_kind(claim: Claim, text: str, limits: list[tuple[int, int]]) -> Kind | None:
    """Tell what a date, a period or a sum is to a reader, or None where it is nothing of its own."""
    if claim.kind == "money":
        return "amount"
    limited = any(start < claim.end + 1 and claim.start - end <= _NEAR for start, end in limits)
    if claim.kind == "period":
        bound = _WITHIN.search(text, max(claim.start - 10, 0), min(claim.end + 10, len(text)))
        return "deadline" if limited and bound else None
    if isinstance(claim.value, tuple) and (claim.value[0] is None or claim.value[1] is None):
        return None  # "in 2019", "on May 3" of a year that is not said
    if _CITED.search(text[: claim.start]) and text[claim.end : claim.end + 1] == ")":
        return None  # "(N.C. Super. Ct. Feb. 21, 2022)": when a decision was made that is cited
    return "deadline" if limited else "event"


def _tell_speaker(reading: Reading, index: int, unit: Unit) -> str:
    if unit.opinion == "dissent":
        return "dissented"
    spoken = find_speech(PATTERN.sub("company", reading.unit_text(index)))
    if spoken:
        return min(spoken, key=lambda kind: (spoken[kind], list(SPEECH).index(kind)))
    return _SAID_BY.get(reading.document.document_type, "")
