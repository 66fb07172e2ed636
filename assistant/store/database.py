"""The embedded database: one SQLite file in WAL mode, every commit on disk before it is acknowledged."""

from __future__ import annotations

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row, bindparam, create_engine, event, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from assistant.errors import CasebriefError, Conflict, DamagedState
from assistant.settings import Settings
from assistant.store.tables import CounterRow

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another one before it gives up."""

MOST_KEPT = 64
"""So many matters' names are kept unsealed in memory."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_ADD = insert(CounterRow).values(name=bindparam("name"), value=bindparam("step"))
_COUNT = _ADD.on_conflict_do_update(
    index_elements=["name"], set_={"value": CounterRow.value + _ADD.excluded.value}
).returning(CounterRow.value)


class Database:
    """Hands out transactions; safe to share between threads.

    A session belongs to the thread that opened it. Opening one while this thread has one open joins it as a
    savepoint, so that several store functions called inside `with db.session():` commit together or not at all.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self._engine = engine
        self._reader = engine.execution_options(begin="BEGIN")
        self._looker = engine.execution_options(begin="")
        self._open = threading.local()
        self._turn = threading.Lock()
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._keeping = threading.Lock()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a writing transaction: committed on success, rolled back on any error.

        Raises:
            Conflict: Another writer held the database for longer than `BUSY_TIMEOUT_MS`.
            CasebriefError: The disk is full; the database is as it was.
            DamagedState: The database file is damaged.
        """
        outer: Session | None = getattr(self._open, "session", None)
        if outer is not None:
            with self._dropping_on_error(), outer.begin_nested():
                yield outer
            return
        after: list[Callable[[], object]] = []
        with (
            self._taking_turns(),
            _explain_failures(),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            self._open.session, self._open.after = session, after
            try:
                yield session
                session.flush()
            finally:
                self._open.session = None
        failed: list[Exception] = []
        for act in after:
            try:
                act()
            except Exception as error:  # the others are due all the same: what is committed stays committed
                failed.append(error)
        if failed:
            raise failed[0]

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """Open a writing transaction of plain statements, where this thread has none open: the short way to one entry.

        Raises:
            Conflict, CasebriefError, DamagedState: As of `session`.
        """
        with self._taking_turns(), _explain_failures(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        """Let this process' writers go one after another.

        SQLite has them try again after ever longer pauses, by luck: of twenty-five on a busy machine one may starve
        until its time is over. Whoever does not come to its turn tries its luck all the same.
        """
        came = self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            yield
        finally:
            if came:
                self._turn.release()

    def after_commit(self, act: Callable[[], object]) -> None:
        """Do what cannot be undone, such as removing a file, once the open transaction is on disk, or at once."""
        if not self.writing:
            act()
        else:
            self._open.after.append(act)

    @contextmanager
    def _dropping_on_error(self) -> Iterator[None]:
        """Forget what was to be done after the commit of a savepoint that is rolled back."""
        known = len(self._open.after)
        try:
            yield
        except BaseException:
            del self._open.after[known:]
            raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a reading transaction: one consistent state, which never waits for a writer."""
        outer: Session | None = getattr(self._open, "session", None)
        if outer is not None:
            yield outer
            return
        with _explain_failures(), Session(self._reader) as session:
            yield session

    def look_up(self, statement: Executable, **values: Any) -> Row[Any] | None:
        """Give the first row of a statement that selects columns, or None; see `look_up_all`."""
        return next(iter(self.look_up_all(statement, **values)), None)

    def look_up_all(self, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
        """Give the rows of a statement that selects columns.

        What every request asks several times is asked in this way: it takes less than half of a session's time.

        Args:
            statement: Best one that is built once, with a `bindparam` for each value.
            **values: The values by name.
        """
        outer: Session | None = getattr(self._open, "session", None)
        if outer is not None:
            outer.flush()  # what this transaction has changed so far counts
            return outer.execute(statement, values).all()
        with _explain_failures(), self._looker.connect() as connection:
            return connection.execute(statement, values).all()  # one statement is one consistent state by itself

    @property
    def writing(self) -> bool:
        """Whether this thread has a writing transaction open, which may yet be rolled back."""
        return getattr(self._open, "session", None) is not None

    def keep(self, name: str, value: Any) -> None:
        """Keep what was unsealed in memory, the newest of `MOST_KEPT`; whoever reads it checks that it still holds."""
        with self._keeping:
            self._kept[name] = value
            self._kept.move_to_end(name)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def kept(self, name: str) -> Any:
        """Give what was kept under a name, or None."""
        with self._keeping:
            return self._kept.get(name)

    def forget(self) -> None:
        """Drop all that is kept in memory, as after an erasure."""
        with self._keeping:
            self._kept.clear()

    def compact(self) -> None:
        """Write the log back into the database and truncate it, so that erased rows lie in neither."""
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            connection.close()

    def close(self) -> None:
        """Close all connections; the object can still be used and opens new ones."""
        self._engine.dispose()


def open_database(settings: Settings) -> Database:
    """Open the database of a data root, made where missing, and bring it to the newest schema.

    Raises:
        DamagedState: It was written by a newer version of Casebrief, or the file is damaged.
    """
    path = settings.folder(".") / "casebrief.db"
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        settings.database_url,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        pool_size=16,
        max_overflow=32,
        hide_parameters=True,  # or an error would carry the values of its statement into a log
    )
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin_transaction)
    with _explain_failures():
        _migrate(engine)
    return Database(settings, engine)


def _prepare_connection(connection: Any, _record: object) -> None:
    """Set what SQLite keeps per connection; transactions are begun by `_begin_transaction` alone."""
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_transaction(connection: Connection) -> None:
    """Take the write lock at the start: a reader that turns writer could not wait for another writer."""
    begin = connection.get_execution_options().get("begin", "BEGIN IMMEDIATE")
    if begin == "BEGIN":  # which takes no lock and cannot fail: the short way, as every reader goes it
        connection.connection.driver_connection.execute(begin)  # type: ignore[union-attr]
    elif begin:
        connection.exec_driver_sql(begin)


def _migrate(engine: Engine) -> None:
    """Run the missing migrations in one transaction; a second process waits and finds them done."""
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            raise DamagedState(
                f"The database has schema {found}, which this version does not know.",
                expected="a schema of this version or an older one",
                do="Install the version of Casebrief that last wrote this data root, or restore its backup.",
            ) from error


@contextmanager
def _explain_failures() -> Iterator[None]:
    """Turn the database's own failures into errors that say what to do; SQL and values are left out."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "locked" in reason or "busy" in reason:
            raise Conflict(
                f"The database was held by another writer for more than {BUSY_TIMEOUT_MS // 1000} s.",
                do="Try again; if it goes on, look for a second process on the same data root.",
            ) from None
        if "full" in reason or "disk I/O" in reason:
            raise CasebriefError(
                "The disk of the data root is full or failing; nothing was changed.",
                do="Free space on it, then try again.",
            ) from None
        raise
    except IntegrityError:
        raise Conflict(
            "What was to be stored does not fit what is stored: something it rests on was changed or erased meanwhile.",
            do="Reload and try again.",
        ) from None
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise DamagedState(
                "The database file is damaged.", do="Stop Casebrief and restore the data root from its backup."
            ) from None
        raise


def next_number(within: Session | Connection, name: str, step: int = 1) -> int:
    """Advance the counter `name` in an open transaction and give its new value, from 1."""
    connection = within if isinstance(within, Connection) else within.connection()
    return int(connection.execute(_COUNT, {"name": name, "step": step}).scalar_one())


def new_id(prefix: str) -> str:
    """Make a short random identity such as "m-3f9a0c11d2e4"."""
    return f"{prefix}-{secrets.token_hex(6)}"


def timestamp(hours_ahead: float = 0.0) -> str:
    """Give the time (or `hours_ahead` of it) as ISO 8601 UTC text; such texts sort by time."""
    return (datetime.now(UTC) + timedelta(hours=hours_ahead)).isoformat(timespec="microseconds")
