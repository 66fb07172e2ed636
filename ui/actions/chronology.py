"""What a filing states of dates, deadlines and amounts: as tables with a place for each row, and as a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from assistant.evidence.claims import read_dates
from assistant.store import audit
from assistant.store.people import User
from ui.actions.filings import open_filing
from ui.present import Sources, find_cited_pseudonyms, present_evidence, present_facts

if TYPE_CHECKING:
    from ui.services import House

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("kind", "stated", "date", "text", "said", "place")


def list_stated(house: House, user: User, document_id: str) -> dict[str, Any]:
    """Give what a filing states, in its own words; nothing is computed.

    Returns:
        `facts` of the caption, parties among them; `events` and `deadlines`, oldest first, and `amounts` in reading
        order: each with `stated` (the date, period or sum as it stands), `date` (year, month and day as far as said, or
        None), `text` (the sentence's original characters), `said` (who says it: "alleged" and so on, or "") and
        `evidence`.
    """
    from assistant.chronology import list_entries
    from assistant.evidence.kept_readings import share_reading

    open_filing(house, user, document_id)
    source = house.source(document_id)
    sources = Sources(source)
    rows: dict[str, list[dict[str, Any]]] = {"event": [], "deadline": [], "amount": []}
    for entry in list_entries(share_reading(source.document)):
        stated = source.vault.restore(entry.stated, allowed=find_cited_pseudonyms([entry.evidence], sources))
        evidence = present_evidence(entry.evidence, sources)
        date = next(iter(read_dates(stated)), None) if entry.kind != "amount" else None
        rows[entry.kind].append(
            {
                "stated": stated, "date": list(date) if isinstance(date, tuple) else None, "text": quote(evidence),
                "said": entry.said, "evidence": evidence,
            }
        )  # fmt: skip
    audit.record(house.db, user.name, "filing.stated", document_id, {"rows": sum(map(len, rows.values()))})
    in_time = {kind: sorted(rows[kind], key=_order_in_time) for kind in ("event", "deadline")}
    return {
        "document_id": document_id,
        "file": source.file,
        "facts": present_facts(source),
        "events": in_time["event"],
        "deadlines": in_time["deadline"],
        "amounts": rows["amount"],
    }


def quote(evidence: list[dict[str, Any]]) -> str:
    """Give the original characters of a sentence in one line; a page's end may part it."""
    return " ".join(" ".join(proof["quote"].split()) for proof in evidence)


def _order_in_time(row: dict[str, Any]) -> tuple[int, int, int]:
    """Order by date as far as it is said; a period, which has none, comes last."""
    year, month, day = row["date"] or (9999, 0, 0)
    return year or 9999, month or 0, day or 0


def export_stated(house: House, user: User, document_id: str) -> tuple[str, str, bytes]:
    """Give the tables as one file of comma-separated values; no cell begins a formula.

    Returns:
        File name, media type, bytes.
    """
    found = list_stated(house, user, document_id)
    audit.record(house.db, user.name, "filing.stated_export", document_id, {})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for kind in ("events", "deadlines", "amounts"):
        for row in found[kind]:
            date = "-".join(f"{part:02}" for part in row["date"] if part) if row["date"] else ""
            places = "; ".join(dict.fromkeys(e["pinpoint"] or f"p. {e['page']}" for e in row["evidence"]))
            values = (kind.removesuffix("s"), row["stated"], date, row["text"], row["said"], places)
            writer.writerow([keep_from_counting(value) for value in values])
    stem = "".join(c if c.isalnum() or c in "-_" else "_" for c in found["file"].rsplit(".", 1)[0])[:60] or "filing"
    return f"{stem}-dates-and-amounts.csv", "text/csv; charset=utf-8", out.getvalue().encode("utf-8-sig")


def keep_from_counting(value: str) -> str:
    """Put a quote mark before a cell that a spreadsheet would take for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value
