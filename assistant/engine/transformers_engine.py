"""The engine in the box: any causal language model that transformers can load, with PEFT adapters."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant import compute
from assistant.engine.activated import load_lora, read_invocation
from assistant.engine.base import ADAPTER_ID, BASE, Prompt
from assistant.engine.decoding import Pace, Reader, decode_batch, decode_stream
from assistant.engine.half import MOST_TOKENS, HalfDecoder, fits
from assistant.engine.manifest import CONFIG, verify_folder
from assistant.engine.prompts import encode, end_of_turn
from assistant.engine.weights import load_tokenizer, model_folder, model_hash, quiet_transformers
from assistant.errors import EngineFailure
from assistant.settings import Settings

logger = logging.getLogger(__name__)

_BATCH_TOKENS = 12_000  # prompt and answer tokens, padding included, that one batch may hold
_BATCH_ROWS = 16
_MOST_DECODERS = 3  # of 270 MB each for the model in the box


class TransformersEngine:
    """Serves one base model and any number of its adapters from one copy of the weights.

    All that touches weights runs in the compute thread, a forward pass at a time, and each pass says which
    adapter it wants: two streams take turns, and none changes its adapter in the middle. Loading is lazy.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._loaded: _Loaded | None = None
        self._adapters: dict[str, str] = {}  # adapter id -> its name inside PEFT

    @property
    def model_hash(self) -> str:
        """Sha256 that names the base model's weights."""
        with self._lock:
            return self._loaded.hash if self._loaded else model_hash(model_folder(self._settings))

    @property
    def tokenizer(self) -> Any:
        """The model's tokenizer."""
        return self._load().tokenizer

    def stream(
        self,
        prompt: Prompt,
        *,
        adapter: str | None = None,
        max_new_tokens: int = 120,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Write the answer to `prompt` in pieces of text; see `Engine.stream`."""
        loaded = self._load()
        name = self._resolve(adapter)
        ids = self._encode(loaded, prompt, max_new_tokens)
        return self._pieces(loaded, name, ids, max_new_tokens, _asks(stop))

    def batch(
        self,
        prompts: Sequence[Prompt],
        *,
        adapter: str | None = None,
        max_new_tokens: int | Sequence[int] = 120,
        stop: threading.Event | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[str]:
        """Answer many prompts, in their order; see `Engine.batch`.

        Args:
            prompts: What to answer.
            adapter: Adapter id, None or "base".
            max_new_tokens: Longest answer, in tokens: one for all or one a prompt.
            stop: Ends the batch; unfinished answers are cut or empty.
            progress: Told (done, total) after each group.
        """
        loaded = self._load()
        name = self._resolve(adapter)
        limits = [max_new_tokens] * len(prompts) if isinstance(max_new_tokens, int) else list(max_new_tokens)
        encoded = [self._encode(loaded, prompt, limit) for prompt, limit in zip(prompts, limits, strict=True)]
        answers = [""] * len(encoded)
        done = 0
        for group in _group_by_length(encoded, limits):
            made = decode_batch(
                loaded.step(name),
                loaded.new_cache(),
                [encoded[i] for i in group],
                pad=loaded.pad,
                ends=loaded.ends,
                limits=[limits[i] for i in group],
                pace=loaded.batch_pace,
                stopped=_asks(stop),
                reader=loaded.reader(name),
            )
            for index, tokens in zip(group, made, strict=True):
                answers[index] = loaded.decode(tokens).strip()
            done += len(group)
            if progress:
                progress(done, len(encoded))
        return answers

    def load_adapter(self, adapter_id: str, folder: Path) -> None:
        """Make the adapter in `folder` available as `adapter_id`; see `Engine.load_adapter`.

        The same id with other weights is loaded beside the old ones, which running streams keep.
        """
        manifest = verify_folder(folder)
        loaded = self._load()
        if manifest.base_model_hash != loaded.hash:
            raise EngineFailure(
                f"The adapter {adapter_id} was trained on another base model ({manifest.base_model}).",
                expected=f"an adapter for {self._settings.model}",
                do="Train a new adapter on this base model, or set CASEBRIEF_MODEL back.",
            )
        name = f"a{manifest.hash[:16]}"
        with self._lock:
            compute.run(lambda: loaded.add_adapter(name, folder))
            self._adapters[adapter_id] = name

    def count_tokens(self, text: str) -> int:
        """Count the tokens of `text`, without a chat template."""
        return len(self._load().tokenizer(text, add_special_tokens=False)["input_ids"])

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = compute.run(lambda: _Loaded(self._settings))
            return self._loaded

    def _resolve(self, adapter: str | None) -> str | None:
        """Give PEFT's name of an adapter, loading it from the data root where it is new."""
        if adapter is None or adapter == BASE:
            return None
        with self._lock:
            if adapter not in self._adapters:
                folder = self._settings.home / "adapters" / adapter
                if not ADAPTER_ID.fullmatch(adapter) or not folder.is_dir():
                    raise EngineFailure(
                        f"There is no adapter {adapter!r}.",
                        expected='the id of an adapter, or "base"',
                        do="List them with: casebrief adapters list",
                    )
                self.load_adapter(adapter, folder)
            return self._adapters[adapter]

    def _encode(self, loaded: _Loaded, prompt: Prompt, max_new_tokens: int) -> list[int]:
        ids, _ = encode(loaded.tokenizer, prompt)
        if len(ids) + max_new_tokens > loaded.context:
            raise EngineFailure(
                f"The prompt has {len(ids)} tokens and the answer up to {max_new_tokens}.",
                expected=f"at most {loaded.context} tokens together",
                do="Give fewer passages (CASEBRIEF_PASSAGE_TOKENS) or ask for a shorter answer.",
            )
        return ids

    def _pieces(
        self, loaded: _Loaded, name: str | None, ids: list[int], max_new_tokens: int, stopped: Callable[[], bool]
    ) -> Iterator[str]:
        tokens: list[int] = []
        told = 0
        for token in decode_stream(
            loaded.step(name),
            loaded.new_cache(),
            ids,
            ends=loaded.ends,
            max_new_tokens=max_new_tokens,
            pace=loaded.pace,
            stopped=stopped,
            reader=loaded.reader(name),
        ):
            tokens.append(token)
            text = loaded.decode(tokens)
            if len(text) > told and not text.endswith("\ufffd"):  # half a character: wait for its other bytes
                yield text[told:]
                told = len(text)


class _Loaded:
    """Weights and tokenizer in memory. Everything that touches the weights is called in the compute thread."""

    def __init__(self, settings: Settings) -> None:
        import torch

        if settings.threads:
            torch.set_num_threads(settings.threads)
        folder = model_folder(settings)
        try:
            model = _read_model(folder, choose_dtype(settings))
        except (OSError, ValueError, RuntimeError) as error:
            raise EngineFailure(
                f"The base model in {folder} could not be loaded ({type(error).__name__}).",
                do="Check CASEBRIEF_MODEL; delete the folder under the data root to have it written again.",
            ) from error
        self.hash = model_hash(folder)
        self.tokenizer = load_tokenizer(folder)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = model.to(self.device).eval()
        self.peft: Any = None
        self.whole: dict[str, Any] = {}  # all weights trained: models of their own
        self.folder, self.adapter_folders = folder, dict[str, Path]()
        self.invocations: dict[str, int] = {}  # tokens of the prompt that an activated adapter acts on; 0: on all
        self.decoders: dict[str | None, HalfDecoder] | None = {} if _writes_half(settings, self.model) else None
        self.active: str | None = None
        self.ends = _end_tokens(self.model, self.tokenizer)
        self.pad = int(self.tokenizer.pad_token_id or 0)
        self.context = int(getattr(self.model.config.get_text_config(), "max_position_embeddings", 2048))
        self.pace, self.batch_pace = Pace(settings.prefill_tokens), Pace.for_batches(settings.prefill_tokens)

    def add_adapter(self, name: str, folder: Path) -> None:
        """Load an adapter beside the others. The next step chooses its own adapter again."""
        if name in self.whole or (self.peft is not None and name in self.peft.peft_config):
            self.adapter_folders[name] = folder  # the same weights in their newest place; the old one may go
            return
        try:
            if not (folder / CONFIG).is_file():
                self.whole[name] = _read_model(folder, self.model.dtype).to(self.device).eval()
            else:
                self.peft = load_lora(self.peft or self.model, folder, name=name).eval()
                self.invocations[name] = len(read_invocation(folder))
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise EngineFailure(
                f"The adapter in {folder} could not be loaded ({type(error).__name__}).",
                do="Train it again, or roll back to another adapter.",
            ) from error
        else:
            self.adapter_folders[name] = folder
        finally:
            self.active = ""  # no adapter's name: whatever PEFT made active, the next step sets its own

    def use(self, name: str | None) -> Any:
        """Make one adapter active, or none; give the model to run."""
        if name in self.whole:
            return self.whole[name]
        if self.peft is None or self.active == name:
            return self.model
        if name is None:
            self.peft.base_model.disable_adapter_layers()
        else:
            self.peft.base_model.enable_adapter_layers()
            self.peft.set_adapter(name, inference_mode=True)
        self.active = name
        return self.model

    def reader(self, name: str | None) -> Reader | None:
        """Give who reads prompts in an adapter's place: the base, where it acts from the answer's opening on."""
        leaves = self.invocations.get(name or "", 0)
        return Reader(self.step(None, whole=True), leaves) if leaves else None

    def step(self, name: str | None, *, whole: bool = False) -> Any:
        """Give the forward pass that decoding calls, bound to one adapter; always with the full weights if `whole`."""
        import torch

        def forward(ids: Any, cache: Any, keep: int, mask: Any, positions: Any) -> Any:
            device = self.device
            short = self.decoders is not None and not whole
            with torch.inference_mode():
                if short and ids.numel() <= MOST_TOKENS and cache.get_seq_length():
                    logits = self.decoder(name)(ids, cache, keep=keep, mask=mask, positions=positions)
                    if bool(logits.isfinite().all()):
                        return logits.argmax(-1)
                    cache.crop(-ids.shape[1])  # what overflowed is forgotten and read again with the full weights
                    self._give_up_half()
                made = self.use(name)(
                    input_ids=ids.to(device),
                    attention_mask=None if mask is None else mask.to(device),
                    position_ids=None if positions is None else positions.to(device),
                    past_key_values=cache,
                    use_cache=True,
                    logits_to_keep=keep,
                )
                return made.logits.argmax(-1).to("cpu")

        def run(ids: Any, cache: Any, *, keep: int, mask: Any = None, positions: Any = None) -> Any:
            return compute.run(lambda: forward(ids, cache, keep, mask, positions))

        return run

    def _give_up_half(self) -> None:
        """Write with the full weights from now on: a sum outgrew 16 bits, as in other models it may."""
        logger.warning("A number outgrew 16 bits: tokens are written with the full weights from now on, slower.")
        self.decoders = None

    def decoder(self, name: str | None) -> HalfDecoder:
        """Give the short weights of the base or of an adapter merged into it, made at their first use."""
        assert self.decoders is not None
        found = self.decoders.pop(name, None) or HalfDecoder(self._merge(name))
        self.decoders[name] = found  # the last used stands last
        if len(self.decoders) > _MOST_DECODERS:
            self.decoders.pop(next(iter(self.decoders)))
        return found

    def _merge(self, name: str | None) -> Any:
        """Give a model with the adapter merged into its weights; the base is read anew, since merging changes it."""
        if name in self.whole:
            return self.whole[name]
        model = _read_model(self.folder, self.model.dtype)
        if name is None:
            return model.eval()
        return load_lora(model, self.adapter_folders[name]).merge_and_unload().eval()

    def new_cache(self) -> Any:
        """Make an empty cache for one stream or one batch."""
        from transformers import DynamicCache

        return DynamicCache(config=self.model.config)

    def decode(self, tokens: list[int]) -> str:
        """Turn tokens into text."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def _read_model(folder: Path, dtype: Any) -> Any:
    from transformers import AutoModelForCausalLM

    with quiet_transformers():
        return AutoModelForCausalLM.from_pretrained(
            str(folder), dtype=dtype, local_files_only=True, use_safetensors=True
        )


def choose_dtype(settings: Settings) -> Any:
    """Choose the weights' type: bfloat16 only where the processor multiplies it itself.

    Without AMX or AVX512-BF16 it is emulated, many times slower than float32 (see docs/decisions).
    """
    import torch

    if settings.dtype != "auto":
        return getattr(torch, settings.dtype)
    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    capable = (getattr(torch.cpu, f"_is_{f}_supported", None) for f in ("amx_tile", "avx512_bf16"))
    return torch.bfloat16 if any(check() for check in capable if check) else torch.float32


def _writes_half(settings: Settings, model: Any) -> bool:
    """Tell whether tokens are written with weights of 16 bits."""
    return settings.decode_weights != "full" and fits(model)


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """Give the tokens that end an answer: the model's, the tokenizer's and the chat template's."""
    told = getattr(model.generation_config, "eos_token_id", None)
    ends = {*(told if isinstance(told, list) else [told]), tokenizer.eos_token_id}
    ends.add(tokenizer.convert_tokens_to_ids(end_of_turn(tokenizer)))
    return frozenset(int(e) for e in ends if e is not None)


def _group_by_length(rows: Sequence[Sequence[int]], limits: Sequence[int]) -> Iterator[list[int]]:
    """Group prompts of like length, so that little is padding and no group outgrows the memory."""
    group: list[int] = []
    longest = 0
    for index in sorted(range(len(rows)), key=lambda i: -len(rows[i])):
        longest = max(longest, limits[index])
        width = len(rows[group[0] if group else index]) + longest
        if group and (width * (len(group) + 1) > _BATCH_TOKENS or len(group) >= _BATCH_ROWS):
            yield group
            group, longest = [], limits[index]
        group.append(index)
    if group:
        yield group


def _asks(stop: threading.Event | None) -> Callable[[], bool]:
    return stop.is_set if stop else lambda: False
