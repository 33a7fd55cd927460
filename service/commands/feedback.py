"""Commands for what people decided."""

import sys
from pathlib import Path

import click

from service.audit import OPERATOR, record
from service.commands.base import clear_errors, output_option, write_lines
from service.db import Database
from service.feedback import feedback_pairs
from service.migrate import require_current
from service.settings import Settings


@click.group()
def feedback() -> None:
    """Hand on what people decided, for training."""


@feedback.command("pairs")
@click.option("--restricted", is_flag=True, help="Decisions on accusations too.")
@output_option
@clear_errors
def pairs_command(restricted: bool, output: Path | None) -> None:
    """Print the standing decisions on links as pairs for `hongyan-train fit relation --letters`."""
    database = Database(Settings.from_env().database_address)
    require_current(database)
    with database.write() as connection:
        record(connection, OPERATOR, "export", "feedback", ["pairs"], {"restricted": restricted})
    with database.read() as connection:
        write_lines(feedback_pairs(connection, restricted), output)
    database.close()
    sys.exit(0)
