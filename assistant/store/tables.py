"""The tables. Columns named `sealed_…` hold bytes that only the matter's vault opens; the rest is pseudonymized."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_ACTIVE = text("status = 'active'")


class Base(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON, bytes: LargeBinary}


class UserRow(Base):
    """A person who may log in."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    disabled: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[str] = mapped_column(default="")
    password_by: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[str]


class LoginRow(Base):
    """A session of the web app; only the hash of its token is kept."""

    __tablename__ = "logins"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), index=True)
    created_at: Mapped[str]
    expires_at: Mapped[str]


class MatterRow(Base):
    """A client's case, with its own key, wrapped by the master key."""

    __tablename__ = "matters"
    matter_id: Mapped[str] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes]
    name_blind: Mapped[str] = mapped_column(unique=True)
    sealed_name: Mapped[bytes]
    sealed_number: Mapped[bytes]
    consent: Mapped[bool] = mapped_column(default=False)
    consent_by: Mapped[str] = mapped_column(default="")
    consent_at: Mapped[str] = mapped_column(default="")
    sealed_consent_note: Mapped[bytes | None]
    protective_order: Mapped[bool] = mapped_column(default=False)
    legal_hold: Mapped[bool] = mapped_column(default=False)
    vault_version: Mapped[int] = mapped_column(default=0)
    spread_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_by: Mapped[str]
    created_at: Mapped[str]


class MembershipRow(Base):
    """A user works on a matter; `suspended_by` names who set the user's password since an attorney let the user in."""

    __tablename__ = "memberships"
    user: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), primary_key=True)
    suspended_by: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[str]


class WallRow(Base):
    """An ethical wall: the user is kept from the matter, whatever else says otherwise."""

    __tablename__ = "walls"
    user: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), primary_key=True)
    sealed_reason: Mapped[bytes]
    created_by: Mapped[str]
    created_at: Mapped[str]


class DocumentRow(Base):
    """A filing; its original file lies sealed under the data root."""

    __tablename__ = "documents"
    document_id: Mapped[str] = mapped_column(primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"))
    content_blind: Mapped[str]
    sealed_file_name: Mapped[bytes]
    sealed_caption: Mapped[bytes | None]
    status: Mapped[str]
    error: Mapped[str] = mapped_column(default="")
    do: Mapped[str] = mapped_column(default="")
    pages_total: Mapped[int] = mapped_column(default=0)
    pages_ocr: Mapped[list[Any]] = mapped_column(default=list)
    pages_unreadable: Mapped[list[Any]] = mapped_column(default=list)
    revision: Mapped[int] = mapped_column(default=0)
    document_type: Mapped[str] = mapped_column(default="")
    words: Mapped[int] = mapped_column(default=0)
    entities: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    sequestered: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[str]
    added_at: Mapped[str]
    seconds: Mapped[float] = mapped_column(default=0.0)
    __table_args__ = (UniqueConstraint("matter_id", "content_blind"),)


class RevisionRow(Base):
    """One reading of a filing: pseudonymized text in clear, the way back to the original sealed."""

    __tablename__ = "revisions"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    document_type: Mapped[str]
    text: Mapped[str]
    passages: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]
    pages_total: Mapped[int]
    pages_ocr: Mapped[list[Any]]
    pages_unreadable: Mapped[list[Any]]
    scheme: Mapped[str]
    confidences: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    sealed_offsets: Mapped[bytes]
    created_at: Mapped[str]


class PageRow(Base):
    """One page as read, with its character boxes, sealed."""

    __tablename__ = "pages"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed_page: Mapped[bytes]


class PseudonymRow(Base):
    """A vault entry: the original and its variants are sealed; the blind finds an original without opening it."""

    __tablename__ = "pseudonyms"
    pseudonym: Mapped[str] = mapped_column(primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"))
    type: Mapped[str]
    blind: Mapped[str]
    position: Mapped[int]
    changed: Mapped[int] = mapped_column(default=0, server_default="0")
    sealed_original: Mapped[bytes]
    sealed_variants: Mapped[bytes]
    __table_args__ = (Index(None, "matter_id", "type", "blind"),)


class WordRow(Base):
    """A word of a filing's newest revision that may be a name, as a hash under the matter's key."""

    __tablename__ = "words"
    blind: Mapped[bytes] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    __table_args__ = ({"sqlite_with_rowid": False},)


class TermRow(Base):
    """What people decided for a whole matter: a term is always masked, or is law or an ordinary word and kept."""

    __tablename__ = "terms"
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), primary_key=True)
    blind: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str]
    type: Mapped[str]
    sealed_term: Mapped[bytes]
    changed: Mapped[int]
    actor: Mapped[str]
    created_at: Mapped[str]


class DecisionRow(Base):
    """What a person decided about one place of a page, in characters of the page as read; it holds no text."""

    __tablename__ = "decisions"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    end: Mapped[int] = mapped_column(primary_key=True)
    decision: Mapped[str]
    type: Mapped[str]
    pseudonym: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[str]


class NoticeRow(Base):
    """Something that the people of a matter should see, with its reason sealed: a broken glass, a sequester."""

    __tablename__ = "notices"
    notice_id: Mapped[str] = mapped_column(primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    actor: Mapped[str]
    sealed_reason: Mapped[bytes]
    created_at: Mapped[str]


class SummaryRow(Base):
    """A summary as the model wrote it, and where it stands in review."""

    __tablename__ = "summaries"
    summary_id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), index=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    author: Mapped[str]
    status: Mapped[str]
    summary: Mapped[str]
    version: Mapped[int]
    submitted_by: Mapped[str] = mapped_column(default="")
    signed_off_by: Mapped[str] = mapped_column(default="")
    sealed_returned_reason: Mapped[bytes | None]
    created_at: Mapped[str]


class VersionRow(Base):
    """One state of a summary's text; version 1 is the model's."""

    __tablename__ = "versions"
    summary_id: Mapped[str] = mapped_column(ForeignKey("summaries.summary_id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str]
    text: Mapped[str]
    sentences: Mapped[str]
    created_at: Mapped[str]


class CorrectionRow(Base):
    """What was submitted, and who signed it off: the raw material of training."""

    __tablename__ = "corrections"
    correction_id: Mapped[str] = mapped_column(primary_key=True)
    summary_id: Mapped[str] = mapped_column(ForeignKey("summaries.summary_id", ondelete="CASCADE"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.document_id", ondelete="CASCADE"), index=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    author: Mapped[str]
    signed_off_by: Mapped[str] = mapped_column(default="")
    signed_off_at: Mapped[str] = mapped_column(default="")
    model_output: Mapped[str]
    edited: Mapped[str]
    rating: Mapped[int]
    reasons: Mapped[list[Any]]
    sealed_note: Mapped[bytes]
    adapter: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[str]


class RatingRow(Base):
    """One person's rating of one sentence of a summary, or of a whole answer (`part` is 0)."""

    __tablename__ = "ratings"
    target_id: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    rating: Mapped[int]
    sealed_reason: Mapped[bytes]
    created_at: Mapped[str]


class ConversationRow(Base):
    """A person's questions on one matter."""

    __tablename__ = "conversations"
    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    user: Mapped[str]
    sealed_title: Mapped[bytes]
    created_at: Mapped[str]


class TurnRow(Base):
    """A question and its answer, both pseudonymized."""

    __tablename__ = "turns"
    turn_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.conversation_id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]
    created_at: Mapped[str]
    __table_args__ = (UniqueConstraint("conversation_id", "position"),)


class GridRow(Base):
    """The same questions over chosen filings of a matter; `run` counts how often it was begun."""

    __tablename__ = "grids"
    grid_id: Mapped[str] = mapped_column(primary_key=True)
    matter_id: Mapped[str] = mapped_column(ForeignKey("matters.matter_id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    run_by: Mapped[str]
    run: Mapped[int] = mapped_column(default=1)
    adapter: Mapped[str]
    status: Mapped[str]
    error: Mapped[str] = mapped_column(default="")
    documents: Mapped[list[Any]]
    sealed_title: Mapped[bytes]
    sealed_questions: Mapped[bytes]
    created_at: Mapped[str]


class CellRow(Base):
    """One filing's answer to one question of a grid, as read, sealed; it goes with the filing."""

    __tablename__ = "cells"
    grid_id: Mapped[str] = mapped_column(ForeignKey("grids.grid_id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.document_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    question: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    sealed_answer: Mapped[bytes | None]
    seconds: Mapped[float]


class RoundRow(Base):
    """A training round: ids, counts and scores, no text."""

    __tablename__ = "rounds"
    round_id: Mapped[str] = mapped_column(primary_key=True)
    started_by: Mapped[str]
    status: Mapped[str]
    step: Mapped[str] = mapped_column(default="")
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    dataset: Mapped[dict[str, Any]] = mapped_column(default=dict)
    results: Mapped[dict[str, Any]] = mapped_column(default=dict)
    gate: Mapped[dict[str, Any]] = mapped_column(default=dict)
    candidate: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[str]
    finished_at: Mapped[str] = mapped_column(default="")


class AdapterRow(Base):
    """An adapter that the registry knows; its files lie in `folder`."""

    __tablename__ = "adapters"
    adapter_id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    parent: Mapped[str] = mapped_column(default="")
    folder: Mapped[str]
    hash: Mapped[str]
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    matters: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[str]
    promoted_by: Mapped[str] = mapped_column(default="")
    promoted_at: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("uq_adapters_active", "status", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )


class AuditRow(Base):
    """One entry of the audit log; the database refuses to change or delete it."""

    __tablename__ = "audit"
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class TombstoneRow(Base):
    """What was erased, when and by whom; it holds no content."""

    __tablename__ = "tombstones"
    subject: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    erased_by: Mapped[str]
    second: Mapped[str] = mapped_column(default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    erased_at: Mapped[str]


class CounterRow(Base):
    """A number that only grows, such as the last pseudonym of a type."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
