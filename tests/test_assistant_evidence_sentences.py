"""Sentences of legal text: one row a case, with why it is there."""

import time

import pytest

from assistant.evidence.sentences import split_sentences

CASES = [
    # a plain pair of sentences
    (
        "The motion is denied. The clerk shall close the case.",
        ["The motion is denied.", "The clerk shall close the case."],
    ),
    # v. inside a case name
    ("See Roe v. Wade and Doe v. Bolton. Both were cited.", ["See Roe v. Wade and Doe v. Bolton.", "Both were cited."]),
    # reporters and years
    (
        "Reynolds v. Sims, 377 U.S. 533, 561 (1964). It governs.",
        ["Reynolds v. Sims, 377 U.S. 533, 561 (1964).", "It governs."],
    ),
    # a reporter that ends in an abbreviation before a page number
    ("Moore, 142 S. Ct. 1089, and 12 F. Supp. 2d 4 agree.", ["Moore, 142 S. Ct. 1089, and 12 F. Supp. 2d 4 agree."]),
    # statutes and section signs
    ("He sued under 42 U.S.C. § 1983. She did not.", ["He sued under 42 U.S.C. § 1983.", "She did not."]),
    # docket numbers behind No.
    ("Case No. 21-cv-100 is related. No. 5 is not.", ["Case No. 21-cv-100 is related.", "No. 5 is not."]),
    # companies: Inc. inside a sentence
    ("Acme Inc. and Beta Corp. agreed.", ["Acme Inc. and Beta Corp. agreed."]),
    # companies: Inc. at the end, before a function word
    ("He worked for Acme Inc. The firm dismissed him.", ["He worked for Acme Inc.", "The firm dismissed him."]),
    # titles and initials
    ("Mr. J. R. Smith met Dr. Lee. They spoke.", ["Mr. J. R. Smith met Dr. Lee.", "They spoke."]),
    # decimals and money
    ("He paid $1,250.50 at 3.5 percent. She paid none.", ["He paid $1,250.50 at 3.5 percent.", "She paid none."]),
    # a quotation closes behind the full stop
    ("The court said “it is so.” The appeal failed.", ["The court said “it is so.”", "The appeal failed."]),
    # an ellipsis inside a quotation goes on
    ("He shall . . . deliver the goods. He did.", ["He shall . . . deliver the goods.", "He did."]),
    # a heading by a blank line
    ("ARGUMENT\n\nThe court erred. It did.", ["ARGUMENT", "The court erred.", "It did."]),
    # a heading in capitals with no blank line
    ("CONCLUSION\nThe petition should be granted.", ["CONCLUSION", "The petition should be granted."]),
    # a heading that runs on into its sentence
    ("REASONS FOR GRANTING THE WRIT The court erred.", ["REASONS FOR GRANTING THE WRIT", "The court erred."]),
    # the same, of one word
    ("III. CONCLUSION For these reasons we affirm.", ["III. CONCLUSION", "For these reasons we affirm."]),
    # capitals that belong to the sentence
    ("NOW COMES Plaintiff and states its claim.", ["NOW COMES Plaintiff and states its claim."]),
    # numbered paragraphs keep their number
    ("Facts.\n31. Smith paid.\n32. Jones did not.", ["Facts.", "31. Smith paid.", "32. Jones did not."]),
    # lettered items behind a colon
    ("It asks:\n(a) damages;\n(b) costs.", ["It asks:", "(a) damages;", "(b) costs."]),
    # question and answer of a deposition
    ("Q. Did you sign it?\nA. Yes, I did.", ["Q. Did you sign it?", "A. Yes, I did."]),
    # a name's initial at the start of a line is not an item
    ("Respondents are Richard\nR. Crews and Ann Lee.", ["Respondents are Richard\nR. Crews and Ann Lee."]),
    # months
    ("It was filed on Feb. 3, 2020. Nothing followed.", ["It was filed on Feb. 3, 2020.", "Nothing followed."]),
    # a pseudonym at the end of one sentence and the start of the next
    ("Person 12 sued Company 7. Person 3 answered.", ["Person 12 sued Company 7.", "Person 3 answered."]),
    # a question
    ("Is it so? We hold that it is.", ["Is it so?", "We hold that it is."]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_sentences(text, expected):
    assert [text[a:b] for a, b in split_sentences(text)] == expected


def test_offsets_cover_all_but_white_space():
    text = "\n\n".join(case for case, _ in CASES)
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(one[1] <= two[0] for one, two in zip(spans, spans[1:], strict=False))
    assert "".join(text[a:b] for a, b in spans).split() == text.split() or "".join(
        "".join(text[a:b].split()) for a, b in spans
    ) == "".join(text.split())


@pytest.mark.parametrize(
    "unit", ["The court held, in Roe v. Wade, that it may. ", "AB C\n", "A. ", "x", "Q. a\n", "( "]
)
def test_time_is_linear(unit):
    def seconds(count):
        start = time.perf_counter()
        split_sentences(unit * count)
        return time.perf_counter() - start

    small = max(min(seconds(4000) for _ in range(3)), 0.002)
    assert min(seconds(32000) for _ in range(2)) < 8 * 4 * small


def test_empty():
    assert split_sentences("") == [] and split_sentences(" \n\n ") == []
