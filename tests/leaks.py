"""Searches every file under a folder for names, however they are wrapped: used to prove that none lies open."""

from __future__ import annotations

import base64
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP = b"\x1f\x8b\x08"
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(rb"[0-9a-fA-F]{12,}")


def find_names(root: Path, names: Sequence[str]) -> list[str]:
    """List "file: name" for each name that stands in the path or the (decoded) bytes of a file under `root`."""
    wanted = [(name, [name.lower().encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]) for name in names]
    hits = []
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        views = [str(path.relative_to(root)).encode(), *unpack(path.read_bytes())]
        hits += [
            f"{path.relative_to(root)}: {name}"
            for name, forms in wanted
            if any(form in view.lower() for view in views for form in forms)
        ]
    return hits


def unpack(data: bytes, depth: int = 2) -> Iterator[bytes]:
    """Give the bytes as they are and what is packed in them: zlib and gzip streams, base64, hex."""
    yield data
    if depth == 0 or len(data) > 64 * 2**20:
        return
    for match in list(_ZLIB.finditer(data))[:5000]:
        unpacked = _inflate(data[match.start() :])
        if len(unpacked) > 16:
            yield from unpack(unpacked, depth - 1)
    if data.startswith(_GZIP):
        yield from unpack(gzip.decompress(data), depth - 1)
    if len(data) > 4 * 2**20:
        return
    for match in _BASE64.finditer(data):
        text = match.group().rstrip(b"=")
        if len(text) % 4 != 1:
            plain = text.translate(bytes.maketrans(b"+/", b"-_"))
            yield from unpack(base64.urlsafe_b64decode(plain + b"=" * (-len(text) % 4)), depth - 1)
    for match in _HEX.finditer(data):
        for digits in (match.group(), match.group()[1:]):  # what stands before may look like a digit too
            yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def _inflate(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 2**22)
    except zlib.error:
        return b""
