"""The index of words: which filings hold a word that may be a name, found by keyed hashes without opening a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from assistant.store.database import Database
from assistant.store.tables import DocumentRow, WordRow
from assistant.store.vault import Vault

_BYTES = 8
"""Bytes of a hash that are kept: two words of a matter that share them cost one look into a filing, no more."""
_ASKED_AT_ONCE = 500


def index_words(session: Session, vault: Vault, document_id: str, words: Collection[str]) -> None:
    """Put the words of a filing's newest revision in the place of those before, in the open transaction."""
    session.execute(delete(WordRow).where(WordRow.document_id == document_id))
    blinds = sorted({_blind(vault, word) for word in words})
    if blinds:
        session.execute(insert(WordRow), [{"blind": blind, "document_id": document_id} for blind in blinds])


def find_filings(db: Database, vault: Vault, words: Collection[str]) -> dict[str, set[str]]:
    """Give, for each of the words that occur in filings of the vault's matter, the ids of those filings."""
    by_blind = {_blind(vault, word): word for word in words}
    found: dict[str, set[str]] = defaultdict(set)
    asked = sorted(by_blind)
    with db.reading() as session:
        for low in range(0, len(asked), _ASKED_AT_ONCE):
            rows = select(WordRow.blind, WordRow.document_id).where(
                WordRow.blind.in_(asked[low : low + _ASKED_AT_ONCE])
            )
            for blind, document_id in session.execute(rows):
                found[by_blind[blind]].add(document_id)
    return found


def list_unindexed(db: Database, matter_id: str) -> set[str]:
    """Give the filings of a matter that were read before there was an index of words."""
    read = select(DocumentRow.document_id).where(
        DocumentRow.matter_id == matter_id,
        DocumentRow.revision > 0,
        ~exists().where(WordRow.document_id == DocumentRow.document_id),
    )
    with db.reading() as session:
        return set(session.scalars(read))


def _blind(vault: Vault, word: str) -> bytes:
    return bytes.fromhex(vault.blind(word))[:_BYTES]
