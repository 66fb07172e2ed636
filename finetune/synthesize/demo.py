"""The sample matter of `casebrief demo`: eight filings of one invented wage suit, the same people in all of them."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from finetune.synthesize.brief import write_brief
from finetune.synthesize.case import BANKS, fill_case, open_writer
from finetune.synthesize.complaint import write_complaint
from finetune.synthesize.contract import write_contract
from finetune.synthesize.deposition import write_deposition
from finetune.synthesize.draft import Draft
from finetune.synthesize.grammar import Writer
from finetune.synthesize.motion import write_motion
from finetune.synthesize.order import write_order
from finetune.synthesize.pdf import make_pdf
from finetune.synthesize.rules import SyntheticFiling, finish_filing
from finetune.synthesize.values import Coded, Company, Count, Day, Docket, Money, Party, Person, Value

_OKAFOR = Person("Marisol", "", "Okafor", "Ms.")
_KOWALCZYK = Person("Dennis", "", "Kowalczyk", "Mr.")
_DESAI = Person("Anita", "", "Desai", "Ms.")
_TERMINAL = Company("Palmetto Terminals", "Inc.")
_PEOPLE: dict[str, Value] = {
    "plaintiff": Party(_OKAFOR, "Plaintiff", "a dock worker"),
    "defendant": Party(_TERMINAL, "Defendant", "a container terminal operator"),
    "judge": Person("Ellen", "M.", "Marsh", "Ms.", public=True),
    "lawyer_p": Person("Priya", "", "Raman", "Ms."),
    "firm_p": Company("Bell & Raman", "LLP"),
    "lawyer_d": Person("Franklin", "", "Ames", "Mr."),
    "firm_d": Company("Ames Whitfield", "PLLC"),
    "docket": Coded("4:24-cv-00118-EMM", "CODE"),
    "city": Coded("Savannah", "LOC", strict=True),
    "witness": _KOWALCZYK,
    "boss": _KOWALCZYK,
    "manager": _DESAI,
    "boyd": Person("Terrence", "", "Boyd", "Mr."),
    "ferrer": Person("Lucía", "", "Ferrer", "Ms."),
    "lin": Person("Howard", "", "Lin", "Mr."),
    "vendor": Company("Lowcountry Payroll", "LLC"),
    "badge": Coded("G-40718", "CODE"),
    "bates_first": Coded("PAL-000001", "CODE"),
    "bates_last": Coded("PAL-002310", "CODE"),
    "reporter": Coded("40822", "CODE"),
    "home": Coded("214 Habersham Street", "CONTACT"),
    "boss_phone": Coded("(912) 555-0147", "CONTACT"),
    "born": Day(date(1974, 3, 8), birth=True),
    "signed": Day(date(2020, 2, 3)),
    "asked": Day(date(2024, 5, 30)),
    "answer_by": Day(date(2024, 5, 28)),
    "finish_by": Day(date(2024, 9, 30)),
    "produce_by": Day(date(2024, 10, 14)),
}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One filing of the matter: its name, table of the bank, writer, day of filing and what it alone binds."""

    name: str
    document_type: str
    table: str
    write: Callable[[Writer, int], Draft]
    filed: date
    layout: str
    bound: dict[str, Value] = field(default_factory=dict)
    fixed: dict[str, Any] = field(default_factory=dict)


_SHEETS = (
    _Sheet(
        "01-employment-agreement", "contract", "contract", write_contract, date(2020, 2, 3), "plain",
        {
            "a": Party(_OKAFOR, "Employee", ""), "b": Party(_TERMINAL, "Employer", ""), "price": Money(24),
            "person_a": _OKAFOR, "person_b": _DESAI,
            "start": Day(date(2020, 2, 3)), "months": Count(12), "renew": Count(12), "days": Count(30), "pay": Count(7),
        },
    ),
    _Sheet(
        "02-complaint", "complaint", "complaint", write_complaint, date(2024, 1, 16), "stamped",
        {"date_n": Day(date(2023, 9, 14)), "person_n": _KOWALCZYK,
         "money": Money(31_460), "money_claim": Money(62_920)},
        {"act_days": (date(2023, 6, 12), date(2023, 9, 18)), "claim_count": 3},
    ),
    _Sheet(
        "03-motion-to-dismiss", "motion", "motion_dismiss", write_motion, date(2024, 2, 20), "stamped",
        {"date": Day(date(2024, 2, 15))}, {"defends": True, "stand": 0.1},
    ),
    _Sheet(
        "04-brief-in-opposition", "brief", "brief", write_brief, date(2024, 3, 12), "stamped",
        {"ecf": Docket(12, "ECF No.")}, {"defends": False},
    ),
    _Sheet(
        "05-order-on-motion-to-dismiss", "order", "order_dismiss", write_order, date(2024, 5, 6), "ruled",
        {"ecf": Docket(12, "ECF No."), "date": Day(date(2024, 4, 18))}, {"defends": True},
    ),
    _Sheet(
        "06-deposition-of-kowalczyk", "deposition", "deposition", write_deposition, date(2024, 7, 18), "plain",
        {}, {"exhibit_turns": 3},
    ),
    _Sheet(
        "07-motion-to-compel", "motion", "motion_compel", write_motion, date(2024, 8, 9), "pleading",
        {"date": Day(date(2024, 8, 2))}, {"defends": False, "stand": 0.1},
    ),
    _Sheet(
        "08-order-on-motion-to-compel", "order", "order_compel", write_order, date(2024, 9, 23), "ruled",
        {"ecf": Docket(31, "ECF No."), "date": Day(date(2024, 9, 5))}, {"defends": False},
    ),
)  # fmt: skip


def demo_filings(seed: int = 7) -> list[SyntheticFiling]:
    """Make the eight filings of Okafor v. Palmetto Terminals: agreement, complaint, motions, brief, orders, deposition.

    Facts, people and days are fixed and agree across the filings; `seed` draws wording and distractors.
    """
    with (BANKS / "demo" / "matter.toml").open("rb") as file:
        matter = tomllib.load(file)
    return [_make_sheet(sheet, matter, random.Random(f"demo:{seed}:{sheet.name}")) for sheet in _SHEETS]


def demo_files(count: int = 8, seed: int = 7) -> list[tuple[str, bytes]]:
    """Give (file name, PDF) of the first `count` filings of the sample matter."""
    return [(f"{filing.id}.pdf", make_pdf(filing)) for filing in demo_filings(seed)[:count]]


def _make_sheet(sheet: _Sheet, matter: dict[str, Any], rng: random.Random) -> SyntheticFiling:
    w = open_writer(rng, "train", sheet.document_type, matter["case"], matter[sheet.table], sheet.fixed)
    w.filed = sheet.filed
    w.docket_style = "ECF No."
    fill_case(w, matter["court"])
    for name, value in (_PEOPLE | {"filed": Day(sheet.filed)} | sheet.bound).items():
        w.bind(name, value)
    return finish_filing(sheet.write(w, 3), sheet.name, sheet.document_type, "train", sheet.layout)
