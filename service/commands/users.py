"""Commands for the people of the office."""

import sys
from typing import Any, cast

import click
from rich.console import Console
from rich.table import Table

from service.accounts import Accounts
from service.audit import OPERATOR
from service.caller import ROLES, Role
from service.commands.base import clear_errors, open_database

name_argument = click.argument("name")
unit_option = click.option("--unit", help="Only letters addressed or routed to this unit.")
regions_option = click.option(
    "--region", "regions", multiple=True, help="Only letters of this region; may be repeated."
)


@click.group()
def user() -> None:
    """Manage the people of the office."""


@user.command("add")
@name_argument
@click.option("--role", type=click.Choice(ROLES), required=True)
@unit_option
@regions_option
@clear_errors
def add_user(name: str, role: str, unit: str | None, regions: tuple[str, ...]) -> None:
    """Add NAME; the password is asked for at a terminal, or read from standard input."""
    _accounts().add(name, cast(Role, role), _password(), OPERATOR, unit, regions)
    click.echo(f"{name} may log in as {role}", err=True)


@user.command("password")
@name_argument
@clear_errors
def set_password(name: str) -> None:
    """Give NAME a new password; sessions of NAME end."""
    _accounts().change(name, {"password": _password()}, OPERATOR)
    click.echo(f"{name} has a new password", err=True)


@user.command("change")
@name_argument
@click.option("--role", type=click.Choice(ROLES))
@unit_option
@regions_option
@click.option("--everywhere", is_flag=True, help="No unit and no regions any more.")
@clear_errors
def change_user(name: str, role: str | None, unit: str | None, regions: tuple[str, ...], everywhere: bool) -> None:
    """Change role, unit or regions of NAME; sessions of NAME end."""
    changes: dict[str, Any] = {"unit": None, "regions": []} if everywhere else {}
    changes |= {field: value for field, value in (("role", role), ("unit", unit)) if value}
    changes |= {"regions": list(regions)} if regions else {}
    _accounts().change(name, changes, OPERATOR)
    click.echo(f"{name} was changed", err=True)


@user.command("disable")
@name_argument
@clear_errors
def disable_user(name: str) -> None:
    """Let NAME in no more, with password, link or token."""
    _accounts().change(name, {"disabled": True}, OPERATOR)
    click.echo(f"{name} is disabled", err=True)


@user.command("enable")
@name_argument
@clear_errors
def enable_user(name: str) -> None:
    """Let NAME in again."""
    _accounts().change(name, {"disabled": False}, OPERATOR)
    click.echo(f"{name} is enabled", err=True)


@user.command("list")
@clear_errors
def list_users() -> None:
    """Print who may log in, and as what."""
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "role", "unit", "regions", "state"):
        table.add_column(heading, no_wrap=True)
    for row in _accounts().every():
        state = "disabled" if row.disabled_at else "enabled" if row.password_hash else "no password"
        table.add_row(row.name, row.role, row.unit or "", " ".join(row.regions), state)
    Console(width=160, highlight=False, markup=False).print(table)


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _accounts() -> Accounts:
    return Accounts(open_database())
