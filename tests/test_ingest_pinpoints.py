"""Pinpoints: what stamps, Bates numbers and transcripts say of a page's place, and how it is cited."""

from __future__ import annotations

import pytest
from fpdf import FPDF
from pdf_samples import BODY, STAMP, make_pdf

from assistant.documents import Page, RedactedDocument
from assistant.evidence.reading import Reading
from assistant.pinpoints import PagePinpoint
from assistant.settings import load_settings
from ingest.clean import clean_pages
from ingest.pipeline import make_document
from ingest.read import ReadResult, read_document
from ingest.stamps import DocketMark, choose_marks, find_bates, is_stamp, read_stamps
from ui.present import Source, Sources, present_evidence

SETTINGS = load_settings(home="/nonexistent")
THINGS = (
    "roof wall door gate fence lamp clock chair table shelf stove pipe drain ladder bucket rope crate barrel wagon "
    "engine boiler chimney cellar attic porch garden orchard bridge"
).split()


@pytest.mark.parametrize(
    ("stamp", "entry", "page", "page_id"),
    [
        # a district court, with an attachment's number
        ("Case 1:20-cv-00001-ABC Document 12-3 Filed 01/02/20 Page 4 of 18", "Dkt. 12-3", 4, ""),
        # Ohio, California: the running page of the case behind the page
        ("Case: 1:20-cv-00001-ABC Doc #: 12 Filed: 01/02/20 4 of 18. PageID #: 365", "Dkt. 12", 0, "365"),
        ("Case 8:20-cv-01261-DOC Document 40 Filed 08/05/20 Page 1 of 4 Page ID #:365", "Dkt. 40", 1, "365"),
        # Michigan: the entry is called ECF No., the word "filed" is small
        ("Case 2:20-cv-10001-ABC ECF No. 12-3 filed 01/02/20 PageID.123 Page 4 of 18", "Dkt. 12-3", 4, "123"),
        # Texas: "on" and "in" stand between
        ("Case 4:20-cv-00001 Document 7 Filed on 01/02/20 in TXSD Page 2 of 9", "Dkt. 7", 2, ""),
        # bankruptcy: what the paper is stands before the page, "Main Document" is no entry
        ("Case 20-12345-abc Doc 12 Filed 01/02/20 Entered 01/02/20 12:00:00 Desc Main Document Page 4 of 18",
         "Dkt. 12", 4, ""),
        ("20-12345-mg Doc 12 Filed 01/02/20 Entered 01/02/20 12:00:00 Main Document Pg 4 of 18", "Dkt. 12", 4, ""),
        # the circuits, one by one: no two have the same order
        ("Case: 20-1507 Document: 00117684624 Page: 3 Date Filed: 12/22/2020 Entry ID: 6390389",
         "Dkt. 00117684624", 3, ""),
        ("Case 17-3510, Document 1-1, 10/31/2017, 2161300, Page2 of 2", "Dkt. 1-1", 2, ""),
        ("USCA4 Appeal: 20-1234 Doc: 23 Filed: 01/02/2020 Pg: 5 of 40", "Dkt. 23", 5, ""),
        ("Appeal: 17-2218 Doc: 17 Filed: 10/31/2017 Pg:1of1", "Dkt. 17", 1, ""),
        ("Case: 19-1234 Document: 23 Page: 5", "Dkt. 23", 5, ""),
        ("Case: 17-2400 Document: 3 Filed: 07/13/2017 Pages: 12", "Dkt. 3", 0, ""),  # the number of pages, not the page
        ("Appellate Case: 22-1801 Page: 2 Date Filed: 01/19/2023 Entry ID: 5237514", "Dkt. 5237514", 2, ""),
        ("Case: 20-16276, 08/05/2020, ID: 11778722, DktEntry: 19-1, Page 4 of 15", "Dkt. 19-1", 4, ""),
        ("USCA11 Case: 21-10199 Document: 45-1 Date Filed: 06/01/2022 Page: 1 of 20", "Dkt. 45-1", 1, ""),
        ("USCA Case #19-5331 Document #1829999 Filed: 02/28/2020 Page 1 of 88", "Dkt. 1829999", 1, ""),
        # New York's state courts
        ("NYSCEF DOC. NO. 7 RECEIVED NYSCEF: 01/02/2020", "NYSCEF Doc. No. 7", 0, ""),
    ],
)  # fmt: skip
def test_a_docket_stamp_gives_entry_and_page(stamp: str, entry: str, page: int, page_id: str) -> None:
    assert is_stamp(stamp)
    assert read_stamps([stamp]) == [DocketMark(entry, page, page_id)]


@pytest.mark.parametrize(
    "stamp",
    [
        "Case: 18-12345 Date Filed: 01/02/2020 Page: 1 of 20",  # the stamp names no entry
        "Docket No. 19-1234 Filed 01/02/20",  # the number of the case, not of an entry
        "FILED: NEW YORK COUNTY CLERK 01/02/2020 10:00 AM",
        "INDEX NO. 650001/2020",
    ],
)
def test_a_case_number_is_no_docket_entry(stamp: str) -> None:
    assert read_stamps([stamp]) == []


@pytest.mark.parametrize(
    "line",
    [
        "orders pending appeal. Id. Docket Entry No. 9. In the order denying the",
        "Case No. 20-16276, Docket Entry No. 10. The Table of Contents of the opening",
        "In that case the document was filed late.",
    ],
)
def test_prose_about_a_docket_is_no_stamp(line: str) -> None:
    assert not is_stamp(line)


def test_a_page_filed_twice_is_cited_by_the_entry_that_the_file_is() -> None:
    below = "Case 1:19-cv-00002-XYZ Document 31 Filed 05/06/19 Page {} of 9"
    above = "Case: 20-1234 Document: 8-2 Page: {} Date Filed: 07/08/2020"
    found = {1: [above.format(1)], 2: [below.format(1), above.format(2)], 3: [below.format(2), above.format(3)]}
    chosen = choose_marks({page: read_stamps(texts) for page, texts in found.items()})
    assert [chosen[page] for page in (1, 2, 3)] == [DocketMark("Dkt. 8-2", page) for page in (1, 2, 3)]


@pytest.mark.parametrize(
    ("pages", "wanted"),
    [
        # a prefix that names a party, whole numbers
        (["SMITH000123", "SMITH000124"], ["SMITH000123", "SMITH000124"]),
        # parts of a prefix, a gap in the production
        (["ACME_PROD-0000099", "ACME_PROD-0000250"], ["ACME_PROD-0000099", "ACME_PROD-0000250"]),
        # a legend beside it, a page number before it
        (["3  CONFIDENTIAL - Okafor 00017", "4  CONFIDENTIAL - Okafor 00018"], ["Okafor 00017", "Okafor 00018"]),
        (["VW-1 000012 ATTORNEYS' EYES ONLY", "VW-1 000013 ATTORNEYS' EYES ONLY"], ["VW-1 000012", "VW-1 000013"]),
        # bare numbers must begin with a zero and go with the pages
        (["000451", "000452", "000453"], ["000451", "000452", "000453"]),
        (["000451", "000459"], [None, None]),
        # only one page of the file has one: capitals and many digits
        (["SMITH000123", "and so on"], ["SMITH000123", None]),
        (["Smith 123", "and so on"], [None, None]),
        # what is no Bates number: the same form on each page, months, pages, headings, towns
        (["AO 44012", "AO 44012"], [None, None]),
        (["OCTOBER 2019", "NOVEMBER 2019"], [None, None]),
        (["Page 1001", "Page 1002"], [None, None]),
        (["Section 1201", "Section 1202"], [None, None]),
        (["NY 10007"], [None]),
    ],
)
def test_bates_numbers_rise_with_the_pages(pages: list[str], wanted: list[str | None]) -> None:
    found = find_bates({number: {5: text} for number, text in enumerate(pages)})
    assert [pages[i][slice(*found[i][1:])] if i in found else None for i in range(len(pages))] == wanted


def make_read(data: bytes, document_type: str | None = None) -> tuple[RedactedDocument, tuple[Page, ...], Source]:
    """Read and pseudonymize a PDF; the names it has are in the source's vault."""
    from assistant.store.vault import Vault

    read = read_document(data, "a.pdf", SETTINGS)
    vault = Vault.ephemeral()
    document, _entities = make_document(read, vault, SETTINGS, "d-1", "m-1", document_type)
    return document, read.pages, Source(document, read.pages, vault, "a.pdf")


def cite(document: RedactedDocument, words: str) -> str:
    start = document.text.index(words)
    return Reading(document).give_evidence(start, start + len(words)).pinpoint


def test_a_stamped_file_is_cited_by_entry_and_page_without_its_case_number() -> None:
    rooms = [[*BODY[:2], f"The {thing} of the house was whole until the spring of that year."] for thing in THINGS[:3]]
    document, _pages, _source = make_read(make_pdf(rooms, header=STAMP))
    assert [(p.docket_entry, p.docket_page, p.page_id) for p in document.pinpoints] == [
        ("Dkt. 7", page, str(page)) for page in (1, 2, 3)
    ]
    assert cite(document, "The door of the house was whole") == "p. 3 (Dkt. 7 at 3, PageID.3)"
    assert "00042" not in repr(document.pinpoints)


def make_produced(pages: int) -> bytes:
    """Letters with a Bates number at the foot whose prefix is a party's name."""
    pdf = FPDF(format="letter", unit="pt")
    pdf.set_auto_page_break(False)
    for number in range(pages):
        pdf.add_page()
        pdf.set_font("Times", size=12)
        pdf.text(90, 200, f"This is a letter about the {THINGS[number]} of the house by the harbor.")
        pdf.text(90, 300, f"It was written when the {THINGS[-number - 1]} had been taken away.")
        pdf.text(450, 770, f"LINDQVIST{1230 + number:07d}")
    return bytes(pdf.output())


def test_a_bates_number_is_shown_to_readers_and_goes_nowhere_else() -> None:
    document, pages, source = make_read(make_produced(3))
    marks = [pages[p.page - 1].text[slice(*p.bates)] for p in document.pinpoints if p.bates]
    assert marks == ["LINDQVIST0001230", "LINDQVIST0001231", "LINDQVIST0001232"]
    assert "LINDQVIST" not in document.text and "LINDQVIST" not in repr(document)
    assert not any("LINDQVIST" in entry.original for entry in source.vault.entries())
    start = document.text.index("the wall of the house")
    evidence = Reading(document).give_evidence(start, start + 15)
    assert evidence.pinpoint == "p. 2"
    assert present_evidence(evidence, Sources(source))[0]["pinpoint"] == "p. 2 (LINDQVIST0001231)"
    over = Reading(document).give_evidence(start, document.text.index("the door of the house"))
    shown = present_evidence(over, Sources(source))
    assert {record["pinpoint"] for record in shown} == {"pp. 2–3 (LINDQVIST0001231–LINDQVIST0001232)"}


def speak(page: int, line: int) -> str:
    """What stands on a line (from 1) of a page of testimony: no two pages have a line in common."""
    thing = THINGS[line] + ("s" if page % 2 else "")
    asked = (
        f"Q. Did you see the {thing} in room {page}?",
        f"A. The {thing} was whole in my time, and",
        "nobody came by.",
    )
    return asked[line % 3] if line % 3 < 2 else f"{THINGS[line]} {THINGS[-page]} stood there when {asked[2]}"


def make_transcript(first: int, pages: int, *, lines: int = 25, apart: float = 60, head: str = "") -> bytes:
    """A deposition whose own pages begin at `first`: a cover, then numbered lines; its page stands at the top right."""
    pdf = FPDF(format="letter", unit="pt")
    pdf.set_auto_page_break(False)
    for index in range(pages):
        pdf.add_page()
        pdf.set_font("Courier", size=12)
        pdf.text(300, 40, f"{head}{first + index}")
        for line in range(1, lines + 1):
            y = 53 + line * 27
            text = speak(index + 1, line) if index else ("VIDEOTAPED DEPOSITION OF MARLENE OKAFOR" if line == 4 else "")
            pdf.text(110 - apart, y, str(line))
            if text:
                pdf.text(110, y, text)
    return bytes(pdf.output())


@pytest.mark.parametrize("apart", [60.0, 22.0])
@pytest.mark.parametrize("head", ["", "Page ", "OKAFOR - DIRECT  "])
def test_a_deposition_is_cited_by_its_own_page_and_line(apart: float, head: str) -> None:
    document, pages, source = make_read(make_transcript(44, 4, apart=apart, head=head))
    assert document.document_type == "deposition"
    assert {p.page: p.transcript_page for p in document.pinpoints if p.page > 1} == {2: 45, 3: 46, 4: 47}
    second = document.pinpoints[-3]
    assert [number for number, _start in second.lines] == list(range(1, 26))
    for number, start in second.lines:
        assert pages[1].text[start:].startswith(speak(2, number))
    assert not any(line.strip().isdigit() for line in document.text.split("\n"))
    assert cite(document, speak(2, 3)) == "p. 2 (Dep. 45:3)"
    assert cite(document, f"{speak(2, 4)} {speak(2, 5)}") == "p. 2 (Dep. 45:4-5)"
    start = document.text.index(speak(2, 24))
    over = Reading(document).give_evidence(start, document.text.index(speak(3, 3)) + 10)
    assert over.pinpoint == "pp. 2–3 (Dep. 45:24-46:3)"
    assert present_evidence(over, Sources(source))[0]["pinpoint"] == over.pinpoint


def test_a_condensed_transcript_and_pleading_paper_have_no_transcript_pages() -> None:
    four_on_one = ["Q. Were you there?", "A. I was there all day."] * 8
    condensed, _pages, _source = make_read(make_numbered([four_on_one[:12]] * 2, [*range(1, 7), *range(1, 7)]))
    assert not any(p.transcript_page or p.lines for p in condensed.pinpoints)
    pleading, _pages, _source = make_read(make_pdf([list(BODY) * 4] * 3, numbered=True))
    assert not any(p.transcript_page or p.lines for p in pleading.pinpoints)


def make_numbered(pages: list[list[str]], numbers: list[int]) -> bytes:
    """Pages whose lines have the numbers given."""
    pdf = FPDF(format="letter", unit="pt")
    pdf.set_auto_page_break(False)
    for index, lines in enumerate(pages):
        pdf.add_page()
        pdf.set_font("Courier", size=12)
        pdf.text(300, 40, str(12 + index))
        for row, line in enumerate(lines):
            pdf.text(60, 100 + row * 24, str(numbers[row]))
            pdf.text(110, 100 + row * 24, line)
    return bytes(pdf.output())


def test_numbers_of_a_transcript_inside_a_filing_are_called_by_the_record() -> None:
    document, _pages, _source = make_read(make_transcript(44, 3), "motion")
    assert cite(document, speak(2, 4)) == "p. 2 (Tr. 45:4)"


COMPLAINT = (
    "COMPLAINT\n\n30. The roof leaked from the first winter on.\n\n31. The landlord repaired nothing in that time.\n\n"
    "32. Marlene Okafor wrote to him in May.\n\nPRAYER\n\nPlaintiff asks for what is just."
)


def test_paragraphs_are_cited_one_by_one_though_a_passage_holds_several() -> None:
    read = ReadResult((Page(1, COMPLAINT),), {}, ())
    from assistant.store.vault import Vault

    document, _entities = make_document(read, Vault.ephemeral(), SETTINGS)
    assert len(document.passages) < 4
    assert cite(document, "The landlord repaired nothing") == "p. 1, ¶ 31"
    assert cite(document, "wrote to him in May.") == "p. 1, ¶ 32"
    start, end = document.text.index("The roof"), document.text.index("wrote to")
    assert Reading(document).give_evidence(start, end).pinpoint == "p. 1, ¶¶ 30–32"
    assert cite(document, "Plaintiff asks for what is just.") == "p. 1"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # an excerpt that begins far from the first paragraph
        ("612. Plaintiff repeats all that is said above.\n\n613. The defendant knew of the leak before the winter.",
         ["612", "613"]),
        # a list quoted between two paragraphs
        ("612. Plaintiff repeats all that is said above.\n\n3. The tenant shall pay.\n\n613. The defendant knew of the "
         "leak for years.", ["612", "3", "613"]),
        # the mark says it, however large the number
        ("¶ 900 The court of appeals reversed.", ["900"]),
        # years, though they follow each other
        ("2019. The company was founded in the spring of that year.\n\n2020. The company moved to the harbor in May.",
         []),
        # sections of a statute, with their titles
        ("1021. Definitions. In this chapter a vessel is any ship.\n\n1022. Scope. This chapter applies to all vessels.",
         []),
        # a sum that begins a line alone
        ("900. That was the sum that both sides agreed on.\n\nNothing else was said of it.", []),
    ],
)  # fmt: skip
def test_large_paragraph_numbers(text: str, numbers: list[str]) -> None:
    assert [p.number for p in clean_pages([Page(1, text)]).paragraphs] == numbers


def test_a_paragraph_mark_below_a_heading_begins_a_paragraph() -> None:
    clean = clean_pages([Page(1, "D. Gambling\n¶ 36 Plaintiff further argues that its game is not illegal.")])
    assert [p.number for p in clean.paragraphs] == ["36"]
    assert [clean.text[h.start : h.end] for h in clean.headings] == ["D. Gambling"]


def test_an_earlier_document_is_cited_as_it_was() -> None:
    read = ReadResult((Page(1, COMPLAINT),), {}, ())
    from dataclasses import replace

    from assistant.store.vault import Vault

    document, _entities = make_document(read, Vault.ephemeral(), SETTINGS)
    earlier = replace(document, pinpoints=())
    assert cite(earlier, "The landlord repaired nothing").startswith("p. 1")
    assert PagePinpoint(1) not in document.pinpoints
