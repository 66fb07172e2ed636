"""Numbers of things, codes in groups, times without a date, second names: one table a kind; for the strict profile."""

from __future__ import annotations

import pytest

from ingest.recognizers.aliases import Aliases
from ingest.recognizers.initials import Initials
from ingest.recognizers.numbers import Numbers
from ingest.recognizers.proper_words import ProperWords
from ingest.recognizers.times import Times


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("He was kept in cell 14 of that prison.", ["14"]),  # a thing that a number tells apart
        ("It is entered in volume 882, folio 41.", ["882", "41"]),
        ("The plots 211, 212/2 and 215 border on it.", ["211", "212/2", "215"]),  # a list of them
        ("The flat 4a was sold.", ["4a"]),
        ("He slept in wing C and in block B/2.", ["C", "B/2"]),  # a letter in the place of a number
        ("By order no. 44/pr he was moved.", ["44/pr"]),  # an order about one person is no law
        ("It was a matter for resolution no. 812-p then.", ["812-p"]),
        ("A car with the plate KB 4471 AX was seen.", ["KB 4471 AX"]),  # letters and figures in turn
        ("The lorry C 118 XA 44 followed.", ["C 118 XA 44"]),
        ("He rang 0532 417 22 08 at once.", ["0532 417 22 08"]),  # a telephone
        ("The passport of series AB no. 118204 was lost.", ["AB"]),  # its series
        ("It was entered on page 14 of the book.", ["14"]),
        ("His personal code 040777-11824 was published.", ["040777-11824"]),
        ("His number (1182 040777) was printed.", ["1182 040777"]),
    ],
)
def test_a_number_that_a_thing_carries_is_a_code(text: str, codes: list[str]) -> None:
    found = [text[f.start : f.end] for f in Numbers().find(text, None)]
    assert set(codes) <= set(found), found


@pytest.mark.parametrize(
    "kept",
    [
        "Article 14 of the Convention", "Protocol 12 and Protocol No. 12", "Law no. 44 of 1993", "Act no. 128/1990", "Rule 33 § 3 (d)",
        "a presidential decree no. 44", "a legislative decree no. 286/98", "Resolution 1031 (1994)", "the Act 1928",  # law
        "EUR 12 500", "12 500 000 roubles", "PLN 44 000", "IR 20 per cent", "14 witnesses", "room for 12 people",  # amounts
        "the office 12 times", "the court 20 letters", "ECHR 2000-XI", "SFS 1971:291", "384 US 436", "28 CFR 35",  # reports
        "Annex B", "category A", "12-03-1999", "1996-2000",
    ],
)  # fmt: skip
def test_law_amounts_and_dates_carry_no_number_of_a_thing(kept: str) -> None:
    text = f"It was held under {kept} that he lost."
    assert [text[f.start : f.end] for f in Numbers().find(text, None)] == []


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("He left at the end of November 1956 for good.", "at the end of November 1956"),
        ("It burnt in the night of 3 to 4 March 2006 again.", "in the night of 3 to 4 March 2006"),
        ("Since the winter of 2007-08 he has been ill.", "the winter of 2007-08"),
        ("He was kept until dawn.", "dawn"),
        ("He stayed until the evening and left.", "the evening"),
        ("About half an hour later he slept.", "half an hour"),
        ("It took over a year in all.", "over a year"),
        ("It was refused within forty-eight working hours.", "forty-eight working hours"),
        ("He came on the first Sunday of the month.", "on the first Sunday of"),
        ("It was built in the nineteenth century.", "the nineteenth century"),
    ],
)
def test_a_time_without_a_date_is_found(text: str, time: str) -> None:
    assert any(time in text[f.start : f.end] for f in Times().find(text, None))


@pytest.mark.parametrize(
    "text",
    ["He earned 450 pounds a month.", "He paid EUR 20 a week.", "The end of the matter.", "Day care and night school."],
)
def test_a_rate_and_an_end_are_no_times(text: str) -> None:
    assert [*Times().find(text, None)] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rosa Marten, née Harlan, moved out.", ["née Harlan"]),  # a maiden name with its word
        ("The man, also known as Sloop, fled.", ["Sloop"]),
        ("He was nicknamed “Bear” by all.", ["Bear"]),  # an English word in the street
        ("They called him “the Bear” there.", ["the Bear"]),
        ("He met Miss Ann Day there.", ["Ann Day"]),  # a given name and a surname that are words of law
    ],
)
def test_second_names_are_names(text: str, names: list[str]) -> None:
    assert set(names) <= {text[f.start : f.end] for f in Aliases().find(text, None)}


@pytest.mark.parametrize(
    "text",
    [
        "It was lodged by Ms Wren (“the Applicant”).",
        "The Rules (“Rules of Court”) and the “Agreement” apply.",
        "This was known as a lease.",
    ],
)
def test_a_defined_role_is_no_nickname(text: str) -> None:
    assert not {"the Applicant", "Applicant", "Rules", "Agreement", "lease"} & {
        text[f.start : f.end] for f in Aliases().find(text, None)
    }


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("He had told B. that it was late.", ["B"]),  # one letter alone inside a sentence
        ("The children, X, Y and Z, lived there.", ["X", "Y", "Z"]),
        ("The woman, I., spoke.", ["I"]),
    ],
)
def test_one_letter_inside_a_sentence_is_a_person(text: str, letters: list[str]) -> None:
    assert letters == [text[f.start : f.end] for f in Initials().find(text, None)]


@pytest.mark.parametrize(
    "text",
    [
        "A. The facts\n\nB. The law", "It is so under Annex A and Part B.", "He had hepatitis C and took vitamin K daily.",
        "As I said, it was in Series A no. 25 then.", "See Rules of Court A and points B and C of it.", "He was put in category A, then.",
    ],
)  # fmt: skip
def test_letters_of_headings_lists_and_law_are_no_people(text: str) -> None:
    assert [text[f.start : f.end] for f in Initials().find(text, None)] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He met Young there.", "Young"),  # an adjective, yet a surname
        ("He met Hope at home.", "Hope"),
        ("They live in ’s-Gravenmeer now.", "’s-Gravenmeer"),
        ("He wrote to KARPELOV at once.", "KARPELOV"),  # a name in capitals
        ("It was in the Kosh penal institution then.", "Kosh penal institution"),
        ("The court (Tribunal administratif) refused.", "Tribunal administratif"),
    ],
)
def test_a_capital_inside_a_sentence_is_a_name(text: str, name: str) -> None:
    assert any(name == text[f.start : f.end] for f in ProperWords().find(text, None))


@pytest.mark.parametrize(
    "text",
    [
        "In the Convention for the Protection of Human Rights it says so.",
        "The Turkish and the Dutch judges agreed.",
        "THE LAW",
    ],
)
def test_rights_and_peoples_are_no_names(text: str) -> None:
    assert [text[f.start : f.end] for f in ProperWords().find(text, None)] == []
