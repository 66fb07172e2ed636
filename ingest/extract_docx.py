"""What the limited child does with a Word file: its paragraphs and tables in order, hidden runs apart."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from ingest.docx_looks import DocxLooks
from ingest.hidden_records import ROOM_OF_PAGE, bound_records, make_record
from ingest.limits import Frame
from ingest.shapeless import SHAPELESS, take_out_shapeless

_DOCX_BYTES_MAX = 200 << 20
_DEPTH_MAX = 50
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
        document = docx.Document(io.BytesIO(data))
        body, looks = document.element.body, DocxLooks(document)
    except Exception:  # python-docx raises anything on a hostile file
        yield Frame("refused", {"reason": "damaged_archive"})
        return
    pages: list[list[str]] = [[]]
    hidden_by_page: list[Hidden] = [[]]
    hidden: Hidden = []
    for piece in _walk(body, looks, hidden, 0):
        if piece == "\f":
            pages.append([])
            hidden_by_page.append([])
        else:
            pages[-1].append(piece)
        hidden_by_page[-1] += hidden
        hidden.clear()
    yield Frame("opened", {"pages_total": len(pages)})
    for number, (pieces, found) in enumerate(zip(pages[:last], hidden_by_page, strict=False), 1):
        text, unshown = take_out_shapeless("".join(pieces))
        found += [(SHAPELESS, run) for run in unshown]
        encoded = _CONTROL.sub(" ", text).strip("\n").encode("utf-8", "replace")
        records, room = bound_records([make_record(reason, text) for reason, text in found], ROOM_OF_PAGE)
        header = {
            "number": number, "text_bytes": len(encoded), "image_share": 0.0, "paths": 0, "hidden": records,
            "hidden_cut": room < 0,
        }  # fmt: skip
        yield Frame("page", header, encoded)


def _walk(element: Any, looks: DocxLooks, hidden: Hidden, depth: int) -> Iterator[str]:
    """Give the text of a body element: a blank line after a paragraph, a tab between cells."""
    for child in element.iterchildren() if depth < _DEPTH_MAX else ():
        if child.tag == f"{_W}p":
            yield from _read_paragraph(child, looks, hidden)
            yield "\n\n"
        elif child.tag == f"{_W}tbl":
            for row in child.iterchildren(f"{_W}tr"):
                cells = [
                    " ".join("".join(_walk(cell, looks, hidden, depth + 1)).split())
                    for cell in row.iterchildren(f"{_W}tc")
                ]
                yield "\t".join(cells) + "\n"
            yield "\n"
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _walk(child, looks, hidden, depth + 1)


def _read_paragraph(paragraph: Any, looks: DocxLooks, hidden: Hidden) -> Iterator[str]:
    """Give a paragraph's characters; deleted text of tracked changes is left out, hidden runs go to `hidden`."""
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}lastRenderedPageBreak"):
        if node.tag == f"{_W}t":
            reason = looks.tell_hidden(node.getparent()) if node.text and node.text.strip() else ""
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
