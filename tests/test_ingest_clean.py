"""Cleaning: furniture out, sentences whole, and every verbatim character where the offset map says it is."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_samples import BODY, STAMP, make_pdf

from assistant.documents import Page, pack_box
from assistant.settings import load_settings
from ingest.caption import find_facts, tell_type
from ingest.clean import CleanText, clean_pages
from ingest.furniture import sort_lines
from ingest.read import read_document


def clean_pdf(data: bytes) -> tuple[CleanText, tuple[Page, ...]]:
    pages = read_document(data, "a.pdf", load_settings(home="/nonexistent")).pages
    return clean_pages(pages), pages


def check_offsets(clean: CleanText, pages: Sequence[Page]) -> None:
    """Every verbatim segment has the page's own characters; segments ascend and stay inside the text."""
    texts = {page.number: page.text for page in pages}
    last = 0
    for segment in clean.offsets.segments:
        assert last <= segment.start < segment.end <= len(clean.text)
        last = segment.end
        if segment.verbatim:
            original = texts[segment.page][segment.page_start : segment.page_end]
            assert clean.text[segment.start : segment.end] == original


def test_stamps_page_numbers_and_line_numbers_leave_the_text() -> None:
    clean, pages = clean_pdf(make_pdf([list(BODY) * 4] * 4, header=STAMP, numbered=True))
    check_offsets(clean, pages)
    assert "Filed" not in clean.text and "PageID" not in clean.text
    assert not any(word.isdigit() for word in clean.text.split())
    assert clean.stamps[2] == ("Case 1:24-cv-00042-ABC Document 7 Filed 03/04/24 Page 2 of 4 PageID #: 2",)
    assert clean.facts["docket_number"] == "1:24-cv-00042-ABC" and clean.facts["date"] == "03/04/24"


def make_bare(number: int, text: str) -> Page:
    """Make a page whose characters have no place."""
    return Page(number, text, bytes(8 * len(text)))


@pytest.mark.parametrize(
    ("last_lines", "kept"),
    [
        (["2", "3", "2019", "5"], ["2019"]),  # a year that ends a page, where the others are numbered
        (["the year", "2019", "was", "cold"], ["the year", "2019", "was", "cold"]),  # no page is numbered
        (["it ended in", "2019.", "or in", "(2020)"], ["it ended in", "2019.", "or in", "(2020)"]),
        (["he paid", "500.", "a month", "for rent"], ["he paid", "500.", "a month", "for rent"]),  # it ends a sentence
        (["1201", "1202", "1203", "1204"], []),  # an appendix that begins with a high number
        (["2018", "2019", "2020", "Page 4"], []),  # so it may be here: the numbers rise with the pages
        (["- 1 -", "2 of 4", "Page 3", "iv"], []),
        (["7", "the law", "is", "civil"], ["the law", "is", "civil"]),  # one page's number; no Roman one
    ],
)
def test_a_year_at_a_pages_end_is_no_page_number(last_lines: list[str], kept: list[str]) -> None:
    pages = [make_bare(n, f"The roof leaked again in the winter {n}.\n{line}") for n, line in enumerate(last_lines, 1)]
    ends = [line.text for page in sort_lines(pages) for line in page.body if not line.text.startswith("The roof")]
    assert ends == kept


def test_a_number_beside_the_pages_own_is_text() -> None:
    pages = [make_bare(n, f"{n}\nThe rent of the winter was\n{rent}") for n, rent in enumerate((450, 470, 520), 1)]
    assert [page.body[-1].text for page in sort_lines(pages)] == ["450", "470", "520"]


def test_a_word_cut_at_the_line_end_is_mended_and_found_on_the_page() -> None:
    clean, pages = clean_pdf(make_pdf([list(BODY)]))
    assert "rented the warehouse at the edge of the harbor for three years. The roof leaked" in clean.text
    start = clean.text.index("warehouse")
    (span,) = clean.offsets.to_original(start, start + len("warehouse"))
    assert pages[0].text[span.start : span.end] == "ware-\nhouse"


def test_a_sentence_goes_on_over_the_page_break() -> None:
    first = ["The parties agreed that the deposit would be", "returned within thirty days of the end of the"]
    clean, _pages = clean_pdf(make_pdf([first, ["lease, less any sum that was owed for repairs."]] * 2, header=STAMP))
    assert "the end of the lease, less any sum" in clean.text
    start = clean.text.index("end of the lease")
    assert [span.page for span in clean.offsets.to_original(start, start + 16)] == [1, 2]


def test_numbered_paragraphs_and_headings_are_found() -> None:
    lines = ["PARTIES", "1. Plaintiff lives in Ohio.", "2. Defendant is a company.", "FACTS", "3. The roof leaked."]
    clean, _pages = clean_pdf(make_pdf([lines]))
    assert [p.number for p in clean.paragraphs] == ["1", "2", "3"]
    assert [clean.text[h.start : h.end] for h in clean.headings] == ["PARTIES", "FACTS"]
    second = clean.paragraphs[1]
    assert clean.text[second.start : second.end] == "2. Defendant is a company."


def test_a_year_at_the_head_of_a_block_is_no_paragraph_number() -> None:
    text = (
        "498. The first.\n\n499. The next.\n\n2020. It was cold.\n\n502. Two were left out.\n\n31. An exhibit begins."
    )
    clean = clean_pages([Page(1, text)])
    assert [p.number for p in clean.paragraphs] == ["498", "499", "502", "31"]


def test_a_caption_in_two_columns_is_read_side_by_side() -> None:
    lines = [
        "MARLENE OKAFOR,        )   No. 24 CV 1182",
        "    Plaintiff,         )   Hon. Vera Lindqvist",
        "vs.                    )",
        "HARBOR HOLDINGS LLC,   )   JURY DEMANDED",
        "    Defendant.         )",
    ]
    clean, pages = clean_pdf(make_pdf([lines]))
    check_offsets(clean, pages)
    assert ")" not in clean.text
    assert clean.text.index("HARBOR HOLDINGS") < clean.text.index("Hon. Vera Lindqvist")
    assert clean.facts["parties"] == "MARLENE OKAFOR v. HARBOR HOLDINGS LLC"


LEFT = ["HARBOR FREIGHT LINES, LLC,", "    Plaintiff,", "  v.", "PALMETTO TERMINALS, INC.,", "    Defendant."]
RIGHT = ["Case No. 3:26-cv-00412", "Judge: Hon. ELLEN M. MARSH", "COMPLAINT AND DEMAND", "FOR JURY TRIAL", ""]


def set_side_by_side(left: Sequence[str], right: Sequence[str], drop: float) -> bytes:
    """Two columns without a line between them, the right one `drop` points lower."""
    paper = FPDF(unit="pt", format="letter")
    paper.add_page()
    paper.set_font("Times", size=12)
    paper.text(200, 72, "UNITED STATES DISTRICT COURT")
    for number, (first, second) in enumerate(zip(left, right, strict=True)):
        paper.text(72, 110 + 16 * number, first)
        paper.text(330, 110 + 16 * number + drop, second)
    paper.text(
        72, 240, "Plaintiff states that the goods were to be delivered to the terminal at noon on the first day."
    )
    return bytes(paper.output())


@pytest.mark.parametrize("drop", [0.0, 6.0])
def test_a_caption_in_two_columns_without_a_line_between_is_read_side_by_side(drop: float) -> None:
    clean, pages = clean_pdf(set_side_by_side(LEFT, RIGHT, drop))
    check_offsets(clean, pages)
    assert clean.text.index("Defendant.") < clean.text.index("Case No.") < clean.text.index("Plaintiff states")
    assert "COMPLAINT AND DEMAND\nFOR JURY TRIAL" in clean.text
    assert clean.facts["parties"] == "HARBOR FREIGHT LINES, LLC v. PALMETTO TERMINALS, INC."
    assert clean.facts["judge"] == "ELLEN M. MARSH"


def test_tables_and_roles_at_the_right_are_no_second_column() -> None:
    table = clean_pdf(
        set_side_by_side(["Item", "Freight", "v. other", "Fees", "Total"], ["Due", "$1", "$2", "$3", "$6"], 0)
    )
    assert "Freight $1" in table[0].text and "Total $6" in table[0].text
    roles = ["", "Petitioner,", "", "", "Respondent."]
    names = clean_pdf(set_side_by_side(["RUTH ALDER,", "", "v.", "OLEG MARCH,", ""], roles, 0))
    assert names[0].text.index("Petitioner") < names[0].text.index("OLEG MARCH")


def test_plain_text_is_left_as_it_is() -> None:
    text = "1\r\n\r\nPage 1 of 3\n\n  Two  words."
    clean = clean_pages([Page(1, text)])
    assert clean.text == text and clean.offsets.to_original(3, 7)[0].start == 3


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("COMPLAINT FOR BREACH OF CONTRACT", "complaint"),
        ("NOTICE OF MOTION AND MOTION TO DISMISS THE COMPLAINT", "motion"),
        ("ORDER GRANTING MOTION TO DISMISS", "order"),
        ("BRIEF FOR APPELLANT", "brief"),
        ("SERVICES AGREEMENT\n\nThis agreement is entered into by and between", "contract"),
        ("VIDEOTAPED DEPOSITION OF MARLENE OKAFOR", "deposition"),
        ("United States Patent\n\nWhat is claimed is:", "patent"),
        ("Dear Ms. Okafor, thank you for your letter.", "plain"),
    ],
)
def test_document_type_by_title(head: str, wanted: str) -> None:
    assert tell_type(head) == wanted


def test_a_large_versus_counts_where_only_a_cited_case_has_a_small_one() -> None:
    head = (
        "JOHN DOE, Plaintiff, V. ACME LINES, Defendant.\n\n"
        + "The complaint is long and says little. " * 4
        + "Under Bell Atlantic v. Twombly, 550 U.S. 544 (2007), it fails."
    )
    assert find_facts(head)["parties"] == "JOHN DOE v. ACME LINES"


def test_a_number_above_the_title_and_the_first_paragraph_below_it_are_no_citation() -> None:
    head = "MARLENE OKAFOR,\n\nPlaintiff,\n\nv.\n\nTOBIAS WREN,\n\nDefendant.\n\nCase No. 24-CV-1182\n\nCOMPLAINT\n\n1. Marlene Okafor is here."
    assert find_facts(head)["parties"] == "MARLENE OKAFOR v. TOBIAS WREN"
    assert "parties" not in find_facts("MARLENE OKAFOR v. TOBIAS WREN, 12 F.3d\n345 is a case that is cited here.")


def test_facts_of_a_caption() -> None:
    head = (
        "UNITED STATES DISTRICT COURT\nFOR THE NORTHERN DISTRICT OF OHIO\n\nMARLENE OKAFOR and TOBIAS WREN,\n\nPlaintiffs,"
        "\n\nv.\n\nHARBOR HOLDINGS, LLC, et al.,\n\nDefendants.\n\nCase No. 3:24-cv-00042-ABC\n\nJudge Vera Lindqvist\n\n"
        "COMPLAINT\n\nFiled March 4, 2024\n\nSee Smith v. Jones, 123 F.3d 456."
    )
    facts = find_facts(head)
    assert facts["court"] == "UNITED STATES DISTRICT COURT FOR THE NORTHERN DISTRICT OF OHIO"
    assert facts["docket_number"] == "3:24-cv-00042-ABC" and facts["judge"] == "Vera Lindqvist"
    assert facts["parties"] == "MARLENE OKAFOR et al. v. HARBOR HOLDINGS, LLC"
    assert facts["date"] == "March 4, 2024" and facts["document_type"] == "complaint"
    assert "parties" not in find_facts("As we said in Smith v. Jones, 123 F.3d 456, the rule is clear.")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("Case No. 24 CV 648415", "24 CV 648415"),
        ("Case No. 24 Civ. 1234 (JPO)", "24 Civ. 1234 (JPO)"),
        ("Case No. 1:23-cv-00412-ABC", "1:23-cv-00412-ABC"),
        ("Index No. 651234/2024", "651234/2024"),
    ],
)
def test_a_docket_number_is_told_whole_and_a_court_with_its_county(written, number):
    head = f"IN THE COURT OF COMMON PLEAS\nCUYAHOGA COUNTY, OHIO\n\nANN ROE,\nPlaintiff,\n\nv.\n\nBO INC.,\nDefendant.\n\n{written}\n"
    facts = find_facts(head)
    assert facts["docket_number"] == number
    assert facts["court"] == "COURT OF COMMON PLEAS CUYAHOGA COUNTY, OHIO"


@pytest.mark.parametrize(
    ("head", "court"),
    [
        ("IN THE COURT OF APPEALS\n\nJACKSON COUNTY,\nAppellant,\n\nv.\n\nANN ROE,\nAppellee.", "COURT OF APPEALS"),
        ("IN THE COURT OF APPEALS\nJACKSON COUNTY,\nAppellant,\n\nv.\n\nANN ROE,\nAppellee.", "COURT OF APPEALS"),
        ("COURT OF CHANCERY\nOrange County, Plaintiff\n\nv.\n\nANN ROE,\nDefendant.", "COURT OF CHANCERY"),
    ],
)
def test_a_county_that_is_a_side_is_no_part_of_the_court(head, court):
    assert find_facts(head)["court"] == court


def test_a_date_behind_a_number_is_no_docket_number():
    assert find_facts("Case No. 4 Jan 2024").get("docket_number", "") == ""
    assert find_facts("Docket No. 12 and 15")["docket_number"] == "12"


_LINE = st.text(st.sampled_from("abcXYZ 019.,-()§é’\u00a0"), max_size=40)


@st.composite
def placed_pages(draw: st.DrawFn) -> list[Page]:
    """Pages of lines with plausible boxes."""
    pages = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        lines = draw(st.lists(_LINE, max_size=12))
        boxes = b""
        for row, line in enumerate(lines):
            left = draw(st.sampled_from([0.1, 0.15, 0.4]))
            top = 0.05 + row * 0.07
            for column in range(len(line)):
                boxes += pack_box(left + column * 0.01, top, left + column * 0.01 + 0.009, top + 0.015)
            boxes += b"\0" * 8
        text = "".join(line + "\n" for line in lines)
        pages.append(Page(number, text, boxes, 612, 792))
    return pages


@settings(max_examples=150, deadline=None)
@given(placed_pages())
def test_verbatim_segments_are_the_original_characters(pages: list[Page]) -> None:
    clean = clean_pages(pages)
    check_offsets(clean, pages)
    for segment in clean.offsets.segments:
        for span in clean.offsets.to_original(segment.start, segment.end):
            found = clean.offsets.to_running(span.page, span.start, span.end)
            assert found is not None and found[0] <= segment.start and segment.end <= found[1]


def test_long_runs_of_white_space_in_a_caption_cost_no_square_of_their_length():
    began = time.process_time()
    for text in ("U.S. DISTRICT COURT" + " " * 5900 + "x", "case" + " " * 5900 + "x", "Judge" + "\n" * 5000):
        find_facts(text)
    assert time.process_time() - began < 2, "it was over 30 s"
