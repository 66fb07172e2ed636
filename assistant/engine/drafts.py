"""Several drafts of one text, and the one that the others agree with most.

Minimum Bayes risk decoding from samples (Kumar and Byrne 2004; Eikema and Aziz 2022): the likeliest text of a small
model is often too short or beside the point, while what most of its drafts say is seldom either. Drafts are compared by
the F1 of their words. The seed is of the prompt, so a text can be made again.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

TEMPERATURE = 0.8
NUCLEUS = 0.95
"""Share of probability from which a token is drawn (Holtzman et al. 2020)."""
MOST_TOKENS = 256
"""Likeliest tokens among which one is drawn, where the nucleus has more."""

_WORD = re.compile(r"\w+")


def choose_agreed(drafts: Sequence[str]) -> str:
    """Give the draft with the highest mean F1 of words with the others; the first of equals, "" of none."""
    words = [Counter(_WORD.findall(draft.casefold())) for draft in drafts]
    agreement = [
        sum(_measure_f1(mine, other) for place, other in enumerate(words) if place != index)
        for index, mine in enumerate(words)
    ]
    return drafts[max(range(len(drafts)), key=agreement.__getitem__)] if drafts else ""


def _measure_f1(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)


def make_sampler(ids: Sequence[int]) -> Callable[[Any], Any]:
    """Give what draws tokens (rows, keep) from logits (rows, keep, vocabulary); `ids` are the prompt's tokens."""
    import torch

    seed = int.from_bytes(hashlib.sha256(",".join(map(str, ids)).encode()).digest()[:7], "big")
    chance = torch.Generator().manual_seed(seed)

    def draw(logits: Any) -> Any:
        shares = torch.softmax(logits.to("cpu", torch.float32) / TEMPERATURE, -1)
        shares, tokens = shares.topk(min(MOST_TOKENS, shares.shape[-1]), -1)  # to sort all words would take longer
        shares = shares.masked_fill(shares.cumsum(-1) - shares >= NUCLEUS, 0.0)
        rows, keep, size = shares.shape
        drawn = torch.multinomial(shares.view(-1, size), 1, generator=chance).view(rows, keep, 1)
        return tokens.gather(-1, drawn)[..., 0]

    return draw
