"""Given names that stand alone: which can be sought by themselves, and where a word is one.

"Ann" of "Ann Rivera" names her as her surname does. But many given names are words, months or parts of a citation
("Will", "May", "Code Ann."): those count only with a capital inside a sentence, and not where they are used as words.
"""

from __future__ import annotations

import regex

from ingest.recognizers.common_words import is_english, tell_parts
from ingest.recognizers.proper_words import is_common_word
from ingest.recognizers.trim import GIVEN_NAMES
from ingest.recognizers.vocabulary import COUNTRIES, LEGAL_WORDS, MONTHS, PARTICLES, TITLES, US_STATES, make_words

_WORDS_TOO = GIVEN_NAMES | make_words(
    "grant will rose faith hope grace joy dale dean chase guy art bill rich frank jack drew gene glen clay cliff dawn "
    "eve ivy iris lily daisy hazel holly ginger violet olive pearl ruby amber crystal jade summer autumn skip chip "
    "chuck bob rob pat nick dick sue carol penny patience charity mercy miles lance ward ray max victor wade pierce "
    "reed drake hunter carter mason cooper taylor tyler parker sterling sandy terry kit dan tom tim jim ted ken ron "
    "lee kim tony buddy sonny gay roman herb norm herman"
)
"""Given names that the dictionary has as words: any other word of it that begins a name is rather a wrong find."""

_LETTERS_MIN = 3
_PLACE = regex.compile(rf"(?:{COUNTRIES}|{US_STATES})")
_MONTHS = frozenset(MONTHS.casefold().split("|"))
_TITLES = frozenset(title.casefold() for title in TITLES)
_NAME_BEFORE = regex.compile(r"(?<![\p{L}\p{N}])(?P<word>\p{Lu}[\p{L}’'-]*)\.?[ \n]\Z")
_NAME_BEHIND = regex.compile(r"[ \n]\p{Lu}[\p{L}.]|-\p{L}|[ \n]&")
_INSIDE = regex.compile(r"(?:[\p{Ll}\p{N},;)’”–-][ \n]|[\p{Ll}\p{N},;:][ \n][“\"(‘])\Z")
_USED_BEFORE = regex.compile(
    r"\b(?:the|an?|this|that\sthe|such|any|no|each|every|said|its|his|her|their|our|your|my|to|first|last|next|new"
    r"|general|land|patent|federal|research)[ \n][“\"(‘]?\Z",
    regex.IGNORECASE,
)
_TIME_BEFORE = regex.compile(
    r"\b(?:in|of|on|by|since|until|till|before|after|during|from|through|to|between|early|late|mid|last|next|this|and"
    r"|or)[ \n-]\Z",
    regex.IGNORECASE,
)
_FIGURE_BEHIND = regex.compile(r",?[ \n]\d|[ \n](?:of|and|through|to)[ \n](?:\d|the\ssame|last|this|next)")
_STATUTE_BEFORE = regex.compile(
    r"\b(?:Code|Codes|Stats?|Statutes|Laws?|Comp|Rev|Gen|Consol|Civ|Crim|Prop|Proc|Bus|Fam|Lab|Tax)\.?[ \n]\Z"
)
_STATUTE_BEHIND = regex.compile(r"\.?,?[ \n](?:§|\d|art\b|ch\b|tit\b|sec\b)")


def may_be_given(word: str) -> bool:
    """Tell whether the first word of a person's full name, in small letters, may be sought by itself at all.

    A name of a state or a country is not: "Virginia" would be taken for Virginia Holt wherever it stands. Nor is a
    word that only the dictionary has: "Dear Wren" is no Dear.
    """
    if len(word) < _LETTERS_MIN or not word.isalpha() or word in PARTICLES or word in _TITLES:
        return False
    if _PLACE.fullmatch(word.title()):
        return False
    return word in _WORDS_TOO or not (word in LEGAL_WORDS or is_english(word))


def is_word_too(word: str) -> bool:
    """Tell whether a given name in small letters is also a word or a month, so that it counts inside sentences only."""
    return word != "ann" and (word in LEGAL_WORDS or (word in _WORDS_TOO and bool(tell_parts(word) - _plain(word))))


def _plain(word: str) -> frozenset[str]:
    """Give what a common given name may be for the dictionary: its nouns hold "John" and "Mary"."""
    return frozenset(("noun",)) if word in GIVEN_NAMES else frozenset()


def stands_alone(text: str, start: int, end: int, small: bool) -> bool:
    """Tell whether a given name at [start, end) stands for a person: no part of another name, no word, no citation.

    Args:
        text: The text.
        start: First character.
        end: After the last one.
        small: The text writes the word small as often as with a capital, so that it is a word here whatever it is.
    """
    word = text[start:end]
    folded = word.casefold()
    before = max(0, start - 24)
    if word[0].isupper() and _NAME_BEHIND.match(text, end):
        return False  # "Ann Arbor", "Ann Kowalski"
    named = _NAME_BEFORE.search(text, before, start)
    if named and (named["word"].casefold() in GIVEN_NAMES or not is_common_word(named["word"])):
        return False  # "Mary Ann", "St. Ann"
    if folded == "ann" and (_STATUTE_BEFORE.search(text, before, start) or _STATUTE_BEHIND.match(text, end)):
        return False  # "Tex. Prop. Code Ann. § 5"
    return not (small or is_word_too(folded)) or _is_name_inside(text, start, end)


def _is_name_inside(text: str, start: int, end: int) -> bool:
    """Tell whether a word that is a name too stands with a capital inside a sentence, and is not used as a word."""
    word, before = text[start:end], max(0, start - 24)
    if not word[0].isupper() or word.isupper() or not _INSIDE.search(text, max(0, start - 3), start):
        return False
    if _USED_BEFORE.search(text, before, start):
        return False
    return word.casefold() not in _MONTHS or not (
        _TIME_BEFORE.search(text, before, start) or _FIGURE_BEHIND.match(text, end)
    )
