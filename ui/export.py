"""A summary as a file: Word or Markdown, marked as AI output, watermarked until an attorney signs it off."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from assistant.errors import RefusedInput
from ui.present import AI_MARK

if TYPE_CHECKING:
    from docx.document import Document

WATERMARK = "UNVERIFIED"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_CUSTOM = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_NOTICE = "Written by an AI system and checked by code against the filing; citations are not cite-checked."

_NO_TIME = datetime(1980, 1, 1)  # the earliest that a package can hold

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = re.compile(r"([\\`*_\[\]#|~])")
_LINE_START = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))")


def export_file(summary: dict[str, Any], form: str, citations: bool, scrub: bool = False) -> tuple[str, str, bytes]:
    """Write a presented summary as a file.

    Args:
        summary: As `ui.actions.summaries.get_summary` gives it.
        form: "docx" or "md".
        citations: Also write each sentence's page and quote.
        scrub: For a filing: of the metadata only the mark that AI wrote it stays; no person, id, time or adapter.

    Returns:
        File name, media type, bytes.

    Raises:
        RefusedInput: The form is unknown, or what is not signed off, or no Word file, is to be scrubbed.
    """
    if scrub and (form != "docx" or not summary["signed_off_by"]):
        raise RefusedInput(
            "Only a signed-off summary is made ready for filing, as a Word file.", do="Have it signed off first."
        )
    summary = strip_controls(summary)
    stem = "".join(c if c.isalnum() or c in "-_" else "_" for c in summary["file"].rsplit(".", 1)[0])[:60] or "filing"
    name = f"{stem}-summary-v{summary['version']}"
    if form == "md":
        return f"{name}.md", "text/markdown; charset=utf-8", _write_markdown(summary, citations).encode()
    if form == "docx":
        written = _write_docx(summary, citations, scrub)
        return (f"{stem}-summary.docx" if scrub else f"{name}.docx"), DOCX, written
    raise RefusedInput(f"The form is {form!r}.", expected="docx or md")


def strip_controls(value: Any) -> Any:
    """Give a value without the characters that XML, and so Word, cannot hold, such as a form feed of a page."""
    if isinstance(value, str):
        return _NOT_XML.sub(" ", value)
    if isinstance(value, dict):
        return {key: strip_controls(held) for key, held in value.items()}
    return [strip_controls(held) for held in value] if isinstance(value, list) else value


def plain_line(text: str) -> str:
    """Give text for Markdown on one line, so that nothing in it is read as markup or as HTML."""
    line = _MARKUP.sub(r"\\\1", escape(" ".join(text.split())))
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", line)


def _marks(summary: dict[str, Any]) -> dict[str, str]:
    """The machine-readable mark: what made this text, and who answers for it."""
    return {
        "ai_mark": AI_MARK,
        "status": "signed off" if summary["signed_off_by"] else "unverified",
        "signed_off_by": summary["signed_off_by"] or "",
        "summary_id": summary["summary_id"],
        "version": str(summary["version"]),
        "adapter": summary["adapter"],
        "created_at": summary["created_at"],
        "provenance": json.dumps(summary["provenance"], sort_keys=True),
    }


def _blocks(summary: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for part, sentences in groupby(summary["sentences"], key=lambda s: s["part"]):
        yield part, list(sentences)


def _cite(sentence: dict[str, Any]) -> str:
    places = [e["pinpoint"] or f"p. {e['page']}" for e in sentence["evidence"]]
    return "; ".join(dict.fromkeys(places)) or "no passage found"


def flag_support(sentence: dict[str, Any]) -> str:
    """Say in brackets what is not supported, and why; "" where all is."""
    return "" if sentence["support"] == "supported" else f" [{sentence['support']}: {sentence['reason']}]"


def _write_markdown(summary: dict[str, Any], citations: bool) -> str:
    lines = ["---", *(f"{key}: {json.dumps(value)}" for key, value in _marks(summary).items()), "---", ""]
    if not summary["signed_off_by"]:
        lines += [f"**{WATERMARK}**: not signed off by an attorney.", ""]
    lines += [f"# Summary of {plain_line(summary['file'])}", ""]
    quotes: list[str] = []
    for part, sentences in _blocks(summary):
        texts = []
        for sentence in sentences:
            text = plain_line(sentence["text"] + flag_support(sentence))
            if citations:
                proof = f"{plain_line(_cite(sentence))}: {plain_line(join_quotes(sentence))}"
                quotes.append(f"[^{len(quotes) + 1}]: {proof}")
                text += f"[^{len(quotes)}]"
            texts.append(text)
        lines += [(f"**{plain_line(part)}:** " if part else "") + " ".join(texts), ""]
    if summary["missing_parts"]:
        lines += [f"Not found in the filing: {plain_line(', '.join(summary['missing_parts']))}.", ""]
    return "\n".join([*lines, *quotes, "", f"_{_NOTICE}_", ""])


def join_quotes(sentence: dict[str, Any]) -> str:
    """Give the verbatim quotes of a sentence on one line."""
    return " … ".join(f"“{' '.join(e['quote'].split())}”" for e in sentence["evidence"]) or "-"


def _write_docx(summary: dict[str, Any], citations: bool, scrub: bool) -> bytes:
    from docx import Document as new_document

    document = new_document()
    document.add_heading(f"Summary of {summary['file']}", level=1)
    for part, sentences in _blocks(summary):
        paragraph = document.add_paragraph()
        if part:
            paragraph.add_run(f"{part}: ").bold = True
        for sentence in sentences:
            paragraph.add_run(sentence["text"])
            if flag_support(sentence):
                paragraph.add_run(flag_support(sentence)).italic = True
            paragraph.add_run(f" ({_cite(sentence)}) " if citations else " ")
    if summary["missing_parts"]:
        document.add_paragraph(f"Not found in the filing: {', '.join(summary['missing_parts'])}.")
    if citations:
        _add_quotes(document, summary)
    document.add_paragraph(_NOTICE).runs[0].italic = True
    marks = _marks(summary)
    mark_docx(document, {key: marks[key] for key in ("ai_mark", "status")} if scrub else marks)
    if not summary["signed_off_by"]:
        add_watermark(document)
    if scrub:
        _scrub_docx(document)
    out = io.BytesIO()
    document.save(out)
    return _reset_times(out.getvalue()) if scrub else out.getvalue()


def _scrub_docx(document: Document) -> None:
    """Take who, when and how often out of the core properties, and the picture of the first page out of the file."""
    core = document.core_properties
    core.author = core.last_modified_by = core.title = core.subject = core.identifier = core.version = ""
    core.created = core.modified = _NO_TIME
    core.revision = 1
    relations = document.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[key]


def _reset_times(data: bytes) -> bytes:
    """Write a package again with the same time for each of its files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(
                zipfile.ZipInfo(entry.filename, _NO_TIME.timetuple()[:6]), old.read(entry), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def _add_quotes(document: Document, summary: dict[str, Any]) -> None:
    document.add_heading("Passages", level=2)
    table = document.add_table(rows=1, cols=3)
    table.style = "Light Grid"
    for cell, head in zip(table.rows[0].cells, ("Sentence", "Where", "Quote"), strict=True):
        cell.text = head
    for sentence in summary["sentences"]:
        cells = table.add_row().cells
        cells[0].text, cells[1].text, cells[2].text = sentence["text"], _cite(sentence), join_quotes(sentence)


def mark_docx(document: Document, marks: dict[str, str]) -> None:
    """Write the mark into the core properties, for people, and as custom properties, for machines."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    core = document.core_properties
    core.category, core.keywords = AI_MARK, f"{AI_MARK}; {marks['status']}"
    core.comments, core.content_status = _NOTICE, marks["status"]
    core.author = marks.get("signed_off_by") or "Casebrief"
    rows = "".join(
        f'<property fmtid="{_FORMAT_ID}" pid="{number}" name={quoteattr("casebrief_" + key)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for number, (key, value) in enumerate(marks.items(), start=2)
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{rows}</Properties>'
    )
    package = document.part.package
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM, xml.encode(), package)
    package.relate_to(part, _CUSTOM_RELATION)


def add_watermark(document: Document) -> None:
    """Lay the word across every page, as Word itself does: a shape in the header, with a line of text beside it."""
    from docx.oxml import parse_xml

    header = document.sections[0].header
    paragraph = header.paragraphs[0]
    paragraph.add_run(f"{WATERMARK}: not signed off by an attorney").bold = True
    paragraph.add_run()._r.append(
        parse_xml(
            '<w:pict xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
            'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
            '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" path="m@7,l@8,m@5,21600l@6,21600e">'
            '<v:textpath on="t" fitshape="t"/></v:shapetype>'
            '<v:shape id="Watermark" type="#_x0000_t136" fillcolor="silver" stroked="f" '
            'style="position:absolute;margin-left:0;margin-top:0;width:440pt;height:110pt;rotation:315;z-index:-1;'
            "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
            'mso-position-vertical:center;mso-position-vertical-relative:margin">'
            f'<v:fill opacity=".5"/><v:textpath style="font-family:&quot;Calibri&quot;" string="{WATERMARK}"/>'
            "</v:shape></w:pict>"
        )
    )
