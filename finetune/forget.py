"""What rounds keep is forgotten with its source: lessons of erased matters and filings leave every dataset.

A round reads its lessons into memory and works on them for minutes. What it writes, it writes by `hold_texts`, which
asks whether they were erased meanwhile and keeps the forgetting of an erasure off until the text is on disk.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import CasebriefError
from assistant.settings import Settings
from assistant.store import erasure
from finetune.dataset import ANSWERS, HELD_OUT_FILE, MANIFEST_FILE, TRAIN_FILE, Lesson, read_dataset, write_dataset

if TYPE_CHECKING:
    from assistant.store.database import Database

_LOG = logging.getLogger(__name__)
_DERIVED = ("hash", "files", "train", "held_out", "matters")
_HOLD = threading.RLock()  # one process owns the data root, so a lock of its threads is enough


class SourceErased(CasebriefError):
    """What a round learns from or is tested on was erased while it ran."""

    def __init__(self) -> None:
        super().__init__(
            "A matter or a filing that this round learns from or is tested on was erased while it ran.",
            do="Start another round.",
        )


@contextmanager
def hold_texts(db: Database, lessons: Iterable[Lesson] = ()) -> Iterator[None]:
    """Read or write text of lessons while no erasure takes text out of what rounds keep.

    Raises:
        SourceErased: One of the lessons was erased before; nothing may be written.
    """
    with _HOLD:
        found = list(lessons)
        if len(drop_erased(db, found)) < len(found):
            raise SourceErased
        yield


def drop_erased(db: Database, lessons: Iterable[Lesson]) -> list[Lesson]:
    """Give the lessons whose matter and filing have not been erased."""
    gone = {stone.subject for stone in erasure.list_tombstones(db)}
    return [lesson for lesson in lessons if not _is_of(lesson, gone)]


def was_erased(settings: Settings, round_id: str) -> bool:
    """Tell whether a round's dataset has lost lessons since it was written."""
    return bool(_read_json(settings.home / "rounds" / round_id / "dataset" / MANIFEST_FILE).get("erased"))


def drop_weights(settings: Settings, round_id: str) -> None:
    """Remove what a round has trained, where that is not registered: it learned from what is erased now."""
    for path in (settings.home / "rounds" / round_id).iterdir():
        if path.is_dir() and path.name not in ("dataset", "evaluations"):
            _remove_folder(path)


def forget_texts(settings: Settings, matters: Collection[str] = (), documents: Collection[str] = ()) -> int:
    """Erase the texts of matters and of single filings from what rounds keep; manifests keep ids, hashes and counts.

    Datasets lose their lessons; remembered answers and evaluations, which may quote them, and weights that learned
    from them and are not registered go altogether, and first: a crash between leaves the dataset to be found again. A
    dataset that is not whole is removed where it cannot be
    shown to hold nothing of them; a round that still needs it builds it anew.

    Returns:
        How many datasets held any.
    """
    gone = {*matters, *documents}
    with _HOLD:
        return sum(_forget_in(settings, folder, gone) for folder in _datasets(settings)) if gone else 0


def _forget_in(settings: Settings, folder: Path, gone: set[str]) -> bool:
    """Erase the texts of what is gone from one dataset; tell whether it held any."""
    try:
        train, held_out, manifest = read_dataset(folder)
    except (CasebriefError, ValueError, KeyError, TypeError, AttributeError):
        return _drop_damaged(settings, folder, gone)
    held_any = any(_is_of(lesson, gone) for lesson in (*train, *held_out))
    before = [row for row in manifest.get("erased") or () if row["side"] == "train"]
    if any(_is_of(lesson, gone) for lesson in train) or any(_row_is_of(row, gone) for row in before):
        drop_weights(settings, folder.parent.name)  # a training that ran on may have saved some since
    if held_any:
        _drop_quotes(settings, folder)
        kept = [[lesson for lesson in side if not _is_of(lesson, gone)] for side in (train, held_out)]
        told = [{**row, "side": side} for side in ("train", "held_out") for row in manifest[side]]
        erased = [row for row in told if _row_is_of(row, gone)]
        facts = {key: value for key, value in manifest.items() if key not in _DERIVED}
        write_dataset(folder, kept[0], kept[1], {**facts, "erased": [*facts.get("erased", []), *erased]})
    for draft in folder.glob(".*.draft"):  # a writing that was cut off; the file itself is whole
        draft.unlink()
    return held_any


def adapters_from(settings: Settings, document_id: str) -> tuple[str, ...]:
    """Give the ids of the adapters whose rounds learned from a filing, as the rounds' manifests say."""
    found = []
    for folder in _datasets(settings):
        rows = _read_json(folder / MANIFEST_FILE).get("train") or []
        if any(row.get("document_id") == document_id for row in rows):
            adapter_id = _read_json(folder.parent / "candidate.json").get("adapter_id")
            found += [str(adapter_id)] if adapter_id else []
    return tuple(sorted(found))


def learned_documents(settings: Settings, round_id: str) -> tuple[str, ...]:
    """Give the ids of the filings that a round trains on; none where its dataset is gone."""
    manifest = _read_json(settings.home / "rounds" / round_id / "dataset" / MANIFEST_FILE)
    gone = [row for row in manifest.get("erased") or [] if row.get("side") == "train"]
    rows = [*(manifest.get("train") or []), *gone]  # what is erased by now had been learnt from
    return tuple(sorted({row["document_id"] for row in rows if row.get("source") == "correction"}))


def _datasets(settings: Settings) -> Iterator[Path]:
    yield from sorted(path for path in (settings.home / "rounds").glob("*/dataset") if path.is_dir())


def _is_of(lesson: Lesson, gone: set[str]) -> bool:
    return lesson.matter_id in gone or lesson.document.document_id in gone


def _row_is_of(row: dict[str, Any], gone: set[str]) -> bool:
    return row["matter_id"] in gone or row["document_id"] in gone


def _drop_quotes(settings: Settings, folder: Path) -> None:
    """Remove what may quote a dataset: its round's evaluations, and the answers that all rounds share."""
    _remove_folder(folder.parent / "evaluations")
    _remove_folder(settings.home / "rounds" / ANSWERS)


def _remove_folder(path: Path) -> None:
    """Remove a folder where it is; one that cannot be removed stops the erasure, which is then found again."""
    with suppress(FileNotFoundError):
        shutil.rmtree(path)


def _drop_damaged(settings: Settings, folder: Path, gone: set[str]) -> bool:
    """Remove a dataset that is not whole, unless every line can be read and names nothing of what is gone."""
    files = [p for p in folder.iterdir() if p.is_file() and (p.suffix == ".draft" or p.name in _TEXT_FILES)]
    if not any(_may_hold(path, gone) for path in files):
        return False
    _LOG.warning("The dataset of round %s is damaged and may hold erased text: it is removed.", folder.parent.name)
    _drop_quotes(settings, folder)
    shutil.rmtree(folder)
    return True


_TEXT_FILES = (TRAIN_FILE, HELD_OUT_FILE)


def _may_hold(path: Path, gone: set[str]) -> bool:
    """Tell whether a file of lessons names something of what is gone, or cannot be read to its end."""
    try:
        for line in path.read_bytes().splitlines():
            row = json.loads(line)
            if row["matter_id"] in gone or row["document"]["document_id"] in gone:
                return True
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return False


def _read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; an empty one where it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
