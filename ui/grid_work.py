"""The work on a grid: filings are asked cell by cell in a durable job; what is done stays, whatever ends the job."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Any

from assistant import jobs
from assistant.documents import Answer
from assistant.errors import CasebriefError, NotAllowed, NotFound
from assistant.store import filings, grids, people
from assistant.store.decisions import hold_revisions
from assistant.store.grids import Grid
from ingest.revise import mask_known
from ui.messages import log_fault, settle_failure
from ui.permits import check
from ui.present import Sources, present_answer

if TYPE_CHECKING:
    from assistant.engine.base import Engine
    from ui.services import House

WORKFLOW = "grid"
QUEUE = "grids"
_PASSAGES = 12
_stops: defaultdict[tuple[str, int], threading.Event] = defaultdict(threading.Event)
"""What stops the cell at hand of a run; the grid's status in the store is what ends the run."""


def register_jobs(house: House) -> None:
    """Make grids runnable by `enqueue_run`; call before `jobs.launch`."""

    @jobs.workflow(WORKFLOW)
    def run(grid_id: str, number: str) -> int:
        return run_grid(house, grid_id, int(number))


def enqueue_run(grid_id: str, run: int) -> str:
    """See to it that a run of a grid has its job, and give its id; a run that has one gets no second."""
    return jobs.enqueue(QUEUE, WORKFLOW, grid_id, str(run), workflow_id=f"grid-{grid_id}-{run}")


def continue_grids(house: House) -> None:
    """See to it that each running grid has its job."""
    for grid_id, run in grids.list_running(house.db):
        enqueue_run(grid_id, run)


def stop_run(house: House, grid: Grid) -> bool:
    """End a run after at most the half second that the engine takes to stop; False where it had ended."""
    stopped = grids.settle_grid(house.db, grid.grid_id, grid.run, "stopped")
    if stopped:
        _stops[grid.grid_id, grid.run].set()
    return stopped


def list_open_cells(house: House, grid: Grid, ready: Collection[str] | None = None) -> list[tuple[str, int]]:
    """Give (document id, column) of the cells that are to be made, row by row; filings that are gone have none.

    Args:
        house: The open house.
        grid: The grid.
        ready: Ids of the matter's filings that are ready, where they are at hand.
    """
    there = list_ready(house, grid.matter_id) if ready is None else ready
    made = {
        (document_id, question)
        for document_id, question, _, done in grids.measure_cells(house.db, grid.grid_id)
        if done
    }
    rows = [document_id for document_id in grid.document_ids if document_id in there]
    return [(d, q) for d in rows for q in range(len(grid.questions)) if (d, q) not in made]


def list_ready(house: House, matter_id: str) -> set[str]:
    """Give the ids of a matter's filings that can be asked."""
    return {f.document_id for f in filings.list_filings(house.db, matter_id) if f.status == "ready"}


def run_grid(house: House, grid_id: str, run: int) -> int:
    """Make the open cells of a grid until none is left, somebody stops it, or the process ends; give their number.

    How it ended is stored: "done", "stopped", or "failed" with the reason. A process that ends leaves it running, and
    the next one goes on with the cells that are open then.
    """
    settle = partial(grids.settle_grid, house.db, grid_id, run)
    try:
        with settle_failure("grid", partial(settle, "failed")):
            made = _make_cells(house, grids.get_grid(house.db, grid_id), run)
            settle("done")
        return made
    finally:
        _stops.pop((grid_id, run), None)


def _make_cells(house: House, grid: Grid, run: int) -> int:
    open_cells = list_open_cells(house, grid)
    if not open_cells or not grids.is_running(house.db, grid.grid_id, run):
        return 0
    runner = people.get_user(house.db, grid.run_by)
    check(house.db, runner, "grid.run", grid.matter_id)
    adapter = house.choose_adapter(grid.adapter or None, runner.name)
    engine = None if adapter == "none" else house.engine
    stop = _stops[grid.grid_id, run]
    vault = house.vault(grid.matter_id)  # names that the matter learnt since the grid was made are masked too
    questions = [mask_known(question, vault, house.settings.profile) for question in grid.questions]
    for number, (document_id, question) in enumerate(open_cells):
        jobs.report_progress(number, len(open_cells), "answering")
        check(house.db, runner, "grid.run", grid.matter_id)  # a wall may have been set meanwhile
        if not grids.is_running(house.db, grid.grid_id, run):
            return number
        began = time.monotonic()
        try:
            answer = ask_filing(house, document_id, questions[question], adapter, engine, stop)
        except NotFound:  # deleted or sequestered meanwhile
            continue
        except NotAllowed:
            raise
        except Exception as error:  # one filing must not keep the others from being asked
            if not isinstance(error, CasebriefError):
                log_fault(error, "grid cell")
            answer = None
        if stop.is_set():
            return number
        _keep_cell(house, grid, run, document_id, question, answer, time.monotonic() - began)
    return len(open_cells)


def _keep_cell(
    house: House, grid: Grid, run: int, document_id: str, question: int, answer: dict[str, Any] | None, seconds: float
) -> None:
    """Store a cell if its filing is still there: it may have gone while it was asked."""
    try:
        if not filings.get_filing(house.db, document_id).sequestered:
            grids.add_cell(house.db, grid.grid_id, run, document_id, question, answer, round(seconds, 3))
    except NotFound:
        return


def ask_filing(
    house: House, document_id: str, question: str, adapter: str, engine: Engine | None, stop: threading.Event
) -> dict[str, Any]:
    """Ask one filing one question and give what its cell shows, names restored.

    Args:
        house: The open house.
        document_id: The filing.
        question: Pseudonymized.
        adapter: Adapter id, "base" or "none".
        engine: None where `adapter` is "none".
        stop: Ends it; what it gives then is not whole.

    Returns:
        `sentence` as `present_sentence` gives it, or None where the filing does not answer; `others`, the number of
        further sentences; `nearest`, the nearest passage where it does not; `confidence`, `adapter`, `provenance`.

    Raises:
        NotFound: The filing was deleted or is sequestered.
    """
    from assistant import chat

    source = house.source(document_id)
    matter_id = source.document.matter_id
    hits = house.index.search(matter_id, question, _PASSAGES, document_ids=[document_id])
    documents = {document_id: source.document}
    with hold_revisions(house.db, documents.values()):
        *_, made = chat.answer(question, hits, documents, engine, adapter=adapter, settings=house.settings, stop=stop)
        assert isinstance(made, Answer)  # the answer comes last, always
        shown = present_answer(made, Sources(source, fetch=house.source))
    picked = chat.pick_sentence(made)
    return {
        "sentence": None if picked is None else shown["sentences"][picked],
        "others": max(len(made.sentences) - 1, 0),
        "nearest": shown["nearest"][:1] if picked is None else [],
        "confidence": shown["confidence"],
        "adapter": made.adapter,
        "provenance": shown["provenance"],
    }
