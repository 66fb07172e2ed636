"""What hostile edits come through the curation: by one user at once, and by three users over four rounds.

Honest users correct synthetic filings to their gold summaries, steadily. Hostile ones submit many edits, each with one
of five changes: a made-up sentence in every part, always the same (`invent`) or put together anew each time (`vary`),
larger figures (`figure`), the sides exchanged (`turn`), everything but the first part left out (`omit`). All are taken
as signed off in matters with consent: what an attorney would have caught is not counted. Told are the corrections that
would train with the rule for bursts and the cap on an author's share on and off, how many of the hostile ones still
carry their change, and the same of examples: what trains is one part of a summary with its prompt, and a part that was
left out makes none. Nothing is trained here: what such a share does to an adapter, and what the gate says of it, is
another measurement.

The filings are not pseudonymized, which costs most of the time and decides nothing here; they are synthetic.

    python benchmarks/poison.py [--hostile 50,100,250] [--honest 60] --json
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.documents import Correction, OffsetMap, Passage, RedactedDocument
from assistant.settings import Settings, load_settings
from finetune.curate import AUTHOR_SHARE, cap_authors, curate_lessons, find_bursts
from finetune.dataset import Lesson, build_all_examples
from finetune.synthesize.rules import DOCUMENT_TYPES, make_filing

FIRST_SEED = 4_000_000
HONEST = ("ann", "bob", "cat")
HOSTILE = ("eve", "mal", "sly")
INVENTED = "The court has sanctioned counsel for hiding evidence."
VARIED = (
    ("The court has", "A judge has", "The bar has", "The clerk has"),
    ("sanctioned", "warned", "censured", "fined"),
    ("counsel", "the attorneys", "the lawyers", "the firm"),
    ("for hiding evidence.", "for misleading it.", "over lost records.", "for a false oath.", "over its conduct."),
)
CHANGES = ("invent", "vary", "figure", "turn", "omit")
ROUNDS = 4
ROUND_DAYS = 20
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Edit:
    """A correction that was submitted: as a lesson, the change that it carries ("" for an honest one), and when."""

    lesson: Lesson
    change: str
    at: datetime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hostile", default="50,100,250", help="hostile edits, comma-separated")
    parser.add_argument("--honest", type=int, default=60, help="honest edits over all four rounds")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    counts = [int(count) for count in arguments.hostile.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        report = run(counts, arguments.honest, load_settings(home=Path(scratch)))
    if arguments.json:
        print(json.dumps(report))
        return
    for row in report["rows"]:
        print(json.dumps(row))


def run(counts: list[int], honest_count: int, settings: Settings) -> dict[str, Any]:
    """Curate all once, then look at each scenario."""
    honest = [make_edit(n, HONEST[n % 3], "") for n in range(honest_count)]
    hostile = [make_edit(honest_count + n, "", CHANGES[n % len(CHANGES)]) for n in range(max(counts))]
    kept = {
        x.pair_id: x for x in curate_lessons([e.lesson for e in (*honest, *hostile)], settings, author_share=1.0).kept
    }
    honest = [replace(e, at=spread(n, honest_count)) for n, e in enumerate(honest)]
    examples = {e.lesson.pair_id: count_examples(e, kept, settings) for e in (*honest, *hostile)}
    rows = []
    for count in counts:
        at_once = [name(e, "eve", BEGAN + timedelta(days=70, minutes=n)) for n, e in enumerate(hostile[:count])]
        slowly = [name(e, HOSTILE[n % 3], spread(n, count)) for n, e in enumerate(hostile[:count])]
        for scenario, edits in (("one user, one day", at_once), ("three users, four rounds", slowly)):
            for burst in (True, False):
                for cap in (True, False):
                    told = look([*honest, *edits], kept, examples, settings, burst=burst, cap=cap)
                    rows.append({"scenario": scenario, "hostile": count, "burst_rule": burst, "cap": cap} | told)
    by_change = {
        change: {
            "submitted": sum(e.change == change for e in hostile),
            "kept": sum(e.change == change and e.lesson.pair_id in kept for e in hostile),
            "kept_with_their_change": sum(
                e.change == change and e.lesson.pair_id in kept and carries(e, kept[e.lesson.pair_id]) for e in hostile
            ),
            "examples": sum(examples[e.lesson.pair_id][0] for e in hostile if e.change == change),
            "examples_with_their_change": sum(examples[e.lesson.pair_id][1] for e in hostile if e.change == change),
        }
        for change in CHANGES
    }
    honest_kept = sum(e.lesson.pair_id in kept for e in honest)
    return {
        "honest": honest_count,
        "honest_kept": honest_kept,
        "share": AUTHOR_SHARE,
        "changes": by_change,
        "rows": rows,
    }


def make_edit(number: int, author: str, change: str) -> Edit:
    """Make a correction of a filing of its own, honest where no change is named."""
    kind = DOCUMENT_TYPES[number % len(DOCUMENT_TYPES)]
    filing = make_filing(FIRST_SEED + number, kind, "train", 2)
    text = filing.text
    document = RedactedDocument(
        f"d-{number}", "m-1", 1, filing.document_type, text, OffsetMap(()), (Passage(0, 0, len(text), 1),), 1
    )
    summary = change_summary(filing.summary, change, number)
    return Edit(Lesson(f"x-{number}", "correction", "m-1", author, document, summary), change, BEGAN)


def change_summary(summary: str, change: str, number: int = 0) -> str:
    """Give the summary with a hostile change; `number` draws the made-up sentence of `vary`."""
    if change == "vary":
        drawn = " ".join(words[number // 5 ** (place + 1) % len(words)] for place, words in enumerate(VARIED))
        return "\n".join(f"{line} {drawn}" for line in summary.splitlines())
    if change == "invent":
        return "\n".join(f"{line} {INVENTED}" for line in summary.splitlines())
    if change == "figure":
        return re.sub(r"\$(\d)", r"$9\1", summary)
    if change == "turn":
        sides = {"plaintiff": "defendant", "defendant": "plaintiff", "Plaintiff": "Defendant", "Defendant": "Plaintiff"}
        return re.sub("|".join(sides), lambda match: sides[match.group()], summary)
    return summary.splitlines()[0] if change == "omit" else summary


def carries(edit: Edit, kept: Lesson) -> bool:
    """Tell whether what the curation left of a hostile edit still has its change."""
    return edit.change == "omit" or not set(kept.summary.splitlines()) <= set(tell_truth(edit).splitlines())


def tell_truth(edit: Edit) -> str:
    """Give the summary that an honest user would have submitted."""
    kind = edit.lesson.document.document_type
    return make_filing(FIRST_SEED + int(edit.lesson.pair_id[2:]), kind, "train", 2).summary


def count_examples(edit: Edit, kept: dict[str, Lesson], settings: Settings) -> tuple[int, int]:
    """Count the examples that an edit would train, and those of them that teach its change."""
    lesson = kept.get(edit.lesson.pair_id)
    if lesson is None:
        return 0, 0
    truth = " ".join(tell_truth(edit).split())
    made = build_all_examples([lesson], settings)
    return len(made), sum(" ".join(example.completion.split()) not in truth for example in made)


def spread(number: int, count: int) -> datetime:
    """Give the time of one of `count` edits that are spread evenly over all rounds."""
    return BEGAN + timedelta(days=ROUNDS * ROUND_DAYS * number / count)


def name(edit: Edit, author: str, at: datetime) -> Edit:
    """Give the edit an author and a time."""
    return replace(edit, lesson=replace(edit.lesson, author=author), at=at)


def look(
    edits: list[Edit],
    kept: dict[str, Lesson],
    examples: dict[str, tuple[int, int]],
    settings: Settings,
    *,
    burst: bool,
    cap: bool,
) -> dict[str, Any]:
    """Count what would train in the last round."""
    edits = sorted(edits, key=lambda edit: edit.at)
    limits = settings.burst_corrections, settings.burst_factor
    waiting = set(find_bursts([tell(edit) for edit in edits], {}, *limits)) if burst else set()
    left = [e for e in edits if e.lesson.pair_id in kept and e.lesson.pair_id not in waiting]
    named = [replace(kept[e.lesson.pair_id], author=e.lesson.author) for e in left]
    trained = {x.pair_id for x in (cap_authors(named, AUTHOR_SHARE) if cap else named)}
    seen = [e for e in left if e.lesson.pair_id in trained]
    bad = [e for e in seen if e.change]
    worse = [e for e in bad if carries(e, kept[e.lesson.pair_id])]
    made, worse_made = (sum(examples[e.lesson.pair_id][n] for e in seen) for n in (0, 1))
    largest = max(Counter(e.lesson.author for e in seen).values(), default=0)
    return {
        "trained": len(seen),
        "hostile_trained": len(bad),
        "with_their_change": len(worse),
        "share_with_change": share(len(worse), len(seen)),
        "examples": made,
        "examples_with_their_change": worse_made,
        "share_of_examples": share(worse_made, made),
        "largest_author_share": round(largest / max(len(seen), 1), 3),
        "waiting": len(waiting),
    }


def tell(edit: Edit) -> Correction:
    """Give the edit as the store would."""
    x = edit.lesson
    at = edit.at.isoformat(timespec="microseconds")
    return Correction(x.pair_id, "m-1", "d", "s", x.author, "att", "", x.summary, 0, (), "base", at)


def share(count: int, of: int) -> dict[str, float]:
    """Give a share with its 95% interval by Wilson."""
    if not of:
        return {"share": 0.0, "low": 0.0, "high": 0.0}
    p, z = count / of, 1.96
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return {"share": round(p, 3), "low": round(middle - half, 3), "high": round(middle + half, 3)}


if __name__ == "__main__":
    main()
