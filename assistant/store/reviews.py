"""What lists tell of summaries: asked for on every screen, so only the columns that are shown are read."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from assistant.store.database import Database
from assistant.store.filings import read_file_name
from assistant.store.tables import DocumentRow, RevisionRow, SummaryRow, VersionRow
from assistant.store.vault import Vault, open_vault
from assistant.store.work import read_reason

_READING = select(RevisionRow.revision).where(
    RevisionRow.document_id == SummaryRow.document_id, RevisionRow.revision == SummaryRow.revision
)
_SUMMARIES = select(SummaryRow.__table__, (~_READING.exists()).label("lost"))
_OF_FILING = _SUMMARIES.where(
    SummaryRow.document_id == bindparam("document_id"), SummaryRow.status != "discarded"
).order_by(SummaryRow.created_at.desc(), SummaryRow.summary_id)
_MINE = SummaryRow.matter_id.in_(bindparam("matter_ids", expanding=True)), DocumentRow.sequestered.is_(False)
_WAITING = (
    select(func.count().label("waiting"))
    .select_from(SummaryRow)
    .join(DocumentRow, DocumentRow.document_id == SummaryRow.document_id)
    .where(*_MINE, SummaryRow.status == "submitted")
)
_STATES = (
    select(SummaryRow.document_id, SummaryRow.status)
    .where(SummaryRow.matter_id == bindparam("matter_id"), SummaryRow.status != "discarded")
    .order_by(SummaryRow.created_at, SummaryRow.summary_id.desc())
)
_PRESENT = and_(VersionRow.summary_id == SummaryRow.summary_id, VersionRow.version == SummaryRow.version)
_LISTED = (
    _SUMMARIES.add_columns(DocumentRow.sealed_file_name, VersionRow.sentences)
    .select_from(SummaryRow)
    .join(DocumentRow, DocumentRow.document_id == SummaryRow.document_id)
    .join(VersionRow, _PRESENT)
    .where(*_MINE)
)
_OPEN = _LISTED.where(
    or_(
        SummaryRow.status.in_(("submitted", "returned")),
        and_(SummaryRow.status == "draft", SummaryRow.author == bindparam("author")),
    )
)
_NEWEST = _LISTED.order_by(SummaryRow.created_at.desc(), SummaryRow.summary_id).limit(bindparam("most"))
_SIGNED = _NEWEST.where(SummaryRow.status == "signed_off")
_ASIDE = _NEWEST.where(SummaryRow.status == "discarded")
_OWN_ASIDE = _ASIDE.where(SummaryRow.author == bindparam("author"))


@dataclass(frozen=True, slots=True)
class SummaryHead:
    """What is said of a summary in a list, in the words of `StoredSummary`: no word of the filing.

    `lost` is True where the reading that it was written from is gone, as could happen to summaries of earlier versions:
    it cannot be shown any more.
    """

    summary_id: str
    document_id: str
    status: str
    author: str
    adapter: str
    detail: str
    stopped: bool
    version: int
    submitted_by: str
    signed_off_by: str
    created_at: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A summary in the queue: of which matter and file, how long, with what to look at.

    Attributes:
        head: What is said of it.
        matter_id: Its matter.
        file: Name of its file.
        sentences: How many it has now.
        not_supported: How many of them are not wholly supported.
        returned_reason: Why an attorney sent it back, or "".
    """

    head: SummaryHead
    matter_id: str
    file: str
    sentences: int
    not_supported: int
    returned_reason: str


def list_heads(db: Database, document_id: str) -> tuple[SummaryHead, ...]:
    """List the summaries of a filing that were not discarded, newest first; the caller has seen that it may be read."""
    return tuple(_head(row) for row in db.look_up_all(_OF_FILING, document_id=document_id))


def list_states(db: Database, matter_id: str) -> dict[str, str]:
    """Give the status of each filing's newest summary that was not discarded, by document id; no text is read."""
    return {row.document_id: row.status for row in db.look_up_all(_STATES, matter_id=matter_id)}  # the newest is last


def count_submitted(db: Database, matter_ids: Collection[str]) -> int:
    """Count the summaries of some matters that wait for sign-off; no text is read."""
    row = db.look_up(_WAITING, matter_ids=list(matter_ids))
    return int(row.waiting) if row is not None else 0


def list_reviews(
    db: Database, matter_ids: Collection[str], author: str, most_ended: int, *, all_discarded: bool = False
) -> tuple[Review, ...]:
    """List the work on summaries of some matters, oldest first; that on sequestered filings is hidden with them.

    Args:
        db: The database.
        matter_ids: The matters.
        author: Whose drafts are listed; submitted and returned summaries are everybody's.
        most_ended: So many of the signed-off ones and of the discarded ones, the newest.
        all_discarded: True to list everybody's discarded ones, False for the author's own.
    """
    mine: dict[str, Any] = {"matter_ids": list(matter_ids)}
    rows = [
        *db.look_up_all(_OPEN, **mine, author=author),
        *db.look_up_all(_SIGNED, **mine, most=most_ended),
        *(
            db.look_up_all(_ASIDE, **mine, most=most_ended)
            if all_discarded
            else db.look_up_all(_OWN_ASIDE, **mine, most=most_ended, author=author)
        ),
    ]
    vaults = {matter_id: open_vault(db, matter_id) for matter_id in {row.matter_id for row in rows}}
    return tuple(_review(row, vaults[row.matter_id]) for row in sorted(rows, key=lambda row: row.created_at))


def _head(row: Row[Any]) -> SummaryHead:
    made = json.loads(row.summary)
    return SummaryHead(
        summary_id=row.summary_id,
        document_id=row.document_id,
        status=row.status,
        author=row.author,
        adapter=made["adapter"],
        detail=made["detail"],
        stopped=made["stopped"],
        version=row.version,
        submitted_by=row.submitted_by,
        signed_off_by=row.signed_off_by,
        created_at=row.created_at,
        lost=bool(row.lost),
    )


def _review(row: Row[Any], vault: Vault) -> Review:
    sentences = json.loads(row.sentences)
    return Review(
        head=_head(row),
        matter_id=row.matter_id,
        file=read_file_name(row, vault),
        sentences=len(sentences),
        not_supported=sum(sentence["support"] != "supported" for sentence in sentences),
        returned_reason=read_reason(row, vault),
    )
