"""Does the verification catch a sentence that one change made false, and leave true ones alone?

Reads `judgments/` and `veterans_appeals/` under --corpora, pseudonymized as any filing is. True sentences are drawn from the
documents (verbatim) and from the summaries that people wrote of them (paraphrases: less than .8 of their words stand in one
sentence of the document; a headnote's lists of cases are left out, since the judgments' own references were removed). False ones are made from them by code, one change each. The changes are written here with their own
patterns, not with those of the verification, but some of its words are words of the verification's lists; the kind "word" is made
without any list. Kinds left out of development are marked in CHANGES. Caught, or flagged, is what is not called "supported"; a false
sentence counts under "of_supported" only where its true original is called supported, since the change is else not what is seen. Half of the documents, by a hash, are held out: nothing may be changed for what is seen on them.
Intervals are 95%, by bootstrap over documents.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.documents import OffsetMap, RedactedDocument, Segment
from assistant.evidence.following import measure_copy
from assistant.evidence.grounding import Grounder
from assistant.evidence.reading import Reading
from assistant.evidence.sentences import split_sentences
from assistant.settings import load_settings
from assistant.store.pseudonyms import find_pseudonyms
from finetune.scores import estimate_mean
from ingest.redact import redact_plain
from ingest.revise import mask_known

FOLDERS = ("judgments", "veterans_appeals")
FALSE_SENTENCES = 2000
PARAPHRASE = 0.8  # a summary's sentence with fewer of its words in one sentence of the source is a paraphrase
MONTHS = "January February March April May June July August September October November December".split()
SMALL = "two three four five six seven eight nine ten twelve fifteen twenty thirty".split()
OPPOSITES = (
    ("granted", "denied"), ("allowed", "dismissed"), ("affirmed", "reversed"), ("upheld", "set aside"), ("convicted", "acquitted"),
    ("valid", "invalid"), ("constitutional", "unconstitutional"), ("lawful", "unlawful"), ("accepted", "rejected"),
    ("favorable", "unfavorable"), ("warranted", "unwarranted"), ("sufficient", "insufficient"), ("liable", "not liable"),
)  # fmt: skip
SEQUENCE = (
    ("before", "after"),
    ("prior to", "following"),
    ("earlier", "later"),
    ("first", "last"),
    ("precedes", "follows"),
)
QUANTITY = (("all", "some"), ("every", "hardly any"), ("both", "neither"), ("always", "never"), ("most", "few"), ("many", "no"),
            ("each", "none"), ("at least", "at most"), ("more than", "less than"), ("only", "not only"))  # fmt: skip
SCALE = (("days", "months"), ("months", "years"), ("years", "months"), ("day", "month"), ("year", "week"), ("hours", "days"),
         ("lakhs", "crores"), ("thousand", "million"), ("million", "billion"), ("lakh", "crore"), ("percent", "points"))  # fmt: skip
ROLES = (("appellants", "respondents"), ("appellant", "respondent"), ("petitioners", "respondents"), ("petitioner", "respondent"),
         ("plaintiff", "defendant"), ("plaintiffs", "defendants"), ("landlord", "tenant"), ("veteran", "examiner"),
         ("buyer", "seller"), ("employer", "employee"))  # fmt: skip
CONDITION = (("if", "even if"), ("unless", "if"), ("because", "although"), ("due to", "regardless of"), ("provided that", "even though"),
             ("since", "until"), ("when", "unless"), ("where", "except where"), ("so long as", "even after"))  # fmt: skip
DEGREE = (("mild", "severe"), ("minor", "major"), ("slight", "serious"), ("partial", "total"), ("temporary", "permanent"),
          ("reasonable", "unreasonable"), ("likely", "certain"), ("possible", "proven"), ("clear", "doubtful"), ("moderate", "extreme"),
          ("substantial", "negligible"), ("necessary", "optional"), ("significant", "trivial"), ("simple", "complex"))  # fmt: skip
DIRECTION = (("increase", "decrease"), ("increased", "decreased"), ("paid", "received"), ("sold", "bought"), ("purchase", "sale"),
             ("submitted", "withdrew"), ("filed", "withdrawn"), ("issued", "revoked"), ("appointed", "removed"), ("admitted", "excluded"),
             ("provide", "withhold"), ("obtained", "lost"), ("export", "import"), ("began", "ended"), ("enacted", "repealed"),
             ("include", "exclude"), ("higher", "lower"), ("against", "in favour of"))  # fmt: skip
PLACES = (("Bombay", "Madras"), ("Calcutta", "Delhi"), ("Punjab", "Gujarat"), ("Allahabad", "Kerala"), ("Andhra Pradesh", "Orissa"),
          ("Mysore", "Bihar"), ("Vietnam", "Korea"), ("Texas", "Ohio"), ("Florida", "Oregon"), ("California", "Georgia"),
          ("Oklahoma", "Nevada"), ("New York", "Illinois"), ("England", "Australia"), ("Madhya Pradesh", "Assam"))  # fmt: skip
_PARTY = r"(?:appellants?|petitioners?|respondents?|plaintiffs?|defendants?|veteran|State|assessee|company)"
_TELLS = r"(?:contended|argued|claimed|claims|alleged|asserted|submitted|urged|contends|argues|asserts|reported|testified|stated)"
_DECIDES = r"(?:held|holds|found|finds|ruled|concluded|concludes|observed|determined)"

# A headnote's list of cases, whose reporters were taken out of the judgments: the document cannot bear it.
_AUTHORITIES = re.compile(
    r"\b(?:vs?\.?|versus)\s.{0,300}(?:referred to|relied on|followed|distinguished|considered|explained|applied|approved|overruled|"
    r"dissented from|over ?ruled|inapplicable|discussed)\b|\[1[89]\d\d\]|\(1[89]\d\d\) \d|\bCal\. \d|\bPer [A-Z].{0,80}\bJJ?\b"
)

# A figure right behind this is the number of an item, or a page of the report in brackets: it says nothing of the case.
_REFERENCE = re.compile(r"\[[^\]]*$|(?:^|[;:,] |\band )\($")

Change = Callable[[str, random.Random, list[str]], str | None]  # sentence, draws, pseudonyms and words of the document


def replace_once(text: str, match: re.Match[str] | None, new: str) -> str | None:
    """Put `new` in the place of a match, None where there is none or nothing would change."""
    if match is None or match.group() == new:
        return None
    return text[: match.start()] + new + text[match.end() :]


def pick(pattern: str, text: str, rng: random.Random, flags: int = 0) -> re.Match[str] | None:
    """Draw one of a pattern's matches."""
    found = list(re.finditer(pattern, text, flags))
    return rng.choice(found) if found else None


def change_digits(number: str, rng: random.Random) -> str:
    """Give a number of the same form with another digit."""
    places = [i for i, c in enumerate(number) if c.isdigit()]
    at = rng.choice(places)
    return number[:at] + rng.choice([d for d in "123456789" if d != number[at]]) + number[at + 1 :]


def change_figure(text: str, rng: random.Random, names: list[str]) -> str | None:
    """Change a sum, a count or a share, in digits or in words."""
    month = "|".join(MONTHS)
    digits = rf"(?<![\w./§-])(?<!ection )(?<!rticle )(?<!ule )(?<!No\. )(?:Rs\.? ?|\$)?\d[\d,]*(?:\.\d+)?(?![\w/]|\.\d| (?:{month}))"
    found = [m for m in re.finditer(digits, text) if not re.fullmatch(r"1[789]\d\d|20\d\d", m.group())]
    found = [m for m in found if not re.search(rf"(?:{month})\.? $", text[: m.start()])]
    found = [m for m in found if not _REFERENCE.search(text[: m.start()])]
    if found:
        match = rng.choice(found)
        return replace_once(text, match, change_digits(match.group(), rng))
    match = pick(rf"\b(?:{'|'.join(SMALL)})\b", text, rng, re.IGNORECASE)
    return replace_once(text, match, rng.choice([w for w in SMALL if match is None or w != match.group().lower()]))


def change_date(text: str, rng: random.Random, names: list[str]) -> str | None:
    """Change a date's day, month or year."""
    match = pick(
        rf"\b(?:{'|'.join(MONTHS)})\b(?:\s\d{{1,2}})?,?\s\d{{4}}|\b\d{{1,2}}\s(?:{'|'.join(MONTHS)})\b", text, rng
    )
    if match is None:
        year = pick(r"\b(?:1[789]|20)\d\d\b", text, rng)
        return replace_once(text, year, str(int(year.group()) + rng.choice([-7, -3, 2, 4, 9]))) if year else None
    whole = match.group()
    if rng.random() < 0.5:
        old = next(m for m in MONTHS if m in whole)
        return replace_once(text, match, whole.replace(old, rng.choice([m for m in MONTHS if m != old])))
    day_or_year = rng.choice(list(re.finditer(r"\d+", whole)))
    new = (
        str(1 + (int(day_or_year.group()) + 4) % 28)
        if len(day_or_year.group()) < 3
        else str(int(day_or_year.group()) + 3)
    )
    return replace_once(text, match, whole[: day_or_year.start()] + new + whole[day_or_year.end() :])


def change_party(text: str, rng: random.Random, names: list[str]) -> str | None:
    """Put another person or body of the document in the place of one."""
    own = [n for n in find_pseudonyms(text) if n.startswith(("PERSON", "COMPANY"))]
    if not own:
        return None
    old = rng.choice(own)
    others = sorted({n for n in names if n.split("_")[0] == old.split("_")[0]} - set(own))
    return replace_once(text, re.search(rf"\b{old}\b", text), rng.choice(others)) if others else None


def exchange(pairs: tuple[tuple[str, str], ...]) -> Change:
    """Make a change that puts the other word of a pair in the place of one."""
    table = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
    pattern = rf"\b(?:{'|'.join(sorted(map(re.escape, table), key=len, reverse=True))})\b"

    def change(text: str, rng: random.Random, names: list[str]) -> str | None:
        match = pick(pattern, text, rng)
        return replace_once(text, match, table[match.group()]) if match else None

    return change


def change_negation(text: str, rng: random.Random, names: list[str]) -> str | None:
    """Take a "not" out, or put one in."""
    has = pick(
        r"\b(?:is|was|are|were|has|had|have|did|does|do|can|could|will|would|should|must)(?:\s+(not)\b|\b(?!\s+(?:not|no|never)))",
        text,
        rng,
    )
    if has is None:
        return None
    return replace_once(text, has, has.group().split()[0] if has.group(1) else f"{has.group()} not")


def change_citation(text: str, rng: random.Random, names: list[str]) -> str | None:
    """Change the number of a section, an article, a rule or a volume."""
    match = pick(
        r"(?<=ection )\d+|(?<=rticle )\d+|(?<=\bule )\d+|(?<=§ )\d+\.\d+|(?<=U\.S\.C\. )\d+|(?<=F\.3d )\d+|(?<=Vet\. App\. )\d+",
        text,
        rng,
    )
    return replace_once(text, match, change_digits(match.group(), rng)) if match else None


def change_attribution(text: str, rng: random.Random, names: list[str]) -> str | None:
    """Let the court have held what a party said, or a party have said what the court held."""
    match = pick(rf"\b[Tt]he {_PARTY} {_TELLS}\b", text, rng)
    if match:
        return replace_once(text, match, "The Court held" if match.group()[0] == "T" else "the Court held")
    match = pick(rf"\b(?:[Tt]he|[Tt]his) (?:Court|Board|Tribunal|High Court) {_DECIDES}\b", text, rng)
    return replace_once(
        text, match, "The appellant contended" if match and match.group()[0] == "T" else "the appellant contended"
    )


def change_word(text: str, rng: random.Random, names: list[str]) -> str | None:
    """Put a word of the document in the place of one that ends alike; no list is used."""
    match = pick(r"(?<= )[a-z]{6,}(?=[ ,.;])", text, rng)
    if match is None:
        return None
    old = match.group()
    alike = [w for w in names if w[-3:] == old[-3:] and w[:3] != old[:3] and w not in text and w.islower()]
    return replace_once(text, match, rng.choice(alike)) if alike else None


CHANGES: dict[str, tuple[Change, bool]] = {
    "figure": (change_figure, False), "date": (change_date, False), "party": (change_party, False),
    "outcome": (exchange(OPPOSITES), False), "negation": (change_negation, False), "citation": (change_citation, False),
    "attribution": (change_attribution, False), "sequence": (exchange(SEQUENCE), False), "quantity": (exchange(QUANTITY), False),
    "role": (exchange(ROLES), False), "scale": (exchange(SCALE), True), "condition": (exchange(CONDITION), False),
    "degree": (exchange(DEGREE), True), "direction": (exchange(DIRECTION), True), "place": (exchange(PLACES), True),
    "word": (change_word, True),
}  # fmt: skip
"""Kind of change -> how it is made, and whether it was left out of development."""


@dataclass(frozen=True)
class Case:
    """A sentence to verify: document, kind of change or "true", source, whether it is held out, what it was made from."""

    document: str
    kind: str
    source: str
    text: str
    held_out: bool
    original: str = ""


@dataclass(frozen=True)
class Row:
    """A verdict: whether the sentence was flagged, and whether its true original (of a true one: itself) was supported."""

    case: Case
    flagged: bool
    original_supported: bool


def read_documents(corpora: Path) -> Iterator[tuple[str, RedactedDocument, list[str]]]:
    """Give each document pseudonymized, with the sentences of its summary under the same pseudonyms.

    What was learnt in one place of a document is masked in its other places too, as the revision of a filing does, so that
    a name is not a pseudonym in the summary and plain in the document.
    """
    settings = load_settings()
    for folder in FOLDERS:
        for number, line in enumerate((corpora / folder / "pairs.jsonl").read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            document, vault = redact_plain(row["document"], settings, "order")
            text = mask_known(document.text, vault, settings.profile)
            whole = OffsetMap((Segment(0, len(text), 1, 0, len(text)),))
            document = replace(document, text=text, offsets=whole)
            summary = mask_known(" ".join(row["summary"].split()), vault, settings.profile)
            yield f"{folder}/{number}", document, [summary[a:b] for a, b in split_sentences(summary)]


def draw_true(key: str, reading: Reading, summary: list[str], rng: random.Random) -> list[Case]:
    """Draw true sentences of a document: some verbatim, and the paraphrases of its summary."""
    held_out = bool(hashlib.sha256(key.encode()).digest()[0] % 2)
    units = [" ".join(reading.unit_text(i).split()) for i, unit in enumerate(reading.units) if unit.role == "body"]
    fit = [text for text in units if 8 <= len(text.split()) <= 45 and text[:1].isupper() and text[-1] in ".;"]
    cases = [Case(key, "true", "verbatim", text, held_out) for text in rng.sample(fit, min(len(fit), 24))]
    for text in summary:
        if (
            8 <= len(text.split()) <= 45
            and not _AUTHORITIES.search(text)
            and max((measure_copy(text, unit) for unit in units), default=0.0) < PARAPHRASE
        ):
            cases.append(Case(key, "true", "paraphrase", text, held_out))
    return cases


def make_false(true: list[Case], names: list[str], rng: random.Random) -> list[Case]:
    """Make every false sentence that one change of each kind can make of each true one."""
    made = []
    for case in true:
        for kind, (change, _) in CHANGES.items():
            text = change(case.text, rng, names)
            if text is not None and text != case.text:
                made.append(Case(case.document, kind, case.source, text, case.held_out, case.text))
    return made


def choose_false(cases: list[Case], most: int, rng: random.Random) -> list[Case]:
    """Take so many false sentences that kinds are as even as they can be."""
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in rng.sample(cases, len(cases)):
        by_kind[case.kind].append(case)
    chosen: list[Case] = []
    while len(chosen) < most and any(by_kind.values()):
        chosen += [by_kind[kind].pop() for kind in CHANGES if by_kind[kind]]
    return chosen[:most]


def tell_rate(rows: list[Row]) -> dict[str, object]:
    """Give the share of cases that were not called supported, with its interval over documents."""
    by_document: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        by_document[row.case.document].append(row.flagged)
    if not rows:
        return {"n": 0}
    counts = [float(sum(v)) for v in by_document.values()]
    rate = estimate_mean(counts, [float(len(v)) for v in by_document.values()])
    return {"n": len(rows), "rate": round(rate.mean, 4), "ci95": [round(rate.low, 4), round(rate.high, 4)]}


def draw_cases(corpora: Path, seed: int, limit: int) -> tuple[list[Case], dict[str, Grounder], dict[str, int]]:
    """Draw true sentences and make the false ones; also the verifiers by document, and how many of each kind were made."""
    rng = random.Random(seed)
    true: list[Case] = []
    false: list[Case] = []
    grounders: dict[str, Grounder] = {}
    for key, document, summary in read_documents(corpora):
        reading = Reading(document)
        grounders[key] = Grounder(reading)
        drawn = draw_true(key, reading, summary, rng)
        true += drawn
        words = sorted(set(re.findall(r"\b[a-z]{6,}\b", document.text)))
        false += make_false(drawn, sorted(set(find_pseudonyms(document.text))) + words, rng)
        print(f"\rread: {len(grounders)} documents", end="", file=sys.stderr, flush=True)
    verbatim = [c for c in true if c.source == "verbatim"]
    paraphrased = [c for c in true if c.source == "paraphrase"]
    even = min(len(verbatim), len(paraphrased), limit)
    cases = rng.sample(verbatim, even) + rng.sample(paraphrased, even) + choose_false(false, limit, rng)
    return cases, grounders, dict(Counter(c.kind for c in false))


def measure(corpora: Path, seed: int, show: int, limit: int, half: str) -> dict[str, object]:
    """Draw, change, verify and count."""
    cases, grounders, made = draw_cases(corpora, seed, limit)
    cases = [case for case in cases if half in ("both", "held_out" if case.held_out else "development")]
    rng = random.Random(seed)
    seen: dict[tuple[str, str], bool] = {}
    rows: list[Row] = []

    def supports(document: str, text: str) -> bool:
        if (document, text) not in seen:
            seen[document, text] = grounders[document].verify(text).support == "supported"
        return seen[document, text]

    for number, case in enumerate(cases):
        supported = supports(case.document, case.text)
        rows.append(Row(case, not supported, supports(case.document, case.original or case.text)))
        left_out = case.kind in CHANGES and CHANGES[case.kind][1]
        if supported is (case.kind != "true") and not case.held_out and not left_out and rng.random() < show / 1000:
            reason = grounders[case.document].verify(case.text).reason
            print(f"\n[{case.kind}/{case.source}] {reason}\n    {case.text}", file=sys.stderr)
        if number % 100 == 0:
            print(f"\rverified: {number} of {len(cases)}", end="", file=sys.stderr, flush=True)
    return tell_all(rows) | {"documents": len(grounders), "made": made, "seed": seed}


def tell_all(rows: list[Row]) -> dict[str, object]:
    """Give the rates by half of the documents."""
    halves = {"held_out" if held_out else "development": held_out for held_out in (False, True)}
    return {name: tell_half([row for row in rows if row.case.held_out is half]) for name, half in halves.items()}


def tell_half(rows: list[Row]) -> dict[str, object]:
    """Give the rates of one half: of all false sentences, of those whose original is supported, by kind and source."""
    false = [row for row in rows if row.case.kind in CHANGES]
    of_supported = [row for row in false if row.original_supported]
    told: dict[str, object] = {}
    for name, left_out in (("caught_developed", False), ("caught_left_out", True)):
        told[name] = tell_rate([row for row in false if CHANGES[row.case.kind][1] is left_out])
        chosen = [row for row in of_supported if CHANGES[row.case.kind][1] is left_out]
        told[f"{name}_of_supported"] = tell_rate(chosen)
        told[f"{name}_of_supported_by_source"] = tell_by_source(chosen)
    told["caught_by_kind_of_supported"] = {k: tell_rate([r for r in of_supported if r.case.kind == k]) for k in CHANGES}
    true = [row for row in rows if row.case.kind == "true"]
    told |= {f"flagged_{s}": tell_rate([r for r in true if r.case.source == s]) for s in ("verbatim", "paraphrase")}
    return told | {"flagged_by_source": tell_by_source(true)}


def tell_by_source(rows: list[Row]) -> dict[str, object]:
    """Give the rates by where the true sentence is from, "judgments verbatim" and so on."""
    parts = {f"{folder} {source}": (folder, source) for folder in FOLDERS for source in ("verbatim", "paraphrase")}
    return {
        name: tell_rate([r for r in rows if (r.case.document.split("/")[0], r.case.source) == part])
        for name, part in parts.items()
    }


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--corpora", type=Path, default=os.environ.get("CASEBRIEF_CORPORA"), help="folder of the two collections"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--show", type=int, default=0, help="of 1,000 wrong verdicts on the half for development, how many to print"
    )
    parser.add_argument(
        "--limit", type=int, default=FALSE_SENTENCES, help="false sentences at most (true: of each source)"
    )
    parser.add_argument("--half", choices=("both", "development", "held_out"), default="both")
    parser.add_argument("--json", action="store_true", help="print JSON only")
    given = parser.parse_args()
    if given.corpora is None or not all((given.corpora / folder).is_dir() for folder in FOLDERS):
        parser.error(f"give --corpora DIR, a folder that holds {' and '.join(FOLDERS)}")
    told = measure(given.corpora, given.seed, given.show, given.limit, given.half)
    print("\n" + json.dumps(told, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
