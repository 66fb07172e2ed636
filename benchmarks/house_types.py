"""The seven types of filing by another hand: what each draws from its bank, and its gold summary in the house style."""

from __future__ import annotations

from collections.abc import Callable

from house_filings import Bank, Draft, Item, Money, load_bank, number_list, raise_first

SMALL = ("head", "landing", "parked aircraft", "seat", "hive", "acre")  # units that cost little
STAGES = ("Appellant", "Appellee")


def set_lawsuit(draft: Draft, years: int = 1) -> Bank:
    """Draw what every filing of a lawsuit has, and the quarrel that it is about; it began so many years ago."""
    subject = draft.pick(load_bank("lawsuits")["subjects"])
    values = draft.values
    values |= {name: draft.pick(rows) for name, rows in subject["slots"].items()}
    stems = draft.once("company"), draft.once("company")
    plaintiff, defendant = (
        f"{stem} {draft.pick(subject[side])}" for stem, side in zip(stems, ("plaintiffs", "defendants"), strict=True)
    )
    by_name = draft.rng.random() < 0.25  # a quarter of the filings call the sides by name
    if draft.rng.random() < 0.6:
        court, docket = set_federal(draft, years)
        prose = f"United States District Court for the {court}"
    else:
        kind = draft.pick(draft.names["state_courts"])
        court = prose = f"{values['county']} County {kind}"
        docket = (
            f"{draft.pick(('CV', 'CI', 'L', 'EQ'))}-{draft.filed.year - years}-{draft.rng.randrange(100, 9999):06d}"
        )
    values |= {
        "pname": plaintiff, "PNAME": plaintiff.upper(), "dname": defendant, "DNAME": defendant.upper(),
        "P": stems[0] if by_name else "Plaintiff", "D": stems[1] if by_name else "Defendant",
        "court": prose, "COURT": prose.upper(), "COURT2": prose, "gold_court": court, "docket": docket,
        "pfirm": draft.firm(), "dfirm": draft.firm(), "pcounsel": draft.person(), "dcounsel": draft.person(),
        "pis": draft.fill(draft.pick(subject["plaintiff_is"])), "dis": draft.fill(draft.pick(subject["defendant_is"])),
    }  # fmt: skip
    draft.lists["background"] = [
        {"x": draft.fill(row, **draft.asides())} for row in draft.rng.sample(subject["background"], 4)
    ]
    return subject


def set_federal(draft: Draft, years: int) -> tuple[str, str]:
    """Draw a federal court of the filing's state and a docket number of its form."""
    initials = "".join(draft.pick("ABCDEHJKLMPRSTW") for _ in range(3))
    number, year = draft.rng.randrange(40, 5200), (draft.filed.year - years) % 100
    court = next(name for name in draft.names["federal"] if name.endswith(f" {draft.values['state']}"))
    return court, f"{draft.rng.randrange(1, 7)}:{year:02d}-cv-{number:05d}-{initials}"


def say_roles(draft: Draft, text: str) -> str:
    """Fill words of a summary, which calls the sides by their roles."""
    return draft.fill(text, P="Plaintiff", D="Defendant")


def make_complaint(draft: Draft, bank: Bank) -> str:
    subject, v = set_lawsuit(draft, 0), draft.values
    acts = draft.rng.sample(subject["acts"], draft.pick((2, 2, 3)))
    days = sorted((draft.past(90, 900) for _ in acts), key=lambda d: d.value)
    draft.lists["facts"] = [draft.say(bank["facts"], row, day=day) for row, day in zip(acts, days, strict=True)]
    who, job, told, sum_ = draft.person(), draft.pick(subject["notice_jobs"]), draft.past(20, 90), draft.money()
    draft.lists["notice"] = [{"x": draft.fill(draft.pick(bank["notice"]), who=who, job=job, day=told)}]
    harm = draft.fill(draft.pick(subject["harms"]))
    draft.lists["harm"] = [draft.say(bank["harm"], [harm, harm], sum=sum_)]
    claims = draft.rng.sample(subject["claims"], 2)
    draft.lists["claims"] = [tell_claim(draft, bank, row) for row in claims]
    asked = draft.money()
    relief = [
        [f"{asked.gold} in damages", f"damages of {asked}", f"{asked} in damages"],
        *draft.rng.sample(subject["relief"], draft.pick((1, 2))),
    ]
    draft.lists["relief"] = [draft.say(["{c}"], row) for row in relief]
    jury = draft.rng.random() < 0.6
    draft.lists["jury"] = [{}] if jury else []
    heads = [row[1] for row in claims]
    v |= {"lend": "abcdefgh"[len(relief)], "heads": " and ".join(heads), "HEADS": " AND ".join(heads).upper()}
    draft.add_noise(bank, 4)
    draft.lists["venue"] = [{"x": draft.fill(row, **draft.asides())} for row in draft.rng.sample(bank["venue"], 2)]
    following = draft.add_setting(0.5)
    facts = [
        f"Alleged: on {day.gold} Defendant {say_roles(draft, row[0])}." for row, day in zip(acts, days, strict=True)
    ]
    return (
        f"Parties: Plaintiff: {v['pname']}, {v['pis']}. Defendant: {v['dname']}, {v['dis']}.\n"
        f"Claims: Pleaded: {number_list([row[0] for row in claims])}.\n"
        f"Facts: {' '.join(facts)} Alleged notice: on {told.gold} to {who}, {job}. Alleged harm: {harm}, {sum_.gold}.\n"
        f"Relief: Seeks: {number_list([say_roles(draft, row[0]) for row in relief])}.{' Jury demanded.' if jury else ''}{following}"
    )


def tell_claim(draft: Draft, bank: Bank, row: list[str]) -> Item:
    """Say a cause of action: its heading in two forms, its statute where it has one, and its sentence."""
    law = row[2] if len(row) > 2 else ""
    said = {"Head": row[1], "HEAD": row[1].upper(), "lawline": f"\n({law})" if law else ""}
    said |= {"law2": f", {law}" if law else "", "law3": f" {law}." if law else ""}
    return draft.say(bank["claim"], [row[0], row[0]]) | said


def make_motion(draft: Draft, bank: Bank) -> str:
    subject, v, rng = set_lawsuit(draft), draft.values, draft.rng
    mine, other = ("plaintiff", "defendant") if rng.random() < 0.4 else ("defendant", "plaintiff")
    by_name = v["P"] != "Plaintiff"
    side = {"plaintiff": ("pname", "pfirm", "pcounsel", "P"), "defendant": ("dname", "dfirm", "dcounsel", "D")}
    role, them = mine.title(), other.title()
    v |= {name: v[key] for name, key in zip(("mname", "mfirm", "mcounsel", "M"), side[mine], strict=True)}
    v |= {"O": v[side[other][3]] if by_name else them, "Mrole": role, "MROLE": role.upper(), "mrole": mine}
    v |= {
        "place2": f"the {draft.once('federal')}",
        "days": draft.pick((30, 45, 60, 90)),
        "sum": draft.money(),
        "xday": draft.past(30, 60),
    }
    request, falling = draft.pick(bank["requests"]), draft.pick(bank["alternatives"]) if rng.random() < 0.4 else None
    said = f" [In the alternative|Failing that], {role} asks the Court {falling[2]}." if falling else ""
    title = draft.fill(request[2]).split(" under ")[0].upper()
    v |= {
        "request": draft.fill(request[2]),
        "request_order": draft.fill(request[1]),
        "alternative": draft.fill(said),
        "TITLE": title,
    }
    grounds = rng.sample(subject[f"points_{mine}"], draft.pick((2, 3, 3)))
    draft.lists["grounds"] = [draft.say(bank["grounds"], row) for row in grounds]
    v["count"] = {2: "two", 3: "three"}[len(grounds)]
    reply, met = draft.fill(draft.pick(bank["replies"])), draft.past(3, 30)
    draft.lists["opposition"] = [draft.say(bank["opposed"], [reply, reply], day=met)]
    draft.add_noise(bank, 3)
    following = draft.add_setting()
    reply = reply.replace(v["M"], role).replace(v["O"], them)
    failing = f"; failing that, {draft.gold(falling)}" if falling else ""
    return (
        f"Movant: By: {role} {v['mname']}, through {v['mfirm']}; filed {v['filed'].gold}.\n"
        f"Request: Asks: {draft.gold(request)}{failing}.\n"
        f"Grounds: Argued: {number_list([say_roles(draft, row[0]) for row in grounds])}.\n"
        f"Opposition: Opposed by {them}: {reply}; conferred {met.gold}.{following}"
    )


def make_order(draft: Draft, bank: Bank) -> str:
    subject, v, rng = set_lawsuit(draft), draft.values, draft.rng
    won, lost = ("plaintiff", "defendant") if rng.random() < 0.5 else ("defendant", "plaintiff")
    mover, other = ("plaintiff", "defendant") if rng.random() < 0.5 else ("defendant", "plaintiff")
    outcome = draft.pick(bank["outcomes"][:1] if mover == won else bank["outcomes"][1:])
    judge, motion, ecf = draft.person(), draft.pick(bank["motions"]), rng.randrange(9, 240)
    title = "United States District Judge" if ":" in v["docket"] else "Judge"
    v |= {
        "judge": judge,
        "JUDGE": judge.upper(),
        "jtitle": title,
        "jtitle_short": "J.",
        "motion": motion,
        "MOTION": motion.upper(),
        "ecf": ecf,
    }
    v |= {
        "Wrole": mover.title(),
        "WROLE": mover.upper(),
        "W2": f"{mover.title()}'s",
        "Lrole": other.title(),
        "O": lost.title(),
    }
    v |= {"out": outcome[1], "OUT": outcome[2], "W": mover.title(), "L": other.title(), "sum": draft.money(1, 40)}
    found = rng.sample(subject[f"points_{won}"], draft.pick((2, 3)))
    draft.lists["found"] = [draft.say(bank["found"], row) for row in found]
    draft.lists["argued"] = [draft.say(bank["argued"], draft.pick(subject[f"points_{lost}"]))]
    orders = rng.sample(bank["ordered"], 2)
    by = [draft.day(days) for days in sorted(rng.sample(range(7, 75), 2))]
    draft.lists["ordered"] = [draft.say(["{c}"], row, by=day) for row, day in zip(orders, by, strict=True)]
    draft.add_noise(bank, 3)
    following = draft.add_setting(0.5)
    ordered = [draft.gold(row, by=day) for row, day in zip(orders, by, strict=True)]
    return (
        f"Court: {v['gold_court']}, Judge {judge}, No. {v['docket']}, entered {v['filed'].gold}.\n"
        f"Ruling: Held: {mover.title()}'s {motion} (ECF {ecf}) is {outcome[0]}.\n"
        f"Reasons: Found: {number_list([say_roles(draft, row[0]) for row in found])}.\n"
        f"Relief: Ordered: {number_list(ordered)}.{following}"
    )


def make_brief(draft: Draft, bank: Bank) -> str:
    subject, v, rng = set_lawsuit(draft, 3), draft.values, draft.rng
    mine = draft.pick(("plaintiff", "defendant"))
    stage = draft.pick(STAGES)
    other = STAGES[1 - STAGES.index(stage)]
    letter = mine[0]
    v |= {
        "bname": v[f"{letter}name"],
        "bfirm": v[f"{letter}firm"],
        "bcounsel": v[f"{letter}counsel"],
        "BNAME": v[f"{letter}name"].upper(),
    }
    v |= {
        "Brole": stage,
        "BROLE": stage.upper(),
        "brole_lower": stage.lower(),
        "appno": f"{draft.filed:%y}-{rng.randrange(1000, 4900)}",
    }
    v |= {"prole": stage if mine == "plaintiff" else other, "drole": stage if mine == "defendant" else other}
    v |= {
        "circuit": (circuit := draft.pick(draft.names["circuits"])),
        "CIRCUIT": circuit.upper(),
        "decided": (decided := draft.past(60, 400)),
    }
    ask = draft.pick(bank["asks"][:2] if stage == "Appellant" else bank["asks"][2:])
    v |= {"ask": draft.fill(ask[1]), "ask_verb": ask[2]}
    issues = rng.sample(subject["issues"], 2)
    draft.lists["issues"] = [draft.say(bank["issues"], row) for row in issues]
    argued = rng.sample(subject[f"points_{mine}"], 3)
    draft.lists["argued"] = [draft.say(bank["argued"], row) for row in argued]
    draft.add_noise(bank, 4)
    draft.lists["venue"] = [{"x": draft.fill(bank["venue"][0])}]
    return (
        f"Party: For: {stage} {v['bname']}, through {v['bfirm']}; decision of {decided.gold}, {v['gold_court']}.\n"
        f"Issues: Whether: {number_list([say_roles(draft, row[0]) for row in issues])}.\n"
        f"Argument: Argued: {number_list([say_roles(draft, row[0]) for row in argued])}.\n"
        f"Relief: Asks: {ask[0]}."
    )


def make_deposition(draft: Draft, bank: Bank) -> str:
    subject, v, rng = set_lawsuit(draft), draft.values, draft.rng
    layout = bank["layouts"][draft.number % len(bank["layouts"])]
    q, a = layout["q"], layout["a"]
    witness, examiner, job = draft.person(), draft.person(), draft.pick(subject["jobs"])
    firm, employer, held = draft.firm(), v["dname"], draft.day(0)
    v |= {
        "q": q,
        "a": a,
        "witness": witness,
        "WITNESS": witness.upper(),
        "examiner": examiner,
        "EXAMINER": examiner.upper(),
    }
    v |= {
        "job": job,
        "xfirm": firm,
        "employer": employer,
        "day": held,
        "other": draft.person(),
        "reporter": draft.person(),
    }
    v |= {
        "time": f"{rng.randrange(1, 6)}:{draft.pick(('05', '20', '40', '55'))} p.m.",
        "OBJ": draft.once("last").upper(),
    }
    topics = [draft.fill(row) for row in rng.sample(subject["topics"], draft.pick((2, 3)))]
    admitted = rng.sample(subject["admissions"], draft.pick((3, 4)))
    draft.lists["topics"] = [{"c": topic} for topic in topics]
    answers = [ask(draft, q, a, *draft.pick((row[1:3], row[3:5]))) for row in admitted]
    body = []
    for number, topic in enumerate(topics):
        lead, reply = draft.pick(bank["leads"])
        body.append(ask(draft, q, a, draft.fill(lead, c=topic), reply))
        body += answers[number :: len(topics)]
    order = [row for number in range(len(topics)) for row in admitted[number :: len(topics)]]
    draft.lists["body"], draft.lists["body2"] = body, answers
    told = admitted if layout["q"] == "Q:" else order
    first = rng.randrange(1, 60)
    papers = [
        {"num": first + n, "what": what, "day": draft.past(90, 700)}
        for n, what in enumerate(rng.sample(subject["exhibits"], 2))
    ]
    asked = rng.sample(bank["exhibit"], 2)
    replies = rng.sample(bank["exhibit_answer"], 2)
    draft.lists["exhibits"] = [
        ask(draft, q, a, draft.fill(x, **paper), draft.fill(y, **paper))
        for x, y, paper in zip(asked, replies, papers, strict=True)
    ]
    draft.lists["marked"] = [{**paper, "exday": paper["day"]} for paper in papers]
    draft.lists["objection"] = [{"x": draft.fill(draft.pick(bank["objections"]))}]
    draft.lists["noise"] = [
        ask(draft, q, a, *(draft.fill(t, **draft.asides()) for t in row)) for row in rng.sample(bank["noise"], 7)
    ]
    marked = [f"Ex. {paper['num']}, {paper['what']} of {paper['day'].gold}" for paper in papers]
    return (
        f"Witness: Examined: {witness}, {job} at {employer}, on {held.gold}, by {examiner} of {firm}.\n"
        f"Topics: Examined on: {number_list(topics)}.\n"
        f"Admissions: Testified: {number_list([draft.fill(row[0]) for row in told])}.\n"
        f"Exhibits: Marked: {number_list(marked)}."
    )


def ask(draft: Draft, q: str, a: str, question: str, answer: str) -> Item:
    """Write a question and its answer."""
    return {"x": f"{q} {draft.fill(question)}\n{a} {draft.fill(answer)}"}


def make_contract(draft: Draft, bank: Bank) -> str:
    kind, v, rng = draft.pick(bank["kinds"]), draft.values, draft.rng
    first, second = kind["roles"]
    v |= {name: draft.pick(rows) for name, rows in kind["slots"].items()}
    v |= {
        "A": first,
        "B": second,
        "AA": first.upper(),
        "BB": second.upper(),
        "TITLE": kind["title"],
        "Title": kind["title"].title().replace(" And ", " and "),
    }
    v |= {
        "aname": f"{draft.once('company')} {draft.pick(kind['names_a'])}",
        "bname": f"{draft.once('company')} {draft.pick(kind['names_b'])}",
    }
    v |= {
        "signed": draft.day(0),
        "start": draft.day(rng.randrange(5, 90)),
        "months": draft.pick((12, 18, 24, 30, 36, 48)),
        "k": rng.randrange(4, 60),
    }
    unit = draft.pick(kind["units"])
    v |= {
        "renew": draft.pick((6, 12, 24)),
        "notice": draft.pick((15, 30, 45, 60, 75)),
        "unit": unit,
        "due": draft.pick((10, 14, 21, 30, 45)),
    }
    v |= {
        "sum": Money(rng.randrange(14, 180) if unit in SMALL else rng.randrange(12, 390) * 50, draft.cents),
        "late": draft.pick((1, 2, 3)),
        "signer_a": draft.person(),
        "signer_b": draft.person(),
    }
    v["about"] = draft.fill(kind["about"])
    forum = draft.pick(bank["disputes"])
    v |= {"Dispute_a": draft.fill(forum[1]), "Dispute_b": draft.fill(forum[2])}
    v |= {
        name: draft.fill(draft.pick(bank[key])[0])
        for name, key in (("term", "terms"), ("payment", "payments"), ("law", "laws"))
    }
    ours, theirs = (rng.sample([row for row in kind["duties"] if row[0] == side], 2) for side in "AB")
    owed: dict[str, list[Item]] = {"duties_a": [], "duties_b": []}
    golds = []
    for side, rows, who in (("duties_a", ours, first), ("duties_b", theirs, second)):
        for row in rows:
            owed[side].append(draft.say(bank["duties"], row[1:], R=who))
            golds.append(f"{who} to {draft.fill(row[1])}")
    draft.lists |= owed
    draft.lists["duties"] = owed["duties_a"] + owed["duties_b"]
    draft.add_noise(bank, 7)
    return (
        f"Parties: {first}: {v['aname']}. {second}: {v['bname']}. Dated {v['signed'].gold}.\n"
        f"Term: From {v['start'].gold} for {v['months']} months; renews for {v['renew']} months; ends on {v['notice']} days' notice.\n"
        f"Duties: Owed: {number_list(golds)}.\n"
        f"Payment: Payable: {v['sum'].gold} per {v['unit']}, {v['due']} days from invoice; late charge {v['late']}% a month.\n"
        f"Law: Governed by {v['state']} law; disputes to {draft.fill(forum[0])}."
    )


def make_patent(draft: Draft, bank: Bank) -> str:
    new, v, rng = draft.pick(bank["inventions"]), draft.values, draft.rng
    features = rng.sample(new["features"], 4)
    thing, total = draft.pick(new["things"]), rng.randrange(6, 15)
    noun = thing.split(" ", 1)[1]
    v |= {f"f{n}": feature for n, feature in enumerate(features, 1)}
    v |= {
        "thing": thing,
        "Thing": raise_first(thing),
        "total": total,
        "owner": f"{draft.once('company')} {draft.pick(new['owners'])}",
    }
    v |= {
        "TITLE": f"{noun} WITH {features[0]}".upper(),
        "Title": f"{noun} with {features[0]}".title().replace(" With A ", " with a "),
    }
    v |= {
        "number": f"{draft.pick((15, 16, 17, 18))}/{rng.randrange(100, 999)},{rng.randrange(100, 999)}",
        "inv1": draft.person(),
        "inv2": draft.person(),
    }
    v |= {"docket_p": f"P-{rng.randrange(1000, 9999)}", "xday": draft.past(200, 360)}
    problem, result = draft.pick(new["problems"]), draft.pick(new["results"])
    draft.lists["field"] = [draft.say(bank["fields"], [new["field"]] * 2)]
    draft.lists["problem"] = [draft.say(bank["problems"], [problem] * 2)]
    v |= {
        "disclosed": draft.fill(draft.pick(bank["disclosed"])),
        "result": draft.say(bank["results"], [result] * 2)["x"],
    }
    claims = [
        draft.fill("1. {Thing} comprising {f1}, {f2} and {f3}."),
        draft.fill(f"2. The {noun} of claim 1, further comprising {{f4}}."),
    ]
    for number, words in enumerate(rng.sample(bank["dependent"], total - 2), 3):
        claims.append(f"{number}. The {noun} of claim {rng.randrange(1, number)}, {words}.")
    draft.lists["claims"] = [{"x": claim} for claim in claims]
    draft.add_noise(bank, 5)
    return (
        f"Applicant: Applied: {v['owner']}, No. {v['number']}, {v['filed'].gold}; inventors {v['inv1']}, {v['inv2']}.\n"
        f"Field: Relates to: {new['field']}; problem: {problem}.\n"
        f"Invention: Disclosed: {thing} with {features[0]} and {features[1]}; result: {result}.\n"
        f"Claims: Claimed: {total} claims, 1 independent; claim 1 has {features[0]}, {features[1]} and {features[2]}; claim 2 adds {features[3]}."
    )


MAKERS: dict[str, Callable[[Draft, Bank], str]] = {
    "brief": make_brief,
    "complaint": make_complaint,
    "contract": make_contract,
    "deposition": make_deposition,
    "motion": make_motion,
    "order": make_order,
    "patent": make_patent,
}
