"""Who does what to whom, under which condition, and which figure belongs to what: compared word by word.

A sentence can be made of its source's own words and still say something else: parties exchanged, a condition or a
doubt left out, two sums swapped. These comparisons look at the order and the neighbourhood of words. What they
cannot tell for sure makes a sentence partly supported, never supported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.evidence.claims import Claim, dates_agree, find_claims
from assistant.evidence.findings import Finding
from assistant.evidence.terms import find_terms
from assistant.store.pseudonyms import PATTERN

_ROLES = (
    "plaintiffs?|defendants?|petitioners?|respondents?|appellants?|appellees?|movants?|landlord|tenant|lessor|lessee|"
    "licensor|licensee|buyer|seller|employer|employee|creditor|debtor"
)
_ACTOR = re.compile(rf"{PATTERN.pattern}|\b(?:{_ROLES})\b", re.IGNORECASE)
_WORD = re.compile(rf"{PATTERN.pattern}|[A-Za-z][A-Za-z’'-]*|\$?\d[\d,.]*\d|\$?\d|[;.]")
_RUN = 3
GOVERNED = 240  # characters behind "whether" that it governs at most
_SAME_ACT = 0.7  # share of a sentence's terms, dates left out, that a passage has which tells of the same
_FILLER = frozenset("the a an of to in on at and or that which who its his her their he she it they also then".split())
_FORMS = frozenset("is are was were be been being has have had do does did".split())

_GOVERNORS: tuple[tuple[str, re.Pattern[str], re.Pattern[str], bool], ...] = tuple(
    (name, re.compile(source, re.IGNORECASE), re.compile(said, re.IGNORECASE), grave)
    for name, source, said, grave in (
        ("leaves this open", r"\bwhether\b", r"\bwhether\b|\bissue|\bquestion|\?|\bif\b", True),
        (
            "rejects this",
            r"\b(?:cannot|can not|unable to|(?:do|does|did|could|can)(?: not|n[’']t)) (?:\w+ ){0,2}?"
            r"(?:share|accept|agree|concur|subscribe|say|hold|hear|support)\b[^.;]{0,50}?\b(?:that|view)\b",
            r"\bnot\b|\bno\b|\breject|\bcannot\b|\bnor\b|\bunable|\bdisagree|\bdiffer",
            True,
        ),
        ("says there is no evidence of this", r"\b(?:no|without|insufficient|any) evidence\b", r"\bevidence\b", True),
        ("denies this", r"\bden(?:y|ies|ied|ying) (?:that|having|any)\b", r"\bden(?:y|ie|ial)|\bdisput|\bnot\b", True),
        (
            "makes this depend on a condition",
            r"(?:^|[,;] ?)if\b|\bprovided that\b",
            r"\bif\b|\bprovided|\bwhere\b",
            False,
        ),
        (
            "makes an exception to this",
            r"\bunless\b|\bexcept\b|\bother than\b",
            r"\bunless\b|\bexcept\b|\bother than\b",
            False,
        ),
    )
)
_SENTENCE_END = re.compile(r"[;.]")
_NEXT_CLAUSE = re.compile(r"[;.]|, (?:and|but) (?=(?:\w+ ){1,4}(?:may|shall|will|must|can)\b)")
_BOUND = re.compile(
    r"\b(more than|less than|fewer than|at least|at most|up to|over|under|not more than|no more than|not less than|"
    r"no later than|exceeding|nearly|almost|about|approximately)\s+\$?$",
    re.IGNORECASE,
)


_NAME = r"[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,3}"
_JUDGE_BEFORE = re.compile(
    rf"(?<!of )\b(?i:judges?|justices?|hon\.|honorable)[:,]?\s+(?i:(?:the\s+)?hon(?:\.|orable)\s+)?({_NAME})"
)
_JUDGE_BEHIND = re.compile(rf"({_NAME}),?\s+(?:[A-Z][\w.]*\s+){{0,4}}(?i:judge|justice)\b|({_NAME}), (?:C\.\s?)?J\.")


def compare_judges(text: str, document: str) -> list[Finding]:
    """Find a person whom the sentence calls a judge and the document, wherever it names one, does not.

    Args:
        text: The sentence, or one clause of it.
        document: The whole running text.
    """
    said = [match.group(1).split() for match in _JUDGE_BEFORE.finditer(text)]
    if not said:
        return []
    matches = [*_JUDGE_BEFORE.finditer(document), *_JUDGE_BEHIND.finditer(document)]
    judges = {w.strip(".,").casefold() for m in matches for name in m.groups() if name for w in name.split()}
    for words in said:
        names = words[:1] if PATTERN.fullmatch(words[0]) else [w for w in words if len(w.strip(".,")) > 1]
        if names and not judges & {w.strip(".,").casefold() for w in names}:
            return [Finding(f"the document does not call {' '.join(names)} a judge", True)]
    return []


_COUNSEL = re.compile(
    rf"\b(?:(?:for:|represented\b|appear\w*|answer\w*|argu\w*|filed\b|files\b)[^.;]{{0,160}}?\bthrough"
    rf"|represented by|counsel:?)\s+({PATTERN.pattern})",
    re.IGNORECASE,
)
_COUNSEL_WORD = re.compile(
    r"\b(?:counsel|attorneys?|lawyers?|solicitors?|barristers?|esq(?:uire)?|p?l\.?l\.?[cp]|p\.?c|law (?:firm|offices?)|"
    r"bar no|by and through|represented|appear(?:s|ed|ing|ance) for|respectfully submitted)\b",
    re.IGNORECASE,
)
_NEAR_COUNSEL = 240  # characters on either side of a name, about a signature block
_COUNSEL_BELOW = re.compile(r"\n\n(?:Counsel|Attorneys?|Lawyers?|Solicitors?)\b[^\n]*", re.IGNORECASE)


def compare_counsel(text: str, document: str) -> list[Finding]:
    """Find one through whom, as the sentence has it, a party speaks, and whom the document calls nobody's lawyer.

    Args:
        text: The sentence, or one clause of it.
        document: The whole running text.
    """
    for match in _COUNSEL.finditer(text):
        name = match.group(1)
        places = [m.start() for m in re.finditer(rf"\b{re.escape(name)}\b", document)]
        if not any(_COUNSEL_WORD.search(_block_about(document, at)) for at in places):
            return [Finding(f"the document does not call {name} anyone’s counsel", True)]
    return []


def _block_about(document: str, at: int) -> str:
    """Give the paragraph about a place, as far as it is near, with the line "Counsel for …" that stands below it."""
    start = max(document.rfind("\n\n", max(0, at - _NEAR_COUNSEL), at), max(0, at - _NEAR_COUNSEL))
    blank = document.find("\n\n", at, at + _NEAR_COUNSEL)
    end = blank if blank >= 0 else at + _NEAR_COUNSEL
    below = _COUNSEL_BELOW.match(document, end)
    return document[start : below.end() if below else end]


def compare_binding(text: str, best: str) -> list[Finding]:
    """Compare who acts, what the passage makes it depend on, and which figure belongs to what.

    Args:
        text: The sentence, or one clause of it.
        best: The passage that it follows most closely.
    """
    return _compare_actors(text, best) or [
        *_compare_governors(text, best),
        *_compare_figures(text, best),
        *_compare_dates(text, best),
    ]


def _words(text: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(text)]


def _actor_of(word: str) -> str:
    """Give the actor that a word names, roles in the singular, or ""."""
    return word.casefold().rstrip("s") if _ACTOR.fullmatch(word) else ""


def _acts(words: Sequence[str]) -> list[tuple[frozenset[str], tuple[str, ...], str]]:
    """Give each act: who stands before it (a role and a name side by side are one), its first words, who follows."""
    acts = []
    for index, word in enumerate(words):
        if not _actor_of(word) or (index + 1 < len(words) and _actor_of(words[index + 1])):
            continue
        names = {_actor_of(word)}
        if index and _actor_of(words[index - 1]):
            names.add(_actor_of(words[index - 1]))
        run: list[str] = []
        follower = ""
        for later in words[index + 1 : index + 2 + _RUN]:
            if later in ";.":
                break
            if _actor_of(later):
                follower = _actor_of(later)
                break
            run.append(later.casefold())
        run = run[:_RUN]
        if any(w not in _FILLER and w not in _FORMS for w in run) and run[0] not in ("and", "or", "of", "s"):
            acts.append((frozenset(names), tuple(run), follower))
    return acts


def _compare_actors(text: str, best: str) -> list[Finding]:
    """Find an act that the passage tells of somebody else, though it names the one whom the sentence names."""
    there = _acts(_words(best))
    named = {_actor_of(word) for word in _words(best)} - {""}
    for names, run, follower in _acts(_words(text)):
        if not names & named:
            continue
        same = [
            act
            for act in there
            if act[1][: len(run)] == run or (len(act[1]) < len(run) and act[1] == run[: len(act[1])])
        ]
        if not same:
            continue
        mine = [act for act in same if act[0] & names]
        if not mine:
            other = sorted(same[0][0])[0]
            return [Finding(f"the passage says “{' '.join(run)}” of {_show(other)}", True)]
        if follower and follower in named and all(act[2] and act[2] != follower for act in mine):
            return [Finding(f"the passage says “{' '.join(run)}” about {_show(mine[0][2])}", True)]
    return []


def _show(actor: str) -> str:
    return actor.upper() if PATTERN.fullmatch(actor.upper()) else actor


def _compare_governors(text: str, best: str) -> list[Finding]:
    """Find a doubt, a denial, a condition or an exception of the passage that the sentence leaves out."""
    terms = set(find_terms(text))
    findings = []
    for name, source, said, grave in _GOVERNORS:
        if said.search(text):
            continue
        for match in source.finditer(best):
            ends = _NEXT_CLAUSE if not grave and match.start() else _SENTENCE_END  # "If …, and …," governs what follows
            governed = ends.split(best[match.end() :], maxsplit=1)[0]
            if grave:
                shared, least = len(terms & set(find_terms(governed[:GOVERNED]))), 0.5 * len(terms)
            else:  # a condition governs what stands close behind it
                shared, least = len(terms & set(find_terms(governed[:160])[:8])), 0.5 * min(len(terms), 8)
            if shared >= max(2, least):
                findings.append(Finding(f"the passage {name}", grave))
                break
    return findings


def _compare_figures(text: str, best: str) -> list[Finding]:
    """Find a figure that the passage gives for something else, and a bound ("more than") that is left out."""
    said, stands = _figures(text), _figures(best)
    for claim, near, bound in said:
        own = [row for row in stands if row[0].value == claim.value]
        others = [row for row in stands if row[0].kind == claim.kind and row[0].value != claim.value]
        missed = near - frozenset().union(*(row[1] for row in own)) if own else frozenset()
        if missed:
            rival = next((row for row in others if missed & row[1]), None)
            if rival:
                return [Finding(f"the passage gives {rival[0].text} for this, not {claim.text}", True)]
        if own and all(row[2] and row[2] != bound for row in own) and not (bound and len(own) > 1):
            return [Finding(f"the passage says “{own[0][2]} {claim.text}”", False)]
    values = [claim.value for claim, _, _ in said if claim.kind == "money"]
    order = [claim.value for claim, _, _ in stands if claim.kind == "money"]
    if len(values) == 2 and len(order) == 2 and values == order[::-1] and values[0] != values[1]:
        return [Finding("the passage gives the two amounts in the other order", False)]
    return []


def _compare_dates(text: str, best: str) -> list[Finding]:
    """Find a date told of something for which the passage, which has most of the sentence's words, gives another."""
    said, stands = ([claim for claim in find_claims(part) if claim.kind == "date"] for part in (text, best))
    lost = [claim for claim in said if not any(dates_agree(claim.value, other.value) for other in stands)]
    if not lost or len(lost) < len(said) or not stands:
        return []  # where one of several dates is the passage's, the others may be of other acts
    rest = text
    for claim in said:
        rest = rest.replace(claim.text, " ")
    terms = set(find_terms(rest))
    if len(terms & set(find_terms(best))) < _SAME_ACT * max(len(terms), 1):
        return []  # the date may come from another passage that the sentence also draws on
    return [Finding(f"the passage gives {stands[0].text} for this, not {lost[0].text}", False)]


def _figures(text: str) -> list[tuple[Claim, frozenset[str], str]]:
    """Give each figure with the terms right behind it and the bound right before it."""
    rows = []
    claims = [
        c
        for c in find_claims(text)
        if c.kind in ("money", "percent", "number", "period") and isinstance(c.value, float)
    ]
    at = 0
    for claim in claims:
        start = text.find(claim.text, at)
        if start < 0:
            continue
        at = start + len(claim.text)
        behind = re.split(r"[;,.]|\band\b|\$|(?<![\w])\d", text[at : at + 60], maxsplit=1)[0]
        words = {_actor_of(w) or w for w in _words(behind)[:5]}
        near = frozenset(find_terms(" ".join(words))) | {w for w in words if _actor_of(w)}
        match = _BOUND.search(text[:start])
        rows.append((claim, near, match.group(1).casefold() if match else ""))
    return rows
