"""Write a part of a summary again, or a sentence: shorter, longer, from other passages, in the filing's own words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assistant.documents import Sentence, join_parts
from assistant.errors import Conflict, NotFound, RefusedInput
from assistant.store import audit, work
from assistant.store.people import User
from assistant.store.work import StoredSummary
from ui.actions.summaries import get_summary, open_summary
from ui.permits import check
from ui.present import Sources, present_sentence

if TYPE_CHECKING:
    from ui.services import House

WAYS = ("shorter", "longer", "other", "source")
_SCALE = {"shorter": 0.55, "longer": 1.8}


def rewrite(
    house: House,
    user: User,
    summary_id: str,
    first: int,
    last: int,
    *,
    how: str,
    expected_version: int,
    stop: threading.Event,
) -> Iterator[dict[str, Any]]:
    """Write sentences of one part again and store them as the next version; give each as soon as it is verified.

    The check is made at the call, not at the first event. What was stopped before its first sentence changes nothing.

    Args:
        house: The firm's installation.
        user: Who asks.
        summary_id: Of an open summary.
        first: Number of the first sentence, from 0.
        last: Number behind the last one; all are of one part.
        how: "shorter", "longer", "other" (from passages that the summary does not rest on yet) or "source" (in the
            filing's own words).
        expected_version: The version that the person sees.
        stop: Stops the writing within half a second.

    Raises:
        Conflict: Someone else saved first, or the summary is no longer open.
        RefusedInput: There are no such sentences, or they are of several parts.
    """
    stored = open_summary(house, user, summary_id, "summary.edit")
    if how not in WAYS:
        raise RefusedInput(f"{how!r} is no way of writing again.", expected=f"one of {', '.join(WAYS)}")
    if not 0 <= first < last <= len(stored.sentences) or len({s.part for s in stored.sentences[first:last]}) > 1:
        raise RefusedInput("These sentences are not of one part.", do="Reload the summary and choose again.")
    if stored.version != expected_version:
        raise Conflict("Someone changed the summary meanwhile.", do="Reload it and choose again.")
    return _write(house, user, stored, first, last, how, stop)


def _write(
    house: House, user: User, stored: StoredSummary, first: int, last: int, how: str, stop: threading.Event
) -> Iterator[dict[str, Any]]:
    from assistant.summarize import rewrite_part

    source = house.source(stored.document_id, stored.revision)
    old = stored.sentences[first:last]
    others = (*stored.sentences[:first], *stored.sentences[last:])
    adapter = "none" if how == "source" else house.choose_adapter(None, user.name)
    words = round(sum(len(s.text.split()) for s in old) * _SCALE.get(how, 1.0))
    made: list[Sentence] = []
    try:
        for sentence in rewrite_part(
            source.document,
            None if adapter == "none" else house.engine,
            old[0].part,
            settings=house.settings,
            template=house.template(source.document.document_type),
            detail=stored.summary.detail,
            words=words,
            told=stored.sentences if how == "other" else others,
            elsewhere=how == "other",
            adapter=adapter,
            stop=stop,
            rankers=house.choose_rankers(adapter, user.name),
        ):
            check(house.db, user, "summary.edit", stored.matter_id)  # a wall may have been set meanwhile
            made.append(sentence)
            yield {"kind": "sentence", "sentence": present_sentence(sentence, Sources(source))}
            if last - first == 1 and how == "other":
                break  # one sentence for one
    finally:
        stop.set()
    if not made:
        raise NotFound("The filing has nothing else for this part.", do="Edit the sentences, or keep them as they are.")
    sentences = (*stored.sentences[:first], *made, *stored.sentences[last:])
    with house.db.session():
        text = join_parts([(s.part, s.text) for s in sentences])
        version = work.save_edit(house.db, stored.summary_id, user.name, text, sentences, stored.version)
        counts = {"version": version, "how": how, "adapter": adapter, "sentences": len(made)}
        audit.record(house.db, user.name, "summary.rewrite", stored.summary_id, counts)
    yield {"kind": "done", "summary": get_summary(house, user, stored.summary_id), "first": first, "count": len(made)}
