"""Reads pages without usable text by Tesseract: some pages in each of a few limited processes at once."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.documents import Page
from assistant.errors import LimitExceeded
from ingest.limits import ChildDied, Frame, LimitedProcess, Limits, ServerDied

if TYPE_CHECKING:
    from assistant.settings import Settings
    from ingest.read import Progress

_WIDTH_PX = 2000
_BOX_SCALE = 65535
_INK_SHARE_OF_BLANK = 0.0003
_TURNED_BELOW, _SURE_ABOVE, _UNREADABLE_BELOW = 0.55, 0.8, 0.3
_WORDS_OF_TEXT = 3
_OPEN_SECONDS = 20.0


def read_scans(
    data: bytes,
    numbers: Sequence[int],
    settings: Settings,
    password: str | None = None,
    progress: Progress | None = None,
) -> dict[int, Page]:
    """Read the pages `numbers` of a PDF by OCR.

    Returns:
        The pages that were read, by number; a page that gave nothing is not there. A blank page is
        there with no text.
    """
    shares = [list(numbers[i :: settings.ocr_processes]) for i in range(settings.ocr_processes)]
    shares = [share for share in shares if share]
    found: dict[int, Page] = {}

    def take(page: Page) -> None:
        found[page.number] = page
        if progress:
            progress(len(found), len(numbers), "Reading scans")

    with ThreadPoolExecutor(len(shares)) as pool:  # each thread only waits for its child; a job's context goes along
        waiting = [
            pool.submit(copy_context().run, _read_share, data, share, settings, password, take) for share in shares
        ]
        for share_read in waiting:
            share_read.result()
    return {number: page for number, page in found.items() if page.source != "unreadable"}


def _read_share(data: bytes, numbers: list[int], settings: Settings, password: str | None, take: Any) -> None:
    """Read some pages in one child; a page that kills the child is left out and a new child goes on behind it.

    A page whose child ends with the fork server is tried once more with a fork server of its own.
    """
    limits = Limits(settings.reader_memory_mb, settings.ocr_page_timeout_s, _OPEN_SECONDS, settings.document_timeout_s)
    left, tried_again = list(numbers), set[int]()
    while left:
        try:
            request: dict[str, object] = {"pages": left, "password": password, "width_px": _WIDTH_PX}
            with LimitedProcess("ocr", request, data, limits, alone=bool(tried_again)) as child:
                for frame in child.frames():
                    if frame.kind == "page":
                        page = _unpack_page(frame)
                        left.remove(page.number)
                        take(page)
            return
        except (ChildDied, LimitExceeded) as error:
            if isinstance(error, ServerDied) and not tried_again.issuperset(left[:1]):
                tried_again.add(left[0])
            else:
                del left[:1]


def _unpack_page(frame: Frame) -> Page:
    header: Any = frame.header
    size = int(header["text_bytes"])
    text = frame.body[:size].decode("utf-8")
    return Page(
        int(header["number"]), text, frame.body[size:], source=header["source"], confidence=header["confidence"]
    )


def recognize_pages(data: bytes, request: dict[str, Any]) -> Iterator[Frame]:
    """In the child: give an "opened" frame and a "page" frame for each of `request["pages"]`."""
    import tesserocr

    from ingest.extract import open_pdf, render_pdf_page

    document = open_pdf(data, request.get("password"))
    yield Frame("opened", {})
    with tesserocr.PyTessBaseAPI(path=str(_find_language_data()), lang="eng", psm=tesserocr.PSM.AUTO) as api:
        for number in request["pages"]:
            image = render_pdf_page(document, int(number), int(request["width_px"])).convert("L")
            yield from _recognize(api, image, int(number))


def _find_language_data() -> Path:
    """Find the folder that the language data's wheel put into this environment."""
    return Path(sys.prefix) / "share" / "tessdata"


def _recognize(api: Any, image: Any, number: int) -> Iterator[Frame]:
    """Read one page's picture; where it makes no sense, try it turned, each time within the limit of a page."""
    if _is_blank(image):
        yield _pack(number, "", array("H"), None, "text")
        return
    best = _read_image(api, image, 0)
    for angle in (180, 90, 270) if best[2] < _TURNED_BELOW else ():
        yield Frame("trying", {})
        turned = _read_image(api, image.rotate(angle, expand=True, fillcolor=255), angle)
        best = max(best, turned, key=lambda r: r[2] * min(len(r[0].split()), 200))
        if best[2] > _SURE_ABOVE:
            break
    text, boxes, confidence = best
    words = sum(1 for word in text.split() if sum(c.isalpha() for c in word) > 1)
    source = "ocr" if words >= _WORDS_OF_TEXT and confidence > _UNREADABLE_BELOW else "unreadable"
    yield _pack(number, text, boxes, round(confidence, 3), source)


def _is_blank(image: Any) -> bool:
    """Tell a page without ink."""
    histogram = image.histogram()
    return sum(histogram[:128]) < _INK_SHARE_OF_BLANK * image.width * image.height


def _read_image(api: Any, image: Any, angle: int) -> tuple[str, array[int], float]:
    """Give text, boxes (of the picture as it was before it was turned by `angle`) and mean confidence 0..1."""
    import tesserocr

    api.SetImage(image)
    api.Recognize()
    characters: list[str] = []
    boxes = array("H")
    confidences: list[float] = []
    iterator = api.GetIterator()
    level = tesserocr.RIL
    place = _Placing(image.width, image.height, angle)
    for symbol in tesserocr.iterate_level(iterator, level.SYMBOL) if iterator else ():
        text = symbol.GetUTF8Text(level.SYMBOL)
        box = symbol.BoundingBox(level.SYMBOL)
        if not text or box is None:
            continue
        if symbol.IsAtBeginningOf(level.WORD):
            if characters:
                characters.append("\n" if symbol.IsAtBeginningOf(level.TEXTLINE) else " ")
                boxes.extend((0, 0, 0, 0))
            confidences.append(symbol.Confidence(level.WORD) / 100)
        line = symbol.BoundingBox(level.TEXTLINE) or box
        for character in text:
            characters.append(character)
            boxes.extend(place(box[0], line[1] if angle == 0 else box[1], box[2], line[3] if angle == 0 else box[3]))
    return "".join(characters), boxes, sum(confidences) / len(confidences) if confidences else 0.0


class _Placing:
    """Maps pixels of a turned picture to 0..65535 of the page as it lies in the file."""

    def __init__(self, width: int, height: int, angle: int) -> None:
        self._width, self._height, self._angle = width, height, angle

    def __call__(self, x0: int, y0: int, x1: int, y1: int) -> tuple[int, int, int, int]:
        a, b = self._point(x0, y0)
        c, d = self._point(x1, y1)
        return min(a, c), min(b, d), max(a, c), max(b, d)

    def _point(self, x: int, y: int) -> tuple[int, int]:
        u, v = x / self._width, y / self._height
        if self._angle == 90:
            u, v = 1 - v, u
        elif self._angle == 180:
            u, v = 1 - u, 1 - v
        elif self._angle == 270:
            u, v = v, 1 - u
        return min(max(round(u * _BOX_SCALE), 0), _BOX_SCALE), min(max(round(v * _BOX_SCALE), 0), _BOX_SCALE)


def _pack(number: int, text: str, boxes: array[int], confidence: float | None, source: str) -> Frame:
    if sys.byteorder == "big":
        boxes.byteswap()
    encoded = text.encode()
    header: dict[str, object] = {
        "number": number,
        "text_bytes": len(encoded),
        "confidence": confidence,
        "source": source,
    }
    return Frame("page", header, encoded + boxes.tobytes())
