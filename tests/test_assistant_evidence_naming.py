"""Which document a question names, what it asks without the words of asking, and how both rankings are joined."""

import pytest
from masking import mask

from assistant.evidence.fusing import fuse_scores, merge_found
from assistant.evidence.naming import split_name, weigh_documents, weigh_file_names, weigh_pseudonyms
from assistant.evidence.questions import find_question_terms, state_question, strip_frame

NAMES = {
    "d-1": "HarborLease_signed_v2.pdf",
    "d-2": "Lease-Old-Mill-2019.pdf",
    "d-3": "RBT%20lease%20amendment.docx",
    "d-4": "motion-to-dismiss.pdf",
    "d-5": "order-on-motion.pdf",
}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who pays for repairs under the Harbor lease?", {"d-1"}),  # two words written as one
        ("Consider oldmill's lease; when does it end?", set()),  # written as one only in the question: not told apart
        ("In the Old Mill lease, who insures the roof?", {"d-2"}),  # an ordinary file name
        ("What does the Red Barn Trust lease amendment change?", {"d-3"}),  # by initials
        ("How do the Harbor and the Old Mill lease differ?", {"d-1", "d-2"}),  # two at once
        ("What does the motion to dismiss argue?", {"d-4"}),  # "motion" alone stands in two names
        ("When is the rent due?", set()),  # names none
        ("What does the lease say?", set()),  # names what most of them are
    ],
)
def test_files_are_named_by_what_tells_them_apart(question, expected):
    weights = weigh_file_names(question, NAMES)
    assert set(weights) == expected and all(0 < weight <= 1 for weight in weights.values())


def test_one_filing_and_none_need_no_name():
    assert weigh_file_names("anything at all", {}) == {}
    assert set(weigh_file_names("When is the rent due?", {"d-1": "scan.pdf"})) == set()


def test_a_file_name_is_cut_where_its_words_begin():
    assert split_name("JonesLease_v2") == split_name("Jones lease")
    assert split_name("IPTKNotice") == split_name("IPTK notice")


def test_pseudonyms_name_the_documents_that_hold_them():
    held = {"d-1": {mask("Company 1"), mask("Person 2")}, "d-2": {mask("Company 1")}, "d-3": set()}
    assert set(weigh_pseudonyms(mask("What did Person 2 say?"), held)) == {"d-1"}
    assert weigh_pseudonyms("What is the rent?", held) == {}
    everywhere = dict.fromkeys(held, {mask("Company 1")})
    assert weigh_pseudonyms(mask("What did Company 1 say?"), everywhere) == {}  # a name in all tells none apart
    assert weigh_documents(mask("And Person 2?"), held, {"d-9": 1.0}) == {"d-1": 1.0}
    assert weigh_documents(mask("And Person 2?"), held, {"d-3": 0.5}) == {"d-3": 0.5}


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("Consider Smith's lease; does it end?", "does it end?"),
        ("In the order of May 3, who was named?", "who was named?"),
        ("In the morning, the tenant left.", "In the morning, the tenant left."),  # no question follows: no frame
        ("Who owes rent under the lease?", "Who owes rent under the lease?"),
    ],
)
def test_the_frame_comes_off(question, rest):
    assert strip_frame(question) == rest


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("Does the document state that the tenant pays for repairs?", "the tenant pays for repairs"),
        ("Does the lease require a deposit of two months?", "require a deposit of two months"),
        ("Is there a clause that bars pets?", "a clause that bars pets"),
        ("Who pays?", "Who pays?"),  # too little would be left
    ],
)
def test_a_question_becomes_a_statement(question, stated):
    assert state_question(question) == stated


def test_the_words_of_asking_are_no_terms():
    assert find_question_terms("Does the document mention who covers the deposit?") == ["cover", "deposit"]


def test_fusing_counts_meaning_words_and_names():
    dense, words = [(0, 0.8), (1, 0.6), (2, 0.2)], [(1, 10.0), (3, 5.0)]
    plain = fuse_scores(dense, words, {})
    assert max(plain, key=plain.__getitem__) == 1 and plain[3] > plain[2] and all(0 < s <= 1 for s in plain.values())
    named = fuse_scores(dense, words, {2: 1.0})
    assert max(named, key=named.__getitem__) == 2
    assert merge_found(dense, [(5, 0.7), (1, 0.6)]) == [(0, 0.8), (5, 0.7), (1, 0.6), (2, 0.2)]
