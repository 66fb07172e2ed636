"""Values that a filing is about, each with the forms a filing writes it in and the one form of the house style.

`form(attribute, gold, rng)` gives the text: with `gold` the house's form ("12 March 2021", "$84,300",
"Plaintiff"), else one of the forms that filings use.
"""

from __future__ import annotations

import random
from calendar import month_name
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from finetune.synthesize.marks import mark

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


class Value(Protocol):
    """Anything a slot of a skeleton can stand for."""

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """Give the text of the value: the house's form where `gold`, else a form that filings use."""
        ...


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day; `birth` marks one that identifies a person (the working profile replaces it too)."""

    day: date
    birth: bool = False

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """House form "12 March 2021"; attributes: "" any, "long", "slash" (03/12/2021)."""
        month, number, year = month_name[self.day.month], self.day.day, self.day.year
        roll = rng.random()
        if gold:
            return f"{number} {month} {year}"
        if attribute == "slash":
            text = self.day.strftime("%m/%d/%Y")
        elif attribute == "long" or roll < 0.84:
            text = f"{month} {number}, {year}"
        elif roll < 0.92:
            text = f"the {number}{_ordinal(number)} day of {month}, {year}"
        else:
            text = f"{month if len(month) < 5 else month[:3] + '.'} {number}, {year}"
        return mark("DATETIME", text, strict=not self.birth)


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in whole dollars."""

    dollars: int

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """House form "$84,300"; attribute "words" writes the sum out first, as contracts do."""
        digits = f"${self.dollars:,}"
        if gold:
            return digits
        if attribute == "words":
            return f"{spell_number(self.dollars).title()} Dollars ({digits}.00)"
        return digits if rng.random() < 0.5 else f"{digits}.00"


@dataclass(frozen=True, slots=True)
class Count:
    """A small whole number: house form in digits, in filings digits, words or both."""

    number: int

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """House form "30"; in filings "30", "thirty" or, with attribute "words", "thirty (30)"."""
        if gold or self.number > 99:
            return str(self.number)
        if attribute == "words":
            return f"{spell_number(self.number)} ({self.number})"
        return str(self.number) if attribute == "digits" or rng.random() < 0.6 else spell_number(self.number)


@dataclass(frozen=True, slots=True)
class Coded:
    """An identifier that has one form: docket number, phone, street address, court, city."""

    text: str
    kind: str
    strict: bool = False

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """The text as it is; `upper` in capitals."""
        return mark(self.kind, self.text.upper() if attribute == "upper" and not gold else self.text, self.strict)


@dataclass(frozen=True, slots=True)
class Docket:
    """A docket entry: house form "ECF 14", in filings ECF No., D.E., Docket Entry, Document."""

    number: int
    style: str

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """House form "ECF 14"; in filings the form that this filing keeps to."""
        return f"ECF {self.number}" if gold else f"{self.style} {self.number}"


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person. `title` is Mr., Ms. or Dr.; judges stand in clear in the working profile (`public`)."""

    first: str
    middle: str
    last: str
    title: str
    public: bool = False

    @property
    def full(self) -> str:
        """First name, initial where there is one, last name."""
        return " ".join(filter(None, (self.first, self.middle, self.last)))

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """Attributes: "" full name, "last", "mr" (with title), "upper", "first"."""
        if attribute == "mr":
            return f"{self.title} {mark('PERSON', self.last, self.public)}"
        text = {"last": self.last, "first": self.first, "upper": self.full.upper()}.get(attribute, self.full)
        return mark("PERSON", text, self.public)


@dataclass(frozen=True, slots=True)
class Company:
    """A legal person: `stem` ("Harbor Freight Lines") and `suffix` ("Inc.")."""

    stem: str
    suffix: str

    @property
    def full(self) -> str:
        """The registered name."""
        return f"{self.stem}, {self.suffix}" if self.suffix == "Inc." else f"{self.stem} {self.suffix}".strip()

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """Attributes: "" registered name, "last", "mr", "first" (all without the suffix), "upper"."""
        text = {"upper": self.full.upper(), "": self.full}.get(attribute, self.stem)
        return mark("ORG", text)


@dataclass(frozen=True, slots=True)
class Party:
    """Someone with a role in the case or the contract; the house style names the role, not the person."""

    who: Person | Company
    role: str
    kind: str
    by_name: bool = False
    in_turn: bool = False

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """Give a form: those of the person or company, "role", "kind" ("a dock worker"), "the" (the Buyer), "ref".

        "ref" is how the filing points to the party in running text ("Plaintiff Okafor"); the house style
        makes it the role. A party that goes `by_name` is called so in running text wherever another has its role;
        one that goes by name `in_turn` is so called about every second time.
        """
        named = self.by_name and not gold and not (self.in_turn and rng.random() < 0.5)
        if named and (attribute in ("role", "the") or (attribute == "ref" and rng.random() < 0.7)):
            return self.who.form("last", gold, rng)
        if attribute in ("role", "kind"):
            return self.role if attribute == "role" else self.kind
        if attribute == "the":
            return self.role if gold else f"the {self.role}"
        if attribute == "ref":
            bare = gold or rng.random() < 0.55
            return self.role if bare else f"{self.role} {self.who.form('last', gold, rng)}"
        return self.who.form(attribute, gold, rng)


def spell_number(number: int) -> str:
    """Write a whole number below a thousand million in English words."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    for size, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            return f"{spell_number(number // size)} {name}" + (f" {spell_number(rest)}" if rest else "")
    raise AssertionError(number)


def _ordinal(number: int) -> str:
    """Give the English ending of an ordinal number."""
    return "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
