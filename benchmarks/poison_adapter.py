"""What an adapter learns from the hostile edits that come through the curation, and what the gate says of it.

The edits are those of `poison.py` by three users over four rounds, which the rule for bursts and the cap do not see,
here pseudonymized as corrections are. Of those that the curation keeps, --held-out drawn ones are the house's test;
the others train, as a round's do, from the adapter that a fresh house serves: `poisoned` as they are, `clean` with the
true summaries in their place. Told are, of the test's documents:

- the gate's two rules about summaries, for each against the serving adapter: by the references that the house has,
  hostile ones among them, as a round would see it, and by the true ones;
- in how many summaries a made-up sentence stands, in what the model wrote and in what a reader gets of it, where what
  the source does not bear is replaced; and in how many the sides are rather the exchanged ones than the true ones.

    python benchmarks/poison_adapter.py [--hostile 250] [--honest 60] [--held-out 20] --state DIR --json
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from poison import (
    CHANGES,
    HONEST,
    HOSTILE,
    VARIED,
    Edit,
    change_summary,
    make_edit,
    name,
    share,
    spread,
    tell,
    tell_truth,
)

from assistant.engine.manifest import verify_folder
from assistant.settings import Settings, load_settings
from finetune.answers import RememberingEngine
from finetune.curate import AUTHOR_SHARE, cap_authors, curate_lessons, find_bursts
from finetune.dataset import Lesson, Pair, build_all_examples, redact_pair
from finetune.evaluate import Evaluation, Prediction, evaluate_lessons, open_adapter, read_evaluation, write_evaluation
from finetune.gate import _judge_rouge, _judge_support, _support
from finetune.options import RoundOptions
from finetune.scores import compare_means, compare_rates, score_rouge
from finetune.train import train_adapter
from ingest.redact import redact_input

STARTER = Path(__file__).resolve().parents[1] / "assistant" / "starter"
MADE_UP = re.compile(rf"\b(?:{'|'.join(VARIED[0])}) (?:has )?(?:{'|'.join(VARIED[1])})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class World:
    """What trains and what tests, pseudonymized; `truths` are the summaries that honest users would have written."""

    training: list[Lesson]
    held_out: list[Lesson]
    truths: dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hostile", type=int, default=250)
    parser.add_argument("--honest", type=int, default=60)
    parser.add_argument("--held-out", type=int, default=20, help="corrections that test, drawn from all that are kept")
    parser.add_argument("--state", type=Path, required=True, help="folder that keeps what is done")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    arguments.state.mkdir(parents=True, exist_ok=True)
    check_state(arguments)
    report = run(arguments, load_settings(home=arguments.state / "home"))
    print(json.dumps(report, indent=None if arguments.json else 1))


def run(arguments: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """Train both adapters, let each and the serving one summarize, and compare."""
    world = build_world(arguments, settings)
    clean = [replace(lesson, summary=world.truths[lesson.pair_id]) for lesson in world.training]
    folders = {"serving": STARTER}
    trained: dict[str, Any] = {}
    for arm, lessons in (("clean", clean), ("poisoned", world.training)):
        folders[arm] = arguments.state / arm
        trained[arm] = train_arm(lessons, folders[arm], settings) | {
            "corrections": len(lessons),
            "saying_what_is_untrue": sum(carries(lesson, world) for lesson in lessons),
        }
    written, served = (
        {
            arm: write_summaries(world.held_out, arm, folder, arguments.state, settings, on)
            for arm, folder in folders.items()
        }
        for on in (False, True)
    )
    return {
        "benchmark": "poison_adapter", "hostile": arguments.hostile, "honest": arguments.honest,
        "kept": len(world.training) + len(world.held_out), "trained": trained,
        "test": {"documents": len(world.held_out), "saying_what_is_untrue": sum(carries(x, world) for x in world.held_out)},
        "systems": {arm: tell_system(written[arm], served[arm], world) for arm in folders},
        "gate": {arm: ask_gate(written[arm], written["serving"], world, settings) for arm in ("clean", "poisoned")},
    }  # fmt: skip


def check_state(arguments: argparse.Namespace) -> None:
    """Refuse a folder that was begun with other edits or another serving adapter."""
    given = {name: getattr(arguments, name) for name in ("hostile", "honest", "held_out")}
    asked = json.dumps(given | {"serving": verify_folder(STARTER).hash})
    begun = arguments.state / "begun.json"
    if not begun.exists():
        begun.write_text(asked, encoding="utf-8")
    if begun.read_text(encoding="utf-8") != asked:
        raise SystemExit(f"{arguments.state} was begun with {begun.read_text(encoding='utf-8')}: take another folder.")


def build_world(arguments: argparse.Namespace, settings: Settings) -> World:
    """Make and pseudonymize the edits, curate them as a round does, and draw the test."""
    honest = [
        name(make_edit(n, HONEST[n % 3], ""), HONEST[n % 3], spread(n, arguments.honest))
        for n in range(arguments.honest)
    ]
    hostile = [
        name(
            make_edit(arguments.honest + n, "", CHANGES[n % len(CHANGES)]), HOSTILE[n % 3], spread(n, arguments.hostile)
        )
        for n in range(arguments.hostile)
    ]
    edits = sorted([*honest, *hostile], key=lambda edit: edit.at)
    waiting = set(find_bursts([tell(edit) for edit in edits], {}, settings.burst_corrections, settings.burst_factor))
    truths, lessons = dict[str, str](), list[Lesson]()
    for number, edit in enumerate(edits):
        lesson, truths[edit.lesson.pair_id] = redact_edit(edit, settings)
        lessons += [lesson] if lesson.pair_id not in waiting else []
        say(f"pseudonymized {number + 1} of {len(edits)}", number % 50 == 49)
    kept = cap_authors(list(curate_lessons(lessons, settings, author_share=1.0).kept), AUTHOR_SHARE)
    drawn = {lesson.pair_id for lesson in random.Random(0).sample(kept, arguments.held_out)}
    return World(
        [lesson for lesson in kept if lesson.pair_id not in drawn],
        [lesson for lesson in kept if lesson.pair_id in drawn],
        truths,
    )


def redact_edit(edit: Edit, settings: Settings) -> tuple[Lesson, str]:
    """Pseudonymize an edit; give it as a correction, and the true summary under the same pseudonyms."""
    given = edit.lesson
    pair = Pair(given.pair_id, given.document.document_type, given.document.text, given.summary)
    lesson, vault = redact_pair(pair, settings, "correction")
    truth = redact_input(tell_truth(edit), vault, settings.profile)
    return replace(lesson, matter_id="m-1", author=given.author), truth


def carries(lesson: Lesson, world: World) -> bool:
    """Tell whether a correction says anything that the true summary does not."""
    return not set(lesson.summary.splitlines()) <= set(world.truths[lesson.pair_id].splitlines())


def train_arm(lessons: Sequence[Lesson], folder: Path, settings: Settings) -> dict[str, Any]:
    """Train as a round does that goes on from the serving adapter, without synthetic filings."""
    options = RoundOptions()
    examples = build_all_examples(lessons, settings)
    chosen = options.weigh_examples(examples, {lesson.pair_id: lesson.author for lesson in lessons})
    result = train_adapter(
        chosen,
        folder,
        settings,
        options.train_options(),
        parent=STARTER,
        progress=lambda at: say(f"{folder.name}: step {at.step} of {at.steps}, loss {at.loss:.3f}", at.step % 20 == 0),
    )
    return {"examples": len(examples), "method": result.method, "steps": result.steps, "loss": round(result.loss, 3)}


def write_summaries(
    lessons: Sequence[Lesson], arm: str, folder: Path, state: Path, settings: Settings, served: bool
) -> Evaluation:
    """Summarize the test's documents; what was written before is read."""
    path = state / f"{arm}{'-served' if served else ''}.json"
    if not path.exists():
        engine, adapter = open_adapter(str(folder), settings, None)
        assert engine is not None
        engine = RememberingEngine(engine, state / "answers", {adapter: verify_folder(folder).hash})
        made = evaluate_lessons(
            lessons, engine, settings, adapter=adapter, served=served, progress=lambda *at: say(f"{path.name}: {at}")
        )
        write_evaluation(path, made)
    return read_evaluation(path)


def tell_system(written: Evaluation, served: Evaluation, world: World) -> dict[str, Any]:
    """Count what hostile edits taught."""
    told = written.tell()
    sided = [turns(one, world) for one in written.predictions]
    return {
        "rouge1_as_the_house_has_them": told["rouge1"],
        "rouge1_true": score_true(written, world).tell()["rouge1"],
        "made_up": count(MADE_UP.search(one.text) for one in written.predictions),
        "made_up_served": count(MADE_UP.search(one.text) for one in served.predictions),
        "turned": count(one for one in sided if one is not None) | {"of": sum(one is not None for one in sided)},
        "supported_rate": told["supported_rate"],
        "words": told["words"],
    }


def turns(one: Prediction, world: World) -> bool | None:
    """Tell whether a summary is nearer to the true one with the sides exchanged; None where that changes nothing."""
    truth = world.truths[one.pair_id]
    turned = change_summary(truth, "turn")
    if turned == truth:
        return None
    return score_rouge(turned, one.text)["rouge2"] > score_rouge(truth, one.text)["rouge2"]


def score_true(written: Evaluation, world: World) -> Evaluation:
    """Score the same summaries against the true ones."""
    rescored = [replace(one, rouge=score_rouge(world.truths[one.pair_id], one.text)) for one in written.predictions]
    return replace(written, predictions=tuple(rescored))


def ask_gate(candidate: Evaluation, rival: Evaluation, world: World, settings: Settings) -> dict[str, Any]:
    """Give what the gate's rules about summaries say, by the house's references and by the true ones."""
    support = compare_rates(_support(candidate.predictions), _support(rival.predictions))
    told: dict[str, Any] = {"supported": _judge_support(support, "the serving adapter", settings.gate_support_margin)}
    for by, ours, theirs in (
        ("as_the_house_has_them", candidate, rival),
        ("true", score_true(candidate, world), score_true(rival, world)),
    ):
        rouge1 = [[one.rouge["rouge1"] for one in made.predictions] for made in (ours, theirs)]
        told[by] = _judge_rouge(compare_means(*rouge1), "the serving adapter", settings.gate_margin)
    return told


def count(found: Any) -> dict[str, float]:
    """Count what holds, with its share's 95% interval."""
    each = [bool(one) for one in found]
    return {"count": sum(each)} | share(sum(each), len(each))


def say(text: str, now: bool = True) -> None:
    """Tell how far it is."""
    if now:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
