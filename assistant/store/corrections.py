"""Corrections, and which of them may train."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.documents import Correction
from assistant.store.database import Database
from assistant.store.tables import CorrectionRow, DocumentRow, MatterRow

HINDRANCES = {
    "not_signed_off": "no attorney has signed it off yet",
    "no_consent": "the client has not agreed to training",
    "protective_order": "a protective order forbids it",
    "sequestered": "its filing is sequestered",
}
"""What keeps a correction from training, in the order it is looked at -> what it means, in words."""


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
        return tuple(read_row(row) for row, hindrance in _judge(session) if hindrance is None)


def excluded_counts(db: Database) -> dict[str, int]:
    """Count the corrections that may not train, each under the first reason that holds.

    The reasons are those of `HINDRANCES`. Corrections that an attorney sent back are not counted: the summary is
    submitted again or discarded.
    """
    with db.reading() as session:
        return dict(Counter(hindrance for _, hindrance in _judge(session) if hindrance is not None))


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


def _judge(session: Session) -> list[tuple[CorrectionRow, str | None]]:
    """Pair every correction that was not returned with what keeps it from training."""
    joined = (
        select(CorrectionRow, MatterRow.consent, MatterRow.protective_order, DocumentRow.sequestered)
        .join(MatterRow, MatterRow.matter_id == CorrectionRow.matter_id)
        .join(DocumentRow, DocumentRow.document_id == CorrectionRow.document_id)
        .where(CorrectionRow.state != "returned")
        .order_by(CorrectionRow.created_at, CorrectionRow.correction_id)
    )
    judged: list[tuple[CorrectionRow, str | None]] = []
    for row, consent, protected, sequestered in session.execute(joined):
        holds = (row.state != "signed_off", not consent, protected, sequestered)
        judged.append((row, next((name for name, held in zip(HINDRANCES, holds, strict=True) if held), None)))
    return judged
