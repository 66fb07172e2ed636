"""What a prompt is shown of a caption: the facts that code read, and who the sides are."""

import time

import pytest

from assistant.captions import list_facts
from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.grounding import Grounder
from assistant.evidence.reading import Reading
from assistant.evidence.sides import find_roles, find_turned_side, speaks_of_sides
from assistant.outline import summary_prompts
from assistant.templates import load_template

CAPTION = (
    "UNITED STATES DISTRICT COURT\nFOR THE DISTRICT OF OREGON\n\nPERSON_1,\nPlaintiff,\nv.\nCOMPANY_1,\nDefendant.\n"
    "Case No. NUMBER_1\nHon. Vera Lindqvist\n\n{title}\n\nFiled May 4, 2021\n\nPERSON_1 moves the Court to compel the records.\n\n"
    "ARGUMENT\n\nFirst, the records bear on the claim and COMPANY_1 has not denied it.\n\n"
    "Respectfully submitted,\n\nCOMPANY_4\nPERSON_7\nCounsel for Plaintiff\n"
)
COURT = "United States District Court for the District of Oregon"
FACTS = {
    "court": COURT,
    "judge": "Vera Lindqvist",
    "docket_number": "NUMBER_1",
    "date": "May 4, 2021",
    "title": "MOTION TO COMPEL",
}


def read(text, document_type="motion", corrected=(), **facts):
    offsets = OffsetMap((Segment(0, len(text), 1, 0, len(text)),))
    return Reading(RedactedDocument("d", "m", 1, document_type, text, offsets, (), 1, facts=facts, corrected=corrected))


def test_the_first_part_is_shown_the_caption_and_every_other_part_the_sides() -> None:
    reading = read(CAPTION.format(title="MOTION TO COMPEL"), **FACTS)
    shown = {p.part.name: p.prompt.messages[-1]["content"] for p in summary_prompts(reading, load_template("motion"))}
    sides = "Plaintiff: PERSON_1; Defendant: COMPANY_1"
    told = (
        f"Title: Motion to Compel; Court: {COURT}; Judge: Vera Lindqvist; Number: NUMBER_1; Dated: May 4, 2021; {sides}"
    )
    assert f"<text>\nFrom the caption: {told}; Counsel for Plaintiff: COMPANY_4.\n\n" in shown["Movant"]
    assert f"<text>\nFrom the caption: {sides}.\n\n" in shown["Grounds"] and "Lindqvist" not in shown["Grounds"]


@pytest.mark.parametrize(
    ("document_type", "text", "facts", "missing"),
    [
        ("motion", CAPTION.format(title="MOTION"), {"judge": "Ann Other"}, "Ann Other"),  # stands nowhere
        ("motion", CAPTION.format(title="QUESTION"), {"title": "QUESTION"}, "Title"),  # names no paper
        # the judge below, and a date that a witness speaks of
        ("brief", "On appeal from the ruling of Judge Ann Other.\n\nBRIEF", {"judge": "Ann Other"}, "Ann Other"),
        (
            "deposition",
            "DEPOSITION\n\nQ. Whose memo is it?\n\nA. A memo dated May 4, 2021.",
            {"date": "May 4, 2021"},
            "2021",
        ),
    ],
)
def test_what_may_be_wrong_is_not_shown(document_type, text, facts, missing) -> None:
    assert missing not in list_facts(read(text, document_type, **facts))
    corrected = list_facts(read(text, document_type, tuple(facts), **facts))
    assert (missing in corrected) == (missing in text and missing != "Title")  # a person's word counts where it stands


def test_a_name_that_a_person_typed_is_shown_to_no_model() -> None:
    typed = {
        "court": "Family Court, in the matter of Zebulon Quux",
        "title": "MOTION OF ZEBULON QUUX",
        "parties": "Zebulon Quux v. COMPANY_1",
    }
    assert "uux" not in list_facts(read(CAPTION.format(title="MOTION"), "motion", tuple(typed), **typed)).casefold()


def test_a_number_that_was_read_in_another_form_is_that_of_the_caption() -> None:
    facts = {**FACTS, "docket_number": "NUMBER_9"}
    assert "Number: NUMBER_1;" in list_facts(read(CAPTION.format(title="MOTION"), **facts))


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("PERSON_1, an individual, Plaintiff,\n\nv.\n\nCOMPANY_2 et al., Defendants.", ["PERSON_1 Plaintiff", "COMPANY_2 Defendants"]),
        ("COMPANY_1,\nPlaintiff-Appellant,\nv.\nPERSON_3,\nDefendant-Appellee.", ["COMPANY_1 Plaintiff-Appellant", "PERSON_3 Defendant-Appellee"]),
        ("Plaintiff PERSON_4 sues Defendant COMPANY_5.", ["PERSON_4 Plaintiff", "COMPANY_5 Defendant"]),
        ('It is made between COMPANY_1 (the "Buyer") and COMPANY_2, a firm (the “Seller”).', ["COMPANY_1 Buyer", "COMPANY_2 Seller"]),
        ("It is made between COMPANY_1, as Lessor, and PERSON_2, as the Lessee.", ["COMPANY_1 Lessor", "PERSON_2 Lessee"]),
        ('COMPANY_1 signs this lease (the "Agreement").', []),  # no side
        ("Plaintiff: PERSON_1\nDefendant: COMPANY_2", ["PERSON_1 Plaintiff", "COMPANY_2 Defendant"]),
        ("Plaintiff PERSON_1, Defendant COMPANY_2.", ["PERSON_1 Plaintiff", "COMPANY_2 Defendant"]),
        ("PERSON_1 v. COMPANY_2\n\nPlaintiff PERSON_1 moves", ["PERSON_1 Plaintiff"]),
        ("Before: PERSON_9\n\nPetitioner PERSON_1 seeks", ["PERSON_1 Petitioner"]),
        ("Represented by PERSON_7.\nDefendant", []),
        ("PERSON_9, Plaintiff's counsel, called. COMPANY_2 was, as Plaintiff alleges, late.", []),
        ("PERSON_1 and PERSON_2, Plaintiffs", []),  # two share it
        ("COMPANY_2 attached it as Exhibit A", []),
    ],
)  # fmt: skip
def test_sides_have_the_roles_that_the_head_gives_them(text, roles) -> None:
    kind = "contract" if text.startswith("It is made") or "lease" in text else "motion"
    assert [f"{name} {role}" for name, role in find_roles(read(text, kind))] == roles


def test_sides_are_looked_for_in_time_that_does_not_grow_with_a_hostile_head() -> None:
    began = time.process_time()
    for text in (
        "PERSON_1 et al" + " " * 2000 + "a " + "xx," * 20 + " " * 900,
        "PERSON_1" + "\n" * 2900,
        "PERSON_1 " * 330,
    ):
        find_roles(read(text))
        find_roles(read(text, "contract"))
    assert time.process_time() - began < 1, "it was 7 s"


def test_only_what_speaks_of_sides_or_court_may_stand_behind_a_caption() -> None:
    assert speaks_of_sides("This cause came on to be heard upon Plaintiff's motion.")
    assert speaks_of_sides("COMPANY_1 runs a terminal.") and speaks_of_sides("The Court has read the papers.")
    assert not speaks_of_sides("Time is kept by a badge reader at the gate.")


def test_a_sentence_that_turns_the_sides_round_is_not_supported() -> None:
    reading = read(CAPTION.format(title="MOTION"))
    true = "Plaintiff PERSON_1 moves the Court to compel the records."
    assert (
        find_turned_side(reading, true)
        == ""
        == find_turned_side(reading, "PERSON_1's motion says COMPANY_1 must answer.")
    )
    assert Grounder(reading).verify_written(true).support == "supported"
    for turned in (
        "Plaintiff COMPANY_1 moves the Court to compel the records.",
        "COMPANY_1, the Plaintiff, moves the Court to compel the records.",
    ):
        verdict = Grounder(reading).verify_written(turned)
        assert verdict.support == "unsupported"
    assert (
        find_turned_side(reading, "Plaintiff COMPANY_1 moves.")
        == "the caption calls COMPANY_1 the Defendant, not the Plaintiff"
    )
