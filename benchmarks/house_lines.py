"""Whether a right line in the house's manner is called supported, and a wrong one is not (synthetic filings, no model).

True are the sentences of gold summaries, which say what their filing says. False ones are made from them by code: a figure,
date, name, period or docket number put in the place of another of the same filing (`swap`), the front of a clause joined to the
back of another of the same summary (`splice`: true pieces that nobody said), and the changes of `verification.py`. Each is held
against its filing as serving holds what a model wrote (`Grounder.verify_written`). Told are the share of true ones called
supported, and of false ones not called so: of all, and of those whose true original is ("of supported"), with 95% intervals by
bootstrap over filings. A false one may be true by chance (another sum that is sought as well), so a share of 1 is not to be had.

    python benchmarks/house_lines.py --filings unseen|test|train [--count 84] [--seed 99] --json

`test` are the held-out banks of `casebrief synthesize`, `unseen` the 300 filings by another hand (`house_filings.py`), `train` what the rules were
developed on.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from house_filings import make_filings
from verification import CHANGES

from assistant.documents import split_parts
from assistant.drafting import cut_sentences
from assistant.evidence.claims import Claim, claims_agree, find_claims
from assistant.evidence.clauses import cut_clauses
from assistant.evidence.grounding import Grounder
from assistant.settings import load_settings
from assistant.store.pseudonyms import find_pseudonyms
from assistant.templates import load_template
from finetune.dataset import Lesson, Pair, redact_pair
from finetune.scores import estimate_mean
from finetune.synthesize.rules import DOCUMENT_TYPES, make_filing

SWAPPED = ("date", "money", "percent", "period", "number", "docket", "pseudonym")
Marks = dict[str, list[tuple[str, float]]]  # kind -> (filing, 1 where right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filings", choices=("unseen", "test", "train"), default="unseen")
    parser.add_argument("--count", type=int, default=84)
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--show", action="store_true", help="print what is judged wrongly; only of the train split")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    marks: Marks = defaultdict(list)
    for lesson in draw_lessons(given.filings, given.count, given.seed):
        judge_lesson(
            lesson, random.Random(f"{given.seed}{lesson.pair_id}"), marks, given.show and given.filings == "train"
        )
    report = {"benchmark": "house_lines", "filings": given.filings, "count": given.count}
    report |= {kind: tell(rows) for kind, rows in sorted(marks.items())}
    print(json.dumps(report, indent=None if given.json else 1))


def draw_lessons(which: Literal["unseen", "test", "train"], count: int, seed: int) -> Iterator[Lesson]:
    """Give filings with their gold summaries, pseudonymized."""
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home))
        if which == "unseen":
            for filing in make_filings(count):
                yield redact_pair(
                    Pair(filing.filing_id, filing.document_type, filing.document, filing.summary), settings
                )[0]
            return
        for number in range(count):
            made = make_filing(seed + number, DOCUMENT_TYPES[number % len(DOCUMENT_TYPES)], which)
            yield redact_pair(Pair(made.id, made.document_type, made.text, made.summary), settings)[0]


def judge_lesson(lesson: Lesson, rng: random.Random, marks: Marks, show: bool) -> None:
    """Judge each sentence of a gold summary and what is made from it."""
    grounder = Grounder(lesson.document)
    template = load_template(lesson.document.document_type)
    styles = {part.name: part.style for part in template.parts}
    parts = split_parts(lesson.summary, template.part_names)
    lines = [(part, line) for part, text in parts for line in cut_sentences(iter([text]), part)]
    clauses = [clause for _, line in lines for clause in cut_clauses(line)[1]]
    claims = find_claims(lesson.document.text)
    words = sorted(set(find_pseudonyms(lesson.document.text))) + sorted(
        set(re.findall(r"\b[a-z]{6,}\b", lesson.document.text))
    )

    for part, line in lines:
        style = styles.get(part, ())
        supported = grounder.verify_written(line, None, style).support == "supported"
        marks["true lines called supported"].append((lesson.pair_id, float(supported)))
        if show and not supported:
            print(f"true: {line}", file=sys.stderr)
        made = {"swap": swap_fact(line, claims, rng), "splice": splice_clause(line, clauses, rng)}
        made |= {kind: change(line, rng, words) for kind, (change, _) in CHANGES.items()}
        for kind, false in made.items():
            if false is None or false == line:
                continue
            caught = grounder.verify_written(false, None, style).support != "supported"
            for name in ("all", kind) if supported else ():
                marks[f"caught of supported: {name}"].append((lesson.pair_id, float(caught)))
            marks["caught of all"].append((lesson.pair_id, float(caught)))
            if show and not caught:
                print(f"{kind}: {false}", file=sys.stderr)


def swap_fact(line: str, claims: list[Claim], rng: random.Random) -> str | None:
    """Put another fact of the filing, of the same kind, in the place of one."""
    own = [claim for claim in find_claims(line) if claim.kind in SWAPPED]
    for claim in rng.sample(own, len(own)):
        alike = [
            other.text.strip(" ,.")
            for other in claims
            if other.kind == claim.kind and not claims_agree(other, claim) and other.text not in line
            and (claim.kind != "pseudonym" or other.text.split("_")[0] == claim.text.split("_")[0])
        ]  # fmt: skip
        if alike:
            return line[: claim.start] + rng.choice(alike) + line[claim.end :]
    return None


def splice_clause(line: str, clauses: list[str], rng: random.Random) -> str | None:
    """Join the front half of a line's last clause to the back half of another clause of the summary."""
    last = cut_clauses(line)[1][-1]
    front = last.split()
    others = [clause.split() for clause in clauses if clause != last and len(clause.split()) >= 4]
    if len(front) < 4 or not others:
        return None
    back = rng.choice(others)
    spliced = " ".join(front[: len(front) // 2] + back[len(back) // 2 :])
    return line.replace(last, spliced) if spliced not in clauses else None


def tell(rows: list[tuple[str, float]]) -> dict[str, object]:
    """Give the share with its interval over filings."""
    by_filing: dict[str, list[float]] = defaultdict(list)
    for filing, right in rows:
        by_filing[filing].append(right)
    share = estimate_mean([sum(v) for v in by_filing.values()], [float(len(v)) for v in by_filing.values()])
    return {"n": len(rows), "share": round(share.mean, 4), "ci95": [round(share.low, 4), round(share.high, 4)]}


if __name__ == "__main__":
    main()
