"""Work on summaries: versions, review, corrections, and what of them may train."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from assistant.documents import Correction, Sentence, Summary
from assistant.errors import Conflict, NotFound, WrongUsage
from assistant.store import forms
from assistant.store.corrections import (
    approved_corrections,
    excluded_counts,
    list_corrections,
    read_row,
)
from assistant.store.database import Database, new_id, timestamp
from assistant.store.flags import rate_sentence
from assistant.store.tables import CorrectionRow, DocumentRow, RevisionRow, SummaryRow, VersionRow
from assistant.store.trials import settle_draw
from assistant.store.vault import Vault, open_vault

__all__ = [
    "StoredSummary",
    "Version",
    "approved_corrections",
    "discard_summary",
    "excluded_counts",
    "get_summary",
    "list_corrections",
    "list_summaries",
    "rate_sentence",
    "read_summary",
    "restore_summary",
    "return_summary",
    "save_edit",
    "save_summary",
    "sign_off",
    "submit",
    "versions",
]

STATUSES = ("draft", "submitted", "signed_off", "returned", "discarded")
_OPEN = ("draft", "returned")


@dataclass(frozen=True, slots=True)
class StoredSummary:
    """A summary and where it stands.

    Attributes:
        summary_id: Identity within the store.
        document_id: The filing.
        matter_id: Its matter.
        revision: The revision of the filing that its evidence points into.
        author: Who had it made.
        status: "draft", "submitted", "signed_off" (locked), "returned" or "discarded".
        summary: As the model wrote it.
        text: As it stands now, pseudonymized.
        sentences: As they stand now.
        version: Counts from 1; grows with every edit.
        submitted_by: User name, or "".
        signed_off_by: User name of the attorney, or "".
        returned_reason: Why an attorney sent it back, or "".
        created_at: ISO 8601 UTC.
    """

    summary_id: str
    document_id: str
    matter_id: str
    revision: int
    author: str
    status: str
    summary: Summary
    text: str
    sentences: tuple[Sentence, ...]
    version: int
    submitted_by: str
    signed_off_by: str
    returned_reason: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a summary; number 1 is the model's."""

    summary_id: str
    version: int
    author: str
    text: str
    sentences: tuple[Sentence, ...]
    created_at: str


def save_summary(db: Database, summary: Summary, actor: str) -> str:
    """Store a summary as the model wrote it, as a draft, and give its id.

    Raises:
        NotFound: There is no such filing.
        Conflict: The reading that it was written from was replaced meanwhile, and is gone.
    """
    summary_id = new_id("s")
    with db.session() as session:
        document = session.get(DocumentRow, summary.document_id)
        if document is None or document.sequestered:
            raise NotFound(f"There is no filing {summary.document_id}.", do="List the filings of the matter.")
        if session.get(RevisionRow, (summary.document_id, summary.revision)) is None:
            raise Conflict("Names in this filing were replaced anew while it was summarized.", do="Write it again.")
        session.add(
            SummaryRow(
                summary_id=summary_id,
                document_id=summary.document_id,
                matter_id=document.matter_id,
                revision=summary.revision,
                author=actor,
                status="draft",
                summary=forms.summary_to_json(summary),
                version=1,
                created_at=timestamp(),
            )
        )
        session.flush()
        _add_version(session, summary_id, 1, actor, summary.text, summary.sentences)
    return summary_id


def get_summary(db: Database, summary_id: str) -> StoredSummary:
    """Give a summary as it stands.

    Raises:
        NotFound: There is no such summary.
    """
    with db.reading() as session:
        row = _row(session, summary_id)
        return read_summary(session, row, open_vault(db, row.matter_id))


def list_summaries(
    db: Database,
    document_id: str | None = None,
    matter_ids: Collection[str] | None = None,
    status: str | None = None,
) -> tuple[StoredSummary, ...]:
    """List summaries, newest first, of a filing, of some matters, in a status; None does not narrow.

    Those of sequestered filings are hidden with them.
    """
    asked = (
        select(SummaryRow)
        .join(DocumentRow, DocumentRow.document_id == SummaryRow.document_id)
        .where(DocumentRow.sequestered.is_(False))
        .order_by(SummaryRow.created_at.desc(), SummaryRow.summary_id)
    )
    if document_id is not None:
        asked = asked.where(SummaryRow.document_id == document_id)
    if matter_ids is not None:
        asked = asked.where(SummaryRow.matter_id.in_(matter_ids))
    if status is not None:
        asked = asked.where(SummaryRow.status == status)
    vaults: dict[str, Vault] = {}
    with db.reading() as session:
        rows = session.scalars(asked).all()
        for row in rows:
            if row.matter_id not in vaults:
                vaults[row.matter_id] = open_vault(db, row.matter_id)
        return tuple(read_summary(session, row, vaults[row.matter_id]) for row in rows)


def save_edit(
    db: Database, summary_id: str, actor: str, text: str, sentences: Sequence[Sentence], expected_version: int
) -> int:
    """Store an edit as the next version and give its number.

    Raises:
        NotFound: There is no such summary.
        Conflict: Someone edited it since `expected_version`, or it is submitted, signed off or discarded.
    """
    with db.session() as session:
        row = _row(session, summary_id)
        _need_status(row, _OPEN, "edited")
        if row.version != expected_version:
            raise Conflict(
                f"The summary is at version {row.version}, the edit was made on version {expected_version}.",
                do="Reload it and make the edit again.",
            )
        row.version += 1
        _add_version(session, summary_id, row.version, actor, text, sentences)
        return row.version


def versions(db: Database, summary_id: str) -> tuple[Version, ...]:
    """Give all versions, the model's first.

    Raises:
        NotFound: There is no such summary.
    """
    with db.reading() as session:
        _row(session, summary_id)
        mine = select(VersionRow).where(VersionRow.summary_id == summary_id).order_by(VersionRow.version)
        return tuple(
            Version(v.summary_id, v.version, v.author, v.text, forms.sentences_from_json(v.sentences), v.created_at)
            for v in session.scalars(mine)
        )


def submit(
    db: Database,
    summary_id: str,
    actor: str,
    rating: int,
    reasons: Sequence[str],
    note: str,
    expected_version: int | None = None,
) -> Correction:
    """Submit a summary for review: its current version becomes a correction of what the model wrote.

    Args:
        db: The database.
        summary_id: The summary.
        actor: Who submits.
        rating: -1, 0 or 1, of the model's output.
        reasons: Keys of the legal reasons.
        note: Free text; sealed.
        expected_version: The version that the person saw; None takes the current one.

    Raises:
        NotFound: There is no such summary.
        Conflict: It is not open (draft or returned), or its version is another.
        WrongUsage: The rating is out of range.
    """
    if rating not in (-1, 0, 1):
        raise WrongUsage(f"The rating is {rating}.", expected="-1, 0 or 1")
    with db.session() as session:
        row = _row(session, summary_id)
        _need_status(row, _OPEN, "submitted")
        _need_version(row, expected_version)
        correction_id = new_id("x")
        made = CorrectionRow(
            correction_id=correction_id,
            summary_id=summary_id,
            document_id=row.document_id,
            matter_id=row.matter_id,
            version=row.version,
            author=actor,
            signed_off_by="",
            model_output=session.get_one(VersionRow, (summary_id, 1)).text,
            edited=session.get_one(VersionRow, (summary_id, row.version)).text,
            rating=rating,
            reasons=list(reasons),
            sealed_note=open_vault(db, row.matter_id).seal(note.encode(), f"note|{correction_id}"),
            adapter=forms.summary_from_json(row.summary).adapter,
            state="submitted",
            created_at=timestamp(),
        )
        session.add(made)
        row.status, row.submitted_by, row.sealed_returned_reason = "submitted", actor, None
        settle_draw(session, row.document_id, summary_id)
        return read_row(made)


def sign_off(db: Database, summary_id: str, attorney: str, expected_version: int | None = None) -> Correction:
    """Sign a submitted summary off: it is locked, and its correction may train where the client has agreed.

    Raises:
        NotFound: There is no such summary.
        Conflict: It is not submitted, or its version is not `expected_version`, the one that the attorney read.
    """
    with db.session() as session:
        row = _row(session, summary_id)
        _need_status(row, ("submitted",), "signed off")
        _need_version(row, expected_version)
        made = _submitted_correction(session, summary_id)
        made.signed_off_by, made.signed_off_at, made.state = attorney, timestamp(), "signed_off"
        row.status, row.signed_off_by = "signed_off", attorney
        return read_row(made)


def return_summary(db: Database, summary_id: str, attorney: str, reason: str) -> None:
    """Send a submitted summary back to be edited again; the reason is sealed.

    Raises:
        NotFound: There is no such summary.
        Conflict: It is not submitted.
    """
    with db.session() as session:
        row = _row(session, summary_id)
        _need_status(row, ("submitted",), "returned")
        _submitted_correction(session, summary_id).state = "returned"
        vault = open_vault(db, row.matter_id)
        row.status = "returned"
        row.sealed_returned_reason = vault.seal(_signed_reason(attorney, reason), f"returned|{summary_id}")


def discard_summary(db: Database, summary_id: str) -> None:
    """Put a draft or returned summary aside; it is kept but not worked on.

    Raises:
        NotFound: There is no such summary.
        Conflict: It is submitted or signed off.
    """
    with db.session() as session:
        row = _row(session, summary_id)
        _need_status(row, _OPEN, "discarded")
        row.status = "discarded"


def restore_summary(db: Database, summary_id: str) -> None:
    """Take up a discarded summary again: it is returned where an attorney had sent it back, else a draft.

    Raises:
        NotFound: There is no such summary.
        Conflict: It is not discarded.
    """
    with db.session() as session:
        row = _row(session, summary_id)
        _need_status(row, ("discarded",), "restored")
        row.status = "returned" if row.sealed_returned_reason else "draft"


def _row(session: Session, summary_id: str) -> SummaryRow:
    row = session.get(SummaryRow, summary_id)
    if row is None:
        raise NotFound(f"There is no summary {summary_id}.", do="List the summaries of the filing.")
    return row


def _need_version(row: SummaryRow, expected: int | None) -> None:
    if expected is not None and row.version != expected:
        raise Conflict(
            f"The summary is at version {row.version}, you saw version {expected}.", do="Reload it and read it again."
        )


def _need_status(row: SummaryRow, allowed: Sequence[str], verb: str) -> None:
    if row.status not in allowed:
        locked = " and locked" if row.status == "signed_off" else ""
        raise Conflict(
            f"The summary is {row.status.replace('_', ' ')}{locked}; it cannot be {verb}.",
            expected=" or ".join(allowed),
            do="Reload it; make a new summary where this one is locked.",
        )


def _submitted_correction(session: Session, summary_id: str) -> CorrectionRow:
    waiting = select(CorrectionRow).where(CorrectionRow.summary_id == summary_id, CorrectionRow.state == "submitted")
    return session.scalars(waiting).one()


def _add_version(
    session: Session, summary_id: str, number: int, author: str, text: str, sentences: Sequence[Sentence]
) -> None:
    session.add(
        VersionRow(
            summary_id=summary_id,
            version=number,
            author=author,
            text=text,
            sentences=forms.sentences_to_json(sentences),
            created_at=timestamp(),
        )
    )


def _signed_reason(attorney: str, reason: str) -> bytes:
    return json.dumps({"by": attorney, "reason": reason}).encode()


def read_summary(session: Session, row: SummaryRow, vault: Vault) -> StoredSummary:
    """Give the value of a row with the version that it stands at."""
    current = session.get_one(VersionRow, (row.summary_id, row.version))
    return StoredSummary(
        summary_id=row.summary_id,
        document_id=row.document_id,
        matter_id=row.matter_id,
        revision=row.revision,
        author=row.author,
        status=row.status,
        summary=forms.summary_from_json(row.summary),
        text=current.text,
        sentences=forms.sentences_from_json(current.sentences),
        version=row.version,
        submitted_by=row.submitted_by,
        signed_off_by=row.signed_off_by,
        returned_reason=read_reason(row, vault),
        created_at=row.created_at,
    )


def read_reason(row: SummaryRow | Row[Any], vault: Vault) -> str:
    """Give why an attorney sent a summary back, or ""."""
    sealed = row.sealed_returned_reason
    return str(json.loads(vault.unseal(sealed, f"returned|{row.summary_id}"))["reason"]) if sealed else ""
