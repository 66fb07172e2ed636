"""Does an answer abstain where the agreement does not answer the question, and only there?

Reads `nda_retrieval/` under --corpora: 335 questions, each about one of 30 agreements. Every question is put twice to its own
agreement alone: as it is, and with the ranges that answer it cut out. What decides is the product's code
(`assistant/evidence/bearing.py`); no language model takes part. The passages are ranked by the product's formula, in memory.
The bar: abstains on at least .85 with the clause cut out, on at most .10 with it in place. Beside the shares under the
product's own threshold: the area under the ROC curve, which no threshold changes, and the threshold that abstains most
often while at most .10 of the answerable questions of the half for tuning are refused. Intervals are 95%, over questions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from agreements import Question, bootstrap, load_questions, load_texts, read_arguments

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PASSAGES = 12
MOST_REFUSED = 0.10


class RememberingEmbedder:
    """Embeds each text once: most sentences of an agreement are compared with a dozen questions, twice."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._had: dict[str, Any] = {}
        self._read: dict[str, Any] = {}

    def embed(self, texts: Sequence[str], report: Any = None) -> Any:
        """Give one vector a text, as the inner embedder does."""
        new = [text for text in dict.fromkeys(texts) if text not in self._had]
        if new:
            self._had.update(zip(new, self._inner.embed(new, report), strict=True))
        return np.array([self._had[text] for text in texts])

    def read_tokens(self, texts: Sequence[str]) -> list[Any]:
        """Give one array of token rows a text, as the inner embedder does."""
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        self._read.update(zip(new, self._inner.read_tokens(new), strict=True))
        return [self._read[text] for text in texts]


def cut_answer(text: str, answer: Sequence[tuple[int, int]]) -> str:
    """Take ranges out of a text; a line break stands for each."""
    kept, at = [], 0
    for start, end in sorted(answer):
        kept.append(text[at : max(start, at)])
        at = max(at, end)
    return "\n".join([*kept, text[at:]])


def make_document(name: str, text: str) -> Any:
    """Make a document of a pseudonymized text, split as the product splits."""
    from assistant.documents import OffsetMap, RedactedDocument, Segment
    from ingest.split import split_text

    offsets = OffsetMap((Segment(0, len(text), 1, 0, len(text)),))
    return RedactedDocument(name, "m-bench", 1, "plain", text, offsets, split_text(text, offsets), 1)


@dataclass(frozen=True)
class Prepared:
    """A document as the search and the answer read it."""

    document: Any
    texts: list[str]
    words: Any  # BM25 over the passages
    reading: Any


@lru_cache(maxsize=64)  # an agreement that is whole is asked a dozen questions, one after another
def prepare(name: str, text: str) -> Prepared:
    """Split, read and index a pseudonymized text."""
    return index_document(make_document(name, text))


def index_document(document: Any) -> Prepared:
    """Read and index a document in memory."""
    import bm25s

    from assistant.evidence.reading import Reading
    from assistant.evidence.terms import find_terms

    texts = [document.passage_text(passage) for passage in document.passages]
    words = bm25s.BM25()
    words.index([find_terms(f"plain {passage}") for passage in texts], show_progress=False)
    return Prepared(document, texts, words, Reading(document))


def rank_passages(prepared: Prepared, question: str, embedder: Any) -> list[Any]:
    """Rank a document's passages as `Index.search` does, without its files."""
    from assistant.evidence.fusing import fuse_scores
    from assistant.evidence.questions import find_question_terms, state_question
    from assistant.evidence.retrieval import Hit

    document, texts, index = prepared.document, prepared.texts, prepared.words
    likeness = embedder.embed([f"Plain: {text}" for text in texts]) @ embedder.embed([state_question(question)])[0]
    terms = [term for term in find_question_terms(question) if term in index.vocab_dict]
    scores = index.get_scores(terms) if terms else np.zeros(len(texts))
    dense = sorted(enumerate(map(float, likeness)), key=lambda found: -found[1])
    words = sorted(((i, float(s)) for i, s in enumerate(scores) if s > 0), key=lambda found: -found[1])
    fused = fuse_scores(dense, words, {})
    best = sorted(fused, key=lambda row: -fused[row])[:PASSAGES]
    return [Hit(document.document_id, document.passages[i], fused[i], texts[i], float(likeness[i])) for i in best]


def ask_all(corpora: Path, questions: Sequence[Question]) -> np.ndarray[Any, Any]:
    """Put each question to its agreement whole and cut: confidence, whether it abstains, and whether for a name; each twice.

    Last, whether the sentence that is put first is of the answer.
    """
    from assistant.documents import Page
    from assistant.evidence import bearing
    from assistant.evidence.embedding import share_embedder
    from assistant.store.vault import Vault
    from ingest.clean import clean_pages
    from ingest.redact import redact_clean, redact_input

    embedder = RememberingEmbedder(share_embedder())
    bearing.share_embedder = lambda: embedder  # type: ignore[assignment, return-value]
    vault = Vault.ephemeral()
    masked = {n: redact_clean(clean_pages([Page(1, t)]), vault, "working") for n, t in load_texts(corpora).items()}
    rows = []
    for question in questions:
        made = masked[question.file]
        ranges = [r for r in (made.offsets.to_running(1, *span) for span in question.answer) if r]
        asked = redact_input(question.text, vault, "working")
        found = []
        for text in (made.text, cut_answer(made.text, ranges)):
            prepared = prepare(question.file, text)
            hits = rank_passages(prepared, asked, embedder)
            found.append(bearing.weigh_bearing(asked, hits, {question.file: prepared.reading}))
        first = found[0].sentences[0] if found[0].sentences else None
        right = first is not None and any(first.start < end and start < first.end for start, end in ranges)
        rows.append(
            [*(f.confidence for f in found), *(not f.bears for f in found), *("name" in f.why for f in found), right]
        )
    return np.array(rows, dtype=np.float64)


def rank_area(rows: np.ndarray[Any, Any]) -> float:
    """Give the share of pairs in which an answerable question has more confidence than one whose clause is cut out."""
    whole, cut = rows[:, 0][:, None], rows[:, 1][None, :]
    return float((whole > cut).mean() + 0.5 * (whole == cut).mean())


def choose_threshold(rows: np.ndarray[Any, Any]) -> float:
    """Give the highest threshold under which at most a tenth of the answerable questions is refused."""
    return float(np.quantile(rows[:, 0], MOST_REFUSED, method="lower"))


def run(corpora: Path) -> dict[str, Any]:
    questions = load_questions(corpora)
    held = np.array([q.held_out for q in questions])
    rows = ask_all(corpora, questions)
    threshold = choose_threshold(rows[~held])
    result: dict[str, Any] = {
        "questions": len(questions),
        "held_out": int(held.sum()),
        "threshold": round(threshold, 4),
    }
    for half, chosen in (("all", held | True), ("tuned on", ~held), ("held out", held)):
        part = rows[chosen]
        result[half] = {
            "abstains, clause cut out": bootstrap(part, lambda r: float(r[:, 3].mean())),
            "abstains, clause in place": bootstrap(part, lambda r: float(r[:, 2].mean())),
            "abstains since a name is missing, cut out": bootstrap(part, lambda r: float(r[:, 5].mean())),
            "abstains since a name is missing, in place": bootstrap(part, lambda r: float(r[:, 4].mean())),
            "with the threshold of the half for tuning, cut out": bootstrap(
                part, lambda r: float((r[:, 1] < threshold).mean())
            ),
            "with the threshold of the half for tuning, in place": bootstrap(
                part, lambda r: float((r[:, 0] < threshold).mean())
            ),
            "area under the ROC curve": bootstrap(part, rank_area),
            "the sentence put first is of the answer, in place": bootstrap(part, lambda r: float(r[:, 6].mean())),
        }
    return result


def main() -> None:
    given = read_arguments(__doc__ or "")
    result = run(given.corpora)
    if given.json:
        print(json.dumps(result, indent=1))
        return
    for key, values in result.items():
        print(key, json.dumps(values, indent=1))


if __name__ == "__main__":
    main()
