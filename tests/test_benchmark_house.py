"""The filings of the house style benchmark: what their gold says stands in them, and no two are alike."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from house_filings import Filing, find_missing, load_bank, make_filings, measure_words
from house_types import MAKERS

from assistant.documents import split_parts
from assistant.templates import load_template


@pytest.fixture(scope="module")
def filings() -> list[Filing]:
    return make_filings(28, seed=5)


def test_what_the_gold_says_stands_in_its_document(filings: list[Filing]) -> None:
    assert {f.filing_id: find_missing(f) for f in filings if find_missing(f)} == {}
    assert min(measure_words(f) for f in filings) >= 0.85


def test_a_gold_of_another_filing_is_noticed(filings: list[Filing]) -> None:
    first, *rest = [f for f in filings if f.document_type == "order"]
    assert all(len(find_missing(replace(first, summary=other.summary))) >= 3 for other in rest)


def test_no_two_filings_are_alike_and_a_seed_gives_the_same_again(filings: list[Filing]) -> None:
    assert len({f.document for f in filings}) == len({f.summary for f in filings}) == len(filings)
    again = make_filings(7, seed=5)[0]
    assert again in filings


def test_every_type_has_four_layouts_and_its_gold_the_parts_of_the_house_template(filings: list[Filing]) -> None:
    assert set(Counter(f.document_type for f in filings).values()) == {4}
    assert all(len(load_bank(kind)["layouts"]) >= 4 for kind in MAKERS)
    for filing in filings:
        names = load_template(filing.document_type).part_names
        parts = [name for name, _ in split_parts(filing.summary, names)]
        assert parts == [name for name in names if name in parts] and len(parts) >= len(names) - 1
