"""Text that a page carries but does not show, found in the limited child and taken out of what is read.

Size and place are told from the boxes, everything else from the page's picture (`ingest.page_picture`), and characters
without a shape from their codes. Where the picture cannot be made or trusted, the page is said to be unchecked, and
what its objects say of their own colour and way of painting takes the picture's place.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ingest.hidden_records import make_record
from ingest.page_objects import INVISIBLE, PageObjects, bind_owners, judge_paint
from ingest.page_picture import PagePicture
from ingest.page_words import BOX_SCALE, PageCharacters, Word, cut_words, surround
from ingest.replaced import REPLACED, ShownText
from ingest.shapeless import SHAPELESS, find_shapeless, spell_shapeless

OFF_PAGE, TINY = "off the page", "under 4 points"
"""Why text is hidden, beside the reasons of `ingest.page_picture`; the words stand in the warning."""

_TINY_POINTS = 4.0
_PAPER_POINTS = 792.0
_LAYER_MAX = 20_000


@dataclass(frozen=True, slots=True)
class PartedText:
    """What a page shows, apart from what it hides.

    Attributes:
        text: What it shows.
        boxes: Of the characters of `text`.
        hidden: A record {reason, text, box} for each hidden run.
        unchecked: Whether some of the text could not be held against the page's picture.
        undrawn: Whether it was parted without a picture, by what the page's objects say of themselves.
        layer: Boxes, 0..1 of the page, of the words it shows that are painted by nothing, or covered by an image: a
            scan's own text layer, or words behind a picture of others.
    """

    text: str
    boxes: array[int]
    hidden: list[dict[str, Any]]
    unchecked: bool = False
    undrawn: bool = False
    layer: tuple[Sequence[float], ...] = ()


class PageText:
    """A page's characters, to be parted into what it shows and what it hides.

    Args:
        page: pdfium's page.
        shown: Its characters.
        objects: What it is painted of, as far as that is known.
    """

    def __init__(self, page: Any, shown: ShownText, objects: PageObjects) -> None:
        self._shown, self._objects = shown, objects
        self._words = cut_words(shown.read)
        self._reasons = _judge_boxes(page, shown.read, self._words)

    def part_undrawn(self) -> PartedText:
        """Part it by size, place, codes and the way it is painted alone: unchecked, unless there are no words.

        White text on a dark ground and the text layer of a scan go too: without a picture they cannot be told from
        text that nobody sees, and what goes is said and can be revealed.
        """
        reasons = _judge_objects(self._shown, self._objects, self._words) | self._reasons
        return replace(self._part(reasons, bool(self._words)), undrawn=bool(self._words))

    def part_by_picture(self) -> PartedText:
        """Part it by the page's picture too; all of its objects must be known.

        Raises:
            pypdfium2.PdfiumError: The picture could not be made.
        """
        picture = PagePicture(self._shown.text_page, self._shown.read, self._objects)
        reasons, unchecked = _judge_picture(picture, self._words, dict(self._reasons))
        return self._part(reasons, unchecked, [word for word in picture.below if word not in reasons and word.box])

    def _part(self, reasons: dict[Word, str], unchecked: bool, covered: Sequence[Word] = ()) -> PartedText:
        read = self._shown.read
        runs = [(word.start, word.end, reason) for word, reason in reasons.items()]
        shapeless = [(a, b, SHAPELESS) for a, b in find_shapeless("".join(read.characters))]
        parted = _take_out(read, _join_runs(read, runs, shapeless))
        replaced = [make_record(REPLACED, text) for text in self._shown.replaced]
        layer = tuple(
            [value / BOX_SCALE for value in word.box or ()]
            for word in [*covered, *self._find_layer(reasons)][:_LAYER_MAX]
        )
        return replace(
            parted, hidden=parted.hidden + replaced, unchecked=unchecked or self._shown.unchecked, layer=layer
        )

    def _find_layer(self, reasons: dict[Word, str]) -> list[Word]:
        """Give the words that are painted by nothing and are kept all the same."""
        if all(text.painted for text in self._objects.texts.values()):
            return []
        judged = _judge_objects(self._shown, self._objects, [word for word in self._words if word not in reasons])
        return [word for word, reason in judged.items() if reason == INVISIBLE and word.box]


def _judge_picture(picture: PagePicture, words: list[Word], reasons: dict[Word, str]) -> tuple[dict[Word, str], bool]:
    """Add the words that the picture does not show; tell also whether it could not judge some."""
    unseen = picture.find_unseen([word for word in words if reasons.get(word) != OFF_PAGE])
    for word in [word for word, reason in reasons.items() if reason == TINY]:
        if not picture.is_painted(word):
            del reasons[word]  # the layer of a scan has any size
    return unseen | reasons, picture.unchecked


def _judge_boxes(page: Any, read: PageCharacters, words: list[Word]) -> dict[Word, str]:
    """Give the words most of whose letters are off the page or tiny; a page smaller than paper is printed larger."""
    tiny = _TINY_POINTS * min(max(page.get_size()) / _PAPER_POINTS, 1.0)
    found: dict[Word, str] = {}
    all_sizes = np.array(read.sizes)
    if not (all_sizes[all_sizes != 0] < tiny).any():
        return found
    for word in words:
        sizes = [read.sizes[i] for i in word.letters]
        if 2 * sum(size < 0 for size in sizes) > len(sizes):
            found[word] = OFF_PAGE
        elif 2 * sum(0 < size < tiny for size in sizes) > len(sizes):
            found[word] = TINY
    return found


def _judge_objects(shown: ShownText, objects: PageObjects, words: list[Word]) -> dict[Word, str]:
    """Give the words most of whose letters are painted so that white paper would not show them."""
    why = {address: reason for address, text in objects.texts.items() if (reason := judge_paint(text))}
    find_owner, indices = bind_owners(shown.text_page), shown.read.indices
    found: dict[Word, str] = {}
    for word in words if why else ():
        unseen = [reason for i in word.letters if (reason := why.get(find_owner(indices[i]), ""))]
        if 2 * len(unseen) > len(word.letters):
            found[word] = unseen[0]
    return found


def _join_runs(
    read: PageCharacters, words: list[tuple[int, int, str]], shapeless: list[tuple[int, int, str]]
) -> list[tuple[int, int, str]]:
    """Join neighbours that are hidden for the same reason; of runs that overlap, the first goes whole."""
    joined: list[tuple[int, int, str]] = []
    for start, end, reason in sorted(words + shapeless):
        first = max(start, joined[-1][1]) if joined else start
        if first >= end:
            continue
        between = read.characters[joined[-1][1] : first] if joined else []
        if joined and joined[-1][2] == reason and reason != SHAPELESS and all(c.isspace() for c in between):
            joined[-1] = (joined[-1][0], end, reason)
        else:
            joined.append((first, end, reason))
    return joined


def _take_out(read: PageCharacters, runs: list[tuple[int, int, str]]) -> PartedText:
    """Take hidden runs out."""
    if not runs:
        return PartedText("".join(read.characters), read.boxes, [])
    characters: list[str] = []
    boxes = array("H")
    records = []
    at = 0
    for start, end, reason in runs:
        characters += read.characters[at:start]
        boxes += read.boxes[4 * at : 4 * start]
        text = "".join(read.characters[start:end])
        text = spell_shapeless(text) if reason == SHAPELESS else text
        around = surround(read.boxes[4 * start : 4 * end]) or (0, 0, 0, 0)
        records.append({"reason": reason, "text": text, "box": [round(v / BOX_SCALE, 5) for v in around]})
        at = end
    characters += read.characters[at:]
    boxes += read.boxes[4 * at :]
    return PartedText("".join(characters), boxes, records)
