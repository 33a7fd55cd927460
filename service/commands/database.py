"""Commands for the database."""

import click

from service.accusations import mark_accused
from service.commands.base import clear_errors
from service.db import Database
from service.keys import load_keys
from service.migrate import upgrade
from service.settings import Settings


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@clear_errors
def upgrade_command() -> None:
    """Bring the database to the revision that this version needs, creating it if need be."""
    settings = Settings.from_env()
    database = Database(settings.database_address)
    upgrade(database)
    if settings.keys_file.exists():
        mark_accused(database, load_keys(settings.keys_file))
    database.close()
    click.echo("the database is up to date", err=True)
