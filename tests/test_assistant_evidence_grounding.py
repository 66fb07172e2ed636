"""Verification by code: what a sentence says against what the filing says. One row a case, with why it is there."""

import time
from dataclasses import replace

import pytest
from masking import mask

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence import kept_readings
from assistant.evidence.claims import find_claims
from assistant.evidence.clauses import cut_clauses
from assistant.evidence.grounding import Grounder, verify_sentence
from assistant.evidence.quotes import find_quote

TEXT = mask("""IN THE UNITED STATES DISTRICT COURT FOR THE DISTRICT OF OREGON

Person 1, Plaintiff, v. Company 2, Defendant. No. 3:19-cv-00412-AB

BACKGROUND

On May 3, 2019, Person 1 and Company 2 entered into a written agreement for the sale of 250 engines for $1,200,000. \
Company 2 paid a deposit of $40,000 within thirty (30) days. The interest rate was 4.5 percent a year.

Plaintiff alleges that Company 2 shipped defective engines to the warehouse in Salem. Company 2 contends that the
engines were \
damaged in transit. Person 7 testified that he inspected the engines in July.

The inspection took place on the 9th day of July, 2019. Company 2 did not repair the engines. The buyer may reject the
goods. The \
seller shall give written notice within ten days.

DISCUSSION

The standard is settled. Roe v. Wade, 410 U.S. 113 (1973), does not apply. The claim arises under 42 U.S.C. § 1983.
Rule 12(b)(6) \
governs the motion.

The court finds that the notice was timely. The Court denied the motion to dismiss and granted the motion to compel.
The judgment of \
the lower court is affirmed. The claim for fraud is dismissed without prejudice.

Plaintiff was the tenant and Company 2 was the landlord of the building. About 1,500 persons attended the sale.

Person 9, Circuit Judge, dissenting.

The majority reads the statute too narrowly and leaves the buyer without a remedy.
""")
DOCUMENT = RedactedDocument("d-1", "m-1", 3, "order", TEXT, OffsetMap((Segment(0, len(TEXT), 4, 0, len(TEXT)),)), (), 1)
GROUNDER = Grounder(DOCUMENT)

TRUE = [
    # word for word
    "Company 2 paid a deposit of $40,000 within thirty (30) days.",
    # an amount in another form
    "Person 1 and Company 2 entered into an agreement for the sale of engines for $1.2 million.",
    # a date in another form
    "The inspection took place on July 9, 2019.",
    # a date by figures
    "Person 1 and Company 2 entered into a written agreement on 05/03/2019.",
    # a figure in words
    "Company 2 paid a deposit of $40,000 within thirty days.",
    # a period in figures
    "The seller shall give written notice within 10 days.",
    # a percentage in another form
    "The interest rate was 4.5% a year.",
    # two sentences told as one
    "The agreement of May 3, 2019 was for 250 engines, and Company 2 paid a deposit of $40,000.",
    # who says it is kept
    "Plaintiff alleges that Company 2 shipped defective engines.",
    # who says it, in another way
    "According to the plaintiff, Company 2 shipped defective engines to the warehouse in Salem.",
    # a negation is kept
    "Company 2 did not repair the engines.",
    # passive for active
    "The motion to dismiss was denied.",
    # the other of two decisions
    "The motion to compel was granted.",
    # a citation without its year
    "Roe v. Wade, 410 U.S. 113, does not apply.",
    # a statute with other spacing
    "The claim arises under 42 USC 1983.",
    # docket number, court
    "The case is No. 3:19-cv-00412-AB in the District of Oregon.",
    # the house style's label and dates
    "Alleged: Company 2 shipped defective engines to the warehouse.",
    # an enumeration from several places
    "Held: (1) the motion to dismiss is denied; (2) the motion to compel is granted; (3) the judgment of the "
    "lower court is affirmed.",
    # a dissent told as one
    "The dissent says that the majority reads the statute too narrowly.",
    # roles as they are
    "Company 2 was the landlord of the building.",
]
FALSE = [
    # a figure
    ("Person 1 and Company 2 entered into a written agreement for the sale of 280 engines for $1,200,000.", "280"),
    # an amount
    ("Company 2 paid a deposit of $45,000.", "$45,000"),
    # a scale
    ("The agreement was for the sale of 250 engines for $1.2 billion.", "billion"),
    # a day
    ("The inspection took place on July 8, 2019.", "July 8"),
    # a month
    ("The inspection took place on the 9th day of June, 2019.", "June"),
    # a year
    ("On May 3, 2018, Person 1 and Company 2 entered into a written agreement.", "2018"),
    # a period
    ("The seller shall give written notice within 20 days.", "20 days"),
    # the unit of a period
    ("The seller shall give written notice within ten months.", "months"),
    # a percentage
    ("The interest rate was 5.5 percent a year.", "5.5"),
    # a pseudonym
    ("Person 8 testified that he inspected the engines in July.", "Person 8"),
    # two pseudonyms that change places with a third
    ("On May 3, 2019, Person 7 and Company 2 entered into a written agreement for the sale of engines.", "Person 1"),
    # a role
    ("Company 2 was the tenant of the building.", "landlord"),
    # a docket number
    ("The case is No. 3:19-cv-00413-AB in the District of Oregon.", "00413"),
    # a volume of a citation
    ("Roe v. Wade, 411 U.S. 113 (1973), does not apply.", "411"),
    # a section of a statute
    ("The claim arises under 42 U.S.C. § 1985.", "1985"),
    # a subsection of a rule
    ("Rule 12(b)(1) governs the motion.", "12(b)(1)"),
    # an outcome
    ("The Court granted the motion to dismiss.", "denied"),
    # an outcome in other words
    ("The lower court's judgment is reversed.", "affirmed"),
    # with and without prejudice
    ("The claim for fraud is dismissed with prejudice.", "prejudice"),
    # a negation dropped
    ("Company 2 did repair the engines.", "denies"),
    # a negation put in
    ("The court finds that the notice was not timely.", "deny"),
    # may is not shall
    ("The buyer shall reject the goods.", "may"),
    # shall is not may
    ("The seller may give written notice within ten days.", "must"),
    # an allegation made the court's
    ("The court held that Company 2 shipped defective engines to the warehouse in Salem.", "alleged"),
    # an allegation told as a fact
    ("Company 2 shipped defective engines to the warehouse in Salem.", "alleged"),
    # an argument told as a fact
    ("The engines were damaged in transit.", "argued"),
    # a dissent told as the court's
    ("The majority reads the statute too narrowly and leaves the buyer without a remedy.", "dissent"),
    # a place that is nowhere in the filing
    ("Company 2 shipped defective engines to the warehouse in Tacoma, Plaintiff alleges.", "Tacoma"),
    # nothing of it
    ("The weather in the spring was unusually mild.", "no passage"),
    # one item of an enumeration
    ("Held: (1) the motion to dismiss is granted; (2) the motion to compel is granted.", "denied"),
    # no content
    ("It is so.", ""),
]


@pytest.mark.parametrize("sentence", TRUE)
def test_true_sentences_are_supported(sentence):
    verdict = GROUNDER.verify(mask(sentence))
    assert (verdict.support, verdict.reason) == ("supported", verdict.reason)
    assert verdict.evidence and all(e.page == 4 and e.pinpoint == "p. 4" and e.revision == 3 for e in verdict.evidence)


@pytest.mark.parametrize(("sentence", "why"), FALSE)
def test_false_sentences_are_not(sentence, why):
    verdict = GROUNDER.verify(mask(sentence))
    assert verdict.support != "supported" and mask(why) in verdict.reason
    assert verdict.evidence or verdict.support == "unsupported"


def test_every_sentence_of_the_filing_bears_itself():
    reading = GROUNDER.reading
    for index, unit in enumerate(reading.units):
        if unit.role == "body" and not unit.opinion and "alleges" not in reading.unit_text(index):
            assert GROUNDER.verify(reading.unit_text(index)).support == "supported", reading.unit_text(index)


def test_candidates_come_first_but_the_rest_is_looked_at():
    start = TEXT.index("paid a deposit")
    verdict = verify_sentence("The motion to dismiss was denied.", DOCUMENT, [(start, start + 20)])
    assert verdict.support == "supported" and "denied" in TEXT[verdict.evidence[0].start : verdict.evidence[0].end]


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Company 2 did not repair the engines.", True),  # as it stands
        ("“Company 2 did\nnot repair the engines.”", True),  # other white space and marks
        ("Company 2 did not repair the engine.", False),  # a letter less
        ("Company 2 DID not repair the engines.", False),  # another case
        ("", False),  # nothing
    ],
)
def test_a_quote_is_found_verbatim_or_not_at_all(quote, found):
    span = find_quote(DOCUMENT, mask(quote))
    assert (span is not None) == found
    if span is not None:
        assert TEXT[slice(*span)] == mask("Company 2 did not repair the engines.")


CLAIMS = [
    ("the 3rd day of May, 2019", [("date", (2019, 5, 3))]),  # day first, in words
    ("3 May 2019", [("date", (2019, 5, 3))]),  # day first
    ("May 2019", [("date", (2019, 5, None))]),  # no day
    ("on May 3", [("date", (None, 5, 3))]),  # no year
    ("5/3/19", [("date", (2019, 5, 3))]),  # short year
    ("2019-05-03", [("date", (2019, 5, 3))]),  # ISO
    ("$1.2 million", [("money", 1_200_000.0)]),  # a scale
    ("Rs. 5,000", [("money", 5000.0)]),  # rupees
    ("forty thousand dollars", [("money", 40_000.0)]),  # all in words
    ("twenty-five percent", [("percent", 25.0)]),  # a hyphen
    ("two hundred and fifty acres", [("number", 250.0)]),  # "and" inside
    ("thirty (30) days", [("period", 30.0)]),  # said twice, is one
    ("two weeks", [("period", 14.0)]),  # in days
    ("the Ninth Circuit", [("ordinal", 9.0)]),  # a word
    ("the 9th Circuit", [("ordinal", 9.0)]),  # a figure
    ("No. 21-1271", [("docket", "211271")]),  # a docket number
    ("3:19-cv-00412-AB", [("docket", "319CV00412AB")]),  # the same, federal
    ("42 U.S.C. § 1983", [("citation", "42 usc 1983")]),  # a statute
    ("Rule 12(b)(6)", [("citation", "§12(b)(6)")]),  # a rule with its parts
    (
        "Person 12 and Company 7",
        [("pseudonym", mask("Person 12")), ("pseudonym", mask("Company 7"))],
    ),  # digits of a name are no figure
    ("no one came", []),  # "one" is a pronoun
]


@pytest.mark.parametrize(("text", "expected"), CLAIMS)
def test_claims_have_one_form(text, expected):
    found = [(claim.kind, claim.value) for claim in find_claims(mask(text)) if claim.kind != "name"]
    assert found == [(kind, pytest.approx(value) if isinstance(value, float) else value) for kind, value in expected]


@pytest.mark.parametrize(
    ("text", "label", "count"),
    [
        ("Asks: to dismiss; failing that, to stay.", "Asks", 2),  # an alternative
        ("Found: (1) a; (2) b; and (3) c.", "Found", 3),  # an enumeration
        ("He left; she stayed.", "", 2),  # no label
        ("The court ruled: it was late.", "", 1),  # a colon inside a sentence
    ],
)
def test_clauses(text, label, count):
    found, clauses = cut_clauses(text)
    assert (found, len(clauses)) == (label, count)


def test_it_is_quick():
    long = "\n\n".join(
        f"{TEXT} Paragraph {i} says that item {i} was delivered on May {i % 28 + 1}, 20{i % 30:02d}." for i in range(60)
    )
    document = RedactedDocument("d", "m", 1, "order", long, OffsetMap((Segment(0, len(long), 1, 0, len(long)),)), (), 1)
    start = time.perf_counter()
    grounder = Grounder(document)
    for sentence in TRUE:
        grounder.verify(sentence)
    assert time.perf_counter() - start < 15


def test_a_reading_is_shared_while_it_is_kept_and_dropped_when_told_or_when_it_is_too_much(monkeypatch):
    one, other = DOCUMENT, replace(DOCUMENT, revision=4)
    kept_readings.forget_readings()
    first = kept_readings.share_reading(one)
    assert kept_readings.share_reading(one) is first and kept_readings.share_reading(other) is not first
    assert kept_readings.share_reading(one) is first
    kept_readings.forget_readings()
    again = kept_readings.share_reading(one)
    assert again is not first and [u.role for u in again.units] == [u.role for u in first.units]
    monkeypatch.setattr(kept_readings, "MOST_CHARACTERS", len(one.text))
    kept_readings.share_reading(other)
    assert kept_readings.share_reading(one) is not again
