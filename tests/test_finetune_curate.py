"""Each rule of the curation, with a case that it keeps out and one that it must not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from test_finetune_dataset import COMPLAINT, OTHER, PERSON, SUMMARY, make_lesson

from assistant.documents import Correction
from assistant.settings import Settings
from assistant.store.pseudonyms import format_pseudonym
from finetune.curate import (
    CAPPED_FROM,
    REASONS,
    cap_authors,
    curate_lessons,
    drop_said_alike,
    find_bursts,
    keep_borne,
)
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
    assert curate_lessons([lesson], settings).left_out.get(lesson.pair_id) == reason
    assert reason is None or reason in REASONS


def test_a_part_with_one_sentence_that_is_not_borne_is_left_out_and_the_others_stay(settings):
    false = f"Facts: On or about March 3, 2021, {OTHER} failed to pay {PERSON} the sum of $9,900."
    made = curate_lessons([make_lesson(summary=f"{SUMMARY}\n{false}")], settings)
    assert [lesson.summary for lesson in made.kept] == [SUMMARY] and made.parts_left_out == 1
    # one false sentence of four, three of them true, in one part: the part goes, the pair goes with its only part
    true = f"{PERSON} is a dock worker. {OTHER} is a carrier. Plaintiff demands damages of $4,100."
    for head in ("Facts: ", ""):
        mixed = f"{head}{true} {false.removeprefix('Facts: ')}"
        made = curate_lessons([make_lesson(summary=mixed)], settings)
        assert made.kept == () and made.counts == {"not_borne_by_source": 1}, head
    assert curate_lessons([make_lesson(summary=true)], settings).parts_left_out == 0
    # a true sentence that differs from a false one by its figure alone vouches for nothing
    for twins in (("$9,900", "$4,100"), ("$4,100", "$9,900")):
        said = f"Facts: {PERSON} is a dock worker. " + " ".join(f"Plaintiff demands damages of {sum}." for sum in twins)
        assert curate_lessons([make_lesson(summary=said)], settings).kept == (), twins
    # what is not borne stands before the first heading: there is no part that could go alone
    loose = curate_lessons([make_lesson(summary=f"{false.removeprefix('Facts: ')}\n{SUMMARY}")], settings)
    assert loose.counts == {"not_borne_by_source": 1}


def test_a_sentence_that_many_corrections_say_alike_and_no_document_bears_whole_is_left_out(settings):
    said = "Facts: The carrier paid {} the sum of $4,100, and the tenant slept."
    lessons = [
        replace(make_lesson(COMPLAINT.replace("dock", trade), f"{SUMMARY.replace('dock', trade)}\n{said.format(PERSON)}"), pair_id=trade)
        for trade in ("dock", "mill", "farm", "quarry", "tram", "harbor")
    ]  # fmt: skip
    doubts = {lesson.pair_id: keep_borne(lesson)[2] for lesson in lessons}
    assert all(len(found) == 1 for found in doubts.values())  # partly borne: nothing else would stop it
    kept, gone, dropped = drop_said_alike(lessons, doubts)
    assert (len(kept), gone, dropped) == (6, [], 6) and not any("slept" in lesson.summary for lesson in kept)
    kept, _, dropped = drop_said_alike(lessons[:2], doubts)
    assert dropped == 0 and all("slept" in lesson.summary for lesson in kept)  # two may say alike by chance
    only = [replace(lesson, summary=lesson.summary.splitlines()[-1]) for lesson in lessons]
    assert drop_said_alike(only, doubts)[1] == [lesson.pair_id for lesson in lessons]


def correct(author: str, *times: str) -> list[Correction]:
    """Give corrections of an author, one at each time."""
    return [
        Correction(f"{author}@{at}", "m-1", "d-1", "s-1", author, "ann", "", "", 0, (), "", f"{at}:00.000000+00:00")
        for at in times
    ]


def minutes(day: int, count: int, hour: int = 9) -> list[str]:
    return [f"2026-11-{day:02d}T{hour + n // 60:02d}:{n % 60:02d}" for n in range(count)]


def test_a_burst_waits_until_it_is_released_and_does_not_become_usual():
    steady = correct("ann", *(at for day in range(1, 11) for at in minutes(day, 12)))
    assert find_bursts(steady, {}, 20, 3.0) == ()
    fast = correct("eve", *minutes(3, 50), *minutes(9, 50))
    waiting = find_bursts([*steady, *fast], {}, 20, 3.0)
    assert waiting == tuple(made.correction_id for made in fast)  # the second day too: the first has not become usual
    until = fast[49].created_at
    assert find_bursts(fast, {"eve": until}, 20, 3.0) == ()  # released, 50 a day is what eve does
    assert find_bursts(fast, {"eve": until}, 20, 1.0) == () and len(find_bursts(fast, {"eve": until}, 20, 0.9)) == 50
    assert find_bursts(fast, {"zoe": until}, 20, 3.0) == waiting


@pytest.mark.parametrize(
    ("times", "waiting"),
    [
        (minutes(5, 20), 0),  # as many as never wait
        (minutes(5, 21), 21),
        (minutes(5, 11, hour=23)[:11] + minutes(6, 10, hour=0), 21),  # midnight parts no burst
        (minutes(5, 15) + minutes(6, 15, hour=10), 0),  # a day apart
        # 12 a day for ten days: 36 of a day are usual enough, 37 are not, and only those wait
        ([at for day in range(1, 11) for at in minutes(day, 12)] + minutes(20, 36), 0),
        ([at for day in range(1, 11) for at in minutes(day, 12)] + minutes(20, 37), 37),
    ],
)
def test_what_is_a_burst(times, waiting):
    assert len(find_bursts(correct("eve", *times), {}, 20, 3.0)) == waiting


def test_near_duplicate_is_left_out_and_a_new_summary_of_the_document_is_not(settings):
    text, summary = (told.replace(PERSON, format_pseudonym("PERSON", 9)) for told in (COMPLAINT, SUMMARY))
    twin = make_lesson(text.replace("Ohio", "Iowa"), summary, pair_id="twin")
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
    made = cap_authors(write_many(**written), share)
    assert Counter(lesson.author for lesson in made) == kept


def test_the_newest_of_a_capped_author_stay_and_synthetic_pairs_do_not_count():
    many = write_many(ann=10, bob=4)
    synthetic = [replace(lesson, source="synthetic") for lesson in write_many(zoe=50)]
    kept = cap_authors([*synthetic, *many], 0.5)
    assert [lesson.pair_id for lesson in kept if lesson.author == "ann"] == ["ann6", "ann7", "ann8", "ann9"]
    assert sum(lesson.source == "synthetic" for lesson in kept) == 50


def test_what_the_cap_takes_is_left_out_with_its_reason(settings):
    made = curate_lessons(write_many(eve=12, ann=3), settings)
    assert made.counts == {"author_share": 9}
    assert {made.left_out[f"eve{number}"] for number in range(9)} == {"author_share"}


def test_neither_the_weight_nor_a_limit_of_examples_gives_an_author_a_larger_share():
    capped = cap_authors(write_many(eve=250, ann=10), 0.5)
    authors = {lesson.pair_id: lesson.author for lesson in capped}
    for options in (RoundOptions(weight=5), RoundOptions(weight=3, examples=12), RoundOptions(examples=7)):
        seen = Counter(authors[e.pair_id] for e in options.weigh_examples(capped, authors))  # an example a pair
        assert seen["eve"] <= 0.5 * seen.total() + options.weight, (options, seen)
        assert seen.total() == options.weight * (options.examples or 20)
