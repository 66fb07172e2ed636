"""Rounds and adapters: what would train, start, watch, promote, roll back, report. No content is shown here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import NotFound, RefusedInput
from assistant.store import audit
from assistant.store.database import timestamp
from assistant.store.people import User
from ui.permits import check

if TYPE_CHECKING:
    from assistant.engine.adapters import Adapter
    from assistant.store.registry import AdapterRecord
    from assistant.store.rounds import Round
    from ui.services import House

DECIDABLE = ("passed", "unproven")
"""Statuses of a round whose candidate waits to be promoted or discarded."""
LONGEST_REASON = 500


def preview_round(house: House, user: User) -> dict[str, Any]:
    """Count what a round would train on, by matter id, and what is left out and why.

    `waiting` has a row for each user whose corrections came in a burst: how many, and up to which time.
    """
    from finetune.harvest import count_hindered, list_trainable

    check(house.db, user, "round.preview")
    ready, waiting = list_trainable(house.db, house.settings)
    left_out = count_hindered(house.db, waiting)
    authors = Counter(c.author for c in waiting)
    newest = {c.author: c.created_at for c in waiting}  # oldest first: the last one stays
    return {
        "corrections": len(ready),
        "by_matter": dict(Counter(c.matter_id for c in ready)),
        "authors": len({c.author for c in ready}),
        "left_out": left_out,
        "why": explain(left_out),
        "waiting": [{"author": a, "corrections": n, "until": newest[a]} for a, n in sorted(authors.items())],
    }


def explain(left_out: Mapping[str, int]) -> dict[str, str]:
    """Say in words what the reasons mean for which pairs were left out."""
    from assistant.store.corrections import HINDRANCES
    from finetune.curate import REASONS

    words = HINDRANCES | REASONS
    return {reason: words.get(reason, reason.replace("_", " ")) for reason in left_out}


def release_burst(house: House, user: User, author: str, until: str = "") -> dict[str, Any]:
    """Let a user's corrections train that came in a burst, and give the preview anew; logged with their number.

    Args:
        house: The open installation.
        user: Who releases.
        author: Whose corrections.
        until: Time (ISO 8601 UTC) of the newest one that was seen; later ones go on waiting. "" for all there are.

    Raises:
        NotFound: No correction of that user waits.
    """
    from finetune.harvest import RELEASE, list_trainable

    check(house.db, user, RELEASE)
    with house.db.session():
        times = [c.created_at for c in list_trainable(house.db, house.settings)[1] if c.author == author]
        seen = [at for at in times if not until or at <= until]
        if not seen:
            raise NotFound("No correction of that user waits.", do="Look who does with: casebrief round preview")
        audit.record(house.db, user.name, RELEASE, author, {"until": max(seen), "corrections": len(seen)})
    return preview_round(house, user)


def start_round(house: House, user: User, options: dict[str, Any] | None = None) -> dict[str, Any]:
    """Start a round as a durable job, or name the one that is running.

    Raises:
        RefusedInput: This process does not run jobs.
    """
    from assistant.store import rounds
    from finetune.options import RoundOptions

    check(house.db, user, "round.start")
    if not house.serving:
        raise RefusedInput("This process does not run jobs.", do="Start `casebrief serve`.")
    running = [r for r in rounds.list_rounds(house.db) if r.status == "running"]
    if running:
        house.continue_rounds()
        return present_round(running[0]) | {"already_running": True}
    given = dict(options or {})
    RoundOptions.from_given(given)
    with house.db.session():
        round_id = rounds.create_round(house.db, user.name, given)
        audit.record(house.db, user.name, "round.start", round_id, {})
    house.continue_rounds()
    return present_round(rounds.get_round(house.db, round_id))


def present_round(found: Round) -> dict[str, Any]:
    """Give a round as JSON."""
    return {
        "round_id": found.round_id,
        "status": found.status,
        "step": found.step,
        "progress": dict(found.progress or {}),
        "options": dict(found.options or {}),
        "dataset": dict(found.dataset or {}),
        "why": explain((found.dataset or {}).get("left_out") or {}),
        "results": dict(found.results or {}),
        "gate": dict(found.gate or {}),
        "candidate": found.candidate,
        "error": found.error,
        "started_by": found.started_by,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
    }


def round_status(house: House, user: User, round_id: str | None = None) -> dict[str, Any]:
    """Give one round, or the newest, with the blind `picks`; {"status": "none"} where none was ever started.

    Raises:
        NotFound: There is no such round.
    """
    from assistant.store import rounds
    from finetune.picks import tell_picks

    check(house.db, user, "round.status")
    had = [rounds.get_round(house.db, round_id)] if round_id else rounds.list_rounds(house.db)
    if not had:
        return {"status": "none"}
    return present_round(had[0]) | {"picks": tell_picks(house.db, had[0].candidate)}


def list_rounds(house: House, user: User) -> list[dict[str, Any]]:
    """List all rounds, newest first."""
    from assistant.store import rounds

    check(house.db, user, "round.status")
    return [present_round(r) for r in rounds.list_rounds(house.db)]


def cancel_round(house: House, user: User, round_id: str | None = None) -> dict[str, Any]:
    """Cancel a running round; where its job runs in this process, it ends at its next sign of life."""
    from assistant import jobs
    from assistant.store import rounds
    from finetune.ending import withdraw_candidate

    check(house.db, user, "round.cancel")
    found = round_status(house, user, round_id)
    if found["status"] != "running":
        how = "None was ever started" if found["status"] == "none" else f"The last one is {found['status']}"
        raise RefusedInput(f"No round is running. {how}.", do="Start one with: casebrief round start")
    with house.db.session():
        if not rounds.settle_round(house.db, found["round_id"], "cancelled"):
            raise RefusedInput("The round has just ended.", do="Look at how it ended.")
        audit.record(house.db, user.name, "round.cancel", found["round_id"], {})
    if house.serving:
        jobs.cancel(f"round-{found['round_id']}")
    withdraw_candidate(house.db, house.settings, found["round_id"])  # its process may have died after registering
    return round_status(house, user, found["round_id"])


def present_adapter(adapter: Adapter) -> dict[str, Any]:
    """Give an adapter as JSON."""
    return {
        "adapter_id": adapter.adapter_id,
        "status": adapter.status,
        "parent": adapter.parent,
        "hash": adapter.hash,
        "scores": dict(adapter.scores or {}),
        "matters": list(adapter.matters or ()),
        "created_at": adapter.created_at,
        "promoted_by": adapter.promoted_by,
        "promoted_at": adapter.promoted_at,
        "note": adapter.note,
        "due": list(adapter.stale),
    }


def list_adapters(house: House, user: User) -> list[dict[str, Any]]:
    """List all adapters."""
    from assistant.engine import adapters

    check(house.db, user, "adapter.list")
    house.ready_adapters()
    return [present_adapter(a) for a in adapters.list_adapters(house.db)]


def show_adapter(house: House, user: User, adapter_id: str) -> dict[str, Any]:
    """Give one adapter, its files checked against their hashes."""
    from assistant.engine import adapters

    check(house.db, user, "adapter.show")
    house.ready_adapters()
    adapter = adapters.get_adapter(house.db, adapter_id)
    adapters.verify_folder(adapter.folder)
    return present_adapter(adapter) | {"folder": str(adapter.folder), "verified": True}


def promote(house: House, user: User, adapter_id: str, reason: str = "") -> dict[str, Any]:
    """Make a candidate the active adapter; the next summary uses it.

    Args:
        house: The open installation.
        user: Who promotes; stored with the adapter.
        adapter_id: The candidate.
        reason: Why it may serve though the gate could not say that it is as good; kept with its round and in its note.
            No word of a matter belongs in it: every admin reads it.

    Raises:
        NotAllowed: A client whose matter it learned from has withdrawn consent since, an order forbids it, or a
            filing that it learned from was deleted or sequestered.
        RefusedInput: The gate left it unproven and no reason was given.
    """
    from assistant.engine import adapters
    from assistant.store import rounds

    check(house.db, user, "adapter.promote")
    house.ready_adapters()
    with house.db.session():
        check_learned(house, adapters.get_adapter(house.db, adapter_id))
        override = _need_reason(house, user, adapter_id, reason.strip())
        adapter = adapters.promote(house.db, adapter_id, user.name)
        audit.record(house.db, user.name, "adapter.promote", adapter_id, override)
        for found in rounds.list_rounds(house.db):
            if found.candidate == adapter_id and found.status in DECIDABLE:
                rounds.update_round(house.db, found.round_id, status="promoted")
    return present_adapter(adapters.get_adapter(house.db, adapter.adapter_id))


def _need_reason(house: House, user: User, adapter_id: str, reason: str) -> dict[str, Any]:
    """Ask a reason for a candidate that the gate left unproven, and keep it; give what the audit log says of it.

    Raises:
        RefusedInput: There is none, or it is too long.
    """
    from assistant.store import registry, rounds

    found = next((r for r in rounds.list_rounds(house.db) if r.candidate == adapter_id), None)
    if found is None or rounds.read_outcome(found.gate) != "unproven":
        return {}
    if not reason or len(reason) > LONGEST_REASON:
        raise RefusedInput(
            f"The gate could not say that {adapter_id} is as good as {found.gate.get('rival', 'what serves')}.",
            expected=f"a reason of at most {LONGEST_REASON} characters",
            do="Run a larger round, or promote it with a reason (--reason), which stays in the record.",
        )
    had = list(found.gate.get("overrides") or ())
    said = {"by": user.name, "at": timestamp(), "reason": reason}
    rounds.update_round(house.db, found.round_id, gate={**found.gate, "overrides": [*had, said]})
    note = f"Round {found.round_id}, by the gate unproven; promoted by {user.name} all the same: {reason}"
    registry.set_scores(house.db, adapter_id, registry.get_adapter(house.db, adapter_id).scores, note)
    return {"override": 1, "round": found.round_id}


def check_learned(house: House, adapter: Adapter | AdapterRecord) -> None:
    """Let an adapter serve only while all that it learned from may be used.

    Raises:
        NotAllowed: Consent was withdrawn, an order holds, or a filing was deleted or sequestered since.
    """
    from assistant.store import matters, rounds, usable
    from finetune.forget import learned_documents

    matters.check_training(house.db, adapter.matters)
    for found in rounds.list_rounds(house.db):
        if found.candidate == adapter.adapter_id:
            usable.check_sources(house.db, learned_documents(house.settings, found.round_id))


def discard(house: House, user: User, adapter_id: str) -> dict[str, Any]:
    """Put a candidate aside; its files stay, it is offered no more.

    Raises:
        RefusedInput: It is not a candidate.
    """
    from assistant.engine import adapters
    from assistant.store import registry, rounds

    check(house.db, user, "adapter.promote")
    adapter = adapters.get_adapter(house.db, adapter_id)
    if adapter.status != "candidate":
        raise RefusedInput(f"The adapter {adapter_id} is {adapter.status}.", expected="a candidate")
    with house.db.session():
        registry.set_status(house.db, adapter_id, "retired")
        audit.record(house.db, user.name, "adapter.discard", adapter_id, {})
        for found in rounds.list_rounds(house.db):
            if found.candidate == adapter_id and found.status in DECIDABLE:
                rounds.update_round(house.db, found.round_id, status="discarded")
    return present_adapter(adapters.get_adapter(house.db, adapter_id))


def rollback(house: House, user: User) -> dict[str, Any]:
    """Go back to the adapter that was active before.

    Raises:
        NotAllowed: What that adapter learned from may no longer be used.
    """
    from assistant.engine import adapters
    from assistant.store import registry

    check(house.db, user, "adapter.rollback")
    house.ready_adapters()
    with house.db.session():
        before = registry.previous_adapter(house.db)
        if before is not None:
            check_learned(house, before)
        adapter = adapters.rollback(house.db, user.name)
        audit.record(house.db, user.name, "adapter.rollback", adapter.adapter_id, {})
    return present_adapter(adapter)


def write_report(house: House, user: User, adapter_id: str, out: Path) -> dict[str, Any]:
    """Write an adapter's model card, table and plot into a folder: its round's scores, and the blind picks on it."""
    from assistant.engine import adapters
    from assistant.store import rounds
    from finetune import report
    from finetune.picks import tell_picks

    check(house.db, user, "adapter.report")
    house.ready_adapters()
    made_by = [r for r in rounds.list_rounds(house.db) if r.candidate == adapter_id]
    results = made_by[0].results if made_by else None
    picks = tell_picks(house.db, adapter_id)
    written = report.write_report(adapters.get_adapter(house.db, adapter_id), out, results, picks)
    audit.record(house.db, user.name, "adapter.report", adapter_id, {})
    return {"adapter_id": adapter_id, "out": str(out), "files": [str(path) for path in written]}
