"""Who the sides of a filing are, as its head names them, and whether a sentence turns them round.

A sentence turns them round where it calls one by the other's role, or has done to one what the text has done by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.evidence.reading import Reading
from assistant.store.pseudonyms import PATTERN, WORDS

_NAME = rf"(?:{WORDS['PERSON']}|{WORDS['ORG']})_\d+"
ROLES = (
    r"(?:Plaintiff|Defendant|Petitioner|Respondent|Appellant|Appellee|Claimant|Debtor|Intervenor)s?"
    r"(?:[-/ ](?:Appell(?:ant|ee)|Petitioner|Respondent|Counterclaimant|Intervenor)s?)?"
)
"""Pattern of the roles that a caption gives."""

_CONTRACT_ROLES = (
    "Landlord|Tenant|Lessor|Lessee|Licensor|Licensee|Seller|Buyer|Purchaser|Vendor|Supplier|Customer|Client|Contractor|"
    "Subcontractor|Consultant|Employer|Employee|Lender|Borrower|Guarantor|Owner|Operator|Agent|Principal|Franchisor|Franchisee|"
    "Assignor|Assignee|Distributor|Manufacturer|Provider|Carrier|Shipper|Insurer|Insured|Discloser|Recipient"
)
_BETWEEN = r"(?:\.(?=,))?[\s,)]{0,12}(?:(?i:et al)[\s,.]{0,4})?"
_CAPACITY = r"(?:(?i:an?|individually)\s[^;:.]{3,70}?[,;]\s{0,4})?"
_NAMED_SIDES = (
    re.compile(rf"(?P<name>{_NAME}){_BETWEEN}{_CAPACITY}\(?(?P<role>(?i:{ROLES}))(?=[ ]?(?:[,.;)/\n]|$))"),
    re.compile(rf"\b(?P<role>{ROLES})[,:]?[ \n](?P<name>{_NAME})"),
)  # fmt: skip
_DEFINED_SIDES = (
    re.compile(rf"(?P<name>{_NAME})(?:(?!{_NAME})[^“”\"]){{0,160}}?[“\"](?:the\s)?(?P<role>[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)[,.]?[”\"]"),
    re.compile(rf"(?P<name>{_NAME})(?:(?!{_NAME})[^“”\".]){{0,80}}?,?\sas\s(?:the\s)?(?P<role>{_CONTRACT_ROLES})\b"),
)  # fmt: skip
_TOGETHER = (
    re.compile(rf"(?:{_NAME})[\s,.]{{1,4}}(?:and|&)\s{{1,3}}$"),
    re.compile(rf"[\s,.]{{1,4}}(?:and|&)\s{{1,3}}{_NAME}"),
)
_GAPS = (re.compile(r"[^\S\n]{3,}+"), "  "), (re.compile(r"(?:[ \t]*\n){3,}+"), "\n\n")
_OF_SIDES = re.compile(rf"{_NAME}|\b(?:{ROLES}|court|judge|tribunal)\b", re.IGNORECASE)
_NO_SIDE = frozenset("agreement contract lease party parties effective court company premises term order".split())
SIDES_REACH = 3000  # characters from the beginning in which the sides are named with their roles
_AGAINST = (
    ("plaintiff", "defendant"),
    ("petitioner", "respondent"),
    ("appellant", "appellee"),
    ("claimant", "respondent"),
)
_CALLED = (
    re.compile(rf"\b(?P<role>{ROLES}),?\s(?P<name>{_NAME})"),
    re.compile(rf"(?P<name>{_NAME}),?\s\(?(?:the\s)?(?P<role>{ROLES})\b(?![’'])"),
)
_OF_SIDE = re.compile(
    rf"\b(?P<thing>[a-z]+)\s(?:of|by)\s(?:the\s)?(?P<side>{PATTERN.pattern}|{ROLES})\b", re.IGNORECASE
)  # "the motion of X" is "X's motion"
_TOWARDS = re.compile(rf"\b(?P<way>to|by|from)\s(?:the\s)?(?P<side>{PATTERN.pattern}|{ROLES})\b", re.IGNORECASE)
_CLAUSE_START = r"(?:^|[.,;:(]|\b(?:and|but|or|that|whether|if|when|where|while))"


def find_roles(reading: Reading) -> list[tuple[str, str]]:
    """Give the sides that the head of a document names with a role: (pseudonym, "Plaintiff"), at most four.

    Where two people share a role, or a name stands beside two roles, nothing is said of them: the passages may.
    """
    head = reading.text[:SIDES_REACH]
    for gap, instead in _GAPS:
        head = gap.sub(instead, head)
    patterns = _DEFINED_SIDES if reading.document.document_type == "contract" else _NAMED_SIDES
    found: dict[str, set[str]] = {}
    for pattern in patterns:
        for match in pattern.finditer(head):
            role = " ".join(match["role"].split())
            role = role.capitalize() if role.isupper() else role
            shared = _TOGETHER[0].search(head, max(match.start("name") - 60, 0), match.start("name"))
            if not shared and not _TOGETHER[1].match(head, match.end("name")) and role.casefold() not in _NO_SIDE:
                found.setdefault(match["name"], set()).add(role)
    clear = {name: min(roles) for name, roles in found.items() if len(roles) == 1}
    roles = list(clear.values())
    return [(name, role) for name, role in clear.items() if roles.count(role) == 1][:4]


def speaks_of_sides(text: str) -> bool:
    """Tell whether a sentence names a side, a court or a judge: what may stand beside a caption in a first part."""
    return _OF_SIDES.search(text) is not None


def find_turned_side(reading: Reading, sentence: str) -> str:
    """Say in words which side a sentence turns round, as "Plaintiff COMPANY_2" does with a defendant; "" for none."""
    known = dict(find_roles(reading))
    for pattern in _CALLED:
        for match in pattern.finditer(sentence):
            role, own = match["role"].casefold(), known.get(match["name"], "").casefold()
            for sides in (*_AGAINST, *(pair[::-1] for pair in _AGAINST)):
                if sides[0] in own and sides[1] in role and sides[1] not in own:
                    return f"the caption calls {match['name']} the {known[match['name']]}, not the {match['role']}"
    return ""


def goes_their_way(clause: str, source: str, sides: Mapping[str, str]) -> bool:
    """Tell whether what a clause has done to or by a side goes that way in the source as well.

    "By" and "from" a side need a source that says so or has the side act, "to" one that says so or has it acted upon.
    `sides` gives each pseudonym's role, as `find_roles` does.
    """
    source = _name_roles(source, sides)
    for match in _TOWARDS.finditer(_name_roles(clause, sides)):
        side = rf"(?:the\s)?{match['side']}\b(?!_)"
        if re.search(rf"\b{match['way']}\s{side}", source, re.IGNORECASE):
            continue
        acts = [
            bool(re.search(rf"{_CLAUSE_START}\s*(?:the\s)?$", source[: found.start()], re.IGNORECASE))
            for found in re.finditer(rf"\b{match['side']}\b", source, re.IGNORECASE)
        ]
        if (match["way"].casefold() != "to") not in acts:
            return False
    return True


def calls_sides_rightly(clause: str, sides: Mapping[str, str]) -> bool:
    """Tell whether no side of a clause stands beside another side's role, as in "Landlord: COMPANY_2"."""
    roles = "|".join(sides.values())
    name = PATTERN.pattern.replace("?P<word>", "?:").replace("?P<number>", "?:")
    before, behind = (
        rf"\b(?P<before>{roles}):?\s(?P<name>{name})",
        rf"(?P<first>{name}),?\s\(?(?P<role>{roles})\b(?![:’'])",
    )
    called = f"{before}|{behind}"
    return not roles or all(
        sides.get(m["name"] or m["first"]) in (None, m["before"] or m["role"]) for m in re.finditer(called, clause)
    )


def level_sides(text: str, sides: Mapping[str, str]) -> str:
    """Write each side by its role, said once, and "the motion of" a side as the side's motion."""
    return _OF_SIDE.sub(r"\g<side> \g<thing>", _name_roles(text, sides))


def _name_roles(text: str, sides: Mapping[str, str]) -> str:
    """Write each side by its role, said once."""
    text = " ".join(text.split())
    for name, role in sides.items():
        text = re.sub(rf"(?:\b{role},?\s)?\b{name}\b(?:,?\s\(?{role}\b)?", role, text, flags=re.IGNORECASE)
    return text
