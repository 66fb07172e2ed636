"""A grid over real filings, through kill -9 in its middle: cells that were made stay, the others are asked."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from argon2 import PasswordHasher
from office_steps import PASSWORD, TEXT, add, make_matter, user

from assistant import jobs
from assistant.settings import load_settings
from assistant.store import grids, people
from ui import grid_work
from ui.actions import grid
from ui.services import open_house

QUESTIONS = ["What damages does the plaintiff demand?", "Which patent claims recite a lithium battery?"]

# Asks the first row and stays in the third cell until it is killed.
_WORKER = """
import sys, time
from assistant import jobs
from assistant.settings import load_settings
from assistant.store import people
from ui import grid_work
from ui.actions import grid
from ui.services import open_house

house = open_house(load_settings(home={home!r}))
real, asked = grid_work.ask_filing, []

def ask(*given):
    asked.append(given)
    if len(asked) == 3:
        print("third", flush=True)
        time.sleep(600)
    return real(*given)

grid_work.ask_filing = ask
grid_work.register_jobs(house)
jobs.launch(house.settings)
house.serving = True
made = grid.start_grid(house, people.get_user(house.db, "alex"), {matter!r}, {questions!r}, {rows!r}, adapter="none")
print(made["grid_id"], flush=True)
time.sleep(600)
"""


def test_after_kill_9_the_cells_that_were_made_stay_and_the_others_follow(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    home = tmp_path / "home"
    house = open_house(load_settings(home=home))
    for name, role in (("alex", "attorney"), ("paula", "paralegal")):
        people.add_user(house.db, name, role, PASSWORD)
    matter = make_matter(house, "Okafor v. Palmetto")
    rows = [
        add(house, matter, "complaint.txt", TEXT)["document_id"],
        add(house, matter, "amended.txt", TEXT.replace("$62,920", "$71,400"))["document_id"],
    ]
    house.close()

    script = tmp_path / "worker.py"
    script.write_text(_WORKER.format(home=str(home), matter=matter, questions=QUESTIONS, rows=rows))
    worker = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        told = {worker.stdout.readline().strip() for _ in range(2)}
    finally:
        worker.kill()
        worker.wait()
    assert "third" in told
    (grid_id,) = told - {"third"}

    house = open_house(load_settings(home=home))
    try:
        before = grids.list_cells(house.db, grid_id)
        assert [(c.document_id, c.question) for c in before] == [(rows[0], 0), (rows[0], 1)]
        assert grids.get_grid(house.db, grid_id).status == "running"
        grid_work.register_jobs(house)
        jobs.launch(house.settings)
        house.serving = True
        grid_work.continue_grids(house)
        deadline = time.monotonic() + 240
        while grids.get_grid(house.db, grid_id).status == "running" and time.monotonic() < deadline:
            time.sleep(0.1)
        shown = grid.get_grid(house, user(house, "paula"), grid_id)
        assert (shown["status"], shown["left"]) == ("done", 0)
        assert grids.list_cells(house.db, grid_id)[:2] == before, "what was made was not made again"

        found = {(c["document_id"], c["question"]): c for c in shown["cells"]}
        for row, amount in zip(rows, ("$62,920", "$71,400"), strict=True):
            cell = found[row, 0]
            assert cell["state"] == "supported" and amount in cell["sentence"]["text"]
            assert amount in cell["sentence"]["evidence"][0]["quote"]
            assert {e["document_id"] for e in cell["sentence"]["evidence"]} == {row}, "a row quotes its own filing"
            assert found[row, 1]["state"] == "nothing" and found[row, 1]["nearest"]
        house.db.compact()
        text = "".join(path.read_bytes().decode("latin-1") for path in home.rglob("*") if path.is_file())
        assert "Okafor" not in text and "lithium battery" not in text
    finally:
        house.close()
