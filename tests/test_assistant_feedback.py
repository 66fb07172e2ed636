"""Edits: the difference word by word, and their verification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking import mask

from assistant.documents import OffsetMap, RedactedDocument, Segment, join_parts
from assistant.feedback import REASONS, diff_words, reverify
from assistant.templates import load_template

TEXT = mask(
    "On May 3, 2019, Person 1 and Company 2 entered into a written agreement for 250 engines. "
    "Company 2 failed to deliver the engines by June 30, 2019.\n\n"
    "WHEREFORE, Plaintiff demands judgment against Company 2 in the amount of $1,200,000."
)
DOCUMENT = RedactedDocument(
    "d-1", "m-1", 1, "complaint", TEXT, OffsetMap((Segment(0, len(TEXT), 1, 0, len(TEXT)),)), (), 1
)


def test_a_changed_word_is_one_deletion_and_one_insertion():
    pieces = diff_words("He paid $5 on Monday.", "He paid $7 on Monday.")
    assert pieces == [("equal", "He paid "), ("delete", "$5"), ("insert", "$7"), ("equal", " on Monday.")]


@given(st.text(alphabet="ab \n.", max_size=40), st.text(alphabet="ab \n.", max_size=40))
def test_both_texts_can_be_had_back(a, b):
    pieces = diff_words(a, b)
    assert "".join(text for kind, text in pieces if kind != "insert") == a
    assert "".join(text for kind, text in pieces if kind != "delete") == b


@pytest.mark.parametrize(
    ("line", "support"),
    [
        ("Company 2 failed to deliver the engines by June 30, 2019.", "supported"),  # as it stands
        ("Company 2 failed to deliver the engines by July 30, 2019.", "unsupported"),  # another date
        ("Company 2 has a long history of fraud in Ohio.", "unsupported"),  # not in the filing
    ],
)
def test_a_persons_sentence_is_verified_and_kept(line, support):
    line = mask(line)
    made = reverify(f"Facts: {line}", DOCUMENT, load_template("complaint"))
    assert [(s.text, s.part, s.origin, s.support) for s in made] == [(line, "Facts", "person", support)]
    assert made[0].reason and (made[0].evidence or support == "unsupported")


def test_parts_and_stretches_survive_an_edit():
    text = mask(
        join_parts(
            [
                ("Facts", "Person 1 bought 250 engines."),
                ("Background (pp. 2–4)", "Company 2 failed to deliver the engines."),
            ]
        )
    )
    made = reverify(text, DOCUMENT, load_template("complaint"))
    assert [s.part for s in made] == ["Facts", "Background (pp. 2–4)"]
    assert join_parts([(s.part, s.text) for s in made]) == text


def test_reasons_are_words():
    assert {
        "wrong_party",
        "missing_deadline",
        "wrong_figure",
        "bad_citation",
        "told_as_fact",
        "not_in_document",
        "style",
    } == set(REASONS)
    assert all(word[0].isupper() and "_" not in word for word in REASONS.values())
