"""Small PDFs made by code for the tests of reading; no real document's text."""

from __future__ import annotations

import io

import pypdf
from fpdf import FPDF
from pypdf.actions import JavaScript

STAMP = "Case 1:24-cv-00042-ABC Document {entry} Filed 03/04/24 Page {page} of {pages} PageID #: {page}"
BODY = (
    "Plaintiff Marlene Okafor rented the ware-",
    "house at the edge of the harbor for three years.",
    "The roof leaked from the first winter on, and",
    "the landlord repaired nothing in that time.",
)


def make_pdf(pages: list[list[str]], *, header: str = "", numbered: bool = False, size: int = 12) -> bytes:
    """Make a PDF of text lines, one list a page; `header` may hold {page} and {pages}; `numbered` adds 1, 2, 3 …"""
    pdf = FPDF(format="letter", unit="pt")
    pdf.set_auto_page_break(False)
    for number, lines in enumerate(pages, 1):
        pdf.add_page()
        pdf.set_font("Times", size=9)
        if header:
            pdf.text(72, 30, header.format(page=number, pages=len(pages), entry=7))
        pdf.set_font("Times", size=size)
        for index, line in enumerate(lines):
            y = 110 + index * 24
            if numbered:
                pdf.text(50, y, str(index + 1))
            pdf.text(90, y, line)
        pdf.text(300, 760, str(number))
    return bytes(pdf.output())


def make_scan(lines: list[str], *, angle: int = 0, stamp: str = "", blank: bool = False) -> bytes:
    """Make a PDF whose only page is a picture of text, turned by `angle` degrees, with a stamp of real text on it."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (1700, 2200), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=44)
    if not blank:
        for index, line in enumerate(lines):
            draw.text((200, 300 + index * 90), line, font=font, fill=0)
    buffer = io.BytesIO()
    image.rotate(angle, expand=True, fillcolor=255).save(buffer, "PNG")
    pdf = FPDF(format="letter", unit="pt")
    pdf.add_page()
    pdf.image(buffer, 0, 0, 612, 792)
    if stamp:
        pdf.set_font("Times", size=9)
        pdf.text(72, 30, stamp)
    return bytes(pdf.output())


def encrypt_pdf(data: bytes, password: str) -> bytes:
    """Encrypt a PDF with a user password."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def add_script_and_attachment(data: bytes) -> bytes:
    """Put JavaScript and an attached file into a PDF."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.add_open_action(JavaScript("app.alert('x');"))
    writer.add_attachment("note.txt", b"hidden")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def make_docx(paragraphs: list[str], rows: list[list[str]]) -> bytes:
    """Make a Word file: paragraphs, then a table, then a page break and a last line."""
    import docx

    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    document.add_page_break()
    document.add_paragraph("The second page.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def make_raw_pdf(
    content: str,
    *,
    resources: str = "",
    page: str = "",
    catalog: str = "",
    objects: tuple[str, ...] = (),
    box: str = "",
) -> bytes:
    """Make a PDF of one page from its content stream; `objects` are 6, 7 and so on, the font F is Times.

    `resources`, `page` and `catalog` are entries of these dictionaries; `box` is another page box than letter paper.
    """
    bodies = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box or '0 0 612 792'}]/Contents 4 0 R"
        f"/Resources<</Font<</F 5 0 R>>{resources}>>{page}>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
        *objects,
    ]
    out, places = "%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer<</Root 1 0 R/Size {len(bodies) + 1}>>startxref\n{len(out)}\n%%EOF"
    return (f"{out}xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}{end}").encode("latin-1")
