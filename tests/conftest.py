"""What all tests share: the shipped model is written once for them, not once a data root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("CASEBRIEF_MODELS_FOLDER", str(Path(__file__).resolve().parents[1] / "var" / "models"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the journey first: three minutes are asked of it, and other tests leave threads that slow the models down."""
    items.sort(key=lambda item: item.path.name != "test_journey.py")
