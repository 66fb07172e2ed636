"""Work: versions, review and what may train; conversations, rounds and the adapter registry."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import delete
from store_samples import (
    CLIENT,
    add_matter,
    add_read_filing,
    approve,
    find_bytes,
    make_answer,
    make_pages,
    make_summary,
    open_store,
)

from assistant.errors import Conflict, NotFound, WrongUsage
from assistant.store import conversations, filings, matters, registry, reviews, rounds, work
from assistant.store.decisions import drop_unused_revisions, hold_revisions
from assistant.store.tables import RevisionRow


@pytest.fixture
def db(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def document(db):
    return add_read_filing(db, add_matter(db))


@pytest.fixture
def summary_id(db, document):
    return work.save_summary(db, make_summary(document), "pat")


def test_a_stored_summary_is_a_draft_as_the_model_wrote_it(db, document, summary_id):
    stored = work.get_summary(db, summary_id)
    assert stored.summary == make_summary(document) and stored.sentences == stored.summary.sentences
    assert (stored.text, stored.version, stored.status) == ("Parties: Person 1 sues.", 1, "draft")
    assert (stored.matter_id, stored.revision, stored.author) == (document.matter_id, 1, "pat")
    with pytest.raises(NotFound):
        work.save_summary(db, replace(make_summary(document), document_id="d-0"), "pat")
    with pytest.raises(NotFound):
        work.get_summary(db, "s-0")


def test_edits_make_versions_and_keep_the_models_words(db, document, summary_id):
    sentences = (replace(make_summary(document).sentences[0], text="Person 1 sued.", origin="person"),)
    assert work.save_edit(db, summary_id, "ann", "Parties: Person 1 sued.", sentences, 1) == 2
    stored = work.get_summary(db, summary_id)
    assert (stored.text, stored.sentences, stored.version) == ("Parties: Person 1 sued.", sentences, 2)
    assert stored.summary == make_summary(document)
    assert [(v.version, v.author, v.text) for v in work.versions(db, summary_id)] == [
        (1, "pat", "Parties: Person 1 sues."),
        (2, "ann", "Parties: Person 1 sued."),
    ]


def test_of_edits_on_the_same_version_one_wins_and_the_others_are_told(db, summary_id):
    def edit(n):
        try:
            return work.save_edit(db, summary_id, f"user{n}", f"text {n}", (), 1)
        except Conflict:
            return None

    with ThreadPoolExecutor(6) as pool:
        won = [version for version in pool.map(edit, range(6)) if version]
    assert won == [2] and len(work.versions(db, summary_id)) == 2
    with pytest.raises(Conflict, match="version 2"):
        work.save_edit(db, summary_id, "pat", "late", (), 1)


def test_a_submitted_summary_is_signed_off_and_locked(db, document, summary_id):
    work.save_edit(db, summary_id, "pat", "Person 1 sued.", (), 1)
    submitted = work.submit(db, summary_id, "pat", -1, ["wrong_party", "style"], f"{CLIENT} is the plaintiff")
    assert submitted.signed_off_by == "" and submitted.edited == "Person 1 sued."
    assert (submitted.model_output, submitted.adapter) == ("Parties: Person 1 sues.", "house-1")
    assert (submitted.rating, submitted.reasons, submitted.author) == (-1, ("wrong_party", "style"), "pat")
    with pytest.raises(Conflict):
        work.save_edit(db, summary_id, "pat", "x", (), 2)
    signed = work.sign_off(db, summary_id, "ann")
    assert signed == replace(submitted, signed_off_by="ann")
    stored = work.get_summary(db, summary_id)
    assert (stored.status, stored.submitted_by, stored.signed_off_by) == ("signed_off", "pat", "ann")
    for attempt in (
        lambda: work.save_edit(db, summary_id, "ann", "x", (), 2),
        lambda: work.submit(db, summary_id, "pat", 1, [], ""),
        lambda: work.sign_off(db, summary_id, "ann"),
        lambda: work.return_summary(db, summary_id, "ann", "no"),
        lambda: work.discard_summary(db, summary_id),
    ):
        with pytest.raises(Conflict, match="signed off and locked"):
            attempt()
    db.close()
    assert find_bytes(db.settings.home, CLIENT.encode()) == []


def test_a_draft_cannot_be_signed_off_or_returned(db, summary_id):
    for attempt in (
        lambda: work.sign_off(db, summary_id, "ann"),
        lambda: work.return_summary(db, summary_id, "ann", "no"),
    ):
        with pytest.raises(Conflict, match="is draft"):
            attempt()
    with pytest.raises(WrongUsage):
        work.submit(db, summary_id, "pat", 5, [], "")
    work.discard_summary(db, summary_id)
    assert work.get_summary(db, summary_id).status == "discarded"


def test_a_returned_summary_carries_its_sealed_reason_until_it_is_submitted_again(db, document, summary_id):
    work.submit(db, summary_id, "pat", 0, [], "")
    work.return_summary(db, summary_id, "ann", f"{CLIENT} is the defendant")
    stored = work.get_summary(db, summary_id)
    assert (stored.status, stored.returned_reason) == ("returned", f"{CLIENT} is the defendant")
    work.save_edit(db, summary_id, "pat", "Person 1 defends.", (), 1)
    work.submit(db, summary_id, "pat", -1, ["wrong_party"], "")
    assert work.get_summary(db, summary_id).returned_reason == ""
    assert work.sign_off(db, summary_id, "ann").edited == "Person 1 defends."
    matters.record_consent(db, document.matter_id, "ann", True, "")
    assert [c.edited for c in work.approved_corrections(db)] == ["Person 1 defends."]
    db.close()
    assert find_bytes(db.settings.home, CLIENT.encode()) == []


def test_lists_narrow_by_filing_matter_and_status(db, document, summary_id):
    other = add_read_filing(db, add_matter(db, "Other"))
    elsewhere = work.save_summary(db, make_summary(other), "pat")
    work.submit(db, elsewhere, "pat", 1, [], "")
    assert {s.summary_id for s in work.list_summaries(db)} == {summary_id, elsewhere}
    assert [s.summary_id for s in work.list_summaries(db, document_id=document.document_id)] == [summary_id]
    assert [s.summary_id for s in work.list_summaries(db, matter_ids=[other.matter_id])] == [elsewhere]
    assert [s.summary_id for s in work.list_summaries(db, status="submitted")] == [elsewhere]
    assert work.list_summaries(db, matter_ids=[]) == ()


def test_reviews_are_the_open_work_and_the_newest_signed_ones(db, document):
    made = [work.save_summary(db, make_summary(document), author) for author in ("pat", "joe", "joe", "joe", "joe")]
    own, foreign, submitted, early, late = made
    for waiting in (submitted, early, late):
        work.submit(db, waiting, "joe", 0, [], "")
    for signed in (early, late):
        work.sign_off(db, signed, "ann")
    here = [document.matter_id]
    assert [one.head.summary_id for one in reviews.list_reviews(db, here, "pat", 1)] == [own, submitted, late]
    assert [one.head.summary_id for one in reviews.list_reviews(db, here, "joe", 0)] == [foreign, submitted]
    assert reviews.count_submitted(db, here) == 1 and reviews.count_submitted(db, []) == 0
    assert reviews.list_reviews(db, [], "pat", 1) == ()
    filings.set_sequestered(db, document.document_id, True)
    assert reviews.list_reviews(db, here, "pat", 9) == () and reviews.count_submitted(db, here) == 0


def test_only_what_is_signed_off_and_agreed_to_may_train(db, document, summary_id):
    approve(db, document)
    work.submit(db, summary_id, "pat", 1, [], "")
    assert work.approved_corrections(db) == ()
    assert work.excluded_counts(db) == {"no_consent": 1, "not_signed_off": 1}
    matters.record_consent(db, document.matter_id, "ann", True, "letter")
    (agreed,) = work.approved_corrections(db)
    assert (agreed.edited, agreed.signed_off_by) == ("Person 1 sued.", "ann")
    for switch, reason in (
        (lambda on: matters.set_protective_order(db, document.matter_id, on), "protective_order"),
        (lambda on: filings.set_sequestered(db, document.document_id, on), "sequestered"),
        (lambda on: matters.record_consent(db, document.matter_id, "ann", not on, ""), "no_consent"),
    ):
        switch(True)
        assert work.approved_corrections(db) == ()
        assert work.excluded_counts(db) == {reason: 1, "not_signed_off": 1}
        switch(False)
        assert work.approved_corrections(db) == (agreed,)
    filings.delete_filing(db, document.document_id)
    assert work.approved_corrections(db) == () and work.excluded_counts(db) == {}


def test_sentences_are_rated_once_a_person(db, summary_id):
    work.rate_sentence(db, summary_id, 0, "pat", -1, f"{CLIENT}?")
    work.rate_sentence(db, summary_id, 0, "pat", 1)
    work.rate_sentence(db, summary_id, 0, "ann", 0)
    with db.reading() as session:
        from assistant.store.tables import RatingRow

        assert {(r.user, r.part, r.rating) for r in session.query(RatingRow)} == {("pat", 1, 1), ("ann", 1, 0)}
    for index in (-1, 1):
        with pytest.raises(NotFound):
            work.rate_sentence(db, summary_id, index, "pat", 1)
    with pytest.raises(WrongUsage):
        work.rate_sentence(db, summary_id, 0, "pat", 2)


def test_a_conversation_keeps_its_turns_in_order_and_its_title_sealed(db, document):
    mine = conversations.start_conversation(db, document.matter_id, "ann", f"About {CLIENT}")
    conversations.start_conversation(db, document.matter_id, "pat", "Another")
    first, second = (conversations.add_turn(db, mine, q, make_answer(document)) for q in ("Who?", "When?"))
    conversations.rate_turn(db, second, "ann", -1, f"not {CLIENT}")
    found = conversations.turns(db, mine)
    assert [(t.turn_id, t.question, t.rating) for t in found] == [(first, "Who?", 0), (second, "When?", -1)]
    assert found[0].answer == make_answer(document)
    (listed,) = conversations.list_conversations(db, "ann", document.matter_id)
    assert listed == conversations.get_conversation(db, mine) and listed.title == f"About {CLIENT}"
    assert conversations.find_turn(db, second) == (found[1], listed)
    for attempt in (
        lambda: conversations.add_turn(db, "c-0", "?", make_answer(document)),
        lambda: conversations.turns(db, "c-0"),
        lambda: conversations.rate_turn(db, "t-0", "ann", 1, ""),
        lambda: conversations.find_turn(db, "t-0"),
    ):
        with pytest.raises(NotFound):
            attempt()
    db.close()
    assert find_bytes(db.settings.home, CLIENT.encode()) == []


def test_a_round_is_stored_step_by_step(db):
    round_id = rounds.create_round(db, "ada", {"epochs": 2})
    assert rounds.create_round(db, "eve", {}, round_id=round_id) == round_id  # a step that runs again
    rounds.update_round(db, round_id, step="train", progress={"done": 1, "total": 4})
    found = rounds.get_round(db, round_id)
    assert (found.started_by, found.status, found.step, found.options) == ("ada", "running", "train", {"epochs": 2})
    assert found.progress == {"done": 1, "total": 4} and found.finished_at == ""
    ended = rounds.update_round(db, round_id, status="passed", candidate="house-1", gate={"passed": True})
    assert ended.finished_at and ended.candidate == "house-1"
    promoted = rounds.update_round(db, round_id, status="promoted")
    assert promoted.finished_at == ended.finished_at
    newer = rounds.create_round(db, "ada", {})
    assert [r.round_id for r in rounds.list_rounds(db)] == [newer, round_id]
    for wrong in ({"status": "done"}, {"started_by": "eve"}):
        with pytest.raises(WrongUsage):
            rounds.update_round(db, round_id, **wrong)
    with pytest.raises(NotFound):
        rounds.get_round(db, "r-0")


def test_one_adapter_is_active_and_the_one_before_can_come_back(db):
    made = registry.insert_adapter(db, "house-1", folder="a", hash="1", scores={"rouge1": 0.5}, matters=["m-2", "m-1"])
    assert (made.status, made.matters, made.scores) == ("candidate", ("m-1", "m-2"), {"rouge1": 0.5})
    assert registry.insert_adapter(db, "house-1", folder="a", hash="1") == made  # a step that runs again
    with pytest.raises(Conflict):
        registry.insert_adapter(db, "house-1", folder="a", hash="2")
    registry.insert_adapter(db, "house-2", folder="b", hash="2", parent="house-1")
    assert registry.active_adapter(db) is None and registry.previous_adapter(db) is None
    registry.set_status(db, "house-1", "active", "ada")
    registry.set_status(db, "house-2", "active", "eve")
    active, before = registry.active_adapter(db), registry.previous_adapter(db)
    assert (active.adapter_id, active.promoted_by, active.parent) == ("house-2", "eve", "house-1")
    assert (before.adapter_id, before.status) == ("house-1", "retired")
    assert registry.set_scores(db, "house-2", {"rouge1": 0.6}, "better").note == "better"
    assert [a.adapter_id for a in registry.list_adapters(db)] == ["house-2", "house-1"]
    for attempt in (
        lambda: registry.insert_adapter(db, "x", folder="", hash="", status="active"),
        lambda: registry.set_status(db, "house-1", "best"),
    ):
        with pytest.raises(WrongUsage):
            attempt()
    with pytest.raises(NotFound):
        registry.get_adapter(db, "house-9")


def test_promotions_side_by_side_leave_one_active_adapter(db):
    for n in range(6):
        registry.insert_adapter(db, f"house-{n}", folder="f", hash=str(n))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: registry.set_status(db, f"house-{n}", "active", "ada"), range(6)))
        numbers = list(pool.map(lambda _: registry.next_adapter_number(db), range(6)))
    assert [a.status for a in registry.list_adapters(db)].count("active") == 1
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_a_summary_of_a_reading_that_is_gone_is_not_kept(db, document):
    newer = replace(document, revision=2)
    filings.save_revision(db, newer, make_pages(), {"PERSON": 2}, [], 1.0)
    assert drop_unused_revisions(db, document.document_id) == 1  # while the summary of it was being written
    with pytest.raises(Conflict):
        work.save_summary(db, make_summary(document), "paula")
    assert work.save_summary(db, make_summary(newer), "paula")


def test_a_summary_whose_reading_is_gone_is_told_as_lost(db, document):
    lost = work.save_summary(db, make_summary(document), "paula")
    assert [head.lost for head in reviews.list_heads(db, document.document_id)] == [False]
    with db.session() as session:
        session.execute(delete(RevisionRow).where(RevisionRow.document_id == document.document_id))
    filings.save_revision(db, replace(document, revision=2), make_pages(), {"PERSON": 2}, [], 1.0)
    kept = work.save_summary(db, replace(make_summary(document), revision=2), "paula")
    told = {head.summary_id: head.lost for head in reviews.list_heads(db, document.document_id)}
    assert told == {lost: True, kept: False}
    queue = reviews.list_reviews(db, [document.matter_id], "paula", 9)
    assert {one.head.summary_id: one.head.lost for one in queue} == told


def test_a_reading_that_is_being_written_from_stays_until_it_is_stored(db, document):
    newer = replace(document, revision=2)
    with hold_revisions(db, [document]):
        filings.save_revision(db, newer, make_pages(), {"PERSON": 2}, [], 1.0)
        assert drop_unused_revisions(db, document.document_id) == 0
        kept = work.save_summary(db, make_summary(document), "paula")
    assert work.get_summary(db, kept).summary.revision == 1  # a summary rests on it: it stays
    newest = replace(document, revision=3)
    with hold_revisions(db, [newer]):
        filings.save_revision(db, newest, make_pages(), {"PERSON": 2}, [], 1.0)
        assert drop_unused_revisions(db, document.document_id) == 0
    with pytest.raises(Conflict):  # nothing was stored: it went with the hold
        work.save_summary(db, make_summary(newer), "paula")
