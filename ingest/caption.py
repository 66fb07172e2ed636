"""Facts that a filing says about itself on its first page: court, docket number, parties, judge, date, kind."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEAD_CHARACTERS = 6000
_COURT = re.compile(
    r"(?:in\s+the\s+)?((?:supreme\s+court\s+of\s+the\s+united\s+states)"
    r"|(?:united\s+states|u\.\s?s\.)\s+(?:district|bankruptcy|tax)\s+court(?:\s*,?\s*(?:for\s+the\s+)?"
    r"(?:(?:northern|southern|eastern|western|middle|central)\s+)?district\s+of\s+[A-Z][\w.]+(?:\s+[A-Z][\w.]+)?)?"
    r"|united\s+states\s+court\s+of\s+appeals(?:\s+for\s+the\s+[\w.]+(?:\s+of\s+columbia)?\s+circuit)?"
    r"|(?:[A-Z][a-zA-Z]+\s+){0,2}(?:superior|circuit|district|supreme|appeals|chancery|probate|family)\s+court"
    r"(?:\s+of\s+(?:the\s+)?(?:state\s+of\s+)?[A-Z][a-zA-Z]+(?:\s+[A-Z][a-zA-Z]+)?)?"
    r"|(?:[A-Z][a-z]+\s+)?(?:court\s+of\s+(?:common\s+pleas|appeals?|chancery|claims))(?:\s+of\s+[A-Z][a-zA-Z]+)?)",
    re.IGNORECASE,
)
_DOCKET = re.compile(
    r"(?:(?:civil\s+action|case|docket|cause|index|mdl|appeal|application|c\.?a\.?|cv)\s*(?:nos?\.?|numbers?|#)?\s*[:.#]?\s*"
    r"|\bnos?\.\s*)((?:[A-Z]{1,4}[\s-])?\d{1,5}[-:–/\w]*\d[\w:–/-]*(?:\s?\([A-Za-z]+\))?)",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"(?:^|[\s,)\]])(v\.|vs\.?|versus|V\.|VS\.?|-against-)(?=[\s])")
_ROLE = re.compile(
    r"[,\s]*\b(?:plaintiffs?|defendants?|petitioners?|respondents?|appellants?|appellees?|claimants?|debtors?)\b"
    r"(?:[\s,/–—-]+(?:and\s+)?(?:counter|cross|third)?-?\s?(?:plaintiffs?|defendants?|petitioners?|respondents?"
    r"|appellants?|appellees?|claimants?))*[.,]*", re.IGNORECASE,
)  # fmt: skip
_JUDGE = re.compile(
    r"(?:\b(?:hon\.|honorable|judge:?|justice|magistrate\s+judge)\s+((?:[A-Z][\w.'’-]*\s+){0,3}[A-Z][\w'’-]+))"
    r"|((?:[A-Z][\w.'’-]*\s+){1,3}[A-Z][\w'’-]+),?\s+(?:(?:chief|senior|circuit|district|u\.s\.|united\s+states|magistrate)\s+)+judge\b"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(
    rf"\b(?:(?:{_MONTHS})\s+\d{{1,2}},\s+\d{{4}}|\d{{1,2}}\s+(?:{_MONTHS})\s+\d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})\b"
)
_FILED = re.compile(r"\b(?:filed|dated?|decided|entered)\b\W{0,4}", re.IGNORECASE)
_TYPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("deposition", re.compile(r"\b(?:videotaped\s+)?deposition\s+(?:of|upon)\b", re.IGNORECASE)),
    ("patent", re.compile(r"\bunited states patent\b|\bpatent application publication\b|\bwhat is claimed is\b", re.IGNORECASE)),
    ("complaint", re.compile(r"\b(?:first |second |amended |verified |class action )*complaint\b(?! (?:filed|alleg))", re.IGNORECASE)),
    ("brief", re.compile(r"\bpetition for (?:a )?writ\b|\b(?:opening|answering|reply|appellant|appellee|amicus)\S* brief\b"
                         r"|\bbrief (?:for|of|in)\b|\bmemorandum of (?:law|points)\b|\bquestions? presented\b", re.IGNORECASE)),
    ("motion", re.compile(r"\bmotion (?:to|for|in)\b|\bnotice of motion\b|\bapplication for\b", re.IGNORECASE)),
    ("order", re.compile(r"\border\b|\bopinion\b|\bjudgment\b|\bper curiam\b|\bsyllabus\b|\bdecision\b|\bit is so ordered\b", re.IGNORECASE)),
    ("contract", re.compile(r"\b(?:agreement|contract|lease|deed)\b.{0,200}\b(?:by and between|between|entered into|parties)\b",
                            re.IGNORECASE | re.DOTALL)),
)  # fmt: skip


def find_facts(text: str, stamps: Mapping[int, tuple[str, ...]] | None = None) -> dict[str, str]:
    """Read the caption's facts from a running text; a fact that is not found is left out.

    Args:
        text: The running text, with its real names.
        stamps: Docket stamps by page; they carry the docket number and the day of filing.
    """
    head = text[:_HEAD_CHARACTERS]
    stamp = " ".join(line for page in sorted(stamps or {}) for line in (stamps or {})[page][:2])[:400]
    facts = {
        "court": _first(_COURT, head),
        "docket_number": _first(_DOCKET, head) or _first(_DOCKET, stamp),
        "parties": find_parties(head),
        "judge": _first(_JUDGE, head),
        "date": _find_date(head, stamp),
        "title": _find_title(head),
        "document_type": tell_type(text),
    }
    return {name: value for name, value in facts.items() if value}


def _first(pattern: re.Pattern[str], text: str) -> str:
    """Give the first group that matched, on one line."""
    match = pattern.search(text)
    found = next((g for g in match.groups() if g), match.group()) if match else ""
    return " ".join(found.split())


def find_parties(head: str) -> str:
    """Give "A v. B" from a caption, or ""."""
    for match in _VERSUS.finditer(head[:3000]):
        before = re.split(r"\n\n(?![^\n]*\b(?:plaintiff|petitioner|appell)s?\b)", head[: match.start()].rstrip())[-1]
        after = head[match.end() :].lstrip()
        left, right = _trim_party(before, last=True), _trim_party(re.split(r"\n\n", after)[0], last=False)
        if left and right and (left.isupper() or left[0].isupper()) and right[0].isupper():
            return f"{left} v. {right}"
    return ""


def _trim_party(block: str, last: bool) -> str:
    """Cut a caption's block down to the names: no roles, columns of brackets, numbers."""
    block = _ROLE.sub(" ", block).replace(")", " ").replace("]", " ")
    lines = [line.strip(" ,;:.") for line in block.split("\n")]
    lines = [line for line in lines if line and not _DOCKET.search(line) and not _COURT.search(line)]
    names = " ".join(lines[-3:] if last else lines[:3])
    return " ".join(names.split())[:160].strip(" ,;:")


def _find_date(head: str, stamp: str) -> str:
    """Give the day of filing or decision: behind "Filed" where it is said, else the stamp's, else the first."""
    for text in (head, stamp):
        for match in _FILED.finditer(text):
            date = _DATE.match(text, match.end())
            if date:
                return date.group()
    found = _DATE.search(stamp) or _DATE.search(head)
    return found.group() if found else ""


def _find_title(head: str) -> str:
    """Give the first block of capitals that names a kind of paper."""
    for block in head.split("\n\n"):
        line = " ".join(block.split())
        capitals = sum(c.isupper() for c in line) > 0.7 * max(sum(c.isalpha() for c in line), 1)
        if capitals and 5 <= len(line) <= 250 and any(p.search(line) for _name, p in _TYPES) and not _COURT.match(line):
            return line
    return ""


def tell_type(text: str) -> str:
    """Tell the house template's key for a document: by its title's capitals, else by its first pages' words."""
    head = text[:_HEAD_CHARACTERS]
    title = _find_title(head)
    for name, pattern in _TYPES:
        if title and pattern.search(title):
            return name
    for name, pattern in _TYPES:
        if pattern.search(head):
            return name
    return "plain"
