"""Compares a sentence with its passages: facts one by one, then speaker, negation, modality, wording."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.evidence.attitudes import (
    COURT_SPEECH,
    PARTY_SPEECH,
    SPEAKER_WORDS,
    are_opposite,
    count_negators,
    find_contrary_decision,
    find_modals,
    find_negated,
    find_opposite,
    find_speech,
)
from assistant.evidence.claims import Claim, dates_agree, find_claims, spell_figures
from assistant.evidence.findings import Finding
from assistant.evidence.terms import find_terms
from assistant.store.pseudonyms import PATTERN

CLOSE_COPY = 0.72  # share of a sentence's words that stand in its source in the same order: it follows it word by word
HALF_COPY = 0.5
FAMILIAR = 3  # a capitalised word that the document has this often may stand in a sentence whose passage lacks it
_ABOUT = re.compile(
    r"\b(?:about|approximately|nearly|almost|roughly|over|more than|less than|around|some)\s*$", re.IGNORECASE
)
_TOKEN = re.compile(rf"{PATTERN.pattern}|[A-Za-z][A-Za-z’'-]*|\d[\d,.]*\d|\d|\$|%")
_LOOSE_TERMS = frozenset(
    find_terms("one single said certain own ecf docket document entry doc d.e number")
)  # these take each other's place freely
_SHORT_FORMS = {"ex": "exhibit", "exh": "exhibit", "ecf": "docket", "dkt": "docket", "sec": "section", "art": "article"}
_DIRECTIONS = frozenset(
    (
        "before after above below over under up down within without between against during until "
        "if unless because although though despite regardless except since when where while provided even"
    ).split()
)
_EXCEPTIONS = frozenset("except unless without despite hardly".split())
_NOT_ONLY = re.compile(r"\bnot only\b", re.IGNORECASE)
_NAMES = {
    "pseudonym": "the name",
    "citation": "the citation",
    "docket": "the docket number",
    "date": "the date",
    "money": "the amount",
    "percent": "the percentage",
    "period": "the period",
    "ordinal": "the number",
    "number": "the figure",
    "name": "the name",
}


def compare_claims(
    said: Sequence[Claim], source: Sequence[Claim], context: Sequence[Claim], source_text: str, whole: str
) -> list[Finding]:
    """Hold each fact of a sentence against the facts of its passages.

    Args:
        said: Facts of the sentence.
        source: Facts of its passages.
        context: Facts of the sentences around the passages; they may lend a date its year, never a figure.
        source_text: The passages.
        whole: The whole document, to tell "elsewhere" from "nowhere".
    """
    findings = []
    for claim in said:
        if any(_same(claim, other) for other in source):
            continue
        if claim.kind == "name":
            if not any(_same(claim, other) for other in context):
                findings += _compare_name(claim, source_text, whole)
        elif claim.kind == "pseudonym":
            if not any(_same(claim, other) for other in context):
                findings.append(Finding(_differs(claim, source, whole), True))
        elif claim.kind == "date" and any(
            dates_agree(claim.value, o.value) for o in [*source, *context] if o.kind == "date"
        ):
            if not any(o.kind == "date" and _completes(claim, o) for o in [*source, *context]):
                findings.append(Finding(f"the source gives only part of the date {claim.text}", False))
        elif not _stands_as_figure(claim, source, source_text):
            findings.append(Finding(_differs(claim, source, whole), True))
    return findings


def compare_stances(text: str, best: str, source: str, copied: float) -> list[Finding]:
    """Compare outcome, negation, modality and changed words.

    Args:
        text: The sentence.
        best: Its best passage.
        source: All its passages.
        copied: Share of the sentence that follows `best` word by word, see `measure_copy`.
    """
    close = copied >= CLOSE_COPY
    findings: list[Finding] = []
    opposite = find_opposite(text, best if close else source, close)
    if opposite:
        findings.append(Finding(f"the source says “{opposite[1]}”, not “{opposite[0]}”", True))
    findings += _compare_negation(text, best, source, copied)
    findings += _compare_modals(text, source)
    if close and not findings:
        findings += _compare_words(text, best)
    return findings


def compare_decisions(text: str, sources: Sequence[str]) -> list[Finding]:
    """Find a decision told the other way round: granted for denied, affirmed for reversed, about the same thing.

    Args:
        text: The sentence.
        sources: The passages it may rest on, those that were not chosen as evidence too.
    """
    contrary = find_contrary_decision(text, list(sources))
    return [Finding(f"the source says “{contrary[1]}”, not “{contrary[0]}”", True)] if contrary else []


def compare_opinion(text: str, opinion: str) -> list[Finding]:
    """Find what stands in a separate opinion but is told as if it were the court's."""
    if opinion and not re.search(r"\bdissent|\bconcur|\bseparate", text, re.IGNORECASE):
        return [Finding(f"the source says this in a {opinion}", opinion == "dissent")]
    return []


_EXTENTS = tuple(
    frozenset(group.split())
    for group in (
        "all every each both always entire whole",
        "some several certain sometimes part",
        "most mostly usually",
        "few little seldom rarely hardly",
        "many much often",
        "no none neither never",
    )
)


def measure_copy(text: str, source: str) -> float:
    """Give the share 0..1 of a sentence's words that stand in a passage in the same order."""
    one, other = _tokens(text), _tokens(source)
    if not one:
        return 0.0
    return sum(block.size for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()) / len(
        one
    )


def _same(claim: Claim, other: Claim) -> bool:
    """Tell whether two facts say the same."""
    if claim.kind == "date" and other.kind == "date":
        return claim.value == other.value or (dates_agree(claim.value, other.value) and _completes(claim, other))
    if claim.kind == other.kind:
        if isinstance(claim.value, float) and isinstance(other.value, float):
            return claim.value == other.value or (
                bool(_ABOUT.search(claim.text)) and abs(claim.value - other.value) <= 0.05 * other.value
            )
        if claim.kind == "docket":
            return str(claim.value) in str(other.value) or str(other.value) in str(claim.value)
        if claim.kind == "citation":
            one, two = _plain_citation(claim), _plain_citation(other)
            return one == two or (one.startswith("§") and "(" in one and "(" not in two and one.startswith(f"{two}("))
        return claim.value == other.value
    figures = {"number", "period", "ordinal", "percent", "money"}
    return (
        claim.kind in figures
        and other.kind in figures
        and "number" in (claim.kind, other.kind)
        and claim.value == other.value
    )


def _plain_citation(claim: Claim) -> str:
    """Give a citation without spaces and stops."""
    return re.sub(r"[\s.,]", "", str(claim.value))


def _completes(claim: Claim, other: Claim) -> bool:
    """Tell whether the other date has every field that the claim has."""
    if not (isinstance(claim.value, tuple) and isinstance(other.value, tuple)):
        return False
    return dates_agree(claim.value, other.value) and all(
        b is not None for a, b in zip(claim.value, other.value, strict=False) if a is not None
    )


def _stands_as_figure(claim: Claim, source: Sequence[Claim], source_text: str) -> bool:
    """Tell whether the fact's characters stand in the passages as they are, or its figure in another kind of fact."""
    plain = re.escape(" ".join(claim.text.split()))
    if claim.kind in ("citation", "docket") and re.search(
        rf"(?<!\w){plain}(?!\w)", " ".join(source_text.split()), re.IGNORECASE
    ):
        return True
    if isinstance(claim.value, float) and claim.kind in ("number", "ordinal"):
        digits = f"{claim.value:g}"
        return any(digits in re.findall(r"\d+", other.text) for other in source)
    return False


def _differs(claim: Claim, source: Sequence[Claim], whole: str) -> str:
    """Say in words how the fact differs from the passages."""
    others = list(dict.fromkeys(o.text for o in source if o.kind == claim.kind and o.value != claim.value))
    name = _NAMES[claim.kind]
    if claim.kind == "pseudonym":
        kind = PATTERN.match(claim.text)
        others = [o for o in others if kind is not None and o.startswith(kind["word"])]
    if others:
        return f"{name} {claim.text} is not in the passage, which says {' and '.join(others[:2])}"
    where = "the passage" if claim.text in whole else "the filing"
    return f"{name} {claim.text} is not in {where}"


def _compare_name(claim: Claim, source_text: str, whole: str) -> list[Finding]:
    """Look a capitalised word up in the passages, then in the whole document."""
    word = re.escape(str(claim.value))
    if re.search(rf"\b{word}", source_text, re.IGNORECASE):
        return []
    terms = set(find_terms(claim.text))
    if terms and terms <= set(find_terms(source_text)):
        return []
    elsewhere = len(re.findall(rf"\b{word}", whole, re.IGNORECASE))
    if elsewhere >= FAMILIAR:
        return []
    if elsewhere:
        return [Finding(f"the passage does not name {claim.text}", False)]
    return [Finding(f"the name {claim.text} is not in the filing", True)]


def compare_speech(text: str, best: str, source: str) -> list[Finding]:
    """Compare who says it: alleged, argued, testified, found, held, dissented."""
    said, own = find_speech(text), find_speech(best)
    stands = own or find_speech(source)
    if "dissented" in own and "dissented" not in said:
        return [Finding("the source says this in a dissent", True)]
    parties = [kind for kind in stands if kind in PARTY_SPEECH]
    courts = [kind for kind in stands if kind in COURT_SPEECH]
    if set(said) & COURT_SPEECH and parties and not courts:
        return [Finding(f"told as the court's, but {SPEAKER_WORDS[parties[0]]} in the source", True)]
    if set(said) & PARTY_SPEECH and courts and not parties:
        return [Finding(f"told as a party's, but {SPEAKER_WORDS[courts[0]]} in the source", False)]
    first = min((own[kind] for kind in own if kind in PARTY_SPEECH), default=len(best))
    if not said and first < 0.6 * len(best) and not _tells_of_speech(text):
        return [Finding(f"told as a fact, but {SPEAKER_WORDS[parties[0]]} in the source", False)]
    return []


def _tells_of_speech(text: str) -> bool:
    """Tell whether a sentence says in another way that someone says it ("according to", "the complaint states")."""
    return bool(
        re.search(
            r"\baccording to\b|\b(?:states?|says?|said|stated|seeks?|asks?|claims?|requests?|demands?|moves?|"
            r"reports?|explain\w*|denie[sd]|"
            r"deny|charges?|challeng\w+|question\w*|issue|examin\w+|testif\w+|asked)\b",
            text,
            re.IGNORECASE,
        )
    )


def _compare_negation(text: str, best: str, source: str, copied: float) -> list[Finding]:
    """Compare what is denied."""
    if copied >= CLOSE_COPY:
        here, there = count_negators(text), count_negators(_span_of(text, best))
        if here != there:
            word = "denies" if there > here else "does not deny"
            return [Finding(f"the source {word} this", True)]
        only_here, only_there = (len(_NOT_ONLY.findall(words)) for words in (text, _span_of(text, best)))
        if only_here != only_there:
            words = ("not only", "only") if only_here > only_there else ("only", "not only")
            return [Finding(f"the source says “{words[1]}”, not “{words[0]}”", False)]
        return []
    said, stands = find_negated(text), find_negated(source)
    terms, source_terms = find_terms(text), find_terms(source)
    for stem in said - stands:
        if stem in source_terms and not count_negators(source):
            return [Finding("the source does not deny this", True)]
    for stem in stands - said if copied >= HALF_COPY else ():
        if (
            stem in terms
            and source_terms.count(stem) == 1
            and not count_negators(text)
            and not find_opposite(text, source)
        ):
            return [Finding("the source denies this", True)]
    return []


def _span_of(text: str, best: str) -> str:
    """Give the stretch of a passage that a close copy follows."""
    tokens = [m for m in _TOKEN.finditer(best)]
    matcher = SequenceMatcher(None, _tokens(text), [_normal(m.group()) for m in tokens], autojunk=False)
    blocks = [b for b in matcher.get_matching_blocks() if b.size]
    if not blocks:
        return best
    return best[tokens[blocks[0].b].start() : tokens[blocks[-1].b + blocks[-1].size - 1].end()]


def _compare_modals(text: str, source: str) -> list[Finding]:
    """Compare may and must before the same verb."""
    said, stands = find_modals(text), find_modals(source)
    for stem, kinds in said.items():
        there = stands.get(stem)
        if there and not kinds & there:
            grave = {"may", "must"} <= kinds | there
            return [Finding(f"the source says “{_show(there)}” here, not “{_show(kinds)}”", grave)]
    return []


def _show(kinds: set[str]) -> str:
    return "/".join(sorted(kinds))


def _compare_words(text: str, best: str) -> list[Finding]:
    """In a close copy, find content words put in the place of others."""
    one, other = list(_TOKEN.finditer(text)), list(_TOKEN.finditer(best))
    matcher = SequenceMatcher(
        None, [_normal(m.group()) for m in one], [_normal(m.group()) for m in other], autojunk=False
    )
    here, there = Counter(_content(text)), Counter(_content(best))
    for kind, a, b, c, d in matcher.get_opcodes():
        put_in = {m.group().casefold() for m in one[a:b]} if kind == "delete" else set()
        if put_in & _EXCEPTIONS:
            return [Finding(f"the source does not say “{min(put_in & _EXCEPTIONS)}” here", False)]
        if kind != "replace" or b - a > 3 or d - c > 3:
            continue
        new = text[one[a].start() : one[b - 1].end()]
        old = best[other[c].start() : other[d - 1].end()]
        fresh = [term for term in _content(new) if here[term] > there[term] and term not in _LOOSE_TERMS]
        gone = [term for term in _content(old) if there[term] > here[term]]
        if are_opposite(new, old) or (PATTERN.fullmatch(new) and PATTERN.fullmatch(old)):
            return [Finding(f"the source says “{old}”, not “{new}”", True)]
        if fresh and gone and not _same_letters(new, old) and not _same_figure(new, text, best):
            return [Finding(f"the source says “{old}”, not “{new}”", any(term[0].isdigit() for term in fresh))]
        if _extent_of(new) and _extent_of(old) and _extent_of(new) != _extent_of(old):
            return [Finding(f"the source says “{old}”, not “{new}”", False)]
        modal_new, modal_old = _modal_of(new), _modal_of(old)
        if modal_new and modal_old and modal_new != modal_old:
            return [Finding(f"the source says “{modal_old}”, not “{modal_new}”", True)]
    return []


def _content(text: str) -> list[str]:
    """Give the terms of a text with its words of direction and condition: small, but they turn a meaning round."""
    return find_terms(text) + [word for word in re.findall(r"[a-z]+", text.casefold()) if word in _DIRECTIONS]


def _extent_of(words: str) -> int:
    """Give which of the groups of words for how many or how much a stretch has, counted from 1, or 0."""
    found = {word for word in re.findall(r"[a-z]+", words.casefold())}
    return next((number for number, group in enumerate(_EXTENTS, start=1) if found & group), 0)


def _same_figure(new: str, text: str, best: str) -> bool:
    """Tell whether the figures in a stretch belong to facts that the passage has too, in another form."""
    if not re.search(r"\d", new):
        return False
    digits = re.findall(r"\d[\d,.]*", new)
    source = find_claims(best)
    facts = [claim for claim in find_claims(text) if any(figure.strip(",.") in claim.text for figure in digits)]
    return bool(facts) and all(any(_same(claim, other) for other in source) for claim in facts)


def _same_letters(new: str, old: str) -> bool:
    """Tell whether two stretches differ in spaces, hyphens or a letter or two only, as OCR makes them differ."""
    one, two = (re.sub(r"[^a-z0-9]", "", words.casefold()) for words in (new, old))
    if one == two:
        return True
    if re.search(r"\d", new + old) or one.endswith(two) or two.endswith(one):
        return False
    return min(len(one), len(two)) >= 4 and SequenceMatcher(None, one, two, autojunk=False).ratio() >= 0.8


def _modal_of(words: str) -> str:
    match = re.search(r"\b(may|might|can|could|shall|must|should|will|would)\b", words, re.IGNORECASE)
    return match.group().casefold() if match else ""


def _tokens(text: str) -> list[str]:
    return [_normal(match.group()) for match in _TOKEN.finditer(text)]


def _normal(token: str) -> str:
    """Give a word in one form: lower case, a figure without separators and closing zeros, a number word as a figure."""
    low = token.casefold()
    if low[0].isdigit():
        return low.replace(",", "").removesuffix(".00").removesuffix(".0")
    return _SHORT_FORMS.get(low) or spell_figures(low)
