"""Very many stored letters, made of few by the database itself."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, func, literal, null, select

from service.db import Database
from service.settings import PREFIX, Settings
from service.tables import letters, matters

MARK = 5
# What must be unique, or belongs to one letter alone.
_LEFT_OUT = ("external_id", "registered_year", "registered_number")


def multiply(environment: Mapping[str, str], size: int) -> int:
    """Copy the stored letters and their matters until there are about `size`; returns how many there are.

    Copies have ids of their own; vectors, links, flags and hashes of who wrote are not copied.
    """
    settings = Settings.from_env({name: value for name, value in environment.items() if name.startswith(PREFIX)})
    database = Database(settings.database_address)
    try:
        with database.read() as connection:
            stored: int = connection.execute(select(func.count()).select_from(letters)).scalar_one()
        copies = max(1, size // stored)
        for number in range(1, copies):
            mark = f"~{number:0{MARK - 1}d}"
            with database.write() as connection:
                for table in (matters, letters):
                    originals = select(*(_copied(column, mark) for column in table.columns)).where(table.c.id < "~")
                    connection.execute(table.insert().from_select(list(table.columns), originals))
        return stored * copies
    finally:
        database.close()


def _copied(column: Column[Any], mark: str) -> Any:
    if column.name in _LEFT_OUT:
        return null().label(column.name)
    if column.name in ("id", "matter_id"):
        return (literal(mark) + func.substr(column, MARK + 1)).label(column.name)
    return column
