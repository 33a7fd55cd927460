"""Registration numbers of matters: one row of numbers a year without gaps, and another one for accusations."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from model.when import OFFICE_ZONE
from service.queries import matters as queries

KIND = "registered"
# Discipline registers apart: in a common row, the gaps that others see would tell how many accusations there are.
_SERIES = {False: "", True: "J"}


def number_of(matter: Row[Any]) -> str | None:
    """Return the number of a matter, as 2026-000123 or J2026-000123, or None if it is not registered."""
    if matter.registered_number is None:
        return None
    return f"{_SERIES[matter.restricted]}{matter.registered_year}-{matter.registered_number:06}"


def register(connection: Connection, matter_id: str, actor: str, now: datetime) -> bool:
    """Give a matter the next number of the year, unless it has one; returns whether it was given.

    The one writer holds the row of numbers; what is rolled back gives its number back.
    """
    matter = queries.find_matter(connection, matter_id)
    if matter.registered_number is not None:
        return False
    year = now.astimezone(OFFICE_ZONE).year
    number = queries.last_registered(connection, year, matter.restricted) + 1
    queries.put_registration(connection, matter_id, year, number)
    given = number_of(queries.find_matter(connection, matter_id))
    queries.insert_event(connection, matter_id, now, KIND, {"actor": actor, "number": given})
    return True
