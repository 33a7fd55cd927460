"""The command report."""

import sys
from pathlib import Path
from typing import cast

import click

from service.audit import OPERATOR
from service.commands.base import bytes_file, clear_errors, output_option
from service.errors import Invalid
from service.office import Office
from service.periods import period_of
from service.report_file import content_of, make_report
from service.schemas.reports import Format, Paper
from service.settings import Settings


@click.command("report")
@click.argument("period")
@click.option("--format", "kind", type=click.Choice(["docx", "xlsx", "json"]), default="json", show_default=True)
@click.option("--paper", type=click.Choice(["table", "analysis"]), default="table", help="Which paper, with docx.")
@output_option
@clear_errors
def report(period: str, kind: str, paper: str, output: Path | None) -> None:
    """Make the report of PERIOD, a month as 2026-03 or a year as 2026, without accusations."""
    try:
        wanted = period_of(period)
    except ValueError as error:
        raise Invalid("There is no such period.", [("period", str(error))]) from error
    if wanted.kind not in ("month", "year"):
        raise Invalid("Reports are made of months and years.", [("period", "write 2026-03 or 2026")])
    made = make_report(Office.open(Settings.from_env()), OPERATOR, wanted, None, cast(Format, kind))
    with bytes_file(output) as file:
        file.write(content_of(made, cast(Format, kind), cast(Paper, paper)))
    sys.exit(0)
