"""Words exchanged, put in or left out where a sentence follows a passage, and whether that turns its meaning.

A word in another's place is no difference by itself: people who retell write "object" for "purpose". What is looked for
is a word that excludes the other one (a negation, an outcome, a role, a quantity, a condition, a figure), or any other
word where everything around it agrees.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.evidence.attitudes import DENYING, MODALS, are_opposite, count_negators
from assistant.evidence.claims import Kind, claims_agree, find_claims
from assistant.evidence.findings import Finding
from assistant.evidence.following import Departure, find_departures, split_tokens
from assistant.evidence.terms import find_terms, stem_term
from assistant.store.pseudonyms import PATTERN

NEAR = 4  # agreeing words around a place, of 8, from which words that exclude each other count
CLOSE = 5  # from which small words and figures count
HALF = 0.5  # share of a sentence's words in one stretch from which a negation put in or left out counts
ALONE = 0.4  # likewise where nothing but "not" and an auxiliary verb differs
GOVERNING = 20  # words before a place in which another negation makes up for one
COPY = 0.8  # share of a sentence's words in one stretch from which it is a copy: any word exchanged in it counts
CLOSEST = 7  # from which any content word in another's place counts
_ROLE = re.compile(
    r"\b(?:plaintiff|defendant|petitioner|respondent|appell(?:ant|ee)|movant|landlord|tenant|less(?:or|ee)|licens(?:or|ee)|"
    r"buyer|seller|purchaser|vendor|employ(?:er|ee)|creditor|debtor|veteran|examiner|witness|accused|complainant|"
    r"assessee|insurer|insured|trustee|claimant|prosecut(?:ion|or)|workm[ae]n|judge|jury|board|tribunal)s?\b",
    re.IGNORECASE,
)
_CLASSES = tuple(
    frozenset(group.split())
    for group in (
        "because since due owing",
        "although though despite regardless even notwithstanding while",
        "if when where provided whenever wherever",
        "except unless without hardly",
        "before prior",
        "after following subsequent since",
        "until till",
        "during while when",
        "above over",
        "below under",
        "up",
        "down",
        "within",
        "between",
        "against",
    )
)
_PUT_IN = frozenset("except unless without despite hardly regardless although though".split())
_EVEN = re.compile(r"\beven (?:if|though|when|where|after|before)\b", re.IGNORECASE)
_NOT_ALONE = re.compile(
    r"(?:(?:not|is|was|are|were|be|been|has|had|have|did|does|do|can|could|will|would|should|must|may|might|cannot)\b\s*)+",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\bnot only\b", re.IGNORECASE)
_LEFT_OUT = frozenset("except unless hardly nearly almost".split())
_ONLY = re.compile(r"\b(?:only|solely|merely|exclusively|alone)\b", re.IGNORECASE)
_EXTENTS = tuple(
    frozenset(group.split())
    for group in (
        "all every each both always entire whole",
        "some several certain sometimes part various",
        "most mostly usually",
        "few little seldom rarely hardly",
        "many much often several numerous various",
        "no none neither never",
    )
)
_LOOSE = frozenset(
    find_terms("one single said certain own ecf docket document entry doc d.e number same aforesaid such")
)
_ALIKE = tuple(
    frozenset(stem_term(word) for word in group.split())
    for group in (
        "object purpose aim intention",
        "declare state say hold observe express mention describe",
        "sell vend",
        "various several different many numerous",
        "begin commence start",
        "end terminate expire conclude cease",
        "buy purchase acquire",
        "ask request pray seek demand move petition apply",
        "pay remit",
        "get obtain receive",
        "show indicate demonstrate reveal disclose",
        "happen occur arise",
        "award grant give",
        "reject refuse decline turn",
        "large big substantial great considerable",
        "set fix determine",
        "need require",
        "use employ",
        "make pass issue",
        "order direct command direction",
        "empower authorise authorize permit allow entitle",
        "opinion view",
        "contend argue submit urge claim assert allege",
        "proper correct right",
        "valid good",
        "agreement contract",
        "suit action lawsuit case proceeding matter",
        "act legislation statute law enactment provision",
        "therefore accordingly hence thus",
        "however but nevertheless",
        "impugned challenged said present instant",
    )
)


def compare_exchanges(text: str, passages: Sequence[str]) -> list[Finding]:
    """Find what was exchanged, put in or left out where a sentence follows its passages word by word.

    Args:
        text: The sentence, or one clause of it.
        passages: Those that it may have been made from.
    """
    departures = find_departures(text, passages)
    findings = []
    for departure in departures:
        found = _judge(departure, text, passages)
        if found:
            findings.append(found)
    return findings


def _judge(place: Departure, text: str, passages: Sequence[str]) -> Finding | None:
    """Judge one departure; the first difference in meaning that it makes."""
    new, old, passage = place.new, place.old, passages[place.passage]
    if place.context < NEAR or (not place.inside and not (new and old)):
        return None
    if new and old:
        one, other = PATTERN.findall(new), PATTERN.findall(old)
        if one and other and not set(one) & set(other) and one[0][0] == other[0][0]:
            return _say(new, old, True)
        if are_opposite(new, old) or _are_negatives(new, old):
            return _say(new, old, True)
        if _roles(new) and _roles(old) and not _roles(new) & _roles(old):
            return _say(new, old, False)
        if _differ(_EXTENTS, new, old):
            return _say(new, old, False)
    return _judge_negation(place, text, passage) or (
        (_judge_small_words(place, text, passage) if place.context >= CLOSE else None)
        or (_judge_content(place, text, passages) if new and old else None)
    )


def _say(new: str, old: str, grave: bool) -> Finding:
    """Word a difference."""
    if not old:
        return Finding(f"the source does not say “{new}” here", grave)
    if not new:
        return Finding(f"the source says “{old}” here", grave)
    return Finding(f"the source says “{old}”, not “{new}”", grave)


def _roles(words: str) -> set[str]:
    return {match.group().casefold().rstrip("s").replace("workmen", "workman") for match in _ROLE.finditer(words)}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.casefold()))


def _differ(groups: Sequence[frozenset[str]], new: str, old: str) -> bool:
    """Tell whether both have words of the groups and none of the same group."""
    one, other = ({n for n, group in enumerate(groups) if group & _words(words)} for words in (new, old))
    return bool(one and other and not one & other)


def _are_negatives(new: str, old: str) -> bool:
    """Tell whether a word of one is a word of the other with a denying prefix, and neither has a negation besides."""
    if count_negators(new) or count_negators(old):
        return False
    one, other = _words(new), _words(old)
    return any(
        prefix + word in others
        for words, others in ((one - other, other - one), (other - one, one - other))
        for word in words
        if len(word) > 4
        for prefix in ("un", "in", "im", "non", "dis", "il", "ir")
    )


def _judge_negation(place: Departure, text: str, passage: str) -> Finding | None:
    """Find a negation put in or left out that nothing else in sentence or passage makes up for."""
    only, only_there = (
        _NOT_ONLY.search(words)
        for words in (_about(place.at, place.new, text), _about(place.there, place.old, passage))
    )
    if bool(only) is not bool(only_there):
        return _say("not only" if only else "only", "not only" if only_there else "only", False)
    here, there = count_negators(place.new), count_negators(place.old)
    alone = _NOT_ALONE.fullmatch(place.new or place.old) and _NOT_ALONE.fullmatch(place.old or place.new)
    closely = place.context >= (CLOSE if alone else CLOSE + 1) or place.share >= (ALONE if alone else HALF)
    if here % 2 == there % 2 or not place.inside or not closely:
        return None
    one, other = ([t for t in _content(re.sub(r"\b(?:stand|\w+ly)\b", "", w))] for w in (place.new, place.old))
    if bool(one) is not bool(other) or (one and not set(one) & set(other)):
        return None  # told in other words ("not correct" for "unjustified"), or more or less told
    before, before_there = _words_before(text, place.at), _words_before(passage, place.there)
    if here > there:
        made_up = _count_denials(before_there) > _count_denials(before)
        return None if made_up else Finding("the source does not deny this", True)
    made_up = _count_denials(before) > _count_denials(before_there)
    return None if made_up else Finding("the source denies this", True)


def _count_denials(words: str) -> int:
    """Count negations and words that reject what follows."""
    return count_negators(words) + len(DENYING.findall(words))


def _about(at: int, words: str, text: str) -> str:
    """Give words with the one before and the one behind them."""
    before, behind = text[:at].split()[-1:], text[at + len(words) :].split()[:1]
    return " ".join([*before, words, *behind])


def _words_before(text: str, at: int) -> str:
    """Give the words before a place that may govern it, back to a semicolon."""
    return " ".join(text[:at].rsplit(";", 1)[-1].split()[-GOVERNING:])


def _judge_small_words(place: Departure, text: str, passage: str) -> Finding | None:
    """Find a condition, an exception, an order in time, "only" or a modal verb exchanged, put in or left out."""
    new, old = place.new, place.old
    one, other = _words(new), _words(old)
    even, even_there = (_EVEN.search(_about(*part)) for part in ((place.at, new, text), (place.there, old, passage)))
    if even and even_there:
        return None
    if new and old and _differ(_CLASSES, new, old):
        return _say(new, old, False)
    if place.inside and even_there and "even" in other and not even and not _classes(new) & _classes("although"):
        return _say(new, old, False)
    if bool(_ONLY.search(new)) is not bool(_ONLY.search(old)) and (place.inside or _ONLY.search(new)):
        return _say(new, old, False)
    put_in = one & _PUT_IN or (even and "even" in one)
    if place.inside and put_in and "even" not in other and not _classes(new) & _classes(old):
        return _say(new, old, False)
    if place.inside and not _content(new) and (other & _LEFT_OUT) - one and not _classes(new):
        return _say(new, old, False)
    modals = ({MODALS[word] for word in words if word in MODALS} for words in (one, other))
    said, stands = modals
    exact = "should" not in said | stands or place.share >= COPY  # elsewhere "should" may be a subjunctive
    if said and stands and not said & stands and exact:
        return _say(new, old, {"may", "must"} <= said | stands)
    return None


def _classes(words: str) -> set[int]:
    return {n for n, group in enumerate(_CLASSES) if group & _words(words)}


def _judge_content(place: Departure, text: str, passages: Sequence[str]) -> Finding | None:
    """Find a figure in another's place, or where all around agrees, a content word in another's."""
    new, old, passage = place.new, place.old, passages[place.passage]
    here, there = Counter(find_terms(text)), Counter(find_terms(passage))
    fresh = [term for term in _content(new) if term not in _LOOSE and term not in _content(old)]
    fresh = [term for term in fresh if term not in there or here[term] > there[term]]
    gone = [term for term in _content(old) if there[term] > here[term]]
    if _is_figure(new) and _is_figure(old):
        numbered = not re.search(r"[A-Za-z]", text[: place.at])  # the number of an item of a list
        same = _same_figure(new, text, passage) or any(_same_figure(new, text, other, _WHOLE) for other in passages)
        return _say(new, old, True) if place.context >= CLOSE and not numbered and not same else None
    if re.fullmatch(r"\(?\d{1,2}\)?", new) and re.search(r"[(]\s*$", text[: place.at]):
        return None  # the number of an item of a list
    closely = place.context >= CLOSEST and place.share >= HALF or place.share >= COPY
    fresh = [
        t for t in fresh if (len(t) > 1 or t.isdigit()) and t not in _join_pieces(old)
    ]  # no labels, no broken words
    gone = [term for term in gone if term not in _join_pieces(new)]
    if not closely or not place.inside or not fresh or not gone or PATTERN.search(new + " " + old):
        return None
    sizes = len(split_tokens(new)), len(split_tokens(old))
    if max(sizes) > 3 or _function_words(new) != _function_words(old):
        return None
    if _same_letters(new, old) or _are_alike(fresh, gone) or _same_figure(new, text, passage):
        return None
    return _say(new, old, any(term[0].isdigit() for term in fresh))


def _is_figure(words: str) -> bool:
    return bool(re.search(r"\d", words)) and not PATTERN.search(words)


def _content(words: str) -> list[str]:
    """Give the content terms, the words of negation and of condition left out."""
    return [term for term in find_terms(words) if not count_negators(term) and not _classes(term)]


def _function_words(words: str) -> set[str]:
    return {word for word in _words(words) if not find_terms(word)} - {"the", "a", "an"}


def _are_alike(fresh: Sequence[str], gone: Sequence[str]) -> bool:
    """Tell whether each new term may take the place of one that is gone."""
    return all(any(term in group and group & set(gone) for group in _ALIKE) for term in fresh)


def _same_figure(new: str, text: str, passage: str, kinds: frozenset[Kind] | None = None) -> bool:
    """Tell whether the figures in a stretch belong to facts that a passage has too, in any form, and as often.

    Args:
        new: The stretch of the sentence.
        text: The sentence.
        passage: The passage.
        kinds: Only facts of these kinds count, dates only with day, month and year; None for any fact.
    """
    digits = [figure.strip(",.") for figure in re.findall(r"\d[\d,.]*", new)]
    if not digits or (kinds is not None and not any(figure in passage for figure in digits)):
        return False
    said, source = find_claims(text), find_claims(passage)
    facts = [claim for claim in said if any(figure in claim.text for figure in digits)]
    if kinds is not None and not all(
        f.kind in kinds and not (isinstance(f.value, tuple) and None in f.value) for f in facts
    ):
        return False
    return bool(facts) and all(
        sum(claims_agree(fact, other) for other in source) >= sum(claims_agree(fact, other) for other in said)
        for fact in facts
    )


_WHOLE: frozenset[Kind] = frozenset({"date", "citation", "docket", "money"})
"""Kinds of fact so telling that another passage may bear one, whatever stands around it."""


def _same_letters(new: str, old: str) -> bool:
    """Tell whether two stretches differ in spaces, hyphens or a letter or two only, as OCR makes them differ."""
    one, two = (re.sub(r"[^a-z0-9]", "", words.casefold()) for words in (new, old))
    if one == two or one in _join_pieces(old) or two in _join_pieces(new):
        return True
    if re.search(r"\d", new + old) or one.endswith(two) or two.endswith(one):
        return False
    shorter, longer = sorted((one, two), key=len)
    letters = iter(longer)
    if len(shorter) >= 3 and shorter[:2] == longer[:2] and all(letter in letters for letter in shorter):
        return True  # an abbreviation
    return min(len(one), len(two)) >= 4 and SequenceMatcher(None, one, two, autojunk=False).ratio() >= 0.8


def _join_pieces(words: str) -> set[str]:
    """Give what neighbouring pieces of a stretch are when written as one, also without ending: OCR breaks words."""
    parts = re.findall(r"[a-z0-9]+", words.casefold())
    joined = {"".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 2, len(parts) + 1)}
    return joined | {stem_term(word) for word in joined}
