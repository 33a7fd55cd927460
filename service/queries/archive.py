"""Every statement that reads or fills whole tables, for backups."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Row, Table, Text, cast, func, insert, select

from service.tables import metadata

PIECE = 500
# Alembic's own table, which a backup names the revision of instead.
OF_MIGRATIONS = "alembic_version"


def rows_of(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """Yield all rows of a table in the order of its primary key; JSON as the text that the database holds."""
    columns = [cast(column, Text) if isinstance(column.type, JSON) else column for column in table.columns]
    statement = select(*columns).order_by(*table.primary_key.columns)
    with connection.execute(statement.execution_options(yield_per=PIECE)) as rows:
        yield from rows


def tables_there(connection: Connection) -> dict[str, Table]:
    """Return our tables as they are in the database, whatever its revision."""
    there = MetaData()
    there.reflect(connection, only=lambda name, _: name in metadata.tables)
    for table in there.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return dict(there.tables)


def table_with_rows(connection: Connection, tables: Iterable[Table]) -> str | None:
    """Return a table that holds anything."""
    for table in tables:
        if connection.execute(select(func.count()).select_from(select(table).limit(1).subquery())).scalar_one():
            return table.name
    return None


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows into a table with the numbers that they have."""
    connection.execute(insert(table), rows)


def go_on_counting(connection: Connection, tables: Iterable[Table]) -> None:
    """Let new rows take numbers after those that are there; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if (column := table.autoincrement_column) is not None:
            newest = select(func.coalesce(func.max(column), 0)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, newest + 1, False)))
