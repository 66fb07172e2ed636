"""Notices: what the people of a matter should see of what was done to it; the reasons are sealed with the matter."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from assistant.store.database import Database, new_id, timestamp
from assistant.store.tables import NoticeRow
from assistant.store.vault import open_vault


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: `kind` is the action that was taken, `subject` the id of what it was taken on."""

    notice_id: str
    matter_id: str
    kind: str
    subject: str
    actor: str
    reason: str
    created_at: str


def add_notice(db: Database, matter_id: str, kind: str, subject: str, actor: str, reason: str) -> str:
    """Leave a notice in a matter and give its id; inside `with db.session():` it commits with the action.

    Raises:
        NotFound: There is no such matter.
    """
    notice_id = new_id("n")
    sealed = open_vault(db, matter_id).seal(reason.strip().encode(), f"notice|{notice_id}")
    with db.session() as session:
        session.add(
            NoticeRow(
                notice_id=notice_id,
                matter_id=matter_id,
                kind=kind,
                subject=subject,
                actor=actor,
                sealed_reason=sealed,
                created_at=timestamp(),
            )
        )
    return notice_id


def list_notices(db: Database, matter_id: str) -> tuple[Notice, ...]:
    """List the notices of a matter, newest first.

    Raises:
        NotFound: There is no such matter.
    """
    vault = open_vault(db, matter_id)
    mine = select(NoticeRow).where(NoticeRow.matter_id == matter_id)
    with db.reading() as session:
        rows = session.scalars(mine.order_by(NoticeRow.created_at.desc(), NoticeRow.notice_id)).all()
    return tuple(
        Notice(
            row.notice_id,
            row.matter_id,
            row.kind,
            row.subject,
            row.actor,
            vault.unseal(row.sealed_reason, f"notice|{row.notice_id}").decode(),
            row.created_at,
        )
        for row in rows
    )
