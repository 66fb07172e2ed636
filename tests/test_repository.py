"""House rules that a machine can check: files of a readable size, named for their content, listed in the README."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("assistant", "ingest", "finetune", "ui")
SOURCES = sorted(p.relative_to(ROOT) for name in PACKAGES for p in (ROOT / name).rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_is_of_readable_size_and_named_for_its_content(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 410
    assert path.stem not in {"utils", "helpers", "manager", "common", "misc", "datasets"}


def test_the_readme_gives_every_file_a_line() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    unlisted = [
        str(path)
        for path in SOURCES
        if "versions" not in path.parts
        and f"`{path.relative_to(path.parts[0]).as_posix().removesuffix('__init__.py')}`" not in readme
        and len(path.parts) > 1
        and path.as_posix() != f"{path.parts[0]}/__init__.py"
    ]
    assert unlisted == []


def test_the_help_names_nothing_heavy() -> None:
    loaded = subprocess.run(
        ["python", "-c", "import sys, ui.cli, ingest, assistant.settings; print(*sys.modules)"],
        capture_output=True, text=True, check=True, cwd=ROOT,
        env={"PATH": str(Path(__import__("sys").executable).parent)},
    ).stdout.split()  # fmt: skip
    assert not {"torch", "spacy", "gradio", "sqlalchemy", "transformers", "chromadb"} & set(loaded)
