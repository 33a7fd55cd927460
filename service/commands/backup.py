"""Commands that take and put back backups."""

from pathlib import Path

import click

from service.accusations import mark_accused
from service.archive import reading
from service.backup import back_up
from service.commands.base import clear_errors
from service.db import Database
from service.keys import load_keys
from service.restoring import restore
from service.settings import Settings

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command("backup")
@file_argument
@click.option("--with-keys", is_flag=True, help="Put the secret keys in too; then the file alone tells everything.")
@clear_errors
def backup_command(file: Path, with_keys: bool) -> None:
    """Write all letters, matters, records and models to FILE, while the service runs."""
    settings = Settings.from_env()
    database = Database(settings.database_address)
    manifest = back_up(database, settings, file, with_keys)
    database.close()
    rows = sum(entry.rows for entry in manifest.tables)
    click.echo(f"{file}: {rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files of models", err=True)
    if not with_keys:
        click.echo(f"keep a copy of {settings.keys_file} apart: without it personal fields cannot be read", err=True)


@click.command("restore")
@file_argument
@clear_errors
def restore_command(file: Path) -> None:
    """Put a backup back into an empty database, of whichever kind HONGYAN_DATABASE_URL names."""
    settings = Settings.from_env()
    with reading(file) as archive:
        database = Database(settings.database_address)
        restore(database, settings, archive)
        if known := settings.keys_file.exists():
            mark_accused(database, load_keys(settings.keys_file))
        database.close()
    click.echo(f"{file} is restored", err=True)
    if not known:
        # What an older revision lacks is worked out with the keys.
        click.echo(f"put the file of keys to {settings.keys_file}, then run hongyan db upgrade", err=True)
