"""The ranker that a firm's approved summaries teach, in the product: what it gains, and from how many documents on.

Reads `judgments/pairs.jsonl` and `veterans_appeals/pairs.jsonl` ({id, document, summary}) under --corpora. No model.

`product`: the documents are parted in folds; on all but one the ranker is fitted, written to an adapter's folder, and
that adapter is made active in a house. The last fold is summarized by `House.summarize` with adapter "none": once as
plain text, the sentences chosen by the ranker; once as an order, whose house template has parts, each part's passages
chosen by the made score and the ranker together. Beside it stands a house without an adapter: with the same budget, and
with as many words as the taught house's summary of the same document has ("same length").

`curve`: the ranker is fitted on so many documents of the other folds, and measured as plain text against the made
score of the same length. Documents are added in a fixed order, so that each step holds the one before.

Budgets, pseudonyms and scores are those of `extractive_summaries.py`; intervals are a bootstrap over documents,
differences a paired one. Each document counts as of a matter of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from extractive_summaries import SETS, Case, load_cases, read_given, report, start_parser, summarize_product  # noqa: E402

import assistant.evidence.learned_ranker as learned_ranker  # noqa: E402
from assistant.documents import RedactedDocument, Summary  # noqa: E402
from assistant.engine import adapters  # noqa: E402
from assistant.engine.manifest import CONFIG, RANKER, WEIGHTS, write_manifest  # noqa: E402
from assistant.evidence.house_rankers import HouseRankers  # noqa: E402
from assistant.settings import Settings  # noqa: E402
from assistant.store import registry  # noqa: E402
from assistant.summarize import NO_MODEL  # noqa: E402
from finetune.scores import VARIANTS, compare_means, estimate_mean, score_rouge  # noqa: E402
from ui.services import House, open_house  # noqa: E402

KINDS = {"plain": "sentences", "order": "parts"}
CURVE_FOLDS = 3
Rows = list[dict[str, float]]


def teach_house(house: House, scratch: Path, fold: int, cases: Sequence[Case]) -> None:
    """Fit a ranker on cases and make an adapter active that has it in its folder, beside weights that nobody loads."""
    ranker = learned_ranker.fit_ranker([(case.reading, case.approved) for case in cases])
    folder = scratch / f"fold-{fold}"
    folder.mkdir()
    (folder / WEIGHTS).write_bytes(b"none")
    (folder / CONFIG).write_text("{}")
    (folder / RANKER).write_text(HouseRankers(dict.fromkeys(KINDS, ranker)).write())
    write_manifest(folder, base_model="none", base_model_hash="0" * 64)
    adapter = adapters.register(house.db, folder, adapter_id=folder.name)
    registry.set_status(house.db, adapter.adapter_id, "active", "benchmark")


def ask_house(house: House, case: Case, document: RedactedDocument, words: int) -> str:
    items = house.summarize(document, detail="brief", words=words, adapter=NO_MODEL, stop=threading.Event())
    (made,) = (item for item in items if isinstance(item, Summary))
    return case.restore(made.text)


def measure_product(cases: Sequence[Case], folds: int, scratch: Path) -> dict[str, Any]:
    taught, bare = (open_house(Settings(home=scratch / name)) for name in ("taught", "bare"))
    texts: dict[str, dict[str, list[str]]] = {kind: {} for kind in KINDS}
    for fold in range(folds):
        teach_house(taught, scratch, fold, [case for n, case in enumerate(cases) if n % folds != fold])
        report(f"  product: fold {fold + 1} of {folds} taught")
        for case in cases[fold::folds]:
            for kind, made in texts.items():
                document = replace(case.reading.document, document_type=kind)
                learned = ask_house(taught, case, document, case.words)
                made.setdefault("learned", []).append(learned)
                made.setdefault("unlearned", []).append(ask_house(bare, case, document, case.words))
                same = ask_house(bare, case, document, len(learned.split()))
                made.setdefault("unlearned_same_length", []).append(same)
    taught.close()
    bare.close()
    order = [case for fold in range(folds) for case in cases[fold::folds]]
    return {KINDS[kind]: compare_texts(order, made) for kind, made in texts.items()}


def compare_texts(cases: Sequence[Case], texts: dict[str, list[str]]) -> dict[str, Any]:
    rows = {
        system: [score_rouge(case.reference, text) for case, text in zip(cases, made, strict=True)]
        for system, made in texts.items()
    }
    told: dict[str, Any] = {}
    for system, scores in rows.items():
        told[system] = {name: estimate_mean([row[name] for row in scores]).tell() for name in VARIANTS}
        told[system]["words"] = round(sum(len(text.split()) for text in texts[system]) / len(cases), 1)
        if system != "learned":
            told[system]["learned_ahead_by"] = tell_gaps(rows["learned"], scores)
    return told


def tell_gaps(ours: Rows, theirs: Rows) -> dict[str, list[float]]:
    gaps = {name: compare_means([row[name] for row in ours], [row[name] for row in theirs]) for name in VARIANTS}
    return {name: [round(value, 4) for value in (gap.mean, gap.low, gap.high)] for name, gap in gaps.items()}


def measure_curve(cases: Sequence[Case], sizes: Sequence[int], settings: Settings) -> dict[str, Any]:
    learned_ranker.LEAST_PAIRS = min(sizes)  # the product fits none on so few: that is what is asked here
    told: dict[str, Any] = {}
    for size in sizes:
        ours, theirs = [], []
        for fold in range(CURVE_FOLDS):
            others = [case for case in cases if case.fold % CURVE_FOLDS != fold][:size]
            ranker = learned_ranker.fit_ranker([(case.reading, case.approved) for case in others])
            for case in (case for case in cases if case.fold % CURVE_FOLDS == fold):
                learned = summarize_product(case, settings, ranker)
                made = summarize_product(replace(case, words=len(learned.split())), settings, None)
                ours.append(score_rouge(case.reference, learned))
                theirs.append(score_rouge(case.reference, made))
        told[str(size)] = tell_gaps(ours, theirs)
        report(f"  curve: {size} documents: {told[str(size)]}")
    return told


def read_arguments() -> argparse.Namespace:
    parser = start_parser(__doc__)
    parser.add_argument("--folds", type=int, default=2, help="folds of `product`; 0 leaves it out")
    parser.add_argument("--sizes", type=int, nargs="*", default=[4, 8, 12, 16, 20], help="documents of `curve`")
    return read_given(parser)


def main() -> None:
    given = read_arguments()
    result: dict[str, Any] = {}
    for name in [given.only] if given.only else list(SETS):
        with tempfile.TemporaryDirectory() as home:
            settings = Settings(home=home)
            began = time.monotonic()
            cases = load_cases(given.corpora, name, given.limit, settings)
            cases.sort(key=lambda case: hashlib.sha256(case.text.encode()).digest())
            cases = [replace(case, fold=place) for place, case in enumerate(cases)]
            report(f"{name}: {len(cases)} documents pseudonymized")
            made = {"product": measure_product(cases, given.folds, Path(home))} if given.folds else {}
            made |= {"curve": measure_curve(cases, given.sizes, settings)} if given.sizes else {}
            result[name] = {"documents": len(cases), "seconds": round(time.monotonic() - began)} | made
    print(json.dumps(result, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
