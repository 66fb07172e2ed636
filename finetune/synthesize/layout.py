"""How a filing is laid out, drawn apart from what it says: its headings, whether its paragraphs bear numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from finetune.synthesize.draft import Draft, roman

Headings = Literal["capitals", "roman", "letters", "plain", "none"]
_ITEM_LABELS = ("({a})", "{a}.", "({n})", "{n}.", "({r})", "-")


@dataclass
class Layout:
    """The looks of one filing.

    Attributes:
        headings: How its headings are set; "none" for a filing that runs on without any.
        numbered: Whether every paragraph bears a number.
        label: How the items of a list are labelled, with {a}, {n} or {r} for a letter, a number or a Roman numeral.
    """

    headings: Headings
    numbered: bool
    label: str
    _count: int = 0

    def head(self, draft: Draft, text: str) -> None:
        """Add a heading in this filing's manner, or nothing."""
        if self.headings == "none":
            return
        self._count += 1
        bare = text[:1] + text[1:].lower() if self.headings == "plain" and text.isupper() else text
        number = {"roman": f"{roman(self._count)}. ", "letters": f"{chr(64 + self._count % 26)}. "}.get(
            self.headings, ""
        )
        draft.heading(number + bare)

    def say(self, draft: Draft, *sentences: str) -> None:
        """Add a paragraph of the sentences, those that are empty left out."""
        text = " ".join(sentence for sentence in sentences if sentence)
        if text:
            draft.paragraph(text, self.numbered)

    def mark(self, number: int) -> str:
        """Give the label of the item with a number from 1."""
        return self.label.format(a=chr(96 + number), n=number, r=roman(number).lower())


def draw_layout(rng: random.Random) -> Layout:
    """Draw the looks of a filing."""
    headings: Headings = rng.choice(("capitals", "capitals", "roman", "letters", "plain", "none"))
    return Layout(headings, rng.random() < 0.25, rng.choice(_ITEM_LABELS))
