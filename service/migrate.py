"""Brings the database to the revision that this version needs, and checks that it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.db import Database
from service.errors import DatabaseError


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate forward, creating the database if need be."""
    command.upgrade(_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Migrate back to an earlier revision."""
    command.downgrade(_config(database), revision)


def require_current(database: Database) -> None:
    """Raise DatabaseError, naming the command to run, unless the database has the newest revision."""
    with database.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(_config(database)).get_current_head()
    if present != newest:
        raise DatabaseError(f"the database has revision {present}, this version needs {newest}: run hongyan db upgrade")
