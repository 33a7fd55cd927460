"""Brings the database to the revision that this version needs, and checks that it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from service.db import Database
from service.errors import Busy, DatabaseAwayError, DatabaseError


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    return config


@contextmanager
def _answering() -> Iterator[None]:
    """Raise DatabaseAwayError, naming what to look at, if the database cannot be used."""
    try:
        yield
    except (OperationalError, Busy) as error:
        cause = error.__cause__ if isinstance(error, Busy) else error
        reason = " ".join(str(getattr(cause, "orig", cause)).split())
        raise DatabaseAwayError(
            f"the database cannot be used ({reason}); check HONGYAN_DATABASE_URL, and that the database runs, "
            "lets you in and is not held by another program"
        ) from error


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate forward, creating a SQLite database if need be.

    Raises DatabaseError if it cannot be used, or if a newer version has upgraded it.
    """
    with _answering():
        with database.read() as connection:
            _refuse_newer(database, revision_of(connection))
        command.upgrade(_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Migrate back to an earlier revision."""
    command.downgrade(_config(database), revision)


def revisions(database: Database) -> list[str]:
    """Return the revisions that this version knows, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config(database)).walk_revisions()][::-1]


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def move_empty_to(database: Database, revision: str) -> None:
    """Bring a database that holds no rows to a revision, forward or back; raises DatabaseError if it cannot be used."""
    with _answering():
        with database.read() as connection:
            present = revision_of(connection)
        if present is not None and present != revision:
            downgrade(database, "base")
        upgrade(database, revision)


def require_current(database: Database) -> None:
    """Raise DatabaseError, naming what to do, unless the database can be used and has the newest revision."""
    with _answering(), database.read() as connection:
        present = revision_of(connection)
    newest = ScriptDirectory.from_config(_config(database)).get_current_head()
    if present != newest:
        _refuse_newer(database, present)
        raise DatabaseError(f"the database has revision {present}, this version needs {newest}: run hongyan db upgrade")


def _refuse_newer(database: Database, present: str | None) -> None:
    """Raise DatabaseError for a revision that this version does not know: nothing it could do would be right."""
    if present is not None and present not in revisions(database):
        raise DatabaseError(
            f"the database has revision {present}, which this version does not know: a newer one has upgraded it; "
            "install that version, or restore a backup that is older"
        )
