"""Synthetic clauses: true to their clause, seeded, varied, each subject with words of its own."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from assistant.errors import WrongUsage
from finetune.dataset import load_pairs
from finetune.synthesize import clauses
from finetune.synthesize.clauses import CLAUSE_BANKS, keeps_facts, load_subjects, make_clause_pair, write_clauses
from finetune.synthesize.values import spell_number
from ui import workbench

SUBJECTS = [subject for family in load_subjects().values() for subject in family]


@pytest.fixture(scope="module")
def pairs():
    return [make_clause_pair(seed) for seed in range(400)]


def test_same_seed_same_pair_other_seed_other_pair():
    assert make_clause_pair(4) == make_clause_pair(4)
    assert make_clause_pair(4).document != make_clause_pair(5).document


def test_the_text_has_the_form_of_public_pairs(pairs):
    for pair in pairs:
        for text in (pair.document, pair.summary):
            assert re.fullmatch(r"[a-z0-9](?:[a-z0-9]| (?! )|\.(?= |$))*\.", text), text
        assert len(pair.summary) < len(pair.document)
        assert len(pair.summary.split(". ")) <= 2 or pair.summary in pair.document


def test_every_number_of_a_summary_stands_in_its_clause(pairs):
    words = {spell_number(number).replace("-", " "): str(number) for number in range(100)}
    checked = 0
    for pair in pairs:
        for number in re.findall(r"\d+", pair.summary):
            shown = [name for name, figure in words.items() if figure == number]
            assert re.search(rf"\b({'|'.join([number, *shown])})\b", pair.document), pair
            checked += 1
    assert checked > 20


def test_facts_are_compared_in_figures_and_in_words():
    assert keeps_facts("within twenty one days", "21 days")
    assert keeps_facts("within thirty 30 days", "30 days")
    assert not keeps_facts("within twenty one days", "20 days")
    assert not keeps_facts("we may do so", "lumora may do so", "lumora")


def test_pairs_repeat_little(pairs):
    assert len({pair.document for pair in pairs}) >= 398
    assert len({pair.summary for pair in pairs}) > 340
    assert Counter(pair.subject for pair in pairs).most_common(1)[0][1] < 12


def test_each_subject_has_wordings_and_summaries_of_its_own():
    assert len(SUBJECTS) >= 140 and len({subject.name for subject in SUBJECTS}) == len(SUBJECTS)
    owners: dict[str, str] = {}
    for subject in SUBJECTS:
        assert len(subject.clauses) >= 5 and len(subject.summaries) >= 5, subject.name
        for _, summary in subject.summaries:
            assert owners.setdefault(summary, subject.name) == subject.name, summary


@pytest.mark.parametrize("family", list(load_subjects()))
def test_each_clause_has_two_summaries_that_fit(family: str):
    for subject in load_subjects()[family]:
        for number, skeleton in enumerate(subject.clauses):
            writer = clauses._open_writer(random.Random(number), family)
            alone = dataclasses.replace(subject, clauses=[skeleton])
            told = clauses._tell(writer, alone)
            assert len(set(clauses._list_plain(told))) >= 2, (subject.name, told.text)


def test_what_stands_beside_a_subject_is_lighter_and_of_another_topic():
    rng = random.Random(1)
    for subject in SUBJECTS:
        for other in clauses._choose_beside(rng, subject, load_subjects()[subject.family]):
            assert other.weight < subject.weight and other.topic != subject.topic


def test_a_set_is_a_pairs_file_without_repeats(tmp_path: Path):
    manifest = write_clauses(30, 3, tmp_path)
    assert manifest == write_clauses(30, 3, tmp_path)
    pairs = load_pairs(tmp_path / "pairs.jsonl")
    assert len(pairs) == len({pair.document for pair in pairs}) == 30
    assert {pair.document_type for pair in pairs} == {"plain"}
    first = json.loads((tmp_path / "pairs.jsonl").read_text().splitlines()[0])
    assert set(first) == {"id", "title", "document", "summary", "subject", "synthetic"} and first["synthetic"] is True


def test_the_command_knows_two_kinds(tmp_path: Path):
    given = {"count": 2, "seed": 1, "out": str(tmp_path), "split": "train"}
    *_, record = workbench.synthesize(given | {"kind": "clauses"})
    assert record["record"]["kind"] == "clauses" and (tmp_path / "pairs.jsonl").exists()
    with pytest.raises(WrongUsage, match="kind"):
        list(workbench.synthesize(given | {"kind": "poems"}))
    with pytest.raises(WrongUsage, match="count"):
        write_clauses(0, 1, tmp_path)


def test_the_banks_are_of_readable_size():
    assert all(len(path.read_text().splitlines()) <= 410 for path in CLAUSE_BANKS.iterdir())
