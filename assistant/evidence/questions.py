"""What a question asks, without the words of asking and without the clause that only says which document is meant."""

from __future__ import annotations

import re

from assistant.evidence.terms import find_terms

# Words that ask but do not say what about.
_ASKING = frozenset(
    find_terms(
        "what which who whom whose when where why how many much does do did is are was were can could would "
        "please tell me about "
        "say says said state states stated mention mentions indicate indicates specify specifies include "
        "includes consider document "
        "documents filing filings case matter provide provides provision describe explain give list name exist "
        "exists any contain contains "
        "answer question find there according regarding concerning whether"
    )
)
# "Consider Smith's lease; does it …", "In the order of May 3, who …": says where to look, not what for.
_FRAME = re.compile(
    r"^\s*(?:[^;?]{1,200};|(?:consider|regarding|concerning)\b[^;:?]{0,160}:"
    r"|(?:in|under|according to|as to|with respect to)\s+(?:the|this|that|our|their|[A-Z])[^;:,?]{0,120}[;:,])\s*"
    r"(?=(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|may|can|must|shall)\b)",
    re.IGNORECASE,
)
# "Does the document state that …": what follows is what is looked for.
_LEAD = re.compile(
    r"^(?:do|does|did|is|are|can|could)\s+(?:(?:the|this|these|that|any|either)\s+)?"
    r"(?:documents?|agreements?|contracts?|filings?|leases?|orders?|opinions?|polic(?:y|ies)|texts?|you|it|there)\b\s*"
    r"(?:(?:tell|say|state|mention|indicate|specify|provide|show|contain|include|have|find)\w*\s*(?:me\b\s*)?"
    r"(?:(?:any|an?|some)\s+(?:clause|provision|term|section|statement)s?\s*)?"
    r"(?:that|which|whether(?: or not)?|if)?\b\s*)?",
    re.IGNORECASE,
)


def strip_frame(question: str) -> str:
    """Take off the clause that only says which document is meant; the question itself where there is none."""
    return _FRAME.sub("", question).strip() or question


def state_question(question: str) -> str:
    """Give what a question is about, as near to a statement as cutting can make it, for the comparison by meaning."""
    asked = strip_frame(question)
    stated = _LEAD.sub("", asked).strip(" ?")
    return stated if len(stated.split()) >= 3 else asked


def find_question_terms(question: str) -> list[str]:
    """Give the content terms of a question, each once; the words of asking and the frame are left out."""
    terms = [term for term in dict.fromkeys(find_terms(strip_frame(question))) if term not in _ASKING]
    return terms or list(dict.fromkeys(find_terms(question)))
