"""What a PDF's page is painted of, in the limited child: its objects in order, and its picture without some of them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

TEXT, PATH, IMAGE, SHADING, FORM = 1, 2, 3, 4, 5
OBJECTS_MAX, DEPTH_MAX = 50_000, 24
INVISIBLE, PALE = "invisible", "no contrast"
"""What can hide text by the way it is painted; the words stand in the warning that a reader sees."""

_UNPAINTED_MODES = (3, 7)
_STROKED_MODES, _STROKED_ONLY = (1, 2, 5, 6), (1, 5)
_PALE_ABOVE, _CLEAR_BELOW = 215, 26

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageObject:
    """One object of a page.

    Attributes:
        handle: pdfium's.
        kind: `TEXT`, `PATH`, `IMAGE`, `SHADING` or `FORM`.
        order: Its place in the order of painting.
        outer: The handle of the object on the page itself that it is part of, or its own.
        painted: False for text in a render mode that paints nothing.
    """

    handle: Any
    kind: int
    order: int
    outer: Any
    painted: bool = True


@dataclass(frozen=True, slots=True)
class PageObjects:
    """All objects of a page.

    Attributes:
        page: pdfium's page.
        items: In the order of painting; forms are entered.
        complete: False where the page has more objects than are looked at, or nests them deeper.
    """

    page: Any
    items: tuple[PageObject, ...] = ()
    complete: bool = True
    texts: dict[int, PageObject] = field(default_factory=dict)

    def draw(
        self, scale: float, hide: Iterable[PageObject] = (), annotations: bool = True, colour: bool = False
    ) -> Any:
        """Draw the page in greys, or in its colours, `scale` pixels a point, as if the objects `hide` were not there.

        Raises:
            pypdfium2.PdfiumError: The picture could not be made.
        """
        import pypdfium2.raw as raw

        hidden = list(hide)
        try:
            for item in hidden:
                raw.FPDFPageObj_SetIsActive(item.handle, False)
            picture = self.page.render(scale=scale, grayscale=not colour, draw_annots=annotations).to_pil()
            return picture.convert("RGB" if colour else "L")
        finally:
            for item in hidden:
                raw.FPDFPageObj_SetIsActive(item.handle, True)


def survey_objects(page: Any) -> PageObjects:
    """List a page's objects, as far as the limits go."""
    import pypdfium2.raw as raw

    items: list[PageObject] = []
    complete = True
    get_type, get_mode = raw.FPDFPageObj_GetType, raw.FPDFTextObj_GetTextRenderMode
    for handle, outer, depth in _walk(page):
        kind = get_type(handle)
        if len(items) >= OBJECTS_MAX or (kind == FORM and depth >= DEPTH_MAX):
            complete = False
            break
        painted = kind != TEXT or get_mode(handle) not in _UNPAINTED_MODES
        items.append(PageObject(handle, kind, len(items), outer, painted))
    texts = {address_of(item.handle): item for item in items if item.kind == TEXT}
    return PageObjects(page, tuple(items), complete, texts)


def _walk(page: Any) -> Iterator[tuple[Any, Any, int]]:
    """Give (object, its object on the page itself, depth) in the order of painting."""
    import pypdfium2.raw as raw

    most = OBJECTS_MAX + 1
    count = min(raw.FPDFPage_CountObjects(page.raw), most)
    waiting = [(raw.FPDFPage_GetObject(page.raw, i), None, 0) for i in reversed(range(count))]
    while waiting:
        handle, outer, depth = waiting.pop()
        outer = handle if outer is None else outer
        yield handle, outer, depth
        if raw.FPDFPageObj_GetType(handle) == FORM:
            inside = min(max(raw.FPDFFormObj_CountObjects(handle), 0), most)
            waiting += [(raw.FPDFFormObj_GetObject(handle, i), outer, depth + 1) for i in reversed(range(inside))]


def address_of(handle: Any) -> int:
    """Give the address that tells pdfium's objects apart, 0 for none."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def bind_owners(text_page: Any) -> Callable[[int], int]:
    """Give a function from pdfium's index of a character to the address of its text object, 0 for none.

    It takes and gives addresses alone: with a ctypes object for each character a call costs several times as much.
    """
    import pypdfium2.raw as raw

    function = ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
    get_owner = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(function)
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
    return lambda index: get_owner(handle, index) or 0


def find_bounds(handle: Any) -> Bounds | None:
    """Give an object's left, bottom, right and top in points, or None where it has none."""
    import pypdfium2.raw as raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return None
    return left.value, bottom.value, right.value, top.value


def judge_paint(text: PageObject) -> str:
    """Tell why a text object would not be seen on white paper by the way it is painted; "" where it would."""
    import pypdfium2.raw as raw

    if not text.painted:
        return INVISIBLE
    mode = raw.FPDFTextObj_GetTextRenderMode(text.handle)
    filled = mode not in _STROKED_ONLY and not _is_pale(text, raw.FPDFPageObj_GetFillColor)
    stroked = mode in _STROKED_MODES and not _is_pale(text, raw.FPDFPageObj_GetStrokeColor)
    return "" if filled or stroked else PALE


def _is_pale(text: PageObject, get_colour: Any) -> bool:
    """Tell whether a colour of an object is nearly white or nearly clear; black where it is not said."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not get_colour(text.handle, red, green, blue, alpha):
        return False
    return min(red.value, green.value, blue.value) > _PALE_ABOVE or alpha.value < _CLEAR_BELOW
