"""Comparisons, loans and blind picks over a real store, with an engine that writes what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from fake_web import log_in
from fastapi.testclient import TestClient
from firm_samples import open_firm
from sqlalchemy import func, select
from store_samples import CLIENT, add_matter, make_document, make_pages

from assistant.documents import RedactedDocument
from assistant.errors import Conflict, NotAllowed, NotFound, RefusedInput
from assistant.store import ballots, comparisons, filings, forms, matters, notices, people, registry
from assistant.store.comparison_tables import BallotRow, ComparisonRow, LoanRow
from assistant.store.people import User
from finetune.picks import tell_picks, tell_tally
from finetune.scores import estimate_share
from ui import compare_work
from ui.actions import blind, compare
from ui.services import House
from ui.web.app import build_app

HASHES = {"starter-1": "5" * 64, "house-2": "2" * 64}
WRITTEN = {
    None: "Person 1 sues the terminal for damages.",
    "starter-1": "Person 1 asks for $5,000 in unpaid wages.",
    "house-2": "Person 1 demands a jury trial on all counts.",
}


class Writer:
    """An engine whose answers depend on the adapter alone; `held` keeps one of them waiting until it is stopped."""

    model_hash = "0" * 64

    def __init__(self) -> None:
        self.held, self.asked = "", list[str | None]()
        self.waits = threading.Event()

    def batch(self, prompts: Any, *, adapter: str | None = None, max_new_tokens: Any = 120, stop: Any = None) -> Any:
        self.asked.append(adapter)
        if adapter == self.held:
            self.waits.set()
            assert stop.wait(20), "it was not stopped"
        return [WRITTEN[adapter] for _ in prompts]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        opened = open_firm(tmp_path_factory.mktemp("home"), patch)
        opened.index.remove = lambda *_: None
        opened.__dict__.update(ready_adapters=lambda: None, choose_adapter=lambda choice, user="": choice or "base")
        opened.__dict__.update(choose_rankers=lambda choice, user="": None)
        patch.setattr(compare, "_check_room", lambda _house: None)
        patch.setattr(compare_work, "enqueue_run", lambda *_: "")
        for name, status in (("starter-1", "active"), ("house-2", "candidate")):
            registry.insert_adapter(opened.db, name, folder=name, hash=HASHES[name])
            registry.set_status(opened.db, name, status)
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def writer(house: House) -> Writer:
    made = Writer()
    house.__dict__["_engine"] = made
    return made


@pytest.fixture
def filing(house: House, request: pytest.FixtureRequest) -> RedactedDocument:
    matter_id = add_matter(house.db, request.node.name)
    for name in ("alex", "paula"):
        people.add_member(house.db, name, matter_id)
    return add(house, matter_id, "Quackenbush complaint.pdf")


def add(house: House, matter_id: str, name: str) -> RedactedDocument:
    made = filings.add_filing(house.db, matter_id, name, name.encode(), "paula")
    document = make_document(made.document_id, matter_id, text=" ".join(WRITTEN.values()))
    filings.save_revision(house.db, document, make_pages(), {}, [], 1.0)
    filings.set_status(house.db, document.document_id, "ready")
    house.vault(matter_id).assign("PERSON", CLIENT)
    return document


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def lend(house: House, filing: RedactedDocument, lent: bool = True) -> None:
    compare.lend_filing(house, user(house, "alex"), filing.document_id, lent)


def write(house: House, filing: RedactedDocument, name: str = "alex") -> str:
    made = compare.start_comparison(house, user(house, name), filing.document_id)
    found = comparisons.get_comparison(house.db, made["comparison_id"])
    compare_work.run_comparison(house, found.comparison_id, found.run)
    return str(made["comparison_id"])


ACTS: dict[str, Callable[[House, User, str, str], Any]] = {
    "start": lambda h, u, d, v: compare.start_comparison(h, u, d),
    "get": lambda h, u, d, v: compare.get_comparison(h, u, v),
    "stop": lambda h, u, d, v: compare.stop_comparison(h, u, v),
    "draw": lambda h, u, d, v: blind.draw_ballot(h, u, v),
    "vote": lambda h, u, d, v: blind.cast_vote(h, u, v, "left"),
}


def test_three_systems_write_and_the_one_that_serves_goes_on_serving(
    house: House, filing: RedactedDocument, writer: Writer
) -> None:
    key = write(house, filing)
    shown = compare.get_comparison(house, user(house, "alex"), key)
    assert [(p["system"], p["adapter"], p["hash"]) for p in shown["panes"]] == [
        ("base", "base", "0" * 64),
        ("active", "starter-1", HASHES["starter-1"]),
        ("candidate", "house-2", HASHES["house-2"]),
    ]
    assert shown["status"] == "done" and all(p["words"] and p["seconds"] >= 0 and p["counts"] for p in shown["panes"])
    assert [len(p["sentences"]) > 0 for p in shown["panes"]] == [True] * 3
    active = registry.active_adapter(house.db)
    assert active is not None and active.adapter_id == "starter-1" and set(writer.asked) == set(WRITTEN)
    asked = len(writer.asked)
    assert compare.start_comparison(house, user(house, "paula"), filing.document_id)["comparison_id"] == key
    assert len(writer.asked) == asked, "the same systems on the same filing are not asked again"


def test_a_sentence_that_one_system_has_alone_is_marked(house: House, filing: RedactedDocument) -> None:
    key = write(house, filing)
    found = comparisons.get_comparison(house.db, key)
    first = found.summaries["base"].sentences[0]
    one, other = (type(first)(text, "supported", "", first.evidence) for text in ("Both say this.", "Only one does."))
    made = {"base": (one,), "active": (one, other), "candidate": (one,)}
    with house.db.session() as session:
        row = session.get_one(ComparisonRow, key)
        row.summaries = {k: forms.summary_to_json(replace(found.summaries[k], sentences=s)) for k, s in made.items()}
    panes = compare.get_comparison(house, user(house, "alex"), key)["panes"]
    assert [[s["only"] for s in p["sentences"]] for p in panes] == [[False], [False, True], [False]]


def test_an_admin_sees_nothing_that_is_not_lent_and_no_name_of_what_is(house: House, filing: RedactedDocument) -> None:
    key, ada = write(house, filing), user(house, "ada")
    mine = lambda: [f["document_id"] for f in compare.list_lent(house, ada)["filings"]]  # noqa: E731
    assert filing.document_id not in mine()
    for act in ACTS.values():
        told = set()
        for document, comparison in ((filing.document_id, key), ("d-0", "v-0")):  # what is not there reads the same
            with pytest.raises(NotAllowed) as refused:
                act(house, ada, document, comparison)
            told.add(str(refused.value))
        assert len(told) == 1
    assert CLIENT in json.dumps(compare.get_comparison(house, user(house, "paula"), key))
    lend(house, filing)
    shown = json.dumps([compare.list_lent(house, ada), compare.get_comparison(house, ada, key)])
    assert filing.document_id in mine() and "Person 1" in shown
    assert "Quackenbush" not in shown and "quote" not in shown
    people.add_wall(house.db, "max", filing.matter_id, "alex", "once of the other side")
    with pytest.raises(NotAllowed):
        compare.get_comparison(house, user(house, "max"), key)
    assert filing.document_id not in [f["document_id"] for f in compare.list_lent(house, user(house, "max"))["filings"]]


@pytest.mark.parametrize("name", ["nina", "paula", "ada"])
def test_only_an_attorney_of_the_matter_lends(house: House, filing: RedactedDocument, name: str) -> None:
    with pytest.raises(NotAllowed):
        compare.lend_filing(house, user(house, name), filing.document_id, True)
    assert comparisons.find_loan(house.db, filing.document_id) is None


def test_a_loan_ends_at_once(house: House, filing: RedactedDocument, writer: Writer) -> None:
    lend(house, filing)
    writer.held, ada = "starter-1", user(house, "ada")
    key = compare.start_comparison(house, ada, filing.document_id)["comparison_id"]
    running = threading.Thread(target=compare_work.run_comparison, args=(house, key, 1))
    running.start()
    assert writer.waits.wait(20)
    lend(house, filing, False)
    running.join(20)
    found = comparisons.get_comparison(house.db, key)
    assert found.status == "stopped" and set(found.summaries) == {"base"}, "what was cut off is not kept"
    for act in ACTS.values():
        with pytest.raises(NotAllowed):
            act(house, ada, filing.document_id, key)
    told = [notice.kind for notice in notices.list_notices(house.db, filing.matter_id)]
    assert sorted(told) == ["filing.end_loan", "filing.lend"], "the people of the matter see both"


def test_a_filing_that_is_sequestered_is_lent_no_more(house: House, filing: RedactedDocument) -> None:
    from ui.actions import filings as filing_actions

    lend(house, filing)
    key = write(house, filing)
    filing_actions.sequester_filing(house, user(house, "alex"), filing.document_id, "sent by mistake")
    for name in ("alex", "ada"):
        with pytest.raises((NotAllowed, NotFound)):
            compare.get_comparison(house, user(house, name), key)
    filing_actions.lift_sequester(house, user(house, "alex"), filing.document_id, "agreed")
    assert comparisons.find_loan(house.db, filing.document_id) is None


def test_the_sides_are_not_told_before_the_pick(
    house: House, filing: RedactedDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole answer is looked at, for both ways that the sides can fall."""
    lend(house, filing)
    key = write(house, filing)
    monkeypatch.setattr("ui.web.app.mount_gradio_screens", lambda _app: None)  # they take seconds
    client = TestClient(build_app(house), base_url="http://localhost")
    bodies = {}
    for name, left in (("paula", "candidate"), ("alex", "rival"), ("ada", "candidate")):
        monkeypatch.setattr("ui.actions.blind.secrets", SimpleNamespace(choice=lambda _sides, left=left: left))
        log_in(client, name)
        headers = {"X-CSRF-Token": client.csrf}
        answers = [client.post(f"/api/comparisons/{key}/ballot", headers=headers) for _ in range(2)]
        assert answers[0].status_code == 200 and answers[0].content == answers[1].content, "drawn once"
        body = answers[0].text
        for word in (*HASHES, *HASHES.values(), "candidate", "rival", "active", "base", "adapter", "seconds", "house-"):
            assert word not in body, word
        bodies[name] = answers[0].json()
    paula, alex = bodies["paula"], bodies["alex"]
    assert (paula["left"], paula["right"]) == (alex["right"], alex["left"]) and paula["left"] != paula["right"]
    assert {k: v for k, v in paula.items() if k not in ("left", "right")} == {
        k: v for k, v in alex.items() if k not in ("left", "right")
    }
    assert "Quackenbush" not in json.dumps(bodies["ada"])
    told = client.post(f"/api/comparisons/{key}/vote", json={"pick": "left"}, headers=headers).json()
    assert (told["left"], told["right"]) == ("house-2", "starter-1"), "and told after it"


def test_one_pick_a_person_and_filing_and_none_after_looking(house: House, filing: RedactedDocument) -> None:
    key, paula, alex = write(house, filing), user(house, "paula"), user(house, "alex")
    with pytest.raises(Conflict):
        blind.cast_vote(house, paula, key, "left")  # nothing was shown
    blind.draw_ballot(house, paula, key)
    with pytest.raises(RefusedInput):
        blind.cast_vote(house, paula, key, "candidate")
    before = {t["rival"]: t["same"] for t in tell_picks(house.db, "house-2")}
    blind.cast_vote(house, paula, key, "same")
    assert tell_picks(house.db, "house-2")[0]["same"] == before.get("starter-1", 0) + 1
    for again in (lambda: blind.draw_ballot(house, paula, key), lambda: blind.cast_vote(house, paula, key, "left")):
        with pytest.raises(Conflict):
            again()
    compare.get_comparison(house, alex, key)
    for late in (lambda: blind.draw_ballot(house, alex, key), lambda: blind.cast_vote(house, alex, key, "left")):
        with pytest.raises(Conflict):
            late()
    row = next(f for f in compare.list_own(house, paula, filing.matter_id)["filings"])
    assert row["ballot"] == "picked" and row["file"] == "Quackenbush complaint.pdf"


def test_an_adapter_that_learned_behind_a_persons_wall_is_not_compared_for_that_person(
    house: House, filing: RedactedDocument
) -> None:
    other = add_matter(house.db, "walled of paula")
    registry.insert_adapter(house.db, "house-8", folder="house-8", hash="8" * 64, matters=[other])
    people.add_wall(house.db, "paula", other, "alex", "once of the other side")
    matters.record_consent(house.db, other, "alex", True, "letter")
    try:
        made = compare.start_comparison(house, user(house, "alex"), filing.document_id, "house-8")
        for act in (ACTS["get"], ACTS["draw"]):
            with pytest.raises(NotAllowed):
                act(house, user(house, "paula"), filing.document_id, made["comparison_id"])
        with pytest.raises(NotAllowed):
            compare.start_comparison(house, user(house, "paula"), filing.document_id, "house-8")
        matters.record_consent(house.db, other, "alex", False, "withdrawn")
        fresh = add(house, filing.matter_id, "second.pdf")
        with pytest.raises(NotAllowed):
            compare.start_comparison(house, user(house, "alex"), fresh.document_id, "house-8")
    finally:
        registry.set_status(house.db, "house-8", "retired")


@pytest.mark.parametrize("what", ["filing", "matter"])
def test_what_is_erased_takes_its_comparisons_loans_and_picks_along(
    house: House, filing: RedactedDocument, what: str
) -> None:
    lend(house, filing)
    key = write(house, filing)
    blind.draw_ballot(house, user(house, "paula"), key)
    blind.cast_vote(house, user(house, "paula"), key, "left")
    if what == "filing":
        filings.delete_filing(house.db, filing.document_id, "alex")
    else:
        matters.erase_matter(house.db, filing.matter_id, "alex", "nina")
    with house.db.reading() as session:
        for table in (LoanRow, ComparisonRow, BallotRow):
            mine = select(func.count()).select_from(table).where(table.document_id == filing.document_id)
            assert session.scalar(mine) == 0, table


def test_the_share_and_its_interval_are_wilsons() -> None:
    """Against the interval's published values for 10 trials, and what is far from and near to a half."""
    for count, low, high in ((0, 0.0, 0.2775), (5, 0.2366, 0.7634), (10, 0.7225, 1.0)):
        score = estimate_share(count, 10)
        assert (score.mean, round(score.low, 4), round(score.high, 4)) == (count / 10, low, high)
    assert (estimate_share(0, 0).low, estimate_share(0, 0).high) == (0.0, 1.0)
    tally = lambda better, worse, same: tell_tally(ballots.Tally("house-2", "base", better, worse, same, 1, 2))  # noqa: E731
    assert tally(0, 0, 3)["share"] is None and "Nobody has told" in tally(0, 0, 3)["says"]
    one = tally(8, 3, 1)
    assert one["share"] == 0.7273 and one["ci95"] == [0.4344, 0.9025], "ties are left out"
    assert (
        "8 of the 11 picks" in one["says"] and "too few to say" in one["says"] and "1 person, 2 filings" in one["says"]
    )
    assert "house-2 is preferred" in tally(18, 3, 0)["says"] and "base is preferred" in tally(3, 18, 0)["says"]
