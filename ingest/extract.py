"""What the limited child does with one file: text and boxes of each page, or a page's picture.

Runs only inside `ingest.limits`. pypdfium2 gives text with character boxes and page pictures; pypdf
reads the structure (attachments, scripts, forms), after the text, so that its trouble costs no page.
"""

from __future__ import annotations

import ctypes
import io
from array import array
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from ingest.extract_docx import extract_docx
from ingest.hidden import PageText, PartedText
from ingest.hidden_records import ROOM_OF_PAGE, bound_records
from ingest.limits import Frame
from ingest.page_characters import PAGE_CHARACTERS_MAX, read_characters
from ingest.page_objects import survey_objects
from ingest.replaced import read_shown

_OBJECT_IMAGE, _OBJECT_PATH = 3, 2
_OBJECTS_LOOKED_AT = 3000
_PAGES_LOOKED_AT = 300
_PICTURE_PIXELS_MAX = 25_000_000
_PDF_PASSWORD_ERROR = 4


def extract_pages(data: bytes, request: dict[str, Any]) -> Iterator[Frame]:
    """Give an "opened" frame, one "page" frame a page from `request["first"]`, and a "structure" frame.

    A page of a PDF is held against its picture unless `request["draw"]` is False.

    A file that cannot be taken gives one "refused" frame with the reason.
    """
    kind = request["file_kind"]
    if kind == "docx":
        yield from extract_docx(data, int(request["last"]))
    else:
        yield from _extract_pdf(data, request)


def open_pdf(data: bytes, password: str | None) -> Any:
    """Open a PDF with pdfium, which repairs what it can."""
    import pypdfium2

    return pypdfium2.PdfDocument(data, password=password)


def _extract_pdf(data: bytes, request: dict[str, Any]) -> Iterator[Frame]:
    """Read a PDF's pages, then its structure."""
    import pypdfium2

    password = request.get("password")
    try:
        document = open_pdf(data, password)
    except pypdfium2.PdfiumError as error:
        yield Frame("refused", {"reason": _name_refusal(error, password)})
        return
    total = len(document)
    yield Frame("opened", {"pages_total": total})
    for number in range(int(request["first"]), min(total, int(request["last"])) + 1):
        yield from _extract_page(document, number, bool(request.get("draw", True)))
    if request.get("structure"):
        yield Frame("structure", _read_structure(data, password))


def _name_refusal(error: Exception, password: str | None) -> str:
    """Tell a missing or wrong password from a damaged file."""
    if getattr(error, "err_code", None) == _PDF_PASSWORD_ERROR or "password" in str(error).lower():
        return "password_wrong" if password else "password_missing"
    return "damaged"


def _extract_page(document: Any, number: int, draw: bool) -> Iterator[Frame]:
    """Read one page; a page that pdfium cannot load is said to be unreadable, the others go on.

    Drawing a page may take longer than reading it, and may be what a hostile page waits for: what was read goes ahead
    as a "draft" frame, which counts where no "page" frame comes after it.
    """
    import pypdfium2

    try:
        page = document[number - 1]
        objects = survey_objects(page)
        shown = read_shown(page, objects, lambda text_page: read_characters(page, text_page, PAGE_CHARACTERS_MAX))
    except pypdfium2.PdfiumError:
        yield Frame("page", {"number": number, "failed": True})
        return
    width, height = page.get_size()
    image_share, paths = _measure_objects(page, width, height)
    facts = {
        "number": number,
        "width_pt": round(width, 2),
        "height_pt": round(height, 2),
        "image_share": round(image_share, 3),
        "paths": paths,
        "cut": shown.text_page.count_chars() > PAGE_CHARACTERS_MAX,
    }
    text = PageText(page, shown, objects)
    parted = text.part_undrawn()
    if parted.undrawn and objects.complete and draw:
        yield _pack_page("draft", facts, parted)
        with suppress(pypdfium2.PdfiumError):
            parted = text.part_by_picture()
    yield _pack_page("page", facts, parted)
    shown.text_page.close()
    page.close()


def _pack_page(kind: str, facts: dict[str, Any], parted: PartedText) -> Frame:
    encoded = parted.text.encode("utf-8", "surrogatepass")
    records, room = bound_records(parted.hidden, ROOM_OF_PAGE)
    header = facts | {
        "text_bytes": len(encoded), "hidden": records, "hidden_cut": room < 0, "unchecked": parted.unchecked,
        "undrawn": parted.undrawn, "layer": [[round(v, 4) for v in box] for box in parted.layer],
    }  # fmt: skip
    return Frame(kind, header, encoded + _little_endian(parted.boxes))


def _little_endian(boxes: array[int]) -> bytes:
    """Give the bytes of the boxes in the order that `Page.boxes` promises on any machine."""
    import sys

    if sys.byteorder == "big":
        boxes.byteswap()
    return boxes.tobytes()


def _measure_objects(page: Any, width: float, height: float) -> tuple[float, int]:
    """Give the share of the page that its largest picture covers, and the number of drawn paths."""
    import pypdfium2.raw as raw

    area = max(width * height, 1.0)
    share, paths = 0.0, 0
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(min(raw.FPDFPage_CountObjects(page.raw), _OBJECTS_LOOKED_AT)):
        item = raw.FPDFPage_GetObject(page.raw, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == _OBJECT_PATH:
            paths += 1
        elif kind == _OBJECT_IMAGE and raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            share = max(share, (right.value - left.value) * (top.value - bottom.value) / area)
        elif kind == raw.FPDF_PAGEOBJ_FORM and raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            paths += 1
    return min(share, 1.0), paths


def _read_structure(data: bytes, password: str | None) -> dict[str, Any]:
    """Say what the file carries beside its pages; nothing of it is run or opened."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            reader.decrypt(password or "")
        root: Any = reader.trailer["/Root"]
        names: Any = root.get("/Names", {})
        names = names.get_object() if hasattr(names, "get_object") else names
        action: Any = root.get("/OpenAction")
        action = action.get_object() if hasattr(action, "get_object") else action
        return {
            "encrypted": bool(reader.is_encrypted),
            "attachments": "/EmbeddedFiles" in names,
            "scripts": "/JavaScript" in names or (isinstance(action, dict) and action.get("/S") == "/JavaScript"),
            "forms": "/AcroForm" in root,
            "actions": _acts_by_itself(root, action) or (b"/AA" in data and _has_page_action(reader)),
            "valid": True,
        }
    except Exception as error:  # pypdf raises anything on a hostile file; the text has been read already
        return {"valid": False, "trouble": type(error).__name__}


def _acts_by_itself(holder: Any, action: Any) -> bool:
    """Tell actions that run when a file or page is opened; going to a page of the file is harmless."""
    return "/AA" in holder or (isinstance(action, dict) and action.get("/S") not in ("/GoTo", "/JavaScript", None))


def _has_page_action(reader: Any) -> bool:
    """Tell whether one of the first pages has an action of its own."""
    return any("/AA" in page for page in islice(reader.pages, _PAGES_LOOKED_AT))


def render_pdf_page(document: Any, number: int, width_px: int) -> Any:
    """Draw page `number` as a greyscale or colour PIL image about `width_px` wide, within a pixel limit."""
    page = document[number - 1]
    width, height = page.get_size()
    scale = width_px / max(width, 1.0)
    pixels = width * height * scale * scale
    if pixels > _PICTURE_PIXELS_MAX:
        scale *= (_PICTURE_PIXELS_MAX / pixels) ** 0.5
    bitmap = page.render(scale=scale)
    image = bitmap.to_pil().convert("RGB")
    page.close()
    return image


def draw_page(data: bytes, request: dict[str, Any]) -> Iterator[Frame]:
    """Give one "picture" frame: page `request["page"]` as PNG."""
    document = open_pdf(data, request.get("password"))
    number = int(request["page"])
    if not 1 <= number <= len(document):
        yield Frame("refused", {"reason": "no_such_page"})
        return
    out = io.BytesIO()
    render_pdf_page(document, number, int(request["width_px"])).save(out, "PNG")
    yield Frame("picture", {}, out.getvalue())
