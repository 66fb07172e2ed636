"""Writes PDFs object by object, right or wrong, for the hostile files of the tests."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

TEXT = b"BT /F1 12 Tf 72 700 Td (The harbor lease was signed in the spring of that year.) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>"
MEGABYTE = 1 << 20


def build_pdf(objects: dict[int, bytes], root: int = 1, trailer: bytes = b"") -> bytes:
    """Write a PDF of numbered objects with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    return bytes(out + b"trailer\n<< /Size %d /Root %d 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, at))


def stream(data: bytes, extra: bytes = b"", length: bytes | None = None) -> bytes:
    """Write a stream object; `length` may lie."""
    said = length if length is not None else b"%d" % len(data)
    return b"<< /Length " + said + b" " + extra + b">>\nstream\n" + data + b"\nendstream"


def one_page(
    content: bytes = stream(TEXT), page: bytes = b"", box: bytes = b"[0 0 612 792]", font: bytes = FONT, **more: bytes
) -> bytes:
    """Write a PDF of one page; `more` are further objects (o6=…), `page` goes into the page's dictionary."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + more.pop("catalog", b"") + b">>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox " + box + b" /Contents 4 0 R "
           b"/Resources << /Font << /F1 5 0 R >> " + more.pop("resources", b"") + b">> " + page + b">>",
        4: content,
        5: font,
    }  # fmt: skip
    return build_pdf(objects | {int(name[1:]): body for name, body in more.items()})


def flate(data: bytes, extra: bytes = b"") -> bytes:
    """Write a compressed stream object."""
    return stream(zlib.compress(data, 9), b"/Filter /FlateDecode " + extra)


def bomb(megabytes: int, piece: bytes = b" ") -> bytes:
    """Compress many megabytes: one of them, flushed, stands as often as it is wanted."""
    block = piece * (MEGABYTE // len(piece))
    packer = zlib.compressobj(9)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(megabytes):
        check = zlib.adler32(block, check)
    return head + once * megabytes + b"\x03\x00" + struct.pack(">I", check)


def tree(kids: bytes, count: bytes = b"1", **more: bytes) -> bytes:
    """Write a PDF with a page tree of one's own."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids " + kids + b" /Count " + count + b" >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        4: stream(TEXT),
        5: FONT,
    }
    return build_pdf(objects | {int(name[1:]): body for name, body in more.items()})


def many_pages(count: int) -> bytes:
    """Write a PDF of many pages that share one content."""
    kids = b" ".join(b"%d 0 R" % (10 + i) for i in range(count))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % count,
        4: stream(TEXT),
        5: FONT,
    }
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    return build_pdf(objects | {10 + i: page for i in range(count)})


REFUSED, PARTIAL, READ = frozenset({"refused"}), frozenset({"partial"}), frozenset({"read"})
ANY, NOT_LOST = REFUSED | PARTIAL | READ, PARTIAL | READ


Row = tuple[str, Callable[[], bytes], frozenset[str]] | tuple[str, Callable[[], bytes], frozenset[str], bool, str]
