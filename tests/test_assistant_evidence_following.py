"""Sentences put together from stretches of several passages: what was exchanged in a stretch is seen. One row a case."""

import pytest

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.following import find_departures, find_phrase, measure_following
from assistant.evidence.grounding import Grounder

TEXT = """FACTS

The tribunal was asked by the growers of the district to consider whether the levy on cotton was lawful. After two \
hearings it persuaded itself to hold that no such levy had been authorised by the Market Act (X of 1950).

In any event the duty to obtain the export licence falls on the buyer, though in special circumstances it may fall on \
the seller of the goods. A licence must be allowed a wide reading in such cases.

I cannot share the view of the learned judge that the expediency of a speedier trial is too vague to be a basis of \
classification. Because the depot at Salem was closed before the harvest, many growers sold their cotton abroad.

The improve ment of the ware house was paid for by the growers. PERSON_4 General signed for the department.
"""
GROUNDER = Grounder(
    RedactedDocument("d", "m", 1, "order", TEXT, OffsetMap((Segment(0, len(TEXT), 1, 0, len(TEXT)),)), (), 1)
)

FALSE = [
    # a negation of one stretch among two taken out
    "Asked by the growers of the district, the tribunal persuaded itself to hold that many such levy had been authorised.",
    # the roles of a stretch exchanged
    "According to the order the duty to obtain the export licence falls on the seller in the ordinary case.",
    # a negation put into a stretch
    "It added that a licence must not be allowed a wide reading.",
    # what the passage cannot share
    "The expediency of a speedier trial is too vague to be a basis of classification.",
    # the order in time turned round
    "The growers complained that the depot at Salem was closed after the harvest.",
    # the reason turned round, at the front
    "Although the depot at Salem was closed before the harvest, growers sold cotton abroad.",
    # "only" put in at the front
    "Only because the depot at Salem was closed before the harvest, many growers sold their cotton abroad.",
    # another figure of the same Act
    "The tribunal held that no such levy had been authorised by the Market Act (X of 1951).",
    # another name before the same title
    "PERSON_9 General signed for the department.",
    # a party that the document does not have
    "The duty to obtain the export licence falls on the plaintiff.",
]
TRUE = [
    # the same stretches with nothing exchanged
    "Asked by the growers of the district, the tribunal persuaded itself to hold that no such levy had been authorised.",
    # a connective for another that says the same
    "Since the depot at Salem was closed before the harvest, many growers sold their cotton abroad.",
    # the same, and a quantity for another that says the same
    "Because the depot at Salem was closed before the harvest, several growers sold their cotton abroad.",
    # although for though
    "The duty to obtain the export licence falls on the buyer, although in special circumstances it may fall on the seller.",
    # the outer negation of the passage told inside
    "The expediency of a speedier trial is not too vague to be a basis of classification.",
    # words that the passage has in pieces
    "The improvement of the warehouse was paid for by the growers.",
    # a fact that stands elsewhere with the words about it
    "Under the Market Act (X of 1950) the depot at Salem was closed before the harvest.",
]


@pytest.mark.parametrize("sentence", FALSE)
def test_an_exchange_within_a_stretch_is_not_supported(sentence: str) -> None:
    assert GROUNDER.verify(sentence).support != "supported"


@pytest.mark.parametrize("sentence", TRUE)
def test_a_retelling_is_supported(sentence: str) -> None:
    verdict = GROUNDER.verify(sentence)
    assert verdict.support == "supported", verdict.reason


@pytest.mark.parametrize(
    ("text", "passage", "new", "old"),
    [
        # a word for another
        ("the duty falls on the seller today", "the duty falls on the buyer today", "seller", "buyer"),
        # a word put in
        ("the duty does not fall on the seller", "the duty does fall on the seller", "not", ""),
        # a word left out
        ("the duty does fall on the seller", "the duty does not fall on the seller", "", "not"),
        # at the front of both
        ("All tenants of the house may vote", "Some tenants of the house may vote", "All", "Some"),
    ],
)
def test_departures(text: str, passage: str, new: str, old: str) -> None:
    assert [(place.new, place.old) for place in find_departures(text, [passage])] == [(new, old)]


def test_no_departure_where_another_passage_has_the_words() -> None:
    passages = ["the duty falls on the buyer today", "and the duty falls on the seller today"]
    assert not find_departures("the duty falls on the seller today", passages)


def test_following_is_measured_within_one_stretch() -> None:
    scattered = (
        "the one and other duty of an heir who is old and falls ill may in law rest from then on with the next seller"
    )
    assert measure_following("the duty falls on the seller", "and the duty falls on the seller") == 1.0
    assert measure_following("the duty falls on the seller", scattered) < 0.5


@pytest.mark.parametrize(
    ("fact", "sentence", "found"),
    [
        ("1950", "Under the Market Act (X of 1950) it was closed.", True),  # with the name of the Act
        ("1951", "Under the Market Act (X of 1951) it was closed.", False),  # another year
        ("1950", "It was closed in 1950 by the sea.", False),  # the year alone
    ],
)
def test_a_phrase_is_found_with_the_words_about_the_fact(fact: str, sentence: str, found: bool) -> None:
    span = find_phrase(fact, sentence, TEXT)
    assert (span is not None) is found
    assert span is None or "1950" in TEXT[slice(*span)]
