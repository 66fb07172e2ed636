"""Erasure that holds: rows go with a tombstone in one transaction, and a file outlives backups of the database.

A tombstone says which id was erased, when and by whom; it holds no content. It is part of the erasing commit, and
then a line of `settings.tombstones`, which lies beside the master key. `obey_tombstones` brings the two together at
every start: a database restored from a backup loses again what was erased since.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assistant.documents import Answer, Sentence
from assistant.errors import CasebriefError, NotAllowed
from assistant.settings import Settings
from assistant.store import audit, forms
from assistant.store.database import Database, timestamp
from assistant.store.sealed_files import flush_path, remove_file
from assistant.store.tables import (
    AdapterRow,
    ConversationRow,
    DocumentRow,
    MatterRow,
    RatingRow,
    SummaryRow,
    TombstoneRow,
    TurnRow,
)
from assistant.store.vault import destroy_key

KINDS = ("matter", "filing")

_ORPHAN_AGE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That something was erased: no content, only what kind of thing, by whom, when, and how much went with it.

    Attributes:
        subject: Id of the matter or the filing.
        kind: "matter" or "filing".
        erased_by: User name.
        second: User name of who confirmed, or "".
        counts: Numbers and ids: "documents", "summaries", "adapters_due", and the "matter" of a filing.
        erased_at: ISO 8601 UTC.
    """

    subject: str
    kind: str
    erased_by: str
    second: str = ""
    counts: dict[str, Any] = field(default_factory=dict)
    erased_at: str = ""


def list_tombstones(db: Database) -> tuple[Tombstone, ...]:
    """List what was erased, newest first."""
    with db.reading() as session:
        rows = session.scalars(select(TombstoneRow).order_by(TombstoneRow.erased_at.desc(), TombstoneRow.subject))
        return tuple(_tombstone(row) for row in rows)


def check_hold(matter: MatterRow) -> None:
    """Let an erasure pass unless a legal hold forbids it.

    Raises:
        NotAllowed: A legal hold lies on the matter.
    """
    if matter.legal_hold:
        raise NotAllowed(
            f"A legal hold lies on {matter.matter_id}: nothing of it may be erased.",
            do="Have an attorney of the matter lift the hold first, if it may be lifted.",
        )


def bury_matter(db: Database, session: Session, matter_id: str, stone: Tombstone) -> Tombstone:
    """Delete a matter's rows and key in the open transaction, leave its tombstone, and remove its files afterwards.

    Returns:
        The tombstone with what went: "documents", "summaries", and the adapters that learned from it.
    """
    documents = session.scalars(select(DocumentRow.document_id).where(DocumentRow.matter_id == matter_id)).all()
    summaries = session.scalar(select(func.count()).where(SummaryRow.matter_id == matter_id)) or 0
    learned = {a.adapter_id for a in session.scalars(select(AdapterRow)) if matter_id in a.matters}
    due = sorted(learned | set(stone.counts.get("adapters_due", ())))  # a restored registry may not know all of them
    stone = replace(stone, counts={"documents": len(documents), "summaries": summaries, "adapters_due": due})
    _write_row(db, session, stone)
    destroy_key(db, matter_id)
    session.flush()
    session.execute(delete(MatterRow).where(MatterRow.matter_id == matter_id))
    db.after_commit(db.compact)
    for document_id in documents:
        db.after_commit(partial(remove_original, db.settings, document_id))
    return stone


def bury_filing(db: Database, session: Session, document_id: str, stone: Tombstone) -> None:
    """Delete a filing's rows in the open transaction, and what answers took from it; its file goes afterwards."""
    row = session.get_one(DocumentRow, document_id)
    _write_row(db, session, replace(stone, counts={**stone.counts, "matter": row.matter_id}))
    _empty_answers(session, row.matter_id, document_id)
    summaries = select(SummaryRow.summary_id).where(SummaryRow.document_id == document_id)
    session.execute(delete(RatingRow).where(RatingRow.target_id.in_(summaries)))
    session.execute(delete(DocumentRow).where(DocumentRow.document_id == document_id))
    db.after_commit(db.compact)
    db.after_commit(partial(remove_original, db.settings, document_id))


def obey_tombstones(db: Database) -> tuple[Tombstone, ...]:
    """Bring database and tombstone file together; erase again what a restored backup brought back.

    Returns:
        What was erased again. A legal hold in the restored state does not keep it: it was lifted when it was erased.
    """
    in_file = {stone.subject: stone for stone in read_tombstones(db.settings)}
    in_rows = {stone.subject: stone for stone in list_tombstones(db)}
    for subject in in_rows.keys() - in_file.keys():
        append_tombstone(db.settings, in_rows[subject])
    again = []
    for stone in in_file.values():
        if stone.subject not in in_rows and _erase_again(db, stone):
            again.append(stone)
    return tuple(again)


def _erase_again(db: Database, stone: Tombstone) -> bool:
    """Erase what a tombstone of the file names, or only take the tombstone in; tell whether there was anything."""
    with db.session() as session:
        found = {"matter": MatterRow, "filing": DocumentRow}[stone.kind]
        if session.get(found, stone.subject) is not None:
            audit.record_in(session, "casebrief", "erase.again", stone.subject, {"kind": stone.kind})
        if stone.kind == "matter" and session.get(MatterRow, stone.subject) is not None:
            bury_matter(db, session, stone.subject, stone)
            return True
        if stone.kind == "filing" and session.get(DocumentRow, stone.subject) is not None:
            bury_filing(db, session, stone.subject, stone)
            return True
        _write_row(db, session, stone)
    return False


def read_tombstones(settings: Settings) -> tuple[Tombstone, ...]:
    """Read the tombstone file, oldest first; a line that a crash cut off is passed over."""
    try:
        lines = settings.tombstones.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    stones = []
    for line in lines:
        try:
            stone = Tombstone(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if stone.kind in KINDS and isinstance(stone.subject, str):
            stones.append(stone)
    return tuple(stones)


def append_tombstone(settings: Settings, stone: Tombstone) -> None:
    """Add a line to the tombstone file; it is on disk when this returns.

    Raises:
        CasebriefError: The file cannot be written. What was erased is erased; the next start adds the line.
    """
    path = settings.tombstones
    # A line feed first: a line that a power cut left unfinished ends there and does not swallow this one.
    data = b"\n" + json.dumps(asdict(stone), ensure_ascii=True).encode() + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        flush_path(path.parent)
    except OSError as error:
        raise CasebriefError(
            f"It was erased, but the tombstone file could not be written: {os.strerror(error.errno or 0)}.",
            do="Make CASEBRIEF_TOMBSTONE_FILE writable and start Casebrief again, which adds the missing line.",
        ) from None


def remove_original(settings: Settings, document_id: str) -> None:
    """Remove the sealed original of a filing, where it is there."""
    remove_file(settings.folder("originals") / f"{document_id}.sealed")


def _write_row(db: Database, session: Session, stone: Tombstone) -> None:
    """Put a tombstone into the open transaction, and into its file once that is on disk."""
    stone = replace(stone, erased_at=stone.erased_at or timestamp())
    session.merge(TombstoneRow(**asdict(stone)))
    if all(had.subject != stone.subject for had in read_tombstones(db.settings)):
        db.after_commit(partial(append_tombstone, db.settings, stone))


def _empty_answers(session: Session, matter_id: str, document_id: str) -> None:
    """Take the words of answers that rest on a filing; ids and places stay, so that the gap can be told."""
    mine = select(TurnRow).join(ConversationRow, ConversationRow.conversation_id == TurnRow.conversation_id)
    for turn in session.scalars(
        mine.where(ConversationRow.matter_id == matter_id, TurnRow.answer.contains(document_id))
    ):
        answer = forms.answer_from_json(turn.answer)
        turn.answer = forms.answer_to_json(_empty_answer(answer, document_id))


def _empty_answer(answer: Answer, document_id: str) -> Answer:
    def empty(sentence: Sentence) -> Sentence:
        rests = not sentence.evidence or any(item.document_id == document_id for item in sentence.evidence)
        evidence = tuple(replace(item, pinpoint="") for item in sentence.evidence)
        return replace(sentence, text="", reason="", evidence=evidence) if rests else sentence

    return replace(answer, sentences=tuple(map(empty, answer.sentences)))


def _tombstone(row: TombstoneRow) -> Tombstone:
    return Tombstone(row.subject, row.kind, row.erased_by, row.second, dict(row.counts), row.erased_at)


def sweep_originals(db: Database, age_s: float = _ORPHAN_AGE_S) -> int:
    """Remove what crashes left among the originals: files older than `age_s` that no filing owns; give how many."""
    now = datetime.now(UTC).timestamp()
    old = [path for path in db.settings.folder("originals").iterdir() if now - path.stat().st_mtime >= age_s]
    with db.reading() as session:
        owned = {f"{name}.sealed" for name in session.scalars(select(DocumentRow.document_id))}
    return sum(remove_file(path) for path in old if path.name not in owned)
