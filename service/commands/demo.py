"""The command demo: the sample inbox, triaged, and then on a page."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from model.package_data import data_folder
from model.when import OFFICE_ZONE
from service.caller import Caller
from service.commands.access import link_address
from service.commands.base import clear_errors, progress
from service.commands.serving import run
from service.db import Database
from service.errors import SettingError
from service.importer import Source, import_rows
from service.migrate import upgrade
from service.office import Office
from service.queries.letters import letters_after
from service.queries.lists import Filter
from service.schemas.views import LetterOut
from service.sessions import make_login_link
from service.settings import Settings
from service.texts import text

CLERK = Caller("demo", "clerk")
EVERYTHING = Caller("demo", "discipline")
WIDTH = 120
WIDTHS = {"id": 6, "received": 5, "category": 8, "confidence": 6, "verdict": 8, "flag": 6}


@click.command()
@click.option("--serve/--no-serve", default=True, show_default=True, help="Serve the page after the table.")
@clear_errors
def demo(serve: bool) -> None:
    """Triage the sample inbox, print the table, and serve the page until Ctrl-C."""
    settings = Settings.from_env()
    database = Database(settings.database_address)
    upgrade(database)
    database.close()
    office = Office.open(settings)
    _require_own(office)
    inbox = Path(data_folder() / "sample" / "inbox.xlsx")
    for outcome in progress(import_rows(office.intake, Source.of(inbox), CLERK), "import"):
        if outcome.reason:
            click.echo(f"row {outcome.row}: {outcome.field}: {outcome.reason}", err=True)
    Console(file=sys.stdout, width=WIDTH, highlight=False, markup=False).print(_table(_letters(office)))
    if serve:
        secret = make_login_link(office.database, CLERK.name, CLERK.role)
        click.echo(f"open once in a browser: {link_address(settings, secret)}", err=True)
        office.database.close()
        run(settings)


def _require_own(office: Office) -> None:
    """Raise SettingError for the database of an office: nobody could take the letters of the demo out again."""
    with office.database.read() as connection:
        first = letters_after(connection, "", 1)
    if first and first[0].owner != CLERK.name:
        raise SettingError(
            "this database holds letters of an office, among which the demo's would stay;"
            " set HONGYAN_HOME to a folder of its own, as make demo does"
        )


def _letters(office: Office) -> list[LetterOut]:
    """Return every letter of the demo, oldest first."""
    found: list[LetterOut] = []
    cursor = None
    with office.database.read() as connection:
        reader = office.reader(connection, EVERYTHING)
        while True:
            page = reader.letters(Filter(), 500, cursor)
            found.extend(page.items)
            cursor = page.next
            if cursor is None:
                return found[::-1]


def _table(letters: list[LetterOut]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in WIDTHS:
        table.add_column(text(f"column.{heading}"), no_wrap=True, min_width=WIDTHS[heading])
    table.add_column(text("column.title"), no_wrap=True, overflow="ellipsis")
    for letter in letters:
        table.add_row(*_cells(letter))
    return table


def _cells(letter: LetterOut) -> tuple[Any, ...]:
    day = f"{letter.received_at.astimezone(OFFICE_ZONE):%m-%d}"
    if letter.category is None or letter.matter is None:
        return (letter.id[-6:], day, text("restricted"), "", "", "", "")
    level = letter.group_visit.level if letter.group_visit else "none"
    return (
        letter.id[-6:],
        day,
        letter.category.name,
        f"{letter.category.confidence:.2f}",
        text(f"verdict.{letter.matter.verdict}"),
        text(f"level.{level}"),
        (letter.title or letter.body or "").replace("\n", " ")[:40],
    )
