"""Watched folders: which folder of the firm's disk belongs to a matter, who answers for it, and what was exported."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.errors import Conflict, NotFound
from assistant.store.database import Database, timestamp
from assistant.store.matter_tables import ExportRow, WatchRow
from assistant.store.tables import DocumentRow, SummaryRow
from assistant.store.vault import open_vault

_PURPOSE = "watched folder"


@dataclass(frozen=True, slots=True)
class Watch:
    """The watched folder of a matter.

    Attributes:
        matter_id: The matter.
        folder: Its folder under the root of watched folders, such as "rivera/2024"; sealed at rest.
        responsible: User name of the person whose uploads the files in it count as.
        export_by: User name of the attorney who lets signed-off summaries be written to it, or "".
        set_by: User name of the admin.
        created_at: ISO 8601 UTC.
    """

    matter_id: str
    folder: str
    responsible: str
    export_by: str
    set_by: str
    created_at: str


def set_watch(db: Database, matter_id: str, folder: str, responsible: str, actor: str) -> Watch:
    """Give a matter its folder, or another one; what an attorney allowed for the folder before is allowed no more.

    Raises:
        NotFound: There is no such matter.
        Conflict: The folder is another matter's, lies in one, or holds one.
    """
    vault = open_vault(db, matter_id)
    with db.session() as session:
        for other in list_watches(db):
            if other.matter_id != matter_id and _overlap(other.folder, folder):
                raise Conflict(
                    f"This folder is {other.matter_id}'s, lies in its folder, or holds it.", do="Choose another folder."
                )
        had = session.get(WatchRow, matter_id)
        if had is not None and _read(db, had).folder != folder:
            mine = select(SummaryRow.summary_id).where(SummaryRow.matter_id == matter_id)
            session.execute(delete(ExportRow).where(ExportRow.summary_id.in_(mine)))
        row = WatchRow(
            matter_id=matter_id,
            sealed_folder=vault.seal(folder.encode(), _PURPOSE),
            responsible=responsible,
            export_by="",
            set_by=actor,
            created_at=timestamp(),
        )
        return _read(db, session.merge(row))


def remove_watch(db: Database, matter_id: str) -> None:
    """Watch a matter's folder no more; the folder and what lies in it stay.

    Raises:
        NotFound: The matter has none.
    """
    with db.session() as session:
        session.delete(_row(session, matter_id))


def allow_export(db: Database, matter_id: str, attorney: str) -> Watch:
    """Say who lets signed-off summaries be written to the folder; "" ends it.

    Raises:
        NotFound: The matter has no folder.
    """
    with db.session() as session:
        row = _row(session, matter_id)
        row.export_by = attorney
        return _read(db, row)


def find_watch(db: Database, matter_id: str) -> Watch | None:
    """Give the watched folder of a matter, or None."""
    with db.reading() as session:
        row = session.get(WatchRow, matter_id)
        return _read(db, row) if row is not None else None


def list_watches(db: Database) -> tuple[Watch, ...]:
    """List the watched folders of all matters, oldest first."""
    with db.reading() as session:
        rows = session.scalars(select(WatchRow).order_by(WatchRow.created_at, WatchRow.matter_id)).all()
        return tuple(_read(db, row) for row in rows)


def list_due_exports(db: Database, matter_id: str) -> tuple[str, ...]:
    """Give the ids of a matter's signed-off summaries that were not written to its folder yet, oldest first."""
    due = (
        select(SummaryRow.summary_id)
        .join(DocumentRow, DocumentRow.document_id == SummaryRow.document_id)
        .where(
            SummaryRow.matter_id == matter_id,
            SummaryRow.status == "signed_off",
            DocumentRow.sequestered.is_(False),
            SummaryRow.summary_id.not_in(select(ExportRow.summary_id)),
        )
    )
    with db.reading() as session:
        return tuple(session.scalars(due.order_by(SummaryRow.created_at, SummaryRow.summary_id)))


def note_export(db: Database, summary_id: str) -> None:
    """Remember that a summary lies in its matter's folder."""
    with db.session() as session:
        session.merge(ExportRow(summary_id=summary_id, exported_at=timestamp()))


def _overlap(one: str, other: str) -> bool:
    """Tell whether one folder is the other or lies in it; case is left out, as some disks do."""
    first, second = (f"{folder}/".casefold() for folder in (one, other))
    return first.startswith(second) or second.startswith(first)


def _row(session: Session, matter_id: str) -> WatchRow:
    row = session.get(WatchRow, matter_id)
    if row is None:
        raise NotFound("This matter has no watched folder.", do="An administrator sets one on the People screen.")
    return row


def _read(db: Database, row: WatchRow) -> Watch:
    folder = open_vault(db, row.matter_id).unseal(row.sealed_folder, _PURPOSE).decode()
    return Watch(row.matter_id, folder, row.responsible, row.export_by, row.set_by, row.created_at)
