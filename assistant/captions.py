"""What code tells from a caption's facts: what prompts show, the sentence that begins a summary, and answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.documents import Evidence
from assistant.evidence.reading import Reading
from assistant.evidence.sides import ROLES, SIDES_REACH, find_roles
from assistant.evidence.wording import sink_capitals, soften_capitals
from assistant.store.pseudonyms import WORDS, find_pseudonyms

_MOST_PARTY_WORDS = 40
_HERE = r"(?: (?:in|of|for|to) (?:this|the|that|our) (?:case|matter|filing|order|action|proceeding|document)| here)?"
_ASKED_FACTS = (
    ("judge", "The caption names {} as the judge.", r"(?:who|which judge) (?:is|was) (?:the )?(?:presiding )?judge"),
    (
        "court",
        "The caption names the court as {}.",
        r"(?:which|what) court is (?:it|this|the case|this case)(?: in| before)?",
    ),
    ("docket_number", "The caption gives the number {}.", r"what is the (?:docket|case|index|cause) (?:number|no\.?)"),
    ("parties", "The caption names the parties as {}.", r"who are the parties"),
)
_LABELS = (
    ("title", "Title"), ("court", "Court"), ("judge", "Judge"), ("docket_number", "Number"), ("date", "Dated"),
    ("parties", "Parties"),
)  # fmt: skip
_TOLD = ("title", "parties", "court", "docket_number", "date")
_PAPER = re.compile(
    r"\b(?:complaint|petition|motion|application|order|opinion|judgment|decision|brief|memorandum|agreement|lease|contract|"
    r"deposition)\b", re.IGNORECASE,
)  # fmt: skip
_UNSTAMPED = ("contract", "deposition", "patent", "plain")
_DATED = r"\b(?:filed|dated?|decided|entered|made|taken|effective)\b(?: and entered)?\W{0,4}(?:on |as of )?"
_NUMBERED = re.compile(
    rf"\b(?:no|nos|number|case|action|index|docket|cause|file)\b[^\n]{{0,24}}?({WORDS['CODE']}_\d+)", re.IGNORECASE
)
_COUNSEL = re.compile(rf"\b(?:attorneys?|counsel)(?: of record)? for (?:the )?(?:{ROLES})", re.IGNORECASE)
_COUNSEL_REACH = 400  # characters before "Counsel for Plaintiff" in which the firm's name stands
_APPEALED = re.compile(r"\bappeals? from\b|\bon appeal\b|\bon petition\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CodedLine:
    """A sentence made by code: its text, in words where it was read, its evidence, and whose words it has."""

    text: str
    reason: str
    evidence: tuple[Evidence, ...]
    origin: Literal["source", "person"] = "source"


def tell_caption(reading: Reading, title: str) -> CodedLine | None:
    """Make a sentence from the caption's facts; each must stand on the first two pages, or a person corrected it.

    Returns:
        None where the caption names no parties.
    """
    head = _read_head(reading)
    facts = {key: _trust_fact(reading, key, head) for key in reading.document.facts}
    parties = facts.get("parties", "")
    if (
        not parties
        or len(parties.split()) > _MOST_PARTY_WORDS
        or not re.search(r"\bv\.?s?\.? |\bin re\b|\bex parte\b", parties, re.I)
    ):
        return None
    kinds = title.split(" or ")
    name = facts.get("title") or max(kinds, key=lambda kind: len(re.findall(rf"\b{re.escape(kind)}\b", head)))
    name = sink_capitals(name) if name.upper() == name else name[:1].upper() + name[1:]
    parties, court = soften_capitals(parties.rstrip(" ,.")), soften_capitals(facts.get("court", ""))
    bits = [f"{name}: {parties}", court, facts.get("docket_number", ""), facts.get("date", "")]
    if bits[2] and not bits[2].casefold().startswith("no"):
        bits[2] = f"No. {bits[2]}"
    evidence = find_caption(reading)
    text = ", ".join(bit for bit in bits if bit).rstrip(".") + "."
    return _make_line(reading, text, evidence, [key for key in _TOLD if facts.get(key)]) if evidence else None


def tell_fact(reading: Reading, question: str) -> CodedLine | None:
    """Answer a short question after the judge, the court, the number or the parties from the caption's facts.

    Returns:
        None where it asks for something else, or the fact was not read or does not stand in the caption.
    """
    plain = " ".join(question.casefold().split()).rstrip(" ?.")
    asked = next(((k, form) for k, form, pattern in _ASKED_FACTS if re.fullmatch(pattern + _HERE, plain)), None)
    evidence = find_caption(reading)
    if asked is None or evidence is None:
        return None
    head = _read_head(reading)
    corrected = asked[0] in reading.document.corrected
    if asked[0] in ("judge", "court") and _APPEALED.search(head) and not corrected:
        return None  # the caption names the court below and its judge too
    fact = _trust_fact(reading, asked[0], head)
    if not fact:
        return None
    return _make_line(reading, asked[1].format(soften_capitals(fact.rstrip(" ,."))), evidence, [asked[0]])


def list_facts(reading: Reading, whole: bool = True) -> str:
    """List what code has read in a caption, for a prompt: a model has no need to guess who is before which court.

    Args:
        reading: The document.
        whole: True for all facts; False for the sides and their roles only.

    Returns:
        "Court: …; Judge: …; Plaintiff: PERSON_1", each as it stands at the head of the document; "" where nothing was
        read. What a person typed is shown only where it stands there too: words from elsewhere may hold a name that
        nobody has masked, and a name learned later is masked in the document alone.
    """
    sides = [f"{role}: {name}" for name, role in find_roles(reading)]
    if not whole:
        return "; ".join(sides)
    head = _read_head(reading)
    told = reading.document.facts
    facts = {key: _stand_by(told.get(key, ""), head) for key in ("title", "court", "judge", "docket_number", "date")}
    number = _NUMBERED.search(reading.text[:SIDES_REACH])
    if not facts["docket_number"] and number:
        facts["docket_number"] = number[1]
    if _APPEALED.search(head) and "judge" not in reading.document.corrected:
        facts["judge"] = ""  # it may be the judge below
    if not _PAPER.search(facts["title"]):
        facts["title"] = ""
    if not _is_own_date(reading, facts["date"], head):
        facts["date"] = ""
    if "parties" in reading.document.corrected:
        facts["parties"] = _stand_by(told.get("parties", ""), head)
    shown = [f"{label}: {soften_capitals(facts[key]).rstrip(' ,.;')}" for key, label in _LABELS if facts.get(key)]
    return "; ".join([*shown, *sides, *_find_counsel(reading)])


def _is_own_date(reading: Reading, date: str, head: str) -> bool:
    """Tell whether the date that was read is the paper's own; where no court stamps it, it must be said to be."""
    if not date or "date" in reading.document.corrected or reading.document.document_type not in _UNSTAMPED:
        return bool(date)
    before = re.split(r"\bq\. ", head)[0]  # a date in a testimony is not the testimony's
    return re.search(_DATED + re.escape(date.casefold()), before) is not None


def _find_counsel(reading: Reading) -> list[str]:
    """Give the firm, or else the lawyer, above "Counsel for Plaintiff" in the first signature block."""
    signed = _COUNSEL.search(reading.text)
    if signed is None:
        return []
    blocks = reading.text[max(signed.start() - _COUNSEL_REACH, 0) : signed.start()].split("\n\n")
    for word in (WORDS["ORG"], WORDS["PERSON"]):
        for block in blocks[:-3:-1]:  # the nearest two
            named = [name for name in find_pseudonyms(block) if name.startswith(word)]
            if named:
                return [f"{' '.join(signed[0].split())}: {named[0]}"]
    return []


def _make_line(reading: Reading, text: str, evidence: Evidence, used: list[str]) -> CodedLine:
    """Make the sentence; with a fact in it that a person corrected, it is told as that person's words."""
    shown = _show_names(reading, text, evidence)
    if set(used) & set(reading.document.corrected):
        return CodedLine(text, "from the caption, as a person corrected it", shown, "person")
    return CodedLine(text, "read from the caption", shown)


def _show_names(reading: Reading, text: str, evidence: Evidence) -> tuple[Evidence, ...]:
    """Give the evidence, and the first places of the first two pages that have a name of the sentence which it lacks.

    A name is restored for a reader only where the evidence shows it.
    """
    shown = [evidence]
    there = set(find_pseudonyms(reading.text[evidence.start : evidence.end]))
    units = [unit for unit in reading.units if unit.page <= 2]
    for name in find_pseudonyms(text):
        unit = next((u for u in units if name in find_pseudonyms(reading.text[u.start : u.end])), None)
        if name not in there and unit is not None:
            shown.append(reading.give_evidence(unit.start, unit.end))
            there.update(find_pseudonyms(reading.text[unit.start : unit.end]))
    return tuple(shown)


def _trust_fact(reading: Reading, key: str, head: str) -> str:
    """Give a fact of the caption that may be told: a person corrected it, or it stands at the head of the document."""
    value = reading.document.facts.get(key, "")
    return value if key in reading.document.corrected else _stand_by(value, head)


def _read_head(reading: Reading) -> str:
    """Give the beginning of the first two pages, where a caption's facts must stand."""
    end = next((unit.start for unit in reading.units if unit.page > 2), len(reading.text))
    return " ".join(reading.text[: min(end, 6000)].split()).casefold()


def _stand_by(value: str, head: str) -> str:
    """Give a caption fact up to its first ruled line, or "" where it does not stand at the head of the document."""
    fact = " ".join(re.split(r"_{3,}|-{4,}", value)[0].split())
    pieces = [piece.strip(" ,.") for piece in re.split(r"\bv\.|;", fact.casefold())]
    stands = all(piece in head for piece in pieces if piece)
    return fact if stands and len(fact.split()) <= _MOST_PARTY_WORDS else ""


def find_caption(reading: Reading) -> Evidence | None:
    """Give the caption as evidence: the first units up to the first prose, of the first page."""
    caption = [unit for unit in reading.units[:60] if unit.role == "caption" and unit.page == reading.units[0].page]
    if not caption:
        caption = list(reading.units[:1])
    return reading.give_evidence(caption[0].start, caption[-1].end) if caption else None
