"""The database: schema, durability, transactions and writers side by side."""

import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import bindparam, create_engine, event, select, text
from store_samples import add_matter, open_store, settings_of

from assistant.errors import CasebriefError, Conflict, DamagedState
from assistant.store import audit, database, people
from assistant.store.database import next_number, open_database
from assistant.store.standing import find_standing
from assistant.store.tables import Base, CounterRow
from assistant.store.vault import open_vault


def test_migrations_make_the_schema_of_the_tables(tmp_path):
    db = open_store(tmp_path)
    engine = create_engine(db.settings.database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_opening_again_keeps_what_is_there(tmp_path):
    matter_id = add_matter(open_store(tmp_path))
    with open_store(tmp_path).reading() as session:
        assert session.scalar(text("SELECT matter_id FROM matters")) == matter_id


def test_two_processes_may_open_a_new_data_root_at_once(tmp_path):
    code = (
        "from assistant.settings import load_settings; from assistant.store.database import open_database;"
        f"open_database(load_settings(home={str(tmp_path)!r})); print('open')"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[0].strip() for process in running] == ["open"] * 3


def test_every_commit_is_flushed_and_files_are_the_owners_alone(tmp_path):
    db = open_store(tmp_path)
    add_matter(db)
    with db.session() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert session.scalar(text("PRAGMA secure_delete")) == 1
    for path in tmp_path.glob("casebrief.db*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_newer_schema_is_refused_and_left_alone(tmp_path):
    open_store(tmp_path).close()
    with sqlite3.connect(tmp_path / "casebrief.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DamagedState, match="9999"):
        open_store(tmp_path)


def test_a_damaged_file_is_reported_and_not_overwritten(tmp_path):
    (tmp_path / "casebrief.db").write_bytes(b"not a database" * 100)
    with pytest.raises(DamagedState, match="damaged"):
        open_store(tmp_path)
    assert (tmp_path / "casebrief.db").read_bytes() == b"not a database" * 100


def test_an_error_rolls_back_everything_of_the_transaction(tmp_path):
    db = open_store(tmp_path)
    with pytest.raises(KeyError), db.session() as session:
        next_number(session, "n")
        raise KeyError
    with db.reading() as session:
        assert session.get(CounterRow, "n") is None


def test_a_session_inside_a_session_commits_with_it_or_fails_alone(tmp_path):
    db = open_store(tmp_path)
    with db.session() as outer:
        next_number(outer, "outer")
        with pytest.raises(KeyError), db.session() as inner:
            next_number(inner, "inner")
            raise KeyError
        with db.session() as inner:
            next_number(inner, "second")
        with db.reading() as session:
            assert session.get(CounterRow, "second").value == 1  # sees what is not committed yet
    with db.reading() as session:
        assert {row.name for row in session.query(CounterRow)} == {"outer", "second"}


def test_an_inner_session_is_lost_with_the_outer_one(tmp_path):
    db = open_store(tmp_path)
    with pytest.raises(KeyError), db.session():
        with db.session() as inner:
            next_number(inner, "n")
        raise KeyError
    with db.reading() as session:
        assert session.get(CounterRow, "n") is None


def test_what_cannot_be_undone_waits_for_the_commit(tmp_path):
    db = open_store(tmp_path)
    done = []
    db.after_commit(lambda: done.append("at once"))
    with db.session():
        with db.session():
            db.after_commit(lambda: done.append("kept"))
        with pytest.raises(KeyError), db.session():
            db.after_commit(lambda: done.append("rolled back"))
            raise KeyError
        assert done == ["at once"]
    assert done == ["at once", "kept"]
    with pytest.raises(KeyError), db.session():
        db.after_commit(lambda: done.append("never"))
        raise KeyError
    with db.session():
        pass
    assert done == ["at once", "kept"]


def test_writers_in_many_threads_lose_no_update(tmp_path):
    db = open_store(tmp_path)

    def count(_):
        for _ in range(20):
            with db.session() as session:
                next_number(session, "n")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    with db.reading() as session:
        assert session.get(CounterRow, "n").value == 160


def test_writers_of_a_process_stand_in_line_instead_of_trying_their_luck(tmp_path):
    db = open_store(tmp_path)

    def write():
        with db.session() as session:
            next_number(session, "n")

    with db.session() as session:
        next_number(session, "n")
        others = [threading.Thread(target=write) for _ in range(3)]
        for other in others:
            other.start()
        time.sleep(0.3)
        assert db._engine.pool.checkedout() == 1  # none of them asks the database yet
    for other in others:
        other.join(30)
    with db.reading() as session:
        assert session.get(CounterRow, "n").value == 4


def test_readers_do_not_wait_for_a_writer(tmp_path):
    db = open_store(tmp_path)
    seen = []

    def read():
        with db.reading() as session:
            seen.append(session.get(CounterRow, "n"))

    with db.session() as session:
        next_number(session, "n")
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=5)
        assert seen == [None]


def test_a_writer_that_waits_too_long_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 100)
    db = open_database(settings_of(tmp_path))
    caught = []

    def write():
        try:
            with db.session() as session:
                next_number(session, "n")
        except CasebriefError as error:
            caught.append(error)

    with db.session() as session:
        next_number(session, "n")
        other = threading.Thread(target=write)
        other.start()
        other.join(timeout=10)
    assert [type(error) for error in caught] == [Conflict]


def test_an_error_of_the_database_never_carries_values(tmp_path):
    db = open_store(tmp_path)
    with pytest.raises(Exception) as caught, db.session() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Zebulon Quackenbush"})
    assert "nowhere" in str(caught.value) and "Quackenbush" not in str(caught.value)


def test_a_full_disk_is_an_error_of_ours_and_changes_nothing(tmp_path):
    db = open_store(tmp_path)
    with pytest.raises(CasebriefError, match="full"), db.session() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
        next_number(session, "n")
        session.execute(text("INSERT INTO counters SELECT hex(randomblob(2000)), 1 FROM counters, alembic_version"))
        for i in range(200):
            next_number(session, f"{i}" * 400)
    with db.reading() as session:
        assert session.get(CounterRow, "n") is None


_WRITER = """
from assistant.settings import load_settings
from assistant.store.database import next_number, open_database
from assistant.store.standing import find_standing
db = open_database(load_settings(home={home!r}))
while True:
    with db.session() as session:
        number = next_number(session, "n")
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER.format(home=str(tmp_path))], stdout=subprocess.PIPE, text=True
    )
    acknowledged = 0
    while acknowledged < 50:
        acknowledged = int(process.stdout.readline())
    process.kill()
    rest = process.communicate()[0].split()
    acknowledged = int(rest[-1]) if rest else acknowledged
    with open_store(tmp_path).reading() as session:
        assert session.get(CounterRow, "n").value in (acknowledged, acknowledged + 1)


def test_an_older_database_learns_who_set_each_password_from_its_audit_log(tmp_path):
    db = open_store(tmp_path)
    for name in ("own", "given", "unknown"):
        people.add_user(db, name, "attorney", "correct horse battery")
    audit.record(db, "max", "user.add", "own")
    audit.record(db, "own", "user.password", "own")
    audit.record(db, "max", "user.add", "given")
    audit.record(db, "max", "user.role", "own")
    db.close()
    with sqlite3.connect(tmp_path / "casebrief.db") as raw:
        later = (
            "users DROP COLUMN password_by",
            "memberships DROP COLUMN suspended_by",
            "documents DROP COLUMN sealed_caption",
        )
        for column in later:
            raw.execute(f"ALTER TABLE {column}")
        for table in (
            "ballots", "comparisons", "loans", "retentions", "exports", "watches", "review_times", "draws",
            "filing_figures", "summary_figures", "cells", "grids",
        ):  # fmt: skip
            raw.execute(f"DROP TABLE {table}")
        raw.execute("UPDATE alembic_version SET version_num = '0002'")
    found = {user.name: user.password_by for user in people.list_users(open_store(tmp_path))}
    assert found == {"own": "", "given": "max", "unknown": ""}


def test_a_look_up_sees_what_the_open_transaction_wrote_and_nobody_else_does_before_its_end(tmp_path):
    db = open_store(tmp_path)
    wanted = select(CounterRow.value).where(CounterRow.name == bindparam("name"))
    with ThreadPoolExecutor(1) as other, db.session() as session:
        assert next_number(session, "mine", 3) == 3 and next_number(session, "mine") == 4
        assert db.look_up(wanted, name="mine").value == 4
        assert other.submit(db.look_up, wanted, name="mine").result(20) is None
    assert db.look_up(wanted, name="mine").value == 4 and db.look_up(wanted, name="yours") is None


def test_what_every_request_asks_takes_one_statement_each(tmp_path):
    db = open_store(tmp_path)
    matter_id = add_matter(db)
    people.add_user(db, "pat", "paralegal", "a long enough one")
    people.add_member(db, "pat", matter_id)
    token, _ = people.create_login(db, "pat", 1)
    asked: list[str] = []
    event.listen(db._engine, "before_cursor_execute", lambda *given: asked.append(given[2].split()[0]))
    for ask in (
        lambda: people.find_login(db, token),
        lambda: find_standing(db, "pat", matter_id),
        lambda: people.matters_of(db, "pat"),
        lambda: open_vault(db, matter_id),
    ):
        asked.clear()
        assert ask() and asked == ["SELECT"]
    assert find_standing(db, "pat", matter_id) == ("paralegal", True) and find_standing(db, "pat") == (
        "paralegal",
        False,
    )
