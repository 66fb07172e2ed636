"""A difference between a sentence and its passage, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, in words; a grave one makes the sentence unsupported, another one partial."""

    reason: str
    grave: bool
