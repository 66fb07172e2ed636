"""Whether a sentence that a model wrote keeps to the words of its passages, clause by clause.

A small model puts true pieces together into what nobody said: each word stands in the passages, and the comparison of
facts finds nothing that differs. Three things show it. Into how many pieces a clause falls when it is laid over one
passage: one that was shortened or turned round falls into a few long ones, one that was put together into many short
ones (greedy string tiling: Wise 1993, "String similarity via greedy string tiling"). A content word that no passage
has. And a label that says who says it ("Held:") over a passage in which nobody does. Other words for the same thing may
be right; code cannot tell, and says so. Who is called what, and whom something is done to, is asked of `sides.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from assistant.evidence.attitudes import count_negators
from assistant.evidence.claims import claims_agree, find_claims
from assistant.evidence.following import level_tokens
from assistant.evidence.sentences import split_sentences
from assistant.evidence.sides import calls_sides_rightly, goes_their_way, level_sides
from assistant.evidence.terms import FUNCTION_WORDS, find_terms

FEW_PIECES = 2  # into so many pieces any clause may fall
MOST_PIECES = 0.25  # pieces beyond the first, a word that stands in them, into which a long one may

_DOCKET_ENTRY = re.compile(r"\b(?:ECF|Dkt|Doc|Document|Docket Entry|D\.E)\b\.?(?:\s(?:No\.|#))?\s(?=\d)", re.IGNORECASE)
_OWN_LABEL = re.compile(r"([A-Z][a-z]+): ")
_FIGURES = ("date", "docket", "money", "number", "percent", "period")
_SMALL = FUNCTION_WORDS - frozenset("no not nor neither without against before after".split())

_RULED = (
    r"h[eo]ld|conclu|affirm|revers|vacat|remand|dismiss|den[yi]|grant|overrul|sustain|f[io]u?nd|rul[ei]|determin|decid|"
    r"satisf"
)
_ARGUED = r"argu|conten[dt]|assert|submit|maintain|claim|urg|insist|posit|emphasi|object|respond|repl[yi]"
_SIDE = r"\bmov(?:es?|ant)|\bfil(?:es|ed)|submit|petition|behalf|through|counsel|attorney|plaintiff|defendant|appell"
_LABELS = {
    "by": _SIDE,
    "for": _SIDE,
    "held": _RULED,
    "found": _RULED,
    "ordered": r"order|direct|shall|must|enjoin|" + _RULED,
    "argued": _ARGUED,
    "alleged": r"alleg|complain|aver|" + _ARGUED,
    "testified": r"testif|answer|sa(?:id|ys)|stat|^\W*[QA]\b",
    "asks": r"ask|seek|sought|request|pray|move[sd]?\b|moving|demand|petition|wherefore",
    "seeks": r"ask|seek|sought|request|pray|move[sd]?\b|moving|demand|petition|wherefore",
    "set": r"\bset|schedul|hearing|trial|due\b|deadline|conduct|notified|must|shall|no later|on or before|appear",
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


class House(NamedTuple):
    """What a clause may take for granted.

    Attributes:
        document_type: Kind of the document, which decides what labels are its own voice.
        sides: Pseudonym to role, as the head of the document gives them: "Defendant" may stand for COMPANY_1.
        style: Words of the house and the filings' words for them: the passage needs one of these.
    """

    document_type: str = ""
    sides: Mapping[str, str] = MappingProxyType({})
    style: Sequence[tuple[str, str]] = ()


def keeps_to_words(
    label: str, clause: str, passages: Sequence[Passage], house: House, most_pieces: int = FEW_PIECES
) -> bool:
    """Tell whether a clause of a sentence keeps to the words of one of its passages.

    Args:
        label: Of the sentence ("Held"), or "".
        clause: Of the sentence, without its label.
        passages: The clause's evidence; passages are not put together.
        house: What the clause may take for granted.
        most_pieces: Pieces into which even a short clause may fall.
    """
    return any(_bears(label, clause, passage, house, most_pieces) for passage in passages)


def _bears(label: str, clause: str, source: Passage, house: House, most_pieces: int) -> bool:
    """Tell whether one source has all of a clause's words, in few pieces, and who says it.

    A figure or a date that is the only one of its kind in its sentence is no piece: "$11,400 per quarter, 5 days from
    invoice" is how a house notes it. One beside others must stand with a word of its own in the source.
    """
    source_words = _split_words(source.text, house.sides)
    words = _split_words(_say_plainly(clause, source.text, house), house.sides)
    if not goes_their_way(clause, source.text, house.sides) or not calls_sides_rightly(clause, house.sides):
        return False
    if not set(words) <= {*source_words, *_split_words(source.headings, house.sides)}:
        return False
    pieces = cut_pieces(words, source_words)
    only, rivalled = _part_figures(clause, source.text, house.sides)
    if any(rivalled.issuperset(piece) for piece in pieces):
        return False
    counted = sum(not only.issuperset(piece) for piece in pieces)
    if counted > max(most_pieces, 1 + MOST_PIECES * sum(map(len, pieces))):
        return False
    return _says(label.casefold(), clause, source, house)


def _part_figures(clause: str, source: str, sides: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Give the words of a clause's figures: of those alone of their kind in their sentence, and of the rest."""
    sentences = [find_claims(source[start:end]) for start, end in split_sentences(source)]
    only: set[str] = set()
    rivalled: set[str] = set()
    for claim in find_claims(clause):
        if claim.kind in _FIGURES:
            own = [found for found in sentences if any(claims_agree(claim, other) for other in found)]
            rivals = [o for found in own for o in found if o.kind == claim.kind and not claims_agree(claim, o)]
            words = rivalled if rivals else only
            words.update(_split_words(claim.text, sides))
    return only, rivalled - only


def _say_plainly(clause: str, source: str, house: House) -> str:
    """Take the house's own words out of a clause, where a sentence of the source says them as filings do.

    The sentence must have the words that stand by them in the clause, up to the commas, and deny nothing more.
    """
    sentences = [source[start:end] for start, end in split_sentences(source)]
    for own, others in house.style:
        said = re.compile(rf"\b{re.escape(own)}\b", re.IGNORECASE)
        ways = {*level_tokens(others), *level_tokens(own)}
        for item in filter(said.search, clause.split(", ")):
            rest = said.sub(" ", item)
            beside = set(_split_words(rest, house.sides))
            for sentence in sentences:
                words = set(_split_words(sentence, house.sides))
                if ways & words and beside <= words and count_negators(rest) >= count_negators(sentence):
                    clause = clause.replace(item, rest)
                    break
    return clause


def _says(label: str, clause: str, source: Passage, house: House) -> bool:
    """Tell whether somebody says what a label says, in the passage, its headings, or by the kind of the document.

    A label that is a side's role ("Landlord") says who a side is: the head of the document tells.
    """
    if inner := _OWN_LABEL.match(clause):
        label = inner.group(1).casefold()
    verb = label.split(" ")[0]  # "Alleged harm" is alleged
    own = _OWN_VOICE.get(house.document_type, ())
    if not label or label in own or (verb in own and verb in _LABELS):
        return True
    if verb not in _LABELS:
        named = [role.casefold() for name, role in house.sides.items() if re.search(rf"\b{name}\b", clause)]
        if named and label in map(str.casefold, house.sides.values()):
            return label in named
        return set(find_terms(label)) <= set(find_terms(f"{source.headings} {source.text}"))
    headed = verb in _HEADED and re.search(rf"\b(?:{_HEADED[verb]})", source.headings, re.IGNORECASE)
    return bool(headed or re.search(rf"(?<![a-z])(?:{_LABELS[verb]})", source.text, re.IGNORECASE))


def _split_words(text: str, sides: Mapping[str, str]) -> list[str]:
    """Give a text's content words in one form: a date as one word, a side always by its role, said once."""
    text = _DOCKET_ENTRY.sub(" ecf ", text)
    for date in sorted((c for c in find_claims(text) if c.kind == "date"), key=lambda c: -c.start):
        if isinstance(date.value, tuple):
            parts = "".join(str(part or 0).rjust(2, "0") for part in date.value)
            text = f"{text[: date.start]} {parts} {text[date.end :]}"
    text = level_sides(text, sides)
    words = [word for word in level_tokens(text) if word not in _SMALL and word not in "$%"]
    return [word for word, before in zip(words, ["", *words], strict=False) if word != before]


def cut_pieces(words: Sequence[str], others: Sequence[str]) -> list[Sequence[str]]:
    """Cut words into the pieces that stand in others too, the longest first, no word used twice.

    Returns:
        The pieces; words that the others lack are in none.
    """
    free, left = [True] * len(words), [True] * len(others)
    pieces: list[Sequence[str]] = []
    while True:
        size, at, there = _find_longest(words, others, free, left)
        if not size:
            return pieces
        free[at : at + size] = [False] * size
        left[there : there + size] = [False] * size
        pieces.append(words[at : at + size])


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
