"""Restoring names: only those that stand in cited passages; quotes are the original characters."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from assistant.documents import (
    Coverage,
    Evidence,
    OffsetMap,
    Page,
    Passage,
    RedactedDocument,
    Segment,
    Sentence,
    Summary,
    pack_box,
)
from assistant.errors import DamagedState
from assistant.store.pseudonyms import format_pseudonym
from assistant.store.vault import Vault
from ui.present import (
    Source,
    Sources,
    present_answer,
    present_evidence,
    present_facts,
    present_sentence,
    present_summary,
)

# The original says "Ann Lee sued." on page 1 and "Bob Roy paid $5." on page 2; each is a passage.
FIRST, SECOND = "Ann Lee sued.", "Bob Roy paid $5."


@pytest.fixture
def source() -> Source:
    vault = Vault.ephemeral()
    ann, bob = vault.assign("PERSON", "Ann Lee"), vault.assign("PERSON", "Bob Roy")
    one, two = f"{ann} sued.", f"{bob} paid $5."
    text = f"{one}\n{two}"
    start = len(one) + 1
    segments = (
        Segment(0, len(ann), 1, 0, 7, verbatim=False),
        Segment(len(ann), len(one), 1, 7, 13),
        Segment(start, start + len(bob), 2, 0, 7, verbatim=False),
        Segment(start + len(bob), len(text), 2, 7, len(SECOND)),
    )
    document = RedactedDocument(
        document_id="d-1",
        matter_id="m-1",
        revision=1,
        document_type="plain",
        text=text,
        offsets=OffsetMap(segments),
        passages=(Passage(0, 0, len(one), 1), Passage(1, start, len(text), 2)),
        pages_total=2,
        facts={"parties": f"{ann} v. {bob}", "court": "N.D. Ga."},
    )
    boxes = b"".join(pack_box(i / 20, 0.1, (i + 1) / 20, 0.12) for i in range(len(FIRST)))
    pages = (Page(1, FIRST, boxes, 612, 792), Page(2, SECOND))
    return Source(document, pages, vault, "complaint.pdf")


def _cite(source: Source, passage: int) -> Evidence:
    found = source.document.passages[passage]
    return Evidence("d-1", 1, found.start, found.end, found.page, f"p. {found.page}")


def _person(number: int) -> str:
    return format_pseudonym("PERSON", number)


def test_only_names_of_the_cited_passage_are_restored(source: Source) -> None:
    sentence = Sentence(f"{_person(1)} sued {_person(2)}.", "partial", "", (_cite(source, 0),))
    shown = present_sentence(sentence, Sources(source))
    assert shown["text"] == f"Ann Lee sued {_person(2)}."


def test_a_sentence_without_evidence_restores_nothing(source: Source) -> None:
    shown = present_sentence(Sentence(f"{_person(1)} won.", "unsupported", f"{_person(1)}?", ()), Sources(source))
    assert (shown["text"], shown["reason"], shown["evidence"]) == (f"{_person(1)} won.", f"{_person(1)}?", [])


def test_what_a_person_wrote_is_restored_whole(source: Source) -> None:
    sentence = Sentence(f"{_person(2)} paid {_person(1)}.", "unsupported", "", (), origin="person")
    assert present_sentence(sentence, Sources(source))["text"] == "Bob Roy paid Ann Lee."


def test_a_made_up_pseudonym_stays(source: Source) -> None:
    sentence = Sentence(f"{_person(7)} sued.", "partial", "", (_cite(source, 0),))
    assert _person(7) in present_sentence(sentence, Sources(source))["text"]


def test_the_quote_is_the_original_with_offsets_and_boxes(source: Source) -> None:
    (record,) = present_evidence(_cite(source, 0), Sources(source))
    assert record["quote"] == FIRST == source.pages[0].text[record["start"] : record["end"]]
    assert (record["page"], record["file"], record["document_id"]) == (1, "complaint.pdf", "d-1")
    ((x0, y0, x1, y1),) = record["boxes"]
    assert x0 == 0 and y0 == pytest.approx(0.1, abs=1e-4) and x1 == pytest.approx(13 / 20, abs=1e-4) and y1 > y0


def test_evidence_over_two_pages_gives_a_record_a_page(source: Source) -> None:
    whole = Evidence("d-1", 1, 0, len(source.document.text), 1, "pp. 1-2")
    records = present_evidence(whole, Sources(source))
    assert [(r["page"], r["quote"]) for r in records] == [(1, FIRST), (2, SECOND)]
    assert records[1]["boxes"] == []


def test_the_summary_has_the_form_of_the_contract(source: Source) -> None:
    sentences = (
        Sentence(f"{_person(1)} sued.", "supported", "", (_cite(source, 0),), part="Parties"),
        Sentence(f"{_person(2)} paid $5.", "supported", "", (_cite(source, 1),), part="Relief"),
    )
    made = Summary("d-1", 1, "brief", sentences, ("Claims",), Coverage(2, 2, (1, 2), ()), "base", {"model": "x"})
    shown = present_summary(made, Sources(source))
    assert shown["summary"] == "Parties: Ann Lee sued.\nRelief: Bob Roy paid $5."
    assert {"summary", "sentences", "coverage", "adapter", "seconds"} <= set(shown)
    assert shown["coverage"] == {
        "pages_total": 2,
        "pages_read": 2,
        "pages_drawn_from": [1, 2],
        "pages_unreadable": [],
        "pages_instructing": [],
    }
    assert {"text", "support", "evidence"} <= set(shown["sentences"][0])
    assert {"page", "pinpoint", "start", "end", "quote", "boxes"} <= set(shown["sentences"][0]["evidence"][0])


def test_an_answer_that_abstains_shows_the_nearest_passages(source: Source) -> None:
    from assistant.documents import Answer

    shown = present_answer(Answer("who?", (), True, (_cite(source, 1),), 0.1, "base", {}), Sources(source))
    assert shown["abstained"] and shown["answer"] == "" and shown["nearest"][0]["quote"] == SECOND


def test_facts_are_restored(source: Source) -> None:
    assert present_facts(source) == {"parties": "Ann Lee v. Bob Roy", "court": "N.D. Ga."}


def test_a_source_is_fetched_once_in_the_revision_cited(source: Source) -> None:
    asked: list[tuple[str, int]] = []

    def fetch(document_id: str, revision: int) -> Source:
        asked.append((document_id, revision))
        return source

    sources = Sources(fetch=fetch)
    cited = _cite(source, 0)
    assert sources.of(cited) is sources.of(cited) is source
    sources.of(replace(cited, revision=2))
    assert asked == [("d-1", 1), ("d-1", 2)]


def test_evidence_of_another_revision_is_not_cut_from_this_one(source: Source) -> None:
    with pytest.raises(DamagedState):
        present_evidence(replace(_cite(source, 0), revision=2), Sources(source))


def test_the_boxes_of_a_quote_are_one_a_line() -> None:
    places = [
        (10, 100, 18, 112),
        (20, 104, 28, 116),
        (0, 0, 0, 0),
        (30, 96, 40, 110),  # one line, a space in it
        (8, 108, 20, 120),
        (22, 140, 30, 152),
        (5, 140, 12, 152),
    ]  # left of the line, below it, left again
    page = Page(1, "a" * len(places), b"".join(struct.pack("<4H", *place) for place in places))
    boxes = [tuple(round(65535 * value) for value in (b.x0, b.y0, b.x1, b.y1)) for b in page.line_boxes(0, 99)]
    assert boxes == [(10, 96, 40, 116), (8, 108, 20, 120), (22, 140, 30, 152), (5, 140, 12, 152)]
    assert page.line_boxes(2, 3) == () and len(page.line_boxes(-5, 1)) == 1 and page.line_boxes(9, 5) == ()
