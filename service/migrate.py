"""Brings the database to the revision that this version needs, and checks that it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from service.db import Database
from service.errors import Busy, DatabaseError


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    return config


@contextmanager
def _answering() -> Iterator[None]:
    """Raise DatabaseError, naming what to look at, if the database cannot be used."""
    try:
        yield
    except (OperationalError, Busy) as error:
        cause = error.__cause__ if isinstance(error, Busy) else error
        reason = " ".join(str(getattr(cause, "orig", cause)).split())
        raise DatabaseError(
            f"the database cannot be used ({reason}); check HONGYAN_DATABASE_URL, and that the database runs, "
            "lets you in and is not held by another program"
        ) from error


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate forward, creating a SQLite database if need be; raises DatabaseError if it cannot be used."""
    with _answering():
        command.upgrade(_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Migrate back to an earlier revision."""
    command.downgrade(_config(database), revision)


def require_current(database: Database) -> None:
    """Raise DatabaseError, naming what to do, unless the database can be used and has the newest revision."""
    with _answering(), database.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(_config(database)).get_current_head()
    if present != newest:
        raise DatabaseError(f"the database has revision {present}, this version needs {newest}: run hongyan db upgrade")
