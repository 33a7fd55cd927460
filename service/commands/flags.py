"""Commands for the flags of matters."""

from datetime import UTC, datetime

import click

from service.commands.base import clear_errors, progress
from service.db import Database
from service.flagging import Flagger
from service.migrate import require_current
from service.queries.flags import every_matter
from service.settings import Settings

BATCH = 200


@click.group()
def flags() -> None:
    """Look after the group-visit flags of matters."""


@flags.command("refresh")
@clear_errors
def refresh_command() -> None:
    """Judge every matter anew: once a day, and after an upgrade or a change of settings."""
    settings = Settings.from_env()
    database = Database(settings.database_address)
    require_current(database)
    flagger = Flagger(settings)
    with database.read() as connection:
        matters = every_matter(connection)
    batches = [matters[start : start + BATCH] for start in range(0, len(matters), BATCH)]
    for batch in progress(batches, "judge", len(batches)):
        with database.write() as connection:
            flagger.refresh(connection, batch, datetime.now(UTC))
    database.close()
    click.echo(f"{len(matters)} matters judged", err=True)
