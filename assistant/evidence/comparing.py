"""Compares a sentence with its passages: facts one by one, then speaker, negation, modality, wording."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.evidence.attitudes import (
    COURT_SPEECH,
    DENYING,
    PARTY_SPEECH,
    SPEAKER_WORDS,
    count_negators,
    find_contrary_decision,
    find_modals,
    find_negated,
    find_opposite,
    find_speech,
)
from assistant.evidence.claims import Claim, claims_agree, completes_date, dates_agree, is_other_part
from assistant.evidence.findings import Finding
from assistant.evidence.terms import find_terms
from assistant.store.pseudonyms import PATTERN

CLOSE_COPY = 0.72  # share of a sentence's words that stand in its source in the same order: it follows it word by word
HALF_COPY = 0.5
GOVERNED = 0.5  # share of a sentence's terms behind a verb of speech from which the speech is about the sentence
FAMILIAR = 3  # a capitalised word that the document has this often may stand in a sentence whose passage lacks it
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
        if any(claims_agree(claim, other) for other in source):
            if claim.kind == "citation" and is_other_part(claim, source, whole):
                findings.append(Finding(_differs(claim, source, whole), True))
            continue
        if claim.kind == "name":
            if not any(claims_agree(claim, other) for other in context):
                findings += _compare_name(claim, source_text, whole)
        elif claim.kind == "pseudonym":
            if not any(claims_agree(claim, other) for other in context):
                findings.append(Finding(_differs(claim, source, whole), True))
        elif claim.kind == "date" and any(
            dates_agree(claim.value, o.value) for o in [*source, *context] if o.kind == "date"
        ):
            if not any(o.kind == "date" and completes_date(claim, o) for o in [*source, *context]):
                findings.append(Finding(f"the source gives only part of the date {claim.text}", False))
        elif not _stands_as_figure(claim, source, source_text):
            findings.append(Finding(_differs(claim, source, whole), True))
    return findings


def compare_stances(text: str, best: str, source: str, copied: float) -> list[Finding]:
    """Compare outcome, negation and modality.

    Args:
        text: The sentence.
        best: Its best passage.
        source: All its passages.
        copied: Share of the sentence that follows `best` word by word, see `measure_following`.
    """
    close = copied >= CLOSE_COPY
    findings: list[Finding] = []
    opposite = find_opposite(text, best if close else source, close)
    if opposite:
        findings.append(Finding(f"the source says “{opposite[1]}”, not “{opposite[0]}”", True))
    findings += _compare_negation(text, source, copied)
    findings += _compare_modals(text, source, close)
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


def _stands_as_figure(claim: Claim, source: Sequence[Claim], source_text: str) -> bool:
    """Tell whether the fact's characters stand in the passages as they are, or its figure in another kind of fact."""
    plain = re.escape(" ".join(claim.text.split()))
    if claim.kind in ("citation", "docket") and re.search(
        rf"(?<!\w){plain}(?!\w)", " ".join(source_text.split()), re.IGNORECASE
    ):
        return True
    if claim.kind == "ordinal" and re.search(rf"\b{plain}\b", source_text, re.IGNORECASE):
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
    if any(_is_misread(str(claim.value), other) for other in set(re.findall(r"\b[a-z]{4,}\b", source_text))):
        return []
    elsewhere = len(re.findall(rf"\b{word}", whole, re.IGNORECASE))
    if elsewhere >= FAMILIAR:
        return []
    if elsewhere:
        return [Finding(f"the passage does not name {claim.text}", False)]
    return [Finding(f"the name {claim.text} is not in the filing", True)]


def _is_misread(word: str, other: str) -> bool:
    """Tell whether a word is one of the passage's common words with one letter misread."""
    return len(word) == len(other) and sum(a != b for a, b in zip(word, other, strict=True)) == 1


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
    if set(said) & PARTY_SPEECH and courts and not parties and own:
        return [Finding(f"told as a party's, but {SPEAKER_WORDS[courts[0]]} in the source", False)]
    first = min((own[kind] for kind in own if kind in PARTY_SPEECH), default=len(best))
    terms = set(find_terms(text))
    governs = len(terms & set(find_terms(best[first:]))) >= GOVERNED * len(terms)
    if not said and governs and first < 0.6 * len(best) and not _tells_of_speech(text):
        return [Finding(f"told as a fact, but {SPEAKER_WORDS[parties[0]]} in the source", False)]
    return []


_TITLED = re.compile(rf"({PATTERN.pattern})\s+([A-Z][a-z]{{3,}})\b")
_PARTY = re.compile(
    r"\b(plaintiff|defendant|petitioner|respondent|appellant|appellee|complainant|assessee)s?\b", re.IGNORECASE
)


def compare_titles(text: str, whole: str) -> list[Finding]:
    """Find a name before a word that the document has behind other names only, and a party that it does not have.

    Args:
        text: The sentence, or one clause of it.
        whole: The whole running text.
    """
    for match in _TITLED.finditer(text):
        name, kind, word = match.group(1), match["word"], match.groups()[-1]
        if not re.search(rf"\b{name}\W+{word}\b", whole) and re.search(rf"\b{kind}_\d+\W+{word}\b", whole):
            return [Finding(f"the filing does not say “{match.group()}”", True)]
    for match in _PARTY.finditer(text):
        if not re.search(rf"\b{match.group(1)}", whole, re.IGNORECASE):
            return [Finding(f"the filing names no {match.group(1).casefold()}", False)]
    return []


_REPORTED = re.compile(r"(?:\(\w{1,4}\)\s*)?That,? (?:the|an?|it|there|he|she|they|in|on|no|if|under|such|even)\b")
"""A clause that is only what somebody said: its speaker stands before it, outside the sentence."""


def _tells_of_speech(text: str) -> bool:
    """Tell whether a sentence says in another way that someone says it ("according to", "the complaint states")."""
    return bool(_REPORTED.match(text)) or bool(
        re.search(
            r"\baccording to\b|\b(?:states?|says?|said|stated|seeks?|asks?|claims?|requests?|demands?|moves?|"
            r"reports?|explain\w*|denie[sd]|"
            r"deny|charges?|challeng\w+|question\w*|issue|examin\w+|testif\w+|asked)\b",
            text,
            re.IGNORECASE,
        )
    )


def _compare_negation(text: str, source: str, copied: float) -> list[Finding]:
    """Compare what is denied."""
    if copied >= CLOSE_COPY:
        return []  # told word by word: `compare_exchanges` sees what is put in or left out
    said, stands = find_negated(text), find_negated(source)
    terms, source_terms = find_terms(text), find_terms(source)
    for stem in said - stands:
        if stem in source_terms and not count_negators(source) and not DENYING.search(source):
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


def _compare_modals(text: str, source: str, close: bool) -> list[Finding]:
    """Compare may and must before the same verb."""
    said, stands = find_modals(text), find_modals(source)
    for stem, kinds in said.items():
        there = stands.get(stem)
        if there and not kinds & there and (close or "should" not in kinds | there):
            grave = {"may", "must"} <= kinds | there
            return [Finding(f"the source says “{_show(there)}” here, not “{_show(kinds)}”", grave)]
    return []


def _show(kinds: set[str]) -> str:
    return "/".join(sorted(kinds))
