"""What the limited child does with a Word file: its paragraphs and tables in order, hidden runs apart."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from ingest.hidden import TINY
from ingest.limits import Frame
from ingest.page_picture import PALE

_DOCX_BYTES_MAX = 200 << 20
_DEPTH_MAX = 50
_TINY_HALF_POINTS = 8
_VANISHED = "marked as hidden"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

Hidden = list[tuple[str, str]]


def extract_docx(data: bytes, last: int) -> Iterator[Frame]:
    """Give an "opened" frame and a "page" frame for each page up to `last`; explicit page breaks begin a page."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            too_large = sum(item.file_size for item in archive.infolist()) > _DOCX_BYTES_MAX
    except (zipfile.BadZipFile, ValueError):
        yield Frame("refused", {"reason": "damaged_archive"})
        return
    if too_large:
        yield Frame("refused", {"reason": "too_large_inside"})
        return
    import docx

    try:
        body = docx.Document(io.BytesIO(data)).element.body
    except Exception:  # python-docx raises anything on a hostile file
        yield Frame("refused", {"reason": "damaged_archive"})
        return
    pages: list[list[str]] = [[]]
    hidden_by_page: list[Hidden] = [[]]
    hidden: Hidden = []
    for piece in _walk(body, hidden, 0):
        if piece == "\f":
            pages.append([])
            hidden_by_page.append([])
        else:
            pages[-1].append(piece)
        hidden_by_page[-1] += hidden
        hidden.clear()
    yield Frame("opened", {"pages_total": len(pages)})
    for number, (pieces, found) in enumerate(zip(pages[:last], hidden_by_page, strict=False), 1):
        encoded = _CONTROL.sub(" ", "".join(pieces)).strip("\n").encode("utf-8", "replace")
        records = [{"reason": reason, "text": text, "box": [0.0, 0.0, 0.0, 0.0]} for reason, text in found]
        header = {"number": number, "text_bytes": len(encoded), "image_share": 0.0, "paths": 0, "hidden": records}
        yield Frame("page", header, encoded)


def _walk(element: Any, hidden: Hidden, depth: int) -> Iterator[str]:
    """Give the text of a body element: a blank line after a paragraph, a tab between cells."""
    for child in element.iterchildren() if depth < _DEPTH_MAX else ():
        if child.tag == f"{_W}p":
            yield from _read_paragraph(child, hidden)
            yield "\n\n"
        elif child.tag == f"{_W}tbl":
            for row in child.iterchildren(f"{_W}tr"):
                cells = [
                    " ".join("".join(_walk(cell, hidden, depth + 1)).split()) for cell in row.iterchildren(f"{_W}tc")
                ]
                yield "\t".join(cells) + "\n"
            yield "\n"
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _walk(child, hidden, depth + 1)


def _read_paragraph(paragraph: Any, hidden: Hidden) -> Iterator[str]:
    """Give a paragraph's characters; deleted text of tracked changes is left out, hidden runs go to `hidden`."""
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}lastRenderedPageBreak"):
        if node.tag == f"{_W}t":
            reason = _tell_hidden(node.getparent()) if node.text and node.text.strip() else ""
            if reason:
                hidden.append((reason, node.text))
            else:
                yield (node.text or "").replace("\f", " ")
        elif node.tag == f"{_W}tab":
            if node.getparent().tag != f"{_W}tabs":
                yield "\t"
        elif node.tag == f"{_W}lastRenderedPageBreak" or node.get(f"{_W}type") == "page":
            yield "\f"
        else:
            yield "\n"


def _tell_hidden(run: Any) -> str:
    """Tell why a run is not seen, or "". White text in a table may stand on a dark cell and is left."""
    look = run.find(f"{_W}rPr") if run is not None else None
    if look is None:
        return ""
    vanish, size, colour = (look.find(f"{_W}{name}") for name in ("vanish", "sz", "color"))
    if vanish is not None and vanish.get(f"{_W}val", "1") not in ("0", "false", "off"):
        return _VANISHED
    points = size.get(f"{_W}val", "") if size is not None else ""
    if points.isdigit() and int(points) < _TINY_HALF_POINTS:
        return TINY
    white = colour is not None and colour.get(f"{_W}val", "").upper() == "FFFFFF"
    return PALE if white and not _has_ground(run) else ""


def _has_ground(run: Any) -> bool:
    """Tell whether a run stands in a table or on shading or a highlight."""
    shades = (f"{_W}shd", f"{_W}highlight")
    if any(parent.tag == f"{_W}tc" for parent in run.iterancestors()):
        return True
    looks = [run.find(f"{_W}rPr"), *(parent.find(f"{_W}pPr") for parent in run.iterancestors(f"{_W}p"))]
    return any(look is not None and look.find(shade) is not None for look in looks for shade in shades)
