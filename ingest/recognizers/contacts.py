"""E-mail addresses, web addresses and telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer

_EMAIL = regex.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,6}(?P<last>\p{L}{2,24})\b")
_RESERVED = frozenset(("example", "test", "invalid", "local", "localhost", "internal", "lan", "corp", "home"))
"""Endings that are no public suffix, but that mail inside a firm has."""
_URL = regex.compile(r"\b(?:https?://|www\.)[^\s<>\"“”)\]]{3,300}[^\s<>\"“”)\].,;:’']")
_HOST = regex.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]{2,63}\.){1,4}(?:com|org|net|gov|edu|io|info|biz|us|uk|eu|de|fr)\b"
    r"(?:/[^\s<>\"“”)\],;]*)?",
    regex.IGNORECASE,
)
_COMPANY = regex.compile(r",?\s(?i:inc|llc|ltd|corp)\b")
_PHONE = regex.compile(
    r"(?<![\w.-])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{3}\)\s?|\d{3}[\s./-])\d{3}[\s.–-]\d{4}(?:,?\s*(?:x"
    r"|ext\.?)\s?\d{1,6})?(?![\w-])|\+\d{1,3}(?:[\s.-]?\d{2,4}){2,5}\b"
)


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    """Public suffixes from the list inside the package: the default would call out for a new one."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class Contacts(LegalRecognizer):
    """How someone is reached."""

    types = ("CONTACT",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give addresses whose ending is a public suffix, and telephone numbers."""
        for match in _EMAIL.finditer(text):
            if match.group("last").casefold() in _RESERVED or _suffixes()(match.group().rsplit("@", 1)[1]).suffix:
                yield Found(match.start(), match.end(), "CONTACT", 0.95)
        for match in _URL.finditer(text):
            yield Found(match.start(), match.end(), "CONTACT", 0.8)
        for match in _HOST.finditer(text):
            if not _COMPANY.match(text, match.end()):
                yield Found(match.start(), match.end(), "CONTACT", 0.7)
        for match in _PHONE.finditer(text):
            yield Found(match.start(), match.end(), "CONTACT", 0.85)
