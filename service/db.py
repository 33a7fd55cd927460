"""Connections to the database: reading, and writing that never deadlocks on an upgrade of its lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from service.errors import Busy, SettingError

WAIT_SECONDS = 15


class Database:
    """The one way to the database.

    On SQLite a write begins with BEGIN IMMEDIATE: what is read inside it stays true until it commits, and two
    writers wait for each other instead of failing half-way.
    """

    def __init__(self, address: str) -> None:
        try:
            url = make_url(address)
            self.sqlite = url.get_backend_name() == "sqlite"
            arguments = {"timeout": WAIT_SECONDS} if self.sqlite else {}
            # Parameters are letters and people: they must reach no error message and no log.
            self.engine: Engine = create_engine(url, connect_args=arguments, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise SettingError(f"HONGYAN_DATABASE_URL is no address of a database that can be used: {error}") from error
        if self.sqlite and url.database:
            _make_folder(Path(url.database).parent)
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction for writing; it commits at the end or leaves nothing behind.

        Raises Busy if another writer holds the database too long.
        """
        try:
            with self.engine.connect().execution_options(hongyan_write=True) as connection, connection.begin():
                yield connection
        except OperationalError as error:
            if "locked" in str(error.orig) or "busy" in str(error.orig):
                raise Busy("The database is busy; send the request again.", retry_after=2) from error
            raise

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"{folder}: cannot be a folder for the database: {error.strerror}") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("hongyan_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
