"""Many rows, stored in one statement of one parameter."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Connection, Executable, Table, Text, bindparam, cast, column, func, insert, select


def insert_batch(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the columns of the first, which hold texts without NUL, numbers, booleans or JSON.

    PostgreSQL takes each of many rows as a statement of its own, which is three times the work for both sides.
    """
    if connection.dialect.name == "postgresql" and rows:
        connection.execute(_inserting(table, tuple(rows[0])), {"rows": json.dumps(rows)})
    elif rows:
        connection.execute(insert(table), [dict(row) for row in rows])


@cache
def _inserting(table: Table, names: tuple[str, ...]) -> Executable:
    given = func.json_to_recordset(cast(bindparam("rows", type_=Text()), JSON))
    held = given.table_valued(*(column(name, table.c[name].type) for name in names)).render_derived(with_types=True)
    return insert(table).from_select(names, select(*held.c))
