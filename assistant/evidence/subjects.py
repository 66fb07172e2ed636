"""Which of some sentences about like things is on the very subject of a question: two linear maps to known subjects.

A question and an answer seldom have their words in common, but both can be told to be about, say, "return of copies"
or "trial date". The maps were learned from clauses and questions written for it (`finetune/subjects.py`, card in
`assistant/subjects/README.md`). They only say which sentence comes first, and only for a question that is like those
learned from: a strange one they take for one of its neighbours. Nothing is refused because of them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.evidence.embedding import hash_weights, take_mean

FOLDER = Path(__file__).resolve().parents[1] / "subjects"
WEIGHTS = "subjects.safetensors"
WINDOW_TOKENS, STEP_TOKENS = 20, 10  # a long sentence is read in pieces, since it may be about several subjects
LONG_TOKENS = 28
FLOOR = -4.0  # logarithm of the match below which sentences are not told apart
WORTH = 0.1  # of one unit of that logarithm, in weights of a sentence; chosen with FLOOR on the half tuned on
FAMILIAR = 0.7  # least cosine of a question with the questions of a subject; on subjects left out hardly any reach it
_LOG = logging.getLogger(__name__)
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Subjects:
    """Two maps from vectors to subjects: of questions, and of sentences; each a row and an offset a subject.

    `known` holds a vector of unit length for each subject, of the questions learned from.
    """

    asked: Rows
    asked_offset: Rows
    told: Rows
    told_offset: Rows
    known: Rows

    def match(self, question: Rows, sentences: Sequence[Rows]) -> Rows:
        """Say how well each sentence is on a question's subject: 0 at best, `FLOOR` where it is not, or none is known.

        Args:
            question: The rows of its tokens, as `Embedder.read_tokens` gives them.
            sentences: Likewise, one array a sentence.
        """
        if not sentences or float((self.known @ take_mean(question)).max()) < FAMILIAR:
            return np.full(len(sentences), FLOOR, dtype=np.float32)
        scores = cut_windows(question)[0] @ self.asked.T + self.asked_offset
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        best = np.array([(cut_windows(one) @ self.told.T + self.told_offset).max(0) for one in sentences])
        return np.maximum(np.log((1 / (1 + np.exp(-best))) @ shares + 1e-9), FLOOR)


def cut_windows(states: Rows) -> Rows:
    """Give vectors of unit length of a text: of all its tokens, first, and of its pieces where it is long."""
    rows = states[1:-1] if len(states) > 2 else states  # without the marks before and behind it
    starts = range(0, len(rows) - STEP_TOKENS + 1, STEP_TOKENS) if len(rows) > LONG_TOKENS else ()
    means = np.array([rows.mean(0), *(rows[at : at + WINDOW_TOKENS].mean(0) for at in starts)], dtype=np.float32)
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)


@lru_cache(maxsize=1)
def share_subjects() -> Subjects | None:
    """Give the process' one pair of maps; None, with a warning in the log, where they are not at hand.

    They are of no use with other vectors than they were learned from: the embedding model must be the one they name.
    """
    path = FOLDER / WEIGHTS
    if not path.is_file():
        _warn("are not installed")
        return None
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        if (file.metadata() or {}).get("embedding") != hash_weights():
            _warn("were made for another embedding model")
            return None
        names = ("asked", "asked_offset", "told", "told_offset", "known")
        return Subjects(*(file.get_tensor(name).astype(np.float32) for name in names))


def _warn(lack: str) -> None:
    _LOG.warning("The maps of subjects %s: the sentence most like the question is put first.", lack)
