"""The text objects of a page in layers in which no two overlap, so that each can be looked at without the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby

from ingest.page_words import Crop, PageCharacters, Word, crop_word

LAYERS_MAX = 6
_INSET = 0.1

Place = Callable[[int], int]
"""Gives the address of the text object that a character is of, by its position; 0 for none."""


def part_layers(
    read: PageCharacters, words: Sequence[Word], size: tuple[int, int], find_address: Place
) -> dict[int, int] | None:
    """Give the layer of each text object by address; all others are of layer 0.

    Args:
        read: The page's characters.
        words: Its words.
        size: Pixels of the picture that overlaps are looked for in.
        find_address: Of the text object of a character.

    Returns:
        Empty where no words overlap; None where more than `LAYERS_MAX` lie on one another.
    """
    from PIL import Image

    taken = Image.new("L", size)
    overlap = False
    for word in words:
        crop = _crop_core(read, word, size)
        if crop:
            overlap = overlap or taken.crop(crop).getbbox() is not None
            taken.paste(255, crop)
    if not overlap:
        return {}
    crops: dict[int, list[Crop]] = defaultdict(list)
    for word in words:
        for address, run in groupby(word.letters, find_address):
            positions = list(run)
            crop = _crop_core(read, Word(positions[0], positions[-1] + 1, positions), size)
            if crop:
                crops[address].append(crop)
    grounds = []
    layers: dict[int, int] = {}
    for address, places in crops.items():
        level = 0
        while level < len(grounds) and any(grounds[level].crop(crop).getbbox() for crop in places):
            level += 1
        if level == LAYERS_MAX:
            return None
        if level == len(grounds):
            grounds.append(Image.new("L", size))
        for crop in places:
            grounds[level].paste(255, crop)
        layers[address] = level
    return layers


def _crop_core(read: PageCharacters, word: Word, size: tuple[int, int]) -> Crop | None:
    """Give a word's place without the pixels that it may share with its neighbours."""
    crop = crop_word(read, word, size, _INSET)
    if crop is None or crop[2] - crop[0] < 3 or crop[3] - crop[1] < 3:
        return crop
    return crop[0] + 1, crop[1] + 1, crop[2] - 1, crop[3] - 1
