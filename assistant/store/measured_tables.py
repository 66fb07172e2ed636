"""The tables of what is measured for the Insights screen: counts and seconds of work, no word of anybody."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.tables import Base


class SummaryFigureRow(Base):
    """What was counted of a summary once: its sentences as made and, when signed off, as signed, and the edits between.

    The last four are -1 until it is signed off; `longest` is the longer of both texts, in words.
    """

    __tablename__ = "summary_figures"
    summary_id: Mapped[str] = mapped_column(ForeignKey("summaries.summary_id", ondelete="CASCADE"), primary_key=True)
    adapter: Mapped[str]
    sentences: Mapped[int]
    supported: Mapped[int]
    signed_sentences: Mapped[int] = mapped_column(default=-1)
    signed_supported: Mapped[int] = mapped_column(default=-1)
    edits: Mapped[int] = mapped_column(default=-1)
    longest: Mapped[int] = mapped_column(default=-1)


class FilingFigureRow(Base):
    """The words of a filing's revision by hash, counted into a few hundred groups: no word can be had back from it."""

    __tablename__ = "filing_figures"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    groups: Mapped[bytes]


class DrawRow(Base):
    """Whether the first summary of a filing is withheld from its reviewer, by lot, and what became of it.

    `summary_id` is the first summary that was submitted, `shown_by` who looked at the withheld one before; "" for none.
    """

    __tablename__ = "draws"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True)
    unaided: Mapped[bool]
    summary_id: Mapped[str] = mapped_column(default="")
    shown_by: Mapped[str] = mapped_column(default="")
    drawn_at: Mapped[str]


class ReviewTimeRow(Base):
    """Seconds that one person was active on one summary, as their browser counted; `beat_at` is when it last told."""

    __tablename__ = "review_times"
    summary_id: Mapped[str] = mapped_column(ForeignKey("summaries.summary_id", ondelete="CASCADE"), primary_key=True)
    user: Mapped[str] = mapped_column(primary_key=True)
    seconds: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[str]
