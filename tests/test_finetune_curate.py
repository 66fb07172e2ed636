"""Each rule of the curation, with a case that it keeps out and one that it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_finetune_dataset import COMPLAINT, OTHER, PERSON, SUMMARY, make_lesson

from assistant.settings import Settings
from finetune.curate import CAPPED_FROM, REASONS, curate_lessons, find_fault

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


def test_no_author_supplies_more_than_the_share_once_there_are_enough(settings):
    def write(number: int, author: str):
        amount = f"${number + 1},{number:03d}"
        unlike = " ".join(f"Entry {number * 50 + k} of the ledger shows {number * 7 + k} crates." for k in range(12))
        text = COMPLAINT.replace("$4,100", amount) + "\n\n" + unlike
        summary = SUMMARY.replace("$4,100", amount) + f" The ledger shows {number * 7} crates in entry {number * 50}."
        return make_lesson(text, summary, author=author, pair_id=f"{author}{number}")

    many = [write(n, "ann") for n in range(CAPPED_FROM)] + [write(n + 20, "bob") for n in range(4)]
    free = [replace(lesson, source="synthetic") for lesson in many]  # no borne-by-source check: the cap alone is meant
    assert len(curate_lessons(free, settings, author_share=0.5).kept) == 14
    from finetune.curate import _cap_authors

    kept = _cap_authors(many, 0.5)
    assert sum(lesson.author == "ann" for lesson in kept) == 7 and sum(lesson.author == "bob" for lesson in kept) == 4
    assert kept[0].pair_id == "ann3"  # the newest stay
    alone = many[:CAPPED_FROM]
    assert _cap_authors(alone, 0.5) == alone  # one person may be the firm
