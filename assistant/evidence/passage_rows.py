"""Passages as rows of a vector collection: what is embedded and stored of each, how it is written and noted."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.documents import Passage, RedactedDocument
from assistant.evidence.embedding import strip_marks

_LOG = logging.getLogger(__name__)
MANIFEST = "manifest.json"
_WRITE_ROWS = 2000  # at once
_SECTION_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Rows:
    """Passages ready to be written.

    Attributes:
        ids: Document and passage, as the collection names them.
        embeddings: A vector each.
        documents: The pseudonymized text each.
        metadatas: Place and kind each; see `make_rows`.
        document_id: The document they are of, or "" where they are of several.
        revision: Of that document.
    """

    ids: Sequence[str]
    embeddings: Sequence[Any]
    documents: Sequence[str]
    metadatas: Sequence[dict[str, Any]]
    document_id: str = ""
    revision: int = 0

    def write(self, collection: Any) -> None:
        """Add the rows to a collection, in batches."""
        for low in range(0, len(self.ids), _WRITE_ROWS):
            part = slice(low, low + _WRITE_ROWS)
            collection.add(
                ids=list(self.ids[part]),
                embeddings=list(self.embeddings[part]),
                documents=list(self.documents[part]),
                metadatas=list(self.metadatas[part]),
            )


def prefix_passage(document: RedactedDocument, passage: Passage) -> str:
    """Give what is embedded of a passage: type and section stand before it, so that the vector knows where it is."""
    return _prefix(document.document_type, passage.section, document.passage_text(passage))


def _prefix(document_type: str, section: str, text: str) -> str:
    head = ", ".join(filter(None, (document_type.capitalize(), section[:_SECTION_CHARACTERS])))
    return strip_marks(f"{head}: {text}" if head else text)


def make_rows(document: RedactedDocument, vectors: Sequence[Any]) -> Rows:
    """Make the rows of a document's passages, with a vector each."""
    passages = document.passages
    return Rows(
        ids=[f"{document.document_id}:{p.index}" for p in passages],
        embeddings=vectors,
        documents=[document.passage_text(p) for p in passages],
        metadatas=[
            {
                "document_id": document.document_id,
                "revision": document.revision,
                "type": document.document_type,
                "index": p.index,
                "start": p.start,
                "end": p.end,
                "page": p.page,
                "section": p.section,
                "paragraph": p.paragraph,
            }
            for p in passages
        ],
        document_id=document.document_id,
        revision=document.revision,
    )


def describe_rows(parts: Sequence[Rows]) -> dict[str, Any]:
    """Give what a manifest says of rows: the revision of each document, its type as far as it is told, the count."""
    places = [meta for rows in parts for meta in rows.metadatas]
    documents = {meta["document_id"]: meta["revision"] for meta in places}
    return {
        "documents": documents | {rows.document_id: rows.revision for rows in parts if rows.document_id},
        "types": {meta["document_id"]: meta["type"] for meta in places},
        "passages": len(places),
    }


def pick_rows(found: Any, positions: Sequence[int]) -> Rows:
    """Take some of the rows that a collection gave."""
    ids, embeddings, texts, metadatas = (
        [found[key][i] for i in positions] for key in ("ids", "embeddings", "documents", "metadatas")
    )
    return Rows(ids, embeddings, texts, metadatas)


def read_vectors(collection: Any, document_id: str) -> dict[str, Any]:
    """Give the vectors of a document's rows by the text that was embedded."""
    found = collection.get(where={"document_id": document_id}, include=["embeddings", "documents", "metadatas"])
    prefixed = (
        _prefix(meta["type"], meta["section"], text)
        for text, meta in zip(found["documents"], found["metadatas"], strict=True)
    )
    return dict(zip(prefixed, found["embeddings"], strict=True))


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read what a matter's index holds; None where that is not written down or not readable."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        return manifest if {"generation", "embedding", "documents", "passages"} <= manifest.keys() else None
    except FileNotFoundError:
        return None
    except (ValueError, AttributeError):
        _LOG.warning("The manifest of the index of matter %s is not readable.", folder.name)
        return None


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write what a matter's index holds, last and whole."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{MANIFEST}.new"
    with draft.open("w") as file:
        json.dump(manifest, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / MANIFEST)
