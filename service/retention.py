"""Anonymises the letters of matters that were closed long ago."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service import audit
from service.course import STEPS
from service.db import Database
from service.queries import sealed as queries
from service.queries.letters import moment

BATCH = 200
# What may still be said of a matter that stays closed.
_LAST = ("closed", "answered", "satisfaction")
_GOING_ON = [step for step in STEPS if step not in _LAST]


def letters_due(connection: Connection, days: int, now: datetime, most: int) -> int:
    """Return how many letters would be anonymised now, counted up to `most`; none for 0 days."""
    if not days:
        return 0
    return len(queries.people_kept_too_long(connection, moment(now - timedelta(days=days)), _GOING_ON, most))


def anonymise(database: Database, days: int, now: datetime, progress: Callable[[int], None]) -> int:
    """Delete what is sealed of letters, and the hashes of who wrote, where a matter was closed so many days ago.

    Texts stay, masked, with their vectors. Each batch is a transaction of its own with its rows in the audit; what was
    interrupted is gone on with by the next run. `progress` is told the size of each batch. Returns how many letters
    were anonymised: none for 0 days, which means that everything is kept.
    """
    done = 0
    before = moment(now - timedelta(days=days))
    while days:
        with database.write() as connection:
            due = queries.people_kept_too_long(connection, before, _GOING_ON, BATCH)
            queries.forget_people(connection, due)
            audit.record(connection, audit.OPERATOR, "anonymise", audit.LETTER, due, {"days": days})
        done += len(due)
        progress(len(due))
        if len(due) < BATCH:
            break
    return done
