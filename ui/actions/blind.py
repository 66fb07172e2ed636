"""The blind pick: two summaries of one filing without saying whose they are, and which a person finds better."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from assistant.documents import Summary
from assistant.errors import Conflict, RefusedInput
from assistant.store import audit, ballots
from assistant.store.ballots import PICKS, SEEN
from assistant.store.comparisons import Comparison
from assistant.store.people import User
from assistant.store.seals import fold_text
from ui.actions.compare import open_comparison, open_sources, show_sentence

if TYPE_CHECKING:
    from ui.services import House

_SIDES = ("left", "right")


def draw_ballot(house: House, user: User, comparison_id: str) -> dict[str, Any]:
    """Give two summaries of a filing, active and candidate, with nothing that tells which is which.

    The sides are drawn once for each person and kept: to look again shows them as before.

    Returns:
        `left` and `right`, each the `sentences`; `same` where both wrote the same, so that there is nothing to pick.

    Raises:
        Conflict: The person has picked on this filing, or seen whose is which; or it is not written yet.
    """
    found, names = open_comparison(house, user, comparison_id)
    ours, theirs = _pair(found)
    ballot = ballots.draw_ballot(house.db, found, user.name, secrets.choice(ballots.SIDES))
    if ballot.pick:
        raise Conflict(
            "You have picked on this filing already."
            if ballot.pick != SEEN
            else "You have seen whose these summaries are, so you cannot pick blindly.",
            do="Pick on another filing.",
        )
    audit.record(house.db, user.name, "ballot.read", comparison_id, {"filing": found.document_id})
    sources = open_sources(house, found) if names else None
    sides = (ours, theirs) if ballot.on_left == "candidate" else (theirs, ours)
    shown = {
        side: {"sentences": [show_sentence(s, sources) for s in made.sentences]}
        for side, made in zip(_SIDES, sides, strict=True)
    }
    same = fold_text(ours.text) == fold_text(theirs.text)
    return {"comparison_id": comparison_id, "document_id": found.document_id, "same": same, "names": names, **shown}


def _pair(found: Comparison) -> tuple[Summary, Summary]:
    """Give what the candidate wrote, and what its rival did: the active adapter, or the base where none serves."""
    rival = "active" if "active" in found.systems else "base"
    ours, theirs = found.summaries.get("candidate"), found.summaries.get(rival)
    if ours is None or theirs is None:
        raise Conflict("The two summaries are not written yet.", do="Wait until the comparison is done.")
    return ours, theirs


def cast_vote(house: House, user: User, comparison_id: str, pick: str) -> dict[str, Any]:
    """Keep which of two summaries a person finds better, and tell whose they were and how the picks stand.

    Args:
        house: The open house.
        user: Who picks, at most once a filing and candidate.
        comparison_id: What was shown.
        pick: "left", "right" or "same".

    Raises:
        Conflict: There is a pick already, or the two were not shown.
    """
    from finetune.picks import tell_picks

    found, _ = open_comparison(house, user, comparison_id)
    if pick not in (*_SIDES, "same"):
        raise RefusedInput("There is no such pick.", expected="left, right or same")
    drawn = next(
        (b for b in ballots.list_ballots(house.db, user.name, [found.document_id]) if b.candidate == found.candidate),
        None,
    )
    if drawn is None or drawn.comparison_id != comparison_id:
        raise Conflict("The two summaries were not shown to you yet.", do="Open them first.")
    order = PICKS[:2] if drawn.on_left == PICKS[0] else PICKS[1::-1]
    with house.db.session():
        ballots.cast_vote(house.db, found, user.name, dict(zip(_SIDES, order, strict=True)).get(pick, pick))
        audit.record(house.db, user.name, "ballot.pick", comparison_id, {"candidate": found.candidate})
    whose = {"candidate": found.candidate, "rival": found.rival}
    told = {side: whose[which] for side, which in zip(_SIDES, order, strict=True)}
    return {**told, "pick": pick, "picks": tell_picks(house.db, found.candidate)}
