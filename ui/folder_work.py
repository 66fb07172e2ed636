"""The work on watched folders: files put there are taken in, signed-off summaries are written there, again and again.

It runs in the process that owns the data root, and keeps nothing that it could not find again: a file stays in `in`
until it was read to an end, and a second attempt at it is the same filing, by its content. So whatever ends the process
in between, nothing is lost and nothing is filed twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.errors import Busy, CasebriefError, Conflict, NotFound, RefusedInput
from assistant.store import audit, filings, people, watches
from assistant.store.database import timestamp
from assistant.store.people import User
from assistant.store.watches import Watch
from ui.actions import filings as filing_actions
from ui.actions import summaries
from ui.messages import log_fault
from ui.permits import may
from ui.watched_files import Found, WatchedFolder, open_folder

if TYPE_CHECKING:
    from ui.services import House

POLL_S = 3.0
STABLE_S = 5.0
"""Seconds for which a file must not have changed before it is taken in."""

ACTOR = "casebrief"
_FORMS = ("docx", "md")
_TWICE = "The matter has a filing of the same content already; nothing was filed a second time."
_LINK = "This is a link and is not followed. Put the file itself into the folder."


@dataclass(frozen=True, slots=True)
class FolderState:
    """How a watched folder stands: counts, no names.

    Attributes:
        at: When it was looked at last, ISO 8601 UTC.
        waiting: Files that are being written, read or waited for.
        left: Folders and other things in `in`, which are not read.
        taken: Files taken in since the server started.
        refused: Files refused since then.
        exported: Summaries written since then.
        problem: What keeps the work from being done and what to do, or "".
    """

    at: str = ""
    waiting: int = 0
    left: int = 0
    taken: int = 0
    refused: int = 0
    exported: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Filed:
    """A file that was taken in and is being read."""

    signature: tuple[int, int, int]
    document_id: str
    twice: bool


class FolderWork:
    """Looks at all watched folders every few seconds, in a thread of its own or when `look` is called.

    Attributes:
        states: How each matter's folder stands, by the matter's id.
    """

    def __init__(self, house: House, stable_s: float = STABLE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self.house = house
        self.stable_s = stable_s
        self.states: dict[str, FolderState] = {}
        self._clock = clock
        self._seen: dict[tuple[str, str], tuple[tuple[int, int, int], float]] = {}
        self._filed: dict[tuple[str, str], _Filed] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="watched-folders")

    def start(self) -> None:
        """Begin to look again and again."""
        self._thread.start()

    def stop(self) -> None:
        """End it after the file at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self.look()
            except Exception as error:  # what fails once may go the next time: the thread must live
                log_fault(error, "watched-folders")

    def look(self) -> None:
        """Look at every watched folder once; what fails in one does not hold up the others."""
        watched = watches.list_watches(self.house.db)
        known = {watch.matter_id for watch in watched}
        self.states = {key: state for key, state in self.states.items() if key in known}
        for watch in watched:
            if self._stop.is_set():
                return
            problem = ""
            try:
                with open_folder(self.house.settings, watch.folder) as folder:
                    problems = [work(watch, folder) for work in (self._take_all, self._export_all)]
                    problem = " ".join(filter(None, problems))
            except Exception as error:
                problem = _word(error)
            self._note(watch.matter_id, at=timestamp(), problem=problem)

    def _take_all(self, watch: Watch, folder: WatchedFolder) -> str:
        """Take in what lies in `in`; give what is in the way, or ""."""
        found = folder.list_found()
        files = [one for one in found if one.kind != "other"]
        self._forget_gone(watch.matter_id, {one.name for one in files})
        user = _find_able(self.house, watch.responsible, watch.matter_id, "filing.upload")
        self._note(watch.matter_id, waiting=len(files), left=len(found) - len(files))
        if user is None:
            return f"{watch.responsible} does not work on this matter (any more). Name another responsible person."
        problem = ""
        for one in files:
            if self._stop.is_set():
                break
            try:
                if self._handle(watch, folder, user, one):
                    self._note(watch.matter_id, waiting=self.states[watch.matter_id].waiting - 1)
            except Exception as error:  # one bad file does not hold up the others
                problem = _word(error)
        return problem

    def _forget_gone(self, matter_id: str, names: set[str]) -> None:
        for memory in (self._seen, self._filed):
            for key in [key for key in memory if key[0] == matter_id and key[1] not in names]:
                del memory[key]  # type: ignore[attr-defined]

    def _handle(self, watch: Watch, folder: WatchedFolder, user: User, one: Found) -> bool:
        """Bring one file a step further; tell whether it has left `in`."""
        if one.kind == "link":
            return self._refuse(watch, folder, one, _LINK)
        if not self._is_stable(watch.matter_id, one):
            return False
        filed = self._filed.get((watch.matter_id, one.name))
        if filed is None or filed.signature != one.signature:
            try:
                filed = self._file(watch, folder, user, one)
            except (Busy, Conflict):
                return False
            except RefusedInput as error:
                return self._refuse(watch, folder, one, str(error))
            if filed is None:
                return False
            self._filed[watch.matter_id, one.name] = filed
        return self._settle(watch, folder, one, filed)

    def _is_stable(self, matter_id: str, one: Found) -> bool:
        """Tell whether a file has been as it is for long enough, by our own clock: a copy may carry an old date."""
        signature, since = self._seen.get((matter_id, one.name), (None, 0.0))
        if signature != one.signature:
            self._seen[matter_id, one.name] = (one.signature, since := self._clock())
        return self._clock() - since >= self.stable_s

    def _file(self, watch: Watch, folder: WatchedFolder, user: User, one: Found) -> _Filed | None:
        """Take a file into the matter as if the responsible person had uploaded it."""
        house = self.house
        data = folder.read(one, house.settings.max_file_mb << 20)
        if data is None:
            return None
        began = timestamp()
        name = one.name.encode("utf-8", "replace").decode()
        made = filing_actions.upload(house, user, watch.matter_id, name, data)
        document_id = str(made["document_id"])
        acts = audit.list_acts(house.db, ("folder.take", "folder.done", "folder.refuse"), document_id, "")
        under_way = bool(acts) and acts[-1].action == "folder.take"  # begun, by us, before the process ended
        beside = any(filed.document_id == document_id for filed in self._filed.values())
        twice = beside or (made["added_at"] < began and made["status"] == "ready" and not under_way)
        if not twice and not under_way:
            audit.record(house.db, ACTOR, "folder.take", document_id, {"matter": watch.matter_id})
        return _Filed(one.signature, document_id, twice)

    def _settle(self, watch: Watch, folder: WatchedFolder, one: Found, filed: _Filed) -> bool:
        """Move a file that was read to an end to where it belongs; tell whether it was."""
        try:
            filing = filings.get_filing(self.house.db, filed.document_id)
        except NotFound:
            return self._refuse(watch, folder, one, "The filing was deleted before it was read.")
        if filing.status == "refused":
            return self._refuse(watch, folder, one, f"{filing.error} {filing.do}".strip(), filed.document_id)
        if filing.status != "ready":
            return False
        folder.settle(one.name, "done", _say(_TWICE, filed.document_id) if filed.twice else "")
        action = "folder.twice" if filed.twice else "folder.done"
        audit.record(self.house.db, ACTOR, action, filed.document_id, {"matter": watch.matter_id})
        self._note(watch.matter_id, taken=self.states[watch.matter_id].taken + 1)
        return True

    def _refuse(self, watch: Watch, folder: WatchedFolder, one: Found, why: str, document_id: str = "") -> bool:
        folder.settle(one.name, "refused", _say(why, document_id))
        audit.record(self.house.db, ACTOR, "folder.refuse", document_id or watch.matter_id, {"matter": watch.matter_id})
        self._note(watch.matter_id, refused=self.states[watch.matter_id].refused + 1)
        return True

    def _export_all(self, watch: Watch, folder: WatchedFolder) -> str:
        """Write the signed-off summaries that are not there yet to `out`; give what is in the way, or ""."""
        due = watches.list_due_exports(self.house.db, watch.matter_id) if watch.export_by else ()
        if not due:
            return ""
        user = _find_able(self.house, watch.export_by, watch.matter_id, "summary.sign_off")
        if user is None:
            return f"{watch.export_by}, who allowed the export, is no attorney of this matter now; another one must."
        for summary_id in due:
            if self._stop.is_set():
                break
            for form in _FORMS:
                name, _, data = summaries.export_summary(self.house, user, summary_id, form, True)
                stem, _, end = name.rpartition(".")
                folder.write_out(f"{stem}-{summary_id}.{end}", data)
            with self.house.db.session():
                watches.note_export(self.house.db, summary_id)
                audit.record(self.house.db, ACTOR, "folder.export", summary_id, {"matter": watch.matter_id})
            self._note(watch.matter_id, exported=self.states[watch.matter_id].exported + 1)
        return ""

    def _note(self, matter_id: str, **changes: int | str) -> None:
        had = self.states.get(matter_id, FolderState())
        self.states[matter_id] = replace(had, **changes)  # type: ignore[arg-type]


def start_watching(house: House) -> FolderWork | None:
    """Begin to look at watched folders, where this machine has a place for them."""
    if house.settings.watch_root is None:
        return None
    work = FolderWork(house)
    work.start()
    return work


def _find_able(house: House, name: str, matter_id: str, action: str) -> User | None:
    """Give a person who may take an action in a matter now; None where not, which is no attempt to be recorded."""
    try:
        user = people.get_user(house.db, name)
    except NotFound:
        return None
    able = not user.disabled and may(user.role, action) and people.is_member(house.db, name, matter_id)
    return user if able else None


def _word(error: Exception) -> str:
    """Say what is in the way: our own errors hold no file's name, and of others only their place is logged."""
    if isinstance(error, CasebriefError):
        return str(error)
    log_fault(error, "watched-folder")
    return "Something in Casebrief itself failed; see logs/casebrief.log. It is tried again."


def _say(why: str, document_id: str) -> str:
    """Give the text beside a file: when and why, and which filing it is; no word of the file."""
    about = f"\nFiling: {document_id}" if document_id else ""
    return f"Casebrief, {timestamp()[:19].replace('T', ' ')} UTC\n{why}{about}\n"
