"""The small grammar that phrase banks are written in, and the writer that turns a skeleton into text.

In a skeleton `[a|b|]` is a choice (the last alternative is nothing), `{slot}` a value or another list of the
bank, `{slot.attribute}` a form of a value, `{slot:cap}` the same with a capital. A slot keeps what it was
bound to, so that a filing's sentence and the gold sentence speak of the same facts. A bank's item
`what the filing says => what the house says` has two wordings of one fact.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from finetune.synthesize.makers import MAKERS, Source
from finetune.synthesize.marks import strip_marks
from finetune.synthesize.values import Value

_SLOT = re.compile(r"\{([a-z_0-9]+)(?:\.([a-z]+))?(?::([a-z]+))?\}")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_DOCKET_STYLES = ("ECF No.", "ECF", "D.E.", "Docket Entry", "Document")
_TWO_STOPS = re.compile("(?<=\\.\ue0ff)\\.(?!\\.)|(?<=[ap]\\.m\\.)\\.")
_PAIR = " => "
_MOST_USES = 3  # of one skeleton of filler in one filing; more would make it the filing's theme


class Writer:
    """Writes one filing from one split's banks.

    Args:
        rng: The only source of chance.
        banks: Name of a list to its items; `names`, `firms` and `places` feed the values.
        filed: The day on which the filing was filed; past events lie before it, settings after.
    """

    def __init__(self, rng: random.Random, banks: Mapping[str, Any], filed: date) -> None:
        self.rng = rng
        self.banks: dict[str, Any] = dict(banks)
        self.filed = filed
        self.docket_style = rng.choice(_DOCKET_STYLES)
        self._scope: dict[str, Value | str] = {}
        self._used: dict[str, set[str]] = {}
        self._told: set[str] = set()
        self._uses: Counter[str] = Counter()

    def varies(self, chance: float) -> bool:
        """Tell whether this filing departs here from the plain layout: by chance, and only where layouts are varied."""
        return bool(self.banks.get("varied")) and self.rng.random() < chance

    def child(self, **bound: Value | str) -> Writer:
        """Give a writer with a scope of its own over this one's: new slots bind there and do not come back."""
        child = object.__new__(Writer)
        child.__dict__.update(self.__dict__)
        child._scope = dict(self._scope)
        for name, value in bound.items():
            child.bind(name, value)
        return child

    def bind(self, name: str, value: Value | str) -> None:
        """Make `{name}` stand for a value or a phrase (its choices are settled now)."""
        self._scope[name] = self._settle(value) if isinstance(value, str) else value

    def scope(self, name: str) -> Value | str:
        """Give what `{name}` stands for, made or drawn now where nothing is bound."""
        return self._value(name)

    def holds(self, name: str) -> bool:
        """Tell whether `{name}` is bound already."""
        return name in self._scope

    def items(self, name: str, count: int) -> list[str]:
        """Draw up to `count` different items of a list, none twice in one filing while there are others."""
        pool = [i for i in self.banks[name] if i not in self._used.setdefault(name, set())]
        if len(pool) < count:
            self._used[name] = set()
            pool = list(self.banks[name])
        drawn = self.rng.sample(pool, min(count, len(pool)))
        self._used[name].update(drawn)
        return drawn

    def left(self, name: str) -> int:
        """Tell how many items of a list this filing has not drawn yet."""
        return len([item for item in self.banks[name] if item not in self._used.get(name, ())])

    def line(self, name: str) -> str:
        """Draw one item of a list and write it in a scope of its own, as a filing would."""
        return self.child().say(self.items(name, 1)[0])

    def filler(self, name: str, count: int) -> list[str]:
        """Write up to `count` items of a list that this filing has not told in the same words before."""
        told: list[str] = []
        for _ in range(3 * count):
            skeleton = self.spare(name)
            text = capitalize(self.child().say(skeleton)) if skeleton else ""
            if text and len(told) < count and text not in self._told:
                self._told.add(text)
                told.append(text)
        return told

    def spare(self, name: str) -> str:
        """Draw an item of a list of filler that is not used up in this filing, or "" by bad luck."""
        skeleton = self.items(name, 1)[0]
        self._uses[skeleton] += 1
        return skeleton if self._uses[skeleton] <= _MOST_USES else ""

    def say(self, skeleton: str) -> str:
        """Write a skeleton as a filing does (marked text)."""
        return self._write(self._settle(skeleton.split(_PAIR)[0]), gold=False)

    def gold(self, skeleton: str) -> str:
        """Write a skeleton in the house style (plain text)."""
        return strip_marks(self._write(self._settle(skeleton.split(_PAIR)[-1]), gold=True))

    def _settle(self, text: str) -> str:
        while match := _CHOICE.search(text):
            text = text[: match.start()] + self.rng.choice(match[1].split("|")) + text[match.end() :]
        return text

    def _write(self, text: str, gold: bool) -> str:
        def fill(match: re.Match[str]) -> str:
            value = self._value(match[1])
            if isinstance(value, str):
                written = self._write(value.split(_PAIR)[-1 if gold else 0], gold)
            else:
                written = value.form(match[2] or "", gold, self.rng)
            return {"cap": capitalize, "upper": str.upper}.get(match[3] or "", str)(written)

        return _TWO_STOPS.sub("", _SLOT.sub(fill, text))

    def _value(self, name: str) -> Value | str:
        if name not in self._scope:
            if name in self.banks:
                self.bind(name, self.items(name, 1)[0])
            else:
                self._scope[name] = self.make(name.split("_")[0])
        return self._scope[name]

    def make(self, kind: str) -> Value | str:
        """Make a new value of a kind: date, due, money, person, company, city, phone and others of `MAKERS`."""
        if kind not in MAKERS:
            raise KeyError(f"No list, value or kind named {kind!r} in the phrase banks.")
        return MAKERS[kind](Source(self.rng, self.banks["names"], self.filed, self.docket_style))


def capitalize(text: str) -> str:
    """Put the first letter, behind any marks, in upper case."""
    for index, character in enumerate(text):
        if not "\ue000" <= character <= "\ue0ff":
            return text[:index] + character.upper() + text[index + 1 :]
    return text


def enumerate_items(items: Iterable[str]) -> str:
    """Join as the house numbers things: one item bare, more as "(1) a; (2) b"."""
    listed = list(items)
    return listed[0] if len(listed) == 1 else "; ".join(f"({n}) {item}" for n, item in enumerate(listed, 1))


def join_and(items: Iterable[str]) -> str:
    """Join in running text: "a", "a and b", "a, b, and c"."""
    listed = list(items)
    if len(listed) < 3:
        return " and ".join(listed)
    return ", ".join(listed[:-1]) + ", and " + listed[-1]
