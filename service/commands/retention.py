"""The command retention."""

from datetime import UTC, datetime

import click
from rich.console import Console

from service.commands.base import clear_errors
from service.db import Database
from service.migrate import require_current
from service.retention import anonymise
from service.settings import Settings


@click.group()
def retention() -> None:
    """Look after how long originals are kept."""


@retention.command("run")
@clear_errors
def run_command() -> None:
    """Anonymise the letters of matters that were closed HONGYAN_RETENTION_DAYS ago; can be interrupted."""
    settings = Settings.from_env()
    database = Database(settings.database_address)
    require_current(database)
    days = int(settings.retention_days)
    with Console(stderr=True).status("anonymising") as shown:
        done = anonymise(database, days, datetime.now(UTC), lambda count: shown.update(f"anonymising: {count} more"))
    database.close()
    click.echo(f"{done} letters anonymised" if days else "HONGYAN_RETENTION_DAYS is 0: everything is kept", err=True)
