"""How frozen values are written down and read back: JSON by pydantic, compressed where it is sealed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from assistant.documents import Answer, OffsetMap, Page, Passage, RedactedDocument, Segment, Sentence, Summary
from assistant.pinpoints import PagePinpoint

_HEAD_BYTES = 4
_SegmentRow = tuple[int, int, int, int, int, bool]


@dataclass(frozen=True, slots=True)
class _Places:
    """What is sealed of a revision beside its pages."""

    segments: list[_SegmentRow]
    pinpoints: tuple[PagePinpoint, ...]


@lru_cache(maxsize=16)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Build pydantic's reader and writer of a type once."""
    return TypeAdapter(kind)


def to_json(document: RedactedDocument) -> str:
    """Write a redacted document as JSON text."""
    return _adapter(RedactedDocument).dump_json(document).decode()


def from_json(text: str | bytes) -> RedactedDocument:
    """Read what `to_json` wrote.

    Raises:
        pydantic.ValidationError: The text is not a redacted document.
    """
    document: RedactedDocument = _adapter(RedactedDocument).validate_json(text)
    return document


def summary_to_json(summary: Summary) -> str:
    """Write a summary as JSON text."""
    return _adapter(Summary).dump_json(summary).decode()


def summary_from_json(text: str) -> Summary:
    """Read what `summary_to_json` wrote."""
    summary: Summary = _adapter(Summary).validate_json(text)
    return summary


def answer_to_json(answer: Answer) -> str:
    """Write an answer as JSON text."""
    return _adapter(Answer).dump_json(answer).decode()


def answer_from_json(text: str) -> Answer:
    """Read what `answer_to_json` wrote."""
    answer: Answer = _adapter(Answer).validate_json(text)
    return answer


def sentences_to_json(sentences: Sequence[Sentence]) -> str:
    """Write sentences as a JSON list."""
    return _adapter(tuple[Sentence, ...]).dump_json(tuple(sentences)).decode()


def sentences_from_json(text: str) -> tuple[Sentence, ...]:
    """Read what `sentences_to_json` wrote."""
    sentences: tuple[Sentence, ...] = _adapter(tuple[Sentence, ...]).validate_json(text)
    return sentences


def passages_to_rows(passages: Sequence[Passage]) -> list[Any]:
    """Give passages as JSON-ready objects."""
    rows: list[Any] = _adapter(tuple[Passage, ...]).dump_python(tuple(passages), mode="json")
    return rows


def passages_from_rows(rows: list[Any]) -> tuple[Passage, ...]:
    """Read what `passages_to_rows` gave."""
    passages: tuple[Passage, ...] = _adapter(tuple[Passage, ...]).validate_python(rows)
    return passages


def pack_places(offsets: OffsetMap, pinpoints: Sequence[PagePinpoint]) -> bytes:
    """Pack the way back to the pages, compressed JSON: one short list a segment, and the pages' pinpoints."""
    rows = [(s.start, s.end, s.page, s.page_start, s.page_end, s.verbatim) for s in offsets.segments]
    return zlib.compress(_adapter(_Places).dump_json(_Places(rows, tuple(pinpoints))))


def unpack_places(data: bytes) -> tuple[OffsetMap, tuple[PagePinpoint, ...]]:
    """Read what `pack_places` packed, or the bare list of segments that was stored before there were pinpoints."""
    raw = zlib.decompress(data)
    if raw.startswith(b"["):
        places = _Places(_adapter(list[_SegmentRow]).validate_json(raw), ())
    else:
        places = _adapter(_Places).validate_json(raw)
    return OffsetMap(tuple(Segment(*row) for row in places.segments)), places.pinpoints


def pack_page(page: Page) -> bytes:
    """Pack a page: length and JSON of all but the boxes, then the boxes as they are, compressed."""
    head = _adapter(Page).dump_json(replace(page, boxes=b""))
    return zlib.compress(len(head).to_bytes(_HEAD_BYTES, "little") + head + page.boxes, level=1)


def unpack_page(data: bytes) -> Page:
    """Read what `pack_page` packed."""
    raw = zlib.decompress(data)
    end = _HEAD_BYTES + int.from_bytes(raw[:_HEAD_BYTES], "little")
    page: Page = _adapter(Page).validate_json(raw[_HEAD_BYTES:end])
    return replace(page, boxes=raw[end:])
