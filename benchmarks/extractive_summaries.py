"""Summaries made of a document's own sentences, beside lead, LexRank and TextRank of the same length.

Reads `judgments/pairs.jsonl` and `veterans_appeals/pairs.jsonl` ({id, document, summary}) under --corpora. Judgments
have a budget of 900 words, appeals the length of their reference. The product's summaries take its own way: the
document and the summary are pseudonymized, `summarize_batch` with adapter "none" chooses and words the sentences, and
the originals are put back before scoring. The learned ranker is fitted on four fifths of the documents and measured on
the last, five times; it chooses its settings inside those four fifths, and learns there how long a summary is, so that
it may stay under the budget. The rivals read the original text, take whole sentences best first while they fit, and tell
them in reading order; lead is cut at the word. They get the whole budget, and once more as many words as the learned
summary of the same document has ("same length"). ROUGE is F1 of
`rouge-score` with stemming; intervals are a bootstrap over documents, and differences a paired one.

The features were designed on the documents of the first three folds: figures on the last two are given apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from assistant.evidence.house_rankers import HouseRankers  # noqa: E402
from assistant.evidence.learned_ranker import LearnedRanker, fit_ranker  # noqa: E402
from assistant.evidence.ranker import score_units  # noqa: E402
from assistant.evidence.reading import Reading  # noqa: E402
from assistant.evidence.selecting import choose_units  # noqa: E402
from assistant.evidence.sentences import split_sentences  # noqa: E402
from assistant.evidence.terms import TermMatrix, find_terms  # noqa: E402
from assistant.evidence.wording import trim_source  # noqa: E402
from assistant.settings import Settings  # noqa: E402
from assistant.summarize import NO_MODEL, summarize_batch  # noqa: E402
from assistant.templates import load_template  # noqa: E402
from finetune.dataset import Pair, redact_pair  # noqa: E402
from finetune.scores import VARIANTS, compare_means, estimate_mean, score_rouge  # noqa: E402

SETS = {"judgments": 900, "veterans_appeals": None}  # words, or None for the length of the reference
RIVALS = ("lead", "lexrank", "textrank")
FOLDS, DESIGN_FOLDS = 5, 3
DAMPING, LEAST_LIKENESS, STEPS = 0.85, 0.1, 60


@dataclass(frozen=True)
class Case:
    """A document with its reference, its budget in words, its fold, and what the product makes of it."""

    text: str
    reference: str
    words: int
    fold: int
    reading: Reading
    approved: str
    restore: Callable[[str], str]


def report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def load_cases(corpora: Path, name: str, limit: int, settings: Settings) -> list[Case]:
    lines = (corpora / name / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()][: limit or None]
    order = sorted(range(len(rows)), key=lambda i: hashlib.sha256(str(rows[i]["id"]).encode()).digest())
    folds = {row: place % FOLDS for place, row in enumerate(order)}
    cases = []
    for number, row in enumerate(rows):
        lesson, vault = redact_pair(Pair(str(number), "plain", row["document"], row["summary"]), settings)
        words = SETS[name] or len(row["summary"].split())
        reading = Reading(lesson.document)
        cases.append(
            Case(row["document"], row["summary"], words, folds[number], reading, lesson.summary, vault.restore)
        )
    return cases


def walk_graph(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how often a random walk over sentences, from one to one like it, comes to each."""
    count = len(likeness)
    np.fill_diagonal(likeness, 0.0)
    sums = likeness.sum(axis=1, keepdims=True)
    steps = np.divide(likeness, sums, out=np.full_like(likeness, 1.0 / max(count, 1)), where=sums > 0)
    shares = np.full(count, 1.0 / max(count, 1))
    for _ in range(STEPS):
        shares = (1 - DAMPING) / count + DAMPING * (steps.T @ shares)
    return shares


def rank_lexrank(texts: Sequence[str]) -> NDArray[np.float64]:
    matrix = TermMatrix(texts)
    dense = np.stack([matrix.densify(index) for index in range(len(texts))])
    return walk_graph((dense @ dense.T > LEAST_LIKENESS).astype(float))


def rank_textrank(texts: Sequence[str]) -> NDArray[np.float64]:
    terms = [frozenset(find_terms(text)) for text in texts]
    ids = {term: place for place, term in enumerate(sorted(frozenset().union(*terms)))}
    found = np.zeros((len(texts), max(len(ids), 1)), dtype=np.float32)
    for row, held in enumerate(terms):
        found[row, [ids[term] for term in held]] = 1.0
    logs = np.log(np.maximum([len(held) for held in terms], 1))
    sums = logs[:, None] + logs[None, :]
    shared = (found @ found.T).astype(float)
    return walk_graph(np.divide(shared, sums, out=np.zeros_like(shared), where=sums > 0))


def take_sentences(texts: Sequence[str], scores: NDArray[np.float64], words: int) -> str:
    chosen, spent = [], 0
    for index in np.argsort(-scores, kind="stable"):
        length = len(texts[index].split())
        if spent + length <= words:
            chosen.append(int(index))
            spent += length
    return " ".join(texts[index] for index in sorted(chosen))


def rank_rivals(case: Case) -> Callable[[int], dict[str, str]]:
    """Rank the sentences of a document as each rival does; what is given makes their summaries of so many words."""
    texts = [case.text[start:end] for start, end in split_sentences(case.text)]
    lexrank, textrank = rank_lexrank(texts), rank_textrank(texts)

    def summarize(words: int) -> dict[str, str]:
        return {
            "lead": " ".join(case.text.split()[:words]),
            "lexrank": take_sentences(texts, lexrank, words),
            "textrank": take_sentences(texts, textrank, words),
        }

    return summarize


def summarize_product(case: Case, settings: Settings, ranker: LearnedRanker | None) -> str:
    form = load_template("plain", settings.home)
    (made,) = summarize_batch(
        [case.reading.document],
        None,
        settings=settings,
        templates=[form],
        words=[case.words],
        adapter=NO_MODEL,
        rankers=HouseRankers({"plain": ranker}) if ranker else None,
    )
    return case.restore(made.text)


def fill_budget(case: Case) -> str:
    """The made score, with the words counted as they are shown: what the learned ranker gains by counting alone."""
    reading = case.reading
    chosen = choose_units(reading, score_units(reading, None), case.words)
    return case.restore(" ".join(trim_source(reading.unit_text(index)) for index in chosen))


def write_summaries(cases: Sequence[Case], settings: Settings, ablations: bool) -> dict[str, list[str]]:
    """Let every system write a summary of every document."""
    written: dict[str, list[str]] = {}

    def keep(system: str, number: int, text: str) -> None:
        written.setdefault(system, [""] * len(cases))[number] = text

    rivals = [rank_rivals(case) for case in cases]
    for number, case in enumerate(cases):
        for system, text in rivals[number](case.words).items():
            keep(system, number, text)
        keep("made_score", number, summarize_product(case, settings, None))
        if ablations:
            keep("made_score_filled", number, fill_budget(case))
    kinds = {"learned": {}, "learned_features_only": {"most_marks": 0}} if ablations else {"learned": {}}
    for fold in range(FOLDS):
        pairs = [(case.reading, case.approved) for case in cases if case.fold != fold]
        for system, options in kinds.items():
            ranker = fit_ranker(pairs, **options)
            for number, case in enumerate(cases):
                if case.fold == fold:
                    keep(system, number, summarize_product(case, settings, ranker))
        report(f"  fold {fold + 1} of {FOLDS} fitted on {len(pairs)} documents")
    for number, text in enumerate(written["learned"]):
        for system, rival in rivals[number](len(text.split())).items():
            keep(f"{system}_same_length", number, rival)
    return written


def score_systems(cases: Sequence[Case], written: dict[str, list[str]]) -> dict[str, Any]:
    """Give the scores of every system, and how far the learned ranker is ahead of each other one."""
    scores: dict[str, list[dict[str, float]]] = {}
    for system, texts in written.items():
        scores[system] = [score_rouge(case.reference, text) for case, text in zip(cases, texts, strict=True)]
        means = (f"{name} {np.mean([row[name] for row in scores[system]]):.4f}" for name in VARIANTS)
        report(f"  {system}: {', '.join(means)}")
    result: dict[str, Any] = {}
    for system, rows in scores.items():
        told: dict[str, Any] = {name: estimate_mean([row[name] for row in rows]).tell() for name in VARIANTS}
        told["words"] = round(float(np.mean([len(text.split()) for text in written[system]])), 1)
        for label, wanted in (("design_folds", True), ("other_folds", False)):
            part = [row for case, row in zip(cases, rows, strict=True) if (case.fold < DESIGN_FOLDS) == wanted]
            told[label] = {name: round(float(np.mean([row[name] for row in part])), 4) for name in VARIANTS}
        if system != "learned":
            told["learned_ahead_by"] = {}
            for name in VARIANTS:
                gap = compare_means([row[name] for row in scores["learned"]], [row[name] for row in rows])
                told["learned_ahead_by"][name] = [round(value, 4) for value in (gap.mean, gap.low, gap.high)]
        result[system] = told
    return result


def start_parser(doc: str | None) -> argparse.ArgumentParser:
    """Give a parser with the arguments of every benchmark over these two sets."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"))
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    parser.add_argument("--only", choices=tuple(SETS), help="one of the two sets")
    parser.add_argument("--limit", type=int, default=0, help="only the first documents, for a quick look")
    return parser


def read_given(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Read the arguments; without the two sets there is nothing to measure."""
    given = parser.parse_args()
    if given.corpora is None or not (given.corpora / "judgments").is_dir():
        parser.error("give --corpora DIR, a folder that holds judgments/ and veterans_appeals/")
    return given


def read_arguments() -> argparse.Namespace:
    parser = start_parser(__doc__)
    parser.add_argument("--ablations", action="store_true", help="also the parts of the learned ranker alone")
    return read_given(parser)


def main() -> None:
    given = read_arguments()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=home)
        for name in [given.only] if given.only else list(SETS):
            began = time.monotonic()
            cases = load_cases(given.corpora, name, given.limit, settings)
            report(f"{name}: {len(cases)} documents pseudonymized")
            made = score_systems(cases, write_summaries(cases, settings, given.ablations))
            result[name] = {"documents": len(cases), "seconds": round(time.monotonic() - began)} | made
    print(json.dumps(result, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
