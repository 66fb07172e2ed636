"""Any filing's bytes -> pages with the characters as read: told by content, read in one limited process."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.documents import HiddenText, Page
from assistant.errors import LimitExceeded, RefusedInput
from ingest.hidden_records import bound_records, describe_hidden, make_record, name_pages, take_records
from ingest.kinds import decode_text, sniff_kind
from ingest.layers import SURE_ABOVE, Box, TooMuchToCompare, hide_unshown, round_box
from ingest.limits import ChildDied, Frame, LimitedProcess, Limits, ServerDied
from ingest.shapeless import SHAPELESS, take_out_shapeless

if TYPE_CHECKING:
    from assistant.settings import Settings

Progress = Callable[[int, int, str], None]

_CHARACTERS_A_PAGE = 4000
"""Characters of a document are bounded by this times the pages that are read of one; print has some 3,000 a page."""
_OPEN_SECONDS = 20.0
_RESTARTS_MAX = 5
_DRAWING_LOST_SHARE = 0.25
"""Of a document's time, what may go into pages that are then not drawn after all; behind that no page is drawn."""
_HIDDEN_SHARE = 0.1
"""Of the characters of a document, how many its hidden text may have beside them."""
_USABLE_LETTERS = 40
_SCAN_SHARE = 0.5
_SCAN_LETTERS = 250
_DRAWN_PATHS = 150
_STAMP_LINE = re.compile(
    r"\b(?:case|appeal|appellate case|usca\d*|docket|nyscef)\b.{0,60}\b(?:doc(?:ument)?|filed|pg|page)\b.*|"
    r"\bpage\s*id\b.*|\b(?:filed|entered|received)\b.{0,30}\d{4}.*",
    re.IGNORECASE,
)
_REFUSALS = {
    "password_missing": ("The file is encrypted.", "Give its password (--password-file) or an open copy."),
    "password_wrong": ("The file is encrypted and the password does not open it.", "Check the password."),
    "damaged": ("The file says it is a PDF, but its structure cannot be read.", "Ask for the file again."),
    "damaged_archive": ("The file is a damaged archive.", "Ask for the file again."),
    "too_large_inside": ("The file unpacks to more than 200 MiB.", "Ask for a smaller copy."),
    "no_such_page": ("The file has no such page.", "Choose a page of the document."),
}


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A file as read.

    Attributes:
        pages: In order; a page that could not be read is there with no text and source "unreadable".
        facts: file_kind, pages_total, and for PDF encrypted, attachments, scripts, forms.
        warnings: What a person should know, without the file's content.
    """

    pages: tuple[Page, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def read_document(
    data: bytes,
    file_name: str,
    settings: Settings,
    password: str | None = None,
    progress: Progress | None = None,
) -> ReadResult:
    """Read every page of a filing: its text layer, or OCR where there is no usable text.

    Args:
        data: The file.
        file_name: Only for the person; the kind is told by the content.
        settings: Limits on size, pages, time and memory.
        password: For an encrypted PDF.
        progress: Called with (pages done, pages in all, what is being done).

    Raises:
        RefusedInput: Empty, of another kind, encrypted, or nothing of it could be read.
        LimitExceeded: Larger than `settings.max_file_mb`, or nothing was read within the time.
    """
    if len(data) > settings.max_file_mb << 20:
        raise LimitExceeded(
            f"The file has {len(data) >> 20} MiB.", expected=f"at most {settings.max_file_mb} MiB",
            do="Split it, or raise CASEBRIEF_MAX_FILE_MB.",
        )  # fmt: skip
    kind = sniff_kind(data)
    if kind == "text":
        return _read_plain(decode_text(data) or "", settings)
    reading = _Reading(settings, progress or (lambda done, total, label: None))
    reading.read_all(data, kind, password)
    pages, warnings = _read_scans(data, password, reading, settings)
    warnings += _describe(reading, settings)
    unreadable = [page.number for page in pages if page.source == "unreadable"]
    if unreadable:
        warnings.append(f"Pages that could not be read: {name_pages(unreadable)}.")
    if not any(page.text.strip() for page in pages):
        raise RefusedInput(
            "No page of the file gave any text.", expected="at least one readable page",
            do="Ask for a better scan or the original.",
        )  # fmt: skip
    return ReadResult(tuple(pages), reading.facts, tuple(warnings))


def _read_plain(text: str, settings: Settings) -> ReadResult:
    """Take a plain text as one page; its offsets stay the file's own."""
    most = settings.max_pages * _CHARACTERS_A_PAGE
    if len(text) > most:
        raise LimitExceeded(
            f"The text has {len(text)} characters.", expected=f"at most {most}",
            do="Split it, or raise CASEBRIEF_MAX_PAGES.",
        )  # fmt: skip
    text, unshown = take_out_shapeless(text, " ")
    records, room = bound_records([make_record(SHAPELESS, run) for run in unshown], int(most * _HIDDEN_SHARE))
    page = Page(1, text, hidden=take_records(records))
    warnings = describe_hidden([page], [1] if room < 0 else [])
    return ReadResult((page,), {"file_kind": "text", "pages_total": 1}, tuple(warnings))


class _Reading:
    """Collects a child's frames; starts a new child behind a page that killed the one before."""

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self.settings = settings
        self.progress = progress
        self.pages: dict[int, Page] = {}
        self.scans: list[int] = []
        self.facts: dict[str, Any] = {}
        self.cut: list[int] = []
        self.overlong: list[int] = []
        self.unchecked: list[int] = []
        self.undrawn: list[int] = []
        self.hidden_cut: list[int] = []
        self.layers: dict[int, list[Box]] = {}
        self.unsure_layers: list[int] = []
        self.tried_again: set[int] = set()
        self.draft: Frame | None = None
        self.draft_at = self.drawing_lost_s = 0.0
        self.characters_left = settings.max_pages * _CHARACTERS_A_PAGE
        self.hidden_left = int(self.characters_left * _HIDDEN_SHARE)
        self.total = 0
        self.trouble = ""

    def read_all(self, data: bytes, kind: str, password: str | None) -> None:
        """Read pages until the last, over as many children as crashes make needful."""
        request: dict[str, Any] = {"file_kind": kind, "password": password, "last": self.settings.max_pages}
        self.facts |= {"file_kind": kind}
        ends_at, restarts = time.monotonic() + self.settings.document_timeout_s, 0
        while restarts <= _RESTARTS_MAX and (left := ends_at - time.monotonic()) > 0:
            first = max(self.pages, default=0) + 1
            more = {"first": first, "structure": not self.facts.get("structure_tried"), "draw": self._may_draw()}
            try:
                alone = bool(self.tried_again)
                with LimitedProcess("read", request | more, data, self._limits(left), alone) as child:
                    for frame in child.frames():
                        self._take(frame)
                return
            except (ChildDied, LimitExceeded) as error:
                if isinstance(error, ServerDied) and self._may_try_again():
                    continue
                if self._keep_draft():
                    continue  # it costs of the time for drawing; each time a page more has been read
                restarts += 1
                if not self._skip_page(first, "time" if isinstance(error, LimitExceeded) else "crash"):
                    break
        self._fill_missing()

    def _may_try_again(self) -> bool:
        """Tell whether the page at which the fork server ended is read once more, with a server of its own.

        Another document's page may have ended the server that both had.
        """
        number = max(self.pages, default=0) + 1
        if number in self.tried_again:
            return False
        self.tried_again.add(number)
        self.draft = None
        return True

    def _may_draw(self) -> bool:
        return self.drawing_lost_s < self.settings.document_timeout_s * _DRAWING_LOST_SHARE

    def _keep_draft(self) -> bool:
        """Keep a page that was read and then could not be drawn; tell whether there is one."""
        if self.draft is None:
            return False
        self.drawing_lost_s += min(time.monotonic() - self.draft_at, self._limits(0.0).step_s)
        self._take_page(self.draft)
        return True

    def _limits(self, left_s: float) -> Limits:
        s = self.settings
        return Limits(s.reader_memory_mb, s.page_timeout_s + 1.0, _OPEN_SECONDS, left_s)

    def _skip_page(self, first: int, trouble: str) -> bool:
        """Mark the page that stopped the child; tell whether pages are left behind it."""
        if not self.total:
            raise (
                LimitExceeded("The file could not be opened within its time.", do="Ask for the file again.")
                if trouble == "time"
                else RefusedInput("The file cannot be opened: it crashes its reader.", do="Ask for the file again.")
            )
        number = max(self.pages, default=first - 1) + 1
        if number > self._last():
            self.facts |= {"structure_tried": True, "valid": False}
            return False
        self.trouble = trouble
        self.pages[number] = Page(number, "", source="unreadable")
        return number < self._last()

    def _last(self) -> int:
        return min(self.total, self.settings.max_pages)

    def _fill_missing(self) -> None:
        for number in range(1, self._last() + 1):
            self.pages.setdefault(number, Page(number, "", source="unreadable"))

    def _take(self, frame: Frame) -> None:
        """Take one frame of the child."""
        header: Any = frame.header
        if frame.kind == "refused":
            what, do = _REFUSALS[header["reason"]]
            raise RefusedInput(what, do=do)
        if frame.kind == "opened":
            self.total = int(header["pages_total"])
            self.facts["pages_total"] = self.total
        elif frame.kind == "structure":
            self.facts |= header | {"structure_tried": True}
        elif frame.kind == "draft":
            self.draft, self.draft_at = frame, time.monotonic()
        elif frame.kind == "page":
            self._take_page(frame)

    def _take_page(self, frame: Frame) -> None:
        """Keep a page; note it for OCR where its text is not a page's text."""
        header: Any = frame.header
        number = int(header["number"])
        self.draft = None
        if header.get("failed"):
            self.pages[number] = Page(number, "", source="unreadable")
            return
        size = int(header["text_bytes"])
        text = frame.body[:size].decode("utf-8", "replace")
        if len(text) > self.characters_left:
            self.overlong.append(number)
            self.pages[number] = Page(number, "", source="unreadable")
            return
        self.characters_left -= len(text)
        if header.get("cut"):
            self.cut.append(number)
        if header.get("unchecked"):
            self.unchecked.append(number)
        if header.get("undrawn"):
            self.undrawn.append(number)
        hidden = self._take_hidden(number, header)
        place = header.get("width_pt", 0.0), header.get("height_pt", 0.0)
        self.pages[number] = Page(number, text, frame.body[size:], *place, hidden=hidden)
        if needs_ocr(text, float(header["image_share"]), int(header["paths"])):
            self.scans.append(number)
        elif header.get("layer") and self.settings.check_layers:
            self.layers[number] = [round_box(box) for box in header["layer"]]
        self.progress(number, self._last(), "Reading")

    def _take_hidden(self, number: int, header: Any) -> tuple[HiddenText, ...]:
        """Keep a page's hidden text as far as the document's may go; note where some of it was cut off."""
        records, left = bound_records(header.get("hidden", ()), self.hidden_left)
        self.hidden_left = max(left, 0)
        if left < 0 or header.get("hidden_cut"):
            self.hidden_cut.append(number)
        return take_records(records)


def needs_ocr(text: str, image_share: float, paths: int) -> bool:
    """Tell whether a page's text layer is missing, is only a stamp over a scan, or is no language.

    Args:
        text: The text layer.
        image_share: Share of the page that its largest picture covers, 0..1.
        paths: Drawn outlines; many of them and no text is lettering turned into curves.
    """
    body = "\n".join(line for line in text.split("\n") if not _STAMP_LINE.search(line))
    letters = sum(c.isalpha() for c in body)
    broken = sum(c == "\ufffd" or 0xE000 <= ord(c) < 0xF900 for c in body)
    if broken > 0.3 * max(len(body.strip()), 1):
        return True
    if letters < _USABLE_LETTERS:
        return image_share > 0.05 or paths > _DRAWN_PATHS
    return image_share > _SCAN_SHARE and letters < _SCAN_LETTERS


def _read_scans(
    data: bytes, password: str | None, reading: _Reading, settings: Settings
) -> tuple[list[Page], list[str]]:
    """Put OCR pages in the place of pages without usable text; a page OCR cannot read keeps its stamp."""
    pages = dict(reading.pages)
    warnings: list[str] = []
    if reading.scans or reading.layers:
        from ingest.ocr import read_scans

        both = read_scans(data, sorted({*reading.scans, *reading.layers}), settings, password, reading.progress)
        found = {number: page for number, page in both.items() if number in reading.scans}
        for number, layer in reading.layers.items():
            shown = both.get(number)
            if shown is None or (shown.confidence or 0.0) < SURE_ABOVE:
                reading.unsure_layers.append(number)
                continue
            try:
                pages[number] = reading.pages[number] = hide_unshown(pages[number], layer, shown)
            except TooMuchToCompare:
                reading.unsure_layers.append(number)
        for number in reading.scans:
            scanned = found.get(number)
            had = pages[number]
            if scanned is None:
                pages[number] = replace(had, source="unreadable")
            else:
                pages[number] = replace(scanned, width_pt=had.width_pt, height_pt=had.height_pt, hidden=had.hidden)
        weak = [n for n, page in found.items() if page.confidence is not None and 0 < page.confidence < 0.7]
        if weak:
            warnings.append(f"Pages read by OCR with low confidence: {name_pages(weak)}.")
    return [pages[number] for number in sorted(pages)], warnings


def _describe(reading: _Reading, settings: Settings) -> list[str]:
    """Say what a person should know about the file beside its text."""
    facts, warnings = reading.facts, []
    if reading.total > settings.max_pages:
        warnings.append(f"Only the first {settings.max_pages} of {reading.total} pages were read.")
    for key, what in (("attachments", "attached files"), ("scripts", "JavaScript"), ("forms", "form fields"),
                      ("actions", "actions that start by themselves")):  # fmt: skip
        if facts.get(key):
            warnings.append(f"The PDF carries {what}; nothing of it was run or opened.")
    if facts.get("valid") is False:
        warnings.append("The PDF's structure is damaged; its pages were read by repair.")
    if reading.cut:
        warnings.append(f"Pages with too much text, read only in part: {name_pages(reading.cut)}.")
    if reading.overlong:
        warnings.append(f"The document has too much text; pages left out: {name_pages(reading.overlong)}.")
    warnings += describe_hidden(list(reading.pages.values()), reading.hidden_cut)
    if reading.unchecked:
        pages = name_pages(reading.unchecked)
        warnings.append(f"Pages not checked for hidden text (they cannot be drawn, or not in time): {pages}.")
    if reading.undrawn:
        warnings.append(
            "Pages on which hidden text was looked for by its colour, size, place and way of painting only, without "
            f"a picture; white text that a dark ground shows is taken out there too: {name_pages(reading.undrawn)}."
        )
    if reading.unsure_layers:
        warnings.append(
            "Pages whose invisible text layer could not be held against their picture: "
            f"{name_pages(reading.unsure_layers)}."
        )
    if reading.trouble:
        warnings.append("A page stopped the reader (time, memory or a crash) and was left out.")
    facts.pop("structure_tried", None)
    return warnings


def render_page(data: bytes, page: int, width_px: int, settings: Settings, password: str | None = None) -> bytes:
    """Draw one page of a PDF as PNG, in a limited process.

    Raises:
        RefusedInput: The file is no PDF, has no such page, or could not be drawn within its limits.
    """
    if sniff_kind(data) != "pdf":
        raise RefusedInput("Only the pages of a PDF have a picture.", do="Read the page's text instead.")
    limits = Limits(settings.reader_memory_mb, settings.ocr_page_timeout_s, settings.ocr_page_timeout_s, 60.0)
    request: dict[str, object] = {"page": page, "width_px": max(min(width_px, 4000), 50), "password": password}
    for alone in (False, True):
        try:
            with LimitedProcess("picture", request, data, limits, alone) as child:
                for frame in child.frames():
                    if frame.kind == "picture":
                        return frame.body
                    what, do = _REFUSALS[str(frame.header["reason"])]
                    raise RefusedInput(what, do=do)
        except ServerDied:
            continue
        except ChildDied:
            break
    raise RefusedInput("The page could not be drawn.", do="Read the page's text instead.")
