"""The text objects of a page in layers in which no two overlap, so that each can be looked at without the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np

from ingest.page_words import Crop, PageCharacters, Word, crop_word, crop_words, make_part

LAYERS_MAX = 6
_PAIRS_OF_MAX = 1500
_INSET = 0.1

Place = Callable[[int], int]
"""Gives the address of the text object that a character is of, by its position; 0 for none."""


def part_layers(
    read: PageCharacters, words: Sequence[Word], size: tuple[int, int], find_address: Place
) -> tuple[dict[int, int], bool]:
    """Give the layer of each text object by address, and whether the layers part all words that overlap.

    Args:
        read: The page's characters.
        words: Its words.
        size: Pixels of the picture that overlaps are looked for in.
        find_address: Of the text object of a character.

    Returns:
        No layers where no words overlap, or more than `LAYERS_MAX` lie on one another; objects that are not named are
        of layer 0. Words of one object that overlap cannot be parted.
    """
    cores = [_cut_core(crop) for crop in crop_words(words, size, _INSET) if crop]
    if not _any_overlap(cores, size[1]):
        return {}, True
    crops: dict[int, list[Crop]] = defaultdict(list)
    for word in words:
        for address, run in groupby(word.letters, find_address):
            crop = _crop_core(make_part(read, list(run)), size)
            if crop:
                crops[address].append(crop)
    grounds: list[_Ground] = []
    layers: dict[int, int] = {}
    parted = True
    for address, places in crops.items():
        parted = parted and not _any_overlap(places, size[1])
        level = 0
        while level < len(grounds) and any(grounds[level].meets(crop) for crop in places):
            level += 1
        if level == LAYERS_MAX:
            return {}, False
        if level == len(grounds):
            grounds.append(_Ground(size[1]))
        for crop in places:
            grounds[level].take(crop)
        layers[address] = level
    return layers, parted


def _any_overlap(places: Sequence[Crop], height: int) -> bool:
    """Tell whether two of some places have a pixel in common."""
    if len(places) <= _PAIRS_OF_MAX:  # all pairs at once
        left, top, right, bottom = np.array(places, dtype=np.int32).reshape(-1, 4).T
        across = (left[:, None] < right) & (left < right[:, None])
        return bool(np.count_nonzero(across & (top[:, None] < bottom) & (top < bottom[:, None])) > len(places))
    ground = _Ground(height)
    for crop in places:
        if ground.meets(crop):
            return True
        ground.take(crop)
    return False


class _Ground:
    """The pixels of a picture that are taken, a whole number a row."""

    def __init__(self, height: int) -> None:
        self._rows = [0] * height

    def meets(self, crop: Crop) -> bool:
        """Tell whether a part has a pixel that is taken."""
        span = (1 << (crop[2] - crop[0])) - 1 << crop[0]
        return any(row & span for row in self._rows[crop[1] : crop[3]])

    def take(self, crop: Crop) -> None:
        """Take all pixels of a part."""
        span = (1 << (crop[2] - crop[0])) - 1 << crop[0]
        for y in range(crop[1], crop[3]):
            self._rows[y] |= span


def _crop_core(word: Word, size: tuple[int, int]) -> Crop | None:
    """Give a word's place without the pixels that it may share with its neighbours."""
    crop = crop_word(word, size, _INSET)
    return crop and _cut_core(crop)


def _cut_core(crop: Crop) -> Crop:
    if crop[2] - crop[0] < 3 or crop[3] - crop[1] < 3:
        return crop
    return crop[0] + 1, crop[1] + 1, crop[2] - 1, crop[3] - 1
