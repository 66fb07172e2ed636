"""Engines around an engine, for evaluation: one shows worked examples, one remembers what was answered."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from assistant.engine.base import BASE, Engine, Prompt
from assistant.engine.prompts import few_shot
from finetune.checkpoint import write_json

Limit = int | Sequence[int]
Shots = dict[str, list[tuple[Prompt, str]]]
"""For a prompt (as `tell_prompt` writes it) the worked examples to show before it."""


def tell_prompt(prompt: Prompt) -> str:
    """Write a prompt as JSON: the key that it is found by."""
    return json.dumps(prompt.messages, ensure_ascii=False, sort_keys=True)


class _Around:
    """Passes on to another engine whatever it does not change."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def model_hash(self) -> str:
        """Hash of the base model."""
        return self.engine.model_hash

    def count_tokens(self, text: str) -> int:
        """Count tokens."""
        return self.engine.count_tokens(text)

    def load_adapter(self, adapter_id: str, folder: Path) -> None:
        """Make an adapter available."""
        self.engine.load_adapter(adapter_id, folder)

    def stream(
        self,
        prompt: Prompt,
        *,
        adapter: str | None = None,
        max_new_tokens: int = 120,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Answer one prompt."""
        yield from self.batch([prompt], adapter=adapter, max_new_tokens=max_new_tokens)

    def batch(
        self, prompts: Sequence[Prompt], *, adapter: str | None = None, max_new_tokens: Limit = 120, **more: Any
    ) -> list[str]:
        """Answer many prompts."""
        return self.engine.batch(prompts, adapter=adapter, max_new_tokens=max_new_tokens, **more)


class FewShotEngine(_Around):
    """Shows worked examples before each prompt that it has some for."""

    def __init__(self, engine: Engine, shots: Shots) -> None:
        super().__init__(engine)
        self.shots = shots

    def batch(
        self, prompts: Sequence[Prompt], *, adapter: str | None = None, max_new_tokens: Limit = 120, **more: Any
    ) -> list[str]:
        """Answer many prompts, each after its worked examples."""
        shown = [few_shot(prompt, self.shots.get(tell_prompt(prompt), [])) for prompt in prompts]
        return super().batch(shown, adapter=adapter, max_new_tokens=max_new_tokens, **more)


class RememberingEngine(_Around):
    """Keeps answers on disk, so that the same question to the same weights is computed once over all rounds.

    Answers hold pseudonymized text of held-out filings: `finetune.forget.forget_texts` removes the folder.

    Args:
        engine: What answers.
        folder: Where answers are kept, one file for each set of weights.
        hashes: Hash of each adapter by id; an adapter without one is asked anew each time.
        hold: Held while answers are written, such as `finetune.forget.hold_texts`; it raises where they may not be.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        hashes: Mapping[str, str],
        hold: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        super().__init__(engine)
        self.folder = folder
        self.hold = hold
        self.hashes = {BASE: "base", **hashes}

    def batch(
        self, prompts: Sequence[Prompt], *, adapter: str | None = None, max_new_tokens: Limit = 120, **more: Any
    ) -> list[str]:
        """Answer what is not known yet and remember it."""
        weights = self.hashes.get(adapter or BASE)
        if weights is None:
            return super().batch(prompts, adapter=adapter, max_new_tokens=max_new_tokens, **more)
        path = self.folder / f"{self.model_hash[:16]}-{weights[:16]}.json"
        known = _read_answers(path)
        limits = [max_new_tokens] * len(prompts) if isinstance(max_new_tokens, int) else list(max_new_tokens)
        asked = {_key_of(prompt, limit): (prompt, limit) for prompt, limit in zip(prompts, limits, strict=True)}
        new = {key: question for key, question in asked.items() if key not in known}
        if new:
            asks, longest = zip(*new.values(), strict=True)
            made = super().batch(asks, adapter=adapter, max_new_tokens=longest, **more)
            known |= self._add_answers(path, dict(zip(new, made, strict=True)))
        return [known[_key_of(prompt, limit)] for prompt, limit in zip(prompts, limits, strict=True)]

    def _add_answers(self, path: Path, made: dict[str, str]) -> dict[str, str]:
        """Add answers to what the file holds now: what was taken out of it meanwhile stays out."""
        with self.hold():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_json(path, {**_read_answers(path), **made})
        return made


def _key_of(prompt: Prompt, max_new_tokens: int) -> str:
    return hashlib.sha256(f"{max_new_tokens}\n{tell_prompt(prompt)}".encode()).hexdigest()


def _read_answers(path: Path) -> dict[str, str]:
    """Read remembered answers; a file that cannot be read counts as empty and is written anew."""
    try:
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known
