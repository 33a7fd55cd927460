"""The directory of units: who handles what where, and which of them are likely for a letter."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from service import audit
from service.caller import Caller
from service.db import Database
from service.errors import NotFound
from service.queries import directory as queries

UNIT = "unit"


def put_unit(database: Database, caller: Caller, name: str, regions: Sequence[str], categories: Sequence[str]) -> None:
    """Add a unit, or change what it handles; no regions or no categories mean all."""
    with database.write() as connection:
        queries.put_unit(connection, name, sorted(set(regions)), sorted(set(categories)))
        audit.record(connection, caller, "change", UNIT, [""], {"unit": name})


def remove_unit(database: Database, caller: Caller, name: str) -> None:
    """Take a unit off the directory; what was routed to it stays. Raises NotFound if there is none."""
    with database.write() as connection:
        if not queries.delete_unit(connection, name):
            raise NotFound
        audit.record(connection, caller, "remove", UNIT, [""], {"unit": name})


def likely_units(connection: Connection, category: str | None, region: str | None) -> list[str]:
    """Return the units that handle a category in a region, those that say so most exactly first."""
    fitting = [(_fit(row, category, region or ""), row.name) for row in queries.every_unit(connection)]
    return [name for fit, name in sorted(fitting, key=lambda one: (-one[0], one[1])) if fit]


def _fit(row: Row[Any], category: str | None, region: str) -> int:
    """Return how exactly a unit fits: the length of its region that fits, more for a category named; 0 for a misfit."""
    if row.categories and category not in row.categories:
        return 0
    here = [len(one) for one in row.regions if region.startswith(one)]
    if row.regions and not here:
        return 0
    return 1 + max(here, default=0) + (100 if row.categories else 0)
