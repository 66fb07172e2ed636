"""Clauses of a sentence in the house's manner: its label ("Held"), and the items of an enumeration or a list."""

from __future__ import annotations

import re

_LABEL = re.compile(r"^([A-Z][a-z]+(?: [a-z]+)?):\s+")
_PAGES = re.compile(r"\[\d{1,4} ?[A-Z](?:[\dA-Z ,;:–-]*)\]\s*")  # pages of a report with their margin letters
_REFERENCE = re.compile(
    r"^\[[\w ,;:–-]{1,24}\]\s*|[:.]\s*\d{1,2}\.$"
)  # a page reference before, an item's number behind
_CLAUSE_LEAD = re.compile(r"^(?:(?:and|or)\s+|failing that,?\s*(?:for\s+)?|[a-z]{4,12}:\s+)")
_SEMICOLON = re.compile(
    r";|(?<=[A-Z]_\d|_\d\d) (?=[A-Z][a-z]+: |Dated )"
)  # a pseudonym swallows the full stop of "Inc."
_ENUMERATION = re.compile(r"\(\d{1,2}\)\s")


def cut_clauses(text: str) -> tuple[str, list[str]]:
    """Cut a sentence of the house style into its label ("Alleged", or "") and its clauses.

    An enumeration "(1) …; (2) …" and a list parted by semicolons have a clause an item; the words before the first
    item go with it.
    """
    text = _REFERENCE.sub("", _PAGES.sub("", text))
    match = _LABEL.match(text)
    label, rest = (match.group(1), text[match.end() :]) if match else ("", text)
    items = [item.strip(" ;,.") for item in _ENUMERATION.split(rest)]
    if len(items) < 3:
        items = [item.strip() for item in _SEMICOLON.split(rest)]
    items = [_CLAUSE_LEAD.sub("", item) for item in items if item]
    return label, items if len(items) > 1 else [rest]
