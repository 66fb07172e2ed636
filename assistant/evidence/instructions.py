"""Sentences of a filing that speak to software, or to whoever summarizes it, and not to the reader of a filing.

"Ignore all previous instructions", "Note to the summarizer: …", role marks of a chat, an encoded run. The text of a
filing is data: such a sentence is neither told nor used as evidence. What is recognized is the form of address, never
the subject: a court that instructs a jury, or orders how lawyers may use such software, speaks to people.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence

from assistant.documents import RedactedDocument
from assistant.evidence.address_forms import FORMS, GOES_WITH
from assistant.evidence.sentences import split_sentences

OPENED_REACH = 4  # sentences that may go with one that opens its paragraph
INSERTED_REACH = 2  # sentences that go with one in the middle of a paragraph
_LEAST_ENCODED = 24  # bytes of an encoded run

_PATTERNS = tuple((stems, re.compile(form, re.IGNORECASE | re.DOTALL)) for stems, form in FORMS)
_ASKS = re.compile(r"^\W*(?:user|human|prompt|reader|client|lawyer)\s*:", re.IGNORECASE)
_REPLIES = re.compile(r"^\W*(?:assistant|ai|bot|model|chatgpt|response)\s*:", re.IGNORECASE)
_OPEN_END = re.compile(r"[:–—]$|^(?!.*[.?!;]$)[^a-z]{4,90}$")  # a colon, or a heading in capitals
_BREAK = re.compile(r"\n[ \t]*\n|\f")
_SPACED = re.compile(r"(?:(?<=[\s.\-_*])|^)(?:[^\W\d_][\s.\-_*]{1,2}){11,}[^\W\d_](?=\W|$)")  # twelve letters
_APART = re.compile(r"(?<![^\W_])[^\W\d_][\s.\-_*]{1,2}[^\W\d_][\s.\-_*]{1,2}[^\W\d_][\s.\-_*]{1,2}[^\W\d_](?![^\W_])")
_CLOSED_UP = re.compile(
    r"(?:ignore|disregard|forget|override).{0,24}(?:instruction|prompt|everything)|youare(?:an?|now)|systemprompt|"
    r"(?:noteto|attention)(?:the|any)?(?:summar|ai|language)|languagemodel|(?:the|your|any)summary(?:must|should|shall)|"
    r"writeinstead|insteadwrite",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"(?<![\w+/=])(?:[A-Za-z0-9+/]{16,}\s?){1,12}[A-Za-z0-9+/]*={0,2}")
_ALIKE = str.maketrans(
    "аеорсухіјѕԁɡһӏАВЕКМНОРСТХІЈЅαοιρεΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijsdghlABEKMHOPCTXIJSaoipeABEZHIKMNOPTYX"
)
_DIGITS_ALIKE = str.maketrans("013457@$", "oieastas")
_MIXED = re.compile(r"\b(?=\w*[^\W\d_])(?=\w*\d)[\w@$]{4,}\b")


def speaks_to_software(sentence: str) -> bool:
    """Tell whether a sentence speaks to software, or to whoever summarizes, by its own form alone."""
    plain = _fold(sentence)
    return _has_form(plain) or _hides_form(plain)


def mark_instructions(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """Mark the sentences that speak to software, and those beside them that belong to what they say.

    The rest of a paragraph goes with a sentence that opens it, two sentences with one in its middle; so do commands
    right before it, and what follows a heading or a colon.

    Args:
        text: Running text.
        spans: Its sentences in reading order, as `split_sentences` gives them.
    """
    texts = [_fold(text[start:end]) for start, end in spans]
    joined = [i > 0 and not _BREAK.search(text, spans[i - 1][1], spans[i][0]) for i in range(len(spans))]
    strong = [_has_form(one) or _hides_form(one) for one in texts]
    for i in range(1, len(spans)):
        if joined[i] and _ASKS.match(texts[i - 1]) and _REPLIES.match(texts[i]):
            strong[i - 1] = strong[i] = True
    if not any(strong):
        return strong
    marks = list(strong)
    left = 0
    for i, one in enumerate(texts):
        with_last = i > 0 and marks[i - 1] and (joined[i] or bool(_OPEN_END.search(texts[i - 1])))
        if strong[i]:
            opens = not joined[i] or marks[i - 1]
            left = max(left if with_last else 0, OPENED_REACH if opens else INSERTED_REACH)
        elif with_last and left:
            marks[i] = True
            left -= not GOES_WITH.match(one)
        elif i > 0 and marks[i - 1] and left and GOES_WITH.match(one) and _is_item(one):
            marks[i] = True
    for i in range(len(spans) - 1, 0, -1):
        if marks[i] and joined[i] and not marks[i - 1] and GOES_WITH.match(texts[i - 1]):
            marks[i - 1] = True
    return marks


def find_instructions(document: RedactedDocument) -> list[tuple[int, int]]:
    """Give the running ranges of a document's sentences that speak to software."""
    spans = split_sentences(document.text)
    return [span for span, mark in zip(spans, mark_instructions(document.text, spans), strict=True) if mark]


def blank_ranges(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """Put spaces in the place of ranges, so that every other character keeps its offset."""
    pieces, at = [], 0
    for start, end in ranges:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join(pieces) + text[at:]


def describe_instructions(document: RedactedDocument) -> list[str]:
    """Say on which pages text speaks to software, without a word of it; empty where none does."""
    pages = sorted({s.page for span in find_instructions(document) for s in document.offsets.to_original(*span)})
    if not pages:
        return []
    where = f"page {pages[0]}" if len(pages) == 1 else f"pages {', '.join(map(str, pages))}"
    return [
        f"Text on {where} speaks to software, not to a reader; it was left out of summaries and answers. Read it there."
    ]


def _has_form(plain: str) -> bool:
    """Tell whether a folded sentence has one of the forms."""
    low = plain.casefold()
    return any(any(stem in low for stem in stems) and pattern.search(plain) for stems, pattern in _PATTERNS)


def _hides_form(plain: str) -> bool:
    """Tell whether a folded sentence says it in letters set apart, in figures for letters, or encoded."""
    for spaced in _SPACED.finditer(plain) if _APART.search(plain) else ():
        if _CLOSED_UP.search(re.sub(r"[\W_]", "", spaced.group())):
            return True
    if len(_MIXED.findall(plain)) >= 2:
        told = _MIXED.sub(lambda match: match.group().translate(_DIGITS_ALIKE), plain)
        if told != plain and _has_form(told):
            return True
    return any(_is_encoded_text(match.group()) for match in _ENCODED.finditer(plain))


def _is_encoded_text(run: str) -> bool:
    """Tell whether a run is words in base64: it decodes to printable text with spaces."""
    code = re.sub(r"\s", "", run).rstrip("=")
    if not (
        any(c.isdigit() or c in "+/" for c in code)
        and any(c.islower() for c in code)
        and any(c.isupper() for c in code)
    ):
        return False
    code = code[: len(code) - (len(code) % 4 == 1)]
    try:
        data = base64.b64decode(code + "=" * (-len(code) % 4))
    except (binascii.Error, ValueError):
        return False
    printable = sum(32 <= byte < 127 for byte in data)
    return len(data) >= _LEAST_ENCODED and printable >= 0.95 * len(data) and b" " in data


def _is_item(plain: str) -> bool:
    """Tell whether a sentence begins as an item of a list."""
    return bool(re.match(r"(?:\(?(?:\d{1,2}|[a-z])[.)]|[•·*\-–])\s", plain))


def _fold(sentence: str) -> str:
    """Write a sentence on one line in plain characters: letters of other alphabets that look alike, quotation marks."""
    plain = " ".join(sentence.split()).replace("’", "'").replace("‘", "'")
    if plain.isascii():
        return plain
    plain = unicodedata.normalize("NFKC", plain)
    return plain.translate(_ALIKE) if re.search(r"[A-Za-z]", plain) and not re.search(r"[а-яё]{6}", plain) else plain
