"""Where an adapter comes from: its round, the pairs it learned from, by matter and filing, and what it started from.

Ids, hashes and counts only; what is erased by now is counted too, because it had been learned from.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.engine import adapters
from assistant.engine.manifest import read_manifest
from assistant.errors import DamagedState
from assistant.settings import Settings
from finetune.dataset import MANIFEST_FILE

if TYPE_CHECKING:
    from assistant.engine.adapters import Adapter
    from assistant.store.database import Database


@dataclass(frozen=True, slots=True)
class Lineage:
    """What made one adapter.

    Attributes:
        adapter_id: The adapter.
        hash: Hash of its weights and configuration.
        status: "candidate", "active" or "retired".
        created_at: ISO 8601 UTC.
        round_id: The round that trained it, or "".
        started_from: The adapter whose weights its training started from, or "" for the base model.
        by_matter: Pairs of approved work that its round trained on, by id of the matter.
        by_filing: The same, by id of the filing.
        synthetic: Pairs that were made up by rules.
        matters: Ids of all matters that it learned from, those of what it started from included.
        due: What changed since, as `Adapter.stale` says; "erased" where something that it learned from was erased.
    """

    adapter_id: str
    hash: str
    status: str
    created_at: str
    round_id: str
    started_from: str
    by_matter: dict[str, int]
    by_filing: dict[str, int]
    synthetic: int
    matters: tuple[str, ...]
    due: tuple[str, ...]


def trace_adapters(db: Database, settings: Settings) -> tuple[Lineage, ...]:
    """Give where each adapter comes from, newest first."""
    return tuple(_trace(settings, adapter) for adapter in adapters.list_adapters(db))


def find_learners(lineages: Sequence[Lineage], *, matter_id: str = "", document_id: str = "") -> dict[str, str]:
    """Find the adapters that learned from a matter or a filing.

    Returns:
        By adapter id: "" where its own round learned from it, else the adapter that it has it from by starting there.
    """
    found: dict[str, str] = {}
    for one in reversed(lineages):  # what an adapter starts from is older
        if matter_id in one.by_matter or document_id in one.by_filing:
            found[one.adapter_id] = ""
        elif one.started_from in found:
            found[one.adapter_id] = one.started_from
    return found


def _trace(settings: Settings, adapter: Adapter) -> Lineage:
    try:
        facts = read_manifest(adapter.folder).facts
    except DamagedState:
        facts = {}
    round_id = str(facts.get("round") or "")
    rows = _list_pairs(settings, round_id) if round_id else []
    approved = [row for row in rows if row.get("source") == "correction"]
    return Lineage(
        adapter_id=adapter.adapter_id,
        hash=adapter.hash,
        status=adapter.status,
        created_at=adapter.created_at,
        round_id=round_id,
        started_from=adapter.parent if facts.get("warm_start") else "",
        by_matter=_count(row["matter_id"] for row in approved),
        by_filing=_count(row["document_id"] for row in approved),
        synthetic=sum(row.get("source") == "synthetic" for row in rows),
        matters=adapter.matters,
        due=adapter.stale,
    )


def _list_pairs(settings: Settings, round_id: str) -> list[dict[str, Any]]:
    """Give the rows of a round's manifest for what it trained on, what is erased by now included."""
    try:
        path = settings.home / "rounds" / round_id / "dataset" / MANIFEST_FILE
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return [*manifest["train"], *(row for row in manifest.get("erased") or () if row.get("side") == "train")]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _count(keys: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(keys).items()))
