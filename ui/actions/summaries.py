"""Summaries: make, read, edit, compare, submit, sign off, send back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from assistant.documents import Detail, Sentence, Summary, join_parts
from assistant.errors import NotFound, RefusedInput
from assistant.store import audit, corrections, people, reviews, trials, work
from assistant.store.decisions import hold_revisions
from assistant.store.flags import list_flags
from assistant.store.people import User
from assistant.store.usable import is_usable
from assistant.store.work import StoredSummary
from ui.actions.filings import open_filing
from ui.permits import check, may
from ui.present import Source, Sources, join_presented, present_sentence, present_summary, restore_sentence, withhold

if TYPE_CHECKING:
    from ui.services import House

Event = dict[str, Any]
_ENDED_SHOWN = 30
_DETAILS = ("brief", "detailed", "comprehensive")


def stream_summary(
    house: House,
    user: User,
    document_id: str,
    *,
    detail: str,
    words: int | None = None,
    adapter: str | None = None,
    stop: threading.Event,
) -> Iterator[Event]:
    """Make a summary and give it sentence by sentence, each already verified; the last event holds the whole.

    The check is made at the call, not at the first event. A stopped summary is stored too, marked as stopped. Where the
    firm compares reviews and the filing is drawn, no sentence is given: see `assistant.store.trials`.
    """
    filing = open_filing(house, user, document_id, "summary.make")
    if detail not in _DETAILS:
        raise RefusedInput(f"The detail is {detail!r}.", expected=f"one of {', '.join(_DETAILS)}")
    if filing.status != "ready":
        raise RefusedInput(f"The filing is {filing.status}.", do=filing.do or "Wait until it has been read.")
    return _stream(house, user, document_id, cast(Detail, detail), words, adapter, stop)


def _stream(
    house: House, user: User, document_id: str, detail: Detail, words: int | None, adapter: str | None, stop: Any
) -> Iterator[Event]:
    source = house.source(document_id)
    sources = Sources(source)
    with hold_revisions(house.db, [source.document]):
        withheld = trials.draw_filing(house.db, document_id, house.settings.unaided_share)
        made = None
        try:
            for item in house.summarize(
                source.document, detail=detail, words=words, adapter=adapter, stop=stop, user=user.name
            ):
                check(house.db, user, "summary.make", source.document.matter_id)  # a wall may have been set meanwhile
                if isinstance(item, Summary):
                    made = item
                elif isinstance(item, dict):
                    yield item
                elif not withheld:
                    index, sentence = item
                    yield {"kind": "sentence", "index": index, "sentence": present_sentence(sentence, sources)}
        finally:
            stop.set()
        if made is None:
            raise RefusedInput("The summary was stopped before its first sentence.")
        with house.db.session():
            summary_id = work.save_summary(house.db, made, user.name)
            trials.start_clock(house.db, summary_id, user.name, made.seconds)
            counts = {"summary": summary_id, "sentences": len(made.sentences), "adapter": made.adapter}
            audit.record(house.db, user.name, "summary.make", document_id, counts)
        yield {"kind": "done", "summary": present_stored(house, work.get_summary(house.db, summary_id))}


def open_summary(
    house: House, user: User, summary_id: str, action: str = "matter.read", *, withheld_too: bool = False
) -> StoredSummary:
    """Give a stored summary if the user may take the action in its matter.

    Raises:
        Conflict: It is withheld from its reviewer (`assistant.store.trials`), and not `withheld_too`.
    """
    try:
        stored = work.get_summary(house.db, summary_id)
    except NotFound:
        check(house.db, user, action, "")
        raise
    check(house.db, user, action, stored.matter_id)
    if not is_usable(house.db, stored.document_id):
        raise NotFound("The filing of this summary is sequestered.", do="Ask an attorney of the matter.")
    if not withheld_too:
        trials.need_shown(house.db, stored.document_id)
    return stored


def _source(house: House, stored: StoredSummary) -> Source:
    try:
        return house.source(stored.document_id, stored.revision)
    except NotFound:
        if not is_usable(house.db, stored.document_id):
            raise
        raise NotFound(
            "The reading of the filing that this summary was written from is gone.",
            do="Open the filing and write the summary again; nothing of the filing itself is lost.",
        ) from None


def present_stored(house: House, stored: StoredSummary) -> dict[str, Any]:
    """Give a stored summary as its reader sees it, with the flags of its sentences."""
    source = _source(house, stored)
    flags = list_flags(house.db, stored.summary_id)
    shown = present_summary(stored.summary, Sources(source), stored.sentences)
    shown.update(
        summary_id=stored.summary_id,
        document_id=stored.document_id,
        matter_id=stored.matter_id,
        revision=stored.revision,
        file=source.file,
        version=stored.version,
        status=stored.status,
        author=stored.author,
        submitted_by=stored.submitted_by,
        signed_off_by=stored.signed_off_by,
        returned_reason=stored.returned_reason,
        created_at=stored.created_at,
        verdict=_read_verdict(house, stored),
        flags=[{"index": f.index, "by": f.actor, "reason": _word_flag(f.reason)} for f in flags],
        **trials.describe_draw(house.db, stored.document_id, stored.summary_id),
    )
    return withhold(shown) if shown["withheld"] else shown


def _read_verdict(house: House, stored: StoredSummary) -> dict[str, Any] | None:
    """Give in words what was said when a summary was submitted; None while it is a draft."""
    from assistant.feedback import REASONS

    said = corrections.read_verdict(house.db, stored.summary_id) if stored.submitted_by else None
    if said is None:
        return None
    return {"rating": said.rating, "reasons": [REASONS.get(key, key) for key in said.reasons], "note": said.note}


def _word_flag(reason: str) -> str:
    """Word the reason of a flag, which begins with a key of the legal reasons."""
    from assistant.feedback import REASONS

    key, _, note = reason.partition(": ")
    return REASONS[key] + (f": {note}" if note else "") if key in REASONS else reason


def get_summary(house: House, user: User, summary_id: str) -> dict[str, Any]:
    """Give a stored summary in its current version, restored for the reader."""
    stored = open_summary(house, user, summary_id, withheld_too=True)
    audit.record(house.db, user.name, "summary.read", summary_id, {"version": stored.version})
    return present_stored(house, stored)


def latest_summary(house: House, user: User, document_id: str) -> dict[str, Any] | None:
    """Give the newest summary of a filing that was not discarded, or None; a draft that was stopped comes last.

    One whose reading is gone is passed over; the list of summaries says so.
    """
    open_filing(house, user, document_id)
    had = [head for head in reviews.list_heads(house.db, document_id) if not head.lost]
    whole = [s for s in had if not (s.status == "draft" and s.stopped)]
    return get_summary(house, user, (whole or had)[0].summary_id) if had else None


def list_summaries(house: House, user: User, document_id: str) -> list[dict[str, Any]]:
    """List the summaries of a filing that were not discarded, newest first: when, by whom, how far; no content."""
    open_filing(house, user, document_id)
    return [asdict(head) for head in reviews.list_heads(house.db, document_id)]


def edit_summary(house: House, user: User, summary_id: str, text: str, expected_version: int) -> dict[str, Any]:
    """Store a person's text as the new version, each sentence verified again against the filing.

    Raises:
        Conflict: Someone else saved first, or the summary is signed off.
    """
    from assistant import feedback
    from ingest.redact import redact_input

    stored = open_summary(house, user, summary_id, "summary.edit", withheld_too=True)
    if not text.strip():
        raise RefusedInput("The edited summary is empty.", expected="at least one sentence")
    source = _source(house, stored)
    masked = redact_input(text, source.vault, house.settings.profile)
    kept = {(s.part, s.text): s for s in stored.sentences}
    checked = feedback.reverify(masked, source.document, house.template(source.document.document_type))
    sentences = tuple(kept.get((s.part, s.text), s) for s in checked)
    return _save(house, user, stored, sentences, expected_version)


def edit_sentence(
    house: House, user: User, summary_id: str, index: int, text: str, expected_version: int
) -> dict[str, Any]:
    """Replace one sentence by a person's words and verify them; an empty text removes the sentence."""
    from assistant import feedback
    from ingest.redact import redact_input

    stored = open_summary(house, user, summary_id, "summary.edit")
    old = _sentence(stored, index)
    source = _source(house, stored)
    new: tuple[Sentence, ...] = ()
    if text.strip():
        masked = redact_input(text.strip(), source.vault, house.settings.profile)
        line = join_parts([(old.part, masked)])
        new = feedback.reverify(line, source.document, house.template(source.document.document_type))
    return _save(
        house, user, stored, (*stored.sentences[:index], *new, *stored.sentences[index + 1 :]), expected_version
    )


def use_source(house: House, user: User, summary_id: str, index: int, expected_version: int) -> dict[str, Any]:
    """Put the cited passage's own words in the place of one sentence."""
    stored = open_summary(house, user, summary_id, "summary.edit")
    old = _sentence(stored, index)
    if not old.evidence:
        raise RefusedInput("This sentence has no passage behind it.", do="Edit it or remove it instead.")
    best = old.evidence[0]
    document = _source(house, stored).document
    words = " ".join(document.text[best.start : best.end].split())
    new = Sentence(words, "supported", "the source's own words", (best,), part=old.part, origin="source")
    return _save(
        house, user, stored, (*stored.sentences[:index], new, *stored.sentences[index + 1 :]), expected_version
    )


def _sentence(stored: StoredSummary, index: int) -> Sentence:
    if not 0 <= index < len(stored.sentences):
        raise NotFound(f"The summary has no sentence {index}.", expected=f"0 to {len(stored.sentences) - 1}")
    return stored.sentences[index]


def _save(
    house: House, user: User, stored: StoredSummary, sentences: tuple[Sentence, ...], expected_version: int
) -> dict[str, Any]:
    text = join_parts([(s.part, s.text) for s in sentences])
    with house.db.session():
        version = work.save_edit(house.db, stored.summary_id, user.name, text, sentences, expected_version)
        audit.record(house.db, user.name, "summary.edit", stored.summary_id, {"version": version})
    return present_stored(house, work.get_summary(house.db, stored.summary_id))


def difference(house: House, user: User, summary_id: str, version: int | None = None) -> list[list[str]]:
    """Give what people changed, word by word: [op, text] with op equal, delete, insert.

    Args:
        house: The open house.
        user: A member of the matter.
        summary_id: The summary.
        version: What this version changed in the one before; None compares the current one with what the model wrote.

    Raises:
        NotFound: There is no such version, or it is the first, which changed nothing.
    """
    from assistant.feedback import diff_words

    stored = open_summary(house, user, summary_id)
    sources = Sources(_source(house, stored))
    before, after = stored.summary.sentences, stored.sentences
    if version is not None:
        had = {v.version: v.sentences for v in work.versions(house.db, summary_id)}
        if version - 1 not in had or version not in had:
            raise NotFound(f"Version {version} has none before it to compare.", expected=f"2 to {stored.version}")
        before, after = had[version - 1], had[version]
    return [[op, text] for op, text in diff_words(_restored_text(before, sources), _restored_text(after, sources))]


def _restored_text(sentences: tuple[Sentence, ...], sources: Sources) -> str:
    return join_presented([{"part": s.part, "text": restore_sentence(s.text, s, sources)} for s in sentences])


def list_versions(house: House, user: User, summary_id: str) -> list[dict[str, Any]]:
    """List the versions of a summary, oldest first."""
    open_summary(house, user, summary_id)
    return [
        {"version": v.version, "author": v.author, "created_at": v.created_at}
        for v in work.versions(house.db, summary_id)
    ]


def restore_version(
    house: House, user: User, summary_id: str, version: int, expected_version: int | None = None
) -> dict[str, Any]:
    """Make an older version the newest; the versions between stay."""
    stored = open_summary(house, user, summary_id, "summary.edit")
    old = next((v for v in work.versions(house.db, summary_id) if v.version == version), None)
    if old is None:
        raise NotFound(f"The summary has no version {version}.")
    return _save(house, user, stored, old.sentences, stored.version if expected_version is None else expected_version)


def submit(
    house: House,
    user: User,
    summary_id: str,
    rating: int,
    reasons: list[str],
    note: str = "",
    expected_version: int | None = None,
) -> dict[str, Any]:
    """Hand a summary to an attorney, with a rating (-1, 0, 1), legal reasons and a note.

    Raises:
        Conflict: It is no longer at `expected_version`, the one that the person saw, or not open.
    """
    from assistant.feedback import REASONS

    stored = open_summary(house, user, summary_id, "summary.submit", withheld_too=True)
    trials.need_own(house.db, stored.document_id, stored.version)
    unknown = sorted(set(reasons) - set(REASONS))
    if rating not in (-1, 0, 1) or unknown:
        raise RefusedInput("The rating or a reason is unknown.", expected=f"-1, 0 or 1, and of {', '.join(REASONS)}")
    with house.db.session():
        correction = work.submit(house.db, summary_id, user.name, rating, tuple(reasons), note, expected_version)
        audit.record(house.db, user.name, "summary.submit", summary_id, {"correction": correction.correction_id})
    return present_stored(house, work.get_summary(house.db, summary_id))


def sign_off(house: House, user: User, summary_id: str, expected_version: int | None = None) -> dict[str, Any]:
    """Sign a summary off: it is locked, and may train where the client has agreed.

    A draft is submitted by the attorney in the same step.

    Raises:
        Conflict: It is no longer at `expected_version`, the one that the attorney read.
    """
    stored = open_summary(house, user, summary_id, "summary.sign_off", withheld_too=True)
    trials.need_own(house.db, stored.document_id, stored.version)
    with house.db.session():
        if stored.status in ("draft", "returned"):
            work.submit(house.db, summary_id, user.name, 0, (), "", expected_version)
        correction = work.sign_off(house.db, summary_id, user.name, expected_version)
        audit.record(house.db, user.name, "summary.sign_off", summary_id, {"correction": correction.correction_id})
    return present_stored(house, work.get_summary(house.db, summary_id))


def send_back(house: House, user: User, summary_id: str, reason: str) -> dict[str, Any]:
    """Return a submitted summary to its author with a reason (sealed with the matter)."""
    open_summary(house, user, summary_id, "summary.sign_off")
    if not reason.strip():
        raise RefusedInput("No reason was given.", do="Say in a few words what must change.")
    with house.db.session():
        work.return_summary(house.db, summary_id, user.name, reason.strip())
        audit.record(house.db, user.name, "summary.return", summary_id, {})
    return present_stored(house, work.get_summary(house.db, summary_id))


def review_list(house: House, user: User) -> list[dict[str, Any]]:
    """List the work on summaries in the user's matters, oldest first.

    Submitted and returned ones are everybody's of the matter, drafts their author's, discarded ones their author's and
    the attorneys', and of the signed-off and the discarded ones the newest stand.
    """
    everybodys = may(user.role, "summary.sign_off")
    found = reviews.list_reviews(house.db, _readable(house, user), user.name, _ENDED_SHOWN, all_discarded=everybodys)
    return [_present_row(one) for one in found]


def count_waiting(house: House, user: User) -> int:
    """Count the summaries in the user's matters that wait for sign-off."""
    return reviews.count_submitted(house.db, _readable(house, user))


def _readable(house: House, user: User) -> tuple[str, ...]:
    """Give the ids of the matters whose work the user may read."""
    check(house.db, user, "matter.list")
    return people.matters_of(house.db, user.name) if may(user.role, "matter.read") else ()


def _present_row(one: reviews.Review) -> dict[str, Any]:
    return asdict(one.head) | {
        "matter_id": one.matter_id,
        "file": one.file,
        "sentences": one.sentences,
        "not_supported": one.not_supported,
        "returned_reason": one.returned_reason,
    }


def export_summary(
    house: House, user: User, summary_id: str, form: str, citations: bool, scrub: bool = False
) -> tuple[str, str, bytes]:
    """Give a summary as a file: (name, media type, bytes), marked as AI output and "unverified" until signed off.

    With `scrub` it is ready for filing: see `ui.export.export_file`.
    """
    from ui.export import export_file

    stored = open_summary(house, user, summary_id)
    written = export_file(present_stored(house, stored), form, citations, scrub)
    told = {"form": form, "version": stored.version, "scrubbed": int(scrub)}
    audit.record(house.db, user.name, "summary.export", summary_id, told)
    return written
