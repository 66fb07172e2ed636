"""Matters: the unit of access, keys, consent and erasure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from assistant.errors import Conflict, NotAllowed, NotFound, WrongUsage
from assistant.store.database import Database, new_id, timestamp
from assistant.store.erasure import Tombstone, bury_matter, check_hold
from assistant.store.seals import fold_text
from assistant.store.tables import MatterRow
from assistant.store.vault import Vault, blind_name, hold_master_key, new_vault, open_vault

_ALL = select(MatterRow.__table__).order_by(MatterRow.created_at)
_SOME = _ALL.where(MatterRow.matter_id.in_(bindparam("matter_ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Matter:
    """A client's case. `consent` is the client's, to training; times are ISO 8601 UTC or ""."""

    matter_id: str
    name: str
    number: str
    consent: bool
    consent_by: str
    consent_at: str
    protective_order: bool
    legal_hold: bool
    created_at: str


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What an erasure removed: filings, and the adapters that learned from the matter and are due for retraining."""

    documents: int
    adapters_due: tuple[str, ...]


def create_matter(
    db: Database, name: str, actor: str, number: str = "", visible: Collection[str] | None = None
) -> Matter:
    """Open a matter with a key of its own; there is no consent to training until one is recorded.

    Args:
        db: The database.
        name: What the firm calls the case; sealed.
        actor: User name.
        number: The firm's number of it; sealed.
        visible: The matters that the person may see; None for all. A matter of this name that is not among them does
            not hinder and is not told of: the new one is then found by its name only by those who work on it.

    Raises:
        WrongUsage: The name is empty.
        Conflict: There is a matter of this name among those that are visible.
    """
    if not name.strip():
        raise WrongUsage("The matter has no name.", expected="a name that the firm uses for the case")
    matter_id = new_id("m")
    with hold_master_key():
        vault, wrapped = new_vault(db, matter_id)
        row = MatterRow(
            matter_id=matter_id,
            wrapped_key=wrapped,
            name_blind=blind_name(db, name),
            sealed_name=vault.seal(name.strip().encode(), "matter name"),
            sealed_number=vault.seal(number.strip().encode(), "matter number"),
            consent=False,
            consent_by="",
            consent_at="",
            protective_order=False,
            legal_hold=False,
            created_by=actor,
            created_at=timestamp(),
        )
        taken = find_named(db, name, visible) is not None if visible is not None else False
        with db.session() as session:
            same = session.scalar(select(MatterRow.matter_id).where(MatterRow.name_blind == row.name_blind))
            if taken or (same and visible is None):
                raise Conflict("There is a matter of this name already.", do="Use it, or choose another name.")
            if same:
                row.name_blind = blind_name(db, f"{matter_id}|{name}")
            session.add(row)
    return _matter(row, vault)


def find_named(db: Database, name: str, matter_ids: Collection[str]) -> Matter | None:
    """Give the matter of a name, in any case and spacing, among some matters; None where there is none."""
    with db.reading() as session:
        rows = session.scalars(select(MatterRow).where(MatterRow.matter_id.in_(matter_ids))).all()
    found = (_matter(row, open_vault(db, row.matter_id)) for row in rows)
    return next((matter for matter in found if fold_text(matter.name) == fold_text(name)), None)


def find_matter(db: Database, name_or_id: str) -> Matter:
    """Give a matter by its id, or by its name in any case and spacing.

    Raises:
        NotFound: There is none; the error does not repeat the name.
    """
    blind = blind_name(db, name_or_id)
    with db.reading() as session:
        row = session.get(MatterRow, name_or_id) or session.scalar(
            select(MatterRow).where(MatterRow.name_blind == blind)
        )
    if row is None:
        raise NotFound("There is no matter of this name or id.", do="Create it, or list the matters.")
    return _matter(row, open_vault(db, row.matter_id))


def list_matters(db: Database, matter_ids: Collection[str] | None = None) -> tuple[Matter, ...]:
    """List all matters or those of some ids, oldest first; who may see which is the caller's check."""
    rows = db.look_up_all(_ALL) if matter_ids is None else db.look_up_all(_SOME, matter_ids=list(matter_ids))
    return tuple(_matter(row, open_vault(db, row.matter_id, row.wrapped_key)) for row in rows)


def record_consent(db: Database, matter_id: str, attorney: str, given: bool, note: str) -> Matter:
    """Record that the client gave or withdrew the informed consent to training; the note is sealed.

    Raises:
        NotFound: There is no such matter.
    """
    vault = open_vault(db, matter_id)
    with db.session() as session:
        row = _row(session, matter_id)
        row.consent, row.consent_by, row.consent_at = given, attorney, timestamp()
        row.sealed_consent_note = vault.seal(note.encode(), "consent note")
        return _matter(row, vault)


def consent_note(db: Database, matter_id: str) -> str:
    """Give the note that was recorded with the consent, or ""."""
    with db.reading() as session:
        sealed = _row(session, matter_id).sealed_consent_note
    return open_vault(db, matter_id).unseal(sealed, "consent note").decode() if sealed else ""


def set_protective_order(db: Database, matter_id: str, holds: bool) -> Matter:
    """Say whether a protective order holds, which keeps the matter out of training whatever the consent says.

    Raises:
        NotFound: There is no such matter.
    """
    with db.session() as session:
        row = _row(session, matter_id)
        row.protective_order = holds
        return _matter(row, open_vault(db, matter_id))


def check_training(db: Database, matter_ids: Collection[str]) -> None:
    """Let training on these matters pass only while each has its client's consent and no protective order.

    Raises:
        NotAllowed: Consent of one was withdrawn or never given, an order holds, or it was erased.
    """
    allowed = select(MatterRow.matter_id).where(
        MatterRow.matter_id.in_(matter_ids), MatterRow.consent.is_(True), MatterRow.protective_order.is_(False)
    )
    with db.reading() as session:
        barred = sorted(set(matter_ids) - set(session.scalars(allowed)))
    if barred:
        raise NotAllowed(
            f"What was learned from {', '.join(barred)} may not be used.",
            expected="matters with the client's consent to training and without a protective order",
            do="Start another round, which leaves these matters out.",
        )


def set_legal_hold(db: Database, matter_id: str, holds: bool) -> Matter:
    """Say whether a legal hold forbids to erase anything of the matter.

    Raises:
        NotFound: There is no such matter.
    """
    with db.session() as session:
        row = _row(session, matter_id)
        row.legal_hold = holds
        return _matter(row, open_vault(db, matter_id))


def erase_matter(db: Database, matter_id: str, actor: str, second: str) -> ErasureReport:
    """Erase a matter for good: its key is destroyed, rows and sealed files go, a tombstone without content stays.

    The key, the rows and the tombstone go in one transaction. What a crash after it leaves on disk is found by the
    tombstone at the next start; index and datasets are the caller's.

    Raises:
        NotFound: There is no such matter.
        NotAllowed: `actor` and `second` are not two people, or a legal hold forbids it.
    """
    if not actor or not second or actor.casefold() == second.casefold():
        raise NotAllowed("An erasure takes two people.", do="Have a second person confirm it.")
    with db.session() as session:
        check_hold(_row(session, matter_id))
        stone = bury_matter(db, session, matter_id, Tombstone(matter_id, "matter", actor, second))
    return ErasureReport(stone.counts["documents"], tuple(stone.counts["adapters_due"]))


def _row(session: Session, matter_id: str) -> MatterRow:
    row = session.get(MatterRow, matter_id)
    if row is None:
        raise NotFound(f"There is no matter {matter_id}.", do="List the matters and use one of their ids.")
    return row


def _matter(row: MatterRow | Row[Any], vault: Vault) -> Matter:
    return Matter(
        matter_id=row.matter_id,
        name=vault.unseal(row.sealed_name, "matter name").decode(),
        number=vault.unseal(row.sealed_number, "matter number").decode(),
        consent=row.consent,
        consent_by=row.consent_by,
        consent_at=row.consent_at,
        protective_order=row.protective_order,
        legal_hold=row.legal_hold,
        created_at=row.created_at,
    )
