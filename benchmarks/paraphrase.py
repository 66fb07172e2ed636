"""What a model's own variants of summaries and passages are worth as training data: how many pass the rules, and why not.

Sources are the parts of the gold summaries of synthetic filings and passages of their texts, pseudonymized. The engine in the box (or
any that the settings name) says each in other words; `finetune.synthesize.paraphrase` keeps what passes. Wilson's intervals.

    python benchmarks/paraphrase.py [--filings 8] [--each 40] --json
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from poison import share

from assistant.engine.transformers_engine import TransformersEngine
from assistant.settings import load_settings
from finetune.dataset import Pair, redact_pair
from finetune.synthesize.paraphrase import paraphrase
from finetune.synthesize.rules import DOCUMENT_TYPES, make_filing

FIRST_SEED = 5_000_000
SHORTEST_WORDS, LONGEST_WORDS = 8, 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filings", type=int, default=8, help="synthetic filings that sources are drawn from")
    parser.add_argument("--each", type=int, default=40, help="sources of each kind at most")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home))
        engine = TransformersEngine(settings)
        report = {
            kind: measure(sources[: given.each], engine, settings)
            for kind, sources in draw_sources(given.filings, settings).items()
        }
    print(json.dumps(report, indent=None if given.json else 2))


def draw_sources(filings: int, settings: Any) -> dict[str, list[str]]:
    """Give the parts of summaries and passages of texts, each kind in random order."""
    parts: list[str] = []
    passages: list[str] = []
    for number in range(filings):
        filing = make_filing(FIRST_SEED + number, DOCUMENT_TYPES[number % len(DOCUMENT_TYPES)], "train", 2)
        lesson, _ = redact_pair(
            Pair(filing.id, filing.document_type, filing.text, filing.summary), settings, "synthetic"
        )
        parts += [line.partition(": ")[2] or line for line in lesson.summary.splitlines()]
        passages += lesson.document.text.split("\n\n")
    found = {"parts of summaries": parts, "passages": passages}
    for texts in found.values():
        texts[:] = [" ".join(t.split()) for t in texts if SHORTEST_WORDS <= len(t.split()) <= LONGEST_WORDS]
        random.Random(0).shuffle(texts)
    return found


def measure(sources: list[str], engine: Any, settings: Any) -> dict[str, Any]:
    """Have the engine say them in other words; give how many passed, why the others did not, and seconds."""
    began = time.monotonic()
    made = paraphrase(sources, engine, settings, max_new_tokens=120)
    return {
        "asked": made.asked,
        "accepted": len(made.variants),
        "accept_rate": share(len(made.variants), made.asked),
        "rejected": made.rejected,
        "diversity": round(made.diversity, 3),
        "seconds": round(time.monotonic() - began, 1),
    }


if __name__ == "__main__":
    main()
