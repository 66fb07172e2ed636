"""Where a vault keeps its entries: in memory, or sealed in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.store.database import Database, next_number, timestamp
from assistant.store.pseudonyms import format_pseudonym
from assistant.store.seals import fold_text
from assistant.store.tables import MatterRow, PseudonymRow, TermRow

_VERSION = select(MatterRow.vault_version).where(MatterRow.matter_id == bindparam("matter_id"))
_TERMS = (
    select(TermRow.__table__)
    .where(TermRow.matter_id == bindparam("matter_id"), TermRow.changed > bindparam("since"))
    .order_by(TermRow.changed)
)
_FIRST_BLOCK, _LARGEST_BLOCK = 8, 256
"""Numbers of a type that a batch takes from the counter at once: few at first, then twice as many each time."""


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


@dataclass(frozen=True, slots=True)
class Term:
    """What people decided about a term in a whole matter.

    Attributes:
        text: The term as they saw it.
        rule: "mask": always replaced; "keep": law or an ordinary word, never replaced where it stands alone.
        type: Entity type, such as "PERSON".
    """

    text: str
    rule: str
    type: str


class Sealer(Protocol):
    """What the database's ledger needs of its vault."""

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Encrypt and authenticate."""

    def unseal(self, blob: bytes, purpose: str) -> bytes:
        """Open what `seal` made."""

    def blind(self, text: str) -> str:
        """Give a keyed hash for lookups."""


class Ledger(Protocol):
    """The entries of one matter."""

    def version(self) -> int:
        """Give a number that grows with every change."""

    def entries(self) -> list[Entry]:
        """Give all entries, oldest first."""

    def find(self, pseudonym: str) -> Entry | None:
        """Give one entry, or None."""

    def assign(self, type: str, original: str) -> str:
        """Give the pseudonym of an original of a type, a new one where it has none."""

    def change(self, pseudonym: str, original: str | None, variant: str | None) -> None:
        """Set the original or add a variant."""

    def terms(self) -> list[Term]:
        """Give what people decided about terms of the matter."""


class MemoryLedger:
    """Entries of an ephemeral vault; numbers count from 1 within it."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._found: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._version = 0

    def version(self) -> int:
        """Give a number that grows with every change."""
        return self._version

    def entries(self) -> list[Entry]:
        """Give all entries, oldest first."""
        return list(self._entries.values())

    def find(self, pseudonym: str) -> Entry | None:
        """Give one entry, or None."""
        return self._entries.get(pseudonym)

    def assign(self, type: str, original: str) -> str:
        """Give the pseudonym of an original of a type, a new one where it has none."""
        key = (type, fold_text(original))
        if key not in self._found:
            pseudonym = format_pseudonym(type, self._take_number(type))
            self._found[key] = pseudonym
            self._put(Entry(pseudonym, type, original))
        return self._found[key]

    def change(self, pseudonym: str, original: str | None, variant: str | None) -> None:
        """Set the original or add a variant."""
        entry = self._entries.get(pseudonym)
        if entry is None:
            raise _unknown(pseudonym)
        merged = merge_forms(entry, original, variant)
        if merged != entry:
            _move_form(self._found, entry, merged)
            self._put(merged)

    def terms(self, since: int = -1) -> list[Term]:
        """Give none: nobody decides anything about a file that is not stored."""
        return []

    def _put(self, entry: Entry) -> None:
        self._entries[entry.pseudonym] = entry
        self._version += 1

    def _take_number(self, type: str) -> int:
        self._counts[type] = self._counts.get(type, 0) + 1
        return self._counts[type]


class TableLedger:
    """Entries of a stored matter; every change is its own transaction, or all of a batch are one."""

    def __init__(self, db: Database, matter_id: str, sealer: Sealer) -> None:
        self._db = db
        self._matter_id = matter_id
        self._sealer = sealer

    def version(self) -> int:
        """Give a number that grows with every change by any process."""
        row = self._db.look_up(_VERSION, matter_id=self._matter_id)
        if row is None:
            raise no_matter(self._matter_id)
        return int(row.vault_version)

    def entries(self) -> list[Entry]:
        """Give all entries, oldest first.

        Every screen asks for them, so they stay unsealed in memory until the vault changes.
        """
        name, version = f"names|{self._matter_id}", self.version()
        had = self._db.kept(name)
        if had is not None and had[0] == version and not self._db.writing:
            return list(had[1])
        mine = select(PseudonymRow).where(PseudonymRow.matter_id == self._matter_id).order_by(PseudonymRow.position)
        with self._db.reading() as session:
            found = [self._open(row) for row in session.scalars(mine)]
        if not self._db.writing:  # what a transaction adds may be rolled back, and its version given to another
            self._db.keep(name, (version, tuple(found)))
        return found

    def find(self, pseudonym: str) -> Entry | None:
        """Give one entry, or None."""
        with self._db.reading() as session:
            row = session.get(PseudonymRow, pseudonym)
            return self._open(row) if row is not None and row.matter_id == self._matter_id else None

    def assign(self, type: str, original: str) -> str:
        """Give the pseudonym of an original of a type, a new one where it has none."""
        with self._db.reading() as session:
            found = self._find_assigned(session, type, original)
        if found is not None:
            return found
        with self._db.session() as session:
            found = self._find_assigned(session, type, original)
            if found is not None:
                return found
            pseudonym = format_pseudonym(type, next_number(session, f"pseudonym.{type}"))
            session.add(self._make_row(Entry(pseudonym, type, original), self._advance(session)))
            return pseudonym

    def change(self, pseudonym: str, original: str | None, variant: str | None) -> None:
        """Set the original or add a variant."""
        with self._db.session() as session:
            row = session.get(PseudonymRow, pseudonym)
            if row is None or row.matter_id != self._matter_id:
                raise _unknown(pseudonym)
            entry = self._open(row)
            merged = merge_forms(entry, original, variant)
            if merged != entry:
                self._seal_into(row, merged)
                row.changed = self._advance(session)

    def terms(self, since: int = -1) -> list[Term]:
        """Give what people decided about terms of the matter, all or since a version of the vault."""
        return [
            Term(self._sealer.unseal(row.sealed_term, f"term|{row.blind}").decode(), row.rule, row.type)
            for row in self._db.look_up_all(_TERMS, matter_id=self._matter_id, since=since)
        ]

    def decide(self, term: Term, actor: str) -> None:
        """Keep a decision about a term; it takes the place of an earlier one about the same term."""
        blind = self._sealer.blind(term.text)
        with self._db.session() as session:
            session.merge(
                TermRow(
                    matter_id=self._matter_id,
                    blind=blind,
                    rule=term.rule,
                    type=term.type,
                    sealed_term=self._sealer.seal(term.text.encode(), f"term|{blind}"),
                    changed=self._advance(session),
                    actor=actor,
                    created_at=timestamp(),
                )
            )

    def entries_since(self, version: int) -> list[Entry]:
        """Give the entries that are new or got another form since a version of the vault."""
        mine = select(PseudonymRow).where(PseudonymRow.matter_id == self._matter_id, PseudonymRow.changed > version)
        with self._db.reading() as session:
            return [self._open(row) for row in session.scalars(mine.order_by(PseudonymRow.position))]

    def reserve(self, type: str, count: int) -> range:
        """Take numbers of a type from the counter for a batch; those it does not use are never used."""
        with self._db.session() as session:
            last = next_number(session, f"pseudonym.{type}", count)
        return range(last - count + 1, last + 1)

    def write(self, entries: list[Entry]) -> None:
        """Insert or overwrite entries in one transaction; forms that another process added meanwhile stay."""
        mine = select(PseudonymRow).where(PseudonymRow.matter_id == self._matter_id)
        with self._db.session() as session:
            known = {row.pseudonym: row for row in session.scalars(mine)}
            last = self._advance(session, len(entries))
            for position, entry in enumerate(entries, start=last - len(entries) + 1):
                row = known.get(entry.pseudonym)
                if row is None:
                    session.add(self._make_row(entry, position))
                    continue
                now = self._open(row)
                for form in (now.original, *now.variants):
                    entry = merge_forms(entry, None, form)
                self._seal_into(row, entry)
                row.changed = position

    def _find_assigned(self, session: Session, type: str, original: str) -> str | None:
        same = select(PseudonymRow.pseudonym).where(
            PseudonymRow.matter_id == self._matter_id,
            PseudonymRow.type == type,
            PseudonymRow.blind == self._sealer.blind(original),
        )
        return session.scalar(same.order_by(PseudonymRow.position).limit(1))

    def _make_row(self, entry: Entry, position: int) -> PseudonymRow:
        row = PseudonymRow(
            pseudonym=entry.pseudonym, matter_id=self._matter_id, type=entry.type, position=position, changed=position
        )
        self._seal_into(row, entry)
        return row

    def _advance(self, session: Session, changes: int = 1) -> int:
        """Mark the matter's vault as changed, in the session's transaction."""
        step = (
            update(MatterRow)
            .where(MatterRow.matter_id == self._matter_id)
            .values(vault_version=MatterRow.vault_version + changes)
            .returning(MatterRow.vault_version)
        )
        version = session.scalar(step)
        if version is None:
            raise no_matter(self._matter_id)
        return version

    def _open(self, row: PseudonymRow) -> Entry:
        original = self._sealer.unseal(row.sealed_original, f"original|{row.pseudonym}").decode()
        variants = json.loads(self._sealer.unseal(row.sealed_variants, f"variants|{row.pseudonym}"))
        return Entry(row.pseudonym, row.type, original, tuple(variants))

    def _seal_into(self, row: PseudonymRow, entry: Entry) -> None:
        row.blind = self._sealer.blind(entry.original)
        row.sealed_original = self._sealer.seal(entry.original.encode(), f"original|{entry.pseudonym}")
        row.sealed_variants = self._sealer.seal(json.dumps(entry.variants).encode(), f"variants|{entry.pseudonym}")


class BatchLedger(MemoryLedger):
    """Changes of one batch, gathered in memory over a stored ledger and written by `flush` in one transaction."""

    def __init__(self, stored: TableLedger) -> None:
        super().__init__()
        self._stored = stored
        self._entries = {entry.pseudonym: entry for entry in stored.entries()}
        for entry in self._entries.values():
            self._found.setdefault((entry.type, fold_text(entry.original)), entry.pseudonym)
        self._changed: dict[str, None] = {}
        self._numbers: dict[str, Iterator[int]] = {}
        self._blocks: dict[str, int] = {}

    def terms(self, since: int = -1) -> list[Term]:
        """Give what people decided about terms of the matter, all or since a version of the vault."""
        return self._stored.terms(since)

    def flush(self) -> None:
        """Write what changed, all of it or nothing."""
        if self._changed:
            self._stored.write([self._entries[pseudonym] for pseudonym in self._changed])
            self._changed.clear()

    def _put(self, entry: Entry) -> None:
        super()._put(entry)
        self._changed[entry.pseudonym] = None

    def _take_number(self, type: str) -> int:
        number = next(self._numbers.get(type, iter(())), None)
        if number is None:
            format_pseudonym(type, 1)  # an unknown type is refused before numbers are taken for it
            self._blocks[type] = min(2 * self._blocks.get(type, _FIRST_BLOCK // 2), _LARGEST_BLOCK)
            self._numbers[type] = iter(self._stored.reserve(type, self._blocks[type]))
            number = next(self._numbers[type])
        return number


@contextmanager
def batching(ledger: Ledger) -> Iterator[Ledger]:
    """Give a ledger whose changes are written in one transaction at the end; on an error none of them is."""
    if not isinstance(ledger, TableLedger):
        yield ledger
        return
    batch = BatchLedger(ledger)
    yield batch
    batch.flush()


def merge_forms(entry: Entry, original: str | None, variant: str | None) -> Entry:
    """Give the entry with a new original (the old one kept as a variant), or with one more variant."""
    shown = original or entry.original
    forms = dict.fromkeys((*entry.variants, entry.original, *([variant] if variant else [])))
    forms.pop(shown, None)
    return replace(entry, original=shown, variants=tuple(forms))


def _move_form(found: dict[tuple[str, str], str], before: Entry, after: Entry) -> None:
    """Find an entry by its new canonical form instead of its old one."""
    old = (before.type, fold_text(before.original))
    if found.get(old) == before.pseudonym:
        del found[old]
    found.setdefault((after.type, fold_text(after.original)), after.pseudonym)


def no_matter(matter_id: str) -> NotFound:
    """Give the error for a matter that is not there."""
    return NotFound(f"There is no matter {matter_id}.", do="List the matters and use one of their ids.")


def _unknown(pseudonym: str) -> NotFound:
    return NotFound(f"{pseudonym} is not a pseudonym of this matter.", do="Use the vault of the text's own matter.")
