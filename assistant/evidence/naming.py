"""Which documents a question names: by the words of their file names, which stay in memory, and by their pseudonyms.

A matter's filings often say nearly the same in nearly the same words (drafts, forms of contract, serial motions), so
that the passage alone cannot tell which filing is meant; the question mostly does.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from urllib.parse import unquote

from assistant.evidence.terms import stem_term
from assistant.store.pseudonyms import find_pseudonyms

LEAST_NAMED = 0.35  # weighted share of a file name that a question must repeat to name the file
NEAR_BEST = 0.6  # share of the best named document's weight below which another one is not named
_EXTENSION = re.compile(r"\.[A-Za-z]{2,4}$")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_WORD = re.compile(r"[^\W\d_]+|\d{3,}")
_NO_NAME = frozenset(
    "the a an of and or to in on for by with from is are does do did v vs re final draft copy version rev signed "
    "executed scan template blank form jan feb mar apr may jun jul aug sep sept oct nov dec s no txt pdf docx".split()
)


def split_name(text: str) -> list[str]:
    """Give the words of a file name or a question, stemmed: "JonesLease_v2.pdf" and "Jones's lease" have the same."""
    words = (word.casefold() for word in _WORD.findall(_HUMP.sub(" ", text)))
    return [stem_term(word) for word in words if len(word) > 1 and word not in _NO_NAME]


def weigh_file_names(question: str, names: Mapping[str, str]) -> dict[str, float]:
    """Tell which documents a question names by their file names.

    Args:
        question: As the person wrote it.
        names: File name of each document, by id.

    Returns:
        Weight 0..1 of each named document; none where no name stands out from the others.
    """
    held = {key: frozenset(split_name(_EXTENSION.sub("", unquote(PurePath(name).name)))) for key, name in names.items()}
    frequency = Counter(term for terms in held.values() for term in terms)
    rarity = {term: math.log((1 + len(held)) / count) for term, count in frequency.items()}
    asked = _spread(question)
    shares = {}
    for key, terms in held.items():
        total = sum(rarity[term] for term in terms)
        told = [rarity[term] for term in terms if term in asked]
        if told and max(told) > 0.5 * math.log(1 + len(held)):
            shares[key] = sum(told) / total
    return _keep_named(shares, LEAST_NAMED)


def weigh_pseudonyms(question: str, documents: Mapping[str, Iterable[str]]) -> dict[str, float]:
    """Tell which documents hold the pseudonyms that a question names, rare ones counting more.

    Args:
        question: Pseudonymized.
        documents: The pseudonyms of each document, by id.
    """
    asked = set(find_pseudonyms(question))
    held = {key: asked.intersection(names) for key, names in documents.items()}
    frequency = Counter(name for names in held.values() for name in names)
    rarity = {name: math.log(len(held) / count) for name, count in frequency.items()}
    total = sum(rarity.values())
    if total <= 0:
        return {}
    return _keep_named({key: sum(rarity[name] for name in names) / total for key, names in held.items()}, LEAST_NAMED)


def weigh_documents(
    question: str, documents: Mapping[str, Iterable[str]], named: Mapping[str, float]
) -> dict[str, float]:
    """Tell how strongly a question names each document: as `named` tells, or else by the question's pseudonyms.

    Args:
        question: Pseudonymized.
        documents: The pseudonyms of each document, by id; no others are weighed.
        named: From `weigh_file_names`; it is the surer sign.
    """
    told = {d: weight for d, weight in named.items() if d in documents}
    return told or weigh_pseudonyms(question, documents)


def _spread(question: str) -> set[str]:
    """Give the words of a question, two neighbours written as one, and the initials of capitalised runs."""
    words = split_name(question)
    joined = {one + two for one, two in zip(words, words[1:], strict=False)}
    runs = re.findall(r"(?:[A-Z][\w’'-]*(?:[ -](?:of|and|for|the|&) |[ -])?){2,}", question)
    initials = {"".join(re.findall(r"\b[A-Z]", run)).casefold() for run in runs}
    return {*words, *joined, *_cut_initials(initials)}


def _cut_initials(initials: Iterable[str]) -> set[str]:
    """Give the stretches of three letters and more: the run of a name may begin or end with other capitals."""
    return {run[low:high] for run in initials for low in range(len(run)) for high in range(low + 3, len(run) + 1)}


def _keep_named(shares: Mapping[str, float], least: float) -> dict[str, float]:
    """Keep the documents that stand out, scaled so that the best has its own share and no other is near nothing."""
    best = max(shares.values(), default=0.0)
    if best < least:
        return {}
    return {key: share for key, share in shares.items() if share >= NEAR_BEST * best}
