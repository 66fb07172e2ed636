"""Complaints: parties, causes of action, two dated acts and a harm, a prayer, sometimes a first setting."""

from __future__ import annotations

from finetune.synthesize.case import add_filler, begin, draw_length, name_sides, set_date, sign
from finetune.synthesize.draft import Draft, roman, say_list
from finetune.synthesize.grammar import Writer, capitalize, join_and
from finetune.synthesize.points import name_in_turn
from finetune.synthesize.values import Company, Day, Party


def write_near_complaint(w: Writer, pages: int) -> Draft:
    """Write a complaint of about `pages` pages whose claims may stand in its counts alone, its prayer in many forms."""
    draft = begin(w, "{title}")
    draft.paragraph(w.line("opening"))
    name_in_turn(w)
    claims = w.items("claims", w.rng.choice((2, 2, 3)))
    sections = _SECTIONS | {"claims": _write_counts, "relief": _write_prayer}
    for section in w.rng.choice(w.banks["outline"]).split():
        sections[section](w, draft, claims, draw_length(w, pages) // 3)
    sign(w, draft, "p", w.say("{plaintiff.role}"))
    return draft


def write_complaint(w: Writer, pages: int) -> Draft:
    """Write a complaint of about `pages` pages in the case that `w` holds."""
    draft = begin(w, "{title}")
    draft.paragraph(w.line("opening"))
    name_sides(w)
    filler = draw_length(w, pages)
    claims = w.items("claims", w.banks.get("claim_count", w.rng.choice((2, 2, 3))))
    for section in w.rng.choice(w.banks["outline"]).split():
        _SECTIONS[section](w, draft, claims, filler)
    sign(w, draft, "p", w.say("{plaintiff.role}"))
    return draft


def _write_nature(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    draft.heading(w.line("h_nature"))
    one = w.child(claims=join_and(claims))
    draft.paragraph(one.say(w.items("nature", 1)[0]), numbered=True)
    draft.gold("Claims", say_list("Pleaded", [w.gold(c) for c in claims]))


def _write_parties(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    draft.heading(w.line("h_parties"))
    plaintiff = w.scope("plaintiff")
    assert isinstance(plaintiff, Party)
    name = "plaintiff_para_company" if isinstance(plaintiff.who, Company) else "plaintiff_para"
    draft.paragraph(w.line(name), numbered=True)
    draft.paragraph(w.line("defendant_para"), numbered=True)
    draft.gold(
        "Parties",
        w.gold("Plaintiff: {plaintiff}, {plaintiff.kind}"),
        w.gold("Defendant: {defendant}, {defendant.kind}"),
    )


def _write_venue(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    draft.heading(w.line("h_venue"))
    add_filler(w, draft, "venue", 2, numbered=True)


def _write_facts(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    draft.heading(w.line("h_facts"))
    first, second = w.items("acts", 2)
    early, late = _draw_days(w)
    one = w.child(act=first, date=early)
    two = w.child(act=second, date=late)
    harm = w.child(harm=w.items("harms", 1)[0])
    add_filler(w, draft, "context", 2 + filler // 3, numbered=True)
    draft.paragraph(one.say(w.items("fact_act", 1)[0]), numbered=True)
    add_filler(w, draft, "filler", 1 + filler // 3, numbered=True)
    draft.paragraph(two.say(w.items("fact_act2", 1)[0]), numbered=True)
    notice = w.child(job=w.items("jobs", 1)[0])
    draft.paragraph(notice.say(w.items("fact_notice", 1)[0]), numbered=True)
    draft.paragraph(harm.say(w.items("fact_harm", 1)[0]), numbered=True)
    add_filler(w, draft, "context", 1 + filler // 3, numbered=True)
    draft.gold(
        "Facts",
        one.gold("Alleged: on {date} {defendant.role} {act}"),
        two.gold("Alleged: on {date} {defendant.role} {act}"),
        notice.gold("Alleged notice: on {date_n} to {person_n}, {job}"),
        harm.gold("Alleged harm: {harm}, {money}"),
    )


def _draw_days(w: Writer) -> tuple[Day, Day]:
    """Give the days of the two acts, in order: those of the scenario where it fixes them."""
    fixed = w.banks.get("act_days")
    if fixed:
        return Day(fixed[0]), Day(fixed[1])
    days = sorted(value.day for value in (w.make("date"), w.make("date")) if isinstance(value, Day))
    return Day(days[0]), Day(days[1])


def _write_claims(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    for number, claim in enumerate(claims, 1):
        one = w.child(n=roman(number), claim=claim)
        draft.heading(one.say(w.items("count", 1)[0]))
        draft.paragraph(w.line("count_body"), numbered=True)
        add_filler(w, draft, "filler", 1, numbered=True)


def _write_relief(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    draft.heading(w.line("h_relief"))
    one = w.child(remedy=w.items("remedies", 1)[0])
    sought = [w.items("damages", 1)[0], "{remedy}"]
    if w.rng.random() < 0.6:
        sought.append(w.items("fees", 1)[0])
    prayed = [one.say(item) for item in [*sought, *w.items("prayer_rest", 1)]]
    lead = w.line("prayer")
    if w.varies(0.3):
        for item in prayed:
            draft.paragraph(w.child(item=item).say(w.items("prayer_each", 1)[0]))
    elif w.rng.random() < 0.5:
        draft.paragraph(
            f"{lead} " + "; ".join(f"({letter}) {text}" for letter, text in zip("abcde", prayed, strict=False)) + "."
        )
    else:
        draft.paragraph(lead)
        for letter, text in zip("ABCDE", prayed, strict=False):
            draft.add("item", capitalize(text) + ";", f"{letter}.")
    demand = ""
    if w.rng.random() < 0.6:
        draft.paragraph(w.line("jury"))
        demand = "Jury demanded"
    draft.gold("Relief", say_list("Seeks", [one.gold(item) for item in sought]), demand)


def _write_counts(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    """Write the counts, each with its law, beside a claim that is not pleaded."""
    units = [w.child(n=roman(number), claim=claim) for number, claim in enumerate(claims, 1)]
    body = w.rng.random() < 0.7
    for unit in units:
        draft.heading(unit.say(w.items("count", 1)[0]))
        if body:
            draft.paragraph(unit.say(w.items("count_body", 1)[0]), numbered=True)
    if w.rng.random() < 0.4:
        draft.paragraph(w.child(claim_x=w.items("claims", 1)[0]).say(w.items("claim_not", 1)[0]), numbered=True)
    draft.gold("Claims", say_list("Pleaded", [unit.gold("{claim}") for unit in units]))


def _write_prayer(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    """Write two to four things that are sought, in one of several forms, beside what is not sought."""
    draft.heading(w.line("h_relief"))
    items = [*w.items("damages", 1), *w.items("remedies", w.rng.choice((1, 1, 2)))]
    if w.rng.random() < 0.6:
        items += w.items("fees", 1)
    w.rng.shuffle(items)
    units = [w.child(item=item) for item in items]
    unsought = w.child(remedy_x=w.items("remedies", 1)[0]).say(w.items("prayer_not", 1)[0])
    place = w.rng.choice(("before", "after", "nowhere"))
    if place == "before":
        draft.paragraph(unsought)
    form = w.rng.choice(("each", "line", "letters", "items"))
    rest = [w.line("prayer_rest")] if w.rng.random() < 0.6 else []
    prayed = [unit.say("{item}") for unit in units] + rest
    if form == "each":
        told = [capitalize(unit.say(w.items("prayer_each", 1)[0])) for unit in units]
        draft.paragraph(" ".join(told))
    elif form == "line":
        draft.paragraph(w.child(list=join_and(prayed)).say(w.items("prayer_line", 1)[0]))
    elif form == "letters":
        listed = "; ".join(f"({letter}) {text}" for letter, text in zip("abcdef", prayed, strict=False))
        draft.paragraph(f"{w.line('prayer')} {listed}.")
    else:
        draft.paragraph(w.line("prayer"))
        label = w.rng.choice(("{a}.", "({n})", "{n}.", "-"))
        for number, text in enumerate(prayed, 1):
            draft.add("item", capitalize(text) + ";", label.format(a=chr(64 + number), n=number))
    if place == "after":
        draft.paragraph(unsought)
    jury = w.rng.random() < 0.6
    if jury:
        draft.paragraph(w.line("jury"))
    draft.gold("Relief", say_list("Seeks", [unit.gold("{item}") for unit in units]), "Jury demanded" if jury else "")


def _write_setting(w: Writer, draft: Draft, claims: list[str], filler: int) -> None:
    text, gold = set_date(w, 0.5)
    if text:
        draft.paragraph(text)
        draft.gold("Next date", gold)


_SECTIONS = {
    "nature": _write_nature,
    "parties": _write_parties,
    "venue": _write_venue,
    "facts": _write_facts,
    "claims": _write_claims,
    "relief": _write_relief,
    "setting": _write_setting,
}
