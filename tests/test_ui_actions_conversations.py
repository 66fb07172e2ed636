"""A person's own conversations: renamed, searched by what they say, exported; nobody else's and nothing of what is gone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from docx import Document
from firm_samples import open_firm
from store_samples import CLIENT, add_matter, add_read_filing, find_bytes, make_answer

from assistant.documents import RedactedDocument, Sentence
from assistant.errors import NotAllowed, NotFound, RefusedInput
from assistant.store import conversations, filings, people
from assistant.store.people import User
from ui.actions import questions
from ui.services import House

TITLE = "Who sues, and *why*?"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        opened = open_firm(tmp_path_factory.mktemp("home"), patch)
        yield opened
        opened.close()


@pytest.fixture
def matter_id(house: House, request: pytest.FixtureRequest) -> str:
    made = add_matter(house.db, request.node.name)
    for name in ("alex", "paula"):
        people.add_member(house.db, name, made)
    return made


@pytest.fixture
def document(house: House, matter_id: str) -> RedactedDocument:
    return add_read_filing(house.db, matter_id)


def user(house: House, name: str) -> User:
    return people.get_user(house.db, name)


def talk(house: House, document: RedactedDocument, *texts: str, name: str = "alex") -> str:
    """Store a conversation of one question about a person, answered by these sentences; give its id."""
    asked = house.vault(document.matter_id).assign("PERSON", CLIENT)
    key = conversations.start_conversation(house.db, document.matter_id, name, TITLE)
    answer = make_answer(document)
    (proof,) = answer.nearest
    told = tuple(Sentence(text, "supported", "", (proof,)) for text in texts)
    conversations.add_turn(house.db, key, f"What does {asked} say?", replace(answer, sentences=told))
    return key


def find(house: House, matter_id: str, words: str, name: str = "alex") -> list[str]:
    return [c["conversation_id"] for c in questions.find_conversations(house, user(house, name), matter_id, words)]


def test_a_conversation_gets_another_title_and_no_file_holds_it(house: House, document: RedactedDocument) -> None:
    key = talk(house, document, "The crane failed.")
    made = questions.rename_conversation(house, user(house, "alex"), key, f"  About\n {CLIENT} ")
    (listed,) = questions.list_conversations(house, user(house, "alex"), document.matter_id)
    assert made["title"] == listed["title"] == f"About {CLIENT}"
    house.db.compact()
    assert find_bytes(house.settings.home, CLIENT.encode()) == []
    for title in ("", " \n", "x" * 81):
        with pytest.raises(RefusedInput):
            questions.rename_conversation(house, user(house, "alex"), key, title)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("CRANE failed", True),  # of the answer, in any case
        ("failed crane", True),  # in any order
        ("Quackenbush", True),  # a real name, of the question
        ("quackenbush crane", True),  # question and answer of one turn
        ("crane derrick", False),  # all the words, not one of them
        ("sues, crane", True),  # title and answer
        ("PERSON_1", False),  # what nobody reads is not found
        ("derrick", False),
    ],
)
def test_a_search_reads_what_the_asker_reads(house: House, document: RedactedDocument, words: str, found: bool) -> None:
    key = talk(house, document, "The crane failed.")
    assert find(house, document.matter_id, words) == ([key] if found else [])


def test_the_excerpt_shows_where(house: House, document: RedactedDocument) -> None:
    talk(house, document, "A word. " * 40 + "The crane failed." + " A word." * 40)
    (one,) = questions.find_conversations(house, user(house, "alex"), document.matter_id, "crane")
    assert "The crane failed." in one["excerpt"] and len(one["excerpt"]) < 150
    (one,) = questions.find_conversations(house, user(house, "alex"), document.matter_id, "sues,")
    assert one["excerpt"] == ""


def test_a_name_that_stands_in_no_cited_passage_is_not_found_by_it(house: House, document: RedactedDocument) -> None:
    """A pseudonym that a model made up or carried over is shown as it is, so it is searched as it is."""
    other = house.vault(document.matter_id).assign("PERSON", "Hortense Umber")
    key = talk(house, document, f"{other} fell.")
    assert find(house, document.matter_id, "Umber") == []
    assert find(house, document.matter_id, other.lower()) == [key]


def test_another_person_finds_nothing_and_a_stranger_may_not_look(house: House, document: RedactedDocument) -> None:
    key = talk(house, document, "The crane failed.")
    assert find(house, document.matter_id, "crane", "paula") == []
    for name in ("nina", "ada"):
        with pytest.raises(NotAllowed):
            find(house, document.matter_id, "crane", name)
    for name in ("paula", "nina"):
        with pytest.raises(NotFound):
            questions.rename_conversation(house, user(house, name), key, "Mine now")
        with pytest.raises(NotFound):
            questions.export_conversation(house, user(house, name), key, "md")


def test_who_left_the_matter_reaches_nothing_more(house: House, document: RedactedDocument) -> None:
    key = talk(house, document, "The crane failed.")
    people.remove_member(house.db, "alex", document.matter_id)
    alex = user(house, "alex")
    for act in (
        lambda: questions.find_conversations(house, alex, document.matter_id, "crane"),
        lambda: questions.rename_conversation(house, alex, key, "Mine"),
        lambda: questions.export_conversation(house, alex, key, "docx"),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("gone", ["deleted", "sequestered"])
def test_nothing_of_a_filing_that_is_gone_is_found_or_exported(
    house: House, document: RedactedDocument, gone: str
) -> None:
    key = talk(house, document, "The crane failed.")
    if gone == "deleted":
        filings.delete_filing(house.db, document.document_id, "alex")
    else:
        filings.set_sequestered(house.db, document.document_id, True)
    assert find(house, document.matter_id, "crane") == []
    _, _, data = questions.export_conversation(house, user(house, "alex"), key, "md")
    assert b"crane" not in data and b"deleted or is sequestered" in data


def test_an_export_has_quotes_pages_and_the_mark(house: House, document: RedactedDocument) -> None:
    key = talk(house, document, "The crane failed.")
    abstained = replace(make_answer(document), sentences=(), abstained=True)
    conversations.add_turn(house.db, key, "When?", abstained)
    alex = user(house, "alex")
    name, kind, data = questions.export_conversation(house, alex, key, "md")
    text = data.decode()
    assert name == "Who_sues__and__why-answers.md" and kind.startswith("text/markdown")
    assert 'ai_mark: "ai-generated"' in text and 'status: "unverified"' in text and "**UNVERIFIED**" in text
    assert f"## What does {CLIENT} say?" in text and "The crane failed.[^1]" in text
    assert f"[^1]: Quackenbush complaint.pdf, p. 1: “{CLIENT}”" in text
    assert "The filings do not answer this." in text and "\\*why\\*" in text

    name, _, data = questions.export_conversation(house, alex, key, "docx")
    document_file = Document(io.BytesIO(data))
    rows = [[cell.text for cell in row.cells] for table in document_file.tables for row in table.rows]
    assert ["The crane failed.", "Quackenbush complaint.pdf, p. 1", f"“{CLIENT}”"] in rows
    assert document_file.core_properties.category == "ai-generated" and name.endswith(".docx")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert 'name="casebrief_ai_mark"' in archive.read("docProps/custom.xml").decode()
        header = "".join(archive.read(n).decode() for n in archive.namelist() if "header" in n)
        assert "UNVERIFIED" in header
    with pytest.raises(RefusedInput):
        questions.export_conversation(house, alex, key, "pdf")
