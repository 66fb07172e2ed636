"""How reading ends on hostile files: counts by outcome, the costliest file, and the parent's memory before and after.

python benchmarks/hostile_files.py --json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from hostile_files import make_hostile_files  # noqa: E402
from pdf_samples import BODY, make_pdf  # noqa: E402

from assistant.errors import LimitExceeded, RefusedInput  # noqa: E402
from assistant.settings import Settings, load_settings  # noqa: E402
from ingest.fork_server import running_server  # noqa: E402
from ingest.read import read_document  # noqa: E402


def measure_all(settings: Settings) -> dict[str, object]:
    """Read every file; after each one, a good one must be read."""
    good = make_pdf([list(BODY)])
    read_document(good, "good.pdf", settings)
    before = resident_mb()
    outcomes: Counter[str] = Counter()
    otherwise, good_lost, slowest, peak = [], 0, (0.0, ""), before
    for file in make_hostile_files():
        data = file.make()
        began = time.monotonic()
        ending = read_one(data, settings)
        slowest = max(slowest, (round(time.monotonic() - began, 2), file.name))
        peak = max(peak, resident_mb() - len(data) / (1 << 20))
        del data
        outcomes[ending] += 1
        if ending not in file.ends and not (ending == "partial" and "read" in file.ends):
            otherwise.append(file.name)
        good_lost += read_one(good, settings) != "read"
        print(f"{sum(outcomes.values())} {file.name}: {ending}", file=sys.stderr, flush=True)
    return {
        "files": sum(outcomes.values()),
        "outcomes": dict(sorted(outcomes.items())),
        "ended_otherwise": otherwise,
        "good_files_lost_after_one": good_lost,
        "slowest": {"seconds": slowest[0], "file": slowest[1]},
        "largest_child_mb": round(server.largest_mb, 1) if (server := running_server()) else None,
        "parent_mb": {"before": round(before, 1), "peak": round(peak, 1), "after": round(resident_mb(), 1)},
        "limits": {
            "reader_memory_mb": settings.reader_memory_mb, "page_timeout_s": settings.page_timeout_s,
            "ocr_page_timeout_s": settings.ocr_page_timeout_s, "document_timeout_s": settings.document_timeout_s,
            "max_pages": settings.max_pages,
        },
    }  # fmt: skip


def read_one(data: bytes, settings: Settings) -> str:
    """Read a file and say how it ended; anything but an error of ours ends this command."""
    try:
        return "partial" if read_document(data, "x", settings).warnings else "read"
    except (RefusedInput, LimitExceeded):
        return "refused"


def resident_mb() -> float:
    """Give this process's memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--document-timeout-s", type=float, default=60.0, help="limit of one document")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home), document_timeout_s=options.document_timeout_s)
        figures = measure_all(settings)
    print(json.dumps(figures, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
