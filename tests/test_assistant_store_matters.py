"""Matters: names that are sealed, consent, and an erasure that nothing survives."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from store_samples import (
    CLIENT,
    ORIGINAL,
    add_matter,
    add_read_filing,
    approve,
    find_bytes,
    make_answer,
    open_store,
)

from assistant.errors import Conflict, NotAllowed, NotFound, WrongUsage
from assistant.store import conversations, erasure, filings, matters, people, registry, work
from assistant.store.database import Database
from assistant.store.tables import Base
from assistant.store.vault import open_vault


@pytest.fixture
def db(tmp_path):
    return open_store(tmp_path)


def test_a_matter_is_found_by_name_in_any_case_or_by_id_and_has_no_consent(db):
    made = matters.create_matter(db, " Quackenbush v. Acme ", "ada", "24-1138")
    assert (made.name, made.number, made.consent, made.consent_by) == ("Quackenbush v. Acme", "24-1138", False, "")
    for asked in (made.matter_id, "Quackenbush v. Acme", "quackenbush  V. ACME"):
        assert matters.find_matter(db, asked) == made
    assert matters.list_matters(db) == (made,)
    with pytest.raises(NotFound) as caught:
        matters.find_matter(db, CLIENT)
    assert CLIENT not in str(caught.value)


def test_a_name_is_given_once_and_is_not_empty(db):
    add_matter(db)
    with pytest.raises(Conflict):
        matters.create_matter(db, "QUACKENBUSH v. acme", "ada")
    with pytest.raises(WrongUsage):
        matters.create_matter(db, "  ", "ada")


def test_threads_that_create_the_same_matter_make_one(db):
    def create(_):
        try:
            return add_matter(db)
        except Conflict:
            return None

    with ThreadPoolExecutor(6) as pool:
        made = [matter_id for matter_id in pool.map(create, range(6)) if matter_id]
    assert len(made) == 1 == len(matters.list_matters(db))


def test_consent_is_recorded_with_its_sealed_note_and_can_be_withdrawn(db):
    matter_id = add_matter(db)
    given = matters.record_consent(db, matter_id, "ann", True, f"letter of {CLIENT}")
    assert (given.consent, given.consent_by) == (True, "ann") and given.consent_at
    assert matters.consent_note(db, matter_id) == f"letter of {CLIENT}"
    withdrawn = matters.record_consent(db, matter_id, "ann", False, "call")
    assert not withdrawn.consent and matters.find_matter(db, matter_id) == withdrawn
    db.close()
    assert find_bytes(db.settings.home, CLIENT.encode()) == []


def fill(db: Database) -> str:
    """Make a matter that has something in every table that belongs to matters."""
    matter_id = add_matter(db)
    for name, role in (("pat", "paralegal"), ("ann", "attorney"), ("bob", "attorney")):
        people.add_user(db, name, role, "a long password")
    people.add_member(db, "pat", matter_id)
    people.add_wall(db, "bob", matter_id, "ada", "was with the other side")
    open_vault(db, matter_id).assign("PERSON", CLIENT)
    document = add_read_filing(db, matter_id)
    work.rate_sentence(db, approve(db, document), 0, "pat", -1, "wrong party")
    conversation_id = conversations.start_conversation(db, matter_id, "pat", f"About {CLIENT}")
    turn_id = conversations.add_turn(db, conversation_id, "Who sues?", make_answer(document))
    conversations.rate_turn(db, turn_id, "pat", 1, "good")
    registry.insert_adapter(db, "house-1", folder="f", hash="h", matters=[matter_id])
    registry.insert_adapter(db, "house-2", folder="f", hash="h", matters=["m-other"])
    return matter_id


def count_rows(db: Database) -> dict[str, int]:
    with db.reading() as session:
        return {name: session.query(table).count() for name, table in Base.metadata.tables.items()}


def test_an_erasure_takes_everything_but_a_tombstone(db):
    other = add_matter(db, "Other")
    kept_filing = filings.add_filing(db, other, "k.pdf", b"kept", "pat").document_id
    matter_id = fill(db)
    folder = db.settings.home / "originals"
    report = matters.erase_matter(db, matter_id, "ada", "ann")
    assert (report.documents, report.adapters_due) == (1, ("house-1",))
    left = {name: n for name, n in count_rows(db).items() if n}
    assert left == {"users": 3, "matters": 1, "documents": 1, "adapters": 2, "counters": 1, "tombstones": 1}
    (stone,) = erasure.list_tombstones(db)
    assert (stone.subject, stone.kind, stone.erased_by, stone.second) == (matter_id, "matter", "ada", "ann")
    assert stone.counts == {"documents": 1, "summaries": 1, "adapters_due": ["house-1"]}
    assert [path.name for path in folder.iterdir()] == [f"{kept_filing}.sealed"]
    assert filings.read_original(db, kept_filing) == b"kept"
    with pytest.raises(NotFound):
        open_vault(db, matter_id)
    with pytest.raises(NotFound):
        matters.erase_matter(db, matter_id, "ada", "ann")


def test_not_even_the_wrapped_key_or_the_pseudonymized_text_is_left_in_any_file(db):
    from assistant.store.tables import MatterRow

    matter_id = fill(db)
    with db.reading() as session:
        wrapped = session.get(MatterRow, matter_id).wrapped_key
    assert find_bytes(db.settings.home, wrapped) and find_bytes(db.settings.home, b"Person 1 sued.")
    matters.erase_matter(db, matter_id, "ada", "ann")
    for needle in (wrapped, b"Person 1 sued.", b"Who sues?", ORIGINAL):
        assert find_bytes(db.settings.home, needle) == []


def test_an_erasure_that_is_rolled_back_with_its_audit_entry_takes_nothing(db):
    matter_id = fill(db)
    before = count_rows(db)
    with pytest.raises(KeyError), db.session():
        matters.erase_matter(db, matter_id, "ada", "ann")
        raise KeyError
    assert count_rows(db) == before
    (filing,) = filings.list_filings(db, matter_id)
    assert filings.read_original(db, filing.document_id) == ORIGINAL
    with db.session():
        matters.erase_matter(db, matter_id, "ada", "ann")
        assert list((db.settings.home / "originals").iterdir())
    assert not list((db.settings.home / "originals").iterdir())


@pytest.mark.parametrize("second", ["", "ada", "ADA"])
def test_an_erasure_takes_two_people(db, second):
    matter_id = add_matter(db)
    with pytest.raises(NotAllowed, match="two people"):
        matters.erase_matter(db, matter_id, "ada", second)
    assert matters.find_matter(db, matter_id)


def test_a_legal_hold_forbids_it(db):
    matter_id = fill(db)
    before = count_rows(db)
    matters.set_legal_hold(db, matter_id, True)
    with pytest.raises(NotAllowed, match="hold"):
        matters.erase_matter(db, matter_id, "ada", "ann")
    assert count_rows(db) == before and open_vault(db, matter_id).entries()


def test_a_crash_between_rows_and_files_leaves_only_what_nothing_opens(db, monkeypatch):
    matter_id = fill(db)

    def crash(_path):
        raise KeyboardInterrupt

    monkeypatch.setattr(erasure, "remove_file", crash)
    with pytest.raises(KeyboardInterrupt):
        matters.erase_matter(db, matter_id, "ada", "ann")
    monkeypatch.undo()
    assert erasure.list_tombstones(db) and len(list((db.settings.home / "originals").iterdir())) == 1
    assert erasure.sweep_originals(db, age_s=0.0) == 1
