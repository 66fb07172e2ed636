"""A filing's way in, top to bottom: read, clean, redact, split, store, index."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.compute import claim_processor
from assistant.documents import Page, RedactedDocument
from assistant.errors import CasebriefError, RefusedInput
from ingest.clean import clean_pages
from ingest.propagate import list_words
from ingest.read import ReadResult, read_document
from ingest.redact import redact_clean, scheme_of
from ingest.revise import hold_matter, spread_findings
from ingest.split import split_text

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.store.database import Database
    from assistant.store.filings import Filing
    from assistant.store.vault import Vault

Progress = Callable[[int, int, str], None]

_read_at: dict[str, int] = {}
"""The vault's version when a filing had been read; not known after a restart, which only costs a second look."""


def ingest_filing(
    db: Database,
    index: Any,
    settings: Settings,
    document_id: str,
    *,
    password: str | None = None,
    document_type: str | None = None,
    progress: Progress | None = None,
) -> Filing:
    """Read a stored filing and make it ready: every step is safe to run again after a crash in its middle.

    Args:
        db: The store.
        index: `assistant.evidence.retrieval.Index`.
        settings: Limits and profile.
        document_id: A filing whose original is stored.
        password: For an encrypted PDF; never stored.
        document_type: Takes the place of the type that the caption tells.
        progress: Called with (done, total, label).

    Raises:
        NotFound: There is no such filing.
        RefusedInput: It cannot be read; its status says why.
    """
    from assistant.store.filings import get_filing, set_status

    if get_filing(db, document_id).status == "ready":
        return get_filing(db, document_id)
    try:
        store_reading(db, settings, document_id, password, document_type, progress)
        index_filing(db, index, document_id, progress)
    except CasebriefError as error:
        set_status(db, document_id, "refused", _one_line(error), error.do or "")
        raise
    spread_filing(db, index, document_id)
    return get_filing(db, document_id)


def store_reading(
    db: Database,
    settings: Settings,
    document_id: str,
    password: str | None = None,
    document_type: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Read, clean, redact, split and store a filing as its first revision; nothing where that is stored already."""
    from assistant.evidence.instructions import describe_instructions
    from assistant.store.decisions import vault_versions
    from assistant.store.filings import get_filing, read_original, save_revision, set_status
    from assistant.store.vault import open_vault

    filing = get_filing(db, document_id)
    if filing.revision:
        return
    began = time.monotonic()
    set_status(db, document_id, "reading")
    with claim_processor():
        result = read_document(read_original(db, document_id), filing.file_name, settings, password, progress)
    # The second of two filings must know the first one's names, and be there to be revised when a third has more.
    with hold_matter(filing.matter_id), claim_processor():
        vault = open_vault(db, filing.matter_id)
        document, entities = make_document(
            result, vault, settings, document_id, filing.matter_id, document_type, progress
        )
        seconds, words = round(time.monotonic() - began, 3), list_words(document.text)
        warnings = (*result.warnings, *describe_instructions(document))
        save_revision(db, document, result.pages, entities, warnings, seconds, words)
        _read_at[document_id] = vault_versions(db, filing.matter_id)[1]


def index_filing(db: Database, index: Any, document_id: str, progress: Progress | None = None) -> None:
    """Put a stored filing into the index and say that it is ready."""
    from assistant.evidence.clean_memory import give_back_memory
    from assistant.store.filings import load_document, set_status

    report = (lambda done, total: progress(done, total, "Indexing")) if progress else None
    index.add(load_document(db, document_id), report)
    set_status(db, document_id, "ready")
    give_back_memory()  # an archive of thousands leaves the process as large as its first dozen did


def spread_filing(db: Database, index: Any, document_id: str) -> None:
    """Mask in the matter's other filings the names that one brought, and renew their passages in the index.

    Where a crash comes before, the next filing of the matter or the next start does it.
    """
    from assistant.store.filings import get_filing, load_documents

    filing = get_filing(db, document_id)
    read_at = _read_at.pop(document_id, -1)
    revised = spread_findings(db, filing.matter_id, filing.added_by, document_id, read_at)
    if revised:
        index.add_all(filing.matter_id, load_documents(db, revised))


def make_document(
    result: ReadResult,
    vault: Vault,
    settings: Settings,
    document_id: str = "",
    matter_id: str = "",
    document_type: str | None = None,
    progress: Progress | None = None,
) -> tuple[RedactedDocument, dict[str, int]]:
    """Make the pseudonymized document of pages as read; the vault learns its names. Gives entities by type too."""
    total = len(result.pages)
    if progress:
        progress(total, total, "Replacing names")
    clean = clean_pages(result.pages)
    made = redact_clean(clean, vault, settings.profile)
    facts = {name: value for name, value in made.facts.items() if name != "document_type"}
    document = RedactedDocument(
        document_id=document_id,
        matter_id=matter_id,
        revision=1,
        document_type=document_type or clean.facts.get("document_type", "plain"),
        text=made.text,
        offsets=made.offsets,
        passages=split_text(made.text, made.offsets, made.headings, made.paragraphs),
        pages_total=int(result.facts.get("pages_total", total)),
        pages_ocr=tuple(page.number for page in result.pages if page.source == "ocr"),
        pages_unreadable=tuple(page.number for page in result.pages if page.source == "unreadable"),
        facts=facts,
        scheme=scheme_of(settings.profile),
        confidences=made.confidences,
        pinpoints=clean.pinpoints,
    )
    return document, made.entities


def read_path(
    path: Path | str, settings: Settings, password: str | None = None, *, document_type: str | None = None
) -> tuple[RedactedDocument, tuple[Page, ...], Vault]:
    """Read a file that is not stored, with a vault that lives only as long as the object.

    Raises:
        RefusedInput: The file is missing or cannot be read.
    """
    from assistant.store.vault import Vault

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise RefusedInput(f"{path} cannot be opened ({error.strerror}).", do="Check the path.") from None
    vault = Vault.ephemeral()
    result = read_document(data, Path(path).name, settings, password)
    document, _entities = make_document(result, vault, settings, document_type=document_type)
    return document, result.pages, vault


def register_jobs(house: Any) -> None:
    """Register the durable job "ingest": it takes a filing's id and resumes at the step that was cut off.

    Args:
        house: Has `db`, `index` and `settings`.
    """
    from assistant import jobs
    from assistant.store.filings import get_filing, set_status

    @jobs.step("read")
    def read_step(document_id: str) -> int:
        store_reading(house.db, house.settings, document_id, progress=_report)
        return get_filing(house.db, document_id).pages_total

    @jobs.step("index")
    def index_step(document_id: str) -> None:
        index_filing(house.db, house.index, document_id, _report)

    @jobs.step("spread")
    def spread_step(document_id: str) -> None:
        spread_filing(house.db, house.index, document_id)

    @jobs.step("refuse")
    def refuse_step(document_id: str, error: str, do: str) -> None:
        set_status(house.db, document_id, "refused", error, do)

    @jobs.workflow("ingest")
    def ingest(document_id: str) -> int:
        try:
            pages = read_step(document_id)
            index_step(document_id)
        except CasebriefError as error:
            refuse_step(document_id, _one_line(error), error.do or "")
            raise
        spread_step(document_id)
        return pages

    def _report(done: int, total: int, label: str) -> None:
        jobs.report_progress(done, total, label)


def _one_line(error: CasebriefError) -> str:
    """Say what went wrong and what was expected; what to do stands beside it."""
    return error.what + (f" Expected: {error.expected}." if error.expected else "")
