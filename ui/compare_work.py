"""The work on a comparison: each system summarizes the filing in a durable job; who may see what of it."""

from __future__ import annotations

import threading
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from assistant import jobs
from assistant.engine.base import Prompt
from assistant.errors import NotAllowed, NotFound
from assistant.store import comparisons, filings, people, registry
from assistant.store.comparisons import Comparison
from assistant.store.filings import Filing
from assistant.store.people import User
from ui.messages import settle_failure
from ui.permits import check, may

if TYPE_CHECKING:
    from assistant.documents import Summary
    from ui.services import House

WORKFLOW = "comparison"
QUEUE = "summaries"
_WARM_UP = Prompt(({"role": "user", "content": "Ready?"},))
_stops: defaultdict[tuple[str, int], threading.Event] = defaultdict(threading.Event)
"""What stops the system that writes in a run; the comparison's status in the store is what ends the run."""


def register_jobs(house: House) -> None:
    """Make comparisons runnable by `enqueue_run`; call before `jobs.launch`."""

    @jobs.workflow(WORKFLOW)
    def run(comparison_id: str, number: str) -> int:
        return run_comparison(house, comparison_id, int(number))


def enqueue_run(comparison_id: str, run: int) -> str:
    """See to it that a run of a comparison has its job, and give its id; a run that has one gets no second."""
    job_id = f"comparison-{comparison_id}-{run}"
    return jobs.enqueue(QUEUE, WORKFLOW, comparison_id, str(run), workflow_id=job_id)


def continue_comparisons(house: House) -> None:
    """See to it that each running comparison has its job."""
    for comparison_id, run in comparisons.list_running(house.db):
        enqueue_run(comparison_id, run)


def stop_run(house: House, found: Comparison) -> bool:
    """End a run after at most the half second that the engine takes to stop; False where it had ended."""
    stopped = comparisons.settle_comparison(house.db, found.comparison_id, found.run, "stopped")
    if stopped:
        _stops[found.comparison_id, found.run].set()
    return stopped


def open_for_comparing(house: House, user: User, document_id: str) -> tuple[Filing, bool]:
    """Give a filing that the user may compare systems on, and whether the user may read its names.

    People of its matter may, with names. An administrator may while an attorney of the matter lends it, and sees
    pseudonyms only.

    Raises:
        NotAllowed: The user may not; a filing that does not exist reads the same to anyone.
        NotFound: It is sequestered.
    """
    try:
        filing = filings.get_filing(house.db, document_id)
    except NotFound:
        filing = None
    if may(user.role, "matter.read"):
        check(house.db, user, "filing.compare", filing.matter_id if filing else "")
    else:
        check(house.db, user, "lent.compare")
        walls = people.walls_of(house.db, user.name)
        if filing is None or filing.matter_id in walls or comparisons.find_loan(house.db, document_id) is None:
            raise NotAllowed("No such filing is lent for comparison.", do="Ask an attorney of its matter to lend it.")
    if filing is None or filing.sequestered:
        raise NotFound("The filing is sequestered or was deleted.", do="Ask an attorney of the matter.")
    return filing, may(user.role, "matter.read")


def check_adapters(house: House, user: User, found: Comparison) -> None:
    """Let a person see what adapters wrote only where none of them learned behind a wall of that person's.

    Raises:
        NotAllowed: One did.
    """
    walls = set(people.walls_of(house.db, user.name))
    known = {row.adapter_id: row.matters for row in registry.list_adapters(house.db)} if walls else {}
    if any(walls & set(known.get(adapter, ())) for adapter in found.systems.values()):
        raise NotAllowed("An adapter that is compared learned from a matter that you are walled off from.")


def run_comparison(house: House, comparison_id: str, run: int) -> int:
    """Let each system write its summary until all have, somebody stops it, or the process ends; give their number.

    How it ended is stored: "done", "stopped", or "failed" with the reason. What is written stays, and a process that
    ends leaves the rest to the next one. The active adapter stays the one that serves.
    """
    settle = partial(comparisons.settle_comparison, house.db, comparison_id, run)
    try:
        with settle_failure("comparison", partial(settle, "failed")):
            made = _write_all(house, comparisons.get_comparison(house.db, comparison_id), run)
            settle("done")
        return made
    finally:
        _stops.pop((comparison_id, run), None)


def _write_all(house: House, found: Comparison, run: int) -> int:
    stop = _stops[found.comparison_id, run]
    if found.status != "running" or found.run != run:
        return 0
    runner = people.get_user(house.db, found.run_by)
    for number, (system, adapter) in enumerate(found.systems.items()):
        jobs.report_progress(number, len(found.systems), system)
        open_for_comparing(house, runner, found.document_id)  # the loan may have ended meanwhile, or a wall been set
        if system in found.summaries:
            continue
        made = write_summary(house, found, adapter, runner, stop)
        if stop.is_set() or not comparisons.add_summary(house.db, found.comparison_id, run, system, made):
            return number
    return len(found.systems)


def write_summary(house: House, found: Comparison, adapter: str, runner: User, stop: threading.Event) -> Summary:
    """Let one system summarize the filing by the engine's batch path; its own sentences stay, marked, as in a round.

    Args:
        house: The open house.
        found: Names the filing and its revision.
        adapter: Adapter id, or "base".
        runner: Who is served.
        stop: Ends it; the summary is not whole then.

    Raises:
        NotAllowed: The adapter learned behind a wall of the runner's.
        NotFound: The filing is gone.
    """
    from assistant.summarize import summarize_batch
    from finetune.evaluate import keep_own_sentences

    document = filings.load_document(house.db, found.document_id, found.revision)
    chosen = house.choose_adapter(adapter, runner.name)
    engine = None if chosen == "none" else house.engine
    if engine is not None:  # loading is not counted among the seconds that are compared
        engine.batch([_WARM_UP], adapter=None if chosen == "base" else chosen, max_new_tokens=2, stop=stop)
    template, settings = house.template(document.document_type), keep_own_sentences(house.settings)
    rankers = house.choose_rankers(chosen, runner.name)
    (made,) = summarize_batch(
        [document], engine, settings=settings, templates=[template], adapter=chosen, stop=stop, rankers=rankers
    )
    return made
