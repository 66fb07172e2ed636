"""Words that are no English words and have a capital, and what stands with them: for the strict profile.

A small model knows few towns and bodies of other countries. The dictionary that comes with it knows English: a word with a
capital that is not in it is nearly always somebody's name, a town's or a body's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer
from ingest.recognizers.common_words import tell_parts
from ingest.recognizers.trim import trim_name
from ingest.recognizers.vocabulary import LEGAL_WORDS, PROPER_ADJECTIVES, TITLES, make_words

_NAME = r"(?:[’']s-|\p{Ll}{1,4}[’'-]|\p{Ll}(?=\p{Lu}\p{Ll}))?\p{Lu}\p{L}++(?:[’'-]\p{L}++)*+"
_CAPITAL = regex.compile(rf"(?<![\p{{L}}\p{{N}}@_.’'-]){_NAME}(?![\p{{L}}\p{{N}}@])")
_INSIDE = regex.compile(r"(?:[\p{Ll}\p{N},;:)’”–-][ \n]|[\p{Ll}\p{N},;:][ \n][“\"(‘])\Z")
_SMALL = regex.compile(r"(?<![\p{L}\p{N}])\p{Ll}{3,}+(?!\p{L})")
_PARTS = regex.compile(r"[’'-]")
_FUNCTION_WORDS = make_words(
    "until nor without against despite although unless toward towards among amongst whilst notwithstanding regarding within "
    "throughout beyond behind beside besides except inside onto outside plus till unlike yet lest albeit whenever wherever "
    "whoever whatever whichever herself himself itself themselves ourselves yourself myself oneself another anybody everybody "
    "somebody someone anyone everyone none nobody nowhere somewhere around across along amid near off over through its "
    "human series ex re co non anti pro sub vice mid self ltd inc gmbh cf eg ie para paras art arts no nos sic fundamental freedoms"
)
_PLAIN = LEGAL_WORDS | _FUNCTION_WORDS | frozenset(word.casefold() for word in TITLES)
_NO_SURNAME = regex.compile(
    r"(?:ive|ous|ory|ing|ed|ly|ic|able|ible|tions?|sion|ments?|ness|ity|ities|ance|ence|ism|ship|ish|ese|ian|can|ean|al|ary)$"
    r"|^(?:greek|dutch|czech|swiss|french|welsh|scots|slovak|croat|serb|turk|arab|kurd|tatar|roma|jewish|muslim|christian|catholic|orthodox)s?$"
)
_ROMAN = regex.compile(r"[IVXLC]+")
_LETTERS_MIN, _LARGE_MIN = 3, 6
_KIND = (
    r"villages?|towns?|hamlet|settlement|district|municipality|neighbourhood|quarter|commune|province|region|island|river|lake"
    r"|street|square|market|prison|remand\s(?:centre|prison)|detention\scent(?:re|er)|reception\scent(?:re|er)|police(?:\sstation)?"
    r"|gendarmerie(?:\s(?:station|command))?|(?:railway|bus|underground)\sstation|hospital|clinic|school|university|cemetery|airport"
    r"|harbour|port|camp|barracks|checkpoint|border\scrossing|nursing\shome|children[’']s\shome|orphanage|factory|plant|shipyard|mine"
    r"|stadium|church|mosque|monastery|synagogue|parish|public\sprosecutor(?:[’']s\soffice)?|prosecutor[’']s\soffice|bar\sassociation"
    r"|(?:penal|correctional|medical|sports|custodial|detention|psychiatric)\s(?:institution|facility|establishment|centre|unit|colony)|institution|facility"
    r"|(?:directorate|department|inspectorate|office|administration)(?:\sof\s(?:internal\saffairs|health|education|justice|finance|labour|culture|agriculture"
    r"|the\sinterior))?|authorit(?:y|ies)|office|council|bank|company|branch|section|division|unit|command|battalion|regiment|garrison|committee|board"
    r"|agency|registry|archives?|library|museum|theatre|college|kindergarten|nursery|sanatorium|shelter|hostel|hotel|restaurant|caf[eé]|bar|farm"
    r"|cooperative|dam|bridge|canal|abbey|convent|cathedral|synagogue|cinema|bakery|sawmill|mill|brewery|refinery|shelter|tavern|pharmacy|dispensary"
    r"|court|town\shall|city\shall|newspaper|magazine|colony|plain|valley|mountains?|forest|suburb|estate|shopping\scentre"
)
_KIND_BEHIND = (
    r"[ \n](?:(?:central|local|general|state|regional|city|primary|secondary|high|psychiatric|military|civil|criminal|administrative|juvenile|women’s"
    rf"|municipal|provincial|district|federal|land|tax|forest|health|labour)\s)?(?:{_KIND})\b"
)
_SMALL_KIND = regex.compile(rf"(?<![\p{{L}}\p{{N}}’'-])(?P<own>{_NAME}(?:[ \n]{_NAME}){{0,3}}){_KIND_BEHIND}")
KIND_BEHIND = regex.compile(_KIND_BEHIND)
_ON_A_MAP = regex.compile(
    r"(?:villages?|towns?|hamlet|settlement|district|municipality|neighbourhood|quarter|commune|province|region|island|river|lake"
    r"|street|square|plain|valley|mountains?|forest|suburb)$"
)
_NUMBERED = regex.compile(
    r"\b(?:Prison|Colony|School|Hospital|Facility|Unit|Station|Centre|Clinic|Institution"
    r"|Kindergarten|Dormitory|Nursery|Battalion|Regiment|Brigade|Home|SIZO|Gymnasium|Lyceum)[ \n][Nn]o\.[ \n]?[\p{L}/-]{0,4}\d+(?:/\d+)?"
    rf"(?:[ \n](?:in|of|at)[ \n](?:the[ \n])?{_NAME}(?:[ \n]{_NAME}){{0,2}})?"
)
_GLOSS = regex.compile(
    r"(?<=\p{L}[ \n])\((?P<gloss>\p{L}[\p{L}’'-]*+(?:[ \n]\p{L}[\p{L}’'-]*+){0,7}+)(?=[),;:]|\s?[–-])"
)
_SURE, _LIKELY = 0.9, 0.5


class ProperWords(LegalRecognizer):
    """Towns, bodies and people whose names no dictionary has."""

    types = ("BODY", "AGENCY", "LOC")

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give unknown words with a capital, names with a kind in small letters, numbered institutions, foreign glosses."""
        small = set(_SMALL.findall(text))
        words = [
            match
            for match in _CAPITAL.finditer(text)
            if not match.group().isupper() or _is_written_large(match.group())
        ]
        names = {word for match in words if _is_noun_inside(text, match.start(), word := match.group(), small)}
        for match in words:
            word = match.group()
            if word in names or not is_common_word(word):
                yield Found(match.start(), match.end() - 2 * word.endswith(("’s", "'s")), "BODY", _LIKELY)
        for match in _SMALL_KIND.finditer(text):
            trimmed = trim_name(text, match.start("own"), match.end("own"), PROPER_ADJECTIVES)
            if trimmed is not None and not all(map(is_common_word, text[slice(*trimmed)].split())):
                yield Found(trimmed[0], match.end(), "LOC" if _ON_A_MAP.search(match.group()) else "AGENCY", _LIKELY)
        for match in _NUMBERED.finditer(text):
            yield Found(match.start(), match.end(), "BODY", _SURE)
        for match in _GLOSS.finditer(text):
            words = match["gloss"].split()
            foreign = [len(word) < _LETTERS_MIN or not is_common_word(word) for word in words]
            if all(foreign) or (words[0][0].isupper() and any(foreign) and not _PLAIN.intersection(words)):
                yield Found(match.start("gloss"), match.end("gloss"), "BODY", _LIKELY)


@lru_cache(maxsize=8_192)
def is_common_word(word: str) -> bool:
    """Tell whether a word, or every part of a hyphened one, is an English word or a word of law."""
    parts = [part for part in _PARTS.split(word.casefold()) if len(part) > 1]
    return all(part in _PLAIN or tell_parts(part) for part in parts)


def _is_written_large(word: str) -> bool:
    """Tell whether a word in capitals is too long for letters that stand for words, and no numeral."""
    return len(word) >= _LARGE_MIN and not _ROMAN.fullmatch(word)


def _is_noun_inside(text: str, start: int, word: str, small: set[str]) -> bool:
    """Tell whether an English word with a capital inside a sentence may be a name all the same.

    The dictionary holds large towns and surnames ("Young", "Grant"); a plural, what its ending shows, a people's adjective,
    a word of law and one that is also written small are none.
    """
    if word.isupper() or not _INSIDE.search(text, max(0, start - 3), start):
        return False
    folded = word.casefold()
    if folded in small or folded in _PLAIN or not tell_parts(folded) or _NO_SURNAME.search(folded):
        return False
    return not (folded.endswith("s") and not folded.endswith("ss") and bool(tell_parts(folded[:-1])))
