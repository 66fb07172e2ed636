"""Lineage both ways: from a summary to adapter, round and pairs; from a filing or a matter to the adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.store import erasure, matters, people, work
from assistant.store.people import User
from ui.actions.filings import open_filing
from ui.permits import check

if TYPE_CHECKING:
    from finetune.lineage import Lineage
    from ui.services import House


def list_lineage(house: House, user: User) -> dict[str, Any]:
    """Give where every adapter comes from, in ids and counts, and what was erased that adapters had learned from.

    Returns:
        `adapters`, newest first, as `_tell` gives them with `by_matter`; `erased`, newest first: `subject`, `kind`,
        `at`, and `due`, the adapters that are there and learned from it.
    """
    check(house.db, user, "lineage.read")
    lineages = _trace(house)
    there = {one.adapter_id: one.status for one in lineages}
    erased = []
    for stone in erasure.list_tombstones(house.db):
        due = [key for key in stone.counts.get("adapters_due", ()) if key in there]
        if due:
            shown = [{"adapter_id": key, "status": there[key]} for key in due]
            erased.append({"subject": stone.subject, "kind": stone.kind, "at": stone.erased_at, "due": shown})
    return {"adapters": [_tell(one) | {"by_matter": one.by_matter} for one in lineages], "erased": erased}


def trace_filing(house: House, user: User, document_id: str) -> dict[str, Any]:
    """Give what learned from a filing, and where the adapter comes from that wrote its newest summary.

    Returns:
        `learners`: adapters as `_tell` gives them, with `pairs_here`, from this filing, and `through`, the adapter
        that one has them from by starting there; `writer`: the adapter of the newest summary with `own_matters`, names
        of the user's matters that it learned from, or None where there is no summary or no adapter wrote it.
    """
    filing = open_filing(house, user, document_id)
    lineages = _trace(house)
    had = work.list_summaries(house.db, document_id=filing.document_id)
    wrote = had[0].summary.adapter if had else ""
    writer = next((one for one in lineages if one.adapter_id == wrote), None)
    return {
        "learners": _tell_learners(lineages, document_id=document_id),
        "writer": None if writer is None else _tell(writer) | {"own_matters": _name_own(house, user, writer)},
    }


def trace_matter(house: House, user: User, matter_id: str) -> list[dict[str, Any]]:
    """Give the adapters that learned from a matter, newest first; see `trace_filing`."""
    check(house.db, user, "matter.read", matter_id)
    return _tell_learners(_trace(house), matter_id=matter_id)


def _trace(house: House) -> tuple[Lineage, ...]:
    from finetune.lineage import trace_adapters

    return trace_adapters(house.db, house.settings)


def _tell(one: Lineage) -> dict[str, Any]:
    """Give an adapter's lineage without an id of a matter: numbers of pairs, of matters, of made-up pairs."""
    return {
        "adapter_id": one.adapter_id,
        "hash": one.hash,
        "status": one.status,
        "created_at": one.created_at,
        "round_id": one.round_id,
        "started_from": one.started_from,
        "pairs": sum(one.by_matter.values()),
        "matters": len(one.matters),
        "synthetic": one.synthetic,
        "due": "erased" in one.due,
    }


def _tell_learners(
    lineages: tuple[Lineage, ...], *, matter_id: str = "", document_id: str = ""
) -> list[dict[str, Any]]:
    from finetune.lineage import find_learners

    found = find_learners(lineages, matter_id=matter_id, document_id=document_id)
    return [
        _tell(one)
        | {
            "pairs_here": one.by_matter.get(matter_id, 0) + one.by_filing.get(document_id, 0),
            "through": found[one.adapter_id],
        }
        for one in lineages
        if one.adapter_id in found
    ]


def _name_own(house: House, user: User, one: Lineage) -> list[str]:
    """Name the matters that the user works on and that an adapter learned from."""
    own = set(people.matters_of(house.db, user.name)) & set(one.matters)
    return [matter.name for matter in matters.list_matters(house.db, own)]
