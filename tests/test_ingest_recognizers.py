"""Recognizers: one table a kind, each row with why it is there."""

from __future__ import annotations

import pytest

from ingest.redact import find_identifiers


def find(text: str, profile: str = "working") -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in find_identifiers(text, profile)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "type", "name"),
    [
        ("The court heard Ms. Okafor in June.", "PERSON", "Okafor"),
        ("The court heard Mr. P.K. Wren in June.", "PERSON", "P.K. Wren"),  # initials without spaces
        ("Mr. I. Sandgren spoke for the union.", "PERSON", "I. Sandgren"),  # an initial that is also a word
        ("Plaintiff Marlene van der Okafor sued.", "PERSON", "Marlene van der Okafor"),
        ("MARLENE Q. OKAFOR, the tenant, sued.", "PERSON", "MARLENE Q. OKAFOR"),
        ("/s/ Tobias Wren\nTobias Wren", "PERSON", "Tobias Wren"),
        ("I, Tobias Wren, declare as follows:", "PERSON", "Tobias Wren"),
        ("GENEVRA ELLIS WREN gwren@example.org", "PERSON", "GENEVRA ELLIS WREN"),  # counsel above an e-mail
        ("It was signed by Harbor Holdings, LLC on Monday.", "ORG", "Harbor Holdings, LLC"),
        ("She studied at Lindqvist State University then.", "ORG", "Lindqvist State University"),
        ("She lives at 4417 Juniper Street, Apt. 3, Salem, OR 97301 now.", "CONTACT",
         "4417 Juniper Street, Apt. 3, Salem, OR 97301"),
        ("Send it to P.O. Box 118, Salem, OR 97301 today.", "CONTACT", "P.O. Box 118, Salem, OR 97301"),
        ("Call (503) 555-0182 before noon.", "CONTACT", "(503) 555-0182"),
        ("Write to m.okafor@harbor-mail.example.com now.", "CONTACT", "m.okafor@harbor-mail.example.com"),
        ("Her social security number is 123-45-6789.", "CODE", "123-45-6789"),
        ("The filing shows xxx-xx-6789 for her.", "CODE", "xxx-xx-6789"),  # half redacted already
        ("The company's EIN is 12-3456789.", "CODE", "12-3456789"),
        ("Paid from account no. 0044-118-27 in May.", "CODE", "0044-118-27"),
        ("Tobias Wren (Bar No. 118273) appeared.", "CODE", "118273"),
        ("Policy number HX-2231198 covers the roof.", "CODE", "HX-2231198"),
        ("This is Case No. 3:24-cv-00042-ABC in this court.", "CODE", "3:24-cv-00042-ABC"),
        ("The application (no. 55811/01) was lodged.", "CODE", "55811/01"),
        ("Ms. Okafor was born on March 3, 1971.", "DATETIME", "March 3, 1971"),
    ],
)  # fmt: skip
def test_found_in_the_working_profile(text: str, type: str, name: str) -> None:
    assert (type, name) in find(text)


@pytest.mark.parametrize(
    "text",
    [
        "See Miranda v. Arizona, 384 U.S. 436, 440 (1966); Roe v. Wade, 410 U.S. 113 (1973).",
        "The claim arises under 42 U.S.C. § 1983 and Rule 12(b)(6) of the Federal Rules of Civil Procedure.",
        "The Court of Appeals for the Ninth Circuit reversed on June 3, 2019.",
        "Before Judge Karen Holt, the motion to dismiss was denied.",
        "SELBY, Circuit Judge. The order is affirmed.",
        "The United States Department of Labor answered within ten days.",
        "Plaintiff, Defendant and the Court agree that the Agreement is a Contract.",
        "NOTICE OF MOTION AND MOTION FOR SUMMARY JUDGMENT",
        "B. Promissory Estoppel",
        "He paid $4,500 for 12 months in Ohio, 140 S. Ct. 1721.",
        "Section 3, Exhibit 12, Count 4 and Article 6 apply.",
    ],
)
def test_law_courts_and_words_are_kept_in_the_working_profile(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "type", "name"),
    [
        ("He left on 3 July 1998 for good.", "DATETIME", "3 July 1998"),
        ("He was held for two years and six months there.", "DATETIME", "two years and six months"),
        ("The Salem District Court refused.", "ORG", "Salem District Court"),
        ("He asked the Ministry of Transport for it.", "ORG", "Ministry of Transport"),
        ("The judgment of Judge Karen Holt stands.", "PERSON", "Judge Karen Holt"),  # a title tells the sex
        ("It happened in Norway.", "LOC", "Norway"),
        ("He was a 43-year-old carpenter.", "DEM", "43-year-old"),
    ],
)
def test_found_in_the_strict_profile_only(text: str, type: str, name: str) -> None:
    assert (type, name) in find(text, "strict")
    assert (type, name) not in find(text, "working")


def test_a_surname_that_the_model_takes_for_a_place_is_found_all_the_same() -> None:
    text = "NICOLA MARIE STRAND, Appellant,\n\nv.\n\nSTATE OF OHIO, Respondent.\n\nThe pleas were free. In Strand, he lost."
    assert [name for type, name in find(text) if type == "PERSON"] == ["NICOLA MARIE STRAND", "Strand"]


def test_a_panel_below_a_date_is_kept() -> None:
    assert find("Filed: January 19, 2021\n\nVera T. Quillan, P.J., and Karl S. Oden, J.") == []


def test_a_long_document_costs_in_proportion() -> None:
    import time

    block = "Ms. Okafor met Harbor Holdings, LLC on June 3, 2019. The roof leaked and nothing was done about it.\n\n"
    find(block)
    spent = []
    for times in (40, 160):
        began = time.process_time()
        find(block * times)
        spent.append(time.process_time() - began)
    assert spent[1] < 4 * spent[0] * 1.8
