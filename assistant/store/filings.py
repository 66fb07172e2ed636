"""Filings: the sealed original, what was read of it, and its revisions."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select
from sqlalchemy.orm import Session

from assistant.documents import Page, RedactedDocument
from assistant.errors import Conflict, DamagedState, NotAllowed, NotFound, WrongUsage
from assistant.store import forms
from assistant.store.captions import apply_correction, open_correction
from assistant.store.database import Database, new_id, timestamp
from assistant.store.erasure import Tombstone, bury_filing, check_hold
from assistant.store.sealed_files import remove_file, write_file
from assistant.store.tables import DocumentRow, MatterRow, PageRow, RevisionRow, SummaryRow
from assistant.store.vault import Vault, open_vault
from assistant.store.words import index_words

STATUSES = ("waiting", "reading", "ready", "refused")
_ONE = select(DocumentRow.__table__).where(DocumentRow.document_id == bindparam("document_id"))
_LISTED = (
    select(DocumentRow.__table__)
    .where(
        DocumentRow.matter_id == bindparam("matter_id"),
        DocumentRow.sequestered == bindparam("sequestered"),
        DocumentRow.status.in_(bindparam("statuses", expanding=True)),
    )
    .order_by(DocumentRow.added_at, DocumentRow.document_id)
)


@dataclass(frozen=True, slots=True)
class Filing:
    """A document of a matter.

    Attributes:
        document_id: Identity within the store.
        matter_id: The matter it belongs to.
        file_name: As it was given, without folders; sealed at rest.
        status: "waiting", "reading", "ready" or "refused".
        error: Why it was refused, without content, or "".
        do: What the person can do about it, or "".
        pages_total: Pages of the file, 0 until it is read.
        pages_ocr: Pages read by OCR.
        pages_unreadable: Pages that gave no usable text.
        revision: Newest revision, 0 until it is read.
        document_type: Key of a house template, "" until it is read.
        words: Words of the running text.
        entities: Number of identifiers replaced, by type.
        warnings: What the reader should know, without content.
        sequestered: True where it is clawed back: hidden and untrained, kept.
        added_by: User name.
        added_at: ISO 8601 UTC.
        seconds: Time that reading took.
    """

    document_id: str
    matter_id: str
    file_name: str
    status: str
    error: str = ""
    do: str = ""
    pages_total: int = 0
    pages_ocr: tuple[int, ...] = ()
    pages_unreadable: tuple[int, ...] = ()
    revision: int = 0
    document_type: str = ""
    words: int = 0
    entities: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    sequestered: bool = False
    added_by: str = ""
    added_at: str = ""
    seconds: float = 0.0


def add_filing(db: Database, matter_id: str, file_name: str, data: bytes, actor: str) -> Filing:
    """Take a file into a matter: sealed and on disk before this returns; the same content again is the same filing.

    The file is written first and its row second: a crash between leaves a sealed file without a row, which
    `erasure.sweep_originals` removes.

    Raises:
        NotFound: There is no such matter.
        CasebriefError: The disk is full; nothing was changed.
    """
    vault = open_vault(db, matter_id)
    content = vault.blind(hashlib.sha256(data).hexdigest())
    same = select(DocumentRow).where(DocumentRow.matter_id == matter_id, DocumentRow.content_blind == content)
    with db.reading() as session:
        had = session.scalar(same)
    if had is not None:
        return _filing(had, vault)
    document_id = new_id("d")
    path = db.settings.folder("originals") / f"{document_id}.sealed"
    write_file(path, vault.seal(data, f"original|{document_id}"))
    name = file_name.replace("\\", "/").rpartition("/")[2]
    try:
        with db.session() as session:
            had = session.scalar(same)
            if had is None:
                row = DocumentRow(
                    document_id=document_id,
                    matter_id=matter_id,
                    content_blind=content,
                    sealed_file_name=vault.seal(name.encode(), f"file name|{document_id}"),
                    status="waiting",
                    added_by=actor,
                    added_at=timestamp(),
                )
                session.add(row)
                session.flush()
                return _filing(row, vault)
    except BaseException:
        remove_file(path)
        raise
    remove_file(path)
    return _filing(had, vault)


def get_filing(db: Database, document_id: str) -> Filing:
    """Give a filing.

    Raises:
        NotFound: There is no such filing.
    """
    row = db.look_up(_ONE, document_id=document_id)
    if row is None:
        raise _no_filing(document_id)
    return _filing(row, open_vault(db, row.matter_id))


def list_filings(
    db: Database, matter_id: str, *, sequestered: bool = False, statuses: Collection[str] = STATUSES
) -> tuple[Filing, ...]:
    """List the filings of a matter, oldest first: those that people see, or those that are clawed back.

    Raises:
        NotFound: There is no such matter.
    """
    vault = open_vault(db, matter_id)
    rows = db.look_up_all(_LISTED, matter_id=matter_id, sequestered=sequestered, statuses=list(statuses))
    return tuple(_filing(row, vault) for row in rows)


def set_status(db: Database, document_id: str, status: str, error: str = "", do: str = "") -> None:
    """Say how far reading has come; `error` and `do` hold no content of the filing.

    Raises:
        NotFound: There is no such filing.
        WrongUsage: There is no such status.
    """
    if status not in STATUSES:
        raise WrongUsage(f"There is no status {status!r} of a filing.", expected="one of " + ", ".join(STATUSES))
    with db.session() as session:
        row = _row(session, document_id)
        row.status, row.error, row.do = status, error, do


def set_sequestered(db: Database, document_id: str, sequestered: bool) -> None:
    """Claw a filing back (it trains nothing and is hidden, but kept), or release it.

    Raises:
        NotFound: There is no such filing.
    """
    with db.session() as session:
        _row(session, document_id).sequestered = sequestered


def read_original(db: Database, document_id: str) -> bytes:
    """Open the original file.

    Raises:
        NotFound: There is no such filing.
        DamagedState: The sealed file is missing or was changed.
    """
    with db.reading() as session:
        matter_id = _row(session, document_id).matter_id
    try:
        blob = (db.settings.folder("originals") / f"{document_id}.sealed").read_bytes()
    except FileNotFoundError:
        raise DamagedState(
            f"The sealed original of {document_id} is missing.", do="Restore the data root from its backup."
        ) from None
    return open_vault(db, matter_id).unseal(blob, f"original|{document_id}")


def save_revision(
    db: Database,
    document: RedactedDocument,
    pages: Sequence[Page],
    entities: dict[str, int],
    warnings: Sequence[str],
    seconds: float,
    words: Collection[str] = (),
) -> None:
    """Store a reading of a filing, all of it or nothing; storing the same revision again replaces it.

    Args:
        db: The database.
        document: Names the filing and the revision.
        pages: As read; none where a later finding changed the text only: the pages of the revision before stand.
        entities: Number of identifiers replaced, by type.
        warnings: What the reader should know, without content.
        seconds: Time that reading took.
        words: What of the text may be a name, and its pseudonyms: the filing is found by them later.

    Raises:
        NotFound: There is no such filing.
        WrongUsage: The document names no revision, or another matter than the filing's.
        Conflict: Summaries rest on this revision and the text is another: it must become a new revision.
    """
    if document.revision < 1:
        raise WrongUsage(f"The revision to store is {document.revision}.", expected="a number from 1")
    vault = open_vault(db, document.matter_id)
    sealed_pages = [(page.number, vault.seal(forms.pack_page(page), _page_purpose(document, page))) for page in pages]
    row = RevisionRow(
        document_id=document.document_id,
        revision=document.revision,
        document_type=document.document_type,
        text=document.text,
        passages=forms.passages_to_rows(document.passages),
        facts={name: value for name, value in document.facts.items() if name not in document.corrected},
        pages_total=document.pages_total,
        pages_ocr=list(document.pages_ocr),
        pages_unreadable=list(document.pages_unreadable),
        scheme=document.scheme,
        confidences=list(document.confidences),
        sealed_offsets=vault.seal(
            forms.pack_places(document.offsets, document.pinpoints),
            f"offsets|{document.document_id}|{document.revision}",
        ),
        created_at=timestamp(),
    )
    with db.session() as session:
        filing = _row(session, document.document_id)
        if filing.matter_id != document.matter_id:
            raise WrongUsage(f"{document.document_id} belongs to {filing.matter_id}, not to {document.matter_id}.")
        _replace_revision(session, row)
        session.add_all(
            PageRow(document_id=row.document_id, revision=row.revision, number=number, sealed_page=blob)
            for number, blob in sealed_pages
        )
        if document.revision >= filing.revision:
            filing.revision = document.revision
            filing.document_type = apply_correction(document, open_correction(filing, vault)).document_type
            filing.pages_total = document.pages_total
            filing.pages_ocr, filing.pages_unreadable = list(document.pages_ocr), list(document.pages_unreadable)
            filing.words = len(document.text.split())
            filing.entities, filing.warnings, filing.seconds = dict(entities), list(warnings), seconds
            index_words(session, vault, document.document_id, words)


def load_document(db: Database, document_id: str, revision: int | None = None) -> RedactedDocument:
    """Give the pseudonymized document: the newest revision, or the one asked for.

    Raises:
        NotFound: There is no such filing, or it has no such revision (it may not be read yet).
    """
    with db.reading() as session:
        filing = _row(session, document_id)
        row = session.get(RevisionRow, (document_id, revision or filing.revision))
    if row is None:
        raise NotFound(
            f"{document_id} has no revision {revision or 'yet'}.", do="Wait until it is read; see its status."
        )
    vault = open_vault(db, filing.matter_id)
    places = vault.unseal(row.sealed_offsets, f"offsets|{document_id}|{row.revision}")
    offsets, pinpoints = forms.unpack_places(places)
    document = RedactedDocument(
        document_id=document_id,
        matter_id=filing.matter_id,
        revision=row.revision,
        document_type=row.document_type,
        text=row.text,
        offsets=offsets,
        passages=forms.passages_from_rows(row.passages),
        pages_total=row.pages_total,
        pages_ocr=tuple(row.pages_ocr),
        pages_unreadable=tuple(row.pages_unreadable),
        facts=dict(row.facts),
        scheme=row.scheme,
        confidences=tuple(row.confidences),
        pinpoints=pinpoints,
    )
    return apply_correction(document, open_correction(filing, vault))


def load_documents(db: Database, document_ids: Iterable[str]) -> Iterator[RedactedDocument]:
    """Give the newest revision of each filing, one at a time; one that was deleted meanwhile is left out."""
    for document_id in document_ids:
        with suppress(NotFound):
            yield load_document(db, document_id)


def load_pages(
    db: Database, document_id: str, revision: int | None = None, numbers: Collection[int] | None = None
) -> tuple[Page, ...]:
    """Give the pages as read, original text and boxes, in order: all, or those in `numbers`.

    A revision that a later finding made has the pages of the one that was read.

    Raises:
        NotFound: There is no such filing.
    """
    with db.reading() as session:
        filing = _row(session, document_id)
        kept = select(func.max(PageRow.revision)).where(
            PageRow.document_id == document_id, PageRow.revision <= (revision or filing.revision)
        )
        asked = session.scalar(kept) or 0
        mine = select(PageRow).where(PageRow.document_id == document_id, PageRow.revision == asked)
        if numbers is not None:
            mine = mine.where(PageRow.number.in_(numbers))
        rows = session.scalars(mine.order_by(PageRow.number)).all()
    vault = open_vault(db, filing.matter_id)
    return tuple(
        forms.unpack_page(vault.unseal(row.sealed_page, f"page|{document_id}|{asked}|{row.number}")) for row in rows
    )


def delete_filing(db: Database, document_id: str, actor: str = "", adapters_due: Collection[str] = ()) -> None:
    """Delete a filing with its original, revisions, summaries and corrections; a tombstone stays.

    What answers took from it goes too. A crash after the commit leaves files, which the tombstone finds at the next
    start; index and datasets are the caller's.

    Args:
        db: The database.
        document_id: The filing.
        actor: Who deletes.
        adapters_due: Adapters that learned from it; they are marked as due for a round.

    Raises:
        NotFound: There is no such filing.
        NotAllowed: A legal hold lies on its matter, or it is sequestered, which means kept.
    """
    with db.session() as session:
        row = _row(session, document_id)
        check_hold(session.get_one(MatterRow, row.matter_id))
        if row.sequestered:
            raise NotAllowed(f"{document_id} is sequestered: it is kept.", do="Lift the sequester first.")
        stone = Tombstone(document_id, "filing", actor, counts={"adapters_due": sorted(adapters_due)})
        bury_filing(db, session, document_id, stone)


def _replace_revision(session: Session, row: RevisionRow) -> None:
    """Put a revision in the place of an earlier attempt at it, unless summaries rest on another text."""
    had = session.get(RevisionRow, (row.document_id, row.revision))
    if had is not None:
        resting = select(func.count()).where(
            SummaryRow.document_id == row.document_id, SummaryRow.revision == row.revision
        )
        if had.text != row.text and session.scalar(resting):
            raise Conflict(
                f"Summaries rest on revision {row.revision} of {row.document_id}, whose text is another.",
                do="Store the new reading as the next revision.",
            )
        session.execute(delete(PageRow).where(PageRow.document_id == row.document_id, PageRow.revision == row.revision))
    session.merge(row)


def _page_purpose(document: RedactedDocument, page: Page) -> str:
    return f"page|{document.document_id}|{document.revision}|{page.number}"


def _row(session: Session, document_id: str) -> DocumentRow:
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise _no_filing(document_id)
    return row


def _no_filing(document_id: str) -> NotFound:
    return NotFound(f"There is no filing {document_id}.", do="List the filings of the matter.")


def read_file_name(row: DocumentRow | Row[Any], vault: Vault) -> str:
    """Give the name of a filing's file."""
    return vault.unseal(row.sealed_file_name, f"file name|{row.document_id}").decode()


def _filing(row: DocumentRow | Row[Any], vault: Vault) -> Filing:
    return Filing(
        document_id=row.document_id,
        matter_id=row.matter_id,
        file_name=read_file_name(row, vault),
        status=row.status,
        error=row.error,
        do=row.do,
        pages_total=row.pages_total,
        pages_ocr=tuple(row.pages_ocr),
        pages_unreadable=tuple(row.pages_unreadable),
        revision=row.revision,
        document_type=row.document_type,
        words=row.words,
        entities=dict(row.entities),
        warnings=tuple(row.warnings),
        sequestered=row.sequestered,
        added_by=row.added_by,
        added_at=row.added_at,
        seconds=row.seconds,
    )
