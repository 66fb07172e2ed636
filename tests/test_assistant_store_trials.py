"""Reviews by lot, the seconds of work on them, and the figures that are counted once: the store's part."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from store_samples import add_matter, add_read_filing, approve, make_document, make_summary, open_store

from assistant import monitor
from assistant.errors import Conflict
from assistant.store import filings, matters, measures, trials, work
from assistant.store.measured_tables import DrawRow, FilingFigureRow, ReviewTimeRow, SummaryFigureRow

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Lot(random.Random):
    """A lot that falls as told."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        return self.value


WITHOUT, WITH = Lot(0.0), Lot(0.99)


@pytest.fixture
def db(tmp_path):
    return open_store(tmp_path)


@pytest.fixture
def document(db):
    return add_read_filing(db, add_matter(db))


def submit_own(db, document):
    """Write a summary in the place of the withheld one, and submit it."""
    key = work.save_summary(db, make_summary(document), "pat")
    own = replace(make_summary(document).sentences[0], text="My own words.", origin="person")
    work.save_edit(db, key, "pat", "My own words.", (own,), 1)
    work.submit(db, key, "pat", 0, (), "")
    return key


def test_a_draw_holds_whatever_is_asked_again_and_ends_with_the_first_submission(db, document):
    key = document.document_id
    assert trials.draw_filing(db, key, 0.5, WITHOUT) and trials.is_withheld(db, key)
    assert trials.draw_filing(db, key, 0.5, WITH), "the lot falls once"
    assert trials.draw_filing(db, key, 0.0), "switched off, what is under way goes on"
    with pytest.raises(Conflict, match="without the model's summary"):
        trials.need_shown(db, key)
    with pytest.raises(Conflict, match="not written a summary"):
        trials.need_own(db, key, 1)
    trials.need_own(db, key, 2)
    submitted = submit_own(db, document)
    assert not trials.is_withheld(db, key)
    assert trials.describe_draw(db, key, submitted) == {"withheld": False, "unaided": True}
    assert trials.describe_draw(db, key, "s-other") == {"withheld": False, "unaided": False}


def test_nothing_is_drawn_that_is_off_or_was_seen_and_what_is_shown_on_request_is_given_up(db, document):
    key = document.document_id
    assert not trials.draw_filing(db, key, 0.0, WITHOUT)
    assert not trials.draw_filing(db, key, 0.5, WITH) and trials.count_draws(db)["with"] == 1
    other = add_read_filing(db, add_matter(db, "Other"), b"%PDF-1.7 other")
    work.save_summary(db, make_summary(other), "pat")
    assert not trials.draw_filing(db, other.document_id, 0.9, WITHOUT), "somebody has seen a summary of it"
    third = add_read_filing(db, other.matter_id, b"%PDF-1.7 third")
    assert trials.draw_filing(db, third.document_id, 0.5, WITHOUT)
    trials.give_up(db, third.document_id, "pat")
    assert not trials.is_withheld(db, third.document_id)
    submit_own(db, third)
    assert trials.count_draws(db) == {"with": 1, "without": 1, "waiting": 1, "given_up": 1}


def test_seconds_never_exceed_the_time_that_passed(db, document):
    key = work.save_summary(db, make_summary(document), "pat")

    def tell(seconds, at, user="pat"):
        return trials.count_seconds(db, key, user, seconds, NOON + timedelta(seconds=at))

    assert tell(500, 0) == 0, "the first one begins to count"
    assert tell(30, 29.8) == 30, "clocks differ by a little"
    assert tell(30, 30.1) == 0 and tell(600, 40) == 10
    assert [tell(1, 40 + n / 2) for n in range(1, 21)].count(1) <= 11, "no more by telling often"
    assert tell(-5, 60) == 0 and tell(0, 4000) == 0 and tell(30, 4010) == 10, "opened again: the pause is not counted"
    assert tell(7, 0, "ann") == 0 and tell(7, 20, "ann") == 7
    with db.reading() as session:
        rows = {row.user: row.seconds for row in session.query(ReviewTimeRow)}
    assert rows["ann"] == 7 and 50 <= rows["pat"] <= 61
    work.submit(db, key, "pat", 0, (), "")
    assert tell(5, 4100) == 5, "an attorney's check belongs to it"
    work.sign_off(db, key, "ann")
    assert tell(5, 4200) == 0 and trials.count_seconds(db, "s-none", "pat", 5) == 0


def review(db, matter_id, number, lot, seconds, person="pat"):
    """Have a filing of 1,000 words drawn, worked on for so many seconds and signed off."""
    key = filings.add_filing(
        db, matter_id, f"{number}.pdf", b"%PDF-1.7 " + bytes(str(number), "ascii"), "pat"
    ).document_id
    document = make_document(key, matter_id, text="Person 1 sues." + " word" * 997)
    filings.save_revision(db, document, (), {}, [], 1.0)
    if lot:
        trials.draw_filing(db, key, 0.5, lot)
    summary_id = work.save_summary(db, make_summary(document), person)
    trials.count_seconds(db, summary_id, person, 0, NOON)
    trials.count_seconds(db, summary_id, person, seconds, NOON + timedelta(seconds=seconds))
    work.submit(db, summary_id, person, -1, ["style", "wrong_party"] if lot is WITH else [], "")
    work.sign_off(db, summary_id, "ann")
    return summary_id


def test_reviews_are_compared_by_person_and_those_given_up_are_left_out(db):
    matter_id = add_matter(db)
    with db.session():  # one commit, which is quicker
        for number in range(10):
            review(db, matter_id, number, WITH, 200 + number)
            review(db, matter_id, 100 + number, WITHOUT, 500 + number)
        review(db, matter_id, 300, None, 900)  # before the firm opted in
    assert measures.catch_up(db, 60) == 0
    figures = measures.list_summary_figures(db)
    found = monitor.measure_reviews(trials.list_reviews(db), trials.count_draws(db), figures)
    one, other = found["sides"]
    assert [(s["side"], s["count"], s["people"]) for s in (one, other)] == [("with", 10, 1), ("without", 10, 1)]
    assert one["mean"] == pytest.approx(204.5, abs=0.5)
    assert found["difference"]["mean"] == pytest.approx(-300, abs=1) and found["difference"]["people"] == 1
    assert found["difference"]["high"] < -290
    assert (one["reasons"], other["reasons"], one["supported"]) == (20, 0, 1.0)
    assert found["weeks"][0]["count"] == 11, "every review with a summary in sight, drawn or not"
    edits = monitor.measure_edits(db, figures)
    assert sum(row["untouched"] for row in edits) == 11, "what was written without a summary is no edit of it"
    assert sum(row["count"] for row in monitor.measure_distance(figures)) == 11


def test_figures_are_counted_once_and_again_when_it_is_signed_off(db, document):
    draft = work.save_summary(db, make_summary(document, "One two three four."), "pat")
    assert measures.catch_up(db, limit_s=0) > 0
    assert measures.catch_up(db, 60) == 0
    (figure,) = measures.list_summary_figures(db)
    assert (figure.sentences, figure.supported, figure.edits, figure.adapter) == (1, 1, -1, "house-1")
    work.save_edit(
        db,
        draft,
        "pat",
        "Parties: One two six four.",
        (replace(make_summary(document).sentences[0], support="partial"),),
        1,
    )
    work.submit(db, draft, "pat", 0, (), "")
    work.sign_off(db, draft, "ann")
    approve(db, document)
    measures.catch_up(db, 60)
    first = measures.list_summary_figures(db)[0]
    assert (first.edits, first.signed_sentences, first.signed_supported, first.author) == (1, 1, 0, "pat")
    (week,) = monitor.measure_support(measures.list_summary_figures(db))
    assert (week["count"], week["mean"]) == (2, 1.0)
    (row,) = measures.list_filing_figures(db, "2000")
    assert row.groups.sum() == 2 and row.document_type == "complaint"  # Person, sues
    filings.set_sequestered(db, document.document_id, True)
    assert measures.list_filing_figures(db, "2000") == ()


def test_decisions_are_counted_by_week_and_adapter(db, document):
    returned = work.save_summary(db, make_summary(document), "pat")
    work.submit(db, returned, "pat", 0, (), "")
    work.return_summary(db, returned, "ann", "Name the judge.")

    def made(status, at, edits=-1, adapter="house-1", **more):
        values = {"document_id": "d", "summary_id": f"s-{at}", "author": "", "sentences": 4, "supported": 3}
        known = {"signed_sentences": -1, "signed_supported": -1, "longest": 10, "unaided": False}
        signed_at = at if status == "signed_off" else ""
        return measures.SummaryFigure(
            adapter=adapter, status=status, created_at=at, signed_at=signed_at, edits=edits, **values, **known | more
        )

    figures = [
        made("signed_off", "2019-11-25T10:00:00+00:00", 0),
        made("signed_off", "2019-11-26T10:00:00+00:00", 5),
        made("signed_off", "2019-11-26T11:00:00+00:00", 9, unaided=True),
        made("submitted", "2019-11-26T12:00:00+00:00"),
        made("discarded", "2019-11-27T12:00:00+00:00"),
        made("signed_off", "2021-01-01T10:00:00+00:00", 0, "base"),  # the last ISO week of 2020
    ]
    measures.catch_up(db, 60)
    figures += measures.list_summary_figures(db)
    this_week = monitor.name_week(datetime.now(UTC).isoformat())
    assert [tuple(row.values()) for row in monitor.measure_edits(db, figures)] == [
        ("2019-W48", "house-1", 1, 1, 0, 1),
        ("2020-W53", "base", 1, 0, 0, 0),
        (this_week, "house-1", 0, 0, 1, 0),
    ]
    distance = monitor.measure_distance(figures)
    assert [(row["week"], row["count"], row["mean"]) for row in distance] == [
        ("2019-W48", 2, 0.25),
        ("2020-W53", 1, 0.0),
    ]
    assert [row["mean"] for row in monitor.measure_support(figures)] == [0.75, 0.75, 1.0]


def test_drift_compares_the_last_weeks_with_those_before():
    now = datetime(2026, 11, 25, tzinfo=UTC)

    def came(days, words, kind="complaint"):
        groups = measures.count_groups("lessor tenant rent")
        return measures.FilingFigure("d", kind, words, (now - timedelta(days=days)).isoformat(), groups)

    filings_ = (
        [came(40 + n, 3000 if n % 2 else 800) for n in range(60)] + [came(200, 9)] + [came(n, 30000) for n in range(25)]
    )
    found = monitor.measure_drift(filings_, (), now)
    assert found["length"]["verdict"] == "large" and (found["length"]["before"], found["length"]["now"]) == (60, 25)
    assert [c for c in found["length"]["classes"] if c["now"]] == [{"name": "20,000 and more", "before": 0, "now": 25}]
    assert found["type"]["verdict"] == "none" and found["vocabulary"]["verdict"] == "none"
    assert found["support"]["verdict"] == "few"


def test_what_was_measured_goes_with_the_matter_and_with_the_filing(db):
    matter_id, other = add_matter(db), add_matter(db, "Other")
    for number, place in enumerate((matter_id, other, other)):
        review(db, place, number, WITHOUT if number else WITH, 60)
    measures.catch_up(db, 60)
    rows = (SummaryFigureRow, FilingFigureRow, DrawRow, ReviewTimeRow)

    def count():
        with db.reading() as session:
            return [session.query(row).count() for row in rows]

    assert count() == [3, 3, 3, 3]
    matters.erase_matter(db, matter_id, "ada", "ann")
    assert count() == [2, 2, 2, 2]
    filings.delete_filing(db, filings.list_filings(db, other)[0].document_id, "ada")
    assert count() == [1, 1, 1, 1]
