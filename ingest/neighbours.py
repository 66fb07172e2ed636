"""What stands beside a masked name and belongs to it: titles, particles, a body's place. For the strict profile.

A name that is masked but for its title, one word of its own language or the number behind it is half a name: what is
left tells who it was. Law that is cited is never reached into.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import regex

from ingest.identify import Span
from ingest.recognizers.common_words import is_english
from ingest.recognizers.proper_words import KIND_BEHIND, is_common_word
from ingest.recognizers.vocabulary import TITLES, make_words

_NAMES = ("PERSON", "ORG", "LOC")
_TITLES = frozenset(title.casefold() for title in TITLES) | make_words(
    # courtesy and learning
    "don doña dona dom frau herr fräulein señor señora signor signora monsieur madame mademoiselle maître maitre me "
    "pan pani mag mgr ing dipl dott avv arch rag geom doc docent academician professor ddr lic esquire hodja hoca "
    "effendi bey pasha sheikh sheikha shaykh umm abu hadji hajji mullah ustad "
    # the church and the nobility
    "father brother sister mother pastor priest bishop archbishop cardinal metropolitan patriarch abbot abbess canon "
    "deacon vicar archimandrite baron baroness count countess viscount duke duchess earl marquis prince princess "
    "king queen emperor "
    # ranks
    "first staff petty private corporal lance sergeant-major ensign cadet lieutenant-colonel "
    "lieutenant-general major-general colonel-general marshal brigadier commander commodore admiral "
    "superintendent commissar commissary warrant gendarme praporshchik starshina sub-inspector vice-admiral "
    # offices
    "judge justice chief senior deputy vice acting former assistant prosecutor procurator investigator advocate "
    "lawyer attorney barrister solicitor counsel notary bailiff registrar rapporteur minister prime premier "
    "vice-president ombudsman prefect mayor governor councillor director manager chairwoman chairperson expert "
    "psychologist psychiatrist surgeon midwife consul attaché constable pc wpc dc di ds dci dcs citizen comrade "
    "applicant defendant plaintiff witness accused victim convict prisoner detainee agent uncle aunt grandfather "
    "grandmother "
)
_IN_BRACKETS = make_words("ret retd retired res reserve reservist hon acting emeritus rtd junior senior")
_DEGREES = make_words("med iur jur phil hab habil theol rer nat pol oec techn vet dent h.c hc sc ing dipl univ mult")
_NO_TITLES = make_words(
    "court courts government commission convention act code law laws article articles section sections rule rules "
    "protocol constitution order treaty chapter annex series no nos paragraph paragraphs state states on in at by "
    "from as when while after before under if of to for and but"
)
_WORD_BEFORE = regex.compile(r"(?<!\S)(?P<word>\S{1,24})[ \n]\Z")
_INSIDE = regex.compile(r"[\p{Ll}\p{N},;)’–-][ \n][“(]?\Z")
_CAPITAL = regex.compile(r"[“(]?\p{Lu}[\p{L}.’'-]*")
_DOTTED = regex.compile(r"\p{Ll}{2,8}\.")
_TITLES_MAX, _REACH = 5, 60
_PARTICLE = (
    r"(?:van|von|vom|zu|zum|zur|der|den|des|de|del|della|dell|dei|degli|di|da|das|do|dos|du|la|le|les|lo|las|los|[sdw]/o"
    r"|ten|ter|te|[’']t|[’']s|y|i|e|und|et|af|av|al|el|ul|bin|ibn|ben|bint|bar|abu|ould|wuld|oglu|oğlu|oglou|ogly|oghlu"
    r"|uulu|kyzy|qizi|qızı|kızı|kizi|gizi|ap|ab|verch|nic|ní|mac|op|aan)"
)
_PARTICLES_ON = regex.compile(rf"[ \n](?:{_PARTICLE}[ ])*(?:{_PARTICLE}(?:[ ]|(?<=[’'][ts]))|d[’'])(?=\p{{Lu}})")
_LETTERS_ON = regex.compile(
    r"(?:\.?-\p{Lu}\.(?!\p{L})|,?[ ](?:Q\.?C|K\.?C|S\.?C|C\.?J|L\.?J|J\.?J|J|MP|MEP|MSP|TD|Ph\.?D|LL\.?M|LL\.?D|M\.?D"
    r"|Esq|Jr|Sr|OBE|MBE|CBE|SJ|OFM|OP|bey|efendi|hanım|han)\b\.?)+"
)
_REST_OF_WORD = regex.compile(r"[’'-]?\p{Ll}{2,}+(?![’'])")
_CAPITAL_ON = regex.compile(r"[ ](?P<word>\p{Lu}[\p{L}’'-]*\p{L})(?![\p{L}\p{N}])(?!’s\sAct)")
_FOREIGN_ON = regex.compile(r"[ ](?P<word>\p{Ll}{2,}(?:-\p{Ll}{2,})?)(?![\p{L}\p{N}’'@.-]*[@\p{N}]|[’'-]\p{L})")
_FOREIGN_BEFORE = regex.compile(r"(?<![\p{L}\p{N}’'-])(?P<word>(?:[’']\p{Ll}-)|\p{Ll}{2,}(?:-\p{Ll}{2,})?[ ])\Z")
_WORDS_ON_MAX = 4
_LATIN = make_words(
    "officio alia motu facto jure curiae amicus prima facie bona fide pro rata mutatis mutandis ultra vires sine die "
    "viz ibidem passim"
)
_PEERS = regex.compile(r"(?:Lord|Lady|Baron(?:ess)?|Duke|Duchess|Earl|Count(?:ess)?|Prince(?:ss)?|Viscount|Sir)\b")
_SEAT_BEFORE = regex.compile(
    r"\b(?:municipality|parish|mayor|diocese|archdiocese|bishop|prefecture|prefect|authorities|commune|bar|university"
    r"|city\scouncil|land\sregistry|court(?:\sof\s[\p{Ll} ]{4,20})?|congregation|community|club|chamber|governor"
    r"|province|canton)[ ]of[ ](?:the[ ])?\Z"
)
_HOUSE_BEFORE = regex.compile(
    r"\b(?:(?:remand|investigative|temporary|general|strict|correctional|detention|military|border|police|army)[ ])*"
    r"(?:prison|colony|centre|facility|institution|school|unit|hospital|clinic|settlement|barracks)[ ](?:[Nn]o\.[ ])?\Z"
)
_REGISTER_BEFORE = regex.compile(r"(?<![\p{L}\p{N}.])(?:\p{Lu}{1,4}|(?:\p{Lu}\.[ ]?){1,4})[ ][Nn]o\.[ ]\Z")
_LEAF = r"(?i:book|volume|vol\.|folio|page|entry|record|sheet|parcel|plot|block|row|act)"
_ONE_CODE = regex.compile(
    rf"\.?,?[ ](?:{_LEAF}[ ])?(?:[Nn]os?\.|№|[Nn]r\.?|[Nn]umber)[ ]?|[ ]?[/–-][ ]?|,?[ ]{_LEAF}[ ]"
)
_CHAIN_ON = regex.compile(
    r"(?:,?[ ](?:and[ ])?(?i:pages?|p\.|book|volume|vol\.|folio|line|entry|row|sheet)[ ](?:[Nn]o\.[ ])?"
    r"\d{1,5}\p{L}?(?![\p{L}\p{N}]|[/.-]\d))+|[ ]\(\p{Lu}{1,2}\)"
)
_CODE_AND_YEAR = regex.compile(r"[ ]of[ ]")
_YEAR = regex.compile(r"(?:19|20)\d\d")
_ONE_BODY = regex.compile(r"[ \n](?:in|of|at|for|on|voor|de|du|des|del|della|im|am|i|w|v|u|na)[ \n](?:the[ \n])?")
_HOUSE_NUMBER_BEFORE = regex.compile(r"\b(?:at|of|in|to|from|near|on)[ ](?P<number>\d{1,4}\p{L}?,?[ ])\Z")
_HOUSE_NUMBER_ON = regex.compile(r"[ ]\d{1,4}\p{Ll}?(?:/\d{1,3})?(?=[.,;)](?!\d)|\Z|[ ](?:in|and|where|was|to)\b)")
_SMALL_LAST = regex.compile(r"[ ]\p{Ll}+\Z")
_SHORT_LETTERS = regex.compile(r"[\p{Lu}. ]{1,6}")


def take_neighbours(text: str, spans: Sequence[Span], law: Sequence[tuple[int, int]]) -> list[Span]:
    """Widen spans over what belongs to them, and join two that are one name.

    Args:
        text: The text.
        spans: What is masked, in order, without overlap.
        law: Ranges of cited law, in order.
    """
    done: list[Span] = []
    starts = [start for start, _end in law]
    for index, span in enumerate(spans):
        if span.kind == "literal":
            done.append(span)
            continue
        at = bisect_right(starts, span.start)
        low = max(done[-1].end if done else 0, law[at - 1][1] if at else 0)
        following = spans[index + 1].start if index + 1 < len(spans) else len(text)
        high = min(following, law[at][0] if at < len(law) else len(text))
        if low <= span.start and span.end <= high:
            span = replace(span, start=_reach_back(text, low, span), end=_reach_on(text, high, span))
        joined = _join(text, done[-1], span) if done and done[-1].kind != "literal" else None
        if joined is None:
            done.append(span)
        else:
            done[-1] = joined
    return done


def _reach_back(text: str, low: int, span: Span) -> int:
    """Give where a name begins with the titles and foreign words before it, a number with its register."""
    start, floor = span.start, max(low, span.start - _REACH)
    if span.type == "CODE":
        match = _REGISTER_BEFORE.search(text, floor, start) or _HOUSE_BEFORE.search(text, floor, start)
        return match.start() if match else start
    if span.type not in _NAMES:
        return start
    start = _take_foreign_before(text, floor, start)
    start = _take_titles(text, floor, start)
    match = _SEAT_BEFORE.search(text, floor, start)
    start = match.start() if match else start
    if span.type != "PERSON" and start == span.start:
        match = _HOUSE_NUMBER_BEFORE.search(text, floor, start)
        start = match.start("number") if match else start
    return start


def _take_titles(text: str, floor: int, start: int) -> int:
    """Give where a name begins with its titles, or other words with a capital: "General (ret.)", "Dr habil."."""
    at = start
    for _ in range(_TITLES_MAX):
        match = _WORD_BEFORE.search(text, floor, at)
        if match is None:
            break
        word = match["word"]
        bare = word.strip("“(.)").casefold()
        degree = bare in _DEGREES or (_DOTTED.fullmatch(word) and not is_english(bare))
        if degree or (word[0] == "(" and bare in _IN_BRACKETS):
            at = match.start()
            continue  # it counts only with the title before it
        if not _CAPITAL.fullmatch(word) or bare in _NO_TITLES:
            break
        if bare not in _TITLES and not _INSIDE.search(text, max(0, match.start() - 3), match.start()):
            break
        at = start = match.start("word") + len(word) - len(word.lstrip("“("))
        if word[0] in "“(":
            break
    return start


def _take_foreign_before(text: str, floor: int, start: int) -> int:
    """Give where a name begins with words of its own language in small letters."""
    for _ in range(_WORDS_ON_MAX):
        match = _FOREIGN_BEFORE.search(text, floor, start)
        if match is None or not _is_foreign(match["word"].strip(" ")):
            break
        start = match.start()
    return start


def _reach_on(text: str, high: int, span: Span) -> int:
    """Give where a name ends with particles, letters and words of its own language behind it."""
    end = span.end
    if span.type == "CODE":
        match = _CHAIN_ON.match(text, end, high)
        return match.end() if match else end
    if span.type not in _NAMES or end >= high:
        return end
    match = _REST_OF_WORD.match(text, end, high)
    end = match.end() if match else end
    if span.type == "PERSON":
        match = _LETTERS_ON.match(text, end, high)
        end = match.end() if match else end
        end = _take_particles(text, end, high)
        for _ in range(_WORDS_ON_MAX):
            match = _CAPITAL_ON.match(text, end - (text[end - 1] == " "), high)
            if text[end - 1] == "." or match is None or match["word"].casefold() in _NO_TITLES:
                break
            end = match.end()
    else:
        end = _take_particles(text, end, high)
    for _ in range(_WORDS_ON_MAX):
        match = _FOREIGN_ON.match(text, end, high)
        if match is None or not _is_foreign(match["word"]):
            break
        end = match.end()
    if span.type != "PERSON":
        match = KIND_BEHIND.match(text, end, high) or _HOUSE_NUMBER_ON.match(text, end, high)
        end = match.end() if match else end
    return end


def _is_title(name: str) -> bool:
    """Tell whether a masked range is nothing but titles."""
    return all(word.strip(".").casefold() in _TITLES for word in name.split())


def _take_particles(text: str, end: int, high: int) -> int:
    """Give where the particles behind a name end, before the capital that they lead to."""
    match = _PARTICLES_ON.match(text, end, min(high + 1, len(text)))
    return match.end() if match and match.end() <= high else end


@lru_cache(maxsize=8_192)
def _is_foreign(word: str) -> bool:
    """Tell whether a word in small letters is in no English dictionary."""
    from spacy.lang.en.stop_words import STOP_WORDS

    parts = word.strip("’'-").split("-")
    known = STOP_WORDS | _LATIN
    return not any(part in known or is_english(part) or is_common_word(part) for part in parts if len(part) > 1)


def _join(text: str, left: Span, right: Span) -> Span | None:
    """Give the one span that two are: a number in parts, a body and its place, a name around a particle; else None."""
    gap = text[left.end : right.start]
    whole = replace(left, end=right.end)
    if right.type == "CODE" and _ONE_CODE.fullmatch(gap):
        if left.type in _NAMES and not _SHORT_LETTERS.fullmatch(text, left.start, left.end):
            return whole if left.type == "ORG" and "o." in gap else None
        return replace(whole, type="CODE") if left.type in ("CODE", *_NAMES) else None
    if left.type == "CODE" and right.type == "DATETIME" and _CODE_AND_YEAR.fullmatch(gap):
        return whole if _YEAR.fullmatch(text, right.start, right.end) else None
    if right.type == "PERSON" and not gap.strip(" ") and _is_title(text[left.start : left.end]):
        return replace(right, start=left.start)
    if left.type in _NAMES and right.type in _NAMES and not gap and text[left.end - 1] in " ’'":
        return whole  # a particle between
    if left.type == "PERSON" and right.type in _NAMES:
        return whole if gap == " of " and _PEERS.match(text, left.start) else None
    if left.type == "ORG" and right.type in ("ORG", "LOC"):
        linked = gap == " " and _SMALL_LAST.search(text, left.start, left.end)
        return whole if linked or _ONE_BODY.fullmatch(gap) else None
    return None
