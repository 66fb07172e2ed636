"""What a round learns from and is tested on: the firm's approved corrections and synthetic filings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.documents import Correction
from assistant.errors import RefusedInput
from assistant.settings import Settings
from assistant.store import audit, work
from assistant.store.vault import open_vault
from finetune.curate import curate_lessons, find_bursts
from finetune.dataset import (
    MANIFEST_FILE,
    Lesson,
    Pair,
    collect_corrections,
    read_dataset,
    redact_pair,
    split_lessons,
    take_in_turns,
    write_dataset,
)
from finetune.forget import drop_erased, hold_texts
from finetune.options import RoundOptions

if TYPE_CHECKING:
    from assistant.store.database import Database
    from assistant.store.vault import Vault

TEST_SEED = 700_000
"""First seed of the synthetic filings of every round's test: always the same, so that rounds compare."""
RELEASE = "round.release"
"""Action in the audit log: an admin has released a user's corrections up to a time."""

Tell = Callable[[int, int, str], None]


def build_dataset(
    db: Database, settings: Settings, options: RoundOptions, round_id: str, folder: Path, tell: Tell
) -> dict[str, Any]:
    """Build the dataset folder of a round, or read the one that is whole already.

    Returns:
        Its hash and counts, as the round keeps them.

    Raises:
        RefusedInput: There is nothing to learn from.
    """
    if not (folder / MANIFEST_FILE).exists():
        ready, waiting = list_trainable(db, settings)
        train, test = split_lessons(collect_corrections(db, ready), settings.held_out_share)
        drawn = draw_synthetic(options.synthetic, _first_seed(round_id), "train", options, settings, tell)
        curated = curate_lessons([*train, *drawn], settings, author_share=options.author_share)
        tested = curate_lessons(test, settings, author_share=options.author_share)
        if not curated.kept:
            raise RefusedInput(
                "There is nothing to learn from: no correction may train and no synthetic filing was asked for.",
                do="Approve summaries in matters with consent, or start the round with synthetic filings.",
            )
        held_out = take_in_turns(tested.kept, [lesson.author for lesson in tested.kept], options.held_out)
        held_out += draw_synthetic(options.held_out - len(held_out), TEST_SEED, "test", options, settings, tell)
        facts = {
            "round": round_id,
            "left_out": {**count_hindered(db, waiting), **_add(curated.counts, tested.counts)},
            "parts_left_out": curated.parts_left_out + tested.parts_left_out,
            "left_out_pairs": {**curated.left_out, **tested.left_out},
            "options": {name: getattr(options, name) for name in RoundOptions.__dataclass_fields__},
        }
        with hold_texts(db):
            write_dataset(folder, drop_erased(db, curated.kept), drop_erased(db, held_out), facts)
    return count_dataset(folder)


def list_trainable(db: Database, settings: Settings) -> tuple[list[Correction], list[Correction]]:
    """Give the corrections that may train now, and those that might but came in a burst and wait for an admin."""
    everything = work.list_corrections(db)
    limits = settings.burst_corrections, settings.burst_factor
    hasty = set(find_bursts(everything, {}, *limits))
    released = {name: released_until(db, name) for name in {m.author for m in everything if m.correction_id in hasty}}
    burst = set(find_bursts(everything, released, *limits)) if hasty else hasty
    ready: list[Correction] = []
    waiting: list[Correction] = []
    for made in work.approved_corrections(db):
        (waiting if made.correction_id in burst else ready).append(made)
    return ready, waiting


def released_until(db: Database, author: str) -> str:
    """Give the time up to which an admin has released a user's corrections, or ""; the audit log says so."""
    acts = audit.list_acts(db, (RELEASE,), author, "")
    return max((str(act.detail.get("until", "")) for act in acts), default="")


def count_hindered(db: Database, waiting: Sequence[Correction]) -> dict[str, int]:
    """Count the corrections that may not train now, by reason."""
    return work.excluded_counts(db) | ({"burst": len(waiting)} if waiting else {})


def count_dataset(folder: Path) -> dict[str, Any]:
    """Give a dataset's hash and counts."""
    train, held_out, manifest = read_dataset(folder)
    return {
        "hash": manifest["hash"],
        "train": len(train),
        "held_out": len(held_out),
        "corrections": _count(train, "correction") + _count(held_out, "correction"),
        "synthetic": _count(train, "synthetic") + _count(held_out, "synthetic"),
        "matters": manifest["matters"],
        "left_out": manifest["left_out"],
        "parts_left_out": manifest.get("parts_left_out", 0),
    }


def draw_synthetic(
    count: int, first_seed: int, split: Literal["train", "test"], options: RoundOptions, settings: Settings, tell: Tell
) -> list[Lesson]:
    """Make synthetic filings, document types in turn, and pseudonymize them like any filing."""
    from finetune.synthesize.rules import DOCUMENT_TYPES, make_filing

    lessons = []
    for number in range(max(count, 0)):
        kind = DOCUMENT_TYPES[number % len(DOCUMENT_TYPES)]
        filing = make_filing(first_seed + number, kind, split, options.pages or None)
        pair = Pair(filing.id, filing.document_type, filing.text, filing.summary)
        lessons.append(redact_pair(pair, settings, "synthetic")[0])
        tell(number + 1, count, f"synthetic filings ({split})")
    return lessons


def originals_of(db: Database, matters: Iterable[str]) -> set[str]:
    """Give every original, in every form, that the vaults of some matters hold."""
    return list_originals(open_vault(db, matter_id) for matter_id in sorted(set(matters)))


def list_originals(vaults: Iterable[Vault]) -> set[str]:
    """Give every original, in every form, that some vaults hold."""
    entries = [entry for vault in vaults for entry in vault.entries()]
    return {name for entry in entries for name in (entry.original, *entry.variants)}


def _first_seed(round_id: str) -> int:
    """Give a round its own synthetic filings, the same ones when it is begun again."""
    return 1_000_000 + int(hashlib.sha256(round_id.encode()).hexdigest()[:7], 16)


def _count(lessons: Sequence[Lesson], source: str) -> int:
    return sum(lesson.source == source for lesson in lessons)


def _add(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}
