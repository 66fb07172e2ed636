"""What rounds keep is forgotten with its source: lessons of erased matters and filings leave every dataset."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from assistant.errors import CasebriefError
from assistant.settings import Settings
from finetune.dataset import ANSWERS, HELD_OUT_FILE, MANIFEST_FILE, TRAIN_FILE, Lesson, read_dataset, write_dataset

_LOG = logging.getLogger(__name__)
_DERIVED = ("hash", "files", "train", "held_out", "matters")


def forget_texts(settings: Settings, matters: Collection[str] = (), documents: Collection[str] = ()) -> int:
    """Erase the texts of matters and of single filings from what rounds keep; manifests keep ids, hashes and counts.

    Datasets lose their lessons; remembered answers and evaluations, which may quote them, go altogether, and first:
    a crash between leaves the dataset to be found again. A dataset that is not whole is removed where it cannot be
    shown to hold nothing of them; a round that still needs it builds it anew.

    Returns:
        How many datasets held any.
    """
    gone = {*matters, *documents}
    changed = 0
    for folder in _datasets(settings) if gone else ():
        try:
            train, held_out, manifest = read_dataset(folder)
        except (CasebriefError, ValueError, KeyError, TypeError, AttributeError):
            changed += _drop_damaged(settings, folder, gone)
            continue
        if any(_is_of(lesson, gone) for lesson in (*train, *held_out)):
            _drop_quotes(settings, folder)
            kept = [[lesson for lesson in side if not _is_of(lesson, gone)] for side in (train, held_out)]
            told = [{**row, "side": side} for side in ("train", "held_out") for row in manifest[side]]
            erased = [row for row in told if row["matter_id"] in gone or row["document_id"] in gone]
            facts = {key: value for key, value in manifest.items() if key not in _DERIVED}
            write_dataset(folder, kept[0], kept[1], {**facts, "erased": [*facts.get("erased", []), *erased]})
            changed += 1
        for draft in folder.glob(".*.draft"):  # a writing that was cut off; the file itself is whole
            draft.unlink()
    return changed


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


def _drop_quotes(settings: Settings, folder: Path) -> None:
    """Remove what may quote a dataset: its round's evaluations, and the answers that all rounds share."""
    shutil.rmtree(folder.parent / "evaluations", ignore_errors=True)
    shutil.rmtree(settings.home / "rounds" / ANSWERS, ignore_errors=True)


def _drop_damaged(settings: Settings, folder: Path, gone: set[str]) -> int:
    """Remove a dataset that is not whole, unless every line can be read and names nothing of what is gone."""
    files = [p for p in folder.iterdir() if p.is_file() and (p.suffix == ".draft" or p.name in _TEXT_FILES)]
    if not any(_may_hold(path, gone) for path in files):
        return 0
    _LOG.warning("The dataset of round %s is damaged and may hold erased text: it is removed.", folder.parent.name)
    _drop_quotes(settings, folder)
    shutil.rmtree(folder)
    return 1


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
