"""Which filings may be used: there, read to an end, and not clawed back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select

from assistant.errors import NotAllowed, NotFound
from assistant.store.database import Database
from assistant.store.filings import read_file_name
from assistant.store.tables import DocumentRow
from assistant.store.vault import Vault, open_vault

_STATE = select(
    DocumentRow.document_id,
    DocumentRow.matter_id,
    DocumentRow.revision,
    DocumentRow.sequestered,
    DocumentRow.sealed_file_name,
).where(DocumentRow.document_id == bindparam("document_id"))

_UNREAD = select(DocumentRow.document_id).where(
    DocumentRow.matter_id == bindparam("matter_id"), DocumentRow.status.in_(("waiting", "reading"))
)

_WAITING = (
    select(DocumentRow.document_id)
    .where(DocumentRow.status.in_(("waiting", "reading")))
    .order_by(DocumentRow.added_at, DocumentRow.document_id)
)


def list_usable(db: Database, matter_id: str) -> dict[str, int]:
    """Give the newest revision of each filing of a matter that is read and not sequestered, oldest filing first."""
    ready = select(DocumentRow.document_id, DocumentRow.revision).where(
        DocumentRow.matter_id == matter_id, DocumentRow.status == "ready", DocumentRow.sequestered.is_(False)
    )
    with db.reading() as session:
        rows = session.execute(ready.order_by(DocumentRow.added_at, DocumentRow.document_id))
        return {document_id: revision for document_id, revision in rows}


def list_types(db: Database, matter_id: str) -> dict[str, str]:
    """Give the type of each filing of a matter: the one that a person settled, or else the one that was read."""
    types = select(DocumentRow.document_id, DocumentRow.document_type).where(DocumentRow.matter_id == matter_id)
    with db.reading() as session:
        return {document_id: document_type for document_id, document_type in session.execute(types)}


def is_usable(db: Database, document_id: str, revision: int | None = None) -> bool:
    """Tell whether a filing is there and not sequestered, and whether `revision` is its newest where one is given."""
    row = db.look_up(_STATE, document_id=document_id)
    return row is not None and not row.sequestered and revision in (None, row.revision)


def has_unread(db: Database, matter_id: str) -> bool:
    """Tell whether a filing of a matter is being read or waits for it."""
    return db.look_up(_UNREAD, matter_id=matter_id) is not None


def list_waiting(db: Database) -> tuple[str, ...]:
    """Give the ids of the filings, of all matters, that are not read to an end yet, oldest first."""
    return tuple(row.document_id for row in db.look_up_all(_WAITING))


def open_usable(db: Database, document_id: str) -> tuple[int, str, Vault]:
    """Give a filing's newest revision, the name of its file, and the vault of its matter.

    Raises:
        NotFound: There is no such filing, or it is sequestered.
    """
    row = db.look_up(_STATE, document_id=document_id)
    if row is None:
        raise NotFound(f"There is no filing {document_id}.", do="List the filings of the matter.")
    if row.sequestered:
        raise NotFound("The filing is sequestered.", do="Ask an attorney of the matter.")
    vault = open_vault(db, row.matter_id)
    return row.revision, read_file_name(row, vault), vault


def check_sources(db: Database, document_ids: Collection[str]) -> None:
    """Let training on these filings pass only while each is there and none is sequestered.

    Raises:
        NotAllowed: One was deleted or clawed back.
    """
    barred = sorted(document_id for document_id in set(document_ids) if not is_usable(db, document_id))
    if barred:
        raise NotAllowed(
            f"What was learned from {', '.join(barred)} may not be used: deleted or sequestered since.",
            do="Start another round, which leaves these filings out.",
        )
