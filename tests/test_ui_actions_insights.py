"""Insights and withheld summaries through the real actions and store: who sees what, and that no word comes out."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from fake_world import make_insights
from store_samples import CLIENT, add_matter, add_read_filing, approve, make_summary, settings_of
from test_assistant_store_trials import WITH, WITHOUT, Lot, review

from assistant.errors import Conflict, NotAllowed, RefusedInput
from assistant.store import audit, measures, people, trials, work
from ui.actions import again, insights, summaries, verdicts
from ui.actions import trials as trials_actions
from ui.services import House, open_house
from ui.web.insights_view import make_panels, say_difference, say_shift

MODELS = "Person 1 sues."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
        patch.setattr("ingest.redact.redact_input", lambda text, *_: text)
        settings = settings_of(tmp_path_factory.mktemp("home")).model_copy(update={"unaided_share": 0.5})
        opened = open_house(settings)
        for name, role in (("pat", "paralegal"), ("ann", "attorney"), ("max", "admin"), ("sol", "attorney")):
            people.add_user(opened.db, name, role, "correct horse battery")
        yield opened
        opened.close()


@pytest.fixture
def document(house: House, request: pytest.FixtureRequest) -> Any:
    matter_id = add_matter(house.db, f"{CLIENT}: {request.node.name}")
    for name in ("pat", "ann"):
        people.add_member(house.db, name, matter_id)
    return add_read_filing(house.db, matter_id)


def who(house: House, name: str) -> Any:
    return people.get_user(house.db, name)


def write(house: House, document: Any, monkeypatch: pytest.MonkeyPatch, lot: Lot) -> list[dict[str, Any]]:
    """Have a summary written, as the Filing screen does, and give its events."""
    made = make_summary(document, MODELS)
    monkeypatch.setattr(trials.random, "SystemRandom", lambda: lot)
    monkeypatch.setattr(House, "summarize", lambda *_, **__: iter([(0, made.sentences[0]), made]))
    stop = threading.Event()
    return list(summaries.stream_summary(house, who(house, "pat"), document.document_id, detail="brief", stop=stop))


def test_an_admin_reads_figures_of_all_matters_and_no_word_of_them(house: House, document: Any) -> None:
    with house.db.session():  # one commit, which is quicker
        for number in range(10):
            review(house.db, document.matter_id, number, WITH, 200 + number, "zaphira")
            review(house.db, document.matter_id, 100 + number, WITHOUT, 500 + number, "zaphira")
    approve(house.db, document)
    measures.catch_up(house.db, 60)
    found = insights.read_insights(house, who(house, "max"))
    assert found["uncounted"] == 0 and sum(row["untouched"] for row in found["edits"]) == 10
    assert sum(row["edited"] for row in found["edits"]) == 1
    assert found["reviews"]["difference"]["mean"] == pytest.approx(-300, abs=1)
    panels = make_panels(found)
    assert "With a summary a review takes 300 s fewer per 1,000 words" in panels[3].says[0]
    assert all(panel.chart.count("<svg") and "<title>" in panel.chart for panel in panels[:4])
    told = json.dumps(found, default=str) + "".join(panel.chart + " ".join(panel.says) for panel in panels)
    for word in (CLIENT, "Quackenbush", "sues", document.matter_id, document.document_id, "zaphira"):
        assert word not in told
    for name in ("pat", "ann"):
        with pytest.raises(NotAllowed):
            insights.read_insights(house, who(house, name))


def test_a_withheld_summary_reaches_nobody_until_their_own_is_submitted(
    house: House, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pat, ann = who(house, "pat"), who(house, "ann")
    events = write(house, document, monkeypatch, WITHOUT)
    assert [event["kind"] for event in events] == ["done"]
    shown = events[0]["summary"]
    key = shown["summary_id"]
    assert shown["withheld"] and shown["own"] == "" and shown["sentences"] == []
    assert "sues" not in json.dumps(events)
    for reader in (pat, ann):
        read = [
            summaries.get_summary(house, reader, key),
            summaries.latest_summary(house, reader, document.document_id),
            summaries.list_summaries(house, reader, document.document_id),
            summaries.review_list(house, reader),
        ]
        assert "sues" not in json.dumps(read)
    for refused in (
        lambda: summaries.difference(house, pat, key),
        lambda: summaries.list_versions(house, pat, key),
        lambda: summaries.export_summary(house, pat, key, "md", True),
        lambda: summaries.edit_sentence(house, pat, key, 0, "x", 1),
        lambda: summaries.use_source(house, pat, key, 0, 1),
        lambda: summaries.restore_version(house, pat, key, 1),
        lambda: verdicts.flag_sentence(house, pat, key, 0, "style"),
        lambda: again.rewrite(house, pat, key, 0, 1, how="source", expected_version=1, stop=threading.Event()),
        lambda: summaries.submit(house, pat, key, 0, []),
        lambda: summaries.sign_off(house, ann, key),
    ):
        with pytest.raises(Conflict):
            refused()
    own = summaries.edit_summary(house, pat, key, "Somebody complains.", 1)
    assert (own["own"], own["sentences"], own["withheld"]) == ("Somebody complains.", [], True)
    done = summaries.submit(house, pat, key, 0, [], expected_version=2)
    assert (done["withheld"], done["unaided"]) == (False, True)
    assert [s["text"] for s in done["sentences"]] == ["Somebody complains."]
    assert ["delete", MODELS] in summaries.difference(house, ann, key)


def test_what_is_shown_on_request_is_logged_and_what_was_drawn_otherwise_streams(
    house: House, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (done,) = write(house, document, monkeypatch, WITHOUT)
    key = done["summary"]["summary_id"]
    with pytest.raises(NotAllowed):
        trials_actions.show_summary(house, who(house, "sol"), key)
    shown = trials_actions.show_summary(house, who(house, "pat"), key)
    assert shown["sentences"] and not shown["withheld"]
    assert trials_actions.show_summary(house, who(house, "pat"), key)["sentences"] == shown["sentences"]
    assert [e["actor"] for e in audit.export(house.db) if e["action"] == "summary.show"] == ["pat"]
    other = add_read_filing(house.db, document.matter_id, b"%PDF-1.7 other")
    events = write(house, other, monkeypatch, WITH)
    assert [event["kind"] for event in events] == ["sentence", "done"] and events[1]["summary"]["sentences"]


def test_seconds_are_counted_for_members_and_the_time_of_writing_is_theirs(
    house: House, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_, done) = write(house, document, monkeypatch, WITH)
    key = done["summary"]["summary_id"]
    told = trials_actions.count_seconds(house, who(house, "pat"), key, 2)
    assert told == {"counted": 2}, "the model wrote for 2.5 s, and the person read along"
    assert trials_actions.count_seconds(house, who(house, "pat"), key, 900)["counted"] <= 2
    for name in ("sol", "max"):
        with pytest.raises(NotAllowed):
            trials_actions.count_seconds(house, who(house, name), key, 5)


def test_a_table_is_given_as_a_file_and_no_cell_begins_a_formula(house: House) -> None:
    key = work.save_summary(
        house.db, replace(make_summary(add_read_filing(house.db, add_matter(house.db))), adapter="=1+1"), "pat"
    )
    work.discard_summary(house.db, key)
    for table in insights.make_tables(insights.read_insights(house, who(house, "max"))):
        name, mime, data = insights.export_table(house, who(house, "max"), table)
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert name == f"insights-{table}.csv" and mime.startswith("text/csv") and len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
        assert table != "edits" or rows[1][1] == "'=1+1"
    with pytest.raises(RefusedInput):
        insights.export_table(house, who(house, "max"), "people")


def test_too_few_reviews_are_told_with_their_numbers() -> None:
    found = make_insights()
    assert "Not enough reviews yet: 3 with a summary and 3 without" in say_difference(found["reviews"])
    unsure = {"mean": -20.0, "low": -60.0, "high": 15.0, "people": 4, "counts": (12, 14)}
    assert "No difference can be told" in say_difference(found["reviews"] | {"difference": unsure})
    slower = {"mean": 50.0, "low": 20.0, "high": 80.0, "people": 0, "counts": (12, 14)}
    assert "50 s more per 1,000 words" in say_difference(found["reviews"] | {"difference": slower})


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("few", "too few to say, 30 in the last 28 days and 40 before"),
        ("none", "is as before (stability index 0.300"),
        ("some", "has shifted somewhat: “more” went from 25% to 67%"),
        ("large", "has shifted far"),
    ],
)
def test_a_shift_is_told_with_its_bound_and_what_chance_gives(verdict: str, words: str) -> None:
    classes = [{"name": "less", "before": 30, "now": 10}, {"name": "more", "before": 10, "now": 20}]
    shift = {"verdict": verdict, "distance": 0.3, "chance": 0.2, "before": 40, "now": 30, "classes": classes}
    assert words in say_shift("length", shift)
    assert verdict in ("few", "none") or "custom of credit scoring" in say_shift("length", shift)
