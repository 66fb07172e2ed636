"""Characters that have no shape of their own and can carry words that nobody sees, in any kind of file.

Unicode's tag characters spell ASCII, variation selectors and zero-width characters spell bytes, and a bidirectional
override shows a text in another order than it is read in. A single joiner inside a word carries nothing and stays.
"""

from __future__ import annotations

import re

SHAPELESS = "characters without a shape"
_RUN_MIN, _SCATTERED_MAX = 4, 40
_ALWAYS = "\u202d\u202e\U000e0000-\U000e0fff"
_OFTEN = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202c\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
)
_ANY = re.compile(f"[{_ALWAYS}{_OFTEN}]+")
_SURE = re.compile(f"[{_ALWAYS}]")
_TAGS = range(0xE0020, 0xE007F)
_JOINING = re.compile("[\u0590-\u17ff]")
"""Scripts whose spelling needs joiners and marks of direction: Hebrew to Khmer."""


def find_shapeless(text: str) -> list[tuple[int, int]]:
    """Find runs [start, end) of characters without a shape that can carry words.

    A run counts where it is long, or has a tag or an override; scattered ones count where a page has very many.
    """
    if text.isascii():
        return []
    runs = [match.span() for match in _ANY.finditer(text)]
    odd = [(a, b) for a, b in runs if b - a > 1 or not _JOINING.search(text, max(a - 1, 0), b + 1)]
    if sum(end - start for start, end in odd) > _SCATTERED_MAX:
        return odd
    return [(a, b) for a, b in runs if b - a >= _RUN_MIN or _SURE.search(text, a, b)]


def spell_shapeless(run: str) -> str:
    """Write a run so that it can be seen: what its tag characters spell, the others by their code points."""
    return "".join(chr(ord(c) - 0xE0000) if ord(c) in _TAGS else f"<U+{ord(c):04X}>" for c in run)


def take_out_shapeless(text: str, filler: str = "") -> tuple[str, list[str]]:
    """Give a text without such runs, and each run spelled out; `filler`, a space, keeps the offsets of the others."""
    runs = find_shapeless(text)
    kept, at = [], 0
    for start, end in runs:
        kept += [text[at:start], filler * (end - start)]
        at = end
    return "".join([*kept, text[at:]]), [spell_shapeless(text[a:b]) for a, b in runs]
