"""Commands for the flags of matters."""

import click

from service.commands.base import clear_errors, progress
from service.db import Database
from service.flagging import Flagger, refresh_every_matter
from service.migrate import require_current
from service.settings import Settings


@click.group()
def flags() -> None:
    """Look after the group-visit flags of matters."""


@flags.command("refresh")
@clear_errors
def refresh_command() -> None:
    """Judge every matter anew: after an upgrade or a change of settings; a job does so every day."""
    settings = Settings.from_env()
    database = Database(settings.database_address)
    require_current(database)
    steps = progress(refresh_every_matter(database, Flagger(settings)), "judge")
    judged = max((done for done, _ in steps), default=0)
    database.close()
    click.echo(f"{judged} matters judged", err=True)
