"""A conversation as a file: Word or Markdown, each sentence with its filing, page and quote, marked as AI output."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from assistant.errors import RefusedInput
from ui.export import DOCX, WATERMARK, add_watermark, flag_support, join_quotes, mark_docx, plain_line, strip_controls
from ui.present import AI_MARK

if TYPE_CHECKING:
    from docx.document import Document

_NOTICE = "Answers were written by an AI system and checked by code against the filings; no attorney signed them off."
_ABSTAINED = "The filings do not answer this. The nearest passages stand below."


def export_file(conversation: dict[str, Any], form: str) -> tuple[str, str, bytes]:
    """Write a presented conversation as a file.

    Args:
        conversation: As `ui.actions.questions.get_conversation` gives it.
        form: "docx" or "md".

    Returns:
        File name, media type, bytes.

    Raises:
        RefusedInput: The form is unknown.
    """
    conversation = strip_controls(conversation)
    stem = "".join(c if c.isalnum() or c in "-_" else "_" for c in conversation["title"])[:60].strip("_")
    name = f"{stem or 'conversation'}-answers"
    if form == "md":
        return f"{name}.md", "text/markdown; charset=utf-8", _write_markdown(conversation).encode()
    if form == "docx":
        return f"{name}.docx", DOCX, _write_docx(conversation)
    raise RefusedInput(f"The form is {form!r}.", expected="docx or md")


def _marks(conversation: dict[str, Any]) -> dict[str, str]:
    """The machine-readable mark: what made the answers; nobody signs them off."""
    turns = conversation["turns"]
    return {
        "ai_mark": AI_MARK,
        "status": "unverified",
        "signed_off_by": "",
        "conversation_id": conversation["conversation_id"],
        "adapters": ", ".join(dict.fromkeys(turn["adapter"] for turn in turns)),
        "created_at": conversation["created_at"],
        "provenance": json.dumps([turn["provenance"] for turn in turns], sort_keys=True),
    }


def _say_place(evidence: dict[str, Any]) -> str:
    """Give the filing and the place of a quote; a pinpoint names a paragraph or a line, so the page is said too."""
    pinpoint, page = evidence["pinpoint"], f"p. {evidence['page']}"
    return f"{evidence['file']}, {pinpoint if page in pinpoint else ', '.join(filter(None, (pinpoint, page)))}"


def _cite(sentence: dict[str, Any]) -> str:
    return "; ".join(dict.fromkeys(map(_say_place, sentence["evidence"]))) or "no passage found"


def _list_proofs(turn: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Give (sentence, where, quote) for each sentence of an answer, or for the nearest passages where it abstains."""
    if turn["abstained"]:
        return [("Nearest passage", _say_place(e), join_quotes({"evidence": [e]})) for e in turn["nearest"]]
    return [(s["text"] + flag_support(s), _cite(s), join_quotes(s)) for s in turn["sentences"]]


def _write_markdown(conversation: dict[str, Any]) -> str:
    lines = ["---", *(f"{key}: {json.dumps(value)}" for key, value in _marks(conversation).items()), "---", ""]
    lines += [f"**{WATERMARK}**: not signed off by an attorney.", "", f"# {plain_line(conversation['title'])}", ""]
    quotes: list[str] = []
    for turn in conversation["turns"]:
        texts = []
        for text, where, quote in _list_proofs(turn):
            quotes.append(f"[^{len(quotes) + 1}]: {plain_line(where)}: {plain_line(quote)}")
            texts.append(f"{plain_line(text)}[^{len(quotes)}]")
        said = [_ABSTAINED, ""] if turn["abstained"] else []
        lines += [f"## {plain_line(turn['question'])}", "", *said, " ".join(texts), ""]
    return "\n".join([*lines, *quotes, "", f"_{_NOTICE}_", ""])


def _write_docx(conversation: dict[str, Any]) -> bytes:
    from docx import Document as new_document

    document = new_document()
    document.add_heading(conversation["title"], level=1)
    for turn in conversation["turns"]:
        document.add_heading(turn["question"], level=2)
        if turn["abstained"]:
            document.add_paragraph(_ABSTAINED)
        else:
            texts = [f"{s['text']}{flag_support(s)} ({_cite(s)})" for s in turn["sentences"]]
            document.add_paragraph(" ".join(texts))
        _add_table(document, turn)
    document.add_paragraph(_NOTICE).runs[0].italic = True
    mark_docx(document, _marks(conversation))
    add_watermark(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_table(document: Document, turn: dict[str, Any]) -> None:
    table = document.add_table(rows=1, cols=3)
    table.style = "Light Grid"
    for cell, head in zip(table.rows[0].cells, ("Sentence", "Where", "Quote"), strict=True):
        cell.text = head
    for row in _list_proofs(turn):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
