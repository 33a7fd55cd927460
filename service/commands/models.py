"""Commands for the registry of models."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from service.audit import OPERATOR
from service.commands.base import clear_errors
from service.db import Database
from service.migrate import require_current
from service.registry import Registry
from service.schemas.models import RegisteredOut
from service.settings import Settings

version_argument = click.argument("version")


@click.group()
def model() -> None:
    """Choose which trained version reads letters; running servers take a change up within seconds."""


@model.command("add")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--activate", is_flag=True, help="Let it read all letters from now on.")
@click.option("--note", help="What to remember of it.")
@clear_errors
def add_model(folder: Path, activate: bool, note: str | None) -> None:
    """Copy a trained FOLDER into the registry and print its version."""
    registry = _registry()
    version = registry.add(folder, OPERATOR, note)
    if activate:
        registry.activate(version, OPERATOR)
    click.echo(version)


@model.command("list")
@clear_errors
def list_models() -> None:
    """Print the versions, the newest first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("version", "state", "added", "activated", "parts", "note"):
        table.add_column(heading, no_wrap=True)
    for row in _registry().models():
        moments = [(value or "")[:16] for value in (row.added_at, row.activated_at)]
        table.add_row(row.version, row.state, *moments, " ".join(row.facts["parts"]), row.note or "")
    Console(width=120, highlight=False, markup=False).print(table)


@model.command("show")
@version_argument
@clear_errors
def show_model(version: str) -> None:
    """Print all that is known of a VERSION as JSON."""
    shown = RegisteredOut.of(_registry().model(version)).model_dump(mode="json")
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2))


@model.command("activate")
@version_argument
@clear_errors
def activate_model(version: str) -> None:
    """Let a VERSION read all letters from now on."""
    _registry().activate(version, OPERATOR)
    click.echo(f"{version} is active", err=True)


@model.command("rollback")
@clear_errors
def roll_back() -> None:
    """Return to the version that was active before."""
    click.echo(f"{_registry().rollback(OPERATOR)} is active", err=True)


@model.command("shadow")
@version_argument
@click.option("--off", is_flag=True, help="End it.")
@clear_errors
def shadow_model(version: str, off: bool) -> None:
    """Let a VERSION read in the shadow of the active one; its disagreements are kept."""
    registry = _registry()
    change = registry.end_shadow if off else registry.shadow
    change(version, OPERATOR)


@model.command("remove")
@version_argument
@clear_errors
def remove_model(version: str) -> None:
    """Delete the folder of a VERSION that is not in use."""
    _registry().remove(version, OPERATOR)


def _registry() -> Registry:
    settings = Settings.from_env()
    database = Database(settings.database_address)
    require_current(database)
    return Registry(settings, database)
