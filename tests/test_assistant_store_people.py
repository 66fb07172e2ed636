"""People: passwords, locks, logins, membership and walls."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from store_samples import add_matter, find_bytes, open_store

from assistant.errors import Conflict, NotAllowed, NotFound, WrongUsage
from assistant.store import database, filings, grids, people
from assistant.store.people import MAX_ATTEMPTS, Login, User
from assistant.store.standing import list_busy

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """Argon2 with little memory and one pass, or these tests would take a minute."""
    monkeypatch.setattr(people, "_HASHER", people.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    people._decoy_hash.cache_clear()
    yield
    people._decoy_hash.cache_clear()


@pytest.fixture
def db(tmp_path):
    db = open_store(tmp_path)
    people.add_user(db, "pat", "paralegal", PASSWORD, "Pat P.")
    people.add_user(db, "ada", "admin", PASSWORD)
    return db


def test_people_are_added_once_with_a_role_and_a_long_password(db):
    assert people.get_user(db, "pat") == User("pat", "Pat P.", "paralegal", False)
    assert [user.name for user in people.list_users(db)] == ["ada", "pat"]
    assert people.get_user(db, "ada").display_name == "ada"
    with pytest.raises(Conflict):
        people.add_user(db, "pat", "attorney", PASSWORD)
    for name, role, password in (
        ("x", "boss", PASSWORD),
        ("x", "admin", "short"),
        ("two words", "admin", PASSWORD),
        ("", "admin", PASSWORD),
        ("../x", "admin", PASSWORD),
        ("x\n", "admin", PASSWORD),
    ):
        with pytest.raises(WrongUsage):
            people.add_user(db, name, role, password)
    with pytest.raises(NotFound):
        people.get_user(db, "x")


def test_a_password_opens_and_is_stored_nowhere(db):
    assert people.authenticate(db, "pat", PASSWORD) == people.get_user(db, "pat")
    db.close()
    assert find_bytes(db.settings.home, PASSWORD.encode()) == []


def test_every_way_to_fail_says_the_same(db):
    people.add_user(db, "out", "attorney", PASSWORD)
    people.disable_user(db, "out")
    said = set()
    for name, password in (("pat", "wrong"), ("nobody", PASSWORD), ("out", PASSWORD), ("", ""), ("pat", "")):
        with pytest.raises(NotAllowed) as caught:
            people.authenticate(db, name, password)
        said.add(str(caught.value))
    assert len(said) == 1


def test_an_unknown_user_costs_as_much_time_as_a_known_one(db, monkeypatch):
    verified = []
    hasher = people._HASHER

    class Watched:
        hash = staticmethod(hasher.hash)
        check_needs_rehash = staticmethod(hasher.check_needs_rehash)

        @staticmethod
        def verify(stored, password):
            verified.append(stored)
            return hasher.verify(stored, password)

    monkeypatch.setattr(people, "_HASHER", Watched)
    for name in ("pat", "nobody"):
        with pytest.raises(NotAllowed):
            people.authenticate(db, name, "wrong")
    assert len(verified) == 2 and all(stored.startswith("$argon2id$") for stored in verified)


def fail(db, times):
    for _ in range(times):
        with pytest.raises(NotAllowed):
            people.authenticate(db, "pat", "wrong")


def test_five_failures_lock_for_fifteen_minutes_and_the_right_password_too(db, monkeypatch):
    fail(db, MAX_ATTEMPTS)
    with pytest.raises(NotAllowed):
        people.authenticate(db, "pat", PASSWORD)
    now = database.timestamp
    for hours, opens in ((0.24, False), (0.26, True)):
        monkeypatch.setattr(people, "timestamp", lambda ahead=0.0, hours=hours: now(ahead + hours))
        if opens:
            assert people.authenticate(db, "pat", PASSWORD).name == "pat"
        else:
            with pytest.raises(NotAllowed):
                people.authenticate(db, "pat", PASSWORD)


def test_a_right_password_forgets_the_failures_before_it(db):
    for _ in range(3):
        fail(db, MAX_ATTEMPTS - 1)
        assert people.authenticate(db, "pat", PASSWORD)


def test_an_old_hash_is_renewed_while_nobody_waits_to_write_and_never_over_a_newer_password(db, monkeypatch):
    hasher = people._HASHER
    made = []

    class Older:
        check_needs_rehash = staticmethod(lambda stored: True)
        verify = staticmethod(hasher.verify)

        @staticmethod
        def hash(password):
            made.append(db.writing)
            if len(made) == 2:  # an admin resets it meanwhile
                with monkeypatch.context() as patch:
                    patch.setattr(people, "_HASHER", hasher)
                    people.set_password(db, "pat", "another long one")
            return hasher.hash(password)

    monkeypatch.setattr(people, "_HASHER", Older)
    for _ in range(2):
        people.authenticate(db, "pat", PASSWORD)
    assert made == [False, False]
    monkeypatch.setattr(people, "_HASHER", hasher)
    assert people.authenticate(db, "pat", "another long one")
    with pytest.raises(NotAllowed):
        people.authenticate(db, "pat", PASSWORD)


def test_guesses_side_by_side_are_counted_one_by_one(db):
    verified = []
    hasher = people._HASHER

    class Slow:
        hash = staticmethod(hasher.hash)
        check_needs_rehash = staticmethod(hasher.check_needs_rehash)

        @staticmethod
        def verify(stored, password):
            verified.append(password)
            time.sleep(0.05)
            return hasher.verify(stored, password)

    people._HASHER = Slow

    def guess(n):
        with pytest.raises(NotAllowed):
            people.authenticate(db, "pat", "wrong" if n < 10 else PASSWORD)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(guess, range(10)))
    guess(10)  # the right one comes too late


def test_a_new_password_lifts_the_lock_and_ends_the_logins(db):
    fail(db, MAX_ATTEMPTS)
    token, _ = people.create_login(db, "pat", 1)
    people.set_password(db, "pat", "another long one")
    assert people.authenticate(db, "pat", "another long one")
    assert people.find_login(db, token) is None
    with pytest.raises(NotAllowed):
        people.authenticate(db, "pat", PASSWORD)


def test_a_login_is_found_by_its_token_which_is_stored_nowhere(db):
    user = people.get_user(db, "pat")
    token, csrf = people.create_login(db, user, 1)
    other, other_csrf = people.create_login(db, user, 1)
    found = people.find_login(db, token)
    assert isinstance(found, Login) and found.user == user and found.csrf == csrf
    assert token != other and csrf != other_csrf and csrf not in (token, other)
    assert people.find_login(db, token[:-1]) is None and people.find_login(db, "") is None
    db.close()
    for secret in (token, csrf):
        assert find_bytes(db.settings.home, secret.encode()) == []


def test_a_login_ends_by_time_by_hand_or_with_its_user(db):
    assert people.find_login(db, people.create_login(db, "pat", -0.001)[0]) is None
    tokens = [people.create_login(db, "pat", 1)[0] for _ in range(3)]
    assert people.end_logins(db, "pat", tokens[0]) == 1
    assert [people.find_login(db, token) is not None for token in tokens] == [False, True, True]
    assert people.end_logins(db, "ada", tokens[1]) == 0  # not hers
    people.disable_user(db, "pat")
    people.disable_user(db, "pat", disabled=False)
    assert [people.find_login(db, token) for token in tokens] == [None] * 3
    people.create_login(db, "pat", 1)
    people.create_login(db, "pat", 1)
    assert people.end_logins(db, "pat") == 2


def test_a_changed_role_holds_for_the_running_login(db):
    token, _ = people.create_login(db, "pat", 1)
    people.set_role(db, "pat", "attorney")
    assert people.find_login(db, token).user.role == "attorney"
    with pytest.raises(WrongUsage):
        people.set_role(db, "pat", "boss")


def test_the_last_admin_stays(db):
    for attempt in (lambda: people.disable_user(db, "ada"), lambda: people.set_role(db, "ada", "attorney")):
        with pytest.raises(Conflict, match="last admin"):
            attempt()
    people.add_user(db, "eve", "admin", PASSWORD)
    people.disable_user(db, "ada")
    with pytest.raises(Conflict):
        people.set_role(db, "eve", "paralegal")


def test_members_are_of_their_matters_only(db):
    one, other = add_matter(db, "One"), add_matter(db, "Other")
    pat = people.get_user(db, "pat")
    people.add_member(db, pat, one)
    people.add_member(db, "pat", one)
    assert people.is_member(db, pat, one) and not people.is_member(db, pat, other)
    assert not people.is_member(db, "ada", one) and not people.is_member(db, "nobody", one)
    assert people.matters_of(db, pat) == (one,) and [m.user for m in people.members_of(db, one)] == [pat]
    for name, matter_id in (("nobody", one), ("pat", "m-0")):
        with pytest.raises(NotFound):
            people.add_member(db, name, matter_id)
    people.remove_member(db, pat, one)
    assert people.matters_of(db, pat) == () and not people.is_member(db, pat, one)


def test_a_wall_takes_a_person_off_and_keeps_them_off(db):
    matter_id = add_matter(db)
    people.add_member(db, "pat", matter_id)
    people.add_wall(db, "pat", matter_id, "ada", "sister of the plaintiff")
    people.add_wall(db, "pat", matter_id, "ada", "sister of the plaintiff")
    assert not people.is_member(db, "pat", matter_id) and people.matters_of(db, "pat") == ()
    assert people.walls_of(db, "pat") == (matter_id,)
    with pytest.raises(Conflict, match="walled"):
        people.add_member(db, "pat", matter_id)
    people.remove_wall(db, "pat", matter_id)
    assert not people.is_member(db, "pat", matter_id)  # it does not come back by itself
    people.add_member(db, "pat", matter_id)
    assert people.is_member(db, "pat", matter_id)
    db.close()
    assert find_bytes(db.settings.home, b"sister") == []


def test_a_membership_rests_while_somebody_elses_password_stands_and_until_it_is_confirmed(db):
    one, other = add_matter(db, "One"), add_matter(db, "Other")
    for matter_id in (one, other):
        people.add_member(db, "pat", matter_id)
    assert people.set_password(db, "pat", "chosen by pat", by="pat") == () and people.is_member(db, "pat", one)
    assert people.set_password(db, "pat", "chosen by ada", by="ada") == tuple(sorted((one, other)))
    assert people.matters_of(db, "pat") == () and not people.is_member(db, "pat", one)
    assert [(m.user.name, m.suspended_by) for m in people.members_of(db, one)] == [("pat", "ada")]
    with pytest.raises(Conflict, match="not chosen"):
        people.add_member(db, "pat", one)
    people.set_password(db, "pat", "chosen by pat", by="pat")
    assert not people.is_member(db, "pat", one)  # ada could have chosen this one as well
    people.add_member(db, "pat", one)
    assert people.matters_of(db, "pat") == (one,)
    people.remove_member(db, "pat", other)
    people.add_wall(db, "pat", one, "ada", "sister")
    assert [w.name for w, _ in people.walled_from(db, one)] == ["pat"] and people.walled_from(db, other) == ()


def test_the_matters_where_work_is_under_way_are_told_to_their_people_only(db):
    quiet, reading, asked, walled = (add_matter(db, name) for name in ("Quiet", "Reading", "Asked", "Walled"))
    for matter_id in (quiet, reading, asked, walled):
        people.add_member(db, "pat", matter_id)
    assert list_busy(db, "pat") == ()
    filing = filings.add_filing(db, reading, "a.pdf", b"one", "pat").document_id
    filings.add_filing(db, walled, "a.pdf", b"two", "pat")
    grids.create_grid(db, asked, "pat", title="Terms", questions=["What?"], document_ids=[])
    people.add_wall(db, "pat", walled, "ada", "sister")
    assert set(list_busy(db, "pat")) == {reading, asked} and list_busy(db, "ada") == ()
    filings.set_status(db, filing, "ready")
    people.set_password(db, "pat", "chosen by ada", by="ada")
    assert list_busy(db, "pat") == ()  # the memberships rest
