"""Briefs: for whom, on what questions, what is argued and what is asked; on appeal, or against a motion below."""

from __future__ import annotations

import random

from finetune.synthesize.case import (
    CourtName,
    Split,
    add_filler,
    begin,
    draw_length,
    load_banks,
    name_sides,
    open_case,
    sign,
)
from finetune.synthesize.draft import Draft, say_list
from finetune.synthesize.grammar import Writer
from finetune.synthesize.layout import draw_layout
from finetune.synthesize.motion import write_grounds
from finetune.synthesize.points import choose_motion, name_in_turn
from finetune.synthesize.reasons import write_near_grounds
from finetune.synthesize.values import Party


def open_brief(rng: random.Random, split: Split, document_type: str) -> Writer:
    """Give a writer for a brief: two times in three on appeal, else against a motion in the trial court."""
    w = open_case(rng, split, document_type, appeal=rng.random() < 0.67)
    below = rng.choice(load_banks(split)["courts"]["courts"])
    w.bind("below", CourtName(below["prose"], below["short"]))
    return w


def write_brief(w: Writer, pages: int) -> Draft:
    """Write a brief of about `pages` pages in the case that `w` holds."""
    plaintiff = w.scope("plaintiff")
    assert isinstance(plaintiff, Party)
    kind = w.rng.choice(("first", "first", "second")) if plaintiff.role == "Appellant" else "trial"
    first = kind == "first" or (kind == "trial" and not w.banks.get("defends", w.rng.random() < 0.5))
    side, other = ("plaintiff", "defendant") if first else ("defendant", "plaintiff")
    for name, value in (("side", side), ("mover", side), ("other", other), ("firm", "firm_p" if first else "firm_d")):
        w.bind(name, w.scope(value))
    draft = begin(w, w.items("title_trial" if kind == "trial" else "title", 1)[0])
    draft.heading(w.line("h_opening_trial" if kind == "trial" else "h_opening"))
    one = w.child()
    draft.paragraph(one.say(w.items(f"opening_{kind}", 1)[0]))
    cause = "opposing {motion} ({ecf})" if kind == "trial" else "decision of {date}, {below}"
    draft.gold("Party", one.gold("For: {side.role} {side}, through {firm}; " + cause))
    _write_issues(w, draft, "h_issues_trial" if kind == "trial" else "h_issues")
    name_sides(w)
    filler = draw_length(w, pages)
    draft.heading(w.line("h_case"))
    add_filler(w, draft, "context", 2 + filler // 3)
    write_grounds(w, draft, "grounds_plaintiff" if first else "grounds_defendant", "Argument", filler)
    _write_ending(w, draft, w.items(f"reliefs_{kind}", 1)[0])
    draft.paragraph(w.child(words=str(w.rng.randint(3_000, 12_900))).say(w.items("compliance", 1)[0]))
    sign(w, draft, "p" if first else "d", w.say("{side.role}"))
    return draft


def write_near_brief(w: Writer, pages: int) -> Draft:
    """Write a brief of about `pages` pages: two to four points beside what the other side says."""
    plaintiff = w.scope("plaintiff")
    assert isinstance(plaintiff, Party)
    kind = w.rng.choice(("first", "first", "second")) if plaintiff.role == "Appellant" else "trial"
    first = kind == "first" or (kind == "trial" and w.rng.random() < 0.5)
    side, rival = ("plaintiff", "defendant") if first else ("defendant", "plaintiff")
    for name, value in (("side", side), ("rival", rival), ("other", rival), ("firm", "firm_p" if first else "firm_d")):
        w.bind(name, w.scope(value))
    if kind == "trial":
        w.bind("motion", f"the {choose_motion(w, defends=first)['name']}")
    else:
        w.banks["points_mover"], w.banks["points_other"] = w.banks[f"grounds_{side}"], w.banks[f"grounds_{rival}"]
    draft = begin(w, w.items("title_trial" if kind == "trial" else "title", 1)[0])
    layout = draw_layout(w.rng)
    layout.head(draft, w.line("h_opening_trial" if kind == "trial" else "h_opening"))
    one = w.child()
    draft.paragraph(one.say(w.items(f"opening_{kind}", 1)[0]))
    cause = "opposing {motion} ({ecf})" if kind == "trial" else "decision of {date}, {below}"
    draft.gold("Party", one.gold("For: {side.role} {side}, through {firm}; " + cause))
    # The points of a motion speak of who made it, which in a brief against it is the other side.
    w.bind("mover", w.scope(rival if kind == "trial" else side))
    w.bind("other", w.scope(side if kind == "trial" else rival))
    issues_first = w.rng.random() < 0.6
    if issues_first:
        _write_issues(w, draft, "h_issues_trial" if kind == "trial" else "h_issues")
    name_in_turn(w)
    layout.head(draft, w.line("h_case"))
    layout.say(draft, *w.filler("history", 1), *w.filler("context", w.rng.randint(1, 2)))
    add_filler(w, draft, "context", draw_length(w, pages) // 4, layout.numbered)
    if not issues_first:
        _write_issues(w, draft, "h_issues_trial" if kind == "trial" else "h_issues")
    write_near_grounds(w, draft, layout, "points_other" if kind == "trial" else "points_mover", "Argument")
    _write_ending(w, draft, w.items(f"reliefs_{kind}", 1)[0])
    draft.paragraph(w.child(words=str(w.rng.randint(3_000, 12_900))).say(w.items("compliance", 1)[0]))
    sign(w, draft, "p" if first else "d", w.say("{side.role}"))
    return draft


def _write_issues(w: Writer, draft: Draft, heading: str) -> None:
    draft.heading(w.line(heading))
    units = [w.child(issue=item, n=str(n)) for n, item in enumerate(w.items("issues", w.rng.choice((2, 3))), 1)]
    skeleton = w.items("issue", 1)[0]
    for unit in units:
        draft.paragraph(unit.say(skeleton))
    draft.gold("Issues", say_list("Whether", [unit.gold("{issue}") for unit in units]))


def _write_ending(w: Writer, draft: Draft, relief: str) -> None:
    """Write what the brief asks for at its end, and the gold of it."""
    draft.heading(w.line("h_end"))
    one = w.child(relief=relief)
    draft.paragraph(one.say(w.items("relief", 1)[0]))
    draft.gold("Relief", one.gold("Asks: to {relief}"))
