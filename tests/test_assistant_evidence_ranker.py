"""What is read and chosen: roles of sentences, parts found by cue, heading and place, no repeats, linear time."""

import random
import time

import pytest
from masking import mask

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.ranker import rank_sentences
from assistant.evidence.reading import Reading
from assistant.evidence.selecting import extract_summary, select_passages
from assistant.evidence.wording import introduce, lower_title, soften_capitals, trim_source
from assistant.templates import load_template

BRIEF = mask(
    """IN THE SUPREME COURT OF GEORGIA

Person 1, Petitioner, v. Company 2, Respondent.

TABLE OF CONTENTS

ARGUMENT ............................ 4

TABLE OF AUTHORITIES

Roe v. Wade, 410 U.S. 113 (1973) ........ 5

QUESTION PRESENTED

Whether a carrier may limit its liability for lost goods by a notice on its ticket.

STATEMENT

Person 1 shipped 40 crates with Company 2 on May 3, 2019. The crates were lost at sea.

REASONS FOR GRANTING THE PETITION The courts below have split over the effect of such notices.

I. The Decision Below Conflicts with Settled Law.

The court of appeals held that a printed notice binds the shipper. See Roe v. Wade, 410 U.S. 113 (1973).

II. A Carrier Cannot Limit its Liability by a Notice Nobody Signs.

The weather was mild. It was also warm. The trade has grown.

CONCLUSION

For these reasons the petition for a writ of certiorari should be granted.

Respectfully submitted,

/s/ Person 3

Counsel of Record, 12 Main Street, Suite 9, (404) 555-0100

CERTIFICATE OF SERVICE

I certify that I served a copy of this petition on counsel for Company 2 by mail.

Person 9, Circuit Judge, dissenting.

The petition was wrongly decided by the majority of this panel.
"""
)


def make_document(text=BRIEF, document_type="brief", **facts):
    half = len(text) // 2
    segments = (Segment(0, half, 1, 0, half), Segment(half, len(text), 2, 0, len(text) - half))
    return RedactedDocument("d", "m", 1, document_type, text, OffsetMap(segments), (), 2, facts=facts)


READING = Reading(make_document())


def unit_of(words):
    start = BRIEF.index(mask(words))
    return READING.units[READING.units_within(start, start + 1).start]


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Person 1, Petitioner", "caption"),  # names the parties
        ("ARGUMENT ....", "contents"),  # a dot leader
        ("Roe v. Wade, 410 U.S. 113 (1973) ..", "contents"),  # a table of authorities
        ("QUESTION PRESENTED", "heading"),  # in capitals
        ("Whether a carrier", "body"),  # prose
        ("REASONS FOR GRANTING", "heading"),  # runs on into its sentence
        ("I. The Decision Below", "point"),  # a heading that is a sentence
        ("See Roe v. Wade", "citation"),  # a bare citation
        ("Respectfully submitted", "signature"),  # the closing
        ("Counsel of Record", "signature"),  # an address
        ("I certify that", "certificate"),  # service
    ],
)
def test_roles(words, role):
    assert unit_of(words).role == role


def test_sections_pages_and_separate_opinions():
    assert unit_of("The crates were lost").section == "STATEMENT"
    assert unit_of("Person 1, Petitioner").page == 1 and unit_of("I certify").page == 2
    assert unit_of("The petition was wrongly decided").opinion == "dissent" and not unit_of("The weather").opinion
    evidence = READING.give_evidence(unit_of("The crates").start, unit_of("I certify").end)
    assert evidence.pinpoint == "pp. 1–2"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("Issues", "Whether a carrier may limit"),  # by its heading and its first word
        ("Argument", "The Decision Below Conflicts"),  # a point comes before filler
        ("Relief", "should be granted"),  # by cue, at the end
    ],
)
def test_the_right_sentence_comes_first(part, words):
    template_part = next(p for p in load_template("brief").parts if p.name == part)
    best = rank_sentences(READING, template_part)[0]
    assert words in BRIEF[best.start : best.end]


def test_a_query_counts():
    best = rank_sentences(READING, None, "How many crates were shipped?")[0]
    assert "40 crates" in BRIEF[best.start : best.end]


def test_passages_keep_to_the_budget_and_never_hold_tables_or_signatures():
    for part in load_template("brief").parts:
        for budget in (40, 120, 400):
            chosen = select_passages(READING, part, budget, lambda text: len(text.split()))
            text = " ".join(BRIEF[s.start : s.end] for s in chosen)
            assert len(text.split()) <= max(budget, 20) and "...." not in text and "certify" not in text
            assert list(chosen) == sorted(chosen, key=lambda s: s.start)


def test_a_list_comes_with_the_sentence_that_opens_it():
    text = "PRAYER\n\nPlaintiff demands the following relief:\n\nA. Damages of $500;\n\nB. Costs;\n\nC. A jury.\n\nDated today."
    relief = next(p for p in load_template("complaint").parts if p.name == "Relief")
    chosen = select_passages(make_document(text, "complaint"), relief, 200)
    assert "A jury" in " ".join(text[s.start : s.end] for s in chosen)


@pytest.mark.parametrize(
    ("document_type", "part", "text", "company"),
    [
        # an item brings what opens its list, and its fellows, however they are marked
        ("order", "Reasons", "The Court finds:\n\n(a) The crane was sound.\n\n(b) No evidence of fraud was offered.", "The crane was sound."),
        ("complaint", "Relief", "Plaintiff seeks all of this:\n\na new roof over the barn;\n\ndamages of $500; and\n\na jury.", "a new roof over the barn;"),
        # a reason that is counted brings the others
        ("order", "Reasons", "First, the crane was sound.\n\nThe sky was blue.\n\nSecond, the Court finds that no duty was owed.", "First, the crane"),
        # an answer brings its question, and a question the whole answer
        ("deposition", "Exhibits", "Q. What was marked as Exhibit 4?\n\nA. I see it. It is the crane's log of May 4, 2021.\n\nQ. Done?", "the crane's log"),
        ("deposition", "Exhibits", "Q. What does the paper show?\n\nA. Exhibit 4 is what I signed.\n\nQ. Done?", "What does the paper show?"),
    ],
)  # fmt: skip
def test_a_list_and_an_answer_are_kept_whole(document_type, part, text, company):
    wanted = next(p for p in load_template(document_type).parts if p.name == part)
    filler = " ".join(f"The harbour had {n} berths and a shed of tin." for n in range(60, 70))
    document = make_document(f"BACKGROUND\n\n{filler}\n\nMORE\n\n{text}\n\nNOTES\n\n{filler}", document_type)
    chosen = select_passages(document, wanted, 60)
    assert company in " ".join(document.text[s.start : s.end] for s in chosen)


def test_the_first_clause_of_an_agreement_is_no_caption():
    text = "SUPPLY AGREEMENT\n\n1. TERM\n\n1.1 Unless ended before, it begins on May 4, 2021, runs for two years, and then renews."
    term = next(p for p in load_template("contract").parts if p.name == "Term")
    assert select_passages(make_document(text, "contract"), term, 100)


@pytest.mark.parametrize(
    ("today", "text", "found"),
    [
        ("May 1, 2020", "The hearing is set for June 3, 2020 in Courtroom 4.", True),  # ahead
        ("July 1, 2020", "The hearing was set for June 3, 2020 in Courtroom 4.", False),  # past
        ("July 1, 2020", "The answer is due within 21 days.", True),  # a period
        ("", "The hearing is set for June 3, 2020 in Courtroom 4.", True),  # no date in the caption
        ("May 1, 2020", "The plaintiff was born on June 3, 2020 in a hospital.", False),  # no duty, no hearing
    ],
)
def test_the_next_date_is_not_a_past_one(today, text, found):
    part = next(p for p in load_template("motion").parts if p.name == "Next date")
    assert bool(select_passages(make_document(f"The motion is here. {text}", "motion", date=today), part, 200)) == found


def test_an_extract_does_not_repeat_itself():
    text = "\n\n".join(
        ["The landlord shall repair the roof of the building at once."] * 6
        + ["The tenant pays $900 of rent each month."]
    )
    spans = extract_summary(make_document(text, "plain"), 22)
    assert len({text[a:b] for a, b in spans}) == len(spans) == 2


def test_an_empty_document_gives_nothing():
    document = make_document("", "plain")
    assert rank_sentences(document, None) == [] and extract_summary(document, 50) == []
    assert select_passages(document, load_template("order").parts[0], 100) == ()


WORDINGS = [
    ("31. Person paid   the rent. 4", "Person paid the rent."),  # number before, page behind
    ("• the goods were late;", "The goods were late."),  # a list mark, a closing mark
    ("Nevertheless, the claim fails.", "The claim fails."),  # leans on the sentence before
    ("INTRODUCTION Smith sues.", "Smith sues."),  # a heading run in
    ("He said it.12 ", "He said it."),  # a footnote's figure
    ("No. ______ In the Court", "No. In the Court."),  # a ruled line
]


@pytest.mark.parametrize(("source", "shown"), WORDINGS)
def test_source_sentences_read_well(source, shown):
    assert trim_source(source) == shown


def test_a_long_sentence_is_cut_at_a_clause_and_says_so():
    long = (
        "The company shall pay "
        + "the agreed price and " * 10
        + "the fee; and it shall deliver "
        + "the goods and " * 12
        + "more."
    )
    cut = trim_source(long, 50)
    assert cut.endswith("[…]") and len(cut.split()) <= 51 and cut[:-4] in long


def test_headings_and_captions_lose_their_capitals_but_names_keep_them():
    prose = "The decision conflicts with the law. The Elections Clause governs. Under the Elections Clause and the Elections Clause it is settled."
    assert (
        lower_title("The Decision Conflicts with the Elections Clause.", prose)
        == "The decision conflicts with the Elections Clause."
    )
    assert soften_capitals(mask("Person 1 v. STATE OF GEORGIA, LLC")) == mask("Person 1 v. State of Georgia, LLC")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "The goods were late.",
            "The complaint alleges that the goods were late.",
        ),  # a function word loses its capital
        ("Acme shipped them.", "The complaint alleges that Acme shipped them."),  # a name keeps it
        ("Plaintiff alleges that it was late.", "Plaintiff alleges that it was late."),  # says so itself
        ("Was it late?", "The complaint alleges: Was it late?"),  # a question
        ("If you have questions, call the clerk.", "If you have questions, call the clerk."),  # a letter to its reader
        ("Enclosed is the form.", "Enclosed is the form."),
    ],
)
def test_who_says_it_is_put_first(text, shown):
    assert introduce(text, "complaint", "alleges", True) == shown


def test_time_and_memory_grow_in_line():
    rng = random.Random(1)
    words = ["".join(rng.choice("bdfglmnprstv") + rng.choice("aeiou") for _ in range(3)) for _ in range(900)]

    def seconds(pages):
        text = "\n\n".join(
            f"SECTION {i}\n\n"
            + " ".join(f"The court heard the {' '.join(rng.choices(words, k=15))}." for _ in range(22))
            for i in range(pages)
        )
        document = make_document(text, "order")
        start = time.process_time()
        reading = Reading(document)
        for part in load_template("order").parts:
            select_passages(reading, part, 400)
        return time.process_time() - start

    small = seconds(25)
    assert seconds(200) < 8 * 3 * max(small, 0.03)
