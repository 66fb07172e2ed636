"""Sentences that a model put together from true pieces, beside those that keep to their passages' words."""

import pytest
from masking import mask

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.binding import compare_binding
from assistant.evidence.clauses import cut_clauses
from assistant.evidence.grounding import OWN_WORDS, Grounder
from assistant.evidence.own_words import House, Passage, keeps_to_words

ORDER = mask("""IN THE DISTRICT COURT OF ADA COUNTY

ORDER

Company 1 operates a drop shipping website and sells receipts at kiosks. On 75% of turns the player can never win the
largest prize of $2,400.

On 10 July 2020 the court denied the motion of Company 1 to dismiss the complaint. On 19 June 2020 it granted the motion
of Person 2 for an extension of time.

Person 3, of the law firm Company 4, is working on a schedule for the deadlines and asks the court for ten more days.

We conclude that the return to the player is dependent on chance, and the judgment of the trial court is reversed.
""")


@pytest.fixture(scope="module")
def grounder():
    segment = Segment(0, len(ORDER), 1, 0, len(ORDER))
    return Grounder(RedactedDocument("d-1", "m-1", 1, "order", ORDER, OffsetMap((segment,)), (), 1))


@pytest.mark.parametrize(
    "text",
    [
        "Held: Company 1's drop shipping website, kiosks, 75% of turns.",
        "Held: Person 3, a law firm, is working on the deadlines.",
        "Denied by Company 1 on 10 July 2020, but granted on 19 June 2020.",
        "Held: the return of the judgment is dependent on the trial court.",
    ],
)
def test_true_pieces_put_together_are_not_called_supported(grounder, text):
    assert grounder.verify_written(mask(text)).support != "supported"


@pytest.mark.parametrize(
    "text",
    [
        "Held: the return to the player is dependent on chance; the judgment of the trial court is reversed.",
        "On 10 July 2020 the court denied Company 1's motion to dismiss the complaint.",
        "The motion of Person 2 for an extension of time was granted on 19 June 2020.",
        "Company 1 operates a drop shipping website.",
    ],
)
def test_sentences_that_keep_to_the_words_stay_supported(grounder, text):
    verdict = grounder.verify_written(mask(text))
    assert (verdict.support, verdict.own_words) == ("supported", False)


def test_the_reason_names_the_clause_and_the_evidence_stays(grounder):
    text = "Company 1 operates a drop shipping website; Company 1's website, receipts, kiosks, player."
    verdict = grounder.verify_written(mask(text))
    assert verdict.support == "partial" and verdict.own_words and verdict.evidence
    assert verdict.reason.startswith(OWN_WORDS) and "kiosks" in verdict.reason


def test_only_the_wording_is_marked_as_own_words(grounder):
    wrong = grounder.verify_written(
        mask("On 11 July 2020 the court denied the motion of Company 1 to dismiss the complaint.")
    )
    assert wrong.support == "unsupported" and not wrong.own_words


def keeps(text, passage, document_type="", **house):
    label, clauses = cut_clauses(text)
    return all(keeps_to_words(label, c, [Passage(passage)], House(document_type, **house)) for c in clauses)


def test_a_clause_is_compared_with_one_passage():
    passage = "The court denied the motion. The hearing is set for May 3, 2021."
    assert keeps("The court denied the motion; the hearing is set for 3 May 2021.", passage)
    assert not keeps("The hearing denied the motion set for the court.", passage)
    assert not keeps("The court denied the late motion.", passage)  # a word that no passage has
    assert not keeps_to_words("", "The court denied the motion.", [], House())


def test_pieces_of_passages_that_stand_apart_are_not_put_together(grounder):
    text = "On 19 June 2020 the court denied the motion of Company 1 to dismiss the complaint."
    assert grounder.verify_written(mask(text)).support != "supported"
    parts = [Passage("Plaintiff seeks delay penalties."), Passage("The deposit was $2,930.")]
    assert not keeps_to_words("Alleged harm", "delay penalties, $2,930", parts, House("complaint"))


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Payable: $11,400 per quarter, 5 days from invoice.", "Tenant shall pay $11,400.00 per quarter, due within five (5) days of invoice."),
        ("From 5 November 2018 for 48 months.", "It is effective from Nov. 5, 2018 and remains in force for forty-eight (48) months."),
        ("Owed: the log of 3 May 2021, 12 copies.", "Vendor shall hand over 12 copies of the log dated May 3, 2021."),
    ],
)  # fmt: skip
def test_figures_and_dates_of_one_sentence_may_be_noted_briefly(text, passage):
    assert keeps(text, passage, "contract")
    assert not keeps(text.replace("5", "6").replace("12", "13"), passage, "contract")


def test_a_side_may_be_called_by_its_role_and_no_other_is():
    passage, sides = (
        mask("Company 1 shall preserve the logs and Company 2 shall pay."),
        {mask("Company 1"): "Defendant"},
    )
    assert keeps("Ordered: Defendant shall preserve the logs.", passage, "order", sides=sides)
    assert not keeps("Ordered: Plaintiff shall preserve the logs.", passage, "order", sides=sides)
    assert not keeps("Ordered: Defendant shall preserve the logs.", passage, "order")


def test_a_label_that_is_a_role_goes_with_its_side():
    sides = {mask("Company 1"): "Landlord", mask("Company 2"): "Tenant"}
    passage = mask("This lease is made between Company 1 and Company 2.")
    assert keeps(mask("Landlord: Company 1"), passage, "contract", sides=sides)
    assert not keeps(mask("Landlord: Company 2"), passage, "contract", sides=sides)
    assert keeps(mask("Landlord: Company 1 Tenant: Company 2"), passage, "contract", sides=sides)
    assert not keeps(mask("Landlord: Company 1 Tenant: Company 1"), passage, "contract", sides=sides)


def test_the_house_may_say_late_charge_where_the_passage_says_interest_on_late_amounts():
    style = (("late charge", "late interest"),)
    assert keeps(
        "Payable: late charge 2% a month.", "Late amounts bear interest at 2% per month.", "contract", style=style
    )
    assert not keeps("Payable: late charge 2% a month.", "The discount is 2% a month.", "contract", style=style)
    assert not keeps("Payable: late charge 2% a month.", "Late amounts bear interest at 2% per month.", "contract")


def test_a_docket_entry_is_the_same_under_each_of_its_names():
    assert keeps("Held: the motion (ECF 26) is denied.", "The Court rules that the motion (Docket Entry 26) is DENIED.")
    assert not keeps(
        "Held: the motion (ECF 27) is denied.", "The Court rules that the motion (Docket Entry 26) is DENIED."
    )


@pytest.mark.parametrize(
    ("label", "passage", "document_type", "keeps"),
    [
        ("Held", "The employer filed a motion for summary judgment.", "order", False),
        ("Held", "We hold that the employer filed a motion for summary judgment.", "order", True),
        ("Asks", "The employer filed a motion for summary judgment.", "order", False),
        ("Argued", "The employer filed a motion for summary judgment.", "order", False),
        ("Argued", "The employer filed a motion for summary judgment.", "motion", True),
        ("Set", "The employer filed a motion for summary judgment.", "order", False),
        ("Employer", "The employer filed a motion for summary judgment.", "order", True),
        ("Surety", "The employer filed a motion for summary judgment.", "order", False),
    ],
)
def test_a_label_needs_somebody_who_says_it(label, passage, document_type, keeps):
    clause = "the employer filed a motion for summary judgment"
    assert keeps_to_words(label, clause, [Passage(passage)], House(document_type)) is keeps


def test_a_heading_may_say_who_says_it():
    clause, text = "the log shows a gap of 15 hours", "The log shows a gap of 15 hours."
    assert keeps_to_words("Found", clause, [Passage(text, "FINDINGS OF FACT")], House("order"))
    assert not keeps_to_words("Found", clause, [Passage(text, "Reversed and Remanded")], House("order"))


def test_a_word_that_means_nearly_the_same_is_another_word():
    passage = Passage("The plea that her counsel advised was knowing.")
    assert not keeps_to_words("", "the plea that her lawyer advised was knowing", [passage], House())


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("The insurer will pay the claim.", "There is no evidence that Person 4 read the log, and that the insurer will pay the claim."),
        ("The owner must repair the roof.", "We deny that the tenant is liable, and that the owner must repair the roof."),
        ("Company 2 may enter judgment for $8,000.", "If Company 1 fails to pay, and Company 2 shall so notify the clerk, Company 2 may enter judgment for $8,000."),
    ],
)  # fmt: skip
def test_a_doubt_or_a_condition_in_front_reaches_over_a_second_clause(text, passage):
    assert compare_binding(mask(text), mask(passage))
    assert not compare_binding(
        "Tenant shall paint the fence.", "Tenant may sublet if Landlord agrees, and Tenant shall paint the fence."
    )


@pytest.mark.parametrize(
    ("right", "wrong", "passage"),
    [
        ("$900 to Company 2.", "$900 to Company 1.", "Company 1 shall pay Company 2 $900."),
        ("$900 by Company 1.", "$900 by Company 2.", "Company 1 shall pay Company 2 $900."),
        ("Alleged: boiler sold by Person 2.", "Alleged: boiler sold by Person 1.", "Person 2 sold a boiler to Person 1."),
        ("Alleged: letter from Person 5.", "Alleged: letter from Company 1.", "Plaintiff had the letter from Person 5 to Company 1."),
        ("heating the seal after pressing the body", "pressing the body after heating the seal", "heating the seal after pressing the body"),
    ],
)  # fmt: skip
def test_what_is_done_to_a_side_is_not_done_by_it(right, wrong, passage):
    assert keeps(mask(right), mask(passage), "complaint")
    assert not keeps(mask(wrong), mask(passage), "complaint")


@pytest.mark.parametrize(
    "text", ["Landlord: Company 2, Tenant: Company 1.", "Company 2, Landlord, and Company 1, Tenant."]
)
def test_a_side_is_not_called_by_the_others_role(text):
    sides = {mask("Company 1"): "Landlord", mask("Company 2"): "Tenant"}
    passage = mask("Lease between Company 1 (the “Landlord”) and Company 2 (the “Tenant”).")
    assert not keeps(mask(text), passage, "contract", sides=sides)
    assert keeps(mask("Landlord: Company 1, Tenant: Company 2."), passage, "contract", sides=sides)
