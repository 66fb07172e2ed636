"""Organizations by their form of company and by what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import GAP, Found, LegalRecognizer
from ingest.recognizers.vocabulary import LEGAL_WORDS, ORG_HEADS, ORG_SUFFIXES, make_words

_WORD = (
    r"(?>\p{Lu}[\p{L}\p{N}'’&/-]*(?:\.(?:com|net|org|io|ai)\b)?(?:\.(?=\p{L}{2}|\s?\p{Lu}\.))*"
    r"(?:(?<=(?<!\p{L})\p{L}{1,5})\.)?|\p{N}+[\p{L}]*(?=\s\p{Lu}))"
)
_PLAIN = r"(?:\p{Lu}[\p{L}\p{N}'’&/-]*+)"
_LINK = r"(?:of|the|and|for|in|de|du|des|&|et|d/b/a)"
_OF = rf"(?:{GAP}of{GAP}(?:the{GAP})?{_PLAIN}(?:{GAP}{_PLAIN}){{0,2}})?"
_SUFFIXED = regex.compile(
    rf"{_WORD}(?:{GAP}(?:{_WORD}|{_LINK})){{0,9}}?,?{GAP}(?:{ORG_SUFFIXES})(?![\p{{L}}\p{{N}}])\.?{_OF}"
)
_SUFFIXED_CAPITALS = regex.compile(
    rf"\p{{Lu}}[\p{{Lu}}\p{{N}}'’.&/-]{{0,64}}+(?:{GAP}(?:\p{{Lu}}[\p{{Lu}}\p{{N}}'’.&/-]*+|OF|THE|AND|FOR|&)){{0,9}}?,?{GAP}"
    r"(?:INC|LLC|L\.L\.C|LTD|LIMITED|CORP|CORPORATION|CO|COMPANY|LLP|LP|PLLC|PC|P\.C|N\.A)(?![\p{L}\p{N}])\.?"
    rf"(?:{GAP}OF{GAP}\p{{Lu}}{{3,}}(?:{GAP}\p{{Lu}}{{3,}})?)?"
)
_HEADED = regex.compile(
    rf"(?:St\.{GAP})?{_PLAIN}(?:{GAP}(?:{_PLAIN}|{_LINK})){{0,6}}?{GAP}(?:{ORG_HEADS})\b(?:{GAP}(?:{ORG_HEADS})\b)*{_OF}"
)
_LINK_BEFORE_HEAD = regex.compile(
    rf"\s(?:of|and|in|for){GAP}(?:Insurance|Services?|Capital|Media|Properties|Systems|Solutions|Technologies|Press)$",
    regex.IGNORECASE,
)
_OF_HEADED = regex.compile(
    rf"\b(?:University|College|Bank|Church|Trust|Society|Museum|League|Union){GAP}of{GAP}(?:the{GAP})?{_PLAIN}"
    rf"(?:{GAP}(?:{_PLAIN}|{_LINK}(?={GAP}\p{{Lu}}))){{0,4}}"
)
_SUFFIX = regex.compile(
    rf"(?:^|[\s,])(?:{ORG_SUFFIXES}|INC|LTD|CORP|COMPANY|CORPORATION|LIMITED|{ORG_HEADS})\b", regex.IGNORECASE
)
_FRONT_KEPT = make_words(
    "new north south east west united national general american first second third great central federal supreme"
)
_FRONT = LEGAL_WORDS - _FRONT_KEPT
_TOKEN = regex.compile(r"[\p{L}\p{N}.'’&/-]+")
GOVERNMENT = regex.compile(
    r"\b(?:state|commonwealth|city|county|town|village|borough|people|kingdom|republic|government"
    r"|united\s+states|department"
    r"|secretary|commissioner|board\s+of|bureau|ministry|u\.s)\b", regex.IGNORECASE,
)  # fmt: skip


class Organizations(LegalRecognizer):
    """Companies, universities, churches, banks and the like."""

    types = ("ORG",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give organizations by the words that name their kind."""
        for pattern, score in ((_SUFFIXED, 0.9), (_SUFFIXED_CAPITALS, 0.9), (_HEADED, 0.7), (_OF_HEADED, 0.7)):
            for match in pattern.finditer(text):
                start, end = match.span()
                if len(match.group().rpartition(" ")[2]) > 6 and match.group().endswith("."):
                    end -= 1  # the full stop behind "Corporation" ends the sentence
                if pattern is _HEADED and _LINK_BEFORE_HEAD.search(text, start, end):
                    continue  # "Rescission of Insurance" is a heading
                trimmed = start if pattern is _OF_HEADED else _trim_front(text, start, end)
                if trimmed is not None:
                    yield Found(trimmed, end, "ORG", score)


def _trim_front(text: str, start: int, end: int) -> int | None:
    """Cut legal words off the front; None where no word of a proper name is left before the kind."""
    while start < end:
        match = _TOKEN.search(text, start, end)
        if match is None:
            return None
        if match.group().casefold().strip(".,") not in _FRONT:
            start = match.start()
            break
        start = match.end()
    words = [w.casefold().strip(".,'’") for w in text[start:end].split()]
    proper = [w for w in words if w and w not in LEGAL_WORDS and not _SUFFIX.fullmatch(w)]
    return start if proper and len(words) > 1 else None


def has_own_name(text: str, start: int, end: int) -> bool:
    """Tell whether a range is a company's whole name: words of its own before the words of its kind."""
    words = [w.casefold().strip(".,'’") for w in text[start:end].split()]
    own = [w for w in words if any(c.isalpha() for c in w) and w not in LEGAL_WORDS and not _SUFFIX.fullmatch(w)]
    return len(words) > 1 and bool(own) and looks_like_organization(text[start:end])


def looks_like_organization(name: str) -> bool:
    """Tell whether a name carries the sign of a company or institution."""
    return _SUFFIX.search(name) is not None
