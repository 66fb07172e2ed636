"""Brings in line with the store what lies outside its transactions: at once, and at a start after a crash or restore.

Erasures are finished, indexes renewed, and names that a matter has learnt are masked in its filings.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from assistant.errors import CasebriefError
from assistant.store import erasure, filings, matters, usable
from assistant.store.erasure import Tombstone
from ui.messages import log_fault

if TYPE_CHECKING:
    from ui.services import House

_log = logging.getLogger("casebrief.upkeep")


def obey_tombstones(house: House) -> tuple[Tombstone, ...]:
    """Erase again what a restored backup brought back, before anything of it can be read; give what it was."""
    again = erasure.obey_tombstones(house.db)
    if again:
        _log.warning("%d erased matters or filings had come back, as from a backup; erased again.", len(again))
        finish_erasures(house)
    return again


def finish_erasures(house: House) -> None:
    """Remove what a crash or a restored backup left of all that was ever erased: files, index, datasets, pages.

    Call it before jobs are launched and requests are taken: files without a filing are taken for leftovers.
    """
    stones = erasure.list_tombstones(house.db)
    erasure.sweep_originals(house.db, age_s=0.0)
    sweep_index(house)
    forget(
        house,
        matters=[s.subject for s in stones if s.kind == "matter"],
        documents=[s.subject for s in stones if s.kind == "filing"],
    )
    if stones:
        house.db.compact()


def catch_up_names(house: House) -> None:
    """Mask in each matter's filings what its vault learnt before a crash; one that fails does not stop the rest."""
    from assistant.store.decisions import list_behind
    from ingest.revise import spread_findings

    for matter_id in list_behind(house.db):
        try:
            if spread_findings(house.db, matter_id, "casebrief"):
                renew_index(house, matter_id)
        except CasebriefError as error:
            log_fault(error, "catch-up-names")


def forget(house: House, matters: Collection[str] = (), documents: Collection[str] = ()) -> int:
    """Take matters and filings out of memory and out of the datasets of rounds; give how many datasets held any.

    The rankers of adapters that learned from them go as well.
    """
    from assistant.engine.adapters import forget_rankers
    from finetune.forget import forget_texts

    house.forget_documents()
    if not matters and not documents:
        return 0
    forget_rankers(house.db)
    return forget_texts(house.settings, matters, documents)


def sweep_index(house: House) -> None:
    """Bring the index folders in line with the store: no erased matter, no filing that is gone or sequestered."""
    known = {m.matter_id for m in matters.list_matters(house.db)}
    for folder in sorted(house.settings.folder("index").iterdir()):
        if not folder.name.startswith("m-"):
            continue
        if folder.name not in known:
            house.index.remove_matter(folder.name)
        else:
            renew_index(house, folder.name)


def renew_index(house: House, matter_id: str) -> int:
    """Bring one matter's index in line with the store; give the number of filings taken out or put in anew.

    A filing whose type was corrected is put in anew, since its passages are embedded with their type.
    An index that cannot be read is removed: the next search makes it again from the store.
    """
    held, wanted = house.index.indexed(matter_id), usable.list_usable(house.db, matter_id)
    if not held:
        house.index.remove_matter(matter_id)
        return 0
    gone = held.keys() - wanted.keys()
    for document_id in gone:
        house.index.remove(document_id, matter_id)
    types, noted = usable.list_types(house.db, matter_id), house.index.indexed_types(matter_id)
    stale = {
        key
        for key, revision in wanted.items()
        if held.get(key) != revision or noted.get(key, types.get(key)) != types.get(key)
    }
    if stale:
        house.index.add_all(matter_id, filings.load_documents(house.db, sorted(stale)))
    return len(gone) + len(stale)
