"""Recognizers: one table a kind, each row with why it is there."""

from __future__ import annotations

import importlib.util
import re
from types import SimpleNamespace

import pytest

from ingest import propagate
from ingest.identify import Candidate
from ingest.labels import part_at_labels
from ingest.propagate import spread_names
from ingest.recognizers import engine
from ingest.recognizers.spacy_names import SpacyNames, may_hold_names
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
        # an initial that a caption might take for "versus"
        ("RUTH ALDER, Plaintiff, v. HIDEO V. IBARRA, Defendant.\n\nThe mate was told.", "PERSON", "HIDEO V. IBARRA"),
        ("It was signed by Harbor Holdings, LLC on Monday.", "ORG", "Harbor Holdings, LLC"),
        ("Defendant Driftwood Barge Lines unplugged the reefers.", "ORG", "Driftwood Barge Lines"),  # not lines of a page
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
        ("Write to okafor@harbor-law.example now.", "CONTACT", "okafor@harbor-law.example"),  # a reserved ending
        ("It was produced as HBR0004417 last week.", "CODE", "HBR0004417"),  # Bates
        ("The invoice is C917-40021 there.", "CODE", "C917-40021"),
        ("See Nos. 21 CVS 015477, 22 CRS 4410 below.", "CODE", "22 CRS 4410"),  # a state court's form, in a list
        ("Case No. 8:19-cv-4417 KLB (JEMx) is open.", "CODE", "8:19-cv-4417 KLB (JEMx)"),  # a judge's initials
        ("TOBIAS R. WREN MARLA Q. OKAFOR HARBOR & SLOOP, PLLC", "PERSON", "MARLA Q. OKAFOR"),  # counsel above their firm
        ("TOBIAS R. WREN MARLA Q. OKAFOR HARBOR & SLOOP, PLLC", "ORG", "HARBOR & SLOOP, PLLC"),
        ("Mark Sandgren v. Harbor Holdings, LLC 2:15-cv-01739", "PERSON", "Mark Sandgren"),  # a schedule of cases
        ("The team of St. Orfila Union Church met.", "ORG", "St. Orfila Union Church"),
        ("Plaintiff Sloopinfo.com, Inc. sued.", "ORG", "Sloopinfo.com, Inc."),
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
        "Carlow v. Brandtner, 978 F.3d 1051 (8th Cir. 2020), controls. In Brandtner, no one objected.",  # its short name
        "See Quince v. Oakham, No. 21A457 (U.S. Feb. 28, 2022).",  # cited by docket number and year
        "Vera T. Sloop, The Lost Clause, 83 Harbor L. Rev. 1417 (2008), says so.",  # an author is no client
        "The Federalist No. 39 (James Madison) (C. Rossiter ed., 1961).",
        "Flow is 3,000 cubic feet per second (CFS), and CFS is measured daily.",  # letters for small words
        "The Oregon Water Resources Board (OWRB) refused. The OWRB was sued.",  # letters for a public body
        "Dated: August 5, 2016\nVERA O. SANDGREN\nUnited States District Judge",
        "Before Judges Sandgren and Quillan.",
        "COMPLAINT TO CONFIRM RESCISSION OF INSURANCE POLICIES",
        "The speaker of the Ohio House of Representatives and the General Assembly agreed.",
        "An Acknowledgment and Notice of Appearance Form is enclosed.",
        "See Docket Entry No. 27 and Dkt. No. 114.",
        "Defendants-Appellants’ brief and Respondents’ motion to enjoin.",
        "The motion be, and the same hereby is, TAKEN UNDER ADVISEMENT.",
        "The case is REMANDED FOR RESENTENCING.",
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


def test_a_case_that_names_both_sides_of_the_matter_is_the_matter() -> None:
    text = "MARLENE OKAFOR, Plaintiff,\n\nv.\n\nTOBIAS WREN, Defendant.\n\nOrder, Okafor v. Wren, No. 21A455 (Mar. 7, 2022)."
    assert [name for type, name in find(text) if type == "PERSON"] == [
        "MARLENE OKAFOR",
        "TOBIAS WREN",
        "Okafor",
        "Wren",
    ]


def test_a_roman_numeral_is_no_initial() -> None:
    text = "Ms. Okafor pleaded guilty.\n\nI. Okafor’s plea was free\n\nShe knew it."
    assert [name for type, name in find(text) if type == "PERSON"] == ["Okafor", "Okafor"]


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Accepting Tarrant's theory would end it.", "Tarrant"),
        ("Browning Sterling signed it.", "Browning Sterling"),  # names that end as participles do
    ],
)
def test_a_participle_at_a_sentences_start_is_no_given_name(text, name):
    from ingest.recognizers.trim import trim_name

    span = trim_name(text, 0, text.index(name) + len(name))
    assert span is not None and text[slice(*span)] == name


def test_courts_are_found_by_the_table_as_eyecite_finds_them() -> None:
    from ingest.recognizers import citations

    spec = importlib.util.find_spec("eyecite.helpers")
    assert spec is not None and spec.loader is not None
    theirs = importlib.util.module_from_spec(spec)  # a copy of its own: the module in use has the table's function
    spec.loader.exec_module(theirs)
    for cited in ("2d Cir.", "S.D.N.Y.", "Pa. Super.", "", "9th Cir", "Cal", "E.D", "no such court", "Mich. Ct. App."):
        assert citations._find_court(cited) == theirs.get_court_by_paren(cited), cited


COUNSEL = "Counsel for the plaintiff, who took the deposition of the mate: "


@pytest.mark.parametrize(
    ("line", "profile", "names"),
    [
        ("Mr. Dale Harlow\nTopics: Examined on pumps.", "working", ["Dale Harlow"]),
        ("Mr. Dale Harlow\nTopics: Examined on pumps.", "strict", ["Mr. Dale Harlow"]),
        ("Harlow & Pike, LLC\nTopics: Examined on pumps.", "strict", ["Harlow & Pike, LLC"]),
        ("Mr. Dale Harlow of Kerr\nMarked Exhibits: Examined on pumps.", "working", ["Dale Harlow", "Kerr"]),
        (
            "Mr. Dale Harlow\nOkafor: I was there.",
            "working",
            ["Dale Harlow\nOkafor"],
        ),  # the line may be broken in a name
        ("Mr. Dale\nYoung: I was there.", "working", ["Dale\nYoung"]),
    ],
)
def test_a_name_ends_before_a_label_on_the_next_line(line: str, profile: str, names: list[str]) -> None:
    assert [name for _type, name in find(COUNSEL + line, profile)] == names


def test_behind_a_companys_form_a_line_break_and_a_label_end_every_name() -> None:
    text = "Harlow & Pike, P.C.\nTopics: Examined by Wren\nOkafor: No."
    drawn = [("Harlow & Pike, P.C.", "Harlow & Pike, P.C."), ("P.C.\nTopics", "P.C."), ("Topics: Examined", None)]
    drawn += [("P.C.\nTopics: Examined by Wren", "P.C. / Examined by Wren"), ("Wren\nOkafor", None)]
    for name, left in drawn:
        at = text.index(name)
        parts = part_at_labels(text, [Candidate(at, at + len(name), "ORG", 0.6, 38)])
        assert " / ".join(text[part.start : part.end] for part in parts) == (left or name)


PLAIN = [
    "What relief does the plaintiff demand?", "When did the events happen?", "Who are the parties?", "unpaid overtime",
    "Which deadlines did the Court set, and why?", "Is the Defendant’s motion denied? Does the Complaint say so?",
    "Summary of the Order", "the contract\nand the notice of breach", "", "did mark topping sue the harbor company",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_a_text_is_kept_from_the_model_only_where_nothing_it_could_say_would_be_taken(text: str) -> None:
    assert not may_hold_names(text)
    ends = sorted({0, len(text), *(m.start() for m in re.finditer(r"\b|(?<=\W)|(?=\W)", text))})
    said = [
        SimpleNamespace(start_char=start, end_char=end, label_=label)
        for label in ("PERSON", "ORG", "LOC", "DATETIME", "DEM", "TITLE", "AGENCY")
        for start in ends
        for end in ends
        if start < end
    ]
    assert list(SpacyNames().find(text, SimpleNamespace(entities=said))) == []


@pytest.mark.parametrize(
    "text",
    [
        "What does Okafor demand?", "Did the Federal Reserve sue?", "van der wren", "May the court decide?",
        "It ended in two weeks.", "the note of 4", "Order.Wren", "Pre-Trial order", "I. A. of the harbor", "iPhone",
        "Was Mark heard?", "THE COURT", "Where is Éva?",
    ],
)  # fmt: skip
def test_what_might_hold_a_name_is_shown_to_the_model(text: str) -> None:
    assert may_hold_names(text)


@pytest.mark.parametrize("profile", ["working", "strict"])
def test_the_masks_are_the_same_where_the_model_is_asked_of_everything(
    profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*PLAIN, "What does Okafor say of the Court in Salem on May 3, 2021?", "Who is Tobias Wren?"]
    quick = [find(text, profile) for text in texts]
    monkeypatch.setattr(engine, "may_hold_names", lambda _: True)
    assert [find(text, profile) for text in texts] == quick and any(quick)


def test_in_a_short_text_the_names_that_cannot_stand_there_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [
        ("PERSON", "Marlene Q. Okafor"), ("ORG", "Harbor Holdings, LLC"), ("ORG", "The Order"), ("CODE", "HX-2231198"),
        ("PERSON", "d'Arcy-Wren"), ("ORG", "A. B. Sloop & Co."), ("LOC", "Salem"), ("PERSON", "Stra\u00dfer"),
    ]  # fmt: skip
    texts = [
        "did okafor sign for harbor?", "what did marlene okafor\u2019s sister pay", "policy hx-2231198 and d'arcy-wren",
        "who is a. b. sloop", "the order of the court", "", "STRASSER said so", "Wren's letter to A. B. Sloop & Co.",
    ]  # fmt: skip
    picked = [spread_names(text, [], known, any_case) for text in texts for any_case in (True, False)]
    monkeypatch.setattr(propagate, "_SHORT_WORDS", -1)  # all names are sought
    assert [spread_names(text, [], known, any_case) for text in texts for any_case in (True, False)] == picked
    assert sum(map(bool, picked)) > 6


KNOWN = [
    ("PERSON", name)
    for name in ("Ann Rivera", "Priya Wren", "Grant Okafor", "May Osei", "Mark Topping", "Virginia Holt", "Dear Wren")
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ann paid. Then Priya’s sister left.", ["Ann", "Priya"]),  # no words: wherever they stand
        ("See Tex. Prop. Code Ann. § 5.1 and the Code Ann. itself.", []),
        ("They met in Ann Arbor, by St. Ann.", []),  # part of another name
        ("Grant leave. It was Grant, and Grant’s son. A Grant of land. Motion to Grant Leave", ["Grant", "Grant"]),
        ("In May 2020, by May, it was May who left on May 3.", ["May"]),
        ("Mark it. The Mark: she saw Mark.", ["Mark"]),
        ("The law of Virginia binds her. Dear sirs, it is Dear.", []),  # a state; a word and no name
    ],
)
def test_a_given_name_is_known_by_itself_but_for_its_use_as_a_word(text: str, names: list[str]) -> None:
    small = text.casefold() if "Ann paid" not in text else "the will and may and mark and grant"
    for any_case in (False, True):
        assert [text[c.start : c.end] for c in spread_names(text, [], KNOWN, any_case)] == names
    assert spread_names(small, [], KNOWN) == [] == spread_names(small, [], KNOWN[2:], any_case=True)


def test_given_names_of_the_text_itself_are_found_but_a_judges_is_kept() -> None:
    assert [name for _, name in find("Deponent: Ann Rivera\nTopics: Ann told nobody. Then Ann left.")] == [
        "Ann Rivera", "Ann", "Ann",
    ]  # fmt: skip
    assert find("Mr. Grant Okafor told /s/ Will Wren") == [("PERSON", "Grant Okafor"), ("PERSON", "Will Wren")]
    text = "Judge Priya Holt ruled. Later Priya ruled again."
    judge, person = (Candidate(6, 16, type, 0.6, 1) for type in ("JUDGE", "PERSON"))
    assert [c.start for c in spread_names(text, [judge, person], [])] == [6]
    assert [c.start for c in spread_names(text, [person], [])] == [6, 12, 30]  # "Holt" lies in the first


def test_a_given_name_that_was_learned_as_a_form_is_still_no_word() -> None:
    known = [("PERSON", "Rose Wren"), ("PERSON", "Rose")]
    text = "Rose bushes grow. It was Rose."
    assert [c.start for c in spread_names(text, [], known)] == [25]
    assert [c.start for c in spread_names(text, [], known[1:])] == [0, 25]  # a surname, as far as is known
    assert ("rose",) in propagate.list_forms("PERSON", "Rose Wren")  # so that filings are looked through for it
