"""Runs commands for the command line and prints them: JSON or words on standard output, progress on standard error."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from assistant.errors import CasebriefError, WrongUsage
from assistant.settings import load_settings
from ui.messages import exit_code, log_fault, open_log, word_error
from ui.owner import own_or_reach, retract_address, shell_login, stream_remote

Event = dict[str, Any]
INTERRUPTED = 130
LOG_EVERY_S = 10.0  # between lines of progress where standard error is a log


def guard(where: str, work: Callable[[], int | None]) -> int:
    """Run something, report its error on standard error, and give the exit code."""
    try:
        return work() or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        code = exit_code(error)
        if code == 1 and not isinstance(error, CasebriefError):
            log_fault(error, where)
        print(f"casebrief: {word_error(error)}", file=sys.stderr)
        return code


def run_house_command(name: str, arguments: dict[str, Any], *, as_user: str | None, as_json: bool, file: str) -> int:
    """Run a command in the process that owns the data root: the server where one runs, else this one."""

    def work() -> int:
        return print_events(name, stream_events(name, arguments, as_user), as_json=as_json, file=file)

    return guard(name, work)


def stream_events(name: str, arguments: dict[str, Any], as_user: str | None) -> Iterator[Event]:
    """Give the events of a command, wherever it runs."""
    settings = load_settings()
    with own_or_reach(settings.home, name, lambda text: print(f"casebrief: {text}", file=sys.stderr)) as address:
        if address is not None:
            body = {"user": as_user, "arguments": arguments}
            yield from stream_remote(address, name, body)
            return
        retract_address(settings.home)
        yield from _run_here(name, arguments, as_user)


def _run_here(name: str, arguments: dict[str, Any], as_user: str | None) -> Iterator[Event]:
    from ui.services import launch_jobs, open_house

    settings = load_settings()
    open_log(settings)
    from ui.commands import Call, run_command

    house = open_house(settings)
    stop = threading.Event()
    try:
        if name == "round-start":
            launch_jobs(house)
            # Nobody else would run it: the command stays until the round has ended.
            arguments = arguments | {"wait": True}
        yield from run_command(name, Call(house, as_user, shell_login(), arguments, stop))
    finally:
        stop.set()
        house.close()


def run_beside(name: str, arguments: dict[str, Any], *, as_json: bool, file: str = "") -> int:
    """Run a command that changes nothing in the store."""

    def work() -> int:
        from ui.workbench import run_work

        return print_events(name, run_work(name, arguments), as_json=as_json, file=file)

    return guard(name, work)


def run_lines(name: str, arguments: dict[str, Any], output: Path | None, *, as_user: str | None, as_json: bool) -> int:
    """Run a command that gives one record a line, into a file (whole or not at all) or to standard output."""

    def work() -> int:
        events = stream_events(name, arguments, as_user)
        if output is None:
            return print_events(name, events, as_json=True)
        beside = output.with_name(f".{output.name}.new")
        with beside.open("w", encoding="utf-8") as file:
            code, count = write_lines(events, file)
        beside.replace(output)
        done = {"records": count, "output": str(output)}
        print(json.dumps(done) if as_json else f"{count} records in {output}")
        return code

    return guard(name, work)


def write_lines(events: Iterator[Event], file: TextIO) -> tuple[int, int]:
    """Write the records of events as JSON lines; give the exit code and their number."""
    printer = Printer("", as_json=True, file="", out=file)
    code = printer.print_all(events)
    return code, printer.records


def print_events(name: str, events: Iterator[Event], *, as_json: bool, file: str = "") -> int:
    """Print the events of a command; give the exit code."""
    return Printer(name, as_json=as_json, file=file, out=sys.stdout).print_all(events)


class Printer:
    """Prints events as they come: records to `out`, everything else to standard error."""

    def __init__(self, name: str, *, as_json: bool, file: str, out: TextIO) -> None:
        self.name = name
        self.as_json = as_json
        self.file = file
        self.out = out
        self.code = 0
        self.records = 0
        self._streamed = False
        self._logged = time.monotonic()

    def print_all(self, events: Iterator[Event]) -> int:
        """Print everything and give the exit code: the worst of what happened."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        console = Console(stderr=True)
        with Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task("", total=None, visible=False)
            for event in events:
                if event["kind"] == "progress":
                    total = event["total"] or None
                    label = event["label"][:60]
                    progress.update(task, completed=event["done"], total=total, description=label, visible=True)
                    if not console.is_terminal:
                        self._log_progress(event["done"], total, label)
                else:
                    self._print(event)
        return self.code

    def _log_progress(self, done: int, total: int | None, label: str) -> None:
        """Print a plain line now and then, where standard error is a log and not a terminal."""
        if time.monotonic() - self._logged >= LOG_EVERY_S:
            self._logged = time.monotonic()
            print(f"{label}: {done}" + (f" of {total}" if total else ""), file=sys.stderr, flush=True)

    def _print(self, event: Event) -> None:
        if event["kind"] == "record":
            self._print_record(event["record"])
        elif event["kind"] == "note":
            print(event["text"], file=sys.stderr)
        elif event["kind"] == "error":
            self._print_error(event)
        elif event["kind"] == "sentence" and not self.as_json:
            from ui.wording import word_sentence

            self._streamed = True
            self._write(word_sentence(event["sentence"]))

    def _print_record(self, record: Any) -> None:
        self.records += 1
        if self.as_json:
            self._write(json.dumps(record, ensure_ascii=False))
            return
        from ui.wording import word_record

        self._write(word_record(self.name, record, streamed=self._streamed))

    def _print_error(self, event: Event) -> None:
        self.code = max(self.code, event["code"], key=_severity)
        file = event.get("file") or self.file
        if file and event["code"] in (1, 3) and self.as_json:
            self.records += 1
            self._write(json.dumps({"file": file, "refused": event["message"]}, ensure_ascii=False))
        else:
            print(f"casebrief: {file + ': ' if file else ''}{event['message']}", file=sys.stderr)

    def _write(self, text: str) -> None:
        if text:
            print(text, file=self.out, flush=True)


def _severity(code: int) -> int:
    """Order exit codes by how bad they are: done, refused, not allowed, wrong usage, our fault."""
    return (0, 3, 4, 2, 1).index(code)


def read_secret(path: Path | None) -> str | None:
    """Give the first line of a password file.

    Raises:
        SystemExit: The file cannot be read; exit code 3.
    """
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        print(f"casebrief: {word_error(error)}", file=sys.stderr)
        raise SystemExit(3) from None


def read_options(given: list[str]) -> dict[str, Any]:
    """Read key=value pairs; values are numbers, true or false where they look like it.

    Raises:
        SystemExit: A pair has no "="; exit code 2.
    """
    options: dict[str, Any] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            print(f"casebrief: {WrongUsage(f'The option is {pair!r}.', expected='key=value')}", file=sys.stderr)
            raise SystemExit(2)
        try:
            options[key] = json.loads(value)
        except ValueError:
            options[key] = value
    return options
