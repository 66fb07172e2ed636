"""Edits: the difference word by word, their verification, and the count of what people had to correct."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masking import mask

from assistant.documents import OffsetMap, RedactedDocument, Segment, join_parts
from assistant.feedback import REASONS, diff_words, reverify
from assistant.monitor import measure_edits
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


def test_edits_are_counted_by_week_and_adapter(tmp_path):
    from assistant.settings import Settings
    from assistant.store.database import open_database
    from assistant.store.tables import Base, CorrectionRow

    db = open_database(Settings(home=tmp_path))
    try:
        with db.session() as session:
            session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            rows = [
                ("2026-11-23T10:00:00+00:00", "house-1", "signed_off", "a", "a"),
                ("2026-11-24T10:00:00+00:00", "house-1", "signed_off", "a", "b"),
                ("2026-11-24T11:00:00+00:00", "house-1", "returned", "a", "b"),
                ("2026-11-24T12:00:00+00:00", "house-1", "submitted", "a", "b"),
                ("2026-11-10T10:00:00+00:00", "base", "signed_off", "a", "a"),
            ]
            _add_parents(session, Base)
            for number, (at, adapter, state, model, edited) in enumerate(rows):
                session.add(
                    CorrectionRow(
                        correction_id=f"x-{number}",
                        summary_id="s-1",
                        document_id="d-1",
                        matter_id="m-1",
                        version=1,
                        author="p",
                        model_output=model,
                        edited=edited,
                        rating=0,
                        reasons=[],
                        sealed_note=b"",
                        adapter=adapter,
                        state=state,
                        created_at=at,
                    )
                )
        assert measure_edits(db)["weeks"] == [
            {"week": "2026-W46", "adapter": "base", "untouched": 1, "edited": 0, "returned": 0},
            {"week": "2026-W48", "adapter": "house-1", "untouched": 1, "edited": 1, "returned": 1},
        ]
    finally:
        getattr(db, "close", lambda: None)()


def _add_parents(session, base):
    """Add a matter, a filing and a summary with whatever their columns need."""
    values = {"matter_id": "m-1", "document_id": "d-1", "summary_id": "s-1"}
    for table in ("matters", "documents", "summaries"):
        columns = base.metadata.tables[table].columns
        row = {}
        for column in columns:
            if column.name in values:
                row[column.name] = values[column.name]
            elif not column.nullable and column.default is None and column.server_default is None:
                kind = column.type.python_type
                row[column.name] = {str: "", int: 0, bool: False, float: 0.0, bytes: b"", list: [], dict: {}}[kind]
        session.execute(base.metadata.tables[table].insert().values(**row))
