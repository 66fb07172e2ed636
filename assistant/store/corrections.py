"""Corrections, and which of them may train."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select

from assistant.documents import Correction
from assistant.store.database import Database
from assistant.store.tables import CorrectionRow, DocumentRow, MatterRow
from assistant.store.vault import open_vault

HINDRANCES = {
    "not_signed_off": "no attorney has signed it off yet",
    "no_consent": "the client has not agreed to training",
    "protective_order": "a protective order forbids it",
    "sequestered": "its filing is sequestered",
}
"""What keeps a correction from training, in the order it is looked at -> what it means, in words."""


_LAST = (
    select(CorrectionRow.correction_id, CorrectionRow.matter_id, CorrectionRow.rating, CorrectionRow.reasons)
    .add_columns(CorrectionRow.sealed_note)
    .where(CorrectionRow.summary_id == bindparam("summary_id"))
    .order_by(CorrectionRow.created_at.desc(), CorrectionRow.correction_id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of a summary when they submitted it: -1, 0 or 1, keys of the legal reasons, a note."""

    rating: int
    reasons: tuple[str, ...]
    note: str


def read_verdict(db: Database, summary_id: str) -> Verdict | None:
    """Give what was said when a summary was last submitted, or None; the caller has seen that it may be read."""
    row = db.look_up(_LAST, summary_id=summary_id)
    if row is None:
        return None
    note = open_vault(db, row.matter_id).unseal(row.sealed_note, f"note|{row.correction_id}").decode()
    return Verdict(row.rating, tuple(row.reasons), note)


def list_corrections(db: Database, document_id: str | None = None) -> tuple[Correction, ...]:
    """List all corrections, oldest first, of one filing or of all, whatever their state."""
    asked = select(CorrectionRow).order_by(CorrectionRow.created_at, CorrectionRow.correction_id)
    if document_id is not None:
        asked = asked.where(CorrectionRow.document_id == document_id)
    with db.reading() as session:
        return tuple(read_row(row) for row in session.scalars(asked))


def approved_corrections(db: Database) -> tuple[Correction, ...]:
    """Give what may train, oldest first: signed off, consent given, no protective order, not sequestered."""
    with db.reading() as session:
        judged = session.execute(_joined(CorrectionRow)).all()
        return tuple(read_row(row) for row, *facts in judged if _find_hindrance(*facts) is None)


def excluded_counts(db: Database) -> dict[str, int]:
    """Count the corrections that may not train, each under the first reason that holds; no text is read.

    The reasons are those of `HINDRANCES`. Corrections that an attorney sent back are not counted: the summary is
    submitted again or discarded.
    """
    counts: Counter[str] = Counter()
    for (_, hindrance), count in _count(db).items():
        if hindrance is not None:
            counts[hindrance] += count
    return dict(counts)


def read_row(row: CorrectionRow) -> Correction:
    """Give the frozen value of a row."""
    return Correction(
        correction_id=row.correction_id,
        matter_id=row.matter_id,
        document_id=row.document_id,
        summary_id=row.summary_id,
        author=row.author,
        signed_off_by=row.signed_off_by,
        model_output=row.model_output,
        edited=row.edited,
        rating=row.rating,
        reasons=tuple(row.reasons),
        adapter=row.adapter,
        created_at=row.created_at,
    )


def _count(db: Database) -> Counter[tuple[str, str | None]]:
    """Count the corrections that were not returned by matter and by what keeps them from training."""
    with db.reading() as session:
        judged = session.execute(_joined(CorrectionRow.matter_id)).all()
    return Counter((matter_id, _find_hindrance(*facts)) for matter_id, *facts in judged)


def _joined(wanted: Any) -> Select[Any]:
    """Ask for something of every correction that was not returned, and for the facts of `_find_hindrance`."""
    return (
        select(wanted, CorrectionRow.state, MatterRow.consent, MatterRow.protective_order, DocumentRow.sequestered)
        .join(MatterRow, MatterRow.matter_id == CorrectionRow.matter_id)
        .join(DocumentRow, DocumentRow.document_id == CorrectionRow.document_id)
        .where(CorrectionRow.state != "returned")
        .order_by(CorrectionRow.created_at, CorrectionRow.correction_id)
    )


def _find_hindrance(state: str, consent: bool, protected: bool, sequestered: bool) -> str | None:
    """Give the first of `HINDRANCES` that keeps a correction from training, or None."""
    holds = (state != "signed_off", not consent, protected, sequestered)
    return next((name for name, held in zip(HINDRANCES, holds, strict=True) if held), None)
