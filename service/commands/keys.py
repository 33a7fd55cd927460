"""Commands for the secret keys and what they seal."""

import click
from rich.console import Console

from service.commands.base import clear_errors, open_database
from service.db import Database
from service.keys import Keys, load_keys
from service.queries.sealed import keys_used
from service.rotation import mask_stored, rotate_identity_key, rotate_storage_key
from service.settings import Settings


@click.group()
def keys() -> None:
    """Look after the secret keys."""


@keys.command("rotate")
@click.option("--hashes", is_flag=True, help="Also make the keyed hashes anew by which repeats are told.")
@clear_errors
def rotate_command(hashes: bool) -> None:
    """Seal everything anew with a new key while the server runs, then retire the old key; can be interrupted."""
    database, held = _database_and_keys()
    with Console(stderr=True).status("sealing anew"):
        made = [rotate_storage_key(database, held, _quietly)]
        if hashes:
            made.append(rotate_identity_key(database, held, _quietly))
    database.close()
    click.echo(f"new keys: {', '.join(made)}; keep a copy of {held.path} apart from the database", err=True)


@keys.command("mask")
@clear_errors
def mask_command() -> None:
    """Mask the texts that an earlier version stored in the clear; can be interrupted. Then run index rebuild."""
    database, held = _database_and_keys()
    with Console(stderr=True).status("masking"):
        done = mask_stored(database, held, _quietly)
    database.close()
    click.echo(f"{done} letters masked", err=True)


def _database_and_keys() -> tuple[Database, Keys]:
    database = open_database()
    with database.read() as connection:
        return database, load_keys(Settings.from_env().keys_file, keys_used(connection))


def _quietly(_count: int) -> None:
    """Leave progress to the spinner."""
