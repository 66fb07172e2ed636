"""An invisible text layer is held against what OCR reads in the picture: a scan's own layer says the same words.

Text in a render mode that paints nothing, or painted and then covered by the picture, is the normal layer of a scan
that was read by OCR before. The same ways hide words for a machine behind a picture that shows others. So such a page
is read by OCR here too, and the words of each line of the layer must follow one another as they do in a line of the
picture at its height, all but the slips that two readings of one picture differ by. A layer that says something else
is taken out and said; where it is what the page has, the page is what OCR reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby

from assistant.documents import HiddenText, Page

NOT_SHOWN = "the picture shows other words"
"""Why text is hidden; the words stand in the warning that a reader sees."""

SURE_ABOVE = 0.6
"""Mean confidence 0..1 of OCR below which its words prove nothing against a layer's."""

_TOKEN = re.compile(r"\S+")
_LIKE = 0.7  # share of its letters that a word must have in common, in their order, with what the picture shows
_SHORT = 3  # letters; so short a word is found in any line, and must stand there as a word
_SHOWN_WEIGHS = 0.5  # a shown word excuses this share of its letters of unshown ones before it
_RUN_WORDS, _RUN_LETTERS = 3, 12  # what two readings of one picture do not differ by at one place
_LETTERS_COUNTED = 10  # of a word: a long one is misread as easily as two short ones
_PAGE_SHARE, _PAGE_WORDS = 0.25, 8  # of a layer's letters, and words: so much is no slips, wherever it stands

_LINES_AWAY, _ASIDE, _GAP = 1.5, 8.0, 1.5  # in heights of a line: up or down, to the side, between two columns
_LAYER_WORDS_MAX, _LINE_CHARACTERS_MAX, _COMPARED_MAX = 4000, 600, 8_000_000
"""A page of print has some 600 words, each line near two others; far more is made to hold the reader up."""
_PIECE_CHARACTERS = 200

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

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


def hide_unshown(page: Page, layer: Sequence[Box], scanned: Page) -> Page:
    """Take out the words of an invisible layer that the page's picture does not show.

    Args:
        page: As read from its text.
        layer: Boxes, as fractions of the page, of the words that are painted by nothing or covered by an image.
        scanned: The same page as OCR reads its picture.

    Returns:
        The page; without the runs of words that are not shown; or what OCR read, where such a layer is most of its
        text. Who says something else in one place is not believed in another.

    Raises:
        TooMuchToCompare: The words lie on one another, as on no page that a scanner made.
    """
    if len(layer) > _LAYER_WORDS_MAX:
        raise TooMuchToCompare
    boxes = set(layer)
    tokens = [token for token in _cut_tokens(page) if token.letters]
    laid = [token for token in tokens if token.box in boxes]
    unshown = _find_unshown(laid, scanned)
    runs = list(_find_runs(tokens, {token.start for token in laid}, unshown))
    letters = sum(len(token.letters) for token in laid)
    if len(unshown) >= _PAGE_WORDS and sum(unshown.values()) >= _PAGE_SHARE * letters:
        runs = [(token.start, token.end) for token in unshown]
    if not runs:
        return page
    parted = _take_out(page, runs)
    if 2 * len(laid) <= len(tokens) or not scanned.text.strip():
        return parted
    return replace(scanned, width_pt=page.width_pt, height_pt=page.height_pt, hidden=parted.hidden)


def _find_runs(
    tokens: Sequence[_Token], laid: Collection[int], unshown: Mapping[_Token, float]
) -> Iterator[tuple[int, int]]:
    """Give the characters of each run of words of a layer that has more unshown ones than a slip.

    A word that is shown, or painted, does not end a run but weighs against it: else a shown one in three would hide the
    others. A painted one stays.
    """
    run: list[_Token] = []
    weight = best = 0.0
    kept = 0
    for token in [*tokens, None]:
        if token is not None and token in unshown:
            run.append(token)
            weight += unshown[token]
            if weight >= best:
                best, kept = weight, len(run)
            continue
        if token is not None and run:
            run.append(token)
            weight -= _SHOWN_WEIGHS * min(len(token.letters), _LETTERS_COUNTED)
        if token is None or weight <= 0:
            words = run[:kept]
            if best >= _RUN_LETTERS and sum(word in unshown for word in words) >= _RUN_WORDS:
                for is_laid, part in groupby(words, lambda word: word.start in laid):
                    if is_laid:
                        ends = list(part)
                        yield ends[0].start, ends[-1].end
            run, weight, best, kept = [], 0.0, 0.0, 0


def _find_unshown(laid: Sequence[_Token], scanned: Page) -> dict[_Token, float]:
    """Give the words of a layer that no line of the picture at their height has in their place; see `_compare`."""
    rows = _make_rows(_cut_tokens(scanned))
    left = _COMPARED_MAX
    unshown: dict[_Token, float] = {}
    for piece in _cut_pieces(laid):
        middle = sum(token.middle for token in piece) / len(piece)
        near = [row for row in rows if abs(middle - row[0].middle) <= _LINES_AWAY * row[0].height]
        fewest = _compare(piece, [])
        for row in sorted(near, key=lambda row: abs(middle - row[0].middle)):
            reach = _ASIDE * row[0].height
            x0, x1 = min(t.box[0] for t in piece) - reach, max(t.box[2] for t in piece) + reach
            there = [token for token in row if token.box[0] <= x1 and x0 <= token.box[2]]
            size = sum(len(token.letters) + 1 for token in there)
            left -= size * sum(len(token.letters) + 1 for token in piece)
            if size > _LINE_CHARACTERS_MAX or left < 0:
                raise TooMuchToCompare
            fewest = min(fewest, _compare(piece, there), key=lambda unlike: sum(unlike.values()))
            if not fewest:
                break
        unshown |= fewest
    return unshown


def _compare(piece: Sequence[_Token], row: Sequence[_Token]) -> dict[_Token, float]:
    """Give the words of a piece of a layer's line that do not stand, in their order, in a line of the picture.

    The letters of both are compared, since readings of one picture part and join words differently.

    Returns:
        For each of them, how many of its letters are missing there.
    """
    ours, theirs = (" ".join(["", *(token.letters for token in line), ""]) for line in (piece, row))
    common, spaces = bytearray(len(ours)), bytearray(len(ours))
    for start, _other, size in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        for at in range(start, start + size):
            common[at] = size > 1  # a letter alone is found anywhere
            spaces[at] = ours[at] == " "
    unshown: dict[_Token, float] = {}
    at = 1
    for token in piece:
        size = len(token.letters)
        shown = sum(common[at : at + size])
        is_word = size > _SHORT or spaces[at - 1] or spaces[at + size]
        if shown < _LIKE * size or not is_word:
            unshown[token] = min(size - shown if is_word else size, _LETTERS_COUNTED) if size > 1 else 0.5
        at += size + 1
    return unshown


def _make_rows(tokens: Sequence[_Token]) -> list[list[_Token]]:
    """Sort the words that OCR read into the lines of the page, each from left to right."""
    rows: list[list[_Token]] = []
    for token in sorted((token for token in tokens if token.letters), key=lambda token: token.middle):
        if rows and abs(token.middle - rows[-1][0].middle) <= 0.5 * min(token.height, rows[-1][0].height):
            rows[-1].append(token)
        else:
            rows.append([token])
    return [sorted(row, key=lambda token: token.box[0]) for row in rows]


def _cut_pieces(tokens: Sequence[_Token]) -> Iterator[list[_Token]]:
    """Cut a layer's words, in its order, into pieces of lines: where the height changes, and at wide gaps."""
    piece: list[_Token] = []
    size = 0
    for token in tokens:
        if piece:
            last = piece[-1]
            height = min(token.height, last.height)
            gap = token.box[0] - last.box[2]
            apart = abs(token.middle - last.middle) > 0.5 * height or not -height < gap < _GAP * height
            if apart or size > _PIECE_CHARACTERS:
                yield piece
                piece, size = [], 0
        piece.append(token)
        size += len(token.letters) + 1
    if piece:
        yield piece


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
