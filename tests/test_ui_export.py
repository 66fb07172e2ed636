"""A signed-off summary made ready for filing: its words stay, what only the firm should know does not."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document

from assistant.errors import RefusedInput
from ui.export import export_file

CITED = {"pinpoint": "p. 3", "page": 3, "quote": "The motion is denied."}
SENTENCE = {"text": "The motion is denied.", "part": "", "support": "supported", "reason": "", "evidence": [CITED]}
INSIDE = {
    "signed_off_by": "alex.attorney",
    "summary_id": "s-0a1b2c3d",
    "adapter": "a-77f0",
    "created_at": "2026-03-04T05:06:07Z",
}


def make_summary(**given: Any) -> dict[str, Any]:
    summary = {"file": "order.pdf", "version": 4, "sentences": [SENTENCE], "missing_parts": [], **INSIDE}
    return summary | {"provenance": {"model": "hash-99"}} | given


def read_all(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_a_file_for_filing_keeps_the_words_and_the_mark_and_nothing_of_the_house() -> None:
    name, _, data = export_file(make_summary(), "docx", False, scrub=True)
    assert name == "order-summary.docx"
    everything = read_all(data)
    assert "The motion is denied." in everything and 'name="casebrief_ai_mark"' in everything
    for value in (*INSIDE.values(), "hash-99", "python-docx", "2026"):
        assert value not in everything, value
    whole = read_all(export_file(make_summary(), "docx", False)[2])
    assert all(value in whole for value in INSIDE.values()), "the ordinary export has them"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any("thumbnail" in name for name in archive.namelist())
    core = Document(io.BytesIO(data)).core_properties
    assert (core.author, core.last_modified_by, core.created.year) == ("", "", 1980)


def test_two_files_of_the_same_words_are_the_same_bytes() -> None:
    first = export_file(make_summary(), "docx", False, scrub=True)[2]
    again = export_file(make_summary(version=5, created_at="2027-01-01T00:00:00Z"), "docx", False, scrub=True)[2]
    assert first == again


@pytest.mark.parametrize(("form", "given"), [("docx", {"signed_off_by": ""}), ("md", {})])
def test_only_a_signed_off_word_file_is_made_ready(form: str, given: dict[str, str]) -> None:
    with pytest.raises(RefusedInput):
        export_file(make_summary(**given), form, False, scrub=True)
