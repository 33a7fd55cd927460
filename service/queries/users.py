"""Every statement about the people of the office."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from service.tables import users


def insert_user(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store a new user."""
    connection.execute(insert(users), dict(values))


def find_user(connection: Connection, name: str) -> Row[Any] | None:
    """Return a user, disabled or not."""
    return connection.execute(select(users).where(users.c.name == name)).one_or_none()


def every_user(connection: Connection) -> list[Row[Any]]:
    """Return all users by name."""
    return list(connection.execute(select(users).order_by(users.c.name)))


def change_user(connection: Connection, name: str, values: Mapping[str, Any]) -> None:
    """Give a user other values."""
    connection.execute(update(users).where(users.c.name == name).values(dict(values)))


def count_enabled(connection: Connection, role: str | None = None) -> int:
    """Return how many users may log in, of a role or of all."""
    statement = select(func.count()).select_from(users).where(users.c.disabled_at.is_(None))
    if role is not None:
        statement = statement.where(users.c.role == role)
    return connection.execute(statement).scalar_one()
