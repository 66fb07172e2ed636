"""How a sentence stands to what it says: who says it, whether it is denied, whether it may or must be, how it came out.

All by word lists and the words that follow; what cannot be told from the words alone is left alone.
"""

from __future__ import annotations

import re
from typing import Literal

from assistant.evidence.terms import find_terms, stem_term

Speech = Literal["alleged", "argued", "testified", "found", "held", "dissented"]

SPEECH: dict[Speech, re.Pattern[str]] = {
    "alleged": re.compile(
        r"\b(?:alleg\w+|plead\w*|aver(?:s|red|ring)\b|claim(?:s|ed|ing)? (?:that|to have|he|she|they|it)\b|"
        r"purport\w*|charg(?:es|ed|ing) that|"
        r"(?:complaint|petition|indictment|information|counterclaim|affidavit|declaration) "
        r"(?:states?|says?|charge[sd]?)\b|"
        r"theory (?:is|was) that|according to (?:the |an? )?(?:complaint|petition|affidavit|indictment|declaration)|"
        r"accus\w+|on information and belief|complain(?:s|ed) (?:that|of))",
        re.IGNORECASE,
    ),
    "argued": re.compile(
        r"\b(?:argu(?:e|es|ed|ing)\b|(?<!oral )arguments? (?:that|is|was)\b|contend\w*|contention\w*|"
        r"maintain(?:s|ed)? that|submit(?:s|ted)? that|urg(?:e|es|ed|ing)\b|"
        r"insist\w*|"
        r"assert\w*|posit(?:s|ed)\b|object(?:s|ed) that|counter(?:s|ed) that|respond(?:s|ed) that|it (?:is|was) "
        r"submitted|according to "
        r"(?:the )?(?:plaintiff|defendant|petitioner|respondent|appell|movant|government|state|company|person))",
        re.IGNORECASE,
    ),
    "testified": re.compile(
        r"\b(?:testif\w+(?: that|:|,)|testimony that|deposed that|stated under oath|recall(?:s|ed)? that|"
        r"(?:witness|deponent) (?:stated|said|admitted)|admitted that|"
        r"told (?:the )?(?:court|police|jury|examiner)|told [^.;]{1,30}? that)",
        re.IGNORECASE,
    ),
    "found": re.compile(
        r"\b(?:court|judge|we|jury|panel|board|tribunal|magistrate|commission)s?\b"
        r""
        r"[^.;]{0,40}?\b(?:f(?:ind|inds|ound)|conclud\w+|determin\w+|"
        r"reason(?:s|ed)|observ\w+|noted|satisfied)\b|\bfindings? of fact|^found:|\bit is found",
        re.IGNORECASE,
    ),
    "held": re.compile(
        r"^held:|\b(?:h(?:old|olds|eld|olding) (?:that|for|in favou?r|against|liable)|(?:court|we|judge|panel|"
        r"board|circuit)s? h(?:old|olds|eld)"
        r"|(?:is|was|were|are|be|been) held|rul(?:ed|es|ing) (?:that|in favou?r|against|for)|(?:it is|are|is|was) "
        r"(?:hereby )?ordered|"
        r"adjudg\w+|decreed)",
        re.IGNORECASE,
    ),
    "dissented": re.compile(r"\bdissent\w*", re.IGNORECASE),
}
"""Who says it, by the verbs that say so."""

PARTY_SPEECH: frozenset[Speech] = frozenset({"alleged", "argued", "testified"})
COURT_SPEECH: frozenset[Speech] = frozenset({"found", "held"})

SPEAKER_WORDS: dict[Speech, str] = {
    "alleged": "alleged",
    "argued": "argued",
    "testified": "testimony",
    "found": "found by the court",
    "held": "held by the court",
    "dissented": "said in a dissent",
}

# Sets of words that exclude each other; each inner tuple is one outcome, by stems as `stem_term` gives them.
_OUTCOMES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("grant",), ("deny", "denied", "denial")),
    (("affirm", "uphold", "upheld"), ("revers", "vacat", "overturn", "set_aside")),
    (("allow",), ("dismiss", "disallow")),
    (("sustain",), ("overrul",)),
    (("guilty", "convict"), ("acquit", "innocent")),
    (("maximum",), ("minimum",)),
    (("with_prejudice",), ("without_prejudice",)),
)
# These exclude each other only where the sentence otherwise follows its source word by word.
_CLOSE_OPPOSITES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("plaintiff",), ("defendant",)),
    (("petitioner",), ("respondent",)),
    (("appellant",), ("appellee", "appelle", "respondent")),
    (("landlord", "lessor"), ("tenant", "lessee", "lesse")),
    (("licensor",), ("licensee", "licensees")),
    (("buyer", "purchaser"), ("seller", "vendor")),
    (("employer",), ("employee", "employees")),
    (("creditor",), ("debtor",)),
    (("increas", "rais", "rose"), ("decreas", "reduc", "lower", "fell")),
    (("before", "prior"), ("after", "subsequent", "follow")),
    (("earlier",), ("later",)),
    (("first",), ("last",)),
    (("preced",), ("follow",)),
    (("favor", "favour"), ("against",)),
    (("accept",), ("reject", "refus", "declin")),
    (("majority",), ("minority",)),
    (("exclud",), ("includ",)),
    (("more",), ("less", "fewer")),
    (("exclusiv",), ("nonexclusiv", "non-exclusiv")),
)
# Decisions by stem; "grant" and "deny", "affirm" and "reverse" exclude each other for the same thing decided.
_DECISIONS = {
    **dict.fromkeys(("grant", "allow", "sustain"), "grant"),
    **dict.fromkeys(("deny", "denied", "denial", "dismiss", "overrul", "disallow", "reject"), "deny"),
    **dict.fromkeys(("affirm", "uphold", "upheld"), "affirm"),
    **dict.fromkeys(("revers", "vacat", "overturn", "quash"), "reverse"),
    "convict": "convict",
    "acquit": "acquit",
}
_CONTRARY = {"grant": "deny", "deny": "grant", "affirm": "reverse", "reverse": "affirm"}
_CONTRARY |= {"convict": "acquit", "acquit": "convict"}
_WINDOW = 6
_NEGATOR = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|none|nothing|nobody|hardly|unable|n[o']t|\w+n['’]t|fail(?:s|ed|ure)?|unopposed|neglect(?:s|ed)?|omit(?:s|ted)?|"
    r"refus(?:e|es|ed|al|ing)|declin(?:e|es|ed|ing)|lack(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
DENYING = re.compile(
    r"\b(?:illogical|undesirable|impossible|improper\w*|unjustified|invalid\w*|illegal\w*|unlawful\w*|impermissible|"
    r"incorrect\w*|untenable|unable|wrong\w*|contrary|reject\w*|den(?:y|ied|ies)|contradict\w*|ceas\w*|exclud\w*|absence|"
    r"except|instead|rather|only|differ\w*|distinct|inconsistent\w*|opposed|beyond|void|erroneous\w*|erred|error|"
    r"disagree\w*|overrul\w*|difficult)\b",
    re.IGNORECASE,
)
"""Words that deny or reject what they govern without a negation."""
_NOT_NEGATING = re.compile(
    r"\bnot only\b|\bno later than\b|\bnot later than\b|\bnotwithstanding\b|\bNo\.|\bnot less than\b|\bno less "
    r"than\b|\bnot more than\b",
    re.IGNORECASE,
)
MODALS = {  # each modal verb -> what it says
    "may": "may",
    "might": "may",
    "can": "may",
    "could": "may",
    "shall": "must",
    "must": "must",
    "should": "should",
    "will": "will",
    "would": "will",
}
_MODAL = re.compile(
    r"\b(?P<plain>may|might|can|could|shall|must|should|will|would)\b|\b(?P<duty>(?:is|are|was|were|be) "
    r"(?:required|obligated|obliged) to|has to|have to)\b"
    r"|\b(?P<leave>(?:is|are|was|were|be) (?:permitted|allowed|entitled|free) to)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*|[.;:,]")


def find_speech(text: str) -> dict[Speech, int]:
    """Give who says it: each kind of speech that a text has, with the offset of its first word."""
    found: dict[Speech, int] = {}
    for kind, pattern in SPEECH.items():
        match = pattern.search(text)
        if match:
            found[kind] = match.start()
    return found


def find_negated(text: str) -> set[str]:
    """Give the stems that a negating word bears on: the first two content words behind it."""
    masked = _NOT_NEGATING.sub(lambda m: " " * len(m.group()), text)
    negated: set[str] = set()
    for match in _NEGATOR.finditer(masked):
        taken = 0
        for word in _WORD.findall(masked[match.end() : match.end() + 90]):
            if word in ".;:" or taken == 2:
                break
            terms = find_terms(word)
            if terms and not word.casefold().endswith("ly"):
                negated.add(terms[0])
                taken += 1
    return negated


def count_negators(text: str) -> int:
    """Count negating words."""
    return len(_NEGATOR.findall(_NOT_NEGATING.sub(" ", text)))


def find_negators(text: str) -> list[str]:
    """Give the plain negating words ("not", "never", "without"), in lower case."""
    return [m.casefold() for m in _NEGATOR.findall(_NOT_NEGATING.sub(" ", text))]


def find_modals(text: str) -> dict[str, set[str]]:
    """Give, for the first content stem behind each modal verb, which modals it has: "may", "must", "should", "will"."""
    found: dict[str, set[str]] = {}
    for match in _MODAL.finditer(text):
        kind = MODALS[match["plain"].casefold()] if match["plain"] else "must" if match["duty"] else "may"
        if match.group() == "May" and re.match(r"\s+\d", text[match.end() :]):
            continue
        for word in _WORD.findall(text[match.end() : match.end() + 60]):
            if word in ".;:":
                break
            terms = find_terms(word)
            if terms and not word.casefold().endswith("ly"):
                found.setdefault(terms[0], set()).add(kind)
                break
    return found


def find_decisions(text: str) -> list[tuple[str, str, frozenset[str]]]:
    """Give each decision in a text: its kind, its word, and the content terms close to it (what is decided)."""
    words = re.findall(r"[A-Za-z][A-Za-z_’'-]*\d*|[;,.]", text)
    kinds = [
        None
        if word.casefold() == "dismiss" and words[index - 1].casefold() == "to"
        else _DECISIONS.get(stem_term(word.casefold()))
        for index, word in enumerate(words)
    ]
    found = []
    for index, kind in enumerate(kinds):
        if kind is not None:
            near = _reach(words, kinds, range(index - 1, max(index - 1 - _WINDOW, -1), -1))
            near += _reach(words, kinds, range(index + 1, min(index + 1 + _WINDOW, len(words))))
            found.append((kind, words[index].casefold(), frozenset(find_terms(" ".join(near)))))
    return found


def _reach(words: list[str], kinds: list[str | None], positions: range) -> list[str]:
    """Give the words at the positions up to a mark, an "and" or another decision."""
    near: list[str] = []
    for position in positions:
        if words[position] in (";", ".") or words[position].casefold() in ("and", "but") or kinds[position] is not None:
            break
        near.append(words[position])
    return near


def find_contrary_decision(text: str, sources: list[str]) -> tuple[str, str] | None:
    """Give (said, source) where a sentence's decision is the contrary of what its sources decide about the same thing.

    Args:
        text: The sentence.
        sources: The passages it may rest on, each by itself, best first.
    """
    for kind, word, about in find_decisions(text):
        same, contrary, against = 0.0, 0.0, ""
        for source in sources:
            for other, source_word, source_about in find_decisions(source):
                shared = len(about & source_about)
                if other == kind:
                    same = max(same, shared)
                elif other == _CONTRARY[kind] and shared > contrary:
                    contrary, against = shared, source_word
        if contrary > same and contrary >= min(2, len(about)):
            return word, against
    return None


def are_opposite(one: str, other: str) -> bool:
    """Tell whether two words exclude each other: outcomes, roles, directions."""
    stems = (_stems(one), _stems(other))
    for group in _OUTCOMES + _CLOSE_OPPOSITES:
        sides = [next((i for i, words in enumerate(group) if any(w in said for w in words)), None) for said in stems]
        if None not in sides and sides[0] != sides[1]:
            return True
    return False


def find_opposite(sentence: str, evidence: str, close: bool = False) -> tuple[str, str] | None:
    """Give (said, source) where the sentence has one outcome and the evidence only the opposite one.

    Args:
        sentence: What is verified.
        evidence: The passages it is held against.
        close: True where the sentence follows its source word by word; then roles and directions count too.
    """
    said, source = _stems(sentence), _stems(evidence)
    for group in _OUTCOMES + (_CLOSE_OPPOSITES if close else ()):
        for words in group:
            has = [w for w in words if w in said]
            if not has or any(w in source for w in words):
                continue
            others = [w for other in group if other is not words for w in other]
            against = [w for w in others if w in source and w not in said]
            if against:
                return said[has[0]], source[against[0]]
    if count_negators(evidence) or count_negators(sentence):
        return None
    for stem, word in said.items():
        for prefix in ("un", "in", "im", "non", "dis", "il", "ir"):
            if len(stem) > 4 and stem not in source and prefix + stem in source and prefix + stem not in said:
                return word, source[prefix + stem]
            bare = stem.removeprefix(prefix)
            if bare != stem and len(bare) > 4 and stem not in source and bare in source and bare not in said:
                return word, source[bare]
    return None


def _stems(text: str) -> dict[str, str]:
    """Give the stems of a text with the word that has each."""
    flat = re.sub(r"\bset aside\b", "set_aside", text, flags=re.IGNORECASE)
    flat = re.sub(r"\b(with|without) prejudice\b", r"\1_prejudice", flat, flags=re.IGNORECASE)
    stems: dict[str, str] = {}
    for word in re.findall(r"[A-Za-z][A-Za-z_’'-]*", flat):
        low = word.casefold()
        plain = low.replace("_", " ")
        stems.setdefault(low if "_" in low else stem_term(low), plain)
        stems.setdefault(low, plain)
    return stems
