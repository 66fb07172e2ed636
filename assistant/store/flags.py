"""Ratings of single sentences, and the flags among them: what a person says is wrong with a sentence of a summary."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from assistant.documents import Sentence
from assistant.errors import NotFound, WrongUsage
from assistant.store import forms
from assistant.store.database import Database, timestamp
from assistant.store.tables import RatingRow, SummaryRow, VersionRow
from assistant.store.vault import open_vault

BAD = -1


@dataclass(frozen=True, slots=True)
class Flag:
    """A sentence that a person finds wrong.

    Attributes:
        index: The sentence in the current version, from 0.
        actor: Who flagged it.
        reason: In the person's words, or a key of the legal reasons.
        created_at: ISO 8601 UTC.
    """

    index: int
    actor: str
    reason: str
    created_at: str


def rate_sentence(db: Database, summary_id: str, index: int, actor: str, rating: int, reason: str = "") -> None:
    """Rate sentence `index` (from 0) of the current version; a person's later rating replaces the earlier one.

    Raises:
        NotFound: There is no such summary or sentence.
        WrongUsage: The rating is out of range.
    """
    if rating not in (-1, 0, 1):
        raise WrongUsage(f"The rating is {rating}.", expected="-1, 0 or 1")
    with db.session() as session:
        row = session.get(SummaryRow, summary_id)
        if row is None:
            raise NotFound(f"There is no summary {summary_id}.", do="List the summaries of the filing.")
        current = session.get_one(VersionRow, (summary_id, row.version))
        if not 0 <= index < len(json.loads(current.sentences)):
            raise NotFound(f"The summary has no sentence {index}.", do="Reload it.")
        session.merge(
            RatingRow(
                target_id=summary_id,
                part=index + 1,
                user=actor,
                matter_id=row.matter_id,
                rating=rating,
                sealed_reason=open_vault(db, row.matter_id).seal(reason.encode(), f"rating|{summary_id}"),
                created_at=timestamp(),
            )
        )


def list_flags(db: Database, summary_id: str) -> tuple[Flag, ...]:
    """List the flags of a summary that still stand, in the order of its sentences.

    A flag goes with its sentence through later versions, and ends where the sentence is worded anew or taken out.
    """
    return tuple(flag for flag, _row in _find_flags(db, summary_id))


def withdraw_flag(db: Database, summary_id: str, index: int, actor: str) -> bool:
    """Take back a person's own flag of sentence `index` of the current version; False where there was none."""
    with db.session() as session:
        own = [row for flag, row in _find_flags(db, summary_id) if (flag.index, flag.actor) == (index, actor)]
        for row in own:
            session.get_one(RatingRow, (summary_id, row.part, actor)).rating = 0
    return bool(own)


def _find_flags(db: Database, summary_id: str) -> list[tuple[Flag, RatingRow]]:
    """Pair each flag that stands with the row that holds it."""
    rated = select(RatingRow).where(RatingRow.target_id == summary_id, RatingRow.rating == BAD)
    written = select(VersionRow).where(VersionRow.summary_id == summary_id).order_by(VersionRow.version)
    with db.reading() as session:
        rows, versions = list(session.scalars(rated)), list(session.scalars(written))
    now = forms.sentences_from_json(versions[-1].sentences) if rows else ()
    found = []
    for row in rows:
        seen = next((v for v in reversed(versions) if v.created_at <= row.created_at), versions[0])
        flagged = forms.sentences_from_json(seen.sentences)[
            row.part - 1 : row.part
        ]  # none where the clock was set back
        index = _follow(flagged[0], row.part - 1, now) if flagged else None
        if index is not None:
            reason = open_vault(db, row.matter_id).unseal(row.sealed_reason, f"rating|{summary_id}").decode()
            found.append((Flag(index, row.user, reason, row.created_at), row))
    return sorted(found, key=lambda pair: (pair[0].index, pair[0].created_at))


def _follow(flagged: Sentence, place: int, now: Sequence[Sentence]) -> int | None:
    """Give where a sentence of an earlier version stands now, nearest to its old place; None where it is gone."""
    same = [n for n, sentence in enumerate(now) if (sentence.part, sentence.text) == (flagged.part, flagged.text)]
    return min(same, key=lambda n: abs(n - place), default=None)
