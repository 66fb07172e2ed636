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

MOST_BYTES = 2_000_000
"""Of `ranker.json`: a ranker keeps at most 1,500 marks and takes under 100,000, and there is one a document type."""
NEXT = "Roll back to another adapter, or start another round."


@dataclass(frozen=True, slots=True)
class HouseRankers:
    """What chooses the passages of a summary.

    Attributes:
        by_type: The ranker of each document type that had enough approved summaries.
        adapter: Id of the adapter in whose folder they lie, or "".
        missing: Why those of the adapter do not serve, in words for a summary's provenance; "" where none is missing.
    """

    by_type: Mapping[str, LearnedRanker] = field(default_factory=dict)
    adapter: str = ""
    missing: str = ""

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
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            raise DamagedState("The rankers of an adapter are not what a round writes.", do=NEXT) from None


def read_rankers(folder: Path, adapter: str = "") -> HouseRankers:
    """Read the rankers of an adapter folder, whose hashes the caller has checked; none where it has no such file.

    A hash says that a file is the one that was taken in, not that a round made it: what it holds is looked at too.

    Raises:
        DamagedState: The file cannot be read, is larger than `MOST_BYTES`, or is not what a round writes.
    """
    path = folder / RANKER
    if not path.is_file():
        return HouseRankers()
    try:
        with path.open("rb") as file:
            told = file.read(MOST_BYTES + 1)
        text = told.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedState(f"The rankers of an adapter cannot be read ({type(error).__name__}).", do=NEXT) from None
    if len(told) > MOST_BYTES:
        raise DamagedState(
            "The rankers of an adapter are larger than any that a round writes.",
            expected=f"at most {MOST_BYTES:,} bytes",
            do=NEXT,
        )
    return HouseRankers.read(text, adapter)
