"""What the filings of one lawsuit share: court, docket number, parties, counsel, caption, signatures, settings."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from finetune.synthesize.draft import Draft
from finetune.synthesize.grammar import Writer
from finetune.synthesize.makers import make_email, make_person
from finetune.synthesize.marks import mark
from finetune.synthesize.points import read_case
from finetune.synthesize.values import Coded, Company, Day, Party, Person

Split = Literal["train", "test"]

BANKS = Path(__file__).parent / "banks"
_APPEAL_ROLES = ("Appellant", "Appellee")


@dataclass(frozen=True, slots=True)
class CourtName:
    """A court: its full name in prose and the short name of the house style."""

    prose: str
    short: str

    def form(self, attribute: str, gold: bool, rng: random.Random) -> str:
        """Full name, or the house's short one."""
        return self.short if gold else mark("ORG", self.prose, strict=True)


@cache
def load_banks(split: Split) -> dict[str, Any]:
    """Read all phrase banks of a split, by file name.

    Files named `case_*` make the list "cases"; those named `near_*`, which a filing whose answers stand among near
    misses draws from, make the table "near" by document type.
    """
    banks: dict[str, Any] = {"cases": [], "near": {}}
    for path in sorted((BANKS / split).glob("*.toml")):
        with path.open("rb") as file:
            content = tomllib.load(file)
        if path.stem.startswith("case_"):
            banks["cases"].append(read_case({"name": path.stem.removeprefix("case_"), **content}))
        elif path.stem.startswith("near_"):
            banks["near"][path.stem.removeprefix("near_")] = content
        else:
            banks[path.stem] = content
    banks["contract"]["kinds"] += banks["near"].get("contract", {}).pop("kinds", [])
    return banks


def set_among_near_misses(w: Writer, split: Split, document_type: str) -> None:
    """Let a filing draw from the banks whose small pieces set the answer of a part among what only looks like it."""
    banks = load_banks(split)
    near, plain = banks["near"], banks["common"]["background"]
    if "context" in w.banks:
        kept = [item for item in w.banks["context"] if item not in plain]
        w.banks["context"] = [*kept, *near["common"]["background"]]
    for name in ("common", "procedure", *(("motion",) if document_type == "brief" else ()), document_type):
        w.banks.update(near.get(name, {}))


def open_writer(rng: random.Random, split: Split, document_type: str, *overlays: dict[str, Any]) -> Writer:
    """Give a writer over the split's banks for a document type; `overlays` win over them, later over earlier."""
    banks = load_banks(split)
    filed = date(rng.randint(2015, 2025), 1, 1) + timedelta(days=rng.randint(0, 364))
    flat = {"split": split, "names": banks["names"], **banks["common"], **banks["motion"], **banks[document_type]}
    for overlay in overlays:
        flat.update(overlay)
    return Writer(rng, flat, filed)


def open_case(rng: random.Random, split: Split, document_type: str, appeal: bool = False) -> Writer:
    """Give a writer whose scope holds a lawsuit: court, judge, docket, both parties, their lawyers and firms."""
    banks = load_banks(split)
    w = open_writer(rng, split, document_type, rng.choice(banks["cases"]))
    w.banks["context"] = [*w.banks["context"], *w.banks["background"]]
    fill_case(w, rng.choice(banks["courts"]["appeals" if appeal else "courts"]), appeal)
    return w


def fill_case(w: Writer, court: dict[str, Any], appeal: bool = False) -> None:
    """Bind a lawsuit before `court` into the scope of `w`, from the scenario its banks hold."""
    rng, names = w.rng, w.banks["names"]
    for name in w.banks.get("fixed", ()):
        w.bind(name, rng.choice(w.banks[name]))
    w.bind("court", CourtName(court["prose"], court["short"]))
    w.banks["caption_court"] = court["caption"]
    w.banks["judge_title"] = court["judge"]
    w.bind("state", mark("LOC", court["state"], strict=True))
    w.bind("docket", Coded(_fill_number(rng, court["number"], w.filed.year), "CODE"))
    w.bind("judge", make_person(rng, names, public=True))
    w.bind("filed", Day(w.filed))
    first, second = _APPEAL_ROLES if appeal else ("Plaintiff", "Defendant")
    w.bind("plaintiff", Party(_make_side(w, "plaintiff"), first, w.child().say(rng.choice(w.banks["plaintiff_kind"]))))
    w.bind("defendant", Party(_make_side(w, "defendant"), second, w.child().say(rng.choice(w.banks["defendant_kind"]))))
    for side in ("p", "d"):
        firm = w.make("firm")
        w.bind(f"firm_{side}", firm)
        w.bind(f"lawyer_{side}", make_person(rng, names))


def _make_side(w: Writer, side: str) -> Person | Company:
    """Make the person or company of a side; a scenario without company names for it has a person."""
    patterns = w.banks.get(f"{side}_company")
    if not patterns:
        return make_person(w.rng, w.banks["names"])
    stem = w.rng.choice(w.banks["names"]["stems"])
    return Company(w.rng.choice(patterns).replace("STEM", stem), w.rng.choice(w.banks["names"]["suffixes"]))


def _fill_number(rng: random.Random, pattern: str, year: int) -> str:
    """Fill a docket number pattern: YYYY and YY the year, # a digit, @ a capital letter."""
    text = pattern.replace("YYYY", str(year)).replace("YY", f"{year % 100:02d}")
    wild = {"#": "123456789", "@": "ABCDEGHJKLMRSTW"}
    return "".join(rng.choice(wild[c]) if c in wild else c for c in text)


def begin(w: Writer, title: str, extra: str = "") -> Draft:
    """Start a filing of the case in scope: court, caption with parties and number, title."""
    draft = Draft(docket=w.say("{docket}"), title=w.say(title), filed=w.say("{filed.slash}"))
    draft.add("court", "\n".join(mark("ORG", line, strict=True) for line in w.banks["caption_court"]))
    left = w.say("{plaintiff.upper},\n{plaintiff.role},\n{versus}\n{defendant.upper},\n{defendant.role}.")
    right = "\n".join(filter(None, (w.say("{case_number}"), w.say(extra))))
    draft.add("caption", left, right=right)
    draft.add("title", draft.title.upper())
    return draft


def name_sides(w: Writer, chance: float = 0.4) -> None:
    """Let the filing go on to call its sides by name, where it varies; the house style keeps to their roles."""
    if not w.varies(chance):
        return
    for name in ("plaintiff", "defendant", "mover", "other", "side", "a", "b"):
        party = w.scope(name) if w.holds(name) else None
        if isinstance(party, Party):
            w.bind(name, replace(party, by_name=True))


def sign(w: Writer, draft: Draft, side: Literal["p", "d"], role: str) -> None:
    """Add the date and counsel's block with bar number, address, telephone and e-mail, then the certificate."""
    one = w.child()
    lawyer, firm = w.scope(f"lawyer_{side}"), w.scope(f"firm_{side}")
    assert isinstance(lawyer, Person) and isinstance(firm, Company)
    one.bind("lawyer", lawyer)
    one.bind("firm", firm)
    one.bind("role", role)
    one.bind("email", make_email(lawyer, firm))
    draft.add("sign", one.say(w.rng.choice(w.banks["signature"])))
    if w.rng.random() < 0.6:
        draft.heading(w.line("certificate_heading"))
        draft.paragraph(one.say(w.rng.choice(w.banks["certificate"])))


def set_date(w: Writer, chance: float = 0.5) -> tuple[str, str]:
    """Give the sentence that sets the next date, and its gold; both "" where this filing has none."""
    if w.rng.random() > chance:
        return "", ""
    one = w.child()
    one.bind("event", w.rng.choice(w.banks["events"]))
    return one.say(w.rng.choice(w.banks["setting"])), one.gold("Set: {event} on {due}, {time}, {room}")


def add_filler(w: Writer, draft: Draft, name: str, count: int, numbered: bool = False) -> None:
    """Add `count` paragraphs that no summary needs, from the list `name`."""
    for _ in range(count):
        lines = w.filler(name, w.rng.randint(1, 3))
        if lines:
            draft.paragraph(" ".join(lines), numbered)


def add_appendix(w: Writer, draft: Draft, words: int) -> None:
    """Attach a log until the filing has `words` words: length, dates and sums that no summary wants."""
    short = words - sum(len(block.text.split()) for block in draft.blocks)
    if short < 100:
        return
    draft.heading(w.line("log_title"))
    while short > 0:
        line = w.line("log_line")
        draft.add("item", line)
        short -= len(line.split())


def draw_length(w: Writer, pages: int) -> int:
    """Give how many filler paragraphs make a filing of about `pages` pages beside what it has to say."""
    return max(0, int((pages - 1.5) * w.rng.uniform(4.5, 6.0) * (1.0 if pages < 8 else 1.6)))
