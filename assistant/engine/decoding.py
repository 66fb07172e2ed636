"""Greedy decoding with a cache: prompts read in pieces, tokens guessed from the prompt, stop between steps.

Written here rather than taken from `generate`, because each step is a piece of work for the compute thread (streams
share the model fairly and none keeps it while its reader sleeps) and has to name its adapter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from assistant import compute

Stopped = Callable[[], bool]

_GUESS_AFTER = 3  # tokens that must recur before what followed them is guessed
_GUESSES = 3  # tokens guessed at once
_SLOW_PIECE_S = 0.33  # a piece of a prompt that takes longer makes stop late
_SLOW_BATCH_PIECE_S = 0.8  # nobody sits before a batch, but a reader's stream may wait for its piece
_FIRST_PIECE = 128
_SMALLEST_PIECE = 16


class Step(Protocol):
    """One forward pass in the compute thread with the stream's adapter; gives the likeliest next tokens."""

    def __call__(self, ids: Any, cache: Any, *, keep: int, mask: Any = None, positions: Any = None) -> Any:
        """Run `ids` (rows, tokens) after `cache`; give what follows each of the last `keep`, as (rows, keep) tokens."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a prompt where another writes the answer, and how many of its last tokens are left to the writer."""

    step: Step
    leaves: int


class Pace:
    """How many tokens of a prompt are read between two looks at stop, learned from the machine.

    Larger pieces cost less a token, so a piece doubles while it is quick and is halved when it was slow.
    """

    def __init__(self, largest: int, *, first: int = _FIRST_PIECE, slow_s: float = _SLOW_PIECE_S) -> None:
        self._largest, self._slow_s = largest, slow_s
        self._tokens = min(first, largest)

    @classmethod
    def for_batches(cls, largest: int) -> Pace:
        """Make a pace for prompts that are read side by side: twice the tokens at once, and more time for them."""
        return cls(2 * largest, first=largest, slow_s=_SLOW_BATCH_PIECE_S)

    def piece(self, rows: int = 1) -> int:
        """Give the tokens a row for the next piece."""
        return max(_SMALLEST_PIECE, self._tokens // rows)

    def record(self, tokens: int, seconds: float) -> None:
        """Learn from a piece that was read. One cut short by the prompt's end says little."""
        if seconds > self._slow_s:
            self._tokens = max(self._tokens // 2, _SMALLEST_PIECE)
        elif seconds < self._slow_s / 3 and tokens * 2 > self._tokens:
            self._tokens = min(self._tokens * 2, self._largest)


def decode_stream(
    step: Step,
    cache: Any,
    ids: Sequence[int],
    *,
    ends: frozenset[int],
    max_new_tokens: int,
    pace: Pace,
    stopped: Stopped,
    reader: Reader | None = None,
) -> Iterator[int]:
    """Decode one prompt greedily, a token at a time, without its end token.

    Where the last tokens stood before in the prompt or the answer, what followed there is guessed and
    checked in one pass (prompt lookup): the tokens are those of plain greedy decoding, sooner.
    """
    import torch

    first = _read_prompt(step, cache, torch.tensor([list(ids)]), pace, stopped, reader=reader)
    if first is None or max_new_tokens < 1:
        return
    lookup = Lookup(ids) if cache.is_croppable else None
    token, made = int(first[0, -1]), 0
    while True:
        fresh = [token]
        if token in ends or stopped():
            return
        guesses = lookup.guess(token, max_new_tokens - made - 1) if lookup else []
        yield token
        made += 1
        if made >= max_new_tokens or stopped():
            return
        row = [token, *guesses]
        began = time.perf_counter()
        best = step(torch.tensor([row]), cache, keep=len(row))[0].tolist()
        seconds = time.perf_counter() - began
        accepted = 0
        while accepted < len(guesses) and guesses[accepted] == best[accepted]:
            accepted += 1
        if accepted < len(guesses):
            cache.crop(accepted - len(guesses))
        for guess in guesses[:accepted]:
            if guess in ends or stopped():
                return
            yield guess
            fresh.append(guess)
        made += accepted
        if made >= max_new_tokens:
            return
        if lookup:
            lookup.extend(fresh)
            lookup.learn(len(guesses), accepted, seconds)
        token = best[accepted]


class Lookup:
    """Where each run of tokens last stood, and what followed it."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}
        self._credit = 1.0
        self._plain_s: float | None = None  # seconds of a pass without guesses
        self.extend(ids)

    def extend(self, ids: Sequence[int]) -> None:
        """Add tokens to what can be found."""
        for token in ids:
            self._ids.append(token)
            if len(self._ids) > _GUESS_AFTER:
                self._after[tuple(self._ids[-_GUESS_AFTER - 1 : -1])] = len(self._ids) - 1

    def guess(self, token: int, most: int) -> list[int]:
        """Guess what follows `token`, which isn't added yet; nothing where guessing has not paid."""
        if most < 1 or self._credit <= 0:
            self._credit += 0.02
            return []
        place = self._after.get((*self._ids[1 - _GUESS_AFTER :], token))
        return [] if place is None else self._ids[place : place + min(_GUESSES, most)]

    def learn(self, guessed: int, accepted: int, seconds: float) -> None:
        """Keep account of what guesses saved, in plain passes; their cost is measured, since machines differ."""
        if not guessed:
            self._plain_s = seconds if self._plain_s is None else 0.8 * self._plain_s + 0.2 * seconds
        elif self._plain_s is not None:
            cost = min(seconds / self._plain_s, guessed + 1.0)  # a hiccup of the machine says nothing
            self._credit = min(self._credit + accepted + 1 - cost, 4.0)


def decode_batch(
    step: Step,
    cache: Any,
    rows: Sequence[Sequence[int]],
    *,
    pad: int,
    ends: frozenset[int],
    limits: Sequence[int],
    pace: Pace,
    stopped: Stopped,
    reader: Reader | None = None,
) -> list[list[int]]:
    """Decode several prompts greedily together, padded on the left; finished rows leave the batch.

    `limits` are the longest answers, in tokens, a row each; `reader` reads the prompts where not `step` does.
    """
    import torch

    width = max(map(len, rows))
    ids = torch.tensor([[pad] * (width - len(r)) + list(r) for r in rows])
    mask = torch.tensor([[0] * (width - len(r)) + [1] * len(r) for r in rows])
    made: list[list[int]] = [[] for _ in rows]
    best = _read_prompt(step, cache, ids, pace, stopped, mask, reader=reader)
    alive = torch.arange(len(rows))
    for _ in range(max(limits, default=0)):
        if best is None or stopped():
            break
        tokens = best[:, -1]
        open_rows = [len(made[row]) < limits[row] for row in alive.tolist()]
        going = torch.tensor([room and int(t) not in ends for room, t in zip(open_rows, tokens, strict=True)])
        if not bool(going.all()):
            kept = going.nonzero().flatten()
            alive, tokens, mask = alive[kept], tokens[kept], mask[kept]
            if not len(kept):
                break
            compute.run(partial(cache.batch_select_indices, kept))
        for row, token in zip(alive.tolist(), tokens.tolist(), strict=True):
            made[row].append(token)
        mask = torch.cat([mask, mask.new_ones((len(mask), 1))], dim=1)
        positions = mask.sum(1, keepdim=True) - 1
        best = step(tokens[:, None], cache, keep=1, mask=mask, positions=positions)
    return made


def _read_prompt(
    step: Step, cache: Any, ids: Any, pace: Pace, stopped: Stopped, mask: Any = None, reader: Reader | None = None
) -> Any:
    """Read a prompt in pieces; give the tokens that follow, or None where stopped."""
    rows, width = ids.shape
    own = width - reader.leaves if reader else 0
    positions = None if mask is None else (mask.cumsum(1) - 1).clamp(min=0)
    best, start = None, 0
    while start < width:
        if stopped():
            return None
        end = min(start + pace.piece(rows), own if start < own else width)
        began = time.monotonic()
        best = (reader.step if reader and start < own else step)(
            ids[:, start:end],
            cache,
            keep=1,
            mask=None if mask is None else mask[:, :end],
            positions=None if positions is None else positions[:, start:end],
        )
        pace.record(rows * (end - start), time.monotonic() - began)
        start = end
    return best
