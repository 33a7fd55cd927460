"""Connections to the database: reading, and writing by one at a time, on SQLite and on PostgreSQL alike."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from types import ModuleType
from weakref import WeakSet, finalize

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from service import sqlite
from service.errors import Busy, SettingError

WAIT_SECONDS = 15
THREADS = 8
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """The one way to the database.

    A write holds the only lock for writing from its beginning, BEGIN IMMEDIATE on SQLite and an advisory lock on
    PostgreSQL: what is read inside it stays true until it commits, and two writers wait for each other instead of
    failing half-way.
    """

    def __init__(self, address: str, threads: int = THREADS) -> None:
        try:
            url, self._kind = _kind_of(make_url(address))
            self.sqlite = self._kind is sqlite
            # Parameters are letters and people: they must reach no error message and no log.
            self.engine: Engine = create_engine(
                url, hide_parameters=True, **self._kind.arguments(url, WAIT_SECONDS, threads)
            )
        except (ArgumentError, ImportError) as error:
            raise SettingError(f"HONGYAN_DATABASE_URL is no address of a database that can be used: {error}") from error
        self._kind.listen(self.engine)
        # What nobody closed is closed with the last reference, or at the end of the process.
        finalize(self, self.engine.dispose)
        _open.add(self)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection for reading; all that is read in it is of one moment. Raises Busy as `write` does."""
        with self._patience(), self.engine.connect() as connection:
            yield connection if self.sqlite else connection.execution_options(**SNAPSHOT)

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """Open a connection for reading with a single statement, without a transaction around it. Raises Busy too."""
        with self._patience(), self.engine.connect() as connection:
            yield connection if self.sqlite else connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction for writing; it commits at the end or leaves nothing behind.

        Raises Busy if another writer holds the database too long, or if the database does not answer.
        """
        with (
            self._patience(),
            self.engine.connect().execution_options(hongyan_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    def give_way(self) -> None:
        """Let others that wait write before work in the background goes on; PostgreSQL lets them in by itself."""
        if self.sqlite:
            sleep(sqlite.LOOKED_AT_EVERY)

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """Raise Busy for what may be tried again."""
        try:
            yield
        except NoConnectionFree as error:
            raise Busy("All connections to the database are taken; send the request again.", retry_after=2) from error
        except DBAPIError as error:
            if self._kind.passes(error):
                raise Busy("The database is busy or away; send the request again.", retry_after=2) from error
            raise

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


_open: WeakSet[Database] = WeakSet()


def _leave_to_parent() -> None:
    """Let a forked process make connections of its own; those that it inherits belong to its parent."""
    for database in _open:
        database.engine.dispose(close=False)


os.register_at_fork(after_in_child=_leave_to_parent)


def _kind_of(url: URL) -> tuple[URL, ModuleType]:
    """Return the address as SQLAlchemy needs it, and the module that knows this kind of database."""
    name = url.get_backend_name()
    if name == "sqlite":
        return url, sqlite
    if name not in ("postgresql", "postgres"):
        raise ArgumentError("give postgresql://USER@HOST/NAME or sqlite:///FILE")
    try:
        from service import postgresql
    except ImportError as error:
        raise ImportError(f"PostgreSQL needs psycopg, install the extra postgres ({error})") from error
    return postgresql.address_of(url), postgresql
