"""How long it takes to roll back an adapter: the click, and until the one before writes its first token.

A data root with the shipped starter adapter and a second one (the starter's weights times 0.99) that is promoted and
rolled back again and again. `click` is the action with its checks, the hashes of the files and the audit entry;
`first_token` begins with the click and ends with the first token that the adapter before has written. The model is
loaded beforehand, as it is in a running server. `processor_s` is what this process computed meanwhile, which says what
a machine without other work would take at most.

    python benchmarks/roll_back.py [--times 10] --json
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.engine import adapters
from assistant.engine.base import Prompt
from assistant.engine.manifest import CONFIG, WEIGHTS, write_manifest
from assistant.settings import load_settings
from assistant.store import people
from ui.actions import learning
from ui.services import House, open_house

BAR_S = 5.0
PROMPT = Prompt(({"role": "user", "content": "Who sues whom, and for what?"},))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        house = open_house(load_settings(home=Path(scratch) / "home"))
        try:
            report = run(house, Path(scratch), arguments.times)
        finally:
            house.close()
    print(json.dumps(report))
    if not report["passed"]:
        sys.exit(1)


def run(house: House, scratch: Path, times: int) -> dict[str, Any]:
    """Promote and roll back, and time the latter."""
    ada = people.add_user(house.db, "ada", "admin", "correct horse battery")
    house.ready_adapters()
    starter = adapters.active_adapter(house.db)
    if starter is None:
        raise SystemExit("No starter adapter is shipped for this base model.")
    other = adapters.register(house.db, make_other(starter.folder, scratch / "other"), adapter_id="house-1").adapter_id
    write_token(house)
    clicks, tokens, spent = [], [], []
    for _ in range(times):
        learning.promote(house, ada, other)
        write_token(house)
        began, used = time.monotonic(), time.process_time()
        back = learning.rollback(house, ada)
        clicks.append(time.monotonic() - began)
        write_token(house)
        tokens.append(time.monotonic() - began)
        spent.append(time.process_time() - used)
        if back["adapter_id"] != starter.adapter_id:
            raise RuntimeError(f"Rolled back to {back['adapter_id']}.")
    return {
        "times": times,
        "click_s": {"median": round(median(clicks), 3), "longest": round(max(clicks), 3)},
        "first_token_s": {"median": round(median(tokens), 3), "longest": round(max(tokens), 3)},
        "first_tokens_in_order_s": [round(seconds, 3) for seconds in tokens],
        "processor_s": {"median": round(median(spent), 3), "longest": round(max(spent), 3)},
        "bar_s": BAR_S,
        "passed": max(tokens) < BAR_S,
    }


def make_other(source: Path, folder: Path) -> Path:
    """Make an adapter with other weights out of one."""
    from safetensors.torch import load_file, save_file

    folder.mkdir()
    shutil.copyfile(source / CONFIG, folder / CONFIG)
    save_file({name: value * 0.99 for name, value in load_file(source / WEIGHTS).items()}, folder / WEIGHTS)
    told = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    write_manifest(folder, base_model=told["base_model"], base_model_hash=told["base_model_hash"])
    return folder


def write_token(house: House) -> None:
    """Let the active adapter write one token."""
    adapter = house.choose_adapter(None, "ada")
    next(iter(house.engine.stream(PROMPT, adapter=adapter, max_new_tokens=1)), "")


if __name__ == "__main__":
    main()
