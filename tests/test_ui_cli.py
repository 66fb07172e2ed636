"""The command line: speed of --help, exit codes, records, who acts, and one owner process a data root."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shell_door import open_door

from ui.owner import OwnerLock, read_address

HEAVY = ("torch", "spacy", "gradio", "sqlalchemy", "transformers", "chromadb", "fastapi", "numpy", "rich.progress")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(home: Path, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
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


def test_serve_answers_takes_commands_and_leaves_cleanly(home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--port", str(port)]
    serving = subprocess.Popen(command, env=_environment(home), stdout=-1, stderr=-1, text=True)
    assert serving.stdout is not None
    assert f"http://127.0.0.1:{port}" in serving.stdout.readline()
    assert run(home, "users", "list", "--json").returncode == 0
    second = run(home, "serve", "--port", str(port))
    assert second.returncode == 3 and str(port) in second.stderr
    assert read_address(home) is not None
    serving.terminate()
    _, said = serving.communicate(timeout=60)
    assert serving.returncode == 0, said
    assert read_address(home) is None and "Traceback" not in said


@pytest.fixture
def server(home: Path) -> Iterator[tuple[int, str]]:
    """A process that owns the data root and has the local door open: (port, token)."""
    with open_door(home) as door:
        yield door


def test_commands_go_through_the_running_server(home: Path, server: tuple[int, str]) -> None:
    done = run(home, "users", "add", "paula", "--role", "paralegal", "--json")
    assert done.returncode == 0 and records(done)[0]["name"] == "paula"
    assert run(home, "users", "list", "--as", "paula").returncode == 4
    assert run(home, "adapters", "show", "house-9").returncode == 3


def test_the_local_door_opens_by_its_token_only(home: Path, server: tuple[int, str]) -> None:
    import httpx

    port, token = server
    url = f"http://127.0.0.1:{port}/local/commands/users-list"
    body = {"user": None, "arguments": {}}
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


COMPLAINT = """COMPLAINT FOR DAMAGES

1. Plaintiff Marisol Okafor is a dock worker who lives in Savannah, Georgia.

2. Defendant Palmetto Terminals, Inc. operates a container terminal.

3. Ms. Okafor alleges that the terminal did not pay her for 412 hours of overtime in 2023.

Plaintiff demands damages of $62,920 and reinstatement.
"""


def test_the_way_of_a_filing_from_the_shell(home: Path, server: tuple[int, str], tmp_path: Path) -> None:
    """Ingest, search, ask, summarize, edit-free: records of the contract, a refused file beside the others."""
    (tmp_path / "good.txt").write_text(COMPLAINT)
    (tmp_path / "empty.pdf").write_bytes(b"")
    files = [str(tmp_path / n) for n in ("good.txt", "empty.pdf", "missing.pdf")]
    done = run(home, "ingest", *files, "--matter", "Okafor", "--json")
    good, empty, missing = records(done)
    assert done.returncode == 3
    assert {"document_id", "pages", "pages_ocr", "pages_unreadable", "entities", "warnings", "seconds"} <= set(good)
    assert good["entities"]["PERSON"] == 1 and good["pages"] == 1
    assert (empty["file"], missing["file"]) == ("empty.pdf", "missing.pdf") and empty["refused"] and missing["refused"]
    (hits,) = records(run(home, "search", "overtime hours", "--matter", "Okafor", "--k", "2", "--json"))
    assert 1 <= len(hits) <= 2 and {"document_id", "file", "page", "start", "end", "score", "text"} <= set(hits[0])
    assert all(COMPLAINT[h["start"] : h["end"]] == h["text"] for h in hits)
    question = "What damages does the plaintiff demand?"
    (answer,) = records(run(home, "ask", question, "--matter", "Okafor", "--adapter", "none", "--json"))
    assert {"answer", "sentences", "abstained", "adapter", "seconds"} <= set(answer) and "$62,920" in answer["answer"]
    made = run(home, "summarize", good["document_id"], "--adapter", "none", "--json")
    (summary,) = records(made)
    assert {"summary", "sentences", "coverage", "adapter", "seconds"} <= set(summary) and made.stderr == ""
    cited = [e for s in summary["sentences"] for e in s["evidence"]]
    assert cited and all(COMPLAINT[e["start"] : e["end"]] == e["quote"] for e in cited)
    shown = run(home, "summarize", good["document_id"], "--adapter", "none")
    assert "Okafor" in shown.stdout and "1 of 1 page drawn from" in shown.stdout
    stranger = run(home, "users", "add", "nina", "--role", "attorney")
    assert stranger.returncode == 0
    hidden = run(home, "search", "overtime", "--matter", "Okafor", "--as", "nina")
    assert hidden.returncode == 3 and "no matter" in hidden.stderr, "a stranger does not learn that it exists"


def test_many_texts_are_summarized_in_order(home: Path, server: tuple[int, str], tmp_path: Path) -> None:
    rows = [
        {"id": 1, "document": COMPLAINT, "words": 30},
        {"id": "b", "document": " "},
        {"id": "c", "document": COMPLAINT},
    ]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    done = run(home, "summarize", "--input", str(source), "--output", str(out), "--adapter", "none", "--json")
    made = [json.loads(line) for line in out.read_text().splitlines()]
    assert done.returncode == 3 and records(done) == [{"records": 3, "output": str(out)}]
    assert [m.get("id", m.get("file")) for m in made] == [1, "b", "c"]
    assert made[1]["refused"] and "Okafor" in made[0]["summary"] + made[2]["summary"]
    source.write_text('{"id": 1}')
    assert run(home, "summarize", "--input", str(source), "--adapter", "none").returncode == 3


def test_anonymize_and_verify_store_nothing(home: Path, tmp_path: Path) -> None:
    texts, out = tmp_path / "t.jsonl", tmp_path / "spans.jsonl"
    texts.write_text(json.dumps({"id": "a", "text": COMPLAINT}))
    assert run(home, "anonymize", "--input", str(texts), "--output", str(out), "--json").returncode == 0
    made = json.loads(out.read_text())
    assert "Okafor" not in made["text"]
    assert "Marisol Okafor" in [COMPLAINT[s["start"] : s["end"]] for s in made["spans"] if s["type"] == "PERSON"]
    filing, sentences = tmp_path / "c.txt", tmp_path / "s.json"
    filing.write_text(COMPLAINT)
    said = ["Ms. Okafor was not paid for 412 hours of overtime.", "Ms. Okafor was not paid for 800 hours of overtime."]
    sentences.write_text(json.dumps(said))
    (verified,) = records(run(home, "verify", str(filing), "--sentences", str(sentences), "--json"))
    assert [v["text"] for v in verified] == said
    assert verified[0]["support"] == "supported" or "alleg" in verified[0]["reason"]
    assert verified[1]["support"] != "supported" and "412" in verified[1]["reason"]
    assert not (home / "casebrief.db").exists()


def test_progress_goes_to_a_log_as_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui import terminal

    monkeypatch.setattr(terminal, "LOG_EVERY_S", 0.0)
    events = [{"kind": "progress", "done": 3, "total": 12, "label": "pairs"}, {"kind": "record", "record": {"n": 12}}]
    assert terminal.print_events("evaluate", iter(events), as_json=True) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"n": 12} and "pairs: 3 of 12" in err
