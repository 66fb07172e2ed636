"""Figures of summaries and filings, counted once and kept, so that a screen over thousands of them opens at once."""

from __future__ import annotations

import json
import re
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from assistant.figures import count_word_edits
from assistant.store.database import Database
from assistant.store.measured_tables import DrawRow, FilingFigureRow, SummaryFigureRow
from assistant.store.tables import CorrectionRow, DocumentRow, RevisionRow, SummaryRow, VersionRow

GROUPS = 256
"""Groups that words are counted into by their hash: a few hundred words of a language share each."""

_WORD = re.compile(r"\b[A-Za-z][a-z]+\b")  # no pseudonym is one: they are capitals and a number
_AT_ONCE = 10  # between two looks at the clock, and for so many others wait that write


@dataclass(frozen=True, slots=True)
class SummaryFigure:
    """What is counted of one summary.

    Attributes:
        document_id: Its filing.
        summary_id: The summary.
        adapter: Adapter id, "base" or "none".
        status: Where it stands.
        created_at: When it was made, ISO 8601 UTC.
        signed_at: When it was signed off, or "".
        author: Who submitted what was signed off, or "".
        sentences: Sentences as made.
        supported: Those of them that the filing bears.
        signed_sentences: Sentences as signed off, or -1.
        signed_supported: Those of them that the filing bears, or -1.
        edits: Words that were changed up to the signing off, or -1; see `assistant.figures.count_word_edits`.
        longest: Words of the longer of both texts, or -1.
        unaided: True where it was written without the model's text in sight: no edit of it.
    """

    document_id: str
    summary_id: str
    adapter: str
    status: str
    created_at: str
    signed_at: str
    author: str
    sentences: int
    supported: int
    signed_sentences: int
    signed_supported: int
    edits: int
    longest: int
    unaided: bool


@dataclass(frozen=True, slots=True)
class FilingFigure:
    """What is counted of one filing; `groups` are its words by hash, or None where they are not counted yet."""

    document_id: str
    document_type: str
    words: int
    added_at: str
    groups: np.ndarray | None


def catch_up(db: Database, limit_s: float = 0.2) -> int:
    """Count what was made, signed off or read since the last time, newest first, for about `limit_s` seconds.

    Returns:
        How many summaries and filings are still to be counted; none, unless many came at once.
    """
    deadline = time.monotonic() + limit_s
    return _catch_up(db, _find_summaries(), _count_summary, deadline) + _catch_up(
        db, _find_filings(), _count_filing, deadline
    )


def list_summary_figures(db: Database, since: str = "") -> tuple[SummaryFigure, ...]:
    """List the figures of summaries that were made since a time (ISO 8601 UTC) and are counted, oldest first."""
    figure = SummaryFigureRow
    asked = (
        select(
            SummaryRow.document_id, SummaryRow.summary_id, figure.adapter, SummaryRow.status, SummaryRow.created_at,
            func.coalesce(CorrectionRow.signed_off_at, ""), func.coalesce(CorrectionRow.author, ""), figure.sentences,
            figure.supported, figure.signed_sentences, figure.signed_supported, figure.edits, figure.longest,
            DrawRow.document_id.is_not(None),
        )
        .join(figure, figure.summary_id == SummaryRow.summary_id)
        .outerjoin(CorrectionRow, _is_signed())
        .outerjoin(DrawRow, and_(DrawRow.summary_id == SummaryRow.summary_id, DrawRow.unaided.is_(True)))
        .where(SummaryRow.created_at >= since)
        .order_by(SummaryRow.created_at, SummaryRow.summary_id)
    )  # fmt: skip
    with db.reading() as session:
        rows: Any = session.execute(asked)
        return tuple(SummaryFigure(*row) for row in rows)


def list_filing_figures(db: Database, since: str) -> tuple[FilingFigure, ...]:
    """List the figures of filings that were added since a time (ISO 8601 UTC) and are not sequestered, oldest first."""
    asked = (
        select(DocumentRow, FilingFigureRow)
        .outerjoin(FilingFigureRow, FilingFigureRow.document_id == DocumentRow.document_id)
        .where(DocumentRow.added_at >= since, DocumentRow.revision > 0, DocumentRow.sequestered.is_(False))
        .order_by(DocumentRow.added_at, DocumentRow.document_id)
    )
    with db.reading() as session:
        return tuple(
            FilingFigure(
                row.document_id, row.document_type, row.words, row.added_at,
                np.frombuffer(figure.groups, "<u4") if figure else None,
            )
            for row, figure in session.execute(asked)
        )  # fmt: skip


def count_groups(text: str) -> np.ndarray:
    """Count the words of a pseudonymized text into `GROUPS` groups by a hash of each; pseudonyms are no words."""
    counts = np.zeros(GROUPS, "<u4")
    for word, count in Counter(_WORD.findall(text)).items():
        counts[zlib.crc32(word.lower().encode()) % GROUPS] += count
    return counts


def _is_signed() -> ColumnElement[bool]:
    return and_(CorrectionRow.summary_id == SummaryRow.summary_id, CorrectionRow.state == "signed_off")


def _find_summaries() -> Select[str]:
    """Ask for the summaries that were made or signed off since they were counted."""
    due = or_(
        SummaryFigureRow.summary_id.is_(None), and_(SummaryRow.status == "signed_off", SummaryFigureRow.edits < 0)
    )
    counted = SummaryFigureRow.summary_id == SummaryRow.summary_id
    return select(SummaryRow.summary_id).outerjoin(SummaryFigureRow, counted).where(due).order_by(
        SummaryRow.created_at.desc()
    )  # fmt: skip


def _find_filings() -> Select[str]:
    """Ask for the filings of which a newer revision is there than the one that was counted."""
    counted = FilingFigureRow.document_id == DocumentRow.document_id
    due = or_(FilingFigureRow.document_id.is_(None), FilingFigureRow.revision < DocumentRow.revision)
    return select(DocumentRow.document_id).outerjoin(FilingFigureRow, counted).where(
        DocumentRow.revision > 0, due
    ).order_by(DocumentRow.added_at.desc())  # fmt: skip


def _catch_up(db: Database, due: Select[str], count: Callable[[Session, str], object], deadline: float) -> int:
    with db.reading() as session:
        waiting = list(session.scalars(due))
    while waiting and time.monotonic() < deadline:
        with db.reading() as session:
            made = [row for key in waiting[:_AT_ONCE] if (row := count(session, key)) is not None]
        del waiting[:_AT_ONCE]
        with db.session() as session:  # only this holds others up
            still = set(session.scalars(due))  # what was erased meanwhile must not come back
            for row in made:
                if getattr(row, "summary_id", None) in still or getattr(row, "document_id", None) in still:
                    session.merge(row)
    return len(waiting)


def _count_summary(session: Session, summary_id: str) -> SummaryFigureRow | None:
    """Count a summary; None where it was erased meanwhile."""
    made = session.get(SummaryRow, summary_id)
    first = session.get(VersionRow, (summary_id, 1))
    if made is None or first is None:
        return None
    sentences, supported = _count_support(first.sentences)
    row = SummaryFigureRow(
        summary_id=summary_id,
        adapter=json.loads(made.summary)["adapter"],
        sentences=sentences,
        supported=supported,
        signed_sentences=-1,
        signed_supported=-1,
        edits=-1,
        longest=-1,
    )
    if made.status == "signed_off":
        signed = session.get_one(VersionRow, (summary_id, made.version))
        row.signed_sentences, row.signed_supported = _count_support(signed.sentences)
        row.edits, row.longest = count_word_edits(first.text, signed.text)
    return row


def _count_support(sentences: str) -> tuple[int, int]:
    """Count sentences, and those that are supported, in what `forms.sentences_to_json` wrote."""
    states = [sentence["support"] for sentence in json.loads(sentences)]
    return len(states), states.count("supported")


def _count_filing(session: Session, document_id: str) -> FilingFigureRow | None:
    """Count the words of a filing's newest revision; None where it was erased meanwhile."""
    row = session.get(DocumentRow, document_id)
    text = session.get(RevisionRow, (document_id, row.revision)) if row else None
    if row is None or text is None:
        return None
    return FilingFigureRow(document_id=document_id, revision=row.revision, groups=count_groups(text.text).tobytes())
