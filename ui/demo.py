"""`casebrief demo`: three logins, a sample matter of synthetic filings, and the web app. Safe to run again."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assistant.counting import say_count
from assistant.errors import Conflict, NotFound, RefusedInput
from assistant.settings import Settings, load_settings
from ui.owner import OwnerLock, check_owner, read_address, shell_login
from ui.serving import listen, serve_house, take_root

if TYPE_CHECKING:
    from ui.services import House

MATTER = "demo"
QUESTION = "What damages does the plaintiff demand?"
LOGINS = (
    ("paula", "paralegal", "Paula (paralegal)"),
    ("alex", "attorney", "Alex (attorney)"),
    ("ada", "admin", "Ada (administrator)"),
)
_POLL_S = 0.2


def run_demo(host: str | None, port: int | None, filings: int, serve: bool) -> int:
    """Prepare the demo and, unless told otherwise, serve until a signal ends it; give the exit code.

    Raises:
        RefusedInput: The data root is held by another command, or the port is taken.
    """
    settings = load_settings(host=host, port=port)
    check_owner(settings.home)
    with OwnerLock(settings.home) as lock:
        if not lock.try_take("demo") and _tell_running(lock, settings):
            return 0
        take_root(lock, "demo", settings)
        listening = listen(settings) if serve else None
        print(f"Preparing the demo in {settings.home} (the first time takes a minute or two).", flush=True)
        from ui.services import open_house

        house = open_house(settings)
        prepare_demo(house, filings)
        logins = reset_logins(house)
        print("\nLogins (new with every start of the demo):")
        for name, role, password in logins:
            print(f"  {name:6} {role:10} {password}")
        print(f"\nMatter: {MATTER}. From a shell: casebrief ask --matter {MATTER} {QUESTION!r}\n", flush=True)
        if listening is None:
            house.close()
        else:
            serve_house(house, listening)
    return 0


def _tell_running(lock: OwnerLock, settings: Settings) -> bool:
    """Say where the demo already runs, if a server holds the data root."""
    holder, address = lock.read_holder(), read_address(settings.home)
    if not holder or not address or holder.pid != address.pid:
        return False
    print(f"The demo already runs at http://127.0.0.1:{address.port} (process {address.pid}).")
    print("Its logins were printed when it started; end it and start again for new ones.")
    return True


def reset_logins(house: House) -> list[tuple[str, str, str]]:
    """Make the three users where missing and give each a new password: (name, role, password)."""
    from assistant.store import audit, people

    made = []
    for name, role, _ in LOGINS:
        password = "-".join(secrets.token_hex(2) for _ in range(3))
        people.set_password(house.db, name, password)
        audit.record(house.db, name, "user.password", name, {"from": "demo"})
        made.append((name, role, password))
    return made


def _check_unused(house: House) -> None:
    """Keep the demo out of a firm's own data root, where its logins may be people's names.

    Raises:
        RefusedInput: One of the logins is somebody else's.
    """
    from assistant.store import people

    shown = {name: display for name, _, display in LOGINS}
    for user in people.list_users(house.db):
        if shown.get(user.name, user.display_name) != user.display_name:
            raise RefusedInput(
                f"This data root has a user {user.name} of its own.",
                do="Set CASEBRIEF_HOME to another folder for the demo.",
            )


def _add_users(house: House) -> None:
    from assistant.store import audit, people

    known = {u.name for u in people.list_users(house.db)}
    for name, role, shown in LOGINS:
        if name not in known:
            people.add_user(house.db, name, role, secrets.token_urlsafe(24), shown)
            audit.record(house.db, name, "user.add", name, {"role": role, "from": "demo"})


def prepare_demo(house: House, filings: int) -> str:
    """Make the users and the matter with its filings where they are missing; give the matter's id.

    The consent to training is recorded by the attorney of the demo: nobody's client stands behind it.
    """
    from assistant.store import matters, people
    from ui.actions import people as people_actions
    from ui.commands import find_actor

    _check_unused(house)
    _add_users(house)
    alex, paula = people.get_user(house.db, "alex"), people.get_user(house.db, "paula")
    try:
        matter_id = matters.find_matter(house.db, MATTER).matter_id
    except NotFound:
        matter_id = str(people_actions.create_matter(house, alex, MATTER)["matter_id"])
    owner = find_actor(house, None, shell_login())
    for name in ("alex", "paula", owner.name):
        if not people.is_member(house.db, name, matter_id):
            _add_member(house, name, matter_id)
    if not matters.find_matter(house.db, matter_id).consent:
        people_actions.set_consent(house, alex, matter_id, True, "Synthetic filings; there is no client.")
    _show_progress(_ingest_samples(house, paula, matter_id, filings))
    return matter_id


def _add_member(house: House, name: str, matter_id: str) -> None:
    from assistant.store import audit, people

    try:
        people.add_member(house.db, name, matter_id)
        audit.record(house.db, "alex", "member.add", matter_id, {"member": name, "from": "demo"})
    except Conflict as error:  # a wall stays a wall
        print(f"  {error}", file=sys.stderr)


def _ingest_samples(house: House, user: Any, matter_id: str, count: int) -> Iterator[tuple[int, int, str]]:
    """Upload the sample filings, lent for comparison, and give (done, total, label) while they are read."""
    from assistant.store import comparisons
    from assistant.store import filings as stored
    from finetune.synthesize.demo import demo_files
    from ui.actions import filings

    ready = {f.file_name for f in stored.list_filings(house.db, matter_id) if f.status == "ready"}
    samples = [s for s in demo_files(count) if s[0] not in ready]
    for number, (name, data) in enumerate(samples):
        shown = filings.upload(house, user, matter_id, name, data)
        comparisons.lend_filing(house.db, shown["document_id"], "casebrief", sample=True)
        while shown["status"] in ("waiting", "reading"):
            yield number, len(samples), f"reading {name}"
            time.sleep(_POLL_S)
            shown = filings.show_filing(house, user, shown["document_id"])
        yield (
            number + 1,
            len(samples),
            f"{name}: {say_count(shown['pages'], 'page')}, {shown['status']} {shown['error']}".strip(),
        )


def _show_progress(steps: Iterator[tuple[int, int, str]]) -> None:
    """Show progress: a bar on a terminal, else a line a filing."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("sample filings", total=None)
        said = ""
        for done, total, label in steps:
            progress.update(task, completed=done, total=total, description=label)
            if not console.is_terminal and label != said and not label.startswith("reading"):
                print(f"  {done}/{total} {label}", file=sys.stderr, flush=True)
            said = label
