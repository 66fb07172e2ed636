"""The form of a pseudonym, in one place: how it is written and how it is found again in a text."""

from __future__ import annotations

import re

SCHEME = "underscore-1"
"""Names the form; it goes into the provenance of every redacted document and adapter.

The form was measured, not chosen: see docs/decisions/0002-pseudonym-form.md.
"""

WORDS: dict[str, str] = {
    "PERSON": "PERSON",
    "ORG": "COMPANY",
    "LOC": "PLACE",
    "DATETIME": "DATE",
    "CODE": "NUMBER",
    "CONTACT": "CONTACT",
    "DEM": "TRAIT",
    "QUANTITY": "AMOUNT",
    "MISC": "ITEM",
}
"""The word that stands for each entity type; no two types share one."""

PATTERN = re.compile(rf"\b(?P<word>{'|'.join(WORDS.values())})_(?P<number>[1-9]\d*)\b")
"""Finds every pseudonym in a text, whichever matter it belongs to."""


def format_pseudonym(type: str, number: int) -> str:
    """Write the pseudonym of the entity `number` (from 1) of an entity type.

    Raises:
        ValueError: The type is not one of `WORDS`, or the number is below 1.
    """
    if type not in WORDS or number < 1:
        raise ValueError(f"no pseudonym for type {type!r}, number {number}: one of {', '.join(WORDS)}, number from 1")
    return f"{WORDS[type]}_{number}"


def find_pseudonyms(text: str) -> list[str]:
    """List the pseudonyms in a text in reading order, repeated ones repeated."""
    return [match.group(0) for match in PATTERN.finditer(text)]
