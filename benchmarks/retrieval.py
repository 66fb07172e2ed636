"""How much of what answers a question is found: character-level precision and recall at k, as LegalBench-RAG defines them.

Reads `nda_retrieval/` under --corpora: 30 agreements in one matter of a temporary data root, taken in as any filing is,
and 335 questions, each about one of them. The product is asked through the same action as `casebrief search`. In the
same run, on the texts as they are in the files: BM25 alone and the embedding alone over the product's passages, and the
embedding over fixed pieces of 500 characters. Nothing but the product knows the files' names; since every question names
its agreement, all four are also measured with the search confined to that agreement, and the product without the names.
The weights were chosen on the half of the questions that is not held out. Intervals are 95%, over questions.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from agreements import Question, Spans, bootstrap, load_questions, load_texts, measure_overlap, read_arguments

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
KS = (1, 2, 4, 8, 16, 32, 64)
FIXED_CHARACTERS = 500

Search = Callable[[Question, bool], list[Spans]]
"""Finds for a question the ranges of up to 64 hits; where the second argument is true, only in its agreement."""


@contextmanager
def open_matter(corpora: Path) -> Iterator[tuple[Any, Any, str, dict[str, str]]]:
    """Take the agreements into a matter of a temporary data root: house, user, matter, and file names by id."""
    from assistant.settings import Settings
    from assistant.store import people
    from ui.actions import filings
    from ui.actions import people as people_actions
    from ui.services import open_house

    with tempfile.TemporaryDirectory(prefix="casebrief-bench-") as home:
        house = open_house(Settings(home=Path(home)))
        user = people.add_user(house.db, "alex", "attorney", "benchmark only 7")
        matter = people_actions.create_matter(house, user, "Benchmark")["matter_id"]
        files = {}
        for name, text in load_texts(corpora).items():
            shown = filings.upload(house, user, matter, name, text.encode(), document_type="plain")
            while shown["status"] in ("waiting", "reading"):
                time.sleep(0.1)
                shown = filings.show_filing(house, user, shown["document_id"])
            if shown["status"] != "ready":
                sys.exit(f"{name} was not read: {shown}")
            files[shown["document_id"]] = name
        yield house, user, matter, files
        house.close()


def search_product(house: Any, user: Any, matter: str, files: dict[str, str], named: bool) -> Search:
    """Give the product's search: the action behind `casebrief search`, or the index alone, without the files' names."""
    from ingest.redact import redact_input
    from ui.actions import filings

    ids = {name: key for key, name in files.items()}
    vault = house.vault(matter)
    sources = {key: house.source(key) for key in files}

    def search(question: Question, confined: bool) -> list[Spans]:
        only = [ids[question.file]] if confined else None
        if named:
            hits = filings.search(house, user, matter, question.text, KS[-1], only)
            return [[(hit["file"], s["start"], s["end"]) for s in hit["spans"]] for hit in hits]
        masked = redact_input(question.text, vault, house.settings.profile)
        found = []
        for hit in house.index.search(matter, masked, KS[-1], document_ids=only):
            spans = sources[hit.document_id].document.offsets.to_original(hit.passage.start, hit.passage.end)
            found.append([(files[hit.document_id], s.start, s.end) for s in spans])
        return found

    return search


def list_passages(house: Any, files: dict[str, str]) -> list[Spans]:
    """Give the original ranges of the product's passages."""
    rows = []
    for key, name in files.items():
        document = house.source(key).document
        for passage in document.passages:
            spans = document.offsets.to_original(passage.start, passage.end)
            if spans:
                rows.append([(name, spans[0].start, spans[-1].end)])
    return rows


def cut_fixed(texts: dict[str, str]) -> list[Spans]:
    """Cut the texts into pieces of 500 characters."""
    return [
        [(name, start, min(start + FIXED_CHARACTERS, len(text)))]
        for name, text in texts.items()
        for start in range(0, len(text), FIXED_CHARACTERS)
    ]


def search_words(rows: list[Spans], texts: dict[str, str]) -> Search:
    """Give the search by BM25 alone, with the product's terms."""
    import bm25s

    from assistant.evidence.terms import find_terms

    index = bm25s.BM25()
    index.index([find_terms(texts[r[0][0]][r[0][1] : r[0][2]]) or ["-"] for r in rows], show_progress=False)

    def score(question: Question) -> Any:
        terms = [term for term in dict.fromkeys(find_terms(question.text)) if term in index.vocab_dict]
        return index.get_scores(terms)

    return _rank(rows, score)


def search_meaning(rows: list[Spans], texts: dict[str, str], questions: list[Question]) -> Search:
    """Give the search by the embedding alone."""
    from assistant.evidence.embedding import share_embedder

    vectors = share_embedder().embed([texts[r[0][0]][r[0][1] : r[0][2]] for r in rows])
    asked = dict(zip((q.text for q in questions), share_embedder().embed([q.text for q in questions]), strict=True))
    return _rank(rows, lambda question: vectors @ asked[question.text])


def _rank(rows: list[Spans], score: Callable[[Question], Any]) -> Search:
    def search(question: Question, confined: bool) -> list[Spans]:
        order = np.argsort(-score(question), kind="stable")
        allowed = (rows[i] for i in order if not confined or rows[i][0][0] == question.file)
        return [spans for spans, _ in zip(allowed, range(KS[-1]), strict=False)]

    return search


def measure(search: Search, questions: list[Question], confined: bool) -> np.ndarray[Any, Any]:
    """Give precision and recall of each question at each k: question, k, (precision, recall)."""
    found = [search(question, confined) for question in questions]
    return np.array(
        [[measure_overlap(q, hits, k) for k in KS] for q, hits in zip(questions, found, strict=True)], dtype=np.float64
    )


def describe(rows: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Give the means over questions with their intervals."""
    return {
        name: {f"@{k}": bootstrap(rows[:, i, which], lambda r: float(r.mean())) for i, k in enumerate(KS)}
        for which, name in enumerate(("precision", "recall"))
    }


def compare(product: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Give how far the product is ahead at 8, relative to the other's mean, questions paired."""
    at = KS.index(8)
    return {
        name: bootstrap(
            np.stack([product[:, at, which], other[:, at, which]], 1),
            lambda r: float(r[:, 0].mean() / r[:, 1].mean() - 1),
        )
        for which, name in enumerate(("precision", "recall"))
    }


def run(corpora: Path) -> dict[str, Any]:
    """Index once, ask every question of every system, and measure all questions and the two halves."""
    questions, texts = load_questions(corpora), load_texts(corpora)
    held = np.array([q.held_out for q in questions])
    began = time.perf_counter()
    with open_matter(corpora) as (house, user, matter, files):
        indexed = time.perf_counter() - began
        rows, pieces = list_passages(house, files), cut_fixed(texts)
        systems = {
            "product": search_product(house, user, matter, files, named=True),
            "product without file names": search_product(house, user, matter, files, named=False),
            "BM25 alone": search_words(rows, texts),
            "embedding alone": search_meaning(rows, texts, questions),
            "fixed 500 characters, embedding": search_meaning(pieces, texts, questions),
        }
        result: dict[str, Any] = {
            "questions": len(questions), "held_out": int(held.sum()), "passages": len(rows), "pieces": len(pieces),
            "mean_passage_characters": round(float(np.mean([r[0][2] - r[0][1] for r in rows])), 1),
            "indexing_s": round(indexed, 1),
        }  # fmt: skip
        for confined in (False, True):
            made = {
                name: measure(s, questions, confined) for name, s in systems.items() if named_or_open(name, confined)
            }
            part: dict[str, Any] = {}
            for half, chosen in (("all", held | True), ("tuned on", ~held), ("held out", held)):
                part[half] = {name: describe(rows_[chosen]) for name, rows_ in made.items()}
                part[half]["product ahead at 8, relative"] = {
                    name: compare(made["product"][chosen], rows_[chosen])
                    for name, rows_ in made.items()
                    if name != "product"
                }
            result["confined to the right agreement" if confined else "whole matter"] = part
    return result


def named_or_open(name: str, confined: bool) -> bool:
    """Tell whether a system is another one than the product where the search is confined: names do nothing there."""
    return not (confined and name == "product without file names")


def main() -> None:
    given = read_arguments(__doc__ or "")
    result = run(given.corpora)
    if given.json:
        print(json.dumps(result, indent=1))
        return
    for part in ("whole matter", "confined to the right agreement"):
        for half, systems in result[part].items():
            print(f"\n{part}, {half}")
            for name, values in systems.items():
                if "recall" in values and "@8" in values["recall"]:
                    for what in ("precision", "recall"):
                        print(f"{name:34} {what:9} " + "  ".join(f"{v[0]:.3f}" for v in values[what].values()))
                else:
                    print(name, json.dumps(values))


if __name__ == "__main__":
    main()
