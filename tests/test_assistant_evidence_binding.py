"""A sentence made of its source's own words that says something else: never supported. One row a case."""

import pytest

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.grounding import Grounder
from assistant.store.pseudonyms import find_pseudonyms

TEXT = """FACTS

PERSON_3 sued COMPANY_2 in Fulton County. PERSON_5 drove the truck and PERSON_6 was injured. The jury awarded \
$500,000 in compensatory damages and $2,000,000 in punitive damages. The award was reduced from $2,000,000 to $900,000.

Plaintiff alleges that COMPANY_2 breached the lease on June 4, 2020 and withheld $12,000 in rent. PERSON_1 did not pay \
COMPANY_2, and COMPANY_2 did not pay PERSON_3. The award of $300,000 to PERSON_1 was affirmed and the award of $80,000 \
to PERSON_3 was vacated. The jury acquitted PERSON_9 of murder and convicted PERSON_9 of manslaughter.

The investigator was unable to determine whether PERSON_7 caused the fire. There is no evidence that COMPANY_2 knew of \
the defect. The court did not decide whether the lease was valid. The policy covers all losses except those caused by \
gross negligence. The lease terminates unless PERSON_1 gives notice by May 1, 2020. Employees worked more than 40 \
hours a week. If PERSON_9 fired the gun, he is guilty of arson. PERSON_8 told police that PERSON_9 fired the gun.

PERSON_6 complained in writing on September 14, 2023. On September 18, 2023 COMPANY_2 ordered PERSON_6 to clock out \
before lashing containers.

The complaint states that PERSON_4 stole the funds. According to the affidavit, PERSON_4 forged the deed.
"""
GROUNDER = Grounder(
    RedactedDocument("d", "m", 1, "order", TEXT, OffsetMap((Segment(0, len(TEXT), 1, 0, len(TEXT)),)), (), 1)
)

FALSE = [
    # the date of another act of the same document
    "On 14 September 2023 COMPANY_2 ordered PERSON_6 to clock out before lashing containers.",
    # the parties of an act exchanged
    "COMPANY_2 sued PERSON_3 in Fulton County.",
    # the victim becomes the driver
    "PERSON_6 drove the truck.",
    # the driver becomes the victim
    "PERSON_5 was injured.",
    # who alleges, and of whom
    "COMPANY_2 alleges that Plaintiff breached the lease on June 4, 2020.",
    # the same act with another object
    "COMPANY_2 did not pay PERSON_1.",
    # two sums exchanged, one of them told
    "The jury awarded $2,000,000 in compensatory damages.",
    # two sums exchanged, both told
    "The jury awarded $2,000,000 in compensatory damages and $500,000 in punitive damages.",
    # from and to exchanged
    "The award was reduced from $900,000 to $2,000,000.",
    # a sum goes with another person
    "The award of $300,000 to PERSON_3 was vacated.",
    # acquitted of it, convicted of something else
    "The jury convicted PERSON_9 of murder.",
    # what could not be determined
    "PERSON_7 caused the fire.",
    # what there is no evidence of
    "COMPANY_2 knew of the defect.",
    # what was left open
    "The lease was valid.",
    # an exception left out
    "The policy covers all losses caused by gross negligence.",
    # unless becomes if
    "The lease terminates if PERSON_1 gives notice by May 1, 2020.",
    # a bound left out
    "Employees worked 40 hours a week.",
    # a condition left out
    "PERSON_9 is guilty of arson.",
    # somebody told somebody
    "PERSON_9 fired the gun.",
    # a pleading says so
    "PERSON_4 stole the funds.",
    # an affidavit says so
    "PERSON_4 forged the deed.",
]
TRUE = [
    # the same date in another form
    "COMPANY_2 ordered PERSON_6 to clock out before lashing containers on 18 September 2023.",
    # two acts with the date of each
    "PERSON_6 complained on September 14, 2023 and COMPANY_2 ordered PERSON_6 to clock out on September 18, 2023.",
    "PERSON_3 sued COMPANY_2 in Fulton County.",
    "PERSON_5 drove the truck and PERSON_6 was injured.",
    "The jury awarded $500,000 in compensatory damages.",
    "The award of $80,000 to PERSON_3 was vacated.",
    "The award was reduced from $2,000,000 to $900,000.",
    "Plaintiff alleges that COMPANY_2 breached the lease and withheld $12,000 in rent.",
    "The jury convicted PERSON_9 of manslaughter.",
    "The policy covers all losses except those caused by gross negligence.",
    "Employees worked more than 40 hours a week.",
    "According to the affidavit, PERSON_4 forged the deed.",
]


@pytest.mark.parametrize("sentence", FALSE)
def test_the_sources_words_in_another_sense_are_not_supported(sentence: str) -> None:
    assert GROUNDER.verify(sentence).support != "supported"


@pytest.mark.parametrize("sentence", TRUE)
def test_what_the_source_says_is_supported(sentence: str) -> None:
    verdict = GROUNDER.verify(sentence)
    assert verdict.support == "supported", verdict.reason


CAPTION = Grounder(
    RedactedDocument(
        "d", "m", 1, "order",
        text := "IN THE UNITED STATES DISTRICT COURT\nFOR THE SOUTHERN DISTRICT OF GEORGIA\n\nPERSON_1,\n\nPlaintiff, "
        "Case No.: NUMBER_1 v. Judge: Hon. Ellen M. Marsh COMPANY_1, Defendant.\n\nORDER ON MOTION TO COMPEL\n\n"
        "DATED: September 23, 2024\n\nThis cause came on to be heard before Magistrate Judge PERSON_4.\n\n"
        "WINIFRED ZIELINSKI, J., delivered the opinion.\n",
        OffsetMap((Segment(0, len(text), 1, 0, len(text)),)), (), 1,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "is_judge"),
    [
        # the plaintiff made the judge: every word of it stands in the caption
        ("Southern District of Georgia, Judge PERSON_1, No. NUMBER_1, entered 23 September 2024.", False),
        # a company likewise
        ("Southern District of Georgia, Judge COMPANY_2, No. NUMBER_1, entered 23 September 2024.", False),
        # behind "Hon."
        ("Southern District of Georgia, Judge Ellen M. Marsh, No. NUMBER_1, entered 23 September 2024.", True),
        # by the surname alone
        ("Southern District of Georgia, Judge Marsh, No. NUMBER_1, entered 23 September 2024.", True),
        # behind a longer title
        ("The cause was heard before Magistrate Judge PERSON_4.", True),
        # named as a judge behind the name
        ("Judge Zielinski delivered the opinion.", True),
    ],
)
def test_nobody_is_made_a_judge(sentence: str, is_judge: bool) -> None:
    verdict = CAPTION.verify(sentence)
    assert ("a judge" in verdict.reason) is not is_judge
    assert is_judge or verdict.support == "unsupported"


BRIEF = Grounder(
    RedactedDocument(
        "d", "m", 1, "brief",
        text := "IN THE SUPREME COURT\n\nPERSON_1, Petitioner,\n\nv.\n\nPERSON_2, Respondent, and COMPANY_3 OF "
        "VOTERS, INC., Respondent.\n\nPETITION FOR REVIEW\n\nCOMPANY_4, PLLC\nCounsel for Petitioner\n\n"
        + "The court below enjoined the map on 4 February 2022 and ordered another one drawn. " * 6,
        OffsetMap((Segment(0, len(text), 1, 0, len(text)),)), (), 1,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "is_counsel"),
    [
        # a party of the other side made the lawyer
        ("For: the petitioner PERSON_1, through COMPANY_3.", False),
        # the firm of the signature block
        ("For: the petitioner PERSON_1, through COMPANY_4.", True),
    ],
)
def test_nobody_is_made_counsel(sentence: str, is_counsel: bool) -> None:
    verdict = BRIEF.verify(sentence)
    assert ("counsel" in verdict.reason) is not is_counsel
    assert is_counsel or verdict.support == "unsupported"


def test_the_evidence_shows_everyone_whom_the_sentence_names() -> None:
    verdict = BRIEF.verify("PERSON_1 petitions for review against PERSON_2, and COMPANY_3 of Voters is a respondent.")
    assert verdict.support != "unsupported", verdict.reason
    shown = " ".join(BRIEF.reading.text[proof.start : proof.end] for proof in verdict.evidence)
    assert {"PERSON_1", "PERSON_2", "COMPANY_3"} <= set(find_pseudonyms(shown))


LEASE = Grounder(
    RedactedDocument(
        "d", "m", 1, "order",
        text := "All tenants of the building may vote only if the landlord has given notice.\n\nThe examiner noted that the "
        "tenant had paid some of the rent before the notice was given.\n\nThe court may extend the term of the lease "
        "because the tenant was ill when the building was sold.\n",
        OffsetMap((Segment(0, len(text), 1, 0, len(text)),)), (), 1,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        # some for all
        "Some tenants of the building may vote only if the landlord has given notice.",
        # all for some
        "The examiner noted that the tenant had paid all of the rent before the notice was given.",
        # no longer the only case
        "All tenants of the building may vote not only if the landlord has given notice.",
        # another role that the passage has too
        "The tenant noted that the tenant had paid some of the rent before the notice was given.",
        # the reason turned round
        "The court may extend the term of the lease although the tenant was ill when the building was sold.",
        # an exception put in
        "The court may extend the term of the lease because the tenant was ill except when the building was sold.",
    ],
)
def test_small_words_that_turn_the_meaning_are_seen(sentence: str) -> None:
    assert LEASE.verify(sentence).support != "supported"


def test_the_same_small_words_in_their_places_are_supported() -> None:
    for line in LEASE.reading.text.split("\n\n"):
        assert LEASE.verify(line.strip()).support == "supported"
