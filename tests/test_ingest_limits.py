"""The limited process: what it may use, how it ends, and that the parent goes on."""

from __future__ import annotations

import os
import time

import pytest
from pdf_samples import BODY, make_pdf

from assistant.errors import LimitExceeded
from ingest.limits import ChildDied, Frame, LimitedProcess, Limits

REQUEST: dict[str, object] = {"file_kind": "pdf", "password": None, "first": 1, "last": 9, "structure": True}


def read(data: bytes, limits: Limits) -> list[Frame]:
    with LimitedProcess("read", REQUEST, data, limits) as child:
        return list(child.frames())


def test_frames_come_in_order_and_end() -> None:
    frames = read(make_pdf([list(BODY)] * 2), Limits(1024, 30, 60, 120))
    # a page's text comes before the page is drawn, so that a drawing that kills the child loses no text
    assert [frame.kind for frame in frames] == ["opened", "draft", "page", "draft", "page", "structure"]
    assert frames[0].header == {"pages_total": 2} and b"Okafor" in frames[1].body and b"Okafor" in frames[2].body


def test_too_little_memory_ends_the_child_and_not_the_parent() -> None:
    with pytest.raises(ChildDied):
        read(make_pdf([list(BODY)]), Limits(20, 30, 60, 120))
    assert read(make_pdf([list(BODY)]), Limits(1024, 30, 60, 120))


def test_the_time_of_a_document_is_kept() -> None:
    began = time.monotonic()
    with pytest.raises(LimitExceeded):
        read(make_pdf([list(BODY)]), Limits(1024, 30, 60, 0.01))
    assert time.monotonic() - began < 10


def test_the_child_sees_no_secret_of_the_parents_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.limits import _child_environment

    monkeypatch.setenv("CASEBRIEF_MASTER_KEY_FILE", "/keys/master.key")
    assert not [name for name in _child_environment() if name.startswith("CASEBRIEF")]


def test_no_child_is_left_behind() -> None:
    with LimitedProcess("read", REQUEST, make_pdf([list(BODY)]), Limits(1024, 30, 60, 120)) as child:
        pid = child._process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
