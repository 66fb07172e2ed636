"""Clauses of terms, policies, licences and contracts with a summary in plain words: synthetic, by rules, seeded.

The text has the form of public collections of such pairs: lower case, no marks but full stops. A document is a clause
about one subject, often among sentences about nothing, sometimes beside lighter subjects of its family: the summary
tells the one that costs a reader most, now and then a second one too.

In the banks (`banks/clauses`) `== family | title | title` opens a family, `* subject | topic | weight` a subject: those
of one topic never stand together; weight 3 costs a right, money or privacy, 2 binds, 1 costs nothing. `- clause` and
`! summary` give wordings in the grammar of `grammar.py`; `!parent/guardian summary` is for clauses with one of the
words.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant.errors import WrongUsage
from finetune.synthesize.case import BANKS
from finetune.synthesize.grammar import Writer
from finetune.synthesize.values import Count, spell_number

CLAUSE_BANKS = BANKS / "clauses"
_NUMBERS = {
    "days": (5, 7, 10, 14, 15, 20, 21, 30, 45, 60, 90),
    "hours": (12, 24, 36, 48, 72),
    "months": (2, 3, 4, 6, 9, 12, 18, 24),
    "years": (2, 3, 4, 5, 6, 7, 10),
    "age": (13, 14, 16, 18),
    "pct": (2, 3, 4, 5, 8, 10, 12, 15, 20, 25, 30),
    "fee": (5, 10, 15, 20, 25, 30, 35, 40, 50, 75),
    "cap": (20, 50, 100, 200, 250, 500, 1000),
    "count": (2, 3, 4, 5, 6, 8),
}
"""Slot -> the numbers it is drawn from."""
_TRIES = 20
_ONCE = ("work", "lease", "trade")  # their wordings of one subject are about different people
_WORDINGS = (0.35, 0.4, 0.25)  # shares of documents that say their subject in one, two and three wordings
_BOTH = 0.6  # share of documents with several subjects whose summary tells two
_EXTRACTED = 0.07  # share of summaries that are the clause's first sentence
_LED = 0.15  # share of the others that begin with words such as "you agree that"
_NUMBER_SLOT = re.compile(rf"\{{({'|'.join(_NUMBERS)})\}}")
_SENTENCE = re.compile(r"(you|your|it|they|there|the|this|users|nobody|everyone) ")
_FIGURE = re.compile(r"\d+")
_SPELLED = {spell_number(number).replace("-", " "): number for number in range(2, 100)}
_WORD_NUMBER = re.compile(rf"\b({'|'.join(sorted(_SPELLED, key=len, reverse=True))})\b")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clause may be about.

    Attributes:
        name: "change of terms"; also the heading of its clauses.
        family: Kind of document that it stands in.
        topic: Subjects of one topic could contradict each other.
        weight: 3 costs a reader a right, money or privacy; 2 binds; 1 costs nothing.
        clauses: Wordings in legal words.
        summaries: Wordings in plain words, each with the words of which the clause must have one.
    """

    name: str
    family: str
    topic: str
    weight: int
    clauses: list[str] = field(default_factory=list)
    summaries: list[tuple[tuple[str, ...], str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClausePair:
    """A clause that never was and what it means, in the fields of a pairs file.

    Attributes:
        id: "clauses-17": the seed.
        title: Of the document that it could stand in.
        document: The clause.
        summary: One or two sentences.
        subject: Name of what the summary tells.
        synthetic: Always True.
    """

    id: str
    title: str
    document: str
    summary: str
    subject: str
    synthetic: bool = True


@cache
def load_subjects() -> dict[str, list[Subject]]:
    """Read the subjects of all banks, by family."""
    return _read_banks()[0]


@cache
def _read_banks() -> tuple[dict[str, list[Subject]], dict[str, list[str]]]:
    """Give the subjects and the titles of each family."""
    families: dict[str, list[Subject]] = {}
    titles: dict[str, list[str]] = {}
    for path in sorted(CLAUSE_BANKS.glob("*.txt")):
        family, subject = "", Subject("", "", "", 0)
        for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
            mark, _, rest = line.partition(" ")
            told = [part.strip() for part in rest.split(" | ")]
            if mark == "==":
                family = told[0]
                titles.setdefault(family, []).extend(told[1:])
            elif mark == "*":
                subject = Subject(told[0], family, told[1], int(told[2]))
                families.setdefault(family, []).append(subject)
            elif mark == "-":
                subject.clauses.append(rest)
            else:
                subject.summaries.append((tuple(mark[1:].replace("_", " ").split("/")) if mark[1:] else (), rest))
    return families, titles


@cache
def _load_common() -> dict[str, Any]:
    return tomllib.loads((CLAUSE_BANKS / "common.toml").read_text(encoding="utf-8"))


def make_clause_pair(seed: int) -> ClausePair:
    """Make one pair; the same seed gives the same pair."""
    rng = random.Random(f"clauses:{seed}")
    families, titles = _read_banks()
    shares = _load_common()["shares"]
    family = rng.choices(list(shares), list(shares.values()))[0]
    for _ in range(_TRIES):
        w = _open_writer(rng, family)
        main = _tell(w, rng.choice(families[family]), rng.choices((1, 2, 3), _WORDINGS)[0])
        beside = [_tell(w.child(), other) for other in _choose_beside(rng, main.subject, families[family])]
        document = _arrange(w, main, beside)
        summary = _summarize(main, beside)
        if summary and len(summary) < len(document):
            title = w.say(rng.choice(titles[main.subject.family]))
            return ClausePair(f"clauses-{seed}", title, document, summary, main.subject.name)
    raise AssertionError(f"No wording of {family} has the facts of its summary.")


def _open_writer(rng: random.Random, family: str) -> Writer:
    """Give a writer that speaks of one service in one voice: "we", or by name."""
    common = _load_common()
    words = common["families"].get(family, common["families"]["contract"])
    w = Writer(rng, {**common["lists"], **words, "names": {}}, date(2020, 1, 1))
    w.bind("svc", rng.choice(common["stems"]) + rng.choice(common["endings"]))
    for slot, text in common["voices"]["we" if rng.random() < common["we"] else "named"].items():
        w.bind(slot, text)
    for slot in ("thing", "terms", "state"):
        w.scope(slot)
    return w


@dataclass(frozen=True, slots=True)
class _Told:
    """A subject as a document tells it in up to three wordings; `bare` is the first without what stands around it."""

    subject: Subject
    writer: Writer
    bare: str
    text: str


def _tell(w: Writer, subject: Subject, wordings: int = 1) -> _Told:
    """Write the clause of a subject, with numbers of its own."""
    _bind_numbers(w)
    drawn = w.rng.sample(subject.clauses, 1 if subject.family in _ONCE else wordings)
    bare = [w.say(_spell_out(w, skeleton)) for skeleton in drawn]
    text = " ".join(_dress(w, one) for one in bare)
    return _Told(subject, w, bare[0], text)


def _arrange(w: Writer, main: _Told, beside: list[_Told]) -> str:
    """Put the clauses and sentences about nothing in some order, now and then under a heading."""
    parts = [told.text for told in (main, *beside)] + w.filler("filler", w.rng.choice((0, 0, 1, 1, 2, 3)))
    w.rng.shuffle(parts)
    if w.rng.random() < 0.2:
        parts.insert(0, f"{w.rng.randint(1, 24)}. {main.subject.name}" + w.rng.choice((".", "")))
    return _flatten(" ".join(parts), stops=w.rng.random() < 0.5)


def _choose_beside(rng: random.Random, subject: Subject, others: list[Subject]) -> list[Subject]:
    """Draw lighter subjects of other topics to stand beside one, none for the most part."""
    count = rng.choices((0, 1, 2, 4), (60, 25, 10, 5))[0]
    lighter = [other for other in others if other.weight < subject.weight and other.topic != subject.topic]
    chosen: dict[str, Subject] = {}
    for other in rng.sample(lighter, min(count, len(lighter))):
        chosen.setdefault(other.topic, other)
    return list(chosen.values())


def _bind_numbers(w: Writer) -> None:
    """Give each number's slot a value, none the same, so that a number of the summary can only be that of its slot."""
    taken: set[int] = set()
    for name, numbers in _NUMBERS.items():
        number = w.rng.choice([one for one in numbers if one not in taken])
        taken.add(number)
        w.bind(name, Count(number))


def _spell_out(w: Writer, skeleton: str) -> str:
    """Have the numbers of a skeleton written now and then as "thirty (30)"."""
    return _NUMBER_SLOT.sub(r"{\1.words}", skeleton) if w.rng.random() < 0.3 else skeleton


def _dress(w: Writer, text: str) -> str:
    """Add what lawyers put before or behind a clause."""
    roll = w.rng.random()
    if roll < 0.3:
        return w.line("openings") + " " + text
    if roll < 0.45 and text.endswith("."):
        return f"{text[:-1]} {w.line('closings')}."
    return text


def _summarize(main: _Told, beside: list[_Told]) -> str:
    """Say in plain words what costs a reader most, now and then a second thing too; "" where no wording fits."""
    rng = main.writer.rng
    first = _flatten(main.bare, stops=True).split(". ")[0].rstrip(".") + "."
    if rng.random() < _EXTRACTED and 5 < len(first.split()) < 30:
        return first
    summary = _say_plainly(main)
    if summary and beside and rng.random() < _BOTH:
        return f"{summary} {_say_plainly(max(beside, key=lambda told: told.subject.weight))}".strip()
    if _SENTENCE.match(summary) and rng.random() < _LED:
        return _flatten(f"{main.writer.line('leads')} {summary}")
    return summary


def _say_plainly(told: _Told) -> str:
    """Draw a summary of one subject, or "" where none fits its clause."""
    return next(_list_plain(told), "")


def _list_plain(told: _Told) -> Iterator[str]:
    """Give, in a drawn order, the summaries of a subject all of whose facts stand in its clause."""
    w, text = told.writer, _flatten(told.text)
    named = w.say("{svc}")
    for slot in ("it", "app"):  # who offers the service, and the service
        w.bind(slot, w.rng.choice([*w.banks[f"{slot}s"], *([named] if named in text.split() else [])]))
    fitting = [one for words, one in told.subject.summaries if not words or any(word in text for word in words)]
    for skeleton in w.rng.sample(fitting, len(fitting)):
        summary = _flatten(w.gold(skeleton))
        if keeps_facts(text, summary, named):
            yield summary


def keeps_facts(clause: str, summary: str, name: str = "") -> bool:
    """Tell whether every number of a summary, and the name where it has it, stand in the clause."""
    known = _list_numbers(clause)
    return _list_numbers(summary) <= known and (name not in summary.split() or name in clause.split())


def _list_numbers(text: str) -> set[int]:
    """List the numbers above one of a flat text, in figures or in words."""
    found = {int(figure) for figure in _FIGURE.findall(text)}
    return (found | {_SPELLED[word] for word in _WORD_NUMBER.findall(text)}) - {0, 1}


def _flatten(text: str, stops: bool = False) -> str:
    """Write in lower case, with no marks but the full stop; `stops` makes one of each semicolon too."""
    text = text.lower().replace(";", "." if stops else " ")
    text = re.sub(r"[^a-z0-9.]|\.(?=\w)", " ", text)
    return re.sub(r"\s+(?=\.)|(?<=\.)\.+", "", " ".join(text.split()))


def hash_clause_banks() -> str:
    """Give a SHA-256 over the banks of clauses."""
    digest = hashlib.sha256()
    for path in sorted(CLAUSE_BANKS.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def make_clause_pairs(count: int, seed: int) -> list[ClausePair]:
    """Make so many pairs, no document twice."""
    made: dict[str, ClausePair] = {}
    number = seed * 1_000_003
    while len(made) < count:
        pair = make_clause_pair(number)
        made.setdefault(pair.document, pair)
        number += 1
    return list(made.values())


def write_clauses(count: int, seed: int, out: Path | str) -> dict[str, Any]:
    """Write `count` pairs to pairs.jsonl and manifest.json in a folder; the same seed gives the same pairs.

    Returns:
        The manifest.

    Raises:
        WrongUsage: The count is not positive.
    """
    if count < 1:
        raise WrongUsage(f"--count is {count}.", expected="at least 1")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    pairs = make_clause_pairs(count, seed)
    lines = "".join(json.dumps(asdict(pair), ensure_ascii=False) + "\n" for pair in pairs)
    (folder / "pairs.jsonl").write_text(lines, encoding="utf-8")
    manifest = {
        "count": count,
        "seed": seed,
        "kind": "clauses",
        "synthetic": True,
        "banks_sha256": hash_clause_banks(),
        "pairs_sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "subjects": len({pair.subject for pair in pairs}),
        "summaries": len({pair.summary for pair in pairs}),
        "words": sum(len(pair.document.split()) for pair in pairs),
        "summary_words": sum(len(pair.summary.split()) for pair in pairs),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest
