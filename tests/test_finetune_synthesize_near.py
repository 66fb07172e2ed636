"""Training filings whose answers stand among near misses: what is only argued, left open, evaded or optional is not gold."""

from __future__ import annotations

import random
import re
from collections import Counter
from functools import cache

import pytest

from finetune.synthesize import rules
from finetune.synthesize.case import load_banks
from finetune.synthesize.draft import Draft
from finetune.synthesize.layout import draw_layout
from finetune.synthesize.points import read_case, say_past
from finetune.synthesize.rules import SyntheticFiling, make_filing

_LEFT_OPEN = re.compile(
    r"(?:decide|reach|resolve|consider) whether ([^.]+)\.|(?:Whether|The question whether) ([^.]+?) is (?:left|not)"
)
_OPTIONAL = re.compile(r"(?:may, but need not,|is free to|is at liberty to|is not bound to) ([^.]+)\.")
_UNSOUGHT = re.compile(r"(?:does not (?:now )?seek|by way of) ([^.]+)\.")
_EVASIONS = ("I don", "I do not rec", "I do not rem", "I can't rec", "I can't rem", "I would have", "I could not say")


@pytest.fixture(autouse=True)
def near_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every filing of these tests written among near misses."""
    monkeypatch.setattr(rules, "_NEAR_SHARE", 1.0)


@cache
def _draw(kind: str, count: int = 40) -> list[SyntheticFiling]:
    return [make_filing(seed, kind, pages=2) for seed in range(500, 500 + count)]


def _list(text: str) -> list[str]:
    """Give the items of a gold sentence "Lead: (1) a; (2) b."."""
    return [item.rstrip(". ") for item in re.split(r"; \(\d\) |: (?:\(1\) )?", text)[1:]]


@pytest.mark.parametrize(("kind", "part"), [("order", "Reasons"), ("motion", "Grounds"), ("brief", "Argument")])
def test_reasons_are_two_to_four_each_once(kind: str, part: str) -> None:
    counts = Counter()
    for filing in _draw(kind):
        items = _list(filing.parts[part])
        assert 2 <= len(items) <= 4 and len(set(items)) == len(items), filing.parts[part]
        counts[len(items)] += 1
    assert len(counts) == 3


@pytest.mark.parametrize(
    ("kind", "part", "pattern", "least"),
    [
        ("order", "Reasons", _LEFT_OPEN, 6),
        ("contract", "Duties", _OPTIONAL, 20),
        ("complaint", "Relief", _UNSOUGHT, 10),
    ],
)
def test_what_only_looks_like_an_answer_is_not_gold(kind: str, part: str, pattern: re.Pattern[str], least: int) -> None:
    seen = 0
    for filing in _draw(kind):
        for match in pattern.finditer(filing.text):
            clause = next(group for group in match.groups() if group)
            seen += 1
            assert clause.lower() not in filing.parts[part].lower(), (filing.id, clause)
    assert seen >= least


def test_what_a_losing_side_argues_is_not_found() -> None:
    """Of all that is argued in orders, most is found by no court."""
    argued = adopted = 0
    for filing in _draw("order"):
        for match in re.finditer(
            r"(?:argues|contends|submits|maintains|urges|insists|asserts) that ([^.,;]+)", filing.text
        ):
            words = set(match[1].lower().split())
            argued += 1
            adopted += any(
                len(words & set(item.lower().split())) > 0.8 * len(words) for item in _list(filing.parts["Reasons"])
            )
    assert argued > 15 and adopted < argued / 2


def test_an_evaded_question_is_no_admission_unless_asked_again() -> None:
    evaded = 0
    for filing in _draw("deposition"):
        assert 4 <= len(_list(filing.parts["Topics"])) <= 7
        turns = re.findall(r"Q\. (.+)\n\n(?:(?!A\. ).+\n\n)?A\. (.+)", filing.text)
        told = filing.parts["Admissions"].lower()
        for number, (question, answer) in enumerate(turns):
            asked = re.search(r"did you (?:ever )?([^?,]+)\?$", question)
            again = (
                number + 1 < len(turns)
                and asked
                and turns[number + 1][0].casefold().endswith(f"did you {asked[1]}?".casefold())
            )
            if asked and answer.startswith(_EVASIONS) and not again:
                evaded += 1
                assert f"did not {asked[1].lower()}" not in told and say_past(asked[1]).lower() not in told, filing.id
    assert evaded > 4


def test_sides_go_by_name_in_the_text_and_by_role_in_the_gold() -> None:
    named = 0
    for filing in _draw("motion"):
        by = re.match(r"By: (Plaintiff|Defendant) (.+?), through", filing.parts["Movant"])
        assert by
        body = filing.text.split(by[2], 1)[1]
        named += f"{by[1]}'s" not in body and f"{by[1]} " not in body
        assert by[2].split(",")[0] not in filing.parts["Grounds"]
    assert named >= 5


def test_runs_of_words_seldom_repeat() -> None:
    """Of the runs of eight words, few stand in two other filings."""
    kinds = [kind for kind in rules.DOCUMENT_TYPES if kind != "patent"]
    filings = [make_filing(seed, kinds[seed % len(kinds)], pages=2) for seed in range(120)]
    words = [re.findall(r"[a-z0-9$]+", filing.text.lower()) for filing in filings]
    runs = [{tuple(told[i : i + 8]) for i in range(len(told) - 7)} for told in words]
    counts = Counter(run for told in runs for run in told)
    repeated = sum(counts[run] > 2 for told in runs for run in told)
    assert repeated / sum(map(len, runs)) < 0.06


def test_a_case_is_read_from_its_short_form() -> None:
    case = read_case(
        {
            "grounds_plaintiff": ["the roof [leaked|failed] => the roof leaked | the roof"],
            "grounds_defendant": ["rent was due"],
            "did": ["carry the key", "stay late", "see the roof", "fall | fell"],
        }
    )
    assert case["grounds_plaintiff"] == ["the roof [leaked|failed] => the roof leaked"]
    assert case["topic_of"] == {"the roof [leaked|failed] => the roof leaked": "the roof"}
    assert case["findings"] == [*case["grounds_plaintiff"], "rent was due"]
    assert case["did"] == [
        "carry the key | carried the key", "stay late | stayed late", "see the roof | saw the roof", "fall | fell",
    ]  # fmt: skip


def test_every_verb_of_the_banks_has_a_right_past() -> None:
    for case in load_banks("train")["cases"]:
        for item in case["did"]:
            base, past = (side.split()[0] for side in item.split(" | ")[:2])
            assert past.endswith("ed") or base in _IRREGULAR, (case["name"], item)


_IRREGULAR = set(
    "begin draw hear hold keep leave meet pay read run see sell send set sit speak take tell throw write fly get rewrite "
    "know give find put shut let buy make teach forget cut build".split()
)


def test_layout_sets_headings_and_labels_in_its_manner() -> None:
    layouts = [draw_layout(random.Random(seed)) for seed in range(60)]
    assert {layout.headings for layout in layouts} == {"capitals", "roman", "letters", "plain", "none"}
    for layout in layouts:
        draft = Draft()
        layout.head(draft, "THE FACTS")
        layout.say(draft, "One.", "", "Two.")
        layout.say(draft, "")
        wanted = {"capitals": "THE FACTS", "roman": "I. THE FACTS", "letters": "A. THE FACTS", "plain": "The facts"}
        assert [b.text for b in draft.blocks] == [*filter(None, [wanted.get(layout.headings)]), "One. Two."]
        assert layout.mark(2) in ("(b)", "b.", "(2)", "2.", "(ii)", "-")
