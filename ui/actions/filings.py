"""Filings: upload, list, read pages, search, reveal hidden text, claw back, delete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.documents import Page
from assistant.errors import NotFound, RefusedInput
from assistant.store import audit, captions, comparisons, filings, notices, reviews
from assistant.store.filings import Filing
from assistant.store.people import User
from assistant.store.pseudonyms import find_pseudonyms
from assistant.store.usable import has_unread
from assistant.templates import document_types
from ui.permits import check, may
from ui.present import Source, present_facts
from ui.upkeep import forget, renew_index

if TYPE_CHECKING:
    from assistant.evidence.retrieval import Hit
    from ui.services import House

_WORD = re.compile(r"\S+")
_FACT_CHARACTERS = 500


def present_filing(house: House, filing: Filing) -> dict[str, Any]:
    """Give a filing as its reader sees it; the error of a refused one is in plain words."""
    return {
        "document_id": filing.document_id,
        "matter_id": filing.matter_id,
        "file": filing.file_name,
        "status": filing.status,
        "error": filing.error,
        "do": filing.do,
        "document_type": filing.document_type,
        "pages": filing.pages_total,
        "pages_ocr": list(filing.pages_ocr),
        "pages_unreadable": list(filing.pages_unreadable),
        "revision": filing.revision,
        "words": filing.words,
        "entities": dict(filing.entities),
        "warnings": list(filing.warnings),
        "added_by": filing.added_by,
        "added_at": filing.added_at,
        "seconds": filing.seconds,
        "progress": house.ingest_progress(filing),
    }


def open_filing(house: House, user: User, document_id: str, action: str = "matter.read") -> Filing:
    """Give a filing if the user may take the action in its matter.

    Raises:
        NotAllowed: The user may not; a filing that does not exist reads the same to anyone.
        NotFound: It is sequestered.
    """
    filing = _get_filing(house, user, document_id, action)
    if filing.sequestered:
        raise NotFound("The filing is sequestered.", do="Ask an attorney of the matter.")
    return filing


def _get_filing(house: House, user: User, document_id: str, action: str) -> Filing:
    """Give a filing, sequestered or not, if the user may take the action in its matter."""
    try:
        filing = filings.get_filing(house.db, document_id)
    except NotFound:
        check(house.db, user, action, "")
        raise
    check(house.db, user, action, filing.matter_id)
    return filing


def upload(
    house: House,
    user: User,
    matter_id: str,
    file_name: str,
    data: bytes,
    *,
    password: str | None = None,
    document_type: str | None = None,
) -> dict[str, Any]:
    """Store a file sealed and start reading it; the same content twice in a matter is the filing already there.

    Args:
        house: The open house.
        user: Who uploads.
        matter_id: The matter it goes to.
        file_name: As the sender named it.
        data: The bytes of the file.
        password: Opens an encrypted PDF; it is used once and not kept.
        document_type: Settles the type of document; found from the caption where None.
    """
    check(house.db, user, "filing.upload", matter_id)
    filing = filings.add_filing(house.db, matter_id, file_name, data, user.name)
    if filing.sequestered:
        raise RefusedInput("This file is sequestered in this matter.", do="Ask an attorney of the matter.")
    audit.record(house.db, user.name, "filing.upload", filing.document_id, {"bytes": len(data)})
    if filing.status != "ready":
        house.start_ingest(filing.document_id, password=password, document_type=document_type)
    return present_filing(house, filings.get_filing(house.db, filing.document_id))


def list_filings(house: House, user: User, matter_id: str) -> list[dict[str, Any]]:
    """List the filings of a matter, newest last; `summary` is the status of its newest summary, or ""."""
    check(house.db, user, "matter.read", matter_id)
    states = reviews.list_states(house.db, matter_id)
    found = filings.list_filings(house.db, matter_id)
    return [present_filing(house, f) | {"summary": states.get(f.document_id, "")} for f in found]


def list_unread(house: House, user: User, matter_id: str) -> list[dict[str, Any]]:
    """List the filings of a matter that are being read or wait for it, newest last."""
    check(house.db, user, "matter.read", matter_id)
    if not has_unread(house.db, matter_id):  # as nearly always: every open screen asks, again and again
        return []
    found = filings.list_filings(house.db, matter_id, statuses=("waiting", "reading"))
    return [present_filing(house, f) for f in found]


def show_filing(house: House, user: User, document_id: str) -> dict[str, Any]:
    """Give one filing's state without its content, for whoever waits for it."""
    return present_filing(house, open_filing(house, user, document_id))


def get_filing(house: House, user: User, document_id: str) -> dict[str, Any]:
    """Give one filing with its caption facts restored and one record a page."""
    filing = open_filing(house, user, document_id)
    shown = present_filing(house, filing)
    if filing.status == "ready":
        source = house.source(document_id)
        shown["facts"] = present_facts(source)
        shown["corrected"] = list(source.document.corrected)
        loan = comparisons.find_loan(house.db, document_id)
        shown["lent"] = loan.tell() if loan else None
        shown["document_types"] = list(document_types()) if may(user.role, "filing.correct") else []
        shown["page_list"] = [
            {
                "page": p.number,
                "source": p.source,
                "confidence": p.confidence,
                "width_pt": p.width_pt,
                "height_pt": p.height_pt,
                "characters": len(p.text),
                "hidden": len(p.hidden),
            }
            for p in source.pages
        ]
        audit.record(house.db, user.name, "filing.read", document_id, {"revision": filing.revision})
    return shown


def correct_caption(
    house: House, user: User, document_id: str, facts: dict[str, str], document_type: str = ""
) -> dict[str, Any]:
    """Correct what was read from a filing's caption; summaries and answers made from now on tell it as corrected.

    A name that the matter did not know is masked in its filings from now on.

    Args:
        house: The open house.
        user: A member of the matter.
        document_id: The filing.
        facts: New values by name, as the person typed them: title, court, docket_number, parties, judge, date. ""
            says that the caption has no such fact; a name that is not given stays as it is.
        document_type: Key of a house template, or "" to leave it: the next summary has that template's parts.

    Returns:
        The filing, as `get_filing` gives it.

    Raises:
        WrongUsage: There is no such fact or type.
        RefusedInput: The filing is not read yet, or a value is too long.
    """
    from ingest.redact import redact_fact
    from ingest.revise import hold_matter, spread_findings

    filing = open_filing(house, user, document_id, "filing.correct")
    if filing.status != "ready":
        raise RefusedInput(f"The filing is {filing.status}.", do=filing.do or "Wait until it has been read.")
    captions.check_names(facts, document_type)
    typed = {name: " ".join(value.split()) for name, value in facts.items()}
    long = [name for name, value in typed.items() if len(value) > _FACT_CHARACTERS]
    if long:
        raise RefusedInput(f"The {long[0].replace('_', ' ')} is too long.", expected=f"{_FACT_CHARACTERS} characters")
    own = set(find_pseudonyms(house.source(document_id).document.text))
    if any(set(find_pseudonyms(value)) - own for value in typed.values()):
        raise RefusedInput("A pseudonym that is not of this filing was typed.", do="Type the name itself.")
    with hold_matter(filing.matter_id):
        vault = house.vault(filing.matter_id)
        masked = {name: redact_fact(name, value, vault, house.settings.profile) for name, value in typed.items()}
        with house.db.session():
            captions.save_correction(house.db, document_id, masked, document_type, user.name)
            counts = {"facts": sorted(masked), "document_type": document_type}
            audit.record(house.db, user.name, "filing.correct", document_id, counts)
        spread_findings(house.db, filing.matter_id, user.name)
    house.forget_documents()
    renew_index(house, filing.matter_id)
    return get_filing(house, user, document_id)


def page_picture(house: House, user: User, document_id: str, page: int, width_px: int) -> bytes:
    """Draw one page of the original as PNG, `width_px` wide (bounded to 200..2400)."""
    filing = open_filing(house, user, document_id)
    _check_page(filing, page)
    audit.record(house.db, user.name, "page.read", document_id, {"page": page})
    return house.draw_page(document_id, page, min(max(width_px, 200), 2400))


def page_text(house: House, user: User, document_id: str, page: int) -> dict[str, Any]:
    """Give one page's original text and, where it has geometry, its words with boxes."""
    filing = open_filing(house, user, document_id)
    _check_page(filing, page)
    audit.record(house.db, user.name, "page.read", document_id, {"page": page})
    found = next((p for p in house.source(document_id).pages if p.number == page), None)
    if found is None:
        raise NotFound(f"Page {page} of this filing was not read.")
    return {"page": page, "text": found.text, "source": found.source, "words": _list_words(found)}


def reveal_hidden(house: House, user: User, document_id: str) -> list[dict[str, Any]]:
    """Give the text that a filing carries but does not show, to an attorney of its matter; each time is recorded.

    Returns:
        One record a place: page, reason, text, and box as fractions of the page (None where it has no place).
    """
    filing = open_filing(house, user, document_id, "hidden.reveal")
    found = [
        {"page": p.number, "reason": h.reason, "text": h.text, "box": list(h.box) if any(h.box) else None}
        for p in filings.load_pages(house.db, filing.document_id)
        for h in p.hidden
    ]
    audit.record(house.db, user.name, "hidden.reveal", document_id, {"places": len(found)})
    return found


def original(house: House, user: User, document_id: str) -> tuple[str, bytes]:
    """Give the file as it was uploaded, with its name."""
    filing = open_filing(house, user, document_id)
    audit.record(house.db, user.name, "filing.download", document_id, {})
    return filing.file_name, filings.read_original(house.db, document_id)


def delete_filing(house: House, user: User, document_id: str) -> dict[str, Any]:
    """Delete a filing with everything made from it: store, index, memory, the datasets of rounds.

    A deletion that the store refuses, as under a legal hold, leaves the filing searchable as it was. Adapters that
    learned from it are marked as due for a round.
    """
    from finetune.forget import adapters_from

    filing = open_filing(house, user, document_id, "filing.delete")
    due = adapters_from(house.settings, document_id)
    with house.db.session():
        house.db.after_commit(lambda: house.index.remove(document_id, filing.matter_id))
        filings.delete_filing(house.db, document_id, user.name, due)
        counts = {"matter": filing.matter_id, "adapters_due": list(due)}
        audit.record(house.db, user.name, "filing.delete", document_id, counts)
    datasets = forget(house, documents=[document_id])
    return {"deleted": document_id, "datasets": datasets, "adapters_due": list(due)}


def sequester_filing(house: House, user: User, document_id: str, reason: str) -> dict[str, Any]:
    """Claw a filing back: it is hidden from lists, search, answers, summaries and rounds at once, and kept.

    Args:
        house: The open house.
        user: An attorney of the matter.
        document_id: The filing.
        reason: Sealed with the matter; shown to its people.

    Raises:
        RefusedInput: No reason was given.
    """
    filing = open_filing(house, user, document_id, "filing.sequester")
    return _set_sequestered(house, user, filing, True, reason)


def lift_sequester(house: House, user: User, document_id: str, reason: str) -> dict[str, Any]:
    """Release a filing that was clawed back: it is shown, found and may train again.

    Raises:
        RefusedInput: No reason was given.
    """
    filing = _get_filing(house, user, document_id, "filing.sequester")
    return _set_sequestered(house, user, filing, False, reason)


def _set_sequestered(house: House, user: User, filing: Filing, hidden: bool, reason: str) -> dict[str, Any]:
    """Hide or show a filing, with its notice and its audit entry in one transaction, then bring the index in line."""
    if not reason.strip():
        raise RefusedInput("No reason was given.", do="Say in a few words why.")
    verb = "filing.sequester" if hidden else "filing.lift_sequester"
    with house.db.session():
        filings.set_sequestered(house.db, filing.document_id, hidden)
        if hidden:
            comparisons.end_loan(house.db, filing.document_id)
        notices.add_notice(house.db, filing.matter_id, verb, filing.document_id, user.name, reason)
        audit.record(house.db, user.name, verb, filing.document_id, {"matter": filing.matter_id})
    house.forget_documents()
    renew_index(house, filing.matter_id)
    return {"document_id": filing.document_id, "sequestered": hidden}


def list_sequestered(house: House, user: User, matter_id: str) -> list[dict[str, Any]]:
    """List the filings of a matter that are clawed back, by name, for the attorney who may lift it."""
    check(house.db, user, "filing.sequester", matter_id)
    found = filings.list_filings(house.db, matter_id, sequestered=True)
    return [{"document_id": f.document_id, "file": f.file_name, "added_at": f.added_at} for f in found]


def search(
    house: House, user: User, matter_id: str, query: str, k: int, document_ids: list[str] | None = None
) -> list[dict[str, Any]]:
    """Find the passages nearest to a query; the query is pseudonymized first.

    Returns:
        One record a passage: `page`, `start` and `end` are original characters of the page it begins on;
        `text` is the original text, `spans` names every page where it runs over.
    """
    from ingest.redact import redact_input

    check(house.db, user, "matter.read", matter_id)
    masked = redact_input(query, house.vault(matter_id), house.settings.profile)
    hits = find_passages(house, matter_id, query, masked, k, document_ids)
    audit.record(house.db, user.name, "search", matter_id, {"hits": len(hits)})
    sources = open_sources(house, [hit.document_id for hit in hits])
    there = [hit for hit in hits if hit.document_id in sources]
    return [record for hit in there if (record := _present_hit(sources[hit.document_id], hit))]


def find_passages(
    house: House, matter_id: str, asked: str, masked: str, k: int, document_ids: Sequence[str] | None
) -> list[Hit]:
    """Find the passages nearest to a question; those of filings that it names by their file names come first.

    Args:
        house: The open house.
        matter_id: Where to look; the caller has checked the permit.
        asked: The question as the person wrote it: it is compared with the file names and goes no further.
        masked: The question, pseudonymized.
        k: Most passages.
        document_ids: Only these filings, or None for all.
    """
    from assistant.evidence.naming import weigh_file_names

    names = {f.document_id: f.file_name for f in filings.list_filings(house.db, matter_id)}
    named = weigh_file_names(asked, names)
    return house.index.search(matter_id, masked, k, document_ids=document_ids, named=named)


def open_sources(house: House, document_ids: Sequence[str]) -> dict[str, Source]:
    """Give the filings that hits stand in, each opened once; one deleted since the index found it is left out."""
    found = {}
    for document_id in dict.fromkeys(document_ids):
        try:
            found[document_id] = house.source(document_id)
        except NotFound:
            continue
    return found


def _present_hit(source: Source, hit: Any) -> dict[str, Any] | None:
    """Give a hit for its reader, or None where it stands on no page."""
    spans = source.document.offsets.to_original(hit.passage.start, hit.passage.end)
    if not spans:
        return None
    return {
        "document_id": hit.document_id,
        "file": source.file,
        "page": spans[0].page,
        "start": spans[0].start,
        "end": spans[0].end,
        "score": round(float(hit.score), 5),
        "text": "\n".join(source.cut_quote(s) for s in spans),
        "spans": [{"page": s.page, "start": s.start, "end": s.end} for s in spans],
    }


def _list_words(page: Page) -> list[dict[str, Any]]:
    """Give the words of a page with [x0, y0, x1, y1] in fractions; none where the page has no geometry."""
    if not page.boxes:
        return []
    words = []
    for match in _WORD.finditer(page.text):
        boxes = page.line_boxes(match.start(), match.end())
        if boxes:
            box = boxes[0]
            place = [round(v, 5) for v in (box.x0, box.y0, box.x1, box.y1)]
            words.append({"start": match.start(), "end": match.end(), "box": place})
    return words


def _check_page(filing: Filing, page: int) -> None:
    if not 1 <= page <= max(filing.pages_total, 1):
        raise NotFound(f"This filing has no page {page}.", expected=f"1 to {filing.pages_total}")
