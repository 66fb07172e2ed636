"""The command line: speed of --help, exit codes, records, who acts, and one owner process a data root."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ui.owner import OwnerLock, publish_address, read_address

HEAVY = ("torch", "spacy", "gradio", "sqlalchemy", "transformers", "chromadb", "fastapi", "numpy", "rich.progress")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(home: Path, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from ui.cli import main; main()", *words]
    return subprocess.run(
        command, env=_environment(home), capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
    )


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"CASEBRIEF_HOME": str(home), "HF_HUB_OFFLINE": "1"}


def records(done: subprocess.CompletedProcess[str]) -> list[Any]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_help_is_quick_and_names_every_command(home: Path) -> None:
    spent = []
    for _ in range(3):
        before = sum(os.times()[2:4])
        done = run(home, "--help")
        spent.append(sum(os.times()[2:4]) - before)
    assert done.returncode == 0
    words = "demo serve ingest anonymize summarize ask verify search index synthesize train evaluate round adapters"
    for command in [*words.split(), "audit", "report", "erase", "users", "doctor"]:
        assert f" {command} " in done.stdout, command
    assert min(spent) < 0.5  # processor seconds: a busy machine does not count
    assert not home.exists()


def test_the_command_line_imports_nothing_heavy(home: Path) -> None:
    code = f"import ui.cli, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("nothing",),
        ("summarize",),  # neither a file nor --input
        ("ingest", "x.pdf"),  # no matter
        ("users", "add", "x", "--role", "king"),
        ("search", "q", "--matter", "m", "--k", "0"),
        ("round", "start", "--option", "epochs"),
    ],
)
def test_wrong_usage_is_exit_2(home: Path, words: tuple[str, ...]) -> None:
    done = run(home, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_a_wrong_setting_is_exit_2_and_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEBRIEF_PORT", "no")
    done = run(home, "users", "list")
    assert done.returncode == 2
    assert "CASEBRIEF_PORT" in done.stderr


def test_the_first_use_makes_the_shell_login_and_records_who_acts(home: Path) -> None:
    added = run(home, "users", "add", "paula", "--role", "paralegal", "--json")
    (record,) = records(added)
    assert added.returncode == 0 and record["role"] == "paralegal" and len(record["password"]) >= 10
    refused = run(home, "users", "list", "--as", "paula", "--json")
    assert (refused.returncode, refused.stdout) == (4, "")
    assert run(home, "users", "list", "--as", "nobody").returncode == 3
    (listed,) = records(run(home, "users", "list", "--json"))
    assert {u["name"]: u["role"] for u in listed}["paula"] == "paralegal"
    assert "attorney" in {u["role"] for u in listed}
    (chain,) = records(run(home, "audit", "verify", "--json"))
    assert chain["ok"] and chain["entries"] >= 4
    entries = records(run(home, "audit", "export"))
    assert [e["detail"]["command"] for e in entries if e["action"] == "cli.as"] == ["users-list"]
    assert record["password"] not in json.dumps(entries)


def test_what_is_missing_is_exit_3(home: Path, tmp_path: Path) -> None:
    for words in (
        ("adapters", "show", "house-9"),
        ("search", "q", "--matter", "none"),
        ("round", "status", "r-none"),
        ("summarize", str(tmp_path / "none.pdf")),
        ("verify", str(tmp_path / "none.pdf"), "--sentences", str(tmp_path / "none.json")),
        ("train", "--pairs", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "out")),
    ):
        done = run(home, *words)
        assert done.returncode == 3, (words, done.stderr)
        assert "Traceback" not in done.stderr and done.stderr.startswith("casebrief: ")


def test_a_filing_that_does_not_exist_reads_like_a_foreign_one(home: Path) -> None:
    done = run(home, "summarize", "d-000000000000", "--json")
    assert (done.returncode, done.stdout) == (4, "")


def test_doctor_changes_nothing(home: Path) -> None:
    (record,) = records(run(home, "doctor", "--json"))
    assert {"python", "packages", "language model", "OCR data", "disk"} <= {c["name"] for c in record["checks"]}
    assert not home.exists()


def test_synthesize_is_the_same_for_the_same_seed(home: Path, tmp_path: Path) -> None:
    made = [
        records(run(home, "synthesize", "--count", "2", "--seed", "5", "--out", str(tmp_path / name), "--json"))[0]
        for name in ("a", "b")
    ]
    assert made[0]["pairs_sha256"] == made[1]["pairs_sha256"]
    assert len(list((tmp_path / "a" / "pdfs").glob("*.pdf"))) == 2


def test_a_second_command_waits_and_says_for_whom(home: Path) -> None:
    with OwnerLock(home) as lock:
        assert lock.try_take("ingest")
        command = [sys.executable, "-c", "from ui.cli import main; main()", "users", "list", "--json"]
        waiting = subprocess.Popen(command, env=_environment(home), stdout=-1, stderr=-1, text=True)
        assert waiting.stderr is not None
        said = waiting.stderr.readline()
        assert "waiting for `casebrief ingest`" in said and str(os.getpid()) in said
        assert waiting.poll() is None
    out, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and json.loads(out)


def test_a_killed_owner_leaves_nothing_behind_that_blocks(home: Path) -> None:
    code = (
        "from ui.owner import OwnerLock, publish_address; from pathlib import Path; import sys, time\n"
        f"lock = OwnerLock(Path({str(home)!r})); lock.try_take('serve'); publish_address(lock.home, 1)\n"
        "print('held', flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=-1, text=True)
    assert owner.stdout is not None and owner.stdout.readline() == "held\n"
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    assert read_address(home) is not None
    assert run(home, "users", "list").returncode == 0
    assert read_address(home) is None


@pytest.fixture
def server(home: Path) -> Iterator[tuple[int, str]]:
    """A process that owns the data root and has the local door open: (port, token)."""
    import uvicorn
    from fastapi import FastAPI

    from assistant.settings import Settings
    from ui.local import router
    from ui.services import open_house

    with OwnerLock(home) as lock, socket.socket() as listening:
        assert lock.try_take("serve")
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        house = open_house(Settings(home=home))
        app = FastAPI()
        app.state.house = house
        app.include_router(router)
        running = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        address = publish_address(home, port)
        yield port, address.token
        running.should_exit = True
        thread.join(10)
        house.close()


def test_commands_go_through_the_running_server(home: Path, server: tuple[int, str]) -> None:
    done = run(home, "users", "add", "paula", "--role", "paralegal", "--json")
    assert done.returncode == 0 and records(done)[0]["name"] == "paula"
    assert run(home, "users", "list", "--as", "paula").returncode == 4
    assert run(home, "adapters", "show", "house-9").returncode == 3


def test_the_local_door_opens_by_its_token_only(home: Path, server: tuple[int, str]) -> None:
    import httpx

    port, token = server
    url = f"http://127.0.0.1:{port}/local/commands/users-list"
    body = {"user": None, "login": "root", "arguments": {}}
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {token}"}):
        assert httpx.post(url, json=body, headers=headers).status_code == 404
    answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
    assert json.loads(answer.text.splitlines()[-1])["kind"] == "record"
    assert (home / "server.json").stat().st_mode & 0o077 == 0


def test_an_unknown_command_at_the_local_door_is_wrong_usage(home: Path, server: tuple[int, str]) -> None:
    import httpx

    port, token = server
    url = f"http://127.0.0.1:{port}/local/commands/drop-tables"
    answer = httpx.post(url, json={}, headers={"Authorization": f"Bearer {token}"})
    assert json.loads(answer.text)["code"] == 2
