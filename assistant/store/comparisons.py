"""Comparisons: one filing summarized by several systems, and the loans by which administrators may make them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assistant.documents import Summary
from assistant.errors import NotFound
from assistant.store import forms
from assistant.store.comparison_tables import ComparisonRow, LoanRow
from assistant.store.database import Database, new_id, timestamp
from assistant.store.tables import DocumentRow

STATUSES = ("running", "done", "stopped", "failed")
SYSTEMS = ("base", "active", "candidate")
"""Keys of the systems, in the order they write and stand side by side."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A filing that an attorney of its matter lends for comparison.

    Attributes:
        document_id: The filing.
        matter_id: Its matter.
        lent_by: User name.
        sample: True for a synthetic filing of `casebrief demo`.
        created_at: ISO 8601 UTC.
    """

    document_id: str
    matter_id: str
    lent_by: str
    sample: bool
    created_at: str

    def tell(self) -> dict[str, Any]:
        """Give it as JSON-ready values, for the people of the matter."""
        return {"by": self.lent_by, "at": self.created_at, "sample": self.sample}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One filing and what each system wrote of it.

    Attributes:
        comparison_id: Its identity.
        document_id: The filing.
        matter_id: Its matter.
        revision: The revision that was summarized.
        candidate: Adapter id of the candidate, or "" where none is compared.
        rival: Adapter id of the one that served when it was begun, or "base".
        run_by: User name of who began its present run.
        run: How often it was begun, from 1.
        status: One of `STATUSES`; "running" also while it waits for its turn.
        error: Why it failed, without content, or "".
        summaries: By key of the system, pseudonymized; those that are written so far.
        created_at: ISO 8601 UTC.
    """

    comparison_id: str
    document_id: str
    matter_id: str
    revision: int
    candidate: str
    rival: str
    run_by: str
    run: int
    status: str
    error: str
    summaries: dict[str, Summary]
    created_at: str

    @property
    def systems(self) -> dict[str, str]:
        """Key and adapter ("base" for the model alone) of each system, in order."""
        found = {"base": "base", "active": self.rival, "candidate": self.candidate}
        return {key: found[key] for key in SYSTEMS if found[key] and (key == "base" or found[key] != "base")}


def lend_filing(db: Database, document_id: str, actor: str, sample: bool = False) -> bool:
    """Lend a filing for comparison; give False, and change nothing, where it is lent already.

    Raises:
        NotFound: There is no such filing.
    """
    with db.session() as session:
        filing = session.get(DocumentRow, document_id)
        if filing is None:
            raise NotFound(f"There is no filing {document_id}.", do="List the filings of the matter.")
        if session.get(LoanRow, document_id) is not None:
            return False
        key = {"document_id": document_id, "matter_id": filing.matter_id}
        session.add(LoanRow(**key, lent_by=actor, sample=sample, created_at=timestamp()))
        return True


def end_loan(db: Database, document_id: str) -> bool:
    """End the loan of a filing; give False where it was not lent."""
    with db.session() as session:
        row = session.get(LoanRow, document_id)
        if row is not None:
            session.delete(row)
        return row is not None


def find_loan(db: Database, document_id: str) -> Loan | None:
    """Give the loan of a filing, or None where it is not lent, not read or sequestered."""
    return next((loan for loan in list_loans(db, document_id)), None)


def list_loans(db: Database, document_id: str | None = None) -> tuple[Loan, ...]:
    """List the loans of filings that are read and not sequestered, oldest first."""
    usable = (
        select(LoanRow)
        .join(DocumentRow, DocumentRow.document_id == LoanRow.document_id)
        .where(DocumentRow.status == "ready", DocumentRow.sequestered.is_(False))
        .order_by(LoanRow.created_at, LoanRow.document_id)
    )
    if document_id is not None:
        usable = usable.where(LoanRow.document_id == document_id)
    with db.reading() as session:
        return tuple(_loan(row) for row in session.scalars(usable))


def create_comparison(db: Database, document_id: str, revision: int, actor: str, *, candidate: str, rival: str) -> str:
    """Keep a new comparison as running and give its id.

    Args:
        db: The database.
        document_id: The filing.
        revision: The revision to summarize.
        actor: User name.
        candidate: Adapter id, or "".
        rival: Adapter id, or "base".

    Raises:
        NotFound: There is no such filing.
    """
    comparison_id = new_id("v")
    with db.session() as session:
        filing = session.get(DocumentRow, document_id)
        if filing is None:
            raise NotFound(f"There is no filing {document_id}.", do="List the filings of the matter.")
        session.add(
            ComparisonRow(
                comparison_id=comparison_id,
                document_id=document_id,
                matter_id=filing.matter_id,
                revision=revision,
                candidate=candidate,
                rival=rival,
                run_by=actor,
                status="running",
                summaries={},
                created_at=timestamp(),
            )
        )
    return comparison_id


def get_comparison(db: Database, comparison_id: str) -> Comparison:
    """Give a comparison.

    Raises:
        NotFound: There is no such comparison.
    """
    with db.reading() as session:
        return _comparison(_row(session, comparison_id))


def list_comparisons(db: Database, document_ids: Collection[str]) -> tuple[Comparison, ...]:
    """List the comparisons of some filings, newest first."""
    mine = select(ComparisonRow).where(ComparisonRow.document_id.in_(document_ids))
    with db.reading() as session:
        rows = session.scalars(mine.order_by(ComparisonRow.created_at.desc(), ComparisonRow.comparison_id))
        return tuple(_comparison(row) for row in rows)


def list_running(db: Database) -> tuple[tuple[str, int], ...]:
    """Give (id, run) of the running comparisons, oldest first."""
    running = select(ComparisonRow.comparison_id, ComparisonRow.run).where(ComparisonRow.status == "running")
    with db.reading() as session:
        return tuple((key, run) for key, run in session.execute(running.order_by(ComparisonRow.created_at)))


def begin_run(db: Database, comparison_id: str, run_by: str) -> int | None:
    """Let a comparison that ended go on; give the number of the run, or None where it runs already."""
    beginning = (
        update(ComparisonRow)
        .where(ComparisonRow.comparison_id == comparison_id, ComparisonRow.status != "running")
        .values(status="running", error="", run=ComparisonRow.run + 1, run_by=run_by)
        .returning(ComparisonRow.run)
    )
    with db.session() as session:
        return session.scalar(beginning)


def settle_comparison(db: Database, comparison_id: str, run: int, status: str, error: str = "") -> bool:
    """End a run; give False, and change nothing, where it had ended already or the comparison is gone."""
    ending = (
        update(ComparisonRow)
        .where(
            ComparisonRow.comparison_id == comparison_id, ComparisonRow.run == run, ComparisonRow.status == "running"
        )
        .values(status=status, error=error)
        .returning(ComparisonRow.comparison_id)
    )
    with db.session() as session:
        return session.scalar(ending) is not None


def add_summary(db: Database, comparison_id: str, run: int, system: str, summary: Summary) -> bool:
    """Keep what a system wrote; give False where the run has ended meanwhile or the comparison is gone."""
    with db.session() as session:
        row = session.get(ComparisonRow, comparison_id)
        if row is None or row.status != "running" or row.run != run:
            return False
        row.summaries = {**row.summaries, system: forms.summary_to_json(summary)}
        return True


def _row(session: Session, comparison_id: str) -> ComparisonRow:
    row = session.get(ComparisonRow, comparison_id)
    if row is None:
        raise NotFound(f"There is no comparison {comparison_id}.", do="Reload the page.")
    return row


def _loan(row: LoanRow) -> Loan:
    return Loan(row.document_id, row.matter_id, row.lent_by, row.sample, row.created_at)


def _comparison(row: ComparisonRow) -> Comparison:
    return Comparison(
        comparison_id=row.comparison_id,
        document_id=row.document_id,
        matter_id=row.matter_id,
        revision=row.revision,
        candidate=row.candidate,
        rival=row.rival,
        run_by=row.run_by,
        run=row.run,
        status=row.status,
        error=row.error,
        summaries={key: forms.summary_from_json(text) for key, text in row.summaries.items()},
        created_at=row.created_at,
    )
