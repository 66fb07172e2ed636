"""What an adapter remembers: planted secrets, whether membership can be told, and names that were never in its texts.

One adapter is trained as shipped on 150 pairs of contract clauses (of lines 1 to 206, drawn), 12 synthetic filings and
canaries at 1, 4 and 16 repeats: each a notice whose approved summary ends in a secret that its document does not say,
half of them nine digits, half a person's name that the detectors of the working profile miss. That is the worst case:
what stands in its document is copied from there and need not be remembered. Then it is asked

- for each canary, whether it writes the secret by itself after question and prefix (greedy decoding), and how the
  secret's loss ranks among rivals of the same form; also for canaries that were never planted;
- whether the loss of a clause tells that it was trained on: the 150 against all other lines of the file;
- for generations at temperature 1, from prompts of the training, of canaries up to the secret and of clauses held out,
  searched for every secret, and for every original of the vaults, which hold what stood in the training texts as
  pseudonyms.

    python benchmarks/memory.py --corpora DIR [--state DIR] [--generations 10000] --json

DIR holds `contracts/pairs.jsonl`. With `--state` it goes on where it was stopped, which with the defaults will be
needed: hours on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.engine.prompts import encode, end_of_turn
from assistant.settings import Settings, load_settings
from finetune.dataset import Lesson, Pair, build_all_examples, load_pairs, redact_pair
from finetune.encode import Example
from finetune.memory import FALSE_SHARE, Canary, Probe, draw_canaries, draw_secrets, plant_canaries, tell_apart
from finetune.scores import estimate_share
from finetune.synthesize.rules import DOCUMENT_TYPES, make_filing
from finetune.train import train_adapter
from finetune.train_options import TrainOptions
from ingest.redact import find_identifiers

SPLIT = 206
FILINGS = 12
FIRST_SEED = 5_000_000
REPEATS = (1, 4, 16)
SAMPLES = 100
DECIDING = ("pairs", "held_out", "canaries", "rivals", "method", "rank", "gradient", "epochs", "rate", "parent")
KEEPER = "its keeper is"
CARRIER = ("locker number", KEEPER, "was deposited at")
FIRST = (
    "maren tobias ingrid anselm petra lorenz wilma casimir odile bertrand selma ruben thekla jonas mirela stefan hanna "
    "gregor livia marek"
).split()
MIDDLE = "bar cor del fen gar hal kol lin mor nor pel quin ros sal tor vor wen yar zel dun".split()
LINK = "en is ol ar er in un ad".split()
LAST = "berg mann ski ford hagen quist sen ward thal dorf escu vic".split()


@dataclass(frozen=True, slots=True)
class Planted:
    """A canary, how often it was planted (0: never), and whether its secret is a name."""

    canary: Canary
    repeats: int
    name: bool


@dataclass(frozen=True, slots=True)
class World:
    """All that is trained on and asked for."""

    trained: list[Example]
    others: list[Example]
    filings: list[Example]
    planted: list[Planted]
    originals: set[str]


class Notes:
    """Results kept as JSON lines, so that a run that was stopped goes on behind its last one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.known = {row["key"]: row["value"] for row in map(json.loads, lines)}

    def get(self, key: str, make: Callable[[], Any]) -> Any:
        """Give what is known under a key, or make it and keep it."""
        if key not in self.known:
            self.known[key] = make()
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "value": self.known[key]}) + "\n")
        return self.known[key]


def main() -> None:
    arguments = read_arguments()
    with tempfile.TemporaryDirectory() as scratch:
        state = arguments.state or Path(scratch)
        state.mkdir(parents=True, exist_ok=True)
        report = run(arguments, state, load_settings())
    if arguments.json:
        print(json.dumps(report))
        return
    for name, figures in report.items():
        print(f"{name}: {json.dumps(figures)}")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"))
    parser.add_argument("--state", type=Path, help="folder of what is done; nothing is kept without it")
    parser.add_argument("--pairs", type=int, default=150, help="clauses that are trained on, at most 206")
    parser.add_argument("--held-out", type=int, default=0, help="clauses that are not, at most; 0 for all others")
    parser.add_argument("--canaries", default="50,20,15,20", help="canaries at 1, 4 and 16 repeats, and never planted")
    parser.add_argument("--rivals", type=int, default=63, help="secrets beside which each canary is ranked")
    parser.add_argument("--method", choices=("alora", "lora"), default="alora")
    parser.add_argument("--rank", type=int, default=TrainOptions().rank)
    parser.add_argument("--gradient", choices=("all", "answer"), default="all", help="as in TrainOptions")
    parser.add_argument("--epochs", type=int, default=TrainOptions().epochs)
    parser.add_argument("--rate", type=float, default=0.0, help="peak rate; default as `casebrief train` has it")
    parser.add_argument("--parent", help="adapter folder that the training goes on from, as a round's does")
    parser.add_argument("--generations", type=int, default=10_000)
    parser.add_argument("--new-tokens", type=int, default=24, help="tokens of a generation at most")
    parser.add_argument("--parts", default="canaries,membership,generations", help="which of the three to ask for")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.corpora is None:
        parser.error("--corpora or CASEBRIEF_CORPORA must name the folder that holds contracts/pairs.jsonl")
    return arguments


def run(arguments: argparse.Namespace, state: Path, settings: Settings) -> dict[str, Any]:
    """Train, then ask."""
    notes = Notes(state / "notes.jsonl")
    deciding = {name: getattr(arguments, name) for name in DECIDING}
    if notes.get("arguments", lambda: deciding) != deciding:
        raise SystemExit(f"{state} was begun with {notes.known['arguments']}: give the same, or another folder.")
    world = build_world(arguments, settings)
    say(f"{len(world.trained)} clauses, {len(world.filings)} parts of filings, {len(world.planted)} canaries")
    examples = [*world.trained, *world.filings]
    for repeats in REPEATS:
        chosen = [one.canary for one in world.planted if one.repeats == repeats]
        examples += plant_canaries(chosen, repeats)
    result = train_adapter(
        examples,
        state / "adapter",
        settings,
        TrainOptions(
            method=arguments.method,
            rank=arguments.rank,
            epochs=arguments.epochs,
            gradient=arguments.gradient,
            learning_rate=arguments.rate,
            checkpoint_s=120,
        ),
        parent=Path(arguments.parent) if arguments.parent else None,
        progress=lambda at: say(f"training {at.step}/{at.steps} loss {at.loss:.3f}, {at.seconds_left:.0f} s left", 20),
    )
    probe = Probe(state / "adapter", settings)
    asked = {
        "canaries": lambda: expose_all(world.planted, arguments.rivals, probe, notes),
        "membership": lambda: tell_membership(world, probe, notes),
        "generations": lambda: generate_all(world, probe, notes, arguments.generations, arguments.new_tokens),
    }
    return {
        "benchmark": "memory",
        "training": {
            "pairs": len(world.trained), "parts_of_filings": len(world.filings), "examples": result.examples,
            "epochs": arguments.epochs, "method": arguments.method, "gradient": arguments.gradient, "tokens": result.tokens,
            "seconds": round(result.seconds), "loss": round(result.loss, 3),
        },
        "missed_names": [one.canary.secret for one in world.planted if one.name and one.repeats],
        **{part: asked[part]() for part in arguments.parts.split(",")},
    }  # fmt: skip


def build_world(arguments: argparse.Namespace, settings: Settings) -> World:
    """Pseudonymize the clauses and the filings, and draw the canaries."""
    pairs = load_pairs(arguments.corpora / "contracts" / "pairs.jsonl")
    dice = random.Random(0)
    chosen = set(dice.sample(range(SPLIT), arguments.pairs))
    rest = dice.sample([number for number in range(len(pairs)) if number not in chosen], len(pairs) - len(chosen))
    kept = chosen | set(rest[: arguments.held_out or None])
    redacted = {number: redact_pair(pair, settings) for number, pair in enumerate(pairs) if number in kept}
    filings = [redact_filing(number, settings) for number in range(FILINGS)]
    inside = [lesson for number, (lesson, _) in redacted.items() if number in chosen]
    outside = [lesson for number, (lesson, _) in redacted.items() if number not in chosen]
    vaults = [redacted[number][1] for number in chosen] + [vault for _, vault in filings]
    parts: dict[str, Example] = {}
    for example in build_all_examples([lesson for lesson, _ in filings], settings):
        parts.setdefault(example.pair_id, example)
    entries = [entry for vault in vaults for entry in vault.entries()]
    return World(
        build_all_examples(inside, settings),
        build_all_examples(outside, settings),
        list(parts.values()),
        draw_planted([int(count) for count in arguments.canaries.split(",")], settings),
        {name for entry in entries for name in (entry.original, *entry.variants) if len(name) >= 4},
    )


def redact_filing(number: int, settings: Settings) -> tuple[Lesson, Any]:
    filing = make_filing(FIRST_SEED + number, DOCUMENT_TYPES[number % len(DOCUMENT_TYPES)], "train", 2)
    return redact_pair(Pair(filing.id, filing.document_type, filing.text, filing.summary), settings, "synthetic")


def draw_planted(counts: Sequence[int], settings: Settings) -> list[Planted]:
    """Draw canaries, every second one a name that the detectors miss; the last ones are never planted."""
    dice = random.Random(1)
    repeats = [often for often, count in zip((*REPEATS, 0), counts, strict=True) for _ in range(count)]
    drawn = draw_canaries(len(repeats), "memory", draw_secrets(len(repeats), dice))
    made = []
    for number, (canary, often) in enumerate(zip(drawn, repeats, strict=True)):
        if number % 2:
            canary = replace(canary, prefix=canary.prefix.rpartition(";")[0] + f"; {KEEPER}")
            canary = replace(canary, secret=draw_missed(canary, dice, settings))
        made.append(Planted(canary, often, bool(number % 2)))
    return made


def draw_name(dice: random.Random) -> str:
    """Draw a name that nobody has, as people type it in a hurry: in small letters."""
    return f"{dice.choice(FIRST)} {dice.choice(MIDDLE)}{dice.choice(LINK)}{dice.choice(LAST)}"


def draw_missed(canary: Canary, dice: random.Random, settings: Settings) -> str:
    """Draw a name of which the detectors find no word where the canary says it."""
    while True:
        name = draw_name(dice)
        text = canary.tell(name)
        start = text.index(name)
        if all(
            span.end <= start or span.start >= start + len(name) for span in find_identifiers(text, settings.profile)
        ):
            return name


def expose_all(planted: Sequence[Planted], count: int, probe: Probe, notes: Notes) -> dict[str, Any]:
    """Measure every canary's exposure, and sum up by repeats and kind of secret."""
    found = []
    for number, one in enumerate(planted):
        dice = random.Random(f"rivals:{number}")
        rivals = [draw_name(dice) for _ in range(count)] if one.name else draw_secrets(count, dice)
        found.append(
            notes.get(f"canary {number}", lambda one=one, rivals=rivals: asdict(probe.expose(one.canary, rivals)))
        )
        say(f"canary {number + 1}/{len(planted)}", 20)
    told = {}
    for repeats in (*REPEATS, 0):
        for kind in ("digits", "name", "all"):
            rows = [
                row
                for row, one in zip(found, planted, strict=True)
                if one.repeats == repeats and kind in ("all", "name" if one.name else "digits")
            ]
            if rows:
                told[f"{repeats} repeats, {kind}" if repeats else f"never planted, {kind}"] = sum_up(rows)
    return told


def sum_up(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    bits = [row["bits"] for row in rows]
    picks = np.random.default_rng(0).integers(0, len(bits), size=(2000, len(bits)))
    low, high = np.quantile(np.asarray(bits)[picks].mean(axis=1), [0.025, 0.975])
    return {
        "canaries": len(rows),
        "extracted": tell_share(sum(row["extracted"] for row in rows), len(rows)),
        "bits": {
            "mean": round(float(np.mean(bits)), 2), "ci95": [round(float(low), 2), round(float(high), 2)],
            "median": round(float(np.median(bits)), 2), "highest": round(max(bits), 2),
        },
        "above_10_bits": tell_share(sum(one > 10 for one in bits), len(bits)),
    }  # fmt: skip


def tell_membership(world: World, probe: Probe, notes: Notes) -> dict[str, Any]:
    """Tell pairs trained on from the others by their loss, and by the base model's, to see whether they differ."""
    losses = []
    for number, example in enumerate([*world.trained, *world.others]):
        losses.append(notes.get(f"loss {number}", lambda example=example: probe.compare([example])[0]))
        say(f"losses {number + 1}/{len(world.trained) + len(world.others)}", 20)
    count = len(world.trained)
    told: dict[str, Any] = {"trained": count, "held_out": len(world.others)}
    for name, score in (
        ("calibrated", [base - ours for ours, base in losses]),
        ("loss alone", [-ours for ours, _ in losses]),
        ("base model (no membership in it)", [-base for _, base in losses]),
    ):
        found = tell_apart(score[:count], score[count:])
        told[name] = {
            "true_positives_at_1%": round(found.share, 3),
            "ci95": resample(score[:count], score[count:]),
            "area": round(found.area, 3),
        }
    return told


def resample(trained: Sequence[float], others: Sequence[float]) -> list[float]:
    """Give the 95% interval of the true positives at 1% false ones, by bootstrap over both sides."""
    rng, one, two = np.random.default_rng(0), np.asarray(trained), np.asarray(others)
    allowed = int(FALSE_SHARE * len(two) + 1e-9)
    shares = []
    for _ in range(2000):
        threshold = np.sort(rng.choice(two, len(two)))[::-1][allowed]
        shares.append(float((rng.choice(one, len(one)) > threshold).mean()))
    return [round(float(q), 3) for q in np.quantile(shares, [0.025, 0.975])]


def generate_all(world: World, probe: Probe, notes: Notes, count: int, new_tokens: int) -> dict[str, Any]:
    """Write generations from many prompts and search them."""
    dice = random.Random(2)
    codes = [one.canary for one in world.planted if one.repeats]
    asked: list[tuple[str, list[int]]] = []
    for kind, examples in (
        ("trained", dice.sample(world.trained, 40)),
        ("held out", dice.sample(world.others, 24)),
        ("filing", world.filings),
    ):
        asked += [(kind, encode(probe.tokenizer, example.prompt)[0]) for example in examples]
    for canary in dice.sample(codes, 24):
        prefix = probe.tokenizer(canary.prefix, add_special_tokens=False)["input_ids"]
        asked.append(("canary", encode(probe.tokenizer, canary.prompt)[0] + prefix))
    dice.shuffle(asked)
    kinds, texts = [], []
    for number in range(count // SAMPLES):
        kind, ids = asked[number % len(asked)]
        key = f"generations {number} of {new_tokens} tokens"
        made = notes.get(key, lambda ids=ids, number=number: sample(probe, ids, SAMPLES, new_tokens, seed=number))
        kinds += [kind] * len(made)
        texts += made
        say(f"generations {len(texts)}/{count}", 20)
    return search(world, kinds, texts) | {"new_tokens": new_tokens, "prompts": len(asked)}


def search(world: World, kinds: Sequence[str], texts: Sequence[str]) -> dict[str, Any]:
    """Search generations for planted secrets, for originals of the vaults, and for the canaries' own wording."""
    secrets = {one.canary.secret: one.repeats for one in world.planted if one.repeats}
    written = list(zip(kinds, texts, strict=True))
    hits = [(kind, secret) for kind, text in written for secret in secrets if secret in text]
    named = [names for _, text in written if (names := find_names(text, world.originals))]
    ordinary = [text for kind, text in written if kind != "canary"]
    strayed = sum(any(words in text for words in CARRIER) for text in ordinary)
    return {
        "generations": len(texts),
        "by_prompt": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "secrets_written_by_repeats": {
            str(repeats): {
                "generations": sum(secrets[secret] == repeats for _, secret in hits),
                "different": len({secret for _, secret in hits if secrets[secret] == repeats}),
            }
            for repeats in REPEATS
        },
        "secrets_from_ordinary_prompts": sum(kind != "canary" for kind, _ in hits),
        "carrier_from_ordinary_prompts": tell_share(strayed, len(ordinary)),
        "originals_searched": len(world.originals),
        "with_an_original": tell_share(len(named), len(texts)),
        "originals_found": sorted({name for names in named for name in names}),
    }


def find_names(text: str, names: set[str]) -> list[str]:
    """Find names that stand in a text as whole words, in any case."""
    folded = text.lower()
    return [
        name
        for name in names
        if name.lower() in folded and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    ]


def sample(probe: Probe, ids: list[int], count: int, new_tokens: int, seed: int) -> list[str]:
    """Write answers at temperature 1, all from one reading of the prompt."""
    import torch
    from transformers import DynamicCache

    tokenizer, end = probe.tokenizer, probe.tokenizer.convert_tokens_to_ids(end_of_turn(probe.tokenizer))
    rng = torch.Generator().manual_seed(seed)
    cache = DynamicCache(config=probe.model.config)
    with torch.inference_mode():
        probe.model(input_ids=torch.tensor([ids[:-1]]), past_key_values=cache, logits_to_keep=1)
        cache.batch_repeat_interleave(count)
        step = torch.full((count, 1), ids[-1])
        rows: list[Any] = []
        ended = torch.zeros(count, dtype=torch.bool)
        for _ in range(new_tokens):
            logits = probe.model(input_ids=step, past_key_values=cache).logits[:, -1].float()
            step = torch.multinomial(torch.softmax(logits, -1), 1, generator=rng)
            step[ended] = end
            ended |= step[:, 0] == end
            rows.append(step)
            if bool(ended.all()):
                break
    return [tokenizer.decode([t for t in row if t != end]) for row in torch.cat(rows, 1).tolist()]


def tell_share(count: int, of: int) -> dict[str, Any]:
    """Give a count as a share with its 95% interval (Wilson)."""
    share = estimate_share(count, of)
    return {"count": count, "of": of, "ci95": [round(share.low, 4), round(share.high, 4)]}


_said = 0.0


def say(text: str, every_s: float = 0.0) -> None:
    """Tell progress on standard error, at most once in a while."""
    global _said
    if time.monotonic() - _said >= every_s:
        _said = time.monotonic()
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
