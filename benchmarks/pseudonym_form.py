"""Which form of a pseudonym does the small model copy without fault?

Rule-made legal passages, the same for every form, go through the product's own summary prompt. First the
model is led along a reference summary, and each pseudonym in it counts as copied where the model, given its
first token, would have written the rest. Then the model writes freely, and counted are: pseudonyms of the
passage that it used, mentions that are exact, outputs with a pseudonym that the passage doesn't have (garbled
or invented), and what a pseudonym costs in tokens.

    python benchmarks/pseudonym_form.py [--passages 60] [--forms plain,code] --json
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.engine.prompts import PROMPT_HASH, render, summary_prompt
from assistant.engine.transformers_engine import TransformersEngine
from assistant.settings import load_settings

WORD = {"P": "Person", "C": "Company", "L": "Place", "N": "Number"}
SYLLABLES = ["bal", "cor", "den", "fer", "gal", "hul", "jor", "kel", "lim", "mar", "nov", "pel", "quin", "ros", "sel",
             "tam", "ul", "ven", "wex", "zor"]  # fmt: skip

PASSAGES = [
    "{P1} has worked for {C1} as a forklift driver since {date}. On {date}, the supervisor {P2} ordered {P1} to lift "
    "the load without a spotter. {P1} was injured and claims lost wages of {money}. {C1} denies that the order was "
    "given.",
    "{C1} moves to compel arbitration under section 12 of the supply agreement. {C2} opposes the motion and says that "
    "its officer {P1} never signed the agreement. The court finds that {P1} signed on {date} and grants the motion.",
    "The court dismisses the claim of {P1} against {C1} for fraud. The complaint doesn't say when or where {P2} made "
    "the statement. {P1} may file an amended complaint by {date}.",
    "{P1} testified that {P2} called the office in {L1} on {date}. {P2} asked for a transfer of {money} to {C1}. {P1} "
    "did not report the call to anyone.",
    "Under the lease, {C1} pays rent of {money} a month to {P1} for the premises in {L1}. {P1} may end the lease on "
    "ninety days' notice. The notice of {date} was sent to {C2} instead.",
    "{P1} was arrested in {L1} on {date} and charged in case {N1}. Officer {P2} searched the car without a warrant. "
    "{P1} moves to suppress the evidence.",
    "The will of {P1} leaves the house in {L1} to {P2}. {P3} contests the will and alleges that {P2} exerted undue "
    "influence on {P1}. The estate is worth about {money}.",
    "{C1} sold the shares to {C2} for {money} on {date}. {P1}, who kept the books of {C1}, alleges that the price "
    "was too low. {C2} asks the court to dismiss.",
    "In case {N1}, {P1} asks for custody of the two children. {P2} moved to {L1} on {date} without telling the court. "
    "The guardian {P3} recommends joint custody.",
    "{P1} bought the truck from {C1} on {date} for {money}. The brakes failed near {L1}. {C1} says that the mechanic "
    "{P2} altered the brakes after the sale.",
    "The Board remands the claim of {P1}. The examiner {P2} didn't explain why the injury of {date} was not related "
    "to service. {P1} receives a rating of 30 percent.",
    "{C1} owns the patent and accuses {C2} of infringing claim 4. The inventor {P1} licensed the patent to {C2} on "
    "{date}. {C1} seeks damages of {money} and an injunction.",
]  # fmt: skip
GOLD = [
    "{P1}, a forklift driver for {C1}, seeks lost wages of {money} after an injury that followed an order of {P2}.",
    "The court compels arbitration between {C1} and {C2} because {P1} signed the agreement.",
    "The fraud claim of {P1} against {C1} is dismissed, since the statement of {P2} isn't described.",
    "{P1} testified that {P2} asked by telephone for {money} to go to {C1}.",
    "{C1} rents premises in {L1} from {P1} for {money} a month; a notice went to {C2} by mistake.",
    "{P1}, charged in case {N1}, moves to suppress what Officer {P2} found without a warrant in {L1}.",
    "{P3} contests the will of {P1}, alleging that {P2} exerted undue influence.",
    "{P1} alleges that {C1} sold its shares to {C2} too cheaply, for {money}.",
    "In case {N1}, {P1} seeks custody after {P2} moved to {L1}; {P3} recommends joint custody.",
    "{P1} sues {C1} over brakes that failed near {L1}; {C1} blames the mechanic {P2}.",
    "The Board remands the claim of {P1}, because {P2} gave no reasons.",
    "{C1} accuses {C2} of infringing a patent that {P1} had licensed to {C2}.",
]


@dataclass(frozen=True)
class Form:
    """One way to write a pseudonym: how it is written, and what looks like one in an output."""

    name: str
    write: Callable[[str, int], str]
    looks_like: re.Pattern[str]


def write_letters(kind: str, number: int) -> str:
    return f"{WORD[kind]} {chr(65 + number // 26 % 26)}{chr(65 + number % 26)}"


def write_surname(kind: str, number: int) -> str:
    name = "".join(SYLLABLES[number // 20**i % 20] for i in range(3)).capitalize()
    return {"P": name, "C": f"{name} Company", "L": f"{name} City", "N": f"No. {name}"}[kind]


_WORDS = "|".join(WORD.values())
_LOOSE = {
    "bracketed": rf"\[?(?:{_WORDS})[_ ]\d+\]?|\[(?:{_WORDS})\w*\]?",
    "underscore": rf"\b(?:{_WORDS})_\w*|\b(?:{_WORDS}) \d+",
    "titled": rf"\b(?:{_WORDS})_\w*|\b(?:{_WORDS}) \d+",
    "plain": rf"\b(?:{_WORDS})[ _]?\d+\b",
}
FORMS = [
    Form("bracketed", lambda k, n: f"[{WORD[k].upper()}_{n}]", re.compile(_LOOSE["bracketed"], re.IGNORECASE)),
    Form("underscore", lambda k, n: f"{WORD[k].upper()}_{n}", re.compile(_LOOSE["underscore"], re.IGNORECASE)),
    Form("titled", lambda k, n: f"{WORD[k]}_{n}", re.compile(_LOOSE["titled"], re.IGNORECASE)),
    Form("plain", lambda k, n: f"{WORD[k]} {n}", re.compile(_LOOSE["plain"], re.IGNORECASE)),
    Form("code", lambda k, n: f"{k}-{n}", re.compile(r"\b[PCLN][-_ ]?\d+\b")),
    Form("letters", write_letters, re.compile(rf"\b(?:{_WORDS}) [A-Z]{{1,3}}\b")),
    Form("surname", write_surname, re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][a-z]{4,}\b(?: Company| City)?")),
]


def make_cases(count: int, seed: int) -> list[tuple[str, str, dict[str, tuple[str, int]], dict[str, str]]]:
    """Draw passages with slots: (passage, gold summary, slot -> (kind, number), other values)."""
    draw = random.Random(seed)
    cases = []
    for index in range(count):
        passage, gold = PASSAGES[index % len(PASSAGES)], GOLD[index % len(PASSAGES)]
        slots = sorted(set(re.findall(r"\{([PCLN]\d)\}", passage)))
        top = (99, 999, 9999)[index // len(PASSAGES) % 3]
        numbers = draw.sample(range(top // 10 + 1, top), len(slots))
        money = f"${draw.randint(2, 900)},{draw.randint(0, 9)}00"
        values = {"money": money, "date": f"March {draw.randint(1, 30)}, 20{draw.randint(10, 24)}"}
        cases.append((passage, gold, {s: (s[0], n) for s, n in zip(slots, numbers, strict=True)}, values))
    return cases


def measure_form(engine: TransformersEngine, form: Form, cases: Sequence, adapter: str | None, shown: int) -> dict:
    """Write the cases in one form, let the model summarize them, and count."""
    sources, known = [], []
    for passage, _, slots, values in cases:
        names = {slot: form.write(*value) for slot, value in slots.items()}
        known.append(set(names.values()))
        sources.append(passage.format(**names, **values))
    began = time.monotonic()
    prompts = [summary_prompt("plain", "", [source], 40) for source in sources]
    outputs = engine.batch(prompts, adapter=adapter, max_new_tokens=48)
    rows = [count_output(form, o, s, k) for o, s, k in zip(outputs, sources, known, strict=True)]
    for index in range(shown):
        print(form.name, repr(outputs[index]), rows[index], file=sys.stderr)
    copied = measure_copying(engine, form, cases)
    tokens = [engine.count_tokens(f" {name}") for names in known for name in names]
    return {
        "led_copied_share": copied,
        "used_share": interval([(r["used"], r["had"]) for r in rows]),
        "exact_mention_share": interval([(r["exact"], r["mentions"]) for r in rows]),
        "faulty_output_share": interval([(r["faulty"], 1) for r in rows]),
        "faulty_by_digits": {
            str(digits): round(statistics.mean(faulty or [0]), 3)
            for digits in (2, 3, 4)
            for faulty in [[r["faulty"] for i, r in enumerate(rows) if i // len(PASSAGES) % 3 == digits - 2]]
        },
        "mentions": sum(r["mentions"] for r in rows),
        "tokens_per_pseudonym": round(statistics.mean(tokens), 2),
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def measure_copying(engine: TransformersEngine, form: Form, cases: Sequence) -> dict[str, object]:
    """Lead the model along the reference summary: is each pseudonym, once begun, ended as it should be?

    Every form is asked for the same mentions, whatever the model would have chosen to say.
    """
    import torch

    loaded, rows = engine._load(), []
    for passage, gold, slots, values in cases:
        names = {slot: form.write(*value) for slot, value in slots.items()}
        prompt = summary_prompt("plain", "", [passage.format(**names, **values)], 40)
        text, start = render(loaded.tokenizer, prompt, gold.format(**names, **values))
        coded = loaded.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        ids, places = torch.tensor([coded["input_ids"]]), coded["offset_mapping"]
        with torch.inference_mode():
            best = loaded.model(ids).logits[0].argmax(-1).tolist()
        right = had = 0
        for found in re.finditer("|".join(map(re.escape, sorted(names.values(), key=len, reverse=True))), text[start:]):
            low, high = found.start() + start, found.end() + start
            inside = [i for i, (a, b) in enumerate(places) if b > low and a < high]
            had += 1
            right += all(best[i - 1] == coded["input_ids"][i] for i in inside[1:])
        rows.append((right, had))
    return interval(rows)


def count_output(form: Form, output: str, source: str, names: set[str]) -> dict[str, int]:
    """Count in one output: pseudonyms used, mentions, exact mentions, and whether any mention is faulty."""
    output = re.sub(r"[\[\w-]+$", "", output)  # the token limit may have cut the last word
    bounded = {n: re.compile(rf"(?<![\w\[-]){re.escape(n)}(?![\w\]-])") for n in names}
    used = sum(bool(p.search(output)) for p in bounded.values())
    rest, exact = output, 0
    for pattern in bounded.values():
        rest, found = pattern.subn("", rest)
        exact += found
    strange = form.looks_like.findall(rest)
    if form.name == "surname":  # any capitalized word looks like one: take those near to a name of the passage
        strange = [m for m in strange if m.split()[0] not in source and resembles(m, names)]
    mentions = exact + len(strange)
    return {"used": used, "had": len(names), "exact": exact, "mentions": mentions, "faulty": int(bool(strange))}


def resembles(mention: str, names: set[str]) -> bool:
    """Tell a garbled surname from an ordinary capitalized word."""
    return bool(difflib.get_close_matches(mention, list(names), n=1, cutoff=0.6)) or mention.endswith(
        (" Company", " City")
    )


def interval(pairs: Sequence[tuple[int, int]], draws: int = 2000) -> dict[str, object]:
    """Give a ratio of sums with its 95% interval, by drawing passages again."""
    draw = random.Random(1)
    ratio = lambda rows: sum(a for a, _ in rows) / max(sum(b for _, b in rows), 1)  # noqa: E731
    again = sorted(ratio(draw.choices(pairs, k=len(pairs))) for _ in range(draws))
    return {
        "value": round(ratio(pairs), 3),
        "ci95": [round(again[int(draws * 0.025)], 3), round(again[int(draws * 0.975)], 3)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--forms", default=",".join(f.name for f in FORMS))
    parser.add_argument("--corpora", help="not used: the passages are made by rule")
    parser.add_argument("--show", type=int, default=0, help="outputs a form to print on standard error")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    engine = TransformersEngine(load_settings())
    cases = make_cases(options.passages, options.seed)
    report: dict[str, object] = {"n": len(cases), "model": engine.model_hash[:12], "prompt": PROMPT_HASH, "forms": {}}
    for form in FORMS:
        if form.name in options.forms.split(","):
            figures = measure_form(engine, form, cases, None, options.show)
            report["forms"][form.name] = figures  # type: ignore[index]
            print(form.name, json.dumps(figures), file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
