"""Orders, motions and briefs whose list of reasons stands among what is only argued, left open, law or background."""

from __future__ import annotations

from collections.abc import Callable

from finetune.synthesize.case import add_filler, begin, draw_length, set_date, sign
from finetune.synthesize.draft import Draft, say_list
from finetune.synthesize.grammar import Writer, capitalize, join_and
from finetune.synthesize.layout import Layout, draw_layout
from finetune.synthesize.motion import NTH, choose_mover
from finetune.synthesize.points import choose_motion, draw_points, name_in_turn
from finetune.synthesize.values import Count

_OUTCOMES = ("mover", "mover", "mover", "other", "other", "other", "both", "both")


def write_near_order(w: Writer, pages: int) -> Draft:
    """Write an order of about `pages` pages: two to four findings beside arguments of both sides."""
    defends = w.rng.random() < 0.55
    choose_mover(w, defends)
    kind = choose_motion(w, defends)
    won = w.rng.choice(_OUTCOMES)
    w.bind("winner", w.scope("other" if won == "other" else "mover"))
    w.bind("loser", w.scope("mover" if won == "other" else "other"))
    w.bind("judge_name", w.banks["judge_title"])
    w.banks["directives"] = [*w.banks["directives"], *kind.get("if_denied" if won == "other" else "if_granted", ())]
    draft = begin(w, "{title}", "{bench}")
    draft.paragraph(w.line("entered"))
    draft.gold("Court", w.gold("{court}, Judge {judge}, No. {docket}, entered {filed}"))
    one = w.child(motion=kind["name"], outcome=w.rng.choice(w.banks[f"outcome_{won}"]), ecf=w.make("ecf"))
    draft.paragraph(one.say(w.items("opening", 1)[0]))
    name_in_turn(w)
    one = w.child(**{name: one.scope(name) for name in ("motion", "outcome", "ecf")})
    draft.gold("Ruling", one.gold("Held: {mover.role}'s {motion} ({ecf}) is {outcome}"))
    layout, filler = draw_layout(w.rng), draw_length(w, pages)
    units = _draw_findings(w, won)
    sections: dict[str, Callable[[], None]] = {
        "ruling": lambda: layout.say(draft, one.say(w.items("ruling", 1)[0])),
        "background": lambda: _write_background(w, draft, layout, filler),
        "sides": lambda: _write_sides(w, draft, layout, units),
        "law": lambda: _write_law(w, draft, layout),
        "reasons": lambda: _write_findings(w, draft, layout, units),
        "orders": lambda: _write_directives(w, draft, layout),
    }
    for name in w.rng.choice(w.banks["order_plan"]).split():
        sections[name]()
    text, gold = set_date(w, 0.55)
    layout.say(draft, text)
    draft.gold("Next date", gold)
    draft.paragraph(w.line("closing"))
    draft.add("sign", w.line("judge_sign"))
    return draft


def _write_background(w: Writer, draft: Draft, layout: Layout, filler: int) -> None:
    layout.head(draft, w.line("h_background"))
    layout.say(draft, *w.filler("history", w.rng.randint(1, 2)), *w.filler("context", 1))
    layout.say(draft, *w.filler("context", w.rng.randint(1, 2)))
    add_filler(w, draft, "context", filler // 5, layout.numbered)


def _write_law(w: Writer, draft: Draft, layout: Layout) -> None:
    if w.rng.random() < 0.5:
        layout.head(draft, w.line("h_law"))
    layout.say(draft, *w.filler("filler_law", w.rng.randint(1, 2)))


def _write_sides(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write what each side argues, in an order of its own; of it the court adopts what is found, if anything."""
    if w.rng.random() < 0.5:
        layout.head(draft, w.line("h_sides"))
    sides = [text for text in (_contend(w, "mover", units), _contend(w, "other", units)) if text]
    w.rng.shuffle(sides)
    if w.rng.random() < 0.5:
        layout.say(draft, *sides)
    else:
        for text in sides[: w.rng.randint(1, 2)]:
            layout.say(draft, text)


def _contend(w: Writer, side: str, units: list[Writer]) -> str:
    """Give one or two points that a side argues; now and then one that the court will find."""
    argued = draw_points(w, f"points_{side}", w.rng.randint(1, 2))
    found = [unit for unit in units if unit.scope("against") != side]
    if found and w.rng.random() < 0.4:
        argued = [*argued[:1], w.rng.choice(found)]
        w.rng.shuffle(argued)
    if not argued:
        return ""
    told = argued[0].child()
    told.bind("side", w.scope(side))
    if len(argued) == 1:
        return capitalize(told.say(w.items("contend", 1)[0]))
    told.bind("ground_b", argued[1].say("{ground}"))
    return capitalize(told.say(w.items("contend_two", 1)[0]))


def _draw_findings(w: Writer, won: str) -> list[Writer]:
    """Draw two to four findings for the side that won, or for both; each knows whose argument it meets."""
    count = w.rng.choice((2, 3, 3, 4))
    shares = {"mover": count - 1, "other": 1} if won == "both" else {won: count}
    units = []
    for side, share in shares.items():
        for unit in draw_points(w, f"points_{side}", share):
            unit.bind("against", "other" if side == "mover" else "mover")
            units.append(unit)
    w.rng.shuffle(units)
    for nth, unit in zip(NTH, units, strict=False):
        unit.bind("nth", nth)
    return units


def _write_findings(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write the findings in one of several forms, and the gold that names each once."""
    layout.head(draft, w.line("h_reasons"))
    if w.rng.random() < 0.3:
        layout.say(draft, _leave_open(w))
    w.rng.choice((_find_apart, _find_apart, _find_answering, _find_in_one, _find_counted, _find_items, _find_list))(
        w, draft, layout, units
    )
    if w.rng.random() < 0.5:
        layout.say(draft, _leave_open(w))
    draft.gold("Reasons", say_list("Found", [unit.gold("{finding}") for unit in units]))


def _leave_open(w: Writer) -> str:
    """Say of a point that it is not decided, or that the ruling does not rest on it; "" where none is left."""
    side = w.rng.choice(("mover", "other"))
    return _say_point(w, side, w.rng.choice(("not_reached", "not_reached", "set_aside")))


def _say_point(w: Writer, side: str, bank: str) -> str:
    """Write a point of a side that was not told yet, led in by a line of `bank`; "" where none is left."""
    for unit in draw_points(w, f"points_{side}", 1):
        unit.bind("side", w.scope(side))
        return capitalize(unit.say(w.items(bank, 1)[0]))
    return ""


def _rival(w: Writer, unit: Writer) -> str:
    """Give an argument of the side that a finding goes against; "" where none is left."""
    return _say_point(w, str(unit.scope("against")), "contend")


def _rejected(w: Writer, unit: Writer) -> str:
    """Give an argument and that it is rejected; "" where none is left."""
    argued = _rival(w, unit)
    return f"{argued} {w.line('reject')}" if argued else ""


def _proof(w: Writer, chance: float = 0.5) -> str:
    return capitalize(w.line("proof")) if w.rng.random() < chance else ""


def _find_apart(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write each finding in a paragraph, under a heading that names its matter or behind a rejected argument."""
    headed = w.rng.random() < 0.4 and all(unit.say("{topic}") for unit in units)
    for unit in units:
        if headed:
            layout.head(draft, unit.say("{topic:upper}"))
        argued = _rejected(w, unit) if w.rng.random() < 0.4 else ""
        layout.say(draft, argued, capitalize(unit.say(w.items("find", 1)[0])), _proof(w))
        if w.rng.random() < 0.25:
            layout.say(draft, *w.filler("filler_law", 1))


def _find_answering(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write each finding as the answer to what the losing side argues."""
    for unit in units:
        argued = _rival(w, unit)
        bank = "find_answer" if argued else "find"
        layout.say(draft, argued, capitalize(unit.say(w.items(bank, 1)[0])), _proof(w, 0.4))


def _find_in_one(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write all findings in one paragraph, an argument between them."""
    told = [capitalize(unit.say(w.items("find", 1)[0])) for unit in units]
    told.insert(w.rng.randint(0, len(told) - 1), _rejected(w, units[0]))
    layout.say(draft, *told)


def _find_counted(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Say how many findings there are, then write them by number in one paragraph or several."""
    lead = capitalize(w.child(n=Count(len(units))).say(w.items("find_count", 1)[0]))
    told = [capitalize(unit.say(w.items("find_nth", 1)[0])) for unit in units]
    if w.rng.random() < 0.5:
        layout.say(draft, lead, *told)
        return
    layout.say(draft, lead)
    for unit, text in zip(units, told, strict=True):
        layout.say(draft, text, _proof(w), _rejected(w, unit) if w.rng.random() < 0.3 else "")


def _find_items(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write the findings as the items of a list, behind an argument."""
    layout.say(draft, (_rejected if w.rng.random() < 0.5 else _rival)(w, units[0]))
    layout.say(draft, w.line("find_open"))
    for number, unit in enumerate(units, 1):
        draft.add("item", capitalize(unit.say("{finding}")) + ".", layout.mark(number))


def _find_list(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write the findings in one sentence, beside an argument."""
    listed = w.child(list=_join(w, units, "{finding}"))
    told = [capitalize(listed.say(w.items("find_list", 1)[0])), _rival(w, units[0])]
    w.rng.shuffle(told)
    layout.say(draft, *told)


def _join(w: Writer, units: list[Writer], skeleton: str) -> str:
    """Join clauses in a sentence, numbered, or each with "that" or "because" of its own."""
    told = [unit.say(skeleton) for unit in units]
    manner = w.rng.choice(("(1)", "(a)", "(i)", "plain", "plain"))
    if manner == "plain":
        return join_and(told)
    labels = {"(1)": "123456", "(a)": "abcdef", "(i)": ("i", "ii", "iii", "iv", "v", "vi")}[manner]
    return join_and(f"({label}) {text}" for label, text in zip(labels, told, strict=False))


def _write_directives(w: Writer, draft: Draft, layout: Layout) -> None:
    layout.head(draft, w.line("h_orders"))
    units = [w.child(directive=item) for item in w.items("directives", w.rng.choice((1, 2, 2, 3)))]
    if len(units) > 1 and w.rng.random() < 0.35:
        layout.say(draft, w.line("directives_open"))
        for number, unit in enumerate(units, 1):
            draft.add("item", capitalize(unit.say("{directive}")) + ".", layout.mark(number))
    else:
        told = [capitalize(unit.say(w.items("directive_lead", 1)[0])) for unit in units]
        if w.rng.random() < 0.5:
            layout.say(draft, *told)
        else:
            for text in told:
                layout.say(draft, text)
    draft.gold("Relief", say_list("Ordered", [unit.gold("{directive}") for unit in units]))


def write_near_motion(w: Writer, pages: int) -> Draft:
    """Write a motion of about `pages` pages: two to four grounds beside what the other side says."""
    defends = w.rng.random() < 0.55
    choose_mover(w, defends)
    kind = choose_motion(w, defends)
    draft = begin(w, "{mover.role}'s {title}")
    draft.paragraph(w.line("filed_line"))
    one = w.child(request=kind["request"], alternative=w.items("alternatives_any", 1)[0])
    draft.paragraph(one.say(w.items("opening", 1)[0]))
    draft.gold("Movant", w.gold("By: {mover.role} {mover}, through {firm}; filed {filed}"))
    draft.gold("Request", one.gold("Asks: {request}; failing that, {alternative}"))
    name_in_turn(w)
    w.bind("side", w.scope("mover"))
    w.bind("rival", w.scope("other"))
    layout, filler = draw_layout(w.rng), draw_length(w, pages)
    text, gold = set_date(w, 0.5)
    draft.gold("Next date", gold)
    sections: list[Callable[[], None]] = [
        lambda: _write_background(w, draft, layout, filler),
        lambda: _write_opposition(w, draft, layout),
        lambda: layout.say(draft, text),
    ]
    w.rng.shuffle(sections)
    sections.insert(w.rng.randint(0, 3), lambda: write_near_grounds(w, draft, layout, "points_mover", "Grounds"))
    for write in sections:
        write()
    layout.head(draft, w.line("h_end"))
    layout.say(draft, w.line("ending"))
    sign(w, draft, "d" if defends else "p", w.say("{mover.role}"))
    return draft


def _write_opposition(w: Writer, draft: Draft, layout: Layout) -> None:
    """Write whether the other side opposes and why; one motion in eight does not say."""
    roll = w.rng.random()
    if roll > 0.88:
        return
    bank = "opposed" if roll < 0.6 else "unopposed"
    layout.head(draft, w.line("h_opposition"))
    one = w.child()
    for unit in draw_points(w, "points_other", 1) if w.rng.random() < 0.5 else ():
        one = unit.child(reason=unit.scope("ground"))
    layout.say(draft, one.say(w.items(bank, 1)[0]))
    reason = ": {reason}" if bank == "opposed" else ""
    draft.gold("Opposition", one.gold(f"{bank.capitalize()} by {{other.role}}{reason}; conferred {{date}}"))


def write_near_grounds(w: Writer, draft: Draft, layout: Layout, bank: str, part: str) -> None:
    """Write two to four grounds of `side` in one of several forms, among answers to `rival`, and their gold."""
    layout.head(draft, w.line("h_grounds"))
    units = draw_points(w, bank, w.rng.choice((2, 3, 3, 4)))
    for nth, unit in zip(NTH, units, strict=False):
        unit.bind("nth", nth)
    rivals = draw_points(w, "points_mover" if bank == "points_other" else "points_other", 2)
    foreseen = [_foresee(w, rival) for rival in rivals]
    if foreseen and w.rng.random() < 0.4:
        layout.say(draft, foreseen.pop())
    forms = [_argue_apart, _argue_apart, _argue_in_one, _argue_items, _argue_list]
    if all(unit.say("{topic}") for unit in units):
        forms += [_argue_headed, _argue_headed, _argue_headed]
    w.rng.choice(forms)(w, draft, layout, units)
    if foreseen and w.rng.random() < 0.6:
        layout.say(draft, foreseen[0], *w.filler("argument", 1))
    draft.gold(part, say_list("Argued", [unit.gold("{ground}") for unit in units]))


def _foresee(w: Writer, rival: Writer) -> str:
    told = capitalize(rival.say(w.items("foresee", 1)[0]))
    return f"{told} {w.line('foresee_answer')}"


def _argue_headed(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write a paragraph that names the points in other words, then each under a heading."""
    topics = w.child(topics=join_and(unit.say("{topic}") for unit in units))
    layout.say(draft, capitalize(topics.say(w.items("roadmap", 1)[0])))
    for unit in units:
        layout.head(draft, unit.say("{topic:upper}"))
        layout.say(draft, capitalize(unit.say(w.items("ground_say", 1)[0])), *w.filler("argument", 1))


def _argue_apart(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    """Write each ground in a paragraph, by number, or as a heading over its argument."""
    if w.rng.random() < 0.5:
        layout.say(draft, w.child(n=Count(len(units))).say(w.items("grounds_count", 1)[0]))
    as_headings = layout.headings != "none" and w.rng.random() < 0.3
    for unit in units:
        if as_headings:
            layout.head(draft, unit.say("{ground:cap}"))
            layout.say(draft, *w.filler("argument", 1), *w.filler("filler_law", 1))
        else:
            layout.say(
                draft, capitalize(unit.say(w.items("ground_nth", 1)[0])), *w.filler("argument", w.rng.randint(0, 1))
            )


def _argue_in_one(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    told = [capitalize(unit.say(w.items("ground_say", 1)[0])) for unit in units]
    told.insert(w.rng.randint(1, len(told)), " ".join(w.filler("argument", 1)))
    layout.say(draft, *told)


def _argue_items(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    layout.say(draft, w.line("grounds_open"))
    for number, unit in enumerate(units, 1):
        draft.add("item", capitalize(unit.say("{ground}")) + ".", layout.mark(number))
    layout.say(draft, *w.filler("argument", 1))


def _argue_list(w: Writer, draft: Draft, layout: Layout, units: list[Writer]) -> None:
    listed = w.child(list=_join(w, units, "{ground}"))
    layout.say(draft, capitalize(listed.say(w.items("grounds_list", 1)[0])), *w.filler("argument", 1))
