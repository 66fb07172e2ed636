"""The tables of comparisons: loans, comparisons, ballots. They go with their filing and with its matter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.tables import Base


class LoanRow(Base):
    """A filing that administrators may compare systems on, its names replaced, as long as the row is there."""

    __tablename__ = "loans"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    lent_by: Mapped[str]
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[str]


class ComparisonRow(Base):
    """One filing summarized by several systems; `summaries` holds what each wrote, pseudonymized, by its key."""

    __tablename__ = "comparisons"
    comparison_id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), index=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    candidate: Mapped[str]
    rival: Mapped[str]
    run_by: Mapped[str]
    run: Mapped[int] = mapped_column(default=1)
    status: Mapped[str]
    error: Mapped[str] = mapped_column(default="")
    summaries: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[str]


class BallotRow(Base):
    """What one person was shown of one filing without being told which is which, and what the person picked."""

    __tablename__ = "ballots"
    candidate: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    user: Mapped[str] = mapped_column(primary_key=True)
    comparison_id: Mapped[str] = mapped_column(ForeignKey("comparisons.comparison_id", ondelete="CASCADE"), index=True)
    rival: Mapped[str]
    on_left: Mapped[str]
    pick: Mapped[str] = mapped_column(default="")
    created_at: Mapped[str]
    picked_at: Mapped[str] = mapped_column(default="")
