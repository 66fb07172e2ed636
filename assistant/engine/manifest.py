"""The manifest of an adapter folder: what made it, and a hash a file.

It is written last, so a folder with a manifest is whole.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.engine.prompts import PROMPT_HASH
from assistant.engine.weights import hash_file
from assistant.errors import DamagedState
from assistant.store.pseudonyms import SCHEME
from assistant.store.sealed_files import flush_path, remove_file, write_file

MANIFEST = "manifest.json"
WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
FULL_WEIGHTS = "model.safetensors"
RANKER = "ranker.json"
RANKER_SCHEME = "ranker-1"
"""Names what a ranker's file holds and which features it was fitted on; another name where either changes."""

_FORGOTTEN = "forgotten"  # hashes of files that an erasure took out: they still count in the hash of the whole
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an adapter folder says about itself.

    Attributes:
        base_model: Name of the base model, never a path.
        base_model_hash: `weights.model_hash` of the base it was trained on.
        hash: Sha256 over the hashes of its files.
        facts: All else its maker recorded: prompt hash, pseudonym scheme, data hash, matters, parent, options.
    """

    base_model: str
    base_model_hash: str
    hash: str
    facts: dict[str, Any]


def write_manifest(folder: Path, *, base_model: str, base_model_hash: str, **facts: Any) -> Manifest:
    """Hash the folder's files and write `manifest.json` atomically, as the last file.

    `adapter_config.json` gets `base_model` as its base first: PEFT records a path of the machine that trained.
    The prompts and the pseudonym scheme of this version are recorded with it.
    """
    config = folder / CONFIG
    if config.is_file():
        settings = json.loads(config.read_text())
        settings["base_model_name_or_path"] = base_model
        write_file(config, json.dumps(settings, indent=2, sort_keys=True).encode())
    files = {p.name: hash_file(p) for p in sorted(folder.iterdir()) if p.is_file() and p.name != MANIFEST}
    manifest = {
        "base_model": base_model,
        "base_model_hash": base_model_hash,
        "hash": _hash_files(files),
        "files": files,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "prompt_hash": PROMPT_HASH,
        "pseudonym_scheme": SCHEME,
        **facts,
    }
    for name in files:
        flush_path(folder / name)
    write_file(folder / MANIFEST, json.dumps(manifest, indent=2, sort_keys=True).encode())
    return read_manifest(folder)


def read_manifest(folder: Path) -> Manifest:
    """Read `manifest.json` without checking the files it names.

    Raises:
        DamagedState: There is none, or it cannot be read.
    """
    path = folder / MANIFEST
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        known = {key: str(told.pop(key)) for key in ("base_model", "base_model_hash", "hash")}
    except FileNotFoundError:
        raise DamagedState(
            f"The adapter folder {folder} has no {MANIFEST}.",
            expected="a folder that training finished; the manifest is its last file",
            do="Train again; half-written folders are never served.",
        ) from None
    except (ValueError, KeyError, OSError) as error:
        raise DamagedState(f"The {MANIFEST} in {folder} cannot be read ({type(error).__name__}).") from error
    return Manifest(facts=told, **known)


def find_staleness(manifest: Manifest) -> tuple[str, ...]:
    """Tell what changed since the adapter was trained; it still serves, but should be trained again."""
    learned = {"prompts": ("prompt_hash", PROMPT_HASH), "pseudonyms": ("pseudonym_scheme", SCHEME)}
    if "ranker_scheme" in manifest.facts:
        learned["ranker"] = ("ranker_scheme", RANKER_SCHEME)
    return tuple(what for what, (key, now) in learned.items() if manifest.facts.get(key) != now)


def verify_folder(folder: Path) -> Manifest:
    """Compare each file of an adapter folder with the hash its manifest gives.

    Raises:
        DamagedState: A file is missing, was changed, is not named by the manifest, or is a pickle.
    """
    manifest = read_manifest(folder)
    files = manifest.facts.get("files")
    if not isinstance(files, dict) or not ({WEIGHTS, FULL_WEIGHTS} & set(files)):
        raise DamagedState(f"The {MANIFEST} in {folder} names no weights.", expected=f"{WEIGHTS} with its sha256")
    for name, digest in files.items():
        path = folder / name
        if Path(name).name != name or not path.is_file() or hash_file(path) != digest:
            raise DamagedState(
                f"The adapter file {name} in {folder} does not match its manifest.",
                do="Restore the folder from a backup, or roll back to another adapter.",
            )
    forgotten = manifest.facts.get(_FORGOTTEN, {})
    unnamed = [p for p in folder.iterdir() if p.name not in files]
    stray = [p.name for p in unnamed if p.name == RANKER or p.suffix in (".safetensors", *_PICKLES)]
    pickled = [name for name in files if Path(name).suffix in _PICKLES]
    if stray or pickled:
        raise DamagedState(f"The adapter folder {folder} holds what is not allowed: {(stray + pickled)[0]}.")
    known = isinstance(forgotten, dict) and set(forgotten) <= {RANKER}
    if not known or _hash_files(files | forgotten) != manifest.hash:
        raise DamagedState(f"The {MANIFEST} in {folder} was changed after it was written.")
    return manifest


def forget_ranker(folder: Path) -> bool:
    """Remove the ranker of an adapter that learned from something erased; the adapter keeps its hash, and serves on.

    Safe to call again, as after a crash in between.

    Returns:
        Whether there was one.
    """
    removed = remove_file(folder / RANKER)
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        told[_FORGOTTEN] = {RANKER: told["files"].pop(RANKER)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return removed  # no manifest names it, or none that can be read
    write_file(folder / MANIFEST, json.dumps(told, indent=2, sort_keys=True).encode())
    return True


def had_ranker(manifest: Manifest) -> bool:
    """Tell whether an adapter has a ranker, or had one that was forgotten."""
    return any(RANKER in (manifest.facts.get(key) or ()) for key in ("files", _FORGOTTEN))


def _hash_files(files: dict[str, str]) -> str:
    """Hash what decides an output: weights and configuration, not the model card beside them."""
    lines = [f"{name}:{files[name]}" for name in sorted(files) if name.endswith((".safetensors", ".json"))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
