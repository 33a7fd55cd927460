"""Fresh databases of either kind, each for one test, and what breaks in them on purpose."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import Connection, create_engine, make_url

from model.analyse import Analyser
from service.db import Database
from service.engine import Engine
from service.keys import load_keys
from service.migrate import upgrade
from service.office import Office
from service.settings import Settings
from service.tables import metadata
from tests.service.postgres import Server

SQLITE, POSTGRESQL = KINDS = ("sqlite", "postgresql")
Content = Literal["empty", "migrated"]
EMPTY: Content = "empty"
MIGRATED: Content = "migrated"


class Shelf(Protocol):
    """Where fresh databases of one kind come from."""

    def database(self, content: Content = MIGRATED) -> AbstractContextManager[str]:
        """Yield the address of a database without rows, with the tables or without any."""
        ...

    def ruin(self, address: str) -> None:
        """Make a database unreadable, even to those that have it open."""
        ...


class SQLiteShelf:
    """Files that are copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        _migrate(f"sqlite:///{folder / MIGRATED}")

    @contextmanager
    def database(self, content: Content = MIGRATED) -> Iterator[str]:
        path = self._folder / f"{next(self._numbers)}.db"
        if content == MIGRATED:
            shutil.copy(self._folder / MIGRATED, path)
        yield f"sqlite:///{path}"
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()

    def ruin(self, address: str) -> None:
        path = Path(str(make_url(address).database))
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()
        path.write_bytes(b"no database at all" * 100)


class PostgresShelf:
    """Databases of a server that are copied from a template."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._engine = create_engine(server.address_of("postgres"), isolation_level="AUTOCOMMIT")
        self._numbers = count()
        self._execute(f"CREATE DATABASE {MIGRATED}")
        _migrate(server.address_of(MIGRATED))

    @contextmanager
    def database(self, content: Content = MIGRATED) -> Iterator[str]:
        name = f"test_{next(self._numbers)}"
        template = MIGRATED if content == MIGRATED else "template0"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield self._server.address_of(name)
        self.ruin(self._server.address_of(name))

    def ruin(self, address: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {make_url(address).database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def close(self) -> None:
        self._engine.dispose()


def _migrate(address: str) -> None:
    database = Database(address)
    upgrade(database)
    database.close()


@contextmanager
def office_at(address: str, folder: Path, analyser: Analyser) -> Iterator[Office]:
    """Open an office on a database, with a folder for all other state."""
    settings = Settings(home=str(folder), database_url=address)
    database = Database(settings.database_address)
    yield Office(settings, database, Engine(analyser), load_keys(settings.keys_file))
    database.close()


def refuse_inserts(database: Database, table: str, when: str = "true") -> None:
    """Let the database refuse rows of a table, as a full disk would; `when` is a condition in SQL on the row NEW."""
    with database.write() as connection:
        if database.sqlite:
            connection.exec_driver_sql(
                f"CREATE TRIGGER broken BEFORE INSERT ON {table} WHEN {when}"
                " BEGIN SELECT RAISE(ABORT, 'disk of a test'); END"
            )
            return
        connection.exec_driver_sql(
            "CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {when} THEN RAISE EXCEPTION 'disk of a test' USING ERRCODE = 'integrity_constraint_violation';"
            " END IF; RETURN NEW; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE TRIGGER broken BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION break_it()"
        )


def content_of(database: Database) -> bytes:
    """Return all that a database keeps, as it keeps it."""
    if database.sqlite:
        database.close()
        file = Path(str(database.engine.url.database))
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    with database.read() as connection:
        cursor = connection.connection.cursor()
        parts = []
        for table in metadata.tables:
            with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as rows:
                parts += [bytes(part) for part in rows]
    return b"".join(parts)


def accept_inserts(database: Database, table: str) -> None:
    """Take back what `refuse_inserts` did."""
    with database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER broken" if database.sqlite else f"DROP TRIGGER broken ON {table}")


def triggers_of(connection: Connection) -> list[str]:
    """Return the triggers that somebody made, in order."""
    if connection.dialect.name == "sqlite":
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    return list(connection.exec_driver_sql(names).scalars())


def unlock_audit(connection: Connection) -> None:
    """Let the audit be changed, as somebody can who owns the database."""
    table = "" if connection.dialect.name == "sqlite" else "ON audit"
    for name in triggers_of(connection):
        connection.exec_driver_sql(f"DROP TRIGGER {name} {table}")
