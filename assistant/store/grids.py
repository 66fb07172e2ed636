"""Grids: the same questions over chosen filings of a matter; questions, titles and answers are sealed with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from assistant.errors import NotFound
from assistant.store.database import Database, new_id, timestamp
from assistant.store.tables import CellRow, GridRow
from assistant.store.vault import Vault, open_vault

STATUSES = ("running", "done", "stopped", "failed")
_RUNNING = select(GridRow.grid_id).where(GridRow.matter_id == bindparam("matter_id"), GridRow.status == "running")


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid as it stands.

    Attributes:
        grid_id: Its identity.
        matter_id: The matter whose people read it.
        author: User name of who made it.
        run_by: User name of who began its present run, in whose name the filings are asked.
        run: How often it was begun, from 1.
        adapter: The adapter asked for, or "" for the active one.
        status: One of `STATUSES`; "running" also while it waits for its turn.
        error: Why it failed, without content, or "".
        document_ids: The filings, in the order of the rows.
        title: What people call it.
        questions: Pseudonymized, in the order of the columns.
        created_at: ISO 8601, UTC.
    """

    grid_id: str
    matter_id: str
    author: str
    run_by: str
    run: int
    adapter: str
    status: str
    error: str
    document_ids: tuple[str, ...]
    title: str
    questions: tuple[str, ...]
    created_at: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one filing answers to one question (a column, from 0).

    Attributes:
        document_id: The filing.
        question: The column.
        position: Counts up as cells are written, from 1.
        answer: As its reader sees it; None where it could not be made.
        seconds: Wall time.
    """

    document_id: str
    question: int
    position: int
    answer: dict[str, Any] | None
    seconds: float


def create_grid(
    db: Database,
    matter_id: str,
    author: str,
    *,
    title: str,
    questions: Sequence[str],
    document_ids: Sequence[str],
    adapter: str = "",
) -> str:
    """Keep a new grid as running and give its id.

    Args:
        db: The database.
        matter_id: Where it belongs.
        author: User name.
        title: In the author's words; sealed.
        questions: Pseudonymized; sealed.
        document_ids: Filings of the matter.
        adapter: Id, "base", "none", or "" for the active adapter.

    Raises:
        NotFound: There is no such matter.
    """
    grid_id = new_id("g")
    vault = open_vault(db, matter_id)
    with db.session() as session:
        session.add(
            GridRow(
                grid_id=grid_id,
                matter_id=matter_id,
                author=author,
                run_by=author,
                adapter=adapter,
                status="running",
                documents=list(document_ids),
                sealed_title=vault.seal(title.encode(), f"grid title|{grid_id}"),
                sealed_questions=vault.seal(json.dumps(list(questions)).encode(), f"grid questions|{grid_id}"),
                created_at=timestamp(),
            )
        )
    return grid_id


def get_grid(db: Database, grid_id: str) -> Grid:
    """Give a grid.

    Raises:
        NotFound: There is no such grid.
    """
    with db.reading() as session:
        row = _row(session, grid_id)
    return _grid(row, open_vault(db, row.matter_id))


def list_grids(db: Database, matter_id: str) -> tuple[Grid, ...]:
    """List the grids of a matter, newest first.

    Raises:
        NotFound: There is no such matter.
    """
    vault = open_vault(db, matter_id)
    mine = select(GridRow).where(GridRow.matter_id == matter_id).order_by(GridRow.created_at.desc(), GridRow.grid_id)
    with db.reading() as session:
        rows = session.scalars(mine).all()
    return tuple(_grid(row, vault) for row in rows)


def has_running(db: Database, matter_id: str) -> bool:
    """Tell whether a grid of a matter runs or waits for its turn."""
    return db.look_up(_RUNNING, matter_id=matter_id) is not None


def list_running(db: Database) -> tuple[tuple[str, int], ...]:
    """Give (id, run) of the running grids of all matters, oldest first."""
    running = select(GridRow.grid_id, GridRow.run).where(GridRow.status == "running").order_by(GridRow.created_at)
    with db.reading() as session:
        return tuple((grid_id, run) for grid_id, run in session.execute(running))


def begin_run(db: Database, grid_id: str, run_by: str) -> int | None:
    """Let a grid that ended go on; give the number of the run, or None where it runs already.

    Raises:
        NotFound: There is no such grid.
    """
    beginning = (
        update(GridRow)
        .where(GridRow.grid_id == grid_id, GridRow.status != "running")
        .values(status="running", error="", run=GridRow.run + 1, run_by=run_by)
        .returning(GridRow.run)
    )
    with db.session() as session:
        _row(session, grid_id)
        return session.scalar(beginning)


def settle_grid(db: Database, grid_id: str, run: int, status: str, error: str = "") -> bool:
    """End a run; give False, and change nothing, where it had ended already or the grid is gone."""
    ending = (
        update(GridRow)
        .where(GridRow.grid_id == grid_id, GridRow.run == run, GridRow.status == "running")
        .values(status=status, error=error)
        .returning(GridRow.grid_id)
    )
    with db.session() as session:
        return session.scalar(ending) is not None


def is_running(db: Database, grid_id: str, run: int) -> bool:
    """Tell whether this run of a grid is to go on."""
    with db.reading() as session:
        row = session.get(GridRow, grid_id)
        return row is not None and row.status == "running" and row.run == run


def add_cell(
    db: Database, grid_id: str, run: int, document_id: str, question: int, answer: dict[str, Any] | None, seconds: float
) -> bool:
    """Keep a cell, in the place of one that could not be made; give False where the run has ended meanwhile.

    Raises:
        NotFound: There is no such grid.
    """
    with db.session() as session:
        row = _row(session, grid_id)
        if row.status != "running" or row.run != run:
            return False
        sealed = None
        if answer is not None:
            sealed = open_vault(db, row.matter_id).seal(
                json.dumps(answer).encode(), _purpose(grid_id, document_id, question)
            )
        last = session.scalar(select(func.max(CellRow.position)).where(CellRow.grid_id == grid_id)) or 0
        session.merge(
            CellRow(
                grid_id=grid_id,
                document_id=document_id,
                question=question,
                position=last + 1,
                sealed_answer=sealed,
                seconds=seconds,
            )
        )
        return True


def list_cells(db: Database, grid_id: str, after: int = 0) -> tuple[Cell, ...]:
    """Give the cells behind a position, in the order they were written.

    Raises:
        NotFound: There is no such grid.
    """
    mine = select(CellRow).where(CellRow.grid_id == grid_id, CellRow.position > after).order_by(CellRow.position)
    with db.reading() as session:
        vault = open_vault(db, _row(session, grid_id).matter_id)
        rows = session.scalars(mine).all()
    return tuple(_cell(row, vault) for row in rows)


def measure_cells(db: Database, grid_id: str) -> list[tuple[str, int, float, bool]]:
    """Give (document id, column, seconds, whether it was made) of each cell, as written; no seal is opened."""
    mine = select(CellRow).where(CellRow.grid_id == grid_id).order_by(CellRow.position)
    with db.reading() as session:
        rows = session.scalars(mine).all()
    return [(row.document_id, row.question, row.seconds, row.sealed_answer is not None) for row in rows]


def delete_grid(db: Database, grid_id: str) -> None:
    """Delete a grid with its cells.

    Raises:
        NotFound: There is no such grid.
    """
    with db.session() as session:
        _row(session, grid_id)
        session.execute(delete(GridRow).where(GridRow.grid_id == grid_id))


def _row(session: Session, grid_id: str) -> GridRow:
    row = session.get(GridRow, grid_id)
    if row is None:
        raise NotFound(f"There is no grid {grid_id}.", do="List the grids of the matter.")
    return row


def _purpose(grid_id: str, document_id: str, question: int) -> str:
    return f"cell|{grid_id}|{document_id}|{question}"


def _grid(row: GridRow, vault: Vault) -> Grid:
    return Grid(
        grid_id=row.grid_id,
        matter_id=row.matter_id,
        author=row.author,
        run_by=row.run_by,
        run=row.run,
        adapter=row.adapter,
        status=row.status,
        error=row.error,
        document_ids=tuple(row.documents),
        title=vault.unseal(row.sealed_title, f"grid title|{row.grid_id}").decode(),
        questions=tuple(json.loads(vault.unseal(row.sealed_questions, f"grid questions|{row.grid_id}"))),
        created_at=row.created_at,
    )


def _cell(row: CellRow, vault: Vault) -> Cell:
    purpose = _purpose(row.grid_id, row.document_id, row.question)
    answer = None if row.sealed_answer is None else json.loads(vault.unseal(row.sealed_answer, purpose))
    return Cell(row.document_id, row.question, row.position, answer, row.seconds)
