"""Contracts: roles, term and notice, duties of both sides, price and lateness, law and forum, among boilerplate."""

from __future__ import annotations

import random
from itertools import zip_longest

from finetune.synthesize.case import Split, draw_length, load_banks, name_sides, open_writer
from finetune.synthesize.draft import Draft, say_list
from finetune.synthesize.grammar import Writer, join_and
from finetune.synthesize.makers import make_money
from finetune.synthesize.marks import strip_marks
from finetune.synthesize.values import Company, Count, Day, Party

_RATES = ("1", "1.5", "2")


def open_contract(rng: random.Random, split: Split, document_type: str) -> Writer:
    """Give a writer whose scope holds two sides of a contract of some kind."""
    kind = rng.choice(load_banks(split)[document_type]["kinds"])
    w = open_writer(rng, split, document_type, kind)
    w.bind("filed", Day(w.filed))
    for side, role in zip("ab", kind["roles"], strict=True):
        stem = rng.choice(w.banks["names"]["stems"])
        name = rng.choice(kind[f"{side}_company"]).replace("STEM", stem)
        w.bind(side, Party(Company(name, rng.choice(w.banks["names"]["suffixes"])), role, ""))
    for name in kind.get("fixed", ()):
        w.bind(name, rng.choice(w.banks[name]))
    return w


def write_contract(w: Writer, pages: int) -> Draft:
    """Write a contract of about `pages` pages between the sides that `w` holds."""
    w.bind("title", w.banks["title"])
    draft = Draft(title=w.banks["title"])
    draft.add("title", draft.title.upper())
    draft.paragraph(w.line("opening"))
    draft.gold("Parties", w.gold("{a.role}: {a}"), w.gold("{b.role}: {b}"), w.gold("Dated {filed}"))
    name_sides(w)
    sections = [_write_term, _write_duties, _write_payment]
    w.rng.shuffle(sections)
    last = [_write_law]
    if w.varies(0.3):
        sections, last = [_write_law, *sections], []
    boiler = w.items("boiler_headings", 6)
    clauses = 1 + draw_length(w, pages) // 6
    article = 0
    for section in [*sections, *last]:
        article = section(w, draft, article + 1)
        article = _write_boiler(w, draft, article + 1, boiler.pop(), clauses)
    for heading in boiler if pages > 3 else ():
        article = _write_boiler(w, draft, article + 1, heading, clauses)
    draft.add("sign", w.line("sign"))
    return draft


def _head(w: Writer, draft: Draft, article: int, name: str) -> int:
    draft.heading(f"{article}. {w.line(name)}")
    return article


def _write_boiler(w: Writer, draft: Draft, article: int, heading: str, clauses: int) -> int:
    draft.heading(f"{article}. {heading}")
    for number in range(1, clauses + 1):
        told = w.filler("boiler", w.rng.randint(1, 3))
        if told:
            draft.add("numbered", " ".join(told), f"{article}.{number}")
    return article


def _write_term(w: Writer, draft: Draft, article: int) -> int:
    one = w.child()
    rng = w.rng
    drawn = (
        ("start", w.make("due")),
        ("months", Count(rng.choice((6, 12, 18, 24, 36, 48, 60)))),
        ("renew", Count(rng.choice((3, 6, 12)))),
    )
    for name, value in drawn:
        if not w.holds(name):
            one.bind(name, value)
    _head(w, draft, article, "h_term")
    draft.add("numbered", one.say(w.items("term", 1)[0]), f"{article}.1")
    draft.gold(
        "Term", one.gold("From {start} for {months} months; renews for {renew} months; ends on {days} days' notice")
    )
    return article


def _write_duties(w: Writer, draft: Draft, article: int) -> int:
    if w.banks.get("among_options"):
        return _write_duties_among_options(w, draft, article)
    if w.varies(0.5):
        return _write_duties_apart(w, draft, article)
    _head(w, draft, article, "h_duties")
    told = []
    sides = ["a", "b", "a", "b"][: w.rng.choice((3, 4))]
    items = {"a": iter(w.items("duties_a", 2)), "b": iter(w.items("duties_b", 2))}
    for number, side in enumerate(sides, 1):
        one = w.child(who=w.scope(side), duty=next(items[side]))
        draft.add("numbered", one.say(w.items("duty", 1)[0]), f"{article}.{number}")
        told.append(one.gold("{who.role} to {duty}"))
    draft.gold("Duties", say_list("Owed", told))
    return article


def _write_duties_apart(w: Writer, draft: Draft, article: int) -> int:
    """Write the duties of each side as a list of its own, the second party's under another heading."""
    told = []
    for side in "ab":
        who = w.scope(side)
        draft.heading(f"{article}. {w.child(who=who).say(w.items('h_duties_of', 1)[0])}")
        units = [w.child(who=who, duty=item) for item in w.items(f"duties_{side}", 2)]
        draft.add("numbered", w.child(who=who).say(w.items("duties_open", 1)[0]), f"{article}.1")
        for letter, unit in zip("ab", units, strict=True):
            draft.add("item", unit.say("{duty}") + (";" if letter == "a" else "."), f"({letter})")
            told.append(unit.gold("{who.role} to {duty}"))
        article += 1
    draft.gold("Duties", say_list("Owed", told))
    return article - 1


def write_near_contract(w: Writer, pages: int) -> Draft:
    """Write a contract of about `pages` pages: two or three duties of each side, beside what a side is free to do."""
    w.banks["among_options"] = True
    return write_contract(w, pages)


def _write_duties_among_options(w: Writer, draft: Draft, article: int) -> int:
    """Write the duties of both sides, either side first, in one of several forms; what a side may do is none."""
    units = []
    sides = w.rng.choice(("ab", "ab", "ba"))
    for side in sides:
        owed = w.items(f"duties_{side}", w.rng.choice((1, 2, 2, 3)))
        units.append([w.child(who=w.scope(side), duty=item) for item in owed])
    free = w.rng.choice("ab")
    option = w.child(who=w.scope(free), duty=w.items(f"duties_{free}", 1)[0]).say(w.items("option", 1)[0])
    form = w.rng.choice(("sentences", "in turn", "lists", "items"))
    if form != "items":
        _head(w, draft, article, "h_duties")
    told: list[Writer] = [unit for group in units for unit in group]
    if form == "in turn":
        told = [unit for pair in zip_longest(*units) for unit in pair if unit is not None]
    if form in ("sentences", "in turn"):
        lines = [unit.say(w.items("duty", 1)[0]) for unit in told]
        for number, line in enumerate([*lines, option], 1):
            draft.add("numbered", line, f"{article}.{number}")
    elif form == "lists":
        for number, group in enumerate(units, 1):
            listed = group[0].child(list=join_and(unit.say("{duty}") for unit in group))
            draft.add("numbered", listed.say(w.items("duty_list", 1)[0]), f"{article}.{number}")
        draft.add("numbered", option, f"{article}.3")
    else:
        for group in units:
            draft.heading(f"{article}. {group[0].say(w.items('h_duties_of', 1)[0])}")
            draft.add("numbered", group[0].say(w.items("duties_open", 1)[0]), f"{article}.1")
            for letter, unit in zip("abc", group, strict=False):
                draft.add("item", unit.say("{duty}") + ("." if unit is group[-1] else ";"), f"({letter})")
            article += 1
        article -= 1
        draft.add("numbered", option, f"{article}.2")
    draft.gold("Duties", say_list("Owed", [unit.gold("{who.role} to {duty}") for unit in told]))
    return article


def _write_payment(w: Writer, draft: Draft, article: int) -> int:
    one = w.child(unit=w.items("units", 1)[0], pct=w.rng.choice(_RATES))
    for name, value in (("price", make_money(w.rng, 900, 400_000)), ("pay", w.make("days"))):
        if not w.holds(name):
            one.bind(name, value)
    _head(w, draft, article, "h_payment")
    draft.add("numbered", one.say(w.items("payment", 1)[0]), f"{article}.1")
    draft.gold("Payment", one.gold("Payable: {price} {unit}, {pay} days from invoice; late charge {pct}% a month"))
    return article


def _write_law(w: Writer, draft: Draft, article: int) -> int:
    one = w.child()
    _head(w, draft, article, "h_law")
    draft.add("numbered", one.say(w.items("law", 1)[0]), f"{article}.1")
    draft.gold("Law", strip_marks(one.gold("Governed by {lawstate} law; disputes {forum}")))
    return article
