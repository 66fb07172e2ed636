"""Sets a synthetic filing as a PDF: caption tables, pleading paper with line numbers, docket stamps, footers.

Core fonts only, nothing embedded, no clock: the same filing gives the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from finetune.synthesize.draft import Block
from finetune.synthesize.marks import strip_marks

if TYPE_CHECKING:
    from finetune.synthesize.rules import SyntheticFiling

_PLEADING_LINES = 28
_DEPOSITION_LINES = 25
_PITCH = 24.0
_TOP = 60.0
_WIDTHS: dict[tuple[str, str, str], float] = {}
_FACES = {"plain": "Times", "ruled": "Helvetica", "pleading": "Times", "stamped": "Times"}


class _Paper(FPDF):
    """A letter-size page with the furniture of one layout."""

    def __init__(self, filing: SyntheticFiling) -> None:
        super().__init__(orientation="portrait", unit="pt", format="letter")
        self.filing = filing
        self.face = _FACES[filing.layout]
        self.numbered = 0
        if filing.document_type == "deposition":
            self.numbered, self.face = _DEPOSITION_LINES, "Courier"
        elif filing.layout == "pleading" and filing.docket:
            self.numbered = _PLEADING_LINES
        self.pitch = _PITCH if self.numbered else 16.0
        self.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
        self.set_title(filing.title)
        self.alias_nb_pages()
        self.set_margins(108 if self.numbered else 72, _TOP, 60 if self.numbered else 72)
        bottom = 792 - _TOP - self.numbered * _PITCH if self.numbered else 72
        self.set_auto_page_break(True, margin=bottom)
        self.add_page()

    def header(self) -> None:
        """Draw the docket stamp and, on numbered paper, line numbers and rules."""
        filing = self.filing
        if filing.layout == "stamped" and filing.docket:
            self.set_font("Helvetica", size=8.5)
            self.set_text_color(20, 40, 140)
            self.set_xy(0, 22)
            stamp = f"Case {filing.docket}   Document {len(filing.title) % 60 + 1}   Filed {filing.filed}"
            self.cell(612, 10, f"{stamp}   Page {self.page_no()} of {{nb}}", align="C")
            self.set_text_color(0, 0, 0)
        if self.numbered:
            self.set_font(self.face, size=11)
            for line in range(self.numbered):
                self.set_xy(60, _TOP + line * _PITCH)
                self.cell(26, _PITCH, str(line + 1), align="R")
            self.line(96, 20, 96, 772)
            self.line(99, 20, 99, 772)
        self.set_xy(self.l_margin, _TOP)

    def footer(self) -> None:
        """Draw page number and, but on plain paper, the short title."""
        self.set_font(self.face, size=9)
        self.set_xy(self.l_margin, 752)
        label = f"Page {self.page_no()}" if self.filing.layout == "ruled" else f"- {self.page_no()} -"
        if self.filing.layout == "plain":
            label = str(self.page_no())
        self.cell(0, 10, label, align="C")
        if self.filing.layout in ("ruled", "pleading"):
            self.set_xy(self.l_margin, 764)
            self.cell(0, 10, self.filing.title.upper()[:80], align="C")

    def write_block(self, block: Block) -> None:
        """Set one block."""
        text, label = strip_marks(block.text), block.number
        match block.kind:
            case "caption":
                self._write_caption(text.split("\n"), strip_marks(block.right).split("\n"))
            case "court" | "title" | "heading" | "center":
                self._write_lines(text, "C", "" if block.kind == "center" else "B")
            case "numbered":
                self._write_lines(f"{' ' * 8}{label} {text}", "L", "")
            case "qa" | "item":
                self._write_lines(f"{' ' * 6}{label} {text}", "L", "")
            case "sign":
                self._write_lines(text, "L", "", left=180)
            case _:
                self._write_lines((" " * 8 if self.filing.docket else "") + text, "L", "")

    def _write_lines(self, text: str, align: Literal["L", "C"], style: Literal["", "B"], left: float = 0) -> None:
        self.set_font(self.face, style, 12)
        width = self.w - self.l_margin - self.r_margin - left
        for paragraph in text.split("\n"):
            for line in self._wrap(paragraph, style, width):
                self.set_x(self.l_margin + left)
                self.cell(width, self.pitch, line, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if not self.numbered:
            self.ln(8)

    def _wrap(self, text: str, style: str, width: float) -> list[str]:
        """Break a paragraph greedily; fpdf's own breaking measures each line again at each character."""
        lines: list[str] = []
        indent = text[: len(text) - len(text.lstrip())]
        line, used = indent, self._measure(indent, style)
        for word in text.split():
            wide = self._measure(word, style)
            if line.strip() and used + self._measure(" ", style) + wide > width - 4:
                lines.append(line)
                line, used = word, wide
            else:
                joint = " " if line.strip() else ""
                line, used = line + joint + word, used + self._measure(joint, style) + wide
        return [*lines, line]

    def _measure(self, text: str, style: str) -> float:
        key = (self.face, style, text)
        if key not in _WIDTHS:
            if len(_WIDTHS) > 50_000:
                _WIDTHS.clear()
            _WIDTHS[key] = self.get_string_width(text)
        return _WIDTHS[key]

    def _write_caption(self, left: list[str], right: list[str]) -> None:
        """Set the parties beside the case number: a row of brackets, or a ruled box."""
        self.set_font(self.face, size=12)
        rows = max(len(left), len(right))
        right = [""] * ((rows - len(right)) // 2) + right
        ruled = self.filing.layout == "ruled"
        top = self.get_y()
        for row in range(rows):
            y = self.get_y()
            indent = 90 if row % 3 == 1 else 0
            self.set_x(self.l_margin + 4 + indent)
            self.cell(220 - indent, self.pitch, left[row] if row < len(left) else "")
            if not ruled:
                self.set_xy(self.l_margin + 228, y)
                self.cell(10, self.pitch, ")")
            self.set_xy(self.l_margin + 246, y)
            self.cell(0, self.pitch, right[row] if row < len(right) else "", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if ruled:
            self.rect(self.l_margin, top, 232, self.get_y() - top)
        if not self.numbered:
            self.ln(12)


def make_pdf(filing: SyntheticFiling) -> bytes:
    """Set the filing in its layout and give the PDF's bytes."""
    paper = _Paper(filing)
    for block in filing.blocks:
        paper.write_block(block)
    return bytes(paper.output())
