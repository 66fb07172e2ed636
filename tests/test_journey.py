"""The main loop, once, through the real parts: PDF, checked summary, quoted answer, correction, round, adapter."""

from __future__ import annotations

import base64
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from leaks import find_names

from assistant.errors import RefusedInput
from assistant.settings import Settings
from assistant.store import people
from assistant.store.people import User
from ui.actions import filings, learning, questions, summaries
from ui.actions import people as people_actions
from ui.services import House, open_house

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
MARGIN = 0.2
"""A quick round on a handful of documents tests the way, not the gain: the gate gets a wide margin here."""


class Witness:
    """Keeps every prompt that reaches the engine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from assistant.engine.transformers_engine import TransformersEngine as Engine

        self.prompts: list[str] = []
        stream, batch = Engine.stream, Engine.batch

        def watch_stream(engine: Any, prompt: Any, **given: Any) -> Iterator[str]:
            self.prompts.extend(m["content"] for m in prompt.messages)
            return stream(engine, prompt, **given)

        def watch_batch(engine: Any, prompts: Any, **given: Any) -> list[str]:
            self.prompts.extend(m["content"] for p in prompts for m in p.messages)
            return batch(engine, prompts, **given)

        monkeypatch.setattr(Engine, "stream", watch_stream)
        monkeypatch.setattr(Engine, "batch", watch_batch)


def wait_until_read(house: House, user: User, document_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        shown = filings.show_filing(house, user, document_id)
        if shown["status"] not in ("waiting", "reading"):
            return shown
        time.sleep(0.1)
    raise AssertionError("the filing was not read in five minutes")


def wait_for_round(house: House, admin: User, round_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 1200
    while time.monotonic() < deadline:
        shown = learning.round_status(house, admin, round_id)
        if shown["status"] != "running":
            return shown
        time.sleep(0.5)
    raise AssertionError("the round did not end in time")


def summarize(house: House, user: User, document_id: str) -> dict[str, Any]:
    *_, last = summaries.stream_summary(house, user, document_id, detail="brief", stop=threading.Event())
    assert last["kind"] == "done"
    return dict(last["summary"])


def ask(house: House, user: User, matter_id: str, question: str) -> dict[str, Any]:
    *_, last = questions.stream_answer(house, user, matter_id, question, stop=threading.Event())
    assert last["kind"] == "done"
    return dict(last["answer"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(Settings(home=tmp_path / "home", gate_margin=MARGIN), serve=True)
    for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin")):
        people.add_user(opened.db, name, role, PASSWORD)
    yield opened
    opened.close()


def test_from_a_pdf_to_a_promoted_adapter(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from finetune.synthesize.pdf import make_pdf
    from finetune.synthesize.rules import make_filing

    witness = Witness(monkeypatch)
    paula, alex, ada = (people.get_user(house.db, name) for name in ("paula", "alex", "ada"))
    matter = people_actions.create_matter(house, alex, "Journey v. Destination")["matter_id"]
    people_actions.add_member(house, alex, matter, "paula")
    drawn = [make_filing(seed, kind, split="test", pages=2) for seed, kind in ((5, "complaint"), (6, "order"))]

    # A PDF goes in, sealed and read; its names are replaced.
    shown = []
    for filing in drawn:
        put = filings.upload(house, paula, matter, f"{filing.id}.pdf", make_pdf(filing))
        shown.append(wait_until_read(house, paula, put["document_id"]))
    assert [s["status"] for s in shown] == ["ready", "ready"], shown
    people_of = {filing.text[s.start : s.end] for filing in drawn for s in filing.spans if s.type == "PERSON"}
    masked = {e.original for e in house.vault(matter).entries() if e.type == "PERSON"}
    names = sorted(name for name in people_of & masked if " " in name)
    assert len(names) >= 3, "too few of the planted names were found to test with"

    # The paralegal gets a summary whose every sentence stands on a page, in the original's characters.
    adapter_before = learning.list_adapters(house, ada)
    summary = summarize(house, paula, shown[0]["document_id"])
    assert summary["adapter"] == adapter_before[0]["adapter_id"], "the first summary uses the starter adapter"
    assert summary["sentences"]
    for sentence in summary["sentences"]:
        assert sentence["evidence"] or sentence["support"] == "unsupported"
        for proof in sentence["evidence"]:
            page = filings.page_text(house, paula, shown[0]["document_id"], proof["page"])
            assert page["text"][proof["start"] : proof["end"]] == proof["quote"] and proof["boxes"]

    # The attorney asks, and is quoted to.
    answer = ask(house, alex, matter, "What relief does the plaintiff demand?")
    assert answer["abstained"] or answer["sentences"][0]["evidence"]

    # Corrections: the paralegal edits and submits, the attorney consents and signs off.
    for filing, put, made in zip(drawn, shown, (summary, None), strict=True):
        made = made or summarize(house, paula, put["document_id"])
        edited = summaries.edit_summary(house, paula, made["summary_id"], filing.summary, made["version"])
        summaries.submit(house, paula, made["summary_id"], 1, ["style"], "")
        assert summaries.difference(house, alex, made["summary_id"])
        assert summaries.sign_off(house, alex, made["summary_id"])["status"] == "signed_off"
        assert edited["version"] > made["version"]
    assert learning.preview_round(house, ada)["corrections"] == 0, "no consent, nothing to learn from"
    people_actions.set_consent(house, alex, matter, True, "The client agreed in writing.")
    assert learning.preview_round(house, ada)["corrections"] == 2

    # The admin starts a round; a quick one tests on too few documents for the gate to say, and says so. The admin
    # promotes the candidate all the same, with a reason that stays; the next summary uses it at once.
    started = learning.start_round(
        house, ada, {"preset": "quick", "examples": 4, "synthetic": 4, "held_out": 2, "shots": 0}
    )
    ended = wait_for_round(house, ada, started["round_id"])
    assert ended["status"] == "unproven" and "too few to say" in ended["gate"]["reasons"][0], ended
    assert set(ended["results"]) >= {"base", "candidate"}, ended["results"]
    with pytest.raises(RefusedInput, match="could not say"):
        learning.promote(house, ada, ended["candidate"])
    learning.promote(house, ada, ended["candidate"], "To look at its summaries.")
    assert summarize(house, paula, shown[0]["document_id"])["adapter"] == ended["candidate"]
    assert learning.rollback(house, ada)["adapter_id"] == adapter_before[0]["adapter_id"]

    # Nothing that a model saw, and no file under the data root, holds a name that was found.
    assert witness.prompts and not [n for n in names for p in witness.prompts if n.lower() in p.lower()]
    home = house.settings.home
    house.close()
    assert find_names(home, names) == []


def test_the_search_for_names_finds_planted_ones(tmp_path: Path) -> None:
    name = b"Marisol Okafor"
    wrapped = (name, base64.b64encode(b"x" + name * 3), zlib.compress(name * 9), name.hex().encode())
    for number, data in enumerate(wrapped):
        (tmp_path / f"planted-{number}").write_bytes(b"\x00\x01" + data)
    (tmp_path / "Marisol Okafor.txt").write_bytes(b"")
    assert len(find_names(tmp_path, ["Marisol Okafor"])) == 5
