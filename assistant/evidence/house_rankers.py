"""The rankers of an adapter: what its round learned from approved summaries, one ranker a document type.

They lie as JSON in the adapter's folder, whose manifest hashes them like the weights: so they are promoted, rolled
back, copied and erased with it, and whoever is not served by the adapter is not served by them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.engine.manifest import RANKER, RANKER_SCHEME
from assistant.errors import DamagedState
from assistant.evidence.learned_ranker import LearnedRanker


@dataclass(frozen=True, slots=True)
class HouseRankers:
    """What chooses the passages of a summary.

    Attributes:
        by_type: The ranker of each document type that had enough approved summaries.
        adapter: Id of the adapter in whose folder they lie, or "".
    """

    by_type: Mapping[str, LearnedRanker] = field(default_factory=dict)
    adapter: str = ""

    def find(self, document_type: str) -> LearnedRanker | None:
        """Give the ranker of a document type, or None where the made score chooses."""
        return self.by_type.get(document_type)

    def write(self) -> str:
        """Write them as JSON, the same text for the same rankers."""
        told = {kind: ranker.tell() for kind, ranker in self.by_type.items()}
        return json.dumps({"scheme": RANKER_SCHEME, "by_type": told}, sort_keys=True)

    @staticmethod
    def read(text: str, adapter: str = "") -> HouseRankers:
        """Undo `write`; rankers of another scheme are left out: this version cannot score by them.

        Raises:
            DamagedState: It is not what was written.
        """
        try:
            told = json.loads(text)
            if told["scheme"] != RANKER_SCHEME:
                return HouseRankers(adapter=adapter)
            by_type = {str(kind): LearnedRanker.from_told(one) for kind, one in told["by_type"].items()}
            return HouseRankers(by_type, adapter)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise DamagedState(
                "The rankers of an adapter are not what was written.", do="Roll back, or start another round."
            ) from None


def read_rankers(folder: Path, adapter: str = "") -> HouseRankers:
    """Read the rankers of an adapter folder, whose hashes the caller has checked; none where it has no such file.

    Raises:
        DamagedState: The file is not what was written.
    """
    path = folder / RANKER
    return HouseRankers.read(path.read_text(encoding="utf-8"), adapter) if path.is_file() else HouseRankers()
