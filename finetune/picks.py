"""How the blind picks between a candidate and what it may replace stand: counts, and a share with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.counting import say_count
from assistant.store import ballots
from assistant.store.ballots import Tally
from finetune.scores import estimate_share

if TYPE_CHECKING:
    from assistant.store.database import Database


def tell_picks(db: Database, candidate: str) -> list[dict[str, Any]]:
    """Give how the blind picks on a candidate stand, by rival: counts, and its share of those that told them apart."""
    return [tell_tally(tally) for tally in ballots.count_picks(db, candidate)] if candidate else []


def tell_tally(tally: Tally) -> dict[str, Any]:
    """Give a tally as JSON; `share` and its 95% interval leave out the picks of "same"."""
    score = estimate_share(tally.better, tally.better + tally.worse)
    told = {
        "candidate": tally.candidate,
        "rival": tally.rival,
        "better": tally.better,
        "worse": tally.worse,
        "same": tally.same,
        "people": tally.people,
        "filings": tally.filings,
        "share": round(score.mean, 4) if tally.better + tally.worse else None,
        "ci95": [round(score.low, 4), round(score.high, 4)],
    }
    return told | {"says": _word(told)}


def _word(told: dict[str, Any]) -> str:
    """Say how the picks stand; the interval takes each pick for one of its own, whoever made it on whatever filing."""
    apart = told["better"] + told["worse"]
    rest = (
        f"{say_count(told['same'], 'pick')} of “the same”; {say_count(told['people'], 'person', 'people')}, "
        f"{say_count(told['filings'], 'filing')}."
    )
    if not apart:
        return f"Nobody has told {told['candidate']} from {told['rival']} yet. {rest}"
    low, high = told["ci95"]
    verdict = f"{told['candidate']} is preferred" if low > 0.5 else f"{told['rival']} is preferred"
    if low <= 0.5 <= high:
        verdict = "too few to say which is preferred"
    return (
        f"{told['candidate']} was found better in {told['better']} of the {say_count(apart, 'pick')} that told it from "
        f"{told['rival']} ({told['share']:.0%}; 95% interval {low:.0%} to {high:.0%}): {verdict}. {rest}"
    )
