"""Commands for the record of who looked at what."""

import sys
from pathlib import Path

import click

from service.audit import lines
from service.commands.base import clear_errors, output_option, write_lines
from service.db import Database
from service.migrate import require_current
from service.settings import Settings


@click.group()
def audit() -> None:
    """Show who looked at what."""


@audit.command("list")
@click.option("--matter", help="Only of this matter.")
@output_option
@clear_errors
def list_command(matter: str | None, output: Path | None) -> None:
    """Print who looked at which flagged matter and when, oldest first, one JSON line each."""
    database = Database(Settings.from_env().database_address)
    require_current(database)
    with database.read() as connection:
        write_lines(lines(connection, matter), output)
    database.close()
    sys.exit(0)
