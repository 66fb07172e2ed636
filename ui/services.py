"""The composition root: builds the store, the index, the engine and the jobs from the settings, each on first use."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.documents import Detail, Page, RedactedDocument, Sentence, Summary
from assistant.errors import NotAllowed, NotFound
from assistant.settings import Settings
from ui.messages import exit_code, log_fault, open_log, word_error
from ui.pictures import PagePictures
from ui.present import Source
from ui.two_people import SecondCodes
from ui.upkeep import catch_up_names, finish_erasures, obey_tombstones

if TYPE_CHECKING:
    from assistant.engine.base import Engine
    from assistant.evidence.house_rankers import HouseRankers
    from assistant.evidence.retrieval import Index
    from assistant.store.database import Database
    from assistant.store.filings import Filing
    from assistant.store.vault import Vault
    from assistant.templates import Template
    from ui.folder_work import FolderWork

_KEPT_PAGES = 2000  # of documents in memory: with text and boxes about 30 KB each


class House:
    """One running installation. Heavy parts (index, engine) come to life when they are first used.

    Attributes:
        settings: The frozen settings.
        db: The open store.
        serving: True in the process that launched the durable jobs; others work in the foreground.
    """

    def __init__(self, settings: Settings, db: Database, *, serving: bool = False) -> None:
        self.settings = settings
        self.db = db
        self.serving = serving
        self.folders: FolderWork | None = None
        self._lock = threading.RLock()
        self._documents: OrderedDict[tuple[str, int | None], tuple[RedactedDocument, tuple[Page, ...]]] = OrderedDict()
        self._pictures = PagePictures()
        self.second_codes = SecondCodes()
        self._passwords: dict[str, str] = {}
        self._adapters_ready = False
        self._loaded_adapters: set[str] = set()
        # A filing being read: the id of its job, or how far the thread is that reads it.
        self._readings: dict[str, str | dict[str, Any]] = {}

    @cached_property
    def index(self) -> Index:
        """The passage index (a cache: it rebuilds itself where it is missing)."""
        from assistant.evidence.retrieval import Index
        from assistant.store.usable import is_usable

        return Index(self.settings, self._ready_documents, lambda *revision: is_usable(self.db, *revision))

    def _ready_documents(self, matter_id: str) -> Iterator[RedactedDocument]:
        """Give the documents that a matter's index is rebuilt from."""
        from assistant.store.filings import load_documents
        from assistant.store.usable import list_usable

        return load_documents(self.db, list_usable(self.db, matter_id))

    @property
    def engine(self) -> Engine:
        """The language model, loaded on first use and kept."""
        with self._lock:
            return self._engine

    @cached_property
    def _engine(self) -> Engine:
        from assistant.engine.transformers_engine import TransformersEngine

        return TransformersEngine(self.settings)

    def vault(self, matter_id: str) -> Vault:
        """Open the vault of a matter."""
        from assistant.store.vault import open_vault

        return open_vault(self.db, matter_id)

    def template(self, document_type: str) -> Template:
        """Give the house template of a document type; an edited copy under the data root wins."""
        from assistant.templates import load_template

        return load_template(document_type, self.settings.home)

    def source(self, document_id: str, revision: int | None = None) -> Source:
        """Give a stored document with its original pages and its vault, to present sentences from.

        Args:
            document_id: The filing.
            revision: The revision that evidence points into; the current one where None.

        Raises:
            NotFound: There is no such filing, it is sequestered, or it has not been read yet.
        """
        from assistant.store.usable import open_usable

        newest, file_name, vault = open_usable(self.db, document_id)
        key = (document_id, revision or newest)
        with self._lock:
            had = self._documents.get(key)
            if had is not None:
                self._documents.move_to_end(key)
        if had is None:
            had = self._load(key)
        return Source(had[0], had[1], vault, file_name)

    def _load(self, key: tuple[str, int | None]) -> tuple[RedactedDocument, tuple[Page, ...]]:
        from assistant.store.filings import load_document, load_pages

        had = (load_document(self.db, key[0], key[1] or None), load_pages(self.db, key[0], key[1] or None))
        with self._lock:
            self._documents[key] = had
            while len(self._documents) > 1 and sum(len(p) for _, p in self._documents.values()) > _KEPT_PAGES:
                self._documents.popitem(last=False)
        return had

    def draw_page(self, document_id: str, page: int, width_px: int) -> bytes:
        """Draw one page of an original as PNG; see `PagePictures.draw`."""
        return self._pictures.draw(self.db, document_id, page, width_px, self._passwords.get(document_id))

    def forget_documents(self) -> None:
        """Drop every document, picture and name from memory, as after a deletion or an erasure."""
        from assistant.evidence.kept_readings import forget_readings

        self.db.forget()
        with self._lock:
            self._documents.clear()
        self._pictures.forget()
        forget_readings()

    def ready_adapters(self) -> None:
        """Take the shipped starter adapter in, once a process.

        Only what uses adapters asks for it: it needs the model's weights written out, which takes seconds.
        """
        from assistant.engine.adapters import install_starter

        with self._lock:
            if not self._adapters_ready:
                install_starter(self.db)
                self._adapters_ready = True

    def choose_adapter(self, choice: str | None, user: str = "") -> str:
        """Settle which adapter writes, load it, and give its id, "base" or "none".

        Args:
            choice: An adapter id, "base", "none", or None for the active adapter.
            user: Who is served. An adapter that learned from a matter which this user is walled off from does
                not serve: the base model does, where the adapter was not asked for by name.

        Raises:
            NotFound: There is no such adapter.
            NotAllowed: The adapter asked for learned behind a wall.
            DamagedState: Its files do not match their hashes.
        """
        if choice in ("base", "none"):
            return choice
        self.ready_adapters()
        from assistant.engine.adapters import get_adapter, serving_adapter, verify_folder
        from assistant.store.people import walls_of

        adapter = get_adapter(self.db, choice) if choice else serving_adapter(self.db, self.engine.model_hash)
        if adapter is not None and user and set(adapter.matters) & set(walls_of(self.db, user)):
            if choice:
                raise NotAllowed(f"The adapter {choice} learned from a matter that you are walled off from.")
            adapter = None
        if adapter is None:
            return "base"
        with self._lock:
            if adapter.adapter_id not in self._loaded_adapters:
                verify_folder(adapter.folder)
                self.engine.load_adapter(adapter.adapter_id, adapter.folder)
                self._loaded_adapters.add(adapter.adapter_id)
        return adapter.adapter_id

    def choose_rankers(self, adapter: str, user: str = "") -> HouseRankers:
        """Give what approved summaries taught of choosing passages; see `assistant.engine.adapters.find_rankers`.

        Args:
            adapter: As `choose_adapter` gave it.
            user: Who is served.
        """
        from assistant.engine.adapters import find_rankers
        from assistant.store.people import walls_of

        return find_rankers(self.db, adapter, walls_of(self.db, user) if user else ())

    def summarize(
        self,
        document: RedactedDocument,
        *,
        detail: Detail,
        words: int | None,
        adapter: str | None,
        stop: threading.Event,
        user: str = "",
    ) -> Iterator[dict[str, Any] | tuple[int, Sentence] | Summary]:
        """Summarize a document: progress events, (index, sentence) as each is verified, the Summary last.

        Args:
            document: Pseudonymized, stored or not.
            detail: How much is told.
            words: Length wished for, or None for the template's own.
            adapter: As in `choose_adapter`.
            stop: Set from another thread to stop after the sentence at hand.
            user: Who is served.
        """
        from assistant.summarize import summarize

        chosen = self.choose_adapter(adapter, user)
        engine = None if chosen == "none" else self.engine
        template = self.template(document.document_type)
        index = 0
        for item in summarize(
            document,
            engine,
            settings=self.settings,
            template=template,
            detail=detail,
            words=words,
            adapter=chosen,
            stop=stop,
            rankers=self.choose_rankers(chosen, user),
        ):
            if isinstance(item, Sentence):
                yield index, item
                index += 1
            elif isinstance(item, Summary):
                yield item
            else:
                yield {"kind": "progress", "done": item.done, "total": item.total, "label": item.label}

    def start_ingest(self, document_id: str, *, password: str | None = None, document_type: str | None = None) -> None:
        """Read a stored filing in the background: as a durable job where this process runs jobs, else in a thread.

        A password is never written down, so a file that needs one is always read in a thread. It is kept in memory,
        for the pictures of its pages, until the process ends.
        """
        if password is not None:
            self._passwords[document_id] = password
        if self._is_being_read(document_id):
            return
        if self.serving and password is None and document_type is None:
            from assistant import jobs

            job_id = f"ingest-{document_id}"
            with suppress(NotFound):  # as nearly always; where the filing was tried before, the job needs another name
                jobs.job(job_id)
                job_id = f"{job_id}-{secrets.token_hex(3)}"
            self._readings[document_id] = jobs.enqueue("ingest", "ingest", document_id, workflow_id=job_id)
            return
        self._readings[document_id] = {"done": 0, "total": 0, "label": "waiting"}
        arguments = (document_id, password, document_type)
        threading.Thread(target=self._read_in_thread, args=arguments, daemon=True, name="ingest").start()

    def _is_being_read(self, document_id: str) -> bool:
        reading = self._readings.get(document_id)
        if not isinstance(reading, str):
            return reading is not None
        from assistant import jobs

        return self.serving and not jobs.job(reading).ended

    def _read_in_thread(self, document_id: str, password: str | None, document_type: str | None) -> None:
        """Read a filing here; what goes wrong stands in its status, as it does for a job."""
        from assistant.store.filings import get_filing, set_status
        from ingest.pipeline import ingest_filing

        def tell(done: int, total: int, label: str = "") -> None:
            self._readings[document_id] = {"done": done, "total": total, "label": label}

        try:
            ingest_filing(
                self.db,
                self.index,
                self.settings,
                document_id,
                password=password,
                document_type=document_type,
                progress=tell,
            )
        except Exception as error:
            if exit_code(error) == 1:
                log_fault(error, "ingest")
            if get_filing(self.db, document_id).status != "refused":
                set_status(self.db, document_id, "refused", word_error(error))
        finally:
            self._readings.pop(document_id, None)

    def ingest_progress(self, filing: Filing) -> dict[str, Any]:
        """Tell how far the reading of a filing is: {done, total, label}, and `seconds_left` where it is known."""
        reading = self._readings.get(filing.document_id, f"ingest-{filing.document_id}")
        if filing.status in ("waiting", "reading"):
            if isinstance(reading, dict):
                return reading
            if self.serving:
                return self._job_progress(filing, reading)
        done = filing.pages_total if filing.status == "ready" else 0
        return {"done": done, "total": filing.pages_total, "label": filing.status}

    def _job_progress(self, filing: Filing, job_id: str) -> dict[str, Any]:
        from assistant import jobs
        from assistant.store.filings import get_filing, set_status

        try:
            job = jobs.job(job_id)
        except NotFound:
            return {"done": 0, "total": 0, "label": filing.status}
        if job.ended and get_filing(self.db, filing.document_id).status in ("waiting", "reading"):
            set_status(self.db, filing.document_id, "refused", job.error or f"The reading was {job.status}.")
        told = {"done": job.done, "total": job.total, "label": job.label or filing.status}
        return told if job.seconds_left is None else told | {"seconds_left": round(job.seconds_left)}

    def resume_ingests(self) -> int:
        """Queue the filings that were stored but not read when the last process ended; give their number."""
        from assistant import jobs
        from assistant.store.usable import list_waiting

        alive = {j.job_id for j in jobs.list_jobs() if j.status in ("queued", "running")}
        left = [
            document_id
            for document_id in list_waiting(self.db)
            if not any(job_id.startswith(f"ingest-{document_id}") for job_id in alive)
        ]
        for document_id in left:
            self.start_ingest(document_id)
        return len(left)

    def continue_rounds(self) -> None:
        """See to it that each running round has its job; a round that has one gets no second."""
        from assistant import jobs
        from assistant.store import rounds

        for found in rounds.list_rounds(self.db):
            if found.status == "running":
                jobs.enqueue("rounds", "round", found.round_id, workflow_id=f"round-{found.round_id}")

    def close(self) -> None:
        """Stop the durable jobs of this process and close the store."""
        if self.folders is not None:
            self.folders.stop()
        if self.serving:
            from assistant import jobs

            jobs.shutdown()
            self.serving = False
        self.db.close()


def open_house(settings: Settings, serve: bool = False) -> House:
    """Open the data root: migrate the store, start the log, erase again what a restored backup brought back.

    Args:
        settings: The frozen settings.
        serve: Also launch the durable jobs; only the process that holds the data root's lock may.
    """
    from assistant.store.database import open_database
    from assistant.store.rotation import finish_rotation

    open_log(settings)
    house = House(settings, open_database(settings))
    finish_rotation(house.db)
    obey_tombstones(house)
    if serve:
        launch_jobs(house)
    return house


def launch_jobs(house: House) -> None:
    """Register what runs durably and start it; work that a crash cut off goes on from its unfinished step."""
    from assistant import jobs
    from finetune import rounds
    from ingest import pipeline
    from ui import compare_work, folder_work, grid_work

    house.ready_adapters()
    finish_erasures(house)
    catch_up_names(house)
    pipeline.register_jobs(house)
    rounds.register_jobs(house)
    grid_work.register_jobs(house)
    compare_work.register_jobs(house)
    jobs.launch(house.settings)
    house.serving = True
    house.resume_ingests()
    house.continue_rounds()
    grid_work.continue_grids(house)
    compare_work.continue_comparisons(house)
    house.folders = folder_work.start_watching(house)
