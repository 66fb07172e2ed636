"""Watched folders: an admin says which is a matter's and who answers for it; an attorney lets summaries go out."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.errors import CasebriefError, RefusedInput
from assistant.store import audit, notices, people, watches
from assistant.store.people import User
from assistant.store.watches import Watch
from ui.permits import check, may
from ui.watched_files import check_name, find_root, open_folder

if TYPE_CHECKING:
    from ui.services import House


def present_watch(house: House, watch: Watch) -> dict[str, Any]:
    """Give a watched folder as JSON, with how it stands; `state` is empty where it was not looked at yet."""
    state = house.folders.states.get(watch.matter_id) if house.folders else None
    shown = {
        "matter_id": watch.matter_id,
        "folder": watch.folder,
        "responsible": watch.responsible,
        "export_by": watch.export_by,
        "set_by": watch.set_by,
        "created_at": watch.created_at,
    }
    return shown | {"state": asdict(state) if state else {}}


def list_folders(house: House, user: User) -> dict[str, Any]:
    """List the watched folders of all matters: {root, problem, folders}; `root` is "" where this machine has none."""
    check(house.db, user, "folder.list")
    root, problem = house.settings.watch_root, ""
    if root is not None:
        try:
            find_root(house.settings)
        except CasebriefError as error:
            problem = str(error)
    found = [present_watch(house, watch) for watch in watches.list_watches(house.db)]
    return {"root": str(root or ""), "problem": problem, "folders": found}


def show_folder(house: House, user: User, matter_id: str) -> dict[str, Any] | None:
    """Give the watched folder of a matter to its people, or None where it has none."""
    check(house.db, user, "matter.read", matter_id)
    watch = watches.find_watch(house.db, matter_id)
    return present_watch(house, watch) if watch else None


def set_folder(house: House, user: User, matter_id: str, folder: str, responsible: str) -> dict[str, Any]:
    """Give a matter its folder under the root, and who answers for it; the matter's people are told.

    Files put into the folder are filings of the responsible person. Nothing is written out before an attorney of the
    matter allows it: what goes out is content, which is not an admin's to give away.

    Raises:
        RefusedInput: The name is no folder under the root, or the person may not add filings to the matter.
        Conflict: The folder is another matter's.
        CasebriefError: It cannot be made or opened.
    """
    check(house.db, user, "folder.set", matter_id)
    name = check_name(folder)
    person = people.get_user(house.db, responsible)
    able = not person.disabled and may(person.role, "filing.upload")
    if not able or not people.is_member(house.db, person.name, matter_id):
        raise RefusedInput(
            f"{responsible} does not work on this matter.", expected="a paralegal or an attorney of the matter"
        )
    with house.db.session():
        watch = watches.set_watch(house.db, matter_id, name, person.name, user.name)
        with open_folder(house.settings, name, make=True):
            pass
        notices.add_notice(house.db, matter_id, "folder.set", person.name, user.name, "")
        audit.record(house.db, user.name, "folder.set", matter_id, {"responsible": person.name})
    return present_watch(house, watch)


def remove_folder(house: House, user: User, matter_id: str) -> dict[str, Any]:
    """Watch a matter's folder no more; what lies in it stays where it is.

    Raises:
        NotFound: The matter has none.
    """
    check(house.db, user, "folder.set", matter_id)
    with house.db.session():
        watches.remove_watch(house.db, matter_id)
        notices.add_notice(house.db, matter_id, "folder.remove", matter_id, user.name, "")
        audit.record(house.db, user.name, "folder.remove", matter_id, {})
    return {"matter_id": matter_id, "removed": True}


def allow_export(house: House, user: User, matter_id: str, allowed: bool) -> dict[str, Any]:
    """Let signed-off summaries of a matter be written to its folder, or end it; an attorney of the matter may.

    Raises:
        NotFound: The matter has no folder.
    """
    check(house.db, user, "folder.export", matter_id)
    with house.db.session():
        watch = watches.allow_export(house.db, matter_id, user.name if allowed else "")
        kind = "folder.export_on" if allowed else "folder.export_off"
        notices.add_notice(house.db, matter_id, kind, matter_id, user.name, "")
        audit.record(house.db, user.name, "folder.allow", matter_id, {"allowed": allowed})
    return present_watch(house, watch)
