"""Patent applications: who applied, the field, what is disclosed, how many claims and what the first one has."""

from __future__ import annotations

import random

from finetune.synthesize.case import Split, add_filler, draw_length, load_banks, open_writer
from finetune.synthesize.draft import Draft
from finetune.synthesize.grammar import Writer
from finetune.synthesize.values import Count, Day


def open_patent(rng: random.Random, split: Split, document_type: str) -> Writer:
    """Give a writer whose scope holds an invention, its owner and its inventors."""
    invention = rng.choice(load_banks(split)[document_type]["inventions"])
    w = open_writer(rng, split, document_type, invention)
    w.bind("filed", Day(w.filed))
    w.bind("owner", w.make("company"))
    w.bind("inventor", w.make("person"))
    w.bind("inventor_b", w.make("person"))
    w.bind("application", w.make("application"))
    for name, element in zip(("e1", "e2", "e3"), w.items("e", 3), strict=True):
        w.bind(name, element)
    w.bind("thing", w.items("thing", 1)[0])
    w.bind("field", w.items("field", 1)[0])
    w.bind("effect", w.items("effects", 1)[0])
    return w


def write_patent(w: Writer, pages: int) -> Draft:
    """Write a patent application of about `pages` pages for the invention that `w` holds."""
    draft = Draft(title=w.say("{thing:cap}"))
    draft.add("title", draft.title.upper())
    draft.paragraph(w.line("filing_line"))
    draft.gold("Applicant", w.gold("Applied: {owner}, No. {application}, {filed}; inventors {inventor}, {inventor_b}"))
    filler = draw_length(w, pages)
    draft.heading(w.line("h_field"))
    draft.paragraph(w.line("field_line"))
    draft.heading(w.line("h_background"))
    add_filler(w, draft, "background", 1 + filler // 6)
    one = w.child(problem=w.items("problems", 1)[0])
    draft.paragraph(one.say(w.items("problem_line", 1)[0]))
    add_filler(w, draft, "background", 1 + filler // 6)
    draft.gold("Field", one.gold("Relates to: {field}; problem: {problem}"))
    claimed_first = w.varies(0.3)
    if claimed_first:
        _write_claims(w, draft)
    draft.heading(w.line("h_summary"))
    draft.paragraph(w.line("summary_line"))
    draft.gold("Invention", w.gold("Disclosed: {thing} with {e1} and {e2}; result: {effect}"))
    draft.heading(w.line("h_detail"))
    for _ in range(3 + filler):
        one = w.child(n=str(w.rng.randint(1, 9)), n_b=str(w.rng.randint(10, 220)))
        told = one.filler("detail", w.rng.randint(1, 3))
        if told:
            draft.paragraph(" ".join(told))
    if not claimed_first:
        _write_claims(w, draft)
    return draft


def _write_claims(w: Writer, draft: Draft) -> None:
    draft.heading(w.line("h_claims"))
    total, independent = w.rng.randint(6, 24), w.rng.randint(1, 3)
    one = w.child(total=Count(total), independent=Count(independent))
    draft.paragraph(one.say(w.items("count_line", 1)[0]))
    draft.add("numbered", w.say(w.items("claim_one", 1)[0]), "1.")
    second = w.child(e4=w.items("e", 1)[0], k="1")
    draft.add("numbered", second.say(w.items("claim_two", 1)[0]), "2.")
    for number in range(3, total + 1):
        more = w.child(k=str(w.rng.randint(1, number - 1)), e4=w.items("e", 1)[0], effect_b=w.items("effects", 1)[0])
        draft.add("numbered", more.say(w.items("claim_more", 1)[0]), f"{number}.")
    first = w.gold("claim 1 has {e1}, {e2} and {e3}; ") + second.gold("claim 2 adds {e4}")
    draft.gold("Claims", one.gold("Claimed: {total} claims, {independent} independent; ") + first)
