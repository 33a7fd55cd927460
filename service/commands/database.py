"""Commands for the database."""

import click

from service.commands.base import clear_errors
from service.db import Database
from service.migrate import upgrade
from service.settings import Settings


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@clear_errors
def upgrade_command() -> None:
    """Bring the database to the revision that this version needs, creating it if need be."""
    database = Database(Settings.from_env().database_address)
    upgrade(database)
    database.close()
    click.echo("the database is up to date", err=True)
