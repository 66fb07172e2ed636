"""The vault: which pseudonym stands for which original, sealed by a key per matter that the master key wraps."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, func, select

from assistant.errors import DamagedState
from assistant.store.database import Database
from assistant.store.ledger import Entry, Ledger, MemoryLedger, TableLedger, Term, batching, no_matter
from assistant.store.pseudonyms import PATTERN
from assistant.store.seals import (
    KEY_BYTES,
    blind_text,
    derive_key,
    load_master_key,
    next_key_file,
    seal_bytes,
    unseal_bytes,
)
from assistant.store.tables import MatterRow

_MASTER = threading.RLock()
_WRAPPED = select(MatterRow.wrapped_key).where(MatterRow.matter_id == bindparam("matter_id"))

__all__ = [
    "Entry",
    "Term",
    "Vault",
    "blind_name",
    "current_master_key",
    "destroy_key",
    "hold_master_key",
    "load_master_key",
    "new_vault",
    "open_vault",
    "purpose_of_key",
]


class Vault:
    """Seals and opens what belongs to one matter; safe to share between threads."""

    def __init__(self, matter_id: str, key: bytes, db: Database | None = None) -> None:
        self.matter_id = matter_id
        self._key = key
        self._ledger: Ledger = TableLedger(db, matter_id, self) if db else MemoryLedger()
        self._lock = threading.RLock()
        self._known: dict[str, Entry] = {}
        self._known_version = -1

    @classmethod
    def ephemeral(cls) -> Vault:
        """Make a vault in memory, with a key of its own, that is gone with the object."""
        return cls("", secrets.token_bytes(KEY_BYTES))

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Encrypt and authenticate; the result opens only in this matter and for the same purpose."""
        return seal_bytes(self._key, data, f"{self.matter_id}|{purpose}")

    def unseal(self, blob: bytes, purpose: str) -> bytes:
        """Open what `seal` made.

        Raises:
            DamagedState: The bytes were changed, or belong to another matter or purpose.
        """
        what = f"{purpose.partition('|')[0]} of {self.matter_id or 'this file'}"
        return unseal_bytes(self._key, blob, f"{self.matter_id}|{purpose}", what)

    def blind(self, text: str) -> str:
        """Give a keyed hash for lookups that does not tell the text; case and spacing do not matter."""
        return blind_text(derive_key(self._key, "blind"), text)

    def entries(self) -> tuple[Entry, ...]:
        """Give all entries, oldest first, with what others added up to now."""
        return tuple(self._load().values())

    def entries_since(self, version: int) -> tuple[Entry, ...]:
        """Give the entries of a stored matter that are new or got another form since a version of its vault."""
        return tuple(self._stored_ledger().entries_since(version))

    def terms(self) -> tuple[Term, ...]:
        """Give what people decided about terms of the matter."""
        return tuple(self._ledger.terms())

    def terms_since(self, version: int) -> tuple[Term, ...]:
        """Give what people decided about terms since a version of the vault."""
        return tuple(self._stored_ledger().terms(version))

    def decide(self, term: Term, actor: str) -> None:
        """Keep what a person decided about a term, in the place of an earlier decision about the same term."""
        self._stored_ledger().decide(term, actor)

    def _stored_ledger(self) -> TableLedger:
        if not isinstance(self._ledger, TableLedger):
            raise TypeError("an ephemeral vault, or one in a batch, keeps no decisions")
        return self._ledger

    def find(self, pseudonym: str) -> Entry | None:
        """Give the entry of a pseudonym, or None where it belongs to another matter or to none."""
        return self._load().get(pseudonym)

    def assign(self, type: str, original: str) -> str:
        """Give the pseudonym of an original: the one it has as canonical form of this type, or a new one.

        Raises:
            ValueError: `type` is not an entity type.
        """
        with self._lock:
            return self._ledger.assign(type, original)

    def add_variant(self, pseudonym: str, variant: str) -> None:
        """Record another form of an entity.

        Raises:
            NotFound: The pseudonym is not of this matter.
        """
        with self._lock:
            had = self._ledger.find(pseudonym)
            if had is None or (variant != had.original and variant not in had.variants):
                self._ledger.change(pseudonym, None, variant)

    def improve(self, pseudonym: str, original: str) -> None:
        """Make `original` what readers see for an entity; the form before becomes a variant.

        Raises:
            NotFound: The pseudonym is not of this matter.
        """
        with self._lock:
            self._ledger.change(pseudonym, original, None)

    def restore(self, text: str, allowed: Collection[str] | None = None) -> str:
        """Replace pseudonyms by originals: all of this matter's, or only those in `allowed`."""
        if PATTERN.search(text) is None:  # as in most reasons and pinpoints: no look into the store
            return text
        known = self._load()

        def put_back(found: str) -> str:
            entry = known.get(found) if allowed is None or found in allowed else None
            return entry.original if entry else found

        return PATTERN.sub(lambda match: put_back(match.group(0)), text)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Gather the changes made inside and write them in one transaction at the end; on an error, none.

        A filing has hundreds of names, and a commit waits for the disk. Text that uses the new pseudonyms may
        be stored only after the batch. Two batches at once on one matter may give a name a pseudonym each; both
        are restored.
        """
        with self._lock:
            stored = self._ledger
            try:
                with batching(stored) as gathered:
                    self._ledger, self._known_version = gathered, -1
                    yield
            finally:
                self._ledger, self._known_version = stored, -1

    def _load(self) -> dict[str, Entry]:
        """Read the entries where they changed since the last look."""
        with self._lock:
            version = self._ledger.version()
            if version != self._known_version:
                self._known = {entry.pseudonym: entry for entry in self._ledger.entries()}
                self._known_version = version
            return self._known


def open_vault(db: Database, matter_id: str, wrapped: bytes = b"") -> Vault:
    """Open the vault of a matter.

    Args:
        db: The database.
        matter_id: The matter.
        wrapped: Its key, where the caller has just read its row.

    Raises:
        NotFound: There is no such matter, or it was erased.
        DamagedState: The master key is missing or is not the one that the matter was sealed with.
    """
    for attempt in (1, 2):  # twice: the master key may be rotated between the reading of the row and of the key
        if not wrapped or attempt == 2:
            row = db.look_up(_WRAPPED, matter_id=matter_id)
            wrapped = row.wrapped_key if row is not None else b""
        if not wrapped:
            raise no_matter(matter_id)
        try:
            return Vault(matter_id, _unwrap(db, matter_id, wrapped), db)
        except DamagedState:
            if attempt == 2:
                raise
    raise AssertionError


def _unwrap(db: Database, matter_id: str, wrapped: bytes) -> bytes:
    """Open a matter's key by the master key, or by the one that a rotation is putting in its place."""
    master, pending = load_master_key(db.settings, create=False), next_key_file(db.settings)
    try:
        return unseal_bytes(master, wrapped, purpose_of_key(matter_id), f"key of {matter_id}")
    except DamagedState:
        if not pending.exists():
            raise
        return unseal_bytes(pending.read_bytes(), wrapped, purpose_of_key(matter_id), f"key of {matter_id}")


def purpose_of_key(matter_id: str) -> str:
    """Give what a matter's wrapped key is bound to."""
    return f"key|{matter_id}"


@contextmanager
def hold_master_key() -> Iterator[None]:
    """Keep the master key as it is while a matter is made; a rotation waits, and others wait for a rotation."""
    with _MASTER:
        yield


def new_vault(db: Database, matter_id: str) -> tuple[Vault, bytes]:
    """Make the key of a new matter: give its vault and the wrapped key to store with the matter's row."""
    key = secrets.token_bytes(KEY_BYTES)
    return Vault(matter_id, key, db), seal_bytes(current_master_key(db), key, purpose_of_key(matter_id))


def destroy_key(db: Database, matter_id: str) -> None:
    """Overwrite the wrapped key of a matter: nothing sealed by it can be opened again, also from a copy of a file.

    Raises:
        NotFound: There is no such matter.
    """
    with db.session() as session:
        row = session.get(MatterRow, matter_id)
        if row is None:
            raise no_matter(matter_id)
        row.wrapped_key = b""


def blind_name(db: Database, name: str, master: bytes | None = None) -> str:
    """Give a hash, keyed by the master key or another one given, by which a matter is found by its name."""
    return blind_text(derive_key(master or current_master_key(db), "matter name"), name)


def current_master_key(db: Database) -> bytes:
    """Read the master key; a new one is made only while there is no matter that an old one sealed."""
    with db.reading() as session:
        sealed = session.scalar(select(func.count()).select_from(MatterRow))
    return load_master_key(db.settings, create=not sealed)
