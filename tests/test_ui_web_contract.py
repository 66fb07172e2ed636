"""The fake actions have the names and the parameters of the real ones, so that what passes here works there."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest
from fake_actions import FakeActions

MODULES = (
    "chronology", "filings", "summaries", "again", "questions", "learning", "people", "orders", "verdicts", "names",
    "oversight", "grid", "insights", "trials", "folders", "retention", "compare", "blind", "lineage",
)  # fmt: skip
FAKES = [(module, name) for module in MODULES for name in vars(getattr(FakeActions(), module))]


def list_parameters(function: Any) -> list[tuple[str, bool]]:
    """Give the names of the parameters and whether each must be given."""
    return [(p.name, p.default is p.empty) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize(("module", "name"), FAKES)
def test_a_fake_takes_what_the_real_action_takes(module: str, name: str) -> None:
    fake = list_parameters(getattr(getattr(FakeActions(), module), name))
    real = list_parameters(getattr(import_module(f"ui.actions.{module}"), name))
    assert [p for p, _ in fake] == [p for p, _ in real if p in dict(fake)], "the order differs, or a name is unknown"
    missing = {p for p, needed in real if needed} - set(dict(fake))
    assert not missing, f"the real action also needs {missing}"


def test_the_fakes_cover_every_action_that_the_web_app_calls() -> None:
    assert len(FAKES) > 35
