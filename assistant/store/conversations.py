"""Conversations: a person's questions on a matter and the answers, pseudonymized; titles are sealed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.documents import Answer
from assistant.errors import Conflict, NotFound, WrongUsage
from assistant.store import forms
from assistant.store.database import Database, new_id, timestamp
from assistant.store.people import User
from assistant.store.tables import ConversationRow, RatingRow, RevisionRow, TurnRow
from assistant.store.vault import Vault, open_vault


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of questions by one person."""

    conversation_id: str
    matter_id: str
    user: str
    title: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; `rating` is the newest one, 0 where nobody rated it."""

    turn_id: str
    conversation_id: str
    question: str
    answer: Answer
    rating: int
    created_at: str


def start_conversation(db: Database, matter_id: str, user: User | str, title: str) -> str:
    """Begin a conversation and give its id.

    Raises:
        NotFound: There is no such matter.
    """
    conversation_id = new_id("c")
    sealed = open_vault(db, matter_id).seal(title.encode(), f"title|{conversation_id}")
    with db.session() as session:
        session.add(
            ConversationRow(
                conversation_id=conversation_id,
                matter_id=matter_id,
                user=user if isinstance(user, str) else user.name,
                sealed_title=sealed,
                created_at=timestamp(),
            )
        )
    return conversation_id


def add_turn(db: Database, conversation_id: str, question: str, answer: Answer) -> str:
    """Append a question (pseudonymized) and its answer; give the turn's id.

    Raises:
        NotFound: There is no such conversation.
        Conflict: A reading that it quotes was replaced meanwhile, and is gone.
    """
    turn_id = new_id("t")
    cited = {(one.document_id, one.revision) for sentence in answer.sentences for one in sentence.evidence}
    with db.session() as session:
        _row(session, conversation_id)
        if any(session.get(RevisionRow, place) is None for place in cited):
            raise Conflict("Names in a filing were replaced anew while this was answered.", do="Ask again.")
        last = session.scalar(select(func.max(TurnRow.position)).where(TurnRow.conversation_id == conversation_id))
        session.add(
            TurnRow(
                turn_id=turn_id,
                conversation_id=conversation_id,
                position=(last or 0) + 1,
                question=question,
                answer=forms.answer_to_json(answer),
                created_at=timestamp(),
            )
        )
    return turn_id


def get_conversation(db: Database, conversation_id: str) -> Conversation:
    """Give a conversation.

    Raises:
        NotFound: There is no such conversation.
    """
    with db.reading() as session:
        row = _row(session, conversation_id)
    return _conversation(row, open_vault(db, row.matter_id))


def list_conversations(db: Database, user: User | str, matter_id: str) -> tuple[Conversation, ...]:
    """List a person's conversations on a matter, newest first.

    Raises:
        NotFound: There is no such matter.
    """
    vault = open_vault(db, matter_id)
    name = user if isinstance(user, str) else user.name
    mine = select(ConversationRow).where(ConversationRow.user == name, ConversationRow.matter_id == matter_id)
    with db.reading() as session:
        rows = session.scalars(mine.order_by(ConversationRow.created_at.desc())).all()
    return tuple(_conversation(row, vault) for row in rows)


def rename_conversation(db: Database, conversation_id: str, title: str) -> None:
    """Give a conversation another title, sealed as the first was.

    Raises:
        NotFound: There is no such conversation.
    """
    with db.session() as session:
        row = _row(session, conversation_id)
        row.sealed_title = open_vault(db, row.matter_id).seal(title.encode(), f"title|{conversation_id}")


def list_said(db: Database, user: User | str, matter_id: str) -> dict[str, list[tuple[str, Answer]]]:
    """Give what a person asked on a matter and was answered, pseudonymized, by conversation, each first to last."""
    name = user if isinstance(user, str) else user.name
    mine = (
        select(TurnRow.conversation_id, TurnRow.question, TurnRow.answer)
        .join(ConversationRow, ConversationRow.conversation_id == TurnRow.conversation_id)
        .where(ConversationRow.user == name, ConversationRow.matter_id == matter_id)
        .order_by(TurnRow.conversation_id, TurnRow.position)
    )
    said: dict[str, list[tuple[str, Answer]]] = {}
    with db.reading() as session:
        for conversation_id, question, answer in session.execute(mine):
            said.setdefault(conversation_id, []).append((question, forms.answer_from_json(answer)))
    return said


def turns(db: Database, conversation_id: str) -> tuple[Turn, ...]:
    """Give the turns of a conversation, first to last.

    Raises:
        NotFound: There is no such conversation.
    """
    newest = (
        select(RatingRow.rating)
        .where(RatingRow.target_id == TurnRow.turn_id)
        .order_by(RatingRow.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    mine = select(TurnRow, newest).where(TurnRow.conversation_id == conversation_id).order_by(TurnRow.position)
    with db.reading() as session:
        _row(session, conversation_id)
        return tuple(
            Turn(
                row.turn_id,
                row.conversation_id,
                row.question,
                forms.answer_from_json(row.answer),
                rating or 0,
                row.created_at,
            )
            for row, rating in session.execute(mine)
        )


def find_turn(db: Database, turn_id: str) -> tuple[Turn, Conversation]:
    """Give a turn with the conversation it belongs to, for the check of who may touch it.

    Raises:
        NotFound: There is no such turn.
    """
    with db.reading() as session:
        row = session.get(TurnRow, turn_id)
    if row is None:
        raise NotFound(f"There is no turn {turn_id}.", do="Reload the conversation.")
    turn = next(t for t in turns(db, row.conversation_id) if t.turn_id == turn_id)
    return turn, get_conversation(db, row.conversation_id)


def rate_turn(db: Database, turn_id: str, actor: str, rating: int, reason: str) -> None:
    """Rate an answer; a person's later rating replaces the earlier one; the reason is sealed.

    Raises:
        NotFound: There is no such turn.
        WrongUsage: The rating is out of range.
    """
    if rating not in (-1, 0, 1):
        raise WrongUsage(f"The rating is {rating}.", expected="-1, 0 or 1")
    with db.session() as session:
        turn = session.get(TurnRow, turn_id)
        if turn is None:
            raise NotFound(f"There is no turn {turn_id}.", do="Reload the conversation.")
        matter_id = _row(session, turn.conversation_id).matter_id
        session.merge(
            RatingRow(
                target_id=turn_id,
                part=0,
                user=actor,
                matter_id=matter_id,
                rating=rating,
                sealed_reason=open_vault(db, matter_id).seal(reason.encode(), f"rating|{turn_id}"),
                created_at=timestamp(),
            )
        )


def _row(session: Session, conversation_id: str) -> ConversationRow:
    row = session.get(ConversationRow, conversation_id)
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id}.", do="List the conversations of the matter.")
    return row


def _conversation(row: ConversationRow, vault: Vault) -> Conversation:
    title = vault.unseal(row.sealed_title, f"title|{row.conversation_id}").decode()
    return Conversation(row.conversation_id, row.matter_id, row.user, title, row.created_at)
