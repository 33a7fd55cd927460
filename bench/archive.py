"""Very many stored letters, made of few by the database itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, cast, func, literal, null, select

from service.db import Database
from service.queries.arrivals import count_arrivals, recounted
from service.rebuilding import fill_words
from service.scope_keys import unit_key
from service.settings import PREFIX, Settings
from service.tables import deadline_scopes, deadlines, flag_scopes, flags, letters, matters, sealed
from service.tables.search import letter_words

MARK = 5
YEARS = 3
COUNTIES = [f"江州市第{number}区" for number in range(1, 21)]
TOWNS = [f"{county}第{number}街道" for county in COUNTIES for number in range(1, 11)]
UNITS = [f"江州市第{number}局" for number in range(1, 31)]
CHANNELS = ("letter", "visit", "web", "phone")
# What must be unique, or belongs to one letter alone.
_LEFT_OUT = ("external_id", "registered_year", "registered_number")
_COPIED = (matters, letters, sealed, deadlines, deadline_scopes, flags, flag_scopes)


def settings_of(environment: Mapping[str, str]) -> Settings:
    """Return the settings of a server's environment."""
    return Settings.from_env({name: value for name, value in environment.items() if name.startswith(PREFIX)})


def multiply(environment: Mapping[str, str], size: int) -> int:
    """Copy the stored letters and their matters until there are about `size`; returns how many there are.

    Copies have ids of their own; each copy of the whole is of another town, channel and unit, and of the same year or
    of one of the two before; of nine of ten copies the letters have been accepted. Words, deadlines, flags and what is
    sealed are copied and days are counted; vectors,
    links and hashes of who wrote are not.
    """
    settings = settings_of(environment)
    database = Database(settings.database_address)
    try:
        with database.read() as connection:
            stored: int = connection.execute(select(func.count()).select_from(letters)).scalar_one()
            facts = _facts(connection)
        copies = max(1, size // stored)
        for number in range(1, copies):
            with database.write() as connection:
                _copy(connection, number, facts, database.sqlite)
        if database.sqlite:
            for _ in fill_words(database):
                pass
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if database.sqlite else "VACUUM ANALYZE")
        return stored * copies
    finally:
        database.close()


def _copy(connection: Connection, number: int, facts: Sequence[dict[str, Any]], sqlite: bool) -> None:
    mark = f"~{number:0{MARK - 1}d}"
    earlier = number // 5 % YEARS
    same: dict[str, Any] = {
        "region": TOWNS[number % len(TOWNS)],
        "channel": CHANNELS[number % len(CHANNELS)],
        "addressee": UNITS[number % len(UNITS)],
        "unit": UNITS[(number // 7) % len(UNITS)],
    }
    same |= {"addressee_key": unit_key(same["addressee"]), "unit_key": unit_key(same["unit"])}
    if number % 10:
        same["review"] = "accepted"
    with recounted(connection, (), (), {mark + fact["matter_id"][MARK:] for fact in facts}):
        for table in _COPIED if sqlite else (*_COPIED, letter_words):
            columns = [_copied(column, mark, earlier, same) for column in table.columns]
            key = next(iter(table.primary_key))
            connection.execute(table.insert().from_select(list(table.columns), select(*columns).where(key < "~")))
    shared = {name: same[name] for name in ("region", "channel", "review") if name in same}
    moved = [{**fact, **shared, "received_at": _before(fact["received_at"], earlier)} for fact in facts]
    count_arrivals(connection, moved)


def _facts(connection: Connection) -> list[dict[str, Any]]:
    """Return by what the stored letters are counted."""
    names = ("received_at", "category", "restricted", "verdict", "review", "matter_id")
    columns = [letters.c[name] for name in names]
    return [row._asdict() for row in connection.execute(select(*columns))]


def _before(time: str, years: int) -> str:
    return f"{int(time[:4]) - years}{time[4:]}"


def _copied(column: Column[Any], mark: str, earlier: int, same: Mapping[str, Any]) -> Any:
    if column.name in _LEFT_OUT:
        return null().label(column.name)
    if column.name in ("id", "matter_id", "letter_id"):
        return (literal(mark) + func.substr(column, MARK + 1)).label(column.name)
    if column.name in ("received_at", "stored_at", "due_at"):
        year = cast(func.substr(column, 1, 4), Integer) - earlier
        return (cast(year, String) + func.substr(column, 5)).label(column.name)
    return literal(same[column.name]).label(column.name) if column.name in same else column
