"""Placeholder until the Gradio screen is written in the next step."""

from __future__ import annotations

from typing import Any


def mount(app: Any) -> None:
    """Mount nothing yet."""
