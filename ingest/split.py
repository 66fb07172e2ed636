"""Running text -> passages: whole sentences of one section, a size that a retriever and a small model like."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from assistant.documents import OffsetMap, Passage
from ingest.clean import Heading, NumberedParagraph

_WORDS_GOAL = 120
_WORDS_MAX = 180
_WORDS_MIN = 40


def split_text(
    text: str, offsets: OffsetMap, headings: Sequence[Heading] = (), paragraphs: Sequence[NumberedParagraph] = ()
) -> tuple[Passage, ...]:
    """Cut a running text into passages that cover all of it but white space.

    A passage is whole sentences, about 80 to 180 words, and never crosses a heading. A sentence longer
    than that is cut at white space.

    Args:
        text: The (pseudonymized) running text.
        offsets: To find the page on which a passage begins.
        headings: Sections begin at them; a heading belongs to the passage that follows.
        paragraphs: Numbered paragraphs; a passage carries the number of the one it begins in.
    """
    from assistant.evidence.sentences import split_sentences

    sentences = [piece for span in split_sentences(text) for piece in _cut_long(text, *span)]
    borders = sorted(h.start for h in headings)
    names = [" ".join(text[h.start : h.end].split()) for h in sorted(headings, key=lambda h: h.start)]
    starts = [s.start for s in offsets.segments]
    numbered = [p.start for p in paragraphs]
    passages: list[Passage] = []
    for start, end in _group(text, sentences, borders):
        section = bisect_right(borders, start) - 1
        number = bisect_right(numbered, start) - 1
        inside = number >= 0 and start < paragraphs[number].end
        passages.append(
            Passage(
                len(passages), start, end, _find_page(offsets, starts, start),
                names[section] if section >= 0 else "", paragraphs[number].number if inside else "",
            )
        )  # fmt: skip
    return tuple(passages)


def _cut_long(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a sentence of more words than a passage holds (a list, a table) by langchain's recursive splitter."""
    if text.count(" ", start, end) < _WORDS_MAX:
        return [(start, end)]
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=_WORDS_GOAL, chunk_overlap=0, length_function=lambda piece: len(piece.split()), keep_separator="end",
        separators=["\n\n", "\n", "; ", ", ", " "], add_start_index=True, strip_whitespace=True,
    )  # fmt: skip
    pieces, at = [], start
    for piece in splitter.split_text(text[start:end]):
        found = text.find(piece, at, end)
        if found < 0:
            return [(start, end)]
        pieces.append((found, found + len(piece)))
        at = found + len(piece)
    return pieces


def _group(text: str, sentences: Sequence[tuple[int, int]], borders: Sequence[int]) -> list[tuple[int, int]]:
    """Gather sentences until the goal is reached or a section begins; a short rest joins the one before."""
    groups: list[tuple[int, int, int]] = []
    fresh = True
    for start, end in sentences:
        words = len(text[start:end].split())
        at = bisect_left(borders, start)
        begins = at < len(borders) and borders[at] < end
        if begins or fresh or not groups or groups[-1][2] + words > _WORDS_MAX or groups[-1][2] >= _WORDS_GOAL:
            groups.append((start, end, words))
        else:
            groups[-1] = (groups[-1][0], end, groups[-1][2] + words)
        fresh = False
    return _join_short(groups, borders)


def _join_short(groups: list[tuple[int, int, int]], borders: Sequence[int]) -> list[tuple[int, int]]:
    """Join a short last group of a section to the one before it."""
    joined: list[tuple[int, int, int]] = []
    for start, end, words in groups:
        at = bisect_left(borders, start)
        begins = at < len(borders) and borders[at] < end
        if joined and not begins and words < _WORDS_MIN and joined[-1][2] + words <= _WORDS_MAX:
            joined[-1] = (joined[-1][0], end, joined[-1][2] + words)
        else:
            joined.append((start, end, words))
    return [(start, end) for start, end, _words in joined]


def _find_page(offsets: OffsetMap, starts: Sequence[int], at: int) -> int:
    """Give the page of the segment at or behind an offset."""
    if not offsets.segments:
        return 1
    index = max(bisect_right(starts, at) - 1, 0)
    if offsets.segments[index].end <= at and index + 1 < len(offsets.segments):
        index += 1
    return offsets.segments[index].page
