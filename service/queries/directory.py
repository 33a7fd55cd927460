"""Every statement about the units that the office knows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from service.tables import units


def every_unit(connection: Connection) -> list[Row[Any]]:
    """Return all units by name."""
    return list(connection.execute(select(units).order_by(units.c.name)))


def put_unit(connection: Connection, name: str, regions: Sequence[str], categories: Sequence[str]) -> None:
    """Store a unit in place of what was known of it."""
    delete_unit(connection, name)
    connection.execute(insert(units).values(name=name, regions=list(regions), categories=list(categories)))


def delete_unit(connection: Connection, name: str) -> bool:
    """Forget a unit; returns whether it was known."""
    return connection.execute(delete(units).where(units.c.name == name)).rowcount == 1
