"""Finds what identifies someone in a text: recognizers a block, then what the whole document knows.

The second half of the work is the document's: a name found once is found everywhere, a defined short
name stands for its long one, law that is cited stays law unless it names a party.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from assistant.store.pseudonyms import PATTERN, WORDS
from ingest.recognizers import Profile, build_recognizers
from ingest.recognizers.trim import is_legal
from ingest.recognizers.vocabulary import ABBREVIATIONS, COUNTRIES, US_STATES

if TYPE_CHECKING:
    from ingest.recognizers.engine import NamesEngine

_MASKED = {
    "LITERAL": "MISC", "PARTY": "PERSON", "PERSON": "PERSON", "PARTY_ORG": "ORG", "ORG": "ORG", "CODE": "CODE",
    "CONTACT": "CONTACT", "BIRTH": "DATETIME", **{f"TERM_{type}": type for type in WORDS},
}  # fmt: skip
_MASKED_STRICT = _MASKED | {
    "JUDGE": "PERSON", "COURT": "ORG", "AGENCY": "ORG", "LOC": "LOC", "DATETIME": "DATETIME", "DEM": "DEM",
    "BODY": "ORG",
}  # fmt: skip
_RANK = {
    "LITERAL": 100, "CONTACT": 90, "BIRTH": 84, "CODE": 79, "LAW": 80, "DATETIME": 74, "JUDGE": 70, "PARTY": 66,
    "PARTY_ORG": 66, "COURT": 60, "AGENCY": 58, "PERSON": 57, "ORG": 55, "LOC": 50, "DEM": 48, "BODY": 30,
}  # fmt: skip
_JOINED = frozenset(("ORG", "PARTY_ORG", "COURT", "AGENCY", "BODY", "LOC", "DEM"))
_MODEL_SCORE = 0.6
_MODEL_RANK = {"PERSON": 40, "ORG": 38, "LOC": 36, "DATETIME": 34, "DEM": 32}
_ROLED_SCORE = 0.75
_WEAK_CODE = 0.45
_SURE_SCORE, _SURE_PERSON_RANK, _COMPANY_RANK = 0.9, 64, 65
_NUMBERED_BODY_RANK = 82  # "Prison no. 6" is one name: its number is no code by itself
_SURE_CODE_RANK = 81  # strict: "2 P 31/00" is a register's number, although "2 P. 31" is a reporter's page
_NAMES = frozenset(("PERSON", "ORG", "PARTY", "PARTY_ORG", "AGENCY"))
_VERSUS = re.compile(r"\s+(?:v|vs|versus)\.?\s+", re.IGNORECASE)
_SMALL_VERSUS = re.compile(r"\s(?:v|vs|versus)\.?\s")
_CAPTION_CHARACTERS = 5000
_SMALL_WORD = re.compile(r"(?<![\w.@/’'-])[a-zß-ÿ]{3,}(?![\w@])")
_ANY_WORD = re.compile(r"[^\W\d_]+")
_COMMON_ENDING = re.compile(r"(?:tions?|ments|ness|ility|ities|ings|ships?|ances|ences|ously|ively|ably|ism)$")
_DOT_INSIDE = re.compile(r"\.(?=[,;:)]|['’]s\b|\s+[a-z(&])")
_AFTER_PERSON = re.compile(r",?\s+(?:of\s+)?(?=[A-Z])")
_PLACE = re.compile(rf"(?:{COUNTRIES}|{US_STATES})")
_ON_THE_MAP = re.compile(
    r"\s(?:River|Creek|Lake|Mesa|Panhandle|Valley|Basin|Reservoir|Mountains?|Island|Bay|Gulf|Canyon|Desert|Peninsula|Coast)"
    r"(?:\s[a-z]+)?$"
)
_NUMBER_BEHIND = re.compile(r"\s(?:[Nn]os?\.\s)?\d")
_ARTICLE = re.compile(r"\bthe\s$")
_COUNTRY = re.compile(
    r"(?:Republic|Kingdom|Commonwealth|Principality|Grand\sDuchy|Federation)\sof\b"
    r"|(?:\w+\s){1,3}(?:Republic|Kingdom|Federation|States)$"
)
_WITH_ARTICLE = frozenset("Netherlands Philippines Gambia Bahamas Sudan Crimea Vatican Hague UK USA USSR".split())
_ACRONYM_LETTERS = 7
_LINKS = frozenset(("of", "the", "and", "per", "for", "in", "on", "a", "an", "to"))
_WORD_TYPES = {word: type for type, word in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a text identify someone.

    Attributes:
        start: First character.
        end: After the last one.
        type: Entity type: PERSON, ORG, LOC, DATETIME, CODE, CONTACT, DEM or MISC.
        score: Confidence 0..1.
        pseudonym: What replaced it, or "" where nothing was replaced.
        kind: Finer kind within the type: "party", "literal" (looks like a pseudonym), or "".
    """

    start: int
    end: int
    type: str
    score: float
    pseudonym: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A range that some recognizer or the document's own names propose; the higher rank wins."""

    start: int
    end: int
    type: str
    score: float
    rank: int


@lru_cache(maxsize=1)
def _load_engine() -> NamesEngine:
    from ingest.recognizers.engine import NamesEngine

    engine = NamesEngine()
    engine.load()
    return engine


@lru_cache(maxsize=2)
def build_analyzer(profile: Profile) -> Any:
    """Build Presidio's analyzer with the recognizers of a profile, once a process."""
    import logging

    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

    class NoContext(ContextAwareEnhancer):
        """The recognizers look at their context themselves."""

        def __init__(self) -> None:
            super().__init__(0.0, 0.0, 0, 0)

        def enhance_using_context(self, text, raw_results, nlp_artifacts, recognizers, context=None):  # type: ignore[no-untyped-def]
            """Give the results as they are."""
            return raw_results

    for name in ("eyecite", "presidio-analyzer", "spacy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # their complaints quote the text
    registry = RecognizerRegistry(recognizers=build_recognizers(profile), supported_languages=["en"])
    return AnalyzerEngine(
        registry=registry, nlp_engine=_load_engine(), context_aware_enhancer=NoContext(), supported_languages=["en"]
    )


def find_identifiers(
    text: str,
    profile: Profile,
    known: Collection[tuple[str, str]] = (),
    any_case: bool = False,
    told: Collection[tuple[str, str]] = (),
) -> list[Span]:
    """Find what identifies someone in a text, in order and without overlap.

    Args:
        text: Running text with its real names.
        profile: "working" or "strict".
        known: (type, name) pairs that this matter knows already; found wherever they stand.
        any_case: Find known names in small letters too, as people type them.
        told: (type, term) pairs that people said to mask, of whatever type; found word for word.
    """
    from ingest.cited import drop_cited_names, find_listed_names, spare_own_cases
    from ingest.labels import part_at_labels
    from ingest.neighbours import take_neighbours
    from ingest.propagate import find_terms, spread_names
    from ingest.resolve import resolve_overlaps

    strict = profile == "strict"
    candidates = spare_own_cases(text, part_at_labels(text, _run_recognizers(text, profile)))
    candidates += _find_literals(text)
    candidates += find_listed_names(text, candidates)
    candidates = _type_parties(_part_at_people(text, _part_at_versus(text, candidates)))
    candidates = drop_cited_names(text, _drop_common_words(text, candidates, strict))
    candidates += spread_names(text, candidates, known, any_case)
    candidates += find_terms(text, told)
    masked = _MASKED_STRICT if strict else _MASKED
    joined = _JOINED if strict else frozenset()
    chosen = resolve_overlaps(text, candidates, joined)
    spans = [_name_span(text, c, masked) for c in chosen if c.type in masked and (strict or c.score >= _WEAK_CODE)]
    found = _finish(text, spans, profile)
    return take_neighbours(text, found, [(c.start, c.end) for c in chosen if c.type == "LAW"]) if strict else found


def find_known(
    text: str, names: Collection[tuple[str, str]], told: Collection[tuple[str, str]], profile: Profile
) -> list[Span]:
    """Find names that a matter has come to know since in a text that is pseudonymized already; no model is asked.

    What the profile keeps is kept here too: cited law that names no party, and in the working profile judges and
    courts. Pseudonyms stay as they are.

    Args:
        text: Pseudonymized running text.
        names: (type, name) pairs, sought in all their forms.
        told: (type, term) pairs, sought word for word.
        profile: "working" or "strict".
    """
    from ingest.propagate import find_terms, spread_names
    from ingest.recognizers.citations import Citations
    from ingest.recognizers.courts import Courts
    from ingest.recognizers.judges import Judges
    from ingest.resolve import resolve_overlaps

    keepers = [Citations(), *([Judges(), Courts()] if profile == "working" else [])]
    kept = [Candidate(f.start, f.end, f.type, f.score, _RANK[f.type]) for one in keepers for f in one.find(text, None)]
    issued = [Candidate(m.start(), m.end(), "ISSUED", 1.0, 1000) for m in PATTERN.finditer(text)]
    found = [*spread_names(text, kept, names), *find_terms(text, told)]
    spans = [
        _name_span(text, c, _MASKED) for c in resolve_overlaps(text, [*issued, *kept, *found]) if c.type in _MASKED
    ]
    return _finish(text, spans, profile)


def _run_recognizers(text: str, profile: Profile) -> list[Candidate]:
    """Run the analyzer over blocks of paragraphs, so that its cost stays linear."""
    analyzer = build_analyzer(profile)
    found = []
    for offset, block, artifacts in _load_engine().process_blocks(text):
        for result in analyzer.analyze(block, "en", nlp_artifacts=artifacts, score_threshold=0.0):
            if offset and result.entity_type in ("PARTY", "PARTY_ORG"):
                continue  # a caption stands at the top; "v." further on is a case cited or listed
            rank = _MODEL_RANK.get(result.entity_type, 0) if result.score <= _MODEL_SCORE else 0
            rank = rank or _RANK[result.entity_type]
            if result.entity_type == "PERSON" and result.score >= _SURE_SCORE:
                rank = _SURE_PERSON_RANK
            if result.entity_type == "ORG" and result.score >= _SURE_SCORE:
                rank = _COMPANY_RANK
            if result.entity_type == "BODY" and result.score >= _SURE_SCORE:
                rank = _NUMBERED_BODY_RANK
            if result.entity_type == "CODE" and result.score >= _SURE_SCORE and profile == "strict":
                rank = _SURE_CODE_RANK
            found.append(Candidate(result.start + offset, result.end + offset, result.entity_type, result.score, rank))
    return found


def _find_literals(text: str) -> list[Candidate]:
    """Find words of the source that look like our pseudonyms: they are replaced too, so that none is mistaken."""
    return [Candidate(m.start(), m.end(), "LITERAL", 1.0, _RANK["LITERAL"]) for m in PATTERN.finditer(text)]


def _part_at_versus(text: str, candidates: list[Candidate]) -> list[Candidate]:
    """Part a name that the model or a rule drew over "v." into the two that it is."""
    from ingest.recognizers.organizations import looks_like_organization

    parted = []
    for candidate in candidates:
        match = _VERSUS.search(text, candidate.start, candidate.end) if candidate.type in _NAMES else None
        if match is None or _is_initial(text, match, candidate):
            parted.append(candidate)
        else:
            halves = (replace(candidate, end=match.start()), replace(candidate, start=match.end()))
            ruled = candidate.type == "ORG" and candidate.score > _MODEL_SCORE
            parted += [h for h in halves if not ruled or looks_like_organization(text[h.start : h.end])]
    return [c for c in parted if c.end > c.start]


def _is_initial(text: str, versus: re.Match[str], name: Candidate) -> bool:
    """Tell whether a large "V." in a name is an initial: small letters about it, or a small "v." in the caption."""
    if versus.group().strip() not in ("V", "V."):
        return False
    return not text[name.start : name.end].isupper() or _SMALL_VERSUS.search(text, 0, _CAPTION_CHARACTERS) is not None


def _part_at_people(text: str, candidates: list[Candidate]) -> list[Candidate]:
    """Let a company's name begin behind people whose names a rule is sure of: counsel written above their firm."""
    from ingest.recognizers.organizations import has_own_name

    people = sorted((c for c in candidates if c.type == "PERSON" and c.score >= _SURE_SCORE), key=lambda c: c.start)
    starts = [c.start for c in people]
    parted = []
    for candidate in candidates:
        start = candidate.start
        if candidate.type == "ORG" and candidate.score >= _SURE_SCORE:
            for person in people[bisect_left(starts, start) : bisect_left(starts, candidate.end)]:
                link = _AFTER_PERSON.match(text, person.end, candidate.end)
                if link and has_own_name(text, link.end(), candidate.end):
                    start = link.end()
        parted.append(replace(candidate, start=start))
    return parted


def _type_parties(candidates: list[Candidate]) -> list[Candidate]:
    """Call a party an organization where its name is the front of one with the sign of a company."""
    companies = [c for c in candidates if c.type == "ORG" and c.score >= _SURE_SCORE]
    typed = []
    for candidate in candidates:
        if candidate.type == "PARTY":
            whole = next((c for c in companies if c.start <= candidate.start and candidate.end <= c.end), None)
            if whole is not None:
                candidate = replace(whole, type="PARTY_ORG", rank=_RANK["PARTY_ORG"])
        typed.append(candidate)
    return typed


def _drop_common_words(text: str, candidates: list[Candidate], strict: bool) -> list[Candidate]:
    """Drop what only the model calls a name and the document also writes small: words at a beginning, headings.

    In the working profile also what the dictionary knows as common words, places and measures.
    """
    small = Counter(m.group() for m in _SMALL_WORD.finditer(text))
    public = {c.end for c in candidates if c.type in ("AGENCY", "COURT")}
    kept = []
    for candidate in candidates:
        name = text[candidate.start : candidate.end]
        guessed = candidate.type in ("PERSON", "ORG") and candidate.rank == _MODEL_RANK[candidate.type]
        if guessed or (candidate.type == "ORG" and candidate.score < _SURE_SCORE and name.isupper()):
            words = [w.casefold() for w in _ANY_WORD.findall(name) if len(w) > 2]
            if all(is_legal(word) or small[word] or _COMMON_ENDING.search(word) for word in words):
                continue
        if guessed and (_PLACE.fullmatch(name) or (" " not in name and any(c.isdigit() for c in name))):
            continue
        weak = guessed or (candidate.type == "PERSON" and candidate.score <= _ROLED_SCORE)
        if weak and not strict and _is_common(text, candidate, name, public):
            continue
        kept.append(candidate)
    return kept


def _is_common(text: str, candidate: Candidate, name: str, public: set[int]) -> bool:
    """Tell whether a guess is a common word or phrase, a place on the map, an abbreviation or a numbered paper."""
    from ingest.recognizers.common_words import is_common_phrase, is_no_name
    from ingest.recognizers.organizations import looks_like_organization

    if name.rstrip(".") in ABBREVIATIONS or _ON_THE_MAP.search(name):
        return True
    if name.isupper() and len(name) < _ACRONYM_LETTERS:
        return _NUMBER_BEHIND.match(text, candidate.end) is not None or _stands_for_no_name(text, name, public)
    words = [w.casefold() for w in _ANY_WORD.findall(name) if w.casefold() not in _LINKS]
    if not words or looks_like_organization(name):
        return False
    if len(words) == 1:
        return len(name) == len(words[0]) and is_no_name(words[0])
    return all(len(w) > 1 for w in words) and is_common_phrase(words, plural_only=candidate.type == "ORG")


def _stands_for_no_name(text: str, acronym: str, public: set[int]) -> bool:
    """Tell whether an acronym is explained as a public body's, or by small letters: "cubic feet per second (CFS)"."""
    at = re.search(rf"\([“\"]?{re.escape(acronym)}[”\"]?\)", text)
    if at is None:
        return False
    before = text[max(0, at.start() - 80) : at.start()]
    spelled = [w for w in before.split() if w.casefold() not in _LINKS][-len(acronym) :]
    small = [w[0].upper() for w in spelled] == list(acronym) and all(w[0].islower() for w in spelled)
    return small or at.start() - len(before) + len(before.rstrip()) in public


def _name_span(text: str, candidate: Candidate, masked: dict[str, str]) -> Span:
    type, kind = masked[candidate.type], "party" if candidate.type.startswith("PARTY") else ""
    if candidate.type == "LITERAL":
        found = PATTERN.match(text, candidate.start, candidate.end)
        type, kind = _WORD_TYPES[found["word"]] if found else "MISC", "literal"
    return Span(candidate.start, candidate.end, type, round(candidate.score, 2), kind=kind)


def _finish(text: str, spans: list[Span], profile: Profile) -> list[Span]:
    """Trim white space; in the strict profile take a title into a person's name, and an article into a place's.

    The title tells the sex, and few countries have an article: "the [PLACE]" would say which it can be.
    """
    from ingest.linking import find_title

    done: list[Span] = []
    for span in spans:
        start, end = span.start, span.end
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        end = _take_abbreviation_dot(text, end) if span.type in ("PERSON", "ORG") and span.kind != "literal" else end
        if profile == "strict" and span.type == "PERSON" and span.kind != "literal":
            start = find_title(text, start)[0]
        if profile == "strict" and _has_article(span.type, text[start:end]):
            article = _ARTICLE.search(text, max(0, start - 5), start)
            start = article.start() if article else start
        if done and start < done[-1].end:
            start = done[-1].end
        if start < end:
            done.append(replace(span, start=start, end=end))
    return done


def _has_article(type: str, name: str) -> bool:
    """Tell whether an article before a name is the name's own: "the Netherlands", not "the Salem prosecutor"."""
    if type == "ORG":
        return _COUNTRY.match(name) is not None
    return type == "LOC" and (" " in name or name in _WITH_ARTICLE)


def _take_abbreviation_dot(text: str, end: int) -> int:
    """Take the dot of "Inc." or "Jr." into a name where the sentence plainly goes on behind it."""
    return end + 1 if _DOT_INSIDE.match(text, end) else end
