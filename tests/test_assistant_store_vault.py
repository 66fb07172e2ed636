"""The vault: seals, keys and the way between names and pseudonyms."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from store_samples import CLIENT, add_matter, find_bytes, open_store, settings_of

from assistant.errors import DamagedState, NotFound
from assistant.store import matters, pseudonyms
from assistant.store.pseudonyms import find_pseudonyms, format_pseudonym
from assistant.store.vault import Entry, Vault, destroy_key, load_master_key, open_vault


@pytest.fixture
def db(tmp_path):
    return open_store(tmp_path)


def test_sealed_bytes_open_again_and_never_look_the_same(db):
    vault = open_vault(db, add_matter(db))
    first, second = vault.seal(b"secret", "page|d-1"), vault.seal(b"secret", "page|d-1")
    assert first != second and b"secret" not in first
    assert vault.unseal(first, "page|d-1") == b"secret"


@pytest.mark.parametrize("place", [0, 5, 11, 12, 15, 20, -17, -16, -1])  # nonce, text and tag
def test_one_changed_bit_anywhere_is_seen(db, place):
    vault = open_vault(db, add_matter(db))
    blob = bytearray(vault.seal(b"a secret text", "p"))
    blob[place] ^= 1
    with pytest.raises(DamagedState):
        vault.unseal(bytes(blob), "p")


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
def test_a_shortened_blob_is_seen(db, cut):
    vault = open_vault(db, add_matter(db))
    with pytest.raises(DamagedState):
        vault.unseal(vault.seal(b"a secret text", "p")[:cut], "p")


def test_a_blob_opens_only_for_its_purpose_and_in_its_matter(db):
    one, other = open_vault(db, add_matter(db, "One")), open_vault(db, add_matter(db, "Other"))
    blob = one.seal(b"secret", "page|d-1|1|1")
    with pytest.raises(DamagedState):
        one.unseal(blob, "page|d-1|1|2")
    with pytest.raises(DamagedState):
        other.unseal(blob, "page|d-1|1|1")


def test_a_wrapped_key_moved_to_another_matter_does_not_open(db):
    one, other = add_matter(db, "One"), add_matter(db, "Other")
    with db.session() as session:
        from assistant.store.tables import MatterRow

        session.get(MatterRow, one).wrapped_key = session.get(MatterRow, other).wrapped_key
    with pytest.raises(DamagedState):
        open_vault(db, one)


def test_the_master_key_is_made_once_and_is_its_owners_alone(tmp_path):
    settings = settings_of(tmp_path)
    key = load_master_key(settings)
    assert len(key) == 32 and load_master_key(settings) == key
    assert settings.key_file.stat().st_mode & 0o777 == 0o600
    assert settings.key_file.parent.stat().st_mode & 0o077 == 0


def test_processes_that_start_together_agree_on_one_master_key(tmp_path):
    code = (
        "from assistant.settings import load_settings; from assistant.store.vault import load_master_key;"
        f"print(load_master_key(load_settings(home={str(tmp_path)!r})).hex())"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=60)[0] for process in running}) == 1
    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["master.key"]


def test_a_key_that_another_process_made_a_moment_earlier_is_kept(tmp_path, monkeypatch):
    settings = settings_of(tmp_path)
    key = load_master_key(settings)
    monkeypatch.setattr(Path, "exists", lambda _: False)  # as it looked before the other one wrote it
    assert load_master_key(settings) == key
    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["master.key"]


def test_a_lost_master_key_is_not_replaced_by_a_new_one(db):
    matter_id = add_matter(db)
    db.settings.key_file.unlink()
    for attempt in (
        lambda: open_vault(db, matter_id),
        lambda: matters.find_matter(db, "Quackenbush v. Acme"),
        lambda: matters.create_matter(db, "New", "ada"),
    ):
        with pytest.raises(DamagedState, match="missing"):
            attempt()
    assert not db.settings.key_file.exists()


def test_another_master_key_opens_nothing(db):
    matter_id = add_matter(db)
    db.settings.key_file.write_bytes(bytes(32))
    with pytest.raises(DamagedState, match="key of"):
        open_vault(db, matter_id)
    db.settings.key_file.write_bytes(b"short")
    with pytest.raises(DamagedState, match="5 bytes"):
        open_vault(db, matter_id)


def test_names_get_pseudonyms_that_are_unique_in_the_data_root(db):
    one, other = open_vault(db, add_matter(db, "One")), open_vault(db, add_matter(db, "Other"))
    given = [one.assign("PERSON", CLIENT), other.assign("PERSON", CLIENT), one.assign("PERSON", "Jane Smith")]
    assert given == [format_pseudonym("PERSON", n) for n in (1, 2, 3)]
    assert one.assign("PERSON", f"  {CLIENT.upper()} ") == given[0]  # case and spacing do not matter
    assert one.assign("ORG", CLIENT) == format_pseudonym("ORG", 1)  # another type is another entity
    with pytest.raises(ValueError):
        one.assign("NONSENSE", "x")


def test_an_entry_grows_and_readers_see_its_best_form(db):
    matter_id = add_matter(db)
    vault, elsewhere = open_vault(db, matter_id), open_vault(db, matter_id)
    short = vault.assign("PERSON", "Mr. Quackenbush")
    vault.add_variant(short, "QUACKENBUSH")
    vault.add_variant(short, "QUACKENBUSH")
    assert elsewhere.restore(f"{short} appealed.") == "Mr. Quackenbush appealed."
    vault.improve(short, CLIENT)
    assert elsewhere.entries() == (Entry(short, "PERSON", CLIENT, ("QUACKENBUSH", "Mr. Quackenbush")),)
    assert elsewhere.restore(f"{short}'s motion") == f"{CLIENT}'s motion"
    assert vault.assign("PERSON", CLIENT) == short


@pytest.mark.parametrize("kept", ["in memory", "stored", "in a batch"])
def test_a_vault_finds_an_entity_by_its_best_form_alone_wherever_it_is_kept(db, kept):
    vault = Vault.ephemeral() if kept == "in memory" else open_vault(db, add_matter(db))
    with vault.batch() if kept == "in a batch" else nullcontext():
        first = vault.assign("PERSON", "Smith")
        vault.improve(first, "John Smith")
        assert vault.assign("PERSON", "JOHN SMITH") == first
        assert vault.assign("PERSON", "Smith") != first  # whoever asks has decided that this one is new


def test_only_allowed_pseudonyms_of_this_matter_are_restored(db):
    vault, other = open_vault(db, add_matter(db, "One")), open_vault(db, add_matter(db, "Other"))
    mine = [vault.assign("PERSON", f"Name {n}") for n in range(12)]
    theirs = other.assign("PERSON", "Hidden")
    text = f"{mine[0]}, {mine[11]} and {theirs} met."
    assert vault.restore(text) == f"Name 0, Name 11 and {theirs} met."
    assert vault.restore(text, allowed={mine[11]}) == f"{mine[0]}, Name 11 and {theirs} met."
    assert vault.restore(text, allowed=()) == text
    with pytest.raises(NotFound):
        vault.add_variant(theirs, "x")
    with pytest.raises(NotFound):
        vault.improve(theirs, "x")


def test_a_blind_finds_a_name_but_differs_between_matters(db):
    one, other = open_vault(db, add_matter(db, "One")), open_vault(db, add_matter(db, "Other"))
    assert one.blind("Jane  Smith") == one.blind("jane smith") != one.blind("Jane Smyth")
    assert one.blind("Jane Smith") != other.blind("Jane Smith")


def test_threads_that_meet_the_same_names_agree(db):
    matter_id = add_matter(db)
    names = [f"Name {n}" for n in range(12)]

    def assign_all(shift):
        vault = open_vault(db, matter_id)
        return {name: vault.assign("PERSON", name) for name in names[shift:] + names[:shift]}

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(assign_all, range(6)))
    assert all(one == found[0] for one in found)
    assert len(open_vault(db, matter_id).entries()) == len(names)


def test_a_batch_is_seen_inside_and_written_whole(db):
    matter_id = add_matter(db)
    vault, elsewhere = open_vault(db, matter_id), open_vault(db, matter_id)
    before = vault.assign("PERSON", "Jane Smith")
    with vault.batch():
        new = [vault.assign("PERSON", f"Name {n}") for n in range(40)]
        assert vault.assign("PERSON", "jane smith") == before
        vault.add_variant(new[3], "Mr. Three")
        vault.improve(before, "Jane Q. Smith")
        assert vault.restore(new[3]) == "Name 3"
        assert elsewhere.restore(new[3]) == new[3]
    assert len(set(new)) == 40 and before not in new
    assert elsewhere.find(new[3]) == Entry(new[3], "PERSON", "Name 3", ("Mr. Three",))
    assert elsewhere.restore(before) == "Jane Q. Smith"
    assert elsewhere.assign("PERSON", "Someone Else") not in new


def test_a_failed_batch_leaves_nothing_and_its_numbers_are_not_used_again(db):
    vault = open_vault(db, add_matter(db))
    with pytest.raises(KeyError), vault.batch():
        lost = vault.assign("PERSON", "Lost")
        raise KeyError
    assert vault.entries() == () and vault.restore(lost) == lost
    assert vault.assign("PERSON", "Kept") != lost


def test_an_ephemeral_vault_does_the_same_and_leaves_no_file(tmp_path):
    vault = Vault.ephemeral()
    with vault.batch():
        name = vault.assign("PERSON", CLIENT)
    vault.add_variant(name, "Z.Q.")
    vault.improve(name, "Dr. Zebulon Quackenbush")
    assert name == format_pseudonym("PERSON", 1)
    assert vault.assign("PERSON", "dr. zebulon quackenbush") == name
    assert vault.entries() == (Entry(name, "PERSON", "Dr. Zebulon Quackenbush", ("Z.Q.", CLIENT)),)
    assert vault.unseal(vault.seal(b"x", "p"), "p") == b"x"
    assert list(tmp_path.iterdir()) == []


def test_no_file_of_the_data_root_holds_a_name(db):
    vault = open_vault(db, add_matter(db))
    name = vault.assign("PERSON", CLIENT)
    vault.add_variant(name, "Old Zeb")
    db.close()
    for needle in (CLIENT, "Quackenbush", "Old Zeb", "24-1138"):
        assert find_bytes(db.settings.home, needle.encode()) == []


def test_a_destroyed_key_opens_nothing_any_more(db):
    matter_id = add_matter(db)
    destroy_key(db, matter_id)
    with pytest.raises(NotFound):
        open_vault(db, matter_id)


def test_every_type_has_a_form_of_its_own_that_is_found_in_a_text():
    forms = [format_pseudonym(kind, 12) for kind in pseudonyms.WORDS]
    assert len(set(forms)) == len(forms)
    assert find_pseudonyms("Mr. " + "'s, ".join(forms) + ".") == forms
    assert all(re.fullmatch(pseudonyms.PATTERN, form) for form in forms)
    first = format_pseudonym("PERSON", 1)
    assert find_pseudonyms(f"{first}2") == [format_pseudonym("PERSON", 12)]  # a longer number is another person
    with pytest.raises(ValueError):
        format_pseudonym("PERSON", 0)


def test_names_kept_in_memory_follow_the_store(db):
    matter_id = add_matter(db)

    def names():
        return [entry.original for entry in open_vault(db, matter_id).entries()]

    open_vault(db, matter_id).assign("PERSON", "Ada")
    assert names() == names() == ["Ada"]
    with pytest.raises(ZeroDivisionError), db.session():
        open_vault(db, matter_id).assign("PERSON", "Rolled Back")
        assert names() == ["Ada", "Rolled Back"]
        raise ZeroDivisionError
    open_vault(db, matter_id).assign("PERSON", "Cleo")  # gets the version that was rolled back
    assert names() == ["Ada", "Cleo"]
    destroy_key(db, matter_id)
    with pytest.raises(NotFound):
        names()


def test_names_are_dropped_from_memory_when_told(db):
    vault = open_vault(db, add_matter(db))
    vault.assign("PERSON", "Ada")
    vault.entries()
    assert db.kept(f"names|{vault.matter_id}")
    db.forget()
    assert db.kept(f"names|{vault.matter_id}") is None
