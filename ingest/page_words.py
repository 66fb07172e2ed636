"""A page's characters while it is read in the limited child, and the words that they make."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

BOX_SCALE = 65535

_WORD = re.compile(r"\S+")

Crop = tuple[int, int, int, int]
"""Left, top, right and bottom pixels of a part of a picture."""


@dataclass(frozen=True, slots=True)
class PageCharacters:
    """A page's characters while it is read.

    Attributes:
        characters: One string of length 1 each.
        boxes: Four numbers a character, as in `Page.boxes`.
        indices: pdfium's index of each, -1 for one that it does not have.
        sizes: The size of each one's box in points, 0 where it has none, -1 where it is off the page.
    """

    characters: list[str] = field(default_factory=list)
    boxes: array[int] = field(default_factory=lambda: array("H"))
    indices: list[int] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """Characters of a page without white space, or a part of them. Words are told apart by identity.

    Attributes:
        start: Of the first character.
        end: Behind the last one.
        letters: The positions of its letters and digits.
        box: Around it, as in `Page.boxes`; None where it has no place.
    """

    start: int
    end: int
    letters: Sequence[int]
    box: Crop | None


def cut_words(read: PageCharacters) -> list[Word]:
    """Cut a page's characters into words; what has no letter or digit says nothing and is left out."""
    text = "".join(read.characters)
    spans = [match.span() for match in _WORD.finditer(text)]
    words: list[Word] = []
    for (start, end), box in zip(spans, _surround_each(read.boxes, spans), strict=True):
        letters: Sequence[int] = range(start, end)
        if not text[start:end].isalnum():
            letters = [i for i in letters if _is_letter(text[i])]
        if letters:
            words.append(Word(start, end, letters, box))
    return words


def _surround_each(boxes: array[int], spans: list[tuple[int, int]]) -> list[Crop | None]:
    """Give the box around each span's boxes, None where none of them has a place."""
    if not spans:
        return []
    sides = np.frombuffer(boxes, dtype=np.uint16).reshape(-1, 4)
    sides = sides[: spans[-1][1]]
    at = np.array(spans).ravel()[:-1]  # from where to where, and so on; the last span goes on to the end
    first, last = sides[:, :2], sides[:, 2:]
    around = np.hstack([np.minimum.reduceat(first, at)[::2], np.maximum.reduceat(last, at)[::2]]).tolist()
    whole: list[bool] = np.asarray(np.minimum.reduceat(last, at)[::2].all(axis=1)).tolist()
    return [
        (left, top, right, bottom) if all_placed else surround(boxes[4 * start : 4 * end])
        for (left, top, right, bottom), all_placed, (start, end) in zip(around, whole, spans, strict=True)
    ]


def _is_letter(character: str) -> bool:
    """Tell a letter, a digit or a sign that can stand for one, such as a letter in a circle."""
    return character.isalnum() or (character > "\u2000" and unicodedata.category(character) == "So")


def make_part(read: PageCharacters, letters: Sequence[int]) -> Word:
    """Make a part of a word of some letters in a row."""
    start, end = letters[0], letters[-1] + 1
    return Word(start, end, letters, surround(read.boxes[4 * start : 4 * end]))


def surround(boxes: array[int]) -> Crop | None:
    """Give the box around boxes, or None where none of them has a place."""
    part = [boxes[k::4] for k in range(4)]
    if 0 in part[2] or 0 in part[3]:
        placed = [i for i in range(len(part[0])) if part[2][i] or part[3][i]]
        if not placed:
            return None
        part = [array("H", (column[i] for i in placed)) for column in part]
    return min(part[0]), min(part[1]), max(part[2]), max(part[3])


def crop_word(word: Word, size: tuple[int, int], inset: float) -> Crop | None:
    """Give a word's place in a picture of `size` pixels, its sides moved in by `inset` of the shorter one.

    None where it has no place.
    """
    if word.box is None:
        return None
    x0, y0, x1, y1 = word.box
    scale_x, scale_y = size[0] / BOX_SCALE, size[1] / BOX_SCALE
    by = inset * min((x1 - x0) * scale_x, (y1 - y0) * scale_y)
    return clip_crop(x0 * scale_x + by, y0 * scale_y + by, x1 * scale_x - by, y1 * scale_y - by, size)


def crop_words(words: Sequence[Word], size: tuple[int, int], inset: float) -> list[Crop | None]:
    """Give the place of each word as `crop_word` does."""
    placed = [index for index, word in enumerate(words) if word.box is not None]
    crops: list[Crop | None] = [None] * len(words)
    if not placed:
        return crops
    x0, y0, x1, y1 = np.array([words[index].box for index in placed], dtype=np.float64).T
    scale_x, scale_y = size[0] / BOX_SCALE, size[1] / BOX_SCALE
    by = inset * np.minimum((x1 - x0) * scale_x, (y1 - y0) * scale_y)
    sides = (x0 * scale_x + by, y0 * scale_y + by, x1 * scale_x - by, y1 * scale_y - by)
    left, top, right, bottom = (side.astype(np.int64) for side in sides)
    left, top = np.maximum(left, 0), np.maximum(top, 0)
    right, bottom = np.minimum(right + 1, size[0]), np.minimum(bottom + 1, size[1])
    inside = ((left < right) & (top < bottom)).tolist()
    rows = np.stack([left, top, right, bottom], axis=1).tolist()
    for index, row, is_inside in zip(placed, rows, inside, strict=True):
        crops[index] = tuple(row) if is_inside else None
    return crops


def crop_letter(read: PageCharacters, position: int, size: tuple[int, int], *, wider: bool = False) -> Crop | None:
    """Give a character's place in a picture of `size` pixels, its sides moved in a little, or out where `wider`."""
    x0, y0, x1, y1 = read.boxes[4 * position : 4 * position + 4]
    if not (x1 or y1):
        return None
    width, height = (x1 - x0) * size[0] / BOX_SCALE, (y1 - y0) * size[1] / BOX_SCALE
    by_x, by_y = (-0.5 * height, -0.5 * height) if wider else (0.1 * width, 0.15 * height)
    left, top = x0 * size[0] / BOX_SCALE, y0 * size[1] / BOX_SCALE
    return clip_crop(left + by_x, top + by_y, left + width - by_x, top + height - by_y, size)


def clip_crop(x0: float, y0: float, x1: float, y1: float, size: tuple[int, int]) -> Crop | None:
    """Give whole pixels inside a picture, at least one each way, or None where nothing lies inside."""
    left, top, right, bottom = int(x0), int(y0), int(x1) + 1, int(y1) + 1
    left, top = 0 if left < 0 else left, 0 if top < 0 else top
    right, bottom = size[0] if right > size[0] else right, size[1] if bottom > size[1] else bottom
    return (left, top, right, bottom) if left < right and top < bottom else None
