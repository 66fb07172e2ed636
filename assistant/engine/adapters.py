"""The registry of adapters: folders under the data root, rows in the store, and who serves.

A running engine takes an adapter by its id at the start of each stream, so a promotion or a rollback
is seen by the next summary without a restart, and by no stream that has begun.
"""

from __future__ import annotations

import importlib.resources
import logging
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.engine.base import ADAPTER_ID, BASE, NO_MODEL
from assistant.engine.manifest import (
    MANIFEST,
    RANKER,
    Manifest,
    find_staleness,
    forget_ranker,
    had_ranker,
    read_manifest,
    verify_folder,
    write_manifest,
)
from assistant.engine.weights import model_folder, model_hash
from assistant.errors import Conflict, DamagedState, EngineFailure, NotFound, WrongUsage
from assistant.evidence.house_rankers import HouseRankers, read_rankers
from assistant.store import erasure, registry
from assistant.store.database import Database

__all__ = [
    "Adapter",
    "active_adapter",
    "find_rankers",
    "forget_rankers",
    "get_adapter",
    "install_starter",
    "list_adapters",
    "promote",
    "register",
    "rollback",
    "serving_adapter",
    "verify_folder",
    "write_manifest",
]

_LOG = logging.getLogger(__name__)
_SHIPPER = "casebrief"  # who promoted the starter, in the registry


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter of this installation.

    Attributes:
        adapter_id: "house-3", "starter-1".
        status: "candidate", "active" (at most one) or "retired".
        parent: The adapter that was active when it was made, or "".
        folder: Where its files lie under the data root.
        hash: Hash of its weights and configuration.
        scores: Results of its evaluation.
        matters: Ids of the matters it learned from.
        created_at: ISO 8601 UTC.
        note: For people, without content.
        promoted_by: User name of who made it active last, or "".
        promoted_at: ISO 8601 UTC, or "".
        stale: What changed since it was trained ("prompts", "pseudonyms", or "erased": something that it learned
            from was erased): it serves, but is due for a round.
    """

    adapter_id: str
    status: str
    parent: str
    folder: Path
    hash: str
    scores: dict[str, Any]
    matters: tuple[str, ...]
    created_at: str
    note: str
    promoted_by: str = ""
    promoted_at: str = ""
    stale: tuple[str, ...] = ()


def register(
    db: Database,
    folder: Path,
    *,
    adapter_id: str | None = None,
    scores: Mapping[str, Any] | None = None,
    matters: Collection[str] | None = None,
    parent: str | None = None,
    note: str = "",
) -> Adapter:
    """Take a finished adapter folder in as a candidate; the same files again give the adapter that is there.

    Args:
        db: The store.
        folder: A folder with a manifest; it is copied, and may be deleted afterwards.
        adapter_id: Its id; by default the manifest's `adapter_id`, or the next "house-<n>".
        scores: Results of its evaluation.
        matters: Matters it learned from; by default as in the manifest.
        parent: By default as in the manifest, or the adapter that is active now.
        note: For people, without content.

    Raises:
        DamagedState: A file does not match the manifest.
        Conflict: The id is taken by other files.
    """
    manifest = verify_folder(folder)
    same = [row for row in registry.list_adapters(db) if row.hash == manifest.hash]
    if same and adapter_id in (None, same[0].adapter_id):
        _copy_in(db, folder, same[0].adapter_id)
        return _adapter(db, same[0])
    told = manifest.facts
    wanted = adapter_id or str(told.get("adapter_id") or "") or f"house-{registry.next_adapter_number(db)}"
    if not ADAPTER_ID.fullmatch(wanted):
        raise WrongUsage(f"{wanted[:60]!r} is no adapter id.", expected="lower-case letters, digits and hyphens")
    if any(row.adapter_id == wanted for row in registry.list_adapters(db)):
        raise Conflict(f"There is an adapter {wanted} with other files.", do="Choose another id.")
    now = registry.active_adapter(db)
    _copy_in(db, folder, wanted)
    record = registry.insert_adapter(
        db,
        wanted,
        folder=wanted,
        hash=manifest.hash,
        parent=parent if parent is not None else str(told.get("parent") or (now.adapter_id if now else "")),
        scores=dict(scores or told.get("scores") or {}),
        matters=tuple(matters if matters is not None else told.get("matters") or ()),
        note=note,
        created_at=str(told.get("created_at") or ""),
    )
    return _adapter(db, record)


def list_adapters(db: Database) -> tuple[Adapter, ...]:
    """List all adapters, newest first."""
    due = _find_due(db)
    return tuple(_adapter(db, row, due) for row in registry.list_adapters(db))


def get_adapter(db: Database, adapter_id: str) -> Adapter:
    """Give an adapter.

    Raises:
        NotFound: There is no such adapter.
    """
    return _adapter(db, registry.get_adapter(db, adapter_id))


def active_adapter(db: Database) -> Adapter | None:
    """Give the adapter that serves, or None where the base model serves."""
    row = registry.active_adapter(db)
    return _adapter(db, row) if row else None


def serving_adapter(db: Database, base_hash: str) -> Adapter | None:
    """Give the active adapter if it belongs to the base model in use, else None.

    After `CASEBRIEF_MODEL` was changed the old adapter stays active in the registry but cannot serve.
    """
    adapter = active_adapter(db)
    if adapter is None or read_manifest(adapter.folder).base_model_hash != base_hash:
        return None
    return adapter


def find_rankers(db: Database, choice: str, walls: Collection[str] = ()) -> HouseRankers:
    """Give what chooses passages where an adapter writes: the rankers of its own folder, if it has any.

    Rankers keep words that can be read: those of an adapter that learned from something erased do not serve, and
    `HouseRankers.missing` says so.

    Args:
        db: The store.
        choice: An adapter id; "none", which has no weights and takes the rankers of the active adapter, whatever base
            model that is for, and goes on without where they cannot be read; or "base", which has nothing learned.
        walls: Matters that who is served is walled off from: no ranker that learned from one of them serves.

    Raises:
        NotFound: There is no such adapter, or its files are gone.
        DamagedState: Its files do not match its manifest, or its rankers are not what a round writes.
        Conflict: Its folder holds another adapter.
    """
    if choice == BASE:
        return HouseRankers()
    adapter = active_adapter(db) if choice == NO_MODEL else get_adapter(db, choice)
    if adapter is None or set(adapter.matters) & set(walls):
        return HouseRankers()
    if "erased" in adapter.stale:
        _read_rankers.cache_clear()  # nor stay in memory
        had = "files" not in adapter.stale and had_ranker(read_manifest(adapter.folder))
        return HouseRankers(missing=f"{adapter.adapter_id} learned from what was erased" if had else "")
    try:
        return _read_rankers(adapter.adapter_id, adapter.folder, adapter.hash)
    except (DamagedState, NotFound, Conflict, OSError) as error:
        if choice != NO_MODEL:
            raise
        kind = type(error).__name__
        _LOG.warning("The ranker of adapter %s cannot be read (%s): none serves.", adapter.adapter_id, kind)
        return HouseRankers(missing=f"the files of {adapter.adapter_id} are damaged or gone")


def forget_rankers(db: Database) -> tuple[str, ...]:
    """Remove the rankers of adapters that learned from something erased, at once: they hold words, and serve nobody.

    Returns:
        The ids of the adapters that had one.
    """
    _read_rankers.cache_clear()
    return tuple(key for key in sorted(_find_due(db)) if forget_ranker(db.settings.home / "adapters" / key))


@lru_cache(maxsize=8)
def _read_rankers(adapter_id: str, folder: Path, hash: str) -> HouseRankers:
    """Read the rankers of an adapter whose files are as they were registered; looked at once a process."""
    if not (folder / RANKER).is_file() and RANKER not in read_manifest(folder).facts.get("files", ()):
        return HouseRankers()
    _check_files(adapter_id, folder, hash)
    return read_rankers(folder, adapter_id)


def promote(db: Database, adapter_id: str, actor: str) -> Adapter:
    """Make an adapter the one that serves; the one before is retired.

    Raises:
        NotFound: There is no such adapter.
        DamagedState: Its files do not match its manifest, or its rankers are not what a round writes.
        EngineFailure: It belongs to another base model.
    """
    adapter = get_adapter(db, adapter_id)
    manifest = _check_files(adapter.adapter_id, adapter.folder, adapter.hash)
    if manifest.base_model_hash != model_hash(model_folder(db.settings)):
        raise EngineFailure(
            f"The adapter {adapter_id} was trained on another base model ({manifest.base_model}).",
            expected=f"an adapter for {db.settings.model}",
            do="Promote an adapter of this base model, or set CASEBRIEF_MODEL back.",
        )
    read_rankers(adapter.folder)
    return _adapter(db, registry.set_status(db, adapter_id, "active", actor))


def rollback(db: Database, actor: str) -> Adapter:
    """Let the adapter serve again that served before; the one rolled back is a candidate again.

    So a second rollback goes one further back, not forth.

    Raises:
        Conflict: No adapter served before.
        DamagedState: The files of the one before do not match its manifest.
    """
    now, before = registry.active_adapter(db), registry.previous_adapter(db)
    if before is None:
        raise Conflict(
            "There is no adapter to roll back to.",
            expected="an adapter that served before the active one",
            do="Promote another adapter, or summarize with --adapter base.",
        )
    adapter = promote(db, before.adapter_id, actor)
    if now is not None:
        registry.set_status(db, now.adapter_id, "candidate", actor)
    return adapter


def install_starter(db: Database) -> Adapter | None:
    """Take in the adapter that is shipped with the package; make it serve where no house adapter does.

    Safe to call at every start. A newer shipped starter replaces an older one that serves.

    Returns:
        The starter, or None where none is shipped or it belongs to another base model.
    """
    source = importlib.resources.files("assistant") / "starter"
    if not source.is_dir():
        return None
    with importlib.resources.as_file(source) as folder:
        if not (folder / "manifest.json").is_file():
            return None
        manifest = verify_folder(folder)
        if manifest.base_model_hash != model_hash(model_folder(db.settings)):
            return None
        adapter = register(db, folder, adapter_id=_starter_id(db, manifest), parent="", note="Shipped with Casebrief.")
    now = registry.active_adapter(db)
    older_starter = now is not None and now.adapter_id.startswith("starter-") and now.adapter_id != adapter.adapter_id
    if now is None or (older_starter and adapter.status == "candidate" and not adapter.promoted_at):
        return promote(db, adapter.adapter_id, _SHIPPER)
    return adapter


def _starter_id(db: Database, manifest: Manifest) -> str:
    """Give the id of the shipped starter: the one it has here already, or the next "starter-<n>"."""
    starters = [row for row in registry.list_adapters(db) if row.adapter_id.startswith("starter-")]
    for row in starters:
        if row.hash == manifest.hash:
            return row.adapter_id
    taken = {row.adapter_id for row in starters}
    number = 1
    while f"starter-{number}" in taken:
        number += 1
    return f"starter-{number}"


def _check_files(adapter_id: str, folder: Path, hash: str) -> Manifest:
    if not folder.is_dir():
        raise NotFound(
            f"The files of adapter {adapter_id} are gone.",
            expected=f"the folder {folder}",
            do="Restore the data root from a backup, or train again.",
        )
    manifest = verify_folder(folder)
    if manifest.hash != hash:
        raise Conflict(
            f"The folder of adapter {adapter_id} holds another adapter than the registry knows.",
            do="Restore the data root from a backup.",
        )
    return manifest


def _copy_in(db: Database, folder: Path, adapter_id: str) -> None:
    """Copy a folder to its place under the data root, whole or not at all."""
    root = db.settings.folder("adapters")
    target = root / adapter_id
    if folder.resolve() == target.resolve():
        return
    if target.is_dir():
        if (target / MANIFEST).is_file() and read_manifest(target).hash == read_manifest(folder).hash:
            return
        shutil.rmtree(target)  # no row names it: a registration that was cut off before its row
    with tempfile.TemporaryDirectory(dir=root, prefix=f".{adapter_id}-") as scratch:
        made = Path(scratch) / "adapter"
        shutil.copytree(folder, made)
        verify_folder(made)
        made.rename(target)


def _find_due(db: Database) -> set[str]:
    """Give the adapters that learned from something erased, by themselves or from the adapter they started from."""
    stones = erasure.list_tombstones(db)
    gone = {stone.subject for stone in stones}
    due = {str(adapter_id) for stone in stones for adapter_id in stone.counts.get("adapters_due", ())}
    rows = registry.list_adapters(db) if stones else ()
    for row in reversed(rows):  # a parent is older than what started from it
        if gone & set(row.matters) or (row.parent in due and _started_warm(db, row)):
            due.add(row.adapter_id)
    return due


def _started_warm(db: Database, row: registry.AdapterRecord) -> bool:
    """Tell whether an adapter's training started from its parent's weights; yes where that cannot be read."""
    try:
        return bool(read_manifest(db.settings.home / "adapters" / row.adapter_id).facts.get("warm_start"))
    except DamagedState:
        return True


def _adapter(db: Database, row: registry.AdapterRecord, due: Collection[str] | None = None) -> Adapter:
    folder = db.settings.home / "adapters" / row.adapter_id
    try:
        stale = find_staleness(read_manifest(folder))
    except DamagedState:
        stale = ("files",)  # listed all the same; promoting or serving it says what is wrong
    if row.adapter_id in (_find_due(db) if due is None else due):
        stale = (*stale, "erased")
    return Adapter(
        adapter_id=row.adapter_id,
        status=row.status,
        parent=row.parent,
        folder=folder,
        hash=row.hash,
        scores=row.scores,
        matters=row.matters,
        created_at=row.created_at,
        note=row.note,
        promoted_by=row.promoted_by,
        promoted_at=row.promoted_at,
        stale=stale,
    )
