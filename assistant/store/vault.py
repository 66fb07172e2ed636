"""The vault: which pseudonym stands for which original, sealed by a key per matter that the master key wraps."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assistant.errors import DamagedState, NotFound
from assistant.settings import Settings
from assistant.store.database import Database, next_number
from assistant.store.pseudonyms import PATTERN, format_pseudonym
from assistant.store.sealed_files import write_file
from assistant.store.tables import MatterRow, PseudonymRow

_NONCE_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One entity of a matter.

    Attributes:
        pseudonym: What stands for it in every text that a model sees.
        type: Entity type, such as "PERSON".
        original: The most complete form that was met; what readers see.
        variants: Other forms that were met ("Mr. Smith", "SMITH").
    """

    pseudonym: str
    type: str
    original: str
    variants: tuple[str, ...] = ()


class _Ledger(Protocol):
    """Where a vault keeps its entries."""

    def version(self) -> int:
        """Give a number that grows with every change."""

    def entries(self) -> list[Entry]:
        """Give all entries, oldest first."""

    def assign(self, type: str, original: str) -> str:
        """Give the pseudonym of an original of a type, a new one where it has none."""

    def change(self, pseudonym: str, original: str | None, variant: str | None) -> None:
        """Set the original or add a variant."""


class Vault:
    """Seals and opens what belongs to one matter; safe to share between threads."""

    def __init__(self, matter_id: str, key: bytes, ledger: _Ledger | None = None) -> None:
        self.matter_id = matter_id
        self._cipher = AESGCM(key)
        self._blind_key = hmac.digest(key, b"blind", "sha256")
        self._ledger: _Ledger = ledger or _MemoryLedger()
        self._lock = threading.RLock()
        self._known: dict[str, Entry] = {}
        self._known_version = -1

    @classmethod
    def ephemeral(cls) -> Vault:
        """Make a vault in memory, with a key of its own, that is gone with the object."""
        return cls("", secrets.token_bytes(_KEY_BYTES))

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Encrypt and authenticate; the result opens only in this matter and for the same purpose."""
        return _seal(self._cipher, data, self._bind(purpose))

    def unseal(self, blob: bytes, purpose: str) -> bytes:
        """Open what `seal` made.

        Raises:
            DamagedState: The bytes were changed, or belong to another matter or purpose.
        """
        return _unseal(self._cipher, blob, self._bind(purpose), f"{purpose.partition('|')[0]} of {self.matter_id}")

    def _bind(self, purpose: str) -> bytes:
        return f"{self.matter_id}|{purpose}".encode()

    def blind(self, text: str) -> str:
        """Give a keyed hash for lookups that does not tell the text; case and spacing do not matter."""
        return hmac.new(self._blind_key, _fold(text).encode(), hashlib.sha256).hexdigest()

    def entries(self) -> tuple[Entry, ...]:
        """Give all entries, oldest first, with what other threads added up to now."""
        return tuple(self._load().values())

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
            had = self._load().get(pseudonym)
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
        known = self._load()

        def put_back(found: str) -> str:
            entry = known.get(found) if allowed is None or found in allowed else None
            return entry.original if entry else found

        return PATTERN.sub(lambda match: put_back(match.group(0)), text)

    def _load(self) -> dict[str, Entry]:
        """Read the entries where they changed since the last look."""
        with self._lock:
            version = self._ledger.version()
            if version != self._known_version:
                self._known = {entry.pseudonym: entry for entry in self._ledger.entries()}
                self._known_version = version
            return self._known


class _MemoryLedger:
    """Entries of an ephemeral vault."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._counts: dict[str, int] = {}
        self._version = 0

    def version(self) -> int:
        return self._version

    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    def assign(self, type: str, original: str) -> str:
        for entry in self._entries.values():
            if entry.type == type and _fold(entry.original) == _fold(original):
                return entry.pseudonym
        pseudonym = format_pseudonym(type, self._counts.get(type, 0) + 1)
        self._counts[type] = self._counts.get(type, 0) + 1
        self._entries[pseudonym] = Entry(pseudonym, type, original)
        self._version += 1
        return pseudonym

    def change(self, pseudonym: str, original: str | None, variant: str | None) -> None:
        if pseudonym not in self._entries:
            raise _unknown(pseudonym)
        self._entries[pseudonym] = _merge(self._entries[pseudonym], original, variant)
        self._version += 1


class _TableLedger:
    """Entries of a matter in the database, each change in its own transaction."""

    def __init__(self, db: Database, matter_id: str) -> None:
        self._db = db
        self._matter_id = matter_id
        self.vault: Vault

    def version(self) -> int:
        with self._db.reading() as session:
            found = session.scalar(select(MatterRow.vault_version).where(MatterRow.matter_id == self._matter_id))
        if found is None:
            raise _no_matter(self._matter_id)
        return found

    def entries(self) -> list[Entry]:
        mine = select(PseudonymRow).where(PseudonymRow.matter_id == self._matter_id).order_by(PseudonymRow.position)
        with self._db.reading() as session:
            return [self._open(row) for row in session.scalars(mine)]

    def assign(self, type: str, original: str) -> str:
        blind = self.vault.blind(original)
        same = (
            select(PseudonymRow.pseudonym)
            .where(PseudonymRow.matter_id == self._matter_id, PseudonymRow.type == type, PseudonymRow.blind == blind)
            .order_by(PseudonymRow.position)
            .limit(1)
        )
        with self._db.reading() as session:
            found = session.scalar(same)
        if found is not None:
            return found
        with self._db.session() as session:
            found = session.scalar(same)
            if found is not None:
                return found
            pseudonym = format_pseudonym(type, next_number(session, f"pseudonym.{type}"))
            row = PseudonymRow(
                pseudonym=pseudonym,
                matter_id=self._matter_id,
                type=type,
                blind=blind,
                position=self._advance(session),
            )
            self._seal_into(row, Entry(pseudonym, type, original))
            session.add(row)
            return pseudonym

    def change(self, pseudonym: str, original: str | None, variant: str | None) -> None:
        with self._db.session() as session:
            row = session.get(PseudonymRow, pseudonym)
            if row is None or row.matter_id != self._matter_id:
                raise _unknown(pseudonym)
            entry = self._open(row)
            merged = _merge(entry, original, variant)
            if merged != entry:
                row.blind = self.vault.blind(merged.original)
                self._seal_into(row, merged)
                self._advance(session)

    def _advance(self, session: Session) -> int:
        """Mark the matter's vault as changed, in the session's transaction."""
        step = (
            update(MatterRow)
            .where(MatterRow.matter_id == self._matter_id)
            .values(vault_version=MatterRow.vault_version + 1)
            .returning(MatterRow.vault_version)
        )
        version = session.scalar(step)
        if version is None:
            raise _no_matter(self._matter_id)
        return version

    def _open(self, row: PseudonymRow) -> Entry:
        original = self.vault.unseal(row.sealed_original, f"original|{row.pseudonym}").decode()
        variants = json.loads(self.vault.unseal(row.sealed_variants, f"variants|{row.pseudonym}"))
        return Entry(row.pseudonym, row.type, original, tuple(variants))

    def _seal_into(self, row: PseudonymRow, entry: Entry) -> None:
        row.sealed_original = self.vault.seal(entry.original.encode(), f"original|{entry.pseudonym}")
        row.sealed_variants = self.vault.seal(json.dumps(entry.variants).encode(), f"variants|{entry.pseudonym}")


def open_vault(db: Database, matter_id: str) -> Vault:
    """Open the vault of a matter.

    Raises:
        NotFound: There is no such matter, or it was erased.
        DamagedState: The master key is missing or is not the one that the matter was sealed with.
    """
    with db.reading() as session:
        wrapped = session.scalar(select(MatterRow.wrapped_key).where(MatterRow.matter_id == matter_id))
    if wrapped is None:
        raise _no_matter(matter_id)
    return _build_vault(db, matter_id, _unwrap(load_master_key(db.settings, create=False), matter_id, wrapped))


def new_vault(db: Database, matter_id: str) -> tuple[Vault, bytes]:
    """Make the key of a new matter: give its vault and the wrapped key to store with the matter's row."""
    key = secrets.token_bytes(_KEY_BYTES)
    master = load_master_key(db.settings)
    return _build_vault(db, matter_id, key), _seal(AESGCM(master), key, f"key|{matter_id}".encode())


def destroy_key(db: Database, matter_id: str) -> None:
    """Overwrite the wrapped key of a matter: nothing sealed by it can be opened again, also from a copy of a file.

    Raises:
        NotFound: There is no such matter.
    """
    with db.session() as session:
        row = session.get(MatterRow, matter_id)
        if row is None:
            raise _no_matter(matter_id)
        row.wrapped_key = b""


def load_master_key(settings: Settings, *, create: bool = True) -> bytes:
    """Read the master key (32 bytes); make it on first use, readable by its owner only.

    Args:
        settings: Say where it lies.
        create: Where False, a missing key is an error, since sealed data exists that it opens.

    Raises:
        DamagedState: The file does not hold 32 bytes, or is missing though data was sealed with it.
    """
    path = settings.key_file
    if not path.exists():
        if not create:
            raise DamagedState(
                f"The master key file {path} is missing.",
                expected="the key that this data root was sealed with",
                do="Put the key back from its backup, or point CASEBRIEF_MASTER_KEY_FILE at it.",
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(path, os.urandom(_KEY_BYTES), replace=False)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise DamagedState(
            f"The master key file {path} holds {len(key)} bytes.",
            expected=f"{_KEY_BYTES} bytes",
            do="Put the key back from its backup.",
        )
    return key


def blind_name(settings: Settings, name: str) -> str:
    """Give a hash, keyed by the master key, by which a matter is found by its name."""
    key = hmac.digest(load_master_key(settings), b"matter name", "sha256")
    return hmac.new(key, _fold(name).encode(), hashlib.sha256).hexdigest()


def _build_vault(db: Database, matter_id: str, key: bytes) -> Vault:
    ledger = _TableLedger(db, matter_id)
    ledger.vault = Vault(matter_id, key, ledger)
    return ledger.vault


def _unwrap(master: bytes, matter_id: str, wrapped: bytes) -> bytes:
    if not wrapped:
        raise _no_matter(matter_id)
    return _unseal(AESGCM(master), wrapped, f"key|{matter_id}".encode(), f"key of {matter_id}")


def _seal(cipher: AESGCM, data: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, bound)


def _unseal(cipher: AESGCM, blob: bytes, bound: bytes, what: str) -> bytes:
    try:
        return cipher.decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise DamagedState(
            f"The seal on the {what} does not hold: the data was changed, or another key sealed it.",
            do="Check the master key; restore the data root from its backup if the key is right.",
        ) from None


def _merge(entry: Entry, original: str | None, variant: str | None) -> Entry:
    """Give the entry with a new original (the old one kept as a variant) or one more variant."""
    variants = list(entry.variants)
    shown = original or entry.original
    for form in (entry.original, variant):
        if form and form != shown and form not in variants:
            variants.append(form)
    return replace(entry, original=shown, variants=tuple(v for v in variants if v != shown))


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _no_matter(matter_id: str) -> NotFound:
    return NotFound(f"There is no matter {matter_id}.", do="List the matters and use one of their ids.")


def _unknown(pseudonym: str) -> NotFound:
    return NotFound(f"{pseudonym} is not a pseudonym of this matter.", do="Use the vault of the text's own matter.")
