"""Commands that let systems in, and people without a password."""

from datetime import timedelta
from typing import cast

import click
from rich.console import Console
from rich.table import Table

from service.audit import OPERATOR
from service.caller import ROLES, Role
from service.commands.base import clear_errors, open_database
from service.commands.users import regions_option, unit_option
from service.errors import NotFound
from service.sessions import make_login_link
from service.settings import Settings
from service.tokens import every_token, make_token, revoke_token

role_option = click.option("--role", type=click.Choice(ROLES), required=True)


@click.group()
def token() -> None:
    """Manage tokens of the API."""


@token.command("add")
@click.argument("name")
@role_option
@unit_option
@regions_option
@click.option("--expires", "days", type=click.IntRange(1, 3650), help="In so many days.")
@clear_errors
def add_token(name: str, role: str, unit: str | None, regions: tuple[str, ...], days: int | None) -> None:
    """Make a token for NAME and print it; it is shown this once."""
    life = timedelta(days=days) if days else None
    click.echo(make_token(open_database(), name, cast(Role, role), unit, regions, life))


@token.command("list")
@clear_errors
def list_tokens() -> None:
    """Print whose tokens there are; the tokens themselves are not known."""
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "name", "role", "created", "expires", "used", "revoked"):
        table.add_column(heading, no_wrap=True)
    for row in every_token(open_database()):
        days = [(value or "")[:10] for value in (row.created_at, row.expires_at, row.used_at, row.revoked_at)]
        table.add_row(row.id, row.name, row.role, *days)
    Console(width=140, highlight=False, markup=False).print(table)


@token.command("revoke")
@click.argument("token_id")
@clear_errors
def revoke(token_id: str) -> None:
    """Revoke a token by its id, which `token list` prints."""
    try:
        row = revoke_token(open_database(), token_id, OPERATOR)
    except NotFound as error:
        raise click.UsageError(f"there is no token {token_id!r}; see hongyan token list") from error
    click.echo(f"the token of {row.name} is revoked", err=True)


@click.command("login-link")
@click.argument("name")
@role_option
@clear_errors
def login_link(name: str, role: str) -> None:
    """Print a link that logs NAME into the pages once, within 15 minutes."""
    settings = Settings.from_env()
    click.echo(link_address(settings, make_login_link(open_database(), name, cast(Role, role))))


def link_address(settings: Settings, secret: str) -> str:
    """Return the address of a login link."""
    return f"http://{settings.host}:{settings.port}/login/{secret}"
