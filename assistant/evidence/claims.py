"""The checkable facts in a sentence: pseudonyms, citations, docket numbers, dates, money, periods, figures, names.

Each claim has a value in one normal form, so that "the 3rd day of May, 2019" equals "05/03/2019" and "$1.2 million"
equals
"$1,200,000". A claim takes its characters away from the later kinds: the digits of a date are not figures besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.store.pseudonyms import PATTERN

Kind = Literal["pseudonym", "citation", "docket", "date", "money", "percent", "period", "ordinal", "number", "name"]
Value = str | float | tuple[str, float] | tuple[int | None, int | None, int | None]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December|" \
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"  # fmt: skip
_YEAR = r"(?P<year>1[6-9]\d\d|20\d\d)"
_DATES = (
    re.compile(rf"\b{_MONTH},?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:\s*,?\s*{_YEAR}\b)?", re.IGNORECASE),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:day\s+of\s+)?{_MONTH}(?:\s*,?\s*{_YEAR}\b)?", re.IGNORECASE
    ),
    re.compile(rf"\b{_MONTH}\s*,?\s+(?:of\s+)?{_YEAR}\b", re.IGNORECASE),
    re.compile(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})\b"),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})\b"),
    re.compile(r"\b(?P<year>1[6-9]\d\d|20\d\d)-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(
        r"(?<![\d,.$-])(?P<year>1[6-9]\d\d|20[0-4]\d)(?![\d,.]*\d|-\d|\s*(?:dollars|acres|feet|shares|words|persons|people)\b)"
    ),
)
_DOCKET = re.compile(
    r"\b(?:Nos?\.\s*)?\d{1,2}:\d{2}-[A-Za-z]{2,4}-\d{2,6}(?:-[A-Z]{2,4})*\b"
    r"|\b(?:Nos?\.\s*)?\d{2,4}[- ](?:cv|cr|md|mc|bk|ap|civ|cvs|crs|ca)[- ]\d{2,6}(?:-[A-Z]{2,4})*\b"
    r"|\bNos?\.\s*(?:[A-Z]{1,3}[- ])?\d(?:[\w/:‑–-]|,(?=\d))*(?:\s+of\s+\d{4})?"
    r"|(?<![\w/])\d{2}/\d{3},\d{3}(?![\w/])",
    re.IGNORECASE,
)
_SCALE = {
    "hundred": 1e2,
    "thousand": 1e3,
    "lakh": 1e5,
    "lakhs": 1e5,
    "million": 1e6,
    "billion": 1e9,
    "crore": 1e7,
    "k": 1e3,
    "m": 1e6,
    "bn": 1e9,
}
_AMOUNT = (
    r"(?P<amount>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>hundred|thousand|million|billion|lakhs?|crore|[kKmM](?![A-Za-z])|bn)?"
)
_MONEY = (
    re.compile(rf"(?:US)?(?P<sign>[$€£]|Rs\.?|USD|EUR)\s*{_AMOUNT}"),
    re.compile(rf"\b{_AMOUNT}\s*(?P<sign>dollars|euros|pounds|rupees)\b", re.IGNORECASE),
)
_PERCENT = re.compile(
    r"\b(?P<amount>\d[\d,]*(?:\.\d+)?)\s*(?:%|per\s?cent\b|percent\b|percentage points?\b)", re.IGNORECASE
)
_UNITS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0, "yr": 365.0}
_PERIOD = re.compile(
    r"\b(?P<amount>\d[\d,]*(?:\.\d+)?)(?:\s*\(\d+\))?[\s-]+(?:calendar |business |working |full |consecutive )?"
    r"(?P<unit>minute|hour|day|week|month|year|yr)s?\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\b(?P<amount>\d{1,3})(?:st|nd|rd|th|d)\b")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_ABOUT = re.compile(
    r"\b(?:about|approximately|nearly|almost|roughly|over|more than|less than|around|some)\s*$", re.IGNORECASE
)
_NAME = re.compile(r"(?<![.?!:“\"] )(?<!^)\b[A-Z][A-Za-z’'&-]*[a-z][A-Za-z’'-]*\b|\b[A-Z]{3,}\b")
_CITATION_HINT = re.compile(r"\d\s+[A-Z][\w.’' ]{0,18}\.?\s*(?:2d|3d|4th|5th)?\s*\d|§|U\.\s?S\.\s?C|C\.\s?F\.\s?R")
_STATUTE = re.compile(
    r"(?P<title>\d{1,2})\s*(?P<code>U\.?\s?S\.?\s?C\.?(?:\s?A\.?)?|C\.?\s?F\.?\s?R\.?)\s*(?:§+|[Ss]ections?|[Ss]ec\.|[Pp]art)?\s*(?P<section>\d[\w.-]*\w|\d)"
)
_SECTION = re.compile(
    r"(?:§+\s*|\b[Ss]ections?\s+|\b[Ss]ec\.\s*|\b[Aa]rticles?\s+|\b[Aa]rt\.\s*|\b[Rr]ules?\s+|¶+\s*)(?P<section>\d[\w.-]*\w|\d|[IVX]+\b)(?P<sub>(?:\s?\(\w{1,4}\))*)"
)
_WORDS = {
    word: value
    for value, word in enumerate(
        re.findall(
            r"\S+",
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen "
            "eighteen nineteen",
        )
    )
} | {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        re.findall(
            r"\S+",
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth "
            "sixteenth seventeenth eighteenth nineteenth twentieth",
        ),
        1,
    )
}
_NUMBER_WORDS = re.compile(
    rf"\b(?:{'|'.join(_WORDS)})"
    rf"(?:(?:[\s-]+(?:and\s+)?)(?:{'|'.join(_WORDS)}|hundred|thousand|million|billion|lakh|crore))*\b",
    re.IGNORECASE,
)
_ORDINAL_WORDS = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b(?=\s+[A-Z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable fact: its kind, its value in normal form, and the characters [start, end) that say it."""

    kind: Kind
    value: Value
    text: str
    start: int
    end: int


def find_claims(text: str) -> list[Claim]:
    """Find the checkable facts of a sentence, in the order of kinds; each character belongs to one fact at most."""
    flat = spell_figures(text)
    claims: list[Claim] = []
    for kind, finder in _FINDERS:
        for start, end, value in finder(flat):
            claims.append(
                Claim(kind, value, text[start:end].strip() if len(flat) == len(text) else flat[start:end], start, end)
            )
            flat = flat[:start] + " " * (end - start) + flat[end:]
    return claims


def spell_figures(text: str) -> str:
    """Write number words as figures ("two hundred and fifty" as "250"); "one" alone stays a pronoun."""
    if not _NUMBER_WORDS.search(text):
        return text

    def spell(match: re.Match[str]) -> str:
        words = re.split(r"[\s-]+", match.group().casefold())
        if words in (["one"], ["zero"]) and not re.match(
            r"[\s-]+(?:day|week|month|year|hour|million|hundred|percent)", text[match.end() :]
        ):
            return match.group()
        if not any(word in _WORDS for word in words):
            return match.group()
        return f"{read_number_words(words):g}" if read_number_words(words) < 1e6 else str(int(read_number_words(words)))

    return _NUMBER_WORDS.sub(spell, text)


def read_number_words(words: list[str]) -> float:
    """Give the value of number words: ["two", "hundred", "and", "fifty"] is 250."""
    total = current = 0.0
    for word in words:
        if word in _WORDS:
            current += _WORDS[word]
        elif word == "hundred":
            current = max(current, 1.0) * 100
        elif word in _SCALE:
            total += max(current, 1.0) * _SCALE[word]
            current = 0.0
    return total + current


def dates_agree(one: Value, other: Value) -> bool:
    """Tell whether two dates agree in every field that both have, and share at least one."""
    if not (isinstance(one, tuple) and isinstance(other, tuple)):
        return one == other
    pairs = [(a, b) for a, b in zip(one, other, strict=False) if a is not None and b is not None]
    return bool(pairs) and all(a == b for a, b in pairs)


def claims_agree(claim: Claim, other: Claim) -> bool:
    """Tell whether two facts say the same."""
    if claim.kind == "date" and other.kind == "date":
        return claim.value == other.value or (dates_agree(claim.value, other.value) and completes_date(claim, other))
    if claim.kind == other.kind:
        if isinstance(claim.value, float) and isinstance(other.value, float):
            return claim.value == other.value or (
                bool(_ABOUT.search(claim.text)) and abs(claim.value - other.value) <= 0.05 * other.value
            )
        if claim.kind == "docket":
            return str(claim.value) in str(other.value) or str(other.value) in str(claim.value)
        if claim.kind == "citation":
            one, two = _plain_citation(claim), _plain_citation(other)
            return one == two or (one.startswith("§") and (one.startswith(f"{two}(") or two.startswith(f"{one}(")))
        return claim.value == other.value
    figures = {"number", "period", "ordinal", "percent", "money"}
    return (
        claim.kind in figures
        and other.kind in figures
        and "number" in (claim.kind, other.kind)
        and claim.value == other.value
    )


def _plain_citation(claim: Claim) -> str:
    """Give a citation without spaces and stops, small Roman figures in brackets as Arabic ones."""
    plain = re.sub(r"[\s.,]", "", str(claim.value))
    return re.sub(r"\((i{1,3}|iv|v)\)", lambda match: f"({_ROMAN[match.group(1)]})", plain)


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


def is_other_part(claim: Claim, source: Sequence[Claim], whole: str) -> bool:
    """Tell whether a citation names a part of a section ("12(4)") that nothing in the document does.

    Args:
        claim: The citation; the passages have its section.
        source: The facts of the passages.
        whole: The whole running text.
    """
    one = _plain_citation(claim)
    section, bracket, rest = one.lstrip("§").partition("(")
    if not bracket or not one.startswith("§"):
        return False
    others = [_plain_citation(other) for other in source if other.kind == "citation"]
    if any(other.startswith(one) or ("(" in other and one.startswith(f"{other}(")) for other in others):
        return False
    part = rest.split(")")[0]
    forms = [part, *(roman for roman, number in _ROMAN.items() if str(number) == part)]
    return not re.search(rf"\b{re.escape(section)}\s?\((?:{'|'.join(map(re.escape, forms))})\)", whole, re.IGNORECASE)


def completes_date(claim: Claim, other: Claim) -> bool:
    """Tell whether the other date has every field that the claim has."""
    if not (isinstance(claim.value, tuple) and isinstance(other.value, tuple)):
        return False
    return dates_agree(claim.value, other.value) and all(
        b is not None for a, b in zip(claim.value, other.value, strict=False) if a is not None
    )


def read_dates(text: str) -> list[Value]:
    """Give the dates in a text, each as (year, month, day) with None for what it does not say."""
    return [value for _, _, value in _find_dates(text)]


def _find_pseudonyms(text: str) -> Iterator[tuple[int, int, Value]]:
    for match in PATTERN.finditer(text):
        yield match.start(), match.end(), match.group(0)


def _find_citations(text: str) -> Iterator[tuple[int, int, Value]]:
    """Case citations by eyecite, statutes and sections by pattern; the loading of eyecite waits for the first hint."""
    for match in _STATUTE.finditer(text):
        code = re.sub(r"[\s.]", "", match["code"]).upper().removesuffix("A")
        yield match.start(), match.end(), f"{match['title']} {code} {match['section']}".casefold()
    if _CITATION_HINT.search(text):
        from eyecite import get_citations  # loads its reporters, about a second
        from eyecite.models import FullCaseCitation

        for found in get_citations(text):
            if isinstance(found, FullCaseCitation):
                start, end = found.span()
                yield start, end, found.corrected_citation().casefold()
    taken = [m.span() for m in _STATUTE.finditer(text)]
    for match in _SECTION.finditer(text):
        if not any(low < match.end() and match.start() < high for low, high in taken):
            yield match.start(), match.end(), re.sub(r"\s", "", f"§{match['section']}{match['sub']}".casefold())


def _find_dockets(text: str) -> Iterator[tuple[int, int, Value]]:
    for match in _DOCKET.finditer(text):
        number = re.sub(r"^nos?\.\s*", "", match.group(), flags=re.IGNORECASE)
        yield match.start(), match.end(), re.sub(r"[^A-Z0-9]", "", number.upper())


def _find_dates(text: str) -> Iterator[tuple[int, int, Value]]:
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if any(low < match.end() and match.start() < high for low, high in taken):
                continue
            fields = match.groupdict()
            year = int(fields["year"]) if fields.get("year") else None
            if year is not None and year < 100:
                year += 2000 if year < 60 else 1900
            month = fields.get("month")
            number = None if month is None else int(month) if month.isdigit() else _MONTHS[month.casefold().rstrip(".")]
            day = int(fields["day"]) if fields.get("day") else None
            if (number is not None and not 1 <= number <= 12) or (day is not None and not 1 <= day <= 31):
                continue
            taken.append(match.span())
            yield match.start(), match.end(), (year, number, day)


def _find_money(text: str) -> Iterator[tuple[int, int, Value]]:
    taken: list[tuple[int, int]] = []
    for pattern in _MONEY:
        for match in pattern.finditer(text):
            if any(low < match.end() and match.start() < high for low, high in taken):
                continue
            taken.append(match.span())
            yield match.start(), match.end(), _read_amount(match["amount"], match["scale"])


def _read_amount(digits: str, scale: str | None = None) -> float:
    return round(float(digits.replace(",", "") or 0) * _SCALE.get((scale or "").casefold(), 1.0), 4)


def _find_percents(text: str) -> Iterator[tuple[int, int, Value]]:
    for match in _PERCENT.finditer(text):
        yield match.start(), match.end(), _read_amount(match["amount"])


def _find_periods(text: str) -> Iterator[tuple[int, int, Value]]:
    for match in _PERIOD.finditer(text):
        yield match.start(), match.end(), round(_read_amount(match["amount"]) * _UNITS[match["unit"].casefold()], 4)


def _find_ordinals(text: str) -> Iterator[tuple[int, int, Value]]:
    for match in _ORDINAL.finditer(text):
        yield match.start(), match.end(), float(match["amount"])
    for match in _ORDINAL_WORDS.finditer(text):
        if match.group()[0].isupper() or _ORDINALS[match.group().casefold()] > 3:
            yield match.start(), match.end(), float(_ORDINALS[match.group().casefold()])


def _find_numbers(text: str) -> Iterator[tuple[int, int, Value]]:
    for match in re.finditer(rf"(?<![\w.,]){_AMOUNT}(?!\w)", text):
        if re.match(r"\(\d+\)", text[max(match.start() - 1, 0) : match.end() + 1]):
            continue
        end = match.end() - (match.group()[-1] == ",")
        yield match.start(), end, _read_amount(match["amount"].rstrip(","), match["scale"])


def _find_names(text: str) -> Iterator[tuple[int, int, Value]]:
    for match in _NAME.finditer(text):
        if match.group().casefold() not in _GENERIC and re.search(r"[A-Za-z]", text[: match.start()]):
            yield match.start(), match.end(), re.sub(r"['’]s$", "", match.group()).casefold()


_GENERIC = frozenset(
    re.findall(
        r"\S+",
        """
    court courts plaintiff plaintiffs defendant defendants petitioner petitioners respondent respondents appellant
    appellants
    appellee appellees state states the a an in on act section article rule rules amendment constitution judge justice
    chief
    mr mrs ms dr no nos company corporation inc llc party parties agreement contract motion order complaint petition
    brief
    claim count claims counts district circuit appeals supreme superior county city board commission department
    government
    united america clause code statute congress federal national president held ordered ecf dkt doc docket entry exh
    however but and or it he she they we i there if
    also thereupon thereafter held
    whether when where while after before under for by to of as at from with because although
    movant counsel clerk exhibit
    exhibits attorney attorneys general veteran applicant licensee licensor landlord tenant seller buyer employer
    employee
    """,
    )
)
_FINDERS: tuple[tuple[Kind, Callable[[str], Iterator[tuple[int, int, Value]]]], ...] = (
    ("pseudonym", _find_pseudonyms),
    ("citation", _find_citations),
    ("docket", _find_dockets),
    ("date", _find_dates),
    ("money", _find_money),
    ("percent", _find_percents),
    ("period", _find_periods),
    ("ordinal", _find_ordinals),
    ("number", _find_numbers),
    ("name", _find_names),
)
