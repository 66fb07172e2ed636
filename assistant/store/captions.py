"""Corrected caption facts: what people of a matter said of a filing's caption, sealed, and put over what was read.

They belong to the filing and not to a revision, so that no later reading or finding takes them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from assistant.documents import RedactedDocument
from assistant.errors import NotFound, WrongUsage
from assistant.store.database import Database, timestamp
from assistant.store.tables import DocumentRow
from assistant.store.vault import Vault, open_vault
from assistant.templates import document_types

FACTS = ("title", "court", "docket_number", "parties", "judge", "date")
"""What a caption tells, in the order of the screen."""


@dataclass(frozen=True, slots=True)
class CaptionCorrection:
    """What people corrected in a filing's caption.

    Attributes:
        facts: Corrected facts by name, pseudonymized; "" where the caption has no such fact.
        document_type: Key of a house template, or "" where it was left as read.
        corrected_by: User name of who corrected it last.
        corrected_at: ISO 8601 UTC.
    """

    facts: dict[str, str] = field(default_factory=dict)
    document_type: str = ""
    corrected_by: str = ""
    corrected_at: str = ""


_FORM = TypeAdapter(CaptionCorrection)


def save_correction(
    db: Database, document_id: str, facts: Mapping[str, str], document_type: str, actor: str
) -> CaptionCorrection:
    """Keep corrected facts of a filing, on top of those that were corrected before.

    Args:
        db: The database.
        document_id: The filing.
        facts: By name, pseudonymized; those that are not named stay as they are.
        document_type: Key of a house template, or "" to leave it as it is.
        actor: Who corrects.

    Raises:
        NotFound: There is no such filing.
        WrongUsage: There is no such fact, or no such type of document.
    """
    check_names(facts, document_type)
    with db.session() as session:
        row = session.get(DocumentRow, document_id)
        if row is None:
            raise NotFound(f"There is no filing {document_id}.", do="List the filings of the matter.")
        vault = open_vault(db, row.matter_id)
        had = open_correction(row, vault)
        made = CaptionCorrection(had.facts | dict(facts), document_type or had.document_type, actor, timestamp())
        row.sealed_caption = vault.seal(_FORM.dump_json(made), f"caption|{document_id}")
        row.document_type = made.document_type or row.document_type
    return made


def check_names(facts: Mapping[str, str], document_type: str) -> None:
    """Refuse facts that a caption does not have, and types that no house template stands for.

    Raises:
        WrongUsage: There is no such fact, or no such type of document.
    """
    unknown = sorted(set(facts) - set(FACTS))
    if unknown:
        raise WrongUsage(f"A caption has no {', '.join(unknown)}.", expected=", ".join(FACTS))
    if document_type and document_type not in document_types():
        raise WrongUsage(f'There is no type "{document_type}".', expected=", ".join(document_types()))


def open_correction(row: DocumentRow, vault: Vault) -> CaptionCorrection:
    """Open what people corrected in a filing's caption; empty where nobody did."""
    if not row.sealed_caption:
        return CaptionCorrection()
    return _FORM.validate_json(vault.unseal(row.sealed_caption, f"caption|{row.document_id}"))


def apply_correction(document: RedactedDocument, correction: CaptionCorrection) -> RedactedDocument:
    """Put corrected facts over those that were read; a fact that was corrected to nothing is not there."""
    if not correction.facts and not correction.document_type:
        return document
    facts = {name: value for name, value in (document.facts | correction.facts).items() if value}
    corrected = tuple(name for name in FACTS if name in correction.facts)
    return replace(
        document,
        facts=facts,
        corrected=corrected,
        document_type=correction.document_type or document.document_type,
    )
