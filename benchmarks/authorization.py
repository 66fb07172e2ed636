"""Who may what, asked of every route and event by everyone: counts of calls, unexpected successes and bytes leaked.

python benchmarks/authorization.py --json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from authorization_office import open_office  # noqa: E402
from authorization_sweep import count_figures, sweep_all  # noqa: E402


def main() -> None:
    """Sweep a firm in a temporary folder and print the figures; what is wrong goes to standard error, line by line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    began = time.process_time()
    with tempfile.TemporaryDirectory() as home, open_office(Path(home)) as office:
        report = sweep_all(office)
    figures = count_figures(report) | {"cpu_seconds": round(time.process_time() - began, 1)}
    print(*report.faults(), sep="\n", file=sys.stderr)
    print(json.dumps(figures, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
