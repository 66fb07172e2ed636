"""Text that a page carries but does not show, found in the limited child: by the page's objects, then its picture.

A page without a suspect costs one walk over its objects. Only where one is found is the page drawn, and what
counts is whether the picture shows anything where the text stands: an invisible layer over a scan is normal.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

OFF_PAGE, TINY, COVERED, PALE, INVISIBLE = "off the page", "under 4 points", "covered", "no contrast", "invisible"
"""Why text is hidden; the words stand in the warning that a reader sees."""

_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_UNPAINTED_MODES = (3, 7)
_OBJECTS_MAX, _DEPTH_MAX, _COVERS_MAX = 20_000, 6, 60
_COVER_POINTS = 3.0
_COVERING_ANNOTATIONS = frozenset((3, 5, 6, 7, 13, 15, 28))  # free text, square, circle, polygon, stamp, ink, redact
_PALE_ABOVE, _SOLID_ABOVE, _CLEAR_BELOW = 215, 200, 26
_TINY_POINTS = 4.0
_PIXELS_MAX, _PIXELS_A_POINT = 4_000_000, 1.5
_CONTRAST_MIN = _ALIKE = 24
_SHARE_UNSEEN = 0.6
_GRID = 200
_BOX_SCALE = 65535

Bounds = tuple[float, float, float, float]
Colour = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Cover:
    """Something that may hide text: its place in the order of painting, its bounds, its colour if it has one."""

    order: int
    bounds: Bounds
    colour: Colour | None


@dataclass(frozen=True, slots=True)
class PageCharacters:
    """A page's characters while it is read.

    Attributes:
        characters: One string of length 1 each.
        boxes: Four numbers a character, as in `Page.boxes`.
        indices: pdfium's index of each, -1 for one that it does not have.
        sizes: The larger side of each one's box in points, 0 where it has none, -1 where it is off the page.
    """

    characters: list[str] = field(default_factory=list)
    boxes: array[int] = field(default_factory=lambda: array("H"))
    indices: list[int] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)


def part_hidden(page: Any, text_page: Any, read: PageCharacters) -> tuple[str, array[int], list[dict[str, Any]]]:
    """Part what a page shows from what it hides.

    Args:
        page: pdfium's page.
        text_page: Its text page.
        read: All of its characters.

    Returns:
        The text that it shows, the boxes of it, and a record {reason, text, box} for each hidden run.
    """
    reasons = _find_suspects(page, text_page, read)
    hidden = [run for run in _cut_runs(read, reasons) if run[2]] if reasons else []
    if hidden:
        hidden = _look_at_picture(page, read, hidden, reasons)
    if not hidden:
        return "".join(read.characters), read.boxes, []
    return _take_out(read, hidden)


def _find_suspects(page: Any, text_page: Any, read: PageCharacters) -> dict[int, str]:
    """Give the reason of suspicion of each suspect character, by its position."""
    import pypdfium2.raw as raw

    reasons = {
        i: OFF_PAGE if size < 0 else TINY for i, size in enumerate(read.sizes) if size < 0 or 0 < size < _TINY_POINTS
    }
    suspects = _survey_objects(page)
    if suspects:
        get_object, handle = raw.FPDFText_GetTextObject, text_page.raw
        for position, index in enumerate(read.indices):
            if index < 0 or read.characters[position].isspace() or reasons.get(position) == OFF_PAGE:
                continue
            reason = suspects.get(_address(get_object(handle, index)))
            if reason and (reason == INVISIBLE or position not in reasons):
                reasons[position] = reason
    return reasons


def _address(item: Any) -> int:
    return ctypes.cast(item, ctypes.c_void_p).value or 0


def _survey_objects(page: Any) -> dict[int, str]:
    """Give the text objects that may not be seen, by address: not painted, pale, or lost in something solid."""
    objects = list(_walk(page))
    covers = list(_cover_annotations(page, len(objects)))
    for order, (item, kind, top) in enumerate(objects):
        if len(covers) < _COVERS_MAX and (kind == _IMAGE or (kind == _PATH and _is_solid(item))):
            bounds = _bounds(top)
            if bounds and bounds[2] - bounds[0] > _COVER_POINTS and bounds[3] - bounds[1] > _COVER_POINTS:
                covers.append(_Cover(order, bounds, None if kind == _IMAGE else _fill(item)))
    found: dict[int, str] = {}
    for order, (item, kind, top) in enumerate(objects):
        if kind == _TEXT:
            fill = _fill(item)
            reason = _suspect_paint(item, fill) or (COVERED if covers and _is_lost(order, top, fill, covers) else "")
            if reason:
                found[_address(item)] = reason
    return found


def _walk(page: Any) -> Iterator[tuple[Any, int, Any]]:
    """Give (object, kind, its object on the page itself) in the order of painting; forms are entered."""
    import pypdfium2.raw as raw

    count = raw.FPDFPage_CountObjects(page.raw)
    waiting = [(raw.FPDFPage_GetObject(page.raw, i), None, 0) for i in reversed(range(min(count, _OBJECTS_MAX)))]
    for _seen in range(_OBJECTS_MAX):
        if not waiting:
            return
        item, top, depth = waiting.pop()
        top = item if top is None else top
        kind = raw.FPDFPageObj_GetType(item)
        if kind == _FORM and depth < _DEPTH_MAX:
            inside = min(max(raw.FPDFFormObj_CountObjects(item), 0), _OBJECTS_MAX)
            waiting += [(raw.FPDFFormObj_GetObject(item, i), top, depth + 1) for i in reversed(range(inside))]
        yield item, kind, top


def _cover_annotations(page: Any, order: int) -> Iterator[_Cover]:
    """Give the rectangles of annotations that may be painted over text; they come last in the order of painting."""
    import pypdfium2.raw as raw

    rectangle = raw.FS_RECTF()
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _COVERS_MAX)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if annotation:
            if raw.FPDFAnnot_GetSubtype(annotation) in _COVERING_ANNOTATIONS and raw.FPDFAnnot_GetRect(
                annotation, ctypes.byref(rectangle)
            ):
                yield _Cover(order, (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top), None)
            raw.FPDFPage_CloseAnnot(annotation)


def _fill(item: Any) -> Colour:
    """Give the colour that an object is filled with, and how opaque it is, 0..255 each; black where it is not said."""
    import pypdfium2.raw as raw

    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return 0, 0, 0, 255
    return red.value, green.value, blue.value, alpha.value


def _suspect_paint(item: Any, fill: Colour) -> str:
    """Tell text that is not painted at all, or with a colour as light as paper or no colour."""
    import pypdfium2.raw as raw

    if raw.FPDFTextObj_GetTextRenderMode(item) in _UNPAINTED_MODES:
        return INVISIBLE
    return PALE if min(fill[:3]) > _PALE_ABOVE or fill[3] < _CLEAR_BELOW else ""


def _is_solid(item: Any) -> bool:
    """Tell a path that is filled with a colour that does not let through what is below."""
    import pypdfium2.raw as raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(item, fill, stroke) and fill.value and _fill(item)[3] > _SOLID_ABOVE)


def _bounds(item: Any) -> Bounds | None:
    import pypdfium2.raw as raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    return left.value, bottom.value, right.value, top.value


def _is_lost(order: int, item: Any, fill: Colour, covers: Sequence[_Cover]) -> bool:
    """Tell whether text meets something painted later, or something solid of its own colour."""
    own = _bounds(item)
    if own is None or len(covers) >= _COVERS_MAX:
        return True
    for cover in covers:
        c = cover.bounds
        if c[0] < own[2] and own[0] < c[2] and c[1] < own[3] and own[1] < c[3]:
            alike = cover.colour and all(abs(a - b) < _ALIKE for a, b in zip(cover.colour, fill, strict=True))
            if cover.order > order or alike:
                return True
    return False


def _cut_runs(read: PageCharacters, reasons: dict[int, str]) -> list[tuple[int, int, str]]:
    """Cut the characters into words; each has the reason that most of its characters have, or ""."""
    runs: list[tuple[int, int, str]] = []
    start = 0
    for position, character in enumerate([*read.characters, " "]):
        if not character.isspace():
            continue
        if position > start:
            found = [reasons[i] for i in range(start, position) if i in reasons]
            most = max(set(found), key=found.count) if len(found) > (position - start) // 2 else ""
            runs.append((start, position, most))
        start = position + 1
    return runs


def _look_at_picture(
    page: Any, read: PageCharacters, runs: list[tuple[int, int, str]], reasons: dict[int, str]
) -> list[tuple[int, int, str]]:
    """Keep the suspects that the page's picture does not show."""
    if all(reason in (OFF_PAGE, TINY) for _start, _end, reason in runs):
        return runs
    width, height = page.get_size()
    scale = min(_PIXELS_A_POINT, (_PIXELS_MAX / max(width * height, 1.0)) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    layered = any(reason == INVISIBLE for _start, _end, reason in runs)
    shown = _cover_cells(read, reasons) if layered else set()
    kept = []
    for start, end, reason in runs:
        letters = [i for i in range(start, end) if read.characters[i].isalnum() and read.sizes[i] > 0]
        if reason in (OFF_PAGE, TINY):
            kept.append((start, end, reason))
        elif letters:
            unseen = sum(not _shows_ink(picture, read, i, reason == INVISIBLE) for i in letters)
            if reason == INVISIBLE:  # ink below it that is other text's is not its own
                unseen = max(unseen, sum(_cell(read, i) in shown for i in letters))
            if unseen >= _SHARE_UNSEEN * len(letters):
                kept.append((start, end, reason))
    return kept


def _cover_cells(read: PageCharacters, reasons: dict[int, str]) -> set[tuple[int, int]]:
    """Give the cells of a coarse grid that text without suspicion covers."""
    cells: set[tuple[int, int]] = set()
    for position, size in enumerate(read.sizes):
        if size > 0 and position not in reasons:
            x0, y0, x1, y1 = (v * _GRID // (_BOX_SCALE + 1) for v in read.boxes[4 * position : 4 * position + 4])
            if (x1 - x0) * (y1 - y0) < _GRID:
                cells.update((x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1))
    return cells


def _cell(read: PageCharacters, position: int) -> tuple[int, int]:
    """Give the cell of the grid that a character's middle lies in."""
    x0, y0, x1, y1 = read.boxes[4 * position : 4 * position + 4]
    return (x0 + x1) * _GRID // (2 * (_BOX_SCALE + 1)), (y0 + y1) * _GRID // (2 * (_BOX_SCALE + 1))


def _shows_ink(picture: Any, read: PageCharacters, position: int, around: bool) -> bool:
    """Tell whether the picture is not all of one shade where a character stands, or a little around it."""
    x0, y0, x1, y1 = (v / _BOX_SCALE for v in read.boxes[4 * position : 4 * position + 4])
    inset_x, inset_y = (x1 - x0) * 0.1, (y1 - y0) * (-0.5 if around else 0.15)
    if around:
        inset_x = inset_y * picture.height / picture.width
    left, right = int((x0 + inset_x) * picture.width), int((x1 - inset_x) * picture.width) + 1
    top, bottom = int((y0 + inset_y) * picture.height), int((y1 - inset_y) * picture.height) + 1
    box = max(left, 0), max(top, 0), min(right, picture.width), min(bottom, picture.height)
    if box[2] <= box[0] or box[3] <= box[1]:
        return False
    low, high = picture.crop(box).getextrema()
    return bool(high - low >= _CONTRAST_MIN)


def _take_out(read: PageCharacters, hidden: list[tuple[int, int, str]]) -> tuple[str, array[int], list[dict[str, Any]]]:
    """Take hidden words out; neighbours that are hidden for the same reason are one record."""
    joined: list[tuple[int, int, str]] = []
    for start, end, reason in hidden:
        if joined and joined[-1][2] == reason and all(c.isspace() for c in read.characters[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end, reason)
        else:
            joined.append((start, end, reason))
    characters: list[str] = []
    boxes = array("H")
    records = []
    at = 0
    for start, end, reason in joined:
        characters += read.characters[at:start]
        boxes += read.boxes[4 * at : 4 * start]
        text = "".join(read.characters[start:end])
        records.append({"reason": reason, "text": text, "box": _surround(read.boxes[4 * start : 4 * end])})
        at = end
    characters += read.characters[at:]
    boxes += read.boxes[4 * at :]
    return "".join(characters), boxes, records


def _surround(boxes: array[int]) -> list[float]:
    """Give the box around boxes, as fractions 0..1."""
    placed = [i for i in range(0, len(boxes), 4) if boxes[i + 2] or boxes[i + 3]]
    if not placed:
        return [0.0, 0.0, 0.0, 0.0]
    low = [min(boxes[i + k] for i in placed) for k in (0, 1)]
    high = [max(boxes[i + k] for i in placed) for k in (2, 3)]
    return [round(v / _BOX_SCALE, 5) for v in (*low, *high)]
