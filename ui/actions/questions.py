"""Questions over a matter's filings: stream an answer; keep, find, rename, export the conversation; rate."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assistant.documents import Answer
from assistant.errors import NotFound, RefusedInput
from assistant.store import audit, conversations, filings
from assistant.store.conversations import Conversation
from assistant.store.decisions import hold_revisions
from assistant.store.people import User
from ingest.revise import mask_known
from ui.actions.filings import find_passages, open_sources
from ui.permits import check
from ui.present import Sources, present_answer, present_sentence

if TYPE_CHECKING:
    from assistant.store.vault import Vault
    from ui.services import House

Event = dict[str, Any]
_PASSAGES = 12
_MAX_QUESTION = 2000
_TITLE_CHARACTERS = 80
_TURNS_READ = 6  # latest turns of a conversation that a question is read with
_MOST_FOUND = 40  # conversations that a search gives
_EXCERPT_CHARACTERS = 140


def stream_answer(
    house: House,
    user: User,
    matter_id: str,
    question: str,
    *,
    document_ids: Sequence[str] | None = None,
    conversation_id: str | None = None,
    adapter: str | None = None,
    stop: threading.Event,
) -> Iterator[Event]:
    """Answer from the filings of a matter, sentence by sentence; the last event holds the whole answer.

    The check is made at the call. The question is pseudonymized before anything else sees it.
    """
    check(house.db, user, "question.ask", matter_id)
    text = question.strip()
    if not text or len(text) > _MAX_QUESTION:
        raise RefusedInput(
            f"The question has {len(text)} characters.", expected=f"1 to {_MAX_QUESTION}", do="Ask one thing at a time."
        )
    known = {f.document_id for f in filings.list_filings(house.db, matter_id) if f.status == "ready"}
    chosen = None if document_ids is None else [d for d in document_ids if d in known]
    if not known or (document_ids is not None and not chosen):
        raise RefusedInput("No filing of this matter is ready to be asked.", do="Ingest a filing first.")
    history = _read_history(house, user, matter_id, conversation_id)
    return _stream(house, user, matter_id, text, chosen, conversation_id, history, adapter, stop)


def _read_history(house: House, user: User, matter_id: str, conversation_id: str | None) -> tuple[tuple[str, str], ...]:
    """Give the earlier (question, answer) pairs of the user's own conversation in this matter, pseudonymized."""
    if conversation_id is None:
        return ()
    if _own_conversation(house, user, conversation_id).matter_id != matter_id:
        raise NotFound("There is no such conversation of yours in this matter.")
    there = {f.document_id for f in filings.list_filings(house.db, matter_id)}
    vault, profile = house.vault(matter_id), house.settings.profile
    return tuple(
        (mask_known(t.question, vault, profile), mask_known(_remember_answer(t.answer, there), vault, profile))
        for t in conversations.turns(house.db, conversation_id)[-_TURNS_READ:]
    )


def _remember_answer(answer: Answer, there: set[str]) -> str:
    """Give an earlier answer for the model to read on from, without what rests on filings deleted since."""
    cited = {item.document_id for s in answer.sentences for item in s.evidence}
    if cited <= there:
        return " ".join(s.text for s in answer.sentences)
    return " ".join(s.text for s in answer.sentences if s.evidence and {e.document_id for e in s.evidence} <= there)


def _own_conversation(house: House, user: User, conversation_id: str) -> Conversation:
    """Give a conversation that the user began, the permit in its matter checked.

    Raises:
        NotFound: There is none of this id, or it is another person's: both read the same.
        NotAllowed: The user has left the matter since.
    """
    try:
        found = conversations.get_conversation(house.db, conversation_id)
    except NotFound:
        found = None
    if found is None or found.user != user.name:
        check(house.db, user, "matter.list")
        raise NotFound("There is no such conversation of yours.")
    check(house.db, user, "question.ask", found.matter_id)
    return found


def _stream(
    house: House,
    user: User,
    matter_id: str,
    question: str,
    document_ids: list[str] | None,
    conversation_id: str | None,
    history: tuple[tuple[str, str], ...],
    adapter: str | None,
    stop: threading.Event,
) -> Iterator[Event]:
    from assistant import chat
    from ingest.redact import redact_input

    yield {"kind": "progress", "done": 0, "total": 2, "label": "looking for passages"}
    masked = redact_input(question, house.vault(matter_id), house.settings.profile)
    query = chat.rewrite_question(masked, history)
    hits = find_passages(house, matter_id, f"{question} {query}", query, _PASSAGES, document_ids)
    cited = open_sources(house, [h.document_id for h in hits])
    hits = [h for h in hits if h.document_id in cited]
    documents = {d: s.document for d, s in cited.items()}
    with hold_revisions(house.db, documents.values()):
        sources = Sources(*cited.values(), fetch=house.source)
        yield {"kind": "progress", "done": 1, "total": 2, "label": "reading"}
        weighed = chat.weigh(masked, hits, documents, history)
        yield {
            "kind": "weighed",
            "confidence": round(weighed.confidence, 3),
        }  # so that a notice can stand there before the answer
        chosen = house.choose_adapter(adapter, user.name)
        engine = None if chosen == "none" else house.engine
        made: Answer | None = None
        index = 0
        try:
            for item in chat.answer(
                masked,
                hits,
                documents,
                engine,
                history=history,
                adapter=chosen,
                settings=house.settings,
                stop=stop,
                weighed=weighed,
            ):
                check(house.db, user, "question.ask", matter_id)  # a wall may have been set meanwhile
                if isinstance(item, Answer):
                    made = item
                else:
                    yield {"kind": "sentence", "index": index, "sentence": present_sentence(item, sources)}
                    index += 1
        finally:
            stop.set()
        if made is None:
            raise RefusedInput("The answer was stopped before its first sentence.")
        if conversation_id is None:
            conversation_id = conversations.start_conversation(
                house.db, matter_id, user.name, question[:_TITLE_CHARACTERS]
            )
        turn_id = conversations.add_turn(house.db, conversation_id, masked, made)
        counts = {"turn": turn_id, "abstained": made.abstained, "sentences": len(made.sentences)}
        audit.record(house.db, user.name, "question.ask", matter_id, counts)
        shown = present_answer(made, sources)
        yield {
            "kind": "done",
            "answer": shown | {"question": question, "turn_id": turn_id, "conversation_id": conversation_id},
        }


def list_conversations(house: House, user: User, matter_id: str) -> list[dict[str, Any]]:
    """List the user's own conversations in a matter."""
    check(house.db, user, "question.ask", matter_id)
    return [_describe(one) for one in conversations.list_conversations(house.db, user.name, matter_id)]


def _describe(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation_id": conversation.conversation_id,
        "title": conversation.title,
        "created_at": conversation.created_at,
    }


def find_conversations(house: House, user: User, matter_id: str, words: str) -> list[dict[str, Any]]:
    """Find the user's own conversations in a matter that say all the words, in the title or in one turn.

    What is compared is what the user would read: names restored, and nothing of a filing that is gone.

    Args:
        house: The open house.
        user: Who looks.
        matter_id: Where to look.
        words: As typed; case does not matter.

    Returns:
        Newest first, at most 40: `conversation_id`, `title`, `created_at` and `excerpt`, the place where the turn says
        it, "" where only the title does.
    """
    check(house.db, user, "question.ask", matter_id)
    wanted = words.casefold().split()
    if not wanted or len(words) > _MAX_QUESTION:
        raise RefusedInput("There is nothing to look for.", expected=f"words, up to {_MAX_QUESTION} characters")
    said = conversations.list_said(house.db, user.name, matter_id)
    sources, vault = Sources(fetch=house.source), house.vault(matter_id)
    found: list[dict[str, Any]] = []
    for one in conversations.list_conversations(house.db, user.name, matter_id):
        excerpt = _find_excerpt(one.title, said.get(one.conversation_id, []), wanted, vault, sources)
        if excerpt is not None and len(found) < _MOST_FOUND:
            found.append(_describe(one) | {"excerpt": excerpt})
    audit.record(house.db, user.name, "conversation.search", matter_id, {"found": len(found)})
    return found


def _find_excerpt(
    title: str, said: Sequence[tuple[str, Answer]], wanted: Sequence[str], vault: Vault, sources: Sources
) -> str | None:
    """Give the place of the first turn that says all the words with the title's help; None where none does."""
    for question, answer in said:
        asked = vault.restore(question)
        # Opening the filings that an answer cites takes long, so only turns that may say it are shown in full.
        stored = " ".join(s.text for s in answer.sentences)
        if not _says([title, asked, stored, vault.restore(stored)], wanted):
            continue
        lines = [asked, *(s["text"] for s in present_answer(answer, sources)["sentences"])]
        if _says([title, *lines], wanted):
            return next((_cut(line, word) for word in wanted for line in lines if word in line.casefold()), "")
    return "" if _says([title], wanted) else None


def _says(lines: Sequence[str], wanted: Sequence[str]) -> bool:
    text = "\n".join(lines).casefold()
    return all(word in text for word in wanted)


def _cut(line: str, word: str) -> str:
    """Give the part of a line around a word, at most 140 characters."""
    start = max(line.casefold().find(word) - _EXCERPT_CHARACTERS // 3, 0)
    end = start + _EXCERPT_CHARACTERS
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")


def rename_conversation(house: House, user: User, conversation_id: str, title: str) -> dict[str, Any]:
    """Give one of the user's own conversations another title (sealed)."""
    _own_conversation(house, user, conversation_id)
    title = " ".join(title.split())
    if not title or len(title) > _TITLE_CHARACTERS:
        raise RefusedInput(
            f"The title has {len(title)} characters.", expected=f"1 to {_TITLE_CHARACTERS}", do="Choose another."
        )
    with house.db.session():
        conversations.rename_conversation(house.db, conversation_id, title)
        audit.record(house.db, user.name, "conversation.rename", conversation_id, {})
    return {"conversation_id": conversation_id, "title": title}


def export_conversation(house: House, user: User, conversation_id: str, form: str) -> tuple[str, str, bytes]:
    """Give one of the user's own conversations as a file with its quotes, marked as AI output and unverified.

    Returns:
        File name, media type, bytes; `form` is "docx" or "md".
    """
    from ui.export_conversation import export_file

    shown = get_conversation(house, user, conversation_id)
    audit.record(house.db, user.name, "conversation.export", conversation_id, {"form": form})
    return export_file(shown, form)


def get_conversation(house: House, user: User, conversation_id: str) -> dict[str, Any]:
    """Give the turns of one of the user's own conversations, restored."""
    found = _own_conversation(house, user, conversation_id)
    audit.record(house.db, user.name, "conversation.read", conversation_id, {})
    sources = Sources(fetch=house.source)
    vault = house.vault(found.matter_id)
    turns = [
        present_answer(t.answer, sources)
        | {"question": vault.restore(t.question), "turn_id": t.turn_id, "rating": t.rating}
        for t in conversations.turns(house.db, conversation_id)
    ]
    return {
        "conversation_id": conversation_id,
        "matter_id": found.matter_id,
        "title": found.title,
        "created_at": found.created_at,
        "turns": turns,
    }


def rate_answer(house: House, user: User, turn_id: str, rating: int, reason: str = "") -> dict[str, Any]:
    """Rate an answer -1, 0 or 1, with a reason (sealed); only the person who asked may."""
    try:
        conversation_id = conversations.find_turn(house.db, turn_id)[1].conversation_id
    except NotFound:
        conversation_id = ""  # reads the same as another person's
    found = _own_conversation(house, user, conversation_id)
    with house.db.session():
        conversations.rate_turn(house.db, turn_id, user.name, rating, reason)
        audit.record(house.db, user.name, "answer.rate", turn_id, {"rating": rating, "matter": found.matter_id})
    return {"turn_id": turn_id, "rating": rating}
