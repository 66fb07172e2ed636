"""Depositions with many topics over the pages, admissions among denials and evasions, and what is said of exhibits."""

from __future__ import annotations

from finetune.synthesize.case import begin, draw_length
from finetune.synthesize.deposition import ask, bind_witness, write_exhibit, write_opening, write_small_talk
from finetune.synthesize.draft import Draft, say_list
from finetune.synthesize.grammar import Writer, capitalize, join_and
from finetune.synthesize.points import name_in_turn

_Turn = tuple[str, str]


def write_near_deposition(w: Writer, pages: int) -> Draft:
    """Write the transcript of about `pages` pages of a deposition on four to seven topics."""
    bind_witness(w)
    draft = begin(w, "{title}")
    write_opening(w, draft)
    name_in_turn(w)
    topics = [w.child(topic=item) for item in w.items("topics", w.rng.choice((4, 4, 5, 5, 6, 7)))]
    early = w.rng.choice((0, 0, 2, len(topics)))
    if early:
        listed = w.child(topics=join_and(topic.say("{topic}") for topic in topics[:early]))
        ask(draft, listed.say(w.items("topics_q", 1)[0]), w.line("topics_a"))
    later = topics[early:]
    told: list[str] = []
    marked: list[str] = []
    turns = _draw_turns(w)
    w.banks["first_exhibit"] = w.rng.randint(1, 40)
    slots = sorted(w.rng.randint(0, len(turns)) for _ in later) if early else _spread(len(turns), len(later))
    for position in range(len(turns) + 1):
        for topic in (t for t, slot in zip(later, slots, strict=True) if slot == position):
            ask(draft, topic.say(w.items("topic_q", 1)[0]), w.line("topics_a"))
        if position < len(turns):
            for _ in range(draw_length(w, pages) // 8):
                write_small_talk(w, draft)
            _take_turn(w, draft, turns[position], told, marked)
    draft.gold("Topics", say_list("Examined on", [topic.gold("{topic}") for topic in topics]))
    draft.gold("Admissions", say_list("Testified", told))
    draft.gold("Exhibits", say_list("Marked", marked))
    draft.paragraph(w.line("closing"))
    return draft


def _spread(places: int, count: int) -> list[int]:
    """Place topics evenly, the first before anything is asked."""
    return [number * places // count for number in range(count)]


def _draw_turns(w: Writer) -> list[_Turn]:
    """Draw what is asked, in order."""
    kinds = (
        ["answer"] * w.rng.choice((2, 3, 3, 4))
        + ["evasion"] * w.rng.choice((1, 1, 2, 2))
        + ["exhibit"] * w.rng.choice((0, 1, 2, 2, 3))
        + ["talk"] * w.rng.choice((0, 1, 2))
    )
    w.rng.shuffle(kinds)
    items = {"exhibit": iter(w.items("exhibits", 3)), "talk": iter(("",) * len(kinds))}
    items["answer"] = items["evasion"] = iter(w.items("did", 8))
    return [(kind, item) for kind in kinds if (item := next(items[kind], None)) is not None]


def _take_turn(w: Writer, draft: Draft, turn: _Turn, told: list[str], marked: list[str]) -> None:
    """Write a turn: answers that count go to `told`, exhibits to `marked`, evasions and small talk nowhere."""
    kind, item = turn
    if kind == "answer":
        told.append(_write_answer(w, draft, item))
    elif kind == "evasion":
        _write_evasion(w, draft, item, told)
    elif kind == "exhibit":
        marked.append(_write_exhibit(w, draft, item, w.banks["first_exhibit"] + len(marked)))
    else:
        write_small_talk(w, draft)


def _write_answer(w: Writer, draft: Draft, item: str) -> str:
    """Ask and have it admitted or denied, mostly so shortly that what was done stands in the question alone."""
    one, denied = _ask_whether(w, draft, item), w.rng.random() < 0.35
    if w.rng.random() < 0.15:
        draft.paragraph(one.say(w.items("objection", 1)[0]))
    draft.add("qa", one.say(w.items("no_a" if denied else "yes_a", 1)[0]).strip(), "A.")
    return one.gold("did not {base}" if denied else "{past}")


def _write_evasion(w: Writer, draft: Draft, item: str, told: list[str]) -> None:
    """Ask and have it evaded; now and then the question is put again, and answered."""
    one = _ask_whether(w, draft, item)
    draft.add("qa", capitalize(one.say(w.items("vague_a", 1)[0])), "A.")
    if w.rng.random() < 0.2:
        denied = w.rng.random() < 0.35
        again = ("I ask once more: did you {base}?", "Think again. Did you {base}?", "Yes or no: did you {base}?")
        ask(draft, one.say(w.rng.choice(again)), one.say(w.items("no_a" if denied else "yes_a", 1)[0]).strip())
        told.append(one.gold("did not {base}" if denied else "{past}"))


def _ask_whether(w: Writer, draft: Draft, item: str) -> Writer:
    base, past = item.split(" | ")[:2]
    one = w.child(base=base, past=past)
    draft.add("qa", capitalize(one.say(w.items("did_q", 1)[0])), "Q.")
    return one


def _write_exhibit(w: Writer, draft: Draft, item: str, number: int) -> str:
    """Mark an exhibit; in half of all cases the witness says something about it that no summary needs."""
    gold = write_exhibit(w, draft, item, number)
    if w.rng.random() < 0.5:
        question, answer = w.items("exhibit_more", 1)[0].split(" | ")
        ask(draft, w.child().say(question), w.child().say(answer))
    return gold
