"""Sentences that a model put together from true pieces, beside those that keep to their passages' words."""

import pytest
from masking import mask

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.grounding import OWN_WORDS, Grounder, cut_clauses
from assistant.evidence.own_words import Passage, find_free_clause

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


def test_a_clause_is_compared_with_one_passage_or_all_in_their_order():
    passages = [Passage("The court denied the motion."), Passage("The hearing is set for May 3, 2021.")]

    def free(text):
        return find_free_clause(*cut_clauses(text), passages)

    assert not free("The court denied the motion; the hearing is set for May 3, 2021.")
    assert not free("The court denied the motion, the hearing is set for 3 May 2021.")
    assert free("The hearing denied the motion set for the court.")
    assert free("The court denied the late motion.")  # a word that no passage has
    assert find_free_clause("", ["The court denied the motion."], []) == "The court denied the motion."


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
    assert bool(find_free_clause(label, [clause], [Passage(passage)], document_type)) is not keeps


def test_a_heading_may_say_who_says_it():
    clause, text = "the log shows a gap of 15 hours", "The log shows a gap of 15 hours."
    assert not find_free_clause("Found", [clause], [Passage(text, "FINDINGS OF FACT")], "order")
    assert find_free_clause("Found", [clause], [Passage(text, "Reversed and Remanded")], "order")


def test_a_word_that_means_nearly_the_same_is_another_word():
    passage = Passage("The plea that her counsel advised was knowing.")
    assert find_free_clause("", ["the plea that her lawyer advised was knowing"], [passage])
