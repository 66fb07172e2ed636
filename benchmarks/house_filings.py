"""Filings by a hand that never saw the training ones, each with its gold summary in the house style; seeded, no model.

The words stand in `cases/house/*.toml`; here is how they are put together. In them `[a|b]` is a choice, `{name}` a value,
`|` a line break, `//` or a new line a new paragraph, `# ` a numbered paragraph, `@facts 2 # {x}` a paragraph for each of the next two
facts (all that are left without a number), and `@inline facts` the next one in the midst of a paragraph. Whatever a
gold summary says is a value or a clause of the document; `find_missing` checks that it stands there.

Everything is invented. What of the house style the templates do not say (the "Alleged:", "Argued:" and "failing that" of the
lines) was taken from one gold summary of each document type, its document unseen.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

BANKS = Path(__file__).parent / "cases" / "house"
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth")
ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
MONTHS = "January February March April May June July August September October November December".split()

Bank = dict[str, Any]
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing and its gold summary: one line a part, as `assistant.documents.split_parts` reads it."""

    filing_id: str
    document_type: str
    document: str
    summary: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date: as this filing writes dates, at length, and in the house style (`gold`)."""

    value: date
    short: bool = False

    def __str__(self) -> str:
        month = MONTHS[self.value.month - 1]
        if self.short and len(month) > 4:
            month = month[:4] + "." if month == "September" else month[:3] + "."
        return f"{month} {self.value.day}, {self.value.year}"

    @property
    def gold(self) -> str:
        """As the house style writes it: 3 March 2024."""
        return f"{self.value.day} {MONTHS[self.value.month - 1]} {self.value.year}"

    @property
    def legal(self) -> str:
        """As an old form has it: 3rd day of March, 2024."""
        n = self.value.day
        ending = "th" if 10 < n < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
        return f"{n}{ending} day of {MONTHS[self.value.month - 1]}, {self.value.year}"


@dataclass(frozen=True, slots=True)
class Money:
    """A sum of dollars; `cents` where this filing writes them."""

    amount: int
    cents: bool = False

    def __str__(self) -> str:
        return self.gold + (".00" if self.cents else "")

    @property
    def gold(self) -> str:
        """As the house style writes it: $1,200."""
        return f"${self.amount:,}"


@lru_cache
def load_bank(name: str) -> Bank:
    """Read one file of words."""
    return tomllib.loads((BANKS / f"{name}.toml").read_text(encoding="utf-8"))


class Draft:
    """What one filing draws: its chance, its manner of writing dates and sums, its values and lists of sentences."""

    def __init__(self, seed: str, number: int = 0) -> None:
        self.rng, self.number = random.Random(seed), number
        self.short_dates, self.cents = self.rng.random() < 0.15, self.rng.random() < 0.3
        self.names = load_bank("names")
        self.filed = date(2012, 1, 1) + timedelta(days=self.rng.randrange(4700))
        self._used: set[str] = set()
        self.lists: dict[str, list[Item]] = {}
        state, other = self.rng.sample(self.names["states"], 2)
        self.values: Item = {
            "state": state[0],
            "STATE": state[0].upper(),
            "city": state[1],
            "county": state[2],
            "state2": other[0],
            "city2": other[1],
            "filed": self.day(0),
            **self.asides(),
        }

    def pick(self, rows: Sequence[Any]) -> Any:
        """Draw one."""
        return self.rng.choice(rows)

    def day(self, days: int) -> Day:
        """Give a date so many days from the filing's own."""
        return Day(self.filed + timedelta(days=days), self.short_dates)

    def past(self, least: int = 60, most: int = 1200) -> Day:
        """Draw a date so many days before the filing's own."""
        return self.day(-self.rng.randrange(least, most))

    def money(self, least: int = 2, most: int = 900) -> Money:
        """Draw a sum, in thousands of dollars."""
        return Money(self.rng.randrange(least * 10, most * 10) * 100 + self.pick((0, 0, 50)), self.cents)

    def once(self, name: str) -> str:
        """Draw a word of a bank that this filing has not used yet."""
        word = self.pick([w for w in self.names[name] if w not in self._used])
        self._used.add(word)
        return str(word)

    def person(self) -> str:
        """Draw a name that nobody else in the filing has a part of."""
        return f"{self.once('first')} {self.once('last')}"

    def firm(self) -> str:
        """Draw a law firm."""
        return str(self.pick(self.names["firm"])).format(a=self.once("last"), b=self.once("last"), c=self.once("last"))

    def asides(self) -> Item:
        """Draw the figures, dates and sums of sentences that no summary tells."""
        r = self.rng
        return {"x": self.money(), "year": self.filed.year - r.randrange(1, 6), "n1": r.randrange(110, 990), "n2": r.randrange(12, 95),
                "n3": r.randrange(3, 12), "n4": r.randrange(2, 9), "n5": f"{r.randrange(5, 11)},{r.randrange(100, 999)},{r.randrange(100, 999)}",
                "xday": self.past(10, 900), "expert": f"{r.choice(self.names['first'])} {r.choice(self.names['last'])}"}  # fmt: skip

    def fill(self, text: str, **more: Any) -> str:
        """Decide the choices of a text and put in its values."""
        while (found := re.search(r"\[([^\[\]]*\|[^\[\]]*)\]", text)) is not None:
            text = text[: found.start()] + self.rng.choice(found[1].split("|")) + text[found.end() :]
        return re.sub(r"(?<=\w) {2,}(?=\w)", " ", text.format_map({**self.values, **more}))

    def say(self, frames: Sequence[str], row: Sequence[str], **more: Any) -> Item:
        """Say a row (words of the summary, then ways to say them) as a clause `c` and, framed, as a sentence `x`."""
        clause = self.fill(self.pick(row[1:]), **more)
        frame = self.pick(frames)
        head = self.fill(self.pick(row[1:]), **more)
        return {
            **more,
            "c": clause,
            "C": raise_first(clause),
            "Head": raise_first(head),
            "x": self.fill(frame, **more, c=clause, C=raise_first(clause)),
        }

    def gold(self, row: Sequence[str], **more: Any) -> str:
        """Give the words of the summary of a row."""
        return self.fill(row[0], **more)

    def add_noise(self, bank: Bank, count: int) -> None:
        """Draw sentences that no summary tells, each with figures of its own."""
        rows = self.rng.sample(bank["noise"], count)
        self.lists["noise"] = [{"x": self.fill(row, **self.asides())} for row in rows]

    def add_setting(self, chance: float = 0.6) -> str:
        """Draw, or not, what is next in court; gives its line of the summary."""
        if self.rng.random() > chance:
            self.lists["next"] = []
            return ""
        event, room = self.once("events"), self.pick(self.names["rooms"])
        time = f"{self.rng.randrange(9, 12)}:{self.pick(('00', '15', '30', '45'))} a.m."
        row = {
            "event": event,
            "Event": raise_first(event),
            "set": self.day(self.rng.randrange(20, 120)),
            "time": time,
            "room": room,
        }
        self.lists["next"] = [{"x": self.fill(self.pick(self.names["next"]), **row)}]
        bare = re.sub(r"^an? ", "", event)
        return f"\nNext date: Set: {bare} on {row['set'].gold}, {time}, {room}."

    def render(self, layout: Bank) -> str:
        """Write the document by a layout."""
        left = {name: list(items) for name, items in self.lists.items()}
        self.tails = self.rng.sample(self.names["tails"], len(self.names["tails"]))
        count = 0
        blocks: list[str] = []
        for line in layout["text"].strip().splitlines():
            for piece in self._spread(line, left):
                if piece.startswith("# "):
                    count += 1
                    piece = layout.get("mark", "{n}.").format(n=count) + piece[1:]
                if piece.startswith("\n") and blocks:
                    blocks[-1] += piece
                else:
                    blocks.append(piece)
        return stop_once("\n\n".join(blocks)) + "\n"

    def _spread(self, line: str, left: dict[str, list[Item]]) -> list[str]:
        """Give the paragraphs that one line of a layout stands for."""
        line = re.sub(r"@inline (\w+)", lambda m: left[m[1]].pop(0)["x"], line)
        found = re.match(r"@(\w+) (?:(\d+|rest) )?(.*)", line)
        if found is None:
            return [self.fill_lines(line, {})]
        items = left[found[1]]
        if (found[2] or "rest") != "rest":
            left[found[1]] = items[int(found[2]) :]
            items = items[: int(found[2])]
        pieces: list[str] = []
        for n, item in enumerate(items):
            index = {"n": n + 1, "later": n + 4, "N": ROMANS[n % 8], "let": "abcdefgh"[n % 8], "L": "ABCDEFGH"[n % 8],
                     "O": ORDINALS[n % 8].upper(), "Ord": ORDINALS[n % 8], "tail": self.fill(f"{self.tails[2 * n % 14]} {self.tails[(2 * n + 1) % 14]}")}  # fmt: skip
            pieces += [self.fill_lines(part, {**index, **item}) for part in found[3].split("//")]
        return pieces

    def fill_lines(self, text: str, more: Item) -> str:
        """Fill a paragraph: its choices are made first, then what is left of the bars breaks lines."""
        while (found := re.search(r"\[([^\[\]]*\|[^\[\]]*)\]", text)) is not None:
            text = text[: found.start()] + self.rng.choice(found[1].split("|")) + text[found.end() :]
        return text.replace("|", "\n").format_map({**self.values, **more})


def stop_once(text: str) -> str:
    """Write one full stop where an abbreviation ends a sentence."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)


def raise_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def number_list(items: Sequence[str]) -> str:
    """Write a list in the house style: "(1) …; (2) …"; one item alone has no number."""
    return items[0] if len(items) == 1 else "; ".join(f"({n}) {item}" for n, item in enumerate(items, 1))


def make_filings(count: int, seed: int = 1) -> list[Filing]:
    """Make filings, the types and layouts in turn, in an order in which every prefix is a fair sample: rounds of all types, drawn."""
    from house_types import MAKERS

    made = []
    for number in range(count):
        kind = list(MAKERS)[number % len(MAKERS)]
        made.append(make_filing(kind, number // len(MAKERS), seed, MAKERS[kind]))
    rng = random.Random(seed)
    rounds = [made[start : start + len(MAKERS)] for start in range(0, count, len(MAKERS))]
    rng.shuffle(rounds)
    return [filing for row in rounds for filing in rng.sample(row, len(row))]


def make_filing(kind: str, number: int, seed: int, maker: Callable[[Draft, Bank], str]) -> Filing:
    """Make one filing; its layout is in turn, all else by chance."""
    bank = load_bank(kind)
    draft = Draft(f"{seed}/{kind}/{number}", number)
    summary = stop_once(maker(draft, bank))
    document = draft.render(bank["layouts"][number % len(bank["layouts"])])
    return Filing(f"{kind}-{number}", kind, document, summary)


def find_missing(filing: Filing) -> list[str]:
    """Give the values of the gold summary that its document does not have: dates, figures, and names by their words.

    The first word of a sentence or of a list is no name here.
    """
    text = " ".join(filing.document.split())
    summary = re.sub(r"\(\d\) ", "", filing.summary)
    dates, missing = set(_DATE.findall(text)), []
    for found in _GOLD_DATE.finditer(summary):
        day = Day(date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1])))
        if not {str(day), str(Day(day.value, True)), day.legal} & dates:
            missing.append(found[0])
    summary = _GOLD_DATE.sub("", summary)
    missing += [
        f
        for f in re.findall(r"\$?\d[\w:/-]*(?:,\d{3})*%?", summary)
        if not re.search(rf"(?<![\d,]){re.escape(f)}(?!\d|,\d)", text)
    ]
    words = set(re.findall(r"\w+", text.casefold()))
    names = re.findall(r"(?<![.:] )(?<!^)\b[A-Z]\w+", summary, flags=re.MULTILINE)
    return missing + [name for name in names if name.casefold() not in words and name not in _HOUSE]


def measure_words(filing: Filing) -> float:
    """Give the share of the gold summary's other words that the document has, in any form with the same first four letters."""
    words = set(re.findall(r"\b[a-z]{4,}\b", filing.summary)) - _STYLE
    stems = {word[:4] for word in re.findall(r"[a-z]+", filing.document.casefold())}
    return sum(word[:4] in stems for word in words) / max(len(words), 1)


def measure_stems(gold: str, text: str) -> float:
    """Give the share of a gold's words, figures and names that a text has: words by their first four letters, the rest whole."""
    held = {word if word[0].isupper() or word[0].isdigit() else word[:4] for word in re.findall(r"\w+", text)}
    held |= {word.casefold()[:4] for word in re.findall(r"\w+", text)}
    due = [
        w
        for w in re.findall(r"\w+", gold)
        if (len(w) > 3 or w[0].isdigit()) and w not in _HOUSE and w.casefold() not in _STYLE
    ]
    due = [w for w in due if not re.match(rf"{w}: |{w} on: ", gold)]  # "Held: ", "Examined on: "
    return sum((w if w[0].isdigit() or "_" in w else w.casefold()[:4]) in held for w in due) / max(len(due), 1)


_DATE = re.compile(r"[A-Z][a-z]+\.? \d{1,2}, \d{4}|\d{1,2}(?:st|nd|rd|th) day of [A-Z][a-z]+, \d{4}")
_GOLD_DATE = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b")
# Words that the house style adds.
_HOUSE = frozenset({"Ex", "No", "Judge", "Dated", "Plaintiff", "Defendant"})
_STYLE = frozenset(
    "filed through failing that conferred opposed decision entered renews ends notice late charge disputes problem result "
    "claims independent adds inventors harm damages recall from have with".split()
)
