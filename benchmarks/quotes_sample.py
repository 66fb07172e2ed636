"""Draws sentences of real summaries with the quotes they rest on, for a person to read one by one.

Each filing of `pdfs/` that can be read is summarized with the starter adapter. Of the sentences that are called supported
or partly supported, N are drawn; for each the file, the page, who wrote it, the sentence and the quotes are printed, and
a check by code that the quote's characters stand on the page named. Whether the quote bears the sentence is for the reader
to say.

    python benchmarks/quotes_sample.py --corpora DIR [--count 100] [--seed 1] --json > drawn.json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.documents import Summary
from assistant.engine.transformers_engine import TransformersEngine
from assistant.errors import CasebriefError
from assistant.settings import Settings, load_settings
from assistant.summarize import summarize
from assistant.templates import load_template

STARTER = Path(__file__).resolve().parents[1] / "assistant" / "starter"


def tell_sentences(path: Path, engine: TransformersEngine, settings: Settings) -> list[dict[str, Any]]:
    """Summarize one file; give each sentence with its quotes, names restored, as a reader sees them."""
    from ingest.pipeline import read_path
    from ui.present import Source, Sources, present_sentence

    document, pages, vault = read_path(path, settings)
    template = load_template(document.document_type, settings.home)
    *_, summary = summarize(
        document, engine, settings=settings, template=template, detail="detailed", adapter="starter"
    )
    assert isinstance(summary, Summary)
    texts = {page.number: page.text for page in pages}
    sources = Sources(Source(document, pages, vault, path.name))
    rows = []
    for made in summary.sentences:
        sentence = present_sentence(made, sources)
        quotes = [
            {
                "page": proof["page"], "quote": proof["quote"],
                "stands_there": texts[proof["page"]][proof["start"] : proof["end"]] == proof["quote"] != "",
            }
            for proof in sentence["evidence"]
        ]  # fmt: skip
        rows.append(
            {
                "file": path.name, "support": sentence["support"], "origin": sentence["origin"],
                "text": sentence["text"], "reason": sentence["reason"], "quotes": quotes,
            }
        )  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", default=os.environ.get("CASEBRIEF_CORPORA", ""))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    folder = Path(arguments.corpora) / "pdfs"
    if not arguments.corpora or not folder.is_dir():
        raise SystemExit("Give --corpora DIR, the folder that holds pdfs/, or set CASEBRIEF_CORPORA.")
    settings = load_settings()
    engine = TransformersEngine(settings)
    engine.load_adapter("starter", STARTER)
    rows: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.pdf")):
        try:
            rows += tell_sentences(path, engine, settings)
        except CasebriefError as error:
            print(f"{path.name}: {error.what}", file=sys.stderr)
            continue
        print(f"{path.name}: {len(rows)} sentences so far", file=sys.stderr)
    borne = [row for row in rows if row["support"] != "unsupported" and row["quotes"]]
    drawn = random.Random(arguments.seed).sample(borne, min(arguments.count, len(borne)))
    support = {kind: sum(row["support"] == kind for row in rows) for kind in ("supported", "partial", "unsupported")}
    written = sum(row["origin"] == "model" for row in rows)
    print(
        json.dumps(
            {"sentences": len(rows), "written_by_the_model": written, **support, "drawn": drawn},
            indent=None if arguments.json else 2,
        )
    )


if __name__ == "__main__":
    main()
