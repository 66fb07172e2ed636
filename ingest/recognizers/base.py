"""What a recognizer is: a Presidio recognizer that reads a text and gives typed ranges."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, NamedTuple

import regex
from presidio_analyzer import EntityRecognizer, RecognizerResult

from ingest.recognizers.trim import blunt_long_words

GAP = r"(?:[ \u00a0]|(?<=[^\n]{55})\n)"
"""What may stand between two words of a name: a space, or the line break of a full line, not of an address."""
NAME_WORD = r"(?:\p{Lu}\p{L}*(?:['’]\p{Lu}\p{L}+)?(?:-\p{L}+)*)"
INITIAL = r"(?:\p{Lu}\.(?:-\p{Lu}\.)?)"


class Found(NamedTuple):
    """Characters [start, end) are a `type`, with a confidence 0..1."""

    start: int
    end: int
    type: str
    score: float


class LegalRecognizer(EntityRecognizer):
    """Base of the recognizers of this package: `find` gives what it found in a text."""

    types: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__(supported_entities=list(self.types))

    def load(self) -> None:
        """Nothing to load."""

    @abstractmethod
    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give what is found in a text.

        Args:
            text: A block of whole paragraphs.
            artifacts: Presidio's NlpArtifacts of it (spaCy's tokens and entities).
        """

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Give what is found in Presidio's form."""
        return [
            RecognizerResult(found.type, found.start, found.end, found.score)
            for found in self.find(blunt_long_words(text), nlp_artifacts)
            if found.end > found.start
        ]


def match_groups(pattern: regex.Pattern, text: str, type: str, score: float, group: int | str = 0) -> Iterable[Found]:
    """Give one group of every match of a pattern."""
    for match in pattern.finditer(text):
        start, end = match.span(group)
        if end > start:
            yield Found(start, end, type, score)
