"""Makes the values of a filing by chance: dates around the day of filing, sums, people, companies, numbers."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from finetune.synthesize.marks import mark
from finetune.synthesize.values import Coded, Company, Count, Day, Docket, Money, Person, Value

_DAYS = (5, 7, 10, 14, 15, 20, 21, 28, 30, 45, 60, 90)
_QUARTERS = ("00", "15", "30", "45")


@dataclass(frozen=True, slots=True)
class Source:
    """What values are made from: chance, the split's names, the day of filing, the filing's way to cite dockets."""

    rng: random.Random
    names: Mapping[str, Any]
    filed: date
    docket_style: str

    def digits(self, count: int) -> str:
        """Draw so many digits."""
        return "".join(self.rng.choice("0123456789") for _ in range(count))

    def name(self, kind: str) -> str:
        """Draw from a list of the names bank."""
        return str(self.rng.choice(self.names[kind]))


def make_money(rng: random.Random, low: int, high: int) -> Money:
    """Draw a sum between two bounds, log-uniform, rounded as people round."""
    raw = low * (high / low) ** rng.random()
    step = 10 if raw < 5_000 else 50 if raw < 60_000 else 500
    return Money(max(int(raw // step * step), step))


def make_person(rng: random.Random, names: Mapping[str, Any], public: bool = False) -> Person:
    """Draw a person of any of the bank's name origins."""
    title = rng.choice(("Mr.", "Ms."))
    first = rng.choice(names["men" if title == "Mr." else "women"])
    middle = f"{rng.choice('ABCDEFGHJKLMNPRSTVW')}." if rng.random() < 0.35 else ""
    return Person(first, middle, rng.choice(names["last"]), title, public)


def make_email(person: Person, firm: Company) -> str:
    """Give the marked e-mail address of a lawyer at a firm, in ASCII as mail systems want it."""
    domain = re.sub(r"[^a-z]", "", strip_accents(firm.stem).lower())
    local = re.sub(r"[^a-z]", "", strip_accents(person.last).lower())
    return mark("CONTACT", f"{strip_accents(person.first)[0].lower()}{local}@{domain}law.example")


def strip_accents(text: str) -> str:
    """Give the letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _make_time(s: Source) -> str:
    hour, half = (s.rng.randint(8, 11), "a.m.") if s.rng.random() < 0.6 else (s.rng.randint(1, 4), "p.m.")
    return f"{hour}:{s.rng.choice(_QUARTERS)} {half}"


def _make_firm(s: Source) -> Company:
    first, second = s.rng.sample(s.names["last"], 2)
    return Company(f"{first} {s.rng.choice(('&', 'and'))} {second}", s.rng.choice(("LLP", "P.C.", "PLLC")))


def _make_bates(s: Source) -> Coded:
    return Coded(f"{s.name('stems')[:3].upper()}-{s.digits(6)}", "CODE")


def _make_account(s: Source) -> Coded:
    return Coded(f"{s.rng.choice('ABCKLMT')}{s.digits(3)}-{s.digits(5)}", "CODE")


def _make_application(s: Source) -> Coded:
    return Coded(f"{s.rng.choice((16, 17, 18))}/{s.digits(3)},{s.digits(3)}", "CODE")


def _make_cite(s: Source) -> str:
    """Make an invented citation of the form that reporters have; citations are law, not identifiers."""
    reporter, court = s.rng.choice(
        (("F.3d", f"{s.rng.randint(3, 11)}th Cir. "), ("F.2d", f"{s.rng.randint(4, 10)}th Cir. "), ("U.S.", ""))
    )
    page = s.rng.randint(20, 1300)
    year = s.rng.randint(1961, 1992) if reporter == "F.2d" else s.rng.randint(1993, 2014)
    volume = s.rng.randint(300, 570) if reporter == "U.S." else s.rng.randint(100, 760)
    case = f"{s.name('last')} v. {s.name('stems')} {s.name('trades')}"
    return f"{case}, {volume} {reporter} {page}, {page + s.rng.randint(2, 14)} ({court}{year})"


MAKERS: dict[str, Callable[[Source], Value | str]] = {
    "date": lambda s: Day(s.filed - timedelta(days=s.rng.randint(40, 900))),
    "due": lambda s: Day(s.filed + timedelta(days=s.rng.randint(14, 160))),
    "birth": lambda s: Day(s.filed - timedelta(days=s.rng.randint(20 * 365, 70 * 365)), birth=True),
    "money": lambda s: make_money(s.rng, 2_000, 900_000),
    "fee": lambda s: make_money(s.rng, 400, 9_500),
    "sum": lambda s: make_money(s.rng, 500_000, 40_000_000),
    "num": lambda s: Count(s.rng.randint(3, 29)),
    "days": lambda s: Count(s.rng.choice(_DAYS)),
    "ecf": lambda s: Docket(s.rng.randint(3, 140), s.docket_style),
    "time": _make_time,
    "room": lambda s: f"Courtroom {s.rng.randint(1, 24)}{s.rng.choice(('', '', 'A', 'B', 'C'))}",
    "person": lambda s: make_person(s.rng, s.names),
    "company": lambda s: Company(f"{s.name('stems')} {s.name('trades')}", s.name("suffixes")),
    "firm": _make_firm,
    "city": lambda s: Coded(s.name("cities"), "LOC", strict=True),
    "phone": lambda s: Coded(f"({s.rng.randint(201, 989)}) 555-{s.digits(4)}", "CONTACT"),
    "street": lambda s: Coded(f"{s.rng.randint(11, 9800)} {s.name('streets')}", "CONTACT"),
    "cite": _make_cite,
    "bar": lambda s: Coded(s.digits(6), "CODE"),
    "account": _make_account,
    "bates": _make_bates,
    "application": _make_application,
}
