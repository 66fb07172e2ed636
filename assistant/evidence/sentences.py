"""Sentences of legal text, as offsets: abbreviations, citations, numbered paragraphs, headings.

Running text is split into blocks at blank lines, and each block into sentences. A block without a sentence end
(a heading, a caption line, a signature) is one unit. Everything is one pass over the text: linear time.
"""

from __future__ import annotations

import re

_BLANK = re.compile(r"\n[ \t]*\n\s*|\f\s*")
# A line in capitals stands for itself: a heading, a line of the caption.
_CAPITALS = re.compile(
    r"^[ \t]*(?:[IVXLC]{1,6}\.[ \t]+|[A-Z0-9]{1,2}\.[ \t]+)?[A-Z][A-Z0-9 \t.,;:'’&/()\-–—]{3,90}$", re.MULTILINE
)
# A heading in capitals that runs on into its first sentence: "CONCLUSION For the reasons …".
_RUN_IN = re.compile(
    r"\s*(?:(?:[IVXLC]{1,6}|[A-Z]|\d{1,2})\.\s+)?"
    r"(?:[A-Z][A-Z’'-]+(?:,? [A-Z&][A-Z’'&-]*)+"
    r"|CONCLUSION|ARGUMENT|BACKGROUND|DISCUSSION|INTRODUCTION|ANALYSIS|FACTS|STATEMENT|SUMMARY|OPINION|ORDER|HELD)"
    r"(?=:?\s+[“\"]?[A-Z][a-z])"
)
_NO_RUN_IN = re.compile(r"\s*(?:NOW|COMES|IT IS|WHEREFORE|THEREFORE|PLEASE|TO THE|IN THE|FOR THE|IN WITNESS|THIS)\b")
# A sentence may end at . ? ! or a colon-free closing mark, with quotes, brackets or a footnote figure behind it.
_END = re.compile(r"(?<![.?!])[.?!]+[\"'”’)\]]*(?:\d{1,3}(?=\s+[A-Z]))?(?=\s|$)")
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """
    v vs no nos art arts sec secs sect ch chs cl cls para paras pt pts p pp ex exs exh fig figs vol vols ed eds
    id ibid cf e.g i.e eg ie viz et al u.s u.s.c u.s.c.a c.f.r f f.2d f.3d f.4th f.supp supp s.ct s l.ed l.ed.2d ct
    so so.2d so.3d n.e n.e.2d n.w n.w.2d s.e s.e.2d s.w s.w.2d s.w.3d p.2d p.3d a.2d a.3d cal rptr app div
    fed reg stat cong rec rev r rul civ crim evid bankr proc const amend cir dist supr super
    inc corp co ltd llc l.l.c l.l.p llp n.a bros assn ass'n assoc intl int'l nat'l dep't dept gov't govt comm'n comm
    mr mrs ms dr prof hon rev jr sr st ste ave blvd rd mt ft esq messrs gen col lt sgt capt maj sen rep gov pres
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    a.m p.m approx est dba d.b.a a.k.a aka f/k/a n n.b seq supra infra dkt doc docs ecf tr br pet resp mem op
    ref def del pa va ga la ala ariz ark colo conn fla ill ind kan ky mass md me mich minn miss mo mont neb nev okla
    or ore tenn tex vt wash wis wyo u.n e.u u.k d.c n.y n.j n.c s.c s.d n.d n.m n.h r.i w.va ltda cir d edn
    j jj c.j s.c.r a.i.r w.p ld sri smt regs regn govt
    """,
    )
)
# Behind these a capital letter or a figure never begins a sentence.
_NEVER_LAST = frozenset(
    re.findall(
        r"\S+",
        "v vs no nos art arts sec secs sect ch cl cls para paras p pp ex exs exh fig figs vol mr mrs ms dr prof "
        "hon messrs "
        "cf e.g i.e id dkt doc ecf ste u.s.c c.f.r f.2d f.3d f.4th s.ct gen col lt sgt capt sen rep gov sri smt "
        "viz seq",
    )
)
_WORD_BEFORE = re.compile(r"[\w’'&/.\-§¶]+$")
_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]")
_STARTS = re.compile(r"[\"'“‘(\[]*(?:[A-Z§¶]|\d)")
_ENUMERATION = re.compile(r"(?:^|\s)[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxlcIVXLC]{1,6})[.)]$")
_NEW_LINE_ITEM = re.compile(
    r"(?<=[.;:!?,”\"])[ \t]*\n[ \t]*(?=(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s+\S|[(\[](?:\d{1,3}|[a-z]|"
    r"[ivx]{1,5})[)\]]\s+\S)"
    r"|\n[ \t]*(?=[•●▪·\uf0b7]\s+\S|[QA][.:]?\s{1,4}[A-Z])"
)
LONGEST_SENTENCE = 1500
LONGEST_RUN_IN = 100


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Split text into sentences and headings.

    Args:
        text: Running text; blank lines part blocks.

    Returns:
        Offsets [start, end) in reading order, without surrounding white space; together they cover all of
        `text` but white space.
    """
    spans: list[tuple[int, int]] = []
    borders = [(match.start(), match.end()) for match in _BLANK.finditer(text)]
    for match in _CAPITALS.finditer(text):
        borders += [(match.start(), match.start()), (match.end(), match.end())]
    start = 0
    for low, high in sorted(borders):
        _split_block(text, start, max(low, start), spans)
        start = max(high, start)
    _split_block(text, start, len(text), spans)
    return spans


def _split_block(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    """Split one block at numbered lines, then at sentence ends."""
    last = start
    run_in = _RUN_IN.match(text, start, min(end, start + 2 * LONGEST_RUN_IN))
    if run_in is not None and not _NO_RUN_IN.match(text, start, end) and run_in.end() - start <= LONGEST_RUN_IN:
        last = run_in.end() + text.startswith(":", run_in.end())
        _add(text, start, last, spans)
    for match in _NEW_LINE_ITEM.finditer(text, start, end):
        _split_item(text, last, match.start(), spans)
        last = match.end()
    _split_item(text, last, end, spans)


def _split_item(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    """Split characters [start, end) at sentence ends."""
    begin = start
    for match in _END.finditer(text, start, end):
        if _ends_sentence(text, begin, match, end):
            _add(text, begin, match.end(), spans)
            begin = match.end()
    _add(text, begin, end, spans)


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    """Tell whether the mark found by `_END` ends a sentence that began at `begin`."""
    follows = text[match.end() : min(match.end() + 12, end)].lstrip()
    if not follows:
        return True
    if "?" in match.group() or "!" in match.group():
        return bool(_STARTS.match(follows)) or follows[0].isupper()
    if not _STARTS.match(follows):
        return False
    head = text[max(begin, match.start() - 24) : match.start()]
    before = _WORD_BEFORE.search(head)
    word = before.group().lstrip("(['\"“‘").casefold() if before else ""
    if match.group()[0] == "." and len(match.group()) == 1:
        if match.start() - begin < 6 and _ENUMERATION.search(text[begin : match.start() + 1]):
            return False
        if len(word) == 1 and word.isalpha():
            return False
        if word in _NEVER_LAST:
            return False
        if follows[0] == "§":
            return False
        if word in _ABBREVIATIONS or _DOTTED.fullmatch(word):
            return _looks_new(follows, word)
    return True


def _looks_new(follows: str, word: str) -> bool:
    """Behind an abbreviation that may also end a sentence: a capitalised function word begins a new one."""
    first = re.match(r"[\"'“‘(\[]*([A-Za-z]+)", follows)
    return bool(first) and first is not None and first.group(1) in _OPENERS


_OPENERS = frozenset(
    re.findall(
        r"\S+",
        "The A An This That These Those It He She They We I In On At By For But And If When While Where As After "
        "Before "
        "However Moreover Therefore Accordingly Thus Nor Nothing No There His Her Their Its Our Such Under With "
        "Because "
        "Although Plaintiff Plaintiffs Defendant Defendants Petitioner Respondent Appellant Appellee Both To Upon See "
        "What Who Which Why How Did Does Do Is Are Was Were Not Here Whether Each Any All Some Most Many",
    )
)


def _add(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    """Add characters [start, end) without surrounding white space; cut what is too long to be a sentence."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST_SENTENCE:
        cut = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        cut = cut if cut > start else start + LONGEST_SENTENCE
        spans.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        spans.append((start, end))
