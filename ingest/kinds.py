"""Which kind of file it is, told by its content, and the characters of a plain text."""

from __future__ import annotations

import struct

from assistant.errors import RefusedInput

_HEADER_WITHIN_BYTES = 4096
_ARCHIVE_END, _ARCHIVE_END_WITHIN = b"PK\x05\x06", 66_000
_ARCHIVE_TAIL = struct.Struct("<4s4H2LH")
_ARCHIVE_ENTRIES_MAX, _ARCHIVE_DIRECTORY_MAX = 5000, 1 << 20


def sniff_kind(data: bytes) -> str:
    """Tell "pdf", "docx" or "text" by the content, whatever the file is called.

    Raises:
        RefusedInput: It is empty or none of these.
    """
    if not data.strip():
        raise RefusedInput("The file is empty.", expected="a PDF, a Word document or plain text", do="Send it again.")
    if b"%PDF-" in data[:_HEADER_WITHIN_BYTES]:
        return "pdf"
    if data.startswith(b"PK"):
        if b"word/document.xml" in _find_archive_directory(data):
            return "docx"
    elif not data.startswith((b"{\\rtf", b"\xd0\xcf\x11\xe0")) and decode_text(data) is not None:
        return "text"
    raise RefusedInput(
        "The file is of a kind that is not read.", expected="a PDF, a Word document (.docx) or plain text",
        do="Print it to PDF.",
    )  # fmt: skip


def _find_archive_directory(data: bytes) -> bytes:
    """Give the bytes that name an archive's files, without reading them one by one.

    Raises:
        RefusedInput: It has no end, or names more files than a document can have.
    """
    end = data.rfind(_ARCHIVE_END, max(len(data) - _ARCHIVE_END_WITHIN, 0))
    if end < 0 or len(data) < end + _ARCHIVE_TAIL.size:
        raise RefusedInput("The file is a damaged archive.", do="Ask for the file again.")
    _mark, _disk, _first, _here, entries, size, _offset, _comment = _ARCHIVE_TAIL.unpack_from(data, end)
    if entries > _ARCHIVE_ENTRIES_MAX or size > _ARCHIVE_DIRECTORY_MAX:
        raise RefusedInput(
            f"The archive names {entries} files.", expected=f"a Word document, at most {_ARCHIVE_ENTRIES_MAX}",
            do="Print it to PDF.",
        )  # fmt: skip
    return data[max(end - size, 0) : end]


def decode_text(data: bytes) -> str | None:
    """Decode plain text, or None where the bytes are not text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\x00" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    odd = sum(1 for c in text[:20_000] if (c < " " and c not in "\t\n\r\f") or c == "\ufffd")
    return None if odd > 0.02 * min(len(text), 20_000) else text
