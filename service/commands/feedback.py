"""Commands for what people decided."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from service.audit import OPERATOR, record
from service.commands.base import clear_errors, output_option, write_lines
from service.db import Database
from service.feedback import feedback_letters, feedback_pairs
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
    _write(feedback_pairs, restricted, output)


@feedback.command("export")
@click.option("--restricted", is_flag=True, help="Accusations too.")
@output_option
@clear_errors
def export_command(restricted: bool, output: Path | None) -> None:
    """Print the letters that people corrected or accepted, for `hongyan-train fit category --letters`."""
    _write(feedback_letters, restricted, output)


def _write(
    lines: Callable[[Connection, bool], Iterable[dict[str, Any]]], restricted: bool, output: Path | None
) -> None:
    database = Database(Settings.from_env().database_address)
    require_current(database)
    with database.write() as connection:
        record(connection, OPERATOR, "export", "feedback", ["pairs"], {"restricted": restricted})
    with database.read() as connection:
        write_lines(lines(connection, restricted), output)
    database.close()
    sys.exit(0)
