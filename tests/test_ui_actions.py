"""The actions, from upload to erasure, through the real store, reader, recognizers and index, without a model."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from office_steps import DEFENDANT, PASSWORD, PLAINTIFF, TEXT, add, ask, make_matter, summarize, user

from assistant.errors import CasebriefError, Conflict, NotAllowed, NotFound, RefusedInput
from assistant.settings import Settings
from assistant.store import audit, people
from assistant.store.people import User
from ui import grid_work
from ui.actions import filings, insights, learning, names, oversight, questions, summaries
from ui.actions import people as people_actions
from ui.services import House, open_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
        opened = open_house(Settings(home=tmp_path_factory.mktemp("home")))
        for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin"), ("nina", "attorney")):
            people.add_user(opened.db, name, role, PASSWORD)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def matter_id(house: House) -> str:
    return make_matter(house, "Okafor v. Palmetto")


@pytest.fixture(scope="module")
def filing(house: House, matter_id: str) -> dict[str, Any]:
    shown = add(house, matter_id, "complaint.txt", TEXT)
    assert shown["status"] == "ready", shown
    return shown


@pytest.fixture
def summary(house: House, filing: dict[str, Any]) -> dict[str, Any]:
    return summarize(house, filing["document_id"])


def test_a_filing_is_read_and_its_names_are_replaced(house: House, filing: dict[str, Any]) -> None:
    from assistant.store.filings import load_document

    assert filing["pages"] == 1 and filing["entities"]["PERSON"] >= 1
    text = load_document(house.db, filing["document_id"]).text
    assert "Okafor" not in text and "Palmetto" not in text
    whole = filings.get_filing(house, user(house, "paula"), filing["document_id"])
    assert "Okafor" in json.dumps(whole["facts"])
    page = filings.page_text(house, user(house, "paula"), filing["document_id"], 1)
    assert page["text"] == TEXT


def test_the_same_file_twice_is_one_filing(house: House, matter_id: str, filing: dict[str, Any]) -> None:
    assert add(house, matter_id, "again.txt", TEXT)["document_id"] == filing["document_id"]
    assert len(filings.list_filings(house, user(house, "paula"), matter_id)) == 1


def test_a_file_that_cannot_be_read_is_refused_with_reason(house: House) -> None:
    matter = make_matter(house, "Refused")
    shown = add(house, matter, "empty.pdf", " ")
    assert shown["status"] == "refused" and "empty" in shown["error"] and shown["do"]
    with pytest.raises(RefusedInput):
        summarize(house, shown["document_id"])


def test_every_sentence_has_its_original_words(house: House, filing: dict[str, Any], summary: dict[str, Any]) -> None:
    assert summary["adapter"] == "none" and summary["status"] == "draft" and summary["version"] == 1
    assert summary["sentences"]
    for sentence in summary["sentences"]:
        assert sentence["support"] == "supported" and sentence["evidence"]
        for cited in sentence["evidence"]:
            assert cited["quote"] == TEXT[cited["start"] : cited["end"]]
    assert "Okafor" in summary["summary"]


def test_what_is_stored_holds_no_name(house: House, summary: dict[str, Any]) -> None:
    """Names planted in filing, question and edit are in no file under the data root, as UTF-8 or UTF-16."""
    ask(house, summary["matter_id"], "What does Marisol Okafor demand?")
    summaries.edit_summary(
        house, user(house, "paula"), summary["summary_id"], "Parties: Marisol Okafor sues Palmetto Terminals, Inc.", 1
    )
    house.db.compact()
    for path in filter(Path.is_file, house.settings.home.rglob("*")):
        data = path.read_bytes()
        for word in ("Okafor", "Marisol", "Palmetto"):
            assert word.encode() not in data and word.encode("utf-16-le") not in data, (word, path)


def test_an_edit_makes_a_version_and_a_stale_one_is_refused(house: House, summary: dict[str, Any]) -> None:
    paula = user(house, "paula")
    text = f"Parties: {PLAINTIFF} sues {DEFENDANT}\nRelief: She demands $99,000."
    edited = summaries.edit_summary(house, paula, summary["summary_id"], text, 1)
    assert edited["version"] == 2 and DEFENDANT in edited["summary"]
    by_part = {s["part"]: s for s in edited["sentences"]}
    assert by_part["Relief"]["support"] != "supported"
    assert all(s["origin"] == "person" for s in edited["sentences"])
    with pytest.raises(Conflict):
        summaries.edit_summary(house, paula, summary["summary_id"], "Parties: none.", 1)
    changed = summaries.difference(house, paula, summary["summary_id"])
    assert {op for op, _ in changed} - {"equal"}
    assert "".join(t for op, t in changed if op != "insert").split() == summary["summary"].split()
    restored = summaries.restore_version(house, paula, summary["summary_id"], 1)
    assert restored["version"] == 3 and restored["summary"] == summary["summary"]
    assert [v["version"] for v in summaries.list_versions(house, paula, summary["summary_id"])] == [1, 2, 3]


def test_saving_the_text_as_it_was_changes_no_sentence(house: House, summary: dict[str, Any]) -> None:
    saved = summaries.edit_summary(house, user(house, "paula"), summary["summary_id"], summary["summary"], 1)
    assert saved["sentences"] == summary["sentences"]
    longer = summary["summary"] + " She is a dock worker."
    edited = summaries.edit_summary(house, user(house, "paula"), summary["summary_id"], longer, 2)
    assert [s["origin"] for s in edited["sentences"]].count("person") == 1


def test_one_sentence_is_edited_replaced_and_removed(house: House, summary: dict[str, Any]) -> None:
    paula, key = user(house, "paula"), summary["summary_id"]
    others = [s["text"] for s in summary["sentences"][1:]]
    edited = summaries.edit_sentence(house, paula, key, 0, f"{PLAINTIFF} is a dock worker.", 1)
    assert edited["sentences"][0]["text"] == f"{PLAINTIFF} is a dock worker."
    assert edited["sentences"][0]["part"] == summary["sentences"][0]["part"]
    replaced = summaries.use_source(house, paula, key, 0, 2)
    assert replaced["sentences"][0]["origin"] == "source"
    assert replaced["sentences"][0]["text"] in " ".join(TEXT.split())
    removed = summaries.edit_sentence(house, paula, key, 0, "", 3)
    assert [s["text"] for s in removed["sentences"]] == others
    with pytest.raises(NotFound):
        summaries.edit_sentence(house, paula, key, 99, "x", 4)


def test_review_from_draft_to_signed_off(house: House, summary: dict[str, Any]) -> None:
    paula, alex, key = user(house, "paula"), user(house, "alex"), summary["summary_id"]
    with pytest.raises(RefusedInput):
        summaries.submit(house, paula, key, 1, ["no_such_reason"], "")
    assert summaries.get_summary(house, alex, key)["verdict"] is None
    assert summaries.submit(house, paula, key, 1, ["style"], "short")["status"] == "submitted"
    seen = summaries.get_summary(house, alex, key)["verdict"]
    assert seen == {"rating": 1, "reasons": ["House style"], "note": "short"}, "who decides reads what was said"
    listed = filings.list_filings(house, alex, summaries.get_summary(house, alex, key)["matter_id"])
    document = summaries.get_summary(house, alex, key)["document_id"]
    assert {f["document_id"]: f["summary"] for f in listed}[document] == "submitted"
    assert any(row["summary_id"] == key for row in summaries.review_list(house, alex))
    with pytest.raises(NotAllowed):
        summaries.sign_off(house, paula, key)
    back = summaries.send_back(house, alex, key, "name the judge")
    assert back["status"] == "returned" and back["returned_reason"] == "name the judge"
    summaries.submit(house, paula, key, 0, [], "")
    signed = summaries.sign_off(house, alex, key)
    assert signed["status"] == "signed_off" and signed["signed_off_by"] == "alex"
    with pytest.raises(Conflict):
        summaries.edit_summary(house, alex, key, "Parties: other.", signed["version"])


def test_only_work_of_matters_with_consent_would_train(house: House) -> None:
    matter = make_matter(house, "No consent yet")
    document_id = add(house, matter, "c.txt", TEXT.replace("412", "413"))["document_id"]
    made = summarize(house, document_id, "alex")
    summaries.sign_off(house, user(house, "alex"), made["summary_id"])
    ada = user(house, "ada")
    before = learning.preview_round(house, ada)
    assert matter not in before["by_matter"] and before["left_out"]["no_consent"] >= 1
    people_actions.set_consent(house, user(house, "alex"), matter, True, "letter of May 3")
    assert learning.preview_round(house, ada)["by_matter"][matter] == 1
    people_actions.set_consent(house, user(house, "alex"), matter, False, "withdrawn")
    assert matter not in learning.preview_round(house, ada)["by_matter"]


@pytest.mark.parametrize("form", ["md", "docx"])
def test_an_export_is_marked_until_and_after_sign_off(house: House, summary: dict[str, Any], form: str) -> None:
    alex = user(house, "alex")

    def exported() -> str:
        name, _, data = summaries.export_summary(house, alex, summary["summary_id"], form, True)
        assert name == f"complaint-summary-v1.{form}"
        if form == "md":
            return data.decode()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(archive.read(n).decode() for n in archive.namelist() if n.endswith((".xml", ".rels")))

    before = exported()
    assert "UNVERIFIED" in before and "ai-generated" in before and "Okafor" in before
    summaries.sign_off(house, alex, summary["summary_id"])
    after = exported()
    assert "UNVERIFIED" not in after and "ai-generated" in after and "signed off" in after


def test_an_exported_docx_opens_and_has_the_custom_property(house: House, summary: dict[str, Any]) -> None:
    from docx import Document

    _, _, data = summaries.export_summary(house, user(house, "alex"), summary["summary_id"], "docx", False)
    document = Document(io.BytesIO(data))
    text = "\n".join(p.text for p in document.paragraphs)
    assert all(s["text"] in text for s in summary["sentences"])
    assert document.core_properties.category == "ai-generated"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert 'name="casebrief_ai_mark"' in archive.read("docProps/custom.xml").decode()
    with pytest.raises(RefusedInput):
        summaries.export_summary(house, user(house, "alex"), summary["summary_id"], "pdf", False)


def test_an_answer_quotes_and_a_conversation_is_the_askers_own(house: House, matter_id: str, filing: Any) -> None:
    alex = user(house, "alex")
    made = ask(house, matter_id, "What damages does the plaintiff demand?")
    assert not made["abstained"] and "$62,920" in json.dumps(made["sentences"])
    for sentence in made["sentences"]:
        for cited in sentence["evidence"]:
            assert cited["quote"] == TEXT[cited["start"] : cited["end"]]
    ask(house, matter_id, "And what else does she demand?", conversation_id=made["conversation_id"])
    shown = questions.get_conversation(house, alex, made["conversation_id"])
    assert [t["question"] for t in shown["turns"]][0] == "What damages does the plaintiff demand?"
    assert len(shown["turns"]) == 2
    for name in ("paula", "nina"):
        with pytest.raises(NotFound):
            questions.get_conversation(house, user(house, name), made["conversation_id"])
        with pytest.raises(NotFound):
            questions.rate_answer(house, user(house, name), made["turn_id"], 1)
    questions.rate_answer(house, alex, made["turn_id"], -1, "wrong sum")
    assert questions.get_conversation(house, alex, made["conversation_id"])["turns"][0]["rating"] == -1


def test_a_question_without_an_answer_abstains(house: House, matter_id: str, filing: Any) -> None:
    made = ask(house, matter_id, "Which patent claims recite a lithium battery?")
    assert made["abstained"] and made["answer"] == "" and made["nearest"]


@pytest.mark.parametrize(
    ("question", "told"),
    [("What damages does the plaintiff demand?", "$62,920"), ("Which patent claims recite a lithium battery?", "")],
)
def test_a_cell_of_a_grid_quotes_its_filing_or_says_that_it_found_nothing(
    house: House, filing: dict[str, Any], question: str, told: str
) -> None:
    cell = grid_work.ask_filing(house, filing["document_id"], question, "none", None, threading.Event())
    assert (cell["sentence"] is None) == (not told)
    places = cell["sentence"]["evidence"] if told else cell["nearest"]
    assert places and all(TEXT[e["start"] : e["end"]] == e["quote"] for e in places)
    assert told in json.dumps(cell["sentence"]) and cell["provenance"]["scheme"]


def test_search_gives_original_places(house: House, matter_id: str, filing: Any) -> None:
    found = filings.search(house, user(house, "paula"), matter_id, "Okafor overtime hours", 3)
    assert found and found[0]["document_id"] == filing["document_id"]
    for hit in found:
        assert TEXT[hit["start"] : hit["end"]] == hit["text"]


READS: list[Callable[[House, User, Any, Any, str], Any]] = [
    lambda h, u, f, s, m: filings.list_filings(h, u, m),
    lambda h, u, f, s, m: filings.get_filing(h, u, f["document_id"]),
    lambda h, u, f, s, m: filings.page_text(h, u, f["document_id"], 1),
    lambda h, u, f, s, m: filings.original(h, u, f["document_id"]),
    lambda h, u, f, s, m: filings.search(h, u, m, "overtime", 3),
    lambda h, u, f, s, m: filings.upload(h, u, m, "x.txt", b"words"),
    lambda h, u, f, s, m: filings.delete_filing(h, u, f["document_id"]),
    lambda h, u, f, s, m: summaries.get_summary(h, u, s["summary_id"]),
    lambda h, u, f, s, m: summaries.latest_summary(h, u, f["document_id"]),
    lambda h, u, f, s, m: summaries.list_summaries(h, u, f["document_id"]),
    lambda h, u, f, s, m: names.list_detections(h, u, f["document_id"], 1),
    lambda h, u, f, s, m: names.list_all_detections(h, u, f["document_id"]),
    lambda h, u, f, s, m: summaries.stream_summary(h, u, f["document_id"], detail="brief", stop=threading.Event()),
    lambda h, u, f, s, m: summaries.edit_summary(h, u, s["summary_id"], "x.", 1),
    lambda h, u, f, s, m: summaries.submit(h, u, s["summary_id"], 0, [], ""),
    lambda h, u, f, s, m: summaries.sign_off(h, u, s["summary_id"]),
    lambda h, u, f, s, m: summaries.export_summary(h, u, s["summary_id"], "md", True),
    lambda h, u, f, s, m: questions.stream_answer(h, u, m, "what?", stop=threading.Event()),
    lambda h, u, f, s, m: questions.list_conversations(h, u, m),
    lambda h, u, f, s, m: people_actions.set_consent(h, u, m, True),
]


@pytest.mark.parametrize("number", range(len(READS)))
@pytest.mark.parametrize("name", ["nina", "ada"])
def test_neither_strangers_nor_admins_reach_content(
    house: House, matter_id: str, filing: Any, summary: Any, number: int, name: str
) -> None:
    with pytest.raises(NotAllowed):
        READS[number](house, user(house, name), filing, summary, matter_id)


@pytest.mark.parametrize("name", ["paula", "alex"])
def test_people_rounds_and_adapters_are_the_admins(house: House, name: str) -> None:
    actor = user(house, name)
    for call in (
        lambda: people_actions.list_users(house, actor),
        lambda: people_actions.add_user(house, actor, "x", "admin", PASSWORD),
        lambda: people_actions.set_role(house, actor, name, "admin"),
        lambda: oversight.export_audit(house, actor),
        lambda: learning.start_round(house, actor, {}),
        lambda: learning.promote(house, actor, "house-1"),
        lambda: learning.rollback(house, actor),
        lambda: insights.read_insights(house, actor),
        lambda: insights.export_table(house, actor, "edits"),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_an_admin_sees_matters_without_their_names(house: House, matter_id: str) -> None:
    row = next(m for m in people_actions.list_matters(house, user(house, "ada")) if m["matter_id"] == matter_id)
    assert row["name"] == ""
    assert people_actions.list_matters(house, user(house, "nina")) == []
    mine = people_actions.list_matters(house, user(house, "alex"))
    assert "Okafor v. Palmetto" in {m["name"] for m in mine}


def test_a_stopped_summary_is_stored_as_stopped(house: House, filing: Any) -> None:
    stop = threading.Event()
    events = summaries.stream_summary(
        house, user(house, "paula"), filing["document_id"], detail="brief", adapter="none", stop=stop
    )
    seen = []
    for event in events:
        seen.append(event)
        if event["kind"] == "sentence":
            stop.set()
    assert seen[-1]["kind"] == "done" and seen[-1]["summary"]["stopped"]
    assert len(seen[-1]["summary"]["sentences"]) < len(summarize(house, filing["document_id"])["sentences"])


def test_a_reader_who_leaves_stops_the_summary(house: House, filing: Any) -> None:
    stop = threading.Event()
    events = summaries.stream_summary(
        house, user(house, "paula"), filing["document_id"], detail="brief", adapter="none", stop=stop
    )
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert stop.is_set()


@pytest.mark.parametrize("kind", ["summary", "answer"])
def test_who_is_walled_off_meanwhile_sees_nothing_more(house: House, kind: str) -> None:
    matter = make_matter(house, f"Walled {kind}")
    document_id = add(house, matter, "w.txt", TEXT.replace("412", "415"))["document_id"]
    people.add_member(house.db, "paula", matter)
    given: dict[str, Any] = {"adapter": "none", "stop": threading.Event()}
    paula = user(house, "paula")
    if kind == "summary":
        events = summaries.stream_summary(house, paula, document_id, detail="brief", **given)
    else:
        events = questions.stream_answer(house, paula, matter, "What does the plaintiff demand?", **given)
    next(events)
    people_actions.set_wall(house, user(house, "alex"), matter, "paula", "The other side.")
    with pytest.raises(NotAllowed):
        list(events)
    assert given["stop"].is_set()


def test_an_erasure_takes_two_people_and_leaves_nothing(house: House) -> None:
    matter = make_matter(house, "To be erased")
    document_id = add(house, matter, "e.txt", TEXT.replace("412", "414"))["document_id"]
    alex = user(house, "alex")
    for second, password in (
        ("ada", "wrong password"),
        ("alex", PASSWORD),
        ("paula", PASSWORD),
        ("nina", PASSWORD),
        ("ada", PASSWORD),
    ):
        with pytest.raises(CasebriefError):
            people_actions.erase_matter(house, alex, matter, second, password=password)
    assert filings.list_filings(house, alex, matter)
    people_actions.add_member(house, alex, matter, "nina")
    report = people_actions.erase_matter(house, alex, matter, "nina", password=PASSWORD)
    assert report["documents"] == 1
    home = house.settings.home
    assert not (home / "index" / matter).exists() and not (home / "originals" / f"{document_id}.sealed").exists()
    with pytest.raises(NotAllowed):
        filings.get_filing(house, alex, document_id)


def test_a_deleted_filing_is_not_found_by_search(house: House) -> None:
    matter = make_matter(house, "With a deletion")
    kept = add(house, matter, "k.txt", TEXT.replace("412", "415"))["document_id"]
    gone = add(house, matter, "g.txt", TEXT.replace("412", "416"))["document_id"]
    filings.delete_filing(house, user(house, "alex"), gone)
    hits = filings.search(house, user(house, "alex"), matter, "overtime hours", 10)
    assert {h["document_id"] for h in hits} == {kept}


def test_a_lost_index_is_rebuilt(house: House, matter_id: str, filing: Any) -> None:
    house.index.remove_matter(matter_id)
    assert filings.search(house, user(house, "paula"), matter_id, "overtime", 1)


def test_everything_stands_in_the_audit_log(house: House, summary: dict[str, Any]) -> None:
    summaries.get_summary(house, user(house, "paula"), summary["summary_id"])
    actions = {e["action"] for e in audit.export(house.db)}
    assert {"filing.upload", "summary.make", "summary.read", "question.ask", "consent.record", "refused"} <= actions
    assert oversight.verify_audit(house, user(house, "ada"))["ok"]
