"""What all tests share: the shipped model is written once for them, not once a data root."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("CASEBRIEF_MODELS_FOLDER", str(Path(__file__).resolve().parents[1] / "var" / "models"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")
