"""The command import."""

import sys
from pathlib import Path

import click

from service.caller import Caller
from service.commands.base import clear_errors, letters_argument, progress
from service.importer import Source, import_rows, write_errors
from service.office import Office
from service.settings import Settings


@click.command("import")
@letters_argument
@click.option("--as", "name", default="office", show_default=True, help="Under whose name the letters are delivered.")
@clear_errors
def import_command(file: Path, name: str) -> None:
    """Store the letters of FILE (.jsonl, .csv, .xlsx) in the database; running it again stores nothing twice."""
    office = Office.open(Settings.from_env())
    source = Source.of(file)
    total = source.last_row()
    outcomes = list(progress(import_rows(office.intake, source, Caller(name, "clerk")), "import", total))
    errors = write_errors(outcomes, file)
    stored = sum(outcome.new for outcome in outcomes)
    refused = sum(bool(outcome.reason) for outcome in outcomes)
    before = len(outcomes) - stored - refused
    click.echo(f"{stored} stored, {before} were stored before, {refused} refused", err=True)
    if errors:
        click.echo(f"refused rows: {errors}", err=True)
    sys.exit(1 if refused else 0)
