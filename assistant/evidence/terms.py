"""Terms of sentences and their weights (TF-IDF) in one sparse matrix: what ranking and alignment compare by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.store.pseudonyms import PATTERN

_TERM = re.compile(rf"{PATTERN.pattern}|[A-Za-z][A-Za-z'’]*|\d[\d,.]*\d|\d")
FUNCTION_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
    a an the of to in on at by for from with without and or nor but if as is are was were be been being it its this
    that these
    those he she they we i you his her their our your him them us who whom whose which what when where while there here
    not no do does did done has have had having may might can could shall should will would must than then so such any
    all each every other another same own into onto upon under over between among through during before after above
    below out up down off again further also only both either neither about against because until very s t d ll re ve
    et al
    """,
    )
)


@lru_cache(maxsize=8192)
def stem_term(word: str) -> str:
    """Take a frequent English ending off a lower-case word, so that "alleged" meets "alleges"."""
    if not word[0].isalpha() or len(word) < 5:
        return word
    word = re.sub(r"['’]s?$", "", word)
    for ending, kept in (("ations", 4), ("ation", 4), ("ments", 4), ("ment", 4), ("ings", 4), ("ing", 4), ("edly", 4)):
        if word.endswith(ending) and len(word) - len(ending) >= kept:
            return _trim(word[: -len(ending)])
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    for ending in ("ied", "ed", "es", "s"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            return _trim(word[: -len(ending)] + ("y" if ending == "ied" else ""))
    return _trim(word)


def _trim(stem: str) -> str:
    """Drop a final e and a doubled consonant: "agre", "submit"."""
    if len(stem) > 4 and stem[-1] == stem[-2] and stem[-1] not in "aeioulsf":
        stem = stem[:-1]
    return stem[:-1] if stem.endswith("e") and len(stem) > 4 else stem


def find_terms(text: str) -> list[str]:
    """Give the stemmed content terms of a text, in order; figures and pseudonyms keep their form."""
    terms = []
    for match in _TERM.finditer(text):
        low = match.group().casefold()
        if match["number"]:
            terms.append(low)
        elif low not in FUNCTION_WORDS:
            terms.append(stem_term(low) if low[0].isalpha() else low.replace(",", "").removesuffix(".00"))
    return terms


SYNONYMS: dict[str, str] = {
    stem_term(word): stem_term(group.split()[0])
    for group in (
        "end terminate terminates expire expires cease ceases conclude",
        "begin commence start",
        "buy purchase acquire",
        "ask request pray seek demand move petition apply",
        "pay remit payable payment",
        "renew extend renewal",
        "exhibit ex exh",
        "agreement contract",
        "order direct command decree",
        "happen occur",
        "injury injuries injured hurt harm loss losses lost",
        "dispute controversy",
        "suit action lawsuit complaint",
        "attorney counsel lawyer",
        "oppose unopposed opposes",
        "award grant give",
        "reject refuse decline",
        "large big substantial",
        "judgment judgement",
    )
    for word in group.split()
}
"""Terms that may stand for each other when a paraphrase is aligned; never used to call two facts the same."""


def find_plain_terms(text: str) -> list[str]:
    """Give the terms of a text with synonyms in one form."""
    return [SYNONYMS.get(term, term) for term in find_terms(text)]


class TermMatrix:
    """Unit-length TF-IDF rows, one a text; memory and time grow with the number of terms."""

    def __init__(self, texts: Sequence[str]) -> None:
        ids: dict[str, int] = {}
        indices: list[int] = []
        counts: list[float] = []
        pointers = [0]
        for text in texts:
            row: dict[int, int] = {}
            for term in find_terms(text):
                key = ids.setdefault(term, len(ids))
                row[key] = row.get(key, 0) + 1
            indices.extend(row)
            counts.extend(row.values())
            pointers.append(len(indices))
        self.ids = ids
        self.indices = np.asarray(indices, dtype=np.int32)
        self.pointers = np.asarray(pointers, dtype=np.int64)
        self.frequency = np.bincount(self.indices, minlength=len(ids)) if len(ids) else np.zeros(0, dtype=np.int64)
        self.idf = np.log((1 + len(texts)) / (1 + self.frequency)) + 1.0
        weights = (1.0 + np.log(np.asarray(counts, dtype=np.float64))) * self.idf[self.indices]
        norms = np.sqrt(self._sum_rows(weights**2))
        lengths = np.diff(self.pointers)
        self.weights = weights / np.repeat(np.where(norms > 0, norms, 1.0), lengths)

    def __len__(self) -> int:
        return len(self.pointers) - 1

    def _sum_rows(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a value for each entry over its row."""
        running = np.concatenate(([0.0], np.cumsum(values)))
        return running[self.pointers[1:]] - running[self.pointers[:-1]]

    def row(self, index: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Give term ids and weights of one row."""
        low, high = self.pointers[index], self.pointers[index + 1]
        return self.indices[low:high], self.weights[low:high]

    def vector(self, text: str) -> NDArray[np.float64]:
        """Give the unit-length weights of another text over this matrix' terms; unknown terms count in its length."""
        dense = np.zeros(len(self.ids))
        unknown = 0.0
        top = float(self.idf.max()) if len(self.idf) else 1.0
        for term in find_terms(text):
            key = self.ids.get(term)
            if key is None:
                unknown += top**2
            else:
                dense[key] += 1.0
        dense = np.where(dense > 0, 1.0 + np.log(np.maximum(dense, 1.0)), 0.0) * self.idf
        norm = float(np.sqrt((dense**2).sum() + unknown))
        return dense / norm if norm else dense

    def compare(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the cosine of each row with a dense vector of unit length."""
        if not len(self.indices):
            return np.zeros(len(self))
        return self._sum_rows(self.weights * vector[self.indices])

    def densify(self, index: int) -> NDArray[np.float64]:
        """Give one row as a dense vector."""
        dense = np.zeros(len(self.ids))
        keys, weights = self.row(index)
        dense[keys] = weights
        return dense

    def centroid(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Give the unit-length mean of the chosen rows."""
        chosen = np.repeat(rows, np.diff(self.pointers))
        total = np.bincount(self.indices[chosen], weights=self.weights[chosen], minlength=len(self.ids)).astype(
            np.float64
        )
        norm = float(np.sqrt((total**2).sum()))
        return total / norm if norm else total
