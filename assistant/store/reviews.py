"""What waits for review in a person's matters: asked for on every screen, so only the rows that are shown are read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, func, or_, select

from assistant.store.database import Database
from assistant.store.filings import read_file_name
from assistant.store.tables import DocumentRow, SummaryRow, VersionRow
from assistant.store.vault import open_vault
from assistant.store.work import StoredSummary, read_summary


def count_submitted(db: Database, matter_ids: Collection[str]) -> int:
    """Count the summaries of some matters that wait for sign-off; no text is read."""
    with db.reading() as session:
        waiting = _in_matters(select(func.count()).select_from(SummaryRow), matter_ids)
        return session.scalar(waiting.where(SummaryRow.status == "submitted")) or 0


def list_reviews(
    db: Database, matter_ids: Collection[str], author: str, most_ended: int, *, all_discarded: bool = False
) -> tuple[tuple[StoredSummary, str], ...]:
    """List the work on summaries of some matters, oldest first, each with the name of its file.

    Args:
        db: The database.
        matter_ids: The matters.
        author: Whose drafts are listed; submitted and returned summaries are everybody's.
        most_ended: So many of the signed-off ones and of the discarded ones, the newest.
        all_discarded: True to list everybody's discarded ones, False for the author's own.
    """
    present = and_(VersionRow.summary_id == SummaryRow.summary_id, VersionRow.version == SummaryRow.version)
    listed = _in_matters(select(SummaryRow, DocumentRow, VersionRow).join(VersionRow, present), matter_ids)
    open_ones = or_(
        SummaryRow.status.in_(("submitted", "returned")),
        and_(SummaryRow.status == "draft", SummaryRow.author == author),
    )
    newest = SummaryRow.created_at.desc(), SummaryRow.summary_id
    signed = listed.where(SummaryRow.status == "signed_off").order_by(*newest).limit(most_ended)
    aside = listed.where(SummaryRow.status == "discarded").order_by(*newest).limit(most_ended)
    aside = aside if all_discarded else aside.where(SummaryRow.author == author)
    with db.reading() as session:
        rows = [*session.execute(listed.where(open_ones)), *session.execute(signed), *session.execute(aside)]
        rows.sort(key=lambda row: row[0].created_at)
        vaults = {matter_id: open_vault(db, matter_id) for matter_id in {summary.matter_id for summary, _, _ in rows}}
        return tuple(
            (
                read_summary(session, summary, vaults[summary.matter_id]),
                read_file_name(document, vaults[summary.matter_id]),
            )
            for summary, document, _ in rows
        )


def _in_matters(asked: Any, matter_ids: Collection[str]) -> Any:
    """Narrow to some matters; summaries of sequestered filings are hidden with them."""
    joined = asked.join(DocumentRow, DocumentRow.document_id == SummaryRow.document_id)
    return joined.where(SummaryRow.matter_id.in_(matter_ids), DocumentRow.sequestered.is_(False))
