"""Which words of a page its picture does not show, and why: drawn with and without its text, in the limited child.

A word is seen where taking its text away changes the picture. Text objects that overlap are taken away in turn, and
each must also show on the page without any other text. Words that are not seen are looked at again more closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from ingest.page_objects import (
    IMAGE,
    PATH,
    SHADING,
    Bounds,
    PageObject,
    PageObjects,
    address_of,
    bind_owners,
    find_bounds,
    judge_paint,
)
from ingest.page_words import BOX_SCALE, Crop, PageCharacters, Word, crop_letter, crop_word, crop_words, make_part
from ingest.text_layers import part_layers

COVERED, UNDRAWN = "covered", "not drawn"
"""Why a word is not seen, beside `INVISIBLE` and `PALE`; the words stand in the warning that a reader sees."""

_CONTRAST_MIN = 24
_MARK = [0] * _CONTRAST_MIN + [255] * (256 - _CONTRAST_MIN)
_SHARE_UNSEEN = 0.6
_LIGHT_ABOVE = 215
_GAP_OF_LETTER = 3
"""Half widths of a letter: a word without so wide a gap shows all of its letters."""
_SIDE_PIXELS, _PIXELS_MAX = 792.0, 4_000_000
_CLOSER, _PIXELS_CLOSER_MAX, _SCALE_CLOSER_MIN = 3.0, 9_000_000, 0.6
_INK_CLOSER = 1.5
_INSET, _DOUBLES_MAX = 0.15, 50
_LAST_OF_LATIN = "\u024f"


class PagePicture:
    """One page's words held against its picture.

    Attributes:
        unchecked: Whether some words could not be judged.
        below: Words that an image covers and that may be its text layer, since there is ink in their place.
    """

    def __init__(self, text_page: Any, read: PageCharacters, objects: PageObjects) -> None:
        self.unchecked = False
        self.below: list[Word] = []
        self._read, self._objects = read, objects
        self._owner_at = bind_owners(text_page)
        width, height = objects.page.get_size()
        self._area, self._height = max(width * height, 1.0), height
        scale = max(1.0, _SIDE_PIXELS / max(width, height, 1.0))
        self._scale = min(scale, (_PIXELS_MAX / self._area) ** 0.5)
        self._texts = list(objects.texts.values())
        self._layers: dict[int, int] = {}

    def find_unseen(self, words: Sequence[Word]) -> dict[Word, str]:
        """Give the words that the picture does not show, each with the reason.

        Raises:
            pypdfium2.PdfiumError: The picture could not be made.
        """
        with_text = self._objects.draw(self._scale)
        self._layers, parted = part_layers(self._read, words, with_text.size, self._address_at)
        self.unchecked = not parted
        owners = {word: self._find_owner(word) for word in self._leave_unseen(words, with_text, self._scale)}
        unpainted = [word for word, owner in owners.items() if owner is not None and not owner.painted]
        aside = set(unpainted)
        plain = self._look_closer([word for word in owners if word not in aside])
        if self._layers:
            plain = self._drop_doubles(plain, [word for word in words if word not in owners])
        unseen = self._drop_what_images_show(plain, unpainted, owners)
        found = self._give_reasons(unseen, owners) if unseen else {}
        return found if parted else self._judge_paint_alone([word for word in words if word not in owners]) | found

    def is_painted(self, word: Word) -> bool:
        """Tell whether a word is of text in a mode that paints."""
        owner = self._find_owner(word)
        return owner is None or owner.painted

    def _find_owner(self, word: Word) -> PageObject | None:
        """Give the text object that a word is of."""
        found = (self._objects.texts.get(self._address_at(position)) for position in word.letters)
        return next((owner for owner in found if owner is not None), None)

    def _address_at(self, position: int) -> int:
        """Give the address of the text object that a character is of, 0 for none."""
        index = self._read.indices[position]
        return self._owner_at(index) if index >= 0 else 0

    def _leave_unseen(self, words: Sequence[Word], with_text: Any, scale: float) -> list[Word]:
        """Give the words whose text makes no difference to the picture."""
        masks = self._make_masks(with_text, scale)
        unseen = []
        for word, crop in zip(words, crop_words(words, masks[0].size, _INSET), strict=True):
            if len(masks) == 1:
                missing = _count_missing(masks[0], self._read, word, crop)
            else:
                runs = groupby(word.letters, lambda i: self._layers.get(self._address_at(i), 0))
                parts = [(masks[layer], make_part(self._read, list(run))) for layer, run in runs]
                missing = sum(
                    _count_missing(mask, self._read, part, crop_word(part, mask.size, _INSET)) for mask, part in parts
                )
            if missing >= _SHARE_UNSEEN * len(word.letters):
                unseen.append(word)
        return unseen

    def _make_masks(self, with_text: Any, scale: float) -> list[_Mask]:
        """Give, for each layer, a picture that is white where its text shows."""
        from PIL import Image, ImageChops

        count = max(self._layers.values(), default=0) + 1
        painted = [text for text in self._texts if text.painted]
        if not painted:
            return [_Mask(Image.new("L", with_text.size))] * count
        draw = partial(self._objects.draw, colour=with_text.mode == "RGB")  # as the picture with text was drawn
        without = draw(scale, painted)
        if count == 1:
            return [_Mask(_difference(with_text, without).point(_MARK))]
        masks = []
        for layer in range(count):
            own = [text for text in painted if self._layers.get(address_of(text.handle), 0) == layer]
            others = [text for text in painted if self._layers.get(address_of(text.handle), 0) != layer]
            taken, alone = _difference(with_text, draw(scale, own)), _difference(draw(scale, others), without)
            masks.append(_Mask(ImageChops.darker(taken, alone).point(_MARK)))
        return masks

    def _look_closer(self, words: list[Word]) -> list[Word]:
        """Give those of the words that a larger picture, in colours, does not show either.

        Two colours of the same lightness look alike in greys, and stand apart in one of red, green and blue.
        """
        scale = self._limit_scale(_CLOSER)
        if words and scale < _SCALE_CLOSER_MIN:
            self.unchecked = True
            owners = {word: self._find_owner(word) for word in words}
            return [word for word, owner in owners.items() if owner is not None and judge_paint(owner)]
        if not words:
            return words
        scale = max(scale, self._scale)
        return self._leave_unseen(words, self._objects.draw(scale, colour=True), scale)

    def _judge_paint_alone(self, words: list[Word]) -> dict[Word, str]:
        """Give those of words on one another that are not painted, or pale, where the page without text is light.

        Each of them may show, or what shows is the other one: the picture does not tell.
        """
        owners = {word: self._find_owner(word) for word in words}
        why = {word: reason for word, owner in owners.items() if owner and (reason := judge_paint(owner))}
        if not why:
            return {}
        ground = self._objects.draw(self._limit_scale(_INK_CLOSER), self._texts)
        found = {}
        for word, reason in why.items():
            crop = crop_word(word, ground.size, 0.0)
            if crop is None or ground.crop(crop).getextrema()[0] > _LIGHT_ABOVE:
                found[word] = reason
        return found

    def _limit_scale(self, times: float) -> float:
        return min(self._scale * times, (_PIXELS_CLOSER_MAX / self._area) ** 0.5)

    def _drop_doubles(self, unseen: list[Word], seen: list[Word]) -> list[Word]:
        """Leave out words that stand on the same word once more, as in bold that is printed twice."""
        size = (BOX_SCALE, BOX_SCALE)
        places: dict[str, list[Crop]] = {}
        for word in seen:
            same = places.setdefault(self._spell(word), [])
            crop = crop_word(word, size, 0.0)
            if crop and len(same) < _DOUBLES_MAX:
                same.append(crop)
        left = []
        for word in unseen:
            own = crop_word(word, size, _INSET)
            if own is None or not any(_overlap(own, crop) for crop in places.get(self._spell(word), ())):
                left.append(word)
        return left

    def _spell(self, word: Word) -> str:
        return "".join(self._read.characters[i] for i in word.letters)

    def _drop_what_images_show(
        self, plain: list[Word], unpainted: list[Word], owners: dict[Word, PageObject | None]
    ) -> list[Word]:
        """Leave out what may be the text layer of a scan: not painted, or under an image, where there is ink."""
        images = [(item.order, find_bounds(item.outer)) for item in self._objects.items if item.kind == IMAGE]
        below = {word for word in plain if images and _lies_below(owners[word], images)}
        if not below and not unpainted:
            return plain
        hide = [*self._texts, *(item for item in self._objects.items if item.kind == SHADING)]
        ground = self._objects.draw(self._limit_scale(_INK_CLOSER), hide)
        self.below = [word for word in plain if word in below and not self._lacks_ink(ground, word, wider=False)]
        below = set(self.below)
        left = [word for word in plain if word not in below]
        return left + [word for word in unpainted if self._lacks_ink(ground, word, wider=True)]

    def _may_lack_font(self, word: Word, owner: PageObject | None) -> bool:
        """Tell whether a word may be missing only because this machine has no font for its script."""
        import pypdfium2.raw as raw

        foreign = sum(self._read.characters[i] > _LAST_OF_LATIN for i in word.letters)
        if owner is None or 2 * foreign < len(word.letters):
            return False
        return raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(owner.handle)) != 1

    def _lacks_ink(self, picture: Any, word: Word, *, wider: bool) -> bool:
        missing = sum(not _has_contrast(picture, self._read, i, wider) for i in word.letters)
        return missing >= _SHARE_UNSEEN * len(word.letters)

    def _give_reasons(self, unseen: list[Word], owners: dict[Word, PageObject | None]) -> dict[Word, str]:
        """Tell what hides each word; a page of nothing but text tells the covered from the undrawn."""
        reasons: dict[Word, str] = {}
        alone = None
        for word in unseen:
            owner = owners[word]
            painted_so = judge_paint(owner) if owner else ""
            if painted_so:
                reasons[word] = painted_so
            else:
                if alone is None:
                    others = [item for item in self._objects.items if item.kind in (PATH, IMAGE, SHADING)]
                    alone = self._objects.draw(self._limit_scale(_INK_CLOSER), others, annotations=False)
                if not self._lacks_ink(alone, word, wider=False):
                    reasons[word] = COVERED
                elif self._may_lack_font(word, owner):
                    self.unchecked = True
                else:
                    reasons[word] = UNDRAWN
        return reasons


class _Mask:
    """A picture that is white where text shows, with its bytes."""

    def __init__(self, picture: Any) -> None:
        self.picture, self.size = picture, picture.size
        self._pixels = np.asarray(picture)

    def has_gap(self, crop: Crop, width: int) -> bool:
        """Tell whether `width` columns in a row of a part are black."""
        columns = np.bitwise_or.reduce(self._pixels[crop[1] : crop[3], crop[0] : crop[2]], axis=0)
        return bytes(width) in columns.tobytes()


def _count_missing(mask: _Mask, read: PageCharacters, word: Word, crop: Crop | None) -> int:
    """Count the letters of a word or a part of it, which lies at `crop`, at which the mask is black."""
    if crop is None:
        return len(word.letters)
    width, height, count = crop[2] - crop[0], crop[3] - crop[1], len(word.letters)
    gap = min(max(_GAP_OF_LETTER * width // (2 * count), 1), width)
    if (count == 1 or width >= height) and not mask.has_gap(crop, gap):
        return 0
    crops = (crop_letter(read, i, mask.size) for i in word.letters)
    return sum(crop is None or mask.picture.crop(crop).getbbox() is None for crop in crops)


def _has_contrast(picture: Any, read: PageCharacters, position: int, wider: bool) -> bool:
    """Tell whether a picture is not all of one shade where a character stands, or a little around it."""
    crop = crop_letter(read, position, picture.size, wider=wider)
    if crop is None:
        return False
    low, high = picture.crop(crop).getextrema()
    return bool(high - low >= _CONTRAST_MIN)


def _difference(one: Any, other: Any) -> Any:
    """Give in greys how far two pictures lie apart, in the colour in which they do most."""
    from PIL import ImageChops

    apart = ImageChops.difference(one, other)
    if apart.mode != "RGB":
        return apart
    red, green, blue = apart.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _lies_below(owner: PageObject | None, images: Sequence[tuple[int, Bounds | None]]) -> bool:
    """Tell whether an image is painted over a text object later on."""
    own = find_bounds(owner.outer) if owner else None
    if owner is None or own is None:
        return False
    return any(order > owner.order and bounds and _overlap(own, bounds) for order, bounds in images)


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
