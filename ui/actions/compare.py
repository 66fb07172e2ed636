"""Comparisons: lend a filing, let base, active and candidate summarize it, read them side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.documents import Sentence
from assistant.errors import LimitExceeded, NotFound, RefusedInput
from assistant.store import audit, ballots, comparisons, filings, notices, people, registry
from assistant.store.ballots import SEEN, Ballot
from assistant.store.comparisons import Comparison, Loan
from assistant.store.filings import Filing
from assistant.store.people import User
from assistant.store.seals import fold_text
from ui.actions.filings import open_filing
from ui.actions.learning import check_learned
from ui.permits import check, may
from ui.present import AI_MARK, Sources, present_sentence

if TYPE_CHECKING:
    from ui.services import House

_MAX_WAITING = 8  # comparisons of the house that run or wait


def lend_filing(house: House, user: User, document_id: str, lent: bool) -> dict[str, Any]:
    """Lend a filing for comparison, or end the loan: it ends at once, also for what is being written.

    While it is lent, administrators can let the model's versions summarize it and read what they wrote, with names
    replaced. The people of the matter are told.

    Args:
        house: The open house.
        user: An attorney of its matter.
        document_id: The filing.
        lent: True to lend it.
    """
    filing = open_filing(house, user, document_id, "filing.lend")
    action = "filing.lend" if lent else "filing.end_loan"
    with house.db.session():
        if lent:
            changed = comparisons.lend_filing(house.db, document_id, user.name)
        else:
            changed = comparisons.end_loan(house.db, document_id)
        if changed:
            notices.add_notice(house.db, filing.matter_id, action, document_id, user.name, "")
            audit.record(house.db, user.name, action, document_id, {"matter": filing.matter_id})
    if not lent:
        _stop_strangers(house, filing)
    loan = comparisons.find_loan(house.db, document_id)
    return {"document_id": document_id, "lent": loan.tell() if loan else None}


def _stop_strangers(house: House, filing: Filing) -> None:
    """Stop the comparisons of a filing that somebody began who does not work on its matter."""
    from ui.compare_work import stop_run

    for found in comparisons.list_comparisons(house.db, [filing.document_id]):
        if found.status == "running" and not people.is_member(house.db, found.run_by, filing.matter_id):
            stop_run(house, found)


def list_lent(house: House, user: User, candidate: str = "") -> dict[str, Any]:
    """List what an administrator may compare: the filings that are lent, the candidates, the picks so far.

    Args:
        house: The open house.
        user: An administrator.
        candidate: Adapter id; "" for the newest candidate.

    Returns:
        `filings`, each with `comparison` (None before one) and `ballot` ("" none, "open", "picked", "seen");
        `candidates`; `active`; `candidate`, the one that is compared; `picks` on it, by rival.
    """
    check(house.db, user, "lent.compare")
    walls = people.walls_of(house.db, user.name)
    loans = [loan for loan in comparisons.list_loans(house.db) if loan.matter_id not in walls]
    rows = [(filings.get_filing(house.db, loan.document_id), loan) for loan in loans]
    return _list(house, user, rows, candidate)


def list_own(house: House, user: User, matter_id: str, candidate: str = "") -> dict[str, Any]:
    """List what the people of a matter may compare: its filings that are read; see `list_lent`."""
    check(house.db, user, "filing.compare", matter_id)
    loans = {loan.document_id: loan for loan in comparisons.list_loans(house.db)}
    ready = [f for f in filings.list_filings(house.db, matter_id) if f.status == "ready"]
    return _list(house, user, [(f, loans.get(f.document_id)) for f in ready], candidate)


def _list(house: House, user: User, rows: Sequence[tuple[Filing, Loan | None]], candidate: str) -> dict[str, Any]:
    from finetune.picks import tell_picks

    systems = list_systems(house)
    chosen = candidate or next((c["adapter_id"] for c in systems["candidates"]), "")
    ids = [filing.document_id for filing, _ in rows]
    newest: dict[str, Comparison] = {}
    for found in comparisons.list_comparisons(house.db, ids):
        if found.candidate == chosen:
            newest.setdefault(found.document_id, found)
    mine = {b.document_id: b for b in ballots.list_ballots(house.db, user.name, ids) if b.candidate == chosen}
    shown = []
    for filing, loan in rows:
        made = newest.get(filing.document_id)
        shown.append(
            {
                "document_id": filing.document_id,
                "matter_id": filing.matter_id,
                "file": filing.file_name if may(user.role, "matter.read") else "",
                "document_type": filing.document_type,
                "pages": filing.pages_total,
                "words": filing.words,
                "lent_by": loan.lent_by if loan else "",
                "sample": bool(loan and loan.sample),
                "comparison": describe(house, made) if made else None,
                "ballot": _stand(made, mine.get(filing.document_id)),
            }
        )
    return {"filings": shown, "candidate": chosen, **systems, "picks": tell_picks(house.db, chosen)}


def _stand(found: Comparison | None, ballot: Ballot | None) -> str:
    """Say whether a person may pick on a filing: "" not, "open", "picked" already, "seen" whose is which."""
    if ballot is not None and ballot.pick:
        return "seen" if ballot.pick == SEEN else "picked"
    return "open" if found is not None and found.status == "done" and found.candidate else ""


def list_systems(house: House) -> dict[str, Any]:
    """Give the adapter that serves (None: the base model does) and the candidates, newest first."""
    house.ready_adapters()
    known = registry.list_adapters(house.db)
    told = [{"adapter_id": row.adapter_id, "hash": row.hash, "status": row.status} for row in known]
    active = next((row for row in told if row["status"] == "active"), None)
    return {"active": active, "candidates": [row for row in told if row["status"] == "candidate"]}


def describe(house: House, found: Comparison) -> dict[str, Any]:
    """Give how a comparison stands, without what was written: `status` is "waiting" before its turn."""
    status, error, job = found.status, found.error, None
    if status == "running" and house.serving:
        status, error, job = _ask_job(house, found)
    return {
        "comparison_id": found.comparison_id,
        "document_id": found.document_id,
        "status": status,
        "error": error,
        "done": len(found.summaries),
        "total": len(found.systems),
        "label": job.label if job else "",
        "seconds_left": None if job is None or job.seconds_left is None else round(job.seconds_left),
        "run_by": found.run_by,
        "created_at": found.created_at,
    }


def _ask_job(house: House, found: Comparison) -> tuple[str, str, Any]:
    """Give status, error and job of one that is said to run, corrected where its job ended without saying so."""
    from assistant import jobs

    try:
        job = jobs.job(f"comparison-{found.comparison_id}-{found.run}")
    except NotFound:
        return "running", "", None
    if job.status == "queued":
        return "waiting", "", None
    if job.ended:
        said = job.error or f"The job was {job.status}."
        comparisons.settle_comparison(house.db, found.comparison_id, found.run, "failed", said)
        now = comparisons.get_comparison(house.db, found.comparison_id)
        return now.status, now.error, None
    return "running", "", job


def start_comparison(house: House, user: User, document_id: str, candidate: str = "") -> dict[str, Any]:
    """Let base, active and candidate summarize a filing, as a durable job; the adapter that serves goes on serving.

    The same systems on the same reading of a filing write the same: a comparison that is there is given, and one
    that was stopped or failed goes on.

    Args:
        house: The open house.
        user: Who begins it.
        document_id: A filing that the user may compare.
        candidate: Adapter id; "" for the newest candidate, or none where none waits.

    Raises:
        NotAllowed: The filing is not the user's to compare, or what the candidate learned from may not be used.
        RefusedInput: There is nothing to compare.
        LimitExceeded: Too many wait already.
    """
    from ui.compare_work import check_adapters, enqueue_run, open_for_comparing

    filing, _ = open_for_comparing(house, user, document_id)
    if filing.status != "ready":
        raise RefusedInput(f"The filing is {filing.status}.", do=filing.do or "Wait until it has been read.")
    systems = list_systems(house)
    chosen, rival = _choose(house, systems, candidate), systems["active"]
    served = rival["adapter_id"] if rival else "base"
    had = comparisons.list_comparisons(house.db, [document_id])
    key = (filing.revision, chosen, served)
    found = next((c for c in had if (c.revision, c.candidate, c.rival) == key), None)
    if found is not None and found.status in ("done", "running"):
        check_adapters(house, user, found)
        return describe(house, found)
    _check_room(house)
    with house.db.session():
        run: int | None = 1
        if found is None:
            made = comparisons.create_comparison(
                house.db, document_id, filing.revision, user.name, candidate=chosen, rival=served
            )
        else:
            made, run = found.comparison_id, comparisons.begin_run(house.db, found.comparison_id, user.name)
        now = comparisons.get_comparison(house.db, made)
        check_adapters(house, user, now)
        audit.record(house.db, user.name, "comparison.run", made, {"filing": document_id, "candidate": chosen})
    if run is not None:
        enqueue_run(made, run)
    return describe(house, comparisons.get_comparison(house.db, made))


def _choose(house: House, systems: dict[str, Any], candidate: str) -> str:
    """Give the candidate that is compared, or "" where the active adapter is compared with the base model only."""
    known = [row["adapter_id"] for row in systems["candidates"]]
    if candidate and candidate not in known:
        raise RefusedInput("There is no such candidate.", do="Reload the page and choose among the candidates.")
    chosen = candidate or next(iter(known), "")
    if chosen:
        check_learned(house, registry.get_adapter(house.db, chosen))
    elif systems["active"] is None:
        raise RefusedInput("There is nothing to compare: no adapter is installed.", do="Start a round first.")
    return chosen


def _check_room(house: House) -> None:
    """Let a comparison begin where this process runs jobs and few wait."""
    if not house.serving:
        raise RefusedInput("This process does not run jobs.", do="Start `casebrief serve`.")
    if len(comparisons.list_running(house.db)) >= _MAX_WAITING:
        raise LimitExceeded(f"{_MAX_WAITING} comparisons are in work already.", do="Begin this one when one has ended.")


def open_comparison(house: House, user: User, comparison_id: str) -> tuple[Comparison, bool]:
    """Give a comparison if the user may see it, and whether with names; one that does not exist reads the same."""
    from ui.compare_work import check_adapters, open_for_comparing

    try:
        found = comparisons.get_comparison(house.db, comparison_id)
    except NotFound:
        open_for_comparing(house, user, "")
        raise
    _, names = open_for_comparing(house, user, found.document_id)
    check_adapters(house, user, found)
    return found, names


def stop_comparison(house: House, user: User, comparison_id: str) -> dict[str, Any]:
    """Stop a comparison; what is written stays, and it can go on later."""
    from ui.compare_work import stop_run

    found, _ = open_comparison(house, user, comparison_id)
    if stop_run(house, found):
        audit.record(house.db, user.name, "comparison.stop", comparison_id, {"filing": found.document_id})
    return describe(house, comparisons.get_comparison(house.db, comparison_id))


def get_comparison(house: House, user: User, comparison_id: str) -> dict[str, Any]:
    """Give what each system wrote, side by side and by name; who has looked cannot pick blindly on this filing.

    Returns:
        The comparison as `describe` gives it, with `panes`: each the `system`, its `adapter` and `hash`, its
        `sentences` (`only` is True where no other system has it), `words`, `seconds`, and `counts` by support;
        `names` says whether real names are shown.
    """
    found, names = open_comparison(house, user, comparison_id)
    ballots.mark_seen(house.db, found, user.name)
    audit.record(house.db, user.name, "comparison.read", comparison_id, {"filing": found.document_id})
    hashes = {row.adapter_id: row.hash for row in registry.list_adapters(house.db)}
    sources = open_sources(house, found) if names else None
    texts = {key: {fold_text(s.text) for s in made.sentences} for key, made in found.summaries.items()}
    panes = []
    for system, adapter in found.systems.items():
        made = found.summaries.get(system)
        if made is None:
            continue
        others = set().union(*(texts[key] for key in texts if key != system))
        panes.append(
            {
                "system": system,
                "adapter": adapter,
                "hash": hashes.get(adapter) or made.provenance.get("model", ""),
                "sentences": [
                    show_sentence(s, sources) | {"only": fold_text(s.text) not in others} for s in made.sentences
                ],
                "words": len(made.text.split()),
                "seconds": round(made.seconds, 1),
                "counts": dict(Counter(s.support for s in made.sentences)),
                "mark": AI_MARK,
            }
        )
    return describe(house, found) | {"panes": panes, "names": names, "candidate": found.candidate}


def open_sources(house: House, found: Comparison) -> Sources:
    """Give what a comparison's sentences cite, to show them with real names."""
    return Sources(house.source(found.document_id, found.revision))


def show_sentence(sentence: Sentence, sources: Sources | None) -> dict[str, Any]:
    """Give a sentence with real names, or, without sources, as the model wrote it: pseudonyms, pages, no quotes."""
    if sources is not None:
        return present_sentence(sentence, sources)
    evidence = [{"page": item.page, "pinpoint": item.pinpoint} for item in sentence.evidence]
    told = {key: getattr(sentence, key) for key in ("text", "part", "support", "reason", "origin")}
    return told | {"evidence": evidence}
