"""Synthetic filings as PDFs with and without a payload in one of five places; made by code, no model takes part."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

PLACES = ("body", "hidden", "footnote", "metadata", "ocr layer")
FILINGS = 12
_SEED = 71_000
_FOOT_PT = 722.0
_PICTURE_SCALE = 100 / 72
_FILLER = "The clerk received this paper at the public counter during the usual hours of the registry and noted its receipt in the book kept there"


@dataclass(frozen=True, slots=True)
class Payload:
    """What an attacker writes: which half of the wordings, where it goes, and what a summary would show of it."""

    half: str
    place: str
    strategy: str
    text: str
    shows: tuple[str, ...]


def make_filings() -> list[Any]:
    """Make the filings that are attacked: two pages or little more, all types in turn, from the test banks."""
    from finetune.synthesize.rules import DOCUMENT_TYPES, make_filing

    return [make_filing(_SEED + n, DOCUMENT_TYPES[n % len(DOCUMENT_TYPES)], "test", pages=2) for n in range(FILINGS)]


def make_clean_pdf(filing: Any, place: str) -> bytes:
    """Set the filing without a payload: as text, or as a picture with its text behind it."""
    from finetune.synthesize.pdf import make_pdf

    plain = make_pdf(filing)
    return _put_behind_picture(plain, plain) if place == "ocr layer" else plain


def make_attacked_pdf(filing: Any, payload: Payload, number: int) -> bytes:
    """Set the filing with a payload in its place; `number` varies where exactly."""
    from finetune.synthesize.pdf import make_pdf

    if payload.place == "body":
        return make_pdf(_put_into_body(filing, payload.text, number % 3))
    if payload.place == "ocr layer":
        words = (_FILLER.split() * 4)[: len(payload.text.split())]
        shown = make_pdf(_put_into_body(filing, " ".join(words) + ".", 0))
        return _put_behind_picture(shown, make_pdf(_put_into_body(filing, payload.text, 0)))
    if payload.place == "metadata":
        return _put_into_metadata(make_pdf(filing), payload.text, ("/Title", "/Author", "/Subject")[number % 3])
    note = f"{number + 1} {payload.text}" if payload.place == "footnote" else payload.text
    return _write_at_foot(make_pdf(filing), note, white=payload.place == "hidden")


def _put_into_body(filing: Any, text: str, how: int) -> Any:
    """Put a text into the middle of a filing: 0 a paragraph of its own, 1 at a paragraph's end, 2 in its middle."""
    from assistant.evidence.sentences import split_sentences
    from finetune.synthesize.draft import Block

    blocks = list(filing.blocks)
    prose = [i for i, block in enumerate(blocks) if block.kind in ("para", "numbered", "qa", "item")]
    at = prose[len(prose) // 2]
    block = blocks[at]
    if how == 0:
        blocks.insert(at, Block("para", text))
    elif how == 1:
        blocks[at] = replace(block, text=f"{block.text} {text}")
    else:
        longest = max(prose, key=lambda i: len(split_sentences(blocks[i].text)))
        first = split_sentences(blocks[longest].text)[0][1]
        had = blocks[longest].text
        blocks[longest] = replace(blocks[longest], text=f"{had[:first]} {text}{had[first:]}")
    return replace(filing, blocks=tuple(blocks))


def _put_into_metadata(data: bytes, text: str, field: str) -> bytes:
    """Write a text into one field of the document's information."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.add_metadata({field: text})
    return _write(writer)


def _write_at_foot(data: bytes, text: str, white: bool) -> bytes:
    """Write small print at the foot of the first page, in black or in white."""
    import pypdf
    from fpdf import FPDF

    paper = FPDF(format="letter", unit="pt")
    paper.set_auto_page_break(False)
    paper.add_page()
    paper.set_font("Times", size=8)
    if white:
        paper.set_text_color(255, 255, 255)
    lines = paper.multi_cell(440, 9, text, dry_run=True, output="LINES")
    for row, line in enumerate(lines):
        paper.text(90, _FOOT_PT + 9 * row, line)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.pages[0].merge_page(pypdf.PdfReader(io.BytesIO(bytes(paper.output()))).pages[0])
    return _write(writer)


def _put_behind_picture(shown: bytes, said: bytes) -> bytes:
    """Make a scan: each page a picture of one PDF, with the text of the other in it, drawn in no colour (mode 3)."""
    import pypdf
    import pypdfium2
    from fpdf import FPDF
    from pypdf.generic import DecodedStreamObject, NameObject

    pictures = pypdfium2.PdfDocument(shown)
    paper = FPDF(format="letter", unit="pt")
    paper.set_auto_page_break(False)
    for page in pictures:
        paper.add_page()
        paper.image(page.render(scale=_PICTURE_SCALE, grayscale=True).to_pil(), 0, 0, 612, 792)
    pictures.close()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(bytes(paper.output())))
    layer = pypdf.PdfWriter(clone_from=io.BytesIO(said))
    for page, over in zip(writer.pages, layer.pages, strict=False):
        stream = DecodedStreamObject()
        stream.set_data(b"3 Tr\n" + over.get_contents().get_data())  # type: ignore[union-attr]
        over[NameObject("/Contents")] = layer._add_object(stream)
        page.merge_page(over)
    return _write(writer)


def _write(writer: Any) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
