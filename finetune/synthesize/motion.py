"""Motions: who moves through whom, what is asked, numbered grounds, the other side's stand, sometimes a hearing."""

from __future__ import annotations

from finetune.synthesize.case import add_filler, begin, draw_length, name_sides, set_date, sign
from finetune.synthesize.draft import Draft, roman, say_list
from finetune.synthesize.grammar import Writer, capitalize, join_and
from finetune.synthesize.values import Count

NTH = ("first", "second", "third", "fourth")


def choose_mover(w: Writer, defendant: bool) -> None:
    """Bind `mover`, `other` and the mover's firm: the defendant's side, or the plaintiff's."""
    mover, other, firm = ("defendant", "plaintiff", "firm_d") if defendant else ("plaintiff", "defendant", "firm_p")
    w.bind("mover", w.scope(mover))
    w.bind("other", w.scope(other))
    w.bind("firm", w.scope(firm))


def write_motion(w: Writer, pages: int) -> Draft:
    """Write a motion of about `pages` pages in the case that `w` holds."""
    defends = bool(w.banks.get("defends", w.rng.random() < 0.6))
    choose_mover(w, defends)
    draft = begin(w, "{mover.role}'s {title}")
    draft.paragraph(w.line("filed_line"))
    one = w.child()
    one.bind("request", w.items("requests_defendant" if defends else "requests_plaintiff", 1)[0])
    one.bind("alternative", w.items("alternatives_defendant" if defends else "alternatives_plaintiff", 1)[0])
    draft.paragraph(one.say(w.items("opening", 1)[0]))
    draft.gold("Movant", w.gold("By: {mover.role} {mover}, through {firm}; filed {filed}"))
    draft.gold("Request", one.gold("Asks: {request}; failing that, {alternative}"))
    text, gold = set_date(w, 0.5)
    early = w.rng.random() < 0.4
    if text and early:
        draft.paragraph(text)
    filler = draw_length(w, pages)
    name_sides(w)
    opposed_first = w.varies(0.4)
    if opposed_first:
        _write_opposition(w, draft)
    add_filler(w, draft, "context", 1 + filler // 4)
    write_grounds(w, draft, "grounds_defendant" if defends else "grounds_plaintiff", "Grounds", filler)
    if not opposed_first:
        _write_opposition(w, draft)
    draft.heading(w.line("h_end"))
    draft.paragraph(w.line("ending"))
    if text and not early:
        draft.paragraph(text)
    draft.gold("Next date", gold)
    sign(w, draft, "d" if defends else "p", w.say("{mover.role}"))
    return draft


def write_grounds(w: Writer, draft: Draft, bank: str, part: str, filler: int) -> None:
    """Write the grounds in one of several layouts."""
    units = [w.child(ground=item) for item in w.items(bank, w.rng.choice((3, 3, 4)))]
    draft.heading(w.line("h_grounds"))
    if w.varies(0.5):
        others = "grounds_plaintiff" if bank == "grounds_defendant" else "grounds_defendant"
        _write_grounds_listed(w, draft, units, others)
    else:
        _write_grounds_apart(w, draft, units, filler)
    draft.gold(part, say_list("Argued", [unit.gold("{ground}") for unit in units]))


def _write_grounds_apart(w: Writer, draft: Draft, units: list[Writer], filler: int) -> None:
    """Write the grounds together or one a section, each with arguments that no summary needs."""
    together = w.rng.random() < 0.5
    if together:
        listed = join_and(f"({n}) {unit.say('{ground}')}" for n, unit in enumerate(units, 1))
        lead = w.child(n=Count(len(units)), list=listed)
        draft.paragraph(lead.say(w.items("grounds_lead", 1)[0]))
    for number, unit in enumerate(units, 1):
        unit.bind("nth", NTH[number - 1])
        if together:
            draft.heading(f"{roman(number)}. {unit.say('{ground:upper}')}")
        else:
            draft.paragraph(unit.say(w.items("ground_topic", 1)[0]))
        add_filler(w, draft, "argument", 1 + filler // 4)
        add_filler(w, draft, "filler_law", 1)
    add_filler(w, draft, "filler", filler // 8)


def _write_grounds_listed(w: Writer, draft: Draft, units: list[Writer], others: str) -> None:
    """Write the grounds as the items of a list or one paragraph that counts them, beside what the other side says."""
    answer = w.child(ground=w.items(others, 1)[0])
    before = w.rng.random() < 0.5
    if before:
        draft.paragraph(answer.say(w.items("answer", 1)[0]))
    if w.rng.random() < 0.5:
        draft.paragraph(w.line("grounds_open"))
        for letter, unit in zip("abcd", units, strict=False):
            draft.add("item", capitalize(unit.say("{ground}")) + ".", f"({letter})")
    else:
        for nth, unit in zip(NTH, units, strict=False):
            unit.bind("nth", nth)
        draft.paragraph(" ".join(capitalize(unit.say(w.items("ground_nth", 1)[0])) for unit in units))
    if not before:
        draft.paragraph(answer.say(w.items("answer", 1)[0]))
    add_filler(w, draft, "argument", 1)


def _write_opposition(w: Writer, draft: Draft) -> None:
    roll = w.banks.get("stand", w.rng.random())
    if roll > 0.85:
        return
    draft.heading(w.line("h_opposition"))
    one = w.child()
    if roll < 0.6:
        draft.paragraph(one.say(w.items("opposed", 1)[0]))
        draft.gold("Opposition", one.gold("Opposed by {other.role}: {reason}; conferred {date}"))
    else:
        draft.paragraph(one.say(w.items("unopposed", 1)[0]))
        draft.gold("Opposition", one.gold("Unopposed by {other.role}; conferred {date}"))
