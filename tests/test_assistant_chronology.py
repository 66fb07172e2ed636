"""What a filing states of dates, deadlines and amounts: what counts as one, who says it, and that nothing is made up."""

from __future__ import annotations

import pytest

from assistant.chronology import list_entries
from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.reading import Reading


def read(text: str, document_type: str = "order") -> Reading:
    segments = (Segment(0, len(text), 1, 0, len(text)),)
    return Reading(RedactedDocument("d-1", "m-1", 1, document_type, text, OffsetMap(segments), (), 1))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("On May 3, 2021 the crane fell on the deck of the ship.", [("event", "May 3, 2021")]),
        ("The crane was bought in March 2019 and sold in May 2020.", [("event", "March 2019"), ("event", "May 2020")]),
        ("The crane was bought in 2019 from a dealer in the harbor.", []),  # a year alone
        ("PERSON_2 was born on DATE_3 in a village near the river.", [("event", "DATE_3")]),  # masked, strict profile
        ("The answer is due on or before June 1, 2021 in this court.", [("deadline", "June 1, 2021")]),
        ("Defendant shall file its answer by June 1, 2021, the court orders.", [("deadline", "June 1, 2021")]),
        ("The tenant must leave within 14 days of this order being served.", [("deadline", "14 days")]),
        ("The trial lasted 14 days and was held in the old courthouse.", []),  # a period that is no limit
        ("The buyer paid $4,500 and later another 1.2 million dollars for it.", [("amount", "$4,500"), ("amount", "1.2 million dollars")]),
        ("That was held before, Smith v. Jones, No. 12 (N.C. Super. Ct. Feb. 21, 2022), and is the law.", []),  # cited
        ("On May 3, 2021 he paid $10, and on May 3, 2021 he left the town.", [("event", "May 3, 2021"), ("amount", "$10")]),  # once
    ],
)  # fmt: skip
def test_what_is_stated(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert [(e.kind, e.stated) for e in list_entries(read(sentence))] == expected


@pytest.mark.parametrize(
    ("sentence", "document_type", "said"),
    [
        ("On May 3, 2021 the crane fell on the deck of the ship.", "complaint", "alleged"),  # by the kind of filing
        ("On May 3, 2021 the crane fell on the deck of the ship.", "order", ""),
        ("The court found that on May 3, 2021 the crane fell.", "complaint", "found"),  # the sentence says so itself
        ("Plaintiff argues that on May 3, 2021 the crane fell on the deck.", "order", "argued"),
    ],
)
def test_who_says_it(sentence: str, document_type: str, said: str) -> None:
    assert [e.said for e in list_entries(read(sentence, document_type))] == [said]


def test_each_entry_stands_where_it_says() -> None:
    text = "The crane was old.\n\nOn May 3, 2021 the crane fell on the deck.\n\nThe damage came to $90,000 in all."
    reading = read(text)
    for entry in list_entries(reading):
        assert entry.stated in text[entry.evidence.start : entry.evidence.end]
