"""Orders: court and judge, the ruling on a docketed motion, findings beside mere contentions, directives, a setting."""

from __future__ import annotations

from finetune.synthesize.case import add_filler, begin, draw_length, name_sides, set_date
from finetune.synthesize.draft import Draft, say_list
from finetune.synthesize.grammar import Writer, capitalize, join_and
from finetune.synthesize.motion import NTH, choose_mover


def write_order(w: Writer, pages: int) -> Draft:
    """Write an order of about `pages` pages in the case that `w` holds."""
    choose_mover(w, w.banks.get("defends", w.rng.random() < 0.6))
    w.bind("judge_name", w.banks["judge_title"])
    draft = begin(w, "{title}", "{bench}")
    draft.paragraph(w.line("entered"))
    draft.gold("Court", w.gold("{court}, Judge {judge}, No. {docket}, entered {filed}"))
    one = w.child(motion=w.items("motions", 1)[0], outcome=w.items("outcome", 1)[0])
    draft.paragraph(one.say(w.items("opening", 1)[0]))
    name_sides(w)
    one = w.child(motion=one.scope("motion"), outcome=one.scope("outcome"), ecf=one.scope("ecf"))
    ruling = one.say(w.items("ruling", 1)[0])
    early = w.rng.random() < 0.45
    if early:
        draft.paragraph(ruling)
    filler = draw_length(w, pages)
    draft.heading(w.line("h_background"))
    add_filler(w, draft, "context", 2 + filler // 3)
    ordered_first = w.varies(0.3)
    if not ordered_first:
        _write_reasons(w, draft, filler)
    draft.heading(w.line("h_orders"))
    if not early:
        draft.paragraph(ruling)
    draft.gold("Ruling", one.gold("Held: {mover.role}'s {motion} ({ecf}) is {outcome}"))
    _write_directives(w, draft)
    if ordered_first:
        _write_reasons(w, draft, filler)
    text, gold = set_date(w, 0.55)
    if text:
        draft.paragraph(text)
    draft.gold("Next date", gold)
    draft.paragraph(w.line("closing"))
    draft.add("sign", w.line("judge_sign"))
    return draft


def _write_reasons(w: Writer, draft: Draft, filler: int) -> None:
    """Write what the court found, among what the parties say and what the law is in general."""
    draft.heading(w.line("h_reasons"))
    units = [w.child(finding=item) for item in w.items("findings", 3)]
    if w.varies(0.6):
        _write_reasons_together(w, draft, units)
    else:
        _write_reasons_apart(w, draft, units, filler)
    draft.gold("Reasons", say_list("Found", [unit.gold("{finding}") for unit in units]))


def _write_reasons_apart(w: Writer, draft: Draft, units: list[Writer], filler: int) -> None:
    """Write each finding in a paragraph of its own, behind what a side contends and what the law is."""
    for unit in units:
        if w.rng.random() < 0.6:
            side = w.child(ground=w.items(w.rng.choice(("grounds_defendant", "grounds_plaintiff")), 1)[0])
            draft.paragraph(side.say(w.items("contention", 1)[0]))
        add_filler(w, draft, "filler_law", 1 + filler // 5)
        draft.paragraph(unit.say(w.items("finding_lead", 1)[0]))
    add_filler(w, draft, "filler", filler // 6)


def _write_reasons_together(w: Writer, draft: Draft, units: list[Writer]) -> None:
    """Write all findings as one list, beside a list of what a side argues."""
    grounds = [w.child(ground=item) for item in w.items(w.rng.choice(("grounds_defendant", "grounds_plaintiff")), 2)]
    argued = w.child(list=join_and(side.say("{ground}") for side in grounds))
    before = w.rng.random() < 0.7
    if before:
        draft.paragraph(argued.say(w.items("contentions_lead", 1)[0]))
    add_filler(w, draft, w.rng.choice(("filler_law", "context")), 1)
    form = w.rng.choice(("list", "items", "counted"))
    if form == "list":
        listed = join_and(f"({n}) {unit.say('{finding}')}" for n, unit in enumerate(units, 1))
        draft.paragraph(w.child(list=listed).say(w.items("findings_lead", 1)[0]))
    elif form == "items":
        draft.paragraph(w.line("findings_open"))
        for letter, unit in zip("abcd", units, strict=False):
            draft.add("item", capitalize(unit.say("{finding}")) + ".", f"({letter})")
    else:
        for nth, unit in zip(NTH, units, strict=False):
            unit.bind("nth", nth)
        draft.paragraph(" ".join(capitalize(unit.say(w.items("finding_nth", 1)[0])) for unit in units))
    if not before:
        draft.paragraph(argued.say(w.items("contentions_lead", 1)[0]))


def _write_directives(w: Writer, draft: Draft) -> None:
    units = [w.child(directive=item) for item in w.items("directives", w.rng.choice((2, 2, 3)))]
    for unit in units:
        draft.paragraph(capitalize(unit.say(w.items("directive_lead", 1)[0])))
    draft.gold("Relief", say_list("Ordered", [unit.gold("{directive}") for unit in units]))
