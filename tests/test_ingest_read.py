"""Reading: the kind by content, pages with boxes, refusals with a reason, limits that hold."""

from __future__ import annotations

import os
import time
import zlib
from pathlib import Path

import pytest
from pdf_samples import BODY, add_script_and_attachment, encrypt_pdf, make_docx, make_pdf, make_scan

from assistant.errors import LimitExceeded, RefusedInput
from assistant.settings import Settings, load_settings
from ingest.read import name_pages, needs_ocr, read_document, render_page, sniff_kind


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n...", "pdf"),
        (b"\r\n%PDF-1.5\r\n", "pdf"),  # an empty line first, as some court systems send
        (b"%%EOF\r\n%PDF-1.4", "pdf"),  # the tail of another file first
        (make_docx(["a"], [["b"]]), "docx"),
        ("Vertrag über 5 €".encode(), "text"),
        (b"\xff\xfeh\x00i\x00", "text"),  # UTF-16 with its mark
        ("naïve café".encode("cp1252"), "text"),
    ],
)
def test_kind_is_told_by_content(data: bytes, kind: str) -> None:
    assert sniff_kind(data) == kind


@pytest.mark.parametrize("data", [b"", b"  \n", b"PK\x03\x04 no archive", b"\x89PNG\r\n\x1a\n\x00\x00", b"{\\rtf1 x}"])
def test_other_kinds_are_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(RefusedInput) as caught:
        sniff_kind(data)
    assert caught.value.do


def test_every_character_of_a_pdf_has_its_box(settings: Settings) -> None:
    result = read_document(make_pdf([list(BODY)] * 3), "wrong name.doc", settings)
    assert [page.number for page in result.pages] == [1, 2, 3]
    page = result.pages[0]
    assert len(page.boxes) == 8 * len(page.text)
    start = page.text.index("Okafor")
    (box,) = page.line_boxes(start, start + 6)
    left = page.line_boxes(page.text.index("Plaintiff"), page.text.index("Plaintiff") + 9)[0]
    assert box.x0 > left.x1 and 0.10 < box.y0 < box.y1 < 0.16 and page.source == "text"


def test_word_file_keeps_order_table_and_page_break(settings: Settings) -> None:
    result = read_document(
        make_docx(["First.", "Second."], [["Rent", "$500"], ["Term", "3 years"]]), "x.docx", settings
    )
    assert result.pages[0].text.startswith("First.\n\nSecond.\n\nRent\t$500\nTerm\t3 years")
    assert result.pages[1].text == "The second page."


def test_plain_text_keeps_every_character(settings: Settings) -> None:
    text = "One.\r\n\r\n  Two — “quoted”.\n"
    (page,) = read_document(text.encode(), "a.txt", settings).pages
    assert page.text == text


def test_encrypted_file_asks_for_its_password(settings: Settings) -> None:
    data = encrypt_pdf(make_pdf([list(BODY)]), "harbor")
    with pytest.raises(RefusedInput, match="encrypted"):
        read_document(data, "a.pdf", settings)
    with pytest.raises(RefusedInput, match="does not open"):
        read_document(data, "a.pdf", settings, "wrong")
    assert "Okafor" in read_document(data, "a.pdf", settings, "harbor").pages[0].text


def test_scripts_and_attachments_are_reported(settings: Settings) -> None:
    result = read_document(add_script_and_attachment(make_pdf([list(BODY)])), "a.pdf", settings)
    assert result.facts["scripts"] and result.facts["attachments"]
    assert sum("nothing of it was run" in warning for warning in result.warnings) == 2


def test_damaged_files_end_in_a_clear_error(settings: Settings) -> None:
    good = make_pdf([list(BODY)])
    for data in (b"%PDF-1.7\n" + os.urandom(400), good[:200], b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj"):
        with pytest.raises(RefusedInput):
            read_document(data, "a.pdf", settings)


def test_a_bomb_is_stopped_and_the_next_file_is_read(settings: Settings) -> None:
    squeezer = zlib.compressobj(9)
    stream = b"".join(squeezer.compress(b"0 0 m 9 9 l S\n" * 100_000) for _ in range(400)) + squeezer.flush()
    blown = zlib.compress(stream, 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
        b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%b\nendstream" % (len(blown), blown),
    ]  # fmt: skip
    data = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%bendobj\n" % (i, o) for i, o in enumerate(objects, 1))
    data += b"trailer<</Root 1 0 R/Size 5>>"
    limited = settings.model_copy(update={"page_timeout_s": 1.0, "reader_memory_mb": 256})
    began = time.monotonic()
    with pytest.raises((RefusedInput, LimitExceeded)):
        read_document(data, "bomb.pdf", limited)
    assert time.monotonic() - began < 40
    assert "Okafor" in read_document(make_pdf([list(BODY)]), "a.pdf", limited).pages[0].text


def test_sizes_and_page_numbers_are_limited(settings: Settings) -> None:
    with pytest.raises(LimitExceeded, match="MiB"):
        read_document(b"x" * (2 << 20), "a.txt", settings.model_copy(update={"max_file_mb": 1}))
    result = read_document(make_pdf([list(BODY)] * 4), "a.pdf", settings.model_copy(update={"max_pages": 2}))
    assert len(result.pages) == 2 and "first 2 of 4" in result.warnings[0]


@pytest.mark.parametrize(
    ("text", "image", "paths", "wanted"),
    [
        ("A whole page of words. " * 20, 0.0, 5, False),
        ("A whole page of words. " * 20, 1.0, 0, False),  # a scan with its OCR layer
        ("Case 1:24-cv-1 Document 3 Filed 01/02/24 Page 1 of 9", 0.95, 0, True),  # a stamp is no text
        ("", 0.0, 0, False),  # an empty page
        ("", 0.0, 900, True),  # lettering drawn as curves
        ("\ufffd\ue001\ue002" * 30, 0.0, 0, True),  # a font without a map to letters
    ],
)
def test_which_pages_need_ocr(text: str, image: float, paths: int, wanted: bool) -> None:
    assert needs_ocr(text, image, paths) is wanted


def test_page_numbers_are_written_as_ranges() -> None:
    assert name_pages([3, 1, 2, 7]) == "1-3, 7"


def test_picture_of_a_page(settings: Settings) -> None:
    data = make_pdf([list(BODY)])
    assert render_page(data, 1, 300, settings).startswith(b"\x89PNG")
    with pytest.raises(RefusedInput, match="no such page"):
        render_page(data, 9, 300, settings)


def test_a_scan_is_read_with_places_and_confidence(settings: Settings) -> None:
    lines = ["The tenant Marlene Okafor paid the rent", "on the first day of every month until June."]
    result = read_document(
        make_scan(lines, stamp="Case 1:24-cv-42 Document 3 Filed 03/04/24 Page 1 of 1"), "s.pdf", settings
    )
    (page,) = result.pages
    assert page.source == "ocr" and page.confidence is not None and page.confidence > 0.8
    start = page.text.index("Okafor")
    (box,) = page.line_boxes(start, start + 6)
    assert 0.1 < box.y0 < 0.2 and 0.2 < box.x0 < 0.6 and len(page.boxes) == 8 * len(page.text)


def test_a_turned_scan_is_read_and_a_blank_page_is_not_called_unreadable(settings: Settings) -> None:
    lines = ["The witness saw the truck at the gate before noon.", "She told the officer what she had seen there."] * 5
    (page,) = read_document(make_scan(lines, angle=180), "s.pdf", settings).pages
    assert "officer" in page.text
    with pytest.raises(RefusedInput, match="No page"):
        read_document(make_scan([], blank=True), "s.pdf", settings)


CORPORA = os.environ.get("CASEBRIEF_CORPORA", "")
needs_corpora = pytest.mark.skipif(not CORPORA, reason="CASEBRIEF_CORPORA is not set: the real files are not at hand")


@needs_corpora
def test_real_filings_are_read_or_refused(settings: Settings) -> None:
    ocr = {}
    for path in sorted((Path(CORPORA) / "pdfs").glob("*.pdf")):
        if path.name == "empty.pdf":
            with pytest.raises(RefusedInput, match="empty"):
                read_document(path.read_bytes(), path.name, settings)
            continue
        result = read_document(path.read_bytes(), path.name, settings)
        assert [page.number for page in result.pages] == list(range(1, len(result.pages) + 1))
        ocr[path.name] = [page.number for page in result.pages if page.source == "ocr"]
    assert ocr["image-pdf-2.pdf"] == [1] and ocr["gov.uscourts.cand.203070.27.0.pdf"] == [1, 2]
    assert ocr["cert_petition.pdf"] == [] and ocr["broken-mime.pdf"] == []
