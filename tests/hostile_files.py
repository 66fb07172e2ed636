"""Hostile files made by code: what breaks readers of PDF, Word and text. No file of anyone's; nothing of it is run.

`make_hostile_files` gives each with how its reading may end: "refused" (a clear error), "partial" (pages are left
out or the damage is said), "read" (nothing of it is lost), or any of these.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hostile_building import ANY, MEGABYTE, NOT_LOST, REFUSED, Row
from hostile_pdfs import list_active, list_bombs, list_fonts_and_pictures, list_pages, list_structure, list_truncated
from pdf_samples import make_docx


@dataclass(frozen=True)
class HostileFile:
    """A file, what it does, and how its reading may end; `slow` ones take seconds; `says` stands in a warning."""

    name: str
    make: Callable[[], bytes]
    ends: frozenset[str]
    slow: bool = False
    says: str = ""


def make_hostile_files(slow: bool = True) -> Iterator[HostileFile]:
    """Give every hostile file, not made yet; `slow` False leaves out those that take seconds."""
    for group in (
        list_structure,
        list_truncated,
        list_bombs,
        list_pages,
        list_fonts_and_pictures,
        list_active,
        _archives,
        _texts,
    ):
        for name, make, ends, *rest in group():
            takes_long = bool(rest and rest[0])
            if slow or not takes_long:
                yield HostileFile(name, make, ends, takes_long, rest[1] if len(rest) > 1 else "")


def make_zip(files: dict[str, bytes]) -> bytes:
    """Pack files into an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


_W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def make_word(body: bytes, prolog: bytes = b"", more: dict[str, bytes] | None = None) -> bytes:
    """Pack a Word file whose document is written by hand."""
    types = (
        b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels"'
        b' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        b'"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    links = (
        b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship'
        b' Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        b'Target="word/document.xml"/></Relationships>'
    )
    document = (
        b'<?xml version="1.0"?>' + prolog + b"<w:document " + _W + b"><w:body>" + body + b"</w:body></w:document>"
    )
    return make_zip({"[Content_Types].xml": types, "_rels/.rels": links, "word/document.xml": document, **(more or {})})


def entity_bomb() -> bytes:
    """Word: each entity is ten of the one before."""
    lines = [b'<!ENTITY a0 "lolololol">']
    lines += [b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)]
    return make_word(b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", b"<!DOCTYPE d [" + b"".join(lines) + b"]>")


def many_entries(count: int) -> bytes:
    """Write an archive that names very many empty files, by hand."""
    local = b"PK\x03\x04" + struct.pack("<5H3L2H", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"x"
    central = b"PK\x01\x02" + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    directory = central * count
    end = b"PK\x05\x06" + struct.pack(
        "<4H2LH", 0, 0, min(count, 65535), min(count, 65535), len(directory), len(local), 0
    )
    return local + directory + end


def _archives() -> Iterator[Row]:
    word = make_docx(["The lease."], [["a", "b"]])
    yield "Word: a part of 220 MB", _word_bomb, REFUSED, True, ""
    yield "Word: entities that grow", entity_bomb, ANY
    yield (
        "Word: an entity that is a file",
        lambda: make_word(
            b"<w:p><w:r><w:t>&f;</w:t></w:r></w:p>", b'<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        ),
        ANY,
    )
    yield "Word: elements nested 200,000 deep", lambda: make_word(b"<w:sdt>" * 200_000 + b"</w:sdt>" * 200_000), ANY
    yield (
        "Word: tables in tables, 40 deep",
        lambda: make_word(
            b"<w:tbl><w:tr><w:tc>" * 40 + b"<w:p><w:r><w:t>deep</w:t></w:r></w:p>" + b"</w:tc></w:tr></w:tbl>" * 40
        ),
        ANY,
    )
    yield (
        "Word: 300,000 page breaks",
        lambda: make_word(b'<w:p><w:r><w:t>x</w:t><w:br w:type="page"/></w:r></w:p>' * 300_000),
        ANY,
        True,
        "",
    )
    yield "Word: no document in it", lambda: make_zip({"a.txt": b"x"}), REFUSED
    yield "Word: the document is no XML", lambda: make_zip({"word/document.xml": b"\x00\x01"}), REFUSED
    yield "Word: cut off", lambda: word[: len(word) // 2], REFUSED
    yield "Word: directory that points nowhere", lambda: word[:-6] + b"\xff\xff\xff\x7f\x00\x00", ANY
    yield "archive of 200,000 files", lambda: many_entries(200_000), REFUSED
    yield (
        "archive that says it has 65,535 files",
        lambda: many_entries(3)[:-14] + b"\xff\xff\xff\xff" + many_entries(3)[-10:],
        REFUSED,
    )


def _word_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        with archive.open("word/document.xml", "w") as part:
            for _ in range(220):
                part.write(b" " * MEGABYTE)
    return out.getvalue()


def _texts() -> Iterator[Row]:
    yield "empty", lambda: b"", REFUSED
    yield "white space", lambda: b" \r\n\t" * 9, REFUSED
    yield "zero bytes", lambda: b"\0" * 100_000, REFUSED
    yield "a line of 50 MB", lambda: b"lease " * (50 * MEGABYTE // 6), REFUSED, True, ""
    yield "UTF-16 with half a letter", lambda: b"\xff\xfe" + "The lease 📄".encode("utf-16-le")[:-1], NOT_LOST
    yield "UTF-16 of lone surrogates", lambda: b"\xff\xfe" + b"\x00\xd8" * 5000, ANY
    yield "UTF-8 cut in a letter", lambda: "Der Vertrag über fünf Häuser und Gärten.".encode()[:13], NOT_LOST
    yield "control characters", lambda: bytes(range(1, 32)) * 300, REFUSED
    yield "a picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 500, REFUSED
    yield "an old Word file", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, REFUSED
    yield "a program", lambda: b"\x7fELF" + random.Random(5).randbytes(9000), REFUSED
    yield "rich text", lambda: b"{\\rtf1 " + b"{\\a " * 9000, REFUSED
    yield "marks that turn the writing around", lambda: ("\u202eesael ehT\u202c " * 500).encode(), NOT_LOST
