"""Every statement about what the office changed of the categories."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from service.tables import classes


def every_class(connection: Connection) -> list[Row[Any]]:
    """Return all changes by code."""
    return list(connection.execute(select(classes).order_by(classes.c.code)))


def put_class(connection: Connection, values: Mapping[str, Any]) -> None:
    """Store the change of a class in place of what was changed of it before."""
    connection.execute(delete(classes).where(classes.c.code == values["code"]))
    connection.execute(insert(classes).values(values))


def replaced_codes(connection: Connection) -> dict[str, str]:
    """Return the old codes with the new ones that stand for them."""
    rows = connection.execute(select(classes).where(classes.c.replaced_by.is_not(None)))
    return {row.code: row.replaced_by for row in rows}
