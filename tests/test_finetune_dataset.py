"""Pairs files, lessons, the split by document, and what the examples ask."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.documents import OffsetMap, Passage, RedactedDocument, Segment
from assistant.errors import RefusedInput
from assistant.settings import Settings
from assistant.store.pseudonyms import find_pseudonyms, format_pseudonym
from finetune.dataset import (
    Lesson,
    Pair,
    build_all_examples,
    build_examples,
    hash_document,
    is_held_out,
    load_pairs,
    read_dataset,
    redact_pair,
    split_lessons,
    write_dataset,
)

PERSON, OTHER = format_pseudonym("PERSON", 1), format_pseudonym("PERSON", 2)
COMPLAINT = f"""COMPLAINT

1. Plaintiff {PERSON} is a resident of Ohio and a dock worker.

2. Defendant {OTHER} is a carrier with its principal place of business in Toledo.

3. On or about March 3, 2021, Defendant {OTHER} failed to pay Plaintiff {PERSON} the sum of $4,100.

WHEREFORE, Plaintiff demands judgment against Defendant for damages of $4,100 and attorney's fees."""
SUMMARY = f"Parties: {PERSON} sues {OTHER}.\nRelief: Damages of $4,100 and fees."


def make_lesson(text: str = COMPLAINT, summary: str = SUMMARY, kind: str = "complaint", **more: str) -> Lesson:
    document = RedactedDocument(
        more.get("document_id", ""), more.get("matter_id", ""), 1, kind, text, OffsetMap(()),
        (Passage(0, 0, len(text), 1),), 1,
    )  # fmt: skip
    return Lesson(
        more.get("pair_id", "p1"), more.get("source", "correction"), more.get("matter_id", ""),
        more.get("author", "pat"), document, summary,
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{not json", "Line 2 of"),
        ('{"id": "1", "document": "text"}', "lacks"),  # no summary
        ('{"id": "1", "document": " ", "summary": "s"}', "lacks"),  # empty document
        ('["id"]', "lacks"),
        ('{"document": "d", "summary": "s"}', "lacks an id"),
    ],
)
def test_faulty_line_is_refused_by_its_number_and_without_its_text(tmp_path, line, told):
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"id": 1, "document": "d", "summary": "s"}\n' + line + "\n")
    with pytest.raises(RefusedInput, match=told) as caught:
        load_pairs(path)
    assert "not json" not in str(caught.value).replace("is not JSON", "")


def test_pairs_keep_their_type_and_unknown_types_are_plain(tmp_path):
    path = tmp_path / "pairs.jsonl"
    text = {"document": "d", "summary": "s"}
    rows = [text | {"id": 7}, text | {"id": "x", "document_type": "motion"}, text | {"id": "y", "document_type": "ode"}]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    assert [(p.pair_id, p.document_type) for p in load_pairs(path)] == [("7", "plain"), ("x", "motion"), ("y", "plain")]
    assert load_pairs(path, "contract")[0].document_type == "contract"
    with pytest.raises(RefusedInput, match="cannot be read"):
        load_pairs(tmp_path / "none.jsonl")
    path.write_text("\n")
    with pytest.raises(RefusedInput, match="no pairs"):
        load_pairs(path)


def test_redacted_pair_has_the_same_pseudonym_in_document_and_summary(settings):
    text = "Plaintiff John Q. Abernathy sued Acme Widget Corporation in Ohio for $5,000. "
    text += "Mr. Abernathy's telephone is (614) 555-0133."
    pair = Pair("1", "complaint", text, "Parties: John Q. Abernathy sues Acme Widget Corporation.")
    lesson, vault = redact_pair(pair, settings)
    together = lesson.document.text + lesson.summary
    assert "Abernathy" not in together and "555-0133" not in together
    person = find_pseudonyms(lesson.summary)[0]
    assert person in lesson.document.text
    assert vault.restore(lesson.summary) == pair.summary


def test_examples_are_what_serving_asks_and_what_the_person_approved(settings):
    examples = build_examples(make_lesson(), settings)
    assert {e.part: e.completion for e in examples} == {
        "Parties": f"{PERSON} sues {OTHER}.",
        "Relief": "Damages of $4,100 and fees.",
    }  # Facts and Claims were asked as well, but nobody approved any: not learnt
    for example in examples:
        assert example.document_type == "complaint"
        assert example.part in example.prompt.messages[-1]["content"]


def test_plain_documents_have_one_example_of_the_whole_summary(settings):
    examples = build_examples(make_lesson(summary="It is about\na debt: unpaid wages.", kind="plain"), settings)
    assert [e.completion for e in examples] == ["It is about a debt: unpaid wages."]


def test_training_gives_pseudonyms_other_numbers_consistently(settings):
    plain = build_examples(make_lesson(), settings)
    shuffled = build_all_examples([make_lesson()], settings, seed=3)
    again = build_all_examples([make_lesson()], settings, seed=3)
    assert shuffled == again != build_all_examples([make_lesson()], settings, seed=4)
    numbers = set()
    for before, after in zip(plain, shuffled, strict=True):
        old, new = find_pseudonyms(before.completion), find_pseudonyms(after.completion)
        assert len(old) == len(new)
        assert set(new) <= set(find_pseudonyms(after.prompt.messages[-1]["content"]))  # can still be copied
        numbers |= set(new)
    assert len(numbers) == 2 and numbers != {PERSON, OTHER}


def test_split_goes_by_document_and_stays(settings):
    lessons = [
        make_lesson(f"{COMPLAINT} Number of the case is {'abcdefghij'[n % 10] * (n + 1)}.", pair_id=str(n))
        for n in range(60)
    ]
    train, held_out = split_lessons(lessons, 0.2)
    assert 4 <= len(held_out) <= 22 and len(train) + len(held_out) == 60
    other = format_pseudonym("PERSON", 77)
    texts = [lesson.document.text.replace(PERSON, other) for lesson in lessons]
    renamed = [replace(x, document=replace(x.document, text=text)) for x, text in zip(lessons, texts, strict=True)]
    again = split_lessons(renamed, 0.2)[1]
    assert [x.pair_id for x in again] == [x.pair_id for x in held_out]  # another matter, other pseudonyms, same side
    assert all(is_held_out(x.document_hash, 0.5) for x in held_out)  # a larger share only adds


def test_hash_ignores_pseudonym_numbers_and_white_space():
    assert hash_document(f"{PERSON} paid\n\n$5.") == hash_document(f"{OTHER}  paid $5.")
    assert hash_document("He paid.") != hash_document("She paid.")


def test_dataset_folder_comes_back_and_damage_is_seen(tmp_path):
    train, held_out = [make_lesson(matter_id="m-1")], [make_lesson(pair_id="p2", source="synthetic")]
    way_back = OffsetMap((Segment(0, 8, 1, 0, 19, verbatim=False),))
    placed = [replace(lesson, document=replace(lesson.document, offsets=way_back)) for lesson in train]
    whole = write_dataset(tmp_path / "d", placed, held_out, {"left_out": {"no_consent": 2}})
    assert read_dataset(tmp_path / "d")[:2] == (train, held_out)  # without the way back, which the store seals
    manifest = read_dataset(tmp_path / "d")[2]
    assert manifest["hash"] == whole and manifest["matters"] == ["m-1"] and manifest["left_out"] == {"no_consent": 2}
    assert COMPLAINT[:30] not in (tmp_path / "d" / "manifest.json").read_text()
    file = tmp_path / "d" / "train.jsonl"
    file.write_text(file.read_text().replace("dock worker", "doc worker"))
    with pytest.raises(RefusedInput, match="train.jsonl"):
        read_dataset(tmp_path / "d")
    (tmp_path / "d" / "manifest.json").unlink()
    with pytest.raises(RefusedInput, match="not whole"):
        read_dataset(tmp_path / "d")


@pytest.mark.skipif("CASEBRIEF_CORPORA" not in __import__("os").environ, reason="CASEBRIEF_CORPORA is not set")
def test_real_contract_pairs_become_examples_of_one_part(settings):
    import os

    pairs = load_pairs(Path(os.environ["CASEBRIEF_CORPORA"]) / "contracts" / "pairs.jsonl")
    assert len(pairs) == 326
    lessons = [redact_pair(pair, settings)[0] for pair in pairs[:5]]
    assert [len(build_examples(lesson, settings)) for lesson in lessons] == [1] * 5
