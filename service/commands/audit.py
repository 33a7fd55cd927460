"""Commands for the record of who did what."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import Connection

from service.audit import head_of, lines, verify_chain
from service.commands.base import clear_errors, output_option, write_lines
from service.db import Database
from service.migrate import require_current
from service.settings import Settings

_HASH = re.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@click.group()
def audit() -> None:
    """Show who did what, and that nobody has changed the record of it."""


@audit.command("list")
@click.option("--matter", help="Only of this matter.")
@output_option
@clear_errors
def list_command(matter: str | None, output: Path | None) -> None:
    """Print who did what and when, oldest first, one JSON line each."""
    with _reading() as connection:
        write_lines(lines(connection, matter), output)


@audit.command("head")
@clear_errors
def head_command() -> None:
    """Print number and hash of the last row: keep it elsewhere, and give it to `verify` later."""
    with _reading() as connection:
        click.echo(json.dumps(asdict(head_of(connection))))


def _hash_in(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    """Read a hash, alone or in the line that held it; what holds none must not look like a chain that was cut."""
    if given is None:
        return None
    found = _HASH.search(given)
    if found is None:
        raise click.BadParameter("give the 64 digits of a hash, or the line that `head` printed")
    return found[0]


@audit.command("verify")
@click.option(
    "--head",
    callback=_hash_in,
    help="A hash, or line, that `head`, `verify` or the log gave earlier: it must still be in the chain.",
)
@clear_errors
def verify_command(head: str | None) -> None:
    """Walk the chain of all rows, print its last number and hash; exit 1, naming the first row that is wrong."""
    with _reading() as connection:
        found = verify_chain(connection, head)
    click.echo(json.dumps(asdict(found.head)))
    if found.fault:
        click.echo(f"the audit is not whole: {found.fault}", err=True)
        sys.exit(1)


@contextmanager
def _reading() -> Iterator[Connection]:
    database = Database(Settings.from_env().database_address)
    require_current(database)
    with database.read() as connection:
        yield connection
    database.close()
