"""Every statement about the record of who looked at what; there is none that changes or removes a row."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from service.queries.letters import moment
from service.tables import audit

PIECE = 1000


def insert_entries(connection: Connection, at: datetime, entry: Mapping[str, Any], ids: Iterable[str]) -> None:
    """Add a row for each object that somebody did something with; `entry` holds the columns that all share."""
    rows = [{**entry, "at": moment(at), "object_id": object_id} for object_id in ids]
    if rows:
        connection.execute(insert(audit), rows)


def entries(connection: Connection, kind: str | None = None, object_id: str | None = None) -> Iterator[Row[Any]]:
    """Yield the rows in the order in which they were added, or those of one object."""
    statement = select(audit).order_by(audit.c.number).execution_options(yield_per=PIECE)
    if kind is not None:
        statement = statement.where(audit.c.object_kind == kind)
    if object_id is not None:
        statement = statement.where(audit.c.object_id == object_id)
    yield from connection.execute(statement)
