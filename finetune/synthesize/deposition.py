"""Depositions: who was examined by whom, on what, what the witness admitted or denied, which exhibits were marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from finetune.synthesize.case import begin, draw_length, name_sides
from finetune.synthesize.draft import Draft, say_list
from finetune.synthesize.grammar import Writer, capitalize, join_and
from finetune.synthesize.values import Company, Day


def write_deposition(w: Writer, pages: int) -> Draft:
    """Write the transcript of about `pages` pages of a deposition in the case that `w` holds."""
    bind_witness(w)
    draft = begin(w, "{title}")
    write_opening(w, draft)
    name_sides(w)
    topics = [w.child(topic=item) for item in w.items("topics", 3)]
    if w.varies(0.4):
        for topic in topics:
            ask(draft, topic.say(w.items("topic_q", 1)[0]), w.line("topics_a"))
    else:
        listed = w.child(topics=join_and(topic.say("{topic}") for topic in topics))
        ask(draft, listed.say(w.items("topics_q", 1)[0]), w.line("topics_a"))
    draft.gold("Topics", say_list("Examined on", [topic.gold("{topic}") for topic in topics]))
    _write_testimony(w, draft, draw_length(w, pages))
    draft.paragraph(w.line("closing"))
    return draft


def bind_witness(w: Writer) -> None:
    """Bind who is examined, as what, and by whom."""
    if not w.holds("witness"):
        w.bind("witness", w.make("person"))
    w.bind("company_w", w.scope("defendant"))
    w.bind("job", w.items("jobs", 1)[0])
    w.bind("lawyer", w.scope("lawyer_p"))
    firm = w.scope("firm_p")
    if w.banks.get("varied") and isinstance(firm, Company) and firm.suffix == "P.C.":
        firm = replace(firm, suffix="LLP")  # the gold's line ends with it, and "P.C." there is read as going on
    w.bind("firm", firm)
    w.bind("firm_p", firm)


def write_opening(w: Writer, draft: Draft) -> None:
    """Write who was examined by whom, its gold, and who was there."""
    draft.paragraph(w.child().say(w.items("taken", 1)[0]))
    draft.gold("Witness", w.gold("Examined: {witness}, {job} at {company_w}, on {filed}, by {lawyer} of {firm}"))
    draft.paragraph(w.line("appearances"))


def ask(draft: Draft, question: str, answer: str) -> None:
    """Add a question and its answer."""
    draft.add("qa", capitalize(question), "Q.")
    draft.add("qa", capitalize(answer), "A.")


def _write_testimony(w: Writer, draft: Draft, filler: int) -> None:
    """Write admissions and exhibits in some order, with small talk and objections between."""
    told: list[str] = []
    marked: list[str] = []
    number = w.rng.randint(1, 40)
    turns = ["did"] * w.rng.choice((3, 3, 4)) + ["exhibit"] * w.banks.get("exhibit_turns", w.rng.choice((0, 2, 2, 3)))
    w.rng.shuffle(turns)
    dids, exhibits = iter(w.items("did", 4)), iter(w.items("exhibits", 3))
    for turn in turns:
        for _ in range(1 + filler // 3):
            write_small_talk(w, draft)
        if turn == "did":
            told.append(_write_answer(w, draft, next(dids)))
        else:
            marked.append(write_exhibit(w, draft, next(exhibits), number))
            number += 1
    draft.gold("Admissions", say_list("Testified", told))
    draft.gold("Exhibits", say_list("Marked", marked))


def write_small_talk(w: Writer, draft: Draft) -> None:
    """Write a question and an answer that no summary needs, if there is one left."""
    if w.rng.random() < 0.5:
        question, answer = w.filler("context_q", 1), w.filler("context", 1)
        if question and answer:
            ask(draft, question[0], answer[0])
        return
    item = w.spare("filler_qa")
    if item:
        question_text, answer_text = item.split(" | ")
        small = w.child()
        ask(draft, small.say(question_text), small.say(answer_text))


def _write_answer(w: Writer, draft: Draft, item: str) -> str:
    base, past, *answer = item.split(" | ")
    one = w.child(base=base, past=past)
    yes = answer == ["yes"] if answer else w.rng.random() < 0.5
    draft.add("qa", one.say(w.items("did_q", 1)[0]), "Q.")
    if w.rng.random() < 0.2:
        draft.paragraph(w.line("objection"))
    draft.add("qa", one.say(w.items("yes_a" if yes else "no_a", 1)[0]), "A.")
    return one.gold("{past}" if yes else "did not {base}")


def write_exhibit(w: Writer, draft: Draft, item: str, number: int) -> str:
    """Mark an exhibit and have it identified; give its gold."""
    name, *day = item.split(" | ")
    one = w.child(exhibit=name, number=str(number))
    one.bind("label", w.items("label", 1)[0])
    if day:
        one.bind("date", Day(date.fromisoformat(day[0])))
    if w.varies(0.5):
        for turn in w.items("exhibit_turns_long", 1)[0].split(" || "):
            ask(draft, *(one.say(side) for side in turn.split(" | ")))
    else:
        ask(draft, one.say(w.items("exhibit_q", 1)[0]), one.say(w.items("exhibit_a", 1)[0]))
    return one.gold("Ex. {number}, {exhibit} of {date}")
