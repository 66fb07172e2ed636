"""How much of what identifies someone on the first page of real US filings is masked, word by word, in both profiles.

The marks were made by hand and lie in `benchmarks/marks/NAME.json`: character offsets and types, no text, for the page
text whose SHA-256 they carry. The files are read from `pdfs/` under --corpora. A file is "development" where
recognizers were changed after looking at what they did to it, "held-out" where they were not.

The whole file is read, cleaned and pseudonymized as in the product; only the words of its first page that are in the
running text are counted (a docket stamp is taken out before any model sees it). `working` promises names of people and
private bodies, contacts, numbers and birth dates; `strict` also judges, courts, agencies, places and dates. Words
marked OPTIONAL (a court's own address, docket entries) count nowhere. Intervals resample files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pii_recall import make_presidio

_WORKING = frozenset(("PERSON", "ORG", "CODE", "CONTACT", "BIRTH"))
_STRICT = _WORKING | {"JUDGE", "COURT", "AGENCY", "LOC", "DATETIME", "DEM"}
_WORD = re.compile(r"[^\W_]+")
_RESAMPLES = 2000

Ranges = list[tuple[int, int]]


def read_pages(path: Path, marks: dict[str, Any]) -> Any:
    """Read a file as the product does and check that its page is the one that was marked."""
    from assistant.settings import Settings
    from ingest.read import read_document

    result = read_document(path.read_bytes(), path.name, Settings())
    page = next(p for p in result.pages if p.number == marks["page"])
    digest = hashlib.sha256(page.text.encode()).hexdigest()
    if digest != marks["page_sha256"]:
        raise SystemExit(f"{path.name}: the page's text is not the one that was marked; mark it again.")
    return result


def find_masked(result: Any, profile: str) -> tuple[Ranges, Ranges]:
    """Give the ranges of page 1 that the product masks, and those that are in the running text at all."""
    from ingest.clean import clean_pages
    from ingest.redact import find_identifiers

    clean = clean_pages(result.pages)
    spans = find_identifiers(clean.text, profile)  # type: ignore[arg-type]
    pieces = [p for s in spans for p in clean.offsets.to_original(s.start, s.end)]
    running = clean.offsets.to_original(0, len(clean.text))
    return [(p.start, p.end) for p in pieces if p.page == 1], [(p.start, p.end) for p in running if p.page == 1]


def count_page(
    text: str, marks: list[dict[str, Any]], masked: Ranges, running: Ranges, promised: frozenset[str]
) -> dict[str, Any]:
    """Count the words of a page: promised and found by type, masked and right."""
    words = [m.span() for m in _WORD.finditer(text) if _touches(m.span(), running)]
    gold: dict[tuple[int, int], str] = {}
    for mark in marks:
        gold |= {w: mark["type"] for w in words if w[0] < mark["end"] and mark["start"] < w[1]}
    hit = {w for w in words if _touches(w, masked)}
    counted = [w for w in words if gold.get(w) != "OPTIONAL"]
    wanted = {w for w in counted if gold.get(w) in promised}
    by_type = {
        t: [sum(gold[w] == t for w in wanted), sum(gold[w] == t for w in wanted & hit)] for t in sorted(promised)
    }
    return {
        "by_type": by_type,
        "wanted": len(wanted),
        "found": len(wanted & hit),
        "masked": len(hit & set(counted)),
        "words": len(counted),
    }  # fmt: skip


def _touches(word: tuple[int, int], ranges: Ranges) -> bool:
    return any(start < word[1] and word[0] < end for start, end in ranges)


def score(counts: list[dict[str, Any]]) -> dict[str, Any]:
    """Sum pages up into recall and precision, with bootstrap intervals over files."""
    figures: dict[str, Any] = {
        "words_promised": sum(c["wanted"] for c in counts),
        "words_masked": sum(c["masked"] for c in counts),
    }
    for name, whole in (("recall", "wanted"), ("precision", "masked")):
        rng = random.Random(1)
        draws = [rng.choices(counts, k=len(counts)) for _ in range(_RESAMPLES)]
        shares = sorted(_share(draw, whole) for draw in draws)
        figures[name] = _share(counts, whole)
        figures[f"{name}_ci95"] = [shares[int(0.025 * _RESAMPLES)], shares[int(0.975 * _RESAMPLES) - 1]]
    sums = {t: [sum(c["by_type"][t][i] for c in counts) for i in (0, 1)] for t in counts[0]["by_type"]}
    return figures | {"by_type": {t: {"words": n, "found": k} for t, (n, k) in sums.items() if n}}


def _share(counts: list[dict[str, Any]], whole: str) -> float:
    return round(sum(c["found"] for c in counts) / max(sum(c[whole] for c in counts), 1), 4)


def measure(corpora: Path, splits: tuple[str, ...]) -> dict[str, Any]:
    """Count every marked file and sum up by split, profile and system."""
    presidio: Callable[[str], Ranges] = make_presidio()
    counts: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    files: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "marks").glob("*.json")):
        marks = json.loads(path.read_text(encoding="utf-8"))
        if marks["split"] not in splits:
            continue
        files[path.stem] = marks["split"]
        result = read_pages(corpora / "pdfs" / path.stem, marks)
        text = result.pages[0].text
        default = presidio(text)
        for profile, promised in (("working", _WORKING), ("strict", _STRICT)):
            ours, running = find_masked(result, profile)
            for system, masked in (("casebrief", ours), ("presidio_default", default)):
                counted = count_page(text, marks["marks"], masked, running, promised)
                counts.setdefault((marks["split"], profile, system), []).append(counted)
    report: dict[str, Any] = {"files": files}
    for (split, profile, system), rows in counts.items():
        report.setdefault(split, {}).setdefault(profile, {})[system] = score(rows)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", default=os.environ.get("CASEBRIEF_CORPORA", ""))
    parser.add_argument("--split", choices=("development", "held-out", "both"), default="both")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    corpora = Path(arguments.corpora)
    if not arguments.corpora or not (corpora / "pdfs").is_dir():
        raise SystemExit("Give --corpora DIR, the folder that holds pdfs/, or set CASEBRIEF_CORPORA.")
    splits = ("development", "held-out") if arguments.split == "both" else (arguments.split,)
    print(json.dumps(measure(corpora, splits), indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()
