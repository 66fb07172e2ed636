"""Verifies a sentence against a document by code: finds the passages it rests on and compares what both say.

Three states. *supported*: the words stand in the passages and no fact, speaker, negation or modality differs.
*partial*: part of it
stands there, or an allegation is told as a fact. *unsupported*: a fact differs, or no passage bears it. The reason is
in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.documents import Evidence, RedactedDocument, Support
from assistant.evidence.binding import compare_binding, compare_counsel, compare_judges
from assistant.evidence.claims import Claim, claims_agree, find_claims
from assistant.evidence.clauses import cut_clauses
from assistant.evidence.comparing import (
    compare_claims,
    compare_decisions,
    compare_opinion,
    compare_speech,
    compare_stances,
    compare_titles,
)
from assistant.evidence.exchanges import compare_exchanges
from assistant.evidence.findings import Finding
from assistant.evidence.following import find_phrase, measure_copy, measure_following
from assistant.evidence.own_words import House, Passage, keeps_to_words
from assistant.evidence.quotes import find_quote
from assistant.evidence.reading import Reading
from assistant.evidence.sides import find_roles, find_turned_side
from assistant.evidence.terms import SYNONYMS, find_plain_terms, find_terms
from assistant.store.pseudonyms import WORDS, find_pseudonyms

SUPPORTED_COVERAGE = 0.62  # share of a sentence's term weight that its evidence must have
PARTIAL_COVERAGE = 0.36
CANDIDATES = 10  # passages that alignment looks at more closely
MOST_EVIDENCE = 3  # sentences that together may bear one
UNKNOWN_WEIGHT = 4.0  # most weight of a term that the document has nowhere
NEAR = 2  # units apart that questions and answers may be told as one
GAIN = 0.10  # share of term weight that a further sentence must add to be evidence too
_ASIDE = ("contents", "signature", "certificate")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification found: the state, the reason in words, and where the sentence stands (best first).

    `own_words` is True where a sentence that a model wrote does not keep to its passages' words: see `own_words.py`.
    """

    support: Support
    reason: str
    evidence: tuple[Evidence, ...]
    own_words: bool = False


@dataclass(frozen=True, slots=True)
class _Alignment:
    """The units that bear a sentence, best first; the share 0..1 of its weight that they have; all looked at."""

    units: tuple[int, ...]
    coverage: float
    pool: tuple[int, ...] = ()


class Grounder:
    """Holds a document ready for verification; built once a document."""

    def __init__(self, document: RedactedDocument | Reading) -> None:
        self.reading = document if isinstance(document, Reading) else Reading(document)
        usable = [unit.role not in _ASIDE for unit in self.reading.units]
        self._usable = np.array(usable, dtype=bool)
        self._claims: dict[int, list[Claim]] = {}

    def verify(self, text: str, candidates: Sequence[tuple[int, int]] | None = None) -> Verdict:
        """Verify one sentence.

        Args:
            text: The sentence, pseudonymized.
            candidates: Running ranges to look in first; the rest of the document is looked at where they do not bear
            it.

        Returns:
            The verdict; its evidence is empty only where it is unsupported.
        """
        _, clauses, verdicts = self._verify_clauses(text, candidates)
        return _join_verdicts(verdicts, clauses) if clauses else _SAYS_NOTHING

    def verify_written(
        self,
        text: str,
        candidates: Sequence[tuple[int, int]] | None = None,
        style: Sequence[tuple[str, str]] = (),
    ) -> Verdict:
        """Verify a sentence that a model wrote: supported only where each clause keeps to its passages' words as well.

        Args:
            text: As of `verify`.
            candidates: As of `verify`.
            style: Words of the house and the filings' words for them, as a template's part has them.

        Returns:
            As `verify`; `own_words` is set where a clause does not keep to the words.
        """
        label, clauses, verdicts = self._verify_clauses(text, candidates)
        if not clauses:
            return _SAYS_NOTHING
        verdict = _join_verdicts(verdicts, clauses)
        if verdict.support == "unsupported":
            return verdict
        if turned := find_turned_side(self.reading, text):
            return replace(verdict, support="unsupported", reason=turned)
        house = House(self.reading.document.document_type, dict(find_roles(self.reading)), style)
        free = [
            clause
            for clause, own in zip(clauses, verdicts, strict=True)
            if not self._keeps_to_words(label, clause, own, house)
        ]
        if not free:
            return verdict
        if verdict.support == "partial":
            return replace(verdict, own_words=True)
        return replace(verdict, support="partial", reason=f"{OWN_WORDS}: “{_shorten(free[0])}”", own_words=True)

    def _verify_clauses(
        self, text: str, candidates: Sequence[tuple[int, int]] | None
    ) -> tuple[str, list[str], list[Verdict]]:
        """Judge each clause of a sentence: its label, the clauses that say something, their verdicts."""
        label, clauses = cut_clauses(text)
        clauses = [clause for clause in clauses if find_terms(clause)]
        if not len(self.reading.units):
            return label, [], []
        mask = self._mask(candidates)
        return label, clauses, [self._look_up(label, clause, mask) for clause in clauses]

    def _keeps_to_words(self, label: str, clause: str, verdict: Verdict, house: House) -> bool:
        """Tell whether a clause keeps to its passages' words.

        One that tells a caption without its sides is cut at its commas: court, judge, number and date stand apart
        there, each in one piece.
        """
        passages = self._passages(verdict)
        units = [i for e in verdict.evidence for i in self.reading.units_within(e.start, e.end)]
        names = [name for name in find_pseudonyms(clause) if not name.startswith(WORDS["CODE"])]
        if names or not any(self.reading.units[i].role == "caption" for i in units):
            return keeps_to_words(label, clause, passages, house)
        return all(keeps_to_words(label, item, passages, house, 1) for item in clause.split(", "))

    def _passages(self, verdict: Verdict) -> list[Passage]:
        """Give a verdict's evidence in the order of the document, with the headings over it.

        Each unit is a passage of its own, but for a caption and for questions and answers that stand side by side.
        """
        places = tuple(i for e in verdict.evidence for i in self.reading.units_within(e.start, e.end))
        runs: list[list[int]] = []
        near = NEAR if self.reading.document.document_type == "deposition" else 0
        for place in sorted(set(self._with_caption(places))):
            if runs and (place - runs[-1][-1] <= near or self.reading.units[place].role == "caption"):
                runs[-1].append(place)
            else:
                runs.append([place])
        return [self._join_units(run) for run in runs]

    def _join_units(self, places: Sequence[int]) -> Passage:
        """Give units as one passage with the headings over them."""
        units = [self.reading.units[i] for i in places]
        text = " ".join(self.reading.text[u.start : u.end] for u in units)
        return Passage(text, " ".join(dict.fromkeys(f"{u.major} {u.section}" for u in units)))

    def _look_up(self, label: str, clause: str, mask: np.ndarray) -> Verdict:
        """Judge one clause within the masked units, and in the whole document where those do not bear it."""
        found = self._judge(label, clause, mask)
        if found.support != "supported" and not mask[self._usable].all():
            wider = self._judge(label, clause, self._usable)
            if _RANK[wider.support] > _RANK[found.support]:
                return wider
        return found

    def find_quote(self, text: str) -> tuple[int, int] | None:
        """Find a verbatim quote: the same characters but for white space and the form of quotation marks and dashes.

        Returns:
            Running offsets of its first occurrence, or None where it does not stand in the document.
        """
        return find_quote(self.reading.document, text)

    def _mask(self, candidates: Sequence[tuple[int, int]] | None) -> np.ndarray:
        """Mark the units to look in: those within the candidates and their neighbours."""
        if candidates is None:
            return self._usable
        mask = np.zeros(len(self.reading.units), dtype=bool)
        for start, end in candidates:
            inside = self.reading.units_within(start, end)
            mask[max(inside.start - 1, 0) : inside.stop + 1] = True
        return mask

    def _judge(self, label: str, text: str, mask: np.ndarray) -> Verdict:
        """Align a clause within the masked units and compare; its label ("Alleged:") says only who says it."""
        claims = find_claims(text)
        aligned = self._align(text, claims, mask)
        if not aligned.units or aligned.coverage < PARTIAL_COVERAGE:
            return Verdict("unsupported", NOTHING, ())
        units = self._with_caption(aligned.units)
        further = self._find_facts(text, claims, units)
        units += further
        if further:
            aligned = self._cover_more(text, claims, aligned, further)
        source = " ".join(self.reading.unit_text(i) for i in sorted(units))
        pool = [self.reading.unit_text(i) for i in dict.fromkeys(aligned.units + aligned.pool)]
        best = max(
            (self.reading.unit_text(i) for i in aligned.units),
            key=lambda unit: (measure_following(text, unit), measure_copy(text, unit)),
        )
        context = [claim for i in self._neighbours(units) for claim in self._claims_of(i)]
        copied = measure_following(text, best)
        findings = compare_claims(
            claims, [c for i in units for c in self._claims_of(i)], context, source, self.reading.text
        )
        findings += compare_speech(f"{label} {text}".strip(), best, source) + compare_stances(
            text, best, source, copied
        )
        findings += (
            compare_decisions(text, pool) + compare_exchanges(text, pool) + compare_titles(text, self.reading.text)
        )
        findings += (
            compare_binding(f"whether {text}" if label == "Whether" else text, best)
            + compare_judges(text, self.reading.text)
            + compare_counsel(f"{label}: {text}", self.reading.text)
        )
        findings += compare_opinion(text, self.reading.units[aligned.units[0]].opinion)
        return self._conclude(findings, aligned, further + self._naming(text, aligned.units, units))

    def _find_facts(self, text: str, claims: list[Claim], units: tuple[int, ...]) -> tuple[int, ...]:
        """Give further units that have a fact of the sentence, which the chosen ones lack, with the words about it."""
        there = [claim for i in units for claim in self._claims_of(i)]
        found: list[int] = []
        for claim in claims:
            if claim.kind in _FOUND_ELSEWHERE and not any(claims_agree(claim, other) for other in there):
                span = find_phrase(claim.text, text, self.reading.text)
                inside = self.reading.units_within(*span) if span else range(0)
                found += [i for i in inside if i not in units][:1]
        return tuple(dict.fromkeys(found))

    def _cover_more(self, text: str, claims: list[Claim], aligned: _Alignment, more: tuple[int, ...]) -> _Alignment:
        """Count the share of the sentence's term weight again with further units."""
        weights = self._weigh_terms(text, claims)
        there = {term for i in aligned.units + more for term in find_plain_terms(self.reading.unit_text(i))}
        covered = sum(weight for term, weight in weights.items() if term in there) / sum(weights.values())
        return replace(aligned, coverage=covered)

    def _naming(self, text: str, chosen: tuple[int, ...], units: tuple[int, ...]) -> tuple[int, ...]:
        """Give the further units that name someone of the sentence whom the chosen ones do not name."""
        missing = set(find_pseudonyms(text)) - {n for i in chosen for n in find_pseudonyms(self.reading.unit_text(i))}
        found: list[int] = []
        for name in sorted(missing):
            found += [i for i in units if i not in chosen and name in find_pseudonyms(self.reading.unit_text(i))][:1]
        return tuple(dict.fromkeys(found))

    def _conclude(self, findings: list[Finding], aligned: _Alignment, naming: tuple[int, ...]) -> Verdict:
        """Turn findings and coverage into the verdict; its evidence shows everyone whom the sentence names."""
        evidence = tuple(self._evidence(i) for i in aligned.units + naming)
        grave = [finding.reason for finding in findings if finding.grave]
        if grave:
            return Verdict("unsupported", "; ".join(dict.fromkeys(grave)), evidence)
        light = [finding.reason for finding in findings]
        if aligned.coverage < SUPPORTED_COVERAGE:
            light.append("only part of this stands in the passage")
        if light:
            return Verdict("partial", "; ".join(dict.fromkeys(light)), evidence)
        return Verdict("supported", "figures, dates, names and wording agree with the passage", evidence)

    def _align(self, text: str, claims: list[Claim], mask: np.ndarray) -> _Alignment:
        """Choose the units that together have the most of the sentence's term weight, claims counted twice."""
        weights = self._weigh_terms(text, claims)
        total = sum(weights.values())
        if not total or not mask.any():
            return _Alignment((), 0.0)
        likeness = np.where(mask, self.reading.matrix.compare(self.reading.matrix.vector(text)), -1.0)
        pool = [int(i) for i in np.argsort(-likeness)[:CANDIDATES] if likeness[i] > 0]
        if not pool:
            return _Alignment((), 0.0)
        pool = self._add_neighbours(pool, mask)
        terms = {i: set(find_plain_terms(self.reading.unit_text(i))) for i in pool}
        asks = {i: 0.7 if self.reading.unit_text(i).endswith("?") and "?" not in text else 1.0 for i in pool}
        left = dict(weights)
        chosen: list[int] = []
        while len(chosen) < MOST_EVIDENCE and left:
            gains = {
                i: asks[i] * sum(left.get(term, 0.0) for term in terms[i]) / total for i in pool if i not in chosen
            }
            if not gains:
                break
            pick = max(gains, key=lambda i: gains[i] + 0.3 * max(float(likeness[i]), 0.0))
            if gains[pick] < (GAIN if chosen else 1e-9):
                break
            chosen.append(pick)
            for term in terms[pick]:
                left.pop(term, None)
        for term in self._find_broken(text, left, chosen):
            left.pop(term)
        return _Alignment(tuple(chosen), 1.0 - sum(left.values()) / total, tuple(pool))

    def _find_broken(self, text: str, left: dict[str, float], chosen: list[int]) -> list[str]:
        """Give the terms that the passages have too, broken into pieces or joined, as OCR and line ends leave them."""
        if not any(term not in self.reading.matrix.ids for term in left):
            return []
        source = re.sub(r"[^a-z]", "", " ".join(self.reading.unit_text(i) for i in chosen).casefold())
        words = re.findall(r"[A-Za-z]+", text.casefold())
        broken = []
        for before, word, behind in zip(["", *words], words, [*words[1:], ""], strict=False):
            joined = [before + word] * bool(before) + [word + behind] * bool(behind) + [word] * (len(word) > 6)
            if any(len(piece) > 6 and piece in source for piece in joined):
                broken += [SYNONYMS.get(term, term) for term in find_terms(word)]
        return [term for term in dict.fromkeys(broken) if term in left and term not in self.reading.matrix.ids]

    def _weigh_terms(self, text: str, claims: list[Claim]) -> dict[str, float]:
        """Give each content term its weight; a term that is part of a claim counts twice."""
        matrix = self.reading.matrix
        top = float(matrix.idf.max()) if len(matrix.idf) else 1.0
        weights = {}
        for term in find_terms(text):
            if term not in _SPEECH_TERMS:
                weight = float(matrix.idf[matrix.ids[term]]) if term in matrix.ids else top
                weights[SYNONYMS.get(term, term)] = min(weight, UNKNOWN_WEIGHT) if term not in matrix.ids else weight
        for claim in claims:
            for term in find_plain_terms(claim.text):
                if term in weights:
                    weights[term] *= 1.5
        return weights

    def _add_neighbours(self, pool: list[int], mask: np.ndarray) -> list[int]:
        """Add the units right before and behind the three best, which often carry the date or the name."""
        more = [i + step for i in pool[:3] for step in (-1, 1)]
        return pool + [i for i in more if 0 <= i < len(mask) and mask[i] and i not in pool]

    def _with_caption(self, units: tuple[int, ...]) -> tuple[int, ...]:
        """Give the units, and where one of them is a line of the caption, the whole caption."""
        if not any(self.reading.units[i].role == "caption" for i in units):
            return units
        return units + tuple(
            i for i, unit in enumerate(self.reading.units[:60]) if unit.role == "caption" and i not in units
        )

    def _neighbours(self, units: Sequence[int]) -> list[int]:
        """Give the units within two of the evidence, the evidence left out."""
        near = {i + step for i in units for step in (-2, -1, 1, 2)} - set(units)
        return [i for i in sorted(near) if 0 <= i < len(self.reading.units)]

    def _claims_of(self, index: int) -> list[Claim]:
        """Give the claims of a unit, found once."""
        if index not in self._claims:
            self._claims[index] = find_claims(self.reading.unit_text(index))
        return self._claims[index]

    def _evidence(self, index: int) -> Evidence:
        unit = self.reading.units[index]
        return self.reading.give_evidence(unit.start, unit.end)


def _shorten(clause: str) -> str:
    """Give a clause's beginning, for a reason."""
    return clause if len(clause) <= 60 else clause[:60].rsplit(" ", 1)[0] + " …"


def _join_verdicts(verdicts: Sequence[Verdict], clauses: Sequence[str]) -> Verdict:
    """Join the verdicts of clauses: the worst state, its reason with the clause it is about, all evidence."""
    if len(verdicts) == 1:
        return verdicts[0]
    worst = min(verdicts, key=lambda verdict: _RANK[verdict.support])
    evidence = tuple(
        dict.fromkeys(e for verdict in verdicts for e in verdict.evidence[:1] if verdict.support != "unsupported")
    )
    if worst.support == "supported":
        return Verdict("supported", worst.reason, evidence)
    good = sum(verdict.support == "supported" for verdict in verdicts)
    clause = clauses[list(verdicts).index(worst)]
    if all(verdict.support == worst.support and verdict.reason == worst.reason for verdict in verdicts):
        return Verdict(worst.support, worst.reason, evidence or worst.evidence)
    short = _shorten(clause)
    if worst.support == "unsupported" and worst.reason == NOTHING and good * 2 >= len(verdicts):
        return Verdict("partial", f"{NOTHING}: “{short}”", evidence)
    return Verdict(worst.support, f"“{short}”: {worst.reason}", evidence or worst.evidence)


_FOUND_ELSEWHERE = ("pseudonym", "date", "docket", "citation", "name", "number", "period", "money", "percent")
OWN_WORDS = "put together in the model's own words; compare it with the passage"
NOTHING = "no passage of the filing says this"
_SAYS_NOTHING = Verdict("unsupported", "the sentence says nothing that can be looked up", ())
_RANK = {"unsupported": 0, "partial": 1, "supported": 2}
_SPEECH_TERMS = frozenset(
    find_terms(
        "alleges alleged allegedly argues argued contends contended claims claimed states stated says said "
        "asserts asserted filing "
        "brief complaint motion order document summary according further also additionally moreover"
    )
)


def verify_sentence(
    text: str, document: RedactedDocument | Reading, candidates: Sequence[tuple[int, int]] | None = None
) -> Verdict:
    """Verify one sentence against a document; for many sentences make one `Grounder` and call its `verify`."""
    return Grounder(document).verify(text, candidates)
