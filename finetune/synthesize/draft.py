"""A filing while it is written: blocks in reading order and the gold text of each part of the summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from finetune.synthesize.grammar import capitalize, enumerate_items

BlockKind = Literal["court", "caption", "title", "heading", "para", "numbered", "sign", "qa", "item", "center"]

_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a filing that is set in one way.

    Attributes:
        kind: How it is set.
        text: Marked text; lines where the kind keeps lines ("court", "caption", "sign").
        number: Paragraph or line label ("14.", "A.", "Q."), or "".
        right: The right column of a caption, lines.
    """

    kind: BlockKind
    text: str
    number: str = ""
    right: str = ""

    @property
    def plain(self) -> str:
        """The block as running text, label first, still marked."""
        body = f"{self.text}\n{self.right}" if self.right else self.text
        return f"{self.number} {body}" if self.number else body


@dataclass
class Draft:
    """Collects blocks and gold parts; `docket` and `title` feed headers and footers."""

    docket: str = ""
    title: str = ""
    filed: str = ""
    blocks: list[Block] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    _paragraph: int = 0

    def add(self, kind: BlockKind, text: str, number: str = "", right: str = "") -> None:
        """Append a block."""
        self.blocks.append(Block(kind, text, number, right))

    def paragraph(self, text: str, numbered: bool = False) -> None:
        """Append a paragraph, numbered on where the filing numbers its paragraphs."""
        if numbered:
            self._paragraph += 1
            self.add("numbered", capitalize(text), f"{self._paragraph}.")
        else:
            self.add("para", capitalize(text))

    def heading(self, text: str) -> None:
        """Append a heading."""
        self.add("heading", text)

    def gold(self, part: str, *sentences: str) -> None:
        """Set the gold text of a part: sentences with a capital and a full stop; nothing given, no part."""
        told = [s.rstrip(". ") + "." for s in sentences if s]
        if told:
            self.parts[part] = " ".join(told)


def say_list(lead: str, items: list[str]) -> str:
    """Write a gold sentence "Lead: (1) a; (2) b" in the house's way."""
    return f"{lead}: {enumerate_items(items)}" if items else ""


def roman(number: int) -> str:
    """Write 1..39 in Roman numerals."""
    text = ""
    for value, letters in _ROMAN:
        while number >= value:
            text += letters
            number -= value
    return text
