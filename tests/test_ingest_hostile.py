"""Whatever comes in: a clear error or a partial read that says so, within limits, and the next file is read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hostile_files import HostileFile, make_hostile_files
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pdf_samples import BODY, make_pdf

from assistant.documents import Page, pack_box
from assistant.errors import CasebriefError, LimitExceeded, RefusedInput
from assistant.settings import Settings, load_settings
from ingest.clean import clean_pages
from ingest.read import ReadResult, describe_hidden, read_document, sniff_kind

LIMITS = {
    "max_pages": 40, "page_timeout_s": 1.0, "ocr_page_timeout_s": 4.0, "document_timeout_s": 12.0,
    "reader_memory_mb": 700, "ocr_processes": 1,
}  # fmt: skip
PATIENCE_S = 90.0
"""By the clock, on a machine busy with other work; a file that is not stopped goes on for ever."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(home=tmp_path_factory.mktemp("home"), **LIMITS)


def read(file: HostileFile, settings: Settings) -> tuple[str, ReadResult | None]:
    """Read a file; give how it ended, and what was read."""
    try:
        result = read_document(file.make(), "x", settings)
    except (RefusedInput, LimitExceeded) as error:
        assert error.what and error.do, "an error says what was got and what to do"
        return "refused", None
    return "partial" if result.warnings else "read", result


@pytest.mark.slow
@pytest.mark.parametrize("group", range(4))
def test_each_hostile_file_ends_as_it_should(group: int, settings: Settings) -> None:
    good = make_pdf([list(BODY)])
    for number, file in enumerate(make_hostile_files(slow=False)):
        if number % 4 == group:
            _check_end(file, settings)
    assert "Okafor" in read_document(good, "good.pdf", settings).pages[0].text


@pytest.mark.slow
@pytest.mark.parametrize("file", [f for f in make_hostile_files() if f.slow], ids=lambda f: f.name)
def test_each_costly_file_is_stopped(file: HostileFile, settings: Settings) -> None:
    before = _resident_mb()
    _check_end(file, settings)
    assert _resident_mb() - before < 300, (file.name, "the parent has grown")
    assert "Okafor" in read_document(make_pdf([list(BODY)]), "good.pdf", settings).pages[0].text


def _check_end(file: HostileFile, settings: Settings) -> None:
    began = time.monotonic()
    ending, result = read(file, settings)
    assert ending in file.ends or (ending == "partial" and "read" in file.ends), (file.name, ending)
    assert time.monotonic() - began < PATIENCE_S, (file.name, "took too long")
    if file.says:
        assert result and any(file.says in warning for warning in result.warnings), (file.name, result)
    for page in result.pages if result else ():
        assert not page.boxes or len(page.boxes) == 8 * len(page.text), file.name
        assert "root:" not in page.text, (file.name, "a file of this machine was read")
        if page.source == "unreadable":
            assert result and any("could not be read" in warning for warning in result.warnings), file.name


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def test_there_are_sixty_hostile_files_and_no_name_twice() -> None:
    names = [file.name for file in make_hostile_files(slow=False)]
    assert len(names) >= 60 and len(set(names)) == len(names)


GOOD = make_pdf([list(BODY)] * 2)


@pytest.mark.slow
@profile(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=12),
    cut=st.one_of(st.none(), st.tuples(st.integers(0, len(GOOD)), st.integers(0, 400))),
)
def test_a_changed_pdf_ends_in_a_result_or_a_clear_error(
    settings: Settings, changes: list[tuple[int, int]], cut: tuple[int, int] | None
) -> None:
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    if cut:
        del data[cut[0] : cut[0] + cut[1]]
    try:
        result = read_document(bytes(data), "x.pdf", settings)
    except CasebriefError as error:
        assert error.what
    else:
        assert all(len(page.boxes) == 8 * len(page.text) for page in result.pages if page.source == "text")
        assert any(page.text for page in result.pages)


@profile(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=400))
def test_any_bytes_have_a_kind_or_are_refused(data: bytes) -> None:
    try:
        assert sniff_kind(data) in ("pdf", "docx", "text")
    except RefusedInput as error:
        assert error.do


LINES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            ["1. The lease was signed.", "ware-", "house", "Page 3 of 9", "____________", "Case 1:24-cv-1", ") ", "v."]
        ),
    ),
    max_size=25,
)


@profile(max_examples=200, deadline=None, derandomize=True)
@given(pages=st.lists(LINES, min_size=1, max_size=4), placed=st.booleans())
def test_cleaning_keeps_every_character_traced(pages: list[list[str]], placed: bool) -> None:
    """Of any text: verbatim segments are the page's own characters, and they ascend without overlap."""
    read_pages = [_place(number, lines, placed) for number, lines in enumerate(pages, 1)]
    clean = clean_pages(read_pages)
    texts = {page.number: page.text for page in read_pages}
    at = 0
    for segment in clean.offsets.segments:
        assert at <= segment.start <= segment.end <= len(clean.text)
        at = segment.end
        if segment.verbatim:
            original = texts[segment.page][segment.page_start : segment.page_end]
            assert clean.text[segment.start : segment.end] == original
    covered = sum(s.end - s.start for s in clean.offsets.segments)
    between = len(clean.text) - covered
    assert between == sum(
        len(clean.text[a:b]) for a, b in _gaps(clean.offsets.segments, len(clean.text)) if not clean.text[a:b].strip()
    ), "what stands nowhere in the original is white space"
    for heading in clean.headings:
        assert clean.text[heading.start : heading.end].strip()


def _gaps(segments: tuple, length: int) -> list[tuple[int, int]]:  # type: ignore[type-arg]
    ends = [0, *(s.end for s in segments)]
    starts = [*(s.start for s in segments), length]
    return list(zip(ends, starts, strict=True))


def _place(number: int, lines: list[str], placed: bool) -> Page:
    text = "\n".join(lines)
    if not placed:
        return Page(number, text)
    boxes = bytearray()
    row = column = 0
    for character in text:
        if character == "\n":
            row, column = row + 1, 0
            boxes += b"\0" * 8
        else:
            x, y = 0.1 + 0.01 * min(column, 80), 0.05 + 0.03 * min(row, 30)
            boxes += pack_box(x, y, x + 0.009, y + 0.02)
            column += 1
    return Page(number, text, bytes(boxes))


def test_a_page_with_too_much_text_is_cut_and_said(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    from ingest import extract
    from ingest.read import _describe, _Reading

    monkeypatch.setattr(extract, "PAGE_CHARACTERS_MAX", 30)
    reading = _Reading(settings, lambda done, total, label: None)
    for frame in extract.extract_pages(GOOD, {"file_kind": "pdf", "password": None, "first": 1, "last": 9}):
        reading._take(frame)
    assert [len(page.text) for page in reading.pages.values()] == [30, 30]
    assert "Pages with too much text, read only in part: 1-2." in _describe(reading, settings)


def test_hidden_words_are_counted_and_not_told() -> None:
    from assistant.documents import HiddenText

    page = Page(3, "seen", hidden=(HiddenText("covered", "one two"), HiddenText("covered", "three")))
    assert describe_hidden([page]) == [
        "Hidden text was taken out (covered): 3 words on page 3. An attorney can reveal it."
    ]
