"""A name found once is found everywhere in the document: in capitals, by surname, by its defined short name."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import regex

from assistant.store.pseudonyms import find_pseudonyms
from ingest.given_names import is_word_too, may_be_given, stands_alone
from ingest.identify import Candidate
from ingest.recognizers.common_words import is_no_name, tell_parts
from ingest.recognizers.vocabulary import (
    COUNTRIES,
    FEMALE_NAMES,
    GENERIC_ALIASES,
    LEGAL_WORDS,
    MALE_NAMES,
    NAME_SUFFIXES,
    US_STATES,
)

_TOKEN = regex.compile(r"[\p{L}\p{N}]+(?:[’'-][\p{L}\p{N}]+)*")
_POSSESSIVE = regex.compile(r"[’']s$|(?<=s)[’']$", regex.IGNORECASE)
_DEFINED = regex.compile(r"[,.\s]{0,3}\((?:(?:the|collectively|hereinafter|hereafter|referred to as|together|or"
    r"|also|“|\"),?\s*)*[“\"‘](?:the\s)?(?P<alias>[^”\"’]{2,50})[”\"’][^)]{0,60}\)")  # fmt: skip
_BRACKETED = regex.compile(r"(?:\s\p{Lu}\p{L}+)?\s\((?P<alias>\p{Lu}[\p{L}&-]{2,30})\)")
_ORG_KIND = regex.compile(
    r"^(?:inc|incorporated|llc|ltd|limited|corp|corporation|co|company|companies|llp|lp|plc|pllc|pc|na|sa|gmbh"
    r"|ag|the|of|and|l|c|p|n|a)$"
)
_PLACE = regex.compile(rf"(?:{COUNTRIES}|{US_STATES})")
_GAP = regex.compile(r"[\s.,&’']{1,4}")
_NAME_WORDS_MAX = 30
_SHORT_WORDS = 40  # of a question or a sentence: names are sought by its words, not one by one
PARTY_IN_LAW = 81
_PLAIN, _FULL_NAME = 45, 62
_TOLD = 95
_PERSONS = ("PERSON", "PARTY")
_ORGS = ("ORG", "PARTY_ORG")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Words that, one after the other, are a name again; a given name alone only where `stands_alone` says so."""

    words: tuple[str, ...]
    type: str
    rank: int
    given: bool = False


def spread_names(
    text: str, candidates: Collection[Candidate], known: Collection[tuple[str, str]], any_case: bool = False
) -> list[Candidate]:
    """Give further ranges of the document where a found or known name stands.

    Args:
        text: The document.
        candidates: What the recognizers found.
        known: (type, name) pairs of the matter.
        any_case: Also where they are written small.
    """
    tokens = _cut_tokens(text)
    small = set() if any_case else _find_common(text, tokens)
    law = sorted((c.start, c.end) for c in candidates if c.type == "LAW")
    patterns = _collect_patterns(text, candidates, _pick_possible(known, {word for word, *_ in tokens}), small)
    by_words, longest_first = _index_patterns(patterns)
    found = []
    for index, (word, start, _end) in enumerate(tokens):
        if word in longest_first and (any_case or not text[start].islower()):
            match = _match_longest(text, tokens, index, longest_first[word], by_words, small)
            if match is not None and not (any_case and _is_ordinary(text, match)):
                found.append(
                    match if match.rank != PARTY_IN_LAW or _is_within(law, match) else _rank_plain(text, match)
                )
    return found


def _pick_possible(known: Collection[tuple[str, str]], words: set[str]) -> Collection[tuple[str, str]]:
    """Leave out names that cannot stand in a short text: each form has a word that is no letter and no word of law.

    But for a given name that is one, as "Ann" and "May" are.
    """
    telling = [word for word in words if len(word) > 1 and (word not in LEGAL_WORDS or may_be_given(word))]
    if len(telling) > _SHORT_WORDS:
        return known

    def may_stand(name: str) -> bool:
        folded = name.casefold()
        return any(word in folded for word in telling)

    return [(type, name) for type, name in known if may_stand(name)]


def _is_ordinary(text: str, match: Candidate) -> bool:
    """Tell whether a match in small letters is a word of the sentence, "return" or "notify", and no name typed so."""
    word = text[match.start : match.end]
    if not word.islower() or not word.isalpha():
        return False
    return "noun" not in tell_parts(word) and is_no_name(word) if match.type in _PERSONS else is_no_name(word)


def find_terms(text: str, told: Collection[tuple[str, str]]) -> list[Candidate]:
    """Give the ranges where terms that people said to mask stand word for word, in any case of their letters.

    Args:
        text: The document.
        told: (type, term) pairs; the type may be any entity type.
    """
    patterns = {_Pattern(words, f"TERM_{type}", _TOLD) for type, term in told if (words := _fold_all(term))}
    if not patterns:
        return []
    by_words, longest_first = _index_patterns(patterns)
    tokens = _cut_tokens(text)
    found = (
        _match_longest(text, tokens, index, longest_first[word], by_words)
        for index, (word, *_) in enumerate(tokens)
        if word in longest_first
    )
    return [match for match in found if match is not None]


def _index_patterns(patterns: set[_Pattern]) -> tuple[dict[tuple[str, ...], _Pattern], dict[str, list[int]]]:
    """Give the best pattern by its words, and the lengths to try, longest first, by a first word."""
    by_words: dict[tuple[str, ...], _Pattern] = {}
    for pattern in sorted(sorted(patterns, key=lambda p: p.type, reverse=True), key=lambda p: (p.rank, not p.given)):
        by_words[pattern.words] = pattern
    lengths: dict[str, set[int]] = defaultdict(set)
    for words in by_words:
        lengths[words[0]].add(len(words))
    return by_words, {word: sorted(found, reverse=True) for word, found in lengths.items()}


def list_words(text: str) -> set[str]:
    """Give what an index of words holds of a text: its words with a capital or a figure, and its pseudonyms."""
    words = {word for word, start, _end in _cut_tokens(text) if len(word) > 1 and not text[start].islower()}
    return words | set(find_pseudonyms(text))


def list_forms(type: str, name: str) -> set[tuple[str, ...]]:
    """Give the words of each form in which a name is sought, by those that `list_words` gives; empty ones left out."""
    words = fold_words(name)
    known = set(_shorter_forms(words, type, _PLAIN, set())) if type in _PERSONS + _ORGS else {_Pattern(words, type, 0)}
    known |= set(_list_given(words, type))
    forms = {tuple(word for word in pattern.words if len(word) > 1) for pattern in known}
    return {form for form in forms if form}


def _rank_plain(text: str, match: Candidate) -> Candidate:
    """Rank a party's name outside of cited law like any other: a fuller name around it wins."""
    return replace(
        match, rank=_FULL_NAME if match.type in _PERSONS and " " in text[match.start : match.end] else _PLAIN
    )


def _is_within(law: list[tuple[int, int]], match: Candidate) -> bool:
    """Tell whether a range lies in law that is cited."""
    at = bisect_right(law, (match.start, len(law) and law[-1][1] + match.end)) - 1
    return at >= 0 and law[at][0] <= match.start < law[at][1]


def _cut_tokens(text: str) -> list[tuple[str, int, int]]:
    """Cut a text into (folded word, start, end), possessive endings left out."""
    tokens = []
    for match in _TOKEN.finditer(text):
        word, end = match.group(), match.end()
        ending = _POSSESSIVE.search(word)
        if ending:
            word, end = word[: ending.start()], match.start() + ending.start()
        tokens.append((word.casefold(), match.start(), end))
    return tokens


def _find_common(text: str, tokens: list[tuple[str, int, int]]) -> set[str]:
    """Give words that the document writes small at least as often as with a capital; parts of addresses aside."""
    small: Counter[str] = Counter()
    large: Counter[str] = Counter()
    for word, start, end in tokens:
        if not text[start].islower():
            large[word] += 1
        elif text[start - 1 : start] not in (".", "@", "/", "_", "-") and text[end : end + 1] != "@":
            small[word] += 1
    return {word for word, count in small.items() if count >= large[word]}


def fold_words(name: str) -> tuple[str, ...]:
    """Give the folded words of a name, as `spread_names` compares them; the article of "the Netherlands" is none."""
    words = _fold_all(name)
    return words[1:] if len(words) > 1 and name.startswith("the ") else words


def _fold_all(name: str) -> tuple[str, ...]:
    return tuple(word for word, _start, _end in _cut_tokens(name))


def _match_longest(
    text: str,
    tokens: list[tuple[str, int, int]],
    index: int,
    lengths: list[int],
    by_words: dict[tuple[str, ...], _Pattern],
    small: Collection[str] = (),
) -> Candidate | None:
    """Give the longest pattern whose words follow each other at a position; `lengths` descend."""
    for length in lengths:
        last = index + length - 1
        pattern = by_words.get(tuple(token[0] for token in tokens[index : last + 1]))
        if pattern is None or last >= len(tokens):
            continue
        if pattern.given and not stands_alone(text, *tokens[index][1:], small=tokens[index][0] in small):
            continue
        if all(
            _GAP.fullmatch(text, tokens[i][2], tokens[i + 1][1]) and "\n\n" not in text[tokens[i][2] : tokens[i + 1][1]]
            for i in range(index, last)
        ):
            return Candidate(tokens[index][1], tokens[last][2], pattern.type, 0.7, pattern.rank)
    return None


def _collect_patterns(
    text: str, candidates: Collection[Candidate], known: Collection[tuple[str, str]], small: set[str]
) -> set[_Pattern]:
    """Collect what to look for: every name's own words and its shorter forms."""
    judges = {words[-1] for c in candidates if c.type == "JUDGE" and (words := fold_words(text[c.start : c.end]))}
    places = {w for c in candidates if c.type == "LOC" for w in fold_words(text[c.start : c.end])}
    commons = {  # by (person, party): a union a candidate would cost the square of the document
        (person, party): small | (set() if person else places) | (set() if party else judges)
        for person in (True, False)
        for party in (True, False)
    }  # the model takes many a surname for a place
    patterns: set[_Pattern] = set()
    for candidate in candidates:
        if candidate.type in _PERSONS + _ORGS:
            party = candidate.type.startswith("PARTY")
            words = fold_words(text[candidate.start : candidate.end])
            common = commons[candidate.type in _PERSONS, party]
            patterns |= set(_shorter_forms(words, candidate.type, PARTY_IN_LAW if party else _PLAIN, common))
            patterns |= set(_read_alias(text, candidate, party))
    given = _collect_given(text, candidates, known)
    alone = {pattern.words for pattern in given if is_word_too(pattern.words[0])}
    common = small | judges
    for type, name in known:
        words = fold_words(name)
        if type in _PERSONS and words in alone:
            continue  # a given name that was learned as a form of its own is no surname
        if type in _PERSONS + _ORGS:
            patterns |= set(_shorter_forms(words, type, PARTY_IN_LAW if len(words) > 1 else _PLAIN, common))
        elif type in ("CODE", "CONTACT") and sum(map(len, words)) > 4:
            patterns.add(_Pattern(words, type, 83))
    patterns = {p for p in patterns if 0 < len(p.words) <= _NAME_WORDS_MAX}  # a longer one is no name
    return given | {p for p in patterns if not all(word in LEGAL_WORDS or len(word) < 2 for word in p.words)}


def _collect_given(text: str, candidates: Collection[Candidate], known: Collection[tuple[str, str]]) -> set[_Pattern]:
    """Collect the given names of people whose full names are found or known, without judges and cited cases."""
    from ingest.cited import collect_cited_words

    law = sorted((c.start, c.end) for c in candidates if c.type == "LAW")
    cited = collect_cited_words(text, law) if law else set()
    judges = {word for c in candidates if c.type == "JUDGE" for word in fold_words(text[c.start : c.end])[:1]}
    people = [(c.type, text[c.start : c.end]) for c in candidates if c.type in _PERSONS]
    found = {
        pattern: cited | (set() if type == "PARTY" else judges)
        for type, name in people
        for pattern in _list_given(fold_words(name), type)
    }
    found |= {pattern: cited for type, name in known for pattern in _list_given(fold_words(name), type)}
    return {pattern for pattern, spared in found.items() if pattern.words[0] not in spared}


def _list_given(words: tuple[str, ...], type: str) -> Iterable[_Pattern]:
    """Give the given name of a person's full name, if it may be sought by itself."""
    core = [word for word in words if word not in NAME_SUFFIXES] if type in _PERSONS else []
    if len(core) > 1 and may_be_given(core[0]):
        yield _Pattern((core[0],), type, _PLAIN, given=True)


def _shorter_forms(words: tuple[str, ...], type: str, rank: int, common: set[str]) -> Iterable[_Pattern]:
    """Give a name's forms: whole, without middle names, surname alone, an organization without its kind."""
    if not words:
        return
    if len(words) > 1 or (words[0] not in common and len(words[0]) > 2):
        yield _Pattern(words, type, _FULL_NAME if type in _PERSONS and len(words) > 1 and rank == _PLAIN else rank)
    if type in _PERSONS:
        core = tuple(w for w in words if w not in NAME_SUFFIXES)
        if len(core) > 2:
            yield _Pattern((core[0], core[-1]), type, rank)
            yield _Pattern(core[-2:], type, rank) if len(core[-2]) > 1 else _Pattern((core[0], core[-1]), type, rank)
        if len(core) > 1 and len(core[-1]) > 2 and core[-1] not in common and core[-1] not in LEGAL_WORDS:
            yield _Pattern((core[-1],), type, rank)
        return
    core = tuple(words)
    while core and _ORG_KIND.match(core[-1]):
        core = core[:-1]
    if core and core != words and (len(core) > 1 or _is_distinct(core[0], common)):
        yield _Pattern(core, type, rank)
    if len(words) > 1 and _is_distinct(words[0], common):
        yield _Pattern((words[0],), type, min(rank, _PLAIN))


def _is_distinct(word: str, common: set[str]) -> bool:
    """Tell whether one word of an organization's name names it alone."""
    if word in common or word in LEGAL_WORDS or word in MALE_NAMES or word in FEMALE_NAMES:
        return False
    return len(word) > 3 and not word.isdigit() and not _PLACE.fullmatch(word.title())


def _read_alias(text: str, candidate: Candidate, party: bool) -> Iterable[_Pattern]:
    """Read the short name that a text defines behind a name: (“Standard”)."""
    match = _DEFINED.match(text, candidate.end) or _BRACKETED.match(text, candidate.end)
    if match is None:
        return
    words = fold_words(match.group("alias"))
    if match.re is _BRACKETED and not _abbreviates(words, fold_words(text[candidate.start : candidate.end])):
        return
    if words and not all(word in GENERIC_ALIASES for word in words):
        yield _Pattern(words, candidate.type, PARTY_IN_LAW if party else 56)


def _abbreviates(alias: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Tell whether one word in brackets is short for the name before it: its first word, or its initials."""
    return len(alias) == 1 and len(name) > 1 and (alias[0] == name[0] or alias[0] == "".join(word[0] for word in name))
