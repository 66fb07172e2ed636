"""Watched folders: what is put in is filed once and moved where it belongs, nothing leads out, only signed-off work goes out."""

from __future__ import annotations

import errno
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from store_samples import CLIENT, add_matter, add_read_filing, approve, make_summary

from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput, WrongUsage
from assistant.settings import load_settings
from assistant.store import audit, filings, notices, people, watches, work
from ui.actions import folders
from ui.commands import COMMANDS
from ui.folder_work import FolderWork, start_watching
from ui.services import House, open_house
from ui.watched_files import check_name, open_folder
from ui.wording import word_record

PASSWORD = "correct horse battery"
SECRET = f"%PDF-1.7 {CLIENT} was here".encode()


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def open_firm(root: Path) -> House:
    """Open a firm whose reader reads at once: what begins with %PDF is ready, the rest is refused."""
    (root / "watched").mkdir()
    opened = open_house(load_settings(home=root / "home", watch_root=root / "watched", max_file_mb=1))

    def read(document_id: str, **_given: Any) -> None:
        good = filings.read_original(opened.db, document_id).startswith(b"%PDF")
        told = ("ready", "", "") if good else ("refused", "The file is no PDF.", "Convert it first.")
        filings.set_status(opened.db, document_id, *told)

    opened.__dict__["start_ingest"] = read
    for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin"), ("nina", "attorney")):
        people.add_user(opened.db, name, role, PASSWORD)
    return opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
        opened = open_firm(tmp_path_factory.mktemp("firm"))
        yield opened
        opened.close()


@pytest.fixture
def matter(house: House) -> Iterator[str]:
    """Give a matter of its own to each test, with a folder of its own."""
    made = add_matter(house.db, f"Quackenbush v. Acme {secrets.token_hex(3)}")
    for name in ("paula", "alex"):
        people.add_member(house.db, name, made)
    folders.set_folder(house, user(house, "ada"), made, f"rivera-{made}", "paula")
    yield made
    with suppress(NotFound):
        watches.remove_watch(house.db, made)


@pytest.fixture
def folder(house: House, matter: str) -> Path:
    assert house.settings.watch_root
    return house.settings.watch_root / f"rivera-{matter}"


def user(house: House, name: str) -> people.User:
    return people.get_user(house.db, name)


def start(house: House) -> FolderWork:
    """Give the work as at a start of the process, whose clock the test moves."""
    house.folders = FolderWork(house, clock=Clock())
    return house.folders


def look(task: FolderWork, times: int = 2, seconds: float = 6.0) -> None:
    for _ in range(times):
        task.look()
        task._clock.now += seconds  # type: ignore[attr-defined]


def put(folder: Path, name: str, data: bytes = SECRET) -> Path:
    path = folder / "in" / name
    path.write_bytes(data)
    return path


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def acts(house: House, matter: str, kind: str = "folder.") -> list[str]:
    """Give what the work did to a matter, by the audit log."""
    found = [e for e in audit.export(house.db) if e["actor"] == "casebrief" and e["detail"].get("matter") == matter]
    return [e["action"] for e in found if e["action"].startswith(kind)]


def test_a_file_that_rests_is_taken_in_as_the_persons_and_moved_to_done(
    house: House, matter: str, folder: Path
) -> None:
    task = start(house)
    path = put(folder, "Complaint of Quackenbush.pdf", SECRET[:10])
    look(task, 1)
    path.write_bytes(SECRET)  # it grows: the time begins again
    look(task, 1, 4.0)
    look(task, 1, 4.0)
    assert tree(folder) == ["in/Complaint of Quackenbush.pdf"] and task.states[matter].waiting == 1
    look(task, 1)
    (filing,) = filings.list_filings(house.db, matter)
    assert (filing.file_name, filing.added_by) == ("Complaint of Quackenbush.pdf", "paula")
    assert filings.read_original(house.db, filing.document_id) == SECRET
    assert tree(folder) == ["done/Complaint of Quackenbush.pdf"]
    state = task.states[matter]
    assert (state.waiting, state.taken, state.refused, state.problem) == (0, 1, 0, "")
    assert acts(house, matter) == ["folder.take", "folder.done"]
    log = [(e["actor"], e["action"]) for e in audit.export(house.db) if e["subject"] == filing.document_id]
    assert ("paula", "filing.upload") in log


def test_a_file_that_is_being_read_stays_until_it_was_read(
    house: House, matter: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = start(house)
    monkeypatch.setitem(house.__dict__, "start_ingest", lambda *_a, **_k: None)
    put(folder, "a.pdf")
    look(task, 4)
    (filing,) = filings.list_filings(house.db, matter)
    assert filing.status == "waiting" and tree(folder) == ["in/a.pdf"] and task.states[matter].waiting == 1
    filings.set_status(house.db, filing.document_id, "ready")
    look(task, 1)
    assert tree(folder) == ["done/a.pdf"] and task.states[matter].waiting == 0


def test_what_cannot_be_read_lies_in_refused_with_a_reason_and_holds_up_nothing(
    house: House, matter: str, folder: Path
) -> None:
    task = start(house)
    put(folder, "bad.doc", CLIENT.encode())
    put(folder, "empty.pdf", b"")
    put(folder, "huge.pdf", b"%PDF" + b"x" * (1 << 20))
    put(folder, "z.pdf")
    look(task)
    names = ("bad.doc", "empty.pdf", "huge.pdf")
    assert tree(folder) == sorted([*(f"refused/{n}{e}" for n in names for e in ("", ".txt")), "done/z.pdf"])
    notes = [(folder / "refused" / f"{name}.txt").read_text() for name in names]
    for note, words in zip(notes, ("no PDF. Convert it first.", "is empty", "larger than 1 MB"), strict=True):
        assert words in note and CLIENT not in note
    assert "Filing: d-" in notes[0] and task.states[matter].refused == 3


def test_the_same_content_again_is_noticed_and_filed_once(house: House, matter: str, folder: Path) -> None:
    task = start(house)
    put(folder, "a.pdf")
    put(folder, "b.pdf")
    look(task)
    put(folder, "a.pdf")
    look(task)
    assert len(filings.list_filings(house.db, matter)) == 1
    assert tree(folder) == ["done/a (2).pdf", "done/a (2).pdf.txt", "done/a.pdf", "done/b.pdf", "done/b.pdf.txt"]
    assert "nothing was filed a second time" in (folder / "done" / "b.pdf.txt").read_text()
    assert acts(house, matter) == ["folder.take", "folder.done", "folder.twice", "folder.twice"]


@pytest.mark.parametrize("where", ["before the move", "between text and move", "before the store"])
def test_a_process_that_dies_on_the_way_files_nothing_twice(
    house: House, matter: str, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    class Killed(BaseException):
        """The end of the process."""

    def die(*_given: Any, **_named: Any) -> None:
        raise Killed

    put(folder, "a.pdf", SECRET if where != "between text and move" else b"no pdf")
    with monkeypatch.context() as patch:
        place = {
            "before the move": "ui.folder_work.WatchedFolder.settle",
            "between text and move": "ui.watched_files.os.rename",
            "before the store": "assistant.store.filings.timestamp",
        }[where]
        if where == "between text and move":
            real = os.rename
            patch.setattr(place, lambda old, *a, **k: die() if old == "a.pdf" else real(old, *a, **k))
        else:
            patch.setattr(place, die)
        with pytest.raises(Killed):
            look(start(house))
    assert (folder / "in" / "a.pdf").exists()
    task = start(house)
    look(task, 3)
    (filing,) = filings.list_filings(house.db, matter)
    expected = ["done/a.pdf"] if where != "between text and move" else ["refused/a.pdf", "refused/a.pdf.txt"]
    assert tree(folder) == expected and filing.status == ("ready" if len(expected) == 1 else "refused")
    assert acts(house, matter).count("folder.take") == 1 and "folder.twice" not in acts(house, matter)


def test_nothing_leads_out_of_the_folder(house: House, matter: str, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(b"%PDF of another client")
    (folder / "in" / "link.pdf").symlink_to(outside)
    (folder / "in" / "sub").mkdir()
    (folder / "in" / "sub" / "c.pdf").write_bytes(SECRET)
    os.mkfifo(folder / "in" / "pipe.pdf")
    put(folder, ".hidden.pdf")
    put(folder, "half.pdf.part")
    task = start(house)
    look(task, 3)
    assert filings.list_filings(house.db, matter) == () and outside.read_bytes() == b"%PDF of another client"
    assert "is not followed" in (folder / "refused" / "link.pdf.txt").read_text()
    assert task.states[matter].left == 2 and (folder / "in" / "sub" / "c.pdf").exists()


@pytest.mark.parametrize("place", ["in", "done", "."])
def test_a_folder_that_is_a_link_is_not_entered(
    house: House, matter: str, folder: Path, tmp_path: Path, place: str
) -> None:
    put(folder, "a.pdf")
    replaced, moved = (folder if place == "." else folder / place), tmp_path / "elsewhere"
    os.rename(replaced, moved)
    replaced.symlink_to(moved)
    task = start(house)
    look(task)
    assert "is a link that leads elsewhere" in task.states[matter].problem
    assert filings.list_filings(house.db, matter) == ()


@pytest.mark.parametrize(
    "name",
    ["..", "../x", "a/../../x", "/etc/..", ".hidden", "a//b", "", " ", "a/in", "Done", "a\x00b", "a\nb", "x" * 300],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(RefusedInput):
        check_name(name)


def test_a_name_of_parts_is_kept_as_one(house: House) -> None:
    assert check_name(" /litigation\\Rivera v. Harbor/ ") == "litigation/Rivera v. Harbor"
    with open_folder(house.settings, "litigation/rivera", make=True) as opened:
        assert opened.list_found() == []


def test_a_file_that_our_own_fault_meets_holds_up_no_other(
    house: House, matter: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = filings.add_filing

    def fail(db: Any, matter_id: str, name: str, *given: Any) -> Any:
        if name == "a.pdf":
            raise KeyError(CLIENT)
        return real(db, matter_id, name, *given)

    monkeypatch.setattr(filings, "add_filing", fail)
    put(folder, "a.pdf")
    put(folder, "b.pdf", SECRET + b"2")
    task = start(house)
    look(task)
    assert tree(folder) == ["done/b.pdf", "in/a.pdf"]
    problem = task.states[matter].problem
    assert "Casebrief itself failed" in problem and CLIENT not in problem


def test_a_person_who_left_the_matter_stops_it_and_the_file_stays(house: House, matter: str, folder: Path) -> None:
    people.remove_member(house.db, "paula", matter)
    put(folder, "a.pdf")
    task = start(house)
    look(task, 3)
    assert "paula does not work on this matter" in task.states[matter].problem and tree(folder) == ["in/a.pdf"]
    assert not [e for e in audit.export(house.db) if (e["action"], e["subject"]) == ("refused", matter)]  # no attempt
    people.add_member(house.db, "paula", matter)
    look(task)
    assert tree(folder) == ["done/a.pdf"] and task.states[matter].problem == ""


def test_a_full_disk_says_so_and_the_file_waits(
    house: House, matter: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_given: Any, **_named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "Quackenbush.pdf")

    put(folder, "a.doc", b"no pdf")
    task = start(house)
    with monkeypatch.context() as patch:
        patch.setattr("assistant.store.sealed_files.os.fsync", fill)  # the data root's disk
        look(task, 3)
    assert "could not be written to the data root: No space left" in task.states[matter].problem
    assert filings.list_filings(house.db, matter) == () and tree(folder) == ["in/a.doc"]
    with monkeypatch.context() as patch:
        patch.setattr("ui.watched_files.os.rename", fill)  # the other one's
        look(task, 3)
    problem = task.states[matter].problem
    assert "disk of the watched folder is full" in problem and "Quackenbush" not in problem
    assert tree(folder) == ["in/a.doc"] and len(filings.list_filings(house.db, matter)) == 1
    look(task, 1)
    assert tree(folder) == ["refused/a.doc", "refused/a.doc.txt"] and task.states[matter].problem == ""


def test_signed_off_summaries_go_out_once_an_attorney_allows_it_and_drafts_never(
    house: House, matter: str, folder: Path
) -> None:
    signed = approve(house.db, document := add_read_filing(house.db, matter))
    draft = work.save_summary(house.db, make_summary(document), "paula")
    task = start(house)
    look(task)
    assert tree(folder) == []
    folders.allow_export(house, user(house, "alex"), matter, True)
    look(task)
    names = [f"out/Quackenbush_complaint-summary-v2-{signed}.{form}" for form in ("docx", "md")]
    assert tree(folder) == names and task.states[matter].exported == 1
    text = (folder / names[1]).read_text()
    assert 'status: "signed off"' in text and "UNVERIFIED" not in text and draft not in text
    assert acts(house, matter, "folder.export") == ["folder.export"]
    for name in names:
        (folder / name).unlink()  # the document system took them
    look(task)
    assert tree(folder) == []
    later = approve(house.db, document, "Person 1 has sued.")
    look(task)
    assert len(tree(folder)) == 2 and later in tree(folder)[0]
    folders.set_folder(house, user(house, "ada"), matter, f"other-{matter}", "paula")
    look(task)
    assert tree(folder.with_name(f"other-{matter}")) == []  # another folder: an attorney allows it anew
    folders.allow_export(house, user(house, "alex"), matter, True)
    look(task)
    assert len(tree(folder.with_name(f"other-{matter}"))) == 4


def test_a_summary_that_cannot_be_written_is_written_later_and_leaves_no_half(
    house: House, matter: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(house.db, add_read_filing(house.db, matter))
    folders.allow_export(house, user(house, "alex"), matter, True)
    task = start(house)
    with monkeypatch.context() as patch:
        patch.setattr("ui.watched_files.os.fsync", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        look(task)
    assert "full" in task.states[matter].problem and tree(folder) == []
    look(task)
    assert len(tree(folder)) == 2 and task.states[matter].problem == ""


def test_an_attorney_who_left_lets_nothing_out_any_more(house: House, matter: str, folder: Path) -> None:
    approve(house.db, add_read_filing(house.db, matter))
    folders.allow_export(house, user(house, "alex"), matter, True)
    people.add_member(house.db, "nina", matter)
    people.remove_member(house.db, "alex", matter)
    task = start(house)
    look(task)
    assert "alex, who allowed the export, is no attorney" in task.states[matter].problem and tree(folder) == []
    folders.allow_export(house, user(house, "nina"), matter, True)
    look(task)
    assert len(tree(folder)) == 2


def test_each_does_what_is_theirs_and_the_matters_people_see_it(house: House, matter: str) -> None:
    ada, alex, paula = (user(house, name) for name in ("ada", "alex", "paula"))
    for act in (
        lambda: folders.set_folder(house, alex, matter, "x", "paula"),
        lambda: folders.allow_export(house, ada, matter, True),
        lambda: folders.allow_export(house, paula, matter, True),
        lambda: folders.allow_export(house, user(house, "nina"), matter, True),
        lambda: folders.list_folders(house, alex),
        lambda: folders.show_folder(house, ada, matter),
    ):
        with pytest.raises(NotAllowed):
            act()
    for name in ("nina", "ada"):
        with pytest.raises(RefusedInput, match="does not work on this matter"):
            folders.set_folder(house, ada, matter, "x", name)
    folders.allow_export(house, alex, matter, True)
    shown = folders.list_folders(house, ada)
    assert [(f["folder"], f["responsible"], f["export_by"]) for f in shown["folders"]] == [
        (f"rivera-{matter}", "paula", "alex")
    ]
    assert folders.show_folder(house, paula, matter) == shown["folders"][0]
    folders.remove_folder(house, ada, matter)
    assert watches.find_watch(house.db, matter) is None
    with pytest.raises(NotFound):
        folders.remove_folder(house, ada, matter)
    kinds = [notice.kind for notice in notices.list_notices(house.db, matter)]
    assert kinds == ["folder.remove", "folder.export_on", "folder.set"]
    log = [(e["actor"], e["action"]) for e in audit.export(house.db) if e["subject"] == matter]
    assert log.count(("ada", "folder.set")) == log.count(("alex", "folder.allow")) == 1


def test_a_folder_is_one_matters_only(house: House, matter: str) -> None:
    other = add_matter(house.db, "Barlow v. Quay")
    people.add_member(house.db, "alex", other)
    for name in (f"rivera-{matter}", f"RIVERA-{matter}", f"rivera-{matter}/sub"):
        with pytest.raises(Conflict):
            folders.set_folder(house, user(house, "ada"), other, name, "alex")
    folders.set_folder(house, user(house, "ada"), other, f"rivera-{matter}-2", "alex")
    watches.remove_watch(house.db, other)


def test_the_name_of_a_folder_is_sealed(house: House, matter: str) -> None:
    folders.set_folder(house, user(house, "ada"), matter, "quackenbush-zeb", "paula")
    assert not [p for p in house.settings.home.rglob("*") if p.is_file() and b"quackenbush-zeb" in p.read_bytes()]


@pytest.mark.parametrize("root", ["home", ".", "home/originals", None, "away"])
def test_a_place_that_does_not_fit_is_told(
    house: House, matter: str, monkeypatch: pytest.MonkeyPatch, root: str | None
) -> None:
    place = house.settings.home.parent / root if root else None
    monkeypatch.setattr(house, "settings", house.settings.model_copy(update={"watch_root": place}))
    with pytest.raises((WrongUsage, RefusedInput), match="CASEBRIEF_WATCH_ROOT"):
        folders.set_folder(house, user(house, "ada"), matter, "x", "paula")
    told = folders.list_folders(house, user(house, "ada"))
    assert told["root"] == str(place or "") and bool(told["problem"]) == bool(root)


def test_the_work_begins_and_ends_with_the_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.folder_work.POLL_S", 0.02)
    house = open_firm(tmp_path)
    matter = add_matter(house.db)
    people.add_member(house.db, "alex", matter)
    folders.set_folder(house, user(house, "ada"), matter, "rivera", "alex")
    house.folders = start_watching(house)
    assert house.folders
    house.folders.stable_s = 0.05
    folder = tmp_path / "watched" / "rivera"
    put(folder, "a.pdf")
    end = time.monotonic() + 20
    while tree(folder) != ["done/a.pdf"] and time.monotonic() < end:
        time.sleep(0.02)
    house.close()
    assert tree(folder) == ["done/a.pdf"] and not house.folders._thread.is_alive()
    house.settings = house.settings.model_copy(update={"watch_root": None})
    assert start_watching(house) is None


def test_the_command_line_sets_lists_and_removes_folders(house: House, matter: str) -> None:
    def run(name: str, who: str, **given: Any) -> Any:
        (event,) = COMMANDS[name](house, user(house, who), given, threading.Event())
        return event["record"]

    with pytest.raises(NotAllowed):
        run("folders-export", "paula", matter=matter, allowed=True)
    assert run("folders-export", "alex", matter=matter, allowed=True)["export_by"] == "alex"
    listed = run("folders-list", "ada")
    assert f"rivera-{matter}" in word_record("folders-list", listed, streamed=False)
    assert run("folders-remove", "ada", matter=matter) == {"matter_id": matter, "removed": True}
    made = run("folders-set", "ada", matter=matter, folder=f"again-{matter}", responsible="paula")
    assert made["folder"] == f"again-{matter}" and made["export_by"] == ""
    assert word_record("folders-list", {"root": "", "problem": "", "folders": []}, streamed=False).endswith("lie in.")
