"""The commands that need the house, each a generator of events; the server runs them for the command line.

Events: {"kind": "progress", done, total, label}, {"kind": "note", text}, {"kind": "sentence", …} while a text is being
written, {"kind": "record", "record": …} what the contract of the command line promises, {"kind": "error", message,
code, file?}; an error with a file is a refusal beside the other records and does not end the command.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from assistant.errors import NotAllowed, NotFound, RefusedInput, WrongUsage
from assistant.store import audit, people
from assistant.store.people import User
from ui.actions import filings, folders, learning, oversight, questions, retention, summaries
from ui.actions import people as people_actions
from ui.messages import exit_code, log_fault, word_error
from ui.owner import shell_login
from ui.permits import OWNER, check, may

if TYPE_CHECKING:
    from ui.services import House

Event = dict[str, Any]
READABLE = (".pdf", ".docx", ".txt")
_POLL_S = 0.2


@dataclass(frozen=True)
class Call:
    """One command as it arrives.

    Attributes:
        house: The open house of the process that owns the data root.
        as_user: Whom --as names, or None for the shell's own login.
        login: Login name of the shell.
        arguments: Of the command; paths are absolute.
        stop: Set where the caller has gone away.
    """

    house: House
    as_user: str | None
    login: str
    arguments: dict[str, Any]
    stop: threading.Event


Command = Callable[["House", User, dict[str, Any], threading.Event], Iterator[Event]]


def run_command(name: str, call: Call) -> Iterator[Event]:
    """Run a command by name and give its events; an error becomes the last event."""
    try:
        command = COMMANDS.get(name)
        if command is None:
            raise WrongUsage(f"There is no command {name!r}.", do="See casebrief --help.")
        user = find_actor(call.house, call.as_user, call.login)
        if user.name != _clean_login(call.login):
            audit.record(call.house.db, user.name, "cli.as", "", {"login": _clean_login(call.login), "command": name})
        yield from command(call.house, user, call.arguments, call.stop)
    except Exception as error:
        yield report_error(error, name)


def report_error(error: Exception, where: str, file: str = "") -> Event:
    """Turn an error into an event; one of ours that nobody expected is logged without its text."""
    code = exit_code(error)
    if code == 1:
        log_fault(error, where)
    event = {"kind": "error", "message": word_error(error), "code": code}
    return event | {"file": file} if file else event


def find_actor(house: House, as_user: str | None, login: str) -> User:
    """Give the user who acts.

    The shell's own login is made a user, an attorney, on first use, and has the rights of the data root's owner
    besides: whoever can read the keys on disk is not kept out by a table, but what they do is recorded.

    Raises:
        NotFound: --as names nobody.
        NotAllowed: The user is disabled.
    """
    own = _clean_login(login)
    if as_user and as_user != own:
        user = people.get_user(house.db, as_user)
    else:
        try:
            user = people.get_user(house.db, own)
        except NotFound:
            user = people.add_user(house.db, own, "attorney", secrets.token_urlsafe(24))
            audit.record(house.db, own, "user.add", own, {"role": "attorney", "from": "shell"})
        user = replace(user, role=cast(Any, OWNER))
    if user.disabled:
        raise NotAllowed(f"The user {user.name} is disabled.", do="Ask an admin.")
    return user


def _clean_login(login: str) -> str:
    """Give the shell's login in the form of a user name."""
    return re.sub(r"[^A-Za-z0-9._@-]", "-", login).strip("-._@")[:64] or "shell"


def _record(value: Any) -> Event:
    return {"kind": "record", "record": value}


def ingest(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Read files into a matter, made where it is missing; a refused file is an error beside the others."""
    matter_id = _matter_for_upload(house, user, arguments["matter"])
    paths = expand_paths(arguments["paths"])
    for number, path in enumerate(paths):
        if stop.is_set():
            return
        yield {"kind": "progress", "done": number, "total": len(paths), "label": path.name}
        try:
            yield from _ingest_one(house, user, matter_id, path, arguments)
        except Exception as error:
            yield report_error(error, "ingest", path.name)
    yield {"kind": "progress", "done": len(paths), "total": len(paths), "label": ""}


def _matter_for_upload(house: House, user: User, name: str) -> str:
    try:
        return people_actions.find_matter(house, user, name, "filing.upload").matter_id
    except NotFound:
        return str(people_actions.create_matter(house, user, name)["matter_id"])


def expand_paths(names: list[str]) -> list[Path]:
    """Give the files named, and for a folder the readable files in it, by name."""
    found: list[Path] = []
    for path in map(Path, names):
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in READABLE) if path.is_dir() else [path]
        found.extend(inside)
    return found


def _ingest_one(house: House, user: User, matter_id: str, path: Path, arguments: dict[str, Any]) -> Iterator[Event]:
    began = time.monotonic()
    size_mb = path.stat().st_size / 2**20
    if size_mb > house.settings.max_file_mb:
        raise RefusedInput(f"The file has {size_mb:.0f} MiB.", expected=f"at most {house.settings.max_file_mb} MiB")
    filing = filings.upload(
        house,
        user,
        matter_id,
        path.name,
        path.read_bytes(),
        password=arguments.get("password"),
        document_type=arguments.get("document_type"),
    )
    document_id = filing["document_id"]
    pause = _POLL_S / 10
    while filing["status"] in ("waiting", "reading"):
        yield {"kind": "progress"} | filing["progress"] | {"label": f"{path.name}: {filing['progress']['label']}"}
        time.sleep(pause)
        pause = min(pause * 1.5, _POLL_S)
        filing = filings.show_filing(house, user, document_id)
    if filing["status"] != "ready":
        raise RefusedInput(filing["error"] or "The file could not be read.", do=filing["do"] or None)
    keys = ("document_id", "file", "pages", "pages_ocr", "pages_unreadable", "document_type", "entities", "warnings")
    seconds = round(filing["seconds"] or time.monotonic() - began, 3)
    yield _record({k: filing[k] for k in keys} | {"path": str(path), "seconds": seconds})


def index(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Take a folder of plain-text files into a matter, as `ingest` would, without looking for captions."""
    folder = Path(arguments["corpus"])
    if not folder.is_dir():
        raise RefusedInput(f"{folder} is not a folder.", expected="a folder of .txt files")
    texts = sorted(folder.rglob("*.txt"))
    if not texts:
        raise RefusedInput(f"{folder} holds no .txt files.")
    given = {"matter": arguments["matter"], "paths": [str(p) for p in texts], "document_type": "plain"}
    yield from ingest(house, user, given, stop)


def ask(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Answer a question over a matter."""
    matter = people_actions.find_matter(house, user, arguments["matter"], "question.ask")
    yield from _finish(
        questions.stream_answer(
            house,
            user,
            matter.matter_id,
            arguments["question"],
            document_ids=arguments.get("documents") or None,
            adapter=arguments.get("adapter"),
            stop=stop,
        ),
        "answer",
    )


def _finish(events: Iterator[Event], key: str) -> Iterator[Event]:
    """Turn the last event of a stream into the command's record."""
    for event in events:
        yield _record(event[key]) if event["kind"] == "done" else event


def summarize(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Summarize a stored filing by its id, or any file by its path (nothing of it is stored)."""
    target = arguments["target"]
    choice = {k: arguments.get(k) for k in ("words", "adapter")} | {"detail": arguments.get("detail") or "brief"}
    if arguments.get("stored"):
        yield from _finish(summaries.stream_summary(house, user, target, **choice, stop=stop), "summary")
        return
    check(house.db, user, "file.summarize")
    from ui.unstored import stream_file_summary

    yield from _finish(
        stream_file_summary(
            house,
            Path(target),
            **choice,
            document_type=arguments.get("document_type"),
            password=arguments.get("password"),
            stop=stop,
            user=user.name,
        ),
        "summary",
    )


def summarize_lines(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Summarize many texts of a JSON-lines file, in batches; nothing of them is stored."""
    check(house.db, user, "file.summarize")
    from ui.unstored import summarize_texts

    yield from summarize_texts(house, user.name, arguments, stop)


def search(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Find passages."""
    matter = people_actions.find_matter(house, user, arguments["matter"])
    yield _record(filings.search(house, user, matter.matter_id, arguments["query"], int(arguments["k"])))


def round_start(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Start a round; `wait` follows it to its end (and where no server runs it must be waited for)."""
    found = learning.start_round(house, user, arguments.get("options") or {})
    if arguments.get("wait"):
        while found["status"] == "running" and not stop.is_set():
            progress = found["progress"]
            yield {
                "kind": "progress",
                "done": progress.get("done", 0),
                "total": progress.get("total", 0),
                "label": f"{found['step']} {progress.get('label', '')}".strip(),
            }
            time.sleep(_POLL_S * 5)
            found = learning.round_status(house, user, found["round_id"])
    yield _record(found)
    if found["status"] == "failed":
        raise RefusedInput(found["error"] or "The round failed.")


def _simple(action: Callable[..., Any], *names: str) -> Command:
    """Make a command of an action that takes the named arguments and gives one record."""

    def command(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
        yield _record(action(house, user, *(arguments.get(n) for n in names)))

    return command


def adapters_promote(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Make a candidate the active adapter."""
    yield _record(learning.promote(house, user, arguments["adapter_id"], arguments.get("reason") or ""))


def audit_export(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Give the audit log, an entry a record."""
    yield from map(_record, oversight.export_audit(house, user))


def report(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Write an adapter's model card."""
    yield _record(learning.write_report(house, user, arguments["adapter_id"], Path(arguments["out"])))


def erase(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Erase a matter; the second person's password comes with it."""
    matter = people_actions.find_matter(house, user, arguments["matter"], "matter.erase")
    second, password = arguments["second"], arguments.get("password") or ""
    if user.role != OWNER and second == _clean_login(shell_login()):  # --as: who types is the shell's own login
        raise NotAllowed("The second person is the login of this shell, who acts already.", do="Name somebody else.")
    yield _record(people_actions.erase_matter(house, user, matter.matter_id, second, password=password))


def users_add(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Add a user; a password that was not given is made up and shown once, here, unless people sign on."""
    given = arguments.get("password")
    password = given or ("" if house.settings.oidc_issuer else secrets.token_urlsafe(12))
    name, role = arguments["name"], arguments["role"]
    added = people_actions.add_user(house, user, name, role, password, arguments.get("display_name") or "")
    yield _record(added if given or not password else added | {"password": password})


def users_password(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Give a user a new password; one that was not given is made up and shown once, here."""
    given = arguments.get("password")
    password = given or secrets.token_urlsafe(12)
    changed = people_actions.reset_password(house, user, arguments["name"], password)
    yield _record(changed if given else changed | {"password": password})


def matter_consent(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Record or withdraw a client's consent to training."""
    matter = people_actions.find_matter(house, user, arguments["matter"], "consent.record")
    given, note = bool(arguments["given"]), arguments.get("note") or ""
    yield _record(people_actions.set_consent(house, user, matter.matter_id, given, note))


def matter_member(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
    """Make a user a member of a matter."""
    name, reason = arguments["name"], arguments.get("reason") or ""
    action = "member.break_glass" if reason and may(user.role, "member.break_glass") else "member.add"
    matter = people_actions.find_matter(house, user, arguments["matter"], action)
    yield _record(people_actions.add_member(house, user, matter.matter_id, name, reason))


def _in_matter(action: str, call: Callable[..., Any], *names: str) -> Command:
    """Make a command of an action on one matter, which is given by its name or id; `names` are its other arguments."""

    def command(house: House, user: User, arguments: dict[str, Any], stop: threading.Event) -> Iterator[Event]:
        matter = people_actions.find_matter(house, user, arguments["matter"], action)
        yield _record(call(house, user, matter.matter_id, *(arguments.get(name) for name in names)))

    return command


COMMANDS: dict[str, Command] = {
    "ingest": ingest,
    "index": index,
    "ask": ask,
    "summarize": summarize,
    "summarize-lines": summarize_lines,
    "search": search,
    "round-start": round_start,
    "round-status": _simple(learning.round_status, "round_id"),
    "round-cancel": _simple(learning.cancel_round, "round_id"),
    "round-preview": _simple(learning.preview_round),
    "round-release": _simple(learning.release_burst, "name"),
    "adapters-list": _simple(learning.list_adapters),
    "adapters-show": _simple(learning.show_adapter, "adapter_id"),
    "adapters-promote": adapters_promote,
    "adapters-rollback": _simple(learning.rollback),
    "audit-verify": _simple(oversight.verify_audit),
    "audit-export": audit_export,
    "report": report,
    "erase": erase,
    "users-add": users_add,
    "users-password": users_password,
    "users-list": _simple(people_actions.list_users),
    "users-role": _simple(people_actions.set_role, "name", "role"),
    "users-disable": _simple(people_actions.disable_user, "name"),
    "keys-rotate": _simple(people_actions.rotate_keys),
    "matters-list": _simple(people_actions.list_matters),
    "matters-consent": matter_consent,
    "matters-member": matter_member,
    "matters-close": _in_matter("matter.close", retention.set_closing, "closed_on", "months"),
    "folders-list": _simple(folders.list_folders),
    "folders-set": _in_matter("folder.set", folders.set_folder, "folder", "responsible"),
    "folders-remove": _in_matter("folder.set", folders.remove_folder),
    "folders-export": _in_matter("folder.export", folders.allow_export, "allowed"),
}
"""What `POST /local/commands/{name}` and the command line may run."""
