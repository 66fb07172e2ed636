"""Makes a source sentence fit to be read alone: trimmed, not overlong, and who says it put first."""

from __future__ import annotations

import re

from assistant.evidence.attitudes import find_speech
from assistant.store.pseudonyms import PATTERN

LONGEST_WORDS = 80
_LEAD = re.compile(
    r"^(?:(?:[•●▪·*\uf0b7\-–—]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|¶+\s*\d+\.?|[QA][.:](?=\s))\s+)+"
)
_PAGES = re.compile(r"^Pp?\.\s*\d+(?:[–-]\d+)?\.\s+|^\d{1,2}(?=[A-Z][a-z])")  # of a syllabus; a footnote's figure
_RULES = re.compile(r"_{3,}|-{4,}|={3,}|\*{3,}|\.{5,}")
_PAGE_TAIL = re.compile(r"(?<=[.?!”\"])\s+(?:[ivxlc]{1,6}|\d{1,3})$")
_FOOTNOTE = re.compile(r"(?<=[a-z)”\"][.,;])\d{1,2}(?=\s|$)")
_TAIL_CITE = re.compile(
    r"[,;]?\s*(?:\((?:see |cf\. )?(?:[^()]*\b(?:App|Dkt|ECF|Doc|Ex|Tr|Id|Compl|Br|Pet|R)\b\.?[^()]*)\)|(?:See|see|"
    r"Id\.|App\.)\s[^.]{2,80})(?=[.]?$)"
)
_CUT = re.compile(r"; (?:and |or |but )?|, (?:which|who|where|because|although|while|and that|and the|but|and)\b|: ")
_FUNCTION = frozenset(
    re.findall(
        r"\S+",
        "the a an this that these those in on at by for from with upon under after before when while where as if "
        "because although since "
        "during to it its his her their they he she there such each all any some no not both most many on "
        "despite even here then thus "
        "moreover further finally first second third indeed instead likewise similarly accordingly nothing "
        "neither nor when whether only "
        "once through throughout within without between among against because until unless nevertheless "
        "nonetheless yet these our we "
        "petitioner petitioners respondent respondents plaintiff plaintiffs defendant defendants appellant appellants",
    )
)
_HEADING_STUCK = re.compile(
    r"^(?:Introduction|Background|Discussion|Analysis|Conclusion|Argument|Standard of Review|Facts|Statement of "
    r"(?:the )?(?:Case|Facts)|"
    r"Factual (?:and Procedural )?Background|INTRODUCTION|BACKGROUND|DISCUSSION|ARGUMENT|CONCLUSION|FACTS)\s+(?=[A-Z“])"
)
_CONNECTIVE = re.compile(
    r"^(?:Id\.\s+(?=[A-Z])|Ibid\.\s+(?=[A-Z])|(?:Nevertheless|Nonetheless|Moreover|Furthermore|Therefore|Thus|"
    r"Accordingly|However|In addition|"
    r"Additionally|Further|Also|Indeed|"
    r"Consequently|Similarly|Likewise|Instead|Finally|In short|As a result|In sum|Hence|Again|But|And)(?:,\s+|"
    r"\s+(?=the\b|a\b|an\b|in\b|it\b)))",
)
_KEPT_CAPITALS = frozenset(re.findall(r"\S+", "LLC LLP LP PLLC PC NA USA US U.S. N.A. U.S.A. II III IV VI JR"))
_UNSAID = re.compile(
    r"^(?:the )?(?:plaintiffs?|defendants?|petitioners?|movants?|complaint|motion|brief|"
    r"petition)\b.{0,40}?\b(?:seeks?|asks?|requests?|moves?|"
    r"prays?|states?|says?|claims?|demands?|challenges?)\b",
    re.IGNORECASE,
)


def trim_source(text: str, longest_words: int = LONGEST_WORDS) -> str:
    """Give a source sentence as it can stand in a summary.

    Args:
        text: The sentence as it stands in the running text.
        longest_words: Longer ones are cut at a clause and end in "[…]".

    Returns:
        The sentence on one line: paragraph number, ruled lines, footnote figures and a trailing record citation gone,
        the rest
        word for word; with a closing mark.
    """
    line = " ".join(_RULES.sub(" ", text).replace("\ufffe", "").replace("\u00ad", "").split())
    line = _LEAD.sub("", _PAGES.sub("", line))
    line = _CONNECTIVE.sub("", _HEADING_STUCK.sub("", line))
    line = _PAGE_TAIL.sub("", line)
    line = _FOOTNOTE.sub("", line)
    shorter = _TAIL_CITE.sub("", line)
    if len(shorter.split()) >= 5:
        line = shorter
    words = line.split()
    if len(words) > longest_words:
        line = _cut_clause(line, longest_words)
    line = _balance_quotes(line.rstrip(" ,;:"))
    if line and not re.search(r"[.?!…\]][\"”’)]*$", line):
        line += "."
    return line[:1].upper() + line[1:]


def lower_title(text: str, prose: str) -> str:
    """Write a heading in title case as a sentence: a capital stays where the prose has it too.

    Args:
        text: The heading.
        prose: The document's text; its use of capitals decides.
    """
    words = text.split(" ")
    for index in range(1, len(words)):
        word = words[index]
        core = word.strip("“”\"'’‘(),.;:")
        if not re.fullmatch(r"[A-Z][a-z’'-]+", core):
            continue
        pair_before = f"{words[index - 1]} {core}"
        pair_behind = f"{core} {words[index + 1]}".rstrip(',.;:”"') if index + 1 < len(words) else ""
        paired = (words[index - 1][:1].isupper() and prose.count(pair_before) > 2) or (
            pair_behind and pair_behind.split(" ")[1][:1].isupper() and prose.count(pair_behind) > 2
        )
        lower = len(re.findall(rf"\b{re.escape(core.lower())}\b", prose))
        upper = len(re.findall(rf"(?<=[a-z,;] ){re.escape(core)}\b(?! [A-Z])", prose))
        if not paired and lower >= upper:
            words[index] = word.replace(core, core.lower())
    return " ".join(words)


def soften_capitals(text: str) -> str:
    """Write words set in capitals, as captions are, with a capital initial; abbreviations keep their form."""

    def soften(match: re.Match[str]) -> str:
        word = match.group()
        if word in _KEPT_CAPITALS or len(word) < 3:
            return word.lower() if word in ("OF", "IN", "AND", "THE", "BY", "TO", "ON", "AS", "A") else word
        return word.lower() if word in ("AND", "THE", "FOR") else word.capitalize()

    return re.sub(r"\b[A-Z][A-Z’']+\b(?!\.\w)", soften, text)


def sink_capitals(text: str) -> str:
    """Write a line set in capitals in lower case with a capital initial; pseudonyms keep their form."""
    pieces, at = [], 0
    for match in PATTERN.finditer(text):
        pieces += [text[at : match.start()].lower(), match.group()]
        at = match.end()
    sunk = "".join(pieces) + text[at:].lower()
    return sunk[:1].upper() + sunk[1:]


def introduce(text: str, title: str, voice: str, first: bool) -> str:
    """Put who says it before a sentence that does not say so: "The complaint alleges that …".

    Args:
        text: The sentence.
        title: What the document is called ("complaint").
        voice: The verb ("alleges"), or "" to leave the sentence alone.
        first: True for the first such sentence of a part; later ones begin with "It also".
    """
    if not voice or says_who(text) or (not voice.startswith("testif") and _TO_READER.search(text)):
        return text
    lead = f"The {title.split(' or ')[0]} {voice}" if first else f"It also {voice}"
    word = re.match(r"[A-Za-z’']+", text)
    if text.endswith("?") or word is None or text[0] in '“"':
        return f"{lead}: {text}"
    if word.group().casefold() in _FUNCTION:
        return f"{lead} that {text[0].lower()}{text[1:]}"
    return f"{lead} that {text}"


# "If you have questions, …", "Enclosed is …": a letter to whoever reads it, which nobody argues or alleges.
_TO_READER = re.compile(r"^(?:enclosed|attached|please|dear)\b|^[^“\"]*\b(?:you|your)\b", re.IGNORECASE)


def is_introduced(text: str) -> bool:
    """Tell whether `introduce` put who says it before a sentence, so that "It also" can go on from there."""
    return bool(re.match(r"(?:The [a-z ]+|It also) (?:alleges|argues|says|testifies|testified|contends)\b", text))


def says_who(text: str) -> bool:
    """Tell whether a sentence itself says whose words it tells."""
    return bool(find_speech(text)) or bool(_UNSAID.search(text))


def _cut_clause(line: str, longest_words: int) -> str:
    """Cut behind the last clause that ends within the limit, else at the limit, and mark the cut."""
    limit = len(" ".join(line.split()[:longest_words]))
    cuts = [m.start() for m in _CUT.finditer(line) if 0.45 * limit <= m.start() <= limit]
    at = cuts[-1] if cuts else line.rfind(" ", 0, limit)
    return line[:at].rstrip(" ,;:") + " […]"


def _balance_quotes(line: str) -> str:
    """Close a quotation mark or bracket that a cut left open; drop a closing one that has no opening."""
    for opening, closing in (("“", "”"), ("(", ")")):
        missing = line.count(opening) - line.count(closing)
        if missing > 0:
            line = line.replace(" […]", "") + closing * missing + (" […]" if line.endswith("[…]") else "")
        elif missing < 0 and line.endswith(closing):
            line = line[: -len(closing)]
    return line
