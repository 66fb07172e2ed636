"""A page's characters with their boxes and sizes, read from pdfium in the limited child, a page at a time."""

from __future__ import annotations

import ctypes
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.page_words import BOX_SCALE, PageCharacters

PAGE_CHARACTERS_MAX = 200_000
"""Characters that are read of one page of a PDF; a page of print has some thousands."""

_LINE_HYPHENS = (0x02, 0xFFFE, 0xFFFF)  # pdfium's own mark of a word cut at a line's end
_NARROWEST = 8.0
_FARTHEST = 1e9

Floats = NDArray[np.float64]


def read_characters(page: Any, text_page: Any, most: int = PAGE_CHARACTERS_MAX) -> PageCharacters:
    """Give a page's first characters, `most` of them, and for each one its box."""
    import pypdfium2.raw as raw

    count = max(min(raw.FPDFText_CountChars(text_page.raw), most), 0)
    get_unicode, get_box = _bind(raw.FPDFText_GetUnicode), _bind(raw.FPDFText_GetLooseCharBox, ctypes.c_void_p)
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
    codes = _join_surrogates(np.array([get_unicode(handle, i) for i in range(count)], dtype=np.int64))
    indices = np.flatnonzero((codes != 0x0D) & (codes != 0))
    hyphens = np.flatnonzero(np.isin(codes[indices], _LINE_HYPHENS))
    indices = np.insert(indices, hyphens + 1, -1)  # a line's end follows each, which pdfium does not have
    codes = np.where(indices < 0, 0x0A, codes[indices]) if count else codes
    characters = _spell(codes)
    rectangles = (raw.FS_RECTF * max(count, 1))()
    first, step = ctypes.addressof(rectangles), ctypes.sizeof(raw.FS_RECTF)
    placed = [
        at >= 0 and character != "\n" and bool(get_box(handle, at, first + at * step))
        for at, character in zip(indices.tolist(), characters, strict=True)
    ]
    corners = np.frombuffer(rectangles, dtype=np.float32).reshape(-1, 4)[indices].astype(np.float64)
    left, top, right, bottom = corners[np.array(placed, dtype=bool)].T
    boxes = np.zeros((len(characters), 4), dtype=np.uint16)
    sizes = np.zeros(len(characters))
    boxes[placed] = _place(left, top, right, bottom, _find_transform(page))
    sizes[placed] = _measure_sizes(np.abs(right - left), np.abs(top - bottom), boxes[placed])
    sizes[[character.isspace() for character in characters]] = 0.0
    return PageCharacters(characters, array("H", boxes.tobytes()), indices.tolist(), sizes.tolist())


def _bind(function: Any, *more: Any) -> Any:
    """Give one of pdfium's functions of (text page, index, …) so that it takes addresses: that halves a call's cost."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_void_p, ctypes.c_int, *more)(address)


def _join_surrogates(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put the character of two surrogates in the place of the first, and nothing in that of the second."""
    high = np.flatnonzero((codes[:-1] >= 0xD800) & (codes[:-1] < 0xDC00))
    pairs = high[(codes[high + 1] >= 0xDC00) & (codes[high + 1] < 0xE000)]
    codes[pairs] = 0x10000 + ((codes[pairs] - 0xD800) << 10) + (codes[pairs + 1] - 0xDC00)
    codes[pairs + 1] = 0
    return codes


def _spell(codes: NDArray[np.int64]) -> list[str]:
    """Turn codes into characters; control codes and lone surrogates become a space or U+FFFD."""
    known = codes.copy()
    known[(codes < 0x20) & (codes != 0x0A) & (codes != 0x09) | (codes == 0x7F)] = 0x20
    known[(codes >= 0xD800) & (codes < 0xE000) | (codes > 0x10FFFF)] = 0xFFFD
    known[np.isin(codes, _LINE_HYPHENS)] = ord("-")
    return list(known.astype("<u4").tobytes().decode("utf-32-le"))


def _measure_sizes(width: Floats, height: Floats, boxes: NDArray[np.uint16]) -> Floats:
    """Give the sizes of characters' boxes in points, -1 where nothing of one is on the page.

    It is the larger side, unless the box is squashed: no letter is so narrow, even an l.
    """
    narrow = width < height
    sizes: Floats = np.where(narrow, np.minimum(height, width * _NARROWEST), np.minimum(width, height * _NARROWEST))
    flat = (boxes[:, 0] == boxes[:, 2]) | (boxes[:, 1] == boxes[:, 3])
    at_edge = ((boxes == 0) | (boxes == BOX_SCALE)).any(axis=1)
    sizes[(sizes > 0) & flat & at_edge] = -1.0
    return sizes


def _find_transform(page: Any) -> tuple[float, float, float, float, float, float]:
    """Find the affine map from page points to 0..65535 from the top left, rotation and crop included."""
    import pypdfium2.raw as raw

    span = 1000.0
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for px, py in ((0.0, 0.0), (span, 0.0), (0.0, span)):
        raw.FPDF_PageToDevice(page.raw, 0, 0, BOX_SCALE, BOX_SCALE, 0, px, py, ctypes.byref(x), ctypes.byref(y))
        corners.append((x.value, y.value))
    (ox, oy), (ax, ay), (bx, by) = corners
    return (ax - ox) / span, (bx - ox) / span, ox, (ay - oy) / span, (by - oy) / span, oy


def _place(
    left: Floats, top: Floats, right: Floats, bottom: Floats, to_device: tuple[float, ...]
) -> NDArray[np.uint16]:
    """Map rectangles to the page's own scale and clip them to the page; what lies too far away has no place."""
    a, b, ox, c, d, oy = to_device
    x0, x1 = a * left + b * bottom + ox, a * right + b * top + ox
    y0, y1 = c * left + d * top + oy, c * right + d * bottom + oy
    sides = np.stack([np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)], axis=1)
    near = (np.abs(sides) < _FARTHEST).all(axis=1, keepdims=True)  # false of what is not a number
    return np.where(near, np.clip(np.nan_to_num(sides), 0, BOX_SCALE), 0).astype(np.uint16)
