"""A subject-level attack: can the person of a case be picked from 20 candidates by what pseudonymizing leaves?

Reads `pii/echr.jsonl` under --corpora. The sentences of each case are split at random into two halves. The attacker holds
the original text of one half of every candidate's case, and sees the other half of one case: as it is, in the working profile
or in the strict one. He picks the candidate whose known half is most alike: by BM25 over words, and by the similarity of
sentence embeddings. A second attacker knows only the identifiers that people marked in the known half (names, dates, places,
numbers), which is what pseudonymizing is meant to break. Pseudonyms in what he sees are left out.

A success is a pick of the right case; with 19 random others, 20 draws a case, chance is 5%. Intervals resample cases.
The known half is told from the very document, so the story itself gives a case away: this is an upper bound of what an
attacker with a public report of the same case could do, and no statement about people who know nothing of it.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter
from typing import Any

import numpy as np
from pii_recall import read_cases

_CANDIDATES, _DRAWS, _RESAMPLES = 20, 20, 2000
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s+[A-ZÀ-Ž“\"(])[^.!?\n]*)*[.!?]?")
_WORD = re.compile(r"[^\W_]+")
_K1, _B = 1.5, 0.75

Parts = list[str]


def split_case(record: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Cut a case into a known half and the other half in three forms; the identifiers of the known half too."""
    from ingest.redact import find_identifiers

    text = record["text"]
    ranges = [m.span() for m in _SENTENCE.finditer(text) if len(m.group().split()) > 3]
    rng.shuffle(ranges)
    known, seen = sorted(ranges[: len(ranges) // 2]), sorted(ranges[len(ranges) // 2 :])
    case: dict[str, Any] = {"story": [text[a:b] for a, b in known], "unmasked": [text[a:b] for a, b in seen]}
    marked = [(s["start"], s["end"]) for s in record["spans"]]
    case["identifiers"] = [text[a:b] for a, b in marked if any(k[0] <= a < k[1] for k in known)]
    for profile in ("working", "strict"):
        masked = [(s.start, s.end) for s in find_identifiers(text, profile)]  # type: ignore[arg-type]
        case[profile] = [_leave_out(text, sentence, masked) for sentence in seen]
    return case


def _leave_out(text: str, sentence: tuple[int, int], masked: list[tuple[int, int]]) -> str:
    """Give a sentence without what is masked in it."""
    at, kept = sentence[0], []
    for start, end in masked:
        if end > at and start < sentence[1]:
            kept.append(text[at : max(start, at)])
            at = max(at, end)
    return "".join([*kept, text[at : sentence[1]]])


def score_words(seen: list[Parts], known: list[Parts]) -> Any:
    """BM25 of every seen half (row) against every known half (column)."""
    documents = [Counter(w.casefold() for part in parts for w in _WORD.findall(part)) for parts in known]
    queries = [{w.casefold() for part in parts for w in _WORD.findall(part)} for parts in seen]
    mean = sum(sum(d.values()) for d in documents) / len(documents)
    frequency = Counter(word for d in documents for word in d)
    rarity = {w: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for w, n in frequency.items()}

    def rate(query: set[str], document: Counter[str]) -> float:
        length = _K1 * (1 - _B + _B * sum(document.values()) / mean)
        return sum(rarity[w] * document[w] * (_K1 + 1) / (document[w] + length) for w in query if document[w])

    return np.array([[rate(query, document) for document in documents] for query in queries])


def score_meaning(seen: list[Parts], known: list[Parts]) -> Any:
    """Cosine of the mean sentence embeddings of every seen half against every known half."""
    return _embed(seen) @ _embed(known).T


def _embed(halves: list[Parts]) -> Any:
    from assistant.evidence.embedding import share_embedder

    rows = share_embedder().embed([part for parts in halves for part in parts] or [""])
    ends = np.cumsum([len(parts) for parts in halves])
    means = np.stack(
        [
            rows[end - len(parts) : end].mean(0) if parts else rows[0] * 0
            for parts, end in zip(halves, ends, strict=True)
        ]
    )
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)


def rate_attack(scores: Any, rng: random.Random) -> dict[str, Any]:
    """Give the share of right picks among random candidates, and its interval."""
    hits = []
    for case in range(len(scores)):
        others = [i for i in range(len(scores)) if i != case]
        draws = [rng.sample(others, _CANDIDATES - 1) for _ in range(_DRAWS)]
        hits.append(sum(scores[case][case] > max(scores[case][i] for i in draw) for draw in draws) / _DRAWS)
    means = sorted(sum(rng.choices(hits, k=len(hits))) / len(hits) for _ in range(_RESAMPLES))
    return {
        "success": round(sum(hits) / len(hits), 4),
        "ci95": [round(means[int(0.025 * _RESAMPLES)], 4), round(means[int(0.975 * _RESAMPLES) - 1], 4)],
    }


def main() -> None:
    records, as_json = read_cases()
    rng = random.Random(7)
    cases = [split_case(record, rng) for record in records]
    result: dict[str, Any] = {"cases": len(cases), "candidates": _CANDIDATES, "chance": 1 / _CANDIDATES}
    for knows in ("story", "identifiers"):
        known = [case[knows] for case in cases]
        for way, score in (("words", score_words), ("embedding", score_meaning)):
            for form in ("unmasked", "working", "strict"):
                rated = rate_attack(score([case[form] for case in cases], known), random.Random(1))
                result.setdefault(f"knows_{knows}", {}).setdefault(way, {})[form] = rated
    print(json.dumps(result, indent=None if as_json else 2))


if __name__ == "__main__":
    main()
