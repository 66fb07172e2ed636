"""From (prompt, completion) examples to batches of token ids that waste little work.

The rendering is the engine's own (`assistant.engine.prompts.encode`), so that training sees exactly
the tokens that serving will send.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.engine.activated import read_invocation
from assistant.engine.prompts import encode
from assistant.errors import RefusedInput

if TYPE_CHECKING:
    import torch

    from assistant.engine.base import Prompt

IGNORED = -100
"""Label of a position that bears no loss (the value torch's cross entropy ignores)."""


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to learn: what the model is asked, and what it should have answered.

    Attributes:
        pair_id: The pair it comes from; examples of one pair stand on the same side of the split.
        part: Part of the house template, or "".
        prompt: As `assistant.summarize.summary_prompts` built it.
        completion: The approved text of that part, pseudonymized.
        document_type: Key of the house template.
        rejected: What the model wrote where a person wrote the completion, pseudonymized; "" where nothing is known.
    """

    pair_id: str
    part: str
    prompt: Prompt
    completion: str
    document_type: str = ""
    rejected: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One example as token ids; ids from `completion_start` on are learnt, those before are read."""

    ids: tuple[int, ...]
    completion_start: int

    def read_part(self, leaves: int) -> tuple[int, ...]:
        """Give the prompt but for its last `leaves` tokens, which are run together with the answer."""
        return self.ids[: max(self.completion_start - leaves, 0)]


def encode_examples(tokenizer: Any, examples: Iterable[Example], max_tokens: int) -> tuple[list[Row], int]:
    """Encode examples; those longer than `max_tokens` are left out rather than cut in the middle.

    Returns:
        The rows in order, and how many examples were left out as too long.
    """
    rows: list[Row] = []
    too_long = 0
    for example in examples:
        ids, start = encode(tokenizer, example.prompt, example.completion)
        if len(ids) > max_tokens or start >= len(ids):
            too_long += 1
            continue
        rows.append(Row(tuple(ids), start))
    return rows, too_long


def encode_preferences(tokenizer: Any, examples: Sequence[Example], max_tokens: int) -> tuple[list[Row], int]:
    """Encode pairs: the row of an approved text and, behind it, that of the rejected one; both or none.

    Returns:
        The rows, and how many pairs were left out as too long.
    """
    rows: list[Row] = []
    for example in examples:
        both = [example, replace(example, completion=example.rejected)]
        made, too_long = encode_examples(tokenizer, both, max_tokens)
        rows += [] if too_long else made
    return rows, len(examples) - len(rows) // 2


def fingerprint_rows(rows: Sequence[Row]) -> str:
    """Give a SHA-256 over all rows in order: two trainings with the same one see the same data."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.completion_start}:{','.join(map(str, row.ids))}\n".encode())
    return digest.hexdigest()


def plan_batches(
    lengths: Sequence[int], *, batch_tokens: int, max_rows: int, epochs: int, seed: int
) -> list[list[int]]:
    """Lay out every batch of a whole training, epoch after epoch, before it begins.

    Rows of similar length stand together, for a batch costs its longest row times its rows; the
    lengths are blurred a little and the batches shuffled, so that epochs differ. The plan depends
    on its arguments alone: a resumed training goes on at batch n of the same plan.

    Args:
        lengths: Tokens of each row.
        batch_tokens: Padded tokens of a batch at most; one row that is longer stands alone.
        max_rows: Rows of a batch at most.
        epochs: How often each row is seen.
        seed: Of the shuffle.

    Returns:
        Batches of row indices.
    """
    plan: list[list[int]] = []
    for epoch in range(epochs):
        dice = random.Random(f"{seed}:{epoch}")
        blurred = {index: length * dice.uniform(0.95, 1.05) for index, length in enumerate(lengths)}
        batches: list[list[int]] = []
        longest = 0
        for index in sorted(blurred, key=blurred.__getitem__):
            longest = max(longest, lengths[index])
            if batches and len(batches[-1]) < max_rows and longest * (len(batches[-1]) + 1) <= batch_tokens:
                batches[-1].append(index)
            else:
                batches.append([index])
                longest = lengths[index]
        dice.shuffle(batches)
        plan.extend(batches)
    return plan


def plan_preferences(
    lengths: Sequence[int], *, batch_tokens: int, max_rows: int, epochs: int, seed: int
) -> list[list[int]]:
    """Lay out the batches of pairs, a row behind the other: as `plan_batches`, and a pair is never parted."""
    pairs = [2 * max(lengths[n : n + 2]) for n in range(0, len(lengths), 2)]
    rows = max(max_rows // 2, 1)
    plan = plan_batches(pairs, batch_tokens=batch_tokens, max_rows=rows, epochs=epochs, seed=seed)
    return [[row for pair in batch for row in (2 * pair, 2 * pair + 1)] for batch in plan]


def collate(rows: Sequence[Row], pad_id: int) -> dict[str, torch.Tensor]:
    """Build one batch: ids padded on the right, and labels only where some row has a completion.

    Padding stands on the right and attention is causal, so no real token ever attends to it: no
    mask is needed, positions are right as they are, and the attention kernel may skip the upper half.

    Returns:
        `input_ids` (rows, length); `positions` (kept,): the positions whose logits are computed;
        `labels` (rows, kept): the token after each of them, or `IGNORED`.
    """
    import torch

    longest = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), longest), pad_id, dtype=torch.long)
    targets = torch.full((len(rows), longest), IGNORED, dtype=torch.long)
    for number, row in enumerate(rows):
        tokens = torch.tensor(row.ids, dtype=torch.long)
        ids[number, : len(tokens)] = tokens
        targets[number, row.completion_start - 1 : len(tokens) - 1] = tokens[row.completion_start :]
    positions = (targets != IGNORED).any(dim=0).nonzero().flatten()
    return {"input_ids": ids, "positions": positions, "labels": targets[:, positions]}


def collate_apart(rows: Sequence[Row], pad_id: int, leaves: int = 1) -> dict[str, torch.Tensor]:
    """Build one batch with prompts and answers apart: prompts padded on the left, answers on the right.

    Args:
        rows: The batch.
        pad_id: Token that stands in empty places.
        leaves: Last tokens of a prompt that stand with the answer; at least one, for its logits give the answer's first
            token.

    Returns:
        `prompt_ids` and `prompt_mask` (rows, prompt length); `answer_ids`, `answer_mask` and `labels`
        (rows, answer length), the label of a position being the token after it, or `IGNORED`.
    """
    import torch

    read = [row.read_part(leaves) for row in rows]
    write = [row.ids[len(start) : -1] for row, start in zip(rows, read, strict=True)]
    wide, long = max(map(len, read)), max(map(len, write))
    batch = {name: torch.zeros((len(rows), wide), dtype=torch.long) for name in ("prompt_ids", "prompt_mask")}
    batch |= {name: torch.zeros((len(rows), long), dtype=torch.long) for name in ("answer_ids", "answer_mask")}
    batch["labels"] = torch.full((len(rows), long), IGNORED, dtype=torch.long)
    batch["prompt_ids"].fill_(pad_id)
    batch["answer_ids"].fill_(pad_id)
    for number, row in enumerate(rows):
        if read[number]:
            batch["prompt_ids"][number, -len(read[number]) :] = torch.tensor(read[number])
            batch["prompt_mask"][number, -len(read[number]) :] = 1
        batch["answer_ids"][number, : len(write[number])] = torch.tensor(write[number])
        batch["answer_mask"][number, : len(write[number])] = 1
        first = row.completion_start - 1 - len(read[number])
        batch["labels"][number, first : len(write[number])] = torch.tensor(row.ids[row.completion_start :])
    return batch


def check_opening(rows: Sequence[Row], opening: Sequence[int], parent: Path | None) -> None:
    """Refuse where an activated adapter would not find its opening at the end of each prompt, and no other.

    Raises:
        RefusedInput: The model's prompts do not all end in it, or `parent` begins to act at another.
    """
    same = all(row.ids[max(row.completion_start - len(opening), 0) : row.completion_start] == opening for row in rows)
    if not opening or not same:
        raise RefusedInput(
            "The prompts of this base model do not all end in the same tokens, at which an adapter could begin to act.",
            do="Take --method lora, or a base model that marks whose turn it is.",
        )
    if parent and read_invocation(parent) != opening:
        raise RefusedInput(
            "The parent adapter begins to act at other tokens than those that open an answer of this base model.",
            do="Start without a parent.",
        )


def collate_packed(rows: Sequence[Row], leaves: int) -> dict[str, Any]:
    """Build one batch without padding: all answers in one row, each of which sees its own prompt and itself.

    Args:
        rows: The batch.
        leaves: Last tokens of a prompt that stand with its answer, at least one.

    Returns:
        `answer_ids` and `places` (1, answers' tokens); `seen`, a row each (answer's tokens, prompt's and answer's
        tokens): what each token attends to; `positions` (kept,): those whose logits are computed; `labels` (rows,
        longest): the tokens after them, a row an example, or `IGNORED`.
    """
    import torch

    ids, places, positions, seen = list[int](), list[int](), list[int](), list[torch.Tensor]()
    for row in rows:
        start, last = len(row.read_part(leaves)), len(row.ids) - 1
        positions += range(len(ids) + row.completion_start - 1 - start, len(ids) + last - start)
        ids += row.ids[start:last]
        places += range(start, last)
        seen.append(torch.ones((last - start, last), dtype=torch.bool).tril(start))
    learnt = [torch.tensor(row.ids[row.completion_start :]) for row in rows]
    return {
        "answer_ids": torch.tensor([ids]),
        "places": torch.tensor([places]),
        "seen": seen,
        "positions": torch.tensor(positions),
        "labels": torch.nn.utils.rnn.pad_sequence(learnt, batch_first=True, padding_value=IGNORED),
    }
