"""Grids: the same questions over chosen filings of a matter, each cell a verified sentence with its quote."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from assistant.errors import Conflict, LimitExceeded, NotFound, RefusedInput
from assistant.store import audit, filings, grids
from assistant.store.grids import Cell, Grid
from assistant.store.people import User
from ui.actions.chronology import keep_from_counting, quote
from ui.permits import check
from ui.present import AI_MARK

if TYPE_CHECKING:
    from ui.services import House

MAX_QUESTIONS = 8
MAX_FILINGS = 40
_MAX_QUESTION = 500
_TITLE_CHARACTERS = 80
_MAX_WAITING = 8  # grids of the house that run or wait
_PACE_OF = 12  # newest cells that the time left is told from
_COLUMNS = ("filing", "question", "state", "answer", "quote", "page", "place", "made by")
_STATES = {
    "supported": "supported",
    "partial": "partly supported",
    "unsupported": "not supported",
    "nothing": "nothing found",
    "failed": "could not be answered",
    "open": "not asked yet",
}


def start_grid(
    house: House,
    user: User,
    matter_id: str,
    questions: Sequence[str],
    document_ids: Sequence[str],
    *,
    title: str = "",
    adapter: str | None = None,
) -> dict[str, Any]:
    """Begin to ask the same questions of chosen filings, as a durable job; give the grid as `get_grid` does.

    The questions are pseudonymized before anything else sees them.

    Raises:
        RefusedInput: There are no questions or filings, too many, or a filing is not ready.
        LimitExceeded: Too many grids wait already.
    """
    from ingest.redact import redact_input
    from ui.grid_work import list_ready

    check(house.db, user, "grid.run", matter_id)
    asked = list(dict.fromkeys(text for text in (" ".join(q.split()) for q in questions) if text))
    if not 1 <= len(asked) <= MAX_QUESTIONS:
        raise RefusedInput(f"There are {len(asked)} questions.", expected=f"1 to {MAX_QUESTIONS}")
    if any(len(question) > _MAX_QUESTION for question in asked):
        raise RefusedInput("A question is too long.", expected=f"up to {_MAX_QUESTION} characters each")
    ready = list_ready(house, matter_id)
    chosen = list(dict.fromkeys(document_ids))
    if not 1 <= len(chosen) <= MAX_FILINGS:
        raise RefusedInput(f"{len(chosen)} filings are chosen.", expected=f"1 to {MAX_FILINGS}")
    if set(chosen) - ready:
        raise RefusedInput("A chosen filing is not ready.", do="Reload the page and choose among those that are ready.")
    _check_room(house)
    vault = house.vault(matter_id)
    masked = [redact_input(question, vault, house.settings.profile) for question in asked]
    name = (" ".join(title.split()) or asked[0])[:_TITLE_CHARACTERS]
    with house.db.session():
        grid_id = grids.create_grid(
            house.db, matter_id, user.name, title=name, questions=masked, document_ids=chosen, adapter=adapter or ""
        )
        counts = {"matter": matter_id, "questions": len(masked), "filings": len(chosen)}
        audit.record(house.db, user.name, "grid.run", grid_id, counts)
    return _enqueue(house, user, grid_id, 1)


def _check_room(house: House) -> None:
    """Let a grid begin where this process runs jobs and few wait."""
    if not house.serving:
        raise RefusedInput("This process does not run jobs.", do="Start `casebrief serve`.")
    if len(grids.list_running(house.db)) >= _MAX_WAITING:
        raise LimitExceeded(
            f"{_MAX_WAITING} grids are in work already.", do="Begin this one when one of them has ended."
        )


def _enqueue(house: House, user: User, grid_id: str, run: int) -> dict[str, Any]:
    from ui.grid_work import enqueue_run

    enqueue_run(grid_id, run)
    return get_grid(house, user, grid_id)


def _open(house: House, user: User, grid_id: str, action: str) -> Grid:
    """Give a grid if the user may take the action in its matter; one that does not exist reads the same."""
    try:
        grid = grids.get_grid(house.db, grid_id)
    except NotFound:
        check(house.db, user, action, "")
        raise
    check(house.db, user, action, grid.matter_id)
    return grid


def list_grids(house: House, user: User, matter_id: str, *, unfinished: bool = False) -> list[dict[str, Any]]:
    """List the grids of a matter, newest first, with how far each is; or only those that run or wait."""
    from ui.grid_work import list_ready

    check(house.db, user, "grid.read", matter_id)
    if unfinished and not grids.has_running(house.db, matter_id):
        return []
    found = [g for g in grids.list_grids(house.db, matter_id) if not unfinished or g.status == "running"]
    ready = list_ready(house, matter_id) if found else set()
    return [_describe(house, grid, ready) for grid in found]


def get_grid(house: House, user: User, grid_id: str, after: int = 0) -> dict[str, Any]:
    """Give a grid with its questions, rows and cells, for any member of its matter.

    Args:
        house: The open house.
        user: Who reads.
        grid_id: The grid.
        after: Position of the newest cell that the reader has: only cells written since are given.

    Returns:
        The grid as `list_grids` describes it, with `questions`; `rows`, each a filing with its name, or "" and `gone`
        where it was deleted or is sequestered; `cells`, each with `document_id`, `question` (column, from 0), `state`,
        `sentence`, `others` and `nearest`; `position` of the newest cell.
    """
    grid = _open(house, user, grid_id, "grid.read")
    if after == 0:
        audit.record(house.db, user.name, "grid.read", grid_id, {"matter": grid.matter_id})
    there = filings.list_filings(house.db, grid.matter_id)
    names = {f.document_id: f.file_name for f in there}
    vault = house.vault(grid.matter_id)
    cells = [c for c in grids.list_cells(house.db, grid_id, after) if c.document_id in names]
    return _describe(house, grid, {f.document_id for f in there if f.status == "ready"}) | {
        "questions": [vault.restore(question) for question in grid.questions],
        "rows": [{"document_id": d, "file": names.get(d, ""), "gone": d not in names} for d in grid.document_ids],
        "cells": [_present(cell) for cell in cells],
        "position": max((cell.position for cell in cells), default=after),
    }


def _present(cell: Cell) -> dict[str, Any]:
    sentence = (cell.answer or {}).get("sentence")
    state = "failed" if cell.answer is None else sentence["support"] if sentence else "nothing"
    shown = {"document_id": cell.document_id, "question": cell.question, "state": state, "sentence": sentence}
    return shown | {"others": (cell.answer or {}).get("others", 0), "nearest": (cell.answer or {}).get("nearest", [])}


def _describe(house: House, grid: Grid, ready: Collection[str]) -> dict[str, Any]:
    """Give how a grid stands: `status` is "waiting" before its turn; `seconds_left` is None where nothing tells it."""
    from ui.grid_work import list_open_cells

    status, error = grid.status, grid.error
    if status == "running" and house.serving:
        status, error = _ask_job(house, grid)
    left = len(list_open_cells(house, grid, ready))
    pace = [seconds for _, _, seconds, _ in grids.measure_cells(house.db, grid.grid_id)][-_PACE_OF:]
    return {
        "grid_id": grid.grid_id,
        "matter_id": grid.matter_id,
        "title": grid.title,
        "author": grid.author,
        "created_at": grid.created_at,
        "status": status,
        "error": error,
        "done": len(grid.document_ids) * len(grid.questions) - left,
        "total": len(grid.document_ids) * len(grid.questions),
        "left": left,
        "seconds_left": round(sum(pace) / len(pace) * left) if pace and status == "running" else None,
    }


def _ask_job(house: House, grid: Grid) -> tuple[str, str]:
    """Give status and error of a grid that is said to run, corrected where its job ended without saying so."""
    from assistant import jobs

    try:
        job = jobs.job(f"grid-{grid.grid_id}-{grid.run}")
    except NotFound:
        return "running", ""
    if job.status == "queued":
        return "waiting", ""
    if job.ended:
        grids.settle_grid(house.db, grid.grid_id, grid.run, "failed", job.error or f"The job was {job.status}.")
        now = grids.get_grid(house.db, grid.grid_id)
        return now.status, now.error
    return "running", ""


def stop_grid(house: House, user: User, grid_id: str) -> dict[str, Any]:
    """Stop a grid; its cells stay and it can go on later."""
    from ui.grid_work import stop_run

    grid = _open(house, user, grid_id, "grid.stop")
    if stop_run(house, grid):
        audit.record(house.db, user.name, "grid.stop", grid_id, {"matter": grid.matter_id})
    return get_grid(house, user, grid_id)


def continue_grid(house: House, user: User, grid_id: str) -> dict[str, Any]:
    """Let a grid go on with its open cells, in the name of the user.

    Raises:
        Conflict: It runs already.
    """
    grid = _open(house, user, grid_id, "grid.run")
    _check_room(house)
    with house.db.session():
        run = grids.begin_run(house.db, grid_id, user.name)
        if run is None:
            raise Conflict("The grid runs already.", do="Wait for it, or stop it first.")
        audit.record(house.db, user.name, "grid.run", grid_id, {"matter": grid.matter_id, "run": run})
    return _enqueue(house, user, grid_id, run)


def delete_grid(house: House, user: User, grid_id: str) -> dict[str, Any]:
    """Delete a grid with its cells; one that runs is stopped first."""
    from ui.grid_work import stop_run

    grid = _open(house, user, grid_id, "grid.delete")
    stop_run(house, grid)
    with house.db.session():
        grids.delete_grid(house.db, grid_id)
        audit.record(house.db, user.name, "grid.delete", grid_id, {"matter": grid.matter_id})
    return {"deleted": grid_id}


def export_grid(house: House, user: User, grid_id: str) -> tuple[str, str, bytes]:
    """Give a grid as comma-separated values, one line a cell, marked as AI output; no cell begins a formula.

    Returns:
        File name, media type, bytes.
    """
    grid = _open(house, user, grid_id, "grid.export")
    shown = get_grid(house, user, grid_id)
    audit.record(house.db, user.name, "grid.export", grid_id, {"matter": grid.matter_id})
    cells = {(cell["document_id"], cell["question"]): cell for cell in shown["cells"]}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in (row for row in shown["rows"] if not row["gone"]):
        for number, question in enumerate(shown["questions"]):
            values = _write_cell(cells.get((row["document_id"], number)))
            writer.writerow([keep_from_counting(" ".join(v.split())) for v in (row["file"], question, *values)])
    stem = "".join(c if c.isalnum() or c in "-_" else "_" for c in grid.title)[:60].strip("_") or "grid"
    return f"{stem}-grid.csv", "text/csv; charset=utf-8", out.getvalue().encode("utf-8-sig")


def _write_cell(cell: dict[str, Any] | None) -> tuple[str, ...]:
    """Give state, answer, quote, page, place and the mark of a cell; of one that found nothing only the state."""
    if cell is None or cell["sentence"] is None:
        return _STATES[cell["state"] if cell else "open"], "", "", "", "", ""
    proof = cell["sentence"]["evidence"]
    pages = ", ".join(dict.fromkeys(str(e["page"]) for e in proof))
    places = "; ".join(dict.fromkeys(e["pinpoint"] for e in proof if e["pinpoint"]))
    return _STATES[cell["state"]], cell["sentence"]["text"], quote(proof), pages, places, f"{AI_MARK}, unverified"
