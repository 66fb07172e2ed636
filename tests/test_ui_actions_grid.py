"""Grids through the actions and real jobs, with filings that are asked by a stub: what starts, stops, stays and is shown."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from firm_samples import open_firm
from store_samples import CLIENT, add_matter, find_bytes, make_answer, make_document, make_pages

from assistant import jobs
from assistant.documents import RedactedDocument
from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput
from assistant.store import audit, filings, grids, people
from assistant.store.decisions import drop_unused_revisions
from assistant.store.people import User
from assistant.store.vault import Vault
from ingest import redact
from ui import grid_work
from ui.actions import grid
from ui.services import House

ASKED = f"What does {CLIENT} claim?"
SECRET = "Forty hours of overtime"


def mask_client(text: str, vault: Vault, profile: str) -> str:
    """Mask the one name of these tests; the recognizers have tests of their own, and take long to load."""
    return text.replace(CLIENT, vault.assign("PERSON", CLIENT))


def mask_learnt(text: str, vault: Vault, profile: str) -> str:
    """Mask the names that a vault has; as above."""
    for entry in vault.entries():
        text = text.replace(entry.original, entry.pseudonym)
    return text


class Filings:
    """Filings that answer as told: `held` are kept waiting, `broken` fail, `silent` have nothing to say."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.held = self.broken = self.silent = ""
        self.let_go = threading.Event()
        self.text = SECRET
        self.quote = "She is owed\nforty hours"

    def ask(
        self, house: House, document_id: str, question: str, adapter: str, engine: Any, stop: threading.Event
    ) -> dict[str, Any]:
        house.source(document_id)
        self.asked.append((document_id, question))
        if document_id == self.held:
            while not (stop.is_set() or self.let_go.wait(0.01)):
                continue
        if document_id == self.broken:
            raise ValueError(CLIENT)
        place = {"document_id": document_id, "page": 1, "pinpoint": "p. 1, ¶ 3", "quote": self.quote, "boxes": []}
        told = {"text": self.text, "support": "supported", "reason": "", "origin": "model", "evidence": [place]}
        silent = document_id == self.silent
        return {
            "sentence": None if silent else told, "others": 0, "nearest": [place] if silent else [], "confidence": 0.9,
            "adapter": adapter, "provenance": {},
        }  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        opened = open_firm(tmp_path_factory.mktemp("home"), patch)
        opened.index.remove = lambda *_: None
        patch.setattr(redact, "redact_input", mask_client)
        patch.setattr(grid_work, "mask_known", mask_learnt)
        grid_work.register_jobs(opened)
        jobs.launch(opened.settings)
        opened.serving = True
        yield opened
        opened.close()


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Filings]:
    made = Filings()
    monkeypatch.setattr(grid_work, "ask_filing", made.ask)
    yield made
    made.let_go.set()


@pytest.fixture
def matter_id(house: House, request: pytest.FixtureRequest) -> str:
    made = add_matter(house.db, request.node.name)
    for name in ("alex", "paula"):
        people.add_member(house.db, name, made)
    return made


def add(house: House, matter_id: str, name: str) -> RedactedDocument:
    filing = filings.add_filing(house.db, matter_id, name, name.encode(), "paula")
    document = make_document(filing.document_id, matter_id)
    filings.save_revision(house.db, document, make_pages(), {}, [], 1.0)
    filings.set_status(house.db, document.document_id, "ready")
    return document


@pytest.fixture
def rows(house: House, matter_id: str) -> list[str]:
    return [add(house, matter_id, name).document_id for name in ("a.pdf", "b.pdf", "c.pdf")]


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def start(house: House, matter_id: str, rows: list[str], *questions: str, name: str = "alex", **more: Any) -> str:
    given = {"adapter": "none"} | more
    made = grid.start_grid(house, user(house, name), matter_id, questions or (ASKED, "When?"), rows, **given)
    return str(made["grid_id"])


def wait(check: Callable[[], bool], limit_s: float = 90) -> None:
    end = time.monotonic() + limit_s
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def read(house: House, grid_id: str, after: int = 0, name: str = "paula") -> dict[str, Any]:
    return grid.get_grid(house, user(house, name), grid_id, after)


def finish(house: House, grid_id: str, status: str = "done") -> dict[str, Any]:
    wait(lambda: read(house, grid_id)["status"] not in ("waiting", "running"))
    found = read(house, grid_id)
    assert found["status"] == status, found
    return found


def test_filings_are_asked_row_by_row_and_everyone_of_the_matter_reads_the_grid(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    stub.silent = rows[1]
    grid_id = start(house, matter_id, rows, f"  {ASKED}\n", "When?", "", "When?")
    shown = finish(house, grid_id)
    assert shown["questions"] == [ASKED, "When?"] and shown["title"] == ASKED and shown["author"] == "alex"
    assert [row["file"] for row in shown["rows"]] == ["a.pdf", "b.pdf", "c.pdf"]
    assert [document for document, _ in stub.asked] == [d for d in rows for _ in range(2)]
    assert not any("Quackenbush" in question for _, question in stub.asked), "a model is asked with pseudonyms"
    states = [(cell["document_id"], cell["question"], cell["state"]) for cell in shown["cells"]]
    assert states == [(d, q, "nothing" if d == rows[1] else "supported") for d in rows for q in range(2)]
    assert shown["cells"][0]["sentence"]["text"] == SECRET and shown["cells"][2]["nearest"]
    assert (shown["done"], shown["total"], shown["left"], shown["seconds_left"]) == (6, 6, 0, None)
    assert read(house, grid_id, after=4)["cells"] == shown["cells"][4:]
    assert [g["grid_id"] for g in grid.list_grids(house, user(house, "paula"), matter_id)] == [grid_id]
    assert {e["action"] for e in audit.export(house.db) if e["subject"] == grid_id} == {"grid.run", "grid.read"}


def test_no_file_holds_a_question_a_title_or_an_answer(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    finish(house, start(house, matter_id, rows, ASKED, title="Overtime in the Umbra deal"))
    house.db.compact()
    for words in (SECRET, "Quackenbush claim", "Umbra deal"):
        assert find_bytes(house.settings.home, words.encode()) == []


def test_a_grid_that_is_stopped_keeps_its_cells_and_goes_on_with_the_open_ones(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    stub.held = rows[1]
    grid_id = start(house, matter_id, rows, "How much?")
    wait(lambda: (rows[1], "How much?") in stub.asked)
    running = read(house, grid_id)
    assert (running["status"], running["done"], running["left"]) == ("running", 1, 2)
    assert running["seconds_left"] is not None
    with pytest.raises(Conflict):
        grid.continue_grid(house, user(house, "paula"), grid_id)
    assert grid.stop_grid(house, user(house, "paula"), grid_id)["status"] == "stopped"
    wait(lambda: jobs.job(f"grid-{grid_id}-1").ended)
    assert [cell["document_id"] for cell in read(house, grid_id)["cells"]] == rows[:1], "what was cut off is not kept"
    stub.held = ""
    grid.continue_grid(house, user(house, "paula"), grid_id)
    assert [cell["document_id"] for cell in finish(house, grid_id)["cells"]] == rows
    assert [document for document, _ in stub.asked] == [rows[0], rows[1], rows[1], rows[2]]


def test_a_cell_that_fails_blocks_no_other_and_is_asked_again_on_demand(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    stub.broken = rows[0]
    grid_id = start(house, matter_id, rows, "How much?")
    shown = finish(house, grid_id)
    assert [cell["state"] for cell in shown["cells"]] == ["failed", "supported", "supported"] and shown["left"] == 1
    stub.broken = ""
    grid.continue_grid(house, user(house, "alex"), grid_id)
    shown = finish(house, grid_id)
    assert shown["left"] == 0 and {cell["state"] for cell in shown["cells"]} == {"supported"}
    assert len(shown["cells"]) == 3 and shown["cells"][-1]["document_id"] == rows[0], "written last"
    assert "Quackenbush" not in json.dumps([jobs.job(f"grid-{grid_id}-{run}").error for run in (1, 2)])


def test_a_name_that_the_matter_learnt_since_is_masked_when_a_grid_goes_on(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    stub.broken = rows[0]
    grid_id = start(house, matter_id, rows[:1], "What does Hortense Umber claim?")
    finish(house, grid_id)
    name = house.vault(matter_id).assign("PERSON", "Hortense Umber")
    stub.broken = ""
    grid.continue_grid(house, user(house, "alex"), grid_id)
    assert finish(house, grid_id)["questions"] == ["What does Hortense Umber claim?"]
    assert [question for _, question in stub.asked] == ["What does Hortense Umber claim?", f"What does {name} claim?"]


def test_nothing_of_a_filing_that_is_gone_is_shown(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    stub.held = rows[0]
    grid_id = start(house, matter_id, rows, "How much?")
    wait(lambda: bool(stub.asked))
    filings.delete_filing(house.db, rows[0], "alex")
    house.forget_documents()
    filings.set_sequestered(house.db, rows[2], True)
    house.forget_documents()
    stub.let_go.set()
    shown = finish(house, grid_id)
    assert [cell["document_id"] for cell in shown["cells"]] == [rows[1]]
    assert [(row["file"], row["gone"]) for row in shown["rows"]] == [("", True), ("b.pdf", False), ("", True)]
    filings.set_sequestered(house.db, rows[1], True)
    assert (
        read(house, grid_id)["cells"] == [] and b"Forty" not in grid.export_grid(house, user(house, "alex"), grid_id)[2]
    )
    filings.set_sequestered(house.db, rows[2], False)
    assert read(house, grid_id)["left"] == 1, "what came back can be asked"


def test_a_wall_that_is_set_meanwhile_ends_the_grid(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    stub.held = rows[0]
    grid_id = start(house, matter_id, rows, "How much?", name="paula")
    wait(lambda: bool(stub.asked))
    people.remove_member(house.db, "paula", matter_id)
    stub.let_go.set()
    wait(lambda: read(house, grid_id, name="alex")["status"] == "failed")
    assert len(stub.asked) == 1 and "matter of yours" in read(house, grid_id, name="alex")["error"]


ACTS: dict[str, Callable[[House, User, str, str], Any]] = {
    "start": lambda h, u, m, g: grid.start_grid(h, u, m, ["What?"], ["d-0"]),
    "list": lambda h, u, m, g: grid.list_grids(h, u, m),
    "get": lambda h, u, m, g: grid.get_grid(h, u, g),
    "stop": lambda h, u, m, g: grid.stop_grid(h, u, g),
    "continue": lambda h, u, m, g: grid.continue_grid(h, u, g),
    "export": lambda h, u, m, g: grid.export_grid(h, u, g),
    "delete": lambda h, u, m, g: grid.delete_grid(h, u, g),
}


@pytest.mark.parametrize("name", ["nina", "ada"])
def test_neither_a_stranger_nor_an_admin_reaches_a_grid(house: House, matter_id: str, name: str) -> None:
    grid_id = grids.create_grid(house.db, matter_id, "alex", title="T", questions=["Q"], document_ids=[])
    for act in ACTS.values():
        with pytest.raises(NotAllowed):
            act(house, user(house, name), matter_id, grid_id)
        with pytest.raises(NotAllowed):  # one that does not exist reads the same
            act(house, user(house, name), "m-0", "g-0")
    assert grids.get_grid(house.db, grid_id).status == "running"
    grids.settle_grid(house.db, grid_id, 1, "stopped")


def test_only_an_attorney_deletes_a_grid(house: House, matter_id: str, rows: list[str], stub: Filings) -> None:
    grid_id = start(house, matter_id, rows, name="paula")
    with pytest.raises(NotAllowed):
        grid.delete_grid(house, user(house, "paula"), grid_id)
    grid.delete_grid(house, user(house, "alex"), grid_id)
    with pytest.raises(NotAllowed):
        read(house, grid_id)  # as a grid that never was
    with pytest.raises(NotFound):
        grids.list_cells(house.db, grid_id)


@pytest.mark.parametrize(
    ("questions", "chosen"),
    [
        ([], 1),
        (["  "], 1),
        ([f"Question {n}?" for n in range(9)], 1),
        (["x" * 501], 1),
        (["What?"], 0),
        (["What?"], 41),
    ],
)
def test_what_is_too_much_or_too_little_is_refused(
    house: House, matter_id: str, rows: list[str], stub: Filings, questions: list[str], chosen: int
) -> None:
    given = (rows * 20 + [f"d-{n}" for n in range(50)])[:chosen] if chosen < 2 else [f"d-{n}" for n in range(chosen)]
    with pytest.raises(RefusedInput):
        grid.start_grid(house, user(house, "alex"), matter_id, questions, given)


def test_a_filing_of_another_matter_or_one_not_read_is_refused(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    foreign = add(house, add_matter(house.db, f"{matter_id} other"), "x.pdf").document_id
    waiting = filings.add_filing(house.db, matter_id, "w.pdf", b"w", "paula").document_id
    for document_id in (foreign, waiting, "d-0"):
        with pytest.raises(RefusedInput, match="not ready"):
            start(house, matter_id, [*rows, document_id])
    assert stub.asked == []


def test_more_grids_than_the_house_takes_are_refused_politely(
    house: House, matter_id: str, rows: list[str], stub: Filings
) -> None:
    stub.held = rows[0]
    made = [start(house, matter_id, rows, "How much?") for _ in range(8)]
    wait(lambda: len(stub.asked) == 1)  # the first is in work, at a filing that does not end
    assert read(house, made[-1])["status"] == "waiting" and read(house, made[-1])["seconds_left"] is None
    with pytest.raises(RefusedInput, match="in work already"):
        start(house, matter_id, rows, "How much?")
    for grid_id in reversed(made):
        grid.stop_grid(house, user(house, "alex"), grid_id)
    wait(lambda: all(jobs.job(f"grid-{grid_id}-1").ended for grid_id in made))
    assert len(stub.asked) == 1, "what waited was never begun"


def test_the_spreadsheet_has_a_line_a_cell_and_no_cell_begins_a_formula(
    house: House, matter_id: str, stub: Filings
) -> None:
    chosen = [add(house, matter_id, name).document_id for name in ("=HYPERLINK(1).pdf", "@b.pdf")]
    stub.text, stub.quote, stub.silent = "\n=cmd|' /C calc'!A0", "+1\t=2 owed", chosen[1]
    grid_id = start(house, matter_id, chosen, "-1+1 is what?", title="=Title, a/b")
    finish(house, grid_id)
    name, kind, data = grid.export_grid(house, user(house, "paula"), grid_id)
    head, first, second = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert name == "Title__a_b-grid.csv" and kind.startswith("text/csv")
    assert head == ["filing", "question", "state", "answer", "quote", "page", "place", "made by"]
    assert first == [
        "'=HYPERLINK(1).pdf", "'-1+1 is what?", "supported", "'=cmd|' /C calc'!A0", "'+1 =2 owed", "1", "p. 1, ¶ 3",
        "ai-generated, unverified",
    ]  # fmt: skip
    assert second == ["'@b.pdf", "'-1+1 is what?", "nothing found", "", "", "", "", ""]


def test_the_reading_that_a_cell_is_asked_of_stays_until_it_is_answered(
    house: House, matter_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = add(house, matter_id, "held.pdf")
    dropped: list[int] = []

    def answer(*_given: Any, **_more: Any) -> Iterator[Any]:
        filings.save_revision(house.db, replace(document, revision=2), [], {}, [], 1.0)  # a name was found meanwhile
        dropped.append(drop_unused_revisions(house.db, document.document_id))
        yield make_answer(document)

    monkeypatch.setattr("assistant.chat.answer", answer)
    monkeypatch.setattr(house.index, "search", lambda *_given, **_more: [], raising=False)
    cell = grid_work.ask_filing(house, document.document_id, "When?", "none", None, threading.Event())
    assert dropped == [0] and cell["sentence"] is not None
    with pytest.raises(NotFound):  # nothing rests on it any more
        filings.load_document(house.db, document.document_id, 1)
