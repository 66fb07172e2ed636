"""No text makes name finding, cleaning or the cutting of sentences cost more than its length: these run in the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pytest

from assistant.documents import Page
from assistant.evidence.claims import find_claims
from assistant.evidence.sentences import split_sentences
from ingest.clean import clean_pages
from ingest.identify import Candidate, _load_engine
from ingest.propagate import spread_names
from ingest.recognizers import build_recognizers
from ingest.recognizers.base import LegalRecognizer
from ingest.recognizers.engine import cut_blocks, part_long_runs, soften_capitals

SHORT, LONG = 5_000, 20_000
ORDINARY = (
    "The District Court of New York held that Mr. John Smith, an employee of Acme Corp., lived at 12 Main Street, "
    "Salem, OR 97301, on May 4, 2021. Case No. 21-cv-1234. See Roe v. Doe, 410 U.S. 113 (1973). "
)
# What made a pattern start again at each of its characters, or try each way of parting what it had.
HOSTILE = {
    "letters": "A",
    "small letters": "a",
    "letters of other alphabets": "É",
    "figures": "1",
    "dots": ".",
    "initials": "A.",
    "initials apart": "A. ",
    "initials in pairs": "A.B.",
    "hyphens": "A-",
    "apostrophes": "A’",
    "spaces": " ",
    "line breaks": " \n",
    "reporters": "U.S. ",
    "reporters with figures": "1 U.S. 1 ",
    "versus": "v. ",
    "companies": "Inc., ",
    "quotes": "“",
    "straight quotes": '"',
    "brackets": "(",
    "sections": "§",
    "capital words": "AAAA ",
    "names": "Aaaa, ",
    "judges": "Judge ",
    "courts": "Court of ",
    "underscores": "_",
    "at signs": "a@",
    "account numbers": "account 1 ",
    "defined terms": "(the ",
}


def measure(work: Callable[[str], object], text: str, rounds: int = 1) -> float:
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work(text)
        best = min(best, time.process_time() - began)
    return best


def assert_linear(work: Callable[[str], object]) -> None:
    """Fail where four times the length costs far more than four times the time, beyond what ordinary text costs."""
    work(ORDINARY * 3)  # what is loaded once
    ordinary = measure(work, (ORDINARY * 200)[:LONG], 2)
    for name, piece in HOSTILE.items():
        text = piece * (LONG // len(piece) + 1)
        short, long = measure(work, text[:SHORT] + "°"), measure(work, text[:LONG] + "°")
        if long > 10 * ordinary + 0.05 and long > 6 * short:  # again, without what else the machine did
            short, long = measure(work, text[:SHORT] + "°", 3), measure(work, text[:LONG] + "°", 3)
        assert long <= 10 * ordinary + 0.05 or long <= 6 * short, (name, short, long, ordinary)
        assert long <= 60 * ordinary + 0.2, (name, "costs too much more than print", long, ordinary)


def in_blocks(recognizer: LegalRecognizer) -> Callable[[str], object]:
    return lambda text: [recognizer.analyze(text[a:b], []) for a, b in cut_blocks(text)]


RECOGNIZERS = [r for r in build_recognizers("strict") if type(r).__name__ != "SpacyNames"]


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda r: type(r).__name__)
def test_a_recognizer_takes_time_in_proportion(recognizer: LegalRecognizer) -> None:
    assert_linear(in_blocks(recognizer))


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda r: type(r).__name__)
def test_a_recognizer_finds_the_same_beside_a_word_of_any_length(recognizer: LegalRecognizer) -> None:
    found = recognizer.analyze(ORDINARY, [])
    behind = recognizer.analyze(ORDINARY + "\n\n" + "x" * 3000, [])
    assert [(f.start, f.end, f.entity_type) for f in behind] == [(f.start, f.end, f.entity_type) for f in found]


def _sentences(text: str) -> Iterable[object]:
    return [find_claims(text[a:b]) for a, b in split_sentences(text)]


def _tokens(text: str) -> object:
    nlp = _load_engine().nlp["en"]
    return [nlp.make_doc(part_long_runs(text[a:b])) for a, b in cut_blocks(text)]


@pytest.mark.parametrize(
    "work",
    [
        soften_capitals,
        _tokens,
        lambda text: clean_pages([Page(1, text)]),
        lambda text: clean_pages([Page(1, text, b"\0" * 8 * len(text))]),
        lambda text: spread_names(text, [Candidate(0, min(60, len(text)), "PERSON", 0.9, 64)], ()),
        split_sentences,
        _sentences,
    ],
    ids=["capitals", "tokens", "cleaning", "cleaning with places", "spreading", "sentences", "claims"],
)
def test_a_stage_takes_time_in_proportion(work: Callable[[str], object]) -> None:
    assert_linear(work)


def test_a_name_of_a_thousand_words_costs_no_square() -> None:
    def work(count: int) -> float:
        text = "Inc., " * count
        return measure(lambda t: spread_names(t, [Candidate(0, len(t), "ORG", 0.9, 64)], ()), text, 2)

    work(50)
    assert work(4000) < 9 * work(1000) + 0.05


def test_many_names_with_one_beginning_cost_no_square() -> None:
    def work(count: int) -> float:
        names = [f"John Zz{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}q" for i in range(count)]
        text = ". ".join(names)
        candidates, at = [], 0
        for name in names:
            candidates.append(Candidate(at, at + len(name), "PERSON", 0.9, 64))
            at += len(name) + 2
        return measure(lambda t: spread_names(t, candidates, ()), text, 2)

    work(50)
    assert work(4000) < 9 * work(1000) + 0.05


def test_a_block_that_was_read_leaves_no_word_in_the_language_models_vocabulary() -> None:
    engine = _load_engine()
    text = "Mr. Aldovrand Quixebury met Zorbina Plexwright of Vantorel Ltd. in Salem on May 4, 2021.\n\n"
    found = [entity for _, _, artifacts in engine.process_blocks(text) for entity in artifacts.entities]
    assert any("Quixebury" in text[entity.start_char : entity.end_char] for entity in found)
    strings = engine.nlp["en"].vocab.strings
    assert "Quixebury" not in strings and "Plexwright" not in strings
