"""Age, nationality, occupation and family of a person, for the strict profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import regex

from ingest.recognizers.base import Found, LegalRecognizer, match_groups
from ingest.recognizers.vocabulary import NUMBER_WORDS

_AGE = regex.compile(
    rf"\b(?:aged?\s(?:of\s)?(?P<age>\d{{1,3}})\b|(?P<age>(?:\d{{1,3}}|(?:{NUMBER_WORDS})(?:-"
    rf"(?:{NUMBER_WORDS}))?)[- ]years?[- ]old))"
)
_NATIONAL = regex.compile(
    r"\b(?:an?\s)(?P<nation>\p{Lu}\p{Ll}+(?:an|ish|ese|ch|ic|i|sh|ian|ot|tch|k)(?:-\p{Lu}\p{Ll}+)?)\s"
    r"(?:national|citizen|nationals|born|origin)"
)
_OCCUPATION = regex.compile(
    r"\b(?:work(?:s|ed|ing)\sas|employed\sas|by\sprofession|occupation\sas|practised\sas)\s"
    r"(?:an?\s)(?P<job>\p{Ll}[\p{L}-]+(?:\s\p{Ll}[\p{L}-]+)?)(?=\s(?:at|in|for|with|and|until|from|since|on)\b|[.,;])"
)


class Demographics(LegalRecognizer):
    """Facts that single a person out without a name."""

    types = ("DEM",)

    def find(self, text: str, artifacts: Any) -> Iterable[Found]:
        """Give age, nationality and occupation."""
        yield from match_groups(_AGE, text, "DEM", 0.7, "age")
        yield from match_groups(_NATIONAL, text, "DEM", 0.8, "nation")
        yield from match_groups(_OCCUPATION, text, "DEM", 0.7, "job")
