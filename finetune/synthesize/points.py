"""The points that a filing is about: what speaks for each side, and the motion that they speak to.

A bank writes a point as `what the filing says => what the house says | what a heading calls it`. The same clause can
be what a court finds, what a side argues and what is left open: only how the filing leads it in tells which.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from finetune.synthesize.grammar import Writer
from finetune.synthesize.values import Party

_TOPIC = " | "
_SIDES = ("plaintiff", "defendant", "mover", "other", "side", "rival", "winner", "loser", "a", "b")
_PAST = {
    "begin": "began", "draw": "drew", "fly": "flew", "get": "got", "hear": "heard", "hold": "held", "keep": "kept",
    "leave": "left", "meet": "met", "pay": "paid", "read": "read", "rewrite": "rewrote", "run": "ran", "see": "saw",
    "sell": "sold", "send": "sent", "set": "set", "sit": "sat", "speak": "spoke", "take": "took", "tell": "told",
    "throw": "threw", "write": "wrote",
}  # fmt: skip


def read_case(case: dict[str, Any]) -> dict[str, Any]:
    """Expand what a scenario's bank writes shortly: headings of points, findings, the past tense of what was done."""
    told = {key: _strip_topics(case[key]) for key in ("grounds_plaintiff", "grounds_defendant")}
    case["topic_of"] = _read_topics([*case["grounds_plaintiff"], *case["grounds_defendant"]])
    case.update(told)
    case.setdefault("findings", [*told["grounds_plaintiff"], *told["grounds_defendant"]])
    case["did"] = [item if _TOPIC in item else f"{item}{_TOPIC}{say_past(item)}" for item in case["did"]]
    return case


def say_past(base: str) -> str:
    """Put the verb that a phrase begins with into the past: "sign the rider" gives "signed the rider"."""
    verb, _, rest = base.partition(" ")
    if verb in _PAST:
        past = _PAST[verb]
    elif verb.endswith("e"):
        past = f"{verb}d"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        past = f"{verb[:-1]}ied"
    else:
        past = f"{verb}ed"
    return f"{past} {rest}"


def choose_motion(w: Writer, defends: bool) -> dict[str, Any]:
    """Draw a motion that the side may make, and put each side's points into the banks: points_mover, points_other.

    Half the motions are about procedure and bring their own points; the others go to the scenario's.
    """
    mover, other = ("defendant", "plaintiff") if defends else ("plaintiff", "defendant")
    bank = "motion_kinds" if w.rng.random() < 0.5 else "motion_kinds_merits"
    kind: dict[str, Any] = w.rng.choice([k for k in w.banks[bank] if k["by"] in ("any", mover)])
    for name in ("papers", "expert"):
        w.bind(name, w.items(name, 1)[0])
    if "mover" in kind:
        w.banks["topic_of"] = _read_topics([*kind["mover"], *kind["other"]])
        w.banks["points_mover"], w.banks["points_other"] = (_strip_topics(kind[side]) for side in ("mover", "other"))
    else:
        w.banks["points_mover"] = w.banks[f"grounds_{mover}"]
        w.banks["points_other"] = w.banks[f"grounds_{other}"]
    return kind


def draw_points(w: Writer, bank: str, count: int) -> list[Writer]:
    """Draw up to `count` points that this filing has not told yet, each in a scope of its own.

    There `ground` and `finding` are the clause and `topic` is its heading or "". A point told twice would come with
    other figures, so a bank that is used up gives none.
    """
    units = []
    for item in w.items(bank, min(count, w.left(bank))):
        unit = w.child(ground=item, topic=w.banks.get("topic_of", {}).get(item, ""))
        unit.bind("finding", unit.scope("ground"))
        unit.say("{ground}")  # makes its figures now, so that whoever says it later says the same ones
        units.append(unit)
    return units


def name_in_turn(w: Writer) -> None:
    """Let the filing go on to call its sides by role, by name, or by either in turn; the gold keeps the roles."""
    manner = w.rng.choice(("role", "role", "name", "name", "turns"))
    if manner == "role":
        return
    for name in _SIDES:
        party = w.scope(name) if w.holds(name) else None
        if isinstance(party, Party):
            w.bind(name, replace(party, by_name=True, in_turn=manner == "turns"))


def _read_topics(points: list[str]) -> dict[str, str]:
    return {point.split(_TOPIC)[0]: point.split(_TOPIC)[1] for point in points if _TOPIC in point}


def _strip_topics(points: list[str]) -> list[str]:
    return [point.split(_TOPIC)[0] for point in points]
