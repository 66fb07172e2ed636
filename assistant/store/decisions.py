"""Decisions of people about single places of a page: accepted, rejected, added. They hold places, no text."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from assistant.documents import RedactedDocument
from assistant.errors import WrongUsage
from assistant.store.database import Database, timestamp
from assistant.store.tables import (
    ConversationRow,
    DecisionRow,
    DocumentRow,
    MatterRow,
    RevisionRow,
    SummaryRow,
    TurnRow,
)

DECISIONS = ("accepted", "rejected", "added")

_lock = threading.Lock()
_held: Counter[tuple[str, int]] = Counter()
"""Readings, by filing and revision, that something is being written from in this process."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about characters [start, end) of a page as it was read.

    Attributes:
        page: Counted from 1.
        start: First character.
        end: After the last one.
        decision: "accepted": it identifies someone; "rejected": it does not; "added": it was missed.
        type: Entity type.
        pseudonym: What stands, or stood, for it.
        actor: User name.
        created_at: ISO 8601 UTC.
    """

    page: int
    start: int
    end: int
    decision: str
    type: str
    pseudonym: str
    actor: str
    created_at: str = ""


def record_decisions(db: Database, document_id: str, decisions: Sequence[Decision]) -> None:
    """Keep decisions about places of a filing; each takes the place of those about characters that it covers.

    Raises:
        WrongUsage: There is no such decision.
    """
    with db.session() as session:
        for one in decisions:
            if one.decision not in DECISIONS:
                raise WrongUsage(f"There is no decision {one.decision!r}.", expected=", ".join(DECISIONS))
            session.execute(
                delete(DecisionRow).where(
                    DecisionRow.document_id == document_id,
                    DecisionRow.page == one.page,
                    DecisionRow.start < one.end,
                    DecisionRow.end > one.start,
                )
            )
            session.add(DecisionRow(**{**asdict(one), "document_id": document_id, "created_at": timestamp()}))
            session.flush()


def list_decisions(db: Database, document_id: str) -> tuple[Decision, ...]:
    """List what was decided about places of a filing, in reading order."""
    mine = select(DecisionRow).where(DecisionRow.document_id == document_id)
    with db.reading() as session:
        return tuple(
            Decision(r.page, r.start, r.end, r.decision, r.type, r.pseudonym, r.actor, r.created_at)
            for r in session.scalars(mine.order_by(DecisionRow.page, DecisionRow.start))
        )


def vault_versions(db: Database, matter_id: str) -> tuple[int, int]:
    """Give the version of a matter's vault up to which its names were sought in all filings, and the newest."""
    asked = select(MatterRow.spread_version, MatterRow.vault_version).where(MatterRow.matter_id == matter_id)
    with db.reading() as session:
        spread, newest = session.execute(asked).one()
        return spread, newest


def list_behind(db: Database) -> tuple[str, ...]:
    """Give the matters whose vault has learnt something that was not sought in all their filings yet."""
    behind = select(MatterRow.matter_id).where(MatterRow.spread_version < MatterRow.vault_version)
    with db.reading() as session:
        return tuple(session.scalars(behind.order_by(MatterRow.created_at)))


def mark_spread(db: Database, matter_id: str, version: int) -> None:
    """Say that all names of a matter up to a version of its vault were sought in all its filings."""
    with db.session() as session:
        session.get_one(MatterRow, matter_id).spread_version = version


@contextmanager
def hold_revisions(db: Database, documents: Iterable[RedactedDocument]) -> Iterator[None]:
    """Keep the readings that a summary or an answer is being written from until it is stored.

    One that a later finding replaced meanwhile, and that nothing rests on, is removed then.
    """
    held = [(document.document_id, document.revision) for document in documents]
    with _lock:
        _held.update(held)
    try:
        yield
    finally:
        with _lock:
            _held.subtract(held)
            for place in [place for place in held if not _held[place]]:
                _held.pop(place, None)
        for document_id, revision in held:
            newest = db.look_up(select(DocumentRow.revision).where(DocumentRow.document_id == document_id))
            if newest is not None and newest.revision > revision:
                drop_unused_revisions(db, document_id)


def drop_unused_revisions(db: Database, document_id: str) -> int:
    """Remove the text of earlier revisions that no summary and no answer rests on, or will; give how many.

    The pages as read stay: the newest revision has the same ones.
    """
    with db.session() as session:
        newest = session.get_one(DocumentRow, document_id).revision
        matter_id = session.get_one(DocumentRow, document_id).matter_id
        rested = set(session.scalars(select(SummaryRow.revision).where(SummaryRow.document_id == document_id)))
        with _lock:
            rested |= {revision for held, revision in _held if held == document_id}
        old = select(RevisionRow.revision).where(RevisionRow.document_id == document_id, RevisionRow.revision < newest)
        dropped = 0
        for revision in sorted(set(session.scalars(old)) - rested):
            cited = f'"document_id":"{document_id}","revision":{revision},'
            answers = (
                select(TurnRow.turn_id)
                .join(ConversationRow, ConversationRow.conversation_id == TurnRow.conversation_id)
                .where(ConversationRow.matter_id == matter_id, TurnRow.answer.contains(cited, autoescape=True))
            )
            if session.scalar(answers.limit(1)) is None:
                session.execute(
                    delete(RevisionRow).where(RevisionRow.document_id == document_id, RevisionRow.revision == revision)
                )
                dropped += 1
        return dropped
