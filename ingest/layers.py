"""An invisible text layer is held against what OCR reads in the picture: a scan's own layer says the same words.

Text in a render mode that paints nothing is the normal layer of a scan that was read by OCR before. The same mode hides
words for a machine behind a picture that shows others. So such a page is read by OCR here too, and words of the layer
that stand nowhere near a like word of the picture are taken out and said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from assistant.documents import HiddenText, Page

NOT_SHOWN = "the picture shows other words"
"""Why text is hidden; the words stand in the warning that a reader sees."""

SURE_ABOVE = 0.6
"""Mean confidence 0..1 of OCR below which its words prove nothing against a layer's."""

_TOKEN = re.compile(r"\S+")
_LETTERS_MIN = 4  # shorter words, "the" and "and", stand in any line: they tell nothing and go with their neighbours
_RUN_MIN = 3  # so many words in a row that the picture does not show: one or two are a slip of either reading
_LIKE = 0.7  # share of letters in common, of two readings of one word

_LAYER_WORDS_MAX, _COMPARED_MAX = 4000, 60_000
"""A page of print has some 600 words, each near a dozen others; far more is made to hold the reader up."""

Box = tuple[float, float, float, float]


class TooMuchToCompare(Exception):
    """A page has more words, or words in one place, than are compared."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of a page: its characters [start, end), its letters and digits in small letters, and its box 0..1."""

    start: int
    end: int
    letters: str
    box: Box


def hide_unshown(page: Page, layer: Sequence[Box], scanned: Page) -> Page:
    """Take out the words of an invisible layer that the page's picture does not show.

    Args:
        page: As read from its text.
        layer: Boxes, as fractions of the page, of the words that are painted by nothing.
        scanned: The same page as OCR reads its picture.

    Raises:
        TooMuchToCompare: The words lie on one another, as on no page that a scanner made.
    """
    if len(layer) > _LAYER_WORDS_MAX:
        raise TooMuchToCompare
    seen = _cut_tokens(scanned)
    unseen: list[_Token] = []
    runs: list[tuple[int, int]] = []

    def close_run() -> None:
        telling = [token for token in unseen if len(token.letters) >= _LETTERS_MIN]
        if len(telling) >= _RUN_MIN:
            runs.append((telling[0].start, telling[-1].end))
        unseen.clear()

    boxes = set(layer)
    compared = 0
    for token in _cut_tokens(page):
        if token.box not in boxes:
            close_run()  # a word that is painted: what is behind it is another run
            continue
        if len(token.letters) < _LETTERS_MIN:
            if unseen:
                unseen.append(token)
            continue
        near = [other for other in seen if _is_near(token, other)]
        compared += len(near)
        if compared > _COMPARED_MAX:
            raise TooMuchToCompare
        if any(_is_like(token.letters, other.letters) for other in near):
            close_run()
        else:
            unseen.append(token)
    close_run()
    return _take_out(page, runs)


def _cut_tokens(page: Page) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(page.text):
        around = page.line_boxes(match.start(), match.end())
        if around:
            box = (
                min(b.x0 for b in around), min(b.y0 for b in around),
                max(b.x1 for b in around), max(b.y1 for b in around),
            )  # fmt: skip
            letters = "".join(c for c in match.group().casefold() if c.isalnum())
            tokens.append(_Token(match.start(), match.end(), letters, round_box(box)))
    return tokens


def round_box(box: Sequence[float]) -> Box:
    """Round a box, so that the same word has the same one wherever it was computed."""
    x0, y0, x1, y1 = (round(value, 4) for value in box)
    return x0, y0, x1, y1


def _is_near(one: _Token, other: _Token) -> bool:
    """Tell whether two words stand at the same place, give or take a line and a word: scans are a little askew."""
    height = max(one.box[3] - one.box[1], other.box[3] - other.box[1])
    reach = 2 * (one.box[2] - one.box[0])
    return (
        abs(one.box[1] + one.box[3] - other.box[1] - other.box[3]) <= 3 * height
        and one.box[0] - reach <= other.box[2]
        and other.box[0] <= one.box[2] + reach
    )


def _is_like(one: str, other: str) -> bool:
    if not other or not one:
        return False
    if 2 * min(len(one), len(other)) < _LIKE * (len(one) + len(other)):
        return False  # however many letters they share
    matcher = SequenceMatcher(None, one[:40], other[:40], autojunk=False)
    return matcher.quick_ratio() >= _LIKE and matcher.ratio() >= _LIKE


def _take_out(page: Page, runs: Sequence[tuple[int, int]]) -> Page:
    if not runs:
        return page
    text, boxes, hidden, at = "", b"", list(page.hidden), 0
    for start, end in runs:
        text, boxes = text + page.text[at:start], boxes + page.boxes[8 * at : 8 * start]
        around = page.line_boxes(start, end)
        box = (
            min(b.x0 for b in around),
            min(b.y0 for b in around),
            max(b.x1 for b in around),
            max(b.y1 for b in around),
        )
        hidden.append(HiddenText(NOT_SHOWN, page.text[start:end], box))
        at = end
    return replace(page, text=text + page.text[at:], boxes=boxes + page.boxes[8 * at :], hidden=tuple(hidden))
