"""Each rule of the curation, with a case that it keeps out and one that it must not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from test_finetune_dataset import COMPLAINT, OTHER, PERSON, SUMMARY, make_lesson

from assistant.settings import Settings
from finetune.curate import CAPPED_FROM, REASONS, _cap_authors, curate_lessons, find_fault
from finetune.dataset import Lesson
from finetune.options import RoundOptions

FRENCH = (
    "Attendu que le demandeur soutient avoir remis les marchandises au transporteur mais que celui-ci conteste, il "
    "convient de rejeter la demande et de condamner chaque partie aux frais. "
)


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("lesson", "reason"),
    [
        (make_lesson(), None),  # a good one
        (make_lesson(summary="Relief: Denied."), "summary_too_short"),
        (make_lesson("A short note.", SUMMARY), "document_too_short"),
        (make_lesson("The court is in session now and that is all of it for the day. " * 2, SUMMARY * 5),
         "summary_longer_than_document"),
        (make_lesson(FRENCH * 2, "Rejet de la demande et partage des frais."), "not_english"),
        # a name in the summary that the document never shows is a name somebody typed
        (make_lesson(summary=SUMMARY + " Call Gregory Whitfield at (614) 555-0133."), "identifier_left"),
        # the judge stands in the document, left there on purpose
        (make_lesson(COMPLAINT + "\n\nAssigned to Judge Maria Delgado of the Court of Common Pleas.",
                     SUMMARY + " Before Judge Maria Delgado."), None),
        (make_lesson(summary="Parties: A bank sues over a patent.\nRelief: An injunction against the sale of drones."),
         "not_borne_by_source"),
        (make_lesson(summary="Parties: A bank sues for patent infringement of drones.", source="synthetic"), None),
    ],
)  # fmt: skip
def test_each_rule(settings, lesson, reason):
    assert find_fault(lesson, settings) == reason
    assert reason is None or reason in REASONS


def test_near_duplicate_is_left_out_and_a_new_summary_of_the_document_is_not(settings):
    twin = make_lesson(COMPLAINT.replace(PERSON, "PERSON_9").replace("Ohio", "Iowa"), SUMMARY, pair_id="twin")
    other = make_lesson(summary=f"Parties: a dock worker, {PERSON}, against the carrier {OTHER}.", pair_id="other")
    made = curate_lessons([make_lesson(), twin, other], settings)
    assert [lesson.pair_id for lesson in made.kept] == ["p1", "other"]
    assert made.left_out == {"twin": "near_duplicate"} and made.counts == {"near_duplicate": 1}


def write_many(**counts: int) -> list[Lesson]:
    """Give corrections that differ enough, in turn of their authors' names, the oldest first."""
    made = []
    for author, count in counts.items():
        for number in range(count):
            unlike = " ".join(f"Entry {author} {number * 50 + k} shows {number * 7 + k} crates." for k in range(12))
            made.append(make_lesson(f"{COMPLAINT}\n\n{unlike}", SUMMARY, author=author, pair_id=f"{author}{number}"))
    return made


@pytest.mark.parametrize(
    ("written", "share", "kept"),
    [
        ({"eve": 250, "ann": 10}, 0.5, {"eve": 10, "ann": 10}),  # of what is kept, not of what was sent
        ({"ann": 10, "bob": 4}, 0.5, {"ann": 4, "bob": 4}),
        ({"eve": 250, "ann": 10, "bob": 6}, 0.5, {"eve": 16, "ann": 10, "bob": 6}),
        ({"eve": 250, "ann": 10, "bob": 10, "cat": 10}, 0.25, {"eve": 10, "ann": 10, "bob": 10, "cat": 10}),
        ({"ann": 6, "bob": 5, "cat": 4}, 0.5, {"ann": 6, "bob": 5, "cat": 4}),  # nobody has too much: all stay
        ({"eve": 100, "ann": 100, "bob": 100}, 1 / 3, {"eve": 100, "ann": 100, "bob": 100}),  # a third is a third
        # fewer authors than the share asks for: as many as the others
        ({"eve": 90, "ann": 20}, 0.3, {"eve": 20, "ann": 20}),
        # one person is the firm, and no share can bind who is alone
        ({"ann": 40}, 0.3, {"ann": 40}),
        # too few to tell a flood from a firm
        ({"ann": CAPPED_FROM - 2, "bob": 1}, 0.5, {"ann": CAPPED_FROM - 2, "bob": 1}),
        ({"ann": 30, "bob": 3}, 1.0, {"ann": 30, "bob": 3}),  # switched off
    ],
)
def test_after_capping_no_author_has_more_than_the_share_of_what_is_kept(written, share, kept):
    made = _cap_authors(write_many(**written), share)
    assert Counter(lesson.author for lesson in made) == kept


def test_the_newest_of_a_capped_author_stay_and_synthetic_pairs_do_not_count():
    many = write_many(ann=10, bob=4)
    synthetic = [replace(lesson, source="synthetic") for lesson in write_many(zoe=50)]
    kept = _cap_authors([*synthetic, *many], 0.5)
    assert [lesson.pair_id for lesson in kept if lesson.author == "ann"] == ["ann6", "ann7", "ann8", "ann9"]
    assert sum(lesson.source == "synthetic" for lesson in kept) == 50


def test_what_the_cap_takes_is_left_out_with_its_reason(settings):
    made = curate_lessons(write_many(eve=12, ann=3), settings)
    assert made.counts == {"author_share": 9}
    assert {made.left_out[f"eve{number}"] for number in range(9)} == {"author_share"}


def test_neither_the_weight_nor_a_limit_of_examples_gives_an_author_a_larger_share():
    capped = _cap_authors(write_many(eve=250, ann=10), 0.5)
    authors = {lesson.pair_id: lesson.author for lesson in capped}
    for options in (RoundOptions(weight=5), RoundOptions(weight=3, examples=12), RoundOptions(examples=7)):
        seen = Counter(authors[e.pair_id] for e in options.weigh_examples(capped, authors))  # an example a pair
        assert seen["eve"] <= 0.5 * seen.total() + options.weight, (options, seen)
        assert seen.total() == options.weight * (options.examples or 20)
