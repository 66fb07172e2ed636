"""How fast a summary is written, beside the bare `transformers` pipeline on the same prompts, and how its time grows.

"decoding": the prompts of a real summary of `pdfs/vector-pdf.pdf` (30 pages) are caught on their way to the engine.
The pipeline answers each with as many tokens as the product wrote, the model being the same: as PEFT loads the adapter,
and with the adapter merged. Each prompt is also answered with one token, and that time is taken off: what is left is
decoding. All three run in the same thread, one after another for each prompt, prompt by prompt.
"first": seconds until the first sentence of that filing's summary, and until the first that the model wrote.
"growth": reading and summarizing 100 and 1,000 pages, made of the real filings' pages in random order.

    python benchmarks/summary_speed.py --corpora DIR [--only decoding|first|growth] --json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant import compute
from assistant.documents import Page, RedactedDocument, Sentence, Summary
from assistant.engine.activated import load_lora
from assistant.engine.transformers_engine import TransformersEngine, _read_model
from assistant.settings import Settings, load_settings
from assistant.summarize import NO_MODEL, summarize
from assistant.templates import load_template

STARTER = Path(__file__).resolve().parents[1] / "assistant" / "starter"
ADAPTER = "starter"


class Witness(TransformersEngine):
    """The engine; it keeps each prompt and what was written for it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.seen: list[tuple[Any, str]] = []

    def stream(self, prompt: Any, **given: Any) -> Any:
        """Write, and keep what was written."""
        made = ""
        for piece in super().stream(prompt, **given):
            made += piece
            yield piece
        self.seen.append((prompt, made))


def clock(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def write_summary(
    document: RedactedDocument, engine: Any, settings: Settings, adapter: str
) -> tuple[float, float, Summary]:
    """Summarize; give seconds until the first sentence, until the first that the model wrote, and the summary."""
    began, first, models = time.perf_counter(), 0.0, 0.0
    template = load_template(document.document_type, settings.home)
    for made in summarize(document, engine, settings=settings, template=template, adapter=adapter):
        if isinstance(made, Sentence):
            first = first or time.perf_counter() - began
            if not models and getattr(engine, "writing", False):
                models = time.perf_counter() - began
        if isinstance(made, Summary):
            return first, models, made
    raise AssertionError("a summary ends with itself")


class Clocked(Witness):
    """Tells, beside, whether the model has begun to write."""

    writing = False

    def stream(self, prompt: Any, **given: Any) -> Any:
        """Write, and tell that it has begun."""
        for piece in super().stream(prompt, **given):
            self.writing = True
            yield piece


def measure_decoding(document: RedactedDocument, settings: Settings, repeats: int) -> dict[str, Any]:
    engine = Witness(settings)
    engine.load_adapter(ADAPTER, STARTER)
    write_summary(document, engine, settings, ADAPTER)
    seen = [(prompt, len(engine.tokenizer(text)["input_ids"])) for prompt, text in engine.seen if text]
    rivals = {
        "pipeline, PEFT": make_pipeline(engine, merged=False),
        "pipeline, merged": make_pipeline(engine, merged=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ("product", *rivals)}
    tokens = 0
    for number in range(repeats):
        for prompt, length in seen:
            ours = [clock(partial(write, engine, prompt, n))[0] for n in (1, length)]
            seconds["product"].append(ours[1] - ours[0])
            tokens += length - 1 if number == 0 else 0
            for name, answer in rivals.items():
                theirs = [clock(partial(compute.run, partial(answer, prompt, n)))[0] for n in (1, length)]
                seconds[name].append(theirs[1] - theirs[0])
        print(f"decoding: {number + 1} of {repeats}", file=sys.stderr)
    rates = {name: tokens * repeats / sum(spent) for name, spent in seconds.items()}
    return {
        "prompts": len(seen),
        "tokens": tokens,
        "repeats": repeats,
        "tokens_per_s": {name: round(rate, 1) for name, rate in rates.items()},
        "times_as_fast_as": {name: round(rates["product"] / rates[name], 2) for name in rivals},
        "times_by_prompt": {
            name: [round(sum(seconds[name][i :: len(seen)]) / sum(seconds["product"][i :: len(seen)]), 2) for i in range(len(seen))]
            for name in rivals
        },
    }  # fmt: skip


def write(engine: TransformersEngine, prompt: Any, length: int) -> int:
    """Write `length` tokens as the product does; give how many came."""
    return sum(1 for _ in engine.stream(prompt, adapter=ADAPTER, max_new_tokens=length))


def make_pipeline(engine: TransformersEngine, merged: bool) -> Callable[[Any, int], Any]:
    """Make the bare pipeline over a model of its own, in the engine's own type of weights."""
    from transformers import pipeline

    loaded = engine._load()
    model = compute.run(lambda: load_lora(_read_model(loaded.folder, loaded.model.dtype), STARTER))
    model = compute.run(model.merge_and_unload) if merged else model
    answer = pipeline("text-generation", model=model.eval(), tokenizer=engine.tokenizer)
    return lambda prompt, length: answer(
        [dict(m) for m in prompt.messages], max_new_tokens=length, min_new_tokens=length, do_sample=False
    )


def measure_first(document: RedactedDocument, settings: Settings, repeats: int) -> dict[str, Any]:
    engine = Clocked(settings)
    engine.load_adapter(ADAPTER, STARTER)
    firsts, models = [], []
    for number in range(repeats + 1):
        engine.writing = False
        first, model, _ = write_summary(document, engine, settings, ADAPTER)
        if number:  # the first run warms up
            firsts.append(first)
            models.append(model)
    return {
        "pages": document.pages_total,
        "first_sentence_s": round(statistics.median(firsts), 2),
        "first_sentence_of_the_model_s": round(statistics.median(models), 2),
        "runs": repeats,
    }


def measure_growth(pages: list[Page], settings: Settings) -> dict[str, Any]:
    """Read and summarize documents of 100 and 1,000 pages."""
    from assistant.store.vault import Vault
    from ingest.pipeline import make_document
    from ingest.read import ReadResult

    engine = TransformersEngine(settings)
    engine.load_adapter(ADAPTER, STARTER)
    report: dict[str, Any] = {}
    for count in (100, 1000):
        draw = random.Random(count)
        chosen = [replace(draw.choice(pages), number=n) for n in range(1, count + 1)]
        result = ReadResult(tuple(chosen), {"pages_total": count})
        made_s, (document, _) = clock(lambda result=result: make_document(result, Vault.ephemeral(), settings))
        row: dict[str, Any] = {"cleaned_and_pseudonymized_s": round(made_s, 1), "words": len(document.text.split())}
        for name, adapter in (("own sentences", NO_MODEL), ("starter", ADAPTER)):
            spent, (_, _, summary) = clock(lambda a=adapter, d=document: write_summary(d, engine, settings, a))
            row[name] = {"s": round(spent, 1), "pages_read": summary.coverage.pages_read}
        row["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        report[f"{count} pages"] = row
        print(f"growth: {count} pages", json.dumps(row), file=sys.stderr)
    return report


def read_all_pages(folder: Path, settings: Settings) -> list[Page]:
    """Read the pages of the real filings that have a text layer."""
    from assistant.errors import CasebriefError
    from ingest.read import read_document

    pages: list[Page] = []
    for path in sorted(folder.glob("*.pdf")):
        try:
            pages += [
                p for p in read_document(path.read_bytes(), path.name, settings).pages if p.source == "text" and p.text
            ]
        except CasebriefError:
            continue
    return pages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", default=os.environ.get("CASEBRIEF_CORPORA", ""))
    parser.add_argument("--only", choices=("decoding", "first", "growth"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    folder = Path(arguments.corpora) / "pdfs"
    if not arguments.corpora or not folder.is_dir():
        raise SystemExit("Give --corpora DIR, the folder that holds pdfs/, or set CASEBRIEF_CORPORA.")
    from ingest.pipeline import read_path

    settings = load_settings()
    report: dict[str, Any] = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
    document = read_path(folder / "vector-pdf.pdf", settings)[0]
    if arguments.only in (None, "decoding"):
        report["decoding"] = measure_decoding(document, settings, arguments.repeats)
    if arguments.only in (None, "first"):
        report["first"] = measure_first(document, settings, arguments.repeats)
    if arguments.only in (None, "growth"):
        report["growth"] = measure_growth(read_all_pages(folder, settings), settings)
    report["load_after"] = os.getloadavg()[0]
    print(json.dumps(report, indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()
