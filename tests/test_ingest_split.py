"""Splitting: passages are whole sentences of one section and cover everything."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents import OffsetMap, Page, Segment
from ingest.clean import Heading, NumberedParagraph, clean_pages
from ingest.split import split_text


def whole(text: str) -> OffsetMap:
    return OffsetMap((Segment(0, len(text), 1, 0, len(text)),) if text else ())


def test_passages_keep_section_paragraph_and_page() -> None:
    first = "PARTIES\n\n1. The tenant rented the hall. It was large.\n\n2. The owner lives abroad."
    pages = [Page(1, first), Page(2, "FACTS\n\n3. The roof leaked. " + "Water came in every week. " * 40)]
    clean = clean_pages(pages)
    passages = split_text(clean.text, clean.offsets, clean.headings, clean.paragraphs)
    assert passages[0].section == "PARTIES" and passages[0].page == 1
    assert [p.section for p in passages[1:]] == ["FACTS"] * (len(passages) - 1) and passages[1].page == 2
    assert passages[-1].paragraph == "3"
    for passage in passages:
        words = len(clean.text[passage.start : passage.end].split())
        assert words <= 180 and clean.text[passage.start : passage.end].endswith(".")


def test_a_sentence_longer_than_a_passage_is_cut_at_white_space() -> None:
    text = "The schedule lists " + ", ".join(f"item {n} of the inventory" for n in range(300)) + "."
    passages = split_text(text, whole(text))
    assert len(passages) > 5
    assert all(len(text[p.start : p.end].split()) <= 180 for p in passages)
    assert " ".join(text[p.start : p.end] for p in passages).split() == text.split()


_SENTENCE = st.lists(
    st.sampled_from("the a Court held that No. 5 Smith v. Jones 12 F.3d it".split()), min_size=1, max_size=30
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _SENTENCE), max_size=25))
def test_passages_cover_all_but_white_space_and_stay_in_their_section(blocks: list[tuple[bool, list[str]]]) -> None:
    text, headings, numbered = "", [], []
    for is_heading, words in blocks:
        if is_heading:
            line = " ".join(words[:4]).upper()
            headings.append(Heading(len(text), len(text) + len(line)))
        else:
            line = " ".join(words) + "."
            numbered.append(NumberedParagraph(len(text), len(text) + len(line), str(len(numbered))))
        text += line + "\n\n"
    passages = split_text(text, whole(text), headings, numbered)
    at = 0
    for index, passage in enumerate(passages):
        assert passage.index == index and not text[at : passage.start].strip()
        assert not any(passage.start < h.start < passage.end for h in headings)
        at = passage.end
    assert not text[at:].strip()
