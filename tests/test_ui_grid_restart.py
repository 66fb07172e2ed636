"""A grid through kill -9 in its middle: the cells that were made stay, the others are asked by the next process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from firm_samples import open_firm
from store_samples import add_matter, add_read_filing

from assistant import jobs
from assistant.store import grids, people
from ui import grid_work
from ui.actions import grid

# Answers two cells and stays in the third until it is killed.
_WORKER = """
import sys, time
from assistant import jobs
from assistant.settings import load_settings
from ui import grid_work
from ui.services import open_house

asked = []

def ask(house, document_id, question, adapter, engine, stop):
    asked.append(document_id)
    if len(asked) == 3:
        print("third", flush=True)
        time.sleep(600)
    return {{"sentence": None, "others": 0, "nearest": [], "said": "before"}}

grid_work.ask_filing = ask
grid_work.mask_known = lambda text, vault, profile: text
house = open_house(load_settings(home={home!r}))
grid_work.register_jobs(house)
jobs.launch(house.settings)
grid_work.continue_grids(house)
time.sleep(600)
"""


def test_after_kill_9_the_cells_that_were_made_stay_and_the_others_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_firm(tmp_path / "home", monkeypatch)
    matter_id = add_matter(house.db)
    people.add_member(house.db, "alex", matter_id)
    rows = [add_read_filing(house.db, matter_id, data).document_id for data in (b"%PDF-1.7 a", b"%PDF-1.7 b")]
    questions = ["What is owed?", "When?"]
    grid_id = grids.create_grid(
        house.db, matter_id, "alex", title="T", questions=questions, document_ids=rows, adapter="none"
    )

    script = tmp_path / "worker.py"
    script.write_text(_WORKER.format(home=str(house.settings.home)))
    worker = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert worker.stdout is not None and worker.stdout.readline() == "third\n"
    finally:
        worker.kill()
        worker.wait()
    made = grids.list_cells(house.db, grid_id)
    assert [(cell.document_id, cell.question) for cell in made] == [(rows[0], 0), (rows[0], 1)]
    assert grids.get_grid(house.db, grid_id).status == "running"

    asked: list[tuple[str, str]] = []

    def ask(_house: Any, document_id: str, question: str, *_: Any) -> dict[str, Any]:
        asked.append((document_id, question))
        return {"sentence": None, "others": 0, "nearest": [], "said": "after"}

    monkeypatch.setattr(grid_work, "ask_filing", ask)
    monkeypatch.setattr(grid_work, "mask_known", lambda text, vault, profile: text)  # its recognizers take long to load
    try:
        grid_work.register_jobs(house)
        jobs.launch(house.settings)
        house.serving = True
        grid_work.continue_grids(house)
        deadline = time.monotonic() + 120
        while grids.get_grid(house.db, grid_id).status == "running" and time.monotonic() < deadline:
            time.sleep(0.05)
        shown = grid.get_grid(house, people.get_user(house.db, "alex"), grid_id)
        assert (shown["status"], shown["left"], len(shown["cells"])) == ("done", 0, 4)
        assert asked == [(rows[1], question) for question in questions]
        assert grids.list_cells(house.db, grid_id)[:2] == made
    finally:
        house.close()
