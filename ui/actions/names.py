"""Review of what was replaced: the detections of a page, accept, reject, add; every change is applied and audited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.documents import PageSpan
from assistant.errors import RefusedInput
from assistant.store import audit, decisions
from assistant.store.filings import Filing
from assistant.store.people import User
from ui.actions.filings import open_filing
from ui.permits import check
from ui.upkeep import renew_index

if TYPE_CHECKING:
    from assistant.store.decisions import Decision
    from ingest.review import Detection
    from ui.present import Source
    from ui.services import House


def list_detections(house: House, user: User, document_id: str, page: int) -> dict[str, Any]:
    """Give what was replaced on a page, and what people rejected there.

    Returns:
        {document_id, page, revision,
        detections: [{pseudonym, type, confidence, page, start, end, text, boxes, decision}],
        rejected: [{pseudonym, type, page, start, end, text, boxes, by}]}; offsets are characters of the page as read.
    """
    from ingest import review

    filing = _open(house, user, document_id, "matter.read")
    source = house.source(document_id)
    decided = decisions.list_decisions(house.db, document_id)
    audit.record(house.db, user.name, "names.read", document_id, {"page": page, "revision": filing.revision})
    return {
        "document_id": document_id,
        "page": page,
        "revision": source.document.revision,
        "detections": [
            _present_detection(found) | _present_place(source, found.place)
            for found in review.list_detections(source.document, page, decided)
        ],
        "rejected": [
            {"pseudonym": one.pseudonym, "type": one.type, "by": one.actor} | _present_place(source, _place_of(one))
            for one in decided
            if one.page == page and one.decision == "rejected"
        ],
    }


def list_all_detections(house: House, user: User, document_id: str) -> dict[str, Any]:
    """Give what was replaced on all pages of a filing, and what people rejected, without the places on the pictures.

    Returns:
        {document_id, revision, detections: [{pseudonym, type, confidence, decision, page, start, end, text}],
        rejected: [{pseudonym, type, by, page, start, end, text}]}, in the order of the pages.
    """
    from ingest import review

    filing = _open(house, user, document_id, "matter.read")
    source = house.source(document_id)
    decided = decisions.list_decisions(house.db, document_id)
    found = review.list_detections(source.document, None, decided)
    rejected = [one for one in decided if one.decision == "rejected"]
    counts = {"revision": filing.revision, "detections": len(found), "rejected": len(rejected)}
    audit.record(house.db, user.name, "names.read", document_id, counts)
    return {
        "document_id": document_id,
        "revision": source.document.revision,
        "detections": [_present_detection(one) | _present_words(source, one.place) for one in found],
        "rejected": [
            {"pseudonym": one.pseudonym, "type": one.type, "by": one.actor} | _present_words(source, _place_of(one))
            for one in rejected
        ],
    }


def accept_detection(
    house: House, user: User, document_id: str, page: int, start: int, end: int, everywhere: bool = False
) -> dict[str, Any]:
    """Say that a detection is right: here, or wherever the same pseudonym stands in the matter.

    Raises:
        NotFound: Nothing is replaced at this place.
    """
    from ingest import review

    _open(house, user, document_id, "names.review")
    place = PageSpan(page, start, end)
    count = review.accept_detection(house.db, document_id, place, user.name, everywhere=everywhere)
    return {"document_id": document_id, "accepted": count}


def reject_detection(
    house: House, user: User, document_id: str, page: int, start: int, end: int, everywhere: bool = False
) -> dict[str, Any]:
    """Say that a detection is law or an ordinary word: the model's text has the original again.

    Args:
        house: The open house.
        user: Who decides; for the whole matter an attorney of it.
        document_id: The filing.
        page: Page of the detection, from 1.
        start: First character of it on the page as read.
        end: After the last one.
        everywhere: Keep the word in the whole matter, in filings that come later too.

    Raises:
        NotFound: Nothing is replaced at this place.
    """
    from ingest import review

    filing = _open(house, user, document_id, "names.review")
    if everywhere:
        check(house.db, user, "names.keep", filing.matter_id)
    place = PageSpan(page, start, end)
    revised = review.reject_detection(house.db, document_id, place, user.name, everywhere=everywhere)
    return _after(house, filing, revised)


def add_detection(
    house: House, user: User, document_id: str, page: int, start: int, end: int, type: str
) -> dict[str, Any]:
    """Mask selected characters of a page, and the same name in all filings of the matter.

    Args:
        house: The open house.
        user: Who decides.
        document_id: The filing.
        page: Page of the selection, from 1.
        start: First character of it on the page as read.
        end: After the last one.
        type: Entity type: PERSON, ORG, LOC, DATETIME, CODE, CONTACT, DEM, QUANTITY or MISC.

    Raises:
        RefusedInput: There is no such type, or nothing that a model sees stands there.
    """
    from ingest import review

    filing = _open(house, user, document_id, "names.review")
    pseudonym, revised = review.add_detection(house.db, document_id, PageSpan(page, start, end), type, user.name)
    return {"pseudonym": pseudonym, **_after(house, filing, revised)}


def _open(house: House, user: User, document_id: str, action: str) -> Filing:
    filing = open_filing(house, user, document_id, action)
    if filing.status != "ready":
        raise RefusedInput(f"The filing is {filing.status}.", do=filing.do or "Wait until it has been read.")
    return filing


def _after(house: House, filing: Filing, revised: Sequence[str]) -> dict[str, Any]:
    """Bring memory and index in line with the new revisions, and name them."""
    house.forget_documents()
    renew_index(house, filing.matter_id)
    return {"document_id": filing.document_id, "revised": list(revised)}


def _place_of(decision: Decision) -> PageSpan:
    return PageSpan(decision.page, decision.start, decision.end)


def _present_detection(found: Detection) -> dict[str, Any]:
    return {
        "pseudonym": found.pseudonym,
        "type": found.type,
        "confidence": found.confidence,
        "decision": found.decision,
    }


def _present_words(source: Source, place: PageSpan) -> dict[str, Any]:
    return {"page": place.page, "start": place.start, "end": place.end, "text": source.cut_quote(place)}


def _present_place(source: Source, place: PageSpan) -> dict[str, Any]:
    return _present_words(source, place) | {"boxes": source.cut_boxes(place)}
