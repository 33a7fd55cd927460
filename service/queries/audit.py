"""Every statement about the record of who did what; there is none that changes or removes a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, insert, select

from service.tables import audit

PIECE = 1000


def insert_entries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows that follow the newest one."""
    connection.execute(insert(audit), rows)


def newest_entry(connection: Connection) -> Row[Any] | None:
    """Return the newest row."""
    return connection.execute(select(audit).order_by(audit.c.number.desc()).limit(1)).one_or_none()


def chain(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield all rows in the order of their numbers, the detail as the text that the database holds."""
    plain = [column for column in audit.columns if column is not audit.c.detail]
    statement = select(*plain, cast(audit.c.detail, Text).label("detail")).order_by(audit.c.number)
    for row in connection.execute(statement.execution_options(yield_per=PIECE)):
        yield dict(row._mapping)


def entries(connection: Connection, kind: str | None = None, object_id: str | None = None) -> Iterator[Row[Any]]:
    """Yield the rows in the order in which they were added, or those of one object."""
    statement = select(audit).order_by(audit.c.number).execution_options(yield_per=PIECE)
    if kind is not None:
        statement = statement.where(audit.c.object_kind == kind)
    if object_id is not None:
        statement = statement.where(audit.c.object_id == object_id)
    yield from connection.execute(statement)
