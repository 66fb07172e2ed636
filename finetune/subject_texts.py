"""Synthetic documents and questions for the maps of subjects, from banks of clauses by subject (`subject_banks/`).

A bank's lines: `== family`, `@ {A}=names/of/a/party | …`, `> how a list begins`, `* subject`, and for each subject
`- a clause`, `+ an item of a list`, `? a question`, `! a statement to ask after`. A sentence answers the questions of
its own subjects only: those of its family are the negatives that are hard to tell from it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.evidence.questions import state_question

BANKS = Path(__file__).resolve().parent / "subject_banks"
KINDS = ("confidentiality", "contracts", "filings")
MOST_SUBJECTS = 14  # of one family in a document
_JOINED = 0.2  # share of clauses that stand in one sentence with another
_LISTED = 0.6  # share of documents that give items as a list, where the family has them
_VALUES = {
    "{days}": "ten (10) days|30 days|thirty (30) days|five business days|fourteen days|60 days|two weeks",
    "{years}": "two (2) years|five years|three years|one (1) year|24 months|a period of 3 years",
    "{sum}": "$25,000|$1,250.00|USD 50,000|$310,400|one million dollars ($1,000,000)|$4,500",
    "{date}": "DATE_3|March 4, 2019|January 15, 2021|the 1st day of June, 2018|12 October 2016|DATE_11",
    "{state}": "Delaware|New York|the State of California|Texas|LOCATION_2|the State of Illinois|England",
}
_CONTRACT_OPENINGS = (
    "||||Notwithstanding the foregoing, |Except as otherwise provided herein, |"
    "Subject to the terms of this Agreement, |"
    "For the avoidance of doubt, |During the term and thereafter, |(a) |(ii) |4.2 |"
    "It is understood and agreed that |The parties agree that |In addition, |"
    "Unless the other party agrees otherwise in writing, "
)
_FILING_OPENINGS = (
    "|||Indeed, |In short, |At all relevant times, |12. |Upon information and belief, |"
    "As set forth above, |The record shows that "
)
_ENDINGS = (
    "||||, as the case may be|, except as set forth in Section 6|, in each case to the fullest extent permitted by law|"
    ", unless otherwise agreed in writing| pursuant to this Agreement|, whether before or after the date hereof"
)
_JOINTS = ", and |; |; provided, however, that |, whereas "
_SYNONYMS = {
    " shall ": " shall | shall | will | must | agrees to ",
    " may ": " may | may | is entitled to | shall be permitted to ",
    " this Agreement": " this Agreement| this Agreement| the Agreement| these terms| this undertaking",
    " before ": " before | prior to ",
    " all ": " all | any and all ",
    " information ": " information | information | data and information ",
    "in writing": "in writing|in writing|by written instrument",
    " after ": " after | following ",
}
_FRAMES = (
    "Does the document state that {}?|Is there a clause saying that {}?|Does the agreement provide that {}?|"
    "Can you tell me whether {}?|Is it true that {}?|{}."
)


@dataclass
class Subject:
    """One thing that a document may say, in several wordings."""

    name: str
    lines: dict[str, list[str]] = field(default_factory=lambda: {mark: [] for mark in "-+?!"})


@dataclass
class Family:
    """Subjects that stand beside each other in one kind of document, and what its parties are called."""

    name: str
    kind: str
    roles: dict[str, list[str]] = field(default_factory=dict)
    leads: list[str] = field(default_factory=list)
    subjects: dict[str, Subject] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """A sentence of a synthetic document, and the names of the subjects that it is about."""

    text: str
    subjects: frozenset[str]


def read_banks() -> list[Family]:
    """Read all banks; a family or subject that occurs twice goes on where it left off."""
    families: dict[str, Family] = {}
    for kind in KINDS:
        family, subject = Family("", kind), Subject("")
        for line in (BANKS / f"{kind}.txt").read_text(encoding="utf-8").splitlines():
            mark, rest = line[:1], line[2:].strip()
            if line.startswith("== "):
                family = families.setdefault(line[3:], Family(line[3:], kind))
            elif mark == "@":
                pairs = (part.split("=", 1) for part in rest.split(" | "))
                family.roles.update({name: names.split("/") for name, names in pairs})
            elif mark == ">":
                family.leads.append(rest)
            elif mark == "*":
                subject = family.subjects.setdefault(rest, Subject(rest))
            elif mark:
                subject.lines[mark].append(rest)
    return list(families.values())


def write_document(family: Family, rng: random.Random) -> list[Told]:
    """Write the sentences of a document about some of a family's subjects, each party named the same throughout."""
    names = {role: rng.choice(choices) for role, choices in family.roles.items()}
    subjects = rng.sample(list(family.subjects.values()), min(len(family.subjects), MOST_SUBJECTS))
    told: list[Told] = []
    listed = [s for s in subjects if s.lines["+"]][: rng.randint(2, 6)]
    if family.leads and len(listed) > 1 and rng.random() < _LISTED:
        told += _write_list(family, listed, names, rng)
        subjects = [s for s in subjects if s not in listed]
    subjects = [s for s in subjects if s.lines["-"]]
    while subjects:
        subject = subjects.pop()
        text, own = _write_clause(family, subject, names, rng), {subject.name}
        if subjects and family.name != "deposition" and rng.random() < _JOINED:
            other = subjects.pop()
            joint = _choose(_JOINTS, rng)
            text = text.rstrip(".") + joint + _lower(_fill(rng.choice(other.lines["-"]), family, names, rng))
            own.add(other.name)
        told.append(Told(text, frozenset(own)))
    return told


def ask_about(family: Family, subject: Subject, rng: random.Random) -> str:
    """Ask after a subject in one of its wordings, stated as the product states a question before it compares it."""
    choice = rng.choice([*(("?", q) for q in subject.lines["?"]), *(("!", s) for s in subject.lines["!"])])
    question = _fill(choice[1], family, {role: rng.choice(names) for role, names in family.roles.items()}, rng)
    if choice[0] == "!":
        frame = _choose(_FRAMES, rng)
        if family.kind == "filings":
            frame = frame.replace("agreement", "filing").replace("a clause", "anything")
        question = frame.format(question if frame != "{}." else question[0].upper() + question[1:])
    return state_question(question)


def _write_list(
    family: Family, subjects: Sequence[Subject], names: dict[str, str], rng: random.Random
) -> Iterator[Told]:
    """Write a list: each item a sentence of its own behind what leads in, or all in one sentence."""
    lead = _fill(rng.choice(family.leads), family, names, rng)
    items = [_fill(rng.choice(subject.lines["+"]), family, names, rng) for subject in subjects]
    if rng.random() < 0.5:
        yield Told(f"{lead}:", frozenset())
        for place, (subject, item) in enumerate(zip(subjects, items, strict=True)):
            end = "." if place == len(items) - 1 else ";"
            yield Told(f"({'abcdef'[place]}) {item}{end}", frozenset({subject.name}))
        return
    numbered = "; ".join(f"({number}) {item}" for number, item in zip("i ii iii iv v vi".split(), items, strict=False))
    yield Told(f"{lead} {numbered}.", frozenset(subject.name for subject in subjects))


def _write_clause(family: Family, subject: Subject, names: dict[str, str], rng: random.Random) -> str:
    """Write one clause with the phrases that such documents put before and behind it."""
    text = _fill(rng.choice(subject.lines["-"]), family, names, rng)
    if family.name == "deposition":
        return text
    opening = _choose(_FILING_OPENINGS if family.kind == "filings" else _CONTRACT_OPENINGS, rng)
    text = opening + (_lower(text) if opening and opening[0].isalpha() else text)
    ending = "" if family.kind == "filings" else _choose(_ENDINGS, rng)
    return text[:-1] + ending + "." if text.endswith(".") else text


def _fill(text: str, family: Family, names: dict[str, str], rng: random.Random) -> str:
    """Put names and values in their places, and here and there another word of the same meaning."""
    for place, choices in _VALUES.items():
        while place in text:
            text = text.replace(place, _choose(choices, rng), 1)
    for role, name in names.items():
        capital = name[0].upper() + name[1:]
        text = re.sub(rf"(^|\. ){re.escape(role)}", rf"\g<1>{capital}", text)
        text = text.replace(role, name)
    for words, others in _SYNONYMS.items():
        if words in text and " not " not in text:
            text = text.replace(words, _choose(others, rng))
    return text


def _choose(choices: str, rng: random.Random) -> str:
    return rng.choice(choices.split("|"))


def _lower(text: str) -> str:
    """Begin a clause that another phrase stands before with a small letter, unless its first word is a name."""
    first = text.split()[0]
    return text if first.isupper() or "_" in first else text[0].lower() + text[1:]
