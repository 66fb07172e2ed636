"""The form of a pseudonym, in one place: how it is written and how it is found again in a text."""

from __future__ import annotations

import re

SCHEME = "plain-1"
"""Names the form; it goes into the provenance of every redacted document and adapter."""

WORDS: dict[str, str] = {
    "PERSON": "Person",
    "ORG": "Company",
    "LOC": "Place",
    "DATETIME": "Date",
    "CODE": "Number",
    "CONTACT": "Contact",
    "DEM": "Trait",
    "QUANTITY": "Amount",
    "MISC": "Item",
}
"""The word that stands for each entity type; no two types share one."""

PATTERN = re.compile(rf"\b(?P<word>{'|'.join(WORDS.values())}) (?P<number>[1-9]\d*)\b")
"""Finds every pseudonym in a text, whichever matter it belongs to."""


def format_pseudonym(type: str, number: int) -> str:
    """Write the pseudonym of the entity `number` (from 1) of an entity type.

    Raises:
        ValueError: The type is not one of `WORDS`, or the number is below 1.
    """
    if type not in WORDS or number < 1:
        raise ValueError(f"no pseudonym for type {type!r}, number {number}: one of {', '.join(WORDS)}, number from 1")
    return f"{WORDS[type]} {number}"


def find_pseudonyms(text: str) -> list[str]:
    """List the pseudonyms in a text in reading order, repeated ones repeated."""
    return [match.group(0) for match in PATTERN.finditer(text)]
