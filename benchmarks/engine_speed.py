"""How fast does the engine read and write on this machine, what do guessed tokens save, and how late is stop?

Wall seconds mean little on a machine that does other work, so processor seconds (all threads) stand beside them,
and the load average.

    python benchmarks/engine_speed.py [--dtypes float32,bfloat16] [--threads 2] --json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pseudonym_form import FORMS, make_cases

from assistant.engine import decoding
from assistant.engine.prompts import encode, summary_prompt
from assistant.engine.transformers_engine import TransformersEngine
from assistant.settings import load_settings

FORM = next(form for form in FORMS if form.name == "underscore")


def clock(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Run and give (result, wall seconds, processor seconds)."""
    wall, cpu = time.monotonic(), time.process_time()
    result = work()
    return result, time.monotonic() - wall, time.process_time() - cpu


def rate(tokens: int, seconds: float) -> float | None:
    """Give tokens a second, or None where other work disturbed the reading that is taken off."""
    return round(tokens / seconds, 1) if seconds > 0 else None


def make_prompts(engine: TransformersEngine, count: int, passages: int) -> list[list[int]]:
    """Build summary prompts of several passages each."""
    sources = []
    for passage, _, slots, values in make_cases(count * passages, 5):
        sources.append(passage.format(**{s: FORM.write(*v) for s, v in slots.items()}, **values))
    prompts = [summary_prompt("complaint", "", sources[i::count], 60) for i in range(count)]
    return [encode(engine.tokenizer, prompt)[0] for prompt in prompts]


def measure(engine: TransformersEngine, prompts: list[list[int]], length: int) -> dict[str, Any]:
    """Measure reading, writing without and with guesses, and the latest stop."""
    loaded = engine._load()
    step = loaded.step(None)

    def write(ids: list[int], new: int, lookup: bool, stopped: Callable[[], bool] = lambda: False) -> list[int]:
        cache = loaded.new_cache()
        if not lookup:
            cache = _Plain(cache)
        tokens = decoding.decode_stream(
            step, cache, ids, ends=frozenset(), max_new_tokens=new, pace=loaded.pace, stopped=stopped
        )
        return list(tokens)

    write(prompts[0], 4, True)
    read = [clock(lambda ids=ids: write(ids, 1, False)) for ids in prompts]
    report: dict[str, Any] = {"prompt_tokens": sum(map(len, prompts)) // len(prompts)}
    read_tokens = sum(map(len, prompts))
    report["read_tokens_per_s"] = round(read_tokens / sum(r[1] for r in read), 1)
    report["read_tokens_per_cpu_s"] = round(read_tokens / sum(r[2] for r in read), 1)
    outputs = {}
    for name, lookup in (("plain", False), ("guessed", True)):
        runs = [clock(lambda ids=ids, lookup=lookup: write(ids, length, lookup)) for ids in prompts]
        wall = sum(r[1] for r in runs) - sum(r[1] for r in read)
        cpu = sum(r[2] for r in runs) - sum(r[2] for r in read)
        made = sum(len(r[0]) - 1 for r in runs)
        report[f"write_tokens_per_s_{name}"] = rate(made, wall)
        report[f"write_tokens_per_cpu_s_{name}"] = rate(made, cpu)
        outputs[name] = [r[0] for r in runs]
    report["same_tokens_with_guesses"] = sum(a == b for a, b in zip(outputs["plain"], outputs["guessed"], strict=True))
    report["stop_latest_s"] = round(
        max(time_stop(write, ids, random.Random(n)) for n, ids in enumerate(prompts * 2)), 3
    )
    return report


def time_stop(write: Callable[..., list[int]], ids: list[int], draw: random.Random) -> float:
    """Set stop at a random moment of reading or writing; give the seconds until the stream has ended."""
    stop, heard = threading.Event(), []
    timer = threading.Timer(draw.uniform(0.05, 2.5), lambda: (heard.append(time.monotonic()), stop.set()))
    timer.start()
    write(ids, 400, True, stop.is_set)
    late = time.monotonic() - heard[0] if heard else 0.0
    timer.cancel()
    return late


class _Plain:
    """A cache that says it can't be cut back, so that nothing is guessed."""

    is_croppable = False

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dtypes", default="float32")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--prompts", type=int, default=6)
    parser.add_argument("--passages", type=int, default=6, help="passages a prompt")
    parser.add_argument("--length", type=int, default=60, help="tokens written")
    parser.add_argument("--corpora", help="not used: the passages are made by rule")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report: dict[str, Any] = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
    for dtype in options.dtypes.split(","):
        engine = TransformersEngine(load_settings(dtype=dtype, threads=options.threads))
        report["model"] = engine.model_hash[:12]
        prompts = make_prompts(engine, options.prompts, options.passages)
        report[dtype] = measure(engine, prompts, options.length)
        print(dtype, json.dumps(report[dtype]), file=sys.stderr, flush=True)
    report["load_after"] = os.getloadavg()[0]
    if options.json:
        print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
