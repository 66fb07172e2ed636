"""Facts that a filing says about itself on its first page: court, docket number, parties, judge, date, kind."""

from __future__ import annotations

from collections.abc import Mapping

import regex

from ingest.recognizers.trim import blunt_long_words, trim_name
from ingest.recognizers.vocabulary import make_words

_HEAD_CHARACTERS = 6000
_CAPTION_CHARACTERS = 5000
_SIDE_CHARACTERS = 700
_CAPITALIZED = r"\p{Lu}[\p{L}.'’-]{1,64}"
_SIDE = r"(?i:plaintiff|defendant|petitioner|respondent|appell|claimant|debtor|intervenor)"
_COURT = regex.compile(
    r"(?:(?i:in\s+the\s+)|\b)("
    r"(?i:supreme\s+court\s+of\s+the\s+united\s+states)"
    r"|(?i:united\s+states|u\.\s?s\.)\s+(?i:district|bankruptcy|tax)\s+(?i:court)(?:,?\s*(?i:for\s+the)?\s*"
    rf"(?:(?i:northern|southern|eastern|western|middle|central)\s+)?(?i:district\s+of)\s+{_CAPITALIZED}"
    r"(?:\s(?i:york|jersey|hampshire|mexico|carolina|dakota|island|virginia|columbia|rico))?)?"
    r"|(?i:united\s+states\s+court\s+of\s+appeals)(?:\s+(?i:for\s+the)\s+(?:(?i:district\s+of\s+columbia)"
    r"|\p{L}+)\s+(?i:circuit))?"
    r"|(?:(?i:supreme|superior|circuit|district|chancery|probate|family|county)\s+(?i:court)\s+(?i:of"
    r"|for)\s+(?i:the\s+)?"
    rf"(?:(?i:state|county|commonwealth)\s+(?i:of)\s+)?{_CAPITALIZED}(?:[ ]{_CAPITALIZED})?)"
    rf"|(?:{_CAPITALIZED}\s+){{0,2}}(?i:court\s+of\s+(?:common\s+pleas|appeals?|chancery|claims))"
    rf"(?:\s+(?i:of)\s+{_CAPITALIZED}(?:[ ]{_CAPITALIZED})?"
    rf"|,?[ ]?\n?(?:(?i:of|for)[ ])?{_CAPITALIZED}[ ](?i:county)(?:,[ ](?!{_SIDE}){_CAPITALIZED})?(?=[ ]*(?:\n|$)))?"
    rf"|(?:{_CAPITALIZED}\s+){{1,2}}(?i:superior|supreme|circuit|district)\s+(?i:court)\b)"
)
_DOCKET = regex.compile(
    r"\b(?:(?:civil\s+action|case|docket|cause|index|mdl|appeal|application)\s*(?:nos?\.?|numbers?|\#)?\s*[:.#]?\s*"
    r"|nos?\.\s*)(\d{1,4}[ ](?:(?-i:[A-Z]{1,3})|civ\.?|crim?\.?|misc\.?)[ ]\d{2,}(?:[ ]?\((?-i:[A-Z]{2,4})\)){0,2}"
    r"|(?:[A-Z]{1,4}[ -]?)?\d[\w:–/-]*\d[\w:–/-]*)(?![\w$])", regex.IGNORECASE,
)  # fmt: skip
_VERSUS = regex.compile(r"(?<=[\s,)\]])(?:v|vs|V|VS|versus|VERSUS|-against-)\.?(?=\s)")
ROLE = regex.compile(
    r"\b(?:plaintiffs?|defendants?|petitioners?|respondents?|appellants?|appellees?|claimants?|debtors?"
    r"|intervenors?)\b",
    regex.IGNORECASE,
)
ROLE_ONLY = regex.compile(rf"(?:{ROLE.pattern}|[\s,/&.()–—-]|and|cross|counter|third|party|et al)+", regex.IGNORECASE)
_CAPACITY = regex.compile(
    r",?\s*(?:\(?(?:individually|in (?:his|her|their|its) (?:official|individual|personal)[^;\n]*?capacit(?:y|ies)"
    r"(?: as [^;,]{2,90})?"
    r"|as (?:next friend|administrator|executor|trustee|personal representative|guardian)[^;,]{0,60}"
    r"|an? [^,;]{3,60}?(?:corporation|company|partnership|association|resident|individual|minor|citizen)"
    r"|on behalf of[^;]{3,80}|survivor of|et\s+al\b\.?|inclusive|through \d+)\)?)", regex.IGNORECASE,
)  # fmt: skip
_SPLIT = regex.compile(
    r"\s*(?:;|,\s+(?=and\b)"
    r"|,(?!\s*(?i:Inc|LLC|L\.?L\.?[CP]|Ltd|Corp|Co|P\.?L?\.?L?\.?[CA]|N\.?A|S\.?A|Jr|Sr|II|III)\b)"
    r"|\b(?:and|AND)\b|\b(?i:dba|d/b/a|a/k/a|f/k/a|ex rel)\b\.?|\s&\s(?=\n)|\n{2,})\s*"
)
_SPACES, _LINES = regex.compile(r"[^\S\n]{3,}+"), regex.compile(r"(?:[ \t]*\n){3,}+")
_BLANK = regex.compile(r"\n\n")
_COURT_LINE = regex.compile(r"(?:COURT|Court|Circuit|CIRCUIT|District of|DISTRICT OF|OCTOBER TERM)[^\n]*\n")
_NAME_END = regex.compile(r"[)\]|:§]|\bNo\.|\bCase\b|\bCivil\b|\bOn (?:Writ|Petition|Appeal)|\b\d{2,}\b")
_SPACE = r"(?!\s*?\n\s*?\n)\s+"  # no blank line: "No. 1182", "COMPLAINT" and "1." below each other are no citation
_CITED = regex.compile(
    rf"\b\d+{_SPACE}(?!CV|CR|MC|CH|Civ|L\s)\p{{Lu}}[\p{{L}}.]*(?:\s\p{{L}}[\p{{L}}.]*){{0,2}}{_SPACE}\d+|\bWL\s\d"
)
_NAME = r"(?:(?:\p{Lu}[\p{L}'’-]*\.?)[ ]){0,3}\p{Lu}[\p{L}'’-]+"
_JUDGE = regex.compile(
    rf"\b(?:Hon\.|Honorable|HONORABLE|(?:Chief |Magistrate )?(?:Judge|JUDGE|Justice|JUSTICE):?)\s+({_NAME})"
    rf"|({_NAME})(?:,\s|[ ])(?:(?:Chief|Senior|Circuit|District|U\.\s?S\.|United\s+States|Magistrate)\s+)*"
    rf"(?:District\s+)?(?:Judge|JUDGE)\b"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = regex.compile(
    rf"\b(?:(?:{_MONTHS})\s+\d{{1,2}},\s+\d{{4}}|\d{{1,2}}\s+(?:{_MONTHS})\s+\d{{4}}"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{2,4}})\b",
    regex.IGNORECASE,
)
_FILED = regex.compile(r"\b(?:filed|dated?|decided|entered)\b\W{0,4}", regex.IGNORECASE)
_KINDS: tuple[tuple[str, str], ...] = (
    ("deposition", r"\b(?:videotaped )?deposition (?:of|upon)\b|\breporter's transcript\b"),
    ("patent", r"\bunited states patent\b|\bpatent application publication\b|\bwhat is claimed is\b"),
    ("complaint", r"\b(?:first |second |amended |verified |class action )*complaint\b(?! filed| alleg)"),
    ("order", r"\border\b(?! to show| of)|\bopinion\b|\bjudgment\b|\bper curiam\b|\bsyllabus\b|\bslip opinion\b"
              r"|\bdecision\b"
              r"|\b(?:circuit|chief|district) judges?\."),
    ("brief", r"\bpetition for (?:a )?writ\b|\b(?:opening|answering|reply|appellant\S*|appellee\S*|amicus) brief\b"
              r"|(?<!on )\bbrief (?:for|of|in)\b|\bmemorandum of (?:law|points)\b|\bquestions? presented\b"),
    ("motion", r"\bmotion (?:to|for|in|of)\b|\bmotion\b|\bnotice of motion\b|\bapplication (?:to|for)\b"),
    ("contract", r"\b(?:agreement|contract|lease|deed)\b.{0,200}\b(?:by and between|between|entered into|parties)\b"
                 r"|\bagreement\b"),
)  # fmt: skip
_TYPES = tuple((name, regex.compile(pattern, regex.IGNORECASE | regex.DOTALL)) for name, pattern in _KINDS)


def find_facts(text: str, stamps: Mapping[int, tuple[str, ...]] | None = None) -> dict[str, str]:
    """Read the caption's facts from a running text; a fact that is not found is left out.

    Args:
        text: The running text, with its real names.
        stamps: Docket stamps by page; they carry the docket number and the day of filing.
    """
    head = _shorten_gaps(blunt_long_words(text[:_HEAD_CHARACTERS]))
    stamp = " ".join(line for page in sorted(stamps or {}) for line in (stamps or {})[page][:2])[:400]
    facts = {
        "court": _first(_COURT, head),
        "docket_number": _first(_DOCKET, stamp) or _first(_DOCKET, head),
        "parties": name_case(head),
        "judge": _find_judge(head),
        "date": _find_date(head, stamp),
        "title": _find_title(head),
        "document_type": tell_type(text),
    }
    return {name: value for name, value in facts.items() if value}


def _shorten_gaps(text: str) -> str:
    """Leave two spaces and one blank line of longer runs: some patterns take the square of a run's length."""
    return _LINES.sub("\n\n", _SPACES.sub("  ", text))


def _first(pattern: regex.Pattern, text: str) -> str:
    """Give the first group that matched, on one line."""
    match = pattern.search(text)
    found = next((g for g in match.groups() if g), match.group()) if match else ""
    return " ".join(found.split())


def _find_judge(head: str) -> str:
    """Give the first name beside a judge's office that is more than the office."""
    for match in _JUDGE.finditer(head):
        group = 1 if match.group(1) else 2
        trimmed = trim_name(head, *match.span(group))
        if trimmed is not None:
            return " ".join(head[trimmed[0] : trimmed[1]].split())
    return ""


def name_case(head: str) -> str:
    """Give "A v. B" from a caption, "et al." where a side has more names, or ""."""
    for before, after in find_sides(head):
        sides = [list_names(head, *side) for side in (before, after)]
        if all(sides):
            return " v. ".join(
                " ".join(head[names[0][0] : names[0][1]].split()) + (" et al." if len(names) > 1 else "")
                for names in sides
            )
    return ""


def find_sides(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Find captions near the top of a text: the ranges before and behind each "v."."""
    head = text[:_CAPTION_CHARACTERS]
    sides: list[tuple[tuple[int, int], tuple[int, int]]] = []
    # small ones first: where one of them parts a caption, a large "V." is an initial: "HIDEO V. IBARRA"
    for match in sorted(_VERSUS.finditer(head), key=lambda found: found.group() in ("V.", "V")):
        if sides and match.group() in ("V.", "V"):
            break
        before, after = _cut_before(head, match.start()), _cut_after(head, match.end())
        if _is_caption(head, before[0], after[1]) and not _is_cited(head, match):
            sides.append((before, after))
    return sides


def _is_cited(head: str, versus: regex.Match) -> bool:
    """Tell whether a citation follows the name behind a "v."."""
    from ingest.recognizers.citations import VERSUS, find_cited_case

    found = VERSUS.search(head, max(versus.start() - 2, 0), versus.end() + 2)
    return found is not None and find_cited_case(head, found.start(), found.end()) is not None


def _is_caption(head: str, start: int, end: int) -> bool:
    """Tell a caption from a case cited in a sentence: capitals or roles around it, no reporter."""
    around = head[start : end + 60]
    letters = [c for c in around if c.isalpha()]
    capitals = sum(c.isupper() for c in letters) > 0.45 * max(len(letters), 1)
    return (capitals or ROLE.search(around) is not None) and not _CITED.search(around)


def _cut_before(head: str, end: int) -> tuple[int, int]:
    """Give the range of the first party: back to the last block that is no part of it."""
    floor = max(0, end - _SIDE_CHARACTERS)
    start = floor
    for match in _BLANK.finditer(head, floor, end):
        block = head[match.end() : end].strip(" ,.\n")
        if len(block) > 8 and not ROLE_ONLY.fullmatch(block):
            start = match.end()
    court = list(_COURT_LINE.finditer(head, start, end))
    return (court[-1].end() if court else start), end


def _cut_after(head: str, start: int) -> tuple[int, int]:
    """Give the range of the second party: up to its role, or the end of its block."""
    limit = min(len(head), start + _SIDE_CHARACTERS)
    role = ROLE.search(head, start, limit)
    blank = head.find("\n\n", start + 3, limit)
    if role and blank > 0 and role.start() < blank + 60:
        return start, role.start()
    return start, min((x for x in (role.start() if role else -1, blank) if x > 0), default=limit)


def list_names(head: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut one side of a caption into the ranges of its names, without capacities and roles."""
    blanked = _CAPACITY.sub(lambda m: ";" * len(m.group()), head[start:end])
    names = []
    at = 0
    for gap in [*_SPLIT.finditer(blanked), None]:
        stop = gap.start() if gap else len(blanked)
        for pattern in (_NAME_END, ROLE):
            found = pattern.search(blanked, at, stop)
            stop = found.start() if found else stop
        trimmed = trim_name(head, start + at, start + stop, _KEPT)
        if trimmed is not None and head[trimmed[0]].isupper() and 2 <= trimmed[1] - trimmed[0] <= 120:
            names.append(trimmed)
        at = gap.end() if gap else len(blanked)
    return names


_KEPT = make_words(
    "united states state city county people commonwealth new north south east west department board district water "
    "regional authority first national american company corporation association bank trust university church school "
    "product products service services system systems lines"
)


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
        docket = _DOCKET.search(block)
        line = " ".join(block[docket.end() if docket else 0 :].split()).strip(" ,;:")
        capitals = sum(c.isupper() for c in line) > 0.7 * max(sum(c.isalpha() for c in line), 1)
        named = any(pattern.search(line) for _name, pattern in _TYPES)
        if capitals and 5 <= len(line) <= 250 and named and not _COURT.match(line):
            return line
    return ""


def tell_type(text: str) -> str:
    """Tell the house template's key for a document: by its title's capitals, else by its first pages' words."""
    head = _shorten_gaps(text[:_HEAD_CHARACTERS])
    title = _find_title(head)
    if title:
        found = [(match.start(), name) for name, pattern in _TYPES if (match := pattern.search(title))]
        return min(found)[1]
    near = [(match.start(), name) for name, pattern in _TYPES if (match := pattern.search(head[:2500]))]
    if near:
        return min(near)[1]
    return next((name for name, pattern in _TYPES if pattern.search(head)), "plain")
