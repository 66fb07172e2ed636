"""What stands beside a masked name goes with it in the strict profile: titles, particles, numbers in parts, places of bodies."""

from __future__ import annotations

import pytest

from ingest.identify import Span
from ingest.neighbours import take_neighbours
from ingest.redact import find_identifiers


def widen(text: str, *names: tuple[str, str], law: str = "") -> list[str]:
    """Take neighbours of (type, name) found in a text, with one range of law."""
    spans = sorted((Span(text.index(n), text.index(n) + len(n), t, 0.9) for t, n in names), key=lambda s: s.start)
    kept = [(text.index(law), text.index(law) + len(law))] if law else []
    return [text[s.start : s.end] for s in take_neighbours(text, spans, kept)]


@pytest.mark.parametrize(
    ("text", "name", "whole"),
    [
        (
            "It was sold to Colonel (ret.) Nicolas Vane.",
            "Nicolas Vane",
            "Colonel (ret.) Nicolas Vane",
        ),  # a rank, and retired
        ("He asked Dr habil. philol. Jan Berzin for it.", "Jan Berzin", "Dr habil. philol. Jan Berzin"),  # learning
        ("He was seen by Prof. Dr. h.c. Ludo Stamp.", "Ludo Stamp", "Prof. Dr. h.c. Ludo Stamp"),
        ("The judge, with whom Chief Justice Hamble agreed, left.", "Hamble", "Chief Justice Hamble"),  # an office
        ("Mr Justice Larkan held so.", "Larkan", "Mr Justice Larkan"),
        ("He made a joke about Prosecutor Gorski.", "Gorski", "Prosecutor Gorski"),
        ("A citizen, Don Ignacio Ruiz, sued.", "Ignacio Ruiz", "Don Ignacio Ruiz"),
        ("A national, Mr January Jagoda, sued.", "Jagoda", "Mr January Jagoda"),  # a given name that is a month
        ("He met Vusal Rashid oglu Agha there.", "Vusal Rashid", "Vusal Rashid oglu Agha"),  # a patronymic
        ("A report by Dr H.P. van 't Hof says so.", "H.P.", "Dr H.P. van 't Hof"),  # particles
        ("He met Dilnoza Rahimova-Xo’jayeva there.", "Dilnoza Rahimova-Xo", "Dilnoza Rahimova-Xo’jayeva"),  # a cut word
        ("For the applicant Ms R. Rae, QC, spoke.", "R. Rae", "Ms R. Rae, QC"),  # letters behind a name
    ],
)
def test_a_person_takes_title_particles_and_letters(text: str, name: str, whole: str) -> None:
    found = widen(text, ("PERSON", name))
    assert [part.replace("applicant ", "") for part in found] == [whole]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He then agreed. Jan Berzin left.", "Jan Berzin"),  # a sentence's end is no degree
        ("Under the Convention Jan Berzin may appeal.", "Jan Berzin"),  # law is no title
        ("When Jan Berzin left, it rained.", "Jan Berzin"),
        ("He spoke to J. The latter left.", "J."),  # the next sentence
        ("They died. Jan Berzin died too.", "Jan Berzin"),  # irregular and short English words are no other language
    ],
)
def test_words_of_the_sentence_are_no_part_of_a_name(text: str, name: str) -> None:
    assert widen(text, ("PERSON", name)) == [name]


@pytest.mark.parametrize(
    ("text", "names", "whole"),
    [
        ("A passport (26 02 no. 418553) was shown.", [("CODE", "26 02"), ("CODE", "418553")], ["26 02 no. 418553"]),
        ("The certificate LH no. 0244617 was lost.", [("ORG", "LH"), ("CODE", "0244617")], ["LH no. 0244617"]),
        (
            "On appeal (S.C. No. 44 of 1993) he won.",
            [("LOC", "S.C."), ("CODE", "44"), ("DATETIME", "1993")],
            ["S.C. No. 44 of 1993"],
        ),
        (
            "It is no. 217, book 03/1984, page 12 there.",
            [("CODE", "217"), ("CODE", "03/1984")],
            ["217, book 03/1984, page 12"],
        ),
        ("It is No. 1183, Vol. 44, Page 118 there.", [("CODE", "1183"), ("CODE", "44")], ["1183, Vol. 44, Page 118"]),
        ("He was in remand prison IZ-15/1 then.", [("CODE", "IZ-15/1")], ["remand prison IZ-15/1"]),
        (
            "By decision no. 44 of 3 May 1993 he won.",
            [("CODE", "44"), ("DATETIME", "3 May 1993")],
            ["44", "3 May 1993"],
        ),  # two facts
    ],
)
def test_a_number_in_parts_is_one(text: str, names: list[tuple[str, str]], whole: list[str]) -> None:
    assert widen(text, *names) == whole


@pytest.mark.parametrize(
    ("text", "names", "whole"),
    [
        (
            "At the Institute of Medicine in Lund he died.",
            [("ORG", "Institute of Medicine"), ("LOC", "Lund")],
            ["Institute of Medicine in Lund"],
        ),
        ("She cleaned for the municipality of Orsta.", [("LOC", "Orsta")], ["municipality of Orsta"]),
        (
            "The judge, Sanchez de la Encina y Mora, left.",
            [("LOC", "Sanchez de la Encina"), ("LOC", "Mora")],
            ["Sanchez de la Encina y Mora"],
        ),
        (
            "The firm Stichting Recht voor Ouders sued.",
            [("ORG", "Stichting Recht"), ("ORG", "Ouders")],
            ["Stichting Recht voor Ouders"],
        ),
        ("They live at 12 Strada Salciei, near it.", [("LOC", "Strada Salciei")], ["12 Strada Salciei"]),
        ("The flat at Kandav iela 17. She left.", [("LOC", "Kandav")], ["Kandav iela 17"]),
        ("He left the Kosh penal institution then.", [("LOC", "Kosh")], ["Kosh penal institution"]),
        ("He left Salem and Lund.", [("LOC", "Salem"), ("LOC", "Lund")], ["Salem", "Lund"]),  # two places
    ],
)
def test_a_body_takes_its_place_and_a_place_its_number(
    text: str, names: list[tuple[str, str]], whole: list[str]
) -> None:
    assert widen(text, *names) == whole


def test_cited_law_is_not_reached_into() -> None:
    text = "See Roe v. Wade Berzin agreed."
    assert widen(text, ("PERSON", "Berzin"), law="Roe v. Wade") == ["Berzin"]


@pytest.mark.parametrize(
    "kept",
    [
        "Miranda v. Arizona, 384 U.S. 436", "Law no. 112 of", "Article 6 § 1 of the Convention", "Protocol No. 11", "Convention for the Protection of Human Rights and Fundamental Freedoms",
        "Rule 52 § 1 of the Rules of Court", "the Courts Act", "the Code of Criminal Procedure", "42 U.S.C. § 1983", "Directive 2004/38/EC",
    ],
)  # fmt: skip
def test_law_stays_in_the_strict_profile(kept: str) -> None:
    text = f"Mr Justice Larkan-Costell, of the Institute of Law in Lund, relied on {kept} (1966) and on cell 14."
    spans = find_identifiers(text, "strict")
    start = text.index(kept)
    assert not [text[s.start : s.end] for s in spans if s.start < start + len(kept) and start < s.end]


def test_the_working_profile_takes_no_neighbours() -> None:
    text = "Colonel (ret.) Nicolas Vane met Mr Tobias Wren, QC, at 12 Strada Salciei in cell 14."
    found = [text[s.start : s.end] for s in find_identifiers(text, "working")]
    assert not any(word in part for part in found for word in ("ret", "QC", "cell", "14"))
