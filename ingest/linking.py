"""One person is one pseudonym across a matter: names that mean the same entity are linked in its vault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import regex

from assistant.store.vault import Vault
from ingest.identify import Span
from ingest.propagate import fold_words
from ingest.recognizers.vocabulary import FEMALE_NAMES, FEMALE_TITLES, MALE_NAMES, MALE_TITLES, NAME_SUFFIXES, TITLES

_TITLE_BEFORE = regex.compile(
    rf"\b(?:(?:Mr|Dr)\.?\s(?:and|&)\s)?(?P<title>{'|'.join(TITLES)}|Judge|Justice"
    rf"|Hon)\b\.?,?\s$"
)
_TITLE_AT = regex.compile(rf"(?:(?:{'|'.join(TITLES)})\b\.?\s+)+")
_KIND = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "llp",
        "lp",
        "plc",
        "pllc",
        "pc",
        "na",
        "sa",
        "gmbh",
        "ag",
        "the",
        "l",
        "c",
        "p",
        "n",
        "a",
    ]
)
_GENERATIONS = frozenset(["jr", "sr", "ii", "iii", "iv"])
_DEFINED = regex.compile(r"[,.\s]{0,3}\([^()“\"‘]{0,40}[“\"‘](?:the\s)?(?P<alias>[^”\"’]{2,50})[”\"’]")


def find_title(text: str, start: int) -> tuple[int, str]:
    """Give where a name begins with its courtesy title, and the title; `start` and "" where it has none."""
    match = _TITLE_BEFORE.search(text, max(0, start - 24), start)
    return (match.start(), match.group("title")) if match else (start, "")


@dataclass(slots=True)
class _Entity:
    """An entity as the linker knows it: the words of its most complete form."""

    pseudonym: str
    type: str
    original: str
    words: tuple[str, ...]
    surfaces: set[str] = field(default_factory=set)
    sex: str = ""


class Linker:
    """Links the names of one text to the entities of a vault, old and new.

    Args:
        vault: Where the entities are.
        learn: Record new forms of the entities found; False for what a person types, which may name someone anew
            but changes no entity that filings made.
    """

    def __init__(self, vault: Vault, *, learn: bool = True) -> None:
        self._vault = vault
        self._records = learn
        self._by_surface: dict[tuple[str, str], _Entity] = {}
        self._by_word: dict[tuple[str, str], list[_Entity]] = defaultdict(list)
        for entry in vault.entries():
            entity = _Entity(entry.pseudonym, entry.type, entry.original, _core_words(entry.type, entry.original))
            entity.sex = _guess_sex(entity.words, "") if entry.type == "PERSON" else ""
            self._register(entity, entry.original)
            for variant in entry.variants:
                self._register(entity, variant)

    def link(self, text: str, spans: Sequence[Span]) -> list[str]:
        """Give a pseudonym for each span. Complete names go first, so that short ones find them."""
        given: dict[int, str] = {}
        short = [len(_core_words(span.type, _cut(text, span))) < 2 for span in spans]
        order = sorted(range(len(spans)), key=lambda i: (short[i], spans[i].kind != "party", i))
        for index in order:
            span = spans[index]
            surface = _cut(text, span)
            title = _read_title(text, span)
            entity = self._find(span, surface, title) or self._create(span, surface, title)
            self._learn(entity, surface, title, span)
            if span.type in ("PERSON", "ORG"):
                alias = _DEFINED.match(text, span.end)
                if alias:
                    self._by_surface.setdefault((span.type, _fold(span.type, alias.group("alias"))), entity)
            given[index] = entity.pseudonym
        return [given[index] for index in range(len(spans))]

    def _find(self, span: Span, surface: str, title: str) -> _Entity | None:
        """Find the entity that a surface means, or None."""
        exact = self._by_surface.get((span.type, _fold(span.type, surface)))
        if span.kind == "literal" or span.type not in ("PERSON", "ORG"):
            return exact
        words = _core_words(span.type, surface)
        if not words:
            return exact
        if exact is not None and (len(words) > 1 or span.type == "ORG"):
            return exact
        if span.type == "ORG":
            return self._find_organization(words) or self._find_other(words, "PERSON")
        return self._find_person(words, surface, title) or exact or self._find_other(words, "ORG")

    def _find_other(self, words: tuple[str, ...], type: str) -> _Entity | None:
        """Find a name of several words under the other type: the same name is not two entities by a wrong guess."""
        if len(words) < 2:
            return None
        return next((e for e in self._by_word[type, words[0]] if e.words[: len(words)] == words), None)

    def _find_person(self, words: tuple[str, ...], surface: str, title: str) -> _Entity | None:
        """Find the person whose name agrees; a bare surname goes to the one it can only mean, or to the first."""
        candidates = [e for e in self._by_word["PERSON", words[-1]] if _agree(words, e.words)]
        if not candidates and len(words) == 1:
            candidates = [e for e in self._by_word["PERSON", words[0]] if len(e.words) > 1]
            return candidates[0] if len(candidates) == 1 else None
        generation = _generation(surface)
        candidates = [e for e in candidates if not generation or _generation(e.original) in ("", generation)]
        sex = _guess_sex(words, title)
        fitting = [e for e in candidates if not (sex and e.sex and sex != e.sex)]
        if len(words) > 1:
            return fitting[0] if fitting else None
        named = [e for e in fitting if len(e.words) > 1]
        return next(iter(named or fitting), None)

    def _find_organization(self, words: tuple[str, ...]) -> _Entity | None:
        """Find the organization with the same words but for its kind, or whose name one word begins."""
        for entity in self._by_word["ORG", words[0]]:
            if entity.words == words:
                return entity
        begun = [e for e in self._by_word["ORG", words[0]] if e.words[: len(words)] == words]
        return begun[0] if len(begun) == 1 else None

    def _create(self, span: Span, surface: str, title: str) -> _Entity:
        pseudonym = self._vault.assign(span.type, surface)
        words = _core_words(span.type, surface) if span.kind != "literal" else ()
        return _Entity(pseudonym, span.type, surface, words)

    def _learn(self, entity: _Entity, surface: str, title: str, span: Span) -> None:
        """Record a form of an entity; the most complete one becomes what readers see."""
        if entity.type == "PERSON" and not entity.sex:
            entity.sex = _guess_sex(_core_words("PERSON", surface), title)
        if surface == entity.original:
            self._register(entity, surface)
            return
        if surface not in entity.surfaces:
            words = _core_words(entity.type, surface)
            better = span.kind != "literal" and _is_better(surface, words, entity)
            if better:
                entity.original, entity.words = surface, words
            if self._records:
                record = self._vault.improve if better else self._vault.add_variant
                record(entity.pseudonym, surface)
        self._register(entity, surface)

    def _register(self, entity: _Entity, surface: str) -> None:
        entity.surfaces.add(surface)
        self._by_surface.setdefault((entity.type, _fold(entity.type, surface)), entity)
        for word in {*entity.words[:1], *entity.words[-1:]}:
            if entity not in self._by_word[entity.type, word]:
                self._by_word[entity.type, word].append(entity)


def _cut(text: str, span: Span) -> str:
    """Give the characters of a span on one line, a person's without a title."""
    surface = " ".join(text[span.start : span.end].split())
    if span.type == "PERSON" and span.kind != "literal":
        title = _TITLE_AT.match(surface)
        if title and title.end() < len(surface):
            surface = surface[title.end() :]
    return surface


def _read_title(text: str, span: Span) -> str:
    """Give the courtesy title of a person, before the span or, in the strict profile, at its beginning."""
    inside = _TITLE_AT.match(text, span.start, span.end) if span.type == "PERSON" else None
    return inside.group().split()[-1] if inside else find_title(text, span.start)[1]


def _core_words(type: str, name: str) -> tuple[str, ...]:
    """Give the words that tell a name: no titles, no generation, no kind of company."""
    words = fold_words(name)
    if type == "PERSON":
        return tuple(w for w in words if w not in NAME_SUFFIXES) or words
    if type == "ORG":
        return tuple(w for w in words if w not in _KIND) or words
    return words


def _fold(type: str, surface: str) -> str:
    if type in ("PERSON", "ORG"):
        return " ".join(_core_words(type, surface))
    folded = " ".join(surface.split()).casefold()
    return folded.removeprefix("the ") if type == "LOC" else folded


def _agree(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Tell whether two names with the same surname can be one person's: given names or initials agree."""
    if a[-1] != b[-1]:
        return False
    first, second = a[:-1], b[:-1]
    if not first or not second:
        return True
    if not _same_given(first[0], second[0]):
        short, long = sorted((a, b), key=len)
        return len(short) > 1 and long[-len(short) :] == short
    middle_a, middle_b = first[1:], second[1:]
    return not middle_a or not middle_b or any(_same_given(x, y) for x in middle_a for y in middle_b)


def _same_given(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) == 1 and a[0] == b[0])


def _generation(name: str) -> str:
    return next((w for w in fold_words(name) if w in _GENERATIONS), "")


def _guess_sex(words: tuple[str, ...], title: str) -> str:
    """Guess "f" or "m" from a courtesy title or a common given name, or "" ."""
    told = title.casefold().strip(".")
    if told in FEMALE_TITLES or told in MALE_TITLES:
        return "f" if told in FEMALE_TITLES else "m"
    given = words[0] if len(words) > 1 else ""
    return "f" if given in FEMALE_NAMES else "m" if given in MALE_NAMES else ""


def _is_better(surface: str, words: tuple[str, ...], entity: _Entity) -> bool:
    """Tell whether a form is more complete than the entity's: more words, longer, not in capitals."""
    if entity.type not in ("PERSON", "ORG"):
        return False
    now = (len(entity.words), sum(map(len, entity.words)), not entity.original.isupper(), len(entity.original))
    return (len(words), sum(map(len, words)), not surface.isupper(), len(surface)) > now
