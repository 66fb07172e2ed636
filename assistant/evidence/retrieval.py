"""The passage index of a matter: vectors in an embedded chromadb (its only user), BM25 in memory, fused.

It is a cache. Everything in it can be made again from the stored documents, and a matter's part of it lies in one
directory that is removed whole, since chromadb keeps deleted text in its file. For the same reason a removed document
means a new generation of the directory, written from what remains.
"""

from __future__ import annotations

import logging
import re
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.documents import Passage, RedactedDocument
from assistant.errors import DamagedState
from assistant.evidence.clean_memory import hand_out_clean_memory
from assistant.evidence.embedding import hash_model, share_embedder, strip_marks
from assistant.evidence.fusing import fuse_scores, merge_found, search_words
from assistant.evidence.naming import weigh_documents
from assistant.evidence.passage_rows import (
    Rows,
    describe_rows,
    make_rows,
    pick_rows,
    prefix_passage,
    read_manifest,
    read_vectors,
    write_manifest,
)
from assistant.evidence.questions import state_question
from assistant.evidence.terms import find_terms
from assistant.settings import Settings
from assistant.store.pseudonyms import find_pseudonyms

Report = Callable[[int, int], None]
_LOG = logging.getLogger(__name__)
_DEPTH = 80  # hits of each kind that are fused
_OPEN_MAX = 12  # matters whose passages stay in memory; the one that was longest not asked is closed
_MATTER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


class IndexDamaged(DamagedState):
    """A matter's index is missing, damaged or made with another embedding model; it can be rebuilt from the store."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found.

    Attributes:
        document_id: Its document.
        passage: Where it stands.
        score: Fused score, 0..1.
        text: The pseudonymized passage.
        likeness: Cosine of the passage with the question, -1..1; 0 where it was found by words alone.
        revision: The revision of the document that the offsets point into.
    """

    document_id: str
    passage: Passage
    score: float
    text: str
    likeness: float = 0.0
    revision: int = 1


@dataclass
class _Matter:
    """One matter's open index."""

    client: Any
    collection: Any
    rows: list[tuple[str, int, Passage, str]] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    pseudonyms: dict[str, set[str]] = field(default_factory=dict)
    words: Any = None


class Index:
    """The passage index of all matters, one directory each.

    Args:
        settings: `home` counts.
        source: Gives the stored documents of a matter. Where it is given, a missing or damaged index is rebuilt by
            itself, with a warning in the log; otherwise `IndexDamaged` says so.
        wanted: Tells whether a revision of a document belongs into the index now. It is asked under the index' lock,
            since a document may be deleted, sequestered or revised while its passages are being embedded.
    """

    def __init__(
        self,
        settings: Settings,
        source: Callable[[str], Iterable[RedactedDocument]] | None = None,
        wanted: Callable[[str, int], bool] | None = None,
    ) -> None:
        self._settings = settings
        self._source = source
        self._wanted = wanted
        self._lock = threading.RLock()
        self._open: dict[str, _Matter] = {}
        self.embedder = share_embedder()

    def add(self, document: RedactedDocument, report: Report | None = None) -> None:
        """Index a document; an earlier revision of it is replaced and its text removed from the disk.

        Nothing is done where the document was deleted or hidden, or got a newer revision, since it was loaded.

        Args:
            document: Its `matter_id` and `document_id` name its place.
            report: Called with (done, total) passages.
        """
        self.add_all(document.matter_id, [document], report)

    def add_all(self, matter_id: str, documents: Iterable[RedactedDocument], report: Report | None = None) -> None:
        """Index documents of one matter together: however many are replaced, what is kept is written once.

        A passage that stands unchanged in the revision before keeps its vector.
        """
        made = [self._make_rows(document, report) for document in documents]
        with self._lock, hand_out_clean_memory():
            fresh = [rows for rows in made if self._wanted is None or self._wanted(rows.document_id, rows.revision)]
            if not fresh:
                return
            held = (read_manifest(self._folder(matter_id)) or {"documents": {}})["documents"]
            old = {rows.document_id for rows in fresh} & set(held)
            if old:
                self._replace(matter_id, old, fresh)
                return
            matter = self._open_matter(matter_id, create=True)
            for rows in fresh:
                rows.write(matter.collection)
            self._close(matter_id)
            self._note(matter_id, fresh)

    def _make_rows(self, document: RedactedDocument, report: Report | None) -> Rows:
        """Make a document's rows: the vectors of passages that are indexed already are taken from there."""
        known = self._known_vectors(document)
        texts = [prefix_passage(document, passage) for passage in document.passages]
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        known |= dict(zip(unknown, self.embedder.embed(unknown, report), strict=True))
        return make_rows(document, [known[text] for text in texts])

    def _known_vectors(self, document: RedactedDocument) -> dict[str, Any]:
        """Give the vectors of an indexed document by what was embedded; nothing where they cannot be had."""
        with self._lock:
            manifest = read_manifest(self._folder(document.matter_id))
            if manifest is None or document.document_id not in manifest["documents"]:
                return {}
            try:
                collection = self._open_matter(document.matter_id).collection
            except IndexDamaged:
                return {}
            return read_vectors(collection, document.document_id)

    def remove(self, document_id: str, matter_id: str) -> None:
        """Take a document out of a matter's index; its text leaves the disk."""
        with self._lock, hand_out_clean_memory():
            manifest = read_manifest(self._folder(matter_id))
            if manifest is not None and document_id in manifest["documents"]:
                self._replace(matter_id, {document_id}, [])

    def _replace(self, matter_id: str, gone: Collection[str], fresh: Sequence[Rows]) -> None:
        """Write what is kept, and what is new, to a new generation of the matter's directory."""
        old = self._open_matter(matter_id).collection.get(include=["embeddings", "documents", "metadatas"])
        keep = [i for i, meta in enumerate(old["metadatas"]) if meta["document_id"] not in gone]
        self._close(matter_id)
        self._start_generation(matter_id, [pick_rows(old, keep), *fresh])

    def remove_matter(self, matter_id: str) -> None:
        """Remove a matter's whole directory."""
        with self._lock:
            self._close(matter_id)
            shutil.rmtree(self._folder(matter_id), ignore_errors=True)

    def rebuild(self, matter_id: str, documents: Iterable[RedactedDocument]) -> None:
        """Make a matter's index again from its stored documents."""
        with self._lock:
            self.remove_matter(matter_id)
            self._note(matter_id, [])
            for document in documents:
                self.add(document)

    def indexed(self, matter_id: str) -> dict[str, int]:
        """Give the revision of each indexed document of a matter."""
        manifest = read_manifest(self._folder(matter_id))
        return dict(manifest["documents"]) if manifest else {}

    def indexed_types(self, matter_id: str) -> dict[str, str]:
        """Give the type of each indexed document as its passages are embedded with it, as far as that is noted."""
        return dict((read_manifest(self._folder(matter_id)) or {}).get("types", {}))

    def search(
        self,
        matter_id: str,
        query: str,
        k: int,
        document_ids: Sequence[str] | None = None,
        named: Mapping[str, float] | None = None,
    ) -> list[Hit]:
        """Find the passages nearest to a query, by meaning and by words; those of documents that it names come first.

        Args:
            matter_id: Only this matter's directory is opened.
            query: The question, pseudonymized.
            k: Most hits.
            document_ids: Only these documents, or None for all.
            named: How strongly the question names a document, 0..1 by id, as `weigh_file_names` gives it; what the
                question's pseudonyms tell is found here.

        Returns:
            Best first.

        Raises:
            IndexDamaged: The index is missing or cannot be read, and no source was given to rebuild it from.
        """
        vector = self.embedder.embed([strip_marks(state_question(query))])[0]
        with self._lock:
            matter = self._ready_matter(matter_id)
            if not matter.rows or k < 1:
                return []
            within = [d for d in matter.pseudonyms if document_ids is None or d in document_ids]
            leaning = weigh_documents(query, {d: matter.pseudonyms[d] for d in within}, named or {})
            depth = max(k, _DEPTH)
            dense, words = self._search_both(matter, vector, query, within, depth)
            if leaning and len(leaning) < len(within):
                own = self._search_both(matter, vector, query, list(leaning), depth)
                dense, words = merge_found(dense, own[0]), merge_found(words, own[1])
        scores = fuse_scores(dense, words, {row: leaning.get(matter.rows[row][0], 0.0) for row, _ in [*dense, *words]})
        likeness = dict(dense)
        best = sorted(scores, key=lambda row: -scores[row])[:k]
        return [_make_hit(matter.rows[row], scores[row], likeness.get(row, 0.0)) for row in best]

    def _search_both(
        self, matter: _Matter, vector: NDArray[np.float32], query: str, document_ids: Sequence[str], depth: int
    ) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """Find passages of some documents by meaning and by words: (row, score) each, best first."""
        every = len(document_ids) == len(matter.pseudonyms)
        held = set(document_ids)
        allowed = np.array([every or row[0] in held for row in matter.rows], dtype=bool)
        dense = self._search_dense(matter, vector, None if every else document_ids, depth)
        return dense, search_words(matter.words, query, allowed, depth)

    def _search_dense(
        self, matter: _Matter, vector: NDArray[np.float32], document_ids: Sequence[str] | None, depth: int
    ) -> list[tuple[int, float]]:
        """Ask chromadb for the nearest passages: (row, cosine), best first."""
        where: Any = None
        if document_ids is not None:
            where = {"document_id": {"$in": list(document_ids)}}
            if not document_ids:
                return []
        found = matter.collection.query(
            query_embeddings=[vector.tolist()],
            n_results=min(depth, len(matter.rows)),
            where=where,
            include=["distances"],
        )
        return [
            (matter.places[i], 1.0 - d)
            for i, d in zip(found["ids"][0], found["distances"][0], strict=True)
            if i in matter.places
        ]

    def _ready_matter(self, matter_id: str) -> _Matter:
        """Open a matter for a search; rebuild it where that is possible and needed."""
        try:
            return self._open_matter(matter_id)
        except IndexDamaged as damage:
            if self._source is None:
                raise
            _LOG.warning("%s It is being rebuilt.", damage.what)
            self.rebuild(matter_id, self._source(matter_id))
            return self._open_matter(matter_id)

    def _open_matter(self, matter_id: str, create: bool = False) -> _Matter:
        """Open a matter's chromadb and read its passages."""
        if matter_id in self._open and not create:
            self._open[matter_id] = matter = self._open.pop(matter_id)  # the last in order is the last asked
            return matter
        self._close(matter_id)
        manifest = read_manifest(self._folder(matter_id))
        if manifest is None:
            if not create:
                raise _say_damaged(matter_id, "is missing")
            self._note(matter_id, [])
            manifest = read_manifest(self._folder(matter_id)) or {}
        if manifest["embedding"] != hash_model():
            raise _say_damaged(matter_id, "was made with another embedding model")
        path = self._folder(matter_id) / f"g{manifest['generation']}"
        if manifest["passages"] and not path.is_dir():
            raise _say_damaged(matter_id, "has lost its vectors")
        try:
            matter = _open_collection(path)
            if not create:
                _read_rows(matter)
        except Exception as error:  # chromadb's own or its Rust core's: whatever it is, the cache is unreadable
            raise _say_damaged(matter_id, f"cannot be read ({type(error).__name__})") from error
        if not create and len(matter.rows) != manifest["passages"]:
            matter.client.close()
            raise _say_damaged(matter_id, f"holds {len(matter.rows)} of {manifest['passages']} passages")
        self._open[matter_id] = matter
        for other in list(self._open)[:-_OPEN_MAX]:
            self._close(other)
        return matter

    def _start_generation(self, matter_id: str, parts: Sequence[Rows]) -> None:
        """Write rows to a new directory, point the manifest to it, remove the old one."""
        manifest = read_manifest(self._folder(matter_id)) or {}
        generation = manifest["generation"] + 1
        path = self._folder(matter_id) / f"g{generation}"
        shutil.rmtree(path, ignore_errors=True)
        matter = _open_collection(path)
        for rows in parts:
            rows.write(matter.collection)
        matter.client.close()
        write_manifest(self._folder(matter_id), {**manifest, "generation": generation, **describe_rows(parts)})
        for other in self._folder(matter_id).glob("g*"):
            if other != path:
                shutil.rmtree(other, ignore_errors=True)

    def _note(self, matter_id: str, parts: Sequence[Rows]) -> None:
        """Add documents and their passages to the manifest."""
        empty: dict[str, Any] = {"generation": 1, "embedding": hash_model(), "documents": {}, "passages": 0}
        manifest = read_manifest(self._folder(matter_id)) or empty
        more = describe_rows(parts)
        merged = {name: {**manifest.get(name, {}), **more[name]} for name in ("documents", "types")}
        write_manifest(
            self._folder(matter_id), {**manifest, **merged, "passages": manifest["passages"] + more["passages"]}
        )

    def _close(self, matter_id: str) -> None:
        """Close a matter's chromadb, so that its files can be moved or removed."""
        matter = self._open.pop(matter_id, None)
        if matter is not None:
            matter.client.close()

    def _folder(self, matter_id: str) -> Path:
        """Give a matter's directory.

        Raises:
            ValueError: The id could leave the index' folder.
        """
        if not _MATTER_ID.fullmatch(matter_id):
            raise ValueError(f"not a matter id: {matter_id!r}")
        return self._settings.folder("index") / matter_id


def _say_damaged(matter_id: str, how: str) -> IndexDamaged:
    return IndexDamaged(
        f"The index of matter {matter_id} {how}.", do="Rebuild it; nothing is lost, the documents are in the store."
    )


@lru_cache(maxsize=1)
def _chroma_settings() -> Any:
    """Make chromadb's settings once, since they search the environment each time; a client gets a copy to change."""
    from chromadb.config import Settings as ChromaSettings

    return ChromaSettings(anonymized_telemetry=False, allow_reset=False)


def _open_collection(path: Path) -> _Matter:
    """Open or make the chromadb of one directory; telemetry off."""
    from chromadb import PersistentClient

    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    client = PersistentClient(str(path), _chroma_settings().model_copy())
    collection = client.get_or_create_collection("passages", metadata={"hnsw:space": "cosine"}, embedding_function=None)
    return _Matter(client, collection)


def _read_rows(matter: _Matter) -> None:
    """Read all passages of a matter and make the word index of them."""
    import bm25s

    found = matter.collection.get(include=["documents", "metadatas"])
    corpus = []
    for identity, text, meta in zip(found["ids"], found["documents"], found["metadatas"], strict=True):
        passage = Passage(meta["index"], meta["start"], meta["end"], meta["page"], meta["section"], meta["paragraph"])
        matter.places[identity] = len(matter.rows)
        matter.rows.append((meta["document_id"], meta["revision"], passage, text))
        matter.pseudonyms.setdefault(meta["document_id"], set()).update(find_pseudonyms(text))
        corpus.append(find_terms(f"{meta['type']} {meta['section']} {text}") or ["-"])
    if corpus:
        matter.words = bm25s.BM25()
        matter.words.index(corpus, show_progress=False)


def _make_hit(row: tuple[str, int, Passage, str], score: float, likeness: float) -> Hit:
    return Hit(row[0], row[2], score, row[3], likeness, row[1])
