"""What people make of a model's text: the difference word by word, and the verification of what they wrote."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

from assistant.documents import RedactedDocument, Sentence, split_parts
from assistant.evidence.grounding import Grounder
from assistant.evidence.kept_readings import share_reading
from assistant.evidence.sentences import split_sentences
from assistant.templates import Template

Operation = Literal["equal", "delete", "insert"]

REASONS: dict[str, str] = {
    "wrong_party": "Wrong party or role",
    "missing_deadline": "A date or deadline is missing",
    "wrong_figure": "Wrong figure, amount or date",
    "bad_citation": "Wrong or missing citation",
    "told_as_fact": "An allegation told as a fact",
    "not_in_document": "Not in the document",
    "style": "House style",
}
"""Why a summary was corrected, in the words a lawyer uses; the keys are stored."""

_WORDS = re.compile(r"\s+|[^\s]+")


def diff_words(a: str, b: str) -> list[tuple[Operation, str]]:
    """Give the difference of two texts, word by word, in reading order.

    Args:
        a: Before.
        b: After.

    Returns:
        ("equal" | "delete" | "insert", text) pairs. All but the inserted joined are `a`, all but the deleted joined are
        `b`, each character of both included.
    """
    one, two = _WORDS.findall(a), _WORDS.findall(b)
    pieces: list[tuple[Operation, str]] = []
    for kind, low, high, start, end in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("equal", "".join(one[low:high])))
            continue
        if high > low:
            pieces.append(("delete", "".join(one[low:high])))
        if end > start:
            pieces.append(("insert", "".join(two[start:end])))
    return pieces


def reverify(text: str, document: RedactedDocument, template: Template) -> tuple[Sentence, ...]:
    """Verify a text that a person wrote or edited, sentence by sentence.

    A person may write what the source does not bear; it is then shown as such, with the reason, and kept.

    Args:
        text: The whole text in the form of `assistant.documents.join_parts`, pseudonymized.
        document: What it is about.
        template: The house template, whose part names head the lines; other headings of the form "Name (pp. 3–5):" do
        too.

    Returns:
        The sentences in order, origin "person"; an unsupported one has the nearest passage as evidence where there is
        one.
    """
    grounder = Grounder(share_reading(document))
    names = tuple(dict.fromkeys((*template.part_names, *_find_stretches(text))))
    sentences = []
    for part, block in split_parts(text, names):
        for start, end in split_sentences(block):
            line = " ".join(block[start:end].split())
            verdict = grounder.verify(line)
            sentences.append(Sentence(line, verdict.support, verdict.reason, verdict.evidence, part, "person"))
    return tuple(sentences)


def _find_stretches(text: str) -> list[str]:
    """Find the names of parts that stand for a section and its pages, as detailed summaries have them."""
    return re.findall(r"^((?:[^:\n]{0,90} \((?:pp?\. [\d–]+)\)|[Pp]p?\. [\d–]+))(?=:)", text, re.MULTILINE)
