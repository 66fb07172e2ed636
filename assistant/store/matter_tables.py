"""Tables of what is set for a matter beside its content: the folder that is watched for it, and its close."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.tables import Base


class WatchRow(Base):
    """The watched folder of a matter; its name is sealed, as it may tell whose matter it is."""

    __tablename__ = "watches"
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), primary_key=True)
    sealed_folder: Mapped[bytes]
    responsible: Mapped[str]
    export_by: Mapped[str] = mapped_column(default="")
    set_by: Mapped[str]
    created_at: Mapped[str]


class ExportRow(Base):
    """A signed-off summary that was written to its matter's folder, so that it is not written again."""

    __tablename__ = "exports"
    summary_id: Mapped[str] = mapped_column(ForeignKey("summaries.summary_id", ondelete="CASCADE"), primary_key=True)
    exported_at: Mapped[str]


class RetentionRow(Base):
    """The close of a matter, and the months after it until the matter is due for erasure; None: the firm's number."""

    __tablename__ = "retentions"
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), primary_key=True)
    closed_on: Mapped[str]
    months: Mapped[int | None]
    set_by: Mapped[str]
    set_at: Mapped[str]
