"""Every statement about the registry of models."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from service.tables import models

State = Literal["candidate", "shadow", "active", "retired", "removed"]


def insert_model(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a version."""
    connection.execute(insert(models).values(**values))


def find_model(connection: Connection, version: str) -> Row[Any] | None:
    """Return a version, also one that was removed."""
    return connection.execute(select(models).where(models.c.version == version)).one_or_none()


def all_models(connection: Connection) -> list[Row[Any]]:
    """Return the versions that were not removed, the newest first."""
    statement = select(models).where(models.c.state != "removed")
    return list(connection.execute(statement.order_by(models.c.added_at.desc(), models.c.version)))


def version_in(connection: Connection, state: State) -> str | None:
    """Return the version that is active or runs in shadow: there is one of either at most."""
    return connection.execute(select(models.c.version).where(models.c.state == state)).scalar_one_or_none()


def last_retired(connection: Connection) -> str | None:
    """Return the version that was active before the one that is."""
    statement = select(models.c.version).where(models.c.state == "retired").order_by(models.c.activated_at.desc())
    return connection.execute(statement.limit(1)).scalar_one_or_none()


def change_model(connection: Connection, version: str, values: Mapping[str, Any]) -> None:
    """Change what is known of a version."""
    connection.execute(update(models).where(models.c.version == version).values(**values))


def replace_state(connection: Connection, old: State, new: State) -> None:
    """Give every version in one state another."""
    connection.execute(update(models).where(models.c.state == old).values(state=new))
