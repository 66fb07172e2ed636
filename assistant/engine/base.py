"""What an engine is: the one small protocol through which everything else speaks to a language model."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Message = dict[str, str]
"""One turn: `role` ("system", "user", "assistant") and `content`."""

BASE = "base"
"""Name of the model without an adapter; `None` means the same."""

NO_MODEL = "none"
"""Name of a summary without a model: the source's own sentences."""

ADAPTER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
"""What an adapter id may be; it is a folder's name."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A conversation that ends with the user's turn; the engine writes the next one."""

    messages: tuple[Message, ...]


class Engine(Protocol):
    """A language model with exchangeable adapters. Decoding is greedy, so an output can be made again."""

    @property
    def model_hash(self) -> str:
        """Sha256 that tells this base model's weights from any other's."""
        ...

    def stream(
        self,
        prompt: Prompt,
        *,
        adapter: str | None = None,
        max_new_tokens: int = 120,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Write the answer to `prompt` in pieces of text.

        Args:
            prompt: What to answer.
            adapter: Adapter id; None or "base" for the model alone. Fixed for the whole stream.
            max_new_tokens: Longest answer, in tokens.
            stop: Ends the stream within 0.5 s of being set, without an error.

        Raises:
            EngineFailure: The adapter is unknown or belongs to another model, or the prompt is too long.
        """
        ...

    def batch(
        self,
        prompts: Sequence[Prompt],
        *,
        adapter: str | None = None,
        max_new_tokens: int | Sequence[int] = 120,
        stop: threading.Event | None = None,
    ) -> list[str]:
        """Answer many prompts, in their order; faster than a stream each, for evaluation.

        Args:
            prompts: What to answer.
            adapter: As in `stream`.
            max_new_tokens: Longest answer, in tokens: one for all or one a prompt.
            stop: Ends the batch; unfinished answers are cut or empty.
        """
        ...

    def load_adapter(self, adapter_id: str, folder: Path) -> None:
        """Make the adapter in `folder` available under `adapter_id`; running streams keep theirs.

        Raises:
            EngineFailure: It was trained on another base model.
            DamagedState: Its files do not match its manifest.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """Count the tokens of `text`, without a chat template."""
        ...
