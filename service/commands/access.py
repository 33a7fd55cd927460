"""Commands that let people and systems in."""

from typing import cast

import click

from service.auth import make_login_link, make_token
from service.caller import ROLES, Role
from service.commands.base import clear_errors
from service.db import Database
from service.migrate import require_current
from service.settings import Settings

role_option = click.option("--role", type=click.Choice(ROLES), required=True)


@click.group()
def token() -> None:
    """Manage tokens of the API."""


@token.command("add")
@click.argument("name")
@role_option
@clear_errors
def add_token(name: str, role: str) -> None:
    """Make a token for NAME and print it; it is shown this once."""
    click.echo(make_token(_database(), name, cast(Role, role)))


@click.command("login-link")
@click.argument("name")
@role_option
@clear_errors
def login_link(name: str, role: str) -> None:
    """Print a link that logs NAME into the pages once, within 15 minutes."""
    settings = Settings.from_env()
    secret = make_login_link(_database(), name, cast(Role, role))
    click.echo(link_address(settings, secret))


def link_address(settings: Settings, secret: str) -> str:
    """Return the address of a login link."""
    return f"http://{settings.host}:{settings.port}/login/{secret}"


def _database() -> Database:
    database = Database(Settings.from_env().database_address)
    require_current(database)
    return database
