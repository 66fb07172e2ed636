"""The agreements and questions of `nda_retrieval`, and what is measured on them; used by the two benchmarks beside it."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
Spans = list[tuple[str, int, int]]


@dataclass(frozen=True)
class Question:
    """One question: its text, the agreement it is about, the ranges that answer it, and the half it is in."""

    text: str
    file: str
    answer: tuple[tuple[int, int], ...]
    held_out: bool


def read_arguments(purpose: str) -> argparse.Namespace:
    """Read --corpora and --json from the command line; a folder without the agreements is a wrong use."""
    parser = argparse.ArgumentParser(description=purpose, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"), help="folder of nda_retrieval/"
    )
    parser.add_argument("--json", action="store_true", help="print JSON only")
    given = parser.parse_args()
    if given.corpora is None or not (given.corpora / "nda_retrieval").is_dir():
        parser.error("give --corpora DIR, a folder that holds nda_retrieval/")
    return given


def load_questions(corpora: Path) -> list[Question]:
    """Read the questions; a hash of the text puts each into the half for tuning or the half held out."""
    questions = []
    for line in (corpora / "nda_retrieval" / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        file = given["snippets"][0]["file"]
        answer = tuple(sorted((s["start"], s["end"]) for s in given["snippets"] if s["file"] == file))
        held_out = bool(hashlib.sha256(given["query"].encode()).digest()[0] % 2)
        questions.append(Question(given["query"], file, answer, held_out))
    return questions


def load_texts(corpora: Path) -> dict[str, str]:
    """Read the agreements by file name, every character as it stands in the file."""
    return {
        path.name: path.read_bytes().decode("utf-8")
        for path in sorted((corpora / "nda_retrieval" / "corpus").glob("*.txt"))
    }


def measure_overlap(question: Question, found: Sequence[Spans], k: int) -> tuple[float, float]:
    """Give character-level precision and recall of the first k hits; a hit may consist of several ranges.

    Characters found, or asked for, twice count once.
    """
    told = [span for hit in found[:k] for span in hit]
    length = sum(_cover([(a, b) for f, a, b in told if f == file]) for file in {f for f, _, _ in told})
    own = [(a, b) for f, a, b in told if f == question.file]
    wanted = _cover(question.answer)
    both = _cover(own) + wanted - _cover([*own, *question.answer])
    return (both / length if length else 0.0), both / wanted


def _cover(ranges: Sequence[tuple[int, int]]) -> int:
    """Count the characters that ranges cover."""
    total, reached = 0, 0
    for start, end in sorted(ranges):
        total += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return total


def bootstrap(rows: NDArray[np.float64], measure: Callable[[NDArray[np.float64]], float]) -> list[float]:
    """Give a measure of the rows (one a question) with its 95% interval by resampling the rows."""
    rng = np.random.default_rng(0)
    drawn = [measure(rows[rng.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return [round(float(value), 4) for value in (measure(rows), low, high)]
