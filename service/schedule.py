"""What is done every day: a job with a unique key for each day, so that several processes make one."""

from datetime import datetime, timedelta

from model.when import OFFICE_ZONE
from service.db import Database
from service.jobs import enqueue
from service.queries.jobs import known_keys

# A day of the office begins for this purpose when nobody is at work.
BEGINS = timedelta(hours=2)
DAILY = ("flags.refresh", "jobs.tidy", "retention.run")


def keys_of_day(now: datetime) -> dict[str, str]:
    """Return the kinds of the jobs of a day by their unique keys."""
    day = (now.astimezone(OFFICE_ZONE) - BEGINS).date()
    return {f"{kind}:{day}": kind for kind in DAILY}


def schedule(database: Database, now: datetime) -> None:
    """Put the jobs of today into the queue that are not there."""
    keys = keys_of_day(now)
    with database.read() as connection:
        missing = keys.keys() - known_keys(connection, keys.keys())
    if missing:
        with database.write() as connection:
            for key in sorted(missing):
                enqueue(connection, keys[key], {}, key)
