"""Text that a PDF gives in the place of its glyphs (/ActualText), held against what the glyphs themselves say.

It is meant for ligatures and hyphens. Where it says something else than the glyphs, the glyphs are read: the page
shows them. Where the font does not say what its glyphs are, the given text stays and is said to be unchecked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ingest.page_objects import PageObjects, bind_owners
from ingest.page_words import PageCharacters

REPLACED = "other text than is shown"
_KEY = b"ActualText"
_UNKNOWN = "\ufffd"
_UNKNOWN_MAX = 40
_LETTERS_A_GLYPH = 4
_MARKS_MAX, _CHARACTERS_MAX = 40, 200_000

Read = Callable[[Any], PageCharacters]


@dataclass(frozen=True, slots=True)
class ShownText:
    """A page's text, by its glyphs where the file gives something else for them.

    Attributes:
        text_page: pdfium's text page that the characters are of.
        read: The characters.
        replaced: Texts that the file gave for glyphs that say something else.
        unchecked: Whether much of the text stands for glyphs that say nothing.
    """

    text_page: Any
    read: PageCharacters
    replaced: tuple[str, ...] = ()
    unchecked: bool = False


def read_shown(page: Any, objects: PageObjects, read_characters: Read) -> ShownText:
    """Read a page's characters; where the file gives other words for its glyphs, the glyphs' own."""
    text_page = page.get_textpage()
    if not _given_texts(objects):
        return ShownText(text_page, read_characters(text_page))
    given_by = _spell_objects(text_page)
    _forget_given_texts(objects)
    plain_page = page.get_textpage()
    shown_by = _spell_objects(plain_page)
    replaced: list[str] = []
    unknown = 0
    for given, shown in _pair_differing(objects, given_by, shown_by):
        if not _may_stand_for(given, shown):
            replaced.append(given.strip())
        unknown += shown.count(_UNKNOWN)
    unchecked = unknown > _UNKNOWN_MAX  # of a page that is read by its glyphs too: these letters are not known at all
    if replaced:
        return ShownText(plain_page, read_characters(plain_page), tuple(text for text in replaced if text), unchecked)
    plain_page.close()
    return ShownText(text_page, read_characters(text_page), unchecked=unchecked)


def _given_texts(objects: PageObjects) -> bool:
    """Tell whether the file gives text in the place of some glyphs."""
    import pypdfium2.raw as raw

    get_type = raw.FPDFPageObjMark_GetParamValueType
    return any(get_type(mark, _KEY) for _text, mark in _iterate_marks(objects))


def _forget_given_texts(objects: PageObjects) -> None:
    """Take the given texts out of pdfium's copy of the page; the marks themselves, such as a layer's, stay."""
    import pypdfium2.raw as raw

    for text, mark in _iterate_marks(objects):
        raw.FPDFPageObjMark_RemoveParam(text, mark, _KEY)


def _iterate_marks(objects: PageObjects) -> Iterator[tuple[Any, Any]]:
    import pypdfium2.raw as raw

    for text in objects.texts.values():
        for index in range(min(raw.FPDFPageObj_CountMarks(text.handle), _MARKS_MAX)):
            yield text.handle, raw.FPDFPageObj_GetMark(text.handle, index)


def _spell_objects(text_page: Any) -> dict[int, str]:
    """Give each text object's characters; `_UNKNOWN` for a glyph of which the font does not say what it is."""
    import pypdfium2.raw as raw

    handle, find_owner = text_page.raw, bind_owners(text_page)
    pieces: dict[int, list[str]] = defaultdict(list)
    for index in range(min(raw.FPDFText_CountChars(handle), _CHARACTERS_MAX)):
        if address := find_owner(index):
            code = raw.FPDFText_GetUnicode(handle, index)
            unmapped = raw.FPDFText_HasUnicodeMapError(handle, index) == 1
            unknown = unmapped or code in (0, 0xFFFD) or 0xE000 <= code < 0xF900
            pieces[address].append(_UNKNOWN if unknown else chr(code))
    return {address: "".join(piece) for address, piece in pieces.items()}


def _pair_differing(
    objects: PageObjects, given_by: dict[int, str], shown_by: dict[int, str]
) -> Iterator[tuple[str, str]]:
    """Give (given, shown) for each row of text objects in which the two are not the same."""
    given, shown = "", ""
    for address in [*objects.texts, 0]:
        one, other = given_by.get(address, ""), shown_by.get(address, "")
        if one != other:
            given, shown = given + one, shown + other
        elif given or shown:
            yield given, shown
            given, shown = "", ""


def _normalize(text: str) -> str:
    """Give the letters and digits of a text, ligatures apart, and the mark of an unknown glyph."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() or c == _UNKNOWN)


def _may_stand_for(given: str, shown: str) -> bool:
    """Tell whether a given text says what its glyphs say, each unknown glyph being a few letters at most."""
    text = _normalize(given).replace(_UNKNOWN, "")
    at = room = 0
    for piece in re.split(f"({_UNKNOWN})", _normalize(shown)):
        if piece == _UNKNOWN:
            room += _LETTERS_A_GLYPH
        elif piece:
            at = text.find(piece, at, at + room + len(piece))
            if at < 0:
                return False
            at, room = at + len(piece), 0
    return len(text) - at <= room
